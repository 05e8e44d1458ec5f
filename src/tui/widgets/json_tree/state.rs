//! Where a reader is in a tree: the selected row, what is folded, what was searched for.
//!
//! Owns the list of visible rows, remade when a fold changes and only then; movement and drawing look rows up in it.
//! Holds no document, so every method that needs one is given it; always the one the state was made for.

use ratatui::layout::{Position, Rect};

use super::{NONE, Tree};
use crate::tui::widgets::find::{Found, Term};
use crate::tui::widgets::list::ListState;

/// Movement, folds and search over one [`Tree`].
#[derive(Debug, Clone)]
pub struct TreeState {
    /// Rows that are not inside a folded one, ascending.
    pub(super) visible: Vec<u32>,
    /// Selection and scroll in `visible`.
    pub(super) list: ListState,
    folded: Vec<u64>,
    found: Option<Found>,
    /// Rows the search unfolded to show where it stands; folded again when it moves on.
    arrived: Vec<u32>,
}

impl TreeState {
    /// At the first row, nothing folded.
    pub fn new(tree: &Tree) -> TreeState {
        let mut state = TreeState {
            visible: Vec::new(),
            list: ListState::default(),
            folded: vec![0; tree.len().div_ceil(64)],
            found: None,
            arrived: Vec::new(),
        };
        state.remake(tree, tree.first());
        state
    }

    /// The selected row.
    pub fn selected(&self) -> u32 {
        self.visible.get(self.list.selected).copied().unwrap_or(0)
    }

    /// How many rows can be seen by scrolling.
    pub fn visible_len(&self) -> usize {
        self.visible.len()
    }

    /// Place of the selection and of the first row on screen among the visible rows.
    pub fn list(&self) -> ListState {
        self.list
    }

    /// True if the row's members are hidden.
    pub fn is_folded(&self, row: u32) -> bool {
        self.folded[row as usize / 64] >> (row % 64) & 1 == 1
    }

    /// Up by `n` rows.
    pub fn up(&mut self, n: usize) {
        self.list.up(n);
    }

    /// Down by `n` rows.
    pub fn down(&mut self, n: usize) {
        self.list.down(n, self.visible.len());
    }

    /// Up by a screen of `height` rows.
    pub fn page_up(&mut self, height: usize) {
        self.list.page_up(height);
    }

    /// Down by a screen of `height` rows.
    pub fn page_down(&mut self, height: usize) {
        self.list.page_down(self.visible.len(), height);
    }

    /// To the first row.
    pub fn first(&mut self) {
        self.list.top();
    }

    /// To the last row.
    pub fn last(&mut self) {
        self.list.bottom(self.visible.len());
    }

    /// Puts the selected row in the middle of a screen of `height` rows.
    pub fn centre(&mut self, height: usize) {
        self.list.centre(self.visible.len(), height);
    }

    /// Scrolls without moving the selection off the screen (mouse wheel).
    pub fn scroll(&mut self, n: isize, height: usize) {
        self.list.scroll(n, self.visible.len(), height);
    }

    /// Keeps the selection on a screen of `height` rows. Call after movement, with the height last drawn.
    pub fn clamp(&mut self, height: usize) {
        self.list.clamp(self.visible.len(), height);
    }

    /// The row drawn at a screen position.
    pub fn row_at(&self, at: Position, area: Rect) -> Option<u32> {
        self.list
            .row_at(at, self.visible.len(), 1, area)
            .map(|i| self.visible[i])
    }

    /// Selects a row, unfolding what hides it.
    pub fn reveal(&mut self, tree: &Tree, row: u32) {
        self.arrived.clear();
        self.unfold_above(tree, row);
        self.select(tree, row);
    }

    /// To the row this one is in.
    pub fn parent(&mut self, tree: &Tree) {
        let parent = tree.parent(self.selected());
        if parent != NONE && parent >= tree.first() {
            self.select(tree, parent);
        }
    }

    /// To the next row of the same object or array.
    pub fn next_sibling(&mut self, tree: &Tree) {
        if let Some(row) = tree.next_sibling(self.selected()) {
            self.select(tree, row);
        }
    }

    /// To the previous row of the same object or array.
    pub fn previous_sibling(&mut self, tree: &Tree) {
        if let Some(row) = tree.previous_sibling(self.selected()) {
            self.select(tree, row);
        }
    }

    /// Folds the selected row, or goes to its parent if there is nothing to fold (`h`).
    pub fn fold_or_parent(&mut self, tree: &Tree) {
        let row = self.selected();
        if tree.count(row) > 0 && !self.is_folded(row) {
            self.set_folded(tree, row, true);
        } else {
            self.parent(tree);
        }
    }

    /// Unfolds the selected row, or goes to its first member if it is open (`l`).
    pub fn unfold_or_child(&mut self, tree: &Tree) {
        let row = self.selected();
        if self.is_folded(row) {
            self.set_folded(tree, row, false);
        } else if tree.count(row) > 0 {
            self.down(1);
        }
    }

    /// Folds or unfolds the selected row.
    pub fn toggle(&mut self, tree: &Tree) {
        let row = self.selected();
        if tree.count(row) > 0 {
            self.set_folded(tree, row, !self.is_folded(row));
        }
    }

