//! A server that wants a login, in the Servers view: what it asks for, what was tried, the page to open, the address
//! to paste; and the token, once there is one.

use std::collections::HashMap;
use std::ops::Range;

use crossterm::event::{KeyCode, KeyEvent};
use jiff::Timestamp;
use ratatui::text::{Line, Span};

use super::overview::Sheet;
use crate::inspector::Command;
use crate::json::{self, Value};
use crate::mcp::auth::Secret;
use crate::mcp::http::LossKind;
use crate::session::timeline::login::{Login, Stage, Token};
use crate::session::timeline::{Connection, LinkState};
use crate::text;
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::pane::{Ctx, Reply};
use crate::tui::theme::Role;
use crate::tui::widgets::input::{LineInput, Reaction};

/// The buttons, in order.
const BUTTONS: [(Action, &str); 3] = [
    (Action::OpenLogin, "Open browser"),
    (Action::CopyLogin, "Copy URL"),
    (Action::PasteLogin, "Paste redirect"),
];

/// Where a button stands in an overview.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Button {
    /// Its line.
    pub row: usize,
    /// Its cells in that.
    pub columns: Range<usize>,
    /// What it does.
    pub action: Action,
}

/// Steps that are shown; more of them stand in Traffic.
const STEPS: usize = 14;

/// Logins that wait for somebody.
#[derive(Debug, Default)]
pub(super) struct Logins {
    /// The pages to open, whole, by connection. They are in no recording.
    pages: HashMap<u32, Secret>,
    /// An address that is being typed or pasted.
    pub pasting: Option<LineInput>,
}

/// How a server stands that wants a login, or is being logged in to.
pub(super) fn state(connection: &Connection) -> Option<(&'static str, &'static str, Role)> {
    let wants = connection
        .trouble
        .as_ref()
        .is_some_and(|trouble| trouble.kind == Some(LossKind::NeedsLogin));
    match (&connection.login.stage, &connection.link) {
        (Stage::Waiting, _) if connection.is_alive() => Some(("!", "needs login", Role::Warn)),
        (Stage::Working, LinkState::Opening | LinkState::Ready) => {
            Some(("◐", "logging in", Role::Pending))
        }
        (_, LinkState::Failed { .. }) if wants => Some(("!", "needs login", Role::Warn)),
        _ => None,
    }
}

/// What the list tells of it.
pub(super) fn detail(connection: &Connection) -> Option<String> {
    let login = &connection.login;
    login.is_waiting().then(|| {
        let issuer = login.issuer.as_deref().unwrap_or_default();
        let host = url::Url::parse(issuer).ok();
        let host = host.as_ref().and_then(|url| url.host_str());
        let why = login
            .why
            .strip_prefix("the server answered ")
            .unwrap_or(&login.why);
        let status = why.split([',', ' ']).next().unwrap_or_default();
        format!("{status} {}", host.unwrap_or(issuer))
    })
}

impl Logins {
    /// Whether an action is about a login.
    pub fn has(action: Action) -> bool {
        BUTTONS.iter().any(|(own, _)| *own == action)
    }

    /// A page has to be opened, or has no longer.
    pub fn visit(&mut self, conn: u32, page: Option<&Secret>) {
        if page.is_none() {
            self.pasting = None;
        }
        match page {
            Some(page) => drop(self.pages.insert(conn, page.clone())),
            None => drop(self.pages.remove(&conn)),
        }
    }

    fn page(&self, ctx: &Ctx<'_>) -> Option<(u32, &Secret)> {
        let conn = ctx.server()?.conn?;
        Some((conn, self.pages.get(&conn)?))
    }

    /// Whether the selected server waits for somebody.
    pub fn is_open(&self, ctx: &Ctx<'_>) -> bool {
        self.page(ctx).is_some()
    }

    /// Why nothing can be done about a login.
    pub fn why_not(&self, ctx: &Ctx<'_>) -> Option<String> {
        (!self.is_open(ctx)).then(|| "no login waits here".to_owned())
    }

    /// Does what a button says.
    pub fn action(&mut self, action: Action, ctx: &Ctx<'_>) -> Reply {
        let Some((_, page)) = self.page(ctx) else {
            return Reply::say("no login waits here");
        };
        match action {
            Action::OpenLogin => Reply::effect(Effect::Browse {
                asker: 0,
                address: page.reveal().to_owned(),
            }),
            Action::CopyLogin => Reply::effect(Effect::Copy {
                text: page.reveal().to_owned(),
                what: "address of the login".to_owned(),
            }),
            _ => {
                self.pasting = Some(LineInput::new(""));
                Reply::done()
            }
        }
    }

    /// A key while an address is typed.
    pub fn key(&mut self, key: KeyEvent, ctx: &Ctx<'_>) -> Reply {
        let Some(input) = &mut self.pasting else {
            return Reply::ignored();
        };
        match key.code {
            KeyCode::Esc => {
                self.pasting = None;
                Reply::done()
            }
            KeyCode::Enter => self.submit(ctx),
            _ => match input.key(key) {
                Reaction::Ignored => Reply::ignored(),
                _ => Reply::done(),
            },
        }
    }

    /// Hands over what was pasted.
    fn submit(&mut self, ctx: &Ctx<'_>) -> Reply {
        let Some(input) = self.pasting.take() else {
            return Reply::ignored();
        };
        let text = input.text().trim().to_owned();
        match self.page(ctx) {
            Some((conn, _)) if !text.is_empty() => {
                Reply::effect(Effect::Engine(Command::CameBack {
                    conn,
                    address: Secret::new(text),
                }))
            }
            _ => Reply::done(),
        }
    }
}

