//! What keys mean while something is open over the fields, lines that become boxes, and what is added.

use crossterm::event::KeyModifiers;

use super::*;

fn keys(pane: &FormPane) -> Vec<&'static str> {
    pane.row_keys().iter().map(|(_, label)| *label).collect()
}

#[test]
fn what_is_open_says_what_its_keys_do() {
    let mut pane = one(r#"{"enum":["aa","bb","cc","dd","ee"]}"#, false);
    assert!(keys(&pane).contains(&"choice"));
    press(&mut pane, "⏎");
    assert_eq!(keys(&pane), ["pick", "choose", "jump", "close"]);
    press(&mut pane, "⎋");
    pane.action(Action::Find);
    assert_eq!(keys(&pane), ["search", "choose", "pick", "close"]);
    press(&mut pane, "⎋");
    let many: Vec<String> = (0..20).map(|at| format!("\"v{at}\"")).collect();
    let set = format!(
        r#"{{"type":"array","uniqueItems":true,"items":{{"enum":[{}]}}}}"#,
        many.join(",")
    );
    let mut pane = one(&set, true);
    press(&mut pane, "⏎");
    assert_eq!(keys(&pane), ["tick", "search", "choose", "close"]);

    let mut pane = one(r#"{"type":"array","items":{"type":"string"}}"#, true);
    pane.paste("a\nb");
    assert_eq!(keys(&pane), ["items", "one text", "neither"]);
    press(&mut pane, "⎋");
    assert!(!keys(&pane).contains(&"items"));

    let pane = one(
        r#"{"type":"object","additionalProperties":{"type":"string"}}"#,
        true,
    );
    assert_eq!(keys(&pane), ["on to its value", "the same", "leave"]);

    let mut pane = one(r#"{"type":"string"}"#, false);
    pane.action(Action::LoadFile);
    assert_eq!(keys(&pane), ["load it", "never mind"]);
}

#[test]
fn answers_that_are_offered_say_how_they_are_taken_and_where_they_are_from() {
    let mut pane = one(r#"{"type":"string","examples":["sunny","rainy"]}"#, false);
    assert_eq!(keys(&pane)[0], "list");
    press(&mut pane, "s");
    assert_eq!(keys(&pane)[0], "take it");
    press(&mut pane, "↓");
    assert_eq!(keys(&pane), ["take it", "choose", "out of the list"]);
    let item = Suggestion {
        text: "a".to_owned(),
        remark: String::new(),
    };
    pane.set_suggestions(Some(Suggestions {
        items: vec![item],
        remark: "8 of 120 from server".to_owned(),
    }));
    let screen = screen(&mut pane);
    assert!(
        screen.contains("8 of 120 from server  Tab takes  ↓ list"),
        "{screen}"
    );
}

#[test]
fn a_line_becomes_a_box_by_a_new_line_in_it() {
    let mut pane = one(r#"{"type":"string"}"#, false);
    assert!(keys(&pane).contains(&"new line"));
    press(&mut pane, "ab←");
    // The key that is bound to it is no key of the line's own.
    let bound = KeyEvent::new(KeyCode::Char('j'), KeyModifiers::CONTROL);
    assert_eq!(pane.key(bound), FormReply::Ignored);
    assert_eq!(pane.action(Action::NewLine), FormReply::Edited);
    assert_eq!(sent(&pane), r#"{"x":"a\nb"}"#);
    press(&mut pane, "c⏎d");
    assert_eq!(sent(&pane), r#"{"x":"a\nc\ndb"}"#);
    assert_eq!(pane.key(bound), FormReply::Ignored);
    pane.action(Action::NewLine);
    assert_eq!(sent(&pane), r#"{"x":"a\nc\nd\nb"}"#);
    // How many there are is said once.
    let shown = line(&mut pane, "x ");
    assert_eq!(shown.matches("4 lines").count(), 1, "{shown}");
    // Where nothing is typed it begins one at the end.
    let mut pane = one(r#"{"type":"string"}"#, false);
    press(&mut pane, "a⎋");
    pane.action(Action::NewLine);
    press(&mut pane, "b");
    assert_eq!(sent(&pane), r#"{"x":"a\nb"}"#);
    for schema in [
        r#"{"type":"string","format":"password"}"#,
        r#"{"type":"string","contentEncoding":"base64"}"#,
        r#"{"type":"integer"}"#,
    ] {
        let mut pane = one(schema, false);
        assert!(pane.why_not(Action::NewLine).is_some(), "{schema}");
        assert!(!keys(&pane).contains(&"new line"), "{schema}");
        pane.action(Action::NewLine);
        assert_eq!(sent(&pane), "{}", "{schema}");
    }
}

#[test]
fn what_is_added_is_typed_into() {
    for (schema, wanted) in [
        (
            r#"{"type":"object","properties":{"a":{"type":"string"}}}"#,
            r#"{"x":{"a":"4r"}}"#,
        ),
        (
            r#"{"type":"array","prefixItems":[{"type":"string"},{"type":"string"}]}"#,
            r#"{"x":["4r"]}"#,
        ),
    ] {
        for action in [Action::TypeIntoField, Action::ToggleField] {
            let mut pane = one(schema, false);
            press(&mut pane, "⎋");
            pane.action(action);
            press(&mut pane, "4r");
            assert_eq!(sent(&pane), wanted, "{schema}");
        }
    }
    // Of several shapes one is picked first: no letter is an action there.
    let mut pane = one(r#"{"anyOf":[{"type":"string"},{"type":"object"}]}"#, false);
    press(&mut pane, "⎋");
    pane.action(Action::TypeIntoField);
    assert_eq!(pane.mode(), Mode::Typing);
    press(&mut pane, "⇥4");
    assert_eq!(sent(&pane), r#"{"x":"4"}"#);
}

#[test]
fn texts_beside_other_values_are_quoted() {
    let mut pane = one(r#"{"enum":[1,"1",true]}"#, false);
    let shown = line(&mut pane, "x ");
    assert!(shown.contains(r#"( ) 1  ( ) "1"  ( ) true"#), "{shown}");
    press(&mut pane, " ");
    assert_eq!(sent(&pane), r#"{"x":1}"#);
    press(&mut pane, " ");
    assert_eq!(sent(&pane), r#"{"x":"1"}"#);
    // Null beside texts makes none of them unclear.
    let mut pane = one(r#"{"enum":["a","b",null]}"#, false);
    let shown = line(&mut pane, "x ");
    assert!(!shown.contains('"'), "{shown}");
}

#[test]
fn a_missing_choice_is_one_problem() {
    let mut pane = one(r#"{"anyOf":[{"type":"string"},{"type":"integer"}]}"#, true);
    let own = pane.problems();
    pane.set_violations(vec![("/x".to_owned(), "is required".to_owned())]);
    assert_eq!((own, pane.problems()), (1, 1), "{}", screen(&mut pane));
}

#[test]
fn an_item_that_comes_back_has_the_focus() {
    let mut pane = one(r#"{"type":"array","items":{"type":"string"}}"#, true);
    press(&mut pane, "⏎a⏎⏎b⏎⏎c⎋");
    pane.action(Action::Up);
    assert_eq!(focus(&pane).unwrap(), "/x/1");
    pane.action(Action::Unset);
    pane.action(Action::UndoEdit);
    assert_eq!(sent(&pane), r#"{"x":["a","b","c"]}"#);
    assert_eq!(focus(&pane).unwrap(), "/x/1");
}
