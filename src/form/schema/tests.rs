//! Which schemas become which fields: a row for every widget.
#![expect(clippy::unwrap_used, reason = "tests")]
use super::*;

/// The one field of a schema whose `properties` hold `x` as given.
fn x(schema: &str) -> Field {
    let whole = format!(
        r##"{{"properties":{{"x":{schema}}},"required":["x"],
           "$defs":{{"Colour":{{"enum":["red","green"],"description":"of it"}},
                     "Near":{{"$anchor":"near","type":"boolean"}},
                     "Own":{{"$id":"https://example.com/own","type":"integer"}},
                     "Loop":{{"$ref":"#/$defs/Loop"}},"a/b c":{{"type":"integer"}}}},
           "definitions":{{"Old":{{"type":"number"}}}}}}"##
    );
    read(whole.as_bytes()).fields.into_iter().next().unwrap()
}

fn choices(schema: &str) -> Vec<String> {
    let Kind::Enum(choices) = x(schema).kind else {
        panic!("{schema}")
    };
    choices
        .iter()
        .map(|choice| match &choice.title {
            Some(title) => format!("{} = {title}", choice.value),
            None => choice.value.to_string(),
        })
        .collect()
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
    assert_eq!(read(b"").note.as_deref(), Some("there is no schema"));
    assert_eq!(read(b"{}").note, None);
}

