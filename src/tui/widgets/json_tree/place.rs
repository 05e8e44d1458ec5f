//! A row of a tree: which value, or which part of one, and the way down to it.
//!
//! Owns the order of rows: a container, its groups or children, in line mode its closing bracket. Folds are asked of
//! whoever moves. A row has no number here: one goes from row to row, which costs the same in any document.

use super::folds::Folds;
use super::node::Node;
use super::{Kind, Tree};

/// Which part of its value a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// The value, or its beginning.
    Value,
    /// Some items of a long array: which group, and where its first item starts.
    Group(u32, u32),
    /// Its closing bracket.
    Close,
}

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// What it is in, outermost first.
    pub(super) above: Vec<Node>,
    pub(super) node: Node,
    pub(super) part: Part,
    /// How many of `above` show their items in groups.
    groups: u32,
}

/// What decides which rows there are.
#[derive(Debug, Clone, Copy)]
pub(super) struct View<'v> {
    pub tree: &'v Tree,
    pub folds: &'v Folds,
    /// Every bracket has its row, and nothing is grouped.
    pub lines: bool,
}

impl Place {
    /// The whole document, by its opening bracket if it has one.
    pub(super) fn root(tree: &Tree) -> Self {
        Self {
            above: Vec::new(),
            node: tree.root(),
            part: Part::Value,
            groups: 0,
        }
    }

    /// The first byte of the value.
    pub fn start(&self) -> usize {
        self.node.start as usize
    }

    /// Whether it stands for some items of a long array.
    pub fn is_group(&self) -> bool {
        matches!(self.part, Part::Group(..))
    }

    /// How many containers the value is in.
    pub fn depth(&self) -> usize {
        self.above.len()
    }

    /// Steps of indentation.
    pub(super) fn levels(&self, view: View<'_>) -> usize {
        let inside = usize::from(matches!(self.part, Part::Group(..)));
        let levels = self.above.len() + self.groups as usize + inside;
        levels.saturating_sub(usize::from(!view.lines && self.has_hidden_root(view.tree)))
    }

    fn has_hidden_root(&self, tree: &Tree) -> bool {
        !self.above.is_empty()
            || matches!(self.part, Part::Group(..))
            || tree.first_child(self.node.start).is_some()
    }

    /// For telling which of two rows comes first.
    pub(super) fn order(&self, tree: &Tree) -> (u32, u8) {
        match self.part {
            Part::Value => (self.node.start, 1),
            Part::Group(_, at) => (at, 0),
            Part::Close => (tree.end_at(self.node.start).unwrap_or(u32::MAX), 0),
        }
    }

    /// Into the container the place stands at, to one of its children.
    fn enter(&mut self, view: View<'_>, child: Node) {
        self.groups += u32::from(view.is_grouped(&self.node));
        self.above.push(self.node);
        self.node = child;
        self.part = Part::Value;
    }

    /// Out to the container around it; false at the root.
    pub(super) fn leave(&mut self, view: View<'_>) -> bool {
        let Some(parent) = self.above.pop() else {
            return false;
        };
        self.groups = self
            .groups
            .saturating_sub(u32::from(view.is_grouped(&parent)));
        self.node = parent;
        self.part = Part::Value;
        true
    }

    /// To the group that holds the value the place stands at, whose parent is grouped.
    fn leave_to_group(&mut self, view: View<'_>) {
        let index = self.node.index / view.tree.group();
        let own = self.node;
        self.leave(view);
        let first = match own.index % view.tree.group() {
            0 => Some(own),
            _ => view
                .tree
                .nth_child(self.node.start, index * view.tree.group()),
        };
        self.part = Part::Group(index, first.unwrap_or(own).start);
    }

    /// To the next row that can be seen. False at the end, or where the index ends; then nothing changes.
    pub(super) fn forward(&mut self, view: View<'_>) -> bool {
        let tree = view.tree;
        match self.part {
            Part::Value if !view.folds.is_folded(self, tree) => {
                if let Some(child) = tree.first_child(self.node.start) {
                    if view.is_grouped(&self.node) {
                        self.part = Part::Group(0, child.start);
                    } else {
                        self.enter(view, child);
                    }
                    return true;
                }
                // Whatever is to come in an open container is not known yet.
                if self.is_container(tree) && tree.end_at(self.node.start).is_none() {
                    return false;
                }
            }
            Part::Group(group, _) => {
                if !view.folds.is_folded(self, tree)
                    && let Some(first) = tree.nth_child(self.node.start, group * view.tree.group())
                {
                    self.enter(view, first);
                    return true;
                }
                if let Some(next) = tree.nth_child(self.node.start, (group + 1) * view.tree.group())
                {
                    self.part = Part::Group(group + 1, next.start);
                    return true;
                }
                if tree.end_at(self.node.start).is_none() {
                    return false;
                }
            }
            Part::Value | Part::Close => {}
        }
        self.forward_after(view)
    }

