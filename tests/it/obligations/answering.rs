//! What servers ask back, and what their results are.

use std::time::Duration;

use mcpscope::form::Form;
use mcpscope::json::{self, Value};
use mcpscope::jsonrpc::Id;
use mcpscope::mcp::asked::check::{problems, root_problem};
use mcpscope::mcp::asked::{
    AskKind, Capabilities, Elicitation, Policies, Policy, Reply, Root, Which, reply,
};
use mcpscope::mcp::client::{EraChoice, Input, Options, Over};
use mcpscope::mcp::revision::Revision;
use proptest::prelude::*;

use super::play::{DISCOVERED, Play, initialized, options};

/// A person sits there who can be asked everything.
fn attended(era: EraChoice) -> Options {
    Options {
        capabilities: Capabilities::interactive(),
        ..options(era)
    }
}

fn legacy(options: Options) -> Play {
    let mut play = Play::new(options);
    play.put(Input::Started);
    play.frame(&initialized("1", "2025-11-25"));
    assert!(play.client.is_ready());
    play
}

fn modern(options: Options) -> Play {
    let mut play = Play::new(options);
    play.put(Input::Started);
    play.frame(DISCOVERED);
    assert!(play.client.is_ready());
    play
}

/// A question of a handshake server's.
fn question(id: &str, method: &str, params: &str) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"{method}","params":{params}}}"#)
}

const FORM: &str = r#"{"message":"Who?","requestedSchema":{"type":"object","properties":{"name":{"type":"string","default":"Ann"},"age":{"type":"integer","minimum":0}},"required":["age"]}}"#;
const URL: &str =
    r#"{"mode":"url","message":"Pay","url":"https://example.com/pay","elicitationId":"e1"}"#;
const SAMPLING: &str =
    r#"{"messages":[{"role":"user","content":{"type":"text","text":"Hi"}}],"maxTokens":5}"#;

