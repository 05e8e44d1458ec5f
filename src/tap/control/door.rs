//! The socket of a tap's control: for this user only, and gone with the tap.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::os::unix::net::UnixListener as Listener;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{UnixListener, UnixStream};

use super::super::desk::Shared;
use super::words::{self, Command, Refusal};
use crate::paths;

/// The longest path a socket can have everywhere.
const LONGEST: usize = 100;

/// What the name of a folder begins with that is there for one socket only.
const OWN: &str = "mcpscope-tap-";

/// Whether a folder is there for one socket only.
pub(in crate::tap) fn is_own(folder: &Path) -> bool {
    let name = folder.file_name().and_then(|name| name.to_str());
    name.is_some_and(|name| name.starts_with(OWN))
}

/// A socket that listens. Dropping it takes it away.
#[derive(Debug)]
pub struct Door {
    listener: Option<Listener>,
    path: PathBuf,
    /// A folder of its own, when there was no room for the path.
    own: Option<PathBuf>,
}

impl Drop for Door {
    fn drop(&mut self) {
        // A leftover is taken away by whoever looks for taps next.
        let _ = fs::remove_file(&self.path);
        if let Some(own) = &self.own {
            let _ = fs::remove_dir(own);
        }
    }
}

impl Door {
    /// Listens in a folder, which is made when it is not there; or in one of its own where the path would be too long.
    pub fn open(folder: &Path, pid: u32) -> io::Result<Self> {
        paths::create(folder)?;
        let mut path = folder.join(format!("{pid}.sock"));
        let mut own = None;
        if path.as_os_str().len() > LONGEST {
            let folder = std::env::temp_dir().join(format!("{OWN}{pid}"));
            // Nobody else's: it must not be there before, but for one that a tap of this number left.
            let _ = fs::remove_file(folder.join("sock"));
            let _ = fs::remove_dir(&folder);
            fs::DirBuilder::new().mode(0o700).create(&folder)?;
            path = folder.join("sock");
            own = Some(folder);
        }
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let listener = Listener::bind(&path)?;
        let door = Self {
            listener: Some(listener),
            path,
            own,
        };
        fs::set_permissions(&door.path, Permissions::from_mode(0o600))?;
        Ok(door)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Lets in whoever comes, for as long as it is waited for.
    pub(in crate::tap) async fn attend(&mut self, shared: &Shared) {
        let listener = self.listener.take().and_then(|listener| {
            listener.set_nonblocking(true).ok()?;
            UnixListener::from_std(listener).ok()
        });
        let Some(listener) = listener else {
            return std::future::pending().await;
        };
        let us = rustix::process::getuid().as_raw();
        loop {
            let Ok((stream, _)) = listener.accept().await else {
                // Out of descriptors, most likely: those who are in go first.
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                continue;
            };
            if stream.peer_cred().is_ok_and(|peer| peer.uid() == us) {
                tokio::spawn(converse(stream, shared.clone()));
            }
        }
    }
}

/// Takes what goes with a controller away when that is gone, however it goes.
struct Controller {
    number: u64,
    shared: Shared,
}

impl Drop for Controller {
    fn drop(&mut self) {
        let (number, shared) = (self.number, self.shared.clone());
        // It may write to whoever does not read.
        let left = std::thread::Builder::new().name("control".to_owned());
        let _ = left.spawn(move || shared.left(number));
    }
}

async fn converse(stream: UnixStream, shared: Shared) {
    static NEWEST: AtomicU64 = AtomicU64::new(0);
    let controller = Controller {
        number: NEWEST.fetch_add(1, Ordering::Relaxed) + 1,
        shared: shared.clone(),
    };
    let (from, mut to) = stream.into_split();
    let mut lines = BufReader::new(from).split(b'\n');
    while let Ok(Some(line)) = lines.next_segment().await {
        let told = match Command::read(&line) {
            Ok(Command::Wait(held)) => tokio::select! {
                told = shared.wait(held) => told,
                // Who is gone, or says something else, waits no longer.
                line = lines.next_segment() => match line {
                    Ok(Some(_)) => Err("not told: something else was said meanwhile".into()),
                    _ => return,
                },
            },
            Ok(command) => {
                let (number, shared) = (controller.number, shared.clone());
                tokio::task::spawn_blocking(move || shared.obey(number, command))
                    .await
                    .unwrap_or_else(|_| Err(Refusal::from("the tap ends")))
            }
            Err(refusal) => Err(refusal),
        };
        let line = words::answer(&told, shared.trouble().as_ref());
        if to.write_all(line.as_bytes()).await.is_err() {
            return;
        }
    }
}
