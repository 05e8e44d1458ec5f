//! Taps that run, and recordings that are served: each leaves a small file while it does, so that others find its recording and look on.
//!
//! The file is locked for as long as its process lives, however that ends; one that is not locked is a leftover, and goes.
//! What the server is given on its command line is not in it.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
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
}

/// Keeps a tap known. Dropping it takes it off the list.
#[derive(Debug)]
pub struct Registration {
    path: PathBuf,
    _lock: File,
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
            "{{\"pid\":{},\"server\":{},\"serves\":{},\"file\":{},\"listens\":{},\"control\":{},\"since\":\"{}\"}}\n",
            self.pid,
            quote(&self.server),
            self.serves,
            optional(self.file.as_ref().map(|path| path.display().to_string())),
            optional(self.listens.clone()),
            optional(self.control.as_ref().map(|path| path.display().to_string())),
            self.since
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
    Ok(Registration { path, _lock: file })
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
