//! Frames: whatever a server sends is read, reduced to facts and folded without a fault.
#![no_main]

use std::borrow::Cow;

use libfuzzer_sys::fuzz_target;
use mcpscope::session::recorded::{Place, Recorded};
use mcpscope::session::timeline::Timeline;
use mcpscope::session::{Channel, Direction, Entry};

fuzz_target!(|bytes: &[u8]| {
    let mut timeline = Timeline::default();
    for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        let entry = Entry {
            seq: index as u64 + 1,
            us: index as u64,
            at: Default::default(),
            conn: 1,
            channel: [Channel::Wire, Channel::Stderr, Channel::Note][index % 3].clone(),
            direction: [Direction::Out, Direction::In][index % 2],
            aux: false,
            body: line.to_vec(),
            ending: Cow::Borrowed("\n"),
            extra: None,
        };
        timeline.push(&Recorded::of(&entry, Place::default()));
    }
    assert!(timeline.rows().len() >= timeline.exchanges().len());
});
