//! The lists that drop down: what is in them, and what picking a row does.

use crossterm::event::KeyEvent;

use super::menu::{Entry, Menu, Pick, Picked, Purpose};
use super::widget::{name_among, value_of};
use super::{Ask, Focus, FormPane, FormReply, Mode, rows};
use crate::form::schema::{Choice, Kind};
use crate::form::{Key, NodeId};
use crate::text;

/// Fields that are searched at most.
const FIELDS: usize = 20_000;

impl FormPane {
    /// Opens the list of choices, boxes or variants of the focused row.
    pub(super) fn open_list(&mut self) -> FormReply {
        let Focus::Row(id, _) = self.focus else {
            return FormReply::Ignored;
        };
        let (purpose, entries, at) = match self.form.node(id).kind() {
            Kind::Enum(choices) => {
                let mut entries = choices_as_entries(choices);
                entries.push(other());
                (
                    Purpose::Enum(id),
                    entries,
                    self.form.choice(id).unwrap_or(0),
                )
            }
            Kind::Set(set) => {
                let mut entries = choices_as_entries(&set.choices);
                entries.push(other());
                (Purpose::Set(id), entries, 0)
            }
            Kind::Union(union) => {
                let entries = union
                    .variants
                    .iter()
                    .enumerate()
                    .map(|(index, variant)| Entry {
                        name: variant.name.clone(),
                        value: String::new(),
                        remark: one_line(variant.description.as_deref()),
                        pick: Pick::Index(index),
                    })
                    .collect();
                let at = self.form.variant(id).unwrap_or(0);
                (Purpose::Variant(id), entries, at)
            }
            _ => return FormReply::Say("there is nothing to choose from".to_owned()),
        };
        let title = rows::label(&self.form, id)
            .trim_end_matches(" *")
            .to_owned();
        self.menu = Some(Menu::new(purpose, title, entries, at));
        FormReply::Moved
    }

    /// Opens the list of all fields.
    pub(super) fn search(&mut self) -> FormReply {
        let mut entries = Vec::new();
        let mut todo: Vec<(NodeId, String)> = vec![(self.form.root(), String::new())];
        while let Some((id, path)) = todo.pop() {
            if entries.len() >= FIELDS {
                break;
            }
            let field = self.form.field(id);
            if !matches!(self.form.node(id).key(), Key::Root | Key::Variant(_)) {
                entries.push(Entry {
                    name: path.clone(),
                    value: field.title.clone().unwrap_or_default(),
                    remark: one_line(field.description.as_deref()),
                    pick: Pick::Node(id),
                });
            }
            let children = self.form.children(id);
            for (index, child) in children.iter().enumerate().rev() {
                let path = match self.form.node(*child).key() {
                    Key::Member(name) | Key::Extra(name) if path.is_empty() => name.clone(),
                    Key::Member(name) | Key::Extra(name) => format!("{path}.{name}"),
                    Key::Slot(name) => format!("{path}[{index}] {name}"),
                    Key::Item => format!("{path}[{index}]"),
                    _ => path.clone(),
                };
                todo.push((*child, path));
            }
        }
        if entries.is_empty() {
            return FormReply::Say("there are no fields".to_owned());
        }
        let title = format!("{} to go to", text::plural(entries.len(), "field"));
        self.menu = Some(Menu::new(Purpose::Search, title, entries, 0));
        FormReply::Moved
    }

    pub(super) fn menu_key(&mut self, key: KeyEvent) -> FormReply {
        let Some(menu) = &mut self.menu else {
            return FormReply::Ignored;
        };
        let picked = menu.key(key);
        self.picked(picked)
    }

    /// A row of the list was picked.
    pub(super) fn picked(&mut self, picked: Picked) -> FormReply {
        let Some(purpose) = self.menu.as_ref().map(|menu| menu.purpose) else {
            return FormReply::Ignored;
        };
        let (pick, stays) = match picked {
            Picked::Nothing => return FormReply::Moved,
            Picked::Closed => {
                self.menu = None;
                return FormReply::Moved;
            }
            Picked::This(pick) => (pick, false),
            Picked::Toggle(pick) => (pick, true),
        };
        if !stays {
            self.menu = None;
        }
        let result = match (purpose, pick) {
            (Purpose::Search, Pick::Node(id)) => return self.reveal(id),
            (_, Pick::Other) => {
                let text = self.focused().map(|id| match self.form.shown(id) {
                    Some(value) => value.to_string(),
                    None => String::new(),
                });
                return self.ask(Ask::Other, text.unwrap_or_default());
            }
            (Purpose::Enum(id), Pick::Index(index)) => self.form.choose(id, index),
            (Purpose::Set(id), Pick::Index(index)) => self.form.toggle(id, index),
            (Purpose::Variant(id), Pick::Index(index)) => self.form.pick_variant(id, index),
            _ => return FormReply::Moved,
        };
        if let Purpose::Variant(id) = purpose {
            self.folded.remove(&id);
        }
        self.edited(true);
        if result.is_ok() && !stays && self.mode == Mode::Typing {
            self.go(self.at + 1);
        }
        FormReply::of(result)
    }

    /// Which rows of the open list have their box ticked.
    pub(super) fn ticked_rows(&self) -> Vec<usize> {
        match self.menu.as_ref().map(|menu| menu.purpose) {
            Some(Purpose::Set(id)) => self.form.ticked(id).unwrap_or_default(),
            _ => Vec::new(),
        }
    }
}

fn choices_as_entries(choices: &[Choice]) -> Vec<Entry> {
    choices
        .iter()
        .enumerate()
        .map(|(index, choice)| Entry {
            name: name_among(choice, choices),
            value: value_of(choice).unwrap_or_default(),
            remark: one_line(choice.description.as_deref()),
            pick: Pick::Index(index),
        })
        .collect()
}

fn other() -> Entry {
    Entry {
        name: "other value…".to_owned(),
        value: String::new(),
        remark: "any JSON, to see what the server makes of it".to_owned(),
        pick: Pick::Other,
    }
}

fn one_line(text: Option<&str>) -> String {
    let words: Vec<&str> = text.unwrap_or_default().split_whitespace().collect();
    words.join(" ")
}
