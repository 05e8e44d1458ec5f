//! The rows of the form: which there are now, what is folded, what is wrong where.
//!
//! A [`Sheet`] is read off the tree after every edit and every fold, and never while drawing.

use std::collections::{HashMap, HashSet};

use super::problems::Problems;
use crate::form::{Form, Key, NodeId, Row, RowKind};
use crate::text;

/// Forms of more rows than this open folded.
const MANY: usize = 200;
/// So many rows decide how wide the column of names is.
const MEASURED: usize = 2_000;

/// What a row of the screen is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Item {
    /// A row of the tree.
    Row(Row),
    /// What is to be said of the schema as a whole.
    Note,
    /// The Run button.
    Run,
}

/// See the module.
#[derive(Debug, Clone, Default)]
pub struct Sheet {
    pub rows: Vec<Row>,
    pub problems: Problems,
    /// Whether any row has something below it.
    pub folds: bool,
    /// Whether there is a note.
    pub note: bool,
    /// How wide names are, with what they are indented by.
    pub name: usize,
    /// How wide the words for types are.
    pub kind: usize,
}

impl Sheet {
    /// What is visible of `form`.
    pub fn of(form: &Form, folded: &HashSet<NodeId>, problems: Problems) -> Self {
        let rows = form.rows(|id| folded.contains(&id));
        let folds = rows.iter().any(|row| row.folds);
        let mut sheet = Self {
            folds,
            note: form.note().is_some() || rows.is_empty(),
            name: 0,
            kind: 0,
            rows,
            problems,
        };
        for row in sheet.rows.iter().take(MEASURED) {
            let name = indent(row.depth) + label_width(form, row);
            sheet.name = sheet.name.max(name);
            if row.kind == RowKind::Node {
                sheet.kind = sheet.kind.max(text::width(&kind_word(form, row.id)));
            }
        }
        sheet
    }

    /// How many rows of the screen there are, as if each took one line.
    pub fn len(&self) -> usize {
        self.rows.len() + usize::from(self.note) + 1
    }

    /// What a row is about.
    pub fn item(&self, index: usize) -> Item {
        match self.rows.get(index) {
            Some(row) => Item::Row(*row),
            None if self.note && index == self.rows.len() => Item::Note,
            None => Item::Run,
        }
    }

    /// Where a row is.
    pub fn find(&self, id: NodeId, kind: RowKind) -> Option<usize> {
        let is = |row: &Row| row.id == id && row.kind == kind;
        self.rows.iter().position(is)
    }
}

/// What is folded in a form nobody has touched: big ones show their first level only.
pub fn folded_at_first(form: &Form) -> HashSet<NodeId> {
    let rows = form.rows(|_| false);
    if rows.len() <= MANY {
        return HashSet::new();
    }
    let folds = rows.iter().filter(|row| row.folds && row.depth == 0);
    folds.map(|row| row.id).collect()
}

/// Columns a depth is indented by.
pub fn indent(depth: usize) -> usize {
    2 * depth.min(12)
}

/// The name of a row, with its mark; sanitised.
pub fn label(form: &Form, id: NodeId) -> String {
    let node = form.node(id);
    let mut name = match node.key() {
        // The whole, and the value a union holds by itself, have no name.
        Key::Root => "arguments".to_owned(),
        Key::Variant(_) => "value".to_owned(),
        _ => text::sanitize(&form.label(id)).into_owned(),
    };
    if name.is_empty() {
        name.push_str("\"\"");
    }
    if node.field().required && matches!(node.key(), Key::Member(_)) {
        name.push_str(" *");
    }
    name
}

fn label_width(form: &Form, row: &Row) -> usize {
    if row.kind != RowKind::Node {
        return 0;
    }
    let node = form.node(row.id);
    match (node.key(), node.parent()) {
        // The place of an item takes time to find, its width does not.
        (Key::Item, Some(list)) => form.children(list).len().to_string().len() + 2,
        _ => text::width(&label(form, row.id)),
    }
}

/// The type of a row in a word; sanitised.
pub fn kind_word(form: &Form, id: NodeId) -> String {
    let field = form.field(id);
    let word = text::sanitize(field.kind.word());
    if field.nullable {
        format!("{word}|null")
    } else {
        word.into_owned()
    }
}

/// Everything above a node, nearest first.
pub fn above(form: &Form, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
    let parent = |id: &NodeId| form.get(*id).and_then(crate::form::Node::parent);
    std::iter::successors(parent(&id), parent)
}

/// Problems by what holds them, for containers that are folded.
pub fn count_inside(form: &Form, at: &[NodeId]) -> HashMap<NodeId, usize> {
    let mut inside = HashMap::new();
    for id in at {
        for holder in above(form, *id) {
            *inside.entry(holder).or_default() += 1;
        }
    }
    inside
}
