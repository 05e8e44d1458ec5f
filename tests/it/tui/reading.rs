//! Calls out of a list, and what comes back: content that is copied and walked through, links that are followed, answers
//! that nobody can read.

use mcpscope::inspector::{Command, Update};
use mcpscope::mcp::client::End;
use mcpscope::session::{Channel, Direction};

use crate::support::screen::{SIZES, Screen};

const TOOLS: &str = r#"[{"name":"look","inputSchema":{"type":"object"}},{"name":"order","inputSchema":{"type":"object","required":["item"],"properties":{"item":{"type":"string"}}}}]"#;

/// A screen with the list of tools of a server that is connected.
fn listed(size: (u16, u16)) -> Screen {
    let mut screen = Screen::live(size).keys("Enter");
    screen.connects(TOOLS);
    screen.sent.clear();
    screen
}

/// The last call: its ticket, method and parameters.
fn call(screen: &Screen) -> (u64, String, String) {
    match screen.sent.last() {
        Some(Command::Call { call, .. }) => {
            let params = call.params.clone().unwrap_or_default();
            (call.ticket, call.method.clone(), params)
        }
        other => panic!("no call but {other:?}"),
    }
}

/// The last call goes out.
fn goes_out(screen: &mut Screen) -> u64 {
    let (ticket, method, params) = call(screen);
    let id = 1000 + ticket;
    let frame = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"{method}","params":{params}}}"#);
    let seq = screen.wire(Direction::Out, &frame);
    screen.update(Update::Sent { ticket, seq });
    ticket
}

/// The last call goes out and is answered.
fn answered(screen: &mut Screen, result: &str) {
    let ticket = goes_out(screen);
    let frame = format!(
        r#"{{"jsonrpc":"2.0","id":{},"result":{result}}}"#,
        1000 + ticket
    );
    let seq = Some(screen.wire(Direction::In, &frame));
    let end = End::Answered;
    screen.update(Update::Finished { ticket, end, seq });
}

#[test]
fn a_tool_runs_out_of_the_list() {
    for size in SIZES {
        let mut screen = listed(size).keys("r");
        let (_, method, params) = call(&screen);
        assert_eq!(
            (&*method, params.contains(r#""name":"look""#)),
            ("tools/call", true)
        );
        answered(
            &mut screen,
            r#"{"content":[{"type":"text","text":"seen"}]}"#,
        );
        assert!(screen.contains("seen"), "{}", screen.text());
        if size.0 >= 100 {
            // Beside the list there is room for the answer: the list keeps the keys.
            assert!(screen.cursor_line().contains("look"), "{}", screen.text());
        }
        // What its form would not send without a question is asked there.
        let mut screen = listed(size).keys("j r");
        assert!(screen.sent.is_empty());
        assert!(screen.contains("f fix first"), "{}", screen.text());
        screen.press("s");
        assert!(call(&screen).2.contains(r#""name":"order""#));
    }
}

#[test]
fn an_answer_that_cannot_be_read_is_named_where_it_is_waited_for() {
    let mut screen = listed(SIZES[1]).keys("r");
    goes_out(&mut screen);
    assert!(
        screen.contains("Waiting for the answer"),
        "{}",
        screen.text()
    );
    assert!(!screen.contains("no client can read"));
    screen.output(Channel::Stdout, "{\"jsonrpc\":\"2.0\",\"id\":1001,");
    assert!(
        screen.contains("came 1 line that no client can read"),
        "{}",
        screen.text()
    );
}

#[test]
fn a_link_that_was_followed_says_how_it_was_read() {
    for size in SIZES {
        let mut screen = listed(size).keys("r");
        let link = r#"{"content":[{"type":"resource_link","uri":"x://a","name":"a"}]}"#;
        answered(&mut screen, link);
        while !screen.cursor_line().contains("resource_link") {
            screen.press("Tab");
        }
        screen.press("Enter");
        assert_eq!(call(&screen).1, "resources/read");
        assert!(
            screen.status().starts_with("reading x://a"),
            "{}",
            screen.status()
        );
        answered(
            &mut screen,
            r#"{"contents":[{"uri":"x://a","text":"inside"}]}"#,
        );
        assert_eq!(screen.status(), "read x://a");
        assert!(screen.contains("Esc ‹ x://a   ok"), "{}", screen.text());
        assert!(screen.contains("inside"), "{}", screen.text());
        screen.press("Esc");
        assert!(!screen.contains("Esc ‹"), "{}", screen.text());
    }
}

#[test]
fn all_that_blocks_say_is_copied_without_our_lines() {
    let mut screen = listed(SIZES[1]).keys("r");
    let content = r#"{"content":[{"type":"text","text":"one"},{"type":"image","data":"%%","mimeType":"image/png"},{"type":"text","text":"two"}]}"#;
    answered(&mut screen, content);
    screen.press("S-Tab");
    assert!(screen.contains("▸[0] text 3 B"), "{}", screen.text());
    screen.press("J J");
    assert!(screen.contains("▸[2] text 3 B"), "{}", screen.text());
    // The first and the last are gone to.
    screen.press("g g");
    assert!(screen.contains("▸[0] text"), "{}", screen.text());
    screen.press("G");
    assert!(screen.contains("▸[2] text"), "{}", screen.text());
    screen.press("y a");
    assert_eq!(screen.copied.last().unwrap(), "one\ntwo");
}

#[test]
fn broken_json_is_told_above_the_fields() {
    for size in SIZES {
        let screen = listed(size).keys("j Enter Esc ] i \"!\" Esc [");
        assert!(screen.contains("[Form]"), "{}", screen.text());
        let told = "JSON has an error at 1:";
        assert!(
            screen.line(5).contains(told)
                || screen.line(4).contains(told)
                || screen.line(6).contains(told),
            "{}",
            screen.text()
        );
        screen.is_sound("broken");
    }
}
