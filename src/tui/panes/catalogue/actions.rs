//! What keys and actions do, by what has the focus.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::tabs::Tab;
use super::{CataloguePane, Focus};
use crate::json::{Problem, Value};
use crate::text;
use crate::tui::action::{Action, Scope};
use crate::tui::effect::Effect;
use crate::tui::keymap::{Chord, Meaning};
use crate::tui::pane::{Ctx, Go, Pane as _, Reply};
use crate::tui::panes::form::{FormReply, Mode, Side};
use crate::tui::widgets::input::Reaction;

impl CataloguePane {
    // --- going about ---

    /// Goes to the form of the selected item, ready for letters, or reads the resource.
    pub(super) fn open(&mut self, ctx: &Ctx<'_>) -> Reply {
        let narrow = self.areas.narrow;
        let Some(work) = self.work_mut() else {
            return Reply::ignored();
        };
        let Some(form) = &mut work.form else {
            let has_result = !work.result.is_empty() || work.outcome.is_some();
            if has_result && super::words::cannot_send(ctx).is_some() {
                // It cannot be read again, but what was read can be looked at.
                self.focus = Focus::Result;
                return Reply::done();
            }
            let reply = self.run(false, ctx);
            if narrow && (!reply.effects.is_empty() || has_result) {
                self.focus = Focus::Result;
            }
            return reply;
        };
        form.turn(Side::Fields);
        form.enter();
        if work.tab != Tab::Split {
            work.turn(Tab::Form);
        }
        self.focus = Focus::Form;
        Reply::done()
    }

    /// Runs the selected item out of the list. Where the answer has no room beside the list, the form is gone to as if
    /// it was run there.
    fn run_listed(&mut self, ctx: &Ctx<'_>) -> Reply {
        let narrow = self.areas.narrow;
        let Some(work) = self.work_mut() else {
            return Reply::ignored();
        };
        let Some(form) = &mut work.form else {
            return self.open(ctx);
        };
        form.stop_typing();
        if narrow {
            if !work.tab.is_form() {
                work.turn(Tab::Form);
            }
            self.focus = Focus::Form;
        }
        self.run_as(false, ctx)
    }

    pub(super) fn pane(&mut self, forward: bool) -> Reply {
        if self.work().is_none() {
            return Reply::ignored();
        }
        if self.turn_half(forward) {
            return Reply::done();
        }
        self.focus = match (self.focus, forward) {
            (Focus::List, true) | (Focus::Result, false) => Focus::Form,
            (Focus::Form, true) | (Focus::List, false) => Focus::Result,
            (Focus::Result, true) | (Focus::Form, false) => Focus::List,
        };
        Reply::done()
    }

    pub(super) fn back(&mut self) -> Reply {
        if self.zoom {
            self.zoom = false;
            return Reply::done();
        }
        self.focus = match self.focus {
            Focus::Result if self.has_form() => Focus::Form,
            Focus::Result | Focus::Form => Focus::List,
            Focus::List if !self.filter().is_empty() => {
                self.browse_mut().clear_filter();
                Focus::List
            }
            Focus::List => return Reply::go(Go::Out),
        };
        Reply::done()
    }

    fn filter(&self) -> &str {
        self.browse().map_or("", |browse| browse.filter.text())
    }

    /// What a key or an action did to the form.
    pub(super) fn took(&mut self, reply: FormReply, ctx: &Ctx<'_>) -> Reply {
        match reply {
            FormReply::Ignored => Reply::ignored(),
            FormReply::Moved => Reply::done(),
            FormReply::Edited => {
                if let Some(work) = self.work_mut() {
                    work.changed = false;
                    work.memory.banner = None;
                }
                Reply::done()
            }
            FormReply::Run => self.run_as(false, ctx),
            FormReply::Press(action) => Reply::go(Go::Do(action)),
            FormReply::Say(words) => Reply::say(words),
            FormReply::Read(path) => {
                let asker = ctx.ticket();
                if let Some(form) = self.work_mut().and_then(|work| work.form.as_mut()) {
                    form.reads_as(asker);
                }
                Reply::effect(Effect::ReadFile { asker, path })
            }
            FormReply::Parse(text) => {
                let asker = ctx.ticket();
                if let Some(form) = self.work_mut().and_then(|work| work.form.as_mut()) {
                    form.parses_as(asker);
                }
                let size = text::size(text.len() as u64);
                let mut reply = Reply::say(format!("reading {size} of pasted text…"));
                reply.effects.push(Effect::Parse { asker, text });
                reply
            }
        }
    }

