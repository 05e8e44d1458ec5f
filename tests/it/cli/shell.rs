//! `mcpscope shell`: lines of commands over one connection, for scripts and for people.

use insta::assert_snapshot;

use crate::support::program::{Home, Run, untimed};

/// A shell over the demo server that is given these lines.
fn demo(options: &[&str], lines: &str) -> (Home, Run) {
    let home = Home::new();
    let arguments = [&["shell"], options, &["--demo"]].concat();
    let run = home.start_with(&arguments, lines.as_bytes()).end();
    (home, run)
}

#[test]
fn lines_are_commands_over_one_connection() {
    let lines = "# a remark\n\ncall echo text=one\ncall echo 'text=two words'\ncall divide dividend=1 divisor=8\nread 'demo://greetings/{name}' name=Ada\nquit\ncall echo text=never\n";
    let (home, run) = demo(&[], lines);
    assert_snapshot!(run, @r"
    --- stdout
    one
    two words
    0.125
    Good day, Ada. You expanded a URI template.
    --- exit 0
    ");
    let methods = home.session().methods();
    let count = |name: &str| methods.iter().filter(|method| *method == name).count();
    assert_eq!(
        (
            count("server/discover"),
            count("tools/list"),
            count("tools/call")
        ),
        (1, 1, 3)
    );
}

#[test]
fn a_line_that_fails_does_not_end_the_others() {
    let lines = "call nothing-like-it\ncall echo text='open\nlst tools\ncall\ncall echo text=x --bar\nlist tolls\ncall echo text=x --demo\ncall echo --args -\ncall refuse\ncall echo text=last\n";
    let (_home, run) = demo(&[], lines);
    assert_snapshot!("shell-failures", run);
    let (_home, run) = demo(&["-e"], "call echo text=a\nlst tools\ncall echo text=b\n");
    assert_eq!((run.stdout.as_str(), run.code), ("a\n", Some(2)), "{run}");
}

#[test]
fn answers_are_as_each_line_asks_or_all_do() {
    let (_home, run) = demo(
        &["--json", "--no-record"],
        "call echo text=a\ncall nope\ncall echo text=b --ndjson\n",
    );
    assert_snapshot!("shell-json", untimed(&run.to_string()));
}

#[test]
fn help_is_the_table_of_commands() {
    let (_home, run) = demo(&[], "help\nhelp call\n");
    assert_eq!(run.code, Some(0), "{run}");
    for word in [
        "list",
        "call",
        "subscribe",
        "tasks",
        "quit",
        "--no-validate",
    ] {
        assert!(run.stdout.contains(word), "{word}: {run}");
    }
}

#[test]
fn a_server_that_goes_ends_the_shell() {
    let home = Home::new();
    let arguments = [
        "shell",
        "--",
        crate::support::FAKE,
        "--crash-on",
        "tools/call",
    ];
    let run = home
        .start_with(
            &arguments,
            b"list tools\ncall echo text=x\ncall echo text=y\n",
        )
        .end();
    assert_eq!(run.code, Some(9), "{run}");
    assert!(run.stdout.contains("echo(text: string)"), "{run}");
}

/// ux.md, check 54: list, call, answer an elicitation, quit; nothing is drawn over.
#[test]
fn a_person_is_asked_for_what_is_missing() {
    let lines =
        "tools echo\n1\nhello\ntools book-t\ncall 1\nAda\nmany\n3\no\n3\n\n\n\n\n\n\nquit\n";
    let (_home, run) = demo(&["--plain"], lines);
    assert!(
        !run.stdout.contains('\u{1b}') && !run.stderr.contains('\u{1b}'),
        "{run}"
    );
    assert_snapshot!("shell-plain", untimed(&run.to_string()));
}

#[test]
fn a_person_answers_what_the_server_asks() {
    for era in ["legacy", "modern"] {
        let lines = "call order-dinner guests=2\nc\n\ncall order-dinner guests=3\n\nd\nquit\n";
        let (_home, run) = demo(&["--plain", "--era", era], lines);
        assert_eq!(run.code, Some(0), "{run}");
        assert!(
            run.stdout.contains("Server demo asks for order-dinner: "),
            "{run}"
        );
        assert!(run.stdout.contains("Enter to accept"), "{run}");
    }
}

#[test]
fn a_dumb_terminal_gets_lines() {
    let home = Home::new();
    let mut command = home.command(&["--demo"]);
    command.env("TERM", "dumb");
    let out = command.stdin(std::process::Stdio::null()).output().unwrap();
    let text = String::from_utf8(out.stdout).unwrap();
    assert!(
        text.starts_with("mcpscope demo: connected, 2026-07-28"),
        "{text}"
    );
    assert_eq!(out.status.code(), Some(0));
    let run = home.start_with(&["--plain", "--demo"], b"quit\n").end();
    assert!(run.stdout.starts_with("mcpscope demo: connected"), "{run}");
}

/// A shell somebody types at: what it is given so far, and what it has said.
struct Typed {
    child: std::process::Child,
    said: std::sync::mpsc::Receiver<String>,
}

impl Typed {
    fn new(home: &Home, arguments: &[&str]) -> Self {
        use std::io::BufRead as _;
        use std::process::Stdio;
        let mut command = home.command(arguments);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let lines = std::io::BufReader::new(child.stdout.take().unwrap()).lines();
        let (sender, said) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            lines
                .map_while(Result::ok)
                .try_for_each(|line| sender.send(line))
        });
        Self { child, said }
    }

    fn types(&mut self, lines: &str) {
        use std::io::Write as _;
        self.child
            .stdin
            .as_mut()
            .unwrap()
            .write_all(lines.as_bytes())
            .unwrap();
    }

    fn says(&self) -> String {
        self.said
            .recv_timeout(crate::support::LIMIT)
            .expect("an answer while stdin stays open")
    }
}

