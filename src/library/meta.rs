//! The sidecar of a session, `NAME.meta.json`: what people add to a recording, and what was once counted in it.
//!
//! Read leniently: what cannot be read counts as not there, and members of later versions are kept and written back.
//! Where it stands and how it is written is the [`Library`](super::Library)'s.

use jiff::Timestamp;

use super::summary::Summary;
use crate::json::Value;
use crate::session::marks::{Mark, Marks};

/// What stands beside a session.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Meta {
    /// What it is called; empty when nobody named it.
    pub name: String,
    /// Words to find it by, each without spaces and commas, in the order they were given.
    pub tags: Vec<String>,
    /// What somebody wrote about it.
    pub note: String,
    /// Whether it stays however old and large.
    pub keep: bool,
    /// What was marked in it.
    pub marks: Marks,
    /// What was counted in it, for a file of that size and time.
    pub summary: Option<Summary>,
    /// When it was moved to the trash.
    pub deleted: Option<Timestamp>,
    /// Members that this version does not know.
    rest: Vec<(String, Value)>,
}

impl Meta {
    /// Reads a sidecar. What is no JSON object has nothing to say.
    pub fn read(bytes: &[u8]) -> Self {
        let mut meta = Self::default();
        let Ok(Value::Object(members)) = Value::parse(bytes) else {
            return meta;
        };
        for (name, value) in members {
            match (name.as_str(), &value) {
                ("name", Value::String(text)) => meta.name.clone_from(text),
                ("note", Value::String(text)) => meta.note.clone_from(text),
                ("keep", Value::Bool(keep)) => meta.keep = *keep,
                ("tags", Value::Array(tags)) => {
                    meta.tags = tags_of(tags.iter().filter_map(Value::as_str));
                }
                ("marks", Value::Object(marks)) => {
                    for (seq, mark) in marks {
                        if let Ok(seq) = seq.parse() {
                            meta.marks.put(seq, read_mark(mark));
                        }
                    }
                }
                ("summary", Value::Object(_)) => meta.summary = Summary::read(&value),
                ("deleted", Value::String(at)) => meta.deleted = at.parse().ok(),
                _ => meta.rest.push((name, value)),
            }
        }
        // A member of ours that could not be read is kept only while nothing stands in its place.
        let ours = meta.ours();
        meta.rest
            .retain(|(name, _)| ours.iter().all(|(other, _)| other != name));
        meta
    }

    /// The sidecar as it is written.
    pub fn write(&self) -> String {
        let mut members = self.ours();
        let taken = members.len();
        for (name, value) in &self.rest {
            if members[..taken].iter().all(|(other, _)| other != name) {
                members.push((name.clone(), value.clone()));
            }
        }
        let mut written = Value::Object(members).pretty();
        written.push('\n');
        written
    }

    fn ours(&self) -> Vec<(String, Value)> {
        let text = |text: &str| Value::String(text.to_owned());
        let mut members = Vec::new();
        let mut put = |name: &str, value: Option<Value>| {
            members.extend(value.map(|value| (name.to_owned(), value)));
        };
        put("name", some(&self.name).map(text));
        put(
            "tags",
            (!self.tags.is_empty())
                .then(|| Value::Array(self.tags.iter().map(|tag| text(tag)).collect())),
        );
        put("note", some(&self.note).map(text));
        put("keep", self.keep.then_some(Value::Bool(true)));
        put(
            "marks",
            (!self.marks.is_empty()).then(|| {
                let mark = |(seq, mark): (u64, &Mark)| (seq.to_string(), write_mark(mark));
                Value::Object(self.marks.iter().map(mark).collect())
            }),
        );
        put("summary", self.summary.as_ref().map(Summary::write));
        put("deleted", self.deleted.map(|at| text(&at.to_string())));
        members
    }

    /// Whether people added nothing: then the counted summary is all there is to lose.
    pub fn is_plain(&self) -> bool {
        let Self {
            name,
            tags,
            note,
            keep,
            marks,
            summary: _,
            deleted: _,
            rest,
        } = self;
        name.is_empty()
            && tags.is_empty()
            && note.is_empty()
            && !keep
            && marks.is_empty()
            && rest.is_empty()
    }
}

