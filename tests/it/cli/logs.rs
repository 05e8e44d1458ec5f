//! `mcpscope logs`: logs found, shown, and followed while their client writes them.

use std::fs::{self, OpenOptions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::Stdio;

use insta::assert_snapshot;
use mcpscope::json;

use crate::support::program::Home;

const LOGS: [(&str, &str); 3] = [
    (
        "mcp-server-weather.log",
        ".config/Claude/logs/mcp-server-weather.log",
    ),
    (
        "mcpServer.mcp.config.usrlocal.tasks.log",
        ".config/Code/logs/20260724T020300/window1/mcpServer.mcp.config.usrlocal.tasks.log",
    ),
    (
        "claude-code.jsonl",
        ".cache/claude-cli-nodejs/-home-me-work/mcp-logs-search/2026-08-11T06-19-12-814Z.jsonl",
    ),
];

fn kept(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/logs")
        .join(name)
}

/// A home where clients have kept logs.
fn home() -> Home {
    let home = Home::new();
    for (name, place) in LOGS {
        let file = home.path("user").join(place);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::copy(kept(name), file).unwrap();
    }
    home
}

/// Without the times files have here.
fn undated(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let dated = line.split("  ").map(|cell| {
            let word = cell.trim();
            let time = word.ends_with('Z') && word.starts_with("20") && word.len() == 20;
            if time { "TIME" } else { word }
        });
        out.push_str(&dated.collect::<Vec<_>>().join("  "));
        out.push('\n');
    }
    out
}

#[cfg(target_os = "linux")]
#[test]
fn the_logs_of_clients_are_listed_and_shown() {
    let home = home();
    assert_snapshot!("logs-listed", undated(&home.run(&["logs"]).to_string()));
    let shown = home.run(&["logs", "--client", "claude-desktop"]);
    assert_snapshot!("logs-claude-desktop", shown);
    assert_snapshot!(
        "logs-vscode",
        home.run(&["logs", "--server", "tasks", "-n", "3"])
    );
    let run = home.run(&["logs", "--client", "claude-code", "--ndjson"]);
    assert_snapshot!("logs-claude-code", run);
    let run = home.run(&["logs", "--json"]);
    let list = json::get(run.stdout.as_bytes(), &["logs"]).unwrap();
    assert_eq!(json::elements(list).count(), 3, "{run}");
}

#[test]
fn a_file_of_any_kind_is_shown_and_nothing_in_it_acts_on_the_terminal() {
    let home = Home::new();
    fs::write(
        home.path("x.log"),
        "plain\n\x1b[2Jgone\n2026-02-09T04:43:03.078Z [w] [info] Message from server: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"t\":\"\u{202e}x\"}}\nlast",
    )
    .unwrap();
    assert_snapshot!("logs-file", home.run(&["logs", "x.log"]));
    let run = home.run(&["logs", "x.log", "--json"]);
    assert!(
        json::check(run.stdout.trim_end().as_bytes()).is_ok(),
        "{run}"
    );
    assert!(!run.stdout.contains(['\x1b', '\u{202e}']), "{run}");
}

#[test]
fn what_cannot_be_shown_is_one_line_and_a_hint() {
    let home = Home::new();
    let all: Vec<String> = [
        &["logs"][..],
        &["logs", "none.log"],
        &["logs", "."],
        &["logs", "--client", "claude-desk"],
        &["logs", "--client", "cursor"],
        &["logs", "--server", "weather"],
        &["logs", "x.log", "--json", "--follow"],
    ]
    .iter()
    .map(|arguments| {
        fs::write(home.path("x.log"), "").unwrap();
        home.run(arguments).to_string()
    })
    .collect();
    assert_snapshot!("logs-failures", all.join("\n"));
}

#[test]
fn a_log_that_is_followed_may_grow_be_cut_and_be_replaced() {
    let home = Home::new();
    let file = home.path("a.log");
    fs::write(&file, "one\n").unwrap();
    let mut child = home
        .command(&["logs", "--follow", "--ndjson", "a.log"])
        .stdout(Stdio::piped())
        .stdin(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut next = || {
        let line = lines.next().unwrap().unwrap();
        let text = json::string_at(line.as_bytes(), &["text"]);
        text.or_else(|| json::string_at(line.as_bytes(), &["event"]))
            .unwrap()
    };
    let append = |text: &str| {
        let mut file = OpenOptions::new()
            .append(true)
            .create(true)
            .open(&file)
            .unwrap();
        file.write_all(text.as_bytes()).unwrap();
    };
    assert_eq!(next(), "one");
    append("two\n");
    assert_eq!(next(), "two");
    fs::write(&file, "").unwrap();
    assert_eq!(next(), "cut");
    append("three\n");
    assert_eq!(next(), "three");
    fs::rename(&file, home.path("a.log.1")).unwrap();
    append("four\n");
    assert_eq!(next(), "replaced");
    assert_eq!(next(), "four");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_log_opens_as_a_session() {
    let home = Home::new();
    let log = kept("mcp-server-weather.log");
    let run = home.run(&["import", log.to_str().unwrap(), "-o", "weather.jsonl"]);
    assert_eq!(run.code, Some(0), "{run}");
    let run = home.run(&["export", "weather.jsonl", "--format", "markdown", "-o", "-"]);
    assert!(run.stdout.contains("forecast"), "{run}");
}
