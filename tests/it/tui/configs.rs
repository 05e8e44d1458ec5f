//! Servers out of the settings of clients: listed with where they stand, and agreed to before they first run.

use std::collections::BTreeMap;

use insta::assert_snapshot;
use mcpscope::configs::over::{Named, Over};
use mcpscope::configs::trust::Trust;
use mcpscope::configs::{Machine, System};
use mcpscope::inspector::Command;
use mcpscope::tui::effect::Effect;
use mcpscope::tui::effect::configs::Configs;
use mcpscope::tui::event::Event;
use mcpscope::tui::model::{Overlay, Then};
use mcpscope::tui::update;
use tempfile::TempDir;

use super::sessions::shelf;
use crate::support::screen::Screen;

const PROJECT: &str = r#"{"mcpServers": {
  "db": {"command": "./db-server", "args": ["--port", "${PORT:-5432}"], "env": {"DB_URL": "secret-value"}},
  "far": {"type": "http", "url": "https://far.example/mcp", "headers": {"X-Key": "secret-value"}},
  "lacking": {"command": "x", "args": ["${NOWHERE}"]}
}}"#;

const CURSOR: &str = r#"{"mcpServers": {
  "db": {"command": "db-server", "args": ["--port", "1"]},
  "mine": {"command": "mine-server", "args": ["a b"], "env": {"KEY": "secret-value"}}
}}"#;

struct Files {
    folder: TempDir,
}

