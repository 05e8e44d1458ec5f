//! Which names and texts are secret by themselves: the built-in ones, and those of the settings' table `[mask]`.

use std::borrow::Cow;

use regex::bytes::Regex;

use super::Secrets;
use crate::json;
use crate::mcp::auth::Secret;

/// Members whose text or number is a secret, whoever sends them; `_`, `-` and case do not count. Names that paging,
/// progress and sessions use too (`token`, `key`, `session`) are not among them.
const TELLING: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "secret",
    "clientsecret",
    "secretkey",
    "secretaccesskey",
    "privatekey",
    "apikey",
    "accesstoken",
    "refreshtoken",
    "idtoken",
    "authtoken",
    "bearertoken",
    "authorization",
];

/// How the names of members end that [`TELLING`] has: what is looked for before anything else.
pub(super) const TELLING_ENDS: &[&str] = &[
    "word", "WORD", "Word", "sswd", "SSWD", "rase", "RASE", "cret", "CRET", "key", "Key", "KEY",
    "oken", "OKEN", "zation", "ZATION",
];

/// Variables that are no secret, whatever they hold: they say where and how something runs.
const PLAIN: &[&str] = &[
    "PATH",
    "HOME",
    "PWD",
    "USER",
    "LOGNAME",
    "SHELL",
    "TERM",
    "COLORTERM",
    "NO_COLOR",
    "FORCE_COLOR",
    "LANG",
    "LANGUAGE",
    "LC_*",
    "TZ",
    "TMPDIR",
    "TEMP",
    "TMP",
    "NODE_ENV",
    "NODE_PATH",
    "PYTHONPATH",
    "PYTHONUNBUFFERED",
    "RUST_LOG",
    "RUST_BACKTRACE",
    "LOG_LEVEL",
    "DEBUG",
];

/// An expression or a name that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?}: {why}")]
pub struct BadRule {
    /// As written.
    pub text: String,
    /// Why.
    pub why: String,
}

/// The rules that can be set.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    members: Vec<Pattern>,
    text: Vec<Regex>,
    plain: Vec<String>,
    only_named: bool,
    /// What a person said that masks hide.
    given: Vec<(String, Secret)>,
    /// As they were written, to tell two apart.
    written: Vec<String>,
}

impl PartialEq for Rules {
    fn eq(&self, other: &Self) -> bool {
        self.written == other.written
            && self.only_named == other.only_named
            && self.given == other.given
    }
}

impl Eq for Rules {}

/// Which members a line of `members` means.
#[derive(Debug, Clone)]
enum Pattern {
    /// Of this name, wherever it stands.
    Name(String),
    /// At this place.
    Path(Vec<String>),
}

impl Rules {
    /// Adds members: names in which `*` is any text, or a path such as `$.params.arguments.pin`.
    pub fn add_member(&mut self, text: &str) -> Result<(), BadRule> {
        let bad = |why: &str| BadRule {
            text: text.to_owned(),
            why: why.to_owned(),
        };
        let pattern = if let Some(path) = text.strip_prefix('$') {
            let path = path.replace('[', ".").replace(['\'', '"', ']'], "");
            let steps: Vec<String> = path.split('.').skip(1).map(str::to_owned).collect();
            if steps.is_empty() || steps.iter().any(String::is_empty) {
                return Err(bad("a path has names between dots: $.params.arguments.pin"));
            }
            Pattern::Path(steps)
        } else if text.chars().all(|c| c == '*') {
            return Err(bad("this would mask everything"));
        } else {
            Pattern::Name(text.to_owned())
        };
        self.members.push(pattern);
        self.written.push(format!("member {text}"));
        Ok(())
    }

    /// Adds an expression for text; where it has a group, only what that matches is masked.
    pub fn add_text(&mut self, text: &str) -> Result<(), BadRule> {
        let bad = |why: String| BadRule {
            text: text.to_owned(),
            why,
        };
        let regex = Regex::new(text).map_err(|error| {
            let words = error.to_string();
            bad(words.lines().last().unwrap_or_default().trim().to_owned())
        })?;
        if regex.is_match(b"") {
            return Err(bad("it matches no text at all, too".to_owned()));
        }
        self.text.push(regex);
        self.written.push(format!("text {text}"));
        Ok(())
    }

    /// Adds variables whose values are no secret; `*` is any text.
    pub fn add_plain(&mut self, name: &str) {
        self.plain.push(name.to_owned());
        self.written.push(format!("plain {name}"));
    }

    /// Says what the mask of that name hides.
    pub fn give(&mut self, name: &str, value: &str) {
        self.given.push((name.to_owned(), Secret::new(value)));
    }

    /// Passes on what was said of masks.
    pub fn tell(&self, secrets: &Secrets) {
        for (name, value) in &self.given {
            secrets.give(name, value.reveal());
        }
    }

    /// Leaves out what is built in: telling names of members, and keys of well-known kinds.
    pub fn only_named(&mut self) {
        self.only_named = true;
    }

    /// Whether what is built in counts.
    pub(super) fn built_in(&self) -> bool {
        !self.only_named
    }

    /// Whether the value of this variable is no secret.
    pub fn is_plain(&self, name: &str) -> bool {
        let all = PLAIN
            .iter()
            .copied()
            .chain(self.plain.iter().map(String::as_str));
        all.into_iter().any(|pattern| glob(pattern, name))
    }

    pub(super) fn text(&self) -> &[Regex] {
        &self.text
    }

