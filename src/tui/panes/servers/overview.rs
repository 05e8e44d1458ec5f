//! What is known of one server, as lines: what happened, what to do, and the facts.

use ratatui::text::{Line, Span};

use super::login::Button;
use super::state_of;
use crate::mask::{masked_arguments, unfilled};
use crate::mcp::http::headers::masked_url;
use crate::note::exit_sentence;
use crate::session::timeline::{Connection, LinkState, Listed};
use crate::text;
use crate::transport::Target;
use crate::tui::action::Action;
use crate::tui::keymap::Keymap;
use crate::tui::pane::{Ctx, Server};
use crate::tui::panes::catalogue::fresh_words;
use crate::tui::panes::request::call_words;
use crate::tui::theme::{Role, Theme};

/// What is known of a server, most pressing first; and where the buttons of a login are.
pub fn lines(server: &Server, ctx: &Ctx<'_>, width: usize) -> (Vec<Line<'static>>, Vec<Button>) {
    let mut sheet = Sheet::new(ctx, width);
    let connection = server
        .conn
        .and_then(|conn| ctx.timeline.state().connection(conn));
    let Some(connection) = connection else {
        sheet.command(server, &[]);
        sheet.watched(server);
        sheet.listed(server);
        sheet.blank();
        if server.origin == "built in" {
            sheet.paragraph("A small MCP server that comes with mcpscope, for a first look: tools, resources, prompts, in both eras of the protocol. It runs as a real process beside this one.", Role::TextMuted);
            sheet.blank();
        }
        let (open, connect) = (
            ctx.keys.word(Action::OpenServer),
            ctx.keys.word(Action::Connect),
        );
        sheet.paragraph(
            &format!("{open} connects and opens its tools; {connect} only connects."),
            Role::Info,
        );
        sheet.deeds(server, None);
        return (sheet.lines, sheet.buttons);
    };
    sheet.state(connection, ctx.live);
    if server.listed.as_ref().is_some_and(|listed| listed.stale) {
        let restart = ctx.keys.word(Action::Restart);
        let what = format!(
            "! its entry changed since it was started; {restart} starts it as it stands now"
        );
        sheet.paragraph(&what, Role::Warn);
    }
    sheet.login(connection, ctx.live);
    // What it said last is the evidence when it went down, and then comes before what it was.
    let went_down = matches!(
        connection.link,
        LinkState::Failed { .. } | LinkState::Exited { asked: false, .. }
    );
    if went_down {
        sheet.stderr(connection, 4);
    }
    sheet.command(server, &connection.command);
    sheet.trust(server);
    if let Some(listed) = &server.listed {
        sheet.field("stands in", &listed.place, Role::Text);
    }
    sheet.watched(server);
    sheet.facts(connection, server.starts);
    if let Some(token) = &connection.login.token {
        sheet.token(token);
    }
    if server.starts > 1 {
        let words = if connection.tapped {
            // Nobody started anything: each client is a connection.
            let clients = text::plural(server.starts as usize, "client");
            ("clients", format!("{clients} so far; this is the last"))
        } else {
            (
                "started",
                format!("{} times in this session", server.starts),
            )
        };
        sheet.field(words.0, &words.1, Role::TextMuted);
    }
    if !went_down {
        sheet.stderr(connection, 8);
    }
    sheet.deeds(server, Some(connection));
    if let Some(instructions) = connection
        .opening
        .as_ref()
        .and_then(|opening| opening.instructions.as_deref())
    {
        sheet.blank();
        sheet.paragraph("instructions", Role::TextMuted);
        for line in instructions.lines().take(12) {
            sheet.paragraph(line, Role::Text);
        }
    }
    (sheet.lines, sheet.buttons)
}

/// Lines of an overview, as they are made.
pub(super) struct Sheet<'a> {
    pub theme: &'a Theme,
    pub keys: &'a Keymap,
    pub ctx: &'a Ctx<'a>,
    pub width: usize,
    pub lines: Vec<Line<'static>>,
    /// The buttons of a login.
    pub buttons: Vec<Button>,
}

impl<'a> Sheet<'a> {
    /// An empty one.
    pub(super) const fn new(ctx: &'a Ctx<'a>, width: usize) -> Self {
        Self {
            theme: ctx.theme,
            keys: ctx.keys,
            ctx,
            width,
            lines: Vec::new(),
            buttons: Vec::new(),
        }
    }
}

