//! Variants and types: drafts of each, what comes along, what is sent.

use super::*;

const SOURCE: &str = r##"{"oneOf":[{"$ref":"#/$defs/Url"},{"$ref":"#/$defs/File"},
    {"title":"inline","type":"string"}]}"##;

fn names(form: &Form, id: NodeId) -> Vec<String> {
    let Kind::Union(union) = &form.field(id).kind else {
        panic!("no union")
    };
    union
        .variants
        .iter()
        .map(|variant| variant.name.clone())
        .collect()
}

#[test]
fn variants_are_named_and_keep_their_drafts() {
    let mut form = x(SOURCE);
    let node = at(&form, "/x");
    assert_eq!(names(&form, node), ["Url", "File", "inline"]);
    assert_eq!(screen(&form), ["x oneOf ‹unset: not sent›"]);
    form.pick_variant(node, 1).unwrap();
    assert_eq!(
        screen(&form),
        [
            "x oneOf",
            "  kind* enum ‹default \"file\": sent›",
            "  path* string ‹unset: not sent›",
            "  line int ‹unset: not sent›"
        ]
    );
    form.set_text(at(&form, "/x/path"), "a.rs").unwrap();
    form.set_null(at(&form, "/x/line")).unwrap();
    assert_eq!(
        form.arguments().to_string(),
        r#"{"x":{"kind":"file","path":"a.rs","line":null}}"#
    );
    form.step(node, 1).unwrap();
    assert_eq!(form.variant(node), Some(2));
    assert_eq!(screen(&form)[1], "   string ‹unset: not sent›");
    let text = form.active(node).unwrap();
    form.set_text(text, "whole").unwrap();
    assert_eq!(form.arguments().to_string(), r#"{"x":"whole"}"#);
    assert_eq!(form.pointer(text), "/x");
    form.step(node, -1).unwrap();
    assert_eq!(
        form.arguments().to_string(),
        r#"{"x":{"kind":"file","path":"a.rs","line":null}}"#
    );
    assert!(form.pick_variant(node, 3).is_err());
    while form.undo().is_some() {}
    assert_eq!(screen(&form), ["x oneOf ‹unset: not sent›"]);
}

#[test]
fn members_of_the_same_name_come_along_where_they_fit() {
    let mut form = x(r#"{"anyOf":[
        {"properties":{"kind":{"const":"a"},"name":{"type":"string"},"size":{"type":"integer"}},"required":["kind"]},
        {"properties":{"kind":{"const":"b"},"name":{"type":"string"},"size":{"type":"string"}},"required":["kind"]}]}"#);
    let node = at(&form, "/x");
    assert_eq!(names(&form, node), ["a", "b"]);
    form.add(node).unwrap();
    form.set_text(at(&form, "/x/name"), "n").unwrap();
    form.set_text(at(&form, "/x/size"), "3").unwrap();
    form.pick_variant(node, 1).unwrap();
    assert_eq!(
        form.arguments().to_string(),
        r#"{"x":{"kind":"b","name":"n"}}"#
    );
    // What was filled in there is not overwritten by going back.
    form.set_text(at(&form, "/x/name"), "other").unwrap();
    form.pick_variant(node, 0).unwrap();
    assert_eq!(
        form.arguments().to_string(),
        r#"{"x":{"kind":"a","name":"n","size":3}}"#
    );
}

