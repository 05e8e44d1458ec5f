//! What actions mean in a text.

use super::SIDEWAYS;
use crate::tui::action::Action;
use crate::tui::pane::Reply;
use crate::tui::widgets::plain::{Document, PlainState, Window};

/// Moves.
pub(super) fn action(
    document: &Document,
    state: &mut PlainState,
    action: Action,
    window: Window,
) -> Reply {
    match action {
        Action::Up => state.up(1, document, window),
        Action::Down => state.down(1, document, window),
        Action::PageUp => state.page_up(document, window),
        Action::PageDown => state.page_down(document, window),
        Action::Top => state.first(),
        Action::Bottom => state.last(document, window),
        Action::Left if state.is_hex() || state.hidden() == 0 => return Reply::ignored(),
        Action::Left => state.sideways(-SIDEWAYS),
        Action::Right if state.is_cut(document, window) => state.sideways(SIDEWAYS),
        Action::Right => {}
        Action::Hex => state.toggle_hex(document),
        Action::NextSibling => {
            if let Some(next) = document.next_heading(state.first_byte(document)) {
                state.go(next, document, window);
            }
        }
        Action::PreviousSibling => {
            if let Some(previous) = document.previous_heading(state.first_byte(document)) {
                state.go(previous, document, window);
            }
        }
        Action::FindNext => {
            state.find_next(document, window);
        }
        Action::FindPrevious => {
            state.find_previous(document, window);
        }
        // There is no row to put there: what is on screen is what is read.
        Action::Centre => {}
        Action::Back if state.found().is_some() => state.clear_find(),
        _ => return Reply::ignored(),
    }
    Reply::done()
}
