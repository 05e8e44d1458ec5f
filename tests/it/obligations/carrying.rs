//! What HTTP demands: headers, sessions, streams, resumption, batches, mirrored arguments.

use std::time::Duration;

use base64::Engine as _;
use mcpscope::json;
use mcpscope::jsonrpc::Id;
use mcpscope::mcp::client::Over;
use mcpscope::mcp::http::headers;
use mcpscope::mcp::http::{LossKind, Output, Verb};

use super::play::{Carrier, JSON, Play, STREAM, frames, initialized, modern, request};

const META: &str = "io.modelcontextprotocol/";

#[test]
fn obligation_06_every_modern_request_carries_its_meta() {
    let mut play = Play::modern(Over::Http);
    for (method, params) in [
        ("tools/list", "{}"),
        (
            "tools/call",
            r#"{"name":"a","arguments":{},"_meta":{"mine/x":1}}"#,
        ),
        ("vendor/anything", r#"{"a":1}"#),
    ] {
        play.call(method, params);
    }
    play.put(mcpscope::mcp::client::Input::Refresh(
        mcpscope::mcp::types::List::Tools,
    ));
    assert_eq!(play.sent.len(), 5);
    for frame in &play.sent {
        let meta = |name: &str| {
            json::get(
                frame.as_bytes(),
                &["params", "_meta", &format!("{META}{name}")],
            )
        };
        assert_eq!(
            meta("protocolVersion"),
            Some(&br#""2026-07-28""#[..]),
            "{frame}"
        );
        let capabilities = meta("clientCapabilities").map(json::kind);
        assert_eq!(capabilities, Some(json::Kind::Object), "{frame}");
        let info = meta("clientInfo").unwrap();
        assert!(json::string_at(info, &["name"]).is_some(), "{frame}");
        assert!(json::string_at(info, &["version"]).is_some(), "{frame}");
    }
    assert!(
        play.sent[2].contains(r#""mine/x":1"#),
        "what was there stays"
    );
}

#[test]
fn obligation_06_headers_mirror_the_body_and_each_message_is_one_post() {
    let mut carrier = Carrier::new();
    for (number, (method, params, name)) in [
        ("server/discover", "", None),
        ("tools/list", "", None),
        ("tools/call", r#""name":"a b","arguments":{},"#, Some("a b")),
        (
            "prompts/get",
            r#""name":"größe","#,
            Some("=?base64?Z3LDtsOfZQ==?="),
        ),
        ("resources/read", r#""uri":"file:///x","#, Some("file:///x")),
        ("tasks/get", r#""taskId":"t1","#, Some("t1")),
    ]
    .into_iter()
    .enumerate()
    {
        let out = carrier.send(&modern(number as u32, method, params));
        assert_eq!(out.len(), 1, "{out:?}");
        let made = carrier.made.last().unwrap();
        assert_eq!(made.verb, Verb::Post);
        assert_eq!(
            made.body.as_deref(),
            Some(modern(number as u32, method, params).as_bytes())
        );
        assert_eq!(carrier.header("mcp-protocol-version"), Some("2026-07-28"));
        assert_eq!(carrier.header("mcp-method"), Some(method));
        assert_eq!(carrier.header("mcp-name"), name);
    }
}

#[test]
fn obligation_08_json_and_streams_are_accepted_for_any_request() {
    let result = r#"{"jsonrpc":"2.0","id":2,"result":{"tools":[]}}"#;
    for version in ["2025-03-26", "2025-06-18", "2025-11-25"] {
        let mut carrier = Carrier::opened(version);
        carrier.send(&request(2));
        assert_eq!(
            carrier.header("accept"),
            Some("application/json, text/event-stream")
        );
        assert_eq!(frames(&carrier.answer(4, 200, JSON, result)), [result]);

        let mut carrier = Carrier::opened(version);
        carrier.send(&request(2));
        carrier.head(
            4,
            200,
            &[("content-type", "text/event-stream; charset=utf-8")],
        );
        let silent = carrier.events(
            4,
            ": keep-alive\n\nid: 1\ndata:\n\nretry: 10\n\nevent: message\ndata: \n\n",
        );
        assert_eq!(silent, [], "comments and events without data are nothing");
        let out = carrier.events(4, &format!(": again\nid: 2\ndata: {result}\n\n"));
        assert_eq!(frames(&out), [result]);
    }
}

#[test]
fn obligation_09_the_session_goes_with_every_request_and_is_given_back() {
    let mut carrier = Carrier::opened("2025-11-25");
    carrier.send(&request(2));
    carrier.send(r#"{"jsonrpc":"2.0","id":"q","result":{}}"#);
    carrier.shutdown();
    for exchange in [4, 5] {
        carrier.answer(exchange, 202, JSON, "");
    }
    let (opening, rest) = carrier.made.split_first().unwrap();
    assert_eq!(headers::value(&opening.headers, "mcp-session-id"), None);
    assert!(rest.len() >= 4);
    for made in rest {
        assert_eq!(
            headers::value(&made.headers, "mcp-session-id"),
            Some("s3cr3t"),
            "{made:?}"
        );
    }
    assert_eq!(rest.last().unwrap().verb, Verb::Delete);
}

#[test]
fn obligation_09_the_session_is_never_written_down_in_clear() {
    let written = headers::masked(
        &[
            ("Mcp-Session-Id".to_owned(), "s3cr3t".to_owned()),
            ("mcp-session-id".to_owned(), "s3cr3t".to_owned()),
        ],
        &[],
    );
    for (_, value) in written {
        assert!(!value.contains("s3cr3t"), "{value}");
    }
}

#[test]
fn obligation_09_a_forgotten_session_leads_to_a_new_handshake_without_it() {
    let mut carrier = Carrier::opened("2025-11-25");
    carrier.send(&request(2));
    let out = carrier.answer(
        4,
        404,
        JSON,
        r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32001,"message":"Session not found"}}"#,
    );
    assert!(out.contains(&Output::SessionEnded), "{out:?}");

    let mut play = Play::legacy("2025-11-25");
    play.call("tools/list", "{}");
    play.frame(r#"{"jsonrpc":"2.0","id":2,"result":{"tools":[]}}"#);
    let out = play.put(mcpscope::mcp::client::Input::SessionEnded);
    assert_eq!(out.last().unwrap(), "> initialize 3");
    carrier.send(&play.sent.pop().unwrap());
    assert_eq!(carrier.header("mcp-session-id"), None);
}

#[test]
fn obligation_10_the_negotiated_version_stands_in_every_later_request() {
    for version in ["2025-06-18", "2025-11-25"] {
        let mut carrier = Carrier::opened(version);
        carrier.send(&request(2));
        carrier.send(r#"{"jsonrpc":"2.0","id":"q","result":{}}"#);
        let (opening, rest) = carrier.made.split_first().unwrap();
        assert_eq!(
            headers::value(&opening.headers, "mcp-protocol-version"),
            None
        );
        assert_eq!(
            rest.len(),
            4,
            "initialized, the stream, a request, a response"
        );
        for made in rest {
            assert_eq!(
                headers::value(&made.headers, "mcp-protocol-version"),
                Some(version)
            );
        }
    }
}

#[test]
fn obligation_11_a_broken_stream_is_taken_up_with_its_last_event_after_the_wait_it_asked_for() {
    let mut carrier = Carrier::opened("2025-11-25");
    carrier.send(&request(2));
    carrier.head(4, 200, &[("content-type", STREAM)]);
    carrier.events(4, "id: 7\nretry: 500\ndata:\n\n");
    let out = carrier.ends(4);
    let [
        Output::Wait {
            exchange: 4, after, ..
        },
    ] = out.as_slice()
    else {
        panic!("not a wait, and nothing that cancels: {out:?}")
    };
    assert_eq!(*after, Duration::from_millis(500));
    carrier.due(4);
    let made = carrier.made.last().unwrap();
    assert_eq!((made.verb, made.follows), (Verb::Get, Some(4)));
    assert_eq!(carrier.header("last-event-id"), Some("7"));
    assert_eq!(carrier.header("mcp-session-id"), Some("s3cr3t"));
    let exchange = made.exchange;
    carrier.head(exchange, 200, &[("content-type", STREAM)]);
    let result = r#"{"jsonrpc":"2.0","id":2,"result":{}}"#;
    assert_eq!(
        frames(&carrier.events(exchange, &format!("id: 8\ndata: {result}\n\n"))),
        [result]
    );
}

#[test]
fn obligation_12_the_modern_era_knows_no_session_no_stream_and_no_resumption() {
    let mut carrier = Carrier::new();
    carrier.send(&modern(1, "server/discover", ""));
    carrier.head(
        1,
        200,
        &[("content-type", JSON), ("mcp-session-id", "s3cr3t")],
    );
    carrier.body(1, r#"{"jsonrpc":"2.0","id":1,"result":{"supportedVersions":["2026-07-28"],"capabilities":{}}}"#);
    carrier.send(&modern(2, "tools/call", r#""name":"a","#));
    carrier.head(2, 200, &[("content-type", STREAM)]);
    carrier.events(2, "id: 1\nretry: 1\ndata:\n\n");
    let out = carrier.ends(2);
    let [Output::Unanswered { id, loss }] = out.as_slice() else {
        panic!("{out:?}")
    };
    assert_eq!((id, loss.kind), (&Id::Integer(2), LossKind::Broken));
    let hint = loss.hint.as_deref().unwrap();
    assert!(
        hint.contains("only if that does no harm"),
        "the person decides: {hint}"
    );
    carrier.shutdown();
    assert_eq!(
        carrier.made.len(),
        2,
        "nothing is asked again, nothing is given back"
    );
    for made in &carrier.made {
        assert_eq!(made.verb, Verb::Post);
        for name in ["mcp-session-id", "last-event-id"] {
            assert_eq!(headers::value(&made.headers, name), None);
        }
    }
}

#[test]
fn obligation_12_a_lost_request_that_is_sent_again_has_a_new_id() {
    let mut play = Play::modern(Over::Http);
    play.call("tools/call", r#"{"name":"a"}"#);
    let first = play.last_id();
    let id = Id::read(first.as_bytes());
    let loss = mcpscope::mcp::http::Loss::new(LossKind::Broken, "broke off");
    let out = play.put(mcpscope::mcp::client::Input::Unanswered(&id, &loss));
    assert_eq!(
        out,
        ["finished 1 Unanswered"],
        "it is not sent again by itself"
    );
    play.call("tools/call", r#"{"name":"a"}"#);
    assert_ne!(play.last_id(), first);
}

#[test]
fn obligation_13_batches_are_taken() {
    let batch = r#"[{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":1}},{"jsonrpc":"2.0","id":"q","method":"ping"},{"jsonrpc":"2.0","id":2,"result":{}}]"#;
    let mut play = Play::legacy("2025-03-26");
    play.call("tools/call", r#"{"name":"a"}"#);
    assert_eq!(
        play.frame(batch),
        [
            r#"> {"jsonrpc":"2.0","id":"q","result":{}}"#,
            "finished 1 Answered"
        ]
    );
    let mut carrier = Carrier::opened("2025-03-26");
    carrier.send(&request(2));
    let out = carrier.answer(4, 200, JSON, batch);
    assert_eq!(frames(&out), [batch]);
    let lost = out
        .iter()
        .any(|output| matches!(output, Output::Unanswered { .. }));
    assert!(!lost, "the answer in the batch counts: {out:?}");
    assert_eq!(
        initialized("1", "2025-03-26").matches('[').count(),
        0,
        "initialize is in none"
    );
}

const MARKED: &str = r#"{"jsonrpc":"2.0","id":1,"result":{"resultType":"complete","tools":[
    {"name":"good","inputSchema":{"type":"object","properties":{
        "region":{"type":"string","x-mcp-header":"Region"},
        "deep":{"type":"object","properties":{"n":{"type":"integer","x-mcp-header":"N"}}},
        "dry":{"type":"boolean","x-mcp-header":"Dry"},
        "plain":{"type":"string"}}}},
    {"name":"bad","inputSchema":{"type":"object","properties":{"a":{"type":"number","x-mcp-header":"A"}}}}]}}"#;

#[test]
fn obligation_14_marked_arguments_are_mirrored() {
    let mut carrier = Carrier::new();
    carrier.send(&modern(1, "tools/list", ""));
    carrier.answer(1, 200, JSON, MARKED);
    carrier.send(&modern(
        2,
        "tools/call",
        r#""name":"good","arguments":{"region":" pad ","deep":{"n":42},"dry":null,"plain":"x"},"#,
    ));
    let padded = base64::engine::general_purpose::STANDARD.encode(" pad ");
    assert_eq!(
        carrier.header("mcp-param-region"),
        Some(format!("=?base64?{padded}?=").as_str())
    );
    assert_eq!(carrier.header("mcp-param-n"), Some("42"));
    assert_eq!(carrier.header("mcp-param-dry"), None, "null is no value");
    let marked = carrier.made.last().unwrap().headers.iter();
    let marked = marked.filter(|(name, _)| name.to_ascii_lowercase().starts_with("mcp-param-"));
    assert_eq!(marked.count(), 2, "and nothing that is not marked");
}

#[test]
fn obligation_14_a_tool_with_a_wrong_mark_is_named_with_the_reason() {
    let mut carrier = Carrier::new();
    carrier.send(&modern(1, "tools/list", ""));
    let out = carrier.answer(1, 200, JSON, MARKED);
    let told: Vec<&String> = out
        .iter()
        .filter_map(|output| match output {
            Output::Remark(text) => Some(text),
            _ => None,
        })
        .collect();
    let [told] = told.as_slice() else {
        panic!("{out:?}")
    };
    assert!(
        told.contains("\"bad\"") && told.contains("needs the type"),
        "{told}"
    );
    assert_eq!(
        frames(&out).len(),
        1,
        "the list itself is passed on whole, so that it can be shown"
    );
}
