//! The servers that clients have in their settings: found, read and put together, with where each stands.
//!
//! [`CLIENTS`] says where to look and how an entry is written. Reading takes everything it depends on from a
//! [`Machine`], writes nothing, starts nothing and asks nothing; a file that is broken is told with its place and
//! stops nothing else. Writing is in [`edit`], what was agreed to be run in [`trust`].

mod client;
mod described;
mod document;
pub mod edit;
mod expand;
pub mod inputs;
mod jsonc;
mod launch;
mod off;
pub mod over;
mod pasted;
mod read;
mod select;
pub mod tapped;
pub mod trust;
pub mod why;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub use client::{Base, CLIENTS, Client, Holds, Place, Scope};
pub use document::{Format, Trouble};
pub use expand::{Lack, Text};
pub use inputs::Input;
pub use launch::Launch;
pub use pasted::pasted;
pub use select::{Group, Selection, Unselected, grouped, select};

use document::{Document, Part};
use expand::Scene;

/// Files beyond this are nobody's settings.
const MOST: u64 = 64 << 20;

/// Files whose text is put in somewhere are small.
const MOST_INSERTED: u64 = 64 << 10;

/// A system, as far as it decides about paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum System {
    /// Linux and its like.
    Linux,
    /// macOS.
    Mac,
    /// Windows.
    Windows,
}

/// What reading depends on.
#[derive(Clone, PartialEq, Eq)]
pub struct Machine {
    /// The system.
    pub system: System,
    /// The home folder.
    pub home: PathBuf,
    /// The environment: paths are moved by it, and its values are put in. They may be secrets.
    pub variables: BTreeMap<String, String>,
    /// The folder that is asked about; absolute.
    pub folder: PathBuf,
    /// mcpscope's own settings.
    pub ours: Option<PathBuf>,
    /// What was given for inputs.
    pub inputs: BTreeMap<String, String>,
    /// Whether somebody can be asked for inputs: then what a file proposes is only proposed.
    pub asks: bool,
}

impl std::fmt::Debug for Machine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Machine")
            .field("system", &self.system)
            .field("home", &self.home)
            .field("folder", &self.folder)
            .finish_non_exhaustive()
    }
}

impl Machine {
    /// The one we run on, asked about `folder`, or where we run.
    pub fn here(folder: Option<&Path>, ours: Option<PathBuf>) -> Self {
        let system = if cfg!(windows) {
            System::Windows
        } else if cfg!(target_os = "macos") {
            System::Mac
        } else {
            System::Linux
        };
        let folder = folder.unwrap_or(Path::new("."));
        let folder = folder
            .canonicalize()
            .or_else(|_| std::path::absolute(folder))
            .unwrap_or_else(|_| folder.to_owned());
        let said = std::env::var_os("HOME").filter(|home| !home.is_empty());
        Self {
            system,
            home: said
                .map(PathBuf::from)
                .or_else(crate::paths::home)
                .unwrap_or_default(),
            variables: std::env::vars_os()
                .filter_map(|(name, value)| {
                    Some((name.into_string().ok()?, value.into_string().ok()?))
                })
                .collect(),
            folder,
            ours,
            inputs: BTreeMap::new(),
            asks: false,
        }
    }

    fn variable(&self, name: &str) -> Option<String> {
        self.variables.get(name).cloned()
    }

    /// The folder that this variable names, when it is set to something.
    fn moved(&self, name: &str) -> Option<PathBuf> {
        let value = self.variables.get(name)?;
        (!value.is_empty()).then(|| self.folder.join(value))
    }

    /// Where a place is, whether or not there is a file; none when this machine has no such place.
    pub fn path(&self, place: &Place) -> Option<PathBuf> {
        let settings = |mac: &str| match self.system {
            System::Linux => self
                .moved("XDG_CONFIG_HOME")
                .unwrap_or_else(|| self.home.join(".config")),
            System::Mac => self.home.join(mac),
            System::Windows => self
                .moved("APPDATA")
                .unwrap_or_else(|| self.home.join("AppData/Roaming")),
        };
        Some(match place.base {
            Base::Project => self.nearest(place.path)?,
            Base::Home => self.home.join(place.path),
            Base::Moved(variable, folder) => self
                .moved(variable)
                .unwrap_or_else(|| self.home.join(folder))
                .join(place.path),
            Base::Settings => settings("Library/Application Support").join(place.path),
            Base::Xdg => settings(".config").join(place.path),
            Base::Ours => self.ours.clone()?,
        })
    }

