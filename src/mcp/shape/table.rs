//! The definitions of one revision, resolved: names are places, and the members of others stand where they are taken.

use std::collections::HashMap;
use std::sync::{LazyLock, OnceLock};

use super::super::revision::Revision;
use super::reader::{Definition, Member, Type, read};

/// What every revision says, as text.
static DEFINITIONS: LazyLock<Vec<Definition>> = LazyLock::new(|| {
    read(include_str!("messages.shapes")).expect("the file of shapes is read by a test")
});

/// A place in a table.
pub type Place = usize;

/// What a value must be, in one revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// A string.
    String,
    /// A number without a fraction, however it is spelled.
    Integer,
    /// An integer from 0 on.
    Count,
    /// A number.
    Number,
    /// A number from 0 to 1.
    Share,
    /// `true` or `false`.
    Boolean,
    /// `null`.
    Null,
    /// Any object.
    Object,
    /// Anything.
    Any,
    /// That very string.
    Literal(Box<str>),
    /// An array of it.
    Array(Place),
    /// An object of it.
    Map(Place),
    /// An object with these members.
    Members(Vec<Known>),
    /// One of them.
    OneOf(Vec<Place>),
    /// What stands elsewhere.
    See(Place),
}

/// A member that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Its name.
    pub name: Box<str>,
    /// Whether it may be absent.
    pub optional: bool,
    /// What it must be.
    pub place: Place,
}

/// The definitions of one revision.
#[derive(Debug)]
pub struct Table {
    nodes: Vec<Node>,
    named: HashMap<&'static str, Place>,
    optional: Vec<&'static str>,
}

impl Table {
    /// The table of a revision; made when it is first asked for.
    pub fn of(revision: Revision) -> &'static Self {
        static TABLES: [OnceLock<Table>; 5] = [const { OnceLock::new() }; 5];
        let at = Revision::ALL
            .iter()
            .position(|one| *one == revision)
            .expect("all revisions are listed");
        TABLES[at].get_or_init(|| Self::made(revision))
    }

    fn made(revision: Revision) -> Self {
        let mut table = Self {
            nodes: vec![Node::Any; DEFINITIONS.len()],
            named: DEFINITIONS
                .iter()
                .map(|one| one.name.as_str())
                .zip(0..)
                .collect(),
            optional: Vec::new(),
        };
        for (place, definition) in DEFINITIONS.iter().enumerate() {
            if definition.optional {
                table.optional.push(&definition.name);
            }
            table.nodes[place] = table.node(&definition.shape, revision);
        }
        table
    }

    /// Where a definition stands.
    pub fn find(&self, name: &str) -> Option<Place> {
        self.named.get(name).copied()
    }

    /// Whether what goes with a method may be left out.
    pub fn may_be_absent(&self, method: &str) -> bool {
        self.optional.contains(&method)
    }

    /// What stands there, followed to its end.
    pub fn at(&self, place: Place) -> &Node {
        match &self.nodes[place] {
            Node::See(other) => self.at(*other),
            node => node,
        }
    }

    fn put(&mut self, shape: &'static Type, revision: Revision) -> Place {
        if let Type::Named(name) = shape
            && let Some(place) = self.find(name)
        {
            return place;
        }
        let node = self.node(shape, revision);
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    fn node(&mut self, shape: &'static Type, revision: Revision) -> Node {
        match shape {
            Type::Named(name) => match &**name {
                "string" => Node::String,
                "integer" => Node::Integer,
                "count" => Node::Count,
                "number" => Node::Number,
                "share" => Node::Share,
                "boolean" => Node::Boolean,
                "null" => Node::Null,
                "object" => Node::Object,
                "any" => Node::Any,
                name => Node::See(self.find(name).expect("a test finds every name")),
            },
            Type::Literal(text) => Node::Literal(text.clone()),
            Type::Array(item) => Node::Array(self.put(item, revision)),
            Type::Map(value) => Node::Map(self.put(value, revision)),
            Type::Members(members) => {
                let mut known = Vec::new();
                self.take(members, revision, &mut known);
                Node::Members(known)
            }
            Type::OneOf(all) => {
                let here = all.iter().filter(|(_, span)| span.has(revision));
                let places: Vec<_> = here.map(|(one, _)| self.put(one, revision)).collect();
                match *places {
                    [only] => Node::See(only),
                    _ => Node::OneOf(places),
                }
            }
        }
    }

    /// Collects members; of two with one name the first holds.
    fn take(&mut self, members: &'static [Member], revision: Revision, known: &mut Vec<Known>) {
        for member in members.iter().filter(|one| one.span.has(revision)) {
            match (&member.name, &member.shape) {
                (Some(name), shape) => {
                    if known.iter().all(|other| other.name != *name) {
                        let place = self.put(shape, revision);
                        known.push(Known {
                            name: name.clone(),
                            optional: member.optional,
                            place,
                        });
                    }
                }
                (None, Type::Named(other)) => {
                    let others = DEFINITIONS.iter().find(|one| *one.name == **other);
                    match others.map(|one| &one.shape) {
                        Some(Type::Members(members)) => self.take(members, revision, known),
                        _ => unreachable!("a test takes the members of objects only"),
                    }
                }
                (None, _) => unreachable!("only names stand after three dots"),
            }
        }
    }
}
