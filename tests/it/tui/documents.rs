//! Filtering, finding and folding.

use insta::assert_snapshot;

use crate::support::screen::{SIZES, Screen};

const DEMO: &str = "sessions/demo.jsonl";

fn demo(keys: &str) -> Screen {
    Screen::opened(DEMO, SIZES[1]).keys(keys)
}

#[test]
fn documents_at_both_sizes() {
    for (name, keys) in [
        ("tools-filter", "2 / \"tab\""),
        ("tools-filter-empty", "2 / \"zzz\""),
        ("document-folded", "5 g e Enter z M"),
        ("document-find", "5 g e Enter ] / \"divide\" Enter"),
        ("traffic-find", "5 / \"divide\" Enter n"),
        ("traffic-find-typing", "5 / \"div\""),
        ("logs-level", "6 L"),
        ("logs-find", "6 / \"chatter 3\" Enter"),
    ] {
        for (width, height) in SIZES {
            let name = format!("{name}-{width}x{height}");
            let screen = Screen::opened(DEMO, (width, height)).keys(keys);
            screen.is_sound(&name);
            assert_snapshot!(name, screen.text());
        }
    }
}

#[test]
fn a_filter_narrows_stays_and_goes() {
    let mut screen = demo("2 / \"echo\"");
    assert!(screen.contains("TOOLS 1 of 9"), "{}", screen.text());
    screen.press("Enter");
    assert!(screen.contains("TOOLS 1 of 9"), "Enter keeps it");
    assert!(!screen.model.pane().takes_text());
    screen.press("Esc");
    assert!(screen.contains("TOOLS 9"), "Esc removes it");
    assert!(screen.cursor_line().contains("echo"));
}

#[test]
fn finding_goes_round_and_back() {
    let mut screen = demo("5 / \"divide\" Enter");
    let mut rows = Vec::new();
    for _ in 0..5 {
        rows.push(screen.cursor_line());
        screen.press("n");
    }
    assert!(rows.iter().any(|row| row.contains("tools/call divide")));
    screen.press("N");
    assert_eq!(screen.cursor_line(), rows[4]);
    screen.press("/ \"no such words\" Enter");
    assert!(screen.contains("[0/0] no such words"), "{}", screen.text());
    screen.press("n");
    assert_eq!(screen.status(), "find-next: Not found: no such words");
}

#[test]
fn next_error_visits_what_went_wrong() {
    let mut screen = demo("5");
    let mut rows = Vec::new();
    for _ in 0..3 {
        screen.press("g e");
        rows.push(screen.cursor_line());
    }
    assert!(rows[0].contains("tool error"), "{rows:#?}");
    rows.dedup();
    assert_eq!(rows.len(), 3, "{rows:#?}");
    screen.press("g E");
    assert_eq!(screen.cursor_line(), rows[1]);
}

#[test]
fn folds_open_and_close() {
    let mut screen = demo("5 g e Enter");
    let whole = screen.text();
    screen.press("z M");
    let folded = screen.text();
    assert!(
        folded.lines().filter(|line| !line.is_empty()).count()
            < whole.lines().filter(|line| !line.is_empty()).count()
    );
    screen.press("z R");
    assert!(screen.contains("divisor: 0"), "{}", screen.text());
    // One by hand: the cursor stays on the row that is folded.
    screen.press("j j j");
    let row = screen.cursor.unwrap();
    assert!(
        screen.cursor_line().contains("params"),
        "{}",
        screen.cursor_line()
    );
    screen.press("Space");
    assert_eq!(screen.cursor, Some(row));
    assert!(!screen.contains("divisor: 0"), "{}", screen.text());
    screen.press("Space");
    assert!(screen.contains("divisor: 0"), "{}", screen.text());
}

#[test]
fn the_bytes_of_a_message_can_be_copied_as_they_were() {
    let screen = demo("5 g e y r");
    let [copied] = &screen.copied[..] else {
        panic!("{:?}", screen.copied);
    };
    assert!(copied.starts_with("{\"jsonrpc\":\"2.0\""), "{copied}");
    // The spelling of the number is the one that was typed.
    assert!(copied.contains("\"dividend\":1.50"), "{copied}");
    let screen = demo("5 g e y R");
    assert!(
        screen.copied[0].contains("\"isError\":true"),
        "{:?}",
        screen.copied
    );
}

#[test]
fn a_moment_is_the_same_in_traffic_and_logs() {
    let mut screen = demo("6 / \"chatter 1\" Enter g t");
    assert!(screen.contains("5▸Traffic"));
    screen.press("g l");
    assert!(screen.contains("6▸Logs"));
    let mut screen = demo("2 j j j g t");
    let row = screen.cursor_line();
    assert!(row.contains("tools/call divide"), "{row}");
    // The line that is nearest in Logs is of another moment; the way back leads to the same row all the same.
    screen.press("g l g t");
    assert_eq!(screen.cursor_line(), row);
    screen.press("g l k g t");
    assert_ne!(screen.cursor_line(), row);
}

#[test]
fn levels_go_round() {
    let mut screen = demo("6");
    let title = |screen: &Screen| screen.line(3).split("━━").next().unwrap().to_owned();
    let all = title(&screen);
    screen.press("L");
    let mut presses = 1;
    while title(&screen) != all {
        screen.press("L");
        presses += 1;
        assert!(presses < 20, "{}", screen.text());
    }
    assert!(presses > 3);
}
