//! JSON-RPC 2.0 envelopes, read leniently from bytes. What is wrong is shown by others; nothing is refused here.

use std::borrow::Cow;
use std::fmt;

use crate::json;

/// A request id, with its JSON type: `1` and `"1"` are two ids.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub enum Id {
    /// An integer that fits.
    Integer(i64),
    /// A string, decoded.
    Text(Box<str>),
    /// Anything else (`null`, a float, a huge integer, an object), as it was spelled. MCP allows none of these.
    Other(Box<str>),
}

impl Id {
    /// Reads the raw value of an `id` (or a progress token).
    pub fn read(raw: &[u8]) -> Self {
        if let Some(number) = json::integer(raw) {
            return Self::Integer(number);
        }
        match json::string(raw) {
            Some(text) => Self::Text(text.into()),
            None => Self::Other(String::from_utf8_lossy(raw.trim_ascii()).into()),
        }
    }

    /// The id as JSON text.
    pub fn to_json(&self) -> String {
        match self {
            Self::Integer(number) => number.to_string(),
            Self::Text(text) => json::quote(text),
            Self::Other(spelling) => spelling.to_string(),
        }
    }

    /// Whether MCP allows such an id: a string or an integer (all revisions, `basic` Requests).
    pub fn is_valid(&self) -> bool {
        !matches!(self, Self::Other(_))
    }
}

impl fmt::Display for Id {
    /// For people: strings keep their quotes, so that `1` and `"1"` look different.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.to_json())
    }
}

impl From<i64> for Id {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

/// What a message is, by the members it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `method` and `id`.
    Request,
    /// `method` without `id`.
    Notification,
    /// `result`.
    Result,
    /// `error`.
    Error,
    /// Looks like JSON-RPC (has `jsonrpc` or `id`) but is none of the above.
    Malformed,
}

/// One message, pointing into the frame it came in.
#[derive(Debug, Clone, PartialEq)]
pub struct Envelope<'a> {
    /// What it is.
    pub kind: Kind,
    /// The `id`, if the member is there (even if it is `null`).
    pub id: Option<Id>,
    /// The `method`, when it is a string.
    pub method: Option<Cow<'a, str>>,
    /// The raw `params`.
    pub params: Option<&'a [u8]>,
    /// The raw `result`.
    pub result: Option<&'a [u8]>,
    /// The raw `error`.
    pub error: Option<&'a [u8]>,
}

/// What a frame turned out to hold.
#[derive(Debug, Clone, PartialEq)]
pub enum Frame<'a> {
    /// One message.
    One(Envelope<'a>),
    /// A batch array (legal in 2025-03-26 only); never empty.
    Batch(Vec<Envelope<'a>>),
    /// Not JSON, or JSON that is no JSON-RPC: a log line on stdout, say. Holds why.
    Junk(String),
}

/// Reads a frame. Strict about being one JSON text, lenient about everything inside it.
pub fn read(bytes: &[u8]) -> Frame<'_> {
    if let Err(problem) = json::check(bytes) {
        return Frame::Junk(if bytes.trim_ascii().is_empty() {
            "an empty line".to_owned()
        } else {
            format!("not JSON: {problem}")
        });
    }
    read_json(bytes)
}

/// The same for bytes that are known to be one JSON text, so that they need not be checked again.
pub fn read_json(bytes: &[u8]) -> Frame<'_> {
    match json::kind(bytes) {
        json::Kind::Object => envelope(bytes).map_or_else(
            || Frame::Junk("a JSON object, but no JSON-RPC message".to_owned()),
            Frame::One,
        ),
        json::Kind::Array => {
            let items: Option<Vec<_>> = json::elements(bytes).map(envelope).collect();
            match items {
                Some(items) if !items.is_empty() => Frame::Batch(items),
                _ => Frame::Junk("a JSON array, but no JSON-RPC batch".to_owned()),
            }
        }
        _ => Frame::Junk("JSON, but no JSON-RPC message".to_owned()),
    }
}

