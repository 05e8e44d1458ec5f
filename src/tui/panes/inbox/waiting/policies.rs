//! Who answers what a server asks, as a form: what holds now, changed for the time being.
//!
//! The settings' file is never written; what is said here holds for the server until mcpscope ends, over restarts.

use super::buttons::POLICIES;
use super::sending::{canned, member};
use super::{Focus, Waiting};
use crate::config::Standing;
use crate::config::ask::{KINDS, folder};
use crate::form::Form;
use crate::inspector::Command;
use crate::json::Value;
use crate::mcp::asked::{AskKind, Policy};
use crate::text;
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::pane::{Ctx, Reply};
use crate::tui::panes::form::FormPane;
use crate::tui::panes::stream::safe;

const STUB: &str = "stub text";
const SAMPLING_FILE: &str = "sampling file";
const FORM_FILE: &str = "elicitation file";
const FOLDERS: &str = "folders";

/// What can be said; the conditions show what a choice needs.
const SCHEMA: &str = r#"{"type":"object","properties":{
"sampling":{"type":"string","enum":["ask","decline","stub","canned","off"],
  "description":"Messages of a model. off: the server is told that there is none"},
"elicitation":{"type":"string","enum":["ask","decline","canned","off"],"description":"Forms to be filled in"},
"url":{"type":"string","enum":["ask","decline","off"],"description":"Pages to be opened in a browser"},
"roots":{"type":"string","enum":["ask","decline","given","off"],"description":"Folders it may look at"}},
"required":["sampling","elicitation","url","roots"],
"allOf":[
{"if":{"properties":{"sampling":{"const":"stub"}}},"then":{"properties":{
  "stub text":{"type":"string","description":"What the model says"}},"required":["stub text"]}},
{"if":{"properties":{"sampling":{"const":"canned"}}},"then":{"properties":{
  "sampling file":{"type":"string","description":"JSON, the result as it is sent; left out: what is canned now"}}}},
{"if":{"properties":{"elicitation":{"const":"canned"}}},"then":{"properties":{
  "elicitation file":{"type":"string","description":"JSON, the result as it is sent; left out: what is canned now"}}}},
{"if":{"properties":{"roots":{"const":"given"}}},"then":{"properties":{
  "folders":{"type":"array","items":{"type":"string"},"minItems":1,"description":"Paths or file:// URIs"}},
  "required":["folders"]}}]}"#;

/// See the module.
#[derive(Debug)]
pub struct PolicyForm {
    /// For which connection.
    pub conn: u32,
    /// The form.
    pub form: FormPane,
    /// What will hold when the files are read.
    next: Standing,
    /// Files that are being read: who asked, for what, and their paths.
    reading: Vec<(u64, AskKind, String)>,
}

/// What holds, in a line.
pub fn words(standing: &Standing) -> String {
    let parts = KINDS.map(|(name, kind)| {
        if standing.off.contains(&kind) {
            return format!("{name} off");
        }
        let how = match standing.policies.of(kind) {
            Policy::Stub(text) => format!("stub \"{}\"", safe(text, 16)),
            Policy::Roots(roots) => format!("{} given", roots.len()),
            policy => policy.word().to_owned(),
        };
        format!("{name} {how}")
    });
    parts.join(" · ")
}

fn filled(standing: &Standing) -> Value {
    let text = |text: &str| Value::String(text.to_owned());
    let mut members = Vec::new();
    let mut more = Vec::new();
    for (name, kind) in KINDS {
        let off = standing.off.contains(&kind);
        let word = match standing.policies.of(kind) {
            _ if off => "off",
            Policy::Stub(words) => {
                more.push((STUB.to_owned(), text(words)));
                "stub"
            }
            Policy::Roots(roots) => {
                let folders = roots.iter().map(|root| text(&root.uri)).collect();
                more.push((FOLDERS.to_owned(), Value::Array(folders)));
                "given"
            }
            policy => policy.word(),
        };
        members.push((name.to_owned(), text(word)));
    }
    members.extend(more);
    Value::Object(members)
}

impl Waiting {
    /// Opens the form.
    pub(super) fn open_policies(&mut self, ctx: &Ctx<'_>) -> Reply {
        if let Some(why) = self.why(Action::Policies, ctx) {
            return Reply::say(why);
        }
        let Some(conn) = self.conn(ctx) else {
            return Reply::ignored();
        };
        let name = ctx.timeline.state().connection(conn);
        let name = name.map_or("", |connection| &connection.name);
        let standing = self.standing(name, ctx.settings);
        let mut form = FormPane::new(Form::from_schema(SCHEMA.as_bytes()));
        form.begin_with(&filled(&standing));
        form.set_buttons(POLICIES);
        form.enter();
        self.policies = Some(PolicyForm {
            conn,
            form,
            next: standing,
            reading: Vec::new(),
        });
        self.focus = Focus::Policies;
        Reply::done()
    }

