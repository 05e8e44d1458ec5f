//! Scripts read from made-up recordings and played again.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::json;
use crate::note::Note;
use crate::session::{Channel, Direction, Entry};

mod logins;
mod masks;

fn entry(seq: u64, us: u64, channel: Channel, direction: Direction, body: &str) -> Entry {
    Entry {
        seq,
        us,
        at: Timestamp::UNIX_EPOCH,
        conn: 1,
        channel,
        direction,
        aux: false,
        body: body.as_bytes().to_vec(),
        ending: "\n".into(),
        extra: None,
    }
}

/// `>` the client's, `<` the server's, `!` a line of stderr, `*` a note; a millisecond apart.
fn recorded(lines: &[&str]) -> Vec<Entry> {
    let lines = lines.iter().zip(1_u64..);
    lines
        .map(|(line, seq)| {
            let (sign, body) = line.split_at(1);
            let (channel, direction) = match sign {
                ">" => (Channel::Wire, Direction::Out),
                "<" => (Channel::Wire, Direction::In),
                "!" => (Channel::Stderr, Direction::In),
                _ => (Channel::Note, Direction::Here),
            };
            entry(seq, seq * 1_000, channel, direction, body)
        })
        .collect()
}

fn script(entries: &[Entry]) -> Arc<Script> {
    let mut reader = Reader::new(None);
    for entry in entries {
        reader.take(entry);
    }
    Arc::new(reader.finish())
}

fn player(lines: &[&str], matching: Matching) -> Player {
    let rules = Rules {
        matching,
        ..Rules::default()
    };
    Player::new(script(&recorded(lines)), rules)
}

/// What is said to the client, and what is worth a line.
fn heard(player: &mut Player, message: &str) -> Vec<String> {
    player.hear(message.as_bytes(), 0);
    told(player)
}

fn told(player: &mut Player) -> Vec<String> {
    let acts = player.acts().into_iter();
    acts.map(|act| match act {
        Act::Say { frame, .. } => String::from_utf8(frame).unwrap(),
        Act::Print { bytes, .. } => format!("!{}", String::from_utf8(bytes).unwrap().trim_end()),
        Act::Told(told) => format!("*{}", told.sentence()),
        other => format!("{other:?}"),
    })
    .collect()
}

fn call(id: &str, name: &str, arguments: &str) -> String {
    format!(
        r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"{name}","arguments":{arguments}}}}}"#
    )
}

#[test]
fn replies_of_a_round_are_held_against_the_recorded_ones() {
    let lines = [
        r#">{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a"}}"#,
        r#"<{"jsonrpc":"2.0","id":1,"result":{"resultType":"input_required","inputRequests":{"who":{}}}}"#,
        r#">{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"a","inputResponses":{"who":{"action":"accept"}}}}"#,
        r#"<{"jsonrpc":"2.0","id":2,"result":{"content":["done"]}}"#,
    ];
    let first = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a"}}"#;
    let replied = |action: &str| {
        format!(
            r#"{{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{{"name":"a","inputResponses":{{"who":{{"action":"{action}"}}}}}}}}"#
        )
    };
    for (matching, action, tells, done) in [
        (Matching::Arguments, "accept", false, true),
        (Matching::Arguments, "decline", true, true),
        (Matching::Strict, "accept", false, true),
        (Matching::Strict, "decline", true, false),
    ] {
        let mut player = player(&lines, matching);
        assert!(heard(&mut player, first)[0].contains("input_required"));
        let said = heard(&mut player, &replied(action)).join(" ");
        let words = "*the reply to tools/call a is not the recorded one: ";
        assert_eq!(said.contains(words), tells, "{said}");
        assert_eq!(said.contains("done"), done, "{said}");
        assert_eq!(said.contains("-32602"), !done, "{said}");
        assert_eq!(player.tally.differing, u64::from(tells));
    }
}