    /// Texts one of which stands in every frame that a line of `members` could mean something in. None when there is a
    /// line that could mean anything.
    pub(super) fn landmarks(&self) -> Option<Vec<String>> {
        if !self.text.is_empty() {
            return None;
        }
        let each = self.members.iter().map(|pattern| {
            let name = match pattern {
                Pattern::Name(name) => name,
                Pattern::Path(steps) => steps.last()?,
            };
            let longest = name.split('*').max_by_key(|part| part.len())?;
            (!longest.is_empty()).then(|| longest.to_owned())
        });
        each.collect()
    }

    /// Whether the value of the member at the end of `path` is a secret: a plain one, or of whatever kind.
    pub(super) fn of_member(&self, path: &dyn Steps) -> Option<Whole> {
        let name = path.name()?;
        let paging = name == "progressToken";
        if !paging
            && self.members.iter().any(|pattern| match pattern {
                Pattern::Path(steps) => path.is(steps),
                Pattern::Name(_) => false,
            })
        {
            return Some(Whole::Anything);
        }
        self.is_named(&name).then_some(Whole::Plain)
    }

    /// Whether the value of a member of that name is a secret, wherever it stands.
    pub(super) fn is_named(&self, name: &str) -> bool {
        if name == "progressToken" {
            return false;
        }
        let named = self.members.iter().any(|pattern| match pattern {
            Pattern::Name(pattern) => glob(pattern, name),
            Pattern::Path(_) => false,
        });
        named || (self.built_in() && is_telling(name.as_bytes()))
    }
}

/// How variables end that hold a secret, whose ever it is: `OPENAI_API_KEY`, `DB_PASSWORD`.
const TELLING_VARIABLES: &[&[u8]] = &[
    b"_API_KEY",
    b"_ACCESS_KEY",
    b"_PRIVATE_KEY",
    b"_SECRET_KEY",
    b"_TOKEN",
    b"_SECRET",
    b"_PASSWORD",
    b"_PASSWD",
    b"_PASSPHRASE",
];

/// The most bytes of a name that is looked at.
pub(super) const LONGEST_NAME: usize = 64;

/// Whether a name is one of [`TELLING`], or that of a variable which ends as one of [`TELLING_VARIABLES`].
pub(super) fn is_telling(name: &[u8]) -> bool {
    let is_of_variable =
        |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_';
    if name.len() <= LONGEST_NAME
        && TELLING_VARIABLES.iter().any(|end| name.ends_with(end))
        && name.iter().all(is_of_variable)
    {
        return true;
    }
    let mut plain = [0; 20];
    if !(6..=plain.len()).contains(&name.len()) {
        return false;
    }
    let mut length = 0;
    for byte in name.iter().filter(|byte| !matches!(byte, b'_' | b'-')) {
        plain[length] = byte.to_ascii_lowercase();
        length += 1;
    }
    let plain = &plain[..length];
    TELLING.iter().any(|known| known.as_bytes() == plain)
}

/// Which values of a member are masked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whole {
    /// Texts, numbers and booleans.
    Plain,
    /// Objects and arrays too.
    Anything,
}

/// Where a value stands: the names and numbers that lead to it.
pub(super) trait Steps {
    /// The name of the member; none for an item of an array.
    fn name(&self) -> Option<Cow<'_, str>>;
    /// Whether these are the steps; `*` is any.
    fn is(&self, steps: &[String]) -> bool;
}

/// Whether `text` is what `pattern` means, in which `*` is any text.
pub(super) fn glob(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = text.strip_prefix(parts.next().unwrap_or_default()) else {
        return false;
    };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        let Some(found) = rest.find(part) else {
            return false;
        };
        rest = &rest[found + part.len()..];
    }
    true
}

/// Words of the protocol: a value that is one of them, or part of one, cannot be told from it.
pub(super) fn is_public(value: &str) -> bool {
    const WORDS: &[&str] = &[
        "arguments",
        "assistant",
        "autocomplete",
        "capabilities",
        "clientInfo",
        "completion",
        "content",
        "contents",
        "description",
        "elicitation",
        "emergency",
        "experimental",
        "inputRequests",
        "inputResponses",
        "inputSchema",
        "inputRequired",
        "instructions",
        "mimeType",
        "nextCursor",
        "notifications",
        "outputSchema",
        "progressToken",
        "prompts",
        "properties",
        "protocolVersion",
        "requestState",
        "requestedSchema",
        "resourceTemplates",
        "resources",
        "resultType",
        "serverInfo",
        "structuredContent",
        "subscriptions",
        "supportedVersions",
        "uriTemplate",
        "object",
        "string",
        "number",
        "integer",
        "boolean",
        "array",
        "null",
        "true",
        "false",
        "text",
        "image",
        "audio",
        "user",
        "form",
        "accept",
        "decline",
        "cancel",
        "complete",
        "working",
        "completed",
        "failed",
        "debug",
        "info",
        "notice",
        "warning",
        "error",
        "critical",
        "alert",
        "production",
        "development",
        "jsonrpc",
    ];
    json::check(value.as_bytes()).is_ok_and(|()| value.len() < 6 && value.parse::<f64>().is_ok())
        || WORDS.iter().any(|word| word.contains(value))
        || crate::mcp::method::METHODS
            .iter()
            .any(|method| method.name.contains(value))
        || crate::mcp::revision::Revision::ALL
            .iter()
            .any(|revision| revision.as_str().contains(value))
}
