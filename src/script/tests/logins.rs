//! Requests that were refused by HTTP, and may have been sent again after a login.

use super::*;
use crate::note::http::Step as HttpStep;

const CONNECT: &str = r#"{"event":"connect","name":"s","transport":"http","era":"auto"}"#;
const ASKS: &str = r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#;

fn note(seq: u64, step: HttpStep) -> Entry {
    let body = Note::Http(step).to_json();
    entry(seq, seq * 1_000, Channel::Http, Direction::Here, &body)
}

/// The exchange that carries the frame of entry 2: its request, the head of its response, and its end.
fn refused(seq: u64, exchange: u32, status: u16) -> [Entry; 3] {
    let request = HttpStep::Request {
        exchange,
        verb: "POST".to_owned(),
        url: "http://h/mcp".to_owned(),
        headers: Vec::new(),
        size: 1,
        frame: Some(2),
        why: "message".to_owned(),
        follows: None,
    };
    let body = format!(
        r#"{{"event":"http-response","exchange":{exchange},"status":{status},"version":"HTTP/1.1","headers":[["content-type","text/plain"]],"first_byte":1}}"#
    );
    let response = entry(seq + 1, seq * 1_000, Channel::Http, Direction::Here, &body);
    let end = HttpStep::End {
        exchange,
        size: 4,
        took: 1,
        error: None,
        excerpt: (status >= 400).then(|| "none".to_owned()),
    };
    [note(seq, request), response, note(seq + 2, end)]
}

fn opened() -> Vec<Entry> {
    vec![
        entry(1, 1_000, Channel::Note, Direction::Here, CONNECT),
        entry(2, 2_000, Channel::Wire, Direction::Out, ASKS),
    ]
}

fn answers(entries: &[Entry]) -> (Vec<String>, Option<u16>) {
    let script = script(entries);
    let status = script.scenes[0].shape.as_ref().map(|shape| shape.status);
    assert_eq!(script.strays, 0);
    let mut player = Player::new(script, Rules::default());
    (heard(&mut player, ASKS), status)
}

#[test]
fn a_request_that_was_let_in_after_a_login_is_answered() {
    let mut entries = opened();
    entries.extend(refused(3, 1, 401));
    entries.extend(refused(6, 5, 200)[..2].to_vec());
    let answer = r#"{"jsonrpc":"2.0","id":1,"result":{}}"#;
    entries.push(entry(9, 9_000, Channel::Wire, Direction::In, answer));
    entries.push(refused(8, 5, 200)[2].clone());
    assert_eq!(answers(&entries), (vec![answer.to_owned()], Some(200)));
}

#[test]
fn a_request_that_nothing_came_of_is_refused_as_it_was() {
    // Nothing more is told of it, or that nothing will come.
    let mut entries = opened();
    entries.extend(refused(3, 1, 401));
    let (told, status) = answers(&entries);
    assert!(
        told.len() == 1 && told[0].contains("Refuse") && told[0].contains("none"),
        "{told:?}"
    );
    assert_eq!(status, Some(401));
    entries.push(entry(
        6,
        6_000,
        Channel::Note,
        Direction::Here,
        r#"{"event":"unanswered","id":1,"kind":"refused","what":"no"}"#,
    ));
    assert_eq!(answers(&entries), (told, status));
    // Refused twice, once for another reason.
    entries.truncate(5);
    entries.extend(refused(6, 5, 403));
    let (told, status) = answers(&entries);
    assert_eq!((told.len(), status), (1, Some(403)));
}
