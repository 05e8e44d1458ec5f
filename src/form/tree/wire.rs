//! What goes on the wire, and words for it.

use super::Form;
use super::node::{Body, Key, NodeId, State};
use crate::form::schema::{Kind, plain};
use crate::json::Value;

/// What stands for a secret where it must not be kept.
pub const REDACTED: &str = "‹redacted›";

/// Which defaults count, and whether secrets do.
#[derive(Debug, Clone, Copy)]
struct Look {
    defaults: bool,
    redact: bool,
}

impl Form {
    /// The arguments as they go on the wire: members in the order of what was loaded, else of the schema; numbers as
    /// they were spelled. Nothing filled in at all is an empty object.
    pub fn arguments(&self) -> Value {
        self.wire(self.root)
            .unwrap_or_else(|| Value::Object(Vec::new()))
    }

    /// The arguments with every secret replaced by [`REDACTED`]: for history, presets and reports.
    pub fn redacted(&self) -> Value {
        let look = Look {
            defaults: self.sends_defaults,
            redact: true,
        };
        self.look(self.root, look)
            .unwrap_or_else(|| Value::Object(Vec::new()))
    }

    /// Whether anything that is sent is a secret.
    pub fn has_secrets(&self) -> bool {
        self.redacted() != self.arguments()
    }

    /// What a node puts on the wire, if it is sent.
    ///
    /// An item that holds nothing yet is left out; in a tuple, before one that does, it is `null`, so that the others
    /// keep their places.
    pub fn wire(&self, id: NodeId) -> Option<Value> {
        self.look(
            id,
            Look {
                defaults: self.sends_defaults,
                redact: false,
            },
        )
    }

    /// The value shown at a node: what it sends, or its default while that stands.
    pub fn shown(&self, id: NodeId) -> Option<Value> {
        match self.node(id).state {
            State::Default => self.field(id).default.clone(),
            _ => self.wire(id),
        }
    }

    /// The value a condition sees: with the defaults that stand.
    pub(super) fn assumed(&self, id: NodeId) -> Option<Value> {
        self.look(
            id,
            Look {
                defaults: true,
                redact: false,
            },
        )
    }

    fn look(&self, id: NodeId, look: Look) -> Option<Value> {
        let node = self.node(id);
        if node.is_unfinished() {
            return None;
        }
        let hide = look.redact && node.field.secret;
        match node.state {
            State::Unset => return None,
            State::Null => return Some(Value::Null),
            State::Default => {
                let stays = matches!(node.key, Key::Variant(_));
                return (node.field.required || stays || look.defaults)
                    .then(|| node.field.default.clone())?
                    .map(|value| if hide { Value::from(REDACTED) } else { value });
            }
            State::Value if hide => return Some(Value::from(REDACTED)),
            State::Value => {}
        }
        if let Some(value) = &node.value {
            return Some(value.clone());
        }
        match &node.body {
            Body::Leaf => None,
            Body::Object { .. } => Some(Value::Object(
                self.wire_order(id)
                    .into_iter()
                    .filter_map(|child| {
                        let value = self.look(child, look)?;
                        Some((self.name(child)?.to_owned(), value))
                    })
                    .collect(),
            )),
            Body::Array(items) => {
                let mut values: Vec<Value> = Vec::with_capacity(items.len());
                let mut gap = 0;
                for item in items {
                    let slot = matches!(self.node(*item).key, Key::Slot(_));
                    match self.look(*item, look) {
                        Some(value) => {
                            values.extend(std::iter::repeat_n(Value::Null, gap));
                            gap = 0;
                            values.push(value);
                        }
                        None => gap += usize::from(slot),
                    }
                }
                Some(Value::Array(values))
            }
            Body::Union { active, bodies, .. } => self.look((*bodies.get(*active)?)?, look),
        }
    }

    /// The members of an object in the order they are sent.
    pub(super) fn wire_order(&self, id: NodeId) -> Vec<NodeId> {
        let Body::Object { members, order, .. } = &self.node(id).body else {
            return Vec::new();
        };
        if order.is_empty() {
            return members.clone();
        }
        let here: std::collections::HashSet<NodeId> = members.iter().copied().collect();
        let loaded: std::collections::HashSet<NodeId> = order.iter().copied().collect();
        let first = order.iter().filter(|id| here.contains(id));
        let rest = members.iter().filter(|id| !loaded.contains(id));
        first.chain(rest).copied().collect()
    }

    /// The member's name on the wire; none for items, variants and the whole.
    pub fn name(&self, id: NodeId) -> Option<&str> {
        match &self.node(id).key {
            Key::Member(name) | Key::Extra(name) => Some(name),
            _ => None,
        }
    }

    /// What an input for the node holds: the text being typed, else the value, as JSON unless it is a string in a
    /// place for text.
    pub fn text(&self, id: NodeId) -> String {
        let node = self.node(id);
        if let Some(draft) = &node.draft {
            return draft.text.clone();
        }
        match (node.state, self.shown(id)) {
            (State::Null, _) | (_, None) => String::new(),
            (_, Some(value)) => match node.kind() {
                Kind::String(_)
                | Kind::Number(_)
                | Kind::Integer(_)
                | Kind::Boolean
                | Kind::Enum(_) => plain(&value),
                _ => value.pretty(),
            },
        }
    }

    /// The node as JSON text over several lines, for editing in place; empty when it is not set.
    pub fn json(&self, id: NodeId) -> String {
        let node = self.node(id);
        match &node.draft {
            Some(draft) if draft.fault.is_some() || matches!(node.kind(), Kind::Json(_)) => {
                draft.text.clone()
            }
            _ => self
                .shown(id)
                .as_ref()
                .map(Value::pretty)
                .unwrap_or_default(),
        }
    }

    /// What a node puts on the wire, in a few words, where its value alone does not tell.
    pub fn chip(&self, id: NodeId) -> Option<String> {
        let node = self.node(id);
        if node.is_unfinished() {
            return Some("‹not sent yet›".to_owned());
        }
        match node.state {
            State::Unset => Some("‹unset: not sent›".to_owned()),
            State::Null => Some("‹null: sent as null›".to_owned()),
            State::Default => {
                let default = node.field.default.as_ref()?;
                let mut words = default.to_string();
                if node.field.secret {
                    REDACTED.clone_into(&mut words);
                }
                if words.chars().count() > 40 {
                    words = words.chars().take(39).chain(['…']).collect();
                }
                Some(match self.wire(id) {
                    Some(_) => format!("‹default {words}: sent›"),
                    None => match self.default_fault(id) {
                        Some(why) => format!("‹default {words}: {why}›"),
                        None => format!("‹default {words}›"),
                    },
                })
            }
            State::Value => match (&node.value, &node.body) {
                (Some(Value::String(text)), _) if text.is_empty() => Some("‹\"\"›".to_owned()),
                (Some(Value::Array(items)), _) if items.is_empty() => Some("‹[]›".to_owned()),
                (Some(Value::Object(members)), _) if members.is_empty() => Some("‹{}›".to_owned()),
                (Some(_), _) => None,
                (None, Body::Array(items)) if items.is_empty() => Some("‹[]›".to_owned()),
                (None, Body::Object { members, .. }) => {
                    // Cheaper than its value, which may be large.
                    let any = members.iter().any(|child| self.is_sent(*child));
                    (!any).then(|| "‹{}›".to_owned())
                }
                (None, Body::Union { .. }) => {
                    (!self.is_sent(id)).then(|| "‹unset: not sent›".to_owned())
                }
                _ => None,
            },
        }
    }
}
