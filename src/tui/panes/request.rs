//! Requests by hand: any method, any notification, any frame; and what the calls of a connection carry.
//!
//! Owns what is being filled in, what was sent and is looked at, and per server what was set. It looks the answer up in
//! the fold and sends nothing itself. What was sent in Traffic comes here to be sent again.

use std::collections::HashMap;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::form::{Button, FormPane, FormReply, Mode};
use super::stream::areas::Areas;
use super::stream::detail::Detail;
use crate::form::Form;
use crate::inspector::Update;
use crate::mcp::hand;
use crate::session::timeline::EntryIndex;
use crate::tui::action::{Action, Scope};
use crate::tui::effect::Effect;
use crate::tui::event::Event;
use crate::tui::pane::{Ctx, Go, Pane, Reply};
use crate::tui::widgets::input::{Reaction, TextBox};

mod again;
mod draw;
mod sending;
mod settings;
#[cfg(test)]
mod tests;

use again::Reading;
pub use again::{call_words, destroys, why_not as why_not_again};
use sending::Pending;
use settings::Kept;

/// What is filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tab {
    Request,
    Notification,
    Frame,
    Settings,
}

impl Tab {
    const ALL: [Self; 4] = [
        Self::Request,
        Self::Notification,
        Self::Frame,
        Self::Settings,
    ];

    const fn title(self) -> &'static str {
        match self {
            Self::Request => "Request",
            Self::Notification => "Notification",
            Self::Frame => "Frame",
            Self::Settings => "Settings",
        }
    }

    fn beside(self, forward: bool) -> Self {
        let step = if forward { 1 } else { Self::ALL.len() - 1 };
        Self::ALL[(self as usize + step) % Self::ALL.len()]
    }
}

/// See the module.
#[derive(Debug)]
pub struct RequestPane {
    tab: Tab,
    request: FormPane,
    notification: FormPane,
    settings: FormPane,
    /// The frame, and whether it is typed into.
    frame: (TextBox, bool),
    /// What was set, by server.
    kept: HashMap<String, Kept>,
    /// The server whose settings the form shows.
    shows: Option<String>,
    pending: Vec<Pending>,
    /// The number of what was sent last, and its entry.
    last: Option<(u64, Option<u64>)>,
    /// Why what was sent last came to nothing.
    trouble: Option<String>,
    /// What is being read back to be sent again.
    reading: Option<Reading>,
    /// Why what is to be sent again is asked about.
    question: Option<String>,
    /// The number under which the form was given to an editor.
    in_editor: Option<u64>,
    detail: Detail,
    areas: Areas,
    form: Rect,
}

const SEND: &[Button] = &[Button {
    label: "Send",
    action: Action::Run,
}];
const APPLY: &[Button] = &[Button {
    label: "Apply",
    action: Action::Run,
}];
const NOTHING_SENT: &str = "What was sent and its answer show here.";

impl Default for RequestPane {
    fn default() -> Self {
        let form = |schema: String, buttons| {
            let mut form = FormPane::new(Form::from_schema(schema.as_bytes()));
            form.set_buttons(buttons);
            form
        };
        let mut settings = form(hand::settings_schema(), APPLY);
        settings.stop_typing();
        let mut detail = Detail::new(NOTHING_SENT);
        detail.viewer.prefer("Response");
        Self {
            tab: Tab::Request,
            request: form(hand::request_schema(), SEND),
            notification: form(hand::notification_schema(), SEND),
            settings,
            frame: (
                TextBox::new("{\"jsonrpc\":\"2.0\",\"id\":\"by-hand-1\",\"method\":\"ping\"}"),
                false,
            ),
            kept: HashMap::new(),
            shows: None,
            pending: Vec::new(),
            last: None,
            trouble: None,
            reading: None,
            question: None,
            in_editor: None,
            detail,
            areas: Areas::default(),
            form: Rect::ZERO,
        }
    }
}

