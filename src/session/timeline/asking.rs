//! What entries mean for questions and conversations: the way from the fold to questions and rounds.

use super::exchange::{EntryIndex, ExchangeIndex};
use super::rounds::Opened;
use super::{Timeline, hash};
use crate::jsonrpc::Id;
use crate::mcp::facts::{Detail, Message};
use crate::note::Note;
use crate::note::asked::Asking;
use crate::session::Direction;
use crate::session::recorded::{Facts, Recorded};

impl Timeline {
    /// What an entry means for questions and conversations, beyond the exchanges it opens and ends.
    pub(super) fn ask(&mut self, index: EntryIndex, entry: &Recorded) {
        match &entry.facts {
            Facts::Note(Note::Asking(step)) => {
                let exchange_of = |id: &Id| self.request(entry.conn, Direction::Out, id);
                if let Asking::Round { id, of, .. } = step
                    && let Some(before) = exchange_of(&Id::read(of.as_bytes()))
                {
                    self.rounds.announce(entry.conn, id, before);
                }
                let mut questions = std::mem::take(&mut self.questions);
                questions.noted(index, entry.conn, step, |id| {
                    // What is asked while the result of a task is waited for belongs to the call it was made of.
                    let task = self.state.awaited_task(entry.conn, id);
                    task.and_then(|task| self.made_of(entry.conn, task))
                        .or_else(|| self.request(entry.conn, Direction::Out, id))
                });
                self.questions = questions;
            }
            Facts::Note(Note::Exit { .. } | Note::StartFailed { .. } | Note::Closed { .. }) => {
                self.questions.connection_ended(index, entry.conn);
            }
            _ => self.questions.seen(index, entry),
        }
    }

    /// The newest request with this id, pending or over.
    fn request(&self, conn: u32, direction: Direction, id: &Id) -> Option<ExchangeIndex> {
        self.state
            .waiting_for(conn, direction, id)
            .map(|waiting| waiting.exchange)
            .or_else(|| self.finished.get(&hash(conn, direction, id)).copied())
    }

    /// The call that a task was made of.
    fn made_of(&self, conn: u32, task: &str) -> Option<ExchangeIndex> {
        self.state.connection(conn)?.tasks.get(task)?.exchange
    }

    /// The request that a new one of ours goes on with, if it does.
    pub(super) fn goes_on_with(
        &mut self,
        index: EntryIndex,
        id: &Id,
        message: &Message,
        opened: Opened,
    ) -> Option<ExchangeIndex> {
        let again = match &message.detail {
            Detail::Again(again) => Some(again),
            _ => None,
        };
        let opened = Opened {
            state: again.and_then(|again| again.state),
            ..opened
        };
        let before = self
            .rounds
            .opened(&id.to_json(), &opened, again.is_some())?;
        if let Some(again) = again {
            self.questions.went_on(index, opened.conn, before, again);
        }
        Some(before)
    }
}
