//! Walking over what was found in a tree: folds open on arrival and close again behind.

use super::place::Place;
use super::search::names_only;
use super::{Tree, TreeState};
use crate::tui::widgets::find::{Found, Term};

impl TreeState {
    /// Searches names and values and goes to the first hit from here on. False if there is none.
    pub fn find(&mut self, tree: &Tree, term: Term) -> bool {
        let hits = tree.search(&term);
        self.show_hits(tree, term, hits)
    }

    /// As [`find`](Self::find), with hits found elsewhere ([`Tree::search`] on a big document).
    pub fn show_hits(&mut self, tree: &Tree, term: Term, hits: Vec<u32>) -> bool {
        self.names = names_only(&term);
        let found = Found::new(term, hits, self.selected.node.start);
        let hit = found.current();
        self.found = Some(found);
        self.arrive(tree, hit)
    }

    /// To the next hit. False if there is none.
    pub fn find_next(&mut self, tree: &Tree) -> bool {
        let from = self.selected.node.start;
        let hit = self.found.as_mut().and_then(|f| f.next(from));
        self.arrive(tree, hit)
    }

    /// To the previous hit. False if there is none.
    pub fn find_previous(&mut self, tree: &Tree) -> bool {
        let from = self.selected.node.start;
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
        self.names = None;
        self.arrived.clear();
    }

    fn arrive(&mut self, tree: &Tree, hit: Option<u32>) -> bool {
        let Some(hit) = hit else { return false };
        // Newest first: a row may have been unfolded twice.
        for before in std::mem::take(&mut self.arrived).into_iter().rev() {
            self.folds.put_back(before);
        }
        let place = Place::at(self.view(tree), hit);
        self.arrived = self.unfold_above(tree, &place);
        self.select(tree, place);
        true
    }
}
