//! The buttons below a form, and the lists they open, by keys and by mouse.

use super::*;
use crate::history::{self, Callee, Found};
use crate::json::Value;
use crate::tui::effect::Store;
use crate::tui::event::Stored;

const SMALL: (u16, u16) = (80, 20);
const OK: &str = r#"< {"jsonrpc":"2.0","id":$ID,"result":{"content":[]}}"#;

#[test]
fn while_a_call_runs_its_button_cancels_it() {
    let mut stage = Stage::tools(SMALL);
    let reply = stage.press("⏎hi⏎⏎");
    let (_, _, ticket) = Stage::call(&reply);
    assert!(
        stage
            .screen()
            .contains("[ Cancel ]  [ Copy as… ]  [ History ]  [ Presets ]")
    );
    let pressed = stage.press("⏎");
    assert_eq!(pressed.go, Some(Go::Do(Action::CancelCall)));
    assert_eq!(
        stage.act(Action::CancelCall).effects,
        [Effect::Engine(Command::Cancel { conn: 1, ticket })]
    );
    // Another tool's form has nothing to cancel.
    stage.press("⎋⎋j⏎");
    assert!(stage.screen().contains("[ Run ]"), "{}", stage.screen());
    stage.press("⎋⎋k");
    stage.run(&reply, &[OK], End::Answered);
    stage.press("⏎⏎");
    assert!(stage.screen().contains("[ Run ]"), "{}", stage.screen());
}

#[test]
fn keys_on_a_button_and_on_a_choice_say_what_they_do() {
    let mut stage = Stage::tools(SMALL);
    stage.press("⏎");
    assert!(stage.pane.open_keys().contains(&("C-j", "new line")) && !stage.pane.letters_act());
    stage.press("⏎");
    assert!(stage.pane.letters_act());
    assert_eq!(stage.pane.open_keys()[0], ("Enter", "Run"));
    stage.press("→");
    assert_eq!(stage.pane.open_keys()[0], ("Enter", "Copy as…"));
    // A letter is an action there: back to the list, and on to a form with a switch.
    stage.press("⎋⎋j⏎⇥⇥");
    assert!(!stage.pane.letters_act());
    assert_eq!(stage.pane.open_keys()[2], ("letter", "choice"));
}

fn found(arguments: &str) -> Found {
    let run = history::Run {
        server: identity(),
        callee: Callee::tool("echo"),
        fingerprint: history::Fingerprint::of_strings(["message"]),
        arguments: Value::parse(arguments.as_bytes()).unwrap(),
        outcome: history::Outcome::Ok,
        took_us: 5,
        at: Timestamp::UNIX_EPOCH,
        session: None,
    };
    Found {
        run,
        matched: history::Match::Same,
        change: history::Change::default(),
        count: 1,
    }
}

fn identity() -> history::Server {
    let spawn = crate::transport::Spawn::new("weather", ["--stdio"]);
    history::Server::of("weather", &spawn)
}

#[test]
fn earlier_runs_are_clicked_and_a_click_beside_closes_them() {
    let mut stage = Stage::tools((80, 24));
    stage.servers[0].identity = Some(identity());
    stage.press("⏎");
    let open = |stage: &mut Stage| {
        let reply = stage.act(Action::History);
        let asker = match &reply.effects[..] {
            [.., Effect::Store(Store::LoadHistory { asker, .. })] => *asker,
            other => panic!("{other:?}"),
        };
        let found = Ok(vec![
            found(r#"{"message":"first"}"#),
            found(r#"{"message":"second"}"#),
        ]);
        let event = Event::Stored(Stored::History { asker, found });
        stage.with(|pane, ctx| pane.event(&event, ctx));
    };
    let place = |stage: &mut Stage, words: &str| {
        let screen = stage.screen();
        let y = screen.lines().position(|line| line.contains(words));
        Position::new(30, y.unwrap() as u16)
    };
    stage.press("⎋");
    open(&mut stage);
    let at = place(&mut stage, r#"{"message":"second"}"#);
    stage.with(|pane, ctx| pane.click(at, false, ctx));
    // It is looked at below the list, not taken.
    assert!(stage.screen().contains(r#""message": "second""#));
    stage.with(|pane, ctx| pane.click(at, true, ctx));
    let screen = stage.screen();
    assert!(screen.contains("[second "), "{screen}");
    open(&mut stage);
    assert!(stage.screen().contains("RUNS of echo"));
    stage.with(|pane, ctx| pane.wheel(at, 3, ctx));
    stage.with(|pane, ctx| pane.click(Position::new(0, 0), false, ctx));
    assert!(!stage.screen().contains("RUNS of echo"));
}
