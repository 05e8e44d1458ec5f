//! For each rule a session that it fires on, and one that it is silent on: what differs between the two.
//!
//! They are the faults of `tests/it/lint`, which also writes the file; a test there holds it to them.

/// `NAME`, then lines that begin with `+` where it fires and with `-` where it does not, then an empty line.
const EXAMPLES: &str = include_str!("examples.txt");

/// What differs between two sessions, in lines: an arrow for the direction, what it is, where in it, the value there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Example {
    /// In the one that the rule fires on.
    pub fires: Vec<&'static str>,
    /// In the one that it is silent on.
    pub silent: Vec<&'static str>,
}

/// Those of a rule.
pub fn of(rule: &str) -> Option<Example> {
    let mut all = EXAMPLES.split("\n\n").map(str::lines);
    let mut lines = all.find_map(|mut lines| (lines.next() == Some(rule)).then_some(lines))?;
    let mut example = Example::default();
    for line in &mut lines {
        if let Some(fires) = line.strip_prefix("+ ") {
            example.fires.push(fires);
        } else if let Some(silent) = line.strip_prefix("- ") {
            example.silent.push(silent);
        }
    }
    Some(example)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::RULES;

    #[test]
    fn every_rule_has_a_firing_and_a_silent_one() {
        for rule in RULES.iter() {
            let example = of(rule.name).unwrap_or_default();
            assert!(
                !example.fires.is_empty() && !example.silent.is_empty(),
                "{}",
                rule.name
            );
            assert_ne!(example.fires, example.silent, "{}", rule.name);
        }
    }

    #[test]
    fn what_is_shown_of_them_is_safe() {
        assert!(EXAMPLES.chars().all(|c| c == '\n' || !c.is_control()));
        assert_eq!(of("no-such-rule"), None);
    }
}
