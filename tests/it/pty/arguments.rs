//! Arguments that outlive a run of mcpscope, and completions that come after a pause.

use mcpscope::session::Entry;

use crate::support::program::Home;
use crate::support::terminal::Terminal;

const SIZE: (u16, u16) = (80, 24);

#[test]
fn a_draft_is_there_after_quitting_and_starting_again() {
    let home = Home::new();
    let mut terminal = Terminal::start(&home, &["--demo"], SIZE);
    terminal.shows("TOOLS 18");
    terminal.send("\r");
    terminal.shows("Tools › echo");
    terminal.send("half a thought");
    terminal.shows("[half a thought");
    // Another view, and the server started anew.
    terminal.send("\x1b");
    terminal.wait_for("the field is left", |terminal| {
        !terminal.text().contains("keep and next")
    });
    terminal.send("1");
    terminal.shows("SERVERS");
    terminal.send("2");
    terminal.shows("[half a thought");
    terminal.send("R");
    terminal.wait_for("another process", |terminal| {
        let methods = home.session().methods();
        let lists = methods.iter().filter(|method| *method == "tools/list");
        terminal.text().contains("[half a thought") && lists.count() == 2
    });
    // At once, without a frame in between.
    terminal.send("i, kept\x1b");
    terminal.shows("[half a thought, kept");
    terminal.wait_for("the field is left", |terminal| {
        !terminal.text().contains("keep and next")
    });
    terminal.send("Q");
    assert_eq!(terminal.end(), Some(0));

    let mut terminal = Terminal::start(&home, &["--demo"], SIZE);
    terminal.shows("TOOLS 18");
    terminal.send("\r");
    let seen = terminal.shows("[half a thought, kept");
    assert!(seen.contains("draft kept"), "{seen}");
    terminal.send("Q\x1b");
    terminal.shows("keptQ");
    terminal.wait_for("the field is left", |terminal| {
        !terminal.text().contains("keep and next")
    });
    terminal.send("Q");
    assert_eq!(terminal.end(), Some(0));
}

#[test]
fn a_prompt_argument_is_completed_after_a_pause() {
    let home = Home::new();
    let mut terminal = Terminal::start(&home, &["--demo"], SIZE);
    terminal.shows("TOOLS 18");
    terminal.send("4j\r");
    terminal.shows("Prompts › invite");
    // The field of the tone: one letter, and what the server has for it.
    terminal.send("Ada\tf");
    terminal.wait_for("a value for f", |terminal| {
        let text = terminal.text();
        text.contains("[f ") && text.contains("from server")
    });
    terminal.send("\t");
    terminal.shows("[formal ");
    // Enter keeps what is typed, whatever is offered.
    terminal.send("\x15fr");
    terminal.wait_for("a value for fr", |terminal| {
        let text = terminal.text();
        text.contains("friendly") && text.contains("[fr ")
    });
    terminal.send("\r\x1b");
    terminal.wait_for("the field is left", |terminal| {
        !terminal.text().contains("keep and next")
    });
    terminal.send("r");
    terminal.shows("› messages");
    terminal.send("Q");
    assert_eq!(terminal.end(), Some(0));
    let session = home.session();
    let sent = String::from_utf8(session.sent()).unwrap();
    assert!(sent.contains(r#""tone":"fr""#), "{sent}");
    let asked = session.methods();
    let asked = asked
        .iter()
        .filter(|method| *method == "completion/complete");
    assert!(asked.count() >= 2, "{sent}");
    let asked = |entry: &&Entry| entry.text().contains("completion/complete");
    assert!(session.entries.iter().filter(asked).all(|entry| entry.aux));
}
