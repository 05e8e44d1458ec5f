//! Transcripts: what is put in, what is to be done. Requests are told by number, method, path and the headers that
//! tell something.

use std::fmt::Write as _;

use super::headers::masked_url;
use super::*;
use crate::sse::Parser;
use proptest::prelude::*;

struct Play {
    courier: Courier,
    frames: u64,
}

const JSON: &str = "application/json";
const STREAM: &str = "text/event-stream";
const INITIALIZE: &str = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}"#;
const INITIALIZED: &str = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;

fn told(output: &Output) -> String {
    match output {
        Output::Open(request) => {
            let mut text = format!(
                "{} {} {}",
                request.exchange,
                request.verb.word(),
                masked_url(&request.url)
            );
            for (name, value) in &request.headers {
                if !matches!(name.as_str(), "accept" | "content-type" | "cache-control") {
                    write!(text, " {name}={value}").unwrap();
                }
            }
            if !request.credentials {
                text.push_str(" (no credentials)");
            }
            if let Some(follows) = request.follows {
                write!(text, " (follows {follows})").unwrap();
            }
            text
        }
        Output::Stream(exchange) => format!("{exchange} is a stream"),
        Output::Close(exchange) => format!("close {exchange}"),
        Output::Wait {
            exchange, after, ..
        } => format!("{exchange} again in {after:?}"),
        Output::Frame {
            exchange, answers, ..
        } => match answers {
            Some(id) => format!("{exchange} frame answers {id}"),
            None => format!("{exchange} frame"),
        },
        Output::Unanswered { id, loss } => {
            format!("request {id} {}: {}", loss.kind.word(), loss.what)
        }
        Output::Refused(refusal) => format!("{} waits for a login", refusal.exchange),
        Output::SessionEnded => "session ended".to_owned(),
        Output::Remark(text) => format!("remark {text}"),
        Output::Over(None) => "over".to_owned(),
        Output::Over(Some(loss)) => format!("over: {}", loss.what),
    }
}

fn tell(outputs: Vec<Output>) -> Vec<String> {
    outputs.iter().map(told).collect()
}

impl Play {
    fn new(choice: Choice) -> Self {
        let url = Url::parse("http://h/mcp").unwrap();
        Self {
            courier: Courier::new(url, choice),
            frames: 0,
        }
    }

    fn send(&mut self, frame: &str) -> Vec<String> {
        self.frames += 1;
        tell(self.courier.frame(self.frames, frame.as_bytes().to_vec()))
    }

    fn head(&mut self, exchange: u32, status: u16, headers: &[(&str, &str)]) -> Vec<String> {
        let headers = headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        tell(self.courier.head(exchange, status, headers))
    }

    /// A whole response.
    fn answer(&mut self, exchange: u32, status: u16, mime: &str, body: &str) -> Vec<String> {
        let mut out = self.head(exchange, status, &[("content-type", mime)]);
        out.extend(tell(self.courier.body(exchange, body.as_bytes().to_vec())));
        out
    }

    fn events(&mut self, exchange: u32, text: &str) -> Vec<String> {
        let mut blocks = Vec::new();
        Parser::new(1000).feed(text.as_bytes(), &mut blocks);
        blocks
            .into_iter()
            .flat_map(|block| tell(self.courier.block(exchange, block)))
            .collect()
    }

    fn ends(&mut self, exchange: u32) -> Vec<String> {
        tell(self.courier.end(exchange, Ending::Whole))
    }

    /// A connection of the handshake era that works, with the stream for the server's own messages open.
    fn opened(version: &str) -> Self {
        let mut play = Self::new(Choice::Auto);
        play.send(INITIALIZE);
        play.head(1, 200, &[("content-type", JSON), ("mcp-session-id", "s1")]);
        let body =
            format!(r#"{{"jsonrpc":"2.0","id":1,"result":{{"protocolVersion":"{version}"}}}}"#);
        play.courier.body(1, body.into_bytes());
        play.send(INITIALIZED);
        play.answer(2, 202, "", "");
        play.head(3, 200, &[("content-type", STREAM)]);
        play
    }
}

fn request(id: u32) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/list"}}"#)
}

fn modern(id: u32, method: &str, params: &str) -> String {
    format!(
        r#"{{"jsonrpc":"2.0","id":{id},"method":"{method}","params":{{{params}"_meta":{{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}}}}"#
    )
}

