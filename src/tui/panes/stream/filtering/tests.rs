//! Filters as somebody uses them: typed into the bar of Traffic and Logs, taken from rows, undone, kept.

use crossterm::event::{KeyCode, KeyEvent};

use crate::chips::Chip;
use crate::filter::Subject;
use crate::recording::sift::Slice;
use crate::tui::action::Action;
use crate::tui::effect::{Among, Effect, Store};
use crate::tui::event::{Event, Sifted, Stored};
use crate::tui::pane::{Pane, Reply};
use crate::tui::panes::logs::Logs;
use crate::tui::panes::stream::fixture::{Stage, clock};
use crate::tui::panes::traffic::Traffic;

const SESSION: &[&str] = &[
    r#"* {"event":"connect","name":"db","transport":"stdio","era":"auto"}"#,
    r#"~ {"jsonrpc":"2.0","id":0,"method":"tools/list"}"#,
    r#"< {"jsonrpc":"2.0","id":0,"result":{"tools":[]}}"#,
    r#"> {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":{"say":"sunny"}}}"#,
    r#"< {"jsonrpc":"2.0","id":1,"result":{"content":[]}}"#,
    r#"> {"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"write"}}"#,
    r#"< {"jsonrpc":"2.0","id":2,"result":{"isError":true,"content":[]}}"#,
    r#"< {"jsonrpc":"2.0","method":"notifications/message","params":{"level":"warning","data":"disk"}}"#,
    "2 ERROR: lost",
];

fn press(pane: &mut impl Pane, stage: &Stage, code: KeyCode) -> Reply {
    pane.key(KeyEvent::from(code), &stage.ctx())
}

fn typed(pane: &mut impl Pane, stage: &Stage, text: &str) {
    for letter in text.chars() {
        press(pane, stage, KeyCode::Char(letter));
    }
}

/// The bar, and the rows below it.
fn seen(pane: &mut impl Pane, stage: &Stage) -> Vec<String> {
    let (screen, ..) = stage.show(pane, 120, 12);
    screen
        .lines()
        .map(|line| line.trim_end().to_owned())
        .collect()
}

fn filtered(text: &str) -> (Stage, Traffic) {
    let stage = Stage::of(SESSION);
    let mut pane = Traffic::new(clock(), false);
    stage.show(&mut pane, 120, 12);
    pane.action(Action::OpenFilter, &stage.ctx());
    typed(&mut pane, &stage, text);
    (stage, pane)
}

#[test]
fn what_is_typed_is_judged_with_every_letter() {
    for (text, said) in [
        ("status:", "incomplete: a value is missing"),
        ("status:er", "incomplete: the status is not complete"),
        ("status:error", "valid · 1 of 5"),
        ("metod:x", "unknown key \"metod\", did you mean method"),
        ("method:tools/* -is:aux", "valid · 2 of 5"),
    ] {
        let (stage, mut pane) = filtered(text);
        let lines = seen(&mut pane, &stage);
        assert!(
            lines[1].starts_with(&format!(" Filter: {text}")),
            "{lines:?}"
        );
        assert!(lines[1].ends_with(said), "{lines:?}");
    }
}

