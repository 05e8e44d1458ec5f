//! Requests by hand, sending again, eras side by side, notices of slow calls: what the engine is told, and what shows.

use std::time::Duration;

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use insta::assert_snapshot;
use mcpscope::inspector::{Command, Update};
use mcpscope::mcp::client::{End, EraChoice};
use mcpscope::note::Note;
use mcpscope::session::Direction;
use mcpscope::tui::action::Action;
use mcpscope::tui::event::Event;

use crate::support::screen::{SIZES, Screen};

const TOOLS: &str = r#"[
  {"name":"echo","description":"Gives back.","annotations":{"readOnlyHint":true},"inputSchema":{"type":"object"}},
  {"name":"wipe","description":"Deletes.","annotations":{"destructiveHint":true},"inputSchema":{"type":"object"}},
  {"name":"odd","description":"Has a bad mark.","inputSchema":{"type":"object","properties":{"a":{"type":"string","x-mcp-header":"A B"}}}}
]"#;

fn connected(size: (u16, u16)) -> Screen {
    let mut screen = Screen::live(size).keys("Enter");
    screen.connects(TOOLS);
    screen.sent.clear();
    screen
}

/// The last call: its ticket, method and params.
fn call(screen: &Screen) -> (u64, &str, Option<&str>) {
    match screen.sent.last() {
        Some(Command::Call { conn: 1, call }) => {
            (call.ticket, &call.method, call.params.as_deref())
        }
        other => panic!("no call but {other:?}"),
    }
}

/// A call of a tool goes out in full.
fn goes_out(screen: &mut Screen, id: u32) -> u64 {
    let (ticket, method, params) = call(screen);
    let params = params.unwrap_or("{}");
    let frame = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"{method}","params":{params}}}"#);
    let seq = screen.wire(Direction::Out, &frame);
    screen.update(Update::Sent { ticket, seq });
    ticket
}

fn answered(screen: &mut Screen, id: u32, ticket: u64) {
    let frame = format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{{"ok":true}}}}"#);
    let seq = screen.wire(Direction::In, &frame);
    screen.update(Update::Finished {
        ticket,
        end: End::Answered,
        seq: Some(seq),
    });
}

