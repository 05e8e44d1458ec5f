//! Which sessions are shown, and in which order.

use jiff::Timestamp;

use crate::filter::Filter;
use crate::library::choosing::Present;
use crate::library::{Item, Writing};
use crate::tui::clock::Clock;

/// What they are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// The newest first.
    #[default]
    When,
    /// By name.
    Name,
    /// The largest first.
    Size,
    /// Most messages first.
    Messages,
    /// Most errors first.
    Errors,
}

impl Order {
    const ALL: [Self; 5] = [
        Self::When,
        Self::Name,
        Self::Size,
        Self::Messages,
        Self::Errors,
    ];

    /// In words.
    pub const fn word(self) -> &'static str {
        match self {
            Self::When => "date",
            Self::Name => "name",
            Self::Size => "size",
            Self::Messages => "messages",
            Self::Errors => "errors",
        }
    }
}

/// Rows, as indices of the sessions.
#[derive(Debug, Clone, Default)]
pub struct Found {
    rows: Vec<usize>,
    order: Order,
    now: Option<Timestamp>,
}

impl Found {
    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// The session of a row.
    pub fn item(&self, row: usize) -> Option<usize> {
        self.rows.get(row).copied()
    }

    /// The row of a session.
    pub fn row_of(&self, is_it: impl Fn(usize) -> bool) -> Option<usize> {
        self.rows.iter().position(|index| is_it(*index))
    }

    /// What they are sorted by.
    pub fn order(&self) -> Order {
        self.order
    }

    /// By the next thing.
    pub fn turn(&mut self) {
        self.order = Order::ALL[(self.order as usize + 1) % Order::ALL.len()];
    }

    /// It is this time now, for `today`.
    pub fn today(&mut self, now: Timestamp) {
        self.now = Some(now);
    }

    /// When a session was recorded, for the list.
    pub fn when(&self, item: &Item, clock: &Clock) -> String {
        clock.day(item.began, self.now)
    }

    /// Looks again which ones a filter lets through.
    pub fn again(&mut self, items: &[Item], filter: &Filter, clock: &Clock) {
        let present = Present {
            zone: clock.zone(),
            now: self.now.unwrap_or_default(),
        };
        let passes = |index: &usize| {
            let item = &items[*index];
            item.passes(filter, &self.when(item, clock), present)
        };
        let found = (0..items.len()).filter(passes);
        let mut rows: Vec<usize> = found.collect();
        let key = |item: &Item| {
            let summary = item.meta.summary.as_ref();
            match self.order {
                Order::When | Order::Name => 0,
                Order::Size => item.size,
                Order::Messages => summary.map_or(0, |summary| summary.messages),
                Order::Errors => summary.map_or(0, |summary| summary.errors),
            }
        };
        // They come newest first, and that decides between equals.
        match self.order {
            Order::When => rows.sort_by_key(|index| {
                let item = &items[*index];
                std::cmp::Reverse((item.writing == Writing::Ours, item.began))
            }),
            Order::Name => rows.sort_by_key(|index| {
                let item = &items[*index];
                (
                    item.writing != Writing::Ours,
                    item.short_title().to_lowercase(),
                )
            }),
            _ => rows.sort_by_key(|index| std::cmp::Reverse(key(&items[*index]))),
        }
        self.rows = rows;
    }
}
