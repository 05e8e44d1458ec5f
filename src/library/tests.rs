//! The library, in folders of its own and at made-up times.

#![expect(clippy::unwrap_used, reason = "tests")]

use super::retention::{too_many, why_kept};
use super::*;
use crate::recorder::Recorder;

const ENTRIES: &str = concat!(
    r#"{"seq":1,"us":10,"at":"2026-11-21T10:30:00Z","conn":1,"ch":"process","dir":"here","json":{"event":"connect","name":"demo","transport":"stdio","era":"auto"}}"#,
    "\n",
    r#"{"seq":2,"us":20,"at":"2026-11-21T10:30:00Z","conn":1,"ch":"wire","dir":"out","json":{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","key":"‹masked:key:1a2b›"}}}"#,
    "\n",
    r#"{"seq":3,"us":40,"at":"2026-11-21T10:30:01Z","conn":1,"ch":"wire","dir":"in","json":{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"no"}}}"#,
    "\n",
    r#"{"seq":4,"us":70,"at":"2026-11-21T10:30:01Z","conn":1,"ch":"stdout","dir":"in","text":"hello"}"#,
    "\n"
);

struct Home {
    folder: tempfile::TempDir,
    library: Library,
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

const NOW: i64 = 1_800_000_000;
const DAY: i64 = 86_400;

impl Home {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let library = Library::at(folder.path().join("sessions"), folder.path().join("trash"));
        std::fs::create_dir(library.folder()).unwrap();
        Self { folder, library }
    }

    /// A session that was written so many days ago.
    fn put(&self, name: &str, days: i64, text: &str) -> PathBuf {
        let path = self.library.folder().join(format!("{name}.jsonl"));
        let created = at(NOW - days * DAY);
        std::fs::write(
            &path,
            format!("{{\"mcpscope\":1,\"created\":\"{created}\",\"by\":\"t\"}}\n{text}"),
        )
        .unwrap();
        let file = File::options().append(true).open(&path).unwrap();
        file.set_modified(created.into()).unwrap();
        path
    }

    fn names(&self) -> Vec<String> {
        let items = self.library.list(None).unwrap();
        items.iter().map(Item::stem).collect()
    }
}

#[test]
fn sessions_are_listed_newest_first_and_other_files_are_not() {
    let home = Home::new();
    home.put("old", 3, "");
    home.put("new", 1, "");
    std::fs::write(home.library.folder().join("x.jsonl"), "hello\n").unwrap();
    std::fs::write(home.library.folder().join("new.meta.json"), "{").unwrap();
    assert_eq!(home.names(), ["new", "old"]);
    let none = Library::at(home.folder.path().join("none"), PathBuf::new());
    assert_eq!(none.list(None).unwrap(), []);
}

#[test]
fn a_summary_is_counted_once_and_again_when_the_file_has_changed() {
    let home = Home::new();
    let path = home.put("s", 1, ENTRIES);
    let item = home.library.look(&path, None).unwrap();
    assert_eq!(item.meta.summary, None);
    assert_eq!(home.library.summarise(&item, || false).unwrap(), None);
    let summary = home.library.summarise(&item, || true).unwrap().unwrap();
    assert_eq!(
        (
            summary.entries,
            summary.messages,
            summary.errors,
            summary.masked,
            summary.took
        ),
        (4, 2, 2, 1, 60)
    );
    assert_eq!(summary.servers_in_short(), "demo");
    let again = home.library.look(&path, None).unwrap();
    assert_eq!(again.meta.summary, Some(summary));
    assert!(again.meta.is_plain());
    let mut file = File::options().append(true).open(&path).unwrap();
    io::Write::write_all(&mut file, b"\n").unwrap();
    assert_eq!(home.library.look(&path, None).unwrap().meta.summary, None);
}

#[cfg(unix)]
#[test]
fn what_is_added_is_the_users_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = Home::new();
    let path = home.put("s", 1, "");
    home.library
        .change(&path, |meta| meta.name = "bug-41".to_owned())
        .unwrap();
    let mode = sidecar(&path).metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(home.library.look(&path, None).unwrap().title(), "bug-41");
}

#[cfg(unix)]
#[test]
fn a_session_that_is_recorded_stays() {
    let home = Home::new();
    let path = home.library.folder().join("live.jsonl");
    let recorder = Recorder::create(&path).unwrap();
    let look = |current| home.library.look(&path, current).unwrap().writing;
    assert_eq!(look(None), Writing::Others);
    assert_eq!(look(Some(path.as_path())), Writing::Ours);
    let why = home.library.delete(&path, None, at(NOW)).unwrap_err();
    assert!(
        why.to_string()
            .ends_with("another mcpscope still records it"),
        "{why}"
    );
    drop(recorder);
    assert_eq!(look(None), Writing::Nobody);
    home.library.delete(&path, None, at(NOW)).unwrap();
}

