//! Drafts: what somebody has typed into forms and not thrown away, kept over restarts of the server and of mcpscope.
//!
//! One file for each server in the state directory, the user's alone. What a draft holds is the form's to say; here it
//! is an opaque JSON value, found again by tool. Several mcpscopes may have the same server: only the drafts that
//! changed are put into the file, under a lock, and the file is replaced as a whole. Secrets never come here: the form
//! takes them out before.
//!
//! ```text
//! {"v":1,"server":"weather","drafts":[
//! {"kind":"tool","name":"forecast","at":"2026-11-21T10:30:00Z","schema":{"city":"string"},"draft":{…},
//!  "typed":[["/days","12x"]],"text":"{ broken"}
//! ]}
//! ```

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use jiff::Timestamp;

#[cfg(test)]
mod tests;

use crate::history::file::{self, FileError, Lock, failed};
use crate::history::{Callee, CalleeKind, Fingerprint, Server};
use crate::json::{self, Value};

/// The version of the files this mcpscope writes.
const VERSION: i64 = 1;
/// Files that somebody else blew up beyond this are not read.
const MOST_READ: u64 = 64 << 20;

/// What somebody typed into a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Whose form.
    pub callee: Callee,
    /// What it asked for then.
    pub fingerprint: Fingerprint,
    /// When it was last changed.
    pub at: Timestamp,
    /// What was typed, as the form gave it; without secrets.
    pub content: Value,
    /// What was typed beside that and is no answer.
    pub beside: Beside,
}

/// What somebody typed that is no part of the arguments yet; without secrets.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Beside {
    /// Text in fields, each with its place (JSON Pointer, RFC 6901).
    pub typed: Vec<(String, String)>,
    /// The text of all arguments, when it was broken.
    pub text: Option<String>,
}

impl Beside {
    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.typed.is_empty() && self.text.is_none()
    }
}

/// A draft that changed, or is no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DraftChange {
    /// It is this now.
    Put(Draft),
    /// It was sent or thrown away.
    Drop(Callee),
}

impl DraftChange {
    /// Whose draft.
    pub const fn callee(&self) -> &Callee {
        match self {
            Self::Put(draft) => &draft.callee,
            Self::Drop(callee) => callee,
        }
    }
}

/// How much is kept. The oldest goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Servers.
    pub servers: usize,
    /// Drafts of a server.
    pub drafts: usize,
    /// Bytes of a server's file.
    pub bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            servers: 200,
            drafts: 500,
            bytes: 8 << 20,
        }
    }
}

/// The folder of drafts. Holds nothing in memory. To be used off the drawing thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drafts {
    folder: PathBuf,
    limits: Limits,
}

