//! What goes on for a while: notifications, subscriptions, tasks; and events as lines.

use insta::assert_snapshot;
use mcpscope::json;

use crate::support::program::{Home, Run};

fn demo(arguments: &[&str]) -> Run {
    Home::new().run(&[arguments, &["--demo"]].concat())
}

#[test]
fn a_notification_is_sent_as_it_is_given() {
    let home = Home::new();
    let run = home.run(&[
        "notify",
        "notifications/something",
        "{\"a\":  1.50,\n\"b\":[]}",
        "--demo",
    ]);
    assert_snapshot!(run, @"--- exit 0");
    let text = std::fs::read_to_string(&home.sessions()[0]).unwrap();
    let sent = r#""method":"notifications/something","params":{"a":1.50,"b":[]}"#;
    assert!(text.contains(sent), "{text}");
    assert_snapshot!(demo(&["notify", "x", "[]"]), @r#"
    --- stderr
    error: the parameters of an MCP request are one JSON object
     hint: as in mcpscope notify notifications/cancelled '{"requestId": 1}'
    --- exit 2
    "#);
    let run = demo(&["notify", "x", "--json", "--no-record"]);
    assert!(
        run.stdout.ends_with("\"method\":\"x\",\"params\":null}\n"),
        "{run}"
    );
}

#[test]
fn a_subscription_is_told_of_changes_in_both_eras() {
    for era in ["legacy", "modern"] {
        let lines = "subscribe demo://clock --count 1 --for 20s\n";
        let home = Home::new();
        let run = home
            .start_with(&["shell", "--demo", "--era", era], lines.as_bytes())
            .end();
        // The demo server has no such resource, or tells of it: either way there is one clear line.
        assert!(run.code == Some(0) || run.code == Some(6), "{run}");
        assert!(run.stderr.contains("demo://clock"), "{run}");
    }
    assert_snapshot!(demo(&["subscribe"]), @"
    --- stderr
    error: <URI>... is missing
     hint: mcpscope subscribe --help tells what it takes
    --- exit 2
    ");
}

#[test]
fn a_server_is_listened_to_for_a_while() {
    let home = Home::new();
    let run = home.fake(
        "listen --for 1s --json --no-record",
        &["--notify", "notifications/x"],
    );
    assert!(run.code == Some(0) || run.code == Some(9), "{run}");
    let run = demo(&["listen", "--for", "200ms", "--json", "--no-record"]);
    let told = json::get(run.stdout.as_bytes(), &["notifications"]);
    assert!(told.is_some() && run.code == Some(0), "{run}");
    assert_snapshot!(demo(&["listen", "--for", "soon"]), @"
    --- stderr
    error: invalid value 'soon' for '--for <DURATION>': a whole number with a unit is needed, as in 500ms, 3s or 10min
     hint: mcpscope listen --help tells what it takes
    --- exit 2
    ");
}

#[test]
fn events_come_as_lines_before_the_answer() {
    let run = demo(&[
        "call",
        "countdown",
        "steps=2",
        "seconds=0.1",
        "--ndjson",
        "--no-record",
    ]);
    let words: Vec<String> = run
        .stdout
        .lines()
        .filter_map(|line| json::string_at(line.as_bytes(), &["event"]))
        .collect();
    assert_eq!(words.last().map(String::as_str), Some("result"), "{run}");
    assert!(
        words.iter().filter(|word| *word == "notification").count() >= 2,
        "{run}"
    );
    assert!(
        run.stdout
            .contains(r#""method":"notifications/progress","params":{"#),
        "{run}"
    );
    let run = demo(&["call", "nope", "--ndjson", "--no-record"]);
    assert!(
        run.stdout.starts_with(r#"{"event":"error","#) && run.code == Some(2),
        "{run}"
    );
    assert_eq!(demo(&["call", "echo", "--json", "--ndjson"]).code, Some(2));
}

#[test]
fn tasks_are_waited_for_in_both_eras() {
    for era in ["legacy", "modern"] {
        let call = [
            "call",
            "bake-bread",
            "seconds:=0.2",
            "ask:=false",
            "--task",
            "--era",
            era,
        ];
        let run = demo(&call);
        assert!(
            run.stdout.starts_with("One bread") && run.code == Some(0),
            "{era}: {run}"
        );
    }
    assert_snapshot!(demo(&["tasks", "list", "--era", "legacy"]), @"
    --- stderr
    note: demo has no tasks
    --- exit 0
    ");
    assert_snapshot!(demo(&["tasks", "list", "--era", "modern"]), @"
    --- stderr
    error: 2026-07-28 has no list of tasks
     hint: mcpscope tasks get ID asks after one
    --- exit 2
    ");
    for what in ["get", "cancel", "result", "wait"] {
        for era in ["legacy", "modern"] {
            let run = demo(&["tasks", what, "none", "--era", era]);
            assert_eq!(run.code, Some(6), "{what} {era}: {run}");
        }
        assert_eq!(demo(&["tasks", what]).code, Some(2));
    }
    let home = Home::new();
    let lines = "request tools/call '{\"name\":\"bake-bread\",\"arguments\":{\"seconds\":0.3,\"ask\":false},\"task\":{}}'\ntasks list\n";
    let run = home
        .start_with(&["shell", "--demo", "--era", "legacy"], lines.as_bytes())
        .end();
    assert!(
        run.stdout.contains("One bread") || run.stdout.contains("completed"),
        "{run}"
    );
}

#[test]
fn a_reader_that_goes_early_is_no_failure() {
    let home = Home::new();
    let mut command = home.command(&[
        "call",
        "countdown",
        "steps=3",
        "seconds=0.3",
        "--ndjson",
        "--demo",
    ]);
    let mut child = command
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_notification_with_a_mask_nobody_can_lift_is_not_sent() {
    assert_snapshot!(demo(&["notify", "x", "{\"a\":\"‹masked:KEY›\"}", "--no-record"]), @"
    --- stderr
    note: The frame was not sent: the value of KEY is masked and not known here; type it anew, or start mcpscope with --secret KEY=VALUE (--secret KEY takes it from the environment)
    error: x was not sent: the value of KEY is masked and not known here
     hint: type it anew, or start mcpscope with --secret KEY=VALUE (--secret KEY takes it from the environment)
    --- exit 2
    ");
}

#[test]
fn a_task_that_repeats_what_is_masked_is_shown_as_it_came() {
    for era in ["legacy", "modern"] {
        let home = Home::new();
        let run = home.run(&[
            "call",
            "bake-bread",
            "seconds:=0.1",
            "ask:=false",
            "--task",
            "--env",
            "KEY=One bread",
            "--demo",
            "--era",
            era,
        ]);
        assert!(run.stdout.starts_with("One bread"), "{era}: {run}");
        let text = std::fs::read_to_string(&home.sessions()[0]).unwrap();
        assert!(
            text.contains("‹masked:KEY›") && !text.contains("One bread"),
            "{text}"
        );
    }
}