#[test]
fn the_handshake_takes_session_and_version_along() {
    let mut play = Play::new(Choice::Auto);
    assert_eq!(play.send(INITIALIZE), ["1 POST http://h/mcp"]);
    assert_eq!(
        play.head(
            1,
            200,
            &[
                ("content-type", "application/json; charset=utf-8"),
                ("mcp-session-id", "s1")
            ]
        ),
        [""; 0]
    );
    let body = br#"{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-11-25"}}"#;
    assert_eq!(tell(play.courier.body(1, body.to_vec())), ["1 frame"]);
    assert_eq!(
        play.send(INITIALIZED),
        ["2 POST http://h/mcp mcp-protocol-version=2025-11-25 mcp-session-id=s1"]
    );
    // What comes behind it must not overtake it.
    assert_eq!(play.send(&request(2)), [""; 0]);
    assert_eq!(
        play.head(2, 202, &[]),
        [
            "3 GET http://h/mcp mcp-protocol-version=2025-11-25 mcp-session-id=s1",
            "4 POST http://h/mcp mcp-protocol-version=2025-11-25 mcp-session-id=s1"
        ]
    );
    assert_eq!(tell(play.courier.body(2, vec![])), [""; 0]);
    assert_eq!(
        play.answer(3, 405, "", ""),
        [""; 0],
        "no stream is no fault"
    );
    assert_eq!(
        tell(play.courier.shutdown()),
        [
            "close 4",
            "5 DELETE http://h/mcp mcp-protocol-version=2025-11-25 mcp-session-id=s1"
        ]
    );
    assert_eq!(play.answer(5, 200, "", ""), ["over"]);
    assert!(play.courier.is_over());
}

#[test]
fn older_handshakes_send_no_version_header() {
    let mut play = Play::opened("2025-03-26");
    assert_eq!(
        play.send(&request(2)),
        ["4 POST http://h/mcp mcp-session-id=s1"]
    );
    // A batch answers more than one request (2025-03-26).
    assert_eq!(
        play.answer(
            4,
            200,
            JSON,
            r#"[{"jsonrpc":"2.0","method":"x"},{"jsonrpc":"2.0","id":2,"result":{}}]"#
        ),
        ["4 frame"]
    );
}

#[test]
fn modern_requests_repeat_themselves_in_headers_and_know_no_session() {
    let mut play = Play::opened("2025-11-25");
    let list = modern(2, "tools/list", "");
    assert_eq!(
        play.send(&list),
        ["4 POST http://h/mcp mcp-protocol-version=2026-07-28 mcp-method=tools/list"]
    );
    let tools = r#"{"jsonrpc":"2.0","id":2,"result":{"tools":[
        {"name":"a","inputSchema":{"properties":{"env":{"type":"string","x-mcp-header":"Env"}}}},
        {"name":"b","inputSchema":{"properties":{"n":{"type":"number","x-mcp-header":"N"}}}}]}}"#;
    assert_eq!(
        play.answer(4, 200, JSON, tools),
        [
            "4 frame",
            "remark tool \"b\" must not be used over HTTP: x-mcp-header of n needs the type string, integer or boolean"
        ]
    );
    let call = modern(3, "tools/call", r#""name":"a","arguments":{"env":"ü"},"#);
    assert_eq!(
        play.send(&call),
        [
            "5 POST http://h/mcp mcp-protocol-version=2026-07-28 mcp-method=tools/call mcp-name=a Mcp-Param-Env==?base64?w7w=?="
        ]
    );
    // Nobody wants it any more: that is said by hanging up.
    assert_eq!(tell(play.courier.abandon(&Id::Integer(3))), ["close 5"]);
}

#[test]
fn an_error_body_belongs_to_its_post_whatever_its_id() {
    for id in [r#""id":null,"#, r#""id":"server-error","#, r#""id":7,"#, ""] {
        let mut play = Play::new(Choice::Auto);
        play.send(&request(7));
        play.send(&request(2));
        let body = format!(
            r#"{{"jsonrpc":"2.0",{id}"error":{{"code":-32600,"message":"Missing session ID"}}}}"#
        );
        assert_eq!(play.answer(2, 400, JSON, &body), ["2 frame answers 2"]);
    }
}

