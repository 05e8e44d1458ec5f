//! Results of every kind, as they are read: content blocks, verdicts, links, pictures.

use insta::assert_snapshot;
use mcpscope::inspector::Command;
use mcpscope::tui::theme::{Depth, Theme};
use mcpscope::tui::widgets::picture::Pictures;
use ratatui::style::Color;

use crate::support::screen::{SIZES, Screen};

const RESULTS: &str = "sessions/results.jsonl";

/// The result of the tool of this name, with the focus in it, and then these keys.
fn result(tool: &str, size: (u16, u16), keys: &str) -> Screen {
    let keys = format!("2 / \"{tool}\" Enter Enter Esc Tab {keys}");
    Screen::opened(RESULTS, size).keys(keys.trim_end())
}

#[test]
fn results_at_both_sizes() {
    for (name, tool, keys) in [
        ("content", "look", ""),
        ("content-source", "look", "]"),
        ("content-last-block", "look", "J J J J J J J J J"),
        ("content-embedded", "look", "J J J J J Enter"),
        ("matches", "read", ""),
        ("violations", "weigh", ""),
        ("tool-error", "burn", ""),
        ("described", "look", "S-Tab ]"),
    ] {
        for (width, height) in SIZES {
            let name = format!("results-{name}-{width}x{height}");
            let screen = result(tool, (width, height), keys);
            screen.is_sound(&name);
            assert_snapshot!(name, screen.text());
        }
    }
}

/// The tools of the demo server, as they were listed, as a table.
fn table(size: (u16, u16), keys: &str) -> Screen {
    let keys = format!("5 / \"tools/list\" Enter Enter ] z R / \"inputSchema\" Enter Esc T {keys}");
    Screen::opened("sessions/demo.jsonl", size).keys(keys.trim_end())
}

#[test]
fn tables_at_both_sizes() {
    for (name, keys) in [
        ("table", ""),
        ("table-sorted", "O O j j l"),
        ("table-found", "/ \"text\" Enter n"),
    ] {
        for (width, height) in SIZES {
            let name = format!("results-{name}-{width}x{height}");
            let screen = table((width, height), keys);
            screen.is_sound(&name);
            assert_snapshot!(name, screen.text());
            let hints = screen.line_from_below(0);
            assert!(hints.starts_with("Enter in the tree  O sort"), "{hints}");
        }
    }
}

#[test]
fn what_went_wrong_is_said_in_words() {
    let screen = result("read", SIZES[1], "");
    assert!(
        screen.contains("structured content matches the output schema · same data as the text"),
        "{}",
        screen.text()
    );
    let screen = result("weigh", SIZES[1], "");
    for words in [
        "fails the output schema: 2 problems",
        "$.title: ",
        "$.pages: ",
        "the text is not JSON",
    ] {
        assert!(screen.contains(words), "{words}: {}", screen.text());
    }
    let screen = result("burn", SIZES[1], "");
    assert!(screen.contains("tool error"), "{}", screen.text());
}

#[test]
fn enter_on_the_verdict_goes_to_the_structured_content() {
    let screen = result("weigh", SIZES[1], "Enter");
    assert!(screen.contains("[Structured]"), "{}", screen.text());
    assert!(
        screen.contains("pages: \"many\\u001b[31m\""),
        "{}",
        screen.text()
    );
}

#[test]
fn a_recording_reads_no_links() {
    let screen = result("look", SIZES[1], "J J J J Enter");
    assert!(
        !screen
            .sent
            .iter()
            .any(|command| matches!(command, Command::Call { .. })),
        "{:?}",
        screen.sent
    );
    assert!(
        screen.contains("resource_link shelf://book/2"),
        "{}",
        screen.text()
    );
}

#[cfg(feature = "images")]
#[test]
fn pictures_are_drawn_scrolled_and_gone_without_residue() {
    let mut screen = Screen::opened(RESULTS, SIZES[1]);
    screen.pictures = Pictures::half_blocks(Depth::Rgb);
    let mut screen = screen.keys("2 / \"look\" Enter Enter Esc Tab");
    let painted = |screen: &Screen| {
        screen
            .buffer
            .content
            .iter()
            .filter(|cell| cell.symbol() == "▀" && matches!(cell.fg, Color::Rgb(..)))
            .count()
    };
    assert_eq!(painted(&screen), 24 * 6);
    screen.is_sound("picture");
    screen.press("G");
    screen.press("g g");
    assert_eq!(painted(&screen), 24 * 6);
    screen.press("]");
    assert_eq!(painted(&screen), 24 * 6, "in the source as well");
    screen.press("]");
    assert_eq!(painted(&screen), 0);
    // On a small screen what there is no room for is cut.
    screen.resize((40, 12));
    screen.press("[ [ G");
    screen.is_sound("picture-small");
    let mut off = Screen::opened_in(RESULTS, SIZES[1], Theme::load("mono", Depth::None).unwrap());
    off.press("2 / \"look\" Enter Enter Esc Tab");
    assert_eq!(painted(&off), 0);
    assert!(off.contains("24×12"), "{}", off.text());
}