impl RequestPane {
    /// The form of the tab; the frame has none.
    fn pane(&self) -> Option<&FormPane> {
        match self.tab {
            Tab::Request => Some(&self.request),
            Tab::Notification => Some(&self.notification),
            Tab::Settings => Some(&self.settings),
            Tab::Frame => None,
        }
    }

    fn pane_mut(&mut self) -> Option<&mut FormPane> {
        match self.tab {
            Tab::Request => Some(&mut self.request),
            Tab::Notification => Some(&mut self.notification),
            Tab::Settings => Some(&mut self.settings),
            Tab::Frame => None,
        }
    }

    fn turn(&mut self, tab: Tab) -> Reply {
        self.tab = tab;
        self.detail.focused = false;
        if let Some(pane) = self.pane_mut() {
            pane.stop_typing();
        }
        Reply::done()
    }

    /// The entry of what was sent last.
    fn sent(&self, ctx: &Ctx<'_>) -> Option<EntryIndex> {
        let (_, seq) = self.last?;
        ctx.timeline.index_of_seq(seq?)
    }

    /// What a key or an action did to the form.
    fn took(&mut self, reply: FormReply, ctx: &Ctx<'_>) -> Reply {
        let asker = ctx.ticket();
        match reply {
            FormReply::Ignored | FormReply::Press(_) => Reply::ignored(),
            FormReply::Moved | FormReply::Edited => Reply::done(),
            FormReply::Run => self.run(ctx),
            FormReply::Say(words) => Reply::say(words),
            FormReply::Read(path) => {
                if let Some(pane) = self.pane_mut() {
                    pane.reads_as(asker);
                }
                Reply::effect(Effect::ReadFile { asker, path })
            }
            FormReply::Parse(text) => {
                if let Some(pane) = self.pane_mut() {
                    pane.parses_as(asker);
                }
                Reply::effect(Effect::Parse { asker, text })
            }
        }
    }

    fn clicked(&mut self, reply: FormReply, ctx: &Ctx<'_>) -> Reply {
        let mut reply = self.took(reply, ctx);
        reply.handled = true;
        reply
    }

    fn back(&mut self) -> Reply {
        if self.detail.focused {
            self.detail.focused = false;
            return Reply::done();
        }
        Reply::go(Go::Out)
    }

    /// Gives what is filled in to an editor.
    fn edit_outside(&mut self, ctx: &Ctx<'_>) -> Reply {
        let asker = ctx.ticket();
        self.in_editor = Some(asker);
        let text = match self.pane_mut() {
            Some(pane) => pane.whole_text(),
            None => self.frame.0.text(),
        };
        Reply::effect(Effect::Edit {
            asker,
            text: text.trim_end().to_owned() + "\n",
            suffix: ".json".to_owned(),
            beside: Vec::new(),
        })
    }

    /// Takes what came back from the editor; the error says what is wrong with it.
    fn edited(&mut self, text: &str) -> Result<(), String> {
        match self.pane_mut() {
            Some(pane) => pane.take_text(text),
            None => {
                self.frame.0.set(text.trim_end_matches('\n'));
                Ok(())
            }
        }
    }

    fn form_action(&mut self, action: Action, ctx: &Ctx<'_>) -> Reply {
        match (action, self.tab) {
            (Action::Run, _) => self.run(ctx),
            (Action::EditOutside, _) => self.edit_outside(ctx),
            (Action::Generate, Tab::Request) => self.make_trace(ctx),
            (Action::TypeIntoField | Action::Right, Tab::Frame) => {
                self.frame.1 = true;
                Reply::done()
            }
            (Action::Left, _) if self.tab == Tab::Frame => Reply::done(),
            _ => {
                let Some(pane) = self.pane_mut() else {
                    return Reply::ignored();
                };
                let reply = pane.action(action);
                self.took(reply, ctx)
            }
        }
    }
}