#[test]
fn what_answers_nothing_says_why() {
    for (status, headers, body, expected) in [
        (
            200,
            vec![("content-type", "text/html; charset=utf-8")],
            "<html>",
            "not-mcp: POST http://h/mcp was answered 200 OK with a web page, which is not MCP",
        ),
        (
            200,
            vec![("content-type", "text/plain")],
            "hello",
            "not-mcp: POST http://h/mcp was answered 200 OK with text/plain, which is no JSON-RPC message",
        ),
        (
            202,
            vec![],
            "",
            "not-mcp: POST http://h/mcp was answered 202 Accepted, but without an answer in it",
        ),
        (
            404,
            vec![("content-type", "text/plain")],
            "no",
            "refused: POST http://h/mcp was answered 404 Not Found with text/plain",
        ),
        (
            401,
            vec![],
            r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32001,"message":"no"}}"#,
            "needs-login: POST http://h/mcp was answered 401 Unauthorized: it wants a login, and does not say where (no WWW-Authenticate)",
        ),
        (
            401,
            vec![(
                "www-authenticate",
                r#"Bearer error="invalid_token", resource_metadata="http://h/.well-known/x""#,
            )],
            "",
            "needs-login: POST http://h/mcp was answered 401 Unauthorized: it wants a login (error invalid_token, metadata http://h/.well-known/x)",
        ),
        (
            429,
            vec![("retry-after", "7")],
            "",
            "fault: POST http://h/mcp was answered 429 Too Many Requests; Retry-After: 7 s",
        ),
        (
            502,
            vec![],
            "",
            "fault: POST http://h/mcp was answered 502 Bad Gateway with nothing",
        ),
        (
            301,
            vec![("location", "https://h/mcp")],
            "",
            "refused: POST http://h/mcp redirects to https://h/mcp with 301, which would make a GET of the message",
        ),
    ] {
        let mut play = Play::new(Choice::Streamable);
        play.send(&request(2));
        let mut out = play.head(1, status, &headers);
        out.extend(tell(play.courier.body(1, body.as_bytes().to_vec())));
        out.retain(|line| line != "close 1");
        assert_eq!(out, [format!("request 2 {expected}")]);
    }
}

#[test]
fn an_answer_with_another_id_is_told_apart() {
    let mut play = Play::new(Choice::Auto);
    play.send(&request(2));
    assert_eq!(
        play.answer(1, 200, JSON, r#"{"jsonrpc":"2.0","id":9,"result":{}}"#),
        [
            "1 frame",
            "request 2 not-mcp: POST http://h/mcp was answered, but not request 2"
        ]
    );
}

#[test]
fn redirects_are_followed_hop_by_hop_and_secrets_stay_home() {
    let mut play = Play::opened("2025-11-25");
    play.send(&request(2));
    assert_eq!(
        play.head(4, 307, &[("location", "/mcp/")]),
        [
            "close 4",
            "5 POST http://h/mcp/ mcp-protocol-version=2025-11-25 mcp-session-id=s1 (follows 4)"
        ]
    );
    assert_eq!(
        play.head(5, 308, &[("location", "http://other/mcp")]),
        [
            "close 5",
            "6 POST http://other/mcp mcp-protocol-version=2025-11-25 (no credentials) (follows 5)"
        ]
    );
    assert_eq!(
        play.head(6, 307, &[("location", "file:///etc/passwd")]),
        [
            "close 6",
            "request 2 refused: POST http://other/mcp redirects to file:///etc/passwd, which is not followed"
        ]
    );
    let mut play = Play::new(Choice::Auto);
    play.send(&request(2));
    let ends: Vec<String> = (1..=7)
        .flat_map(|hop| play.head(hop, 307, &[("location", "/again")]))
        .collect();
    assert!(
        ends.last().unwrap().ends_with("after 5 redirects"),
        "{ends:?}"
    );
}

#[test]
fn a_stream_that_broke_off_is_taken_up_where_it_was() {
    let mut play = Play::opened("2025-11-25");
    play.send(&request(2));
    assert_eq!(
        play.head(4, 200, &[("content-type", STREAM)]),
        ["4 is a stream"]
    );
    assert_eq!(
        play.events(4, "id: 1/0\nretry: 300\ndata:\n\n: ping\n\n"),
        [""; 0],
        "priming and comments carry nothing"
    );
    assert_eq!(play.ends(4), ["4 again in 300ms"]);
    assert_eq!(
        tell(play.courier.due(4)),
        [
            "5 GET http://h/mcp mcp-protocol-version=2025-11-25 mcp-session-id=s1 last-event-id=1/0 (follows 4)"
        ]
    );
    play.head(5, 200, &[("content-type", STREAM)]);
    assert_eq!(
        play.events(
            5,
            "id: 1/1\ndata: {\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{}}\n\n"
        ),
        ["5 frame"]
    );
    assert_eq!(play.ends(5), [""; 0]);
    // Once the answer is no longer wanted, it is not asked for again.
    play.send(&request(3));
    play.head(6, 200, &[("content-type", STREAM)]);
    play.events(6, "id: 2/0\ndata:\n\n");
    assert_eq!(play.ends(6), ["6 again in 1s"]);
    play.send(r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":3}}"#);
    assert_eq!(tell(play.courier.due(6)), [""; 0]);
}

#[test]
fn what_cannot_be_taken_up_is_lost() {
    let mut play = Play::opened("2025-11-25");
    play.send(&request(2));
    play.head(4, 200, &[("content-type", STREAM)]);
    assert_eq!(
        play.ends(4),
        ["request 2 broken: the stream of POST http://h/mcp ended before the answer came"]
    );
    // 2026-07-28 knows no resumption, event ids or not.
    play.send(&modern(3, "tools/list", ""));
    play.head(5, 200, &[("content-type", STREAM)]);
    play.events(5, "id: 1\ndata:\n\n");
    assert_eq!(
        play.ends(5),
        ["request 3 broken: the stream of POST http://h/mcp ended before the answer came"]
    );
}

#[test]
fn reconnect_storms_end() {
    let mut play = Play::opened("2025-11-25");
    let (mut exchange, mut waits) = (3, Vec::new());
    loop {
        play.events(exchange, "retry: 0\nid: 1\ndata:\n\n");
        let out = play.ends(exchange);
        if !out[0].contains(" again in ") {
            assert_eq!(
                out,
                [
                    "remark the stream for the server's own messages ended 6 times without any; it is not opened again"
                ]
            );
            break;
        }
        waits.push(out[0].split(" in ").nth(1).unwrap().to_owned());
        play.courier.due(exchange);
        exchange += 1;
        play.head(exchange, 200, &[("content-type", STREAM)]);
    }
    assert_eq!(waits, ["100ms"; 5]);
}

#[test]
fn a_forgotten_session_asks_for_a_new_handshake() {
    let mut play = Play::opened("2025-11-25");
    play.send(&request(2));
    play.send(&request(4));
    assert_eq!(
        play.answer(
            4,
            404,
            JSON,
            r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32001,"message":"Session not found"}}"#
        ),
        [
            "request 2 broken: the server has forgotten the session (404)",
            "close 3",
            "session ended"
        ]
    );
    assert_eq!(play.send(INITIALIZE), ["6 POST http://h/mcp"]);
    play.head(6, 200, &[("content-type", JSON), ("mcp-session-id", "s2")]);
    // What was asked in the old session comes back late, and the new one stays.
    assert_eq!(
        play.answer(5, 404, "", ""),
        ["request 4 broken: the server has forgotten the session (404)"]
    );
    // An unknown method is 404 too in 2026-07-28, and no session's end.
    let mut play = Play::opened("2025-11-25");
    play.send(&modern(2, "x/y", ""));
    assert_eq!(
        play.answer(
            4,
            404,
            JSON,
            r#"{"jsonrpc":"2.0","id":2,"error":{"code":-32601,"message":"no"}}"#
        ),
        ["4 frame answers 2"]
    );
}

