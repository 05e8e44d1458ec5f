//! The rules of the lifecycle (protocol.md §2), one test each, named after it; those of the probe's verdict and of the
//! handshake as such stand in `tests.rs`, what differs over HTTP in `exchanges.rs`.

use super::*;

/// The newest frame among what is to be done.
fn sent(outputs: &[Output]) -> Vec<String> {
    outputs
        .iter()
        .filter_map(|output| match output {
            Output::Send { frame, .. } => Some(frame.clone()),
            _ => None,
        })
        .collect()
}

fn started(options: Options) -> (Client, Vec<String>) {
    let mut client = Client::new(options);
    let frames = sent(&client.handle(Duration::ZERO, Input::Started));
    (client, frames)
}

fn member<'a>(frame: &'a str, path: &[&str]) -> Option<&'a str> {
    json::get(frame.as_bytes(), path).and_then(|raw| std::str::from_utf8(raw).ok())
}

fn options(era: EraChoice) -> Options {
    Options { era, ..quiet() }
}

// 2.1 the handshake

#[test]
fn initialize_is_a_message_of_its_own_and_says_what_its_revision_knows() {
    for (revision, titled) in [
        (Revision::V2024_11_05, false),
        (Revision::V2025_03_26, false),
        (Revision::V2025_06_18, true),
        (Revision::V2025_11_25, true),
    ] {
        let (_, frames) = started(Options {
            revision: Some(revision),
            ..options(EraChoice::Legacy)
        });
        let [frame] = frames.as_slice() else {
            panic!("{frames:?}")
        };
        assert!(frame.starts_with('{'), "no batch: {frame}");
        assert_eq!(member(frame, &["method"]), Some("\"initialize\""));
        let version = format!("\"{revision}\"");
        assert_eq!(
            member(frame, &["params", "protocolVersion"]),
            Some(version.as_str())
        );
        let capabilities = json::get(frame.as_bytes(), &["params", "capabilities"]).unwrap();
        assert_eq!(json::kind(capabilities), json::Kind::Object);
        let info = |name| member(frame, &["params", "clientInfo", name]);
        assert!(
            info("name").is_some() && info("version").is_some(),
            "{frame}"
        );
        assert_eq!(info("title").is_some(), titled, "{revision}");
        assert_eq!(
            member(frame, &["params", "_meta"]),
            None,
            "nothing of 2026-07-28"
        );
    }
}

#[test]
fn the_newest_handshake_revision_is_proposed_and_never_2026_07_28() {
    for revision in [None, Some(Revision::V2026_07_28)] {
        let (_, frames) = started(Options {
            revision,
            ..options(EraChoice::Legacy)
        });
        let proposed = member(&frames[0], &["params", "protocolVersion"]);
        assert_eq!(proposed, Some("\"2025-11-25\""));
    }
}

#[test]
fn the_revision_that_the_server_chooses_is_kept_to() {
    for version in ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"] {
        let mut play = Play::new(options(EraChoice::Legacy));
        play.put(Input::Started);
        let out = play.frame(&initialized(1, version));
        assert_eq!(
            out,
            [
                "> notifications/initialized".to_owned(),
                format!("* ready, revision {version}"),
                "Ready".to_owned()
            ]
        );
        assert_eq!(play.client.revision.as_str(), version);
    }
}

#[test]
fn a_refusal_tells_what_the_server_speaks_and_ends_the_connection() {
    for code in [-32602, -32022, -32000] {
        let mut play = Play::new(options(EraChoice::Legacy));
        play.put(Input::Started);
        let messages = facts::of_frame(
            format!(
                r#"{{"jsonrpc":"2.0","id":1,"error":{{"code":{code},"message":"Unsupported protocol version","data":{{"supported":["2024-11-05"],"requested":"2025-11-25"}}}}}}"#
            )
            .as_bytes(),
        )
        .unwrap();
        let outputs = play
            .client
            .handle(Duration::ZERO, Input::Message(&messages[0]));
        let Some(Output::Note(NoteText(note))) = outputs.first() else {
            panic!("{outputs:?}")
        };
        assert!(
            note.contains("Unsupported protocol version"),
            "verbatim: {note}"
        );
        assert!(note.contains("the server lists 2024-11-05"), "{note}");
        assert_eq!(outputs.last(), Some(&Output::Failed));
        assert_eq!(sent(&outputs), [""; 0]);
    }
}

