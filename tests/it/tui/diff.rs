//! What differs, on the screen: two calls out of Traffic, one call on two servers; paths that are ignored stay so.

use insta::assert_snapshot;
use mcpscope::inspector::{Command, Update};
use mcpscope::mcp::client::End;
use mcpscope::session::Direction;
use mcpscope::tui::action::Action;

use crate::support::screen::{SIZES, Screen};

const TOOLS: &str = r#"[{"name":"echo","annotations":{"readOnlyHint":true},"inputSchema":{"type":"object"}},
  {"name":"wipe","annotations":{"destructiveHint":true},"inputSchema":{"type":"object"}}]"#;

/// Two calls of one tool, answered otherwise.
fn two_calls(size: (u16, u16)) -> Screen {
    let mut screen = Screen::live(size).keys("Enter");
    screen.connects(TOOLS);
    for (id, city, labels) in [(8, "Oslo", r#"["bug","ui"]"#), (9, "Rome", r#"["bug"]"#)] {
        let frame = format!(
            r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"echo","arguments":{{"city":"{city}"}}}}}}"#
        );
        screen.wire(Direction::Out, &frame);
        let frame = format!(
            r#"{{"jsonrpc":"2.0","id":{id},"result":{{"content":[{{"type":"text","text":"{{\"city\":\"{city}\",\"at\":\"2026-11-21T10:00:0{id}Z\"}}"}}],"structuredContent":{{"id":{id},"labels":{labels}}},"isError":false}}}}"#
        );
        screen.wire(Direction::In, &frame);
    }
    screen
}

/// The screen without how long the calls took, which is never twice the same, and has the names give way to it.
fn steady(screen: &Screen) -> String {
    let text = screen.text();
    let lines = text.lines().map(|line| match line.split_once("DIFF #") {
        Some((before, _)) => format!("{before}DIFF…"),
        None => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn two_rows_are_compared_by_path_as_text_and_side_by_side() {
    for (width, height) in SIZES {
        let mut screen = two_calls((width, height)).keys("5 G Space k D");
        assert!(screen.contains("DIFF"), "{}", screen.text());
        assert_snapshot!(format!("diff-paths-{width}x{height}"), steady(&screen));
        screen.is_sound("diff by path");
        screen.press("]");
        assert_snapshot!(format!("diff-text-{width}x{height}"), steady(&screen));
        screen.press("]");
        assert_snapshot!(format!("diff-sides-{width}x{height}"), steady(&screen));
        screen.is_sound("diff side by side");
        screen.press("a");
        let why = "only a recording that was sent again can be replaced";
        assert!(screen.status().contains(why), "{}", screen.text());
        screen.press("Esc");
        assert!(screen.contains("TRAFFIC"), "{}", screen.text());
    }
}

#[test]
fn an_ignored_path_stays_ignored_until_it_is_taken_back() {
    let mut screen = two_calls(SIZES[1]).keys("5 G Space k D");
    screen.press("n n i");
    assert!(
        screen.status().contains("is ignored from now on"),
        "{}",
        screen.status()
    );
    assert!(!screen.contains("\"ui\""), "{}", screen.text());
    // Another time, out of the file.
    screen.press("Esc D");
    assert!(!screen.contains("\"ui\""), "{}", screen.text());
    assert_eq!(
        screen.shelves.ignores.load().unwrap(),
        ["$.structuredContent.labels[1]"]
    );
    screen.press("I");
    assert!(
        screen.contains("ignored: $.structuredContent.labels[1]"),
        "{}",
        screen.text()
    );
    screen.press("u");
    assert!(screen.shelves.ignores.load().unwrap().is_empty());
    screen.press("y M");
    let report = screen.copied.pop().unwrap();
    assert!(
        report.contains("| removed | `$.structuredContent.labels[1]` | `\"ui\"` | `(absent)` |"),
        "{report}"
    );
}

#[test]
fn one_call_goes_to_every_server_that_has_it_and_is_asked_about_when_it_destroys() {
    let mut screen = Screen::live(SIZES[1]).keys("Enter");
    screen.connects(TOOLS);
    // The same in the other era, beside it.
    screen.press("1 O");
    let conn = screen.model.world.servers[1].conn.unwrap();
    screen.conn = conn;
    screen.connects(TOOLS);
    screen.sent.clear();
    screen.press("2");
    screen.model.world.current = 0;
    screen.act(Action::RunOnAll);
    let calls: Vec<(u32, u64)> = screen
        .sent
        .iter()
        .map(|command| match command {
            Command::Call { conn, call } => (*conn, call.ticket),
            other => panic!("no call but {other:?}"),
        })
        .collect();
    assert_eq!(calls.len(), 2, "{}", screen.text());
    assert!(screen.contains("asked…"), "{}", screen.text());
    for (answer, (conn, ticket)) in calls.into_iter().enumerate() {
        screen.conn = conn;
        let frame = format!(
            r#"{{"jsonrpc":"2.0","id":7{answer},"method":"tools/call","params":{{"name":"echo","arguments":{{}}}}}}"#
        );
        let seq = screen.wire(Direction::Out, &frame);
        screen.update(Update::Sent { ticket, seq });
        let frame =
            format!(r#"{{"jsonrpc":"2.0","id":7{answer},"result":{{"content":[],"n":{answer}}}}}"#);
        let seq = screen.wire(Direction::In, &frame);
        let (end, seq) = (End::Answered, Some(seq));
        screen.update(Update::Finished { ticket, end, seq });
    }
    assert!(screen.contains("$.n"), "{}", screen.text());
    // What destroys is asked about, and not sent by any other key.
    screen.press("2 j");
    screen.sent.clear();
    screen.act(Action::RunOnAll);
    assert!(
        screen.contains("is marked destructive"),
        "{}",
        screen.text()
    );
    screen.press("n");
    assert!(screen.sent.is_empty());
    screen.act(Action::RunOnAll);
    screen.press("y");
    assert_eq!(screen.sent.len(), 2);
}
