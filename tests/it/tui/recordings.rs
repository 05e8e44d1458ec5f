//! A recording is opened, gone through entry by entry, marked and left; the live session goes on underneath.

use mcpscope::session::Direction;
use mcpscope::tui::action::{ACTIONS, Action};
use mcpscope::tui::pane::View;

use super::sessions::shelf;
use crate::support::screen::Screen;

fn opened() -> Screen {
    Screen::opened("sessions/demo.jsonl", (120, 36))
}

#[test]
fn a_session_opens_over_the_live_one_which_goes_on() {
    let mut screen = shelf((120, 36));
    screen.press("6");
    let before = screen.text();
    screen.press("8 G Enter");
    insta::assert_snapshot!("recording_120", screen.text());
    let servers = screen.keys("1");
    let mut screen = servers;
    insta::assert_snapshot!("recording_120_servers", screen.text());
    // What the live session tells meanwhile changes nothing of what is shown.
    let shown = screen.text();
    screen.connects("");
    assert_eq!(
        screen.text().lines().skip(2).collect::<Vec<_>>().join("\n"),
        shown.lines().skip(2).collect::<Vec<_>>().join("\n")
    );
    assert!(screen.sent.is_empty(), "{:?}", screen.sent);
    screen.press(", q");
    assert!(!screen.contains("REPLAY"), "{}", screen.text());
    screen.press("6");
    assert_ne!(screen.text(), before);
    assert!(screen.contains("some-server"), "{}", screen.text());
    // q closes the top thing, and that is the recording.
    screen.press("8 G Enter q");
    assert!(
        !screen.contains("REPLAY") && screen.orders.is_empty(),
        "{}",
        screen.text()
    );
}

#[test]
fn a_recording_takes_the_place_of_another() {
    let mut screen = shelf((80, 24)).keys("8 G Enter");
    insta::assert_snapshot!("recording_80", screen.text());
    screen.press("8 k Enter");
    assert!(screen.contains("--junk-first"), "{}", screen.text());
    screen.press("8");
    assert!(screen.contains("open trouble"), "{}", screen.text());
    screen.press("g g Enter");
    assert!(!screen.contains("REPLAY"), "{}", screen.text());
}

#[test]
fn every_view_shows_what_was_true_then() {
    let mut screen = opened().keys(", g");
    assert!(screen.line(2).contains("entry 1 of"), "{}", screen.text());
    assert!(screen.line(1).contains("2 Tools  "), "{}", screen.line(1));
    screen.press("> > >");
    insta::assert_snapshot!("replay_120_traffic", screen.text());
    screen.press("2");
    insta::assert_snapshot!("replay_120_tools", screen.text());
    screen.press("6");
    insta::assert_snapshot!("replay_120_logs", screen.text());
    screen.press(", G");
    assert!(screen.line(2).contains("all of it"), "{}", screen.text());
    screen.press("5");
    assert_eq!(rest(&screen), rest(&opened()));
}

/// All but the header rows, the title with what is new in it, and the status row.
fn rest(screen: &Screen) -> String {
    let text = screen.text();
    let lines: Vec<&str> = text.lines().collect();
    lines[4..lines.len() - 2].join("\n")
}

#[test]
fn a_recording_is_stepped_through_and_played() {
    let mut screen = opened().keys(", g");
    let entry = |screen: &Screen| -> u32 {
        let row = screen.line(2);
        let said = row.split("entry ").nth(1).unwrap();
        said.split(' ').next().unwrap().parse().unwrap()
    };
    let mut seen = vec![entry(&screen)];
    for keys in [">", ">", ", j", ", k", "<"] {
        screen.press(keys);
        seen.push(entry(&screen));
    }
    assert!(seen[0] == 1 && seen[1] > 1 && seen[2] > seen[1], "{seen:?}");
    assert_eq!((seen[3], seen[4], seen[5]), (seen[2] + 1, seen[2], seen[1]));
    screen.press(", k , g , k");
    assert!(
        screen.status().contains("beginning of the recording"),
        "{}",
        screen.status()
    );
    screen.press(", e");
    assert!(entry(&screen) > seen[2], "{}", screen.text());
    screen.press(", t \"#12\" Enter");
    assert_eq!(entry(&screen), 12);
    screen.press(", t \"no\" Enter");
    assert!(
        screen.contains("a time such as 11:20:31"),
        "{}",
        screen.text()
    );
    screen.press("Esc , +");
    assert!(screen.line(2).contains("x2 capped"), "{}", screen.line(2));
    screen.press(", c , -");
    assert!(screen.line(2).contains("x1  entry"), "{}", screen.line(2));
    // Waiting takes no time here: it plays to its end, and stops there.
    screen.press(", p");
    assert!(screen.line(2).contains("all of it"), "{}", screen.line(2));
    assert_eq!(screen.model.replay.playing, None);
    screen.click("REPLAY", "◂");
    assert!(screen.line(2).contains("paused"), "{}", screen.line(2));
    screen.press("k k k , h");
    assert!(entry(&screen) < 40, "{}", screen.text());
}

