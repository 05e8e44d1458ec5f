//! Event streams: however the bytes are cut, they say the same; what is kept never exceeds the limit.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mcpscope::sse::Parser;

fuzz_target!(|input: (usize, u16, &[u8])| {
    let (size, limit, bytes) = (input.0 % 64 + 1, usize::from(input.1), input.2);
    let read = |size: usize| {
        let (mut parser, mut out) = (Parser::new(limit), Vec::new());
        for piece in bytes.chunks(size) {
            parser.feed(piece, &mut out);
        }
        (out, parser.finish())
    };
    let whole = read(bytes.len().max(1));
    assert_eq!(read(size), whole);
    for block in whole.0 {
        assert!(block.data.map_or(0, |data| data.len()) <= limit);
    }
});
