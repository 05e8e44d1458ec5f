//! What is said in words: why there is no list, why nothing can be sent, what an item does, how a call ended.
//! All of it is sanitised.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::listing::advertises;
use crate::form::template;
use crate::json;
use crate::mcp::revision::Era;
use crate::mcp::types::{Item, List, ToolEffect};
use crate::mcp::{apps, tasks};
use crate::note::exit_sentence;
use crate::session::timeline::{Connection, LinkState, Listed};
use crate::text;
use crate::tui::action::Action;
use crate::tui::pane::Ctx;
use crate::tui::theme::Role;

/// Of a call that was not sent.
pub const MASKED: &str =
    "Not sent: a value is masked and not known in this session; Logs says which. Type it anew.";

/// Said of everything that would send in an opened file.
const RECORDING: &str = "this is a recording; nothing is sent";
/// Lines of stderr that explain an end.
const STDERR: usize = 4;

/// The plural noun of a list.
pub const fn noun(list: List) -> &'static str {
    match list {
        List::Tools => "tools",
        List::Resources => "resources",
        List::Templates => "templates",
        List::Prompts => "prompts",
    }
}

/// Why nothing can be sent to the server looked at, if so.
pub fn cannot_send(ctx: &Ctx<'_>) -> Option<String> {
    if !ctx.live {
        return Some(RECORDING.to_owned());
    }
    let Some(server) = ctx.server() else {
        return Some(format!(
            "there is no server yet; {} goes to Servers",
            ctx.keys.word(Action::ViewServers)
        ));
    };
    let name = text::sanitize(&server.name);
    let restart = ctx.keys.word(Action::Restart);
    match ctx.connection().map(|connection| &connection.link) {
        None => Some(format!(
            "{name} is not connected; {} connects in Servers",
            ctx.keys.word(Action::Connect)
        )),
        Some(LinkState::Ready) => None,
        Some(LinkState::Starting | LinkState::Opening) => {
            Some(format!("{name} is still connecting"))
        }
        Some(LinkState::Closing(_)) => Some(format!("{name} is being stopped")),
        Some(LinkState::Exited { code, signal, .. }) => Some(format!(
            "{name} {}; {restart} starts it again",
            exit_sentence(*code, *signal)
        )),
        Some(LinkState::Failed { what, .. }) => Some(format!(
            "{name}: {}; {restart} tries again",
            text::sanitize(what)
        )),
    }
}

/// Why the lists have nothing to show: what is so, and what to do. Empty when there is nothing to say.
pub fn why_empty(lists: &[List], ctx: &Ctx<'_>) -> Vec<String> {
    let Some(server) = ctx.server() else {
        return vec![
            "There is no server yet.".to_owned(),
            format!(
                "{} goes to Servers, where {} adds one.",
                ctx.keys.word(Action::ViewServers),
                ctx.keys.word(Action::AddServer)
            ),
        ];
    };
    let name = text::sanitize(&server.name);
    let restart = ctx.keys.word(Action::Restart);
    let Some(connection) = ctx.connection() else {
        let mut lines = vec![format!("{name} is not connected.")];
        if ctx.live {
            lines.push(format!(
                "{} goes to Servers, where {} connects it.",
                ctx.keys.word(Action::ViewServers),
                ctx.keys.word(Action::Connect)
            ));
        }
        return lines;
    };
    let mut lines = match &connection.link {
        LinkState::Starting => vec![format!("{name} is being started…")],
        LinkState::Opening => vec![format!("Connecting to {name}…")],
        LinkState::Closing(step) => {
            vec![format!("{name} is being stopped: {}", text::sanitize(step))]
        }
        LinkState::Exited {
            code,
            signal,
            asked,
        } => {
            let sentence = exit_sentence(*code, *signal);
            let mut lines = vec![if *asked {
                format!("{name} was stopped ({sentence}).")
            } else {
                format!("{name} {sentence}.")
            }];
            if ctx.live {
                lines.push(format!("{restart} starts it again."));
            }
            lines
        }
        LinkState::Failed { what, hint } => {
            let mut lines = vec![format!("{name}: {}", text::sanitize(what))];
            lines.extend(hint.as_deref().map(|hint| text::sanitize(hint).into()));
            if ctx.live {
                lines.push(format!("{restart} tries again."));
            }
            lines
        }
        LinkState::Ready => {
            let mut lines: Vec<String> = lists.iter().map(|list| of_list(*list, ctx)).collect();
            // Resources and their templates are one capability.
            lines.dedup();
            return lines;
        }
    };
    lines.extend(stderr_of(connection));
    lines
}

