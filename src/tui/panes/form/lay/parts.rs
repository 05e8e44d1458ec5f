//! The widgets of a row, one by one.

use super::super::line::{Hit, Writer};
use super::super::widget::{Widget, is_secret, name_among, shown_text, value_of};
use super::super::words;
use super::super::{FormPane, Input};
use crate::form::schema::{Choice, Kind};
use crate::form::{NodeId, Row, State};
use crate::json::Value;
use crate::text;
use crate::tui::theme::Role;

impl FormPane {
    pub(super) fn lay_widget(&self, row: Row, widget: Widget, here: bool, writer: &mut Writer<'_>) {
        let id = row.id;
        match widget {
            Widget::Line | Widget::Lines | Widget::Json => self.lay_field(id, here, writer),
            Widget::Null => {
                let role = self.role(id);
                writer.put("null", role, Hit::Toggle);
            }
            Widget::Boolean => {
                let shown = match self.form.shown(id).as_ref().and_then(Value::as_bool) {
                    Some(true) => "[x] true",
                    Some(false) => "[ ] false",
                    None => "[-]",
                };
                let role = self.role(id);
                writer.put(shown, role, Hit::Toggle);
                // The chip is in the column of all others.
                writer.at = writer
                    .at
                    .max(writer.columns.widget + writer.columns.input.min(12));
            }
            Widget::Radios => self.lay_radios(id, writer),
            Widget::Drop => self.lay_drop(id, writer),
            Widget::Ticks => self.lay_ticks(id, here, writer),
            Widget::TickList => self.lay_tick_list(id, writer),
            Widget::Array | Widget::Map | Widget::Object => self.lay_container(row, widget, writer),
            Widget::Union => self.lay_union(row, writer),
        }
    }

    /// How a value is drawn: by what it is on the wire.
    fn role(&self, id: NodeId) -> Role {
        match self.form.node(id).state() {
            State::Unset => Role::StateUnset,
            State::Null => Role::StateNull,
            State::Default => Role::StateDefault,
            State::Value => Role::Text,
        }
    }

    fn lay_field(&self, id: NodeId, here: bool, writer: &mut Writer<'_>) {
        let (at, width) = (writer.at, writer.columns.input);
        let inside = width.saturating_sub(2);
        writer.put("[", Role::TextMuted, Hit::Field);
        let shown = if is_secret(&self.form, id) && !self.revealed.contains(&id) {
            "•".repeat(self.form.text(id).chars().count().min(inside))
        } else {
            shown_text(&self.form, id)
        };
        let missing = self.form.shown(id).is_none() && !self.form.node(id).is_unfinished();
        let (shown, role) = match shown.is_empty() && missing {
            // Only where it cannot be taken for an answer: under the caret.
            true if here => (
                words::ghost(self.form.field(id)).to_owned(),
                Role::TextFaint,
            ),
            false if self.is_invalid(id) => (shown, Role::InputInvalid),
            _ => (shown, self.role(id)),
        };
        writer.put_in(inside, &text::pad(&shown, inside), role, Hit::Field);
        writer.at = at + width.saturating_sub(1);
        writer.put("]", Role::TextMuted, Hit::Field);
        if here && matches!(self.input, Some(Input::Line(_))) {
            writer.laid.field = Some((at + 1, inside));
        }
    }

    /// Whether what a field holds is wrong; that it is missing is no reason to call it so.
    pub(in super::super) fn is_invalid(&self, id: NodeId) -> bool {
        let node = self.form.node(id);
        node.is_unfinished()
            || (self.sheet.problems.at(id).is_some() && self.form.shown(id).is_some())
    }

    fn lay_radios(&self, id: NodeId, writer: &mut Writer<'_>) {
        let Kind::Enum(choices) = self.form.node(id).kind() else {
            return;
        };
        let picked = self.form.choice(id);
        let held = self.role(id);
        for (index, choice) in choices.iter().enumerate() {
            let is = picked == Some(index);
            let mark = if is { "(•) " } else { "( ) " };
            let role = if is { held } else { Role::Text };
            let name = name_among(choice, choices);
            Self::lay_choice((mark, &name), choice, role, Hit::Choice(index), writer);
        }
    }

