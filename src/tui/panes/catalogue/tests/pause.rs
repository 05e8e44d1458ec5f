//! Big forms: what looks at all of them waits for a pause in typing.

use super::*;
use crate::history;
use crate::tui::effect::Store;

/// The form of a tool with this many members, the caret in its first field.
fn form(members: usize) -> Stage {
    let members: Vec<String> = (0..members)
        .map(|n| format!(r#""f{n}":{{"type":"string"}}"#))
        .collect();
    let tool = format!(
        r#"{{"tools":[{{"name":"wide","inputSchema":{{"properties":{{{}}}}}}}]}}"#,
        members.join(",")
    );
    let mut stage = Stage::new(Kind::Tools, (80, 20));
    let spawn = crate::transport::Spawn::new("weather", ["--stdio"]);
    stage.servers[0].identity = Some(history::Server::of("weather", &spawn));
    stage.connect(1);
    stage.list(1, "tools/list", &tool);
    stage.press("⏎");
    stage.place();
    stage
}

/// What is asked for: to be checked, to be kept, to be woken (and by which number).
fn wanted(effects: &[Effect]) -> (bool, bool, Option<u64>) {
    let checks = |effect: &Effect| matches!(effect, Effect::Validate { .. });
    let keeps = |effect: &Effect| matches!(effect, Effect::Store(Store::SaveDrafts { .. }));
    let wakes = |effect: &Effect| match effect {
        Effect::Wake { asker, .. } => Some(*asker),
        _ => None,
    };
    (
        effects.iter().any(checks),
        effects.iter().any(keeps),
        effects.iter().find_map(wakes),
    )
}

/// Types a letter; what is asked for because of it.
fn letter(stage: &mut Stage, letter: char) -> (bool, bool, Option<u64>) {
    let key = KeyEvent::from(KeyCode::Char(letter));
    let mut effects = stage.with(|pane, ctx| pane.key(key, ctx)).effects;
    effects.extend(stage.place());
    wanted(&effects)
}

fn wake(stage: &mut Stage, asker: u64) -> (bool, bool, Option<u64>) {
    let mut effects = stage.with(|pane, ctx| pane.event(&Event::Woken { asker }, ctx));
    effects.extend(stage.place());
    wanted(&effects)
}

#[test]
fn small_forms_are_checked_and_kept_at_every_letter() {
    let mut stage = form(3);
    assert_eq!(letter(&mut stage, 'a'), (true, true, None));
}

#[test]
fn big_forms_are_checked_and_kept_in_a_pause() {
    let mut stage = form(4_000);
    let (checks, keeps, first) = letter(&mut stage, 'a');
    assert!(!checks && !keeps);
    let (checks, keeps, second) = letter(&mut stage, 'b');
    assert!(!checks && !keeps && second != first);
    // Nobody waits for the first pause any more.
    assert_eq!(wake(&mut stage, first.unwrap()), (false, false, None));
    assert_eq!(wake(&mut stage, second.unwrap()), (true, true, None));
    // It is over: nothing more is wanted before the next letter.
    assert_eq!(wanted(&stage.place()), (false, false, None));
}

#[test]
fn whatever_else_is_done_keeps_what_was_typed_first() {
    let mut stage = form(4_000);
    letter(&mut stage, 'a');
    let reply = stage.with(|pane, ctx| pane.action(Action::Quit, ctx));
    assert!(!reply.handled);
    assert_eq!(wanted(&reply.effects), (false, true, None));
    // And what is said of it comes with the next look.
    assert_eq!(wanted(&stage.place()), (true, false, None));
}
