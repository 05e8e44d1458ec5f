//! The settings of clients: found, shown, changed; servers out of them run, and agreed to first.

use std::path::Path;

use insta::assert_snapshot;

use crate::support::FAKE;
use crate::support::program::{Home, Run};

/// A home with these files of a user's (below `user`) and of a project's (where commands run).
fn with(files: &[(&str, &str)]) -> Home {
    let home = Home::new();
    std::fs::create_dir_all(home.path("user")).unwrap();
    for (path, text) in files {
        let path = home.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text.replace("FAKE", FAKE)).unwrap();
    }
    home
}

const PROJECT: &str = r#"{
  "mcpServers": {
    "db": {"command": "FAKE", "args": [], "env": {"DB_URL": "postgres://secret"}},
    "far": {"type": "http", "url": "http://127.0.0.1:9/mcp", "headers": {"Authorization": "Bearer ${TOKEN}"}}
  }
}
"#;

const CURSOR: &str = r#"{
  // mine
  "mcpServers": {
    "db": {"command": "FAKE", "args": ["--other"]},
    "mine": {"command": "FAKE"},
  }
}
"#;

fn both() -> Home {
    with(&[(".mcp.json", PROJECT), ("user/.cursor/mcp.json", CURSOR)])
}

/// What was said, with the name of the server's program taken out.
fn told(run: &Run) -> String {
    run.to_string().replace(FAKE, "FAKE")
}

fn asked(home: &Home, line: &str) -> String {
    let arguments: Vec<&str> = line.split(' ').collect();
    told(&home.run(&arguments))
}

