//! mcpscope without a screen, as scripts meet it: stdout, stderr and exit code of every way a run can go.

mod answers;
mod asked;
mod bench;
mod configs;
mod conformance;
mod copied;
mod diff;
#[cfg(unix)]
mod doctor;
mod every;
mod exits;
mod exporting;
mod leaving;
mod lint;
mod login;
mod logs;
mod raw;
mod recording;
mod remote;
mod replay;
pub mod secrets;
mod serve;
mod serve_live;
mod sessions;
mod shell;
mod streams;
mod tables;
mod verbs;
#[cfg(unix)]
mod watching;
