//! mcpscope's own log: tracing to a daily file, and nothing ever to the screen.
//!
//! Starting it costs a filter and no file: the file is opened and the writing thread started by the
//! first line that passes the filter. A log that cannot be written is given up silently, because the
//! only other place to say so is the screen. What servers say is not logged here but recorded.

use crate::paths;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use tracing_appender::non_blocking::{NonBlocking, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

/// The variable that sets what is logged, e.g. `debug` or `mcpscope::transport=trace`.
pub const FILTER_VARIABLE: &str = "MCPSCOPE_LOG";

/// How many daily files are kept, the one of today included.
const KEPT_FILES: usize = 5;

/// Lines that may wait for the writing thread; more are dropped, so that a slow disk delays nothing.
const WAITING_LINES: usize = 1024;

/// Starts logging for the whole process. Keep the guard until the end of `main`: dropping it writes
/// what is waiting. A second start changes nothing and returns `None`.
pub fn start(directory: PathBuf) -> Option<LogGuard> {
    let filter = std::env::var(FILTER_VARIABLE).ok();
    let (subscriber, guard) = build(directory, filter.as_deref());
    tracing::subscriber::set_global_default(subscriber).ok()?;
    Some(guard)
}

/// Writes the last lines when it is dropped.
#[derive(Debug)]
pub struct LogGuard {
    log: LazyLog,
}

impl Drop for LogGuard {
    fn drop(&mut self) {
        // Out of the lock first: dropping it waits for the writing thread.
        let worker = self
            .log
            .shared
            .worker
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        drop(worker);
    }
}

fn build(
    directory: PathBuf,
    filter: Option<&str>,
) -> (impl tracing::Subscriber + Send + Sync + use<>, LogGuard) {
    let shared = Shared {
        directory,
        writer: OnceLock::new(),
        worker: Mutex::new(None),
    };
    let log = LazyLog {
        shared: Arc::new(shared),
    };
    // A filter that cannot be read means the default; there is nowhere to complain.
    let filter = filter
        .filter(|text| !text.trim().is_empty())
        .and_then(|text| EnvFilter::try_new(text).ok());
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter.unwrap_or_else(|| EnvFilter::new("info")))
        .with_ansi(false)
        .log_internal_errors(false)
        .with_writer(log.clone())
        .finish();
    (subscriber, LogGuard { log })
}

/// Opens the log with the first line.
#[derive(Debug, Clone)]
struct LazyLog {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    directory: PathBuf,
    writer: OnceLock<NonBlocking>,
    worker: Mutex<Option<WorkerGuard>>,
}

impl<'a> MakeWriter<'a> for LazyLog {
    type Writer = NonBlocking;

    fn make_writer(&'a self) -> NonBlocking {
        let shared = &self.shared;
        let open = || {
            let file = DailyFile {
                directory: shared.directory.clone(),
                day: None,
                file: None,
            };
            let (writer, worker) = NonBlockingBuilder::default()
                .buffered_lines_limit(WAITING_LINES)
                .lossy(true)
                .thread_name("log")
                .finish(file);
            *shared.worker.lock().unwrap_or_else(PoisonError::into_inner) = Some(worker);
            writer
        };
        shared.writer.get_or_init(open).clone()
    }
}

/// A file per UTC day. (The appender's own rolling file prints to stderr when a roll fails.)
#[derive(Debug)]
struct DailyFile {
    directory: PathBuf,
    day: Option<jiff::civil::Date>,
    file: Option<File>,
}

impl Write for DailyFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let today = jiff::Timestamp::now()
            .to_zoned(jiff::tz::TimeZone::UTC)
            .date();
        if self.day != Some(today) {
            self.day = Some(today);
            self.file = open(&self.directory, today).ok();
        }
        if let Some(file) = &mut self.file {
            // A full disk loses lines of the log, and nothing else.
            let _ = file.write_all(bytes);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn open(directory: &Path, day: jiff::civil::Date) -> io::Result<File> {
    paths::create(directory)?;
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(directory.join(format!("mcpscope.{day}.log")))?;
    remove_old(directory);
    Ok(file)
}

/// Removes all but the newest files; the dates in their names sort by age.
fn remove_old(directory: &Path) {
    let Ok(entries) = directory.read_dir() else {
        return;
    };
    let ours = |name: &String| name.starts_with("mcpscope.") && name.strip_suffix(".log").is_some();
    let mut names: Vec<String> = entries
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(ours)
        .collect();
    names.sort_unstable();
    for name in names.iter().rev().skip(KEPT_FILES) {
        let _ = std::fs::remove_file(directory.join(name));
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn files(directory: &Path) -> Vec<String> {
        let mut names: Vec<String> = directory
            .read_dir()
            .map(|entries| {
                entries
                    .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                    .collect()
            })
            .unwrap_or_default();
        names.sort();
        names
    }

    #[test]
    fn a_run_that_logs_nothing_leaves_nothing() {
        let home = tempfile::tempdir().unwrap();
        let directory = home.path().join("log");
        let (subscriber, guard) = build(directory.clone(), Some("not a filter=="));
        tracing::subscriber::with_default(subscriber, || {
            tracing::debug!("below the default filter");
        });
        drop(guard);
        assert!(!directory.exists());
    }

    #[test]
    fn lines_are_in_the_file_once_the_guard_is_gone_and_old_files_go() {
        let home = tempfile::tempdir().unwrap();
        let directory = home.path().join("log");
        paths::create(&directory).unwrap();
        for day in 1..=8 {
            std::fs::write(
                directory.join(format!("mcpscope.2001-01-0{day}.log")),
                "old",
            )
            .unwrap();
        }
        std::fs::write(directory.join("other.txt"), "not ours").unwrap();
        let (subscriber, guard) = build(directory.clone(), Some("debug"));
        tracing::subscriber::with_default(subscriber, || {
            tracing::debug!(answer = 42, "first");
            tracing::trace!("not asked for");
            tracing::error!("last");
        });
        drop(guard);
        let names = files(&directory);
        assert_eq!(names.len(), KEPT_FILES + 1, "{names:?}");
        assert_eq!(names[0], "mcpscope.2001-01-05.log");
        assert_eq!(names[KEPT_FILES], "other.txt");
        let text = std::fs::read_to_string(directory.join(&names[KEPT_FILES - 1])).unwrap();
        assert!(
            text.contains("first answer=42") && text.contains("ERROR") && text.contains("last"),
            "{text}"
        );
        assert!(
            !text.contains("not asked for") && !text.contains('\u{1b}'),
            "{text}"
        );
    }

    #[test]
    fn a_log_that_cannot_be_written_is_given_up() {
        let home = tempfile::tempdir().unwrap();
        let directory = home.path().join("log");
        std::fs::write(&directory, "a file is in the way").unwrap();
        let (subscriber, guard) = build(directory.clone(), None);
        tracing::subscriber::with_default(subscriber, || tracing::info!("to nowhere"));
        drop(guard);
        assert_eq!(
            std::fs::read_to_string(&directory).unwrap(),
            "a file is in the way"
        );
    }
}
