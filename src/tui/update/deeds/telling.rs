//! What each effect says in the log, and the command line that does the same: by the effect, so that nobody has to think
//! of the log. What reaches a server has an arm of its own.

use std::path::Path;

use crate::inspector::Command;
use crate::mcp::client::{EraChoice, Wish};
use crate::mcp::types::List;
use crate::snippet;
use crate::tui::deeds::{Deed, Line};
use crate::tui::effect::comparison::Comparison;
use crate::tui::effect::examining::Looking;
use crate::tui::effect::exporting::{Export, Share, To};
use crate::tui::effect::replaying::Replaying;
use crate::tui::effect::{Effect, MetaChange, Shelving};
use crate::tui::model::Model;
use crate::tui::panes::copy_as;

/// What is said of a server that is connected, and of one that is looked at.
pub const CONNECT: &str = "connect";
pub const DOCTOR: &str = "doctor";
/// What a frame is called that somebody typed.
pub const BY_HAND: &str = "a frame by hand";

/// What is to be kept of an effect; none when it is nothing that somebody would want to do again.
pub fn of(effect: &Effect, model: &Model) -> Option<Deed> {
    let deed = match effect {
        Effect::Of(_, inner) => return of(inner, model),
        Effect::Engine(command) => return command_deed(command, model),
        Effect::Export(export) => exported(export)?,
        Effect::Replay(work) => replayed(work, model)?,
        Effect::OpenSession { path, .. } => plain("open a recording", &["open", &told(path)]),
        Effect::Look(Looking::Before(_, target)) => {
            let subject = copy_as::of(target, &model.world.ctx());
            let name = model
                .examined
                .as_ref()
                .map(|examined| examined.name.clone());
            let line = snippet::command_line(&["doctor".to_owned()], &subject);
            Deed {
                server: name.unwrap_or_default(),
                ..blank(DOCTOR, Line::Known(line))
            }
        }
        Effect::Library(work) => shelved(work)?,
        Effect::Compare { what, .. } => compared(what, model)?,
        Effect::ListMasks => match model.keeping.file() {
            Some(file) => plain("what is masked", &["masks", &told(file)]),
            None => return None,
        },
        _ => return None,
    };
    Some(Deed {
        us: model.clock_us,
        ..deed
    })
}

/// A deed that is about no server.
fn plain(words: &str, line: &[&str]) -> Deed {
    let line: Vec<String> = line.iter().map(|word| (*word).to_owned()).collect();
    blank(words, Line::Known(snippet::words_line(&line)))
}

fn blank(words: &str, line: Line) -> Deed {
    Deed {
        number: 0,
        us: 0,
        server: String::new(),
        words: words.to_owned(),
        line,
        entry: None,
        again: None,
    }
}

fn told(path: &Path) -> String {
    path.display().to_string()
}

