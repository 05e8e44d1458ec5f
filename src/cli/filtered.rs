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
    let rows = in_world(file, timeline, findings, |world| bodies.pick(filter, world))?;
    Ok(numbers(rows.into_iter().map(Item::Pair), timeline))
}

/// The same of every list: what went over HTTP and the lines of the log too.
pub fn entries(
    file: &Path,
    timeline: &Timeline,
    bodies: &Bodies,
    filter: &Filter,
) -> io::Result<HashSet<u64>> {
    let items = in_world(file, timeline, None, |world| bodies.pick_all(filter, world))?;
    Ok(numbers(items.into_iter(), timeline))
}

fn in_world<R>(
    file: &Path,
    timeline: &Timeline,
    findings: Option<&dyn Fn(u64) -> bool>,
    pick: impl FnOnce(&World<'_>) -> R,
) -> R {
    // Whoever cannot read what people added sees no marks, as the screen does.
    let beside = std::fs::read(library::sidecar(file)).unwrap_or_default();
    let marks = library::Meta::read(&beside).marks;
    let zone = TimeZone::system();
    pick(&World {
        timeline,
        zone: &zone,
        marks: &|seq| marks.get(seq).map(Mark::sign),
        findings,
        newest: newest(timeline),
    })
}

fn numbers(items: impl Iterator<Item = Item>, timeline: &Timeline) -> HashSet<u64> {
    let entries = items.flat_map(|item| Sieve::entries(item, timeline));
    let entries = entries.filter_map(|entry| timeline.entry(entry));
    entries.map(EntryRow::seq).collect()
}
