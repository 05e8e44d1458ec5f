//! What is plainly wrong, by node, without a validator: it advises and never blocks.

use std::collections::HashMap;

use super::Form;
use super::node::{Body, Key, NodeId, State};
use crate::form::check;
use crate::form::schema::layers::View;
use crate::form::schema::{Kind, members};
use crate::json::Value;

impl Form {
    /// What is wrong with a node itself, not with what is below it, in words.
    pub fn problem(&self, id: NodeId) -> Option<String> {
        let twin = match (&self.node(id).key, self.node(id).parent) {
            (Key::Extra(name), Some(object)) => {
                self.member(object, name).is_some_and(|other| other != id)
            }
            _ => false,
        };
        self.problem_of(id, twin)
    }

    /// `twin`: whether another member of the name is the one that counts.
    fn problem_of(&self, id: NodeId, twin: bool) -> Option<String> {
        let node = self.node(id);
        if let Some(fault) = node.draft.as_ref().and_then(|draft| draft.fault.as_ref()) {
            return Some(fault.clone());
        }
        if let (Key::Extra(name), Some(object)) = (&node.key, node.parent)
            && node.state != State::Unset
        {
            if twin {
                return Some("given twice".to_owned());
            }
            let view = View::of(&self.doc, &self.node(object).spec, None);
            if let Some(why) = members::key_problem(&view, name) {
                return Some(why);
            }
        }
        match node.state {
            State::Unset => self.missing(id),
            State::Null => check::fault(&node.field, &Value::Null),
            State::Default => check::fault(&node.field, node.field.default.as_ref()?),
            State::Value => match &node.value {
                // Too deep for rows, so nobody has looked at it.
                Some(_) if node.is_closed() && matches!(node.kind(), Kind::Union(_)) => None,
                Some(value) => check::fault(&node.field, value),
                None => self.container_problem(id),
            },
        }
    }

    fn missing(&self, id: NodeId) -> Option<String> {
        let node = self.node(id);
        match &node.key {
            Key::Item | Key::Slot(_) => Some("holds nothing, so it is not sent".to_owned()),
            // An entry that is not set is only a key so far.
            Key::Extra(_) => None,
            Key::Variant(_) | Key::Member(_) | Key::Root => {
                node.field.required.then(|| "required".to_owned())
            }
        }
    }

    fn container_problem(&self, id: NodeId) -> Option<String> {
        let node = self.node(id);
        match (node.kind(), &node.body) {
            (Kind::Array(kind), Body::Array(_)) => {
                if kind.min.is_none() && kind.max.is_none() && !kind.unique {
                    return None;
                }
                let value = self.wire(id)?;
                check::items_fault(kind.min, kind.max, kind.unique, value.as_array()?)
            }
            (Kind::Object(kind), Body::Object { members, .. }) => {
                if kind.min.is_none() && kind.max.is_none() {
                    return None;
                }
                let count = members.iter().filter(|child| self.is_sent(**child)).count();
                check::counted(kind.min, kind.max, count as u64, ["member", "members"])
            }
            _ => None,
        }
    }

    /// Everything that is plainly wrong with what is there, in the order of the rows, by the node that has a row for
    /// it. Below what is not sent nothing counts.
    pub fn problems(&self) -> Vec<(NodeId, String)> {
        let mut found = Vec::new();
        let mut todo = vec![(self.root, false)];
        while let Some((id, twin)) = todo.pop() {
            if let Some(what) = self.problem_of(id, twin) {
                found.push((self.row_of(id), what));
            }
            let node = self.node(id);
            if node.state == State::Value && node.value.is_none() && !node.is_unfinished() {
                let children = self.children(id);
                // The member that the schema names counts, else the last; found once for all.
                let mut counts: HashMap<&str, NodeId> = HashMap::new();
                for child in children {
                    if let Some(name) = self.name(*child) {
                        let named = counts
                            .get(name)
                            .is_some_and(|known| self.node(*known).is_known());
                        if !named {
                            counts.insert(name, *child);
                        }
                    }
                }
                todo.extend(children.iter().rev().map(|child| {
                    let counted = self.name(*child).and_then(|name| counts.get(name));
                    (*child, counted.is_some_and(|counted| counted != child))
                }));
            }
        }
        found
    }
}
