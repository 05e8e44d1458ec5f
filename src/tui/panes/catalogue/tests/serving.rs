//! What forms ask the outside for, and which of the answers count.

use super::*;
use crate::drafts::DraftChange;
use crate::history::{self, Callee, ServerId};
use crate::tui::effect::Store;
use crate::tui::event::Stored;
use crate::validity::{Verdict, Violation};

const WIDE: (u16, u16) = (120, 30);

fn told(stage: &mut Stage, event: &Event) -> Vec<Effect> {
    stage.with(|pane, ctx| pane.event(event, ctx))
}

fn violation(words: &str) -> Verdict {
    Verdict {
        violations: vec![Violation {
            pointer: "/title".to_owned(),
            words: words.to_owned(),
            keyword: "not".to_owned(),
            schema: "/properties/title/not".to_owned(),
        }],
        ..Verdict::default()
    }
}

/// Types a letter without drawing, and gives what is asked of the schema then.
fn typed(stage: &mut Stage, letter: char) -> (u64, u64, String) {
    let key = KeyEvent::from(KeyCode::Char(letter));
    stage.with(|pane, ctx| pane.key(key, ctx));
    let asked = stage.place();
    assert!(stage.place().is_empty(), "nothing is asked twice");
    match &asked[..] {
        [
            Effect::Validate {
                asker,
                revision,
                arguments,
                ..
            },
        ] => (*asker, *revision, arguments.to_string()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn only_a_verdict_on_what_stands_there_counts() {
    let mut stage = Stage::tools(WIDE);
    stage.press("j⏎");
    let (asker, first, arguments) = typed(&mut stage, 'a');
    assert_eq!(arguments, r#"{"title":"a"}"#);
    let (again, second, _) = typed(&mut stage, 'b');
    assert_eq!(asker, again);
    assert_ne!(first, second);
    let verdict = |revision, words| Event::Validated {
        asker,
        revision,
        verdict: Ok(violation(words)),
    };
    told(&mut stage, &verdict(first, "too late"));
    assert!(!stage.screen().contains("too late"));
    told(&mut stage, &verdict(second, "just right"));
    let screen = stage.screen();
    assert!(screen.contains("✗ just right"), "{screen}");
    assert!(screen.contains("1 problem"), "{screen}");
    // What was said of one value says nothing of the next.
    typed(&mut stage, 'c');
    assert!(!stage.screen().contains("just right"));
    told(
        &mut stage,
        &Event::Validated {
            asker,
            revision: second + 1,
            verdict: Err("it \u{1b}[31mbites".to_owned()),
        },
    );
    stage.press("⇥⇥⇥");
    let hint = stage.with(|pane, ctx| pane.hint(ctx)).unwrap();
    assert_eq!(hint, "not checked: it ^[[31mbites");
}

fn kept() -> Stage {
    let mut stage = Stage::new(Kind::Tools, WIDE);
    stage.servers[0].identity = Some(history::Server {
        name: "weather".into(),
        id: ServerId::of(["weather"]),
    });
    stage.connect(1);
    stage
}

#[test]
fn drafts_are_asked_for_once_and_the_last_run_after_them() {
    let mut stage = kept();
    // Connecting has drawn the pane: it is on its way.
    assert!(stage.place().is_empty());
    let Some(super::super::drafts::Kept::Waiting(asker)) = stage.pane.drafts.get("weather") else {
        panic!("{:?}", stage.pane.drafts);
    };
    let asker = *asker;
    stage.list(1, "tools/list", TOOLS);
    stage.press("⏎");
    let history = |effect: &Effect| matches!(effect, Effect::Store(Store::LoadHistory { .. }));
    assert!(!stage.place().iter().any(history), "a draft may come");
    let drafts = Ok(Vec::new());
    told(&mut stage, &Event::Stored(Stored::Drafts { asker, drafts }));
    assert_eq!(stage.place().iter().filter(|one| history(one)).count(), 1);
    assert_eq!(stage.place(), []);
}

#[test]
fn what_is_typed_is_handed_over_with_the_key() {
    let mut stage = kept();
    stage.list(1, "tools/list", TOOLS);
    stage.press("⏎");
    let key = KeyEvent::from(KeyCode::Char('x'));
    let reply = stage.with(|pane, ctx| pane.key(key, ctx));
    match &reply.effects[..] {
        [Effect::Store(Store::SaveDrafts { changes, .. })] => assert_eq!(changes.len(), 1),
        other => panic!("{other:?}"),
    }
    // Nothing is handed over twice, and a draft that is no more is taken back.
    let save = |effect: &Effect| matches!(effect, Effect::Store(Store::SaveDrafts { .. }));
    assert!(!stage.place().iter().any(save));
    let reply = stage.act(Action::Unset);
    match &reply.effects[..] {
        [Effect::Store(Store::SaveDrafts { changes, .. })] => {
            assert_eq!(changes[..], [DraftChange::Drop(Callee::tool("echo"))]);
        }
        other => panic!("{other:?}"),
    }
}
