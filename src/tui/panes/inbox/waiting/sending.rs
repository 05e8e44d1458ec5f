//! From an answer to what is sent: checked first, given once, and everything people can do with a question besides.

use crossterm::event::{KeyCode, KeyEvent};

use super::answer::Answer;
use super::{Focus, Waiting, rows};
use crate::inspector::Command;
use crate::mcp::asked::{AskKind, Policy, Reply as Given, reply};
use crate::text;
use crate::tui::action::{Action, Scope};
use crate::tui::effect::Effect;
use crate::tui::pane::{Ctx, Reply};
use crate::tui::panes::form::{FormPane, Side};

/// Why nothing can be sent.
const RECORDING: &str = "this is a recording; nothing is started or sent";
/// What a stub says when the settings give no words.
const STUB: &str = "This is a stub: no model was asked.";

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
                let ending = ending.unwrap_or_default();
                return Some(match ending.strip_prefix("over: ") {
                    Some(how) => format!("it is over: {how}"),
                    None => format!("it is over: {ending}"),
                });
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
            return Reply::say(
                "read the address, and open or copy it by its button; then Done says so",
            );
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
    pub(super) fn give(&mut self, given: Given, word: &str, ctx: &Ctx<'_>) -> Reply {
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
        Reply::say("filled in; Send sends it")
    }

    /// Asks for a file with the message.
    pub(super) fn load_message(&mut self, ctx: &Ctx<'_>) -> Reply {
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

    pub(super) fn edited(&mut self, asker: u64, result: &Result<String, String>) -> Option<String> {
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
        let asker = ctx.ticket();
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
        answer.in_browser = Some(asker);
        Reply::effect(Effect::Browse {
            asker,
            address: page,
        })
    }

    /// A browser took a page, or there is none here: then whoever copies the address can say that it is done.
    pub(super) fn browsed(&mut self, asker: u64, took: bool, ctx: &Ctx<'_>) -> Vec<Effect> {
        let mut answers = self.answers.values_mut();
        let Some(answer) = answers.find(|answer| answer.in_browser == Some(asker)) else {
            return Vec::new();
        };
        answer.in_browser = None;
        answer.opened();
        let number = answer.number;
        let question = ctx.timeline.questions().get(number);
        let ends = question.is_none_or(|one| one.end.is_some());
        if !took || ends || answer.sent || !answer.opening_accepts() {
            return Vec::new();
        }
        let (selected, focus) = (self.selected.replace(number), self.focus);
        let reply = self.give(reply::accept(None), "accepted", ctx);
        // Its page can be opened again; whoever is at another question stays there.
        (self.selected, self.focus) = (selected, focus);
        reply.effects
    }

    pub(super) fn copy_address(&mut self) -> Reply {
        let Some(answer) = self.answer_mut() else {
            return Reply::say("nothing is asked");
        };
        let Some(Ok(question)) = &answer.question else {
            return Reply::say("what it asks is still being read");
        };
        let Some(address) = question.address.clone() else {
            return Reply::say("no page is to be opened");
        };
        if !answer.sent {
            answer.opened();
        }
        Reply::effect(Effect::Copy {
            text: address,
            what: "the address".to_owned(),
        })
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
