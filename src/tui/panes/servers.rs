//! View 1: the servers, how each stands, and what is known of the selected one.

use std::collections::BTreeSet;

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget as _;

use crate::inspector::Update;
use crate::session::timeline::{Connection, LinkState};
use crate::text;
use crate::tui::action::{Action, Scope};
use crate::tui::effect::Effect;
use crate::tui::event::Event;
use crate::tui::pane::{Ctx, Go, Pane, Reply, Server, View};
use crate::tui::theme::Role;
use crate::tui::widgets::input::{LineInput, Look, Reaction};
use crate::tui::widgets::list::{self, ListState};
use crate::tui::widgets::rule::{Joint, Rule, divider};

mod columns;
mod entry;
mod login;
mod overview;
mod scrolled;
mod surface;
mod taps;

use columns::Columns;
use login::Logins;
pub use overview::wrap;
use scrolled::Scrolled;

/// From this width on the overview stands beside the list, not below it.
const WIDE: u16 = 100;

/// A glyph, a word and a role: how a server stands.
pub fn state_of(connection: Option<&Connection>) -> (&'static str, String, Role) {
    let Some(connection) = connection else {
        return ("○", "off".to_owned(), Role::TextMuted);
    };
    if let Some((glyph, word, role)) = login::state(connection) {
        return (glyph, word.to_owned(), role);
    }
    match &connection.link {
        LinkState::Starting => ("◐", "starting".to_owned(), Role::Pending),
        LinkState::Opening => ("◐", "connecting".to_owned(), Role::Pending),
        LinkState::Ready => ("●", "connected".to_owned(), Role::Ok),
        LinkState::Closing(_) => ("◐", "stopping".to_owned(), Role::Pending),
        LinkState::Failed { .. } => ("✗", "failed".to_owned(), Role::Error),
        LinkState::Exited { asked: true, .. } => ("○", "stopped".to_owned(), Role::TextMuted),
        LinkState::Exited { code, signal, .. } => match (code, signal) {
            (_, Some(signal)) => ("✗", format!("killed {signal}"), Role::Error),
            (Some(0), _) => ("✗", "exited 0".to_owned(), Role::Warn),
            (Some(code), _) => ("✗", format!("exited {code}"), Role::Error),
            _ => ("✗", "gone".to_owned(), Role::Error),
        },
    }
}

/// What the line below the list asks for: words before it, and what may stand there.
const ADD: (&str, &str) = (
    " + command: ",
    "npx -y some-server --flag   (KEY=value before it sets variables)",
);
const PASTE: (&str, &str) = (
    " redirect: ",
    "the address the browser ended at: http://127.0.0.1:…/callback?code=…",
);

const WATCH: (&str, &str) = (
    " watch: ",
    "src/**/*.py   (several apart by spaces; none: watch no longer)",
);

/// What can be said of a server.
const TABS: [&str; 2] = ["Overview", "Config"];

/// See the module.
#[derive(Debug, Default)]
pub struct ServersPane {
    /// Those that are meant by what runs on several, by name; all when none is.
    marked: BTreeSet<String>,
    list: ListState,
    adding: Option<LineInput>,
    /// Whether what is typed is what to watch, and no command.
    patterns: bool,
    logins: Logins,
    /// The tap that is selected, by its place below the servers.
    tap: Option<usize>,
    sheet: Scrolled,
    /// Whether what is said of a server is its entry, not how it stands.
    config: bool,
    /// Where the tabs stand.
    tabs: Vec<Rect>,
    list_area: Rect,
    info_area: Rect,
}

impl ServersPane {
    /// Those that are meant by what runs on several, by name; all when none is.
    pub fn marked(&self) -> &BTreeSet<String> {
        &self.marked
    }

    /// Marks a server, or no longer.
    pub fn mark(&mut self, name: &str) -> bool {
        let new = !self.marked.remove(name);
        if new {
            self.marked.insert(name.to_owned());
        }
        new
    }

    /// Marks none.
    pub fn unmark(&mut self) {
        self.marked.clear();
    }

