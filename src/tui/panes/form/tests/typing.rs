//! Typing, walking, what goes on the wire.

use super::*;
use crate::json::Value;

const SCHEMA: &str = r#"{"type":"object","required":["title"],"properties":{
    "title":{"type":"string","maxLength":80,"description":"Shown in\n lists"},
    "body":{"type":"string"},
    "priority":{"enum":["low","normal","high","urgent"],"default":"normal"},
    "estimate":{"type":"integer","minimum":1,"maximum":8},
    "draft":{"type":"boolean"},
    "note":{"type":["string","null"],"default":null}}}"#;

#[test]
fn a_value_of_the_last_result_is_typed_where_a_number_goes() {
    let mut pane = one(r#"{"type":"integer","minimum":3}"#, true);
    press(&mut pane, "${last:$.structuredContent.id");
    assert_eq!((sent(&pane).as_str(), pane.problems()), ("{}", 1));
    press(&mut pane, "}");
    let whole = r#"{"x":"${last:$.structuredContent.id}"}"#;
    assert_eq!((sent(&pane).as_str(), pane.problems()), (whole, 0));
    // It is a line still, with the same text in it.
    press(&mut pane, "⎋⎋");
    pane.action(Action::Top);
    pane.action(Action::TypeIntoField);
    assert_eq!(pane.typed(), Some("${last:$.structuredContent.id}"));
    // Beside anything else it is no number, and a variable is text.
    for text in ["x", "⌫⌫⌫⌫⌫⌫⌫⌫⌫⌫⌫⌫⌫⌫⌫⌫⌫⌫⌫⌫⌫⌫⌫⌫⌫⌫⌫⌫⌫⌫⌫${env:N}"]
    {
        press(&mut pane, text);
        assert_eq!((sent(&pane).as_str(), pane.problems()), ("{}", 1), "{text}");
    }
}

#[test]
fn letters_type_at_once_and_the_cursor_is_the_caret() {
    let mut pane = form(SCHEMA);
    assert!(pane.takes_letters());
    let (screen, cursor) = draw(&mut pane, 80, 15);
    let row = screen.lines().next().unwrap();
    let opening = text::width(&row[..row.find('[').unwrap()]) as u16;
    assert_eq!(cursor, Some(Position::new(opening + 1, 0)));
    assert_eq!(press(&mut pane, "hjkl q日"), FormReply::Edited);
    assert_eq!(sent(&pane), r#"{"title":"hjkl q日"}"#);
    let (_, cursor) = draw(&mut pane, 80, 15);
    assert_eq!(cursor, Some(Position::new(opening + 9, 0)));
}

#[test]
fn a_one_argument_tool_takes_text_enter_enter() {
    let mut pane = one(r#"{"type":"string"}"#, true);
    assert_eq!(press(&mut pane, "Oslo⏎⏎"), FormReply::Run);
    assert_eq!(sent(&pane), r#"{"x":"Oslo"}"#);
    let mut pane = form("{}");
    assert_eq!(press(&mut pane, "⏎"), FormReply::Run);
    assert!(screen(&mut pane).contains("takes no arguments"));
}

#[test]
fn tab_and_arrows_walk_the_fields_and_choices_react() {
    let mut pane = form(SCHEMA);
    press(&mut pane, "a⇥b⇤⌫c↓↓");
    assert_eq!(focus(&pane).unwrap(), "/priority");
    assert!(!pane.takes_letters());
    press(&mut pane, "→⇥3⇥ ");
    assert_eq!(
        sent(&pane),
        r#"{"title":"c","body":"b","priority":"high","estimate":3,"draft":true}"#
    );
    // Letters there are not typing, so they are left to the actions.
    assert_eq!(press(&mut pane, "d"), FormReply::Ignored);
    press(&mut pane, "⇥⇥⇥⇥");
    assert!(pane.on_run());
    assert_eq!(press(&mut pane, "⏎"), FormReply::Run);
}

#[test]
fn what_goes_on_the_wire_is_chosen_and_shown() {
    let mut pane = form(SCHEMA);
    press(&mut pane, "⇥x⌫");
    assert_eq!(sent(&pane), "{}");
    press(&mut pane, "⎋");
    assert_eq!(pane.mode(), Mode::Navigation);
    assert_eq!(press(&mut pane, "x"), FormReply::Ignored);
    for (action, chip, wire) in [
        (Action::SetEmpty, "‹\"\"›", r#"{"body":""}"#),
        (Action::SetNull, "✗ must not be null", r#"{"body":null}"#),
        (Action::Unset, "‹unset: not sent›", "{}"),
        (Action::UndoEdit, "✗ must not be null", r#"{"body":null}"#),
        (Action::UndoEdit, "‹\"\"›", r#"{"body":""}"#),
        (Action::RedoEdit, "✗ must not be null", r#"{"body":null}"#),
    ] {
        assert_eq!(pane.action(action), FormReply::Edited, "{action:?}");
        assert!(line(&mut pane, " body ").contains(chip), "{action:?}");
        assert_eq!(sent(&pane), wire, "{action:?}");
    }
    assert_eq!(
        pane.action(Action::SetDefault),
        FormReply::Say("the schema gives no default".to_owned())
    );
    pane.action(Action::Bottom);
    assert_eq!(
        pane.action(Action::Unset),
        FormReply::Say(NO_FIELD.to_owned())
    );
    assert_eq!(pane.action(Action::TypeIntoField), FormReply::Run);
}

#[test]
fn every_edit_is_another_revision_and_drafts_are_told() {
    let mut pane = form(SCHEMA);
    assert!(!pane.is_touched());
    let before = pane.revision();
    press(&mut pane, "a");
    assert!(pane.revision() != before && pane.is_touched());
    press(&mut pane, "⌫⎋");
    pane.action(Action::Unset);
    assert!(!pane.is_touched());
}

#[test]
fn numbers_step_in_navigation_and_keep_bad_text() {
    let mut pane = one(r#"{"type":"number","multipleOf":0.5,"default":1.0}"#, true);
    assert_eq!(sent(&pane), r#"{"x":1.0}"#);
    press(&mut pane, "⌫⌫⌫-");
    assert_eq!((sent(&pane), pane.problems()), ("{}".to_owned(), 1));
    press(&mut pane, "⎋");
    assert!(line(&mut pane, "x *").contains("[-  "));
    pane.action(Action::TypeIntoField);
    press(&mut pane, "⌫2⎋");
    pane.action(Action::PreviousOption);
    assert_eq!(sent(&pane), r#"{"x":1.5}"#);
    pane.action(Action::SetDefault);
    assert!(line(&mut pane, "x *").contains("‹default 1.0: sent›"));
}

#[test]
fn typing_replaces_a_default_and_moving_first_edits_it() {
    let schema = r#"{"type":"integer","default":2}"#;
    for (keys, value) in [("4", "4"), ("41", "41"), ("←4", "42")] {
        let mut pane = one(schema, false);
        press(&mut pane, keys);
        assert_eq!(sent(&pane), format!(r#"{{"x":{value}}}"#), "{keys}");
    }
}

#[test]
fn secrets_and_server_text_stay_off_the_screen() {
    let mut pane = form(
        "{\"properties\":{\"a\\u001b[31m\":{\"type\":\"string\",\"default\":\"x\u{202e}y\\u001b\",\"description\":\"d\\u0007\"},
          \"p\":{\"type\":\"string\",\"format\":\"password\"},
          \"j\":{\"not\":{},\"default\":\"\u{202e}\"}}}",
    );
    press(&mut pane, "⇥hunter2");
    let (screen, cursor) = draw(&mut pane, 100, 12);
    assert!(
        !screen.contains("hunter2") && screen.contains("[•••••••  "),
        "{screen}"
    );
    assert_eq!(cursor.unwrap().y, 1);
    assert!(screen.contains("x‹U+202E›y^["), "{screen}");
    // Shown on request, and hidden again.
    assert_eq!(click(&mut pane, " p ", "show"), FormReply::Moved);
    assert!(line(&mut pane, " p ").contains("[hunter2 "));
    press(&mut pane, "⎋");
    pane.action(Action::RevealSecret);
    assert!(!line(&mut pane, " p ").contains("hunter2"));
    pane.action(Action::Up);
    assert!(pane.hint().unwrap().contains("d^G"));
    pane.action(Action::Bottom);
    pane.action(Action::Up);
    pane.action(Action::TypeIntoField);
    let (screen, _) = draw(&mut pane, 100, 12);
    assert!(screen.contains("\"\\u202e\""), "{screen}");
    assert!(!screen.contains(['\u{202e}', '\u{1b}']));
}

#[test]
fn problems_are_walked_from_both_sources() {
    let mut pane = form(
        r#"{"required":["a","o"],"properties":{"a":{"type":"string"},"b":{"type":"string"},
            "o":{"type":"object","required":["c"],"properties":{"c":{"type":"string"}}}}}"#,
    );
    assert_eq!(pane.problems(), 2);
    pane.set_violations(vec![
        ("/a".into(), "is needed".into()),
        ("/b".into(), "must be a b\u{1b}".into()),
        ("/o/c".into(), "again".into()),
    ]);
    assert_eq!(pane.problems(), 3);
    assert!(line(&mut pane, " b ").contains("✗ must be a b^["));
    press(&mut pane, "⎋");
    pane.action(Action::FoldFields);
    assert!(line(&mut pane, " o *").contains("✗ 1 inside"));
    pane.action(Action::NextProblem);
    assert_eq!(focus(&pane).unwrap(), "/b");
    pane.action(Action::NextProblem);
    assert_eq!(focus(&pane).unwrap(), "/o/c");
    pane.action(Action::NextProblem);
    assert_eq!(focus(&pane).unwrap(), "/a");
    pane.action(Action::PreviousProblem);
    assert_eq!(focus(&pane).unwrap(), "/o/c");
    // What was said of a value goes with it.
    pane.action(Action::PreviousProblem);
    pane.action(Action::SetEmpty);
    assert_eq!(pane.problems(), 2);
}

#[test]
fn answers_offered_are_taken_only_when_asked_for() {
    let mut pane = one(
        r#"{"type":"string","examples":["python","pytorch","ruby"]}"#,
        true,
    );
    assert!(screen(&mut pane).contains("python"));
    // Nothing was typed, so Tab walks.
    press(&mut pane, "⇥");
    assert!(pane.on_run());
    press(&mut pane, "⇤PY");
    assert!(!screen(&mut pane).contains("ruby"));
    press(&mut pane, "⇥");
    assert_eq!(sent(&pane), r#"{"x":"python"}"#);
    press(&mut pane, "⌫⌫⌫⌫↓↓⏎");
    assert_eq!(sent(&pane), r#"{"x":"pytorch"}"#);
    // Enter without choosing keeps what was typed.
    press(&mut pane, "⌫⌫⌫⌫⌫");
    let offered = Suggestions {
        items: vec![Suggestion {
            text: "pyside".into(),
            remark: "a toolkit".into(),
        }],
        remark: "1 of 12 from server".into(),
    };
    pane.set_suggestions(Some(offered));
    assert!(screen(&mut pane).contains("1 of 12 from server"));
    press(&mut pane, "⏎");
    assert!(pane.on_run());
    assert_eq!(sent(&pane), r#"{"x":"py"}"#);
    assert_eq!(
        pane.insert("z"),
        FormReply::Say("nothing is typed into".into())
    );
}

#[test]
fn hints_say_what_is_wrong_and_what_fits() {
    let mut pane = form(SCHEMA);
    assert_eq!(
        pane.hint().as_deref(),
        Some("✗ required · Shown in lists · up to 80 characters")
    );
    press(&mut pane, "⇥⇥⇥");
    assert_eq!(pane.hint().as_deref(), Some("1 to 8"));
    press(&mut pane, "⇥⇥⇥");
    assert_eq!(pane.hint().as_deref(), Some("title: required"));
}

#[test]
fn files_go_into_fields() {
    let mut pane = one(r#"{"type":"string","contentEncoding":"base64"}"#, true);
    press(&mut pane, "⎋");
    assert_eq!(pane.action(Action::LoadFile), FormReply::Moved);
    assert!(line(&mut pane, "x *").contains("file: "));
    assert_eq!(press(&mut pane, "~/a⏎"), FormReply::Read("~/a".into()));
    pane.reads_as(7);
    assert_eq!(pane.file_read(8, &Ok(b"no".to_vec())), Ok(false));
    assert_eq!(pane.file_read(7, &Ok(b"\xff\x00".to_vec())), Ok(true));
    assert_eq!(sent(&pane), r#"{"x":"/wA="}"#);
    let mut pane = one(r#"{"type":"string"}"#, true);
    pane.reads_as(1);
    assert!(pane.file_read(1, &Ok(b"\xff".to_vec())).is_err());
    pane.reads_as(2);
    let none = Err("gone".to_owned());
    assert_eq!(
        (pane.file_read(3, &none), pane.file_read(2, &none)),
        (Ok(false), Ok(true))
    );
}

#[test]
fn uuids_are_made_up() {
    let mut pane = one(r#"{"type":"string","format":"uuid"}"#, true);
    assert!(pane.why_not(Action::Generate).is_none());
    assert_eq!(click(&mut pane, "x *", "generate"), FormReply::Edited);
    let first = sent(&pane);
    pane.action(Action::Generate);
    assert_ne!(first, sent(&pane));
    assert_eq!(pane.problems(), 0);
    let value = Value::parse(first.as_bytes()).unwrap();
    let text = value.get("x").and_then(Value::as_str).unwrap().to_owned();
    assert!(text.len() == 36 && &text[14..15] == "4", "{text}");
}

#[test]
fn letters_on_choices_go_to_the_choice_that_begins_with_them() {
    // keys from the first field, and what is sent then
    let cases = [
        (
            r#"{"enum":["low","normal","high"]}"#,
            "n",
            r#"{"x":"normal"}"#,
        ),
        (r#"{"enum":["low","Long","high"]}"#, "LL", r#"{"x":"Long"}"#),
        (r#"{"enum":["low","long","high"]}"#, "lll", r#"{"x":"low"}"#),
        (
            r#"{"enum":["low","long"],"default":"low"}"#,
            "l",
            r#"{"x":"long"}"#,
        ),
        (r#"{"enum":["low"],"default":"low"}"#, "l", r#"{"x":"low"}"#),
        (r#"{"enum":[1,2,30]}"#, "3", r#"{"x":30}"#),
        (
            r##"{"oneOf":[{"const":"#f00","title":"Red"},{"const":"#00f","title":"Blue"}]}"##,
            "b",
            r##"{"x":"#00f"}"##,
        ),
        (
            r#"{"enum":["a","b","c","d","e","f","g"]}"#,
            "f",
            r#"{"x":"f"}"#,
        ),
        // In long lists one goes on typing.
        (
            r#"{"enum":["aa","ab","ac","ad","ae","af","ag","ah","ai","aj","ak","al","am","an"]}"#,
            "ak⏎",
            r#"{"x":"ak"}"#,
        ),
        (r#"{"type":"boolean"}"#, "f", r#"{"x":false}"#),
        (r#"{"type":"boolean"}"#, "ft", r#"{"x":true}"#),
        (
            r#"{"type":"array","uniqueItems":true,"items":{"enum":["a","b","c"]}}"#,
            "c a b ",
            r#"{"x":["a","b","c"]}"#,
        ),
        (
            r#"{"oneOf":[{"title":"File","properties":{"path":{"type":"string"}}},
                {"title":"Url","properties":{"url":{"type":"string"}}}]}"#,
            "u⇥a",
            r#"{"x":{"url":"a"}}"#,
        ),
    ];
    for (schema, keys, wire) in cases {
        let mut pane = one(schema, true);
        press(&mut pane, keys);
        assert_eq!(sent(&pane), wire, "{schema} {keys}");
    }
    // Letters of no choice are nobody's, and so are all of them in navigation.
    let mut pane = one(r#"{"enum":["low","normal"]}"#, true);
    assert!(pane.is_between_fields());
    assert_eq!(press(&mut pane, "R"), FormReply::Ignored);
    press(&mut pane, "⎋");
    assert!(!pane.is_between_fields());
    assert_eq!(press(&mut pane, "l"), FormReply::Ignored);
    assert_eq!(sent(&pane), "{}");
    // A union that is not there comes on purpose only.
    let union = r#"{"oneOf":[{"title":"File","type":"object"},{"title":"Url","type":"object"}]}"#;
    let mut pane = one(union, false);
    assert_eq!(press(&mut pane, "u"), FormReply::Ignored);
    assert_eq!(sent(&pane), "{}");
}