    /// A file that a field asked for was read, or not.
    pub(super) fn file_read(
        &mut self,
        asker: u64,
        result: &Result<Vec<u8>, String>,
    ) -> Vec<Effect> {
        for form in self
            .works
            .values_mut()
            .filter_map(|work| work.form.as_mut())
        {
            match form.file_read(asker, result) {
                Ok(false) => {}
                Ok(true) => break,
                Err(why) => {
                    return vec![Effect::Tell {
                        sentence: why,
                        bad: true,
                    }];
                }
            }
        }
        Vec::new()
    }

    /// Text was read: pasted, or typed and left.
    pub(super) fn parsed(
        &mut self,
        asker: u64,
        text: &str,
        result: &Result<Value, Problem>,
        ctx: &Ctx<'_>,
    ) -> Vec<Effect> {
        let tell = |sentence: String, bad: bool| Effect::Tell { sentence, bad };
        let here = Self::key(self);
        for (key, work) in &mut self.works {
            let Some(form) = &mut work.form else { continue };
            let Some(taken) = form.parsed(asker, text, result) else {
                continue;
            };
            let runs = std::mem::take(&mut work.runs_when_read);
            let word = match taken {
                Ok(word) => word,
                Err(why) => return vec![tell(text::sanitize(&why).into_owned(), true)],
            };
            work.changed = false;
            work.memory.banner = None;
            if runs && here.as_ref() == Some(key) {
                let reply = self.run(false, ctx);
                let said = reply.say.map(|words| tell(words, false));
                return reply.effects.into_iter().chain(said).collect();
            }
            return vec![tell(word.to_owned(), false)];
        }
        Vec::new()
    }

    /// What forms leave to others, beside what they answer.
    pub(super) fn errands(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        let mut effects: Vec<Effect> = self.wait_for_rest(ctx).into_iter().collect();
        let calm = self.works.values_mut().filter(|work| !work.is_busy());
        let forms = calm.filter_map(|work| work.form.as_mut());
        let errands = forms.filter_map(|form| form.errand_effect(ctx));
        effects.extend(errands);
        effects
    }

    // --- actions by focus ---

    /// Looks at what is kept of the selected item, or keeps more of it.
    pub(super) fn arguments_action(&mut self, action: Action, ctx: &Ctx<'_>) -> Reply {
        match action {
            Action::History => self.open_history(ctx),
            Action::Presets => self.open_presets(ctx),
            _ => self.name_preset(ctx),
        }
    }

    pub(super) fn list_action(&mut self, action: Action, ctx: &Ctx<'_>) -> Reply {
        let height = usize::from(self.list_rows().height);
        match action {
            Action::OpenItem => return self.open(ctx),
            Action::RunItem => return self.run_listed(ctx),
            Action::Right => {
                if self.work().is_none() {
                    return Reply::ignored();
                }
                self.focus = if self.has_form() {
                    Focus::Form
                } else {
                    Focus::Result
                };
                return Reply::done();
            }
            Action::Find => {
                self.browse_mut().typing = true;
                return Reply::done();
            }
            _ => {}
        }
        let browse = self.browse_mut();
        let (len, list) = (browse.rows.len(), &mut browse.list);
        let down = match action {
            Action::Up => {
                list.up(1);
                false
            }
            Action::Down => {
                list.down(1, len);
                true
            }
            Action::PageUp => {
                list.page_up(height);
                false
            }
            Action::PageDown => {
                list.page_down(len, height);
                true
            }
            Action::Top => {
                list.top();
                true
            }
            Action::Bottom => {
                list.bottom(len);
                false
            }
            Action::Centre => {
                list.centre(len, height);
                return Reply::done();
            }
            _ => return Reply::ignored(),
        };
        browse.settle(down);
        Reply::done()
    }

