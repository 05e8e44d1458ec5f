//! Ids, the handshake, the probe.

use std::collections::HashSet;
use std::time::Duration;

use mcpscope::json;
use mcpscope::mcp::client::{EraChoice, Input, Options, Over};
use mcpscope::mcp::completion::{Ask, Reference};
use mcpscope::mcp::http::{Loss, LossKind};
use mcpscope::mcp::types::List;

use super::play::{DISCOVERED, Play, initialized, options};

#[test]
fn obligation_02_ids_are_strings_or_integers_and_never_used_again() {
    let mut play = Play::new(Options {
        lists: vec![List::Tools],
        ..options(EraChoice::Auto)
    });
    play.put(Input::Started);
    play.frame(r#"{"jsonrpc":"2.0","id":"mcpscope-probe-1","error":{"code":-32022,"message":"","data":{"supported":["2026-07-28"]}}}"#);
    play.frame(r#"{"jsonrpc":"2.0","id":"mcpscope-probe-2","error":{"code":-32601,"message":""}}"#);
    play.frame(&initialized("1", "2025-11-25"));
    for cursor in ["a", "b", "c"] {
        let id = play.last_id();
        play.frame(&format!(
            r#"{{"jsonrpc":"2.0","id":{id},"result":{{"tools":[],"nextCursor":"{cursor}"}}}}"#
        ));
    }
    for _ in 0..5 {
        play.call("tools/call", r#"{"name":"a"}"#);
    }
    play.put(Input::Cancel(2));
    play.wait(Duration::from_secs(3_600));
    play.call("ping", "{}");
    // Even when the session was forgotten, and everything begins anew.
    play.frame(&format!(
        r#"{{"jsonrpc":"2.0","id":{},"result":{{}}}}"#,
        play.last_id()
    ));
    play.put(Input::SessionEnded);
    play.frame(&initialized(&play.last_id(), "2025-11-25"));
    play.call("ping", "{}");

    let requests: Vec<&String> = play
        .sent
        .iter()
        .filter(|frame| json::get(frame.as_bytes(), &["id"]).is_some())
        .collect();
    let mut ids = HashSet::new();
    for frame in &requests {
        let id = json::get(frame.as_bytes(), &["id"]).unwrap();
        assert!(
            json::string(id).is_some() || json::integer(id).is_some(),
            "{frame}"
        );
        assert!(ids.insert(id), "the id of {frame} was used before");
    }
    assert!(requests.len() >= 14, "{requests:#?}");
}

#[test]
fn obligation_03_initialize_comes_first_and_initialized_after_its_success() {
    let mut play = Play::new(Options {
        lists: vec![List::Tools],
        ..options(EraChoice::Legacy)
    });
    assert_eq!(play.call("tools/call", r#"{"name":"early"}"#), [""; 0]);
    let out = play.put(Input::Started);
    assert_eq!(out.last().unwrap(), "> initialize 1");
    assert_eq!(play.call("ping", "{}"), [""; 0]);
    play.put(Input::Refresh(List::Tools));
    play.put(Input::Complete {
        ticket: 9,
        ask: Ask {
            reference: Reference::Prompt("p".to_owned()),
            argument: "a".to_owned(),
            value: String::new(),
            context: vec![],
        },
    });
    assert_eq!(
        play.sent.len(),
        1,
        "nothing before the answer: {:?}",
        play.sent
    );
    let out = play.frame(&initialized("1", "2025-06-18"));
    assert_eq!(
        out,
        [
            "> notifications/initialized",
            "* ready, revision 2025-06-18",
            "Ready",
            "> tools/list 2",
            "> tools/call 3",
            "> ping 4",
        ]
    );
}

#[test]
fn obligation_03_a_version_we_do_not_speak_ends_the_connection() {
    for version in ["2026-07-28", "2024-10-07", "2031-01-01", ""] {
        let mut play = Play::new(options(EraChoice::Legacy));
        play.put(Input::Started);
        let out = play.frame(&initialized("1", version));
        assert!(out[0].starts_with("* cannot connect: "), "{out:?}");
        assert_eq!(out[1..], ["Failed"], "and no notifications/initialized");
    }
}

#[test]
fn obligation_03_what_the_server_does_not_offer_is_not_asked_for() {
    let mut play = Play::new(Options {
        era: EraChoice::Legacy,
        ..Options::default()
    });
    play.put(Input::Started);
    let out = play.frame(&initialized("1", "2025-11-25"));
    let sent: Vec<&String> = out.iter().filter(|line| line.starts_with('>')).collect();
    assert_eq!(sent, ["> notifications/initialized", "> tools/list 2"]);
}

#[test]
fn obligation_32_the_probe_is_recorded_and_the_verdict_names_its_evidence() {
    let mut play = Play::new(options(EraChoice::Auto));
    let out = play.put(Input::Started);
    assert!(
        out[0].starts_with("* asking which era the server speaks"),
        "{out:?}"
    );
    let out = play.frame(
        r#"{"jsonrpc":"2.0","id":"mcpscope-probe-1","error":{"code":-32601,"message":"no"}}"#,
    );
    assert_eq!(
        out[0],
        "* era legacy: server/discover was refused with -32601"
    );
    let mut play = Play::new(options(EraChoice::Auto));
    play.put(Input::Started);
    let out = play.frame(DISCOVERED);
    assert_eq!(out[0], "* era modern: server/discover lists 2026-07-28");
}

#[test]
fn obligation_32_a_modern_connection_never_becomes_a_handshake() {
    let error = |id: &str, code: i64| {
        format!(r#"{{"jsonrpc":"2.0","id":{id},"error":{{"code":{code},"message":"no"}}}}"#)
    };
    for over in [Over::Pipe, Over::Http] {
        let mut play = Play::modern(over);
        for code in [-32601, -32602, -32022, -32020, -32000, -32001] {
            play.call("tools/list", "{}");
            let id = play.last_id();
            play.frame(&error(&id, code));
        }
        play.call("tools/list", "{}");
        let id = mcpscope::jsonrpc::Id::read(play.last_id().as_bytes());
        play.put(Input::Unanswered(&id, &Loss::new(LossKind::Refused, "404")));
        play.put(Input::SessionEnded);
        play.call("tools/list", "{}");
        play.wait(Duration::from_secs(3_600));
        assert!(play.client.is_ready());
        let fallen = play.sent.iter().any(|frame| frame.contains("initialize"));
        assert!(!fallen, "{:#?}", play.sent);
        // The process goes away: neither is it started again, nor asked in another way.
        assert_eq!(play.put(Input::Gone), [""; 0]);
    }
}

#[test]
fn obligation_32_who_insists_on_modern_gets_no_handshake() {
    let mut play = Play::new(options(EraChoice::Modern));
    play.put(Input::Started);
    let out = play.frame(
        r#"{"jsonrpc":"2.0","id":"mcpscope-probe-1","error":{"code":-32601,"message":"no"}}"#,
    );
    assert!(out[0].starts_with("* era legacy"), "{out:?}");
    assert!(
        out[1].starts_with("* cannot connect: not a 2026-07-28 server"),
        "{out:?}"
    );
    assert_eq!(play.sent.len(), 1);
}
