//! What the tools themselves wrote, and what is left of it when it is damaged.

use super::*;
use crate::session::Direction;
use crate::session::codec;
use crate::session::recorded::{Place, Recorded};
use crate::session::timeline::Timeline;

fn kept(name: &str) -> Vec<u8> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/import");
    std::fs::read(root.join(name)).unwrap()
}

fn imported(bytes: &[u8]) -> Result<(String, Imported), ImportError> {
    let tool = detect(bytes).unwrap();
    let mut out = Vec::new();
    let imported = import(tool, &mut &*bytes, &mut out, &Rules::default())?;
    Ok((String::from_utf8(out).unwrap(), imported))
}

fn fold(session: &str) -> Timeline {
    let mut timeline = Timeline::default();
    let mut lines = session.lines();
    assert!(codec::read_header(lines.next().unwrap().as_bytes()).is_some());
    for line in lines {
        let entry = codec::read(line.as_bytes()).unwrap();
        timeline.push(&Recorded::of(&entry, Place::default()));
    }
    timeline
}

/// The rows of a session in words: method, subject, status.
fn rows(session: &str) -> Vec<String> {
    let timeline = fold(session);
    let exchanges = timeline.exchanges().iter().map(|one| {
        let way = match timeline.entry(one.request).unwrap().direction() {
            Direction::Out => "",
            _ => "< ",
        };
        let (method, subject) = (timeline.word(one.method), timeline.word(one.subject));
        format!("{way}{method} {subject} {}", one.status)
    });
    exchanges.collect()
}

const LEGACY: &[&str] = &[
    "initialize  ok",
    "prompts/list  ok",
    "tools/call echo ok",
    "tools/call countdown ok",
    "tools/call divide tool error",
    "tools/call refuse -32603",
    "tools/call chatter ok",
    "tools/call ask-model ok",
    "< sampling/createMessage  ok",
];

const MODERN: &[&str] = &[
    "server/discover  ok",
    "prompts/list  ok",
    "tools/call echo ok",
    "tools/call countdown ok",
    "tools/call divide tool error",
    "tools/call refuse -32603",
    "tools/call chatter ok",
];

#[test]
fn what_the_tools_wrote_becomes_the_session_it_was() {
    for (file, tool, expected) in [
        ("mcpsnoop-legacy.jsonl", Tool::McpSnoop, LEGACY),
        ("mcp-rec-legacy.jsonl", Tool::McpRec, LEGACY),
        ("mcpsnoop-modern.jsonl", Tool::McpSnoop, MODERN),
        ("mcp-rec-modern.jsonl", Tool::McpRec, MODERN),
        (
            "mcporter.ndjson",
            Tool::Mcporter,
            &["initialize  ok", "tools/call weather ok"],
        ),
        (
            "mcpsnoop-http.jsonl",
            Tool::McpSnoop,
            &[
                "server/discover  ok",
                "tools/list  ok",
                "tools/call add ok",
                "initialize  ok",
                "tools/list  ok",
                "tools/call count ok",
            ],
        ),
        (
            "chromium.har",
            Tool::Har,
            &[
                "initialize  ok",
                "tools/call add ok",
                "tools/call count ok",
                "tools/call fail tool error",
            ],
        ),
    ] {
        let bytes = kept(file);
        assert_eq!(detect(&bytes), Some(tool), "{file}");
        let (session, imported) = imported(&bytes).unwrap();
        let mut rows = rows(&session);
        rows.retain(|row| !row.contains(" pending") && !row.starts_with("ping"));
        assert_eq!(rows, expected, "{file}");
        assert_eq!(
            imported.entries,
            session.lines().count() as u64 - 1,
            "{file}"
        );
    }
}

