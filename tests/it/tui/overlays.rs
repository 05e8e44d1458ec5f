//! What is drawn over a view: help, palette, menu, which-key, the question before quitting.

use insta::assert_snapshot;
use mcpscope::tui::action::{ACTIONS, Action, Scope};
use mcpscope::tui::effect::Effect;
use mcpscope::tui::keymap;
use mcpscope::tui::pane::View;

use crate::support::screen::{SIZES, Screen};

const DEMO: &str = "sessions/demo.jsonl";

fn demo(keys: &str) -> Screen {
    Screen::opened(DEMO, SIZES[0]).keys(keys)
}

#[test]
fn overlays_at_both_sizes() {
    for (name, keys) in [
        ("help", "2 ?"),
        ("palette", ":"),
        ("palette-typed", "2 : \"div\""),
        ("palette-empty", ": \"qqqqqq\""),
        ("menu", "5 g e Enter x"),
        ("which-key-g", "2 g"),
        ("which-key-y", "5 g e Enter y"),
    ] {
        for (width, height) in SIZES {
            let name = format!("{name}-{width}x{height}");
            let screen = Screen::opened(DEMO, (width, height)).keys(keys);
            screen.is_sound(&name);
            assert_snapshot!(name, screen.text());
        }
    }
}

/// The lines of a picker, from its first page to its last.
fn listed(screen: &mut Screen) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for _ in 0..200 {
        let line = screen
            .text()
            .lines()
            .find_map(|line| line.split_once("│ ▸ "))
            .map(|(_, row)| row.split(" │").next().unwrap().to_owned());
        let Some(line) = line else { break };
        if lines.last() == Some(&line) {
            break;
        }
        lines.push(line);
        screen.press("Down");
    }
    lines
}

#[test]
fn help_lists_exactly_the_keys_of_the_place() {
    for (keys, scopes) in [
        ("1", &[Scope::Servers, Scope::Move, Scope::Global][..]),
        (
            "2",
            &[
                Scope::Catalogue,
                Scope::Arguments,
                Scope::Move,
                Scope::Request,
                Scope::Global,
            ],
        ),
        (
            "2 Enter Esc",
            &[
                Scope::Form,
                Scope::Arguments,
                Scope::Move,
                Scope::Request,
                Scope::Global,
            ],
        ),
        (
            "5",
            &[
                Scope::Traffic,
                Scope::Filter,
                Scope::Move,
                Scope::Request,
                Scope::Global,
            ],
        ),
        (
            "6",
            &[Scope::Logs, Scope::Filter, Scope::Move, Scope::Global],
        ),
        (
            "7",
            &[Scope::Inbox, Scope::Question, Scope::Move, Scope::Global],
        ),
    ] {
        let mut screen = Screen::opened(DEMO, (160, 36)).keys(&format!("{keys} ?"));
        let lines = listed(&mut screen);
        // A recording has keys of its own, before those that work everywhere.
        let (global, of_view) = scopes.split_last().unwrap();
        let expected: Vec<&str> = of_view
            .iter()
            .chain([&Scope::Replay, global])
            .flat_map(|scope| keymap::rows(*scope))
            .map(|row| row.doc)
            .collect();
        assert_eq!(lines.len(), expected.len(), "{keys}: {lines:#?}");
        for (line, doc) in lines.iter().zip(expected) {
            // What a reason leaves no room for is cut.
            let beginning: String = doc.chars().take(8).collect();
            assert!(line.contains(&beginning), "{keys}: {line} is not {doc}");
        }
    }
}

#[test]
fn help_narrows_and_runs() {
    let mut screen = demo("2 ? \"prompts\"");
    let text = screen.text();
    assert!(text.contains("Prompts"), "{text}");
    assert!(!text.contains("A screen up"), "{text}");
    screen.press("Backspace Backspace Backspace Backspace Backspace Backspace Backspace");
    screen.press("\"Logs\" Enter");
    assert!(screen.model.overlays.is_empty());
    assert!(screen.contains("6▸Log"), "{}", screen.text());
}

#[test]
fn the_palette_opens_tools_and_runs_commands() {
    let screen = demo(": \"divide\" Enter");
    assert!(screen.contains("2▸Tools"), "{}", screen.text());
    assert!(screen.contains("divide"), "{}", screen.text());
    let screen = demo(": \"previous tab\" Esc");
    assert!(screen.model.overlays.is_empty());
    let screen = demo("2 : \"pages.txt\" Enter");
    assert!(screen.contains("3▸Res"), "{}", screen.text());
}

#[test]
fn which_key_does_not_hide_the_row_it_is_about() {
    for size in SIZES {
        for (keys, prefix) in [
            ("5", "g"),
            ("5 G", "g"),
            ("5 g e Enter", "y"),
            ("6 G", "g"),
            ("2", "z"),
            ("2 G", "g"),
        ] {
            let mut screen = Screen::opened(DEMO, size).keys(keys);
            let (row, at) = (screen.cursor_line(), screen.cursor);
            screen.press(prefix);
            assert!(screen.contains("Esc cancels"), "{keys} {prefix}");
            assert_eq!(screen.cursor, at, "{keys} {prefix}");
            assert_eq!(screen.cursor_line(), row, "{keys} {prefix} at {size:?}");
            // The hint row can be read, and clicked.
            assert!(screen.line_from_below(0).ends_with("? keys"));
            screen.press("Esc");
            assert!(!screen.contains("Esc cancels"));
        }
    }
}

#[test]
fn copying_a_path_says_so() {
    let screen = demo("5 g e Enter j y p");
    assert_eq!(screen.copied, ["$.id"]);
    assert!(screen.status().contains("copied"), "{}", screen.status());
}

