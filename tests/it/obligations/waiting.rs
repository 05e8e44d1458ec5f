//! Lists, progress, cancelling and time limits.

use std::collections::HashSet;
use std::time::Duration;

use mcpscope::json;
use mcpscope::jsonrpc::Id;
use mcpscope::mcp::client::{EraChoice, Input, Options, Over};
use mcpscope::mcp::http::Output;
use mcpscope::mcp::types::List;
use proptest::prelude::*;

use super::play::{Carrier, Play, modern, options};

fn page(id: &str, cursor: &str) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{{"tools":[],"nextCursor":{cursor}}}}}"#)
}

proptest! {
    #[test]
    fn obligation_18_cursors_are_sent_back_as_they_came(cursor: String) {
        let mut play = Play::legacy("2025-11-25");
        play.put(Input::Refresh(List::Tools));
        play.frame(&page("2", &json::quote(&cursor)));
        let asked = play.sent.last().unwrap();
        prop_assert_eq!(json::string_at(asked.as_bytes(), &["params", "cursor"]), Some(cursor));
    }
}

#[test]
fn obligation_18_an_empty_cursor_means_more_and_null_means_the_end() {
    let mut play = Play::modern(Over::Http);
    play.put(Input::Refresh(List::Tools));
    assert_eq!(play.frame(&page("1", r#""""#)), ["> tools/list 2"]);
    assert_eq!(play.frame(&page("2", "null")), ["Listed(Tools)"]);
}

#[test]
fn obligation_18_a_walk_that_goes_round_is_ended() {
    let mut play = Play::legacy("2025-11-25");
    play.put(Input::Refresh(List::Tools));
    play.frame(&page("2", r#""a""#));
    play.frame(&page("3", r#""b""#));
    let out = play.frame(&page("4", r#""a""#));
    assert!(out[0].contains("gave the cursor \"a\" again"), "{out:?}");
    assert_eq!(out[1], "Listed(Tools)");
}

#[test]
fn obligation_18_a_walk_without_end_is_ended() {
    let mut play = Play::legacy("2025-11-25");
    play.put(Input::Refresh(List::Tools));
    let mut pages = 0;
    while let Some(id) = play.sent.pop().map(|frame| {
        String::from_utf8_lossy(json::get(frame.as_bytes(), &["id"]).unwrap()).into_owned()
    }) {
        pages += 1;
        assert!(pages <= 10_000, "it never ends");
        let out = play.frame(&page(&id, &format!("\"{pages}\"")));
        if out.iter().any(|line| line == "Listed(Tools)") {
            break;
        }
    }
    assert_eq!(pages, 1_000);
}

#[test]
fn obligation_21_progress_tokens_are_unique_among_what_is_running() {
    for mut play in [Play::legacy("2025-11-25"), Play::modern(Over::Pipe)] {
        let before = play.sent.len();
        for _ in 0..20 {
            play.call("tools/call", r#"{"name":"a","arguments":{}}"#);
        }
        let tokens: HashSet<Id> = play.sent[before..]
            .iter()
            .map(|frame| {
                let token = json::get(frame.as_bytes(), &["params", "_meta", "progressToken"]);
                Id::read(token.unwrap())
            })
            .collect();
        assert_eq!(tokens.len(), 20);
        assert!(tokens.iter().all(Id::is_valid));
    }
}

#[test]
fn obligation_22_a_request_is_cancelled_by_a_notification_in_the_handshake_era_and_on_stdio() {
    for mut play in [
        Play::legacy("2024-11-05"),
        Play::legacy("2025-11-25"),
        Play::modern(Over::Pipe),
    ] {
        play.call("tools/call", r#"{"name":"a"}"#);
        let id = play.last_id();
        assert_eq!(
            play.put(Input::Cancel(1)),
            ["> notifications/cancelled", "finished 1 Cancelled"]
        );
        let told = play.sent.last().unwrap().as_bytes();
        assert_eq!(
            json::get(told, &["params", "requestId"]),
            Some(id.as_bytes())
        );
        assert_eq!(json::get(told, &["id"]), None);
    }
}

#[test]
fn obligation_22_over_modern_http_a_request_is_cancelled_by_closing_its_stream() {
    let mut play = Play::modern(Over::Http);
    play.call("tools/call", r#"{"name":"a"}"#);
    let out = play.put(Input::Cancel(1));
    assert_eq!(out[1..], ["Abandon(Integer(1))", "finished 1 Cancelled"]);
    let mut carrier = Carrier::new();
    carrier.send(&modern(1, "tools/call", r#""name":"a","#));
    assert_eq!(carrier.abandon(&Id::Integer(1)), [Output::Close(1)]);
    assert_eq!(carrier.made.len(), 1);
}

#[test]
fn obligation_22_initialize_is_never_cancelled() {
    let mut play = Play::new(options(EraChoice::Legacy));
    play.put(Input::Started);
    play.call("tools/call", r#"{"name":"a"}"#);
    assert_eq!(play.put(Input::Cancel(1)), ["finished 1 Cancelled"]);
    let out = play.wait(Duration::from_secs(3_600));
    assert!(out.contains(&"Failed".to_owned()), "{out:?}");
    assert_eq!(play.sent.len(), 1, "{:?}", play.sent);
}

#[test]
fn obligation_23_every_request_has_a_limit_and_progress_does_not_lift_the_last_one() {
    let most = Duration::from_secs(100);
    let wait = Duration::from_secs(10);
    let mut play = Play::new(Options {
        request_wait: wait,
        request_wait_max: most,
        ..options(EraChoice::Legacy)
    });
    play.put(Input::Started);
    assert_eq!(play.client.deadline(), Some(wait), "initialize too");
    play.frame(&super::play::initialized("1", "2025-11-25"));
    for (method, params) in [("tools/call", r#"{"name":"a"}"#), ("resources/list", "{}")] {
        let began = play.now;
        play.call(method, params);
        let id = play.last_id();
        // A limit that comes near is told before it is reached.
        let deadline = play.client.deadline();
        assert!(
            deadline.is_some_and(|at| at <= began + wait),
            "{deadline:?}"
        );
        let mut out = Vec::new();
        while !out.iter().any(|line: &String| line.contains("cancelled")) {
            assert!(play.now <= began + most, "{method} waits for ever");
            play.frame(&format!(
                r#"{{"jsonrpc":"2.0","method":"notifications/progress","params":{{"progressToken":{id},"progress":1}}}}"#
            ));
            out = play.wait(Duration::from_secs(9));
        }
        let waited = play.now.saturating_sub(began);
        assert!(
            out.contains(&"> notifications/cancelled".to_owned()),
            "{out:?}"
        );
        if method == "tools/call" {
            assert!(waited >= most, "progress starts the time anew: {waited:?}");
        } else {
            assert!(
                waited < Duration::from_secs(20),
                "no token, no progress: {waited:?}"
            );
        }
    }
}

#[test]
fn obligation_19_every_request_asks_the_server_whatever_it_said_of_its_freshness() {
    let mut play = Play::modern(Over::Http);
    for id in 1..4 {
        assert_eq!(
            play.put(Input::Refresh(List::Tools)),
            [format!("> tools/list {id}")]
        );
        let fresh = format!(
            r#"{{"jsonrpc":"2.0","id":{id},"result":{{"resultType":"complete","ttlMs":3600000,"cacheScope":"private","tools":[]}}}}"#
        );
        assert_eq!(play.frame(&fresh), ["Listed(Tools)"]);
    }
}

#[test]
fn obligation_28_requests_about_a_task_name_it_in_a_header() {
    for method in ["tasks/get", "tasks/update", "tasks/cancel"] {
        let mut carrier = Carrier::new();
        carrier.send(&modern(1, method, r#""taskId":"786512e2 ü","#));
        let name = carrier.header("mcp-name").unwrap();
        assert!(name.starts_with("=?base64?"), "{name}");
        let mut carrier = Carrier::new();
        carrier.send(&modern(1, method, r#""taskId":"786512e2","#));
        assert_eq!(carrier.header("mcp-name"), Some("786512e2"));
    }
}
