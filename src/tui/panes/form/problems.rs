//! What is wrong, and where: what the form sees by itself, and what a validator or a server said by path.

use std::collections::HashMap;

use super::FormPane;
use super::rows::count_inside;
use crate::form::schema::Kind;
use crate::form::{Form, NodeId};

/// Where something is wrong, in the order of the rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems {
    /// The nodes, in the order they are shown.
    pub order: Vec<NodeId>,
    words: HashMap<NodeId, Vec<String>>,
    inside: HashMap<NodeId, usize>,
}

impl Problems {
    /// What the form `sees` by itself, behind it what was `said` of places it does not complain about, and what was
    /// `refused` of any.
    pub fn of(
        form: &Form,
        sees: &[(NodeId, String)],
        said: &[(NodeId, String)],
        refused: &[(NodeId, String)],
    ) -> Self {
        let mut found = Self::default();
        for (id, words) in sees {
            found.add(*id, words.clone());
        }
        let own = found.words.clone();
        for (id, words) in said {
            // The same thing in other words is no second problem.
            if form.get(*id).is_some() && !own.contains_key(&shown_at(form, *id)) {
                found.add(*id, words.clone());
            }
        }
        if found.order.len() > own.len() {
            found.sort(form);
        }
        for (id, words) in refused {
            if form.get(*id).is_some() {
                found.add(*id, words.clone());
            }
        }
        found.inside = count_inside(form, &found.order);
        found
    }

    /// Puts the places in the order of the rows.
    fn sort(&mut self, form: &Form) {
        let mut order = Vec::with_capacity(self.order.len());
        let mut todo = vec![form.root()];
        while let Some(id) = todo.pop() {
            if self.words.contains_key(&id) {
                order.push(id);
            }
            todo.extend(form.children(id).iter().rev());
        }
        // What has no row now comes last.
        order.extend(
            self.order
                .iter()
                .filter(|id| !order.contains(id))
                .copied()
                .collect::<Vec<_>>(),
        );
        self.order = order;
    }

    fn add(&mut self, id: NodeId, words: String) {
        let list = self.words.entry(id).or_default();
        if list.is_empty() {
            self.order.push(id);
        }
        if !list.contains(&words) {
            list.push(words);
        }
    }

    /// How many places have one.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// What is wrong with a node, in words.
    pub fn at(&self, id: NodeId) -> Option<String> {
        Some(self.words.get(&id)?.join("; "))
    }

    /// How many places below a node have one.
    pub fn inside(&self, id: NodeId) -> usize {
        self.inside.get(&id).copied().unwrap_or(0)
    }
}

/// Where a value is told of: a union has the place in the arguments of what it holds.
fn shown_at(form: &Form, mut id: NodeId) -> NodeId {
    while let (Kind::Union(_), [held]) = (form.node(id).kind(), form.children(id)) {
        id = *held;
    }
    id
}

impl FormPane {
    /// Whether the last edit changed one leaf, and nothing but what is wrong with it and above it: that is brought up
    /// to date then. `as_before`: what was said and refused is what it was.
    pub(super) fn leaf_changed(&mut self, as_before: bool) -> bool {
        let Some(leaf) = self.form.changed_leaf() else {
            return false;
        };
        let Some(now) = self.form.problems_above(leaf) else {
            return false;
        };
        let form = &self.form;
        let chain: Vec<NodeId> = std::iter::once(leaf)
            .chain(super::rows::above(form, leaf))
            .map(|id| form.row_of(id))
            .collect();
        let near = |(id, _): &&mut (NodeId, String)| chain.contains(id);
        let before: Vec<&mut (NodeId, String)> = self.seen.iter_mut().filter(near).collect();
        let same = before.len() == now.len() && before.iter().zip(&now).all(|(a, b)| a.0 == b.0);
        if !same {
            // One more or one less: where it stands among the others is for the walk to say.
            return false;
        }
        let mut changed = !as_before;
        for (before, now) in before.into_iter().zip(now) {
            if before.1 != now.1 {
                *before = now;
                changed = true;
            }
        }
        if changed {
            self.sheet.problems = Problems::of(&self.form, &self.seen, &self.said, &self.refused);
        }
        true
    }

    /// How many places have a problem, counting broken JSON of the whole form as one.
    pub fn problems(&self) -> usize {
        self.sheet.problems.len() + usize::from(self.json.is_broken())
    }

    /// Whether the text of the JSON tab is none.
    pub fn is_broken(&self) -> bool {
        self.json.is_broken()
    }

    /// Takes what a validator found, each with the JSON Pointer of its place in the arguments; what was said before is
    /// forgotten. What the form sees by itself is not said twice.
    pub fn set_violations(&mut self, found: Vec<(String, String)>) {
        self.said = self.placed(found);
        self.sheet.problems = Problems::of(&self.form, &self.seen, &self.said, &self.refused);
    }

    /// The same for what a server said, which is shown beside what the form sees by itself.
    pub fn set_refusals(&mut self, found: Vec<(String, String)>) {
        self.refused = self.placed(found);
        self.sheet.problems = Problems::of(&self.form, &self.seen, &self.said, &self.refused);
    }

    fn placed(&self, found: Vec<(String, String)>) -> Vec<(NodeId, String)> {
        let placed =
            |(pointer, words): (String, String)| Some((self.form.at_pointer(&pointer)?, words));
        found.into_iter().filter_map(placed).collect()
    }
}
