//! `mcpscope serve`: a client of a served recording meets the server that was recorded.

mod generated;
mod transports;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use insta::assert_snapshot;
use mcpscope::json;
use mcpscope::mask::Rules as Masks;
use mcpscope::script::{Act, Delay, Player, Rules};
use mcpscope::serve;
use mcpscope::session::{Channel, Direction};

use crate::support::program::{Home, Run, Running};
use crate::support::{LIMIT, MCPSCOPE, Session};

const ERAS: [&str; 2] = ["legacy", "modern"];

/// A bit of everything: errors, progress, logs, questions, rounds, a task.
const LINES: &str = "list tools
call echo text=one
call echo text=one
call divide dividend=1 divisor=0
call refuse
call nosuch --no-validate
call countdown steps=2 seconds=0
call chatter lines=2
call ask-model
call show-roots
call fill-form
call order-dinner
call bake-bread seconds=0
read demo://greetings/Ada
";

/// What is answered when the server asks.
const ANSWERS: &str = "stub,elicitation=defaults,roots=.";

fn shell(home: &Home, record: &str, options: &[&str], server: &[&str]) -> Run {
    typed(home, LINES, record, options, server)
}

/// The same with other lines.
fn typed(home: &Home, lines: &str, record: &str, options: &[&str], server: &[&str]) -> Run {
    let fixed = ["shell", "--record", record, "--answers", ANSWERS];
    let arguments = [&fixed, options, server].concat();
    home.start_with(&arguments, lines.as_bytes()).end()
}

/// Everything either side said, without what each makes up anew, in an order of its own.
fn said(session: &Session, direction: Direction) -> Vec<String> {
    let wire = session
        .entries
        .iter()
        .filter(|entry| entry.channel == Channel::Wire && entry.direction == direction);
    let mut said: Vec<String> = wire.map(|entry| entry.text().into_owned()).collect();
    said.sort();
    said
}

/// Two sessions of one client: the second with what was recorded in the first.
fn assert_same(recorded: &Path, again: &Path) {
    let (recorded, again) = (Session::read(recorded), Session::read(again));
    for direction in [Direction::Out, Direction::In] {
        assert_eq!(said(&recorded, direction), said(&again, direction));
    }
    let lines = |session: &Session| {
        let stderr = session
            .entries
            .iter()
            .filter(|entry| entry.channel == Channel::Stderr);
        let lines = stderr.map(|entry| entry.text().into_owned());
        let mut lines: Vec<String> = lines
            .filter(|line| {
                !line.starts_with("mcpscope serve: ") && !line.starts_with("recorded in ")
            })
            .collect();
        lines.sort();
        lines
    };
    if again
        .entries
        .iter()
        .all(|entry| entry.channel != Channel::Http)
    {
        assert_eq!(lines(&recorded), lines(&again));
    }
}

#[test]
fn a_recorded_server_is_served_over_stdio_in_both_eras() {
    for era in ERAS {
        let home = Home::new();
        let first = shell(&home, "first.jsonl", &["--era", era], &["--demo"]);
        let served = [MCPSCOPE, "serve", "first.jsonl", "--record", "served.jsonl"];
        let second = shell(
            &home,
            "second.jsonl",
            &["--era", era],
            &[&["--"], &served[..]].concat(),
        );
        assert_eq!(
            (&first.stdout, first.code),
            (&second.stdout, second.code),
            "{first}\n{second}"
        );
        assert_same(&home.path("first.jsonl"), &home.path("second.jsonl"));
        // What the served server saw is the other end of the same.
        let (mine, theirs) = (
            Session::read(&home.path("second.jsonl")),
            Session::read(&home.path("served.jsonl")),
        );
        for direction in [Direction::Out, Direction::In] {
            assert_eq!(said(&mine, direction), said(&theirs, direction), "{era}");
        }
    }
}

/// A server on an address, and that.
pub fn listening(home: &Home, arguments: &[&str]) -> (Running, String) {
    let fixed = ["--listen", "0", "--record"];
    let mut running = home.start(&[&["serve"][..], &fixed, &["served.jsonl"], arguments].concat());
    let url = running.said(|line| line.split_once(" on ").map(|(_, url)| url.to_owned()));
    (running, url)
}

