//! Changes to files of clients that leave everything else byte for byte as it was: comments, order, indentation.
//!
//! What is put in and what is taken out are each other's opposite: adding a server and removing it gives the bytes
//! back. A change is worked out on the text ([`add`], [`change`], [`remove`]), read back, and only then written
//! ([`write()`]), with a copy of the file beside it.

mod between;
mod entry;
mod json_text;
mod toml_text;

use std::path::{Path, PathBuf};

pub use between::{put_in, take_out};
pub use entry::{entry_of, with_entry};

use super::Configured;
use super::client::{Base, Client, Holds, Place};
use super::document::{Document, Format, Part, Trouble};
use crate::history::FileError;
use crate::history::file;
use crate::json::Value;
use crate::mcp::http::Choice;

/// A server as it is written into a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Draft {
    /// Program and arguments; nothing for an address.
    pub command: Vec<String>,
    /// The address; none for a command.
    pub url: Option<String>,
    /// What is spoken there.
    pub choice: Choice,
    /// Variables that are set.
    pub env: Vec<(String, String)>,
    /// Headers that are sent.
    pub headers: Vec<(String, String)>,
    /// Where it runs.
    pub cwd: Option<String>,
}

/// Why a file is not changed.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// It cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// It is broken already.
    #[error("{}:{}:{}: {}", file.display(), trouble.line, trouble.column, trouble.what)]
    Broken {
        /// Which file.
        file: PathBuf,
        /// What is wrong.
        trouble: Trouble,
    },
    /// What somebody made of an entry cannot be read.
    #[error("not written: line {}, column {} of {name}: {}", trouble.line, trouble.column, trouble.what)]
    Entry {
        /// The server.
        name: String,
        /// What is wrong.
        trouble: Trouble,
    },
    /// It has a server of that name.
    #[error("{} has a server {name} already (line {line})", file.display())]
    Taken {
        /// Which file.
        file: PathBuf,
        /// The name.
        name: String,
        /// Where it stands.
        line: usize,
    },
    /// It has no server of that name.
    #[error("{} has no server {name}", file.display())]
    Unknown {
        /// Which file.
        file: PathBuf,
        /// The name.
        name: String,
    },
    /// It is written in a way that is not changed here.
    #[error("{}: {what}", file.display())]
    Unusual {
        /// Which file.
        file: PathBuf,
        /// In words.
        what: String,
    },
    /// The client knows no such thing.
    #[error("{0}")]
    Unknowable(String),
}

impl EditError {
    /// What to do about it, as one clause.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::File(error) => error.hint(),
            Self::Broken { .. } => {
                Some("correct it first: nothing is written to a broken file".into())
            }
            Self::Taken { name, .. } => Some(format!("mcpscope config edit {name} changes it")),
            Self::Unknown { .. } => {
                Some("mcpscope config list shows where each server stands".into())
            }
            Self::Unusual { .. } => Some("change it by hand".into()),
            Self::Entry { .. } => Some("what was typed is there the next time".into()),
            Self::Unknowable(_) => None,
        }
    }
}

/// Why a text is not changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// It is broken.
    Broken(Trouble),
    /// What is to be put in is.
    Entry(Trouble),
    /// The name is taken, in that line.
    Taken(usize),
    /// There is no such server.
    Unknown,
    /// It is written in a way that is not changed here.
    Unusual(String),
}

/// A member of an entry (`command`), or one of a member (`env`, `API_KEY`), that is set or taken out.
pub type Setting = (Vec<String>, Option<Value>);

/// The place a server stands in, and the folder of the project it is for; none where the file only describes it.
pub fn place_of(server: &Configured) -> Option<(&'static Place, String)> {
    let ends = |place: &Place| place.base == Base::Ours || server.file.ends_with(place.path);
    let mut places = server.client.places.iter();
    let place = places.find(|place| place.scope == server.scope && ends(place));
    let place = place.filter(|place| place.holds != Holds::Described)?;
    let project = server.project.clone().unwrap_or_default();
    Some((place, project.to_string_lossy().into_owned()))
}

