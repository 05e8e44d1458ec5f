//! The box that asks before a server out of a project's file runs for the first time, or runs anew.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::configs::trust::Terms;
use crate::text;
use crate::tui::model::Model;
use crate::tui::panes::servers::wrap;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::popup::{Place, Popup};

/// Columns of the names of what is told.
const LABEL: usize = 10;

/// Columns inside the box, where there is room.
pub(super) const WIDTH: u16 = 84;

/// Draws it.
pub fn draw(model: &Model, place: usize, screen: Rect, buf: &mut Buffer) -> Position {
    let server = model.world.servers.get(place);
    let consent = server.and_then(|server| server.listed.as_ref()?.consent.as_ref());
    let Some(terms) = consent.map(|consent| &consent.terms) else {
        return Position::new(0, 0);
    };
    let width = WIDTH.min(screen.width.saturating_sub(6));
    let lines = lines(terms, usize::from(width));
    let verb = if terms.remote { "TALK TO" } else { "RUN" };
    let title = format!("{verb} {}?", text::sanitize(&terms.name));
    let popup = Popup {
        title: &title,
        footer: "y yes, until it changes  Esc no",
        width,
        height: lines.len() as u16,
        place: Place::Centre,
    };
    let room = popup.draw(screen, buf, &model.world.theme);
    draw_lines(&lines, room, buf, &model.world.theme);
    Position::new(room.x, room.y)
}

pub(super) fn draw_lines(lines: &[(Role, String)], room: Rect, buf: &mut Buffer, theme: &Theme) {
    let rows = usize::from(room.height);
    for (index, (y, (role, line))) in (room.y..room.bottom()).zip(lines).enumerate() {
        let cut = index + 1 == rows && lines.len() > rows;
        let line = if cut {
            "… more than fits: enlarge the terminal before you agree"
        } else {
            line
        };
        buf.set_stringn(room.x, y, line, usize::from(room.width), theme.style(*role));
    }
}

fn lines(terms: &Terms, width: usize) -> Vec<(Role, String)> {
    let mut lines = Vec::new();
    let mut paragraph = |role: Role, words: &str| {
        let words = text::sanitize(words).into_owned();
        lines.extend(
            wrap(&words, width.max(1))
                .into_iter()
                .map(|line| (role, line)),
        );
    };
    if terms.changed.is_empty() {
        let does = if terms.remote { "be talked to" } else { "run" };
        paragraph(
            Role::Text,
            &format!("It comes with the project and was never agreed to. This would {does}:"),
        );
    } else {
        paragraph(Role::Warn, "It changed since you agreed to it:");
        for what in &terms.changed {
            paragraph(Role::Warn, &format!("  {what}"));
        }
    }
    lines.push((Role::Text, String::new()));
    let mut field = |label: &str, value: &str| {
        let value = text::sanitize(value).into_owned();
        let room = width.saturating_sub(LABEL).max(1);
        for (index, part) in wrap(&value, room).into_iter().enumerate() {
            let label = if index == 0 { label } else { "" };
            lines.push((Role::Text, format!("{}{part}", text::pad(label, LABEL))));
        }
    };
    if terms.remote {
        field("address", &terms.command.join(" "));
    } else {
        field("command", &shell_words::join(&terms.command));
    }
    if let Some(expanded) = &terms.expanded {
        field("that is", &shell_words::join(expanded));
    }
    if let Some(cwd) = &terms.cwd {
        field("cwd", cwd);
    }
    let label = if terms.remote { "headers" } else { "env" };
    if terms.names.is_empty() {
        field(label, "none");
    } else {
        field(label, &terms.names.join(" "));
    }
    field("stands in", &terms.place);
    lines
}
