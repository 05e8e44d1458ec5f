//! The sub-tab Waiting: what servers ask, and the answer to the selected question.
//!
//! Owns which question is selected, where the focus is, and for each open question the answer that is being worked
//! on, so that it outlives other views. Questions are read off the fold, also those of an opened file; answers are
//! effects. Nothing is answered that nobody pressed a button or its key for.

use std::collections::HashMap;

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::calls::Calls;
use super::{Section, words};
use crate::config::Standing;
use crate::mcp::asked::{AskKind, Root};
use crate::session::timeline::{EntryIndex, Question};
use crate::tui::action::{Action, Scope};
use crate::tui::clock::Clock;
use crate::tui::effect::Effect;
use crate::tui::event::Event;
use crate::tui::pane::{Ctx, Go, Pane, Reply};
use crate::tui::panes::form::{FormReply, Mode};
use crate::tui::panes::moves::moved;
use crate::tui::panes::viewer::Viewer;
use crate::tui::widgets::list::ListState;

mod answer;
mod buttons;
mod draw;
mod early;
mod layout;
mod mouse;
mod over;
mod policies;
mod rows;
mod sending;
mod services;

use answer::Answer;
use layout::Areas;
use over::can_be_reopened;
use policies::PolicyForm;
use rows::Row;

/// What has the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Focus {
    List,
    /// The answer to the selected question, or what became of it.
    Answer,
    /// The form of policies.
    Policies,
}

/// See the module.
#[derive(Debug)]
pub struct Waiting {
    clock: Clock,
    list: ListState,
    rows: Vec<Row>,
    /// The question of the selected row.
    selected: Option<u32>,
    focus: Focus,
    zoom: bool,
    /// Answers that are being worked on, by the number of their question.
    answers: HashMap<u32, Answer>,
    /// A question that is over, with its answer.
    over: Viewer,
    policies: Option<PolicyForm>,
    /// What was said here, by the name of the server; else the settings hold.
    standing: HashMap<String, Standing>,
    /// The folder that a person is offered to give as a root.
    here: Option<Root>,
    calls: Calls,
    areas: Areas,
}