    fn layout(&self, area: Rect, servers: usize) -> (Rect, Rect) {
        if self.sheet.is_zoomed() && !self.takes_text() {
            return (Rect { height: 0, ..area }, area);
        }
        if area.width >= WIDE {
            let left = area.width * 3 / 5;
            (
                Rect {
                    width: left,
                    ..area
                },
                Rect {
                    x: area.x + left,
                    width: area.width - left,
                    ..area
                },
            )
        } else {
            // The list takes what it needs and a little air; the rest is for what is known.
            let wanted = (servers as u16).saturating_add(2).min(area.height / 2);
            let top = (area.height / 3).max(4).max(wanted);
            (
                Rect {
                    height: top,
                    ..area
                },
                Rect {
                    y: area.y + top,
                    height: area.height - top,
                    ..area
                },
            )
        }
    }

    fn select(&mut self, row: usize, ctx: &Ctx<'_>) -> Reply {
        self.list.selected = row.min(taps::rows(ctx).saturating_sub(1));
        self.tap = self.list.selected.checked_sub(ctx.servers.len());
        self.tap = self.tap.filter(|_| !taps::shown(ctx).is_empty());
        match self.tap {
            Some(_) => Reply::done(),
            None => Reply::go(Go::Server(self.list.selected)),
        }
    }

    fn draw_list(&self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        let taps = taps::shown(ctx);
        let title = if taps.is_empty() {
            format!("SERVERS {}", ctx.servers.len())
        } else {
            format!("SERVERS {}, {}", ctx.servers.len(), taps::counted(taps))
        };
        let rule = Rule {
            title: &title,
            focused: !self.sheet.is_focused(),
            right: "",
            ..Rule::default()
        };
        rule.draw(area, buf, ctx.theme);
        let body = inset(area);
        let rows = Rect {
            height: body.height.saturating_sub(1),
            ..body
        };
        let cursor = list::draw(
            taps::rows(ctx),
            &self.list,
            !self.takes_text(),
            |index, width| {
                let width = usize::from(width);
                let columns = Columns::of(ctx.servers, taps, width);
                match ctx.servers.get(index) {
                    Some(server) => self.row(server, columns, ctx, width),
                    None => taps::row(&taps[index - ctx.servers.len()], columns, ctx, width),
                }
            },
            rows,
            buf,
            ctx.theme,
        );
        let line = Rect {
            y: body.y + (taps::rows(ctx) as u16).min(rows.height),
            height: u16::from(body.height > 0),
            ..body
        };
        let asks = if self.patterns { WATCH } else { ADD };
        let field = self.adding.as_ref().map(|input| (input, asks));
        let pasting = self.logins.pasting.as_ref().map(|input| (input, PASTE));
        if let Some((input, (label, placeholder))) = field.or(pasting) {
            buf.set_stringn(
                line.x,
                line.y,
                label,
                usize::from(line.width),
                ctx.theme.style(Role::Accent),
            );
            let field = Rect {
                x: line.x + label.len() as u16,
                width: line.width.saturating_sub(label.len() as u16),
                ..line
            };
            let look = Look {
                placeholder,
                ..Look::default()
            };
            return Some(input.draw(look, field, buf, ctx.theme));
        }
        if ctx.live {
            let add = ctx.keys.word(Action::AddServer);
            Span::styled(
                format!(" + {add} adds a server: type or paste its command line or address"),
                ctx.theme.style(Role::TextMuted),
            )
            .render(line, buf);
        }
        cursor
    }

    /// Presses the button of a login at a place.
    fn button_at(&mut self, at: Position, ctx: &Ctx<'_>) -> Reply {
        let area = self.info_area;
        let wanted = area.contains(at) && self.tap.is_none();
        let Some(server) = ctx.server().filter(|_| wanted) else {
            return Reply::ignored();
        };
        let (_, buttons) = self.told(server, ctx, usize::from(area.width));
        let (column, row) = (
            usize::from(at.x - area.x),
            usize::from(at.y - area.y) + self.sheet.top(),
        );
        let pressed = buttons
            .iter()
            .find(|button| button.row == row && button.columns.contains(&column));
        match pressed {
            Some(button) if Logins::has(button.action) => self.logins.action(button.action, ctx),
            Some(button) => Reply::go(Go::Do(button.action)),
            None => Reply::ignored(),
        }
    }

