//! Text that is too long to be read between two frames.

use super::*;
use crate::json::Problem;

/// An object as long text.
fn long(value: &str) -> String {
    format!(r#"{{"x":{value},"pad":"{}"}}"#, "p".repeat(70_000))
}

/// What the form wants done, under this number.
fn errand(pane: &mut FormPane, asker: u64) -> Option<Errand> {
    pane.errand(|| asker)
}

fn read(text: &str) -> Result<Value, Problem> {
    Value::parse(text.as_bytes())
}

#[test]
fn the_text_of_all_arguments_is_read_by_others_when_it_is_left() {
    let mut pane = one(r#"{"type":"integer"}"#, false);
    pane.turn(Side::Json);
    pane.take_text("").unwrap();
    let text = long("7");
    pane.paste(&text);
    // While it is typed into nobody reads it, and the form is what it was.
    assert_eq!(errand(&mut pane, 1), None);
    assert!(pane.is_reading() && pane.is_touched());
    assert_eq!(sent(&pane), "{}");
    press(&mut pane, "⎋");
    assert!(errand(&mut pane, 1) == Some(Errand::Parse(text.clone())));
    assert_eq!(errand(&mut pane, 2), None, "it is being read");
    assert_eq!(pane.parsed(1, &text, &read(&text)), Some(Ok("read")));
    assert!(!pane.is_reading());
    assert_eq!(sent(&pane), text);
    assert_eq!(pane.whole_text(), text, "its layout stays");
    assert_eq!(errand(&mut pane, 3), None);
}

#[test]
fn what_was_typed_meanwhile_is_read_again() {
    let mut pane = one(r#"{"type":"integer"}"#, false);
    pane.turn(Side::Json);
    pane.take_text("").unwrap();
    let text = long("7");
    pane.paste(&text);
    press(&mut pane, "⎋");
    assert!(errand(&mut pane, 1).is_some());
    // A letter behind it, before the answer is there.
    pane.action(Action::TypeIntoField);
    press(&mut pane, "!");
    assert_eq!(pane.parsed(1, &text, &read(&text)), None);
    assert_eq!(sent(&pane), "{}");
    press(&mut pane, "⎋");
    let broken = format!("{text}!");
    assert!(errand(&mut pane, 2) == Some(Errand::Parse(broken.clone())));
    let why = pane.parsed(2, &broken, &read(&broken)).unwrap();
    assert!(why.unwrap_err().starts_with("JSON has an error at 1:"));
    assert_eq!(pane.broken_text(), Some(broken));
}

#[test]
fn a_box_of_much_json_is_read_by_others_and_not_sent_before() {
    let mut pane = one(r#"{"not":{"type":"null"}}"#, true);
    pane.action(Action::EditJson);
    press(&mut pane, "⌫⌫");
    assert!(pane.takes_lines());
    let text = long("[1.0]");
    pane.paste(&text);
    assert!(pane.is_reading());
    assert_eq!(sent(&pane), "{}");
    assert!(screen(&mut pane).contains("is being read"));
    // The next letter comes while it is read.
    assert!(errand(&mut pane, 5) == Some(Errand::Parse(text.clone())));
    press(&mut pane, " ");
    assert_eq!(pane.parsed(5, &text, &read(&text)), None);
    let now = format!("{text} ");
    assert!(errand(&mut pane, 6) == Some(Errand::Parse(now.clone())));
    assert_eq!(pane.parsed(6, &now, &read(&now)), Some(Ok("read")));
    assert_eq!(errand(&mut pane, 7), None);
    assert_eq!(sent(&pane), format!(r#"{{"x":{text}}}"#));
    // Its end leaves the box, since it is whole.
    press(&mut pane, "⏎");
    assert!(pane.on_run());
}

#[test]
fn text_that_is_broken_stays_in_its_box_with_what_is_wrong() {
    let mut pane = one("{}", true);
    pane.action(Action::EditJson);
    let text = format!("{} x", long("1"));
    pane.paste(&text);
    assert!(errand(&mut pane, 1).is_some());
    assert_eq!(pane.parsed(1, &text, &read(&text)), Some(Ok("read")));
    assert_eq!(pane.problems(), 1);
    assert!(!screen(&mut pane).contains("is being read"));
    assert!(!pane.is_reading());
}

#[test]
fn much_text_is_written_by_others_as_it_was_laid_out() {
    let mut pane = form(r#"{"properties":{"x":{"type":"integer"},"pad":{"type":"string"}}}"#);
    pane.turn(Side::Json);
    let text = format!("{}\n", long("7"));
    pane.take_text(&text).unwrap();
    assert!(matches!(errand(&mut pane, 1), Some(Errand::Parse(_))));
    pane.parsed(1, &text, &read(&text)).unwrap().unwrap();
    pane.turn(Side::Fields);
    press(&mut pane, "⎋");
    pane.action(Action::Top);
    pane.action(Action::NextOption);
    pane.turn(Side::Json);
    let Some(Errand::Lay(before, arguments)) = errand(&mut pane, 2) else {
        panic!("nothing to write");
    };
    assert_eq!(before, text);
    assert_eq!(arguments, pane.arguments());
    // Nothing is typed into what is out of date.
    pane.action(Action::TypeIntoField);
    assert!(matches!(press(&mut pane, "z"), FormReply::Say(_)));
    let after = crate::json::patch(&before, &arguments);
    assert!(pane.laid(2, &after) && !pane.laid(2, &after));
    assert_eq!(pane.whole_text(), long("8") + "\n");
    assert_eq!(errand(&mut pane, 3), None);
}
