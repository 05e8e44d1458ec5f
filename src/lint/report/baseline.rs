//! Baselines: what was found before, so that only what is new fails.
//!
//! A finding is the same as one before when its rule, what it is about and its place are, whatever number an item has in
//! its list, and whatever figures its words have.

use std::collections::BTreeSet;

use super::{Known, Report};
use crate::json::{self, Value};
use crate::lint::findings::{Told, about};

/// What a file of them says it is.
const KIND: &str = "mcpscope lint baseline";

/// Findings of before, by their fingerprints.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Baseline(BTreeSet<String>);

/// `rule | tool echo | /result/tools/*/inputSchema`
pub fn fingerprint(told: &Told) -> String {
    let finding = &told.finding;
    let subject = finding.subject.as_ref().map(about);
    let steps = finding.pointer.split('/').map(|step| {
        let is_number = !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_digit());
        if is_number { "*" } else { step }
    });
    let pointer: Vec<&str> = steps.collect();
    format!(
        "{} | {} | {}",
        finding.rule.name,
        subject.unwrap_or_default(),
        pointer.join("/")
    )
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
        Ok(Self(
            json::elements(findings).filter_map(json::string).collect(),
        ))
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
