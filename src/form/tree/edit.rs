//! Changes to what one node holds: typed text, states, choices, steps.

use super::Form;
use super::node::{Body, Draft, Key, NodeId, State};
use super::undo::Stroke;
use crate::form::check;
use crate::form::number;
use crate::form::schema::Kind;
use crate::form::substitute::stands_for_a_value;
use crate::json::{Problem, Value};

impl Form {
    /// Takes the text of an input. Empty text unsets, but makes a required string `""`; unchanged text does nothing;
    /// text that is no answer yet stays as a draft with its fault, and is not sent. In a container it is JSON.
    pub fn set_text(&mut self, id: NodeId, text: &str) -> Result<(), String> {
        // Text that only stands there (of a default, of a value of another type) was not typed.
        if self.get(id).is_some() && text == self.text(id) {
            return Ok(());
        }
        self.edit(id, Stroke::Typing(id), |form| {
            form.raise(id);
            form.take_text(id, text);
            Ok(())
        })
    }

    pub(super) fn take_text(&mut self, id: NodeId, text: &str) {
        let node = self.node(id);
        let trimmed = text.trim();
        let required = node.field.required;
        match node.kind().clone() {
            // The value it stands for is of a type that only its sending tells.
            kind if !kind.is_container() && stands_for_a_value(trimmed) => {
                self.hold(id, State::Value, Some(Value::from(trimmed)));
            }
            Kind::String(_) => {
                if text.is_empty() && !required {
                    self.hold(id, State::Unset, None);
                } else {
                    self.hold(id, State::Value, Some(Value::from(text)));
                }
            }
            Kind::Number(_) | Kind::Integer(_) if !trimmed.is_empty() => {
                if number::is_json_number(trimmed) {
                    self.hold(id, State::Value, Some(Value::Number(trimmed.to_owned())));
                } else {
                    self.leave_unfinished(id, text, "not a number");
                }
            }
            Kind::Boolean if !trimmed.is_empty() => match trimmed {
                "true" => self.hold(id, State::Value, Some(Value::Bool(true))),
                "false" => self.hold(id, State::Value, Some(Value::Bool(false))),
                _ => self.leave_unfinished(id, text, "must be true or false"),
            },
            Kind::Enum(choices) if !trimmed.is_empty() => {
                match choices.iter().find(|choice| choice.text() == trimmed) {
                    Some(choice) => self.hold(id, State::Value, Some(choice.value.clone())),
                    None => self.leave_unfinished(id, text, "not one of the choices"),
                }
            }
            _ => self.take_json(id, text),
        }
    }

    /// Takes JSON text for a node of any kind, and rebuilds what is below it; text that is not JSON is kept as a
    /// draft, and what the node holds is not sent until it is. Empty text unsets.
    pub fn set_json(&mut self, id: NodeId, text: &str) -> Result<(), String> {
        if self.get(id).is_some() && text == self.json(id) {
            return Ok(());
        }
        self.edit(id, Stroke::Typing(id), |form| {
            form.raise(id);
            form.take_json(id, text);
            Ok(())
        })
    }

    /// Takes JSON text that nobody has read yet: it stands there, and is not sent before [`Form::take_read`].
    pub fn hold_unread(&mut self, id: NodeId, text: &str) -> Result<(), String> {
        self.edit(id, Stroke::Typing(id), |form| {
            form.raise(id);
            form.leave_unfinished(id, text, "is being read");
            Ok(())
        })
    }

    /// Takes what JSON text reads as, as [`Form::set_json`] would.
    pub fn take_read(
        &mut self,
        id: NodeId,
        text: &str,
        read: Result<&Value, &Problem>,
    ) -> Result<(), String> {
        self.edit(id, Stroke::Typing(id), |form| {
            form.raise(id);
            form.take_parsed(id, text, read);
            Ok(())
        })
    }

    fn take_json(&mut self, id: NodeId, text: &str) {
        if text.trim().is_empty() {
            self.hold(id, State::Unset, None);
            return;
        }
        let read = Value::parse(text.as_bytes());
        self.take_parsed(id, text, read.as_ref());
    }

    fn take_parsed(&mut self, id: NodeId, text: &str, read: Result<&Value, &Problem>) {
        match read {
            Ok(value) => {
                self.fill(id, value, true);
                // The way it was laid out belongs to the user, so it is kept beside the value.
                if matches!(self.node(id).kind(), Kind::Json(_)) {
                    self.change(id).draft = Some(Draft {
                        text: text.to_owned(),
                        fault: None,
                    });
                }
            }
            Err(problem) => self.leave_unfinished(id, text, &problem.to_string()),
        }
    }

    fn leave_unfinished(&mut self, id: NodeId, text: &str, fault: &str) {
        let node = self.change(id);
        // What a container holds stays below, for when the text is given up.
        if !node.kind().is_container() {
            node.state = State::Unset;
            node.value = None;
        }
        node.draft = Some(Draft {
            text: text.to_owned(),
            fault: Some(fault.to_owned()),
        });
    }

