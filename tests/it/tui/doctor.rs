//! Doctor on the screen: the steps and causes of the command line, for the same servers.

use mcpscope::inspector::{self, Command, Inspector};
use mcpscope::json;
use mcpscope::recorder::Recorder;
use mcpscope::transport::Spawn;

use crate::support::program::Home;
use crate::support::screen::Screen;
use crate::support::{FAKE, LIMIT, MCPSCOPE};

async fn until_over(screen: &mut Screen, engine: &mut Inspector) {
    loop {
        for command in screen.sent.drain(..) {
            engine.commands.send(command).unwrap();
        }
        let examined = screen.model.examined.as_ref().expect("it is looked at");
        if examined.stage.over {
            return;
        }
        let update = tokio::time::timeout(LIMIT, engine.updates.recv()).await;
        let update = update.unwrap_or_else(|_| panic!("never over\n{}", screen.text()));
        screen.update(update.expect("the engine runs"));
        screen.is_sound("doctor");
    }
}

/// Presses `D`, and goes on until it is over. Gives the screen, and state and causes of each step.
fn examined(server: Spawn) -> (Screen, Vec<String>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let screen = runtime.block_on(async {
        let recorder = Recorder::unnamed().unwrap();
        let bodies = recorder.bodies();
        let (mut inspector, engine) = inspector::engine(recorder);
        let engine = tokio::spawn(engine.run());
        let mut screen = Screen::beside((120, 36), bodies, server).keys("D");
        until_over(&mut screen, &mut inspector).await;
        inspector.commands.send(Command::Shutdown).unwrap();
        while inspector.updates.recv().await.is_some() {}
        engine.await.unwrap();
        screen
    });
    let examined = screen.model.examined.as_ref().unwrap();
    let told = examined.steps.iter().map(|step| {
        let causes = step.findings.iter().filter_map(|finding| finding.cause);
        let causes: Vec<&str> = causes.collect();
        let (kind, state) = (step.kind.word(), step.state.word());
        format!("{kind} {state} {}", causes.join(","))
    });
    let told = told.collect();
    (screen, told)
}

/// The same by the command line.
fn by_command(command: &[&str]) -> Vec<String> {
    let home = Home::new();
    let run = home.run(&[&["doctor", "--json", "--"], command].concat());
    let steps = json::get(run.stdout.as_bytes(), &["steps"]).unwrap_or_else(|| panic!("{run}"));
    json::elements(steps)
        .map(|step| {
            let findings = json::get(step, &["findings"]).unwrap_or_default();
            let causes = json::elements(findings);
            let causes = causes.filter_map(|finding| json::string_at(finding, &["cause"]));
            let causes: Vec<String> = causes.collect();
            let word = |name| json::string_at(step, &[name]).unwrap_or_default();
            format!("{} {} {}", word("name"), word("state"), causes.join(","))
        })
        .collect()
}

#[test]
fn steps_and_causes_are_those_of_the_command_line() {
    let commands: [&[&str]; 4] = [
        &[MCPSCOPE, "demo-server"],
        &["/nowhere/at-all"],
        &["sh", "-c", "echo oh no >&2; exit 3"],
        &[FAKE],
    ];
    for command in commands {
        let spawn = Spawn::new(command[0], &command[1..]);
        let (screen, told) = examined(spawn);
        assert_eq!(told, by_command(command), "{command:?}\n{}", screen.text());
        let failed = told.iter().any(|step| step.contains(" failed "));
        let verdict = if failed { "does not work" } else { "works" };
        assert!(screen.contains(verdict), "{}", screen.text());
        assert_eq!(failed, screen.contains("advice:"), "{}", screen.text());
    }
}

#[test]
fn leaving_it_ends_what_runs_for_it() {
    let mut screen = Screen::live((120, 36)).keys("D");
    let Some(Command::Connect(connect)) = screen.sent.last() else {
        panic!("{:?}", screen.sent);
    };
    assert_eq!(connect.name, "some-server (doctor)");
    let conn = connect.conn;
    screen.conn = conn;
    assert!(screen.contains("DOCTOR some-server"), "{}", screen.text());
    screen.press("Esc");
    assert_eq!(screen.sent.last(), Some(&Command::Stop { conn }));
    assert!(!screen.contains("DOCTOR"), "{}", screen.text());
    // Another look is a new one.
    screen.press("D");
    assert!(screen.contains("DOCTOR some-server"), "{}", screen.text());
}
