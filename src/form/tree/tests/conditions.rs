//! Members that come and go with what is filled in.

use super::*;

const KINDS: &[u8] = br#"{"type":"object","properties":{"kind":{"enum":["file","url"]}},
    "if":{"properties":{"kind":{"const":"file"}},"required":["kind"]},
    "then":{"properties":{"path":{"type":"string"}},"required":["path"]},
    "else":{"properties":{"url":{"type":"string"}}},
    "dependentRequired":{"token":["user"]},
    "dependentSchemas":{"url":{"properties":{"token":{"type":"string"},"user":{"type":"string"}}}}}"#;

#[test]
fn members_appear_with_the_reason_and_keep_their_drafts() {
    let mut form = Form::from_schema(KINDS);
    let labels = |form: &Form| -> Vec<String> {
        form.children(form.root())
            .iter()
            .map(|id| form.label(*id))
            .collect()
    };
    assert_eq!(labels(&form), ["kind", "url"]);
    let kind = form.find("kind").unwrap();
    form.choose(kind, 0).unwrap();
    assert_eq!(labels(&form), ["kind", "path"]);
    let path = form.find("path").unwrap();
    assert_eq!(form.field(path).because.as_deref(), Some("kind = file"));
    assert_eq!(form.problem(path).as_deref(), Some("required"));
    form.set_text(path, "a.rs").unwrap();
    form.choose(kind, 1).unwrap();
    assert_eq!(labels(&form), ["kind", "url"]);
    // What vanished is not sent, and comes back as it was.
    assert_eq!(form.arguments().to_string(), r#"{"kind":"url"}"#);
    form.choose(kind, 0).unwrap();
    assert_eq!(
        form.arguments().to_string(),
        r#"{"kind":"file","path":"a.rs"}"#
    );
    assert_eq!(form.find("path"), Some(path));
    form.undo();
    assert_eq!(form.arguments().to_string(), r#"{"kind":"url"}"#);
}

#[test]
fn conditions_follow_each_other() {
    let mut form = Form::from_schema(KINDS);
    form.set_text(form.find("url").unwrap(), "u").unwrap();
    let token = form.find("token").unwrap();
    assert_eq!(form.field(token).because.as_deref(), Some("url is set"));
    let user = form.find("user").unwrap();
    assert!(!form.field(user).required);
    form.set_text(token, "t").unwrap();
    assert!(form.field(form.find("user").unwrap()).required);
    form.unset(form.find("url").unwrap()).unwrap();
    assert_eq!(form.find("token"), None);
    assert_eq!(form.arguments().to_string(), "{}");
}

#[test]
fn what_is_loaded_is_sent_whatever_conditions_say() {
    let mut form = Form::from_schema(KINDS);
    for text in [
        r#"{"path":"p","kind":"url","user":1}"#,
        r#"{"kind":"file","url":"u","token":"t"}"#,
        r#"{"path":"p","path":"q","kind":"file"}"#,
    ] {
        form.load_json(text).unwrap();
        assert_eq!(form.arguments().to_string(), text);
        assert!(form.load(&Value::parse(text.as_bytes()).unwrap()));
        assert_eq!(form.arguments().to_string(), text);
    }
    // A member the condition brings takes over one that was there without it.
    form.load_json(r#"{"path":"p","kind":"url"}"#).unwrap();
    assert!(!form.node(form.find("path").unwrap()).is_known());
    form.choose(form.find("kind").unwrap(), 0).unwrap();
    assert!(form.node(form.find("path").unwrap()).is_known());
    assert_eq!(
        form.arguments().to_string(),
        r#"{"path":"p","kind":"file"}"#
    );
}

#[test]
fn draft_7_and_all_of_and_defaults() {
    let mut form = x(
        r#"{"type":"object","allOf":[{"properties":{"mode":{"enum":["a","b"],"default":"b"}}},
        {"if":{"properties":{"mode":{"enum":["b"]}}},"then":{"properties":{"n":{"type":"integer"}}}}],
        "dependencies":{"n":["m"],"m":{"properties":{"k":{"type":"string"}}}}}"#,
    );
    let node = at(&form, "/x");
    form.add(node).unwrap();
    // The default that stands is what the server will take.
    let n = form.member(node, "n").unwrap();
    assert_eq!(form.field(n).because.as_deref(), Some("mode = b"));
    form.set_text(n, "1").unwrap();
    let m = form.member(node, "m").unwrap();
    assert!(form.field(m).required);
    form.set_json(m, "1").unwrap();
    assert!(form.member(node, "k").is_some());
    form.choose(form.member(node, "mode").unwrap(), 0).unwrap();
    assert_eq!(form.member(node, "n"), None);
    // It was sent, and what needed it is gone with it.
    assert_eq!(form.arguments().to_string(), r#"{"x":{"mode":"a"}}"#);
}

#[test]
fn a_member_that_becomes_required_keeps_what_it_holds() {
    let mut form = Form::from_schema(
        br#"{"properties":{"kind":{"enum":["file","url"],"default":"url"}},
            "if":{"properties":{"kind":{"const":"file"}}},"else":{"required":["c"]}}"#,
    );
    form.load_json(r#"{"c":[null]}"#).unwrap();
    assert_eq!(
        screen(&form),
        [
            "kind enum ‹default \"url\"›",
            "c* any",
            "  [0]* any ‹null: sent as null›",
            "  + item"
        ]
    );
    assert_eq!(form.pointer(at(&form, "/c/0")), "/c/0");
}

#[test]
fn a_default_that_a_condition_brings_is_not_sent_for_what_was_loaded() {
    // Required by one branch and described by what depends on another member: a default appears while loading.
    const BROUGHT: &str = r#"{"type":"object","properties":{"kind":{"enum":["file","url"],"default":"url"}},
        "if":{"properties":{"kind":{"const":"file"}}},"then":{"required":["b"]},"else":{"required":["c"]},
        "dependentSchemas":{"a":{"properties":{"b":{"default":"d"},"c":{"default":"d"}}}}}"#;
    const OTHERS: &str = r#"{"type":"object","properties":{"kind":{"enum":["file","url"],"default":"url"}},
        "if":{"properties":{"kind":{"const":"file"}}},"then":{"required":["b"]},"else":{"required":["c"]},
        "dependentSchemas":{"a":{"additionalProperties":{"type":"string","default":"d","maxLength":3}}}}"#;
    const TWICE: &str = r#"{"type":"object","properties":{"kind":false,"kind":{"type":"integer"}},
        "if":{"properties":{"kind":{"const":"file"}}},"then":{"required":["b"]},
        "dependentSchemas":{"kind":{"additionalProperties":{"default":"d"}}}}"#;
    for schema in [BROUGHT, OTHERS, TWICE] {
        for text in [
            "{}",
            r#"{"a":null}"#,
            r#"{"a":1,"kind":"file"}"#,
            r#"{"kind":"url"}"#,
            r#"{"kind":1,"kind":"file"}"#,
            r#"{"b":{},"a":2}"#,
        ] {
            for sends in [false, true] {
                let mut form = Form::from_schema(schema.as_bytes());
                form.send_defaults(sends);
                for _ in 0..2 {
                    form.load_json(text).unwrap();
                    assert_eq!(form.arguments().to_string(), text, "{schema}");
                    assert!(form.load(&Value::parse(text.as_bytes()).unwrap()));
                    assert_eq!(form.arguments().to_string(), text, "{schema}");
                }
            }
        }
    }
    // What comes by hand comes with its default.
    let mut form = Form::from_schema(
        br#"{"type":"object","properties":{"a":{"type":"string"},"c":{"type":"string"}},"required":["c"],
        "dependentSchemas":{"a":{"properties":{"c":{"default":"d"}}}}}"#,
    );
    form.set_text(form.find("a").unwrap(), "x").unwrap();
    assert_eq!(form.arguments().to_string(), r#"{"a":"x","c":"d"}"#);
}

#[test]
fn of_schemas_for_one_member_the_last_counts_for_all_readers() {
    let form = Form::from_schema(
        br#"{"type":"object","properties":{"kind":false,"kind":{"type":"string","default":"d"}},"required":["kind"]}"#,
    );
    assert_eq!(form.arguments().to_string(), r#"{"kind":"d"}"#);
    let doc = Document::read(br#"{"properties":{"a":false,"a":{"type":"string"}}}"#);
    let value = Value::parse(br#"{"a":"x"}"#).unwrap();
    assert_eq!(
        super::super::super::schema::judge::fits(&doc, doc.root(), &value),
        Some(true)
    );
}
