//! Where a reader is in a tree: the selected row, what is folded, how it is shown. What was searched for is in `hits`.
//!
//! Owns movement. It keeps one row and how far below the top of the screen that is; all others are found from there.
//! Holds no document, so every method that needs one is given it; always the one the state was made for.

use ratatui::layout::{Position, Rect};

use super::folds::{Before, Folds};
use super::place::{Part, Place, View};
use super::{Swapped, Tree, draw};
use crate::tui::widgets::find::{Found, Term};

/// Rows of containers that stay on top of the screen when one is deep inside.
pub(super) const STICKY: usize = 3;

/// Screens of fewer rows have none.
pub(super) const STICKY_FROM: usize = 10;

/// Movement, folds and search over one [`Tree`].
#[derive(Debug, Clone)]
pub struct TreeState {
    pub(super) selected: Place,
    /// Screen lines of the rows above the selected one.
    pub(super) offset: usize,
    pub(super) folds: Folds,
    /// Whether it is shown as valid JSON, a row for every bracket.
    pub(super) lines: bool,
    pub(super) numbers: bool,
    pub(super) wrap: bool,
    pub(super) found: Option<Found>,
    /// The term that is looked for in names only, if so.
    pub(super) names: Option<Term>,
    /// What the search unfolded to show where it stands; folded again when it moves on.
    pub(super) arrived: Vec<Before>,
    /// Columns and lines of the screen.
    pub(super) size: (u16, u16),
}

impl TreeState {
    /// At the first row, nothing folded but groups.
    pub fn new(tree: &Tree) -> TreeState {
        let folds = Folds::default();
        let view = View {
            tree,
            folds: &folds,
            lines: false,
        };
        TreeState {
            selected: Place::first(view),
            offset: 0,
            folds: Folds::default(),
            lines: false,
            numbers: false,
            wrap: false,
            found: None,
            names: None,
            arrived: Vec::new(),
            size: (80, 24),
        }
    }

    pub(super) fn view<'v>(&'v self, tree: &'v Tree) -> View<'v> {
        View {
            tree,
            folds: &self.folds,
            lines: self.lines,
        }
    }

    fn height(&self) -> usize {
        usize::from(self.size.1).max(1)
    }

    /// The selected row.
    pub fn selected(&self) -> &Place {
        &self.selected
    }

    /// Whether it is shown as valid JSON, with quotes and closing brackets.
    pub fn is_lines(&self) -> bool {
        self.lines
    }

    /// Whether long strings wrap.
    pub fn wraps(&self) -> bool {
        self.wrap
    }

    /// True if the row's members are hidden.
    pub fn is_folded(&self, tree: &Tree, row: &Place) -> bool {
        self.folds.is_folded(row, tree)
    }

    /// Whether this row is what the screen begins with a document of: the container whose brackets are not shown.
    pub fn is_outermost(&self, tree: &Tree) -> bool {
        !self.selected.clone().out(self.view(tree))
    }

    /// The first row on screen, and how many screen lines are between it and the selected one.
    pub(super) fn top(&self, tree: &Tree) -> (Place, usize) {
        let view = self.view(tree);
        let (mut place, mut lines) = (self.selected.clone(), 0);
        while lines < self.offset {
            if !place.backward(view) {
                break;
            }
            let more = draw::height(self, tree, &place);
            if lines + more > self.offset {
                place.forward(view);
                break;
            }
            lines += more;
        }
        (place, lines)
    }

    /// Up by `n` rows.
    pub fn up(&mut self, tree: &Tree, n: usize) {
        for _ in 0..n {
            let mut place = std::mem::replace(&mut self.selected, Place::root(tree));
            let moved = place.backward(self.view(tree));
            self.selected = place;
            if !moved {
                break;
            }
            let lines = draw::height(self, tree, &self.selected);
            self.offset = self.offset.saturating_sub(lines);
        }
        self.settle(tree);
    }

