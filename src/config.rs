//! The settings: defaults, with the user's file on top.
//!
//! `config/default.toml` is the reference and says what each setting means; a test holds it and
//! [`Settings::default`] together. To add a setting: a field, its default, a row in `SETTINGS`, a
//! paragraph there. The tables `[keys]` and `[pager]` are
//! kept as written: what their words mean is for the screen to say; `[ask]` and `[servers]` are in `ask`. The file is read when [`Config::load`] is called;
//! what the screen keeps in it is written elsewhere (`kept`).

pub mod ask;
mod images;
mod logins;
mod mask;
mod pagers;
mod sessions;
mod values;

pub use ask::{Asking, Standing};
pub use images::Images;
use images::images;
pub use logins::Logins;
use logins::logins;
use pagers::pagers;
pub use sessions::Retention;
use sessions::retention;
pub use values::{COLUMNS, duration};
use values::{clipboard, limit, put, switch, theme, time, words};

use crate::mask::{BadRule, Rules};
use crate::paths::Paths;
use std::fmt;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Duration;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The defaults as a commented file: what `mcpscope` shows as a reference.
pub const DEFAULT_TOML: &str = include_str!("config/default.toml");

/// The effective values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Which colours to use.
    pub theme: ThemeChoice,
    /// How pictures in results are shown.
    pub images: Images,
    /// Whether sessions are kept as files.
    pub record: bool,
    /// Whether arguments of runs and what is being typed are kept.
    pub history: bool,
    /// Where logins are kept.
    pub logins: Logins,
    /// Whether Traffic and Logs follow at first.
    pub follow: bool,
    /// Whether tools that say nothing of what they do are sent again only after a question.
    pub careful: bool,
    /// Whether 2026-07-28 servers are asked to tell of changed lists.
    pub follow_lists: bool,
    /// Limit of the probe for the protocol's era.
    pub probe_timeout: Duration,
    /// Limit of a request, started again by progress.
    pub request_timeout: Duration,
    /// Limit of a request in all.
    pub request_timeout_max: Duration,
    /// From closing a server's stdin to SIGTERM.
    pub stdin_grace: Duration,
    /// From SIGTERM to SIGKILL.
    pub terminate_grace: Duration,
    /// Which way text is copied.
    pub clipboard: ClipboardChoice,
    /// The columns of Traffic, by their names; what is no column's is passed over.
    pub columns: Vec<String>,
    /// Keys of the user's own.
    pub keys: UserKeys,
    /// Pagers of the user's own: the kind of text, and the command line.
    pub pagers: Pagers,
    /// Who answers what servers ask.
    pub ask: Asking,
    /// What is masked beyond the built-in rules.
    pub mask: Rules,
    /// How long sessions are kept, and how much of them.
    pub sessions: Retention,
}

/// The table `[pager]`: the kind of text, and a command line for it.
pub type Pagers = Vec<(String, String)>;

/// Which way text is copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClipboardChoice {
    /// A program before a display of ours, else the terminal.
    Auto,
    /// The terminal (OSC 52).
    Osc52,
    /// A program.
    Helper,
    /// Not at all.
    Off,
}

/// The table `[keys]` as it is written. Which actions and keys there are is not known here: the screen knows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UserKeys {
    /// The file it stands in, for errors.
    pub file: PathBuf,
    /// Its lines, in the order of the file.
    pub bindings: Vec<Binding>,
}

/// A line of `[keys]`: these keys, and no others, mean the action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// The name of an action.
    pub action: Written,
    /// Sequences of keys such as `g t`; none means that no key does it.
    pub keys: Vec<Written>,
}

/// A word of the file, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// As written.
    pub text: String,
    /// Line number, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: ThemeChoice::Auto,
            images: Images::Auto,
            record: true,
            history: true,
            logins: Logins::File,
            follow: true,
            careful: false,
            follow_lists: true,
            probe_timeout: Duration::from_secs(3),
            request_timeout: Duration::from_secs(60),
            request_timeout_max: Duration::from_secs(600),
            stdin_grace: Duration::from_millis(400),
            terminate_grace: Duration::from_millis(600),
            clipboard: ClipboardChoice::Auto,
            columns: COLUMNS.map(str::to_owned).to_vec(),
            keys: UserKeys::default(),
            pagers: Vec::new(),
            ask: Asking::default(),
            mask: Rules::default(),
            sessions: Retention::default(),
        }
    }
}

