//! What the pane makes of keys and events, without a screen around it.

#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::json::Value;
use crate::mcp::hand::Again;
use crate::tui::panes::stream::fixture::Stage;

fn value(text: &str) -> Value {
    Value::parse(text.as_bytes()).unwrap()
}

/// Nothing can be sent without a server: what is said then says so, whatever the tab.
#[test]
fn nothing_is_sent_without_a_connection() {
    let stage = Stage::of(&[]);
    let mut pane = RequestPane::default();
    for _ in Tab::ALL {
        pane.action(Action::NextTab, &stage.ctx());
        let reply = pane.action(Action::Run, &stage.ctx());
        assert!(
            reply.effects.is_empty() && reply.say.is_some(),
            "{:?}",
            pane.tab
        );
    }
}

#[test]
fn what_was_sent_fills_the_form_it_belongs_to() {
    let stage = Stage::of(&[]);
    let mut pane = RequestPane::default();
    let form = value(r#"{"method":"tools/call","params":{"name":"x","n":1.0}}"#);
    for (again, tab) in [
        (Again::Request(form.clone()), Tab::Request),
        (Again::Notification(form.clone()), Tab::Notification),
        (Again::Frame(b"junk".to_vec()), Tab::Frame),
    ] {
        pane.fill(&again);
        assert_eq!(pane.tab, tab);
        match pane.pane() {
            Some(pane) => assert_eq!(pane.arguments(), form),
            None => assert_eq!(pane.frame.0.text(), "junk"),
        }
        assert!(!pane.takes_text(), "keys are actions then");
        stage.show(&mut pane, 80, 20);
    }
}

#[test]
fn every_tab_draws_at_any_size() {
    let stage = Stage::of(&[r#"> {"jsonrpc":"2.0","id":1,"method":"ping"}"#]);
    for (width, height) in [(120, 32), (80, 20), (60, 12), (10, 3), (3, 1)] {
        let mut pane = RequestPane {
            last: Some((1, Some(1))),
            ..RequestPane::default()
        };
        for _ in Tab::ALL {
            for focused in [false, true] {
                pane.detail.focused = focused;
                let (_, cursor, _) = stage.show(&mut pane, width, height);
                let cursor = cursor.unwrap();
                assert!(cursor.x <= width && cursor.y <= height, "{cursor:?}");
            }
            pane.detail.focused = false;
            pane.action(Action::NextTab, &stage.ctx());
        }
    }
}

#[test]
fn a_trace_is_made_up_for_the_request() {
    let stage = Stage::of(&[]);
    let mut pane = RequestPane::default();
    pane.fill(&Again::Request(value(r#"{"method":"a"}"#)));
    pane.action(Action::Generate, &stage.ctx());
    let first = pane.request.arguments();
    let trace = first.get("traceparent").and_then(Value::as_str).unwrap();
    assert_eq!((trace.len(), &trace[..3]), (55, "00-"));
    pane.action(Action::Generate, &stage.ctx());
    assert_ne!(pane.request.arguments(), first);
    assert_eq!(pane.request.arguments().get("method"), first.get("method"));
}

#[test]
fn a_frame_is_told_as_it_is_typed() {
    let mut pane = RequestPane::default();
    assert_eq!(pane.frame_words(), "a request, id \"by-hand-1\" · 50 B");
    pane.frame.0.set("{\n}");
    assert_eq!(
        pane.frame_words(),
        "✗ JSON, but no JSON-RPC message · 3 B, sent as it is · over a pipe it is 2 lines"
    );
}
