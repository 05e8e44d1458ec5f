//! What a tap breaks on purpose: the other side gets it broken, and the recording has what was sent and what was done.

use std::process::{Command, Stdio};

use mcpscope::note::Note;
use mcpscope::note::tapped::Deed;
use mcpscope::session::timeline::Status;
use mcpscope::session::{Channel, Direction};

use super::http::Tap;
use super::{bodies, session};
use crate::support::program::Home;
use crate::support::web::{Web, behave};
use crate::support::{FAKE, MCPSCOPE, Session};

/// What was done to which frames.
fn deeds(session: &Session) -> Vec<(u64, String, Option<String>)> {
    let mut deeds = Vec::new();
    for entry in &session.entries {
        if let Note::Tapped(Deed::Struck {
            frame,
            what,
            instead,
            ..
        }) = Note::read(&entry.body)
            && entry.channel == Channel::Note
        {
            let instead = instead.map(|seq| {
                let found = session
                    .entries
                    .iter()
                    .find(|entry| entry.seq == seq)
                    .unwrap();
                assert_eq!(found.channel.word(), "instead");
                found.text().into_owned()
            });
            deeds.push((frame, what, instead));
        }
    }
    deeds
}

#[test]
fn frames_of_a_command_are_broken_as_told_and_recorded_as_sent() {
    let frame = |number| format!(r#"{{"jsonrpc":"2.0","method":"n/{number}"}}"#);
    let (one, two) = (frame(1), frame(2));
    let half = &one[..one.len() / 2];
    let sent = format!("{one}\n{two}\n");
    for (fault, came, instead) in [
        ("drop:method:n/1", format!("{two}\n"), None),
        ("drop:method:n/1 dir:out", format!("{two}\n"), None),
        ("duplicate:method:n/1", format!("{one}\n{sent}"), None),
        ("reorder:method:n/1", format!("{two}\n{one}\n"), None),
        (
            "truncate:method:n/1",
            format!("{half}\n{two}\n"),
            Some(half),
        ),
        ("cut:method:n/1", half.to_owned(), Some(half)),
        (
            "noise:method:n/1",
            format!("mcpscope tap: noise on purpose\n{sent}"),
            Some("mcpscope tap: noise on purpose"),
        ),
        ("delay=20ms:method:n/1", sent.clone(), None),
    ] {
        let home = Home::new();
        let words = ["tap", "--record", "t.jsonl", "--fault", fault, "--", "cat"];
        let run = home.start_with(&words, sent.as_bytes()).end();
        assert_eq!(run.stdout, came, "{fault}");
        let session = session(&home);
        let out: Vec<String> = bodies(&session, Direction::Out)
            .map(|entry| entry.text().into())
            .collect();
        assert_eq!(out, [one.as_str(), two.as_str()], "{fault}");
        let deeds = deeds(&session);
        assert_eq!(deeds.len(), 1, "{fault}: {deeds:?}");
        assert_eq!(deeds[0].2.as_deref(), instead, "{fault}");
        let struck = session
            .entries
            .iter()
            .find(|entry| entry.seq == deeds[0].0)
            .unwrap();
        assert_eq!(struck.text(), one);
    }
}

#[test]
fn without_a_frame_to_strike_nothing_is_touched() {
    let home = Home::new();
    // No text, so that nothing is a frame; and a last line without an end.
    let sent = super::noise(100_000);
    let mut child = home
        .command(&[
            "tap",
            "--no-record",
            "--fault",
            "drop:method:none",
            "--",
            "cat",
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let bytes = sent.clone();
    std::thread::spawn(move || std::io::Write::write_all(&mut stdin, &bytes).unwrap());
    let end = child.wait_with_output().unwrap();
    assert!(
        end.status.success() && end.stdout == sent,
        "{} bytes",
        end.stdout.len()
    );
}

#[test]
fn a_client_sees_errors_exits_and_silence() {
    let call = |fault: &str, more: &[&str]| {
        let home = Home::new();
        let tap = [
            MCPSCOPE, "tap", "--record", "t.jsonl", "--fault", fault, "--", FAKE,
        ];
        let words = [
            &["call", "echo", "text=hi", "--no-record"],
            more,
            &["--"],
            &tap[..],
        ]
        .concat();
        let run = home.run(&words);
        let session = session(&home);
        (run, session)
    };
    let (run, session) = call("error=-32050:method:tools/call", &[]);
    assert!(
        run.stderr.contains("-32050") && run.stderr.contains("on purpose"),
        "{run}"
    );
    let last = session.timeline.exchanges().last().unwrap();
    assert_eq!(last.status, Status::Error(-32050));
    let answer = session.timeline.entry(last.response.unwrap()).unwrap();
    assert!(answer.aux, "made up by the tap");
    let (run, session) = call("timeout:method:tools/call", &["--timeout", "300ms"]);
    assert!(run.stderr.contains("did not answer"), "{run}");
    assert_eq!(deeds(&session)[0].1, "swallowed");
    let home = Home::new();
    let status = Command::new("sh")
        .args(["-c", &format!("echo '{{\"jsonrpc\":\"2.0\",\"method\":\"x\"}}' | {MCPSCOPE} tap --no-record --fault exit=7 -- sh -c 'sleep 60 & wait'")])
        .env("MCPSCOPE_HOME", home.path("home"))
        .status()
        .unwrap();
    assert_eq!(status.code(), Some(7));
}

#[test]
fn answers_over_http_are_broken_as_told() {
    for (fault, told, status, asked) in [
        (
            "429:method:tools/call",
            "429 Too Many Requests",
            Status::Http(429),
            false,
        ),
        (
            "401:tool:echo",
            "401 Unauthorized",
            Status::Http(401),
            false,
        ),
        (
            "error=-32050:tool:echo",
            "-32050",
            Status::Error(-32050),
            false,
        ),
        ("truncate:method:tools/call", "", Status::Ok, true),
        ("cut:method:tools/call", "", Status::Ok, true),
    ] {
        let web = Web::new(behave);
        let tap = Tap::start(&["--to", &web.url("/mcp"), "--fault", fault]);
        let url = tap.url("/mcp");
        let words = ["call", "echo", "--no-record", "--url", &url];
        let run = tap.home.run(&words);
        assert!(
            run.code != Some(0) && run.stderr.contains(told),
            "{fault}: {run}"
        );
        let called = web.asked().iter().any(|asked| asked.rpc() == "tools/call");
        assert_eq!(called, asked, "{fault}");
        let session = tap.end();
        let last = session.timeline.exchanges().last().unwrap();
        assert_eq!(
            (session.timeline.word(last.method), last.status),
            ("tools/call", status),
            "{fault}"
        );
        let deeds = deeds(&session);
        assert_eq!(deeds.len(), 1, "{fault}: {deeds:?}");
        assert_eq!(deeds[0].2.is_some(), asked, "{fault}");
    }
}

#[test]
fn events_of_a_stream_are_broken_as_told() {
    let event = |number| {
        format!("event: message\ndata: {{\"jsonrpc\":\"2.0\",\"method\":\"n/{number}\"}}\n\n")
    };
    let (zero, one, two) = (event(0), event(1), event(2));
    for (fault, came) in [
        ("drop:method:n/0", [one.as_str(), &two].concat()),
        (
            "duplicate:method:n/1",
            [zero.as_str(), &one, &one, &two].concat(),
        ),
        ("reorder:method:n/0", [one.as_str(), &zero, &two].concat()),
        (
            "delay=10ms:method:n/*",
            [zero.as_str(), &one, &two].concat(),
        ),
        (
            "cut:method:n/1",
            [zero.as_str(), &one[..one.len() / 2]].concat(),
        ),
    ] {
        let web = Web::new(|_, reply| {
            reply.stream(&[]);
            for number in 0..3 {
                reply.event(&format!(r#"{{"jsonrpc":"2.0","method":"n/{number}"}}"#));
            }
            reply.end();
        });
        let tap = Tap::start(&["--to", &web.url("/mcp"), "--fault", fault]);
        let body = r#"{"jsonrpc":"2.0","id":1,"method":"m"}"#;
        let answer = tap.talk(
            format!("POST /mcp HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}", body.len()).as_bytes(),
        );
        let text = String::from_utf8(answer).unwrap();
        let (_, body) = text.split_once("\r\n\r\n").unwrap();
        // Chunks of HTTP: a length in hexadecimal, then that many bytes.
        let mut rest = body;
        let mut got = String::new();
        while let Some((length, after)) = rest.split_once("\r\n") {
            let Ok(length) = usize::from_str_radix(length, 16) else {
                break;
            };
            if length == 0 {
                break;
            }
            got += &after[..length];
            rest = &after[length + 2..];
        }
        assert_eq!(got, came, "{fault}");
        let session = tap.end();
        let wire = session
            .entries
            .iter()
            .filter(|entry| entry.channel == Channel::Wire && entry.direction == Direction::In);
        assert!(wire.count() >= 2, "{fault}");
        assert!(!deeds(&session).is_empty(), "{fault}");
    }
}
