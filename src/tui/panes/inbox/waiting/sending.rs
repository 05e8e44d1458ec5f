//! From an answer to what is sent: checked first, given once, and everything people can do with a question besides.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::Position;

use super::answer::Answer;
use super::draw::FIX;
use super::{Focus, Waiting, rows};
use crate::inspector::Command;
use crate::mcp::asked::{AskKind, Policy, Reply as Given, reply};
use crate::text;
use crate::tui::action::{Action, Scope};
use crate::tui::effect::Effect;
use crate::tui::event::Event;
use crate::tui::pane::{Ctx, Reply};
use crate::tui::panes::form::{FormPane, FormReply, Side};

/// Why nothing can be sent.
const RECORDING: &str = "this is a recording; nothing is started or sent";
/// What a stub says when the settings give no words.
const STUB: &str = "This is a stub: no model was asked.";

fn tell(sentence: impl Into<String>, bad: bool) -> Effect {
    Effect::Tell {
        sentence: sentence.into(),
        bad,
    }
}

impl Waiting {
    /// Why an action does nothing now, if so.
    pub(super) fn why(&self, action: Action, ctx: &Ctx<'_>) -> Option<String> {
        let question = self.question(ctx);
        let waits = question.is_some_and(crate::session::timeline::Question::is_waiting);
        let kind = question.map(|question| question.kind);
        let scope = action.row().scope;
        let why = match action {
            Action::Policies if !ctx.live => RECORDING,
            Action::Policies if self.conn(ctx).is_none() => "no server was connected yet",
            Action::Policies | Action::OpenQuestion if !self.rows.is_empty() => return None,
            Action::OpenQuestion => "nothing is asked",
            _ if scope == Scope::Question && !ctx.live => RECORDING,
            _ if scope == Scope::Question && question.is_none() => "nothing is asked",
            Action::StubAnswer | Action::AnswerFile if kind != Some(AskKind::Sampling) => {
                "only what a model would say is made up or read from a file"
            }
            Action::OpenPage | Action::CopyAddress if kind != Some(AskKind::Url) => {
                "no page is to be opened"
            }
            Action::EditAnswer if kind == Some(AskKind::Url) => "there is nothing to fill in",
            Action::OpenPage | Action::CopyAddress | Action::CancelAsking
                if self.answer().is_some() =>
            {
                return None;
            }
            _ if scope == Scope::Question && !waits => {
                let ending = question.map(|question| rows::ending(question).0);
                return Some(format!("it is over: {}", ending.unwrap_or_default()));
            }
            Action::NextError | Action::PreviousError => {
                "Traffic (5) and Logs (6) know what went wrong"
            }
            Action::Find | Action::FindNext | Action::FindPrevious if self.focus == Focus::List => {
                "Traffic (5) can be searched"
            }
            action => {
                return match self.typed() {
                    Some(form) => form.why_not(action),
                    None if self.focus == Focus::Answer && self.answer().is_none() => {
                        self.over.why_not(action)
                    }
                    None => None,
                };
            }
        };
        Some(why.to_owned())
    }

    /// Gives the answer, when nothing is wrong with it or `anyway`.
    pub(super) fn accept(&mut self, anyway: bool, ctx: &Ctx<'_>) -> Reply {
        if !ctx.live {
            return Reply::say(RECORDING);
        }
        let list = self.focus == Focus::List;
        let Some(answer) = self.answer_mut() else {
            return Reply::say("nothing is asked");
        };
        if answer.sent {
            return Reply::say("it was answered already");
        }
        if answer.kind == AskKind::Url && !answer.was_opened() {
            return Reply::say("read the address and open it by its button; then Done says so");
        }
        let Some(form) = answer.shown_mut() else {
            return Reply::say("what it asks is still being read");
        };
        form.settle_json();
        answer.sending = false;
        answer.asking = !anyway && answer.trouble().is_some();
        if answer.asking {
            if list {
                self.enter();
            }
            return Reply::done();
        }
        if !anyway && !answer.is_checked() {
            // What the schema has to say comes first; it is on its way.
            answer.sending = true;
            return Reply::effects(answer.check(ctx).into_iter().collect());
        }
        let given = answer.reply();
        self.give(given, "accepted", ctx)
    }

