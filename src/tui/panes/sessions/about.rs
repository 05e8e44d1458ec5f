//! What is told of one session beside the list: its figures, or what people wrote; and what can be done with it.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget as _;

use super::serving;
use crate::library::retention::why_kept;
use crate::library::{Item, Summary, Writing};
use crate::text;
use crate::tui::action::Action;
use crate::tui::clock::Clock;
use crate::tui::pane::Ctx;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::rule::Rule;

/// What can be done with a session, as buttons.
pub const BUTTONS: [(&str, Action); 4] = [
    ("Open", Action::OpenSession),
    ("Replay…", Action::ReplaySession),
    ("Diff…", Action::DiffSessions),
    ("Export…", Action::ExportSession),
];

/// Columns of what stands before a figure.
const LABEL: usize = 10;

/// See the module.
#[derive(Debug, Clone, Default)]
pub struct About {
    /// Whether it has the keys.
    pub focused: bool,
    notes: bool,
    top: usize,
}

impl About {
    /// To the other tab.
    pub fn turn(&mut self) {
        self.notes ^= true;
        self.top = 0;
    }

    /// Up or down by so many lines.
    pub fn scroll(&mut self, lines: isize) {
        self.top = self.top.saturating_add_signed(lines).min(1_000);
    }

    /// What a click does that hits a button.
    pub fn button_at(at: Position, area: Rect) -> Option<Action> {
        places(area)
            .into_iter()
            .zip(BUTTONS)
            .find(|(place, _)| place.contains(at))
            .map(|(_, (_, action))| action)
    }

    /// Draws it.
    pub fn draw(
        &self,
        item: Option<&Item>,
        why_not: impl Fn(Action) -> bool,
        clock: &Clock,
        area: Rect,
        buf: &mut Buffer,
        ctx: &Ctx<'_>,
    ) {
        if area.is_empty() {
            return;
        }
        let theme = ctx.theme;
        let title = item.map_or_else(|| "nothing selected".to_owned(), title);
        Rule {
            title: &title,
            focused: self.focused,
            tabs: &["Summary", "Notes"],
            active: usize::from(self.notes),
            ..Rule::default()
        }
        .draw(area, buf, theme);
        let Some(item) = item else { return };
        let lines = if self.notes {
            notes(item)
        } else {
            summary(item, clock, ctx)
        };
        let buttons = places(area);
        let end = buttons.first().map_or(area.bottom(), |place| place.y);
        let width = usize::from(area.width.saturating_sub(2));
        let lines = lines.iter().flat_map(|line| wrapped(line, width, theme));
        let lines: Vec<Line<'_>> = lines.collect();
        let room = usize::from(end.saturating_sub(area.y + 1));
        let top = self.top.min(lines.len().saturating_sub(room));
        for (y, line) in (area.y + 1..end).zip(lines.into_iter().skip(top)) {
            let at = Rect {
                x: area.x + 1,
                y,
                width: area.width.saturating_sub(1),
                height: 1,
            };
            line.render(at, buf);
        }
        for (place, (name, action)) in buttons.into_iter().zip(BUTTONS) {
            let role = if why_not(action) {
                Role::TextFaint
            } else {
                Role::Key
            };
            let words = format!("[ {name} ]");
            buf.set_stringn(
                place.x,
                place.y,
                words,
                usize::from(place.width),
                theme.style(role),
            );
        }
    }
}

/// Where the buttons are: on the last line, or the last two where one is too short.
fn places(area: Rect) -> Vec<Rect> {
    if area.height < 6 {
        return Vec::new();
    }
    let mut places: Vec<Rect> = Vec::new();
    let (mut x, mut y) = (area.x + 1, area.bottom() - 1);
    for (name, _) in BUTTONS {
        let width = text::width(name) as u16 + 4;
        if x + width > area.right() {
            // Those before move up to make room.
            for place in &mut places {
                place.y -= 1;
            }
            (x, y) = (area.x + 1, area.bottom() - 1);
        }
        places.push(Rect {
            x,
            y,
            width: width.min(area.width),
            height: 1,
        });
        x += width + 1;
    }
    places
}

/// What a session is called on the screen.
pub fn title(item: &Item) -> String {
    if item.writing == Writing::Ours && item.meta.name.is_empty() {
        "(current)".to_owned()
    } else {
        text::sanitize(&item.title()).into_owned()
    }
}

type Told = (String, String, Role);

fn told(label: &str, words: impl Into<String>) -> Told {
    (label.to_owned(), words.into(), Role::Text)
}

fn wrapped(line: &Told, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let (label, words, role) = line;
    let room = width.saturating_sub(LABEL).max(8);
    let mut parts: Vec<String> = vec![String::new()];
    for word in words.split(' ') {
        let last = parts.last_mut().map(|part| text::width(part));
        let used = last.unwrap_or(0);
        if used > 0 && used + 1 + text::width(word) > room {
            parts.push(String::new());
        }
        if let Some(part) = parts.last_mut() {
            if !part.is_empty() {
                part.push(' ');
            }
            part.push_str(word);
        }
    }
    let mut label = text::pad(label, LABEL);
    parts
        .into_iter()
        .map(|part| {
            let part = text::fit(&part, room).into_owned();
            Line::from(vec![
                Span::styled(
                    std::mem::replace(&mut label, " ".repeat(LABEL)),
                    theme.style(Role::TextMuted),
                ),
                Span::styled(part, theme.style(*role)),
            ])
        })
        .collect()
}

