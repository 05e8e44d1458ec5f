//! The verbs beside `list` and `call`: read, get, complete, request, info.

use insta::assert_snapshot;
use mcpscope::json;

use crate::support::program::{Home, Run};

fn demo(arguments: &[&str]) -> Run {
    Home::new().run(&[arguments, &["--demo"]].concat())
}

#[test]
fn a_resource_is_read_as_text_or_told_as_a_card() {
    let run = demo(&["read", "demo://data/rainfall.csv"]);
    assert!(
        run.stdout.starts_with("month,") && run.code == Some(0),
        "{run}"
    );
    assert_snapshot!(demo(&["read", "demo://pictures/square.png"]), @"
    --- stdout
    [resource  demo://pictures/square.png  image/png  83 B]
    --- exit 0
    ");
    assert_snapshot!(demo(&["read", "demo://nowhere"]), @r#"
    --- stderr
    error: demo answered resources/read "demo://nowhere" with error -32602: resource not found
     data: {"uri":"demo://nowhere"}
     hint: the server does not accept these parameters; mcpscope list shows what it asks for
    --- exit 6
    "#);
}

#[test]
fn a_template_is_filled_in() {
    assert_snapshot!(demo(&["read", "demo://greetings/{name}", "name=Zoë X"]), @"
    --- stdout
    Good day, Zoë X. You expanded a URI template.
    --- exit 0
    ");
    assert_snapshot!(demo(&["read", "demo://greetings/{name}", "nam=Zoë"]), @r#"
    --- stderr
    error: demo://greetings/{name} has no variable "nam"
     hint: it has name
    --- exit 2
    "#);
}

#[test]
fn contents_are_written_byte_for_byte_and_over_nothing() {
    let home = Home::new();
    let words = [
        "read",
        "demo://pictures/square.png",
        "-o",
        "a.png",
        "--demo",
    ];
    assert_snapshot!(home.run(&words), @"
    --- stderr
    note: 83 B written to a.png
    --- exit 0
    ");
    let written = std::fs::read(home.path("a.png")).unwrap();
    assert!(written.starts_with(b"\x89PNG") && written.len() == 83);
    let again = home.run(&words);
    assert!(
        again.stderr.contains("nothing is overwritten") && again.code == Some(2),
        "{again}"
    );
    assert_eq!(std::fs::read(home.path("a.png")).unwrap(), written);
}

#[test]
fn a_prompt_is_got_with_its_arguments() {
    assert_snapshot!(demo(&["get", "invite", "guest=Ada", "tone=dry"]), @"
    --- stdout
    user:
    Write a dry invitation to dinner for Ada, in English. Three sentences at most, no postscript.
    --- exit 0
    ");
    let run = demo(&[
        "get",
        "invite",
        "--args",
        r#"{"tone":"dry"}"#,
        "guest=Ada",
        "--json",
    ]);
    let arguments = json::get(run.stdout.as_bytes(), &["arguments"]);
    assert_eq!(
        arguments,
        Some(&br#"{"tone":"dry","guest":"Ada"}"#[..]),
        "{run}"
    );
    assert_snapshot!(demo(&["get", "invit"]), @r#"
    --- stderr
    error: demo has no prompt "invit"
     hint: did you mean "invite"?
    --- exit 2
    "#);
    assert_snapshot!(demo(&["get", "invite", "gest=Ada"]), @"
    --- stderr
    error: invite: there is no argument `gest`
     hint: did you mean `guest`? gest:=JSON sends it anyway
    --- exit 2
    ");
}

#[test]
fn suggestions_are_a_line_each() {
    assert_snapshot!(demo(&["complete", "prompt", "invite", "language", "d"]), @"
    --- stdout
    Danish
    Dutch
    --- exit 0
    ");
    assert_snapshot!(demo(&["complete", "prompt", "invite", "dialect", "--context", "language=none"]), @"
    --- stderr
    note: the server suggests nothing
    --- exit 0
    ");
    let old = [
        "complete",
        "prompt",
        "invite",
        "dialect",
        "--context",
        "language=German",
    ];
    let run = demo(&[&old[..], &["--protocol", "2025-03-26"]].concat());
    assert!(
        run.stderr
            .contains("--context is left out: 2025-03-26 does not know it"),
        "{run}"
    );
}

#[test]
fn any_request_is_sent_as_it_is_given() {
    let params = r#"{"name":"echo","arguments":{"text":"1.50"}}"#;
    let run = demo(&["request", "tools/call", params, "--json"]);
    let document = run.stdout.as_bytes();
    assert_eq!(
        json::get(document, &["params"]),
        Some(params.as_bytes()),
        "{run}"
    );
    assert!(
        json::get(document, &["result", "content"]).is_some(),
        "{run}"
    );
    assert_snapshot!(demo(&["request", "ping", "--era", "legacy"]), @"
    --- stdout
    {}
    --- exit 0
    ");
    assert_snapshot!(demo(&["request", "no/such"]), @r#"
    --- stderr
    error: demo answered no/such with error -32601: this server has no method "no/such"
     hint: the server does not know this method
    --- exit 6
    "#);
    assert_snapshot!(demo(&["request", "tools/call", r#"{"name":"#]), @r#"
    --- stderr
    error: the parameters are not JSON: the text ends where a value is due at 1:9
     hint: one object, as in mcpscope request tools/call '{"name": "echo"}'
    --- exit 2
    "#);
    assert_snapshot!(demo(&["request", "tools/call", "[1]"]), @r#"
    --- stderr
    error: the parameters of an MCP request are one JSON object
     hint: as in mcpscope request tools/call '{"name": "echo"}'
    --- exit 2
    "#);
    let run = demo(&["request", "tools/call", r#"{"name":"echo","arguments":{}}"#]);
    assert_eq!(run.code, Some(7), "{run}");
}

#[test]
fn a_server_tells_what_it_is() {
    let run = Home::new().fake("info --era legacy", &[]);
    assert_eq!(run.code, Some(0), "{run}");
    let value = |name: &str| {
        let line = run.stdout.lines().find(|line| line.starts_with(name));
        line.map(|line| line[name.len()..].trim().to_owned())
    };
    assert_eq!(value("server").as_deref(), Some("fake 0"), "{run}");
    assert_eq!(value("tools").as_deref(), Some("4"), "{run}");
    let run = demo(&["info", "--json"]);
    let document = run.stdout.as_bytes();
    assert_eq!(
        json::string_at(document, &["era"]).as_deref(),
        Some("modern")
    );
    assert!(
        json::get(document, &["counts", "tools"]).is_some_and(|count| count != b"null"),
        "{run}"
    );
    assert!(
        json::get(document, &["capabilities", "tools"]).is_some(),
        "{run}"
    );
}
