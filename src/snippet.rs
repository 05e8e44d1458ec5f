//! What reproduces a request, runnable as it is: a command line, a program, a client's settings, a report.
//!
//! Owns the table of forms ([`SNIPPETS`]) and what each is made from ([`Subject`]). Values of variables, headers and
//! arguments that a schema marks as secret are in none of them: in what runs they are variables, in a report
//! `‹redacted›`. It reads nothing and sends nothing: text in, text out.

use crate::json::{self, Value};
use crate::mask::{is_mask, masks};
use crate::mcp::revision::{Era, Revision};
use crate::text;

mod call;
mod cli;
mod config;
mod curl;
mod literal;
mod markdown;
mod node;
mod python;
mod shell;
mod typescript;
mod variables;

use call::Call;
pub use markdown::{code, fenced};
use node::Secret;

/// How a server is reached, as far as it may be told: names, but no values of what is secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Server {
    /// A process that is started.
    Process {
        /// Program and arguments.
        command: Vec<String>,
        /// Where it runs, when that was said.
        cwd: Option<String>,
        /// Names of the variables passed in.
        env: Vec<String>,
    },
    /// An address that is talked to over HTTP.
    Address {
        /// The address, with `masked` in the place of secrets.
        url: String,
        /// Names of the headers that were given.
        headers: Vec<String>,
        /// Whether it is spoken to by the older HTTP+SSE.
        sse: bool,
        /// A file of certificates to trust too.
        cacert: Option<String>,
        /// Whether any certificate is taken.
        insecure: bool,
    },
}

/// A server that stands in a client's settings: a command line names it, and leaves to the settings what they say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listed {
    /// The word that means it: `CLIENT:NAME`.
    pub selector: String,
    /// What its client asks a person for.
    pub inputs: Vec<String>,
    /// Names of the variables that were passed in on top.
    pub env: Vec<String>,
    /// Names of the headers that were given on top.
    pub headers: Vec<String>,
    /// Where it runs, when that was said on top.
    pub cwd: Option<String>,
}

/// What became of a request.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answer {
    /// In a word or two: `ok`, `tool error`, `timeout`.
    pub outcome: String,
    /// How long it took, for people.
    pub took: Option<String>,
    /// The message that answered, as it came.
    pub body: Option<Vec<u8>>,
}

/// A request to reproduce.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// The server's name, as it is called here.
    pub name: String,
    /// How to reach it.
    pub server: Server,
    /// Where it stands, when that is in somebody's settings.
    pub listed: Option<Box<Listed>>,
    /// What it said of itself: name and version.
    pub implementation: Option<String>,
    /// The revision in use, if one was agreed on.
    pub revision: Option<Revision>,
    /// The method.
    pub method: String,
    /// Its `params`; null without any. What a client adds to `_meta` may be in them.
    pub params: Value,
    /// The schema of the arguments, raw; it tells which are secret.
    pub schema: Option<Vec<u8>>,
    /// What became of it, if it was sent.
    pub answer: Option<Answer>,
}

impl Subject {
    /// Takes method and params from the message of the request.
    pub fn read(&mut self, message: &[u8]) -> Result<(), String> {
        let unreadable = |problem: json::Problem| format!("the request cannot be read: {problem}");
        self.method = json::string_at(message, &["method"]).ok_or("this is no request")?;
        self.params = match json::get(message, &["params"]) {
            Some(raw) => Value::parse(raw).map_err(unreadable)?,
            None => Value::Null,
        };
        Ok(())
    }

    /// Whether every request stands alone, without a handshake.
    fn is_modern(&self) -> bool {
        self.revision
            .is_some_and(|revision| revision.era() == Era::Modern)
    }
}

/// A form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// A command line of mcpscope.
    Cli,
    /// A Python program over the `mcp` package.
    Python,
    /// A TypeScript program over `@modelcontextprotocol/sdk`.
    TypeScript,
    /// A shell command or script of curl.
    Curl,
    /// An entry for the settings of a client: `mcpServers`.
    Config,
    /// A report of request and answer.
    Markdown,
}

/// What becomes of secrets in what runs.
const AS_VARIABLES: &str = "as variables";

