//! One node of the tree: its state, the text typed so far, and what it holds.

use std::sync::Arc;

use crate::form::schema::layers::Spec;
use crate::form::schema::{Field, Kind};
use crate::json::Value;

/// A node of a form, for as long as the form lives: never given to another node, and back after undo and redo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub(super) u32);

/// What a node is on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// Not sent.
    Unset,
    /// Sent as `null`.
    Null,
    /// The schema's default; shown, and sent only where the schema requires the member or the form
    /// [sends defaults](super::Form::send_defaults).
    Default,
    /// Sent as it is: the value of a leaf, what a container holds.
    Value,
}

/// How a node hangs in its parent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// The whole.
    Root,
    /// A member that the schema names.
    Member(String),
    /// A member that the schema does not name: a map's entry, an extra member, the earlier of duplicates.
    Extra(String),
    /// An item of an array.
    Item,
    /// The item of an array that has a meaning of its own (`prefixItems`), by its name.
    Slot(String),
    /// A variant of a union; its own row only when it is no object.
    Variant(usize),
}

/// Text as it was typed, where it differs from how the value would be written, or is no value yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Draft {
    pub text: String,
    /// Why the text is no answer yet.
    pub fault: Option<String>,
}

/// What a container holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) enum Body {
    /// Nothing: a leaf, or a container that was not opened yet.
    #[default]
    Leaf,
    Object {
        /// In the order they are shown: the schema's, then extra ones.
        members: Vec<NodeId>,
        /// The order of what was loaded; members not in it are sent behind.
        order: Vec<NodeId>,
        /// Members whose condition does not hold now, with what was typed into them; never sent.
        parked: Vec<NodeId>,
        /// Whether its members depend on what is filled in.
        conditional: bool,
    },
    Array(Vec<NodeId>),
    Union {
        active: usize,
        /// By variant; none for those never picked.
        bodies: Vec<Option<NodeId>>,
        /// Which variants fit what was loaded, when several did.
        fits: Vec<usize>,
    },
}

/// One node of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    pub(super) parent: Option<NodeId>,
    pub(super) key: Key,
    pub(super) spec: Arc<Spec>,
    pub(super) field: Arc<Field>,
    pub(super) state: State,
    /// The value of a leaf; of a container a value that it cannot hold (an array where an object is asked for).
    pub(super) value: Option<Value>,
    pub(super) draft: Option<Draft>,
    pub(super) body: Body,
}

impl Node {
    /// What the schema says about the node.
    pub fn field(&self) -> &Field {
        &self.field
    }

    /// What kind of answer fits.
    pub fn kind(&self) -> &Kind {
        &self.field.kind
    }

    /// What the node is on the wire.
    pub fn state(&self) -> State {
        self.state
    }

    /// How it hangs in its parent.
    pub fn key(&self) -> &Key {
        &self.key
    }

    /// The node it hangs in; none for the root.
    pub fn parent(&self) -> Option<NodeId> {
        self.parent
    }

    /// Whether the schema names the member; items and variants count as named.
    pub fn is_known(&self) -> bool {
        !matches!(self.key, Key::Extra(_))
    }

    /// Whether text was typed that is no answer yet, and so is not sent.
    pub fn is_unfinished(&self) -> bool {
        self.draft
            .as_ref()
            .is_some_and(|draft| draft.fault.is_some())
    }

    /// Whether a container holds a value that its widget cannot show (a string where an object is asked for): it is
    /// a leaf then, to be edited as JSON.
    pub fn is_misfit(&self) -> bool {
        self.kind().is_container() && self.value.is_some()
    }

    /// Whether it was never opened: an optional object that is not there, a value too deep or large for rows.
    pub fn is_closed(&self) -> bool {
        self.kind().is_container() && self.body == Body::Leaf
    }
}

impl Node {
    /// Whether it holds no other node, now or later.
    pub(super) fn is_leaf(&self) -> bool {
        self.body == Body::Leaf && !self.kind().is_container()
    }

    /// Every node it holds, shown or not.
    pub(super) fn held(&self) -> Vec<NodeId> {
        match &self.body {
            Body::Leaf => Vec::new(),
            Body::Object {
                members, parked, ..
            } => members.iter().chain(parked).copied().collect(),
            Body::Array(items) => items.clone(),
            Body::Union { bodies, .. } => bodies.iter().flatten().copied().collect(),
        }
    }
}
