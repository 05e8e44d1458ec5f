//! Baselines: what was found before, so that only what is new fails.
//!
//! A finding is the same as one before when its rule, its method, what it is about, its place and its words are,
//! whatever number an item has in its list, and whatever figures its words have.

use std::collections::BTreeSet;

use super::{Known, Report};
use crate::json::{self, Value};
use crate::lint::findings::{Told, about};

/// What a file of them says it is.
const KIND: &str = "mcpscope lint baseline";

/// How findings are told apart in it; a baseline that tells them apart otherwise holds none of today's.
const VERSION: i64 = 2;

/// Findings of before, by their fingerprints.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Baseline(BTreeSet<String>);

/// `rule | tools/list | tool echo | /result/tools/*/inputSchema | must be an object`
pub fn fingerprint(told: &Told) -> String {
    let finding = &told.finding;
    let subject = finding.subject.as_ref().map(about);
    let steps = finding.pointer.split('/').map(|step| {
        let is_number = !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_digit());
        if is_number { "*" } else { step }
    });
    let pointer: Vec<&str> = steps.collect();
    format!(
        "{} | {} | {} | {} | {}",
        finding.rule.name,
        finding.method,
        subject.unwrap_or_default(),
        pointer.join("/"),
        without_figures(&finding.words)
    )
}

/// Words in which whatever has a digit in it is `*`: times, sizes, numbers of lines, ids.
fn without_figures(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    let mut rest = words;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_alphanumeric());
        let (run, after) = rest.split_at(end.unwrap_or(rest.len()));
        let has_digit = run.bytes().any(|byte| byte.is_ascii_digit());
        out.push_str(if has_digit { "*" } else { run });
        let mut letters = after.chars();
        out.extend(letters.next());
        rest = letters.as_str();
    }
    out
}

impl Baseline {
    /// What a report says; also of what somebody lives with, since that may end.
    pub fn of(report: &Report) -> Self {
        let findings = report.findings.iter();
        Self(findings.map(|one| fingerprint(&one.told)).collect())
    }

    /// From a file; words say why it is none.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        json::check(bytes).map_err(|problem| format!("it is no JSON: {problem}"))?;
        if json::string_at(bytes, &["kind"]).as_deref() != Some(KIND) {
            return Err(format!("it does not say that it is a {KIND}"));
        }
        let findings = json::get(bytes, &["findings"]).unwrap_or(b"[]");
        let version = json::get(bytes, &["version"]).and_then(json::integer);
        if version != Some(VERSION) && json::elements(findings).next().is_some() {
            return Err(
                "its findings are told apart in another way than this mcpscope does, so that each would be new; --write-baseline writes it anew"
                    .to_owned(),
            );
        }
        Ok(Self(
            json::elements(findings).filter_map(json::string).collect(),
        ))
    }

    /// As a file: sorted, a line each, so that changes are seen in reviews.
    pub fn write(&self) -> String {
        let findings = self.0.iter().map(|one| Value::String(one.clone()));
        let members = [
            ("kind", Value::String(KIND.to_owned())),
            ("version", Value::Number(VERSION.to_string())),
            ("findings", Value::Array(findings.collect())),
        ];
        let members = members.map(|(name, value)| (name.to_owned(), value));
        let mut out = Value::Object(members.into()).pretty();
        out.push('\n');
        out
    }

    /// How many they are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether something was found before.
    pub fn holds(&self, told: &Told) -> bool {
        self.0.contains(&fingerprint(told))
    }

    /// What was found before counts no more.
    pub fn apply(&self, report: &mut Report) {
        for one in &mut report.findings {
            if one.known == Known::No && self.holds(&one.told) {
                one.known = Known::Baseline;
            }
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::{Baseline, without_figures};

    #[test]
    fn a_baseline_of_other_fingerprints_is_none() {
        let of = |version: &str| {
            let text = format!(
                r#"{{"kind":"mcpscope lint baseline"{version},"findings":["a | b | c | d | e"]}}"#
            );
            Baseline::read(text.as_bytes())
        };
        assert!(of("").unwrap_err().contains("--write-baseline"));
        assert!(of(r#","version":1"#).is_err());
        let read = of(r#","version":2"#).unwrap();
        assert_eq!(read.len(), 1);
        assert_eq!(Baseline::read(read.write().as_bytes()), Ok(read));
    }

    #[test]
    fn figures_are_no_part_of_what_was_found() {
        let words = "\"v1.0 é\" is no message (33 B, line 1; id a7f)";
        assert_eq!(
            without_figures(words),
            "\"*.* é\" is no message (* B, line *; id *)"
        );
        assert_eq!(without_figures(""), "");
    }
}
