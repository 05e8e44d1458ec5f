//! Lays out one row of the form: name, type, widget, what goes on the wire or what is wrong.
//!
//! What comes out are pieces of text with places; nothing is drawn here. The widgets themselves are in [`parts`].

use super::line::{Columns, Hit, Laid, Span, Writer};
use super::rows::{Item, kind_word, label};
use super::widget::{self, Widget};
use super::words;
use super::{Ask, FormPane, Input};
use crate::form::schema::{Field, Kind};
use crate::form::{Key, NodeId, Row, RowKind, State};
use crate::json::Value;
use crate::text;
use crate::tui::theme::Role;

mod parts;

/// Lines a box takes at least and at most.
const BOX: (usize, usize) = (3, 8);
/// The least a description is worth showing in.
const WORTH: usize = 18;

impl FormPane {
    /// A row laid out for an area of these columns and this height.
    pub(super) fn lay(&self, index: usize, columns: Columns, height: u16) -> Laid {
        let mut laid = Laid::default();
        let here = self.at == index;
        match self.sheet.item(index) {
            Item::Row(row) => {
                match row.kind {
                    RowKind::Node => self.lay_node(row, columns, height, here, &mut laid),
                    RowKind::AddItem => self.lay_add(row, "+ add item", columns, &mut laid),
                    RowKind::AddEntry => self.lay_entry(row, columns, here, &mut laid),
                }
                if here {
                    self.lay_question(columns, &mut laid);
                }
            }
            Item::Note => {
                let mut writer = Writer::new(&mut laid, columns);
                let words = match self.form.note() {
                    Some(note) => text::sanitize(note).into_owned(),
                    None => self.empty.to_owned(),
                };
                writer.put_at(columns.name(0), &words, Role::TextMuted, Hit::Focus);
            }
            Item::Run => {
                let mut writer = Writer::new(&mut laid, columns);
                self.lay_buttons(here, &mut writer);
            }
        }
        laid
    }

    /// The buttons, and how many problems there are; buttons that have no room are left out, the last first.
    fn lay_buttons(&self, here: bool, writer: &mut Writer<'_>) {
        writer.at = 2;
        for (at, button) in self.buttons.iter().enumerate() {
            let words = format!("[ {} ]", button.label);
            let focused = here && at == self.button;
            if at > 0 && !focused && text::width(&words) > writer.room() {
                break;
            }
            let role = if focused { Role::Focus } else { Role::Text };
            writer.put(&words, role, Hit::Button(at));
            writer.gap(2);
        }
        let problems = self.problems();
        if problems > 0 {
            let words = text::plural(problems, "problem");
            writer.put(&words, Role::Warn, Hit::Focus);
        }
        // It stands on another tab, and nothing of it is sent.
        if let Some(place) = self.json.place() {
            writer.gap(2);
            writer.put(&place, Role::Warn, Hit::Focus);
        }
    }

    fn guides(row: Row, writer: &mut Writer<'_>) {
        let columns = writer.columns;
        for depth in 0..row.depth {
            let at = columns.mark(depth);
            if at < columns.mark(row.depth) {
                writer.put_at(at, "│", Role::TextFaint, Hit::Focus);
            }
        }
    }

