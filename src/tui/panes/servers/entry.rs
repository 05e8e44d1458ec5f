//! What the settings of a client say of a server: the tab beside the overview. Values of variables and headers are not
//! shown, but for references to variables, which are no values.

use ratatui::text::Line;

use super::login::Button;
use super::overview::Sheet;
use crate::configs::Launch;
use crate::configs::inputs::How;
use crate::mcp::http::headers::masked_url;
use crate::transport::Target;
use crate::tui::action::Action;
use crate::tui::pane::{Ctx, Listed, Server};
use crate::tui::theme::Role;

/// Its lines; and where its buttons are.
pub fn lines(server: &Server, ctx: &Ctx<'_>, width: usize) -> (Vec<Line<'static>>, Vec<Button>) {
    let mut sheet = Sheet::new(ctx, width);
    let Some(listed) = &server.listed else {
        let (add, run) = (
            "It stands in no client's settings.",
            "mcpscope config add NAME -- COMMAND puts it into mcpscope's own, --client NAME into another's.",
        );
        sheet.command(server, &[]);
        sheet.field("known from", &server.origin, Role::Text);
        sheet.watched(server);
        sheet.blank();
        sheet.paragraph(add, Role::Text);
        sheet.paragraph(run, Role::TextMuted);
        return (sheet.lines, sheet.buttons);
    };
    sheet.stale(listed);
    sheet.field("stands in", &listed.place, Role::Text);
    sheet.field("", &listed.whose(), Role::TextMuted);
    sheet.field("transport", listed.server.launch.transport(), Role::Text);
    launch(&mut sheet, &listed.server.launch);
    if let Some(over) = &listed.over {
        let names = over.env.iter().chain(&over.headers);
        let mut said: Vec<String> = names.map(|(name, _)| format!("{name}=••••")).collect();
        said.extend(over.cwd.iter().map(|cwd| format!("cwd {}", cwd.display())));
        if !said.is_empty() {
            sheet.field("on top", &said.join(" "), Role::Text);
            sheet.field("", "what the command line says of it", Role::TextMuted);
        }
    }
    asked(&mut sheet, listed);
    sheet.watched(server);
    sheet.troubles(listed);
    sheet.others(listed);
    if ctx.live {
        sheet.blank();
        sheet.row_of(&[
            (Action::EditServer, "Edit"),
            (Action::TapServer, "Tap…"),
            (Action::ReadSettings, "Read again"),
        ]);
    }
    (sheet.lines, sheet.buttons)
}

/// How it is started, as it is written, and what that comes to where it is something else.
fn launch(sheet: &mut Sheet<'_>, launch: &Launch) {
    let (written, expanded) = (launch.written(), launch.expanded());
    let (label, line): (&str, fn(&[&str]) -> String) = match launch {
        Launch::Process { .. } => ("command", |words| shell_words::join(words)),
        Launch::Address { .. } => ("address", |words| {
            let address = words.concat();
            url::Url::parse(&address).map_or(address, |url| masked_url(&url))
        }),
    };
    sheet.field(label, &line(&written), Role::Text);
    if expanded != written {
        sheet.field("that is", &line(&expanded), Role::TextMuted);
    }
    if let Some(cwd) = launch.cwd() {
        sheet.field("cwd", &cwd.written, Role::Text);
    }
    let label = match launch {
        Launch::Process { .. } => "env",
        Launch::Address { .. } => "headers",
    };
    for (index, (name, text)) in launch.named().iter().enumerate() {
        let written = text.written.as_str();
        let refers = written
            .strip_prefix("${")
            .and_then(|rest| rest.strip_suffix('}'));
        // A default may be a secret.
        let refers =
            refers.is_some_and(|inner| !inner.contains(['{', '}']) && !inner.contains(":-"));
        let value = if refers { written } else { "••••" };
        let label = if index == 0 { label } else { "" };
        sheet.field(label, &format!("{name}={value}"), Role::Text);
    }
}

/// What somebody is asked for before it starts.
fn asked(sheet: &mut Sheet<'_>, listed: &Listed) {
    let taken = listed.server.taken.iter();
    for (index, input) in listed.server.asks.iter().chain(taken).enumerate() {
        let mut told = input.id.clone();
        if !input.description.is_empty() {
            told = format!("{told}: {}", input.description);
        }
        if let How::Pick(options) = &input.how {
            told = format!("{told} ({})", options.join(", "));
        }
        if !input.proposed.is_empty() && !input.hidden {
            told = format!("{told}, {} if nothing is said", input.proposed);
        }
        let label = if index == 0 { "asks for" } else { "" };
        sheet.field(label, &told, Role::Text);
    }
}

impl Sheet<'_> {
    /// What the settings of clients say of it.
    pub(super) fn listed(&mut self, server: &Server) {
        let Some(listed) = &server.listed else {
            return;
        };
        let launch = &listed.server.launch;
        if let Some(Target::Process(spawn)) = &server.target
            && let Some(cwd) = &spawn.cwd
        {
            self.field("cwd", &cwd.to_string_lossy(), Role::Text);
        }
        let names: Vec<String> = launch
            .named()
            .iter()
            .map(|(name, _)| format!("{name}=••••"))
            .collect();
        if !names.is_empty() {
            let label = match launch {
                Launch::Process { .. } => "env",
                Launch::Address { .. } => "headers",
            };
            self.field(label, &names.join(" "), Role::Text);
        }
        self.field("stands in", &listed.place, Role::Text);
        self.field("", &listed.whose(), Role::TextMuted);
        self.troubles(listed);
        self.others(listed);
    }

    /// That what runs is not what its entry says.
    pub(super) fn stale(&mut self, listed: &Listed) {
        if listed.stale {
            let restart = self.keys.word(Action::Restart);
            let what = format!(
                "! its entry changed since it was started; {restart} starts it as it stands now"
            );
            self.paragraph(&what, Role::Warn);
        }
    }

    /// What is odd about its entry, or has to be known of it.
    pub(super) fn troubles(&mut self, listed: &Listed) {
        let troubles = listed.problem.iter().chain(&listed.server.off);
        for trouble in troubles.chain(&listed.server.remarks) {
            self.field("!", trouble, Role::Warn);
        }
        if listed.consent.is_some() {
            let asks = "nobody agreed to it as it stands: connecting asks first";
            self.field("!", asks, Role::Warn);
        }
    }

    /// Other entries of its name.
    pub(super) fn others(&mut self, listed: &Listed) {
        for (index, other) in listed.others.iter().enumerate() {
            let label = if index == 0 { "also in" } else { "" };
            let told = if other.differs.is_empty() {
                format!("{}: the same", other.place)
            } else {
                format!("{}: {}", other.place, other.differs.join(", "))
            };
            self.field(label, &told, Role::TextMuted);
            if !other.differs.is_empty() {
                let add = self.keys.word(Action::AddServer);
                let how = format!("{add} --server {} takes that one", other.selector);
                self.field("", &how, Role::TextMuted);
            }
        }
    }
}
