//! Why a request gets no answer over HTTP, in words, with a way out.

use super::flight::{Flight, Purpose};
use super::{Verb, headers};

/// What kind of reason; the exit code and what may be concluded about the server depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum LossKind {
    /// There is no connection: refused, no such host, TLS. Says nothing of the server.
    Unreachable,
    /// 401, or 403 with a challenge: it wants a login first.
    NeedsLogin,
    /// Another 4xx: it does not want this request.
    Refused,
    /// 5xx, or 429: it cannot now.
    Fault,
    /// It answered with something that is not MCP: a web page, say.
    NotMcp,
    /// The answer broke off, or the session it belonged to is gone.
    Broken,
}

impl LossKind {
    /// The word in a recording.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::NeedsLogin => "needs-login",
            Self::Refused => "refused",
            Self::Fault => "fault",
            Self::NotMcp => "not-mcp",
            Self::Broken => "broken",
        }
    }

    /// The kind of a word.
    pub fn of_word(word: &str) -> Option<Self> {
        [
            Self::Unreachable,
            Self::NeedsLogin,
            Self::Refused,
            Self::Fault,
            Self::NotMcp,
            Self::Broken,
        ]
        .into_iter()
        .find(|kind| kind.word() == word)
    }
}

/// Why a request gets no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    /// What kind of reason.
    pub kind: LossKind,
    /// The HTTP status, when there was a response.
    pub status: Option<u16>,
    /// What happened, in words.
    pub what: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Loss {
    /// A reason without a response.
    pub fn new(kind: LossKind, what: impl Into<String>) -> Self {
        Self {
            kind,
            status: None,
            what: what.into(),
            hint: None,
        }
    }

    /// The same with a hint.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// What people call a status.
pub(super) fn reason(status: u16) -> &'static str {
    match status {
        200 => " OK",
        202 => " Accepted",
        204 => " No Content",
        301 => " Moved Permanently",
        302 => " Found",
        303 => " See Other",
        307 => " Temporary Redirect",
        308 => " Permanent Redirect",
        400 => " Bad Request",
        401 => " Unauthorized",
        403 => " Forbidden",
        404 => " Not Found",
        405 => " Method Not Allowed",
        406 => " Not Acceptable",
        407 => " Proxy Authentication Required",
        413 => " Content Too Large",
        415 => " Unsupported Media Type",
        421 => " Misdirected Request",
        429 => " Too Many Requests",
        431 => " Request Header Fields Too Large",
        500 => " Internal Server Error",
        501 => " Not Implemented",
        502 => " Bad Gateway",
        503 => " Service Unavailable",
        504 => " Gateway Timeout",
        _ => "",
    }
}

/// Why the response to a POST to this address, made by somebody else, answers nothing.
pub fn refused(url: &url::Url, status: u16, headers: headers::Headers, body: &[u8]) -> Loss {
    let mut flight = Flight::new(Verb::Post, url.clone(), Purpose::Frame);
    flight.status = status;
    flight.mime = headers::mime(&headers);
    flight.headers = headers;
    of_response(&flight, body)
}

