//! Makes nodes out of schemas, one level at a time, and keeps the members of objects in step with their conditions.
//!
//! A container that is not there has no nodes below it, so that schemas without end cost nothing until they are
//! opened. What is required opens at once, but never a schema inside itself.

use std::collections::HashMap;
use std::sync::Arc;

use super::Form;
use super::node::{Body, Key, Node, NodeId, State};
use crate::form::schema::layers::{Spec, View};
use crate::form::schema::{Field, Kind, members, shape};
use crate::json::Value;

/// Nodes made below the first level without being asked for, per edit.
pub(super) const EAGER: usize = 5000;
/// How deep the tree may get; deeper values are edited as JSON.
const DEPTH: usize = 96;
/// How often conditions are looked at again because their members changed others.
const ROUNDS: usize = 6;

impl Form {
    /// A new node with nothing filled in but its default. `open`: whether a container opens although it is optional
    /// or a schema inside itself.
    pub(super) fn spawn(
        &mut self,
        parent: Option<NodeId>,
        key: Key,
        spec: Arc<Spec>,
        field: Arc<Field>,
        open: bool,
    ) -> NodeId {
        let default = field.default.clone();
        let required = field.required;
        let again = !open && (required || default.is_some()) && self.is_again(parent, &spec);
        let container = field.kind.is_container();
        let is_array = matches!(field.kind, Kind::Array(_));
        let id = self.insert(Node {
            parent,
            key,
            spec,
            field,
            state: State::Unset,
            value: None,
            draft: None,
            body: Body::Leaf,
        });
        self.eager = self.eager.saturating_sub(1);
        if let Some(default) = default {
            if container && default != Value::Null {
                if !again && self.eager > 0 {
                    self.fill(id, &default, false);
                } else {
                    self.change(id).value = Some(default);
                }
            }
            self.change(id).state = State::Default;
        } else if container && (open || (required && !again && !is_array && self.eager > 0)) {
            self.open(id);
            if !self.node(id).is_closed() {
                self.change(id).state = State::Value;
            }
        }
        id
    }

    /// Whether a schema stands inside itself at `parent`, or so deep that it might as well.
    fn is_again(&self, mut parent: Option<NodeId>, spec: &Spec) -> bool {
        let mut depth = 0;
        while let Some(id) = parent {
            let node = self.node(id);
            if *node.spec == *spec || depth > DEPTH {
                return true;
            }
            depth += 1;
            parent = node.parent;
        }
        false
    }

    fn depth(&self, id: NodeId) -> usize {
        std::iter::successors(self.node(id).parent, |id| self.node(*id).parent).count()
    }

    /// Makes the nodes a container holds, if it has none yet; not for what is too deep.
    pub(super) fn open(&mut self, id: NodeId) {
        if !self.node(id).is_closed() || self.depth(id) > DEPTH {
            return;
        }
        match self.node(id).kind().clone() {
            Kind::Object(_) => {
                self.change(id).body = Body::Object {
                    members: Vec::new(),
                    order: Vec::new(),
                    parked: Vec::new(),
                    conditional: false,
                };
                self.members_for(id, None, false);
            }
            Kind::Array(array) => {
                self.change(id).body = Body::Array(Vec::new());
                for slot in 0..array.slots.len() {
                    self.new_item(id, slot, slot);
                }
            }
            Kind::Union(union) => {
                self.change(id).body = Body::Union {
                    active: 0,
                    bodies: vec![None; union.variants.len()],
                    fits: Vec::new(),
                };
                self.body(id, 0);
            }
            _ => {}
        }
    }

    /// The node of a variant, made if there is none yet.
    pub(super) fn body(&mut self, id: NodeId, variant: usize) -> Option<NodeId> {
        let Body::Union { bodies, .. } = &self.node(id).body else {
            return None;
        };
        if let Some(body) = *bodies.get(variant)? {
            return Some(body);
        }
        let spec = self.variant_spec(id, variant)?;
        let mut field = shape::field(&self.doc, &spec, None);
        field.required = self.field(id).required;
        // A union's default belongs to the union.
        if self.field(id).default.is_some() {
            field.default = None;
        }
        let opens = matches!(field.kind, Kind::Object(_) | Kind::Union(_));
        let body = self.spawn(
            Some(id),
            Key::Variant(variant),
            Arc::new(spec),
            Arc::new(field),
            opens,
        );
        if let Body::Union { bodies, .. } = &mut self.change(id).body {
            bodies[variant] = Some(body);
        }
        Some(body)
    }

