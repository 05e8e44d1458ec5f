//! What somebody agreed to run out of files that come with a project, remembered until it changes.
//!
//! A file that comes with a project was written by whoever wrote the project. What stands in it runs only after a
//! person saw the command, the folder and the names of the variables. One file in the state directory, the user's
//! alone, a line of JSON for each server:
//!
//! ```text
//! {"file":"/…/.mcp.json","name":"db","command":["node","db.js"],"cwd":null,"names":["DB_URL"],"salt":"…","seal":"…"}
//! ```
//!
//! Values of variables and headers are not kept; a seal (a salted hash of them as they are written in the file) tells
//! whether they changed. What a variable of the person's own environment comes to is theirs, and changes nothing.

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use ring::digest::{Context, SHA256};
use ring::rand::{SecureRandom as _, SystemRandom};

use super::{Configured, Scope};
use crate::history::FileError;
use crate::history::file::{self, Lock};
use crate::json::{self, Value, quote};

/// A file beyond this is not ours.
const MOST_READ: u64 = 4 << 20;

/// Servers that are remembered; the one agreed to longest ago goes first.
const MOST: usize = 1_000;

/// See the module. Without a file nothing is remembered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trust {
    file: Option<PathBuf>,
}

/// How a server stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It may run: somebody agreed, or it stands in a file of their own.
    Agreed,
    /// Nobody was asked about it yet.
    New,
    /// It is not what was agreed to; what changed, in words.
    Changed(Vec<String>),
}

/// What a person is asked to agree to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// Its name.
    pub name: String,
    /// Where it stands: `FILE:LINE`.
    pub place: String,
    /// Program and arguments, or the address, as they are written.
    pub command: Vec<String>,
    /// The same with everything put in, when that is something else.
    pub expanded: Option<Vec<String>>,
    /// Whether that is an address.
    pub remote: bool,
    /// Where it runs.
    pub cwd: Option<String>,
    /// The names of its variables, or of its headers.
    pub names: Vec<String>,
    /// What changed since somebody agreed; nothing when nobody was asked yet.
    pub changed: Vec<String>,
}

/// A server that somebody has to agree to before it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// What to.
    pub terms: Terms,
    /// As it stands in its file.
    pub server: Configured,
    /// Where the answer is remembered.
    pub trust: Trust,
}

/// A line of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    file: String,
    name: String,
    command: Vec<String>,
    cwd: Option<String>,
    names: Vec<String>,
    salt: String,
    seal: String,
}

impl Trust {
    /// Remembered in this file.
    pub fn at(file: PathBuf) -> Self {
        Self { file: Some(file) }
    }

    /// How a server stands.
    pub fn standing(&self, server: &Configured) -> Standing {
        if server.scope != Scope::Project {
            return Standing::Agreed;
        }
        let Some(known) = self.known(server) else {
            return Standing::New;
        };
        let now = Line::of(server, known.salt.clone());
        let mut changed = Vec::new();
        if known.command != now.command {
            changed.push(format!("it was: {}", shell_words::join(&known.command)));
        }
        if known.cwd != now.cwd {
            let before = known.cwd.as_deref().unwrap_or("the project's folder");
            changed.push(format!("it ran in {before}"));
        }
        for name in now.names.iter().filter(|name| !known.names.contains(name)) {
            changed.push(format!("{name} is new"));
        }
        for name in known.names.iter().filter(|name| !now.names.contains(name)) {
            changed.push(format!("{name} is gone"));
        }
        if changed.is_empty() && known.seal != now.seal {
            changed.push("a value of these changed".to_owned());
        }
        if changed.is_empty() {
            Standing::Agreed
        } else {
            Standing::Changed(changed)
        }
    }

    /// What somebody has to agree to before this server runs; none when nothing has to be.
    pub fn terms(&self, server: &Configured) -> Option<Terms> {
        let changed = match self.standing(server) {
            Standing::Agreed => return None,
            Standing::New => Vec::new(),
            Standing::Changed(changed) => changed,
        };
        let own =
            |words: Vec<&str>| -> Vec<String> { words.into_iter().map(str::to_owned).collect() };
        let command = own(server.launch.written());
        let expanded = own(server.launch.expanded());
        let remote = !matches!(server.launch, super::Launch::Process { .. });
        let cwd = server.launch.cwd().map(|text| text.written.clone());
        let project = server.project.as_ref();
        let project = project.map(|folder| folder.display().to_string());
        Some(Terms {
            name: server.name.clone(),
            place: server.place(),
            expanded: (expanded != command && !remote).then_some(expanded),
            command,
            remote,
            cwd: cwd.or(project).filter(|_| !remote),
            names: names(server),
            changed,
        })
    }