    /// Sends a reply; the question is no longer ours then.
    fn give(&mut self, given: Given, word: &str, ctx: &Ctx<'_>) -> Reply {
        let Some(answer) = self.answer_mut() else {
            return Reply::ignored();
        };
        answer.sent = true;
        answer.asking = false;
        answer.sending = false;
        let command = Command::Answer {
            conn: answer.conn,
            question: answer.which.clone(),
            reply: given,
        };
        let name = super::words::server(ctx.timeline, answer.conn);
        self.focus = Focus::List;
        Reply {
            say: Some(format!("{word}: {name} is told")),
            ..Reply::effect(Effect::Engine(command))
        }
    }

    /// Declines, or dismisses without a choice.
    pub(super) fn dismiss(&mut self, action: Action, ctx: &Ctx<'_>) -> Reply {
        if let Some(why) = self.why(action, ctx) {
            return Reply::say(why);
        }
        let Some(answer) = self.answer() else {
            return Reply::say("nothing is asked");
        };
        if answer.sent {
            return Reply::say("it was answered already");
        }
        let (given, word) = match (action, answer.kind) {
            (Action::CancelQuestion, AskKind::Form | AskKind::Url) => {
                (reply::cancelled(answer.kind), "cancelled")
            }
            (_, kind) => (reply::declined(kind), "declined"),
        };
        self.give(given, word, ctx)
    }

    /// Cancels the call that a question is asked for.
    pub(super) fn cancel_call(&mut self, ctx: &Ctx<'_>) -> Reply {
        let call = self.question(ctx).and_then(|question| question.call);
        let cancel = call.and_then(|call| self.calls.cancel(call, ctx.timeline));
        match cancel {
            Some(cancel) => Reply::effect(cancel),
            None => Reply::say("there is no call to cancel"),
        }
    }

    /// To JSON, or back to the fields.
    pub(super) fn edit_json(&mut self, ctx: &Ctx<'_>) -> Reply {
        if let Some(why) = self.why(Action::EditAnswer, ctx) {
            return Reply::say(why);
        }
        let Some(answer) = self.answer_mut().filter(|answer| answer.form.is_some()) else {
            return Reply::say("what it asks is still being read");
        };
        answer.turn_json();
        self.focus = Focus::Answer;
        Reply::done()
    }

    /// Fills in a message that no model wrote.
    pub(super) fn stub(&mut self, ctx: &Ctx<'_>) -> Reply {
        let name = self.conn(ctx);
        let name = name.and_then(|conn| ctx.timeline.state().connection(conn));
        let name = name.map_or("", |connection| &connection.name);
        let words = match self.standing(name, ctx.settings).policies.sampling {
            Policy::Stub(text) => text,
            _ => STUB.to_owned(),
        };
        let Some(answer) = self.answer_mut() else {
            return Reply::ignored();
        };
        answer.set_message(&words, Some(reply::STUB_MODEL));
        self.focus = Focus::Answer;
        Reply::say("filled in; Send sends it")
    }

    /// Asks for a file with the message.
    pub(super) fn from_file(&mut self, ctx: &Ctx<'_>) -> Reply {
        let Some(form) = self.answer_mut().and_then(Answer::fields) else {
            return Reply::ignored();
        };
        form.action(Action::Top);
        let reply = form.action(Action::LoadFile);
        self.focus = Focus::Answer;
        self.took(reply, ctx)
    }

