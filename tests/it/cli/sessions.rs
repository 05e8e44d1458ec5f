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
    assert_snapshot!(run(&home, "sessions"), @"");
    assert_snapshot!(run(&home, "sessions name b bug-41"), @"");
    assert_snapshot!(run(&home, "sessions tag bug-41 one two,three"), @"");
    assert_snapshot!(run(&home, "sessions tag bug-41 --remove two"), @"");
    assert_snapshot!(run(&home, "sessions note bug-41 why"), @"");
    assert_snapshot!(run(&home, "sessions keep bug-41"), @"");
    assert_snapshot!(run(&home, "sessions list one"), @"");
    assert_snapshot!(run(&home, "sessions show bug-41"), @"");
    assert_snapshot!(run(&home, "sessions prune --bytes 1 --dry-run"), @"");
    assert_snapshot!(run(&home, "sessions prune --bytes 1"), @"");
    assert_snapshot!(run(&home, "sessions rm bug-41"), @"");
    assert_snapshot!(run(&home, "sessions list --trash"), @"");
    assert_snapshot!(run(&home, "sessions restore b-crash"), @"");
    assert_snapshot!(run(&home, "sessions"), @"");
    assert_snapshot!(run(&home, "sessions rm zzz"), @"");
    assert_snapshot!(run(&home, "sessions restore zzz"), @"");
    assert_snapshot!(run(&home, "open zzz"), @"");
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
