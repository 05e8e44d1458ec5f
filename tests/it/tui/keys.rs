//! Keys of the user's own: they do what they are bound to, wherever keys are named they are named, and fields keep
//! their letters.

use std::path::Path;

use mcpscope::config::Config;
use mcpscope::tui::effect::Effect;
use mcpscope::tui::keymap::Keymap;
use mcpscope::tui::pane::View;

use crate::support::screen::{SIZES, Screen};

const DEMO: &str = "sessions/demo.jsonl";

/// A recording of the demo server, with these lines in `[keys]`.
fn bound(lines: &str) -> Screen {
    let text = format!("[keys]\n{lines}\n");
    let config = Config::parse(&text, Path::new("config.toml")).unwrap();
    let mut screen = Screen::opened(DEMO, SIZES[0]);
    screen.model.world.keys = Keymap::new(&config.settings.keys).unwrap();
    screen
}

#[test]
fn own_keys_do_what_they_are_bound_to_and_the_tables_no_more() {
    let mut screen = bound("view-tools = [\"g T\"]\nview-logs = []\nhelp = [\"H\"]");
    screen.press("2");
    assert_eq!(screen.model.view, View::Traffic);
    assert_eq!(screen.status(), "2 is not bound here; H lists the keys");
    screen.press("g");
    assert!(screen.contains("T  Tools"), "{}", screen.text());
    screen.press("T");
    assert_eq!(screen.model.view, View::Tools);
    screen.press("6");
    assert_eq!(screen.model.view, View::Tools);
}

#[test]
fn every_list_of_keys_shows_them() {
    let lines =
        "menu = []\nactions = [\"X\"]\nhelp = [\"K\"]\nfind = [\"f\", \"/\"]\nrefresh-list = []";
    let config = Config::parse(&format!("[keys]\n{lines}"), Path::new("config.toml")).unwrap();
    let error = Keymap::new(&config.settings.keys).unwrap_err();
    assert!(error.to_string().contains("unknown action \"menu\""));

    let lines = lines.replace("menu = []\n", "");
    let screen = bound(&lines).keys("2");
    let hints = screen.line_from_below(0);
    assert!(
        hints.ends_with("X actions  : commands  K keys") && hints.contains("f find"),
        "{hints}"
    );
    let screen = bound(&lines).keys("2 K \"filter\"");
    assert!(screen.contains("f /"), "{}", screen.text());
    let screen = bound(&lines).keys("2 : \"fetch\"");
    assert!(
        screen.contains("Fetch the lists again") && !screen.contains("gR"),
        "{}",
        screen.text()
    );
    // What has no key is not hinted at, and can still be picked.
    let screen = bound("help = []").keys("2");
    assert!(screen.line_from_below(0).ends_with(": commands"));
    let screen = bound("help = []").keys("2 : \"keys that work\" Enter");
    assert!(screen.contains("KEYS that work here"), "{}", screen.text());
}

#[test]
fn fields_keep_their_letters_and_esc() {
    let mut screen =
        bound("quit = [\"e\", \"C-x\"]\nedit-json = [\"E\"]\nrestart = [\"o\"]\nback = [\"B\"]");
    screen.press("2 / \"eoB\"");
    assert!(screen.orders.is_empty());
    assert!(screen.contains("eoB"), "{}", screen.text());
    screen.press("Esc");
    assert!(!screen.contains("eoB"), "{}", screen.text());
    // Keys that are no text work in a field too.
    screen.press("/ C-x");
    assert_eq!(screen.orders, [Effect::Quit]);
}

#[test]
fn there_is_a_way_out_of_a_screen_that_is_too_small() {
    let mut screen = bound("quit = [\"g q\"]");
    screen.resize((20, 5));
    assert!(screen.contains("everything goes on") || screen.contains("mcpscope needs"));
    screen.press("Q");
    assert!(screen.orders.is_empty());
    screen.press("g q");
    assert_eq!(screen.orders, [Effect::Quit]);
}

#[test]
fn a_quick_escape_and_a_letter_are_the_two_also_in_a_field() {
    let mut screen = Screen::opened(DEMO, SIZES[0]).keys("2 Enter \"x\"");
    screen.event(mcpscope::tui::event::Event::Key(
        crossterm::event::KeyEvent::new(
            crossterm::event::KeyCode::Char('E'),
            crossterm::event::KeyModifiers::ALT,
        ),
    ));
    assert!(screen.contains("as JSON"), "{}", screen.text());
    assert!(screen.contains("│ \"hellox\""), "{}", screen.text());
}
