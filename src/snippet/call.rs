//! A request made ready for writing: its secrets taken out, its parts at hand.

use super::node::{Node, Secret};
use super::variables::{Names, Variables};
use super::{Server, Subject};
use crate::json::Value;
use crate::mask::schema::Schema;

/// See the module.
#[derive(Debug)]
pub struct Call<'a> {
    pub subject: &'a Subject,
    pub variables: Variables,
    /// `params`, without what clients put into `_meta`.
    pub params: Node,
    /// What is secret in them.
    pub secrets: Vec<Secret>,
}

/// What a program has its own words for.
#[derive(Debug, Clone, Copy)]
pub enum Verb<'a> {
    /// `tools/call`: the tool and its arguments.
    Tool(&'a str, Option<&'a Node>),
    /// `resources/read`: the URI.
    Read(&'a str),
    /// `prompts/get`: the prompt and its arguments.
    Prompt(&'a str, Option<&'a Node>),
    /// A list, by what programs call it, and from which cursor on.
    List(&'static str, Option<&'a Node>),
}

impl<'a> Call<'a> {
    pub fn of(subject: &'a Subject) -> Self {
        let mut names = Names::default();
        let variables = Variables::of(&subject.server, &mut names);
        Self::with(subject, variables, names)
    }

    /// The same where a server out of somebody's settings is named.
    pub fn by_name(subject: &'a Subject) -> Self {
        let Some(listed) = &subject.listed else {
            return Self::of(subject);
        };
        let mut names = Names::default();
        let variables = Variables::of_listed(listed, &mut names);
        Self::with(subject, variables, names)
    }

    fn with(subject: &'a Subject, variables: Variables, mut names: Names) -> Self {
        let schema = subject.schema.as_deref().map(Schema::all);
        let mut secrets = Vec::new();
        let params = match &subject.params {
            Value::Object(members) => Node::Object(
                members
                    .iter()
                    .filter(|(key, _)| key != "_meta")
                    .map(|(key, value)| {
                        let node = match &schema {
                            Some(schemas) if key == "arguments" => {
                                Node::of(value, key, schemas, &mut names, &mut secrets)
                            }
                            _ => Node::open(value),
                        };
                        (key.clone(), node)
                    })
                    .collect(),
            ),
            other => Node::open(other),
        };
        Self {
            subject,
            variables,
            params,
            secrets,
        }
    }

    pub fn server(&self) -> &'a Server {
        &self.subject.server
    }

    /// What is asked for; none for other methods, or params that are not of its shape.
    pub fn verb(&self) -> Option<Verb<'_>> {
        let name = |key: &str| self.params.get(key).and_then(Node::as_str);
        let arguments = self.params.get("arguments");
        let fits = arguments.is_none_or(|node| matches!(node, Node::Object(_) | Node::Secret(_)));
        match self.subject.method.as_str() {
            "tools/call" if fits => Some(Verb::Tool(name("name")?, arguments)),
            "prompts/get" if fits => Some(Verb::Prompt(name("name")?, arguments)),
            "resources/read" => Some(Verb::Read(name("uri")?)),
            method => {
                let (_, what) = LISTS.iter().find(|(known, _)| *known == method)?;
                Some(Verb::List(what, self.params.get("cursor")))
            }
        }
    }

    /// Why there is no [`Call::verb`], when the method has one.
    pub fn misshapen(&self) -> String {
        format!(
            "the params of this {} are not of its shape",
            self.subject.method
        )
    }
}

/// The methods that list, and what they list.
pub const LISTS: [(&str, &str); 4] = [
    ("tools/list", "tools"),
    ("resources/list", "resources"),
    ("resources/templates/list", "templates"),
    ("prompts/list", "prompts"),
];

/// Whether a method has a [`Verb`].
pub fn has_verb(method: &str) -> bool {
    matches!(method, "tools/call" | "prompts/get" | "resources/read")
        || LISTS.iter().any(|(known, _)| *known == method)
}
