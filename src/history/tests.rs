//! The file, whatever happens to it, and which runs are found.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;

fn server(name: &str, words: &[&str]) -> Server {
    Server {
        name: name.into(),
        id: ServerId::of(words.iter().copied()),
    }
}

fn schema(members: &str) -> Fingerprint {
    let members: Vec<String> = members
        .split_whitespace()
        .map(|name| format!("\"{name}\":{{\"type\":\"string\"}}"))
        .collect();
    Fingerprint::of_schema(format!("{{\"properties\":{{{}}}}}", members.join(",")).as_bytes())
}

/// A run of the tool `echo` at second `at`.
fn run(at: i64, arguments: &str) -> Run {
    Run {
        server: server("s", &["run", "s"]),
        callee: Callee::tool("echo"),
        fingerprint: schema("a b c d"),
        arguments: Value::parse(arguments.as_bytes()).unwrap(),
        outcome: Outcome::Ok,
        took_us: 7,
        at: Timestamp::from_second(at).unwrap(),
        session: Some((PathBuf::from("/tmp/a b.jsonl"), 12)),
    }
}

fn query(scope: Scope) -> Query {
    let Run {
        server,
        callee,
        fingerprint,
        ..
    } = run(0, "{}");
    Query {
        server,
        callee,
        fingerprint,
        listed: vec!["echo".into(), "other".into()],
        scope,
    }
}

fn history() -> (TempDir, History) {
    let home = tempfile::tempdir().unwrap();
    let history = History::open(&home.path().join("state/history.jsonl"));
    (home, history)
}

/// The arguments found, with their counts.
fn args(found: &[Found]) -> Vec<String> {
    found
        .iter()
        .map(|found| format!("{} x{}", found.run.arguments, found.count))
        .collect()
}

#[test]
fn runs_come_back_as_they_were() {
    let (_home, history) = history();
    assert_eq!(history.load().unwrap(), []);
    assert_eq!(history.last(&query(Scope::All)).unwrap(), None);
    let outcomes = [
        Outcome::Ok,
        Outcome::ToolError,
        Outcome::Error(None),
        Outcome::Error(Some(-32602)),
        Outcome::Cancelled,
        Outcome::TimedOut,
        Outcome::NoReply,
    ];
    let runs: Vec<Run> = outcomes
        .into_iter()
        .enumerate()
        .map(|(at, outcome)| Run {
            outcome,
            session: (at > 2).then(|| (PathBuf::from("/x/é.jsonl"), at as u64)),
            ..run(
                at as i64,
                r#"{"z":1.0,"a":[1152921504606846976,1e400],"z":"\u0000\n","":{}}"#,
            )
        })
        .collect();
    for run in &runs {
        assert_eq!(history.append(run).unwrap(), Kept::Yes);
    }
    assert_eq!(history.load().unwrap(), runs);
    let last = history.last(&query(Scope::All)).unwrap().unwrap();
    assert_eq!((last.run.outcome, last.count), (Outcome::NoReply, 7));
}

#[cfg(unix)]
#[test]
fn only_its_owner_reads_it() {
    use std::os::unix::fs::PermissionsExt;
    let (home, history) = history();
    let history = history.with_limits(Limits {
        bytes: 1_000,
        ..Limits::default()
    });
    for at in 0..20 {
        history.append(&run(at, "{}")).unwrap();
        for entry in fs::read_dir(home.path().join("state")).unwrap() {
            let entry = entry.unwrap();
            let mode = entry.metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{entry:?} after {at}");
        }
    }
}

