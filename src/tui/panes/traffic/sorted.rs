//! The rows of a list in another order than they were recorded in: by how long they took, how big, how they ended.
//!
//! Owns the keys and the order. Few rows are sorted at once; of many, keys are gathered a part at a time and sorted
//! elsewhere, and rows that arrive later are put where they belong. What is not known yet is first.

use std::sync::Arc;

use super::subs::{At, Sub};
use crate::session::timeline::{HopRow, Row, Status, Timeline};

/// Rows that are sorted at once, and whose keys are gathered for one frame.
const AT_ONCE: usize = 20_000;

/// By what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The newest first.
    Newest,
    /// How long it took; the longest first.
    Took,
    /// How big it is; the biggest first.
    Size,
    /// How it ended; what went wrong first.
    Status,
}

impl By {
    /// In the order they are gone through.
    pub const ALL: [Self; 4] = [Self::Took, Self::Size, Self::Status, Self::Newest];

    /// In words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Newest => "newest first",
            Self::Took => "longest first",
            Self::Size => "biggest first",
            Self::Status => "failures first",
        }
    }

    /// What a row is sorted by: greater is first. And whether that may change.
    fn key(self, at: At, number: u32, timeline: &Timeline) -> (u64, bool) {
        match self {
            Self::Newest => (u64::from(number), false),
            Self::Size => size(at, timeline),
            Self::Took => took(at, timeline),
            Self::Status => status(at, timeline),
        }
    }
}

/// See the module.
#[derive(Debug, Clone)]
pub struct Sorted {
    by: By,
    /// By number.
    keys: Arc<Vec<u64>>,
    /// Numbers, in order; empty until it is known.
    places: Vec<u32>,
    /// Numbers whose key may change.
    open: Vec<u32>,
    entries: usize,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Keys are being gathered.
    Gathering,
    /// It is being sorted elsewhere, under this number.
    Asked(u64),
    /// It is sorted.
    Done,
}

/// What is to be done for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Work {
    /// Nothing.
    None,
    /// To be called again soon.
    GoOn,
    /// These keys are to be sorted, greatest first, and the order given back under the number.
    Sort(u64, Arc<Vec<u64>>),
}

impl Sorted {
    /// Not sorted yet.
    pub fn new(by: By) -> Self {
        Self {
            by,
            keys: Arc::default(),
            places: Vec::new(),
            open: Vec::new(),
            entries: 0,
            state: State::Gathering,
        }
    }

    /// By what it is sorted.
    pub fn by(&self) -> By {
        self.by
    }

    /// Whether the order is known.
    pub fn is_done(&self) -> bool {
        self.state == State::Done
    }

    /// The numbers, in order.
    pub fn places(&self) -> &[u32] {
        &self.places
    }

    /// Takes what is new.
    pub fn take(&mut self, sub: Sub, timeline: &Timeline, ticket: impl FnOnce() -> u64) -> Work {
        let rows = sub.len(timeline);
        match self.state {
            State::Asked(_) => Work::None,
            State::Gathering => {
                self.gather(rows.min(self.keys.len() + AT_ONCE), sub, timeline);
                if self.keys.len() < rows {
                    return Work::GoOn;
                }
                self.entries = timeline.entries().len();
                if rows <= AT_ONCE {
                    self.places = order(&self.keys);
                    self.state = State::Done;
                    return Work::None;
                }
                let ticket = ticket();
                self.state = State::Asked(ticket);
                Work::Sort(ticket, Arc::clone(&self.keys))
            }
            State::Done => {
                if self.entries != timeline.entries().len() {
                    self.entries = timeline.entries().len();
                    self.renew(rows, sub, timeline);
                }
                Work::None
            }
        }
    }

    /// Takes the order that was made elsewhere, if it was asked for.
    pub fn sorted(&mut self, ticket: u64, places: &[u32]) -> bool {
        let ours = self.state == State::Asked(ticket);
        if ours {
            places.clone_into(&mut self.places);
            self.state = State::Done;
            // What arrived meanwhile is not in it.
            self.entries = 0;
        }
        ours
    }

