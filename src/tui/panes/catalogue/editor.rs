//! All arguments in somebody's own editor, with the schema beside them.

use super::CataloguePane;
use super::tabs::Tab;
use crate::json;
use crate::mcp::types::List;
use crate::tui::effect::Effect;
use crate::tui::pane::{Ctx, Reply};

impl CataloguePane {
    /// Gives the arguments to an editor: as they stand in the text tab, broken or not.
    pub(super) fn edit_outside(&mut self, ctx: &Ctx<'_>) -> Reply {
        let asker = ctx.ticket();
        let Some(work) = self.work_mut() else {
            return Reply::ignored();
        };
        let Some(form) = &mut work.form else {
            return Reply::ignored();
        };
        let text = form.whole_text().trim_end().to_owned() + "\n";
        work.in_editor = Some(asker);
        let schema = match work.list {
            List::Tools => json::get(work.item.raw.as_bytes(), &["inputSchema"]),
            _ => None,
        };
        Reply::effect(Effect::Edit {
            asker,
            text,
            suffix: ".json".to_owned(),
            beside: schema
                .map(|schema| ("schema.json".to_owned(), schema.to_vec()))
                .into_iter()
                .collect(),
        })
    }

    /// Takes what came back; gives what to say about it. What cannot be taken over stands in the text tab then.
    pub(super) fn edited(&mut self, asker: u64, result: &Result<String, String>) -> Option<String> {
        let mut works = self.works.values_mut();
        let work = works.find(|work| work.in_editor == Some(asker))?;
        work.in_editor = None;
        let form = work.form.as_mut()?;
        match form.take_text(result.as_ref().ok()?) {
            Ok(()) => {
                work.changed = false;
                work.memory.banner = None;
                None
            }
            Err(why) => {
                work.turn(Tab::Json);
                Some(why)
            }
        }
    }
}
