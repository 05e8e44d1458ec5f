//! Transcripts: what goes in, what comes out. `> frame` is sent, `* note` recorded; other outputs by name.

use std::time::Duration;

use super::*;
use crate::json;
use crate::mcp::facts;

mod asking;
mod completing;
mod exchanges;
mod hand;
mod lifecycle;
mod rounds;
mod subscriptions;
mod tasks;

struct Play {
    client: Client,
    now: Duration,
}

impl Play {
    fn new(options: Options) -> Self {
        Self {
            client: Client::new(options),
            now: Duration::ZERO,
        }
    }

    fn put(&mut self, input: Input<'_>) -> Vec<String> {
        self.client
            .handle(self.now, input)
            .iter()
            .map(show)
            .collect()
    }

    fn frame(&mut self, text: &str) -> Vec<String> {
        let messages = facts::of_frame(text.as_bytes()).unwrap();
        self.put(Input::Message(&messages[0]))
    }

    fn wait(&mut self, seconds: u64) -> Vec<String> {
        self.now += Duration::from_secs(seconds);
        self.put(Input::Tick)
    }

    fn call(&mut self, ticket: u64, method: &str, params: &str) -> Vec<String> {
        self.put(Input::Call(Call {
            ticket,
            method: method.to_owned(),
            params: Some(params.to_owned()),
            wait: None,
        }))
    }
}

fn show(output: &Output) -> String {
    match output {
        Output::Send { frame, .. } => {
            let raw = frame.as_bytes();
            let member =
                |name| json::get(raw, &[name]).map(|raw| String::from_utf8_lossy(raw).into_owned());
            match (json::string_at(raw, &["method"]), member("id")) {
                (Some(method), Some(id)) => format!("> {method} {id}"),
                (Some(method), None) => format!("> {method}"),
                _ => format!("> {frame}"),
            }
        }
        Output::Note(NoteText(body)) => format!("* {}", Note::read(body.as_bytes()).sentence()),
        Output::Finished { ticket, end } => format!("finished {ticket} {end:?}"),
        other => format!("{other:?}"),
    }
}

fn quiet() -> Options {
    Options {
        lists: vec![],
        ..Options::default()
    }
}

const DISCOVERED: &str = r#"{"jsonrpc":"2.0","id":"mcpscope-probe-1","result":{"supportedVersions":["2026-07-28"],"capabilities":{"tools":{}}}}"#;

fn initialized(id: i64, version: &str) -> String {
    format!(
        r#"{{"jsonrpc":"2.0","id":{id},"result":{{"protocolVersion":"{version}","capabilities":{{"tools":{{}}}},"serverInfo":{{"name":"s","version":"1"}}}}}}"#
    )
}

fn legacy() -> Play {
    let mut play = Play::new(Options {
        era: EraChoice::Legacy,
        ..quiet()
    });
    play.put(Input::Started);
    play.frame(&initialized(1, "2025-11-25"));
    play
}

#[test]
fn a_modern_server_is_ready_after_the_probe() {
    let mut play = Play::new(Options {
        lists: vec![List::Tools, List::Prompts],
        ..quiet()
    });
    assert_eq!(
        play.put(Input::Started),
        [
            "* asking which era the server speaks, waiting up to 3000 ms",
            "> server/discover \"mcpscope-probe-1\""
        ]
    );
    assert_eq!(
        play.frame(DISCOVERED),
        [
            "* era modern: server/discover lists 2026-07-28",
            "* ready, revision 2026-07-28",
            "Ready",
            "> tools/list 1",
            "Listed(Prompts)",
        ]
    );
}

#[test]
fn what_the_probe_says() {
    for (answer, expected) in [
        (
            r#""error":{"code":-32601,"message":"no"}"#,
            "* era legacy: server/discover was refused with -32601",
        ),
        (
            r#""error":{"code":-32602,"message":"","data":""}"#,
            "* era legacy: server/discover was refused with -32602",
        ),
        (
            r#""error":{"code":-32020,"message":""}"#,
            "* era modern: server/discover was refused with -32020, which only a 2026-07-28 server knows",
        ),
        (
            r#""error":{"code":-32021,"message":""}"#,
            "* era modern: server/discover was refused with -32021, which only a 2026-07-28 server knows",
        ),
        (
            r#""error":{"code":-32022,"message":"","data":{"supported":["2025-06-18","2024-11-05"]}}"#,
            "* era legacy: server/discover was refused with -32022 lists only 2025-06-18, 2024-11-05",
        ),
        (
            r#""error":{"code":-32022,"message":"","data":{"supported":["2030-01-01"]}}"#,
            "* cannot connect: the server speaks 2030-01-01, mcpscope does not",
        ),
        (
            r#""error":{"code":-32022,"message":"","data":{"supported":["2026-07-28"]}}"#,
            "> server/discover \"mcpscope-probe-2\"",
        ),
        (
            r#""error":{"code":-32022,"message":""}"#,
            "* era legacy: server/discover was refused with -32022",
        ),
        (
            r#""result":{"tools":[]}"#,
            "* era legacy: server/discover was answered with something else",
        ),
        (
            r#""result":{"supportedVersions":["2025-03-26"],"capabilities":{}}"#,
            "* era legacy: server/discover lists only 2025-03-26",
        ),
        (
            r#""result":{"supportedVersions":["2099-01-01"],"capabilities":{}}"#,
            "* cannot connect: the server speaks 2099-01-01, mcpscope does not",
        ),
    ] {
        let mut play = Play::new(quiet());
        play.put(Input::Started);
        let out = play.frame(&format!(
            r#"{{"jsonrpc":"2.0","id":"mcpscope-probe-1",{answer}}}"#
        ));
        assert_eq!(out[0], expected, "{answer}");
    }
}

