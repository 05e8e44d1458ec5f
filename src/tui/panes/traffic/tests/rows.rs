//! What is done to rows: sorted, selected, timed, gone to by what they are.

use crossterm::event::KeyCode;

use super::*;
use crate::tui::effect::Store;

/// Rows of the list as their numbers, in the order they are shown.
fn numbers(stage: &Stage, pane: &mut Traffic) -> Vec<usize> {
    stage.show(pane, 120, 40);
    let shown = pane.shown();
    (0..shown.len())
        .filter_map(|place| shown.number(place))
        .collect()
}

#[test]
fn sorted_rows_keep_what_is_selected_and_new_ones_come_where_they_belong() {
    let mut stage = Stage::of(SESSION);
    let mut pane = pane(true);
    stage.show(&mut pane, 120, 40);
    pane.action(Action::Top, &stage.ctx());
    pane.action(Action::Down, &stage.ctx());
    let stood = pane.number();
    pane.action(Action::SortRows, &stage.ctx());
    // What waits is first, then what took longest: 240 ms, 120 ms, and what takes no time as it came.
    assert_eq!(numbers(&stage, &mut pane), [8, 3, 2, 5, 0, 1, 4, 6, 7, 9]);
    assert_eq!(pane.number(), stood);
    assert!(stage.title(&mut pane, 120, 40).contains("longest first"));
    stage.push(&[r#"< {"jsonrpc":"2.0","id":2,"result":{"content":[]}}"#]);
    stage.push(&[r#"> {"jsonrpc":"2.0","id":3,"method":"ping"}"#]);
    assert_eq!(numbers(&stage, &mut pane)[..4], [10, 3, 8, 2]);
    assert_eq!(pane.number(), stood);
    assert!(!pane.stream().follows());
    for _ in 0..4 {
        pane.action(Action::SortRows, &stage.ctx());
    }
    assert_eq!(numbers(&stage, &mut pane), (0..11).collect::<Vec<_>>());
}

#[test]
fn rows_are_selected_one_by_one_and_from_here_to_there() {
    let stage = Stage::of(SESSION);
    let mut pane = pane(false);
    stage.show(&mut pane, 120, 40);
    let act = |pane: &mut Traffic, actions: &[Action]| {
        for action in actions {
            pane.action(*action, &stage.ctx());
        }
    };
    act(&mut pane, &[Action::SelectRow, Action::Down, Action::Down]);
    assert_eq!(pane.why_not(Action::CompareRows, &stage.ctx()), None);
    act(&mut pane, &[Action::SelectRow]);
    let reply = pane.action(Action::CompareRows, &stage.ctx());
    assert!(matches!(reply.go, Some(Go::Diff(_))), "{reply:?}");
    let (screen, ..) = stage.show(&mut pane, 120, 40);
    assert_eq!(screen.matches('✓').count(), 2, "{screen}");
    assert!(screen.contains("2 selected"), "{screen}");
    act(
        &mut pane,
        &[
            Action::Down,
            Action::SelectRange,
            Action::Down,
            Action::SelectRange,
        ],
    );
    assert_eq!(pane.selection(), [0, 2, 4, 5]);
    act(&mut pane, &[Action::Back]);
    assert!(pane.selection().is_empty());
    assert!(pane.why_not(Action::CompareRows, &stage.ctx()).is_some());
}

#[test]
fn times_count_from_wherever_somebody_wants() {
    let stage = Stage::of(SESSION);
    let mut pane = pane(false);
    let line = |pane: &mut Traffic, number: usize| {
        let (screen, ..) = stage.show(pane, 120, 40);
        screen
            .lines()
            .nth(2 + number)
            .unwrap_or_default()
            .to_owned()
    };
    pane.action(Action::TimeFormat, &stage.ctx());
    assert!(
        line(&mut pane, 2).contains(" +0.240 "),
        "{}",
        line(&mut pane, 2)
    );
    for _ in 0..2 {
        pane.action(Action::Down, &stage.ctx());
    }
    pane.action(Action::TimeReference, &stage.ctx());
    assert!(
        line(&mut pane, 0).contains(" −0.240 "),
        "{}",
        line(&mut pane, 0)
    );
    let (screen, ..) = stage.show(&mut pane, 120, 40);
    assert!(screen.contains("from #3"), "{screen}");
    pane.action(Action::TimeReference, &stage.ctx());
    assert!(line(&mut pane, 0).contains("14:02:09.120"));
}

#[test]
fn jumps_go_by_what_rows_are_and_again() {
    let mut stage = Stage::of(SESSION);
    stage.push(&[
        r#"> {"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"create-issue"}}"#,
    ]);
    let mut pane = pane(false);
    stage.show(&mut pane, 120, 40);
    let go = |pane: &mut Traffic, action| {
        pane.action(action, &stage.ctx());
        stage.show(pane, 120, 40);
        pane.number()
    };
    assert_eq!(go(&mut pane, Action::NextWarning), Some(3), "a tool error");
    assert_eq!(go(&mut pane, Action::FindNext), Some(5), "the same again");
    assert_eq!(go(&mut pane, Action::FindPrevious), Some(3));
    assert_eq!(go(&mut pane, Action::NextSame), Some(10), "the same tool");
    assert_eq!(go(&mut pane, Action::PreviousSame), Some(3));
    assert_eq!(
        go(&mut pane, Action::NextMarked),
        Some(3),
        "nothing is marked"
    );
    pane.go_to(9);
    let reply = pane.action(Action::GoCall, &stage.ctx());
    assert_eq!(reply.go, Some(Go::Traffic(12)), "what the progress is of");
    pane.go_to(5);
    let reply = pane.action(Action::GoCall, &stage.ctx());
    assert!(
        reply.go.is_none() && reply.say.is_some(),
        "no call waited then"
    );
}

/// Check 44: only what came between request and answer, on this connection.
#[test]
fn around_a_call_is_what_happened_while_it_lasted() {
    let stage = Stage::of(&[
        r#"* {"event":"connect","name":"a","transport":"stdio","era":"auto"}"#,
        "2 before",
        r#"> {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x"}}"#,
        "2 within",
        r#"@2 * {"event":"connect","name":"b","transport":"stdio","era":"auto"}"#,
        "@2 2 elsewhere",
        r#"> {"jsonrpc":"2.0","id":2,"method":"ping"}"#,
        r#"< {"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"x"}}"#,
        "! stray",
        r#"< {"jsonrpc":"2.0","id":2,"result":{}}"#,
        r#"< {"jsonrpc":"2.0","id":1,"result":{}}"#,
        "2 after",
    ]);
    let mut pane = pane(false);
    stage.show(&mut pane, 120, 40);
    pane.action(Action::Down, &stage.ctx());
    let (.., effects) = stage.show(&mut pane, 120, 40);
    let around = effects.into_iter().find_map(|effect| match effect {
        Effect::Build {
            subject: Subject::Row { around, .. },
            ..
        } => Some(around),
        _ => None,
    });
    let around = around.expect("a call");
    let near: Vec<(u64, &str)> = around
        .near
        .iter()
        .map(|near| (near.source.seq, near.what))
        .collect();
    assert_eq!(near, [(4, "stderr"), (8, "notif"), (9, "junk")]);
    assert!(!around.more);
    let last = around
        .times
        .last()
        .map(|(name, took)| (name.as_str(), took.as_str()));
    assert_eq!(last, Some(("all in all", "960 ms")));
}

/// A recording can be looked at as it was earlier: then there are fewer rows than there were.
#[test]
fn an_earlier_moment_has_fewer_rows() {
    let whole = Stage::of(SESSION);
    let early = Stage::of(&SESSION[..6]);
    let mut pane = pane(true);
    for _ in Sub::ALL {
        pane.action(Action::SortRows, &whole.ctx());
        for stage in [&whole, &early, &whole] {
            stage.show(&mut pane, 120, 40);
            assert_eq!(pane.shown().len(), pane.sub.len(&stage.timeline));
            assert_eq!(
                pane.failures.count(),
                if stage.timeline.entries().len() < 7 {
                    0
                } else {
                    4
                }
            );
        }
        pane.action(Action::NextTab, &whole.ctx());
    }
}

/// The pane with a filter in force.
fn filter(pane: &mut Traffic, stage: &Stage, text: &str) {
    pane.filtering.put(text, &stage.timeline);
    stage.show(pane, 140, 40);
}

#[test]
fn marks_are_gone_to_among_what_is_shown_as_it_is_shown() {
    let mut stage = Stage::of(SESSION);
    // Rows 2, 3 and 8: a listing, a call of 240 ms, and one that waits.
    for seq in [3, 5, 13] {
        stage.marks.toggle(seq, char::from(b'a' + seq as u8));
    }
    let mut pane = pane(false);
    stage.show(&mut pane, 140, 40);
    let walk = |pane: &mut Traffic| {
        pane.action(Action::Top, &stage.ctx());
        let mut seen = Vec::new();
        while pane.action(Action::NextMarked, &stage.ctx()).say.is_none() {
            seen.extend(pane.number());
            assert!(seen.len() < 9, "{seen:?}");
        }
        seen
    };
    assert_eq!(walk(&mut pane), [2, 3, 8]);
    filter(&mut pane, &stage, "-tool:create-issue");
    assert_eq!(walk(&mut pane), [2, 8]);
    filter(&mut pane, &stage, "");
    // By how long it took: 8, 3, 2 …
    pane.action(Action::SortRows, &stage.ctx());
    assert_eq!(numbers(&stage, &mut pane)[..3], [8, 3, 2]);
    assert_eq!(walk(&mut pane), [3, 2]);
    pane.action(Action::Top, &stage.ctx());
    let mut wrong = Vec::new();
    while pane.action(Action::NextError, &stage.ctx()).say.is_none() {
        wrong.extend(pane.number());
    }
    // The tool error took longest; the others stand below as they came.
    assert_eq!(wrong, [3, 5, 6, 7]);
}

#[test]
fn what_is_selected_stays_so_when_many_rows_are_sorted_under_a_filter() {
    let mut stage = Stage::of(SESSION);
    // Two rows for four entries: more than are sorted at once.
    stage.flood(48_000);
    let mut pane = pane(false);
    filter(&mut pane, &stage, "tool:echo");
    pane.go_to(1_011);
    let stood = pane.number();
    assert!(stood.is_some_and(|number| number > 1_000));
    pane.action(Action::SortRows, &stage.ctx());
    let sort = (0..9).find_map(|_| {
        let (.., effects) = stage.show(&mut pane, 140, 40);
        effects.into_iter().find_map(|effect| match effect {
            Effect::Sort { asker, keys } => Some((asker, keys)),
            _ => None,
        })
    });
    let (asker, keys) = sort.expect("too many to be sorted here");
    let places = order(&keys);
    pane.event(&Event::Sorted { asker, places }, &stage.ctx());
    assert_eq!(pane.number(), stood);
    stage.show(&mut pane, 140, 40);
    assert_eq!(pane.number(), stood);
}

#[test]
fn hits_that_a_filter_hid_are_there_again() {
    let stage = Stage::of(SESSION);
    let mut pane = pane(false);
    filter(&mut pane, &stage, "-tool:create-issue");
    pane.action(Action::Find, &stage.ctx());
    stage.find(&mut pane, "x", &[7, 13]);
    assert!(stage.title(&mut pane, 140, 40).contains(" [1/1] x"));
    assert_eq!(pane.number(), Some(8));
    filter(&mut pane, &stage, "");
    assert!(stage.title(&mut pane, 140, 40).contains(" [2/2] x"));
    pane.action(Action::FindNext, &stage.ctx());
    assert_eq!(pane.number(), Some(3));
}

#[test]
fn how_long_it_took_is_told_of_what_is_shown() {
    let mut stage = Stage::of(SESSION);
    for id in 20..22 {
        let asked = format!(r#"> {{"jsonrpc":"2.0","id":{id},"method":"ping"}}"#);
        let answer = format!(r#"< {{"jsonrpc":"2.0","id":{id},"result":{{}}}}"#);
        stage.push(&[&asked, "2 a", "2 b", "2 c", &answer]);
    }
    let mut pane = pane(false);
    let told = |pane: &mut Traffic, text: &str| {
        filter(pane, &stage, text);
        let title = stage.title(pane, 140, 40);
        let from = title.find("p50").map(|at| &title[at..]);
        from.map(|told| told.split(" · ").next().unwrap_or_default().to_owned())
    };
    assert_eq!(
        told(&mut pane, "").as_deref(),
        Some("p50 240 ms  p95 479 ms")
    );
    let pings = Some("p50 479 ms  p95 479 ms");
    assert_eq!(told(&mut pane, "method:ping").as_deref(), pings);
    // Of one there is nothing to be told.
    assert_eq!(told(&mut pane, "tool:create-issue"), None);
    assert_eq!(told(&mut pane, "method:ping").as_deref(), pings);
    let most = told(&mut pane, "-method:ping");
    assert_eq!(most.as_deref(), Some("p50 120 ms  p95 240 ms"));
}

#[test]
fn columns_are_kept_when_they_are_others() {
    let stage = Stage::of(SESSION);
    let mut pane = pane(false);
    stage.show(&mut pane, 140, 40);
    let press = |pane: &mut Traffic, code| {
        let key = KeyEvent::from(code);
        pane.key(key, &stage.ctx()).effects
    };
    pane.action(Action::PickColumns, &stage.ctx());
    assert_eq!(press(&mut pane, KeyCode::Esc), []);
    pane.action(Action::PickColumns, &stage.ctx());
    press(&mut pane, KeyCode::Char(' '));
    let effects = press(&mut pane, KeyCode::Esc);
    assert!(
        matches!(&effects[..], [Effect::Store(Store::KeepColumns(_))]),
        "{effects:?}"
    );
}

#[test]
fn a_time_that_was_brushed_has_its_day() {
    let stage = Stage::of(SESSION);
    let mut pane = pane(false);
    stage.show(&mut pane, 140, 40);
    pane.turn(Sub::Timeline, &stage.ctx());
    stage.show(&mut pane, 140, 40);
    pane.action(Action::Top, &stage.ctx());
    stage.show(&mut pane, 140, 40);
    pane.action(Action::SelectRange, &stage.ctx());
    pane.action(Action::Down, &stage.ctx());
    let reply = pane.action(Action::SelectRange, &stage.ctx());
    let Some(Go::During(term)) = reply.go else {
        panic!("{reply:?}");
    };
    assert!(
        term.starts_with("at:2026-11-21T14:02:09.120..2026-11-21T14:02:0"),
        "{term}"
    );
    filter(&mut pane, &stage, &term);
    assert_eq!(pane.shown().len(), 2);
}
