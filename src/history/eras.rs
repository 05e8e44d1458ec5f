//! Which era each server was found to speak, and since when: what the next connection need not find out again.
//!
//! One small file in the state directory, a line of JSON a server, rewritten as a whole under a lock:
//!
//! ```text
//! {"id":"9dbc…","name":"weather","era":"legacy","since":"2026-11-21","seen":"2026-11-23","evidence":"server/discover …"}
//! ```
//!
//! A server is its address, or its command line and working directory. What makes a connection is not kept, only its
//! hash. A verdict of "legacy" holds for a week: a server that learnt the newer era meanwhile would never be asked.

use std::path::PathBuf;

use jiff::{Timestamp, Unit};

use super::ServerId;
use super::file::{self, FileError, Lock};
use super::identity::Server;
use crate::json::{self, quote};
use crate::mcp::client::Known;
use crate::mcp::revision::Era;
use crate::transport::Target;

/// Servers that are kept; the one not seen for longest goes first.
const MOST: usize = 500;

/// A file beyond this is not ours.
const MOST_READ: u64 = 1 << 20;

/// Hours for which a verdict of "legacy" holds.
const HOLDS: f64 = 7.0 * 24.0;

/// See the module. Without a file, nothing is known and nothing is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Eras {
    file: Option<PathBuf>,
}

/// A line of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    id: ServerId,
    name: String,
    era: Era,
    since: Timestamp,
    seen: Timestamp,
    evidence: String,
}

impl Eras {
    /// Kept in this file.
    pub fn at(file: PathBuf) -> Self {
        Self { file: Some(file) }
    }

    /// What is known of the server that `target` leads to, at `now`.
    pub fn known(&self, target: &Target, now: Timestamp) -> Option<Known> {
        let bytes = file::read(self.file.as_ref()?, MOST_READ).ok()?;
        let id = id_of(target);
        let line = lines(&bytes).into_iter().rfind(|line| line.id == id)?;
        let age = now.since(line.since).ok()?.total(Unit::Hour).ok()?;
        let holds = line.era == Era::Modern || age < HOLDS;
        holds.then(|| Known {
            era: line.era,
            since: day(line.since),
            evidence: line.evidence,
        })
    }

    /// Keeps what was found out `now`, by this evidence. The same era again keeps its first day, unless it is one that
    /// holds no longer.
    pub fn learn(
        &self,
        name: &str,
        target: &Target,
        (era, evidence): (Era, &str),
        now: Timestamp,
    ) -> Result<(), FileError> {
        let Some(file) = &self.file else {
            return Ok(());
        };
        let id = id_of(target);
        let _lock = Lock::of(file)?;
        let mut all = lines(&file::read(file, MOST_READ)?);
        let before = all.iter().find(|line| line.id == id && line.era == era);
        let since = match (era, before) {
            (Era::Modern, Some(line)) => line.since,
            // Asked again today: from today on it holds anew.
            _ => now,
        };
        all.retain(|line| line.id != id);
        all.push(Line {
            id,
            name: name.to_owned(),
            era,
            since,
            seen: now,
            evidence: evidence.to_owned(),
        });
        all.sort_by_key(|line| line.seen);
        let first = all.len().saturating_sub(MOST);
        let text: String = all[first..].iter().map(Line::to_json).collect();
        file::replace(file, text.as_bytes())
    }
}

/// What a server is to this file.
fn id_of(target: &Target) -> ServerId {
    let server = Server::at("", target).id.to_string();
    let cwd = match target {
        Target::Process(spawn) => {
            let here = || std::env::current_dir().unwrap_or_default();
            let cwd = spawn.cwd.clone().unwrap_or_else(here);
            std::path::absolute(&cwd).unwrap_or(cwd)
        }
        Target::Address(_) => PathBuf::new(),
    };
    ServerId::of(["era", &server, &cwd.to_string_lossy()])
}

fn day(at: Timestamp) -> String {
    at.to_zoned(jiff::tz::TimeZone::system()).date().to_string()
}

fn lines(bytes: &[u8]) -> Vec<Line> {
    bytes
        .split(|byte| *byte == b'\n')
        .filter_map(Line::read)
        .collect()
}

