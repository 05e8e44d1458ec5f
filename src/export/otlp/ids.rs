//! Ids of traces and spans: those that were recorded where there are any, made from the session where not.

use std::fmt::Write as _;

use ring::digest::{Context as Digest, SHA256};

use crate::export::Material;
use crate::json;
use crate::session::timeline::ExchangeIndex;

/// Where a span stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// 32 hexadecimal digits.
    pub trace: String,
    /// 16 of them.
    pub span: String,
    /// The span above it; empty at the top.
    pub parent: String,
    /// What other systems said of the trace.
    pub state: String,
    /// Whether the sender had it recorded.
    pub sampled: bool,
}

impl Context {
    /// Of the request of an exchange; in its own words first, then below `above`.
    pub fn of(
        material: &Material,
        seq: u64,
        exchange: ExchangeIndex,
        request: &[u8],
        above: Option<&Self>,
    ) -> Self {
        // Of a batch, each request has a number of its own.
        let span = made(material, "span", seq, u64::from(exchange), 8);
        Self::placed(material, span, seq, request, above)
    }

    /// Of a message that belongs to no exchange.
    pub fn alone(material: &Material, seq: u64, message: &[u8]) -> Self {
        let span = made(material, "message", seq, 0, 8);
        Self::placed(material, span, seq, message, None)
    }

    fn placed(
        material: &Material,
        span: String,
        seq: u64,
        message: &[u8],
        above: Option<&Self>,
    ) -> Self {
        let meta = json::get(message, &["params", "_meta"]).unwrap_or_default();
        let recorded = json::string_at(meta, &["traceparent"]);
        let recorded = recorded.as_deref().and_then(traceparent);
        match (recorded, above) {
            // Below another span it stays in that one's trace, unless it says the same trace itself.
            (Some((trace, parent, sampled)), _) => Self {
                trace,
                span,
                parent,
                state: json::string_at(meta, &["tracestate"]).unwrap_or_default(),
                sampled,
            },
            (None, Some(above)) => Self {
                trace: above.trace.clone(),
                span,
                parent: above.span.clone(),
                state: above.state.clone(),
                sampled: above.sampled,
            },
            (None, None) => Self {
                trace: made(material, "trace", seq, 0, 16),
                span,
                parent: String::new(),
                state: String::new(),
                sampled: true,
            },
        }
    }
}

/// An id that is always the same for the same place of the same session, and no other's.
fn made(material: &Material, what: &str, seq: u64, which: u64, bytes: usize) -> String {
    let mut digest = Digest::new(&SHA256);
    digest.update(b"mcpscope ");
    digest.update(what.as_bytes());
    digest.update(material.header.created.to_string().as_bytes());
    digest.update(&seq.to_be_bytes());
    digest.update(&which.to_be_bytes());
    let digest = digest.finish();
    digest.as_ref()[..bytes]
        .iter()
        .fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

/// Trace, parent and whether it is sampled, of a `traceparent` (W3C Trace Context, level 1).
fn traceparent(text: &str) -> Option<(String, String, bool)> {
    let mut parts = text.trim().split('-');
    let (version, trace) = (parts.next()?, parts.next()?);
    let (parent, flags) = (parts.next()?, parts.next()?);
    let hex = |text: &str, length| {
        text.len() == length
            && text
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    let zero = |text: &str| text.bytes().all(|byte| byte == b'0');
    let whole = version != "00" || parts.next().is_none();
    let valid = hex(version, 2)
        && version != "ff"
        && hex(trace, 32)
        && hex(parent, 16)
        && hex(flags, 2)
        && !zero(trace)
        && !zero(parent)
        && whole;
    let flags = u8::from_str_radix(flags, 16).ok()?;
    valid.then(|| (trace.to_owned(), parent.to_owned(), flags & 1 == 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_standard_allows_is_a_traceparent() {
        let (trace, span) = ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7");
        for (text, sampled) in [
            (format!("00-{trace}-{span}-01"), Some(true)),
            (format!("00-{trace}-{span}-00"), Some(false)),
            (
                format!("cc-{trace}-{span}-01-what-later-versions-say"),
                Some(true),
            ),
            (format!("00-{trace}-{span}-01-x"), None),
            (format!("ff-{trace}-{span}-01"), None),
            (format!("00-{}-{span}-01", "0".repeat(32)), None),
            (format!("00-{trace}-{}-01", "0".repeat(16)), None),
            (format!("00-{}-{span}-01", trace.to_uppercase()), None),
            (format!("00-{trace}-{span}"), None),
            (String::new(), None),
        ] {
            assert_eq!(
                traceparent(&text).map(|(.., sampled)| sampled),
                sampled,
                "{text}"
            );
        }
    }
}