impl Waiting {
    /// Nothing asked yet.
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            list: ListState::default(),
            rows: Vec::new(),
            selected: None,
            focus: Focus::List,
            zoom: false,
            answers: HashMap::new(),
            over: Viewer::empty("Select a question: what was asked and answered shows here."),
            policies: None,
            standing: HashMap::new(),
            here: None,
            calls: Calls::default(),
            areas: Areas::default(),
        }
    }

    /// The folder that a person is offered to give as a root when none is configured.
    pub fn offer(&mut self, here: Option<Root>) {
        self.here = here;
    }

    /// Somebody comes to look at what waits: at the oldest of it, unless one is looked at already.
    pub fn entered(&mut self, ctx: &Ctx<'_>) {
        self.sync(ctx);
        let waits = self
            .rows
            .get(self.list.selected)
            .is_some_and(|row| row.waits);
        if !waits && self.focus != Focus::Policies {
            self.focus = Focus::List;
            self.select(0);
            self.sync(ctx);
        }
    }

    /// How many questions wait.
    pub fn open(ctx: &Ctx<'_>) -> usize {
        ctx.timeline.questions().waiting().count()
    }

    /// What holds for a server: as it was said here, else as the settings have it.
    pub fn standing(&self, server: &str, settings: &crate::config::Settings) -> Standing {
        let said = self.standing.get(server).cloned();
        said.unwrap_or_else(|| settings.ask.of(server))
    }

    fn question<'a>(&self, ctx: &Ctx<'a>) -> Option<&'a Question> {
        ctx.timeline.questions().get(self.selected?)
    }

    /// The answer that is being worked on; none when the question is over.
    fn answer(&self) -> Option<&Answer> {
        self.answers.get(&self.selected?)
    }

    fn answer_mut(&mut self) -> Option<&mut Answer> {
        self.answers.get_mut(&self.selected?)
    }

    /// The connection that is looked at: of the selected question, else of the server looked at.
    fn conn(&self, ctx: &Ctx<'_>) -> Option<u32> {
        let asked = self.question(ctx).map(|question| question.conn);
        asked.or_else(|| ctx.server()?.conn)
    }

    /// The roots that would be given on a connection.
    fn roots(&self, conn: u32, ctx: &Ctx<'_>) -> Vec<Root> {
        let name = ctx.timeline.state().connection(conn);
        let name = name.map_or("", |connection| &connection.name);
        let standing = self.standing(name, ctx.settings);
        match standing.policies.given_roots() {
            Some(roots) => roots.to_vec(),
            None => self.here.iter().cloned().collect(),
        }
    }

    /// Takes what was asked and answered by now, and finds the selected question again.
    fn sync(&mut self, ctx: &Ctx<'_>) {
        let waited = self
            .rows
            .get(self.list.selected)
            .is_some_and(|row| row.waits);
        self.rows = rows::rows(ctx.timeline);
        let questions = ctx.timeline.questions();
        self.answers.retain(|number, answer| {
            let Some(question) = questions.get(*number) else {
                return false;
            };
            // A page that was opened can be opened again until the server is done with it.
            let reopens = answer.kind == AskKind::Url && can_be_reopened(question, ctx);
            if reopens {
                answer.accepted();
            }
            question.is_waiting() || reopens
        });
        let held = self.selected;
        let at = self
            .selected
            .and_then(|number| self.rows.iter().position(|row| row.number == number));
        match at {
            // Whoever has answered one goes on with the next, if there is one.
            Some(at) if waited && !self.rows[at].waits && self.rows[0].waits => {
                let waiting = self.rows.iter().filter(|row| row.waits).count();
                self.list.selected = self.list.selected.min(waiting - 1);
            }
            Some(at) => self.list.selected = at,
            // Its question was put with others of its kind, or was let go.
            None => self.list.selected = self.list.selected.min(self.rows.len().saturating_sub(1)),
        }
        let height = usize::from(self.areas.rows.height);
        self.list.clamp(self.rows.len(), height);
        self.selected = self.rows.get(self.list.selected).map(|row| row.number);
        if self.focus == Focus::Answer && (self.selected.is_none() || self.selected != held) {
            self.focus = Focus::List;
        }
        if let Some(question) = self.question(ctx).filter(|one| one.is_waiting()) {
            let answer = self.answers.entry(question.number);
            answer.or_insert_with(|| Answer::new(question, ctx));
        }
    }

    fn select(&mut self, row: usize) {
        self.list.selected = row.min(self.rows.len().saturating_sub(1));
        self.selected = self.rows.get(self.list.selected).map(|row| row.number);
    }

    /// Into the answer, ready for letters.
    fn enter(&mut self) -> Reply {
        if self.selected.is_none() {
            return Reply::say("nothing is asked");
        }
        self.focus = Focus::Answer;
        if let Some(form) = self.answer_mut().and_then(Answer::shown_mut) {
            form.enter();
        }
        Reply::done()
    }

    /// Out one level.
    fn back(&mut self) -> Reply {
        if self.zoom {
            self.zoom = false;
            return Reply::done();
        }
        match self.focus {
            Focus::Policies => {
                self.policies = None;
                self.focus = Focus::List;
            }
            Focus::Answer => {
                if let Some(answer) = self.answer_mut().filter(|answer| answer.is_json()) {
                    answer.turn_json();
                    return Reply::done();
                }
                self.focus = Focus::List;
            }
            Focus::List => return Reply::go(Go::Out),
        }
        Reply::done()
    }

    fn in_list(&mut self, action: Action, ctx: &Ctx<'_>) -> Reply {
        let (len, height) = (self.rows.len(), usize::from(self.areas.rows.height));
        match action {
            Action::OpenQuestion | Action::Right => return self.enter(),
            Action::Left => return Reply::done(),
            action if moved(&mut self.list, action, len, height) => {}
            _ => return Reply::ignored(),
        }
        self.select(self.list.selected);
        self.sync(ctx);
        Reply::done()
    }

    fn in_answer(&mut self, action: Action, ctx: &Ctx<'_>) -> Reply {
        let height = self.areas.head.height;
        let window = self.areas.head_window();
        let Some(answer) = self.answer_mut() else {
            return match action {
                Action::Left => self.back(),
                action => self.over.action(action, ctx),
            };
        };
        // What is asked comes before the form when it is cut.
        if let (Action::PageUp | Action::PageDown, Some(Ok(question))) = (action, &answer.question)
            && height > 0
            && !answer.head.fits(&question.document, window)
        {
            match action {
                Action::PageUp => answer.head.page_up(&question.document, window),
                _ => answer.head.page_down(&question.document, window),
            }
            return Reply::done();
        }
        let Some(form) = answer.shown_mut() else {
            return match action {
                Action::Left => self.back(),
                _ => Reply::ignored(),
            };
        };
        let action = match action {
            // On a button, what moves in lists moves among buttons, and Enter presses.
            Action::OpenQuestion if form.on_run() => Action::TypeIntoField,
            Action::Right if form.on_run() => Action::NextOption,
            Action::Left if form.on_run() => Action::PreviousOption,
            action => action,
        };
        let reply = form.action(action);
        match (&reply, action) {
            (FormReply::Ignored, Action::PreviousOption | Action::Left) => self.back(),
            _ => self.took(reply, ctx),
        }
    }

    fn pane(&mut self) -> Reply {
        match self.focus {
            Focus::List => self.enter(),
            Focus::Answer | Focus::Policies => {
                self.focus = Focus::List;
                Reply::done()
            }
        }
    }

    /// What a key or an action did to the form that has the keys.
    fn took(&mut self, reply: FormReply, ctx: &Ctx<'_>) -> Reply {
        match reply {
            FormReply::Ignored => Reply::ignored(),
            FormReply::Moved => Reply::done(),
            FormReply::Edited => {
                if let Some(answer) = self.answer_mut() {
                    answer.asking = false;
                    answer.sending = false;
                }
                Reply::done()
            }
            FormReply::Run if self.focus == Focus::Policies => self.apply_policies(ctx),
            FormReply::Run => self.accept(false, ctx),
            FormReply::Press(action) => self.action(action, ctx),
            FormReply::Say(words) => Reply::say(words),
            FormReply::Read(path) => {
                let asker = ctx.ticket();
                if let Some(form) = self.typed_mut() {
                    form.reads_as(asker);
                }
                Reply::effect(Effect::ReadFile { asker, path })
            }
            FormReply::Parse(text) => {
                let asker = ctx.ticket();
                if let Some(form) = self.typed_mut() {
                    form.parses_as(asker);
                }
                Reply::effect(Effect::Parse { asker, text })
            }
        }
    }

    /// The form that has the keys.
    fn typed(&self) -> Option<&crate::tui::panes::form::FormPane> {
        match self.focus {
            Focus::List => None,
            Focus::Answer => self.answer()?.shown(),
            Focus::Policies => Some(&self.policies.as_ref()?.form),
        }
    }

    fn typed_mut(&mut self) -> Option<&mut crate::tui::panes::form::FormPane> {
        match self.focus {
            Focus::List => None,
            Focus::Answer => self.answer_mut()?.shown_mut(),
            Focus::Policies => Some(&mut self.policies.as_mut()?.form),
        }
    }

    fn is_asking(&self) -> bool {
        self.focus == Focus::Answer && self.answer().is_some_and(|answer| answer.asking)
    }
}

