//! What keys do in the diff view, without anything being compared for real.

#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::diff::report::Report;
use crate::diff::{Options, Part};
use crate::tui::panes::stream::fixture::Stage;

fn report(a: &str, b: &str, rules: &Rules) -> Arc<Report> {
    let part = |text: &str| Part::from(text.as_bytes().to_vec());
    let options = Options {
        rules: rules.clone(),
        ..Options::default()
    };
    Arc::new(Report::of_documents(
        ("a", &part(a)),
        ("b", &part(b)),
        &options,
    ))
}

/// A pane that shows what differs, as if it had been found.
fn shown(stage: &Stage, a: &str, b: &str) -> DiffPane {
    let mut pane = DiffPane::default();
    let effects = pane.open(Comparison::Files("a".into(), "b".into()), &stage.ctx());
    assert!(matches!(
        effects[..],
        [
            Effect::Store(Store::LoadIgnores { .. }),
            Effect::Compare { .. }
        ]
    ));
    answer(&mut pane, stage, a, b);
    pane
}

fn answer(pane: &mut DiffPane, stage: &Stage, a: &str, b: &str) {
    let result = Ok(report(a, b, &pane.rules));
    let asker = pane.asker;
    pane.event(&Event::Compared { asker, result }, &stage.ctx());
}

const A: &str = r#"{"id":1,"x":1,"y":[1,2],"z":"t"}"#;
const B: &str = r#"{"id":2,"x":2,"y":[1],"z":"u"}"#;

#[test]
fn a_path_is_ignored_kept_and_taken_back() {
    let stage = Stage::of(&[]);
    let mut pane = shown(&stage, A, B);
    let paths = |pane: &DiffPane| -> Vec<String> {
        let row = pane.row().unwrap();
        pane.shown
            .iter()
            .map(|at| row.changes[*at as usize].path.clone())
            .collect()
    };
    assert_eq!(paths(&pane), ["$.x", "$.y[1]", "$.z"]);
    pane.action(Action::NextChange, &stage.ctx());
    let reply = pane.action(Action::IgnorePath, &stage.ctx());
    let [Effect::Store(kept), Effect::Compare { rules, .. }] = &reply.effects[..] else {
        panic!("{reply:?}");
    };
    assert_eq!(
        *kept,
        Store::Ignore {
            line: "$.y[1]".to_owned(),
            on: true
        }
    );
    assert_eq!(rules.paths().len(), 1);
    answer(&mut pane, &stage, A, B);
    // Where one was stands the next.
    assert_eq!(
        (paths(&pane), &*pane.told().unwrap().path),
        (vec!["$.x".to_owned(), "$.z".to_owned()], "$.z")
    );
    pane.action(Action::ShowIgnored, &stage.ctx());
    assert_eq!(paths(&pane), ["$.id", "$.x", "$.y[1]", "$.z"]);
    let reply = pane.action(Action::Unignore, &stage.ctx());
    assert_eq!(
        reply.effects[0],
        Effect::Store(Store::Ignore {
            line: "$.y[1]".to_owned(),
            on: false
        })
    );
    assert_eq!(pane.rules, Rules::standard());
}

#[test]
fn what_is_kept_from_before_is_ignored_too() {
    let stage = Stage::of(&[]);
    let mut pane = shown(&stage, A, B);
    let asker = pane.loading.unwrap();
    let lines = Ok(vec!["*.x".to_owned(), "no-id".to_owned(), "[".to_owned()]);
    let stored = Event::Stored(Stored::Ignores { asker, lines });
    let effects = pane.event(&stored, &stage.ctx());
    assert!(
        matches!(
            &effects[..],
            [Effect::Tell { bad: true, .. }, Effect::Compare { .. }]
        ),
        "{effects:?}"
    );
    answer(&mut pane, &stage, A, B);
    assert_eq!(pane.report().unwrap().ignored(), [("x".to_owned(), 1)]);
    assert_eq!(pane.row().unwrap().paths(), 3);
}

#[test]
fn another_comparison_begins_anew() {
    let stage = Stage::of(&[]);
    let mut pane = shown(&stage, A, B);
    pane.action(Action::NextChange, &stage.ctx());
    pane.open(Comparison::Files("c".into(), "d".into()), &stage.ctx());
    answer(&mut pane, &stage, A, B);
    // One row needs no list to stand in: what differs has the keys at once.
    assert_eq!((pane.on_rows, pane.changes.selected), (false, 0));
    assert_eq!(pane.why_not(Action::IgnorePath, &stage.ctx()), None);
}

#[test]
fn an_answer_that_is_too_late_changes_nothing() {
    let stage = Stage::of(&[]);
    let mut pane = shown(&stage, A, B);
    let late = pane.asker;
    pane.open(Comparison::Files("c".into(), "d".into()), &stage.ctx());
    let result = Ok(report(A, A, &Rules::standard()));
    pane.event(
        &Event::Compared {
            asker: late,
            result,
        },
        &stage.ctx(),
    );
    assert!(pane.report.is_none());
}

#[test]
fn a_question_is_not_answered_by_a_comparison_that_was_under_way() {
    let stage = Stage::of(&[]);
    let mut pane = shown(&stage, A, B);
    pane.open(Comparison::Files("c".into(), "d".into()), &stage.ctx());
    let late = pane.asker;
    let call = Everywhere {
        method: "tools/call",
        params: "{}".to_owned(),
        list: crate::mcp::types::List::Tools,
        name: "wipe".to_owned(),
    };
    let server = |conn| Asked {
        conn,
        name: format!("s{conn}"),
        careful: Some("is marked destructive"),
    };
    let effects = pane.everywhere(call, vec![server(1), server(2)], &stage.ctx());
    assert_eq!(effects, []);
    let result = Ok(report(A, A, &Rules::standard()));
    let compared = Event::Compared {
        asker: late,
        result,
    };
    pane.event(&compared, &stage.ctx());
    assert!(pane.report.is_none());
    assert!(pane.round.as_ref().unwrap().is_question());
}
