//! Finding text in names and values of a document.
//!
//! Owns what of a document is searched: names and scalars as they are spelled, never brackets, commas and colons.

use super::{Tree, scan};
use crate::tui::widgets::find::Term;

/// Before a term that is looked for in names only.
const NAMES: &str = "k:";

/// Whether the term is for names only, and the term without that.
pub fn names_only(term: &Term) -> Option<Term> {
    term.text().strip_prefix(NAMES).and_then(Term::new)
}

impl Tree {
    /// Where every value starts whose name or scalar holds the term, in order, as far as the index goes. A term that
    /// begins with `k:` is for names. Takes a while on a big document: not for the drawing thread then.
    pub fn search(&self, term: &Term) -> Vec<u32> {
        let names = names_only(term);
        let (term, values) = match &names {
            Some(term) => (term, false),
            None => (term, true),
        };
        let bytes = &self.bytes()[..self.index().upto()];
        let mut hits = Vec::new();
        let (mut at, mut name_holds) = (0, false);
        // The next place the term is at, wherever that is: most values need no second look.
        let mut next = term.find(bytes, 0).map_or(usize::MAX, |hit| hit.start);
        let mut holds = |start: usize, end: usize| {
            while next < start {
                next = term.find(bytes, start).map_or(usize::MAX, |hit| hit.start);
            }
            next < end && term.find(&bytes[..end], start).is_some()
        };
        while at < bytes.len() {
            let start = at;
            match bytes[at] {
                b'"' => {
                    let end = scan::string_end(bytes, at, bytes.len()).unwrap_or(bytes.len());
                    at = scan::space(bytes, end);
                    if bytes.get(at) == Some(&b':') {
                        name_holds = holds(start + 1, end - 1);
                        at += 1;
                        continue;
                    }
                    if name_holds || (values && holds(start, end)) {
                        hits.push(start as u32);
                    }
                    name_holds = false;
                }
                b'{' | b'[' => {
                    if name_holds {
                        hits.push(start as u32);
                    }
                    name_holds = false;
                    at += 1;
                }
                b'}' | b']' | b',' | b' ' | b'\n' | b'\r' | b'\t' => at += 1,
                _ => {
                    at = scan::value_end(bytes, at, bytes.len())
                        .unwrap_or(bytes.len())
                        .max(at + 1);
                    if name_holds || (values && holds(start, at)) {
                        hits.push(start as u32);
                    }
                    name_holds = false;
                }
            }
        }
        hits
    }
}
