//! mcpscope without a screen, as scripts meet it: stdout, stderr and exit code of every way a run can go.

mod answers;
mod copied;
mod exits;
mod leaving;
mod recording;
mod remote;
mod verbs;