#[test]
fn frames_times_and_other_lines_are_kept() {
    let (session, _) = imported(&kept("mcpsnoop-legacy.jsonl")).unwrap();
    // The spelling of a number and members of the same name, as mcpsnoop kept them.
    assert!(session.contains(
        r#""json":{"jsonrpc":"2.0","id":1.50e1,"method":"ping","params":{"a":1,"a":2}}"#
    ));
    assert!(session.contains(
        r#""ch":"stderr","dir":"in","origin":{"line":18,"seq":18},"text":"chatter 1 of 2"#
    ));
    assert!(session.contains("the command was: mcpscope demo-server, in /srv/demo"));
    let timeline = fold(&session);
    let times: Vec<u64> = timeline
        .entries()
        .iter()
        .map(crate::session::timeline::EntryRow::us)
        .collect();
    assert!(times.is_sorted());
    let exchange = timeline
        .exchanges()
        .iter()
        .find(|one| timeline.word(one.subject) == "countdown")
        .unwrap();
    assert!((40_000..60_000).contains(&timeline.took(exchange).unwrap()));
    // What is no JSON is junk as it was, on either side.
    let (session, _) = imported(&kept("mcp-rec-modern.jsonl")).unwrap();
    assert!(session.contains(r#""text":"not json at all""#));
    // mcporter's own member is gone from the messages, a message's own ones stay.
    let (session, _) = imported(&kept("mcporter.ndjson")).unwrap();
    assert!(!session.contains("_meta"));
}

#[test]
fn an_archive_keeps_its_exchanges_and_not_its_secrets() {
    let (session, imported) = imported(&kept("chromium.har")).unwrap();
    assert_eq!(imported.skipped, 1);
    for secret in ["harbour-key-123456", "356a0596db14481d98572fc3dddcac3d"] {
        assert!(!session.contains(secret));
    }
    let timeline = fold(&session);
    let verbs: Vec<&str> = timeline
        .hops()
        .all()
        .iter()
        .map(|hop| timeline.word(hop.verb))
        .collect();
    assert_eq!(verbs, ["POST", "POST", "POST", "POST", "POST", "DELETE"]);
    let count = timeline.hops().all()[3];
    assert_eq!((count.status, count.events), (200, 3));
    let frame = count.frame().unwrap();
    let exchange = timeline.exchange_of_request(frame).unwrap();
    assert_eq!(
        timeline.word(timeline.exchange(exchange).unwrap().subject),
        "count"
    );
}

#[test]
fn what_is_no_recording_of_theirs_is_none() {
    for text in [
        "",
        "hello\n",
        "{}\n",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\n",
        "{\"mcpscope\":1,\"created\":\"2026-11-21T11:00:00Z\",\"by\":\"x\"}\n",
        "{\"log\":{\"level\":\"x\"}}",
        "{\"ts\":\"x\",\"dir\":\"client->server\",\"msg\":{}}\n",
    ] {
        assert_eq!(detect(text.as_bytes()), None, "{text}");
    }
}

#[test]
fn broken_lines_are_left_out_and_told() {
    let mut bytes = kept("mcp-rec-legacy.jsonl");
    bytes.extend_from_slice(b"{\"ts\": 1, \"dir\": \"sideways\", \"msg\": {}}\n{\"ts\": 17952");
    let (session, imported) = imported(&bytes).unwrap();
    assert_eq!(imported.skipped, 2);
    assert_eq!(
        imported.first_problem.unwrap(),
        (25, "its direction is sideways".to_owned())
    );
    assert!(
        session
            .lines()
            .last()
            .unwrap()
            .contains("2 of the source were left out, the first is 25")
    );
    let empty = br#"{"log":{"version":"1.2","creator":{"name":"x","version":"1"},"entries":[]}}"#;
    let error = super::tests::imported(empty).unwrap_err().to_string();
    assert_eq!(error, "there is nothing of MCP in this recording of har");
}

mod any {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// A file with anything changed in it is read, or refused in words; what comes out is a session.
        #[test]
        fn damage_is_survived(which in 0_usize..4, at in any::<prop::sample::Index>(), byte: u8, cut in any::<prop::sample::Index>()) {
            let file = ["mcpsnoop-http.jsonl", "mcp-rec-modern.jsonl", "mcporter.ndjson", "chromium.har"][which];
            let mut bytes = kept(file);
            let place = at.index(bytes.len());
            bytes[place] = byte;
            bytes.truncate(cut.index(bytes.len()) + 1);
            for row in IMPORTS {
                let mut out = Vec::new();
                if import(row.tool, &mut &*bytes, &mut out, &Rules::default()).is_ok() {
                    fold(std::str::from_utf8(&out).unwrap());
                }
            }
        }
    }
}

fn client_log(name: &str) -> (String, Imported) {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/logs");
    let bytes = std::fs::read(root.join(name)).unwrap();
    assert_eq!(detect(&bytes), Some(Tool::ClientLog), "{name}");
    imported(&bytes).unwrap()
}

#[test]
fn frames_in_the_logs_of_clients_become_their_traffic() {
    for (file, expected) in [
        (
            "mcp-server-weather.log",
            &[
                "initialize  ok",
                "tools/list  ok",
                "tools/call forecast tool error",
                "initialize  ok",
            ][..],
        ),
        ("mcp.log", &["initialize  ok", "initialize  -32603"]),
        (
            "mcpServer.mcp.config.usrlocal.tasks.log",
            &["initialize  ok"],
        ),
        ("claude-code.jsonl", &[]),
    ] {
        let (session, told) = client_log(file);
        assert_eq!(rows(&session), expected, "{file}");
        assert_eq!(told.skipped, 0, "{file}");
    }
}

#[test]
fn a_server_that_is_started_again_is_another_connection_of_the_same_name() {
    let (session, _) = client_log("mcp-server-weather.log");
    let timeline = fold(&session);
    let names: Vec<&str> = timeline
        .state()
        .connections()
        .map(|connection| &*connection.name)
        .collect();
    assert_eq!(names, ["weather", "weather"]);
    assert!(session.contains("KeyError: 'Harbour'"));
    assert!(session.contains("\"level\":\"error\",\"what\":\"Server disconnected"));
    let (session, _) = client_log("mcp.log");
    let timeline = fold(&session);
    assert_eq!(timeline.state().connections().count(), 2);
}
