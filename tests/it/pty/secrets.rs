//! Secrets on the screen: what is typed and repeated is masked in every file, and goes out as it is when it is sent again.

use crate::cli::secrets::is_nowhere;
use crate::support::program::Home;
use crate::support::terminal::Terminal;

#[test]
fn a_value_that_is_typed_and_sent_again_is_in_no_file() {
    let home = Home::new();
    let arguments = ["--demo", "--env", "KEY=CANARY-by-hand"];
    let mut terminal = Terminal::start(&home, &arguments, (80, 24));
    terminal.shows("TOOLS 18");
    terminal.send("\r");
    terminal.shows("Tools › echo");
    terminal.send("it is CANARY-by-hand");
    terminal.shows("[it is CANARY-by-hand");
    terminal.send("\x1b");
    terminal.wait_for("the field is left", |terminal| {
        !terminal.text().contains("keep and next")
    });
    terminal.send("r");
    terminal.shows("it is ‹masked:KEY›");
    // From Traffic the request is sent as it was recorded, but for its mask: the answer is masked anew.
    terminal.send("5G");
    terminal.shows("tools/call echo");
    terminal.send("r");
    terminal.wait_for("both calls are answered", |_| {
        let session = home.session();
        let masked = session.entries.iter().filter(|entry| {
            entry
                .extra
                .as_deref()
                .is_some_and(|extra| extra.contains("\"mask\""))
        });
        masked.count() == 4
    });
    terminal.send("Q");
    assert_eq!(terminal.end(), Some(0));
    is_nowhere(&home, "CANARY-by-hand");
}
