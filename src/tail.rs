//! Files that others write line by line, read on as they grow, are cut, or are replaced by new ones.
//!
//! Nothing polls: the system says when something happens in the folders of the files. Only where it cannot (no watches
//! left) are they looked at once a second.

mod session;

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use notify::event::EventKind;
use notify::{RecursiveMode, Watcher as _};

pub use session::session;

/// Where the system cannot tell of changes, they are looked for so often.
const LOOK: Duration = Duration::from_secs(1);
/// Bytes taken at a time.
const CHUNK: usize = 64 << 10;
/// A longer line comes in pieces.
const LONGEST: usize = 16 << 20;

/// What reading brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// A line of a file, without its ending.
    Line {
        /// Which file, by its place in the order they came in.
        file: usize,
        /// The line.
        text: Vec<u8>,
    },
    /// The file was cut; it is read from its beginning.
    Cut(usize),
    /// Another file stands in its place, and is read from its beginning.
    Replaced(usize),
    /// A file that was not there before is followed too, by the number that comes next.
    New(PathBuf),
    /// All there was is read; more may come.
    Waiting,
    /// A file cannot be read any more.
    Failed(usize, String),
}

enum Wake {
    Changed(Vec<PathBuf>),
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

/// One file.
#[derive(Debug)]
struct Followed {
    path: PathBuf,
    file: Option<File>,
    /// Bytes that were read.
    read: u64,
    /// The beginning of a line.
    line: Vec<u8>,
}

/// See the module.
pub struct Tail {
    files: Vec<Followed>,
    wakes: (mpsc::Sender<Wake>, mpsc::Receiver<Wake>),
    /// How many of the last lines of each are wanted first; all without.
    last: Option<u64>,
}

impl std::fmt::Debug for Tail {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_list().entries(&self.files).finish()
    }
}

impl Tail {
    /// Of these files, from their last so many lines on; from their beginning without. One that is not there yet may
    /// come.
    pub fn of(files: Vec<PathBuf>, last: Option<u64>) -> Self {
        let files = files.into_iter().map(Followed::of).collect();
        Self {
            files,
            wakes: mpsc::channel(),
            last,
        }
    }

    /// What ends the waiting in [`Tail::follow`] when it is dropped.
    pub fn stop(&self) -> Stop {
        Stop(self.wakes.0.clone())
    }

    /// Reads all there is, each file to its end.
    pub fn read(mut self, mut take: impl FnMut(News) -> bool) {
        self.begin(&mut take);
        for (number, file) in self.files.iter_mut().enumerate() {
            file.finish(number, &mut take);
        }
    }

    /// Reads all there is, and reads on until `take` says false. Files that come into a folder of these are followed
    /// too when `wanted` says so.
    pub fn follow(
        mut self,
        mut wanted: impl FnMut(&Path) -> bool,
        mut take: impl FnMut(News) -> bool,
    ) {
        let wakes = self.wakes.0.clone();
        let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            let paths = match event {
                // Reading is no change.
                Ok(event) if matches!(event.kind, EventKind::Access(_)) => return,
                Ok(event) => event.paths,
                Err(_) => Vec::new(),
            };
            // Nobody waits any more.
            let _ = wakes.send(Wake::Changed(paths));
        });
        let folders: BTreeSet<PathBuf> = self.files.iter().map(Followed::folder).collect();
        let watcher = watcher.and_then(|mut watcher| {
            for folder in &folders {
                watcher.watch(folder, RecursiveMode::NonRecursive)?;
            }
            Ok(watcher)
        });
        if let Err(error) = &watcher {
            tracing::warn!(%error, "changes of followed files are looked for once a second");
        }
        // Watched first, so that nothing is missed between the two.
        if !self.begin(&mut take) || !take(News::Waiting) {
            return;
        }
        loop {
            let woken = if watcher.is_ok() {
                self.wakes
                    .1
                    .recv()
                    .map_err(|_| RecvTimeoutError::Disconnected)
            } else {
                self.wakes.1.recv_timeout(LOOK)
            };
            for wake in woken.into_iter().chain(self.wakes.1.try_iter()) {
                let Wake::Changed(paths) = wake else {
                    return;
                };
                for path in paths {
                    let known = self.files.iter().any(|file| file.path == path);
                    if !known && path.is_file() && wanted(&path) {
                        self.files.push(Followed::of(path.clone()));
                        if !take(News::New(path)) {
                            return;
                        }
                    }
                }
            }
            for (number, file) in self.files.iter_mut().enumerate() {
                if !file.look(number, &mut take) {
                    return;
                }
            }
            if !take(News::Waiting) {
                return;
            }
        }
    }

    /// What there is at first.
    fn begin(&mut self, take: &mut impl FnMut(News) -> bool) -> bool {
        for (number, file) in self.files.iter_mut().enumerate() {
            if let Some(lines) = self.last {
                // What cannot be told is read from the beginning.
                file.read = last_lines(&file.path, lines).unwrap_or(0);
            }
            if !file.look(number, take) {
                return false;
            }
        }
        true
    }
}

