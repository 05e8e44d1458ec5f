//! The row above a list in which somebody types what narrows it. What matches is the pane's business.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::input::{LineInput, Look};
use crate::tui::theme::{Role, Theme};

/// What stands before the text.
const LABEL: &str = " Filter: ";

/// Draws it into the first row of `area`; gives where the caret is while it is typed in. `placeholder` is sanitised.
pub fn draw(
    input: &LineInput,
    typing: bool,
    placeholder: &str,
    area: Rect,
    buf: &mut Buffer,
    theme: &Theme,
) -> Option<Position> {
    let style = theme.style(if typing { Role::Focus } else { Role::TextMuted });
    let (x, _) = buf.set_stringn(area.x, area.y, LABEL, usize::from(area.width), style);
    let field = Rect {
        x,
        y: area.y,
        width: area.right().saturating_sub(x),
        height: 1,
    };
    let look = Look {
        placeholder,
        ..Look::default()
    };
    let at = input.draw(look, field, buf, theme);
    typing.then_some(at)
}
