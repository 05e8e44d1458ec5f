//! `mcpscope bench`: what is counted is what was sent, over every transport; and what stops it before anything is.

use insta::assert_snapshot;
use mcpscope::json::{self, Value};

use crate::support::program::{Home, Run};
use crate::support::web::{Web, behave, behave_modern};

fn bench(arguments: &str) -> Run {
    let words: Vec<&str> = ["bench"].into_iter().chain(arguments.split(' ')).collect();
    Home::new().run(&words)
}

/// A member of the figures as it is spelled.
fn member(run: &Run, path: &[&str]) -> String {
    let found = json::get(run.stdout.as_bytes(), path);
    let found = found.unwrap_or_else(|| panic!("no {path:?} in {run}"));
    String::from_utf8_lossy(found).into_owned()
}

#[test]
fn every_call_is_counted_in_both_eras() {
    for era in ["legacy", "modern"] {
        let run = bench(&format!(
            "echo text=a -n 4 --calls 60 --warmup 0s --json --era {era} --demo"
        ));
        assert_eq!(run.code, Some(0), "{run}");
        let figure = |name| member(&run, &["figures", name]);
        assert_eq!(
            (figure("sent"), figure("answered")),
            ("60".to_owned(), "60".to_owned())
        );
        assert_eq!(
            (figure("failed"), figure("faults")),
            ("0".to_owned(), "{}".to_owned())
        );
        assert_eq!(member(&run, &["pace"]), r#"{"in_flight":4}"#);
        let p50: f64 = member(&run, &["figures", "latency_us", "p50"])
            .parse()
            .unwrap();
        let max: f64 = member(&run, &["figures", "latency_us", "max"])
            .parse()
            .unwrap();
        assert!(p50 > 0.0 && p50 <= max, "{run}");
    }
}

#[test]
fn a_rate_sends_so_many_whatever_comes_back() {
    let run = bench("echo text=a --rate 200 --calls 40 --warmup 0s --json --demo");
    let figure = |name| member(&run, &["figures", name]);
    assert_eq!(
        (figure("sent"), figure("answered")),
        ("40".to_owned(), "40".to_owned()),
        "{run}"
    );
    let took: f64 = figure("took_us").parse().unwrap();
    assert!(
        took >= 39.0 * 5_000.0,
        "the last is due after 195 ms: {run}"
    );
}

#[test]
fn what_fails_is_told_by_its_kind() {
    let run = bench("divide dividend=1 divisor=0 --calls 10 --warmup 0s --json --demo");
    assert_eq!(member(&run, &["figures", "faults"]), r#"{"tool error":10}"#);
    assert_eq!(run.code, Some(7), "every one failed: {run}");
    let run =
        bench("--method resources/read --params {\"uri\":\"demo://nothing\"} --calls 3 --demo");
    assert_eq!(run.code, Some(6), "{run}");
    assert!(
        run.stdout.is_empty(),
        "what fails the first time is not loaded: {run}"
    );
}

#[test]
fn a_server_at_an_address_is_loaded_too() {
    for web in [Web::new(behave), Web::new(behave_modern)] {
        let url = web.url("/mcp");
        let run = bench(&format!(
            "echo text=a -n 3 --calls 30 --warmup 0s --json --url {url}"
        ));
        let figure = |name| member(&run, &["figures", name]);
        assert_eq!(
            (figure("answered"), figure("failed")),
            ("30".to_owned(), "0".to_owned()),
            "{run}"
        );
        assert_eq!(figure("server"), "null", "{run}");
    }
}

#[test]
fn two_servers_take_turns() {
    let home = Home::new();
    let other = format!("{} demo-server", env!("CARGO_BIN_EXE_mcpscope"));
    let run = home.run(&[
        "bench",
        "echo",
        "text=a",
        "--calls",
        "40",
        "--rounds",
        "4",
        "--warmup",
        "0s",
        "--json",
        "--against",
        &other,
        "--demo",
    ]);
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(member(&run, &["rounds"]), "4");
    for path in [
        &["figures", "answered"][..],
        &["against", "figures", "answered"],
    ] {
        assert_eq!(member(&run, path), "40", "{run}");
    }
    let ratio = |name| -> f64 {
        member(&run, &["against", "ratio", "p50", name])
            .parse()
            .unwrap()
    };
    assert!(ratio("least") <= ratio("median") && ratio("median") <= ratio("most"));
    assert_eq!(home.sessions().len(), 2, "each server has its recording");
}

#[test]
fn requests_of_a_recording_are_sent_in_turn() {
    let home = Home::new();
    let record = |words: &[&str]| assert_eq!(home.run(words).code, Some(0));
    let file = home.path("calls.jsonl");
    let file = file.to_str().unwrap();
    let commands = "call echo text=one\ncall echo text=two\nread demo://notes/welcome.txt\n";
    let run = home
        .start_with(&["shell", "--record", file, "--demo"], commands.as_bytes())
        .end();
    assert!(run.stdout.contains("two"), "{run}");
    record(&["masks", file]);
    let run = home.run(&[
        "bench", "--replay", file, "-n", "2", "--calls", "30", "--warmup", "0s", "--json", "--demo",
    ]);
    let requests = Value::parse(member(&run, &["requests"]).as_bytes()).unwrap();
    assert_eq!(requests.as_array().unwrap().len(), 3, "{run}");
    let names = Value::parse(member(&run, &["figures", "by_name"]).as_bytes()).unwrap();
    let names = names.as_array().unwrap();
    assert_eq!(
        names[0].get("name").unwrap().as_str(),
        Some("tools/call echo")
    );
    assert_eq!(names.len(), 2, "{run}");
}

#[test]
fn the_recording_says_what_it_does_not_hold() {
    let home = Home::new();
    let run = home.run(&[
        "bench", "echo", "text=a", "--calls", "50", "--warmup", "0s", "--demo",
    ]);
    assert_eq!(run.code, Some(0), "{run}");
    let text = std::fs::read_to_string(&home.sessions()[0]).unwrap();
    let calls = text.matches(r#""method":"tools/call""#).count();
    assert_eq!(calls, 1, "{text}");
    assert!(text.contains("50 requests sent, not recorded"), "{text}");
    assert!(run.stdout.starts_with("tools/call echo on demo"), "{run}");
}

#[test]
fn a_server_that_dies_under_it_ends_it() {
    let run = Home::new().fake(
        "bench echo text=a --calls 1000000 --warmup 0s",
        &["--exit-after", "20"],
    );
    assert_eq!(run.code, Some(9), "{run}");
}

#[test]
fn what_makes_no_sense_is_told_before_a_server_is_started() {
    assert_snapshot!(bench("--demo"), @"
    --- stderr
    error: nothing is said of what to send
     hint: mcpscope bench TOOL, --method METHOD, or --replay FILE
    --- exit 2
    ");
    assert_snapshot!(bench("echo text=a --rate 0 --demo"), @"
    --- stderr
    error: invalid value '0' for '--rate <R>': a number of requests a second is needed, from 0.001 to 1000000
     hint: mcpscope bench --help tells what it takes
    --- exit 2
    ");
    assert_snapshot!(bench("echo text=a --rate 5 -n 2 --demo"), @"
    --- stderr
    error: the argument '--rate <R>' cannot be used with '--in-flight <N>'
     hint: mcpscope bench --help tells what it takes
    --- exit 2
    ");
    assert_snapshot!(bench("--replay nothing-there.jsonl --demo"), @"
    --- stderr
    error: cannot open nothing-there.jsonl: No such file or directory (os error 2)
    --- exit 2
    ");
}

#[test]
fn a_destructive_tool_is_called_so_often_only_when_told_to() {
    let tools = r#"{"tools":[{"name":"wipe","inputSchema":{"type":"object"},"annotations":{"destructiveHint":true}}]}"#;
    let web = Web::new(move |asked, reply| match asked.rpc().as_str() {
        "tools/list" => reply.json(&asked.result(tools)),
        _ => behave(asked, reply),
    });
    let url = web.url("/mcp");
    assert_snapshot!(bench(&format!("wipe --calls 3 --url {url}")), @r#"
    --- stderr
    error: tool "wipe" is marked destructive
     hint: --yes calls it as often as the load asks for
    --- exit 2
    "#);
    let calls = || {
        web.asked()
            .iter()
            .filter(|asked| asked.rpc() == "tools/call")
            .count()
    };
    assert_eq!(calls(), 0);
    let run = bench(&format!("wipe --calls 3 --warmup 0s --yes --url {url}"));
    assert_eq!(
        (run.code, calls()),
        (Some(0), 4),
        "one first, then three: {run}"
    );
}

#[test]
fn a_server_that_dies_under_its_load_is_told_of() {
    let home = Home::new();
    let flags = [
        "--crash-at",
        "60",
        "--exit",
        "3",
        "--last-words",
        "out of paper",
    ];
    // While it warms up nothing counts, and there is no table.
    for (warmup, counts) in [("60s", false), ("0s", true)] {
        let verb = format!("bench echo text=a -q --era legacy --duration 60s --warmup {warmup}");
        let run = home.fake(&verb, &flags);
        assert_eq!(run.code, Some(9), "{run}");
        assert_eq!(run.stdout.contains("latency"), counts, "{run}");
        assert!(run.stderr.contains("exited with code 3 after "), "{run}");
        assert!(run.stderr.contains("requests of a load"), "{run}");
        assert!(run.stderr.contains("stderr: out of paper"), "{run}");
    }
    let run = home.fake(
        "bench echo text=a --json --era legacy --duration 60s --warmup 0s",
        &flags,
    );
    assert_eq!(run.code, Some(9), "{run}");
    assert_eq!(member(&run, &["error", "exit"]), "9");
    assert_eq!(run.stdout.lines().count(), 1, "{run}");
    assert!(
        member(&run, &["figures", "faults"]).contains("the connection ended"),
        "{run}"
    );
}

#[test]
fn no_line_is_wider_than_a_small_terminal() {
    let run = bench("echo text=a --calls 30 --warmup 0s --demo");
    assert_eq!(run.code, Some(0), "{run}");
    let both = run.stdout.lines().chain(run.stderr.lines());
    for line in both {
        assert!(line.chars().count() <= 80, "{line}");
    }
}