/// What reaches a server. Every command has its arm: what is new has to be thought of here.
fn command_deed(command: &Command, model: &Model) -> Option<Deed> {
    let (conn, words, line) = match command {
        Command::Probe { connect, .. } => {
            let words = ["lint", "--active", "--yes"].map(str::to_owned);
            let subject = copy_as::of(&connect.target, &model.world.ctx());
            return Some(Deed {
                us: model.clock_us,
                server: connect.name.clone(),
                ..blank(
                    "probe",
                    Line::Known(snippet::command_line(&words, &subject)),
                )
            });
        }
        Command::Connect(connect) => {
            let mut words = vec!["info".to_owned()];
            if connect.options.era != EraChoice::Auto {
                words.extend(["--era".to_owned(), connect.options.era.word().to_owned()]);
            }
            let subject = copy_as::of(&connect.target, &model.world.ctx());
            return Some(Deed {
                us: model.clock_us,
                server: connect.name.clone(),
                ..blank(
                    CONNECT,
                    Line::Known(snippet::command_line(&words, &subject)),
                )
            });
        }
        Command::Call { conn, call } => {
            let name = call.params.as_deref().and_then(|params| {
                ["name", "uri"]
                    .iter()
                    .find_map(|key| crate::json::string_at(params.as_bytes(), &[key]))
            });
            let words = match name {
                Some(name) => format!("{} {name}", call.method),
                None => call.method.clone(),
            };
            (*conn, words, Line::Request(call.ticket, None))
        }
        Command::Typed { conn, ticket, .. } => {
            (*conn, BY_HAND.to_owned(), Line::Request(*ticket, None))
        }
        Command::Refresh { conn, list } => {
            let what = listed(*list);
            let words = format!("list {what}");
            (*conn, words, line(*conn, &["list", what], model))
        }
        Command::Subscribe { conn, uri, on } => {
            let words = if *on { "subscribe" } else { "unsubscribe" };
            let line = if *on {
                line(*conn, &["subscribe", uri], model)
            } else {
                Line::Never("mcpscope subscribe goes on until it is stopped".to_owned())
            };
            (*conn, format!("{words} {uri}"), line)
        }
        Command::FollowLists { conn, on: true } => {
            let words = "follow the lists".to_owned();
            (*conn, words, line(*conn, &["listen"], model))
        }
        Command::Task { conn, id, wish } => {
            let (what, verb) = match wish {
                Wish::Follow => ("follow", "wait"),
                Wish::Cancel => ("cancel", "cancel"),
                // Nothing is sent.
                Wish::Leave => return None,
            };
            let words = format!("{what} the task {id}");
            (*conn, words, line(*conn, &["tasks", verb, id], model))
        }
        Command::ListTasks { conn } => {
            let words = "list tasks".to_owned();
            (*conn, words, line(*conn, &["tasks", "list"], model))
        }
        Command::CameBack { conn, .. } => {
            let words = "log in".to_owned();
            (*conn, words, line(*conn, &["login"], model))
        }
        Command::Answer { conn, .. } => {
            let words = "answer a question".to_owned();
            let never = "--answer FILE and --answers POLICY answer without a person";
            (*conn, words, Line::Never(never.to_owned()))
        }
        Command::Load { conn, .. } => {
            let words = "bench".to_owned();
            let never = "mcpscope bench does that, with its own options";
            (*conn, words, Line::Never(never.to_owned()))
        }
        Command::Cancel { conn, .. } => {
            let never = "C-c cancels what a command line waits for";
            (*conn, "cancel".to_owned(), Line::Never(never.to_owned()))
        }
        Command::Stop { conn } => {
            let never = "a command line stops its server by itself";
            (*conn, "stop".to_owned(), Line::Never(never.to_owned()))
        }
        // What is asked while somebody types, what is settled for later, and what ends everything.
        Command::Complete { .. }
        | Command::FollowLists { on: false, .. }
        | Command::Extend { .. }
        | Command::Settings { .. }
        | Command::NoLogin { .. }
        | Command::Policies { .. }
        | Command::Capabilities { .. }
        | Command::Unload { .. }
        | Command::Note { .. }
        | Command::Unprobe
        | Command::Shutdown => return None,
    };
    let connection = model.world.timeline.state().connection(conn);
    let again = matches!(
        command,
        Command::Refresh { .. } | Command::Subscribe { .. } | Command::ListTasks { .. }
    );
    Some(Deed {
        us: model.clock_us,
        server: connection.map_or_else(String::new, |one| one.name.to_string()),
        again: again.then(|| Box::new(Effect::Engine(command.clone()))),
        ..blank(&words, line)
    })
}

const fn listed(list: List) -> &'static str {
    match list {
        List::Tools => "tools",
        List::Resources => "resources",
        List::Templates => "templates",
        List::Prompts => "prompts",
    }
}

/// A command line for the server of a connection.
fn line(conn: u32, words: &[&str], model: &Model) -> Line {
    let connection = model.world.timeline.state().connection(conn);
    match copy_as::subject(connection, &model.world.ctx()) {
        Ok(subject) => {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            Line::Known(snippet::command_line(&words, &subject))
        }
        Err(why) => Line::Never(why),
    }
}

