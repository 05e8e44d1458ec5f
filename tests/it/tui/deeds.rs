//! The log of what was done: every action that reaches a server says how the command line does it, and those command
//! lines, run as they are printed, give the answers that the screen got.

use std::process::{Command as Program, Stdio};

use mcpscope::inspector::{self, Inspector};
use mcpscope::json;
use mcpscope::recorder::Recorder;
use mcpscope::recording::Bodies;
use mcpscope::transport::Spawn;
use mcpscope::tui::action::{ACTIONS, Need};
use mcpscope::tui::deeds::Line;

use crate::support::program::Home;
use crate::support::screen::Screen;
use crate::support::{LIMIT, MCPSCOPE};

/// Actions that reach a server and have no command line of their own, with why.
const WITHOUT: &[(&str, &str)] = &[
    ("stop", "a command line stops its server by itself"),
    ("restart", "a command line starts its server anew"),
    ("cancel-call", "C-c cancels what a command line waits for"),
    ("repeat", "it is the command line of the call once more"),
];

#[test]
fn every_action_that_reaches_a_server_has_a_command_line() {
    let mut verbs = Vec::new();
    for row in ACTIONS {
        let reaches = matches!(
            row.need,
            Need::Target | Need::Alive | Need::Ready | Need::Pending | Need::Called
        );
        let without = WITHOUT.iter().any(|(name, _)| *name == row.name);
        assert!(!reaches || without == row.cli.is_empty(), "{}", row.name);
        let mut words = row.cli.split(' ');
        if words.next() == Some("mcpscope")
            && let Some(verb) = words.next().filter(|verb| !verb.starts_with('-'))
            && !verbs.contains(&verb)
        {
            verbs.push(verb);
        }
    }
    // What they name is there.
    let home = Home::new();
    for verb in verbs {
        let run = home.run(&[verb, "--help"]);
        assert_eq!(run.code, Some(0), "{verb}: {run}");
    }
}

/// Passes commands to the engine and what it tells to the screen, until something is so.
async fn until(
    screen: &mut Screen,
    engine: &mut Inspector,
    what: &str,
    is_so: fn(&Screen) -> bool,
) {
    loop {
        for command in screen.sent.drain(..) {
            engine.commands.send(command).unwrap();
        }
        if is_so(screen) {
            return;
        }
        let update = tokio::time::timeout(LIMIT, engine.updates.recv()).await;
        let update = update.unwrap_or_else(|_| panic!("never: {what}\n{}", screen.text()));
        screen.update(update.expect("the engine runs"));
    }
}

/// Runs a line as it would be run by hand, with mcpscope on the path.
fn sh(home: &Home, line: &str) -> (String, Option<i32>) {
    let folder = std::path::Path::new(MCPSCOPE).parent().unwrap();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(folder.to_owned()).chain(std::env::split_paths(&path));
    let out = Program::new("sh")
        .args(["-c", line])
        .current_dir(home.folder.path())
        .env("PATH", std::env::join_paths(folders).unwrap())
        .env("MCPSCOPE_HOME", home.path("home"))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    (String::from_utf8(out.stdout).unwrap(), out.status.code())
}

/// The member of the answer to a request, as the screen got it.
fn answer(screen: &Screen, bodies: &Bodies, request: u64, member: &str) -> String {
    let timeline = &screen.model.world.timeline;
    let entry = timeline.index_of_seq(request).unwrap();
    let exchange = timeline.exchange_of_request(entry).unwrap();
    let response = timeline.exchange(exchange).unwrap().response.unwrap();
    let row = timeline.entry(response).unwrap();
    let body = bodies.read(row.seq(), row.place()).unwrap().body;
    let path: &[&str] = if member.is_empty() {
        &["result"]
    } else {
        &["result", member]
    };
    String::from_utf8(json::get(&body, path).unwrap().to_vec()).unwrap()
}

