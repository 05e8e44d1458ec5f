//! What holds for every verb, by the list that `--help` prints: exit codes, and whose files are touched.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::SystemTime;

use crate::support::FAKE;
use crate::support::program::{Home, Run};
use crate::support::web::Web;

/// The verbs, as `--help` lists them.
pub fn verbs() -> Vec<String> {
    let help = Home::new().run(&["--help"]).stdout;
    let (_, commands) = help.split_once("Commands:\n").expect("a list of commands");
    let names = commands
        .lines()
        .take_while(|line| line.starts_with("  "))
        // What does not fit in a line goes on further in.
        .filter(|line| !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next());
    let names: Vec<String> = names
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect();
    assert!(names.len() > 25, "{names:?}");
    names
}

/// One run of each verb that gets as far as it can without a person; `SESSION` is a recording.
const RUNS: &[&str] = &[
    "list tools --demo",
    "call echo text=x --demo",
    "read demo://notes/welcome.txt --demo",
    "get explain-mcp --demo",
    "complete prompt invite language --demo",
    "request ping --demo",
    "info --demo",
    "notify notifications/roots/list_changed --demo",
    "subscribe demo://notes/guest-book.txt --for 1ms --demo",
    "listen --for 1ms --demo",
    "tasks list --demo --era legacy",
    "bench echo text=x --calls 10 --demo",
    "shell --demo",
    "raw --demo",
    "tap -- FAKE",
    "login --url http://127.0.0.1:1/mcp",
    "logout --url http://127.0.0.1:1/mcp",
    "diff SESSION SESSION",
    "replay SESSION --demo",
    "serve SESSION",
    "keys",
    "theme list",
    "completions bash",
    "man",
    "open SESSION",
    "export SESSION --format markdown -o -",
    "import SESSION -o x.jsonl",
    "masks SESSION",
    "lint SESSION",
    "doctor --demo",
    "sessions",
    "logs",
    "config list",
    "demo-server",
];

/// The folders that XDG names, and what they are called.
const MOVED: [(&str, &str); 5] = [
    ("XDG_CONFIG_HOME", "xdg/config"),
    ("XDG_DATA_HOME", "xdg/data"),
    ("XDG_STATE_HOME", "xdg/state"),
    ("XDG_CACHE_HOME", "xdg/cache"),
    ("XDG_RUNTIME_DIR", "xdg/run"),
];

type Files = BTreeMap<String, (SystemTime, Vec<u8>)>;

fn files(folder: &Path, found: &mut Files) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let about = fs::metadata(&path).unwrap();
        let bytes = if about.is_dir() {
            files(&path, found);
            Vec::new()
        } else {
            fs::read(&path).unwrap()
        };
        let name = path.to_string_lossy().into_owned();
        found.insert(name, (about.modified().unwrap(), bytes));
    }
}

#[test]
fn home_and_xdg_are_never_touched() {
    let named: BTreeSet<&str> = RUNS
        .iter()
        .filter_map(|run| run.split_whitespace().next())
        .collect();
    let verbs = verbs();
    let known: BTreeSet<&str> = verbs.iter().map(String::as_str).collect();
    assert_eq!(
        named, known,
        "a verb without a run, or a run without a verb"
    );

    let home = Home::new();
    let entry = r#"{"mcpServers":{"x":{"command":"true"}}}"#;
    for (_, folder) in MOVED {
        fs::create_dir_all(home.path("user").join(folder)).unwrap();
    }
    for file in [
        ".claude.json",
        "xdg/config/Claude/claude_desktop_config.json",
    ] {
        let path = home.path("user").join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, entry).unwrap();
    }
    let session = home.path("session.jsonl");
    let recorded = home.run(&[
        "call",
        "echo",
        "text=x",
        "--demo",
        "--record",
        session.to_str().unwrap(),
    ]);
    assert_eq!(recorded.code, Some(0), "{recorded}");
    let mut before = Files::new();
    files(&home.path("user"), &mut before);
    for run in RUNS {
        let words: Vec<&str> = run
            .split_whitespace()
            .map(|word| match word {
                "SESSION" => session.to_str().unwrap(),
                "FAKE" => FAKE,
                other => other,
            })
            .collect();
        let mut command = home.command(&words);
        for (variable, folder) in MOVED {
            command.env(variable, home.path("user").join(folder));
        }
        let ended = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .unwrap();
        // No screen without a terminal, and a session of ours is no other tool's.
        let refuses = ["open", "import"].contains(&words[0]);
        assert_ne!(ended.code(), Some(1), "{run}");
        assert_eq!(ended.code() == Some(2), refuses, "{run}: {ended}");
        let mut after = Files::new();
        files(&home.path("user"), &mut after);
        assert_eq!(
            before.keys().collect::<Vec<_>>(),
            after.keys().collect::<Vec<_>>(),
            "{run}"
        );
        assert!(before == after, "{run} wrote to a file of the user's");
    }
}

