//! The way back: every edit remembers the nodes it changed as they were, and undoing swaps them in again.

use std::collections::BTreeMap;

use super::Form;
use super::node::{Node, NodeId};

/// Edits that can be taken back.
const STEPS: usize = 200;

/// What an edit was, as far as the next one may continue it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stroke {
    /// Typing into a node.
    Typing(NodeId),
    /// Counting a node up or down.
    Stepping(NodeId),
    /// Typing the whole as JSON.
    Whole,
    /// Loading a whole.
    Load,
    /// Anything that stands for itself.
    Once,
}

/// One edit: the nodes as they were before it (after it, once undone); none for nodes that were not there.
#[derive(Debug, Clone)]
struct Change {
    stroke: Stroke,
    at: NodeId,
    before: BTreeMap<NodeId, Option<Box<Node>>>,
}

/// The edits so far.
#[derive(Debug, Clone, Default)]
pub(super) struct History {
    done: Vec<Change>,
    undone: Vec<Change>,
    /// The edit that is being made.
    open: BTreeMap<NodeId, Option<Box<Node>>>,
    sealed: bool,
    /// How many nodes there were after the last sweep.
    live: usize,
}

impl Form {
    /// The node for changing; how it was is kept for undoing.
    pub(super) fn change(&mut self, id: NodeId) -> &mut Node {
        let slot = self.nodes[id.0 as usize]
            .as_mut()
            .expect("the node is in the form");
        self.history
            .open
            .entry(id)
            .or_insert_with(|| Some(slot.clone()));
        slot
    }

    pub(super) fn insert(&mut self, node: Node) -> NodeId {
        let id = NodeId(self.nodes.len() as u32);
        self.nodes.push(Some(Box::new(node)));
        self.history.open.insert(id, None);
        id
    }

    /// Makes an edit at `at`: all of it or, when it is refused, nothing.
    pub(super) fn edit<T>(
        &mut self,
        at: NodeId,
        stroke: Stroke,
        edit: impl FnOnce(&mut Self) -> Result<T, String>,
    ) -> Result<T, String> {
        if self.get(at).is_none() {
            return Err("it is no longer there".to_owned());
        }
        self.history.open = BTreeMap::new();
        self.leaf = None;
        self.eager = super::build::EAGER;
        let done = edit(self);
        if done.is_ok() {
            if self.get(at).is_some() {
                // What is loaded is sent as it is, whatever conditions say.
                self.settle(at, matches!(stroke, Stroke::Whole | Stroke::Load));
            }
            self.commit(at, stroke);
        } else {
            let before = std::mem::take(&mut self.history.open);
            for (id, node) in before {
                self.nodes[id.0 as usize] = node;
            }
        }
        done
    }

    fn commit(&mut self, at: NodeId, stroke: Stroke) {
        let mut before = std::mem::take(&mut self.history.open);
        before.retain(|id, node| self.nodes[id.0 as usize] != *node);
        if before.is_empty() {
            return;
        }
        self.leaf = match before.first_key_value() {
            Some((id, Some(was))) if before.len() == 1 && was.is_leaf() => Some(*id),
            _ => None,
        };
        self.history.undone.clear();
        let sealed = std::mem::take(&mut self.history.sealed);
        if let Some(last) = self.history.done.last_mut()
            && !sealed
            && !matches!(stroke, Stroke::Once | Stroke::Load)
            && last.stroke == stroke
        {
            for (id, node) in before {
                last.before.entry(id).or_insert(node);
            }
        } else {
            self.history.done.push(Change { stroke, at, before });
            if self.history.done.len() > STEPS {
                self.history.done.remove(0);
            }
        }
        self.sweep();
    }

    /// Takes back the last edit; the node it was made at, if that is there now. None when there is nothing to undo.
    pub fn undo(&mut self) -> Option<NodeId> {
        let change = self.history.done.pop()?;
        let change = self.swap(change);
        let at = change.at;
        self.history.undone.push(change);
        Some(self.nearest(at))
    }

    /// Makes the last edit that was taken back again.
    pub fn redo(&mut self) -> Option<NodeId> {
        let change = self.history.undone.pop()?;
        let change = self.swap(change);
        let at = change.at;
        self.history.done.push(change);
        self.history.sealed = true;
        Some(self.nearest(at))
    }

    /// The leaf that the last edit changed, when it changed nothing else: no other row, and no order of rows, is
    /// another one then.
    pub fn changed_leaf(&self) -> Option<NodeId> {
        self.leaf.filter(|id| self.get(*id).is_some())
    }

    /// Whether there is something to undo.
    pub fn can_undo(&self) -> bool {
        !self.history.done.is_empty()
    }

    /// Whether there is something to redo.
    pub fn can_redo(&self) -> bool {
        !self.history.undone.is_empty()
    }

    /// Ends what is being typed: the next typing undoes by itself. For when the focus moves.
    pub fn seal(&mut self) {
        self.history.sealed = true;
    }

    fn swap(&mut self, mut change: Change) -> Change {
        self.leaf = None;
        for (id, node) in &mut change.before {
            std::mem::swap(&mut self.nodes[id.0 as usize], node);
        }
        self.history.sealed = true;
        change
    }

    fn nearest(&self, id: NodeId) -> NodeId {
        if self.get(id).is_some() {
            id
        } else {
            self.root
        }
    }

    /// Lets go of nodes that neither the tree nor an edit to undo leads to, now and then.
    fn sweep(&mut self) {
        const OFTEN: usize = 4096;
        let live = self.nodes.iter().filter(|slot| slot.is_some()).count();
        if live < self.history_floor() + OFTEN {
            return;
        }
        let mut marked = vec![false; self.nodes.len()];
        let mut todo = vec![self.root];
        let changes = self.history.done.iter().chain(&self.history.undone);
        for node in changes.flat_map(|change| change.before.values()).flatten() {
            todo.extend(node.held());
        }
        while let Some(id) = todo.pop() {
            if std::mem::replace(&mut marked[id.0 as usize], true) {
                continue;
            }
            if let Some(node) = self.get(id) {
                todo.extend(node.held());
            }
        }
        for (slot, marked) in self.nodes.iter_mut().zip(&marked) {
            if !marked {
                *slot = None;
            }
        }
        self.history.live = self.nodes.iter().filter(|slot| slot.is_some()).count();
    }

    fn history_floor(&self) -> usize {
        self.history.live * 2
    }
}
