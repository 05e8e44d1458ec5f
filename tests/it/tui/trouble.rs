//! Servers that misbehave: what they did is on the screen, and nothing of it reaches the terminal raw.

use insta::assert_snapshot;

use crate::support::screen::{SIZES, Screen};

const TROUBLE: &str = "sessions/trouble.jsonl";
const CRASH: &str = "sessions/crash.jsonl";

#[test]
fn wild_text_is_shown_and_has_no_effect() {
    for size in SIZES {
        for number in 1..=7 {
            let mut screen = Screen::opened(TROUBLE, size).keys(&number.to_string());
            for step in 0..30 {
                screen.is_sound(&format!("view {number} at {size:?}, row {step}"));
                screen.press("j");
            }
            // The same inside: forms, descriptions, messages, whole lines.
            screen.press("g g");
            for step in 0..24 {
                let inside = format!("view {number} at {size:?}, inside row {step}");
                for keys in ["Enter", "Esc", "]", "]", "Esc", "Esc", "Esc"] {
                    screen.press(keys);
                    screen.is_sound(&inside);
                }
                screen.press("j");
            }
        }
    }
    let screen = Screen::opened(TROUBLE, SIZES[1]).keys("2");
    assert!(
        screen.contains("wild^[[2J^[]0;owned^G"),
        "{}",
        screen.text()
    );
    let screen = Screen::opened(TROUBLE, SIZES[1]).keys("2 j j j j Tab [");
    assert!(screen.contains("‹U+202E›"), "{}", screen.text());
}

#[test]
fn junk_is_counted_and_shown() {
    for (width, height) in SIZES {
        let mut screen = Screen::opened(TROUBLE, (width, height)).keys("1");
        assert!(
            screen.line(0).trim_end().ends_with("junk 1"),
            "{}",
            screen.line(0)
        );
        assert_snapshot!(format!("junk-servers-{width}x{height}"), screen.text());
        screen.press("5 j j j j");
        assert!(screen.cursor_line().contains("!!"));
        assert!(screen.contains("Server v1.0 ready!"), "{}", screen.text());
        screen.press("6");
        assert!(screen.contains("stdout   junk     Server v1.0 ready!"));
        screen.press("2");
        assert!(screen.contains("TOOLS 23"), "its tools can be used");
    }
}

#[test]
fn a_crash_is_told_without_a_key() {
    for (width, height) in SIZES {
        let mut screen = Screen::opened(CRASH, (width, height)).keys("1");
        for words in [
            "✗ exited 3",
            "exited with code 3",
            "OperationalError: connection refused",
        ] {
            assert!(screen.contains(words), "{words}\n{}", screen.text());
        }
        // The evidence is its own line, not only the end of the command.
        assert!(
            screen.text().lines().any(|line| line
                .trim_start_matches(['│', ' '])
                .ends_with("OperationalError: connection refused")
                && line.contains("  OperationalError")),
            "{}",
            screen.text()
        );
        assert_snapshot!(format!("crash-servers-{width}x{height}"), screen.text());
        screen.press("5 G k");
        let row = screen.cursor_line();
        assert!(
            row.contains("tools/call echo") && row.contains("no reply"),
            "{row}"
        );
        assert_snapshot!(format!("crash-traffic-{width}x{height}"), screen.text());
        screen.press("6 G");
        assert!(screen.cursor_line().contains("exited with code 3"));
        assert!(screen.contains("stderr   error    OperationalError: connection refused"));
        // What it listed before it died stays, and so does the call that was lost.
        screen.press("2");
        assert!(screen.contains("no reply"), "{}", screen.text());
    }
}

/// Ahead of everything else the header says what went wrong, however little room there is.
#[test]
fn the_header_keeps_what_matters_on_a_narrow_screen() {
    for width in [60, 66, 72, 80, 90, 100] {
        let screen = Screen::opened(TROUBLE, (width, 24));
        let header = screen.line(0);
        assert!(header.contains("junk 1"), "{header}");
        let screen = Screen::opened(CRASH, (width, 24));
        let header = screen.line(0);
        assert!(header.contains("exited 3"), "{header}");
        assert!(header.contains("read-only"), "{header}");
    }
}
