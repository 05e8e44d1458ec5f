//! The box that shows what a tap makes of an entry in a client's settings, and asks whether it is to be written.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::trust::{WIDTH, draw_lines};
use crate::configs::tapped::Deed;
use crate::text;
use crate::tui::model::Model;
use crate::tui::panes::servers::wrap;
use crate::tui::theme::Role;
use crate::tui::update::tapping;
use crate::tui::widgets::popup::{Place, Popup};

/// Draws it.
pub fn draw(model: &Model, place: usize, screen: Rect, buf: &mut Buffer) -> Position {
    let server = model.world.servers.get(place);
    let listed = server.and_then(|server| server.listed.as_ref());
    let (Ok((deed, plan)), Some(listed)) = (tapping(model, place), listed) else {
        return Position::new(0, 0);
    };
    let width = WIDTH.min(screen.width.saturating_sub(6));
    let mut lines = Vec::new();
    let mut paragraph = |role: Role, indent: &str, words: &str| {
        let words = text::sanitize(words).into_owned();
        let room = usize::from(width).saturating_sub(indent.len()).max(1);
        for (index, line) in wrap(&words, room).into_iter().enumerate() {
            let blank = " ".repeat(indent.len());
            let before = if index == 0 { indent } else { &blank };
            lines.push((role, format!("{before}{line}")));
        }
    };
    let client = listed.server.client.name;
    let put = matches!(deed, Deed::PutIn(_));
    let what = if put {
        format!("{client} would start a tap, which records what passes, and the tap the server.")
    } else {
        format!("{client} would start the server itself again.")
    };
    paragraph(Role::Text, "", &what);
    paragraph(
        Role::Text,
        "",
        &format!("In {} ({}):", listed.place, listed.server.scope.word()),
    );
    paragraph(Role::Text, "", "");
    paragraph(Role::DiffDel, "- ", &shell_words::join(&plan.before));
    paragraph(Role::DiffAdd, "+ ", &shell_words::join(&plan.after));
    paragraph(Role::Text, "", "");
    paragraph(
        Role::TextMuted,
        "",
        "Everything else in the file stays, and a copy of it is kept beside it.",
    );
    let verb = if put { "TAP" } else { "TAKE THE TAP OUT OF" };
    let title = format!("{verb} {}?", text::sanitize(&listed.server.name));
    let popup = Popup {
        title: &title,
        footer: "y write it  Esc no",
        width,
        height: lines.len() as u16,
        place: Place::Centre,
    };
    let room = popup.draw(screen, buf, &model.world.theme);
    draw_lines(&lines, room, buf, &model.world.theme);
    Position::new(room.x, room.y)
}