#[test]
fn every_kind_in_a_word() {
    for (schema, word) in [
        (r#"{"type":"string"}"#, "string"),
        (r#"{"minLength":1}"#, "string"),
        (r#"{"type":"number"}"#, "number"),
        (r#"{"type":["integer","number"]}"#, "number"),
        (r#"{"type":"integer"}"#, "int"),
        (r#"{"type":"boolean"}"#, "bool"),
        (r#"{"const":1}"#, "enum"),
        (r#"{"enum":[1,2]}"#, "enum"),
        (
            r#"{"type":"array","items":{"enum":[1]},"uniqueItems":true}"#,
            "set",
        ),
        (
            r##"{"type":"array","items":{"$ref":"#/$defs/Colour"},"uniqueItems":true}"##,
            "set",
        ),
        (
            r#"{"type":"array","items":{"oneOf":[{"const":1,"title":"one"},{"const":2,"title":"two"}]}}"#,
            "set",
        ),
        (r#"{"type":"array","items":{"enum":[1]}}"#, "array"),
        (
            r#"{"type":"array","items":{"anyOf":[{"const":1},{"const":2}]}}"#,
            "array",
        ),
        (r#"{"items":{"type":"string"}}"#, "array"),
        (r#"{"type":"array","prefixItems":[{}]}"#, "tuple"),
        (r#"{"type":"array","items":[{}]}"#, "tuple"),
        (r#"{"properties":{"a":{}}}"#, "object"),
        (
            r#"{"type":"object","additionalProperties":false}"#,
            "object",
        ),
        (
            r#"{"type":"object","additionalProperties":{"type":"string"}}"#,
            "map",
        ),
        (r#"{"type":"object","patternProperties":{"^a":{}}}"#, "map"),
        (r#"{"oneOf":[{"type":"object"},{"type":"array"}]}"#, "oneOf"),
        (
            r#"{"anyOf":[{"type":"string"},{"type":"object"}]}"#,
            "anyOf",
        ),
        (r#"{"type":["string","array"]}"#, "any"),
        ("{}", "any"),
        // Only narrower, so the widget of the type is true to it.
        (r#"{"type":"string","not":{"const":"a"}}"#, "string"),
        (
            r#"{"type":"string","anyOf":[{"format":"uri"},{"pattern":"^/"}]}"#,
            "string",
        ),
        (r#"{"type":"array","contains":{"type":"integer"}}"#, "array"),
        (
            r#"{"type":"object","properties":{"a":{}},"unevaluatedProperties":false}"#,
            "object",
        ),
        (r#"{"allOf":[{"type":"string"},{"minLength":2}]}"#, "string"),
        (
            r#"{"allOf":[{"type":["string","null"]},{"type":["string","integer"]}]}"#,
            "string",
        ),
        (r#"{"allOf":[{"type":"string"},{"type":"object"}]}"#, "JSON"),
        (r#"{"type":"string","$recursiveRef":"x"}"#, "JSON"),
    ] {
        assert_eq!(x(schema).kind.word(), word, "{schema}");
    }
}

#[test]
fn order_and_annotations() {
    let shape = read(
        br#"{"type":"object","additionalProperties":false,"required":["a","ghost"],"properties":{
            "z":{"type":"string","title":"Zed","description":"last","default":"q","deprecated":true,
                 "readOnly":true,"examples":["e",1.0]},
            "a":{"type":"integer","minimum":1,"exclusiveMaximum":1e3,"multipleOf":0.50}}}"#,
    );
    let names: Vec<(&str, bool)> = shape
        .fields
        .iter()
        .map(|field| (field.name.as_str(), field.required))
        .collect();
    assert_eq!(names, [("z", false), ("a", true), ("ghost", true)]);
    assert!(!shape.open);
    let z = &shape.fields[0];
    assert_eq!(z.title.as_deref(), Some("Zed"));
    assert_eq!(z.default, Some("q".into()));
    assert!(z.deprecated && z.read_only && !z.secret);
    assert_eq!(z.examples[1].to_string(), "1.0");
    let Kind::Integer(range) = &shape.fields[1].kind else {
        panic!()
    };
    assert_eq!(range.min.as_deref(), Some("1"));
    assert_eq!(range.below.as_deref(), Some("1e3"));
    assert_eq!(range.step.as_deref(), Some("0.50"));
}

#[test]
fn text_of_every_sort() {
    let text = |schema: &str| match x(schema).kind {
        Kind::String(text) => text,
        other => panic!("{other:?}"),
    };
    assert!(text(r#"{"type":"string","maxLength":201}"#).multiline);
    assert!(!text(r#"{"type":"string","maxLength":200}"#).multiline);
    let markdown = text(r#"{"type":"string","contentMediaType":"text/markdown"}"#);
    assert!(markdown.multiline);
    assert_eq!(markdown.media.as_deref(), Some("text/markdown"));
    let image =
        text(r#"{"type":"string","contentEncoding":"base64","contentMediaType":"image/png"}"#);
    assert!(image.base64 && !image.multiline);
    for secret in [
        r#"{"type":"string","format":"password"}"#,
        r#"{"type":"string","writeOnly":true}"#,
    ] {
        assert!(text(secret).secret && x(secret).secret);
    }
    assert!(x(r#"{"type":"object","writeOnly":true}"#).secret);
    // The tightest of several.
    let both = text(r#"{"type":"string","maxLength":9,"allOf":[{"maxLength":5},{"minLength":2}]}"#);
    assert_eq!((both.min, both.max), (Some(2), Some(5)));
}

#[test]
fn bounds_meet() {
    let Kind::Number(range) =
        x(r#"{"type":"number","minimum":0,"allOf":[{"minimum":2,"maximum":9},{"maximum":7.5}]}"#)
            .kind
    else {
        panic!()
    };
    assert_eq!(
        (range.min.as_deref(), range.max.as_deref()),
        (Some("2"), Some("7.5"))
    );
    let Kind::Number(range) = x(r#"{"type":"number","minimum":0,"exclusiveMinimum":true}"#).kind
    else {
        panic!()
    };
    assert_eq!((range.min, range.above.as_deref()), (None, Some("0")));
}

#[test]
fn enums_of_every_spelling() {
    assert_eq!(
        choices(r#"{"enum":[1,"1",null,1.50]}"#),
        ["1", "\"1\"", "1.50"]
    );
    assert!(x(r#"{"enum":[1,null]}"#).nullable);
    assert_eq!(
        choices(r#"{"oneOf":[{"const":"a","title":"Alpha"},{"const":"b"}]}"#),
        ["\"a\" = Alpha", "\"b\""]
    );
    assert_eq!(
        choices(r#"{"enum":["a","b"],"enumNames":["Alpha","Beta"]}"#),
        ["\"a\" = Alpha", "\"b\" = Beta"]
    );
    assert_eq!(
        choices(r#"{"allOf":[{"enum":[1,2,3]},{"enum":[2.0,3,4]}]}"#),
        ["2", "3"]
    );
    assert_eq!(
        x(r#"{"const":7}"#).default,
        Some(Value::Number("7".to_owned()))
    );
}

#[test]
fn references_inside_the_document_are_followed() {
    let field = x(r##"{"$ref":"#/$defs/Colour","description":"mine"}"##);
    assert_eq!(field.description.as_deref(), Some("mine"));
    assert_eq!(field.kind.word(), "enum");
    for (reference, word) in [
        ("#/$defs/a~1b%20c", "int"),
        ("#/definitions/Old", "number"),
        ("#near", "bool"),
        ("https://example.com/own", "int"),
        ("#far", "JSON"),
        ("#/$defs/Loop", "JSON"),
        ("other.json", "JSON"),
    ] {
        let schema = format!(r#"{{"allOf":[{{"$ref":"{reference}"}}]}}"#);
        assert_eq!(x(&schema).kind.word(), word, "{reference}");
    }
    assert!(x(r##"{"anyOf":[{"$ref":"#/$defs/Colour"},{"type":"null"}]}"##).nullable);
}

#[test]
fn variants_get_names() {
    for (branches, names) in [
        (
            r##"{"title":"T","type":"string"},{"$ref":"#/$defs/Own"},{"type":"array","items":{"type":"integer"}},{"type":"boolean"}"##,
            "T | Own | array of integer | boolean",
        ),
        (
            r#"{"properties":{"k":{"const":"a"},"v":{}}},{"properties":{"k":{"enum":["b"]},"v":{}}}"#,
            "a | b",
        ),
        (
            r#"{"properties":{"id":{},"at":{}}},{"properties":{"id":{},"name":{}},"required":["name"]}"#,
            "at | name",
        ),
        (
            r#"{"type":"object"},{"type":"object"}"#,
            "object 1 | object 2",
        ),
        (
            r#"{"type":"string","enum":["a","b"]},{"type":"integer"}"#,
            "a|b | integer",
        ),
        (r#"true,{"type":"array"}"#, "any | array"),
    ] {
        let Kind::Union(union) = x(&format!(r#"{{"oneOf":[{branches}]}}"#)).kind else {
            panic!("{branches}")
        };
        let found: Vec<&str> = union
            .variants
            .iter()
            .map(|variant| variant.name.as_str())
            .collect();
        assert_eq!(found.join(" | "), names);
    }
}

#[test]
fn a_flat_list_names_members_of_variants_too() {
    let shape = read(
        br#"{"type":"object","properties":{"z":{}},"oneOf":[{"title":"A","properties":{"a":{"type":"integer"}},"required":["a"]},
            {"title":"B","properties":{"b":{}}}]}"#,
    );
    let names: Vec<(&str, bool)> = shape
        .fields
        .iter()
        .map(|field| (field.name.as_str(), field.required))
        .collect();
    assert_eq!(names, [("z", false), ("a", false), ("b", false)]);
    assert_eq!(shape.note.as_deref(), Some("oneOf: A | B"));
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
