//! What is recorded of a login, step by step. Secrets are masked by whoever makes a hop; none is held here.

use crate::json::{self, quote};

/// A step on the way to a token (protocol.md §5): what was tried, what came of it, and why. The HTTP exchanges it takes
/// are recorded beside it as any other; a hop names the one it judges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hop {
    /// A login begins.
    Begin {
        /// Which it is on this connection, from 1.
        attempt: u32,
        /// What made it necessary, in words.
        why: String,
    },
    /// Something was tried, or decided.
    Tried {
        /// What, in a few words: `resource metadata`, `registration`, `token` …
        step: String,
        /// What came of it, in words.
        what: String,
        /// Whether it went well.
        ok: bool,
        /// The HTTP exchange it was.
        exchange: Option<u32>,
        /// What was sent with it, secrets masked.
        sent: Option<String>,
        /// What came back, secrets masked.
        got: Option<String>,
    },
    /// A person has to allow it in a browser.
    Visit {
        /// Who asks them.
        issuer: String,
        /// Where, secrets masked.
        url: String,
        /// Where the answer is awaited.
        redirect: String,
    },
    /// There is a token.
    Token {
        /// Who gave it.
        issuer: String,
        /// How we came to it: `login`, `refreshed`, `kept`, `given` …
        how: String,
        /// What it is good for, as far as that was said.
        scope: Option<String>,
        /// When it expires, in seconds since 1970.
        expires: Option<i64>,
        /// Whether it can be refreshed.
        refreshable: bool,
        /// What stands in it when it is a JWT: an object with `header` and `claims`, without the signature.
        jwt: Option<String>,
    },
    /// It came to nothing.
    Failed {
        /// Why.
        what: String,
        /// What to do about it.
        hint: Option<String>,
    },
}

/// The step of a login in which somebody comes back from the browser.
pub const ANSWER: &str = "answer";

/// How a token was come by that stands in a header a person gave.
pub const GIVEN: &str = "given";

impl Hop {
    /// Its name in the file.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Begin { .. } => "login",
            Self::Tried { .. } => "login-step",
            Self::Visit { .. } => "login-visit",
            Self::Token { .. } => "login-token",
            Self::Failed { .. } => "login-failed",
        }
    }

    /// Whether something is wrong with it.
    pub const fn is_trouble(&self) -> bool {
        matches!(self, Self::Failed { .. })
    }

    /// Why what a person came back with is no answer, while another is waited for.
    pub fn stray(&self) -> Option<&str> {
        match self {
            Self::Tried {
                step,
                what,
                ok: false,
                ..
            } if step == ANSWER => Some(what),
            _ => None,
        }
    }

    /// The members of its body, after its name.
    pub(super) fn members(&self) -> Vec<(&'static str, String)> {
        let text =
            |value: &Option<String>| value.as_deref().map_or_else(|| "null".to_owned(), quote);
        match self {
            Self::Begin { attempt, why } => {
                vec![("attempt", attempt.to_string()), ("why", quote(why))]
            }
            Self::Tried {
                step,
                what,
                ok,
                exchange,
                sent,
                got,
            } => vec![
                ("step", quote(step)),
                ("what", quote(what)),
                ("ok", ok.to_string()),
                (
                    "exchange",
                    exchange.map_or_else(|| "null".to_owned(), |number| number.to_string()),
                ),
                ("sent", text(sent)),
                ("got", text(got)),
            ],
            Self::Visit {
                issuer,
                url,
                redirect,
            } => vec![
                ("issuer", quote(issuer)),
                ("url", quote(url)),
                ("redirect", quote(redirect)),
            ],
            Self::Token {
                issuer,
                how,
                scope,
                expires,
                refreshable,
                jwt,
            } => vec![
                ("issuer", quote(issuer)),
                ("how", quote(how)),
                ("scope", text(scope)),
                (
                    "expires",
                    expires.map_or_else(|| "null".to_owned(), |at| at.to_string()),
                ),
                ("refreshable", refreshable.to_string()),
                ("jwt", text(jwt)),
            ],
            Self::Failed { what, hint } => vec![("what", quote(what)), ("hint", text(hint))],
        }
    }

    /// Reads the body of an entry whose event is called `name`.
    pub(super) fn read(name: &str, body: &[u8]) -> Option<Self> {
        let optional = |member: &str| json::string_at(body, &[member]);
        let text = |member: &str| optional(member).unwrap_or_default();
        let number = |member: &str| json::get(body, &[member]).and_then(json::integer);
        let small = |member: &str| number(member).and_then(|number| u32::try_from(number).ok());
        let flag = |member: &str| json::get(body, &[member]).and_then(json::boolean) == Some(true);
        Some(match name {
            "login" => Self::Begin {
                attempt: small("attempt").unwrap_or(0),
                why: text("why"),
            },
            "login-step" => Self::Tried {
                step: text("step"),
                what: text("what"),
                ok: flag("ok"),
                exchange: small("exchange"),
                sent: optional("sent"),
                got: optional("got"),
            },
            "login-visit" => Self::Visit {
                issuer: text("issuer"),
                url: text("url"),
                redirect: text("redirect"),
            },
            "login-token" => Self::Token {
                issuer: text("issuer"),
                how: text("how"),
                scope: optional("scope"),
                expires: number("expires"),
                refreshable: flag("refreshable"),
                jwt: optional("jwt"),
            },
            "login-failed" => Self::Failed {
                what: text("what"),
                hint: optional("hint"),
            },
            _ => return None,
        })
    }

    /// One line for people.
    pub(super) fn sentence(&self) -> String {
        match self {
            Self::Begin { attempt: 1, why } => format!("login: {why}"),
            Self::Begin { attempt, why } => format!("login {attempt}: {why}"),
            Self::Tried { step, what, .. } => format!("login: {step}: {what}"),
            Self::Visit { issuer, url, .. } => {
                format!("login: {issuer} has to be told in a browser that this is allowed: {url}")
            }
            Self::Token {
                issuer, how, scope, ..
            } => {
                let scope = scope
                    .as_ref()
                    .map_or_else(String::new, |scope| format!(", scope {scope}"));
                format!("login: token of {issuer} ({how}{scope})")
            }
            Self::Failed { what, .. } => format!("login failed: {what}"),
        }
    }
}
