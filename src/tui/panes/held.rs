//! The frames that a tap holds: looked at, changed as JSON, let go, answered by hand or dropped.
//!
//! Owns which is selected and what is typed for it. What is held is read off the fold; the tap is told over its
//! socket, and what came of it is read off the fold again. Frames are neither read nor checked here, but on the thread
//! that talks with the tap.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::stream::areas::Areas;
use super::stream::detail::{Detail, messages};
use crate::json;
use crate::session::timeline::EntryIndex;
use crate::tap::control::words::Command;
use crate::text;
use crate::tui::action::{Action, Scope};
use crate::tui::effect::Effect;
use crate::tui::effect::tapping::Telling;
use crate::tui::event::Event;
use crate::tui::pane::{Ctx, Go, Pane, Reply};
use crate::tui::widgets::input::{Reaction, TextBox};
use crate::tui::widgets::list::ListState;

mod answering;
mod draw;
#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;

/// What is typed for a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// What goes on in its place.
    Instead,
    /// The result that answers it.
    Answer,
}

/// A text for a frame.
#[derive(Debug)]
struct Draft {
    frame: u64,
    purpose: Purpose,
    text: TextBox,
    typing: bool,
    /// Whether the tap was told to let it go so.
    sent: bool,
    /// Whether somebody else let the frame go meanwhile. What was typed stays until it is thrown away, so that no letter
    /// of it becomes a key for another frame.
    gone: bool,
}

/// See the module.
#[derive(Debug)]
pub struct HeldPane {
    list: ListState,
    /// The frame that is selected, wherever it stands by now.
    frame: Option<u64>,
    draft: Option<Draft>,
    detail: Detail,
    areas: Areas,
}

/// What the lower part says while nothing is selected.
const NOTHING: &str = "What is held shows here.";

impl Default for HeldPane {
    fn default() -> Self {
        Self {
            list: ListState::default(),
            frame: None,
            draft: None,
            detail: Detail::new(NOTHING),
            areas: Areas::default(),
        }
    }
}

fn held<'a>(ctx: &Ctx<'a>) -> &'a [u64] {
    ctx.timeline.state().tap.held()
}

/// The method of a request that is held.
fn method<'a>(frame: u64, ctx: &Ctx<'a>) -> Option<&'a str> {
    let entry = ctx.timeline.with_seq(frame)?;
    let exchange = ctx.timeline.exchange_of_request(entry)?;
    let exchange = ctx.timeline.exchange(exchange)?;
    Some(ctx.timeline.word(exchange.method))
}

impl HeldPane {
    fn entry(&self, ctx: &Ctx<'_>) -> Option<EntryIndex> {
        ctx.timeline.with_seq(self.frame?)
    }

    fn select(&mut self, row: usize, ctx: &Ctx<'_>) -> Reply {
        let held = held(ctx);
        self.list.selected = row.min(held.len().saturating_sub(1));
        self.frame = held.get(self.list.selected).copied();
        if self
            .draft
            .as_ref()
            .is_some_and(|draft| Some(draft.frame) != self.frame)
        {
            self.draft = None;
        }
        Reply::done()
    }

    fn tell(command: Command, ctx: &Ctx<'_>) -> Reply {
        let Some(socket) = ctx.tap.and_then(|tap| tap.control.clone()) else {
            return Reply::say("the tap is gone; what it held has gone on");
        };
        Reply::effect(Effect::Tap(Telling {
            asker: ctx.ticket(),
            socket,
            command,
        }))
    }

    /// Lets the selected frame go, as it is or as it was typed.
    fn let_go(&mut self, ctx: &Ctx<'_>) -> Reply {
        let Some(frame) = self.frame else {
            return Reply::say("nothing is held");
        };
        let command = match &mut self.draft {
            None => Command::Release(Some(frame)),
            Some(draft) => {
                draft.sent = true;
                let text = draft.text.text();
                match draft.purpose {
                    Purpose::Instead => Command::Instead(frame, text),
                    Purpose::Answer => Command::Answer(frame, Ok(text)),
                }
            }
        };
        Self::tell(command, ctx)
    }

