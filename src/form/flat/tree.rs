//! The value tree of a form: what each member is (unset, null, default, a value) and what was typed so far.
//!
//! The form, a JSON view of it and what goes on the wire are projections of this tree. Nothing is converted by
//! guessing, nothing that was loaded is lost, and nothing a user typed is dropped: text that is no valid answer yet
//! stays as a draft and is named as a problem. Problems advise; bad input is a test case and may be sent.

use super::number;
use super::schema::{self, Field, Kind, Shape};
use crate::json::{self, Value};

mod node;

pub use node::{Node, State};

/// A form over an object: its members and what they hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    nodes: Vec<Node>,
    /// The order of the members on the wire, as indices of `nodes`.
    order: Vec<usize>,
    open: bool,
    note: Option<String>,
    sends_defaults: bool,
}

impl Form {
    /// The form of a tool: `schema` is the raw `inputSchema`, whatever it holds.
    pub fn from_schema(schema: &[u8]) -> Self {
        Self::from_shape(schema::read(schema))
    }

    /// A form of the given shape, with nothing filled in but its defaults.
    pub fn from_shape(shape: Shape) -> Self {
        Self {
            order: (0..shape.fields.len()).collect(),
            nodes: shape
                .fields
                .into_iter()
                .map(|field| Node::new(field, true))
                .collect(),
            open: shape.open,
            note: shape.note,
            sends_defaults: false,
        }
    }