    /// A mark, a name, and dim the value that the name stands for; in a new line where this one is full.
    fn lay_choice(
        (mark, name): (&str, &str),
        choice: &Choice,
        role: Role,
        hit: Hit,
        writer: &mut Writer<'_>,
    ) {
        let label = format!("{mark}{}", text::sanitize(name));
        let value = value_of(choice).map(|value| format!(" {}", text::sanitize(&value)));
        let width = text::width(&label) + value.as_ref().map_or(0, |value| text::width(value));
        if width > writer.room() && writer.at > writer.columns.widget {
            let at = writer.columns.widget;
            writer.line(at);
        }
        writer.put(&label, role, hit);
        if let Some(value) = value {
            writer.put(&value, Role::TextMuted, hit);
        }
        writer.gap(2);
    }

    fn lay_drop(&self, id: NodeId, writer: &mut Writer<'_>) {
        let Kind::Enum(choices) = self.form.node(id).kind() else {
            return;
        };
        let picked = self.form.choice(id);
        let count = match picked {
            Some(choice) => format!("{} of {}", choice + 1, choices.len()),
            None => format!("{} choices", choices.len()),
        };
        let choice = picked.and_then(|index| choices.get(index));
        let name = choice.map_or_else(|| "–".to_owned(), |choice| name_among(choice, choices));
        let value = choice.and_then(value_of);
        Self::lay_stepper(&name, value.as_deref(), &count, self.role(id), writer);
    }

    /// `◂ name value ▸  count`.
    fn lay_stepper(
        name: &str,
        value: Option<&str>,
        count: &str,
        role: Role,
        writer: &mut Writer<'_>,
    ) {
        let most = writer
            .room()
            .saturating_sub(text::width(count) + 6)
            .clamp(6, 48);
        writer.put("◂ ", Role::Key, Hit::Step(-1));
        let from = writer.at;
        writer.put_in(most, &text::sanitize(name), role, Hit::List);
        if let Some(value) = value {
            let left = most.saturating_sub(writer.at - from + 1);
            if left >= 3 {
                writer.gap(1);
                writer.put_in(left, &text::sanitize(value), Role::TextMuted, Hit::List);
            }
        }
        writer.put(" ▸", Role::Key, Hit::Step(1));
        writer.gap(2);
        writer.put(count, Role::TextMuted, Hit::List);
        writer.gap(1);
    }

    fn lay_ticks(&self, id: NodeId, here: bool, writer: &mut Writer<'_>) {
        let Kind::Set(set) = self.form.node(id).kind() else {
            return;
        };
        let ticked = self.form.ticked(id).unwrap_or_default();
        let held = self.role(id);
        for (index, choice) in set.choices.iter().enumerate() {
            let is = ticked.contains(&index);
            let mark = if is { "[x] " } else { "[ ] " };
            // Space ticks the one that is pointed at.
            let role = match () {
                () if here && self.tick == index => Role::Focus,
                () if is => held,
                () => Role::Text,
            };
            let name = name_among(choice, &set.choices);
            Self::lay_choice((mark, &name), choice, role, Hit::Choice(index), writer);
        }
        let count = words::chosen(set, ticked.len());
        if text::width(&count) > writer.room() {
            let at = writer.columns.widget;
            writer.line(at);
        }
        writer.put(&count, Role::TextMuted, Hit::List);
        writer.gap(1);
    }

