//! What is typed into forms, kept beyond this run of mcpscope: handed over whenever it changed, and put back when the
//! server is looked at again.
//!
//! Secrets are never kept: what stands in their place is taken out again before anybody sees it.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::listing::{Entry, Key};
use super::pause::Pause;
use super::work::Work;
use super::{CataloguePane, FormPane};
use crate::drafts::{Draft, DraftChange};
use crate::form::{NodeId, REDACTED, template};
use crate::history::{Callee, CalleeKind, Fingerprint, Server};
use crate::json::Value;
use crate::mcp::types::{Item, List};
use crate::tui::effect::{Effect, Store};
use crate::tui::pane::Ctx;

/// What is kept of an item beyond this run of mcpscope.
#[derive(Debug, Default)]
pub struct Memory {
    /// The state of the form, and of its text, that was kept last.
    saved: Option<(u64, u64)>,
    /// Whether there is a draft of it where drafts are kept.
    stored: bool,
    /// Whether earlier runs were asked for.
    pub asked: Asked,
    /// Arguments of earlier runs, the newest first.
    pub past: Vec<Value>,
    /// The field and the text that values were offered for last.
    pub offered: Option<(NodeId, String)>,
    /// Whether it is typed into, and so is not to be looked at as a whole.
    pub pause: Pause,
    /// Where what stands in the form is from; sanitised.
    pub banner: Option<String>,
}

/// Whether something was asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Asked {
    /// Not yet.
    #[default]
    No,
    /// Under this number.
    Waiting(u64),
    /// It is here, or there is none.
    Done,
}

impl Memory {
    /// The form is another one.
    pub fn form_is_new(&mut self) {
        self.saved = None;
        self.banner = None;
    }

    /// What stands in the form needs no keeping.
    pub fn is_kept(&mut self, form: &FormPane) {
        self.saved = Some((form.revision(), form.text_edits()));
    }
}

/// The drafts of a server.
#[derive(Debug)]
pub enum Kept {
    /// They were asked for.
    Waiting(u64),
    /// They are here; each is given to its form once.
    Here(Vec<Draft>),
}

impl Work {
    /// What history, drafts and presets call it.
    pub fn callee(&self, key: &Key) -> Option<Callee> {
        callee(key, &self.item)
    }

    /// What it asks for.
    pub fn fingerprint(&self) -> Fingerprint {
        match self.list {
            List::Tools => Fingerprint::of_schema(self.item.input_schema()),
            List::Prompts => {
                let arguments = self.item.prompt_arguments();
                Fingerprint::of_strings(arguments.iter().map(|argument| argument.name.as_str()))
            }
            List::Templates | List::Resources => {
                let uri = self.item.uri.as_deref().unwrap_or_default();
                let names = template::variables(uri);
                Fingerprint::of_strings(names.iter().map(|variable| variable.name.as_str()))
            }
        }
    }

    /// The arguments without secrets.
    pub fn kept_arguments(&self) -> Value {
        let redacted = self.form.as_ref().map(FormPane::redacted);
        redacted.map_or_else(|| Value::Object(Vec::new()), without_secrets)
    }
}

/// What history, drafts and presets call an item; only the first of several of the same name has any.
fn callee(key: &Key, item: &Item) -> Option<Callee> {
    let (kind, name) = match key.list {
        List::Tools => (CalleeKind::Tool, &*item.name),
        List::Prompts => (CalleeKind::Prompt, &*item.name),
        List::Templates => (CalleeKind::Template, item.uri.as_deref()?),
        List::Resources => return None,
    };
    (key.nth == 0).then(|| Callee {
        kind,
        name: name.into(),
    })
}

/// A value without the places of secrets that were taken out of it.
pub fn without_secrets(value: Value) -> Value {
    let is_secret = |value: &Value| value.as_str() == Some(REDACTED);
    match value {
        Value::Object(members) => Value::Object(
            members
                .into_iter()
                .filter(|(_, value)| !is_secret(value))
                .map(|(name, value)| (name, without_secrets(value)))
                .collect(),
        ),
        Value::Array(items) => Value::Array(
            items
                .into_iter()
                .filter(|value| !is_secret(value))
                .map(without_secrets)
                .collect(),
        ),
        other => other,
    }
}

/// What time it is, as far as what was recorded last tells.
pub fn wall(ctx: &Ctx<'_>) -> Timestamp {
    let Some(last) = ctx.timeline.entries().last() else {
        return Timestamp::UNIX_EPOCH;
    };
    let since = ctx.now_us.saturating_sub(last.us());
    let since = SignedDuration::from_micros(i64::try_from(since).unwrap_or(0));
    last.at().checked_add(since).unwrap_or(last.at())
}

impl CataloguePane {
    /// What the server of this name is kept under; none in an opened file.
    pub(super) fn identity(name: &str, ctx: &Ctx<'_>) -> Option<Server> {
        let server = ctx.servers.iter().find(|server| server.name == name)?;
        server.identity.clone().filter(|_| ctx.live)
    }

