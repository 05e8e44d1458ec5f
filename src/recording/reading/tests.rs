//! Every line of a file is told of, whatever it holds.

#![expect(clippy::unwrap_used, reason = "tests")]
use std::path::PathBuf;

use proptest::prelude::*;

use super::super::{NoSession, OpenError, Recording};
use super::*;
use crate::session::timeline::{Row, SingleKind, Timeline};

/// A file with this in it, and what reading it gives.
struct Opened {
    _folder: tempfile::TempDir,
    path: PathBuf,
    entries: Vec<Recorded>,
    bodies: Vec<Entry>,
    loaded: Loaded,
}

fn opened(content: &[u8]) -> Result<Opened, NoSession> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.jsonl");
    std::fs::write(&path, content).unwrap();
    let recording = match Recording::open(&path) {
        Ok(recording) => recording,
        Err(OpenError::NoSession { problem, .. }) => return Err(problem),
        Err(error) => panic!("{error}"),
    };
    let mut entries = Vec::new();
    let loaded = recording
        .load(|batch, _| {
            entries.extend(batch);
            true
        })
        .unwrap();
    let bodies = recording.bodies();
    let bodies = entries
        .iter()
        .map(|one| bodies.read(one.seq, one.place).unwrap())
        .collect();
    Ok(Opened {
        _folder: folder,
        path,
        entries,
        bodies,
        loaded,
    })
}

fn line(seq: u64, text: &str) -> String {
    format!(
        "{{\"seq\":{seq},\"us\":{seq},\"at\":\"2026-11-21T10:30:00Z\",\"conn\":1,\"ch\":\"stderr\",\"dir\":\"in\",\"text\":\"{text}\"}}\n"
    )
}

const HEADER: &str =
    "{\"mcpscope\":1,\"created\":\"2026-11-21T10:30:00Z\",\"by\":\"mcpscope 0.1.0\"}\n";

fn seqs(opened: &Opened) -> Vec<u64> {
    opened.entries.iter().map(|entry| entry.seq).collect()
}

#[test]
fn a_line_that_is_no_entry_is_a_row_in_the_place_of_the_entry_it_was() {
    let content = [
        HEADER,
        &line(1, "a"),
        "{\"seq\":2,\"us\":garbage}\n",
        &line(3, "c"),
    ]
    .concat();
    let opened = opened(content.as_bytes()).unwrap();
    assert_eq!(seqs(&opened), [1, 2, 3]);
    assert_eq!((opened.loaded.entries, opened.loaded.skipped), (2, 1));
    assert_eq!(opened.bodies[1].text(), "{\"seq\":2,\"us\":garbage}");
    assert_eq!(opened.bodies[1].channel.word(), DAMAGED);
    assert_eq!(opened.bodies[2].text(), "c");
    let mut timeline = Timeline::default();
    for entry in &opened.entries {
        timeline.push(entry);
    }
    let Row::Single(row) = timeline.rows()[0] else {
        panic!("a row of its own");
    };
    let single = timeline.single_row(row).unwrap();
    assert_eq!((single.kind, single.entry), (SingleKind::Junk, 1));
    assert!(timeline.entry(1).unwrap().is_damage());
    let notice = opened.loaded.notice().unwrap();
    assert!(
        notice.starts_with("line 3 is no entry and was skipped: not JSON"),
        "{notice}"
    );
}

#[test]
fn numbers_only_rise_whatever_the_file_says() {
    let content = [
        HEADER,
        &line(1, "a"),
        "hello from echo\n",
        &line(2, "b"),
        HEADER,
        &line(1, "c"),
        &line(9, "d"),
        &line(9, "e"),
    ]
    .concat();
    let opened = opened(content.as_bytes()).unwrap();
    assert_eq!(seqs(&opened), [1, 2, 3, 4, 5, 9, 10]);
    let texts: Vec<String> = opened
        .bodies
        .iter()
        .map(|body| body.text().into_owned())
        .collect();
    assert_eq!(
        texts,
        [
            "a",
            "hello from echo",
            "b",
            HEADER.trim_end(),
            "c",
            "d",
            "e"
        ]
    );
    assert!(opened.bodies.iter().map(|body| body.seq).eq(seqs(&opened)));
    let recording = Recording::open(&opened.path).unwrap();
    recording.load(|_, _| true).unwrap();
    for (text, found) in [
        ("b", vec![3]),
        ("c", vec![5]),
        ("d", vec![9]),
        ("e", vec![10]),
    ] {
        assert_eq!(recording.bodies().search(text).unwrap(), found, "{text}");
    }
}