#[test]
fn any_request_is_filled_in_sent_and_answered() {
    for (width, height) in SIZES {
        let mut screen = connected((width, height)).keys("g f \"x/y\" Enter");
        screen.event(Event::Paste(r#"{"n":1.0}"#.to_owned()));
        screen.press("Esc");
        assert_snapshot!(format!("byhand-form-{width}x{height}"), screen.text());
        screen.press("r");
        assert_eq!(
            (call(&screen).1, call(&screen).2),
            ("x/y", Some(r#"{"n":1.0}"#))
        );
        let ticket = goes_out(&mut screen, 9);
        assert!(screen.contains("x/y"), "{}", screen.text());
        assert!(screen.contains("pending"), "{}", screen.text());
        // It can be cancelled from anywhere.
        screen.press("1 C-c");
        assert_eq!(screen.sent.pop(), Some(Command::Cancel { conn: 1, ticket }));
        screen.press("g f");
        answered(&mut screen, 9, ticket);
        assert!(screen.contains("ok: true"), "{}", screen.text());
        screen.is_sound("by hand");
        // Esc goes back to where one came from; what was filled in stays.
        screen.press("Esc");
        assert!(
            screen.contains("▸Servers") || screen.contains("▸Srv"),
            "{}",
            screen.text()
        );
        screen.press("g f");
        assert!(screen.contains("x/y"));
    }
}

#[test]
fn broken_params_are_not_sent() {
    let screen = connected(SIZES[1]).keys("g f \"x\" Enter \"{nope\" Esc r");
    assert!(screen.sent.is_empty(), "{:?}", screen.sent);
    assert!(
        screen.status().starts_with("not sent"),
        "{}",
        screen.status()
    );
    screen.is_sound("broken");
}

#[test]
fn notifications_and_frames_go_out_as_typed() {
    let mut screen = connected(SIZES[1]).keys("g f Esc ] i \"a/b\" Esc r");
    let typed = |screen: &Screen| match screen.sent.last() {
        Some(Command::Typed { conn: 1, bytes, .. }) => String::from_utf8(bytes.clone()).unwrap(),
        other => panic!("{other:?}"),
    };
    assert_eq!(typed(&screen), r#"{"jsonrpc":"2.0","method":"a/b"}"#);
    screen.press("] i \"!\" Esc r");
    assert_eq!(
        typed(&screen),
        r#"!{"jsonrpc":"2.0","id":"by-hand-1","method":"ping"}"#
    );
    let Some(Command::Typed { ticket, .. }) = screen.sent.last() else {
        panic!();
    };
    let ticket = *ticket;
    let seq = screen.wire(Direction::Out, "!{}");
    screen.update(Update::Sent { ticket, seq });
    for (width, height) in SIZES {
        screen.resize((width, height));
        screen.is_sound("frame");
        assert_snapshot!(format!("byhand-frame-{width}x{height}"), screen.text());
    }
}

#[test]
fn what_we_can_do_and_what_calls_carry_are_set_and_kept_for_the_next_connection() {
    let mut screen = connected(SIZES[0]).keys("g f Esc [");
    assert_snapshot!("byhand-settings-80x24", screen.text());
    // Down to sampling, tick it, apply.
    screen.press("j j j j Space");
    assert!(screen.contains("[x] true"), "{}", screen.text());
    screen.press("r");
    let Some(Command::Capabilities {
        conn: 1,
        capabilities,
    }) = screen.sent.last()
    else {
        panic!("{:?}", screen.sent);
    };
    assert!(capabilities.sampling.is_some());
    assert!(
        screen.status().contains("reconnects"),
        "{}",
        screen.status()
    );
    screen.note(&Note::Exit {
        code: Some(0),
        signal: None,
    });
    screen.update(Update::Gone { conn: 1 });
    screen.press("1 c");
    let Some(Command::Connect(connect)) = screen.sent.last() else {
        panic!("{:?}", screen.sent);
    };
    assert!(connect.options.capabilities.sampling.is_some());
    assert!(!connect.options.ask_again);
}

#[test]
fn a_row_of_the_traffic_is_sent_again_or_changed_first() {
    let mut screen = connected(SIZES[1]);
    let frame = |id: u32, tool: &str| {
        format!(
            r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"{tool}","arguments":{{"n":1.0}},"_meta":{{"progressToken":{id}}}}}}}"#
        )
    };
    screen.wire(Direction::Out, &frame(40, "echo"));
    screen.wire(
        Direction::In,
        r#"{"jsonrpc":"2.0","id":40,"result":{"content":[]}}"#,
    );
    screen.press("5 G r");
    let plain = r#"{"name":"echo","arguments":{"n":1.0}}"#;
    assert_eq!(
        (call(&screen).1, call(&screen).2),
        ("tools/call", Some(plain))
    );
    assert_eq!(screen.status(), "sent again");
    assert!(screen.contains("5▸Traffic"), "{}", screen.text());
    // Changed first: it is in the form then, and nothing has gone out.
    screen.sent.clear();
    screen.press("e");
    assert!(
        screen.sent.is_empty() && screen.contains("BY HAND"),
        "{}",
        screen.text()
    );
    screen.press("r");
    assert_eq!(call(&screen).2, Some(plain));
    // What destroys asks first.
    screen.wire(Direction::Out, &frame(41, "wipe"));
    screen.sent.clear();
    screen.press("5 G r");
    assert!(screen.sent.is_empty(), "{:?}", screen.sent);
    assert!(
        screen.contains("wipe is marked destructive"),
        "{}",
        screen.text()
    );
    screen.is_sound("question");
    screen.press("Esc");
    assert!(screen.sent.is_empty());
    screen.press("5 G r s");
    assert!(call(&screen).2.unwrap().contains("wipe"));
}

#[test]
fn a_server_is_open_in_both_eras_side_by_side() {
    let mut screen = connected(SIZES[1]).keys("1 O");
    let Some(Command::Connect(connect)) = screen.sent.last() else {
        panic!("{:?}", screen.sent);
    };
    assert_eq!(connect.conn, 2);
    assert_eq!(connect.name, "some-server (modern)");
    assert_eq!(connect.options.era, EraChoice::Modern);
    assert!(screen.contains("some-server (modern)"), "{}", screen.text());
    // There is one such row, however often it is asked for.
    let rows = screen.model.world.servers.len();
    screen.press("k O");
    assert_eq!(screen.model.world.servers.len(), rows);
    // A server nobody has met has no other era yet.
    let mut screen = Screen::live(SIZES[0]).keys("O");
    assert!(screen.sent.is_empty());
    assert!(
        screen.status().contains("not connected yet"),
        "{}",
        screen.status()
    );
    // One that is added may be told its era.
    screen.press("a \"--era legacy node x.js\" Enter");
    let Some(Command::Connect(connect)) = screen.sent.last() else {
        panic!("{:?}", screen.sent);
    };
    assert_eq!(connect.options.era, EraChoice::Legacy);
}

#[test]
fn a_restart_asks_for_the_era_again() {
    let mut screen = connected(SIZES[0]).keys("1 R");
    screen.note(&Note::Exit {
        code: Some(0),
        signal: None,
    });
    screen.update(Update::Gone { conn: 1 });
    let Some(Command::Connect(connect)) = screen.sent.last() else {
        panic!("{:?}", screen.sent);
    };
    assert!(connect.options.ask_again);
}

#[test]
fn a_slow_call_offers_three_choices_and_takes_no_key() {
    for (width, height) in SIZES {
        let mut screen = connected((width, height)).keys("2 Enter Esc r");
        let ticket = goes_out(&mut screen, 9);
        let near = |screen: &mut Screen| {
            screen.update(Update::Limit {
                conn: 1,
                ticket,
                left: Some(Duration::from_secs(10)),
            });
        };
        screen.press("1");
        near(&mut screen);
        assert!(screen.contains("keep waiting +60 s"), "{}", screen.text());
        screen.is_sound("notice");
        assert_snapshot!(format!("notice-{width}x{height}"), screen.text());
        // k is still the list's until somebody goes there.
        screen.sent.clear();
        screen.press("k");
        assert!(screen.sent.is_empty());
        screen.press("g a Esc k");
        assert!(screen.sent.is_empty());
        screen.press("g a k");
        let extended = |more| Command::Extend {
            conn: 1,
            ticket,
            more,
        };
        assert_eq!(
            screen.sent.pop(),
            Some(extended(Some(Duration::from_secs(60))))
        );
        screen.press("g a K");
        assert_eq!(screen.sent.pop(), Some(extended(None)));
        screen.press("g a c");
        assert_eq!(screen.sent.pop(), Some(Command::Cancel { conn: 1, ticket }));
        // By mouse, whatever has the keys.
        let place = screen.model.areas.notices[1].0;
        screen.event(Event::Mouse(MouseEvent {
            kind: MouseEventKind::Down(MouseButton::Left),
            column: place.x,
            row: place.y,
            modifiers: KeyModifiers::NONE,
        }));
        assert_eq!(screen.sent.pop(), Some(extended(None)));
        // More time, and it goes.
        screen.update(Update::Limit {
            conn: 1,
            ticket,
            left: None,
        });
        assert!(!screen.contains("keep waiting"), "{}", screen.text());
        near(&mut screen);
        answered(&mut screen, 9, ticket);
        assert!(!screen.contains("keep waiting"), "{}", screen.text());
        assert!(screen.model.why_not(Action::GoNotice).is_some());
    }
}

/// Obligation 14: what must not be used over HTTP is shown, marked, and refused with the reason.
#[test]
fn a_tool_with_a_bad_mark_is_excluded_over_http_and_only_there() {
    let mut screen = connected(SIZES[1]).keys("2 G");
    assert!(!screen.contains("excluded"), "{}", screen.text());
    screen.note(&Note::Address {
        url: "http://h/mcp".to_owned(),
        transport: "http".to_owned(),
        headers: Vec::new(),
        insecure: false,
        everywhere: None,
    });
    screen.note(&Note::Ready {
        revision: "2026-07-28".to_owned(),
    });
    assert!(screen.contains("excluded"), "{}", screen.text());
    screen.press("Enter Esc r");
    assert!(screen.sent.is_empty(), "{:?}", screen.sent);
    assert!(
        screen
            .status()
            .contains("x-mcp-header of a is no header name"),
        "{}",
        screen.status()
    );
    screen.is_sound("excluded");
}
