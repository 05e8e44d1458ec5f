//! The processes that belong to one server, and how every one of them is ended.
//!
//! A server is often a wrapper (`npx` is npm, sh and node; servers.md §4 no. 6), so signals go to the
//! process group. A descendant that left the group is found through its parent while that lives, kept
//! in mind by id and start time, and ended one by one. All families are registered, so that a panic
//! or a signal can end them without the runtime ([`Registry::kill_everything`]).
//!
//! Nothing here waits, reaps or talks to a pipe.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

#[cfg(target_os = "linux")]
use super::procfs::{self, Process};

/// All families that may have living members.
#[derive(Debug, Default)]
pub(super) struct Registry {
    families: Mutex<Vec<Arc<Family>>>,
}

/// The registry of this process.
pub(super) static LIVE: Registry = Registry {
    families: Mutex::new(Vec::new()),
};

/// A server's process, its group, and what came out of it.
#[derive(Debug)]
pub(super) struct Family {
    /// Id of the first process, which is the id of the group too.
    leader: u32,
    /// Members seen at the last look, with their start times.
    #[cfg(target_os = "linux")]
    known: Mutex<Vec<Process>>,
}

/// A registered family; dropping it kills what is left and takes it off the register.
#[derive(Debug)]
pub(super) struct Member {
    family: Arc<Family>,
    registry: &'static Registry,
    settled: bool,
}

impl Registry {
    /// Puts a freshly started process group on the register.
    pub(super) fn enter(&'static self, leader: u32) -> Member {
        let family = Arc::new(Family {
            leader,
            #[cfg(target_os = "linux")]
            known: Mutex::new(
                i32::try_from(leader)
                    .ok()
                    .and_then(procfs::stat)
                    .map(|stat| stat.process)
                    .into_iter()
                    .collect(),
            ),
        });
        self.families
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(Arc::clone(&family));
        Member {
            family,
            registry: self,
            settled: false,
        }
    }

    /// Whether no family is registered.
    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.families
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .is_empty()
    }

    /// Kills every registered family at once. Needs no runtime, may be called from a panic hook, and
    /// again: what is gone already is passed over.
    pub(super) fn kill_everything(&self) {
        let families = patiently(&self.families)
            .map(|families| families.clone())
            .unwrap_or_default();
        for family in families {
            family.kill();
        }
    }
}

/// Takes a lock that a panicking thread may hold itself: after some milliseconds it goes without.
fn patiently<T>(mutex: &Mutex<T>) -> Option<std::sync::MutexGuard<'_, T>> {
    for _ in 0..50 {
        match mutex.try_lock() {
            Ok(guard) => return Some(guard),
            Err(std::sync::TryLockError::Poisoned(poisoned)) => return Some(poisoned.into_inner()),
            Err(std::sync::TryLockError::WouldBlock) => {
                std::thread::sleep(Duration::from_millis(1));
            }
        }
    }
    None
}

impl std::ops::Deref for Member {
    type Target = Family;
    fn deref(&self) -> &Family {
        &self.family
    }
}

impl Member {
    /// Takes the family off the register because nobody is left in it.
    pub(super) fn leave(mut self) {
        self.settled = true;
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        if !self.settled {
            self.family.kill();
        }
        let mut families = self
            .registry
            .families
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        families.retain(|other| !Arc::ptr_eq(other, &self.family));
    }
}

#[cfg(unix)]
impl Family {
    fn group(&self) -> Option<rustix::process::Pid> {
        // Never 0 or 1: those would mean our own group, or everybody.
        i32::try_from(self.leader)
            .ok()
            .filter(|id| *id > 1)
            .and_then(rustix::process::Pid::from_raw)
    }

    fn signal_group(&self, signal: rustix::process::Signal) {
        if let Some(group) = self.group() {
            // Fails only when nobody is left, or when all have become another user's.
            let _ = rustix::process::kill_process_group(group, signal);
        }
    }

    /// Asks everybody to end: SIGTERM, and SIGCONT for those that are stopped.
    pub(super) fn terminate(&self) {
        self.look();
        self.signal_group(rustix::process::Signal::TERM);
        self.signal_group(rustix::process::Signal::CONT);
    }

