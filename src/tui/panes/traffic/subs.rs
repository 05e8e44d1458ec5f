//! The lists of the traffic: pairs, every frame, exchanges over HTTP, the pairs on a time line. Reads only the timeline; a row is a number
//! in one of its lists, and nothing is copied.

use super::rows;
use crate::filter::row::Item;
use crate::session::timeline::{
    EntryIndex, FrameKind, FrameRow, HopIndex, HopRow, Row, SingleKind, Timeline,
};
use crate::tui::effect::{Source, Subject};
use crate::tui::pane::Ctx;
use crate::tui::panes::stream::detail::messages;

/// The newest steps of an exchange that are shown; a stream may have a million.
const STEPS: usize = 500;

/// Which list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sub {
    /// A request with what became of it, and all that is neither.
    #[default]
    Pairs,
    /// Every frame, one by one.
    Messages,
    /// Exchanges over HTTP and what came with them.
    Http,
    /// The pairs once more, on a time line.
    Timeline,
}

/// A row of one of the lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    /// Of the pairs.
    Pair(Row),
    /// Of the frames: its entry, what it is, messages beyond the first.
    Frame(EntryIndex, FrameKind, u16),
    /// Of HTTP.
    Http(HopRow),
}

impl Sub {
    /// All, in the order of their tabs.
    pub const ALL: [Self; 4] = [Self::Pairs, Self::Messages, Self::Http, Self::Timeline];

    /// Its name, long and short.
    pub const fn title(self) -> (&'static str, &'static str) {
        match self {
            Self::Pairs => ("Pairs", "Pairs"),
            Self::Messages => ("Messages", "Msgs"),
            Self::Http => ("HTTP", "HTTP"),
            Self::Timeline => ("Timeline", "Time"),
        }
    }

    /// Whether its rows are the pairs.
    pub const fn is_pairs(self) -> bool {
        matches!(self, Self::Pairs | Self::Timeline)
    }

    /// The next one, around the end; or the one before.
    pub fn beside(self, forward: bool) -> Self {
        let step = if forward { 1 } else { Self::ALL.len() - 1 };
        Self::ALL[(self as usize + step) % Self::ALL.len()]
    }

    /// How many rows it has.
    pub fn len(self, timeline: &Timeline) -> usize {
        match self {
            Self::Pairs | Self::Timeline => timeline.rows().len(),
            Self::Messages => timeline.frames().len(),
            Self::Http => timeline.hops().rows().len(),
        }
    }

    /// One row.
    pub fn at(self, index: usize, timeline: &Timeline) -> Option<At> {
        Some(match self {
            Self::Pairs | Self::Timeline => At::Pair(*timeline.rows().get(index)?),
            Self::Messages => {
                let frame = timeline.frames().get(index)?;
                At::Frame(frame.entry, frame.kind, frame.more)
            }
            Self::Http => At::Http(*timeline.hops().rows().get(index)?),
        })
    }

    /// The number of the row an entry belongs to, or of the last one before it.
    pub fn place_of(self, entry: EntryIndex, timeline: &Timeline) -> Option<usize> {
        if self.is_pairs() {
            return rows::place_of(timeline, entry);
        }
        let hops = timeline.hops();
        // A frame is looked for in HTTP: it is the exchange that carried it.
        let carrier = hops.carrier(entry).filter(|_| self == Self::Http);
        let entry = carrier
            .and_then(|hop| hops.get(hop))
            .map_or(entry, |hop| hop.request);
        let len = self.len(timeline);
        let end = partition(len, |index| self.first(index, timeline) <= Some(entry));
        end.checked_sub(1).or((len > 0).then_some(0))
    }

    fn first(self, index: usize, timeline: &Timeline) -> Option<EntryIndex> {
        self.at(index, timeline)?.entry(timeline)
    }

    /// The numbers of the rows that any of these lines of the file belong to, ascending. One pass over the rows.
    pub fn with_seqs(self, seqs: &[u64], timeline: &Timeline) -> Vec<u32> {
        if self.is_pairs() {
            return rows::with_seqs(timeline, seqs);
        }
        let mut wanted: Vec<EntryIndex> = seqs
            .iter()
            .filter_map(|seq| {
                let index = timeline.index_of_seq(*seq)?;
                (timeline.entry(index)?.seq() == *seq).then_some(index)
            })
            .collect();
        wanted.sort_unstable();
        (0..self.len(timeline))
            .filter(|index| {
                self.first(*index, timeline)
                    .is_some_and(|entry| wanted.binary_search(&entry).is_ok())
            })
            .map(|index| index as u32)
            .collect()
    }
}

