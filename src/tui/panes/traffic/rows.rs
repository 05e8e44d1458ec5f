//! From entries to the rows they belong to. Reads only the timeline.

use crate::session::Direction;
use crate::session::timeline::{EntryIndex, Row, SingleKind, Timeline};

/// The number of the row an entry belongs to: its own, that of the request it answers, else the last one before it.
pub fn place_of(timeline: &Timeline, entry: EntryIndex) -> Option<usize> {
    let rows = timeline.rows();
    let begins = |row: &Row| timeline.entry_of(*row);
    let own = rows.partition_point(|row| begins(row) < Some(entry));
    if rows.get(own).and_then(begins) == Some(entry) {
        return Some(own);
    }
    // A frame without a row of its own is an answer or a later round, so that this walk ends at its request.
    let answers = timeline
        .entry(entry)
        .is_some_and(|row| row.is_wire() && row.direction() != Direction::Here);
    if answers
        && let Some(asked) = rows[..own]
            .iter()
            .rposition(|row| holds(timeline, *row, |other| other == entry))
    {
        return Some(asked);
    }
    own.checked_sub(1).or((!rows.is_empty()).then_some(0))
}

/// The numbers of the rows that any of these lines of the file belong to, ascending. One pass over the rows.
pub fn with_seqs(timeline: &Timeline, seqs: &[u64]) -> Vec<u32> {
    let mut wanted = vec![0_u64; timeline.entries().len().div_ceil(64)];
    for seq in seqs {
        if let Some(index) = timeline.index_of_seq(*seq)
            && timeline
                .entry(index)
                .is_some_and(|entry| entry.seq() == *seq)
        {
            wanted[index as usize / 64] |= 1 << (index % 64);
        }
    }
    let has = |entry: EntryIndex| wanted[entry as usize / 64] >> (entry % 64) & 1 == 1;
    (0_u32..)
        .zip(timeline.rows())
        .filter(|(_, row)| holds(timeline, **row, has))
        .map(|(place, _)| place)
        .collect()
}

/// Whether an entry of the row is one of those that are meant: of a conversation, all its requests and responses.
fn holds(timeline: &Timeline, row: Row, mut meant: impl FnMut(EntryIndex) -> bool) -> bool {
    let Row::Exchange(index) = row else {
        return timeline.entry_of(row).is_some_and(meant);
    };
    let mut in_one = |index| {
        timeline.exchange(index).is_some_and(|exchange| {
            meant(exchange.request) || exchange.response.is_some_and(&mut meant)
        })
    };
    match timeline.round_count(index) {
        1 => in_one(index),
        _ => timeline.rounds(index).into_iter().any(in_one),
    }
}

/// The request, or the only entry, unless that is a response.
pub fn request_of(timeline: &Timeline, row: Row) -> Option<EntryIndex> {
    match row {
        Row::Single(_) if is_response(timeline, row) => None,
        _ => timeline.entry_of(row),
    }
}

/// The response; of a conversation the newest.
pub fn response_of(timeline: &Timeline, row: Row) -> Option<EntryIndex> {
    match row {
        Row::Exchange(index) if timeline.round_count(index) == 1 => {
            timeline.exchange(index)?.response
        }
        Row::Exchange(index) => timeline
            .rounds(index)
            .into_iter()
            .rev()
            .find_map(|round| timeline.exchange(round)?.response),
        Row::Single(_) if is_response(timeline, row) => timeline.entry_of(row),
        Row::Single(_) => None,
    }
}

fn is_response(timeline: &Timeline, row: Row) -> bool {
    let Row::Single(index) = row else {
        return false;
    };
    timeline.single_row(index).is_some_and(|single| {
        matches!(
            single.kind,
            SingleKind::LateResponse
                | SingleKind::Closing
                | SingleKind::DuplicateResponse
                | SingleKind::UnknownResponse
                | SingleKind::ResponseWithoutId
        )
    })
}

/// The entry whose beginning a row shows, if it shows one. Most frames tell everything by method and subject.
pub fn shown(timeline: &Timeline, row: Row, tall: bool) -> Option<EntryIndex> {
    match row {
        Row::Exchange(_) => tall.then(|| timeline.entry_of(row)).flatten(),
        Row::Single(index) => {
            let single = timeline.single_row(index)?;
            let has = match single.kind {
                SingleKind::Notification => matches!(
                    timeline.word(single.method),
                    "notifications/message" | "notifications/progress"
                ),
                SingleKind::Junk
                | SingleKind::Process
                | SingleKind::Http
                | SingleKind::Note
                | SingleKind::Other => true,
                _ => tall,
            };
            has.then_some(single.entry)
        }
    }
}