#[test]
fn a_session_that_a_probe_was_given_is_not_taken() {
    let mut play = Play::new(Choice::Auto);
    play.send(&modern(1, "server/discover", ""));
    play.head(
        1,
        400,
        &[("mcp-session-id", "not-mine"), ("content-type", JSON)],
    );
    play.courier.body(
        1,
        br#"{"jsonrpc":"2.0","id":"server-error","error":{"code":-32600,"message":"x"}}"#.to_vec(),
    );
    assert_eq!(play.send(INITIALIZE), ["2 POST http://h/mcp"]);
}

#[test]
fn the_older_transport_is_found_and_spoken() {
    let mut play = Play::new(Choice::Auto);
    play.send(INITIALIZE);
    assert_eq!(
        play.answer(1, 405, "text/plain", "Method Not Allowed"),
        [
            "remark initialize by POST was refused; looking for the older HTTP+SSE transport (2024-11-05)",
            "2 GET http://h/mcp"
        ]
    );
    assert_eq!(
        play.head(2, 200, &[("content-type", STREAM)]),
        ["2 is a stream"]
    );
    assert_eq!(
        play.events(2, "event: endpoint\ndata: /messages?sessionId=s\n\n"),
        ["3 POST http://h/messages?sessionId=masked"]
    );
    assert_eq!(play.answer(3, 202, "text/plain", "Accepted"), [""; 0]);
    let answer = r#"data: {"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2024-11-05"}}"#;
    assert_eq!(
        play.events(2, &format!("event: message\n{answer}\n\n")),
        ["2 frame"]
    );
    assert_eq!(
        play.send(INITIALIZED),
        ["4 POST http://h/messages?sessionId=masked"]
    );
    assert_eq!(
        play.answer(4, 202, "", ""),
        [""; 0],
        "no stream beside the one there is"
    );
    play.send(&request(2));
    play.answer(5, 202, "", "");
    assert_eq!(
        play.ends(2),
        [
            "request 2 broken: the stream of GET http://h/mcp ended before the answer came",
            "over: the server ended the HTTP+SSE stream"
        ]
    );
}

