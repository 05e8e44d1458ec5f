//! Sessions that were opened beside the one the program began with: their files, and who answers for them.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc;

use crate::library::{Library, sidecar};
use crate::mask::Rules;
use crate::recording::{Bodies, Follow, Opening, PIPE, Stop};
use crate::session::recorded::Recorded;
use crate::session::timeline::{Approach, Moment};
use crate::tail;
use crate::tui::event::{Event, OpenedSession};

/// Those that are open, by number. Clones are the same.
#[derive(Debug, Clone, Default)]
pub struct Opened(Arc<Mutex<HashMap<u32, Open>>>);

#[derive(Debug)]
struct Open {
    bodies: Bodies,
    /// Ends the waiting for more when the session is closed.
    _stop: (Stop, Option<tail::Stop>),
}

impl Opened {
    /// Where the bodies of a session are read; none when it is not open.
    pub fn bodies(&self, session: u32) -> Option<Bodies> {
        self.lock().get(&session).map(|open| open.bodies.clone())
    }

    /// A session is looked at no longer; reading it stops.
    pub fn close(&self, session: u32) {
        self.lock().remove(&session);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<u32, Open>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens a session file and reads all of it, until it is closed. Everything is told as of that session.
    pub fn open(&self, session: u32, path: &Path, rules: &Rules, parts: &mpsc::Sender<Event>) {
        // Nobody listens any more when the screen is gone.
        let tell = |event| {
            parts
                .blocking_send(Event::Of(session, Box::new(event)))
                .is_ok()
        };
        // Who cannot be read is told below.
        let log = tail::session(path, rules).ok().flatten();
        let is_log = log.is_some();
        let (opening, more) = match log {
            Some((opening, more)) => (opening, Some(more)),
            None => match Opening::masked_by(path, Follow::WhileWritten, rules) {
                Ok(opening) => (opening, None),
                Err(error) => {
                    tell(Event::Failed(error.to_string()));
                    return;
                }
            },
        };
        let open = Open {
            bodies: opening.bodies(),
            _stop: (opening.stop(), more),
        };
        self.lock().insert(session, open);
        tell(Event::SessionOpened(Box::new(OpenedSession {
            path: path.to_owned(),
            size: opening.length(),
            following: opening.follows(),
            meta: read_meta(path),
            log: is_log,
        })));
        opening.run(|news| self.lock().contains_key(&session) && tell(Event::from(news)));
    }
}

/// What stands beside a session; nothing when it cannot be read, and the log says why. Beside what comes out of a pipe
/// nothing stands, whatever file may be called so.
pub fn read_meta(session: &Path) -> crate::library::Meta {
    if session == Path::new(PIPE) {
        return crate::library::Meta::default();
    }
    let folder = session.parent().unwrap_or(Path::new("")).to_owned();
    let library = Library::at(folder.clone(), folder);
    library.meta(session).unwrap_or_else(|error| {
        let path = sidecar(session);
        tracing::warn!(%error, path = %path.display(), "what was added to a session is not shown");
        crate::library::Meta::default()
    })
}

/// Reads what it takes to look at an entry.
pub fn arrive(approach: Approach, bodies: &Bodies) -> Result<Box<Moment>, String> {
    let moment = approach.arrive(|seq, place| {
        let entry = bodies
            .read(seq, place)
            .map_err(|error| format!("#{seq} cannot be read back: {error}"))?;
        Ok::<_, String>(Recorded::of(&entry, place))
    });
    moment.map(Box::new)
}

#[cfg(all(test, unix))]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::recorder::Recorder;

    #[test]
    fn who_follows_a_session_is_done_when_it_is_closed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s.jsonl");
        let _writes = Recorder::create(&path).unwrap();
        let opened = Opened::default();
        let (parts, mut read) = mpsc::channel(64);
        let (done, ended) = std::sync::mpsc::channel();
        let (follower, its) = (opened.clone(), path.clone());
        std::thread::spawn(move || {
            follower.open(1, &its, &Rules::default(), &parts);
            done.send(()).unwrap();
        });
        loop {
            match read.blocking_recv().unwrap() {
                Event::Of(1, event) if matches!(*event, Event::Loaded(..)) => break,
                Event::Of(1, _) => {}
                other => panic!("{other:?}"),
            }
        }
        // There is nothing to read and nobody says that it changed.
        assert!(ended.try_recv().is_err());
        opened.close(1);
        ended.recv_timeout(Duration::from_secs(20)).unwrap();
    }
}