#[test]
fn requests_that_nobody_chose_are_not_played() {
    let mut reader = Reader::new(None);
    for entry in recorded(&[
        r#">{"jsonrpc":"2.0","id":0,"method":"initialize","params":{}}"#,
        r#"<{"jsonrpc":"2.0","id":0,"result":{"protocolVersion":"2025-11-25"}}"#,
        r#">{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#,
        r#"<{"jsonrpc":"2.0","id":1,"result":{"tools":[]}}"#,
        r#">{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"a"}}"#,
        r#"<{"jsonrpc":"2.0","id":2,"result":{"content":["said"]}}"#,
        r#">{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"b"}}"#,
        r#"<{"jsonrpc":"2.0","id":3,"result":{"content":[]}}"#,
    ]) {
        reader.take(&entry);
    }
    let mut script = reader.finish();
    script.choose(&|seq| seq == 5);
    assert_eq!((script.left_out(), script.calls()), (2, 1));
    let mut player = Player::new(Arc::new(script), Rules::default());
    for (message, answer) in [
        (
            r#"{"jsonrpc":"2.0","id":9,"method":"initialize","params":{}}"#,
            "2025-11-25",
        ),
        (
            r#"{"jsonrpc":"2.0","id":8,"method":"tools/call","params":{"name":"a"}}"#,
            "said",
        ),
        (
            r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"b"}}"#,
            "tools/call b was recorded, but the filter leaves it out",
        ),
        (
            r#"{"jsonrpc":"2.0","id":6,"method":"tools/list"}"#,
            "tools/list was recorded, but the filter leaves it out",
        ),
    ] {
        let said = heard(&mut player, message).join(" ");
        assert!(said.contains(answer), "{said}");
    }
    assert_eq!(player.tally.unused(&player.script), []);
}

