//! What is done to rows: sorted, selected, timed, gone to by what they are.

use super::*;

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
