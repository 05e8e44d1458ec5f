//! What a person wants every call of a connection to carry: a trace, anything else in `_meta`; a log level in 2026-07-28,
//! how long a task is kept in 2025-11-25. What a call itself carries under the same name counts more.

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
    /// How long the server is asked to keep a task, in milliseconds (2025-11-25 `task.ttl`; the extension has none).
    pub task_ttl: Option<u64>,
}

impl RequestSettings {
    /// The members of `_meta` for the call `id` in an era. The older one sets the log level once for all calls.
    pub(super) fn fields(&self, id: &Id, era: Era) -> Vec<(String, Value)> {
        let mut fields = Vec::new();
        if let Some(level) = self.log_level.as_ref().filter(|_| era == Era::Modern) {
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

    /// Params of a call that is to become a task, with how long it is kept unless they say so themselves.
    pub(super) fn keep_task(&self, params: String) -> String {
        let Some(ttl) = self.task_ttl else {
            return params;
        };
        let Ok(Value::Object(mut members)) = Value::parse(params.as_bytes()) else {
            return params;
        };
        match members.iter_mut().find(|(name, _)| name == "task") {
            Some((_, Value::Object(task))) if task.iter().all(|(name, _)| name != "ttl") => {
                task.push(("ttl".to_owned(), Value::Number(ttl.to_string())));
                Value::Object(members).to_string()
            }
            _ => params,
        }
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
        if let Some(ttl) = self.task_ttl {
            parts.push(format!("tasks kept for {ttl} ms"));
        }
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
    /// Calls carry something else from now on.
    pub(super) fn set(&mut self, settings: RequestSettings, out: &mut Vec<Output>) {
        if self.options.settings == settings {
            return;
        }
        let what = settings.sentence();
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

    #[test]
    fn a_task_is_kept_as_long_as_was_set_unless_the_call_says_it() {
        let settings = RequestSettings {
            task_ttl: Some(90_000),
            ..RequestSettings::default()
        };
        let kept = |params: &str| settings.keep_task(params.to_owned());
        assert_eq!(
            kept(r#"{"name":"x","task":{}}"#),
            r#"{"name":"x","task":{"ttl":90000}}"#
        );
        for as_it_is in [
            r#"{"name":"x"}"#,
            r#"{"task":{"ttl":1}}"#,
            r#"{"task":7}"#,
            "[1",
            "7",
        ] {
            assert_eq!(kept(as_it_is), as_it_is);
        }
    }

    #[test]
    fn calls_of_both_eras_carry_what_was_set_but_the_older_has_its_log_level_elsewhere() {
        let settings = RequestSettings {
            log_level: Some("debug".into()),
            trace: Some(1),
            meta: vec![("org.example/x".into(), Value::Bool(true))],
            task_ttl: None,
        };
        let names = |era| {
            let fields = settings.fields(&Id::Integer(1), era);
            fields.into_iter().map(|(name, _)| name).collect::<Vec<_>>()
        };
        assert_eq!(
            names(Era::Modern),
            [meta::LOG_LEVEL, meta::TRACEPARENT, "org.example/x"]
        );
        assert_eq!(names(Era::Legacy), [meta::TRACEPARENT, "org.example/x"]);
    }

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
