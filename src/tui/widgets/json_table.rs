//! An array of objects as a table: an object is a row, a member's name a column.
//!
//! Owns what is in the cells, by where it is in the document; nothing is copied. Numbers, escapes and what is nested
//! stay as they were sent. Making one reads the whole array: big ones are not for the drawing thread.
//!
//! ```text
//! array -> Table (cells)      sort: the order of its rows      state: the reader      draw: the screen      csv: a copy
//! ```

mod csv;
mod draw;
mod search;
mod sort;
mod state;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::ops::Range;

use crate::json::{self, Kind};
use crate::text;
use crate::tui::widgets::slice::Slice;

pub use csv::Csv;
pub use draw::draw;
pub use sort::Sort;
pub use state::TableState;

/// A table has so many rows; what is beyond them is left out, and counted.
const ROWS: usize = 100_000;

/// So many members have a column; others are counted.
const COLUMNS: usize = 64;

/// The widths of columns are made from about so many rows.
const SAMPLE: usize = 200;

/// The narrowest and the widest column.
const NARROW: usize = 3;
const WIDE: usize = 40;

/// A column.
#[derive(Debug, Clone)]
struct Column {
    /// The member's name, decoded. Untrusted.
    name: String,
    /// How many cells of the screen it takes.
    width: usize,
    /// Whether all that was looked at are numbers.
    numeric: bool,
}

/// See the module.
#[derive(Clone)]
pub struct Table {
    bytes: Slice,
    /// Where the array is.
    span: Range<usize>,
    columns: Vec<Column>,
    /// Where the rows' objects start.
    starts: Vec<u32>,
    /// Row by row, where the values are; empty where there is none. Rows end with their last value.
    cells: Vec<Range<u32>>,
    /// Where each row's cells start in `cells`, and where the last one's end.
    firsts: Vec<u32>,
    /// Members that have no column.
    more_columns: usize,
    /// Objects that have no row.
    more_rows: usize,
    /// Items that are no objects.
    others: usize,
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Table({})", self.size())
    }
}

impl Table {
    /// A table of the array that is at `span`, or why it is none.
    pub fn new(bytes: &Slice, span: Range<usize>) -> Result<Self, String> {
        Self::within(bytes, span, ROWS)
    }

    fn within(bytes: &Slice, span: Range<usize>, most: usize) -> Result<Self, String> {
        let array = &bytes[span.clone()];
        let place = |part: &[u8]| {
            let place = json::place_of(part, array);
            let from = (span.start + place.start) as u32;
            from..from + part.len() as u32
        };
        let mut table = Self {
            bytes: bytes.clone(),
            span: span.clone(),
            columns: Vec::new(),
            starts: Vec::new(),
            cells: Vec::new(),
            firsts: vec![0],
            more_columns: 0,
            more_rows: 0,
            others: 0,
        };
        let mut known: HashMap<Cow<'_, str>, usize> = HashMap::new();
        for item in json::elements(array) {
            if json::kind(item) != Kind::Object {
                table.others += 1;
                continue;
            }
            if table.starts.len() == most {
                table.more_rows += 1;
                continue;
            }
            let first = table.cells.len();
            for (name, value) in json::members(item) {
                let next = known.len();
                let column = *known.entry(name).or_insert_with_key(|name| {
                    if next < COLUMNS {
                        table.columns.push(Column {
                            name: name.clone().into_owned(),
                            width: 0,
                            numeric: false,
                        });
                    }
                    next
                });
                if column < COLUMNS {
                    let cell = first + column;
                    if table.cells.len() <= cell {
                        table.cells.resize(cell + 1, 0..0);
                    }
                    // Of a name that comes twice the last one counts, as for most parsers.
                    table.cells[cell] = place(value);
                }
            }
            table.starts.push(place(item).start);
            table.firsts.push(table.cells.len() as u32);
        }
        table.more_columns = known.len() - table.columns.len();
        if table.starts.is_empty() {
            return Err("This array has no objects: there is nothing for a table.".to_owned());
        }
        if table.columns.is_empty() {
            return Err("The objects of this array are empty: a table has no columns.".to_owned());
        }
        table.measure();
        Ok(table)
    }

    fn measure(&mut self) {
        for column in 0..self.columns.len() {
            let name = text::sanitize(&self.columns[column].name).into_owned();
            // The mark of the order has room beside the name.
            let mut width = text::width(&name) + 2;
            let (mut values, mut numbers) = (0, 0);
            // From all over the table: numbers of rows grow.
            let step = self.rows().div_ceil(SAMPLE);
            let last = self.rows() - 1;
            for row in (0..last).step_by(step).chain([last]) {
                let Some(raw) = self.cell(row, column) else {
                    continue;
                };
                values += 1;
                numbers += usize::from(json::kind(raw) == Kind::Number);
                width = width.max(text::width(&shown(raw, WIDE)));
            }
            let column = &mut self.columns[column];
            column.width = width.clamp(NARROW, WIDE);
            column.numeric = values > 0 && numbers == values;
        }
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.starts.len()
    }

    /// How many columns there are.
    pub fn columns(&self) -> usize {
        self.columns.len()
    }

    /// Where its array is in the document.
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// The value of a cell as it was sent, if the row has that member.
    pub fn cell(&self, row: usize, column: usize) -> Option<&[u8]> {
        let place = self.place(row, column)?;
        Some(&self.bytes[place.start as usize..place.end as usize])
    }

    /// Where a cell's value starts in the document.
    pub fn start(&self, row: usize, column: usize) -> Option<usize> {
        self.place(row, column).map(|place| place.start as usize)
    }

    fn place(&self, row: usize, column: usize) -> Option<Range<u32>> {
        let cells = *self.firsts.get(row)? as usize..*self.firsts.get(row + 1)? as usize;
        let place = self.cells[cells].get(column)?;
        (!place.is_empty()).then(|| place.clone())
    }

    /// The cell that holds this byte of the document, or the nearest one before it.
    fn holding(&self, byte: usize) -> (usize, usize) {
        let row = self.starts.partition_point(|start| *start as usize <= byte);
        let row = row.saturating_sub(1);
        let column = (0..self.columns()).find(|column| {
            self.place(row, *column)
                .is_some_and(|place| (place.start as usize..place.end as usize).contains(&byte))
        });
        (row, column.unwrap_or(0))
    }

    /// `120 × 5`, and what is left out.
    pub fn size(&self) -> String {
        let mut out = format!("{} × {}", self.rows(), self.columns());
        for (count, what) in [
            (self.more_rows, "more row"),
            (self.more_columns, "more column"),
            (self.others, "other item"),
        ] {
            if count > 0 {
                out.push_str(" + ");
                out.push_str(&text::plural(count, what));
            }
        }
        out
    }
}

/// As much of a value as `cols` can show, in one line and safe: strings without quotes, all else as it was sent.
fn shown(raw: &[u8], cols: usize) -> String {
    let most = raw.len().min(cols * 8 + 64);
    let begin = &raw[..most];
    let words = match json::kind(raw) {
        Kind::String => {
            let end = if most == raw.len() { most - 1 } else { most };
            json::decode(&begin[1..end.max(1)]).into_owned()
        }
        Kind::Object | Kind::Array => String::from_utf8_lossy(&json::one_line(begin)).into_owned(),
        _ => String::from_utf8_lossy(begin).into_owned(),
    };
    let safe = text::sanitize(&words);
    if most < raw.len() && text::width(&safe) <= cols {
        // What was not looked at is there too.
        return text::fit(&format!("{safe}…"), cols).into_owned();
    }
    text::fit(&safe, cols).into_owned()
}