    /// Makes what the form says hold; reads files first.
    pub(super) fn apply_policies(&mut self, ctx: &Ctx<'_>) -> Reply {
        let Some(policies) = &mut self.policies else {
            return Reply::ignored();
        };
        policies.form.settle_json();
        if policies.form.problems() > 0 {
            return match policies.form.problem(true) {
                crate::tui::panes::form::FormReply::Say(words) => Reply::say(words),
                _ => Reply::done(),
            };
        }
        let form = &policies.form;
        let text = |name: &str| member(form, name).unwrap_or_default();
        let mut files = Vec::new();
        let mut next = Standing::default();
        for (name, kind) in KINDS {
            let held = policies.next.policies.of(kind).clone();
            let policy = match text(name).as_str() {
                "decline" => Policy::Decline,
                "stub" => Policy::Stub(text(STUB)),
                "given" => {
                    let arguments = form.arguments();
                    let folders = arguments.get(FOLDERS).and_then(Value::as_array);
                    let mut roots = Vec::new();
                    for path in folders.unwrap_or_default().iter().filter_map(Value::as_str) {
                        match folder(path, None) {
                            Some(root) => roots.push(root),
                            None => {
                                let path = text::sanitize(path);
                                return Reply::say(format!("{path} is no folder to give"));
                            }
                        }
                    }
                    Policy::Roots(roots)
                }
                "canned" => {
                    let file = match kind {
                        AskKind::Sampling => SAMPLING_FILE,
                        _ => FORM_FILE,
                    };
                    match (text(file), held) {
                        (path, held @ Policy::Canned(_)) if path.is_empty() => held,
                        (path, _) if path.is_empty() => {
                            return Reply::say(format!("{name}: which file has the answer?"));
                        }
                        (path, _) => {
                            files.push((ctx.ticket(), kind, path));
                            Policy::Ask
                        }
                    }
                }
                "off" => {
                    next.off.push(kind);
                    Policy::Ask
                }
                _ => Policy::Ask,
            };
            next.policies.set(kind, policy);
        }
        let reads = files.iter().map(|(asker, _, path)| Effect::ReadFile {
            asker: *asker,
            path: path.clone(),
        });
        let reads: Vec<Effect> = reads.collect();
        policies.next = next;
        policies.reading = files;
        if reads.is_empty() {
            return self.stand(ctx);
        }
        Reply::effects(reads)
    }

    /// A file with a canned answer was read, or not; none when it was another file.
    pub(super) fn canned_read(
        &mut self,
        asker: u64,
        result: &Result<Vec<u8>, String>,
        ctx: &Ctx<'_>,
    ) -> Option<Vec<Effect>> {
        let policies = self.policies.as_mut()?;
        let at = policies
            .reading
            .iter()
            .position(|(known, ..)| *known == asker)?;
        let (_, kind, path) = policies.reading.remove(at);
        // Why it could not be read was said already.
        let read = result.as_ref().ok().map(|bytes| canned(&path, bytes));
        match read {
            Some(Ok(raw)) => policies.next.policies.set(kind, Policy::Canned(raw)),
            Some(Err(why)) => {
                policies.reading.clear();
                let (sentence, bad) = (why, true);
                return Some(vec![Effect::Tell { sentence, bad }]);
            }
            None => {
                policies.reading.clear();
                return Some(Vec::new());
            }
        }
        if !policies.reading.is_empty() {
            return Some(Vec::new());
        }
        let reply = self.stand(ctx);
        let said = reply.say.map(|sentence| Effect::Tell {
            sentence,
            bad: false,
        });
        Some(reply.effects.into_iter().chain(said).collect())
    }

    /// What was said holds from now on.
    fn stand(&mut self, ctx: &Ctx<'_>) -> Reply {
        let Some(policies) = self.policies.take() else {
            return Reply::ignored();
        };
        self.focus = Focus::List;
        let (conn, next) = (policies.conn, policies.next);
        let Some(connection) = ctx.timeline.state().connection(conn) else {
            return Reply::say("the connection is gone");
        };
        let before = self.standing(&connection.name, ctx.settings);
        let mut effects = vec![Effect::Engine(Command::Policies {
            conn,
            policies: Box::new(next.policies.clone()),
        })];
        let mut say = "holds from the next question on".to_owned();
        if next.off != before.off {
            let wanted = connection.wanted.as_ref();
            let mut capabilities = wanted.unwrap_or(&connection.declared).clone();
            for (_, kind) in KINDS {
                let (was, is) = (before.off.contains(&kind), next.off.contains(&kind));
                if was != is {
                    capabilities.switch(kind, !is);
                }
            }
            effects.push(Effect::Engine(Command::Capabilities {
                conn,
                capabilities: Box::new(capabilities),
            }));
            let modern = connection
                .revision
                .is_some_and(|revision| revision.era() == crate::mcp::revision::Era::Modern);
            if !modern {
                let restart = ctx.keys.word(Action::Restart);
                say = format!(
                    "what this client can do is said in the handshake: {restart} connects anew"
                );
            }
        }
        self.standing.insert(connection.name.to_string(), next);
        Reply {
            say: Some(say),
            ..Reply::effects(effects)
        }
    }
}