    /// Gives what is typed to an editor: the text of a message, else everything as JSON with the schema beside it.
    pub(super) fn edit_outside(&mut self, ctx: &Ctx<'_>) -> Reply {
        if self.focus == Focus::Policies {
            return Reply::say("policies are changed here");
        }
        let asker = ctx.ticket();
        let Some(answer) = self.answer_mut() else {
            return Reply::ignored();
        };
        let schema = match &answer.question {
            Some(Ok(question)) => question.schema.clone(),
            _ => None,
        };
        let as_text = answer.kind == AskKind::Sampling && !answer.is_json();
        let text = if as_text {
            answer.message()
        } else {
            let Some(form) = answer.shown_mut() else {
                return Reply::ignored();
            };
            form.whole_text().trim_end().to_owned() + "\n"
        };
        answer.in_editor = Some((asker, as_text));
        Reply::effect(Effect::Edit {
            asker,
            text,
            suffix: if as_text { ".md" } else { ".json" }.to_owned(),
            beside: schema
                .map(|schema| ("schema.json".to_owned(), schema.to_vec()))
                .into_iter()
                .collect(),
        })
    }

    fn edited(&mut self, asker: u64, result: &Result<String, String>) -> Option<String> {
        let mut answers = self.answers.values_mut();
        let answer =
            answers.find(|answer| answer.in_editor.is_some_and(|(known, _)| known == asker))?;
        let (_, as_text) = answer.in_editor.take()?;
        let text = result.as_ref().ok()?;
        if as_text {
            answer.set_message(text.trim_end_matches('\n'), None);
            return None;
        }
        let form = answer.shown_mut()?;
        let why = form.take_text(text).err()?;
        form.turn(Side::Json);
        Some(why)
    }

    /// Opens the page, because somebody pressed the button that says so.
    pub(super) fn open_page(&mut self, ctx: &Ctx<'_>) -> Reply {
        if let Some(why) = self.why(Action::OpenPage, ctx) {
            return Reply::say(why);
        }
        let ends = self.question(ctx).is_some_and(|one| one.end.is_some());
        let Some(answer) = self.answer_mut() else {
            return Reply::ignored();
        };
        let Some(address) = &answer.address else {
            return Reply::say("what it asks is still being read");
        };
        let Some(page) = address.opens.clone() else {
            let why = address.warnings.first().cloned();
            return Reply::say(why.unwrap_or_default());
        };
        let open = Effect::Browse { address: page };
        let accepts = answer.opening_accepts() && !ends && !answer.sent;
        answer.opened();
        if !accepts {
            return Reply::effect(open);
        }
        let mut reply = self.give(reply::accept(None), "accepted", ctx);
        self.focus = Focus::Answer;
        reply.effects.insert(0, open);
        reply
    }

    pub(super) fn copy_address(&mut self) -> Reply {
        let Some(Some(Ok(question))) = self.answer().map(|answer| &answer.question) else {
            return Reply::say("what it asks is still being read");
        };
        match &question.address {
            Some(address) => Reply::effect(Effect::Copy {
                text: address.clone(),
                what: "the address".to_owned(),
            }),
            None => Reply::say("no page is to be opened"),
        }
    }

    /// The question about problems was asked: what a key answers. Others do what they always do.
    pub(super) fn settle_trouble(&mut self, key: KeyEvent, ctx: &Ctx<'_>) -> Option<Reply> {
        let answer = self.answer_mut()?;
        let broken = answer.is_broken();
        answer.asking = false;
        match key.code {
            KeyCode::Char('s') if !broken => Some(self.accept(true, ctx)),
            KeyCode::Char('f') | KeyCode::Enter => {
                let reply = answer.shown_mut()?.problem(true);
                Some(self.took(reply, ctx))
            }
            KeyCode::Esc => Some(Reply::done()),
            _ => None,
        }
    }

    // --- what comes from outside ---

