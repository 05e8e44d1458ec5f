//! What stands in place of the document or beside it: the query line and its result, the output of a command, the
//! line that says where a value goes.

use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::page::Page;
use super::prompt::{self, Goal, Prompt};
use super::query::{self, Query};
use super::{Viewer, copy};
use crate::text;
use crate::tui::effect::Effect;
use crate::tui::event::Event;
use crate::tui::outside::query::BIGGEST;
use crate::tui::outside::tools;
use crate::tui::pane::{Ctx, Reply};
use crate::tui::payload::Tab;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::input::{LineInput, Look};

/// Before the query line.
const QUERY: &str = "Query: ";

impl Viewer {
    /// Another document is there: what was about the old one goes. A command that runs goes on.
    pub(super) fn forget_asides(&mut self) {
        self.prompt = None;
        self.query = None;
        self.output = None;
        self.leaving = None;
    }

    pub(super) fn why_no_query(&self) -> Option<String> {
        let document = self.pages.get(self.active).and_then(copy::whole_tree);
        match document {
            _ if self.output.is_some() => {
                Some("This is what a command said: Esc goes back to the document.".to_owned())
            }
            None => Some("A query needs JSON: see the tabs that are trees.".to_owned()),
            Some(part) if part.size() > BIGGEST => Some(format!(
                "{} is too big for a query, the most is {}: ! pipes it to a program such as jq.",
                text::size(part.size() as u64),
                text::size(BIGGEST as u64)
            )),
            Some(_) => None,
        }
    }

    pub(super) fn open_query(&mut self) {
        let document = self.pages.get(self.active).and_then(copy::whole_tree);
        match (&mut self.query, document) {
            (Some(query), _) => query.typing = true,
            (none, Some(document)) => *none = Some(Query::new(document)),
            (None, None) => {}
        }
        self.settle();
    }

    pub(super) fn open_prompt(&mut self, goal: Goal) {
        let page = self.page();
        let block = self.held().map(copy::block);
        let value = block.or_else(|| page.and_then(|page| copy::outgoing(page, false)));
        let document = page.and_then(|page| copy::outgoing(page, true));
        if let (Some(value), Some(document)) = (value, document) {
            self.prompt = Some(Prompt::new(goal, value, document));
            self.settle();
        }
    }

    /// In a pager, or by the desktop: what is text in a tree is a value, and all else whole.
    pub(super) fn show_outside(&self, ctx: &Ctx<'_>) -> Reply {
        let Some(page) = self.page() else {
            return Reply::ignored();
        };
        let block = self.held().map(copy::block);
        let value = block.or_else(|| copy::outgoing(page, false));
        // A number alone is nothing to open a pager for.
        let Some(out) = value
            .filter(|value| value.kind != "application/json")
            .or_else(|| copy::outgoing(page, true))
        else {
            return Reply::ignored();
        };
        let (part, kind) = (out.part, out.kind);
        // A pager of the user's own comes before the desktop.
        let by_desktop = tools::opens(&kind) && !tools::is_named(&kind, &ctx.settings.pagers);
        Reply::effect(if by_desktop {
            Effect::Open { part, kind }
        } else {
            Effect::Page { part, kind }
        })
    }

    /// Esc, when the document itself has nothing left to leave.
    pub(super) fn leave_asides(&mut self) -> Reply {
        if let Some((asker, command)) = self.piping.take() {
            return Reply {
                say: Some(format!("stopping {}", text::sanitize(&command))),
                ..Reply::effect(Effect::Stop(asker))
            };
        }
        let effects = if self.output.take().is_some() {
            Vec::new()
        } else if let Some(mut query) = self.query.take() {
            query.stop()
        } else {
            return Reply::ignored();
        };
        self.settle();
        Reply::effects(effects)
    }

    /// Whether the query line or the prompt has the caret.
    pub(super) fn line_is_open(&self) -> bool {
        self.prompt.is_some() || self.query.as_ref().is_some_and(|query| query.typing)
    }

    pub(super) fn line_key(&mut self, key: KeyEvent, ctx: &Ctx<'_>) -> Reply {
        let reply = if let Some(prompt) = &mut self.prompt {
            match prompt.key(key, ctx) {
                prompt::Typed::Open(reply) => reply,
                prompt::Typed::Left => {
                    self.prompt = None;
                    Reply::done()
                }
                prompt::Typed::Run(command, out) => {
                    self.prompt = None;
                    let asker = ctx.ticket();
                    let before = self.piping.replace((asker, command.clone()));
                    let mut effects: Vec<Effect> = before
                        .map(|(old, _)| Effect::Stop(old))
                        .into_iter()
                        .collect();
                    let words = text::sanitize(&command).into_owned();
                    effects.push(Effect::Pipe {
                        asker,
                        part: out.part,
                        command,
                    });
                    Reply {
                        say: Some(format!("running {words} (Esc stops it)")),
                        ..Reply::effects(effects)
                    }
                }
            }
        } else if let Some(query) = self.query.as_mut().filter(|query| query.typing) {
            match query.key(key, ctx) {
                query::Typed::Open(reply) => reply,
                query::Typed::Left(effects) => {
                    self.query = None;
                    Reply::effects(effects)
                }
            }
        } else {
            return Reply::ignored();
        };
        self.settle();
        reply
    }