impl Sheet<'_> {
    /// What can be done with it, as buttons.
    fn deeds(&mut self, server: &Server, connection: Option<&Connection>) {
        if !self.ctx.live {
            return;
        }
        let mut deeds = if connection.is_some_and(Connection::is_alive) {
            vec![(Action::Restart, "Restart"), (Action::Stop, "Stop")]
        } else {
            vec![(Action::Connect, "Connect"), (Action::Doctor, "Doctor")]
        };
        if server.listed.is_some() {
            deeds.extend([(Action::EditServer, "Edit"), (Action::TapServer, "Tap…")]);
        }
        self.blank();
        self.row_of(&deeds);
    }

    /// Air, once.
    pub(super) fn blank(&mut self) {
        if self.lines.last().is_some_and(|line| line.width() > 0) {
            self.lines.push(Line::default());
        }
    }

    pub(super) fn field(&mut self, name: &str, value: &str, role: Role) {
        let value = text::sanitize(value).into_owned();
        let room = self.width.saturating_sub(12).max(1);
        for (index, part) in wrap(&value, room).into_iter().enumerate() {
            let label = if index == 0 { name } else { "" };
            self.lines.push(Line::from(vec![
                Span::styled(
                    format!(" {}", text::pad(label, 11)),
                    self.theme.style(Role::TextMuted),
                ),
                Span::styled(part, self.theme.style(role)),
            ]));
        }
    }

    pub(super) fn paragraph(&mut self, sentence: &str, role: Role) {
        let sentence = text::sanitize(sentence).into_owned();
        for part in wrap(&sentence, self.width.saturating_sub(2).max(1)) {
            self.lines.push(Line::from(Span::styled(
                format!(" {part}"),
                self.theme.style(role),
            )));
        }
    }

    fn cut(&mut self, line: &str, role: Role) {
        let line = text::sanitize(line).into_owned();
        self.lines.push(Line::from(Span::styled(
            text::fit(&line, self.width).into_owned(),
            self.theme.style(role),
        )));
    }

    /// The last lines of stderr, this many at most, with air around.
    fn stderr(&mut self, connection: &Connection, most: usize) {
        let tail = &connection.stderr_tail;
        if tail.is_empty() {
            return;
        }
        let shown = most.min(tail.len());
        self.blank();
        let heading = if shown as u64 == connection.counters.stderr {
            "stderr".to_owned()
        } else {
            format!("stderr, last {shown} of {}", connection.counters.stderr)
        };
        self.paragraph(&heading, Role::TextMuted);
        for line in tail.iter().skip(tail.len() - shown) {
            self.cut(&format!("  {line}"), Role::Text);
        }
        self.blank();
    }

    /// What happened, and what to do about it.
    fn state(&mut self, connection: &Connection, live: bool) {
        let (glyph, word, role) = state_of(Some(connection));
        let restart = self.keys.word(Action::Restart);
        match &connection.link {
            LinkState::Failed { what, hint } => {
                self.paragraph(&format!("{glyph} {what}"), role);
                if let Some(hint) = hint {
                    self.paragraph(&format!("  {hint}"), Role::Info);
                }
                // It was asked in the one era, and showed that it is of the other.
                let older = connection.verdict.is_some() && connection.revision.is_none();
                if live && older {
                    let other = self.keys.word(Action::OtherEra);
                    let way =
                        format!("  {other} opens it as a server of the older era, beside this row");
                    self.paragraph(&way, Role::Accent);
                }
                if live {
                    self.paragraph(&format!("  {restart} tries again"), Role::Info);
                }
            }
            LinkState::Exited {
                code,
                signal,
                asked,
            } => {
                let lived = connection
                    .ended_us
                    .map_or(0, |end| end.saturating_sub(connection.began_us));
                let after = text::took(std::time::Duration::from_micros(lived));
                let whole = if connection.tapped && connection.url.is_some() {
                    // Of a server at an address nobody knows more.
                    "its client left".to_owned()
                } else {
                    exit_sentence(*code, *signal)
                };
                let by_itself = if *asked { "" } else { ", by itself" };
                self.paragraph(&format!("{glyph} {whole} after {after}{by_itself}"), role);
                if connection.counters.failures > 0 && !asked {
                    let failed = text::plural(connection.counters.failures as usize, "request");
                    self.paragraph(
                        &format!(
                            "  {failed} failed in all; {} shows them",
                            self.keys.word(Action::GoTraffic)
                        ),
                        Role::Warn,
                    );
                }
                let logs = self.keys.word(Action::GoLogs);
                let next = if live {
                    format!("  {restart} starts it again, {logs} shows its log")
                } else {
                    format!("  {logs} shows its log")
                };
                self.paragraph(&next, Role::Info);
            }
            _ => self.paragraph(&format!("{glyph} {word}"), role),
        }
        if connection.counters.junk > 0 {
            let lines = text::plural(connection.counters.junk as usize, "line");
            self.paragraph(
                &format!(
                    "! {lines} of no JSON-RPC on stdout; strict clients fail there ({} shows all)",
                    self.keys.word(Action::ViewLogs)
                ),
                Role::Junk,
            );
        }
    }

    /// What was run, or would be, as a shell takes it.
    pub(super) fn command(&mut self, server: &Server, run: &[String]) {
        let mut words = run.to_vec();
        if let (Some(listed), true) = (&server.listed, words.is_empty()) {
            let launch = &listed.server.launch;
            let words = launch.expanded();
            return match launch {
                crate::configs::Launch::Process { .. } => {
                    self.field("command", &shell_words::join(words), Role::Text);
                }
                crate::configs::Launch::Address { .. } => {
                    let address = words.concat();
                    let address = url::Url::parse(&address).map_or(address, |url| masked_url(&url));
                    self.field("address", &address, Role::Text);
                }
            };
        }
        let target = server.target.as_ref().filter(|_| words.is_empty());
        if let Some(Target::Address(address)) = target {
            let address = unfilled(&masked_url(&address.url), &address.secrets);
            return self.field("address", &address, Role::Text);
        }
        if let Some(Target::Process(spawn)) = target {
            let parts = std::iter::once(&spawn.program).chain(&spawn.args);
            words.extend(parts.map(|part| unfilled(&part.to_string_lossy(), &spawn.secrets)));
        }
        if !words.is_empty() {
            let words = masked_arguments(&words);
            self.field("command", &shell_words::join(words), Role::Text);
        }
    }

    /// Which certificates count, where they are not the system's alone.
    fn trust(&mut self, server: &Server) {
        let Some(Target::Address(address)) = &server.target else {
            return;
        };
        if let Some(file) = &address.cacert {
            let words = format!("the certificates in {} too", file.display());
            self.field("trust", &words, Role::Text);
        }
        if address.insecure {
            let words = "any certificate: who answers is not checked (--insecure)";
            self.field("trust", words, Role::Warn);
        }
    }

    /// What is watched for it.
    pub(super) fn watched(&mut self, server: &Server) {
        let pinned = server
            .pinned
            .map(|entry| call_words(self.ctx.timeline, entry));
        if !server.watched.is_empty() {
            let words = shell_words::join(&server.watched);
            let again = pinned.as_deref().unwrap_or("the last call");
            let what = format!("{words} → start again, repeat {again}");
            self.field("watch", &what, Role::Text);
        } else if let Some(pinned) = pinned {
            let watch = self.keys.word(Action::Watch);
            let what = format!("{pinned}; {watch} says which files");
            self.field("pinned", &what, Role::Text);
        }
    }

    fn facts(&mut self, connection: &Connection, starts: u32) {
        if let Some(cwd) = &connection.cwd {
            self.field("cwd", cwd, Role::Text);
        }
        if connection.url.is_some() && !connection.env.is_empty() {
            let names: Vec<String> = connection
                .env
                .iter()
                .map(|name| format!("{name}: ••••"))
                .collect();
            self.field("headers", &names.join(" "), Role::Text);
        } else if !connection.env.is_empty() {
            let names: Vec<String> = connection
                .env
                .iter()
                .map(|name| format!("{name}=••••"))
                .collect();
            self.field("env", &names.join(" "), Role::Text);
        }
        if let Some(opening) = &connection.opening {
            let name = opening.name.clone().unwrap_or_default();
            let version = opening.server_version.clone().unwrap_or_default();
            self.field("server", format!("{name} {version}").trim(), Role::Text);
        }
        if let Some(client) = &connection.client {
            let name = format!("{} {}", client.name, client.version);
            let can = if client.capabilities.is_empty() {
                "nothing besides asking".to_owned()
            } else {
                client.capabilities.join(", ")
            };
            self.field(
                "client",
                &format!("{} (can: {can})", name.trim()),
                Role::Text,
            );
        }
        if let Some(revision) = connection.revision {
            self.field("protocol", revision.as_str(), Role::Text);
        }
        if connection.url.is_some() && connection.revision.is_some() {
            let words = if connection.apart {
                "HTTP+SSE: the stream named its endpoint"
            } else {
                "Streamable HTTP"
            };
            self.field("transport", words, Role::Text);
        }
        if let Some((era, evidence)) = &connection.verdict {
            let again = self.keys.word(Action::Restart);
            let words = match (&connection.era_since, &connection.downgraded) {
                (Some(since), _) => format!("{era}, known since {since}; {again} probes again"),
                (None, Some(since)) => {
                    format!("DOWNGRADE: modern since {since}, {era} now: {evidence}")
                }
                (None, None) => format!("{era}: {evidence}"),
            };
            let role = match connection.downgraded {
                Some(_) => Role::Error,
                None => Role::TextMuted,
            };
            self.field("era", &words, role);
        }
        if let Some(opening) = &connection.opening {
            self.field("can", &opening.capability_names().join(", "), Role::Text);
        }
        let extensions = extensions(connection);
        if !extensions.is_empty() {
            self.field("extensions", &extensions.join(" · "), Role::Text);
        }
        let lists: Vec<String> = crate::mcp::types::List::ALL
            .into_iter()
            .filter_map(|list| {
                let catalogue = connection.list(list);
                let name = match list {
                    crate::mcp::types::List::Tools => "tools",
                    crate::mcp::types::List::Resources => "resources",
                    crate::mcp::types::List::Templates => "templates",
                    crate::mcp::types::List::Prompts => "prompts",
                };
                match catalogue.listed {
                    Listed::Never => None,
                    Listed::Loading => Some(format!("{name} {}…", catalogue.items.len())),
                    Listed::Whole => Some(format!("{name} {}", catalogue.items.len())),
                    Listed::Refused(code) => Some(format!("{name} refused ({code})")),
                }
            })
            .collect();
        if !lists.is_empty() {
            self.field("offers", &lists.join(" · "), Role::Text);
        }
        for list in crate::mcp::types::List::ALL {
            if let Some(fresh) = &connection.list(list).fresh {
                let words = fresh_words(fresh, self.ctx);
                self.field(
                    "cache",
                    &format!("{} {words}", list.method()),
                    Role::TextMuted,
                );
            }
        }
        if let (Some(pid), true) = (connection.pid, connection.is_alive()) {
            self.field("process", &format!("pid {pid}"), Role::Text);
        }
        if let Some(usage) = connection.usage {
            let processes = text::plural(usage.processes as usize, "process");
            let cpu = std::time::Duration::from_millis(usage.cpu_ms);
            self.field(
                "uses",
                &format!(
                    "{} of memory (peak {}), {} CPU, {processes}",
                    text::size(usage.rss),
                    text::size(usage.peak_rss),
                    text::took(cpu)
                ),
                Role::Text,
            );
        }
        let counters = connection.counters;
        let mut messages = format!("{} out, {} in", counters.out, counters.received);
        if connection.url.is_none() {
            let lines = text::plural(counters.stderr as usize, "line");
            messages += &[", ", &lines, " of stderr"].concat();
        }
        if starts > 1 && !connection.tapped {
            messages += ", since it was started last";
        }
        self.field("messages", &messages, Role::Text);
    }
}