    /// The form of a prompt: its arguments are texts, each with a name, a description, and whether it is required.
    pub fn from_prompt_arguments<'a>(
        arguments: impl IntoIterator<Item = (&'a str, Option<&'a str>, bool)>,
    ) -> Self {
        Self::from_shape(Shape {
            fields: arguments
                .into_iter()
                .map(|(name, description, required)| Field::text(name, description, required))
                .collect(),
            open: true,
            note: None,
        })
    }

    /// The form of a resource template (RFC 6570): a text field for each variable, in order.
    pub fn from_template(template: &str) -> Self {
        Self::from_shape(Shape {
            fields: super::template::variables(template)
                .iter()
                .map(|variable| Field::text(&variable.name, None, variable.required))
                .collect(),
            open: true,
            note: None,
        })
    }

    /// The members: those of the schema in its order, then others that were loaded.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Where the member `name` is.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.nodes.iter().position(|node| node.field.name == name)
    }

    /// What about the schema the members do not show, in words.
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    /// Whether defaults that stand are sent even where the member is optional.
    pub fn sends_defaults(&self) -> bool {
        self.sends_defaults
    }

    /// Sends defaults that stand, as forms that a server opens (elicitation) do.
    pub fn send_defaults(&mut self, yes: bool) {
        self.sends_defaults = yes;
    }

    /// Takes the text of an input. Empty text unsets, but makes a required string `""`; unchanged text does nothing.
    ///
    /// # Panics
    /// This and all that follow panic when there is no node `index`.
    pub fn set_text(&mut self, index: usize, text: &str) {
        self.nodes[index].set_text(text);
    }

    /// Takes JSON text for a member of any kind; text that is not JSON is kept as a draft, empty text unsets.
    pub fn set_json(&mut self, index: usize, text: &str) {
        self.nodes[index].set_json(text);
    }

    /// Sets a value.
    pub fn set_value(&mut self, index: usize, value: Value) {
        self.nodes[index].keep(match value {
            Value::Null => State::Null,
            value => State::Value(value),
        });
    }

    /// Sets a member to `null`, whether or not the schema allows it.
    pub fn set_null(&mut self, index: usize) {
        self.nodes[index].keep(State::Null);
    }

    /// Leaves a member out, even a required one.
    pub fn unset(&mut self, index: usize) {
        self.nodes[index].keep(State::Unset);
    }

    /// Sets a member to the empty value of its type; the error says why it has none.
    pub fn set_empty(&mut self, index: usize) -> Result<(), &'static str> {
        let node = &mut self.nodes[index];
        let empty = match &node.field.kind {
            Kind::String(_) => Value::String(String::new()),
            Kind::Json(raw) => raw.empty.clone(),
            _ => return Err("only text, arrays and objects can be empty"),
        };
        node.keep(State::Value(empty));
        Ok(())
    }

    /// Goes back to the default; the error says why there is none.
    pub fn set_default(&mut self, index: usize) -> Result<(), &'static str> {
        let node = &mut self.nodes[index];
        if node.field.default.is_none() {
            return Err("the schema gives no default");
        }
        node.keep(State::Default);
        Ok(())
    }

    /// Moves a number by `times` steps, an enum or boolean by that many choices; the error says why it cannot.
    ///
    /// Choices go round. An optional boolean has three states and an optional enum can be unset on the way, a
    /// nullable one null. Numbers are not held within their bounds.
    pub fn step(&mut self, index: usize, times: i64) -> Result<(), &'static str> {
        let node = &mut self.nodes[index];
        match &node.field.kind {
            Kind::Number(range) | Kind::Integer(range) => {
                let from = match node.shown() {
                    Some(Value::Number(spelling)) => spelling.as_str(),
                    // Nothing to count from, so the first step lands on the nearest bound, or on zero.
                    _ => {
                        let first = range.min.as_deref().or(range.max.as_deref());
                        let first = Value::Number(first.unwrap_or("0").to_owned());
                        node.keep(State::Value(first));
                        return Ok(());
                    }
                };
                let step = range.step.as_deref().unwrap_or("1");
                let next = number::stepped(from, step, times).ok_or("too large to count from")?;
                node.keep(State::Value(Value::Number(next)));
            }
            Kind::Boolean | Kind::Enum(_) => {
                let mut stops: Vec<State> = match &node.field.kind {
                    Kind::Enum(choices) => choices
                        .iter()
                        .map(|choice| State::Value(choice.value.clone()))
                        .collect(),
                    _ => vec![
                        State::Value(Value::Bool(true)),
                        State::Value(Value::Bool(false)),
                    ],
                };
                if node.field.nullable {
                    stops.push(State::Null);
                }
                let unset = stops.len();
                if !node.field.required {
                    stops.push(State::Unset);
                }
                let here = match (&node.state, node.choice()) {
                    (State::Unset, _) => (stops.len() > unset).then_some(unset),
                    (_, Some(choice)) => Some(choice),
                    _ => stops.iter().position(|stop| match stop {
                        State::Value(value) => Some(value) == node.shown(),
                        State::Null => node.shown() == Some(&Value::Null),
                        _ => false,
                    }),
                };
                let count = stops.len() as i64;
                let next = match here {
                    Some(here) => (here as i64 + times).rem_euclid(count),
                    None if times < 0 => count - 1,
                    None => 0,
                };
                node.keep(stops.swap_remove(next as usize));
            }
            _ => return Err("nothing to step through"),
        }
        Ok(())
    }

    /// Picks a choice of an enum; out of range does nothing.
    pub fn choose(&mut self, index: usize, choice: usize) {
        let node = &mut self.nodes[index];
        if let Kind::Enum(choices) = &node.field.kind
            && let Some(choice) = choices.get(choice)
        {
            let value = choice.value.clone();
            node.keep(State::Value(value));
        }
    }

    /// What the member puts on the wire, if it is sent.
    pub fn wire(&self, index: usize) -> Option<&Value> {
        self.nodes[index].wire(self.sends_defaults)
    }

    /// What the member puts on the wire, in a few words, where the value alone does not tell.
    pub fn chip(&self, index: usize) -> Option<String> {
        let node = &self.nodes[index];
        if node.is_unfinished() {
            return Some("‹not sent yet›".to_owned());
        }
        match &node.state {
            State::Unset => Some("‹unset: not sent›".to_owned()),
            State::Null => Some("‹null: sent as null›".to_owned()),
            State::Default => {
                let default = node.field.default.as_ref()?;
                Some(match self.wire(index) {
                    Some(_) => format!("‹default {default}: sent›"),
                    None => format!("‹default {default}›"),
                })
            }
            State::Value(Value::String(text)) if text.is_empty() => Some("‹\"\"›".to_owned()),
            State::Value(_) => None,
        }
    }

    /// The arguments as they go on the wire: an object in the order of what was loaded, else of the schema.
    pub fn arguments(&self) -> Value {
        Value::Object(
            self.order
                .iter()
                .filter_map(|index| {
                    let node = &self.nodes[*index];
                    Some((
                        node.field.name.clone(),
                        node.wire(self.sends_defaults)?.clone(),
                    ))
                })
                .collect(),
        )
    }

    /// Fills the form with `arguments`, as they are; the rest is left out. Anything but an object changes nothing.
    ///
    /// Members the schema does not name, and all but the last of duplicates, become nodes of their own.
    pub fn load(&mut self, arguments: &Value) -> bool {
        self.fill(arguments, false)
    }

    /// `drafts`: whether text that is no answer yet stays in members that `arguments` does not have.
    fn fill(&mut self, arguments: &Value, drafts: bool) -> bool {
        let Some(members) = arguments.as_object() else {
            return false;
        };
        self.nodes.retain(|node| node.known);
        let known = self.nodes.len();
        for node in &mut self.nodes {
            if drafts && node.is_unfinished() {
                continue;
            }
            // An optional default is not sent either way, so it may go on showing.
            let stands =
                node.field.default.is_some() && !node.field.required && !self.sends_defaults;
            node.keep(if stands { State::Default } else { State::Unset });
        }
        self.order.clear();
        for (at, (name, value)) in members.iter().enumerate() {
            let last = !members[at + 1..].iter().any(|(later, _)| later == name);
            let index = match self.nodes[..known]
                .iter()
                .position(|node| node.field.name == *name)
            {
                Some(index) if last => index,
                found => {
                    let why = match found {
                        Some(_) => "given twice",
                        None => "not in the schema",
                    };
                    self.nodes.push(Node::new(Field::unknown(name, why), false));
                    self.nodes.len() - 1
                }
            };
            self.set_value(index, value.clone());
            self.order.push(index);
        }
        let rest: Vec<usize> = (0..known)
            .filter(|index| !self.order.contains(index))
            .collect();
        self.order.extend(rest);
        true
    }

    /// Fills the form from the text of a JSON object, as [`Form::load`] does, but keeps half-typed answers to members
    /// that are not in it; the form is unchanged when the text is no object.
    pub fn load_json(&mut self, text: &str) -> Result<(), json::Problem> {
        let value = Value::parse(text.as_bytes())?;
        if self.fill(&value, true) {
            Ok(())
        } else {
            Err(json::Problem::new(
                text.as_bytes(),
                0,
                "arguments are an object",
            ))
        }
    }

    /// What is wrong with a member, in words.
    pub fn problem(&self, index: usize) -> Option<String> {
        self.nodes[index].problem(self.open)
    }

    /// Everything that is wrong, by node; it advises and never blocks.
    pub fn problems(&self) -> Vec<(usize, String)> {
        (0..self.nodes.len())
            .filter_map(|index| Some((index, self.problem(index)?)))
            .collect()
    }
}

#[cfg(test)]
mod tests;
