//! The rows of one list that a filter lets through.
//!
//! They are looked at in slices of a few milliseconds, so that keys never wait; who is not through says so
//! ([`Picks::goes_on`]). Rows that bodies decide about wait until the file was read as far as they reach.

use std::collections::VecDeque;

use super::{FEW, Sifting};
use crate::filter::Leaf;
use crate::filter::row::{Answers, Found, Item, Sieve, Truth, World};
use crate::lint::findings::Findings;
use crate::session::marks::{Mark, Marks};
use crate::session::timeline::{EntryIndex, Timeline};

/// Rows that are looked at in one slice.
const BATCH: usize = 40_000;

/// The same where bodies may decide: such a row costs about three times as much.
const BATCH_OF_BODIES: usize = 12_000;

/// Which rows of a list are let through.
#[derive(Debug, Clone, Default)]
pub struct Picks {
    version: u64,
    /// Their numbers, ascending.
    rows: Vec<u32>,
    /// Rows there are.
    len: usize,
    /// Rows that were looked at.
    looked: usize,
    /// Rows that bodies decide about, ascending.
    unread: VecDeque<u32>,
    /// Those before them that were read for one leaf, and wait for another.
    later: Vec<u32>,
    /// For which leaf they are being read: its place in the sieve.
    reading: usize,
    /// Whether the slice ended before all was decided that can be.
    cut: bool,
    /// Rows that may change by themselves, or that wait for a body which does not come in order.
    open: Vec<u32>,
    /// Rises whenever rows come or go.
    changes: u64,
    /// Entries and answers there were.
    at: (usize, u64),
}

/// How far bodies were read.
struct Reading {
    /// The place of the leaf they are read for; behind the last when all is read.
    leaf: usize,
    /// All entries before this one were read for it.
    upto: EntryIndex,
}

impl Reading {
    fn of(leaves: &[Leaf], answers: &Answers, entries: usize) -> Self {
        let end = entries as EntryIndex;
        let upto = |leaf: &Leaf| answers.get(leaf).map_or(0, Found::read);
        let mut leaves = leaves.iter().map(upto).enumerate();
        let next = leaves.find(|(_, upto)| *upto < end);
        let (leaf, upto) = next.unwrap_or((usize::MAX, end));
        Self { leaf, upto }
    }
}

/// Whether a row passes, once that is known; until then it stays as it was.
fn decided(row: u32, truth: Truth) -> Option<(u32, bool)> {
    (truth != Truth::Unread).then_some((row, truth == Truth::Yes))
}

