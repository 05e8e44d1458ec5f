//! A live session without an engine: what the screen asks of it, as data, and what it shows of what it is told.

use insta::assert_snapshot;
use mcpscope::inspector::{Command, Update};
use mcpscope::mcp::client::End;
use mcpscope::mcp::types::List;
use mcpscope::note::Note;
use mcpscope::session::{Channel, Direction};
use mcpscope::transport::{Spawn, Target};
use mcpscope::tui::effect::Effect;
use mcpscope::tui::event::Event;
use ratatui::style::Color;

use crate::support::screen::{SIZES, Screen};

const TOOLS: &str = r#"[
  {"name":"echo","description":"Gives back.","inputSchema":{"type":"object","properties":{"text":{"type":"string"}},"required":["text"]}},
  {"name":"slow","description":"Takes long.","inputSchema":{"type":"object"}}
]"#;

/// A screen whose server is connected.
fn connected(size: (u16, u16)) -> Screen {
    let mut screen = Screen::live(size).keys("Enter");
    screen.connects(TOOLS);
    screen.sent.clear();
    screen
}

/// Without what a clock says in the title of a result.
fn timeless(screen: &Screen) -> String {
    let lines = screen.text();
    let lines = lines.lines().map(|line| {
        let said = line.split_once("no reply  ").map(|(before, _)| before);
        said.map_or(line.to_owned(), |before| {
            format!("{} … no reply …", before.trim_end_matches(['━', ' ']))
        })
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The last command: its ticket, method and parameters.
fn call(screen: &Screen) -> (u64, &str, &str) {
    match screen.sent.last() {
        Some(Command::Call { conn: 1, call }) => (
            call.ticket,
            &call.method,
            call.params.as_deref().unwrap_or_default(),
        ),
        other => panic!("no call but {other:?}"),
    }
}

/// The request of the last call goes out.
fn goes_out(screen: &mut Screen, id: u32) -> u64 {
    let (ticket, method, params) = call(screen);
    let frame = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"{method}","params":{params}}}"#);
    let seq = screen.wire(Direction::Out, &frame);
    screen.update(Update::Sent { ticket, seq });
    ticket
}

fn process(target: &Target) -> &Spawn {
    match target {
        Target::Process(spawn) => spawn,
        Target::Address(address) => panic!("an address: {address:?}"),
    }
}

#[test]
fn enter_connects_and_its_tools_appear() {
    let mut screen = Screen::live(SIZES[0]).keys("Enter");
    let [Command::Connect(connect)] = &screen.sent[..] else {
        panic!("{:?}", screen.sent);
    };
    assert_eq!((connect.conn, connect.name.as_str()), (1, "some-server"));
    assert_eq!(process(&connect.target).program, "some-server");
    screen.connects(TOOLS);
    assert!(screen.contains("2▸Tools 2"), "{}", screen.text());
    screen.is_sound("connected");
    assert_snapshot!("live-tools-80x24", screen.text());
}

#[test]
fn a_call_is_sent_and_its_answer_shown() {
    for size in SIZES {
        let mut screen = connected(size).keys("Enter \"a \\ b\" Tab Enter");
        let ticket = goes_out(&mut screen, 3);
        let (_, method, params) = call(&screen);
        assert_eq!(method, "tools/call");
        assert_eq!(params, r#"{"name":"echo","arguments":{"text":"a \\ b"}}"#);
        assert!(screen.model.is_waiting());
        let seq = screen.wire(
            Direction::In,
            r#"{"jsonrpc":"2.0","id":3,"result":{"content":[{"type":"text","text":"an answer"}]}}"#,
        );
        screen.update(Update::Finished {
            ticket,
            end: End::Answered,
            seq: Some(seq),
        });
        assert!(!screen.model.is_waiting());
        assert!(screen.contains("an answer"), "{}", screen.text());
        screen.is_sound("answered");
        // The same again.
        screen.press("Esc Esc Esc .");
        let (_, _, params) = call(&screen);
        assert_eq!(params, r#"{"name":"echo","arguments":{"text":"a \\ b"}}"#);
        assert_eq!(screen.sent.len(), 2);
    }
}

#[test]
fn a_call_that_lasts_can_be_cancelled_from_anywhere() {
    for view in ["1", "2", "5", "6"] {
        let mut screen = connected(SIZES[0]).keys("j Enter Enter");
        let ticket = goes_out(&mut screen, 3);
        screen.press("Esc");
        screen.press(view);
        screen.press("C-c");
        assert_eq!(
            screen.sent.last(),
            Some(&Command::Cancel { conn: 1, ticket }),
            "{view}"
        );
        screen.update(Update::Finished {
            ticket,
            end: End::Cancelled,
            seq: None,
        });
        screen.press("2");
        assert!(screen.contains("cancelled"), "{}", screen.text());
    }
}

#[test]
fn a_server_that_dies_is_told_at_once_and_its_call_named() {
    for (width, height) in SIZES {
        let mut screen = connected((width, height)).keys("Enter \"x\" Tab Enter");
        let ticket = goes_out(&mut screen, 3);
        screen.output(Channel::Stderr, "panic: out of cheese");
        screen.note(&Note::Exit {
            code: Some(3),
            signal: None,
        });
        screen.update(Update::Finished {
            ticket,
            end: End::Gone,
            seq: None,
        });
        screen.update(Update::Gone { conn: 1 });
        assert_eq!(
            screen.status(),
            "some-server exited with code 3: panic: out of cheese"
        );
        assert!(
            screen.line(0).contains("✗ some-server exited 3"),
            "{}",
            screen.line(0)
        );
        assert_snapshot!(format!("live-died-{width}x{height}"), timeless(&screen));
        // What was typed is still there, and R starts it again.
        assert!(!screen.model.is_waiting());
        screen.press("Esc Esc Esc R");
        let Some(Command::Connect(connect)) = screen.sent.last() else {
            panic!("{:?}", screen.sent);
        };
        assert_eq!(connect.conn, 2);
    }
}

#[test]
fn restart_stops_first_and_starts_when_the_process_is_gone() {
    let mut screen = connected(SIZES[0]).keys("j R");
    assert_eq!(screen.sent, [Command::Stop { conn: 1 }]);
    screen.press("R");
    screen.note(&Note::Exit {
        code: Some(0),
        signal: None,
    });
    screen.update(Update::Gone { conn: 1 });
    let connects = |screen: &Screen| {
        screen
            .sent
            .iter()
            .filter(|command| matches!(command, Command::Connect(connect) if connect.conn == 2))
            .count()
    };
    assert_eq!(connects(&screen), 1);
    screen.update(Update::Gone { conn: 1 });
    assert_eq!(connects(&screen), 1, "{:?}", screen.sent);
}

#[test]
fn commands_of_the_other_keys() {
    let mut screen = connected(SIZES[0]).keys("g R");
    assert_eq!(
        screen.sent,
        [Command::Refresh {
            conn: 1,
            list: List::Tools
        }]
    );
    screen.sent.clear();
    screen.press("1 s");
    assert_eq!(screen.sent, [Command::Stop { conn: 1 }]);
    screen.sent.clear();
    screen.press("c");
    assert!(screen.sent.is_empty());
    assert_eq!(screen.status(), "connect: it runs; R starts it again");
}

#[test]
fn a_server_can_be_added_by_its_command_line() {
    let mut screen = Screen::live(SIZES[0]).keys("a \"KEY=v other\" Space \"'a b'\" Enter");
    let Some(Command::Connect(connect)) = screen.sent.last() else {
        panic!("{:?}", screen.sent);
    };
    let spawn = process(&connect.target);
    assert_eq!(spawn.program, "other");
    assert_eq!(spawn.args, ["a b"]);
    assert_eq!(spawn.env, [("KEY".into(), "v".into())]);
    assert!(screen.contains("SERVERS 2"));
    // A pasted one is not run before Enter.
    screen.sent.clear();
    screen.event(Event::Paste("npx some-thing\n".to_owned()));
    assert!(screen.sent.is_empty());
    assert!(screen.contains("npx some-thing"));
    screen.press("Esc");
    assert!(screen.sent.is_empty());
}

#[test]
fn a_server_can_be_added_by_its_address() {
    let mut screen = Screen::live(SIZES[0]);
    screen.event(Event::Paste(
        "https://mcp.example/mcp?api_key=sekrit --header 'Authorization: Bearer sekrit' --transport sse\n".to_owned(),
    ));
    assert!(screen.sent.is_empty());
    screen.press("Enter");
    let Some(Command::Connect(connect)) = screen.sent.last() else {
        panic!("{:?}", screen.sent);
    };
    let Target::Address(address) = &connect.target else {
        panic!("{:?}", connect.target);
    };
    assert_eq!(
        address.url.as_str(),
        "https://mcp.example/mcp?api_key=sekrit"
    );
    assert_eq!(
        address.headers,
        [("authorization".to_owned(), "Bearer sekrit".to_owned())]
    );
    assert_eq!(address.choice, mcpscope::mcp::http::Choice::Sse);
    assert_eq!(connect.name, "mcp.example");
    // It is as good as stdio: connected, shown, told what is wrong with it.
    screen.note(&Note::Connect {
        name: "mcp.example".to_owned(),
        transport: "http".to_owned(),
        era: "auto".to_owned(),
    });
    screen.note(&Note::Address {
        url: "https://mcp.example/mcp?api_key=masked".to_owned(),
        transport: "sse".to_owned(),
        headers: vec!["authorization".to_owned()],
        insecure: false,
        everywhere: None,
    });
    assert!(!screen.contains("sekrit"), "{}", screen.text());
    screen.note(&Note::Ready {
        revision: "2025-11-25".to_owned(),
    });
    assert!(screen.contains("2025-11-25 http"), "{}", screen.text());
    screen.note(&Note::Closed {
        what: Some("the server ended the HTTP+SSE stream".to_owned()),
    });
    screen.press("1");
    assert!(
        screen.contains("the server ended the HTTP+SSE stream"),
        "{}",
        screen.text()
    );
    // What cannot be an address says why, and is not connected to.
    screen.sent.clear();
    screen.event(Event::Paste("https://".to_owned()));
    screen.press("Enter");
    assert!(screen.sent.is_empty());
    assert!(
        screen.status().contains("no address"),
        "{}",
        screen.status()
    );
}

#[test]
fn stderr_is_shown_while_it_connects() {
    let mut screen = Screen::live(SIZES[0]).keys("c");
    screen.note(&Note::Connect {
        name: "some-server".to_owned(),
        transport: "stdio".to_owned(),
        era: "auto".to_owned(),
    });
    screen.note(&Note::Spawn {
        pid: 7,
        command: vec!["some-server".to_owned()],
        cwd: None,
        env: Vec::new(),
    });
    screen.output(Channel::Stderr, "npm: installing 1 of 90");
    assert!(
        screen.contains("npm: installing 1 of 90"),
        "{}",
        screen.text()
    );
    screen.output(Channel::Stderr, "npm: installing 2 of 90");
    assert!(
        screen.contains("npm: installing 2 of 90"),
        "{}",
        screen.text()
    );
}

#[test]
fn a_failed_start_gives_the_reason_and_the_way_out() {
    for (width, height) in SIZES {
        let mut screen = Screen::live((width, height)).keys("Enter");
        screen.note(&Note::Connect {
            name: "some-server".to_owned(),
            transport: "stdio".to_owned(),
            era: "auto".to_owned(),
        });
        screen.note(&Note::StartFailed {
            what: "command \"some-server\" not found in PATH".to_owned(),
            hint: Some("install it".to_owned()),
        });
        screen.update(Update::Failed { conn: 1 });
        screen.update(Update::Gone { conn: 1 });
        assert!(
            screen
                .status()
                .contains("command \"some-server\" not found"),
            "{}",
            screen.status()
        );
        assert_snapshot!(format!("live-failed-{width}x{height}"), screen.text());
    }
}

#[test]
fn a_recording_that_fails_is_told_in_the_header() {
    let mut screen = connected(SIZES[0]);
    screen.update(Update::Trouble {
        lost: 3,
        what: "No space left on device".to_owned(),
    });
    assert!(
        screen.line(0).contains("3 NOT RECORDED"),
        "{}",
        screen.line(0)
    );
    assert!(screen.status().contains("No space left on device"));
}

#[test]
fn quitting_asks_while_something_runs() {
    for (width, height) in SIZES {
        let mut screen = connected((width, height)).keys("q");
        assert!(screen.orders.is_empty());
        screen.is_sound("the question");
        assert_snapshot!(format!("quit-{width}x{height}"), screen.text());
        for stay in ["Esc", "x", "y"] {
            screen.press(stay);
            assert!(screen.orders.is_empty() && screen.model.overlays.is_empty());
            screen.press("q");
        }
        screen.press("q");
        assert_eq!(screen.orders, [Effect::Quit]);
        assert_eq!(connected((width, height)).keys("Q").orders, [Effect::Quit]);
    }
}

#[test]
fn news_do_not_move_what_is_selected_or_typed() {
    let mut screen = connected(SIZES[1]).keys("Enter \"half a se\"");
    let (caret, row) = (screen.cursor, screen.cursor_line());
    for _ in 0..40 {
        screen.output(Channel::Stderr, "noise");
        screen.output(Channel::Stdout, "junk");
    }
    assert_eq!((screen.cursor, screen.cursor_line()), (caret, row));
    assert!(screen.line(0).contains("junk 40"), "{}", screen.line(0));
    // Traffic follows until somebody moves up, and then stays with the row.
    screen.press("Esc Esc Esc 5");
    let newest = screen.cursor_line();
    screen.output(Channel::Stdout, "the newest");
    assert_ne!(screen.cursor_line(), newest);
    screen.press("k k");
    let row = screen.cursor_line();
    screen.output(Channel::Stdout, "newer still");
    assert_eq!(screen.cursor_line(), row);
    assert!(screen.contains("new below"), "{}", screen.text());
    screen.press("F");
    assert!(
        screen.cursor_line().contains("newer still"),
        "{}",
        screen.cursor_line()
    );
}

#[test]
fn pasted_text_lands_in_the_field_as_it_is() {
    let mut screen = connected(SIZES[0]).keys("Enter");
    screen.event(Event::Paste("q Q 1 \u{1b}[31m \"x\"".to_owned()));
    assert!(screen.orders.is_empty());
    screen.is_sound("pasted");
    screen.press("Tab Enter");
    let (_, _, params) = call(&screen);
    assert_eq!(
        params,
        r#"{"name":"echo","arguments":{"text":"q Q 1 \u001b[31m \"x\""}}"#
    );
}

#[test]
fn text_of_a_server_is_never_raw() {
    let mut screen = connected(SIZES[0]);
    for line in [
        "\u{1b}[2J\u{1b}[31mred",
        "\u{202e}desrever",
        "a\tb\rc\u{7}",
        "\u{9b}31m",
    ] {
        screen.output(Channel::Stderr, line);
        screen.output(Channel::Stdout, line);
    }
    for keys in ["1", "5 G Enter", "6 G Enter", "2"] {
        screen.press("Esc Esc Esc");
        screen.press(keys);
        screen.is_sound(keys);
        let red = screen
            .buffer
            .content()
            .iter()
            .any(|cell| cell.fg == Color::Red);
        assert!(!red, "{keys}");
    }
}
