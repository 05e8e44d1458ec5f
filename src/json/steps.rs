//! Where a value is in a document, and how that is written: JSONPath, brackets, jq, JSON Pointer.
//!
//! Only writes paths. Names are decoded ones; every notation escapes what it must, so what is written finds the value
//! again.

use std::fmt::Write as _;

use super::quote;

/// One step down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// To the member of this name.
    Key(String),
    /// To this item, counted from 0.
    Index(usize),
    /// To the items from this one to before that one. A JSON Pointer has no words for that, and stays at the array.
    Items(usize, usize),
    /// Into the JSON that the text of a string is.
    Text,
}

/// A way to write a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notation {
    /// `$.params.list[0]["odd name"]` (RFC 9535).
    JsonPath,
    /// `["params"]["list"][0]["odd name"]`, to be put after a variable; empty for the whole document.
    Brackets,
    /// `.params.list[0]["odd name"]`
    Jq,
    /// `/params/list/0/odd name` (RFC 6901); empty for the whole document.
    Pointer,
}

/// Writes a path from the root of the document. jq has words for what stands in the text of a string; elsewhere ours
/// say that one path ends there and another begins.
pub fn path(steps: &[Step], notation: Notation) -> String {
    let parts: Vec<String> = steps
        .split(|step| *step == Step::Text)
        .map(|part| plain_path(part, notation))
        .collect();
    match notation {
        Notation::Jq => parts.join("|fromjson|"),
        _ => parts.join(", in its text "),
    }
}

fn plain_path(steps: &[Step], notation: Notation) -> String {
    let mut out = String::new();
    match notation {
        Notation::JsonPath => out.push('$'),
        // jq wants a dot before the first bracket, and for the document itself.
        Notation::Jq if !matches!(steps.first(), Some(Step::Key(name)) if is_plain(name)) => {
            out.push('.');
        }
        _ => {}
    }
    for step in steps {
        match (notation, step) {
            (Notation::Pointer, Step::Key(name)) => {
                out.push('/');
                out.push_str(&name.replace('~', "~0").replace('/', "~1"));
            }
            (Notation::Pointer, Step::Index(index)) => {
                // Writing to a string cannot fail.
                let _ = write!(out, "/{index}");
            }
            (_, Step::Index(index)) => {
                let _ = write!(out, "[{index}]");
            }
            (Notation::Pointer, Step::Items(..)) | (_, Step::Text) => {}
            (_, Step::Items(from, to)) => {
                let _ = write!(out, "[{from}:{to}]");
            }
            (Notation::JsonPath | Notation::Jq, Step::Key(name)) if is_plain(name) => {
                out.push('.');
                out.push_str(name);
            }
            (_, Step::Key(name)) => {
                let _ = write!(out, "[{}]", quote(name));
            }
        }
    }
    out
}

/// Whether a name can stand after a dot in every notation that has dots.
fn is_plain(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes
        .next()
        .is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(steps: &[Step]) -> [String; 4] {
        [
            Notation::JsonPath,
            Notation::Brackets,
            Notation::Jq,
            Notation::Pointer,
        ]
        .map(|notation| path(steps, notation))
    }

    fn key(name: &str) -> Step {
        Step::Key(name.to_owned())
    }

    #[test]
    fn every_notation_has_its_own_way() {
        let steps = [key("params"), key("list"), Step::Index(0), key("odd name")];
        assert_eq!(
            all(&steps),
            [
                r#"$.params.list[0]["odd name"]"#,
                r#"["params"]["list"][0]["odd name"]"#,
                r#".params.list[0]["odd name"]"#,
                "/params/list/0/odd name",
            ]
        );
    }

    #[test]
    fn the_whole_document_and_its_first_step() {
        assert_eq!(all(&[]), ["$", "", ".", ""]);
        assert_eq!(all(&[Step::Index(7)]), ["$[7]", "[7]", ".[7]", "/7"]);
        let odd = [key("1st")];
        assert_eq!(
            all(&odd),
            [r#"$["1st"]"#, r#"["1st"]"#, r#".["1st"]"#, "/1st"]
        );
        assert_eq!(all(&[key("")]), [r#"$[""]"#, r#"[""]"#, r#".[""]"#, "/"]);
    }

    #[test]
    fn what_stands_in_a_text_is_told_apart() {
        let steps = [key("payload"), Step::Text, key("deep"), Step::Index(1)];
        assert_eq!(
            all(&steps),
            [
                "$.payload, in its text $.deep[1]",
                r#"["payload"], in its text ["deep"][1]"#,
                ".payload|fromjson|.deep[1]",
                "/payload, in its text /deep/1",
            ]
        );
        let twice = [Step::Text, Step::Index(0), Step::Text, key("a b")];
        assert_eq!(
            path(&twice, Notation::Jq),
            r#".|fromjson|.[0]|fromjson|.["a b"]"#
        );
    }

    #[test]
    fn what_means_something_is_escaped() {
        let steps = [key("a/b~c"), key("\"q\"\\\n"), key("é")];
        assert_eq!(
            all(&steps),
            [
                r#"$["a/b~c"]["\"q\"\\\n"]["é"]"#,
                r#"["a/b~c"]["\"q\"\\\n"]["é"]"#,
                r#".["a/b~c"]["\"q\"\\\n"]["é"]"#,
                "/a~1b~0c/\"q\"\\\n/é",
            ]
        );
    }
}
