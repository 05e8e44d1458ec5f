//! What the server asks over HTTP, answered by hand in the place of the client: on the stream of a POST, on the stream
//! apart, over the older transport, and as inputs of a request of 2026-07-28.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;

use mcpscope::json;
use mcpscope::session::timeline::Status;
use mcpscope::session::{Direction, Entry};

use super::control::{held, said};
use super::http::Tap;
use crate::support::eventually;
use crate::support::web::{Asked, Reply, Web};

const ASKS: &str = r#"{"jsonrpc":"2.0","id":"ask-1","method":"elicitation/create","params":{"message":"Who?","requestedSchema":{"type":"object","properties":{}}}}"#;
const CALL: &str =
    r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"trip","arguments":{}}}"#;

/// The request, as a client with a session sends it.
fn request(verb: &str, path: &str, more: &str, body: &str) -> String {
    format!(
        "{verb} {path} HTTP/1.1\r\nhost: h\r\nconnection: close\r\nmcp-session-id: the-session\r\nauthorization: Bearer of-mine-alone\r\n{more}content-length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

/// A server that asks before it answers a call, and takes the answer as a POST of its own.
fn asks(told: Sender<String>, heard: Receiver<String>, apart: bool) -> Web {
    let (told, heard) = (Mutex::new(told), Mutex::new(heard));
    Web::new(move |asked: &Asked, reply: &mut Reply| {
        match (asked.method.as_str(), asked.rpc().as_str()) {
            ("GET", _) => {
                reply.stream(&[]);
                if asked.path == "/sse" {
                    reply.chunk(b"event: endpoint\ndata: /messages?sessionId=1\n\n");
                }
                reply.event(ASKS);
                let heard = heard.lock().unwrap().recv_timeout(crate::support::LIMIT);
                reply.event(&format!(
                    r#"{{"jsonrpc":"2.0","method":"n/heard","params":{}}}"#,
                    heard.unwrap()
                ));
                reply.end();
            }
            (_, "tools/call") => {
                reply.stream(&[]);
                if !apart {
                    reply.event(ASKS);
                }
                let heard = heard.lock().unwrap().recv_timeout(crate::support::LIMIT);
                reply.event(&asked.result(&heard.unwrap()));
                reply.end();
            }
            _ => {
                reply.send(202, &[], "");
                let result = json::get(&asked.body, &["result"]).unwrap();
                let result = String::from_utf8_lossy(result).into_owned();
                told.lock().unwrap().send(result).unwrap();
            }
        }
    })
}

/// The answer that the server got, and what the recording has of it.
fn answered(web: &Web, path: &str) -> Asked {
    let asked = web.asked();
    let mut posts = asked.iter().filter(|one| one.method == "POST");
    let answer = posts.rfind(|one| one.rpc().is_empty()).unwrap();
    assert_eq!(
        String::from_utf8_lossy(&answer.body),
        r#"{"jsonrpc":"2.0","id":"ask-1","result":{"action":"decline"}}"#
    );
    assert_eq!(answer.path, path);
    for (name, value) in [
        ("mcp-session-id", "the-session"),
        ("authorization", "Bearer of-mine-alone"),
        ("content-type", "application/json"),
        ("accept", "application/json, text/event-stream"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{name}");
    }
    assert_eq!(answer.header("last-event-id"), None);
    answer.clone()
}

#[test]
fn what_the_server_asks_on_a_stream_is_answered_in_the_clients_place() {
    for (verb, path, posts, body) in [
        ("POST", "/mcp", "/mcp", CALL),
        ("GET", "/mcp", "/mcp", ""),
        ("GET", "/sse", "/messages?sessionId=1", ""),
    ] {
        let (told, heard) = channel();
        let web = asks(told, heard, false);
        let tap = Tap::start(&["--to", &web.url(path)]);
        said(&tap.home, &["hold", "method:elicitation/create", "dir:in"]);
        let came = thread::scope(|scope| {
            let more = "accept: text/event-stream\r\nlast-event-id: 0\r\n";
            let client = scope.spawn(|| tap.talk(request(verb, path, more, body).as_bytes()));
            let frame = held(&tap.home);
            let told = said(&tap.home, &["answer", &frame, r#"{"action":"decline"}"#]);
            assert_eq!(told, format!("#{frame} answered\n"));
            text(client.join().unwrap())
        });
        assert!(!came.contains("ask-1"), "{came}");
        assert!(came.contains(r#"{"action":"decline"}"#), "{came}");
        answered(&web, posts);
        let session = tap.end();
        // Recorded as one of the tap's, on the client's connection, before the server had it.
        let entries = &session.entries;
        let frame = |entry: &&Entry| entry.aux && entry.direction == Direction::Out;
        let own = entries.iter().find(frame).unwrap();
        assert_eq!(own.conn, 1);
        let carrier = session.timeline.with_seq(own.seq).unwrap();
        let carrier = session.timeline.hops().carrier(carrier).unwrap();
        assert_eq!(session.timeline.hops().get(carrier).unwrap().status, 202);
        assert!(session.timeline.state().connection(2).is_none());
        let text: Vec<String> = entries.iter().map(|one| one.text().into_owned()).collect();
        assert!(text.iter().any(|text| text.contains("answered by hand")));
        assert!(!text.concat().contains("of-mine-alone"));
    }
}

#[test]
fn an_answer_that_the_server_refuses_is_told() {
    let web = Web::new(
        |asked: &Asked, reply: &mut Reply| match asked.rpc().as_str() {
            "tools/call" => {
                reply.stream(&[]);
                reply.event(ASKS);
                reply.until_closed();
            }
            _ => reply.send(400, &[], "no such request"),
        },
    );
    let tap = Tap::start(&["--to", &web.url("/mcp")]);
    said(&tap.home, &["hold", "dir:in"]);
    let mut client = TcpStream::connect(&tap.address).unwrap();
    client
        .write_all(request("POST", "/mcp", "", CALL).as_bytes())
        .unwrap();
    let frame = held(&tap.home);
    said(&tap.home, &["answer", &frame, "{}"]);
    let path = tap.home.path("t.jsonl");
    eventually("the refusal is recorded", || {
        let recorded = std::fs::read_to_string(&path).unwrap();
        recorded.contains("does not take the answer that was given by hand: HTTP 400")
    });
}

/// A server of 2026-07-28 that wants input twice, as JSON or on a stream, and then answers.
fn wants(is_stream: bool, bodies: Arc<Mutex<Vec<String>>>) -> Web {
    Web::new(move |asked: &Asked, reply: &mut Reply| {
        let body = String::from_utf8_lossy(&asked.body).into_owned();
        let round = {
            let mut bodies = bodies.lock().unwrap();
            bodies.push(body.clone());
            bodies.len()
        };
        let result = asked.result(&match round {
            1 | 2 => format!(
                r#"{{"resultType":"input_required","requestState":"s/{round}","inputRequests":{{"who{round}":{{"method":"elicitation/create","params":{{"message":"Who?","requestedSchema":{{"type":"object","properties":{{}}}}}}}}}}}}"#
            ),
            _ => r#"{"resultType":"complete","content":[{"type":"text","text":"done"}]}"#.to_owned(),
        });
        if is_stream {
            reply.stream(&[]);
            reply.event(r#"{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"x"}}"#);
            reply.event(&result);
            reply.end();
        } else {
            reply.json(&result);
        }
    })
}

#[test]
fn inputs_that_a_result_wants_are_given_in_the_clients_place() {
    for is_stream in [false, true] {
        let bodies = Arc::<Mutex<Vec<String>>>::default();
        let web = wants(is_stream, Arc::clone(&bodies));
        let tap = Tap::start(&["--to", &web.url("/mcp")]);
        said(&tap.home, &["hold", "method:tools/call", "dir:in"]);
        let call = r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"trip","_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}"#;
        let more =
            "mcp-method: tools/call\r\nmcp-name: trip\r\nmcp-protocol-version: 2026-07-28\r\n";
        let came = thread::scope(|scope| {
            let client = scope.spawn(|| tap.talk(request("POST", "/mcp", more, call).as_bytes()));
            for round in [1, 2] {
                let frame = held(&tap.home);
                // What does not fit is told, and the frame is still held.
                for (words, why) in [
                    (vec!["{}"], "no answer to"),
                    (vec!["{\"x\":1}", "--error"], "no error gives"),
                ] {
                    let run = super::control::control(
                        &tap.home,
                        &[&["answer", &frame], &words[..]].concat(),
                    );
                    assert!(run.code != Some(0) && run.stderr.contains(why), "{run}");
                }
                let result = format!(r#"{{"who{round}":{{"action":"accept","content":{{}}}}}}"#);
                said(&tap.home, &["answer", &frame, &result]);
            }
            let frame = held(&tap.home);
            said(&tap.home, &["release", &frame]);
            text(client.join().unwrap())
        });
        assert!(!came.contains("input_required"), "{came}");
        let done = r#"{"jsonrpc":"2.0","id":7,"result":{"resultType":"complete","content":[{"type":"text","text":"done"}]}}"#;
        assert!(came.contains(done), "{came}");
        let bodies = bodies.lock().unwrap().clone();
        assert_eq!(bodies.len(), 3);
        for (round, body) in bodies.iter().enumerate().skip(1) {
            let id = format!(r#""id":"mcpscope-tap-{round}""#);
            let given = format!(
                r#""inputResponses":{{"who{round}":{{"action":"accept","content":{{}}}}}},"requestState":"s/{round}""#
            );
            assert!(body.contains(&id) && body.contains(&given), "{body}");
            assert_eq!(body.matches("inputResponses").count(), 1, "{body}");
        }
        let last = web.asked().pop().unwrap();
        assert_eq!(last.header("mcp-name"), Some("trip"));
        let session = tap.end();
        let calls = session.timeline.exchanges();
        let statuses: Vec<Status> = calls.iter().map(|call| call.status).collect();
        assert_eq!(
            statuses,
            [Status::InputRequired, Status::InputRequired, Status::Ok]
        );
        let told = session.entries.iter().map(|one| one.text().into_owned());
        let told: Vec<String> = told
            .filter(|text| text.contains("under its own id 7"))
            .collect();
        assert_eq!(told.len(), 2, "{told:?}");
        // One conversation.
        assert_eq!(session.timeline.first_round(2), 0);
        assert!(session.timeline.state().connection(2).is_none());
    }
}

#[test]
fn a_client_that_leaves_takes_its_question_along() {
    let (told, heard) = channel();
    let web = asks(told, heard, false);
    let tap = Tap::start(&["--to", &web.url("/mcp")]);
    said(&tap.home, &["hold", "dir:in"]);
    let mut client = TcpStream::connect(&tap.address).unwrap();
    client
        .write_all(request("POST", "/mcp", "", CALL).as_bytes())
        .unwrap();
    let mut head = String::new();
    BufReader::new(&client).read_line(&mut head).unwrap();
    assert!(head.contains("200"), "{head}");
    held(&tap.home);
    drop(client);
    eventually("nothing is held", || {
        said(&tap.home, &["list"]) == "nothing is held\n"
    });
}
