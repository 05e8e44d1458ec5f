//! Texts to compare with: globs and regular expressions. Without a capital letter in them, either case matches.

use std::borrow::Cow;
use std::hash::{Hash, Hasher};

use memchr::memmem;

/// A piece of a glob.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Piece {
    Text(String),
    Star,
}

/// A text in which a star may stand for anything.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Pattern {
    pieces: Vec<Piece>,
}

impl Pattern {
    /// Exactly this text.
    pub fn literal(text: &str) -> Self {
        let mut pattern = Self::default();
        pattern.push(text);
        pattern
    }

    /// Adds text.
    pub fn push(&mut self, text: &str) {
        match self.pieces.last_mut() {
            _ if text.is_empty() => {}
            Some(Piece::Text(last)) => last.push_str(text),
            _ => self.pieces.push(Piece::Text(text.to_owned())),
        }
    }

    /// Adds a star.
    pub fn push_star(&mut self) {
        if self.pieces.last() != Some(&Piece::Star) {
            self.pieces.push(Piece::Star);
        }
    }

    /// The text, when there is no star.
    pub fn as_literal(&self) -> Option<&str> {
        match &self.pieces[..] {
            [] => Some(""),
            [Piece::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// Whether it holds no capital letter, so that either case matches.
    pub fn folds(&self) -> bool {
        !self
            .texts()
            .any(|text| text.chars().any(char::is_uppercase))
    }

    /// The texts between the stars.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Text(text) => Some(text.as_str()),
            Piece::Star => None,
        })
    }

    /// Whether all of `hay` is such a text.
    pub fn matches(&self, hay: &str) -> bool {
        let exact = !self.folds();
        let (mut rest, mut floating) = (hay.as_bytes(), false);
        for (place, piece) in self.pieces.iter().enumerate() {
            let Piece::Text(text) = piece else {
                floating = true;
                continue;
            };
            let text = text.as_bytes();
            let at = if !floating {
                starts(rest, text, exact).then_some(0)
            } else if place + 1 == self.pieces.len() {
                // The last text stands at the end.
                let at = rest.len().checked_sub(text.len());
                at.filter(|at| starts(&rest[*at..], text, exact))
            } else {
                find(rest, text, exact)
            };
            let Some(at) = at else { return false };
            rest = &rest[at + text.len()..];
            floating = false;
        }
        floating || rest.is_empty()
    }

    /// Whether such a text stands anywhere in `hay`.
    pub fn is_in(&self, hay: &[u8]) -> bool {
        let exact = !self.folds();
        let mut rest = hay;
        self.texts()
            .all(|text| match find(rest, text.as_bytes(), exact) {
                Some(at) => {
                    rest = &rest[at + text.len()..];
                    true
                }
                None => false,
            })
    }

    /// As it is written; in a list of values, or alone as a bare word.
    pub fn written(&self, bare: bool) -> String {
        if self.pieces.is_empty() {
            return "\"\"".to_owned();
        }
        let mut out = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Star => out.push('*'),
                Piece::Text(text) if plain(text, bare) => out.push_str(text),
                Piece::Text(text) => quote(text, &mut out),
            }
        }
        out
    }
}

/// Whether a text can be written without quotes.
fn plain(text: &str, bare: bool) -> bool {
    let special = |letter: char| {
        letter.is_whitespace() || "\"*()|,".contains(letter) || (bare && ":~=<>-$".contains(letter))
    };
    !text.is_empty() && !text.contains(special) && !text.contains("..")
}

/// A text in quotes.
pub fn quote(text: &str, out: &mut String) {
    out.push('"');
    for letter in text.chars() {
        if matches!(letter, '"' | '\\') {
            out.push('\\');
        }
        out.push(letter);
    }
    out.push('"');
}

fn starts(hay: &[u8], text: &[u8], exact: bool) -> bool {
    hay.get(..text.len()).is_some_and(|start| {
        if exact {
            start == text
        } else {
            start.eq_ignore_ascii_case(text)
        }
    })
}

/// Where a text begins.
pub fn find(hay: &[u8], needle: &[u8], exact: bool) -> Option<usize> {
    if exact || needle.is_empty() || !needle.iter().any(u8::is_ascii_alphabetic) {
        return memmem::find(hay, needle);
    }
    find_by(hay, needle, rarest(needle))
}

/// Where a text begins that has a letter, in either case, by the place of its rarest byte.
pub fn find_by(hay: &[u8], needle: &[u8], rare: usize) -> Option<usize> {
    let byte = *needle.get(rare)?;
    let (low, high) = (byte.to_ascii_lowercase(), byte.to_ascii_uppercase());
    memchr::memchr2_iter(low, high, hay.get(rare..)?).find(|at| starts(&hay[*at..], needle, false))
}

/// Where the byte of a text stands that is rarest in JSON.
pub fn rarest(needle: &[u8]) -> usize {
    // Letters by how often they stand in English and in JSON-RPC, most often first; what is not here is rarer.
    const OFTEN: &[u8] = b"\" :,etaoinsrlcdumphg{}.0123456789fyb_-w/kvjxqz[]";
    (0..needle.len())
        .max_by_key(|at| {
            let byte = needle[*at].to_ascii_lowercase();
            OFTEN
                .iter()
                .position(|often| *often == byte)
                .unwrap_or(OFTEN.len())
        })
        .unwrap_or_default()
}