#[test]
fn equal_arguments_are_one_and_the_newest_is_first() {
    let (_home, history) = history();
    for (at, arguments) in [
        (5, r#"{"a":1}"#),
        (1, r#"{"a":1.0}"#),
        (4, r#"{"a": 1.0}"#),
        (2, r#"{"a":1,"b":2}"#),
        (3, r#"{"b":2,"a":1}"#),
        (6, r#"{"a":1.0}"#),
    ] {
        history.append(&run(at, arguments)).unwrap();
    }
    let found = history.runs(&query(Scope::Callee)).unwrap();
    assert_eq!(
        args(&found),
        [
            r#"{"a":1.0} x3"#,
            r#"{"a":1} x1"#,
            r#"{"b":2,"a":1} x1"#,
            r#"{"a":1,"b":2} x1"#
        ]
    );
}

#[test]
fn who_sees_which_runs() {
    let here = server("s", &["run", "s"]);
    let renamed = server("new name", &["run", "s"]);
    let upgraded = server("s", &["run", "s@2"]);
    let stranger = server("x", &["run", "x"]);
    let like = "a b c d e";
    let unlike = "a x y z";
    // Server, tool, schema; then what it is to the tool `echo` of `here`, and whether its server is `here`.
    let table = [
        (&here, "echo", "a b c d", Match::Same, true),
        (&here, "echo", unlike, Match::Same, true),
        (&renamed, "echo", like, Match::Same, true),
        (&here, "say", like, Match::Renamed, true),
        (&here, "say", unlike, Match::Other, true),
        (&here, "other", like, Match::Other, true),
        (&upgraded, "echo", like, Match::Moved, true),
        (&upgraded, "echo", unlike, Match::Other, true),
        (&upgraded, "say", like, Match::Other, true),
        (&stranger, "echo", "a b c d", Match::Other, false),
    ];
    let (_home, history) = history();
    for (at, (server, tool, members, ..)) in table.iter().enumerate() {
        let run = Run {
            server: (*server).clone(),
            callee: Callee::tool(tool),
            fingerprint: schema(members),
            ..run(at as i64, &format!("{{\"n\":{at}}}"))
        };
        history.append(&run).unwrap();
    }
    for scope in [Scope::Callee, Scope::Server, Scope::All] {
        let found = history.runs(&query(scope)).unwrap();
        let found: Vec<(i64, Match)> = found
            .iter()
            .map(|found| (found.run.at.as_second(), found.matched))
            .collect();
        let wanted: Vec<(i64, Match)> = table
            .iter()
            .enumerate()
            .filter(|(_, (.., matched, server))| match scope {
                Scope::Callee => *matched != Match::Other,
                Scope::Server => *server,
                Scope::All => true,
            })
            .map(|(at, (.., matched, _))| (at as i64, *matched))
            .rev()
            .collect();
        assert_eq!(found, wanted, "{scope:?}");
    }
    let last = history.last(&query(Scope::All)).unwrap().unwrap();
    assert_eq!(last.matched, Match::Moved);
    assert_eq!(last.change.words(), "1 member gone");
}

#[test]
fn what_asks_for_nothing_is_no_relation_and_a_prompt_is_no_tool() {
    let nothing = Run {
        callee: Callee::tool("gone"),
        fingerprint: Fingerprint::default(),
        ..run(1, "{}")
    };
    let prompt = Run {
        callee: Callee {
            kind: CalleeKind::Prompt,
            name: "echo".into(),
        },
        ..run(2, "{}")
    };
    let asking = Query {
        fingerprint: Fingerprint::default(),
        ..query(Scope::Callee)
    };
    assert_eq!(find::find(vec![nothing, prompt], &asking), []);
}

#[test]
fn a_file_cut_anywhere_keeps_what_came_before_and_takes_what_comes_after() {
    let (_home, history) = history();
    let runs: Vec<Run> = (0..3).map(|at| run(at, r#"{"a":"é"}"#)).collect();
    let mut whole = String::new();
    let mut ends = Vec::new();
    for run in &runs {
        whole.push_str(&run.to_line());
        ends.push(whole.len());
    }
    fs::create_dir_all(history.path.parent().unwrap()).unwrap();
    for cut in 0..=whole.len() {
        fs::write(&history.path, &whole.as_bytes()[..cut]).unwrap();
        // A line is whole without its newline, too.
        let before = ends.iter().filter(|end| **end <= cut + 1).count();
        assert_eq!(history.load().unwrap(), runs[..before], "cut at {cut}");
        let after = run(9, "{}");
        history.append(&after).unwrap();
        let mut wanted = runs[..before].to_vec();
        wanted.push(after);
        assert_eq!(
            history.load().unwrap(),
            wanted,
            "cut at {cut}, then appended"
        );
    }
}

#[test]
fn foreign_lines_are_passed_over_and_later_versions_stay() {
    let (_home, history) = history();
    let history = history.with_limits(Limits {
        bytes: 5_000,
        ..Limits::default()
    });
    history.append(&run(1, "{}")).unwrap();
    let later = r#"{"v":2,"who":"knows"}"#;
    let good = run(1, "{}").to_line();
    for line in [
        "garbage\n".to_owned(),
        "\n \r\n".to_owned(),
        format!("{later}\n"),
        good.replace("\"v\":1", "\"v\":0"),
        good.replace("\"ok\"", "\"fine\""),
        good.replace("\"args\":{}", "\"args\":}"),
        good.replace("\"id\":\"", "\"id\":\"x"),
    ] {
        file::append(&history.path, &line).unwrap();
        assert_eq!(history.load().unwrap(), [run(1, "{}")], "{line}");
    }
    for at in 2..30 {
        history.append(&run(at, "{}")).unwrap();
    }
    let text = fs::read_to_string(&history.path).unwrap();
    assert!(
        !text.contains("garbage") && !text.contains("fine"),
        "{text}"
    );
    assert!(text.len() <= 5_300, "{}", text.len());
    assert_eq!(
        text.matches(later).count(),
        usize::from(text.contains("\"v\":2"))
    );
}

#[test]
fn it_is_cut_down_by_number_bytes_and_age_and_the_newest_stay() {
    let line = run(1, "{}").to_line().len() as u64;
    let large = Limits::default();
    for (limits, most) in [
        (Limits { runs: 20, ..large }, 20),
        (
            Limits {
                bytes: line * 20,
                ..large
            },
            21,
        ),
    ] {
        let (_home, history) = history();
        let history = history.with_limits(limits);
        for at in 0..200 {
            history.append(&run(at, "{}")).unwrap();
            let runs = history.load().unwrap();
            assert!(runs.len() <= most, "{} runs after {at}", runs.len());
            assert_eq!(runs.last().unwrap().at.as_second(), at);
            assert!(
                runs.windows(2)
                    .all(|two| two[0].at.as_second() + 1 == two[1].at.as_second())
            );
        }
    }
    let (_home, history) = history();
    let history = history.with_limits(Limits {
        bytes: line * 2,
        age: Duration::from_secs(100),
        ..large
    });
    history.append(&run(0, "{}")).unwrap();
    history.append(&run(500, "{}")).unwrap();
    history.append(&run(550, r#"{"a":1}"#)).unwrap();
    let seconds: Vec<i64> = history
        .load()
        .unwrap()
        .iter()
        .map(|run| run.at.as_second())
        .collect();
    assert_eq!(
        seconds,
        [550],
        "the old one and, for its bytes, one more are gone"
    );
}

#[test]
fn too_large_arguments_are_not_kept() {
    let (_home, history) = history();
    let large = format!("{{\"a\":\"{}\"}}", "x".repeat(Limits::default().line));
    assert_eq!(history.append(&run(1, &large)).unwrap(), Kept::TooLarge);
    assert!(!history.path.exists());
}

#[test]
fn two_writers_lose_nothing_while_the_file_is_cut_down() {
    let (_home, history) = history();
    // Room for all of them; it is rewritten again and again all the same.
    let line = run(1, "{\"who\":1,\"n\":100}").to_line().len() as u64;
    let history = history.with_limits(Limits {
        bytes: line * 270,
        ..Limits::default()
    });
    fs::create_dir_all(history.path.parent().unwrap()).unwrap();
    std::thread::scope(|scope| {
        for who in 0..2_i32 {
            let history = history.clone();
            scope.spawn(move || {
                for n in 0..100 {
                    let arguments = format!("{{\"who\":{who},\"n\":{n}}}");
                    history.append(&run(5_000, &arguments)).unwrap();
                    if n % 10 == who {
                        let _lock = file::Lock::of(&history.path).unwrap();
                        let now = Timestamp::from_second(5_000).unwrap();
                        history.compact(now).unwrap();
                    }
                }
            });
        }
    });
    let runs = history.load().unwrap();
    for who in 0..2 {
        let mine: Vec<String> = runs
            .iter()
            .map(|run| run.arguments.to_string())
            .filter(|arguments| arguments.starts_with(&format!("{{\"who\":{who},")))
            .collect();
        let all: Vec<String> = (0..100)
            .map(|n| format!("{{\"who\":{who},\"n\":{n}}}"))
            .collect();
        assert_eq!(mine, all);
    }
}

#[test]
fn errors_say_which_file_and_what_to_do() {
    let home = tempfile::tempdir().unwrap();
    let history = History::open(home.path());
    let error = history.load().unwrap_err().to_string();
    assert!(
        error.starts_with(&format!("cannot read {}: ", home.path().display())),
        "{error}"
    );
    let file = home.path().join("file");
    fs::write(&file, "").unwrap();
    let history = History::open(&file.join("history.jsonl"));
    let error = history.append(&run(1, "{}")).unwrap_err().to_string();
    assert!(
        error.starts_with(&format!("cannot create {}: ", file.display())),
        "{error}"
    );
    let error = file::read(&file, 0).map(|bytes| bytes.len());
    assert_eq!(error.unwrap(), 0);
    fs::write(&file, "12").unwrap();
    let error = file::read(&file, 1).unwrap_err();
    assert_eq!(error.hint().as_deref(), Some("delete it, or cut it down"));
}

proptest! {
    // Every case writes files to the disk.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_are_survived_and_good_lines_found(
        junk in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..6),
        pick in 0_usize..6,
    ) {
        let (_home, history) = history();
        let good = run(3, r#"{"a":1.0}"#);
        let mut bytes = Vec::new();
        for (index, junk) in junk.iter().enumerate() {
            if index == pick {
                bytes.extend_from_slice(good.to_line().as_bytes());
            }
            bytes.extend_from_slice(junk);
            bytes.push(b'\n');
        }
        fs::create_dir_all(history.path.parent().unwrap()).unwrap();
        fs::write(&history.path, &bytes).unwrap();
        let runs = history.load().unwrap();
        prop_assert_eq!(runs.contains(&good), pick < junk.len());
        history.append(&good).unwrap();
        history.compact(good.at).unwrap();
        prop_assert!(history.load().unwrap().contains(&good));
    }

    #[test]
    fn any_line_like_a_run_is_survived(at in 0_usize..400, byte: u8) {
        let mut line = run(3, r#"{"a":1.0}"#).to_line().into_bytes();
        let at = at % line.len();
        line[at] = byte;
        let _ = Run::read(&line);
    }
}
