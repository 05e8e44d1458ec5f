//! Drawing the form: a row for each member (mark, name, type, widget, what goes on the wire or what is wrong), a box
//! below the row that is edited as several lines, and the Run button.
//!
//! Where rows are depends on the form and the area alone, so a click is answered from the same sums as the drawing.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::line::{Columns, Pen, kind, label};
use super::widget::{Widget, ghost, is_secret};
use super::{Focus, FormPane, FormReply, Input};
use crate::form::flat::schema::Kind;
use crate::form::flat::{Node, State};
use crate::json::Value;
use crate::text;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::input::Look;
use crate::tui::widgets::list::{GUTTER, MARK};

/// Lines a box takes at least and at most.
const BOX: (usize, usize) = (3, 8);
/// More choices than this are shown one at a time.
const RADIOS: usize = 4;

/// What a row of the form is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Row {
    Node(usize),
    /// The box of the row above it.
    Box(usize),
    /// What is wrong with what is in the box, or what it puts on the wire.
    BoxNote,
    Note,
    Run,
}

impl FormPane {
    /// Draws the form and returns where the hardware cursor belongs: at the caret, else on the focused row; nowhere
    /// when the pane has not the focus.
    pub fn draw(
        &self,
        area: Rect,
        buf: &mut Buffer,
        theme: &Theme,
        focused: bool,
    ) -> Option<Position> {
        let area = area.intersection(buf.area);
        if area.is_empty() {
            return None;
        }
        let columns = Columns::of(self, area.width);
        let rows = self.rows(area.height);
        self.follow(&rows, area.height);
        let scroll = self.scroll.get();
        let mut cursor = None;
        for (line, row) in (area.y..area.bottom()).zip(rows.iter().skip(scroll)) {
            let area = Rect {
                y: line,
                height: 1,
                ..area
            };
            let caret = self.draw_row(*row, area, columns, buf, theme, focused);
            cursor = cursor.or(caret);
        }
        // A box is drawn whole, from its first visible line on.
        if let Some(first) = rows.iter().position(|row| matches!(row, Row::Box(_))) {
            let lines = rows.iter().filter(|row| matches!(row, Row::Box(_))).count();
            let top = first.max(scroll);
            let bottom = (first + lines).min(scroll + usize::from(area.height));
            if let (Some(height), Some(Input::Lines(_) | Input::Json(_) | Input::All(_))) = (
                bottom.checked_sub(top).filter(|height| *height > 0),
                &self.input,
            ) {
                let indent = columns.box_at() as u16;
                let rect = Rect {
                    x: area.x + indent,
                    y: area.y + (top - scroll) as u16,
                    width: (columns.end as u16).saturating_sub(indent),
                    height: height as u16,
                };
                let caret = self.draw_box(rect, buf, theme);
                cursor = caret.or(cursor);
            }
        }
        let last = area.right() - 1;
        let faint = theme.style(Role::TextMuted);
        if scroll > 0 {
            buf.set_stringn(last, area.y, "↑", 1, faint);
        }
        if scroll + usize::from(area.height) < rows.len() {
            buf.set_stringn(last, area.bottom() - 1, "↓", 1, faint);
        }
        // In an area too narrow for a widget its caret would be beyond the edge.
        let cursor = cursor.filter(|_| focused)?;
        Some(Position {
            x: cursor.x.min(last),
            y: cursor.y.min(area.bottom() - 1),
        })
    }

    /// A click in `area`, which the form was drawn in: focuses, picks an option, or runs.
    pub fn click(&mut self, at: Position, area: Rect) -> FormReply {
        if !area.contains(at) {
            return FormReply::Ignored;
        }
        let columns = Columns::of(self, area.width);
        let rows = self.rows(area.height);
        let line = usize::from(at.y - area.y) + self.scroll.get();
        let column = usize::from(at.x - area.x);
        match rows.get(line) {
            Some(Row::Run) => {
                let button = usize::from(GUTTER)..usize::from(GUTTER) + RUN.len();
                let moved = self.go(Focus::Run);
                if button.contains(&column) {
                    FormReply::Run
                } else {
                    moved
                }
            }
            Some(Row::Node(index)) => {
                let index = *index;
                if self.focus != Focus::Node(index) {
                    self.go(Focus::Node(index));
                }
                let on_widget = column >= columns.widget;
                match Widget::of(&self.form, index) {
                    Widget::Boolean if on_widget => self.stepped(1),
                    Widget::Choices if on_widget => {
                        if let Some(spans) = self.radios(index, columns) {
                            let hit = spans.iter().position(|(from, label)| {
                                (*from..from + text::width(label)).contains(&column)
                            });
                            let Some(choice) = hit else {
                                return FormReply::Moved;
                            };
                            self.form.choose(index, choice);
                            return FormReply::Edited;
                        }
                        self.stepped(if column < columns.widget + 2 { -1 } else { 1 })
                    }
                    _ => {
                        if let Some(Input::Line(line)) = &mut self.input
                            && let Some(column) = column.checked_sub(columns.widget + 1)
                        {
                            line.click(column as u16, (columns.input - 2) as u16);
                        }
                        FormReply::Moved
                    }
                }
            }
            _ => FormReply::Ignored,
        }
    }