/// The extensions that either side declares: in use are those that both do.
fn extensions(connection: &Connection) -> Vec<String> {
    let theirs = connection
        .opening
        .as_ref()
        .map(|opening| opening.extensions())
        .unwrap_or_default();
    let ours = |id: &str| connection.declared.extends(id);
    let mut words: Vec<String> = theirs
        .iter()
        .map(|id| {
            if ours(id) {
                format!("{id} ✓")
            } else {
                format!("{id} (not declared by mcpscope)")
            }
        })
        .collect();
    let declared = connection.declared.extensions.iter();
    words.extend(
        declared
            .filter(|(id, _)| !theirs.contains(id))
            .map(|(id, _)| format!("{id} (not the server's)")),
    );
    words
}

/// Breaks at spaces where it can.
pub fn wrap(sentence: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in sentence.split(' ') {
        let line = lines.last_mut().expect("never empty");
        if line.is_empty() {
            line.push_str(word);
        } else if text::width(line) + 1 + text::width(word) <= width {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
        // A word wider than the line goes on in the next.
        while text::width(lines.last().expect("never empty")) > width {
            let line = lines.pop().expect("never empty");
            let mut head = String::new();
            let mut rest = line.chars();
            while let Some(character) = rest.clone().next() {
                if text::width(&head) + text::width(character.encode_utf8(&mut [0; 4])) > width
                    && !head.is_empty()
                {
                    break;
                }
                head.push(character);
                rest.next();
            }
            let tail = rest.as_str().to_owned();
            lines.push(head);
            if tail.is_empty() {
                break;
            }
            lines.push(tail);
        }
    }
    lines
}
