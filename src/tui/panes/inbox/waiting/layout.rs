//! Where the list of questions, what is asked and its answer are, for a size and a focus.

use ratatui::layout::Rect;

use super::{Focus, Waiting};
use crate::tui::pane::Ctx;
use crate::tui::panes::address::Address;
use crate::tui::panes::inbox::words;
use crate::tui::theme::Role;
use crate::tui::widgets::plain::{Document, PlainState, Window};

/// From this width on, list and answer share the screen.
const TWO: u16 = 100;
/// Words take at least so many lines, when they have them.
const WORDS: u16 = 3;

/// What is where; empty where it is not shown.
#[derive(Debug, Clone, Default)]
pub struct Areas {
    /// The title of the list.
    pub heading: Rect,
    /// Its rows.
    pub rows: Rect,
    /// Who answers, in a line.
    pub policy: Rect,
    /// The line between both.
    pub divider: Rect,
    /// The title of the answer.
    pub rule: Rect,
    /// What is below it: a document, or the parts that follow.
    pub detail: Rect,
    /// Who asks.
    pub intro: Rect,
    /// What is asked.
    pub head: Rect,
    /// The host of what is to be opened.
    pub address: Rect,
    /// The form.
    pub form: Rect,
    /// The question about problems.
    pub trouble: Rect,
    /// Whether one thing at a time is shown.
    pub narrow: bool,
}

impl Areas {
    /// The window on what is asked.
    pub fn head_window(&self) -> Window {
        Window {
            width: self.head.width.max(1),
            height: self.head.height.max(1),
        }
    }
}

/// Takes rows off the top of an area.
fn take(rest: &mut Rect, height: u16) -> Rect {
    let height = height.min(rest.height);
    let taken = Rect { height, ..*rest };
    rest.y += height;
    rest.height -= height;
    taken
}

/// A column of air on the left, one on the right.
fn indent(area: Rect) -> Rect {
    let by = area.width.min(1);
    Rect {
        x: area.x + by,
        width: area.width.saturating_sub(2),
        ..area
    }
}

/// How many rows a document takes, up to `most`.
fn needed(document: &Document, state: &PlainState, width: u16, most: u16) -> u16 {
    (1..most)
        .find(|height| {
            let window = Window {
                width: width.max(1),
                height: *height,
            };
            state.fits(document, window)
        })
        .unwrap_or(most)
}

/// What of an address stays in sight whatever is scrolled: its host, apart from the rest, and what is odd about it.
pub fn address_lines(address: &Address, width: usize) -> Vec<(String, Role)> {
    let mut lines = Vec::new();
    if let Some(host) = &address.host {
        lines.push((format!("host  {host}"), Role::Accent));
    }
    for warning in &address.warnings {
        let wrapped = words::wrap(&format!("! {warning}"), width, 3);
        lines.extend(wrapped.into_iter().map(|line| (line, Role::Warn)));
    }
    lines
}

impl Waiting {
    /// Lays everything out, and tells the forms where they are.
    pub(super) fn lay_out(&mut self, area: Rect, ctx: &Ctx<'_>) {
        let mut areas = Areas {
            narrow: area.width < TWO || self.zoom,
            ..Areas::default()
        };
        let (list, detail) = if areas.narrow {
            match self.focus {
                Focus::List => (area, Rect::ZERO),
                Focus::Answer | Focus::Policies => (Rect::ZERO, area),
            }
        } else {
            let left = area.width * 9 / 20;
            areas.divider = Rect {
                x: area.x + left,
                width: 1,
                ..area
            };
            let list = Rect {
                width: left,
                ..area
            };
            let detail = Rect {
                x: area.x + left + 1,
                width: area.width - left - 1,
                ..area
            };
            (list, detail)
        };
        let mut rest = list;
        areas.heading = take(&mut rest, 1);
        let width = usize::from(list.width.saturating_sub(2));
        let policy = self.policy_words(ctx).filter(|_| rest.height > 4);
        let policy = policy.map_or(0, |line| words::wrap(&line, width, 2).len() as u16);
        areas.rows = take(&mut rest, list.height.saturating_sub(1 + policy));
        areas.policy = rest;
        let mut rest = detail;
        areas.rule = take(&mut rest, 1);
        areas.detail = rest;
        self.areas = areas;
        self.list
            .clamp(self.rows.len(), usize::from(self.areas.rows.height));
        match self.focus {
            Focus::Policies => {
                if let Some(policies) = &mut self.policies {
                    policies.form.place(rest, rest);
                }
            }
            Focus::List | Focus::Answer => self.lay_out_answer(rest),
        }
    }

    fn lay_out_answer(&mut self, body: Rect) {
        let Some(number) = self.selected else { return };
        let Some(answer) = self.answers.get_mut(&number) else {
            return;
        };
        let areas = &mut self.areas;
        let mut rest = body;
        areas.intro = indent(take(&mut rest, 1));
        let width = areas.intro.width;
        let asking = u16::from(answer.asking && rest.height > 2);
        let lines = answer.address.as_ref().map_or(0, |address| {
            address_lines(address, usize::from(width)).len()
        });
        let lines = u16::try_from(lines).unwrap_or(u16::MAX);
        let room = rest.height.saturating_sub(asking);
        let form = answer
            .shown()
            .map_or(1, |form| form.lines(body.width, room.max(1)));
        let form = if answer.is_json() { room / 2 } else { form };
        let document = match &answer.question {
            Some(Ok(question)) if question.document.bytes().is_empty() => 0,
            Some(Ok(question)) => {
                let least = WORDS.min(room / 2);
                let most = room.saturating_sub(form.saturating_add(lines)).max(least);
                needed(&question.document, &answer.head, width, most.max(1)).min(most)
            }
            _ => 1,
        };
        areas.head = indent(take(&mut rest, document));
        areas.address = indent(take(&mut rest, lines));
        if rest.height > form.saturating_add(asking) {
            take(&mut rest, 1);
        }
        let fields = rest.height.saturating_sub(asking);
        let fields = if answer.is_json() {
            fields
        } else {
            fields.min(form.max(1))
        };
        areas.form = take(&mut rest, fields);
        areas.trouble = indent(take(&mut rest, asking));
        if let Some(Ok(question)) = &answer.question {
            answer.head.clamp(&question.document, areas.head_window());
        }
        let (form, room) = (areas.form, body);
        if answer.is_json() {
            return;
        }
        if let Some(shown) = answer.shown_mut() {
            shown.place(form, room);
        }
    }
}
