//! What Linux tells about processes, read from /proc: identity, parent, group, time, memory.
//!
//! Reads only; it never signals anything and never keeps state. Every answer may be out of date by
//! the time it is used, which is why a process is named by its id *and* its start time.

use std::fs;
use std::time::Duration;

/// Clock ticks per second in /proc (USER_HZ: 100 on every architecture Rust's std supports on Linux).
const TICKS_PER_SECOND: u64 = 100;

/// A process that cannot be mistaken for a later one with the same id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Process {
    /// Process id.
    pub pid: i32,
    /// Start time in ticks since boot.
    pub started: u64,
}

/// One line of `/proc/PID/stat`, as far as we need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stat {
    /// Who it is.
    pub process: Process,
    /// Parent's process id.
    pub parent: i32,
    /// Process group.
    pub group: i32,
    /// CPU time of itself and of the children it waited for.
    pub cpu: Duration,
    /// Exited, but not yet waited for.
    pub zombie: bool,
}

/// Reads the state of a process; `None` when there is none.
pub(super) fn stat(pid: i32) -> Option<Stat> {
    parse(&fs::read(format!("/proc/{pid}/stat")).ok()?)
}

/// `pid (name) state ppid pgrp …`; the name may hold spaces and brackets, so count from its end.
fn parse(line: &[u8]) -> Option<Stat> {
    let pid = std::str::from_utf8(&line[..line.iter().position(|b| *b == b' ')?])
        .ok()?
        .parse()
        .ok()?;
    let after = line.iter().rposition(|b| *b == b')')? + 1;
    let fields: Vec<&str> = std::str::from_utf8(&line[after..])
        .ok()?
        .split_ascii_whitespace()
        .collect();
    let number = |index: usize| fields.get(index)?.parse::<u64>().ok();
    // Field n of proc_pid_stat(5) is fields[n - 3]: utime 14, stime 15, cutime 16, cstime 17, start 22.
    let ticks = number(11)? + number(12)? + number(13)? + number(14)?;
    Some(Stat {
        process: Process {
            pid,
            started: number(19)?,
        },
        parent: fields.get(1)?.parse().ok()?,
        group: fields.get(2)?.parse().ok()?,
        cpu: Duration::from_millis(ticks * (1000 / TICKS_PER_SECOND)),
        zombie: matches!(*fields.first()?, "Z" | "X" | "x"),
    })
}

/// Resident memory of a process in bytes; 0 when it is gone.
pub(super) fn resident(pid: i32) -> u64 {
    let Ok(status) = fs::read_to_string(format!("/proc/{pid}/status")) else {
        return 0;
    };
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|rest| rest.split_ascii_whitespace().next()?.parse::<u64>().ok());
    kib.unwrap_or(0) * 1024
}

/// Whether exactly this process is still there and not merely unwaited for.
#[cfg(test)]
pub(super) fn alive(process: Process) -> bool {
    stat(process.pid).is_some_and(|now| now.process == process && !now.zombie)
}

/// The given processes and all their descendants that run now, parents before children.
pub(super) fn descendants(roots: &[Process]) -> Vec<Stat> {
    let mut found: Vec<Stat> = Vec::new();
    for root in roots {
        if let Some(now) = stat(root.pid).filter(|now| now.process == *root) {
            push_new(&mut found, now);
        }
    }
    let mut at = 0;
    let mut table = None;
    while at < found.len() {
        let pid = found[at].process.pid;
        let below = children(pid).unwrap_or_else(|| {
            // A kernel built without the `children` files: one look at everybody instead.
            let all = table.get_or_insert_with(all);
            all.iter()
                .filter(|other| other.parent == pid)
                .map(|other| other.process.pid)
                .collect()
        });
        for child in below {
            if let Some(now) = stat(child).filter(|now| now.parent == pid) {
                push_new(&mut found, now);
            }
        }
        at += 1;
    }
    found.retain(|now| !now.zombie);
    found
}

fn push_new(found: &mut Vec<Stat>, now: Stat) {
    if found.iter().all(|known| known.process != now.process) {
        found.push(now);
    }
}

/// Process ids of the children of a process; `None` when this kernel does not tell.
fn children(pid: i32) -> Option<Vec<i32>> {
    let Ok(threads) = fs::read_dir(format!("/proc/{pid}/task")) else {
        return Some(Vec::new());
    };
    let mut found = Vec::new();
    for thread in threads.flatten() {
        match fs::read_to_string(thread.path().join("children")) {
            Ok(list) => found.extend(
                list.split_ascii_whitespace()
                    .filter_map(|id| id.parse::<i32>().ok()),
            ),
            // The thread or the process may have gone meanwhile; only a living one without the file counts.
            Err(_) if thread.path().join("stat").exists() => return None,
            Err(_) => {}
        }
    }
    Some(found)
}

/// Running members of a process group.
pub(super) fn group_members(group: i32) -> Vec<Process> {
    all()
        .into_iter()
        .filter(|now| now.group == group && !now.zombie)
        .map(|now| now.process)
        .collect()
}

fn all() -> Vec<Stat> {
    let Ok(entries) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter_map(|entry| stat(entry.file_name().to_str()?.parse().ok()?))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_brackets_does_not_confuse() {
        let line = b"42 (a b) c) S 7 42 42 0 -1 4194560 1 2 3 4 10 5 3 2 20 0 1 0 9876 1 2 3";
        let stat = parse(line).expect("parses");
        assert_eq!(
            stat.process,
            Process {
                pid: 42,
                started: 9876
            }
        );
        assert_eq!((stat.parent, stat.group, stat.zombie), (7, 42, false));
        assert_eq!(stat.cpu, Duration::from_millis(200));
        assert_eq!(parse(b"42 (x) S 7"), None);
        assert_eq!(parse(b""), None);
    }

    #[test]
    fn we_are_alive_and_use_memory() {
        let me = stat(i32::try_from(std::process::id()).expect("small"))
            .expect("we run")
            .process;
        assert!(alive(me));
        assert!(
            !alive(Process {
                started: me.started + 1,
                ..me
            }),
            "another start time is another process"
        );
        assert!(resident(me.pid) > 100_000);
        assert!(descendants(&[me]).iter().any(|stat| stat.process == me));
    }
}
