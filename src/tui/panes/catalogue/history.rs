//! Runs: what is remembered of each, the list of earlier ones, and the form that begins with the last of them.

use super::calls::Pending;
use super::drafts::{Asked, wall, without_secrets};
use super::listing::Key;
use super::shelf::{Goods, Shelf, Taken};
use super::tabs::Tab;
use super::{CataloguePane, Focus, words};
use crate::drafts::DraftChange;
use crate::history::{self, Found, Match, Query, Run};
use crate::json::{Value, pointer};
use crate::mcp::client::End;
use crate::session::timeline::{EntryRow, Status};
use crate::text;
use crate::tui::effect::{Effect, Store};
use crate::tui::pane::{Ctx, Reply};
use crate::tui::panes::form::{Side, Suggestion, Suggestions};

/// Earlier arguments that are kept in memory for each item, to offer values from.
const PAST: usize = 50;
/// Values that are offered at a time.
const OFFERED: usize = 20;

impl CataloguePane {
    /// Why there is no history and are no presets here.
    pub(super) fn why_nothing_kept(&self, ctx: &Ctx<'_>) -> Option<String> {
        let Some((key, work)) = self.key().zip(self.work()) else {
            return Some("nothing is selected".to_owned());
        };
        if !ctx.live {
            return Some("this is a recording".to_owned());
        }
        if work.form.is_none() {
            return Some("it takes no arguments".to_owned());
        }
        if work.callee(&key).is_none() {
            return Some("there is another of that name before it".to_owned());
        }
        Self::identity(&key.server, ctx)
            .is_none()
            .then(|| "nothing is kept of this server".to_owned())
    }

    // --- remembering ---

    /// What is to be kept of a call that is over.
    pub(super) fn remember(
        &mut self,
        call: &Pending,
        end: End,
        status: Option<Status>,
        took_us: Option<u64>,
        ctx: &Ctx<'_>,
    ) -> Vec<Effect> {
        let outcome = match (end, status) {
            (End::TimedOut, _) => history::Outcome::TimedOut,
            (End::Cancelled | End::Declined, _) => history::Outcome::Cancelled,
            (End::Gone | End::Unanswered | End::Masked, _) => history::Outcome::NoReply,
            (End::NeedsInput | End::TooManyRounds, _) => history::Outcome::Error(None),
            (End::Answered, Some(Status::ToolError)) => history::Outcome::ToolError,
            (End::Answered, Some(Status::Error(code))) => {
                history::Outcome::Error(Some(code).filter(|code| *code != 0))
            }
            (End::Answered, _) => history::Outcome::Ok,
        };
        let Some(server) = Self::identity(&call.key.server, ctx) else {
            return Vec::new();
        };
        let Some((callee, fingerprint)) = self
            .works
            .get(&call.key)
            .and_then(|work| Some((work.callee(&call.key)?, work.fingerprint())))
        else {
            return Vec::new();
        };
        if let Some(work) = self.works.get_mut(&call.key) {
            work.memory.past.retain(|past| *past != call.kept);
            work.memory.past.insert(0, call.kept.clone());
            work.memory.past.truncate(PAST);
        }
        let sent = call.seq.and_then(|seq| ctx.timeline.index_of_seq(seq));
        let at = sent.and_then(|index| ctx.timeline.entry(index));
        let run = Run {
            server: server.clone(),
            callee,
            fingerprint,
            arguments: call.kept.clone(),
            outcome,
            took_us: took_us.unwrap_or(0),
            at: at.map_or_else(|| wall(ctx), EntryRow::at),
            session: None,
        };
        let mut effects = vec![Effect::Store(Store::Remember(Box::new(run)))];
        let dropped: Option<DraftChange> = self.sent_draft(&call.key, call.revision);
        effects.extend(dropped.map(|change| {
            Effect::Store(Store::SaveDrafts {
                server,
                changes: vec![change],
            })
        }));
        effects
    }

