//! Session files: what a kill, a full disk and time leave of them, and the recordings that come with mcpscope.

use std::fs;
use std::path::{Path, PathBuf};

use mcpscope::mcp::revision::{Era, Revision};
use mcpscope::session::FORMAT;
use mcpscope::session::timeline::{LinkState, Timeline};

use crate::support::Session;

#[cfg(unix)]
mod damage;

fn below(folder: &str, end: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|other| other == end))
        .collect();
    paths.sort();
    paths
}

/// One file of each number there has been stays, and opens.
#[test]
fn every_format_there_was_opens() {
    for number in 1..=FORMAT {
        let path = format!(
            "{}/tests/formats/{number}.jsonl",
            env!("CARGO_MANIFEST_DIR")
        );
        let first = fs::read_to_string(&path).unwrap();
        assert!(
            first.starts_with(&format!("{{\"mcpscope\":{number},")),
            "{path}"
        );
        let session = Session::read(Path::new(&path));
        assert_eq!(session.loaded.notice(), None, "{path}");
        assert!(session.loaded.entries > 0, "{path}");
    }
    let kept = below("tests/formats", "jsonl").len();
    assert_eq!(kept, FORMAT as usize, "one of each");
}

/// They are small, say nothing of the machine they were made on, and show both eras and a crash.
#[test]
fn the_recordings_that_come_with_it_are_what_their_list_says() {
    let listed = include_str!("../../sessions/README.md");
    let (mut eras, mut crashed) = (Vec::new(), false);
    for path in below("sessions", "jsonl") {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let row = listed
            .lines()
            .find(|line| line.starts_with(&format!("| `{name}` |")));
        let row = row.unwrap_or_else(|| panic!("{name} is not listed"));
        let session = Session::read(&path);
        assert_eq!(session.loaded.notice(), None, "{name}");
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.len() < 60_000, "{name} has {} bytes", text.len());
        for place in ["/tmp/", "/home/", "/root", "/Users/", "C:\\\\"] {
            assert!(!text.contains(place), "{name} holds {place}");
        }
        for connection in session.timeline.state().connections() {
            let revision = connection
                .revision
                .map(Revision::as_str)
                .unwrap_or_default();
            assert!(row.contains(revision), "{name} speaks {revision}");
            eras.extend(connection.revision.map(Revision::era));
            crashed |= matches!(
                connection.link,
                LinkState::Exited {
                    asked: false,
                    code: Some(1..),
                    ..
                }
            );
        }
    }
    assert!(eras.contains(&Era::Legacy) && eras.contains(&Era::Modern) && crashed);
}

/// What is shown at an entry is what a fold up to there shows, in real recordings too.
#[test]
fn the_fold_at_any_entry_is_that_of_the_entries_up_to_there() {
    for path in below("sessions", "jsonl") {
        let session = Session::read(&path);
        let mut part = Timeline::default();
        let recording = mcpscope::recording::Recording::open(&path).unwrap();
        let mut all = Vec::new();
        recording
            .load(|batch, _| {
                all.extend(batch);
                true
            })
            .unwrap();
        let mut shown = session.timeline.clone();
        for (index, entry) in all.iter().enumerate() {
            part.push(entry);
            let approach = shown.approach(index as u32).unwrap();
            let read = |seq: u64, _| {
                let found = all.iter().find(|entry| entry.seq == seq);
                found.cloned().ok_or(())
            };
            shown.enter(approach.arrive(read).unwrap());
            assert_eq!(shown.state(), part.state(), "{} at {index}", path.display());
            assert_eq!(shown.rows(), part.rows(), "{} at {index}", path.display());
        }
        assert_eq!(part, session.timeline);
    }
}
