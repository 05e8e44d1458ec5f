//! What requests carry besides what somebody asked for: who we are, what we speak, a progress token.

use crate::json::Value;
use crate::mcp::asked::Capabilities;
use crate::mcp::meta;
use crate::mcp::revision::Revision;

/// JSON text of ours as a value.
pub(super) fn raw_value(json: &str) -> Value {
    Value::parse(json.as_bytes()).unwrap_or(Value::Null)
}

/// The `_meta` every 2026-07-28 request carries (basic `_meta`).
pub(super) fn modern_meta(capabilities: &Capabilities) -> Vec<(String, Value)> {
    vec![
        (
            meta::PROTOCOL_VERSION.to_owned(),
            Value::from(Revision::NEWEST_MODERN.as_str()),
        ),
        (
            meta::CLIENT_CAPABILITIES.to_owned(),
            raw_value(&capabilities.to_json(Revision::NEWEST_MODERN)),
        ),
        (meta::CLIENT_INFO.to_owned(), client_info(true)),
    ]
}

/// Who we are; the title since 2025-06-18.
pub(super) fn client_info(titled: bool) -> Value {
    let mut members = vec![("name".to_owned(), Value::from("mcpscope"))];
    if titled {
        members.push(("title".to_owned(), Value::from("mcpscope")));
    }
    members.push(("version".to_owned(), Value::from(env!("CARGO_PKG_VERSION"))));
    Value::Object(members)
}

/// Adds `fields` to the `_meta` of raw `params`; what the caller put there wins, everything else stays as spelled, but
/// on one line.
pub(super) fn with_meta(params: Option<&str>, fields: Vec<(String, Value)>) -> Option<String> {
    if fields.is_empty() {
        return params.map(on_one_line);
    }
    let parsed = params.map(|raw| Value::parse(raw.as_bytes()));
    let mut members = match parsed {
        None => Vec::new(),
        Some(Ok(Value::Object(members))) => members,
        // Not ours to mend: somebody wants to send exactly this.
        Some(_) => return params.map(on_one_line),
    };
    match members.iter_mut().find(|(key, _)| key == "_meta") {
        Some((_, Value::Object(existing))) => {
            for (key, value) in fields {
                if existing.iter().all(|(other, _)| *other != key) {
                    existing.push((key, value));
                }
            }
        }
        Some(_) => {}
        None => members.push(("_meta".to_owned(), Value::Object(fields))),
    }
    Some(Value::Object(members).to_string())
}

/// A message is one line (transports, stdio, all revisions), however a person wrote it. In JSON, line breaks are blank
/// space: strings hold none.
fn on_one_line(json: &str) -> String {
    json.replace(['\n', '\r'], " ")
}
