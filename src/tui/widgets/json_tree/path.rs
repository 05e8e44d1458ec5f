//! Where a value is, as the steps down to it.
//!
//! How a path is written is the business of [`crate::json::steps`]. Names are untrusted: sanitise before showing.

use super::node::Node;
use super::place::Part;
use super::{Kind, Place, Tree};
use crate::json;
use crate::json::steps::{self, Notation, Step};

impl Tree {
    /// The row's JSONPath, `$.params.items[2]["odd name"]`.
    pub fn path(&self, row: &Place) -> String {
        steps::path(&self.steps(row), Notation::JsonPath)
    }

    /// The row itself if it is an array, else the nearest array around it.
    pub fn array_around(&self, row: &Place) -> Option<Place> {
        let chain = row.above.iter().chain([&row.node]).rev();
        let array = chain.map(|node| node.start as usize);
        array
            .map(|start| self.place_at(start))
            .find(|place| self.kind(place) == Kind::Array)
    }

    /// The way down to the row, by decoded names; empty for the root. What was a string and is open is where it was.
    pub fn steps(&self, row: &Place) -> Vec<Step> {
        let step = |node: &Node| match self.key_of(node) {
            Some(name) => Step::Key(json::decode(name.as_bytes()).into_owned()),
            None => Step::Index(node.index as usize),
        };
        let group = match row.part {
            Part::Group(group, _) => {
                let (count, _) = self.count_at(row.node.start);
                let from = group * self.group();
                let to = (from + self.group()).min(count as u32);
                Some(Step::Items(from as usize, to as usize))
            }
            Part::Value | Part::Close => None,
        };
        let mut steps = Vec::new();
        let mut chain = row.above.iter().chain([&row.node]).peekable();
        let mut is_root = true;
        while let Some(node) = chain.next() {
            if !std::mem::take(&mut is_root) {
                steps.push(step(node));
            }
            let more = chain.peek().is_some() || group.is_some();
            if more
                && self
                    .decoded
                    .iter()
                    .any(|at| at.start == node.start as usize)
            {
                steps.push(Step::Text);
            }
        }
        steps.extend(group);
        steps
    }
}