fn of_list(list: List, ctx: &Ctx<'_>) -> String {
    let (noun, method) = (noun(list), list.method());
    let name = ctx.server().map(|server| text::sanitize(&server.name));
    let name = name.unwrap_or_default();
    let Some(connection) = ctx.connection() else {
        return String::new();
    };
    match connection.list(list).listed {
        Listed::Refused(code) => {
            let again = ctx.keys.word(Action::RefreshList);
            let means = crate::tui::payload::meaning(&code.to_string());
            format!("{method} was refused with {code}{means}. {again} asks again.")
        }
        Listed::Never if !advertises(connection, list) => {
            format!("{name} does not advertise {}.", list.capability())
        }
        Listed::Whole => format!("{name} has no {noun}."),
        // What somebody else's client does not ask, or nobody did, is not asked by looking.
        Listed::Never if connection.tapped => {
            format!("The client of this tap did not ask for {noun}.")
        }
        Listed::Never if !ctx.live => format!("Nobody asked for {noun} in this session."),
        Listed::Loading if !ctx.live && !connection.is_alive() => {
            format!("{method} was not answered.")
        }
        Listed::Never | Listed::Loading => format!("Asking for {noun}…"),
    }
}

/// The last lines of stderr under a heading, or nothing.
pub fn stderr_of(connection: &Connection) -> Vec<String> {
    let tail = &connection.stderr_tail;
    let skip = tail.len().saturating_sub(STDERR);
    let mut lines = Vec::new();
    if !tail.is_empty() {
        let (shown, all) = (tail.len() - skip, connection.counters.stderr);
        lines.push(if shown as u64 == all {
            "stderr:".to_owned()
        } else {
            format!("stderr, last {shown} of {all}:")
        });
    }
    let safe = |line: &str| format!("  {}", text::sanitize(line));
    lines.extend(tail.iter().skip(skip).map(|line| safe(line)));
    lines
}

/// How the connection stands, for the title of the list; empty when all is well.
pub fn link(ctx: &Ctx<'_>) -> String {
    match ctx.connection().map(|connection| &connection.link) {
        None | Some(LinkState::Ready) => String::new(),
        Some(LinkState::Starting) => "starting".to_owned(),
        Some(LinkState::Opening) => "connecting".to_owned(),
        Some(LinkState::Closing(_)) => "stopping".to_owned(),
        Some(LinkState::Exited { code, signal, .. }) => exit_sentence(*code, *signal),
        Some(LinkState::Failed { .. }) => "failed".to_owned(),
    }
}

/// Whether the connection is one on which tools with marks that are not valid must not be used (2026-07-28 over
/// HTTP, `server/tools`, `x-mcp-header`).
pub fn bars(ctx: &Ctx<'_>) -> bool {
    ctx.connection().is_some_and(|connection| {
        connection.url.is_some()
            && connection
                .revision
                .is_some_and(|revision| revision.era() == Era::Modern)
    })
}

/// Why an item must not be used on this connection.
pub fn barred(item: &Item, ctx: &Ctx<'_>) -> Option<String> {
    let why = ctx.connection()?.excludes(item)?;
    Some(format!(
        "excluded over HTTP: {}; {} can send it by hand",
        text::sanitize(why),
        ctx.keys.word(Action::ByHand)
    ))
}

/// The second column of the list, and how it is drawn. `bars`: see [`bars`].
pub fn column(list: List, item: &Item, bars: bool) -> (String, Role) {
    match list {
        List::Tools if bars && item.barred.is_some() => ("excluded".to_owned(), Role::Error),
        List::Tools => {
            let role = match item.effect {
                ToolEffect::Destroys => Role::Warn,
                _ => Role::TextMuted,
            };
            (item.effect.word().to_owned(), role)
        }
        List::Resources => {
            let mime = item.mime.as_deref().map(short_mime).unwrap_or_default();
            (mime, Role::TextMuted)
        }
        List::Templates => {
            let count = template::variables(item.uri.as_deref().unwrap_or_default()).len();
            (text::plural(count, "variable"), Role::TextMuted)
        }
        List::Prompts => {
            let count = item.prompt_arguments().len();
            (text::plural(count, "arg"), Role::TextMuted)
        }
    }
}

/// The part of a media type that says most: `text/plain` is text, `application/json` is json.
fn short_mime(mime: &str) -> String {
    let whole = mime.split(';').next().unwrap_or_default().trim();
    let (kind, rest) = whole.split_once('/').unwrap_or((whole, ""));
    let word = match kind {
        "application" | "text" if !matches!(rest, "" | "plain" | "octet-stream") => {
            rest.rsplit('+').next().unwrap_or(rest)
        }
        "application" => "binary",
        kind => kind,
    };
    text::sanitize(word).into_owned()
}

/// What is known of an item besides its words: `writes · idempotent · output schema`.
pub fn facts(list: List, item: &Item) -> String {
    let mut facts: Vec<String> = Vec::new();
    match list {
        List::Tools => {
            facts.push(match item.effect {
                ToolEffect::Unknown => "effect not said".to_owned(),
                effect => effect.word().to_owned(),
            });
            let hint = |name| {
                json::get(item.raw.as_bytes(), &["annotations", name]).and_then(json::boolean)
            };
            if hint("idempotentHint") == Some(true) {
                facts.push("idempotent".to_owned());
            }
            match hint("openWorldHint") {
                Some(true) => facts.push("open world".to_owned()),
                Some(false) => facts.push("closed world".to_owned()),
                None => {}
            }
            if has_output_schema(item) {
                facts.push("output schema ✓".to_owned());
            }
        }
        List::Resources | List::Templates => {
            let mime = item.mime.as_deref();
            facts.extend(mime.map(|mime| text::sanitize(mime).into_owned()));
            facts.extend(item.size.map(text::size));
        }
        List::Prompts => facts.push(text::plural(item.prompt_arguments().len(), "argument")),
    }
    if apps::is_app(list, item) {
        facts.push("app".to_owned());
    }
    match tasks::Support::of(item) {
        tasks::Support::Optional if list == List::Tools => facts.push("may be a task".to_owned()),
        tasks::Support::Required if list == List::Tools => facts.push("only as a task".to_owned()),
        _ => {}
    }
    facts.join(" · ")
}

