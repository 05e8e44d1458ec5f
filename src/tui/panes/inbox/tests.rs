//! The Inbox as a whole, and what runs.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::inspector::{Command, Update};
use crate::mcp::client::End;
use crate::tui::effect::replaying::{Replaying, Rerun};
use crate::tui::panes::stream::fixture::{Stage, clock};

const CONNECT: &str =
    r#"* {"event":"connect","name":"some-server","transport":"stdio","era":"auto"}"#;

#[test]
fn what_runs_is_listed_oldest_first() {
    let stage = Stage::of(&[
        CONNECT,
        r#"> {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"slow","_meta":{"progressToken":7}}}"#,
        r#"~ {"jsonrpc":"2.0","id":2,"method":"tools/list"}"#,
        r#"< {"jsonrpc":"2.0","id":"s1","method":"roots/list"}"#,
        r#"< {"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":7,"progress":3,"total":5,"message":"half"}}"#,
    ]);
    let mut pane = Inbox::new(clock());
    pane.tab = Tab::Running;
    let (screen, cursor, _) = stage.show(&mut pane, 90, 6);
    let lines: Vec<&str> = screen.lines().map(str::trim_end).collect();
    assert!(lines[0].contains("[Running 2]"), "{screen}");
    assert_eq!(
        lines[1],
        "▸ 360 ms   some-server  #2 tools/call slow  3/5 half"
    );
    assert_eq!(
        lines[2],
        "  240 ms   some-server  #3 tools/list  sent by mcpscope itself"
    );
    // What the server waits for is no request of ours.
    assert_eq!(lines[3], "");
    assert_eq!(cursor, Some(Position::new(0, 1)));
    assert_eq!(pane.moment(&stage.ctx()), Some(1));
}

#[test]
fn only_calls_can_be_cancelled() {
    let mut stage = Stage::of(&[
        CONNECT,
        r#"> {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"slow"}}"#,
        r#"~ {"jsonrpc":"2.0","id":2,"method":"tools/list"}"#,
    ]);
    let mut pane = Inbox::new(clock());
    pane.tab = Tab::Running;
    let sent = Event::Update(Update::Sent { ticket: 41, seq: 2 });
    pane.event(&sent, &stage.ctx());
    stage.show(&mut pane, 90, 6);
    assert_eq!(pane.why_not(Action::StopRunning, &stage.ctx()), None);
    let reply = pane.action(Action::StopRunning, &stage.ctx());
    let cancel = Command::Cancel {
        conn: 1,
        ticket: 41,
    };
    assert_eq!(reply, Reply::effect(Effect::Engine(cancel)));
    pane.action(Action::Down, &stage.ctx());
    let why = pane.why_not(Action::StopRunning, &stage.ctx()).unwrap();
    assert!(why.starts_with("mcpscope sent it"), "{why}");

    // The selection stays with its request when one above it is answered.
    stage.push(&[r#"< {"jsonrpc":"2.0","id":1,"result":{}}"#]);
    let over = Update::Finished {
        ticket: 41,
        end: End::Answered,
        seq: Some(4),
    };
    pane.event(&Event::Update(over), &stage.ctx());
    let (screen, ..) = stage.show(&mut pane, 90, 6);
    assert!(screen.contains("▸ 120 ms   some-server  #3"), "{screen}");
    stage.live = false;
    let why = pane.why_not(Action::StopRunning, &stage.ctx()).unwrap();
    assert!(why.starts_with("this is a recording"), "{why}");
}

#[test]
fn a_row_leads_to_its_place_in_traffic() {
    let stage = Stage::of(&[
        CONNECT,
        r#"> {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"slow"}}"#,
    ]);
    let mut pane = Inbox::new(clock());
    pane.tab = Tab::Running;
    stage.show(&mut pane, 60, 6);
    let reply = pane.click(Position::new(3, 1), true, &stage.ctx());
    assert_eq!(reply, Reply::go(Go::Traffic(1)));
    let empty = Stage::of(&[]);
    let (screen, ..) = empty.show(&mut pane, 60, 6);
    assert!(screen.contains("Nothing runs"), "{screen}");
    assert_eq!(
        pane.why_not(Action::ShowRunning, &empty.ctx()).as_deref(),
        Some("nothing runs")
    );
}

#[test]
fn a_call_between_two_rounds_goes_on() {
    let stage = Stage::of(&[
        CONNECT,
        r#"> {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ask"}}"#,
        r#"< {"jsonrpc":"2.0","id":1,"result":{"resultType":"input_required","inputRequests":{"k":{"method":"roots/list"}}}}"#,
        r#"* {"event":"asked","question":{"of":1,"key":"k"},"call":1}"#,
    ]);
    let mut pane = Inbox::new(clock());
    pane.tab = Tab::Running;
    let event = Event::Update(Update::Sent { ticket: 5, seq: 2 });
    pane.event(&event, &stage.ctx());
    let (screen, ..) = stage.show(&mut pane, 90, 4);
    assert!(
        screen.contains("some-server  #2 tools/call ask  waits for you"),
        "{screen}"
    );
    let reply = pane.action(Action::StopRunning, &stage.ctx());
    let cancel = Command::Cancel { conn: 1, ticket: 5 };
    assert_eq!(reply, Reply::effect(Effect::Engine(cancel)));
}

#[test]
fn a_recording_that_is_sent_again_runs_and_is_ended_with_what_came() {
    let mut stage = Stage::of(&[]);
    stage.rerun = Some(Rerun {
        asker: 7,
        name: "bug-41".to_owned(),
        server: 0,
        row: None,
        far: Some((7, 21)),
    });
    let mut pane = Inbox::new(clock());
    pane.tab = Tab::Running;
    let (screen, ..) = stage.show(&mut pane, 80, 10);
    assert!(screen.contains("[Running 1]"), "{screen}");
    assert!(screen.contains("replay bug-41: 7 of 21 calls"), "{screen}");
    assert_eq!(pane.why_not(Action::StopRunning, &stage.ctx()), None);
    let reply = pane.action(Action::StopRunning, &stage.ctx());
    let end = Effect::Replay(Box::new(Replaying::End(7)));
    assert_eq!(reply.effects, [end]);
    // In a recording that is looked at meanwhile, nothing of it is to be seen.
    stage.live = false;
    let (screen, ..) = stage.show(&mut pane, 80, 10);
    assert!(screen.contains("[Running 0]"), "{screen}");
}
