//! A recording as it comes in: a file, a file that another process still writes, or a pipe. [`Opening::run`] reads all
//! there is and then waits for more, on a thread of its own; what it finds it gives away in order.
//!
//! Owns the waiting. Nothing polls: the system says when a file changes. Only where it cannot (no watches left) does
//! it look once a second, and for a moment after its writer closed the file, until the lock has gone too.

use std::fs::{File, TryLockError};
use std::io::{self, Read, Write as _};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use jiff::Timestamp;
use notify::event::{AccessKind, EventKind};
use notify::{RecursiveMode, Watcher as _};

use super::index::{self, Indexing};
use super::{Bodies, Loaded, OpenError, Reading, Recording};
use crate::mask::Rules;
use crate::session::recorded::Recorded;
use crate::session::timeline::Timeline;
use crate::session::{FORMAT, Header};

/// Where the system cannot tell of changes, they are looked for so often.
const LOOK: Duration = Duration::from_secs(1);
/// A writer that closed its file keeps the lock for some microseconds more.
const CLOSING: Duration = Duration::from_millis(20);
/// How often that is waited for.
const CLOSINGS: u32 = 50;
/// Bytes taken from a pipe at a time.
const CHUNK: usize = 64 << 10;
/// What a pipe is called where a file has its path.
pub const PIPE: &str = "-";

/// Whether a file is read on after its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Follow {
    /// No.
    Never,
    /// As long as a process of ours writes it.
    WhileWritten,
    /// As long as the file stands where it does.
    Always,
}

/// What reading brings.
#[derive(Debug, Clone, PartialEq)]
pub enum News {
    /// The fold of the first part, out of the index; with the bytes it stands for, and in all.
    Folded(Box<Timeline>, (u64, u64)),
    /// Entries, with the bytes read so far and in all.
    Entries(Vec<Recorded>, (u64, u64)),
    /// All there was is read. More may come of what is followed. If the fold is worth to be kept, with what that takes.
    Whole(Loaded, Option<Box<Indexing>>),
    /// Nothing more will come of what was followed.
    Over(Over),
}

/// Why nothing more comes of something that was followed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Over {
    /// The process that wrote it is done.
    #[error("the recording has ended")]
    Ended,
    /// It was cut to so many bytes.
    #[error("somebody cut the file to {0} bytes; what was read before may not be there any more")]
    Cut(u64),
    /// Another file stands in its place, or none.
    #[error("another file stands in its place now, or none; this is the old one")]
    Replaced,
    /// Reading failed.
    #[error("reading stopped: {0}")]
    Failed(String),
}

/// Why the one who waits was woken.
enum Wake {
    Changed,
    /// Its writer, or another one, closed it.
    Closed,
    Stop,
}

/// Ends the waiting when it goes away.
#[derive(Debug)]
pub struct Stop(mpsc::Sender<Wake>);

impl Drop for Stop {
    fn drop(&mut self) {
        // Whoever waited may have gone first.
        let _ = self.0.send(Wake::Stop);
    }
}

/// Whether a process is recording into this file. Where files cannot be locked nobody is known to.
pub fn is_being_written(file: &File) -> bool {
    match file.try_lock_shared() {
        Ok(()) => {
            // Left held, it would only make others think we write.
            let _ = file.unlock();
            false
        }
        Err(TryLockError::WouldBlock) => cfg!(unix),
        Err(TryLockError::Error(_)) => false,
    }
}

enum Source {
    File { follows: bool, written: bool },
    Pipe(Box<dyn Read + Send>, File),
}

/// See the module.
pub struct Opening {
    recording: Recording,
    source: Source,
    wakes: (mpsc::Sender<Wake>, mpsc::Receiver<Wake>),
}

impl std::fmt::Debug for Opening {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_tuple("Opening")
            .field(&self.recording)
            .finish()
    }
}

impl Opening {
    /// Of a session file.
    pub fn file(path: &Path, follow: Follow) -> Result<Self, OpenError> {
        Self::masked_by(path, follow, &Rules::default())
    }

    /// The same, as [`Recording::masked_by`] has it.
    pub fn masked_by(path: &Path, follow: Follow, rules: &Rules) -> Result<Self, OpenError> {
        let recording = match (Recording::masked_by(path, rules), follow) {
            // Its first line may come yet.
            (
                Err(OpenError::NoSession {
                    problem: super::NoSession::Empty,
                    ..
                }),
                Follow::Always,
            ) => Recording::begun(
                File::open(path).map_err(|error| OpenError::unreadable(path, error))?,
                path,
                rules,
            ),
            (opened, _) => opened?,
        };
        let written = is_being_written(&recording.file);
        let follows = match follow {
            Follow::Never => false,
            Follow::WhileWritten => written,
            // What another tool goes on to write would have to be imported again.
            Follow::Always => !recording.imported,
        };
        Ok(Self {
            recording,
            source: Source::File { follows, written },
            wakes: mpsc::channel(),
        })
    }