fn exported(export: &Export) -> Option<Deed> {
    let To::File { path, overwrite } = &export.to else {
        return None;
    };
    let format = export.format.row().name;
    let words = format!("export as {format}");
    let Some(file) = export.of.file() else {
        let never = "the session is not recorded";
        return Some(blank(&words, Line::Never(never.to_owned())));
    };
    let file = told(file);
    let mut line = vec!["export", &file, "--format", format, "--output", path];
    match &export.share {
        Share::All(_) => {}
        Share::Filter(filter, _) => line.extend(["--filter", filter]),
        Share::Rows(..) => {
            let never = "these rows were picked by hand; --filter picks them by what they are";
            return Some(blank(&words, Line::Never(never.to_owned())));
        }
    }
    if *overwrite {
        line.push("--force");
    }
    Some(plain(&words, &line))
}

fn replayed(work: &Replaying, model: &Model) -> Option<Deed> {
    let Replaying::Begin {
        path,
        filter,
        speed,
        ..
    } = work
    else {
        return None;
    };
    let server = model
        .world
        .servers
        .get(model.world.rerun.as_ref()?.server)?;
    let mut words = vec!["replay".to_owned(), told(path)];
    let filter = filter.as_ref().map(ToString::to_string);
    if let Some(filter) = filter.filter(|filter| !filter.is_empty()) {
        words.extend(["--filter".to_owned(), filter]);
    }
    if *speed != crate::replay::Speed::default() {
        words.extend(["--speed".to_owned(), speed.to_string()]);
    }
    let subject = copy_as::of(server.target.as_ref()?, &model.world.ctx());
    let line = snippet::command_line(&words, &subject);
    Some(Deed {
        server: server.name.clone(),
        ..blank("replay a recording", Line::Known(line))
    })
}

fn shelved(work: &Shelving) -> Option<Deed> {
    Some(match work {
        Shelving::List { .. } => return None,
        Shelving::Delete { paths, .. } => {
            let paths: Vec<String> = paths.iter().map(|path| told(path)).collect();
            let mut line = vec!["sessions", "rm"];
            line.extend(paths.iter().map(String::as_str));
            plain("delete sessions", &line)
        }
        Shelving::Restore(deleted) => {
            let words = "bring a session back";
            let [one] = deleted.as_slice() else {
                let never = "mcpscope sessions restore takes one at a time";
                return Some(blank(words, Line::Never(never.to_owned())));
            };
            let name = one.now.file_stem()?.to_string_lossy().into_owned();
            plain(words, &["sessions", "restore", &name])
        }
        Shelving::Change { path, change } => match change {
            MetaChange::Words { name, .. } => {
                plain("name a session", &["sessions", "name", &told(path), name])
            }
            MetaChange::Keep(true) => plain("keep a session", &["sessions", "keep", &told(path)]),
            MetaChange::Keep(false) => {
                let line = ["sessions", "keep", &told(path), "--no"];
                plain("keep a session no longer", &line)
            }
            MetaChange::Marks(_) => return None,
        },
    })
}

fn compared(what: &Comparison, model: &Model) -> Option<Deed> {
    match what {
        Comparison::Files(a, b) => Some(plain("compare sessions", &["diff", &told(a), &told(b)])),
        Comparison::Offers(a, b) => {
            let line = ["diff", "--surface", &told(a), &told(b)];
            Some(plain("compare what servers offer", &line))
        }
        Comparison::Calls { pairs, .. } => {
            let (file, [(a, b)]) = (model.keeping.file()?, pairs.as_slice()) else {
                let never = "mcpscope diff compares two";
                let deed = blank("compare answers", Line::Never(never.to_owned()));
                return Some(deed);
            };
            let file = told(file);
            let (a, b) = (format!("{file}#{}", a.seq), format!("{file}#{}", b.seq));
            Some(plain("compare answers", &["diff", &a, &b]))
        }
        Comparison::Across(both) => {
            let at = |(file, call): &(std::path::PathBuf, crate::recording::calls::CallAt)| {
                format!("{}#{}", told(file), call.seq)
            };
            Some(plain(
                "compare answers",
                &["diff", &at(&both[0]), &at(&both[1])],
            ))
        }
        Comparison::Surfaces(_) => {
            let never = "mcpscope diff --surface --against compares two that it starts itself";
            let words = "compare what two servers offer";
            Some(blank(words, Line::Never(never.to_owned())))
        }
        Comparison::Replayed(_) => None,
    }
}
