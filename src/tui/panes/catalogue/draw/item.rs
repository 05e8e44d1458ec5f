//! Drawing what is selected: its form or description, and its result, with their titles.

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Position, Rect};

use super::super::layout::{body, split};
use super::super::tabs::{Tab, tabs};
use super::super::work::Work;
use super::super::{CataloguePane, Focus, words};
use super::{FIX, SEND, draw_lines, indent, pending_word, question, tint};
use crate::mcp::types::List;
use crate::text;
use crate::tui::action::Action;
use crate::tui::pane::Ctx;
use crate::tui::panes::form::Side;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::rule::Rule;

impl CataloguePane {
    // --- form ---

    /// Where the fields are, and the question below them (empty when nothing is asked).
    pub(in super::super) fn form_area(&self) -> (Rect, Rect) {
        let (_, rest) = split(body(self.areas.form), i32::from(self.head_rows()));
        let asked = self.work().filter(|work| work.asking);
        let Some(form) = asked.and_then(|work| work.form.as_ref()) else {
            return (rest, split(rest, 0).0);
        };
        // Right below the Run button, as far as there is room.
        let most = rest.height.saturating_sub(1);
        let rows = match self.tab() {
            Tab::Form => form.lines(rest.width, most),
            _ => most,
        };
        let (fields, rest) = split(rest, i32::from(rows));
        (fields, split(rest, 1).0)
    }

    /// Where lists of a form may drop down to: all but the list of items and the title.
    pub(in super::super) fn right_side(&self) -> Rect {
        let form = body(self.areas.form);
        let result = self.areas.result;
        if result.x == form.x && !result.is_empty() {
            form.union(result)
        } else {
            form
        }
    }

    /// Where the fields are, and the text of all arguments; empty when they are not shown.
    pub(in super::super) fn halves(&self) -> (Rect, Rect) {
        let (area, _) = self.form_area();
        let none = Rect {
            width: 0,
            height: 0,
            ..area
        };
        match self.tab() {
            Tab::Form => (area, none),
            Tab::Json => (none, indent(area)),
            Tab::Split => {
                let left = area.width / 2;
                let fields = Rect {
                    width: left,
                    ..area
                };
                let json = Rect {
                    x: area.x + left + 2,
                    width: area.width.saturating_sub(left + 2),
                    ..area
                };
                (fields, json)
            }
            Tab::Schema | Tab::About => (none, none),
        }
    }

    /// Rows above the fields: what the item is, what a template becomes, and some air where there is room.
    fn head_rows(&self) -> u16 {
        let Some(work) = self.work() else {
            return 0;
        };
        let lines = 1 + u16::from(work.list == List::Templates);
        let air = u16::from(self.areas.form.height >= work.form_rows());
        lines + air + u16::from(self.broken_text().is_some())
    }

    /// What is wrong with the text of the JSON tab, while the fields alone are shown.
    fn broken_text(&self) -> Option<String> {
        let form = self.work().filter(|_| self.tab() == Tab::Form)?;
        form.form.as_ref()?.broken_words()
    }

    /// Draws the title above the form; returns where its tabs are.
    pub(in super::super) fn draw_form_title(&self, buf: &mut Buffer, ctx: &Ctx<'_>) -> Vec<Rect> {
        let (area, theme) = (self.areas.form, ctx.theme);
        let Some(work) = self.work() else {
            Rule::default().draw(area, buf, theme);
            return Vec::new();
        };
        let name = if self.is_together() {
            format!("{} › {}", text::sanitize(&self.server), shown_name(work))
        } else {
            shown_name(work)
        };
        let title = if self.areas.narrow {
            format!("{} › {}", self.kind.title(), text::fit(&name, 40))
        } else {
            name
        };
        let all = tabs(work, self.areas.wide);
        let names: Vec<&str> = all.iter().map(|tab| tab.title()).collect();
        let shown = self.tab();
        let active = all.iter().position(|tab| *tab == shown).unwrap_or(0);
        let mut right: Vec<String> = Vec::new();
        let mut tinted = (String::new(), Role::Text);
        if self
            .browse()
            .is_some_and(|browse| browse.current().is_none())
        {
            right.push("no longer listed".to_owned());
        }
        if work.changed {
            right.push("draft kept, schema changed".to_owned());
        }
        right.extend(work.memory.banner.clone());
        if work.has_draft() {
            let problems = work.problems();
            if problems > 0 {
                right.push(text::plural(problems, "problem"));
            }
        }
        // Where the result is not in sight, its title is not either.
        if self.areas.narrow {
            let (label, word, role) = self.last_label(work, ctx);
            if !label.is_empty() {
                right.push(label);
                tinted = (word, role);
            }
        }
        let right = right.join(" · ");
        let places = Rule {
            title: &title,
            focused: self.focus == Focus::Form,
            tabs: &names,
            active,
            right: &right,
        }
        .draw(area, buf, theme);
        tint(area, &right, &tinted.0, tinted.1, buf, theme);
        places
    }

