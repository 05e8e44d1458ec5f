//! `mcpscope diff`: what it finds in sessions, entries, documents and catalogues, how it tells it, and how it ends.

use std::fs;

use insta::assert_snapshot;
use mcpscope::json;

use crate::support::program::{Home, Run};

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
    assert_eq!(json::elements(rows).count(), 25);
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