/// Where in a file the servers stand.
fn path_of<'a>(place: &Place, project: &'a str) -> Vec<&'a str> {
    match place.holds {
        Holds::Servers(name) => vec![name],
        Holds::PerProject => vec!["projects", project, "mcpServers"],
        Holds::Described => Vec::new(),
    }
}

impl Draft {
    /// The members of an entry, as this client writes them; an error when it has no word for something.
    pub fn members(&self, client: &Client) -> Result<Vec<(String, Value)>, EditError> {
        let text = |text: &str| Value::String(text.to_owned());
        let dialect = &client.dialect;
        let mut members: Vec<(String, Value)> = Vec::new();
        let mut put = |name: &str, value: Value| members.push((name.to_owned(), value));
        if let Some(url) = &self.url {
            let wanted = |choice: Choice| self.choice == Choice::Auto || choice == self.choice;
            let urls = dialect.urls.iter();
            let fits = urls.clone().find(|(_, choice)| wanted(*choice));
            let Some((member, choice)) = fits.or(dialect.urls.first()).copied() else {
                let what = format!("{} reads no addresses there", client.name);
                return Err(EditError::Unknowable(what));
            };
            if dialect.needs_type || (self.choice != Choice::Auto && choice != self.choice) {
                let word = match self.choice {
                    Choice::Sse => "sse",
                    _ => "http",
                };
                put("type", text(word));
            }
            put(member, text(url));
        } else if let Some((program, args)) = self.command.split_first() {
            if dialect.needs_type {
                put("type", text("stdio"));
            }
            put("command", text(program));
            if !args.is_empty() {
                let args = args.iter().map(|arg| text(arg)).collect();
                put("args", Value::Array(args));
            }
        }
        let pairs = |pairs: &[(String, String)]| {
            let pairs = pairs
                .iter()
                .map(|(name, value)| (name.clone(), text(value)));
            Value::Object(pairs.collect())
        };
        if !self.env.is_empty() {
            put("env", pairs(&self.env));
        }
        if !self.headers.is_empty() {
            put(dialect.headers, pairs(&self.headers));
        }
        if let Some(cwd) = &self.cwd {
            if !dialect.cwd {
                let what = format!("{} has no cwd for its servers", client.name);
                return Err(EditError::Unknowable(what));
            }
            put("cwd", text(cwd));
        }
        Ok(members)
    }
}

/// The text with a server more.
pub fn add(
    text: &str,
    place: &Place,
    project: &str,
    name: &str,
    members: &[(String, Value)],
) -> Result<String, Refused> {
    let path = path_of(place, project);
    if let Some(line) = line_of(text, place.format, &path, name)? {
        return Err(Refused::Taken(line));
    }
    let after = match place.format {
        Format::Json => json_text::add(text, &path, name, members),
        Format::Toml => toml_text::add(text, path[0], name, members),
    }?;
    check(&after, place.format, &path, name, true)?;
    Ok(after)
}

/// The text without a server.
pub fn remove(text: &str, place: &Place, project: &str, name: &str) -> Result<String, Refused> {
    let path = path_of(place, project);
    if line_of(text, place.format, &path, name)?.is_none() {
        return Err(Refused::Unknown);
    }
    let after = match place.format {
        Format::Json => json_text::remove(text, &path, name),
        Format::Toml => toml_text::remove(text, path[0], name),
    }?;
    check(&after, place.format, &path, name, false)?;
    Ok(after)
}

/// The text with members of a server set, or taken out; all others stay.
pub fn change(
    text: &str,
    place: &Place,
    project: &str,
    name: &str,
    settings: &[Setting],
) -> Result<String, Refused> {
    let path = path_of(place, project);
    if line_of(text, place.format, &path, name)?.is_none() {
        return Err(Refused::Unknown);
    }
    let mut after = text.to_owned();
    for (member, value) in settings {
        after = match place.format {
            Format::Json => json_text::set(&after, &path, name, member, value.as_ref()),
            Format::Toml => toml_text::set(&after, path[0], name, member, value.as_ref()),
        }?;
    }
    check(&after, place.format, &path, name, true)?;
    Ok(after)
}

