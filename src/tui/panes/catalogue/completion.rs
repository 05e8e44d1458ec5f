//! `completion/complete` for arguments of prompts and variables of templates: asked after a pause in typing, and only
//! the answer to the newest question counts.

use super::listing::Key;
use super::{CataloguePane, Focus};
use crate::inspector::Command;
use crate::json::Value;
use crate::mcp::completion::{Ask, Completed, Reference, is_offered};
use crate::mcp::types::List;
use crate::tui::effect::Effect;
use crate::tui::pane::Ctx;
use crate::tui::panes::form::{FormPane, Side, Suggestion, Suggestions};

/// How long nothing must be typed before the server is asked, in milliseconds.
const PAUSE: u64 = 120;

/// What is being completed.
#[derive(Debug)]
pub struct Completing {
    key: Key,
    argument: String,
    value: String,
    stage: Stage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// It may still be typed on; the pause ends with this.
    Pausing(u64),
    /// The server was asked.
    Asked(u64),
    Done,
}

impl CataloguePane {
    /// What is typed into: the argument, and the text so far.
    fn typed_into(&self) -> Option<(Key, String, String)> {
        let (key, work) = self.key().zip(self.work())?;
        if self.focus != Focus::Form || !matches!(work.list, List::Prompts | List::Templates) {
            return None;
        }
        let form = work.form.as_ref()?;
        let typed = form.typed().filter(|_| form.side() == Side::Fields)?;
        // An item of a variable's list is a value of that variable.
        let (form, focused) = (form.form(), form.focused()?);
        let named = form.name(focused);
        let name = named.or_else(|| form.name(form.node(focused).parent()?))?;
        Some((key, name.to_owned(), typed.to_owned()))
    }

    /// Waits for a pause when something else is typed than before.
    pub(super) fn wait_for_pause(&mut self, ctx: &Ctx<'_>) -> Option<Effect> {
        let Some((key, argument, value)) = self.typed_into() else {
            self.completing = None;
            return None;
        };
        let same = self
            .completing
            .as_ref()
            .is_some_and(|one| one.key == key && one.argument == argument && one.value == value);
        if same {
            return None;
        }
        let connection = ctx.connection().filter(|_| ctx.live)?;
        let revision = connection.revision?;
        if !is_offered(revision, connection.opening.as_deref()) {
            return None;
        }
        let asker = ctx.ticket();
        self.completing = Some(Completing {
            key,
            argument,
            value,
            stage: Stage::Pausing(asker),
        });
        Some(Effect::Wake {
            asker,
            after_ms: PAUSE,
        })
    }

    /// A pause is over: asks the server, if nothing was typed since.
    pub(super) fn woken(&mut self, asker: u64, ctx: &Ctx<'_>) -> Option<Effect> {
        let one = self.completing.as_mut()?;
        if one.stage != Stage::Pausing(asker) {
            return None;
        }
        one.stage = Stage::Done;
        let work = self.works.get(&one.key)?;
        let form = work.form.as_ref()?;
        let reference = match work.list {
            List::Templates => {
                Reference::Template(work.item.uri.as_deref().unwrap_or_default().into())
            }
            _ => Reference::Prompt(work.item.name.as_ref().into()),
        };
        let conn = ctx.connection()?.number;
        let ticket = ctx.ticket();
        one.stage = Stage::Asked(ticket);
        Some(Effect::Engine(Command::Complete {
            conn,
            ticket,
            ask: Ask {
                reference,
                argument: one.argument.clone(),
                value: one.value.clone(),
                context: context(form, &one.argument),
            },
        }))
    }

    /// The server answered.
    pub(super) fn completed(&mut self, ticket: u64, completed: &Completed) {
        let Some(one) = &mut self.completing else {
            return;
        };
        if one.stage != Stage::Asked(ticket) {
            return;
        }
        one.stage = Stage::Done;
        // Without suggestions there is nothing to say here; what the server said stands in Traffic.
        let Completed::Values(found) = completed else {
            return;
        };
        let values = found.values.iter().filter(|value| ***value != *one.value);
        let items: Vec<Suggestion> = values
            .map(|value| Suggestion {
                text: value.to_string(),
                remark: String::new(),
            })
            .collect();
        let shown = found.values.len();
        let remark = match found.total {
            Some(total) if total > shown as u64 => format!("{shown} of {total} from server"),
            _ if found.more() => format!("{shown} and more from server"),
            _ => format!("{shown} from server"),
        };
        let key = one.key.clone();
        if let Some(form) = self.works.get_mut(&key).and_then(|work| work.form.as_mut()) {
            form.set_suggestions(Some(Suggestions { items, remark }));
        }
    }
}

/// What the other arguments are already.
fn context(form: &FormPane, argument: &str) -> Vec<(String, String)> {
    let arguments = form.arguments();
    let members = arguments.as_object().unwrap_or_default();
    members
        .iter()
        .filter(|(name, _)| name != argument)
        .filter_map(|(name, value)| match value {
            Value::String(text) if !text.is_empty() => Some((name.clone(), text.clone())),
            _ => None,
        })
        .collect()
}