/// The first number of `0..len` for which `before` is false, where it is true of all below.
fn partition(len: usize, before: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, len);
    while low < high {
        let middle = low + (high - low) / 2;
        if before(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

impl At {
    /// As filters know it.
    pub fn item(self) -> Item {
        match self {
            Self::Pair(row) => Item::Pair(row),
            Self::Frame(entry, kind, more) => Item::Frame(FrameRow { entry, kind, more }),
            Self::Http(row) => Item::Http(row),
        }
    }

    /// Its first entry.
    pub fn entry(self, timeline: &Timeline) -> Option<EntryIndex> {
        match self {
            Self::Pair(row) => timeline.entry_of(row),
            Self::Frame(entry, ..) => Some(entry),
            Self::Http(row) => timeline.hops().entry_of(row),
        }
    }

    /// The entry that answers it, when that is another or it is an answer itself.
    pub fn answer(self, timeline: &Timeline) -> Option<EntryIndex> {
        match self {
            Self::Pair(row) => rows::response_of(timeline, row),
            Self::Frame(entry, FrameKind::Response(_), _) => Some(entry),
            Self::Frame(..) | Self::Http(_) => None,
        }
    }

    /// The row of the pairs that it is a part of.
    pub fn pair(self, timeline: &Timeline) -> Option<Row> {
        match self {
            Self::Pair(row) => Some(row),
            Self::Frame(_, FrameKind::Request(index) | FrameKind::Response(index), _) => {
                Some(Row::Exchange(index))
            }
            Self::Frame(_, FrameKind::Single(index), _) => Some(Row::Single(index)),
            Self::Http(row) => {
                let hop = timeline.hops().get(hop_of(row)?)?;
                let place = rows::place_of(timeline, hop.frame()?)?;
                timeline.rows().get(place).copied()
            }
        }
    }

    /// What the detail shows of it.
    pub fn subject(self, ctx: &Ctx<'_>) -> Option<Subject> {
        let timeline = ctx.timeline;
        if let Self::Frame(entry, ..) = self {
            return messages(Some(entry), None, ctx);
        }
        if let Self::Http(HopRow::Entry(entry, None)) = self {
            return messages(Some(entry), None, ctx);
        }
        let pair = self.pair(timeline);
        let first = pair.and_then(|row| timeline.entry_of(row));
        let second = pair
            .and_then(|row| rows::response_of(timeline, row))
            .filter(|entry| Some(*entry) != first);
        let (hop, leads) = match self {
            Self::Http(row) => (hop_of(row), true),
            _ => (
                first.and_then(|entry| timeline.hops().carrier(entry)),
                false,
            ),
        };
        let Some(hop) = hop else {
            return messages(first, second, ctx);
        };
        let steps: Vec<Source> = timeline
            .hops()
            .steps(hop, STEPS)
            .into_iter()
            .filter_map(|entry| ctx.source(entry))
            .collect();
        let carries = first
            .and_then(|entry| ctx.source(entry))
            .map(|first| (first, second.and_then(|entry| ctx.source(entry))));
        Some(Subject::Http {
            carries,
            steps: steps.into(),
            first: leads,
        })
    }

    /// The entry whose beginning it shows, if it shows one.
    pub fn shown(self, timeline: &Timeline, tall: bool) -> Option<EntryIndex> {
        match self {
            Self::Pair(row) => rows::shown(timeline, row, tall),
            Self::Frame(entry, FrameKind::Request(_) | FrameKind::Response(_), _) => {
                tall.then_some(entry)
            }
            Self::Frame(_, FrameKind::Single(index), _) => {
                rows::shown(timeline, Row::Single(index), tall)
            }
            Self::Http(HopRow::Hop(_)) => None,
            Self::Http(HopRow::Entry(entry, _)) => Some(entry),
        }
    }

    /// Whether it went wrong, as far as this row tells it.
    pub fn is_wrong(self, timeline: &Timeline) -> bool {
        match self {
            Self::Frame(_, FrameKind::Response(index), _) => timeline
                .exchange(index)
                .is_some_and(|exchange| timeline.went_wrong(exchange)),
            Self::Frame(_, FrameKind::Single(index), _) => {
                timeline.single_row(index).is_some_and(|single| {
                    !matches!(
                        single.kind,
                        SingleKind::Notification
                            | SingleKind::LateResponse
                            | SingleKind::Closing
                            | SingleKind::Other
                    )
                })
            }
            Self::Http(HopRow::Hop(hop)) => timeline
                .hops()
                .get(hop)
                .is_some_and(crate::session::timeline::Hop::is_failure),
            // Pairs have an index of their own.
            Self::Pair(_) | Self::Frame(..) | Self::Http(_) => false,
        }
    }
}

fn hop_of(row: HopRow) -> Option<HopIndex> {
    match row {
        HopRow::Hop(hop) => Some(hop),
        HopRow::Entry(_, hop) => hop,
    }
}

/// The row of the pairs that begins with an entry; else the entry alone.
pub fn of_entry(entry: EntryIndex, timeline: &Timeline) -> At {
    match timeline.exchange_of_request(entry) {
        Some(exchange) => At::Pair(Row::Exchange(exchange)),
        None => rows::place_of(timeline, entry)
            .and_then(|place| timeline.rows().get(place))
            .filter(|row| timeline.entry_of(**row) == Some(entry))
            .map_or(At::Http(HopRow::Entry(entry, None)), |row| At::Pair(*row)),
    }
}
