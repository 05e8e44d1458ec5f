//! The box that tells how a server is found to work, step by step as each ends.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::doctor::{self, State, Step};
use crate::text;
use crate::tui::examined::Examined;
use crate::tui::model::Model;
use crate::tui::panes::servers::wrap;
use crate::tui::theme::Role;
use crate::tui::widgets::popup::{Place, Popup};

/// Columns inside the box, where there is room.
const WIDTH: u16 = 100;
/// Columns that what was found stands in by.
const INDENT: usize = 4;
/// Lines of stderr that a failure quotes.
const QUOTED: usize = 4;

/// Draws it.
pub fn draw(model: &Model, screen: Rect, buf: &mut Buffer) -> Position {
    let Some(examined) = &model.examined else {
        return Position::new(0, 0);
    };
    let theme = &model.world.theme;
    let width = WIDTH.min(screen.width.saturating_sub(8));
    let lines = lines(examined, usize::from(width));
    let title = format!("DOCTOR {}", text::fit(&text::sanitize(&examined.name), 40));
    let shows = examined.stage.over && examined.evidence().is_some();
    let popup = Popup {
        title: &title,
        footer: match (examined.stage.over, shows) {
            (false, _) => "Esc ends it",
            (true, true) => "Enter shows the entry  y copy  Esc closes",
            (true, false) => "y copy  Esc closes",
        },
        width,
        height: (lines.len() as u16).min(screen.height.saturating_sub(4)),
        place: Place::Centre,
    };
    let room = popup.draw(screen, buf, theme);
    // The end is what matters: of more than fits, that is shown.
    let skip = lines.len().saturating_sub(usize::from(room.height));
    let mut last = room.as_position();
    for (y, (role, line)) in (room.y..room.bottom()).zip(&lines[skip..]) {
        buf.set_stringn(room.x, y, line, usize::from(room.width), theme.style(*role));
        last = Position::new(room.x, y);
    }
    last
}

fn lines(examined: &Examined, width: usize) -> Vec<(Role, String)> {
    let mut lines = Vec::new();
    for step in &examined.steps {
        step_lines(step, width, &mut lines);
        if step.state == State::Failed {
            let tail = &examined.case.connection.stderr_tail;
            for line in tail.iter().skip(tail.len().saturating_sub(QUOTED)) {
                let line = format!("{:INDENT$}stderr: {}", "", text::sanitize(line));
                lines.push((Role::TextMuted, text::fit(&line, width).into_owned()));
            }
        }
    }
    if let Some(kind) = examined.goes_on {
        lines.push((Role::Pending, format!("◐ {} …", kind.word())));
    }
    if let Some(verdict) = examined.verdict() {
        let role = if examined.failed().is_some() {
            Role::Error
        } else {
            Role::Ok
        };
        lines.push((Role::Text, String::new()));
        lines.push((role, verdict));
    }
    lines
}

fn step_lines(step: &Step, width: usize, lines: &mut Vec<(Role, String)>) {
    let (glyph, role) = match step.state {
        State::Ok => ("✓", Role::Ok),
        State::Flawed => ("!", Role::Warn),
        State::Failed => ("✗", Role::Error),
        State::Passed | State::Skipped => ("–", Role::TextMuted),
    };
    let mut told = doctor::lines(step).into_iter();
    if let Some(head) = told.next() {
        // What was tried may be more than a line.
        let mut parts = wrap(&head, width.saturating_sub(INDENT).max(1)).into_iter();
        if let Some(first) = parts.next() {
            lines.push((role, format!("{glyph} {first}")));
        }
        lines.extend(parts.map(|part| (role, format!("{:INDENT$}{part}", ""))));
    }
    for line in told {
        let line = line.trim_start();
        let role = if line.starts_with("advice") {
            Role::Info
        } else {
            Role::Text
        };
        for part in wrap(line, width.saturating_sub(INDENT).max(1)) {
            lines.push((role, format!("{:INDENT$}{part}", "")));
        }
    }
}