    fn rows(&self, height: u16) -> Vec<Row> {
        let lines = match &self.input {
            Some(Input::Lines(area) | Input::Json(area) | Input::All(area)) => {
                // The row of the name and the note below have to stay in sight.
                let room = usize::from(height).saturating_sub(2).max(1);
                area.lines().clamp(BOX.0, BOX.1).min(room)
            }
            _ => 0,
        };
        let mut rows = Vec::with_capacity(self.form.nodes().len() + lines + 3);
        let open = |rows: &mut Vec<Row>| {
            if lines > 0 {
                rows.extend((0..lines).map(Row::Box));
                rows.push(Row::BoxNote);
            }
        };
        for index in 0..self.form.nodes().len() {
            rows.push(Row::Node(index));
            if self.focus == Focus::Node(index) {
                open(&mut rows);
            }
        }
        if self.form.note().is_some() || self.form.nodes().is_empty() {
            rows.push(Row::Note);
        }
        rows.push(Row::Run);
        if self.focus == Focus::Run {
            open(&mut rows);
        }
        rows
    }

    /// Scrolls just so far that the focused row, and its box, is in sight.
    fn follow(&self, rows: &[Row], height: u16) {
        let height = usize::from(height);
        let here = |row: &Row| match self.focus {
            Focus::Node(index) => *row == Row::Node(index),
            Focus::Run => *row == Row::Run,
        };
        let top = rows.iter().position(here).unwrap_or(0);
        let boxed = rows[top + 1..]
            .iter()
            .take_while(|row| matches!(row, Row::Box(_) | Row::BoxNote))
            .count();
        let bottom = top + 1 + boxed;
        let most = rows.len().saturating_sub(height);
        let scroll = self
            .scroll
            .get()
            .max(bottom.saturating_sub(height))
            .min(top)
            .min(most);
        self.scroll.set(scroll);
    }

    /// Draws a row and returns where the cursor is if it is the focused one.
    fn draw_row(
        &self,
        row: Row,
        area: Rect,
        columns: Columns,
        buf: &mut Buffer,
        theme: &Theme,
        focused: bool,
    ) -> Option<Position> {
        let mut pen = Pen {
            buf,
            area,
            end: columns.end,
        };
        let muted = theme.style(Role::TextMuted);
        match row {
            Row::Node(index) => self.draw_node(index, columns, &mut pen, theme, focused),
            Row::Box(_) => {
                let bar = columns.box_at() - 2;
                pen.put(bar, "│", theme.style(Role::Rule));
                None
            }
            Row::BoxNote => {
                let at = columns.box_at();
                match (&self.all, self.focus) {
                    (Some((_, problem)), Focus::Run) => {
                        let words =
                            format!("✗ JSON has an error: {problem}; the form is as before");
                        pen.put(at, &words, theme.style(Role::Error));
                    }
                    (None, Focus::Run) => pen.put(at, "all arguments, as JSON", muted),
                    (_, Focus::Node(index)) => {
                        if let Some((note, style)) = self.note(index, theme) {
                            pen.put(at, &note, style);
                        }
                    }
                }
                None
            }
            Row::Note => {
                let words = match self.form.note() {
                    Some(note) => text::sanitize(note).into_owned(),
                    None => "takes no arguments".to_owned(),
                };
                pen.put(usize::from(GUTTER), &words, muted);
                None
            }
            Row::Run => {
                let here = self.focus == Focus::Run;
                let style = theme.style(if here && focused {
                    Role::Focus
                } else {
                    Role::Text
                });
                if here {
                    pen.put(0, MARK, style);
                }
                pen.put(usize::from(GUTTER), RUN, style);
                let problems = self.problems();
                if problems > 0 {
                    let words = text::plural(problems, "problem");
                    let at = usize::from(GUTTER) + RUN.len() + 2;
                    pen.put(at, &words, theme.style(Role::Warn));
                }
                here.then_some(area.as_position())
            }
        }
    }

