//! Round trips of sessions that nobody wrote: recorded, served and recorded again they are equal, and sent again to the
//! server that they are of all is the same; over stdio and HTTP, in both eras, with everything servers ask back.

use std::fs;

use mcpscope::json;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::{ERAS, assert_same, listening, typed};
use crate::support::MCPSCOPE;
use crate::support::program::{Home, Run};

/// A line that is typed: a call that succeeds, fails, makes progress, asks back in one way or another, becomes a task; a
/// list, a read, a prompt.
fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[ -~]{0,12}".prop_map(|text| format!("call echo text={}", shell_words::quote(&text))),
        1 => "[éß→🦀\"\\\\]{1,4}".prop_map(|text| format!("call echo text={}", shell_words::quote(&text))),
        2 => (0..4, 0..3).prop_map(|(a, b)| format!("call divide dividend={a} divisor={b}")),
        1 => Just("call refuse".to_owned()),
        1 => (1..4).prop_map(|steps| format!("call countdown steps={steps} seconds=0")),
        1 => (1..4).prop_map(|lines| format!("call chatter lines={lines}")),
        1 => Just("call ask-model".to_owned()),
        1 => Just("call show-roots".to_owned()),
        1 => Just("call fill-form".to_owned()),
        1 => Just("call order-dinner".to_owned()),
        1 => Just("call bake-bread seconds=0".to_owned()),
        1 => Just("call nosuch --no-validate".to_owned()),
        1 => "[A-Z][a-z]{1,5}".prop_map(|name| format!("read demo://greetings/{name}")),
        1 => Just("read demo://nowhere".to_owned()),
        1 => Just("list tools".to_owned()),
        1 => Just("list prompts".to_owned()),
    ]
}

fn all_same(home: &Home, file: &str, server: &[&str]) -> Result<(), TestCaseError> {
    let run: Run = home.run(&[&["replay", file, "-q", "--json", "--no-record"], server].concat());
    let counts = json::get(run.stdout.as_bytes(), &["counts"]).unwrap_or_default();
    let counts = String::from_utf8_lossy(counts).into_owned();
    let same = counts.starts_with("{\"same\":") && !counts.contains(',');
    prop_assert!(same && run.code == Some(0), "{file}: {run}");
    Ok(())
}

fn round_trips(lines: &[String], era: &str) -> Result<(), TestCaseError> {
    let lines = format!("{}\n", lines.join("\n"));
    let home = Home::new();
    let options = ["--era", era];
    let first = typed(&home, &lines, "first.jsonl", &options, &["--demo"]);
    all_same(&home, "first.jsonl", &["--demo"])?;
    let served = ["--", MCPSCOPE, "serve", "first.jsonl", "--no-record"];
    let second = typed(&home, &lines, "second.jsonl", &options, &served);
    prop_assert_eq!(&first.stdout, &second.stdout, "{}\n{}", &first, &second);
    assert_same(&home.path("first.jsonl"), &home.path("second.jsonl"));
    all_same(&home, "first.jsonl", &served)?;
    // The same over HTTP: it is recorded there first.
    let (running, url) = listening(&home, &["first.jsonl"]);
    let third = typed(&home, &lines, "third.jsonl", &options, &["--url", &url]);
    drop(running);
    prop_assert_eq!(&first.stdout, &third.stdout, "{}", &third);
    for again in ["fourth.jsonl", "fifth.jsonl"] {
        fs::remove_file(home.path("served.jsonl")).unwrap();
        let (running, url) = listening(&home, &["third.jsonl"]);
        if again == "fourth.jsonl" {
            let fourth = typed(&home, &lines, again, &options, &["--url", &url]);
            prop_assert_eq!(&third.stdout, &fourth.stdout, "{}", &fourth);
            assert_same(&home.path("third.jsonl"), &home.path(again));
        } else {
            all_same(&home, "third.jsonl", &["--url", &url])?;
        }
        drop(running);
    }
    Ok(())
}

#[test]
fn sessions_that_nobody_wrote_make_the_round() {
    let config = Config {
        // Each starts a dozen processes.
        cases: 3,
        max_shrink_iters: 12,
        failure_persistence: None,
        ..Config::default()
    };
    for era in ERAS {
        let mut runner = TestRunner::new(config.clone());
        let lines = prop::collection::vec(line(), 1..8);
        runner
            .run(&lines, |lines| round_trips(&lines, era))
            .unwrap_or_else(|failure| panic!("{era}: {failure}"));
    }
}