    fn lay_node(&self, row: Row, columns: Columns, height: u16, here: bool, laid: &mut Laid) {
        let mut writer = Writer::new(laid, columns);
        let (form, id) = (&self.form, row.id);
        let node = form.node(id);
        Self::guides(row, &mut writer);
        if row.folds {
            let mark = if row.folded { "▸" } else { "▾" };
            writer.put_at(columns.mark(row.depth), mark, Role::Accent, Hit::Fold);
        }
        let role = match node.key() {
            _ if here => Role::Focus,
            Key::Variant(_) | Key::Item => Role::TextMuted,
            _ => Role::Text,
        };
        writer.at = columns.name(row.depth);
        let room = columns.name_end.saturating_sub(writer.at);
        let is_key = here && matches!(self.input, Some(Input::Key(_)));
        if is_key {
            // The key is typed where it stands.
            laid.field = Some((columns.name(row.depth), room.max(8)));
            writer = Writer {
                at: columns.widget,
                laid,
                columns,
            };
        } else {
            let hit = if matches!(node.key(), Key::Extra(_)) {
                Hit::Name
            } else {
                Hit::Focus
            };
            let name = match self.keys.get(&(id, RowKind::Node)) {
                Some(key) => text::sanitize(key).into_owned(),
                None => label(form, id),
            };
            writer.put_in(room, &name, role, hit);
        }
        if let Some(at) = columns.kind {
            writer.at = at.max(writer.at + 1);
            let word = kind_word(form, id);
            writer.put_in(columns.kind_width, &word, Role::TextMuted, Hit::Focus);
        }
        writer.at = columns.widget;
        if let (true, Some(Input::Ask(ask, _))) = (here, &self.input) {
            let words = match ask {
                Ask::Other => "value: ",
                Ask::File => "file: ",
                Ask::Member => "new member: ",
            };
            writer.put(words, Role::Accent, Hit::Focus);
            let (at, width) = (writer.at, columns.input.min(writer.room()));
            laid.field = Some((at, width));
            return;
        }
        let boxed = here && self.takes_lines();
        if boxed {
            let words = match &self.input {
                Some(Input::Lines(area)) => text::plural(area.lines(), "line"),
                _ => "as JSON".to_owned(),
            };
            writer.put(&words, Role::TextMuted, Hit::Field);
            writer.gap(1);
        } else {
            self.lay_widget(row, Widget::of(form, id), here, &mut writer);
        }
        self.lay_remarks(row, here, boxed, &mut writer);
        for line in laid.lines.iter_mut().skip(1) {
            for depth in 0..row.depth {
                line.push(guide(columns, depth));
            }
        }
        if boxed {
            self.lay_box(columns, height, laid);
        }
    }

    /// Room for the box that is typed into, below what has been laid out.
    fn lay_box(&self, columns: Columns, height: u16, laid: &mut Laid) {
        let Some(Input::Lines(area) | Input::Json(area)) = &self.input else {
            return;
        };
        // The row of the name has to stay in sight.
        let room = usize::from(height).saturating_sub(laid.lines.len()).max(1);
        let lines = area.lines().clamp(BOX.0, BOX.1).min(room);
        let first = laid.lines.len();
        for _ in 0..lines {
            let mut writer = Writer::new(laid, columns);
            writer.put_at(columns.box_at() - 2, "│", Role::Rule, Hit::Field);
        }
        laid.boxed = Some((first, lines));
    }

