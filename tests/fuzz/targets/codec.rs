//! Lines of a session file: anything is survived, and an entry that was read is written and read the same again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mcpscope::session::codec;

fuzz_target!(|bytes: &[u8]| {
    let _ = codec::read_header(bytes);
    if let Ok(entry) = codec::read(bytes) {
        let mut line = Vec::new();
        codec::write(&entry, &mut line);
        assert_eq!(line.iter().filter(|byte| **byte == b'\n').count(), 1);
        assert_eq!(codec::read(&line).as_ref(), Ok(&entry));
    }
});
