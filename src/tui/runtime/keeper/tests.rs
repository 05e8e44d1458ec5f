//! The keeper with real files: what it writes, what it answers, and in which order.

#![expect(clippy::unwrap_used, reason = "tests")]

use jiff::Timestamp;
use tempfile::TempDir;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::*;
use crate::drafts::Draft;
use crate::history::{Callee, Fingerprint, Outcome, Query, Run, Scope, ServerId};
use crate::json::Value;
use crate::mask::Secrets;
use crate::presets::{Owner, Place};

/// Waits are never this long; when they are, something hangs.
const LIMIT: Duration = Duration::from_secs(20);

fn server() -> Server {
    Server {
        name: "s".into(),
        id: ServerId::of(["s"]),
    }
}

fn shelves(home: &TempDir, keeps: bool) -> Shelves {
    let paths = Paths::under(&home.path().join("mcpscope"));
    let cwd = home.path().join("repo");
    std::fs::create_dir_all(cwd.join(".git")).unwrap();
    Shelves::at(&cwd, Some(home.path()), &paths, keeps)
}

fn run(arguments: &str) -> Store {
    Store::Remember(Box::new(Run {
        server: server(),
        callee: Callee::tool("t"),
        fingerprint: Fingerprint::default(),
        arguments: Value::parse(arguments.as_bytes()).unwrap(),
        outcome: Outcome::Ok,
        took_us: 1,
        at: Timestamp::from_second(1).unwrap(),
        session: None,
    }))
}

fn load_history(asker: u64) -> Store {
    Store::LoadHistory {
        asker,
        query: Query {
            server: server(),
            callee: Callee::tool("t"),
            fingerprint: Fingerprint::default(),
            listed: vec!["t".into()],
            scope: Scope::Callee,
        },
    }
}

fn type_draft(tool: &str, content: &str) -> Store {
    Store::SaveDrafts {
        server: server(),
        changes: vec![DraftChange::Put(Draft {
            callee: Callee::tool(tool),
            fingerprint: Fingerprint::default(),
            at: Timestamp::from_second(1).unwrap(),
            beside: crate::drafts::Beside::default(),
            content: content.into(),
        })],
    }
}

fn load_drafts(asker: u64) -> Store {
    let server = server();
    Store::LoadDrafts { asker, server }
}

/// Hands everything over, lets go of the keeper, and gives its answers.
fn all(shelves: Option<Shelves>, work: Vec<Store>) -> Vec<Stored> {
    let (events, mut answers) = unbounded_channel();
    let (keeper, finished) = Keeper::start(shelves, events, &Secrets::default());
    for work in work {
        keeper.take(work);
    }
    drop(keeper);
    finished.wait(LIMIT);
    std::iter::from_fn(|| next(&mut answers)).collect()
}

fn next(answers: &mut UnboundedReceiver<Event>) -> Option<Stored> {
    match answers.blocking_recv() {
        Some(Event::Stored(stored)) => Some(stored),
        Some(other) => panic!("{other:?}"),
        None => None,
    }
}

