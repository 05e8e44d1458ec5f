//! `mcpscope sessions`: the recordings in the data directory, listed, named, tagged, deleted and kept within limits.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::failure::Failure;
use super::output::Output;
use super::{Early, Exit, Outcome};
use crate::config::{Config, Settings};
use crate::filter::Filter;
use crate::json::Value;
use crate::library::choosing::Present;
use crate::library::retention::why_kept;
use crate::library::{
    FileError, Item, Library, Meta, Retention, Summary, TRASH_DAYS, Unclear, Writing, tags_of,
};
use crate::paths::Paths;
use crate::recording::{PIPE, Recording, newer_than_ours};
use crate::text;

/// List, name, tag and delete recorded sessions
///
/// NAME is a file, its name with or without .jsonl, a name that was given, the beginning of one of these, or last.
///
/// With --json, list and show print one JSON object:
///
///   {"sessions": [{"file", "name", "tags", "note", "keep", "began", "changed", "by", "size",
///     "writing": "nobody" or "others", "marks": [{"seq", "letter", "note"}],
///     "summary": {"servers": [{"name", "says", "revision", "trouble"}], "entries", "messages", "errors",
///                 "masked", "took", "skipped"} or null}]}
///
/// where "took" is in microseconds, and "summary" is null for what is still recorded.
#[derive(Debug, Clone, Args)]
#[command(verbatim_doc_comment)]
pub struct SessionsArgs {
    /// Print one JSON object
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Debug, Clone, Subcommand)]
enum What {
    /// All sessions, newest first (also without a word)
    List {
        /// Only those that have each of these words in a name, tag, server, date or note
        words: Vec<String>,
        /// Only those that this filter lets through, such as 'tag:slow status:error since:7d'
        #[arg(long, value_name = "FILTER", allow_hyphen_values = true, value_parser = Filter::parse_sessions)]
        filter: Option<Filter>,
        /// Those in the trash instead
        #[arg(long)]
        trash: bool,
    },
    /// What is in a session, and what was written about it
    Show {
        /// Which
        name: String,
    },
    /// Move sessions to the trash; a week later they are gone
    Rm {
        /// Which
        #[arg(required = true)]
        names: Vec<String>,
    },
    /// Bring a session back from the trash
    Restore {
        /// The name of its file
        name: String,
    },
    /// Give a session a name, or take it away
    Name {
        /// Which
        name: String,
        /// Its new name; none takes it away
        text: Option<String>,
    },
    /// Add tags to a session
    Tag {
        /// Which
        name: String,
        /// The tags
        #[arg(required = true)]
        tags: Vec<String>,
        /// Take them away instead
        #[arg(long)]
        remove: bool,
    },
    /// Write a note about a session, or take it away
    Note {
        /// Which
        name: String,
        /// The note; none takes it away
        text: Option<String>,
    },
    /// Keep a session whatever the limits say
    Keep {
        /// Which
        name: String,
        /// Or no longer
        #[arg(long)]
        no: bool,
    },
    /// Delete what is beyond the limits in the settings, as the screen does when it starts
    Prune {
        /// Only say what would go
        #[arg(long)]
        dry_run: bool,
        /// Days after the last change, instead of those of the settings
        #[arg(long, value_name = "DAYS")]
        days: Option<u32>,
        /// Bytes of all sessions together, instead of those of the settings
        #[arg(long, value_name = "BYTES")]
        bytes: Option<u64>,
    },
}

/// The library of this user, and what the settings say.
fn library() -> Result<(Library, Settings), Failure> {
    let paths = Paths::from_env().map_err(|error| Failure::usage(error.to_string()))?;
    let config = Config::load(&paths);
    let config = config.map_err(|error| Failure::usage(error.to_string()).hint(error.hint()))?;
    Ok((Library::of(&paths), config.settings))
}

/// The file of a session that somebody named: a file, or what this user's library has under that name. What neither
/// is there nor known is taken for a file, and whoever opens it says so; but one bare word is told as no session's.
pub fn named(file: &Path, paths: Option<&Paths>) -> Result<PathBuf, Failure> {
    let file = meant(file, paths)?;
    if let Some(words) = newer(&file) {
        let file = file.to_string_lossy();
        // Nobody may be reading.
        let _ = writeln!(io::stderr(), "note: {}: {words}", text::sanitize(&file));
    }
    Ok(file)
}

/// What there is to say of a recording in a format that is newer than ours.
fn newer(file: &Path) -> Option<String> {
    // What is no file is read once.
    let about = file.metadata().ok()?;
    let header = about.is_file().then(|| Recording::header_of(file).ok());
    newer_than_ours(header??.format)
}

