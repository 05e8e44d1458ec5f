//! The live server behind a served recording: what it answers, how it leaves, and what of it is never written down.
#![cfg(unix)]

use std::fs;

use super::serve::{asked, listening};
use crate::support::is_alive;
use crate::support::program::Home;

/// A server in a few words: greets, answers what it is asked first, and writes down that it left in good order.
const LIVE: &str = r#"echo $$ >pid.txt
while read -r line; do
  case $line in
    *'"id":0,'*) echo '{"jsonrpc":"2.0","id":0,"result":{}}';;
    *'"id":1,'*) echo "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"told\":\"$API_TOKEN\"}}";;
  esac
done
echo left >left.txt"#;

const HELLO: &str = r#"{"jsonrpc":"2.0","id":7,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"t","version":"0"}}}"#;
const NEW: &str = r#"{"jsonrpc":"2.0","id":8,"method":"tools/call","params":{"name":"new"}}"#;
const KNOWN: &str = r#"{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"echo","arguments":{"text":"x"}}}"#;
const TOKEN: &str = "hunter2hunter2zz";

fn recorded(flags: &[&str]) -> Home {
    let home = Home::new();
    home.fake("call echo text=x --era legacy --record r.jsonl", flags);
    home
}

/// `serve r.jsonl OPTIONS… -- LIVE`, told these lines at once.
fn served(home: &Home, options: &[&str], lines: &[&str]) -> crate::support::program::Run {
    let live = ["--", "sh", "-c", LIVE];
    let arguments = [&["serve", "r.jsonl"], options, &live].concat();
    let lines = format!("{}\n", lines.join("\n"));
    home.start_with(&arguments, lines.as_bytes()).end()
}

fn left(home: &Home) {
    let pid = fs::read_to_string(home.path("pid.txt")).unwrap();
    assert!(!is_alive(pid.trim().parse().unwrap()), "it still runs");
    assert_eq!(fs::read_to_string(home.path("left.txt")).unwrap(), "left\n");
}

#[test]
fn what_was_asked_before_the_end_of_stdin_is_answered_and_the_live_server_leaves_in_good_order() {
    let home = recorded(&[]);
    let run = served(&home, &["--no-record"], &[HELLO, NEW]);
    assert_eq!(run.code, Some(0), "{run}");
    let answer = r#"{"jsonrpc":"2.0","id":8,"result":"#;
    assert!(
        run.stdout.lines().any(|line| line.starts_with(answer)),
        "{run}"
    );
    left(&home);
}

#[test]
fn a_recorded_crash_leaves_no_live_server_behind() {
    let home = recorded(&["--crash-on", "tools/call", "--exit", "7"]);
    let mut running = home.command(&["serve", "r.jsonl", "--no-record", "--", "sh", "-c", LIVE]);
    let mut child = running
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap()));
    let mut say =
        |line: &str| std::io::Write::write_all(&mut stdin, format!("{line}\n").as_bytes()).unwrap();
    say(HELLO);
    say(NEW);
    let answered = lines
        .by_ref()
        .any(|line| line.unwrap().starts_with(r#"{"jsonrpc":"2.0","id":8"#));
    assert!(answered);
    // The live server runs now, and the recorded one crashes.
    say(KNOWN);
    assert_eq!(child.wait().unwrap().code(), Some(7));
    left(&home);
}

#[test]
fn recorded_times_are_kept_after_the_end_of_stdin() {
    let home = recorded(&["--delay-on", "tools/call", "--delay", "50"]);
    let run = home
        .start_with(
            &["serve", "r.jsonl", "--no-record", "--delay", "recorded"],
            format!("{KNOWN}\n").as_bytes(),
        )
        .end();
    assert!(
        run.stdout
            .starts_with(r#"{"jsonrpc":"2.0","id":9,"result":"#),
        "{run}"
    );
}

#[test]
fn over_http_live_servers_leave_in_good_order_too_and_no_key_is_written_down() {
    let home = recorded(&[]);
    let environment = format!("API_TOKEN={TOKEN}");
    let (running, url) = listening(
        &home,
        &[
            "r.jsonl",
            "--env",
            &environment,
            "--mode",
            "spy",
            "--",
            "sh",
            "-c",
            LIVE,
        ]
        .map(|word| word),
    );
    let url = format!("{url}?api_key=a-key-of-the-client");
    let headers = "Content-Type: application/json\r\nAccept: application/json, text/event-stream\r\nX-Api-Key: another-key-of-it\r\n";
    let (head, _) = asked(&url, "POST", headers, HELLO);
    let session = head
        .lines()
        .find_map(|line| line.strip_prefix("mcp-session-id: "))
        .unwrap_or_else(|| panic!("{head}"));
    let headers = format!("{headers}Mcp-Session-Id: {session}\r\n");
    let body = NEW.replace(r#""new""#, r#""a-key-of-the-client and another-key-of-it""#);
    let (_, body) = asked(&url, "POST", &headers, &body);
    // Whoever asked is told; the file is not.
    assert!(body.contains(TOKEN), "{body}");
    running.signal(rustix::process::Signal::INT);
    let ended = running.end();
    assert_eq!(ended.code, Some(0), "{ended}");
    left(&home);
    let text = fs::read_to_string(home.path("served.jsonl")).unwrap();
    for secret in [TOKEN, "a-key-of-the-client", "another-key-of-it"] {
        assert!(!text.contains(secret), "{text}");
    }
    assert!(text.contains("‹masked:API_TOKEN›"), "{text}");
}

#[test]
fn what_a_live_server_is_given_is_masked_on_stdin_and_stdout_too() {
    let home = recorded(&[]);
    let environment = format!("API_TOKEN={TOKEN}");
    let options = ["--record", "s.jsonl", "--env", &environment];
    let run = served(&home, &options, &[HELLO, NEW]);
    assert!(run.stdout.contains(TOKEN), "{run}");
    let text = fs::read_to_string(home.path("s.jsonl")).unwrap();
    assert!(!text.contains(TOKEN), "{text}");
}
