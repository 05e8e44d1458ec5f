//! What only a body can answer: text in it, values at paths of it. One body at a time, as it was on the wire.
//!
//! Whoever reads many of them asks [`Leaf::marks`] first: a recorded line that holds none of these texts cannot match.

use std::fmt::Write as _;

use super::path::Path;
use super::pattern::{Pattern, find};
use super::term::{Json, Match, Term};
use crate::json::{self, Kind};

/// What is asked of bodies by one term. Two terms that ask the same have the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Leaf {
    /// Text anywhere in it.
    Text(Match),
    /// A value at a path.
    Path(Path, Json),
}

impl Leaf {
    /// What a term asks of bodies; nothing when it can be answered without.
    pub fn of(term: &Term) -> Option<Self> {
        match term {
            Term::Text(what) => Some(Self::Text(what.clone())),
            Term::Bare(pattern) => Some(Self::Text(Match::Any(vec![pattern.clone()]))),
            Term::Path(path, json) => Some(Self::Path(path.clone(), json.clone())),
            _ => None,
        }
    }

    /// Whether a body is as asked.
    pub fn holds(&self, body: &[u8]) -> bool {
        match self {
            Self::Text(Match::Any(patterns)) => patterns.iter().any(|pattern| {
                spellings(pattern)
                    .iter()
                    .any(|texts| all_in(body, texts, !pattern.folds()))
            }),
            Self::Text(Match::Regex(regex)) => regex.is_in(body),
            Self::Path(path, json) => path.any(body, |value| json_is(json, value)),
        }
    }

    /// Texts of which one stands in the recorded line of every body that matches, and whether their case counts;
    /// nothing when there are none.
    pub fn marks(&self) -> Option<(Vec<Vec<u8>>, bool)> {
        match self {
            Self::Text(Match::Any(patterns)) => {
                let exact = patterns.iter().all(|pattern| !pattern.folds());
                let mut marks = Vec::new();
                for texts in patterns.iter().flat_map(spellings) {
                    let mark = texts.into_iter().max_by_key(Vec::len)?;
                    if !marks.contains(&mark) {
                        marks.push(mark);
                    }
                }
                Some((marks, exact))
            }
            Self::Text(Match::Regex(_)) => None,
            Self::Path(path, _) => {
                let name = path.last_name()?;
                let quoted = json::quote(name);
                // A name that can be spelled in other ways is not looked for.
                (quoted.len() == name.len() + 2 && name.is_ascii())
                    .then(|| (vec![name.as_bytes().to_vec()], true))
            }
        }
    }

    /// Whether it is one text, so that where a mark of it stands in JSON, it holds.
    pub fn is_plain(&self) -> bool {
        match self {
            Self::Text(Match::Any(patterns)) => {
                patterns
                    .iter()
                    .all(|pattern| pattern.as_literal().is_some())
                    && (patterns.iter().all(Pattern::folds)
                        || patterns.iter().all(|pattern| !pattern.folds()))
            }
            _ => false,
        }
    }

    /// Whether all that matches this matches `other` too, so that only what matched `other` has to be looked at.
    pub fn refines(&self, other: &Self) -> bool {
        let one = |leaf: &Self| match leaf {
            Self::Text(Match::Any(patterns)) => match &patterns[..] {
                [pattern] => pattern.as_literal().map(str::to_owned),
                _ => None,
            },
            _ => None,
        };
        let (Some(mine), Some(theirs)) = (one(self), one(other)) else {
            return false;
        };
        let theirs_folds = !theirs.chars().any(char::is_uppercase);
        find(mine.as_bytes(), theirs.as_bytes(), !theirs_folds).is_some()
    }
}

/// How the texts of a pattern may be spelled in a body: as they are, as in a string of JSON, and there in ASCII only.
fn spellings(pattern: &Pattern) -> Vec<Vec<Vec<u8>>> {
    let spelled = |spell: &dyn Fn(&str) -> String| {
        pattern
            .texts()
            .map(|text| spell(text).into_bytes())
            .collect::<Vec<_>>()
    };
    let mut all = vec![spelled(&str::to_owned)];
    for other in [
        spelled(&|text| in_json(text, false)),
        spelled(&|text| in_json(text, true)),
    ] {
        if !all.contains(&other) {
            all.push(other);
        }
    }
    all
}

