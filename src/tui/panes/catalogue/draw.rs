//! Drawing: the list with its columns, what is said of the selected item, the form and the result with their titles.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::layout::{body, split};
use super::listing::{Browse, Entry, Row};
use super::work::Work;
use super::{CataloguePane, Focus, Kind, words};
use crate::mcp::types::List;
use crate::session::timeline::Listed;
use crate::text;
use crate::tui::action::Action;
use crate::tui::keymap::keys_of;
use crate::tui::pane::Ctx;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::input::Look;
use crate::tui::widgets::list::{self, GUTTER};
use crate::tui::widgets::rule::{Rule, divider};

/// Answers to the question about problems.
pub const FIX: &str = "f fix first";
/// See [`FIX`].
pub const SEND: &str = "s send anyway";

/// The question about problems, up to its answers.
pub fn question(problems: usize) -> String {
    format!("  {}: ", text::plural(problems, "problem"))
}

impl CataloguePane {
    pub(super) fn drawn(&self, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        let mut cursor = None;
        if !self.areas.list.is_empty() {
            cursor = cursor.or(self.draw_list(buf, ctx));
        }
        if !self.areas.detail.is_empty() {
            self.draw_detail(buf, ctx);
        }
        if !self.areas.form.is_empty() {
            cursor = cursor.or(self.draw_form(buf, ctx));
        }
        if !self.areas.result.is_empty() {
            cursor = cursor.or(self.draw_result(buf, ctx));
        }
        for (line, joints) in &self.areas.dividers {
            divider(*line, joints, buf, ctx.theme);
        }
        cursor
    }

    // --- list ---

    fn has_filter(&self) -> bool {
        self.browse()
            .is_some_and(|browse| browse.typing || !browse.filter.text().is_empty())
    }

    /// Where the filter is typed; empty when there is none.
    pub(super) fn filter_row(&self) -> Rect {
        split(body(self.areas.list), i32::from(self.has_filter())).0
    }

    /// Where the rows of the list are.
    pub(super) fn list_rows(&self) -> Rect {
        split(body(self.areas.list), i32::from(self.has_filter())).1
    }

    fn draw_list(&self, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        let browse = self.browse()?;
        let (area, theme) = (self.areas.list, ctx.theme);
        let focused = self.focus == Focus::List;
        let mut right: Vec<String> = Vec::new();
        if browse.stale {
            right.push("as listed before".to_owned());
        }
        let state = words::link(ctx);
        if !state.is_empty() {
            right.push(state);
        }
        let mut changed = (0, 0);
        for list in self.kind.lists() {
            if let Some(connection) = ctx.connection() {
                let list = connection.list(*list);
                changed.0 += list.changed.0;
                changed.1 += list.changed.1;
                if list.listed == Listed::Loading && !list.items.is_empty() {
                    right.push("loading…".to_owned());
                }
            }
        }
        if changed != (0, 0) {
            right.push(format!("changed +{} −{}", changed.0, changed.1));
        }
        if self.areas.narrow
            && let Some(server) = ctx.server()
        {
            right.push(text::sanitize(&server.name).into_owned());
        }
        Rule {
            title: &self.list_title(browse),
            focused,
            right: &right.join(" · "),
            ..Rule::default()
        }
        .draw(area, buf, theme);

        let filter = self.filter_row();
        let mut caret = None;
        if !filter.is_empty() {
            let label = " Filter: ";
            let style = theme.style(Role::TextMuted);
            let width = usize::from(filter.width);
            let (x, _) = buf.set_stringn(filter.x, filter.y, label, width, style);
            let input = Rect {
                x,
                width: filter.right().saturating_sub(x + 1),
                ..filter
            };
            let at = browse.filter.draw(Look::default(), input, buf, theme);
            caret = Some(at).filter(|_| browse.typing && focused);
        }
        let rows = self.list_rows();
        if browse.rows.is_empty() {
            let lines = if browse.all.is_empty() {
                words::why_empty(self.kind.lists(), ctx)
            } else {
                vec!["Nothing matches; Esc clears the filter.".to_owned()]
            };
            draw_lines(&lines, rows, buf, theme);
            return caret.or(focused.then(|| rows.as_position()));
        }
        let columns = self.columns(browse, rows);
        let draw_row = |row: usize, width: u16| match browse.rows[row] {
            Row::Heading(_) => Line::styled("Templates", theme.style(Role::Title)),
            Row::Item(index) => self.row(&browse.all[index], browse.stale, &columns, width, theme),
        };
        let len = browse.rows.len();
        let cursor = list::draw(len, &browse.list, focused, draw_row, rows, buf, theme);
        caret.or(cursor.filter(|_| focused))
    }

