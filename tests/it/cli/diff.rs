//! `mcpscope diff`: what it finds in sessions, entries, documents and catalogues, how it tells it, and how it ends.

use std::fs;

use insta::assert_snapshot;
use mcpscope::json;

use crate::support::program::{Home, Run};
use crate::support::web::{Web, behave};

const DEMO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/sessions/demo.jsonl");
const RESULTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/sessions/results.jsonl");

/// A home with two documents.
fn documents() -> Home {
    let home = Home::new();
    let a =
        r#"{"id":1,"at":"2026-11-21T10:00:00Z","list":[{"name":"x","v":1},{"name":"y"}],"n":1.0}"#;
    let b =
        r#"{"id":2,"at":"2026-11-21T10:00:05Z","list":[{"name":"y"},{"name":"x","v":2}],"n":1}"#;
    fs::write(home.path("a.json"), a).unwrap();
    fs::write(home.path("b.json"), b).unwrap();
    home
}

fn diff(home: &Home, arguments: &[&str]) -> Run {
    home.run(&[&["diff"], arguments].concat())
}

#[test]
fn documents_are_compared_by_path_and_what_is_ignored_is_counted() {
    let home = documents();
    assert_snapshot!("diff-documents", diff(&home, &["a.json", "b.json"]));
    assert_snapshot!(
        "diff-exact",
        diff(
            &home,
            &["a.json", "b.json", "--exact", "--ignore", "$.list"]
        )
    );
    assert_snapshot!("diff-same", diff(&home, &["a.json", "a.json"]));
}

#[test]
fn every_form_has_the_same_counts() {
    let home = documents();
    let plain = diff(&home, &["a.json", "b.json"]);
    let json = diff(&home, &["a.json", "b.json", "--json"]);
    let counted = json::get(json.stdout.as_bytes(), &["counts", "changed"]);
    assert_eq!(counted, Some(&b"1"[..]), "{json}");
    assert!(plain.stdout.contains("1 changed"), "{plain}");
    let markdown = diff(&home, &["a.json", "b.json", "--markdown"]);
    assert!(markdown.stdout.contains("1 changed"), "{markdown}");
    let junit = diff(&home, &["a.json", "b.json", "--junit"]);
    assert!(
        junit
            .stdout
            .contains("tests=\"1\" failures=\"1\" errors=\"0\""),
        "{junit}"
    );
    for run in [plain, json, markdown, junit] {
        assert_eq!(run.code, Some(10), "{run}");
    }
}

#[test]
fn sessions_and_their_entries_are_compared_call_by_call() {
    let home = Home::new();
    let same = diff(&home, &[DEMO, DEMO]);
    assert_eq!(same.code, Some(0), "{same}");
    let other = diff(&home, &[DEMO, RESULTS, "--json"]);
    assert_eq!(other.code, Some(10), "{other}");
    let rows = json::get(other.stdout.as_bytes(), &["rows"]).unwrap();
    assert_eq!(json::elements(rows).count(), 24);
    let entries = diff(
        &home,
        &[&format!("{DEMO}#8"), &format!("{DEMO}#9"), "--json"],
    );
    assert!(
        entries.stdout.contains("\"name\":\"tools/list"),
        "{entries}"
    );
}