    /// Opens what is typed for a frame.
    fn write(&mut self, frame: u64, purpose: Purpose, text: &str) {
        self.draft = Some(Draft {
            frame,
            purpose,
            text: TextBox::new(text),
            typing: true,
            sent: false,
            gone: false,
        });
        self.detail.focused = false;
    }

    fn edit(&mut self, ctx: &Ctx<'_>) -> Reply {
        let Some(frame) = self.frame else {
            return Reply::say("nothing is held");
        };
        match &mut self.draft {
            // What is typed for it already, whatever it is: Esc throws it away.
            Some(draft) => {
                draft.typing = true;
                Reply::done()
            }
            // As the tap has it: it may be longer than what is shown.
            None => Self::tell(Command::Show(frame), ctx),
        }
    }

    fn answer(&mut self, ctx: &Ctx<'_>) -> Reply {
        let Some(frame) = self.frame else {
            return Reply::say("nothing is held");
        };
        match &mut self.draft {
            // What was typed is kept; Esc throws it away first.
            Some(draft) => draft.typing = true,
            None => {
                let begins = answering::template(frame, ctx).unwrap_or_default();
                self.write(frame, Purpose::Answer, &begins);
            }
        }
        Reply::done()
    }

    /// What the tap answered.
    fn heard(&mut self, command: &Command, told: &str) -> Option<String> {
        match command {
            Command::Show(frame) => {
                // Who began to type meanwhile goes on.
                if Some(*frame) == self.frame && self.draft.is_none() {
                    self.write(*frame, Purpose::Instead, told);
                }
                None
            }
            Command::Instead(frame, _) => Some(self.gone(*frame, "changed and let go")),
            Command::Answer(frame, _) => Some(self.gone(*frame, "answered by hand")),
            Command::Release(Some(frame)) => Some(self.gone(*frame, "let go as it is")),
            Command::Drop(frame) => Some(self.gone(*frame, "dropped")),
            _ => None,
        }
    }

    fn gone(&mut self, frame: u64, how: &str) -> String {
        if self
            .draft
            .as_ref()
            .is_some_and(|draft| draft.frame == frame)
        {
            self.draft = None;
        }
        format!("#{frame} was {how}")
    }
}

/// What came of a command that no pane asked for, in words.
pub fn said(command: &Command, told: &str) -> Option<String> {
    let number = |name: &str| {
        let number = json::get(told.as_bytes(), &[name]).and_then(json::integer);
        number.unwrap_or(0).unsigned_abs() as usize
    };
    Some(match command {
        Command::Rule { text: rule, .. } => {
            // A method is that of its answers too.
            let both =
                rule.starts_with("hold") && rule.contains("method:") && !rule.contains("dir:");
            let more = if both {
                "; answers too, unless dir:in or dir:out is said"
            } else {
                ""
            };
            format!("from now on: {}{more}", text::sanitize(rule))
        }
        Command::Clear(_) => format!("{} taken away", text::plural(number("removed"), "rule")),
        Command::Release(None) => format!("{} released", text::plural(number("released"), "frame")),
        _ => return None,
    })
}

impl Pane for HeldPane {
    fn scopes(&self) -> Vec<Scope> {
        if self.detail.focused {
            vec![Scope::Viewer, Scope::Held, Scope::Move]
        } else {
            vec![Scope::Held, Scope::Move]
        }
    }

