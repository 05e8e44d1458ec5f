//! Tables of Markdown: what one is, and how wide its columns are.

use super::inline::Inline;
use crate::text;

/// So many columns are laid out; wider tables stay as they were written.
const COLUMNS: usize = 32;

/// So many rows are laid out.
const ROWS: usize = 2_000;

/// A table: the first row is its head.
pub(super) struct Table {
    pub rows: Vec<Vec<String>>,
    /// Columns of each, on the screen.
    widths: Vec<usize>,
    sides: Vec<Side>,
}

#[derive(Clone, Copy, PartialEq)]
enum Side {
    Left,
    Right,
    Middle,
}

/// Whether a table begins here: a row of cells above a row of dashes that has as many.
pub(super) fn is_one(lines: &[&str]) -> bool {
    let (Some(head), Some(line)) = (lines.first(), lines.get(1)) else {
        return false;
    };
    if !head.contains('|') || !line.contains('-') || !line.contains('|') {
        return false;
    }
    let marks = cells(line);
    let is_mark = |cell: &String| {
        let dashes = cell.strip_prefix(':').unwrap_or(cell);
        let dashes = dashes.strip_suffix(':').unwrap_or(dashes);
        !dashes.is_empty() && dashes.bytes().all(|b| b == b'-')
    };
    marks.len() <= COLUMNS && marks.iter().all(is_mark) && cells(head).len() == marks.len()
}

/// Reads the table that begins here, and how many lines it has.
pub(super) fn read(lines: &[&str]) -> (Table, usize) {
    let sides: Vec<Side> = cells(lines[1])
        .iter()
        .map(|mark| match (mark.starts_with(':'), mark.ends_with(':')) {
            (true, true) => Side::Middle,
            (false, true) => Side::Right,
            _ => Side::Left,
        })
        .collect();
    let mut rows = vec![cells(lines[0])];
    let body = lines[2..]
        .iter()
        .take(ROWS)
        .take_while(|line| line.contains('|'));
    rows.extend(body.map(|line| cells(line)));
    let taken = rows.len() + 1;
    for row in &mut rows {
        row.resize(sides.len(), String::new());
    }
    let widths = (0..sides.len())
        .map(|column| {
            let width = |row: &Vec<String>| shown(&row[column]);
            rows.iter().map(width).max().unwrap_or(0)
        })
        .collect();
    let table = Table {
        rows,
        widths,
        sides,
    };
    (table, taken)
}

impl Table {
    /// Blanks before and after a cell.
    pub fn padding(&self, row: usize, column: usize) -> (usize, usize) {
        let left = self.widths[column] - shown(&self.rows[row][column]);
        match self.sides[column] {
            Side::Left => (0, left),
            Side::Right => (left, 0),
            Side::Middle => (left / 2, left - left / 2),
        }
    }

    /// The line below the head.
    pub fn line(&self) -> String {
        let lines: Vec<String> = self.widths.iter().map(|width| "─".repeat(*width)).collect();
        lines.join("─┼─")
    }
}

/// Columns a cell takes on the screen, without the numbers of its links.
fn shown(cell: &str) -> usize {
    Inline::of(cell)
        .iter()
        .map(|piece| match piece {
            Inline::Plain(text) | Inline::Strong(text) | Inline::Code(text) => text::width(text),
            // Its number is at most of three digits; a table is not worth counting them beforehand.
            Inline::Link { label, .. } => text::width(label) + "[1]".len(),
        })
        .sum()
}

/// The cells of a row: between bars that are not escaped.
fn cells(line: &str) -> Vec<String> {
    let line = line.trim();
    let line = line.strip_prefix('|').unwrap_or(line);
    let mut cells = vec![String::new()];
    let mut escaped = false;
    for c in line.chars() {
        match (c, escaped) {
            ('|', false) => cells.push(String::new()),
            (c, _) => {
                if let Some(cell) = cells.last_mut() {
                    if c == '|' {
                        // The escape is the table's, not the text's.
                        cell.pop();
                    }
                    cell.push(c);
                }
            }
        }
        escaped = c == '\\' && !escaped;
    }
    // Behind the last bar is no cell.
    if cells.len() > 1 && cells.last().is_some_and(|last| last.trim().is_empty()) {
        cells.pop();
    }
    cells.iter().map(|cell| cell.trim().to_owned()).collect()
}
