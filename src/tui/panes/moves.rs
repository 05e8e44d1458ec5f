//! What movements do in any list.

use crate::tui::action::Action;
use crate::tui::widgets::list::ListState;

/// Moves in a list of `len` rows, of which `height` are on the screen; false when the action is no movement.
pub fn moved(list: &mut ListState, action: Action, len: usize, height: usize) -> bool {
    match action {
        Action::Up => list.up(1),
        Action::Down => list.down(1, len),
        Action::PageUp => list.page_up(height),
        Action::PageDown => list.page_down(len, height),
        Action::Top => list.top(),
        Action::Bottom => list.bottom(len),
        Action::Centre => list.centre(len, height),
        _ => return false,
    }
    true
}
