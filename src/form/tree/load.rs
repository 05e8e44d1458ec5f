//! Fills nodes from JSON values, as they are: nothing converted, nothing dropped, nodes kept where they still fit.

use std::collections::HashMap;
use std::sync::Arc;

use super::Form;
use super::node::{Body, Key, NodeId, State};
use super::undo::Stroke;
use crate::form::schema::layers::{Spec, View};
use crate::form::schema::{Kind, judge, members, shape};
use crate::json::Value;

impl Form {
    pub(super) fn load_whole(&mut self, value: &Value, drafts: bool) -> bool {
        let root = self.root;
        let object = matches!(value, Value::Object(_));
        if !object && !matches!(self.field(root).kind, Kind::Json(_) | Kind::Union(_)) {
            return false;
        }
        let stroke = if drafts { Stroke::Whole } else { Stroke::Load };
        self.edit(root, stroke, |form| {
            form.fill(root, value, drafts);
            form.settle_one(root, true);
            Ok(())
        })
        .is_ok()
    }

    /// Makes a node hold `value`. `drafts`: whether text that is no answer yet stays in members that `value` does not
    /// have.
    pub(super) fn fill(&mut self, id: NodeId, value: &Value, drafts: bool) {
        if *value == Value::Null {
            self.hold(id, State::Null, None);
            return;
        }
        let fits = match (self.node(id).kind(), value) {
            (Kind::Object(_), Value::Object(_)) | (Kind::Array(_), Value::Array(_)) => {
                self.open(id);
                !self.node(id).is_closed()
            }
            (Kind::Union(_), _) => {
                self.open(id);
                self.fill_union(id, value, drafts);
                return;
            }
            _ => false,
        };
        if !fits {
            self.hold(id, State::Value, Some(value.clone()));
            return;
        }
        self.hold(id, State::Value, None);
        match value {
            Value::Object(members) => self.fill_object(id, value, members, drafts),
            Value::Array(items) => self.fill_array(id, items, drafts),
            _ => {}
        }
    }

    /// Sets state and value of a node, and ends its draft.
    pub(super) fn hold(&mut self, id: NodeId, state: State, value: Option<Value>) {
        let node = self.node(id);
        if node.state == state && node.value == value && node.draft.is_none() {
            return;
        }
        let node = self.change(id);
        node.state = state;
        node.value = value;
        node.draft = None;
    }

    fn fill_object(&mut self, id: NodeId, value: &Value, given: &[(String, Value)], drafts: bool) {
        self.members_for(id, Some(value), true);
        let Body::Object { members, order, .. } = &self.node(id).body else {
            return;
        };
        let (shown, order_before) = (members.clone(), order.clone());
        let mut known: HashMap<String, NodeId> = HashMap::with_capacity(shown.len());
        let mut extra: HashMap<String, Vec<NodeId>> = HashMap::new();
        let mut now = Vec::with_capacity(shown.len());
        for child in &shown {
            match &self.node(*child).key {
                Key::Member(name) => {
                    known.insert(name.clone(), *child);
                    now.push(*child);
                }
                Key::Extra(name) => extra.entry(name.clone()).or_default().push(*child),
                _ => {}
            }
        }
        let mut last: HashMap<&str, usize> = HashMap::with_capacity(given.len());
        for (at, (name, _)) in given.iter().enumerate() {
            last.insert(name, at);
        }
        for child in &shown {
            let named = self
                .name(*child)
                .is_some_and(|name| last.contains_key(name));
            if !self.node(*child).is_known()
                || named
                || (drafts && self.node(*child).is_unfinished())
            {
                continue;
            }
            self.leave_out(*child, drafts);
        }
        let doc = self.doc.clone();
        let spec = self.node(id).spec.clone();
        let view = View::of(&doc, &spec, Some(value));
        let mut order = Vec::with_capacity(given.len());
        for slots in extra.values_mut() {
            slots.reverse();
        }
        let plain = Arc::new(Spec::default());
        for (at, (name, value)) in given.iter().enumerate() {
            let child = match known.get(name) {
                Some(child) if last.get(name.as_str()) == Some(&at) => *child,
                _ => {
                    let child = extra.get_mut(name).and_then(Vec::pop).unwrap_or_else(|| {
                        let spec = members::entry(&view, name)
                            .filter(|spec| !spec.layers.is_empty())
                            .map_or_else(|| plain.clone(), Arc::new);
                        self.spawn_extra(id, name, spec)
                    });
                    now.push(child);
                    child
                }
            };
            self.fill(child, value, drafts);
            order.push(child);
        }
        if (now != shown || order != order_before)
            && let Body::Object {
                members,
                order: place,
                ..
            } = &mut self.change(id).body
        {
            *members = now;
            *place = order;
        }
        self.settle_one(id, true);
    }

    /// A member that the schema does not name.
    pub(super) fn spawn_extra(&mut self, object: NodeId, name: &str, spec: Arc<Spec>) -> NodeId {
        let field = self.extra_field(name, &spec);
        self.spawn(
            Some(object),
            Key::Extra(name.to_owned()),
            spec,
            Arc::new(field),
            false,
        )
    }

