//! A jq filter over a document, in a process that can be killed, and its outputs as a document.

use std::path::Path;
use std::process::{Command, ExitStatus};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use super::part::Part;
use super::process::{self, Ended, Limits, Ran, Stop};
use crate::query::{MOST, VERB};
use crate::text;
use crate::tui::payload::TabBody;
use crate::tui::widgets::json_tree::Tree;

/// Documents up to so many bytes are queried.
pub const BIGGEST: usize = 8 << 20;

/// What a filter may take.
const LIMITS: Limits = Limits {
    time: Duration::from_secs(5),
    output: 8 << 20,
};

/// How long it is waited for the next letter before a filter is run.
const PAUSE: Duration = Duration::from_millis(60);

/// What a filter brought out.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// Its output, or the list of its outputs; none if there was none.
    pub body: Option<TabBody>,
    /// How many outputs there are, and what is to be said about them.
    pub told: String,
    /// What is wrong, in words.
    pub problem: Option<String>,
    /// Newer work has taken its place: there is nothing to show.
    pub stale: bool,
}

/// Runs a filter, unless it is stopped first.
pub fn ask(document: &Part, filter: &str, stop: &Stop) -> Answer {
    thread::sleep(PAUSE);
    if stop.is_said() {
        return Answer {
            stale: true,
            ..Answer::default()
        };
    }
    match std::env::current_exe() {
        Ok(program) => ask_by(&program, document, filter, stop),
        Err(error) => Answer {
            problem: Some(format!("mcpscope cannot be started again: {error}")),
            ..Answer::default()
        },
    }
}

/// As [`ask`], at once, with `program` being mcpscope.
pub fn ask_by(program: &Path, document: &Part, filter: &str, stop: &Stop) -> Answer {
    let mut command = Command::new(program);
    // Nobody's variables are any business of a filter.
    command.env_clear().args([VERB, "--", filter]);
    match process::run(&mut command, document.bytes().into_owned(), LIMITS, stop) {
        Ok(ran) => answer(&ran),
        Err(error) => Answer {
            problem: Some(format!("the filter was not run: {error}")),
            ..Answer::default()
        },
    }
}

fn answer(ran: &Ran) -> Answer {
    let mut outputs: Vec<&[u8]> = ran.stdout.split(|byte| *byte == b'\n').collect();
    // The last line has no end: it is empty, or cut off.
    outputs.pop();
    let said = String::from_utf8_lossy(&ran.stderr);
    let words: Vec<&str> = said.split_whitespace().collect();
    let (mut problem, mut notes) = (None, Vec::new());
    match ran.end {
        Ended::Stopped => {
            return Answer {
                stale: true,
                ..Answer::default()
            };
        }
        Ended::TooLong => {
            let seconds = LIMITS.time.as_secs();
            problem = Some(format!(
                "stopped after {seconds} s: it did not come to an end"
            ));
        }
        Ended::Exit(status) if status.success() => {
            if words.contains(&"more") {
                notes.push(format!("the first {MOST}"));
            }
            if words.contains(&"changed") {
                notes.push("jq reads some numbers or repeated names its own way".to_owned());
            }
        }
        Ended::Exit(status) => {
            let line = said.lines().next().unwrap_or_default();
            problem = Some(if is_crash(status) {
                "jq crashed: the filter goes too deep, or takes too much memory".to_owned()
            } else {
                text::sanitize(line).into_owned()
            });
        }
    }
    if ran.cut {
        let most = text::size(LIMITS.output as u64);
        notes.push(format!("cut off after {most}"));
    }
    notes.insert(0, text::plural(outputs.len(), "output"));
    let body = match outputs[..] {
        [] => None,
        [one] => tree(one.to_vec()),
        _ => tree([b"[", &outputs.join(&b","[..])[..], b"]"].concat()),
    };
    if body.is_none() && !outputs.is_empty() {
        problem = Some("what came out is not JSON".to_owned());
    }
    Answer {
        body,
        told: notes.join(", "),
        problem,
        stale: false,
    }
}

fn tree(bytes: Vec<u8>) -> Option<TabBody> {
    let tree = Tree::parse(bytes).ok()?;
    Some(TabBody::Tree(Arc::new(tree)))
}

/// Neither an end with success nor one that says in words what was wrong.
fn is_crash(status: ExitStatus) -> bool {
    !matches!(status.code(), Some(2))
}

#[cfg(all(test, unix))]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use std::os::unix::process::ExitStatusExt as _;

    use super::*;

    fn ran(stdout: &str, stderr: &str, code: i32) -> Answer {
        answer(&Ran {
            stdout: stdout.as_bytes().to_vec(),
            stderr: stderr.as_bytes().to_vec(),
            cut: false,
            end: Ended::Exit(ExitStatus::from_raw(code << 8)),
        })
    }

    fn shown(answer: &Answer) -> String {
        match &answer.body {
            Some(TabBody::Tree(tree)) => String::from_utf8(tree.bytes().to_vec()).unwrap(),
            _ => String::new(),
        }
    }

    #[test]
    fn one_output_is_itself_and_several_are_a_list() {
        let one = ran("{\"a\":1}\n", "\n", 0);
        assert_eq!(
            (shown(&one), &*one.told, one.problem),
            ("{\"a\":1}".to_owned(), "1 output", None)
        );
        let two = ran("1\n\"x\"\n", "more changed\n", 0);
        assert_eq!(shown(&two), "[1,\"x\"]");
        assert_eq!(
            two.told,
            format!(
                "2 outputs, the first {MOST}, jq reads some numbers or repeated names its own way"
            )
        );
        let none = ran("", "\n", 0);
        assert!(none.body.is_none() && none.problem.is_none());
        assert_eq!(none.told, "0 outputs");
    }

    #[test]
    fn what_went_wrong_is_told_beside_what_came_out() {
        let failed = ran("1\n", "cannot index \x1b\n", 2);
        assert_eq!(shown(&failed), "1");
        assert_eq!(failed.problem.unwrap(), "cannot index ^[");
        assert!(
            ran("", "stack overflow\n", 134)
                .problem
                .unwrap()
                .starts_with("jq crashed")
        );
        assert_eq!(
            ran("NaN\n", "\n", 0).problem.unwrap(),
            "what came out is not JSON"
        );
        let end = |end| {
            answer(&Ran {
                stdout: b"1\n2".to_vec(),
                stderr: Vec::new(),
                cut: true,
                end,
            })
        };
        let late = end(Ended::TooLong);
        assert_eq!(shown(&late), "1", "half a line is none");
        assert_eq!(late.told, "1 output, cut off after 8.4 MB");
        assert_eq!(
            late.problem.unwrap(),
            "stopped after 5 s: it did not come to an end"
        );
        assert!(end(Ended::Stopped).stale);
    }
}
