//! Schemas and values without end, or nearly so.

use super::*;

#[test]
fn schemas_inside_themselves_open_one_level_at_a_time() {
    let mut form = x(r##"{"$ref":"#/$defs/Tree"}"##);
    let mut node = at(&form, "/x");
    for _ in 0..40 {
        form.add(node).unwrap();
        node = form.member(node, "left").unwrap();
    }
    let text = form.arguments().to_string();
    assert_eq!(text.matches("left").count(), 39);
    // A schema that requires itself has no end that could be sent.
    let mut form = x(r##"{"$ref":"#/$defs/Must"}"##);
    form.add(at(&form, "/x")).unwrap();
    assert_eq!(form.arguments().to_string(), r#"{"x":{"next":{}}}"#);
    assert_eq!(form.problems().len(), 1);
}

#[test]
fn references_in_circles_are_named() {
    for (schema, why) in [
        (
            r##"{"$ref":"#/properties/x"}"##,
            "a reference that leads to itself",
        ),
        (
            r##"{"allOf":[{"$ref":"#/properties/x"}]}"##,
            "a reference that leads to itself",
        ),
        (
            r##"{"$ref":"#/nowhere"}"##,
            "a reference that leads nowhere",
        ),
        (
            r#"{"$ref":"https://example.com/s"}"#,
            "a reference to another document",
        ),
        (r##"{"$dynamicRef":"#a"}"##, "$dynamicRef"),
        (r#"{"type":"file"}"#, "type file"),
        (r#"{"not":{"type":"string"}}"#, "not"),
        ("false", "the schema allows nothing here"),
    ] {
        let form = x(schema);
        let Kind::Json(raw) = &form.field(at(&form, "/x")).kind else {
            panic!("{schema}")
        };
        assert_eq!(raw.why, why, "{schema}");
    }
    // Two that hold each other by a union.
    let form = Form::from_schema(
        br##"{"properties":{"a":{"$ref":"#/$defs/A"}},"required":["a"],"$defs":{
            "A":{"oneOf":[{"$ref":"#/$defs/B"},{"type":"string"}]},"B":{"anyOf":[{"$ref":"#/$defs/A"},{"type":"integer"}]}}}"##,
    );
    assert!(!form.rows(|_| false).is_empty());
    let form = Form::from_schema(br##"{"$ref":"#"}"##);
    assert_eq!(form.arguments().to_string(), "{}");
}

#[test]
fn deep_schemas_and_values_are_bounded() {
    let mut schema = r#"{"type":"string"}"#.to_owned();
    let mut value = r#""v""#.to_owned();
    for _ in 0..126 {
        schema = format!(r#"{{"type":"object","properties":{{"a":{schema}}},"required":["a"]}}"#);
        value = format!(r#"{{"a":{value}}}"#);
    }
    let mut form = Form::from_schema(schema.as_bytes());
    form.load_json(&value).unwrap();
    assert_eq!(form.arguments().to_string(), value);
    let deep = at(&form, &"/a".repeat(126));
    assert!(form.pointer(deep).len() > 100);
    let deep = format!("{}{}", "[".repeat(500), "]".repeat(500));
    let whole = format!(r#"{{"a":{deep},"z":{deep}}}"#);
    form.load_json(&whole).unwrap();
    assert_eq!(form.arguments().to_string(), whole);
    let mut open = Form::from_schema(b"{}");
    open.load_json(&whole).unwrap();
    assert_eq!(open.arguments().to_string(), whole);
    assert_eq!(open.problems(), []);
}

#[test]
fn requirements_that_multiply_stop_somewhere() {
    // Eight levels of ten required members each would be a hundred million nodes.
    let mut defs = Vec::new();
    for level in 0..8 {
        let members: Vec<String> = (0..10)
            .map(|n| format!(r##""m{n}":{{"$ref":"#/$defs/L{}"}}"##, level + 1))
            .collect();
        let names: Vec<String> = (0..10).map(|n| format!("\"m{n}\"")).collect();
        defs.push(format!(
            r#""L{level}":{{"properties":{{{}}},"required":[{}]}},"#,
            members.join(","),
            names.join(",")
        ));
    }
    let defs = defs.concat();
    let schema = format!(r##"{{"$ref":"#/$defs/L0","$defs":{{{defs}"L8":{{"type":"string"}}}}}}"##);
    let form = Form::from_schema(schema.as_bytes());
    let rows = form.rows(|_| false).len();
    assert!((10..100_000).contains(&rows), "{rows}");
}

#[test]
fn wide_forms_open_and_answer() {
    let members: Vec<String> = (0..2000)
        .map(|n| {
            format!(
                r#""field_{n}":{{"type":"string","title":"Field {n}","description":"It is {n}"}}"#
            )
        })
        .collect();
    let schema = format!(
        r#"{{"type":"object","properties":{{{}}}}}"#,
        members.join(",")
    );
    let mut form = Form::from_schema(schema.as_bytes());
    assert_eq!(form.rows(|_| false).len(), 2000);
    let last = form.find("field_1999").unwrap();
    form.set_text(last, "x").unwrap();
    assert_eq!(form.arguments().to_string(), r#"{"field_1999":"x"}"#);
    let items: Vec<String> = (0..10_000).map(|n| n.to_string()).collect();
    let text = format!("[{}]", items.join(","));
    let mut form = x(r#"{"type":"array","items":{"type":"integer"}}"#);
    let list = at(&form, "/x");
    form.set_json(list, &text).unwrap();
    assert_eq!(form.rows(|_| false).len(), 10_002);
    assert_eq!(form.rows(|id| id == list).len(), 1);
    assert!(form.preview(list, 40).starts_with("0, 1, 2, 3"));
    assert_eq!(form.json(list).lines().count(), 10_002);
    let members: Vec<String> = (0..100_000).map(|n| format!("\"k{n}\":{n}")).collect();
    let text = format!("{{{}}}", members.join(","));
    let mut form = Form::from_schema(b"{}");
    form.load_json(&text).unwrap();
    assert_eq!(form.arguments().to_string(), text);
    assert_eq!(form.problems(), []);
    assert!(form.undo().is_some());
    assert_eq!(form.arguments().to_string(), "{}");
}
