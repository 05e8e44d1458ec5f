//! The same tests over every kind of link: memory, a process, and HTTP in its kinds. What they have in common is what
//! the engine relies on.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Mutex};

use mcpscope::json;
use mcpscope::mcp::http::Choice;
use mcpscope::transport::http::{self, Address};
use mcpscope::transport::stdio::{self, StdioOptions};
use mcpscope::transport::{Link, LinkEvent, Outgoing, Spawn, Stream, memory};

use super::peer::run;
use crate::support::web::{Asked, Reply, Web};
use crate::support::{FAKE, LIMIT};

const INITIALIZE: &str = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}"#;
const INITIALIZED: &str = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;

/// A link, and what stands at its other end.
struct Open {
    kind: &'static str,
    link: Link,
    web: Option<Web>,
}

const KINDS: [&str; 5] = ["memory", "stdio", "http json", "http stream", "http+sse"];

fn answer(asked: &Asked) -> String {
    if asked.rpc() == "initialize" {
        return asked.result(r#"{"protocolVersion":"2025-11-25","capabilities":{},"serverInfo":{"name":"x","version":"1"}}"#);
    }
    let text = json::get(&asked.body, &["params", "arguments", "text"]).unwrap_or(b"null");
    let text = String::from_utf8_lossy(text);
    asked.result(&format!(
        r#"{{"content":[{{"type":"text","text":{text}}}]}}"#
    ))
}

fn web(kind: &'static str) -> Web {
    let stream: Mutex<Option<mpsc::Sender<String>>> = Mutex::default();
    Web::new(
        move |asked: &Asked, reply: &mut Reply| match asked.method.as_str() {
            "GET" if kind == "http+sse" => {
                let (sender, events) = mpsc::channel();
                *stream.lock().unwrap() = Some(sender);
                reply.stream(&[]);
                reply.chunk(b"event: endpoint\ndata: /messages\n\n");
                reply.events(&events, |_| false);
            }
            "GET" => reply.send(405, &[], ""),
            "DELETE" => reply.send(200, &[], ""),
            _ if kind == "http+sse" => {
                if asked.id() != "null" {
                    let sender = stream.lock().unwrap().clone().unwrap();
                    sender.send(answer(asked)).unwrap();
                }
                reply.send(202, &[], "");
            }
            _ if asked.id() == "null" => reply.send(202, &[], ""),
            _ if kind == "http stream" => {
                reply.stream(&[]);
                // In pieces, so that nothing depends on how it is cut.
                for piece in format!("data: {}\n\n", answer(asked))
                    .as_bytes()
                    .chunks(60_000)
                {
                    reply.chunk(piece);
                }
                reply.end();
            }
            _ => reply.json(&answer(asked)),
        },
    )
}

fn open(kind: &'static str) -> Open {
    let (link, web) = match kind {
        "memory" => {
            let (link, mut peer) = memory::pair();
            tokio::spawn(async move {
                while let Some(order) = peer.next().await {
                    match order {
                        Outgoing::Frame(body) => {
                            let asked = Asked {
                                method: String::new(),
                                path: String::new(),
                                headers: vec![],
                                body,
                            };
                            if asked.id() != "null" {
                                peer.line(answer(&asked)).await;
                            }
                        }
                        _ => {
                            peer.exit(0).await;
                            return;
                        }
                    }
                }
            });
            (link, None)
        }
        "stdio" => {
            let spawn = Spawn::new(FAKE, [""; 0]);
            (stdio::start(spawn, StdioOptions::default()).unwrap(), None)
        }
        kind => {
            let web = web(kind);
            let mut address = Address::new(http::address(&web.url("/mcp")).unwrap());
            if kind == "http+sse" {
                address.choice = Choice::Sse;
            }
            (http::start(&address).unwrap(), Some(web))
        }
    };
    Open { kind, link, web }
}

impl Open {
    fn send(&self, frame: &str) {
        self.link
            .outbox
            .send(Outgoing::Frame(frame.into()))
            .unwrap();
    }

    async fn next(&mut self) -> Option<LinkEvent> {
        tokio::time::timeout(LIMIT, self.link.inbox.recv())
            .await
            .unwrap_or_else(|_| panic!("{}: nothing comes", self.kind))
    }

    /// The next frame.
    async fn frame(&mut self) -> Vec<u8> {
        loop {
            match self.next().await {
                Some(
                    LinkEvent::Line {
                        stream: Stream::Stdout,
                        bytes,
                        ..
                    }
                    | LinkEvent::Frame { bytes, .. },
                ) => {
                    return bytes;
                }
                Some(LinkEvent::Unanswered { loss, .. }) => panic!("{}: {loss:?}", self.kind),
                Some(_) => {}
                None => panic!("{}: the link ended", self.kind),
            }
        }
    }

    async fn opened(&mut self) {
        self.send(INITIALIZE);
        assert_eq!(
            json::get(&self.frame().await, &["id"]),
            Some(&b"1"[..]),
            "{}",
            self.kind
        );
        self.send(INITIALIZED);
    }

    fn call(&self, id: usize, text: &str) {
        self.send(&format!(
            r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"echo","arguments":{{"text":"{text}"}}}}}}"#
        ));
    }

    /// The rest of what happens; the last event is the last.
    async fn rest(&mut self) -> LinkEvent {
        let mut last = None;
        while let Some(event) = self.next().await {
            last = Some(event);
        }
        last.unwrap_or_else(|| panic!("{}: no last event", self.kind))
    }
}

