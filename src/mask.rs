//! What is never written down: which bytes of a frame, a line or a note are secret, and what stands there instead.
//!
//! One table of rules ([`RULES`]) and one place that applies them, the [`Masker`]: it is shown everything in the order
//! in which it is recorded, and gives back the bytes as they may be written, with a [`Mark`] for every place it
//! changed. All other bytes stay as they were, in frames that are no JSON too. What headers, addresses and bodies of
//! logins hide is decided before they become a note ([`crate::mcp::http::headers`], [`crate::mcp::auth`]): what stands
//! in for them there ([`crate::mcp::stand_in`]) gets its name here. The values themselves are looked for here as well.
//!
//! A mask reads `‹masked:NAME›`. The name is the member's, the variable's or the header's, numbered where one name has
//! had several values, so that within a session the same secret always reads the same. Text of a server may look like
//! a mask; one of ours stands in the entry's member `mask`, with its place. A masked number or boolean becomes a
//! string, so that JSON stays JSON.
//!
//! The values behind the names are held by [`Secrets`], in memory only, bounded, and given back to nobody but the
//! server they came from or went to. Nothing here reads, writes or sends anything.

mod given;
mod masker;
mod needles;
mod restore;
mod rules;
pub mod schema;
mod secrets;
mod shapes;
mod strings;
mod tally;
#[cfg(test)]
mod tests;
mod trigger;
mod walk;

use crate::json;

pub use given::{masked_arguments, unfilled};
pub use masker::{Masked, Masker, Seen};
pub use restore::{Missing, names_in};
pub use rules::{BadRule, Rules};
pub use secrets::Secrets;
pub use shapes::key_in;
pub use tally::{Tally, place_in};

/// Why something is masked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Rule {
    /// The value of a variable that was passed to the server, or of an argument with a telling name.
    Variable,
    /// The value of a header that was given for the server, or is known to hold a secret.
    Header,
    /// An argument that the tool's schema marks `writeOnly` or `format: password`, or a repetition of one.
    Argument,
    /// The same of an answer to a question of the server's.
    Answer,
    /// A member with a telling name, or one that the settings name.
    Member,
    /// Text that looks like a key of a well-known kind.
    Key,
    /// Text that an expression of the settings matches.
    Text,
    /// What a login exchanges.
    Login,
}

/// One row of the table.
#[derive(Debug)]
pub struct RuleRow {
    /// Which.
    pub rule: Rule,
    /// The word in the file.
    pub word: &'static str,
    /// What it masks, for people.
    pub what: &'static str,
}

/// The table, in the order of [`Rule`].
pub const RULES: &[RuleRow] = &[
    RuleRow {
        rule: Rule::Variable,
        word: "variable",
        what: "values of variables and telling arguments passed to a server, also when it repeats them",
    },
    RuleRow {
        rule: Rule::Header,
        word: "header",
        what: "headers that hold secrets; values of those given for a server also when it repeats them",
    },
    RuleRow {
        rule: Rule::Argument,
        word: "argument",
        what: "arguments whose schema says writeOnly or format: password, also when they are repeated",
    },
    RuleRow {
        rule: Rule::Answer,
        word: "answer",
        what: "the same of answers to a server's questions",
    },
    RuleRow {
        rule: Rule::Member,
        word: "member",
        what: "members with a telling name, and those that [mask] members names",
    },
    RuleRow {
        rule: Rule::Key,
        word: "key",
        what: "text that looks like a key of a well-known kind",
    },
    RuleRow {
        rule: Rule::Text,
        word: "text",
        what: "text that an expression of [mask] text matches",
    },
    RuleRow {
        rule: Rule::Login,
        word: "login",
        what: "tokens, codes and other secrets that a login exchanges",
    },
];

impl Rule {
    /// Its row.
    pub fn row(self) -> &'static RuleRow {
        &RULES[self as usize]
    }

    /// Whether what it found is looked for in everything that follows. Keys and texts are found by themselves.
    fn is_sought(self) -> bool {
        !matches!(self, Self::Key | Self::Text)
    }

    /// The word in the file.
    pub fn word(self) -> &'static str {
        self.row().word
    }

    /// The rule of a word in a file.
    pub fn of_word(word: &str) -> Option<Self> {
        let row = RULES.iter().find(|row| row.word == word)?;
        Some(row.rule)
    }
}

/// How every mask begins.
pub const OPENING: &str = "‹masked:";
/// How every mask ends.
pub const CLOSING: char = '›';
/// The longest name, in bytes.
const LONGEST_NAME: usize = 80;

/// What stands in the place of the secret of that name.
pub fn placeholder(name: &str) -> String {
    format!("{OPENING}{name}{CLOSING}")
}

/// The names of the masks in a text, with where each mask stands. Says nothing of who wrote them.
pub fn masks(text: &str) -> impl Iterator<Item = (std::ops::Range<usize>, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let start = at + memchr::memmem::find(&text.as_bytes()[at..], OPENING.as_bytes())?;
            let rest = &text[start + OPENING.len()..];
            at = start + OPENING.len();
            let end = rest
                .char_indices()
                .take(LONGEST_NAME + 1)
                .find(|(_, c)| !is_of_name(*c));
            if let Some((end, CLOSING)) = end.filter(|(end, _)| *end > 0) {
                at += end + CLOSING.len_utf8();
                return Some((start..at, &rest[..end]));
            }
        }
    })
}

/// Whether the whole text is one mask.
pub fn is_mask(text: &str) -> bool {
    text.starts_with(OPENING)
        && masks(text)
            .next()
            .is_some_and(|(place, _)| place == (0..text.len()))
}

fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')
}

/// A place of a body where a mask of ours stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Where in the body, in bytes; quotation marks count where they are the mask's own.
    pub at: usize,
    /// How many bytes.
    pub len: usize,
    /// The name of the secret.
    pub name: Box<str>,
    /// Why.
    pub rule: Rule,
}

impl Mark {
    /// The member of an entry that tells of them: `"mask":[{"at":31,"len":18,"name":"password","rule":"argument"}]`.
    pub fn member(marks: &[Self]) -> String {
        let each: Vec<String> = marks
            .iter()
            .map(|mark| {
                format!(
                    "{{\"at\":{},\"len\":{},\"name\":{},\"rule\":\"{}\"}}",
                    mark.at,
                    mark.len,
                    json::quote(&mark.name),
                    mark.rule.word()
                )
            })
            .collect();
        format!("\"mask\":[{}]", each.join(","))
    }

    /// Reads them from the further members of an entry; what a later version wrote is passed over.
    pub fn of(extra: Option<&str>) -> Vec<Self> {
        let Some(extra) = extra.filter(|extra| extra.contains("\"mask\"")) else {
            return Vec::new();
        };
        let object = format!("{{{extra}}}");
        let marks = json::get(object.as_bytes(), &["mask"]).unwrap_or_default();
        let number = |raw, name| {
            let raw = json::get(raw, &[name])?;
            usize::try_from(json::integer(raw)?).ok()
        };
        json::elements(marks)
            .filter_map(|raw| {
                Some(Self {
                    at: number(raw, "at")?,
                    len: number(raw, "len")?,
                    name: json::string_at(raw, &["name"])?.into(),
                    rule: Rule::of_word(&json::string_at(raw, &["rule"])?)?,
                })
            })
            .collect()
    }
}
