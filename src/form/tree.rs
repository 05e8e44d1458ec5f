//! The value tree of a form: what each place is (unset, null, default, a value) and what was typed so far.
//!
//! The form, a JSON view of it and what goes on the wire are projections of this one tree. Nothing is converted by
//! guessing, nothing that was loaded is lost, and nothing a user typed is dropped: text that is no valid answer yet
//! stays as a draft and is named as a problem. Problems advise; bad input is a test case and may be sent.
//!
//! Nodes live in an arena and are named by [`NodeId`]. Each topic is a file of its own: [`build`] makes nodes from the
//! schema, [`load`] fills them from JSON, [`edit`], [`items`] and [`unions`] change them, [`undo`] keeps the way back, [`unfinished`] takes out
//! what is no answer yet,
//! [`wire`], [`rows`], [`path`] and [`problems`] are what can be read off the tree.

use std::sync::Arc;

use super::schema::document::Document;
use super::schema::layers::{Spec, Type, View};
use super::schema::{Field, Kind, Raw, shape};
use crate::json::{self, Value};

mod build;
mod edit;
mod items;
mod load;
mod node;
mod path;
mod problems;
mod rows;
mod undo;
mod unfinished;
mod unions;
mod wire;

pub use node::{Key, Node, NodeId, State};
pub use rows::{Row, RowKind};
pub use wire::REDACTED;

use undo::History;

/// A form over a JSON value, nearly always an object: its nodes and what they hold.
#[derive(Debug, Clone)]
pub struct Form {
    doc: Arc<Document>,
    nodes: Vec<Option<Box<Node>>>,
    root: NodeId,
    note: Option<String>,
    sends_defaults: bool,
    history: History,
    /// Whether there ever was a node that holds a secret, and one that is a union: walks for them are left out else.
    secrets: bool,
    unions: bool,
    /// The leaf that the last edit changed, when it changed nothing else.
    leaf: Option<NodeId>,
    /// How many more nodes may be made without being asked for; what is required beyond stays closed.
    eager: usize,
}

impl Form {
    /// The form of a tool: `schema` is the raw `inputSchema`, whatever it holds.
    pub fn from_schema(schema: &[u8]) -> Self {
        Self::over(Arc::new(Document::read(schema)))
    }

    /// The same form, with nothing filled in, for a question in which every array of choices is one of several (`yes`),
    /// as in elicitation (MCP 2025-11-25, "Multi-Select Enum"). Else only those are that rule out repeats or have
    /// titles for their choices.
    pub fn multi_select(self, yes: bool) -> Self {
        let mut doc = Arc::unwrap_or_clone(self.doc);
        doc.multi_select = yes;
        let mut form = Self::over(Arc::new(doc));
        form.sends_defaults = self.sends_defaults;
        form
    }

    fn over(doc: Arc<Document>) -> Self {
        let mut spec = Spec::at(doc.root());
        let mut field = shape::field(&doc, &spec, None);
        // Arguments are an object whatever else the schema leaves open.
        let view = View::of(&doc, &spec, None);
        let objects = view
            .types()
            .is_ok_and(|types| types.is_none_or(|types| types.contains(&Type::Object)));
        match &field.kind {
            Kind::Object(_) | Kind::Json(_) => {}
            Kind::Union(union) if union.keyword != "type" => {}
            Kind::Union(_) if objects => {
                spec.only = Some(Type::Object);
                field = shape::field(&doc, &spec, None);
            }
            kind => {
                let why = format!("{} is asked for, but arguments are an object", kind.word());
                field.kind = Kind::Json(Raw::new(why));
            }
        }
        field.required = true;
        field.default = None;
        let note = doc.fault().map(str::to_owned);
        let mut form = Self {
            doc,
            nodes: Vec::new(),
            root: NodeId(0),
            note,
            sends_defaults: false,
            history: History::default(),
            secrets: false,
            unions: false,
            leaf: None,
            eager: build::EAGER,
        };
        form.root = form.spawn(None, Key::Root, Arc::new(spec), Arc::new(field), true);
        form.settle(form.root, false);
        form.history = History::default();
        form
    }