#[cfg(unix)]
#[test]
fn a_recorded_server_is_served_over_http_in_both_eras_and_recorded_again() {
    for era in ERAS {
        let home = Home::new();
        let first = shell(&home, "first.jsonl", &["--era", era], &["--demo"]);
        let (running, url) = listening(&home, &["first.jsonl"]);
        let second = shell(&home, "second.jsonl", &["--era", era], &["--url", &url]);
        assert_eq!(
            (&first.stdout, first.code),
            (&second.stdout, second.code),
            "{era}: {first}\n{second}"
        );
        running.signal(rustix::process::Signal::INT);
        let ended = running.end();
        assert_eq!(ended.code, Some(0), "{ended}");
        assert!(!ended.stderr.contains("unknown"), "{ended}");
        // What was recorded over HTTP is served over HTTP as it was.
        fs::remove_file(home.path("served.jsonl")).unwrap();
        let (running, url) = listening(&home, &["second.jsonl"]);
        let third = shell(&home, "third.jsonl", &["--era", era], &["--url", &url]);
        assert_eq!(
            (&second.stdout, second.code),
            (&third.stdout, third.code),
            "{era}: {third}"
        );
        assert_same(&home.path("second.jsonl"), &home.path("third.jsonl"));
        running.signal(rustix::process::Signal::TERM);
        assert_eq!(running.end().code, Some(0));
        let served = Session::read(&home.path("served.jsonl"));
        assert_eq!(
            said(&served, Direction::In),
            said(&Session::read(&home.path("third.jsonl")), Direction::In)
        );
        assert!(
            served
                .entries
                .iter()
                .any(|entry| entry.text().contains("\"http-response\""))
        );
    }
}

#[test]
fn what_is_not_recorded_is_told_with_what_comes_nearest() {
    let home = Home::new();
    home.run(&[
        "call", "echo", "text=hi", "--demo", "--era", "legacy", "--record", "r.jsonl",
    ]);
    let lines = concat!(
        r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"0"}}}"#,
        "\n",
        r#"{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"echo","arguments":{"text":"ho"}}}"#,
        "\n",
        r#"{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"arguments":{"text":"hi"},"name":"echo"}}"#,
        "\n",
        "nonsense\n",
        r#"{"jsonrpc":"2.0","id":4,"method":"prompts/get","params":{"name":"x"}}"#,
        "\n",
    );
    let run = home
        .start_with(&["serve", "r.jsonl", "--no-record"], lines.as_bytes())
        .end();
    assert_snapshot!("serve-unknown", run);
}

#[test]
fn a_recorded_crash_is_a_crash() {
    let home = Home::new();
    let flags = ["--crash-on", "tools/call", "--stderr", "ouch"];
    let first = home.fake("call echo text=x --era legacy --record r.jsonl", &flags);
    assert_eq!(first.code, Some(9), "{first}");
    let served = ["--", MCPSCOPE, "serve", "r.jsonl", "--no-record"];
    let arguments = [&["call", "echo", "text=x", "--era", "legacy"], &served[..]].concat();
    let again = home.run(&arguments);
    assert_eq!(again.code, Some(9), "{again}");
    let how = |run: &Run| {
        let lines = run.stderr.lines().find(|line| line.starts_with("error: "));
        lines.map(|line| {
            line.split_once(": ")
                .unwrap()
                .1
                .replace("mcpscope", "S")
                .replace("FAKE", "S")
        })
    };
    assert!(how(&first).is_some(), "{first}");
    assert_eq!(
        how(&first).map(|line| line.contains("exit")),
        how(&again).map(|line| line.contains("exit")),
        "{first}\n{again}"
    );
}