    pub(super) fn line_paste(&mut self, pasted: &str, ctx: &Ctx<'_>) -> Reply {
        if let Some(prompt) = &mut self.prompt {
            prompt.line.paste(pasted);
            return Reply::done();
        }
        let Some(query) = self.query.as_mut().filter(|query| query.typing) else {
            return Reply::ignored();
        };
        let reply = query.paste(pasted, ctx);
        self.settle();
        reply
    }

    /// Hears what became of files, commands and queries; nothing if they are not from here.
    pub fn heard(&mut self, event: &Event) -> Option<Vec<Effect>> {
        let tell = |sentence: String, bad| vec![Effect::Tell { sentence, bad }];
        let effects = match event {
            Event::Saved { asker, result } => {
                let (sentence, bad, done) = self.prompt.as_mut()?.saved(*asker, result)?;
                if done {
                    self.prompt = None;
                }
                tell(sentence, bad)
            }
            Event::Queried { asker, result } => {
                if !self.query.as_mut()?.answered(*asker, result) {
                    return None;
                }
                Vec::new()
            }
            Event::Piped { asker, result } => {
                let (_, command) = self.piping.take_if(|(known, _)| known == asker)?;
                let command = text::sanitize(&command).into_owned();
                match result {
                    Ok(output) => {
                        let page = Page::new(Tab {
                            name: "output".to_owned(),
                            body: output.body.clone(),
                        });
                        let head = format!("! {command}   {}", output.told);
                        self.output = Some((head, page));
                        // It was said that it runs.
                        tell(format!("{command}: {}", output.told), false)
                    }
                    Err(why) => tell(why.clone(), true),
                }
            }
            _ => return None,
        };
        self.settle();
        Some(effects)
    }

    /// The rows of `area` that are left to the document.
    pub(super) fn inside(&self, area: Rect) -> Rect {
        let below = u16::from(self.find.is_some() || self.prompt.is_some());
        let above = self.rows_above() + self.crumb_rows();
        let height = area.height.saturating_sub(below);
        let above = above.min(height);
        Rect {
            y: area.y + above,
            height: height - above,
            ..area
        }
    }

    pub(super) fn rows_above(&self) -> u16 {
        match (&self.output, &self.query) {
            (Some(_), _) => 1,
            (None, Some(query)) => 1 + u16::from(query.problem.is_some()),
            (None, None) => 0,
        }
    }

    /// Draws what is open above and below the document; gives the place of a caret.
    pub(super) fn draw_asides(
        &self,
        area: Rect,
        buf: &mut Buffer,
        theme: &Theme,
    ) -> Option<Position> {
        let mut caret = None;
        if area.height > 0 && self.rows_above() > 0 {
            let row = Rect { height: 1, ..area };
            caret = self.draw_above(row, buf, theme);
            let problem = self.query.as_ref().and_then(|query| query.problem.as_ref());
            if let (Some(problem), None, true) = (problem, &self.output, area.height > 1) {
                let row = Rect {
                    y: area.y + 1,
                    height: 1,
                    ..area
                };
                words(&format!("✗ {problem}"), row, buf, theme, Role::Error);
            }
        }
        if let Some(prompt) = &self.prompt
            && area.height > 0
        {
            let row = Rect {
                y: area.bottom() - 1,
                height: 1,
                ..area
            };
            let label = prompt.label();
            caret = Some(line(&label, &prompt.line, prompt.remark(), row, buf, theme));
        }
        caret
    }

    fn draw_above(&self, row: Rect, buf: &mut Buffer, theme: &Theme) -> Option<Position> {
        if let Some((head, _)) = &self.output {
            words(head, row, buf, theme, Role::TextMuted);
            return None;
        }
        let query = self.query.as_ref()?;
        if query.typing {
            return Some(line(QUERY, &query.line, query.remark(), row, buf, theme));
        }
        let filter = text::sanitize(query.line.text());
        let head = format!("{QUERY}{filter}   {}", query.remark());
        words(&head, row, buf, theme, Role::TextMuted);
        None
    }
}

/// A row of words.
fn words(words: &str, row: Rect, buf: &mut Buffer, theme: &Theme, role: Role) {
    blank(row, buf);
    let width = usize::from(row.width);
    buf.set_stringn(
        row.x,
        row.y,
        text::fit(words, width),
        width,
        theme.style(role),
    );
}

/// A line to type into, between a label and a remark; gives the place of the caret.
fn line(
    label: &str,
    line: &LineInput,
    remark: &str,
    row: Rect,
    buf: &mut Buffer,
    theme: &Theme,
) -> Position {
    blank(row, buf);
    let muted = theme.style(Role::TextMuted);
    let width = (text::width(label) as u16).min(row.width.saturating_sub(1));
    buf.set_stringn(row.x, row.y, label, usize::from(width), muted);
    let mut field = Rect {
        x: row.x + width,
        width: row.width - width,
        ..row
    };
    // What is typed comes first: the remark gets what is left.
    let needed = text::width(line.text()) as u16 + 3;
    let room = usize::from(field.width.saturating_sub(needed));
    if !remark.is_empty() && room >= text::width(remark).min(12) {
        let shown = text::fit(remark, room);
        let taken = text::width(&shown) as u16;
        let x = field.right() - taken;
        buf.set_stringn(x, row.y, &shown, usize::from(taken), muted);
        field.width -= taken + 1;
    }
    line.draw(Look::default(), field, buf, theme)
}

fn blank(row: Rect, buf: &mut Buffer) {
    for x in row.left()..row.right() {
        buf[(x, row.y)].reset();
    }
}