/// A theme by name, or the one that suits the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ThemeChoice {
    /// What suits the terminal.
    Auto,
    /// For dark backgrounds.
    Dark,
    /// For light backgrounds.
    Light,
    /// Without colours.
    Mono,
}

/// Reads one value into its field; an error says what would have been right.
type Set = fn(&mut Settings, &DeValue<'_>) -> Result<(), &'static str>;

/// Every setting with how it is read, in the order of the reference.
const SETTINGS: [(&str, Set); 15] = [
    ("theme", |settings, value| {
        put(&mut settings.theme, theme(value))
    }),
    ("images", |settings, value| {
        put(&mut settings.images, images(value))
    }),
    ("record", |settings, value| {
        put(&mut settings.record, switch(value))
    }),
    ("history", |settings, value| {
        put(&mut settings.history, switch(value))
    }),
    ("logins", |settings, value| {
        put(&mut settings.logins, logins(value))
    }),
    ("follow", |settings, value| {
        put(&mut settings.follow, switch(value))
    }),
    ("careful", |settings, value| {
        put(&mut settings.careful, switch(value))
    }),
    ("follow_lists", |settings, value| {
        put(&mut settings.follow_lists, switch(value))
    }),
    ("probe_timeout", |settings, value| {
        put(&mut settings.probe_timeout, limit(value))
    }),
    ("request_timeout", |settings, value| {
        put(&mut settings.request_timeout, limit(value))
    }),
    ("request_timeout_max", |settings, value| {
        put(&mut settings.request_timeout_max, limit(value))
    }),
    ("stdin_grace", |settings, value| {
        put(&mut settings.stdin_grace, time(value))
    }),
    ("terminate_grace", |settings, value| {
        put(&mut settings.terminate_grace, time(value))
    }),
    ("clipboard", |settings, value| {
        put(&mut settings.clipboard, clipboard(value))
    }),
    ("columns", |settings, value| {
        put(&mut settings.columns, words(value))
    }),
];

/// The tables among the settings.
const KEYS: &str = "keys";
const PAGER: &str = "pager";
const ASK: &str = "ask";
const SERVERS: &str = "servers";
const MASK: &str = "mask";
const SESSIONS: &str = "sessions";
const TABLES: [&str; 6] = [KEYS, PAGER, ASK, SERVERS, MASK, SESSIONS];

/// Reads the table `[keys]`, or says what is wrong where.
fn bindings(
    text: &str,
    table: &Spanned<DeValue<'_>>,
) -> Result<Vec<Binding>, (Range<usize>, Problem)> {
    let written = |word: &str, span: Range<usize>| {
        let (line, column) = place(text, span.start);
        Written {
            text: word.to_owned(),
            line,
            column,
        }
    };
    let Some(lines) = table.get_ref().as_table() else {
        let problem = Problem::BadValue {
            key: KEYS,
            expected: "a table: [keys], and below it lines such as quit = [\"g q\"]",
        };
        return Err((table.span(), problem));
    };
    let mut bindings = Vec::new();
    for (action, keys) in lines {
        let name: &str = action.get_ref();
        if let Some(key) = Config::names().find(|setting| *setting == name) {
            return Err((action.span(), Problem::Misplaced { key }));
        }
        let not_keys = |span| {
            let action = name.to_owned();
            (span, Problem::NotKeys { action })
        };
        let list = keys.get_ref().as_array();
        let list = list.ok_or_else(|| not_keys(keys.span()))?;
        let keys = list.iter().map(|keys| {
            let word = keys.get_ref().as_str();
            let word = word.ok_or_else(|| not_keys(keys.span()))?;
            Ok::<_, (Range<usize>, Problem)>(written(word, keys.span()))
        });
        bindings.push(Binding {
            action: written(name, action.span()),
            keys: keys.collect::<Result<_, _>>()?,
        });
    }
    bindings.sort_by_key(|binding| (binding.action.line, binding.action.column));
    Ok(bindings)
}

/// The settings, and where they come from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Config {
    /// The values to work with.
    pub settings: Settings,
    /// The names that the user's file sets, with their line numbers.
    set: Vec<(&'static str, usize)>,
}

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Nobody set it.
    Default,
    /// The user's file, in this line (from 1).
    File {
        /// Line number, from 1.
        line: usize,
    },
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File { line } => write!(f, "config.toml line {line}"),
        }
    }
}

