//! A table as CSV, by RFC 4180.

use std::borrow::Cow;
use std::sync::Arc;

use super::Table;
use crate::json::{self, Kind};

/// What is to be written: made for nothing, written by whoever carries it out.
#[derive(Debug, Clone)]
pub struct Csv {
    table: Arc<Table>,
    order: Arc<[u32]>,
    columns: Vec<usize>,
}

/// Equal when they are of the same table: what it holds may be large, and never changes.
impl PartialEq for Csv {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.table, &other.table)
            && Arc::ptr_eq(&self.order, &other.order)
            && self.columns == other.columns
    }
}

impl Eq for Csv {}

impl Csv {
    pub(super) fn new(table: &Arc<Table>, order: &Arc<[u32]>, columns: Vec<usize>) -> Self {
        Self {
            table: Arc::clone(table),
            order: Arc::clone(order),
            columns,
        }
    }

    /// The text: a line of names, then the rows. Strings are decoded, what is nested is JSON on one line. Slow on big
    /// tables.
    pub fn text(&self) -> String {
        let mut out = String::new();
        let names = self.columns.iter().map(|column| {
            let name = self.table.columns[*column].name.as_str();
            Some(Cow::Borrowed(name))
        });
        line(&mut out, names);
        for row in &*self.order {
            let cells = self.columns.iter().map(|column| {
                let raw = self.table.cell(*row as usize, *column)?;
                Some(exact(raw))
            });
            line(&mut out, cells);
        }
        out
    }
}

/// A value with nothing cut.
fn exact(raw: &[u8]) -> Cow<'_, str> {
    match json::kind(raw) {
        Kind::Object | Kind::Array => String::from_utf8_lossy(&json::one_line(raw))
            .into_owned()
            .into(),
        _ => json::text(raw).unwrap_or_else(|| String::from_utf8_lossy(raw)),
    }
}

fn line<'c>(out: &mut String, cells: impl Iterator<Item = Option<Cow<'c, str>>>) {
    for (n, cell) in cells.enumerate() {
        if n > 0 {
            out.push(',');
        }
        match cell {
            // An empty text is told from no value.
            Some(cell) if cell.is_empty() || cell.contains(['"', ',', '\r', '\n']) => {
                out.push('"');
                out.push_str(&cell.replace('"', "\"\""));
                out.push('"');
            }
            Some(cell) => out.push_str(&cell),
            None => {}
        }
    }
    out.push_str("\r\n");
}
