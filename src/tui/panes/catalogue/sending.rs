//! From arguments to a call: references get their values first, off the drawing thread, and what is destructive is not
//! sent again without a question.

use super::calls::{Last, NOTHING_CALLED};
use super::listing::Key;
use super::prompt::Prompt;
use super::{CataloguePane, Focus, words};
use crate::form::NodeId;
use crate::form::substitute::Missing;
use crate::json::Value;
use crate::mcp::types::{List, ToolEffect};
use crate::text;
use crate::tui::effect::{Effect, Source};
use crate::tui::pane::{Ctx, Go, Reply};
use crate::tui::panes::copy_as::{Asked, Looked};

/// Arguments whose references are being looked up, to be sent then.
#[derive(Debug)]
pub struct Resolving {
    asker: u64,
    key: Key,
    revision: Option<u64>,
    /// As they were typed, without secrets.
    kept: Value,
}

/// What the references in the focused field stand for.
#[derive(Debug)]
pub struct ValuePreview {
    key: Key,
    id: NodeId,
    text: String,
    last: Option<Source>,
    asker: u64,
    /// Sanitised; none while it is looked up.
    words: Option<String>,
}

/// Why something is not sent after all.
const ELSEWHERE: &str = "not sent: another server is looked at now";

/// Whether anything in a value may be a reference, or an escape of one.
pub(super) fn may_refer(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains("${"),
        Value::Array(items) => items.iter().any(may_refer),
        Value::Object(members) => members.iter().any(|(_, value)| may_refer(value)),
        _ => false,
    }
}

impl CataloguePane {
    /// The request that is looked at: the one whose result has the keys, else what would be sent.
    pub(super) fn asked(&self, ctx: &Ctx<'_>) -> Looked {
        let work = self.work().ok_or("There is no request here.")?;
        if self.focus == Focus::Result {
            let sent = work.request.ok_or(NOTHING_CALLED)?;
            let entry = ctx.timeline.index_of_seq(sent);
            return entry.map(Asked::Sent).ok_or(NOTHING_CALLED);
        }
        let arguments = work.arguments();
        if may_refer(&arguments) {
            return Err("The form has ${…} in it: run it, then copy from its result.");
        }
        let (method, params) = work.request(arguments)?;
        Ok(Asked::Draft { method, params })
    }

    /// Sends what the form of an item holds, or has its references looked up first.
    pub(super) fn begin(&mut self, key: Key, ctx: &Ctx<'_>) -> Reply {
        let Some(work) = self.works.get(&key) else {
            return Reply::ignored();
        };
        let arguments = work.arguments();
        let kept = work.kept_arguments();
        let revision = work.form.as_ref().map(super::FormPane::revision);
        if !may_refer(&arguments) {
            return self.dispatch(key, arguments, revision, kept, ctx);
        }
        let asker = ctx.ticket();
        let last = self.answers.get(&key.server).copied();
        self.resolving = Some(Resolving {
            asker,
            key,
            revision,
            kept,
        });
        Reply::effect(Effect::Resolve {
            asker,
            arguments,
            last,
        })
    }

    fn dispatch(
        &mut self,
        key: Key,
        arguments: Value,
        revision: Option<u64>,
        kept: Value,
        ctx: &Ctx<'_>,
    ) -> Reply {
        let Some(work) = self.works.get(&key) else {
            return Reply::ignored();
        };
        match work.request(arguments) {
            Ok((method, params)) => {
                let last = Last {
                    key,
                    method,
                    params: Self::as_task(work, params, ctx),
                    revision,
                    kept,
                };
                self.send(last, ctx)
            }
            Err(why) => Reply::say(why),
        }
    }

