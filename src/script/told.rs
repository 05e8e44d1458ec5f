//! What players tell people of: what is not as it was recorded.

use super::Scene;
use super::nearest::Near;
use crate::json::quote;

/// Something that is not as in the recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// A request that is not in it.
    Unknown {
        /// Its method and what it is about.
        name: String,
        /// In the recorded order, this would be next.
        expected: Option<String>,
        /// What it comes nearest to.
        nearest: Vec<Near>,
        /// Whether such a request was recorded, and is not played.
        left_out: bool,
        /// So many such requests were recorded, and each has been answered.
        used_up: Option<usize>,
    },
    /// A request that was made more often than it was recorded.
    Again {
        /// Its method and what it is about.
        name: String,
        /// The entry of the recording that is played again.
        seq: u64,
    },
    /// A reply to a question of the server's that is not the recorded one.
    Differs {
        /// The method of the question.
        method: String,
        /// What differs: the path, what was recorded, what was replied.
        differences: Vec<[String; 3]>,
    },
    /// A reply to something the server never asked.
    Stray {
        /// Its id, as JSON.
        id: String,
    },
}

impl Told {
    /// One line for people, not yet sanitised.
    pub fn sentence(&self) -> String {
        match self {
            Self::Unknown {
                name,
                expected: Some(expected),
                ..
            } => format!("{name} is not what comes next in the recording, which is {expected}"),
            Self::Unknown {
                name,
                left_out: true,
                ..
            } => format!("{name} was recorded, but the filter leaves it out"),
            Self::Unknown {
                name,
                used_up: Some(times),
                ..
            } => match times {
                1 => format!("{name} was recorded once, and that has been answered"),
                times => format!("{name} was recorded {times} times, and each has been answered"),
            },
            Self::Unknown { name, nearest, .. } => match nearest.first() {
                Some(near) => {
                    format!(
                        "{name} is not in the recording; nearest is {}",
                        near.words()
                    )
                }
                None => format!("{name} is not in the recording, nor anything like it"),
            },
            Self::Again { name, seq } => {
                format!("{name} was recorded less often: #{seq} is answered again")
            }
            Self::Differs {
                method,
                differences,
            } => {
                let words = differences
                    .iter()
                    .map(|[path, was, is]| format!("{path} {was} recorded, {is} replied"));
                let words = words.collect::<Vec<_>>().join("; ");
                format!("the reply to {method} is not the recorded one: {words}")
            }
            Self::Stray { id } => format!("a reply with the id {id} answers nothing"),
        }
    }

    /// What an error says of it besides, as JSON.
    pub(super) fn data(&self) -> String {
        match self {
            Self::Unknown {
                expected, nearest, ..
            } => {
                let near: Vec<String> = nearest.iter().map(Near::to_json).collect();
                let expected = expected.as_deref().map_or_else(|| "null".to_owned(), quote);
                format!(
                    "{{\"expected\":{expected},\"nearest\":[{}]}}",
                    near.join(",")
                )
            }
            _ => "null".to_owned(),
        }
    }
}

/// The error that stands for a refusal by HTTP where there is no HTTP.
pub fn refusal(id: &str, scene: &Scene) -> Vec<u8> {
    let message = quote(match &scene.shape {
        Some(shape) if shape.status >= 400 => "the recorded server refused this by HTTP",
        Some(_) => "the recorded server broke off before it answered this",
        None => "the recorded server could not be reached",
    });
    format!(
        "{{\"jsonrpc\":\"2.0\",\"id\":{id},\"error\":{{\"code\":-32603,\"message\":{message}}}}}"
    )
    .into_bytes()
}
