//! What `--filter` lets through of a recording, for verbs that go through entries: one reading of the language, of the
//! marks that people made, and of the zone that times are of.

use std::collections::HashSet;
use std::io;
use std::path::Path;

use jiff::tz::TimeZone;

use crate::filter::Filter;
use crate::filter::row::{Item, Sieve, World, newest};
use crate::library;
use crate::recording::Bodies;
use crate::session::marks::Mark;
use crate::session::timeline::{EntryRow, Timeline};

/// The numbers of the entries of every row that the filter lets through. `findings` says which entries lint finds
/// something in; where it was not asked, what breaks the protocol is all that `is:lint` knows.
pub fn rows(
    file: &Path,
    timeline: &Timeline,
    bodies: &Bodies,
    filter: &Filter,
    findings: Option<&dyn Fn(u64) -> bool>,
) -> io::Result<HashSet<u64>> {
    // Whoever cannot read what people added sees no marks, as the screen does.
    let beside = std::fs::read(library::sidecar(file)).unwrap_or_default();
    let marks = library::Meta::read(&beside).marks;
    let zone = TimeZone::system();
    let world = World {
        timeline,
        zone: &zone,
        marks: &|seq| marks.get(seq).map(Mark::sign),
        findings,
        newest: newest(timeline),
    };
    let rows = bodies.pick(filter, &world)?;
    let entries = rows
        .into_iter()
        .flat_map(|row| Sieve::entries(Item::Pair(row), timeline));
    Ok(entries
        .filter_map(|entry| timeline.entry(entry))
        .map(EntryRow::seq)
        .collect())
}
