//! The rows of a form: what is visible, in order, with what a folded container holds in a line.

use super::Form;
use super::node::{Body, Key, NodeId, State};
use crate::form::schema::{Extra, Kind, plain};
use crate::json::Value;

/// What a row is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RowKind {
    /// The node itself.
    Node,
    /// `+ add item` at the end of a list.
    AddItem,
    /// `+ add entry` at the end of a map.
    AddEntry,
}

/// One visible row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Row {
    /// The node; for the rows that add, the list or map it adds to.
    pub id: NodeId,
    /// How deep it is indented; members of the whole are at 0.
    pub depth: usize,
    /// What it is for.
    pub kind: RowKind,
    /// Whether there are rows below it that folding it hides.
    pub folds: bool,
    /// Whether they are hidden now.
    pub folded: bool,
}

impl Form {
    /// The visible rows. `folded` says which containers hide what they hold; the whole is never folded.
    ///
    /// The whole has a row of its own only when it is no object: a union, or raw JSON. The active variant of a union
    /// has one only when it is neither an object nor a list; else what it holds stands below the union's row.
    pub fn rows(&self, folded: impl Fn(NodeId) -> bool) -> Vec<Row> {
        let mut rows = Vec::new();
        let root = self.root;
        let plain = matches!(self.node(root).body, Body::Object { .. })
            && self.node(root).value.is_none()
            && !self.node(root).is_unfinished();
        // Each entry is a node and its depth, or the row that ends a container.
        let mut todo: Vec<(NodeId, usize, RowKind)> = Vec::new();
        if plain {
            self.push_below(root, 0, &mut todo);
        } else {
            todo.push((root, 0, RowKind::Node));
        }
        while let Some((id, depth, kind)) = todo.pop() {
            let folds = kind == RowKind::Node && self.has_rows(id);
            let folded = folds && id != root && folded(id);
            rows.push(Row {
                id,
                depth,
                kind,
                folds,
                folded,
            });
            if folds && !folded {
                self.push_below(id, depth + 1, &mut todo);
            }
        }
        rows
    }

    /// Whether there are rows below a node: it is a container, it is there, and it is shown as one.
    pub fn has_rows(&self, id: NodeId) -> bool {
        let node = self.node(id);
        if node.value.is_some() || node.is_unfinished() {
            return false;
        }
        match (&node.body, node.state) {
            (Body::Leaf, _) | (_, State::Unset | State::Null) => false,
            (Body::Union { .. }, _) => self.active(id).is_some(),
            _ => true,
        }
    }

    fn push_below(&self, id: NodeId, depth: usize, todo: &mut Vec<(NodeId, usize, RowKind)>) {
        let node = self.node(id);
        match &node.body {
            Body::Union { .. } => {
                let Some(body) = self.active(id) else {
                    return;
                };
                if self.is_inlined(body) {
                    self.push_below(body, depth, todo);
                } else {
                    todo.push((body, depth, RowKind::Node));
                }
            }
            Body::Array(items) => {
                if matches!(node.kind(), Kind::Array(kind) if kind.item.is_some()) {
                    todo.push((id, depth, RowKind::AddItem));
                }
                todo.extend(items.iter().rev().map(|item| (*item, depth, RowKind::Node)));
            }
            Body::Object { members, .. } => {
                if self.offers_entry(id) {
                    todo.push((id, depth, RowKind::AddEntry));
                }
                todo.extend(
                    members
                        .iter()
                        .rev()
                        .map(|item| (*item, depth, RowKind::Node)),
                );
            }
            Body::Leaf => {}
        }
    }

    /// Whether adding members is what an object is for: it is a map, or has a type for others. The whole is one only
    /// when its schema says so, since many a tool without arguments says nothing.
    fn offers_entry(&self, id: NodeId) -> bool {
        match self.node(id).kind() {
            Kind::Object(object) => match object.extra {
                Extra::Typed(_) => true,
                Extra::Any => object.is_map() && id != self.root,
                Extra::Refused => false,
            },
            _ => false,
        }
    }

    /// Whether the variant of a union has no row of its own.
    pub(super) fn is_inlined(&self, body: NodeId) -> bool {
        let node = self.node(body);
        matches!(node.key, Key::Variant(_))
            && node.state == State::Value
            && node.value.is_none()
            && !node.is_unfinished()
            && matches!(node.body, Body::Object { .. } | Body::Array(_))
    }

    /// What a container holds in a line, for when it is folded: `path: "a.rs", line: 3`, `3 items: "a", "b", …`. At
    /// most about `most` characters.
    pub fn preview(&self, id: NodeId, most: usize) -> String {
        let mut text = String::new();
        self.preview_into(self.body_of(id), most, 0, &mut text);
        if text.chars().count() > most {
            text = text
                .chars()
                .take(most.saturating_sub(1))
                .chain(['…'])
                .collect();
        }
        text
    }

    fn preview_into(&self, id: NodeId, most: usize, depth: usize, text: &mut String) {
        // Enough was said, or it is too deep to be said in a line.
        if text.len() > most * 4 + 8 || depth > 4 {
            text.push('…');
            return;
        }
        let node = self.node(id);
        match (&node.value, &node.body) {
            (None, Body::Object { members, .. }) if node.state == State::Value => {
                let mut first = true;
                if depth > 0 {
                    text.push('{');
                }
                for child in members {
                    if text.len() > most * 4 + 8 {
                        text.push('…');
                        break;
                    }
                    if !self.is_sent(*child) {
                        continue;
                    }
                    if !std::mem::take(&mut first) {
                        text.push_str(", ");
                    }
                    text.push_str(self.name(*child).unwrap_or_default());
                    text.push_str(": ");
                    self.preview_into(self.body_of(*child), most, depth + 1, text);
                }
                if depth > 0 {
                    text.push('}');
                }
            }
            (None, Body::Array(items)) if node.state == State::Value => {
                if depth > 0 {
                    text.push('[');
                }
                for (index, child) in items.iter().enumerate() {
                    if text.len() > most * 4 + 8 {
                        text.push('…');
                        break;
                    }
                    if index > 0 {
                        text.push_str(", ");
                    }
                    self.preview_into(self.body_of(*child), most, depth + 1, text);
                }
                if depth > 0 {
                    text.push(']');
                }
            }
            _ if node.field.secret => text.push_str("•••"),
            (Some(Value::String(string)), _) => {
                let cut: String = string.chars().take(most).collect();
                text.push_str(&Value::String(cut).to_string());
            }
            _ => match self.shown(id) {
                Some(value) => text.push_str(&plain(&value)),
                None => text.push('–'),
            },
        }
    }
}
