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

#[test]
fn what_is_pinned_is_sent_again_whatever_was_called_since() {
    let home = Home::new();
    write(&home, "");
    let arguments = ["--watch", "server.sh", "--", SERVER];
    let mut terminal = Terminal::start(&home, &arguments, (120, 36));
    terminal.shows("TOOLS ");
    terminal.send("\r");
    terminal.shows("text *");
    let call = |terminal: &mut Terminal, text: &str| {
        terminal.send(format!("{text}\x1b"));
        terminal.wait_for("the field is left", |terminal| {
            !terminal.text().contains("keep and next")
        });
        terminal.send("r");
        terminal.wait_for("the answer", |terminal| {
            let answered = terminal.text();
            answered.contains("[0] text")
                && answered
                    .lines()
                    .any(|line| line.contains(&format!("│ {text}")))
        });
    };
    call(&mut terminal, "pinned-words");
    terminal.send("g.");
    terminal.shows("is pinned: it is sent again when files of");
    terminal.send("\r\x15");
    call(&mut terminal, "other-words");
    terminal.send("1");
    terminal.shows("tools/call echo #");
    write(&home, "--tools 1");
    terminal.shows("2 times in this session");
    terminal.send("5");
    terminal.wait_for("three calls", |terminal| {
        terminal.text().matches("tools/call").count() >= 3
    });
    terminal.send("G");
    terminal.shows("text: \"pinned-words\"");
    // Once more: the last call again.
    terminal.send("g.");
    terminal.shows("is pinned: it is sent again when files of");
    terminal.send("g.");
    terminal.shows("is not pinned any more");
    terminal.send("Q");
    assert_eq!(terminal.end(), Some(0));
}

#[test]
fn each_change_asks_before_what_may_destroy_something() {
    let home = Home::new();
    std::fs::create_dir_all(home.path("home/config")).unwrap();
    std::fs::write(home.path("home/config/config.toml"), "careful = true\n").unwrap();
    write(&home, "");
    let call = ["call", "echo", "text=hello", "--watch", "server.sh"];
    let arguments = [&call[..], &["--", SERVER]].concat();
    let mut terminal = Terminal::start(&home, &arguments, (120, 36));
    terminal.shows("note: watching");
    let answers = |terminal: &mut Terminal, count: usize, watching: usize| {
        terminal.wait_for("as many answers", |terminal| {
            let text = terminal.text();
            let lines = text.lines();
            lines.filter(|line| line.trim() == "hello").count() == count
                && text.matches("note: watching").count() == watching
        })
    };
    // What is typed before a question is no answer to it.
    terminal.send("y\n");
    for (round, reply) in [(2, "n\n"), (3, "y\n"), (4, "yes\n")] {
        write(&home, "");
        terminal.wait_for("the question", |terminal| {
            terminal.text().matches("call it again? [y/N]").count() == round - 1
        });
        terminal.send(reply);
        answers(&mut terminal, round - 1, round);
        terminal.send("y\n");
    }
    assert!(
        terminal
            .text()
            .contains("echo may destroy something: it does not say what it does"),
        "{}",
        terminal.text()
    );
    terminal.send("\x03");
    assert_eq!(terminal.end(), Some(130));
}
