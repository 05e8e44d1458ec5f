//! Every frame of a session, one by one, in the order they were on the wire.

use super::exchange::{EntryIndex, ExchangeIndex};

/// What a frame is to the rows of the traffic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum FrameKind {
    /// It opened this exchange.
    Request(ExchangeIndex),
    /// It answered this exchange.
    Response(ExchangeIndex),
    /// It is a row of its own: a notification, an answer to nothing, no JSON-RPC.
    Single(u32),
}

/// A frame. Of a batch, the first message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct FrameRow {
    /// Its entry.
    pub entry: EntryIndex,
    /// What it is.
    pub kind: FrameKind,
    /// Messages in it beyond the first.
    pub more: u16,
}

/// Adds what a message of entry `entry` is; the first one of a frame makes its row.
pub(super) fn push(frames: &mut Vec<FrameRow>, entry: EntryIndex, kind: FrameKind) {
    match frames.last_mut() {
        Some(last) if last.entry == entry => last.more = last.more.saturating_add(1),
        _ => frames.push(FrameRow {
            entry,
            kind,
            more: 0,
        }),
    }
}
