//! What is held back, and what goes on, for any bytes in any pieces.

use proptest::prelude::*;

use super::Held;

/// Bytes cut into pieces, of which some are followed by silence.
fn pieces() -> impl Strategy<Value = Vec<(Vec<u8>, bool)>> {
    let byte = prop_oneof![3 => any::<u8>(), 1 => Just(b'\n'), 1 => Just(b'\r')];
    let piece = (proptest::collection::vec(byte, 0..40), any::<bool>());
    proptest::collection::vec(piece, 0..20)
}

proptest! {
    #[test]
    fn bytes_go_on_as_they_came_and_lines_are_recorded_first(pieces in pieces()) {
        let mut held = Held::default();
        let (mut passed, mut recorded) = (Vec::new(), Vec::new());
        let mut came = Vec::new();
        for (piece, silent) in &pieces {
            held.take(piece);
            came.extend_from_slice(piece);
            for (line, ending) in held.lines() {
                prop_assert!(!line.contains(&b'\n'));
                recorded.extend_from_slice(line);
                recorded.extend_from_slice(ending.as_bytes());
            }
            passed.extend_from_slice(held.ready(false));
            held.forget(false);
            if *silent && held.is_waiting() {
                passed.extend_from_slice(held.ready(true));
                held.forget(true);
                prop_assert!(!held.is_waiting());
            }
            prop_assert!(came.starts_with(&passed));
            // No end of a line has gone on that is not recorded.
            let ends = |bytes: &[u8]| memchr::memchr_iter(b'\n', bytes).count();
            prop_assert_eq!(ends(&passed), ends(&recorded));
        }
        recorded.extend_from_slice(held.rest().unwrap_or_default());
        passed.extend_from_slice(held.ready(true));
        prop_assert_eq!(&recorded, &came);
        prop_assert_eq!(&passed, &came);
    }
}

#[test]
fn a_long_line_is_not_held_back() {
    let mut held = Held::default();
    held.take(&vec![b'x'; super::STREAM - 1]);
    assert_eq!(held.ready(false).len(), 0);
    held.forget(false);
    held.take(b"xy");
    assert_eq!(held.ready(false).len(), super::STREAM + 1);
    held.forget(false);
    held.take(b"z\n");
    assert_eq!(held.lines().next().unwrap().0.len(), super::STREAM + 2);
    assert_eq!(held.ready(false), b"z\n");
    held.forget(false);
    assert!(!held.is_waiting() && held.bytes.capacity() <= super::ROOM);
}
