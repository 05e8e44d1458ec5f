//! What comes into lists and objects and goes out of them: items, entries, extra members.

use std::sync::Arc;

use super::Form;
use super::node::{Body, Key, NodeId, State};
use super::undo::Stroke;
use crate::form::number;
use crate::form::schema::layers::View;
use crate::form::schema::{Kind, members};
use crate::json::Value;

impl Form {
    /// Makes an optional object, list or union be there: with nothing in it but what is required, or what it held
    /// before.
    pub fn add(&mut self, id: NodeId) -> Result<(), String> {
        self.edit(id, Stroke::Once, |form| {
            if !form.node(id).kind().is_container() {
                return Err("only objects, lists and unions are added as a whole".to_owned());
            }
            form.raise(id);
            form.present(id)
        })
    }

    fn present(&mut self, id: NodeId) -> Result<(), String> {
        // A default that stands is what it holds from now on.
        self.hold(id, State::Value, None);
        self.open(id);
        if self.node(id).is_closed() {
            return Err("it is too deep for rows: edit it as JSON".to_owned());
        }
        // One level more, so that something can be typed at once.
        if let Body::Union { active, .. } = self.node(id).body {
            self.body(id, active);
        }
        Ok(())
    }

    /// The list that an item is in, and its place there.
    pub fn place(&self, item: NodeId) -> Option<(NodeId, usize)> {
        let list = self.get(item)?.parent?;
        match &self.node(list).body {
            Body::Array(items) => Some((list, items.iter().position(|id| *id == item)?)),
            _ => None,
        }
    }

    fn in_list(&self, item: NodeId) -> Result<(NodeId, usize), String> {
        self.place(item)
            .ok_or_else(|| "it is no item of a list".to_owned())
    }

    /// The list a node is or shows: itself, or the active variant of a union.
    fn list(&self, id: NodeId) -> Result<NodeId, String> {
        let at = self.body_of(id);
        match self.node(at).kind() {
            Kind::Array(_) => Ok(at),
            _ => Err("only lists take items".to_owned()),
        }
    }

    /// Adds an item behind the others; the list is there from then on.
    pub fn add_item(&mut self, list: NodeId) -> Result<NodeId, String> {
        self.insert_item(list, usize::MAX)
    }

    /// Adds an item at a place, the end if there are fewer.
    pub fn insert_item(&mut self, list: NodeId, at: usize) -> Result<NodeId, String> {
        self.edit(list, Stroke::Once, |form| {
            let list = form.list(list)?;
            form.raise(list);
            let closed = form.node(list).is_closed();
            form.present(list)?;
            if let (true, Body::Array(items)) = (closed, &form.node(list).body)
                && let Some(slot) = items.first()
            {
                // Opening a tuple made its slots, which is what was asked for.
                return Ok(*slot);
            }
            form.fresh_item(list, at)
        })
    }

    fn fresh_item(&mut self, list: NodeId, at: usize) -> Result<NodeId, String> {
        let (Kind::Array(kind), Body::Array(items)) =
            (self.node(list).kind(), &self.node(list).body)
        else {
            return Err("only lists take items".to_owned());
        };
        let (count, slots) = (items.len(), kind.slots.len());
        // Slots have their places; other items come behind them.
        let at = at.clamp(slots.min(count), count);
        if kind.item.is_none() && at >= slots {
            return Err("the schema allows no more items".to_owned());
        }
        let id = self.new_item(list, at, at);
        let kind = self.node(id).kind().clone();
        match kind {
            Kind::String(_) if self.node(id).state == State::Unset => {
                self.hold(id, State::Value, Some(Value::from("")));
            }
            Kind::Object(_) | Kind::Union(_) if self.node(id).state == State::Unset => {
                self.hold(id, State::Value, None);
                self.open(id);
            }
            Kind::Null => self.hold(id, State::Null, None),
            _ => {}
        }
        Ok(id)
    }

