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
    // A frame without a row of its own is an answer, so that this walk ends at its request.
    let answers = timeline
        .entry(entry)
        .is_some_and(|row| row.is_wire() && row.direction() != Direction::Here);
    if answers
        && let Some(asked) = rows[..own]
            .iter()
            .rposition(|row| response_of(timeline, *row) == Some(entry))
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
    let has = |entry: Option<EntryIndex>| {
        entry.is_some_and(|entry| wanted[entry as usize / 64] >> (entry % 64) & 1 == 1)
    };
    (0_u32..)
        .zip(timeline.rows())
        .filter(|(_, row)| has(timeline.entry_of(**row)) || has(response_of(timeline, **row)))
        .map(|(place, _)| place)
        .collect()
}

/// The request, or the only entry, unless that is a response.
pub fn request_of(timeline: &Timeline, row: Row) -> Option<EntryIndex> {
    match row {
        Row::Single(_) if is_response(timeline, row) => None,
        _ => timeline.entry_of(row),
    }
}

/// The response.
pub fn response_of(timeline: &Timeline, row: Row) -> Option<EntryIndex> {
    match row {
        Row::Exchange(index) => timeline.exchange(index)?.response,
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
