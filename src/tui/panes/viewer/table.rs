//! An array of a tree that is shown as a table, and what actions mean in it.

use std::sync::Arc;

use ratatui::layout::Rect;

use super::SEARCHED;
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::pane::Reply;
use crate::tui::payload::{self, Opening};
use crate::tui::widgets::json_table::{Sort, Table, TableState};
use crate::tui::widgets::json_tree::{Place as Row, Tree};

/// See the module.
#[derive(Debug, Clone)]
pub(super) struct InTable {
    pub(super) table: Arc<Table>,
    pub(super) state: TableState,
    /// The focused cell in the tree, if there is a value in it.
    pub(super) row: Option<Row>,
}

/// What came of an action.
pub(super) enum Done {
    Reply(Reply),
    /// Back to the tree: to the place that was left, or to this byte.
    Leave(Option<usize>),
    /// It is to be made off this thread.
    Elsewhere(usize, Opening),
}

/// Makes a table of the array around a row, or says why not or that it takes too long to do it here.
pub(super) fn open(tree: &Tree, row: &Row) -> Result<InTable, Done> {
    let byte = row.start();
    let big = |array: Row| tree.span(&array).len() > SEARCHED;
    if tree.array_around(row).is_some_and(big) {
        return Err(Done::Elsewhere(byte, Opening::Table(None)));
    }
    match payload::table(tree, row) {
        Ok(table) => Ok(InTable::new(Arc::new(table), byte)),
        Err(why) => Err(Done::Reply(Reply::say(why))),
    }
}

impl InTable {
    /// At the cell that holds this byte of the document.
    pub(super) fn new(table: Arc<Table>, byte: usize) -> Self {
        Self {
            state: TableState::new(&table, byte),
            table,
            row: None,
        }
    }

    /// Takes the same table in another order.
    pub(super) fn sorted(&mut self, sort: Option<Sort>, order: Arc<[u32]>) {
        self.state.reorder(sort, order);
    }

    pub(super) fn settle(&mut self, tree: &Tree, area: Rect) {
        self.state.fit(&self.table, area);
        self.row = self.start().map(|byte| tree.place_at(byte));
    }

    /// Where the value of the focused cell starts.
    fn start(&self) -> Option<usize> {
        let (row, column) = self.state.focus();
        self.table.start(row, column)
    }

    /// How big it is, what is left out, what is hidden.
    pub(super) fn remark(&self) -> String {
        let size = self.table.size();
        match self.state.hidden(&self.table) {
            0 => size,
            hidden => format!("{size}  {hidden} hidden"),
        }
    }

    pub(super) fn action(&mut self, action: Action) -> Done {
        let (table, state) = (&self.table, &mut self.state);
        match action {
            Action::Up => state.down(-1),
            Action::Down => state.down(1),
            Action::PageUp => state.page(false),
            Action::PageDown => state.page(true),
            Action::Top => state.end(false),
            Action::Bottom => state.end(true),
            Action::Centre => state.centre(),
            Action::Left => state.sideways(table, -1),
            Action::Right => state.sideways(table, 1),
            Action::Back if state.clear_find() => {}
            Action::Back | Action::Table | Action::LeaveTable => return Done::Leave(None),
            Action::FindNext | Action::FindPrevious => {
                if !state.find_next(table, action == Action::FindNext) {
                    return Done::Reply(Reply::say("No hit."));
                }
            }
            Action::OpenCell | Action::ToggleFold => {
                return match self.start() {
                    Some(byte) => Done::Leave(Some(byte)),
                    None => Done::Reply(Reply::say(EMPTY)),
                };
            }
            Action::SortTable => {
                let sort = state.next_sort();
                if table.span().len() > SEARCHED {
                    return Done::Elsewhere(table.span().start, Opening::Table(sort));
                }
                state.reorder(sort, table.order(sort));
            }
            Action::CopyTable => {
                let effect = Effect::CopyTable(state.csv(table));
                return Done::Reply(Reply::effect(effect));
            }
            Action::HideColumn => {
                if !state.hide(table) {
                    return Done::Reply(Reply::say("This is the last column that is shown."));
                }
            }
            _ => return Done::Reply(Reply::ignored()),
        }
        Done::Reply(Reply::done())
    }
}

/// Why there is nothing to take.
pub(super) const EMPTY: &str = "This cell is empty: the object has no such member.";

/// Why an action does nothing in a table, if so.
pub(super) fn why_not(action: Action) -> Option<&'static str> {
    match action {
        Action::ToggleFold => None,
        Action::Wrap => Some("Cells do not wrap: Enter shows the value in the tree."),
        Action::Hex => Some("Only text can be shown as bytes: see Raw."),
        Action::NextSibling
        | Action::PreviousSibling
        | Action::FoldLevel
        | Action::UnfoldLevel
        | Action::UnfoldLevelDeep
        | Action::PlaceTop
        | Action::PlaceBottom => Some(TREES),
        _ if super::tree::is_of_trees(action) => Some(TREES),
        _ => None,
    }
}

const TREES: &str = "That is for trees: T goes back to it.";
