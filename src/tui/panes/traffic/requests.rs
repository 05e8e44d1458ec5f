//! The request of the selected row: to be copied, or sent again.

use super::{Traffic, rows};
use crate::session::timeline::{EntryIndex, Row, Status};
use crate::tui::effect::Effect;
use crate::tui::pane::{Ctx, Go, Reply};
use crate::tui::panes::copy_as::{Asked, Looked};
use crate::tui::panes::request;

impl Traffic {
    /// The body to copy, or why there is none.
    pub(super) fn copied(&self, response: bool, ctx: &Ctx<'_>) -> Result<EntryIndex, &'static str> {
        self.at(ctx).ok_or("There is no row yet.")?;
        let row = self.row(ctx).ok_or("This row carries no message.")?;
        let entry = if response {
            rows::response_of(ctx.timeline, row)
        } else {
            rows::request_of(ctx.timeline, row)
        };
        entry.ok_or_else(|| {
            let status = match row {
                Row::Exchange(index) => Some(ctx.timeline.status(index)),
                Row::Single(_) => None,
            };
            match (response, status) {
                (false, _) => "This row is a response, without its request.",
                (true, Some(Status::Pending)) => "It is not answered yet.",
                (true, Some(_)) => "It was never answered.",
                (true, None) => "This row has no response.",
            }
        })
    }

    pub(super) fn copy(&self, response: bool, ctx: &Ctx<'_>) -> Reply {
        match self.copied(response, ctx) {
            Ok(entry) => Reply::effects(
                ctx.source(entry)
                    .map(Effect::CopyBody)
                    .into_iter()
                    .collect(),
            ),
            Err(why) => Reply::say(why),
        }
    }

    /// The request of the row.
    pub(super) fn asked(&self, ctx: &Ctx<'_>) -> Looked {
        self.copied(false, ctx).map(Asked::Sent)
    }

    /// The entry that would be sent again: the frame of the row, or the request of its pair.
    fn sendable(&self, ctx: &Ctx<'_>) -> Option<EntryIndex> {
        ctx.timeline.entry_of(self.row(ctx)?)
    }

    /// Why it cannot be sent again, or not be changed first.
    pub(super) fn why_not_again(&self, edit: bool, ctx: &Ctx<'_>) -> Option<String> {
        match self.sendable(ctx) {
            Some(entry) => request::why_not_again(entry, edit, ctx),
            None => Some("There is no row with a message.".to_owned()),
        }
    }

    /// Has it sent again, or changed first.
    pub(super) fn again(&self, edit: bool, ctx: &Ctx<'_>) -> Reply {
        match (self.why_not_again(edit, ctx), self.sendable(ctx)) {
            (None, Some(entry)) => Reply::go(Go::Again(entry, edit)),
            (Some(why), _) => Reply::say(why),
            (None, None) => Reply::ignored(),
        }
    }
}