    /// Down by `n` rows.
    pub fn down(&mut self, tree: &Tree, n: usize) {
        for _ in 0..n {
            let lines = draw::height(self, tree, &self.selected);
            let mut place = std::mem::replace(&mut self.selected, Place::root(tree));
            let moved = place.forward(self.view(tree));
            self.selected = place;
            if !moved {
                break;
            }
            self.offset += lines;
        }
        self.settle(tree);
    }

    /// Up by a screen, keeping one row in sight.
    pub fn page_up(&mut self, tree: &Tree) {
        let offset = self.offset;
        self.up(tree, self.height().saturating_sub(1).max(1));
        self.offset = offset;
        self.settle(tree);
    }

    /// Down by a screen, keeping one row in sight.
    pub fn page_down(&mut self, tree: &Tree) {
        let offset = self.offset;
        self.down(tree, self.height().saturating_sub(1).max(1));
        self.offset = offset;
        self.settle(tree);
    }

    /// To the first row.
    pub fn first(&mut self, tree: &Tree) {
        self.selected = Place::first(self.view(tree));
        self.offset = 0;
        self.settle(tree);
    }

    /// To the last row, as far as the index goes.
    pub fn last(&mut self, tree: &Tree) {
        self.selected = Place::last(self.view(tree));
        self.offset = self.height();
        self.settle(tree);
    }

    /// Puts the selected row on the first line (`0.0`), in the middle (`0.5`) or on the last line (`1.0`) of the screen.
    pub fn put(&mut self, tree: &Tree, part: f32) {
        self.offset = ((self.height() - 1) as f32 * part).round() as usize;
        self.settle(tree);
    }

    /// Scrolls without moving the selection off the screen (mouse wheel).
    pub fn scroll(&mut self, tree: &Tree, n: isize) {
        for _ in 0..n.unsigned_abs() {
            if n > 0 {
                if self.offset > self.least_offset(tree) {
                    self.offset -= 1;
                } else {
                    let offset = self.offset;
                    self.down(tree, 1);
                    self.offset = offset;
                }
            } else if self.offset + 1 < self.height() {
                self.offset += 1;
            } else {
                let offset = self.offset;
                self.up(tree, 1);
                self.offset = offset;
            }
            self.settle(tree);
        }
    }

    /// Takes the size of the screen, and keeps the selection on it.
    pub fn fit(&mut self, tree: &Tree, area: Rect, wrap: bool) {
        self.size = (area.width, area.height);
        self.wrap = wrap;
        self.settle(tree);
    }

    /// Lines that the containers around the selected row may take above it.
    fn least_offset(&self, tree: &Tree) -> usize {
        if self.height() < STICKY_FROM {
            return 0;
        }
        self.selected.levels(self.view(tree)).min(STICKY)
    }

    /// Keeps the selection on screen, leaves no empty room below the last row, and does not begin before the first.
    pub(super) fn settle(&mut self, tree: &Tree) {
        let height = self.height();
        let own = draw::height(self, tree, &self.selected).min(height);
        self.offset = self.offset.max(self.least_offset(tree)).min(height - own);
        let room = height - own - self.offset;
        let (mut below, mut place) = (0, self.selected.clone());
        while below < room && place.forward(self.view(tree)) {
            below += draw::height(self, tree, &place);
        }
        self.offset += room.saturating_sub(below);
        self.offset = self.top(tree).1;
    }

    /// The row drawn at a screen position.
    pub fn row_at(&self, tree: &Tree, at: Position, area: Rect) -> Option<Place> {
        let line = usize::from(at.y.checked_sub(area.y)?);
        if !area.contains(at) {
            return None;
        }
        if let Some(sticky) = draw::sticky(self, tree).get(line) {
            return Some(sticky.clone());
        }
        let (mut place, mut lines) = (self.top(tree).0, 0);
        loop {
            lines += draw::height(self, tree, &place);
            if line < lines {
                return Some(place);
            }
            if !place.forward(self.view(tree)) {
                return None;
            }
        }
    }