impl Config {
    /// Reads the user's file; one that does not exist changes nothing.
    pub fn load(paths: &Paths) -> Result<Self, ConfigError> {
        let file = paths.config_file();
        match std::fs::read_to_string(&file) {
            Ok(text) => {
                let mut config = Self::parse(&text, &file)?;
                let folder = file.parent().unwrap_or(Path::new(""));
                let read = config.settings.ask.read_files(folder);
                read.map_err(|(line, error)| ConfigError::Canned { file, line, error })?;
                Ok(config)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(source) => Err(ConfigError::Unreadable { file, source }),
        }
    }

    /// Reads settings from the text of a file; the name is for errors.
    pub fn parse(text: &str, file: &Path) -> Result<Self, ConfigError> {
        let wrong = |span: Option<Range<usize>>, problem: Problem| {
            let (line, column) = place(text, span.map_or(0, |span| span.start));
            ConfigError::Wrong {
                file: file.to_path_buf(),
                line,
                column,
                problem,
            }
        };
        let table = DeTable::parse(text)
            .map_err(|error| wrong(error.span(), Problem::Syntax(first_line(error.message()))))?;
        let mut config = Self::default();
        for (key, value) in table.get_ref() {
            let name: &str = key.get_ref();
            if name == KEYS {
                let bindings =
                    bindings(text, value).map_err(|(span, problem)| wrong(Some(span), problem))?;
                config.settings.keys = UserKeys {
                    file: file.to_path_buf(),
                    bindings,
                };
                continue;
            }
            if name == PAGER {
                config.settings.pagers =
                    pagers(value).map_err(|(span, problem)| wrong(Some(span), problem))?;
                continue;
            }
            if name == MASK {
                config.settings.mask =
                    mask::rules(value).map_err(|(span, problem)| wrong(Some(span), problem))?;
                continue;
            }
            if name == SESSIONS {
                config.settings.sessions =
                    retention(value).map_err(|(span, problem)| wrong(Some(span), problem))?;
                continue;
            }
            if name == ASK || name == SERVERS {
                let ask = &mut config.settings.ask;
                let line = |at: usize| place(text, at).0;
                let taken = match name {
                    ASK => ask.take(None, value, &line),
                    _ => ask.take_servers(value, &line),
                };
                taken.map_err(|(span, problem)| wrong(Some(span), problem))?;
                continue;
            }
            let Some((name, set)) = SETTINGS.iter().find(|(known, _)| *known == name) else {
                let key = name.to_owned();
                let nearest = nearest(name, Self::names().chain(TABLES));
                return Err(wrong(
                    Some(key_span(&table, &key)),
                    Problem::UnknownKey { key, nearest },
                ));
            };
            set(&mut config.settings, value.get_ref()).map_err(|expected| {
                wrong(
                    Some(value.span()),
                    Problem::BadValue {
                        key: name,
                        expected,
                    },
                )
            })?;
            config.set.push((name, place(text, key.span().start).0));
        }
        config.check(file)?;
        Ok(config)
    }

    /// Rules between settings.
    fn check(&self, file: &Path) -> Result<(), ConfigError> {
        if self.settings.request_timeout <= self.settings.request_timeout_max {
            return Ok(());
        }
        let lines = ["request_timeout", "request_timeout_max"].map(|name| self.origin(name));
        let line = lines.iter().find_map(|origin| match origin {
            Origin::File { line } => Some(*line),
            Origin::Default => None,
        });
        let problem = Problem::BadValue {
            key: "request_timeout",
            expected: "a time no longer than request_timeout_max",
        };
        Err(ConfigError::Wrong {
            file: file.to_path_buf(),
            line: line.unwrap_or(1),
            column: 1,
            problem,
        })
    }

    /// Where the value of a setting comes from.
    pub fn origin(&self, name: &str) -> Origin {
        let line = self
            .set
            .iter()
            .find(|(set, _)| *set == name)
            .map(|(_, line)| *line);
        line.map_or(Origin::Default, |line| Origin::File { line })
    }

    /// The names of all settings, in the order of the reference.
    pub fn names() -> impl Iterator<Item = &'static str> {
        SETTINGS.iter().map(|(name, _)| *name)
    }
}

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file is there but cannot be read.
    #[error("cannot read {}: {source}", file.display())]
    Unreadable {
        /// Which file.
        file: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A canned answer that it names cannot be used.
    #[error("{}:{line}: {error}", file.display())]
    Canned {
        /// Which file.
        file: PathBuf,
        /// Line number, from 1.
        line: usize,
        /// Why.
        error: ask::CannedError,
    },
    /// The file says something that cannot be meant.
    #[error("{}:{line}:{column}: {problem}", file.display())]
    Wrong {
        /// Which file.
        file: PathBuf,
        /// Line number, from 1.
        line: usize,
        /// Column in characters, from 1.
        column: usize,
        /// What is wrong there.
        problem: Problem,
    },
}

