//! What servers send to be looked at: schemas, results, names.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use mcpscope::json::Value;
use mcpscope::text;
use mcpscope::validity::Validator;
use proptest::prelude::*;

use crate::support::screen::Screen;
use crate::support::web::Web;

fn value(text: &str) -> Value {
    Value::parse(text.as_bytes()).unwrap()
}

#[test]
fn obligation_20_schemas_are_those_of_2020_12() {
    let schema = br##"{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object",
        "$defs":{"positive":{"$anchor":"p","exclusiveMinimum":0}},
        "properties":{"n":{"$ref":"#p"},"pair":{"prefixItems":[{"type":"string"},{"type":"integer"}],"items":false}},
        "dependentRequired":{"n":["pair"]},"unevaluatedProperties":false}"##;
    let validator = Validator::compile(schema).unwrap();
    assert_eq!(validator.remarks(), [""; 0]);
    assert_eq!(validator.check(&value(r#"{"n":1,"pair":["a",1]}"#)), []);
    for (wrong, place) in [
        (r#"{"n":0,"pair":[]}"#, "/exclusiveMinimum"),
        (r#"{"pair":["a","b"]}"#, "/prefixItems/1/type"),
        (r#"{"n":1}"#, "/dependentRequired"),
        (r#"{"x":1}"#, "/unevaluatedProperties"),
    ] {
        let found = validator.check(&value(wrong));
        let [one] = found.as_slice() else {
            panic!("{wrong}: {found:?}")
        };
        assert!(one.schema.contains(place), "{wrong}: {one:?}");
    }
}

#[test]
fn obligation_20_a_reference_into_the_network_is_never_fetched() {
    let canary = Web::new(|_, reply| reply.json(r#"{"type":"string"}"#));
    let url = canary.url("/schema.json");
    let schema = format!(
        r#"{{"type":"object","properties":{{"a":{{"$ref":"{url}"}},"b":{{"type":"integer"}}}}}}"#
    );
    let validator = Validator::compile(schema.as_bytes()).unwrap();
    let said = validator.remarks().join("; ");
    assert!(said.contains("is not fetched"), "{said}");
    assert_eq!(
        validator.check(&value(r#"{"a":1}"#)),
        [],
        "what is not known is not judged"
    );
    assert_eq!(
        validator.check(&value(r#"{"b":"x"}"#)).len(),
        1,
        "the rest is"
    );
    let mut form = mcpscope::form::Form::from_schema(schema.as_bytes());
    assert!(form.load(&value(r#"{"a":1,"b":2}"#)));
    assert_eq!(canary.asked().len(), 0);
}

#[test]
fn obligation_20_work_is_bounded() {
    let deep = format!("{}{}", r#"{"items":"#.repeat(5_000), "}".repeat(5_000));
    let mut wide = r#"{"$defs":{"x0":{"type":"integer"}"#.to_owned();
    for n in 1..40 {
        let last = n - 1;
        write!(
            wide,
            r##","x{n}":{{"allOf":[{{"$ref":"#/$defs/x{last}"}},{{"$ref":"#/$defs/x{last}"}}]}}"##
        )
        .unwrap();
    }
    wide.push_str(r##"},"properties":{"a":{"$ref":"#/$defs/x39"}}}"##);
    let endless = r##"{"properties":{"a":{"$ref":"#/properties/a"}}}"##;
    let began = Instant::now();
    for schema in [deep.as_str(), &wide, endless] {
        // Refusing is as good an answer as any, as long as it comes.
        if let Ok(validator) = Validator::compile(schema.as_bytes()) {
            validator.check(&value(r#"{"a":1}"#));
        }
    }
    assert!(
        began.elapsed() < Duration::from_secs(30),
        "{:?}",
        began.elapsed()
    );
}

#[test]
fn obligation_20_structured_content_is_checked_against_the_output_schema() {
    for (tool, told) in [
        ("read", "structured content matches the output schema"),
        ("weigh", "fails the output schema: 2 problems"),
    ] {
        let keys = format!("2 / \"{tool}\" Enter Enter Esc Tab");
        let screen = Screen::opened("sessions/results.jsonl", (120, 36)).keys(&keys);
        assert!(screen.contains(told), "{told}\n{}", screen.text());
    }
}

proptest! {
    #[test]
    fn obligation_27_nothing_of_a_server_reaches_a_terminal_raw(said: String, bytes: Vec<u8>) {
        for text in [said.as_str(), &*String::from_utf8_lossy(&bytes)] {
            let safe = text::sanitize(text);
            prop_assert!(!safe.chars().any(text::is_unsafe), "{safe:?}");
            prop_assert!(!safe.chars().any(char::is_control), "{safe:?}");
            let lines = text::sanitize_lines(text);
            prop_assert!(!lines.chars().any(|c| c != '\n' && text::is_unsafe(c)), "{lines:?}");
        }
    }
}

#[test]
fn obligation_27_the_usual_tricks_become_visible() {
    for trick in [
        "\x1b]0;title\x07",
        "\x1b[2J",
        "\u{9b}2J",
        "\u{202e}gnp.exe",
        "\u{200b}",
        "\u{e0041}",
        "\r",
        "\x08",
        "\u{2028}",
    ] {
        let safe = text::sanitize(trick);
        assert_ne!(safe, trick);
        assert!(!safe.is_empty(), "{trick:?} does not vanish");
    }
}