    pub(super) fn heard(&mut self, event: &Event, ctx: &Ctx<'_>) -> Vec<Effect> {
        match event {
            Event::Question { asker, read } => {
                let found = self.answers.iter().find(|(_, one)| one.asker == *asker);
                let Some((number, conn)) = found.map(|(number, one)| (*number, one.conn)) else {
                    return Vec::new();
                };
                let roots = self.roots(conn, ctx);
                let here = self.focus == Focus::Answer && self.selected == Some(number);
                if let Some(answer) = self.answers.get_mut(&number) {
                    answer.asked(read, &roots);
                    if let Some(form) = answer.form.as_mut().filter(|_| here) {
                        form.enter();
                    }
                }
                Vec::new()
            }
            Event::Validated {
                asker,
                revision,
                verdict,
            } => self.validated(*asker, *revision, verdict, ctx),
            Event::Edited { asker, result } => {
                let why = self.edited(*asker, result);
                why.map(|why| tell(why, true)).into_iter().collect()
            }
            Event::FileRead { asker, result } => self.file_read(*asker, result, ctx),
            Event::Parsed {
                asker,
                text,
                result,
            } => {
                let policies = self.policies.as_mut().map(|policies| &mut policies.form);
                let forms = self.answers.values_mut().filter_map(Answer::shown_mut);
                let taken = forms
                    .chain(policies)
                    .find_map(|form| form.parsed(*asker, text, result));
                match taken {
                    Some(Err(why)) => vec![tell(text::sanitize(&why), true)],
                    Some(Ok(())) => vec![tell("pasted", false)],
                    None => Vec::new(),
                }
            }
            Event::Built { viewer, tabs } => {
                self.over.built(*viewer, tabs);
                Vec::new()
            }
            Event::FoundIn { viewer, text, hits } => {
                self.over.found_in(*viewer, text, hits);
                Vec::new()
            }
            Event::Indexed { viewer, part } => {
                self.over.indexed(*viewer, part);
                Vec::new()
            }
            Event::Opened { viewer, result } => {
                self.over.opened(*viewer, result);
                Vec::new()
            }
            event => self.over.heard(event).unwrap_or_default(),
        }
    }

    fn validated(
        &mut self,
        asker: u64,
        revision: u64,
        verdict: &Result<crate::validity::Verdict, String>,
        ctx: &Ctx<'_>,
    ) -> Vec<Effect> {
        let mut answers = self.answers.values_mut();
        let its = |answer: &mut Answer| answer.checked(asker, revision, verdict);
        let Some(answer) = answers.find_map(|answer| its(answer).then_some(answer)) else {
            return Vec::new();
        };
        if !answer.sending || !answer.is_checked() {
            return Vec::new();
        }
        answer.sending = false;
        if answer.trouble().is_some() {
            answer.asking = true;
            return Vec::new();
        }
        let (number, given) = (answer.number, answer.reply());
        let (selected, focus) = (self.selected.replace(number), self.focus);
        let reply = self.give(given, "accepted", ctx);
        if selected != Some(number) {
            // Somebody went on to another one meanwhile.
            (self.selected, self.focus) = (selected, focus);
        }
        let said = reply.say.map(|words| tell(words, false));
        reply.effects.into_iter().chain(said).collect()
    }

    fn file_read(
        &mut self,
        asker: u64,
        result: &Result<Vec<u8>, String>,
        ctx: &Ctx<'_>,
    ) -> Vec<Effect> {
        if let Some(effects) = self.canned_read(asker, result, ctx) {
            return effects;
        }
        let policies = self.policies.as_mut().map(|policies| &mut policies.form);
        let forms = self.answers.values_mut().filter_map(Answer::shown_mut);
        for form in forms.chain(policies) {
            let taken = match result {
                Ok(bytes) => form.file_read(asker, bytes),
                Err(_) => Ok(form.file_lost(asker)),
            };
            match taken {
                Ok(false) => {}
                Ok(true) => break,
                Err(why) => return vec![tell(why, true)],
            }
        }
        Vec::new()
    }

    // --- the mouse ---

