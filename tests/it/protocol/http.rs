//! The engine against servers over HTTP: the traps real ones set, and worse (servers.md §4, protocol.md §4).

use std::sync::atomic::{AtomicUsize, Ordering};

use mcpscope::inspector::{Command, Update};
use mcpscope::mcp::client::{End, EraChoice, Options};
use mcpscope::mcp::types::List;
use mcpscope::note::Note;
use mcpscope::note::http::Step;
use mcpscope::session::Channel;
use mcpscope::session::timeline::{LinkState, Status};
use mcpscope::transport::Target;
use mcpscope::transport::http::{self, Address};

use super::peer::{Peer, options, run};
use crate::support::Session;
use crate::support::web::{Asked, Reply, Web, behave, behave_modern};

fn quiet() -> Options {
    options(EraChoice::Auto)
}

impl Session {
    /// Steps of exchanges, in order.
    fn steps(&self) -> Vec<Step> {
        self.entries
            .iter()
            .filter(|entry| entry.channel == Channel::Http)
            .filter_map(|entry| match Note::read(&entry.body) {
                Note::Http(step) => Some(step),
                _ => None,
            })
            .collect()
    }
}

/// Why a connection cannot work.
fn failure(peer: &Peer) -> String {
    match &peer.connection().link {
        LinkState::Failed { what, .. } => what.to_string(),
        other => panic!("{other:?}"),
    }
}

async fn fails(web: &Web) -> String {
    let mut peer = Peer::at(&web.url("/mcp"), quiet());
    assert!(!peer.opened().await);
    let why = failure(&peer);
    peer.end().await;
    why.replace(&web.url(""), "http://WEB")
}

#[test]
fn a_handshake_server_is_opened_used_and_left() {
    run(async {
        let web = Web::new(behave);
        let mut peer = Peer::at(
            &web.url("/mcp"),
            Options {
                lists: vec![List::Tools],
                ..quiet()
            },
        );
        assert!(peer.opened().await);
        peer.listed(List::Tools).await;
        assert_eq!(peer.call("echo", "{}").await.status, Status::Ok);
        // The stream is opened beside all this; its answer is an update.
        while !web.lines().contains(&"GET".to_owned()) {
            peer.next().await;
        }
        let session = peer.end().await;
        assert_eq!(
            session.notes()[..3],
            [
                "connect fake over http, era auto",
                "asking which era the server speaks, waiting up to 10000 ms",
                "era legacy: server/discover was refused with -32000"
            ]
        );
        let mut lines = web.lines();
        assert_eq!(lines.pop().as_deref(), Some("DELETE"));
        lines.sort_unstable();
        assert_eq!(
            lines,
            [
                "GET",
                "POST initialize",
                "POST notifications/initialized",
                "POST server/discover",
                "POST tools/call",
                "POST tools/list"
            ]
        );
        for asked in web.asked() {
            let opens = matches!(asked.rpc().as_str(), "server/discover" | "initialize");
            let (session, version) = (
                asked.header("mcp-session-id"),
                asked.header("mcp-protocol-version"),
            );
            assert_eq!(
                session,
                (!opens).then_some("session-0123456789abcdef"),
                "{}",
                asked.line()
            );
            if !opens {
                assert_eq!(version, Some("2025-11-25"), "{}", asked.line());
            }
        }
        web.is_left();
        let text = std::fs::read(&session.path);
        assert!(text.is_err(), "the folder is gone; what was read of it is");
        for entry in &session.entries {
            assert!(
                !entry.text().contains("session-0123456789abcdef"),
                "the session id is recorded: {}",
                entry.text()
            );
        }
        assert!(
            session
                .steps()
                .iter()
                .any(|step| matches!(step, Step::Response { connect: Some(us), .. } if *us > 0))
        );
    });
}

