//! What is recorded of what servers ask: that a question waits, how it was answered and by whom, which request goes
//! on with which. Questions are named as [`Which`](crate::mcp::asked::Which) spells them; their frames hold the rest.

use crate::json::{self, quote};

/// A step of asking and answering.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asking {
    /// A question waits for a person.
    Asked {
        /// Which, as JSON.
        question: String,
        /// The id, as JSON, of the request of ours it is asked for; none when that cannot be told.
        call: Option<String>,
    },
    /// A question is answered; the frame that carries the answer follows.
    Answered {
        /// Which, as JSON.
        question: String,
        /// `person`, `policy` or `mcpscope`.
        by: String,
        /// The policy that did: `decline`, `stub`, `canned`, `roots`.
        rule: Option<String>,
        /// `accept`, `decline`, `cancel`, `result`, or an error's code.
        how: String,
    },
    /// A question will get no answer.
    Withdrawn {
        /// Which, as JSON.
        question: String,
        /// Why.
        why: String,
    },
    /// A request goes on with what an earlier one began (2026-07-28, multi round-trip requests).
    Round {
        /// Its id, as JSON.
        id: String,
        /// The id of the request before it, as JSON.
        of: String,
        /// How many requests there are with it.
        round: u32,
    },
    /// What the client says it can do, from now on.
    Capabilities {
        /// As JSON.
        capabilities: String,
        /// Whether it takes a new connection to say so.
        waits: bool,
    },
}

impl Asking {
    /// Its name in the file.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Asked { .. } => "asked",
            Self::Answered { .. } => "answered",
            Self::Withdrawn { .. } => "withdrawn",
            Self::Round { .. } => "round",
            Self::Capabilities { .. } => "capabilities",
        }
    }

    /// Whether it is worth a row: what a person did is told by the frame that follows.
    pub fn is_telling(&self) -> bool {
        match self {
            Self::Answered { by, .. } => by != "person",
            Self::Withdrawn { .. } => true,
            Self::Capabilities { waits, .. } => *waits,
            Self::Asked { .. } | Self::Round { .. } => false,
        }
    }

    /// Its members, as JSON.
    pub(super) fn members(&self) -> Vec<(&'static str, String)> {
        let optional =
            |text: &Option<String>| text.as_deref().map_or_else(|| "null".to_owned(), quote);
        match self {
            Self::Asked { question, call } => vec![
                ("question", question.clone()),
                ("call", call.clone().unwrap_or_else(|| "null".to_owned())),
            ],
            Self::Answered {
                question,
                by,
                rule,
                how,
            } => vec![
                ("question", question.clone()),
                ("by", quote(by)),
                ("rule", optional(rule)),
                ("how", quote(how)),
            ],
            Self::Withdrawn { question, why } => {
                vec![("question", question.clone()), ("why", quote(why))]
            }
            Self::Round { id, of, round } => vec![
                ("id", id.clone()),
                ("of", of.clone()),
                ("round", round.to_string()),
            ],
            Self::Capabilities {
                capabilities,
                waits,
            } => vec![
                ("capabilities", capabilities.clone()),
                ("waits", waits.to_string()),
            ],
        }
    }

    /// Reads one with this name.
    pub(super) fn read(name: &str, body: &[u8]) -> Option<Self> {
        let text = |name: &str| json::string_at(body, &[name]).unwrap_or_default();
        let raw = |name: &str| {
            json::get(body, &[name])
                .map_or_else(String::new, |raw| String::from_utf8_lossy(raw).into_owned())
        };
        Some(match name {
            "asked" => Self::Asked {
                question: raw("question"),
                call: Some(raw("call")).filter(|id| !matches!(id.as_str(), "null" | "")),
            },
            "answered" => Self::Answered {
                question: raw("question"),
                by: text("by"),
                rule: json::string_at(body, &["rule"]),
                how: text("how"),
            },
            "withdrawn" => Self::Withdrawn {
                question: raw("question"),
                why: text("why"),
            },
            "round" => Self::Round {
                id: raw("id"),
                of: raw("of"),
                round: json::get(body, &["round"])
                    .and_then(json::integer)
                    .and_then(|round| u32::try_from(round).ok())
                    .unwrap_or(0),
            },
            "capabilities" => Self::Capabilities {
                capabilities: raw("capabilities"),
                waits: json::get(body, &["waits"]).and_then(json::boolean) == Some(true),
            },
            _ => return None,
        })
    }

    /// One line for people.
    pub fn sentence(&self) -> String {
        match self {
            Self::Asked { question, call } => match call {
                Some(call) => {
                    let named = named(question);
                    // An input request is named by the request it belongs to.
                    if named.ends_with(&format!(" of request {call}")) {
                        format!("{named} waits for a person")
                    } else {
                        format!("{named} of request {call} waits for a person")
                    }
                }
                None => format!("{} waits for a person", named(question)),
            },
            Self::Answered {
                question,
                by,
                rule,
                how,
            } => {
                let rule = rule
                    .as_deref()
                    .map(|rule| format!(" {rule}"))
                    .unwrap_or_default();
                format!("{} answered by {by}{rule}: {how}", named(question))
            }
            Self::Withdrawn { question, why } => format!("{} is over: {why}", named(question)),
            Self::Round { id, of, round } => {
                format!("request {id} goes on with request {of}, round {round}")
            }
            Self::Capabilities {
                capabilities,
                waits,
            } => {
                let when = if *waits {
                    "; the handshake has said otherwise, so this takes a new connection"
                } else {
                    ""
                };
                format!("the client can {capabilities}{when}")
            }
        }
    }
}

/// How a question is called in sentences, by its name in the file: the id of a request, or a key of one's result.
pub fn named(question: &str) -> String {
    let raw = question.as_bytes();
    let id = |raw: &[u8]| String::from_utf8_lossy(raw).into_owned();
    match (
        json::get(raw, &["of"]),
        json::string_at(raw, &["key"]),
        json::get(raw, &["id"]),
    ) {
        (Some(of), Some(key), _) => format!("question {key} of request {}", id(of)),
        (_, _, Some(only)) => format!("question {}", id(only)),
        _ => format!("question {question}"),
    }
}
