//! However a run ends, nothing of the server stays, and the end does not take long.
#![cfg(unix)]

use std::io::Read as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::support::program::{Home, Running};
use crate::support::{eventually, is_alive};

/// Longer than the whole ladder of the shutdown takes, shorter than a server that is waited for.
const BOUND: Duration = Duration::from_secs(20);

fn pid_of(line: &str) -> Option<u32> {
    line.strip_prefix("grandchild ")?.parse().ok()
}

fn gone(pid: u32) {
    eventually(&format!("process {pid} is gone"), || !is_alive(pid));
}

#[test]
fn a_grandchild_does_not_outlive_the_answer() {
    let mut running = Home::new().start_fake("call echo text=x", &["--fork"]);
    let pid = running.said(pid_of);
    let run = running.end();
    assert_eq!((run.stdout.as_str(), run.code), ("x\n", Some(0)));
    gone(pid);
}

#[test]
fn servers_that_do_not_want_to_leave_are_made_to() {
    for flags in [
        &["--ignore-eof"][..],
        &["--ignore-eof", "--ignore-term"],
        &["--ignore-eof", "--ignore-term", "--fork"],
    ] {
        let began = Instant::now();
        let home = Home::new();
        let run = home.fake("list templates", flags);
        assert_eq!(run.code, Some(0), "{run}");
        assert!(
            began.elapsed() < BOUND,
            "{flags:?} took {:?}",
            began.elapsed()
        );
        let session = home.session();
        gone(session.timeline.state().connection(1).unwrap().pid.unwrap());
        if let Some(pid) = run.stderr.lines().find_map(pid_of) {
            gone(pid);
        }
    }
}

#[test]
fn signals_end_a_run_in_good_order() {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)] {
        let home = Home::new();
        let mut running = home.start_fake("call slow", &["--hang-on", "tools/call", "--fork"]);
        let pid = running.said(pid_of);
        called(&home);
        running.signal(signal);
        let run = running.end();
        assert_eq!(run.code, Some(code), "{run}");
        gone(pid);
        let session = home.session();
        gone(session.timeline.state().connection(1).unwrap().pid.unwrap());
        assert_eq!(
            session.methods().last().map(String::as_str),
            Some("notifications/cancelled")
        );
    }
}

/// Waits until the call is in the recording.
fn called(home: &Home) {
    eventually("the tool is called", || {
        home.sessions().first().is_some_and(|path| {
            std::fs::read_to_string(path)
                .is_ok_and(|text| text.contains("\"method\":\"tools/call\""))
        })
    });
}

#[test]
fn a_second_signal_waits_for_nothing() {
    let home = Home::new();
    let mut running: Running = home.start_fake(
        "call slow",
        &[
            "--hang-on",
            "tools/call",
            "--fork",
            "--ignore-eof",
            "--ignore-term",
        ],
    );
    let pid = running.said(pid_of);
    called(&home);
    running.signal(Signal::INT);
    eventually("the shutdown begins", || {
        home.sessions().first().is_some_and(|path| {
            std::fs::read_to_string(path).is_ok_and(|text| text.contains("stdin closed"))
        })
    });
    running.signal(Signal::INT);
    assert_eq!(running.end().code, Some(130));
    gone(pid);
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let home = Home::new();
    let mut child = home
        .command(&[
            "list",
            "tools",
            "--",
            crate::support::FAKE,
            "--tools",
            "5000",
            "--fork",
        ])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = [0; 10];
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_exact(&mut first).unwrap();
    drop(stdout);
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    assert!(!stderr.contains("error"), "{stderr}");
    gone(stderr.lines().find_map(pid_of).unwrap());
}

#[test]
fn the_demo_server_is_a_server_of_its_own() {
    let home = Home::new();
    let request = br#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;
    let run = home
        .start_with(&["demo-server"], &[&request[..], b"\n"].concat())
        .end();
    assert_eq!(
        (run.stdout.as_str(), run.code),
        ("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n", Some(0)),
        "{run}"
    );
    assert!(
        !home.path("home").exists(),
        "a server of ours keeps no files"
    );
}