#[test]
fn an_address_where_nothing_is_tells_everything_that_was_tried() {
    let mut play = Play::new(Choice::Auto);
    play.send(INITIALIZE);
    play.answer(1, 404, "text/html", "<html>");
    assert_eq!(
        play.answer(2, 404, "text/html", "<html>"),
        [
            "request 1 refused: POST http://h/mcp was answered 404 Not Found with a web page; GET http://h/mcp was answered 404 Not Found with a web page"
        ]
    );
}

#[test]
fn an_endpoint_on_another_host_is_refused() {
    let mut play = Play::new(Choice::Sse);
    assert_eq!(play.send(INITIALIZE), ["1 GET http://h/mcp"]);
    play.head(1, 200, &[("content-type", STREAM)]);
    assert_eq!(
        play.events(1, "event: endpoint\ndata: http://evil/x\n\n"),
        [
            "close 1",
            "request 1 not-mcp: the endpoint that the server names is on another host: http://evil/x"
        ]
    );
}

#[test]
fn a_message_of_the_older_transport_that_is_refused_is_lost() {
    let mut play = Play::new(Choice::Sse);
    play.send(INITIALIZE);
    play.head(1, 200, &[("content-type", STREAM)]);
    play.events(1, "event: endpoint\ndata: /m\n\n");
    assert_eq!(
        play.answer(2, 500, "text/plain", "no"),
        ["request 1 fault: POST http://h/m was answered 500 Internal Server Error with text/plain"]
    );
}

#[test]
fn a_shutdown_lets_what_was_said_arrive_and_closes_what_was_asked() {
    let mut play = Play::opened("2025-11-25");
    play.send(&request(2));
    play.send(r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":2}}"#);
    // Nobody waits for the answer any more, but for the cancellation to be told.
    assert_eq!(tell(play.courier.shutdown()), ["close 3", "close 4"]);
    let last = play.answer(5, 202, "", "");
    assert_eq!(
        last,
        ["6 DELETE http://h/mcp mcp-protocol-version=2025-11-25 mcp-session-id=s1"]
    );
    assert_eq!(tell(play.courier.shutdown()), [""; 0]);
    assert_eq!(
        play.send(&request(3)),
        ["remark a message was not sent: the connection is being closed"]
    );
}

proptest! {
    /// Every request that was sent is answered, lost or still waited for; nothing is told twice.
    #[test]
    fn no_request_is_lost_without_a_word(steps in proptest::collection::vec((0_u8..8, 1_u32..8, 0_usize..8), 0..40)) {
        let mut play = Play::opened("2025-11-25");
        let (mut sent, mut ended) = (1_u32, std::collections::HashSet::new());
        for (what, exchange, pick) in steps {
            let exchange = exchange + 3;
            let outputs = match what {
                0 | 1 => {
                    sent += 1;
                    play.frames += 1;
                    play.courier.frame(play.frames, request(sent).into_bytes())
                }
                2 => play.courier.head(exchange, [200, 202, 400, 404, 401, 500, 307, 429][pick], vec![("content-type".into(), [JSON, STREAM][pick % 2].into()), ("location".into(), "/x".into())]),
                3 => play.courier.body(exchange, [&b""[..], b"x", br#"{"jsonrpc":"2.0","id":2,"result":{}}"#, br#"{"jsonrpc":"2.0","id":null,"error":{}}"#][pick % 4].to_vec()),
                4 => play.courier.end(exchange, Ending::Whole),
                5 => play.courier.end(exchange, Ending::Broken(Loss::new(LossKind::Unreachable, "x"))),
                6 => play.courier.due(exchange),
                _ => {
                    let mut blocks = Vec::new();
                    Parser::new(1000).feed(b"id: 1\ndata: {\"jsonrpc\":\"2.0\",\"id\":3,\"result\":{}}\n\n", &mut blocks);
                    play.courier.block(exchange, blocks.remove(0))
                }
            };
            for output in outputs {
                if let Output::Unanswered { id, .. } = output {
                    prop_assert!(ended.insert(id.clone()), "{} twice", id);
                }
            }
        }
        let waiting: usize = play.courier.flights.values().chain(play.courier.later.values()).map(|flight| flight.waiting.len()).sum();
        prop_assert!(waiting + ended.len() <= sent as usize);
    }
}
