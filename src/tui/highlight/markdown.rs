//! Markdown, a line at a time: headings, emphasis, code, lists, quotes and links are told apart as far as it helps
//! reading. It is no CommonMark reader, and needs none: the text itself stays on screen as it was written.
//!
//! Own, not syntect's: that takes 100 ms for its first line and a second for 90 KB. Linear in the length of a line.

use super::language::named;
use super::{Reader, Span, paint};
use crate::tui::theme::Role;

/// A Markdown text, so far.
#[derive(Debug, Default)]
pub(super) struct Markdown {
    started: bool,
    fence: Option<Fence>,
    /// The line before, if a line of `=` or `-` would make it a heading: where it starts and ends, and how many spans
    /// there were before it.
    paragraph: Option<(usize, usize, usize)>,
}

/// Lines that are no Markdown, until they end.
#[derive(Debug)]
struct Fence {
    mark: char,
    length: usize,
    inner: Option<Reader>,
}

impl Markdown {
    /// Paints a line that starts at byte `at`.
    pub(super) fn line(&mut self, line: &str, at: usize, spans: &mut Vec<Span>) {
        let first = !std::mem::replace(&mut self.started, true);
        let end = at + line.len();
        if let Some(fence) = &mut self.fence {
            if fence.ends(line) {
                self.fence = None;
                paint(spans, at..end, Role::CodePunct);
            } else if let Some(inner) = &mut fence.inner
                && !inner.line(line.as_bytes(), at, spans)
            {
                fence.inner = None;
            }
            return;
        }
        let before = self.paragraph.take();
        let text = line.trim_start();
        let indent = line.len() - text.len();
        if first && line.trim_end() == "---" {
            self.fence = Some(Fence {
                mark: '-',
                length: 3,
                inner: named("yaml").map(Reader::new),
            });
            return paint(spans, at..end, Role::CodePunct);
        }
        if let Some(fence) = Fence::begins(text) {
            self.fence = Some(fence);
            return paint(spans, at + indent..end, Role::CodePunct);
        }
        let hashes = text.bytes().take_while(|b| *b == b'#').count();
        if (1..=6).contains(&hashes) && text[hashes..].chars().next().is_none_or(is_space) {
            return paint(spans, at + indent..end, Role::CodeHeading);
        }
        match (rule(text), before) {
            (Some('=' | '-'), Some((start, end_before, count))) => {
                spans.truncate(count);
                paint(spans, start..end_before, Role::CodeHeading);
                return paint(spans, at + indent..end, Role::CodeHeading);
            }
            (Some('-' | '*' | '_'), _) => return paint(spans, at + indent..end, Role::CodePunct),
            _ => {}
        }
        let count = spans.len();
        let marker = marker(text);
        paint(
            spans,
            at + indent..at + indent + marker.trim_end().len(),
            Role::CodePunct,
        );
        inline(&text[marker.len()..], at + indent + marker.len(), spans);
        if !text.is_empty() && marker.is_empty() {
            self.paragraph = Some((at + indent, end, count));
        }
    }
}

impl Fence {
    fn begins(text: &str) -> Option<Fence> {
        let mark = text.chars().next().filter(|c| matches!(c, '`' | '~'))?;
        let length = text.chars().take_while(|c| *c == mark).count();
        let info = &text[length..];
        if length < 3 || (mark == '`' && info.contains('`')) {
            return None;
        }
        let word = info
            .trim()
            .trim_start_matches(['{', '.'])
            .split(|c: char| is_space(c) || matches!(c, ',' | '{' | '}' | ':'))
            .next()
            .unwrap_or_default();
        Some(Fence {
            mark,
            length,
            inner: named(word).map(Reader::new),
        })
    }

    fn ends(&self, line: &str) -> bool {
        let rest = line.trim();
        // Without an empty line in it, what is on top of a file; else it was a rule.
        (self.mark == '-' && rest.is_empty())
            || (rest.len() >= self.length && rest.chars().all(|c| c == self.mark))
    }
}

/// The character of a line that is nothing else: a rule, or the underline of a heading.
fn rule(text: &str) -> Option<char> {
    let mark = text
        .chars()
        .next()
        .filter(|c| matches!(c, '=' | '-' | '*' | '_'))?;
    let mut count = 0;
    for c in text.chars().filter(|c| !is_space(*c)) {
        if c != mark {
            return None;
        }
        count += 1;
    }
    (count >= 3 || (count > 0 && mark == '=')).then_some(mark)
}

