//! Says of a whole body, in a few fast passes over its bytes and without keeping anything, that there is nothing to
//! find in it.
//!
//! Whatever is looked for has a landmark: bytes that stand in every spelling of it. Where one of them may stand for
//! nothing (the end of `progressToken`, the middle of `task-1`) a look around it tells; only then is a body read.

use std::ops::Range;

use aho_corasick::{AhoCorasick, Input, MatchKind, Span, packed};
use memchr::memmem::Finder;

use super::needles::text_of;
use super::rules::{LONGEST_NAME, TELLING_ENDS, is_telling};
use super::secrets::{LONG, Secret};
use super::{Rule, Rules, shapes};
use crate::json;
use crate::mcp::stand_in;

/// Landmarks that the fast search takes in one pass. With more it looks at several in one go that have little in
/// common, and stops at every other byte of plain text: two passes cost less than half of one over all.
const PACKED: usize = 30;
/// Shorter landmarks have a pass each: beside longer ones they would make it stop too often as well.
const SHORT: usize = 3;
/// Bytes that all passes go over before the next ones: what the processor keeps near.
const STRETCH: usize = 64 << 10;

/// Finds out whether there may be anything in a body.
#[derive(Debug)]
pub(super) struct Trigger {
    /// Nothing can be ruled out.
    always: bool,
    passes: Vec<Pass>,
    /// Bytes of the longest landmark.
    longest: usize,
}

/// Landmarks that are looked for together.
#[derive(Debug)]
struct Pass {
    search: Search,
    /// What each landmark stands for.
    kinds: Vec<Kind>,
}

