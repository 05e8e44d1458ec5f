//! What a tap does to the traffic at some entry: its rules, and the frames it holds back.

use std::collections::BTreeMap;
use std::fmt;

use super::frames::FrameKind;
use super::{EntryIndex, Timeline};
use crate::note::tapped::Deed;

/// Frames that were held or that something else went on for, that are remembered.
const REMEMBERED: usize = 10_000;

/// What a frame is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct About<'a> {
    /// Its method, or that of the request it answers.
    pub method: &'a str,
    /// The tool, the resource or the like.
    pub subject: &'a str,
    /// The number of the request it answers.
    pub answers: Option<u64>,
}

impl fmt::Display for About<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            method,
            subject,
            answers,
        } = self;
        let space = if subject.is_empty() { "" } else { " " };
        match answers {
            Some(request) => write!(formatter, "answer to {method}{space}{subject} (#{request})"),
            None => write!(formatter, "{method}{space}{subject}"),
        }
    }
}

impl Timeline {
    /// What the frame with this number is about; none when it is no message.
    pub fn about(&self, seq: u64) -> Option<About<'_>> {
        let entry: EntryIndex = self.with_seq(seq)?;
        let frames = self.frames();
        let row = frames.get(frames.partition_point(|row| row.entry < entry))?;
        if row.entry != entry {
            return None;
        }
        let of = |index| {
            let exchange = self.exchange(index)?;
            Some((exchange.method, exchange.subject, exchange.request))
        };
        let (method, subject, request) = match row.kind {
            FrameKind::Request(index) => {
                let (method, subject, _) = of(index)?;
                (method, subject, None)
            }
            FrameKind::Response(index) => {
                let (method, subject, request) = of(index)?;
                (method, subject, Some(self.entry(request)?.seq()))
            }
            FrameKind::Single(place) => {
                let single = self.single_row(place)?;
                (single.method, single.subject, None)
            }
        };
        let method = self.word(method);
        (!method.is_empty()).then(|| About {
            method,
            subject: self.word(subject),
            answers: request,
        })
    }
}

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct TapState {
    rules: Vec<Box<str>>,
    held: Vec<u64>,
    /// Since when each of these waits, in microseconds of the session.
    since: Vec<u64>,
    /// How long frames were held that wait no longer, in microseconds, by their numbers.
    waited: BTreeMap<u64, u64>,
    /// What went on in the place of which frame, both by their numbers, in their order.
    instead: Vec<(u64, u64)>,
}

impl TapState {
    /// Its rules, as they were given.
    pub fn rules(&self) -> &[Box<str>] {
        &self.rules
    }

    /// The frames that wait until somebody says what becomes of them, by their sequence numbers, oldest first.
    pub fn held(&self) -> &[u64] {
        &self.held
    }

    /// How long a frame was held, in microseconds.
    pub fn waited(&self, frame: u64) -> Option<u64> {
        self.waited.get(&frame).copied()
    }

    /// Since when a frame is held, in microseconds of the session.
    pub fn since(&self, frame: u64) -> Option<u64> {
        let at = self.held.iter().position(|held| *held == frame)?;
        self.since.get(at).copied()
    }

    /// The frame that something stands for which went on in its place.
    pub fn stands_for(&self, instead: u64) -> Option<u64> {
        let at = self.instead.binary_search_by_key(&instead, |(seq, _)| *seq);
        at.ok().map(|at| self.instead[at].1)
    }

    /// What went on last in the place of a frame.
    pub fn instead_of(&self, frame: u64) -> Option<u64> {
        let mut all = self.instead.iter().rev();
        all.find(|(_, of)| *of == frame)
            .map(|(instead, _)| *instead)
    }

    fn put(&mut self, instead: Option<u64>, frame: u64) {
        if let Some(instead) = instead {
            let is_next = self.instead.last().is_none_or(|(last, _)| *last < instead);
            if is_next && self.instead.len() < REMEMBERED {
                self.instead.push((instead, frame));
            }
        }
    }

    /// A frame waits no longer.
    fn let_go(&mut self, frame: u64, us: u64) {
        let Some(at) = self.held.iter().position(|held| *held == frame) else {
            return;
        };
        self.held.remove(at);
        let since = self.since.remove(at);
        if self.waited.len() < REMEMBERED {
            self.waited.insert(frame, us.saturating_sub(since));
        }
    }

    /// Takes what a tap did at `us` microseconds of the session.
    pub(super) fn fold(&mut self, deed: &Deed, us: u64) {
        match deed {
            Deed::Rules { rules } => {
                self.rules = rules.iter().map(|rule| rule.as_str().into()).collect();
            }
            Deed::Held { frame, .. } => {
                if !self.held.contains(frame) {
                    self.held.push(*frame);
                    self.since.push(us);
                }
            }
            Deed::LetGo { frame, instead, .. } => {
                self.let_go(*frame, us);
                self.put(*instead, *frame);
            }
            Deed::Struck { frame, instead, .. } => self.put(*instead, *frame),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::note::tapped::Fate;

    #[test]
    fn what_is_held_is_held_until_it_is_let_go() {
        let mut tap = TapState::default();
        let held = |frame| Deed::Held {
            frame,
            rule: "hold".to_owned(),
        };
        tap.fold(
            &Deed::Rules {
                rules: vec!["hold".to_owned()],
            },
            1,
        );
        for frame in [4, 7, 7, 9] {
            tap.fold(&held(frame), frame * 10);
        }
        assert_eq!((tap.held(), tap.rules().len()), (&[4, 7, 9][..], 1));
        assert_eq!((tap.since(7), tap.waited(7)), (Some(70), None));
        tap.fold(
            &Deed::LetGo {
                frame: 7,
                fate: Fate::Changed,
                why: None,
                instead: Some(12),
            },
            100,
        );
        assert_eq!((tap.since(7), tap.waited(7)), (None, Some(30)));
        assert_eq!(tap.held(), [4, 9]);
        assert_eq!((tap.stands_for(12), tap.stands_for(7)), (Some(7), None));
        tap.fold(&Deed::Rules { rules: Vec::new() }, 200);
        assert!(tap.rules().is_empty());
    }
}