    /// Of what comes out of a pipe. It is kept in a file without a name, for us alone, that goes away with us.
    pub fn pipe(source: impl Read + Send + 'static, rules: &Rules) -> io::Result<Self> {
        Self::growing(source, Path::new(PIPE), rules)
    }

    /// Of what somebody makes of another file while that grows, kept likewise.
    pub fn growing(
        source: impl Read + Send + 'static,
        path: &Path,
        rules: &Rules,
    ) -> io::Result<Self> {
        let file = tempfile::tempfile()?;
        let writing = file.try_clone()?;
        Ok(Self {
            recording: Recording::begun(file, path, rules),
            source: Source::Pipe(Box::new(source), writing),
            wakes: mpsc::channel(),
        })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        self.recording.path()
    }

    /// Its header; made up for a pipe, of which nothing was read yet.
    pub fn header(&self) -> &Header {
        &self.recording.header
    }

    /// Reads bodies back.
    pub fn bodies(&self) -> Bodies {
        self.recording.bodies()
    }

    /// Bytes of the file as it is now.
    pub fn length(&self) -> u64 {
        let metadata = self.recording.file.metadata();
        metadata.map_or(0, |metadata| metadata.len())
    }

    /// Whether entries may come after its end.
    pub fn follows(&self) -> bool {
        matches!(
            self.source,
            Source::Pipe(..) | Source::File { follows: true, .. }
        )
    }

    /// What ends the waiting in [`Opening::run`] when it is dropped.
    pub fn stop(&self) -> Stop {
        Stop(self.wakes.0.clone())
    }

    /// Reads, and reads on, until nothing more can come or `take` says false.
    pub fn run(self, mut take: impl FnMut(News) -> bool) {
        let (
            Self {
                recording,
                source,
                wakes,
            },
            take,
        ) = (self, &mut take);
        let indexed = match &source {
            Source::File { .. } => recording.indexed(),
            Source::Pipe(..) => None,
        };
        let mut reading = match indexed {
            Some((timeline, reading)) => {
                let read = reading.mark().offset;
                let length = reading.length().unwrap_or(read);
                if !take(News::Folded(Box::new(timeline), (read, length))) {
                    return;
                }
                reading
            }
            None => recording.reading(),
        };
        let over = match source {
            Source::Pipe(source, file) => from_pipe(&mut reading, source, &file, take),
            Source::File { follows, written } => {
                let mut follower = Follower {
                    recording: &recording,
                    reading: &mut reading,
                    wakes,
                    written,
                };
                match follower.whole(follows, take) {
                    Ok(true) if follows => follower.follow(take),
                    Ok(_) => Ok(None),
                    Err(error) => Err(error),
                }
            }
        };
        let over = over.unwrap_or_else(|error| Some(Over::Failed(error.to_string())));
        if let Some(over) = over {
            take(News::Over(over));
        }
    }
}

/// Hands over what there is by now; false when it is no longer wanted.
fn read_on(
    reading: &mut Reading,
    size: Option<u64>,
    take: &mut impl FnMut(News) -> bool,
) -> io::Result<bool> {
    reading.read_on(|entries, read| {
        entries.is_empty()
            || take(News::Entries(
                entries,
                (read, size.unwrap_or(read).max(read)),
            ))
    })
}

/// What follows the last newline, when nobody writes on.
fn finish(reading: &mut Reading, take: &mut impl FnMut(News) -> bool) {
    if let Some(last) = reading.finish() {
        let read = reading.mark().offset;
        take(News::Entries(vec![last], (read, read)));
    }
}

fn from_pipe(
    reading: &mut Reading,
    mut source: Box<dyn Read + Send>,
    mut file: &File,
    take: &mut impl FnMut(News) -> bool,
) -> io::Result<Option<Over>> {
    let mut chunk = vec![0; CHUNK];
    loop {
        let read = match source.read(&mut chunk) {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if read == 0 {
            break;
        }
        file.write_all(&chunk[..read])?;
        if !read_on(reading, None, take)? {
            return Ok(None);
        }
    }
    finish(reading, take);
    take(News::Whole(reading.loaded().clone(), None));
    Ok(Some(Over::Ended))
}

struct Follower<'a> {
    recording: &'a Recording,
    reading: &'a mut Reading,
    wakes: (mpsc::Sender<Wake>, mpsc::Receiver<Wake>),
    /// Whether somebody was seen recording into it.
    written: bool,
}

