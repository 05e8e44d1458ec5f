//! The HTTP exchanges of a session: what is told of each in columns, and a row for every step that is worth one.
//!
//! An exchange is an HTTP request with its response. It keeps a few dozen bytes; headers and the like are read back
//! from its entries, which [`Hops::steps`] finds without looking through others.

use std::collections::HashMap;

use super::exchange::EntryIndex;
use super::moment::tells;
use super::symbols::{Symbol, Symbols};
use crate::mcp::http::headers;
use crate::note::Note;
use crate::note::http::Step;

/// Index of an HTTP exchange in the timeline, from 0. Not its number on its connection.
pub type HopIndex = u32;

/// No entry or exchange.
const NONE: u32 = u32::MAX;

/// An HTTP exchange. Times are in microseconds, at most about an hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Hop {
    /// The connection.
    pub conn: u32,
    /// Its number there, from 1.
    pub number: u32,
    /// The entry of its request.
    pub request: EntryIndex,
    /// The method.
    pub verb: Symbol,
    /// The address, without secrets.
    pub url: Symbol,
    /// What it is for.
    pub why: Symbol,
    /// What the response says it is; empty while there is none.
    pub mime: Symbol,
    /// The status; 0 while there is none.
    pub status: u16,
    /// Whether it broke off.
    pub broken: bool,
    /// Whether it is the stream of HTTP+SSE (2024-11-05), by its first event: who only looks on cannot know before.
    pub apart: bool,
    /// How long the name took to look up, if it was looked up.
    pub dns: Option<u32>,
    /// How long connecting took, if a connection was made.
    pub connect: Option<u32>,
    /// How long TLS took, if it was agreed on.
    pub tls: Option<u32>,
    /// From the request to the head of the response.
    pub first_byte: Option<u32>,
    /// From the request to the end.
    pub took: Option<u32>,
    /// Bytes of the request's body, and of the response's.
    pub size: (u32, u32),
    /// Blocks of the event stream so far.
    pub events: u32,
    frame: u32,
    follows: u32,
    last: u32,
}

impl Hop {
    /// The entry of the frame that its request carries.
    pub fn frame(&self) -> Option<EntryIndex> {
        Some(self.frame).filter(|entry| *entry != NONE)
    }

    /// The number of the exchange it takes up: one that was redirected or broke off.
    pub fn follows(&self) -> Option<u32> {
        Some(self.follows).filter(|number| *number != NONE)
    }

    /// Takes what a step tells of it.
    fn take(&mut self, step: &Step, symbols: &mut Symbols) {
        match step {
            Step::Request { .. } | Step::Wait { .. } => {}
            Step::Response {
                status,
                headers,
                dns,
                connect,
                tls,
                first_byte,
                ..
            } => {
                self.status = *status;
                self.mime = symbols.put(&headers::mime(headers));
                self.dns = dns.map(short);
                self.connect = connect.map(short);
                self.tls = tls.map(short);
                self.first_byte = Some(short(*first_byte));
            }
            Step::Event { kind, .. } => {
                self.apart |= self.events == 0 && kind == "endpoint";
                self.events += 1;
            }
            Step::End {
                size, took, error, ..
            } => {
                self.size.1 = short(*size);
                self.took = Some(short(*took));
                self.broken = error.is_some();
            }
        }
    }

    /// The exchange when nothing of it was there but its request.
    fn begun(self) -> Self {
        Self {
            mime: Symbol::default(),
            status: 0,
            broken: false,
            apart: false,
            dns: None,
            connect: None,
            tls: None,
            first_byte: None,
            took: None,
            size: (self.size.0, 0),
            events: 0,
            ..self
        }
    }

    /// Whether it went wrong: broken off, or refused. A probe may be refused, and so may a stream of the server's own.
    pub fn is_failure(&self) -> bool {
        self.broken || self.status >= 400
    }
}

/// What a row of HTTP is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum HopRow {
    /// An exchange.
    Hop(HopIndex),
    /// Another entry: an event of a stream, a wait, the end of the connection. With its exchange, if it is of one.
    Entry(EntryIndex, Option<HopIndex>),
}

/// A step of an exchange, and the step before it.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
struct Link {
    entry: EntryIndex,
    before: u32,
    kind: StepKind,
}