#[test]
fn servers_are_listed_by_their_files() {
    let home = both();
    std::fs::create_dir_all(home.path("user/.codex")).unwrap();
    std::fs::write(home.path("user/.codex/config.toml"), "[mcp_servers.x\n").unwrap();
    assert_snapshot!(asked(&home, "config list"));
    assert_snapshot!(asked(&home, "config list --client cursor"));
    assert_snapshot!(asked(&home, "config list --client zed"), @"
    --- stdout
    no client has a server in its settings
    --- exit 0
    ");
    let json = home.run(&["config", "list", "--json"]).stdout;
    mcpscope::json::check(json.trim().as_bytes()).unwrap();
    assert!(
        !json.contains("postgres://secret") && json.contains(r#""env":["DB_URL"]"#),
        "{json}"
    );
    assert!(
        json.contains(r#""agreed":false"#) && json.contains(r#""hiddenBy":null"#),
        "{json}"
    );
}

#[test]
fn one_server_is_shown_compared_and_explained() {
    let home = both();
    assert_snapshot!(asked(&home, "config show db"));
    assert_snapshot!(asked(&home, "config show far"));
    assert_snapshot!(asked(&home, "config diff db"));
    assert_snapshot!(asked(&home, "config why db --client cursor"));
    assert_snapshot!(asked(&home, "config why mine --client claude-code"));
    assert_snapshot!(asked(&home, "config path cursor"));
    for (line, code) in [
        ("config diff mine", 0),
        ("config diff db --json", 10),
        ("config why db --json", 0),
        ("config path --json", 0),
        ("config show db --json", 0),
    ] {
        let run = home.run(&line.split(' ').collect::<Vec<_>>());
        assert_eq!(run.code, Some(code), "{line}: {run}");
        if line.ends_with("--json") {
            mcpscope::json::check(run.stdout.trim().as_bytes()).unwrap();
        }
    }
}

#[test]
fn what_is_asked_wrongly_is_one_line_and_a_hint() {
    let home = both();
    assert_snapshot!(asked(&home, "config show bd"));
    assert_snapshot!(asked(&home, "config list --client emacs"));
    assert_snapshot!(asked(&home, "config list --dir nowhere"));
    assert_snapshot!(asked(&home, "config add x"));
    assert_snapshot!(asked(
        &home,
        "config add x --client windsurf --scope project -- y"
    ));
    assert_snapshot!(asked(&home, "config add db --client cursor -- y"));
    assert_snapshot!(asked(&home, "config edit mine"));
    assert_snapshot!(asked(&home, "config remove db"));
}

#[test]
fn a_server_of_the_users_own_runs_by_its_name() {
    let home = both();
    assert_snapshot!(asked(&home, "call echo text=hello --server mine"), @"
    --- stdout
    hello
    --- exit 0
    ");
    assert_snapshot!(asked(&home, "list tools --server mien"));
    assert_snapshot!(asked(&home, "list tools --server db"));
    assert_snapshot!(asked(&home, "list tools --server far"));
    assert_snapshot!(asked(&home, "list tools --server mine --insecure"));
    let both = home.run(&["list", "tools", "--server", "mine", "--demo"]);
    assert_eq!(both.code, Some(2), "{both}");
}

#[test]
fn what_comes_with_a_project_runs_once_it_is_agreed_to_and_not_when_it_changed() {
    let home = with(&[(".mcp.json", PROJECT)]);
    let call = ["call", "echo", "text=hello", "--server", "db"];
    assert_snapshot!(told(&home.run(&call)));
    assert!(home.sessions().is_empty(), "nothing was started");
    let mut trusting = call.to_vec();
    trusting.push("--trust");
    assert_eq!(home.run(&trusting).stdout, "hello\n");
    // From now on without a word.
    assert_eq!(home.run(&call).stdout, "hello\n");
    let session = std::fs::read_to_string(&home.sessions()[0]).unwrap();
    assert!(
        !session.contains("postgres://secret"),
        "values are not recorded"
    );
    std::fs::write(
        home.path(".mcp.json"),
        PROJECT.replace("FAKE", FAKE).replace("[]", "[\"--evil\"]"),
    )
    .unwrap();
    assert_snapshot!(told(&home.run(&call)));
    // With --json it is an error like any other.
    let mut json = call.to_vec();
    json.push("--json");
    let run = home.run(&json);
    assert_eq!(run.code, Some(12));
    assert!(run.stdout.contains(r#""kind":"not-trusted""#), "{run}");
    let kept = std::fs::read_to_string(home.path("home/state/trust.jsonl")).unwrap();
    assert!(!kept.contains("postgres://secret"), "{kept}");
    // What follows -- is consent.
    assert_eq!(home.fake("call echo text=hello", &[]).code, Some(0));
}

#[test]
fn a_value_that_is_missing_is_asked_for() {
    let home = with(&[(
        "user/.config/Code/User/mcp.json",
        r#"{"servers": {"w": {"command": "FAKE", "env": {"KEY": "${input:key}"}}}}"#,
    )]);
    assert_snapshot!(asked(&home, "call echo text=hello --server w"));
    assert_eq!(
        home.run(&[
            "call",
            "echo",
            "text=hello",
            "--server",
            "w",
            "--input",
            "key=sesame"
        ])
        .stdout,
        "hello\n"
    );
}

#[test]
fn what_variables_put_into_a_command_line_is_neither_shown_nor_recorded() {
    let home = with(&[(
        ".mcp.json",
        r#"{"mcpServers": {"a": {"command": "FAKE", "args": ["--label", "key=${SEKRIT}"]}}}"#,
    )]);
    let run = |line: &str| {
        let line: Vec<&str> = line.split(' ').collect();
        let mut command = home.command(&line);
        let out = command.env("SEKRIT", "open-sesame-4711").output().unwrap();
        let told = String::from_utf8_lossy(&out.stdout).into_owned();
        told + &String::from_utf8_lossy(&out.stderr)
    };
    let mut told = String::new();
    for line in [
        "config list",
        "config show a",
        "config show a --json",
        "list tools --server a",
    ] {
        told.push_str(&run(line));
    }
    assert!(told.contains("‹SEKRIT›"), "{told}");
    told.push_str(&run("list tools --server a --trust"));
    for path in home.sessions() {
        told.push_str(&std::fs::read_to_string(path).unwrap());
    }
    told.push_str(&std::fs::read_to_string(home.path("home/state/trust.jsonl")).unwrap());
    assert_eq!(home.sessions().len(), 1);
    assert!(!told.contains("open-sesame"), "{told}");
}

#[test]
fn what_is_written_can_be_undone() {
    let home = both();
    let file = home.path("user/.cursor/mcp.json");
    let before = std::fs::read_to_string(&file).unwrap();
    assert_snapshot!(asked(
        &home,
        "config add new --client cursor --env KEY=v -- node server.js --port 1"
    ));
    let after = std::fs::read_to_string(&file).unwrap();
    assert_snapshot!(after.replace(FAKE, "FAKE"));
    assert_eq!(
        std::fs::read_to_string(home.path("user/.cursor/mcp.json.bak")).unwrap(),
        before
    );
    assert_snapshot!(asked(
        &home,
        "config edit new --env KEY=w --env MORE=x --unset args -- deno"
    ));
    assert_snapshot!(asked(&home, "config show new"));
    assert_snapshot!(asked(&home, "config remove new"));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), before);
    // Without a client it is one of our own.
    assert_snapshot!(asked(
        &home,
        "config add ours --cwd ~/x --header A:b --url https://a.example/mcp"
    ));
    assert_snapshot!(std::fs::read_to_string(home.path("home/config/config.toml")).unwrap());
    // What somebody adds to a project they have agreed to.
    let add = [
        "config", "add", "here", "--client", "vscode", "--scope", "project", "--", FAKE,
    ];
    assert_eq!(home.run(&add).code, Some(0));
    assert_eq!(
        home.run(&["call", "echo", "text=hello", "--server", "here"])
            .stdout,
        "hello\n"
    );
}

/// All files below a folder with what is in them and when they changed.
fn all(folder: &Path) -> Vec<(std::path::PathBuf, Vec<u8>, std::time::SystemTime)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(all(&path));
        } else {
            let changed = path.metadata().unwrap().modified().unwrap();
            found.push((path.clone(), std::fs::read(&path).unwrap(), changed));
        }
    }
    found.sort();
    found
}

#[test]
fn nothing_in_the_users_home_is_touched_by_reading() {
    let home = both();
    std::fs::create_dir_all(home.path("user/.config/zed")).unwrap();
    std::fs::write(home.path("user/.config/zed/settings.json"), "{ broken").unwrap();
    let before = all(&home.path("user"));
    for line in [
        "config list",
        "config show db",
        "config path",
        "config diff db",
        "config why db",
        "list tools --server mine",
        "list tools --server db",
    ] {
        home.run(&line.split(' ').collect::<Vec<_>>());
    }
    assert_eq!(all(&home.path("user")), before);
    // Nothing is read but what stands there: in an empty home there is nothing, whoever runs this.
    let empty = with(&[]);
    assert_snapshot!(asked(&empty, "config list"), @"
    --- stdout
    no client has a server in its settings
    --- exit 0
    ");
    assert!(all(&empty.path("user")).is_empty());
}
