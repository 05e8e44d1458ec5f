//! Transcripts of multi round-trip requests (2026-07-28).

use super::*;
use crate::json::Value;
use crate::mcp::asked::{Policies, Policy, Which, reply};

fn modern(policies: Policies) -> Play {
    let mut play = Play::new(Options {
        capabilities: Capabilities::interactive(),
        policies,
        ..quiet()
    });
    play.put(Input::Started);
    play.frame(DISCOVERED);
    play
}

fn input(of: i64, key: &str) -> Which {
    Which::Input {
        of: Id::Integer(of),
        key: key.into(),
    }
}

const ELICIT: &str = r#"{"method":"elicitation/create","params":{"message":"Sure?","requestedSchema":{"type":"object","properties":{}}}}"#;
const ROOTS: &str = r#"{"method":"roots/list"}"#;
const SAMPLE: &str =
    r#"{"method":"sampling/createMessage","params":{"messages":[],"maxTokens":1}}"#;

fn wants(id: i64, members: &str) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{{"resultType":"input_required",{members}}}}}"#)
}

fn sent(out: &[String]) -> &str {
    out.iter()
        .find(|line| line.starts_with('{'))
        .unwrap_or_else(|| panic!("nothing was sent: {out:?}"))
}

fn params(frame: &str) -> Value {
    let value = Value::parse(frame.as_bytes()).unwrap();
    value.get("params").unwrap().clone()
}

