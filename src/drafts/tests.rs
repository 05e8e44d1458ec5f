//! Drafts on disk, whatever happens to the file.

#![expect(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::history::ServerId;

fn server(name: &str) -> Server {
    Server {
        name: name.into(),
        id: ServerId::of([name]),
    }
}

fn draft(tool: &str, at: i64, content: &str) -> Draft {
    Draft {
        callee: Callee::tool(tool),
        fingerprint: Fingerprint::of_strings(["a", "b"]),
        at: Timestamp::from_second(at).unwrap(),
        content: Value::parse(content.as_bytes()).unwrap(),
        beside: Beside::default(),
    }
}

fn put(tool: &str, at: i64, content: &str) -> DraftChange {
    DraftChange::Put(draft(tool, at, content))
}

fn drafts() -> (TempDir, Drafts) {
    let home = tempfile::tempdir().unwrap();
    let drafts = Drafts::open(&home.path().join("state/drafts"));
    (home, drafts)
}

fn names(drafts: &[Draft]) -> Vec<&str> {
    drafts.iter().map(|draft| &*draft.callee.name).collect()
}

#[test]
fn drafts_come_back_as_they_were() {
    let (_home, drafts) = drafts();
    let s = server("s");
    assert_eq!(drafts.load(&s).unwrap(), []);
    let odd = r#"{"z":1.0,"a":[1e400,{"z":null,"z":"\u0000\n"}]}"#;
    let changes = [put("é\n", 1, odd), put("b", 2, "null")];
    assert_eq!(drafts.save(&s, &changes).unwrap(), 0);
    let both = [draft("é\n", 1, odd), draft("b", 2, "null")];
    assert_eq!(drafts.load(&s).unwrap(), both);
    assert_eq!(drafts.load(&server("t")).unwrap(), []);
    let beside = Beside {
        typed: vec![
            ("/a/0".into(), "12x".into()),
            ("/a/0".into(), "\"\n".into()),
        ],
        text: Some("{ \"broken\"".into()),
    };
    let more = Draft {
        beside,
        ..draft("c", 3, "{}")
    };
    drafts.save(&s, &[DraftChange::Put(more.clone())]).unwrap();
    assert_eq!(drafts.load(&s).unwrap()[2], more);
    let gone = DraftChange::Drop(more.callee);
    drafts.save(&s, &[gone]).unwrap();
    // Only what changed is touched; the same name of another kind is another's.
    let prompt = Draft {
        callee: Callee {
            kind: CalleeKind::Prompt,
            name: "b".into(),
        },
        ..draft("b", 4, "1")
    };
    drafts
        .save(&s, &[put("b", 3, "[2]"), DraftChange::Put(prompt.clone())])
        .unwrap();
    let three = [draft("é\n", 1, odd), draft("b", 3, "[2]"), prompt.clone()];
    assert_eq!(drafts.load(&s).unwrap(), three);
    drafts
        .save(&s, &[DraftChange::Drop(Callee::tool("é\n"))])
        .unwrap();
    assert_eq!(drafts.load(&s).unwrap(), three[1..]);
    let renamed = Server {
        name: "other name".into(),
        ..s.clone()
    };
    assert_eq!(drafts.load(&renamed).unwrap(), three[1..]);
    drafts
        .save(
            &s,
            &[
                DraftChange::Drop(Callee::tool("b")),
                DraftChange::Drop(prompt.callee),
            ],
        )
        .unwrap();
    assert_eq!(drafts.load(&s).unwrap(), []);
    assert!(!drafts.path(&s).exists(), "an empty file is no use");
    drafts
        .save(&s, &[DraftChange::Drop(Callee::tool("b"))])
        .unwrap();
}

#[cfg(unix)]
#[test]
fn only_their_owner_reads_them() {
    use std::os::unix::fs::PermissionsExt;
    let (_home, drafts) = drafts();
    for round in 0..2 {
        drafts.save(&server("s"), &[put("a", round, "1")]).unwrap();
        for entry in fs::read_dir(&drafts.folder).unwrap() {
            let entry = entry.unwrap();
            let mode = entry.metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{entry:?}");
        }
    }
}

#[test]
fn the_oldest_go_when_there_are_too_many_or_too_large() {
    let (_home, drafts) = drafts();
    let s = server("s");
    let few = drafts.clone().with_limits(Limits {
        drafts: 3,
        ..Limits::default()
    });
    for at in 0..5 {
        let dropped = few.save(&s, &[put(&format!("t{at}"), at, "1")]).unwrap();
        assert_eq!(dropped, usize::from(at >= 3));
    }
    assert_eq!(names(&few.load(&s).unwrap()), ["t2", "t3", "t4"]);
    let small = drafts.with_limits(Limits {
        bytes: 600,
        ..Limits::default()
    });
    let large = format!("\"{}\"", "x".repeat(600));
    // One that fits nowhere does not push out the others.
    assert_eq!(small.save(&s, &[put("large", 9, &large)]).unwrap(), 1);
    assert_eq!(names(&small.load(&s).unwrap()), ["t2", "t3", "t4"]);
    let medium = format!("\"{}\"", "x".repeat(300));
    assert_eq!(small.save(&s, &[put("medium", 9, &medium)]).unwrap(), 2);
    assert_eq!(names(&small.load(&s).unwrap()), ["t4", "medium"]);
}

