//! What replies look like on the wire.

use super::AskKind;
use crate::json::{self, quote};

/// An answer to a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// A result, raw JSON, sent as it is.
    Result(String),
    /// A JSON-RPC error. In 2026-07-28 there is none: the request it is asked for ends instead.
    Error {
        /// Its code.
        code: i64,
        /// Its message.
        message: String,
    },
}

/// How a question was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Outcome {
    /// An elicitation was accepted.
    Accept,
    /// It was declined.
    Decline,
    /// It was dismissed.
    Cancel,
    /// A result: a sampled message, roots, or something odd.
    Result,
    /// An error with this code (0 when it had no integer code).
    Error(i64),
}

impl Outcome {
    /// The word in notes.
    pub fn word(self) -> String {
        match self {
            Self::Accept => "accept".to_owned(),
            Self::Decline => "decline".to_owned(),
            Self::Cancel => "cancel".to_owned(),
            Self::Result => "result".to_owned(),
            Self::Error(code) => code.to_string(),
        }
    }

    /// Reads the word.
    pub fn of_word(word: &str) -> Self {
        match word {
            "accept" => Self::Accept,
            "decline" => Self::Decline,
            "cancel" => Self::Cancel,
            word => word.parse().map_or(Self::Result, Self::Error),
        }
    }

    /// What a raw result says.
    pub fn of_result(raw: &[u8]) -> Self {
        match json::get(raw, &["action"]).and_then(json::text).as_deref() {
            Some("accept") => Self::Accept,
            Some("decline") => Self::Decline,
            Some("cancel") => Self::Cancel,
            _ => Self::Result,
        }
    }

    /// Whether what was asked for was given.
    pub const fn is_given(self) -> bool {
        matches!(self, Self::Accept | Self::Result)
    }
}

impl Reply {
    /// What it says.
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::Error { code, .. } => Outcome::Error(*code),
            Self::Result(raw) => Outcome::of_result(raw.as_bytes()),
        }
    }
}

/// A root of the client's: a folder the server may look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// A `file://` URI; no revision knows others.
    pub uri: String,
    /// Its name for people.
    pub name: Option<String>,
}

/// An elicitation is accepted: `content` is a raw object, none in mode url.
pub fn accept(content: Option<&str>) -> Reply {
    Reply::Result(match content {
        Some(content) => format!("{{\"action\":\"accept\",\"content\":{content}}}"),
        None => "{\"action\":\"accept\"}".to_owned(),
    })
}

/// An elicitation is declined.
pub fn decline() -> Reply {
    Reply::Result("{\"action\":\"decline\"}".to_owned())
}

/// An elicitation is dismissed without a choice.
pub fn cancel() -> Reply {
    Reply::Result("{\"action\":\"cancel\"}".to_owned())
}

/// A message as a model might have written it.
pub fn sampled(text: &str, model: &str, stop_reason: Option<&str>) -> Reply {
    let stop = stop_reason
        .map(|reason| format!(",\"stopReason\":{}", quote(reason)))
        .unwrap_or_default();
    Reply::Result(format!(
        "{{\"role\":\"assistant\",\"content\":{{\"type\":\"text\",\"text\":{}}},\"model\":{}{stop}}}",
        quote(text),
        quote(model)
    ))
}

/// The name of a model there is none behind.
pub const STUB_MODEL: &str = "mcpscope-stub";

/// A sampled message that says that it is none.
pub fn stub(text: &str) -> Reply {
    sampled(text, STUB_MODEL, Some("endTurn"))
}

/// The roots there are.
pub fn roots(roots: &[Root]) -> Reply {
    let items: Vec<String> = roots
        .iter()
        .map(|root| {
            let name = root
                .name
                .as_deref()
                .map(|name| format!(",\"name\":{}", quote(name)))
                .unwrap_or_default();
            format!("{{\"uri\":{}{name}}}", quote(&root.uri))
        })
        .collect();
    Reply::Result(format!("{{\"roots\":[{}]}}", items.join(",")))
}

/// A person does not want it (-1, client `sampling`, Error Handling; there is no other word for roots either).
pub fn rejected() -> Reply {
    Reply::Error {
        code: -1,
        message: "User rejected the request".to_owned(),
    }
}

/// The client does not do that at all: -32601, or -32602 for a mode of elicitation it does not have.
pub fn unsupported(kind: AskKind, elicits: bool) -> Reply {
    if elicits {
        let mode = if kind == AskKind::Url { "url" } else { "form" };
        return Reply::Error {
            code: -32602,
            message: format!("elicitation mode {mode} is not supported by this client"),
        };
    }
    Reply::Error {
        code: -32601,
        message: format!("{} is not supported by this client", kind.method()),
    }
}

/// Declines a question of any kind.
pub fn declined(kind: AskKind) -> Reply {
    match kind {
        AskKind::Form | AskKind::Url => decline(),
        AskKind::Sampling | AskKind::Roots => rejected(),
    }
}

/// Dismisses a question of any kind.
pub fn cancelled(kind: AskKind) -> Reply {
    match kind {
        AskKind::Form | AskKind::Url => cancel(),
        AskKind::Sampling | AskKind::Roots => rejected(),
    }
}