#[test]
fn a_listed_version_is_the_one_proposed() {
    let mut play = Play::new(quiet());
    play.put(Input::Started);
    let messages = facts::of_frame(
        br#"{"jsonrpc":"2.0","id":"mcpscope-probe-1","result":{"supportedVersions":["2025-03-26"],"capabilities":{}}}"#,
    )
    .unwrap();
    let out = play
        .client
        .handle(Duration::ZERO, Input::Message(&messages[0]));
    let Some(Output::Send { frame, .. }) = out.last() else {
        panic!("{out:?}")
    };
    assert!(
        frame.contains(r#""protocolVersion":"2025-03-26""#),
        "{frame}"
    );
    assert!(!frame.contains("title"), "2025-03-26 has no title: {frame}");
}

#[test]
fn a_silent_server_gets_the_handshake_and_may_answer_late() {
    let mut play = Play::new(quiet());
    play.put(Input::Started);
    assert_eq!(play.client.deadline(), Some(Duration::from_secs(3)));
    assert_eq!(
        play.wait(3),
        [
            "* request \"mcpscope-probe-1\" not answered within 3000 ms",
            "* era legacy: no answer to server/discover within 3 s",
            "> initialize 1"
        ]
    );
    assert_eq!(play.frame(DISCOVERED), [""; 0]);
    assert_eq!(
        play.frame(r#"{"jsonrpc":"2.0","id":1,"error":{"code":-32022,"message":"no"}}"#),
        [
            "* era modern: initialize was refused, and server/discover answered late",
            "* ready, revision 2026-07-28",
            "Ready"
        ]
    );
}

#[test]
fn a_server_that_exits_on_the_probe_is_started_once_more() {
    let mut play = Play::new(quiet());
    play.put(Input::Started);
    assert_eq!(
        play.put(Input::Gone),
        [
            "* era legacy: the process exited on server/discover",
            "Respawn"
        ]
    );
    assert_eq!(play.put(Input::Started), ["> initialize 1"]);
    assert_eq!(play.put(Input::Gone), [""; 0]);
    assert_eq!(play.call(1, "x", "{}"), ["finished 1 Gone"]);
}

#[test]
fn the_handshake() {
    let mut play = Play::new(Options {
        era: EraChoice::Legacy,
        lists: vec![List::Tools],
        ..quiet()
    });
    assert_eq!(
        play.put(Input::Started),
        ["* era legacy: asked for", "> initialize 1"]
    );
    assert_eq!(
        play.frame(&initialized(1, "2024-11-05")),
        [
            "> notifications/initialized",
            "* ready, revision 2024-11-05",
            "Ready",
            "> tools/list 2"
        ]
    );
    for version in ["2026-07-28", "1999-01-01"] {
        let mut play = Play::new(Options {
            era: EraChoice::Legacy,
            ..quiet()
        });
        play.put(Input::Started);
        let out = play.frame(&initialized(1, version));
        assert!(
            out[0].starts_with("* cannot connect: the server answered initialize with version"),
            "{out:?}"
        );
        assert_eq!(out[1], "Failed");
    }
}

#[test]
fn forced_modern_never_falls_back() {
    let mut play = Play::new(Options {
        era: EraChoice::Modern,
        ..quiet()
    });
    play.put(Input::Started);
    let out = play
        .frame(r#"{"jsonrpc":"2.0","id":"mcpscope-probe-1","error":{"code":-32601,"message":""}}"#);
    assert_eq!(
        out,
        [
            "* era legacy: server/discover was refused with -32601",
            "* cannot connect: not a 2026-07-28 server: server/discover was refused with -32601",
            "Failed"
        ]
    );
}

#[test]
fn pages_are_followed_and_loops_cut() {
    let mut play = legacy();
    assert_eq!(play.put(Input::Refresh(List::Tools)), ["> tools/list 2"]);
    let page = |id: i64, cursor: &str| {
        format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{{"tools":[],"nextCursor":"{cursor}"}}}}"#)
    };
    assert_eq!(play.frame(&page(2, "a")), ["> tools/list 3"]);
    assert_eq!(play.frame(&page(3, "b")), ["> tools/list 4"]);
    assert_eq!(
        play.frame(&page(4, "a")),
        [
            "* tools/list cut off after 3 pages: the server gave the cursor \"a\" again",
            "Listed(Tools)"
        ]
    );
}

#[test]
fn many_changes_are_one_more_fetch() {
    let mut play = legacy();
    let changed = r#"{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#;
    assert_eq!(play.frame(changed), ["> tools/list 2"]);
    for _ in 0..7 {
        assert_eq!(play.frame(changed), [""; 0]);
    }
    let done = |id: i64| format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{{"tools":[]}}}}"#);
    assert_eq!(play.frame(&done(2)), ["Listed(Tools)", "> tools/list 3"]);
    assert_eq!(play.frame(&done(3)), ["Listed(Tools)"]);
}

