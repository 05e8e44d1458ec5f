//! Processes, pipes and files.

use std::path::Path;
use std::time::{Duration, Instant};

use mcpscope::json;
use mcpscope::mcp::client::{EraChoice, Input, Over};
use mcpscope::transport::stdio::{self, StdioOptions};
use mcpscope::transport::{Link, LinkEvent, Outgoing, ShutdownStep, Spawn, Stream};
use proptest::prelude::*;

use super::play::{Play, options};
use crate::protocol::peer::{Peer, run};
use crate::support::program::Home;
use crate::support::{LIMIT, eventually, is_alive};

async fn next(link: &mut Link) -> LinkEvent {
    let event = tokio::time::timeout(LIMIT, link.inbox.recv()).await;
    event.expect("an event comes").expect("the link is open")
}

async fn line(link: &mut Link) -> Vec<u8> {
    loop {
        match next(link).await {
            LinkEvent::Line {
                stream: Stream::Stdout,
                bytes,
                ..
            } => return bytes,
            LinkEvent::Exited { .. } => panic!("it exited"),
            _ => {}
        }
    }
}

fn blank() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["", " ", "\n", "\r\n", "\t", "\n    "])
}

proptest! {
    #[test]
    fn obligation_01_every_message_is_one_line_of_utf_8_json(
        blanks in prop::collection::vec(blank(), 8),
        text: String,
        method in "[a-z/]{1,12}",
        modern: bool,
    ) {
        let [a, b, c, d, e, f, g, h] = blanks.as_slice() else { unreachable!() };
        // As people write it, over several lines.
        let params = format!(
            "{a}{{{b}\"text\"{c}:{d}{},{e}\"list\":[{f}1{g}]{h}}}",
            json::quote(&text)
        );
        let mut play = if modern { Play::modern(Over::Pipe) } else { Play::legacy("2025-11-25") };
        play.call(&method, &params);
        play.call("tools/call", &params);
        play.put(Input::Cancel(1));
        play.frame(&format!(r#"{{"jsonrpc":"2.0","id":{},"method":"ping"}}"#, json::quote(&text)));
        for frame in &play.sent {
            prop_assert!(!frame.contains(['\n', '\r']), "{frame:?}");
            prop_assert!(json::check(frame.as_bytes()).is_ok(), "{frame:?}");
        }
        let sent = play.sent.iter().rfind(|frame| frame.contains("\"method\":\"tools/call\"")).unwrap();
        prop_assert_eq!(json::string_at(sent.as_bytes(), &["params", "text"]), Some(text));
    }
}

#[test]
fn obligation_01_a_server_reads_exactly_these_lines() {
    run(async {
        let mut link = stdio::start(Spawn::new("cat", [""; 0]), StdioOptions::default()).unwrap();
        for frame in [r#"{"a":"ü"}"#, "{}", r#"{"last":true}"#] {
            link.outbox.send(Outgoing::Frame(frame.into())).unwrap();
            assert_eq!(line(&mut link).await, frame.as_bytes());
        }
        link.outbox.send(Outgoing::Shutdown).unwrap();
        let mut more = Vec::new();
        while let Some(event) = link.inbox.recv().await {
            if let LinkEvent::Line { bytes, .. } = event {
                more.push(bytes);
            }
        }
        assert_eq!(more, Vec::<Vec<u8>>::new(), "and nothing else");
    });
}

#[test]
fn obligation_30_a_command_is_started_as_it_is_shown_and_by_no_shell() {
    let folder = tempfile::tempdir().unwrap();
    let touched = folder.path().join("touched");
    let trick = format!("$(touch {0}); `touch {0}` > {0}", touched.display());
    run(async {
        let arguments = ["%s\\n", &trick];
        let target = Spawn::new("printf", arguments).into();
        let mut peer = Peer::to(target, options(EraChoice::Legacy));
        assert!(!peer.opened().await);
        let session = peer.end().await;
        let first = session.entries.iter().find_map(|entry| {
            let body = entry.text();
            let command = json::get(body.as_bytes(), &["command"])?.to_vec();
            Some(command)
        });
        let shown: Vec<String> = json::elements(&first.expect("it is recorded"))
            .filter_map(json::string)
            .collect();
        assert_eq!(shown, ["printf", "%s\\n", &trick]);
        let said = session.entries.iter().any(|entry| entry.text() == trick);
        assert!(said, "the arguments arrive as they are");
    });
    assert!(!touched.exists());
}

/// What other programs keep there is not read: a folder that came from elsewhere starts nothing.
#[test]
fn obligation_30_the_settings_of_others_start_nothing() {
    let home = Home::new();
    let marker = home.path("started");
    let servers = format!(
        r#"{{"mcpServers":{{"x":{{"command":"touch","args":["{}"]}}}}}}"#,
        marker.display()
    );
    for name in [".mcp.json", ".vscode/mcp.json", ".cursor/mcp.json"] {
        let path = home.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, &servers).unwrap();
    }
    let run = home.run(&["list", "tools", "--demo"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert!(!marker.exists());
}

#[test]
fn obligation_30_no_shell_is_ever_called_for_an_address() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src"));
    let mut files = vec![folder.to_owned()];
    let mut seen = 0;
    while let Some(path) = files.pop() {
        if path.is_dir() {
            files.extend(
                std::fs::read_dir(path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        // Tests may: theirs are the scripts that play servers. And what a person types to pipe something through is
        // meant for a shell.
        let code = text.split("\nmod tests {").next().unwrap();
        if path.ends_with("tests.rs") || path.ends_with("tui/outside/pipe.rs") {
            continue;
        }
        seen += 1;
        for shell in [
            "Command::new(\"sh\")",
            "Command::new(\"bash\")",
            "Command::new(\"cmd\")",
            "ShellExecute",
        ] {
            assert!(!code.contains(shell), "{} calls {shell}", path.display());
        }
    }
    assert!(seen > 100, "{seen} files");
}

#[test]
fn obligation_31_a_server_is_asked_to_leave_then_told_then_made_to_with_all_its_children() {
    run(async {
        let options = StdioOptions {
            stdin_grace: Duration::from_millis(30),
            terminate_grace: Duration::from_millis(30),
        };
        let stubborn = "trap '' TERM; sh -c 'trap \"\" TERM; echo $$; while :; do sleep 1; done' & echo $$; while :; do sleep 1; done";
        let mut link = stdio::start(Spawn::new("sh", ["-c", stubborn]), options).unwrap();
        let mut pids = Vec::new();
        while pids.len() < 2 {
            let pid: u32 = String::from_utf8(line(&mut link).await)
                .unwrap()
                .parse()
                .unwrap();
            assert!(is_alive(pid));
            pids.push(pid);
        }
        link.outbox.send(Outgoing::Shutdown).unwrap();
        let mut steps = Vec::new();
        let signal = loop {
            match next(&mut link).await {
                LinkEvent::Step { step } => steps.push(step),
                LinkEvent::Exited { signal, .. } => break signal,
                _ => {}
            }
        };
        assert_eq!(
            steps,
            [
                ShutdownStep::StdinClosed,
                ShutdownStep::Terminate,
                ShutdownStep::Kill
            ]
        );
        assert_eq!(signal, Some(9));
        for pid in pids {
            eventually("every process of it is gone", || !is_alive(pid));
        }
    });
}

#[test]
fn obligation_31_a_server_that_goes_away_is_not_started_again_by_itself() {
    let mut play = Play::legacy("2025-11-25");
    play.call("tools/call", r#"{"name":"a"}"#);
    assert_eq!(play.put(Input::Gone), ["finished 1 Gone"]);
    let mut play = Play::modern(Over::Pipe);
    assert_eq!(play.put(Input::Gone), [""; 0]);
}

#[test]
fn obligation_21_a_flood_of_progress_is_told_now_and_then_only() {
    let home = Home::new();
    let began = Instant::now();
    let run = home.fake("call slow", &["--progress", "400", "--delay", "2"]);
    let most = began.elapsed().as_secs() / 2;
    assert_eq!(run.code, Some(0), "{run}");
    let told = run
        .stderr
        .lines()
        .filter(|line| line.starts_with("progress"));
    assert!(told.count() as u64 <= most, "{run}");
    let heard = home.session().entries;
    let heard = heard
        .iter()
        .filter(|entry| entry.text().contains("notifications/progress"));
    assert_eq!(heard.count(), 400, "and every one is recorded");
}