impl Sheet<'_> {
    /// What is to be done about a login, what was tried, and what it ended in.
    pub(super) fn login(&mut self, connection: &Connection, live: bool) {
        let login = &connection.login;
        match &login.stage {
            Stage::Never => return,
            Stage::Waiting if live && connection.is_alive() => self.waiting(login),
            // What the connection failed of says it too.
            Stage::Failed { what, hint }
                if !matches!(connection.link, LinkState::Failed { .. }) =>
            {
                self.paragraph(&format!("! login failed: {what}"), Role::Error);
                if let Some(hint) = hint {
                    self.paragraph(&format!("  {hint}"), Role::Info);
                }
            }
            _ => {}
        }
        // Once all is well, how it came about is told in Traffic.
        if login.stage != Stage::Done {
            self.blank();
            let which = if login.attempt > 1 {
                format!("login {}", login.attempt)
            } else {
                "login".to_owned()
            };
            self.paragraph(&format!("{which}: {}", login.why), Role::TextMuted);
            let skipped = login.steps.len().saturating_sub(STEPS);
            if skipped > 0 {
                self.paragraph(
                    &format!("… {}", text::plural(skipped, "step")),
                    Role::TextMuted,
                );
            }
            for (ok, step) in login.steps.iter().skip(skipped) {
                let (glyph, role) = if *ok {
                    ("✓", Role::Ok)
                } else {
                    ("✗", Role::Warn)
                };
                self.step(glyph, role, step);
            }
            self.blank();
        }
    }

    fn waiting(&mut self, login: &Login) {
        if let Some(why) = &login.refused {
            self.paragraph(&format!("✗ {why}"), Role::Error);
        }
        let issuer = login.issuer.as_deref().unwrap_or_default();
        self.paragraph(
            &format!("  {issuer} has to be told in a browser that this is allowed"),
            Role::Info,
        );
        self.row_of(&BUTTONS);
        if let Some(redirect) = &login.redirect {
            self.paragraph(
                &format!(
                    "  it comes back to {redirect}; from elsewhere, paste the address it ends at"
                ),
                Role::TextMuted,
            );
        }
    }

    /// Buttons with their keys, as many in a row as there is room for.
    pub(super) fn row_of(&mut self, buttons: &[(Action, &str)]) {
        let mut spans = vec![Span::raw(" ")];
        let mut column = 1;
        for (action, words) in buttons {
            let words = format!("[ {words} {} ]", self.keys.word(*action));
            let wide = text::width(&words);
            if column > 1 && column + wide > self.width {
                self.lines.push(Line::from(std::mem::replace(
                    &mut spans,
                    vec![Span::raw(" ")],
                )));
                column = 1;
            }
            self.buttons.push(Button {
                row: self.lines.len(),
                columns: column..column + wide,
                action: *action,
            });
            column += wide + 1;
            spans.push(Span::styled(words, self.theme.style(Role::Accent)));
            spans.push(Span::raw(" "));
        }
        self.lines.push(Line::from(spans));
    }

    /// What a token is good for.
    pub(super) fn token(&mut self, token: &Token) {
        let scope = token
            .scope
            .as_deref()
            .map_or_else(String::new, |scope| format!(", scope {scope}"));
        let refresh = if token.refreshable {
            ", can be refreshed"
        } else {
            ""
        };
        self.field(
            "token",
            &format!("of {} ({}){scope}{refresh}", token.issuer, token.how),
            Role::Text,
        );
        if let Some(expires) = token.expires {
            self.field("expires", &moment(expires), Role::Text);
        }
        let Some(jwt) = token
            .jwt
            .as_deref()
            .and_then(|jwt| Value::parse(jwt.as_bytes()).ok())
        else {
            return;
        };
        let algorithm = jwt
            .get("header")
            .and_then(|header| header.get("alg"))
            .and_then(Value::as_str);
        self.field(
            "jwt",
            &format!("{}, signature ••••", algorithm.unwrap_or("no algorithm")),
            Role::Text,
        );
        for (name, value) in jwt
            .get("claims")
            .and_then(Value::as_object)
            .unwrap_or_default()
        {
            let raw = value.to_string();
            let is_time = matches!(name.as_str(), "exp" | "iat" | "nbf" | "auth_time");
            let told = match json::integer(raw.as_bytes()) {
                Some(at) if is_time => moment(at),
                _ => value.as_str().map_or(raw, str::to_owned),
            };
            self.field(&text::fit(&text::sanitize(name), 10), &told, Role::Text);
        }
    }

    fn step(&mut self, glyph: &str, role: Role, step: &str) {
        let room = self.width.saturating_sub(4).max(1);
        for (index, part) in super::overview::wrap(&text::sanitize(step), room)
            .into_iter()
            .enumerate()
        {
            let glyph = if index == 0 { glyph } else { " " };
            self.lines.push(Line::from(vec![
                Span::styled(format!("  {glyph} "), self.theme.style(role)),
                Span::styled(part, self.theme.style(Role::Text)),
            ]));
        }
    }
}

/// A time of a token, in UTC: that is how servers tell it too.
fn moment(seconds: i64) -> String {
    Timestamp::from_second(seconds).map_or_else(
        |_| format!("{seconds}"),
        |at| at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
    )
}
