//! Looking at a value of a tree in another way: a string opened in place or alone, an array as a table. What is big is
//! made off this thread.

use std::sync::Arc;

use super::{Hand, Page, Place, Sight};
use crate::tui::effect::Effect;
use crate::tui::pane::{Ctx, Reply};
use crate::tui::panes::viewer::table::{Done, InTable};
use crate::tui::panes::viewer::{SEARCHED, Wrap};
use crate::tui::payload::{Opened, Opening, TabBody};
use crate::tui::widgets::json_table::{Sort, Table};
use crate::tui::widgets::json_tree::Swapped;
use crate::tui::widgets::plain::{Document, PlainState};

impl Page {
    /// Opens JSON in the selected string in place, or puts the string back.
    pub(in super::super) fn decode(&mut self, ctx: &Ctx<'_>) -> Reply {
        let Some(Sight::Tree(tree, state)) = self.sight() else {
            return Reply::say("Only strings of a tree can hold JSON.");
        };
        // From anywhere in an opened string it is closed.
        let row = tree.decoded_around(state.selected());
        if tree.bytes().len() > SEARCHED {
            let byte = row.start();
            return self.open_elsewhere(byte, Opening::InPlace, ctx);
        }
        match tree.toggle_decoded(&row) {
            Ok(swapped) => {
                self.swap(&swapped);
                Reply::done()
            }
            Err(why) => Reply::say(why),
        }
    }

    /// What is big is opened off this thread.
    pub(super) fn open_elsewhere(&mut self, byte: usize, opening: Opening, ctx: &Ctx<'_>) -> Reply {
        let viewer = ctx.ticket();
        self.opening = Some(viewer);
        Reply {
            say: Some("opening…".to_owned()),
            ..Reply::effect(Effect::OpenValue {
                viewer,
                body: self.tab.body.clone(),
                byte,
                opening,
            })
        }
    }

    /// Takes what was opened elsewhere.
    pub(in super::super) fn opened(
        &mut self,
        viewer: u64,
        result: &Result<Opened, String>,
        wrap: Wrap,
    ) -> bool {
        if self.opening != Some(viewer) {
            return false;
        }
        self.opening = None;
        match result {
            Ok(Opened::InPlace(swapped)) => self.swap(swapped),
            Ok(Opened::Table {
                table,
                sort,
                order,
                byte,
            }) => self.take_table(table, *sort, order, *byte),
            Ok(Opened::Alone(document)) => self.show_alone(Arc::clone(document), wrap),
            Err(_) => {}
        }
        true
    }

    pub(super) fn take_table(
        &mut self,
        table: &Arc<Table>,
        sort: Option<Sort>,
        order: &Arc<[u32]>,
        byte: usize,
    ) {
        match self.hand() {
            Some(Hand::Table(_, shown)) if shown.table.span() == table.span() => {
                shown.sorted(sort, Arc::clone(order));
            }
            _ => {
                self.show_table(InTable::new(Arc::clone(table), byte));
            }
        }
    }

    pub(super) fn swap(&mut self, swapped: &Swapped) {
        self.tab.body = TabBody::Tree(Arc::new(swapped.tree.clone()));
        if let Some(Place::Tree { state, .. }) = &mut self.place {
            state.swapped(swapped);
        }
    }

    pub(super) fn show_alone(&mut self, document: Arc<Document>, wrap: Wrap) {
        if let Some(Place::Tree { alone, .. }) = &mut self.place {
            *alone = Some((document, PlainState::new(wrap.text)));
        }
    }

    pub(super) fn show_table(&mut self, shown: InTable) -> Reply {
        self.opening = None;
        if let Some(Place::Tree { alone, table, .. }) = &mut self.place {
            *alone = None;
            *table = Some(shown);
        }
        Reply::done()
    }

    pub(super) fn after_table(&mut self, done: Done, ctx: &Ctx<'_>) -> Reply {
        let byte = match done {
            Done::Reply(reply) => return reply,
            Done::Elsewhere(byte, opening) => return self.open_elsewhere(byte, opening, ctx),
            Done::Leave(byte) => byte,
        };
        self.opening = None;
        if let (TabBody::Tree(tree), Some(Place::Tree { state, table, .. })) =
            (&self.tab.body, &mut self.place)
        {
            *table = None;
            if let Some(byte) = byte {
                state.reveal_byte(tree, byte);
            }
        }
        Reply::done()
    }
}
