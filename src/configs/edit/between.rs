//! Words put before the command of an entry, and taken out again, to the byte.
//!
//! What stood there stays as it was spelled, comments in the list of arguments too: the program's own text moves into
//! the list and back. Where an entry has its arguments in its command, the words go there as well.

use std::ops::Range;

use super::super::client::Place;
use super::super::document::{Document, Format};
use super::{Refused, change, path_of, toml_text};
use crate::json::Value;

/// What begins the server's own command.
const REST: &str = "--";

/// The places of an entry's command in its text.
struct Command {
    /// The members that lead to its arguments.
    args_path: Vec<String>,
    /// The program, with its quotes.
    program: Range<usize>,
    /// What the program says.
    said: String,
    /// The list of arguments.
    args: Option<List>,
}

struct List {
    range: Range<usize>,
    /// Each with its quotes, and what it says.
    items: Vec<(Range<usize>, String)>,
}

fn unusual(what: &str) -> Refused {
    Refused::Unusual(what.to_owned())
}

impl Command {
    fn of(text: &str, place: &Place, project: &str, name: &str) -> Result<Self, Refused> {
        let document = Document::read(text, place.format).map_err(Refused::Broken)?;
        let servers = document.root().find(&path_of(place, project));
        let entry = servers.and_then(|servers| servers.get(name));
        let entry = entry.ok_or(Refused::Unknown)?;
        let command = entry
            .get("command")
            .ok_or_else(|| unusual("it has no command"))?;
        // As Zed wrote it once.
        let (holder, program, above) = match command.get("path") {
            Some(path) if command.is_table() => (command, path, vec!["command".to_owned()]),
            _ => (entry, command, Vec::new()),
        };
        let said = program
            .text()
            .ok_or_else(|| unusual("its command is no text"))?;
        let args = match holder.get("args") {
            None => None,
            Some(args) => {
                let items = args
                    .items()
                    .ok_or_else(|| unusual("its args are no list"))?;
                let items = items.into_iter();
                let items = items.map(|item| (item.span(), item.scalar().unwrap_or_default()));
                Some(List {
                    range: args.span(),
                    items: items.collect(),
                })
            }
        };
        let args_path = above.into_iter().chain(["args".to_owned()]).collect();
        Ok(Self {
            args_path,
            program: program.span(),
            said,
            args,
        })
    }

    /// Whether the command has its arguments inside, as [`super::super::tapped::words`] has it.
    fn is_line(&self) -> bool {
        self.args.as_ref().is_none_or(|args| args.items.is_empty())
            && super::super::tapped::is_line(&self.said)
    }
}

fn spelled(format: Format, text: &str) -> String {
    let value = Value::String(text.to_owned());
    match format {
        Format::Json => value.to_string(),
        Format::Toml => toml_text::value_text(&value),
    }
}

/// The text with parts of it replaced; they do not overlap.
fn replaced(text: &str, mut parts: Vec<(Range<usize>, String)>) -> String {
    parts.sort_by_key(|(range, _)| range.start);
    let mut out = text.to_owned();
    for (range, new) in parts.into_iter().rev() {
        out.replace_range(range, &new);
    }
    out
}

/// The text with a program and its options before a server's command; the last of the options is `--`.
pub fn put_in(
    text: &str,
    place: &Place,
    project: &str,
    name: &str,
    words: &[String],
) -> Result<String, Refused> {
    let command = Command::of(text, place, project, name)?;
    let Some((program, options)) = words.split_first() else {
        return Ok(text.to_owned());
    };
    let own = text[command.program.clone()].to_owned();
    if command.is_line() {
        let line = shell_words::join(words);
        let quote = own.chars().next().unwrap_or_default();
        let plain = |c: char| !matches!(c, '"' | '\'' | '\\') && !c.is_control();
        if !line.chars().all(plain) || own.starts_with("\"\"\"") || own.starts_with("'''") {
            return Err(unusual("its command has its arguments inside"));
        }
        let at = command.program.start + quote.len_utf8();
        return Ok(replaced(text, vec![(at..at, format!("{line} "))]));
    }
    let mut options: Vec<String> = options
        .iter()
        .map(|word| spelled(place.format, word))
        .collect();
    options.push(own);
    let program = (command.program.clone(), spelled(place.format, program));
    let Some(args) = &command.args else {
        // A list of its own, which goes when the words go.
        let list = Value::Array(vec![Value::String(words[1].clone())]);
        let text = replaced(text, vec![program]);
        let made = (command.args_path, Some(list));
        let text = change(&text, place, project, name, &[made])?;
        let made = Command::of(&text, place, project, name)?.args;
        let last = made.and_then(|args| Some(args.items.last()?.0.end));
        let last = last.ok_or_else(|| unusual("it takes no args"))?;
        let words = format!(", {}", options[1..].join(", "));
        return Ok(replaced(&text, vec![(last..last, words)]));
    };
    let words = options.join(", ");
    let (at, words) = match args.items.first() {
        Some((first, _)) => (first.start, format!("{words}, ")),
        None => (args.range.start + 1, words),
    };
    Ok(replaced(text, vec![program, (at..at, words)]))
}

/// The text without them: more than one where it cannot be told what stood there, the likeliest first.
pub fn take_out(
    text: &str,
    place: &Place,
    project: &str,
    name: &str,
) -> Result<Vec<String>, Refused> {
    let command = Command::of(text, place, project, name)?;
    if command.is_line() {
        let own = &text[command.program.clone()];
        let before = format!(" {REST} ");
        let end = own
            .find(&before)
            .ok_or_else(|| unusual("its command has no --"))?;
        let start = command.program.start;
        let range = start + 1..start + end + before.len();
        return Ok(vec![replaced(text, vec![(range, String::new())])]);
    }
    let args = command
        .args
        .as_ref()
        .ok_or_else(|| unusual("it has no args"))?;
    let rest = args.items.iter().position(|(_, said)| said == REST);
    let rest = rest.ok_or_else(|| unusual("its args have no --"))?;
    let own = args.items.get(rest + 1);
    let (own, _) = own.ok_or_else(|| unusual("nothing follows the -- of its args"))?;
    let program = (command.program.clone(), text[own.clone()].to_owned());
    let start = args.items[0].0.start;
    if let Some((next, _)) = args.items.get(rest + 2) {
        let words = (start..next.start, String::new());
        return Ok(vec![replaced(text, vec![program, words])]);
    }
    // Nothing is left in the list: it was empty, or was not there.
    let emptied = replaced(text, vec![program.clone(), (start..own.end, String::new())]);
    let without = replaced(text, vec![program]);
    let without = change(&without, place, project, name, &[(command.args_path, None)]);
    let both = [without, Ok(emptied)].into_iter().flatten();
    let reads = |text: &String| Document::read(text, place.format).is_ok();
    Ok(both.filter(reads).collect())
}