    /// What is said of a server.
    fn told(
        &self,
        server: &Server,
        ctx: &Ctx<'_>,
        width: usize,
    ) -> (Vec<Line<'static>>, Vec<login::Button>) {
        if self.config {
            entry::lines(server, ctx, width)
        } else {
            overview::lines(server, ctx, width)
        }
    }

    /// The rule above that.
    fn rule<T>(&self, server: &Server, ctx: &Ctx<'_>, draw: impl FnOnce(Rule<'_>) -> T) -> T {
        let title = text::sanitize(&server.name).into_owned();
        let mut right = self.sheet.remark(usize::from(self.info_area.height));
        if !right.is_empty() && !self.sheet.is_focused() {
            right = format!("{right}, {}", ctx.keys.word(Action::NextPane));
        }
        draw(Rule {
            title: &title,
            focused: self.sheet.is_focused(),
            right: &right,
            // A recording has no settings.
            tabs: if ctx.live { &TABS } else { &[] },
            active: usize::from(self.config),
        })
    }

    fn draw_overview(&self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) {
        if let Some(tap) = self.tap.and_then(|tap| taps::shown(ctx).get(tap)) {
            return taps::draw(tap, area, buf, ctx);
        }
        let Some(server) = ctx.server() else {
            Rule::default().draw(area, buf, ctx.theme);
            return;
        };
        self.rule(server, ctx, |rule| rule.draw(area, buf, ctx.theme));
        let body = inset(area);
        let (lines, _) = self.told(server, ctx, usize::from(body.width));
        for (y, line) in (body.y..body.bottom()).zip(lines.into_iter().skip(self.sheet.top())) {
            line.render(
                Rect {
                    y,
                    height: 1,
                    ..body
                },
                buf,
            );
        }
    }
}

/// Below the title rule.
fn inset(area: Rect) -> Rect {
    Rect {
        y: area.y + 1.min(area.height),
        height: area.height.saturating_sub(1),
        ..area
    }
}

impl Pane for ServersPane {
    fn scopes(&self) -> Vec<Scope> {
        vec![Scope::Servers, Scope::Move]
    }

    fn action(&mut self, action: Action, ctx: &Ctx<'_>) -> Reply {
        let last = taps::rows(ctx).saturating_sub(1);
        let page = usize::from(self.list_area.height).max(2) - 1;
        if self.sheet.takes(action, usize::from(self.info_area.height)) {
            return Reply::done();
        }
        match action {
            Action::NextPane | Action::PreviousPane if self.tap.is_none() => {
                self.sheet.focus();
                Reply::done()
            }
            Action::Zoom if self.tap.is_none() => {
                self.sheet.zoom();
                Reply::done()
            }
            Action::Up => self.select(self.list.selected.saturating_sub(1), ctx),
            Action::Down => self.select(self.list.selected + 1, ctx),
            Action::PageUp => self.select(self.list.selected.saturating_sub(page), ctx),
            Action::PageDown => self.select(self.list.selected + page, ctx),
            Action::Top => self.select(0, ctx),
            Action::Bottom => self.select(last, ctx),
            Action::OpenServer | Action::Right if self.tap.is_some() => {
                let tap = self.tap.and_then(|tap| taps::shown(ctx).get(tap));
                match tap.map(|tap| tap.file.clone()) {
                    Some(Some(file)) => Reply::go(Go::Open(file)),
                    _ => Reply::say("this tap keeps no recording, so there is nothing to look at"),
                }
            }
            Action::OpenServer | Action::Right => {
                if !ctx.live || ctx.connection().is_some_and(Connection::is_ready) {
                    Reply::go(Go::View(View::Tools))
                } else if ctx.servers.is_empty() {
                    Reply::say(format!(
                        "no server here; {} adds one",
                        ctx.keys.word(Action::AddServer)
                    ))
                } else {
                    Reply::go(Go::Connect(self.list.selected, true))
                }
            }
            Action::MarkServer => {
                let Some(server) = ctx.servers.get(self.list.selected) else {
                    return Reply::say("There is no server yet.");
                };
                let words = if self.mark(&server.name) {
                    "is meant by what runs on several servers"
                } else {
                    "is not marked any more"
                };
                Reply::say(format!("{} {words}", text::sanitize(&server.name)))
            }
            Action::CompareServers => self.compare(ctx),
            Action::Connect => Reply::go(Go::Connect(self.list.selected, false)),
            Action::Stop => Reply::go(Go::Stop(self.list.selected)),
            Action::Doctor => Reply::go(Go::Examine(self.list.selected)),
            Action::OpenLogin | Action::CopyLogin | Action::PasteLogin => {
                // What is pasted is typed below the list.
                self.sheet.unzoom();
                self.logins.action(action, ctx)
            }
            Action::OtherEra => Reply::go(Go::OtherEra(self.list.selected)),
            Action::TapServer => Reply::go(Go::Tap(self.list.selected)),
            Action::EditServer => Reply::go(Go::EditServer(self.list.selected)),
            Action::ReadSettings => Reply::go(Go::ReadSettings),
            Action::NextTab | Action::PreviousTab if self.tap.is_none() => {
                self.config = !self.config;
                Reply::done()
            }
            Action::AddServer => {
                if ctx.live {
                    (self.patterns, self.adding) = (false, Some(LineInput::new("")));
                    Reply::done()
                } else {
                    Reply::say("this is a recording; nothing is started or sent")
                }
            }
            Action::Watch => {
                let server = ctx.servers.get(self.list.selected);
                let given = server.map_or_else(String::new, |one| shell_words::join(&one.watched));
                (self.patterns, self.adding) = (true, Some(LineInput::new(given)));
                Reply::done()
            }
            _ => Reply::ignored(),
        }
    }

