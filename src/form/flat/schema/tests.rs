//! Which schemas become which fields.
#![expect(clippy::unwrap_used, reason = "tests")]
use super::*;

/// The one field of a schema whose `properties` hold `x` as given.
fn x(schema: &str) -> Field {
    let whole = format!(
        r##"{{"properties":{{"x":{schema}}},"required":["x"],
           "$defs":{{"Colour":{{"enum":["red","green"],"description":"of it"}},
                     "Loop":{{"$ref":"#/$defs/Loop"}},"a/b c":{{"type":"integer"}}}}}}"##
    );
    read(whole.as_bytes()).fields.into_iter().next().unwrap()
}

fn raw(schema: &str) -> Raw {
    match x(schema).kind {
        Kind::Json(raw) => raw,
        other => panic!("{other:?}"),
    }
}

#[test]
fn garbage_is_an_empty_form() {
    for garbage in [
        "",
        "null",
        "[]",
        "{}",
        "{\"properties\":null}",
        "{\"properties\":[1]}",
        "{\"properties\":{\"a\"",
        "\u{0}",
        "true",
    ] {
        let shape = read(garbage.as_bytes());
        assert_eq!(shape.fields, [], "{garbage}");
        assert!(shape.open);
    }
    assert_eq!(
        read(b"[]").note.as_deref(),
        Some("the schema is not an object")
    );
    assert_eq!(read(b"{}").note, None);
}

#[test]
fn order_and_annotations() {
    let shape = read(
        br#"{"type":"object","additionalProperties":false,"required":["a","ghost"],"properties":{
            "z":{"type":"string","title":"Zed","description":"last","default":"q"},
            "a":{"type":"integer","minimum":1,"exclusiveMaximum":1e3,"multipleOf":0.50}}}"#,
    );
    let names: Vec<(&str, bool)> = shape
        .fields
        .iter()
        .map(|field| (field.name.as_str(), field.required))
        .collect();
    assert_eq!(names, [("z", false), ("a", true), ("ghost", true)]);
    assert!(!shape.open);
    assert_eq!(shape.fields[0].title.as_deref(), Some("Zed"));
    assert_eq!(shape.fields[0].default, Some("q".into()));
    let Kind::Integer(range) = &shape.fields[1].kind else {
        panic!()
    };
    assert_eq!(range.min.as_deref(), Some("1"));
    assert_eq!(range.below.as_deref(), Some("1e3"));
    assert_eq!(range.step.as_deref(), Some("0.50"));
}

#[test]
fn null_is_a_flag_not_a_variant() {
    for schema in [
        r#"{"type":["integer","null"]}"#,
        r#"{"anyOf":[{"type":"integer"},{"type":"null"}],"default":null}"#,
        r#"{"type":"integer","nullable":true}"#,
    ] {
        let field = x(schema);
        assert!(field.nullable, "{schema}");
        assert!(matches!(field.kind, Kind::Integer(_)), "{schema}");
    }
    assert_eq!(
        x(r#"{"anyOf":[{"type":"null"},{"type":"string"}],"default":null}"#).default,
        Some(Value::Null)
    );
}

#[test]
fn enums_of_every_spelling() {
    let field = x(r#"{"enum":[1,"1",null,1.50]}"#);
    assert!(field.nullable);
    let Kind::Enum(choices) = field.kind else {
        panic!()
    };
    let texts: Vec<String> = choices
        .iter()
        .map(|choice| choice.value.to_string())
        .collect();
    assert_eq!(texts, ["1", "\"1\"", "1.50"]);

    let field = x(r#"{"oneOf":[{"const":"a","title":"Alpha"},{"const":"b"}]}"#);
    let Kind::Enum(choices) = field.kind else {
        panic!()
    };
    assert_eq!(choices[0].title.as_deref(), Some("Alpha"));

    let field = x(r#"{"enum":["a","b"],"enumNames":["Alpha","Beta"]}"#);
    let Kind::Enum(choices) = field.kind else {
        panic!()
    };
    assert_eq!(choices[1].title.as_deref(), Some("Beta"));

    let field = x(r#"{"const":7}"#);
    assert_eq!(field.default, Some(Value::Number("7".to_owned())));
    assert!(matches!(field.kind, Kind::Enum(_)));
}

#[test]
fn local_references_to_simple_kinds_are_followed() {
    let field = x(r##"{"$ref":"#/$defs/Colour","description":"mine"}"##);
    assert_eq!(field.description.as_deref(), Some("mine"));
    assert!(matches!(field.kind, Kind::Enum(_)));
    assert!(matches!(
        x(r##"{"allOf":[{"$ref":"#/$defs/a~1b%20c"}]}"##).kind,
        Kind::Integer(_)
    ));
    assert!(x(r##"{"anyOf":[{"$ref":"#/$defs/Colour"},{"type":"null"}]}"##).nullable);
    assert_eq!(
        raw(r##"{"$ref":"#/$defs/Loop"}"##).why,
        "a reference that leads too far"
    );
    assert_eq!(
        raw(r##"{"$ref":"#/$defs/None"}"##).why,
        "a reference that leads nowhere"
    );
    assert_eq!(
        raw(r#"{"$ref":"https://example.com/x"}"#).why,
        "a reference to another document"
    );
}

#[test]
fn the_rest_is_raw_json_that_says_why() {
    assert_eq!(
        raw(r#"{"type":"array","items":{"type":"string"}}"#).why,
        "array of string"
    );
    assert!(!raw(r#"{"type":"array"}"#).text);
    assert_eq!(raw(r#"{"type":"object"}"#).empty, Value::Object(Vec::new()));
    assert_eq!(raw(r#"{"type":["string","array"]}"#).why, "string or array");
    assert!(raw(r#"{"type":["string","array"]}"#).text);
    assert!(raw("{}").text);
    assert_eq!(raw("true").why, "any JSON");
    let union = raw(r#"{"oneOf":[{"type":"object"},{"type":"array"}]}"#);
    assert_eq!((union.why.as_str(), union.text), ("oneOf", false));
    assert!(raw(r#"{"anyOf":[{"type":"object"},{"type":"string"}]}"#).text);
    assert_eq!(
        raw(r#"{"allOf":[{"type":"string"},{"minLength":2}]}"#).why,
        "allOf"
    );
}

#[test]
fn draft_4_exclusive_bounds() {
    let Kind::Number(range) = x(r#"{"type":"number","minimum":0,"exclusiveMinimum":true}"#).kind
    else {
        panic!()
    };
    assert_eq!((range.min, range.above.as_deref()), (None, Some("0")));
}

#[test]
fn a_root_that_says_more_is_noted() {
    assert_eq!(
        read(br#"{"type":"object","oneOf":[{"required":["a"]},{"required":["b"]}]}"#)
            .note
            .as_deref(),
        Some("the schema also has oneOf")
    );
    let shape =
        read(br##"{"$ref":"#/$defs/A","$defs":{"A":{"properties":{"q":{"type":"string"}}}}}"##);
    assert_eq!(shape.fields.len(), 1);
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_survived(bytes: Vec<u8>) {
        let _ = read(&bytes);
    }

    #[test]
    fn any_schema_like_text_is_survived(
        text in r##"\{"properties":\{"x":\{("type"|"\$ref"|"enum"|"oneOf"|"anyOf"|"const"|"default"|"minimum"):("string"|"#/properties/x"|\[1,null\]|\{\}|null|7|\[\{"const":1\}\])\}\}\}"##,
    ) {
        let _ = read(text.as_bytes());
    }
}