    /// The form of a prompt: its arguments are texts, each with a name, a description, and whether it is required.
    pub fn from_prompt_arguments<'a>(
        arguments: impl IntoIterator<Item = (&'a str, Option<&'a str>, bool)>,
    ) -> Self {
        let text = || vec![("type".to_owned(), Value::from("string"))];
        Self::from_members(arguments.into_iter().map(|(name, description, needed)| {
            let mut schema = text();
            schema.extend(description.map(|text| ("description".to_owned(), Value::from(text))));
            (name, schema, needed)
        }))
    }

    /// The form of a resource template (RFC 6570): a text field for each variable, in order; of one that may stand for
    /// several values, a list of them.
    pub fn from_template(template: &str) -> Self {
        let variables = super::template::variables(template);
        let of = |word: &str| ("type".to_owned(), Value::from(word));
        Self::from_members(variables.iter().map(|variable| {
            let schema = if variable.list {
                let items = ("items".to_owned(), Value::Object(vec![of("string")]));
                vec![of("array"), items]
            } else {
                vec![of("string")]
            };
            (variable.name.as_str(), schema, variable.required)
        }))
    }

    /// The form of an object: its members by name, with what their schemas hold and whether they are required.
    fn from_members<'a>(
        members: impl IntoIterator<Item = (&'a str, Vec<(String, Value)>, bool)>,
    ) -> Self {
        let (mut properties, mut required) = (Vec::new(), Vec::new());
        for (name, schema, needed) in members {
            properties.push((name.to_owned(), Value::Object(schema)));
            if needed {
                required.push(Value::from(name));
            }
        }
        let schema = Value::Object(vec![
            ("type".to_owned(), Value::from("object")),
            ("properties".to_owned(), Value::Object(properties)),
            ("required".to_owned(), Value::Array(required)),
        ]);
        Self::from_schema(schema.to_string().as_bytes())
    }

    /// The node of the whole.
    pub fn root(&self) -> NodeId {
        self.root
    }

    /// A node.
    ///
    /// # Panics
    /// When `id` is of a node that went (an item that was deleted, say); [`Form::get`] tells. This goes for every
    /// method that takes an id.
    pub fn node(&self, id: NodeId) -> &Node {
        self.get(id).expect("the node is in the form")
    }

    /// A node, if it is still there.
    pub fn get(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id.0 as usize)?.as_deref()
    }

    /// What the schema says about a node.
    pub fn field(&self, id: NodeId) -> &Field {
        self.node(id).field()
    }

    /// What about the schema as a whole the form cannot show, in words.
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

    /// How many nodes there are, with those that only an undone edit brings back: what a walk over all costs.
    pub fn size(&self) -> usize {
        self.nodes.len()
    }

    /// Whether any node may be a secret; false is certain.
    pub fn may_hold_secrets(&self) -> bool {
        self.secrets
    }

    /// Whether any node may be a union; false is certain.
    pub fn may_hold_unions(&self) -> bool {
        self.unions
    }

    /// Remembers what kinds of fields there are.
    fn notice(&mut self, field: &Field) {
        self.secrets |= field.secret;
        self.unions |= matches!(field.kind, Kind::Union(_));
    }

    /// Fills the form with `arguments`, as they are; the rest is left out. False, and nothing changed, for what is
    /// no object where the schema asks for one. Undoable.
    ///
    /// Members that the schema does not name, and all but the last of duplicates, become nodes of their own; unions
    /// take the variant that fits.
    pub fn load(&mut self, arguments: &Value) -> bool {
        self.load_whole(arguments, false)
    }

    /// Fills the form from JSON text, as [`Form::load`] does, but keeps half-typed answers to members that are not
    /// in it; the form is unchanged when the text is no object. Loads that follow each other undo as one.
    pub fn load_json(&mut self, text: &str) -> Result<(), json::Problem> {
        let value = Value::parse(text.as_bytes())?;
        self.load_read(text, &value)
    }

    /// The same for text that reads as `value`.
    pub fn load_read(&mut self, text: &str, value: &Value) -> Result<(), json::Problem> {
        if self.load_whole(value, true) {
            Ok(())
        } else {
            Err(json::Problem::new(
                text.as_bytes(),
                0,
                "arguments are an object",
            ))
        }
    }
}

#[cfg(test)]
mod tests;
