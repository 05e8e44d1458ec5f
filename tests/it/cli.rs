//! mcpscope without a screen, as scripts meet it: stdout, stderr and exit code of every way a run can go.

mod answers;
mod conformance;
mod copied;
mod diff;
mod exits;
mod leaving;
mod login;
mod recording;
mod remote;
mod verbs;
