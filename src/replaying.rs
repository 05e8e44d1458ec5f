//! Recordings that are sent again: read from their files, compared with what came of it, and replaced by it.
//!
//! What is sent when is decided in `replay`; who drives a connection tells it what happened.

mod baseline;
pub mod conductor;

pub use baseline::accept;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::diff::calls::{self, Call};
use crate::diff::report::{Report, Row, Told, Verdict};
use crate::diff::{Options, Part, Successors, What};
use crate::filter::Filter;
use crate::filter::row::{World, newest};
use crate::json::Value;
use crate::library::{Meta, sidecar};
use crate::recording::calls::CallAt;
use crate::recording::{Bodies, OpenError, Recording};
use crate::replay::{Carried, Plan, Problem, Reading, Run};
use crate::session::recorded::Place;
use crate::session::timeline::{ExchangeIndex, Row as Shown, Timeline};

/// A session that is read: its fold and its bodies.
#[derive(Debug, Clone, Copy)]
pub struct Session<'a> {
    /// What it is called.
    pub name: &'a str,
    /// Its fold.
    pub timeline: &'a Timeline,
    /// Its bodies.
    pub bodies: &'a Bodies,
}

impl Session<'_> {
    /// The same for `replay`: with what masks hide, as far as that is known.
    pub fn reading<R>(self, with: impl FnOnce(&Reading<'_>) -> R) -> R {
        let read = |seq: u64, place: Place| {
            let entry = self.bodies.original(seq, place).ok()?;
            Some(entry.body)
        };
        with(&Reading {
            timeline: self.timeline,
            read: &read,
        })
    }
}

/// A recording that is to be sent again.
#[derive(Debug)]
pub struct Source {
    /// Its file.
    pub path: PathBuf,
    /// Its fold.
    pub timeline: Timeline,
    /// Its bodies.
    pub bodies: Bodies,
}

/// Why a recording cannot be sent again.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// It is none.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// It cannot be read.
    #[error("it cannot be read: {0}")]
    Read(#[from] io::Error),
    /// There is nothing to send, or too much.
    #[error(transparent)]
    Plan(#[from] Problem),
}

impl Source {
    /// Reads a recording.
    pub fn open(path: &Path) -> Result<Self, Fault> {
        let recording = Recording::open(path)?;
        Ok(Self {
            path: path.to_owned(),
            timeline: recording.fold()?,
            bodies: recording.bodies(),
        })
    }

    /// What it is called.
    pub fn name(&self) -> String {
        let name = self.path.file_stem().unwrap_or(self.path.as_os_str());
        name.to_string_lossy().into_owned()
    }

    /// What of it is sent again: all, or what a filter lets through.
    pub fn plan(&self, filter: Option<&Filter>) -> Result<Plan, Fault> {
        let session = Session {
            name: "",
            timeline: &self.timeline,
            bodies: &self.bodies,
        };
        let Some(filter) = filter.filter(|filter| !filter.is_empty()) else {
            return Ok(session.reading(|reading| Plan::of(reading, &|_| true, true))?);
        };
        // Whoever cannot read what people added sees no marks, as the screen does.
        let marks = Meta::read(&fs::read(sidecar(&self.path)).unwrap_or_default()).marks;
        let zone = jiff::tz::TimeZone::system();
        let picked = self.bodies.pick(
            filter,
            &World {
                timeline: &self.timeline,
                zone: &zone,
                marks: &|seq| marks.get(seq).map(crate::session::marks::Mark::sign),
                findings: None,
                newest: newest(&self.timeline),
            },
        )?;
        let mut rows: Vec<ExchangeIndex> = picked
            .iter()
            .filter_map(|row| match row {
                Shown::Exchange(index) => Some(self.timeline.first_round(*index)),
                Shown::Single(_) => None,
            })
            .collect();
        rows.sort_unstable();
        let chosen = |index: ExchangeIndex| rows.binary_search(&index).is_ok();
        Ok(session.reading(|reading| Plan::of(reading, &chosen, false))?)
    }

    /// What differs between a recording and what came when it was sent again.
    pub fn report(&self, run: &Run, new: Session<'_>, options: &Options) -> io::Result<Report> {
        let options = &follow(run, &new, options);
        let mut rows = Vec::new();
        for (exchange, seq, carried) in run.calls() {
            let Some(recorded) = CallAt::settled(&self.timeline, exchange) else {
                continue;
            };
            let recorded = recorded.read(&self.bodies)?;
            let again = seq
                .and_then(|seq| new.timeline.index_of_seq(seq))
                .and_then(|entry| new.timeline.exchange_of_request(entry))
                .and_then(|index| CallAt::settled(new.timeline, index));
            let again = again.map(|call| call.read(new.bodies)).transpose()?;
            let carried: Vec<Carried> = carried.iter().map(|one| masked(one, &new)).collect();
            rows.push(row(&recorded, again.as_ref(), &carried, options));
        }
        let mut left = self.name();
        if let Some((ended, of)) = run.broken_off() {
            left = format!("{left} (broken off: {ended} of {of} calls)");
        }
        let rules = &options.rules;
        Ok(Report::new(&left, new.name, "call", rules, rows))
    }
}

/// How to compare once it is known what the new answers gave out in the place of what the recorded ones had: that is no
/// difference wherever it stands.
fn follow(run: &Run, new: &Session<'_>, options: &Options) -> Options {
    let mut successors = Successors::default();
    for one in run.calls().flat_map(|(.., carried)| carried) {
        let one = masked(one, new);
        // A place in a list stands nowhere else, and may look like anything.
        if one.path != "$.cursor"
            && let (Some(was), Some(is)) = (scalar(&one.was), scalar(&one.is))
        {
            successors.add(was, is);
        }
    }
    let mut options = options.clone();
    options.rules.follow(successors);
    options
}

fn scalar(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) | Value::Number(text) => Some(text),
        _ => None,
    }
}

/// What differs when two servers were asked the same.
pub fn of_one_request(left: (&str, &Call), right: (&str, &Call), options: &Options) -> Report {
    let row = row(left.1, Some(right.1), &[], options);
    Report::new(left.0, right.0, "call", &options.rules, vec![row])
}

/// The same as it may be shown: what the new answers gave out may be a secret of the new session.
fn masked(carried: &Carried, new: &Session<'_>) -> Carried {
    let shown = new
        .bodies
        .secrets()
        .mask_text(&carried.is.to_string(), new.name);
    let is = shown.and_then(|shown| Value::parse(shown.as_bytes()).ok());
    Carried {
        is: is.unwrap_or_else(|| carried.is.clone()),
        ..carried.clone()
    }
}

fn row(recorded: &Call, again: Option<&Call>, carried: &[Carried], options: &Options) -> Row {
    let Some(again) = again else {
        let seen = Some(recorded.seen());
        return Row::alone(recorded.name(), Verdict::Missing, seen, None);
    };
    let mut row = calls::compare(recorded, again, options);
    // What else was asked differently is what the client puts into every request.
    row.changes.retain(|told| !told.asked);
    for one in carried {
        let part = |value: &Value| Some(Part::from(value.to_string().into_bytes()));
        row.changes.insert(
            0,
            Told {
                what: What::Changed,
                path: one.path.clone(),
                a: part(&one.was),
                b: part(&one.is),
                means: Some((Verdict::Same, one.words.clone())),
                ignored: None,
                asked: true,
            },
        );
    }
    row
}