impl Pane for RequestPane {
    fn scopes(&self) -> Vec<Scope> {
        if self.detail.focused {
            vec![Scope::Viewer, Scope::Move]
        } else {
            vec![Scope::Form, Scope::Move]
        }
    }

    fn action(&mut self, action: Action, ctx: &Ctx<'_>) -> Reply {
        self.question = None;
        let reply = self.detail.action(action, false, ctx);
        if reply.handled {
            return reply;
        }
        match action {
            Action::Back => self.back(),
            Action::CancelCall => self.cancel(),
            Action::NextPane | Action::PreviousPane => {
                self.detail.focused = !self.detail.focused && self.last.is_some();
                Reply::done()
            }
            _ if self.detail.focused => match action {
                Action::Left => self.back(),
                _ => Reply::ignored(),
            },
            Action::NextTab => self.turn(self.tab.beside(true)),
            Action::PreviousTab => self.turn(self.tab.beside(false)),
            action => self.form_action(action, ctx),
        }
    }

    fn why_not(&self, action: Action, ctx: &Ctx<'_>) -> Option<String> {
        match action {
            Action::CancelCall => self
                .pending
                .is_empty()
                .then(|| "nothing sent by hand waits for its answer".to_owned()),
            Action::Repeat => Some("calls are repeated in their views".to_owned()),
            Action::Run => self.why_not_run(ctx),
            Action::Generate if self.tab != Tab::Request => {
                Some("a trace is made up for a request".to_owned())
            }
            Action::EditOutside | Action::Generate | Action::TypeIntoField => None,
            _ if self.detail.focused => self.detail.why_not(action, false),
            action => match self.pane() {
                Some(pane) => pane.why_not(action),
                None if action.row().scope == Scope::Form => {
                    Some("a frame is text: there are no fields in it".to_owned())
                }
                None => None,
            },
        }
    }

    fn takes_text(&self) -> bool {
        if self.question.is_some() {
            return true;
        }
        if self.detail.focused {
            return self.detail.viewer.takes_text();
        }
        match self.pane() {
            Some(pane) => pane.takes_keys(),
            None => self.frame.1,
        }
    }