    /// Remembers that somebody agreed to it as it stands.
    pub fn agree(&self, server: &Configured) -> Result<(), FileError> {
        let Some(file) = &self.file else {
            return Ok(());
        };
        let _lock = Lock::of(file)?;
        let mut all = lines(&file::read(file, MOST_READ)?);
        let line = Line::of(server, salt());
        all.retain(|known| known.file != line.file || known.name != line.name);
        all.push(line);
        let first = all.len().saturating_sub(MOST);
        let text: String = all[first..].iter().map(Line::to_json).collect();
        file::replace(file, text.as_bytes())
    }

    fn known(&self, server: &Configured) -> Option<Line> {
        let bytes = file::read(self.file.as_ref()?, MOST_READ).ok()?;
        let path = path_of(server);
        let mut all = lines(&bytes).into_iter();
        all.rfind(|line| line.file == path && line.name == server.name)
    }
}

fn names(server: &Configured) -> Vec<String> {
    let mut names: Vec<String> = server
        .launch
        .named()
        .iter()
        .map(|(name, _)| name.clone())
        .collect();
    names.sort();
    names
}

/// The file by the name that stays the same whoever names it.
fn path_of(server: &Configured) -> String {
    let file = server.file.canonicalize();
    let file = file.unwrap_or_else(|_| server.file.clone());
    file.to_string_lossy().into_owned()
}

fn salt() -> String {
    let mut bytes = [0; 16];
    // Without randomness the seal still tells that something changed.
    let _ = SystemRandom::new().fill(&mut bytes);
    BASE64.encode(bytes)
}

fn lines(bytes: &[u8]) -> Vec<Line> {
    let lines = bytes.split(|byte| *byte == b'\n');
    lines.filter_map(Line::read).collect()
}

impl Line {
    fn of(server: &Configured, salt: String) -> Self {
        let mut digest = Context::new(&SHA256);
        digest.update(salt.as_bytes());
        let mut named: Vec<(&str, &str)> = server
            .launch
            .named()
            .iter()
            .map(|(name, text)| (name.as_str(), text.written.as_str()))
            .collect();
        named.sort_unstable();
        for word in named.into_iter().flat_map(|(name, value)| [name, value]) {
            digest.update(&(word.len() as u64).to_le_bytes());
            digest.update(word.as_bytes());
        }
        let command = server.launch.written();
        Self {
            file: path_of(server),
            name: server.name.clone(),
            command: command.into_iter().map(str::to_owned).collect(),
            cwd: server.launch.cwd().map(|text| text.written.clone()),
            names: names(server),
            salt,
            seal: BASE64.encode(digest.finish()),
        }
    }

    fn to_json(&self) -> String {
        let list = |words: &[String]| {
            let quoted: Vec<String> = words.iter().map(|word| quote(word)).collect();
            format!("[{}]", quoted.join(","))
        };
        let cwd = self.cwd.as_deref().map_or("null".to_owned(), quote);
        format!(
            "{{\"file\":{},\"name\":{},\"command\":{},\"cwd\":{cwd},\"names\":{},\"salt\":{},\"seal\":{}}}\n",
            quote(&self.file),
            quote(&self.name),
            list(&self.command),
            list(&self.names),
            quote(&self.salt),
            quote(&self.seal),
        )
    }

    fn read(raw: &[u8]) -> Option<Self> {
        let value = Value::parse(raw).ok()?;
        let text = |name: &str| Some(value.get(name)?.as_str()?.to_owned());
        let list = |name: &str| -> Option<Vec<String>> {
            let items = value.get(name)?.as_array()?.iter();
            items.map(|item| Some(item.as_str()?.to_owned())).collect()
        };
        Some(Self {
            file: text("file")?,
            name: text("name")?,
            command: list("command")?,
            cwd: json::string_at(raw, &["cwd"]),
            names: list("names")?,
            salt: text("salt")?,
            seal: text("seal")?,
        })
    }
}