    fn lay_tick_list(&self, id: NodeId, writer: &mut Writer<'_>) {
        let Kind::Set(set) = self.form.node(id).kind() else {
            return;
        };
        let ticked = self.form.ticked(id).unwrap_or_default();
        writer.put(&words::chosen(set, ticked.len()), Role::Text, Hit::List);
        writer.gap(2);
        let names: Vec<String> = ticked
            .iter()
            .filter_map(|index| set.choices.get(*index))
            .map(|choice| text::sanitize(&name_among(choice, &set.choices)).into_owned())
            .collect();
        let names = if names.is_empty() {
            "Enter lists them".to_owned()
        } else {
            names.join(", ")
        };
        let room = writer.columns.input;
        writer.put_in(room, &names, self.role(id), Hit::List);
        writer.gap(1);
    }

    /// Whether a container is not there yet.
    pub(in super::super) fn is_absent(&self, id: NodeId) -> bool {
        let node = self.form.node(id);
        node.kind().is_container() && node.state() == State::Unset && !node.is_unfinished()
    }

    fn lay_container(&self, row: Row, widget: Widget, writer: &mut Writer<'_>) {
        let id = row.id;
        if self.is_absent(id) {
            writer.put("+ add", Role::Accent, Hit::Add);
            writer.gap(2);
            return;
        }
        if self.form.node(id).state() == State::Null {
            writer.put("null", Role::StateNull, Hit::Focus);
            writer.gap(1);
            return;
        }
        let header = match (self.form.node(id).kind(), widget) {
            (Kind::Array(array), _) => words::list_header(array, self.form.children(id).len()),
            (_, Widget::Map) => words::map_header(&self.form, id),
            _ => String::new(),
        };
        if !header.is_empty() {
            writer.put(&header, Role::TextMuted, Hit::Fold);
            writer.gap(2);
        }
        if row.folded || (widget == Widget::Object && !row.folds) {
            self.lay_preview(id, writer);
        }
    }

    /// What is in something that is folded, dim.
    fn lay_preview(&self, id: NodeId, writer: &mut Writer<'_>) {
        let inside = self.sheet.problems.inside(id);
        let kept = if inside > 0 { 14 } else { 0 };
        let room = writer.room().saturating_sub(kept).min(60);
        if room < 6 {
            return;
        }
        let preview = self.form.preview(id, room);
        let preview = text::sanitize(&preview);
        let words = match &*preview {
            "" => "{}",
            words => words,
        };
        writer.put_in(room, words, Role::TextMuted, Hit::Fold);
        writer.gap(1);
    }

    fn lay_union(&self, row: Row, writer: &mut Writer<'_>) {
        let id = row.id;
        let node = self.form.node(id);
        let Kind::Union(union) = node.kind() else {
            return;
        };
        let names: Vec<String> = union
            .variants
            .iter()
            .map(|variant| text::sanitize(&variant.name).into_owned())
            .collect();
        let names = names.join(", ");
        if self.is_absent(id) {
            writer.put("+ add", Role::Accent, Hit::Add);
            writer.gap(2);
            writer.put(&names, Role::TextMuted, Hit::List);
            writer.gap(2);
            return;
        }
        if node.state() == State::Null {
            writer.put("null", Role::StateNull, Hit::Focus);
            writer.gap(1);
            return;
        }
        let active = self.form.variant(id).unwrap_or(0);
        let name = union
            .variants
            .get(active)
            .map_or("–", |variant| variant.name.as_str());
        let count = format!("{} of {}", active + 1, union.variants.len());
        Self::lay_stepper(name, None, &count, self.role(id), writer);
        let more = self.form.also_fits(id);
        if more.len() > 1 {
            let also: Vec<&str> = more
                .iter()
                .filter(|index| **index != active)
                .filter_map(|index| union.variants.get(*index))
                .map(|variant| variant.name.as_str())
                .collect();
            let words = format!("also fits {}", also.join(", "));
            writer.gap(1);
            writer.put(&text::sanitize(&words), Role::Warn, Hit::List);
        } else if row.folded {
            writer.gap(1);
            self.lay_preview(id, writer);
        } else {
            writer.at = writer.at.saturating_sub(1);
            writer.put(&format!(": {names}"), Role::TextMuted, Hit::List);
        }
        writer.gap(1);
    }
}
