//! Items and entries: adding, duplicating, moving.

use super::widget::Widget;
use super::{Focus, FormPane, FormReply, Mode};
use crate::form::schema::Kind;
use crate::form::{Key, NodeId, RowKind};

impl FormPane {
    /// Adds what the focused row stands for: an item, an entry, a container that is not there yet.
    pub(super) fn add(&mut self) -> FormReply {
        let Focus::Row(id, kind) = self.focus else {
            return FormReply::Ignored;
        };
        match kind {
            RowKind::AddItem => self.add_item(id, usize::MAX),
            RowKind::AddEntry => {
                self.mode = Mode::Typing;
                self.open_input();
                FormReply::Moved
            }
            RowKind::Node => match self.form.node(id).kind() {
                Kind::Array(array) if array.item.is_some() && array.slots.is_empty() => {
                    self.add_item(id, usize::MAX)
                }
                _ => match self.form.add(id) {
                    Ok(()) => {
                        self.folded.remove(&id);
                        // Whoever adds something means to fill it in.
                        self.mode = Mode::Typing;
                        self.edited(true);
                        if self.sheet.rows.get(self.at).is_some_and(|row| row.folds)
                            && !matches!(self.form.node(id).kind(), Kind::Union(_))
                        {
                            let first = self.stop_from(self.at + 1, 1);
                            self.go(first);
                        }
                        FormReply::Edited
                    }
                    Err(why) => FormReply::Say(why),
                },
            },
        }
    }

    fn add_item(&mut self, list: NodeId, at: usize) -> FormReply {
        match self.form.insert_item(list, at) {
            Ok(item) => {
                self.folded.remove(&list);
                self.edited(true);
                self.mode = Mode::Typing;
                self.reveal(item);
                self.enter_container();
                self.fresh = Some(item);
                FormReply::Edited
            }
            Err(why) => FormReply::Say(why),
        }
    }

    /// From the row of something that was just added to the first row in it.
    fn enter_container(&mut self) {
        let holds = self.sheet.rows.get(self.at).is_some_and(|row| row.folds);
        let is_object = self.widget() == Some(Widget::Object);
        if holds && is_object {
            self.go(self.at + 1);
        }
    }

    /// The list or map the focused row is, or is in, and the item there.
    pub(super) fn list_here(&self) -> Option<(NodeId, Option<NodeId>)> {
        let Focus::Row(id, kind) = self.focus else {
            return None;
        };
        if kind != RowKind::Node {
            return Some((id, None));
        }
        let mut here = id;
        loop {
            let node = self.form.node(here);
            match (node.key(), node.parent()) {
                (Key::Item | Key::Slot(_), Some(_)) => {
                    let (list, _) = self.form.place(here)?;
                    return Some((list, Some(here)));
                }
                (Key::Extra(_), Some(map)) if here == id => return Some((map, Some(here))),
                _ if here == id
                    && matches!(Widget::of(&self.form, id), Widget::Array | Widget::Map) =>
                {
                    return Some((id, None));
                }
                (_, Some(parent)) => here = parent,
                _ => return None,
            }
        }
    }

    pub(super) fn add_beside(&mut self, after: bool) -> FormReply {
        let Some((list, item)) = self.list_here() else {
            return FormReply::Say("only lists and maps take items".to_owned());
        };
        if let Kind::Object(_) = self.form.node(list).kind() {
            let row = self.sheet.find(list, RowKind::AddEntry);
            if let Some(row) = row {
                self.go(row);
                return self.add();
            }
            let added = self.form.add(list);
            self.folded.remove(&list);
            self.edited(true);
            if let Some(row) = self.sheet.find(list, RowKind::AddEntry) {
                self.go(row);
                return self.add();
            }
            return FormReply::of(added);
        }
        let at = match item.and_then(|item| self.form.place(item)) {
            Some((_, at)) => at + usize::from(after),
            None if after => usize::MAX,
            None => 0,
        };
        self.add_item(list, at)
    }

    pub(super) fn duplicate(&mut self) -> FormReply {
        let twin = self.node().and_then(|id| self.form.duplicate(id));
        match twin {
            Ok(twin) => {
                self.edited(true);
                self.reveal(twin);
                FormReply::Edited
            }
            Err(why) => FormReply::Say(why),
        }
    }

    pub(super) fn move_item(&mut self, by: i64) -> FormReply {
        let moved = self.node().and_then(|id| self.form.move_item(id, by));
        match moved {
            Ok(()) => {
                self.edited(true);
                FormReply::Edited
            }
            Err(why) => FormReply::Say(why),
        }
    }
}
