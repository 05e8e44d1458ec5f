//! A server that the command line names out of a client's settings: agreed to and asked about like one of the list.

use crate::support::FAKE;
use crate::support::program::Home;
use crate::support::terminal::Terminal;

#[test]
fn what_its_client_would_ask_for_is_asked_for() {
    let home = Home::new();
    let settings = r#"{
      "inputs": [{"id": "key", "type": "promptString", "description": "The key", "password": true}],
      "servers": {"w": {"command": "FAKE", "args": ["--print-env", "KEY"], "env": {"KEY": "${input:key}"}}}
    }"#;
    std::fs::create_dir_all(home.path(".vscode")).unwrap();
    let settings = settings.replace("FAKE", FAKE);
    std::fs::write(home.path(".vscode/mcp.json"), settings).unwrap();
    let mut terminal = Terminal::start(&home, &["--server", "w"], (120, 36));
    terminal.shows("RUN w?");
    terminal.send("y");
    terminal.shows("w ASKS FOR");
    terminal.send("s3cret-key\r");
    terminal.shows("TOOLS ");
    // It is the entry of the list, and no second one beside it.
    terminal.send("1");
    terminal.shows("SERVERS 2");
    terminal.send("Q");
    assert_eq!(terminal.end(), Some(0));
    // Headless nobody is there to be asked.
    let run = home.run(&["list", "tools", "--server", "w", "--trust"]);
    assert!(run.stderr.contains("give --input key=VALUE"), "{run}");
    assert_eq!(run.code, Some(2));
}