    fn list_title(&self, browse: &Browse) -> String {
        let title = self.kind.title().to_uppercase();
        let filtered = !browse.filter.text().trim().is_empty();
        if filtered {
            return format!("{title} {} of {}", browse.shown(), browse.all.len());
        }
        let of = |list| {
            let is = |entry: &&Entry| entry.key.list == list;
            browse.all.iter().filter(is).count()
        };
        if browse.all.is_empty() {
            return title;
        }
        match (self.kind, of(List::Templates)) {
            (Kind::Resources, 0) | (Kind::Tools | Kind::Prompts, _) => {
                format!("{title} {}", browse.all.len())
            }
            (Kind::Resources, templates) => {
                format!("{title} {} · templates {templates}", of(List::Resources))
            }
        }
    }

    /// How wide the columns of the rows on screen are.
    fn columns(&self, browse: &Browse, area: Rect) -> Columns {
        let room = usize::from(area.width.saturating_sub(GUTTER));
        let visible = (0..usize::from(area.height))
            .filter_map(|row| browse.entry(browse.list.offset + row))
            .map(|entry| {
                (
                    text::width(&name(entry)),
                    text::width(&words::column(entry.key.list, &entry.item).0),
                    text::width(&self.marks(entry)),
                )
            });
        let (mut names, mut facts, mut marks) = (0, 0, 0);
        for (name, fact, mark) in visible {
            names = names.max(name);
            facts = facts.max(fact);
            marks = marks.max(mark);
        }
        let facts = if room < 24 { 0 } else { facts.min(12) };
        let gap = |width: usize| if width == 0 { 0 } else { width + 2 };
        let rest = room.saturating_sub(gap(facts) + gap(marks));
        let roomy = rest >= 48;
        Columns {
            name: names.min(if roomy { rest * 5 / 10 } else { rest }),
            fact: facts,
            marks,
            words: roomy,
        }
    }

    /// `✎ 2! ×12`: a draft with its problems, and how often it was run.
    fn marks(&self, entry: &Entry) -> String {
        let Some(work) = self.works.get(&entry.key) else {
            return String::new();
        };
        let mut parts = Vec::new();
        if self.pending.iter().any(|call| call.key == entry.key) {
            parts.push("…".to_owned());
        }
        if work.has_draft() {
            parts.push("✎".to_owned());
            let problems = work.problems();
            if problems > 0 {
                parts.push(format!("{problems}!"));
            }
        }
        if work.runs > 0 {
            parts.push(format!("×{}", work.runs));
        }
        parts.join(" ")
    }