#[test]
fn unknown_keys_are_named_and_do_nothing_else() {
    for (view, keys, named) in [
        ("2", "g z", "gz"),
        ("5 g e Enter", "y Q", "yQ"),
        ("2", "z q", "zq"),
        ("5", "&", "&"),
        ("1", "C-y", "Ctrl-y"),
    ] {
        let mut screen = demo(view);
        let without_status = |screen: &Screen| {
            let mut lines: Vec<String> = screen.text().lines().map(str::to_owned).collect();
            let status = lines.len() - 2;
            lines.remove(status);
            lines
        };
        let before = without_status(&screen);
        screen.press(keys);
        assert_eq!(
            screen.status(),
            format!("{named} is not bound here; ? lists the keys")
        );
        assert_eq!(without_status(&screen), before, "{view} {keys}");
        assert!(screen.orders.is_empty() && screen.sent.is_empty());
    }
}

#[test]
fn disabled_actions_give_their_reason() {
    for (keys, reason) in [
        (
            "1 R",
            "restart: this is a recording; nothing is started or sent",
        ),
        (
            "1 c",
            "connect: this is a recording; nothing is started or sent",
        ),
        (
            "1 a",
            "add-server: this is a recording; nothing is started or sent",
        ),
        ("2 }", "next-server: there is one server only"),
        ("5 C-c", "cancel-call: nothing runs; q asks to quit"),
        ("5 .", "repeat: nothing was called yet"),
    ] {
        let screen = demo(keys);
        assert_eq!(screen.status(), reason, "{keys}");
        assert!(screen.sent.is_empty(), "{keys}");
    }
    // The menu gives the same reasons as the keys.
    let screen = Screen::opened(DEMO, (140, 36)).keys("1 x");
    assert!(screen.contains("this is a recording; nothing is started or sent"));
}

/// The hint row names keys that do something, and nothing else.
#[test]
fn hints_are_enabled() {
    for size in SIZES {
        for keys in [
            "1",
            "2",
            "2 Enter Esc",
            "2 S-Tab",
            "3",
            "4",
            "5",
            "5 g e Enter",
            "6",
            "6 Enter",
        ] {
            let screen = Screen::opened(DEMO, size).keys(keys);
            assert!(!screen.model.areas.hints.is_empty(), "{keys}");
            for (_, action) in &screen.model.areas.hints {
                assert_eq!(screen.model.why_not(*action), None, "{keys}: {action:?}");
                let mut other = Screen::opened(DEMO, size).keys(keys);
                other.act(*action);
                assert!(
                    !other.status().contains("does nothing here"),
                    "{keys} at {size:?}: {}",
                    other.status()
                );
            }
        }
    }
}

#[test]
fn typing_hints_name_the_keys_of_typing() {
    for keys in ["2 Enter", "2 /", "5 /", "6 /", "5 Enter /"] {
        let hints = demo(keys).line_from_below(0);
        assert!(hints.contains("Esc "), "{keys}: {hints}");
        assert!(hints.contains("Enter "), "{keys}: {hints}");
        assert_eq!(hints.contains("Tab "), keys == "2 Enter", "{keys}: {hints}");
    }
}

#[test]
fn q_quits_a_recording_at_once_and_closes_levels_before() {
    let mut screen = demo("5 Enter q");
    assert!(screen.orders.is_empty());
    screen.press("q");
    assert_eq!(screen.orders, [Effect::Quit]);
    assert_eq!(demo("Q").orders, [Effect::Quit]);
}

#[test]
fn escape_leads_out_from_anywhere() {
    for size in SIZES {
        for view in 1..=7 {
            for depth in [
                "Enter",
                "Enter Enter",
                "Enter Esc ] Tab + / \"x\"",
                "/ \"e\"",
                "/ \"e\" Enter n",
                "Tab Tab Tab",
                "+ Tab",
                "g",
                "? \"up\"",
                "x",
                ": \"e\"",
                "Tab Tab / \"e\" Enter",
            ] {
                let mut screen = Screen::opened(DEMO, size).keys(&format!("{view} {depth}"));
                let at = format!("view {view}, {depth} at {size:?}");
                for _ in 0..20 {
                    screen.press("Esc");
                }
                assert!(screen.orders.is_empty(), "{at}");
                assert!(screen.model.overlays.is_empty(), "{at}");
                assert!(screen.model.chords.is_empty(), "{at}");
                assert!(!screen.model.pane().takes_text(), "{at}");
                assert_eq!(
                    screen.status(),
                    "this is the outermost level; q asks to quit",
                    "{at}"
                );
                let number = View::ALL
                    .iter()
                    .position(|other| *other == screen.model.view);
                let root = Screen::opened(DEMO, size).keys(&(number.unwrap() + 1).to_string());
                assert_eq!(screen.model.scopes(), root.model.scopes(), "{at}");
            }
        }
    }
}

/// Every key sequence that is offered after a prefix does what it says: it is bound.
#[test]
fn which_key_offers_only_what_is_bound() {
    for view in 1..=7 {
        let screen = demo(&view.to_string());
        let scopes = screen.model.scopes();
        for row in ACTIONS.iter().filter(|row| scopes.contains(&row.scope)) {
            for keys in row.keys.iter().filter(|keys| keys.contains(' ')) {
                if row.action == Action::Quit {
                    continue;
                }
                let screen = demo(&format!("{view} {keys}"));
                assert!(
                    !screen.status().contains("not bound"),
                    "{view} {keys}: {}",
                    screen.status()
                );
            }
        }
    }
}
