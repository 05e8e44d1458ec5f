//! The keeper: one thread that reads and writes what outlives a run of mcpscope, in the order it is asked to.
//!
//! Drafts change with every key, so they are gathered for a moment and written together; whoever asks for them is
//! told what was gathered too, and nothing is lost when we leave. Nothing is ever written that holds arguments when
//! the session is not recorded or `history = false`; what is on the disk from before can still be read.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use tokio::sync::mpsc::UnboundedSender;

use crate::chips::Chips;
use crate::drafts::{DraftChange, Drafts};
use crate::filter::Subject;
use crate::history::eras::Eras;
use crate::history::{FileError, History, Kept, Server};
use crate::ignores::Ignores;
use crate::kept;
use crate::library::Library;
use crate::mask::Secrets;
use crate::paths::{self, Paths};
use crate::presets::{PresetError, Presets};
use crate::tui::effect::Store;
use crate::tui::effect::linting::Excepting;
use crate::tui::event::{Event, PresetUnsaved, Stored};
use crate::unfinished::Errands;

/// How long changed drafts may wait for more of them.
const GATHER: Duration = Duration::from_millis(500);

/// What is kept, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shelves {
    /// Runs.
    pub history: History,
    /// What is being typed.
    pub drafts: Drafts,
    /// Arguments with a name.
    pub presets: Presets,
    /// What comparisons ignore.
    pub ignores: Ignores,
    /// Findings of lint that are lived with.
    pub exceptions: Ignores,
    /// Filters of rows with a name.
    pub chips: Chips,
    /// The same of sessions.
    pub session_chips: Chips,
    /// Tasks that had not ended.
    pub tasks: Errands,
    /// The sessions.
    pub library: Library,
    /// The user's settings.
    pub settings: PathBuf,
    /// Whether runs, drafts and tasks may be written down.
    pub keeps: bool,
    /// What is known of servers' eras; for the engine.
    pub eras: Eras,
}

impl Shelves {
    /// Those of this user, for somebody who works in the current directory.
    pub fn of(paths: &Paths, keeps: bool) -> Self {
        let cwd = std::env::current_dir().unwrap_or_default();
        Self::at(&cwd, paths::home().as_deref(), paths, keeps)
    }

    /// Those for somebody who works in `cwd`.
    pub fn at(cwd: &Path, home: Option<&Path>, paths: &Paths, keeps: bool) -> Self {
        let presets = Presets::of(cwd, home, paths);
        Self {
            history: History::open(&paths.history_file()),
            drafts: Drafts::open(&paths.drafts()),
            ignores: Ignores::of(&presets, paths),
            exceptions: Ignores::of_lint(&presets, paths),
            presets,
            chips: Chips::open(&paths.filters_file()),
            session_chips: Chips::open(&paths.session_filters_file()),
            tasks: Errands::open(&paths.tasks_file()),
            library: Library::of(paths),
            settings: paths.config_file(),
            keeps,
            eras: if keeps {
                Eras::at(paths.eras_file())
            } else {
                Eras::default()
            },
        }
    }

    /// The filters of these that have a name.
    const fn chips(&self, of: Subject) -> &Chips {
        match of {
            Subject::Rows => &self.chips,
            Subject::Sessions => &self.session_chips,
        }
    }