impl Line {
    fn to_json(&self) -> String {
        format!(
            "{{\"id\":\"{}\",\"name\":{},\"era\":\"{}\",\"since\":\"{}\",\"seen\":\"{}\",\"evidence\":{}}}\n",
            self.id,
            quote(&self.name),
            self.era,
            self.since,
            self.seen,
            quote(&self.evidence)
        )
    }

    fn read(raw: &[u8]) -> Option<Self> {
        let text = |name: &str| json::string_at(raw, &[name]);
        Some(Self {
            id: ServerId::parse(&text("id")?)?,
            name: text("name")?,
            era: match text("era")?.as_str() {
                "legacy" => Era::Legacy,
                "modern" => Era::Modern,
                _ => return None,
            },
            since: text("since")?.parse().ok()?,
            seen: text("seen")?.parse().ok()?,
            evidence: text("evidence")?,
        })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::transport::Spawn;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn server(name: &str, cwd: &str) -> Target {
        let mut spawn = Spawn::new(name, ["--stdio"]);
        spawn.cwd = Some(cwd.into());
        spawn.into()
    }

    #[test]
    fn a_verdict_is_kept_by_server_and_folder() {
        let folder = tempfile::tempdir().unwrap();
        let eras = Eras::at(folder.path().join("state").join("eras.jsonl"));
        let now = at("2026-11-21T12:00:00Z");
        let (one, other) = (server("npx", "/one"), server("npx", "/other"));
        assert_eq!(eras.known(&one, now), None);
        eras.learn("one", &one, (Era::Legacy, "a \"b\"\n"), now)
            .unwrap();
        eras.learn("other", &other, (Era::Modern, "lists"), now)
            .unwrap();
        let known = eras.known(&one, now).unwrap();
        assert_eq!(
            (known.era, known.evidence.as_str()),
            (Era::Legacy, "a \"b\"\n")
        );
        assert!(known.since.starts_with("2026-11-2"), "{}", known.since);
        assert_eq!(eras.known(&other, now).unwrap().era, Era::Modern);
        // The newest verdict counts.
        eras.learn("one", &one, (Era::Modern, "lists"), now)
            .unwrap();
        assert_eq!(eras.known(&one, now).unwrap().era, Era::Modern);
    }

    #[test]
    fn legacy_holds_for_a_week_and_modern_for_good() {
        let folder = tempfile::tempdir().unwrap();
        let eras = Eras::at(folder.path().join("eras.jsonl"));
        let (first, later, last) = (
            at("2026-11-01T12:00:00Z"),
            at("2026-11-07T12:00:00Z"),
            at("2026-11-09T12:00:00Z"),
        );
        let (old, new) = (server("old", "/"), server("new", "/"));
        eras.learn("old", &old, (Era::Legacy, "refused"), first)
            .unwrap();
        eras.learn("new", &new, (Era::Modern, "lists"), first)
            .unwrap();
        assert!(eras.known(&old, later).is_some());
        assert_eq!(eras.known(&old, last), None);
        let since = eras.known(&new, last).unwrap().since;
        eras.learn("new", &new, (Era::Modern, "lists"), last)
            .unwrap();
        assert_eq!(eras.known(&new, last).unwrap().since, since);
        // Asked again, it holds anew.
        eras.learn("old", &old, (Era::Legacy, "refused"), last)
            .unwrap();
        assert!(eras.known(&old, at("2026-11-15T12:00:00Z")).is_some());
    }

    #[test]
    fn odd_lines_are_passed_over_and_the_oldest_go() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("eras.jsonl");
        std::fs::write(&file, "no json\n{\"id\":\"zz\"}\n\n").unwrap();
        let eras = Eras::at(file.clone());
        let mut now = at("2026-11-01T12:00:00Z");
        for number in 0..MOST + 3 {
            now += jiff::SignedDuration::from_secs(1);
            let target = server(&format!("s{number}"), "/");
            eras.learn("s", &target, (Era::Modern, "lists"), now)
                .unwrap();
        }
        let count = std::fs::read_to_string(&file).unwrap().lines().count();
        assert_eq!(count, MOST);
        assert_eq!(eras.known(&server("s2", "/"), now), None);
        assert!(eras.known(&server("s3", "/"), now).is_some());
        assert_eq!(Eras::default().known(&server("s3", "/"), now), None);
    }
}
