//! A request that wanted input (2026-07-28, basic/patterns/mrtr) as one conversation: a tab with what was asked in each
//! round, what it was answered with, whether the state went back as it came, and whose time it was.

use std::sync::Arc;
use std::time::Duration;

use super::{Tab, TabBody};
use crate::json::{self, Kind};
use crate::text;
use crate::tui::effect::Source;
use crate::tui::widgets::plain::Document;

/// Rounds that are shown.
pub const MOST: usize = 100;
/// Bytes of a message from which on it is not read for this: its own tabs show it.
pub const LONGEST: usize = 256 << 10;

/// One round: a request, and what came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Round {
    /// The request.
    pub request: Source,
    /// Its answer, if there is one.
    pub answer: Option<Source>,
    /// How it ended, in words.
    pub status: String,
    /// From the request to its answer, in microseconds.
    pub took_us: Option<u64>,
    /// From the answer before to this request, in microseconds: not the server's time. None in the first round.
    pub waited_us: Option<u64>,
}

/// The bytes of a round, as they were read back; none of what cannot be, or is too long.
pub type Said = (Option<Arc<[u8]>>, Option<Arc<[u8]>>);

/// Adds the conversation to the tabs of an exchange that has more rounds than one.
pub fn with_rounds(mut tabs: Vec<Tab>, rounds: &[Round], said: &[Said]) -> Vec<Tab> {
    if rounds.len() > 1 {
        tabs.insert(
            0,
            Tab {
                name: "Rounds".to_owned(),
                body: TabBody::Text(page(rounds, said).into()),
            },
        );
    }
    tabs
}

/// The state that the answer before gave, which the next request brings back.
enum Given {
    /// Nobody read that answer.
    Unknown,
    Nothing,
    /// As it was spelled.
    State(Vec<u8>),
}

fn line(page: &mut String, words: &str) {
    page.push_str(words);
    page.push('\n');
}

fn page(rounds: &[Round], said: &[Said]) -> Document {
    let mut page = String::new();
    let mut headings = Vec::new();
    let took = |us: u64| text::took(Duration::from_micros(us));
    let mut given = Given::Nothing;
    for (number, (round, (request, answer))) in rounds.iter().zip(said).enumerate() {
        if number > 0 {
            page.push('\n');
        }
        headings.push(page.len() as u32);
        let whose = round
            .waited_us
            .map_or_else(String::new, |us| format!(", {} after that", took(us)));
        line(
            &mut page,
            &format!(
                "round {} of {}: request #{}{whose}",
                number + 1,
                rounds.len(),
                round.request.seq
            ),
        );
        match request {
            None => line(
                &mut page,
                "  it is not shown here: it cannot be read back, or is long",
            ),
            Some(request) => asked(&mut page, request, &given),
        }
        let after = round
            .took_us
            .map_or_else(String::new, |us| format!(" after {}", took(us)));
        given = Given::Unknown;
        match (round.answer, answer) {
            (None, _) => line(&mut page, &format!("  {}{after}", round.status)),
            (Some(source), answer) => {
                line(
                    &mut page,
                    &format!("  answer #{}{after}: {}", source.seq, round.status),
                );
                match answer {
                    None => line(
                        &mut page,
                        "  it is not shown here: it cannot be read back, or is long",
                    ),
                    Some(answer) => {
                        answered(&mut page, answer);
                        let state = json::get(answer, &["result", "requestState"]);
                        given = state.map_or(Given::Nothing, |raw| Given::State(raw.to_vec()));
                    }
                }
            }
        }
    }
    Document::with_headings(page.into_bytes(), headings)
}

/// What a request brings along beside what it asks for.
fn asked(page: &mut String, request: &[u8], given: &Given) {
    let sent = json::get(request, &["params", "requestState"]);
    match (given, sent) {
        (Given::Unknown, _) | (Given::Nothing, None) => {}
        (Given::State(given), Some(sent)) if given == sent => {
            line(page, "  requestState: as it came, byte for byte");
        }
        (Given::State(_), Some(_)) => line(page, "  requestState: NOT as it came"),
        (Given::State(_), None) => line(page, "  requestState: left out, though one was given"),
        (Given::Nothing, Some(_)) => line(page, "  requestState: sent, though none was given"),
    }
    let replies = json::get(request, &["params", "inputResponses"]).unwrap_or_default();
    for (name, reply) in json::members(replies) {
        line(
            page,
            &format!("  answered {}: {}", text::sanitize(&name), one_line(reply)),
        );
    }
}

