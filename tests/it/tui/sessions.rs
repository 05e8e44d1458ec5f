//! View 8: the sessions somebody has, and what is done with them.

use std::path::PathBuf;

use mcpscope::library::{Library, sidecar};
use mcpscope::tui::action::Action;
use mcpscope::tui::event::{Event, Shelved};

use crate::support::screen::{Screen, file};

/// A live screen with a few sessions in its library, counted.
pub fn shelf(size: (u16, u16)) -> Screen {
    let screen = Screen::live(size);
    let library = &screen.shelves.library;
    for (name, from) in [
        ("20261118T090000Z-demo", "sessions/demo.jsonl"),
        ("20261119T090000Z-crash", "sessions/crash.jsonl"),
        ("20261120T090000Z-trouble", "sessions/trouble.jsonl"),
    ] {
        put(library, name, from);
    }
    screen
}

fn put(library: &Library, name: &str, from: &str) -> PathBuf {
    std::fs::create_dir_all(library.folder()).unwrap();
    let path = library.folder().join(format!("{name}.jsonl"));
    std::fs::copy(file(from), &path).unwrap();
    let item = library.look(&path, None).unwrap();
    library.summarise(&item, || true).unwrap();
    path
}

fn path(screen: &Screen, name: &str) -> PathBuf {
    screen
        .shelves
        .library
        .folder()
        .join(format!("{name}.jsonl"))
}

#[test]
fn sessions_are_listed_with_what_is_in_them() {
    let mut screen = shelf((120, 36)).keys("8 j");
    let library = screen.shelves.library.clone();
    let crash = path(&screen, "20261119T090000Z-crash");
    library
        .change(&crash, |meta| {
            meta.name = "bug-41".to_owned();
            meta.tags = vec!["regression".to_owned()];
            meta.note = "stops when the configuration is missing".to_owned();
            meta.marks.toggle(3, 'a');
            meta.marks.annotate(3, "here");
            meta.keep = true;
        })
        .unwrap();
    screen.press("g R");
    insta::assert_snapshot!("sessions_120", hide_home(&screen));
    screen.press("/ \"bug\"");
    insta::assert_snapshot!("sessions_120_found", hide_home(&screen));
    screen.press("Enter ]");
    insta::assert_snapshot!("sessions_120_notes", hide_home(&screen));
    screen.resize((80, 24));
    insta::assert_snapshot!("sessions_80_found", hide_home(&screen));
    screen.press("Esc");
    insta::assert_snapshot!("sessions_80", hide_home(&screen));
    screen.press("l [");
    insta::assert_snapshot!("sessions_80_summary", hide_home(&screen));
    screen.is_sound("sessions");
}

/// The status row names a path, which is another one every time.
fn hide_home(screen: &Screen) -> String {
    let folder = screen.shelves.library.folder().display().to_string();
    screen.text().replace(&folder, "SESSIONS")
}

#[test]
fn sessions_are_found_by_tag_server_and_sorted() {
    let mut screen = shelf((120, 36));
    let crash = path(&screen, "20261119T090000Z-crash");
    let library = screen.shelves.library.clone();
    library
        .change(&crash, |meta| meta.tags = vec!["odd".to_owned()])
        .unwrap();
    screen.press("8 /");
    let mut shown = |typed: &str| {
        screen.press(&format!("C-u \"{typed}\""));
        let title = screen.line(2);
        title.split_whitespace().nth(1).unwrap().to_owned()
    };
    assert_eq!(shown(""), "4");
    for (typed, count) in [
        ("tag:odd", "1"),
        ("tag:od", "0"),
        ("srv:mcpscope", "1"),
        ("odd", "1"),
        ("crash", "1"),
        ("-crash", "3"),
        ("errors>1", "1"),
        ("status:error -tag:odd | current", "3"),
        ("nothing at all", "0"),
        ("current", "1"),
    ] {
        assert_eq!(shown(typed), count, "{typed}");
    }
    screen.press("C-u Enter");
    let mut firsts = Vec::new();
    for _ in 0..5 {
        screen.press("O");
        firsts.push(screen.line(4).trim().to_owned());
    }
    assert!(firsts[0].contains("(current)"), "{firsts:?}");
    assert!(firsts[1].contains("demo"), "{firsts:?}");
}

