//! Eras known from before, limits that a person moves, and what calls are made to carry.

use super::*;
use crate::json::Value;

fn knowing(era: Era, over: Over) -> Play {
    Play::new(Options {
        known: Some(Known {
            era,
            since: "2026-11-21".to_owned(),
            evidence: "as it was".to_owned(),
        }),
        over,
        ..quiet()
    })
}

const SKIPPED: &str = "* legacy, known since 2026-11-21 (as it was); not asked again";
const REFUSED: &str = r#"{"jsonrpc":"2.0","id":1,"error":{"code":-32022,"message":"no","data":{"supported":["2026-07-28"]}}}"#;

fn modern() -> Play {
    let mut play = Play::new(quiet());
    play.put(Input::Started);
    play.frame(DISCOVERED);
    play
}

#[test]
fn a_server_known_as_legacy_is_not_asked_again_and_that_is_said() {
    for over in [Over::Pipe, Over::Http] {
        let mut play = knowing(Era::Legacy, over);
        assert_eq!(
            play.put(Input::Started),
            [SKIPPED, "* era legacy: known from before", "> initialize 1"]
        );
        play.frame(&initialized(1, "2025-11-25"));
        assert!(play.client.is_ready());
        assert_eq!(play.client.learned(), None, "nothing new was found out");
    }
}

#[test]
fn a_legacy_verdict_that_no_longer_holds_is_doubted_and_the_server_asked() {
    let mut play = knowing(Era::Legacy, Over::Pipe);
    play.put(Input::Started);
    assert_eq!(
        play.frame(REFUSED),
        [
            "* what was known of its era does not hold: initialize was refused with -32022: no",
            "* asking which era the server speaks, waiting up to 3000 ms",
            "> server/discover \"mcpscope-probe-1\"",
        ]
    );
    play.frame(DISCOVERED);
    assert_eq!(play.client.learned().map(|(era, _)| era), Some(Era::Modern));
    // A process that goes away is started again and asked.
    let mut play = knowing(Era::Legacy, Over::Pipe);
    play.put(Input::Started);
    assert_eq!(play.put(Input::Gone).last().unwrap(), "Respawn");
    assert_eq!(
        play.put(Input::Started).last().unwrap(),
        "> server/discover \"mcpscope-probe-1\""
    );
    // One that says nothing, too.
    let mut play = knowing(Era::Legacy, Over::Pipe);
    play.put(Input::Started);
    assert_eq!(
        play.wait(60).last().unwrap(),
        "> server/discover \"mcpscope-probe-1\""
    );
}

#[test]
fn whoever_asks_again_is_not_told_what_was_known() {
    let mut play = knowing(Era::Legacy, Over::Pipe);
    play.client.options.ask_again = true;
    assert!(play.put(Input::Started)[1].starts_with("> server/discover"));
    let mut play = knowing(Era::Legacy, Over::Pipe);
    play.client.options.era = EraChoice::Legacy;
    assert_eq!(
        play.put(Input::Started),
        ["* era legacy: asked for", "> initialize 1"]
    );
}

/// Obligation 32: no silent downgrade of a server that is known to be modern.
#[test]
fn a_modern_server_that_answers_as_an_older_one_is_said_loudly() {
    let mut play = knowing(Era::Modern, Over::Pipe);
    assert_eq!(
        play.put(Input::Started)[0],
        "* modern, known since 2026-11-21 (as it was); asked again all the same"
    );
    let said = play.frame(
        r#"{"jsonrpc":"2.0","id":"mcpscope-probe-1","error":{"code":-32601,"message":"no"}}"#,
    );
    assert_eq!(
        said,
        [
            "* DOWNGRADE: modern since 2026-11-21, and answers as an older server now: server/discover was refused with -32601",
            "* era legacy: server/discover was refused with -32601",
            "> initialize 1",
        ]
    );
    // Its silence is not taken for an answer so soon.
    let mut play = knowing(Era::Modern, Over::Pipe);
    play.put(Input::Started);
    assert_eq!(play.wait(59), Vec::<String>::new());
    assert!(play.wait(1).iter().any(|line| line.contains("DOWNGRADE")));
    // Neither is an exit passed over.
    let mut play = knowing(Era::Modern, Over::Pipe);
    play.put(Input::Started);
    assert!(play.put(Input::Gone)[0].contains("DOWNGRADE"));
}

#[test]
fn what_is_learned_is_known_once_the_connection_works() {
    let mut play = Play::new(quiet());
    play.put(Input::Started);
    play.frame(
        r#"{"jsonrpc":"2.0","id":"mcpscope-probe-1","error":{"code":-32601,"message":"no"}}"#,
    );
    assert_eq!(play.client.learned(), None);
    play.frame(&initialized(1, "2025-11-25"));
    assert_eq!(
        play.client.learned(),
        Some((Era::Legacy, "server/discover was refused with -32601"))
    );
    assert_eq!(
        legacy().client.learned(),
        None,
        "it was told, not found out"
    );
}

