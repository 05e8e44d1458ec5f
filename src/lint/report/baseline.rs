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
        let findings: BTreeSet<String> =
            json::elements(findings).filter_map(json::string).collect();
        // What an older version wrote names no words: nothing would ever be found in it.
        if findings.iter().any(|one| one.matches(" | ").count() < 4) {
            return Err("an older mcpscope wrote it; --write-baseline writes it anew".to_owned());
        }
        Ok(Self(findings))
    }

    /// As a file: sorted, a line each, so that changes are seen in reviews.
    pub fn write(&self) -> String {
        let findings = self.0.iter().map(|one| Value::String(one.clone()));
        let members = [
            ("kind", Value::String(KIND.to_owned())),
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
mod tests {
    use super::without_figures;

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
