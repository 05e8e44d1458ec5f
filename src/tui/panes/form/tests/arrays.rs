//! Items: added, moved, duplicated, deleted, pasted, brought back.

use super::*;
use crate::json::Value;

fn tags() -> FormPane {
    let mut pane = one(
        r#"{"type":"array","items":{"type":"string"},"uniqueItems":true}"#,
        true,
    );
    press(&mut pane, "⏎a⏎⏎b⏎⏎c");
    pane
}

#[test]
fn enter_adds_items_one_by_one_and_an_empty_one_ends_the_list() {
    let mut pane = tags();
    assert_eq!(sent(&pane), r#"{"x":["a","b","c"]}"#);
    assert!(line(&mut pane, "x *").contains("3 items · string · unique"));
    press(&mut pane, "⏎⏎");
    assert_eq!(sent(&pane), r#"{"x":["a","b","c",""]}"#);
    press(&mut pane, "⏎");
    assert_eq!(sent(&pane), r#"{"x":["a","b","c"]}"#);
    assert!(pane.on_run());
}

#[test]
fn items_are_changed_by_actions_and_come_back() {
    let mut pane = tags();
    press(&mut pane, "⎋");
    pane.action(Action::MoveUp);
    assert_eq!(sent(&pane), r#"{"x":["a","c","b"]}"#);
    assert_eq!(focus(&pane).unwrap(), "/x/1");
    pane.action(Action::Duplicate);
    assert_eq!(sent(&pane), r#"{"x":["a","c","c","b"]}"#);
    assert!(line(&mut pane, "[2]").contains("✗ same as item 1"));
    pane.action(Action::Unset);
    assert_eq!(sent(&pane), r#"{"x":["a","c","b"]}"#);
    assert_eq!(focus(&pane).unwrap(), "/x/2");
    pane.action(Action::UndoEdit);
    pane.action(Action::UndoEdit);
    pane.action(Action::UndoEdit);
    assert_eq!(sent(&pane), r#"{"x":["a","b","c"]}"#);
    pane.action(Action::RedoEdit);
    assert_eq!(sent(&pane), r#"{"x":["a","c","b"]}"#);
    pane.action(Action::AddBefore);
    press(&mut pane, "new⎋");
    pane.action(Action::AddAfter);
    press(&mut pane, "er⎋");
    assert!(sent(&pane).contains(r#""new","er""#), "{}", sent(&pane));
    pane.action(Action::MoveDown);
    let moved = sent(&pane);
    pane.action(Action::MoveUp);
    assert_ne!(moved, sent(&pane));
    pane.action(Action::Bottom);
    assert!(pane.why_not(Action::Duplicate).is_some());
}

#[test]
fn pasted_lines_are_items_if_somebody_says_so() {
    let mut pane = one(r#"{"type":"array","items":{"type":"integer"}}"#, true);
    press(&mut pane, "⎋");
    assert_eq!(pane.paste("1\n2.0\n3\n"), FormReply::Moved);
    assert_eq!(sent(&pane), "{}");
    assert!(screen(&mut pane).contains("3 lines: y 3 items  n one text  Esc"));
    press(&mut pane, "y");
    assert_eq!(sent(&pane), r#"{"x":[1,2.0,3]}"#);
    let mut pane = tags();
    press(&mut pane, "⏎⏎");
    pane.paste("d\r\ne");
    assert_eq!(click(&mut pane, "2 lines: ", "y 2"), FormReply::Edited);
    assert_eq!(sent(&pane), r#"{"x":["a","b","c","d","e"]}"#);
    press(&mut pane, "!");
    assert!(sent(&pane).contains("e!"));
    pane.paste("f\ng");
    press(&mut pane, "n");
    assert!(sent(&pane).contains(r#""e!f\ng""#));
}

#[test]
fn items_that_are_objects_open_with_the_caret_inside() {
    let mut pane = form(super::widgets::RICH);
    let id = pane.form.find("legs").unwrap();
    pane.reveal(id);
    press(&mut pane, "⏎Rome");
    assert_eq!(focus(&pane).unwrap(), "/legs/0/to");
    assert!(sent(&pane).contains(r#""legs":[{"to":"Rome"}]"#));
    press(&mut pane, "⎋");
    pane.action(Action::AddAfter);
    press(&mut pane, "Oslo⎋");
    assert!(sent(&pane).contains(r#""legs":[{"to":"Rome"},{"to":"Oslo"}]"#));
    // Left leads out, one level at a time.
    pane.action(Action::PreviousOption);
    assert_eq!(focus(&pane).unwrap(), "/legs/1");
    pane.action(Action::PreviousOption);
    assert!(line(&mut pane, "[1]").contains("to: \"Oslo\""));
    pane.action(Action::FoldField);
    assert!(!line(&mut pane, "[1]").contains("Oslo"));
}

#[test]
fn many_items_are_walked_at_the_cost_of_a_screen() {
    let mut pane = one(r#"{"type":"array","items":{"type":"integer"}}"#, true);
    let items: Vec<String> = (0..10_000).map(|n| n.to_string()).collect();
    let text = format!(r#"{{"x":[{}]}}"#, items.join(","));
    assert!(pane.load(&Value::parse(text.as_bytes()).unwrap()));
    pane.action(Action::Bottom);
    press(&mut pane, "⎋");
    pane.action(Action::Up);
    pane.action(Action::Up);
    assert_eq!(focus(&pane).unwrap(), "/x/9999");
    assert!(line(&mut pane, "[9999]").contains("▸"));
    assert!(screen(&mut pane).lines().count() == 24);
}

#[test]
fn much_that_is_pasted_is_read_by_others() {
    let list = r#"{"type":"array","items":{"type":"string"}}"#;
    let many: Vec<String> = (0..20_000).map(|n| format!("\"{n}\"")).collect();
    let items = format!("[{}]", many.join(",\n"));
    let whole = format!(r#"{{"x":{items}}}"#);
    assert!(items.len() > 64 << 10);
    // On the Run button all arguments, on a field what it holds.
    for (keys, text) in [("⇥⇥", &whole), ("", &items)] {
        let mut pane = one(list, false);
        press(&mut pane, keys);
        assert_eq!(pane.on_run(), !keys.is_empty());
        assert_eq!(pane.paste(text), FormReply::Parse(text.clone()));
        assert_eq!(sent(&pane), "{}");
        pane.parses_as(7);
        let value = Value::parse(text.as_bytes()).unwrap();
        // An answer to somebody else, and one that comes twice, are nothing.
        assert_eq!(pane.parsed(8, text, &Ok(value.clone())), None);
        press(&mut pane, "⇤");
        assert_eq!(pane.parsed(7, text, &Ok(value.clone())), Some(Ok("pasted")));
        assert_eq!(
            sent(&pane),
            Value::parse(whole.as_bytes()).unwrap().to_string()
        );
        assert_eq!(pane.parsed(7, text, &Ok(value)), None);
    }
    // What is no JSON after all is lines, or nothing.
    let lines = format!("[1]\n{}", "[2]\n".repeat(20_000));
    let mut pane = one(list, false);
    assert_eq!(pane.paste(&lines), FormReply::Parse(lines.clone()));
    pane.parses_as(9);
    let why = Value::parse(lines.as_bytes());
    assert_eq!(pane.parsed(9, &lines, &why), Some(Ok("pasted")));
    assert_eq!(press(&mut pane, "y"), FormReply::Edited);
    assert_eq!(
        pane.form().children(pane.form().find("x").unwrap()).len(),
        20_001
    );
    let mut pane = form("{}");
    assert_eq!(pane.paste(&lines), FormReply::Parse(lines.clone()));
    pane.parses_as(9);
    let told = pane.parsed(9, &lines, &why).unwrap().unwrap_err();
    assert!(told.starts_with("not pasted: "), "{told}");
    assert!(!pane.is_touched());
    // Little is read at once.
    assert_eq!(pane.paste(r#"{"a":1}"#), FormReply::Edited);
    assert_eq!(sent(&pane), r#"{"a":1}"#);
}
