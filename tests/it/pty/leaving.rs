//! However it ends: the terminal is as it was, nothing runs, and the session can be opened.

use rustix::process::Signal;

use crate::support::program::Home;
use crate::support::terminal::Terminal;
use crate::support::{FAKE, eventually, is_alive};

const SIZE: (u16, u16) = (80, 24);

/// A server that holds on to life and has a grandchild; gives the pids of both.
fn connected(home: &Home) -> (Terminal, [u32; 2]) {
    let arguments = ["--", FAKE, "--fork", "--ignore-eof"];
    let mut terminal = Terminal::start(home, &arguments, SIZE);
    terminal.shows("TOOLS ");
    let mut grandchild = None;
    eventually("the grandchild has said who it is", || {
        let text = std::fs::read_to_string(&home.sessions()[0]).unwrap();
        let said = text.split("grandchild ").nth(1);
        grandchild = said.and_then(|rest| rest.split('"').next()?.parse().ok());
        grandchild.is_some()
    });
    let session = home.session();
    let server = session.timeline.state().connection(1).unwrap().pid.unwrap();
    let pids = [server, grandchild.unwrap()];
    assert!(pids.into_iter().all(is_alive));
    (terminal, pids)
}

fn all_is_in_order(home: &Home, terminal: &Terminal, pids: [u32; 2]) {
    terminal.is_given_back();
    for pid in pids {
        eventually(&format!("process {pid} is gone"), || !is_alive(pid));
    }
    let session = home.session();
    assert_eq!(session.loaded.notice(), None);
    assert!(session.methods().contains(&"tools/list".to_owned()));
}

#[test]
fn the_quit_key() {
    let home = Home::new();
    let (mut terminal, pids) = connected(&home);
    assert!(terminal.screen().alternate_screen());
    assert!(terminal.screen().bracketed_paste());
    terminal.send("Q");
    assert_eq!(terminal.end(), Some(0));
    all_is_in_order(&home, &terminal, pids);
}

#[test]
fn q_asks_and_q_again_quits() {
    let home = Home::new();
    let (mut terminal, pids) = connected(&home);
    terminal.send("q");
    let question = terminal.shows("QUIT?");
    assert!(
        question.contains(&format!("(pid {})", pids[0])),
        "{question}"
    );
    terminal.send("\x1b");
    terminal.wait_for("the question is gone", |terminal| {
        !terminal.text().contains("QUIT?")
    });
    assert!(is_alive(pids[0]));
    terminal.send("qq");
    assert_eq!(terminal.end(), Some(0));
    all_is_in_order(&home, &terminal, pids);
}

#[test]
fn signals() {
    for (signal, code) in [(Signal::TERM, 143), (Signal::HUP, 129), (Signal::INT, 130)] {
        let home = Home::new();
        let (mut terminal, pids) = connected(&home);
        terminal.signal(signal);
        assert_eq!(terminal.end(), Some(code));
        all_is_in_order(&home, &terminal, pids);
    }
}

/// A panic of the program cannot be asked for, so this is the part of it that matters here: a program that has taken
/// the terminal as mcpscope does, and panics with the hook that gives it back.
#[test]
fn a_panic() {
    let home = Home::new();
    let mut terminal = Terminal::run(
        &std::env::current_exe().unwrap(),
        &home,
        &[
            "--exact",
            "pty::leaving::the_program_that_panics",
            "--nocapture",
        ],
        SIZE,
        &[(PANIC, "1")],
    );
    assert_ne!(terminal.end(), Some(0));
    terminal.is_given_back();
    // The report comes after, where it can be read.
    let text = terminal.text();
    assert!(text.contains("the forced panic"), "{text}");
    let written = String::from_utf8_lossy(&terminal.bytes);
    assert!(written.contains("drawn"), "{written}");
    assert!(written.find("\x1b[?1049l") < written.find("the forced panic"));
}

const PANIC: &str = "MCPSCOPE_TEST_PANIC";

#[test]
fn the_program_that_panics() {
    if std::env::var_os(PANIC).is_none() {
        return;
    }
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        mcpscope::tui::terminal::leave();
        report(panic);
    }));
    let mut terminal = mcpscope::tui::terminal::Terminal::enter(false).unwrap();
    let size = terminal.size().unwrap();
    terminal
        .draw(size, |buffer| {
            let style = ratatui::style::Style::default();
            buffer.set_string(0, 0, "drawn before the panic", style);
            None
        })
        .unwrap();
    terminal.draw(size, |_| panic!("the forced panic")).unwrap();
}

#[test]
fn without_a_terminal_it_says_so() {
    for arguments in [&[][..], &["--", FAKE], &["open", "x.jsonl"]] {
        let run = Home::new().run(arguments);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
        assert_eq!(
            run.stderr,
            "error: stdin or stdout is no terminal, and the screen needs both\n hint: in scripts, mcpscope list, call, read and get do the same without a screen\n"
        );
    }
}