/// A regular expression.
#[derive(Debug, Clone)]
pub struct Regex {
    source: String,
    compiled: regex::bytes::Regex,
}

impl Regex {
    /// The most memory a compiled one may take, in bytes: what somebody types must not take the machine down.
    const MOST: usize = 1 << 20;

    /// Reads one; words say what is wrong with it.
    pub fn new(source: &str) -> Result<Self, String> {
        let compiled = regex::bytes::RegexBuilder::new(source)
            .case_insensitive(!has_capital(source))
            .size_limit(Self::MOST)
            .build()
            .map_err(|error| words(&error))?;
        Ok(Self {
            source: source.to_owned(),
            compiled,
        })
    }

    /// Whether it matches anywhere in `hay`.
    pub fn is_in(&self, hay: &[u8]) -> bool {
        self.compiled.is_match(hay)
    }

    /// As it is written after `~`.
    pub fn written(&self) -> Cow<'_, str> {
        let followed = format!("{})", self.source);
        if raw_end(&followed) == self.source.len() && !self.source.starts_with('"') {
            return Cow::Borrowed(&self.source);
        }
        let mut out = String::new();
        quote(&self.source, &mut out);
        Cow::Owned(out)
    }
}

/// Where a regular expression without quotes ends: at white space, or at a parenthesis that it did not open.
pub fn raw_end(text: &str) -> usize {
    let (mut depth, mut class, mut escaped) = (0_usize, false, false);
    for (at, letter) in text.char_indices() {
        match letter {
            _ if letter.is_whitespace() => return at,
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            ']' => class = false,
            '[' => class = true,
            _ if class => {}
            '(' => depth += 1,
            ')' if depth == 0 => return at,
            ')' => depth -= 1,
            _ => {}
        }
    }
    text.len()
}

/// Whether a regular expression names a capital letter; `\W` does not.
fn has_capital(source: &str) -> bool {
    let mut escaped = false;
    source.chars().any(|letter| {
        let counts = !escaped && letter.is_uppercase();
        escaped = letter == '\\' && !escaped;
        counts
    })
}

/// The last line of what the crate says of an error: the others draw the expression.
fn words(error: &regex::Error) -> String {
    let text = error.to_string();
    let last = text.lines().last().unwrap_or_default().trim();
    last.strip_prefix("error: ").unwrap_or(last).to_owned()
}

impl PartialEq for Regex {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Eq for Regex {}

impl Hash for Regex {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.source.hash(state);
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    fn glob(text: &str) -> Pattern {
        let mut pattern = Pattern::default();
        for (place, part) in text.split('*').enumerate() {
            if place > 0 {
                pattern.push_star();
            }
            pattern.push(part);
        }
        pattern
    }

    #[test]
    fn globs_match_all_of_a_text() {
        for (pattern, text, expected) in [
            ("tools/call", "tools/call", true),
            ("tools/call", "tools/call2", false),
            ("tools/*", "tools/list", true),
            ("*list*", "tools/list", true),
            ("*/list", "tools/list/list", true),
            ("a*b*c", "a-b-c", true),
            ("a*b*c", "a-c-b", false),
            ("ab*ba", "aba", false),
            ("*", "", true),
            ("", "", true),
            ("", "x", false),
            ("echo", "Echo", true),
            ("Echo", "echo", false),
        ] {
            assert_eq!(glob(pattern).matches(text), expected, "{pattern} on {text}");
        }
        assert!(glob("b*d").is_in(b"abcde"));
        assert!(!glob("d*b").is_in(b"abcde"));
    }

    #[test]
    fn an_expression_ends_where_it_is_no_longer_one() {
        for (text, rest) in [
            ("a|b c", " c"),
            ("(a|b)) x", ") x"),
            (r"\) x", " x"),
            ("[)]) x", ") x"),
            ("", ""),
        ] {
            assert_eq!(&text[raw_end(text)..], rest, "{text}");
        }
        assert_eq!(Regex::new("(a").unwrap_err(), "unclosed group");
        assert!(Regex::new("a{1000}{1000}").is_err());
        assert!(Regex::new(r"\Wx").unwrap().is_in(b" X"));
        assert!(!Regex::new("aX").unwrap().is_in(b"ax"));
    }

    proptest! {
        #[test]
        fn finding_is_what_comparing_everywhere_is(hay in "[abAB\"é ]{0,30}", needle in "[abAB\"é]{0,4}") {
            for exact in [true, false] {
                let slow = (0..=hay.len()).find(|at| starts(&hay.as_bytes()[*at..], needle.as_bytes(), exact));
                prop_assert_eq!(find(hay.as_bytes(), needle.as_bytes(), exact), slow);
            }
        }

        #[test]
        fn a_glob_is_what_an_expression_is(hay in "[ab]{0,8}", pattern in "[ab*]{0,6}") {
            let expression = format!("^{}$", pattern.replace('*', ".*"));
            let expected = Regex::new(&expression).unwrap().is_in(hay.as_bytes());
            prop_assert_eq!(glob(&pattern).matches(&hay), expected);
        }
    }
}