    fn action(&mut self, action: Action, ctx: &Ctx<'_>) -> Reply {
        let reply = self.detail.action(action, false, ctx);
        if reply.handled {
            return reply;
        }
        let page = usize::from(self.areas.rows.height).max(2) - 1;
        let at = self.list.selected;
        let of_frame = action.row().scope == Scope::Held;
        if let Some(draft) = self.draft.as_ref().filter(|draft| draft.gone && of_frame) {
            let frame = draft.frame;
            return Reply::say(format!(
                "#{frame} went on meanwhile; Esc throws away what was typed"
            ));
        }
        match action {
            Action::ReleaseHeld => self.let_go(ctx),
            Action::EditHeld => self.edit(ctx),
            Action::AnswerHeld => self.answer(ctx),
            Action::DropHeld => match self.frame {
                Some(frame) => Self::tell(Command::Drop(frame), ctx),
                None => Reply::say("nothing is held"),
            },
            Action::NextPane | Action::PreviousPane if self.draft.is_none() => {
                self.detail.focused = !self.detail.focused && self.frame.is_some();
                Reply::done()
            }
            Action::Back | Action::Left if self.detail.focused => {
                self.detail.focused = false;
                Reply::done()
            }
            Action::Back if self.draft.is_some() => {
                let gone = self.draft.take().is_some_and(|draft| draft.gone);
                Reply::say(if gone {
                    "what was typed is thrown away"
                } else {
                    "what was typed is thrown away; the frame is still held"
                })
            }
            Action::Back => Reply::go(Go::Out),
            Action::Up => self.select(at.saturating_sub(1), ctx),
            Action::Down => self.select(at + 1, ctx),
            Action::PageUp => self.select(at.saturating_sub(page), ctx),
            Action::PageDown => self.select(at + page, ctx),
            Action::Top => self.select(0, ctx),
            Action::Bottom => self.select(usize::MAX, ctx),
            _ => Reply::ignored(),
        }
    }

    fn why_not(&self, action: Action, ctx: &Ctx<'_>) -> Option<String> {
        let answers = |frame: u64| answering::template(frame, ctx).is_some();
        match action {
            _ if action.row().scope == Scope::Held
                && held(ctx).is_empty()
                && self.draft.is_none() =>
            {
                let hold = ctx.keys.word(Action::HoldFrames);
                Some(format!("nothing is held; {hold} does that"))
            }
            Action::AnswerHeld if !self.frame.is_some_and(answers) => {
                Some("only a request has an answer, or a result that wants input".to_owned())
            }
            Action::Find | Action::FindNext | Action::FindPrevious if !self.detail.focused => {
                Some("Tab goes to the frame, to find text in".to_owned())
            }
            _ if self.detail.focused => self.detail.why_not(action, false),
            _ => None,
        }
    }

    fn takes_text(&self) -> bool {
        if self.detail.focused {
            return self.detail.viewer.takes_text();
        }
        self.draft.as_ref().is_some_and(|draft| draft.typing)
    }