    /// To the first row after all of the value; false, and nothing changed, if there is none.
    fn forward_after(&mut self, view: View<'_>) -> bool {
        // Found first and gone to then, so that the way back is not needed.
        let mut up = 0;
        let mut node = self.node;
        loop {
            let Some(parent) = self.above.iter().rev().nth(up) else {
                return false;
            };
            if let Some(next) = view.tree.next_child(parent.start, &node) {
                for _ in 0..up {
                    self.leave(view);
                }
                let grouped = view.is_grouped(&self.above[self.above.len() - 1]);
                if grouped && next.index.is_multiple_of(view.tree.group()) {
                    self.leave(view);
                    self.part = Part::Group(next.index / view.tree.group(), next.start);
                } else {
                    self.node = next;
                    self.part = Part::Value;
                }
                return true;
            }
            if view.tree.end_at(parent.start).is_none() {
                return false;
            }
            up += 1;
            node = *parent;
            if view.lines {
                for _ in 0..up {
                    self.leave(view);
                }
                self.part = Part::Close;
                return true;
            }
        }
    }

    /// To the previous row that can be seen; false at the first.
    pub(super) fn backward(&mut self, view: View<'_>) -> bool {
        let tree = view.tree;
        match self.part {
            Part::Close => {
                self.part = Part::Value;
                let Some(last) = tree.last_child(self.node.start) else {
                    return true;
                };
                self.enter(view, last);
                self.descend_to_last(view);
                true
            }
            Part::Group(0, _) => {
                if self.above.is_empty() && !view.lines {
                    return false;
                }
                self.part = Part::Value;
                true
            }
            Part::Group(group, _) => {
                self.descend_to_last_of(view, group - 1);
                true
            }
            Part::Value => {
                let Some(parent) = self.above.last().copied() else {
                    return false;
                };
                if view.is_grouped(&parent) && self.node.index.is_multiple_of(view.tree.group()) {
                    self.leave_to_group(view);
                    return true;
                }
                if let Some(before) = tree.previous_child(parent.start, &self.node) {
                    self.node = before;
                    self.descend_to_last(view);
                    return true;
                }
                if self.above.len() == 1 && !view.lines {
                    return false;
                }
                self.leave(view)
            }
        }
    }

    /// From a value to the last row of it that can be seen.
    fn descend_to_last(&mut self, view: View<'_>) {
        let tree = view.tree;
        loop {
            if view.folds.is_folded(self, tree) {
                return;
            }
            let Some(last) = tree.last_child(self.node.start) else {
                return;
            };
            if view.lines && tree.end_at(self.node.start).is_some() {
                self.part = Part::Close;
                return;
            }
            if view.is_grouped(&self.node) {
                let group = last.index / view.tree.group();
                return self.descend_to_last_of(view, group);
            }
            self.enter(view, last);
        }
    }

    /// From the array to the last row of one of its groups that can be seen.
    fn descend_to_last_of(&mut self, view: View<'_>, group: u32) {
        let start = self.node.start;
        let Some(first) = view.tree.nth_child(start, group * view.tree.group()) else {
            return;
        };
        self.part = Part::Group(group, first.start);
        if view.folds.is_folded(self, view.tree) {
            return;
        }
        let last = view
            .tree
            .nth_child(start, group * view.tree.group() + view.tree.group() - 1)
            .or_else(|| view.tree.last_child(start));
        if let Some(last) = last {
            self.enter(view, last);
            self.descend_to_last(view);
        }
    }

    /// The first row that can be seen.
    pub(super) fn first(view: View<'_>) -> Self {
        let mut place = Self::root(view.tree);
        if !view.lines && view.tree.first_child(place.node.start).is_some() {
            // The brackets of the root say nothing that its rows do not.
            place.forward(View {
                folds: &Folds::default(),
                ..view
            });
        }
        place
    }

    /// The last row that can be seen, as far as the index goes.
    pub(super) fn last(view: View<'_>) -> Self {
        let mut place = Self::root(view.tree);
        let root = view.tree.first_child(place.node.start);
        if view.lines || root.is_none() {
            place.descend_to_last(view);
        } else if let Some(last) = view.tree.last_child(place.node.start) {
            if view.is_grouped(&place.node) {
                place.descend_to_last_of(view, last.index / view.tree.group());
            } else {
                place.enter(view, last);
                place.descend_to_last(view);
            }
        }
        place
    }

