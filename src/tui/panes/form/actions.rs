//! What actions do to the form, and why they would do nothing.

use std::collections::HashSet;

use super::rows::{Item, label};
use super::widget::{Widget, takes_extra};
use super::{Ask, Focus, FormPane, FormReply, Side, input};
use crate::form::schema::Kind;
use crate::form::{Form, Key, NodeId, RowKind, State};
use crate::json::Value;
use crate::text;
use crate::tui::action::{Action, Scope};

type Edit = fn(&mut Form, NodeId) -> Result<(), String>;

impl FormPane {
    /// Does what somebody wants.
    pub fn action(&mut self, action: Action) -> FormReply {
        self.loose = false;
        self.pasted = None;
        if self.side == Side::Json
            && let Some(reply) = self.json_action(action)
        {
            return reply;
        }
        match action {
            Action::TypeIntoField => self.start_typing(),
            Action::Unset => self.unset(),
            Action::SetNull => self.change(Form::set_null),
            Action::SetEmpty => self.set_empty(),
            Action::SetDefault => self.change(Form::set_default),
            Action::ToggleField => self.toggle(),
            Action::NextOption => self.right(),
            Action::PreviousOption => self.left(),
            Action::NextProblem => self.problem(true),
            Action::PreviousProblem => self.problem(false),
            Action::EditJson => self.edit_json_in_place(),
            Action::AddAfter => self.add_beside(true),
            Action::AddBefore => self.add_beside(false),
            Action::NewLine => self.new_line(),
            Action::Duplicate => self.duplicate(),
            Action::MoveDown => self.move_item(1),
            Action::MoveUp => self.move_item(-1),
            Action::UndoEdit => self.travel(true),
            Action::RedoEdit => self.travel(false),
            Action::FoldField => self.fold(),
            Action::FoldFields => self.fold_all(true),
            Action::UnfoldFields => self.fold_all(false),
            Action::ChangeKey => match self.type_key_of() {
                Ok(()) => FormReply::Moved,
                Err(why) => FormReply::Say(why),
            },
            Action::AddMember => self.ask(Ask::Member, String::new()),
            Action::RevealSecret => self.toggle_secret(),
            Action::Generate => self.generate(),
            Action::LoadFile => self.ask(Ask::File, String::new()),
            Action::Find => self.search(),
            Action::Up => self.previous_field(),
            Action::Down => self.next_field(),
            Action::PageUp => self.page(-1),
            Action::PageDown => self.page(1),
            Action::Top => self.go(0),
            Action::Bottom => self.go(usize::MAX),
            Action::Centre => self.centre(),
            _ => FormReply::Ignored,
        }
    }

    /// Why an action does nothing to the focused row, if so.
    pub fn why_not(&self, action: Action) -> Option<String> {
        let no = |yes: bool, words: &str| (!yes).then(|| words.to_owned());
        let on_field = |words: &str| no(self.focused().is_some(), words);
        let node = self.focused().map(|id| self.form.node(id));
        let key = node.map(crate::form::Node::key);
        match action {
            Action::Unset if self.on_run() => Some(super::NO_FIELD.to_owned()),
            Action::UndoEdit => no(self.form.can_undo(), "nothing was changed"),
            Action::RedoEdit => no(self.form.can_redo(), "nothing was undone"),
            Action::NextProblem | Action::PreviousProblem => {
                no(self.problems() > 0, "no field has a problem")
            }
            Action::Find if self.side == Side::Json => {
                Some("fields are searched in the Form tab".to_owned())
            }
            Action::NewLine if self.side == Side::Json => None,
            Action::NewLine => no(self.takes_new_lines(), "only text has lines"),
            Action::Run
            | Action::TypeIntoField
            | Action::EditOutside
            | Action::NextOption
            | Action::PreviousOption => None,
            action if self.side == Side::Json && action.row().scope == Scope::Form => {
                Some("the fields are in the Form tab".to_owned())
            }
            _ if self.side == Side::Json => None,
            Action::SetNull | Action::EditJson => on_field(super::NO_FIELD),
            Action::SetEmpty => match self.focus {
                Focus::Run => Some(super::NO_FIELD.to_owned()),
                Focus::Row(id, _) => no(
                    self.can_be_empty(id),
                    "only text, arrays and objects can be empty",
                ),
            },
            Action::SetDefault => no(
                node.is_some_and(|node| node.field().default.is_some()),
                "the schema gives no default",
            ),
            Action::AddAfter | Action::AddBefore => {
                no(self.list_here().is_some(), "only lists and maps take items")
            }
            Action::Duplicate | Action::MoveDown | Action::MoveUp => {
                no(matches!(key, Some(Key::Item)), "it is no item of a list")
            }
            Action::ChangeKey => no(
                matches!(key, Some(Key::Extra(_))),
                "the schema gives it its name",
            ),
            Action::AddMember => no(
                matches!(self.focus, Focus::Row(id, _) if takes_extra(&self.form, id)),
                "no object that is open for more members has the focus",
            ),
            Action::RevealSecret => no(
                self.focused()
                    .is_some_and(|id| super::widget::is_secret(&self.form, id)),
                "no secret has the focus",
            ),
            Action::Generate => no(
                node.is_some_and(|node| is_uuid(node.kind())),
                "only UUIDs are made up",
            ),
            Action::LoadFile => no(
                node.is_some_and(|node| matches!(node.kind(), Kind::String(_))),
                "only text takes a file",
            ),
            _ => None,
        }
    }

