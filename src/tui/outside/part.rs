//! A part of a document on its way out: which bytes, and in which shape. Made on the drawing thread for nothing,
//! turned into bytes by whoever carries the effect out.

use std::borrow::Cow;
use std::fmt;

use crate::json;
use crate::tui::widgets::slice::Slice;
use crate::tui::widgets::spot::decoded;

/// See the module.
#[derive(Clone, PartialEq, Eq)]
pub struct Part {
    bytes: Slice,
    shape: Shape,
    /// More of the same shape behind it, each on lines of its own.
    more: Vec<Slice>,
}

/// What is made of the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Nothing: they are what the server sent.
    Exact,
    /// JSON without white space between its tokens; the tokens stay as they are spelled.
    OneLine,
    /// The text of a JSON string.
    Text,
    /// The bytes that a JSON string holds in base64; its text, if it is none (see [`Part::fault`]).
    Blob,
}

impl Part {
    /// These bytes in that shape.
    pub fn new(bytes: impl Into<Slice>, shape: Shape) -> Self {
        Self {
            bytes: bytes.into(),
            shape,
            more: Vec::new(),
        }
    }

    /// The texts of these JSON strings, one below the other; none of none.
    pub fn texts(values: impl IntoIterator<Item = Slice>) -> Option<Self> {
        let mut values = values.into_iter();
        Some(Self {
            bytes: values.next()?,
            shape: Shape::Text,
            more: values.collect(),
        })
    }

    /// All of it, as it is.
    pub fn exact(bytes: impl Into<Slice>) -> Self {
        Self::new(bytes, Shape::Exact)
    }

    /// How many bytes it is of the document, before any shape.
    pub fn size(&self) -> usize {
        let more = self.more.iter().map(|bytes| bytes.len());
        self.bytes.len() + more.sum::<usize>()
    }

    /// Why there are no bytes such as are meant, in words. Not to be asked on the drawing thread.
    pub fn fault(&self) -> Option<&'static str> {
        let broken = self.shape == Shape::Blob && decoded(&self.bytes).is_none();
        broken.then_some("what stands there is no base64")
    }

    /// The bytes, not to be made on the drawing thread.
    pub fn bytes(&self) -> Cow<'_, [u8]> {
        let first = self.shaped(&self.bytes);
        if self.more.is_empty() {
            return first;
        }
        let mut all = first.into_owned();
        for bytes in &self.more {
            if !all.ends_with(b"\n") {
                all.push(b'\n');
            }
            all.extend_from_slice(&self.shaped(bytes));
        }
        all.into()
    }

    fn shaped<'a>(&self, raw: &'a [u8]) -> Cow<'a, [u8]> {
        match self.shape {
            Shape::Exact => raw.into(),
            Shape::OneLine => json::one_line(raw).into(),
            Shape::Text => text(raw).into_bytes().into(),
            Shape::Blob => decoded(raw)
                .unwrap_or_else(|| text(raw).into_bytes())
                .into(),
        }
    }
}

/// Says how much, not what: a document may be large.
impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Part({} bytes, {:?})", self.size(), self.shape)
    }
}

fn text(raw: &[u8]) -> String {
    json::string(raw).unwrap_or_else(|| String::from_utf8_lossy(raw).into_owned())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use proptest::prelude::*;

    use super::*;
    use crate::json::Value;

    fn shaped(raw: &str, shape: Shape) -> String {
        let part = Part::new(raw.as_bytes(), shape);
        String::from_utf8(part.bytes().into_owned()).unwrap()
    }

    #[test]
    fn every_shape_keeps_what_was_sent() {
        let raw = "{ \"a b\" : [ 1.0 ,\n\t\"\\u00e9 \\\" x\\\\\" ] }";
        assert_eq!(shaped(raw, Shape::Exact), raw);
        assert_eq!(
            shaped(raw, Shape::OneLine),
            "{\"a b\":[1.0,\"\\u00e9 \\\" x\\\\\"]}"
        );
        assert_eq!(shaped("\"\\u00e9\\n\"", Shape::Text), "é\n");
        assert_eq!(shaped("\"aGk=\"", Shape::Blob), "hi");
        assert_eq!(shaped("\"no blob!\"", Shape::Blob), "no blob!");
        let fault = |raw: &str| Part::new(raw.as_bytes(), Shape::Blob).fault();
        assert_eq!(fault("\"aGk=\""), None);
        assert_eq!(
            fault("\"no blob!\""),
            Some("what stands there is no base64")
        );
        let texts = ["\"a\"", "\"b\\n\"", "\"c\""].map(|raw| Slice::from(raw.as_bytes()));
        let texts = Part::texts(texts).unwrap();
        assert_eq!((&*texts.bytes(), texts.size()), (&b"a\nb\nc"[..], 11));
        assert_eq!(Part::texts([]), None);
        let part = Part::exact(Slice::from(&b"0123"[..]).part(2..9));
        assert_eq!((&*part.bytes(), part.size()), (&b"23"[..], 2));
        assert_eq!(format!("{part:?}"), "Part(2 bytes, Exact)");
    }

    proptest! {
        #[test]
        fn one_line_is_the_same_value(names in prop::collection::vec(any::<String>(), 0..5)) {
            let value = Value::Array(names.iter().map(|name| Value::Object(vec![(name.clone(), Value::String(name.clone()))])).collect());
            prop_assert_eq!(shaped(&value.pretty(), Shape::OneLine), value.to_string());
        }
    }
}
