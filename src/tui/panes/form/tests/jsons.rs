//! JSON: of one field, and of all arguments.

use super::*;

#[test]
fn any_field_takes_json_and_shows_it_truly() {
    let mut pane = one(r#"{"type":"boolean"}"#, false);
    press(&mut pane, "⎋");
    pane.action(Action::EditJson);
    press(&mut pane, "\"yes\"⎋");
    assert_eq!(sent(&pane), r#"{"x":"yes"}"#);
    let row = line(&mut pane, " x ");
    assert!(row.contains("[\"yes\"  ") && row.contains("✗ must be true or false"));
    // A text field with an array in it is not typed into as text.
    let mut pane = one(r#"{"type":"string"}"#, false);
    assert!(pane.load(&Value::parse(br#"{"x":["a"]}"#).unwrap()));
    assert!(pane.takes_lines());
    press(&mut pane, "⏎");
    assert_eq!(sent(&pane), r#"{"x":["a"]}"#);
}

#[test]
fn what_no_widget_can_express_is_json_and_names_its_keyword() {
    let mut pane = one(r#"{"not":{"type":"null"}}"#, false);
    assert!(
        pane.hint().unwrap().contains("as JSON: "),
        "{:?}",
        pane.hint()
    );
    press(&mut pane, "[1,⏎1.50");
    let (screen, cursor) = draw(&mut pane, 80, 15);
    assert!(screen.contains("│ [1,"), "{screen}");
    assert!(screen.contains("✗ expected , or ] at 2:5"), "{screen}");
    assert_eq!(cursor.unwrap().y, 2);
    assert_eq!(sent(&pane), "{}");
    // A broken text stays when the field is left, and is there again on return.
    press(&mut pane, "⇥");
    assert!(draw(&mut pane, 80, 15).0.contains("[[1,⏎1.50"));
    press(&mut pane, "⇤]");
    assert_eq!(sent(&pane), r#"{"x":[1,1.50]}"#);
    press(&mut pane, "⏎");
    assert!(pane.on_run());
}

fn draw_json(pane: &FormPane) -> String {
    let theme = Theme::load("mono", Depth::None).unwrap();
    let mut buf = Buffer::empty(Rect::new(0, 0, 80, 12));
    pane.draw_json(buf.area, &mut buf, &theme, true).unwrap();
    text_of(&buf)
}

#[test]
fn the_text_and_the_fields_are_one() {
    let mut pane = one(r#"{"type":"string"}"#, false);
    press(&mut pane, "a⎋");
    pane.turn(Side::Json);
    assert!(draw_json(&pane).starts_with("{\n  \"x\": \"a\"\n}"));
    pane.action(Action::Bottom);
    pane.action(Action::TypeIntoField);
    press(&mut pane, "⌫⌫,\n \"zz\":1.0");
    // Broken text leaves the form alone, and says where.
    assert_eq!(sent(&pane), r#"{"x":"a"}"#);
    assert!(
        draw_json(&pane).contains("JSON has an error at "),
        "{}",
        draw_json(&pane)
    );
    assert_eq!(pane.problems(), 1);
    // Also when the fields are looked at meanwhile.
    press(&mut pane, "⎋");
    pane.turn(Side::Fields);
    pane.turn(Side::Json);
    assert!(draw_json(&pane).contains("\"zz\":1.0"));
    pane.action(Action::TypeIntoField);
    press(&mut pane, "}");
    assert_eq!(sent(&pane), r#"{"x":"a","zz":1.0}"#);
    assert_eq!(pane.problems(), 0);
    // A field's edit leaves the layout of the rest as it was typed.
    pane.turn(Side::Fields);
    press(&mut pane, "⎋");
    pane.action(Action::Top);
    pane.action(Action::SetEmpty);
    pane.turn(Side::Json);
    let text = draw_json(&pane);
    assert!(
        text.contains("\"x\": \"\"") && text.contains("\"zz\":1.0"),
        "{text}"
    );
    pane.action(Action::UndoEdit);
    assert!(draw_json(&pane).contains("\"x\": \"a\""));
}

#[test]
fn all_arguments_are_pasted_at_once() {
    let mut pane = one(r#"{"type":"string"}"#, false);
    pane.action(Action::Bottom);
    assert_eq!(pane.paste(r#"{"y":2,"x":"t"}"#), FormReply::Edited);
    assert_eq!(sent(&pane), r#"{"y":2,"x":"t"}"#);
    pane.turn(Side::Json);
    pane.drop_json();
    pane.action(Action::Bottom);
    assert_eq!(pane.paste("\n"), FormReply::Edited);
    assert_eq!(sent(&pane), r#"{"y":2,"x":"t"}"#);
}
