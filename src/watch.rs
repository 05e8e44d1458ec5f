//! Files that match patterns, watched: what changed is told once, when nothing has changed for a while.
//!
//! Nothing ticks: the system says when something happens, and one timer runs from then on until it is quiet. Only where
//! the system cannot say so are the files looked at once a second.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

use notify::event::EventKind;
use notify::{Config, PollWatcher, RecursiveMode, Watcher};

/// It is quiet when nothing has changed for so long.
pub const QUIET: Duration = Duration::from_millis(200);
/// Where the system cannot tell of changes, they are looked for so often.
const LOOK: Duration = Duration::from_secs(1);
/// Folders that tools write to: what changes in them counts only for a pattern that names them.
const WRITTEN: [&str; 5] = [".git", "__pycache__", "node_modules", "target", ".venv"];

/// What cannot be watched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WatchError {
    /// There is nothing where the pattern begins.
    #[error("cannot watch {pattern}: there is no {}", folder.display())]
    Missing {
        /// As it was given.
        pattern: String,
        /// What is missing.
        folder: PathBuf,
    },
    /// The system refuses.
    #[error("cannot watch {pattern}: {what}")]
    Refused {
        /// As it was given.
        pattern: String,
        /// Why.
        what: String,
    },
}

impl WatchError {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Missing { .. } => {
                "patterns count from here, as in --watch 'src/**/*.py'; quote them, or the shell fills them in".to_owned()
            }
            Self::Refused { .. } => "fewer files can be watched by a pattern that says more".to_owned(),
        }
    }
}

/// A pattern of files: `src/**/*.py`; a folder means everything below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    given: String,
    /// Where it begins: the path before the first gap.
    base: PathBuf,
    /// The rest, part by part.
    parts: Vec<String>,
}

impl Pattern {
    /// Reads one; it counts from `folder`.
    pub fn of(given: &str, folder: &Path) -> Self {
        let gap = |part: &str| part.contains(['*', '?']);
        let mut base = folder.to_owned();
        let mut parts: Vec<String> = Vec::new();
        for part in Path::new(given).components() {
            let word = part.as_os_str().to_string_lossy();
            match part {
                Component::CurDir => {}
                _ if parts.is_empty() && !gap(&word) => base.push(part),
                _ => parts.push(word.into_owned()),
            }
        }
        // The system tells whole paths, without links.
        let base = base.canonicalize().unwrap_or(base);
        Self {
            given: given.to_owned(),
            base,
            parts,
        }
    }

    /// Whether this file is meant.
    pub fn means(&self, file: &Path) -> bool {
        let Ok(below) = file.strip_prefix(&self.base) else {
            return false;
        };
        let names: Vec<String> = below
            .iter()
            .map(|name| name.to_string_lossy().into_owned())
            .collect();
        let named = |written: &str| self.parts.iter().any(|part| part == written);
        let folders = &names[..names.len().saturating_sub(1)];
        if folders
            .iter()
            .any(|name| WRITTEN.contains(&name.as_str()) && !named(name))
        {
            return false;
        }
        self.parts.is_empty() || fits(&self.parts, &names)
    }

    /// What has to be watched for it, and whether with all below.
    fn watched(&self) -> (PathBuf, RecursiveMode) {
        // A file that is replaced by another is told of in its folder only.
        if self.parts.is_empty() && self.base.is_file() {
            let folder = self.base.parent().unwrap_or(&self.base);
            return (folder.to_owned(), RecursiveMode::NonRecursive);
        }
        let flat = self.parts.len() == 1 && self.parts[0] != "**";
        let mode = if flat {
            RecursiveMode::NonRecursive
        } else {
            RecursiveMode::Recursive
        };
        (self.base.clone(), mode)
    }
}

/// Whether the parts of a pattern stand for these names, from the first to the last.
fn fits(parts: &[String], names: &[String]) -> bool {
    match (parts.split_first(), names.split_first()) {
        (None, None) => true,
        (Some((part, rest)), _) if part == "**" => {
            (0..=names.len()).any(|skipped| fits(rest, &names[skipped..]))
        }
        (Some((part, rest)), Some((name, others))) => {
            let part: Vec<char> = part.chars().collect();
            let name: Vec<char> = name.chars().collect();
            fits_name(&part, &name) && fits(rest, others)
        }
        _ => false,
    }
}