impl Files {
    fn new() -> Self {
        let files = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        files.write("project/.mcp.json", PROJECT);
        files.write("home/.cursor/mcp.json", CURSOR);
        files
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// What the worker of the screen would tell.
    fn event(&self) -> Event {
        let folder = self.folder.path().canonicalize().unwrap();
        let machine = Machine {
            system: System::Linux,
            home: folder.join("home"),
            variables: BTreeMap::new(),
            folder: folder.join("project"),
            ours: None,
            inputs: BTreeMap::new(),
            asks: true,
        };
        let trust = Trust::at(folder.join("trust.jsonl"));
        let told = Configs::Find(machine, trust).carry_out().unwrap();
        Event::Servers(told)
    }
}

fn started(screen: &Screen) -> Vec<String> {
    let connects = screen.sent.iter().filter_map(|command| match command {
        Command::Connect(connect) => Some(connect.name.clone()),
        _ => None,
    });
    connects.collect()
}

#[test]
fn found_servers_stand_behind_those_that_are_there() {
    let files = Files::new();
    let mut screen = Screen::live((120, 36));
    screen.event(files.event());
    assert_snapshot!(screen.text());
    screen.press("j");
    assert!(screen.contains("SERVERS 5"));
    assert!(!screen.text().contains("secret-value"));
    let small = {
        let mut screen = Screen::live((80, 24));
        screen.event(files.event());
        screen.press("j");
        screen
    };
    assert_snapshot!(small.text());
    // The same again is nothing new.
    screen.event(files.event());
    assert!(screen.contains("SERVERS 5"));
}

#[test]
fn what_comes_with_a_project_is_asked_about_and_runs_only_after_yes() {
    let files = Files::new();
    let mut screen = Screen::live((120, 36));
    screen.event(files.event());
    screen.press("j Enter");
    assert!(started(&screen).is_empty());
    for words in [
        "RUN db?",
        "It comes with the project and was never agreed to.",
        "./db-server --port '${PORT:-5432}'",
        "that is   ./db-server --port 5432",
        "env       DB_URL",
        "y yes, until it changes  Esc no",
    ] {
        assert!(screen.contains(words), "{words}\n{}", screen.text());
    }
    assert!(!screen.text().contains("secret-value"));
    // Enter may have been meant for the list, and other keys for nothing.
    screen.press("Enter x Space");
    assert!(screen.contains("RUN db?") && started(&screen).is_empty());
    screen.press("Esc");
    assert!(!screen.contains("RUN db?") && started(&screen).is_empty());
    assert_eq!(screen.status(), "it was not run");
    screen.press("Enter y");
    assert_eq!(started(&screen), ["db"]);
    // It is remembered, and asked about again when it changed.
    let mut again = Screen::live((120, 36));
    again.event(files.event());
    again.press("j c");
    assert_eq!(started(&again), ["db"]);
    files.write("project/.mcp.json", &PROJECT.replace("--port", "--evil"));
    let mut changed = Screen::live((80, 24));
    changed.event(files.event());
    changed.press("j c");
    assert!(started(&changed).is_empty());
    assert!(changed.contains("It changed since you agreed to it:"));
    assert!(
        changed.contains("it was: ./db-server --port"),
        "{}",
        changed.text()
    );
}

#[test]
fn a_recording_is_sent_to_no_server_that_nobody_agreed_to() {
    let files = Files::new();
    let mut screen = shelf((120, 36));
    screen.event(files.event());
    screen.press("8 j r C-u \"db\" Enter Enter Enter");
    let says = "db: asks before it runs; connect it first";
    assert!(screen.contains(says), "{}", screen.text());
    assert!(started(&screen).is_empty());
    let replayed = |effect: &Effect| matches!(effect, Effect::Replay(_));
    assert!(!screen.orders.iter().any(replayed), "{:?}", screen.orders);
}

#[test]
fn addresses_of_a_project_are_asked_about_too() {
    let files = Files::new();
    let mut screen = Screen::live((120, 36));
    screen.event(files.event());
    screen.press("j j Enter");
    assert!(screen.contains("TALK TO far?") && screen.contains("headers   X-Key"));
    screen.press("y");
    assert_eq!(started(&screen), ["far"]);
}

#[test]
fn a_server_of_the_users_own_is_connected_at_once_and_one_that_lacks_something_says_what() {
    let files = Files::new();
    let mut screen = Screen::live((120, 36));
    screen.event(files.event());
    screen.press("G Enter");
    assert_eq!(started(&screen), ["mine"]);
    screen.press("k c");
    assert_eq!(started(&screen), ["mine"]);
    assert_eq!(
        screen.status(),
        "lacking needs the variable NOWHERE (./.mcp.json:4)"
    );
}

#[test]
fn another_entry_of_the_same_name_is_added_by_its_client() {
    let files = Files::new();
    let mut screen = Screen::live((120, 36));
    screen.event(files.event());
    screen.press("a \"--server cursor:db\" Enter");
    assert_eq!(started(&screen), ["cursor:db"]);
    screen.press("a \"--server bd\" Enter");
    assert!(
        screen.status().contains("did you mean db?"),
        "{}",
        screen.status()
    );
    screen.press("a \"--server db\" Enter");
    assert!(
        screen.status().contains("say claude-code:db or cursor:db"),
        "{}",
        screen.status()
    );
}

#[test]
fn a_broken_file_is_named_and_the_rest_is_there() {
    let files = Files::new();
    files.write("home/.gemini/settings.json", "{\n  \"mcpServers\" {}\n}");
    let mut screen = Screen::live((120, 36));
    screen.event(files.event());
    assert!(
        screen.status().contains("settings.json:2:16: "),
        "{}",
        screen.status()
    );
    assert!(screen.contains("SERVERS 5"));
}

#[test]
fn a_tap_is_shown_asked_about_and_taken_out_again() {
    let files = Files::new();
    let ours = |event: Event| match event {
        Event::Servers(Ok(mut discovery)) => {
            // By name alone: whether it is there is not looked at.
            discovery.program = Some("mcpscope".into());
            Event::Servers(Ok(discovery))
        }
        event => panic!("{event:?}"),
    };
    let mut screen = Screen::live((120, 36));
    screen.event(ours(files.event()));
    // Of the user's own, so that nobody has to agree to it.
    screen.press("j j j j");
    screen.press("t");
    assert_snapshot!("tap_box", screen.text());
    assert!(!screen.text().contains("secret-value"));
    screen.press("Enter x");
    assert!(screen.contains("TAP mine?"), "{}", screen.text());
    screen.press("Esc");
    assert_eq!(screen.status(), "nothing was written");
    screen.press("t y");
    let path = files.folder.path().join("home/.cursor/mcp.json");
    assert!(!screen.contains("TAP mine?"));
    // The worker of the screen did it.
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(
        text.contains(r#""command": "mcpscope", "args": ["tap", "--", "mine-server", "a b"]"#),
        "{text}"
    );
    assert!(
        screen
            .status()
            .contains("mine has a tap from its next start by Cursor on")
    );
    assert!(screen.contains("a tap stands before it") && screen.contains("SERVERS 5"));
    screen.press("t");
    assert!(
        screen.contains("TAKE THE TAP OUT OF mine?"),
        "{}",
        screen.text()
    );
    screen.press("y");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), CURSOR);
    assert!(!screen.contains("a tap stands before it"));
    let mut small = Screen::live((80, 24));
    small.event(ours(files.event()));
    small.press("j j j j");
    small.press("t");
    assert!(small.contains("TAP mine?") && small.contains("y write it"));
    assert!(small.contains("+ mcpscope tap -- mine-server 'a b'"));
}

