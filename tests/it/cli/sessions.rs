//! `mcpscope sessions`: what is printed, and what becomes of the files.

use insta::assert_snapshot;

use crate::support::program::Home;

/// Two sessions that were recorded the same moment everywhere; sizes and times are the file's own.
fn home() -> Home {
    let home = Home::new();
    let folder = home.path("home/data/sessions");
    std::fs::create_dir_all(&folder).unwrap();
    for (name, from) in [("a-demo", "demo"), ("b-crash", "crash")] {
        let file = format!("{}/sessions/{from}.jsonl", env!("CARGO_MANIFEST_DIR"));
        std::fs::copy(file, folder.join(format!("{name}.jsonl"))).unwrap();
    }
    home
}

fn run(home: &Home, words: &str) -> String {
    let words: Vec<&str> = words.split(' ').collect();
    let mut run = home.command(&words);
    let done = run.env("TZ", "UTC").output().unwrap();
    let said = [done.stdout, done.stderr].concat();
    let said = String::from_utf8(said).unwrap();
    let at = home.path("home").display().to_string();
    format!(
        "{}exit {}",
        said.replace(&at, "HOME"),
        done.status.code().unwrap()
    )
}

#[test]
fn sessions_are_listed_named_and_deleted() {
    let home = home();
    assert_snapshot!(run(&home, "sessions"), @r"
    2026-11-21 11:39  b-crash  fake-mcp-server  8 messages   3.6 kB  1 error
    2026-11-21 11:38  a-demo   mcpscope         43 messages  33 kB   3 errors
    exit 0
    ");
    assert_snapshot!(run(&home, "sessions name b bug-41"), @r"
    b-crash · name bug-41
    exit 0
    ");
    assert_snapshot!(run(&home, "sessions tag bug-41 one two,three"), @r"
    b-crash · name bug-41 · tags one two three
    exit 0
    ");
    assert_snapshot!(run(&home, "sessions tag bug-41 --remove two"), @r"
    b-crash · name bug-41 · tags one three
    exit 0
    ");
    assert_snapshot!(run(&home, "sessions note bug-41 why"), @r"
    b-crash · name bug-41 · tags one three · note why
    exit 0
    ");
    assert_snapshot!(run(&home, "sessions keep bug-41"), @r"
    b-crash · name bug-41 · tags one three · note why · kept
    exit 0
    ");
    assert_snapshot!(run(&home, "sessions list one"), @r"
    2026-11-21 11:39  bug-41 (b-crash)  fake-mcp-server  8 messages  3.6 kB  #one #three kept 1 error
    exit 0
    ");
    assert_snapshot!(run(&home, "sessions show bug-41"), @r"
    file      HOME/data/sessions/b-crash.jsonl
    name      bug-41
    tags      one three
    note      why
    recorded  2026-11-21 11:39 by mcpscope 0.1.0
    server    fake-mcp-server · fake 0 · 2025-06-18 · exited with code 3
    holds     8 messages in 15 entries over 14 ms
    errors    1
    size      3.6 kB
    stays     it is marked to be kept
    exit 0
    ");
    assert_snapshot!(run(&home, "sessions prune --bytes 1 --dry-run"), @r"
    a-demo would go to the trash
    exit 0
    ");
    assert_snapshot!(run(&home, "sessions prune --bytes 1"), @r"
    a-demo: in the trash
    exit 0
    ");
    assert_snapshot!(run(&home, "sessions rm bug-41"), @r"
    b-crash: in the trash for 7 days; mcpscope sessions restore b-crash brings it back
    exit 0
    ");
    assert_snapshot!(run(&home, "sessions list --trash"), @r"
    2026-11-21 11:39  bug-41 (b-crash)  fake-mcp-server  8 messages   3.6 kB  #one #three kept 1 error
    2026-11-21 11:38  a-demo            mcpscope         43 messages  33 kB   3 errors
    exit 0
    ");
    assert_snapshot!(run(&home, "sessions restore b-crash"), @r"
    b-crash: back
    exit 0
    ");
    assert_snapshot!(run(&home, "sessions"), @r"
    2026-11-21 11:39  bug-41 (b-crash)  fake-mcp-server  8 messages  3.6 kB  #one #three kept 1 error
    exit 0
    ");
    assert_snapshot!(run(&home, "sessions rm zzz"), @r"
    error: no session is called zzz
     hint: mcpscope sessions lists them
    exit 2
    ");
    assert_snapshot!(run(&home, "sessions restore zzz"), @r"
    error: the trash has no zzz
     hint: mcpscope sessions list --trash lists it
    exit 2
    ");
    assert_snapshot!(run(&home, "open zzz"), @r"
    error: no session is called zzz
     hint: mcpscope sessions lists them
    exit 2
    ");
}

#[test]
fn sessions_as_json_have_all_that_is_known() {
    let home = home();
    run(&home, "sessions tag a-demo x");
    let said = run(&home, "sessions show a-demo --json");
    let said = said.strip_suffix("exit 0").unwrap();
    let value = mcpscope::json::Value::parse(said.as_bytes()).unwrap();
    let session = &value.get("sessions").unwrap().as_array().unwrap()[0];
    let member = |name: &str| session.get(name).unwrap().to_string();
    assert_eq!(member("tags"), "[\"x\"]");
    assert_eq!(member("writing"), "\"nobody\"");
    assert!(
        member("summary").contains("\"messages\":43"),
        "{}",
        member("summary")
    );
    assert!(
        member("began").starts_with("\"2026-"),
        "{}",
        member("began")
    );
}

#[test]
fn objects_do_nothing_to_a_terminal_and_failures_are_some() {
    let home = home();
    let note = home.run(&["sessions", "note", "b", "wild \u{9b}31m \u{202e}"]);
    assert_eq!(note.code, Some(0), "{note}");
    for words in [
        &["sessions", "show", "b", "--json"][..],
        &["sessions", "--json"],
    ] {
        let run = home.run(words);
        assert!(run.stdout.contains("wild \\u009b31m \\u202e"), "{run}");
        assert!(!run.stdout.contains(['\u{9b}', '\u{202e}']), "{run}");
    }
    let run = home.run(&["sessions", "show", "nope", "--json"]);
    let told: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(told["error"]["message"], "no session is called nope");
    assert_eq!(run.code, Some(2), "{run}");
}

#[test]
fn every_verb_takes_a_file_or_a_name() {
    let home = home();
    assert_eq!(home.run(&["sessions", "name", "b", "bug-41"]).code, Some(0));
    for name in [
        "bug-41",
        "b-cr",
        "b-crash.jsonl",
        "home/data/sessions/b-crash.jsonl",
    ] {
        for (words, code) in [
            (&["export", name, "-f", "json-lines"][..], 0),
            (&["masks", name], 0),
            (&["lint", name, "--fail-on", "never"], 0),
            (&["diff", name, "b-crash"], 0),
            (&["diff", "a-demo.jsonl", name], 10),
        ] {
            let run = home.run(words);
            assert_eq!(run.code, Some(code), "{words:?}: {run}");
        }
    }
    let entry = home.run(&["diff", "a-demo#8", "a-demo.jsonl#8"]);
    assert_eq!(entry.code, Some(0), "{entry}");
    for verb in ["export", "masks", "lint", "diff"] {
        let rest: &[&str] = match verb {
            "export" => &["-f", "har"],
            "diff" => &["b-crash"],
            _ => &[],
        };
        let run = |name: &str| home.run(&[&[verb, name][..], rest].concat());
        let word = run("nope");
        assert!(
            word.stderr
                .starts_with("error: no session is called nope\n hint: "),
            "{verb}: {word}"
        );
        let file = run("nope.jsonl");
        assert!(file.stderr.starts_with("error: cannot "), "{verb}: {file}");
        assert!(file.stderr.contains("nope.jsonl"), "{verb}: {file}");
        assert_eq!((word.code, file.code), (Some(2), Some(2)), "{verb}");
    }
    // A file is a file, whatever the library calls so.
    std::fs::write(home.path("bug-41"), "no session\n").unwrap();
    assert_eq!(home.run(&["masks", "bug-41"]).code, Some(2));
}

/// The language of the filter bars, on the keys that sessions have.
#[test]
fn sessions_are_filtered() {
    let home = home();
    run(&home, "sessions tag b-crash odd");
    let shown = |filter: &str| run(&home, &format!("sessions list --filter {filter}"));
    for (filter, crash, demo) in [
        ("tag:odd", true, false),
        ("-tag:odd", false, true),
        ("errors>1", false, true),
        ("srv:fake*", true, false),
        ("messages:8..", true, true),
        ("at:2026-11-20", false, false),
        ("at:2026-11-21T11:38", false, true),
        ("size<10kB", true, false),
    ] {
        let said = shown(filter);
        assert_eq!(said.contains("b-crash"), crash, "{filter}: {said}");
        assert_eq!(said.contains("a-demo"), demo, "{filter}: {said}");
    }
    let said = shown("method:x");
    assert!(
        said.contains("a session has no method; it has srv, "),
        "{said}"
    );
    assert!(said.ends_with("exit 2"), "{said}");
}
