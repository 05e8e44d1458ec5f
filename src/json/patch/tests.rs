//! Texts edited: what they read as, and that nothing else changed.

#![expect(clippy::unwrap_used, reason = "tests")]
use super::*;
use proptest::prelude::*;

fn patched(text: &str, new: &str) -> String {
    patch(text, &Value::parse(new.as_bytes()).unwrap())
}

#[test]
fn only_what_differs_is_written() {
    let table: &[(&str, &str, &str)] = &[
        // A scalar, and all else as it was.
        (
            "{ \"a\" :1.0,\n\t\"b\":[ 1 , 2 ]}\n",
            r#"{"a":1.0,"b":[1,3]}"#,
            "{ \"a\" :1.0,\n\t\"b\":[ 1 , 3 ]}\n",
        ),
        (
            r#"{"\u0061":1e0,"a":2}"#,
            r#"{"a":1e0,"a":3}"#,
            r#"{"\u0061":1e0,"a":3}"#,
        ),
        // In and out, in one line.
        (
            r#"{"a": 1, "b": 2}"#,
            r#"{"a":1,"c":{"d":[1,2]},"b":2}"#,
            r#"{"a": 1, "c": {"d": [1, 2]}, "b": 2}"#,
        ),
        (r#"{"a":1}"#, r#"{"a":1,"b":[]}"#, r#"{"a":1,"b":[]}"#),
        (
            r#"{"a": 1, "b": 2, "c": 3}"#,
            r#"{"a":1,"c":3}"#,
            r#"{"a": 1, "c": 3}"#,
        ),
        (r#"{"a": 1, "b": 2}"#, r#"{"a":1}"#, r#"{"a": 1}"#),
        (r#"{"a": 1, "b": 2}"#, r#"{"b":2}"#, r#"{"b": 2}"#),
        (r#"{"a": 1}"#, "{}", "{}"),
        ("[1,2,3]", "[0,1,2,3]", "[0,1,2,3]"),
        ("[1, 2, 3]", "[1, 3]", "[1, 3]"),
        // In and out, by lines.
        (
            "{\n    \"a\": 1\n}",
            r#"{"a":1,"b":{"c":[1]}}"#,
            "{\n    \"a\": 1,\n    \"b\": {\n        \"c\": [\n            1\n        ]\n    }\n}",
        ),
        (
            "{\n  \"a\": 1,\n  \"b\": 2,\n  \"c\": 3\n}",
            r#"{"a":1,"c":3}"#,
            "{\n  \"a\": 1,\n  \"c\": 3\n}",
        ),
        (
            "{\n  \"a\": 1,\n  \"b\": 2\n}",
            r#"{"a":1}"#,
            "{\n  \"a\": 1\n}",
        ),
        (
            "{\n  \"a\": 1,\n  \"b\": [\"x\", \"y\"]\n}",
            r#"{"a":1,"b":["x",{"q":1},"y"]}"#,
            "{\n  \"a\": 1,\n  \"b\": [\"x\", {\"q\": 1}, \"y\"]\n}",
        ),
        (
            "{\n  \"a\": {}\n}",
            r#"{"a":{"b":1}}"#,
            "{\n  \"a\": {\n    \"b\": 1\n  }\n}",
        ),
        (
            "{\r\n\t\"a\": null\r\n}",
            r#"{"a":[1]}"#,
            "{\r\n\t\"a\": [\r\n\t\t1\r\n\t]\r\n}",
        ),
        // A new name, another order.
        (
            "{\n  \"a\": [ 1 ],\n  \"b\": 2\n}",
            r#"{"z":[1],"b":2}"#,
            "{\n  \"z\": [ 1 ],\n  \"b\": 2\n}",
        ),
        (
            "{\n  \"a\": [ 1 ],\n  \"b\": 2\n}",
            r#"{"b":2,"a":[1]}"#,
            "{\n  \"b\": 2,\n  \"a\": [ 1 ]\n}",
        ),
        // Nothing to follow.
        ("{ }", r#"{"a":1}"#, "{\n  \"a\": 1\n}"),
        ("{\"a\":", r#"{"a":1}"#, "{\n  \"a\": 1\n}"),
        (" 1 ", "2", " 2 "),
        ("[1]", r#""a""#, r#""a""#),
    ];
    for (text, new, expected) in table {
        assert_eq!(patched(text, new), *expected, "{text} {new}");
    }
}

#[test]
fn depth_is_no_problem() {
    let deep = |inside: &str| format!("{}{inside}{}", "[ ".repeat(500), "]".repeat(500));
    assert_eq!(patched(&deep("1"), &deep("2")), deep("2"));
}

fn scalars() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        prop::sample::select(vec![
            "0",
            "1",
            "1.0",
            "1e400",
            "-0",
            "12345678901234567890123"
        ])
        .prop_map(|number| Value::Number(number.to_owned())),
        "[a\"\\\\\n\u{e9}\u{1f600},{}\\[\\]:]{0,4}".prop_map(Value::String),
    ]
}

fn values() -> impl Strategy<Value = Value> {
    scalars().prop_recursive(4, 32, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::Array),
            prop::collection::vec(("[a-c]{0,1}", inner), 0..5).prop_map(Value::Object),
        ]
    })
}

/// A value as text with any white space between its tokens.
fn laid_out(value: &Value, spaces: &[&str], at: &mut usize, out: &mut String) {
    let mut space = |out: &mut String| {
        *at += 1;
        out.push_str(spaces.get(*at % spaces.len().max(1)).copied().unwrap_or(""));
    };
    space(out);
    match value {
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                laid_out(item, spaces, at, out);
            }
            out.push(']');
        }
        Value::Object(members) => {
            out.push('{');
            for (index, (name, item)) in members.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                *at += 1;
                out.push_str(spaces[*at % spaces.len()]);
                out.push_str(&quote(name));
                *at += 1;
                out.push_str(spaces[*at % spaces.len()]);
                out.push(':');
                laid_out(item, spaces, at, out);
            }
            out.push('}');
        }
        scalar => out.push_str(&scalar.to_string()),
    }
    *at += 1;
    out.push_str(spaces[*at % spaces.len()]);
}

