//! Drawing: the list with its columns, and below it, on narrow screens, what is said of the selected item. The form
//! and the result are in `item`.

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::layout::{body, split};
use super::listing::{Browse, Entry, Row};
use super::person::WAITS;
use super::work::Work;
use super::{CataloguePane, Focus, Kind, following, words};
use crate::mcp::types::List;
use crate::session::timeline::{Listed, changes};
use crate::text;
use crate::tui::pane::Ctx;
use crate::tui::panes::form::Side;
use crate::tui::panes::lint;
use crate::tui::panes::stream::safe;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::distinct::distinct;
use crate::tui::widgets::list::{self, GUTTER};
use crate::tui::widgets::narrow;
use crate::tui::widgets::rule::{Rule, divider};

mod item;

/// The widest a server's name is shown beside its items.
const SERVER: usize = 10;

/// Answers to the question about problems.
pub const FIX: &str = "f fix first";
/// See [`FIX`].
pub const SEND: &str = "s send anyway";

/// The question about problems, up to its answers. The text of the JSON tab is not what would be sent when it is broken.
pub fn question(problems: usize, broken: bool) -> String {
    if broken {
        // Short, for the answers are to fit beside it; the title counts the problems.
        return "  JSON not sent: ".to_owned();
    }
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
        if self.focus == Focus::Form
            && self.tab().is_form()
            && let Some(form) = self.work().and_then(|work| work.form.as_ref())
            && form.side() == Side::Fields
        {
            cursor = form.draw_over(buf, ctx.theme).or(cursor);
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
        for list in self.kind.lists() {
            if let Some(connection) = ctx.connection() {
                let list = connection.list(*list);
                if list.listed == Listed::Loading && !list.items.is_empty() {
                    right.push("loading…".to_owned());
                }
            }
        }
        let changed = self.changed(ctx);
        if changed != [0; 3] {
            right.push(format!("changed {}", changes::words(changed)));
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
            let typing = browse.typing && focused;
            caret = narrow::draw(&browse.filter, typing, "", filter, buf, theme);
        }
        let rows = self.list_rows();
        if browse.rows.is_empty() {
            let lines = if browse.all.is_empty() {
                words::why_empty(self.kind.lists(), ctx)
            } else {
                vec!["Nothing matches; Esc clears the filter.".to_owned()]
            };
            draw_lines(&lines, indent(rows), buf, theme);
            return caret.or(focused.then(|| rows.as_position()));
        }
        let columns = self.columns(browse, rows, ctx);
        let draw_row = |row: usize, width: u16| match browse.rows[row] {
            Row::Heading(_) => Line::styled("Templates", theme.style(Role::Title)),
            Row::Item(index) => {
                let entry = &browse.all[index];
                let marks = self.marks(entry, ctx);
                Self::row(entry, &marks, browse.stale, &columns, width, theme)
            }
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
    fn columns(&self, browse: &Browse, area: Rect, ctx: &Ctx<'_>) -> Columns {
        let bars = words::bars(ctx);
        let room = usize::from(area.width.saturating_sub(GUTTER));
        let servers = if self.is_together() {
            servers(browse, room)
        } else {
            Vec::new()
        };
        let widest = servers.iter().map(|(_, shown)| text::width(shown)).max();
        let server = widest.unwrap_or(0);
        let room = room.saturating_sub(server + usize::from(server > 0) * 2);
        let visible = (0..usize::from(area.height))
            .filter_map(|row| browse.entry(browse.list.offset + row))
            .map(|entry| {
                (
                    text::width(&name(entry)),
                    text::width(&words::column(entry.key.list, &entry.item, bars).0),
                    text::width(&self.marks(entry, ctx)),
                )
            });
        let (mut names, mut facts, mut marks) = (0, 0, 0);
        for (name, fact, mark) in visible {
            names = names.max(name);
            facts = facts.max(fact);
            marks = marks.max(mark);
        }
        let gap = |width: usize| if width == 0 { 0 } else { width + 2 };
        // Beside the names of servers those of items come first.
        let left = room.saturating_sub(gap(facts.min(12)) + gap(marks));
        let crowded = server > 0 && left * 3 < names * 2;
        let facts = if room < 24 || crowded {
            0
        } else {
            facts.min(12)
        };
        let rest = room.saturating_sub(gap(facts) + gap(marks));
        let roomy = rest >= 48;
        Columns {
            bars,
            servers,
            server,
            name: names.min(if roomy { rest * 5 / 10 } else { rest }),
            fact: facts,
            marks,
            words: roomy,
        }
    }

    /// `▲1 ✎ 2! ×12`: what lint finds, a draft with its problems, and how often it was run.
    fn marks(&self, entry: &Entry, ctx: &Ctx<'_>) -> String {
        let ctx = &ctx.looking_at(&entry.key.server);
        let connection = ctx.connection();
        let mut parts = following::marks(entry, connection);
        parts.extend(lint::mark_of(entry.key.list, &entry.item, ctx));
        let Some(work) = self.works.get(&entry.key) else {
            parts.extend(self.has_kept(entry).then(|| "✎".to_owned()));
            return parts.join(" ");
        };
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
        entry: &Entry,
        marks: &str,
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
        let mut spans = Vec::new();
        if columns.server > 0 {
            let mut known = columns.servers.iter();
            let shown = known.find(|(server, _)| *server == entry.key.server);
            let shown = shown.map_or("", |(_, shown)| shown);
            let server = text::pad(shown, columns.server);
            spans.push(Span::styled(server, muted));
            spans.push(Span::raw("  "));
        }
        spans.push(Span::styled(text::pad(&name(entry), columns.name), plain));
        let mut put = |width: usize, text: &str, style| {
            if width > 0 {
                spans.push(Span::raw("  "));
                spans.push(Span::styled(text::pad(text, width), style));
            }
        };
        let (fact, role) = words::column(entry.key.list, &entry.item, columns.bars);
        put(columns.fact, &fact, theme.style(role));
        put(columns.marks, marks, theme.style(Role::Accent));
        if columns.words {
            let server = columns.server + usize::from(columns.server > 0) * 2;
            let used: usize = server + columns.name + columns.fact + columns.marks + 6;
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
            let form = form.form();
            let names: Vec<String> = form
                .children(form.root())
                .iter()
                .map(|id| form.node(*id))
                .filter(|node| node.is_known())
                .take(100)
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
        let mut facts = words::facts(work.list, &work.item);
        if let Some(found) = lint::remark_of(work.list, &work.item, ctx) {
            facts = format!("{found} · {facts}");
        }
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
            let word = pending_word(&long).to_owned();
            return (long, word, Role::Pending);
        }
        match &work.outcome {
            Some(outcome) => {
                let [_, label, _] = outcome.labels();
                (format!("last {label}"), outcome.word.clone(), outcome.role)
            }
            None => (String::new(), String::new(), Role::Text),
        }
    }
}

/// The word of a pending call's label that is coloured.
fn pending_word(label: &str) -> &'static str {
    if label.starts_with(WAITS) {
        WAITS
    } else {
        "pending"
    }
}

/// Widths of the columns of the list.
struct Columns {
    /// See [`words::bars`].
    bars: bool,
    /// The servers, and how their names are shown; none while all is of one.
    servers: Vec<(Arc<str>, String)>,
    /// Of names of servers; 0 while all is of one.
    server: usize,
    name: usize,
    fact: usize,
    marks: usize,
    /// Whether there is room for words behind them.
    words: bool,
}

/// The servers of a list, and how their names are shown so that they can be told apart.
fn servers(browse: &Browse, room: usize) -> Vec<(Arc<str>, String)> {
    let mut servers: Vec<Arc<str>> = Vec::new();
    for entry in &browse.all {
        if servers.last() != Some(&entry.key.server) && !servers.contains(&entry.key.server) {
            servers.push(Arc::clone(&entry.key.server));
        }
    }
    let names: Vec<&str> = servers.iter().map(|name| &**name).collect();
    let width = SERVER.min(room / 3);
    let cut = || names.iter().map(|name| safe(name, width)).collect();
    let shown = distinct(&names, width).unwrap_or_else(cut);
    servers.into_iter().zip(shown).collect()
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
pub(super) fn indent(area: Rect) -> Rect {
    let by = area.width.min(1);
    Rect {
        x: area.x + by,
        width: area.width - by,
        ..area
    }
}

/// Draws sanitised sentences, each wrapped.
fn draw_lines(lines: &[String], area: Rect, buf: &mut Buffer, theme: &Theme) {
    let width = usize::from(area.width).saturating_sub(1);
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
            buf.set_stringn(area.x, y, part, width, theme.style(Role::Text));
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
