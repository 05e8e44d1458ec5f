//! Lists of several servers in one: which they are, and whose the selected item is.
//!
//! What is done to an item is done on its own server: all of the pane looks at that one meanwhile.

use std::sync::Arc;

use super::CataloguePane;
use super::listing::{Browse, Home};
use crate::mcp::types::List;
use crate::tui::pane::Ctx;

/// Under which the list of several servers is kept; no server is called that.
const TOGETHER: &str = "\n";

impl CataloguePane {
    /// Takes what servers have listed by now, and finds the selected item again. When another server is looked at than
    /// before, its item is selected.
    pub(super) fn sync(&mut self, ctx: &Ctx<'_>) {
        let name = ctx.server().map_or("", |server| server.name.as_str());
        let turned = *self.looked != *name;
        if turned {
            self.looked = name.into();
        }
        self.resync(ctx, turned.then_some(name));
    }

    /// The same, with whoever is looked at; that of `turned` is selected.
    pub(super) fn resync(&mut self, ctx: &Ctx<'_>, turned: Option<&str>) {
        let together = ctx.together();
        let shown = match ctx.server() {
            _ if !together.is_empty() => TOGETHER,
            Some(server) => &server.name,
            None => "",
        };
        let another = *self.shown != *shown;
        if another {
            self.shown = shown.into();
        }
        let places = if together.is_empty() {
            vec![ctx.current]
        } else {
            together
        };
        let homes: Vec<Home<'_>> = places
            .iter()
            .filter_map(|place| ctx.servers.get(*place))
            .map(|server| Home {
                server: &server.name,
                connection: server
                    .conn
                    .and_then(|conn| ctx.timeline.state().connection(conn)),
            })
            .collect();
        let hold = self.focus != super::Focus::List;
        let name = ctx.server().map_or("", |server| server.name.as_str());
        let (lists, is_together) = (self.kind.lists(), self.is_together());
        let browse = self.browse_mut();
        browse.sync(lists, &homes, hold);
        if let Some(name) = turned.or(another.then_some(name)) {
            browse.stand_on(name);
        }
        let server = match &browse.selected {
            Some(key) if is_together => Arc::clone(&key.server),
            _ => name.into(),
        };
        if self.server != server {
            self.server = server;
        }
        self.take_up();
    }

    /// Whether the list is of several servers.
    pub(super) fn is_together(&self) -> bool {
        *self.shown == *TOGETHER
    }

    /// What is looked at while somebody works with the selected item.
    pub(super) fn at_selected<'a>(&self, ctx: &Ctx<'a>) -> Ctx<'a> {
        match self.browse().and_then(|browse| browse.selected.as_ref()) {
            Some(key) if self.is_together() => ctx.looking_at(&key.server),
            _ => *ctx,
        }
    }

    /// The server of the selected item, by its place, while several are in the list.
    pub(super) fn selected_server(&self, ctx: &Ctx<'_>) -> Option<usize> {
        // Somebody turned to another server, whose item is not selected yet.
        if ctx
            .server()
            .is_some_and(|server| *server.name != *self.looked)
        {
            return None;
        }
        let key = self.browse()?.selected.as_ref()?;
        let named = |place: &usize| {
            let server = ctx.servers.get(*place);
            server.is_some_and(|server| *server.name == *key.server)
        };
        let together = ctx.together();
        together
            .into_iter()
            .find(|place| self.is_together() && named(place))
    }

    /// How many items there are, as far as they are known: for the view bar.
    pub fn count(lists: &[List], ctx: &Ctx<'_>) -> usize {
        let of = |place: usize| {
            let conn = ctx.servers.get(place).and_then(|server| server.conn);
            let connection = conn.and_then(|conn| ctx.timeline.state().connection(conn));
            connection.map_or(0, |connection| {
                let of = |list: &List| connection.list(*list).items.len();
                lists.iter().map(of).sum()
            })
        };
        let together = ctx.together();
        if together.is_empty() {
            of(ctx.current)
        } else {
            together.into_iter().map(of).sum()
        }
    }

    pub(super) fn browse(&self) -> Option<&Browse> {
        self.browses.get(&self.shown)
    }

    pub(super) fn browse_mut(&mut self) -> &mut Browse {
        self.browses.entry(Arc::clone(&self.shown)).or_default()
    }
}