#[test]
fn before_initialized_a_server_may_ping_and_log() {
    let mut play = Play::new(options(EraChoice::Legacy));
    play.put(Input::Started);
    let log = r#"{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"up"}}"#;
    assert_eq!(play.frame(log), [""; 0]);
    assert_eq!(
        play.frame(r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#),
        [r#"> {"jsonrpc":"2.0","id":1,"result":{}}"#],
        "its ids are its own"
    );
    let changed = r#"{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#;
    assert_eq!(play.frame(changed), [""; 0], "nothing is asked for yet");
    let out = play.frame(&initialized(1, "2025-11-25"));
    assert_eq!(out.last().unwrap(), "Ready");
}

// 2.2 capabilities

#[test]
fn capabilities_that_nobody_knows_are_legal() {
    for capabilities in [
        r#"{"tools":{},"vendor/x":{"deep":[1]},"experimental":{"y":{}},"extensions":{"a/b":{}}}"#,
        r#"{"tools":{"listChanged":true,"more":1}}"#,
        "{}",
    ] {
        let mut play = Play::new(options(EraChoice::Legacy));
        play.put(Input::Started);
        let out = play.frame(&format!(
            r#"{{"jsonrpc":"2.0","id":1,"result":{{"protocolVersion":"2025-11-25","capabilities":{capabilities},"serverInfo":{{"name":"s","version":"1"}}}}}}"#
        ));
        assert_eq!(out.last().unwrap(), "Ready", "{capabilities}");
    }
}

// 2.3 stateless requests

#[test]
fn modern_params_are_always_there() {
    let mut client = Client::new(options(EraChoice::Modern));
    client.handle(Duration::ZERO, Input::Started);
    let messages = facts::of_frame(DISCOVERED.as_bytes()).unwrap();
    let opened = client.handle(Duration::ZERO, Input::Message(&messages[0]));
    assert_eq!(sent(&opened), [""; 0], "neither initialize nor initialized");
    let call = Call {
        ticket: 1,
        method: "prompts/list".to_owned(),
        params: None,
        wait: None,
    };
    let frames = sent(&client.handle(Duration::ZERO, Input::Call(call)));
    let version = ["params", "_meta", "io.modelcontextprotocol/protocolVersion"];
    assert_eq!(member(&frames[0], &version), Some("\"2026-07-28\""));
}

#[test]
fn handshake_params_may_be_missing_and_have_nothing_of_2026_07_28() {
    let mut play = legacy();
    let call = Call {
        ticket: 1,
        method: "prompts/list".to_owned(),
        params: None,
        wait: None,
    };
    let frames = sent(&play.client.handle(Duration::ZERO, Input::Call(call)));
    assert_eq!(
        frames,
        [r#"{"jsonrpc":"2.0","id":2,"method":"prompts/list"}"#]
    );
}

#[test]
fn a_version_error_is_tried_once_more_with_a_listed_revision_and_not_for_ever() {
    let refusal = |id: u32| {
        format!(
            r#"{{"jsonrpc":"2.0","id":"mcpscope-probe-{id}","error":{{"code":-32022,"message":"","data":{{"supported":["2025-11-25","2026-07-28"],"requested":"2026-07-28"}}}}}}"#
        )
    };
    for era in [EraChoice::Auto, EraChoice::Modern] {
        let mut play = Play::new(options(era));
        play.put(Input::Started);
        assert_eq!(
            play.frame(&refusal(1)),
            ["> server/discover \"mcpscope-probe-2\""]
        );
        let out = play.frame(&refusal(2));
        assert_eq!(
            out,
            [
                "* cannot connect: the server refuses 2026-07-28 and lists it as supported",
                "Failed"
            ]
        );
    }
}

// 2.4 which era

#[test]
fn a_server_of_both_eras_is_met_in_the_newer_one() {
    for listed in [
        r#"["2025-11-25","2026-07-28"]"#,
        r#"["2026-07-28","2024-11-05"]"#,
    ] {
        let mut play = Play::new(quiet());
        play.put(Input::Started);
        let out = play.frame(&format!(
            r#"{{"jsonrpc":"2.0","id":"mcpscope-probe-1","result":{{"supportedVersions":{listed},"capabilities":{{}}}}}}"#
        ));
        assert!(out[0].starts_with("* era modern"), "{out:?}");
        assert_eq!(out[1], "* ready, revision 2026-07-28");
    }
}

#[test]
fn an_answer_to_the_probe_after_the_handshake_changes_nothing() {
    let mut play = Play::new(quiet());
    play.put(Input::Started);
    play.wait(3);
    play.frame(&initialized(1, "2025-11-25"));
    let out = play.frame(DISCOVERED);
    assert_eq!(
        out,
        [
            "* server/discover was answered after the handshake was done; the connection stays as it is"
        ]
    );
    assert_eq!(play.call(1, "ping", "{}"), ["> ping 2"]);
    let version = play.client.revision;
    assert_eq!(version, Revision::V2025_11_25);
}

#[test]
fn the_probe_has_an_id_that_no_request_has() {
    let (_, frames) = started(quiet());
    let id = member(&frames[0], &["id"]).unwrap();
    assert!(
        id.starts_with('"'),
        "a string, so that a late answer is recognised: {id}"
    );
}

#[test]
fn insisting_on_the_handshake_asks_nothing_before() {
    let (_, frames) = started(options(EraChoice::Legacy));
    assert_eq!(frames.len(), 1);
    assert_eq!(member(&frames[0], &["method"]), Some("\"initialize\""));
}

// 2.5 time limits

#[test]
fn each_request_may_have_a_limit_of_its_own() {
    let mut play = legacy();
    play.put(Input::Call(Call {
        ticket: 1,
        method: "tools/call".to_owned(),
        params: None,
        wait: Some(Duration::from_secs(5)),
    }));
    play.call(2, "tools/call", "{}");
    let out = play.wait(4);
    assert!(
        !out.iter().any(|line| line.starts_with("finished")),
        "{out:?}"
    );
    let out = play.wait(1);
    assert_eq!(out.last().unwrap(), "finished 1 TimedOut");
    let out = play.wait(54);
    assert!(
        !out.iter().any(|line| line.starts_with("finished")),
        "{out:?}"
    );
    let out = play.wait(1);
    assert_eq!(out.last().unwrap(), "finished 2 TimedOut");
}

#[test]
fn an_answer_after_the_limit_is_nobodys() {
    let mut play = legacy();
    play.call(1, "tools/call", "{}");
    let out = play.wait(60);
    assert_eq!(
        out[1..],
        ["> notifications/cancelled", "finished 1 TimedOut"]
    );
    assert_eq!(
        play.frame(r#"{"jsonrpc":"2.0","id":2,"result":{}}"#),
        [""; 0]
    );
    assert!(play.client.is_ready());
}