    fn open_keys(&self) -> &'static [(&'static str, &'static str)] {
        if self.question.is_some() {
            &[("s", "send again"), ("Esc", "do not")]
        } else if self.tab == Tab::Frame && self.frame.1 && !self.detail.focused {
            &[("Esc", "leave, then r sends")]
        } else {
            &[]
        }
    }

    fn key(&mut self, key: KeyEvent, ctx: &Ctx<'_>) -> Reply {
        if key.kind == KeyEventKind::Release {
            return Reply::ignored();
        }
        if self.question.take().is_some() {
            return match key.code {
                KeyCode::Char('s') => self.run(ctx),
                _ => Reply::say("not sent"),
            };
        }
        if self.detail.focused {
            return self.detail.viewer.key(key, ctx);
        }
        if self.tab == Tab::Frame {
            if matches!(key.code, KeyCode::Esc | KeyCode::Tab) {
                self.frame.1 = false;
                return Reply::done();
            }
            return match self.frame.0.key(key) {
                Reaction::Ignored => Reply::ignored(),
                Reaction::Moved | Reaction::Edited => Reply::done(),
            };
        }
        let Some(pane) = self.pane_mut() else {
            return Reply::ignored();
        };
        // From the button Tab goes on to what was sent.
        if pane.mode() == Mode::Typing && pane.on_run() && key.code == KeyCode::Tab {
            pane.stop_typing();
            self.detail.focused = self.last.is_some();
            return Reply::done();
        }
        let reply = pane.key(key);
        self.took(reply, ctx)
    }

    fn paste(&mut self, text: &str, ctx: &Ctx<'_>) -> Reply {
        if self.detail.focused {
            return self.detail.viewer.paste(text, ctx);
        }
        let Some(pane) = self.pane_mut() else {
            self.frame.0.paste(text);
            return Reply::done();
        };
        let reply = pane.paste(text);
        self.took(reply, ctx)
    }

    fn event(&mut self, event: &Event, ctx: &Ctx<'_>) -> Vec<Effect> {
        match event {
            Event::Update(Update::Sent { ticket, seq }) => self.went_out(*ticket, *seq),
            Event::Update(Update::Finished { ticket, seq, .. }) => {
                self.finished(*ticket, seq.is_some());
            }
            Event::FrameRead { asker, result } => return self.read_back(*asker, result, ctx),
            Event::Edited { asker, result } if self.in_editor == Some(*asker) => {
                self.in_editor = None;
                let edited = result.as_ref().map(|text| self.edited(text));
                if let Ok(Err(sentence)) = edited {
                    return vec![Effect::Tell {
                        sentence,
                        bad: true,
                    }];
                }
            }
            Event::FileRead { asker, result } => {
                for pane in [
                    &mut self.request,
                    &mut self.notification,
                    &mut self.settings,
                ] {
                    if let Err(sentence) = pane.file_read(*asker, result) {
                        return vec![Effect::Tell {
                            sentence,
                            bad: true,
                        }];
                    }
                }
            }
            Event::Parsed {
                asker,
                text,
                result,
            } => {
                let panes = [
                    &mut self.request,
                    &mut self.notification,
                    &mut self.settings,
                ];
                for pane in panes {
                    drop(pane.parsed(*asker, text, result));
                }
            }
            event => return self.detail.event(event),
        }
        Vec::new()
    }

    fn click(&mut self, at: Position, double: bool, ctx: &Ctx<'_>) -> Reply {
        self.question = None;
        if !self.detail.focused
            && let Some(pane) = self.pane_mut()
            && pane.covers(at)
        {
            let reply = pane.click(at, double);
            return self.clicked(reply, ctx);
        }
        if self.areas.rule.contains(at) {
            let tab = self.tab_at(at, ctx);
            return tab.map_or_else(Reply::done, |tab| self.turn(tab));
        }
        if self.form.contains(at) {
            self.detail.focused = false;
            let Some(pane) = self.pane_mut() else {
                self.frame.1 |= double;
                return Reply::done();
            };
            let reply = pane.click(at, double);
            return self.clicked(reply, ctx);
        }
        let title = self.title(ctx);
        let areas = self.areas;
        let reply = self.detail.click(at, double, &areas, &title, ctx);
        reply.unwrap_or_else(Reply::ignored)
    }

    fn wheel(&mut self, at: Position, lines: isize, _ctx: &Ctx<'_>) -> Reply {
        if self.areas.detail.contains(at) {
            self.detail.viewer.wheel(lines);
        } else if let Some(pane) = self.pane_mut() {
            pane.wheel(lines);
        }
        Reply::done()
    }

    fn place(&mut self, area: Rect, ctx: &Ctx<'_>) -> Vec<Effect> {
        self.show_settings(ctx);
        self.lay(area);
        let mut effects = Vec::new();
        if !self.areas.detail.is_empty() {
            let subject = self
                .sent(ctx)
                .and_then(|entry| super::traffic::subject_of(entry, ctx));
            effects.extend(self.detail.show(subject, ctx));
            effects.extend(self.detail.viewer.place(self.areas.detail, ctx));
        }
        effects
    }

    fn draw(&self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        self.drawn(area, buf, ctx)
    }

    fn hint(&self, ctx: &Ctx<'_>) -> Option<String> {
        if let Some(why) = &self.trouble {
            return Some(why.clone());
        }
        if self.detail.focused {
            return None;
        }
        self.pane()
            .map_or_else(|| Some(self.frame_words()), FormPane::hint)
            .or_else(|| self.why_not_run(ctx))
    }

    fn moment(&self, ctx: &Ctx<'_>) -> Option<EntryIndex> {
        self.sent(ctx)
    }
}