    /// Selects a row, unfolding what hides it.
    pub fn reveal(&mut self, tree: &Tree, row: &Place) {
        self.arrived.clear();
        self.unfold_above(tree, row);
        self.select(tree, row.clone());
    }

    /// Selects the value that holds this byte, unfolding what hides it.
    pub fn reveal_byte(&mut self, tree: &Tree, byte: usize) {
        let place = Place::at(self.view(tree), byte as u32);
        self.reveal(tree, &place);
    }

    /// Selects a row that is not hidden. What is on screen stays where it is, if the row is on it too.
    pub(super) fn select(&mut self, tree: &Tree, row: Place) {
        let height = self.height();
        let hidden = row.above.is_empty() && row.part == Part::Value && !self.lines;
        let row = if hidden && row.is_filled(tree) {
            Place::first(self.view(tree))
        } else {
            row
        };
        let (mut place, mut lines) = (self.top(tree).0, 0);
        place.surface(self.view(tree));
        self.selected = row;
        let wanted = self.selected.order(tree);
        while lines < height && place.order(tree) != wanted {
            lines += draw::height(self, tree, &place);
            if !place.forward(self.view(tree)) {
                lines = height;
            }
        }
        self.offset = if lines < height { lines } else { height / 2 };
        self.settle(tree);
    }