/// What a 2026-07-28 server answers that wants `inputs` (a raw object) first.
fn wants(id: &str, inputs: &str, state: Option<&str>) -> String {
    let state = state.map_or_else(String::new, |raw| format!(r#","requestState":{raw}"#));
    format!(
        r#"{{"jsonrpc":"2.0","id":{id},"result":{{"resultType":"input_required","inputRequests":{inputs}{state}}}}}"#
    )
}

fn input(method: &str, params: &str) -> String {
    format!(r#"{{"method":"{method}","params":{params}}}"#)
}

fn which(of: &str, key: &str) -> Which {
    Which::Input {
        of: Id::read(of.as_bytes()),
        key: key.into(),
    }
}

fn at<'a>(frame: &'a str, path: &[&str]) -> Option<&'a str> {
    json::get(frame.as_bytes(), path).map(|raw| std::str::from_utf8(raw).unwrap())
}

#[test]
fn obligation_04_ping_is_answered_and_what_is_unknown_is_refused() {
    for version in ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"] {
        let mut play = Play::legacy(version);
        for id in ["1", r#""1""#, "-9007199254740993"] {
            assert_eq!(
                play.frame(&format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"ping"}}"#)),
                [format!(r#"> {{"jsonrpc":"2.0","id":{id},"result":{{}}}}"#)]
            );
        }
        for method in ["roots/list", "sampling/createMessage", "vendor/unheard-of"] {
            play.frame(&format!(
                r#"{{"jsonrpc":"2.0","id":7,"method":"{method}","params":{{}}}}"#
            ));
            let refusal = play.sent.last().unwrap().as_bytes();
            assert_eq!(
                json::get(refusal, &["id"]),
                Some(&b"7"[..]),
                "{version} {method}"
            );
            assert_eq!(
                json::get(refusal, &["error", "code"]),
                Some(&b"-32601"[..]),
                "{version} {method}"
            );
        }
    }
}

#[test]
fn obligation_05_a_modern_server_gets_no_response_whatever_it_asks() {
    for over in [Over::Pipe, Over::Http] {
        let mut play = Play::modern(over);
        let sent = play.sent.len();
        for method in [
            "ping",
            "roots/list",
            "sampling/createMessage",
            "elicitation/create",
            "x/y",
        ] {
            let out = play.frame(&format!(
                r#"{{"jsonrpc":"2.0","id":7,"method":"{method}","params":{{}}}}"#
            ));
            let [told] = out.as_slice() else {
                panic!("{out:?}")
            };
            assert!(
                told.starts_with(&format!("* {method} is not answered")),
                "{told}"
            );
        }
        assert_eq!(play.sent.len(), sent);
    }
}

#[test]
fn obligation_07_a_run_that_can_answer_nothing_declares_nothing() {
    let mut play = Play::new(options(EraChoice::Legacy));
    play.put(Input::Started);
    let opening = play.sent.last().unwrap().as_bytes();
    assert_eq!(
        json::get(opening, &["params", "capabilities"]),
        Some(&b"{}"[..])
    );
    for over in [Over::Pipe, Over::Http] {
        let mut play = Play::modern(over);
        play.call("tools/call", r#"{"name":"a"}"#);
        for frame in &play.sent {
            let declared = json::get(
                frame.as_bytes(),
                &[
                    "params",
                    "_meta",
                    "io.modelcontextprotocol/clientCapabilities",
                ],
            );
            assert_eq!(declared, Some(&b"{}"[..]), "{frame}");
        }
    }
}

#[test]
fn obligation_04_a_mode_of_elicitation_that_was_not_declared_is_refused_as_invalid() {
    let only = |form, url| Capabilities {
        elicitation: Elicitation { form, url },
        ..Capabilities::default()
    };
    for (capabilities, params, code) in [
        (only(true, false), URL, "-32602"),
        (only(false, true), FORM, "-32602"),
        (only(false, false), FORM, "-32601"),
    ] {
        let mut play = legacy(Options {
            capabilities,
            ..options(EraChoice::Legacy)
        });
        play.frame(&question("7", "elicitation/create", params));
        let refusal = play.sent.last().unwrap();
        assert_eq!(at(refusal, &["id"]), Some("7"));
        assert_eq!(at(refusal, &["error", "code"]), Some(code), "{params}");
    }
}

#[test]
fn obligation_07_exactly_what_can_be_answered_is_declared() {
    let mut play = Play::new(attended(EraChoice::Legacy));
    play.put(Input::Started);
    let declared = at(play.sent.last().unwrap(), &["params", "capabilities"]).unwrap();
    for kind in AskKind::ALL {
        assert!(
            Capabilities::read(declared.as_bytes()).take(kind),
            "{declared}"
        );
    }
    // In 2026-07-28 each request says it anew, so it can change at any time.
    let mut play = modern(attended(EraChoice::Modern));
    let declared = |play: &Play| {
        let path = [
            "params",
            "_meta",
            "io.modelcontextprotocol/clientCapabilities",
        ];
        Capabilities::read(at(play.sent.last().unwrap(), &path).unwrap().as_bytes())
    };
    play.call("tools/call", r#"{"name":"a"}"#);
    assert!(declared(&play).take(AskKind::Sampling));
    let mut fewer = Capabilities::interactive();
    fewer.switch(AskKind::Sampling, false);
    play.put(Input::Capabilities(fewer));
    play.call("tools/call", r#"{"name":"a"}"#);
    assert!(!declared(&play).take(AskKind::Sampling));
    assert!(declared(&play).take(AskKind::Form));
}

#[test]
fn obligation_15_a_result_without_a_type_is_complete_and_an_unknown_type_is_said() {
    let answer = |play: &mut Play, members: &str| {
        play.call("tools/call", r#"{"name":"a"}"#);
        let id = play.last_id();
        play.frame(&format!(
            r#"{{"jsonrpc":"2.0","id":{id},"result":{{{members}"content":[]}}}}"#
        ))
    };
    let mut play = modern(attended(EraChoice::Modern));
    assert_eq!(answer(&mut play, ""), ["finished 1 Answered"]);
    assert_eq!(
        answer(&mut play, r#""resultType":"complete","#),
        ["finished 2 Answered"]
    );
    let out = answer(&mut play, r#""resultType":"riddle","#);
    assert!(out[0].contains("\"riddle\", which is not known"), "{out:?}");
    assert_eq!(out[1..], ["finished 3 Answered"]);
    // A handshake server may put there what it likes.
    let mut play = legacy(attended(EraChoice::Legacy));
    for kind in ["input_required", "riddle"] {
        let out = answer(
            &mut play,
            &format!(r#""resultType":"{kind}","inputRequests":{{}},"#),
        );
        assert!(out.last().unwrap().ends_with("Answered"), "{out:?}");
        assert_eq!(out.len(), 1, "{out:?}");
    }
}

#[test]
fn obligation_16_a_round_answers_every_input_and_nothing_else() {
    let mut play = modern(attended(EraChoice::Modern));
    play.call(
        "tools/call",
        r#"{"name":"a","arguments":{"n":1.0},"_meta":{"mine/x":1}}"#,
    );
    let first = play.sent.last().unwrap().clone();
    let id = play.last_id();
    let inputs = format!(
        r#"{{"who":{},"model":{},"where":{}}}"#,
        input("elicitation/create", FORM),
        input("sampling/createMessage", SAMPLING),
        input("roots/list", "{}")
    );
    let sent = play.sent.len();
    play.frame(&wants(&id, &inputs, None));
    for (key, answer) in [
        ("where", reply::roots(&[])),
        ("who", reply::accept(Some(r#"{"age":3}"#))),
    ] {
        play.put(Input::Answer(&which(&id, key), answer));
        assert_eq!(play.sent.len(), sent, "not before the last of them");
    }
    play.put(Input::Answer(&which(&id, "model"), reply::stub("Hello")));
    let again = play.sent.last().unwrap().clone();
    assert_ne!(play.last_id(), id, "a new id");
    assert_eq!(at(&again, &["method"]), at(&first, &["method"]));
    for member in ["name", "arguments"] {
        assert_eq!(
            at(&again, &["params", member]),
            at(&first, &["params", member])
        );
    }
    assert_eq!(at(&again, &["params", "_meta", "mine/x"]), Some("1"));
    let responses = at(&again, &["params", "inputResponses"]).unwrap();
    let keys: Vec<String> = json::members(responses.as_bytes())
        .map(|(key, _)| key.into_owned())
        .collect();
    assert_eq!(keys, ["who", "model", "where"]);
    assert_eq!(
        at(responses, &["who"]),
        Some(r#"{"action":"accept","content":{"age":3}}"#),
        "a bare result"
    );
    assert_eq!(
        at(&again, &["params", "requestState"]),
        None,
        "none was given"
    );
}

proptest! {
    #[test]
    fn obligation_16_the_state_is_given_back_byte_for_byte(text: String, spelled in r"[a-zA-Z]{0,4}(\\u00[2-7][0-9a-f]|\\/|\\n){0,4}") {
        for raw in [json::quote(&text), format!("\"{spelled}\"")] {
            let mut play = modern(attended(EraChoice::Modern));
            play.call("prompts/get", r#"{"name":"a"}"#);
            let id = play.last_id();
            let inputs = format!(r#"{{"k":{}}}"#, input("roots/list", "{}"));
            play.frame(&wants(&id, &inputs, Some(&raw)));
            play.put(Input::Answer(&which(&id, "k"), reply::roots(&[])));
            let again = play.sent.last().unwrap();
            prop_assert_eq!(at(again, &["params", "requestState"]), Some(raw.as_str()));
        }
    }
}

#[test]
fn obligation_16_each_round_has_its_own_answers_and_each_request_its_own_round() {
    let mut play = modern(attended(EraChoice::Modern));
    play.call("tools/call", r#"{"name":"a"}"#);
    let a1 = play.last_id();
    play.call("tools/call", r#"{"name":"b"}"#);
    let b1 = play.last_id();
    let asks = |key: &str| format!(r#"{{"{key}":{}}}"#, input("roots/list", "{}"));
    play.frame(&wants(&a1, &asks("one"), Some(r#""A1""#)));
    play.frame(&wants(&b1, &asks("one"), Some(r#""B1""#)));
    // Something else meanwhile takes nothing of it along.
    play.call("tools/call", r#"{"name":"c"}"#);
    for member in ["inputResponses", "requestState"] {
        assert_eq!(at(play.sent.last().unwrap(), &["params", member]), None);
    }
    play.put(Input::Answer(&which(&b1, "one"), reply::roots(&[])));
    let b2 = play.sent.last().unwrap().clone();
    assert_eq!(at(&b2, &["params", "name"]), Some(r#""b""#));
    assert_eq!(at(&b2, &["params", "requestState"]), Some(r#""B1""#));
    play.put(Input::Answer(&which(&a1, "one"), reply::roots(&[])));
    let a2 = play.last_id();
    play.frame(&wants(&a2, &asks("two"), None));
    play.put(Input::Answer(&which(&a2, "two"), reply::roots(&[])));
    let a3 = play.sent.last().unwrap();
    assert_eq!(at(a3, &["params", "name"]), Some(r#""a""#));
    assert_eq!(
        at(a3, &["params", "inputResponses", "one"]),
        None,
        "only the newest round's"
    );
    assert!(at(a3, &["params", "inputResponses", "two"]).is_some());
    assert_eq!(
        at(a3, &["params", "requestState"]),
        None,
        "only the newest round's"
    );
}

#[test]
fn obligation_16_a_server_that_never_has_enough_is_given_up() {
    let mut play = modern(Options {
        policies: Policies {
            roots: Policy::Roots(vec![]),
            ..Policies::default()
        },
        ..attended(EraChoice::Modern)
    });
    let before = play.sent.len();
    play.call("tools/call", r#"{"name":"a"}"#);
    let inputs = format!(r#"{{"k":{}}}"#, input("roots/list", "{}"));
    let mut rounds = 0;
    loop {
        let out = play.frame(&wants(&play.last_id(), &inputs, None));
        if out.last().unwrap() == "finished 1 TooManyRounds" {
            break;
        }
        rounds += 1;
        assert!(rounds <= 100, "it never ends");
    }
    assert_eq!(play.sent.len() - before, 11, "once, and ten times more");
}

/// Every kind of question, with its method and params.
const KINDS: [(AskKind, &str, &str); 4] = [
    (AskKind::Form, "elicitation/create", FORM),
    (AskKind::Url, "elicitation/create", URL),
    (AskKind::Sampling, "sampling/createMessage", SAMPLING),
    (AskKind::Roots, "roots/list", "{}"),
];

#[test]
fn obligation_24_nothing_is_given_before_a_person_says_so() {
    for (kind, method, params) in KINDS {
        let mut play = legacy(attended(EraChoice::Legacy));
        play.call("tools/call", r#"{"name":"a"}"#);
        let sent = play.sent.len();
        let out = play.frame(&question("\"q\"", method, params));
        assert!(
            out.iter().all(|line| line.starts_with('*')),
            "{kind:?}: {out:?}"
        );
        play.wait(Duration::from_secs(24 * 3_600));
        assert_eq!(
            play.sent.len(),
            sent,
            "{kind:?}: a call that waits for a person waits"
        );
        let declined = reply::declined(kind);
        play.put(Input::Answer(
            &Which::Request(Id::Text("q".into())),
            declined,
        ));
        assert_eq!(play.sent.len(), sent + 1);
        assert_eq!(at(play.sent.last().unwrap(), &["id"]), Some("\"q\""));

        let mut play = modern(attended(EraChoice::Modern));
        play.call("tools/call", r#"{"name":"a"}"#);
        let id = play.last_id();
        let sent = play.sent.len();
        play.frame(&wants(
            &id,
            &format!(r#"{{"k":{}}}"#, input(method, params)),
            None,
        ));
        play.wait(Duration::from_secs(24 * 3_600));
        assert_eq!(play.sent.len(), sent, "{kind:?}");
    }
}

#[test]
fn obligation_24_what_a_policy_gives_is_written_down() {
    let mut play = legacy(Options {
        policies: Policies {
            sampling: Policy::Stub("Hello".to_owned()),
            ..Policies::default()
        },
        ..attended(EraChoice::Legacy)
    });
    let out = play.frame(&question("7", "sampling/createMessage", SAMPLING));
    let told = out.iter().find(|line| line.starts_with('*')).unwrap();
    assert!(told.contains("stub"), "{told}");
    assert_eq!(
        at(play.sent.last().unwrap(), &["result", "content", "text"]),
        Some("\"Hello\"")
    );
}

#[test]
fn obligation_25_a_form_opens_with_its_defaults_and_says_what_is_wrong() {
    let params = FORM.as_bytes();
    let schema = json::get(params, &["requestedSchema"]).unwrap();
    let mut form = Form::from_schema(schema).multi_select(true);
    form.send_defaults(true);
    assert_eq!(form.arguments().to_string(), r#"{"name":"Ann"}"#);
    let [(at, words)] = form.problems().try_into().unwrap();
    assert_eq!(
        (form.pointer(at).as_str(), words.as_str()),
        ("/age", "required")
    );
    assert!(
        form.load(&Value::parse(br#"{"name":"Bob","age":-1}"#).unwrap()),
        "it can be edited"
    );
    assert!(!form.problems().is_empty(), "the minimum is 0");
    form.load(&Value::parse(br#"{"name":"Bob","age":1}"#).unwrap());
    assert!(form.problems().is_empty());
    assert_eq!(form.arguments().to_string(), r#"{"name":"Bob","age":1}"#);
}

#[test]
fn obligation_25_accept_decline_and_cancel_are_what_the_specification_calls_them() {
    for (answer, frame) in [
        (
            reply::accept(Some(r#"{"age":1}"#)),
            r#"{"jsonrpc":"2.0","id":7,"result":{"action":"accept","content":{"age":1}}}"#,
        ),
        (
            reply::decline(),
            r#"{"jsonrpc":"2.0","id":7,"result":{"action":"decline"}}"#,
        ),
        (
            reply::cancel(),
            r#"{"jsonrpc":"2.0","id":7,"result":{"action":"cancel"}}"#,
        ),
    ] {
        let Reply::Result(raw) = &answer else {
            panic!("{answer:?}")
        };
        assert_eq!(problems(AskKind::Form, Revision::V2025_11_25, raw), [""; 0]);
        let mut play = legacy(attended(EraChoice::Legacy));
        play.frame(&question("7", "elicitation/create", FORM));
        play.put(Input::Answer(&Which::Request(Id::Integer(7)), answer));
        assert_eq!(play.sent.last().unwrap(), frame);
    }
}

#[test]
fn obligation_25_accepting_an_address_gives_nothing_away() {
    assert_eq!(
        reply::accept(None),
        Reply::Result(r#"{"action":"accept"}"#.to_owned())
    );
    let given = problems(
        AskKind::Url,
        Revision::V2025_11_25,
        r#"{"action":"accept","content":{}}"#,
    );
    assert_eq!(given, ["mode url has no content"]);
}

#[test]
fn obligation_26_roots_are_files_and_given_only_when_they_were_allowed() {
    for uri in ["https://example.com/", "/home", "file", "ftp://h/x", ""] {
        assert!(root_problem(uri).is_some(), "{uri}");
    }
    let root = Root::at(std::path::Path::new("/work/a b"), None).unwrap();
    assert_eq!(root.uri, "file:///work/a%20b");
    assert_eq!(root_problem(&root.uri), None);
    let mut play = legacy(Options {
        policies: Policies {
            roots: Policy::Roots(vec![root]),
            ..Policies::default()
        },
        ..attended(EraChoice::Legacy)
    });
    play.frame(&question("7", "roots/list", "{}"));
    let given = play.sent.last().unwrap();
    assert_eq!(
        at(given, &["result", "roots"]),
        Some(r#"[{"uri":"file:///work/a%20b"}]"#)
    );
}

#[test]
fn obligation_26_a_server_that_was_promised_so_hears_of_other_roots() {
    let other = || Policies {
        roots: Policy::Roots(vec![Root {
            uri: "file:///other".to_owned(),
            name: None,
        }]),
        ..Policies::default()
    };
    let mut play = legacy(attended(EraChoice::Legacy));
    assert_eq!(
        play.put(Input::Policies(other())),
        ["> notifications/roots/list_changed"]
    );
    assert_eq!(
        play.put(Input::Policies(other())),
        [""; 0],
        "they are the same"
    );
    let mut play = legacy(options(EraChoice::Legacy));
    assert_eq!(
        play.put(Input::Policies(other())),
        [""; 0],
        "it was promised nothing"
    );
    let mut play = modern(attended(EraChoice::Modern));
    assert_eq!(
        play.put(Input::Policies(other())),
        [""; 0],
        "2026-07-28 has no such message"
    );
}
