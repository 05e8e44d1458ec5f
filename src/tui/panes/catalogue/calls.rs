//! Calls: how they are made, what becomes of them, and what a recording knows of them.

use std::sync::Arc;

use super::listing::Key;
use super::tabs::Tab;
use super::work::Outcome;
use super::{CataloguePane, Focus, following, words};
use crate::inspector::{Command, Update};
use crate::json::Value;
use crate::mcp::client::{Call, End};
use crate::mcp::types::{Item, List};
use crate::note::exit_sentence;
use crate::session::timeline::{EntryIndex, EntryRow, Exchange, LinkState, Spans, Status};
use crate::text;
use crate::tui::effect::{Effect, Source, Subject};
use crate::tui::event::Event;
use crate::tui::pane::{Ctx, Reply};
use crate::tui::panes::form::Mode;
use crate::tui::theme::Role;

/// Exchanges of a recording that are looked through at a time, and entries of a call that are counted.
pub(super) const BOUND: usize = 100_000;

/// The code of a JSON-RPC error about parameters.
const INVALID_PARAMS: i64 = -32602;

/// A call that waits for its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// Our number for it.
    pub ticket: u64,
    /// On which connection.
    pub conn: u32,
    /// What is called.
    pub key: Key,
    /// The entry of the request, once it was sent.
    pub seq: Option<u64>,
    /// When it was asked for.
    pub asked_us: u64,
    /// The link that is read, when it is not a call of the item itself.
    pub link: Option<String>,
    /// The state of the form whose arguments they are; none when they are not from it.
    pub revision: Option<u64>,
    /// The arguments to be remembered: as they were typed, without secrets.
    pub kept: Value,
}

/// The last call, to be made again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Last {
    /// What was called.
    pub key: Key,
    /// With which method.
    pub method: &'static str,
    /// And which parameters.
    pub params: String,
    /// See [`Pending::revision`].
    pub revision: Option<u64>,
    /// See [`Pending::kept`].
    pub kept: Value,
}

impl CataloguePane {
    /// Sends what the form holds, or reads the resource; asks first when there are problems, unless `anyway`.
    pub(super) fn run(&mut self, anyway: bool, ctx: &Ctx<'_>) -> Reply {
        if let Some(why) = words::cannot_send(ctx) {
            return Reply::say(why);
        }
        let Some(key) = self.key() else {
            return Reply::ignored();
        };
        let Some(work) = self.works.get_mut(&key) else {
            return Reply::ignored();
        };
        if let Some(why) = words::barred(&work.item, ctx) {
            return Reply::say(why);
        }
        if let Some(form) = &mut work.form {
            form.settle_json();
            if form.is_reading() {
                work.runs_when_read = true;
                return Reply::say("reading the text first…");
            }
        }
        work.try_again();
        work.asking = !anyway && work.problems() > 0;
        if work.asking {
            self.focus = Focus::Form;
            if !work.tab.is_form() {
                work.turn(Tab::Form);
            }
            return Reply::done();
        }
        self.begin(key, ctx)
    }

    /// Sends a call.
    pub(super) fn send(&mut self, last: Last, ctx: &Ctx<'_>) -> Reply {
        let Some(connection) = ctx.connection() else {
            return Reply::ignored();
        };
        let (conn, ticket) = (connection.number, ctx.ticket());
        let call = Call {
            ticket,
            method: last.method.to_owned(),
            params: Some(last.params.clone()),
            wait: None,
        };
        if let Some(work) = self.works.get_mut(&last.key) {
            work.runs += 1;
            work.asking = false;
            work.ask_anew();
        }
        self.pending.push(Pending {
            ticket,
            conn,
            key: last.key.clone(),
            seq: None,
            asked_us: ctx.now_us,
            link: None,
            revision: last.revision,
            kept: last.kept.clone(),
        });
        self.last.insert(Arc::clone(&self.server), last);
        Reply::effect(Effect::Engine(Command::Call { conn, call }))
    }

