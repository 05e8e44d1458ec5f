//! What of the things a server lists a probe touches, by name: read off the very messages that it sends.

use super::known::Known;
use super::script::Sends;
use super::{NOBODY, Probe};
use crate::json;

impl Probe {
    /// `calls echo`, `reads demo://a`, `gets greet`: what is touched that is there, each once; not sanitised.
    pub fn touches(&self, known: &Known) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        for step in (self.script)(known) {
            for one in &step.sends {
                let Sends::Request { method, params, .. } = one else {
                    continue;
                };
                let (verb, member) = match method.as_str() {
                    "tools/call" => ("calls", "name"),
                    "resources/read" => ("reads", "uri"),
                    "prompts/get" => ("gets", "name"),
                    _ => continue,
                };
                let Some(name) = json::string_at(params.as_bytes(), &[member]) else {
                    continue;
                };
                let words = format!("{verb} {name}");
                // What nobody has is not touched.
                let is_there = known.lists.iter().flat_map(|list| list.iter()).any(|item| {
                    *item.name == *name || item.uri.as_deref().is_some_and(|uri| *uri == *name)
                });
                if is_there && name != NOBODY && !found.contains(&words) {
                    found.push(words);
                }
            }
        }
        found
    }

    /// What is sent, and what of the listed things that touches; not sanitised.
    pub fn tells(&self, known: &Known) -> String {
        match self.touches(known) {
            none if none.is_empty() => self.sends.to_owned(),
            touched => format!("{} ({})", self.sends, touched.join(", ")),
        }
    }
}