/// Tags as somebody typed them: words, with or without commas, each once.
pub fn tags_of<'a>(words: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    for word in words
        .into_iter()
        .flat_map(|words| words.split(|c: char| c == ',' || c.is_whitespace()))
    {
        let word = word.trim_start_matches('#');
        if !word.is_empty() && !tags.iter().any(|tag| tag == word) {
            tags.push(word.to_owned());
        }
    }
    tags
}

fn some(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

fn read_mark(value: &Value) -> Mark {
    let member = |name| value.get(name).and_then(Value::as_str).unwrap_or_default();
    let mut letters = member("letter").chars();
    Mark {
        letter: letters.next().filter(|_| letters.next().is_none()),
        note: member("note").to_owned(),
    }
}

fn write_mark(mark: &Mark) -> Value {
    let letter = mark.letter.map(|letter| letter.to_string());
    let note = some(&mark.note).map(str::to_owned);
    let members = [("letter", letter), ("note", note)];
    let written = members
        .into_iter()
        .filter_map(|(name, text)| Some((name.to_owned(), Value::String(text?))));
    Value::Object(written.collect())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_a_later_version_wrote_stays() {
        let text = r#"{"name":"n","colour":{"a":[1.50]},"tags":"x","marks":{"3":{"letter":"ab"},"x":{},"4":{"note":"w"}}}"#;
        let meta = Meta::read(text.as_bytes());
        assert_eq!((meta.name.as_str(), meta.marks.len()), ("n", 1));
        let written = Meta::read(meta.write().as_bytes());
        assert_eq!(written, meta);
        let value = Value::parse(meta.write().as_bytes()).unwrap();
        assert_eq!(
            value.get("colour").map(ToString::to_string).as_deref(),
            Some(r#"{"a":[1.50]}"#)
        );
        assert_eq!(value.get("tags").and_then(Value::as_str), Some("x"));
        let tagged = Meta {
            tags: tags_of(["b, #c b"]),
            ..meta
        };
        assert_eq!(Meta::read(tagged.write().as_bytes()).tags, ["b", "c"]);
    }

    #[test]
    fn what_is_no_sidecar_says_nothing() {
        for text in ["", "[]", "{\"name\":", "\u{0}"] {
            assert_eq!(Meta::read(text.as_bytes()), Meta::default(), "{text}");
        }
        assert!(Meta::read(b"{\"summary\":{\"size\":1}}").is_plain());
        assert!(!Meta::read(b"{\"later\":1}").is_plain());
    }

    fn metas() -> impl Strategy<Value = Meta> {
        (
            ".{0,12}",
            proptest::collection::vec("[^\\s,#]{1,6}", 0..4),
            ".{0,30}",
            any::<bool>(),
            proptest::collection::btree_map(
                any::<u64>(),
                (
                    proptest::option::of(prop::char::range('a', 'f')),
                    "[^\\s]{0,9}",
                ),
                0..6,
            ),
            proptest::option::of(0_i64..4_000_000_000),
        )
            .prop_map(|(name, tags, note, keep, marks, deleted)| {
                let mut meta = Meta {
                    name,
                    tags: tags_of(tags.iter().map(String::as_str)),
                    note,
                    keep,
                    deleted: deleted.map(|at| Timestamp::from_second(at).unwrap()),
                    ..Meta::default()
                };
                for (seq, (letter, note)) in marks {
                    meta.marks.put(seq, Mark { letter, note });
                }
                meta
            })
    }

    proptest! {
        #[test]
        fn a_sidecar_reads_back_as_it_was_written(meta in metas()) {
            prop_assert_eq!(Meta::read(meta.write().as_bytes()), meta);
        }

        #[test]
        fn reading_never_panics_and_writing_settles(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let meta = Meta::read(&bytes);
            prop_assert_eq!(Meta::read(meta.write().as_bytes()), meta);
        }

        #[test]
        fn any_object_is_kept_but_for_what_is_ours(text in r#"\{("(name|tags|note|keep|marks|x|y)":("a"|1|true|\[\]|\{"1":\{"note":"n"\}\}),){0,5}"z":null\}"#) {
            let meta = Meta::read(text.as_bytes());
            let again = Meta::read(meta.write().as_bytes());
            prop_assert_eq!(&again, &meta);
            prop_assert!(meta.write().contains("\"z\": null"));
        }
    }
}