    /// Kills the group, then those who left it.
    pub(super) fn kill(&self) {
        self.look();
        self.signal_group(rustix::process::Signal::KILL);
        // A survivor may have had a child since the last look; children of the killed ones have not.
        for _ in 0..3 {
            if !self.signal_strays(rustix::process::Signal::KILL) {
                break;
            }
            self.look();
        }
    }

    /// Like [`Family::terminate`], but for those who left the group too. For when the leader is gone.
    pub(super) fn terminate_left_overs(&self) {
        self.terminate();
        self.signal_strays(rustix::process::Signal::TERM);
    }

    fn group_exists(&self) -> bool {
        self.group()
            .is_some_and(|group| rustix::process::test_kill_process_group(group).is_ok())
    }
}

#[cfg(target_os = "linux")]
impl Family {
    /// Looks who belongs to the family now, and remembers it.
    pub(super) fn look(&self) -> Vec<procfs::Stat> {
        let Some(mut known) = patiently(&self.known) else {
            return Vec::new();
        };
        let now = procfs::descendants(&known);
        *known = now.iter().map(|stat| stat.process).collect();
        now
    }

    /// Whether anybody is left once the leader is gone (zombies do not count: they are their parent's).
    pub(super) fn left_overs(&self) -> bool {
        let group = i32::try_from(self.leader).unwrap_or(0);
        // The look at every process of the system is only taken when the group is known to exist.
        (self.group_exists() && !procfs::group_members(group).is_empty()) || !self.look().is_empty()
    }

    /// Signals the known members outside the group; false when there are none.
    fn signal_strays(&self, signal: rustix::process::Signal) -> bool {
        let group = i32::try_from(self.leader).unwrap_or(0);
        let known = patiently(&self.known)
            .map(|known| known.clone())
            .unwrap_or_default();
        let mut any = false;
        for process in known {
            // Read again just before: the id alone could be somebody else's by now.
            let stray = procfs::stat(process.pid)
                .is_some_and(|now| now.process == process && now.group != group && !now.zombie);
            if let Some(pid) = rustix::process::Pid::from_raw(process.pid).filter(|_| stray) {
                any |= rustix::process::kill_process(pid, signal).is_ok();
            }
        }
        any
    }
}

#[cfg(all(unix, not(target_os = "linux")))]
impl Family {
    /// Only Linux tells who left the group.
    pub(super) fn look(&self) {}

    /// Whether anybody is left in the group once the leader is gone.
    pub(super) fn left_overs(&self) -> bool {
        self.group_exists()
    }

    #[expect(clippy::unused_self, reason = "has a use on Linux")]
    fn signal_strays(&self, _signal: rustix::process::Signal) -> bool {
        false
    }
}

/// Not verified. The job object that `stdio` puts the child into ends the tree there; this is for the
/// ways out that have no child at hand.
#[cfg(windows)]
impl Family {
    /// Windows has no signal to ask with.
    #[expect(clippy::unused_self, reason = "has a use on Unix")]
    pub(super) fn terminate(&self) {}

    /// See [`Family::terminate`].
    #[expect(clippy::unused_self, reason = "has a use on Unix")]
    pub(super) fn terminate_left_overs(&self) {}

    /// Ends the process and all that came out of it.
    pub(super) fn kill(&self) {
        let id = self.leader.to_string();
        let quiet = || std::process::Stdio::null();
        let mut command = std::process::Command::new("taskkill");
        command
            .args(["/F", "/T", "/PID", &id])
            .stdin(quiet())
            .stdout(quiet())
            .stderr(quiet());
        let _ = command.status();
    }

    /// Windows does not tell cheaply.
    #[expect(clippy::unused_self, reason = "has a use on Linux")]
    pub(super) fn look(&self) {}

    /// The job object takes care of them.
    #[expect(clippy::unused_self, reason = "has a use on Unix")]
    pub(super) fn left_overs(&self) -> bool {
        false
    }
}
