//! The steps of made-up courses: what is skipped, what is blamed.

use std::collections::HashSet;

use super::course::Document;
use super::far::Far;
use super::*;
use crate::doctor::course::Line;

fn program(line: &str) -> Program {
    let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
    Program {
        name: words[0].clone(),
        args: words[1..].to_vec(),
        cwd_is_there: true,
        file: Some(format!("/bin/{}", words[0])),
        executable: true,
        far: Far::of(&words[0], &words[1..]),
        ..Program::default()
    }
}

/// A process that left at once, after these lines on stderr.
fn died(command: &str, code: i64, stderr: &[&str]) -> Case {
    let mut case = Case::default();
    case.around.program = Some(program(command));
    case.course.connected = Some(0);
    case.course.starts = Some(0);
    case.course.spawned = Some(10);
    case.course.left = Some(Left {
        us: 50,
        code: Some(code),
        signal: None,
        seq: 9,
    });
    for (at, line) in stderr.iter().enumerate() {
        case.course.stderr.push_back(Line {
            us: 20,
            seq: 3 + at as u64,
            number: 1 + at as u64,
            text: (*line).to_owned(),
        });
    }
    case
}

fn cause(case: &Case) -> (Kind, &'static str, String) {
    let steps = examine(case);
    let failed: Vec<&Step> = steps
        .iter()
        .filter(|step| step.state == State::Failed)
        .collect();
    assert_eq!(failed.len(), 1, "{steps:?}");
    let finding = &failed[0].findings[0];
    (
        failed[0].kind,
        finding.cause.unwrap_or(""),
        finding.what.clone(),
    )
}

#[test]
fn causes_have_names_of_their_own_and_fill_in_all_they_promise() {
    let names: HashSet<&str> = causes().map(|cause| cause.name).collect();
    assert_eq!(names.len(), causes().count());
    for cause in causes() {
        assert!(
            !cause.at.is_empty() && !cause.advice.is_empty(),
            "{}",
            cause.name
        );
    }
}

#[test]
fn what_a_server_says_last_tells_the_cause() {
    for (command, code, stderr, name) in [
        (
            "node x",
            1,
            &["Error: API_KEY environment variable is required"][..],
            "variable-missing",
        ),
        (
            "node x",
            1,
            &["Error: Cannot find module 'zod'", "    at x.js:1"],
            "module-missing",
        ),
        (
            "node x",
            1,
            &["Error: listen EADDRINUSE: address already in use :::3000"],
            "port-taken",
        ),
        (
            "npx x",
            1,
            &["npm error 404 Not Found - GET x"],
            "package-unknown",
        ),
        ("npx x", 1, &["npm error code ENOTFOUND"], "no-network"),
        ("docker run x", 0, &[], "stdin-not-passed"),
        (
            "docker run -it x",
            1,
            &["the input device is not a TTY"],
            "needs-terminal",
        ),
        (
            "docker run -i x",
            1,
            &["Cannot connect to the Docker daemon at unix:///x"],
            "engine-down",
        ),
        (
            "ssh host x",
            255,
            &["u@host: Permission denied (publickey)."],
            "far-login",
        ),
        (
            "ssh host x",
            255,
            &["ssh: Could not resolve hostname host: Name or service not known"],
            "far-unreachable",
        ),
        (
            "kubectl exec -i pod -- x",
            1,
            &[
                "The connection to the server h:8080 was refused - did you specify the right host or port?",
            ],
            "far-unreachable",
        ),
        (
            "node x",
            1,
            &["Uvicorn running on http://127.0.0.1:8000"],
            "serves-http",
        ),
        ("node ~/x", 1, &["cannot open ~/x"], "unexpanded-argument"),
        ("node x", 0, &[], "ends-at-once"),
        ("node x", 1, &[], "ends-without-a-word"),
        ("node x", 1, &[" "], "ends-without-a-word"),
        ("node x", 1, &["boom"], "crashed"),
        ("node ~/x", 1, &["no access to /home/u/x"], "crashed"),
    ] {
        let case = died(command, code, stderr);
        let (kind, found, what) = cause(&case);
        assert_eq!((kind, found), (Kind::FirstByte, name), "{command}: {what}");
        assert!(!what.contains("{0}") && !what.contains("{1}"), "{what}");
    }
}

#[test]
fn steps_behind_the_failing_one_are_skipped_but_for_the_end() {
    let steps = examine(&died("node x", 1, &["boom"]));
    let states: Vec<(Kind, State)> = steps.iter().map(|step| (step.kind, step.state)).collect();
    assert_eq!(
        states,
        [
            (Kind::Found, State::Ok),
            (Kind::Spawned, State::Ok),
            (Kind::FirstByte, State::Failed),
            (Kind::Json, State::Skipped),
            (Kind::Negotiate, State::Skipped),
            (Kind::Lists, State::Skipped),
            (Kind::StdinClose, State::Passed),
            (Kind::Exit, State::Passed),
            (Kind::Orphans, State::Ok),
        ]
    );
}

#[test]
fn who_downloads_without_a_word_is_named() {
    for (command, name) in [
        ("npx -y x", "may-be-downloading"),
        ("/usr/bin/uv run x", "may-be-downloading"),
        ("npm run x", "silent"),
        ("node x", "silent"),
    ] {
        let mut case = died(command, 0, &[]);
        case.course.closed = Some(40);
        assert_eq!(cause(&case).1, name, "{command}");
    }
}

#[test]
fn an_authorization_server_that_is_nowhere_fails_where_it_was_looked_for() {
    let mut case = Case::default();
    let passed = || Probe::Passed(String::new());
    case.around.network = Some(Network {
        dns: passed(),
        connect: passed(),
        tls: passed(),
    });
    case.course.needs_login = true;
    let document = |what: &str, ok| Document {
        what: what.to_owned(),
        ok,
    };
    case.course.documents = vec![
        document("resource metadata: GET a: 200", true),
        document(
            "authorization server metadata: GET b: there is no host b",
            false,
        ),
    ];
    let (kind, cause, what) = cause(&case);
    assert_eq!((kind, cause), (Kind::WellKnown, "login-server-unknown"));
    assert!(what.contains("there is no host b"), "{what}");
    // Where nothing named one, an older server is taken to be its own.
    case.course.documents[0].ok = false;
    assert_eq!(super::examine(&case)[3].state, State::Flawed);
}

#[test]
fn nothing_is_said_of_a_process_that_never_was() {
    let mut case = Case::default();
    case.around.program = Some(Program {
        file: None,
        looked_in: 3,
        ..program("nowhere")
    });
    assert_eq!(cause(&case).1, "not-installed");
    case.around.program = Some(Program {
        file: None,
        elsewhere: Some("/opt/x/nowhere".to_owned()),
        ..program("nowhere")
    });
    assert_eq!(cause(&case).1, "not-in-path");
    let ends = examine(&case).split_off(6);
    assert!(ends.iter().all(|step| step.state == State::Skipped));
}

#[test]
fn answers_that_come_at_the_end_were_held_back() {
    let mut case = died("python3 x", 0, &[]);
    case.course.closed = Some(30);
    case.course.held_back = true;
    case.course.first = None;
    assert_eq!(cause(&case).1, "held-back");
}
