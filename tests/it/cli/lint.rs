//! `mcpscope lint`: recordings and servers, in words and as JSON, with the exit codes.

use std::sync::Mutex;
use std::sync::mpsc::{self, Sender};

use insta::assert_snapshot;

use crate::support::oauth::{CANARY, Guarded, browse};
use crate::support::program::{Home, Run};
use crate::support::web::{Asked, TOOLS, Web};

fn lint(arguments: &[&str]) -> Run {
    let arguments: Vec<&str> = ["lint"]
        .into_iter()
        .chain(arguments.iter().copied())
        .collect();
    Home::new().run(&arguments)
}

fn good() -> String {
    format!("{}/tests/lint/legacy.jsonl", env!("CARGO_MANIFEST_DIR"))
}

/// The same, with a line on stdout that is none and a tool without a description.
fn bad() -> tempfile::NamedTempFile {
    let text = std::fs::read_to_string(good()).unwrap();
    let echo = text.split("{\"name\":\"echo\"").nth(1).unwrap();
    let words = echo.split("\"description\":\"").nth(1).unwrap();
    let words = words.split('"').next().unwrap();
    let junk = r#"{"seq":999,"us":1,"at":"2026-11-21T20:47:00Z","conn":1,"ch":"stdout","dir":"in","text":"Listening \u001b[31mnow"}"#;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(
        file.path(),
        format!("{}{junk}\n", text.replacen(words, "", 1)),
    )
    .unwrap();
    file
}

#[test]
fn a_good_recording_has_nothing_to_tell() {
    let run = lint(&[&good()]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let last = run.stdout.lines().last().unwrap();
    assert!(last.starts_with("0 errors, 0 warnings, "), "{}", run.stdout);
    assert!(!run.stdout.contains(" wrong  "), "{}", run.stdout);
}

#[test]
fn findings_are_told_worst_first_and_end_with_code_11() {
    let file = bad();
    let path = file.path().to_str().unwrap();
    let run = lint(&[path]);
    assert_eq!(run.code, Some(11));
    let error = run.stdout.find(
        "\nerror    stdout-only-messages: \"Listening ^[[31mnow\" is no message (18 B, line ",
    );
    let fix = " of stdout; not JSON at byte 1)  (#999)\n         fix: Write logs to stderr.";
    assert!(run.stdout.contains(fix), "{}", run.stdout);
    let warning = run
        .stdout
        .find("\nwarning  tool-is-described: echo has no description  (#9 /result/tools/0)\n");
    assert!(error < warning && error.is_some(), "{}", run.stdout);
    assert!(run.stdout.contains("\nstart      wrong "), "{}", run.stdout);
    assert!(!run.stdout.contains('\u{1b}'));
    assert_eq!(lint(&[path, "--fail-on", "never"]).code, Some(0));
    let json = lint(&[path, "--json"]);
    assert_eq!(json.code, Some(11));
    let told: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    let findings = told["findings"].as_array().unwrap();
    let rules: Vec<_> = findings
        .iter()
        .map(|one| one["rule"].as_str().unwrap())
        .collect();
    for rule in ["tool-is-described", "stdout-only-messages"] {
        assert!(rules.contains(&rule), "{rules:?}");
    }
}

#[test]
fn warnings_fail_where_they_are_told_to() {
    let text = std::fs::read_to_string(bad().path()).unwrap();
    let warned: Vec<_> = text
        .lines()
        .filter(|line| !line.contains("Listening"))
        .collect();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), warned.join("\n") + "\n").unwrap();
    let path = file.path().to_str().unwrap();
    assert_eq!(lint(&[path]).code, Some(0));
    assert_eq!(lint(&[path, "--fail-on", "warning"]).code, Some(11));
}

