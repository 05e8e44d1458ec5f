//! The world around the screen: other people's programs on our terminal, the clipboard, files.
//!
//! Everything here is asked for by an [`Effect`] and answers with an event. Nothing runs on the
//! drawing thread, nothing a server says is ever run, and no text of a server reaches the terminal raw: it goes to
//! programs by pipe or file, to the clipboard as base64, and to the normal screen sanitised.

use std::collections::HashMap;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::config::Settings;
use crate::tui::effect::Effect;
use crate::tui::event::Event;
use clipboard::Copied;
use part::Part;
use process::Stop;
use tools::{Lookup, Ours, Show};

pub mod browser;
pub mod clipboard;
pub mod exporting;
pub mod part;
pub mod pipe;
pub mod process;
pub mod query;
pub mod save;
pub mod tools;
pub mod visit;

/// What work outside needs to know, and what it leaves behind.
#[derive(Debug, Clone)]
pub struct Desk {
    /// Settings.
    settings: Settings,
    /// Work that goes on, by who asked for it.
    going_on: Arc<Mutex<HashMap<u64, Stop>>>,
    /// Files that other programs look at; gone when we are.
    shelf: Arc<Mutex<Option<tempfile::TempDir>>>,
}

impl Desk {
    /// An empty one.
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            going_on: Arc::default(),
            shelf: Arc::default(),
        }
    }

    /// Settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Ends the work of an asker, if it goes on. To be called before newer work of the same is started.
    pub fn stop(&self, asker: u64) {
        let going_on = self.going_on.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(stop) = going_on.get(&asker) {
            stop.say();
        }
    }

    /// Ends all work, for we leave.
    pub fn stop_all(&self) {
        let going_on = self.going_on.lock().unwrap_or_else(PoisonError::into_inner);
        going_on.values().for_each(Stop::say);
    }

    /// Notes that work starts.
    pub fn begin(&self, asker: u64) -> Stop {
        let stop = Stop::default();
        let mut going_on = self.going_on.lock().unwrap_or_else(PoisonError::into_inner);
        going_on.insert(asker, stop.clone());
        stop
    }

    /// Notes that it has ended.
    pub fn end(&self, asker: u64) {
        let mut going_on = self.going_on.lock().unwrap_or_else(PoisonError::into_inner);
        going_on.remove(&asker);
    }

    /// Does the work of an effect and answers with an event; nothing for effects that are not for here. Slow.
    pub fn answer(&self, effect: Effect, stop: &Stop) -> Option<Event> {
        Some(match effect {
            Effect::Copy { text, what } => self.copied(text.as_bytes(), &what, &Ours),
            Effect::CopyTable(csv) => self.copied(csv.text().as_bytes(), "table as CSV", &Ours),
            Effect::CopyPart { part, what } => {
                let bytes = part.bytes();
                if std::str::from_utf8(&bytes).is_ok() {
                    self.copied(&bytes, &what, &Ours)
                } else {
                    // A clipboard holds text.
                    let encoded = STANDARD.encode(&bytes);
                    let what = format!("{what} as base64, for it is not UTF-8");
                    self.copied(encoded.as_bytes(), &what, &Ours)
                }
            }
            Effect::Save {
                asker,
                part,
                path,
                overwrite,
            } => Event::Saved {
                asker,
                result: save::save(&part, &path, overwrite, &Ours),
            },
            Effect::Pipe {
                asker,
                part,
                command,
            } => {
                let result = pipe::pipe(&part, &command, stop);
                self.end(asker);
                Event::Piped { asker, result }
            }
            Effect::Query {
                asker,
                document,
                filter,
            } => {
                let result = query::ask(&document, &filter, stop);
                self.end(asker);
                Event::Queried { asker, result }
            }
            Effect::Open { part, kind } => match self.open(&part, &kind, &Ours) {
                Ok(told) => Event::Copied(Ok(told)),
                Err(why) => Event::Failed(why),
            },
            Effect::Browse { asker, address } => Event::Browsed {
                asker,
                result: browser::open(&address, &Ours),
            },
            _ => return None,
        })
    }

    fn copied(&self, bytes: &[u8], what: &str, lookup: &impl Lookup) -> Event {
        match clipboard::copy(bytes, what, self.settings.clipboard, lookup) {
            Ok(Copied::Done(told)) => Event::Copied(Ok(told)),
            Ok(Copied::Write(sequence, told)) => Event::ToTerminal { sequence, told },
            Err(why) => Event::Copied(Err(why)),
        }
    }

    /// Gives a part of a document to the desktop, as a file.
    fn open(&self, part: &Part, kind: &str, lookup: &impl Lookup) -> Result<String, String> {
        if let Some(why) = part.fault() {
            return Err(format!("it was not opened: {why}"));
        }
        let Show::Opener(opener) = tools::show(kind, &self.settings.pagers, lookup)? else {
            return Err(format!("{kind} is shown in a pager"));
        };
        let failed = |error: std::io::Error| format!("it could not be opened: {error}");
        let mut shelf = self.shelf.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = match &mut *shelf {
            Some(folder) => folder,
            none => none.insert(visit::private_folder().map_err(failed)?),
        };
        // The same thing may be opened again while it is still shown.
        let place = tempfile::Builder::new()
            .tempdir_in(folder.path())
            .map_err(failed)?
            .keep();
        let name = format!("value.{}", tools::ending(kind));
        let file = visit::put(&place, &name, &part.bytes()).map_err(failed)?;
        let mut command = Command::new(&opener.program);
        command.args(&opener.arguments).arg(file);
        command.stdin(Stdio::null());
        command.stdout(Stdio::null()).stderr(Stdio::null());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let name = opener.name();
        let mut child = command
            .spawn()
            .map_err(|error| format!("{name} did not start: {error}"))?;
        // Only so that no zombie stays: it ends when it likes.
        std::thread::spawn(move || child.wait());
        Ok(format!("{kind} given to {name}"))
    }
}

/// Waits until something is so, with a limit.
#[cfg(test)]
async fn wait_until(is_so: impl Fn() -> bool) {
    let limit = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while !is_so() {
        assert!(std::time::Instant::now() < limit, "it never is so");
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}
