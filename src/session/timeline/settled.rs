//! What came of a call in the end: of its last round, and of the task that it became.

use super::Timeline;
use super::exchange::{EntryIndex, ExchangeIndex, Status};
use super::tasks::Task;
use crate::jsonrpc::Id;

impl Timeline {
    /// The task that a call became.
    pub fn task_of_call(&self, index: ExchangeIndex) -> Option<&Task> {
        let last = self.last_round(index);
        let exchange = self.exchange(last)?;
        if exchange.status != Status::Task {
            return None;
        }
        let tasks = &self.state().connection(exchange.conn)?.tasks;
        tasks.of_exchange(index).or_else(|| tasks.of_exchange(last))
    }

    /// The entry that holds what came of a call, and the id of the request that it answers: its own, or the one that
    /// asked for what its task brought.
    pub fn settled(&self, index: ExchangeIndex) -> Option<(EntryIndex, Id)> {
        let last = self.exchange(self.last_round(index))?;
        if last.status != Status::Task {
            return Some((last.response?, last.id.clone()));
        }
        let entry = self.index_of_seq(self.task_of_call(index)?.outcome?.seq)?;
        // It was asked for after the call.
        let later = &self.exchanges()[index as usize..];
        let asked = later
            .iter()
            .find(|exchange| exchange.response == Some(entry))?;
        Some((entry, asked.id.clone()))
    }
}
