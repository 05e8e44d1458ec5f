//! Entries with a tap in between: recognised, put in, taken out.
//!
//! A tap stands before the server's own command, in the words of the entry: `mcpscope tap [OPTIONS] -- COMMAND`. It is
//! recognised by them, wherever that mcpscope stands. What was agreed to be run stays agreed to, tap or no tap.

use std::fmt;
use std::path::{Path, PathBuf};

use super::edit::{self, EditError, Refused};
use super::trust::{Standing, Trust};
use super::{Configured, Launch, Machine};
use crate::history::FileError;

/// What our program is called.
const NAME: &str = env!("CARGO_PKG_NAME");
/// The verb of a tap.
const VERB: &str = "tap";
/// What begins the server's own command.
const REST: &str = "--";
/// Copies of a file that are looked at for what stood there before.
const COPIES: usize = 100;

/// What is put before a server's command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tap {
    /// Our own program, by its whole path: clients have a `PATH` of their own.
    pub program: PathBuf,
    /// The folder it records to; none for where sessions are kept.
    pub record: Option<PathBuf>,
}

impl Tap {
    /// The words, the last of which is `--`.
    pub fn words(&self) -> Vec<String> {
        let mut words = vec![self.program.display().to_string(), VERB.to_owned()];
        if let Some(folder) = &self.record {
            words.extend(["--record".to_owned(), folder.display().to_string()]);
        }
        words.push(REST.to_owned());
        words
    }

    /// Whether clients can start it, and whether it is known again then.
    fn check(&self) -> Result<(), TapError> {
        let program = || self.program.clone();
        match Tapped::of(&self.words()) {
            Some(tapped) if tapped.is_gone() => Err(TapError::Gone(program())),
            Some(_) => Ok(()),
            // What the system says of a program that is not there any more.
            None if !self.program.exists() => Err(TapError::Gone(program())),
            None => Err(TapError::Renamed(program())),
        }
    }
}

/// A command with a tap before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tapped {
    /// The program of the tap.
    pub program: String,
    /// What it is told, but for `tap` and `--`.
    pub options: Vec<String>,
    /// The server's own command.
    pub command: Vec<String>,
}

impl Tapped {
    /// The tap in a command line, when there is one.
    pub fn of(words: &[String]) -> Option<Self> {
        let (program, rest) = words.split_first()?;
        let (verb, rest) = rest.split_first()?;
        if !is_ours(program) || verb != VERB {
            return None;
        }
        let at = rest.iter().position(|word| word == REST)?;
        Some(Self {
            program: program.clone(),
            options: rest[..at].to_vec(),
            command: rest[at + 1..].to_vec(),
        })
    }

    /// The same of an entry.
    pub fn of_launch(launch: &Launch) -> Option<Self> {
        match launch {
            Launch::Process { .. } => Self::of(&words(launch)),
            Launch::Address { .. } => None,
        }
    }

    /// Where it records to, when it is told.
    pub fn record(&self) -> Option<&str> {
        let mut options = self.options.iter();
        options.find(|option| *option == "--record")?;
        options.next().map(String::as_str)
    }

    /// Whether its program is gone, so that the client cannot start it.
    pub fn is_gone(&self) -> bool {
        let path = Path::new(&self.program);
        path.is_absolute() && !path.exists()
    }
}

/// Whether a program is mcpscope, by its name.
fn is_ours(program: &str) -> bool {
    let name = program.rsplit(['/', '\\']).next().unwrap_or(program);
    name.strip_suffix(".exe").unwrap_or(name) == NAME
}

/// Whether a command alone, without a list of arguments, has its arguments inside.
pub fn is_line(command: &str) -> bool {
    let is_words = command.trim().contains(' ') && !command.contains(['/', '\\']);
    // What no shell could read is one word, for us as for a client.
    split(command).is_some_and(|words| is_words || Tapped::of(&words).is_some())
}

fn split(command: &str) -> Option<Vec<String>> {
    shell_words::split(command).ok()
}

/// The words of an entry's command, as they are written.
pub fn words(launch: &Launch) -> Vec<String> {
    let written = launch.written();
    if let [command] = written.as_slice()
        && is_line(command)
        && let Some(words) = split(command)
    {
        return words;
    }
    written.into_iter().map(str::to_owned).collect()
}

/// What is to become of a tap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// It is put in.
    PutIn(Tap),
    /// It is taken out.
    TakeOut,
}

/// What an entry says, and will say then: command lines, as they are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Now.
    pub before: Vec<String>,
    /// Then.
    pub after: Vec<String>,
}