#[test]
fn calls_wait_until_the_connection_works() {
    let mut play = Play::new(quiet());
    play.put(Input::Started);
    assert_eq!(play.call(5, "tools/call", r#"{"name":"a"}"#), [""; 0]);
    let out = play.frame(DISCOVERED);
    assert_eq!(out.last().map(String::as_str), Some("> tools/call 1"));
    assert_eq!(
        play.frame(r#"{"jsonrpc":"2.0","id":1,"result":{}}"#),
        ["finished 5 Answered"]
    );
}

#[test]
fn time_limits_progress_and_the_hard_maximum() {
    let mut play = legacy();
    play.call(1, "tools/call", "{}");
    for _ in 0..11 {
        assert_eq!(play.wait(49), [""; 0]);
        play.frame(r#"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":2,"progress":1}}"#);
    }
    assert_eq!(
        play.wait(61),
        [
            "* request 2 not answered within 600000 ms",
            "> notifications/cancelled",
            "finished 1 TimedOut"
        ]
    );
    play.call(2, "tools/call", "{}");
    assert_eq!(
        play.put(Input::Cancel(2)),
        ["> notifications/cancelled", "finished 2 Cancelled"]
    );
    assert_eq!(
        play.frame(r#"{"jsonrpc":"2.0","id":3,"result":{}}"#),
        [""; 0]
    );
}

#[test]
fn server_requests_are_answered_at_any_time() {
    let mut play = Play::new(quiet());
    play.put(Input::Started);
    let ping = r#"{"jsonrpc":"2.0","id":"mcpscope-probe-1","method":"ping"}"#;
    assert_eq!(
        play.frame(ping),
        [r#"> {"jsonrpc":"2.0","id":"mcpscope-probe-1","result":{}}"#]
    );
    assert_eq!(
        play.frame(r#"{"jsonrpc":"2.0","id":7,"method":"roots/list"}"#),
        [
            r#"> {"jsonrpc":"2.0","id":7,"error":{"code":-32601,"message":"roots/list is not supported by this client"}}"#
        ]
    );
    assert_eq!(
        play.frame(r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#),
        ["* ping cannot be answered: its id is neither string nor integer"]
    );
    play.frame(DISCOVERED);
    assert_eq!(
        play.frame(ping),
        ["* ping is not answered: 2026-07-28 knows no server requests"]
    );
}

#[test]
fn params_keep_their_spelling_and_get_their_meta() {
    let mut play = Play::new(quiet());
    play.put(Input::Started);
    play.frame(DISCOVERED);
    let out = play.client.handle(
        Duration::ZERO,
        Input::Call(Call {
            ticket: 1,
            method: "tools/call".into(),
            params: Some(
                r#"{"name":"a","arguments":{"n":1.0,"big":1152921504606846976},"_meta":{"x":1}}"#
                    .into(),
            ),
            wait: None,
        }),
    );
    let Output::Send { frame, .. } = &out[0] else {
        panic!("{out:?}")
    };
    assert!(frame.contains(r#""arguments":{"n":1.0,"big":1152921504606846976},"_meta":{"x":1,"io.modelcontextprotocol/protocolVersion":"2026-07-28""#), "{frame}");
    assert!(frame.contains(r#""progressToken":1"#), "{frame}");
}

#[test]
fn the_process_going_away_ends_every_call() {
    let mut play = legacy();
    play.call(1, "a", "{}");
    play.call(2, "b", "{}");
    assert_eq!(
        play.put(Input::Gone),
        ["finished 1 Gone", "finished 2 Gone"]
    );
    assert_eq!(play.client.deadline(), None);
}