type Write = fn(&Call<'_>) -> Result<String, String>;
type WhyNot = fn(&Server, &str) -> Option<String>;

/// One row of the table.
#[derive(Debug)]
pub struct Snippet {
    /// Which.
    pub form: Form,
    /// After `copied`: `as Python`.
    pub words: &'static str,
    /// What becomes of secrets in it: `as variables`.
    secrets: &'static str,
    why_not: WhyNot,
    write: Write,
}

/// The table, in the order of [`Form`].
pub const SNIPPETS: &[Snippet] = &[
    Snippet {
        form: Form::Cli,
        words: "as a command line",
        secrets: AS_VARIABLES,
        why_not: cli::why_not,
        write: cli::write,
    },
    Snippet {
        form: Form::Python,
        words: "as Python",
        secrets: AS_VARIABLES,
        why_not: python::why_not,
        write: python::write,
    },
    Snippet {
        form: Form::TypeScript,
        words: "as TypeScript",
        secrets: AS_VARIABLES,
        why_not: typescript::why_not,
        write: typescript::write,
    },
    Snippet {
        form: Form::Curl,
        words: "as curl",
        secrets: AS_VARIABLES,
        why_not: curl::why_not,
        write: curl::write,
    },
    Snippet {
        form: Form::Config,
        words: "as a client's config entry",
        secrets: AS_VARIABLES,
        why_not: |_, _| None,
        write: |call| Ok(config::write(call)),
    },
    Snippet {
        form: Form::Markdown,
        words: "as a report",
        secrets: "redacted",
        why_not: |_, _| None,
        write: |call| Ok(markdown::write(call)),
    },
];

/// A snippet that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The text, ending with a line break.
    pub text: String,
    /// What it is, for the sentence that tells of it: `as Python, 2 secrets as variables`.
    pub what: String,
}

impl Form {
    /// Its row.
    pub fn row(self) -> &'static Snippet {
        &SNIPPETS[self as usize]
    }

    /// Why a request with this method to that server has no such form, if so.
    pub fn why_not(self, server: &Server, method: &str) -> Option<String> {
        (self.row().why_not)(server, method)
    }

    /// Writes it, or says why it cannot be written.
    pub fn write(self, subject: &Subject) -> Result<Written, String> {
        let row = self.row();
        if let Some(why) = self.why_not(&subject.server, &subject.method) {
            return Err(why);
        }
        let call = match self {
            Self::Cli => Call::by_name(subject),
            _ => Call::of(subject),
        };
        let text = (row.write)(&call)?;
        // A config entry says nothing of the arguments.
        let hidden = match self {
            Self::Config => call.variables.count(),
            _ => call.variables.count() + call.secrets.len(),
        };
        let what = match hidden {
            0 => row.words.to_owned(),
            1 if row.secrets == AS_VARIABLES => {
                format!("{}, 1 secret as a variable", row.words)
            }
            count => format!(
                "{}, {} {}",
                row.words,
                text::plural(count, "secret"),
                row.secrets
            ),
        };
        let hides = match self {
            Self::Config => String::new(),
            _ if row.secrets == AS_VARIABLES => hides(&call.secrets),
            _ => String::new(),
        };
        let what = what + &hides;
        Ok(Written { text, what })
    }
}

/// `; API_KEY_2 is what stands as ‹masked:API_KEY›`: what variables have to hold that are called otherwise than the masks
/// they stand for.
fn hides(secrets: &[Secret]) -> String {
    let told = secrets.iter().filter(|secret| {
        let mask = masks(&secret.value).next();
        // What holds a mask beside something else is a secret as a whole.
        is_mask(&secret.value) && mask.is_some_and(|(_, name)| name != secret.variable)
    });
    let told =
        told.map(|secret| format!("; {} is what stands as {}", secret.variable, secret.value));
    told.collect()
}

/// A command line of mcpscope with these words that reaches the server of a subject, whatever that asks for.
pub fn command_line(words: &[String], subject: &Subject) -> String {
    cli::line(words, &Call::by_name(subject))
}

/// A command line of mcpscope with these words, which is about no server.
pub fn words_line(words: &[String]) -> String {
    let words = words.iter().map(|word| shell::quote(word));
    std::iter::once("mcpscope".to_owned())
        .chain(words)
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