#[test]
fn rows_come_and_go_with_the_filter_and_the_selection_stays_near() {
    let (mut stage, mut pane) = filtered("");
    press(&mut pane, &stage, KeyCode::Esc);
    pane.reveal(5, &stage.ctx());
    pane.action(Action::OpenFilter, &stage.ctx());
    typed(&mut pane, &stage, "tool:echo");
    assert_eq!(pane.moment(&stage.ctx()), Some(3));
    press(&mut pane, &stage, KeyCode::Enter);
    let lines = seen(&mut pane, &stage);
    assert!(lines[0].starts_with("━▌TRAFFIC 1 of 5 ━"), "{lines:?}");
    assert!(
        lines[1].starts_with(" Filter: tool:echo") && lines[1].ends_with("1 of 5"),
        "{lines:?}"
    );
    // What arrives is looked at too, and what is answered looked at again.
    stage.push(&[
        r#"> {"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"echo"}}"#,
        "2 noise",
    ]);
    assert!(seen(&mut pane, &stage)[0].starts_with("━▌TRAFFIC 2 of 6 ━"));
    // Everything is back, and so is the row that was stood on; and the filter too.
    pane.action(Action::ClearFilter, &stage.ctx());
    assert_eq!(pane.moment(&stage.ctx()), Some(5));
    assert!(seen(&mut pane, &stage)[0].starts_with("━▌TRAFFIC 6 ━"));
    pane.action(Action::UndoFilter, &stage.ctx());
    assert!(seen(&mut pane, &stage)[0].starts_with("━▌TRAFFIC 2 of 6 ━"));
    pane.action(Action::UndoFilter, &stage.ctx());
    assert!(seen(&mut pane, &stage)[0].starts_with("━▌TRAFFIC 6 ━"));
    assert_eq!(
        pane.why_not(Action::UndoFilter, &stage.ctx()).as_deref(),
        Some("There was no filter before this.")
    );
}

