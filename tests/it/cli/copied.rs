//! What was copied runs as it is and gives the same result: command lines, and curl.

use std::process::{Command, Stdio};

use mcpscope::json;
use mcpscope::snippet::{Form, Server, Subject};

use crate::support::MCPSCOPE;
use crate::support::program::Home;
use crate::support::web::{Asked, Web, behave, behave_modern};

/// A subject of which only server and revision are known.
fn subject(server: Server, revision: &str) -> Subject {
    Subject {
        name: "server".to_owned(),
        server,
        listed: None,
        implementation: None,
        revision: revision.parse().ok(),
        method: String::new(),
        params: json::Value::Null,
        schema: None,
        answer: None,
    }
}

/// Runs a line as it would be run by hand: by `sh`, with mcpscope on the path.
fn sh(home: &Home, line: &str, variables: &[(&str, &str)]) -> (String, Option<i32>) {
    let folder = std::path::Path::new(MCPSCOPE).parent().unwrap();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders = vec![folder.to_owned()];
    folders.extend(std::env::split_paths(&path));
    let out = Command::new("sh")
        .args(["-c", line])
        .current_dir(home.folder.path())
        .env("PATH", std::env::join_paths(folders).unwrap())
        .env("MCPSCOPE_HOME", home.path("home"))
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    (String::from_utf8(out.stdout).unwrap(), out.status.code())
}

#[test]
fn a_command_line_gives_the_same_result() {
    let home = Home::new();
    let odd =
        r#"{"name":"O'Neil \"$HOME\" `x`\\n\t\u202e","guests":4,"budget":50.50,"note":"a\nb"}"#;
    let words = ["call", "book-table", "--args", odd, "--era", "legacy"];
    let run = home.run(&[&words[..], &["--", MCPSCOPE, "demo-server"]].concat());
    assert_eq!(run.code, Some(0), "{run}");
    let session = std::fs::read(&home.sessions()[0]).unwrap();
    let request = session
        .split(|byte| *byte == b'\n')
        .filter_map(|line| json::get(line, &["json"]))
        .find(|body| json::string_at(body, &["method"]).as_deref() == Some("tools/call"))
        .unwrap();
    let server = Server::Process {
        command: vec![MCPSCOPE.to_owned(), "demo-server".to_owned()],
        cwd: None,
        env: vec!["API_KEY".to_owned()],
    };
    let mut subject = subject(server, "2025-11-25");
    subject.read(request).unwrap();
    let line = Form::Cli.write(&subject).unwrap().text;
    let (stdout, code) = sh(&home, &line, &[("API_KEY", "k")]);
    assert_eq!((stdout, code), (run.stdout, run.code), "{line}");
}

/// What a verb sent, taken out of its recording, as a command line that sends it again.
fn again(home: &Home, method: &str, revision: &str, schema: Option<&str>) -> String {
    let newest = home.sessions().pop().unwrap();
    let session = std::fs::read(newest).unwrap();
    let request = session
        .split(|byte| *byte == b'\n')
        .filter(|line| json::string_at(line, &["dir"]).as_deref() == Some("out"))
        .filter_map(|line| json::get(line, &["json"]))
        .find(|body| json::string_at(body, &["method"]).as_deref() == Some(method))
        .unwrap_or_else(|| panic!("{method} was not sent"));
    let server = Server::Process {
        command: vec![MCPSCOPE.to_owned(), "demo-server".to_owned()],
        cwd: None,
        env: Vec::new(),
    };
    let mut subject = subject(server, revision);
    subject.schema = schema.map(|schema| schema.as_bytes().to_vec());
    subject.read(request).unwrap();
    Form::Cli.write(&subject).unwrap().text
}

#[test]
fn whatever_is_sent_has_a_command_that_gives_the_same_answer() {
    let whole = r#"{"type":"object","properties":{"guests":{"type":"integer","maximum":12}}}"#;
    for (verb, method, schema, says) in [
        (
            &["list", "tools"][..],
            "tools/list",
            None,
            "mcpscope list tools",
        ),
        (
            &["list", "templates"],
            "resources/templates/list",
            None,
            "mcpscope list templates",
        ),
        (
            &["call", "echo", "text=it's"],
            "tools/call",
            None,
            "mcpscope call echo",
        ),
        (
            &[
                "call",
                "book-table",
                "name=A",
                "guests:=99",
                "--no-validate",
            ],
            "tools/call",
            Some(whole),
            "--no-validate",
        ),
        (
            &["read", "demo://data/rainfall.csv"],
            "resources/read",
            None,
            "mcpscope read",
        ),
        (
            &["get", "invite", "guest=Ada"],
            "prompts/get",
            None,
            "mcpscope get invite",
        ),
        (
            &["complete", "prompt", "invite", "language", "d"],
            "completion/complete",
            None,
            "mcpscope request completion/complete",
        ),
        (
            &["request", "no/such"],
            "no/such",
            None,
            "mcpscope request no/such",
        ),
        (
            &["notify", "notifications/x", r#"{"a":1.50}"#],
            "notifications/x",
            None,
            "mcpscope notify notifications/x",
        ),
    ] {
        for (era, revision) in [("legacy", "2025-11-25"), ("modern", "2026-07-28")] {
            let home = Home::new();
            let words = [verb, &["--era", era, "--", MCPSCOPE, "demo-server"]].concat();
            let run = home.run(&words);
            let line = again(&home, method, revision, schema);
            assert!(line.contains(says), "{line}");
            let (stdout, code) = sh(&home, &line, &[]);
            let is_request = line.contains("mcpscope request") && verb[0] == "complete";
            // Suggestions are told a line each by one, as they came by the other.
            assert!(
                stdout == run.stdout || is_request,
                "{line}\n{stdout}\n{run}"
            );
            assert_eq!(code, run.code, "{line}");
        }
    }
}

#[test]
fn curl_gives_the_same_result_in_both_eras() {
    if Command::new("curl").arg("--version").output().is_err() {
        // Not every machine that builds this has one.
        return;
    }
    let home = Home::new();
    for (web, revision, says) in [
        (Web::new(behave), "2025-06-18", "hello"),
        (Web::new(behave_modern), "2026-07-28", "modern"),
    ] {
        let server = Server::Address {
            url: format!("{}?token=masked", web.url("/mcp")),
            headers: vec!["Authorization".to_owned()],
            sse: false,
            cacert: None,
            insecure: false,
        };
        let mut subject = subject(server, revision);
        subject
            .read(br#"{"id":7,"method":"tools/call","params":{"name":"echo","arguments":{"text":"it's"}}}"#)
            .unwrap();
        let line = Form::Curl.write(&subject).unwrap().text;
        let variables = [("AUTHORIZATION", "Bearer x"), ("TOKEN", "t")];
        let (stdout, code) = sh(&home, &line, &variables);
        assert_eq!(code, Some(0), "{line}\n{stdout}");
        assert!(stdout.contains(says), "{line}\n{stdout}");
        let asked = web.asked();
        let call = asked.last().unwrap();
        assert_eq!(call.header("authorization"), Some("Bearer x"));
        assert_eq!(call.header("mcp-protocol-version"), Some(revision));
        if revision == "2026-07-28" {
            assert_eq!(asked.len(), 1);
            assert_eq!(call.header("mcp-method"), Some("tools/call"));
            assert_eq!(call.header("mcp-name"), Some("echo"));
        } else {
            let methods: Vec<String> = asked.iter().map(Asked::rpc).collect();
            let wanted = ["initialize", "notifications/initialized", "tools/call"];
            assert_eq!(methods, wanted);
            assert!(call.header("mcp-session-id").is_some());
        }
    }
}