    /// Makes everything above a node be there, since something in it is.
    pub(super) fn raise(&mut self, id: NodeId) {
        let mut below = id;
        while let Some(above) = self.node(below).parent {
            if self.node(above).state != State::Value
                || self.node(above).value.is_some()
                || self.node(above).draft.is_some()
            {
                self.hold(above, State::Value, None);
            }
            if let Key::Variant(variant) = self.node(below).key
                && let Body::Union { active, .. } = &self.node(above).body
                && *active != variant
                && let Body::Union { active, fits, .. } = &mut self.change(above).body
            {
                *active = variant;
                fits.clear();
            }
            below = above;
        }
    }

    /// Sets any value, as loading it would.
    pub fn set_value(&mut self, id: NodeId, value: &Value) -> Result<(), String> {
        self.edit(id, Stroke::Once, |form| {
            form.raise(id);
            form.fill(id, value, false);
            Ok(())
        })
    }

    /// Sets a node to `null`, whether or not the schema allows it.
    pub fn set_null(&mut self, id: NodeId) -> Result<(), String> {
        self.whole(id, "the arguments are an object, never null")?;
        self.edit(id, Stroke::Once, |form| {
            form.raise(id);
            form.hold(id, State::Null, None);
            Ok(())
        })
    }

    /// Leaves a node out, even a required one. What a container held is kept for when it comes back.
    pub fn unset(&mut self, id: NodeId) -> Result<(), String> {
        self.whole(id, "the arguments are always sent")?;
        self.edit(id, Stroke::Once, |form| {
            form.hold(id, State::Unset, None);
            Ok(())
        })
    }

    fn whole(&self, id: NodeId, words: &str) -> Result<(), String> {
        if id == self.root {
            Err(words.to_owned())
        } else {
            Ok(())
        }
    }

    /// Sets a node to the empty value of its type: `""`, `[]`, `{}`. The error says why it has none.
    pub fn set_empty(&mut self, id: NodeId) -> Result<(), String> {
        self.edit(id, Stroke::Once, |form| {
            let at = form.body_of(id);
            let empty = match form.node(at).kind() {
                Kind::String(_) | Kind::Json(_) => Value::from(""),
                Kind::Array(_) | Kind::Set(_) => Value::Array(Vec::new()),
                Kind::Object(_) => Value::Object(Vec::new()),
                _ => return Err("only text, arrays and objects can be empty".to_owned()),
            };
            form.raise(at);
            form.fill(at, &empty, false);
            if let Body::Array(items) = &mut form.change(at).body {
                items.clear();
            }
            Ok(())
        })
    }

    /// The node that holds what a union shows; a node that is no union is itself.
    pub(super) fn body_of(&self, id: NodeId) -> NodeId {
        let mut here = id;
        while let Body::Union { active, bodies, .. } = &self.node(here).body {
            match bodies.get(*active).copied().flatten() {
                Some(body) => here = body,
                None => break,
            }
        }
        here
    }

    /// Goes back to the default; the error says why there is none.
    pub fn set_default(&mut self, id: NodeId) -> Result<(), String> {
        self.edit(id, Stroke::Once, |form| {
            let default = form
                .field(id)
                .default
                .clone()
                .ok_or("the schema gives no default")?;
            if form.field(id).kind.is_container() && default != Value::Null {
                form.fill(id, &default, false);
            } else {
                form.hold(id, State::Default, None);
            }
            form.change(id).state = State::Default;
            Ok(())
        })
    }

    /// Which choice of an enum is shown.
    pub fn choice(&self, id: NodeId) -> Option<usize> {
        let Kind::Enum(choices) = self.node(id).kind() else {
            return None;
        };
        check::choice_of(choices, &self.shown(id)?)
    }

    /// Which choices of a set are ticked; none when it holds anything that its boxes cannot show.
    pub fn ticked(&self, id: NodeId) -> Option<Vec<usize>> {
        let Kind::Set(set) = self.node(id).kind() else {
            return None;
        };
        match self.shown(id) {
            None if self.node(id).is_unfinished() => None,
            None => Some(Vec::new()),
            Some(Value::Array(items)) => {
                let mut ticked = Vec::with_capacity(items.len());
                for item in &items {
                    let choice = check::choice_of(&set.choices, item)?;
                    if ticked.contains(&choice) {
                        return None;
                    }
                    ticked.push(choice);
                }
                Some(ticked)
            }
            Some(_) => None,
        }
    }

