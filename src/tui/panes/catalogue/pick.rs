//! Going straight to an item by its name: from the palette.

use super::listing::Entry;
use super::{CataloguePane, Focus};
use crate::tui::pane::{Ctx, Reply};

impl CataloguePane {
    /// Selects the first item called `name` and opens it.
    pub fn pick(&mut self, name: &str, ctx: &Ctx<'_>) -> Reply {
        self.sync(ctx);
        self.focus = Focus::List;
        let browse = self.browse_mut();
        browse.clear_filter();
        let is = |entry: &&Entry| *entry.item.name == *name;
        let here = ctx.server().map_or("", |server| server.name.as_str());
        let mut own = browse.all.iter().filter(|entry| *entry.key.server == *here);
        let found = own
            .find(is)
            .or_else(|| browse.all.iter().find(is))
            .map(|entry| entry.key.clone());
        if found.is_none() {
            return Reply::say(format!("{name} is no longer listed"));
        }
        browse.selected = found;
        self.resync(ctx, None);
        self.open(&self.at_selected(ctx))
    }
}