impl Follower<'_> {
    /// Reads all there is; false when it is no longer wanted.
    fn whole(&mut self, follows: bool, take: &mut impl FnMut(News) -> bool) -> io::Result<bool> {
        let size = self.reading.length()?;
        let indexed = self.reading.mark().offset;
        if !read_on(self.reading, Some(size), take)? {
            return Ok(false);
        }
        if !follows {
            finish(self.reading, take);
        }
        let mark = self.reading.mark();
        let unindexed = !follows && mark.offset - indexed >= index::LEAST;
        let indexing = unindexed.then(|| self.recording.indexing(mark)).flatten();
        Ok(take(News::Whole(
            mark.loaded.clone(),
            indexing.map(Box::new),
        )))
    }

    fn follow(&mut self, take: &mut impl FnMut(News) -> bool) -> io::Result<Option<Over>> {
        let wakes = self.wakes.0.clone();
        let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            let wake = match event.map(|event| event.kind) {
                // Reading it is no change.
                Ok(EventKind::Access(AccessKind::Close(_))) => Wake::Closed,
                Ok(EventKind::Access(_)) => return,
                _ => Wake::Changed,
            };
            // Nobody waits any more.
            let _ = wakes.send(wake);
        });
        // It may have grown before anybody watched: looked at once more at the beginning.
        let watcher = watcher.and_then(|mut watcher| {
            watcher.watch(self.recording.path(), RecursiveMode::NonRecursive)?;
            Ok(watcher)
        });
        if let Err(error) = &watcher {
            tracing::warn!(%error, "changes of a followed file are looked for once a second");
        }
        loop {
            if let ControlFlow::Break(over) = self.look(take)? {
                return Ok(over);
            }
            let woken = if watcher.is_ok() {
                self.wakes
                    .1
                    .recv()
                    .map_err(|_| RecvTimeoutError::Disconnected)
            } else {
                self.wakes.1.recv_timeout(LOOK)
            };
            let mut closed = false;
            for wake in woken.into_iter().chain(self.wakes.1.try_iter()) {
                match wake {
                    Wake::Stop => return Ok(None),
                    Wake::Closed => closed = true,
                    Wake::Changed => {}
                }
            }
            // The lock goes a moment after the file is closed. Somebody else may have closed it, too.
            for _ in 0..CLOSINGS {
                if !closed || !self.written || !is_being_written(&self.recording.file) {
                    break;
                }
                match self.wakes.1.recv_timeout(CLOSING) {
                    Ok(Wake::Stop) => return Ok(None),
                    Ok(Wake::Changed) => break,
                    Ok(Wake::Closed) | Err(_) => {}
                }
            }
        }
    }

    /// Takes what is new; breaks off when nothing more can come: with why, or without when it is no longer wanted.
    fn look(
        &mut self,
        take: &mut impl FnMut(News) -> bool,
    ) -> io::Result<ControlFlow<Option<Over>>> {
        // Asked before the last look, so that nothing is missed between the two.
        let written = is_being_written(&self.recording.file);
        let replaced = !is_same(self.recording);
        let length = self.reading.length()?;
        if length < self.reading.mark().offset {
            return Ok(ControlFlow::Break(Some(Over::Cut(length))));
        }
        if length < self.reading.reached() {
            // Half a line was taken back, as a full disk makes the recorder do.
            self.reading.step_back();
        }
        if !read_on(self.reading, None, take)? {
            return Ok(ControlFlow::Break(None));
        }
        let ended = self.written && !written;
        self.written |= written;
        if ended || replaced {
            finish(self.reading, take);
        }
        Ok(match (ended, replaced) {
            (true, _) => ControlFlow::Break(Some(Over::Ended)),
            (_, true) => ControlFlow::Break(Some(Over::Replaced)),
            _ => ControlFlow::Continue(()),
        })
    }
}

/// Whether its path still leads to the file that is read.
fn is_same(recording: &Recording) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        let (Ok(here), Ok(there)) = (recording.file.metadata(), recording.path.metadata()) else {
            return false;
        };
        (here.dev(), here.ino()) == (there.dev(), there.ino())
    }
    #[cfg(not(unix))]
    recording.path.exists()
}

impl Recording {
    /// A session whose first line may come yet.
    fn begun(file: File, path: &Path, rules: &Rules) -> Self {
        Self {
            header: Header {
                format: FORMAT,
                created: Timestamp::UNIX_EPOCH,
                by: String::new(),
            },
            path: path.to_owned(),
            file: Arc::new(file),
            odd: Arc::default(),
            imported: false,
            rules: rules.clone(),
        }
    }
}

#[cfg(test)]
mod tests;