    /// The schema of a variant.
    pub(super) fn variant_spec(&self, id: NodeId, variant: usize) -> Option<Spec> {
        let node = self.node(id);
        let Kind::Union(union) = node.kind() else {
            return None;
        };
        let view = View::of(&self.doc, &node.spec, None);
        if union.keyword == "type" {
            let types = shape::offered(&view);
            let mut spec = (*node.spec).clone();
            spec.only = Some(*types.get(variant)?);
            return Some(spec);
        }
        let open = shape::telling(&view)?;
        let (index, _) = *shape::branches(&self.doc, open.list).get(variant)?;
        Some(node.spec.picked(open.list, index))
    }

    /// A new item at `at`, made for the place `slot` of the schema.
    pub(super) fn new_item(&mut self, array: NodeId, at: usize, slot: usize) -> NodeId {
        let Kind::Array(kind) = self.node(array).kind().clone() else {
            unreachable!("only arrays get items")
        };
        let named = kind.slots.get(slot).cloned();
        // Items of one array share what the schema says of them.
        let twin = match (&named, &self.node(array).body) {
            (None, Body::Array(items)) => items
                .iter()
                .rev()
                .map(|id| self.node(*id))
                .find(|node| node.key == Key::Item)
                .map(|node| (node.spec.clone(), node.field.clone())),
            _ => None,
        };
        let (spec, field) = twin.unwrap_or_else(|| {
            let view = View::of(&self.doc, &self.node(array).spec, None);
            let spec = match &named {
                Some(_) => members::slots(&view).get(slot).cloned(),
                None => members::rest(&view),
            }
            .unwrap_or_default();
            let mut field = shape::field(&self.doc, &spec, None);
            field.required = true;
            (Arc::new(spec), Arc::new(field))
        });
        let key = named.map_or(Key::Item, Key::Slot);
        let id = self.spawn(Some(array), key, spec, field, false);
        if let Body::Array(items) = &mut self.change(array).body {
            items.insert(at.min(items.len()), id);
        }
        id
    }

    /// Makes the named members of an object those that its schema has for `value`: new ones come, those whose
    /// condition no longer holds are parked with what they hold, and come back with it.
    ///
    /// `keep`: what is sent stays as a member that the schema does not name instead, since what is loaded is sent as
    /// it is. Returns whether anything changed.
    pub(super) fn members_for(&mut self, id: NodeId, value: Option<&Value>, keep: bool) -> bool {
        let doc = self.doc.clone();
        let spec = self.node(id).spec.clone();
        let view = View::of(&doc, &spec, value);
        let wanted = members::members(&view);
        let Body::Object {
            members,
            parked,
            conditional,
            ..
        } = &self.node(id).body
        else {
            return false;
        };
        let (before, parked_before, was) = (members.clone(), parked.clone(), *conditional);
        let mut known: HashMap<String, NodeId> = HashMap::new();
        // What is there, named or not, goes before what was put aside under the same name.
        for child in parked_before.iter().chain(&before) {
            if let Key::Member(name) | Key::Extra(name) = &self.node(*child).key {
                let named = known
                    .get(name)
                    .is_some_and(|id| !parked_before.contains(id) && self.node(*id).is_known());
                if !named {
                    known.insert(name.clone(), *child);
                }
            }
        }
        let mut now = Vec::with_capacity(wanted.len());
        let mut adopted = false;
        for member in &wanted {
            let child = match known.get(&member.name).copied() {
                Some(child) => {
                    adopted |= !self.node(child).is_known();
                    if keep && parked_before.contains(&child) {
                        self.leave_out(child, true);
                    }
                    let node = self.node(child);
                    // A default that is on the wire already was left to stand by what was loaded.
                    let stood = node.state == State::Default && node.field.required;
                    self.reshape(child, member);
                    if keep && !stood && self.node(child).state == State::Default {
                        // One that was not loaded is not sent because it came just now, or has become required.
                        self.leave_out(child, true);
                    }
                    child
                }
                None => {
                    let field = members::field(&doc, member);
                    let child = self.spawn(
                        Some(id),
                        Key::Member(member.name.clone()),
                        Arc::new(member.spec.clone()),
                        Arc::new(field),
                        false,
                    );
                    if keep {
                        self.leave_out(child, false);
                    }
                    child
                }
            };
            now.push(child);
        }
        let here: std::collections::HashSet<NodeId> = now.iter().copied().collect();
        let mut aside = Vec::new();
        for child in parked_before.iter().chain(&before) {
            let parked = parked_before.contains(child);
            // Something else is there under its name now.
            let replaced = || {
                let name = self.name(*child).and_then(|name| known.get(name));
                name.is_some_and(|known| here.contains(known))
            };
            if here.contains(child) || (parked && replaced()) {
                continue;
            }
            match &self.node(*child).key {
                Key::Extra(_) => now.push(*child),
                Key::Member(name) if keep && !parked && self.is_sent(*child) => {
                    let name = name.clone();
                    self.estrange(*child, &name, &view);
                    now.push(*child);
                }
                _ => aside.push(*child),
            }
        }
        if now == before && aside == parked_before && was == view.conditional {
            return adopted;
        }
        if let Body::Object {
            members,
            parked,
            conditional,
            ..
        } = &mut self.change(id).body
        {
            *members = now;
            *parked = aside;
            *conditional = view.conditional;
        }
        true
    }