    // --- the last run ---

    fn query(&self, key: &Key, scope: history::Scope, ctx: &Ctx<'_>) -> Option<Query> {
        let work = self.works.get(key)?;
        let listed = self.browse().map_or(&[][..], |browse| &browse.all);
        Some(Query {
            server: Self::identity(&key.server, ctx)?,
            callee: work.callee(key)?,
            fingerprint: work.fingerprint(),
            listed: listed
                .iter()
                .filter(|entry| entry.key.list == key.list)
                .map(|entry| entry.key.name.clone())
                .collect(),
            scope,
        })
    }

    /// Asks for earlier runs of the item whose form is open, once.
    pub(super) fn load_last(&mut self, ctx: &Ctx<'_>) -> Option<Effect> {
        let key = self.key()?;
        // A draft would stand there instead, so it is waited for.
        let ready = self.focus == Focus::Form
            && matches!(
                self.drafts.get(&key.server),
                Some(super::drafts::Kept::Here(_))
            );
        let work = self.work()?;
        if !ready || work.form.is_none() || work.memory.asked != Asked::No {
            return None;
        }
        let query = self.query(&key, history::Scope::Callee, ctx);
        let asker = ctx.ticket();
        let work = self.work_mut()?;
        work.memory.asked = match query {
            Some(_) => Asked::Waiting(asker),
            None => Asked::Done,
        };
        query.map(|query| Effect::Store(Store::LoadHistory { asker, query }))
    }

    /// Runs were read: for the list of them, or for a form to begin with.
    pub(super) fn history_read(
        &mut self,
        asker: u64,
        found: &Result<Vec<Found>, String>,
        ctx: &Ctx<'_>,
    ) -> Vec<Effect> {
        if let Some(shelf) = self.shelf.as_mut().filter(|shelf| shelf.waits_for(asker)) {
            shelf.stock_runs(found.clone(), wall(ctx));
            return Vec::new();
        }
        let now = wall(ctx);
        let waiting = Asked::Waiting(asker);
        let work = self
            .works
            .values_mut()
            .find(|work| work.memory.asked == waiting);
        let Some(work) = work else {
            return Vec::new();
        };
        work.memory.asked = Asked::Done;
        let found = match found {
            Ok(found) => found,
            Err(why) => {
                return vec![Effect::Tell {
                    sentence: why.clone(),
                    bad: true,
                }];
            }
        };
        let past = found
            .iter()
            .take(PAST)
            .map(|found| without_secrets(found.run.arguments.clone()));
        work.memory.past = past.collect();
        let untouched = !work.has_draft() && work.runs == 0 && work.memory.banner.is_none();
        let Some(last) = found.first().filter(|_| untouched) else {
            return Vec::new();
        };
        let arguments = fitting(last);
        if arguments.as_object().is_none_or(<[_]>::is_empty) {
            return Vec::new();
        }
        if let Some(form) = &mut work.form
            && form.begin_with(&arguments)
        {
            work.memory.is_kept(form);
            work.memory.banner = Some(words::joined(&[
                &format!("last run {}", words::ago(last.run.at, now)),
                &last.change.words(),
            ]));
        }
        Vec::new()
    }

    // --- the list ---

    /// Opens the list of earlier runs.
    pub(super) fn open_history(&mut self, ctx: &Ctx<'_>) -> Reply {
        if let Some(why) = self.why_nothing_kept(ctx) {
            return Reply::say(why);
        }
        let Some(key) = self.key() else {
            return Reply::ignored();
        };
        self.runs_of(key, history::Scope::Callee, ctx)
    }

