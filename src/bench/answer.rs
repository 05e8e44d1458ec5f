//! What an answer says of a request, read as fast as it can be. Never keeps any of it.

use std::fmt;

use crate::json;

/// Why a request counts as failed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// A tool's own report of a failure (`isError`).
    Tool,
    /// A JSON-RPC error with this code; none when it has no whole number.
    Error(Option<i64>),
    /// The server wants something first (`input_required`, 2026-07-28), which a load never gives.
    Asked,
    /// Not answered in time.
    Timeout,
    /// Lost by the transport, in its word.
    Lost(Box<str>),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tool => f.write_str("tool error"),
            Self::Error(Some(code)) => write!(f, "error {code}"),
            Self::Error(None) => f.write_str("error without a code"),
            Self::Asked => f.write_str("input required"),
            Self::Timeout => f.write_str("no answer in time"),
            Self::Lost(word) => write!(f, "lost: {word}"),
        }
    }
}

/// What a frame answers, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The request's id.
    pub id: u64,
    /// Why it is no good; none when it is.
    pub fault: Option<Fault>,
}

/// Reads a frame as the answer to a request of a load; none when it is anything else.
pub fn answer(frame: &[u8]) -> Option<Answer> {
    let (mut id, mut result, mut error) = (None, None, None);
    for (name, value) in json::members(frame) {
        match &*name {
            "id" => id = std::str::from_utf8(value).ok()?.parse().ok(),
            "method" => return None,
            "result" => result = Some(value),
            "error" => error = Some(value),
            _ => {}
        }
    }
    let fault = match (error, result) {
        (Some(error), _) => Some(Fault::Error(
            json::get(error, &["code"]).and_then(json::integer),
        )),
        (None, Some(result)) => of_result(result),
        (None, None) => return None,
    };
    Some(Answer { id: id?, fault })
}

fn of_result(result: &[u8]) -> Option<Fault> {
    json::members(result).find_map(|(name, value)| match &*name {
        "isError" if json::boolean(value) == Some(true) => Some(Fault::Tool),
        "resultType" if json::text(value).as_deref() == Some("input_required") => {
            Some(Fault::Asked)
        }
        _ => None,
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn fault(frame: &str) -> Option<Fault> {
        answer(frame.as_bytes()).unwrap().fault
    }

    #[test]
    fn each_kind_of_answer_is_told_apart() {
        assert_eq!(fault(r#"{"id":1,"result":{"content":[]}}"#), None);
        assert_eq!(
            fault(r#"{"id":1,"result":{"content":[],"isError":true}}"#),
            Some(Fault::Tool)
        );
        assert_eq!(
            fault(r#"{"id":1,"result":{"resultType":"input_required"}}"#),
            Some(Fault::Asked)
        );
        assert_eq!(
            fault(r#"{"error":{"code":-32602,"message":"x"},"id":1}"#),
            Some(Fault::Error(Some(-32602)))
        );
        assert_eq!(fault(r#"{"error":{},"id":1}"#), Some(Fault::Error(None)));
    }

    #[test]
    fn what_is_no_answer_is_none() {
        for frame in [
            r#"{"id":1,"method":"ping"}"#,
            r#"{"method":"notifications/progress"}"#,
            r#"{"result":{}}"#,
            r#"{"id":"1","result":{}}"#,
            r#"{"id":-1,"result":{}}"#,
            r#"{"id":1}"#,
            "no JSON",
        ] {
            assert_eq!(answer(frame.as_bytes()), None, "{frame}");
        }
    }
}
