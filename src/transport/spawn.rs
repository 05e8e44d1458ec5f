//! What to start, and why it could not be started.
//!
//! Values of environment variables given here are secrets: they reach the child and nothing else,
//! no log, no error and no `Debug` output.

use std::ffi::OsString;
use std::fmt;
use std::io;
use std::path::{Component, Path, PathBuf};

/// A command to start as a server.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Spawn {
    /// Name (looked up in `PATH`) or path of the program.
    pub program: OsString,
    /// Its arguments.
    pub args: Vec<OsString>,
    /// Where it runs; `None` is where we run.
    pub cwd: Option<PathBuf>,
    /// Variables to set on top of our own environment. The values are secrets.
    pub env: Vec<(String, String)>,
    /// What stands in the arguments that is as secret as the values of variables, by name.
    pub secrets: Vec<(String, String)>,
}

impl fmt::Debug for Spawn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.env.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Spawn")
            .field("program", &self.program)
            .field("args", &self.args)
            .field("cwd", &self.cwd)
            .field("env", &names)
            .finish()
    }
}

/// Launchers whose first plain argument is the server.
const LAUNCHERS: &[&str] = &[
    "npx", "bunx", "uvx", "pipx", "node", "bun", "deno", "python", "python3", "uv", "sh", "bash",
    "cargo",
];

/// What scripts are called that say nothing about the server they start.
const NAMELESS: &[&str] = &[
    "index", "main", "server", "cli", "app", "run", "__main__", "start", "stdio",
];

/// Folders that say how a server was built, not what it is.
const BUILD_FOLDERS: &[&str] = &[
    "dist",
    "build",
    "src",
    "lib",
    "bin",
    "out",
    "target",
    "release",
    "debug",
    "node_modules",
];

/// Whether a path ends as scripts do.
fn is_script(path: &Path) -> bool {
    path.extension().is_some_and(|end| {
        ["js", "mjs", "cjs", "ts", "py", "sh", "exe"]
            .iter()
            .any(|known| end == *known)
    })
}

/// What a script is called: its own name, or that of the folder it stands in when its own says nothing.
fn script_name(word: &str, cwd: Option<&Path>) -> String {
    let name = file_name(word);
    if !NAMELESS.contains(&name.as_str()) {
        return name;
    }
    let script = Path::new(word);
    // A package (`npx @weather/server`) is no file below the directory we run in.
    let path = match cwd {
        Some(cwd) if is_script(script) => cwd.join(script),
        _ => script.to_path_buf(),
    };
    let folders = path.parent().into_iter().flat_map(Path::components).rev();
    folders
        .filter_map(|folder| match folder {
            Component::Normal(folder) => folder.to_str(),
            _ => None,
        })
        .find(|folder| !BUILD_FOLDERS.contains(folder))
        .map_or(name, |folder| folder.trim_start_matches('@').to_owned())
}

/// The last part of a path, without the ending of a script.
fn file_name(word: &str) -> String {
    let path = Path::new(word);
    let name = if is_script(path) {
        path.file_stem()
    } else {
        path.file_name()
    };
    name.map_or_else(
        || word.to_owned(),
        |name| name.to_string_lossy().into_owned(),
    )
}

impl Spawn {
    /// A program and its arguments, here, with our environment.
    pub fn new<A: Into<OsString>>(
        program: impl Into<OsString>,
        args: impl IntoIterator<Item = A>,
    ) -> Self {
        Self {
            program: program.into(),
            args: args.into_iter().map(Into::into).collect(),
            ..Self::default()
        }
    }

    /// What people would call the server: the script or package that a launcher is given, else the program. A script
    /// whose name says nothing (`dist/index.js`) goes by the folder it stands in.
    pub fn short_name(&self) -> String {
        let words: Vec<String> = std::iter::once(&self.program)
            .chain(&self.args)
            .map(|word| word.to_string_lossy().into_owned())
            .collect();
        let cwd = self.cwd.as_deref();
        let program = file_name(&words[0]);
        if !LAUNCHERS.contains(&program.as_str()) {
            return if is_script(Path::new(&words[0])) {
                script_name(&words[0], cwd)
            } else {
                program
            };
        }
        words[1..]
            .iter()
            .find(|word| {
                !word.starts_with('-') && !matches!(word.as_str(), "run" | "exec" | "tool")
            })
            .map_or(program, |word| script_name(word, cwd))
    }

