//! Unions: which variant is active, and what comes along when another is picked.

use super::Form;
use super::node::{Body, NodeId, State};
use super::undo::Stroke;
use crate::form::schema::{Kind, judge};
use crate::json::Value;

impl Form {
    /// Which variant of a union is active; none when it is no union, or holds what fits no variant.
    pub fn variant(&self, id: NodeId) -> Option<usize> {
        let node = self.node(id);
        match &node.body {
            Body::Union { active, .. } if node.value.is_none() => Some(*active),
            Body::Leaf if matches!(node.kind(), Kind::Union(_)) && node.value.is_none() => Some(0),
            _ => None,
        }
    }

    /// Which variants fit what was loaded, when more than one does.
    pub fn also_fits(&self, id: NodeId) -> &[usize] {
        match &self.node(id).body {
            Body::Union { fits, .. } => fits,
            _ => &[],
        }
    }

    /// The node of the active variant of a union, if it is there. When that is an object or another union, its row is
    /// the union's own.
    pub fn active(&self, id: NodeId) -> Option<NodeId> {
        match &self.node(id).body {
            Body::Union { active, bodies, .. } => bodies.get(*active).copied().flatten(),
            _ => None,
        }
    }

    /// Picks a variant, or a type. Every variant keeps its draft; members of the one before come along to members of
    /// the same name that hold nothing yet, where they fit. Only the active variant is sent.
    pub fn pick_variant(&mut self, id: NodeId, variant: usize) -> Result<(), String> {
        self.edit(id, Stroke::Once, |form| {
            let Kind::Union(union) = form.node(id).kind() else {
                return Err("it has no variants".to_owned());
            };
            if variant >= union.variants.len() {
                return Err("there is no such variant".to_owned());
            }
            form.raise(id);
            let before = form.active(id).filter(|_| form.node(id).value.is_none());
            form.hold(id, State::Value, None);
            form.open(id);
            let body = form
                .body(id, variant)
                .ok_or("it is too deep for rows: edit it as JSON")?;
            if let Body::Union { active, fits, .. } = &mut form.change(id).body {
                *active = variant;
                fits.clear();
            }
            form.settle_one(body, false);
            if let Some(before) = before.filter(|before| *before != body) {
                form.carry(before, body);
            }
            Ok(())
        })
    }

    /// Copies what `from` holds to members of the same name in `to` that hold nothing yet and take it.
    fn carry(&mut self, from: NodeId, to: NodeId) {
        let given: Vec<(String, NodeId)> = self
            .children(from)
            .iter()
            .filter_map(|child| Some((self.name(*child)?.to_owned(), *child)))
            .collect();
        for (name, from) in given {
            let Some(to) = self
                .children(to)
                .iter()
                .copied()
                .find(|child| self.name(*child) == Some(&name))
            else {
                continue;
            };
            if self.node(from).state != State::Value || self.is_touched(to) {
                continue;
            }
            let Some(value) = self.wire(from) else {
                continue;
            };
            let empty = matches!(&value, Value::Object(members) if members.is_empty());
            let layers = self.node(to).spec.layers.clone();
            let fits = layers
                .iter()
                .all(|at| judge::fits(&self.doc, *at, &value) != Some(false));
            if fits && !empty {
                self.fill(to, &value, false);
                self.settle_one(to, false);
            }
        }
    }

    /// Whether somebody filled something in at a node or below it.
    fn is_touched(&self, id: NodeId) -> bool {
        let node = self.node(id);
        if node.draft.is_some() {
            return true;
        }
        match node.state {
            State::Unset | State::Default => false,
            State::Null => true,
            State::Value => {
                node.value.is_some()
                    || match &node.body {
                        Body::Union { .. } => {
                            self.active(id).is_some_and(|body| self.is_touched(body))
                        }
                        Body::Array(items) => !items.is_empty(),
                        _ => self
                            .children(id)
                            .iter()
                            .any(|child| self.is_touched(*child)),
                    }
            }
        }
    }
}
