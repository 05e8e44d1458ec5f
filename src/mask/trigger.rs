//! Says of a whole body, in one pass over its bytes and without keeping anything, that there is nothing to find in it.
//!
//! Whatever is looked for has a landmark: bytes that stand in every spelling of it. Where one of them may stand for
//! nothing (the end of `progressToken`, the middle of `task-1`) a look around it tells; only then is a body read.

use std::collections::HashSet;

use aho_corasick::{AhoCorasick, Input, MatchKind, Span, packed};

use super::needles::text_of;
use super::rules::{TELLING_ENDS, is_telling};
use super::secrets::{LONG, Secret};
use super::{Rule, Rules, shapes};
use crate::json;
use crate::mcp::stand_in;

/// Landmarks that the fast search takes.
const PACKED: usize = 60;

/// Finds out whether there may be anything in a body.
#[derive(Debug)]
pub(super) struct Trigger {
    search: Search,
    /// What each landmark stands for.
    kinds: Vec<Kind>,
}

#[derive(Debug)]
enum Search {
    /// Nothing can be ruled out.
    Always,
    Packed(packed::Searcher),
    Plain(AhoCorasick),
}

/// What a landmark stands for; the sure ones first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// Something that is looked for, or may be part of it.
    Sure,
    /// A character that is spelled `\u00…`, if it is a sign, a digit or a letter.
    Escape,
    /// How a key begins.
    Shape,
    /// How a telling name ends.
    Name,
}

impl Trigger {
    pub fn new(known: &[Secret], rules: &Rules) -> Self {
        let always = Self {
            search: Search::Always,
            kinds: Vec::new(),
        };
        let Some(landmarks) = rules.landmarks() else {
            return always;
        };
        let mut patterns: Vec<(Kind, String)> = Vec::new();
        let mut add = |kind, text: &str| patterns.push((kind, text.to_owned()));
        for landmark in landmarks {
            add(Kind::Sure, &landmark);
        }
        if rules.built_in() {
            for begins in shapes::beginnings() {
                add(Kind::Shape, begins);
            }
            for end in TELLING_ENDS {
                add(Kind::Name, end);
            }
        } else {
            add(Kind::Sure, "password\"");
        }
        // Schemas are read too; `format: password` is a telling name as well.
        add(Kind::Sure, "writeOnly");
        add(Kind::Sure, stand_in::OPENING);
        // What somebody spelled as `\u0041` could be part of anything.
        add(Kind::Escape, "\\u00");
        let holds = |test: fn(char) -> bool| known.iter().any(|one| text_of(one).contains(test));
        for (test, landmark) in [
            (holds(|c| !c.is_ascii()), "\\u"),
            (holds(|c| c == '/'), "\\/"),
            (holds(char::is_control), "\\u00"),
        ] {
            if test {
                add(Kind::Sure, landmark);
            }
        }
        for secret in known {
            let text = text_of(secret);
            let is_long = text.chars().nth(LONG - 1).is_some();
            if secret.rule == Rule::Member && !is_long {
                continue;
            }
            let quoted = json::quote(text);
            if is_long || text.bytes().all(|byte| byte.is_ascii_digit()) {
                let spelled = &quoted[1..quoted.len() - 1];
                add(Kind::Sure, spelled);
                if spelled != text {
                    add(Kind::Sure, text);
                }
            } else {
                add(Kind::Sure, &quoted);
            }
        }
        // Of those that begin in the same place the first is found: a sure one, if there is one.
        patterns.sort();
        let mut texts = HashSet::new();
        patterns.retain(|(_, text)| texts.insert(text.clone()));
        let (kinds, texts): (Vec<Kind>, Vec<String>) = patterns.into_iter().unzip();
        let packed = (texts.len() <= PACKED)
            .then(|| packed::Config::new().builder().extend(&texts).build())
            .flatten();
        let search = match packed {
            Some(search) => Search::Packed(search),
            None => AhoCorasick::builder()
                .match_kind(MatchKind::LeftmostFirst)
                .build(&texts)
                .map_or(Search::Always, Search::Plain),
        };
        Self { search, kinds }
    }

    /// Whether there may be anything in this body.
    pub fn fires(&self, body: &[u8]) -> bool {
        let mut at = 0;
        while at < body.len() {
            let rest = Span::from(at..body.len());
            let hit = match &self.search {
                Search::Always => return true,
                Search::Packed(search) => search.find_in(body, rest),
                Search::Plain(search) => search.find(Input::new(body).span(rest)),
            };
            let Some(hit) = hit else { return false };
            let fires = match self.kinds[hit.pattern().as_usize()] {
                Kind::Sure => true,
                Kind::Escape => matches!(body.get(hit.end()), Some(b'2'..=b'7')),
                Kind::Shape => shapes::may_begin(body, hit.start()),
                Kind::Name => names(body, hit.end()),
            };
            if fires {
                return true;
            }
            // Something else may begin within it.
            at = hit.start() + 1;
        }
        false
    }
}

/// Whether a telling name ends at `end`: all of what stands in quotation marks, which are escaped in JSON within a text.
fn names(body: &[u8], end: usize) -> bool {
    let rest = &body[end..];
    let slashes = rest.iter().take_while(|byte| **byte == b'\\').count();
    if rest.get(slashes) != Some(&b'"') {
        return false;
    }
    let is_of_name = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let length = body[..end]
        .iter()
        .rev()
        .take(24)
        .take_while(is_of_name)
        .count();
    let start = end - length;
    start > 0 && body[start - 1] == b'"' && is_telling(&body[start..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_looks_alike_does_not_fire() {
        let trigger = Trigger::new(&[], &Rules::default());
        for (body, fires) in [
            (r#"{"_meta":{"progressToken":"task-1"}}"#, false),
            (
                r#"{"text":"the password, a token, \n\tsecret \"quotes\""}"#,
                false,
            ),
            (
                r#"{"keyword":1,"monkey":"sk-learn","nextToken":2,"a.secret":1}"#,
                false,
            ),
            (r#"{"text":"\u00e9\u001b"}"#, false),
            (r#"{"text":"\u0041"}"#, true),
            (r#"{"progressToken":1,"access-Token" : 2}"#, true),
            (r#"{"text":"{\"api_key\": \"x\"}"}"#, true),
            (r#"{"text":"{\\\"api_key\\\": \\\"x\\\"}"}"#, true),
            (r#"{"format":"password"}"#, true),
            (r#"{"writeOnly":true}"#, true),
            (r#"{"text":"line\nsk-A1b2C3d4E5f6G7h8I9j0k"}"#, true),
            (r#"{"text":"AKIAIOSFODNN7EXAMPLE"}"#, true),
            (r#"{"text":"\u000ask-A1b2C3d4E5f6G7h8I9j0k"}"#, true),
            (
                "-----BEGIN PRIVATE KEY-----\nMIIEpAIBAAKCAQEAu1SU1LfV",
                true,
            ),
        ] {
            assert_eq!(trigger.fires(body.as_bytes()), fires, "{body}");
        }
    }
}
