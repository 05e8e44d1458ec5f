//! Which role each cell is drawn in. The theme here has a colour of its own for every role, so that a colour on the
//! screen names its role.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use insta::assert_snapshot;
use mcpscope::tui::theme::{Depth, Role, Theme};
use ratatui::style::{Color, Modifier};

use crate::support::screen::{SIZES, Screen};

const DEMO: &str = "sessions/demo.jsonl";
const TROUBLE: &str = "sessions/trouble.jsonl";
const CRASH: &str = "sessions/crash.jsonl";

/// Role number `n` has the foreground `#0000nn`, and the background too where roles usually paint one.
fn named_theme() -> Theme {
    let mut text = String::from("[roles]\n");
    for (number, role) in Role::ALL.iter().enumerate() {
        let fg = format!("#0000{:02x}", number + 1);
        let paints = matches!(
            role,
            Role::Selection | Role::Match | Role::MatchCurrent | Role::Popup
        );
        let bg = if paints {
            format!(", bg = \"{fg}\"")
        } else {
            String::new()
        };
        let _ = writeln!(text, "\"{}\" = {{ fg = \"{fg}\"{bg} }}", role.name());
    }
    Theme::parse(&text, Depth::Rgb).unwrap()
}

fn role_of(colour: Color) -> &'static str {
    match colour {
        Color::Rgb(0, 0, number) => Role::ALL[usize::from(number) - 1].name(),
        Color::Reset => "-",
        other => panic!("a colour that no role has: {other:?}"),
    }
}

/// The lines of a screen, each stretch of one role after the role's name.
fn roles(screen: &Screen) -> String {
    let mut out = String::new();
    for y in 0..screen.buffer.area.height {
        let mut line = String::new();
        let mut last = None;
        let text = screen.line(y);
        // Rows end where their text does, but a row that is painted is painted to the end.
        let end = text.trim_end().chars().count() as u16;
        for x in 0..screen.buffer.area.width {
            let cell = &screen.buffer[(x, y)];
            let (fg, bg) = (role_of(cell.fg), role_of(cell.bg));
            if x >= end && bg == "-" {
                break;
            }
            let name = if bg == "-" || bg == fg {
                fg.to_owned()
            } else {
                format!("{fg} on {bg}")
            };
            if last.as_ref() != Some(&name) {
                let _ = write!(line, "⟨{name}⟩");
                last = Some(name);
            }
            line.push_str(cell.symbol());
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

fn named(path: &str, size: (u16, u16), keys: &str) -> Screen {
    Screen::opened_in(path, size, named_theme()).keys(keys)
}

#[test]
fn roles_on_the_smallest_screen() {
    let small = (60, 16);
    for (name, path, keys) in [
        ("servers-crash", CRASH, "1"),
        ("tools", DEMO, "2 j"),
        ("tools-filter", DEMO, "2 / \"di\""),
        ("form", DEMO, "2 j Enter"),
        ("result", DEMO, "2 j j j S-Tab"),
        ("traffic", DEMO, "5 g e"),
        ("traffic-junk", TROUBLE, "5 j j j j"),
        ("traffic-find", DEMO, "5 / \"divide\" Enter"),
        ("json", DEMO, "5 g e Enter ]"),
        ("json-find", DEMO, "5 g e Enter ] / \"result\" Enter"),
        ("logs", CRASH, "6 G"),
        ("logs-find", CRASH, "6 / \"ready\" Enter"),
        ("which-key", DEMO, "2 z"),
        ("palette", DEMO, ": \"di\""),
        ("unbound", DEMO, "2 g z"),
    ] {
        let screen = named(path, small, keys);
        assert_snapshot!(format!("roles-{name}"), roles(&screen));
    }
}

/// A role nobody draws in is a promise in theme files that is not kept. These show only live, or in values no recording
/// here has, or wait for what they are for.
#[test]
fn every_role_is_seen_somewhere() {
    let mut seen = BTreeSet::new();
    for size in SIZES {
        for path in [DEMO, TROUBLE, CRASH] {
            for keys in [
                "1",
                "2",
                "2 / \"e\"",
                "2 Enter",
                "2 Enter \"x\" Esc",
                "2 j Enter",
                "2 j Enter Tab \"x\"",
                "2 j Enter Esc 0",
                "2 j j j S-Tab",
                "2 j j j j j S-Tab ]",
                "3 Enter",
                "4 j Enter",
                "5 G",
                "5 j j j j",
                "5 g e Enter ]",
                "5 g e Enter ] / \"result\" Enter",
                "5 / \"e\" Enter",
                "6 G",
                "6 / \"r\" Enter",
                "?",
                ":",
                "g",
                "g z",
                "5 g e Enter y p",
            ] {
                let screen = named(path, size, keys);
                for cell in screen.buffer.content() {
                    seen.insert(role_of(cell.fg));
                    seen.insert(role_of(cell.bg));
                }
            }
        }
    }
    let unseen: Vec<&str> = Role::ALL
        .iter()
        .map(|role| role.name())
        .filter(|name| {
            // Several servers, diffs and code are in no recording here; `highlight` tests the last. Masks are in none yet.
            let elsewhere = ["series.", "diff.", "code."]
                .iter()
                .any(|group| name.starts_with(group));
            !seen.contains(name) && !elsewhere
        })
        .collect();
    assert_snapshot!(unseen.join(", "), @"surface, cursor, pending, dir.in, json.mask, state.null");
}

/// `mono` is for terminals without colours: there are none, and nothing is told by colour alone.
#[test]
fn mono_has_no_colour_and_says_everything() {
    let mono = || Theme::load("dark", Depth::None).unwrap();
    for size in SIZES {
        for path in [DEMO, TROUBLE, CRASH] {
            for keys in [
                "1",
                "2 j",
                "2 j Enter",
                "3",
                "4",
                "5 g e",
                "5 g e Enter ]",
                "6 G",
                "?",
                ": \"e\"",
                "g",
            ] {
                let screen = Screen::opened_in(path, size, mono()).keys(keys);
                for cell in screen.buffer.content() {
                    let colours = (cell.fg, cell.bg, cell.underline_color);
                    let none = (Color::Reset, Color::Reset, Color::Reset);
                    assert_eq!(colours, none, "{path} {keys}");
                }
                // The same words, with and without colours.
                assert_eq!(
                    screen.text(),
                    Screen::opened(path, size).keys(keys).text(),
                    "{path} {keys}"
                );
            }
        }
        // What is selected, what has the focus, what failed: in words and marks.
        let screen = Screen::opened_in(DEMO, size, mono()).keys("5 g e");
        assert!(screen.cursor_line().starts_with('▸'));
        let at = screen.cursor.unwrap();
        assert!(screen.buffer[at].modifier.contains(Modifier::REVERSED));
        assert!(screen.cursor_line().contains("tool error"));
        assert!(screen.contains("━▌TRAFFIC"));
        let screen = Screen::opened_in(CRASH, size, mono()).keys("1");
        assert!(screen.contains("✗ exited 3"));
        let screen = Screen::opened_in(DEMO, size, mono()).keys("2 Enter Esc d");
        assert!(screen.contains("✗ required"), "{}", screen.text());
    }
}