impl Section for Waiting {
    fn name(&self) -> &'static str {
        "Waiting"
    }

    fn count(&self, ctx: &Ctx<'_>) -> usize {
        Self::open(ctx)
    }

    fn heading(&self) -> Rect {
        self.areas.heading
    }

    fn on_list(&self) -> bool {
        self.focus == Focus::List
    }
}

impl Pane for Waiting {
    fn scopes(&self) -> Vec<Scope> {
        let listed = || vec![Scope::Inbox, Scope::Question, Scope::Move];
        match self.focus {
            Focus::List => listed(),
            Focus::Policies => vec![Scope::Form, Scope::Move],
            Focus::Answer => match self.answer().map(Answer::shown) {
                None => vec![Scope::Viewer, Scope::Move],
                Some(Some(form)) if !form.on_run() => vec![Scope::Form, Scope::Move],
                Some(_) => listed(),
            },
        }
    }

    fn action(&mut self, action: Action, ctx: &Ctx<'_>) -> Reply {
        self.sync(ctx);
        if let Some(answer) = self.answer_mut()
            && std::mem::take(&mut answer.asking)
            && action == Action::Back
        {
            return Reply::done();
        }
        match action {
            Action::AcceptQuestion => self.accept(false, ctx),
            Action::DeclineQuestion | Action::CancelQuestion => self.dismiss(action, ctx),
            Action::CancelAsking => self.cancel_call(ctx),
            Action::EditAnswer => self.edit_json(ctx),
            Action::StubAnswer => self.stub(ctx),
            Action::AnswerFile => self.load_message(ctx),
            Action::EditOutside if self.focus != Focus::List => self.edit_outside(ctx),
            Action::OpenPage => self.open_page(ctx),
            Action::CopyAddress => self.copy_address(),
            Action::Policies => self.open_policies(ctx),
            Action::Run if self.focus == Focus::Policies => self.apply_policies(ctx),
            Action::Run if self.focus == Focus::Answer => self.accept(false, ctx),
            Action::Back => self.back(),
            Action::NextPane | Action::PreviousPane => self.pane(),
            Action::Zoom => {
                self.zoom = !self.zoom;
                Reply::done()
            }
            action => match self.focus {
                Focus::List => self.in_list(action, ctx),
                Focus::Answer => self.in_answer(action, ctx),
                Focus::Policies => match self.typed_mut().map(|form| form.action(action)) {
                    Some(FormReply::Ignored) if action == Action::Left => self.back(),
                    Some(reply) => self.took(reply, ctx),
                    None => Reply::ignored(),
                },
            },
        }
    }