impl Drafts {
    /// The drafts in this folder, which need not exist.
    pub fn open(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            limits: Limits::default(),
        }
    }

    /// The same, with other limits.
    #[must_use]
    pub const fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The drafts of a server, the newest last. What is no draft is passed over.
    pub fn load(&self, server: &Server) -> Result<Vec<Draft>, FileError> {
        let bytes = file::read(&self.path(server), MOST_READ)?;
        Ok(read(&bytes))
    }

    /// Puts what changed into the server's file. What does not fit into it with the newest drafts is dropped: gives
    /// how many drafts that were.
    pub fn save(&self, server: &Server, changes: &[DraftChange]) -> Result<usize, FileError> {
        let path = self.path(server);
        let _lock = Lock::of(&self.folder.join("drafts"))?;
        let bytes = file::read(&path, MOST_READ)?;
        if json::get(&bytes, &["v"])
            .and_then(json::integer)
            .is_some_and(|it| it > VERSION)
        {
            let text = "a later mcpscope wrote it";
            return Err(failed("write", &path)(std::io::Error::other(text)));
        }
        let mut drafts = read(&bytes);
        for change in changes {
            drafts.retain(|draft| draft.callee != *change.callee());
            if let DraftChange::Put(draft) = change {
                drafts.push(draft.clone());
            }
        }
        drafts.sort_by_key(|draft| draft.at);
        let (text, dropped) = self.write(server, &drafts);
        match text {
            Some(text) => file::replace(&path, text.as_bytes())?,
            None => match fs::remove_file(&path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(failed("delete", &path)(error));
                }
                _ => {}
            },
        }
        if bytes.is_empty() {
            self.forget_servers()?;
        }
        Ok(dropped)
    }

    fn path(&self, server: &Server) -> PathBuf {
        self.folder.join(format!("{}.json", server.id))
    }

    /// The file of these drafts, oldest first; none when nothing is left. And how many had no room.
    fn write(&self, server: &Server, drafts: &[Draft]) -> (Option<String>, usize) {
        let mut lines = Vec::new();
        let mut size = 0;
        for draft in drafts.iter().rev() {
            let line = line(draft);
            if lines.len() < self.limits.drafts && size + line.len() <= self.limits.bytes {
                size += line.len();
                lines.push(line);
            }
        }
        let dropped = drafts.len() - lines.len();
        if lines.is_empty() {
            return (None, dropped);
        }
        lines.reverse();
        let name = json::quote(&server.name);
        let text = format!(
            "{{\"v\":{VERSION},\"server\":{name},\"drafts\":[\n{}\n]}}\n",
            lines.join(",\n")
        );
        (Some(text), dropped)
    }

    /// Deletes the files that were not written for longest, when there are too many.
    fn forget_servers(&self) -> Result<(), FileError> {
        let mut files: Vec<(SystemTime, PathBuf)> = fs::read_dir(&self.folder)
            .map_err(failed("read", &self.folder))?
            .filter_map(|entry| {
                let entry = entry.ok()?;
                let path = entry.path();
                let written = entry.metadata().ok()?.modified().ok()?;
                path.extension()
                    .is_some_and(|end| end == "json")
                    .then_some((written, path))
            })
            .collect();
        files.sort();
        let most = files.len().saturating_sub(self.limits.servers);
        for (_, path) in files.into_iter().take(most) {
            fs::remove_file(&path).map_err(failed("delete", &path))?;
        }
        Ok(())
    }
}

fn line(draft: &Draft) -> String {
    let text = |text: &String| Value::String(text.clone());
    let mut members = vec![
        ("kind".to_owned(), Value::from(draft.callee.kind.word())),
        ("name".to_owned(), Value::from(&*draft.callee.name)),
        ("at".to_owned(), Value::String(draft.at.to_string())),
        ("schema".to_owned(), draft.fingerprint.to_value()),
        ("draft".to_owned(), draft.content.clone()),
    ];
    if !draft.beside.typed.is_empty() {
        let typed = draft.beside.typed.iter();
        // Several may stand at one place: before the same item.
        let typed = typed.map(|(place, typed)| Value::Array(vec![text(place), text(typed)]));
        members.push(("typed".to_owned(), Value::Array(typed.collect())));
    }
    members.extend(
        draft
            .beside
            .text
            .as_ref()
            .map(|it| ("text".to_owned(), text(it))),
    );
    Value::Object(members).to_string()
}

/// The drafts in a file, oldest first. One that was damaged gives what is before the damage.
fn read(bytes: &[u8]) -> Vec<Draft> {
    let mut drafts: HashMap<Callee, Draft> = HashMap::new();
    for raw in json::get(bytes, &["drafts"])
        .into_iter()
        .flat_map(json::elements)
    {
        if let Some(draft) = read_one(raw) {
            drafts.insert(draft.callee.clone(), draft);
        }
    }
    let mut drafts: Vec<Draft> = drafts.into_values().collect();
    drafts.sort_by(|one, other| (one.at, &one.callee).cmp(&(other.at, &other.callee)));
    drafts
}

fn read_one(raw: &[u8]) -> Option<Draft> {
    json::check(raw).ok()?;
    let text = |name: &str| json::string_at(raw, &[name]);
    Some(Draft {
        callee: Callee {
            kind: CalleeKind::of_word(&text("kind")?)?,
            name: text("name")?.into(),
        },
        fingerprint: Fingerprint::read(json::get(raw, &["schema"]).unwrap_or_default()),
        at: text("at")?.parse().ok()?,
        content: Value::parse(json::get(raw, &["draft"])?).ok()?,
        beside: Beside {
            typed: json::get(raw, &["typed"])
                .into_iter()
                .flat_map(json::elements)
                .filter_map(read_typed)
                .collect(),
            text: text("text"),
        },
    })
}

/// A place and what was typed there.
fn read_typed(raw: &[u8]) -> Option<(String, String)> {
    let mut pair = json::elements(raw).map(json::string);
    Some((pair.next()??, pair.next()??))
}
