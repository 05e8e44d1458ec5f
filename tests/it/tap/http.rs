//! The tap between a client and an address: what passes is what was said, the recording tells it in order, and shows
//! it as an exchange of our own.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use mcpscope::json;
use mcpscope::session::timeline::Status;
use mcpscope::session::{Channel, Direction};

use crate::support::program::Home;
use crate::support::web::{Asked, Reply, Web, behave, behave_modern};
use crate::support::{Session, eventually};

/// A tap that listens. Dropping it kills it.
pub struct Tap {
    pub home: Home,
    child: Child,
    pub address: String,
}

impl Tap {
    fn of(web: &Web, path: &str) -> Self {
        Self::start(&["--to", &web.url(path)])
    }

    pub fn start(words: &[&str]) -> Self {
        Self::with(words, &[])
    }

    /// With variables of the environment that name proxies.
    pub fn with(words: &[&str], proxies: &[(&str, &str)]) -> Self {
        let home = Home::new();
        let words = [&["tap", "--listen", "0", "--record", "t.jsonl"], words].concat();
        let mut child = home
            .command(&words)
            .envs(proxies.iter().copied())
            .stderr(Stdio::piped())
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let mut said = String::new();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        stderr.read_line(&mut said).unwrap();
        // Nobody has to wait for it.
        thread::spawn(move || stderr.read_to_end(&mut Vec::new()));
        let address = said.split(' ').nth(1).unwrap_or_default();
        let address = address
            .strip_prefix("http://")
            .unwrap_or_else(|| panic!("{said}"));
        let address = address.split('/').next().unwrap().to_owned();
        Self {
            home,
            child,
            address,
        }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Ends it, and reads what it recorded.
    pub fn end(mut self) -> Session {
        super::terminate(&self.child);
        assert_eq!(self.child.wait().unwrap().code(), Some(143));
        Session::read(&self.home.path("t.jsonl"))
    }

    fn session(&self) -> Session {
        Session::read(&self.home.path("t.jsonl"))
    }

    /// Sends bytes, and reads until the other side closes.
    pub fn talk(&self, bytes: &[u8]) -> Vec<u8> {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.write_all(bytes).unwrap();
        let mut back = Vec::new();
        let _ = stream.read_to_end(&mut back);
        back
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn both_eras_pass_and_open_as_a_session() {
    type Behave = fn(&Asked, &mut Reply);
    for (answer, revision, told) in [
        (behave as Behave, "2025-11-25", "hello\n"),
        (behave_modern, "2026-07-28", "modern\n"),
    ] {
        let web = Web::new(answer);
        let tap = Tap::of(&web, "/mcp");
        let url = tap.url("/mcp");
        let run = tap
            .home
            .run(&["call", "echo", "text=hi", "--no-record", "--url", &url]);
        assert_eq!((run.stdout.as_str(), run.code), (told, Some(0)), "{run}");
        let session = tap.end();
        let state = session.timeline.state();
        let connection = state.connection(1).unwrap();
        assert!(connection.tapped && state.connection(2).is_none());
        assert_eq!(connection.revision.unwrap().to_string(), revision);
        assert!(connection.ended_us.is_some());
        // What was sent, in its order, is what the server was asked.
        let sent: Vec<String> = session.methods();
        let asked: Vec<String> = web
            .asked()
            .iter()
            .map(Asked::rpc)
            .filter(|rpc| !rpc.is_empty())
            .collect();
        assert_eq!(sent, asked);
        let call = session.timeline.exchanges().last().unwrap();
        assert_eq!(
            (call.status, session.timeline.word(call.subject)),
            (Status::Ok, "echo")
        );
        // Each frame has the exchange that carried it.
        let hops = session.timeline.hops();
        assert_eq!(hops.all().len(), web.asked().len());
        let hop = hops.get(hops.carrier(call.request).unwrap()).unwrap();
        assert_eq!(hop.status, 200);
        // The server was called by its own name.
        let host = web.url("").replace("http://", "");
        assert!(
            web.asked()
                .iter()
                .all(|asked| asked.header("host") == Some(&host))
        );
    }
}

#[test]
fn a_request_is_recorded_before_the_server_has_it_and_an_event_before_the_client_has_it() {
    let file = Arc::new(Mutex::new(None::<std::path::PathBuf>));
    let web = {
        let file = Arc::clone(&file);
        Web::new(move |asked, reply| {
            let path = file.lock().unwrap().clone().unwrap();
            let recorded = std::fs::read_to_string(path).unwrap();
            assert!(recorded.contains(&format!("\"method\":\"m/{}\"", asked.id())));
            reply.stream(&[]);
            for number in 0..3 {
                reply.event(&format!(r#"{{"jsonrpc":"2.0","method":"n/{number}"}}"#));
            }
            // Half an event goes on as it comes.
            reply.chunk(b"data: {\"jsonrpc\":");
            reply.until_closed();
        })
    };
    let tap = Tap::of(&web, "/mcp");
    let path = tap.home.path("t.jsonl");
    *file.lock().unwrap() = Some(path.clone());
    let body = r#"{"jsonrpc":"2.0","id":1,"method":"m/1"}"#;
    let mut stream = TcpStream::connect(&tap.address).unwrap();
    write!(
        stream,
        "POST /mcp HTTP/1.1\r\nhost: {}\r\ncontent-length: {}\r\n\r\n{body}",
        tap.address,
        body.len()
    )
    .unwrap();
    let mut seen = String::new();
    let mut buffer = [0; 4096];
    let (mut number, mut half) = (0, false);
    while !half {
        let count = stream.read(&mut buffer).unwrap();
        assert!(count > 0, "{seen}");
        seen += &String::from_utf8_lossy(&buffer[..count]);
        let recorded = std::fs::read_to_string(&path).unwrap();
        while seen.contains(&format!("\"n/{number}\"")) {
            assert!(recorded.contains(&format!("\"method\":\"n/{number}\"")));
            number += 1;
        }
        half = seen.ends_with("data: {\"jsonrpc\":\r\n");
    }
    assert_eq!(number, 3);
    // The client goes, and the server notices.
    drop(stream);
    web.is_left();
    eventually("the end is recorded", || {
        let recorded = std::fs::read_to_string(&path).unwrap();
        recorded.contains("\"error\":\"the client closed it\"")
    });
}

#[test]
fn bodies_and_headers_stay_what_they_are() {
    // A body that is neither JSON nor text, and headers with spellings and secrets of their own.
    let noise = super::noise(100_000);
    let back = noise.clone();
    let web = Web::new(move |asked, reply| {
        let mut bytes = format!(
            "HTTP/1.1 200 OK\r\nX-MiXed: {}\r\nset-cookie: a=SECRETSECRET\r\nset-cookie: b=2\r\nconnection: X-Hop\r\nx-hop: 1\r\ncontent-length: {}\r\n\r\n",
            asked.body.len(),
            back.len()
        )
        .into_bytes();
        bytes.extend_from_slice(&back);
        reply.raw(&bytes);
    });
    let tap = Tap::of(&web, "/mcp");
    let mut request = format!(
        "POST /other?a=%7E1 HTTP/1.1\r\nHost: evil.example\r\nOrigin: http://evil.example\r\nAuthorization: Bearer SECRETSECRET\r\nCookie: c=SECRETSECRET\r\nx-MINE: 1\r\nAccept-Encoding: gzip\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
        noise.len()
    )
    .into_bytes();
    request.extend_from_slice(&noise);
    let answer = tap.talk(&request);
    let at = memchr::memmem::find(&answer, b"\r\n\r\n").unwrap();
    let head = String::from_utf8_lossy(&answer[..at]).into_owned();
    assert!(answer[at + 4..] == noise, "{} bytes: {head}", answer.len());
    assert!(
        head.contains(&format!("X-MiXed: {}", noise.len())),
        "{head}"
    );
    assert!(
        head.contains("set-cookie: a=SECRETSECRET\r\nset-cookie: b=2") && !head.contains("x-hop"),
        "{head}"
    );
    let asked = &web.asked()[0];
    assert!(asked.body == noise && asked.path == "/other?a=%7E1");
    for (name, value) in [
        ("host", "evil.example"),
        ("origin", "http://evil.example"),
        ("authorization", "Bearer SECRETSECRET"),
        ("cookie", "c=SECRETSECRET"),
        ("x-mine", "1"),
        // Or nobody could see what was answered.
        ("accept-encoding", "identity"),
    ] {
        assert_eq!(asked.header(name), Some(value));
    }
    let names: Vec<&str> = asked
        .headers
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    assert!(
        !names.contains(&"accept") && !names.contains(&"user-agent"),
        "{names:?}"
    );
    let recorded = std::fs::read_to_string(tap.home.path("t.jsonl")).unwrap();
    assert!(
        recorded.contains(r#"["authorization","Bearer ‹masked"#),
        "{recorded}"
    );
    assert!(!recorded.contains("SECRETSECRET"), "{recorded}");
}

#[test]
fn keys_in_addresses_are_masked_wherever_they_are_repeated() {
    let web = Web::new(|asked, reply| {
        let told = format!(r#"{{"told":"{}"}}"#, asked.path);
        reply.json(&asked.result(&told));
    });
    let tap = Tap::of(&web, "/mcp?api_key=a-key-of-the-server");
    let body = r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#;
    let request = format!(
        "POST /mcp?token=a-token-of-the-client HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let answer = String::from_utf8(tap.talk(request.as_bytes())).unwrap();
    let keys = ["a-key-of-the-server", "a-token-of-the-client"];
    // Each went where it was meant to go.
    assert!(keys.iter().any(|key| answer.contains(key)), "{answer}");
    let recorded = std::fs::read_to_string(tap.home.path("t.jsonl")).unwrap();
    for key in keys {
        assert!(!recorded.contains(key), "{recorded}");
    }
}

#[test]
fn a_server_behind_tls_is_reached_and_another_one_is_not_trusted() {
    let web = Web::tls(behave);
    let certificate = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/it/support/tls/authority.pem"
    );
    let to = web.url("/mcp");
    for trust in [&["--cacert", certificate][..], &["--insecure"], &[]] {
        let tap = Tap::start(&[&["--to", &to], trust].concat());
        let url = tap.url("/mcp");
        let words = ["call", "echo", "text=hi", "--no-record", "--url", &url];
        let run = tap.home.run(&words);
        if trust.is_empty() {
            assert!(run.stderr.contains("502"), "{run}");
            let told = tap.end().entries;
            let why = "its certificate is signed by nobody who is trusted here";
            assert!(told.iter().any(|entry| entry.text().contains(why)));
        } else {
            assert_eq!(
                (run.stdout.as_str(), run.code),
                ("hello\n", Some(0)),
                "{run}"
            );
        }
    }
}

#[test]
fn an_unreachable_server_is_told_and_recorded() {
    let gone = Web::new(behave).url("/mcp");
    let tap = Tap::start(&["--to", &gone]);
    let body = r#"{"jsonrpc":"2.0","id":5,"method":"tools/list"}"#;
    let request = format!(
        "POST /mcp HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let answer = String::from_utf8(tap.talk(request.as_bytes())).unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 502 Bad Gateway\r\n"),
        "{answer}"
    );
    assert!(
        answer.contains("mcpscope tap: nothing listens at 127.0.0.1:"),
        "{answer}"
    );
    let session = tap.end();
    let call = session.timeline.exchanges().last().unwrap();
    assert_eq!(call.status, Status::Http(0));
    assert!(session.timeline.hops().all()[0].broken);
}

#[test]
fn the_older_transport_passes_even_when_it_names_the_servers_own_address() {
    for whole in [false, true] {
        let (events, from) = std::sync::mpsc::channel::<String>();
        let (events, from) = (Mutex::new(events), Mutex::new(from));
        let place = Arc::new(Mutex::new(String::new()));
        let told = Arc::clone(&place);
        let web = Web::new(move |asked, reply| {
            match (asked.method.as_str(), asked.path.as_str()) {
                ("GET", "/sse") => {
                    reply.stream(&[]);
                    let base = if whole {
                        told.lock().unwrap().clone()
                    } else {
                        String::new()
                    };
                    reply.chunk(
                        format!("event: endpoint\ndata: {base}/messages?sessionId=1\n\n")
                            .as_bytes(),
                    );
                    reply.events(&from.lock().unwrap(), |_| false);
                }
                ("POST", "/messages?sessionId=1") => {
                    reply.send(202, &[], "Accepted");
                    let answer = match asked.rpc().as_str() {
                    "initialize" => asked.result(r#"{"protocolVersion":"2024-11-05","capabilities":{"tools":{}},"serverInfo":{"name":"old","version":"1"}}"#),
                    "tools/list" => asked.result(r#"{"tools":[{"name":"echo","inputSchema":{"type":"object"}}]}"#),
                    _ if asked.id() == "null" => return,
                    _ => asked.result(r#"{"content":[{"type":"text","text":"old"}]}"#),
                };
                    events.lock().unwrap().send(answer).unwrap();
                }
                _ => reply.send(405, &[], ""),
            }
        });
        place.lock().unwrap().push_str(&web.url(""));
        let tap = Tap::of(&web, "/sse");
        let url = tap.url("/sse");
        let words = [
            "call",
            "echo",
            "--no-record",
            "--transport",
            "sse",
            "--url",
            &url,
        ];
        let run = tap.home.run(&words);
        assert_eq!((run.stdout.as_str(), run.code), ("old\n", Some(0)), "{run}");
        let session = tap.end();
        let state = session.timeline.state();
        assert!(state.connection(1).is_some() && state.connection(2).is_none());
        let statuses: Vec<Status> = session
            .timeline
            .exchanges()
            .iter()
            .map(|one| one.status)
            .collect();
        assert!(
            statuses.iter().all(|status| *status == Status::Ok),
            "{statuses:?}"
        );
        let changed = session
            .entries
            .iter()
            .any(|entry| entry.text().contains("changed by the tap"));
        assert_eq!(changed, whole);
    }
}

#[test]
fn many_clients_at_once_are_connections_of_their_own_and_every_request_stands_before_its_answer() {
    let web = Web::new(|asked, reply| match asked.rpc().as_str() {
        "initialize" => {
            let session = json::string_at(&asked.body, &["params", "who"]).unwrap();
            reply.send(
                200,
                &[
                    ("content-type", "application/json"),
                    ("mcp-session-id", &session),
                ],
                &asked.result("{}"),
            );
        }
        _ => reply.json(&asked.result("{}")),
    });
    let tap = Tap::of(&web, "/mcp");
    let clients: Vec<_> = (0..8)
        .map(|who| {
            let address = tap.address.clone();
            thread::spawn(move || {
                let mut stream = BufReader::new(TcpStream::connect(&address).unwrap());
                for id in 0..100 {
                    let (method, session) = match id {
                        0 => ("initialize", String::new()),
                        _ => ("ping", format!("mcp-session-id: s{who}\r\n")),
                    };
                    let body = format!(
                        r#"{{"jsonrpc":"2.0","id":{id},"method":"{method}","params":{{"who":"s{who}"}}}}"#
                    );
                    let request = format!(
                        "POST /mcp HTTP/1.1\r\nhost: x\r\n{session}content-length: {}\r\n\r\n{body}",
                        body.len()
                    );
                    stream.get_mut().write_all(request.as_bytes()).unwrap();
                    let mut length = 0;
                    loop {
                        let mut line = String::new();
                        stream.read_line(&mut line).unwrap();
                        match line.trim_end().split_once(": ") {
                            Some(("content-length", text)) => length = text.parse().unwrap(),
                            None if line == "\r\n" => break,
                            _ => {}
                        }
                    }
                    let mut body = vec![0; length];
                    stream.read_exact(&mut body).unwrap();
                    let got = json::get(&body, &["id"]).and_then(json::integer);
                    assert_eq!(got, Some(id));
                }
            })
        })
        .collect();
    for client in clients {
        client.join().unwrap();
    }
    let session = tap.end();
    assert_eq!(session.timeline.state().connections().count(), 8);
    assert_eq!(session.timeline.exchanges().len(), 800);
    for exchange in session.timeline.exchanges() {
        assert_eq!(exchange.status, Status::Ok);
        assert!(exchange.request < exchange.response.unwrap());
    }
    for connection in session.timeline.state().connections() {
        let of = session.entries.iter().filter(|entry| {
            entry.conn == connection.number
                && entry.channel == Channel::Wire
                && entry.direction == Direction::Out
        });
        let who: std::collections::HashSet<_> = of
            .map(|entry| json::string_at(&entry.body, &["params", "who"]))
            .collect();
        assert_eq!(who.len(), 1, "{who:?}");
    }
}

#[test]
fn a_kill_loses_no_answer_that_went_on() {
    for round in 0..5 {
        let web = Web::new(|asked, reply| reply.json(&asked.result("{}")));
        let mut tap = Tap::of(&web, "/mcp");
        let mut stream = BufReader::new(TcpStream::connect(&tap.address).unwrap());
        let mut last = 0;
        for id in 1..2_000 {
            let body = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"ping"}}"#);
            let head = format!(
                "POST /mcp HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            );
            if stream.get_mut().write_all(head.as_bytes()).is_err() {
                break;
            }
            let wanted = format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},\"result\":{{}}}}");
            let mut seen = Vec::new();
            while !seen.ends_with(wanted.as_bytes()) {
                let mut byte = [0];
                if stream.read(&mut byte).unwrap_or(0) == 0 {
                    break;
                }
                seen.push(byte[0]);
            }
            if !seen.ends_with(wanted.as_bytes()) {
                break;
            }
            last = id;
            if id == 7 + round * 13 {
                tap.child.kill().unwrap();
            }
        }
        assert!(last > 0);
        let session = tap.session();
        let answered = session
            .timeline
            .exchanges()
            .iter()
            .filter(|one| one.status == Status::Ok);
        assert!(answered.count() >= last, "{last} answers went on");
    }
}

#[test]
fn a_tap_is_found_while_it_runs() {
    let web = Web::new(behave);
    let tap = Tap::of(&web, "/mcp");
    let told = tap.home.run(&["tap", "--running"]);
    let at = format!(" at http://{}, since 2", tap.address);
    assert!(told.stdout.contains(&at), "{told}");
    assert!(told.stdout.ends_with(": HOME/t.jsonl\n"), "{told}");
    super::terminate(&tap.child);
    eventually("it is on the list no more", || {
        tap.home.run(&["tap", "--running"]).stdout.is_empty()
    });
}

#[test]
fn the_wrong_ways_to_ask_for_it_are_told() {
    let home = Home::new();
    let told = |words: &[&str]| {
        let run = home.run(words);
        assert_eq!(run.code, Some(2), "{run}");
        run.stderr
    };
    let to = "http://127.0.0.1:9/mcp";
    assert!(told(&["tap", "--url", to]).contains("--listen"));
    assert!(told(&["tap", "--listen", "0", "--", "cat"]).contains("--to"));
    let public = told(&["tap", "--listen", "0.0.0.0:0", "--to", to]);
    assert!(
        public.contains("not an address of this machine alone") && public.contains("--public"),
        "{public}"
    );
    assert!(
        told(&["tap", "--listen", "0", "--url", to, "--header", "a: b"])
            .contains("leave --header out")
    );
    let user = told(&[
        "tap",
        "--listen",
        "0",
        "--to",
        "http://me:pw-of-mine@127.0.0.1:9/mcp",
    ]);
    assert!(
        user.contains("out of --to") && !user.contains("pw-of-mine"),
        "{user}"
    );
}