    /// Does what is asked, at once. Nothing to say when it was only to be kept, and is.
    pub fn answer(&self, work: Store) -> Option<Stored> {
        Some(match work {
            Store::Remember(run) => {
                let kept = self.keeps.then(|| self.history.append(&run))?;
                if let Ok(kept) = &kept {
                    return (*kept == Kept::TooLarge).then(|| {
                        let what = "the history leaves out runs with arguments that large";
                        Stored::NotKept(what.to_owned())
                    });
                }
                Stored::NotKept(format!(
                    "the history is not kept: {}",
                    in_words(&kept.err()?)
                ))
            }
            Store::SaveDrafts { server, changes } => {
                let kept = self.keeps.then(|| self.drafts.save(&server, &changes))?;
                Stored::NotKept(format!("drafts are not kept: {}", in_words(&kept.err()?)))
            }
            Store::SaveTasks { server, changes } => {
                let kept = self.keeps.then(|| self.tasks.save(&server, &changes))?;
                Stored::NotKept(format!(
                    "unfinished tasks are not kept: {}",
                    in_words(&kept.err()?)
                ))
            }
            Store::KeepColumns(names) => {
                let written = kept::columns(&self.settings, &names);
                Stored::NotKept(format!(
                    "columns are not kept: {}",
                    in_words(&written.err()?)
                ))
            }
            Store::LoadTasks { asker, server } => Stored::Tasks {
                asker,
                tasks: self.tasks.load(&server).map_err(|error| in_words(&error)),
            },
            Store::LoadHistory { asker, query } => Stored::History {
                asker,
                found: self.history.runs(&query).map_err(|error| in_words(&error)),
            },
            Store::LoadDrafts { asker, server } => Stored::Drafts {
                asker,
                drafts: self.drafts.load(&server).map_err(|error| in_words(&error)),
            },
            Store::LoadIgnores { asker } => Stored::Ignores {
                asker,
                lines: self.ignores.load().map_err(|error| in_words(&error)),
            },
            Store::Ignore { line, on } => match self.ignores.set(&line, on) {
                Ok(file) => Stored::Ignored(file),
                Err(error) => {
                    Stored::NotKept(format!("what is ignored is not kept: {}", in_words(&error)))
                }
            },
            Store::Exceptions(work) => self.except(&work),
            Store::LoadFilters(of) => Stored::Filters {
                of,
                chips: self.chips(of).load().map_err(|error| in_words(&error)),
                saved: None,
            },
            Store::SaveFilter(of, chip) => Stored::Filters {
                of,
                chips: self
                    .chips(of)
                    .save(&chip)
                    .and_then(|()| self.chips(of).load())
                    .map_err(|error| in_words(&error)),
                saved: Some(chip.name),
            },
            Store::ListPresets { asker, owner } => Stored::Presets {
                asker,
                listed: self.presets.list(&owner).map_err(|error| why(&error)),
                usual: self.presets.usual_place(),
            },
            Store::ReadPreset {
                asker,
                owner,
                name,
                place,
            } => Stored::Preset {
                asker,
                read: self
                    .presets
                    .read(&owner, &name, place)
                    .map_err(|error| why(&error)),
            },
            Store::SavePreset {
                asker,
                owner,
                name,
                place,
                text,
                overwrite,
            } => Stored::PresetSaved {
                asker,
                saved: self
                    .presets
                    .write(&owner, &name, place, &text, overwrite)
                    .map_err(|error| match error {
                        PresetError::Exists(path) => PresetUnsaved::Exists(path),
                        other => PresetUnsaved::Failed(why(&other)),
                    }),
            },
            Store::DeletePreset {
                asker,
                owner,
                name,
                place,
            } => Stored::PresetDeleted {
                asker,
                deleted: self
                    .presets
                    .delete(&owner, &name, place)
                    .map_err(|error| why(&error)),
            },
        })
    }
}

impl Shelves {
    fn except(&self, work: &Excepting) -> Stored {
        let file = &self.exceptions;
        let changed = match work {
            Excepting::Load => Ok(None),
            Excepting::Add(line) => file.set(line, true).map(Some),
            Excepting::Remove(line) => file.set(line, false).map(Some),
        };
        let (lines, changed) = match changed {
            Ok(changed) => (file.load(), changed),
            Err(error) => (Err(error), None),
        };
        let lines = lines.map_err(|error| in_words(&error));
        Stored::Exceptions { lines, changed }
    }
}

fn in_words(error: &FileError) -> String {
    with_hint(error.to_string(), error.hint())
}

fn why(error: &PresetError) -> String {
    with_hint(error.to_string(), error.hint())
}

fn with_hint(error: String, hint: Option<String>) -> String {
    match hint {
        Some(hint) => format!("{error}; {hint}"),
        None => error,
    }
}

/// What is said when this user has no place for files.
fn nowhere(work: Store) -> Option<Stored> {
    let why = || format!("there is no place for files; set {}", paths::HOME_VARIABLE);
    Some(match work {
        // It was said at the start that nothing is kept.
        Store::Remember(_)
        | Store::SaveDrafts { .. }
        | Store::SaveTasks { .. }
        | Store::KeepColumns(_)
        | Store::Ignore { .. } => return None,
        Store::LoadIgnores { asker } => Stored::Ignores {
            asker,
            lines: Ok(Vec::new()),
        },
        Store::Exceptions(work) => Stored::Exceptions {
            lines: match work {
                Excepting::Load => Ok(Vec::new()),
                Excepting::Add(_) | Excepting::Remove(_) => Err(why()),
            },
            changed: None,
        },
        Store::LoadTasks { asker, .. } => Stored::Tasks {
            asker,
            tasks: Ok(Vec::new()),
        },
        Store::LoadHistory { asker, .. } => Stored::History {
            asker,
            found: Ok(Vec::new()),
        },
        Store::LoadDrafts { asker, .. } => Stored::Drafts {
            asker,
            drafts: Ok(Vec::new()),
        },
        Store::LoadFilters(of) => Stored::Filters {
            of,
            chips: Ok(Vec::new()),
            saved: None,
        },
        Store::SaveFilter(of, chip) => Stored::Filters {
            of,
            chips: Err(why()),
            saved: Some(chip.name),
        },
        Store::ListPresets { asker, .. } => Stored::Presets {
            asker,
            listed: Err(why()),
            usual: crate::presets::Place::User,
        },
        Store::ReadPreset { asker, .. } => Stored::Preset {
            asker,
            read: Err(why()),
        },
        Store::SavePreset { asker, .. } => Stored::PresetSaved {
            asker,
            saved: Err(PresetUnsaved::Failed(why())),
        },
        Store::DeletePreset { asker, .. } => Stored::PresetDeleted {
            asker,
            deleted: Err(why()),
        },
    })
}

