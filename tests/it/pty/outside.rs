//! Other programs on our terminal: they get it as it was, their keys are theirs, and we come back whole.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use crate::support::FAKE;
use crate::support::program::Home;
use crate::support::screen::file;
use crate::support::terminal::Terminal;

const SIZE: (u16, u16) = (80, 24);

/// A program that is a script.
fn script(home: &Home, name: &str, body: &str) -> PathBuf {
    let path = home.path(name);
    fs::write(&path, format!("#!/bin/sh\n{body}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
    path
}

/// In the form of `echo`, out of its field.
fn in_form(home: &Home, editor: &str) -> Terminal {
    let variables = [("EDITOR", editor), ("VISUAL", "")];
    let mut terminal = Terminal::start_with(home, &["--", FAKE], SIZE, &variables);
    terminal.shows("TOOLS ");
    terminal.send("\r");
    terminal.shows("Tools › echo");
    terminal.send("before\x1b");
    terminal.wait_for("the field is left", |terminal| {
        !terminal.text().contains("keep and next")
    });
    terminal
}

#[test]
fn an_editor_gets_the_terminal_and_its_text_comes_back() {
    let home = Home::new();
    // It asks on the terminal what to write: its keys must come to it, whole and in lines.
    let editor = script(
        &home,
        "editor",
        "cat \"$1\"; test -s \"$(dirname \"$1\")/schema.json\" && echo 'the schema is there'\n\
         stty -a | grep -q ' icanon' && stty -a | grep -q ' echo ' && echo 'the terminal is plain'\n\
         read -r words; printf '{\"text\": \"%s\"}' \"$words\" > \"$1\"\n\
         printf '\\033[?1049h\\033[?25l\\033[?1h'; stty raw -echo",
    );
    let mut terminal = in_form(&home, editor.to_str().unwrap());
    terminal.send("e");
    terminal.shows("the terminal is plain");
    let seen = terminal.text();
    assert!(seen.contains("\"text\": \"before\""), "{seen}");
    assert!(seen.contains("the schema is there"), "{seen}");
    terminal.is_given_back();
    // Ctrl-C would be for the editor; Q is text.
    terminal.send("Quite after\r");
    terminal.shows("[Quite after");
    let screen = terminal.screen();
    assert!(screen.alternate_screen(), "it is ours again");
    assert!(screen.bracketed_paste(), "so is what is pasted");
    assert_ne!(
        screen.mouse_protocol_mode(),
        vt100::MouseProtocolMode::None,
        "so is the mouse"
    );
    // Keys are ours again, and at the end the terminal is as it was at the start, not as the editor left it.
    terminal.send("2");
    terminal.send("Q");
    assert_eq!(terminal.end(), Some(0));
    terminal.is_given_back();
}

#[test]
fn an_editor_that_fails_changes_nothing() {
    let home = Home::new();
    let editor = script(
        &home,
        "editor",
        "echo '{\"text\": \"lost\"}' > \"$1\"; exit 1",
    );
    let mut terminal = in_form(&home, editor.to_str().unwrap());
    terminal.send("e");
    let seen = terminal.shows("ended with code 1: nothing was changed");
    assert!(seen.contains("[before"), "{seen}");
    terminal.send("Q");
    assert_eq!(terminal.end(), Some(0));
}

#[test]
fn what_is_no_json_stands_in_the_text_tab_and_goes_to_the_editor_again() {
    let home = Home::new();
    let editor = script(
        &home,
        "editor",
        "if grep -q broken \"$1\"; then echo '{\"text\": \"mended\"}' > \"$1\"; else echo '{broken' > \"$1\"; fi",
    );
    let mut terminal = in_form(&home, editor.to_str().unwrap());
    terminal.send("e");
    let seen = terminal.shows("JSON has an error at 1:2");
    assert!(
        seen.contains("[JSON]") && seen.contains("{broken"),
        "{seen}"
    );
    terminal.send("e");
    terminal.shows("\"mended\"");
    terminal.send("Q");
    assert_eq!(terminal.end(), Some(0));
}

#[test]
fn an_interrupt_is_for_the_program_and_a_termination_for_both() {
    let home = Home::new();
    let editor = script(
        &home,
        "editor",
        "trap 'echo interrupted' INT; trap 'echo terminated; exit 1' TERM; echo ready\n\
         while :; do sleep 0.1; done",
    );
    let mut terminal = in_form(&home, editor.to_str().unwrap());
    terminal.send("e");
    terminal.shows("ready");
    terminal.send("\x03");
    terminal.shows("interrupted");
    terminal.signal(rustix::process::Signal::TERM);
    assert_ne!(terminal.end(), Some(0));
    let written = String::from_utf8_lossy(&terminal.bytes);
    assert!(written.contains("terminated"), "{written}");
    terminal.is_given_back();
}

/// A recorded message in the viewer, as JSON.
fn in_document(home: &Home, variables: &[(&str, &str)]) -> Terminal {
    let path = file("sessions/demo.jsonl");
    let none = ["DISPLAY", "WAYLAND_DISPLAY", "TMUX", "SSH_CONNECTION"].map(|name| (name, ""));
    let variables = [&none[..], variables].concat();
    let arguments = ["open", path.to_str().unwrap()];
    let mut terminal = Terminal::start_with(home, &arguments, SIZE, &variables);
    terminal.shows("Tools 9");
    terminal.send("g");
    terminal.send("g");
    terminal.send("\r");
    terminal.shows("$.");
    terminal
}

#[test]
fn a_copy_reaches_the_terminal_as_base64_in_one_sequence() {
    let home = Home::new();
    let mut terminal = in_document(&home, &[("SSH_TTY", "/dev/pts/1")]);
    terminal.send("yp");
    terminal.shows("copied path by OSC 52: $");
    let written = String::from_utf8_lossy(&terminal.bytes).into_owned();
    let (_, rest) = written.split_once("\x1b]52;c;").unwrap();
    let (encoded, _) = rest.split_once('\x07').unwrap();
    assert!(encoded.starts_with("JC"), "$. in base64: {encoded}");
    terminal.send("Q");
    assert_eq!(terminal.end(), Some(0));
}

#[test]
fn a_value_is_printed_to_the_normal_screen_until_enter() {
    let home = Home::new();
    let mut terminal = in_document(&home, &[]);
    terminal.send("pp");
    let seen = terminal.shows("[Enter goes back to mcpscope]");
    assert!(seen.lines().any(|line| line.starts_with("$.")), "{seen}");
    terminal.is_given_back();
    terminal.send("\n");
    terminal.shows("? keys");
    terminal.send("Q");
    assert_eq!(terminal.end(), Some(0));
}

#[test]
fn a_pager_gets_the_document_and_one_that_fails_is_named() {
    let home = Home::new();
    let pager = script(
        &home,
        "pager",
        "echo x >> \"$0.runs\"; echo \"$(cat \"$1\") paged $(grep -c x \"$0.runs\"), now a key\"; read -r key; test \"$key\" = fine",
    );
    let mut terminal = in_document(&home, &[("PAGER", pager.to_str().unwrap())]);
    terminal.send("o");
    terminal.shows("connect paged 1, now a key");
    terminal.is_given_back();
    terminal.send("fine\r");
    terminal.shows("? keys");
    terminal.send("o");
    terminal.shows("connect paged 2, now a key");
    terminal.send("bad\r");
    terminal.shows("pager ended with code 1");
    terminal.send("Q");
    assert_eq!(terminal.end(), Some(0));
}

#[test]
fn a_query_runs_in_a_process_of_its_own() {
    let home = Home::new();
    let mut terminal = in_document(&home, &[]);
    terminal.send("\\");
    terminal.shows("Query:");
    terminal.send("[\"an\", \"swer\"] | add");
    terminal.shows("\"answer\"");
    terminal.send("\x15.. | nosuch");
    terminal.shows("there is no filter nosuch");
    // One that never ends can be left like any other, and is gone with us.
    terminal.send("\x15def f: f; f");
    terminal.shows("running");
    terminal.send("\x1b");
    terminal.wait_for("the document is there again", |terminal| {
        !terminal.text().contains("Query:")
    });
    terminal.send("Q");
    assert_eq!(terminal.end(), Some(0));
}

#[test]
fn a_command_and_a_file_get_the_value() {
    let home = Home::new();
    let mut terminal = in_document(&home, &[]);
    terminal.send("!\tgrep -c event; echo words >&2; exit 7\r");
    // Words that are not in the command itself.
    let seen = terminal.shows("stderr");
    assert!(seen.contains("exit 7") && seen.contains("words"), "{seen}");
    terminal.send("\x1b");
    terminal.wait_for("the document is there again", |terminal| {
        !terminal.text().contains("! grep")
    });
    let path = home.path("kept.json");
    terminal.send(format!("W\t\x15{}\r", path.display()));
    terminal.shows("wrote ");
    let kept = fs::read_to_string(&path).unwrap();
    assert!(kept.contains("event"), "{kept}");
    terminal.send(format!("W\x15{}\r", path.display()));
    terminal.shows("Enter again overwrites");
    assert_eq!(fs::read_to_string(&path).unwrap(), kept);
    terminal.send("\r");
    // The line is open until it is told that the file is written.
    terminal.wait_for("it is overwritten", |terminal| {
        !terminal.text().contains("Write value to:")
            && fs::read_to_string(&path).is_ok_and(|now| now != kept)
    });
    terminal.send("Q");
    assert_eq!(terminal.end(), Some(0));
}