    pub(super) fn draw_form(&self, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        let theme = ctx.theme;
        let focused = self.focus == Focus::Form;
        self.draw_form_title(buf, ctx);
        let work = self.work()?;
        let whole = indent(body(self.areas.form));
        match self.tab() {
            Tab::About => return work.draw_about(whole, buf, theme).filter(|_| focused),
            Tab::Schema => {
                let cursor = work.schema.draw(whole, buf, ctx, focused);
                return cursor.or(Some(whole.as_position())).filter(|_| focused);
            }
            _ => {}
        }
        let (head, _) = split(body(self.areas.form), i32::from(self.head_rows()));
        draw_head(work, head, buf, theme);
        if let Some(words) = self.broken_text() {
            let width = usize::from(head.width).saturating_sub(3);
            let words = text::fit(&words, width).into_owned();
            let y = head.bottom().saturating_sub(1);
            buf.set_stringn(head.x + 2, y, words, width, theme.style(Role::Error));
        }
        let (_, question_row) = self.form_area();
        let (fields, json) = self.halves();
        let form = work.form.as_ref()?;
        let on = |side: Side| focused && form.side() == side;
        let mut cursor = None;
        if !fields.is_empty() {
            cursor = form.draw(buf, theme, on(Side::Fields));
        }
        if !json.is_empty() {
            if let Some(x) = json.x.checked_sub(2).filter(|_| !fields.is_empty()) {
                let line = Rect {
                    x,
                    width: 1,
                    ..json
                };
                for at in line.positions() {
                    buf[at].set_symbol("│").set_style(theme.style(Role::Rule));
                }
            }
            cursor = cursor.or(form.draw_json(json, buf, theme, on(Side::Json)));
        }
        if question_row.is_empty() {
            return cursor;
        }
        let width = usize::from(question_row.width);
        let row = question_row.as_position();
        let (warn, key) = (theme.style(Role::Warn), theme.style(Role::Key));
        let words = question(work.problems(), work.is_broken());
        let (x, _) = buf.set_stringn(row.x, row.y, words, width, warn);
        let answers = format!("{FIX}  {SEND}  Esc");
        let room = usize::from(question_row.right().saturating_sub(x));
        buf.set_stringn(x, row.y, text::fit(&answers, room), room, key);
        Some(row).filter(|_| focused)
    }

    // --- result ---

    /// Where the document of the result is.
    pub(in super::super) fn document_area(&self) -> Rect {
        self.result_areas().0
    }

    /// The document, and a row about what happened meanwhile.
    fn result_areas(&self) -> (Rect, Rect) {
        let area = body(self.areas.result);
        let during = self
            .work()
            .and_then(|work| work.outcome.as_ref())
            .is_some_and(|outcome| !outcome.during.is_empty() && area.height >= 5);
        let (row, document) = split(area, -i32::from(during));
        (indent(document), row)
    }

    /// Draws the title above the result; returns where its tabs are.
    pub(in super::super) fn draw_result_title(&self, buf: &mut Buffer, ctx: &Ctx<'_>) -> Vec<Rect> {
        let (area, theme) = (self.areas.result, ctx.theme);
        let focused = self.focus == Focus::Result;
        let noun = self.kind.result();
        let Some(work) = self.work() else {
            let rule = Rule {
                title: noun,
                focused,
                ..Rule::default()
            };
            return rule.draw(area, buf, theme);
        };
        let seq = work.outcome.as_ref().and_then(|outcome| outcome.seq);
        // What a link led to says for itself how it was read.
        let followed = work.result.has_followed();
        let number = seq.filter(|_| !followed);
        let number = number.map(|seq| format!(" #{seq}")).unwrap_or_default();
        let name = shown_name(work);
        let titles = if self.areas.narrow {
            let (view, noun) = (self.kind.title(), noun.to_lowercase());
            vec![
                format!("{view} › {} › {noun}{number}", text::fit(&name, 40)),
                format!("{view} › {} › {noun}{number}", text::fit(&name, 16)),
                format!("{} › {noun}", text::fit(&name, 16)),
            ]
        } else {
            vec![format!("{noun}{number}"), noun.to_owned()]
        };
        let (names, active) = work.result.tabs();
        let names = if has_words(work) { &[] } else { &*names };
        let tabs: usize = names.iter().map(|tab| text::width(tab) + 1).sum::<usize>() + 4;
        let pending = self.key().and_then(|key| self.pending_label(&key, ctx));
        let (mut labels, word, role) = match (pending, &work.outcome) {
            (Some(labels), _) => {
                let word = pending_word(&labels[0]).to_owned();
                (labels.to_vec(), word, Role::Pending)
            }
            (None, Some(outcome)) if !followed => {
                let labels = outcome.labels().to_vec();
                (labels, outcome.word.clone(), outcome.role)
            }
            (None, _) => (vec![String::new()], String::new(), Role::Text),
        };
        let remark = work.result.remark();
        if focused && !remark.is_empty() {
            let short = labels.get(1).cloned().unwrap_or_default();
            let label = if short.is_empty() {
                remark
            } else {
                format!("{short}  {remark}")
            };
            labels.insert(0, label);
        }
        // How it went matters more than what it is called, and that more than the hour.
        let fits = |title: &str, label: &str| {
            text::width(title) + tabs + text::width(label) + 8 <= usize::from(area.width)
        };
        let pick = labels
            .iter()
            .flat_map(|label| titles.iter().map(move |title| (title, label)))
            .find(|(title, label)| fits(title, label));
        let last = (titles.last(), labels.last());
        let (title, label) = match (pick, last) {
            (Some(pick), _) => pick,
            (None, (Some(title), Some(label))) => (title, label),
            _ => return Vec::new(),
        };
        let places = Rule {
            title,
            focused,
            tabs: names,
            active,
            right: label,
        }
        .draw(area, buf, theme);
        tint(area, label, &word, role, buf, theme);
        places
    }