    /// Adds an item before another.
    pub fn insert_before(&mut self, item: NodeId) -> Result<NodeId, String> {
        let (list, at) = self.in_list(item)?;
        self.insert_item(list, at)
    }

    /// Adds an item behind another.
    pub fn insert_after(&mut self, item: NodeId) -> Result<NodeId, String> {
        let (list, at) = self.in_list(item)?;
        self.insert_item(list, at + 1)
    }

    /// Adds an item like another behind it.
    pub fn duplicate(&mut self, item: NodeId) -> Result<NodeId, String> {
        let (list, at) = self.in_list(item)?;
        self.edit(list, Stroke::Once, |form| {
            form.raise(item);
            let held = form.shown(item);
            let state = form.node(item).state;
            let draft = form.node(item).draft.clone();
            let id = form.fresh_item(list, at + 1)?;
            match held {
                Some(value) => form.fill(id, &value, false),
                None => form.hold(id, State::Unset, None),
            }
            let node = form.change(id);
            node.draft = draft;
            if state == State::Default {
                node.state = state;
            }
            Ok(id)
        })
    }

    /// Moves an item down by `by` places, up if it is negative.
    pub fn move_item(&mut self, item: NodeId, by: i64) -> Result<(), String> {
        let (list, at) = self.in_list(item)?;
        self.edit(list, Stroke::Stepping(item), |form| {
            if matches!(form.node(item).key, Key::Slot(_)) {
                return Err("it has its place".to_owned());
            }
            let Body::Array(items) = &form.node(list).body else {
                return Err("it is no item of a list".to_owned());
            };
            let first = items
                .iter()
                .take_while(|id| matches!(form.node(**id).key, Key::Slot(_)))
                .count() as i64;
            let to = (at as i64 + by).clamp(first, items.len() as i64 - 1) as usize;
            if to == at {
                return Err(if by < 0 {
                    "it is the first"
                } else {
                    "it is the last"
                }
                .to_owned());
            }
            form.raise(item);
            if let Body::Array(items) = &mut form.change(list).body {
                let id = items.remove(at);
                items.insert(to, id);
            }
            Ok(())
        })
    }

    /// Takes an item out of its list, or an entry or extra member out of its object. What the schema names is unset
    /// instead.
    pub fn delete(&mut self, id: NodeId) -> Result<(), String> {
        let parent = self
            .get(id)
            .ok_or("it is no longer there")?
            .parent
            .ok_or("the whole cannot be deleted")?;
        match self.node(id).key {
            Key::Item | Key::Extra(_) => self.edit(parent, Stroke::Once, |form| {
                form.raise(id);
                match &mut form.change(parent).body {
                    Body::Array(items) => items.retain(|item| *item != id),
                    Body::Object { members, order, .. } => {
                        members.retain(|member| *member != id);
                        order.retain(|member| *member != id);
                    }
                    _ => {}
                }
                Ok(())
            }),
            _ => self.unset(id),
        }
    }

    /// Adds an item for each line, as the kind of item takes text: a JSON object a line for objects, say. Lines that
    /// are no answer become items with an unfinished draft. Blank lines are left out. The ids of the new items.
    pub fn add_items(
        &mut self,
        list: NodeId,
        at: usize,
        lines: &str,
    ) -> Result<Vec<NodeId>, String> {
        self.edit(list, Stroke::Once, |form| {
            let list = form.list(list)?;
            form.raise(list);
            form.present(list)?;
            let mut made = Vec::new();
            for line in lines.lines().filter(|line| !line.trim().is_empty()) {
                let id = form.fresh_item(list, at.saturating_add(made.len()))?;
                form.take_line(id, line);
                made.push(id);
            }
            Ok(made)
        })
    }

