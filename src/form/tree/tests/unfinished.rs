//! Half-typed text, taken out and put back.

use super::*;

const SCHEMA: &str = r#"{"properties":{
  "n":{"type":"integer"},
  "list":{"type":"array","items":{"type":"integer"}},
  "legs":{"type":"array","items":{"type":"object","properties":{"nights":{"type":"integer"},"to":{"type":"string"}}}},
  "map":{"type":"object","additionalProperties":{"type":"integer"}},
  "slots":{"type":"array","prefixItems":[{"type":"integer"},{"type":"string"}]},
  "raw":{"not":{"type":"null"}},
  "secret":{"type":"integer","writeOnly":true}}}"#;

fn filled(arguments: &str) -> Form {
    let mut form = Form::from_schema(SCHEMA.as_bytes());
    assert!(form.load(&Value::parse(arguments.as_bytes()).unwrap()));
    form
}

/// Takes all out of a form and puts it into a new one.
fn again(form: &Form) -> Form {
    let mut again = filled(&form.arguments().to_string());
    again.restore(&form.unfinished(true));
    again
}

#[test]
fn half_typed_text_is_where_it_was() {
    let mut form = filled(
        r#"{"n":1,"list":[1,2,3],"legs":[{"to":"a"},{"to":"b"}],"map":{"k":1},"slots":[1,"x"],"raw":{"a":1}}"#,
    );
    for (pointer, text) in [
        ("/n", "12x"),
        ("/legs/1/nights", "-"),
        ("/slots/0", "1.x"),
        ("/raw", "{ \"a\": "),
    ] {
        let id = form.at_pointer(pointer).unwrap();
        form.set_text(id, text).unwrap();
    }
    let list = form.find("list").unwrap();
    // The first, two beside each other, and the last of a list.
    for (at, text) in [(0, "0x"), (2, "2x"), (3, "3x"), (6, "6x")] {
        let item = form.insert_item(list, at).unwrap();
        form.set_text(item, text).unwrap();
    }
    let map = form.find("map").unwrap();
    let entry = form.add_entry(map, "a/b").unwrap();
    form.set_text(entry, "7x").unwrap();

    let taken = form.unfinished(true);
    assert_eq!(taken.len(), 9);
    let again = again(&form);
    assert_eq!(again.unfinished(true), taken);
    assert_eq!(again.arguments(), form.arguments());
    assert_eq!(
        again.arguments().to_string(),
        r#"{"list":[1,2,3],"legs":[{"to":"a"},{"to":"b"}],"map":{"k":1},"slots":[null,"x"]}"#
    );
    let texts = |form: &Form| -> Vec<String> {
        let list = form.find("list").unwrap();
        let items = form.children(list).iter();
        items.map(|item| form.text(*item)).collect()
    };
    assert_eq!(texts(&again), ["0x", "1", "2x", "3x", "2", "3", "6x"]);
}

#[test]
fn secrets_stay_out_unless_asked_for() {
    let mut form = filled("{}");
    let id = form.find("secret").unwrap();
    form.set_text(id, "4711x").unwrap();
    assert!(form.unfinished(false).is_empty());
    assert_eq!(
        form.unfinished(true),
        [("/secret".to_owned(), "4711x".to_owned())]
    );
}

#[test]
fn what_has_no_place_any_more_is_left_out() {
    let mut form = filled("{}");
    let gone = |pointer: &str| (pointer.to_owned(), "1x".to_owned());
    form.restore(&[
        gone(""),
        gone("/gone/deeper"),
        gone("/list/9/x"),
        gone("/n"),
    ]);
    assert_eq!(form.unfinished(true), [("/n".to_owned(), "1x".to_owned())]);
}
