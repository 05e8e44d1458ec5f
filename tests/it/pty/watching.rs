//! A server that is started again on the screen because its program changed.

use crate::support::changing::{SERVER, write};
use crate::support::program::Home;
use crate::support::terminal::Terminal;

#[test]
fn a_change_starts_the_server_again_and_sends_the_last_call_again() {
    let home = Home::new();
    write(&home, "");
    let arguments = ["--watch", "server.sh", "--", SERVER];
    let mut terminal = Terminal::start(&home, &arguments, (120, 36));
    terminal.shows("TOOLS ");
    terminal.send("\r");
    terminal.shows("text *");
    terminal.send("hello\x1b");
    terminal.wait_for("the field is left", |terminal| {
        !terminal.text().contains("keep and next")
    });
    terminal.send("r");
    terminal.shows("ok");
    terminal.send("1");
    terminal.shows("server.sh →");
    write(&home, "--tools 1");
    terminal.shows("server.sh changed; tools +1");
    // Both calls, and both starts.
    terminal.send("5");
    terminal.wait_for("both calls", |terminal| {
        terminal.text().matches("tools/call").count() >= 2
    });
    // Watched no longer.
    terminal.send("1w\x15\r");
    terminal.shows("is not watched");
    terminal.send("Q");
    assert_eq!(terminal.end(), Some(0));
}
