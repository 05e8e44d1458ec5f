//! Taps that run, and recordings that are served: each leaves a small file while it does, so that others find its recording and look on.
//!
//! The file is locked for as long as its process lives, however that ends; one that is not locked is a leftover, and goes.
//! What the server is given on its command line is not in it. How much cannot be recorded is written over in its place,
//! which a full disk does not prevent.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::control::door;
use crate::json::{self, quote};
use crate::paths;

/// A tap that runs, or a recording that is served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    /// Its process.
    pub pid: u32,
    /// The server's name for people.
    pub server: String,
    /// Whether it is no tap, but the server itself, out of a recording.
    pub serves: bool,
    /// The file it records to; none when it keeps nothing.
    pub file: Option<PathBuf>,
    /// Where it listens, when it is one over HTTP.
    pub listens: Option<String>,
    /// Where it is told what to do.
    pub control: Option<PathBuf>,
    /// Since when.
    pub since: Timestamp,
    /// Entries that could not be recorded so far, while that is so.
    pub lost: u64,
}

/// Bytes that the number of lost entries has in the file, whatever it is.
const WIDTH: usize = 20;
/// What follows it.
const END: &str = "}\n";

fn wide(lost: u64) -> String {
    format!("{lost:<WIDTH$}")
}

/// Keeps a tap known. Dropping it takes it off the list.
#[derive(Debug)]
pub struct Registration {
    path: PathBuf,
    lock: File,
}

/// Where a tap says how much it cannot record.
#[derive(Debug)]
pub struct Sign {
    file: File,
    at: u64,
}

impl Sign {
    /// Says it, for others to read.
    pub fn tell(&self, lost: u64) {
        // Who cannot be told here asks.
        let _ = self.file.write_all_at(wide(lost).as_bytes(), self.at);
    }
}

impl Registration {
    /// Where it is said how much cannot be recorded.
    pub fn sign(&self) -> Option<Sign> {
        let file = self.lock.try_clone().ok()?;
        let size = file.metadata().ok()?.len();
        let at = size.checked_sub((WIDTH + END.len()) as u64)?;
        Some(Sign { file, at })
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        // A leftover is taken away by whoever looks next.
        let _ = fs::remove_file(&self.path);
    }
}

impl Running {
    fn to_json(&self) -> String {
        let optional =
            |text: Option<String>| text.map_or_else(|| "null".to_owned(), |text| quote(&text));
        format!(
            "{{\"pid\":{},\"server\":{},\"serves\":{},\"file\":{},\"listens\":{},\"control\":{},\"since\":\"{}\",\"lost\":{}{END}",
            self.pid,
            quote(&self.server),
            self.serves,
            optional(self.file.as_ref().map(|path| path.display().to_string())),
            optional(self.listens.clone()),
            optional(self.control.as_ref().map(|path| path.display().to_string())),
            self.since,
            wide(self.lost)
        )
    }

    fn read(body: &[u8]) -> Option<Self> {
        json::check(body).ok()?;
        let text = |name: &str| json::string_at(body, &[name]);
        let pid = json::get(body, &["pid"]).and_then(json::integer)?;
        Some(Self {
            pid: pid.try_into().ok()?,
            server: text("server")?,
            serves: json::get(body, &["serves"]).and_then(json::boolean) == Some(true),
            file: text("file").map(Into::into),
            listens: text("listens"),
            control: text("control").map(Into::into),
            since: text("since")?.parse().ok()?,
            lost: json::get(body, &["lost"])
                .and_then(json::integer)
                .and_then(|lost| u64::try_from(lost).ok())
                .unwrap_or(0),
        })
    }
}

/// Makes a tap known in a folder, which is made when it is not there.
pub fn register(folder: &Path, tap: &Running) -> io::Result<Registration> {
    paths::create(folder)?;
    // Nobody sees it before it is locked.
    let hidden = folder.join(format!(".{}", tap.pid));
    let path = folder.join(format!("{}.json", tap.pid));
    let _ = fs::remove_file(&hidden);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&hidden)?;
    file.lock()?;
    file.write_all(tap.to_json().as_bytes())?;
    fs::rename(&hidden, &path)?;
    Ok(Registration { path, lock: file })
}

/// The taps that run, oldest first.
pub fn running(folder: &Path) -> Vec<Running> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let named = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|end| end == "json"));
    let mut found: Vec<Running> = named.filter_map(|path| look(&path)).collect();
    found.sort_by_key(|tap| (tap.since, tap.pid));
    found
}

fn look(path: &Path) -> Option<Running> {
    let file = File::open(path).ok()?;
    match file.try_lock_shared() {
        Err(TryLockError::WouldBlock) => Running::read(&fs::read(path).ok()?),
        // Where there are no locks, who is there cannot be told from who was.
        Err(TryLockError::Error(_)) => None,
        Ok(()) => {
            // It was killed: what it listened at is nobody's.
            let left = fs::read(path)
                .ok()
                .and_then(|body| Running::read(&body)?.control);
            if let Some(socket) = left.filter(|path| is_socket(path)) {
                let _ = fs::remove_file(&socket);
                if let Some(own) = socket.parent().filter(|folder| door::is_own(folder)) {
                    let _ = fs::remove_dir(own);
                }
            }
            let _ = fs::remove_file(path);
            None
        }
    }
}

fn is_socket(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    fs::symlink_metadata(path).is_ok_and(|meta| meta.file_type().is_socket())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn tap(pid: u32, second: i64) -> Running {
        Running {
            pid,
            server: "a \"server\"".to_owned(),
            serves: second % 2 == 0,
            file: Some("/s/é.jsonl".into()),
            listens: None,
            control: None,
            since: Timestamp::from_second(second).unwrap(),
            lost: 0,
        }
    }

    #[test]
    fn a_tap_is_known_while_it_runs() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("taps");
        assert_eq!(running(&folder), []);
        let (first, second) = (tap(7, 20), tap(8, 10));
        let kept = register(&folder, &first).unwrap();
        let gone = register(&folder, &second).unwrap();
        assert_eq!(running(&folder), [second, first.clone()]);
        drop(gone);
        assert_eq!(running(&folder), [first]);
        drop(kept);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
    }

    #[test]
    fn what_cannot_be_recorded_is_told_in_its_place() {
        let home = tempfile::tempdir().unwrap();
        let kept = register(home.path(), &tap(7, 20)).unwrap();
        let sign = kept.sign().unwrap();
        let size = || fs::metadata(home.path().join("7.json")).unwrap().len();
        let was = size();
        for lost in [9_000, u64::from(u32::MAX), 12, 0] {
            sign.tell(lost);
            let wanted = Running { lost, ..tap(7, 20) };
            assert_eq!(running(home.path()), [wanted]);
            assert_eq!(size(), was);
        }
    }

    #[test]
    fn what_a_killed_tap_left_behind_goes() {
        let home = tempfile::tempdir().unwrap();
        let socket = home.path().join("9.sock");
        drop(std::os::unix::net::UnixListener::bind(&socket).unwrap());
        let killed = Running {
            control: Some(socket),
            ..tap(9, 1)
        };
        fs::write(home.path().join("9.json"), killed.to_json()).unwrap();
        fs::write(home.path().join("other"), "dear").unwrap();
        assert_eq!(running(home.path()), []);
        let left: Vec<_> = fs::read_dir(home.path()).unwrap().collect();
        assert_eq!(left.len(), 1);
    }
}