fn texts() -> impl Strategy<Value = (String, Value)> {
    let spaces = prop::collection::vec(
        prop::sample::select(vec!["", "", " ", "\n", "\n  ", "\t", "\r\n "]),
        1..8,
    );
    (values(), spaces).prop_map(|(value, spaces)| {
        let mut text = String::new();
        laid_out(&value, &spaces, &mut 0, &mut text);
        (text, value)
    })
}

/// The scalars of a value, to change one.
fn leaves(value: &mut Value) -> Vec<&mut Value> {
    match value {
        Value::Array(items) => items.iter_mut().flat_map(leaves).collect(),
        Value::Object(members) => members
            .iter_mut()
            .flat_map(|(_, value)| leaves(value))
            .collect(),
        scalar => vec![scalar],
    }
}

proptest! {
    #[test]
    fn reads_as_what_was_asked_for((text, old) in texts(), new in values()) {
        prop_assert_eq!(&Value::parse(text.as_bytes()).unwrap(), &old);
        prop_assert_eq!(&Value::parse(patch(&text, &new).as_bytes()).unwrap(), &new);
    }

    #[test]
    fn the_same_value_changes_no_byte((text, value) in texts()) {
        prop_assert_eq!(patch(&text, &value), text);
    }

    #[test]
    fn one_scalar_leaves_all_else((text, value) in texts(), which: prop::sample::Index) {
        let mut new = value.clone();
        let mut places = leaves(&mut new);
        prop_assume!(!places.is_empty());
        let index = which.index(places.len());
        let was = places[index].to_string();
        *places[index] = Value::String("changed".into());
        let patched = patch(&text, &new);
        // Undone, it is the text again: nothing but the scalar was touched.
        prop_assert_eq!(patched.len() + was.len(), text.len() + "\"changed\"".len());
        prop_assert_eq!(patched.replacen("\"changed\"", &was, 1), text);
    }

    #[test]
    fn any_text_is_survived(text: String, new in values()) {
        prop_assert_eq!(&Value::parse(patch(&text, &new).as_bytes()).unwrap(), &new);
    }

    #[test]
    fn there_and_back_is_the_same_value((text, old) in texts(), new in values()) {
        prop_assert_eq!(&Value::parse(patch(&patch(&text, &new), &old).as_bytes()).unwrap(), &old);
    }
}
