//! The ways to say where a value is: JSONPath, brackets, JSON Pointer, jq.
//!
//! Owns their spelling. Names in JSONPath keep the document's spelling; where a language has quoting of its own, they
//! are decoded and quoted anew. All are untrusted: sanitise before showing.

use std::fmt::Write as _;

use super::node::Node;
use super::place::Part;
use super::{Place, Tree};
use crate::json;

/// One step down.
enum Step {
    /// A member, by its name as it is spelled between quotes.
    Name(String),
    Item(u32),
    /// Items from here to before there.
    Items(u32, u32),
}

impl Tree {
    /// The row's JSONPath, `$.params.items[2]["odd name"]`; names keep the document's spelling.
    pub fn path(&self, row: &Place) -> String {
        let mut out = String::from("$");
        for step in self.steps(row) {
            let _ = match step {
                Step::Name(name) if is_plain_name(&name) => write!(out, ".{name}"),
                Step::Name(name) => write!(out, "[\"{name}\"]"),
                Step::Item(i) => write!(out, "[{i}]"),
                Step::Items(from, to) => write!(out, "[{from}:{to}]"),
            };
        }
        out
    }

    /// The row's path with every name in brackets, `["params"]["items"][2]`: what JavaScript and Python take.
    pub fn bracket_path(&self, row: &Place) -> String {
        let mut out = String::new();
        for step in self.steps(row) {
            let _ = match step {
                Step::Name(name) => {
                    write!(out, "[{}]", json::quote(&json::decode(name.as_bytes())))
                }
                Step::Item(i) => write!(out, "[{i}]"),
                Step::Items(from, to) => write!(out, "[{from}:{to}]"),
            };
        }
        out
    }

    /// The row's JSON Pointer (RFC 6901), `/params/items/2`; of a group, that of its array.
    pub fn pointer(&self, row: &Place) -> String {
        let mut out = String::new();
        for step in self.steps(row) {
            let _ = match step {
                Step::Name(name) => {
                    let name = json::decode(name.as_bytes());
                    write!(out, "/{}", name.replace('~', "~0").replace('/', "~1"))
                }
                Step::Item(i) => write!(out, "/{i}"),
                Step::Items(..) => Ok(()),
            };
        }
        out
    }

    /// The row's path for jq, `.params.items[2]["odd name"]`.
    pub fn jq_path(&self, row: &Place) -> String {
        let mut out = String::from(".");
        for step in self.steps(row) {
            let dot = if out == "." { "" } else { "." };
            let _ = match step {
                Step::Name(name) if is_plain_name(&name) => write!(out, "{dot}{name}"),
                Step::Name(name) => {
                    write!(out, "[{}]", json::quote(&json::decode(name.as_bytes())))
                }
                Step::Item(i) => write!(out, "[{i}]"),
                Step::Items(from, to) => write!(out, "[{from}:{to}]"),
            };
        }
        out
    }

    fn steps<'t>(&'t self, row: &'t Place) -> impl Iterator<Item = Step> + 't {
        let step = |node: &Node| match self.key_of(node) {
            Some(name) => Step::Name(name.into_owned()),
            None => Step::Item(node.index),
        };
        let group = match row.part {
            Part::Group(group, _) => {
                let (count, _) = self.count_at(row.node.start);
                let from = group * self.group();
                Some(Step::Items(from, (from + self.group()).min(count as u32)))
            }
            Part::Value | Part::Close => None,
        };
        let chain = row.above.iter().chain([&row.node]).skip(1);
        chain.map(step).chain(group)
    }
}

fn is_plain_name(key: &str) -> bool {
    let mut bytes = key.bytes();
    bytes
        .next()
        .is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
        && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_')
}