/// What can be wrong in the file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Not TOML.
    #[error("{0}")]
    Syntax(String),
    /// No setting of that name.
    #[error("unknown setting {key:?}")]
    UnknownKey {
        /// As written.
        key: String,
        /// The setting that may be meant.
        nearest: Option<&'static str>,
    },
    /// A value that does not fit.
    #[error("{key} must be {expected}")]
    BadValue {
        /// Which setting.
        key: &'static str,
        /// What would fit.
        expected: &'static str,
    },
    /// A line of `[mask]` that masks nothing, or everything.
    #[error("[mask] {0}")]
    BadMask(BadRule),
    /// A line of `[keys]` without a list of keys.
    #[error("{action} must be a list of keys such as [\"g t\", \"C-x\"]")]
    NotKeys {
        /// Which action's.
        action: String,
    },
    /// A setting below `[keys]` or `[pager]`, where TOML takes it for a line of that table.
    #[error("{key} is a setting, not a line of this table")]
    Misplaced {
        /// Which setting.
        key: &'static str,
    },
}

impl ConfigError {
    /// What to do about it, as one clause.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Unreadable { .. } => Some("check its permissions, and that it is UTF-8".into()),
            Self::Wrong {
                problem: Problem::UnknownKey { nearest, .. },
                ..
            } => Some(match nearest {
                Some(name) => format!("did you mean {name:?}?"),
                None => format!(
                    "known settings: {}, and the tables [keys], [pager], [mask], [sessions], [ask], [servers.NAME] and [servers.NAME.ask]",
                    Config::names().collect::<Vec<_>>().join(", ")
                ),
            }),
            Self::Wrong {
                problem: Problem::Misplaced { .. },
                ..
            } => Some("move the line above the first [table]".into()),
            Self::Canned { .. } => {
                Some("a canned answer is a JSON file with the result as it is sent".into())
            }
            Self::Wrong {
                problem: Problem::BadValue { .. } | Problem::NotKeys { .. } | Problem::BadMask(_),
                ..
            } => Some("correct the line, or remove it".into()),
            Self::Wrong {
                problem: Problem::Syntax(_),
                ..
            } => None,
        }
    }
}

fn key_span(table: &Spanned<DeTable<'_>>, name: &str) -> Range<usize> {
    table
        .get_ref()
        .keys()
        .find(|key| key.get_ref().as_ref() == name)
        .map_or(0..0, Spanned::span)
}

/// Line and column (in characters) of a byte, both from 1.
fn place(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line = before.rfind('\n').map_or(0, |newline| newline + 1);
    (
        before.matches('\n').count() + 1,
        before[line..].chars().count() + 1,
    )
}

fn first_line(message: &str) -> String {
    message
        .lines()
        .next()
        .unwrap_or("not valid TOML")
        .to_owned()
}

/// The name that differs least, if it differs little.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let (distance, nearest) = crate::text::nearest(name, known)?;
    (distance <= 1 + nearest.len() / 4).then_some(nearest)
}

#[cfg(test)]
mod tests;
