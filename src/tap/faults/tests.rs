//! Which rules there are, what is wrong with others, and what they strike.

use proptest::prelude::*;

use super::*;
use crate::session::recorded::Place;
use crate::session::{Channel, Entry};

fn rules(texts: &[&str], over: Over) -> Result<Rules, String> {
    let texts: Vec<String> = texts.iter().map(|&text| text.to_owned()).collect();
    Rules::read(&texts, over)
}

/// Which rule strikes each of the frames.
fn struck(rules: &mut Rules, frames: &[(Direction, &str)]) -> Vec<Option<String>> {
    let mut seq = 0;
    let mut take = |(direction, body): &(Direction, &str)| {
        seq += 1;
        let entry = Entry {
            seq,
            us: seq,
            at: jiff::Timestamp::UNIX_EPOCH,
            conn: 1,
            channel: Channel::Wire,
            direction: *direction,
            aux: false,
            body: body.as_bytes().to_vec(),
            ending: "\n".into(),
            extra: None,
        };
        let place = Place {
            offset: seq * 1000,
            length: 10,
        };
        let strike = rules.take(&Recorded::of(&entry, place), &entry.body, false);
        strike.map(|strike| strike.rule)
    };
    frames.iter().map(&mut take).collect()
}

const ASK: &str = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":{"text":"hi"}}}"#;
const ANSWER: &str = r#"{"jsonrpc":"2.0","id":1,"result":{"content":[]}}"#;
const LIST: &str = r#"{"jsonrpc":"2.0","id":2,"method":"tools/list"}"#;
const SAID: &str = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;

#[test]
fn a_filter_chooses_and_a_fault_has_its_direction() {
    let (out, back) = (Direction::Out, Direction::In);
    let frames = [(out, ASK), (back, ANSWER), (out, LIST), (out, SAID)];
    for (rule, hits) in [
        ("error:method:tools/call", vec![0]),
        ("drop:method:tools/call", vec![1]),
        ("drop:method:tools/call dir:out", vec![0]),
        ("delay=5ms:tool:echo", vec![1]),
        ("timeout", vec![0, 2]),
        ("exit=3:text:hi", vec![0]),
        ("drop:dir:out -kind:request", vec![3]),
        ("error:$.params.arguments.text=hi", vec![0]),
        ("error:tool:other", vec![]),
    ] {
        let mut rules = rules(&[rule], Over::Stdio).unwrap();
        let found = struck(&mut rules, &frames);
        let found: Vec<usize> = (0..frames.len())
            .filter(|at| found[*at].is_some())
            .collect();
        assert_eq!(found, hits, "{rule}");
    }
}

#[test]
fn the_first_of_several_rules_strikes() {
    let mut rules = rules(&["timeout:tool:other", "error", "timeout"], Over::Stdio).unwrap();
    let found = struck(&mut rules, &[(Direction::Out, ASK)]);
    assert_eq!(found, [Some("error".to_owned())]);
}

#[test]
fn every_fault_is_read_and_what_is_none_is_told() {
    for row in FAULTS {
        let over = if row.over == Over::Http {
            Over::Http
        } else {
            Over::Stdio
        };
        assert!(rules(&[row.word], over).is_ok(), "{}", row.word);
        assert!(rules(&[&format!("{}=x", row.word)], over).is_err());
    }
    assert!(rules(&["429", "503:tool:echo"], Over::Http).is_ok());
    for (text, over, what) in [
        (
            "explode",
            Over::Http,
            "there is no fault explode; there are timeout, error",
        ),
        ("404", Over::Stdio, "status works over HTTP only"),
        ("noise", Over::Http, "noise works on commands only"),
        ("200", Over::Http, "200 is no STATUS for status"),
        ("error=x", Over::Http, "x is no CODE for error"),
        ("drop:nokey:x", Over::Http, "its filter: "),
        ("error:dir:in", Over::Http, "is for what the client sends"),
        ("cut:dir:out", Over::Stdio, "is for what the server sends"),
    ] {
        let told = rules(&[text], over).unwrap_err();
        assert!(
            told.starts_with("--fault ") && told.contains(what),
            "{told}"
        );
    }
}

#[test]
fn errors_answer_what_was_asked() {
    let strike = |ids: &[&str]| Strike {
        fault: Fault::Error(-1),
        rule: String::new(),
        ids: ids.iter().map(|id| Id::read(id.as_bytes())).collect(),
        number: 1,
        behind: false,
    };
    assert_eq!(strike(&[]).answer(), None);
    let one = strike(&["\"a\""]).answer().unwrap();
    assert_eq!(json::get(one.as_bytes(), &["id"]), Some(&b"\"a\""[..]));
    assert_eq!(
        json::get(one.as_bytes(), &["error", "code"]),
        Some(&b"-1"[..])
    );
    let two = strike(&["1", "2"]).answer().unwrap();
    assert_eq!(json::elements(two.as_bytes()).count(), 2);
}

proptest! {
    #[test]
    fn half_a_frame_is_no_frame(body in "[0-9]{1,9}|\\{\"a\":[0-9]{1,9}\\}|[a-z]{0,9}") {
        let half = half(body.as_bytes());
        prop_assert!(json::check(half).is_err() && half.len() <= body.len() / 2);
        prop_assert!(body.as_bytes().starts_with(half));
    }
}
