//! Transcripts of the handshake era: who answers what, what is refused and how, whose time stands still meanwhile.

use super::*;
use crate::mcp::asked::{AskKind, Policies, Policy, Reply, Root, Which, reply};

fn frame_of(output: &Output) -> Option<&str> {
    match output {
        Output::Send { frame, .. } => Some(frame),
        _ => None,
    }
}

impl Play {
    /// What is sent, whole, and what is noted.
    fn whole(&mut self, input: Input<'_>) -> Vec<String> {
        self.client
            .handle(self.now, input)
            .iter()
            .map(|output| frame_of(output).map_or_else(|| show(output), str::to_owned))
            .collect()
    }

    pub(super) fn heard(&mut self, text: &str) -> Vec<String> {
        let messages = facts::of_frame(text.as_bytes()).unwrap();
        self.whole(Input::Message(&messages[0]))
    }

    fn heard_on(&mut self, text: &str, on: i64) -> Vec<String> {
        let messages = facts::of_frame(text.as_bytes()).unwrap();
        self.whole(Input::MessageOn(&messages[0], &Id::Integer(on)))
    }

    pub(super) fn answer(&mut self, which: &Which, reply: Reply) -> Vec<String> {
        self.whole(Input::Answer(which, reply))
    }
}

fn request(id: i64) -> Which {
    Which::Request(Id::Integer(id))
}

fn able(capabilities: Capabilities, policies: Policies) -> Play {
    let mut play = Play::new(Options {
        era: EraChoice::Legacy,
        capabilities,
        policies,
        ..quiet()
    });
    play.put(Input::Started);
    play.frame(&initialized(1, "2025-11-25"));
    play
}

fn person() -> Play {
    able(Capabilities::interactive(), Policies::default())
}

const FORM: &str = r#"{"jsonrpc":"2.0","id":7,"method":"elicitation/create","params":{"message":"Name?","requestedSchema":{"type":"object","properties":{}}}}"#;
const URL: &str = r#"{"jsonrpc":"2.0","id":8,"method":"elicitation/create","params":{"mode":"url","message":"Log in","url":"https://h/","elicitationId":"e1"}}"#;
const SAMPLING: &str = r#"{"jsonrpc":"2.0","id":9,"method":"sampling/createMessage","params":{"messages":[],"maxTokens":9}}"#;
const TOOLS: &str = r#"{"jsonrpc":"2.0","id":9,"method":"sampling/createMessage","params":{"messages":[],"maxTokens":9,"tools":[]}}"#;
const ROOTS: &str = r#"{"jsonrpc":"2.0","id":10,"method":"roots/list"}"#;

/// Obligation 4.
#[test]
fn what_was_not_declared_is_refused_with_the_code_of_its_kind() {
    let form_only = Capabilities {
        elicitation: crate::mcp::asked::Elicitation {
            form: true,
            url: false,
        },
        sampling: Some(crate::mcp::asked::Sampling::default()),
        ..Capabilities::default()
    };
    let nothing = Capabilities::default();
    let odd = FORM.replace("\"message\":", "\"mode\":\"voice\",\"message\":");
    for (capabilities, frame, code) in [
        (&nothing, FORM, -32601),
        (&nothing, URL, -32601),
        (&nothing, SAMPLING, -32601),
        (&nothing, ROOTS, -32601),
        (&form_only, URL, -32602),
        (&form_only, TOOLS, -32602),
        (&form_only, ROOTS, -32601),
        (&form_only, &odd, -32602),
    ] {
        let mut play = able(capabilities.clone(), Policies::default());
        let out = play.heard(frame);
        assert_eq!(out.len(), 1, "{frame}: {out:?}");
        assert!(
            out[0].contains(&format!("\"error\":{{\"code\":{code},")),
            "{frame}: {out:?}"
        );
    }
}