const ASKED: &str = r#"{
  "inputs": [
    {"id": "key", "type": "promptString", "description": "The key of the weather service", "password": true},
    {"id": "region", "type": "pickString", "options": ["eu", "us"]},
    {"id": "token", "type": "command", "command": "auth.token"}
  ],
  "servers": {
    "weather": {"command": "weather-server", "args": ["--region", "${input:region}"], "env": {"KEY": "${input:key}"}},
    "rain": {"command": "rain-server", "env": {"KEY": "${input:key}"}},
    "tokened": {"command": "x", "args": ["${input:token}"]}
  }
}"#;

/// A screen with the servers of VS Code, of which somebody agreed to run `weather`.
fn asked(files: &Files) -> Screen {
    files.write("project/.vscode/mcp.json", ASKED);
    let mut screen = Screen::live((120, 36));
    screen.event(files.event());
    select(&mut screen, "weather");
    screen.press("Enter y");
    screen
}

fn place(screen: &Screen, name: &str) -> usize {
    let servers = &screen.model.world.servers;
    let place = servers.iter().position(|server| server.name == name);
    place.unwrap()
}

fn select(screen: &mut Screen, name: &str) {
    let place = place(screen, name);
    screen.press("g g");
    for _ in 0..place {
        screen.press("j");
    }
}

#[test]
fn inputs_are_asked_for_once_in_a_run_and_shown_nowhere() {
    let files = Files::new();
    let mut screen = asked(&files);
    assert!(started(&screen).is_empty());
    for words in [
        "weather ASKS FOR",
        "The key of the weather service",
        "1 of 2",
    ] {
        assert!(screen.contains(words), "{words}\n{}", screen.text());
    }
    // Nothing is no key, and the other option is picked.
    screen.press("Tab Right Enter");
    assert!(screen.contains("key is needed"), "{}", screen.text());
    screen.press("Tab \"s3cret-key\" Tab Enter");
    assert!(!screen.text().contains("s3cret-key"), "{}", screen.text());
    let Some(Command::Connect(connect)) = screen.sent.last() else {
        panic!("{:?}\n{}", screen.sent, screen.text());
    };
    let mcpscope::transport::Target::Process(spawn) = &connect.target else {
        panic!("it is a command");
    };
    assert_eq!(spawn.args, ["--region", "us"]);
    assert_eq!(spawn.env, [("KEY".to_owned(), "s3cret-key".to_owned())]);
    // The log of what was done names it, no more.
    screen.press("@");
    assert!(!screen.text().contains("s3cret-key"), "{}", screen.text());
    screen.press("Esc");
    // Another server of the file is not asked for the same.
    select(&mut screen, "rain");
    screen.press("Enter y");
    assert_eq!(started(&screen), ["weather", "rain"]);
}

