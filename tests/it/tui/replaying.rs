//! Sending a session again from view 8: asked how, over a connection of its own, with a person where one is needed.

use mcpscope::inspector::Command;
use mcpscope::mcp::asked::Capabilities;
use mcpscope::mcp::client::EraChoice;
use mcpscope::mcp::revision::Revision;
use mcpscope::replay::Speed;
use mcpscope::replaying::conductor::Told;
use mcpscope::tui::effect::Effect;
use mcpscope::tui::effect::replaying::Replaying;
use mcpscope::tui::event::Event;
use mcpscope::tui::pane::View;

use super::sessions::shelf;
use crate::support::screen::Screen;

/// What was ordered last.
fn ordered(screen: &Screen) -> Option<&Replaying> {
    screen.orders.iter().rev().find_map(|effect| match effect {
        Effect::Replay(what) => Some(&**what),
        _ => None,
    })
}

/// Somebody has said how a session is sent again.
fn begun() -> (Screen, u64) {
    let screen =
        shelf((120, 36)).keys("8 j r C-u \"some-server\" Tab \"tool:echo\" Tab C-u \"x10\" Enter");
    let Some(Replaying::Begin {
        asker,
        path,
        filter,
        speed,
    }) = ordered(&screen)
    else {
        panic!("{:?}\n{}", screen.orders, screen.text());
    };
    let asker = *asker;
    assert!(
        path.ends_with("20261119T090000Z-crash.jsonl"),
        "{}",
        path.display()
    );
    assert_eq!(filter.as_ref().unwrap().to_string(), "tool:echo");
    assert_eq!(*speed, Speed::Times(10.0));
    (screen, asker)
}

fn tell(screen: &mut Screen, asker: u64, told: Told) {
    screen.event(Event::Replaying { asker, told });
}

#[test]
fn it_is_asked_how_and_what_is_wrong_is_said() {
    for (keys, says) in [
        (
            "C-u \"other\" Tab Tab Enter",
            "server: there is no such server; some-server",
        ),
        ("Tab \"metod:x\" Tab Enter", "filter: "),
        ("Tab Tab C-u \"fast\" Enter", "speed: none, recorded"),
    ] {
        let screen = shelf((120, 36))
            .keys("8 j r C-u \"some-server\"")
            .keys(keys);
        assert!(screen.text().contains(says), "{keys}\n{}", screen.text());
        assert_eq!(ordered(&screen), None);
    }
    begun();
}

#[test]
fn it_goes_over_a_connection_of_its_own_set_up_as_it_was() {
    let (mut screen, asker) = begun();
    let wants = Told::Wants {
        capabilities: Capabilities::interactive(),
        revision: Some(Revision::V2025_06_18),
    };
    tell(&mut screen, asker + 1, wants.clone());
    assert!(screen.sent.is_empty(), "somebody else's");
    tell(&mut screen, asker, wants);
    let [Command::Connect(connect)] = &screen.sent[..] else {
        panic!("{:?}", screen.sent);
    };
    assert_eq!(connect.name, "some-server (replay)");
    assert_eq!(connect.options.capabilities, Capabilities::interactive());
    assert_eq!(connect.options.era, EraChoice::Legacy);
    assert_eq!(connect.options.revision, Some(Revision::V2025_06_18));
    let opened = Replaying::Opened(asker, connect.conn);
    assert_eq!(ordered(&screen), Some(&opened));
    tell(
        &mut screen,
        asker,
        Told::Began(2, vec!["1 request left out: why".to_owned()]),
    );
    assert_eq!(screen.model.view, View::Traffic);
    let said = "sending 2 calls again; 1 request left out: why";
    assert!(screen.text().contains(said), "{}", screen.text());
    // One at a time.
    screen.press("8 r C-u \"some-server\" Tab Tab Enter");
    assert!(
        screen
            .text()
            .contains("another session is being sent again")
    );
    screen.press("Esc");
    tell(
        &mut screen,
        asker,
        Told::Failed("the server \u{1b}[31mwent".to_owned()),
    );
    assert!(
        screen.text().contains("replay: the server ^[[31mwent"),
        "{}",
        screen.text()
    );
}

#[test]
fn a_server_may_be_named_by_its_command_line() {
    let screen = shelf((120, 36)).keys("8 j r C-u \"X=1 ./new-server --port 8\" Tab Tab Enter");
    let Some(Replaying::Begin { .. }) = ordered(&screen) else {
        panic!("{}", screen.text());
    };
    let server = screen.model.world.servers.last().unwrap();
    let rerun = screen.model.world.rerun.as_ref().unwrap();
    assert_eq!(rerun.server, screen.model.world.servers.len() - 1);
    let target = format!("{:?}", server.target);
    assert!(
        target.contains("./new-server") && target.contains("--port"),
        "{target}"
    );
}

#[test]
fn how_far_it_is_stands_in_the_status_row_and_it_can_be_ended() {
    for size in crate::support::screen::SIZES {
        let (mut screen, asker) = begun();
        screen.resize(size);
        let wants = Told::Wants {
            capabilities: Capabilities::interactive(),
            revision: None,
        };
        tell(&mut screen, asker, wants);
        tell(&mut screen, asker, Told::Began(21, Vec::new()));
        tell(&mut screen, asker, Told::Progress(7, 21));
        let said = "-crash: 7 of 21 calls; Ctrl-c ends it with what came";
        assert!(screen.status().contains(said), "{}", screen.text());
        screen.press("7 ]");
        assert!(screen.contains("[Running 1]"), "{}", screen.text());
        let row = "-crash: 7 of 21 calls → some-server (replay)";
        assert!(screen.contains(row), "{}", screen.text());
        screen.press("C-c");
        assert_eq!(ordered(&screen), Some(&Replaying::End(asker)));
    }
}

#[test]
fn what_may_destroy_something_is_called_only_when_somebody_says_yes() {
    for (keys, order) in [
        ("\"yes\" Enter", Replaying::Anyway as fn(u64) -> Replaying),
        ("\"no\" Enter", Replaying::CallOff),
        ("Enter", Replaying::CallOff),
        ("Esc", Replaying::CallOff),
    ] {
        let (mut screen, asker) = begun();
        tell(&mut screen, asker, Told::Held("delete ×2".to_owned()));
        assert!(screen.text().contains("delete ×2 MAY DESTROY SOMETHING"));
        screen.press(keys);
        assert_eq!(ordered(&screen), Some(&order(asker)), "{keys}");
    }
}

#[test]
fn a_new_baseline_is_told_of_and_so_is_why_there_is_none() {
    let mut screen = shelf((120, 36));
    for (told, says) in [
        (Ok("/x/r.jsonl.bak"), "the old one is /x/r.jsonl.bak"),
        (
            Err("no \u{1b}[31mroom"),
            "the recording stays as it was: no ^[[31mroom",
        ),
    ] {
        let told = told.map(str::to_owned).map_err(str::to_owned);
        // Nothing is being sent any more.
        tell(&mut screen, 7, Told::Accepted(told));
        assert!(screen.status().contains(says), "{}", screen.text());
    }
}