    /// The value that holds this byte, or whose name does; the nearest one around it between values.
    pub(super) fn at(view: View<'_>, byte: u32) -> Self {
        let mut place = Self::root(view.tree);
        while place.node.start <= byte {
            let Some(child) = view.tree.child_holding(place.node.start, byte) else {
                break;
            };
            if child.start <= byte && view.tree.end_at(child.start).is_some_and(|end| byte >= end) {
                break;
            }
            place.enter(view, child);
        }
        place
    }

    /// Out to the first container around it that is folded, so that the place can be seen.
    pub(super) fn surface(&mut self, view: View<'_>) {
        let mut hidden = None;
        let mut outer = self.clone();
        loop {
            if outer.part == Part::Close && view.folds.is_folded(&outer.value(), view.tree) {
                outer.part = Part::Value;
                hidden = Some(outer.clone());
            }
            let group = outer
                .above
                .last()
                .is_some_and(|parent| view.is_grouped(parent) && outer.part == Part::Value);
            if group {
                outer.leave_to_group(view);
            } else if matches!(outer.part, Part::Group(..)) {
                outer.part = Part::Value;
            } else if !outer.leave(view) {
                break;
            }
            if outer.above.is_empty() && !view.lines && outer.part == Part::Value {
                break;
            }
            if view.folds.is_folded(&outer, view.tree) {
                hidden = Some(outer.clone());
            }
        }
        if let Some(hidden) = hidden {
            *self = hidden;
        }
    }

    /// To the row it is in: the container, or the group of its items. False if that is the hidden root.
    pub(super) fn out(&mut self, view: View<'_>) -> bool {
        let top = usize::from(!view.lines);
        match self.part {
            Part::Close => self.part = Part::Value,
            Part::Group(..) if self.above.is_empty() && !view.lines => return false,
            Part::Group(..) => self.part = Part::Value,
            Part::Value => match self.above.last() {
                Some(parent) if view.is_grouped(parent) => self.leave_to_group(view),
                Some(_) if self.above.len() > top => {
                    self.leave(view);
                }
                _ => return false,
            },
        }
        true
    }

    /// To the next or previous row of the same container or list of groups.
    pub(super) fn sideways(&mut self, view: View<'_>, forward: bool) -> bool {
        if let Part::Group(group, _) = self.part {
            let to = if forward {
                Some(group + 1)
            } else {
                group.checked_sub(1)
            };
            let first = to.and_then(|to| {
                Some((
                    to,
                    view.tree
                        .nth_child(self.node.start, to * view.tree.group())?,
                ))
            });
            if let Some((to, first)) = first {
                self.part = Part::Group(to, first.start);
            }
            return first.is_some();
        }
        let Some(parent) = self.above.last() else {
            return false;
        };
        let sibling = if forward {
            view.tree.next_child(parent.start, &self.node)
        } else {
            view.tree.previous_child(parent.start, &self.node)
        };
        if let Some(sibling) = sibling {
            self.node = sibling;
            self.part = Part::Value;
        }
        sibling.is_some()
    }

    /// To the first or last row of what the place is in.
    pub(super) fn end_of_siblings(&mut self, view: View<'_>, last: bool) -> bool {
        let parent = match self.part {
            Part::Group(..) => self.node.start,
            _ => match self.above.last() {
                Some(parent) => parent.start,
                None => return false,
            },
        };
        let child = if last {
            view.tree.last_child(parent)
        } else {
            view.tree.first_child(parent)
        };
        let Some(child) = child else { return false };
        match self.part {
            Part::Group(..) => {
                let group = child.index / view.tree.group();
                let first = view.tree.nth_child(parent, group * view.tree.group());
                self.part = Part::Group(group, first.unwrap_or(child).start);
            }
            _ => {
                self.node = child;
                self.part = Part::Value;
            }
        }
        true
    }

    /// The same place by its value.
    pub(super) fn value(&self) -> Self {
        Self {
            part: Part::Value,
            ..self.clone()
        }
    }

    pub(super) fn is_container(&self, tree: &Tree) -> bool {
        matches!(tree.kind_at(self.node.start), Kind::Object | Kind::Array)
    }

    /// Whether it can be folded: it has something inside.
    pub(super) fn is_filled(&self, tree: &Tree) -> bool {
        match self.part {
            Part::Group(..) => true,
            Part::Value | Part::Close => tree.first_child(self.node.start).is_some(),
        }
    }
}

impl View<'_> {
    pub(super) fn is_grouped(&self, node: &Node) -> bool {
        !self.lines && self.tree.is_grouped(node.start)
    }
}