impl Followed {
    fn of(path: PathBuf) -> Self {
        // Those who tell of changes tell whole paths.
        let path = std::path::absolute(&path).unwrap_or(path);
        Self {
            path,
            file: None,
            read: 0,
            line: Vec::new(),
        }
    }

    fn folder(&self) -> PathBuf {
        let folder = self.path.parent().unwrap_or(Path::new("/"));
        folder.to_owned()
    }

    /// Takes what is new; false when it is no longer wanted.
    fn look(&mut self, number: usize, take: &mut impl FnMut(News) -> bool) -> bool {
        match self.try_look(number, take) {
            Ok(wanted) => wanted,
            Err(error) => {
                self.file = None;
                take(News::Failed(number, error.to_string()))
            }
        }
    }

    fn try_look(&mut self, number: usize, take: &mut impl FnMut(News) -> bool) -> io::Result<bool> {
        // The old file is read to its end before the new one is begun.
        if self.file.is_some() {
            if !self.read_on(number, take)? {
                return Ok(false);
            }
            if self.is_same() {
                return Ok(true);
            }
            if !self.path.exists() {
                // Between going and coming; the old one may still be written to.
                return Ok(true);
            }
            if !self.finish(number, take) {
                return Ok(false);
            }
            self.file = None;
            self.read = 0;
            if !take(News::Replaced(number)) {
                return Ok(false);
            }
        }
        match File::open(&self.path) {
            Ok(file) => self.file = Some(file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
            Err(error) => return Err(error),
        }
        self.read_on(number, take)
    }

    fn read_on(&mut self, number: usize, take: &mut impl FnMut(News) -> bool) -> io::Result<bool> {
        let Some(file) = &mut self.file else {
            return Ok(true);
        };
        if file.metadata()?.len() < self.read {
            self.read = 0;
            self.line.clear();
            if !take(News::Cut(number)) {
                return Ok(false);
            }
        }
        file.seek(SeekFrom::Start(self.read))?;
        let mut chunk = vec![0; CHUNK];
        loop {
            let count = match file.read(&mut chunk) {
                Ok(0) => return Ok(true),
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            self.read += count as u64;
            let mut rest = &chunk[..count];
            while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
                self.line.extend_from_slice(&rest[..end]);
                rest = &rest[end + 1..];
                let text = std::mem::take(&mut self.line);
                if !take(News::Line { file: number, text }) {
                    return Ok(false);
                }
            }
            self.line.extend_from_slice(rest);
            if self.line.len() > LONGEST {
                let text = std::mem::take(&mut self.line);
                if !take(News::Line { file: number, text }) {
                    return Ok(false);
                }
            }
        }
    }

    /// What follows the last newline, when nobody writes on.
    fn finish(&mut self, number: usize, take: &mut impl FnMut(News) -> bool) -> bool {
        if self.line.is_empty() {
            return true;
        }
        let text = std::mem::take(&mut self.line);
        take(News::Line { file: number, text })
    }

    /// Whether its path still leads to the file that is read.
    fn is_same(&self) -> bool {
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt as _;
            let here = self.file.as_ref().and_then(|file| file.metadata().ok());
            let (Some(here), Ok(there)) = (here, self.path.metadata()) else {
                return false;
            };
            (here.dev(), here.ino()) == (there.dev(), there.ino())
        }
        #[cfg(not(unix))]
        self.path.exists()
    }
}

/// Where the last so many lines of a file begin.
fn last_lines(path: &Path, lines: u64) -> io::Result<u64> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    let mut at = length;
    let mut left = lines;
    let mut chunk = vec![0; CHUNK];
    while at > 0 {
        let count = at.min(CHUNK as u64);
        file.seek(SeekFrom::Start(at - count))?;
        let part = &mut chunk[..count as usize];
        file.read_exact(part)?;
        for (place, byte) in part.iter().enumerate().rev() {
            let here = at - count + place as u64;
            // The ending of the last line is not the beginning of another.
            if *byte == b'\n' && here + 1 < length {
                if left <= 1 {
                    return Ok(if lines == 0 { length } else { here + 1 });
                }
                left -= 1;
            }
        }
        at -= count;
    }
    Ok(if lines == 0 { length } else { 0 })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
