//! How a server is started or reached, as a file of settings says it.

use std::fmt;
use std::path::Path;

use super::expand::{Lack, Text, home_path};
use crate::mcp::http::Choice;
use crate::transport::{Spawn, Target, http};

/// See the module. Values of variables and headers are secrets: no `Debug` output has them.
#[derive(Clone, PartialEq, Eq)]
pub enum Launch {
    /// A command.
    Process {
        /// The program.
        program: Text,
        /// Its arguments.
        args: Vec<Text>,
        /// Variables that are set.
        env: Vec<(String, Text)>,
        /// Where it runs, when that is said.
        cwd: Option<Text>,
    },
    /// An address.
    Address {
        /// Where.
        url: Text,
        /// Headers that are sent.
        headers: Vec<(String, Text)>,
        /// What is spoken there.
        choice: Choice,
    },
}

impl fmt::Debug for Launch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.named().iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Launch")
            .field("transport", &self.transport())
            .field("names", &names)
            .finish_non_exhaustive()
    }
}

impl Launch {
    /// The word for how it is reached.
    pub const fn transport(&self) -> &'static str {
        match self {
            Self::Process { .. } => "stdio",
            Self::Address { choice, .. } => match choice {
                Choice::Sse => "sse",
                _ => "http",
            },
        }
    }

    /// Its variables, or its headers.
    pub fn named(&self) -> &[(String, Text)] {
        match self {
            Self::Process { env, .. } => env,
            Self::Address { headers, .. } => headers,
        }
    }

    /// Program and arguments, or the address, as they are written.
    pub fn written(&self) -> Vec<&str> {
        self.words(|text| &text.written)
    }

    /// The same with everything put in, as it may be shown: only the program is told with the values of variables.
    pub fn expanded(&self) -> Vec<&str> {
        let mut words = self.words(|text| &text.told);
        if let Self::Process { program, .. } = self {
            words[0] = &program.value;
        }
        words
    }

    /// What was put into the command line or the address out of variables, inputs and files: not to be written down.
    pub fn secrets(&self) -> Vec<(String, String)> {
        let texts = self.texts().into_iter();
        texts.flat_map(|text| text.put.clone()).collect()
    }

    /// Program, arguments and folder, or the address.
    pub fn texts(&self) -> Vec<&Text> {
        match self {
            Self::Process {
                program, args, cwd, ..
            } => std::iter::once(program).chain(args).chain(cwd).collect(),
            Self::Address { url, .. } => vec![url],
        }
    }

    fn words<'a>(&'a self, of: impl Fn(&'a Text) -> &'a String) -> Vec<&'a str> {
        match self {
            Self::Process { program, args, .. } => std::iter::once(program)
                .chain(args)
                .map(|text| of(text).as_str())
                .collect(),
            Self::Address { url, .. } => vec![of(url)],
        }
    }

    /// Where it runs, as it is written.
    pub fn cwd(&self) -> Option<&Text> {
        match self {
            Self::Process { cwd, .. } => cwd.as_ref(),
            Self::Address { .. } => None,
        }
    }

    /// Everything that has no value here, each once.
    pub fn lacks(&self) -> Vec<Lack> {
        let mut texts: Vec<&Text> = self.named().iter().map(|(_, text)| text).collect();
        texts.extend(self.texts());
        let mut lacks: Vec<Lack> = texts.iter().flat_map(|text| text.lacks.clone()).collect();
        lacks.sort();
        lacks.dedup();
        lacks
    }

    /// What is to be started or talked to; `folder` is where it runs unless the file says otherwise, and where
    /// relative paths begin.
    pub fn target(&self, folder: Option<&Path>, home: &Path) -> Result<Target, String> {
        match self {
            Self::Process {
                program,
                args,
                env,
                cwd,
            } => {
                let said = cwd.as_ref().map(|cwd| home_path(&cwd.value, home));
                let cwd = match (said, folder) {
                    (Some(said), Some(folder)) => Some(folder.join(said)),
                    (Some(said), None) => Some(said),
                    (None, folder) => folder.map(Path::to_owned),
                };
                Ok(Target::Process(Spawn {
                    program: program.value.clone().into(),
                    args: args.iter().map(|text| text.value.clone().into()).collect(),
                    cwd,
                    env: values(env),
                    secrets: self.secrets(),
                }))
            }
            Self::Address {
                url,
                headers,
                choice,
            } => {
                let mut address = http::Address::new(http::address(&url.value)?);
                for (name, value) in values(headers) {
                    address
                        .headers
                        .push(http::header(&format!("{name}: {value}"))?);
                }
                address.choice = *choice;
                address.secrets = self.secrets();
                Ok(Target::Address(address))
            }
        }
    }

    /// Whether the two are written the same, whatever is put in.
    pub fn is_written_as(&self, other: &Self) -> bool {
        let named = |launch: &Self| -> Vec<(String, String)> {
            let pairs = launch.named().iter();
            pairs
                .map(|(name, text)| (name.clone(), text.written.clone()))
                .collect()
        };
        let cwd = |launch: &Self| launch.cwd().map(|cwd| cwd.written.clone());
        self.transport() == other.transport()
            && self.written() == other.written()
            && cwd(self) == cwd(other)
            && named(self) == named(other)
    }

    /// In what the two differ, in words; values of variables and headers are not told.
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let mut found = Vec::new();
        match (self, other) {
            (
                Self::Process {
                    program, args, cwd, ..
                },
                Self::Process {
                    program: program2,
                    args: args2,
                    cwd: cwd2,
                    ..
                },
            ) => {
                if program.value != program2.value {
                    found.push(format!(
                        "command {} and {}",
                        program.written, program2.written
                    ));
                }
                let values = |args: &[Text]| -> Vec<String> {
                    args.iter().map(|text| text.value.clone()).collect()
                };
                if values(args) != values(args2) {
                    found.push("args differ".to_owned());
                }
                let value = |cwd: &Option<Text>| cwd.as_ref().map(|text| text.value.clone());
                if value(cwd) != value(cwd2) {
                    found.push("cwd differs".to_owned());
                }
            }
            (
                Self::Address { url, choice, .. },
                Self::Address {
                    url: url2,
                    choice: choice2,
                    ..
                },
            ) => {
                if url.value != url2.value {
                    found.push("address differs".to_owned());
                }
                if choice != choice2 && *choice != Choice::Auto && *choice2 != Choice::Auto {
                    found.push(format!("{} and {}", self.transport(), other.transport()));
                }
            }
            _ => {
                found.push(format!("{} and {}", self.transport(), other.transport()));
                return found;
            }
        }
        let kind = if matches!(self, Self::Process { .. }) {
            "env"
        } else {
            "header"
        };
        let (ours, theirs) = (self.named(), other.named());
        for (name, text) in ours {
            match theirs.iter().find(|(other, _)| other == name) {
                None => found.push(format!("{kind} {name} only in the first")),
                Some((_, other)) if other.value != text.value => {
                    found.push(format!("{kind} {name} differs"));
                }
                Some(_) => {}
            }
        }
        for (name, _) in theirs {
            if !ours.iter().any(|(other, _)| other == name) {
                found.push(format!("{kind} {name} only in the second"));
            }
        }
        found
    }
}

fn values(pairs: &[(String, Text)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(name, text)| (name.clone(), text.value.clone()))
        .collect()
}