/// What a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) enum StepKind {
    Request,
    Response,
    Event,
    Wait,
    End,
}

impl StepKind {
    const fn of(step: &Step) -> Self {
        match step {
            Step::Request { .. } => Self::Request,
            Step::Response { .. } => Self::Response,
            Step::Event { .. } => Self::Event,
            Step::Wait { .. } => Self::Wait,
            Step::End { .. } => Self::End,
        }
    }
}

/// How many exchanges and rows are shown, and the exchanges that were changed for that, as they became.
type Cut = (usize, usize, Vec<(HopIndex, Hop)>);

/// See the module.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Hops {
    all: Vec<Hop>,
    rows: Vec<HopRow>,
    links: Vec<Link>,
    /// By connection and number.
    places: HashMap<(u32, u32), HopIndex>,
    /// By the frame their request carries; of several (redirects) the first, which leads to the others.
    carriers: HashMap<EntryIndex, HopIndex>,
    /// When not everything is shown.
    #[serde(skip)]
    cut: Option<Cut>,
}

impl Hops {
    /// Takes a note of the channel `http`. `place` finds the entry of a sequence number.
    pub(super) fn push(
        &mut self,
        index: EntryIndex,
        conn: u32,
        note: &Note,
        symbols: &mut Symbols,
        place: impl FnOnce(u64) -> Option<EntryIndex>,
    ) {
        let Note::Http(step) = note else {
            if note.is_http() {
                self.rows.push(HopRow::Entry(index, None));
            }
            return;
        };
        if let Step::Request {
            exchange,
            verb,
            url,
            size,
            frame,
            why,
            follows,
            ..
        } = step
        {
            let frame = frame.and_then(place).unwrap_or(NONE);
            let hop = self.all.len() as HopIndex;
            self.places.insert((conn, *exchange), hop);
            if frame != NONE {
                self.carriers.entry(frame).or_insert(hop);
            }
            self.rows.push(HopRow::Hop(hop));
            self.all.push(Hop {
                conn,
                number: *exchange,
                request: index,
                verb: symbols.put(verb),
                url: symbols.put(url),
                why: symbols.put(why),
                mime: Symbol::default(),
                status: 0,
                broken: false,
                apart: false,
                dns: None,
                connect: None,
                tls: None,
                first_byte: None,
                took: None,
                size: (short(*size), 0),
                events: 0,
                frame,
                follows: follows.unwrap_or(NONE),
                last: NONE,
            });
        }
        let found = self.places.get(&(conn, step.exchange())).copied();
        let Some(hop) = found.and_then(|hop| self.all.get_mut(hop as usize)) else {
            // The beginning of somebody's recording is missing.
            self.rows.push(HopRow::Entry(index, None));
            return;
        };
        hop.take(step, symbols);
        if matches!(step, Step::Event { .. } | Step::Wait { .. }) {
            self.rows.push(HopRow::Entry(index, found));
        }
        self.links.push(Link {
            entry: index,
            before: std::mem::replace(&mut hop.last, self.links.len() as u32),
            kind: StepKind::of(step),
        });
    }

    /// The exchanges that went on when entry `at` was the newest, with the entries before it that tell most of them.
    pub(super) fn going_on(
        &self,
        at: EntryIndex,
    ) -> impl Iterator<Item = (HopIndex, Vec<EntryIndex>)> {
        let begun = self.all.partition_point(|hop| hop.request <= at);
        (0..begun as HopIndex).filter_map(move |index| {
            let hop = self.original(index)?;
            let last = self.links.get(hop.last as usize);
            if last.is_none_or(|link| link.entry <= at) {
                return None;
            }
            let mut told: Vec<EntryIndex> = self
                .links_of(hop)
                .filter(|link| link.entry <= at && tells(link.kind))
                .map(|link| link.entry)
                .collect();
            told.reverse();
            Some((index, told))
        })
    }

    /// An exchange as it became, whatever is shown.
    fn original(&self, hop: HopIndex) -> Option<&Hop> {
        let changed = self.cut.iter().flat_map(|(.., changed)| changed);
        let mut changed = changed.filter(|(index, _)| *index == hop);
        changed
            .next()
            .map(|(_, hop)| hop)
            .or_else(|| self.all.get(hop as usize))
    }

