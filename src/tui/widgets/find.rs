//! Finding text in documents: the term, and which of its hits one stands on.
//!
//! Owns smart case (a term without capitals matches either case; only ASCII letters have cases here) and the walk over
//! hits. It knows no document: a hit is a number that its owner can order and go to.

use std::ops::Range;

use ratatui::style::Style;
use ratatui::text::Span;

/// What is searched for. Never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    text: String,
    either_case: bool,
}

impl Term {
    /// A term, unless the text is empty.
    pub fn new(text: &str) -> Option<Term> {
        let either_case = !text.chars().any(char::is_uppercase);
        (!text.is_empty()).then(|| Term {
            text: text.to_owned(),
            either_case,
        })
    }

    /// What was typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The first hit at or after byte `from`. Hits of valid UTF-8 lie on character boundaries.
    pub fn find(&self, hay: &[u8], from: usize) -> Option<Range<usize>> {
        let needle = self.text.as_bytes();
        let hay_from = hay.get(from..)?;
        if !self.either_case {
            let at = from + memchr::memmem::find(hay_from, needle)?;
            return Some(at..at + needle.len());
        }
        let (low, up) = (
            needle[0].to_ascii_lowercase(),
            needle[0].to_ascii_uppercase(),
        );
        memchr::memchr2_iter(low, up, hay_from).find_map(|i| {
            let at = from + i;
            let end = at + needle.len();
            hay.get(at..end)?
                .eq_ignore_ascii_case(needle)
                .then_some(at..end)
        })
    }

    /// Every hit, not overlapping.
    pub fn ranges<'t>(&'t self, hay: &'t [u8]) -> impl Iterator<Item = Range<usize>> + 't {
        let mut from = 0;
        std::iter::from_fn(move || {
            let hit = self.find(hay, from)?;
            from = hit.end;
            Some(hit)
        })
    }

    /// The text in spans, hits in their own style.
    pub fn spans(&self, text: &str, style: Style, hit_style: Style) -> Vec<Span<'static>> {
        let mut spans = Vec::new();
        let mut done = 0;
        for hit in self.ranges(text.as_bytes()) {
            spans.push(Span::styled(text[done..hit.start].to_owned(), style));
            spans.push(Span::styled(
                text[hit.clone()].to_owned(),
                style.patch(hit_style),
            ));
            done = hit.end;
        }
        spans.push(Span::styled(text[done..].to_owned(), style));
        spans.retain(|span| !span.content.is_empty());
        spans
    }
}

/// The hits of a term in one document, in order, and the one stood on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What was searched for.
    pub term: Term,
    /// Where it is, ascending.
    pub hits: Vec<u32>,
    current: usize,
}

impl Found {
    /// Hits of a term, standing on the first at or after `from`.
    pub fn new(term: Term, hits: Vec<u32>, from: u32) -> Found {
        let current = hits.partition_point(|h| *h < from);
        let current = if current == hits.len() { 0 } else { current };
        Found {
            term,
            hits,
            current,
        }
    }

    /// The hit stood on.
    pub fn current(&self) -> Option<u32> {
        self.hits.get(self.current).copied()
    }

    /// Steps to the next hit after `from`, around the end.
    pub fn next(&mut self, from: u32) -> Option<u32> {
        let i = self.hits.partition_point(|h| *h <= from);
        self.current = if i == self.hits.len() { 0 } else { i };
        self.current()
    }

    /// Steps to the last hit before `from`, around the start.
    pub fn previous(&mut self, from: u32) -> Option<u32> {
        let i = self.hits.partition_point(|h| *h < from);
        self.current = i
            .checked_sub(1)
            .unwrap_or(self.hits.len().saturating_sub(1));
        self.current()
    }

    /// `[3/50]`, or `[0/0]` when there is none.
    pub fn label(&self) -> String {
        let at = if self.hits.is_empty() {
            0
        } else {
            self.current + 1
        };
        format!("[{at}/{}]", self.hits.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_counts_only_when_a_capital_is_typed() {
        let hits = |term: &str| {
            Term::new(term)
                .expect("not empty")
                .ranges(b"Error error ERROR")
                .count()
        };
        assert_eq!(
            [hits("error"), hits("Error"), hits("r e"), hits("x")],
            [3, 1, 2, 0]
        );
        assert_eq!(Term::new(""), None);
        let é = Term::new("é").expect("not empty");
        assert_eq!(
            é.ranges("né à é".as_bytes()).collect::<Vec<_>>(),
            [1..3, 7..9]
        );
    }

    #[test]
    fn hits_are_walked_around_both_ends() {
        let term = Term::new("x").expect("not empty");
        let mut found = Found::new(term.clone(), vec![2, 5, 9], 3);
        assert_eq!(
            (found.current(), found.label()),
            (Some(5), "[2/3]".to_owned())
        );
        assert_eq!(found.next(5), Some(9));
        assert_eq!(found.next(9), Some(2));
        assert_eq!(found.previous(2), Some(9));
        assert_eq!(found.previous(6), Some(5));
        let mut none = Found::new(term, vec![], 0);
        assert_eq!(
            (none.next(0), none.previous(0), none.label()),
            (None, None, "[0/0]".to_owned())
        );
    }
}
