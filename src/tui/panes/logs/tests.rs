//! The Logs view on small sessions: what it draws, and what actions make of it.

use super::*;
use crate::tui::effect::Subject;
use crate::tui::panes::stream::fixture::{Stage, clock};

const SESSION: &[&str] = &[
    r#"* {"event":"connect","name":"db","transport":"stdio","era":"auto"}"#,
    r#"* {"event":"spawn","pid":7,"command":["db"]}"#,
    "2 INFO: listening",
    "2 WARN: slow \u{202e}disk",
    r#"> {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"q"}}"#,
    r#"< {"jsonrpc":"2.0","method":"notifications/message","params":{"level":"critical","logger":"db","data":{"retry":2}}}"#,
    "! starting server v1",
    "2 psycopg.OperationalError: connection refused",
    r#"* {"event":"exit","code":3,"signal":null}"#,
];

fn pane(follow: bool) -> Logs {
    Logs::new(clock(), follow)
}

fn seq(pane: &Logs, stage: &Stage) -> u64 {
    let entry = pane.moment(&stage.ctx()).expect("a line");
    stage.timeline.entry(entry).expect("an entry").seq()
}

#[test]
fn one_time_line() {
    let mut stage = Stage::of(SESSION);
    let mut pane = pane(true);
    let (screen, cursor, effects) = stage.show(&mut pane, 80, 20);
    assert_eq!(screen, SCREEN);
    assert_eq!((cursor, effects), (Some(Position::new(0, 8)), vec![]));
    stage.push(&[r#"@2 * {"event":"connect","name":"db","transport":"stdio","era":"auto"}"#]);
    let (screen, ..) = stage.show(&mut pane, 80, 20);
    assert!(screen.contains("14:02:10.200 2   mcpscope"), "{screen}");
}

#[test]
fn the_whole_line_shows_below_or_instead() {
    let stage = Stage::of(SESSION);
    let mut pane = pane(true);
    stage.show(&mut pane, 120, 30);
    pane.action(Action::OpenLine, &stage.ctx());
    let (screen, _, effects) = stage.show(&mut pane, 120, 30);
    assert_eq!(screen, OPEN_SCREEN);
    let [
        Effect::Build {
            subject:
                Subject::Messages {
                    first,
                    second: None,
                },
            ..
        },
    ] = &effects[..]
    else {
        panic!("{effects:?}")
    };
    assert_eq!(first.seq, 9);
    // From the line to the list, then the line goes, then the view.
    for reply in [Reply::done(), Reply::done(), Reply::go(Go::Out)] {
        assert_eq!(pane.action(Action::Back, &stage.ctx()), reply);
    }
    stage.show(&mut pane, 80, 20);
    pane.action(Action::OpenLine, &stage.ctx());
    let title = stage.title(&mut pane, 80, 20);
    assert!(title.starts_with("━▌Logs › #9 life ━"), "{title}");
    for reply in [Reply::done(), Reply::go(Go::Out)] {
        assert_eq!(pane.action(Action::Back, &stage.ctx()), reply);
    }
}

#[test]
fn levels_hide_lines_and_keep_the_place() {
    let mut stage = Stage::of(SESSION);
    let mut pane = pane(false);
    stage.show(&mut pane, 80, 20);
    pane.reveal(3, &stage.ctx());
    assert_eq!(seq(&pane, &stage), 4);
    let said: Vec<Option<String>> = (0..3)
        .map(|_| pane.action(Action::Level, &stage.ctx()).say)
        .collect();
    assert_eq!(said[2].as_deref(), Some("warning and worse are shown."));
    assert_eq!(seq(&pane, &stage), 4);
    stage.push(&["2 INFO: quiet", "2 ERROR: loud"]);
    let title = stage.title(&mut pane, 80, 20);
    assert!(title.starts_with("━▌LOGS 6 of 10 ━"), "{title}");
    let filter = pane.filtering.sifting.filter().map(ToString::to_string);
    assert_eq!(filter.as_deref(), Some("level:warning.."));
    assert!(title.ends_with(" 4 errors · 2 warnings ━"), "{title}");
    pane.action(Action::Level, &stage.ctx());
    assert_eq!(seq(&pane, &stage), 6);
    pane.action(Action::Level, &stage.ctx());
    // Nobody moved: it is the line that was stood on before again.
    assert_eq!((seq(&pane, &stage), pane.shown.len()), (4, 10));
}

#[test]
fn finds_only_lines_of_the_log() {
    let stage = Stage::of(SESSION);
    let mut pane = pane(false);
    stage.show(&mut pane, 80, 20);
    pane.action(Action::Find, &stage.ctx());
    stage.find(&mut pane, "er", &[4, 5, 7, 8]);
    assert_eq!(seq(&pane, &stage), 4);
    assert!(stage.title(&mut pane, 80, 20).contains(" [1/3] er · "));
    pane.action(Action::FindPrevious, &stage.ctx());
    assert_eq!(seq(&pane, &stage), 8);
    for _ in 0..4 {
        pane.action(Action::Level, &stage.ctx());
    }
    assert!(stage.title(&mut pane, 80, 20).contains(" [1/1] er · "));
    assert_eq!(pane.action(Action::Back, &stage.ctx()), Reply::done());
    assert_eq!(pane.action(Action::Back, &stage.ctx()), Reply::go(Go::Out));
}

#[test]
fn goes_to_what_went_wrong() {
    let stage = Stage::of(SESSION);
    let mut pane = pane(false);
    stage.show(&mut pane, 80, 20);
    let mut seen = Vec::new();
    while pane.action(Action::NextError, &stage.ctx()).say.is_none() {
        seen.push(seq(&pane, &stage));
    }
    assert_eq!(seen, [6, 7, 8, 9]);
}

#[test]
fn follows_until_somebody_moves_up() {
    let mut stage = Stage::of(SESSION);
    let mut pane = pane(true);
    assert!(stage.title(&mut pane, 80, 6).ends_with(" FOLLOW ━"));
    pane.action(Action::PageUp, &stage.ctx());
    let before = seq(&pane, &stage);
    stage.push(&["2 a", "2 b"]);
    assert!(stage.title(&mut pane, 80, 6).ends_with(" 2 new below ━"));
    assert_eq!(seq(&pane, &stage), before);
    // A call in Traffic leads to what came first after it.
    pane.reveal(4, &stage.ctx());
    assert_eq!(seq(&pane, &stage), 6);
    pane.action(Action::Bottom, &stage.ctx());
    assert!(stage.title(&mut pane, 80, 6).ends_with(" FOLLOW ━"));
}

#[test]
fn says_so_when_there_is_nothing() {
    let mut stage = Stage::of(&[]);
    let mut pane = pane(true);
    let (screen, cursor, _) = stage.show(&mut pane, 80, 20);
    assert!(
        screen.contains("Nothing yet: connect a server (1)"),
        "{screen}"
    );
    assert_eq!(cursor, Some(Position::new(0, 1)));
    for action in [Action::OpenLine, Action::NextError, Action::FindNext] {
        assert!(pane.why_not(action, &stage.ctx()).is_some());
        assert!(pane.action(action, &stage.ctx()).say.is_some());
    }
    stage.push(&["2 INFO: x"]);
    for _ in 0..2 {
        pane.action(Action::Level, &stage.ctx());
    }
    let (screen, ..) = stage.show(&mut pane, 120, 30);
    assert!(screen.contains("No row passes the filter; Backspace shows all again."));
}

#[test]
fn no_size_breaks_it() {
    let stage = Stage::of(SESSION);
    for (width, height) in [
        (0, 0),
        (1, 1),
        (10, 2),
        (99, 3),
        (100, 3),
        (100, 14),
        (300, 90),
    ] {
        let mut pane = pane(true);
        for action in [
            Action::Find,
            Action::Back,
            Action::OpenLine,
            Action::Zoom,
            Action::Back,
        ] {
            stage.show(&mut pane, width, height);
            pane.action(action, &stage.ctx());
        }
    }
}

#[test]
fn a_million_entries_cost_what_a_screen_costs() {
    let mut stage = Stage::of(&[]);
    stage.flood(1_000_000);
    let mut pane = pane(true);
    stage.show(&mut pane, 120, 30);
    let start = std::time::Instant::now();
    for action in [
        Action::Up,
        Action::PageUp,
        Action::Top,
        Action::NextError,
        Action::Bottom,
    ] {
        pane.action(action, &stage.ctx());
        stage.show(&mut pane, 120, 30);
    }
    assert!(start.elapsed().as_millis() < 1_000, "{:?}", start.elapsed());
}

const SCREEN: &str = r#"━▌LOGS 8 ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ 3 errors · 2 warnings · FOLLOW ━
  14:02:09.120 mcpscope info     connect db over stdio, era auto
  14:02:09.240 life     info     started, pid 7: db
  14:02:09.360 stderr   info     INFO: listening
  14:02:09.480 stderr   warning  WARN: slow ‹U+202E›disk
  14:02:09.720 notif    critical db: {"retry":2}
  14:02:09.840 stdout   junk     starting server v1
  14:02:09.960 stderr   error    psycopg.OperationalError: connection refused
▸ 14:02:10.080 life     error    exited with code 3











"#;
const OPEN_SCREEN: &str = r#"━ LOGS 8 ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ 3 errors · 2 warnings ━
  14:02:09.120 mcpscope info     connect db over stdio, era auto
  14:02:09.240 life     info     started, pid 7: db
  14:02:09.360 stderr   info     INFO: listening
  14:02:09.480 stderr   warning  WARN: slow ‹U+202E›disk
  14:02:09.720 notif    critical db: {"retry":2}
  14:02:09.840 stdout   junk     starting server v1
  14:02:09.960 stderr   error    psycopg.OperationalError: connection refused
▸ 14:02:10.080 life     error    exited with code 3






━▌#9 life ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
reading…













"#;