    fn why_not(&self, action: Action, ctx: &Ctx<'_>) -> Option<String> {
        let connection = ctx.connection();
        if self.tap.is_some() && taps::is_of_servers(action) {
            let open = ctx.keys.word(Action::OpenServer);
            return Some(format!("that is no server of ours; {open} looks on"));
        }
        match action {
            Action::Connect if connection.is_some_and(Connection::is_alive) => Some(format!(
                "it runs; {} starts it again",
                ctx.keys.word(Action::Restart)
            )),
            Action::OpenLogin | Action::CopyLogin | Action::PasteLogin => self.logins.why_not(ctx),
            Action::EditServer if ctx.server().is_some_and(|server| server.listed.is_none()) => {
                let what = "it stands in no client's settings; mcpscope config add NAME -- COMMAND puts it into mcpscope's own";
                Some(what.to_owned())
            }
            Action::AddServer if !ctx.live => {
                Some("this is a recording; nothing is started or sent".to_owned())
            }
            Action::Find
            | Action::FindNext
            | Action::FindPrevious
            | Action::NextError
            | Action::PreviousError
            | Action::Centre
            | Action::Left => Some("not in the list of servers".to_owned()),
            _ => None,
        }
    }

    fn takes_text(&self) -> bool {
        self.adding.is_some() || self.logins.pasting.is_some()
    }

    fn event(&mut self, event: &Event, _ctx: &Ctx<'_>) -> Vec<Effect> {
        if let Event::Update(Update::Visit { conn, url }) = event {
            self.logins.visit(*conn, url.as_ref());
        }
        Vec::new()
    }

    fn key(&mut self, key: KeyEvent, ctx: &Ctx<'_>) -> Reply {
        let Some(input) = &mut self.adding else {
            return self.logins.key(key, ctx);
        };
        match key.code {
            KeyCode::Esc => {
                (self.patterns, self.adding) = (false, None);
                Reply::done()
            }
            KeyCode::Enter => {
                let command = input.text().trim().to_owned();
                if command.is_empty() && !self.patterns {
                    self.adding = None;
                    return Reply::done();
                }
                let words = match shell_words::split(&command) {
                    Ok(words) => words,
                    Err(error) => return Reply::say(format!("not a command line: {error}")),
                };
                self.adding = None;
                if std::mem::take(&mut self.patterns) {
                    return Reply::go(Go::Watch(self.list.selected, words));
                }
                Reply::go(Go::Add(command))
            }
            _ => match input.key(key) {
                Reaction::Ignored => Reply::ignored(),
                _ => Reply::done(),
            },
        }
    }

