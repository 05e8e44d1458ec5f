//! The demo server asks, and a person answers in a real terminal; in both eras.

use crate::support::program::Home;
use crate::support::terminal::Terminal;

const SIZE: (u16, u16) = (80, 24);

fn answers(era: &str) -> Home {
    let home = Home::new();
    let mut terminal = Terminal::start(&home, &["--demo", "--era", era], SIZE);
    terminal.shows("TOOLS 18");
    terminal.send("/fill-form\r");
    terminal.shows("TOOLS 1 of 18");
    terminal.send("\r");
    terminal.shows("Tools › fill-form");
    terminal.send("\r");
    // It comes as a badge; what is looked at stays.
    let seen = terminal.shows("inbox 1");
    assert!(seen.contains("Tools › fill-form"), "{seen}");
    terminal.send("7");
    terminal.shows("INBOX");
    terminal.send("\r");
    terminal.shows("asks you (not mcpscope)");
    terminal.send("Ada\x1b");
    terminal.wait_for("the field is left", |terminal| {
        let text = terminal.text();
        text.contains("[Ada") && !text.contains("keep and next")
    });
    // By the button behind the last field.
    terminal.send("G\r");
    terminal.shows("accepted");
    terminal.send("2");
    terminal.shows("Ada");
    terminal.send("Q");
    assert_eq!(terminal.end(), Some(0));
    home
}

#[test]
fn a_form_is_answered_in_the_handshake_era() {
    let home = answers("legacy");
    let methods = home.session().methods();
    let calls = methods.iter().filter(|method| *method == "tools/call");
    assert_eq!(calls.count(), 1, "{methods:?}");
}

#[test]
fn a_form_is_answered_by_asking_again() {
    let home = answers("modern");
    let methods = home.session().methods();
    let calls = methods.iter().filter(|method| *method == "tools/call");
    assert_eq!(calls.count(), 2, "{methods:?}");
}