    fn gather(&mut self, upto: usize, sub: Sub, timeline: &Timeline) {
        let keys = Arc::make_mut(&mut self.keys);
        for number in keys.len()..upto {
            let at = sub.at(number, timeline);
            let (key, open) = at.map_or((0, false), |at| self.by.key(at, number as u32, timeline));
            keys.push(key);
            if open {
                self.open.push(number as u32);
            }
        }
    }

    /// Puts new rows, and rows whose key changed, where they belong.
    fn renew(&mut self, rows: usize, sub: Sub, timeline: &Timeline) {
        let mut moved: Vec<u32> = Vec::new();
        let keys = Arc::make_mut(&mut self.keys);
        let by = self.by;
        self.open.retain(|number| {
            let at = sub.at(*number as usize, timeline);
            let (key, open) = at.map_or((0, false), |at| by.key(at, *number, timeline));
            if keys[*number as usize] != key {
                keys[*number as usize] = key;
                moved.push(*number);
            }
            open
        });
        if !moved.is_empty() {
            moved.sort_unstable();
            self.places
                .retain(|number| moved.binary_search(number).is_err());
        }
        moved.extend(self.keys.len() as u32..rows as u32);
        self.gather(rows, sub, timeline);
        let keys = &self.keys;
        let before =
            |one: u32, other: u32| (keys[other as usize], one) < (keys[one as usize], other);
        moved.sort_unstable_by_key(|number| (u64::MAX - keys[*number as usize], *number));
        if moved.len() <= 64 {
            for number in moved {
                let place = self.places.partition_point(|other| before(*other, number));
                self.places.insert(place, number);
            }
            return;
        }
        let mut merged = Vec::with_capacity(self.places.len() + moved.len());
        let mut old = self.places.iter().copied().peekable();
        for number in moved {
            while let Some(other) = old.next_if(|other| before(*other, number)) {
                merged.push(other);
            }
            merged.push(number);
        }
        merged.extend(old);
        self.places = merged;
    }
}

/// Numbers in the order of their keys, greatest first; of equal ones the older first.
pub fn order(keys: &[u64]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..keys.len() as u32).collect();
    order.sort_unstable_by_key(|number| (u64::MAX - keys[*number as usize], *number));
    order
}

fn took(at: At, timeline: &Timeline) -> (u64, bool) {
    match at {
        At::Pair(Row::Exchange(index)) if timeline.goes_on(index) => (u64::MAX, true),
        At::Pair(Row::Exchange(index)) => {
            let spans = timeline.spans(index, 0);
            let wants = timeline.status(index) == Status::InputRequired;
            (spans.whole.saturating_add(1), wants)
        }
        At::Frame(_, crate::session::timeline::FrameKind::Response(index), _) => {
            let took = timeline.exchange(index).and_then(|one| timeline.took(one));
            (took.map_or(0, |us| us + 1), false)
        }
        At::Http(HopRow::Hop(hop)) => match timeline.hops().get(hop).map(|hop| hop.took) {
            Some(Some(us)) => (u64::from(us) + 1, false),
            _ => (u64::MAX, true),
        },
        At::Pair(Row::Single(_)) | At::Frame(..) | At::Http(HopRow::Entry(..)) => (0, false),
    }
}

fn size(at: At, timeline: &Timeline) -> (u64, bool) {
    let of = |entry| {
        timeline
            .entry(entry)
            .map_or(0, crate::session::timeline::EntryRow::size)
    };
    match at {
        At::Pair(Row::Exchange(index)) => {
            let last = timeline.exchange(timeline.last_round(index));
            let answer = last.and_then(|last| last.response).map_or(0, of);
            let asked = at.entry(timeline).map_or(0, of);
            let open = timeline.goes_on(index) || timeline.status(index) == Status::InputRequired;
            (asked + answer, open)
        }
        At::Http(HopRow::Hop(hop)) => timeline.hops().get(hop).map_or((0, false), |hop| {
            (
                u64::from(hop.size.0) + u64::from(hop.size.1),
                hop.took.is_none(),
            )
        }),
        At::Pair(_) | At::Frame(..) | At::Http(_) => (at.entry(timeline).map_or(0, of), false),
    }
}