    fn paste(&mut self, pasted: &str, ctx: &Ctx<'_>) -> Reply {
        if !ctx.live {
            return Reply::ignored();
        }
        // While a login waits, an address that is pasted is most likely its end.
        let field = if self.adding.is_none() && self.logins.is_open(ctx) {
            &mut self.logins.pasting
        } else {
            &mut self.adding
        };
        field
            .get_or_insert_with(|| LineInput::new(""))
            .paste(pasted.trim());
        Reply::done()
    }

    fn click(&mut self, at: Position, double: bool, ctx: &Ctx<'_>) -> Reply {
        match self.list.row_at(at, taps::rows(ctx), 1, self.list_area) {
            Some(row) if double => {
                self.select(row, ctx);
                self.action(Action::OpenServer, ctx)
            }
            Some(row) => self.select(row, ctx),
            None => match self.tabs.iter().position(|tab| tab.contains(at)) {
                Some(tab) => {
                    self.config = tab == 1;
                    Reply::done()
                }
                None => self.button_at(at, ctx),
            },
        }
    }

    fn wheel(&mut self, at: Position, lines: isize, ctx: &Ctx<'_>) -> Reply {
        if self.info_area.contains(at) && self.tap.is_none() {
            self.sheet.scroll(lines, usize::from(self.info_area.height));
            return Reply::done();
        }
        self.list
            .scroll(lines, taps::rows(ctx), usize::from(self.list_area.height));
        Reply::done()
    }

    fn place(&mut self, area: Rect, ctx: &Ctx<'_>) -> Vec<Effect> {
        let (list, mut info) = self.layout(area, taps::rows(ctx));
        if area.width >= WIDE && !list.is_empty() {
            info.x += 1;
            info.width -= 1;
        }
        self.config &= ctx.live;
        // Drawn nowhere, to know where they will stand.
        self.tabs = match ctx.server().filter(|_| self.tap.is_none()) {
            Some(server) => {
                let mut nowhere = Buffer::empty(Rect { height: 1, ..info });
                self.rule(server, ctx, |rule| rule.draw(info, &mut nowhere, ctx.theme))
            }
            None => Vec::new(),
        };
        self.info_area = inset(info);
        self.list_area = Rect {
            y: list.y + 1,
            height: list.height.saturating_sub(2),
            ..list
        };
        // The server that is looked at is the selected one, wherever it was chosen.
        self.tap = self.tap.filter(|tap| *tap < taps::shown(ctx).len());
        if self.tap.is_some() {
            self.sheet = Scrolled::default();
        }
        self.list.selected = self.tap.map_or(ctx.current, |tap| ctx.servers.len() + tap);
        self.list
            .clamp(taps::rows(ctx), usize::from(self.list_area.height));
        if let Some(server) = ctx.server() {
            let (width, height) = (self.info_area.width, self.info_area.height);
            let lines = self.told(server, ctx, usize::from(width)).0.len();
            self.sheet.clamp(&server.name, lines, usize::from(height));
        }
        Vec::new()
    }

    fn draw(&self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        let (list, mut info) = self.layout(area, taps::rows(ctx));
        if list.is_empty() {
            self.draw_overview(info, buf, ctx);
            return None;
        }
        if area.width >= WIDE {
            let bar = Rect { width: 1, ..info };
            info.x += 1;
            info.width -= 1;
            self.draw_overview(info, buf, ctx);
            let cursor = self.draw_list(list, buf, ctx);
            divider(bar, &[(area.y, Joint::Above)], buf, ctx.theme);
            cursor
        } else {
            self.draw_overview(info, buf, ctx);
            self.draw_list(list, buf, ctx)
        }
    }

    fn moment(&self, ctx: &Ctx<'_>) -> Option<crate::session::timeline::EntryIndex> {
        // The newest entry: after a crash that is where the reasons are.
        (ctx.timeline.entries().len() as u32).checked_sub(1)
    }
}

#[cfg(test)]
mod tests;