#[test]
fn command_lines_of_the_log_give_the_answers_of_the_screen() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let (screen, bodies) = runtime.block_on(async {
        let recorder = Recorder::unnamed().unwrap();
        let bodies = recorder.bodies();
        let (mut inspector, engine) = inspector::engine(recorder);
        let engine = tokio::spawn(engine.run());
        let demo = Spawn::new(MCPSCOPE, ["demo-server"]);
        let mut screen = Screen::beside((120, 36), bodies.clone(), demo).keys("Enter");
        let all = |screen: &Screen| screen.contains("book-table") && screen.contains("Resources ");
        until(&mut screen, &mut inspector, "its tools", all).await;
        screen.press(": \"echo\" Enter \"it's\" Tab Enter");
        let answered = |screen: &Screen| screen.contains("it's") && !screen.model.is_waiting();
        until(&mut screen, &mut inspector, "an answer", answered).await;
        screen.press("Esc Esc Esc g R");
        // What was asked for is on record and answered.
        let idle = |screen: &Screen| {
            let mut deeds = screen.model.deeds.rows().iter();
            let sent =
                deeds.all(|deed| deed.entry.is_some() || !matches!(deed.line, Line::Request(..)));
            sent && !screen.model.is_waiting() && screen.sent.is_empty()
        };
        until(&mut screen, &mut inspector, "its tools again", idle).await;
        screen.press("3 Enter");
        until(&mut screen, &mut inspector, "a resource", idle).await;
        screen.press("@");
        inspector
            .commands
            .send(mcpscope::inspector::Command::Shutdown)
            .unwrap();
        while inspector.updates.recv().await.is_some() {}
        engine.await.unwrap();
        (screen, bodies)
    });
    let home = Home::new();
    let mut told = Vec::new();
    for deed in screen.model.deeds.rows() {
        let Line::Known(line) = &deed.line else {
            panic!("{deed:?}");
        };
        let (method, member) = match deed.words.split(' ').next().unwrap() {
            "tools/call" | "resources/read" => (deed.words.clone(), ""),
            other => (other.to_owned(), "tools"),
        };
        let line = line.replacen(" --protocol", " --json --protocol", 1);
        let (stdout, code) = sh(&home, &line);
        assert_eq!(code, Some(0), "{line}\n{stdout}");
        told.push(method.clone());
        let from = if member.is_empty() { "result" } else { member };
        match (deed.entry, member) {
            (Some(entry), _) => {
                let by_screen = answer(&screen, &bodies, entry, member);
                let by_line = json::get(stdout.as_bytes(), &[from]).unwrap_or_default();
                assert_eq!(String::from_utf8_lossy(by_line), by_screen, "{line}");
            }
            (None, _) if method == "connect" => assert!(stdout.contains("demo"), "{stdout}"),
            (None, _) => {
                let tools = json::get(stdout.as_bytes(), &["tools"]).unwrap_or_default();
                assert!(json::elements(tools).count() > 3, "{line}\n{stdout}");
            }
        }
    }
    assert_eq!(told.len(), 4, "{told:?}");
    assert!(told[1].starts_with("tools/call echo"), "{told:?}");
    assert!(told[3].starts_with("resources/read "), "{told:?}");
}

#[test]
fn the_log_is_copied_from_and_done_again() {
    let mut screen = Screen::live((120, 36)).keys("Enter");
    screen.connects(r#"[{"name":"echo","inputSchema":{"type":"object"}}]"#);
    screen.press("@");
    assert!(screen.contains("WHAT WAS DONE"), "{}", screen.text());
    assert!(
        screen.contains("mcpscope info -- some-server --stdio"),
        "{}",
        screen.text()
    );
    screen.press("y");
    assert_eq!(screen.copied, ["mcpscope info -- some-server --stdio"]);
    screen.press("Esc g R g R @");
    // The same at once again is one row.
    assert_eq!(
        screen.text().matches("list tools").count(),
        2,
        "{}",
        screen.text()
    );
    let before = screen.sent.len();
    screen.press("r");
    assert_eq!(screen.sent.len(), before + 1);
    assert!(!screen.contains("WHAT WAS DONE"));
    for size in [(80, 24), (60, 16)] {
        screen.resize(size);
        screen.press("@");
        screen.is_sound("the log");
        screen.press("Esc");
    }
}