/// The way to the thread. Its clones are ways to the same.
#[derive(Debug, Clone)]
pub struct Keeper(mpsc::Sender<Store>);

/// Tells when the thread has written everything.
#[derive(Debug)]
pub struct Finished(mpsc::Receiver<()>);

impl Keeper {
    /// Starts the thread; `None` when this user has no place for files. It ends when the last [`Keeper`] is gone. What
    /// is kept is masked as the session is.
    pub fn start(
        shelves: Option<Shelves>,
        events: UnboundedSender<Event>,
        secrets: &Secrets,
    ) -> (Self, Finished) {
        let secrets = secrets.clone();
        let (sender, work) = mpsc::channel();
        let (done, finished) = mpsc::channel();
        let thread = std::thread::Builder::new().name("keeper".to_owned());
        let started = thread.spawn(move || {
            keep(shelves.as_ref(), &work, &events, &secrets);
            // Nobody waits when the screen went down in disorder.
            let _ = done.send(());
        });
        if let Err(error) = started {
            tracing::error!(%error, "no thread to keep history, drafts and presets");
        }
        (Self(sender), Finished(finished))
    }

    /// Hands over work.
    pub fn take(&self, work: Store) {
        if self.0.send(work).is_err() {
            tracing::error!("history, drafts and presets have no thread");
        }
    }
}

impl Finished {
    /// Waits until everything is written, at most so long. To be called when every [`Keeper`] is dropped.
    pub fn wait(self, most: Duration) {
        if self.0.recv_timeout(most) == Err(RecvTimeoutError::Timeout) {
            tracing::error!("history and drafts could not be written in time");
        }
    }
}

/// Changed drafts that are not written yet, by server; the latest of each.
#[derive(Debug, Default)]
struct Gathered {
    changes: Vec<(Server, Vec<DraftChange>)>,
    due: Option<Instant>,
}

impl Gathered {
    fn put(&mut self, server: Server, changes: Vec<DraftChange>) {
        self.due.get_or_insert_with(|| Instant::now() + GATHER);
        let place = self
            .changes
            .iter()
            .position(|(other, _)| other.id == server.id);
        let place = place.unwrap_or_else(|| {
            self.changes.push((server, Vec::new()));
            self.changes.len() - 1
        });
        let waiting = &mut self.changes[place].1;
        for change in changes {
            waiting.retain(|other| other.callee() != change.callee());
            waiting.push(change);
        }
    }

    fn take(&mut self) -> Vec<Store> {
        self.due = None;
        let changes = std::mem::take(&mut self.changes).into_iter();
        changes
            .map(|(server, changes)| Store::SaveDrafts { server, changes })
            .collect()
    }
}

fn keep(
    shelves: Option<&Shelves>,
    work: &mpsc::Receiver<Store>,
    events: &UnboundedSender<Event>,
    secrets: &Secrets,
) {
    let mut gathered = Gathered::default();
    let mut complained: Option<String> = None;
    let mut answer = |work: Store| {
        let stored = match shelves {
            Some(shelves) => shelves.answer(work.masked(secrets)),
            None => nowhere(work),
        };
        if let Some(Stored::NotKept(what)) = &stored
            // A full disk would be told with every key.
            && complained.replace(what.clone()).as_ref() == Some(what)
        {
            return;
        }
        if let Some(stored) = stored {
            // Nobody listens any more when the screen is gone.
            let _ = events.send(Event::Stored(stored));
        }
    };
    loop {
        let next = match gathered.due {
            None => work.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(due) => work.recv_timeout(due.saturating_duration_since(Instant::now())),
        };
        let late = gathered.due.is_some_and(|due| due <= Instant::now());
        if late || matches!(next, Err(_) | Ok(Store::LoadDrafts { .. })) {
            gathered.take().into_iter().for_each(&mut answer);
        }
        match next {
            Ok(Store::SaveDrafts { server, changes }) => gathered.put(server, changes),
            Ok(work) => answer(work),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

#[cfg(test)]
mod tests;
