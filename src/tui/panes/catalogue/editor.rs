//! All arguments in somebody's own editor, with the schema beside them.

use super::CataloguePane;
use super::work::Work;
use crate::json::{self, Value};
use crate::mcp::types::List;
use crate::text;
use crate::tui::effect::Effect;
use crate::tui::pane::{Ctx, Reply};

/// Text that is or was in an editor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InEditor {
    /// The number under which it was given away; none when it came back and could not be taken over.
    asker: Option<u64>,
    /// The text.
    text: String,
}

impl CataloguePane {
    /// Gives the arguments to an editor: as they are, or as they came back last if that was no JSON object.
    pub(super) fn edit_outside(&mut self, ctx: &Ctx<'_>) -> Reply {
        let asker = ctx.ticket();
        let Some(work) = self.work_mut() else {
            return Reply::ignored();
        };
        let Some(form) = &work.form else {
            return Reply::ignored();
        };
        let text = match work.in_editor.take() {
            Some(left) if left.asker.is_none() => left.text,
            _ => form.arguments().pretty() + "\n",
        };
        work.in_editor = Some(InEditor {
            asker: Some(asker),
            text: text.clone(),
        });
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

    /// Takes what came back; gives what to say about it.
    pub(super) fn edited(&mut self, asker: u64, result: &Result<String, String>) -> Option<String> {
        let work = self.works.values_mut().find(|work| {
            let left = work.in_editor.as_ref();
            left.is_some_and(|left| left.asker == Some(asker))
        })?;
        work.in_editor = None;
        let text = result.as_ref().ok()?;
        let why = taken_over(work, text).err()?;
        work.in_editor = Some(InEditor {
            asker: None,
            text: text.clone(),
        });
        Some(why)
    }
}

fn taken_over(work: &mut Work, edited: &str) -> Result<(), String> {
    let value = Value::parse(edited.as_bytes()).map_err(|problem| {
        let what = text::sanitize(&problem.to_string()).into_owned();
        format!("the edited text is no JSON: {what}; it is kept for the next time in the editor")
    })?;
    let loaded = work.form.as_mut().is_some_and(|form| form.load(&value));
    if !loaded {
        return Err(
            "the edited text is no JSON object; it is kept for the next time in the editor"
                .to_owned(),
        );
    }
    work.changed = false;
    Ok(())
}