/// Why this response answers nothing.
pub(super) fn of_response(flight: &Flight, body: &[u8]) -> Loss {
    let status = flight.status;
    let is_page = flight.mime == "text/html" || body.trim_ascii_start().starts_with(b"<");
    let name = flight.name();
    let with = match (is_page, flight.mime.as_str(), body.is_empty()) {
        (true, ..) => " with a web page".to_owned(),
        (_, _, true) => " with nothing".to_owned(),
        (_, "", _) => " without a content type".to_owned(),
        (_, mime, _) => format!(" with {mime}"),
    };
    let answered = format!("{name} was answered {status}{}", reason(status));
    let host = flight.url.host_str().unwrap_or_default().to_owned();
    let (kind, what, hint) = match status {
        401 => (LossKind::NeedsLogin, login(flight, &answered), Some(TOKEN.to_owned())),
        403 if headers::value(&flight.headers, "www-authenticate").is_some() => (
            LossKind::NeedsLogin,
            login(flight, &answered),
            Some("the token lacks a permission; --header 'Authorization: Bearer TOKEN' sends another".to_owned()),
        ),
        403 => {
            let other = match host.as_str() {
                "127.0.0.1" | "[::1]" => Some("localhost"),
                "localhost" => Some("127.0.0.1"),
                _ => None,
            };
            let hint = other.map_or_else(
                || "the server may not like the address it is called by, or wants a login".to_owned(),
                |other| format!("servers check the address they are called by: try {other} instead of {host}"),
            );
            (LossKind::Refused, format!("{answered}{with}"), Some(hint))
        }
        407 => (
            LossKind::Refused,
            format!("the proxy wants a login: {answered}"),
            Some("HTTP_PROXY and HTTPS_PROXY take one: http://NAME:PASSWORD@HOST:PORT".to_owned()),
        ),
        404 => (
            LossKind::Refused,
            format!("{answered}{with}"),
            Some(format!(
                "there is no MCP server at {}; many are at /mcp, older ones at /sse",
                flight.url.path()
            )),
        ),
        405 => (
            LossKind::Refused,
            format!("{answered}{with}"),
            Some("the path may be another one; many servers are at /mcp, older ones at /sse".to_owned()),
        ),
        429 | 503 => {
            let wait = headers::value(&flight.headers, "retry-after");
            let what = wait.map_or_else(
                || answered.clone(),
                |wait| format!("{answered}; Retry-After: {}", after(wait)),
            );
            (LossKind::Fault, what, Some("mcpscope does not try again by itself".to_owned()))
        }
        413 | 431 => (
            LossKind::Refused,
            format!("{answered}{with}"),
            Some("the message is too large for the server".to_owned()),
        ),
        400..500 => (LossKind::Refused, format!("{answered}{with}"), None),
        500.. => (
            LossKind::Fault,
            format!("{answered}{with}"),
            Some("the server's own log may say more".to_owned()),
        ),
        _ if is_page => (
            LossKind::NotMcp,
            format!("{answered} with a web page, which is not MCP"),
            Some("the address of the server itself is needed; many are at /mcp".to_owned()),
        ),
        _ if body.is_empty() => (
            LossKind::NotMcp,
            format!("{answered}, but without an answer in it"),
            None,
        ),
        _ => (
            LossKind::NotMcp,
            format!("{answered}{with}, which is no JSON-RPC message"),
            None,
        ),
    };
    Loss {
        kind,
        status: Some(status),
        what,
        hint,
    }
}

const TOKEN: &str = "--header 'Authorization: Bearer TOKEN' sends one; its value is never recorded";

/// What a challenge says of where to log in.
fn login(flight: &Flight, answered: &str) -> String {
    let Some(challenge) = headers::value(&flight.headers, "www-authenticate") else {
        return format!(
            "{answered}: it wants a login, and does not say where (no WWW-Authenticate)"
        );
    };
    let told: Vec<String> = [
        ("error", "error"),
        ("error_description", "description"),
        ("scope", "scope"),
        ("realm", "realm"),
        ("resource_metadata", "metadata"),
    ]
    .into_iter()
    .filter_map(|(name, word)| Some(format!("{word} {}", parameter(challenge, name)?)))
    .collect();
    if told.is_empty() {
        format!("{answered}: it wants a login ({challenge})")
    } else {
        format!("{answered}: it wants a login ({})", told.join(", "))
    }
}

/// A parameter of a challenge, quoted or not (RFC 9110 §11.2).
fn parameter(challenge: &str, name: &str) -> Option<String> {
    let mut rest = challenge;
    loop {
        let at = rest.to_ascii_lowercase().find(&format!("{name}="))?;
        let before = rest[..at].chars().next_back();
        let value = &rest[at + name.len() + 1..];
        if before.is_none_or(|c| c == ' ' || c == ',') {
            return Some(match value.strip_prefix('"') {
                Some(quoted) => quoted.split('"').next().unwrap_or_default().to_owned(),
                None => value
                    .split([',', ' '])
                    .next()
                    .unwrap_or_default()
                    .to_owned(),
            });
        }
        rest = value;
    }
}

/// `Retry-After` has seconds or a date.
fn after(wait: &str) -> String {
    match wait.trim().parse::<u64>() {
        Ok(seconds) => format!("{seconds} s"),
        Err(_) => wait.to_owned(),
    }
}
