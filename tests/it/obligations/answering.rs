//! What servers ask back, and what their results are.

use mcpscope::json;
use mcpscope::mcp::client::{EraChoice, Input, Over};

use super::play::{Play, options};

#[test]
fn obligation_04_ping_is_answered_and_what_is_unknown_is_refused() {
    for version in ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"] {
        let mut play = Play::legacy(version);
        for id in ["1", r#""1""#, "-9007199254740993"] {
            assert_eq!(
                play.frame(&format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"ping"}}"#)),
                [format!(r#"> {{"jsonrpc":"2.0","id":{id},"result":{{}}}}"#)]
            );
        }
        for method in ["roots/list", "sampling/createMessage", "vendor/unheard-of"] {
            play.frame(&format!(
                r#"{{"jsonrpc":"2.0","id":7,"method":"{method}","params":{{}}}}"#
            ));
            let refusal = play.sent.last().unwrap().as_bytes();
            assert_eq!(
                json::get(refusal, &["id"]),
                Some(&b"7"[..]),
                "{version} {method}"
            );
            assert_eq!(
                json::get(refusal, &["error", "code"]),
                Some(&b"-32601"[..]),
                "{version} {method}"
            );
        }
    }
}

#[test]
fn obligation_05_a_modern_server_gets_no_response_whatever_it_asks() {
    for over in [Over::Pipe, Over::Http] {
        let mut play = Play::modern(over);
        let sent = play.sent.len();
        for method in [
            "ping",
            "roots/list",
            "sampling/createMessage",
            "elicitation/create",
            "x/y",
        ] {
            let out = play.frame(&format!(
                r#"{{"jsonrpc":"2.0","id":7,"method":"{method}","params":{{}}}}"#
            ));
            let [told] = out.as_slice() else {
                panic!("{out:?}")
            };
            assert!(
                told.starts_with(&format!("* {method} is not answered")),
                "{told}"
            );
        }
        assert_eq!(play.sent.len(), sent);
    }
}

#[test]
fn obligation_07_a_run_that_can_answer_nothing_declares_nothing() {
    let mut play = Play::new(options(EraChoice::Legacy));
    play.put(Input::Started);
    let opening = play.sent.last().unwrap().as_bytes();
    assert_eq!(
        json::get(opening, &["params", "capabilities"]),
        Some(&b"{}"[..])
    );
    for over in [Over::Pipe, Over::Http] {
        let mut play = Play::modern(over);
        play.call("tools/call", r#"{"name":"a"}"#);
        for frame in &play.sent {
            let declared = json::get(
                frame.as_bytes(),
                &[
                    "params",
                    "_meta",
                    "io.modelcontextprotocol/clientCapabilities",
                ],
            );
            assert_eq!(declared, Some(&b"{}"[..]), "{frame}");
        }
    }
}
