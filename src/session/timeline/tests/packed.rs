//! The fold that comes back from its bytes is the fold, and goes on as it.

use std::sync::Arc;

use super::*;
use crate::session::codec;

fn packed(timeline: &Timeline) -> Vec<u8> {
    let mut bytes = Vec::new();
    timeline.pack(&mut bytes).unwrap();
    bytes
}

/// Compares at every entry whose number `picks` says, and goes on from there with what came back.
fn check(all: &[Recorded], picks: &[usize]) -> Result<(), TestCaseError> {
    let mut folded = Timeline::default();
    let mut back = Timeline::default();
    for (index, entry) in all.iter().enumerate() {
        folded.push(entry);
        back.push(entry);
        if picks.contains(&index) {
            back = Timeline::unpack(&packed(&folded)).unwrap();
        }
        prop_assert_eq!(&back, &folded);
    }
    Ok(())
}

proptest! {
    #[test]
    fn what_comes_back_is_the_fold_and_goes_on_as_it(
        lines in prop::collection::vec((0usize..28, 0u8..4), 1..70),
        picks in prop::collection::vec(0usize..70, 1..4),
    ) {
        let lines: Vec<String> = lines.iter().map(|(kind, id)| moment::line(*kind, *id)).collect();
        check(&entries(&lines.iter().map(String::as_str).collect::<Vec<_>>()), &picks)?;
    }

    /// Rows as no recorder writes them come back too.
    #[test]
    fn any_rows_come_back(rows in prop::collection::vec(any::<(u64, u64, i64, u32, u32, u32, u16, usize, bool)>(), 0..9)) {
        let timeline = Timeline {
            entries: rows.iter().map(|(offset, us, at_us, length, seq, size, conn, tag, aux)| EntryRow {
                offset: *offset,
                us: *us,
                at_us: *at_us,
                length: *length,
                seq: *seq,
                size: *size,
                conn: *conn,
                channel: [ChannelTag::Wire, ChannelTag::Http, ChannelTag::Other][tag % 3],
                direction: [Direction::Out, Direction::In, Direction::Here][tag % 3],
                aux: *aux,
            }).collect(),
            ..Timeline::default()
        };
        prop_assert_eq!(Timeline::unpack(&packed(&timeline)).unwrap(), timeline);
    }

    #[test]
    fn any_bytes_are_survived(bytes: Vec<u8>) {
        let _ = Timeline::unpack(&bytes);
    }
}

#[test]
fn recordings_come_back() {
    for recording in [
        &include_bytes!("../../../../sessions/demo.jsonl")[..],
        include_bytes!("../../../../sessions/trouble.jsonl"),
        include_bytes!("../../../../sessions/results.jsonl"),
    ] {
        let all: Vec<Recorded> = recording
            .split_inclusive(|byte| *byte == b'\n')
            .filter_map(|line| codec::read(line).ok())
            .map(|entry| Recorded::of(&entry, Place::default()))
            .collect();
        check(&all, &[all.len() / 2]).unwrap();
    }
}

/// What is listed is held once, however many checkpoints hold it.
#[test]
fn what_checkpoints_share_is_written_once() {
    let listed = format!(
        r#"< {{"jsonrpc":"2.0","id":1,"result":{{"tools":[{{"name":"n","description":"{}"}}]}}}}"#,
        "long ".repeat(1_000)
    );
    let timeline = fold(&[
        r#"> {"jsonrpc":"2.0","id":1,"method":"tools/list"}"#,
        &listed,
    ]);
    let many = Timeline {
        checkpoints: vec![timeline.state.clone(); 50],
        ..timeline.clone()
    };
    assert!(packed(&many).len() < packed(&timeline).len() + 50 * 300);
    let back = Timeline::unpack(&packed(&many)).unwrap();
    assert_eq!(back, many);
    let items = |state: &State| Arc::clone(&state.connection(1).unwrap().list(List::Tools).items);
    assert!(Arc::ptr_eq(
        &items(&back.checkpoints[7]),
        &items(back.state())
    ));
}

#[test]
fn a_moment_that_is_shown_is_not_what_is_kept() {
    let lines = ["2 a", "2 b", "2 c"];
    let mut timeline = fold(&lines);
    let all = entries(&lines);
    let read = |seq: u64, _: Place| Ok::<_, ()>(all[seq as usize - 1].clone());
    timeline.enter(timeline.approach(1).unwrap().arrive(read).unwrap());
    assert!(timeline.pack(&mut Vec::new()).is_err());
}