    /// The project's file of this path: the nearest from the folder up to the top of its repository, never the home
    /// folder's; the folder's own when there is none. The home folder itself is nobody's project unless it is asked
    /// about.
    fn nearest(&self, path: &str) -> Option<PathBuf> {
        let folders = self.folder.ancestors();
        let mut found = None;
        for folder in folders {
            if folder != self.folder && folder == self.home {
                break;
            }
            let file = folder.join(path);
            if file.is_file() {
                found = Some(file);
                break;
            }
            if folder.join(".git").exists() {
                break;
            }
        }
        let own = self.folder.join(path);
        let file = found.unwrap_or(own);
        // ~/.cursor/mcp.json is the user's, whoever stands in the home folder.
        let is_users = CLIENTS
            .iter()
            .flat_map(|client| client.places)
            .filter(|place| place.base != Base::Project)
            .any(|place| self.path(place).as_ref() == Some(&file));
        (!is_users).then_some(file)
    }
}

/// The project a file of this place belongs to.
fn project_of(file: &Path, place: &Place) -> PathBuf {
    let depth = Path::new(place.path).components().count();
    let project = file.ancestors().nth(depth);
    project.unwrap_or(file).to_owned()
}

/// A server in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Configured {
    /// Its name there.
    pub name: String,
    /// Whose file.
    pub client: &'static Client,
    /// For whom it holds.
    pub scope: Scope,
    /// Which file.
    pub file: PathBuf,
    /// The line of the entry, from 1.
    pub line: usize,
    /// The project's folder, when it is one's; servers run there.
    pub project: Option<PathBuf>,
    /// How it is started.
    pub launch: Launch,
    /// Why the client does not start it, if so.
    pub off: Option<String>,
    /// What is odd about it.
    pub remarks: Vec<String>,
    /// What the client asks a person for before it starts the server, as far as that is not known.
    pub asks: Vec<Input>,
    /// What it would ask for too, and was taken as its file proposes it.
    pub taken: Vec<Input>,
}

/// A file that was looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looked {
    /// Whose.
    pub client: &'static Client,
    /// For whom it holds.
    pub scope: Scope,
    /// Where.
    pub file: PathBuf,
    /// What became of it.
    pub state: State,
}

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// There is none.
    Missing,
    /// It was read, and has that many servers of that scope.
    Read(usize),
    /// It could not be read, or says something that is no server; what else it says was read.
    Broken(Trouble),
}

/// A file, or a line in one, that could not be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Whose.
    pub client: &'static Client,
    /// Which file.
    pub file: PathBuf,
    /// The server it is about, when it is about one.
    pub name: Option<String>,
    /// What is wrong, and where.
    pub trouble: Trouble,
}

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.file.display())?;
        if self.trouble.line > 0 {
            write!(f, ":{}", self.trouble.line)?;
        }
        if self.trouble.column > 0 {
            write!(f, ":{}", self.trouble.column)?;
        }
        write!(f, ": ")?;
        if let Some(name) = &self.name {
            write!(f, "{name}: ")?;
        }
        f.write_str(&self.trouble.what)
    }
}

/// All that was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// The servers, in the order of [`CLIENTS`] and their places.
    pub servers: Vec<Configured>,
    /// The files that were looked for.
    pub files: Vec<Looked>,
    /// What could not be used.
    pub broken: Vec<Broken>,
}

impl Configured {
    /// Whether the two are the same entry, whatever it says.
    pub fn is_same(&self, other: &Self) -> bool {
        (self.client.id, self.scope, &self.name, &self.file)
            == (other.client.id, other.scope, &other.name, &other.file)
    }
}

impl Found {
    /// What an entry that was found before says now.
    pub fn same(&self, server: &Configured) -> Option<&Configured> {
        self.servers.iter().find(|other| other.is_same(server))
    }
}

/// Looks in all places of all clients.
pub fn find(machine: &Machine) -> Found {
    let mut found = Found::default();
    for client in &CLIENTS {
        for place in client.places {
            if let Some(file) = machine.path(place) {
                look(machine, client, place, file, &mut found);
            }
        }
    }
    off::switched_off(machine, &mut found);
    found
}

/// Reads one file as this client reads its files of this place.
fn look(
    machine: &Machine,
    client: &'static Client,
    place: &'static Place,
    file: PathBuf,
    found: &mut Found,
) {
    let before = found.servers.len();
    let state = match text_of(&file, MOST) {
        Ok(None) => State::Missing,
        Ok(Some(text)) => match servers_in(machine, client, place, &file, &text, found) {
            Ok(()) => State::Read(found.servers.len() - before),
            Err(trouble) => broken(client, &file, None, trouble, found),
        },
        Err(error) => {
            let trouble = Trouble {
                line: 0,
                column: 0,
                what: format!("cannot be read: {error}"),
            };
            broken(client, &file, None, trouble, found)
        }
    };
    found.files.push(Looked {
        client,
        scope: place.scope,
        file,
        state,
    });
}

fn broken(
    client: &'static Client,
    file: &Path,
    name: Option<String>,
    trouble: Trouble,
    found: &mut Found,
) -> State {
    let told = Broken {
        client,
        file: file.to_owned(),
        name,
        trouble: trouble.clone(),
    };
    // A file that two places share is told once.
    if !found
        .broken
        .iter()
        .any(|known| known.file == told.file && known.trouble == told.trouble)
    {
        found.broken.push(told);
    }
    State::Broken(trouble)
}