/// Runs a test over every kind of link.
fn each(test: impl AsyncFn(Open)) {
    for kind in KINDS {
        run(async { test(open(kind)).await });
    }
}

fn is_last(event: &LinkEvent) -> bool {
    matches!(event, LinkEvent::Exited { .. } | LinkEvent::Closed(None))
}

#[test]
fn what_is_asked_is_answered() {
    each(async |mut open| {
        open.opened().await;
        for id in 2..12 {
            open.call(id, "hello");
            let answer = open.frame().await;
            assert_eq!(
                json::get(&answer, &["id"]),
                Some(id.to_string().as_bytes()),
                "{}",
                open.kind
            );
            assert!(
                String::from_utf8_lossy(&answer).contains("hello"),
                "{}",
                open.kind
            );
        }
    });
}

#[test]
fn a_large_message_comes_whole_both_ways() {
    let text = "0123456789abcdef".repeat(200_000);
    each(async |mut open| {
        open.opened().await;
        open.call(2, &text);
        let answer = String::from_utf8(open.frame().await).unwrap();
        assert!(
            answer.contains(&text),
            "{}: {} bytes",
            open.kind,
            answer.len()
        );
    });
}

#[test]
fn a_shutdown_ends_with_the_last_event() {
    each(async |mut open| {
        open.opened().await;
        open.link.outbox.send(Outgoing::Shutdown).unwrap();
        open.link.outbox.send(Outgoing::Shutdown).unwrap();
        let last = open.rest().await;
        assert!(is_last(&last), "{}: {last:?}", open.kind);
        if let Some(web) = &open.web {
            web.is_left();
        }
    });
}

#[test]
fn a_kill_ends_at_once_too() {
    each(async |mut open| {
        open.opened().await;
        open.link.outbox.send(Outgoing::Kill).unwrap();
        let last = open.rest().await;
        assert!(is_last(&last), "{}: {last:?}", open.kind);
    });
}

/// Whoever only drops what it holds leaves nothing behind either.
#[test]
fn dropping_a_link_leaves_nothing() {
    each(async |mut open| {
        open.opened().await;
        // At the other end of memory is the test, which sees it by itself.
        let Open { link, web, .. } = match open.kind {
            "memory" => return,
            _ => open,
        };
        let Link { outbox, inbox } = link;
        drop(inbox);
        tokio::time::timeout(LIMIT, outbox.closed()).await.unwrap();
        if let Some(web) = web {
            tokio::task::spawn_blocking(move || web.is_left())
                .await
                .unwrap();
        }
    });
}

/// While nobody takes what comes, no more is read than fits into a few places; what is sent goes out all the same.
#[test]
fn a_flood_is_held_back_and_holds_nothing_back() {
    const EVENTS: usize = 4_000;
    let written = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&written);
    let web = Web::new(move |asked, reply| {
        if asked.id() == "null" {
            return reply.send(202, &[], "");
        }
        reply.stream(&[]);
        let event = format!(
            "data: {{\"jsonrpc\":\"2.0\",\"method\":\"x\",\"params\":\"{}\"}}\n\n",
            "x".repeat(60_000)
        );
        while counter.load(Ordering::SeqCst) < EVENTS && reply.chunk(event.as_bytes()) {
            counter.fetch_add(1, Ordering::SeqCst);
        }
        reply.end();
    });
    run(async {
        let url = http::address(&web.url("/")).unwrap();
        let mut link = http::start(&Address::new(url)).unwrap();
        let send = |frame: &str| link.outbox.send(Outgoing::Frame(frame.into())).unwrap();
        send(r#"{"jsonrpc":"2.0","id":1,"method":"x"}"#);
        // Each is one round more for the flood to come in, were it not held back.
        for round in 2..=100 {
            send(r#"{"jsonrpc":"2.0","method":"y"}"#);
            let until = std::time::Instant::now() + LIMIT;
            while web.asked().len() < round {
                assert!(
                    std::time::Instant::now() < until,
                    "message {round} does not go out"
                );
                tokio::task::yield_now().await;
            }
        }
        let seen = written.load(Ordering::SeqCst);
        assert!(
            seen < EVENTS / 4,
            "{seen} of 60 kB were taken in while nobody wanted any"
        );
        let mut frames = 0;
        while frames < EVENTS {
            match tokio::time::timeout(LIMIT, link.inbox.recv())
                .await
                .unwrap()
            {
                Some(LinkEvent::Frame { .. }) => frames += 1,
                Some(_) => {}
                None => panic!("the link ended after {frames} frames"),
            }
        }
    });
}