    fn can_be_empty(&self, id: NodeId) -> bool {
        matches!(
            self.form.node(id).kind(),
            Kind::String(_)
                | Kind::Json(_)
                | Kind::Array(_)
                | Kind::Set(_)
                | Kind::Object(_)
                | Kind::Union(_)
        )
    }

    /// Changes the focused node.
    fn change(&mut self, edit: Edit) -> FormReply {
        let id = match self.node() {
            Ok(id) => id,
            Err(why) => return FormReply::Say(why),
        };
        match edit(&mut self.form, id) {
            Ok(()) => {
                self.keys.remove(&(id, RowKind::Node));
                self.edited(true);
                FormReply::Edited
            }
            Err(why) => FormReply::Say(why),
        }
    }

    /// Leaves a member out, or takes an item or entry away.
    fn unset(&mut self) -> FormReply {
        self.change(Form::delete)
    }

    fn set_empty(&mut self) -> FormReply {
        self.change(Form::set_empty)
    }

    // --- choices, numbers, folds ---

    /// What Space does: flips a switch, ticks, folds, adds what is not there.
    pub(super) fn toggle(&mut self) -> FormReply {
        match (self.focus, self.widget()) {
            (Focus::Run, _) => self.press(),
            (Focus::Row(_, RowKind::AddItem | RowKind::AddEntry), _) => self.add(),
            (_, Some(Widget::Boolean)) => self.flip(),
            (_, Some(Widget::Radios)) => self.step(1),
            (_, Some(Widget::Drop | Widget::TickList)) => self.open_list(),
            (_, Some(Widget::Ticks)) => self.tick(self.tick),
            (_, Some(Widget::Null)) => self.change(|form, id| match form.node(id).state() {
                State::Null => form.unset(id),
                _ => form.set_null(id),
            }),
            (
                Focus::Row(id, _),
                Some(Widget::Array | Widget::Map | Widget::Object | Widget::Union),
            ) => {
                if self.is_absent(id) || self.is_empty_list(id) {
                    self.add()
                } else {
                    self.fold()
                }
            }
            _ => FormReply::Say("nothing to tick or fold".to_owned()),
        }
    }

    /// Flips a switch: to the other side, then to the one it was on, then to not being touched at all.
    pub(super) fn flip(&mut self) -> FormReply {
        let Ok(id) = self.node() else {
            return FormReply::Ignored;
        };
        let node = self.form.node(id);
        let default = node.field().default.as_ref().and_then(Value::as_bool);
        let first = !default.unwrap_or(false);
        let shown = self.form.shown(id).as_ref().and_then(Value::as_bool);
        let back = !node.field().required || default.is_some();
        let flipped = match (node.state(), shown) {
            (State::Value, Some(now)) if now == first => {
                self.form.set_value(id, &Value::Bool(!first))
            }
            (State::Value, Some(_)) if back && default.is_some() => self.form.set_default(id),
            (State::Value, Some(_)) if back => self.form.unset(id),
            _ => self.form.set_value(id, &Value::Bool(first)),
        };
        self.edited(true);
        FormReply::of(flipped)
    }

    fn is_empty_list(&self, id: NodeId) -> bool {
        matches!(self.form.node(id).kind(), Kind::Array(_)) && self.form.children(id).is_empty()
    }

    /// Ticks a choice of the focused set, or takes its tick away.
    pub(super) fn tick(&mut self, choice: usize) -> FormReply {
        let Ok(id) = self.node() else {
            return FormReply::Ignored;
        };
        self.tick = choice;
        let ticked = self.form.toggle(id, choice);
        self.edited(true);
        self.tick = choice;
        FormReply::of(ticked)
    }

