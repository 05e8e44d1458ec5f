//! What differs over HTTP: silence, answers that never come, sessions that end, cancelling by hanging up.

use super::*;
use crate::jsonrpc::Id;
use crate::mcp::http::LossKind;

fn http(era: EraChoice) -> Play {
    Play::new(Options {
        era,
        over: Over::Http,
        ..quiet()
    })
}

fn lost(play: &mut Play, id: Id, kind: LossKind) -> Vec<String> {
    play.put(Input::Unanswered(&id, &Loss::new(kind, "why")))
}

fn probe() -> Id {
    Id::Text("mcpscope-probe-1".into())
}

#[test]
fn what_a_lost_probe_says_of_the_era() {
    for kind in [LossKind::Refused, LossKind::NotMcp] {
        let mut play = http(EraChoice::Auto);
        play.put(Input::Started);
        assert_eq!(
            lost(&mut play, probe(), kind),
            ["* era legacy: why", "> initialize 1"]
        );
    }
    // Nothing at all: neither an era nor a downgrade.
    for kind in [
        LossKind::Unreachable,
        LossKind::NeedsLogin,
        LossKind::Fault,
        LossKind::Broken,
    ] {
        let mut play = http(EraChoice::Auto);
        play.put(Input::Started);
        assert_eq!(
            lost(&mut play, probe(), kind),
            ["* cannot connect: why", "Failed"]
        );
    }
    let mut play = http(EraChoice::Modern);
    play.put(Input::Started);
    let out = lost(&mut play, probe(), LossKind::Refused);
    assert_eq!(
        out,
        [
            "* era legacy: why",
            "* cannot connect: not a 2026-07-28 server: why",
            "Failed"
        ]
    );
}

#[test]
fn silence_is_a_failure_and_no_verdict() {
    let mut play = http(EraChoice::Auto);
    play.put(Input::Started);
    assert_eq!(
        play.wait(9),
        [""; 0],
        "servers on the net need longer than processes"
    );
    let out = play.wait(1);
    assert_eq!(
        out[1..],
        [
            "* cannot connect: no answer to server/discover within 10 s",
            "Failed"
        ]
    );
}

#[test]
fn a_lost_call_ends_and_the_connection_goes_on() {
    let mut play = http(EraChoice::Legacy);
    play.put(Input::Started);
    play.frame(&initialized(1, "2025-11-25"));
    play.call(7, "tools/call", "{}");
    assert_eq!(
        lost(&mut play, Id::Integer(2), LossKind::Fault),
        ["finished 7 Unanswered"]
    );
    assert_eq!(lost(&mut play, Id::Integer(2), LossKind::Fault), [""; 0]);
    assert!(play.client.is_ready());
}

#[test]
fn cancelling_hangs_up_in_the_modern_era_only() {
    let mut play = http(EraChoice::Auto);
    play.put(Input::Started);
    play.frame(DISCOVERED);
    play.call(7, "tools/call", "{}");
    assert_eq!(
        play.put(Input::Cancel(7)),
        [
            "* request 1 given up: cancelled by the user",
            "Abandon(Integer(1))",
            "finished 7 Cancelled"
        ]
    );
    let mut play = http(EraChoice::Legacy);
    play.put(Input::Started);
    play.frame(&initialized(1, "2025-11-25"));
    play.call(7, "tools/call", "{}");
    assert_eq!(
        play.put(Input::Cancel(7)),
        ["> notifications/cancelled", "finished 7 Cancelled"]
    );
}

#[test]
fn a_session_that_ended_is_opened_once_more_if_it_was_of_use() {
    let mut play = http(EraChoice::Legacy);
    play.put(Input::Started);
    play.frame(&initialized(1, "2025-11-25"));
    play.call(7, "tools/call", "{}");
    play.frame(r#"{"jsonrpc":"2.0","id":2,"result":{}}"#);
    play.call(8, "tools/call", "{}");
    assert_eq!(
        play.put(Input::SessionEnded),
        [
            "* the session has ended; opening a new one",
            "finished 8 Gone",
            "> initialize 4"
        ]
    );
    // What is asked meanwhile waits.
    assert_eq!(play.call(9, "tools/call", "{}"), [""; 0]);
    let out = play.frame(&initialized(4, "2025-11-25"));
    assert_eq!(out[0], "> notifications/initialized");
    assert_eq!(out.last().unwrap(), "> tools/call 5");
    let out = play.put(Input::SessionEnded);
    assert_eq!(
        out[0],
        "* cannot connect: the server forgets every session at once"
    );
}

#[test]
fn a_server_that_knows_no_opening_is_told_as_such() {
    let mut play = http(EraChoice::Auto);
    play.put(Input::Started);
    play.frame(
        r#"{"jsonrpc":"2.0","id":"mcpscope-probe-1","error":{"code":-32601,"message":"no"}}"#,
    );
    let messages =
        facts::of_frame(br#"{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"no"}}"#)
            .unwrap();
    let failed = play.client.handle(play.now, Input::Message(&messages[0]));
    let Some(Output::Note(NoteText(body))) = failed.first() else {
        panic!("{failed:?}")
    };
    assert!(
        body.contains("a 2026-07-28 server without server/discover?"),
        "{body}"
    );
}

/// Several servers behind one address, of which each knows its own sessions only.
#[test]
fn sessions_that_end_again_and_again_are_given_up() {
    let mut play = http(EraChoice::Legacy);
    play.put(Input::Started);
    play.frame(&initialized(1, "2025-11-25"));
    let mut id = 2;
    let mut end = |play: &mut Play| {
        play.call(1, "tools/call", "{}");
        play.frame(&format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{{}}}}"#));
        let out = play.put(Input::SessionEnded);
        play.frame(&initialized(id + 1, "2025-11-25"));
        id += 2;
        out[0].clone()
    };
    assert_eq!(end(&mut play), "* the session has ended; opening a new one");
    play.wait(60);
    assert_eq!(end(&mut play), "* the session has ended; opening a new one");
    play.wait(2);
    assert_eq!(
        end(&mut play),
        "* cannot connect: the server forgets one session after the other"
    );
}
