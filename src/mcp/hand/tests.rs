//! What is filled in becomes a frame, and a frame what was filled in.

use proptest::prelude::*;

use super::*;
use crate::form::Form;

fn value(text: &str) -> Value {
    Value::parse(text.as_bytes()).unwrap()
}

fn filled(form: &str) -> (String, Option<String>) {
    let filled = request(&value(form)).unwrap();
    (filled.method, filled.params)
}

#[test]
fn forms_are_forms() {
    for schema in [request_schema(), notification_schema(), settings_schema()] {
        assert_eq!(json::check(schema.as_bytes()), Ok(()), "{schema}");
        let form = Form::from_schema(schema.as_bytes());
        assert!(form.rows(|_| false).len() > 1, "{schema}");
    }
    assert!(request_schema().contains("\"server/discover\""));
    assert!(!request_schema().contains("\"elicitation/create\""));
    assert!(notification_schema().contains("\"notifications/roots/list_changed\""));
}

#[test]
fn what_is_filled_in_is_what_is_sent() {
    assert_eq!(
        filled(r#"{"method":" any/thing ","params":[1.0,{"b":1,"a":2}]}"#),
        ("any/thing".into(), Some(r#"[1.0,{"b":1,"a":2}]"#.into()))
    );
    assert_eq!(filled(r#"{"method":"ping"}"#), ("ping".into(), None));
    let (_, params) = filled(
        r#"{"method":"tools/call","params":{"name":"x","_meta":{"a":1,"traceparent":"old"}},"log level":"debug",
            "traceparent":"00-1","progress token":"7","_meta":{"b":2}}"#,
    );
    assert_eq!(
        params.unwrap(),
        r#"{"name":"x","_meta":{"a":1,"b":2,"io.modelcontextprotocol/logLevel":"debug","traceparent":"00-1","progressToken":7}}"#
    );
    let wait = request(&value(r#"{"method":"a","timeout":1.5}"#))
        .unwrap()
        .wait;
    assert_eq!(wait, Some(Duration::from_millis(1500)));
    assert_eq!(token_of("\"7\""), Value::from("7"));
    assert_eq!(token_of("abc"), Value::from("abc"));
    assert_eq!(
        notification(&value(r#"{"method":"n","params":{"a":1}}"#)).unwrap(),
        r#"{"jsonrpc":"2.0","method":"n","params":{"a":1}}"#
    );
}

#[test]
fn what_cannot_be_sent_is_said() {
    for (form, why) in [
        ("{}", "it has no method"),
        (r#"{"method":"a","_meta":7}"#, "_meta is no JSON object"),
        (
            r#"{"method":"a","params":7,"_meta":{"a":1}}"#,
            "params is no object",
        ),
        (
            r#"{"method":"a","params":{"_meta":7},"log level":"info"}"#,
            "no object",
        ),
        (
            r#"{"method":"a","timeout":1e300}"#,
            "timeout is out of range",
        ),
    ] {
        let error = request(&value(form)).unwrap_err();
        assert!(error.contains(why), "{form}: {error}");
    }
}

#[test]
fn frames_are_described() {
    for (frame, words) in [
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"a"}"#,
            Ok("a request, id 1"),
        ),
        (
            r#"{"jsonrpc":"2.0","id":1.5,"method":"a"}"#,
            Ok("a request, id 1.5, neither text nor integer"),
        ),
        (r#"{"jsonrpc":"2.0","method":"a"}"#, Ok("a notification")),
        (
            r#"{"jsonrpc":"2.0","id":"x","result":{}}"#,
            Ok("an answer, id \"x\""),
        ),
        ("[{},{}]", Ok("a batch of 2; only 2025-03-26 has those")),
        ("{}", Err("JSON, but no JSON-RPC message")),
        ("7", Err("JSON, but no JSON-RPC message")),
    ] {
        let said = described(frame.as_bytes());
        assert_eq!(said.as_deref().map_err(String::as_str), words, "{frame}");
    }
    assert!(described(b"{\"a\":").is_err());
}

#[test]
fn what_was_sent_comes_back_without_what_was_put_in() {
    let frame = br#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"x","arguments":{"n":1.0},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{},"progressToken":7,"mine":1}}}"#;
    assert_eq!(
        again(frame),
        Again::Request(value(
            r#"{"method":"tools/call","params":{"name":"x","arguments":{"n":1.0},"_meta":{"mine":1}}}"#
        ))
    );
    let frame = br#"{"jsonrpc":"2.0","id":7,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}"#;
    assert_eq!(
        again(frame),
        Again::Request(value(r#"{"method":"tools/list"}"#))
    );
    let frame = br#"{"jsonrpc":"2.0","method":"n"}"#;
    assert_eq!(
        again(frame),
        Again::Notification(value(r#"{"method":"n"}"#))
    );
    for other in [
        &b"no json"[..],
        br#"{"id":1,"result":{}}"#,
        b"[]",
        br#"{"jsonrpc":"2.0","id":1,"method":"ping"}GARBAGE{"#,
        br#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#,
        br#"{"jsonrpc":"2.0","id":1,"method":"ping","x":1}"#,
        br#"{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}"#,
        br#"{"jsonrpc":"2.0","id":[1],"method":"ping"}"#,
        br#"{"jsonrpc":"2.0","id":1,"method":"ping""#,
        br#"{"id":1,"method":"ping"}"#,
        b"\xff\xfe",
    ] {
        assert_eq!(again(other), Again::Frame(other.to_vec()));
    }
}

#[test]
fn settings_survive_their_form() {
    let mut can = Capabilities::interactive();
    can.extensions = vec![("io.example/x".into(), r#"{"a":1.0}"#.into())];
    can.tasks = Some("{}".into());
    let settings = RequestSettings {
        log_level: Some("debug".into()),
        trace: Some(9),
        meta: vec![("a".into(), Value::from("b"))],
        task_ttl: Some(90_000),
    };
    let mut form = Form::from_schema(settings_schema().as_bytes());
    assert!(form.load(&settings_form(&settings, &can)));
    assert_eq!(self::settings(&form.arguments(), 9), Ok((settings, can)));
    let nothing = (RequestSettings::default(), Capabilities::default());
    let mut form = Form::from_schema(settings_schema().as_bytes());
    assert!(form.load(&settings_form(&nothing.0, &nothing.1)));
    assert_eq!(self::settings(&form.arguments(), 9), Ok(nothing));
}

proptest! {
    /// What was filled in goes out as a frame, and comes back as what was filled in.
    #[test]
    fn there_and_back(method in "[a-z/]{1,12}", names in proptest::collection::vec("[a-z]{1,6}", 0..4), id: i32) {
        let members: Vec<(String, Value)> = names
            .into_iter()
            .enumerate()
            .map(|(index, name)| (format!("{name}{index}"), Value::from("v")))
            .collect();
        let mut form = vec![("method".to_owned(), Value::from(method.as_str()))];
        form.push(("params".to_owned(), Value::Object(members)));
        let form = Value::Object(form);
        let filled = request(&form).unwrap();
        let frame = jsonrpc::request(&i64::from(id).into(), &filled.method, filled.params.as_deref());
        prop_assert_eq!(again(frame.as_bytes()), Again::Request(form));
    }
}
