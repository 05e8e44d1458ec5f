//! Exchanges as they pass, and what is recorded of them.

use proptest::prelude::*;

use super::*;
use crate::transport::http::Opening;

fn post() -> Post {
    Post {
        name: "it".to_owned(),
        to: Url::parse("http://127.0.0.1:3000/mcp").unwrap(),
        insecure: false,
        proxy: None,
    }
}

fn headers(pairs: &[(&str, &str)]) -> Headers {
    let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    pairs.iter().map(own).collect()
}

/// A response: status, headers, pieces of the body.
struct Answer<'a>(u16, &'a [(&'a str, &'a str)], Vec<Vec<u8>>);

/// Tells of an exchange; what is to be recorded comes back, a line each.
fn told(
    clients: &mut Clients,
    verb: &str,
    path: &str,
    said: &[(&str, &str)],
    body: &str,
    answer: &Answer<'_>,
) -> Vec<String> {
    let mut lines = Vec::new();
    let mut put = |record: Record| {
        lines.push(match record {
            Record::Connects(conn) => format!("{conn} connects"),
            Record::Passed(conn, pairs) => format!("{conn} passed {}", pairs[0].0),
            Record::Entry(draft) => format!(
                "{} {} {}{}",
                draft.conn,
                draft.direction.word(),
                String::from_utf8_lossy(&draft.body),
                draft
                    .extra
                    .map_or_else(String::new, |extra| format!(" {extra}")),
            ),
        });
        lines.len() as u64
    };
    let url = heads::target(path, &post().to);
    let request = Request {
        verb,
        path,
        url: &url,
        headers: &headers(said),
        from: Some(std::net::SocketAddr::from(([127, 0, 0, 1], 4000))),
    };
    let mut exchange = Exchange::begin(clients, &post(), &request, body.as_bytes(), &mut put);
    let head = Head {
        status: answer.0,
        version: "HTTP/1.1".to_owned(),
        headers: headers(answer.1),
        remote: None,
        opening: Opening::default(),
    };
    exchange.head(clients, head, 5, &mut put);
    for piece in &answer.2 {
        exchange.chunk(clients, piece, &mut put);
    }
    exchange.finish(clients, 9, &mut put);
    lines
}

const JSON: &[(&str, &str)] = &[("content-type", "application/json")];
const SSE: &[(&str, &str)] = &[("content-type", "text/event-stream")];

#[test]
fn a_request_stands_before_its_answer_and_both_in_their_exchange() {
    let ask = r#"{"jsonrpc":"2.0","id":1,"method":"initialize"}"#;
    let reply = r#"{"jsonrpc":"2.0","id":1,"result":{}}"#;
    let mut clients = Clients::default();
    let answer = Answer(
        200,
        &[JSON[0], ("mcp-session-id", "s")],
        vec![reply.as_bytes().to_vec()],
    );
    let lines = told(
        &mut clients,
        "POST",
        "/mcp",
        &[("authorization", "Bearer hunter2hunter2")],
        ask,
        &answer,
    );
    let begins = [
        "1 connects",
        r#"1 here {"event":"connect","name":"it","transport":"http","era":"tap"}"#,
        r#"1 here {"event":"address","url":"http://127.0.0.1:3000/mcp""#,
        "1 passed authorization",
        &format!("1 out {ask}"),
        r#"1 here {"event":"http-request","exchange":1,"method":"POST","url":"http://127.0.0.1:3000/mcp","why":"message","frame":5,"#,
        "1 passed mcp-session-id",
        r#"1 here {"event":"http-response","exchange":1,"status":200,"#,
        &format!("1 in {reply} \"http\":{{\"exchange\":1}}"),
        r#"1 here {"event":"http-end","exchange":1,"size":36,"took_us":9,"error":null,"excerpt":null}"#,
    ];
    assert_eq!(lines.len(), begins.len(), "{lines:#?}");
    for (line, begin) in lines.iter().zip(begins) {
        assert!(line.starts_with(begin), "{line}");
    }
    assert!(!lines.join("").contains("hunter2"));
}