    fn row(
        &self,
        entry: &Entry,
        stale: bool,
        columns: &Columns,
        width: u16,
        theme: &Theme,
    ) -> Line<'static> {
        let muted = theme.style(Role::TextMuted);
        let plain = if stale {
            muted
        } else {
            theme.style(Role::Text)
        };
        let mut spans = vec![Span::styled(text::pad(&name(entry), columns.name), plain)];
        let mut put = |width: usize, text: &str, style| {
            if width > 0 {
                spans.push(Span::raw("  "));
                spans.push(Span::styled(text::pad(text, width), style));
            }
        };
        let (fact, role) = words::column(entry.key.list, &entry.item);
        put(columns.fact, &fact, theme.style(role));
        put(columns.marks, &self.marks(entry), theme.style(Role::Accent));
        if columns.words {
            let used: usize = columns.name + columns.fact + columns.marks + 6;
            put(
                usize::from(width).saturating_sub(used),
                &about_in_a_row(entry),
                muted,
            );
        }
        Line::from(spans)
    }

    // --- below the list ---

    fn draw_detail(&self, buf: &mut Buffer, ctx: &Ctx<'_>) {
        let (area, theme) = (self.areas.detail, ctx.theme);
        let Some(work) = self.work() else {
            Rule::default().draw(area, buf, theme);
            return;
        };
        let title = text::sanitize(work.item.label()).into_owned();
        let (right, word, role) = self.last_label(work, ctx);
        let room = usize::from(area.width).saturating_sub(text::width(&right) + 12);
        Rule {
            title: &text::fit(&title, room.max(12)),
            right: &right,
            ..Rule::default()
        }
        .draw(area, buf, theme);
        tint(area, &right, &word, role, buf, theme);

        let area = body(area);
        let width = usize::from(area.width).saturating_sub(2);
        let mut below: Vec<(String, Role)> = Vec::new();
        if let Some(form) = &work.form {
            let fields = form.form().nodes().iter().filter(|node| node.is_known());
            let names: Vec<String> = fields
                .map(|node| {
                    let mark = if node.field().required { " *" } else { "" };
                    format!("{}{mark}", text::sanitize(&node.field().name))
                })
                .collect();
            let line = if names.is_empty() {
                "takes no arguments".to_owned()
            } else {
                names.join(" · ")
            };
            below.push((line, Role::Text));
        } else if let Some(uri) = &work.item.uri {
            below.push((text::sanitize(uri).into_owned(), Role::Text));
        }
        let facts = words::facts(work.list, &work.item);
        if !facts.is_empty() {
            below.push((facts, Role::TextMuted));
        }
        below.truncate(usize::from(area.height));
        let most = usize::from(area.height) - below.len();
        let description = work.item.description.as_deref().unwrap_or_default();
        let description = text::sanitize_lines(description);
        let wrapped = words::wrap(&description, width, most);
        let lines = wrapped.into_iter().map(|line| (line, Role::Text));
        for (y, (line, role)) in (area.y..area.bottom()).zip(lines.chain(below)) {
            buf.set_stringn(
                area.x + 1,
                y,
                text::fit(&line, width),
                width,
                theme.style(role),
            );
        }
    }

    /// How the last call stands or went: `last ok  182 ms`, with the word to be coloured.
    fn last_label(&self, work: &Work, ctx: &Ctx<'_>) -> (String, String, Role) {
        let pending = self.key().and_then(|key| self.pending_label(&key, ctx));
        if let Some([long, _]) = pending {
            return (long, "pending".to_owned(), Role::Pending);
        }
        match &work.outcome {
            Some(outcome) => {
                let [_, label, _] = outcome.labels();
                (format!("last {label}"), outcome.word.clone(), outcome.role)
            }
            None => (String::new(), String::new(), Role::Text),
        }
    }

    // --- form ---

    /// Where the fields are, and the question below them (empty when nothing is asked).
    pub(super) fn form_area(&self) -> (Rect, Rect) {
        let asking = self.work().is_some_and(|work| work.asking);
        let (_, rest) = split(body(self.areas.form), i32::from(self.head_rows()));
        let (question, fields) = split(rest, -i32::from(asking));
        (fields, question)
    }

    /// Rows above the fields: what the item is, what a template becomes, and some air where there is room.
    fn head_rows(&self) -> u16 {
        let height = body(self.areas.form).height;
        let template = self.work().is_some_and(|work| work.list == List::Templates);
        let lines = 1 + u16::from(template);
        lines + u16::from(height > lines + 6)
    }

    /// Draws the title above the form; returns where its tabs are.
    pub(super) fn draw_form_title(&self, buf: &mut Buffer, ctx: &Ctx<'_>) -> Vec<Rect> {
        let (area, theme) = (self.areas.form, ctx.theme);
        let Some(work) = self.work() else {
            Rule::default().draw(area, buf, theme);
            return Vec::new();
        };
        let name = shown_name(work);
        let title = if self.areas.narrow {
            format!("{} › {}", self.kind.title(), text::fit(&name, 40))
        } else {
            name
        };
        let tabs: &[&str] = if work.form.is_some() {
            &["Form", "About"]
        } else {
            &["About"]
        };
        let active = usize::from(work.on_about && work.form.is_some());
        let mut right: Vec<String> = Vec::new();
        let mut tinted = (String::new(), Role::Text);
        if self
            .browse()
            .is_some_and(|browse| browse.current().is_none())
        {
            right.push("no longer listed".to_owned());
        }
        if work.changed {
            right.push("the schema changed".to_owned());
        }
        if work.has_draft() {
            let problems = work.problems();
            if problems > 0 {
                right.push(text::plural(problems, "problem"));
            } else if work.changed {
                right.push("draft kept".to_owned());
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
            tabs,
            active,
            right: &right,
        }
        .draw(area, buf, theme);
        tint(area, &right, &tinted.0, tinted.1, buf, theme);
        places
    }

    fn draw_form(&self, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        let theme = ctx.theme;
        let focused = self.focus == Focus::Form;
        self.draw_form_title(buf, ctx);
        let work = self.work()?;
        if work.shows_about() {
            let area = indent(body(self.areas.form));
            return work.draw_about(area, buf, theme).filter(|_| focused);
        }
        let (head, _) = split(body(self.areas.form), i32::from(self.head_rows()));
        self.draw_head(work, head, buf, theme);
        let (fields, question_row) = self.form_area();
        let form = work.form.as_ref()?;
        let cursor = form.draw(fields, buf, theme, focused);
        if question_row.is_empty() {
            return cursor;
        }
        let width = usize::from(question_row.width);
        let row = question_row.as_position();
        let (warn, key) = (theme.style(Role::Warn), theme.style(Role::Key));
        let (x, _) = buf.set_stringn(row.x, row.y, question(work.problems()), width, warn);
        let answers = format!("{FIX}  {SEND}  Esc");
        let room = usize::from(question_row.right().saturating_sub(x));
        buf.set_stringn(x, row.y, text::fit(&answers, room), room, key);
        Some(row).filter(|_| focused)
    }

    fn draw_head(&self, work: &Work, area: Rect, buf: &mut Buffer, theme: &Theme) {
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
        let summary = text::sanitize(work.item.summary()).into_owned();
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

    // --- result ---

    /// Where the document of the result is.
    pub(super) fn document_area(&self) -> Rect {
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
    pub(super) fn draw_result_title(&self, buf: &mut Buffer, ctx: &Ctx<'_>) -> Vec<Rect> {
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
        let number = seq.map(|seq| format!(" #{seq}")).unwrap_or_default();
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
        let names = if self.has_words(work) { &[] } else { &*names };
        let tabs: usize = names.iter().map(|tab| text::width(tab) + 1).sum::<usize>() + 4;
        let pending = self.key().and_then(|key| self.pending_label(&key, ctx));
        let (mut labels, word, role) = match (pending, &work.outcome) {
            (Some(labels), _) => (labels.to_vec(), "pending".to_owned(), Role::Pending),
            (None, Some(outcome)) => {
                let labels = outcome.labels().to_vec();
                (labels, outcome.word.clone(), outcome.role)
            }
            (None, None) => (vec![String::new()], String::new(), Role::Text),
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

    /// Whether words stand where the document would be.
    fn has_words(&self, work: &Work) -> bool {
        work.outcome
            .as_ref()
            .is_some_and(|outcome| !outcome.words.is_empty())
    }

    fn draw_result(&self, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
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
        if self.has_words(work) {
            let words = work.outcome.as_ref().map(|outcome| &*outcome.words);
            draw_lines(words.unwrap_or_default(), area, buf, theme);
            return focused.then(|| area.as_position());
        }
        let waits = self
            .pending
            .iter()
            .any(|call| Some(&call.key) == self.key().as_ref());
        if waits && work.result.is_empty() {
            let cancel = keys_of(Action::CancelCall);
            let line = format!("Waiting for the answer; {cancel} cancels.");
            draw_lines(&[line], area, buf, theme);
            return focused.then(|| area.as_position());
        }
        let cursor = work.result.draw(area, buf, ctx, focused);
        cursor
            .or_else(|| Some(area.as_position()))
            .filter(|_| focused)
    }
}

/// Widths of the columns of the list.
struct Columns {
    name: usize,
    fact: usize,
    marks: usize,
    /// Whether there is room for words behind them.
    words: bool,
}

/// An item's name in the list: what it is called by, and which one it is among equals.
fn name(entry: &Entry) -> String {
    let name = match entry.key.list {
        List::Templates => &entry.key.name,
        _ => &entry.item.name,
    };
    let name = text::sanitize(name);
    let name = if name.is_empty() {
        "(no name)".into()
    } else {
        name
    };
    match entry.key.nth {
        0 => name.into_owned(),
        nth => format!("{name} #{}", nth + 1),
    }
}

fn shown_name(work: &Work) -> String {
    match text::sanitize(&work.item.name) {
        name if name.is_empty() => "(no name)".to_owned(),
        name => name.into_owned(),
    }
}

fn about_in_a_row(entry: &Entry) -> String {
    let item = &entry.item;
    let words = match entry.key.list {
        List::Resources => {
            let uri = item.uri.as_deref().unwrap_or_default();
            match item.size {
                Some(size) => format!("{}  {uri}", text::size(size)),
                None => uri.to_owned(),
            }
        }
        List::Templates => item.name.to_string(),
        List::Tools | List::Prompts => item.summary().to_owned(),
    };
    text::sanitize(&words).into_owned()
}

/// A column of air on the left.
fn indent(area: Rect) -> Rect {
    let by = area.width.min(1);
    Rect {
        x: area.x + by,
        width: area.width - by,
        ..area
    }
}

/// Draws sanitised sentences, each wrapped.
fn draw_lines(lines: &[String], area: Rect, buf: &mut Buffer, theme: &Theme) {
    let width = usize::from(area.width).saturating_sub(3);
    let mut y = area.y;
    for line in lines {
        // Lines of stderr are shown as they stand, not filled up like sentences.
        let wrapped = if line.starts_with("  ") {
            vec![text::fit(line, width).into_owned()]
        } else {
            words::wrap(line, width, usize::from(area.height))
        };
        for part in wrapped {
            if y >= area.bottom() {
                return;
            }
            buf.set_stringn(area.x + 2, y, part, width, theme.style(Role::Text));
            y += 1;
        }
    }
}

/// Gives a word at the right end of a title its role, if it is there.
fn tint(area: Rect, right: &str, word: &str, role: Role, buf: &mut Buffer, theme: &Theme) {
    let width = text::width(right) as u16 + 2;
    let Some(at) = right.find(word).filter(|_| !word.is_empty()) else {
        return;
    };
    if area.is_empty() || area.width < width + 3 {
        return;
    }
    let x = area.right() - width + text::width(&right[..at]) as u16;
    let shown: String = (x..)
        .take(text::width(word))
        .map(|x| buf[(x, area.y)].symbol())
        .collect();
    if shown == word {
        let word = Rect {
            x,
            y: area.y,
            width: text::width(word) as u16,
            height: 1,
        };
        buf.set_style(word, theme.style(role));
    }
}