    /// Lists the runs of a scope.
    pub(super) fn runs_of(&mut self, key: Key, scope: history::Scope, ctx: &Ctx<'_>) -> Reply {
        let Some(query) = self.query(&key, scope, ctx) else {
            return Reply::ignored();
        };
        let asker = ctx.ticket();
        let typed = self.shelf.take().map(|shelf| shelf.line);
        let mut shelf = Shelf::new(key, asker, Goods::Runs(scope));
        if let Some(line) = typed {
            shelf.line = line;
        }
        self.shelf = Some(shelf);
        Reply::effect(Effect::Store(Store::LoadHistory { asker, query }))
    }

    /// Fills the form of an item.
    pub(super) fn fill(&mut self, key: &Key, arguments: &Value, banner: String) -> Reply {
        self.focus = Focus::Form;
        let Some(work) = self.works.get_mut(key) else {
            return Reply::ignored();
        };
        if !work.tab.is_form() {
            work.turn(Tab::Form);
        }
        let Some(form) = &mut work.form else {
            return Reply::ignored();
        };
        if !form.load(arguments) {
            return Reply::say("the form cannot hold these arguments");
        }
        if work.tab == Tab::Form {
            form.turn(Side::Fields);
        }
        form.stop_typing();
        work.changed = false;
        work.memory.banner = Some(banner);
        Reply::done()
    }

    /// Fills the form with a run that was picked.
    pub(super) fn fill_run(&mut self, key: &Key, found: &Found, ctx: &Ctx<'_>) -> Reply {
        let when = words::ago(found.run.at, wall(ctx));
        let whose = match found.matched {
            Match::Other => format!(
                "from a run of {}, {when}",
                text::sanitize(&found.run.callee.name)
            ),
            _ => format!("from a run {when}"),
        };
        let banner = words::joined(&[&whose, &found.change.words()]);
        self.fill(key, &fitting(found), banner)
    }

    /// What a list gave.
    pub(super) fn taken(&mut self, key: &Key, taken: Taken, ctx: &Ctx<'_>) -> Reply {
        match taken {
            Taken::Run(found) => self.fill_run(key, &found, ctx),
            Taken::Preset(preset, name) => {
                let banner = format!("from the preset {}", text::sanitize(&name));
                self.fill(key, &without_secrets(preset.arguments), banner)
            }
        }
    }

    // --- values that were sent before ---

    /// Offers values of earlier runs for the field of a tool that is typed into.
    pub(super) fn offer_past(&mut self) {
        let Some(work) = self.work_mut() else {
            return;
        };
        let Some(form) = &mut work.form else {
            return;
        };
        let (Some(typed), Some(id)) = (form.typed(), form.focused()) else {
            return;
        };
        let now = Some((id, typed.to_owned()));
        if work.memory.offered == now {
            return;
        }
        work.memory.offered = now;
        let field = form.form().field(id);
        if typed.is_empty() || field.secret {
            return;
        }
        let place = form.form().pointer(id);
        let as_text = |value: &Value| match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.clone()),
            _ => None,
        };
        let mut items: Vec<Suggestion> = Vec::new();
        let mut put = |text: Option<String>, remark: &str| {
            if let Some(text) = text
                && text != typed
                && words::begins(&text, typed)
                && items.len() < OFFERED
                && items.iter().all(|item| item.text != text)
            {
                items.push(Suggestion {
                    text,
                    remark: remark.to_owned(),
                });
            }
        };
        for value in &field.examples {
            put(as_text(value), "example");
        }
        for past in &work.memory.past {
            put(pointer::find(past, &place).and_then(as_text), "sent before");
        }
        if items.iter().any(|item| item.remark == "sent before") {
            form.set_suggestions(Some(Suggestions {
                items,
                remark: String::new(),
            }));
        }
    }
}

/// The arguments of a run as far as they still have a place: members that are gone are left out.
fn fitting(found: &Found) -> Value {
    match without_secrets(found.run.arguments.clone()) {
        Value::Object(members) => Value::Object(
            members
                .into_iter()
                .filter(|(name, _)| found.change.gone.iter().all(|gone| **gone != **name))
                .collect(),
        ),
        other => other,
    }
}
