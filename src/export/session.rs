//! A session file: every byte as it was recorded, or the chosen rows with what they need to be understood.

use std::collections::BTreeSet;

use super::{Chosen, Fault, Job};
use crate::note::Note;
use crate::session::codec;
use crate::session::timeline::{EntryIndex, Row, Status, Timeline};
use crate::session::{Channel, Direction, Entry, FORMAT, Header};

pub fn write(job: &mut Job<'_>) -> Result<(), Fault> {
    let material = job.material;
    let timeline = &material.timeline;
    let header = Header {
        format: FORMAT,
        ..material.header.clone()
    };
    job.put(codec::write_header(&header))?;
    let wanted = match job.chosen {
        Chosen::All => None,
        Chosen::Rows { rows, .. } => Some(wanted(timeline, rows)),
    };
    let mut line = Vec::new();
    let mut last = None;
    for index in 0..timeline.entries().len() as EntryIndex {
        if wanted
            .as_ref()
            .is_some_and(|wanted| !wanted.contains(&index))
        {
            continue;
        }
        job.step(index)?;
        let entry = job.entry(index)?;
        line.clear();
        codec::write(&entry, &mut line);
        job.put(&line)?;
        job.written += 1;
        last = Some(entry);
    }
    if let (Chosen::Rows { words, .. }, Some(last)) = (job.chosen, last) {
        let newest = timeline.entries().last();
        let all = timeline.entries().len();
        let what = format!(
            "an excerpt: {} of {all} entries were exported ({words})",
            job.written
        );
        let note = Entry {
            seq: newest.map_or(last.seq, |entry| entry.seq()) + 1,
            conn: 0,
            channel: Channel::Note,
            direction: Direction::Here,
            aux: false,
            body: Note::Remark { what }.to_json().into_bytes(),
            ending: "\n".into(),
            extra: None,
            us: material.last_us(),
            at: newest.map_or(last.at, |entry| entry.at()),
        };
        line.clear();
        codec::write(&note, &mut line);
        job.put(&line)?;
    }
    Ok(())
}

/// The entries of some rows, and those without which their connections would be nameless.
fn wanted(timeline: &Timeline, rows: &[Row]) -> BTreeSet<EntryIndex> {
    let mut wanted = BTreeSet::new();
    let mut connections = BTreeSet::from([0]);
    let exchange = |index: u32, wanted: &mut BTreeSet<EntryIndex>| {
        let exchange = timeline.exchange(index)?;
        let ends = [Some(exchange.request), exchange.response, exchange.ended];
        for entry in ends.into_iter().flatten() {
            wanted.insert(entry);
            if let Some(hop) = timeline.hops().carrier(entry) {
                wanted.extend(timeline.hops().steps(hop, usize::MAX));
            }
        }
        Some(exchange.conn)
    };
    for row in rows {
        match *row {
            Row::Exchange(index) => {
                for round in timeline.rounds(index) {
                    connections.extend(exchange(round, &mut wanted));
                    for question in timeline.questions().of_call(round) {
                        wanted.insert(question.entry);
                        wanted.extend(question.end.as_ref().map(|(end, _)| *end));
                    }
                }
            }
            Row::Single(index) => {
                if let Some(single) = timeline.single_row(index) {
                    wanted.insert(single.entry);
                    let entry = timeline.entry(single.entry);
                    connections.extend(entry.map(|entry| entry.conn()));
                }
            }
        }
    }
    // How each of these connections came to be, and how it opened.
    for (number, opens) in timeline.exchanges().iter().enumerate() {
        let method = timeline.word(opens.method);
        let opens = connections.contains(&opens.conn)
            && opens.status == Status::Ok
            && matches!(method, "initialize" | "server/discover");
        if opens {
            exchange(number as u32, &mut wanted);
        }
    }
    let steps: BTreeSet<EntryIndex> = (0..timeline.hops().all().len() as u32)
        .flat_map(|hop| timeline.hops().steps(hop, usize::MAX))
        .collect();
    for (index, entry) in (0..).zip(timeline.entries()) {
        let told = entry.is_ours() && !steps.contains(&index);
        if told && connections.contains(&entry.conn()) {
            wanted.insert(index);
        }
    }
    wanted
}