    pub(super) fn form_action(&mut self, action: Action, ctx: &Ctx<'_>) -> Reply {
        match action {
            Action::NextTab => return self.turn(true),
            Action::PreviousTab => return self.turn(false),
            _ => {}
        }
        let tab = self.tab();
        let Some(work) = self.work_mut() else {
            return Reply::ignored();
        };
        match (tab, &mut work.form) {
            (Tab::About, _) => match action {
                Action::Left => self.back(),
                action => work.about_action(action),
            },
            (Tab::Schema, _) => match action {
                Action::Left => self.back(),
                _ => Reply::ignored(),
            },
            (_, Some(form)) => match action {
                Action::Run => self.run_as(false, ctx),
                Action::RunAsTask => self.run_as(true, ctx),
                Action::EditOutside => self.edit_outside(ctx),
                action => {
                    let reply = form.action(action);
                    if form.side() == Side::Fields && tab == Tab::Json {
                        work.turn(Tab::Form);
                    }
                    self.took(reply, ctx)
                }
            },
            (_, None) => Reply::ignored(),
        }
    }

    /// The question about problems has been asked: what a key answers. Others do what they always do.
    pub(super) fn answer(&mut self, key: KeyEvent, ctx: &Ctx<'_>) -> Option<Reply> {
        let work = self.work_mut()?;
        let reply = match key.code {
            KeyCode::Char('s') => {
                work.asking = false;
                return Some(self.run(true, ctx));
            }
            KeyCode::Char('f') | KeyCode::Enter => {
                let form = work.form.as_mut()?;
                let reply = form.problem(true);
                if form.side() == Side::Fields && work.tab == Tab::Json {
                    work.turn(Tab::Form);
                }
                work.asking = false;
                return Some(self.took(reply, ctx));
            }
            KeyCode::Esc => Reply::done(),
            _ => {
                work.asking = false;
                return None;
            }
        };
        work.asking = false;
        Some(reply)
    }

    pub(super) fn filter_key(&mut self, key: KeyEvent) -> Reply {
        let browse = self.browse_mut();
        match key.code {
            KeyCode::Esc => browse.clear_filter(),
            KeyCode::Enter | KeyCode::Tab => browse.typing = false,
            // The rest of the list's keys work as ever.
            KeyCode::Up | KeyCode::Down | KeyCode::PageUp | KeyCode::PageDown => {
                return Reply::ignored();
            }
            _ => match browse.filter.key(key) {
                Reaction::Ignored => return Reply::ignored(),
                Reaction::Moved => {}
                Reaction::Edited => browse.filter_typed(),
            },
        }
        Reply::done()
    }

    pub(super) fn form_key(&mut self, key: KeyEvent, ctx: &Ctx<'_>) -> Reply {
        if self.is_asking()
            && let Some(reply) = self.answer(key, ctx)
        {
            return reply;
        }
        let Some(form) = self.work_mut().and_then(|work| work.form.as_mut()) else {
            return Reply::ignored();
        };
        // Tab walks the fields first; from the first and the last it goes on to the other panes.
        if form.mode() == Mode::Typing && form.side() == Side::Fields {
            match key.code {
                KeyCode::Tab if form.on_run() && !form.takes_letters() => return self.pane(true),
                KeyCode::BackTab if form.on_first() => return self.pane(false),
                _ => {}
            }
        }
        let between = form.is_between_fields();
        let reply = form.key(key);
        if between
            && reply == FormReply::Ignored
            && let Some(words) = self.held_back(key, ctx)
        {
            return Reply::say(words);
        }
        self.took(reply, ctx)
    }

    /// Why a letter does nothing on a row between two fields: what it does elsewhere is not to be done by somebody who
    /// types on.
    fn held_back(&self, key: KeyEvent, ctx: &Ctx<'_>) -> Option<String> {
        const NEVER: [Action; 6] = [
            Action::Restart,
            Action::Quit,
            Action::Close,
            Action::Stop,
            Action::Run,
            Action::Repeat,
        ];
        let held = KeyModifiers::CONTROL | KeyModifiers::ALT;
        if !matches!(key.code, KeyCode::Char(_)) || key.modifiers.intersects(held) {
            return None;
        }
        let mut scopes = self.scopes();
        scopes.push(Scope::Global);
        let chord = Chord::from(key);
        match ctx.keys.meaning(&[chord], &scopes) {
            Meaning::Action(action) if NEVER.contains(&action) => Some(format!(
                "{chord} is \"{}\" elsewhere, not while fields are typed into; Esc first",
                action.row().name
            )),
            _ => None,
        }
    }
}
