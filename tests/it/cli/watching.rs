//! `--watch`: a server whose program changes is started again, what it offers is compared, and the call is made again.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use insta::assert_snapshot;
use mcpscope::json;
use rustix::process::{Pid, Signal, kill_process};

use crate::support::changing::{SERVER, write};
use crate::support::program::{Home, untimed};

/// The events of `mcpscope call … --watch`, until `last` of them say that there was an answer or none.
fn watched(home: &Home, call: &[&str], changes: &[&str]) -> (Vec<String>, String, Option<i32>) {
    let mut arguments = vec!["call"];
    arguments.extend(call);
    arguments.extend(["--watch", "server.sh", "--ndjson", "--", SERVER]);
    let mut child = home
        .command(&arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut said = String::new();
    let mut waits = |said: &mut String| {
        loop {
            let from = said.len();
            assert!(stderr.read_line(said).unwrap() > 0, "it ended: {said}");
            if said[from..].starts_with("note: watching") {
                return;
            }
        }
    };
    waits(&mut said);
    for flags in changes {
        write(home, flags);
        waits(&mut said);
    }
    kill_process(
        Pid::from_raw(child.id().cast_signed()).unwrap(),
        Signal::INT,
    )
    .unwrap();
    let stdout = BufReader::new(child.stdout.take().unwrap());
    let events = stdout.lines().map(Result::unwrap).collect();
    (events, said, child.wait().unwrap().code())
}

fn kinds(events: &[String]) -> Vec<String> {
    let kind = |event: &String| json::string_at(event.as_bytes(), &["event"]).unwrap();
    events.iter().map(kind).collect()
}

#[test]
fn what_changed_is_told_and_the_call_is_made_again() {
    let home = Home::new();
    write(&home, "");
    let (events, said, code) = watched(
        &home,
        &["echo", "text=hello"],
        &["--instructions new --tools 1", "--crash-on initialize", ""],
    );
    assert_eq!(
        kinds(&events),
        ["result", "restarted", "result", "restarted", "result"],
        "{events:?}\n{said}"
    );
    assert_snapshot!("watch-stderr", untimed(&said));
    let surface = json::get(events[1].as_bytes(), &["surface"]).unwrap();
    let surface = String::from_utf8_lossy(surface);
    assert!(surface.contains("instructions"), "{surface}");
    assert_eq!(code, Some(130));
    // One recording, with a connection for each start.
    let session = std::fs::read_to_string(&home.sessions()[0]).unwrap();
    assert_eq!(home.sessions().len(), 1);
    assert_eq!(session.matches("\"event\":\"connect\"").count(), 4);
}

#[test]
fn a_pattern_that_meets_nothing_is_told_at_once() {
    let home = Home::new();
    write(&home, "");
    let said = [
        home.run(&[
            "call",
            "echo",
            "text=x",
            "--watch",
            "src/**/*.py",
            "--",
            SERVER,
        ]),
        home.run(&["--watch", "x"]),
        home.run(&["--plain", "--watch", "x", "--demo"]),
    ];
    let said = said.map(|run| run.to_string());
    assert_snapshot!("watch-failures", said.join("\n"));
}