    /// References were looked up: for a call, or for the focused field.
    pub(super) fn resolved(
        &mut self,
        asker: u64,
        result: &Result<Value, Vec<Missing>>,
        ctx: &Ctx<'_>,
    ) -> Vec<Effect> {
        if let Some(preview) = self.preview.as_mut().filter(|one| one.asker == asker) {
            let secret = self
                .works
                .get(&preview.key)
                .and_then(|work| work.form.as_ref())
                .and_then(|form| form.form().get(preview.id))
                .is_some_and(|node| node.field().secret);
            preview.words = Some(match result {
                Ok(_) if secret => "→ a value that is not shown".to_owned(),
                Ok(Value::String(text)) => format!("→ {}", text::sanitize(text)),
                Ok(value) => format!("→ {}", text::sanitize(&value.to_string())),
                Err(missing) => format!("✗ {}", in_words(missing)),
            });
            return Vec::new();
        }
        let Some(waiting) = self.resolving.take_if(|one| one.asker == asker) else {
            return Vec::new();
        };
        let tell = |sentence: String| {
            vec![Effect::Tell {
                sentence,
                bad: true,
            }]
        };
        match result {
            Err(missing) => {
                if let Some(work) = self.works.get_mut(&waiting.key) {
                    let said = missing
                        .iter()
                        .map(|one| (one.reference.pointer.clone(), one.words.clone()));
                    work.refuse(said.collect(), true);
                }
                tell(format!("not sent: {}", in_words(missing)))
            }
            Ok(arguments) => {
                if let Some(why) = words::cannot_send(ctx) {
                    return tell(why);
                }
                if waiting.key.server != self.server {
                    return tell(ELSEWHERE.to_owned());
                }
                let Resolving {
                    key,
                    revision,
                    kept,
                    ..
                } = waiting;
                let reply = self.dispatch(key, arguments.clone(), revision, kept, ctx);
                let mut effects = reply.effects;
                effects.extend(reply.say.map(tell).into_iter().flatten());
                effects
            }
        }
    }

    /// Has the references in the focused field looked up, when they are others than before.
    pub(super) fn preview_value(&mut self, ctx: &Ctx<'_>) -> Option<Effect> {
        let focused = (|| {
            let form = self.work()?.form.as_ref()?;
            let id = form.focused().filter(|_| self.focus == Focus::Form)?;
            let node = form.form().node(id);
            if node.kind().is_container() && !node.is_unfinished() {
                // It has rows of its own, and may be long.
                return None;
            }
            let text = form.form().text(id);
            text.contains("${").then_some((id, text))
        })();
        let Some(((id, text), key)) = focused.zip(self.key()) else {
            self.preview = None;
            return None;
        };
        let last = self.answers.get(&key.server).copied();
        let known = self.preview.as_ref().is_some_and(|preview| {
            preview.key == key && preview.id == id && preview.text == text && preview.last == last
        });
        if known {
            return None;
        }
        let asker = ctx.ticket();
        self.preview = Some(ValuePreview {
            key,
            id,
            text: text.clone(),
            last,
            asker,
            words: None,
        });
        Some(Effect::Resolve {
            asker,
            arguments: Value::String(text),
            last,
        })
    }

    /// What the references in the focused field stand for, sanitised.
    pub(super) fn value_words(&self) -> Option<&str> {
        let preview = self.preview.as_ref()?;
        let form = self.works.get(&preview.key)?.form.as_ref()?;
        let here = self.key().as_ref() == Some(&preview.key) && form.focused() == Some(preview.id);
        preview.words.as_deref().filter(|_| here)
    }

    /// Why the last call is not sent again without a question, if so.
    pub fn why_asked(&self, ctx: &Ctx<'_>) -> Option<&'static str> {
        let last = self.last.get(&self.server)?;
        match self.works.get(&last.key).map(|work| work.item.effect) {
            // What is no tool changes nothing.
            _ if last.key.list != List::Tools => None,
            Some(ToolEffect::Destroys) => Some("is marked destructive"),
            Some(ToolEffect::Unknown) if ctx.settings.careful => Some("does not say what it does"),
            _ => None,
        }
    }

    /// Sends the last call of this server again; asks first when its tool is marked destructive or, where that is set,
    /// not marked at all.
    pub(super) fn repeat(&mut self, ctx: &Ctx<'_>) -> Reply {
        if let Some(why) = words::cannot_send(ctx) {
            return Reply::say(why);
        }
        let Some(last) = self.last.get(&self.server).cloned() else {
            return Reply::say(NOTHING_CALLED);
        };
        if let Some(why) = self.why_asked(ctx) {
            self.prompt = Some(Prompt::Repeat(Box::new(last), why));
            // It may be asked for from everywhere, and the question is asked here.
            return Reply::go(Go::View(self.kind.view()));
        }
        self.again(last, ctx)
    }

    /// Sends a call again.
    pub(super) fn again(&mut self, last: Last, ctx: &Ctx<'_>) -> Reply {
        if let Some(why) = words::cannot_send(ctx) {
            return Reply::say(why);
        }
        if last.key.server != self.server {
            return Reply::say(ELSEWHERE);
        }
        let elsewhere = self.key().is_none_or(|key| key != last.key);
        let name = text::sanitize(&last.key.name).into_owned();
        let mut reply = self.send(last, ctx);
        if elsewhere {
            reply.say = Some(format!("sent again: {name}"));
        }
        reply
    }
}

fn in_words(missing: &[Missing]) -> String {
    let words: Vec<&str> = missing.iter().map(|one| one.words.as_str()).collect();
    text::sanitize(&words.join("; ")).into_owned()
}
