//! The request of the selected row: to be copied, or sent again.

use super::{Traffic, rows};
use crate::session::timeline::{EntryIndex, Row, Status};
use crate::tui::effect::Effect;
use crate::tui::pane::{Ctx, Reply};
use crate::tui::panes::copy_as::{Asked, Looked};

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
                Row::Exchange(index) => {
                    ctx.timeline.exchange(index).map(|exchange| exchange.status)
                }
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
}
