//! The cursor of a page as bytes of what it shows, so that another page of the same frame can stand at them.

use std::ops::Range;

use ratatui::layout::{Position, Rect};

use super::{Hand, Page, Sight, window};
use crate::tui::action::Action;
use crate::tui::panes::viewer::tree;
use crate::tui::widgets::json_tree::{Kind, Tree};

impl Page {
    /// The bytes it stands at: those of the value of a tree, those that are lit in text.
    pub(in super::super) fn focus(&self, area: Rect) -> Option<Range<usize>> {
        match self.sight()? {
            Sight::Tree(tree, state) => Some(tree.span(state.selected())),
            Sight::Table(tree, table) => Some(tree.span(table.row.as_ref()?)),
            Sight::Text(document, state) if self.around().is_none() => {
                state.lit(document, window(area))
            }
            Sight::Text(..) => None,
        }
    }

    /// Stands at these bytes.
    pub(in super::super) fn stand_at(&mut self, bytes: Range<usize>, area: Rect) {
        match self.hand() {
            Some(Hand::Tree(tree, state)) => {
                // A value that is shown stays; one that holds it would be the first byte's.
                if tree.span(state.selected()) != bytes {
                    state.reveal_byte(tree, bytes.start);
                }
            }
            Some(Hand::Text(document, state)) if bytes.end <= document.bytes().len() => {
                state.light(bytes, document, window(area));
            }
            _ => {}
        }
    }

    /// Moves in its tree; false if it shows none.
    pub(in super::super) fn move_in_tree(&mut self, action: Action) -> bool {
        match self.hand() {
            Some(Hand::Tree(tree, state)) => tree::action(tree, state, action).handled,
            _ => false,
        }
    }

    /// The tree it shows, whole.
    pub(in super::super) fn tree(&self) -> Option<&Tree> {
        match self.sight()? {
            Sight::Tree(tree, _) if tree.index().is_done() => Some(tree),
            _ => None,
        }
    }

    /// The byte that was clicked, where bytes are shown.
    pub(in super::super) fn byte_at(&self, at: Position, area: Rect) -> Option<usize> {
        match self.sight()? {
            Sight::Text(document, state) => {
                let (column, row) = (at.x.checked_sub(area.x)?, at.y.checked_sub(area.y)?);
                let byte = state.hex_at(column, row, window(area))?;
                (byte < document.bytes().len()).then_some(byte)
            }
            Sight::Tree(..) | Sight::Table(..) => None,
        }
    }

    /// What the value at this byte is: a scalar stands for itself, of a container its bracket does.
    pub(in super::super) fn span_at(&self, byte: usize) -> Option<Range<usize>> {
        let tree = self.tree()?;
        let place = tree.place_at(byte);
        let span = tree.span(&place);
        let scalar = !matches!(tree.kind(&place), Kind::Object | Kind::Array);
        Some(if scalar || span.start == byte {
            span
        } else {
            byte..byte + 1
        })
    }
}
