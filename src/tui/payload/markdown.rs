//! Markdown as it is meant to look: marks taken out, lists with bullets, tables in columns, links numbered.
//!
//! No CommonMark reader: what it does not know stays as it was written, line breaks stay where they were (texts for
//! language models are rarely filled), and the source is always a tab away. Nothing is fetched, and HTML is text.

mod inline;
mod table;
#[cfg(test)]
mod tests;

use std::ops::Range;

use crate::tui::highlight::{Language, named};
use crate::tui::theme::Role;
use inline::Inline;

/// Larger texts are shown as they were written.
pub(super) const LARGEST: usize = 256 << 10;

/// So many links are listed.
const LINKS: usize = 200;

/// Columns of a line across.
const RULE: usize = 40;

/// A text laid out.
#[derive(Debug, Default)]
pub(super) struct Rendered {
    pub text: String,
    /// What is not plain, ascending, none over another.
    pub inks: Vec<(Range<usize>, Ink)>,
    /// What is linked to, in the order of their numbers, from 1.
    pub links: Vec<Link>,
}

/// How a stretch is drawn.
#[derive(Debug, Clone, Copy)]
pub(super) enum Ink {
    /// In one role.
    Role(Role),
    /// As code.
    Code(Language),
}

/// What is linked to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Link {
    pub label: String,
    pub url: String,
}

/// Lays a text out.
pub(super) fn render(source: &str) -> Rendered {
    let mut out = Rendered::default();
    let lines: Vec<&str> = source.lines().collect();
    let mut at = front_matter(&lines, &mut out);
    while let Some(line) = lines.get(at) {
        at += 1;
        let trimmed = line.trim_start();
        let indent = &line[..line.len() - trimmed.len()];
        if let Some(fence) = Fence::begins(trimmed) {
            at = out.code(&fence, &lines, at, indent.len());
        } else if table::is_one(&lines[at - 1..]) {
            at = at - 1 + out.table(&lines[at - 1..]);
        } else if let Some(title) = heading(trimmed) {
            out.inline_in(title, Some(Role::CodeHeading));
            out.end();
        } else if at < lines.len() && is_underline(lines[at]) && is_paragraph(trimmed) {
            out.inline_in(line.trim(), Some(Role::CodeHeading));
            out.end();
            at += 1;
        } else if is_rule(trimmed) {
            out.put(&"─".repeat(RULE), Some(Role::CodePunct));
            out.end();
        } else {
            out.line(indent, trimmed);
        }
    }
    // As the source ended, so that nothing is added to it.
    if !source.ends_with('\n') && out.text.ends_with('\n') {
        out.text.pop();
    }
    out
}

/// Whether a text that says nothing of itself is written in Markdown: it shows two of its marks.
pub(super) fn looks_like(text: &str) -> bool {
    let (mut headings, mut items, mut bold, mut links, mut tables) = (0, 0, 0, 0, 0);
    let lines: Vec<&str> = text.lines().take(400).collect();
    for (at, line) in lines.iter().enumerate() {
        let line = line.trim_start();
        headings += usize::from(heading(line).is_some());
        items += usize::from(line.starts_with("- ") || line.starts_with("* "));
        bold += usize::from(line.matches("**").count() >= 2);
        links += usize::from(line.contains("](") && line.contains('['));
        tables += usize::from(table::is_one(&lines[at..]));
    }
    let marks = [headings > 0, items > 1, bold > 0, links > 0, tables > 0];
    tables > 0 || headings > 1 || marks.iter().filter(|mark| **mark).count() > 1
}

impl Rendered {
    fn put(&mut self, text: &str, role: Option<Role>) {
        let start = self.text.len();
        self.text.push_str(text);
        if let Some(role) = role.filter(|_| !text.is_empty()) {
            self.inks.push((start..self.text.len(), Ink::Role(role)));
        }
    }

    fn end(&mut self) {
        self.text.push('\n');
    }

    /// Text with emphasis, code and links in it; plain stretches in `role`.
    fn inline_in(&mut self, text: &str, role: Option<Role>) {
        for piece in Inline::of(text) {
            match piece {
                Inline::Plain(text) => self.put(&text, role),
                Inline::Strong(text) => self.put(&text, Some(role.unwrap_or(Role::CodeEmphasis))),
                Inline::Code(text) => self.put(&text, Some(Role::CodeString)),
                Inline::Link { label, url } => {
                    let number = self.number(&label, &url);
                    self.put(&label, Some(Role::CodeString));
                    if let Some(number) = number {
                        self.put(&format!("[{number}]"), Some(Role::CodePunct));
                    }
                }
            }
        }
    }

    /// The number of a link in the list; the same for the same address.
    fn number(&mut self, label: &str, url: &str) -> Option<usize> {
        if let Some(known) = self.links.iter().position(|link| link.url == url) {
            return Some(known + 1);
        }
        if self.links.len() == LINKS {
            return None;
        }
        self.links.push(Link {
            label: label.to_owned(),
            url: url.to_owned(),
        });
        Some(self.links.len())
    }

