//! Logs that clients keep of their servers, found and looked at on the screen.

use std::collections::BTreeMap;

use mcpscope::configs::trust::Trust;
use mcpscope::configs::{Machine, System};
use mcpscope::tui::effect::configs::Configs;
use mcpscope::tui::event::Event;
use mcpscope::tui::pane::View;

use crate::support::screen::{Screen, file};

#[test]
fn a_log_that_was_found_is_lines_in_logs_and_frames_in_traffic() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().canonicalize().unwrap();
    let kept = home.join(".config/Claude/logs");
    std::fs::create_dir_all(&kept).unwrap();
    let log = kept.join("mcp-server-weather.log");
    std::fs::copy(file("tests/logs/mcp-server-weather.log"), log).unwrap();
    let machine = Machine {
        system: System::Linux,
        home: home.clone(),
        variables: BTreeMap::new(),
        folder: home.clone(),
        ours: None,
        inputs: BTreeMap::new(),
        asks: false,
    };
    let found = Configs::Find(machine, Trust::at(home.join("trust.jsonl"))).carry_out();
    for size in [(120, 36), (80, 24)] {
        let mut screen = Screen::live(size);
        screen.event(Event::Servers(found.clone().unwrap()));
        screen.press("6 a");
        for words in [
            "LOGS THAT CLIENTS KEEP",
            "Claude Desktop",
            "weather",
            "another log",
        ] {
            assert!(screen.contains(words), "{words}\n{}", screen.text());
        }
        screen.press("Enter");
        assert_eq!(screen.model.view, View::Logs);
        assert!(!screen.model.world.timeline.logs().is_empty());
        screen.press("5");
        assert!(screen.contains("initialize"), "{}", screen.text());
    }
    // One that nobody knows of is named.
    let mut screen = Screen::live((120, 36));
    screen.event(Event::Servers(found.unwrap()));
    screen.press("6 a \"another\" Enter Enter");
    assert!(screen.contains("no file is named"), "{}", screen.text());
    screen.press("\"~/.config/Claude/logs/mcp-server-weather.log\" Enter");
    assert_eq!(screen.model.view, View::Logs);
    assert!(!screen.model.world.timeline.logs().is_empty());
}