#[test]
fn what_is_deleted_comes_back_with_what_stood_beside_it() {
    let home = Home::new();
    let path = home.put("s", 1, ENTRIES);
    home.library
        .change(&path, |meta| meta.tags = tags_of(["keep me"]))
        .unwrap();
    std::fs::write(path.with_file_name("s.jsonl.idx"), "index").unwrap();
    let deleted = home.library.delete(&path, None, at(NOW)).unwrap();
    assert_eq!(home.names(), Vec::<String>::new());
    assert!(!sidecar(&path).exists() && deleted.now.exists());
    // Somebody took the name meanwhile.
    home.put("s", 1, "");
    let back = home.library.restore(&deleted).unwrap();
    assert_eq!(stem(&back), "s-2");
    assert_eq!(
        std::fs::read(back.with_file_name("s-2.jsonl.idx")).unwrap(),
        b"index"
    );
    let meta = home.library.meta(&back).unwrap();
    assert_eq!(
        (meta.tags.as_slice(), meta.deleted),
        (&["keep".to_owned(), "me".to_owned()][..], None)
    );
    // Nothing is left beside one that had nothing.
    let plain = home.library.delete(&path, None, at(NOW)).unwrap();
    home.library.restore(&plain).unwrap();
    assert!(path.exists() && !sidecar(&path).exists());
}

#[test]
fn limits_take_the_oldest_but_never_what_is_kept() {
    let home = Home::new();
    for (name, days) in [("a", 40), ("b", 35), ("c", 20), ("d", 10)] {
        home.put(name, days, ENTRIES);
    }
    let path = |name: &str| home.library.folder().join(format!("{name}.jsonl"));
    home.library
        .change(&path("a"), |meta| meta.keep = true)
        .unwrap();
    let goes = |days, bytes| -> Vec<String> {
        let items = home.library.list(None).unwrap();
        let going = too_many(&items, Retention { days, bytes }, at(NOW));
        going.iter().map(|path| stem(path)).collect()
    };
    assert_eq!(goes(0, 0), Vec::<String>::new());
    assert_eq!(goes(30, 0), ["b"]);
    assert_eq!(goes(35, 0), Vec::<String>::new());
    let size = path("b").metadata().unwrap().len();
    // The kept one counts, and another goes in its place.
    assert_eq!(goes(0, 3 * size), ["b"]);
    assert_eq!(goes(0, 1), ["b", "c", "d"]);
    assert_eq!(goes(30, 2 * size), ["b", "c"]);
    home.library
        .change(&path("b"), |meta| {
            meta.marks.toggle(2, 'x');
        })
        .unwrap();
    assert_eq!(goes(1, 1), ["c", "d"]);
    let items = home.library.list(Some(&path("d"))).unwrap();
    assert_eq!(why_kept(&items[0]), Some("it is being recorded here"));
}

#[test]
fn the_trash_is_emptied_after_a_week_of_its_clock() {
    let home = Home::new();
    home.put("a", 40, "");
    home.put("b", 1, "");
    let limits = Retention { days: 30, bytes: 0 };
    let clean = |now| home.library.keep_house(limits, None, at(now)).unwrap();
    let done = clean(NOW);
    assert_eq!(
        (done.deleted.len(), done.gone, done.troubles.len()),
        (1, 0, 0)
    );
    assert_eq!(clean(NOW + 7 * DAY).gone, 0);
    let done = clean(NOW + 7 * DAY + 1);
    assert_eq!((done.deleted.len(), done.gone), (0, 1));
    let left = std::fs::read_dir(home.folder.path().join("trash")).unwrap();
    assert_eq!(left.count(), 0);
    assert_eq!(home.names(), ["b"]);
}

#[test]
fn sessions_are_found_by_any_name_they_have() {
    let home = Home::new();
    let (a, b) = (
        home.put("20261121T1-demo", 2, ""),
        home.put("20261121T2-demo", 1, ""),
    );
    home.library
        .change(&a, |meta| meta.name = "bug-41".to_owned())
        .unwrap();
    let find = |name: &str| home.library.find(name);
    for name in [
        "bug-41",
        "bug",
        "20261121T1-demo.jsonl",
        "20261121T1",
        &a.to_string_lossy(),
    ] {
        assert_eq!(find(name), Ok(a.clone()), "{name}");
    }
    let short = |path: &PathBuf| home.library.look(path, None).unwrap().short_title();
    assert_eq!(
        (short(&a), short(&b)),
        ("bug-41".into(), "20261121T2-demo".into())
    );
    let dated = home.put("20261121T093000Z-demo", 9, "");
    assert_eq!(short(&dated), "demo");
    std::fs::remove_file(dated).unwrap();
    assert_eq!(find("last"), Ok(b));
    assert_eq!(
        find("20261121").unwrap_err().to_string(),
        "20261121 may be 20261121T2-demo, 20261121T1-demo"
    );
    assert_eq!(find("x").unwrap_err().to_string(), "no session is called x");
    assert!(find("./x.jsonl").is_err());
}