#[test]
fn what_is_known_does_not_count() {
    let home = Home::new();
    let (file, known) = (bad(), tempfile::NamedTempFile::new().unwrap());
    let (path, known) = (
        file.path().to_str().unwrap(),
        known.path().to_str().unwrap(),
    );
    let run = home.run(&["lint", path, "--baseline", known, "--write-baseline"]);
    assert_eq!(run.code, Some(0), "{run}");
    let run = home.run(&["lint", path, "--baseline", known, "--fail-on", "note"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert!(run.stdout.contains(" in the baseline)"), "{run}");
    let good = home.run(&["lint", &good(), "--baseline", known]);
    assert_eq!(good.code, Some(0), "{good}");
    std::fs::write(known, "{}").unwrap();
    let refused = home.run(&["lint", path, "--baseline", known]);
    assert_eq!(refused.code, Some(2), "{refused}");
    assert!(refused.stderr.contains("is no baseline"), "{refused}");
}

#[test]
fn reports_are_written_in_every_form() {
    let file = bad();
    let path = file.path().to_str().unwrap();
    let told = |form: &[&str]| {
        let arguments: Vec<&str> = [path].iter().chain(form).copied().collect();
        let run = lint(&arguments);
        assert_eq!(run.code, Some(11), "{run}");
        run.stdout
    };
    assert!(told(&["--markdown"]).starts_with("# Readiness of "));
    assert!(told(&["--junit"]).starts_with("<?xml "));
    let sarif: serde_json::Value = serde_json::from_str(&told(&["--sarif"])).unwrap();
    assert_eq!(sarif["version"], "2.1.0");
    let annotations = told(&["--annotations", "github"]);
    let first = annotations.lines().next().unwrap();
    assert!(
        first.starts_with("::error title=stdout-only-messages,file="),
        "{first}"
    );
    // The line of the file that shows it: the last.
    let lines = std::fs::read_to_string(path).unwrap().lines().count();
    assert!(first.contains(&format!(",line={lines}::")), "{first}");
    assert_eq!(lint(&[path, "--sarif", "--junit"]).code, Some(2));
    assert_eq!(lint(&[path, "--sarif", "--json"]).code, Some(2));
}

#[test]
fn a_server_is_looked_at_without_a_call() {
    let run = lint(&["--json", "--no-record", "--demo"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let told: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let severities: Vec<_> = told["findings"].as_array().unwrap().iter().collect();
    assert!(
        severities.iter().all(|one| one["severity"] == "note"),
        "{told}"
    );
    let rules = told["rules"].as_array().unwrap();
    let named = |name: &str| rules.iter().find(|rule| rule["name"] == name).unwrap();
    assert_eq!(named("message-shape")["standing"], "passed");
    assert_eq!(named("structure-keeps-its-promise")["standing"], "not seen");
}

#[test]
fn a_rule_is_explained_and_an_unknown_one_is_said() {
    let run = lint(&["--explain", "stdout-only-messages"]);
    assert_eq!(run.code, Some(0));
    assert_snapshot!(run.stdout, @r#"
    stdout-only-messages

    A server writes nothing to stdout that is not a message.
    How bad: error
    Why: Strict clients end the connection at the first such line; others log an error for each.
    Fix: Write logs to stderr. Look for prints in libraries, banners of package runners and blank lines.
         Python: print("…", file=sys.stderr)
         TypeScript: console.error("…")
         Go: log.SetOutput(os.Stderr)
         Rust: eprintln!("…")
    Revisions 2024-11-05 to 2026-07-28, specification: basic/transports stdio
    It fires on:
      ← stdout: "Server is running"
    It is silent on:
      the same without that
    "#);
    let run = lint(&["--explain", "no-such"]);
    assert_eq!(run.code, Some(2));
    assert_snapshot!(run.stderr, @"
    error: there is no rule no-such
     hint: mcpscope lint --rules lists them
    ");
    assert!(lint(&["--rules"]).stdout.contains("\nid-type "));
}

#[test]
fn rules_are_objects_where_these_are_asked_for() {
    let told = |arguments: &[&str]| -> serde_json::Value {
        let run = lint(arguments);
        assert_eq!(run.code, Some(0), "{run}");
        serde_json::from_str(&run.stdout).unwrap()
    };
    let one = told(&["--explain", "stdout-only-messages", "--json"]);
    assert_eq!(one["lines"]["Rust"], "eprintln!(\"…\")");
    let all = told(&["--rules", "--json"]);
    let all = all["rules"].as_array().unwrap();
    assert_eq!(all.len(), mcpscope::lint::RULES.len());
    assert!(all.contains(&one), "{one}");
}

#[test]
fn a_server_nobody_would_look_at_is_refused() {
    let refused = lint(&[&good(), "--demo"]);
    assert_snapshot!(refused, @"
    --- stderr
    error: a server is given that nobody would look at
     hint: lint looks at a recording, or at a server, or tells of rules
    --- exit 2
    ");
    assert_eq!(lint(&["--rules", "--", "never-started"]), refused);
}

#[test]
fn a_filter_chooses_the_rows_whose_findings_are_told() {
    let file = bad();
    let path = file.path().to_str().unwrap();
    let junk = lint(&[path, "--filter", "kind:junk"]);
    assert_eq!(junk.code, Some(11));
    assert!(
        junk.stdout.contains("stdout-only-messages"),
        "{}",
        junk.stdout
    );
    assert!(
        !junk.stdout.contains("tool-is-described"),
        "{}",
        junk.stdout
    );
    let list = lint(&[path, "--filter", "method:tools/list"]);
    assert_eq!(list.code, Some(0), "{}", list.stdout);
    assert!(list.stdout.contains("tool-is-described"), "{}", list.stdout);
    // What is found is what is found without it: all of it, and nothing is left where nothing is found.
    let all = lint(&[path, "--json"]);
    let is_found = lint(&[path, "--json", "--filter", "is:lint"]);
    assert_eq!(found(&is_found.stdout), found(&all.stdout));
    assert!(found(&all.stdout).len() > 1, "{}", all.stdout);
    let not_found = lint(&[path, "--json", "--filter=-is:lint"]);
    assert_eq!(found(&not_found.stdout), []);
    assert_eq!(lint(&[path, "--filter", "metod:x"]).code, Some(2));
}

/// Rules with the words of what they found, in order.
fn found(json: &str) -> Vec<(String, String, String)> {
    let told: serde_json::Value = serde_json::from_str(json).unwrap();
    let text = |one: &serde_json::Value, name: &str| one[name].to_string();
    let all = told["findings"].as_array().unwrap().iter();
    all.map(|one| (text(one, "rule"), text(one, "words"), text(one, "entry")))
        .collect()
}

#[test]
fn nothing_is_probed_that_nobody_agreed_to() {
    let home = Home::new();
    let run = home.run(&["lint", "--active", "--demo"]);
    assert_eq!(run.code, Some(2), "{}", run.stdout);
    let listed = "\n  unknown-tool           a call of a tool that is not there\n";
    assert!(run.stderr.contains(listed), "{}", run.stderr);
    let failure =
        "nothing was sent: nobody is there to agree\n hint: --yes sends them without asking\n";
    assert!(run.stderr.ends_with(failure), "{}", run.stderr);
    let session = std::fs::read_to_string(&home.sessions()[0]).unwrap();
    assert!(!session.contains("\"probing\"") && !session.contains("mcpscope-no-such"));
    let none = home.run(&["lint", "--active", "--rules"]);
    assert_eq!(none.code, Some(2), "{}", none.stderr);
}

#[test]
fn a_probed_server_and_its_recording_are_told_the_same_of() {
    let home = Home::new();
    let file = home.path("probed.jsonl");
    let file = file.to_str().unwrap();
    let live = home.run(&[
        "lint", "--active", "-y", "--json", "--record", file, "--demo",
    ]);
    assert_eq!(live.code, Some(0), "{}\n{}", live.stdout, live.stderr);
    let told = found(&live.stdout);
    // What is wrong with it is told by no probe.
    let rules = ["\"parameters-are-described\"", "\"schema-features\""];
    assert!(
        told.iter().all(|(rule, ..)| rules.contains(&&**rule)),
        "{told:?}"
    );
    let again = home.run(&["lint", "--json", file]);
    assert_eq!(found(&again.stdout), told, "{}", again.stderr);
    for name in [
        "ping-is-answered",
        "meta-is-demanded",
        "bad-cursor-is-refused",
        "ids-come-back",
    ] {
        let passed = format!("{{\"name\":\"{name}\",\"standing\":\"passed\"");
        assert!(again.stdout.contains(&passed), "{name}");
    }
}

#[test]
fn probes_follow_redirects_and_go_with_the_kept_login() {
    let (guarded, home) = (Guarded::new(), Home::new());
    guarded.set(|state| state.moved = true);
    let url = guarded.url();
    let mut login = home.start(&["list", "tools", "--url", &url, "--login"]);
    let page = login.said(|line| {
        line.strip_prefix("  http")
            .map(|rest| format!("http{rest}"))
    });
    browse(&page, false);
    assert_eq!(login.end().code, Some(0));
    let before = guarded.web.asked().len();
    let file = home.path("probed.jsonl");
    let file = file.to_str().unwrap();
    let run = home.run(&[
        "lint",
        "--active",
        "-y",
        "--json",
        "--fail-on",
        "never",
        "--record",
        file,
        "--url",
        &url,
    ]);
    assert_eq!(run.code, Some(0), "{run}");
    let said = "they go with the token that was given or that of this server's login, and where it redirects them";
    assert!(run.stderr.contains(said), "{}", run.stderr);
    let asked = guarded.web.asked().split_off(before);
    let (moved, there): (Vec<_>, Vec<_>) = asked.iter().partition(|one| one.path == "/mcp");
    // The end of a session goes at once where the others went.
    let ends = |all: &[&Asked]| all.iter().filter(|one| one.method == "DELETE").count();
    assert!(ends(&there) > ends(&moved));
    assert_eq!(moved.len() - ends(&moved), there.len() - ends(&there));
    assert!(there.iter().any(|one| one.rpc().starts_with("mcpscope/")));
    // Only what is about logins goes without it: two requests in each era.
    let bare = there.iter().filter(|one| {
        let token = one.header("authorization");
        !token.is_some_and(|token| token.contains(CANARY))
    });
    assert_eq!(bare.count(), 4);
    let standing = |name: &str| format!("{{\"name\":\"{name}\",\"standing\":\"passed\"");
    let passed = standing("garbage-token-is-refused");
    assert!(run.stdout.contains(&passed), "{run}");
    let session = std::fs::read_to_string(file).unwrap();
    assert!(!session.contains(CANARY));
    let again = home.run(&["lint", "--json", "--fail-on", "never", file]);
    assert_eq!(found(&again.stdout), found(&run.stdout));
}

#[test]
fn a_server_with_faults_is_caught_by_its_probes() {
    let home = Home::new();
    let probe = |flags: &[&str]| {
        let run = home.fake(
            "lint --active -y --json --era legacy --fail-on never",
            flags,
        );
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        let rules = found(&run.stdout).into_iter();
        rules
            .map(|(rule, ..)| rule.trim_matches('"').to_owned())
            .collect::<Vec<_>>()
    };
    let early = "handshake-works-after-an-early-request";
    let good = probe(&[]);
    assert!(!good.iter().any(|rule| rule == early), "{good:?}");
    let exits = probe(&["--exit-on-probe"]);
    assert!(exits.iter().any(|rule| rule == early), "{exits:?}");
}

#[test]
fn what_cannot_be_started_or_entered_has_a_page_too() {
    let home = Home::new();
    let run = home.run(&["lint", "--", "false"]);
    assert_eq!(run.code, Some(9), "{run}");
    assert!(run.stdout.contains("\nstart      wrong "), "{run}");
    let why = "\n  failed     it exited with code 1 before it could be talked to\n";
    assert!(run.stdout.contains(why), "{run}");
    assert!(
        run.stderr.contains("error: false exited with code 1"),
        "{run}"
    );
    let none = home.run(&["lint", "--", "/no/such/program"]);
    assert_eq!(none.code, Some(3), "{none}");
    assert!(none.stdout.contains("\nstart      wrong "), "{none}");
    let told = |form: &str| {
        let run = home.run(&["lint", form, "--", "false"]);
        assert_eq!(run.code, Some(9), "{run}");
        run.stdout
    };
    let json: serde_json::Value = serde_json::from_str(&told("--json")).unwrap();
    assert_eq!(json["error"]["exit"], 9);
    assert_eq!(json["questions"][0]["verdict"], "wrong");
    assert!(told("--junit").contains("<testcase classname=\"start\" name=\"works\">"));
    let sarif: serde_json::Value = serde_json::from_str(&told("--sarif")).unwrap();
    assert_eq!(
        sarif["runs"][0]["invocations"][0]["executionSuccessful"],
        false
    );
    assert!(told("--markdown").contains("does it stop? | **wrong** |"));
    let closed = Web::new(|_, reply| {
        reply.send(401, &[("www-authenticate", "Bearer")], "");
    });
    let url = closed.url("/mcp");
    let run = home.run(&["lint", "--login", "never", "--url", &url]);
    assert_eq!(run.code, Some(5), "{run}");
    assert!(run.stdout.contains("\nlogin      wrong "), "{run}");
}

#[test]
fn the_same_is_told_once_with_its_number() {
    let list = |tools: &str| {
        format!(r#""json":{{"jsonrpc":"2.0","id":7,"result":{{"tools":[{tools}]}}}}"#)
    };
    let tool = |at: usize| {
        format!(
            r#"{{"name":"t.{at}","description":"Says what it is told","inputSchema":{{"type":"object"}}}}"#
        )
    };
    let many: Vec<String> = (0..45).map(tool).collect();
    let entry = |seq: u64, dir: &str, body: &str| {
        format!(
            r#"{{"seq":{seq},"us":{seq},"at":"2026-11-21T20:47:00Z","conn":1,"ch":"wire","dir":"{dir}",{body}}}"#
        )
    };
    let ask = r#""json":{"jsonrpc":"2.0","id":7,"method":"tools/list"}"#;
    let mut lines = Vec::new();
    let header = std::fs::read_to_string(good()).unwrap();
    lines.push(header.lines().next().unwrap().to_owned());
    for turn in 0..3_u64 {
        lines.push(entry(turn * 2 + 1, "out", ask));
        lines.push(entry(turn * 2 + 2, "in", &list(&many.join(","))));
    }
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), lines.join("\n") + "\n").unwrap();
    let path = file.path().to_str().unwrap();
    let run = lint(&[path]);
    assert_eq!(
        run.stdout.matches("tool-name-has-no-dots").count(),
        5,
        "{run}"
    );
    assert!(
        run.stdout.contains("(×3, first #2 /result/tools/0"),
        "{run}"
    );
    assert!(
        run.stdout.contains("\n         … and 40 more like it\n"),
        "{run}"
    );
    let json: serde_json::Value = serde_json::from_str(&lint(&[path, "--json"]).stdout).unwrap();
    let findings = json["findings"].as_array().unwrap().iter();
    let dots: Vec<_> = findings
        .filter(|one| one["rule"] == "tool-name-has-no-dots")
        .collect();
    assert_eq!(dots.len(), 45);
    assert!(dots.iter().all(|one| one["times"] == 3));
    // The same from a pipe.
    let piped = Home::new()
        .start_with(&["lint", "-"], lines.join("\n").as_bytes())
        .end();
    assert_eq!(piped.stdout, run.stdout, "{piped}");
}

#[test]
fn what_is_odd_about_the_ignored_is_said() {
    let home = Home::new();
    let config = home.path("home/config");
    std::fs::create_dir_all(&config).unwrap();
    std::fs::write(
        config.join("lint-ignore"),
        "tool-is-described\nno-such-rule # later\n",
    )
    .unwrap();
    let file = bad();
    let run = home.run(&["lint", file.path().to_str().unwrap()]);
    for remark in [
        "remark   tool-is-described is ignored without a reason",
        "remark   no-such-rule is ignored, but there is no such rule",
    ] {
        assert!(run.stdout.contains(remark), "{run}");
    }
}

#[test]
fn servers_of_the_older_transport_are_probed_over_it() {
    let web = older();
    let home = Home::new();
    let url = web.url("/sse");
    let run = home.run(&[
        "lint",
        "--active",
        "-y",
        "--json",
        "--fail-on",
        "never",
        "--url",
        &url,
    ]);
    assert_eq!(run.code, Some(0), "{run}");
    assert!(run.stderr.contains("it speaks HTTP+SSE"), "{run}");
    let told: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(told["probes"]["undone"], 0, "{run}");
    assert!(told["probes"]["done"].as_u64().unwrap() > 10, "{run}");
    let early = "handshake-works-after-an-early-request";
    assert!(
        !found(&run.stdout)
            .iter()
            .any(|(rule, ..)| rule.contains(early)),
        "{run}"
    );
    // What is about Streamable HTTP is not sent, and messages go where the stream says.
    let posts = web.asked().into_iter().filter(|one| one.method == "POST");
    let there = |one: &Asked| one.path.starts_with(MESSAGES);
    let mut later = posts.skip_while(|one| !there(one));
    assert!(later.all(|one| there(&one)));
}

/// Where its messages go, and the number of a session.
const MESSAGES: &str = "/messages?session=";

/// A server of 2024-11-05: everything comes on one stream.
fn older() -> Web {
    let streams = Mutex::new(Vec::<Sender<String>>::new());
    let opened = r#"{"protocolVersion":"2024-11-05","capabilities":{"tools":{}},"serverInfo":{"name":"o","version":"1"}}"#;
    Web::new(
        move |asked, reply| match (asked.method.as_str(), asked.path.as_str()) {
            ("GET", _) => {
                let (sender, events) = mpsc::channel();
                let session = {
                    let mut streams = streams.lock().unwrap();
                    streams.push(sender);
                    streams.len()
                };
                reply.stream(&[]);
                let endpoint = format!("event: endpoint\ndata: messages?session={session}\n\n");
                reply.chunk(endpoint.as_bytes());
                reply.events(&events, |_| false);
            }
            (_, path) if path.starts_with(MESSAGES) => {
                let session: usize = path[MESSAGES.len()..].parse().unwrap();
                let sender = streams.lock().unwrap()[session - 1].clone();
                let said = match asked.rpc().as_str() {
                    "initialize" => asked.result(opened),
                    "ping" => asked.result("{}"),
                    "tools/list" => asked.result(TOOLS),
                    _ => asked.error(-32601),
                };
                if asked.id() != "null" {
                    // Whoever hung up hears it no more.
                    let _ = sender.send(said);
                }
                reply.send(202, &[("content-type", "text/plain")], "Accepted");
            }
            _ => reply.send(405, &[("content-type", "text/plain")], "Method Not Allowed"),
        },
    )
}