fn contents(stored: &Stored) -> Vec<String> {
    match stored {
        Stored::Drafts { drafts, .. } => {
            let drafts = drafts.as_ref().unwrap().iter();
            drafts.map(|draft| draft.content.to_string()).collect()
        }
        Stored::History { found, .. } => {
            let found = found.as_ref().unwrap().iter();
            found.map(|found| found.run.arguments.to_string()).collect()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn runs_are_there_as_soon_as_they_are_asked_for() {
    let home = tempfile::tempdir().unwrap();
    let work = vec![load_history(1), run("{\"a\":1}"), load_history(2)];
    let answers = all(Some(shelves(&home, true)), work);
    assert!(matches!(answers[1], Stored::History { asker: 2, .. }));
    let answers: Vec<_> = answers.iter().map(contents).collect();
    assert_eq!(answers, [vec![], vec!["{\"a\":1}".to_owned()]]);
}

#[test]
fn drafts_are_gathered_and_none_is_lost_when_we_leave() {
    let home = tempfile::tempdir().unwrap();
    let shelves = shelves(&home, true);
    let keys = ["h", "he", "hel"].map(|text| type_draft("t", text));
    assert_eq!(all(Some(shelves.clone()), keys.to_vec()), []);
    let saved = shelves.drafts.load(&server()).unwrap();
    assert_eq!(saved.len(), 1);
    assert_eq!(saved[0].content.as_str(), Some("hel"));
    // What is only gathered is told, too; and what was dropped is gone.
    let drop_it = Store::SaveDrafts {
        server: server(),
        changes: vec![DraftChange::Drop(Callee::tool("t"))],
    };
    let work = vec![
        type_draft("u", "x"),
        load_drafts(1),
        drop_it,
        load_drafts(2),
    ];
    let answers: Vec<_> = all(Some(shelves), work).iter().map(contents).collect();
    assert_eq!(answers, [vec!["\"hel\"", "\"x\""], vec!["\"x\""]]);
}

#[test]
fn drafts_are_written_while_we_stay() {
    let home = tempfile::tempdir().unwrap();
    let shelves = shelves(&home, true);
    let (events, _answers) = unbounded_channel();
    let (keeper, _finished) = Keeper::start(Some(shelves.clone()), events, &Secrets::default());
    keeper.take(type_draft("t", "h"));
    let began = Instant::now();
    while shelves.drafts.load(&server()).unwrap().is_empty() {
        assert!(began.elapsed() < LIMIT, "never written");
        std::thread::yield_now();
    }
    drop(keeper);
}

#[test]
fn many_keys_are_one_write() {
    let mut gathered = Gathered::default();
    for (tool, text) in [("a", "1"), ("b", "1"), ("a", "12"), ("a", "123")] {
        let Store::SaveDrafts { server, changes } = type_draft(tool, text) else {
            panic!()
        };
        gathered.put(server, changes);
    }
    let due = gathered.due;
    let mut renamed = server();
    renamed.name = "other".into();
    gathered.put(renamed, vec![DraftChange::Drop(Callee::tool("b"))]);
    assert_eq!(
        gathered.due, due,
        "the first key counts, or a fast typist would never be saved"
    );
    let work = gathered.take();
    let [Store::SaveDrafts { changes, .. }] = &work[..] else {
        panic!("{work:?}")
    };
    let Store::SaveDrafts { changes: typed, .. } = type_draft("a", "123") else {
        panic!()
    };
    assert_eq!(
        *changes,
        [typed[0].clone(), DraftChange::Drop(Callee::tool("b"))]
    );
    assert!(gathered.due.is_none() && gathered.take().is_empty());
}

#[test]
fn unless_it_may_be_kept_nothing_is_written_and_all_is_read() {
    let home = tempfile::tempdir().unwrap();
    all(
        Some(shelves(&home, true)),
        vec![run("{\"a\":1}"), type_draft("t", "x")],
    );
    let work = vec![
        run("{\"a\":2}"),
        type_draft("t", "y"),
        load_history(1),
        load_drafts(2),
    ];
    let answers: Vec<_> = all(Some(shelves(&home, false)), work)
        .iter()
        .map(contents)
        .collect();
    assert_eq!(answers, [vec!["{\"a\":1}"], vec!["\"x\""]]);
    let fresh = tempfile::tempdir().unwrap();
    all(
        Some(shelves(&fresh, false)),
        vec![run("{}"), type_draft("t", "y")],
    );
    assert!(!fresh.path().join("mcpscope").exists());
}

#[test]
fn presets_are_listed_read_written_and_deleted() {
    let home = tempfile::tempdir().unwrap();
    let owner = Owner {
        server: "s".into(),
        callee: Callee::tool("t"),
    };
    let save = |asker, text: &str, overwrite| Store::SavePreset {
        asker,
        owner: owner.clone(),
        name: "p".into(),
        place: Place::Project,
        text: text.into(),
        overwrite,
    };
    let (list, read, delete) = (
        Store::ListPresets {
            asker: 9,
            owner: owner.clone(),
        },
        Store::ReadPreset {
            asker: 9,
            owner: owner.clone(),
            name: "p".into(),
            place: None,
        },
        Store::DeletePreset {
            asker: 9,
            owner: owner.clone(),
            name: "p".into(),
            place: Place::Project,
        },
    );
    let work = vec![
        save(1, "{ }", false),
        save(2, "{\"a\": 1}", false),
        read.clone(),
        save(3, "{\"a\": 1}", true),
        read.clone(),
        list.clone(),
        delete.clone(),
        list,
        read,
        delete,
    ];
    let path = home.path().join("repo/.mcpscope/presets/s/t/p.json");
    let answers = all(Some(shelves(&home, false)), work);
    let texts: Vec<String> = answers
        .iter()
        .map(|stored| match stored {
            Stored::PresetSaved { asker, saved } => match saved {
                Ok(saved) => format!("{asker} saved {}", *saved == path),
                Err(PresetUnsaved::Exists(other)) => format!("{asker} exists {}", *other == path),
                Err(PresetUnsaved::Failed(why)) => format!("{asker} {why}"),
            },
            Stored::Presets { listed, usual, .. } => {
                format!("{} in {}", listed.as_ref().unwrap().len(), usual.word())
            }
            Stored::Preset { read, .. } => match read {
                Ok(preset) => preset.text.clone(),
                Err(why) => why.clone(),
            },
            Stored::PresetDeleted { deleted, .. } => match deleted {
                Ok(deleted) => format!("deleted {}", *deleted == path),
                Err(why) => why.clone(),
            },
            other => panic!("{other:?}"),
        })
        .collect();
    let user = home.path().join("mcpscope/config/presets/s/t/p.json");
    let gone = |path: &std::path::Path| {
        format!(
            "there is no preset in {}; somebody deleted or renamed it; list them again",
            path.display()
        )
    };
    assert_eq!(
        texts,
        [
            "1 saved true",
            "2 exists true",
            "{ }\n",
            "3 saved true",
            "{\"a\": 1}\n",
            "1 in project",
            "deleted true",
            "0 in project",
            &gone(&user),
            &gone(&path),
        ]
    );
}

#[test]
fn what_cannot_be_kept_is_said_once() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("mcpscope"), "a file").unwrap();
    let work = vec![run("{}"), run("{}"), load_history(1)];
    let answers = all(Some(shelves(&home, true)), work);
    let [Stored::NotKept(why), Stored::History { .. }] = &answers[..] else {
        panic!("{answers:?}")
    };
    assert!(
        why.starts_with("the history is not kept: cannot create "),
        "{why}"
    );
    let home = tempfile::tempdir().unwrap();
    let large = run(&format!("{{\"a\":\"{}\"}}", "x".repeat(1 << 20)));
    let answers = all(
        Some(shelves(&home, true)),
        vec![large.clone(), run("{}"), large],
    );
    assert!(
        matches!(&answers[..], [Stored::NotKept(why)] if why.ends_with("that large")),
        "{answers:?}"
    );
    let answers = all(
        None,
        vec![
            run("{}"),
            type_draft("t", "x"),
            load_history(1),
            load_drafts(2),
        ],
    );
    assert_eq!(answers.len(), 2);
    assert!(answers.iter().all(|stored| contents(stored).is_empty()));
}
