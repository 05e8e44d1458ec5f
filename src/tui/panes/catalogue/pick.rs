//! Going straight to an item by its name: from the palette.

use super::{CataloguePane, Focus};
use crate::tui::pane::{Ctx, Reply};

impl CataloguePane {
    /// Selects the first item called `name` and opens it.
    pub fn pick(&mut self, name: &str, ctx: &Ctx<'_>) -> Reply {
        self.sync(ctx);
        self.focus = Focus::List;
        let browse = self.browse_mut();
        browse.clear_filter();
        let found = browse
            .all
            .iter()
            .find(|entry| *entry.item.name == *name)
            .map(|entry| entry.key.clone());
        if found.is_none() {
            return Reply::say(format!("{name} is no longer listed"));
        }
        browse.selected = found;
        self.sync(ctx);
        self.open(ctx)
    }
}
