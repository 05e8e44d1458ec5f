//! The librarian: one thread that lists, names, deletes and counts sessions, in the order it is asked to.
//!
//! Counting reads whole files, so it is done while nothing else is to do, and stops for whatever comes.

use std::collections::VecDeque;
use std::sync::mpsc::{self, RecvTimeoutError, TryRecvError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc::UnboundedSender;

use crate::library::{FileError, Item, Library, Retention, Writing};
use crate::paths;
use crate::tui::effect::{MetaChange, Shelving};
use crate::tui::event::{Event, Shelved};

/// The way to the thread. Its clones are ways to the same.
#[derive(Debug, Clone)]
pub struct Librarian(mpsc::Sender<Shelving>);

/// Tells when the thread has written everything.
#[derive(Debug)]
pub struct Finished(mpsc::Receiver<()>);

impl Librarian {
    /// Starts the thread; `None` when this user has no place for files. It ends when the last [`Librarian`] is gone.
    pub fn start(library: Option<Library>, events: UnboundedSender<Event>) -> (Self, Finished) {
        let (sender, work) = mpsc::channel();
        let (done, finished) = mpsc::channel();
        let thread = std::thread::Builder::new().name("librarian".to_owned());
        let started = thread.spawn(move || {
            attend(library.as_ref(), &work, &events);
            // Nobody waits when the screen went down in disorder.
            let _ = done.send(());
        });
        if let Err(error) = started {
            tracing::error!(%error, "no thread for the library of sessions");
        }
        (Self(sender), Finished(finished))
    }

    /// Hands over work.
    pub fn take(&self, work: Shelving) {
        if self.0.send(work).is_err() {
            tracing::error!("the library of sessions has no thread");
        }
    }
}

impl Finished {
    /// Waits until everything is written, at most so long. To be called when every [`Librarian`] is dropped.
    pub fn wait(self, most: Duration) {
        if self.0.recv_timeout(most) == Err(RecvTimeoutError::Timeout) {
            tracing::error!("what was added to sessions could not be written in time");
        }
    }
}

fn attend(
    library: Option<&Library>,
    work: &mpsc::Receiver<Shelving>,
    events: &UnboundedSender<Event>,
) {
    let mut next: Option<Shelving> = None;
    let mut to_count: VecDeque<Item> = VecDeque::new();
    // Nobody listens any more when the screen is gone.
    let tell = |shelved| drop(events.send(Event::Library(shelved)));
    loop {
        let taken = match next.take() {
            Some(work) => Ok(work),
            None if to_count.is_empty() => work.recv().map_err(|_| TryRecvError::Disconnected),
            None => work.try_recv(),
        };
        match taken {
            Ok(work) => {
                let told = answer(library, work, Timestamp::now());
                if let Shelved::Listed {
                    items: Ok(items), ..
                } = &told
                {
                    to_count = items.iter().filter(|item| lacks(item)).cloned().collect();
                }
                tell(told);
            }
            Err(TryRecvError::Disconnected) => return,
            Err(TryRecvError::Empty) => {
                let Some((library, item)) = library.zip(to_count.pop_front()) else {
                    to_count.clear();
                    continue;
                };
                let mut ended = false;
                let counted = library.summarise(&item, || {
                    match work.try_recv() {
                        Ok(work) => next = Some(work),
                        Err(TryRecvError::Disconnected) => ended = true,
                        Err(TryRecvError::Empty) => {}
                    }
                    next.is_none() && !ended
                });
                match counted {
                    Ok(None) => to_count.push_back(item),
                    Ok(Some(summary)) => tell(Shelved::Counted {
                        path: item.path,
                        summary: Ok(summary),
                    }),
                    Err(error) => tell(Shelved::Counted {
                        path: item.path,
                        summary: Err(error.to_string()),
                    }),
                }
                if ended {
                    return;
                }
            }
        }
    }
}

/// Whether a session was not counted yet, and can be: what is still written changes under the count.
fn lacks(item: &Item) -> bool {
    item.meta.summary.is_none() && item.writing == Writing::Nobody
}

/// Does the work, at a time.
pub fn answer(library: Option<&Library>, work: Shelving, at: Timestamp) -> Shelved {
    let nowhere = || format!("there is no place for files; set {}", paths::HOME_VARIABLE);
    match (work, library) {
        (Shelving::List { current }, library) => Shelved::Listed {
            at,
            items: match library.map(|library| library.list(current.as_deref())) {
                Some(items) => items.map_err(|error| in_words(&error)),
                None => Err(nowhere()),
            },
        },
        (Shelving::Change { path, change }, Some(library)) => {
            let meta = library.change(&path, |meta| match change {
                MetaChange::Words { name, tags, note } => {
                    (meta.name, meta.tags, meta.note) = (name, tags, note);
                }
                MetaChange::Keep(keep) => meta.keep = keep,
                MetaChange::Marks(marks) => meta.marks = marks,
            });
            Shelved::Changed {
                path,
                meta: meta.map_err(|error| in_words(&error)),
            }
        }
        (Shelving::Change { path, .. }, None) => Shelved::Changed {
            path,
            meta: Err(nowhere()),
        },
        (Shelving::Delete { paths, current }, Some(library)) => {
            let (mut deleted, mut troubles) = (Vec::new(), Vec::new());
            for path in paths {
                match library.delete(&path, current.as_deref(), at) {
                    Ok(one) => deleted.push(one),
                    Err(error) => troubles.push(in_words(&error)),
                }
            }
            Shelved::Deleted { deleted, troubles }
        }
        (Shelving::Delete { .. }, None) => Shelved::Deleted {
            deleted: Vec::new(),
            troubles: vec![nowhere()],
        },
        (Shelving::Restore(deleted), Some(library)) => {
            let (mut paths, mut troubles) = (Vec::new(), Vec::new());
            for one in deleted {
                match library.restore(&one) {
                    Ok(path) => paths.push(path),
                    Err(error) => troubles.push(in_words(&error)),
                }
            }
            Shelved::Restored { paths, troubles }
        }
        (Shelving::Restore(_), None) => Shelved::Restored {
            paths: Vec::new(),
            troubles: vec![nowhere()],
        },
    }
}

fn in_words(error: &FileError) -> String {
    match error.hint() {
        Some(hint) => format!("{error}; {hint}"),
        None => error.to_string(),
    }
}

/// Throws out what is too old or too much, on a thread of its own, and says so in the log.
pub fn keep_house(library: Library, retention: Retention, current: Option<std::path::PathBuf>) {
    let thread = std::thread::Builder::new().name("retention".to_owned());
    let started = thread.spawn(move || {
        match library.keep_house(retention, current.as_deref(), Timestamp::now()) {
            Ok(done) => {
                for one in &done.deleted {
                    let path = one.from.display();
                    tracing::info!(%path, "beyond [sessions]: moved to the trash");
                }
                if done.gone > 0 {
                    tracing::info!(sessions = done.gone, "left the trash for good");
                }
                for trouble in &done.troubles {
                    tracing::warn!(trouble, "a session stays");
                }
            }
            Err(error) => tracing::warn!(%error, "sessions are not kept within limits"),
        }
    });
    if let Err(error) = started {
        tracing::warn!(%error, "no thread to keep sessions within limits");
    }
}