fn meant(file: &Path, paths: Option<&Paths>) -> Result<PathBuf, Failure> {
    let Some(paths) = paths.filter(|_| file != Path::new(PIPE) && !file.exists()) else {
        return Ok(file.to_owned());
    };
    let is_word = file.extension().is_none() && file.components().count() == 1;
    match Library::of(paths).find(&file.to_string_lossy()) {
        Ok(path) => Ok(path),
        Err(Unclear::Unknown(_)) if !is_word => Ok(file.to_owned()),
        Err(error) => Err(unclear(&error)),
    }
}

fn find(library: &Library, name: &str) -> Result<PathBuf, Failure> {
    library.find(name).map_err(|error| unclear(&error))
}

fn unclear(error: &Unclear) -> Failure {
    let error = text::sanitize(&error.to_string()).into_owned();
    Failure::usage(error).hint("mcpscope sessions lists them".to_owned())
}

fn failed(error: &FileError) -> Failure {
    Failure::new(Exit::Internal, error.to_string()).hint(error.hint())
}

/// Runs it.
pub fn run(args: &SessionsArgs) -> Exit {
    let mut output = Output::default();
    output.json = args.json;
    let done = library()
        .map_err(Early::Failure)
        .and_then(|(library, settings)| {
            let what = args.what.clone().unwrap_or(What::List {
                words: Vec::new(),
                filter: None,
                trash: false,
            });
            act(what, &library, &settings, &mut output)
        });
    let flushed = output.flush();
    match done {
        Ok(exit) if flushed.is_ok() => exit,
        Ok(_) | Err(Early::Output(_) | Early::Stop(_)) => Exit::Ok,
        Err(Early::Failure(failure)) => super::fail(&failure, super::nobody(), &mut output),
    }
}

fn act(what: What, library: &Library, settings: &Settings, output: &mut Output) -> Outcome {
    let now = Timestamp::now();
    match what {
        What::List {
            words,
            filter,
            trash,
        } => {
            let items = if trash {
                library.trashed()
            } else {
                library.list(None)
            };
            let items = items.map_err(|error| failed(&error))?;
            let mut items = counted(items, library);
            let zone = TimeZone::system();
            let present = Present { zone: &zone, now };
            let passes =
                |item: &Item, filter: &Filter| item.passes(filter, &day(item.began), present);
            items.retain(|item| filter.as_ref().is_none_or(|filter| passes(item, filter)));
            list(items, &words, output)
        }
        What::Show { name } => {
            let path = find(library, &name)?;
            let item = look(library, &path)?;
            show(counted(vec![item], library), output)
        }
        What::Rm { names } => {
            // All of them are told before any goes.
            let found: Result<Vec<PathBuf>, Failure> =
                names.iter().map(|name| find(library, name)).collect();
            for path in found? {
                let deleted = library.delete(&path, None, now);
                let deleted = deleted.map_err(|error| failed(&error))?;
                let stem = stem(&deleted.now);
                output.line(&format!(
                    "{stem}: in the trash for {TRASH_DAYS} days; mcpscope sessions restore {stem} brings it back"
                ))?;
            }
            Ok(Exit::Ok)
        }
        What::Restore { name } => {
            let items = library.trashed().map_err(|error| failed(&error))?;
            let item = items
                .iter()
                .find(|item| item.stem() == name || item.meta.name == name);
            let item = item.ok_or_else(|| {
                let name = text::sanitize(&name).into_owned();
                Failure::usage(format!("the trash has no {name}"))
                    .hint("mcpscope sessions list --trash lists it".to_owned())
            })?;
            let back = library.restore(&library.deleted(&item.path));
            let back = back.map_err(|error| failed(&error))?;
            output.line(&format!("{}: back", stem(&back)))?;
            Ok(Exit::Ok)
        }
        What::Name { name, text } => change(library, &name, output, |meta| {
            text.unwrap_or_default().trim().clone_into(&mut meta.name);
        }),
        What::Note { name, text } => change(library, &name, output, |meta| {
            text.unwrap_or_default().trim().clone_into(&mut meta.note);
        }),
        What::Tag { name, tags, remove } => change(library, &name, output, |meta| {
            let tags = tags_of(tags.iter().map(String::as_str));
            if remove {
                meta.tags.retain(|tag| !tags.contains(tag));
            } else {
                let all = meta.tags.iter().chain(&tags).map(String::as_str);
                meta.tags = tags_of(all.collect::<Vec<_>>());
            }
        }),
        What::Keep { name, no } => change(library, &name, output, |meta| meta.keep = !no),
        What::Prune {
            dry_run,
            days,
            bytes,
        } => {
            let retention = Retention {
                days: days.unwrap_or(settings.sessions.days),
                bytes: bytes.unwrap_or(settings.sessions.bytes),
            };
            prune(library, retention, dry_run, now, output)
        }
    }
}

