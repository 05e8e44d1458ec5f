//! What stands around a server before it is started or reached, as values. Who looks it up is in
//! [`crate::surroundings`]; no value of a variable gets here.

use super::far::Far;

/// What was found around a server.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Surroundings {
    /// For one that is a process.
    pub program: Option<Program>,
    /// For one at an address.
    pub network: Option<Network>,
}

/// The command of a server.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Program {
    /// As it was given.
    pub name: String,
    /// Its arguments.
    pub args: Vec<String>,
    /// Where it runs, when that is not where we run.
    pub cwd: Option<String>,
    /// Whether that is a directory.
    pub cwd_is_there: bool,
    /// Names of the variables that are set for it to nothing, or to what stands for a value in instructions.
    pub hollow: Vec<String>,
    /// Whether it was given as a path, which no `PATH` matters for.
    pub is_path: bool,
    /// How many directories of `PATH` it was looked for in.
    pub looked_in: usize,
    /// Whether that `PATH` is one that was given to it.
    pub own_path: bool,
    /// The file that is started.
    pub file: Option<String>,
    /// Whether that file may be run.
    pub executable: bool,
    /// A file of this name where programs are often installed, but no `PATH` leads to.
    pub elsewhere: Option<String>,
    /// A script among its arguments that is not there.
    pub missing: Option<String>,
    /// How long looking took, in microseconds.
    pub took_us: u64,
    /// The process that really is the server, when it runs somewhere else.
    pub far: Option<Far>,
}

impl Program {
    /// Whether nothing speaks against starting it.
    pub fn can_run(&self) -> bool {
        self.file.is_some() && self.executable && self.cwd_is_there
    }

    /// What starts it, if that gets it off the network where it is not there yet: `npx`, `uvx`, `docker run`.
    pub fn fetches(&self) -> Option<&str> {
        let name = self.name.rsplit(['/', '\\']).next().unwrap_or_default();
        let name = name.split('.').next().unwrap_or_default();
        let first = self.args.first().map_or("", String::as_str);
        let fetches = match name {
            "npx" | "bunx" | "pnpx" | "uvx" | "pipx" => true,
            "npm" | "pnpm" | "yarn" | "bun" => matches!(first, "exec" | "x" | "dlx"),
            "uv" => matches!(first, "run" | "tool"),
            "docker" | "podman" | "nerdctl" => first == "run",
            _ => false,
        };
        fetches.then_some(name)
    }

    /// The first argument that a shell would have made something else of: no shell is between a client and a server.
    pub fn unexpanded(&self) -> Option<&str> {
        let name = self.name.rsplit('/').next().unwrap_or_default();
        if matches!(name, "sh" | "bash" | "zsh" | "dash") {
            return None;
        }
        self.args
            .iter()
            .map(String::as_str)
            .find(|word| is_unexpanded(word))
    }
}

/// Whether a shell would make something else of a word.
pub fn is_unexpanded(word: &str) -> bool {
    word == "~"
        || word.starts_with("~/")
        || word.contains("=~/")
        || word.starts_with("$HOME")
        || (word.contains("${") && word.contains('}'))
}

/// Whether a value is none, but stands for one in instructions. Takes the value, tells nothing of it.
pub fn is_hollow(value: &str) -> bool {
    let lower = value.trim().to_ascii_lowercase();
    lower.is_empty()
        || (lower.starts_with('<') && lower.ends_with('>'))
        || (lower.starts_with("${") && lower.ends_with('}'))
        || lower.starts_with("your-")
        || lower.starts_with("your_")
        || matches!(lower.as_str(), "xxx" | "changeme" | "todo" | "...")
}

/// The way to an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Network {
    /// Looking up the name.
    pub dns: Probe,
    /// Connecting to what was found.
    pub connect: Probe,
    /// TLS on such a connection.
    pub tls: Probe,
}

/// What came of trying one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Probe {
    /// There was nothing to try; holds why.
    Passed(String),
    /// It works.
    Done {
        /// How long it took, in microseconds.
        took_us: u64,
        /// What came of it.
        what: String,
    },
    /// It does not.
    Failed {
        /// How long that took, in microseconds.
        took_us: u64,
        /// Why.
        what: String,
        /// What to do about it.
        hint: Option<String>,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_a_shell_expands_is_seen() {
        for word in ["~", "~/notes", "--dir=~/notes", "$HOME/x", "${API}/x"] {
            assert!(is_unexpanded(word), "{word}");
        }
        for word in ["notes~", "a~/b", "/home/u", "$5", "{}", "--x=y"] {
            assert!(!is_unexpanded(word), "{word}");
        }
    }

    #[test]
    fn what_stands_for_a_value_is_none() {
        for value in [
            "",
            " ",
            "<token>",
            "${TOKEN}",
            "YOUR_API_KEY",
            "your-key-here",
        ] {
            assert!(is_hollow(value), "{value}");
        }
        for value in ["0", "s3cret", "a<b>", "yours"] {
            assert!(!is_hollow(value), "{value}");
        }
    }
}
