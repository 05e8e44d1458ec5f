//! Where a node is on the wire, and which node a path on the wire means.

use super::Form;
use super::node::{Body, Key, NodeId};

impl Form {
    /// The nodes a node holds now: members, items, or the active variant.
    pub fn children(&self, id: NodeId) -> &[NodeId] {
        match &self.node(id).body {
            Body::Leaf => &[],
            Body::Object { members, .. } => members,
            Body::Array(items) => items,
            Body::Union { active, bodies, .. } => bodies
                .get(*active)
                .and_then(Option::as_ref)
                .map(std::slice::from_ref)
                .unwrap_or_default(),
        }
    }

    /// The member `name` of the whole, of duplicates the last.
    pub fn find(&self, name: &str) -> Option<NodeId> {
        self.member(self.root, name)
    }

    /// The member `name` of an object, or of the variant a union shows; of duplicates the one that counts.
    pub fn member(&self, id: NodeId, name: &str) -> Option<NodeId> {
        let object = self.body_of(id);
        let mut found = None;
        for child in self.children(object) {
            match &self.node(*child).key {
                Key::Member(known) if known == name => return Some(*child),
                Key::Extra(known) if known == name => found = Some(*child),
                _ => {}
            }
        }
        found
    }

    /// What a node is called in its parent: the member's name, `[0]`, the name of a slot, nothing for the rest.
    pub fn label(&self, id: NodeId) -> String {
        match &self.node(id).key {
            Key::Root | Key::Variant(_) => String::new(),
            Key::Member(name) | Key::Extra(name) | Key::Slot(name) => name.clone(),
            Key::Item => match self.place(id) {
                Some((_, at)) => format!("[{at}]"),
                None => String::new(),
            },
        }
    }

    /// The JSON Pointer (RFC 6901) of a node in what [`Form::arguments`] gives now; for one that is not sent, of where
    /// it would be.
    pub fn pointer(&self, id: NodeId) -> String {
        let mut steps: Vec<String> = Vec::new();
        let mut here = id;
        while let Some(parent) = self.node(here).parent {
            match &self.node(here).key {
                Key::Member(name) | Key::Extra(name) => {
                    steps.push(name.replace('~', "~0").replace('/', "~1"));
                }
                Key::Item | Key::Slot(_) => {
                    let items = self.children(parent);
                    let before = items.iter().take_while(|item| **item != here);
                    // Items that are not sent do not count, slots always do.
                    let index = before
                        .filter(|item| {
                            matches!(self.node(**item).key, Key::Slot(_)) || self.is_sent(**item)
                        })
                        .count();
                    steps.push(index.to_string());
                }
                Key::Root | Key::Variant(_) => {}
            }
            here = parent;
        }
        steps.iter().rev().fold(String::new(), |mut pointer, step| {
            pointer.push('/');
            pointer.push_str(step);
            pointer
        })
    }

    /// Whether a node is on the wire, given that what it hangs in is.
    pub fn is_sent(&self, id: NodeId) -> bool {
        let node = self.node(id);
        match (&node.value, &node.body) {
            // A container that is there is sent, whatever it holds.
            (None, Body::Object { .. } | Body::Array(_)) if node.state == super::State::Value => {
                !node.is_unfinished()
            }
            (None, Body::Union { .. }) if node.state == super::State::Value => {
                !node.is_unfinished() && self.active(id).is_some_and(|body| self.is_sent(body))
            }
            _ => self.wire(id).is_some(),
        }
    }

    /// The deepest node on the way of a JSON Pointer: the place to show what is said about the path. A member that is
    /// not sent counts, so that one that is missing is found.
    pub fn at_pointer(&self, pointer: &str) -> Option<NodeId> {
        if !pointer.is_empty() && !pointer.starts_with('/') {
            return None;
        }
        let mut here = self.root;
        for step in pointer.split('/').skip(1) {
            let step = step.replace("~1", "/").replace("~0", "~");
            let body = self.body_of(here);
            let next = match &self.node(body).body {
                Body::Object { .. } => self.member(body, &step),
                Body::Array(items) => step.parse::<usize>().ok().and_then(|index| {
                    items
                        .iter()
                        .filter(|item| {
                            matches!(self.node(**item).key, Key::Slot(_)) || self.is_sent(**item)
                        })
                        .nth(index)
                        .copied()
                }),
                _ => None,
            };
            match next {
                Some(next) => here = next,
                None => break,
            }
        }
        Some(self.row_of(here))
    }

    /// The node whose row shows a node: the variant of a union that has no row of its own is shown by the union.
    pub fn row_of(&self, id: NodeId) -> NodeId {
        let mut here = id;
        while let (Key::Variant(_), Some(parent)) = (&self.node(here).key, self.node(here).parent) {
            if !self.is_inlined(here) {
                break;
            }
            here = parent;
        }
        here
    }
}
