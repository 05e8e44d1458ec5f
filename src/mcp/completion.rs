//! `completion/complete`: what we ask (a value begun, and what is known besides), and a lenient view of the answer.
//!
//! When to ask is the form's to say; which connection may be asked is the client's (`client/completing.rs`).

use std::sync::Arc;

use super::facts::Opening;
use super::revision::Revision;
use crate::json::{self, Value};

/// The most values an answer may hold (server/utilities/completion, all revisions). More are counted, not kept.
pub const MOST_VALUES: usize = 100;
/// A longer value is counted, not kept: nobody picks it from a list, and cut it would be another value.
const LONGEST_VALUE: usize = 64 << 10;

/// Whether a server that speaks `revision` and said `opening` of itself can be asked: it says so with the capability
/// `completions`, which is there since 2025-03-26. Before, any server may complete. One that said nothing of itself
/// may be asked too.
pub fn is_offered(revision: Revision, opening: Option<&Opening>) -> bool {
    !revision.has_completions_capability()
        || opening.is_none_or(|opening| opening.has("completions"))
}

/// What the argument belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Reference {
    /// A prompt, by name (`ref/prompt`).
    Prompt(String),
    /// A resource template, by its URI template (`ref/resource`).
    Template(String),
}

/// A question: how could this argument go on?
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Ask {
    /// Whose argument.
    pub reference: Reference,
    /// The argument, or the template's variable.
    pub argument: String,
    /// What has been typed so far.
    pub value: String,
    /// Arguments that have a value already, in the form's order; sent since 2025-06-18.
    pub context: Vec<(String, String)>,
}

impl Ask {
    /// The params of the request, as `revision` knows them.
    pub fn params(&self, revision: Revision) -> String {
        let object = |members: Vec<(&str, Value)>| {
            let named = members.into_iter();
            Value::Object(
                named
                    .map(|(name, value)| (name.to_owned(), value))
                    .collect(),
            )
        };
        let reference = match &self.reference {
            Reference::Prompt(name) => vec![
                ("type", Value::from("ref/prompt")),
                ("name", Value::from(name.as_str())),
            ],
            Reference::Template(uri) => vec![
                ("type", Value::from("ref/resource")),
                ("uri", Value::from(uri.as_str())),
            ],
        };
        let argument = vec![
            ("name", Value::from(self.argument.as_str())),
            ("value", Value::from(self.value.as_str())),
        ];
        let mut params = vec![("ref", object(reference)), ("argument", object(argument))];
        if revision.has_completion_context() && !self.context.is_empty() {
            let known = self.context.iter();
            let known = known.map(|(name, value)| (name.as_str(), Value::from(value.as_str())));
            params.push((
                "context",
                object(vec![("arguments", object(known.collect()))]),
            ));
        }
        object(params).to_string()
    }
}

/// The values a server suggests, best first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Suggestions {
    /// At most [`MOST_VALUES`], in the server's order. What is no string is left out.
    pub values: Vec<Box<str>>,
    /// How many values the server sent, kept or not.
    pub sent: usize,
    /// How many there are in all, as the server says.
    pub total: Option<u64>,
    /// `hasMore`, as the server says.
    pub has_more: Option<bool>,
}

impl Suggestions {
    /// Reads the member `completion` of a result; `None` when it is no object.
    pub fn read(raw: &[u8]) -> Option<Self> {
        if json::kind(raw) != json::Kind::Object {
            return None;
        }
        let mut read = Self::default();
        for value in json::get(raw, &["values"])
            .into_iter()
            .flat_map(json::elements)
        {
            read.sent += 1;
            if read.values.len() < MOST_VALUES && value.len() <= LONGEST_VALUE {
                read.values.extend(json::string(value).map(Into::into));
            }
        }
        read.total = json::get(raw, &["total"])
            .and_then(json::integer)
            .and_then(|total| u64::try_from(total).ok());
        read.has_more = json::get(raw, &["hasMore"]).and_then(json::boolean);
        Some(read)
    }

