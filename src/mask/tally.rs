//! What is masked, counted: for a preview and for reports. Never a value.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::walk::{Token, walk};
use super::{Mark, Rule};
use crate::json::steps::{self, Notation};
use crate::text;

/// Masks by rule, name and place.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    rows: BTreeMap<(Rule, Box<str>, String), u64>,
}

/// One line of a tally.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TallyRow<'a> {
    /// Why.
    pub rule: Rule,
    /// The name of the secret.
    pub name: &'a str,
    /// Where: a path in a message, or what kind of entry it is.
    pub place: &'a str,
    /// How often.
    pub count: u64,
}

impl Tally {
    /// Counts the masks of one entry; `elsewhere` is their place when the body is no JSON.
    pub fn add(&mut self, marks: &[Mark], body: &[u8], elsewhere: &str) {
        for mark in marks {
            let place = place_in(body, mark.at).unwrap_or_else(|| elsewhere.to_owned());
            *self
                .rows
                .entry((mark.rule, mark.name.clone(), place))
                .or_default() += 1;
        }
    }

    /// Its lines, by rule, then by name.
    pub fn rows(&self) -> impl Iterator<Item = TallyRow<'_>> {
        self.rows
            .iter()
            .map(|((rule, name, place), count)| TallyRow {
                rule: *rule,
                name,
                place,
                count: *count,
            })
    }

    /// How many masks each rule put in, those without left out.
    pub fn by_rule(&self) -> Vec<(Rule, u64)> {
        let mut counts = BTreeMap::new();
        for row in self.rows() {
            *counts.entry(row.rule).or_insert(0) += row.count;
        }
        counts.into_iter().collect()
    }

    /// Whether nothing is masked.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// How many there are in all.
    pub fn total(&self) -> u64 {
        self.rows.values().sum()
    }
}

impl fmt::Display for Tally {
    /// For people: a line for each secret in each place, and why; never a value.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.rows.is_empty() {
            return writeln!(f, "Nothing is masked in this session.");
        }
        let names: BTreeSet<&str> = self.rows().map(|row| row.name).collect();
        let masks = text::plural(self.total() as usize, "mask");
        let secrets = text::plural(names.len(), "secret");
        writeln!(f, "{masks} of {secrets} in this session:")?;
        let width = |part: fn(&TallyRow<'_>) -> usize| self.rows().map(|row| part(&row)).max();
        let name = width(|row| row.name.len()).unwrap_or(0);
        let place = width(|row| text::width(row.place)).unwrap_or(0).min(60);
        for row in self.rows() {
            let shown = text::sanitize(row.place);
            let gap = place.saturating_sub(text::width(&shown));
            writeln!(
                f,
                "  {:<8}  {:<name$}  {shown}{:gap$}  {:>5}",
                row.rule.word(),
                row.name,
                "",
                row.count
            )?;
        }
        for (rule, count) in self.by_rule() {
            writeln!(f, "{} ({count}): {}.", rule.word(), rule.row().what)?;
        }
        Ok(())
    }
}

/// The path of what stands at `at` of a JSON text, such as `$.params.arguments.pin`.
pub fn place_in(body: &[u8], at: usize) -> Option<String> {
    let mut found = None;
    walk(body, |place, token_at, token| {
        if token != Token::Open && token_at.contains(&at) && found.is_none() {
            found = Some(steps::path(&place.steps(), Notation::JsonPath));
        }
        found.is_some()
    });
    found
}
