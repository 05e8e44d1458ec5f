//! What is held back, and what goes on, for any bytes in any pieces.

use std::io::{Read as _, Write as _};
use std::sync::Arc;

use proptest::prelude::*;

use super::{End, Held, Means, Pump};
use crate::recorder::Recorder;
use crate::session::{Channel, Direction};
use crate::tap::control::words::Command;
use crate::tap::desk::Shared;
use crate::tap::faults::{Over, Rules};

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

proptest! {
    #[test]
    fn bytes_go_on_as_they_came_when_rules_come_in_the_middle_of_a_line(pieces in pieces()) {
        let mut held = Held::default();
        let (mut passed, mut lines) = (Vec::new(), Vec::new());
        let mut came = Vec::new();
        for (piece, ruled) in &pieces {
            held.take(piece);
            came.extend_from_slice(piece);
            if *ruled && held.passed > 0 && held.ends_first() {
                lines.extend(held.lines().map(|(line, _)| line.len()));
                passed.extend_from_slice(held.first());
                held.forget_first();
            }
            if *ruled && held.passed == 0 {
                // Line by line from here on.
                for (line, ending) in held.take_lines() {
                    lines.push(line.len());
                    passed.extend_from_slice(&line);
                    passed.extend_from_slice(ending.as_bytes());
                }
            }
            // Without rules again, and after a silence.
            lines.extend(held.lines().map(|(line, _)| line.len()));
            passed.extend_from_slice(held.ready(true));
            held.forget(true);
            prop_assert_eq!(&passed, &came);
            prop_assert_eq!(lines.len(), memchr::memchr_iter(b'\n', &passed).count());
        }
    }
}

#[test]
fn rules_that_come_in_the_middle_of_a_line_strike_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let recorder = Recorder::create(&folder.path().join("t.jsonl")).unwrap();
    let rules = Rules::read(&[], Over::Stdio).unwrap();
    let shared = Shared::new(recorder, rules, Over::Stdio, "it");
    let (from, mut server) = std::io::pipe().unwrap();
    let (mut client, to) = std::io::pipe().unwrap();
    let (_stdin, beside) = std::io::pipe().unwrap();
    let (to, beside) = (End::of(to.into()), End::of(beside.into()));
    let means = Arc::new(Means::new(0, &to, &beside).unwrap());
    let pump = Pump {
        shared: shared.clone(),
        means,
        channel: Channel::Wire,
        direction: Direction::In,
    };
    let pumping = pump.start(End::of(from.into()), to).unwrap();
    let (first, second) = (
        "{\"jsonrpc\":\"2.0\",\"method\":\"n/1\"}\n",
        "{\"jsonrpc\":\"2.0\",\"method\":\"n/2\"}\n",
    );
    // Half of it goes on after a moment.
    let (half, rest) = first.split_at(9);
    server.write_all(half.as_bytes()).unwrap();
    let mut begun = [0; 9];
    client.read_exact(&mut begun).unwrap();
    let rule = Command::Rule {
        text: "drop:method:n/*".to_owned(),
        keep: true,
    };
    shared.obey(1, rule).unwrap();
    server
        .write_all(format!("{rest}{second}no frame\n").as_bytes())
        .unwrap();
    drop(server);
    let mut went = Vec::new();
    client.read_to_end(&mut went).unwrap();
    drop(pumping);
    let went = [&begun[..], &went].concat();
    assert_eq!(
        String::from_utf8(went).unwrap(),
        format!("{first}no frame\n")
    );
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
