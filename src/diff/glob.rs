//! Paths with gaps, as people write what they want ignored: `id`, `*.timestamp`, `$.a..b`, `$.content[*].text → $.x`.
//!
//! A path that a report shows is one too, and holds for what is there and for all below.

use std::fmt;

use super::path::{Path, Step, is_plain};
use super::walk::NAMES;
use crate::json::{self, path::quoted_end, quote};

/// What is no path, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} at character {at} of {text}")]
pub struct GlobProblem {
    /// What was read.
    pub text: String,
    /// From 1.
    pub at: usize,
    /// In words.
    pub what: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    /// Any steps, or none.
    Deep,
    /// Any member or item.
    Any,
    /// A member: the pieces of its name between stars that stand for anything; which of those with the name, when
    /// that is said.
    Name(Vec<String>, Option<u32>),
    /// An item by its place.
    Item(u32),
    /// An item by the member that names it, and the JSON of its value.
    Keyed(String, String),
    /// Into a string that is JSON.
    Text,
}

/// A path with gaps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glob {
    /// Whether it starts at the root.
    rooted: bool,
    parts: Vec<Part>,
}

impl From<&Path> for Glob {
    fn from(path: &Path) -> Self {
        let parts = path.0.iter().map(|step| match step {
            Step::Member { name, nth, .. } => {
                Part::Name(vec![name.to_string()], (*nth > 0).then_some(*nth))
            }
            Step::Item {
                key: Some((name, value)),
                ..
            } => Part::Keyed((*name).to_owned(), value.to_string()),
            Step::Item { .. } => Part::Item(step.place().unwrap_or(0)),
            Step::Text => Part::Text,
        });
        Self {
            rooted: true,
            parts: parts.collect(),
        }
    }
}

impl Glob {
    /// Reads one.
    pub fn parse(text: &str) -> Result<Self, GlobProblem> {
        let mut reader = Reader { text, at: 0 };
        let rooted = reader.take("$");
        let mut parts = Vec::new();
        if !rooted {
            // As if a dot stood before it.
            let inner = text.trim_start();
            let text_first = inner.starts_with('→') || inner.starts_with("->");
            if !text_first && !text.starts_with(['[', '.']) && !text.is_empty() {
                reader.named(&mut parts)?;
            }
            // `*.a` is an `a` anywhere.
            if parts.first() == Some(&Part::Any) && text.len() > 1 {
                parts.clear();
            }
        }
        while reader.at < text.len() {
            reader.part(&mut parts)?;
        }
        if parts.is_empty() && !rooted {
            return Err(reader.problem("a name or $ is missing"));
        }
        Ok(Self { rooted, parts })
    }

    /// Whether it names the place that a report writes like this, or one that it is in.
    pub fn names(&self, path: &str) -> bool {
        let Ok(place) = Self::parse(path) else {
            return false;
        };
        let steps = place.parts.iter().map(|part| match part {
            Part::Name(pieces, which) => Some(Step::Member {
                name: pieces.concat().into(),
                nth: which.unwrap_or(0),
                a: None,
                b: None,
            }),
            Part::Item(at) => Some(Step::Item {
                a: None,
                b: Some(*at),
                key: None,
            }),
            Part::Text => Some(Step::Text),
            // How items were named is not known beforehand; any item of that name will do.
            Part::Keyed(name, value) => {
                let name = NAMES.into_iter().find(|known| known == name)?;
                Some(Step::Item {
                    a: None,
                    b: None,
                    key: Some((name, value.as_str().into())),
                })
            }
            Part::Any | Part::Deep => None,
        });
        steps
            .collect::<Option<Vec<Step>>>()
            .is_some_and(|steps| self.holds(&steps))
    }

    /// Whether it names this place, or one that it is in.
    pub fn holds(&self, steps: &[Step]) -> bool {
        if self.rooted {
            return prefix(&self.parts, steps);
        }
        (0..=steps.len()).any(|from| prefix(&self.parts, &steps[from..]))
    }
}