/// Why a tap is not put in or taken out.
#[derive(Debug, thiserror::Error)]
pub enum TapError {
    /// The server is no command.
    #[error(
        "{name} is at an address: a tap before it has to listen, and the client has to be sent there"
    )]
    Address {
        /// The word for the server.
        selector: String,
        /// Its name.
        name: String,
        /// Its address, as it is written.
        url: String,
    },
    /// There is one.
    #[error("{name} has a tap already ({place})")]
    Already {
        /// The server.
        name: String,
        /// Its client.
        client: &'static str,
        /// Where it stands.
        place: String,
    },
    /// There is none.
    #[error("{name} has no tap ({place})")]
    Missing {
        /// The server.
        name: String,
        /// Where it stands.
        place: String,
    },
    /// Nobody would know the tap again: its program is called something else.
    #[error("{} is this mcpscope, and a tap is known by the name {NAME} alone", .0.display())]
    Renamed(PathBuf),
    /// The client could not start it.
    #[error("{} is where this mcpscope was, and it is gone", .0.display())]
    Gone(PathBuf),
    /// The file describes one server, for registries.
    #[error("{} describes one server, for registries: no client starts it from there", .0.display())]
    Described(PathBuf),
    /// The file cannot be changed.
    #[error(transparent)]
    Edit(#[from] EditError),
    /// What was agreed to cannot be remembered.
    #[error(transparent)]
    File(#[from] FileError),
}

impl TapError {
    /// What is to be said of a server at an address.
    pub fn of_address(server: &Configured) -> Self {
        let url = server.launch.written().concat();
        Self::Address {
            selector: server.selector(),
            name: server.name.clone(),
            url: told_address(&url),
        }
    }

    /// What to do about it, as one clause.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Address { selector, url, .. } => Some(format!(
                "mcpscope tap --listen PORT --to {url} says where it listens; mcpscope config edit {selector} --url that"
            )),
            Self::Already { name, client, .. } => {
                Some(format!("mcpscope tap remove {client} {name} takes it out"))
            }
            Self::Missing { .. } => Some("mcpscope tap status shows those that have".to_owned()),
            Self::Renamed(path) => Some(format!(
                "a file called {NAME} is needed: cp {} {NAME}, and run that",
                shell_words::quote(&path.display().to_string())
            )),
            Self::Gone(_) => {
                Some("it was replaced or moved while it ran: start it again".to_owned())
            }
            Self::Described(_) => Some("mcpscope tap -- COMMAND [ARGS…] runs it".to_owned()),
            Self::Edit(error) => error.hint(),
            Self::File(error) => error.hint(),
        }
    }
}

/// Changed text, and what it changes.
struct Change {
    plan: Plan,
    text: String,
}

/// Works a change out, and writes nothing.
pub fn plan(server: &Configured, deed: &Deed) -> Result<Plan, TapError> {
    let text = edit::read(&server.file)?;
    Ok(change(server, deed, &text)?.plan)
}

/// Changes the file; gives what is changed, and where a copy of the file is kept.
pub fn carry_out(
    server: &Configured,
    deed: &Deed,
    machine: &Machine,
    trust: &Trust,
) -> Result<(Plan, Option<PathBuf>), TapError> {
    let agreed = trust.standing(server) == Standing::Agreed;
    let planned = plan(server, deed)?;
    let backup = edit::write(&server.file, &server.name, |text| {
        change(server, deed, text)
            .map(|change| change.text)
            // What was planned a moment ago can fail only since the file is another now.
            .map_err(|error| Refused::Unusual(error.to_string()))
    })?;
    if agreed {
        let found = super::find(machine);
        let is_it = |other: &&Configured| {
            other.name == server.name && other.file == server.file && other.scope == server.scope
        };
        if let Some(other) = found.servers.iter().find(is_it)
            && trust.standing(other) != Standing::Agreed
        {
            trust.agree(other)?;
        }
    }
    Ok((planned, backup))
}

fn change(server: &Configured, deed: &Deed, text: &str) -> Result<Change, TapError> {
    let name = server.name.clone();
    if let Launch::Address { .. } = &server.launch {
        return Err(TapError::of_address(server));
    }
    let (place, project) =
        edit::place_of(server).ok_or_else(|| TapError::Described(server.file.clone()))?;
    let before = words(&server.launch);
    let tapped = Tapped::of(&before);
    let refused = |refused: Refused| refused.of(&server.file, &server.name);
    let (after, text) = match (deed, tapped) {
        (Deed::PutIn(_), Some(_)) => {
            return Err(TapError::Already {
                name,
                client: server.client.id,
                place: server.place(),
            });
        }
        (Deed::TakeOut, None) => {
            return Err(TapError::Missing {
                name,
                place: server.place(),
            });
        }
        (Deed::PutIn(tap), None) => {
            let words = tap.words();
            tap.check()?;
            let text =
                edit::put_in(text, place, &project, &server.name, &words).map_err(refused)?;
            (words.into_iter().chain(before.clone()).collect(), text)
        }
        (Deed::TakeOut, Some(tapped)) => {
            let found = edit::take_out(text, place, &project, &server.name).map_err(refused)?;
            let was = |text: &&String| copies(&server.file).any(|copy| copy == **text);
            let known = found.iter().find(was).or(found.first()).cloned();
            let text = known.ok_or_else(|| {
                refused(Refused::Unusual("its tap cannot be taken out".to_owned()))
            })?;
            (tapped.command, text)
        }
    };
    Ok(Change {
        plan: Plan { before, after },
        text,
    })
}

/// An address without what is secret in it.
fn told_address(written: &str) -> String {
    url::Url::parse(written).map_or_else(
        |_| written.to_owned(),
        |url| crate::mcp::http::headers::masked_url(&url),
    )
}

/// The copies kept beside a file, from the first.
fn copies(path: &Path) -> impl Iterator<Item = String> {
    let name = path.file_name().unwrap_or_default().to_owned();
    let path = path.to_owned();
    (1..COPIES).map_while(move |number| {
        let mut name = name.clone();
        name.push(if number == 1 {
            ".bak".to_owned()
        } else {
            format!(".bak{number}")
        });
        std::fs::read_to_string(path.with_file_name(name)).ok()
    })
}

impl fmt::Display for Plan {
    /// Two lines, as of a diff.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "- {}", shell_words::join(&self.before))?;
        write!(f, "+ {}", shell_words::join(&self.after))
    }
}

#[cfg(test)]
mod tests;