    fn take_line(&mut self, id: NodeId, line: &str) {
        match self.node(id).kind().clone() {
            Kind::String(_) => self.hold(id, State::Value, Some(Value::from(line))),
            // What could be anything is JSON if it reads as such, else text.
            Kind::Union(_) | Kind::Json(_) => {
                let value = Value::parse(line.as_bytes()).unwrap_or_else(|_| Value::from(line));
                self.fill(id, &value, false);
            }
            Kind::Number(_) | Kind::Integer(_) => {
                let text = line.trim().trim_end_matches(',');
                if number::is_json_number(text) {
                    self.hold(id, State::Value, Some(Value::Number(text.to_owned())));
                } else {
                    self.take_text(id, line);
                }
            }
            _ => self.take_text(id, line),
        }
    }

    /// The object a node is or shows.
    fn object(&self, id: NodeId) -> Result<NodeId, String> {
        let at = self.body_of(id);
        match self.node(at).kind() {
            Kind::Object(_) => Ok(at),
            _ => Err("only objects take members".to_owned()),
        }
    }

    /// Why a key will not do for a member of `object` beyond those it has, in words.
    pub fn key_problem(&self, object: NodeId, key: &str) -> Option<String> {
        let object = match self.object(object) {
            Ok(object) => object,
            Err(why) => return Some(why),
        };
        let taken = self
            .children(object)
            .iter()
            .any(|child| self.name(*child) == Some(key));
        if taken {
            return Some(format!("there is a member \"{key}\" already"));
        }
        let node = self.node(object);
        members::key_problem(&View::of(&self.doc, &node.spec, None), key)
    }

    /// Adds an entry to a map, or a member to an object that is open for it. A key that is there already is refused, so
    /// is one that the schema does not allow; loading or JSON takes those too.
    pub fn add_entry(&mut self, object: NodeId, key: &str) -> Result<NodeId, String> {
        self.edit(object, Stroke::Once, |form| {
            let object = form.object(object)?;
            form.raise(object);
            form.present(object)?;
            form.refuse_key(object, key)?;
            let view = View::of(&form.doc, &form.node(object).spec, None);
            let spec = members::entry(&view, key).unwrap_or_default();
            let id = form.spawn_extra(object, key, Arc::new(spec));
            match form.node(id).kind() {
                Kind::String(_) => form.hold(id, State::Value, Some(Value::from(""))),
                Kind::Object(_) | Kind::Union(_) => {
                    form.hold(id, State::Value, None);
                    form.open(id);
                }
                _ => {}
            }
            if let Body::Object { members, order, .. } = &mut form.change(object).body {
                members.push(id);
                if !order.is_empty() {
                    order.push(id);
                }
            }
            Ok(id)
        })
    }

    fn refuse_key(&self, object: NodeId, key: &str) -> Result<(), String> {
        match self.key_problem(object, key) {
            Some(why) => Err(why),
            None => Ok(()),
        }
    }

    /// Gives an entry or extra member another key; it keeps its value and its place.
    pub fn rename_entry(&mut self, id: NodeId, key: &str) -> Result<(), String> {
        if self.get(id).is_some() && self.name(id) == Some(key) {
            return Ok(());
        }
        self.edit(id, Stroke::Typing(id), |form| {
            let object = form.node(id).parent.ok_or("the whole has no key")?;
            if !matches!(form.node(id).key, Key::Extra(_)) {
                return Err("the schema gives it its name".to_owned());
            }
            form.refuse_key(object, key)?;
            let view = View::of(&form.doc, &form.node(object).spec, None);
            let spec = Arc::new(members::entry(&view, key).unwrap_or_default());
            let held = form.shown(id);
            let same = spec == form.node(id).spec;
            let field = form.extra_field(key, &spec);
            let node = form.change(id);
            node.key = Key::Extra(key.to_owned());
            node.field = Arc::new(field);
            if !same {
                node.spec = spec;
                node.body = Body::Leaf;
                node.value = None;
                if let Some(value) = held {
                    form.fill(id, &value, true);
                }
            }
            Ok(())
        })
    }
}