    /// Gives a member what its schema says now, and keeps what it holds.
    fn reshape(&mut self, id: NodeId, member: &members::Member) {
        let node = self.node(id);
        if matches!(node.key, Key::Member(_)) && *node.spec == member.spec {
            let because = member.because.as_deref();
            if node.field.required != member.required || node.field.because.as_deref() != because {
                let field = members::field(&self.doc, member);
                let default = field.default.is_some();
                let node = self.change(id);
                node.field = Arc::new(field);
                if !default && node.state == State::Default {
                    node.state = State::Unset;
                }
            }
            return;
        }
        let held = match node.state {
            State::Value => self.shown(id),
            _ => None,
        };
        let field = members::field(&self.doc, member);
        let spec = Arc::new(member.spec.clone());
        let node = self.change(id);
        node.key = Key::Member(member.name.clone());
        node.spec = spec;
        if *node.field == field {
            return;
        }
        let default = field.default.is_some();
        node.field = Arc::new(field);
        node.body = Body::Leaf;
        node.value = None;
        match node.state {
            State::Default if !default => node.state = State::Unset,
            State::Unset if default && node.draft.is_none() => node.state = State::Default,
            _ => {}
        }
        if let Some(value) = held {
            self.fill(id, &value, true);
        }
    }

    /// Makes a member one that the schema does not name, and keeps what it holds.
    fn estrange(&mut self, id: NodeId, name: &str, view: &View<'_>) {
        let held = self.shown(id);
        let spec = members::entry(view, name).unwrap_or_default();
        let field = self.extra_field(name, &spec);
        let node = self.change(id);
        node.key = Key::Extra(name.to_owned());
        node.spec = Arc::new(spec);
        node.field = Arc::new(field);
        node.body = Body::Leaf;
        if let Some(value) = held {
            self.fill(id, &value, true);
        }
    }

    /// The field of a member that the schema does not name.
    pub(super) fn extra_field(&self, name: &str, spec: &Spec) -> Field {
        let mut field = shape::field(&self.doc, spec, None);
        name.clone_into(&mut field.name);
        // An entry is there because it was asked for, so no default stands in for it.
        field.default = None;
        field
    }

    /// Looks at the conditions of every object from a node up to the root again.
    pub(super) fn settle(&mut self, id: NodeId, keep: bool) {
        let mut next = Some(id);
        while let Some(here) = next {
            self.settle_one(here, keep);
            next = self.node(here).parent;
        }
    }

    /// Looks at the conditions of one object again, until nothing changes any more.
    pub(super) fn settle_one(&mut self, id: NodeId, keep: bool) {
        for _ in 0..ROUNDS {
            let Body::Object {
                conditional: true, ..
            } = self.node(id).body
            else {
                return;
            };
            // A default that stands is what the server will take, so conditions see it.
            let value = self.assumed(id);
            if !self.members_for(id, value.as_ref(), keep) {
                return;
            }
        }
    }
}