#[test]
fn what_servers_offer_is_judged() {
    let home = Home::new();
    let run = diff(&home, &["--surface", DEMO, RESULTS, "--json"]);
    assert_eq!(run.code, Some(10), "{run}");
    assert!(
        run.stdout.contains("there is no such tool any more"),
        "{run}"
    );
    // Against a server that runs: the same build has the same tools.
    let file = home.path("now.jsonl");
    let file = file.to_string_lossy();
    let listed = home.run(&["info", "--demo", "--record", &file]);
    assert_eq!(listed.code, Some(0), "{listed}");
    let run = diff(&home, &["--surface", &file, "--demo"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert!(run.stdout.contains(" same"), "{run}");
}

/// What one call comes to on two servers.
fn one_call(home: &Home, tool: &str, arguments: &str, more: &[&str]) -> Run {
    let fixed = ["--call", tool, "--args", arguments, "--json"];
    diff(home, &[&fixed, more].concat())
}

#[test]
fn one_call_is_compared_between_two_servers_and_two_eras() {
    let home = Home::new();
    let eras = ["--era", "legacy", "--against-era", "modern", "--demo"];
    let run = one_call(&home, "echo", r#"{"text":"x"}"#, &eras);
    assert_eq!(run.code, Some(0), "{run}");
    let names = ["left", "right"].map(|side| json::string_at(run.stdout.as_bytes(), &[side]));
    let named = ["demo (2025-11-25)", "demo (2026-07-28)"].map(|name| Some(name.to_owned()));
    assert_eq!(names, named, "{run}");
    // A refusal is an answer like any other.
    let fake = crate::support::FAKE;
    let other = ["--demo", "--era", "legacy", "--against", fake];
    let run = one_call(&home, "divide", r#"{"dividend":1,"divisor":2}"#, &other);
    assert_eq!(run.code, Some(10), "{run}");
    assert_eq!(
        json::elements(json::get(run.stdout.as_bytes(), &["rows"]).unwrap()).count(),
        1
    );
    let nothing = ["--no-validate", "--demo", "--against-era", "legacy"];
    let run = one_call(
        &home,
        "nosuch",
        "{}",
        &[&nothing[..], &["--ignore", "$.message"]].concat(),
    );
    assert_eq!(run.code, Some(0), "{run}");
    let read = [
        "--method",
        "resources/read",
        "--params",
        r#"{"uri":"demo://greetings/Ada"}"#,
    ];
    let run = diff(&home, &[&read[..], &eras].concat());
    assert_eq!(run.code, Some(0), "{run}");
}

#[test]
fn what_two_servers_offer_is_compared() {
    let home = Home::new();
    let run = diff(
        &home,
        &[
            "--surface",
            "--demo",
            "--against-era",
            "legacy",
            "--era",
            "legacy",
        ],
    );
    assert_eq!(run.code, Some(0), "{run}");
    let fake = crate::support::FAKE;
    let run = diff(&home, &["--surface", "--demo", "--against", fake, "--json"]);
    assert_eq!(run.code, Some(10), "{run}");
    assert!(
        run.stdout.contains("there is no such tool any more"),
        "{run}"
    );
}

#[test]
fn what_is_missing_of_two_servers_is_said() {
    let home = documents();
    assert_snapshot!(
        "diff-one-server",
        diff(&home, &["--call", "echo", "--demo"])
    );
    assert_snapshot!(
        "diff-nothing-asked",
        diff(&home, &["--against", "x", "--demo"])
    );
    let no_server = ["--surface", "--against", "./nowhere"];
    assert_snapshot!("diff-no-first", diff(&home, &no_server));
}

#[test]
fn what_destroys_is_not_called_on_two_servers_by_mistake() {
    let web = Web::new(|asked, reply| {
        match asked.rpc().as_str() {
        "tools/list" => reply.json(&asked.result(
            r#"{"tools":[{"name":"wipe","inputSchema":{"type":"object"},"annotations":{"destructiveHint":true}}]}"#,
        )),
        _ => behave(asked, reply),
    }
    });
    let (home, url) = (Home::new(), web.url("/mcp"));
    let both = ["--url", &url, "--era", "legacy", "--against-era", "legacy"];
    let run = one_call(&home, "wipe", "{}", &both);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.stdout.contains("may destroy something: wipe"), "{run}");
    assert!(!web.lines().contains(&"POST tools/call".to_owned()));
    let run = one_call(&home, "wipe", "{}", &[&both[..], &["--yes"]].concat());
    assert_eq!(run.code, Some(0), "{run}");
    let calls = web
        .lines()
        .iter()
        .filter(|line| *line == "POST tools/call")
        .count();
    assert_eq!(calls, 2);
}

#[test]
fn what_is_kept_ignored_holds_here_too() {
    let home = documents();
    fs::create_dir_all(home.path("home/config")).unwrap();
    fs::write(home.path("home/config/ignore"), "# ours\n$.list\n").unwrap();
    let run = diff(&home, &["a.json", "b.json"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert!(run.stdout.contains("$.list"), "{run}");
    let run = diff(&home, &["a.json", "b.json", "--exact"]);
    assert_eq!(run.code, Some(10), "{run}");
}

#[test]
fn what_cannot_be_compared_is_said_with_a_way_out() {
    let home = documents();
    assert_snapshot!("diff-alone", diff(&home, &["a.json"]));
    assert_snapshot!("diff-none", diff(&home, &["a.json", "none.json"]));
    assert_snapshot!(
        "diff-bad-path",
        diff(&home, &["a.json", "b.json", "--ignore", "$["])
    );
    assert_snapshot!(
        "diff-no-catalogue",
        diff(&home, &["a.json", "b.json", "--surface"])
    );
    assert_snapshot!(
        "diff-too-many",
        diff(&home, &["a.json", "b.json", "--demo"])
    );
    let missing = diff(&home, &[&format!("{DEMO}#8"), &format!("{DEMO}#99999")]);
    assert!(
        missing.stderr.contains("has no entry 99999") && missing.code == Some(2),
        "{missing}"
    );
}

#[test]
fn a_filter_chooses_the_calls_that_are_compared() {
    let home = Home::new();
    let rows = |filter: &str| {
        let run = diff(&home, &[DEMO, DEMO, "--json", "--filter", filter]);
        let rows = json::get(run.stdout.as_bytes(), &["rows"])
            .unwrap_or_default()
            .to_vec();
        json::elements(&rows)
            .filter_map(|row| json::string_at(row, &["name"]))
            .collect::<Vec<_>>()
    };
    let all = rows("kind:request");
    let tools = rows("method:tools/call");
    assert!(!tools.is_empty() && tools.len() < all.len(), "{all:?}");
    assert!(
        tools.iter().all(|name| name.starts_with("tools/call")),
        "{tools:?}"
    );
    assert!(rows("tool:nothing").is_empty());
    let documents = documents();
    let run = diff(&documents, &["a.json", "b.json", "--filter", "x"]);
    assert_eq!(run.code, Some(2));
    assert!(
        run.stderr
            .contains("--filter chooses calls of two sessions"),
        "{run}"
    );
}
