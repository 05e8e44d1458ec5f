//! The fold as bytes, to be kept beside its file, and back. What comes back is what the fold over the file gives.
//!
//! Everything is written as it is, but for what the rest tells: which exchange had which id, and what most entries
//! have in common with the one before.

use std::collections::HashMap;

use super::{ChannelTag, EntryRow, Timeline, hash};
use crate::pack::{self, PackError, fold_sign, put_number, take_number, unfold_sign};
use crate::session::Direction;

// Nothing in it is unequal to itself.
impl Eq for Timeline {}

impl Timeline {
    /// Appends it to `out`. Not while a moment is shown: then it is not what the fold gave.
    pub fn pack(&self, out: &mut Vec<u8>) -> Result<(), PackError> {
        if self.shown.is_some() {
            return Err(serde::ser::Error::custom("a moment is shown"));
        }
        pack::write(self, out)
    }

    /// Reads what [`Timeline::pack`] wrote.
    pub fn unpack(bytes: &[u8]) -> Result<Self, PackError> {
        let mut timeline: Self = pack::read(bytes)?;
        let ended = timeline
            .exchanges
            .iter()
            .filter(|exchange| exchange.ended.is_some());
        let mut finished = HashMap::with_capacity(ended.clone().count());
        // An id that was used again means the newer request, which also ended later.
        for (index, exchange) in timeline.exchanges.iter().enumerate() {
            if exchange.ended.is_none() {
                continue;
            }
            let request = timeline.entries.get(exchange.request as usize);
            let direction = request
                .ok_or_else(|| <PackError as serde::de::Error>::custom("a request without entry"))?
                .direction;
            finished.insert(hash(exchange.conn, direction, &exchange.id), index as u32);
        }
        timeline.finished = finished;
        Ok(timeline)
    }
}

/// An entry as far as it differs from what is to be expected after the one before.
pub(super) mod entries {
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    use super::{EntryRow, PackError, put, take, take_number};
    use crate::pack::put_number;

    pub fn serialize<S: Serializer>(entries: &[EntryRow], to: S) -> Result<S::Ok, S::Error> {
        let mut out = Vec::with_capacity(entries.len() * 12);
        put_number(entries.len() as u64, &mut out);
        let mut before = EntryRow::FIRST;
        for entry in entries {
            put(&before, entry, &mut out);
            before = *entry;
        }
        to.serialize_bytes(&out)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<EntryRow>, D::Error> {
        let mut bytes = <&[u8]>::deserialize(from)?;
        let broken = || D::Error::custom(<PackError as serde::de::Error>::custom("entries"));
        let count = take_number(&mut bytes).ok_or_else(broken)? as usize;
        // Each takes more than one byte.
        if count > bytes.len() {
            return Err(broken());
        }
        let mut entries = Vec::with_capacity(count);
        let mut before = EntryRow::FIRST;
        for _ in 0..count {
            before = take(&before, &mut bytes).ok_or_else(broken)?;
            entries.push(before);
        }
        if bytes.is_empty() {
            Ok(entries)
        } else {
            Err(broken())
        }
    }
}

const CHANNELS: [ChannelTag; 7] = [
    ChannelTag::Wire,
    ChannelTag::Stdout,
    ChannelTag::Stderr,
    ChannelTag::Process,
    ChannelTag::Http,
    ChannelTag::Note,
    ChannelTag::Other,
];
const DIRECTIONS: [Direction; 3] = [Direction::Out, Direction::In, Direction::Here];

impl EntryRow {
    /// What the first entry is compared with.
    const FIRST: Self = Self {
        offset: 0,
        us: 0,
        at_us: 0,
        length: 0,
        seq: 0,
        size: 0,
        conn: 0,
        channel: ChannelTag::Wire,
        direction: Direction::Out,
        aux: false,
    };
}

/// The bits of the first byte: three for the channel, two for the direction, and these.
const AUX: u8 = 1 << 5;
const SEQ: u8 = 1 << 6;
const OFFSET: u8 = 1 << 7;

fn put(before: &EntryRow, entry: &EntryRow, out: &mut Vec<u8>) {
    let mut bits = entry.channel as u8 | (entry.direction as u8) << 3;
    let (seq, offset) = expected(before);
    bits |= if entry.aux { AUX } else { 0 };
    bits |= if entry.seq == seq { 0 } else { SEQ };
    bits |= if entry.offset == offset { 0 } else { OFFSET };
    out.push(bits);
    if bits & SEQ != 0 {
        put_number(entry.seq.into(), out);
    }
    if bits & OFFSET != 0 {
        put_number(entry.offset, out);
    }
    let difference = |now: u64, then: u64| fold_sign(now.wrapping_sub(then).cast_signed());
    put_number(difference(entry.us, before.us), out);
    // Both clocks mostly go at the same pace.
    let apart = |row: &EntryRow| row.at_us.wrapping_sub(row.us.cast_signed());
    put_number(fold_sign(apart(entry).wrapping_sub(apart(before))), out);
    put_number(entry.length.into(), out);
    put_number(difference(entry.length.into(), entry.size.into()), out);
    put_number(entry.conn.into(), out);
}

fn take(before: &EntryRow, bytes: &mut &[u8]) -> Option<EntryRow> {
    let (bits, rest) = bytes.split_first()?;
    *bytes = rest;
    let (mut seq, mut offset) = expected(before);
    if bits & SEQ != 0 {
        seq = take_number(bytes)?.try_into().ok()?;
    }
    if bits & OFFSET != 0 {
        offset = take_number(bytes)?;
    }
    let mut signed = || Some(unfold_sign(take_number(bytes)?));
    let us = before.us.wrapping_add(signed()?.cast_unsigned());
    let apart = before.at_us.wrapping_sub(before.us.cast_signed());
    let at_us = us.cast_signed().wrapping_add(apart.wrapping_add(signed()?));
    let length: u32 = take_number(bytes)?.try_into().ok()?;
    let beyond = unfold_sign(take_number(bytes)?);
    Some(EntryRow {
        offset,
        us,
        at_us,
        length,
        seq,
        size: i64::from(length).checked_sub(beyond)?.try_into().ok()?,
        conn: take_number(bytes)?.try_into().ok()?,
        channel: *CHANNELS.get(usize::from(bits & 7))?,
        direction: *DIRECTIONS.get(usize::from(bits >> 3 & 3))?,
        aux: bits & AUX != 0,
    })
}

/// The number and the place that follow on an entry.
fn expected(before: &EntryRow) -> (u32, u64) {
    let end = before.offset.wrapping_add(before.length.into());
    (before.seq.wrapping_add(1), end)
}