#[test]
fn what_is_compressed_is_not_made_up() {
    let ask = r#"{"jsonrpc":"2.0","id":7,"method":"tools/list"}"#;
    for mime in ["application/json", "text/event-stream"] {
        let mut clients = Clients::default();
        let packed = [("content-type", mime), ("content-encoding", "gzip")];
        let answer = Answer(200, &packed, vec![b"\x1f\x8b\x08 {}".to_vec()]);
        let takes = [("accept-encoding", "gzip, br")];
        let lines = told(&mut clients, "POST", "/mcp", &takes, ask, &answer);
        let all = lines.join("\n");
        for said in [
            "the client takes compressed answers (gzip, br)",
            "the answer is compressed (gzip): what it says is not seen",
        ] {
            assert_eq!(all.matches(said).count(), 1, "{all}");
        }
        assert!(
            !all.contains("unanswered") && all.ends_with(r#""excerpt":null}"#),
            "{all}"
        );
        // That the client would take it is said once; of answers each time.
        let lines = told(&mut clients, "POST", "/mcp", &takes, ask, &answer);
        assert!(!lines.join("\n").contains("the client takes"), "{lines:#?}");
    }
}

#[test]
fn keys_in_the_address_of_a_request_are_secrets() {
    let ask = r#"{"jsonrpc":"2.0","id":7,"method":"tools/list"}"#;
    let mut clients = Clients::default();
    let answer = Answer(200, JSON, vec![]);
    let lines = told(
        &mut clients,
        "POST",
        "/mcp?token=hunter2hunter2",
        &[],
        ask,
        &answer,
    );
    assert!(lines.contains(&"1 passed token".to_owned()), "{lines:#?}");
    assert!(!lines.join("").contains("hunter2"), "{lines:#?}");
}

#[test]
fn refusals_and_empty_answers_leave_nothing_waiting() {
    let ask = r#"{"jsonrpc":"2.0","id":7,"method":"tools/list"}"#;
    for (status, body, kind) in [
        (401, "", "needs-login"),
        (404, "<html>", "refused"),
        (503, "", "fault"),
        (202, "", "not-mcp"),
        (200, r#"{"jsonrpc":"2.0","id":8,"result":{}}"#, "not-mcp"),
    ] {
        let mut clients = Clients::default();
        let answer = Answer(status, JSON, vec![body.into()]);
        let lines = told(&mut clients, "POST", "/mcp", &[], ask, &answer);
        let last = lines.last().unwrap();
        let wanted = format!(r#"1 here {{"event":"unanswered","id":7,"kind":"{kind}""#);
        assert!(last.starts_with(&wanted), "{status}: {last}");
    }
    // An error with another status is the answer, whatever its id.
    let error = r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32001,"message":"no"}}"#;
    let mut clients = Clients::default();
    let answer = Answer(400, JSON, vec![error.into()]);
    let lines = told(&mut clients, "POST", "/mcp", &[], ask, &answer);
    let found = format!("1 in {error} \"http\":{{\"exchange\":1,\"answers\":7}}");
    assert!(lines.contains(&found), "{lines:#?}");
    assert!(!lines.iter().any(|line| line.contains("unanswered")));
}

#[test]
fn what_is_no_mcp_is_told_without_its_body() {
    let mut clients = Clients::default();
    let answer = Answer(200, JSON, vec![br#"{"access_token":"SECRET"}"#.to_vec()]);
    let form = "grant_type=authorization_code&code=SECRET";
    let path = "/token?code=SECRET";
    let lines = told(&mut clients, "POST", path, &[], form, &answer);
    assert!(!lines.join("\n").contains("SECRET"), "{lines:#?}");
    assert!(lines.contains(&"1 passed code".to_owned()), "{lines:#?}");
    assert_eq!(lines.len(), 7);
}

#[test]
fn an_address_past_the_tap_is_seen() {
    let mut clients = Clients::default();
    let accept = headers(&[("accept", "text/event-stream")]);
    let url = heads::target("/sse", &post().to);
    let mut nothing = |_| 0;
    for (said, found) in [
        ("/messages?id=1", false),
        ("http://127.0.0.1:3000/messages?id=2", true),
        ("http://elsewhere/messages?id=3", false),
    ] {
        let request = Request {
            verb: "GET",
            path: "/sse",
            url: &url,
            headers: &accept,
            from: Some(std::net::SocketAddr::from(([127, 0, 0, 1], 4000))),
        };
        let mut exchange = Exchange::begin(&mut clients, &post(), &request, b"", &mut nothing);
        let head = Head {
            status: 200,
            version: String::new(),
            headers: headers(SSE),
            remote: None,
            opening: Opening::default(),
        };
        exchange.head(&mut clients, head, 1, &mut nothing);
        let event = format!("event: endpoint\ndata: {said}\n\n");
        let endpoint = exchange.chunk(&mut clients, event.as_bytes(), &mut nothing);
        let wanted = found.then(|| Endpoint {
            said: said.to_owned(),
            here: true,
        });
        assert_eq!(endpoint, wanted);
        let path = said.rsplit('/').next().unwrap();
        assert!(clients.is_endpoint(&format!("/{path}")), "{path}");
        // Whoever hangs up there is gone.
        let mut notes = Vec::new();
        exchange.left(&mut clients, 2, &mut |record| {
            if let Record::Entry(draft) = record {
                notes.push(String::from_utf8_lossy(&draft.body).into_owned());
            }
            0
        });
        assert!(
            notes.iter().any(|note| note.contains("\"closed\"")),
            "{notes:?}"
        );
        assert!(clients.open().is_empty() && !clients.is_endpoint(&format!("/{path}")));
    }
}

proptest! {
    /// What is recorded does not depend on how the network cut it, but for nothing.
    #[test]
    fn pieces_do_not_matter(cuts in proptest::collection::vec(1_usize..40, 0..30), stream: bool) {
        let ask = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call"}"#;
        let body = if stream {
            ": hello\n\nevent: message\nid: 1\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\"}\n\ndata: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"a\":\"größe\"}}\n\n"
        } else {
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"a\":\"größe\"}}"
        };
        let kind = if stream { SSE } else { JSON };
        let whole = Answer(200, kind, vec![body.into()]);
        let mut pieces = Vec::new();
        let mut rest = body.as_bytes();
        for cut in cuts {
            let (piece, after) = rest.split_at(cut.min(rest.len()));
            pieces.push(piece.to_vec());
            rest = after;
        }
        pieces.push(rest.to_vec());
        let cut = Answer(200, kind, pieces);
        let told = |answer| told(&mut Clients::default(), "POST", "/mcp", &[], ask, answer);
        prop_assert_eq!(told(&whole), told(&cut));
    }
}