/// Whether `parts` name the beginning of `steps`, or all of it. Never more than their product of comparisons.
fn prefix(parts: &[Part], steps: &[Step]) -> bool {
    // Where one may be in the parts after the steps so far.
    let mut here = vec![false; parts.len() + 1];
    here[0] = true;
    let skip = |here: &mut [bool]| {
        for at in 0..parts.len() {
            if here[at] && parts[at] == Part::Deep {
                here[at + 1] = true;
            }
        }
    };
    skip(&mut here);
    for step in steps {
        if here[parts.len()] {
            return true;
        }
        let mut next = vec![false; parts.len() + 1];
        for (at, part) in parts.iter().enumerate().filter(|(at, _)| here[*at]) {
            if *part == Part::Deep {
                next[at] = true;
            } else if is(part, step) {
                next[at + 1] = true;
            }
        }
        skip(&mut next);
        here = next;
    }
    here[parts.len()]
}

fn is(part: &Part, step: &Step) -> bool {
    match (part, step) {
        (Part::Any, Step::Member { .. } | Step::Item { .. }) | (Part::Text, Step::Text) => true,
        (Part::Name(pattern, which), Step::Member { name, nth, .. }) => {
            which.is_none_or(|which| which == *nth) && like(pattern, name)
        }
        (Part::Item(place), Step::Item { .. }) => step.place() == Some(*place),
        (
            Part::Keyed(name, value),
            Step::Item {
                key: Some((by, is)),
                ..
            },
        ) => name == by && **value == **is,
        _ => false,
    }
}

/// Whether `text` has these pieces, with anything in between.
fn like(pieces: &[String], text: &str) -> bool {
    let (first, rest) = match pieces {
        [] => return text.is_empty(),
        [whole] => return whole == text,
        [first, rest @ ..] => (first, rest),
    };
    let (last, inner) = rest.split_last().unwrap_or((first, &[]));
    let Some(middle) = text
        .strip_prefix(&**first)
        .and_then(|rest| rest.strip_suffix(&**last))
    else {
        return false;
    };
    inner
        .iter()
        .try_fold(middle, |rest, piece| {
            rest.find(&**piece).map(|at| &rest[at + piece.len()..])
        })
        .is_some()
}

/// The pieces of a name between stars.
fn pieces(name: &str) -> Vec<String> {
    name.split('*').map(str::to_owned).collect()
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn take(&mut self, word: &str) -> bool {
        let taken = self.rest().starts_with(word);
        if taken {
            self.at += word.len();
        }
        taken
    }

    fn problem(&self, what: &'static str) -> GlobProblem {
        GlobProblem {
            text: self.text.to_owned(),
            at: self.text[..self.at].chars().count() + 1,
            what,
        }
    }

    fn part(&mut self, parts: &mut Vec<Part>) -> Result<(), GlobProblem> {
        if self.take("..") {
            parts.push(Part::Deep);
            if !self.rest().is_empty() && !self.rest().starts_with('[') {
                self.named(parts)?;
            }
            return Ok(());
        }
        if self.take(".") {
            return self.named(parts);
        }
        if self.take("[") {
            return self.bracket(parts);
        }
        let before = self.at;
        self.at += self.rest().len() - self.rest().trim_start().len();
        if self.take("→") || self.take("->") {
            self.at += self.rest().len() - self.rest().trim_start().len();
            parts.push(Part::Text);
            self.take("$");
            return Ok(());
        }
        self.at = before;
        Err(self.problem("expected . or [ or →"))
    }

    fn named(&mut self, parts: &mut Vec<Part>) -> Result<(), GlobProblem> {
        let rest = self.rest();
        let end = rest
            .find(|letter: char| matches!(letter, '.' | '[' | '#' | '→') || letter.is_whitespace())
            .unwrap_or(rest.len());
        let end = rest[..end].find("->").unwrap_or(end);
        if end == 0 {
            return Err(self.problem("a name is missing"));
        }
        self.at += end;
        if &rest[..end] == "*" {
            parts.push(Part::Any);
        } else {
            let which = self.which()?;
            parts.push(Part::Name(pieces(&rest[..end]), which));
        }
        Ok(())
    }

    /// `#2` behind a name: the second of that name.
    fn which(&mut self) -> Result<Option<u32>, GlobProblem> {
        if !self.take("#") {
            return Ok(None);
        }
        match self.number() {
            Some(number) if number > 0 => Ok(Some(number - 1)),
            _ => Err(self.problem("expected a number from 1")),
        }
    }

    fn number(&mut self) -> Option<u32> {
        let rest = self.rest();
        let end = rest
            .find(|letter: char| !letter.is_ascii_digit())
            .unwrap_or(rest.len());
        let number = rest[..end].parse().ok()?;
        self.at += end;
        Some(number)
    }

    fn quoted(&mut self) -> Result<&'a str, GlobProblem> {
        let rest = self.rest();
        let quote = if rest.starts_with('\'') { '\'' } else { '"' };
        let end = quoted_end(rest, quote).ok_or_else(|| self.problem("the quote is not closed"))?;
        self.at += end;
        Ok(&rest[..end])
    }

    fn bracket(&mut self, parts: &mut Vec<Part>) -> Result<(), GlobProblem> {
        if self.take("*") {
            parts.push(Part::Any);
        } else if self.rest().starts_with(['"', '\'']) {
            let quoted = self.quoted()?;
            // A star that is escaped is a star of the name.
            let name = quoted[1..quoted.len() - 1]
                .split('*')
                .map(|inside| json::decode(inside.as_bytes()).into_owned())
                .collect();
            if !self.take("]") {
                return Err(self.problem("expected ]"));
            }
            let which = self.which()?;
            parts.push(Part::Name(name, which));
            return Ok(());
        } else if let Some(place) = self.number() {
            parts.push(Part::Item(place));
        } else {
            let name = self.rest().split(['=', ']']).next().unwrap_or_default();
            self.at += name.len();
            if name.is_empty() || !self.take("=") {
                return Err(self.problem("expected a number, a name in quotes, * or name=value"));
            }
            let value = if self.rest().starts_with('"') {
                self.quoted()?
            } else {
                let value = self.rest().split(']').next().unwrap_or_default();
                self.at += value.len();
                value
            };
            parts.push(Part::Keyed(name.to_owned(), value.to_owned()));
        }
        if self.take("]") {
            Ok(())
        } else {
            Err(self.problem("expected ]"))
        }
    }
}