    fn draw_node(
        &self,
        index: usize,
        columns: Columns,
        pen: &mut Pen<'_>,
        theme: &Theme,
        focused: bool,
    ) -> Option<Position> {
        let node = &self.form.nodes()[index];
        let field = node.field();
        let here = self.focus == Focus::Node(index);
        let name_style = theme.style(if here && focused {
            Role::Focus
        } else {
            Role::Text
        });
        if here {
            pen.put(0, MARK, name_style);
        }
        let gutter = usize::from(GUTTER);
        pen.put(
            gutter,
            &text::fit(&label(field).0, columns.name),
            name_style,
        );
        let muted = theme.style(Role::TextMuted);
        pen.put(
            gutter + columns.name + 2,
            &text::fit(&kind(field), columns.kind),
            muted,
        );
        let row = pen.area.as_position();
        let mut cursor = here.then_some(row);
        let at = columns.widget;
        let mut after = at + columns.input;
        let boxed = here && self.takes_lines();
        match Widget::of(&self.form, index) {
            _ if boxed => {
                let words = match &self.input {
                    Some(Input::Lines(area)) => text::plural(area.lines(), "line"),
                    _ => "as JSON".to_owned(),
                };
                pen.put(at, &words, muted);
                return cursor;
            }
            Widget::Boolean => {
                let shown = match node.shown().and_then(Value::as_bool) {
                    Some(true) => "[x] true",
                    Some(false) => "[ ] false",
                    None => "[-]",
                };
                pen.put(at, shown, value_style(node, theme));
            }
            Widget::Choices => after = self.draw_choices(index, columns, pen, theme).max(after),
            Widget::Line | Widget::Lines | Widget::Json => {
                let inside = columns.input.saturating_sub(2);
                pen.put(at, "[", muted);
                pen.put(at + columns.input.saturating_sub(1), "]", muted);
                let rect = pen.rect(at + 1, inside);
                match (&self.input, here) {
                    (Some(Input::Line(line)), true) if !is_secret(field) => {
                        let look = Look {
                            invalid: self.is_invalid(index),
                            placeholder: ghost(field),
                        };
                        cursor = Some(line.draw(look, rect, pen.buf, theme));
                    }
                    (input, _) => {
                        let shown = match node.text() {
                            text if is_secret(field) => "•".repeat(text.chars().count()),
                            // Laid-out JSON is shown on one line by what it means, not by its line ends.
                            text if node.is_unfinished() => text::sanitize(&text).into_owned(),
                            text => match (&field.kind, node.state(), node.shown()) {
                                (_, State::Null, _) | (_, _, None) => text,
                                (Kind::String(_), _, Some(Value::String(text))) => {
                                    text::sanitize(text).into_owned()
                                }
                                (_, _, Some(value)) => {
                                    text::sanitize(&value.to_string()).into_owned()
                                }
                            },
                        };
                        let style = if self.is_invalid(index) {
                            theme.style(Role::InputInvalid)
                        } else {
                            value_style(node, theme)
                        };
                        pen.put_in(at + 1, inside, &shown, style);
                        if here && matches!(input, Some(Input::Line(_))) {
                            let caret = text::width(&shown).min(inside.saturating_sub(1));
                            cursor = Some(Position::new(row.x + (at + 1 + caret) as u16, row.y));
                        }
                    }
                }
            }
        }
        if let Some((note, style)) = self.note(index, theme) {
            pen.put(after + 1, &note, style);
        }
        cursor
    }

    /// Where each choice stands when all fit in a row: column and label.
    fn radios(&self, index: usize, columns: Columns) -> Option<Vec<(usize, String)>> {
        let node = &self.form.nodes()[index];
        let Kind::Enum(choices) = &node.field().kind else {
            return None;
        };
        if choices.len() > RADIOS {
            return None;
        }
        let picked = node.choice();
        let mut at = columns.widget;
        let mut spans = Vec::with_capacity(choices.len());
        for (choice, option) in choices.iter().enumerate() {
            let mark = if picked == Some(choice) {
                "(•)"
            } else {
                "( )"
            };
            let name = option.title.clone().unwrap_or_else(|| option.text());
            let label = format!("{mark} {}", text::sanitize(&name));
            let width = text::width(&label);
            spans.push((at, label));
            at += width + 2;
        }
        // The chip beside it has to fit too; `‹unset: not sent›` is the usual one.
        let chip = 18.min((columns.end - columns.widget) / 3);
        (at + chip <= columns.end + 2).then_some(spans)
    }