/// What an answer asks for.
fn answered(page: &mut String, answer: &[u8]) {
    let requests = json::get(answer, &["result", "inputRequests"]).unwrap_or_default();
    for (name, request) in json::members(requests) {
        let method = json::string_at(request, &["method"]).unwrap_or_default();
        let message = json::get(request, &["params", "message"]);
        let message = message
            .or_else(|| json::get(request, &["params"]))
            .unwrap_or_default();
        line(
            page,
            &format!(
                "  asks {}: {} {}",
                text::sanitize(&name),
                text::sanitize(&method),
                one_line(message)
            ),
        );
    }
    if let Some(state) = json::get(answer, &["result", "requestState"]) {
        let size = text::size(state.len() as u64);
        line(page, &format!("  gives a requestState of {size}"));
    }
}

/// A value as it stands, in one line; a text without its quotes.
fn one_line(raw: &[u8]) -> String {
    let spelled = || String::from_utf8_lossy(raw).into_owned();
    let words = match json::kind(raw) {
        Kind::String => json::string(raw).unwrap_or_else(spelled),
        _ => spelled(),
    };
    text::sanitize(&words).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::recorded::Place;

    fn source(seq: u64) -> Source {
        Source {
            seq,
            place: Place {
                offset: 0,
                length: 0,
            },
            revealed: false,
        }
    }

    fn round(seq: u64, status: &str, waited_us: Option<u64>) -> Round {
        Round {
            request: source(seq),
            answer: Some(source(seq + 1)),
            status: status.to_owned(),
            took_us: Some(2_000),
            waited_us,
        }
    }

    fn said(request: &str, answer: &str) -> Said {
        let bytes = |text: &str| Some(Arc::from(text.as_bytes()));
        (bytes(request), bytes(answer))
    }

    fn told(rounds: &[Round], said: &[Said]) -> String {
        let tabs = with_rounds(Vec::new(), rounds, said);
        match tabs.first().map(|tab| &tab.body) {
            Some(TabBody::Text(document)) => String::from_utf8_lossy(document.bytes()).into_owned(),
            _ => String::new(),
        }
    }

    #[test]
    fn rounds_read_as_one_conversation() {
        let rounds = [round(3, "input", None), round(9, "ok", Some(4_000_000))];
        let first = said(
            r#"{"id":1,"params":{"name":"order"}}"#,
            r#"{"id":1,"result":{"resultType":"input_required","requestState":"a\u0062","inputRequests":{"guest":{"method":"elicitation/create","params":{"message":"Who?\u001b[2J"}}}}}"#,
        );
        let second = said(
            r#"{"id":2,"params":{"requestState":"a\u0062","inputResponses":{"guest":{"action":"accept"}}}}"#,
            r#"{"id":2,"result":{"content":[]}}"#,
        );
        assert_eq!(
            told(&rounds, &[first.clone(), second]),
            "round 1 of 2: request #3\n  answer #4 after 2.0 ms: input\n  asks guest: elicitation/create Who?^[[2J\n  \
             gives a requestState of 9 B\n\nround 2 of 2: request #9, 4.0 s after that\n  requestState: as it \
             came, byte for byte\n  answered guest: {\"action\":\"accept\"}\n  answer #10 after 2.0 ms: ok\n"
        );
        // Another spelling is another state.
        let other = said(r#"{"id":2,"params":{"requestState":"ab"}}"#, "{}");
        assert!(told(&rounds, &[first.clone(), other]).contains("NOT as it came"));
        let none = said(r#"{"id":2,"params":{}}"#, "{}");
        assert!(told(&rounds, &[first.clone(), none]).contains("left out"));
        // What was not read is not judged.
        let unread = (first.0, None);
        let again = said(r#"{"id":2,"params":{"requestState":"x"}}"#, "{}");
        assert!(!told(&rounds, &[unread, again]).contains("requestState:"));
    }

    #[test]
    fn what_has_one_round_has_no_such_tab() {
        assert_eq!(told(&[round(1, "ok", None)], &[said("{}", "{}")]), "");
    }
}