    /// The `PATH` the program is looked up in.
    fn path(&self) -> OsString {
        let given = self
            .env
            .iter()
            .rev()
            .find(|(name, _)| name == "PATH")
            .map(|(_, value)| value.into());
        given
            .or_else(|| std::env::var_os("PATH"))
            .unwrap_or_default()
    }

    /// The file that would be started, if there is one.
    fn file(&self) -> Option<PathBuf> {
        let program = Path::new(&self.program);
        let inside =
            |directory: PathBuf| Some(directory.join(program)).filter(|file| file.is_file());
        if is_path(program) {
            // The child changes its directory before it looks the program up.
            return inside(self.cwd.clone().unwrap_or_default());
        }
        std::env::split_paths(&self.path()).find_map(inside)
    }

    /// Says in our words why the system refused.
    pub(crate) fn explain(&self, error: io::Error) -> StartError {
        let program = self.program.to_string_lossy().into_owned();
        if let Some(cwd) = self.cwd.as_ref().filter(|cwd| !cwd.is_dir()) {
            return StartError::BadCwd { cwd: cwd.clone() };
        }
        let file = self.file();
        match (error.kind(), file) {
            (io::ErrorKind::NotFound, None) => {
                let named = is_path(Path::new(&self.program));
                let looked_in = if named {
                    0
                } else {
                    std::env::split_paths(&self.path()).count()
                };
                let hint = Some(not_found_hint(&program, named));
                StartError::NotFound {
                    program,
                    looked_in,
                    hint,
                }
            }
            (io::ErrorKind::NotFound, Some(file)) => StartError::NotExecutable {
                file,
                why: NotExecutable::NoInterpreter,
            },
            (io::ErrorKind::PermissionDenied, file) => {
                let file = file.unwrap_or_else(|| self.program.clone().into());
                StartError::NotExecutable {
                    file,
                    why: NotExecutable::NotAllowed,
                }
            }
            (_, Some(file)) if is_wrong_format(&error) => StartError::NotExecutable {
                file,
                why: NotExecutable::UnknownFormat,
            },
            _ => StartError::Other {
                program,
                source: error,
            },
        }
    }
}

/// Whether the program is looked for as a file, not in `PATH`.
fn is_path(program: &Path) -> bool {
    program.components().count() > 1
        || program.is_absolute()
        || program.as_os_str().to_string_lossy().contains('/')
}

fn is_wrong_format(error: &io::Error) -> bool {
    // ENOEXEC on every Unix; ERROR_BAD_EXE_FORMAT on Windows.
    error.raw_os_error() == Some(if cfg!(windows) { 193 } else { 8 })
}

fn not_found_hint(program: &str, named: bool) -> String {
    if program.is_empty() {
        return "give the command after `--`".into();
    }
    if program.contains(char::is_whitespace) {
        return "the program and its arguments are one word here; leave the quotes around them out"
            .into();
    }
    if named {
        return "check the path; it is taken from the directory the server runs in".into();
    }
    match program {
        "npx" | "npm" | "node" => "install Node.js, or put it into PATH".into(),
        "uvx" | "uv" => "install uv, or put it into PATH".into(),
        "python" => "try `python3`".into(),
        "docker" | "podman" => format!("install {program}, or put it into PATH"),
        _ => "install it, put it into PATH, or give its whole path".into(),
    }
}

/// Why a file that is there cannot be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotExecutable {
    /// No execute permission (or a directory on the way that may not be entered).
    NotAllowed,
    /// The program in its `#!` line, or its loader, does not exist.
    NoInterpreter,
    /// Neither a program for this machine nor a script with a `#!` line.
    UnknownFormat,
}