    /// Reads the resource that a link in the result leads to, on the same server.
    pub(super) fn read_link(&mut self, uri: &str, ctx: &Ctx<'_>) -> Reply {
        if let Some(why) = words::cannot_send(ctx) {
            return Reply::say(why);
        }
        let (Some(key), Some(connection)) = (self.key(), ctx.connection()) else {
            return Reply::ignored();
        };
        let (conn, ticket) = (connection.number, ctx.ticket());
        let uri_member = ("uri".to_owned(), Value::String(uri.to_owned()));
        let call = Call {
            ticket,
            method: "resources/read".to_owned(),
            params: Some(Value::Object(vec![uri_member]).to_string()),
            wait: None,
        };
        self.pending.push(Pending {
            ticket,
            conn,
            key,
            seq: None,
            asked_us: ctx.now_us,
            link: Some(uri.to_owned()),
            revision: None,
            kept: Value::Null,
        });
        Reply {
            say: Some(format!("reading {}…", text::sanitize(uri))),
            ..Reply::effect(Effect::Engine(Command::Call { conn, call }))
        }
    }

    /// A link was read, or could not be.
    fn link_read(
        &mut self,
        call: &Pending,
        end: End,
        answer: Option<u64>,
        ctx: &Ctx<'_>,
    ) -> Vec<Effect> {
        let (Some(link), Some(work)) = (call.link.as_deref(), self.works.get_mut(&call.key)) else {
            return Vec::new();
        };
        let response = answer
            .filter(|_| end == End::Answered)
            .and_then(|seq| ctx.timeline.index_of_seq(seq));
        let Some(source) = response.and_then(|index| ctx.source(index)) else {
            let how = match end {
                End::Answered | End::Gone | End::Unanswered => "no reply",
                _ => end.word(),
            };
            let sentence = format!("{} was not read: {how}", text::sanitize(link));
            if let Some(outcome) = &mut work.outcome {
                outcome.during.clone_from(&sentence);
            }
            return vec![Effect::Tell {
                sentence,
                bad: true,
            }];
        };
        let exchange = call
            .seq
            .and_then(|seq| ctx.timeline.index_of_seq(seq))
            .and_then(|index| ctx.timeline.exchange_of_request(index))
            .and_then(|index| ctx.timeline.exchange(index));
        let how = exchange.map(|exchange| outcome_of(exchange, response, ctx).labels());
        let how = how.map_or_else(String::new, |[long, ..]| format!("   {long}"));
        let subject = Subject::ResourceResult(source);
        let shown = work.result.enter(subject, &format!("{link}{how}"), ctx);
        // It was said that it is being read.
        let sentence = format!("read {}", text::sanitize(link));
        let told = Effect::Tell {
            sentence,
            bad: false,
        };
        vec![shown, told]
    }

    /// The call that waits: the newest of the selected item, else the newest of this server.
    pub(super) fn waiting(&self) -> Option<&Pending> {
        let key = self.key();
        let mine = self
            .pending
            .iter()
            .rfind(|call| Some(&call.key) == key.as_ref());
        mine.or_else(|| {
            self.pending
                .iter()
                .rfind(|call| call.key.server == self.server)
        })
    }

    /// Cancels it.
    pub(super) fn cancel(&self) -> Reply {
        match self.waiting() {
            Some(call) => Reply::effect(Effect::Engine(Command::Cancel {
                conn: call.conn,
                ticket: call.ticket,
            })),
            None => Reply::ignored(),
        }
    }

    /// Asks for the lists anew.
    pub(super) fn refresh(&self, ctx: &Ctx<'_>) -> Reply {
        match (words::cannot_send(ctx), ctx.connection()) {
            (Some(why), _) => Reply::say(why),
            (None, None) => Reply::ignored(),
            (None, Some(connection)) => Reply::effects(
                self.kind
                    .lists()
                    .iter()
                    .map(|list| {
                        Effect::Engine(Command::Refresh {
                            conn: connection.number,
                            list: *list,
                        })
                    })
                    .collect(),
            ),
        }
    }

