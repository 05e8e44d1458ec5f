//! Objects and maps: what is there, what is added, what is refused.

use super::*;

#[test]
fn optional_objects_are_added_so_that_none_is_sent_by_accident() {
    let mut form = x(r#"{"type":"object","properties":{"a":{"type":"string"},
        "b":{"type":"object","properties":{"c":{"type":"integer","default":3}},"required":["c"]}},"required":["b"]}"#);
    assert_eq!(screen(&form), ["x object ‹unset: not sent›"]);
    let node = at(&form, "/x");
    form.add(node).unwrap();
    assert_eq!(
        screen(&form),
        [
            "x object",
            "  a string ‹unset: not sent›",
            "  b* object",
            "    c* int ‹default 3: sent›"
        ]
    );
    assert_eq!(form.arguments().to_string(), r#"{"x":{"b":{"c":3}}}"#);
    form.set_text(at(&form, "/x/a"), "q").unwrap();
    form.unset(node).unwrap();
    assert_eq!(form.arguments().to_string(), "{}");
    // What it held comes back with it.
    form.add(node).unwrap();
    assert_eq!(
        form.arguments().to_string(),
        r#"{"x":{"a":"q","b":{"c":3}}}"#
    );
    form.set_empty(node).unwrap();
    assert_eq!(form.arguments().to_string(), r#"{"x":{}}"#);
    assert_eq!(form.chip(node).as_deref(), Some("‹{}›"));
}

#[test]
fn typing_below_makes_what_is_above_be_there() {
    let mut form = x(r#"{"type":"object","properties":{"a":{"type":"string"}}}"#);
    let node = at(&form, "/x");
    form.add(node).unwrap();
    let a = at(&form, "/x/a");
    form.set_null(node).unwrap();
    assert_eq!(form.arguments().to_string(), r#"{"x":null}"#);
    form.set_text(a, "v").unwrap();
    assert_eq!(form.arguments().to_string(), r#"{"x":{"a":"v"}}"#);
}

#[test]
fn maps_have_keys_of_their_own() {
    let mut form = x(
        r#"{"type":"object","additionalProperties":{"type":"integer"},
        "propertyNames":{"pattern":"^[a-z]+$"},"maxProperties":2}"#,
    );
    let map = at(&form, "/x");
    assert_eq!(form.field(map).kind.word(), "map");
    let one = form.add_entry(map, "one").unwrap();
    assert_eq!(form.field(one).kind.word(), "int");
    assert_eq!(
        form.add_entry(map, "one").unwrap_err(),
        "there is a member \"one\" already"
    );
    assert_eq!(
        form.add_entry(map, "Two").unwrap_err(),
        "the key must match ^[a-z]+$"
    );
    form.set_text(one, "1").unwrap();
    let two = form.add_entry(map, "two").unwrap();
    form.set_text(two, "2").unwrap();
    form.rename_entry(one, "uno").unwrap();
    assert_eq!(
        form.rename_entry(one, "two").unwrap_err(),
        "there is a member \"two\" already"
    );
    assert_eq!(form.arguments().to_string(), r#"{"x":{"uno":1,"two":2}}"#);
    assert_eq!(
        screen(&form),
        ["x map", "  uno int", "  two int", "  + entry"]
    );
    let three = form.add_entry(map, "three").unwrap();
    form.set_text(three, "3").unwrap();
    assert_eq!(
        form.problem(map).as_deref(),
        Some("takes 2 members or fewer, has 3")
    );
    form.delete(two).unwrap();
    assert_eq!(form.arguments().to_string(), r#"{"x":{"uno":1,"three":3}}"#);
    assert!(form.undo().is_some());
    assert_eq!(
        form.arguments().to_string(),
        r#"{"x":{"uno":1,"two":2,"three":3}}"#
    );
}

#[test]
fn patterns_give_entries_their_schema() {
    let mut form = x(
        r#"{"type":"object","patternProperties":{"^n-":{"type":"number"},"^s-":{"type":"string"}},
            "additionalProperties":false}"#,
    );
    let map = at(&form, "/x");
    let n = form.add_entry(map, "n-1").unwrap();
    let s = form.add_entry(map, "s-1").unwrap();
    assert_eq!(form.field(n).kind.word(), "number");
    assert_eq!(form.field(s).kind.word(), "string");
    assert_eq!(
        form.add_entry(map, "q").unwrap_err(),
        "the key must match ^n- or ^s-"
    );
    form.rename_entry(s, "n-2").unwrap();
    assert_eq!(form.field(s).kind.word(), "number");
    assert_eq!(
        form.problem(s).as_deref(),
        Some("must be a number"),
        "the text stays, and is named"
    );
}

#[test]
fn open_objects_take_extra_members_and_closed_ones_say_why_not() {
    let mut form = Form::from_schema(br#"{"type":"object","properties":{"a":{"type":"string"}}}"#);
    assert_eq!(screen(&form), ["a string ‹unset: not sent›"]);
    let extra = form.add_entry(form.root(), "b").unwrap();
    assert_eq!(form.field(extra).kind.word(), "any");
    form.set_json(extra, "[1.0,{}]").unwrap();
    assert_eq!(form.arguments().to_string(), r#"{"b":[1.0,{}]}"#);
    let mut form = Form::from_schema(br#"{"properties":{},"additionalProperties":false}"#);
    assert_eq!(
        form.add_entry(form.root(), "b").unwrap_err(),
        "the schema allows no such member"
    );
}

#[test]
fn duplicates_and_pointers() {
    let mut form = x(r#"{"type":"object"}"#);
    form.load_json(r#"{"x":{"a/b":1,"a/b":{"~":[2]}},"x":{"a/b":1,"a/b":{"~":[2,3]}}}"#)
        .unwrap();
    let three = form
        .rows(|_| false)
        .into_iter()
        .rev()
        .map(|row| row.id)
        .find(|id| form.text(*id) == "3")
        .unwrap();
    assert_eq!(form.pointer(three), "/x/a~1b/~0/1");
    assert_eq!(
        form.row_of(form.at_pointer("/x/a~1b/~0/1").unwrap()),
        form.row_of(at(&form, "/x/a~1b/~0/1"))
    );
    assert_eq!(
        form.problems()
            .iter()
            .filter(|(_, what)| what == "given twice")
            .count(),
        3
    );
    // As deep as there is something.
    assert_eq!(at(&form, "/x/nothing/here"), at(&form, "/x"));
    assert_eq!(form.at_pointer("x"), None);
}

#[test]
fn folded_objects_tell_what_they_hold() {
    let mut form = x(
        r#"{"type":"object","properties":{"a":{"type":"string"},"t":{"type":"string","writeOnly":true},
        "l":{"type":"array","items":{"type":"integer"}}}}"#,
    );
    form.load_json(r#"{"x":{"a":"b\nc","l":[1,2,3],"t":"hush"}}"#)
        .unwrap();
    let node = at(&form, "/x");
    assert_eq!(form.preview(node, 60), r#"a: "b\nc", t: •••, l: [1, 2, 3]"#);
    assert_eq!(form.preview(node, 8), r#"a: "b\n…"#);
    assert_eq!(form.rows(|id| id == node).len(), 1);
    assert!(form.has_secrets());
    assert_eq!(
        form.redacted().to_string(),
        r#"{"x":{"a":"b\nc","l":[1,2,3],"t":"‹redacted›"}}"#
    );
    form.unset(at(&form, "/x/t")).unwrap();
    assert!(!form.has_secrets());
}
