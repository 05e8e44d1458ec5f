//! A tap that is told what to do while it runs: by the command line, by a connection that breaks off, over stdio and
//! over HTTP.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdin, ChildStdout};
use std::thread;

use mcpscope::json;
use mcpscope::session::Channel;
use mcpscope::tap::control::caller::Caller;
use mcpscope::tap::control::words::Command;

use super::http::Tap;
use super::{session, tap};
use crate::support::program::{Home, Run};
use crate::support::web::{Web, behave};
use crate::support::{LIMIT, eventually};

const FIRST: &str = r#"{"jsonrpc":"2.0","id":1,"method":"a"}"#;
const SECOND: &str = r#"{"jsonrpc":"2.0","id":2,"method":"b"}"#;

/// `mcpscope tap control WORDS`
pub fn control(home: &Home, words: &[&str]) -> Run {
    home.run(&[&["tap", "control"], words].concat())
}

pub fn said(home: &Home, words: &[&str]) -> String {
    let run = control(home, words);
    assert_eq!(run.code, Some(0), "{words:?}: {run}");
    run.stdout
}

/// A tap before `cat`, which gives back what it is told.
struct Echo {
    home: Home,
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl Echo {
    fn start() -> Self {
        let home = Home::new();
        let mut child = tap(&home, &["cat"]).spawn().unwrap();
        let to = child.stdin.take().unwrap();
        let from = BufReader::new(child.stdout.take().unwrap());
        let mut echo = Self {
            home,
            child,
            to,
            from,
        };
        // Once something has passed it is there to be told.
        echo.send(FIRST);
        assert_eq!(echo.line(), FIRST);
        echo
    }

    fn send(&mut self, line: &str) {
        writeln!(self.to, "{line}").unwrap();
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.from.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// The socket of the tap.
    fn socket(&self) -> std::path::PathBuf {
        self.home
            .path(&format!("home/state/taps/{}.sock", self.child.id()))
    }

    fn end(mut self) -> Home {
        drop(self.to);
        assert!(self.child.wait().unwrap().success());
        self.home
    }
}

/// The number of the only frame that is held.
pub fn held(home: &Home) -> String {
    let list = said(home, &["wait", "--json"]);
    let first = json::elements(list.as_bytes()).next().unwrap();
    String::from_utf8_lossy(json::get(first, &["frame"]).unwrap()).into_owned()
}

#[test]
fn a_frame_is_held_changed_and_let_go_while_others_pass() {
    let mut echo = Echo::start();
    let home = &echo.home;
    assert_eq!(said(home, &["list"]), "nothing is held\n");
    assert_eq!(said(home, &["hold", "method:a", "dir:out"]), "rule 1\n");
    echo.send(FIRST);
    echo.send(SECOND);
    assert_eq!(echo.line(), SECOND);
    let frame = held(&echo.home);
    let list = said(&echo.home, &["list"]);
    assert_eq!(
        list,
        format!("#{frame} to the server: a id 1, 37 B (hold:method:a dir:out)\n")
    );
    assert_eq!(said(&echo.home, &["show", &frame]), format!("{FIRST}\n"));
    let changed = FIRST.replace("\"a\"", "\"changed\"");
    std::fs::write(echo.home.path("new.json"), &changed).unwrap();
    let edit = said(&echo.home, &["edit", &frame, "--frame", "@new.json"]);
    assert_eq!(edit, format!("#{frame} changed and released\n"));
    assert_eq!(echo.line(), changed);
    // Released as it is, answered, dropped.
    for (words, comes) in [
        (vec!["release"], Some(FIRST)),
        (
            vec!["answer", "N", "{\"x\":1}"],
            Some(r#"{"jsonrpc":"2.0","id":1,"result":{"x":1}}"#),
        ),
        (vec!["drop", "N"], None),
    ] {
        echo.send(FIRST);
        let frame = held(&echo.home);
        let words: Vec<&str> = words
            .into_iter()
            .map(|word| if word == "N" { &frame } else { word })
            .collect();
        said(&echo.home, &words);
        if let Some(comes) = comes {
            assert_eq!(echo.line(), comes, "{words:?}");
        }
    }
    assert_eq!(
        said(&echo.home, &["rules"]),
        "1 hold:method:a dir:out, struck 4 frames\n"
    );
    assert_eq!(said(&echo.home, &["clear", "1"]), "1 rule taken away\n");
    echo.send(FIRST);
    assert_eq!(echo.line(), FIRST);
    let session = session(&echo.end());
    let instead: Vec<String> = session
        .entries
        .iter()
        .filter(|entry| matches!(&entry.channel, Channel::Other(_)))
        .map(|entry| entry.text().into_owned())
        .collect();
    assert_eq!(instead, [changed]);
    assert!(session.timeline.state().tap.held().is_empty());
}

#[test]
fn all_behind_one_wait_and_follow_in_their_order() {
    let mut echo = Echo::start();
    said(&echo.home, &["hold", "--all", "method:a", "dir:out"]);
    echo.send(FIRST);
    for number in 0..20 {
        echo.send(&SECOND.replace("\"id\":2", &format!("\"id\":{number}")));
    }
    said(&echo.home, &["wait", "21"]);
    assert_eq!(said(&echo.home, &["clear"]), "1 rule taken away\n");
    assert_eq!(echo.line(), FIRST);
    for number in 0..20 {
        assert_eq!(
            echo.line(),
            SECOND.replace("\"id\":2", &format!("\"id\":{number}"))
        );
    }
    echo.end();
}

#[test]
fn a_controller_that_breaks_off_stops_nothing() {
    let mut echo = Echo::start();
    let mut caller = Caller::connect(&echo.socket()).unwrap();
    let rule = Command::Rule {
        text: "hold".to_owned(),
        keep: false,
    };
    caller.ask(&rule, Some(LIMIT)).unwrap();
    echo.send(FIRST);
    caller.ask(&Command::Wait(1), Some(LIMIT)).unwrap();
    drop(caller);
    assert_eq!(echo.line(), FIRST);
    let home = &echo.home;
    eventually("its rule is gone", || {
        said(home, &["rules"]) == "no rules\n"
    });
    // A half line of nonsense and a connection without a word do no harm either.
    let mut odd = std::os::unix::net::UnixStream::connect(echo.socket()).unwrap();
    odd.write_all(b"\xff{\n{\"do\":").unwrap();
    drop(odd);
    echo.send(SECOND);
    assert_eq!(echo.line(), SECOND);
    echo.end();
}

#[test]
fn bytes_stay_what_they_are_while_rules_come_and_go() {
    let mut echo = Echo::start();
    let mut caller = Caller::connect(&echo.socket()).unwrap();
    let sent = super::noise(4 << 20);
    let Echo { to, from, .. } = &mut echo;
    let came = thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for piece in sent.chunks(1 << 12) {
                to.write_all(piece).unwrap();
            }
        });
        let reader = scope.spawn(|| {
            let mut came = vec![0; sent.len()];
            from.read_exact(&mut came).unwrap();
            came
        });
        let mut turns = 0;
        while !writer.is_finished() || turns == 0 {
            let rule = Command::Rule {
                text: "hold:method:none".to_owned(),
                keep: true,
            };
            for command in [rule, Command::Clear(None)] {
                caller.ask(&command, Some(LIMIT)).unwrap();
            }
            turns += 1;
        }
        writer.join().unwrap();
        // What has no end of its line yet is held back for as long as there are rules only.
        reader.join().unwrap()
    });
    assert!(came == sent);
    echo.end();
}

