//! Taps for the screen: which run, watched without ever looking by the clock, and the connections they are told by.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use notify::event::{AccessKind, AccessMode, EventKind};
use notify::{RecursiveMode, Watcher as _};
use tokio::sync::mpsc::UnboundedSender;

use crate::json::{self, Value};
use crate::paths;
use crate::tap::control::caller::Caller;
use crate::tap::control::words::{Command, Refusal};
use crate::tap::running;
use crate::tui::effect::tapping::Telling;
use crate::tui::event::Event;

/// How long a tap may take to do what it is told.
const PATIENCE: Duration = Duration::from_secs(10);

/// Bytes of a frame that is changed on the screen.
const LONGEST: usize = 1 << 20;

/// A connection, once it was needed.
type Line = Arc<Mutex<Option<(PathBuf, Caller)>>>;

/// The connections, by the number of the session that is looked at. What is made over one goes with it.
#[derive(Debug, Clone, Default)]
pub struct Controls(Arc<Mutex<HashMap<u32, Line>>>);

impl Controls {
    /// Has a tap do something, and waits for its answer.
    pub fn tell(&self, session: u32, telling: Telling) -> Event {
        let Telling {
            asker,
            socket,
            command,
        } = telling;
        let line = {
            let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(lines.entry(session).or_default())
        };
        let mut line = line.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(refusal) = check(&command) {
            return Event::Tapped {
                asker,
                command,
                told: Err(refusal),
            };
        }
        // Another tap, or none yet.
        let caller = match line.take().filter(|(at, _)| *at == socket) {
            Some((_, caller)) => Ok(caller),
            None => Caller::connect(&socket)
                .map_err(|error| format!("the tap does not listen: {error}").into()),
        };
        let told = caller.and_then(|mut caller| {
            let told = caller.ask(&command, Some(PATIENCE));
            // A late answer would be taken for that of the next command.
            let lost = told.as_ref().is_err_and(Refusal::is_gone);
            *line = (!lost).then_some((socket, caller));
            told
        });
        let told = match command {
            Command::Show(frame) => told.and_then(|told| laid(frame, &told)),
            _ => told,
        };
        Event::Tapped {
            asker,
            command,
            told,
        }
    }

    /// A session is looked at no longer: what holds for it goes.
    pub fn close(&self, session: u32) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.remove(&session);
    }
}

/// Whether what was typed can be told at all.
fn check(command: &Command) -> Result<(), Refusal> {
    let Command::Answer(_, Ok(raw) | Err(raw)) = command else {
        return Ok(());
    };
    let checked = json::check(raw.as_bytes());
    checked.map_err(|problem| format!("not sent: no JSON: {problem}").into())
}

/// A frame as the tap told it, laid out to be changed.
fn laid(frame: u64, told: &str) -> Result<String, Refusal> {
    let edit = |what: String| Refusal {
        what,
        hint: Some(format!(
            "mcpscope tap control edit {frame} --frame @FILE changes it"
        )),
    };
    let size = json::get(told.as_bytes(), &["size"]).and_then(json::integer);
    if size.is_some_and(|size| size > LONGEST as i64) {
        return Err(edit(format!("#{frame} is too long to be changed here")));
    }
    let exact = json::get(told.as_bytes(), &["exact"]).and_then(json::boolean);
    if exact == Some(false) {
        return Err(edit(format!(
            "#{frame} is no text, so it cannot be changed here"
        )));
    }
    let body = json::string_at(told.as_bytes(), &["body"]).unwrap_or_default();
    let laid = Value::parse(body.as_bytes()).map(|value| value.pretty());
    Ok(laid.unwrap_or(body))
}

/// Tells which taps run, now and whenever that changes, on a thread of its own that goes with the process.
pub fn watch(folder: PathBuf, events: UnboundedSender<Event>) {
    let watching = std::thread::Builder::new().name("taps".to_owned());
    let started = watching.spawn(move || {
        if let Err(error) = follow(&folder, &events) {
            tracing::warn!(%error, "taps that start from now on are not seen");
        }
    });
    if let Err(error) = started {
        tracing::warn!(%error, "no thread to watch taps");
    }
}

fn follow(folder: &Path, events: &UnboundedSender<Event>) -> Result<(), notify::Error> {
    let (wake, woken) = std::sync::mpsc::channel();
    paths::create(folder)?;
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        let changes = event.is_ok_and(|event| match event.kind {
            // A tap that is killed closes its file; that we read them is no change.
            EventKind::Access(AccessKind::Close(AccessMode::Write)) => true,
            EventKind::Access(_) => false,
            _ => true,
        });
        if changes {
            // Nobody waits any more.
            let _ = wake.send(());
        }
    })?;
    watcher.watch(folder, RecursiveMode::NonRecursive)?;
    let mut told = Vec::new();
    loop {
        let running = running::running(folder);
        if running != told {
            told.clone_from(&running);
            if events.send(Event::Taps(running)).is_err() {
                return Ok(());
            }
        }
        if woken.recv().is_err() {
            return Ok(());
        }
        while woken.try_recv().is_ok() {}
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::tap::running::{Running, register};

    #[test]
    fn a_frame_is_laid_out_unless_it_is_too_long_or_no_text() {
        let told = |size: usize, exact: bool, body: &str| {
            let body = json::quote(body);
            laid(
                7,
                &format!("{{\"frame\":7,\"size\":{size},\"exact\":{exact},\"body\":{body}}}"),
            )
        };
        assert_eq!(told(8, true, "{\"id\":7}").unwrap(), "{\n  \"id\": 7\n}");
        assert_eq!(told(2, true, "{x").unwrap(), "{x");
        for (size, exact, what) in [
            (LONGEST + 1, true, "#7 is too long to be changed here"),
            (9, false, "#7 is no text"),
        ] {
            let refused = told(size, exact, "{}").unwrap_err();
            assert!(refused.what.starts_with(what), "{refused:?}");
            assert!(refused.hint.unwrap().contains("edit 7 --frame @FILE"));
        }
    }

    #[test]
    fn an_answer_that_is_no_json_goes_nowhere() {
        let telling = Telling {
            asker: 1,
            // Nobody listens there: it would be another refusal.
            socket: "/nowhere/sock".into(),
            command: Command::Answer(7, Ok("{x".to_owned())),
        };
        match Controls::default().tell(1, telling) {
            Event::Tapped {
                told: Err(refusal), ..
            } => assert!(refusal.what.starts_with("not sent: no JSON"), "{refusal}"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn taps_are_told_of_when_they_come_and_go() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("taps");
        let (events, mut heard) = tokio::sync::mpsc::unbounded_channel();
        watch(folder.clone(), events);
        let tap = Running {
            serves: false,
            pid: 7,
            server: "it".to_owned(),
            file: None,
            listens: None,
            control: None,
            since: jiff::Timestamp::UNIX_EPOCH,
            lost: 0,
        };
        let known = register(&folder, &tap).unwrap();
        let mut next = || match heard.blocking_recv().unwrap() {
            Event::Taps(taps) => taps,
            other => panic!("{other:?}"),
        };
        assert_eq!(next(), [tap]);
        drop(known);
        assert_eq!(next(), []);
    }
}