    /// A line of a paragraph, a quote or an item.
    fn line(&mut self, indent: &str, text: &str) {
        self.put(indent, None);
        let mut rest = text;
        while let Some(after) = rest.strip_prefix('>') {
            self.put("│ ", Some(Role::CodePunct));
            rest = after.trim_start();
        }
        let bullet = ["- ", "* ", "+ "]
            .iter()
            .find_map(|mark| rest.strip_prefix(mark));
        if let Some(after) = bullet {
            self.put("• ", Some(Role::CodePunct));
            rest = after.trim_start();
        } else {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let end = &rest[digits..];
            if (1..=9).contains(&digits) && (end.starts_with(". ") || end.starts_with(") ")) {
                self.put(&rest[..digits + 2], Some(Role::CodePunct));
                rest = &rest[digits + 2..];
            }
        }
        self.inline_in(rest, None);
        self.end();
    }

    /// What is in a fence, from line `at` on; gives the line behind it.
    fn code(&mut self, fence: &Fence<'_>, lines: &[&str], at: usize, indent: usize) -> usize {
        let end = lines[at..]
            .iter()
            .position(|line| fence.ends(line))
            .map_or(lines.len(), |count| at + count);
        if !fence.word.is_empty() {
            self.put(&format!("┌ {}", fence.word), Some(Role::CodePunct));
            self.end();
        }
        let start = self.text.len();
        for line in &lines[at..end] {
            // What the fence is indented by belongs to neither.
            let own = line.len() - line.trim_start_matches(' ').len();
            self.text.push_str(&line[own.min(indent)..]);
            self.end();
        }
        if self.text.len() > start + 1 {
            let ink = named(fence.word).map_or(Ink::Role(Role::CodeString), Ink::Code);
            self.inks.push((start..self.text.len() - 1, ink));
        }
        (end + 1).min(lines.len())
    }

    /// A table; gives how many lines it has.
    fn table(&mut self, lines: &[&str]) -> usize {
        let (table, taken) = table::read(lines);
        for (row, cells) in table.rows.iter().enumerate() {
            for (column, cell) in cells.iter().enumerate() {
                if column > 0 {
                    self.put(" │ ", Some(Role::CodePunct));
                }
                let (before, after) = table.padding(row, column);
                self.put(&" ".repeat(before), None);
                self.inline_in(cell, (row == 0).then_some(Role::CodeHeading));
                self.put(&" ".repeat(after), None);
            }
            self.end();
            if row == 0 {
                self.put(&table.line(), Some(Role::CodePunct));
                self.end();
            }
        }
        taken
    }
}

/// What stands on top of a file between two lines of dashes is data, not text. Gives the line behind it.
fn front_matter(lines: &[&str], out: &mut Rendered) -> usize {
    if lines.first().is_none_or(|line| line.trim_end() != "---") {
        return 0;
    }
    let end = lines[1..]
        .iter()
        .take_while(|line| !line.trim().is_empty())
        .position(|line| line.trim_end() == "---");
    let Some(end) = end else {
        return 0;
    };
    let fence = Fence {
        mark: '-',
        length: 3,
        word: "yaml",
    };
    out.code(&fence, &lines[..end + 2], 1, 0)
}

struct Fence<'t> {
    mark: char,
    length: usize,
    word: &'t str,
}

impl<'t> Fence<'t> {
    fn begins(text: &'t str) -> Option<Self> {
        let mark = text.chars().next().filter(|c| matches!(c, '`' | '~'))?;
        let length = text.chars().take_while(|c| *c == mark).count();
        let info = &text[length..];
        if length < 3 || (mark == '`' && info.contains('`')) {
            return None;
        }
        let word = info
            .trim()
            .trim_start_matches(['{', '.'])
            .split(|c: char| c.is_whitespace() || matches!(c, ',' | '{' | '}' | ':'))
            .next()
            .unwrap_or_default();
        Some(Self { mark, length, word })
    }

    fn ends(&self, line: &str) -> bool {
        let line = line.trim();
        line.len() >= self.length && line.chars().all(|c| c == self.mark)
    }
}

/// The title in a line of `#`.
fn heading(text: &str) -> Option<&str> {
    let hashes = text.bytes().take_while(|b| *b == b'#').count();
    let rest = &text[hashes..];
    ((1..=6).contains(&hashes) && rest.starts_with([' ', '\t'])).then(|| {
        let title = rest.trim();
        let without = title.trim_end_matches('#');
        // A closing row of `#` stands apart.
        if without.ends_with(' ') || without.is_empty() {
            without.trim_end()
        } else {
            title
        }
    })
}

/// Whether a line makes a heading of the one above it.
fn is_underline(line: &str) -> bool {
    let line = line.trim();
    line.len() >= 3 && (line.bytes().all(|b| b == b'=') || line.bytes().all(|b| b == b'-'))
}

fn is_paragraph(text: &str) -> bool {
    let mark = ["- ", "* ", "+ ", ">", "|"];
    !text.is_empty() && !mark.iter().any(|mark| text.starts_with(mark)) && !is_rule(text)
}

/// Whether a line is nothing but three or more of the same mark.
fn is_rule(text: &str) -> bool {
    let mut marks = text.chars().filter(|c| !c.is_whitespace());
    let Some(first) = marks.next().filter(|c| matches!(c, '-' | '*' | '_')) else {
        return false;
    };
    let rest: Vec<char> = marks.collect();
    rest.len() >= 2 && rest.iter().all(|c| *c == first)
}
