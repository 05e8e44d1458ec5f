//! The HTTP exchanges of a session: what is told of each in columns, and a row for every step that is worth one.
//!
//! An exchange is an HTTP request with its response. It keeps a few dozen bytes; headers and the like are read back
//! from its entries, which [`Hops::steps`] finds without looking through others.

use std::collections::HashMap;

use super::exchange::EntryIndex;
use super::symbols::{Symbol, Symbols};
use crate::mcp::http::headers;
use crate::note::Note;
use crate::note::http::Step;

/// Index of an HTTP exchange in the timeline, from 0. Not its number on its connection.
pub type HopIndex = u32;

/// No entry or exchange.
const NONE: u32 = u32::MAX;

/// An HTTP exchange. Times are in microseconds, at most about an hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    /// How long the name took to look up, if it was looked up.
    pub dns: Option<u32>,
    /// How long connecting took, TLS included, if a connection was made.
    pub connect: Option<u32>,
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

    /// Whether it went wrong: broken off, or refused. A probe may be refused, and so may a stream of the server's own.
    pub fn is_failure(&self) -> bool {
        self.broken || self.status >= 400
    }
}

/// What a row of HTTP is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HopRow {
    /// An exchange.
    Hop(HopIndex),
    /// Another entry: an event of a stream, a wait, the end of the connection. With its exchange, if it is of one.
    Entry(EntryIndex, Option<HopIndex>),
}

/// A step of an exchange, and the step before it.
#[derive(Debug, Clone, Copy)]
struct Link {
    entry: EntryIndex,
    before: u32,
}

/// See the module.
#[derive(Debug, Clone, Default)]
pub struct Hops {
    all: Vec<Hop>,
    rows: Vec<HopRow>,
    links: Vec<Link>,
    /// By connection and number.
    places: HashMap<(u32, u32), HopIndex>,
    /// By the frame their request carries; of several (redirects) the first, which leads to the others.
    carriers: HashMap<EntryIndex, HopIndex>,
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
                dns: None,
                connect: None,
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
        match step {
            Step::Request { .. } => {}
            Step::Response {
                status,
                headers,
                dns,
                connect,
                first_byte,
                ..
            } => {
                hop.status = *status;
                hop.mime = symbols.put(&headers::mime(headers));
                hop.dns = dns.map(short);
                hop.connect = connect.map(short);
                hop.first_byte = Some(short(*first_byte));
            }
            Step::Event { .. } => {
                hop.events += 1;
                self.rows.push(HopRow::Entry(index, found));
            }
            Step::End {
                size, took, error, ..
            } => {
                hop.size.1 = short(*size);
                hop.took = Some(short(*took));
                hop.broken = error.is_some();
            }
            Step::Wait { .. } => self.rows.push(HopRow::Entry(index, found)),
        }
        self.links.push(Link {
            entry: index,
            before: std::mem::replace(&mut hop.last, self.links.len() as u32),
        });
    }

    /// The rows, oldest first.
    pub fn rows(&self) -> &[HopRow] {
        &self.rows
    }

    /// All exchanges, in the order of their requests.
    pub fn all(&self) -> &[Hop] {
        &self.all
    }

    /// One exchange.
    pub fn get(&self, hop: HopIndex) -> Option<&Hop> {
        self.all.get(hop as usize)
    }

    /// The exchange of this number on a connection.
    pub fn numbered(&self, conn: u32, number: u32) -> Option<HopIndex> {
        self.places.get(&(conn, number)).copied()
    }

    /// The exchange that carried the frame of entry `frame`; where it was redirected, the last of them.
    pub fn carrier(&self, frame: EntryIndex) -> Option<HopIndex> {
        let mut hop = *self.carriers.get(&frame)?;
        // Redirects of one frame follow each other; there are few.
        let mine = self.get(hop)?;
        for (place, other) in (hop..).zip(&self.all[hop as usize..]).take(REDIRECTS) {
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