#[test]
fn a_live_server_answers_what_is_not_recorded() {
    for era in ERAS {
        let home = Home::new();
        home.run(&[
            "call", "echo", "text=hi", "--demo", "--era", era, "--record", "r.jsonl",
        ]);
        let served = [
            "--",
            MCPSCOPE,
            "serve",
            "r.jsonl",
            "--demo",
            "--record",
            "served.jsonl",
        ];
        let lines = "call echo text=hi\ncall echo text=new\ncall show-roots\n";
        let arguments = [
            &["shell", "--era", era, "--answers", "roots=."],
            &served[..],
        ]
        .concat();
        let run = home.start_with(&arguments, lines.as_bytes()).end();
        assert_eq!(run.code, Some(0), "{run}");
        assert!(
            run.stdout.starts_with("hi\nnew\n") && run.stdout.contains("file://"),
            "{run}"
        );
        assert!(
            run.stderr.contains("2 forwarded") || run.stderr.contains("forwarded"),
            "{run}"
        );
        // And now all of it is recorded.
        let again = ["--", MCPSCOPE, "serve", "served.jsonl", "--no-record"];
        let arguments = [&["call", "echo", "text=new", "--era", era], &again[..]].concat();
        let run = home.run(&arguments);
        assert_eq!((run.stdout.as_str(), run.code), ("new\n", Some(0)), "{run}");
    }
}

#[test]
fn what_is_masked_is_any_value_and_its_mask() {
    let home = Home::new();
    let call = |key: &str, rest: &[&str]| {
        let given = format!("{{\"text\":\"hi\",\"api_key\":\"{key}\"}}");
        let call = [
            "call",
            "echo",
            "--args",
            &given,
            "--no-validate",
            "--era",
            "legacy",
        ];
        home.run(&[&call, rest].concat())
    };
    let recorded = call("s3cr3t-value-123", &["--demo", "--record", "r.jsonl"]);
    let text = fs::read_to_string(home.path("r.jsonl")).unwrap();
    assert!(
        text.contains("‹masked:api_key›") && !text.contains("s3cr3t"),
        "{text}"
    );
    let served = ["--", MCPSCOPE, "serve", "r.jsonl", "--no-record"];
    let again = call("of-somebody-else", &served);
    assert_eq!(
        (&again.stdout, again.code),
        (&recorded.stdout, recorded.code),
        "{again}"
    );
    let said = "mcpscope serve: masked in what was asked, so that any value will do: api_key";
    assert_eq!(again.stderr.matches(said).count(), 1, "{again}");
    // What the server said of it is the mask.
    let call = |text: &str, rest: &[&str]| {
        let text = format!("text={text}");
        home.run(&[&["call", "echo", &text, "--era", "legacy"], rest].concat())
    };
    let secret = "a very long secret";
    let recorded = call(
        secret,
        &[
            "--demo",
            "--env",
            "SECRET_KEY=a very long secret",
            "--record",
            "m.jsonl",
        ],
    );
    assert_eq!(recorded.stdout.trim(), secret, "{recorded}");
    let served = ["--", MCPSCOPE, "serve", "m.jsonl", "--no-record"];
    let again = call("anything", &served);
    assert_eq!(
        (again.stdout.trim(), again.code),
        ("‹masked:SECRET_KEY›", Some(0)),
        "{again}"
    );
    assert!(
        again
            .stderr
            .contains("clients get the masks: SECRET_KEY; --secret SECRET_KEY=VALUE"),
        "{again}"
    );
    let known = [&served[..], &["--secret", "SECRET_KEY=a very long secret"]].concat();
    let again = call(secret, &known);
    assert_eq!(again.stdout.trim(), secret, "{again}");
}

#[test]
fn failures_are_told_before_anything_is_served() {
    let home = Home::new();
    let variable = ["--env", "SECRET_KEY=a very long secret"];
    let call = [
        "call",
        "echo",
        "text=a very long secret",
        "--demo",
        "--record",
        "masked.jsonl",
    ];
    home.run(&[&call[..], &variable].concat());
    home.run(&["masks", "masked.jsonl"]);
    fs::write(
        home.path("silent.jsonl"),
        "{\"mcpscope\":1,\"created\":\"2026-11-21T10:30:00Z\",\"by\":\"x\"}\n",
    )
    .unwrap();
    let told = [
        home.run(&["serve", "nothing.jsonl"]),
        home.run(&["serve", "silent.jsonl"]),
        home.run(&["serve", "masked.jsonl", "--delay", "slow"]),
        home.run(&[
            "serve",
            "masked.jsonl",
            "--secret",
            "SECRET_KEY=a very long secret",
            "--of",
            "nobody",
            "--no-record",
        ]),
        home.run(&[
            "serve",
            "masked.jsonl",
            "--secret",
            "SECRET_KEY=a very long secret",
            "--listen",
            "0.0.0.0:0",
            "--no-record",
        ]),
        home.run(&[
            "serve",
            "masked.jsonl",
            "--secret",
            "SECRET_KEY=a very long secret",
            "--mode",
            "spy",
            "--no-record",
        ]),
    ];
    let told: Vec<String> = told.iter().map(ToString::to_string).collect();
    assert_snapshot!("serve-failures", told.join("\n"));
    let with = [
        "serve",
        "masked.jsonl",
        "--secret",
        "SECRET_KEY=a very long secret",
        "--no-record",
    ];
    assert_eq!(home.run(&with).code, Some(0));
}

