//! From the first screen to a result, and what happens to the terminal meanwhile.

use crate::support::FAKE;
use crate::support::program::Home;
use crate::support::screen::file;
use crate::support::terminal::Terminal;

const SIZE: (u16, u16) = (80, 24);

#[test]
fn from_nothing_to_a_result() {
    let home = Home::new();
    let mut terminal = Terminal::start(&home, &[], SIZE);
    let first = terminal.shows("? keys");
    assert!(first.contains("1▸Srv"), "{first}");
    assert!(first.contains("○ off") && first.contains("demo"), "{first}");
    terminal.send("\r");
    let tools = terminal.shows("TOOLS 18");
    assert!(tools.contains("2▸Tools"), "{tools}");
    terminal.wait_for("the cursor is on the first tool", |terminal| {
        terminal.cursor_line().starts_with("▸ echo")
    });
    terminal.send("\r");
    terminal.shows("Tools › echo");
    // The first field takes letters at once, q among them.
    terminal.send("quick");
    terminal.shows("[quick");
    // Down to Run, and run.
    terminal.send("\t\r");
    terminal.wait_for("a result", |terminal| {
        let text = terminal.text();
        text.contains("› result") && text.lines().any(|line| line.trim() == "quick")
    });
    terminal.send("Q");
    assert_eq!(terminal.end(), Some(0));
    let session = home.session();
    let methods = session.methods();
    assert!(methods.contains(&"tools/call".to_owned()), "{methods:?}");
}

#[test]
fn a_resize_keeps_what_is_selected() {
    let home = Home::new();
    let path = file("sessions/demo.jsonl");
    let path = path.to_str().unwrap();
    let mut terminal = Terminal::start(&home, &["open", path], (200, 60));
    // Keys go to what is there: first all of it.
    terminal.shows("Traffic 30");
    terminal.shows("Tools 9");
    terminal.send("2jjj");
    terminal.wait_for("divide is selected", |terminal| {
        terminal.cursor_line().starts_with("▸ divide")
    });
    for size in [(80, 24), (59, 15), (80, 24)] {
        terminal.resize(size);
        if size.0 < 60 {
            terminal.shows("mcpscope needs 60x16");
        } else {
            terminal.wait_for("divide is still selected", |terminal| {
                terminal.text().contains("? keys") && terminal.cursor_line().starts_with("▸ divide")
            });
        }
    }
    // A recording has nothing to lose.
    terminal.send("q");
    assert_eq!(terminal.end(), Some(0));
    assert!(home.sessions().is_empty(), "looking records nothing");
}

#[test]
fn pasted_text_is_text() {
    let home = Home::new();
    let mut terminal = Terminal::start(&home, &["--", FAKE], SIZE);
    terminal.shows("TOOLS ");
    terminal.send("\r");
    terminal.shows("Tools › echo");
    terminal.send("\x1b[200~qQ x:1\x1b[201~");
    terminal.shows("[qQ x:1");
    terminal.send("\x1bQ");
    assert_eq!(terminal.end(), Some(0));
}

#[test]
fn without_colours_there_are_none() {
    let home = Home::new();
    let path = file("sessions/crash.jsonl");
    let arguments = ["open", path.to_str().unwrap()];
    let mut terminal = Terminal::start_with(&home, &arguments, SIZE, &[("NO_COLOR", "1")]);
    terminal.shows("Trf 11");
    for (key, words) in [
        ("1", "✗ exited 3"),
        ("2", "TOOLS 4"),
        ("5", "went wrong"),
        ("6", "LOGS "),
        ("?", "KEYS"),
    ] {
        terminal.send(key);
        terminal.shows(words);
    }
    terminal.send("\x1b\x1b");
    terminal.send("Q");
    assert_eq!(terminal.end(), Some(0));
    let colours: Vec<String> = styles(&terminal.bytes)
        .into_iter()
        .filter(|style| {
            style.split([';', ':']).any(|code| {
                let code: u16 = code.parse().unwrap_or(0);
                matches!(code, 30..=38 | 40..=48 | 58 | 90..=97 | 100..=107)
            })
        })
        .collect();
    assert!(colours.is_empty(), "{colours:?}");
    // The same with colours has some: the test can fail.
    let mut terminal = Terminal::start(&home, &arguments, SIZE);
    terminal.shows("read-only");
    assert!(
        styles(&terminal.bytes)
            .iter()
            .any(|style| style.contains("38;"))
    );
}

/// The parameters of every SGR sequence.
fn styles(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    text.split("\x1b[")
        .skip(1)
        .filter_map(|rest| {
            let end = rest.find(|c: char| !(c.is_ascii_digit() || c == ';' || c == ':'))?;
            rest[end..].starts_with('m').then(|| rest[..end].to_owned())
        })
        .collect()
}

#[test]
fn nothing_is_written_while_nothing_happens() {
    let home = Home::new();
    let mut terminal = Terminal::start(&home, &[], SIZE);
    terminal.shows("? keys");
    assert_eq!(terminal.idle_bytes(), 0, "before anything is connected");
    terminal.send("\r");
    terminal.shows("TOOLS 18");
    assert_eq!(terminal.idle_bytes(), 0, "with a server connected");
    terminal.send("Q");
    assert_eq!(terminal.end(), Some(0));
}

#[test]
fn a_crash_is_on_the_screen_without_a_key() {
    let home = Home::new();
    let arguments = [
        "--",
        FAKE,
        "--crash-on",
        "initialize",
        "--exit",
        "3",
        "--last-words",
        "OperationalError: connection refused",
    ];
    let mut terminal = Terminal::start(&home, &arguments, SIZE);
    terminal.wait_for("what happened, and why", |terminal| {
        let text = terminal.text();
        text.contains("exited") && text.contains("OperationalError: connection refused")
    });
    let text = terminal.shows("code 3");
    assert!(text.contains("1▸Srv"), "{text}");
    terminal.send("q");
    assert_eq!(terminal.end(), Some(0));
}

#[test]
fn wild_servers_have_no_hold_on_the_terminal() {
    let home = Home::new();
    let mut terminal = Terminal::start(&home, &["--", FAKE, "--wild", "--bad-utf8"], SIZE);
    terminal.shows("TOOLS ");
    terminal.send("G");
    for keys in ["5G", "6G", "2"] {
        terminal.send(keys);
    }
    terminal.shows("wild^[[2J");
    terminal.send("Q");
    assert_eq!(terminal.end(), Some(0));
    let written = String::from_utf8(terminal.bytes.clone()).unwrap();
    for wild in [
        "\x1b[2J\x1b]0;owned",
        "\x1b]0;owned",
        "\x1b]8;;",
        "\u{202e}",
    ] {
        assert!(!written.contains(wild), "{wild:?}");
    }
}

#[test]
fn keys_that_come_at_once_are_all_taken() {
    let home = Home::new();
    let mut terminal = Terminal::start(&home, &["--", FAKE], SIZE);
    terminal.shows("TOOLS ");
    terminal.send("\r");
    terminal.shows("Tools › echo");
    let long: String = ('a'..='z').cycle().take(3_000).collect();
    terminal.send(&long);
    terminal.send("\t\r");
    terminal.shows("› result");
    terminal.send("Q");
    assert_eq!(terminal.end(), Some(0));
    let sent = String::from_utf8(home.session().sent()).unwrap();
    assert!(sent.contains(&format!("\"text\":\"{long}\"")), "{sent}");
}
