//! What a person wants every call of a 2026-07-28 connection to carry: a log level, a trace, anything else in `_meta`.
//! What a call itself carries under the same name counts more.

use super::{Client, Era, Id, Output};
use crate::json::{self, Value};
use crate::mcp::meta;
use crate::note::Note;
use crate::note::decided::Decided;

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RequestSettings {
    /// The least level of log messages that a server may send for the call (2026-07-28: none without it).
    pub log_level: Option<String>,
    /// Calls carry a `traceparent` of their own, made from this number; see [`traceparent`].
    pub trace: Option<u128>,
    /// Further members of `_meta`.
    pub meta: Vec<(String, Value)>,
}

impl RequestSettings {
    /// The members of `_meta` for the call `id`.
    pub(super) fn fields(&self, id: &Id) -> Vec<(String, Value)> {
        let mut fields = Vec::new();
        if let Some(level) = &self.log_level {
            fields.push((meta::LOG_LEVEL.to_owned(), Value::from(level.as_str())));
        }
        if let Some(seed) = self.trace {
            let number = match id {
                Id::Integer(number) => *number as u64,
                _ => 0,
            };
            let trace = traceparent(seed, number);
            fields.push((meta::TRACEPARENT.to_owned(), Value::from(trace.as_str())));
        }
        fields.extend(self.meta.iter().cloned());
        fields
    }

    /// In words.
    fn sentence(&self) -> String {
        let mut parts = Vec::new();
        if let Some(level) = &self.log_level {
            parts.push(format!("log level {level}"));
        }
        if self.trace.is_some() {
            parts.push("a traceparent".to_owned());
        }
        parts.extend(self.meta.iter().map(|(name, _)| name.clone()));
        if parts.is_empty() {
            "calls carry nothing extra from now on".to_owned()
        } else {
            format!("calls carry from now on: {}", parts.join(", "))
        }
    }
}

/// A `traceparent` (W3C Trace Context, version 00, sampled) made from a seed and a number. Other numbers give other
/// traces; neither id is ever zero, which would make it invalid.
pub fn traceparent(seed: u128, number: u64) -> String {
    let high = mix((seed >> 64) as u64 ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let low = mix(seed as u64 ^ mix(number));
    let span = mix(high ^ low.rotate_left(32)).max(1);
    format!("00-{high:016x}{:016x}-{span:016x}-01", low.max(1))
}

/// splitmix64: every bit of the input changes about half of the output.
const fn mix(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// The progress token that raw params carry.
pub(super) fn token_in(params: &str) -> Option<Id> {
    let raw = json::get(params.as_bytes(), &["_meta", meta::PROGRESS_TOKEN])?;
    Some(Id::read(raw)).filter(Id::is_valid)
}

impl Client {
    /// Calls carry something else from now on. In the handshake era there is nothing they could carry it in.
    pub(super) fn set(&mut self, settings: RequestSettings, out: &mut Vec<Output>) {
        if self.options.settings == settings {
            return;
        }
        let what = if self.is_ready() && self.era == Era::Legacy {
            "kept for connections of 2026-07-28: calls of this one have no place for it".to_owned()
        } else {
            settings.sentence()
        };
        out.push(Output::Note(
            Note::Decided(Decided::Settings { what }).into(),
        ));
        self.options.settings = settings;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn traces_are_valid_and_differ(seed: u128, number in 0..u64::MAX - 50) {
            let traces: HashSet<String> = (number..number + 50).map(|n| traceparent(seed, n)).collect();
            prop_assert_eq!(traces.len(), 50);
            for trace in traces {
                let parts: Vec<&str> = trace.split('-').collect();
                prop_assert_eq!(parts.iter().map(|part| part.len()).collect::<Vec<_>>(), [2, 32, 16, 2]);
                prop_assert!(parts.iter().all(|part| part.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))));
                prop_assert!(parts[1..3].iter().all(|part| part.bytes().any(|b| b != b'0')));
            }
        }
    }
}