    /// Hears what became of calls, and takes built documents.
    pub(super) fn heard(&mut self, event: &Event, ctx: &Ctx<'_>) -> Vec<Effect> {
        match event {
            Event::FrameRead { asker, result } => {
                self.sent_read(*asker, result);
                Vec::new()
            }
            Event::Update(Update::Sent { ticket, seq }) => {
                if let Some(call) = self.pending.iter_mut().find(|call| call.ticket == *ticket) {
                    call.seq = Some(*seq);
                    if call.link.is_none()
                        && let Some(work) = self.works.get_mut(&call.key)
                    {
                        work.request = Some(*seq);
                    }
                }
                Vec::new()
            }
            Event::Update(Update::Finished { ticket, end, seq }) => {
                let place = self.pending.iter().position(|call| call.ticket == *ticket);
                let Some(place) = place else {
                    return Vec::new();
                };
                let call = self.pending.remove(place);
                if call.link.is_some() {
                    return self.link_read(&call, *end, *seq, ctx);
                }
                self.finished(&call, *end, *seq, ctx)
            }
            Event::Built { viewer, tabs } => {
                for work in self.works.values_mut() {
                    if work.result.built(*viewer, tabs) || work.schema.built(*viewer, tabs) {
                        break;
                    }
                }
                Vec::new()
            }
            Event::FileRead { asker, result } => self.file_read(*asker, result),
            Event::Parsed {
                asker,
                text,
                result,
            } => self.parsed(*asker, text, result, ctx),
            Event::Laid { asker, text } => {
                let mut forms = self
                    .works
                    .values_mut()
                    .filter_map(|work| work.form.as_mut());
                forms.any(|form| form.laid(*asker, text));
                Vec::new()
            }
            Event::Edited { asker, result } => match self.edited(*asker, result) {
                Some(sentence) => vec![Effect::Tell {
                    sentence,
                    bad: true,
                }],
                None => Vec::new(),
            },
            event @ (Event::Saved { .. } | Event::Piped { .. } | Event::Queried { .. }) => self
                .works
                .values_mut()
                .find_map(|work| work.result.heard(event))
                .unwrap_or_default(),
            Event::FoundIn { viewer, text, hits } => {
                for work in self.works.values_mut() {
                    let found = work.result.found_in(*viewer, text, hits)
                        || work.schema.found_in(*viewer, text, hits);
                    if found {
                        break;
                    }
                }
                Vec::new()
            }
            Event::Indexed { viewer, part } => {
                for work in self.works.values_mut() {
                    if work.result.indexed(*viewer, part) || work.schema.indexed(*viewer, part) {
                        break;
                    }
                }
                Vec::new()
            }
            Event::Opened { viewer, result } => {
                for work in self.works.values_mut() {
                    if work.result.opened(*viewer, result) || work.schema.opened(*viewer, result) {
                        break;
                    }
                }
                Vec::new()
            }
            event => self.served(event, ctx),
        }
    }