#[test]
fn equal_calls_are_answered_in_sequence_and_the_last_one_again() {
    let lines = [
        &format!(">{}", call("1", "now", "{}")),
        r#"<{"jsonrpc":"2.0","id":1,"result":{"at":1.0}}"#,
        &format!(">{}", call("2", "now", "{ }")),
        r#"<{ "id" : 2, "result" : {"at":2} }"#,
    ];
    let mut player = player(&lines, Matching::Arguments);
    assert_eq!(
        heard(&mut player, &call("\"a\"", "now", "{}")),
        [r#"{"jsonrpc":"2.0","id":"a","result":{"at":1.0}}"#]
    );
    assert_eq!(
        heard(&mut player, &call("7", "now", "{}")),
        [r#"{ "id" : 7, "result" : {"at":2} }"#]
    );
    let again = heard(&mut player, &call("8", "now", "{}"));
    assert_eq!(
        again[0],
        "*tools/call now was recorded less often: #3 is answered again"
    );
    assert_eq!(again[1], r#"{ "id" : 8, "result" : {"at":2} }"#);
    // That is told once.
    let again = heard(&mut player, &call("9", "now", "{}"));
    assert_eq!(again, [r#"{ "id" : 9, "result" : {"at":2} }"#]);
    assert_eq!(
        player.tally.to_string(),
        "4 requests answered from the recording, 2 more often than recorded"
    );
}

#[test]
fn an_unknown_call_is_told_what_it_comes_nearest_to() {
    let lines = [
        &format!(">{}", call("1", "echo", r#"{"text":"hi","loud":true}"#)),
        r#"<{"jsonrpc":"2.0","id":1,"result":{}}"#,
        &format!(">{}", call("2", "sum", r#"{"a":1}"#)),
        r#"<{"jsonrpc":"2.0","id":2,"result":{}}"#,
    ];
    let mut player = player(&lines, Matching::Arguments);
    let said = heard(
        &mut player,
        &call("5", "echo", r#"{"text":"ho","loud":true}"#),
    );
    assert_eq!(
        said[0],
        r#"*tools/call echo is not in the recording; nearest is #1 tools/call echo, where $.arguments.text "hi" recorded, "ho" asked"#
    );
    let code = json::get(said[1].as_bytes(), &["error", "code"]).unwrap();
    assert_eq!(
        (code, json::check(said[1].as_bytes())),
        (&b"-32602"[..], Ok(()))
    );
    let near = json::get(said[1].as_bytes(), &["error", "data", "nearest"]).unwrap();
    assert_eq!(
        String::from_utf8_lossy(near),
        r#"[{"entry":1,"name":"tools/call echo","differs":[{"path":"$.arguments.text","recorded":"\"hi\"","asked":"\"ho\""}]}]"#
    );
    let said = heard(
        &mut player,
        r#"{"jsonrpc":"2.0","id":6,"method":"prompts/list"}"#,
    );
    assert!(said[1].contains("-32601"), "{said:?}");
    assert_eq!(
        heard(&mut player, r#"{"jsonrpc":"2.0","id":7,"method":"ping"}"#),
        [r#"{"jsonrpc":"2.0","id":7,"result":{}}"#]
    );
    assert_eq!(
        player.tally.words(&player.script),
        "0 requests answered from the recording, 1 without it, 2 unknown\nunused: 2 recorded requests\n  tools/call echo\n  tools/call sum"
    );
}

#[test]
fn the_ways_to_match() {
    let lines = [
        &format!(">{}", call("1", "echo", r#"{"n":1}"#)),
        r#"<{"jsonrpc":"2.0","id":1,"result":1}"#,
        &format!(">{}", call("2", "echo", r#"{"n":2}"#)),
        r#"<{"jsonrpc":"2.0","id":2,"result":2}"#,
    ];
    let (one, two) = (
        call("1", "echo", r#"{"n":1}"#),
        call("2", "echo", r#"{"n":2}"#),
    );
    let result = |said: &[String]| {
        said.last()
            .unwrap()
            .split_once(r#""result":"#)
            .map(|(_, rest)| rest.to_owned())
    };
    let mut sequence = player(&lines, Matching::Sequence);
    assert_eq!(result(&heard(&mut sequence, &two)).as_deref(), Some("1}"));
    assert_eq!(result(&heard(&mut sequence, &two)).as_deref(), Some("2}"));
    assert_eq!(result(&heard(&mut sequence, &two)), None);
    let mut strict = player(&lines, Matching::Strict);
    let refused = heard(&mut strict, &two);
    assert_eq!(
        refused[0],
        "*tools/call echo is not what comes next in the recording, which is #1 tools/call echo"
    );
    assert_eq!(result(&heard(&mut strict, &one)).as_deref(), Some("1}"));
    assert_eq!(result(&heard(&mut strict, &two)).as_deref(), Some("2}"));
    assert_eq!(result(&heard(&mut strict, &two)), None);
}

const ASKING: [&str; 8] = [
    r#">{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"trip","_meta":{"progressToken":1}}}"#,
    r#"<{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":1}}"#,
    "!planning",
    r#"<{"jsonrpc":"2.0","id":1,"method":"elicitation/create","params":{}}"#,
    r#">{"jsonrpc":"2.0","id":1,"result":{"action":"accept","content":{"days":3}}}"#,
    r#"<{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":2}}"#,
    r#"<{"jsonrpc":"2.0","id":1,"result":{"content":[]}}"#,
    r#"<{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#,
];

#[test]
fn a_question_waits_for_its_reply_which_is_checked() {
    let mut player = player(&ASKING, Matching::Arguments);
    let said = heard(
        &mut player,
        r#"{"jsonrpc":"2.0","id":"x","method":"tools/call","params":{"name":"trip","_meta":{"progressToken":"t"}}}"#,
    );
    assert_eq!(
        said,
        [
            r#"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"t","progress":1}}"#,
            "!planning",
            r#"{"jsonrpc":"2.0","id":1,"method":"elicitation/create","params":{}}"#,
        ]
    );
    let said = heard(
        &mut player,
        r#"{"jsonrpc":"2.0","id":1,"result":{"action":"accept","content":{"days":4}}}"#,
    );
    assert_eq!(
        said,
        [
            "*the reply to elicitation/create is not the recorded one: $.content.days 3 recorded, 4 replied",
            r#"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"t","progress":2}}"#,
            r#"{"jsonrpc":"2.0","id":"x","result":{"content":[]}}"#,
            r#"{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#,
        ]
    );
    assert_eq!(player.tally.differing, 1);
    let stray = heard(&mut player, r#"{"jsonrpc":"2.0","id":1,"result":{}}"#);
    assert_eq!(stray, ["*a reply with the id 1 answers nothing"]);
}

#[test]
fn two_runs_of_one_scene_ask_with_two_ids_and_strict_takes_only_the_recorded_reply() {
    let mut player = player(&ASKING, Matching::Arguments);
    let again = r#"{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"trip"}}"#;
    let first = heard(&mut player, again);
    assert_eq!(first, ["!planning", ASKING[3].get(1..).unwrap()]);
    let second = heard(&mut player, again);
    assert_eq!(
        second[2],
        r#"{"jsonrpc":"2.0","id":2,"method":"elicitation/create","params":{}}"#
    );
    let mut strict = self::player(&ASKING, Matching::Strict);
    heard(&mut strict, again);
    let refused = heard(
        &mut strict,
        r#"{"jsonrpc":"2.0","id":1,"result":{"action":"decline"}}"#,
    );
    assert!(
        refused[1].contains(r#""id":5,"error":{"code":-32602"#),
        "{refused:?}"
    );
}

#[test]
fn a_cancelled_call_says_no_more_than_it_did() {
    let lines = [
        &format!(">{}", call("1", "slow", "{}")),
        r#"<{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info"}}"#,
        r#">{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#,
        r#"<{"jsonrpc":"2.0","id":1,"error":{"code":-1}}"#,
    ];
    let mut player = player(&lines, Matching::Arguments);
    assert_eq!(heard(&mut player, &call("3", "slow", "{}")).len(), 1);
    let late = heard(
        &mut player,
        r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":3}}"#,
    );
    assert_eq!(late[0], r#"{"jsonrpc":"2.0","id":3,"error":{"code":-1}}"#);
    // A call that waits for a reply and is cancelled, which was not recorded.
    let mut asking = self::player(&ASKING, Matching::Arguments);
    heard(
        &mut asking,
        &call("4", "trip", "{}").replace(r#","arguments":{}"#, ""),
    );
    heard(
        &mut asking,
        r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":4}}"#,
    );
    assert_eq!(
        heard(&mut asking, r#"{"jsonrpc":"2.0","id":1,"result":{}}"#),
        [""; 0]
    );
}

#[test]
fn a_stream_of_notifications_has_the_id_of_who_listens() {
    let stream = |id: &str, rest: &str| {
        format!(
            r#"{{"jsonrpc":"2.0",{rest}"_meta":{{"io.modelcontextprotocol/subscriptionId":{id}}}}}}}"#
        )
    };
    let acknowledged =
        r#""method":"notifications/subscriptions/acknowledged","params":{"notifications":{},"#;
    let changed = r#""method":"notifications/tools/list_changed","params":{"#;
    let listen = r#"{"jsonrpc":"2.0","id":9,"method":"subscriptions/listen","params":{"notifications":{"toolsListChanged":true}}}"#;
    let lines = [
        format!(">{listen}"),
        format!("<{}", stream("9", acknowledged)),
        format!(">{}", call("10", "toggle", "{}")),
        format!("<{}", stream("9", changed)),
        r#"<{"jsonrpc":"2.0","id":10,"result":{}}"#.to_owned(),
    ];
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let mut player = player(&lines, Matching::Arguments);
    // Without a listener nothing is told.
    assert_eq!(heard(&mut player, &call("1", "toggle", "{}")).len(), 1);
    let mut player = self::player(&lines, Matching::Arguments);
    let opened = heard(&mut player, &listen.replace('9', "\"l\""));
    assert_eq!(opened, [stream("\"l\"", acknowledged)]);
    player.hear(call("2", "toggle", "{}").as_bytes(), 0);
    let acts = player.acts();
    assert!(
        matches!(&acts[0], Act::Say { frame, run: Some(1), answers: false, .. } if *frame == stream("\"l\"", changed).into_bytes()),
        "{acts:?}"
    );
    assert!(matches!(
        &acts[1],
        Act::Say {
            run: Some(2),
            answers: true,
            ..
        }
    ));
}

#[test]
fn a_crash_is_played_and_a_shutdown_is_not() {
    let exit = Note::Exit {
        code: Some(3),
        signal: None,
    };
    let exit = format!("*{}", exit.to_json());
    let asked = format!(">{}", call("1", "crash", "{}"));
    let mut crashing = player(&[&asked, "!ouch", &exit], Matching::Arguments);
    crashing.hear(&asked.as_bytes()[1..], 0);
    let acts = crashing.acts();
    assert_eq!(
        acts[1],
        Act::Exit {
            code: Some(3),
            signal: None
        }
    );
    let step = Note::Step {
        step: "stdin closed".into(),
    };
    let step = format!("*{}", step.to_json());
    let mut leaving = player(&[&asked, &step, "!bye", &exit], Matching::Arguments);
    assert_eq!(heard(&mut leaving, &asked[1..]), [""; 0]);
    leaving.close(0);
    assert_eq!(told(&mut leaving), ["!bye"]);
}

#[test]
fn what_came_through_a_tap_after_its_client_said_no_more_is_played_at_once() {
    let connect = Note::Connect {
        name: "x".into(),
        transport: "stdio".into(),
        era: crate::note::TAP.into(),
    };
    let step = Note::Step {
        step: "the client closed stdin".into(),
    };
    let (connect, step) = (
        format!("*{}", connect.to_json()),
        format!("*{}", step.to_json()),
    );
    let asked = format!(">{}", call("1", "slow", "{}"));
    let answer = r#"<{"jsonrpc":"2.0","id":1,"result":{}}"#;
    let mut tapped = player(&[&connect, &asked, &step, answer], Matching::Arguments);
    assert_eq!(heard(&mut tapped, &asked[1..]).len(), 1);
}

#[test]
fn openings_are_answered_in_the_version_they_ask_for() {
    let initialize = |version: &str| {
        format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"initialize","params":{{"protocolVersion":"{version}"}}}}"#
        )
    };
    let lines = [
        format!(">{}", initialize("2025-11-25")),
        r#"<{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-11-25","capabilities":{},"serverInfo":{"name":"s","version":"1"}}}"#.to_owned(),
        format!(">{}", initialize("2025-06-18")),
        r#"<{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-06-18","capabilities":{},"serverInfo":{"name":"s","version":"1"}}}"#.to_owned(),
    ];
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let mut player = player(&lines, Matching::Strict);
    for version in ["2025-06-18", "2025-11-25"] {
        assert!(heard(&mut player, &initialize(version))[0].contains(version));
    }
    assert_eq!(player.script.revisions, ["2025-11-25", "2025-06-18"]);
    let discover = r#"{"jsonrpc":"2.0","id":2,"method":"server/discover"}"#;
    assert!(heard(&mut player, discover)[0].contains("-32601"));
}

#[test]
fn a_recording_that_begins_later_still_says_which_era_it_is() {
    let meta = r#""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}"#;
    let lines = [
        format!(r#">{{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{{{meta}}}}}"#),
        r#"<{"jsonrpc":"2.0","id":1,"result":{"tools":[],"_meta":{"io.modelcontextprotocol/serverInfo":{"name":"s"}}}}"#.to_owned(),
    ];
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let mut player = player(&lines, Matching::Arguments);
    let said = heard(
        &mut player,
        r#"{"jsonrpc":"2.0","id":2,"method":"server/discover"}"#,
    );
    assert_eq!(
        said,
        [
            r#"{"jsonrpc":"2.0","id":2,"result":{"supportedVersions":["2026-07-28"],"capabilities":{"tools":{}},"resultType":"complete","ttlMs":0,"cacheScope":"private","_meta":{"io.modelcontextprotocol/serverInfo":{"name":"s"}}}}"#
        ]
    );
    let said = heard(
        &mut player,
        r#"{"jsonrpc":"2.0","id":3,"method":"initialize","params":{"protocolVersion":"2025-11-25"}}"#,
    );
    assert!(said[0].contains("-32022"), "{said:?}");
}

/// A session that the bytes describe: requests, notifications, questions and replies in any order that is allowed.
fn made_up(choices: &[u8]) -> Vec<Entry> {
    let mut lines: Vec<String> = Vec::new();
    let (mut open, mut asks, mut next) = (Vec::<i64>::new(), Vec::<(i64, i64)>::new(), 0_i64);
    for choice in choices {
        let pick = usize::from(choice / 8);
        next += 1;
        let chosen = (!open.is_empty()).then(|| open[pick % open.len()]);
        lines.push(match (choice % 8, chosen) {
            (0 | 1, _) => {
                open.push(next);
                // Few arguments, so that calls repeat.
                format!(
                    r#">{{"jsonrpc":"2.0","id":{next},"method":"tools/call","params":{{"name":"t{}","_meta":{{"progressToken":{next}}}}}}}"#,
                    pick % 3
                )
            }
            (2, Some(id)) => format!(r#"<{{"jsonrpc":"2.0","method":"notifications/progress","params":{{"progressToken":{id},"progress":{next}}}}}"#),
            (3, _) => format!(r#"<{{"jsonrpc":"2.0","method":"notifications/message","params":{{"data":{next}}}}}"#),
            (4, Some(id)) => {
                asks.push((id, next));
                format!(r#"<{{"jsonrpc":"2.0","id":{next},"method":"roots/list"}}"#)
            }
            (5, _) if !asks.is_empty() => {
                let (_, ask) = asks.swap_remove(pick % asks.len());
                format!(r#">{{"jsonrpc":"2.0","id":{ask},"result":{{"n":{ask}}}}}"#)
            }
            (6, Some(id)) => {
                open.retain(|other| *other != id);
                format!(r#"<{{"jsonrpc":"2.0","id":{id},"result":{{"n":{next}}}}}"#)
            }
            (7, Some(id)) => {
                open.retain(|other| *other != id);
                format!(r#"<{{"id":{id},"error":{{"code":{next},"message":""}},"jsonrpc":"2.0"}}"#)
            }
            _ => format!("!line {next}"),
        });
    }
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    recorded(&lines)
}

/// Plays a session: the client says what it said, `renamed`, when it said it.
fn played(entries: &[Entry], renamed: impl Fn(&str) -> String) -> Vec<String> {
    let rules = Rules {
        delay: Delay::Recorded(1.0),
        ..Rules::default()
    };
    let mut player = Player::new(script(entries), rules);
    player.open();
    let mut said = Vec::new();
    for entry in entries {
        player.wake(entry.us);
        said.extend(told(&mut player));
        if entry.direction == Direction::Out {
            player.hear(renamed(&entry.text()).as_bytes(), entry.us);
        }
    }
    said.extend(told(&mut player));
    assert_eq!(player.tally.unused(&player.script), []);
    assert_eq!((player.tally.unknown, player.tally.differing), (0, 0));
    said
}

proptest! {
    #[test]
    fn what_was_recorded_is_played_as_it_was(choices in proptest::collection::vec(0_u8..=255, 0..60)) {
        let entries = made_up(&choices);
        let server = entries.iter().filter(|entry| entry.direction == Direction::In);
        // What came before the client's first word is played at once.
        let recorded: Vec<String> = server
            .map(|entry| match entry.channel {
                Channel::Stderr => format!("!{}", entry.text()),
                _ => entry.text().into_owned(),
            })
            .collect();
        prop_assert_eq!(&played(&entries, str::to_owned), &recorded);
        // Another client has other ids and tokens; the server's own ids stay.
        let id = |text: &str| if text.contains("tools/call") {
            text.replace(r#""id":"#, r#""id":1000"#).replace(r#"Token":"#, r#"Token":1000"#)
        } else {
            text.to_owned()
        };
        let expected: Vec<String> = recorded
            .iter()
            .map(|line| if line.contains("roots/list") {
                line.clone()
            } else {
                line.replace(r#""id":"#, r#""id":1000"#).replace(r#"Token":"#, r#"Token":1000"#)
            })
            .collect();
        prop_assert_eq!(played(&entries, id), expected);
    }

    #[test]
    fn any_recording_is_survived(lines in proptest::collection::vec(("[><!]", "[ -~]{0,40}"), 0..20)) {
        let lines: Vec<String> = lines.into_iter().map(|(sign, body)| sign + &body).collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let mut player = player(&lines, Matching::Arguments);
        for line in lines {
            player.hear(&line.as_bytes()[1..], 0);
        }
    }
}
