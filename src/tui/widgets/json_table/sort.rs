//! In which order the rows of a table are. Slow on big tables.

use std::cmp::Ordering;
use std::sync::Arc;

use super::Table;
use crate::json::{self, Kind};

/// By which column, and which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    /// The column.
    pub column: usize,
    /// The greatest first.
    pub descending: bool,
}

/// What is compared: numbers come before texts.
enum Key {
    Number(f64),
    Text(String),
}

impl Key {
    fn of(raw: &[u8]) -> Self {
        let written = || String::from_utf8_lossy(raw).into_owned();
        match json::kind(raw) {
            Kind::Number => match written().parse() {
                Ok(number) => Self::Number(number),
                Err(_) => Self::Text(written()),
            },
            _ => Self::Text(json::string(raw).unwrap_or_else(written)),
        }
    }

    fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Number(one), Self::Number(other)) => one.total_cmp(other),
            (Self::Number(_), Self::Text(_)) => Ordering::Less,
            (Self::Text(_), Self::Number(_)) => Ordering::Greater,
            (Self::Text(one), Self::Text(other)) => one.cmp(other),
        }
    }
}

impl Table {
    /// The rows in this order: equal ones as they were sent, those without a value last. Slow on big tables.
    pub fn order(&self, sort: Option<Sort>) -> Arc<[u32]> {
        let rows = 0..self.rows() as u32;
        let Some(sort) = sort else {
            return rows.collect();
        };
        let mut keyed: Vec<(Option<Key>, u32)> = rows
            .map(|row| (self.cell(row as usize, sort.column).map(Key::of), row))
            .collect();
        keyed.sort_by(|(one, _), (other, _)| match (one, other) {
            (Some(one), Some(other)) if sort.descending => other.compare(one),
            (Some(one), Some(other)) => one.compare(other),
            (one, other) => one.is_none().cmp(&other.is_none()),
        });
        keyed.into_iter().map(|(_, row)| row).collect()
    }
}