/// A text as it stands in a string of JSON.
fn in_json(text: &str, ascii: bool) -> String {
    let quoted = json::quote(text);
    let inside = &quoted[1..quoted.len() - 1];
    if !ascii || inside.is_ascii() {
        return inside.to_owned();
    }
    let mut out = String::with_capacity(inside.len() * 2);
    for letter in inside.chars() {
        if letter.is_ascii() {
            out.push(letter);
        } else {
            for unit in letter.encode_utf16(&mut [0; 2]) {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
    }
    out
}

fn all_in(body: &[u8], texts: &[Vec<u8>], exact: bool) -> bool {
    let mut rest = body;
    texts.iter().all(|text| match find(rest, text, exact) {
        Some(at) => {
            rest = &rest[at + text.len()..];
            true
        }
        None => false,
    })
}

fn json_is(json: &Json, value: &[u8]) -> bool {
    let value = value.trim_ascii();
    match json {
        Json::There => true,
        Json::Is(what) => {
            let text = if json::kind(value) == Kind::String {
                json::text(value).unwrap_or_default()
            } else {
                String::from_utf8_lossy(value)
            };
            match what {
                Match::Any(patterns) => patterns.iter().any(|pattern| pattern.matches(&text)),
                Match::Regex(regex) => regex.is_in(text.as_bytes()),
            }
        }
        Json::Number(sign, number) => {
            let read = |text: &str| text.parse::<f64>().ok();
            let found = (json::kind(value) == Kind::Number)
                .then(|| std::str::from_utf8(value).ok().and_then(read))
                .flatten();
            let (Some(found), Some(number)) = (found, read(number)) else {
                return false;
            };
            match *sign {
                ">" => found > number,
                ">=" => found >= number,
                "<" => found < number,
                _ => found <= number,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::filter::Filter;

    fn leaf(text: &str) -> Leaf {
        Filter::parse(text).unwrap().leaves().remove(0)
    }

    /// Whether one of these texts stands in a line.
    fn has_mark(line: &[u8], marks: &[Vec<u8>], exact: bool) -> bool {
        marks.iter().any(|mark| {
            if exact {
                memchr::memmem::find(line, mark).is_some()
            } else {
                find(line, mark, false).is_some()
            }
        })
    }

    #[test]
    fn bodies_are_asked() {
        let body =
            br#"{"params":{"city":"Oslo","n":3,"ok":true,"say":"a \"b\"\nc","e":"caf\u00e9"}}"#;
        for (text, expected) in [
            ("oslo", true),
            ("Oslo", true),
            ("OSLO", false),
            ("\"a \\\"b\\\"\"", true),
            ("\"b\\\"\"*c", true),
            ("café", true),
            ("text:berlin,oslo", true),
            ("text~os.o", true),
            ("text~^os", false),
            ("$.params.city=Oslo", true),
            ("$.params.city=O*o", true),
            ("$.params.city=slo", false),
            ("$..city~^o", true),
            ("$.params.n>2", true),
            ("$.params.n>=3.0", true),
            ("$.params.n<3", false),
            ("$.params.city>2", false),
            ("$.params.ok=true", true),
            ("$.params.nope", false),
            ("$.params.ok", true),
            ("$.params.e=café", true),
        ] {
            let leaf = leaf(text);
            assert_eq!(leaf.holds(body), expected, "{text}");
            if let Some((marks, exact)) = leaf.marks().filter(|_| expected) {
                assert!(has_mark(body, &marks, exact), "{text}");
            }
        }
    }

    #[test]
    fn a_longer_text_is_looked_for_where_the_shorter_was() {
        for (longer, shorter, expected) in [
            ("osl", "os", true),
            ("Osl", "os", true),
            ("osl", "OS", false),
            ("os", "osl", false),
            ("text:a,b", "a", false),
            ("text~osl", "os", false),
        ] {
            assert_eq!(leaf(longer).refines(&leaf(shorter)), expected, "{longer}");
        }
    }
}
