//! Everything that can be wanted, everywhere; and keys that nobody would press.

use mcpscope::tui::action::{ACTIONS, Action};
use mcpscope::tui::effect::Effect;
use mcpscope::tui::model::Overlay;
use proptest::prelude::*;
use proptest::test_runner::Config;

use crate::support::screen::{SIZES, Screen};

const SESSIONS: [&str; 4] = [
    "sessions/demo.jsonl",
    "sessions/trouble.jsonl",
    "sessions/results.jsonl",
    "sessions/crash.jsonl",
];

/// What has the focus, inside a view.
const FOCUS: [&str; 5] = ["", "j Enter", "j Enter Esc", "S-Tab", "Enter /"];

#[test]
fn every_action_everywhere() {
    for view in 1..=8 {
        for (index, focus) in FOCUS.into_iter().enumerate() {
            let mut screen = Screen::opened(SESSIONS[0], SIZES[(view + index) % 2]);
            for row in ACTIONS {
                screen.press(&format!("Esc Esc Esc Esc Esc Esc {view} {focus}"));
                let at = format!("{} in view {view}, {focus}", row.name);
                let reason = screen.model.why_not(row.action);
                screen.act(row.action);
                if let Some(reason) = reason {
                    assert_eq!(screen.status(), format!("{}: {reason}", row.name), "{at}");
                }
                screen.is_sound(&at);
                assert!(screen.sent.is_empty(), "{at}: a recording sends nothing");
            }
        }
    }
}

#[test]
fn only_what_is_about_leaving_leaves() {
    for row in ACTIONS {
        let mut screen = Screen::opened(SESSIONS[0], SIZES[0]);
        screen.act(row.action);
        let expected: &[Effect] = match row.action {
            // Nothing runs that one could lose.
            Action::Quit | Action::Close => &[Effect::Quit],
            Action::Redraw => &[Effect::Redraw],
            Action::Suspend => &[Effect::Suspend],
            // What looked at the session before looks no more.
            Action::Export => {
                assert!(matches!(screen.orders[..], [] | [Effect::Stop(_)]));
                continue;
            }
            // It comes back by itself.
            Action::ListMasks => {
                assert!(matches!(screen.orders[..], [Effect::Print(_)]));
                continue;
            }
            _ => &[],
        };
        assert_eq!(screen.orders, expected, "{}", row.name);
    }
}

/// Every key of the table, and some that are not in it.
fn any_key() -> impl Strategy<Value = String> {
    let mut keys: Vec<String> = ACTIONS
        .iter()
        .flat_map(|row| row.keys)
        .flat_map(|keys| keys.split(' '))
        .map(str::to_owned)
        .collect();
    keys.extend(
        [
            "a",
            "1",
            "2",
            "5",
            "é",
            "界",
            "Backspace",
            "Del",
            "&",
            "Esc",
            "Enter",
            "C-x",
        ]
        .map(str::to_owned),
    );
    keys.sort_unstable();
    keys.dedup();
    prop::sample::select(keys)
}

/// Presses keys one by one; the screen is sound after each, and is left only by keys that say so.
fn play(mut screen: Screen, keys: &[String]) {
    for (index, key) in keys.iter().enumerate() {
        let so_far = keys[..=index].join(" ");
        let may_leave = match screen.model.overlays.last() {
            Some(Overlay::Quit) => ["q", "Q", "Enter", "C-c"].contains(&key.as_str()),
            Some(
                Overlay::Trust(..)
                | Overlay::Tap(_)
                | Overlay::Doctor
                | Overlay::Deeds(_)
                | Overlay::Agree(..),
            ) => false,
            // The row that quits can be picked.
            Some(
                Overlay::Picker(_) | Overlay::Sheet(..) | Overlay::Letters(_) | Overlay::Export(_),
            ) => key == "Enter",
            None => key == "Q" || (key == "q" && !screen.model.world.live),
        };
        screen.press(key);
        if screen.orders.contains(&Effect::Quit) {
            assert!(may_leave, "left by {so_far}");
            return;
        }
        if screen.model.chords.is_empty() {
            screen.is_sound(&so_far);
        }
    }
}

proptest! {
    #![proptest_config(Config { cases: 200, failure_persistence: None, ..Config::default() })]

    #[test]
    fn no_keys_break_it(
        session in 0..SESSIONS.len(),
        size in prop::sample::select(vec![(80, 24), (120, 36), (60, 16), (100, 20)]),
        keys in prop::collection::vec(any_key(), 30),
    ) {
        play(Screen::opened(SESSIONS[session], size), &keys);
    }

    #[test]
    fn no_keys_break_a_live_one(
        size in prop::sample::select(vec![(80, 24), (120, 36), (60, 16)]),
        keys in prop::collection::vec(any_key(), 30),
    ) {
        let mut screen = Screen::live(size);
        screen.press("c");
        screen.connects(r#"[{"name":"echo","inputSchema":{"type":"object","properties":{"text":{"type":"string"},"n":{"type":"integer","default":3},"on":{"type":"boolean"}},"required":["text"]}},{"name":"free","inputSchema":{}}]"#);
        play(screen, &keys);
    }
}
