//! A part of a document through a command of the user's, and what came out as a document.

use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::part::Part;
use super::process::{self, Ended, Limits, Ran, Stop};
use crate::text;
use crate::tui::payload::TabBody;
use crate::tui::widgets::plain::Document;

/// What a command may take.
const LIMITS: Limits = Limits {
    time: Duration::from_secs(60),
    output: 8 << 20,
};

/// What came out of a command.
#[derive(Debug, Clone)]
pub struct Output {
    /// stdout, and stderr if there was any.
    pub body: TabBody,
    /// How it ended, how long it took and how much it said.
    pub told: String,
}

/// Runs a command by the shell, with the bytes on its stdin.
pub fn pipe(part: &Part, command: &str, stop: &Stop) -> Result<Output, String> {
    let mut shell = shell(command);
    let began = Instant::now();
    let ran = process::run(&mut shell, part.bytes().into_owned(), LIMITS, stop)
        .map_err(|error| format!("the shell did not start: {error}"))?;
    Ok(Output {
        told: told(&ran, began.elapsed()),
        body: TabBody::Text(Arc::new(document(&ran))),
    })
}

#[cfg(not(windows))]
fn shell(command: &str) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", command]);
    shell
}

#[cfg(windows)]
fn shell(command: &str) -> Command {
    let mut shell = Command::new("cmd");
    shell.args(["/C", command]);
    shell
}

fn told(ran: &Ran, took: Duration) -> String {
    let end = match ran.end {
        Ended::Exit(status) => match status.code() {
            Some(code) => format!("exit {code}"),
            None => super::visit::ended(status),
        },
        Ended::TooLong => "killed: it took too long".to_owned(),
        Ended::Stopped => "stopped".to_owned(),
    };
    let size = text::size((ran.stdout.len() + ran.stderr.len()) as u64);
    let cut = if ran.cut {
        ", the rest is left out"
    } else {
        ""
    };
    format!("{end}  {}  {size}{cut}", text::took(took))
}

/// stdout as it is; stderr below a heading.
fn document(ran: &Ran) -> Document {
    if ran.stderr.is_empty() {
        return Document::new(&ran.stdout[..]);
    }
    let mut bytes = ran.stdout.clone();
    if !bytes.is_empty() && bytes.last() != Some(&b'\n') {
        bytes.push(b'\n');
    }
    let heading = bytes.len() as u32;
    bytes.extend_from_slice(b"stderr\n");
    bytes.extend_from_slice(&ran.stderr);
    Document::with_headings(bytes, vec![heading])
}

#[cfg(all(test, unix))]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn piped(command: &str) -> (String, String) {
        let part = Part::exact(&b"{\"a\": 1}"[..]);
        let output = pipe(&part, command, &Stop::default()).unwrap();
        let TabBody::Text(document) = output.body else {
            panic!("it is text")
        };
        let text = String::from_utf8(document.bytes().to_vec()).unwrap();
        (text, output.told)
    }

    #[test]
    fn a_command_gets_the_value_and_its_outputs_are_shown() {
        let (text, told) = piped("tr -d ' ' && echo && echo careful >&2; exit 4");
        assert_eq!(text, "{\"a\":1}\nstderr\ncareful\n");
        assert!(
            told.starts_with("exit 4  ") && told.ends_with("  16 B"),
            "{told}"
        );
        let (text, told) = piped("cat");
        assert_eq!(text, "{\"a\": 1}");
        assert!(told.starts_with("exit 0  "), "{told}");
        assert!(piped("kill -9 $$").1.starts_with("was ended by signal 9"));
    }

    #[test]
    fn a_command_can_be_stopped_and_cut_off() {
        let stop = Stop::default();
        stop.say();
        let part = Part::exact(&b""[..]);
        let output = pipe(&part, "sleep 1000", &stop).unwrap();
        assert!(output.told.starts_with("stopped  "), "{}", output.told);
        let (text, told) = piped("head -c 9000000 /dev/zero");
        assert_eq!(text.len(), LIMITS.output);
        assert!(told.ends_with("8.4 MB, the rest is left out"), "{told}");
    }
}
