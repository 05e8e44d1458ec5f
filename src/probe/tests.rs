//! Drives without a server: what they send, what they wait for, when they are done.

use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::json;
use crate::mcp::facts::{self, Opening};
use crate::mcp::revision::Revision::V2025_11_25;
use crate::mcp::types::Item;
use crate::note::Note;
use crate::note::decided::Decided;

const NOW: Duration = Duration::ZERO;

fn known(revision: Revision, http: bool) -> Known {
    let tools = [
        r#"{"name":"wipe","inputSchema":{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]}}"#,
        r#"{"name":"look","annotations":{"readOnlyHint":true},"inputSchema":{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]}}"#,
    ];
    let tools = tools.map(|raw| Arc::new(Item::read(raw.as_bytes())));
    Known {
        revision,
        http,
        sse: false,
        local: true,
        token: false,
        both: Some(false),
        opening: Opening {
            capabilities: Some(r#"{"tools":{},"prompts":{}}"#.to_owned()),
            ..Opening::default()
        },
        lists: [
            Arc::new(tools.to_vec()),
            Arc::default(),
            Arc::default(),
            Arc::default(),
        ],
        any_tool: false,
        calls: Vec::new(),
    }
}

#[test]
fn the_older_transport_is_sent_no_requests_of_the_newer() {
    let older = Known {
        sse: true,
        ..known(V2025_11_25, false)
    };
    let (sure, perhaps) = planned(&older);
    assert!(perhaps.is_empty() && sure.len() > 15, "{}", sure.len());
    assert!(sure.iter().all(|probe| probe.over == Over::Any));
    let mut drive = Drive::new(&visit(&["ping"], &older), url());
    let told = drive.handle(NOW, Happened::Started);
    assert!(matches!(&told[..], [Do::Frame(_)]), "{told:?}");
    // Nobody answers the handshake.
    let told = drive.handle(NOW, Happened::Unanswered(&crate::jsonrpc::Id::Integer(1)));
    assert_eq!((drive.done(), drive.undone()), (0, 1), "{told:?}");
    assert!(told.contains(&Do::Close), "{told:?}");
}

fn visit(names: &[&str], known: &Known) -> Visit {
    let opens = if known.is_modern() {
        Opens::Modern
    } else {
        Opens::Handshake(known.revision)
    };
    Visit {
        opens,
        probes: names.iter().filter_map(|name| Probe::find(name)).collect(),
        known: known.clone(),
    }
}

fn url() -> Option<url::Url> {
    url::Url::parse("http://127.0.0.1:1/mcp").ok()
}

fn says(drive: &mut Drive, frame: &str) -> Vec<Do> {
    let message = facts::of_frame(frame.as_bytes()).map(|all| all[0].clone());
    message.map_or_else(
        |_| Vec::new(),
        |one| drive.handle(NOW, Happened::Message(&one)),
    )
}

/// Methods of the frames, and names of the notes.
fn told(done: &[Do]) -> Vec<String> {
    let word = |one: &Do| match one {
        Do::Frame(frame) => json::string_at(frame, &["method"]).unwrap_or_default(),
        Do::Note(Note::Decided(Decided::Probing { probe, step, .. })) => format!("{probe}: {step}"),
        Do::Note(note) => note.name().to_owned(),
        Do::Exchange(request) => request.verb.word().to_owned(),
        Do::Release(_) => "release".to_owned(),
        Do::Close => "close".to_owned(),
        Do::Terminate => "terminate".to_owned(),
    };
    done.iter().map(word).collect()
}

const SHAKEN: &str = r#"{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-06-18","capabilities":{},"serverInfo":{"name":"s","version":"1"}}}"#;

#[test]
fn a_connection_is_opened_before_it_is_probed() {
    let known = known(V2025_11_25, false);
    let mut drive = Drive::new(&visit(&["ping", "unknown-prompt"], &known), None);
    assert_eq!(told(&drive.handle(NOW, Happened::Started)), ["initialize"]);
    let opened = says(&mut drive, SHAKEN);
    let wanted = [
        "verdict",
        "ready",
        "notifications/initialized",
        "ping: ping",
        "ping",
    ];
    assert_eq!(told(&opened), wanted);
    assert!(drive.is_open());
    let next = says(&mut drive, r#"{"jsonrpc":"2.0","id":2,"result":{}}"#);
    assert_eq!(
        told(&next),
        ["probed", "unknown-prompt: get", "prompts/get"]
    );
    // What is not answered is waited for, and then left.
    let until = drive.deadline();
    assert_eq!(
        told(&drive.handle(NOW, Happened::Tick)),
        Vec::<String>::new()
    );
    let late = drive.handle(until.unwrap_or_default(), Happened::Tick);
    assert_eq!(told(&late), ["probed", "close"]);
    assert!(drive.left().is_empty());
}

#[test]
fn what_an_end_interrupts_is_left_for_another_connection() {
    let known = known(V2025_11_25, false);
    let mut course = Course::new(known.clone());
    let visit = visit(&["ping", "unknown-prompt", "unknown-tool"], &known);
    let mut drive = Drive::new(&visit, None);
    drive.handle(NOW, Happened::Started);
    says(&mut drive, SHAKEN);
    assert_eq!(told(&drive.handle(NOW, Happened::Gone)), ["probed"]);
    let left: Vec<_> = drive.left().iter().map(|probe| probe.name).collect();
    assert_eq!(left, ["unknown-prompt", "unknown-tool"]);
    course.over(&visit, &drive);
    let next = course.following().map(|visit| visit.probes.len());
    assert_eq!(next, Some(2));
}

#[test]
fn a_server_that_cannot_be_opened_is_not_tried_for_ever() {
    let known = known(V2025_11_25, false);
    let mut course = Course::new(known);
    let mut tried = 0;
    while let Some(visit) = course.following() {
        let mut drive = Drive::new(&visit, None);
        drive.handle(NOW, Happened::Started);
        drive.handle(NOW, Happened::Gone);
        tried += usize::from(matches!(visit.opens, Opens::Handshake(_)));
        course.over(&visit, &drive);
    }
    assert_eq!(tried, 2);
}

#[test]
fn headers_are_those_of_a_good_client_but_for_what_is_changed() {
    let known = known(V2026_07_28, true);
    let mut drive = Drive::new(&visit(&["header-mismatch"], &known), url());
    let mut done = drive.handle(NOW, Happened::Started);
    let mut seen = Vec::new();
    while let Some(Do::Exchange(request)) = done.iter().find(|one| matches!(one, Do::Exchange(_))) {
        let has = |name: &str| {
            let found = request.headers.iter().find(|(other, _)| other == name);
            found.map_or("-", |(_, value)| value.as_str()).to_owned()
        };
        seen.push(
            [
                has("mcp-protocol-version"),
                has("mcp-method"),
                has("mcp-name"),
            ]
            .join(" "),
        );
        done = drive.handle(NOW, Happened::Over(request.exchange));
    }
    assert_eq!(
        seen,
        [
            "2025-11-25 tools/list -",
            "2026-07-28 mcpscope/no-such-method -",
            "2026-07-28 - -",
            "- tools/list -",
            "2026-07-28 tools/call another-thing",
            "2026-07-28 tools/call -",
        ]
    );
}

/// The only request among what is to be done.
fn request(done: &[Do]) -> Option<crate::mcp::http::Request> {
    done.iter().find_map(|one| match one {
        Do::Exchange(request) => Some(request.clone()),
        _ => None,
    })
}

#[test]
fn a_redirect_is_followed_and_secrets_stay_home() {
    let known = known(V2026_07_28, true);
    let mut drive = Drive::new(&visit(&["header-mismatch"], &known), url());
    let first = request(&drive.handle(NOW, Happened::Started)).unwrap();
    let mut head = |exchange: u32, status: u16, location| {
        let elsewhere = Some(Elsewhere { status, location });
        let session = None;
        drive.handle(
            NOW,
            Happened::Head {
                exchange,
                session,
                elsewhere,
            },
        )
    };
    let done = head(first.exchange, 307, "/mcp/");
    assert_eq!(told(&done), ["release", "POST"]);
    let second = request(&done).unwrap();
    assert_eq!(second.url.as_str(), "http://127.0.0.1:1/mcp/");
    assert_eq!(
        (second.follows, second.frame, second.credentials),
        (Some(first.exchange), Some(1), true)
    );
    assert_eq!(
        (&second.headers, &second.body),
        (&first.headers, &first.body)
    );
    // What would make a GET of it is not followed.
    assert_eq!(told(&head(second.exchange, 301, "/other")), [""; 0]);
    let third = request(&head(second.exchange, 308, "http://other/mcp")).unwrap();
    assert_eq!(
        (third.url.as_str(), third.credentials),
        ("http://other/mcp", false)
    );
    // It is answered there.
    let next = drive.handle(NOW, Happened::Over(third.exchange));
    let next = request(&next).unwrap();
    assert_eq!(
        (next.url.as_str(), next.frame),
        ("http://127.0.0.1:1/mcp", Some(2))
    );
}

#[test]
fn only_tools_that_only_read_are_called() {
    for revision in [V2025_11_25, V2026_07_28] {
        let mut known = known(revision, false);
        for probe in PROBES.iter().filter(|probe| probe.is_for(revision)) {
            for step in (probe.script)(&known) {
                for sent in &step.sends {
                    let Sends::Request { method, params, .. } = sent else {
                        continue;
                    };
                    if method == "tools/call" {
                        let name = json::string_at(params.as_bytes(), &["name"]).unwrap();
                        let may = name.starts_with(NOBODY) || name == "look";
                        assert!(may, "{}: {name}", probe.name);
                    }
                }
            }
        }
        known.any_tool = true;
        let called = format!(
            "{:?}",
            (Probe::find("bad-arguments").unwrap().script)(&known)
        );
        assert!(called.contains("wipe"), "{called}");
    }
}

#[test]
fn the_table_is_well_formed() {
    for (at, probe) in PROBES.iter().enumerate() {
        assert!(
            PROBES[..at].iter().all(|other| other.name != probe.name),
            "{}",
            probe.name
        );
        assert!(probe.since <= probe.until && !probe.sends.is_empty());
        for (revision, http) in [(probe.since, true), (probe.until, false)] {
            let steps = (probe.script)(&known(revision, http));
            for (at, step) in steps.iter().enumerate() {
                let twice = steps[..at].iter().any(|other| other.name == step.name);
                assert!(!twice, "{}: {}", probe.name, step.name);
            }
        }
    }
}
