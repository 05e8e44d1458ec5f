//! What a client says of itself when it opens a connection, for who looks on.

use crate::json;
use crate::mcp::meta;

/// What a client says of itself: in the handshake, or with `server/discover` and the first lists (2026-07-28).
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct ClientFacts {
    /// Its name; empty when it says none.
    pub name: Box<str>,
    /// Its version.
    pub version: Box<str>,
    /// What it can do, by name, in its order.
    pub capabilities: Vec<Box<str>>,
}

impl ClientFacts {
    /// Reads it from the parameters of a request; none when they say nothing of it.
    pub fn read(method: &str, params: &[u8]) -> Option<Self> {
        let (info, capabilities): (&[&str], &[&str]) = match method {
            "initialize" => (&["clientInfo"], &["capabilities"]),
            "server/discover" | "tools/list" => (
                &["_meta", meta::CLIENT_INFO],
                &["_meta", meta::CLIENT_CAPABILITIES],
            ),
            _ => return None,
        };
        let info = json::get(params, info);
        let capabilities = json::get(params, capabilities);
        if info.is_none() && capabilities.is_none() {
            return None;
        }
        let text = |name: &str| {
            let text = json::string_at(info.unwrap_or_default(), &[name]).unwrap_or_default();
            super::label(&text).into()
        };
        let names = json::members(capabilities.unwrap_or_default());
        Some(Self {
            name: text("name"),
            version: text("version"),
            capabilities: names
                .take(32)
                .map(|(name, _)| super::label(&name).into())
                .collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_is_known_by_its_handshake_or_its_meta() {
        let wanted = Some(ClientFacts {
            name: "c".into(),
            version: "1".into(),
            capabilities: vec!["roots".into(), "sampling".into()],
        });
        let legacy = br#"{"protocolVersion":"2025-06-18","clientInfo":{"name":"c","version":"1"},"capabilities":{"roots":{},"sampling":{}}}"#;
        assert_eq!(ClientFacts::read("initialize", legacy), wanted);
        let modern = br#"{"_meta":{"io.modelcontextprotocol/clientInfo":{"name":"c","version":"1"},"io.modelcontextprotocol/clientCapabilities":{"roots":{},"sampling":{}}}}"#;
        assert_eq!(ClientFacts::read("server/discover", modern), wanted);
        assert_eq!(ClientFacts::read("tools/call", modern), None);
        assert_eq!(ClientFacts::read("tools/list", b"{}"), None);
    }
}