    /// What is behind the widget: what is wrong, what goes on the wire, how full it is, and what it means.
    fn lay_remarks(&self, row: Row, here: bool, boxed: bool, writer: &mut Writer<'_>) {
        let (form, id) = (&self.form, row.id);
        let (node, field) = (form.node(id), form.field(id));
        writer.gap(1);
        let problem = match (self.refused(id), self.sheet.problems.at(id)) {
            (Some(why), _) => Some(why),
            (None, problem) => problem,
        };
        if let Some(problem) = &problem {
            let words = format!("✗ {}", text::sanitize(problem));
            if text::width(&words) <= writer.room() {
                writer.put(&words, Role::Error, Hit::Focus);
                writer.gap(2);
            } else {
                Self::lay_below(&words, Role::Error, writer);
                if let Some(words) = because(field) {
                    Self::lay_below(&words, Role::TextMuted, writer);
                }
                return;
            }
        } else if !boxed && let Some(chip) = self.chip(id) {
            let role = match node.state() {
                State::Unset => Role::StateUnset,
                State::Null => Role::StateNull,
                State::Default => Role::StateDefault,
                State::Value => Role::TextMuted,
            };
            let chip = text::sanitize(&chip);
            let short = match node.state() {
                State::Unset => "‹unset›",
                State::Null => "‹null›",
                State::Default if chip.ends_with(": sent›") => "‹default: sent›",
                State::Default => "‹default›",
                State::Value => &chip,
            };
            let beside = remark_width(field);
            let chip = if text::width(&chip) + beside > writer.room() {
                short
            } else {
                &chip
            };
            writer.put(chip, role, Hit::Chip);
            writer.gap(2);
        }
        if let Some(count) = self.counter(id, boxed) {
            writer.put(&count, Role::TextMuted, Hit::Focus);
            writer.gap(2);
        }
        for (words, hit) in self.offers(id, here) {
            if writer.room() > text::width(words) {
                writer.put(words, Role::Key, hit);
                writer.gap(2);
            }
        }
        if row.folded {
            let inside = self.sheet.problems.inside(id);
            if inside > 0 {
                let words = format!("✗ {inside} inside");
                writer.put(&words, Role::Error, Hit::Focus);
                writer.gap(2);
            }
        }
        let mut dim: Vec<String> = Vec::new();
        if field.deprecated {
            dim.push("deprecated".to_owned());
        }
        if field.read_only {
            dim.push("read-only".to_owned());
        }
        for words in dim {
            writer.put(&words, Role::TextMuted, Hit::Focus);
            writer.gap(2);
        }
        // Why a field is there at all is told whole.
        if let Some(words) = because(field) {
            if text::width(&words) > writer.room() {
                Self::lay_below(&words, Role::TextMuted, writer);
                return;
            }
            writer.put(&words, Role::TextMuted, Hit::Focus);
            writer.gap(2);
        }
        if writer.room() >= WORTH
            && !row.folds
            && let Some(words) = words::description(field)
        {
            writer.put(&words, Role::TextFaint, Hit::Focus);
        }
    }

    /// What has no room beside its widget, below it.
    fn lay_below(words: &str, role: Role, writer: &mut Writer<'_>) {
        let at = writer.columns.box_at().min(writer.columns.widget);
        let room = writer.columns.end.saturating_sub(at).max(8);
        let indent = "  ";
        for (line, part) in wrap(words, room).into_iter().take(3).enumerate() {
            writer.line(at);
            if line > 0 {
                writer.put(indent, role, Hit::Focus);
            }
            writer.put(&part, role, Hit::Focus);
        }
    }

    /// What is said of what goes on the wire.
    fn chip(&self, id: NodeId) -> Option<String> {
        let form = &self.form;
        let node = form.node(id);
        // A list or object that is there says so by itself, one that is not by `+ add`.
        if node.kind().is_container() && !node.is_misfit() {
            return match node.state() {
                State::Null | State::Default => form.chip(id),
                _ if node.is_unfinished() => form.chip(id),
                _ => None,
            };
        }
        form.chip(id)
    }

    /// `40/80`, `4 lines`; lines that are typed into are counted where their box begins.
    fn counter(&self, id: NodeId, boxed: bool) -> Option<String> {
        let node = self.form.node(id);
        let Kind::String(rules) = node.kind() else {
            return None;
        };
        if node.state() == State::Unset {
            return None;
        }
        let Some(Value::String(text)) = self.form.shown(id) else {
            return None;
        };
        let lines = text.split('\n').count();
        match rules.max {
            Some(max) => Some(format!("{}/{max}", text.chars().count())),
            None if lines > 1 && !rules.secret && !boxed => Some(format!("{lines} lines")),
            None => None,
        }
    }