#[test]
fn frames_that_exchanges_carry_are_found_under_their_new_numbers() {
    let request = r#"{"seq":3,"us":1,"conn":1,"ch":"http","dir":"here","json":{"event":"http-request","exchange":1,"verb":"POST","url":"http://x/","headers":[],"size":1,"frame":2,"why":"message"}}"#;
    let frame = r#"{"seq":2,"us":1,"conn":1,"ch":"wire","dir":"out","json":{"jsonrpc":"2.0","id":1,"method":"ping"}}"#;
    let content = [HEADER, &line(1, "a"), "echo\n", frame, "\n", request, "\n"].concat();
    let opened = opened(content.as_bytes()).unwrap();
    let mut timeline = Timeline::default();
    for entry in &opened.entries {
        timeline.push(entry);
    }
    assert_eq!(
        timeline
            .hops()
            .get(0)
            .and_then(crate::session::timeline::Hop::frame),
        Some(2)
    );
    assert_eq!(
        timeline
            .entry(2)
            .map(crate::session::timeline::EntryRow::seq),
        Some(3)
    );
}

#[test]
fn what_has_no_header_is_opened_when_entries_stand_in_it() {
    for (content, seqs_of, skipped) in [
        (line(5, "a"), vec![5], 0),
        (format!("rubbish\n{}", line(5, "a")), vec![1, 5], 1),
        (format!("\n\n{}", line(1, "a")), vec![1], 0),
    ] {
        let opened = opened(content.as_bytes()).unwrap();
        assert_eq!(seqs(&opened), seqs_of, "{content}");
        assert!(opened.loaded.headless);
        assert_eq!(opened.loaded.skipped, skipped, "{content}");
        assert!(
            opened
                .loaded
                .notice()
                .unwrap()
                .contains("header, is missing")
        );
    }
}

#[test]
fn other_things_are_refused_in_words() {
    let binary: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    for (content, problem) in [
        (&b""[..], NoSession::Empty),
        (b"hello\n", NoSession::Foreign),
        (b"{\"version\":\"1.2\"}", NoSession::Foreign),
        (&[0; 5_000], NoSession::Foreign),
        (&binary, NoSession::Foreign),
    ] {
        assert_eq!(opened(content).err(), Some(problem));
    }
    let folder = tempfile::tempdir().unwrap();
    let missing = Recording::open(&folder.path().join("none")).unwrap_err();
    assert!(missing.to_string().starts_with("cannot open"), "{missing}");
    let words = Recording::open(folder.path()).unwrap_err().to_string();
    assert!(
        words.ends_with("is no session: it is a directory"),
        "{words}"
    );
}

#[test]
fn a_newer_format_is_read_as_far_as_it_is_known() {
    let strange = r#"{"seq":2,"us":3,"at":"2026-11-21T10:30:00Z","conn":1,"ch":"quantum","dir":"in","entangled":true,"text":"b"}"#;
    let content = [&HEADER.replace(":1,", ":9,"), &line(1, "a"), strange, "\n"].concat();
    let opened = opened(content.as_bytes()).unwrap();
    assert_eq!(seqs(&opened), [1, 2]);
    assert_eq!(opened.bodies[1].channel, Channel::Other("quantum".into()));
    assert_eq!(
        opened.bodies[1].extra.as_deref(),
        Some("\"entangled\":true")
    );
    let notice = opened.loaded.notice().unwrap();
    assert!(
        notice.starts_with("written in format 9 by a newer mcpscope"),
        "{notice}"
    );
}