    /// Folds or unfolds one row.
    pub fn set_folded(&mut self, tree: &Tree, row: u32, fold: bool) {
        self.mark(tree, row, fold);
        self.arrived.clear();
        self.remake(tree, self.selected());
    }

    /// Folds or unfolds the selected row and its siblings; with `deep`, everything in them too (`c e C E`).
    pub fn fold_siblings(&mut self, tree: &Tree, fold: bool, deep: bool) {
        let parent = tree.parent(self.selected());
        let (mut row, end) = if parent == NONE {
            (0, tree.len() as u32)
        } else {
            (parent + 1, tree.after(parent))
        };
        while row < end {
            self.mark(tree, row, fold);
            row = if deep { row + 1 } else { tree.after(row) };
        }
        self.arrived.clear();
        self.remake(tree, self.selected());
    }

    /// Folds everything (`zM`).
    pub fn fold_all(&mut self, tree: &Tree) {
        self.fold_to_level(tree, 0);
    }

    /// Unfolds everything (`zR`).
    pub fn unfold_all(&mut self, tree: &Tree) {
        self.folded.fill(0);
        self.arrived.clear();
        self.remake(tree, self.selected());
    }

    /// Shows `level` levels below the top ones and folds the rest (`z1` to `z9`).
    pub fn fold_to_level(&mut self, tree: &Tree, level: usize) {
        let level = level + tree.first() as usize;
        for row in tree.first()..tree.len() as u32 {
            self.mark(tree, row, tree.depth(row) >= level);
        }
        self.arrived.clear();
        self.remake(tree, self.selected());
    }

    /// Searches names and values and goes to the first hit from here on. False if there is none.
    pub fn find(&mut self, tree: &Tree, term: Term) -> bool {
        let hits = tree.search(&term);
        self.show_hits(tree, term, hits)
    }

    /// As [`find`](Self::find), with hits found elsewhere ([`Tree::search`] on a big document).
    pub fn show_hits(&mut self, tree: &Tree, term: Term, hits: Vec<u32>) -> bool {
        let found = Found::new(term, hits, self.selected());
        let hit = found.current();
        self.found = Some(found);
        self.arrive(tree, hit)
    }

    /// To the next hit. False if there is none.
    pub fn find_next(&mut self, tree: &Tree) -> bool {
        let from = self.selected();
        let hit = self.found.as_mut().and_then(|f| f.next(from));
        self.arrive(tree, hit)
    }

    /// To the previous hit. False if there is none.
    pub fn find_previous(&mut self, tree: &Tree) -> bool {
        let from = self.selected();
        let hit = self.found.as_mut().and_then(|f| f.previous(from));
        self.arrive(tree, hit)
    }

    /// What is searched for and where the search stands ([`Found::label`]).
    pub fn found(&self) -> Option<&Found> {
        self.found.as_ref()
    }

    /// Ends the search; what it unfolded stays as it is.
    pub fn clear_find(&mut self) {
        self.found = None;
        self.arrived.clear();
    }

    fn arrive(&mut self, tree: &Tree, hit: Option<u32>) -> bool {
        let Some(hit) = hit else { return false };
        for row in std::mem::take(&mut self.arrived) {
            self.mark(tree, row, true);
        }
        // Folding again may have hidden the row stood on; the list is remade for the hit anyway.
        self.remake(tree, tree.first());
        self.arrived = self.unfold_above(tree, hit);
        self.select(tree, hit);
        true
    }

    /// Unfolds the rows around `row`; returns which were folded.
    fn unfold_above(&mut self, tree: &Tree, row: u32) -> Vec<u32> {
        let mut opened = Vec::new();
        let mut at = tree.parent(row);
        while at != NONE {
            if self.is_folded(at) {
                self.mark(tree, at, false);
                opened.push(at);
            }
            at = tree.parent(at);
        }
        if !opened.is_empty() {
            self.remake(tree, row);
        }
        opened
    }

    /// Notes a fold without remaking the list. What has no members cannot be folded, and the hidden root never is.
    fn mark(&mut self, tree: &Tree, row: u32, fold: bool) {
        let bit = 1 << (row % 64);
        let word = &mut self.folded[row as usize / 64];
        if fold && tree.count(row) > 0 && row >= tree.first() {
            *word |= bit;
        } else {
            *word &= !bit;
        }
    }

    /// Selects a row, or the nearest visible one around it.
    fn select(&mut self, tree: &Tree, mut row: u32) {
        loop {
            match self.visible.binary_search(&row) {
                Ok(i) => {
                    self.list.selected = i;
                    return;
                }
                Err(_) if tree.parent(row) != NONE => row = tree.parent(row),
                Err(_) => {
                    self.list.selected = 0;
                    return;
                }
            }
        }
    }

    fn remake(&mut self, tree: &Tree, selected: u32) {
        // Where the selection stands on screen should not jump when rows above it come or go.
        let on_screen = self.list.selected.saturating_sub(self.list.offset);
        self.visible.clear();
        let mut row = tree.first();
        while (row as usize) < tree.len() {
            self.visible.push(row);
            row = if self.is_folded(row) {
                tree.after(row)
            } else {
                row + 1
            };
        }
        self.select(tree, selected);
        self.list.offset = self.list.selected.saturating_sub(on_screen);
    }
}
