//! Steps in words, as stdout and the screen tell them: the same lines in both.

use std::time::Duration;

use super::{State, Step};
use crate::text;

/// Columns of a server's name.
const NAME: usize = 40;

/// The lines of a step: how it went, and below that what was found. Safe to show.
pub fn lines(step: &Step) -> Vec<String> {
    let took = step.took.map(|us| text::took(Duration::from_micros(us)));
    let line = format!(
        "{:<8} {:<11} {:>8}  {}",
        step.state.word(),
        step.kind.word(),
        took.unwrap_or_default(),
        text::sanitize(&step.words)
    );
    let mut lines = vec![line.trim_end().to_owned()];
    let remark = !matches!(step.state, State::Failed | State::Flawed);
    let word = if remark { "note" } else { "cause" };
    for finding in &step.findings {
        let what = text::sanitize(&finding.what);
        lines.push(format!("         {word}: {what}"));
        if let Some(advice) = &finding.advice {
            lines.push(format!("         advice: {}", text::sanitize(advice)));
        }
    }
    lines
}

/// What came of it in all, in a sentence. Safe to show.
pub fn verdict(name: &str, steps: &[Step]) -> String {
    let name = text::sanitize(name);
    let name = text::fit(&name, NAME);
    let failed = steps.iter().find(|step| step.state == State::Failed);
    let flawed = |step: &&Step| step.state == State::Flawed;
    match (failed, steps.iter().filter(flawed).count()) {
        (Some(step), _) => format!("{name} does not work: {} failed", step.kind.word()),
        (None, 0) => format!("{name} works"),
        (None, 1) => format!("{name} works, with 1 flaw"),
        (None, flaws) => format!("{name} works, with {flaws} flaws"),
    }
}
