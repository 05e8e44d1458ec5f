//! Each view at the size where things are stacked and where they stand side by side.

use insta::assert_snapshot;
use mcpscope::tui::theme::Role;

use crate::support::screen::{SIZES, Screen, screen};

const DEMO: &str = "sessions/demo.jsonl";
const VIEWS: [&str; 6] = [
    "servers",
    "tools",
    "resources",
    "prompts",
    "traffic",
    "logs",
];

#[test]
fn every_view_at_both_sizes() {
    for (number, name) in (1..).zip(VIEWS) {
        for (width, height) in SIZES {
            let name = format!("{name}-{width}x{height}");
            let screen = Screen::opened(DEMO, (width, height)).keys(&number.to_string());
            screen.is_sound(&name);
            assert_snapshot!(name, screen.text());
        }
    }
}

#[test]
fn inner_levels_at_both_sizes() {
    for (name, keys) in [
        ("tool-form", "2 j Enter"),
        ("tool-result", "2 j j j S-Tab"),
        ("tool-about", "2 j Enter Esc ["),
        ("tool-json", "2 j Enter Esc ]"),
        ("tool-schema", "2 j Enter Esc ] ]"),
        ("resource-content", "3 Enter"),
        ("prompt-form", "4 j Enter"),
        ("traffic-detail", "5 g e Enter ]"),
        ("traffic-raw", "5 g e Enter ] ] ]"),
        ("log-line", "6 Enter"),
    ] {
        for (width, height) in SIZES {
            let name = format!("{name}-{width}x{height}");
            let screen = Screen::opened(DEMO, (width, height)).keys(keys);
            screen.is_sound(&name);
            assert_snapshot!(name, screen.text());
        }
    }
}

/// An opened file begins where it begins; the view bar and the header tell what it is.
#[test]
fn a_recording_opens_in_traffic_and_says_that_it_is_one() {
    let text = screen(DEMO, SIZES[0], "");
    assert!(text.contains("5▸Trf"), "{text}");
    assert!(text.contains("↺ demo.jsonl, read-only"), "{text}");
}

#[test]
fn the_cursor_is_on_the_selected_row_and_follows_it() {
    for size in SIZES {
        for number in 1..=6 {
            let mut screen = Screen::opened(DEMO, size).keys(&number.to_string());
            for key in ["", "j", "j", "G", "k", "g g"] {
                screen.press(key);
                let at = format!(
                    "view {number} at {size:?} after {key:?}: {:?}",
                    screen.cursor
                );
                assert!(screen.cursor_line().starts_with('▸'), "{at}");
                assert!(screen.cursor_is_on_selection(), "{at}");
            }
        }
        // Two rows of tools are two cursors; back is where it was.
        let mut screen = Screen::opened(DEMO, size).keys("2");
        let before = screen.cursor;
        screen.press("j");
        assert_ne!(screen.cursor, before);
        screen.press("k");
        assert_eq!(screen.cursor, before);
    }
}

#[test]
fn the_cursor_is_the_caret_where_text_is_typed() {
    for size in SIZES {
        for (what, keys) in [
            ("a filter", "2 /"),
            ("a search in Traffic", "5 /"),
            ("a search in Logs", "6 /"),
            ("a field", "2 Enter"),
            ("a search in a document", "5 g e Enter /"),
            ("the palette", ":"),
        ] {
            let mut screen = Screen::opened(DEMO, size).keys(keys);
            let before = screen.cursor.unwrap();
            screen.press("\"abc\"");
            let after = screen.cursor.unwrap();
            assert_eq!(
                (after.x, after.y),
                (before.x + 3, before.y),
                "{what} at {size:?}"
            );
            let typed: String = (before.x..after.x)
                .map(|x| screen.buffer[(x, after.y)].symbol())
                .collect();
            assert_eq!(typed, "abc", "{what} at {size:?}");
            screen.press("Left");
            assert_eq!(screen.cursor.unwrap().x, after.x - 1, "{what} at {size:?}");
        }
    }
}

/// Only one row is the selected one, whatever has the focus.
#[test]
fn one_list_has_the_selection() {
    for keys in ["1", "2 j", "3 j j", "5 j", "5 g e Enter", "6 G"] {
        let screen = Screen::opened(DEMO, SIZES[1]).keys(keys);
        let rows: Vec<u16> = (2..screen.buffer.area.height - 2)
            .filter(|y| (0..screen.buffer.area.width).any(|x| screen.is((x, *y), Role::Selection)))
            .collect();
        assert_eq!(rows, [screen.cursor.unwrap().y], "{keys}");
    }
}

#[test]
fn a_screen_that_is_too_small_says_so_and_comes_back() {
    let mut screen = Screen::opened(DEMO, (200, 60)).keys("2 j j j");
    let selected = |screen: &Screen| {
        screen
            .cursor_line()
            .split_whitespace()
            .nth(1)
            .map(str::to_owned)
    };
    assert_eq!(selected(&screen).as_deref(), Some("divide"));
    screen.resize((80, 24));
    assert_eq!(selected(&screen).as_deref(), Some("divide"));
    let before = screen.text();
    for small in [(59, 15), (59, 24), (80, 15), (10, 1), (1, 1)] {
        screen.resize(small);
        screen.is_sound("a small screen");
        if small.0 > 20 {
            assert_eq!(screen.line(0).trim_end(), "mcpscope needs 60x16");
        }
        // What cannot be seen cannot be meant.
        screen.press("j 1 q");
    }
    assert!(screen.orders.is_empty());
    screen.resize((80, 24));
    assert_eq!(screen.text(), before);
    screen.resize((60, 16));
    screen.is_sound("the smallest screen");
    assert_eq!(selected(&screen).as_deref(), Some("divide"));
}

/// Sizes nobody has thought of.
#[test]
fn any_size_can_be_drawn() {
    for size in [(60, 16), (61, 17), (99, 16), (101, 60), (300, 100)] {
        let mut screen = Screen::opened(DEMO, size);
        for number in 1..=6 {
            for keys in ["", "Enter", "S-Tab", "+", "x", "?", "g"] {
                let keys = format!("Esc Esc Esc Esc Esc {number} {keys}");
                screen.press(&keys);
                screen.is_sound(&format!("{keys} at {size:?}"));
            }
        }
    }
}