fn stem(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    text::sanitize(&stem).into_owned()
}

fn look(library: &Library, path: &Path) -> Result<Item, Failure> {
    library
        .look(path, None)
        .map_err(|error| Failure::usage(error.to_string()))
}

/// With what is in them counted, where that was not done yet.
fn counted(mut items: Vec<Item>, library: &Library) -> Vec<Item> {
    for item in &mut items {
        if item.meta.summary.is_none() && item.writing == Writing::Nobody {
            // What cannot be read is listed all the same.
            item.meta.summary = library.summarise(item, || true).ok().flatten();
        }
    }
    items
}

fn change(
    library: &Library,
    name: &str,
    output: &mut Output,
    change: impl FnOnce(&mut Meta),
) -> Outcome {
    let path = find(library, name)?;
    let meta = library.change(&path, change);
    let meta = meta.map_err(|error| failed(&error))?;
    let mut words = vec![stem(&path)];
    if !meta.name.is_empty() {
        words.push(format!("name {}", text::sanitize(&meta.name)));
    }
    if !meta.tags.is_empty() {
        words.push(format!("tags {}", text::sanitize(&meta.tags.join(" "))));
    }
    if !meta.note.is_empty() {
        words.push(format!("note {}", text::sanitize(&meta.note)));
    }
    if meta.keep {
        words.push("kept".to_owned());
    }
    output.line(&words.join(" · "))?;
    Ok(Exit::Ok)
}

fn prune(
    library: &Library,
    retention: Retention,
    dry_run: bool,
    now: Timestamp,
    output: &mut Output,
) -> Outcome {
    if dry_run {
        let paths = library.too_many(retention, None, now);
        for path in paths.map_err(|error| failed(&error))? {
            output.line(&format!("{} would go to the trash", stem(&path)))?;
        }
        return Ok(Exit::Ok);
    }
    let done = library.keep_house(retention, None, now);
    let done = done.map_err(|error| failed(&error))?;
    for one in &done.deleted {
        output.line(&format!("{}: in the trash", stem(&one.from)))?;
    }
    if done.gone > 0 {
        let gone = text::plural(done.gone, "session");
        output.line(&format!("{gone} left the trash for good"))?;
    }
    match done.troubles.first() {
        Some(trouble) => Err(Failure::new(Exit::Internal, trouble.clone()).into()),
        None => Ok(Exit::Ok),
    }
}

fn day(at: Timestamp) -> String {
    let zoned = at.to_zoned(TimeZone::system());
    zoned.strftime("%Y-%m-%d %H:%M").to_string()
}

fn list(items: Vec<Item>, words: &[String], output: &mut Output) -> Outcome {
    let items: Vec<Item> = items
        .into_iter()
        .filter(|item| {
            let all = item.words(&day(item.began)).to_lowercase();
            words.iter().all(|word| all.contains(&word.to_lowercase()))
        })
        .collect();
    if output.json {
        output.raw(&document(&items).to_string())?;
        return Ok(Exit::Ok);
    }
    let rows: Vec<[String; 6]> = items.iter().map(row).collect();
    let mut widths = [0; 6];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = text::width(cell).max(*width);
        }
    }
    for row in rows {
        let cells = row
            .iter()
            .zip(widths)
            .map(|(cell, width)| text::pad(cell, width));
        let line = cells.collect::<Vec<_>>().join("  ");
        output.line(line.trim_end())?;
    }
    Ok(Exit::Ok)
}

fn row(item: &Item) -> [String; 6] {
    let safe = |words: &str| text::sanitize(words).into_owned();
    let summary = item.meta.summary.as_ref();
    let count = |number: Option<u64>, noun: &str| {
        number.map_or_else(String::new, |number| text::plural(number as usize, noun))
    };
    let mut name = safe(&item.title());
    if !item.meta.name.is_empty() {
        name = format!("{name} ({})", safe(&item.stem()));
    }
    let mut about: Vec<String> = item
        .meta
        .tags
        .iter()
        .map(|tag| format!("#{}", safe(tag)))
        .collect();
    if item.writing != Writing::Nobody {
        about.push("still recorded".to_owned());
    }
    if item.meta.keep {
        about.push("kept".to_owned());
    }
    if let Some(errors @ 1..) = summary.map(|summary| summary.errors) {
        about.push(text::plural(errors as usize, "error"));
    }
    [
        day(item.began),
        name,
        safe(&summary.map_or_else(String::new, Summary::servers_in_short)),
        count(summary.map(|summary| summary.messages), "message"),
        text::size(item.size),
        about.join(" "),
    ]
}