    fn finished(
        &mut self,
        call: &Pending,
        end: End,
        answer: Option<u64>,
        ctx: &Ctx<'_>,
    ) -> Vec<Effect> {
        let exchange = call
            .seq
            .and_then(|seq| ctx.timeline.index_of_seq(seq))
            .and_then(|index| ctx.timeline.exchange_of_request(index))
            .and_then(|index| ctx.timeline.exchange(index));
        let response = answer
            .filter(|_| end == End::Answered)
            .and_then(|seq| ctx.timeline.index_of_seq(seq));
        let mut outcome = match exchange {
            Some(exchange) => {
                let mut outcome = outcome_of(exchange, response, ctx);
                following::of_task(&mut outcome, exchange, response, ctx);
                outcome
            }
            None => Outcome {
                word: String::new(),
                role: Role::Error,
                took_us: Some(ctx.now_us.saturating_sub(call.asked_us)),
                person_us: None,
                size: None,
                seq: None,
                clock: String::new(),
                words: Vec::new(),
                during: String::new(),
            },
        };
        let (word, role) = match end {
            End::Answered => (None, outcome.role),
            End::TimedOut => (Some("timeout"), Role::Error),
            End::Cancelled => (Some("cancelled"), Role::Warn),
            End::Gone | End::Unanswered => (Some("no reply"), Role::Error),
            End::Declined => (Some(end.word()), Role::Warn),
            End::NeedsInput | End::TooManyRounds | End::Masked => (Some(end.word()), Role::Error),
        };
        if let Some(word) = word {
            word.clone_into(&mut outcome.word);
            outcome.role = role;
            outcome.words = without_answer(end, call, ctx);
        }
        let status = exchange.map(|exchange| exchange.status);
        let mut effects = self.remember(call, end, status, outcome.took_us, ctx);
        let source = response.and_then(|response| ctx.source(response));
        if let Some(source) = source {
            self.answers.insert(Arc::clone(&call.key.server), source);
            if matches!(
                status,
                Some(Status::Error(INVALID_PARAMS) | Status::ToolError)
            ) {
                effects.push(self.read_refusal(call.clone(), source, ctx));
            }
        }
        let narrow = self.areas.narrow;
        let selected = self.key().as_ref() == Some(&call.key);
        let Some(work) = self.works.get_mut(&call.key) else {
            return effects;
        };
        // Somebody who waits on the Run button is shown the answer; somebody who types goes on typing.
        let waits = work
            .form
            .as_ref()
            .is_some_and(|form| form.on_run() || form.mode() == Mode::Navigation);
        if narrow && selected && self.focus == Focus::Form && waits && work.tab.is_form() {
            self.focus = Focus::Result;
        }
        if response.is_none() {
            // The document of an earlier call would pass for the answer to this one.
            work.result.clear("");
        }
        let uri = work.uri();
        let more = following::remarks(call.key.list, &work.item, uri.as_deref(), ctx);
        outcome.during = words::joined(&[&outcome.during, &more]);
        work.outcome = Some(outcome);
        if let Some(source) = source {
            let subject = subject(call.key.list, &work.item, source);
            effects.extend(work.result.show(subject, ctx));
        }
        effects
    }

    /// How the pending call of an item stands: `pending 4.2 s…  3/5 indexing`, long and short.
    pub(super) fn pending_label(&self, key: &Key, ctx: &Ctx<'_>) -> Option<[String; 2]> {
        let call = self.pending.iter().rfind(|call| call.key == *key)?;
        if let Some(label) = Self::waits_label(call, ctx).or_else(|| Self::task_label(call, ctx)) {
            return Some(label);
        }
        let sent = call.seq.and_then(|seq| ctx.timeline.index_of_seq(seq));
        let began = sent
            .and_then(|index| ctx.timeline.entry(index))
            .map_or(call.asked_us, EntryRow::us);
        let waited = ctx.now_us.saturating_sub(began);
        let short = if call.seq.is_some() {
            format!("pending {}…", words::took(waited))
        } else {
            "waiting to be sent…".to_owned()
        };
        let progress = sent
            .and_then(|index| ctx.timeline.exchange_of_request(index))
            .and_then(|exchange| ctx.timeline.state().progress(exchange));
        let long = match progress {
            None => short.clone(),
            Some(progress) => {
                let mut long = format!("{short}  {}", text::sanitize(&progress.progress));
                if let Some(total) = &progress.total {
                    long.push('/');
                    long.push_str(&text::sanitize(total));
                }
                if let Some(message) = &progress.message {
                    long.push(' ');
                    long.push_str(&text::sanitize(message));
                }
                long
            }
        };
        Some([long, short])
    }
}

/// Why there is nothing to repeat.
pub const NOTHING_CALLED: &str = "nothing was called here yet";

pub(super) fn subject(list: List, item: &Item, source: Source) -> Subject {
    match list {
        List::Tools => Subject::ToolResult(source, Some(Arc::clone(&item.raw))),
        List::Resources | List::Templates => Subject::ResourceResult(source),
        List::Prompts => Subject::PromptResult(source),
    }
}

