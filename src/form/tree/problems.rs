//! What is plainly wrong, by node, without a validator: it advises and never blocks.

use super::Form;
use super::node::{Body, Key, NodeId, State};
use crate::form::check;
use crate::form::schema::layers::View;
use crate::form::schema::{Kind, members};
use crate::json::Value;

impl Form {
    /// What is wrong with a node itself, not with what is below it, in words.
    pub fn problem(&self, id: NodeId) -> Option<String> {
        let node = self.node(id);
        if let Some(fault) = node.draft.as_ref().and_then(|draft| draft.fault.as_ref()) {
            return Some(fault.clone());
        }
        if let (Key::Extra(name), Some(object)) = (&node.key, node.parent)
            && node.state != State::Unset
        {
            let twins = self.member(object, name).is_some_and(|other| other != id);
            if twins {
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
        let mut todo = vec![self.root];
        while let Some(id) = todo.pop() {
            if let Some(what) = self.problem(id) {
                found.push((self.row_of(id), what));
            }
            let node = self.node(id);
            if node.state == State::Value && node.value.is_none() && !node.is_unfinished() {
                todo.extend(self.children(id).iter().rev());
            }
        }
        found
    }
}