fn show(items: Vec<Item>, output: &mut Output) -> Outcome {
    if output.json {
        output.raw(&document(&items).to_string())?;
        return Ok(Exit::Ok);
    }
    for item in items {
        let mut lines: Vec<(String, String)> = Vec::new();
        let mut say = |name: &str, words: &str| {
            if !words.is_empty() {
                lines.push((name.to_owned(), text::sanitize(words).into_owned()));
            }
        };
        say("file", &item.path.to_string_lossy());
        say("name", &item.meta.name);
        say("tags", &item.meta.tags.join(" "));
        say("note", &item.meta.note);
        say("recorded", &format!("{} by {}", day(item.began), item.by));
        say("format", &newer(&item.path).unwrap_or_default());
        if let Some(summary) = &item.meta.summary {
            for server in &summary.servers {
                let parts = [
                    &server.name,
                    &server.says,
                    &server.revision,
                    &server.trouble,
                ];
                let parts: Vec<&str> = parts
                    .into_iter()
                    .map(String::as_str)
                    .filter(|part| !part.is_empty())
                    .collect();
                say("server", &parts.join(" · "));
            }
            let (messages, entries) = (summary.messages as usize, summary.entries as usize);
            let took = std::time::Duration::from_micros(summary.took);
            let holds = format!(
                "{} in {} over {}",
                text::plural(messages, "message"),
                text::plural(entries, "entry"),
                text::took(took)
            );
            say("holds", &holds);
            for (name, number) in [
                ("errors", summary.errors),
                ("masked", summary.masked),
                ("damaged", summary.skipped),
            ] {
                if number > 0 {
                    say(name, &number.to_string());
                }
            }
        }
        say("size", &text::size(item.size));
        say("stays", why_kept(&item).unwrap_or_default());
        for (seq, mark) in item.meta.marks.iter() {
            let words = format!("{} #{seq} {}", mark.sign(), mark.note);
            say("mark", words.trim_end());
        }
        for (name, words) in lines {
            output.line(&format!("{name:<10}{words}"))?;
        }
    }
    Ok(Exit::Ok)
}

fn document(items: &[Item]) -> Value {
    let text = |text: &str| Value::String(text.to_owned());
    let number = |number: u64| Value::Number(number.to_string());
    let object = |members: Vec<(&str, Value)>| {
        let named = members.into_iter();
        Value::Object(
            named
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        )
    };
    let session = |item: &Item| {
        let meta = &item.meta;
        let marks = meta.marks.iter().map(|(seq, mark)| {
            let letter = mark
                .letter
                .map_or(Value::Null, |letter| text(&letter.to_string()));
            object(vec![
                ("seq", number(seq)),
                ("letter", letter),
                ("note", text(&mark.note)),
            ])
        });
        let summary = meta.summary.as_ref().map_or(Value::Null, |summary| {
            let servers = summary.servers.iter().map(|server| {
                object(vec![
                    ("name", text(&server.name)),
                    ("says", text(&server.says)),
                    ("revision", text(&server.revision)),
                    ("trouble", text(&server.trouble)),
                ])
            });
            object(vec![
                ("servers", Value::Array(servers.collect())),
                ("entries", number(summary.entries)),
                ("messages", number(summary.messages)),
                ("errors", number(summary.errors)),
                ("masked", number(summary.masked)),
                ("took", number(summary.took)),
                ("skipped", number(summary.skipped)),
            ])
        });
        let writing = match item.writing {
            Writing::Nobody => "nobody",
            Writing::Ours | Writing::Others => "others",
        };
        object(vec![
            ("file", text(&item.path.to_string_lossy())),
            ("name", text(&meta.name)),
            (
                "tags",
                Value::Array(meta.tags.iter().map(|tag| text(tag)).collect()),
            ),
            ("note", text(&meta.note)),
            ("keep", Value::Bool(meta.keep)),
            ("began", text(&item.began.to_string())),
            ("changed", text(&item.changed.to_string())),
            ("by", text(&item.by)),
            ("size", number(item.size)),
            ("writing", text(writing)),
            ("marks", Value::Array(marks.collect())),
            ("summary", summary),
        ])
    };
    let sessions = Value::Array(items.iter().map(session).collect());
    object(vec![("sessions", sessions)])
}