#[test]
fn loading_picks_the_variant_that_fits() {
    let mut form = x(SOURCE);
    let node = at(&form, "/x");
    for (value, variant) in [
        (r#"{"kind":"file","path":"p"}"#, Some(1)),
        (r#"{"kind":"url","url":"u"}"#, Some(0)),
        (r#""text""#, Some(2)),
        // None fits, but it is most like this one.
        (r#"{"path":1}"#, Some(1)),
        (r#"{"kind":"url","extra":1.0}"#, Some(0)),
        ("5", None),
        ("[]", None),
    ] {
        let whole = format!(r#"{{"x":{value}}}"#);
        form.load_json(&whole).unwrap();
        assert_eq!(form.variant(node), variant, "{value}");
        assert_eq!(form.arguments().to_string(), whole);
    }
    assert_eq!(
        form.problem(node).as_deref(),
        Some("fits none of the variants")
    );
    assert!(form.node(node).is_misfit());
    let mut form = x(
        r#"{"anyOf":[{"type":"object","title":"p","properties":{"a":{}}},
        {"type":"object","title":"q","properties":{"b":{}}}]}"#,
    );
    form.load_json(r#"{"x":{"b":1}}"#).unwrap();
    let node = at(&form, "/x");
    assert_eq!(form.also_fits(node), [0, 1]);
    form.load_json(r#"{"x":null}"#).unwrap();
    assert_eq!(form.arguments().to_string(), r#"{"x":null}"#);
}

#[test]
fn null_is_never_a_variant_and_a_union_of_constants_is_an_enum() {
    for (schema, word, nullable) in [
        (r#"{"type":["string","null"]}"#, "string", true),
        (
            r#"{"anyOf":[{"type":"integer"},{"type":"null"}]}"#,
            "int",
            true,
        ),
        (r#"{"type":"boolean","nullable":true}"#, "bool", true),
        (
            r##"{"oneOf":[{"$ref":"#/$defs/Url"},{"type":"null"}]}"##,
            "object",
            true,
        ),
        (
            r#"{"oneOf":[{"const":1,"title":"one"},{"const":"1"},{"const":null}]}"#,
            "enum",
            true,
        ),
        (
            r#"{"anyOf":[{"enum":["a","b"]},{"const":"c"}]}"#,
            "enum",
            false,
        ),
        (
            r#"{"anyOf":[{"type":"string"},{"type":"integer"},{"type":"null"}]}"#,
            "anyOf",
            true,
        ),
        (r#"{"type":["string","integer"]}"#, "any", false),
        (r#"{"type":"null"}"#, "null", true),
        ("{}", "any", true),
        ("true", "any", true),
        ("false", "JSON", false),
    ] {
        let form = x(schema);
        let field = form.field(at(&form, "/x"));
        assert_eq!(
            (field.kind.word(), field.nullable),
            (word, nullable),
            "{schema}"
        );
    }
}

#[test]
fn the_type_chooser_keeps_a_draft_of_each_type() {
    let mut form = x("{}");
    let node = at(&form, "/x");
    assert_eq!(
        names(&form, node),
        ["text", "number", "boolean", "object", "array"]
    );
    form.pick_variant(node, 0).unwrap();
    form.set_text(form.active(node).unwrap(), "5").unwrap();
    assert_eq!(form.arguments().to_string(), r#"{"x":"5"}"#);
    form.pick_variant(node, 1).unwrap();
    assert_eq!(form.arguments().to_string(), "{}");
    form.set_text(form.active(node).unwrap(), "1.0").unwrap();
    form.pick_variant(node, 4).unwrap();
    let inner = form.add_item(node).unwrap();
    form.pick_variant(inner, 3).unwrap();
    let deep = form.add_entry(inner, "k").unwrap();
    form.set_json(deep, "[true]").unwrap();
    assert_eq!(form.arguments().to_string(), r#"{"x":[{"k":[true]}]}"#);
    assert_eq!(form.pointer(deep), "/x/0/k");
    form.pick_variant(node, 0).unwrap();
    assert_eq!(form.arguments().to_string(), r#"{"x":"5"}"#);
    form.set_null(node).unwrap();
    assert_eq!(form.arguments().to_string(), r#"{"x":null}"#);
    assert_eq!(form.problem(node), None);
}

#[test]
fn a_root_can_be_a_union() {
    let mut form = Form::from_schema(
        br#"{"type":"object","properties":{"base":{"type":"string"}},"oneOf":[
            {"title":"By id","properties":{"id":{"type":"integer"}},"required":["id"]},
            {"title":"By name","properties":{"name":{"type":"string"}},"required":["name"]}]}"#,
    );
    let root = form.root();
    assert_eq!(names(&form, root), ["By id", "By name"]);
    assert_eq!(
        screen(&form),
        [
            "* oneOf ‹{}›",
            "  base string ‹unset: not sent›",
            "  id* int ‹unset: not sent›"
        ]
        .map(|row| row.replace(" ‹{}›", ""))
    );
    assert_eq!(form.arguments().to_string(), "{}");
    form.set_text(form.find("base").unwrap(), "b").unwrap();
    form.pick_variant(root, 1).unwrap();
    assert_eq!(form.arguments().to_string(), r#"{"base":"b"}"#);
    form.load_json(r#"{"name":"n","z":1}"#).unwrap();
    assert_eq!(form.arguments().to_string(), r#"{"name":"n","z":1}"#);
    assert_eq!(form.variant(root), Some(1));
    assert!(form.set_null(root).is_err());
    // Branches that only narrow are no variants.
    let form = Form::from_schema(
        br#"{"type":"object","properties":{"a":{},"b":{}},"anyOf":[{"required":["a"]},{"required":["b"]}]}"#,
    );
    assert_eq!(form.field(form.root()).kind.word(), "object");
}