#[test]
fn a_recorded_crash_breaks_the_connection_over_http() {
    let home = Home::new();
    let flags = ["--crash-on", "tools/call"];
    let first = home.fake("call echo text=x --era legacy --record r.jsonl", &flags);
    assert_eq!(first.code, Some(9), "{first}");
    let (running, url) = listening(&home, &["r.jsonl"]);
    let again = home.run(&["call", "echo", "text=x", "--era", "legacy", "--url", &url]);
    assert_ne!(again.code, Some(0), "{again}");
    let ended = running.end();
    assert_ne!(ended.code, Some(0), "{ended}");
    let served = Session::read(&home.path("served.jsonl"));
    let last = served.entries.last().unwrap();
    assert!(last.text().contains("\"exit\""), "{}", last.text());
}

/// One request over a connection of its own: the head and the body of what comes back.
pub fn asked(url: &str, method: &str, headers: &str, body: &str) -> (String, String) {
    use std::io::{Read as _, Write as _};
    let (address, path) = url.trim_start_matches("http://").split_once('/').unwrap();
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(LIMIT)).unwrap();
    let length = body.len();
    write!(
        stream,
        "{method} /{path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
    )
    .unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    (head.to_owned(), body.to_owned())
}

#[test]
fn over_http_it_keeps_to_the_rules_of_the_transport() {
    let home = Home::new();
    home.run(&[
        "call", "echo", "text=hi", "--demo", "--era", "legacy", "--record", "r.jsonl",
    ]);
    let (mut running, url) = listening(&home, &["r.jsonl"]);
    let status = |(head, _): (String, String)| head.split(' ').nth(1).unwrap().to_owned();
    let hello = r#"{"jsonrpc":"2.0","id":"h","method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"0"}}}"#;
    let call = r#"{"jsonrpc":"2.0","id":"c","method":"tools/call","params":{"name":"echo","arguments":{"text":"hi"}}}"#;
    assert_eq!(
        status(asked(
            &url,
            "POST",
            "Origin: https://evil.example\r\n",
            hello
        )),
        "403"
    );
    assert_eq!(status(asked(&url, "POST", "", "nonsense")), "400");
    assert_eq!(status(asked(&url, "POST", "", call)), "400");
    assert_eq!(
        status(asked(&url, "POST", "Mcp-Session-Id: nobody\r\n", call)),
        "404"
    );
    let (head, body) = asked(&url, "POST", "Origin: http://localhost:6274\r\n", hello);
    assert!(
        body.contains(r#""id":"h""#) && body.contains("mcpscope-demo"),
        "{body}"
    );
    let session = head
        .lines()
        .find_map(|line| line.strip_prefix("mcp-session-id: "))
        .unwrap();
    let session = format!("Mcp-Session-Id: {session}\r\n");
    let ready = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;
    assert_eq!(status(asked(&url, "POST", &session, ready)), "202");
    let (head, body) = asked(&url, "POST", &session, call);
    assert!(
        head.starts_with("HTTP/1.1 200") && head.contains("application/json"),
        "{head}"
    );
    assert_eq!(
        body,
        r#"{"jsonrpc":"2.0","id":"c","result":{"content":[{"type":"text","text":"hi"}]}}"#
    );
    // Two at once are answered as a stream of two.
    let (head, body) = asked(
        &url,
        "POST",
        &session,
        &format!("[{call},{}]", call.replace("\"c\"", "2")),
    );
    assert!(head.contains("text/event-stream"), "{head}");
    assert_eq!(body.matches("data: ").count(), 2, "{body}");
    assert_eq!(status(asked(&url, "PUT", &session, "")), "405");
    assert_eq!(status(asked(&url, "DELETE", &session, "")), "200");
    assert_eq!(status(asked(&url, "DELETE", &session, "")), "404");
    assert_eq!(status(asked(&url, "POST", &session, call)), "404");
    // What stands alone needs no session, and here there is nothing of its era.
    let modern = r#"{"jsonrpc":"2.0","id":1,"method":"server/discover","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}"#;
    let (head, body) = asked(&url, "POST", "", modern);
    assert!(
        head.starts_with("HTTP/1.1 404") && body.contains("-32601"),
        "{head} {body}"
    );
    let told = running.said(|line| line.contains("less often").then(|| line.to_owned()));
    assert!(
        told.contains("tools/call echo was recorded less often"),
        "{told}"
    );
}

#[test]
fn a_live_server_answers_over_http_too_and_all_of_it_when_told() {
    for (mode, era) in [
        ("spy", "legacy"),
        ("spy", "modern"),
        ("all", "legacy"),
        ("all", "modern"),
    ] {
        let home = Home::new();
        home.run(&[
            "call", "echo", "text=hi", "--demo", "--era", era, "--record", "r.jsonl",
        ]);
        let (running, url) = listening(&home, &["r.jsonl", "--demo", "--mode", mode]);
        let lines = "call echo text=hi\ncall echo text=new\ncall countdown steps=2 seconds=0\ncall show-roots\n";
        let arguments = ["shell", "--era", era, "--answers", "roots=.", "--url", &url];
        let run = home.start_with(&arguments, lines.as_bytes()).end();
        assert_eq!(run.code, Some(0), "{mode} {era}: {run}");
        assert!(
            run.stdout.starts_with("hi\nnew\n") && run.stdout.contains("file://"),
            "{run}"
        );
        drop(running);
    }
}

/// Every recording that comes with mcpscope, played to a client that says what was said when it was said.
#[test]
fn recordings_are_played_as_they_were() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<PathBuf> = Vec::new();
    for folder in ["sessions", "sessions/servers", "tests/formats"] {
        let found = fs::read_dir(root.join(folder)).unwrap();
        let found = found.map(|entry| entry.unwrap().path());
        files.extend(found.filter(|path| path.extension().is_some_and(|end| end == "jsonl")));
    }
    assert!(files.len() > 5, "{files:?}");
    let mut played = 0;
    for path in files {
        let Ok(script) = serve::load(&path, None, &Masks::default(), None) else {
            continue;
        };
        let session = Session::read(&path);
        let rules = Rules {
            delay: Delay::Recorded(1.0),
            ..Rules::default()
        };
        let others = !script.others.is_empty();
        let strays = script.strays;
        let mut player = Player::new(Arc::new(script), rules);
        let (mut heard, mut recorded) = (Vec::new(), Vec::new());
        if others || session.entries.iter().any(|entry| entry.conn > 1) {
            continue;
        }
        for entry in &session.entries {
            player.wake(entry.us);
            if entry.channel == Channel::Process && entry.text().contains("stdin closed") {
                player.close(entry.us);
            }
            if entry.channel != Channel::Wire || json::check(&entry.body).is_err() {
                continue;
            }
            let messages: Vec<&[u8]> = match json::kind(&entry.body) {
                json::Kind::Array => json::elements(&entry.body).collect(),
                _ => vec![&entry.body],
            };
            for message in messages {
                match entry.direction {
                    Direction::Out => drop(player.hear(message, entry.us)),
                    _ => recorded.push(String::from_utf8_lossy(message).into_owned()),
                }
            }
        }
        for act in player.acts() {
            if let Act::Say { frame, .. } = act {
                heard.push(String::from_utf8(frame).unwrap());
            }
        }
        recorded.sort();
        heard.sort();
        if strays == 0 {
            assert_eq!(heard, recorded, "{}", path.display());
            played += 1;
        }
    }
    assert!(played >= 4, "only {played}");
}
