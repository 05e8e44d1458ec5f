//! Lint: what a session shows to be wrong with a server, or with the client a tap listens to.
//!
//! [`RULES`] is the one table: a row has a stable name, says what it demands and why, and how it is looked at. A
//! [`Linter`] takes the entries of a session one by one, as the fold does (it has one inside), live or out of a file,
//! and tells findings. It reads nothing by itself and knows no file and no clock.
//!
//! A rule that nothing was seen for has not passed: it was not seen ([`Standing`]).

pub mod examples;
pub mod exceptions;
pub mod findings;
mod hops;
pub mod linter;
mod memory;
mod overlap;
pub mod report;
pub mod rule;
mod rules;
mod seen;
mod transcript;

pub use linter::{Finding, Linter, Standing};
pub use rule::{Rule, Severity};
pub use rules::{GROUPS, RULES};
pub use seen::Subject;