    /// Draws the choices and returns where they end.
    fn draw_choices(
        &self,
        index: usize,
        columns: Columns,
        pen: &mut Pen<'_>,
        theme: &Theme,
    ) -> usize {
        let node = &self.form.nodes()[index];
        let Kind::Enum(choices) = &node.field().kind else {
            return columns.widget;
        };
        let style = value_style(node, theme);
        let plain = theme.style(Role::Text);
        let picked = node.choice();
        if let Some(spans) = self.radios(index, columns) {
            let mut end = columns.widget;
            for (choice, (at, label)) in spans.iter().enumerate() {
                pen.put(
                    *at,
                    label,
                    if picked == Some(choice) { style } else { plain },
                );
                end = at + text::width(label);
            }
            return end + 1;
        }
        let muted = theme.style(Role::TextMuted);
        let count = match picked {
            Some(choice) => format!("{} of {}", choice + 1, choices.len()),
            None => format!("{} choices", choices.len()),
        };
        let name = match picked.and_then(|choice| choices.get(choice)) {
            Some(choice) => match &choice.title {
                Some(title) => format!("{title} ({})", choice.text()),
                None => choice.text(),
            },
            None => "–".to_owned(),
        };
        let room = columns.input.saturating_sub(text::width(&count) + 6).max(3);
        let name = text::sanitize(&name);
        let name = text::fit(&name, room);
        let mut at = columns.widget;
        pen.put(at, "◂ ", plain);
        at += 2;
        pen.put(at, &name, style);
        at += text::width(&name);
        pen.put(at, " ▸", plain);
        at += 4;
        pen.put(at, &count, muted);
        at + text::width(&count)
    }

    fn draw_box(&self, rect: Rect, buf: &mut Buffer, theme: &Theme) -> Option<Position> {
        let (area, invalid, placeholder) = match (&self.input, self.focus) {
            (Some(Input::Lines(area)), Focus::Node(index)) => (area, self.is_invalid(index), ""),
            (Some(Input::Json(area)), Focus::Node(index)) => (
                area,
                self.is_invalid(index),
                match &self.form.nodes()[index].field().kind {
                    Kind::Json(raw) if matches!(raw.empty, Value::Array(_)) => "[ … ]",
                    Kind::Json(raw) if matches!(raw.empty, Value::Object(_)) => "{ … }",
                    _ => "JSON",
                },
            ),
            (Some(Input::All(area)), _) => (area, self.all.is_some(), "{ … }"),
            _ => return None,
        };
        let look = Look {
            invalid,
            placeholder,
        };
        Some(area.draw(look, rect, buf, theme))
    }

    /// What is wrong with the text of a field; that it is missing is no reason to call it so.
    fn is_invalid(&self, index: usize) -> bool {
        self.form.nodes()[index].shown().is_some() && self.form.problem(index).is_some()
            || self.form.nodes()[index].is_unfinished()
    }

    /// The words behind the widget: what is wrong, else what goes on the wire, else how full the text is.
    fn note(&self, index: usize, theme: &Theme) -> Option<(String, Style)> {
        let node = &self.form.nodes()[index];
        if let Some(problem) = self.form.problem(index) {
            let words = format!("✗ {}", text::sanitize(&problem));
            return Some((words, theme.style(Role::Error)));
        }
        if let Some(chip) = self.form.chip(index) {
            let role = match node.state() {
                State::Unset => Role::StateUnset,
                State::Null => Role::StateNull,
                State::Default => Role::StateDefault,
                State::Value(_) => Role::TextMuted,
            };
            return Some((text::sanitize(&chip).into_owned(), theme.style(role)));
        }
        let muted = theme.style(Role::TextMuted);
        match (&node.field().kind, node.shown()) {
            (Kind::String(rules), Some(Value::String(text))) => {
                let lines = text.split('\n').count();
                let count = text.chars().count();
                match rules.max {
                    Some(max) => Some((format!("{count}/{max}"), muted)),
                    None if lines > 1 => Some((format!("{lines} lines"), muted)),
                    None => None,
                }
            }
            _ => None,
        }
    }
}

const RUN: &str = "[ Run ]";

fn value_style(node: &Node, theme: &Theme) -> Style {
    theme.style(match node.state() {
        State::Unset => Role::StateUnset,
        State::Null => Role::StateNull,
        State::Default => Role::StateDefault,
        State::Value(_) => Role::Text,
    })
}
