//! Sessions that were opened beside the one the program began with: their files, and who answers for them.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc;

use crate::library::{Library, sidecar};
use crate::mask::Rules;
use crate::recording::{Bodies, Follow, Opening};
use crate::session::recorded::Recorded;
use crate::session::timeline::{Approach, Moment};
use crate::tui::event::{Event, OpenedSession};

/// Those that are open, by number. Clones are the same.
#[derive(Debug, Clone, Default)]
pub struct Opened(Arc<Mutex<HashMap<u32, Bodies>>>);

impl Opened {
    /// Where the bodies of a session are read; none when it is not open.
    pub fn bodies(&self, session: u32) -> Option<Bodies> {
        self.lock().get(&session).cloned()
    }

    /// A session is looked at no longer; reading it stops.
    pub fn close(&self, session: u32) {
        self.lock().remove(&session);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<u32, Bodies>> {
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
        let opening = match Opening::masked_by(path, Follow::WhileWritten, rules) {
            Ok(opening) => opening,
            Err(error) => {
                tell(Event::Failed(error.to_string()));
                return;
            }
        };
        self.lock().insert(session, opening.bodies());
        tell(Event::SessionOpened(Box::new(OpenedSession {
            path: path.to_owned(),
            size: opening.length(),
            following: opening.follows(),
            meta: read_meta(path),
        })));
        opening.run(|news| self.lock().contains_key(&session) && tell(Event::from(news)));
    }
}

/// What stands beside a session; nothing when it cannot be read, and the log says why.
pub fn read_meta(session: &Path) -> crate::library::Meta {
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