    /// A step or an option further.
    pub(super) fn step(&mut self, times: i64) -> FormReply {
        let Ok(id) = self.node() else {
            return FormReply::Ignored;
        };
        if let (Some(Widget::Ticks), Kind::Set(set)) = (self.widget(), self.form.node(id).kind()) {
            let count = set.choices.len() as i64;
            self.tick = (self.tick as i64 + times).rem_euclid(count.max(1)) as usize;
            return FormReply::Moved;
        }
        let stepped = self.form.step(id, times);
        self.edited(true);
        FormReply::of(stepped)
    }

    fn right(&mut self) -> FormReply {
        match (self.focus, self.widget()) {
            (Focus::Row(id, _), Some(Widget::Array | Widget::Map | Widget::Object)) => {
                let Item::Row(row) = self.sheet.item(self.at) else {
                    return FormReply::Moved;
                };
                if self.is_absent(id) {
                    self.add()
                } else if row.folded {
                    self.fold()
                } else if row.folds {
                    self.go(self.at + 1)
                } else {
                    FormReply::Say("there is nothing in it".to_owned())
                }
            }
            (Focus::Row(id, _), Some(Widget::Union)) if self.is_absent(id) => self.add(),
            (Focus::Row(_, RowKind::Node), _) => self.step(1),
            (Focus::Run, _) => match self.step_button(1) {
                FormReply::Ignored => FormReply::Say("this is the last button".to_owned()),
                reply => reply,
            },
            _ => FormReply::Say(super::NO_FIELD.to_owned()),
        }
    }

    fn left(&mut self) -> FormReply {
        match (self.focus, self.widget()) {
            (Focus::Run, _) => self.step_button(-1),
            (_, Some(Widget::Array | Widget::Map | Widget::Object)) => {
                let Item::Row(row) = self.sheet.item(self.at) else {
                    return FormReply::Moved;
                };
                if row.folds && !row.folded {
                    self.fold()
                } else {
                    self.holder()
                }
            }
            (Focus::Row(id, _), Some(Widget::Union)) if self.is_absent(id) => self.holder(),
            (_, Some(Widget::Line)) => {
                let counts = self.focused().is_some_and(|id| {
                    matches!(
                        self.form.node(id).kind(),
                        Kind::Number(_) | Kind::Integer(_)
                    )
                });
                if counts { self.step(-1) } else { self.holder() }
            }
            (_, Some(Widget::Lines | Widget::Json)) => self.holder(),
            (Focus::Row(_, RowKind::Node), _) => self.step(-1),
            _ => self.holder(),
        }
    }

    /// To the row of what holds this one.
    fn holder(&mut self) -> FormReply {
        let Item::Row(row) = self.sheet.item(self.at) else {
            return FormReply::Ignored;
        };
        let above = self.sheet.rows[..self.at]
            .iter()
            .rposition(|other| other.depth < row.depth);
        match above {
            Some(at) => self.go(at),
            None => FormReply::Ignored,
        }
    }

    /// Folds what the focused row holds, or unfolds it; from a row without, what it is in.
    pub(super) fn fold(&mut self) -> FormReply {
        let Item::Row(mut row) = self.sheet.item(self.at) else {
            return FormReply::Say("nothing to fold".to_owned());
        };
        if !row.folds || row.kind != RowKind::Node {
            let holder = self.sheet.rows[..self.at]
                .iter()
                .rfind(|other| other.depth < row.depth);
            match holder {
                Some(holder) => row = *holder,
                None => return FormReply::Say("nothing to fold".to_owned()),
            }
        }
        if !self.folded.remove(&row.id) {
            self.folded.insert(row.id);
        }
        self.refresh();
        if let Some(at) = self.sheet.find(row.id, RowKind::Node) {
            self.go(at);
        }
        FormReply::Moved
    }

    fn fold_all(&mut self, fold: bool) -> FormReply {
        self.folded.clear();
        if fold {
            let rows = self.form.rows(|_| false);
            self.folded = rows
                .iter()
                .filter(|row| row.folds)
                .map(|row| row.id)
                .collect();
        }
        self.refresh();
        FormReply::Moved
    }

    // --- the rest ---