    /// Asks for the drafts of the server looked at, once.
    pub(super) fn load_drafts(&mut self, ctx: &Ctx<'_>) -> Option<Effect> {
        if self.drafts.contains_key(&self.server) {
            return None;
        }
        let server = Self::identity(&self.server, ctx)?;
        let asker = ctx.ticket();
        self.drafts
            .insert(Arc::clone(&self.server), Kept::Waiting(asker));
        Some(Effect::Store(Store::LoadDrafts { asker, server }))
    }

    /// Drafts were read, or are lost.
    pub(super) fn drafts_read(
        &mut self,
        asker: u64,
        drafts: &Result<Vec<Draft>, String>,
    ) -> Option<Effect> {
        let waits = |kept: &Kept| matches!(kept, Kept::Waiting(waiting) if *waiting == asker);
        let (server, kept) = self.drafts.iter_mut().find(|(_, kept)| waits(kept))?;
        let server = Arc::clone(server);
        *kept = Kept::Here(drafts.clone().unwrap_or_default());
        let keys: Vec<Key> = self
            .works
            .keys()
            .filter(|key| key.server == server)
            .cloned()
            .collect();
        for key in keys {
            self.restore(&key);
        }
        drafts.as_ref().err().map(|why| Effect::Tell {
            sentence: format!("drafts cannot be read: {why}"),
            bad: true,
        })
    }

    /// Puts the draft of an item back, if there is one and nobody has begun another.
    pub(super) fn restore(&mut self, key: &Key) {
        let (Some(Kept::Here(drafts)), Some(work)) =
            (self.drafts.get_mut(&key.server), self.works.get_mut(key))
        else {
            return;
        };
        let Some(callee) = work.callee(key) else {
            return;
        };
        let Some(at) = drafts.iter().position(|draft| draft.callee == callee) else {
            return;
        };
        let draft = drafts.remove(at);
        work.memory.stored = true;
        let untouched = !work.has_draft() && work.runs == 0;
        let change = work.fingerprint().since(&draft.fingerprint).words();
        let Some(form) = work.form.as_mut().filter(|_| untouched) else {
            return;
        };
        if form.restore(&without_secrets(draft.content), &draft.beside) {
            work.memory.is_kept(form);
            work.memory.banner = Some(if change.is_empty() {
                "draft kept".to_owned()
            } else {
                format!("draft kept · {change}")
            });
        }
    }

    /// Whether there is a draft of an item that nobody has looked at yet.
    pub(super) fn has_kept(&self, entry: &Entry) -> bool {
        let (Some(Kept::Here(drafts)), Some(callee)) = (
            self.drafts.get(&entry.key.server),
            callee(&entry.key, &entry.item),
        ) else {
            return false;
        };
        drafts.iter().any(|draft| draft.callee == callee)
    }

    /// Hands over the drafts that changed.
    pub(super) fn keep_drafts(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        let mut changes: Vec<(Server, Vec<DraftChange>)> = Vec::new();
        for (key, work) in &mut self.works {
            if work.is_busy() {
                continue;
            }
            let state = |form: &FormPane| (form.revision(), form.text_edits());
            let Some(state) = work.form.as_ref().map(state) else {
                continue;
            };
            let before = work.memory.saved.replace(state);
            if before == Some(state) || (before.is_none() && !work.has_draft()) {
                continue;
            }
            let (Some(server), Some(callee)) = (Self::identity(&key.server, ctx), work.callee(key))
            else {
                continue;
            };
            let content = work.kept_arguments();
            let beside = work.form.as_ref().map(|form| form.beside(false));
            let beside = beside.unwrap_or_default();
            let nothing = content.as_object().is_some_and(<[_]>::is_empty);
            let empty = nothing && beside.is_empty();
            let change = if work.has_draft() && !empty {
                work.memory.stored = true;
                DraftChange::Put(Draft {
                    callee,
                    fingerprint: work.fingerprint(),
                    at: wall(ctx),
                    content,
                    beside,
                })
            } else if std::mem::take(&mut work.memory.stored) {
                DraftChange::Drop(callee)
            } else {
                continue;
            };
            match changes.iter_mut().find(|(other, _)| *other == server) {
                Some((_, list)) => list.push(change),
                None => changes.push((server, vec![change])),
            }
        }
        changes
            .into_iter()
            .map(|(server, changes)| Effect::Store(Store::SaveDrafts { server, changes }))
            .collect()
    }

    /// A draft was sent: what is remembered of the run takes its place.
    pub(super) fn sent_draft(&mut self, key: &Key, revision: Option<u64>) -> Option<DraftChange> {
        let work = self.works.get_mut(key)?;
        let same = revision.is_some() && work.form.as_ref().map(FormPane::revision) == revision;
        if !same || !std::mem::take(&mut work.memory.stored) {
            return None;
        }
        Some(DraftChange::Drop(work.callee(key)?))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn places_of_secrets_go() {
        let value = br#"{"a":"x","b":"\u2039redacted\u203a","c":[{"d":"\u2039redacted\u203a"},"\u2039redacted\u203a",1.0]}"#;
        let kept = without_secrets(Value::parse(value).unwrap());
        assert_eq!(kept.to_string(), r#"{"a":"x","c":[{},1.0]}"#);
    }
}