/// Whether a tool says what its structured results look like.
pub fn has_output_schema(item: &Item) -> bool {
    item.member("outputSchema")
        .is_some_and(|raw| json::kind(raw) == json::Kind::Object)
}

/// All that is known of an item, over many lines; not sanitised, for a document that does it.
pub fn about(list: List, item: &Item) -> Vec<(String, bool)> {
    /// More JSON than this is shown as the server wrote it.
    const LAID_OUT: usize = 64 * 1024;
    let mut out: Vec<(String, bool)> = Vec::new();
    let mut line = |text: &str| out.push((text.to_owned(), false));
    line(&item.name);
    if let Some(title) = &item.title {
        line(title);
    }
    if let Some(uri) = &item.uri {
        line(uri);
    }
    let known = facts(list, item);
    if !known.is_empty() {
        line(&known);
    }
    for told in apps::about(list, item) {
        let mark = if told.wrong { "✗ " } else { "" };
        line(&format!("{mark}{}", told.text));
    }
    if let Some(why) = &item.barred {
        line(&format!("Excluded over HTTP in 2026-07-28: {why}"));
    }
    if let Some(description) = &item.description {
        line("");
        out.push((description.trim_end().to_owned(), true));
    }
    let mut line = |text: &str| out.push((text.to_owned(), false));
    if list == List::Prompts {
        for argument in item.prompt_arguments() {
            line("");
            let mark = if argument.required { " *" } else { "" };
            line(&format!("{}{mark}", argument.name));
            if let Some(description) = &argument.description {
                line(&format!("  {description}"));
            }
        }
    }
    for (heading, member) in [
        ("Annotations", "annotations"),
        ("Input schema", "inputSchema"),
        ("Output schema", "outputSchema"),
        ("Meta", "_meta"),
    ] {
        if let Some(raw) = item.member(member) {
            line("");
            line(heading);
            let parsed = (raw.len() <= LAID_OUT).then(|| json::Value::parse(raw).ok());
            match parsed.flatten() {
                Some(value) => line(&value.pretty()),
                None => line(&String::from_utf8_lossy(raw)),
            }
        }
    }
    if list == List::Tools && item.member("inputSchema").is_none() {
        line("");
        line("No input schema: the specification requires one.");
    }
    out
}

/// `182 ms` of microseconds.
pub fn took(us: u64) -> String {
    text::took(Duration::from_micros(us))
}

/// The local time of day.
pub fn clock(at: Timestamp) -> String {
    at.to_zoned(TimeZone::system())
        .strftime("%H:%M:%S")
        .to_string()
}

/// Breaks sanitised text into at most `most` lines of `width` columns, at spaces where it can; `…` ends what was cut.
pub fn wrap(text: &str, width: usize, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    if width == 0 || most == 0 {
        return lines;
    }
    for word in text.split_whitespace() {
        let full = lines.len() == most;
        let fits = |line: &String| text::width(line) + 1 + text::width(word) <= width;
        match lines.last_mut() {
            Some(line) if fits(line) => {
                line.push(' ');
                line.push_str(word);
            }
            Some(line) if full => {
                let cut = text::fit(line, width - 1).into_owned();
                let end = if cut.ends_with('…') { "" } else { "…" };
                *line = format!("{cut}{end}");
                break;
            }
            _ => lines.push(text::fit(word, width).into_owned()),
        }
    }
    lines
}

/// How long ago something was, in a word or two.
pub fn ago(at: Timestamp, now: Timestamp) -> String {
    let seconds = now.as_second().saturating_sub(at.as_second());
    match seconds {
        ..=4 => "just now".to_owned(),
        5..=59 => format!("{seconds} s ago"),
        60..=3599 => format!("{} min ago", seconds / 60),
        3600..=86_399 => format!("{} h ago", seconds / 3600),
        _ => format!("{} ago", text::plural((seconds / 86_400) as usize, "day")),
    }
}

/// The parts that say anything, between dots.
pub fn joined(parts: &[&str]) -> String {
    let parts: Vec<&str> = parts
        .iter()
        .copied()
        .filter(|part| !part.is_empty())
        .collect();
    parts.join(" · ")
}

/// Whether one text goes on from another, whatever the case of its letters.
pub fn begins(text: &str, typed: &str) -> bool {
    let mut letters = text.chars().flat_map(char::to_lowercase);
    typed
        .chars()
        .flat_map(char::to_lowercase)
        .all(|letter| letters.next() == Some(letter))
}