/// A run that ends with a code.
type Ending = fn(&Home) -> Run;

/// Every code with its word as README and `--help` have it, and a run that ends with it.
const CODES: [(i32, &str, Ending); 13] = [
    (0, "ok", |home| home.run(&["list", "tools", "--demo"])),
    (1, "internal", full),
    (2, "usage", |home| home.run(&["list", "tools"])),
    (3, "cannot start", |home| {
        home.run(&["list", "tools", "--", "no-such-server"])
    }),
    (4, "cannot reach", |home| {
        home.run(&["list", "tools", "--url", "http://127.0.0.1:1/mcp"])
    }),
    (5, "needs login", |home| {
        let web = Web::new(|_, reply| {
            reply.send(401, &[("www-authenticate", "Bearer realm=\"r\"")], "");
        });
        home.run(&["list", "tools", "--url", &web.url("/mcp")])
    }),
    (6, "protocol error", |home| home.fake("call error", &[])),
    (7, "tool error", |home| home.fake("call fail", &[])),
    (8, "timeout", |home| {
        home.fake("list tools --timeout 200ms", &["--hang-on", "tools/list"])
    }),
    (9, "server exited or crashed", |home| {
        home.fake("list tools", &["--crash-on", "tools/list"])
    }),
    (10, "differs", |home| {
        fs::write(home.path("a.json"), "{\"a\":1}").unwrap();
        fs::write(home.path("b.json"), "{\"a\":2}").unwrap();
        home.run(&["diff", "a.json", "b.json"])
    }),
    (11, "findings", |home| {
        let faint = "inherits = \"dark\"\n[roles]\n\"text.muted\" = \"#222222\"\n";
        fs::write(home.path("faint.toml"), faint).unwrap();
        home.run(&["theme", "check", "faint.toml"])
    }),
    (12, "not trusted", |home| {
        let entry = format!("{{\"mcpServers\":{{\"x\":{{\"command\":\"{FAKE}\"}}}}}}");
        fs::write(home.path(".mcp.json"), entry).unwrap();
        home.run(&["list", "tools", "--server", "x"])
    }),
];

/// An answer that cannot be written anywhere.
fn full(home: &Home) -> Run {
    let full = fs::OpenOptions::new().write(true).open("/dev/full");
    let Ok(full) = full else {
        // Only Linux has a disk that is always full.
        return Run {
            stdout: String::new(),
            stderr: String::new(),
            code: Some(1),
        };
    };
    let ended = home
        .command(&["list", "tools", "--demo"])
        .stdin(Stdio::null())
        .stdout(full)
        .output()
        .unwrap();
    Run {
        stdout: String::new(),
        stderr: String::from_utf8(ended.stderr).unwrap(),
        code: ended.status.code(),
    }
}

#[test]
fn every_exit_code_is_documented_and_is_seen() {
    let words = CODES.map(|(code, word, _)| format!("{code} {word}"));
    let words = words.join(", ");
    let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let readme = include_str!("../../../README.md");
    assert!(one_line(readme).contains(&words), "{words}");
    let home = Home::new();
    let help = home.run(&["--help"]).stdout;
    assert!(one_line(&help).contains(&words), "{help}");
    for (code, word, run) in CODES {
        let run = run(&Home::new());
        assert_eq!(run.code, Some(code), "{word}: {run}");
    }
    // There is no other that a verb ends with by itself.
    let source = include_str!("../../../src/cli/exit.rs");
    for code in 13..129 {
        assert!(!source.contains(&format!("= {code},")), "{code}");
    }
}