    /// Moves by something that changes the place and says whether it did.
    fn go(&mut self, tree: &Tree, step: impl FnOnce(&mut Place, View<'_>) -> bool) {
        let mut place = self.selected.clone();
        if step(&mut place, self.view(tree)) {
            // It may be in a group that is folded.
            place.surface(self.view(tree));
            self.select(tree, place);
        }
    }

    /// To the row this one is in.
    pub fn parent(&mut self, tree: &Tree) {
        self.go(tree, Place::out);
    }

    /// To the next row of the same object or array.
    pub fn next_sibling(&mut self, tree: &Tree) {
        self.go(tree, |place, view| place.sideways(view, true));
    }

    /// To the previous row of the same object or array.
    pub fn previous_sibling(&mut self, tree: &Tree) {
        self.go(tree, |place, view| place.sideways(view, false));
    }

    /// To the other end (`%`): from bracket to bracket where both have rows, else to the last of the siblings, and
    /// from there to the first.
    pub fn other_end(&mut self, tree: &Tree) {
        let folded = self.is_folded(tree, &self.selected);
        self.go(tree, |place, view| {
            if place.part == Part::Close {
                place.part = Part::Value;
                return true;
            }
            let open = view.lines && !folded && place.is_filled(tree);
            if open && tree.is_whole(place) {
                place.part = Part::Close;
                return true;
            }
            let before = place.order(tree);
            place.end_of_siblings(view, true)
                && (place.order(tree) != before || place.end_of_siblings(view, false))
        });
    }

    /// Folds the selected row, or goes to its parent if there is nothing to fold (`h`).
    pub fn fold_or_parent(&mut self, tree: &Tree) {
        if self.can_fold(tree) {
            self.set_folded(tree, true);
        } else {
            self.parent(tree);
        }
    }

    /// Whether the selected row is open and can be folded.
    pub fn can_fold(&self, tree: &Tree) -> bool {
        self.selected.is_filled(tree) && !self.is_folded(tree, &self.selected)
    }

    /// Unfolds the selected row, or goes to its first member if it is open (`l`).
    pub fn unfold_or_child(&mut self, tree: &Tree) {
        if self.is_folded(tree, &self.selected) {
            self.set_folded(tree, false);
        } else if self.selected.is_filled(tree) && self.selected.part != Part::Close {
            self.down(tree, 1);
        }
    }

    /// Folds or unfolds the selected row.
    pub fn toggle(&mut self, tree: &Tree) {
        if self.selected.is_filled(tree) {
            self.set_folded(tree, !self.is_folded(tree, &self.selected));
        }
    }

    /// Folds or unfolds the selected row.
    pub fn set_folded(&mut self, tree: &Tree, fold: bool) {
        let _ = self.folds.set(&self.selected, fold);
        self.folded_anew(tree);
    }

    /// Folds or unfolds the selected row and its siblings; with `deep`, everything in them too (`c e C E`).
    pub fn fold_siblings(&mut self, tree: &Tree, fold: bool, deep: bool) {
        let container = match (self.selected.part, self.selected.above.last()) {
            (Part::Group(..), _) => self.selected.node.start,
            (_, Some(parent)) => parent.start,
            (_, None) => self.selected.node.start.wrapping_sub(1),
        };
        let from = container.wrapping_add(1);
        let to = tree.end_at(container).unwrap_or(u32::MAX);
        self.folds.set_level(&self.selected, from..to, fold, deep);
        self.folded_anew(tree);
    }

    /// Shows `level` levels below the top ones and folds the rest (`zM`, `z1` to `z9`); with none, unfolds all (`zR`).
    pub fn fold_to_level(&mut self, tree: &Tree, level: Option<u32>) {
        self.folds.set_all(level.map(|level| level + 1));
        self.folded_anew(tree);
    }

    /// After folds have changed: what is selected may be hidden now, and what a search unfolded is ours.
    fn folded_anew(&mut self, tree: &Tree) {
        self.arrived.clear();
        let mut place = self.selected.clone();
        place.surface(self.view(tree));
        self.selected = place;
        self.settle(tree);
    }

    /// Unfolds the rows around `row`; notes what was said of those that were folded.
    pub(super) fn unfold_above(&mut self, tree: &Tree, row: &Place) -> Vec<Before> {
        let mut opened = Vec::new();
        let mut place = row.clone();
        while place.out(self.view(tree)) {
            if self.folds.is_folded(&place, tree) {
                opened.push(self.folds.set(&place, false));
            }
        }
        opened
    }

    /// Rows as they are in valid JSON, or as data again.
    pub fn toggle_lines(&mut self, tree: &Tree) {
        self.lines = !self.lines;
        self.refresh(tree);
    }

    /// Numbers of values beside the rows, or none.
    pub fn toggle_numbers(&mut self) {
        self.numbers = !self.numbers;
    }

    /// After the index has grown, or rows are shown in another way: the same value, by a way that may be another.
    pub fn refresh(&mut self, tree: &Tree) {
        let byte = match self.selected.part {
            Part::Group(..) if !self.lines && tree.is_grouped(self.selected.node.start) => {
                // It stays what it is, unless something around it became grouped.
                self.rebuild(tree, self.selected.node.start);
                return self.settle(tree);
            }
            Part::Group(_, at) => at,
            Part::Value | Part::Close => self.selected.node.start,
        };
        let part = self.selected.part;
        let mut place = Place::at(self.view(tree), byte);
        if part == Part::Close && self.lines {
            place.part = Part::Close;
        }
        if place.above.is_empty() && !self.lines {
            place = Place::first(self.view(tree));
        }
        let _ = self.unfold_above(tree, &place);
        self.selected = place;
        self.settle(tree);
    }

    /// The selected group again, with the way to its array made anew.
    fn rebuild(&mut self, tree: &Tree, start: u32) {
        let part = self.selected.part;
        let mut place = Place::at(self.view(tree), start);
        place.part = part;
        let _ = self.unfold_above(tree, &place);
        self.selected = place;
    }

    /// Takes the document in which JSON in a string was opened, or put back.
    pub fn swapped(&mut self, swapped: &Swapped) {
        self.arrived.clear();
        self.found = None;
        self.names = None;
        self.folds.swapped(swapped.at, swapped.old_end, swapped.by);
        self.selected = Place::at(self.view(&swapped.tree), swapped.at);
        // Who opens it wants to see it, whatever is folded around.
        let _ = self.folds.set(&self.selected, false);
        self.settle(&swapped.tree);
    }
}