    /// What can be done with the mouse to the focused field; keys do it too.
    fn offers(&self, id: NodeId, here: bool) -> Vec<(&'static str, Hit)> {
        let mut offers = Vec::new();
        let node = self.form.node(id);
        if widget::is_secret(&self.form, id) && node.state() != State::Unset {
            let words = if self.revealed.contains(&id) {
                "hide"
            } else {
                "show"
            };
            offers.push((words, Hit::Reveal));
        }
        if let (true, Kind::String(rules)) = (here, node.kind()) {
            if rules.format.as_deref() == Some("uuid") {
                offers.push(("generate", Hit::Generate));
            }
            if rules.base64 {
                offers.push(("load file…", Hit::Load));
            }
        }
        offers
    }

    fn lay_add(&self, row: Row, words: &str, columns: Columns, laid: &mut Laid) {
        let mut writer = Writer::new(laid, columns);
        Self::guides(row, &mut writer);
        let role = if self.focus == super::Focus::Row(row.id, row.kind) {
            Role::Focus
        } else {
            Role::Accent
        };
        writer.put_at(columns.name(row.depth), words, role, Hit::Add);
    }

    /// The row that adds an entry: its key is typed there.
    fn lay_entry(&self, row: Row, columns: Columns, here: bool, laid: &mut Laid) {
        let typed = matches!(self.input, Some(Input::Key(_)));
        let draft = self.keys.get(&(row.id, RowKind::AddEntry));
        let draft = draft.filter(|key| !key.is_empty());
        if !here || !typed {
            let words = match draft {
                Some(key) => format!("+ add entry {}", text::sanitize(key)),
                None => "+ add entry".to_owned(),
            };
            self.lay_add(row, &words, columns, laid);
        } else {
            let mut writer = Writer::new(laid, columns);
            Self::guides(row, &mut writer);
            writer.put_at(columns.name(row.depth), "key: ", Role::Accent, Hit::Focus);
            let at = writer.at;
            let width = columns.input.min(writer.room());
            writer.gap(width + 1);
            laid.field = Some((at, width));
        }
        if let Some(why) = draft.and_then(|key| self.form.key_problem(row.id, key)) {
            let at = match laid.field {
                Some((at, width)) => at + width + 1,
                None => columns.widget,
            };
            let mut writer = Writer { laid, columns, at };
            let words = format!("✗ {}", text::sanitize(&why));
            writer.put(&words, Role::Error, Hit::Focus);
        }
    }

    /// Whether pasted lines are items is asked below the row.
    fn lay_question(&self, columns: Columns, laid: &mut Laid) {
        let Some(pasted) = &self.pasted else {
            return;
        };
        let mut writer = Writer::new(laid, columns);
        let count = pasted.count();
        writer.at = 6;
        writer.put(&format!("{count} lines: "), Role::Warn, Hit::Focus);
        writer.put(&format!("y {count} items"), Role::Key, Hit::Paste(true));
        writer.gap(2);
        writer.put("n one text", Role::Key, Hit::Paste(false));
        writer.gap(2);
        writer.put("Esc", Role::TextMuted, Hit::Focus);
    }
}

/// The line that leads down through what something holds.
fn guide(columns: Columns, depth: usize) -> Span {
    Span {
        at: columns.mark(depth),
        text: "│".to_owned(),
        role: Role::TextFaint,
        hit: Hit::Focus,
    }
}

/// `because kind = file`; sanitised.
fn because(field: &Field) -> Option<String> {
    let why = field.because.as_ref()?;
    Some(text::sanitize(&format!("because {why}")).into_owned())
}

/// Columns for remarks that have to stand beside the chip.
fn remark_width(field: &Field) -> usize {
    let because = field
        .because
        .as_ref()
        .map_or(0, |why| text::width(why) + 10);
    let deprecated = if field.deprecated { 12 } else { 0 };
    let read_only = if field.read_only { 11 } else { 0 };
    because + deprecated + read_only
}

/// Breaks words into lines of so many columns.
pub fn wrap(words: &str, room: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words.split(' ') {
        match lines.last_mut() {
            Some(line) if text::width(line) + 1 + text::width(word) <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
