//! What is plainly wrong, by node, without a validator: it advises and never blocks.

use std::collections::HashMap;

use super::Form;
use super::node::{Body, Key, NodeId, State};
use crate::form::check;
use crate::form::schema::layers::View;
use crate::form::schema::{Array, Kind, members};
use crate::json::Value;

/// Lists of more items are not searched for what repeats.
const LONG: usize = 1_000;
const TWICE: &str = "given twice";

impl Form {
    /// What is wrong with a node itself, not with what is below it, in words.
    pub fn problem(&self, id: NodeId) -> Option<String> {
        let node = self.node(id);
        let beside = match (&node.key, node.parent) {
            (Key::Extra(name), Some(object)) => self
                .member(object, name)
                .is_some_and(|other| other != id)
                .then(|| TWICE.to_owned()),
            (Key::Item | Key::Slot(_), Some(list)) => self.repeats(list).remove(&id),
            _ => None,
        };
        self.problem_of(id, beside)
    }

    /// `beside`: what is wrong with it because of others that hang beside it.
    fn problem_of(&self, id: NodeId, beside: Option<String>) -> Option<String> {
        let node = self.node(id);
        if let Some(fault) = node.draft.as_ref().and_then(|draft| draft.fault.as_ref()) {
            return Some(fault.clone());
        }
        if let (Key::Extra(name), Some(object)) = (&node.key, node.parent)
            && node.state != State::Unset
        {
            if beside.is_some() {
                return beside;
            }
            let view = View::of(&self.doc, &self.node(object).spec, None);
            if let Some(why) = members::key_problem(&view, name) {
                return Some(why);
            }
        }
        let own = match node.state {
            State::Unset => self.missing(id),
            State::Null => check::fault(&node.field, &Value::Null),
            // One that only stands there does no harm.
            State::Default if !self.is_sent(id) => None,
            State::Default => self.default_fault(id),
            State::Value => match &node.value {
                // Too deep for rows, so nobody has looked at it.
                Some(_) if node.is_closed() && matches!(node.kind(), Kind::Union(_)) => None,
                Some(value) => check::fault(&node.field, value),
                None => self.container_problem(id),
            },
        };
        match node.key {
            Key::Extra(_) => own,
            _ => own.or(beside),
        }
    }

    /// What is wrong with the default of a node, sent or not.
    pub(super) fn default_fault(&self, id: NodeId) -> Option<String> {
        let field = self.field(id);
        check::fault(field, field.default.as_ref()?)
    }

    /// The items of a list that must have no two alike that repeat one before them, with the words for it. Nothing of
    /// long lists, since it is asked with every key: a validator says the same of those.
    fn repeats(&self, list: NodeId) -> HashMap<NodeId, String> {
        if !self.is_compared(list) {
            return HashMap::new();
        }
        let (mut places, mut values) = (Vec::new(), Vec::new());
        for (at, item) in self.children(list).iter().enumerate() {
            if let Some(value) = self.wire(*item) {
                places.push((at, *item));
                values.push(value);
            }
        }
        let found = check::repeats(&values).into_iter();
        found
            .map(|(later, first)| (places[later].1, format!("same as item {}", places[first].0)))
            .collect()
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
            (Kind::Array(kind), Body::Array(items)) => {
                if kind.min.is_none() && kind.max.is_none() {
                    return None;
                }
                let count = if kind.slots.is_empty() {
                    items.iter().filter(|item| self.is_sent(**item)).count()
                } else {
                    self.wire(id)?.as_array()?.len()
                };
                check::counted(kind.min, kind.max, count as u64, ["item", "items"])
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
        let mut todo = vec![(self.root, None)];
        while let Some((id, beside)) = todo.pop() {
            if let Some(what) = self.problem_of(id, beside) {
                found.push((self.row_of(id), what));
            }
            let node = self.node(id);
            if node.state != State::Value || node.value.is_some() || node.is_unfinished() {
                continue;
            }
            let children = self.children(id);
            let mut beside = match node.body {
                Body::Array(_) => self.repeats(id),
                Body::Object { .. } => self.given_twice(children),
                _ => HashMap::new(),
            };
            todo.extend(children.iter().rev().map(|child| {
                // Nearly always there is none.
                let told = (!beside.is_empty()).then(|| beside.remove(child));
                (*child, told.flatten())
            }));
        }
        found
    }

    /// What is plainly wrong with a node and with what holds it, outermost first, as [`Form::problems`] has it. None
    /// when the node may also decide what is wrong with others: items of a list that must have no two alike.
    pub fn problems_above(&self, id: NodeId) -> Option<Vec<(NodeId, String)>> {
        let mut chain: Vec<NodeId> =
            std::iter::successors(Some(id), |id| self.node(*id).parent).collect();
        chain.reverse();
        let mut found = Vec::new();
        for id in &chain {
            let node = self.node(*id);
            if let (Key::Item | Key::Slot(_), Some(list)) = (&node.key, node.parent)
                && self.is_compared(list)
            {
                return None;
            }
            if let Some(what) = self.problem(*id) {
                found.push((self.row_of(*id), what));
            }
            if node.state != State::Value || node.value.is_some() || node.is_unfinished() {
                // What is below does not count, and is not asked about here: it changed.
                return (chain.last() == Some(id)).then_some(found);
            }
        }
        Some(found)
    }

    /// Whether the items of a list are compared with each other here.
    fn is_compared(&self, list: NodeId) -> bool {
        let unique = matches!(
            self.node(list).kind(),
            Kind::Array(Array { unique: true, .. })
        );
        unique && self.children(list).len() <= LONG
    }

    /// The members of an object that another of the same name stands for: the one that the schema names, else the
    /// last.
    fn given_twice(&self, members: &[NodeId]) -> HashMap<NodeId, String> {
        if members.iter().all(|member| self.node(*member).is_known()) {
            // A schema names each once.
            return HashMap::new();
        }
        let mut counts: HashMap<&str, NodeId> = HashMap::with_capacity(members.len());
        for member in members {
            if let Some(name) = self.name(*member) {
                let named = counts
                    .get(name)
                    .is_some_and(|known| self.node(*known).is_known());
                if !named {
                    counts.insert(name, *member);
                }
            }
        }
        members
            .iter()
            .filter(|member| {
                let counted = self.name(**member).and_then(|name| counts.get(name));
                counted.is_some_and(|counted| counted != *member)
            })
            .map(|member| (*member, TWICE.to_owned()))
            .collect()
    }
}