    fn open_keys(&self) -> &'static [(&'static str, &'static str)] {
        match &self.draft {
            Some(draft) if draft.gone => &[("Esc", "done: it went on meanwhile")],
            Some(draft) if draft.typing && !self.detail.focused => match draft.purpose {
                Purpose::Instead => &[("Esc", "done, then r lets it go")],
                Purpose::Answer => &[("Esc", "done, then r answers")],
            },
            _ => &[],
        }
    }

    fn key(&mut self, key: KeyEvent, ctx: &Ctx<'_>) -> Reply {
        if key.kind == KeyEventKind::Release {
            return Reply::ignored();
        }
        if self.detail.focused {
            return self.detail.viewer.key(key, ctx);
        }
        let Some(draft) = &mut self.draft else {
            return Reply::ignored();
        };
        if matches!(key.code, KeyCode::Esc | KeyCode::Tab) {
            draft.typing = false;
            return Reply::done();
        }
        match draft.text.key(key) {
            Reaction::Ignored => Reply::ignored(),
            Reaction::Moved | Reaction::Edited => Reply::done(),
        }
    }

    fn paste(&mut self, pasted: &str, ctx: &Ctx<'_>) -> Reply {
        match &mut self.draft {
            Some(draft) if draft.typing => {
                draft.text.paste(pasted);
                Reply::done()
            }
            _ if self.detail.focused => self.detail.viewer.paste(pasted, ctx),
            _ => Reply::ignored(),
        }
    }

    fn event(&mut self, event: &Event, _ctx: &Ctx<'_>) -> Vec<Effect> {
        let Event::Tapped { command, told, .. } = event else {
            return self.detail.event(event);
        };
        let tell = |sentence: String, bad: bool| vec![Effect::Tell { sentence, bad }];
        match told {
            Ok(told) => {
                let own = self.heard(command, told);
                let sentence = own.or_else(|| said(command, told));
                sentence.map_or_else(Vec::new, |sentence| tell(sentence, false))
            }
            Err(refusal) => {
                if let Some(draft) = &mut self.draft {
                    draft.sent = false;
                }
                let hint = refusal.hint.as_ref();
                let hint = hint.map_or_else(String::new, |hint| format!("; {hint}"));
                tell(
                    text::sanitize(&format!("{}{hint}", refusal.what)).into_owned(),
                    true,
                )
            }
        }
    }

    fn click(&mut self, at: Position, double: bool, ctx: &Ctx<'_>) -> Reply {
        if self.areas.rows.contains(at) {
            let row = self.list.row_at(at, held(ctx).len(), 1, self.areas.rows);
            let Some(row) = row else {
                return Reply::done();
            };
            self.detail.focused = false;
            self.select(row, ctx);
            return if double {
                self.edit(ctx)
            } else {
                Reply::done()
            };
        }
        if let Some(draft) = &mut self.draft {
            draft.typing |= double && self.areas.detail.contains(at);
            return Reply::done();
        }
        let title = self.title(ctx);
        let reply = self.detail.click(at, double, &self.areas, &title, ctx);
        reply.unwrap_or_else(Reply::ignored)
    }

    fn wheel(&mut self, at: Position, lines: isize, ctx: &Ctx<'_>) -> Reply {
        if self.areas.rows.contains(at) {
            let height = usize::from(self.areas.rows.height);
            self.list.scroll(lines, held(ctx).len(), height);
        } else if self.draft.is_none() {
            self.detail.viewer.wheel(lines);
        }
        Reply::done()
    }

    fn place(&mut self, area: Rect, ctx: &Ctx<'_>) -> Vec<Effect> {
        self.lay(area, ctx);
        let held = held(ctx);
        // The same one as before, or the one that is in its place.
        let same = self
            .frame
            .and_then(|frame| held.iter().position(|one| *one == frame));
        self.list.selected = same.unwrap_or(self.list.selected);
        self.list
            .clamp(held.len(), usize::from(self.areas.rows.height));
        let there = held.get(self.list.selected).copied();
        match &mut self.draft {
            // Somebody else let it go: who types goes on typing, and sees it.
            Some(draft) if !held.contains(&draft.frame) && !draft.sent => draft.gone = true,
            Some(draft) if Some(draft.frame) == there => self.frame = there,
            _ => {
                self.draft = None;
                self.frame = there;
            }
        }
        let mut effects = Vec::new();
        let subject = messages(self.entry(ctx), None, ctx);
        self.detail.focused &= subject.is_some();
        effects.extend(self.detail.show(subject, ctx));
        effects.extend(self.detail.viewer.place(self.areas.detail, ctx));
        let wanted = held
            .iter()
            .skip(self.list.offset)
            .filter_map(|frame| ctx.source(ctx.timeline.with_seq(*frame)?));
        effects.push(Effect::Previews(
            wanted.take(usize::from(self.areas.rows.height)).collect(),
        ));
        effects
    }

    fn draw(&self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        self.drawn(area, buf, ctx)
    }

    fn hint(&self, ctx: &Ctx<'_>) -> Option<String> {
        let (edit, go) = (
            ctx.keys.word(Action::EditHeld),
            ctx.keys.word(Action::ReleaseHeld),
        );
        let draft = self.draft.as_ref().filter(|draft| !draft.typing)?;
        if draft.gone {
            return Some("it went on meanwhile; Esc throws away what was typed".to_owned());
        }
        Some(match draft.purpose {
            Purpose::Instead => format!(
                "{go} lets what was typed go on in its place; {edit} types on, Esc throws it away"
            ),
            Purpose::Answer => format!("{go} answers with it; Esc throws it away"),
        })
    }

    fn rewound(&mut self, ctx: &Ctx<'_>) {
        self.select(self.list.selected, ctx);
    }

    fn moment(&self, ctx: &Ctx<'_>) -> Option<EntryIndex> {
        self.entry(ctx)
    }
}