    pub(super) fn clicked(&mut self, at: Position, double: bool, ctx: &Ctx<'_>) -> Reply {
        let areas = self.areas.clone();
        if let Some(form) = self.typed_mut().filter(|form| form.covers(at)) {
            let reply = form.click(at, double);
            let mut reply = self.took(reply, ctx);
            reply.handled = true;
            return reply;
        }
        if areas.policy.contains(at) {
            return self.open_policies(ctx);
        }
        if areas.rows.contains(at) {
            self.focus = Focus::List;
            self.policies = None;
            return match self.list.row_at(at, self.rows.len(), 1, areas.rows) {
                Some(row) => {
                    self.select(row);
                    self.sync(ctx);
                    if double { self.enter() } else { Reply::done() }
                }
                None => Reply::done(),
            };
        }
        if areas.trouble.contains(at) && self.answer().is_some_and(|answer| answer.asking) {
            return self.click_trouble(at, ctx);
        }
        if !areas.rule.contains(at) && !areas.detail.contains(at) {
            return Reply::ignored();
        }
        if self.focus != Focus::Policies {
            if self.selected.is_none() {
                return Reply::ignored();
            }
            self.focus = Focus::Answer;
        }
        if self.focus == Focus::Answer && self.answer().is_none() {
            let mut reply = self.over.click(at, double, ctx);
            reply.handled = true;
            return reply;
        }
        let json = self.answer().is_some_and(Answer::is_json) && self.focus == Focus::Answer;
        let Some(form) = self.typed_mut() else {
            return Reply::done();
        };
        let reply = if json {
            form.click_json(double)
        } else {
            form.click(at, double)
        };
        match reply {
            FormReply::Ignored => Reply::done(),
            reply => self.took(reply, ctx),
        }
    }

    fn click_trouble(&mut self, at: Position, ctx: &Ctx<'_>) -> Reply {
        let row = self.areas.trouble;
        let Some(answer) = self.answer() else {
            return Reply::ignored();
        };
        let words = format!("{}: ", answer.trouble().unwrap_or_default());
        let column = usize::from(at.x - row.x).checked_sub(text::width(&words));
        let fix = text::width(FIX);
        let letter = match column {
            Some(column) if column < fix => 'f',
            Some(column) if column > fix + 1 => 's',
            _ => return Reply::done(),
        };
        let key = KeyEvent::from(KeyCode::Char(letter));
        self.settle_trouble(key, ctx).unwrap_or_else(Reply::done)
    }

    pub(super) fn wheeled(&mut self, at: Position, lines: isize) -> Reply {
        let areas = self.areas.clone();
        if areas.rows.contains(at) {
            let height = usize::from(areas.rows.height);
            self.list.scroll(lines, self.rows.len(), height);
            self.select(self.list.selected);
        } else if areas.head.contains(at) {
            let window = areas.head_window();
            if let Some(answer) = self.answer_mut()
                && let Some(Ok(question)) = &answer.question
            {
                let n = lines.unsigned_abs();
                if lines < 0 {
                    answer.head.up(n, &question.document, window);
                } else {
                    answer.head.down(n, &question.document, window);
                }
            }
        } else if areas.detail.contains(at) {
            match self.focus {
                Focus::Policies => {
                    if let Some(policies) = &mut self.policies {
                        policies.form.wheel(lines);
                    }
                }
                Focus::List | Focus::Answer => match self.answer_mut().map(Answer::shown_mut) {
                    Some(Some(form)) => form.wheel(lines),
                    Some(None) => {}
                    None => self.over.wheel(lines),
                },
            }
        } else {
            return Reply::ignored();
        }
        Reply::done()
    }
}

/// What stands in a member of a form of ours.
pub(super) fn member(form: &FormPane, name: &str) -> Option<String> {
    let arguments = form.arguments();
    let text = arguments.get(name)?.as_str()?;
    Some(text.to_owned())
}

/// The canned answer in a file that was read.
pub(super) fn canned(path: &str, bytes: &[u8]) -> Result<String, String> {
    // More takes too long where keys are read.
    const MOST: usize = 64 << 10;
    if bytes.len() > MOST {
        let size = text::size(bytes.len() as u64);
        return Err(format!(
            "canned answer {path}: {size}, more than is taken here"
        ));
    }
    crate::config::ask::canned_text(bytes)
        .map_err(|why| format!("canned answer {path}: {}", text::sanitize(&why)))
}