    /// A member that what is loaded does not have.
    pub(super) fn leave_out(&mut self, id: NodeId, drafts: bool) {
        let node = self.node(id);
        // An optional default is not sent either way, so it may go on showing.
        let stands = node.field.default.is_some() && !node.field.required && !self.sends_defaults;
        let state = if stands { State::Default } else { State::Unset };
        let value = if node.kind().is_container() && stands {
            node.value.clone()
        } else {
            None
        };
        let container = node.kind().is_container();
        self.hold(id, state, value);
        // What it held before is no draft of what is loaded.
        if container && !stands && !drafts && self.node(id).body != Body::Leaf {
            self.change(id).body = Body::Leaf;
        }
    }

    fn fill_array(&mut self, id: NodeId, given: &[Value], drafts: bool) {
        let Kind::Array(kind) = self.node(id).kind().clone() else {
            return;
        };
        let Body::Array(items) = &self.node(id).body else {
            return;
        };
        let keep = given.len().max(kind.slots.len());
        if items.len() > keep {
            let kept = items[..keep].to_vec();
            self.change(id).body = Body::Array(kept);
        }
        for at in 0..keep {
            let item = match &self.node(id).body {
                Body::Array(items) if at < items.len() => items[at],
                _ => self.new_item(id, at, at),
            };
            match given.get(at) {
                Some(value) => self.fill(item, value, drafts),
                None => self.hold(item, State::Unset, None),
            }
        }
    }

    fn fill_union(&mut self, id: NodeId, value: &Value, drafts: bool) {
        let (fits, best) = self.matching(id, value);
        let body = match best {
            Some(variant) if !self.node(id).is_closed() => self.body(id, variant),
            _ => None,
        };
        let (Some(body), Some(variant)) = (body, best) else {
            self.hold(id, State::Value, Some(value.clone()));
            return;
        };
        self.hold(id, State::Value, None);
        if let Body::Union {
            active,
            fits: known,
            ..
        } = &self.node(id).body
            && (*active != variant || *known != fits)
            && let Body::Union {
                active,
                fits: known,
                ..
            } = &mut self.change(id).body
        {
            *active = variant;
            *known = fits;
        }
        self.fill(body, value, drafts);
    }

    /// The variants that fit a value, when more than one does, and the one to show it in: the active one if it fits,
    /// else the first that does, else the most alike. None when it is of a type that no variant takes.
    fn matching(&self, id: NodeId, value: &Value) -> (Vec<usize>, Option<usize>) {
        let node = self.node(id);
        let (Kind::Union(union), Body::Union { active, bodies, .. }) = (node.kind(), &node.body)
        else {
            return (Vec::new(), None);
        };
        let view = View::of(&self.doc, &node.spec, None);
        if union.keyword == "type" {
            let types = shape::offered(&view);
            return (Vec::new(), types.iter().position(|one| one.is_of(value)));
        }
        let Some(open) = shape::telling(&view) else {
            return (Vec::new(), None);
        };
        let branches = shape::branches(&self.doc, open.list);
        let verdicts: Vec<Option<bool>> = branches
            .iter()
            .map(|(_, at)| judge::fits(&self.doc, *at, value))
            .collect();
        let all: Vec<usize> = (0..branches.len())
            .filter(|variant| verdicts[*variant] == Some(true))
            .collect();
        let shown = bodies.get(*active).is_some_and(Option::is_some) && node.state == State::Value;
        let best = if shown && all.contains(active) {
            Some(*active)
        } else {
            all.first().copied().or_else(|| {
                (0..branches.len())
                    .filter_map(|variant| {
                        let score = self.likeness(branches[variant].1, value)?;
                        let unsure = i64::from(verdicts[variant].is_none()) * 1000;
                        Some((score + unsure, std::cmp::Reverse(variant)))
                    })
                    .max()
                    .map(|(_, variant)| variant.0)
            })
        };
        (if all.len() > 1 { all } else { Vec::new() }, best)
    }

    /// How alike a value is to a variant that it does not fit; none when not even the type is right.
    fn likeness(&self, at: crate::form::schema::document::At, value: &Value) -> Option<i64> {
        let spec = Spec::at(at);
        let view = View::of(&self.doc, &spec, Some(value));
        let field = shape::field(&self.doc, &spec, Some(value));
        let right = match (&field.kind, value) {
            (Kind::Object(_), Value::Object(_))
            | (Kind::Array(_) | Kind::Set(_), Value::Array(_))
            | (Kind::String(_), Value::String(_))
            | (Kind::Number(_) | Kind::Integer(_), Value::Number(_))
            | (Kind::Boolean, Value::Bool(_))
            | (Kind::Json(_), _) => true,
            (Kind::Union(_), _) => view.types().is_ok_and(|types| {
                types.is_none_or(|types| types.iter().any(|one| one.is_of(value)))
            }),
            _ => false,
        };
        if !right {
            return None;
        }
        let mut score = 0;
        for member in members::members(&view) {
            match value.get(&member.name) {
                None => score -= i64::from(member.required),
                Some(held) => {
                    let wrong = member
                        .spec
                        .layers
                        .iter()
                        .any(|at| judge::fits(&self.doc, *at, held) == Some(false));
                    let told = member.spec.layers.iter().any(|at| {
                        self.doc.get(*at, "const").is_some() || self.doc.get(*at, "enum").is_some()
                    });
                    score += match (wrong, told) {
                        (false, _) => 3,
                        (true, false) => 1,
                        // A discriminator that says otherwise.
                        (true, true) => -5,
                    };
                }
            }
        }
        Some(score)
    }
}
