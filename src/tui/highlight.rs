//! Which stretches of a text are code, and which part of it: keywords, strings, headings.
//!
//! Owns the limits, and the way from a language to [`Span`]s. Spans are byte ranges with roles of the theme; nothing
//! here changes a text, knows a colour or draws. Texts come from servers, so nothing here fails either: what cannot be
//! read, is too long or takes too long stays plain. Not for the drawing thread: the first text in a language compiles
//! its patterns, which takes up to a tenth of a second.

mod code;
mod data;
mod language;
mod markdown;
#[cfg(test)]
mod tests;

use std::ops::Range;
use std::time::{Duration, Instant};

use super::theme::Role;
use super::widgets::plain::Span;
use code::Code;
use markdown::Markdown;

pub use language::{Hint, Language, language, named};

/// Longer lines, in bytes, stay plain where patterns would be tried on every place of them.
const LINE: usize = 2_000;

/// How much of one document is highlighted; the rest stays plain.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    /// Bytes.
    pub bytes: usize,
    /// Lines.
    pub lines: usize,
    /// Time, looked at after each line. A person waits for it.
    pub time: Duration,
}

impl Budget {
    /// What a document that is about to be shown may cost.
    pub const SHOWN: Budget = Budget {
        bytes: 256 << 10,
        lines: 5_000,
        time: Duration::from_millis(150),
    };
}

/// A document being highlighted, part by part.
#[derive(Debug)]
pub struct Painting {
    left: Budget,
    began: Instant,
    spans: Vec<Span>,
}

impl Painting {
    /// Nothing yet. The time runs from now.
    pub fn new(budget: Budget) -> Painting {
        Painting {
            left: budget,
            began: Instant::now(),
            spans: Vec::new(),
        }
    }

    /// Highlights the bytes in `range`, as far as the budget goes. Parts are given in the order of the document.
    pub fn add(&mut self, document: &[u8], range: Range<usize>, language: Language) {
        let mut reader = Reader::new(language);
        let mut at = range.start;
        let part = document.get(range).unwrap_or_default();
        for line in part.split_inclusive(|b| *b == b'\n') {
            if self.left.lines == 0 || self.left.bytes == 0 || at > u32::MAX as usize {
                return;
            }
            let shown = &line[..line.len().min(self.left.bytes)];
            let went_on = reader.line(without_end(shown), at, &mut self.spans);
            self.left.lines -= 1;
            self.left.bytes -= shown.len();
            at += line.len();
            if self.began.elapsed() >= self.left.time {
                self.left.lines = 0;
            }
            if !went_on {
                return;
            }
        }
    }

    /// Gives bytes a role, whatever they are: as [`add`](Self::add), in the order of the document.
    pub fn role(&mut self, range: Range<usize>, role: Role) {
        if u32::try_from(range.end).is_ok() {
            paint(&mut self.spans, range, role);
        }
    }

    /// The spans, ascending, none over another.
    pub fn finish(self) -> Vec<Span> {
        self.spans
    }
}

/// Where a language's reader is: what it has to know of the lines before.
#[derive(Debug)]
enum Reader {
    Json,
    Markdown(Box<Markdown>),
    Code(Box<Code>),
}

impl Reader {
    fn new(language: Language) -> Reader {
        match language {
            Language::Json => Reader::Json,
            Language::Markdown => Reader::Markdown(Box::default()),
            Language::Code(syntax) => Reader::Code(Box::new(Code::new(syntax))),
        }
    }

    /// Reads a line that starts at byte `at`, given without its end. False when no further line can be read.
    fn line(&mut self, line: &[u8], at: usize, spans: &mut Vec<Span>) -> bool {
        if let Reader::Json = self {
            data::line(line, at, spans);
            return true;
        }
        let text = match std::str::from_utf8(line) {
            Ok(text) if text.len() <= LINE => text,
            _ => return true,
        };
        match self {
            Reader::Json => true,
            Reader::Markdown(markdown) => {
                markdown.line(text, at, spans);
                true
            }
            Reader::Code(code) => code.line(text, at, spans),
        }
    }
}

/// A line without its end, which may be one of two bytes.
fn without_end(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r\n")
        .or(line.strip_suffix(b"\n"))
        .unwrap_or(line)
}

/// Adds a span; one that goes on where the last one ended becomes part of it.
fn paint(spans: &mut Vec<Span>, range: Range<usize>, role: Role) {
    if range.is_empty() {
        return;
    }
    let (start, end) = (range.start as u32, range.end as u32);
    match spans.last_mut() {
        Some(last) if last.end == start && last.role == role => last.end = end,
        _ => spans.push(Span { start, end, role }),
    }
}
