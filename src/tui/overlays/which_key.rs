//! The box that shows how a half-typed key sequence may go on.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget as _;

use crate::text;
use crate::tui::action::Action;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::popup::{Place, Popup};

/// Draws the continuations of `prefix` away from the focused row. Each comes with whether it does something now. Returns
/// where each landed.
pub fn draw(
    prefix: &str,
    continuations: &[(String, Action, bool)],
    focused_row: u16,
    screen: Rect,
    buf: &mut Buffer,
    theme: &Theme,
) -> Vec<(Rect, Action)> {
    let cells: Vec<(String, String, bool)> = continuations
        .iter()
        .map(|(keys, action, enabled)| (keys.clone(), action.row().doc.to_owned(), *enabled))
        .collect();
    let widest = cells
        .iter()
        .map(|(keys, doc, _)| text::width(keys) + 2 + text::width(doc))
        .max()
        .unwrap_or(0);
    let wide = usize::from(screen.width).saturating_sub(8);
    // Two columns where they fit, and where one would be too tall to leave the focused row alone: then words are cut.
    let below = screen.height.saturating_sub(focused_row + 3);
    let tall = usize::from(focused_row.max(below)).saturating_sub(2);
    let columns = if cells.len() > tall {
        2
    } else {
        (wide / (widest + 3)).clamp(1, 2)
    };
    let widest = widest.min((wide / columns).saturating_sub(3));
    let rows = cells.len().div_ceil(columns);
    let room = Popup {
        title: prefix,
        footer: "Esc cancels",
        width: (columns * (widest + 3)) as u16,
        height: rows as u16,
        place: Place::Avoiding(focused_row),
    }
    .draw(screen, buf, theme);
    let mut places = Vec::new();
    for (index, (keys, doc, enabled)) in cells.iter().enumerate() {
        let (column, row) = (index / rows.max(1), index % rows.max(1));
        let area = Rect {
            x: room.x + (column * (widest + 3)) as u16,
            y: room.y + row as u16,
            width: (widest + 2).min(usize::from(room.width)) as u16,
            height: 1,
        };
        let style = theme.style(if *enabled {
            Role::Text
        } else {
            Role::TextFaint
        });
        let line = Line::from(vec![
            Span::styled(text::pad(keys, 2), theme.style(Role::Key)),
            Span::styled(
                format!(" {}", text::fit(doc, widest.saturating_sub(3))),
                style,
            ),
        ]);
        let area = area.intersection(room);
        line.render(area, buf);
        if !area.is_empty() {
            places.push((area, continuations[index].1));
        }
    }
    places
}