#[test]
fn a_modern_server_gets_its_headers_and_no_session() {
    run(async {
        let web = Web::new(behave_modern);
        let mut peer = Peer::at(
            &web.url("/mcp"),
            Options {
                lists: vec![List::Tools],
                ..quiet()
            },
        );
        assert!(peer.opened().await);
        peer.listed(List::Tools).await;
        assert_eq!(
            peer.call("echo", r#"{"text":"größe"}"#).await.status,
            Status::Ok
        );
        peer.end().await;
        let asked = web.asked();
        let lines: Vec<String> = asked.iter().map(Asked::line).collect();
        assert_eq!(
            lines,
            ["POST server/discover", "POST tools/list", "POST tools/call"],
            "no stream, no end of a session"
        );
        let call = &asked[2];
        for (name, value) in [
            ("mcp-method", "tools/call"),
            ("mcp-name", "echo"),
            ("mcp-param-text", "=?base64?Z3LDtsOfZQ==?="),
            ("mcp-protocol-version", "2026-07-28"),
            ("accept", "application/json, text/event-stream"),
        ] {
            assert_eq!(call.header(name), Some(value));
        }
    });
}

/// 2026-07-28: hanging up is how a request is cancelled, and no notification is sent.
#[test]
fn cancelling_a_modern_call_hangs_up() {
    run(async {
        let (told, heard) = std::sync::mpsc::channel();
        let told = std::sync::Mutex::new(told);
        let web = Web::new(move |asked, reply| {
            if asked.rpc() == "tools/call" {
                reply.stream(&[]);
                reply.chunk(b": working\n\n");
                reply.until_closed();
                told.lock().unwrap().send(()).unwrap();
            } else {
                behave_modern(asked, reply);
            }
        });
        let mut peer = Peer::at(&web.url("/mcp"), quiet());
        assert!(peer.opened().await);
        let ticket = peer.begin("echo", "{}");
        peer.until(|update, _| matches!(update, Update::Recorded(entries) if entries.iter().any(|entry| matches!(&entry.facts, mcpscope::session::recorded::Facts::Note(Note::Http(Step::Event { .. }))))).then_some(())).await;
        peer.send(Command::Cancel { conn: 1, ticket });
        let end = peer.until(|update, _| match update {
            Update::Finished { end, .. } => Some(*end),
            _ => None,
        });
        assert_eq!(end.await, End::Cancelled);
        heard.recv_timeout(crate::support::LIMIT).unwrap();
        let session = peer.end().await;
        assert_eq!(
            session.timeline.exchanges().last().unwrap().status,
            Status::Cancelled
        );
        assert!(
            !web.lines().iter().any(|line| line.contains("cancelled")),
            "{:?}",
            web.lines()
        );
    });
}

#[test]
fn what_is_no_mcp_server_is_told_in_words() {
    for (status, headers, body, expected) in [
        (
            200,
            vec![("content-type", "text/html")],
            "<!doctype html>",
            "POST http://WEB/mcp was answered 200 OK with a web page, which is not MCP",
        ),
        (
            401,
            vec![(
                "www-authenticate",
                "Bearer resource_metadata=\"http://h/x\"",
            )],
            "",
            "POST http://WEB/mcp was answered 401 Unauthorized: it wants a login (metadata http://h/x)",
        ),
        (
            404,
            vec![],
            "",
            "POST http://WEB/mcp was answered 404 Not Found with nothing; GET http://WEB/mcp was answered 404 Not Found with nothing",
        ),
        (
            500,
            vec![],
            "",
            "POST http://WEB/mcp was answered 500 Internal Server Error with nothing",
        ),
        (
            429,
            vec![("retry-after", "30")],
            "",
            "POST http://WEB/mcp was answered 429 Too Many Requests; Retry-After: 30 s",
        ),
        (
            200,
            vec![("content-type", "application/json")],
            "{\"cut",
            "POST http://WEB/mcp was answered 200 OK with application/json, which is no JSON-RPC message",
        ),
        (
            302,
            vec![("location", "/login")],
            "",
            "POST http://WEB/mcp redirects to http://WEB/login with 302, which would make a GET of the message",
        ),
    ] {
        run(async {
            let web = Web::new(move |_, reply| reply.send(status, &headers, body));
            assert_eq!(fails(&web).await, expected);
            if status == 429 {
                assert_eq!(web.asked().len(), 1, "not tried again by itself");
            }
        });
    }
}

#[test]
fn a_server_that_breaks_off_says_nothing_of_its_era() {
    run(async {
        for raw in [
            "",
            "HTTP/1.1 200 OK\r\ncontent-length: 100\r\ncontent-type: application/json\r\n\r\n{",
            "SSH-2.0-OpenSSH_9\r\n",
        ] {
            let web = Web::new(move |_, reply| reply.raw(raw.as_bytes()));
            let why = fails(&web).await;
            assert!(
                why.contains("closed the connection")
                    || why.contains("broke off")
                    || why.contains("did not answer in HTTP"),
                "{why}"
            );
            assert_eq!(web.asked().len(), 1, "no handshake on such evidence");
        }
        let nobody = Web::new(behave).url("/mcp");
        let mut peer = Peer::at(&nobody, quiet());
        assert!(!peer.opened().await);
        assert!(
            failure(&peer).starts_with("nothing listens at 127.0.0.1:"),
            "{}",
            failure(&peer)
        );
        peer.end().await;
    });
}

/// Runs a call that `answer` answers, on a server that behaves otherwise.
async fn call(
    answer: impl Fn(&Asked, &mut Reply) + Send + Sync + 'static,
) -> (Status, Session, Web) {
    let web = Web::new(
        move |asked, reply| match (asked.rpc().as_str(), asked.method.as_str()) {
            ("tools/call", _) => answer(asked, reply),
            (_, "GET") if asked.header("last-event-id").is_some() => answer(asked, reply),
            _ => behave(asked, reply),
        },
    );
    let mut peer = Peer::at(&web.url("/mcp"), quiet());
    assert!(peer.opened().await);
    let status = peer.call("echo", "{}").await.status;
    (status, peer.end().await, web)
}

#[test]
fn calls_end_whatever_the_server_does() {
    type Answer = fn(&Asked, &mut Reply);
    let answers: [(&str, Answer, Status); 9] = [
        (
            "a slow drip",
            |asked, reply| {
                reply.stream(&[]);
                for byte in format!(
                    ": hi\r\n\r\nevent: message\r\ndata: {}\r\n\r\n",
                    asked.result("{}")
                )
                .bytes()
                {
                    reply.chunk(&[byte]);
                }
                reply.end();
            },
            Status::Ok,
        ),
        (
            "several events",
            |asked, reply| {
                reply.stream(&[]);
                reply.event(r#"{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"x"}}"#);
                reply.event(&asked.result("{}"));
                reply.end();
            },
            Status::Ok,
        ),
        (
            "a batch",
            |asked, reply| {
                reply.json(&format!(
                    r#"[{{"jsonrpc":"2.0","method":"x"}},{}]"#,
                    asked.result("{}")
                ));
            },
            Status::Ok,
        ),
        (
            "the wrong type",
            |asked, reply| reply.send(200, &[("content-type", "text/plain")], &asked.result("{}")),
            Status::Ok,
        ),
        (
            "an error without id",
            |_, reply| {
                reply.send(
                    400,
                    &[],
                    r#"{"jsonrpc":"2.0","error":{"code":-32602,"message":"x"}}"#,
                );
            },
            Status::Error(-32602),
        ),
        (
            "another id",
            |_, reply| reply.json(r#"{"jsonrpc":"2.0","id":99,"result":{}}"#),
            Status::Http(200),
        ),
        (
            "a cut stream",
            |_, reply| {
                reply.stream(&[]);
                reply.chunk(b"data: {\"jsonrpc\":");
                reply.raw(b"");
            },
            Status::Http(200),
        ),
        (
            "an event that is no JSON",
            |_, reply| {
                reply.stream(&[]);
                reply.event("{nonsense");
                reply.end();
            },
            Status::Http(200),
        ),
        (
            "a gateway's page",
            |_, reply| {
                reply.send(
                    502,
                    &[("content-type", "text/html")],
                    "<html>Bad Gateway</html>",
                );
            },
            Status::Http(502),
        ),
    ];
    for (name, answer, expected) in answers {
        run(async {
            let (status, session, _web) = call(answer).await;
            assert_eq!(status, expected, "{name}");
            if expected == Status::Http(502) {
                let excerpt = session.steps().into_iter().find_map(|step| match step {
                    Step::End { excerpt, .. } => excerpt,
                    _ => None,
                });
                assert_eq!(excerpt.as_deref(), Some("<html>Bad Gateway</html>"));
            }
        });
    }
}

/// 2025-11-25: the server may hang up and be polled; the rest comes with a GET that names the last event.
#[test]
fn a_stream_that_broke_off_is_resumed() {
    run(async {
        let asked_again = AtomicUsize::new(0);
        let (status, session, web) = call(move |asked, reply| {
            reply.stream(&[]);
            match asked.header("last-event-id") {
                None => {
                    reply.chunk(b"id: e1\nretry: 0\ndata:\n\n");
                    reply.end();
                }
                Some("e1") if asked_again.fetch_add(1, Ordering::SeqCst) == 0 => {
                    reply.chunk(b"id: e2\nretry: 0\ndata:\n\n");
                    reply.raw(b"");
                }
                Some(last) => {
                    assert_eq!(last, "e2");
                    // The id of the request, as the engine counts.
                    reply.event(r#"{"jsonrpc":"2.0","id":2,"result":{}}"#);
                    reply.end();
                }
            }
        })
        .await;
        assert_eq!(status, Status::Ok);
        let resumed: Vec<String> = web
            .asked()
            .iter()
            .filter_map(|asked| asked.header("last-event-id").map(str::to_owned))
            .collect();
        assert_eq!(resumed, ["e1", "e2"]);
        assert_eq!(
            session
                .steps()
                .iter()
                .filter(|step| matches!(step, Step::Wait { .. }))
                .count(),
            2
        );
    });
}

#[test]
fn an_expired_session_is_opened_anew() {
    run(async {
        let calls = AtomicUsize::new(0);
        let web = Web::new(move |asked, reply| {
            if asked.rpc() == "tools/call" && calls.fetch_add(1, Ordering::SeqCst) == 1 {
                let body = r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32001,"message":"Session not found"}}"#;
                reply.send(404, &[("content-type", "application/json")], body);
            } else {
                behave(asked, reply);
            }
        });
        let mut peer = Peer::at(&web.url("/mcp"), quiet());
        assert!(peer.opened().await);
        assert_eq!(peer.call("echo", "{}").await.status, Status::Ok);
        assert_eq!(peer.call("echo", "{}").await.status, Status::Http(404));
        assert!(peer.opened().await, "opened again");
        assert_eq!(peer.call("echo", "{}").await.status, Status::Ok);
        peer.end().await;
        let opened = web
            .lines()
            .iter()
            .filter(|line| *line == "POST initialize")
            .count();
        assert_eq!(opened, 2);
    });
}

#[test]
fn a_server_that_forgets_every_session_is_not_asked_for_ever() {
    run(async {
        let web = Web::new(|asked, reply| {
            if asked.rpc() == "tools/call" {
                reply.send(404, &[], "");
            } else {
                behave(asked, reply);
            }
        });
        let mut peer = Peer::at(&web.url("/mcp"), quiet());
        assert!(peer.opened().await);
        assert_eq!(peer.call("echo", "{}").await.status, Status::Http(404));
        assert!(!peer.opened().await);
        assert_eq!(failure(&peer), "the server forgets every session at once");
        peer.end().await;
    });
}

#[test]
fn redirects_are_entries_and_take_no_secret_to_another_host() {
    run(async {
        let other = Web::new(behave);
        let there = other.url("/mcp");
        let web = Web::new(move |_, reply| reply.send(307, &[("location", &there)], ""));
        let mut address = Address::new(http::address(&web.url("/mcp")).unwrap());
        address.headers = vec![
            ("authorization".into(), "Bearer sekrit".into()),
            ("x-mine".into(), "own".into()),
        ];
        let mut peer = Peer::to(Target::Address(address), quiet());
        assert!(peer.opened().await);
        let session = peer.end().await;
        for asked in web.asked() {
            assert_eq!(
                (asked.header("authorization"), asked.header("x-mine")),
                (Some("Bearer sekrit"), Some("own"))
            );
            // Who did not name the session does not get to see it.
            assert_eq!(asked.header("mcp-session-id"), None, "{}", asked.line());
        }
        let named = other.asked();
        let named = named
            .iter()
            .filter(|asked| asked.header("mcp-session-id").is_some());
        assert!(named.count() > 0, "who named the session knows it again");
        for asked in other.asked() {
            assert_eq!(
                (asked.header("authorization"), asked.header("x-mine")),
                (None, None),
                "{}",
                asked.line()
            );
        }
        assert!(session.steps().iter().any(|step| matches!(
            step,
            Step::Request {
                follows: Some(1),
                ..
            }
        )));
        for entry in &session.entries {
            assert!(!entry.text().contains("sekrit"), "{}", entry.text());
        }
    });
}

#[test]
fn the_servers_own_stream_is_heard_and_a_storm_ends() {
    run(async {
        let web = Web::new(|asked, reply| {
            if asked.method == "GET" {
                reply.stream(&[]);
                reply.chunk(b"retry: 0\nid: 1\ndata:\n\n");
                reply.end();
            } else {
                behave(asked, reply);
            }
        });
        let mut peer = Peer::at(&web.url("/mcp"), quiet());
        assert!(peer.opened().await);
        peer.until(|update, timeline| {
            let _ = timeline;
            matches!(update, Update::Recorded(entries) if entries.iter().any(|entry| matches!(&entry.facts,
                mcpscope::session::recorded::Facts::Note(Note::Remark { what }) if what.contains("it is not opened again"))))
            .then_some(())
        })
        .await;
        assert_eq!(
            peer.call("echo", "{}").await.status,
            Status::Ok,
            "the rest works on"
        );
        peer.end().await;
        assert_eq!(web.lines().iter().filter(|line| *line == "GET").count(), 6);
    });
    run(async {
        let web = Web::new(|asked, reply| {
            if asked.method == "GET" {
                reply.stream(&[]);
                reply.event(r#"{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#);
                reply.until_closed();
            } else {
                behave(asked, reply);
            }
        });
        let mut peer = Peer::at(&web.url("/mcp"), quiet());
        peer.listed(List::Tools).await;
        peer.end().await;
        web.is_left();
    });
}

#[test]
fn an_older_server_is_found_by_the_cascade() {
    run(async {
        let web = older();
        let mut peer = Peer::at(&web.url("/sse"), quiet());
        assert!(peer.opened().await);
        assert_eq!(peer.call("echo", "{}").await.status, Status::Ok);
        peer.end().await;
        assert_eq!(
            web.lines()[..4],
            [
                "POST server/discover",
                "POST initialize",
                "GET",
                "POST initialize"
            ]
        );
        web.is_left();
    });
}

/// HTTP+SSE, at every path.
fn older() -> Web {
    let stream = std::sync::Mutex::new(None::<std::sync::mpsc::Sender<String>>);
    Web::new(
        move |asked, reply| match (asked.method.as_str(), asked.path.as_str()) {
            ("GET", _) => {
                let (sender, events) = std::sync::mpsc::channel();
                *stream.lock().unwrap() = Some(sender);
                reply.stream(&[]);
                reply.chunk(b"event: endpoint\ndata: messages?sessionId=s\n\n");
                reply.events(&events, |event| event.contains("\"end\""));
            }
            (_, "/messages?sessionId=s") => {
                let sender = stream.lock().unwrap().clone().unwrap();
                match asked.rpc().as_str() {
                "initialize" => sender.send(asked.result(r#"{"protocolVersion":"2024-11-05","capabilities":{},"serverInfo":{"name":"o","version":"1"}}"#)).unwrap(),
                "tools/call" if asked.body.windows(5).any(|window| window == b"\"bye\"") => {
                    sender.send(r#"{"jsonrpc":"2.0","method":"end"}"#.to_owned()).unwrap();
                }
                "tools/call" => sender.send(asked.result("{}")).unwrap(),
                _ => {}
            }
                reply.send(202, &[("content-type", "text/plain")], "Accepted");
            }
            _ => reply.send(405, &[("content-type", "text/plain")], "Method Not Allowed"),
        },
    )
}

#[test]
fn the_end_of_the_older_stream_is_the_end_of_the_connection() {
    run(async {
        let web = older();
        let mut address = Address::new(http::address(&web.url("/sse")).unwrap());
        address.choice = mcpscope::mcp::http::Choice::Sse;
        let mut peer = Peer::to(Target::Address(address), options(EraChoice::Legacy));
        assert!(peer.opened().await);
        let ended = peer.call("bye", "{}").await;
        assert_eq!(ended.status, Status::Http(200));
        peer.until(|update, _| matches!(update, Update::Gone { .. }).then_some(()))
            .await;
        assert_eq!(failure(&peer), "the server ended the HTTP+SSE stream");
        peer.end().await;
    });
}

#[test]
fn tls_needs_a_certificate_that_is_trusted() {
    run(async {
        let web = Web::tls(behave);
        let mut address = Address::new(http::address(&web.url("/mcp")).unwrap());
        let mut peer = Peer::to(Target::Address(address.clone()), quiet());
        assert!(!peer.opened().await);
        let why = failure(&peer);
        assert!(
            why.contains("signed by nobody who is trusted here"),
            "{why}"
        );
        peer.end().await;
        address.insecure = true;
        let mut peer = Peer::to(Target::Address(address.clone()), quiet());
        assert!(peer.opened().await);
        peer.end().await;
        address.insecure = false;
        address.cacert = Some(
            concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/tests/it/support/tls/authority.pem"
            )
            .into(),
        );
        let mut peer = Peer::to(Target::Address(address), quiet());
        assert!(peer.opened().await);
        let hop = *peer.timeline.hops().get(0).unwrap();
        let parts = [hop.connect, hop.tls].map(|part| part.expect("there was no connection yet"));
        assert!(
            parts.iter().sum::<u32>() <= hop.first_byte.unwrap(),
            "{parts:?}"
        );
        peer.end().await;
        let plain = Web::new(behave);
        let mut peer = Peer::at(&plain.url("/mcp").replace("http:", "https:"), quiet());
        assert!(!peer.opened().await);
        assert!(
            failure(&peer).starts_with("no TLS with 127.0.0.1:"),
            "{}",
            failure(&peer)
        );
        peer.end().await;
    });
}

/// A probe that nobody answers is no verdict over HTTP.
#[test]
fn silence_is_no_verdict() {
    run(async {
        let web = Web::new(|_, reply| reply.until_closed());
        let mut peer = Peer::at(
            &web.url("/mcp"),
            Options {
                request_wait: std::time::Duration::from_millis(50),
                ..options(EraChoice::Modern)
            },
        );
        assert!(!peer.opened().await);
        assert!(
            failure(&peer).starts_with("no answer to server/discover"),
            "{}",
            failure(&peer)
        );
        peer.end().await;
        assert_eq!(web.lines(), ["POST server/discover"]);
    });
}

/// Some servers ask only there (handshake era); the answers go out as messages of their own.
#[test]
fn what_a_server_asks_on_its_own_stream_is_answered() {
    run(async {
        let web = Web::new(|asked, reply| {
            if asked.method == "GET" {
                reply.stream(&[]);
                reply.event(r#"{"jsonrpc":"2.0","id":"p","method":"ping"}"#);
                reply.event(r#"{"jsonrpc":"2.0","id":"r","method":"roots/list"}"#);
                reply.until_closed();
            } else if asked.rpc().is_empty() && asked.method == "POST" {
                reply.send(202, &[], "");
            } else {
                behave(asked, reply);
            }
        });
        let mut peer = Peer::at(&web.url("/mcp"), quiet());
        peer.until(|_, timeline| (timeline.exchanges().len() == 4).then_some(()))
            .await;
        let session = peer.end().await;
        // Each has an exchange of its own, so which arrives first is open.
        let mut said: Vec<String> = web
            .asked()
            .iter()
            .filter(|asked| asked.method == "POST" && asked.rpc().is_empty())
            .map(|asked| String::from_utf8_lossy(&asked.body).into_owned())
            .collect();
        said.sort_unstable();
        assert_eq!(
            said,
            [
                r#"{"jsonrpc":"2.0","id":"p","result":{}}"#,
                r#"{"jsonrpc":"2.0","id":"r","error":{"code":-32601,"message":"roots/list is not supported by this client"}}"#
            ]
        );
        let statuses: Vec<Status> = session
            .timeline
            .exchanges()
            .iter()
            .map(|exchange| exchange.status)
            .collect();
        assert_eq!(statuses[2..], [Status::Ok, Status::Error(-32601)]);
    });
}

/// The end does not wait for a server that does not answer any more.
#[test]
fn a_server_that_never_answers_the_end_is_left_all_the_same() {
    run(async {
        let web = Web::new(|asked, reply| match asked.method.as_str() {
            "DELETE" => reply.until_closed(),
            _ => behave(asked, reply),
        });
        let mut peer = Peer::at(&web.url("/mcp"), quiet());
        assert!(peer.opened().await);
        let session = peer.end().await;
        assert!(matches!(
            session.entries.last().map(|entry| Note::read(&entry.body)),
            Some(Note::Closed { what: None })
        ));
        web.is_left();
    });
}

/// A message that is refused although it wants no answer is told of.
#[test]
fn a_notification_that_is_refused_is_no_secret() {
    run(async {
        let web = Web::new(|asked, reply| match asked.rpc().as_str() {
            "notifications/initialized" => reply.send(500, &[], "boom"),
            _ => behave(asked, reply),
        });
        let mut peer = Peer::at(&web.url("/mcp"), quiet());
        assert!(peer.opened().await);
        assert_eq!(peer.call("echo", "{}").await.status, Status::Ok);
        let session = peer.end().await;
        let notes = session.notes();
        assert!(
            notes
                .iter()
                .any(|note| note.starts_with("a message did not arrive: POST ")),
            "{notes:?}"
        );
        assert!(
            !web.lines().contains(&"GET".to_owned()),
            "no stream before the handshake is accepted"
        );
    });
}
