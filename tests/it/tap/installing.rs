//! Taps put into the settings of clients, and taken out again.

use std::path::Path;

use insta::assert_snapshot;

use crate::support::program::{Home, Run};
use crate::support::{FAKE, MCPSCOPE};

const PROJECT: &str = r#"{
  "mcpServers": {
    "db": {"command": "FAKE", "args": [], "env": {"DB_URL": "postgres://secret"}},
    "far": {"type": "http", "url": "http://127.0.0.1:9/mcp?api_key=sesame"}
  }
}
"#;

const CURSOR: &str = r#"{
  // mine
  "mcpServers": {
    "db": {"command": "FAKE", "args": ["--other"]},
    "mine": {
      "command": "FAKE", // the program
    },
  }
}
"#;

fn write(home: &Home, path: &str, text: &str) {
    let path = home.path(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text.replace("FAKE", FAKE)).unwrap();
}

fn home() -> Home {
    let home = Home::new();
    std::fs::create_dir_all(home.path("user")).unwrap();
    write(&home, ".mcp.json", PROJECT);
    write(&home, "user/.cursor/mcp.json", CURSOR);
    home
}

fn told(run: &Run) -> String {
    run.to_string()
        .replace(FAKE, "FAKE")
        .replace(MCPSCOPE, "MCPSCOPE")
}

fn asked(home: &Home, line: &str) -> String {
    told(&home.run(&line.split(' ').collect::<Vec<_>>()))
}

fn text(home: &Home, path: &str) -> String {
    let text = std::fs::read_to_string(home.path(path)).unwrap();
    let place = home.path("").canonicalize().unwrap();
    text.replace(FAKE, "FAKE")
        .replace(MCPSCOPE, "MCPSCOPE")
        .replace(place.to_str().unwrap(), "HOME")
}

#[test]
fn a_tap_is_put_in_shown_and_taken_out() {
    let home = home();
    assert_snapshot!("dry", asked(&home, "tap install cursor mine --dry-run"));
    assert_eq!(text(&home, "user/.cursor/mcp.json"), CURSOR);
    assert_snapshot!(
        "install",
        asked(&home, "tap install cursor mine --record seen")
    );
    assert_snapshot!("file", text(&home, "user/.cursor/mcp.json"));
    assert_snapshot!(
        "install json",
        asked(&home, "tap install claude-code db --json")
    );
    assert_snapshot!("status", asked(&home, "tap status"));
    assert_snapshot!("status json", asked(&home, "tap status claude-code --json"));
    assert_snapshot!("again", asked(&home, "tap install cursor mine"));
    assert_snapshot!("remove", asked(&home, "tap remove cursor mine"));
    assert_eq!(text(&home, "user/.cursor/mcp.json"), CURSOR);
    assert_snapshot!("remove again", asked(&home, "tap remove cursor mine"));
    let run = home.run(&["tap", "remove", "claude-code", "db"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(text(&home, ".mcp.json"), PROJECT);
}

#[test]
fn what_cannot_be_tapped_says_why() {
    let home = home();
    write(&home, "user/.codex/config.toml", "[mcp_servers.x\n");
    write(
        &home,
        "server.json",
        r#"{"name": "io.example/x", "version": "1.0.0", "packages": [{"registryType": "npm", "identifier": "x", "version": "1.0.0", "transport": {"type": "stdio"}}]}"#,
    );
    std::fs::write(home.path("seen"), "").unwrap();
    for (name, line) in [
        ("address", "tap install claude-code far"),
        ("unknown", "tap install cursor mien"),
        ("nothing", "tap install zed x"),
        ("broken", "tap install codex x"),
        ("described", "tap install server-json io.example/x"),
        ("scope", "tap install cursor db --scope project"),
        ("client", "tap install emacs x"),
        ("record", "tap install cursor db --record seen"),
        ("folder", "tap status --dir nowhere"),
    ] {
        assert_snapshot!(name, asked(&home, line));
    }
    assert_eq!(text(&home, ".mcp.json"), PROJECT);
    assert_eq!(text(&home, "user/.cursor/mcp.json"), CURSOR);
}

#[test]
fn what_a_client_starts_then_is_recorded_each_time() {
    let home = home();
    let install = ["tap", "install", "cursor", "mine", "--record", "seen"];
    assert_eq!(home.run(&install).code, Some(0));
    for _ in 0..2 {
        let call = ["call", "echo", "text=hello", "--server", "mine"];
        assert_eq!(home.run(&call).stdout, "hello\n");
    }
    let recordings: Vec<_> = std::fs::read_dir(home.path("seen")).unwrap().collect();
    assert_eq!(recordings.len(), 2);
    for recording in recordings {
        let text = std::fs::read_to_string(recording.unwrap().path()).unwrap();
        assert!(
            text.contains("tools/call") && text.contains("hello"),
            "{text}"
        );
    }
}

#[test]
fn a_tap_whose_program_is_gone_is_told() {
    let home = home();
    let words =
        r#"{"mcpServers": {"a": {"command": "/nowhere/mcpscope", "args": ["tap", "--", "x"]}}}"#;
    write(&home, "user/.cursor/mcp.json", words);
    assert!(!Path::new("/nowhere/mcpscope").exists());
    assert_snapshot!("gone", asked(&home, "tap status cursor"));
    assert_eq!(home.run(&["tap", "remove", "cursor", "a"]).code, Some(0));
    let after = text(&home, "user/.cursor/mcp.json");
    assert_eq!(after, r#"{"mcpServers": {"a": {"command": "x"}}}"#);
}