#[test]
fn servers_not_seen_for_longest_are_forgotten() {
    let (_home, drafts) = drafts();
    let drafts = drafts.with_limits(Limits {
        servers: 3,
        ..Limits::default()
    });
    for (at, name) in ["a", "b", "c", "d", "e"].into_iter().enumerate() {
        drafts.save(&server(name), &[put("t", 1, "1")]).unwrap();
        let path = drafts.path(&server(name));
        let file = fs::File::options().write(true).open(path).unwrap();
        let written = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(at as u64);
        file.set_modified(written).unwrap();
        if name == "c" {
            drafts.save(&server("a"), &[put("t", 2, "2")]).unwrap();
        }
    }
    let left: Vec<&str> = ["a", "b", "c", "d", "e"]
        .into_iter()
        .filter(|name| !drafts.load(&server(name)).unwrap().is_empty())
        .collect();
    assert_eq!(left, ["a", "d", "e"], "a was written again after c");
}

#[test]
fn a_file_cut_anywhere_gives_what_is_whole_and_is_written_again() {
    let (_home, drafts) = drafts();
    let s = server("s");
    let all = [
        draft("a", 1, "{\"x\":\"é]\"}"),
        draft("b", 2, "[1.0]"),
        draft("c", 3, "null"),
    ];
    let changes: Vec<DraftChange> = all.iter().cloned().map(DraftChange::Put).collect();
    drafts.save(&s, &changes).unwrap();
    let whole = fs::read(drafts.path(&s)).unwrap();
    let mut best = 0;
    for cut in 0..=whole.len() {
        fs::write(drafts.path(&s), &whole[..cut]).unwrap();
        let loaded = drafts.load(&s).unwrap();
        assert_eq!(loaded, all[..loaded.len()], "cut at {cut}");
        assert!(loaded.len() >= best, "cut at {cut}");
        best = loaded.len();
        drafts.save(&s, &[put("new", 9, "1")]).unwrap();
        assert_eq!(drafts.load(&s).unwrap().len(), best + 1, "cut at {cut}");
    }
    assert_eq!(best, 3);
}

#[test]
fn two_writers_keep_each_others_drafts() {
    let (_home, drafts) = drafts();
    std::thread::scope(|scope| {
        for who in 0..2 {
            let drafts = drafts.clone();
            scope.spawn(move || {
                for n in 0..30 {
                    let change = put(&format!("{who}-{n}"), n, "1");
                    drafts.save(&server("s"), &[change]).unwrap();
                }
            });
        }
    });
    assert_eq!(drafts.load(&server("s")).unwrap().len(), 60);
}

#[test]
fn a_file_of_a_later_version_is_left_alone() {
    let (_home, drafts) = drafts();
    let s = server("s");
    drafts.save(&s, &[put("a", 1, "1")]).unwrap();
    let later = "{\"v\":2,\"drafts\":{}}";
    fs::write(drafts.path(&s), later).unwrap();
    assert_eq!(drafts.load(&s).unwrap(), []);
    let error = drafts
        .save(&s, &[put("a", 1, "1")])
        .unwrap_err()
        .to_string();
    assert!(error.ends_with("a later mcpscope wrote it"), "{error}");
    assert_eq!(fs::read_to_string(drafts.path(&s)).unwrap(), later);
}

proptest! {
    // Every case writes files to the disk.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_are_survived(bytes: Vec<u8>) {
        let (_home, drafts) = drafts();
        drafts.save(&server("s"), &[put("a", 1, "1")]).unwrap();
        fs::write(drafts.path(&server("s")), &bytes).unwrap();
        drafts.load(&server("s")).unwrap();
        drafts.save(&server("s"), &[put("a", 2, "2")]).unwrap();
        prop_assert!(drafts.load(&server("s")).unwrap().contains(&draft("a", 2, "2")));
    }

    #[test]
    fn any_byte_may_differ(at in 0_usize..400, byte: u8) {
        let drafts = [draft("a", 1, "{\"x\":1}"), draft("b", 2, "[2]")];
        let (text, _) = Drafts::open(Path::new("x")).write(&server("s"), &drafts);
        let mut text = text.unwrap().into_bytes();
        let at = at % text.len();
        text[at] = byte;
        prop_assert!(read(&text).len() <= 2);
    }
}
