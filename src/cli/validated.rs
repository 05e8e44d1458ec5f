//! Whether a call may be sent as it is: arguments that break the tool's schema, and tools that must not be used, are
//! told before anything is sent. `--no-validate` asks none of this.

use std::collections::HashMap;
use std::sync::Arc;

use super::failure::Failure;
use super::headless::Headless;
use crate::json::{Value, quote};
use crate::mcp::types::Item;
use crate::validity::{UNCHECKED, Validator};

/// Things that are wrong with the arguments that are told; the rest is counted.
const TOLD: usize = 3;

/// The schemas of tools that were called, compiled once.
#[derive(Debug, Default)]
pub struct Schemas(HashMap<Box<str>, (Arc<str>, Option<Validator>)>);

impl Schemas {
    /// That of a tool; none when there is nothing to check against. A tool that was listed anew is read anew.
    fn of(&mut self, tool: &Item) -> Option<&Validator> {
        let known = self.0.get(&tool.name);
        if known.is_none_or(|(raw, _)| !Arc::ptr_eq(raw, &tool.raw)) {
            // A schema that cannot be used says nothing of arguments; linting it is another command's business.
            let compiled = Validator::compile(tool.input_schema()).ok();
            let entry = (Arc::clone(&tool.raw), compiled);
            self.0.insert(tool.name.clone(), entry);
        }
        self.0.get(&tool.name)?.1.as_ref()
    }
}

impl Headless {
    /// Says why `tool` should not be called with these arguments, if so.
    pub fn validated(&mut self, tool: &Item, arguments: &Value) -> Result<(), Failure> {
        let anyway = "--no-validate sends it anyway";
        if let Some(why) = self.connection().excludes(tool) {
            let what = format!(
                "{} must not be called over HTTP in 2026-07-28: {why}",
                quote(&tool.name)
            );
            return Err(Failure::usage(what).hint(anyway.to_owned()));
        }
        let Some(validator) = self.schemas.of(tool) else {
            return Ok(());
        };
        let mut violations = validator.check(arguments);
        violations.retain(|violation| violation.keyword != UNCHECKED);
        if violations.is_empty() {
            return Ok(());
        }
        let told: Vec<String> = violations
            .iter()
            .take(TOLD)
            .map(|violation| match violation.pointer.as_str() {
                "" => format!("the arguments {}", violation.words),
                pointer => format!("{} {}", pointer.trim_start_matches('/'), violation.words),
            })
            .collect();
        let more = match violations.len().saturating_sub(TOLD) {
            0 => String::new(),
            more => format!(", and {more} more"),
        };
        let what = format!("{}: {}{more}", tool.name, told.join(", "));
        Err(Failure::usage(what).hint(anyway.to_owned()))
    }
}