/// Whatever somebody does while a recording is shown, nothing is sent, started or stopped.
#[test]
fn nothing_is_sent_from_a_recording() {
    // What ends or leaves it, in which case things can be sent again: that is what these are for.
    let leaves = [
        Action::ReplayLeave,
        Action::Close,
        Action::Quit,
        Action::OpenSession,
        Action::ReplaySession,
    ];
    for over_live in [true, false] {
        for view in View::every() {
            let mut screen = if over_live {
                shelf((120, 36)).keys("8 G Enter , g > > >")
            } else {
                opened()
            };
            for row in ACTIONS.iter().filter(|row| !leaves.contains(&row.action)) {
                screen.model.view = view;
                screen.press("j l");
                screen.act(row.action);
                // What was opened by it, but for the list of sessions, is confirmed; then left.
                if screen.model.view != View::Sessions {
                    screen.press("Enter Enter");
                }
                screen.press("Esc Esc Esc");
                assert!(screen.sent.is_empty(), "{} in {view:?}", row.name);
                assert_eq!(
                    screen.model.aside.is_some(),
                    over_live,
                    "{} leaves",
                    row.name
                );
                assert!(!screen.model.world.live);
            }
        }
    }
}

#[test]
fn entries_are_marked_gone_to_and_kept() {
    let mut screen = shelf((120, 36)).keys("8 G Enter g g j j m");
    insta::assert_snapshot!("recording_120_letters", screen.text());
    screen.press("a");
    assert!(
        screen.status().contains("is marked a"),
        "{}",
        screen.status()
    );
    let at = screen.cursor_line();
    screen.press("A \"the first one\" Enter G");
    assert_ne!(screen.cursor_line(), at);
    let end = screen.cursor_line();
    screen.press("' a");
    assert_eq!(screen.cursor_line(), at);
    screen.press("' '");
    assert_eq!(screen.cursor_line(), end);
    screen.press("' z");
    assert!(
        screen.status().contains("no entry is marked z"),
        "{}",
        screen.status()
    );
    screen.press("m ?");
    assert!(
        screen.status().contains("a letter or a digit"),
        "{}",
        screen.status()
    );
    // A mark that lies later than the moment is gone to with its moment.
    screen.press(", g ' a");
    assert_eq!(screen.cursor_line(), at);
    screen.press(", G , M");
    assert!(screen.line(2).contains("paused"), "{}", screen.line(2));
    // It is there when the session is opened again, and in its notes.
    screen.press(", q 8 G ]");
    assert!(screen.contains("the first one"), "{}", screen.text());
    screen.press("Enter ' a");
    assert_eq!(screen.cursor_line(), at);
    screen.press("m a , q 8 g R G");
    assert!(screen.contains("* the first one"), "{}", screen.text());
}

#[test]
fn a_live_session_is_marked_too() {
    let mut screen = Screen::live((120, 36));
    screen.connects("");
    screen.wire(Direction::In, r#"{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"x"}}"#);
    screen.press("6 m b");
    assert!(
        screen.model.world.marks.of_letter('b').is_some(),
        "{}",
        screen.text()
    );
    screen.press("8 m");
    assert!(
        screen.status().contains("no entry is selected"),
        "{}",
        screen.status()
    );
}