#[derive(Debug)]
enum Search {
    One(Box<Finder<'static>>),
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
    /// One that can rule out nothing.
    pub fn unmade() -> Self {
        Self {
            always: true,
            passes: Vec::new(),
            longest: 0,
        }
    }

    pub fn new(known: &[Secret], rules: &Rules) -> Self {
        let mut trigger = Self::unmade();
        let Some(landmarks) = rules.landmarks() else {
            return trigger;
        };
        // Those that are alike have a pass of their own: what is known, how keys begin, and words.
        let mut words: Vec<(Kind, String)> = Vec::new();
        let mut keys: Vec<(Kind, String)> = Vec::new();
        let mut passed: Vec<(Kind, String)> = Vec::new();
        let mut add = |kind, text: &str| words.push((kind, text.to_owned()));
        for landmark in landmarks {
            add(Kind::Sure, &landmark);
        }
        if rules.built_in() {
            keys.extend(shapes::beginnings().map(|begins| (Kind::Shape, begins.to_owned())));
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
        let mut add = |text: &str| passed.push((Kind::Sure, text.to_owned()));
        for secret in known {
            let text = text_of(secret);
            let is_long = text.chars().nth(LONG - 1).is_some();
            if secret.rule == Rule::Member && !is_long {
                continue;
            }
            let quoted = json::quote(text);
            if is_long || text.bytes().all(|byte| byte.is_ascii_digit()) {
                let spelled = &quoted[1..quoted.len() - 1];
                add(rarest_end(spelled));
                if spelled != text {
                    add(rarest_end(text));
                }
            } else {
                add(&quoted);
            }
        }
        trigger.always = ![words, keys, passed]
            .into_iter()
            .all(|group| trigger.add(group));
        trigger
    }

    /// Adds landmarks that are looked for together; false when that cannot be done.
    fn add(&mut self, mut group: Vec<(Kind, String)>) -> bool {
        // Of those that begin in the same place the first is found: a sure one, if there is one.
        group.sort_by(|one, other| (&one.1, one.0).cmp(&(&other.1, other.0)));
        group.dedup_by(|one, other| one.1 == other.1);
        group.sort();
        let longest = group.iter().map(|(_, text)| text.len()).max();
        self.longest = self.longest.max(longest.unwrap_or(0));
        let (short, long): (Vec<_>, Vec<_>) =
            group.into_iter().partition(|(_, text)| text.len() < SHORT);
        let alone = short.into_iter().map(|(kind, text)| Pass {
            search: Search::One(Box::new(Finder::new(text.as_bytes()).into_owned())),
            kinds: vec![kind],
        });
        self.passes.extend(alone);
        if long.is_empty() {
            return true;
        }
        let (kinds, texts): (Vec<Kind>, Vec<String>) = long.into_iter().unzip();
        let packed = (texts.len() <= PACKED)
            .then(|| packed::Config::new().builder().extend(&texts).build())
            .flatten();
        let plain = || {
            let builder = &mut AhoCorasick::builder();
            let built = builder.match_kind(MatchKind::LeftmostFirst).build(&texts);
            built.ok().map(Search::Plain)
        };
        let Some(search) = packed.map(Search::Packed).or_else(plain) else {
            return false;
        };
        self.passes.push(Pass { search, kinds });
        true
    }

    /// Whether there may be anything in this body.
    pub fn fires(&self, body: &[u8]) -> bool {
        if self.always {
            return !body.is_empty();
        }
        let mut at = 0;
        while at < body.len() {
            let end = body.len().min(at + STRETCH);
            // What begins in this stretch may end in the next.
            let span = at..body.len().min(end + self.longest);
            if self.passes.iter().any(|pass| pass.fires(body, &span)) {
                return true;
            }
            at = end;
        }
        false
    }
}

impl Pass {
    /// Whether one of its landmarks stands in this part of a body.
    fn fires(&self, body: &[u8], part: &Range<usize>) -> bool {
        let mut at = part.start;
        while at < part.end {
            let rest = Span::from(at..part.end);
            let hit = match &self.search {
                Search::One(finder) => finder
                    .find(&body[at..part.end])
                    .map(|from| (0, at + from, at + from + finder.needle().len())),
                Search::Packed(search) => search
                    .find_in(body, rest)
                    .map(|hit| (hit.pattern().as_usize(), hit.start(), hit.end())),
                Search::Plain(search) => search
                    .find(Input::new(body).span(rest))
                    .map(|hit| (hit.pattern().as_usize(), hit.start(), hit.end())),
            };
            let Some((pattern, start, end)) = hit else {
                return false;
            };
            let fires = match self.kinds[pattern] {
                Kind::Sure => true,
                Kind::Escape => matches!(body.get(end), Some(b'2'..=b'7')),
                Kind::Shape => shapes::may_begin(body, start),
                Kind::Name => names(body, end),
            };
            if fires {
                return true;
            }
            // Something else may begin within it.
            at = start + 1;
        }
        false
    }
}

/// The end of a text that begins with what is rarest in plain text: words stop the search at every other byte. It stands
/// wherever the text does.
fn rarest_end(text: &str) -> &str {
    const BEGINS: usize = 4;
    let rarity = |byte: &u8| match byte {
        b'A'..=b'Z' | b'_' | b'-' | b'@' | b'%' | b'=' | b'+' | 0x80.. => 2,
        b'0'..=b'9' | b'/' | b'.' => 1,
        _ => 0,
    };
    let last = text.len().saturating_sub(LONG);
    let best = (0..=last)
        .filter(|at| text.is_char_boundary(*at))
        .map(|at| {
            let begins = text.as_bytes()[at..].iter().take(BEGINS);
            (begins.map(rarity).sum::<i32>(), std::cmp::Reverse(at))
        })
        .max();
    best.map_or(text, |(_, at)| &text[at.0..])
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
        .take(LONGEST_NAME + 1)
        .take_while(is_of_name)
        .count();
    let start = end - length;
    start > 0 && body[start - 1] == b'"' && is_telling(&body[start..end])
}

#[cfg(test)]
mod tests {
    use super::super::Secrets;
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
            (r#"{"TOKENS":1,"my_token":2,"Page_TOKEN":3}"#, false),
            (r#"{"OPENAI_API_KEY":1}"#, true),
            (r#"{"text":"{\n  \"DB_PASSWORD\": \"x\"}"}"#, true),
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

    #[test]
    fn a_secret_is_looked_for_by_what_is_rare_in_it() {
        for (text, end) in [
            ("postgres://me:API_KEY-hunter2@db", "API_KEY-hunter2@db"),
            ("correct horse battery", "correct horse battery"),
            ("hunter2-very-long-value", "er2-very-long-value"),
            ("pin:123456", "n:123456"),
            ("short", "short"),
            ("värde-sehr-geheim", "värde-sehr-geheim"),
        ] {
            let found = rarest_end(text);
            assert!(text.ends_with(found), "{found}");
            assert_eq!(found, end);
        }
    }

    #[test]
    fn a_landmark_is_found_wherever_stretches_end() {
        let long = "postgres://me:hunter2@db.example/".repeat(3);
        let secrets = Secrets::default();
        secrets.hide("DATABASE_URL", Rule::Variable, &long, "s");
        let trigger = Trigger::new(&secrets.sought(9), &Rules::default());
        let clean = "text of a document, 12.5; ".repeat(2 * STRETCH / 26 + 9);
        assert!(!trigger.fires(clean.as_bytes()));
        for what in [r#""password":1"#, "AKIAIOSFODNN7EXAMPLE ", &long, "\\/"] {
            for before in (0..what.len() + 9).map(|less| STRETCH - less) {
                let body = format!("{} {what}{clean}", &clean[..before]);
                assert!(trigger.fires(body.as_bytes()), "{before} {what}");
            }
        }
    }
}