#[test]
fn the_selected_session_stays_selected_when_others_come() {
    let mut screen = shelf((120, 36)).keys("8 j j");
    let selected = |screen: &Screen| {
        let text = screen.text();
        let mut lines = text.lines();
        let line = lines.find(|line| line.starts_with('▸')).unwrap();
        line.split_whitespace().nth(3).unwrap().to_owned()
    };
    let before = selected(&screen);
    let library = screen.shelves.library.clone();
    put(&library, "20991231T090000Z-newer", "sessions/crash.jsonl");
    screen.press("g R");
    assert_eq!(selected(&screen), before);
}

#[test]
fn what_is_deleted_is_brought_back() {
    let mut screen = shelf((120, 36)).keys("8 j d");
    assert!(
        screen.status().contains("1 session moved to the trash"),
        "{}",
        screen.text()
    );
    assert!(!screen.contains("crash") && screen.contains("trouble"));
    screen.press("Space Space");
    assert!(screen.contains("2 selected"), "{}", screen.text());
    screen.press("d");
    assert!(
        screen.contains("2 sessions moved to the trash"),
        "{}",
        screen.text()
    );
    assert!(screen.contains("SESSIONS 1"));
    screen.press("u");
    assert!(screen.contains("SESSIONS 3") && screen.contains("2 sessions back"));
    screen.press("u");
    assert!(screen.contains("SESSIONS 4") && screen.contains("crash"));
    screen.press("u");
    assert!(
        screen.status().contains("nothing was deleted here yet"),
        "{}",
        screen.status()
    );
    // What is recorded here cannot go.
    screen.press("g g d");
    assert!(
        screen.status().contains("it is being recorded here"),
        "{}",
        screen.status()
    );
}

#[test]
fn a_name_tags_and_a_note_are_filled_in() {
    let mut screen = shelf((80, 24)).keys("8 j e \"bug-41\" Tab \"a, b\" Tab");
    insta::assert_snapshot!("sessions_80_sheet", hide_home(&screen));
    screen.press("\"why\" Enter");
    assert!(screen.contains("bug-41 #a #b"), "{}", screen.text());
    let beside = sidecar(&path(&screen, "20261119T090000Z-crash"));
    let written = std::fs::read_to_string(&beside).unwrap();
    assert!(written.contains("\"note\": \"why\""), "{written}");
    screen.press("e \"x\" Esc K");
    assert!(screen.contains("keep bug-41 #a #b"), "{}", screen.text());
    // The session of now is not among the files of this test, and is not kept anywhere.
    screen.press("g g e");
    assert!(screen.contains("SESSION now"), "{}", screen.text());
}

#[test]
fn what_cannot_be_done_says_why() {
    let mut screen = shelf((120, 36)).keys("8 j");
    for (keys, why) in [
        ("D", "select two sessions with Space first"),
        ("u", "nothing was deleted here yet"),
        ("n", "here / shows only what matches"),
    ] {
        screen.press(keys);
        assert!(screen.status().contains(why), "{keys}: {}", screen.status());
    }
    screen.press("Space Space g x");
    assert!(
        screen.status().contains("one by one, and 2 are selected"),
        "{}",
        screen.status()
    );
    screen.press("Esc");
    screen.click("Replay…", "Open");
    assert!(screen.contains("REPLAY"), "{}", screen.text());
}

#[test]
fn two_sessions_are_compared_and_one_is_exported() {
    let mut screen = shelf((120, 36)).keys("8 j g x");
    assert!(screen.contains("EXPORT"), "{}", screen.text());
    assert!(
        screen.contains("20261119T090000Z-crash.html"),
        "{}",
        screen.text()
    );
    // What is looked at is exported as everywhere: with what it has.
    screen.press("Esc g g g x");
    assert!(screen.contains("all: 0 rows"), "{}", screen.text());
    screen.press("Esc j");
    screen.click("Replay…", "Export…");
    assert!(screen.contains("all of it"), "{}", screen.text());
    screen.press("Esc Space Space D");
    assert!(screen.contains("DIFF"), "{}", screen.text());
    assert!(
        screen.contains("missing    #13 tools/call echo"),
        "{}",
        screen.text()
    );
    screen.is_sound("sessions compared");
}

#[test]
fn a_list_that_cannot_be_read_says_so() {
    let mut screen = Screen::live((80, 24)).keys("8");
    assert!(screen.contains("(current)"));
    let at = crate::support::screen::now();
    let items = Err("cannot read /x: no".to_owned());
    screen.event(Event::Library(Shelved::Listed { at, items }));
    screen.press("/ \"zzz\"");
    assert!(
        screen.contains("cannot be listed: cannot read /x: no"),
        "{}",
        screen.text()
    );
    screen.act(Action::ReadSessions);
}