    /// Shows what was there when entry `at` was the newest; `told` is what [`Hops::going_on`] named, `over` what was
    /// told of others.
    pub(super) fn enter(
        &mut self,
        at: EntryIndex,
        told: &[(HopIndex, Vec<Step>)],
        over: &[(HopIndex, Hop)],
        symbols: &mut Symbols,
    ) {
        let mut changed = Vec::with_capacity(told.len());
        for (index, steps) in told {
            let Some(hop) = self.all.get(*index as usize).copied() else {
                continue;
            };
            let mut then = hop.begun();
            for step in steps {
                then.take(step, symbols);
            }
            let mut last = hop.last;
            while let Some(link) = self.links.get(last as usize).filter(|link| link.entry > at) {
                last = link.before;
            }
            then.last = last;
            then.events = self
                .links_of(&then)
                .filter(|link| link.kind == StepKind::Event)
                .count() as u32;
            // Its first event told it.
            then.apart = hop.apart && then.events > 0;
            self.all[*index as usize] = then;
            changed.push((*index, hop));
        }
        for (index, then) in over {
            if let Some(hop) = self.all.get_mut(*index as usize) {
                changed.push((*index, std::mem::replace(hop, *then)));
            }
        }
        let hops = self.all.partition_point(|hop| hop.request <= at);
        let rows = self.rows.partition_point(|row| match row {
            HopRow::Hop(hop) => self.all[*hop as usize].request <= at,
            HopRow::Entry(entry, _) => *entry <= at,
        });
        self.cut = Some((hops, rows, changed));
    }

    /// Shows everything again.
    pub(super) fn leave(&mut self) {
        for (index, hop) in self
            .cut
            .take()
            .into_iter()
            .flat_map(|(.., changed)| changed)
        {
            self.all[index as usize] = hop;
        }
    }

    /// The steps of an exchange, newest first.
    fn links_of(&self, hop: &Hop) -> impl Iterator<Item = &Link> {
        let link = |at: u32| self.links.get(at as usize);
        std::iter::successors(link(hop.last), move |before| link(before.before))
    }

    /// The rows, oldest first.
    pub fn rows(&self) -> &[HopRow] {
        &self.rows[..self.cut.as_ref().map_or(self.rows.len(), |cut| cut.1)]
    }

    /// All exchanges, in the order of their requests.
    pub fn all(&self) -> &[Hop] {
        &self.all[..self.cut.as_ref().map_or(self.all.len(), |cut| cut.0)]
    }

    /// One exchange.
    pub fn get(&self, hop: HopIndex) -> Option<&Hop> {
        self.all().get(hop as usize)
    }

    /// The exchange of this number on a connection.
    pub fn numbered(&self, conn: u32, number: u32) -> Option<HopIndex> {
        let hop = self.places.get(&(conn, number)).copied()?;
        self.get(hop).map(|_| hop)
    }

    /// The exchange that carried the frame of entry `frame`; where it was redirected, the last of them.
    pub fn carrier(&self, frame: EntryIndex) -> Option<HopIndex> {
        let mut hop = *self.carriers.get(&frame)?;
        // Redirects of one frame follow each other; there are few.
        let mine = self.get(hop)?;
        for (place, other) in (hop..).zip(&self.all()[hop as usize..]).take(REDIRECTS) {
            if other.conn == mine.conn && other.frame == frame {
                hop = place;
            }
        }
        Some(hop)
    }

    /// The newest entries of an exchange, `most` of them, oldest first; its request is always there.
    pub fn steps(&self, hop: HopIndex, most: usize) -> Vec<EntryIndex> {
        let Some(hop) = self.get(hop) else {
            return Vec::new();
        };
        let mut entries = Vec::new();
        let mut at = hop.last;
        while let Some(link) = self.links.get(at as usize) {
            if entries.len() == most {
                entries.pop();
                entries.push(hop.request);
                break;
            }
            entries.push(link.entry);
            at = link.before;
        }
        entries.reverse();
        entries
    }

    /// The first entry of a row.
    pub fn entry_of(&self, row: HopRow) -> Option<EntryIndex> {
        match row {
            HopRow::Hop(hop) => Some(self.get(hop)?.request),
            HopRow::Entry(entry, _) => Some(entry),
        }
    }
}

/// Exchanges behind the first one of a frame that may carry it again.
const REDIRECTS: usize = 64;

fn short(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