/// Obligation 16.
#[test]
fn all_inputs_are_given_with_the_exact_state_and_a_new_id() {
    let mut play = modern(Policies::default());
    play.call(
        1,
        "tools/call",
        r#"{ "name":"ask", "arguments":{"n":1.0} }"#,
    );
    // A state that no decoder gives back as it was.
    let state = r#""\u0041\/\ud800 \"x""#;
    let out = play.frame(&wants(
        1,
        &format!(r#""requestState":{state},"inputRequests":{{"b":{ELICIT},"a":{ROOTS}}}"#),
    ));
    assert_eq!(
        out,
        [
            "* question b of request 1 waits for a person",
            "* question a of request 1 waits for a person",
        ]
    );
    // Nothing is sent before all is answered, however long that takes.
    assert_eq!(play.client.deadline(), None);
    assert_eq!(
        play.answer(&input(1, "a"), reply::roots(&[])),
        ["* question a of request 1 answered by person: result"]
    );
    let out = play.answer(&input(1, "b"), reply::accept(Some("{\n}")));
    assert_eq!(
        out[..2],
        [
            "* question b of request 1 answered by person: accept",
            "* request 2 goes on with request 1, round 2",
        ]
    );
    let frame = sent(&out);
    assert!(
        frame.ends_with(&format!(
            r#","inputResponses":{{"b":{{"action":"accept","content":{{ }}}},"a":{{"roots":[]}}}},"requestState":{state}}}}}"#
        )),
        "{frame}"
    );
    assert!(frame.starts_with(r#"{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"ask","arguments":{"n":1.0}"#), "{frame}");
    assert_eq!(
        play.frame(r#"{"jsonrpc":"2.0","id":2,"result":{"resultType":"complete","content":[]}}"#),
        ["finished 1 Answered"]
    );
}

#[test]
fn answers_are_of_their_round_and_state_is_sent_only_when_there_was_one() {
    let mut play = modern(Policies::default());
    play.call(
        1,
        "tools/call",
        r#"{"name":"ask","inputResponses":{"old":{}},"requestState":"old"}"#,
    );
    play.frame(&wants(
        1,
        &format!(r#""requestState":"s1","inputRequests":{{"a":{ELICIT}}}"#),
    ));
    let out = play.answer(&input(1, "a"), reply::decline());
    let first = params(sent(&out));
    assert_eq!(
        first.get("requestState").and_then(Value::as_str),
        Some("s1")
    );
    assert_eq!(
        first.get("inputResponses").unwrap().to_string(),
        r#"{"a":{"action":"decline"}}"#
    );
    play.frame(&wants(2, &format!(r#""inputRequests":{{"b":{ELICIT}}}"#)));
    let out = play.answer(&input(2, "b"), reply::cancel());
    let second = params(sent(&out));
    assert_eq!(second.get("requestState"), None);
    assert_eq!(
        second.get("inputResponses").unwrap().to_string(),
        r#"{"b":{"action":"cancel"}}"#
    );
}

#[test]
fn two_calls_at_once_do_not_mix() {
    let mut play = modern(Policies::default());
    play.call(1, "tools/call", r#"{"name":"a"}"#);
    play.call(2, "prompts/get", r#"{"name":"b"}"#);
    for id in [1, 2] {
        play.frame(&wants(
            id,
            &format!(r#""requestState":"s{id}","inputRequests":{{"k":{ELICIT}}}"#),
        ));
    }
    let out = play.answer(&input(2, "k"), reply::decline());
    assert!(sent(&out).contains(r#""method":"prompts/get""#));
    assert!(sent(&out).contains(r#""requestState":"s2""#));
    let out = play.answer(&input(1, "k"), reply::decline());
    assert!(sent(&out).contains(r#""requestState":"s1""#));
}

#[test]
fn a_server_that_wants_nothing_but_time_is_asked_again_ever_slower() {
    let mut play = modern(Policies::default());
    play.call(1, "tools/call", r#"{"name":"busy"}"#);
    let mut pauses = Vec::new();
    for id in 1.. {
        let out = play.frame(&wants(id, r#""requestState":"later""#));
        let Some(due) = play.client.deadline() else {
            assert_eq!(out.last().unwrap(), "finished 1 TooManyRounds");
            break;
        };
        assert_eq!(out, Vec::<String>::new());
        pauses.push(due.saturating_sub(play.now).as_millis());
        play.now = due;
        let out = play.put(Input::Tick);
        assert_eq!(out.len(), 2, "{out:?}");
    }
    assert_eq!(
        pauses,
        [
            250, 500, 1_000, 2_000, 4_000, 5_000, 5_000, 5_000, 5_000, 5_000
        ]
    );
}

#[test]
fn rounds_end_at_the_cap_also_when_policies_answer() {
    let mut play = modern(Policies {
        form: Policy::Decline,
        ..Policies::default()
    });
    play.call(1, "tools/call", r#"{"name":"loop"}"#);
    for id in 1..=10 {
        let out = play.frame(&wants(id, &format!(r#""inputRequests":{{"k":{ELICIT}}}"#)));
        assert_eq!(
            out.last().unwrap(),
            &format!("> tools/call {}", id + 1),
            "{out:?}"
        );
    }
    let out = play.frame(&wants(11, &format!(r#""inputRequests":{{"k":{ELICIT}}}"#)));
    assert_eq!(
        out,
        [
            "* request 11 wants input once more; it was sent 11 times, and no more",
            "* question k of request 11 is over: too many rounds",
            "finished 1 TooManyRounds",
        ]
    );
}

#[test]
fn what_is_declined_without_a_word_for_it_ends_the_call() {
    let mut play = modern(Policies::default());
    play.call(1, "tools/call", r#"{"name":"ask"}"#);
    play.frame(&wants(
        1,
        &format!(r#""inputRequests":{{"a":{SAMPLE},"b":{ELICIT}}}"#),
    ));
    assert_eq!(
        play.answer(&input(1, "a"), reply::rejected()),
        [
            "* question a of request 1 answered by person: -1",
            "* question b of request 1 is over: another input was declined",
            "finished 1 Declined",
        ]
    );
    assert!(play.client.parked.is_empty());

    let mut play = modern(Policies {
        roots: Policy::Decline,
        form: Policy::Decline,
        ..Policies::default()
    });
    play.call(1, "tools/call", r#"{"name":"ask"}"#);
    let out = play.frame(&wants(
        1,
        &format!(r#""inputRequests":{{"a":{ELICIT},"b":{ROOTS}}}"#),
    ));
    assert_eq!(
        out,
        [
            "* question a of request 1 is over: another input was declined",
            "* question b of request 1 answered by policy decline: -1",
            "finished 1 Declined",
        ]
    );
}

#[test]
fn a_call_can_be_stopped_at_any_round() {
    let mut play = modern(Policies::default());
    play.call(1, "tools/call", r#"{"name":"ask"}"#);
    play.frame(&wants(1, &format!(r#""inputRequests":{{"a":{ELICIT}}}"#)));
    assert_eq!(
        play.put(Input::Cancel(1)),
        [
            "* question a of request 1 is over: its request was cancelled",
            "finished 1 Cancelled",
        ]
    );
    assert_eq!(play.answer(&input(1, "a"), reply::decline()).len(), 1);

    play.call(2, "tools/call", r#"{"name":"ask"}"#);
    play.frame(&wants(2, &format!(r#""inputRequests":{{"a":{ELICIT}}}"#)));
    play.answer(&input(2, "a"), reply::decline());
    assert_eq!(
        play.put(Input::Cancel(2)),
        ["> notifications/cancelled", "finished 2 Cancelled"]
    );

    play.call(3, "tools/call", r#"{"name":"busy"}"#);
    play.frame(&wants(4, r#""requestState":"later""#));
    assert_eq!(play.put(Input::Cancel(3)), ["finished 3 Cancelled"]);
    assert_eq!(play.client.deadline(), None);
}

#[test]
fn a_connection_that_ends_ends_calls_that_wait_for_a_person() {
    let mut play = modern(Policies::default());
    play.call(1, "tools/call", r#"{"name":"ask"}"#);
    play.frame(&wants(1, &format!(r#""inputRequests":{{"a":{ELICIT}}}"#)));
    play.call(2, "tools/call", r#"{"name":"ask"}"#);
    assert_eq!(
        play.put(Input::Gone),
        ["finished 1 Gone", "finished 2 Gone"]
    );
    assert!(play.client.parked.is_empty());
}

/// Obligation 7.
#[test]
fn what_was_not_declared_is_not_given() {
    let mut play = Play::new(quiet());
    play.put(Input::Started);
    play.frame(DISCOVERED);
    play.call(1, "tools/call", r#"{"name":"ask"}"#);
    assert_eq!(
        play.frame(&wants(1, &format!(r#""inputRequests":{{"a":{ELICIT}}}"#))),
        [
            "* request 1 wants input that nobody can give: elicitation form was not declared",
            "* question a of request 1 is over: nobody can answer it",
            "finished 1 NeedsInput",
        ]
    );
}

#[test]
fn odd_wishes_end_the_call_and_say_why() {
    let many: Vec<String> = (0..10_000).map(|n| format!("\"k{n}\":{ROOTS}")).collect();
    let many = format!(r#""inputRequests":{{{}}}"#, many.join(","));
    for (members, why) in [
        (
            r#""inputRequests":{"a":{"method":"tools/call"}}"#,
            "asks nothing known",
        ),
        (r#""inputRequests":{"a":7}"#, "asks nothing known"),
        (r#""inputRequests":{}"#, "neither what nor in which state"),
        (r#""requestState":null"#, "neither what nor in which state"),
        (
            r#""inputRequests":{"a":{"method":"elicitation/create","params":{"mode":"voice"}}}"#,
            r#"mode "voice" is not known"#,
        ),
        (many.as_str(), "more than 256 things at once"),
    ] {
        let mut play = modern(Policies::default());
        play.call(1, "tools/call", r#"{"name":"ask"}"#);
        let out = play.frame(&wants(1, members));
        assert!(out[0].contains(why), "{out:?}");
        assert_eq!(out.last().unwrap(), "finished 1 NeedsInput");
        assert!(play.client.parked.is_empty());
    }
}

/// Obligation 15.
#[test]
fn unknown_result_types_are_told_and_missing_ones_mean_complete() {
    let mut play = modern(Policies::default());
    play.call(1, "tools/call", r#"{"name":"a"}"#);
    assert_eq!(
        play.frame(r#"{"jsonrpc":"2.0","id":1,"result":{"content":[]}}"#),
        ["finished 1 Answered"]
    );
    play.call(2, "tools/call", r#"{"name":"a"}"#);
    assert_eq!(
        play.frame(r#"{"jsonrpc":"2.0","id":2,"result":{"resultType":"later","content":[]}}"#),
        [
            r#"* the result of request 2 is of type "later", which is not known"#,
            "finished 2 Answered"
        ]
    );
    // In the handshake era it is a member like any other.
    let mut play = legacy();
    play.call(1, "tools/call", r#"{"name":"a"}"#);
    assert_eq!(
        play.frame(&wants(2, r#""requestState":"x""#)),
        ["finished 1 Answered"]
    );
}

#[test]
fn capabilities_are_of_the_request_that_carries_them() {
    let mut play = modern(Policies::default());
    let declared = |out: &[Output]| {
        let Output::Send { frame, .. } = &out[0] else {
            panic!()
        };
        params(frame)
            .get("_meta")
            .and_then(|meta| meta.get(meta_key()))
            .unwrap()
            .to_string()
    };
    let call = |ticket| {
        Input::Call(Call {
            ticket,
            method: "tools/list".to_owned(),
            params: None,
            wait: None,
        })
    };
    let out = play.client.handle(play.now, call(1));
    assert_eq!(
        declared(&out),
        r#"{"roots":{},"sampling":{"tools":{}},"elicitation":{"form":{},"url":{}},"extensions":{"io.modelcontextprotocol/tasks":{}}}"#
    );
    play.put(Input::Capabilities(Capabilities::default()));
    let out = play.client.handle(play.now, call(2));
    assert_eq!(declared(&out), "{}");
}

const fn meta_key() -> &'static str {
    crate::mcp::meta::CLIENT_CAPABILITIES
}

/// What may happen to a client, as numbers pick it.
fn happen(play: &mut Play, what: u8, number: u64) -> Vec<Output> {
    let id = (number % 8 + 1) as i64;
    let text = match what {
        0 => {
            let call = Call {
                ticket: number,
                method: "tools/call".to_owned(),
                params: Some("{}".to_owned()),
                wait: None,
            };
            return play.client.handle(play.now, Input::Call(call));
        }
        1 => return play.client.handle(play.now, Input::Cancel(100 + number)),
        2 => {
            play.now += Duration::from_secs(number);
            return play.client.handle(play.now, Input::Tick);
        }
        3 => {
            let which = input(id, if number.is_multiple_of(2) { "a" } else { "b" });
            let reply = match number % 3 {
                0 => reply::rejected(),
                _ => reply::decline(),
            };
            return play.client.handle(play.now, Input::Answer(&which, reply));
        }
        4 => {
            let which = Which::Request(Id::Integer(id));
            return play
                .client
                .handle(play.now, Input::Answer(&which, reply::cancel()));
        }
        5 => wants(
            id,
            &format!(r#""inputRequests":{{"a":{ELICIT},"b":{SAMPLE}}}"#),
        ),
        6 => wants(id, r#""requestState":"s""#),
        7 => format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{{}}}}"#),
        8 => format!(
            r#"{{"jsonrpc":"2.0","id":{id},"error":{{"code":-32042,"message":"","data":{{"elicitations":[{{"mode":"url","url":"https://h/","elicitationId":"{id}"}}]}}}}}}"#
        ),
        9 => format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"roots/list"}}"#),
        10 => format!(
            r#"{{"jsonrpc":"2.0","method":"notifications/elicitation/complete","params":{{"elicitationId":"{id}"}}}}"#
        ),
        _ => format!(
            r#"{{"jsonrpc":"2.0","method":"notifications/cancelled","params":{{"requestId":{id}}}}}"#
        ),
    };
    let messages = facts::of_frame(text.as_bytes()).unwrap();
    play.client.handle(play.now, Input::Message(&messages[0]))
}

proptest::proptest! {
    /// Whatever happens in whatever order, a call ends exactly once, no id is used twice, and every question that was
    /// put to somebody is over when the connection is.
    #[test]
    fn every_call_ends_exactly_once(era in proptest::bool::ANY, acts in proptest::collection::vec((0..12_u8, 0..12_u64), 0..60)) {
        let mut play = if era { modern(Policies::default()) } else {
            let mut play = Play::new(Options { era: EraChoice::Legacy, capabilities: Capabilities::interactive(), ..quiet() });
            play.put(Input::Started);
            play.frame(&initialized(1, "2025-11-25"));
            play
        };
        let (mut began, mut ended, mut ids) = (Vec::new(), Vec::new(), HashSet::new());
        let mut look = |out: &[Output]| {
            for output in out {
                match output {
                    Output::Finished { ticket, .. } => ended.push(*ticket),
                    Output::Send { frame, ticket: Some(_), .. } => {
                        let id = json::get(frame.as_bytes(), &["id"]).unwrap().to_vec();
                        assert!(ids.insert(id), "an id was used twice: {frame}");
                        assert!(json::check(frame.as_bytes()).is_ok(), "{frame}");
                    }
                    _ => {}
                }
            }
        };
        for (place, (what, number)) in acts.into_iter().enumerate() {
            // Calls have numbers of their own.
            let number = if what == 0 { 100 + place as u64 } else { number };
            if what == 0 {
                began.push(number);
            }
            look(&happen(&mut play, what, number));
        }
        look(&play.client.handle(play.now, Input::Gone));
        ended.sort_unstable();
        proptest::prop_assert_eq!(ended, began);
        proptest::prop_assert!(play.client.parked.is_empty());
        proptest::prop_assert_eq!(play.client.deadline(), None);
    }
}