/// The text of a file; none when there is none. Only plain files of a size that settings have.
fn text_of(file: &Path, most: u64) -> std::io::Result<Option<String>> {
    let about = match std::fs::metadata(file) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) if error.kind() == std::io::ErrorKind::NotADirectory => return Ok(None),
        about => about?,
    };
    let wrong = |what: &str| Err(std::io::Error::other(what.to_owned()));
    if !about.is_file() {
        return wrong("it is no file");
    }
    if about.len() > most {
        return wrong("it is too large for settings");
    }
    match String::from_utf8(std::fs::read(file)?) {
        Ok(text) => Ok(Some(text)),
        Err(_) => wrong("it is not UTF-8"),
    }
}

/// The servers that stand in a text, as if it were this file.
fn servers_in(
    machine: &Machine,
    client: &'static Client,
    place: &'static Place,
    file: &Path,
    text: &str,
    found: &mut Found,
) -> Result<(), Trouble> {
    let document = Document::read(text, place.format)?;
    let root = document.root();
    let project = match place.scope {
        Scope::Project => Some(project_of(file, place)),
        Scope::Local | Scope::User => None,
    };
    let (servers, project) = match place.holds {
        Holds::Servers(name) => (root.get(name), project),
        Holds::PerProject => match own_project(machine, root) {
            Some((folder, part)) => (part.get("mcpServers"), Some(folder)),
            None => (None, None),
        },
        Holds::Described => (Some(root), project),
    };
    let Some(servers) = servers else {
        return Ok(());
    };
    let workspace = project.clone().unwrap_or_else(|| machine.folder.clone());
    let asked = inputs::described(root);
    let defaults = inputs::defaults(root);
    let variable = |name: &str| machine.variable(name);
    let input = |id: &str| {
        let given = machine.inputs.get(id);
        let proposed = || defaults.get(id).filter(|_| !machine.asks);
        given.or_else(proposed).cloned()
    };
    let inserted = |path: &Path| text_of(path, MOST_INSERTED).ok().flatten();
    let scene = Scene {
        syntax: client.syntax,
        variable: &variable,
        input: &input,
        file: &inserted,
        home: &machine.home,
        workspace: &workspace,
    };
    let mut add = |name: String, part: Part<'_>, entry: read::Entry| {
        let mut remarks = entry.remarks;
        if let (Some(line), Some(false)) = (document.relaxed(), client.comments) {
            remarks.push(format!(
                "{} reads no comments and trailing commas (line {line})",
                client.name
            ));
        }
        found.servers.push(Configured {
            name,
            client,
            scope: place.scope,
            file: file.to_owned(),
            line: document.line(part),
            project: project.clone(),
            asks: inputs::lacking(&entry.launch, &asked),
            taken: inputs::taken(&entry.launch, &asked, &machine.inputs),
            launch: entry.launch,
            off: entry.off,
            remarks,
        });
    };
    let mut wrong = Vec::new();
    if place.holds == Holds::Described {
        for (name, part, launch) in described::ways(root, &scene) {
            match launch {
                Ok(launch) => {
                    let entry = read::Entry {
                        launch,
                        off: None,
                        remarks: Vec::new(),
                    };
                    add(name, part, entry);
                }
                Err(what) => wrong.push((name, document.line(part), what)),
            }
        }
    } else if servers.is_table() {
        for (name, part) in servers.members() {
            // What is asked back of a server stands in a table of its name in our settings, with no server in it.
            let own = place.base == Base::Ours;
            if own && part.get("command").is_none() && part.get("url").is_none() {
                continue;
            }
            match read::entry(client, part, &scene) {
                Ok(entry) => add(name, part, entry),
                Err((part, what)) => wrong.push((name, document.line(part), what)),
            }
        }
    } else {
        let name = match place.holds {
            Holds::Servers(name) => name,
            _ => "mcpServers",
        };
        return Err(Trouble {
            line: document.line(servers),
            column: 0,
            what: format!("{name} is an object of servers by name"),
        });
    }
    for (name, line, what) in wrong {
        let trouble = Trouble {
            line,
            column: 0,
            what,
        };
        broken(client, file, Some(name), trouble, found);
    }
    Ok(())
}

/// The project in Claude Code's file that the folder is in: the nearest above it.
fn own_project<'a>(machine: &Machine, root: Part<'a>) -> Option<(PathBuf, Part<'a>)> {
    let projects = root.get("projects")?.members();
    machine.folder.ancestors().find_map(|folder| {
        let (_, part) = projects
            .iter()
            .find(|(path, _)| Path::new(path) == folder)?;
        Some((folder.to_owned(), *part))
    })
}