#[test]
fn a_limit_is_told_before_it_is_reached_and_can_be_moved() {
    let mut play = legacy();
    play.call(7, "tools/call", r#"{"name":"slow"}"#);
    assert_eq!(play.client.deadline(), Some(Duration::from_secs(50)));
    assert_eq!(play.wait(50), ["Limit { ticket: 7, left: Some(10s) }"]);
    assert_eq!(play.wait(8), Vec::<String>::new(), "told once");
    assert_eq!(
        play.put(Input::Extend {
            ticket: 7,
            more: Some(Duration::from_secs(60)),
        }),
        [
            "* request 2 may take 60 s longer",
            "Limit { ticket: 7, left: None }"
        ]
    );
    // 120 seconds in all: told again near their end.
    assert_eq!(play.wait(51), Vec::<String>::new());
    assert_eq!(play.wait(1), ["Limit { ticket: 7, left: Some(10s) }"]);
    assert_eq!(
        play.put(Input::Extend {
            ticket: 7,
            more: None,
        })[0],
        "* request 2 may take as long as it likes"
    );
    assert_eq!(play.wait(1_000_000), Vec::<String>::new());
    assert_eq!(
        play.frame(r#"{"jsonrpc":"2.0","id":2,"result":{}}"#),
        ["finished 7 Answered"]
    );
    assert_eq!(
        play.put(Input::Extend {
            ticket: 7,
            more: None,
        }),
        Vec::<String>::new()
    );
}

#[test]
fn progress_takes_the_warning_back() {
    let mut play = legacy();
    play.call(7, "tools/call", r#"{"name":"slow"}"#);
    play.wait(55);
    assert_eq!(
        play.frame(r#"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":2,"progress":1}}"#),
        ["Limit { ticket: 7, left: None }"]
    );
    assert_eq!(play.wait(49), Vec::<String>::new());
    assert_eq!(play.wait(1), ["Limit { ticket: 7, left: Some(10s) }"]);
    assert_eq!(
        play.wait(10)[0],
        "* request 2 not answered within 115000 ms"
    );
}

fn meta_of(output: &[Output]) -> Value {
    let frame = output.iter().find_map(|output| match output {
        Output::Send { frame, .. } => Some(frame.clone()),
        _ => None,
    });
    let frame = Value::parse(frame.unwrap().as_bytes()).unwrap();
    frame
        .get("params")
        .and_then(|params| params.get("_meta"))
        .cloned()
        .unwrap_or(Value::Null)
}

fn called(play: &mut Play, params: &str) -> Value {
    let call = Call {
        ticket: 1,
        method: "tools/call".to_owned(),
        params: Some(params.to_owned()),
        wait: None,
    };
    meta_of(&play.client.handle(play.now, Input::Call(call)))
}

#[test]
fn calls_of_the_modern_era_carry_what_they_are_told_to() {
    let settings = RequestSettings {
        log_level: Some("debug".to_owned()),
        trace: Some(7),
        meta: vec![("com.example/run".to_owned(), Value::from("a"))],
        task_ttl: None,
    };
    let mut play = modern();
    assert_eq!(
        play.put(Input::Settings(settings.clone())),
        ["* calls carry from now on: log level debug, a traceparent, com.example/run"]
    );
    assert_eq!(
        play.put(Input::Settings(settings.clone())),
        Vec::<String>::new()
    );
    let meta = called(&mut play, r#"{"name":"a"}"#);
    let text = |meta: &Value, name: &str| meta.get(name).and_then(Value::as_str).map(str::to_owned);
    assert_eq!(text(&meta, meta::LOG_LEVEL).as_deref(), Some("debug"));
    assert_eq!(text(&meta, "com.example/run").as_deref(), Some("a"));
    let first = text(&meta, meta::TRACEPARENT).unwrap();
    assert_eq!(first, settings::traceparent(7, 1));
    // Another call is another trace; what a call says itself counts more.
    let meta = called(
        &mut play,
        r#"{"name":"a","_meta":{"io.modelcontextprotocol/logLevel":"error","progressToken":"mine"}}"#,
    );
    assert_ne!(text(&meta, meta::TRACEPARENT).unwrap(), first);
    assert_eq!(text(&meta, meta::LOG_LEVEL).as_deref(), Some("error"));
    assert_eq!(text(&meta, meta::PROGRESS_TOKEN).as_deref(), Some("mine"));
    // The token that a person typed is the one progress is told by.
    play.wait(55);
    assert_eq!(
        play.frame(r#"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"mine","progress":1}}"#),
        ["Limit { ticket: 1, left: None }"]
    );
    // Lists are asked for on our own account, and carry nothing of it.
    let list = play.client.handle(play.now, Input::Refresh(List::Tools));
    assert_eq!(text(&meta_of(&list), meta::LOG_LEVEL), None);
}

#[test]
fn calls_of_the_handshake_era_carry_it_too_but_for_the_log_level() {
    let mut play = legacy();
    let settings = RequestSettings {
        log_level: Some("debug".to_owned()),
        trace: None,
        meta: vec![("com.example/run".to_owned(), Value::from("a"))],
        task_ttl: Some(90_000),
    };
    assert_eq!(
        play.put(Input::Settings(settings)),
        ["* calls carry from now on: log level debug, com.example/run, tasks kept for 90000 ms"]
    );
    let meta = called(&mut play, r#"{"name":"a"}"#);
    assert_eq!(
        meta.to_string(),
        r#"{"com.example/run":"a","progressToken":2}"#
    );
    let call = Call {
        ticket: 2,
        method: "tools/call".to_owned(),
        params: Some(r#"{"name":"a","task":{}}"#.to_owned()),
        wait: None,
    };
    let sent = play.client.handle(play.now, Input::Call(call));
    let kept = |output: &Output| matches!(output, Output::Send { frame, .. } if frame.contains(r#""task":{"ttl":90000}"#));
    assert!(sent.iter().any(kept), "{sent:?}");
}

#[test]
fn a_call_that_tells_a_lot_of_progress_stays_one_place_among_what_is_due() {
    let mut play = legacy();
    called(&mut play, r#"{"name":"a"}"#);
    let before = play.client.deadline();
    for step in 1..1_000 {
        play.now += Duration::from_millis(1);
        play.frame(&format!(
            r#"{{"jsonrpc":"2.0","method":"notifications/progress","params":{{"progressToken":2,"progress":{step}}}}}"#
        ));
    }
    assert!(play.client.deadline() > before);
    assert!(play.client.dues.len() <= 2, "{}", play.client.dues.len());
}
