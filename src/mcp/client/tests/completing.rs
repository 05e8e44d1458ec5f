//! Transcripts of suggestions: who is asked, one question at a time, and how each ends.

use super::*;
use crate::mcp::completion::{Ask, Reference};

const VALUES: &str = r#"{"completion":{"values":["French","Frisian"],"total":2}}"#;

fn show(output: &Output) -> String {
    match output {
        Output::Completed { ticket, completed } => match completed {
            Completed::Values(suggestions) => {
                format!("completed {ticket} {}", suggestions.values.join(","))
            }
            other => format!("completed {ticket} {other:?}"),
        },
        other => super::show(other),
    }
}

fn outputs(play: &mut Play, input: Input<'_>) -> Vec<String> {
    let outputs = play.client.handle(play.now, input);
    for output in &outputs {
        if let Output::Send { ticket, aux, frame } = output {
            assert!(*aux && ticket.is_none(), "sent for our own sake: {frame}");
        }
    }
    outputs.iter().map(show).collect()
}

fn ask(play: &mut Play, ticket: u64, value: &str) -> Vec<String> {
    let ask = Ask {
        reference: Reference::Prompt("invite".into()),
        argument: "dialect".into(),
        value: value.into(),
        context: vec![("language".into(), "French".into())],
    };
    outputs(play, Input::Complete { ticket, ask })
}

fn answer(play: &mut Play, text: &str) -> Vec<String> {
    let messages = facts::of_frame(text.as_bytes()).unwrap();
    outputs(play, Input::Message(&messages[0]))
}

fn result(play: &mut Play, id: i64, result: &str) -> Vec<String> {
    answer(
        play,
        &format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{result}}}"#),
    )
}

fn refusal(play: &mut Play, id: i64, code: i64) -> Vec<String> {
    answer(
        play,
        &format!(r#"{{"jsonrpc":"2.0","id":{id},"error":{{"code":{code},"message":"no"}}}}"#),
    )
}

/// A connection of `version` whose server has exactly these capabilities.
fn open(version: &str, capabilities: &str) -> Play {
    let modern = version == Revision::NEWEST_MODERN.as_str();
    let mut play = Play::new(Options {
        era: if modern {
            EraChoice::Modern
        } else {
            EraChoice::Legacy
        },
        ..quiet()
    });
    play.put(Input::Started);
    let frame = if modern {
        DISCOVERED.replace(r#"{"tools":{}}"#, capabilities)
    } else {
        initialized(1, version).replace(r#"{"tools":{}}"#, capabilities)
    };
    play.frame(&frame);
    assert!(play.client.is_ready(), "{frame}");
    play
}

#[test]
fn who_is_asked_and_with_what() {
    for revision in Revision::ALL {
        let version = revision.as_str();
        let mut play = open(version, r#"{"completions":{}}"#);
        let outputs = play.client.handle(
            play.now,
            Input::Complete {
                ticket: 7,
                ask: Ask {
                    reference: Reference::Prompt("p".into()),
                    argument: "b".into(),
                    value: "v".into(),
                    context: vec![("a".into(), "1".into())],
                },
            },
        );
        let [Output::Send { frame, .. }] = &outputs[..] else {
            panic!("{version}: {outputs:?}")
        };
        let params = json::get(frame.as_bytes(), &["params"]).unwrap();
        assert_eq!(
            json::string_at(params, &["ref", "name"]).as_deref(),
            Some("p")
        );
        assert_eq!(
            json::get(params, &["context", "arguments", "a"]).is_some(),
            revision >= Revision::V2025_06_18,
            "{frame}"
        );
        assert_eq!(
            json::get(params, &["_meta", meta::PROTOCOL_VERSION]).is_some(),
            revision.era() == Era::Modern,
            "{frame}"
        );
        // Without the capability only a server from before it was there is asked.
        let mut play = open(version, r#"{"tools":{}}"#);
        let asked = ask(&mut play, 1, "");
        if revision == Revision::V2024_11_05 {
            assert_eq!(asked, ["> completion/complete 2"]);
        } else {
            assert_eq!(asked, ["completed 1 NotAsked"], "{version}");
        }
    }
}

#[test]
fn a_question_is_answered() {
    let mut play = open("2025-11-25", r#"{"completions":{}}"#);
    assert_eq!(ask(&mut play, 1, "f"), ["> completion/complete 2"]);
    assert_eq!(result(&mut play, 2, VALUES), ["completed 1 French,Frisian"]);
    assert_eq!(ask(&mut play, 2, "f"), ["> completion/complete 3"]);
    assert_eq!(result(&mut play, 3, "{}"), ["completed 2 Odd"]);
    assert_eq!(ask(&mut play, 3, "f"), ["> completion/complete 4"]);
    assert_eq!(
        refusal(&mut play, 4, -32602),
        ["completed 3 Refused { code: Some(-32602), message: \"no\" }"]
    );
    assert_eq!(ask(&mut play, 4, "f"), ["> completion/complete 5"]);
}

#[test]
fn a_newer_question_takes_the_place_of_the_older() {
    let mut play = open("2025-11-25", r#"{"completions":{}}"#);
    ask(&mut play, 1, "f");
    assert_eq!(
        ask(&mut play, 2, "fr"),
        [
            "> notifications/cancelled",
            "completed 1 Cancelled",
            "> completion/complete 3"
        ]
    );
    // The server did not hear it in time: its answer finds nobody, and the newer one is still waited for.
    assert_eq!(result(&mut play, 2, VALUES), [""; 0]);
    assert_eq!(result(&mut play, 3, VALUES), ["completed 2 French,Frisian"]);
}

#[test]
fn a_question_does_not_disturb_a_call() {
    let mut play = open("2025-11-25", r#"{"completions":{},"prompts":{}}"#);
    assert_eq!(play.call(1, "prompts/get", "{}"), ["> prompts/get 2"]);
    ask(&mut play, 2, "f");
    ask(&mut play, 3, "fr");
    assert_eq!(result(&mut play, 2, "{}"), ["finished 1 Answered"]);
    assert_eq!(
        outputs(&mut play, Input::Cancel(3)),
        ["> notifications/cancelled", "completed 3 Cancelled"]
    );
    assert_eq!(outputs(&mut play, Input::Cancel(3)), [""; 0]);
}

#[test]
fn a_server_that_does_not_know_how_is_asked_once() {
    let mut play = open("2024-11-05", "{}");
    ask(&mut play, 1, "f");
    assert_eq!(
        refusal(&mut play, 2, -32601),
        ["completed 1 Refused { code: Some(-32601), message: \"no\" }"]
    );
    assert!(!play.client.completes());
    assert_eq!(ask(&mut play, 2, "fr"), ["completed 2 NotAsked"]);
}

#[test]
fn a_question_ends_with_time_and_with_the_connection() {
    let mut play = open("2025-11-25", r#"{"completions":{}}"#);
    ask(&mut play, 1, "f");
    play.now += Duration::from_secs(60);
    assert_eq!(
        outputs(&mut play, Input::Tick),
        [
            "* request 2 not answered within 60000 ms",
            "> notifications/cancelled",
            "completed 1 TimedOut"
        ]
    );
    ask(&mut play, 2, "f");
    assert_eq!(outputs(&mut play, Input::Gone), ["completed 2 Gone"]);
    assert_eq!(ask(&mut play, 3, "f"), ["completed 3 NotAsked"]);
    let mut fresh = Play::new(quiet());
    assert_eq!(ask(&mut fresh, 1, "f"), ["completed 1 NotAsked"]);
}
