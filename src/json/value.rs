//! [`Value`]: a JSON value that goes back to the wire as it came (member order, duplicates, number spelling).

use std::fmt::{self, Write as _};

use super::{Kind, Problem, check, elements, kind, members, string};

/// Values deeper than this are refused: the tree is walked recursively, and no argument form needs more.
const DEPTH: usize = 512;

/// A JSON value. Strings are decoded (lone surrogates become U+FFFD); numbers keep their spelling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number as it was spelled: `1.0`, `1e400`, `1152921504606846976`.
    Number(String),
    /// A string, decoded.
    String(String),
    /// An array.
    Array(Vec<Value>),
    /// An object: members in order, duplicates kept.
    Object(Vec<(String, Value)>),
}

impl Value {
    /// Reads one JSON text; see [check](super::check()) for what is refused. Nesting beyond 512 levels is refused too.
    pub fn parse(bytes: &[u8]) -> Result<Self, Problem> {
        check(bytes)?;
        Self::read(bytes, bytes, 0)
    }

    fn read(whole: &[u8], raw: &[u8], depth: usize) -> Result<Self, Problem> {
        if depth > DEPTH {
            let at = raw.as_ptr() as usize - whole.as_ptr() as usize;
            return Err(Problem::new(
                whole,
                at,
                format!("nested deeper than {DEPTH} levels"),
            ));
        }
        Ok(match kind(raw) {
            Kind::Object => Self::Object(
                members(raw)
                    .map(|(key, value)| {
                        Ok((key.into_owned(), Self::read(whole, value, depth + 1)?))
                    })
                    .collect::<Result<_, Problem>>()?,
            ),
            Kind::Array => Self::Array(
                elements(raw)
                    .map(|item| Self::read(whole, item, depth + 1))
                    .collect::<Result<_, Problem>>()?,
            ),
            Kind::String => Self::String(string(raw).unwrap_or_default()),
            Kind::Number => Self::Number(String::from_utf8_lossy(raw.trim_ascii()).into_owned()),
            Kind::Bool => Self::Bool(raw.trim_ascii() == b"true"),
            Kind::Null | Kind::Invalid => Self::Null,
        })
    }

    /// The member `name` of an object; of duplicates the last.
    pub fn get(&self, name: &str) -> Option<&Self> {
        self.as_object()?
            .iter()
            .rev()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value)
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The items of an array.
    pub fn as_array(&self) -> Option<&[Self]> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The members of an object.
    pub fn as_object(&self) -> Option<&[(String, Self)]> {
        match self {
            Self::Object(members) => Some(members),
            _ => None,
        }
    }

    /// The truth value of a boolean.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The value over several lines, indented by two spaces; empty containers stay on one line.
    pub fn pretty(&self) -> String {
        let mut text = String::new();
        self.write(&mut text, Some(0));
        text
    }

    /// `indent`: none for one line, else the level the value stands at.
    fn write(&self, out: &mut String, indent: Option<usize>) {
        let line = |out: &mut String, level: usize| {
            out.push('\n');
            out.extend(std::iter::repeat_n("  ", level));
        };
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Self::Number(spelling) => out.push_str(spelling),
            Self::String(text) => out.push_str(&quote(text)),
            Self::Array(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    if let Some(level) = indent {
                        line(out, level + 1);
                    }
                    item.write(out, indent.map(|level| level + 1));
                }
                if let (Some(level), false) = (indent, items.is_empty()) {
                    line(out, level);
                }
                out.push(']');
            }
            Self::Object(members) => {
                out.push('{');
                for (index, (key, value)) in members.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    if let Some(level) = indent {
                        line(out, level + 1);
                    }
                    out.push_str(&quote(key));
                    out.push_str(if indent.is_some() { ": " } else { ":" });
                    value.write(out, indent.map(|level| level + 1));
                }
                if let (Some(level), false) = (indent, members.is_empty()) {
                    line(out, level);
                }
                out.push('}');
            }
        }
    }
}

impl fmt::Display for Value {
    /// Compact JSON.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        self.write(&mut text, None);
        formatter.write_str(&text)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

/// `text` as a JSON string, quotes included.
pub fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\u{0}'..='\u{1f}' => {
                write!(quoted, "\\u{:04x}", u32::from(character)).expect("a String takes any text");
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn goes_back_as_it_came() {
        let text =
            r#"{"z":1.0,"a":1152921504606846976,"z":[1e400,-0,{}],"t":"é\n","n":null,"b":true}"#;
        assert_eq!(Value::parse(text.as_bytes()).unwrap().to_string(), text);
    }

    #[test]
    fn pretty_is_the_same_value() {
        let value = Value::parse(br#"{"a":[1,{"b":[]}],"c":{}}"#).unwrap();
        assert_eq!(
            value.pretty(),
            "{\n  \"a\": [\n    1,\n    {\n      \"b\": []\n    }\n  ],\n  \"c\": {}\n}"
        );
        assert_eq!(Value::parse(value.pretty().as_bytes()).unwrap(), value);
    }

    #[test]
    fn depth_is_bounded_with_a_place() {
        let deep = format!("{}{}", "[".repeat(600), "]".repeat(600));
        assert_eq!(Value::parse(deep.as_bytes()).unwrap_err().column, 514);
    }

    proptest! {
        #[test]
        fn strings_survive(text: String) {
            let value = Value::String(text);
            prop_assert_eq!(&Value::parse(value.to_string().as_bytes()).unwrap(), &value);
        }
    }
}