/// Why a server could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// There is no such program.
    #[error("command not found: {program:?}{}", looked(*looked_in))]
    NotFound {
        /// As given.
        program: String,
        /// How many directories of `PATH` were searched; 0 when it was given as a path.
        looked_in: usize,
        /// What to do.
        hint: Option<String>,
    },
    /// The program is there but cannot be run.
    #[error("cannot run {}: {}", file.display(), match why {
        NotExecutable::NotAllowed => "permission denied",
        NotExecutable::NoInterpreter => "the interpreter it asks for does not exist",
        NotExecutable::UnknownFormat => "not a program for this machine",
    })]
    NotExecutable {
        /// The file that was found.
        file: PathBuf,
        /// What is wrong with it.
        why: NotExecutable,
    },
    /// The directory to run in is not there or not a directory.
    #[error("cannot run in {}: no such directory", cwd.display())]
    BadCwd {
        /// As given.
        cwd: PathBuf,
    },
    /// Anything else the system says.
    #[error("cannot start {program:?}: {source}")]
    Other {
        /// As given.
        program: String,
        /// What the system said.
        source: io::Error,
    },
}

fn looked(dirs: usize) -> String {
    if dirs == 0 {
        String::new()
    } else {
        format!(" (looked in {dirs} directories of PATH)")
    }
}

impl StartError {
    /// What to do about it, as one clause.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NotFound { hint, .. } => hint.clone(),
            Self::NotExecutable {
                file,
                why: NotExecutable::NotAllowed,
            } => Some(format!(
                "make it executable (chmod +x {}) or start it through its interpreter",
                file.display()
            )),
            Self::NotExecutable {
                why: NotExecutable::NoInterpreter,
                ..
            } => Some(
                "look at the first line of the file, or start it through its interpreter".into(),
            ),
            Self::NotExecutable {
                why: NotExecutable::UnknownFormat,
                ..
            } => Some("add a `#!` line, or start it through its interpreter".into()),
            Self::BadCwd { .. } => Some("create the directory, or give another one".into()),
            Self::Other { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_called_by_their_own_name() {
        for (command, name) in [
            ("npx -y @scope/server-everything", "server-everything"),
            ("uvx mcp-server-time --utc", "mcp-server-time"),
            ("/usr/bin/python3 -u /srv/weather.py", "weather"),
            ("./target/debug/fake-mcp-server --dual", "fake-mcp-server"),
            ("python3", "python3"),
            ("uv run server.py", "server"),
            (
                "node /srv/server-everything/dist/index.js stdio",
                "server-everything",
            ),
            ("node ../weather/node_modules/build/src/cli.mjs", "weather"),
            ("python3 -m /srv/notes/__main__.py", "notes"),
            ("./tickets/bin/start.sh", "tickets"),
            ("npx -y @weather/server", "weather"),
            // Nothing better is known.
            ("node dist/index.js", "index"),
            ("node /index.js", "index"),
            ("/usr/bin/server", "server"),
        ] {
            let mut words = command.split(' ');
            let spawn = Spawn::new(words.next().unwrap_or_default(), words);
            assert_eq!(spawn.short_name(), name, "{command:?}");
        }
    }

    #[test]
    fn a_nameless_script_may_go_by_the_directory_it_runs_in() {
        for (command, cwd, name) in [
            ("node dist/index.js", "/srv/weather", "weather"),
            ("node /srv/notes/index.js", "/srv/weather", "notes"),
            ("npx server", "/srv/weather", "server"),
        ] {
            let mut words = command.split(' ');
            let mut spawn = Spawn::new(words.next().unwrap_or_default(), words);
            spawn.cwd = Some(cwd.into());
            assert_eq!(spawn.short_name(), name, "{command:?} in {cwd}");
        }
    }

    #[test]
    fn debug_names_variables_without_their_values() {
        let mut spawn = Spawn::new("server", ["--flag"]);
        spawn.env.push(("API_KEY".into(), "s3cret".into()));
        let shown = format!("{spawn:?}");
        assert!(
            shown.contains("API_KEY") && shown.contains("--flag") && !shown.contains("s3cret"),
            "{shown}"
        );
    }

    #[test]
    fn a_quoted_command_line_gets_its_own_hint() {
        let spawn = Spawn::new("node server.js", [] as [&str; 0]);
        let error = spawn.explain(io::ErrorKind::NotFound.into());
        assert!(
            error.hint().is_some_and(|hint| hint.contains("quotes")),
            "{error:?}"
        );
        assert!(
            error
                .to_string()
                .starts_with("command not found: \"node server.js\" (looked in "),
            "{error}"
        );
    }
}