    /// Picks a choice of an enum.
    pub fn choose(&mut self, id: NodeId, choice: usize) -> Result<(), String> {
        self.edit(id, Stroke::Once, |form| {
            let Kind::Enum(choices) = form.node(id).kind() else {
                return Err("nothing to choose from".to_owned());
            };
            let value = choices
                .get(choice)
                .ok_or("there is no such choice")?
                .value
                .clone();
            form.raise(id);
            form.hold(id, State::Value, Some(value));
            Ok(())
        })
    }

    /// Sets an enum or a set to a value that is not among its choices, given as JSON, or as text if it is none.
    pub fn set_other(&mut self, id: NodeId, text: &str) -> Result<(), String> {
        let value = Value::parse(text.as_bytes()).unwrap_or_else(|_| Value::from(text));
        self.set_value(id, &value)
    }

    /// Ticks or unticks a choice of a set. Ticked choices are sent in the order of the schema, behind what else is
    /// there; the last one unticked leaves `[]`.
    pub fn toggle(&mut self, id: NodeId, choice: usize) -> Result<(), String> {
        self.edit(id, Stroke::Once, |form| {
            let Kind::Set(set) = form.node(id).kind().clone() else {
                return Err("nothing to tick".to_owned());
            };
            if choice >= set.choices.len() {
                return Err("there is no such choice".to_owned());
            }
            let mut ticked = form
                .ticked(id)
                .ok_or("it holds what boxes cannot show: edit it as JSON")?;
            let held = form.shown(id);
            let mut items = held
                .as_ref()
                .and_then(Value::as_array)
                .unwrap_or_default()
                .to_vec();
            match ticked.iter().position(|one| *one == choice) {
                Some(at) => {
                    items.remove(at);
                }
                None => {
                    let at = ticked.partition_point(|one| *one < choice);
                    ticked.insert(at, choice);
                    items.insert(at, set.choices[choice].value.clone());
                }
            }
            form.raise(id);
            form.hold(id, State::Value, Some(Value::Array(items)));
            Ok(())
        })
    }

    /// Moves a number by `times` steps, a choice, boolean or union by that many options; the error says why it cannot.
    ///
    /// Choices go round. An optional boolean has three states and an optional enum can be unset on the way, a
    /// nullable one null. Numbers are not held within their bounds.
    pub fn step(&mut self, id: NodeId, times: i64) -> Result<(), String> {
        if self.get(id).is_some()
            && let Kind::Union(union) = self.node(id).kind()
        {
            let count = union.variants.len() as i64;
            let here = self.variant(id).unwrap_or(0) as i64;
            let next = if self.node(id).state == State::Value {
                (here + times).rem_euclid(count.max(1))
            } else {
                here
            };
            return self.pick_variant(id, next as usize);
        }
        self.edit(id, Stroke::Stepping(id), |form| form.stepped(id, times))
    }

    fn stepped(&mut self, id: NodeId, times: i64) -> Result<(), String> {
        let node = self.node(id);
        let shown = self.shown(id);
        let (state, value) = match node.kind() {
            Kind::Number(range) | Kind::Integer(range) => {
                let next = match shown {
                    Some(Value::Number(spelling)) => {
                        let step = range.step.as_deref().unwrap_or("1");
                        number::stepped(&spelling, step, times).ok_or("too large to count from")?
                    }
                    // Nothing to count from, so the first step lands on the nearest bound, or on zero.
                    _ => {
                        let first = range.min.as_deref().or(range.max.as_deref());
                        first.unwrap_or("0").to_owned()
                    }
                };
                (State::Value, Some(Value::Number(next)))
            }
            Kind::Boolean | Kind::Enum(_) => {
                let mut stops: Vec<(State, Option<Value>)> = match node.kind() {
                    Kind::Enum(choices) => choices
                        .iter()
                        .map(|choice| (State::Value, Some(choice.value.clone())))
                        .collect(),
                    _ => vec![
                        (State::Value, Some(Value::Bool(true))),
                        (State::Value, Some(Value::Bool(false))),
                    ],
                };
                if node.field.nullable {
                    stops.push((State::Null, None));
                }
                if !node.field.required {
                    stops.push((State::Unset, None));
                }
                let here = match (node.state, self.choice(id)) {
                    (State::Unset | State::Null, _) => {
                        stops.iter().position(|(state, _)| *state == node.state)
                    }
                    (_, Some(choice)) => Some(choice),
                    _ if shown == Some(Value::Null) => {
                        stops.iter().position(|(state, _)| *state == State::Null)
                    }
                    _ => stops.iter().position(|(_, value)| *value == shown),
                };
                let count = stops.len() as i64;
                let next = match here {
                    Some(here) => (here as i64 + times).rem_euclid(count),
                    None if times < 0 => count - 1,
                    None => 0,
                };
                stops.swap_remove(next as usize)
            }
            _ => return Err("nothing to step through".to_owned()),
        };
        if state != State::Unset {
            self.raise(id);
        }
        self.hold(id, state, value);
        Ok(())
    }
}