    fn why_not(&self, action: Action, ctx: &Ctx<'_>) -> Option<String> {
        self.why(action, ctx)
    }

    fn takes_text(&self) -> bool {
        let form = self.typed();
        self.is_asking()
            || self.is_early()
            || form.is_some_and(crate::tui::panes::form::FormPane::takes_keys)
            || (self.focus == Focus::Answer && self.answer().is_none() && self.over.takes_text())
    }

    fn letters_act(&self) -> bool {
        self.letters_are_actions()
    }

    fn open_keys(&self) -> &'static [(&'static str, &'static str)] {
        if !self.is_asking() {
            return self.button_keys();
        }
        if self.answer().is_some_and(Answer::is_broken) {
            return &[("f", "fix it"), ("Esc", "leave it")];
        }
        &[("f", "fix first"), ("s", "send anyway"), ("Esc", "neither")]
    }

    fn key(&mut self, key: KeyEvent, ctx: &Ctx<'_>) -> Reply {
        self.sync(ctx);
        if self.is_asking()
            && let Some(reply) = self.settle_trouble(key, ctx)
        {
            return reply;
        }
        if self.focus == Focus::Answer && self.answer().is_none() {
            return self.over.key(key, ctx);
        }
        if self.is_early() {
            return self.typed_early(key);
        }
        let Some(form) = self.typed_mut() else {
            return Reply::ignored();
        };
        // Tab walks the fields first; from the buttons it goes on.
        if form.mode() == Mode::Typing && !form.takes_letters() {
            match key.code {
                KeyCode::Tab if form.on_run() => return self.pane(),
                KeyCode::BackTab if form.on_first() => return self.pane(),
                _ => {}
            }
        }
        let reply = form.key(key);
        self.took(reply, ctx)
    }

    fn paste(&mut self, text: &str, ctx: &Ctx<'_>) -> Reply {
        self.sync(ctx);
        if self.focus == Focus::Answer && self.answer().is_none() {
            return self.over.paste(text, ctx);
        }
        let Some(form) = self.typed_mut() else {
            return Reply::ignored();
        };
        let reply = form.paste(text);
        self.took(reply, ctx)
    }

    fn event(&mut self, event: &Event, ctx: &Ctx<'_>) -> Vec<Effect> {
        self.calls.hear(event, ctx.timeline);
        self.heard(event, ctx)
    }

    fn click(&mut self, at: Position, double: bool, ctx: &Ctx<'_>) -> Reply {
        self.sync(ctx);
        self.clicked(at, double, ctx)
    }

    fn wheel(&mut self, at: Position, lines: isize, _ctx: &Ctx<'_>) -> Reply {
        self.wheeled(at, lines)
    }

    fn place(&mut self, area: Rect, ctx: &Ctx<'_>) -> Vec<Effect> {
        self.sync(ctx);
        let mut effects = Vec::new();
        effects.extend(self.answer_mut().and_then(|answer| answer.read(ctx)));
        effects.extend(self.answer_mut().and_then(|answer| answer.check(ctx)));
        effects.extend(self.typed_mut().and_then(|form| form.errand_effect(ctx)));
        self.lay_out(area, ctx);
        if self.answer().is_none() && !self.areas.detail.is_empty() {
            if let Some(subject) = self.subject(ctx) {
                effects.extend(self.over.show(subject, ctx));
            }
            effects.extend(self.over.place(self.areas.detail, ctx));
        }
        effects
    }

    fn draw(&self, _area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        self.drawn(buf, ctx)
    }

    fn hint(&self, ctx: &Ctx<'_>) -> Option<String> {
        match self.focus {
            Focus::Answer | Focus::Policies => {
                let remark = self.answer().and_then(Answer::remark);
                let form = self.typed()?;
                let remark = remark.filter(|_| form.on_run()).map(str::to_owned);
                remark.or_else(|| form.hint())
            }
            Focus::List => {
                let question = self.question(ctx)?;
                let label = crate::text::sanitize(&question.label).into_owned();
                (!label.is_empty()).then_some(label)
            }
        }
    }

    fn moment(&self, ctx: &Ctx<'_>) -> Option<EntryIndex> {
        Some(self.question(ctx)?.entry)
    }
}
