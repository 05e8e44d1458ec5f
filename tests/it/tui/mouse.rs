//! What the mouse does to what is drawn over a view, and to the buttons of a form.

use crossterm::event::{MouseButton, MouseEventKind};
use insta::assert_snapshot;
use mcpscope::inspector::Command;
use mcpscope::tui::pane::View;
use ratatui::layout::Position;

use crate::support::screen::{SIZES, Screen};

const DEMO: &str = "sessions/demo.jsonl";
const TOOLS: &str = r#"[{"name":"echo","inputSchema":{"type":"object","properties":{"message":{"type":"string"}},"required":["message"]}}]"#;

/// A form with the caret in its only field.
fn form(size: (u16, u16)) -> Screen {
    let mut screen = Screen::live(size);
    screen.press("Enter");
    screen.connects(TOOLS);
    screen.keys("Enter")
}

#[test]
fn the_copy_button_opens_a_list_whose_rows_are_clicked() {
    for (width, height) in SIZES {
        let mut screen = form((width, height)).keys("\"hi\"");
        screen.click("[ Run ]", "Copy as");
        let name = format!("copy-as-{width}x{height}");
        screen.is_sound(&name);
        assert_snapshot!(name, screen.text());
        screen.click("Copy it as a command line", "Copy it as a command line");
        assert!(screen.model.overlays.is_empty());
        assert!(
            screen.copied[0].contains(r#"{"message":"hi"}"#)
                || screen.copied[0].contains("message=hi"),
            "{:?}",
            screen.copied
        );
    }
}

#[test]
fn run_history_and_presets_are_buttons() {
    let mut screen = form((80, 24)).keys("\"hi\"");
    screen.click("[ Run ]", "Presets");
    assert!(screen.contains("PRESETS of echo"), "{}", screen.text());
    screen.mouse(MouseEventKind::Down(MouseButton::Left), Position::new(0, 5));
    assert!(!screen.contains("PRESETS of echo"), "{}", screen.text());
    screen.click("[ Run ]", "History");
    assert!(screen.contains("RUNS of echo"), "{}", screen.text());
    screen.press("Esc");
    screen.click("[ Run ]", "Run");
    let calls = |screen: &Screen| {
        let is = |command: &&Command| matches!(command, Command::Call { .. });
        screen.sent.iter().filter(is).count()
    };
    assert_eq!(calls(&screen), 1);
    screen.click("[ Cancel ]", "Cancel");
    assert_eq!(calls(&screen), 1);
    assert!(matches!(screen.sent.last(), Some(Command::Cancel { .. })));
}

#[test]
fn a_menu_is_clicked_scrolled_and_closed() {
    let mut screen = Screen::opened(DEMO, (80, 24)).keys("2 x");
    let beside = Position::new(0, 0);
    screen.mouse(MouseEventKind::ScrollDown, Position::new(40, 10));
    assert!(
        !screen.contains("Go to the form, or read"),
        "{}",
        screen.text()
    );
    screen.mouse(MouseEventKind::Down(MouseButton::Left), beside);
    assert!(screen.model.overlays.is_empty());
    screen.press(":");
    screen.press("\"traffic\"");
    screen.click("  Traffic", "Traffic");
    assert_eq!(screen.model.view, View::Traffic);
}

#[test]
fn a_continuation_is_clicked_and_a_click_beside_gives_it_up() {
    let mut screen = Screen::opened(DEMO, (80, 24)).keys("2 g");
    screen.click("The same moment in Logs", "The same");
    assert!(screen.model.chords.is_empty());
    assert_eq!(screen.model.view, View::Logs);
    let mut screen = Screen::opened(DEMO, (80, 24)).keys("2 g");
    screen.mouse(MouseEventKind::Down(MouseButton::Left), Position::new(0, 0));
    assert!(screen.model.chords.is_empty());
    assert_eq!(screen.model.view, View::Tools);
}

#[test]
fn the_hint_row_says_what_keys_do_on_a_button_and_its_actions_are_clicked() {
    let mut screen = form((120, 36)).keys("\"hi\" Enter");
    let hints = screen.line_from_below(0);
    assert!(hints.starts_with("Enter Run  Tab next pane"), "{hints}");
    assert!(hints.contains("H history"), "{hints}");
    screen.click("Enter Run", "H history");
    assert!(screen.contains("RUNS of echo"), "{}", screen.text());
}
