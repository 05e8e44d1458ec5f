//! What is carried out is of the session it was asked in.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::path::{Path, PathBuf};

use super::*;
use crate::config::Settings;
use crate::export::Format;
use crate::recording::Recording;
use crate::tui::effect::exporting::{Export, Exported, Share, To, Told};

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("sessions")
        .join(name)
}

fn entries(name: &str) -> u64 {
    let mut count = 0;
    let recording = Recording::open(&file(name)).unwrap();
    let loaded = recording.load(|batch, _| {
        count += batch.len() as u64;
        true
    });
    loaded.unwrap();
    count
}

/// The demo's session, and beside it, as session 1, one with a crash.
fn runtime() -> (Runtime, mpsc::UnboundedReceiver<Event>) {
    let (events, told) = mpsc::unbounded_channel();
    let (parts, _read) = mpsc::channel(64);
    let bodies = Recording::open(&file("demo.jsonl")).unwrap().bodies();
    let opened = Opened::default();
    let reading = parts.clone();
    opened.open(
        1,
        &file("crash.jsonl"),
        &crate::mask::Rules::default(),
        &reading,
    );
    let runtime = Runtime {
        watches: watches::Watches::new(events.clone()),
        engine: None,
        replays: None,
        pictures: Pictures::OFF,
        opened,
        controls: super::tapping::Controls::default(),
        librarian: Librarian::start(None, events.clone()).0,
        parts,
        keeper: Keeper::start(None, events.clone(), bodies.secrets()).0,
        checker: Checker::start(events.clone()),
        sifter: Sifter::start(events.clone()),
        linting: Linting::start(events.clone()),
        desk: Desk::new(Settings::default()),
        bodies,
        events,
    };
    (runtime, told)
}

#[test]
fn an_export_is_of_the_session_that_is_looked_at_or_of_the_file_that_is_named() {
    let (runtime, mut told) = runtime();
    let threads = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let _entered = threads.enter();
    let mut counted = |asker: u64, session: u32, of: Exported| {
        let export = Effect::Export(Box::new(Export {
            asker,
            of,
            format: Format::Session,
            share: Share::All(None),
            to: To::Nowhere,
        }));
        let order = runtime.carry_out(Effect::Of(session, Box::new(export)));
        assert_eq!(order, None);
        loop {
            match told.blocking_recv().unwrap() {
                Event::Exporting {
                    told: Told::Counted { count, .. },
                    ..
                } => return count,
                Event::Exporting {
                    told: Told::Far(_), ..
                } => {}
                other => panic!("{other:?}"),
            }
        }
    };
    let (demo, crash) = (entries("demo.jsonl"), entries("crash.jsonl"));
    assert_ne!(demo, crash);
    assert_eq!(counted(1, 0, Exported::Shown(None)), demo);
    assert_eq!(counted(2, 1, Exported::Shown(None)), crash);
    assert_eq!(counted(3, 0, Exported::File(file("crash.jsonl"))), crash);
}

#[test]
fn nothing_is_written_over_the_recording_itself() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.jsonl");
    std::fs::copy(file("crash.jsonl"), &path).unwrap();
    let before = std::fs::read(&path).unwrap();
    let bodies = Recording::open(&path).unwrap().bodies();
    let work = |overwrite| Export {
        asker: 1,
        of: Exported::Shown(Some(path.clone())),
        format: Format::Session,
        share: Share::All(None),
        to: To::File {
            path: folder.path().join("./s.jsonl").display().to_string(),
            overwrite,
        },
    };
    for overwrite in [false, true] {
        let stop = Stop::default();
        let ours = crate::tui::outside::tools::Ours;
        let done =
            crate::tui::outside::exporting::export(&work(overwrite), &bodies, &stop, &ours, drop);
        let Told::Failed(why) = done else {
            panic!("{done:?}");
        };
        assert!(why.ends_with("is the recording itself"), "{why}");
    }
    assert_eq!(std::fs::read(&path).unwrap(), before);
}