/// Of a small session cut at any byte, everything before the cut is there.
#[test]
fn a_file_cut_anywhere_shows_what_stands_before_the_cut() {
    let whole =
        std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/sessions/crash.jsonl")).unwrap();
    let all = opened(&whole).unwrap();
    let ends: Vec<u64> = all
        .entries
        .iter()
        .map(|entry| entry.place.offset + entry.place.length)
        .collect();
    for cut in 1..whole.len() {
        let part = opened(&whole[..cut]).unwrap();
        // A line is an entry as soon as its last brace is there.
        let before = ends.iter().filter(|end| **end <= cut as u64 + 1).count();
        assert_eq!(part.loaded.entries, before as u64, "cut at {cut}");
        assert_eq!(part.bodies[..before], all.bodies[..before], "cut at {cut}");
        let begun = whole[..cut].last() != Some(&b'\n') && !ends.contains(&(cut as u64 + 1));
        assert_eq!(part.loaded.cut, begun, "cut at {cut}");
        assert_eq!(part.loaded.notice().is_some(), begun, "cut at {cut}");
    }
}

#[test]
fn of_very_many_bad_lines_some_are_shown_and_all_are_counted() {
    let content =
        HEADER.to_owned() + &line(1, "a") + &"no\n".repeat(SHOWN + 7) + &line(20_000, "z");
    let opened = opened(content.as_bytes()).unwrap();
    assert_eq!(opened.loaded.skipped, SHOWN as u64 + 7);
    assert_eq!(opened.entries.len(), SHOWN + 2);
    assert_eq!(opened.bodies.last().unwrap().text(), "z");
}

proptest! {
    /// Any lines whatsoever: nothing is fatal, numbers rise, every row is read back, and all of it is the same when
    /// the file came in pieces.
    #[test]
    fn any_bytes_are_survived(
        parts in proptest::collection::vec(
            prop_oneof![
                (1..9_u64, "[a-z]{0,3}").prop_map(|(seq, text)| line(seq, &text).into_bytes()),
                proptest::collection::vec(any::<u8>(), 0..40),
                Just(b"\n".to_vec()),
                Just(HEADER.as_bytes().to_vec()),
            ],
            0..12,
        ),
        pieces in proptest::collection::vec(1..200_usize, 0..6),
    ) {
        let content = [HEADER.as_bytes(), &parts.concat()].concat();
        let all = opened(&content).unwrap();
        prop_assert!(all.entries.is_sorted_by(|a, b| a.seq < b.seq));
        for (recorded, entry) in all.entries.iter().zip(&all.bodies) {
            prop_assert_eq!(recorded.seq, entry.seq);
            let from = recorded.place.offset as usize;
            let line = &content[from..from + recorded.place.length as usize];
            if entry.channel.word() == DAMAGED {
                prop_assert_eq!(line.strip_suffix(b"\n").unwrap_or(line), &entry.body);
            } else {
                prop_assert_eq!(&Entry { seq: entry.seq, ..codec::read(line).unwrap() }, entry);
            }
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s.jsonl");
        std::fs::write(&path, HEADER).unwrap();
        let recording = Recording::open(&path).unwrap();
        let (mut reading, mut entries) = (recording.reading(), Vec::new());
        let mut cuts: Vec<usize> = pieces.iter().scan(HEADER.len(), |at, piece| {
            *at = (*at + piece).min(content.len());
            Some(*at)
        }).collect();
        cuts.push(content.len());
        for cut in cuts {
            std::fs::write(&path, &content[..cut]).unwrap();
            let more = reading.read_on(|batch, _| {
                entries.extend(batch);
                true
            });
            prop_assert!(more.unwrap());
        }
        entries.extend(reading.finish());
        prop_assert_eq!(entries, all.entries);
        prop_assert_eq!(reading.loaded(), &all.loaded);
    }
}