#[test]
fn an_input_that_only_a_command_of_the_client_gives_is_refused_in_words() {
    let files = Files::new();
    let mut screen = asked(&files);
    screen.press("Esc");
    select(&mut screen, "tokened");
    screen.press("Enter");
    assert!(started(&screen).is_empty());
    let status = screen.status();
    assert!(
        status.contains("needs the input token, which only the command auth.token"),
        "{status}"
    );
}

#[test]
fn what_the_command_line_gave_is_given_still_when_the_entry_changes() {
    let files = Files::new();
    files.write("project/.vscode/mcp.json", ASKED);
    let Event::Servers(Ok(discovery)) = files.event() else {
        panic!("nothing is found");
    };
    let said = [("token".to_owned(), "abc".to_owned())];
    let found = discovery.found.servers.iter();
    let mut server = found
        .clone()
        .find(|server| server.name == "tokened")
        .unwrap()
        .clone();
    server.launch = server.launch.given(&said);
    server.asks.clear();
    let mut machine = discovery.machine.clone().unwrap();
    machine.inputs.extend(said);
    let over = Over {
        machine,
        cwd: None,
        env: Vec::new(),
        headers: Vec::new(),
        choice: None,
        cacert: None,
        insecure: false,
        login: None,
    };
    let target = over.target(&server.launch, &server).unwrap();
    let mut screen = Screen::live((120, 36));
    let place = update::push_server(&mut screen.model, "tokened", target, "settings");
    let named = Named {
        server,
        over,
        consent: None,
    };
    update::from_settings(&mut screen.model, place, Some(Box::new(named)));
    screen.event(files.event());
    let changed = ASKED.replace(r#"{"command": "x""#, r#"{"command": "another""#);
    files.write("project/.vscode/mcp.json", &changed);
    screen.press("1 g R");
    let row = &screen.model.world.servers[place];
    let listed = row.listed.as_ref().unwrap();
    assert_eq!(listed.problem, None);
    let Some(mcpscope::transport::Target::Process(spawn)) = &row.target else {
        panic!("it is a command");
    };
    assert_eq!(spawn.program, "another");
    assert_eq!(spawn.args, ["abc"]);
}

fn is_looked_at(screen: &Screen) -> bool {
    matches!(screen.model.overlays.last(), Some(Overlay::Doctor))
}

#[test]
fn what_doctor_asks_about_first_is_looked_at_then() {
    let files = Files::new();
    let mut screen = Screen::live((120, 36));
    screen.event(files.event());
    select(&mut screen, "db");
    screen.press("D");
    assert!(!is_looked_at(&screen), "{}", screen.text());
    screen.press("y");
    assert!(is_looked_at(&screen), "{}", screen.text());
    assert_eq!(
        screen.model.examined.as_ref().map(|one| one.name.as_str()),
        Some("db")
    );
    screen.press("Esc");
    // What another server is asked about meanwhile changes nothing of what this one was asked about for.
    select(&mut screen, "far");
    screen.press("D");
    let far = place(&screen, "far");
    assert!(
        matches!(screen.model.overlays.last(), Some(Overlay::Trust(at, Then::Examine(_))) if *at == far)
    );
    let lacking = place(&screen, "lacking");
    update::connect(&mut screen.model, lacking);
    screen.press("y");
    assert!(is_looked_at(&screen), "{}", screen.text());
    screen.press("Esc");
    let mut screen = Screen::live((120, 36));
    screen.event(files.event());
    // An answer that nobody gave then is none now: this is to be connected.
    select(&mut screen, "far");
    screen.press("D Esc Enter y");
    assert!(!is_looked_at(&screen), "{}", screen.text());
    assert_eq!(started(&screen).last().unwrap(), "far");
}

#[test]
fn what_doctor_needs_is_asked_for_and_then_it_is_looked_at() {
    let files = Files::new();
    files.write("project/.vscode/mcp.json", ASKED);
    let mut screen = Screen::live((120, 36));
    screen.event(files.event());
    select(&mut screen, "rain");
    screen.press("D y");
    assert!(screen.contains("rain ASKS FOR"), "{}", screen.text());
    screen.press("\"s3cret-key\" Enter");
    assert!(is_looked_at(&screen), "{}", screen.text());
    assert!(!screen.text().contains("s3cret-key"), "{}", screen.text());
}

#[test]
fn a_piece_of_settings_can_be_pasted() {
    let files = Files::new();
    let mut screen = Screen::live((120, 36));
    screen.event(files.event());
    screen.press("a");
    screen.event(Event::Paste(
        "{\"mcpServers\": {\n  \"pasted\": {\"command\": \"python3\", \"args\": [\"x.py\"], \"env\": {\"A\": \"b\"}},\n  \"other\": {\"url\": \"https://far.example/mcp\"}\n}}".to_owned(),
    ));
    screen.press("Enter");
    assert_eq!(started(&screen), ["pasted"]);
    let names: Vec<&str> = screen
        .model
        .world
        .servers
        .iter()
        .map(|server| server.name.as_str())
        .collect();
    assert_eq!(names[names.len() - 2..], ["pasted", "other"]);
    // All or none: of a piece with one that cannot be, nothing is put on the list.
    let before = names.len();
    screen.press("a");
    screen.event(Event::Paste(
        "{\"mcpServers\": {\"good\": {\"command\": \"x\"}, \"bad\": {\"url\": \"no address\"}}}"
            .to_owned(),
    ));
    screen.press("Enter");
    assert!(screen.status().contains("bad: "), "{}", screen.status());
    assert_eq!(screen.model.world.servers.len(), before);
    screen.press("a");
    screen.event(Event::Paste("{\"a\": 1}".to_owned()));
    screen.press("Enter");
    assert!(
        screen.status().contains("no server is in it"),
        "{}",
        screen.status()
    );
}

fn argv(screen: &Screen) -> Vec<String> {
    let Some(Command::Connect(connect)) = screen.sent.last() else {
        panic!("{:?}\n{}", screen.sent, screen.text());
    };
    let mcpscope::transport::Target::Process(spawn) = &connect.target else {
        panic!("it is a command");
    };
    let words = spawn.args.iter();
    words
        .map(|word| word.to_string_lossy().into_owned())
        .collect()
}

#[test]
fn settings_that_change_meanwhile_are_read_before_a_server_is_started() {
    let files = Files::new();
    let mut screen = Screen::live((120, 36));
    screen.event(files.event());
    // A user's own is started as it stands now, and that is said.
    files.write("home/.cursor/mcp.json", &CURSOR.replace("a b", "c d"));
    select(&mut screen, "mine");
    screen.press("c");
    assert_eq!(argv(&screen), ["c d"]);
    let status = screen.status();
    assert!(
        status.contains("mine changed in ~/.cursor/mcp.json:3"),
        "{status}"
    );
    assert!(screen.contains("mine-server 'c d'"), "{}", screen.text());
    // One of the project is asked about as it stands now, and so it is when it changes after that.
    files.write("project/.mcp.json", &PROJECT.replace("--port", "--other"));
    select(&mut screen, "db");
    screen.press("Enter");
    assert!(screen.contains("./db-server --other"), "{}", screen.text());
    screen.press("y");
    assert_eq!(argv(&screen), ["--other", "5432"]);
    files.write("project/.mcp.json", &PROJECT.replace("--port", "--third"));
    select(&mut screen, "db");
    screen.press("D");
    assert!(
        screen.contains("It changed since you agreed to it:") && !is_looked_at(&screen),
        "{}",
        screen.text()
    );
    screen.press("Esc");
    assert_eq!(started(&screen), ["mine", "db"]);
}

#[test]
fn an_entry_that_is_gone_is_not_started_and_one_that_comes_is_there() {
    let files = Files::new();
    let mut screen = Screen::live((120, 36));
    screen.event(files.event());
    files.write(
        "home/.cursor/mcp.json",
        r#"{"mcpServers": {"fresh": {"command": "fresh-server"}}}"#,
    );
    select(&mut screen, "mine");
    screen.press("g R");
    let status = screen.status();
    assert!(status.contains("fresh is new; mine is gone"), "{status}");
    screen.press("c");
    assert!(started(&screen).is_empty());
    let status = screen.status();
    assert!(
        status.contains("mine does not stand in ~/.cursor/mcp.json any more"),
        "{status}"
    );
    screen.press("g R");
    assert_eq!(screen.status(), "the settings say what they said");
    screen.press("a \"--server fresh\" Enter");
    assert_eq!(started(&screen), ["fresh"]);
    // It is back.
    files.write("home/.cursor/mcp.json", CURSOR);
    select(&mut screen, "mine");
    screen.press("c");
    assert_eq!(started(&screen), ["fresh", "mine"]);
    // A file that is being written just now is no reason to start anything.
    files.write("home/.cursor/mcp.json", "{\"mcpServers\": ");
    screen.press("g R");
    assert!(
        screen.contains("cannot be read any more"),
        "{}",
        screen.text()
    );
}

#[test]
fn an_entry_is_edited_in_an_editor_and_written_where_it_stands() {
    let files = Files::new();
    let text = "{\n  \"mcpServers\": {\n    // mine\n    \"mine\": {\n      \"command\": \"mine-server\", // the old one\n      \"env\": {\"KEY\": \"secret-value\"}\n    }\n  }\n}\n";
    files.write("home/.cursor/mcp.json", text);
    let mut screen = Screen::live((120, 36));
    screen.event(files.event());
    select(&mut screen, "mine");
    let edit = |screen: &mut Screen, change: &dyn Fn(&str) -> String| {
        screen.press("e");
        let Some(Effect::Edit {
            asker,
            text,
            suffix,
            ..
        }) = screen.orders.pop()
        else {
            panic!("{}", screen.text());
        };
        screen.event(Event::Edited {
            asker,
            result: Ok(change(&text)),
        });
        (text, suffix)
    };
    let (given, suffix) = edit(&mut screen, &|text| text.to_owned());
    assert_eq!(screen.status(), "nothing was written");
    assert_eq!(
        (given.lines().next(), given.lines().nth(1), &*suffix),
        (
            Some("{"),
            Some("  \"command\": \"mine-server\", // the old one"),
            ".jsonc"
        )
    );
    // What cannot be read is written nowhere, and not lost.
    let path = files.folder.path().join("home/.cursor/mcp.json");
    edit(&mut screen, &|text| {
        text.replace("\"mine-server\"", "mine-2")
    });
    assert!(
        screen
            .status()
            .contains("not written: line 2, column 14 of mine"),
        "{}",
        screen.status()
    );
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    let (given, _) = edit(&mut screen, &|text| text.replace("mine-2", "\"mine-2\""));
    assert!(given.contains(": mine-2,"), "{given}");
    assert_eq!(
        std::fs::read_to_string(&path).unwrap(),
        text.replace("mine-server", "mine-2")
    );
    let backup = path.with_file_name("mcp.json.bak");
    assert_eq!(std::fs::read_to_string(backup).unwrap(), text);
    assert!(
        screen
            .status()
            .contains("mine is written where it stood (before: mcp.json.bak)"),
        "{}",
        screen.status()
    );
    // The list has it, and the tab with the entry, without the value of the variable.
    screen.press("]");
    assert!(
        screen.contains("[Config]") && screen.contains("mine-2"),
        "{}",
        screen.text()
    );
    assert!(screen.contains("KEY=••••") && !screen.text().contains("secret-value"));
    screen.press("c");
    assert_eq!(started(&screen), ["mine"]);
}