fn summary(item: &Item, clock: &Clock, ctx: &Ctx<'_>) -> Vec<Told> {
    let safe = |words: &str| text::sanitize(words).into_owned();
    let mut lines = Vec::new();
    let live = (item.writing == Writing::Ours && ctx.live).then(|| of_now(ctx));
    let summary = live.as_ref().or(item.meta.summary.as_ref());
    let began = clock.moment(item.began);
    let began = began.split('.').next().unwrap_or_default().to_owned();
    let took = summary.map_or_else(String::new, |summary| {
        format!(", {}", text::took(Duration::from_micros(summary.took)))
    });
    if item.by.is_empty() {
        lines.push(told(
            "recorded",
            format!("since {}", clock.minute(item.began)),
        ));
    } else {
        lines.push(told(
            "recorded",
            format!("{began}{took} by {}", safe(&item.by)),
        ));
    }
    match item.writing {
        Writing::Ours if item.path.as_os_str().is_empty() => {
            lines.push((
                "kept".into(),
                "not recorded (--no-record)".into(),
                Role::Warn,
            ));
        }
        Writing::Ours => lines.push(("grows".into(), "being recorded here".into(), Role::Accent)),
        Writing::Others => {
            let words = "another mcpscope still records it";
            lines.push(("grows".into(), words.into(), Role::Pending));
        }
        Writing::Nobody => {}
    }
    match summary {
        None => lines.push(told("", "not counted yet")),
        Some(summary) => figures(summary, &mut lines),
    }
    if item.size > 0 {
        lines.push(told("size", text::size(item.size)));
    }
    if !item.meta.tags.is_empty() {
        lines.push(told("tags", safe(&item.meta.tags.join(" "))));
    }
    if !item.path.as_os_str().is_empty() {
        lines.push(told("serve", safe(&serving::shown(item))));
    }
    if let Some(why) = why_kept(item).filter(|_| item.writing == Writing::Nobody) {
        lines.push(told("stays", why));
    }
    lines
}

fn figures(summary: &Summary, lines: &mut Vec<Told>) {
    for (index, server) in summary.servers.iter().enumerate() {
        let mut words = text::sanitize(&server.name).into_owned();
        let says = text::sanitize(&server.says);
        if !says.is_empty() && says != words {
            let version = says.strip_prefix(&format!("{words} "));
            words = match version {
                Some(version) => format!("{words} {version}"),
                None => format!("{words} ({says})"),
            };
        }
        for more in [&server.revision, &server.trouble] {
            if !more.is_empty() {
                words.push_str(" · ");
                words.push_str(&text::sanitize(more));
            }
        }
        lines.push(told(if index == 0 { "servers" } else { "" }, words));
    }
    let (entries, messages) = (summary.entries as usize, summary.messages as usize);
    lines.push(told(
        "holds",
        format!(
            "{}, {}",
            text::plural(messages, "message"),
            text::plural(entries, "entry")
        ),
    ));
    if summary.errors > 0 {
        let words = format!("{} went wrong", summary.errors);
        lines.push(("errors".into(), words, Role::Error));
    }
    if summary.masked > 0 {
        let words = format!("in {}", text::plural(summary.masked as usize, "entry"));
        lines.push(told("masked", words));
    }
    if summary.skipped > 0 {
        let words = format!(
            "{} no entries",
            text::plural(summary.skipped as usize, "line")
        );
        lines.push(("damaged".into(), words, Role::Warn));
    }
}

/// Figures of the session of now, off the counters of its few connections: cheap at any size.
pub fn of_now(ctx: &Ctx<'_>) -> Summary {
    let timeline = ctx.timeline;
    let (mut messages, mut errors) = (0, 0);
    let mut servers: Vec<crate::library::Party> = Vec::new();
    for connection in timeline.state().connections() {
        let counters = &connection.counters;
        messages += counters.out + counters.received;
        errors += counters.failures + counters.junk;
        servers.retain(|server| *server.name != *connection.name);
        servers.push(crate::library::Party {
            name: connection.name.to_string(),
            ..Default::default()
        });
    }
    let entries = timeline.entries();
    Summary {
        entries: entries.len() as u64,
        messages,
        errors,
        servers,
        took: entries
            .last()
            .map_or(0, crate::session::timeline::EntryRow::us),
        ..Summary::default()
    }
}

fn notes(item: &Item) -> Vec<Told> {
    let safe = |words: &str| text::sanitize(words).into_owned();
    let mut lines = Vec::new();
    let meta = &item.meta;
    if meta.is_plain() {
        lines.push(told("", "Nobody wrote anything about it yet."));
    }
    for (label, words) in [
        ("name", safe(&meta.name)),
        ("tags", safe(&meta.tags.join(" "))),
        ("note", safe(&meta.note)),
    ] {
        if !words.is_empty() {
            lines.push(told(label, words));
        }
    }
    for (seq, mark) in meta.marks.iter() {
        let words = format!("{} {}", mark.sign(), safe(&mark.note));
        lines.push(told(&format!("#{seq}"), words.trim_end()));
    }
    lines
}
