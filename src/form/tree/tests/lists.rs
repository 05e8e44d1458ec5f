//! Lists, tuples and sets.

use super::*;

#[test]
fn items_come_go_and_move_and_all_of_it_can_be_undone() {
    let mut form =
        x(r#"{"type":"array","items":{"type":"string"},"maxItems":3,"uniqueItems":true}"#);
    let list = at(&form, "/x");
    let wire = |form: &Form| form.wire(list).map(|value| value.to_string());
    assert_eq!(wire(&form), None);
    form.set_empty(list).unwrap();
    assert_eq!(wire(&form).as_deref(), Some("[]"));
    assert_eq!(form.chip(list).as_deref(), Some("‹[]›"));
    let a = form.add_item(list).unwrap();
    form.set_text(a, "a").unwrap();
    let c = form.insert_after(a).unwrap();
    form.set_text(c, "c").unwrap();
    let b = form.insert_before(c).unwrap();
    assert_eq!(wire(&form).as_deref(), Some(r#"["a","","c"]"#));
    form.set_text(b, "b").unwrap();
    form.move_item(c, -1).unwrap();
    assert_eq!(wire(&form).as_deref(), Some(r#"["a","c","b"]"#));
    assert_eq!(form.label(c), "[1]");
    assert_eq!(form.move_item(a, -1).unwrap_err(), "it is the first");
    let twin = form.duplicate(c).unwrap();
    assert_eq!(wire(&form).as_deref(), Some(r#"["a","c","c","b"]"#));
    assert_eq!(
        form.problem(list).as_deref(),
        Some("takes 3 items or fewer, has 4")
    );
    form.delete(a).unwrap();
    assert_eq!(form.problem(list), None);
    assert_eq!(form.problem(twin).as_deref(), Some("same as item 0"));
    assert_eq!(form.problems(), [(twin, "same as item 0".to_owned())]);
    assert_eq!(form.place(a), None);
    form.undo();
    assert_eq!(form.place(a), Some((list, 0)));
    form.undo();
    assert!(form.get(twin).is_none());
    assert_eq!(wire(&form).as_deref(), Some(r#"["a","c","b"]"#));
    form.redo();
    assert_eq!(form.place(twin), Some((list, 2)));
    while form.undo().is_some() {}
    assert_eq!(wire(&form), None);
    while form.redo().is_some() {}
    assert_eq!(wire(&form).as_deref(), Some(r#"["c","c","b"]"#));
}

#[test]
fn typing_in_one_place_undoes_as_one() {
    let mut form = x(r#"{"type":"string"}"#);
    let node = at(&form, "/x");
    for text in ["a", "ab", "abc"] {
        form.set_text(node, text).unwrap();
    }
    form.seal();
    form.set_text(node, "abcd").unwrap();
    assert_eq!(form.undo(), Some(node));
    assert_eq!(form.text(node), "abc");
    form.undo();
    assert_eq!(form.text(node), "");
    assert!(!form.can_undo() && form.can_redo());
    // What changes nothing is no edit.
    form.set_text(node, "").unwrap();
    assert!(form.can_redo());
}

#[test]
fn lines_become_items_of_the_kind() {
    for (items, lines, wire) in [
        (
            r#"{"type":"string"}"#,
            "a\n\n b \r\n1",
            r#"["a"," b ","1"]"#,
        ),
        (r#"{"type":"integer"}"#, "1\n2,\n x", "[1,2]"),
        (r#"{"type":"boolean"}"#, "true\nfalse", "[true,false]"),
        (r#"{"enum":[1,"b"]}"#, "b\n1\nc", r#"["b",1]"#),
        ("{}", "1.0\nx\n[2]", r#"[1.0,"x",[2]]"#),
        (
            r#"{"type":"object","properties":{"a":{"type":"integer"}}}"#,
            "{\"a\":1}\n{\"a\"",
            r#"[{"a":1}]"#,
        ),
    ] {
        let mut form = x(&format!(r#"{{"type":"array","items":{items}}}"#));
        let list = at(&form, "/x");
        let made = form.add_items(list, usize::MAX, lines).unwrap();
        let count = lines.lines().filter(|line| !line.trim().is_empty()).count();
        assert_eq!(made.len(), count, "{items}");
        let sent = form.wire(list).unwrap().to_string();
        let whole = sent.replace(",{}]", "]");
        assert_eq!(whole, wire, "{items}");
        form.undo();
        assert_eq!(form.wire(list), None);
    }
}

#[test]
fn unfinished_items_do_not_count_in_pointers() {
    let mut form = x(r#"{"type":"array","items":{"type":"integer"}}"#);
    let list = at(&form, "/x");
    let items = form.add_items(list, 0, "1\nbad\n3").unwrap();
    assert_eq!(form.arguments().to_string(), r#"{"x":[1,3]}"#);
    assert_eq!(form.pointer(items[2]), "/x/1");
    assert_eq!(at(&form, "/x/1"), items[2]);
    assert_eq!(form.label(items[2]), "[2]");
    assert_eq!(form.problems(), [(items[1], "not a number".to_owned())]);
    let fresh = form.add_item(list).unwrap();
    assert_eq!(
        form.problem(fresh).as_deref(),
        Some("holds nothing, so it is not sent")
    );
}

#[test]
fn tuples_have_named_slots() {
    for schema in [
        r#"{"type":"array","prefixItems":[{"type":"number","title":"lat"},{"type":"number"}],"items":false}"#,
        r#"{"type":"array","items":[{"type":"number","title":"lat"},{"type":"number"}],"additionalItems":false}"#,
    ] {
        let mut form = x(schema);
        let list = at(&form, "/x");
        form.add(list).unwrap();
        assert_eq!(
            screen(&form),
            [
                "x tuple",
                "  lat* number ‹unset: not sent›",
                "  item 1* number ‹unset: not sent›"
            ]
        );
        let second = at(&form, "/x/1");
        form.set_text(second, "2").unwrap();
        // Places are kept.
        assert_eq!(form.arguments().to_string(), r#"{"x":[null,2]}"#);
        form.set_text(at(&form, "/x/0"), "1").unwrap();
        assert_eq!(form.arguments().to_string(), r#"{"x":[1,2]}"#);
        assert_eq!(
            form.add_item(list).unwrap_err(),
            "the schema allows no more items"
        );
        assert!(form.move_item(second, -1).is_err());
        form.load_json(r#"{"x":[1,2,"more"]}"#).unwrap();
        assert_eq!(form.arguments().to_string(), r#"{"x":[1,2,"more"]}"#);
    }
}

#[test]
fn sets_are_ticked() {
    let mut form = x(
        r#"{"type":"array","items":{"enum":["a",1,"c"]},"uniqueItems":true,"minItems":1,"maxItems":2}"#,
    );
    let set = at(&form, "/x");
    assert_eq!(form.field(set).kind.word(), "set");
    assert_eq!(form.ticked(set), Some(vec![]));
    form.toggle(set, 2).unwrap();
    form.toggle(set, 0).unwrap();
    assert_eq!(form.arguments().to_string(), r#"{"x":["a","c"]}"#);
    form.toggle(set, 1).unwrap();
    assert_eq!(
        form.problem(set).as_deref(),
        Some("takes 2 items or fewer, has 3")
    );
    for choice in 0..3 {
        form.toggle(set, choice).unwrap();
    }
    assert_eq!(form.arguments().to_string(), r#"{"x":[]}"#);
    assert!(form.toggle(set, 3).is_err());
    form.set_json(set, r#"["a","zz"]"#).unwrap();
    assert_eq!(form.ticked(set), None);
    assert!(form.toggle(set, 0).is_err());
    assert_eq!(form.arguments().to_string(), r#"{"x":["a","zz"]}"#);
}

#[test]
fn enums_take_values_that_are_not_among_them() {
    let mut form = x(r#"{"enum":["1",1,2,3,4,5,6,7,8,9,10,11,12,13]}"#);
    let node = at(&form, "/x");
    form.choose(node, 1).unwrap();
    assert_eq!(form.arguments().to_string(), r#"{"x":1}"#);
    form.choose(node, 0).unwrap();
    assert_eq!(form.arguments().to_string(), r#"{"x":"1"}"#);
    form.set_other(node, "1.50").unwrap();
    assert_eq!(form.arguments().to_string(), r#"{"x":1.50}"#);
    form.set_other(node, "plain text").unwrap();
    assert_eq!(form.arguments().to_string(), r#"{"x":"plain text"}"#);
    assert_eq!(form.choice(node), None);
    assert_eq!(
        form.problem(node).as_deref(),
        Some("not one of the choices")
    );
    assert!(form.choose(node, 99).is_err());
}

#[test]
fn what_repeats_stands_at_each_item_that_does() {
    let mut form = x(r#"{"type":"array","items":{},"uniqueItems":true}"#);
    form.load_json(
        r#"{"x":[1,{"a":1,"b":[2]},"1",1.0,{"b":[2.0],"a":1},null,true,1e0,[1],["1"],null]}"#,
    )
    .unwrap();
    let list = at(&form, "/x");
    // One that is not sent repeats nothing, and the rows count it.
    let gap = form.insert_item(list, 3).unwrap();
    form.unset(gap).unwrap();
    let told: Vec<_> = form
        .problems()
        .into_iter()
        .map(|(id, what)| format!("{} {what}", form.label(id)))
        .collect();
    assert_eq!(
        told,
        [
            "[3] holds nothing, so it is not sent",
            "[4] same as item 0",
            "[5] same as item 1",
            "[8] same as item 0",
            "[11] same as item 6",
        ]
    );
    for (id, what) in form.problems() {
        assert_eq!(form.problem(id), Some(what));
    }
    // What is wrong with an item itself goes first.
    let mut form =
        x(r#"{"type":"array","items":{"type":"integer","minimum":1},"uniqueItems":true}"#);
    form.load_json(r#"{"x":[0,0]}"#).unwrap();
    let second = at(&form, "/x/1");
    assert_eq!(form.problem(second).as_deref(), Some("must be 1 or more"));
}

#[test]
fn choices_with_titles_are_ticked_and_may_still_repeat() {
    let titled = r#"{"type":"array","items":{"anyOf":[{"const":"a","title":"A"},{"const":"b","title":"B"}]},"maxItems":3}"#;
    let plain = r#"{"type":"array","items":{"type":"string","enum":["a","b"]},"maxItems":2}"#;
    let mut form = x(titled);
    let set = at(&form, "/x");
    form.toggle(set, 1).unwrap();
    form.toggle(set, 0).unwrap();
    assert_eq!(form.arguments().to_string(), r#"{"x":["a","b"]}"#);
    // Boxes cannot show this, so it is JSON, as it is, and nothing is wrong with it.
    form.load_json(r#"{"x":["b","a","b"]}"#).unwrap();
    assert_eq!(form.ticked(set), None);
    assert!(form.toggle(set, 0).is_err());
    assert_eq!(form.arguments().to_string(), r#"{"x":["b","a","b"]}"#);
    assert_eq!(form.problems(), []);
    form.load_json(r#"{"x":["b","a","b","a"]}"#).unwrap();
    assert_eq!(
        form.problem(set).as_deref(),
        Some("takes 3 items or fewer, has 4")
    );
    // A plain list of values may mean an order; in elicitation it never does.
    assert_eq!(x(plain).field(at(&x(plain), "/x")).kind.word(), "array");
    let mut form = x(plain);
    form.send_defaults(true);
    let form = form.multi_select(true);
    assert_eq!(form.field(at(&form, "/x")).kind.word(), "set");
    assert!(form.sends_defaults());
    let form = form.multi_select(false);
    assert_eq!(form.field(at(&form, "/x")).kind.word(), "array");
}
