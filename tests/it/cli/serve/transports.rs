//! What a transport has of its own is served as it was: HTTP+SSE of 2024-11-05, streams that break off and are taken up
//! again.

use std::sync::Mutex;
use std::sync::mpsc::{self, Sender};

use super::{Direction, assert_same, listening, said};
use crate::support::Session;
use crate::support::program::{Home, Run};
use crate::support::web::{TOOLS, Web, behave};

fn call(home: &Home, record: &str, url: &str, more: &[&str]) -> Run {
    let fixed = ["call", "echo", "text=x", "--record", record, "--url", url];
    home.run(&[&fixed, more].concat())
}

/// Everything over one stream.
fn older() -> Web {
    let stream = Mutex::new(None::<Sender<String>>);
    let opened = r#"{"protocolVersion":"2024-11-05","capabilities":{"tools":{}},"serverInfo":{"name":"o","version":"1"}}"#;
    let news = r#"{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"on its way"}}"#;
    Web::new(
        move |asked, reply| match (asked.method.as_str(), asked.path.as_str()) {
            ("GET", _) => {
                let (sender, events) = mpsc::channel();
                *stream.lock().unwrap() = Some(sender);
                reply.stream(&[]);
                reply.chunk(b"event: endpoint\ndata: messages?sessionId=s\n\n");
                reply.events(&events, |_| false);
            }
            (_, "/messages?sessionId=s") => {
                let sender = stream.lock().unwrap().clone().unwrap();
                let said = match asked.rpc().as_str() {
                    "initialize" => vec![asked.result(opened)],
                    "tools/list" => vec![asked.result(TOOLS)],
                    "tools/call" => vec![
                        news.to_owned(),
                        asked.result(r#"{"content":[{"type":"text","text":"old"}]}"#),
                    ],
                    _ => vec![],
                };
                for frame in said {
                    sender.send(frame).unwrap();
                }
                reply.send(202, &[("content-type", "text/plain")], "Accepted");
            }
            _ => reply.send(405, &[("content-type", "text/plain")], "Method Not Allowed"),
        },
    )
}

#[test]
fn a_server_of_2024_11_05_is_one_again() {
    let web = older();
    // Found by trying, or known to be so old.
    for more in [&[][..], &["--transport", "sse", "--era", "legacy"]] {
        let home = Home::new();
        let first = call(&home, "first.jsonl", &web.url("/sse"), more);
        assert_eq!(
            (first.stdout.as_str(), first.code),
            ("old\n", Some(0)),
            "{first}"
        );
        let (running, url) = listening(&home, &["first.jsonl"]);
        assert!(url.ends_with("/sse"), "{url}");
        let second = call(&home, "second.jsonl", &url, more);
        assert_eq!(
            (&second.stdout, second.code),
            (&first.stdout, first.code),
            "{second}"
        );
        assert_same(&home.path("first.jsonl"), &home.path("second.jsonl"));
        // Each session hears it from its beginning.
        let third = call(&home, "third.jsonl", &url, more);
        assert_eq!(third.stdout, first.stdout, "{third}");
        drop(running);
        let served = Session::read(&home.path("served.jsonl"));
        let heard = said(&served, Direction::In);
        assert!(
            heard.iter().any(|frame| frame.contains("on its way")),
            "{heard:?}"
        );
        // And what was recorded of that is served over stdio as well.
        let server = [
            "--",
            crate::support::MCPSCOPE,
            "serve",
            "second.jsonl",
            "--no-record",
        ];
        let arguments = [&["call", "echo", "text=x", "--era", "legacy"], &server[..]].concat();
        assert_eq!(home.run(&arguments).stdout, first.stdout);
    }
}

/// A call whose response ends early; the rest comes to whoever names the last event.
fn hangs_up() -> Web {
    let answer = Mutex::new(String::new());
    let news = r#"{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"half way"}}"#;
    Web::new(move |asked, reply| {
        let last = asked.header("last-event-id");
        match (asked.rpc().as_str(), last) {
            ("tools/call", _) => {
                *answer.lock().unwrap() =
                    asked.result(r#"{"content":[{"type":"text","text":"late"}]}"#);
                reply.stream(&[]);
                reply.chunk(b"id: e1\nretry: 0\ndata:\n\n");
                reply.chunk(format!("id: e2\ndata: {news}\n\n").as_bytes());
                reply.end();
            }
            (_, Some("e2")) => {
                reply.stream(&[]);
                let answer = answer.lock().unwrap().clone();
                reply.chunk(format!("id: e3\ndata: {answer}\n\n").as_bytes());
                reply.end();
            }
            _ => behave(asked, reply),
        }
    })
}

#[test]
fn a_stream_that_broke_off_breaks_off_and_is_taken_up() {
    let web = hangs_up();
    let home = Home::new();
    let legacy = ["--era", "legacy"];
    let first = call(&home, "first.jsonl", &web.url("/mcp"), &legacy);
    assert_eq!(
        (first.stdout.as_str(), first.code),
        ("late\n", Some(0)),
        "{first}"
    );
    let mut from = "first.jsonl";
    for again in ["second.jsonl", "third.jsonl"] {
        let (running, url) = listening(&home, &[from]);
        let run = call(&home, again, &url, &legacy);
        assert_eq!(
            (&run.stdout, run.code),
            (&first.stdout, first.code),
            "{run}"
        );
        drop(running);
        assert_same(&home.path(from), &home.path(again));
        let session = Session::read(&home.path(again));
        let follows = session.entries.iter().filter(|entry| {
            entry.text().contains("\"follows\":") && !entry.text().contains("\"follows\":null")
        });
        assert_eq!(follows.count(), 1, "it is taken up once: {again}");
        let [asked, heard] =
            [Direction::Out, Direction::In].map(|direction| said(&session, direction));
        assert!(
            heard.iter().any(|frame| frame.contains("half way")),
            "{asked:?} {heard:?}"
        );
        std::fs::remove_file(home.path("served.jsonl")).unwrap();
        from = again;
    }
}
