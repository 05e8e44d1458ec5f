//! Text that stands in a form and is no answer yet: taken out with its places, and put back into a form that was loaded
//! with all the rest.

use super::Form;
use super::node::{Body, Key, NodeId};

impl Form {
    /// What was typed and is no answer yet, with its place (JSON Pointer, RFC 6901), in the order of the rows.
    /// `secrets`: also what is typed into a secret, or into what is part of one.
    pub fn unfinished(&self, secrets: bool) -> Vec<(String, String)> {
        let mut found = Vec::new();
        let mut todo = vec![self.root];
        while let Some(id) = todo.pop() {
            let node = self.node(id);
            if node.field.secret && !secrets {
                continue;
            }
            match &node.draft {
                Some(draft) if node.is_unfinished() => {
                    found.push((self.pointer(id), draft.text.clone()));
                }
                _ => todo.extend(self.children(id).iter().rev()),
            }
        }
        found
    }

    /// Puts text back where it was, into a form that was loaded with the arguments of then. What has no place any more
    /// is left out.
    pub fn restore(&mut self, unfinished: &[(String, String)]) {
        // Items that are not sent have the place of the one behind them, so that the last comes first.
        for (pointer, text) in unfinished.iter().rev() {
            if let Some(id) = self.place_for(pointer) {
                // It was typed there before; where it cannot be now, it is gone.
                let _ = self.set_text(id, text);
            }
        }
    }

    /// The node at a place; items and entries that only text stood in are made anew.
    fn place_for(&mut self, pointer: &str) -> Option<NodeId> {
        let (above, step) = pointer.rsplit_once('/')?;
        let holder = self.at_pointer(above)?;
        if self.pointer(holder) != above {
            return None;
        }
        let step = step.replace("~1", "/").replace("~0", "~");
        let body = self.body_of(holder);
        match &self.node(body).body {
            Body::Array(items) => {
                let at: usize = step.parse().ok()?;
                match items.get(at) {
                    Some(slot) if matches!(self.node(*slot).key, Key::Slot(_)) => Some(*slot),
                    _ => self.insert_item(body, at).ok(),
                }
            }
            Body::Object { .. } => match self.member(body, &step) {
                Some(member) => Some(member),
                None => self.add_entry(body, &step).ok(),
            },
            Body::Leaf | Body::Union { .. } => None,
        }
    }
}