impl fmt::Display for Glob {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = &self.parts[..];
        if self.rooted {
            formatter.write_str("$")?;
        } else if let Some(Part::Name(name, which)) = rest.first()
            && is_pattern(name)
        {
            let name = name.join("*");
            // A `$` that begins it would be taken for the root.
            let dot = if name.starts_with('$') { "." } else { "" };
            write!(formatter, "{dot}{name}")?;
            tell_which(formatter, *which)?;
            rest = &rest[1..];
        }
        for (index, part) in rest.iter().enumerate() {
            let after_deep = index > 0 && rest[index - 1] == Part::Deep;
            let dot = if after_deep { "" } else { "." };
            match part {
                Part::Deep => formatter.write_str("..")?,
                Part::Any => formatter.write_str("[*]")?,
                Part::Name(name, which) => {
                    if is_pattern(name) {
                        write!(formatter, "{dot}{}", name.join("*"))?;
                    } else {
                        let quoted: Vec<String> = name
                            .iter()
                            .map(|piece| {
                                let quoted = quote(piece).replace('*', "\\u002a");
                                quoted[1..quoted.len() - 1].to_owned()
                            })
                            .collect();
                        write!(formatter, "[\"{}\"]", quoted.join("*"))?;
                    }
                    tell_which(formatter, *which)?;
                }
                Part::Item(place) => write!(formatter, "[{place}]")?,
                Part::Keyed(name, value) => write!(formatter, "[{name}={value}]")?,
                Part::Text => formatter.write_str(" → $")?,
            }
        }
        Ok(())
    }
}

fn tell_which(formatter: &mut fmt::Formatter<'_>, which: Option<u32>) -> fmt::Result {
    which.map_or(Ok(()), |which| write!(formatter, "#{}", which + 1))
}