/// Quote marks, and the bullet or number of an item, with a box if it has one.
fn marker(text: &str) -> &str {
    let mut rest = text;
    while let Some(after) = rest.strip_prefix('>') {
        rest = after.trim_start();
    }
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let item = match digits {
        0 => rest.strip_prefix(['-', '*', '+']),
        1..=9 => rest[digits..].strip_prefix(['.', ')']),
        _ => None,
    };
    if let Some(after) = item.filter(|after| after.starts_with(is_space)) {
        rest = after.trim_start();
        for mark in ["[ ] ", "[x] ", "[X] "] {
            rest = rest.strip_prefix(mark).unwrap_or(rest);
        }
    }
    &text[..text.len() - rest.len()]
}

/// Emphasis, code and links inside a line.
fn inline(text: &str, at: usize, spans: &mut Vec<Span>) {
    let bytes = text.as_bytes();
    // Marks that were looked for in vain need not be looked for again: each line is gone through a few times at most.
    let mut missing: Vec<&str> = Vec::new();
    let table = text.starts_with('|');
    let mut i = 0;
    // Every mark is ASCII, so no character is ever cut.
    while let Some(found) = bytes
        .get(i..)
        .and_then(|rest| rest.iter().position(|b| b"\\|`*_[]<".contains(b)))
    {
        i += found;
        let rest = &text[i..];
        let run = bytes[i..].iter().take_while(|b| **b == bytes[i]).count();
        match bytes[i] {
            b'\\' => {
                i += 1 + text[i + 1..].chars().next().map_or(0, char::len_utf8);
                continue;
            }
            b'|' if table => paint(spans, at + i..at + i + 1, Role::CodePunct),
            b'`' => {
                let mark = &rest[..run];
                let Some(end) = closing(text, i + run, mark, &mut missing) else {
                    i += run;
                    continue;
                };
                paint(spans, at + i..at + end, Role::CodeString);
                i = end;
                continue;
            }
            b'*' | b'_' => {
                let mark = &rest[..run.min(3)];
                let opens = run <= 3
                    && text[i + run..].starts_with(|c: char| !is_space(c))
                    && (bytes[i] == b'*' || !text[..i].ends_with(char::is_alphanumeric));
                let end = opens
                    .then(|| closing(text, i + run, mark, &mut missing))
                    .flatten();
                let Some(end) = end else {
                    i += run;
                    continue;
                };
                paint(spans, at + i..at + end, Role::CodeEmphasis);
                i = end;
                continue;
            }
            b']' if rest.starts_with("](") => {
                if let Some(end) = closing(text, i + 2, ")", &mut missing) {
                    paint(spans, at + i..at + i + 2, Role::CodePunct);
                    paint(spans, at + i + 2..at + end - 1, Role::CodeString);
                    paint(spans, at + end - 1..at + end, Role::CodePunct);
                    i = end;
                    continue;
                }
            }
            b'[' | b']' => paint(spans, at + i..at + i + 1, Role::CodePunct),
            b'<' if rest.starts_with("<http") => {
                if let Some(end) = closing(text, i + 1, ">", &mut missing) {
                    paint(spans, at + i..at + end, Role::CodeString);
                    i = end;
                    continue;
                }
            }
            _ => {}
        }
        i += 1;
    }
}

/// Behind the next `mark` that closes, from byte `from` on.
fn closing<'t>(
    text: &'t str,
    from: usize,
    mark: &'t str,
    missing: &mut Vec<&'t str>,
) -> Option<usize> {
    if missing.contains(&mark) {
        return None;
    }
    let bytes = text.as_bytes();
    let is_run = matches!(mark.as_bytes()[0], b'`' | b'*' | b'_');
    let mut i = from;
    while let Some(found) = memchr::memchr(mark.as_bytes()[0], &bytes[i..]) {
        let start = i + found;
        let run = if is_run {
            bytes[start..]
                .iter()
                .take_while(|b| **b == bytes[start])
                .count()
        } else {
            1
        };
        i = start + run;
        let emphasis = matches!(bytes[start], b'*' | b'_');
        let fits = !emphasis
            || (!text[..start].ends_with(is_space)
                && (bytes[start] == b'*' || !text[i..].starts_with(char::is_alphanumeric)));
        if run == mark.len() && fits {
            return Some(i);
        }
    }
    missing.push(mark);
    None
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t')
}
