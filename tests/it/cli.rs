//! mcpscope without a screen, as scripts meet it: stdout, stderr and exit code of every way a run can go.

mod answers;
mod asked;
mod conformance;
mod copied;
mod exits;
mod leaving;
mod login;
mod raw;
mod recording;
mod remote;
pub mod secrets;
mod shell;
mod streams;
mod tables;
mod verbs;