/// The line of a server in a text.
fn line_of(
    text: &str,
    format: Format,
    path: &[&str],
    name: &str,
) -> Result<Option<usize>, Refused> {
    let document = Document::read(text, format).map_err(Refused::Broken)?;
    let servers = document.root().find(path);
    let server = servers.and_then(|servers| servers.get(name));
    // In our settings a name alone may stand for what is answered, and is no server.
    let is_server = |part: &Part<'_>| {
        path != ["servers"]
            || format != Format::Toml
            || part.get("command").is_some()
            || part.get("url").is_some()
    };
    Ok(server.filter(is_server).map(|part| document.line(part)))
}

/// What is written has to read as what was meant.
fn check(
    text: &str,
    format: Format,
    path: &[&str],
    name: &str,
    there: bool,
) -> Result<(), Refused> {
    match line_of(text, format, path, name) {
        Ok(line) if line.is_some() == there => Ok(()),
        _ => Err(Refused::Unusual(
            "it is laid out in a way that would not survive the change".to_owned(),
        )),
    }
}

impl Refused {
    /// The same of a server in a file.
    pub fn of(self, path: &Path, name: &str) -> EditError {
        let file = path.to_owned();
        let name = name.to_owned();
        match self {
            Self::Broken(trouble) => EditError::Broken { file, trouble },
            Self::Entry(trouble) => EditError::Entry { name, trouble },
            Self::Taken(line) => EditError::Taken { file, name, line },
            Self::Unknown => EditError::Unknown { file, name },
            Self::Unusual(what) => EditError::Unusual { file, what },
        }
    }
}

/// The text of a file; empty when there is none.
pub fn read(path: &Path) -> Result<String, EditError> {
    let bytes = file::read(path, super::MOST)?;
    String::from_utf8(bytes).map_err(|_| EditError::Unusual {
        file: path.to_owned(),
        what: "it is not UTF-8".to_owned(),
    })
}

/// Changes a file: the text is read, changed and written as a whole, and what was there before is kept beside it under
/// the name that comes back; nothing is kept of a file that was not there.
pub fn write(
    path: &Path,
    name: &str,
    changed: impl FnOnce(&str) -> Result<String, Refused>,
) -> Result<Option<PathBuf>, EditError> {
    let text = read(path)?;
    let after = changed(&text).map_err(|refused| refused.of(path, name))?;
    let backup = if path.exists() {
        Some(keep(path, text.as_bytes())?)
    } else {
        None
    };
    let mode = path.metadata().ok().map(|about| about.permissions());
    file::replace(path, after.as_bytes())?;
    if let Some(mode) = mode {
        // A file that others read stays one.
        std::fs::set_permissions(path, mode).map_err(file::failed("write", path))?;
    }
    Ok(backup)
}

/// Keeps a copy beside a file: `NAME.bak`, or the first of `NAME.bak2`, `NAME.bak3` … that is free.
fn keep(path: &Path, bytes: &[u8]) -> Result<PathBuf, FileError> {
    use std::io::Write as _;
    for number in 1..1000 {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(if number == 1 {
            ".bak".to_owned()
        } else {
            format!(".bak{number}")
        });
        let backup = path.with_file_name(name);
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let written = match options.open(&backup) {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => continue,
            file => file.and_then(|mut file| file.write_all(bytes)),
        };
        return written
            .map(|()| backup.clone())
            .map_err(file::failed("write", &backup));
    }
    let full = std::io::Error::other("there are a thousand copies of it already");
    Err(file::failed("copy", path)(full))
}

#[cfg(test)]
mod tests;