impl Picks {
    /// There are `len` rows now. Says whether rows came or went before the end.
    pub fn take(
        &mut self,
        sifting: &mut Sifting,
        len: usize,
        item: impl Fn(usize) -> Option<Item>,
        timeline: &Timeline,
        marks: &Marks,
        findings: &Findings,
    ) -> bool {
        sifting.look_at_marks(marks);
        sifting.look_at_findings(findings);
        sifting.catch_up(timeline);
        let mut moved = false;
        if self.version != sifting.version || len < self.len {
            *self = Self {
                version: sifting.version,
                changes: self.changes + 1,
                ..Self::default()
            };
            moved = true;
        }
        self.len = len;
        let Some(sieve) = &mut sifting.sieve else {
            return moved;
        };
        let at = (timeline.entries().len(), sifting.answered);
        let changed = std::mem::replace(&mut self.at, at) != at;
        if !changed && !self.goes_on() {
            return moved;
        }
        let sign = |seq| marks.get(seq).map(Mark::sign);
        let world = World {
            timeline,
            zone: &sifting.zone,
            marks: &sign,
            findings: Some(&|seq| findings.at(seq).next().is_some()),
            newest: sifting.newest,
        };
        let answers = &sifting.answers;
        let reading = Reading::of(sieve.leaves(), answers, timeline.entries().len());
        let mut left = if sieve.leaves().is_empty() {
            BATCH
        } else {
            BATCH_OF_BODIES
        };
        let mut through = sieve.through(&world, answers);
        let mut judge = |row: u32| item(row as usize).map_or(Truth::No, |item| through.row(item));
        let is_open =
            |row: u32| item(row as usize).is_some_and(|item| Sieve::is_open(item, timeline));
        let mut turned = Vec::new();
        if changed {
            self.open.retain(|row| {
                let truth = judge(*row);
                turned.extend(decided(*row, truth));
                truth == Truth::Unread || is_open(*row)
            });
        }
        let are_few = self.undecided().count() <= FEW;
        if reading.leaf != self.reading || are_few {
            self.reading = reading.leaf;
            for row in self.later.drain(..).rev() {
                self.unread.push_front(row);
            }
        }
        self.cut = false;
        while let Some(row) = self.unread.front().copied() {
            let Some(item) = item(row as usize) else {
                break;
            };
            // Few are read one by one, and in no order.
            let begins = Sieve::first_entry(item, timeline).unwrap_or_default();
            if !are_few && begins >= reading.upto {
                break;
            }
            if left == 0 {
                self.cut = true;
                break;
            }
            left -= 1;
            self.unread.pop_front();
            let truth = judge(row);
            turned.extend(decided(row, truth));
            let reaches = |entry: &EntryIndex| *entry >= reading.upto;
            if is_open(row)
                || (truth == Truth::Unread
                    && !are_few
                    && Sieve::entries(item, timeline).iter().any(reaches))
            {
                self.open.push(row);
            } else if truth == Truth::Unread {
                self.later.push(row);
            }
        }
        if are_few {
            self.unread.extend(self.later.drain(..));
        }
        moved |= self.settle(turned);
        let end = len.min(self.looked + left);
        for row in self.looked as u32..end as u32 {
            match judge(row) {
                Truth::Yes => {
                    self.rows.push(row);
                    self.changes += 1;
                }
                Truth::No => {}
                Truth::Unread => {
                    self.unread.push_back(row);
                    continue;
                }
            }
            if is_open(row) {
                self.open.push(row);
            }
        }
        self.looked = end;
        moved
    }

    /// Puts rows where they belong, or takes them out: each with whether it passes. Says whether that was before the
    /// end. One walk over what stands behind the first of them, however many they are.
    fn settle(&mut self, mut turned: Vec<(u32, bool)>) -> bool {
        turned.retain(|(row, passes)| self.rows.binary_search(row).is_ok() != *passes);
        turned.sort_unstable();
        let Some((first, _)) = turned.first().copied() else {
            return false;
        };
        self.changes += turned.len() as u64;
        let behind = self
            .rows
            .split_off(self.rows.partition_point(|row| *row < first));
        let moved = !behind.is_empty();
        let mut behind = behind.into_iter().peekable();
        for (row, passes) in turned {
            while let Some(before) = behind.next_if(|other| *other < row) {
                self.rows.push(before);
            }
            behind.next_if_eq(&row);
            if passes {
                self.rows.push(row);
            }
        }
        self.rows.extend(behind);
        moved
    }

    /// Whether there is more to be looked at that is known already.
    pub fn goes_on(&self) -> bool {
        self.looked < self.len || self.cut
    }

    /// Rows that bodies decide about, or that may change by themselves.
    pub(super) fn undecided(&self) -> impl Iterator<Item = u32> {
        self.later
            .iter()
            .chain(&self.unread)
            .chain(&self.open)
            .copied()
    }

    pub(super) fn wants_bodies(&self) -> bool {
        // Rows that are open for another reason cost one look at nothing.
        !self.unread.is_empty() || !self.later.is_empty() || !self.open.is_empty()
    }

    /// Rises whenever rows come or go.
    pub fn changes(&self) -> u64 {
        self.changes
    }

    /// The numbers of the rows, ascending.
    pub fn rows(&self) -> &[u32] {
        &self.rows
    }

    /// The place of a row among them; of one that is not, of the nearest that is.
    pub fn nearest(&self, number: usize) -> usize {
        let after = self.rows.partition_point(|row| (*row as usize) < number);
        let far = |place: usize| {
            self.rows
                .get(place)
                .map(|row| (*row as usize).abs_diff(number))
        };
        match (after.checked_sub(1), far(after)) {
            (Some(before), Some(below)) if far(before) < Some(below) => before,
            (Some(before), None) => before,
            _ => after,
        }
    }

    /// Whether all there is was decided.
    pub fn is_whole(&self) -> bool {
        !self.goes_on() && self.unread.is_empty() && self.later.is_empty()
    }
}
