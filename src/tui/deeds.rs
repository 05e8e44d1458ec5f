//! What was done in this run, and the command line that does the same: the log behind `@`.
//!
//! Owns the rows. What an effect says there is in `update/deeds/telling.rs`; it carries nothing out. Of requests the line
//! is written from what was recorded, so that what is masked there is masked here.

use std::collections::VecDeque;

use super::effect::Effect;

/// Rows that are kept.
const KEPT: usize = 300;
/// Bytes of a command line that is kept: who wants a longer one copies the request itself.
const LONGEST: usize = 16 << 10;

/// How the command line does it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// Like this.
    Known(String),
    /// It is written from a request: its number, and its entry once it was sent.
    Request(u64, Option<u64>),
    /// It has no way to; why.
    Never(String),
}

/// Something that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    /// Its number in this run.
    pub number: u64,
    /// When, in microseconds since the program began.
    pub us: u64,
    /// The server it was done with; empty for what needs none.
    pub server: String,
    /// What it was, in a few words.
    pub words: String,
    /// How the command line does it.
    pub line: Line,
    /// The entry of the request it was, in the session the program began with.
    pub entry: Option<u64>,
    /// What does it again, when that is as plain as that.
    pub again: Option<Box<Effect>>,
}

/// See the module.
#[derive(Debug, Clone, Default)]
pub struct Deeds {
    rows: VecDeque<Deed>,
    number: u64,
}

impl Deeds {
    /// All, the oldest first.
    pub fn rows(&self) -> &VecDeque<Deed> {
        &self.rows
    }

    /// Keeps one. What is done over and over, such as finding out what differs while rules change, is one row.
    pub fn keep(&mut self, mut deed: Deed) {
        let same = |last: &Deed| {
            matches!(deed.line, Line::Known(_))
                && (&last.line, &last.words, &last.server)
                    == (&deed.line, &deed.words, &deed.server)
        };
        if self.rows.back().is_some_and(same) {
            self.rows.pop_back();
        }
        if self.rows.len() == KEPT {
            self.rows.pop_front();
        }
        self.number += 1;
        deed.number = self.number;
        self.rows.push_back(deed);
    }

    /// A request went out, as this entry.
    pub fn sent(&mut self, ticket: u64, seq: u64) {
        let mut newest = self.rows.iter_mut().rev();
        let waits =
            |deed: &&mut Deed| matches!(deed.line, Line::Request(its, None) if its == ticket);
        if let Some(deed) = newest.find(waits) {
            deed.line = Line::Request(ticket, Some(seq));
            deed.entry = Some(seq);
        }
    }

    /// Lines were written, or cannot be.
    pub fn written(&mut self, written: Vec<(u64, Result<String, String>)>) {
        for (number, line) in written {
            if let Some(deed) = self.rows.iter_mut().find(|deed| deed.number == number) {
                deed.line = match line {
                    Ok(line) if line.len() > LONGEST => Line::Never(
                        "the command line is too long to be kept; y x in Traffic copies it"
                            .to_owned(),
                    ),
                    Ok(line) => Line::Known(line.trim_end().to_owned()),
                    Err(why) => Line::Never(why),
                };
            }
        }
    }
}