/// Reads one message; nothing when the object has none of the members of JSON-RPC.
pub fn envelope(raw: &[u8]) -> Option<Envelope<'_>> {
    let (mut version, mut id, mut method, mut has_method) = (false, None, None, false);
    let (mut params, mut result, mut error) = (None, None, None);
    for (key, value) in json::members(raw) {
        match &*key {
            "jsonrpc" => version = true,
            "id" => id = Some(Id::read(value)),
            "method" => {
                has_method = true;
                method = json::text(value);
            }
            "params" => params = Some(value),
            "result" => result = Some(value),
            "error" => error = Some(value),
            _ => {}
        }
    }
    if !version && !has_method && result.is_none() && error.is_none() {
        return None;
    }
    // Without the version member, only what could not be anything else counts: a stray JSON log line may well
    // have a member called "error" or "method".
    if !version && id.is_none() && !(has_method && params.is_some()) {
        return None;
    }
    let kind = match (&method, &id) {
        (Some(_), Some(_)) => Kind::Request,
        (Some(_), None) => Kind::Notification,
        _ if error.is_some() => Kind::Error,
        _ if result.is_some() => Kind::Result,
        _ => Kind::Malformed,
    };
    Some(Envelope {
        kind,
        id,
        method,
        params,
        result,
        error,
    })
}

/// A request frame, without line ending. `params` is raw JSON.
pub fn request(id: &Id, method: &str, params: Option<&str>) -> String {
    let params = params
        .map(|raw| format!(",\"params\":{raw}"))
        .unwrap_or_default();
    format!(
        "{{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":{}{params}}}",
        id.to_json(),
        json::quote(method)
    )
}

/// A notification frame, without line ending. `params` is raw JSON.
pub fn notification(method: &str, params: Option<&str>) -> String {
    let params = params
        .map(|raw| format!(",\"params\":{raw}"))
        .unwrap_or_default();
    format!(
        "{{\"jsonrpc\":\"2.0\",\"method\":{}{params}}}",
        json::quote(method)
    )
}

/// A result frame. `result` is raw JSON.
pub fn result(id: &Id, result: &str) -> String {
    format!(
        "{{\"jsonrpc\":\"2.0\",\"id\":{},\"result\":{result}}}",
        id.to_json()
    )
}

/// An error frame.
pub fn error(id: &Id, code: i64, message: &str) -> String {
    format!(
        "{{\"jsonrpc\":\"2.0\",\"id\":{},\"error\":{{\"code\":{code},\"message\":{}}}}}",
        id.to_json(),
        json::quote(message)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind_of(text: &str) -> Option<Kind> {
        match read(text.as_bytes()) {
            Frame::One(envelope) => Some(envelope.kind),
            _ => None,
        }
    }

    #[test]
    fn kinds() {
        for (text, kind) in [
            (
                r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#,
                Some(Kind::Request),
            ),
            (
                r#"{"jsonrpc":"2.0","method":"x"}"#,
                Some(Kind::Notification),
            ),
            (
                r#"{"jsonrpc":"2.0","id":1,"result":{}}"#,
                Some(Kind::Result),
            ),
            (r#"{"id":1,"result":{}}"#, Some(Kind::Result)),
            (
                r#"{"jsonrpc":"2.0","error":{"code":-1}}"#,
                Some(Kind::Error),
            ),
            (
                r#"{"jsonrpc":"2.0","id":null,"error":{}}"#,
                Some(Kind::Error),
            ),
            (r#"{"jsonrpc":"2.0"}"#, Some(Kind::Malformed)),
            (r#"{"level":"info","msg":"starting"}"#, None),
            (r#"{"level":"error","error":"boom"}"#, None),
            ("[1,2]", None),
            ("42", None),
            ("Server ready!", None),
            ("", None),
        ] {
            assert_eq!(kind_of(text), kind, "{text}");
        }
    }

    #[test]
    fn ids_keep_their_type() {
        let ids: Vec<Id> = ["1", "\"1\"", "null", "1.0", "99999999999999999999"]
            .iter()
            .map(|raw| Id::read(raw.as_bytes()))
            .collect();
        assert_ne!(ids[0], ids[1]);
        assert_eq!(
            ids.iter().map(Id::is_valid).collect::<Vec<_>>(),
            [true, true, false, false, false]
        );
        assert_eq!(ids[3].to_json(), "1.0");
    }

    #[test]
    fn batches_are_read_whole_or_not_at_all() {
        let batch = r#"[{"jsonrpc":"2.0","id":1,"result":{}},{"jsonrpc":"2.0","method":"x"}]"#;
        assert!(matches!(read(batch.as_bytes()), Frame::Batch(items) if items.len() == 2));
        assert!(matches!(read(b"[]"), Frame::Junk(_)));
    }

    #[test]
    fn what_is_written_is_read_back() {
        let id = Id::Text("a\"b".into());
        let text = request(&id, "tools/call", Some(r#"{"name":"x"}"#));
        let Frame::One(envelope) = read(text.as_bytes()) else {
            panic!("not one message: {text}")
        };
        assert_eq!(envelope.id, Some(id));
        assert_eq!(envelope.params, Some(&br#"{"name":"x"}"#[..]));
    }
}