impl Drop for Typed {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn an_answer_does_not_wait_for_the_next_line() {
    let home = Home::new();
    let mut shell = Typed::new(&home, &["shell", "--demo"]);
    for behind in ["", "\n", "# a remark\n", "lst\n", "call 'open\n"] {
        shell.types(&format!("call echo text=a\n{behind}"));
        assert_eq!(shell.says(), "a", "{behind:?}");
    }
    // What is listened to is shown at once, whatever lines stand behind it.
    shell.types("call echo text=b\nlisten --for 1h\ncall echo text=c\n");
    assert_eq!(shell.says(), "b");
}

#[test]
fn events_come_in_their_order() {
    let lines = "call echo text=a\ncall countdown steps=1 seconds=0\n";
    let (_home, run) = demo(&["--ndjson", "--no-record"], lines);
    let events = run
        .stdout
        .lines()
        .filter_map(|line| mcpscope::json::string_at(line.as_bytes(), &["event"]));
    assert_eq!(
        events.collect::<Vec<_>>(),
        ["result", "notification", "result"],
        "{run}"
    );
}

#[test]
fn what_a_line_declares_goes_with_its_own_calls_only() {
    let lines = "listen --level debug --for 50ms\ncall echo text=a\ncall bake-bread seconds:=0.1 ask:=false --task\ncall echo text=b\n";
    let (home, run) = demo(&["--era", "modern"], lines);
    assert!(
        run.stdout.ends_with("a\nOne bread, brown crust.\nb\n"),
        "{run}"
    );
    let text = std::fs::read_to_string(&home.sessions()[0]).unwrap();
    let calls = text
        .lines()
        .filter(|line| line.contains("\"method\":\"tools/call\""));
    let declared: Vec<bool> = calls
        .map(|line| line.contains("io.modelcontextprotocol/tasks"))
        .collect();
    assert_eq!(declared, [false, true, false], "{text}");
    let level = text.find("log level debug").expect("calls carry the level");
    assert!(
        text[level..].contains("calls carry nothing extra from now on"),
        "{text}"
    );
    // A handshake has settled it; nothing is said of it.
    let (home, run) = demo(&["--era", "legacy"], lines);
    assert_eq!(run.code, Some(0), "{run}");
    let text = std::fs::read_to_string(&home.sessions()[0]).unwrap();
    assert!(
        !text.contains("kept for connections of 2026-07-28"),
        "{text}"
    );
}