#[test]
fn what_is_held_goes_on_when_its_sender_ends() {
    let mut echo = Echo::start();
    said(&echo.home, &["hold", "dir:out"]);
    echo.send(SECOND);
    said(&echo.home, &["wait"]);
    drop(echo.to);
    let mut line = String::new();
    echo.from.read_line(&mut line).unwrap();
    assert_eq!(line.trim_end(), SECOND);
    assert!(echo.child.wait().unwrap().success());
}

#[test]
fn the_socket_is_this_users_and_goes_with_the_tap() {
    use std::os::unix::fs::PermissionsExt as _;
    let echo = Echo::start();
    let socket = echo.socket();
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&socket), 0o600);
    assert_eq!(mode(socket.parent().unwrap()), 0o700);
    let home = echo.end();
    assert!(!socket.exists());
    // What was killed leaves it behind, until somebody looks.
    let echo = Echo::start();
    let socket = echo.socket();
    let Echo {
        home: other,
        mut child,
        ..
    } = echo;
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(socket.exists());
    let run = control(&other, &["list"]);
    assert_eq!((run.code, socket.exists()), (Some(2), false), "{run}");
    drop(home);
}

#[test]
fn requests_and_answers_over_http_are_held_and_changed() {
    let web = Web::new(behave);
    let tap = Tap::start(&["--to", &web.url("/mcp")]);
    let call = || {
        let url = tap.url("/mcp");
        let words = ["call", "echo", "text=hi", "--no-record", "--url", &url];
        tap.home.start(&words)
    };
    said(&tap.home, &["hold", "method:tools/call", "dir:out"]);
    let running = call();
    let frame = held(&tap.home);
    let body = said(&tap.home, &["show", &frame]);
    said(
        &tap.home,
        &["edit", &frame, "--frame", &body.replace("hi", "there")],
    );
    let run = running.end();
    assert_eq!(
        (run.stdout.as_str(), run.code),
        ("hello\n", Some(0)),
        "{run}"
    );
    let asked = web.asked();
    let asked = asked.iter().find(|asked| asked.rpc() == "tools/call");
    assert!(String::from_utf8_lossy(&asked.unwrap().body).contains("there"));
    // Answered by hand: the server never hears of it.
    let running = call();
    let frame = held(&tap.home);
    let result = r#"{"content":[{"type":"text","text":"by hand"}]}"#;
    said(&tap.home, &["answer", &frame, result]);
    assert_eq!(running.end().stdout, "by hand\n");
    said(&tap.home, &["clear"]);
    // The answer this time.
    said(&tap.home, &["hold", "method:tools/call", "dir:in"]);
    let running = call();
    let frame = held(&tap.home);
    let body = said(&tap.home, &["show", &frame]);
    said(
        &tap.home,
        &["edit", &frame, "--frame", &body.replace("hello", "bye")],
    );
    assert_eq!(running.end().stdout, "bye\n");
    // A client that gives up takes what it waits for along.
    let url = tap.url("/mcp");
    let words = [
        "call",
        "echo",
        "text=hi",
        "--no-record",
        "--timeout",
        "300ms",
        "--url",
        &url,
    ];
    assert_eq!(tap.home.run(&words).code, Some(8));
    let home = &tap.home;
    eventually("nothing is held", || {
        said(home, &["list"]) == "nothing is held\n"
    });
    let session = tap.end();
    assert!(session.timeline.state().tap.held().is_empty());
}

#[test]
fn every_command_and_what_cannot_be_done_is_told() {
    use std::fmt::Write as _;
    let mut transcript = String::new();
    let mut told = |home: &Home, words: &str| {
        let words: Vec<&str> = words.split(' ').collect();
        let run = control(home, &words);
        let _ = writeln!(
            transcript,
            "$ mcpscope tap control {}\n{run}\n",
            words.join(" ")
        );
    };
    let home = Home::new();
    for words in ["list", "list --json"] {
        told(&home, words);
    }
    let echo = Echo::start();
    for words in [
        "list --tap nobody",
        "hold method:",
        "hold colour:red",
        "fault burn",
        "fault status=500",
        "rules",
        "hold method:x",
        "fault drop:method:y --json",
        "rules",
        "rules --json",
        "clear 7",
        "clear 2",
        "clear",
        "show 7",
        "release 7",
        "release",
        "drop 7",
        "drop 7 --json",
        "edit 7 --frame {}",
        "edit 7",
        "edit 7 --frame @nothing",
        "answer 7 {}",
        "answer 7 {",
        "list",
        "list --json",
        "wait --timeout 10ms",
    ] {
        told(&echo.home, words);
    }
    echo.end();
    insta::assert_snapshot!("tap_control", transcript);
}
