//! What is printed when things work: lists and results, for people and as JSON, and what servers do beside answering.

use insta::assert_snapshot;
use mcpscope::{json, text};

use crate::support::program::{Home, Run};

fn fake(verb: &str, flags: &[&str]) -> Run {
    Home::new().fake(verb, flags)
}

fn demo(arguments: &[&str]) -> Run {
    Home::new().run(&[arguments, &["--demo"]].concat())
}

#[test]
fn lists_are_one_line_each() {
    assert_snapshot!(fake("list tools", &[]), @r#"
    --- stdout
    echo(text: string) — Returns its text.
    slow() — Answers after some steps.
    fail() — Fails with isError.
    error() — Answers with an error.
    --- exit 0
    "#);
    assert_snapshot!(fake("list resources", &[]), @r#"
    --- stdout
    fake://one (text/plain) one
    fake://two (application/json) two
    fake://three (application/octet-stream) three
    --- exit 0
    "#);
    assert_snapshot!(fake("list templates", &[]), @r#"
    --- stdout
    fake://item/{id} (text/plain) item
    --- exit 0
    "#);
    assert_snapshot!(fake("list prompts", &[]), @r#"
    --- stdout
    plain() — No arguments.
    greet(who) — One argument.
    --- exit 0
    "#);
}

#[test]
fn odd_schemas_still_make_a_line() {
    let run = fake("list tools", &["--schema-zoo"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert!(
        run.stdout.lines().count() > 4 && run.stdout.lines().all(|line| line.contains('(')),
        "{run}"
    );
}

#[test]
fn json_is_one_object_with_what_the_server_sent() {
    assert_snapshot!(fake("list tools --json --no-record --era legacy", &[]), @r#"
    --- stdout
    {"server":{"name":"fake","version":"0","protocol":"2025-06-18"},"recording":null,"tools":[{"name":"echo","description":"Returns its text.","inputSchema":{"type":"object","properties":{"text":{"type":"string"}},"required":["text"]}},{"name":"slow","description":"Answers after some steps.","inputSchema":{"type":"object","properties":{}}},{"name":"fail","description":"Fails with isError.","inputSchema":{"type":"object","properties":{}}},{"name":"error","description":"Answers with an error.","inputSchema":{"type":"object","properties":{}}}],"complete":true}
    --- exit 0
    "#);
    assert_snapshot!(fake("list templates --json --no-record", &["--dual"]), @r#"
    --- stdout
    {"server":{"name":"fake","version":"0","protocol":"2026-07-28"},"recording":null,"resourceTemplates":[{"uriTemplate":"fake://item/{id}","name":"item","mimeType":"text/plain"}],"complete":true}
    --- exit 0
    "#);
    let run = fake("call echo text=x --json", &[]);
    assert!(
        json::check(run.stdout.trim_end().as_bytes()).is_ok(),
        "{run}"
    );
    let document = run.stdout.as_bytes();
    let names: Vec<_> = json::members(document).map(|(name, _)| name).collect();
    assert_eq!(
        names,
        [
            "server",
            "recording",
            "tool",
            "arguments",
            "took_us",
            "result"
        ]
    );
    assert_eq!(
        json::get(document, &["result"]).unwrap(),
        br#"{"content":[{"type":"text","text":"x"}]}"#
    );
    assert!(
        json::string_at(document, &["recording"])
            .unwrap()
            .ends_with("-fake-mcp-server.jsonl"),
        "{run}"
    );
}

#[test]
fn arguments_keep_their_order_and_spelling() {
    let json = r#"{"z":1.50,"a":1E2,"big":12345678901234567890123,"text":"é","nil":null}"#;
    for arguments in [
        vec!["call", "echo", "--args", json],
        vec![
            "call",
            "echo",
            "z:=1.50",
            "a:=1E2",
            "big:=12345678901234567890123",
            "text=é",
            "nil:=null",
        ],
    ] {
        let home = Home::new();
        let run =
            home.run(&[&arguments[..], &["--", crate::support::FAKE, "--echo-args"]].concat());
        assert_eq!(run.stdout.trim_end(), json, "{run}");
    }
}

#[test]
fn arguments_come_from_a_file_or_stdin_too() {
    let home = Home::new();
    std::fs::write(home.path("a.json"), "{\"text\":\n\"from a file\"}").unwrap();
    assert_eq!(
        home.run(&["call", "echo", "--args", "@a.json", "--demo"])
            .stdout,
        "from a file\n"
    );
    let run = home
        .start_with(
            &["call", "echo", "--args", "-", "--demo"],
            br#"{"text":"from stdin"}"#,
        )
        .end();
    assert_eq!(run.stdout, "from stdin\n", "{run}");
}

#[test]
fn results_show_every_kind_of_content() {
    assert_snapshot!(demo(&["call", "divide", "dividend=1", "divisor=8"]), @r#"
    --- stdout
    0.125
    --- exit 0
    "#);
    let run = demo(&["call", "show-blocks"]);
    for card in [
        "[image  image/png  ",
        "[audio  audio/wav  ",
        "[resource  demo://",
        "[resource link  demo://",
    ] {
        assert!(run.stdout.contains(card), "{run}");
    }
}

#[test]
fn every_era_and_revision_is_spoken() {
    for (verb, flags, protocol) in [
        ("--era legacy", &[][..], "2025-06-18"),
        ("--era auto", &["--revision", "2024-11-05"], "2024-11-05"),
        (
            "--protocol 2025-03-26",
            &["--revision", "2025-03-26"],
            "2025-03-26",
        ),
        ("", &["--modern"], "2026-07-28"),
        ("--era modern", &["--dual"], "2026-07-28"),
        ("--era legacy", &["--dual"], "2025-06-18"),
        ("", &["--dual-pinned"], "2026-07-28"),
        ("", &["--exit-on-probe"], "2025-06-18"),
        ("--probe-timeout 200ms", &["--silent-probe"], "2025-06-18"),
        (
            "--probe-timeout 100ms",
            &["--probe-after-initialize"],
            "2026-07-28",
        ),
        ("", &["--probe-error", "-32600"], "2025-06-18"),
        (
            "",
            &["--refuse-version-once", "2026-07-28", "--modern"],
            "2026-07-28",
        ),
        ("", &["--refuse-version", "2025-06-18"], "2025-06-18"),
    ] {
        let run = fake(&format!("list tools --json {verb}"), flags);
        let spoken = json::string_at(run.stdout.as_bytes(), &["server", "protocol"]);
        assert_eq!(spoken.as_deref(), Some(protocol), "{verb} {flags:?}: {run}");
        assert_eq!(run.code, Some(0), "{verb} {flags:?}: {run}");
    }
}

#[test]
fn junk_on_stdout_is_named_and_stops_nothing() {
    assert_snapshot!(fake("list templates", &["--junk-first", "Server ready!", "--junk-first", ""]), @r#"
    --- stdout
    fake://item/{id} (text/plain) item
    --- stderr
    warning: server wrote 13 bytes to stdout that are not JSON-RPC: Server ready!
    warning: server wrote an empty line to stdout, which is not JSON-RPC
    --- exit 0
    "#);
    let flags = [
        "--junk-first",
        "a",
        "--junk-first",
        "b",
        "--junk-first",
        "c",
        "--junk-first",
        "d",
    ];
    assert_snapshot!(fake("list templates", &flags), @r#"
    --- stdout
    fake://item/{id} (text/plain) item
    --- stderr
    warning: server wrote 1 byte to stdout that is not JSON-RPC: a
    warning: server wrote 1 byte to stdout that is not JSON-RPC: b
    warning: server wrote 1 byte to stdout that is not JSON-RPC: c
    warning: server wrote 4 lines (4 B) to stdout that are not JSON-RPC in all
    --- exit 0
    "#);
    let run = fake("list templates", &["--bad-utf8"]);
    assert!(
        run.code == Some(0) && run.stderr.contains("not utf-8"),
        "{run}"
    );
}

#[test]
fn stderr_comes_through_unless_hidden() {
    let flags = [
        "--stderr",
        "starting \u{1b}[31mred",
        "--stderr-partial",
        "no newline",
    ];
    assert_snapshot!(fake("list templates", &flags), @r#"
    --- stdout
    fake://item/{id} (text/plain) item
    --- stderr
    starting ^[[31mred
    no newline
    --- exit 0
    "#);
    assert_snapshot!(fake("list templates --quiet", &flags), @r#"
    --- stdout
    fake://item/{id} (text/plain) item
    --- exit 0
    "#);
    let long = "x".repeat(5_000);
    assert!(
        fake("list templates", &["--stderr", &long])
            .stderr
            .contains(&long)
    );
}

#[test]
fn nothing_wild_comes_out_raw() {
    for verb in [
        "list tools",
        "list resources",
        "list prompts",
        "call wild",
        "list tools --json",
        "call wild --json",
    ] {
        let run = fake(
            verb,
            &[
                "--wild",
                "--junk-first",
                "\u{1b}]0;x\u{7}",
                "--stderr",
                "\u{202e}\u{9b}2J",
            ],
        );
        for output in [&run.stdout, &run.stderr] {
            assert!(
                !output.chars().any(|c| c != '\n' && text::is_unsafe(c)),
                "{verb}: {output:?}"
            );
        }
    }
    let json = fake("list tools --json", &["--wild"]).stdout;
    let list = fake("list tools --json --era legacy", &["--wild"]).stdout;
    let name = json::elements(json::get(json.as_bytes(), &["tools"]).unwrap())
        .filter_map(|tool| json::string_at(tool, &["name"]))
        .find(|name| name.starts_with("wild"));
    assert!(
        name.is_some_and(|name| name.contains("\u{1b}[2J") && name.contains('\u{202e}')),
        "the exact text is there: {list}"
    );
}

#[test]
fn lists_come_whole_and_never_for_ever() {
    let pages = fake("list tools", &["--pages", "7", "--tools", "40"]);
    assert_eq!(pages.stdout, fake("list tools", &["--tools", "40"]).stdout);
    assert_eq!(pages.stdout.lines().count(), 44);
    assert_eq!(
        fake("list tools", &["--tools", "3000"])
            .stdout
            .lines()
            .count(),
        3004
    );
    let run = fake("list templates", &["--page-loop"]);
    assert!(
        run.code == Some(0)
            && run
                .stderr
                .starts_with("note: resources/templates/list cut off after 2 pages"),
        "{run}"
    );
    let run = fake("list templates --json", &["--page-loop"]);
    assert!(run.stdout.ends_with(",\"complete\":false}\n"), "{run}");
}

#[test]
fn what_a_server_does_not_offer_is_an_empty_list() {
    assert_snapshot!(fake("list prompts", &["--capabilities", "{\"tools\":{}}"]), @r#"
    --- stderr
    note: fake-mcp-server does not offer prompts
    --- exit 0
    "#);
    assert_snapshot!(fake("list prompts", &["--deny-list", "prompts/list"]), @r#"
    --- stderr
    note: fake-mcp-server offers prompts, but does not know prompts/list (-32601); taken for an empty list
    --- exit 0
    "#);
    let run = fake("list prompts --json", &["--capabilities", "{}"]);
    assert!(
        run.code == Some(0) && run.stdout.contains("\"prompts\":[],\"complete\":true"),
        "{run}"
    );
    assert_eq!(
        fake("call echo text=x", &["--capabilities", "{}"]).stdout,
        "x\n"
    );
}

#[test]
fn answers_of_any_size_and_shape_are_taken() {
    let run = fake("call huge", &["--huge", "8000000"]);
    assert!(
        run.code == Some(0) && run.stdout.len() > 7_900_000,
        "{} {}",
        run.stdout.len(),
        run.stderr
    );
    for flags in [
        &["--crlf"][..],
        &["--pad"],
        &["--split-writes"],
        &["--batch"],
        &["--no-result-type", "--modern"],
    ] {
        assert_eq!(fake("call echo text=x", flags).stdout, "x\n", "{flags:?}");
    }
}

#[test]
fn a_flood_before_the_answer_is_waited_out() {
    let run = fake("call flood", &["--flood", "20000"]);
    assert_eq!((run.stdout.as_str(), run.code), ("sent 20000\n", Some(0)));
}

#[test]
fn progress_keeps_a_call_alive_and_is_told_only_when_it_takes_long() {
    let run = fake(
        "call slow --timeout 1s",
        &["--progress", "12", "--delay", "100"],
    );
    assert_eq!(
        (run.stdout.as_str(), run.stderr.as_str(), run.code),
        ("slowly done\n", "", Some(0))
    );
}

#[test]
fn answers_that_fit_nowhere_are_named() {
    let verb = "call echo text=x --timeout 300ms";
    assert_snapshot!(fake(verb, &["--null-id-error", "tools/call"]), @r#"
    --- stderr
    warning: server sent an answer that does not say to which request: error -32603: lost the id
    error: fake-mcp-server did not answer tools/call "echo" within 300 ms
     hint: --timeout DURATION waits longer
    --- exit 8
    "#);
    assert_snapshot!(fake(verb, &["--wrong-id", "tools/call"]), @r#"
    --- stderr
    warning: server answered a request "nobody asked" that was never sent
    error: fake-mcp-server did not answer tools/call "echo" within 300 ms
     hint: --timeout DURATION waits longer
    --- exit 8
    "#);
    let run = fake(
        "call slow --timeout 1s",
        &["--duplicate-response", "tools/list"],
    );
    assert!(
        run.stderr
            .contains("warning: server answered request 2 once more"),
        "{run}"
    );
}