    /// Undoes the last edit, or makes it again; the focus goes where it was made.
    fn travel(&mut self, back: bool) -> FormReply {
        let shown: HashSet<NodeId> = self.sheet.rows.iter().map(|row| row.id).collect();
        let at = if back {
            self.form.undo()
        } else {
            self.form.redo()
        };
        match at {
            Some(id) => {
                self.keys.clear();
                self.edited(true);
                // What came back into a list is what somebody wants to see.
                let mut items = match self.form.node(id).kind() {
                    Kind::Array(_) => self.form.children(id).iter(),
                    _ => [].iter(),
                };
                let id = items
                    .find(|item| !shown.contains(item))
                    .copied()
                    .unwrap_or(id);
                if id != self.form.root() {
                    self.reveal(id);
                }
                FormReply::Edited
            }
            None if back => FormReply::Say("nothing was changed".to_owned()),
            None => FormReply::Say("nothing was undone".to_owned()),
        }
    }

    /// To the next place with a problem, or the one before, round and round.
    pub fn problem(&mut self, forward: bool) -> FormReply {
        let order = &self.sheet.problems.order;
        if order.is_empty() {
            if self.json.is_broken() {
                return FormReply::Say("the text in the JSON tab has an error".to_owned());
            }
            return FormReply::Say("no field has a problem".to_owned());
        }
        let here = self
            .focused()
            .and_then(|id| order.iter().position(|other| *other == id));
        let count = order.len();
        let next = match (here, forward) {
            (Some(here), true) => (here + 1) % count,
            (Some(here), false) => (here + count - 1) % count,
            // From a place without one, the next in the order of the rows.
            (None, _) => self.nearest_problem(forward),
        };
        let id = self.sheet.problems.order[next];
        self.side = Side::Fields;
        self.reveal(id);
        let found = self.sheet.problems.order.get(next).copied().unwrap_or(id);
        let what = self.sheet.problems.at(found).unwrap_or_default();
        let name = label(&self.form, found);
        FormReply::Say(format!(
            "{} of {count}: {}: {}",
            next + 1,
            name.trim_end_matches(" *"),
            text::sanitize(&what)
        ))
    }

    fn nearest_problem(&self, forward: bool) -> usize {
        let order = &self.sheet.problems.order;
        let row_of = |id: &NodeId| self.sheet.find(*id, RowKind::Node);
        let after = order
            .iter()
            .position(|id| row_of(id).is_some_and(|row| row > self.at));
        match (after, forward) {
            (Some(next), true) => next,
            (None, true) => 0,
            (Some(next), false) => (next + order.len() - 1) % order.len(),
            (None, false) => order.len() - 1,
        }
    }

    pub(super) fn toggle_secret(&mut self) -> FormReply {
        let Some(id) = self.focused() else {
            return FormReply::Say(super::NO_FIELD.to_owned());
        };
        if !self.revealed.remove(&id) {
            self.revealed.insert(id);
        }
        FormReply::Moved
    }

    pub(super) fn generate(&mut self) -> FormReply {
        let uuid = input::uuid();
        let Ok(id) = self.node() else {
            return FormReply::Say(super::NO_FIELD.to_owned());
        };
        let set = self.form.set_text(id, &uuid);
        self.edited(true);
        FormReply::of(set)
    }

    /// On to the next of what a field can be: left out, null, its default, empty.
    pub(super) fn next_state(&mut self) -> FormReply {
        let Ok(id) = self.node() else {
            return FormReply::Ignored;
        };
        let node = self.form.node(id);
        let field = node.field();
        let mut stops = vec![State::Unset];
        if field.nullable {
            stops.push(State::Null);
        }
        if field.default.is_some() {
            stops.push(State::Default);
        }
        if self.can_be_empty(id) {
            stops.push(State::Value);
        }
        let here = stops.iter().position(|state| *state == node.state());
        let next = here.map_or(0, |here| (here + 1) % stops.len());
        match stops[next] {
            State::Unset => self.change(Form::unset),
            State::Null => self.change(Form::set_null),
            State::Default => self.change(Form::set_default),
            State::Value => self.change(Form::set_empty),
        }
    }

    fn page(&mut self, by: i64) -> FormReply {
        let rows = usize::from(self.area.height).saturating_sub(1).max(1);
        if by < 0 {
            self.go(self.at.saturating_sub(rows))
        } else {
            self.go(self.at + rows)
        }
    }

    fn centre(&mut self) -> FormReply {
        let half = usize::from(self.area.height) / 2;
        self.top = self.at.saturating_sub(half);
        FormReply::Moved
    }
}

/// Whether text is a UUID.
fn is_uuid(kind: &Kind) -> bool {
    matches!(kind, Kind::String(text) if text.format.as_deref() == Some("uuid"))
}