fn status(at: At, timeline: &Timeline) -> (u64, bool) {
    let rank = |status: Status, wrong: bool| match status {
        _ if wrong => 9,
        Status::Pending => 8,
        Status::InputRequired => 7,
        Status::Cancelled => 6,
        Status::Task => 5,
        _ => 4,
    };
    match at {
        At::Pair(Row::Exchange(index)) => {
            let status = timeline.status(index);
            let last = timeline.exchange(timeline.last_round(index));
            let wrong = last.is_some_and(|last| timeline.went_wrong(last));
            let open =
                timeline.goes_on(index) || matches!(status, Status::InputRequired | Status::Task);
            (rank(status, wrong), open)
        }
        At::Pair(Row::Single(_)) => (
            u64::from(super::failures::is_wrong(at, timeline)) * 9,
            false,
        ),
        At::Frame(..) => (u64::from(at.is_wrong(timeline)) * 9, false),
        At::Http(HopRow::Hop(hop)) => timeline.hops().get(hop).map_or((0, false), |one| {
            let wrong = u64::from(at.is_wrong(timeline)) * 1_000;
            (wrong + u64::from(one.status), one.took.is_none())
        }),
        At::Http(HopRow::Entry(..)) => (0, false),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::tui::panes::stream::fixture::Stage;

    /// Opens and answers requests in any interleaving.
    fn line(turn: u8, next: &mut u64, open: &mut Vec<u64>) -> String {
        if open.is_empty() || turn.is_multiple_of(2) {
            *next += 1;
            open.push(*next);
            return format!(
                r#"> {{"jsonrpc":"2.0","id":{next},"method":"m","params":{{"x":"{}"}}}}"#,
                "a".repeat(turn.into())
            );
        }
        let id = open.remove(usize::from(turn) % open.len());
        match turn % 3 {
            0 => format!(r#"< {{"jsonrpc":"2.0","id":{id},"error":{{"code":-1}}}}"#),
            _ => format!(r#"< {{"jsonrpc":"2.0","id":{id},"result":{{}}}}"#),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn what_arrives_is_put_where_sorting_all_would(turns in prop::collection::vec(any::<u8>(), 1..120), by in 0_usize..4) {
            let by = By::ALL[by];
            let mut stage = Stage::of(&[]);
            let (mut next, mut open) = (0, Vec::new());
            let mut grown = Sorted::new(by);
            grown.take(Sub::Pairs, &stage.timeline, || 1);
            for (count, turn) in turns.iter().enumerate() {
                let line = line(*turn, &mut next, &mut open);
                stage.push(&[&line]);
                if count % 5 == 0 {
                    grown.take(Sub::Pairs, &stage.timeline, || 1);
                }
            }
            grown.take(Sub::Pairs, &stage.timeline, || 1);
            let mut anew = Sorted::new(by);
            anew.take(Sub::Pairs, &stage.timeline, || 1);
            prop_assert_eq!(grown.places(), anew.places());
        }
    }

    #[test]
    fn many_rows_are_gathered_in_parts_and_sorted_elsewhere() {
        let mut stage = Stage::of(&[]);
        stage.flood(160_000);
        let mut sorted = Sorted::new(By::Newest);
        let mut parts = 0;
        let keys = loop {
            match sorted.take(Sub::Pairs, &stage.timeline, || 7) {
                Work::GoOn => parts += 1,
                Work::Sort(7, keys) => break keys,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!((parts, sorted.is_done()), (3, false));
        stage.flood(4);
        assert!(!sorted.sorted(8, &[]) && sorted.sorted(7, &order(&keys)));
        sorted.take(Sub::Pairs, &stage.timeline, || 9);
        let newest = stage.timeline.rows().len() as u32 - 1;
        assert_eq!(sorted.places()[..2], [newest, newest - 1]);
        assert_eq!(sorted.places().len(), newest as usize + 1);
    }
}
