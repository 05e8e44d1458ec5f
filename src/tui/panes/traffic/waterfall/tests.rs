//! The time line on small sessions: what stands in which lane, and how it is drawn.

use crate::tui::action::Action;
use crate::tui::pane::Pane as _;
use crate::tui::panes::stream::fixture::{Stage, clock};
use crate::tui::panes::traffic::Traffic;

/// A call during which the server asks something, tells how far it is, and prints a line; one that fails; junk.
const SESSION: &[&str] = &[
    r#"* {"event":"connect","name":"ev","transport":"stdio","era":"auto"}"#,
    r#"> {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ask","_meta":{"progressToken":1}}}"#,
    r#"< {"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":1}}"#,
    r#"< {"jsonrpc":"2.0","id":"s","method":"elicitation/create","params":{"message":"?"}}"#,
    r#"* {"event":"asked","question":{"id":"s"},"call":1}"#,
    "2 a line",
    r#"> {"jsonrpc":"2.0","id":"s","result":{"action":"accept"}}"#,
    r#"< {"jsonrpc":"2.0","id":1,"result":{"content":[]}}"#,
    r#"> {"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"bad"}}"#,
    r#"< {"jsonrpc":"2.0","id":2,"error":{"code":-32603,"message":"no"}}"#,
    "! junk",
    r#"> {"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"slow"}}"#,
];

fn pane(stage: &Stage) -> Traffic {
    let mut pane = Traffic::new(clock(), false);
    pane.action(Action::PreviousTab, &stage.ctx());
    pane
}

/// The lanes, with the axis above them.
fn lanes(stage: &Stage, pane: &mut Traffic, width: u16) -> Vec<String> {
    let (screen, ..) = stage.show(pane, width, 30);
    let lines = screen
        .lines()
        .skip(1)
        .take_while(|line| !line.starts_with('━'));
    let lines = lines.map(|line| line.trim_end().to_owned());
    lines.filter(|line| !line.is_empty()).collect()
}

#[test]
fn every_server_and_direction_has_a_lane() {
    let stage = Stage::of(SESSION);
    let mut pane = pane(&stage);
    insta::assert_snapshot!(lanes(&stage, &mut pane, 120).join("\n"));
}

#[test]
fn a_bar_is_opened_where_it_is_clicked_and_the_cursor_stands_on_it() {
    let stage = Stage::of(SESSION);
    let mut pane = pane(&stage);
    pane.action(Action::NextError, &stage.ctx());
    let (screen, cursor, _) = stage.show(&mut pane, 120, 30);
    let cursor = cursor.expect("the selected bar is in sight");
    let line = screen
        .lines()
        .nth(usize::from(cursor.y))
        .unwrap_or_default();
    assert!(line.contains("C→S"), "{line}");
    assert_eq!(line.chars().nth(usize::from(cursor.x)), Some('├'), "{line}");
    pane.action(Action::Top, &stage.ctx());
    stage.show(&mut pane, 120, 30);
    pane.click(cursor, false, &stage.ctx());
    let again = stage.show(&mut pane, 120, 30).1;
    assert_eq!(again, Some(cursor));
    assert!(
        pane.hint(&stage.ctx())
            .is_some_and(|hint| hint.contains("ev"))
    );
}

#[test]
fn zoom_stays_at_the_selected_row_and_pans_beyond_it() {
    let stage = Stage::of(SESSION);
    let mut pane = pane(&stage);
    pane.action(Action::NextError, &stage.ctx());
    let at = |pane: &mut Traffic| stage.show(pane, 120, 30).1.map(|at| at.x);
    let before = at(&mut pane);
    for _ in 0..3 {
        pane.action(Action::ZoomIn, &stage.ctx());
    }
    let closer = at(&mut pane).zip(before);
    assert!(
        closer.is_some_and(|(one, other)| one.abs_diff(other) <= 1),
        "{closer:?}"
    );
    assert!(
        stage.title(&mut pane, 120, 30).contains("zoom 173 ms"),
        "{}",
        stage.title(&mut pane, 120, 30)
    );
    for _ in 0..8 {
        pane.action(Action::Left, &stage.ctx());
    }
    stage.show(&mut pane, 120, 30);
    // It moves with whatever is selected next.
    pane.action(Action::Down, &stage.ctx());
    assert!(at(&mut pane).is_some());
}

#[test]
fn a_million_rows_are_a_crowd_that_costs_a_screen() {
    let mut stage = Stage::of(&[]);
    stage.flood(1_000_000);
    let mut pane = pane(&stage);
    stage.show(&mut pane, 120, 30);
    for _ in 0..40 {
        pane.action(Action::ZoomOut, &stage.ctx());
    }
    let drawn = lanes(&stage, &mut pane, 120).join("\n");
    assert!(drawn.contains('█') && drawn.contains("C→S"), "{drawn}");
    let mut best = std::time::Duration::MAX;
    for action in [
        Action::Up,
        Action::ZoomIn,
        Action::Left,
        Action::Up,
        Action::ZoomOut,
    ] {
        let began = std::time::Instant::now();
        pane.action(action, &stage.ctx());
        stage.show(&mut pane, 120, 30);
        best = best.min(began.elapsed());
    }
    // Without optimisation, on a busy machine: a pass over a million rows would take far longer.
    assert!(best < std::time::Duration::from_millis(60), "{best:?}");
}

#[test]
fn what_asks_after_a_task_stands_on_the_bar_of_its_call() {
    let stage = Stage::of(&[
        r#"* {"event":"connect","name":"t","transport":"stdio","era":"auto"}"#,
        r#"> {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"long","task":{}}}"#,
        r#"< {"jsonrpc":"2.0","id":1,"result":{"task":{"taskId":"k","status":"working","createdAt":"x","ttl":null}}}"#,
        r#"> {"jsonrpc":"2.0","id":2,"method":"tasks/get","params":{"taskId":"k"}}"#,
        r#"< {"jsonrpc":"2.0","id":2,"result":{"taskId":"k","status":"completed","createdAt":"x","ttl":null}}"#,
    ]);
    let mut pane = pane(&stage);
    let drawn = lanes(&stage, &mut pane, 120).join("\n");
    assert!(drawn.contains(':') && drawn.contains("#2 long"), "{drawn}");
    assert!(!drawn.contains("#4"), "{drawn}");
}