fn fits_name(part: &[char], name: &[char]) -> bool {
    match part.split_first() {
        None => name.is_empty(),
        Some(('*', rest)) => (0..=name.len()).any(|skipped| fits_name(rest, &name[skipped..])),
        Some(('?', rest)) => !name.is_empty() && fits_name(rest, &name[1..]),
        Some((one, rest)) => name.first() == Some(one) && fits_name(rest, &name[1..]),
    }
}

/// Watches as long as it lives.
pub struct Watch {
    // Held for what goes on behind it.
    _watcher: Box<dyn Watcher + Send>,
}

impl std::fmt::Debug for Watch {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Watch")
    }
}

/// Gives the files that changed to `take`, on a thread of its own, until that says false or the watch goes away.
pub fn start(
    patterns: Vec<Pattern>,
    take: impl FnMut(Vec<PathBuf>) -> bool + Send + 'static,
) -> Result<Watch, WatchError> {
    let (sender, events) = mpsc::channel();
    let tell = move |event: notify::Result<notify::Event>| {
        let Ok(event) = event else { return };
        // Reading is no change.
        if !matches!(event.kind, EventKind::Access(_)) {
            // Nobody waits any more.
            let _ = sender.send(event.paths);
        }
    };
    let mut watcher: Box<dyn Watcher + Send> = match notify::recommended_watcher(tell.clone()) {
        Ok(watcher) => Box::new(watcher),
        Err(error) => {
            tracing::warn!(%error, "changes of watched files are looked for once a second");
            let looked = PollWatcher::new(tell, Config::default().with_poll_interval(LOOK));
            Box::new(looked.map_err(|error| refused(&patterns, &error))?)
        }
    };
    let mut watched = BTreeSet::new();
    for pattern in &patterns {
        if !pattern.base.exists() {
            return Err(WatchError::Missing {
                pattern: pattern.given.clone(),
                folder: pattern.base.clone(),
            });
        }
        let (folder, mode) = pattern.watched();
        if watched.insert((folder.clone(), mode == RecursiveMode::Recursive)) {
            watcher
                .watch(&folder, mode)
                .map_err(|error| refused(std::slice::from_ref(pattern), &error))?;
        }
    }
    std::thread::spawn(move || collect(&patterns, &events, take));
    Ok(Watch { _watcher: watcher })
}

fn refused(patterns: &[Pattern], error: &notify::Error) -> WatchError {
    let given: Vec<&str> = patterns
        .iter()
        .map(|pattern| pattern.given.as_str())
        .collect();
    WatchError::Refused {
        pattern: given.join(", "),
        what: error.to_string(),
    }
}

fn collect(
    patterns: &[Pattern],
    events: &mpsc::Receiver<Vec<PathBuf>>,
    mut take: impl FnMut(Vec<PathBuf>) -> bool,
) {
    let meant = |mut paths: Vec<PathBuf>, files: &mut BTreeSet<PathBuf>| {
        paths.retain(|path| patterns.iter().any(|pattern| pattern.means(path)));
        let any = !paths.is_empty();
        files.extend(paths);
        any
    };
    while let Ok(paths) = events.recv() {
        let mut files = BTreeSet::new();
        if !meant(paths, &mut files) {
            continue;
        }
        // What else is written does not put it off.
        let mut until = std::time::Instant::now() + QUIET;
        while let Ok(paths) =
            events.recv_timeout(until.saturating_duration_since(std::time::Instant::now()))
        {
            if meant(paths, &mut files) {
                until = std::time::Instant::now() + QUIET;
            }
        }
        if !take(files.into_iter().collect()) {
            return;
        }
    }
}

/// The files in words: `src/server.py`, `src/server.py and 3 more`. Sanitised.
pub fn words(files: &[PathBuf], folder: &Path) -> String {
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let short = |file: &PathBuf| {
        let short = file.strip_prefix(&folder).unwrap_or(file);
        crate::text::sanitize(&short.to_string_lossy()).into_owned()
    };
    match files {
        [] => "nothing".to_owned(),
        [one] => short(one),
        [first, rest @ ..] => format!("{} and {} more", short(first), rest.len()),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