    /// Whether there are values beyond those kept: because the server says so, or because of how it counts.
    pub fn more(&self) -> bool {
        let kept = self.values.len();
        self.has_more == Some(true)
            || self.sent > kept
            || self.total.is_some_and(|total| total > kept as u64)
    }
}

/// How a question ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Completed {
    /// With suggestions, perhaps none.
    Values(Arc<Suggestions>),
    /// With an error.
    Refused {
        /// `error.code`
        code: Option<i64>,
        /// `error.message`
        message: Box<str>,
    },
    /// With a result that holds no completion.
    Odd,
    /// We stopped waiting.
    TimedOut,
    /// A newer question took its place, or nobody wants to know any more.
    Cancelled,
    /// It was not sent: this server does not complete, or the connection does not work (yet).
    NotAsked,
    /// The connection ended first.
    Gone,
}

impl Completed {
    /// Whether the server said it.
    pub const fn is_answer(&self) -> bool {
        matches!(self, Self::Values(_) | Self::Refused { .. } | Self::Odd)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_depends_on_the_revision() {
        let ask = Ask {
            reference: Reference::Template("demo://{a}/{\"b\"}".into()),
            argument: "b".into(),
            value: "é\n".into(),
            context: vec![("z".into(), "1".into()), ("a".into(), "2".into())],
        };
        let bare = r#"{"ref":{"type":"ref/resource","uri":"demo://{a}/{\"b\"}"},"argument":{"name":"b","value":"é\n"}"#;
        for revision in Revision::ALL {
            let context = if revision >= Revision::V2025_06_18 {
                r#","context":{"arguments":{"z":"1","a":"2"}}"#
            } else {
                ""
            };
            assert_eq!(ask.params(revision), format!("{bare}{context}}}"));
        }
        let first = Ask {
            reference: Reference::Prompt("p".into()),
            context: vec![],
            ..ask
        };
        assert_eq!(
            first.params(Revision::NEWEST_MODERN),
            r#"{"ref":{"type":"ref/prompt","name":"p"},"argument":{"name":"b","value":"é\n"}}"#
        );
    }

    #[test]
    fn answers_are_read_leniently() {
        let read = |raw: &str| Suggestions::read(raw.as_bytes());
        for (raw, values, total, more) in [
            ("{}", vec![], None, false),
            (
                r#"{"values":["b","a","b"]}"#,
                vec!["b", "a", "b"],
                None,
                false,
            ),
            (
                r#"{"values":["a"],"total":1,"hasMore":false}"#,
                vec!["a"],
                Some(1),
                false,
            ),
            (r#"{"values":["a"],"total":7}"#, vec!["a"], Some(7), true),
            (r#"{"values":["a"],"hasMore":true}"#, vec!["a"], None, true),
            (
                r#"{"values":["a"],"total":-1,"hasMore":"yes"}"#,
                vec!["a"],
                None,
                false,
            ),
            (r#"{"values":["a"],"total":1e3}"#, vec!["a"], None, false),
            (r#"{"values":[1,null,"a",{}]}"#, vec!["a"], None, true),
            (r#"{"values":"a"}"#, vec![], None, false),
        ] {
            let read = read(raw).unwrap();
            let kept: Vec<&str> = read.values.iter().map(|value| &**value).collect();
            assert_eq!(
                (kept, read.total, read.more()),
                (values, total, more),
                "{raw}"
            );
        }
        for raw in ["[]", "null", "7", ""] {
            assert_eq!(read(raw), None, "{raw}");
        }
    }

    #[test]
    fn too_much_is_counted_and_not_kept() {
        let many = vec!["\"v\""; 250].join(",");
        let read = Suggestions::read(format!("{{\"values\":[{many}]}}").as_bytes()).unwrap();
        assert_eq!(
            (read.values.len(), read.sent, read.more()),
            (MOST_VALUES, 250, true)
        );
        let long = format!("{{\"values\":[\"{}\",\"a\"]}}", "x".repeat(LONGEST_VALUE));
        let read = Suggestions::read(long.as_bytes()).unwrap();
        assert_eq!((read.values, read.sent), (vec!["a".into()], 2));
    }
}
