//! A report for people: what was asked, what came back, how long it took, with which versions. Secrets are
//! `‹redacted›`, also where an answer repeats one.

use super::Server;
use super::call::Call;
use super::literal;
use super::node::TELLING;
use super::variables::Piece;
use crate::json::{self, Value};
use crate::text;

/// What stands in the place of a secret.
const REDACTED: &str = "‹redacted›";
/// More bytes of an answer than this are left out.
const LONGEST: usize = 64 * 1024;

pub fn write(call: &Call<'_>) -> String {
    let subject = call.subject;
    let about = call.verb().and_then(|verb| match verb {
        super::call::Verb::Tool(name, _)
        | super::call::Verb::Prompt(name, _)
        | super::call::Verb::Read(name) => Some(name.to_owned()),
        super::call::Verb::List(..) => None,
    });
    let title = about.map_or_else(String::new, |about| format!(" {}", code(&about)));
    let mut out = format!("## {}{title}\n\n", code(&subject.method));
    let mut row = |name: &str, value: &str| {
        out.extend(["- ", name, ": ", value, "\n"]);
    };
    row("Server", &code(&subject.name));
    if let Some(implementation) = &subject.implementation {
        row("Implementation", &code(implementation));
    }
    match call.server() {
        Server::Process { cwd, .. } => {
            let words = call.variables.command.iter();
            let words: Vec<String> = words
                .map(|word| super::shell::quote(&redacted(word)))
                .collect();
            row("Command", &code(&words.join(" ")));
            if let Some(cwd) = cwd {
                row("Directory", &code(cwd));
            }
        }
        Server::Address { .. } => {
            row("Address", &code(&redacted(&call.variables.url)));
        }
    }
    for (name, _) in &call.variables.env {
        row("Environment", &code(&format!("{name}={REDACTED}")));
    }
    for (name, _) in &call.variables.headers {
        row("Header", &code(&format!("{name}: {REDACTED}")));
    }
    if let Some(revision) = subject.revision {
        row("Protocol", &revision.to_string());
    }
    if let Some(answer) = &subject.answer {
        let took = answer.took.as_ref().map(|took| format!(" after {took}"));
        row(
            "Outcome",
            &format!("{}{}", answer.outcome, took.unwrap_or_default()),
        );
    }
    row("Seen with", concat!("mcpscope ", env!("CARGO_PKG_VERSION")));
    let params = call.params.redacted(REDACTED);
    if params != Value::Null {
        out.push_str("\n### Request\n\n");
        out.push_str(&fenced("json", &params.pretty()));
    }
    match &subject.answer {
        None => {}
        Some(answer) => {
            out.push_str("\n### Response\n\n");
            match &answer.body {
                None => out.push_str("None.\n"),
                Some(body) => out.push_str(&response(call, body)),
            }
        }
    }
    out
}

fn response(call: &Call<'_>, body: &[u8]) -> String {
    let part = json::get(body, &["result"])
        .or_else(|| json::get(body, &["error"]))
        .unwrap_or(body);
    let parsed = Value::parse(part).map(|value| hide(call, value));
    let (language, mut shown) = match parsed {
        Ok(value) => ("json", value.pretty()),
        Err(_) => ("", hidden(call, &String::from_utf8_lossy(part))),
    };
    let size = shown.len();
    if size <= LONGEST {
        return fenced(language, &shown);
    }
    let cut = (0..=LONGEST).rev().find(|at| shown.is_char_boundary(*at));
    shown.truncate(cut.unwrap_or(0));
    format!(
        "{}\nThe first {} of {}.\n",
        fenced("", &shown),
        text::size(shown.len() as u64),
        text::size(size as u64)
    )
}

/// A value without the secrets of the request in it.
fn hide(call: &Call<'_>, value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(hidden(call, &text)),
        Value::Array(items) => {
            Value::Array(items.into_iter().map(|item| hide(call, item)).collect())
        }
        Value::Object(members) => Value::Object(
            members
                .into_iter()
                .map(|(key, value)| (hidden(call, &key), hide(call, value)))
                .collect(),
        ),
        Value::Number(spelling) if call.secrets.iter().any(|secret| secret.value == spelling) => {
            Value::from(REDACTED)
        }
        other => other,
    }
}

fn hidden(call: &Call<'_>, text: &str) -> String {
    call.secrets
        .iter()
        .filter(|secret| secret.value.len() >= TELLING)
        .fold(text.to_owned(), |text, secret| {
            text.replace(&secret.value, REDACTED)
        })
}

/// A span of code on one line.
pub fn code(words: &str) -> String {
    let words = text::sanitize(words);
    let ticks = "`".repeat(longest_run(&words) + 1);
    if words.is_empty() || ticks.len() > 1 {
        format!("{ticks} {words} {ticks}")
    } else {
        format!("`{words}`")
    }
}

/// A block of code that nothing in it ends.
pub fn fenced(language: &str, body: &str) -> String {
    let body = &literal::spelled(body);
    let ticks = "`".repeat((longest_run(body) + 1).max(3));
    format!("{ticks}{language}\n{body}\n{ticks}\n")
}

/// The longest run of backticks.
fn longest_run(words: &str) -> usize {
    let mut longest = 0;
    let mut run = 0;
    for c in words.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

/// A text without what is secret in it.
fn redacted(pieces: &[Piece]) -> String {
    let pieces = pieces.iter().map(|piece| match piece {
        Piece::Plain(text) => text.as_str(),
        Piece::Variable(_) | Piece::Escaped(_) => REDACTED,
    });
    pieces.collect()
}
