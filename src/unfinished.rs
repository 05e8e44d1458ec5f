//! Tasks that had not ended when we last heard of them: kept over restarts of mcpscope, so that they can be taken up
//! again. Only what finds them again is kept, never a result.
//!
//! One file in the state directory, the user's alone. Several mcpscopes may write it: what changed is put into it under
//! a lock, and the file is replaced as a whole. A task is never asked after because it stands here: somebody has to
//! want it.
//!
//! ```text
//! {"v":1,"tasks":[
//! {"server":"0123456789abcdef","name":"weather","task":"786512e2","shape":"core","what":"tools/call forecast","at":"2026-11-21T10:30:00Z"}
//! ]}
//! ```

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::history::Server;
use crate::history::file::{self, FileError, Lock, failed};
use crate::json::{self, quote};
use crate::mcp::tasks::Shape;

/// The version of the file this mcpscope writes.
const VERSION: i64 = 1;
/// A file that somebody else blew up beyond this is not read.
const MOST_READ: u64 = 4 << 20;
/// Tasks that are kept; the oldest go.
const MOST: usize = 500;
/// A longer id is not kept.
const LONGEST: usize = 4096;

/// A task that may still go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfinished {
    /// Its id.
    pub task: Box<str>,
    /// Which kind of task it is.
    pub shape: Shape,
    /// What it was made of: `tools/call forecast`. Not sanitised.
    pub what: Box<str>,
    /// When it was first heard of.
    pub at: Timestamp,
}

/// What became of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// It goes on.
    Put(Unfinished),
    /// It has ended, or nobody wants it any more.
    Drop(Box<str>),
}

impl Change {
    fn task(&self) -> &str {
        match self {
            Self::Put(one) => &one.task,
            Self::Drop(task) => task,
        }
    }
}

/// The file of unfinished tasks. Holds nothing in memory. To be used off the drawing thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Errands {
    path: PathBuf,
}

struct Line {
    server: String,
    name: String,
    one: Unfinished,
}

impl Errands {
    /// Those in this file, which need not exist.
    pub fn open(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
        }
    }

    /// The unfinished tasks of a server, oldest first. What is none is passed over.
    pub fn load(&self, server: &Server) -> Result<Vec<Unfinished>, FileError> {
        let id = server.id.to_string();
        let lines = read(&file::read(&self.path, MOST_READ)?);
        let mine = lines.into_iter().filter(|line| line.server == id);
        Ok(mine.map(|line| line.one).collect())
    }

    /// Puts what changed into the file.
    pub fn save(&self, server: &Server, changes: &[Change]) -> Result<(), FileError> {
        let _lock = Lock::of(&self.path)?;
        let bytes = file::read(&self.path, MOST_READ)?;
        if json::get(&bytes, &["v"])
            .and_then(json::integer)
            .is_some_and(|it| it > VERSION)
        {
            let text = "a later mcpscope wrote it";
            return Err(failed("write", &self.path)(std::io::Error::other(text)));
        }
        let id = server.id.to_string();
        let mut lines = read(&bytes);
        for change in changes {
            lines.retain(|line| line.server != id || *line.one.task != *change.task());
            if let Change::Put(one) = change
                && one.task.len() <= LONGEST
            {
                lines.push(Line {
                    server: id.clone(),
                    name: server.name.to_string(),
                    one: one.clone(),
                });
            }
        }
        lines.sort_by_key(|line| line.one.at);
        let spare = lines.len().saturating_sub(MOST);
        let lines: Vec<String> = lines.iter().skip(spare).map(write).collect();
        let text = format!(
            "{{\"v\":{VERSION},\"tasks\":[\n{}\n]}}\n",
            lines.join(",\n")
        );
        file::replace(&self.path, text.as_bytes())
    }
}

fn write(line: &Line) -> String {
    format!(
        "{{\"server\":{},\"name\":{},\"task\":{},\"shape\":\"{}\",\"what\":{},\"at\":\"{}\"}}",
        quote(&line.server),
        quote(&line.name),
        quote(&line.one.task),
        line.one.shape.word(),
        quote(&line.one.what),
        line.one.at,
    )
}

fn read(bytes: &[u8]) -> Vec<Line> {
    let all = json::get(bytes, &["tasks"]);
    all.into_iter()
        .flat_map(json::elements)
        .filter_map(|raw| {
            json::check(raw).ok()?;
            let text = |name: &str| json::string_at(raw, &[name]);
            Some(Line {
                server: text("server")?,
                name: text("name")?,
                one: Unfinished {
                    task: text("task")?.into(),
                    shape: Shape::of_word(&text("shape")?)?,
                    what: text("what")?.into(),
                    at: text("at")?.parse().ok()?,
                },
            })
        })
        .collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::transport::{Spawn, Target};

    fn server(program: &str) -> Server {
        Server::at(program, &Target::from(Spawn::new(program, ["x"])))
    }

    fn task(id: &str, second: i64) -> Unfinished {
        Unfinished {
            task: id.into(),
            shape: Shape::Core,
            what: "tools/call \"slow\"".into(),
            at: Timestamp::from_second(second).unwrap(),
        }
    }

    #[test]
    fn obligation_28_ids_survive_a_restart_for_their_server_only() {
        let home = tempfile::tempdir().unwrap();
        let errands = Errands::open(&home.path().join("state/tasks.json"));
        let (one, other) = (server("one"), server("other"));
        assert!(errands.load(&one).unwrap().is_empty());
        let put = |id: &str, second| Change::Put(task(id, second));
        errands.save(&one, &[put("b", 2), put("a", 1)]).unwrap();
        errands.save(&other, &[put("a", 3)]).unwrap();
        assert_eq!(errands.load(&one).unwrap(), [task("a", 1), task("b", 2)]);
        errands
            .save(&one, &[Change::Drop("a".into()), put("b", 5)])
            .unwrap();
        assert_eq!(errands.load(&one).unwrap(), [task("b", 5)]);
        assert_eq!(errands.load(&other).unwrap(), [task("a", 3)], "another's");
    }

    #[test]
    fn damage_and_later_versions_are_left_alone() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("tasks.json");
        let errands = Errands::open(&path);
        let one = server("one");
        errands.save(&one, &[Change::Put(task("a", 1))]).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.replace("\n]}", ",\n{\"server\":7},nonsense")).unwrap();
        assert_eq!(errands.load(&one).unwrap().len(), 1);
        std::fs::write(&path, "{\"v\":2,\"tasks\":[]}").unwrap();
        assert!(errands.save(&one, &[]).is_err());
    }

    #[test]
    fn hundreds_are_bounded() {
        let home = tempfile::tempdir().unwrap();
        let errands = Errands::open(&home.path().join("tasks.json"));
        let one = server("one");
        let many: Vec<Change> = (0..700)
            .map(|n| Change::Put(task(&format!("t{n}"), n)))
            .collect();
        errands.save(&one, &many).unwrap();
        let kept = errands.load(&one).unwrap();
        assert_eq!((kept.len(), &*kept[0].task), (MOST, "t200"));
    }
}