pub(super) fn outcome_of(
    exchange: &Exchange,
    response: Option<EntryIndex>,
    ctx: &Ctx<'_>,
) -> Outcome {
    let last = response.or(exchange.ended).unwrap_or(exchange.request);
    let entry = ctx.timeline.entry(last);
    let role = match exchange.status {
        Status::Ok => Role::Ok,
        Status::Pending => Role::Pending,
        Status::InputRequired | Status::Task | Status::Cancelled => Role::Warn,
        _ => Role::Error,
    };
    let index = ctx.timeline.exchange_of_request(exchange.request);
    let spans = index.map(|index| ctx.timeline.spans(index, ctx.now_us));
    let rounds = index.map(|index| ctx.timeline.status_words(index));
    let person = spans.map_or(0, |spans| spans.person);
    Outcome {
        word: rounds.unwrap_or_else(|| exchange.status.to_string()),
        role,
        took_us: spans
            .filter(|_| exchange.ended.is_some())
            .map(Spans::server),
        person_us: (person > 0).then_some(person),
        size: response
            .and_then(|index| ctx.timeline.entry(index))
            .map(EntryRow::size),
        seq: entry.map(EntryRow::seq),
        clock: entry
            .map(|entry| words::clock(entry.at()))
            .unwrap_or_default(),
        words: Vec::new(),
        during: during(exchange, last, ctx),
    }
}

/// What the same server said between request and answer.
fn during(exchange: &Exchange, last: EntryIndex, ctx: &Ctx<'_>) -> String {
    let (from, to) = (exchange.request as usize + 1, last as usize);
    let entries = ctx.timeline.entries();
    let between = entries.get(from..to.max(from)).unwrap_or_default();
    let lines = between
        .iter()
        .take(BOUND)
        .filter(|entry| entry.conn() == exchange.conn && entry.is_stderr())
        .count();
    if lines == 0 {
        return String::new();
    }
    format!("during the call: {}", text::plural(lines, "stderr line"))
}

fn without_answer(end: End, call: &Pending, ctx: &Ctx<'_>) -> Vec<String> {
    let connection = ctx.timeline.state().connection(call.conn);
    let name = connection.map_or_else(String::new, |connection| {
        text::sanitize(&connection.name).into_owned()
    });
    match end {
        End::Answered => Vec::new(),
        End::TimedOut => vec![
            format!("{name} did not answer in time, so it was told that the call is cancelled."),
            "A later answer shows in Traffic.".to_owned(),
        ],
        End::Cancelled => vec![
            "Cancelled: the server was told, and whatever it still answers shows in Traffic."
                .to_owned(),
        ],
        End::Declined => vec![format!(
            "What {name} wanted first was declined, so the call was not sent again."
        )],
        End::NeedsInput => vec![format!(
            "{name} wants input that mcpscope did not say it could give; Traffic shows what."
        )],
        End::TooManyRounds => vec![format!(
            "{name} wanted input once too often; Traffic shows every round."
        )],
        End::Masked => vec![words::MASKED.to_owned()],
        End::Unanswered => {
            let trouble = connection.and_then(|connection| connection.trouble.as_ref());
            let Some(trouble) = trouble else {
                return vec![format!("{name} did not answer; Traffic shows why.")];
            };
            let mut lines = vec![text::sanitize(&trouble.what).into_owned()];
            lines.extend(
                trouble
                    .hint
                    .as_deref()
                    .map(|hint| text::sanitize(hint).into_owned()),
            );
            lines
        }
        End::Gone => {
            let how = match connection.map(|connection| &connection.link) {
                Some(LinkState::Exited { code, signal, .. }) => exit_sentence(*code, *signal),
                Some(LinkState::Failed { what, .. }) => {
                    format!("failed ({})", text::sanitize(what))
                }
                _ => "went away".to_owned(),
            };
            let mut lines = vec![format!("{name} {how} before it answered.")];
            lines.extend(connection.map(words::stderr_of).unwrap_or_default());
            lines
        }
    }
}