    /// Where one is in the result and how many hits there are, when the title has no room for it.
    pub(in super::super) fn untold_remark(&self, ctx: &Ctx<'_>) -> Option<String> {
        let remark = self.work()?.result.remark();
        let area = Rect {
            height: 1,
            ..self.areas.result
        };
        // The title is drawn once more, where nobody sees it.
        let mut nowhere = Buffer::empty(area);
        self.draw_result_title(&mut nowhere, ctx);
        let title: String = nowhere.content().iter().map(Cell::symbol).collect();
        (!remark.is_empty() && !title.contains(&remark)).then_some(remark)
    }

    pub(super) fn draw_result(&self, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        let theme = ctx.theme;
        let focused = self.focus == Focus::Result;
        self.draw_result_title(buf, ctx);
        let work = self.work()?;
        let (area, row) = self.result_areas();
        if let Some(outcome) = work.outcome.as_ref().filter(|_| !row.is_empty()) {
            let width = usize::from(row.width).saturating_sub(1);
            let line = text::fit(&outcome.during, width);
            let style = theme.style(Role::TextMuted);
            buf.set_stringn(row.x + 1, row.y, line, width, style);
        }
        let asked = self.key().and_then(|key| self.waits_words(&key, ctx));
        if let Some(lines) = asked {
            draw_lines(&lines, area, buf, theme);
            return focused.then(|| area.as_position());
        }
        if has_words(work) {
            let words = work.outcome.as_ref().map(|outcome| &*outcome.words);
            draw_lines(words.unwrap_or_default(), area, buf, theme);
            return focused.then(|| area.as_position());
        }
        let waits = self
            .pending
            .iter()
            .any(|call| Some(&call.key) == self.key().as_ref());
        if waits && work.result.is_empty() {
            let cancel = ctx.keys.word(Action::CancelCall);
            let login = ctx
                .connection()
                .is_some_and(|connection| connection.login.is_waiting());
            let line = if login {
                let shows = ctx.keys.word(Action::ViewServers);
                format!("Waiting for a login: {shows} shows how; {cancel} cancels.")
            } else {
                format!("Waiting for the answer; {cancel} cancels.")
            };
            let mut lines = vec![line];
            lines.extend(self.key().and_then(|key| self.broken_words(&key, ctx)));
            draw_lines(&lines, area, buf, theme);
            return focused.then(|| area.as_position());
        }
        let cursor = work.result.draw(area, buf, ctx, focused);
        cursor
            .or_else(|| Some(area.as_position()))
            .filter(|_| focused)
    }
}

fn draw_head(work: &Work, area: Rect, buf: &mut Buffer, theme: &Theme) {
    let width = usize::from(area.width).saturating_sub(3);
    if area.is_empty() || width == 0 {
        return;
    }
    let list = work.list;
    let facts = words::facts(list, &work.item);
    let facts = if text::width(&facts) > width / 2 {
        String::new()
    } else {
        facts
    };
    let room = width.saturating_sub(text::width(&facts) + 2);
    let item = &work.item;
    let summary = match (item.summary(), list) {
        ("", List::Templates) => item.uri.as_deref().unwrap_or_default(),
        ("", _) => item.title.as_deref().unwrap_or_default(),
        (summary, _) => summary,
    };
    let summary = text::sanitize(summary).into_owned();
    let x = area.x + 2;
    let summary = text::fit(&summary, room);
    buf.set_stringn(x, area.y, summary, room, theme.style(Role::Text));
    let at = x + (width - text::width(&facts)) as u16;
    buf.set_stringn(at, area.y, facts, width, theme.style(Role::TextMuted));
    if list == List::Templates && area.height > 1 {
        let uri = work.uri().unwrap_or_default();
        let line = format!("→ {}", text::sanitize(&uri));
        let line = text::fit(&line, width);
        buf.set_stringn(x, area.y + 1, line, width, theme.style(Role::Accent));
    }
}

/// Whether words stand where the document would be.
fn has_words(work: &Work) -> bool {
    work.outcome
        .as_ref()
        .is_some_and(|outcome| !outcome.words.is_empty())
}

fn shown_name(work: &Work) -> String {
    match text::sanitize(&work.item.name) {
        name if name.is_empty() => "(no name)".to_owned(),
        name => name.into_owned(),
    }
}