/// Obligation 7.
#[test]
fn what_is_declared_stands_in_the_handshake_and_nothing_is_by_default() {
    let mut play = Play::new(Options {
        era: EraChoice::Legacy,
        ..quiet()
    });
    let out = play.whole(Input::Started);
    assert!(out[1].contains(r#""capabilities":{}"#), "{out:?}");

    let mut play = Play::new(Options {
        era: EraChoice::Legacy,
        capabilities: Capabilities::interactive(),
        ..quiet()
    });
    let out = play.whole(Input::Started);
    assert!(
        out[2].contains(
            r#""capabilities":{"roots":{"listChanged":true},"sampling":{"tools":{}},"elicitation":{"form":{},"url":{}}}"#
        ),
        "{out:?}"
    );
}

/// Obligation 24.
#[test]
fn a_question_waits_until_a_person_answers_it() {
    let mut play = person();
    assert_eq!(play.heard(FORM), ["* question 7 waits for a person"]);
    assert_eq!(
        play.answer(&request(7), reply::accept(Some("{\n \"name\": 1\n}"))),
        [
            "* question 7 answered by person: accept",
            "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{\"action\":\"accept\",\"content\":{  \"name\": 1 }}}",
        ]
    );
    assert_eq!(
        play.answer(&request(7), reply::decline()),
        ["* question 7 is no longer asked; the answer was not sent"]
    );
}

#[test]
fn what_is_no_json_is_not_sent_and_the_question_stays_open() {
    let mut play = person();
    play.heard(SAMPLING);
    let out = play.answer(&request(9), Reply::Result("{".to_owned()));
    assert_eq!(out.len(), 1);
    assert!(out[0].contains("is still open"), "{out:?}");
    let out = play.answer(&request(9), reply::rejected());
    assert!(out[1].contains(r#""error":{"code":-1,"#), "{out:?}");
}

#[test]
fn policies_answer_without_asking_and_are_noted() {
    let policies = Policies {
        sampling: Policy::Stub("quick".to_owned()),
        form: Policy::Decline,
        url: Policy::Canned(r#"{"action":"cancel"}"#.to_owned()),
        roots: Policy::Roots(vec![Root {
            uri: "file:///w".to_owned(),
            name: Some("w".to_owned()),
        }]),
    };
    let mut play = able(Capabilities::interactive(), policies);
    for (frame, note, answer) in [
        (
            SAMPLING,
            "* question 9 answered by policy stub: result",
            r#""content":{"type":"text","text":"quick"},"model":"mcpscope-stub","stopReason":"endTurn""#,
        ),
        (
            FORM,
            "* question 7 answered by policy decline: decline",
            r#""result":{"action":"decline"}"#,
        ),
        (
            URL,
            "* question 8 answered by policy canned: cancel",
            r#""result":{"action":"cancel"}"#,
        ),
        (
            ROOTS,
            "* question 10 answered by policy roots: result",
            r#""result":{"roots":[{"uri":"file:///w","name":"w"}]}"#,
        ),
    ] {
        let out = play.heard(frame);
        assert_eq!(out[0], note);
        assert!(out[1].contains(answer), "{out:?}");
    }
}

#[test]
fn a_policy_that_does_not_fit_leaves_the_question_to_a_person() {
    for policy in [
        Policy::Stub("x".to_owned()),
        Policy::Roots(vec![]),
        Policy::Canned("{".to_owned()),
    ] {
        let mut policies = Policies::default();
        policies.set(AskKind::Form, policy);
        let mut play = able(Capabilities::interactive(), policies);
        assert_eq!(play.heard(FORM), ["* question 7 waits for a person"]);
    }
}

/// Obligation 26.
#[test]
fn new_roots_are_told_when_that_was_declared() {
    let roots = |uri: &str| Policies {
        roots: Policy::Roots(vec![Root {
            uri: uri.to_owned(),
            name: None,
        }]),
        ..Policies::default()
    };
    let mut play = able(Capabilities::interactive(), roots("file:///a"));
    assert!(play.put(Input::Policies(roots("file:///a"))).is_empty());
    assert_eq!(
        play.put(Input::Policies(roots("file:///b"))),
        ["> notifications/roots/list_changed"]
    );
    let mut silent = able(Capabilities::default(), roots("file:///a"));
    assert!(silent.put(Input::Policies(roots("file:///b"))).is_empty());
}

#[test]
fn a_question_that_is_cancelled_or_asked_again_is_no_longer_open() {
    let mut play = person();
    play.heard(FORM);
    play.frame(r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}}"#);
    assert_eq!(
        play.answer(&request(7), reply::decline()),
        ["* question 7 is no longer asked; the answer was not sent"]
    );
    // The same id is free again; twice at once it is not.
    play.heard(FORM);
    let out = play.heard(FORM);
    assert!(out[0].contains("used the id 7 again"), "{out:?}");
    assert_eq!(play.answer(&request(7), reply::decline()).len(), 2);
    assert_eq!(play.answer(&request(7), reply::decline()).len(), 1);
}

/// Obligation 23, and what a person is owed.
#[test]
fn a_call_that_waits_for_a_person_has_all_the_time_there_is() {
    let mut play = person();
    play.call(1, "tools/call", r#"{"name":"ask"}"#);
    play.wait(50);
    assert_eq!(
        play.heard(FORM),
        ["* question 7 of request 2 waits for a person"]
    );
    assert_eq!(play.client.deadline(), None);
    assert!(play.wait(100_000).is_empty());
    play.answer(&request(7), reply::decline());
    assert!(play.wait(59).is_empty());
    assert_eq!(
        play.wait(1).last().map(String::as_str),
        Some("finished 1 TimedOut")
    );
}

#[test]
fn only_the_call_that_is_asked_for_waits() {
    let mut play = person();
    play.call(1, "tools/call", r#"{"name":"a"}"#);
    play.call(2, "tools/call", r#"{"name":"b"}"#);
    let out = play.heard_on(FORM, 3);
    assert_eq!(out, ["* question 7 of request 3 waits for a person"]);
    let out = play.wait(61);
    assert!(out.contains(&"finished 1 TimedOut".to_owned()), "{out:?}");
    assert!(!out.contains(&"finished 2 TimedOut".to_owned()), "{out:?}");
}

#[test]
fn nobody_knows_for_which_call_so_all_of_them_wait_also_later_ones() {
    let mut play = person();
    play.call(1, "tools/call", r#"{"name":"a"}"#);
    play.call(2, "tools/call", r#"{"name":"b"}"#);
    assert_eq!(play.heard(FORM), ["* question 7 waits for a person"]);
    play.call(3, "tools/call", r#"{"name":"c"}"#);
    assert!(play.wait(1_000).is_empty());
    play.frame(r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}}"#);
    assert_eq!(play.wait(61).len(), 9);
}

#[test]
fn a_cancelled_call_takes_its_questions_along() {
    let mut play = person();
    play.call(1, "tools/call", r#"{"name":"ask"}"#);
    play.heard(FORM);
    assert_eq!(
        play.put(Input::Cancel(1)),
        [
            "> notifications/cancelled".to_owned(),
            "* question 7 answered by mcpscope: cancel".to_owned(),
            r#"> {"jsonrpc":"2.0","id":7,"result":{"action":"cancel"}}"#.to_owned(),
            "finished 1 Cancelled".to_owned(),
        ]
    );
}

#[test]
fn a_server_that_never_stops_asking_is_told_so() {
    let mut play = person();
    let mut refused = 0;
    for id in 0..10_000 {
        let out = play.heard(&FORM.replace("\"id\":7", &format!("\"id\":{id}")));
        refused += usize::from(out.iter().any(|line| line.contains("-32603")));
    }
    assert_eq!(refused, 10_000 - super::super::asked::MOST);
    assert_eq!(play.client.parked.len(), super::super::asked::MOST);
}

#[test]
fn capabilities_changed_after_the_handshake_wait_for_the_next_one() {
    let mut play = able(Capabilities::default(), Policies::default());
    let out = play.put(Input::Capabilities(Capabilities::interactive()));
    assert!(out[0].contains("takes a new connection"), "{out:?}");
    // What counts is what the server was told.
    assert!(play.heard(FORM)[0].contains("-32601"));
}

/// Obligation 5.
#[test]
fn a_request_of_a_modern_server_is_never_answered() {
    let mut play = Play::new(Options {
        capabilities: Capabilities::interactive(),
        policies: Policies {
            form: Policy::Decline,
            ..Policies::default()
        },
        ..quiet()
    });
    play.put(Input::Started);
    play.frame(DISCOVERED);
    assert_eq!(
        play.frame(FORM),
        ["* elicitation/create is not answered: 2026-07-28 knows no server requests"]
    );
    assert!(play.client.parked.is_empty());
}

const REQUIRED: &str = r#"{"jsonrpc":"2.0","id":2,"error":{"code":-32042,"message":"log in","data":{"elicitations":[{"mode":"url","url":"https://h/","message":"Log in","elicitationId":"e1"}]}}}"#;

#[test]
fn a_request_that_needs_a_url_opened_is_sent_again_once_it_was() {
    let done = r#"{"jsonrpc":"2.0","method":"notifications/elicitation/complete","params":{"elicitationId":"e1"}}"#;
    for by_notification in [true, false] {
        let mut play = person();
        play.call(1, "tools/call", r#"{"name":"a"}"#);
        assert_eq!(
            play.frame(REQUIRED),
            [r#"* question {"of":2,"nth":0} of request 2 waits for a person"#]
        );
        let out = if by_notification {
            play.heard(done)
        } else {
            let which = Which::Required {
                of: Id::Integer(2),
                nth: 0,
            };
            play.answer(&which, reply::accept(None))
        };
        assert_eq!(out[1], "* request 3 goes on with request 2, round 2");
        assert_eq!(
            out[2],
            r#"{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"a","_meta":{"progressToken":3}}}"#
        );
    }
}

#[test]
fn without_anybody_to_open_it_a_url_is_just_an_error() {
    let mut play = able(Capabilities::default(), Policies::default());
    play.call(1, "tools/call", r#"{"name":"a"}"#);
    let out = play.frame(REQUIRED);
    assert_eq!(
        out,
        [
            r#"* question {"of":2,"nth":0} is over: elicitation url was not declared"#,
            "finished 1 Answered"
        ]
    );
}