/// Whether a name can stand after a dot, stars and all.
fn is_pattern(pieces: &[String]) -> bool {
    pieces.concat() != ""
        && pieces.iter().all(|piece| !piece.contains('*'))
        && is_plain(&pieces.join("a"))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    fn member(name: &str) -> Step {
        Step::Member {
            name: name.into(),
            nth: 0,
            a: Some(0),
            b: Some(0),
        }
    }

    fn item(place: u32) -> Step {
        Step::Item {
            a: Some(place),
            b: Some(place),
            key: None,
        }
    }

    #[test]
    fn gaps_are_filled() {
        let steps = [
            member("result"),
            member("content"),
            item(2),
            member("text"),
            Step::Text,
            member("meta"),
            member("timestamp"),
        ];
        for (text, holds) in [
            ("timestamp", true),
            ("*.timestamp", true),
            ("..timestamp", true),
            ("$..timestamp", true),
            ("$.result", true),
            ("$", true),
            ("$.result.content[2]", true),
            ("$.result.content[*].text → $.meta", true),
            ("content[2].text->$.meta.timestamp", true),
            ("$.result..meta", true),
            ("$.*.*[*].text", true),
            ("time*", true),
            ("*stamp", true),
            ("*im*am*", true),
            ("[\"timestamp\"]", true),
            ("['content'][2]", true),
            ("stamp", false),
            ("$.timestamp", false),
            ("$.result.content[1]", false),
            ("$.result.content[2].text.meta", false),
            ("[\"time\\u002a\"]", false),
            ("a*", false),
            ("timestamp.more", false),
            ("[name=\"x\"]", false),
        ] {
            assert_eq!(Glob::parse(text).unwrap().holds(&steps), holds, "{text}");
        }
        let keyed = [Step::Item {
            a: Some(0),
            b: Some(1),
            key: Some(("name", "\"e]cho\"".into())),
        }];
        assert!(Glob::parse("$[name=\"e]cho\"]").unwrap().holds(&keyed));
        assert!(Glob::parse("$[1]").unwrap().holds(&keyed));
        assert!(!Glob::parse("$[0]").unwrap().holds(&keyed));
    }

    #[test]
    fn what_is_no_path_is_said_with_its_place() {
        for (text, words) in [
            ("", "a name or $ is missing at character 1 of "),
            ("$a", "expected . or [ or → at character 2 of $a"),
            ("$.", "a name is missing at character 3 of $."),
            (
                "$[",
                "expected a number, a name in quotes, * or name=value at character 3 of $[",
            ),
            ("$[1", "expected ] at character 4 of $[1"),
            ("$['a", "the quote is not closed at character 3 of $['a"),
            ("é#0", "expected a number from 1 at character 4 of é#0"),
        ] {
            assert_eq!(Glob::parse(text).unwrap_err().to_string(), words, "{text}");
        }
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let name = prop_oneof!["[a-z*._#\\\\\"→ \\[\\]]{0,6}", any::<String>()];
        let step = prop_oneof![
            (name, 0..3_u32).prop_map(|(name, nth)| Step::Member {
                name: name.as_str().into(),
                nth,
                a: Some(0),
                b: None,
            }),
            (0..9_u32).prop_map(item),
            any::<String>().prop_map(|value| Step::Item {
                a: Some(0),
                b: None,
                key: Some(("id", quote(&value).as_str().into())),
            }),
            (0..9_u32).prop_map(|value| Step::Item {
                a: Some(0),
                b: None,
                key: Some(("id", value.to_string().as_str().into())),
            }),
            Just(Step::Text),
        ];
        prop::collection::vec(step, 0..5)
    }

    proptest! {
        #[test]
        fn a_shown_path_is_read_as_itself(steps in steps()) {
            let path = Path(steps.into());
            let read = Glob::parse(&path.to_string()).unwrap();
            prop_assert!(read.holds(&path.0), "{}", path);
            prop_assert_eq!(read.to_string(), Glob::from(&path).to_string());
            prop_assert!(Glob::from(&path).holds(&path.0));
        }

        #[test]
        fn a_name_that_begins_like_the_root_stays_a_name(name in "\\$[a-c]{0,3}") {
            let glob = Glob::parse(&format!(".{name}")).unwrap();
            prop_assert!(!glob.rooted);
            prop_assert_eq!(Glob::parse(&glob.to_string()).unwrap(), glob);
        }

        #[test]
        fn any_text_is_read_or_refused_and_printed_as_it_is_read(text in "[$.*a-c\\[\\]0-2\"'=#→> -]{0,12}") {
            if let Ok(glob) = Glob::parse(&text) {
                let printed = glob.to_string();
                prop_assert_eq!(Glob::parse(&printed).unwrap(), glob, "{} as {}", text, printed);
            }
        }
    }
}