#[test]
fn a_row_that_changes_comes_and_goes() {
    let (mut stage, mut pane) = filtered("status:pending");
    assert!(seen(&mut pane, &stage)[0].contains("TRAFFIC 0 of 5"));
    stage.push(&[r#"> {"jsonrpc":"2.0","id":3,"method":"ping"}"#]);
    assert!(seen(&mut pane, &stage)[0].contains("TRAFFIC 1 of 6"));
    stage.push(&[r#"< {"jsonrpc":"2.0","id":3,"result":{}}"#]);
    assert!(seen(&mut pane, &stage)[0].contains("TRAFFIC 0 of 6"));
}

#[test]
fn bodies_are_read_elsewhere_and_their_rows_follow() {
    let (stage, mut pane) = filtered("sunny -tool:write");
    let (_, _, effects) = stage.show(&mut pane, 120, 12);
    let sifts: Vec<_> = effects
        .iter()
        .filter(|effect| matches!(effect, Effect::Sift { .. }))
        .collect();
    let [
        Effect::Sift {
            asker,
            among: Among::Entries(entries),
            leaf,
            ..
        },
    ] = sifts[..]
    else {
        panic!("{effects:?}")
    };
    assert!(leaf.holds(b"it is Sunny"));
    // The rows that are left out anyway are not read.
    assert!(
        entries.iter().all(|(entry, _)| !matches!(entry, 5 | 6)),
        "{entries:?}"
    );
    assert!(seen(&mut pane, &stage)[1].ends_with("valid · 0 of 5 · reading…"));
    let part = Sifted::Entries {
        found: vec![3],
        upto: entries.len(),
    };
    let stale = Event::Sifted {
        asker: asker + 1_000,
        part: part.clone(),
    };
    pane.event(&stale, &stage.ctx());
    assert!(seen(&mut pane, &stage)[1].contains("0 of 5"));
    pane.event(
        &Event::Sifted {
            asker: *asker,
            part,
        },
        &stage.ctx(),
    );
    let (_, _, effects) = stage.show(&mut pane, 120, 12);
    assert!(
        !effects
            .iter()
            .any(|effect| matches!(effect, Effect::Sift { .. }))
    );
    assert!(seen(&mut pane, &stage)[1].ends_with("valid · 1 of 5"));
    assert_eq!(pane.moment(&stage.ctx()), Some(3));
}

#[test]
fn the_selection_stays_near_while_bodies_are_read_and_comes_back() {
    let stage = Stage::of(SESSION);
    let mut pane = Traffic::new(clock(), false);
    stage.show(&mut pane, 120, 12);
    pane.reveal(7, &stage.ctx());
    pane.action(Action::OpenFilter, &stage.ctx());
    typed(&mut pane, &stage, "content");
    let (_, _, effects) = stage.show(&mut pane, 120, 12);
    let sift = effects.iter().find_map(|effect| match effect {
        Effect::Sift {
            asker,
            among: Among::Entries(entries),
            ..
        } => Some((*asker, entries.clone())),
        _ => None,
    });
    let (asker, entries) = sift.unwrap();
    let upto = |entry| entries.iter().take_while(|(at, _)| *at <= entry).count();
    // The row that is nearest is found last.
    for (found, upto, stands) in [(4, upto(4), 3), (6, entries.len(), 5)] {
        let part = Sifted::Entries {
            found: vec![found],
            upto,
        };
        pane.event(&Event::Sifted { asker, part }, &stage.ctx());
        stage.show(&mut pane, 120, 12);
        assert_eq!(pane.moment(&stage.ctx()), Some(stands));
    }
    press(&mut pane, &stage, KeyCode::Enter);
    pane.action(Action::ClearFilter, &stage.ctx());
    stage.show(&mut pane, 120, 12);
    assert_eq!(pane.moment(&stage.ctx()), Some(7));
}

#[test]
fn rows_that_bodies_decide_about_are_new_below_too() {
    let mut stage = Stage::of(SESSION);
    let mut pane = Traffic::new(clock(), false);
    stage.show(&mut pane, 120, 6);
    pane.reveal(3, &stage.ctx());
    pane.action(Action::OpenFilter, &stage.ctx());
    typed(&mut pane, &stage, "content");
    press(&mut pane, &stage, KeyCode::Enter);
    // Whoever reads bodies finds that all of them have it.
    let read = |stage: &Stage, pane: &mut Traffic| {
        let (_, _, effects) = stage.show(pane, 120, 6);
        for effect in effects {
            if let Effect::Sift {
                asker,
                among: Among::Entries(entries),
                ..
            } = effect
            {
                let part = Sifted::Entries {
                    found: entries.iter().map(|(entry, _)| *entry).collect(),
                    upto: entries.len(),
                };
                pane.event(&Event::Sifted { asker, part }, &stage.ctx());
            }
        }
    };
    read(&stage, &mut pane);
    let stood = pane.moment(&stage.ctx());
    for id in 3..9 {
        stage.push(&[
            &format!(r#"> {{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"echo"}}}}"#),
            &format!(r#"< {{"jsonrpc":"2.0","id":{id},"result":{{"content":[]}}}}"#),
        ]);
        read(&stage, &mut pane);
        read(&stage, &mut pane);
    }
    let title = stage.title(&mut pane, 120, 6);
    assert!(title.contains(" new below"), "{title}");
    assert_eq!(pane.moment(&stage.ctx()), stood);
}

#[test]
fn what_is_found_before_it_is_folded_is_not_lost() {
    let mut stage = Stage::of(&SESSION[..1]);
    stage.flood(10_000);
    let mut pane = Traffic::new(clock(), false);
    stage.show(&mut pane, 120, 12);
    pane.action(Action::OpenFilter, &stage.ctx());
    typed(&mut pane, &stage, "text:echo");
    let (_, _, effects) = stage.show(&mut pane, 120, 12);
    let asker = effects.iter().find_map(|effect| match effect {
        Effect::Sift {
            asker,
            among: Among::File { from: 0 },
            ..
        } => Some(*asker),
        _ => None,
    });
    // Two lines that are known, and one that will be the fifth entry from now.
    let ahead = stage.timeline.entries().len() as u64 + 4;
    let part = Sifted::Lines(Slice {
        found: vec![100, 500, ahead * 100],
        read: (ahead + 10) * 100,
        done: true,
    });
    let asker = asker.unwrap();
    pane.event(&Event::Sifted { asker, part }, &stage.ctx());
    assert!(seen(&mut pane, &stage)[0].contains("TRAFFIC 2 of "));
    stage.flood(9);
    assert!(seen(&mut pane, &stage)[0].contains("TRAFFIC 3 of "));
}

#[test]
fn proposals_are_taken_with_tab_and_by_walking_to_them() {
    let (stage, mut pane) = filtered("me");
    let lines = seen(&mut pane, &stage);
    assert!(
        lines[2].contains("method:") && lines[2].contains("the method"),
        "{lines:?}"
    );
    press(&mut pane, &stage, KeyCode::Tab);
    typed(&mut pane, &stage, "tools/c");
    press(&mut pane, &stage, KeyCode::Tab);
    typed(&mut pane, &stage, " tool:");
    press(&mut pane, &stage, KeyCode::Down);
    press(&mut pane, &stage, KeyCode::Down);
    press(&mut pane, &stage, KeyCode::Enter);
    let lines = seen(&mut pane, &stage);
    assert!(
        lines[1].starts_with(" Filter: method:tools/call tool:write "),
        "{lines:?}"
    );
    // Enter leaves, and Up has it again.
    press(&mut pane, &stage, KeyCode::Enter);
    assert!(!pane.takes_text());
    pane.action(Action::ClearFilter, &stage.ctx());
    pane.action(Action::OpenFilter, &stage.ctx());
    press(&mut pane, &stage, KeyCode::Up);
    assert!(seen(&mut pane, &stage)[1].starts_with(" Filter: method:tools/call tool:write "));
    assert!(press(&mut pane, &stage, KeyCode::Up).say.is_some());
}

#[test]
fn the_beginning_of_a_key_is_no_text_yet() {
    let (stage, mut pane) = filtered("tool:echo tim");
    assert!(seen(&mut pane, &stage)[1].ends_with("valid · 1 of 5"));
    press(&mut pane, &stage, KeyCode::Enter);
    let lines = seen(&mut pane, &stage);
    assert!(lines[1].starts_with(" Filter: tool:echo tim "), "{lines:?}");
    assert!(lines[0].contains("TRAFFIC 0 of 5"), "{lines:?}");
}

#[test]
fn what_is_no_filter_changes_nothing() {
    let (stage, mut pane) = filtered("tool:echo");
    typed(&mut pane, &stage, " time>");
    assert!(seen(&mut pane, &stage)[0].contains("TRAFFIC 1 of 5"));
    let reply = press(&mut pane, &stage, KeyCode::Enter);
    assert!(reply.say.unwrap().ends_with("; Esc leaves with tool:echo."));
    press(&mut pane, &stage, KeyCode::Esc);
    let lines = seen(&mut pane, &stage);
    assert!(lines[1].starts_with(" Filter: tool:echo  "), "{lines:?}");
}

#[test]
fn a_row_lends_its_words() {
    let (stage, mut pane) = filtered("");
    press(&mut pane, &stage, KeyCode::Esc);
    pane.reveal(3, &stage.ctx());
    for action in [Action::ForMethod, Action::NotSubject] {
        assert_eq!(pane.why_not(action, &stage.ctx()), None);
        pane.action(action, &stage.ctx());
    }
    let lines = seen(&mut pane, &stage);
    assert!(
        lines[1].starts_with(" Filter: method:tools/call -tool:echo "),
        "{lines:?}"
    );
    assert_eq!(pane.moment(&stage.ctx()), Some(5));
    pane.action(Action::ForStatus, &stage.ctx());
    let lines = seen(&mut pane, &stage);
    assert!(
        lines[1].contains("-tool:echo status:tool-error"),
        "{lines:?}"
    );
}

#[test]
fn a_filter_is_kept_under_a_name_and_offered() {
    let stage = Stage::of(SESSION);
    let mut pane = Traffic::new(clock(), false);
    stage.show(&mut pane, 120, 12);
    assert_eq!(
        pane.why_not(Action::SaveFilter, &stage.ctx()).as_deref(),
        Some("There is no filter.")
    );
    let reply = pane.action(Action::OpenFilter, &stage.ctx());
    assert_eq!(
        reply.effects,
        [Effect::Store(Store::LoadFilters(Subject::Rows))]
    );
    typed(&mut pane, &stage, "tool:echo");
    press(&mut pane, &stage, KeyCode::Enter);
    pane.action(Action::SaveFilter, &stage.ctx());
    assert!(seen(&mut pane, &stage)[1].starts_with(" Name for the filter: "));
    typed(&mut pane, &stage, "said");
    let reply = press(&mut pane, &stage, KeyCode::Enter);
    let chip = Chip {
        name: "said".to_owned(),
        text: "tool:echo".to_owned(),
    };
    assert_eq!(
        reply.effects,
        [Effect::Store(Store::SaveFilter(
            Subject::Rows,
            chip.clone()
        ))]
    );
    let kept = Event::Stored(Stored::Filters {
        of: Subject::Rows,
        chips: Ok(vec![chip]),
        saved: Some("said".to_owned()),
    });
    pane.event(&kept, &stage.ctx());
    assert!(seen(&mut pane, &stage)[1].ends_with("1 of 5 · kept as \"said\""));
    pane.action(Action::ClearFilter, &stage.ctx());
    pane.action(Action::OpenFilter, &stage.ctx());
    assert!(seen(&mut pane, &stage)[2].contains("said  tool:echo"));
    press(&mut pane, &stage, KeyCode::Tab);
    assert!(seen(&mut pane, &stage)[1].starts_with(" Filter: tool:echo "));
}

#[test]
fn logs_have_the_same_bar() {
    let stage = Stage::of(SESSION);
    let mut pane = Logs::new(clock(), false);
    stage.show(&mut pane, 120, 12);
    pane.action(Action::OpenFilter, &stage.ctx());
    typed(&mut pane, &stage, "level:warning..");
    let lines = seen(&mut pane, &stage);
    assert!(lines[1].ends_with("valid · 2 of 3"), "{lines:?}");
    press(&mut pane, &stage, KeyCode::Enter);
    pane.action(Action::NotStatus, &stage.ctx());
    let lines = seen(&mut pane, &stage);
    assert!(
        lines[1].starts_with(" Filter: level:warning.. -level:"),
        "{lines:?}"
    );
    assert!(lines[0].starts_with("━▌LOGS 1 of 3 ━"), "{lines:?}");
}

#[test]
fn what_is_a_filter_only_with_its_end_is_entered() {
    let (stage, mut pane) = filtered("tool:write | tim");
    // Without what may become a key it is none yet.
    let lines = seen(&mut pane, &stage);
    assert!(lines[1].contains("incomplete"), "{lines:?}");
    let reply = press(&mut pane, &stage, KeyCode::Enter);
    assert_eq!((reply.say, pane.takes_text()), (None, false));
    let lines = seen(&mut pane, &stage);
    assert!(
        lines[1].starts_with(" Filter: tool:write | tim "),
        "{lines:?}"
    );
    assert!(lines[0].contains("TRAFFIC 1 of 5"), "{lines:?}");
}

/// A frame looks at no more rows than it has time for; the others follow when it is drawn.
#[test]
fn many_rows_are_looked_at_in_several_frames() {
    let mut stage = Stage::of(SESSION);
    // Two rows for four entries.
    stage.flood(120_000);
    for (text, first) in [("tool:echo", true), ("echo", false)] {
        let mut pane = Traffic::new(clock(), false);
        stage.show(&mut pane, 120, 12);
        pane.action(Action::OpenFilter, &stage.ctx());
        typed(&mut pane, &stage, text);
        let mut frames = 0;
        loop {
            frames += 1;
            let (_, _, effects) = stage.show(&mut pane, 120, 12);
            let woken = effects.into_iter().find_map(|effect| match effect {
                Effect::Wake { asker, .. } => Some(asker),
                _ => None,
            });
            let Some(asker) = woken else { break };
            pane.event(&Event::Woken { asker }, &stage.ctx());
        }
        assert_eq!(frames == 1, first, "{text}: {frames}");
    }
}
