//! What keys do in the Lint view, and what it shows; findings are made by the linter from small sessions.

use super::*;
use crate::lint::Linter;
use crate::lint::findings::{Standings, Told};
use crate::session::recorded::Place;
use crate::session::{Channel, Direction, Entry};
use crate::tui::panes::stream::fixture::Stage;

const OPENING: [&str; 3] = [
    r#"> {"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"c","version":"1"}}}"#,
    r#"< {"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-06-18","capabilities":{"tools":{}},"serverInfo":{"name":"s","version":"1"}}}"#,
    r#"> {"jsonrpc":"2.0","method":"notifications/initialized"}"#,
];
const TOOLS: [&str; 2] = [
    r#"> {"jsonrpc":"2.0","id":2,"method":"tools/list"}"#,
    r#"< {"jsonrpc":"2.0","id":2,"result":{"tools":[{"name":"echo","inputSchema":{"type":"object"}},{"name":"add","inputSchema":{"type":"object"}}]}}"#,
];
const JUNK: [&str; 1] = ["! Listening \u{1b}[31mnow"];

/// A stage with what the linter finds in its lines.
fn stage(lines: &[&str]) -> Stage {
    let mut stage = Stage::of(lines);
    let mut linter = Linter::default();
    for (index, line) in lines.iter().enumerate() {
        let (mark, body) = line.split_at(2);
        let (channel, direction) = match mark {
            "> " => (Channel::Wire, Direction::Out),
            "< " => (Channel::Wire, Direction::In),
            _ => (Channel::Stdout, Direction::In),
        };
        let entry = Entry {
            seq: index as u64 + 1,
            us: 0,
            at: jiff::Timestamp::UNIX_EPOCH,
            conn: 1,
            channel,
            direction,
            aux: false,
            body: body.as_bytes().to_vec(),
            ending: std::borrow::Cow::Borrowed("\n"),
            extra: None,
        };
        let found = linter.push(&entry, Place::default());
        stage.lint.extend(found.into_iter().map(|finding| Told {
            finding,
            server: "s".into(),
        }));
        stage.lint.looked += 1;
    }
    stage.lint.standings = Standings::of(&linter);
    stage
}

fn faulty() -> Stage {
    let lines: Vec<&str> = OPENING.into_iter().chain(TOOLS).chain(JUNK).collect();
    stage(&lines)
}

/// The rules that are shown, in their order.
fn shown(pane: &LintPane, stage: &Stage) -> Vec<String> {
    let rows = pane.made.rows.iter();
    rows.map(|row| match row {
        Row::Heading(words, count) => format!("{words} {count}"),
        Row::More(more) => format!("{more} more"),
        Row::Probes(words) => words.clone(),
        Row::Found(found) => {
            let finding = stage.lint.all()[*found as usize].finding();
            format!("{} #{}", finding.rule.name, finding.seq)
        }
    })
    .collect()
}

#[test]
fn the_worst_is_first_and_selected_and_told_of() {
    let stage = faulty();
    let mut pane = LintPane::default();
    let (screen, cursor, _) = stage.show(&mut pane, 120, 30);
    let rows = shown(&pane, &stage);
    assert!(rows[0].starts_with("Errors"), "{rows:?}");
    assert_eq!(rows[1], "stdout-only-messages #6");
    assert!(
        screen.contains("▸ error   stdout-only-messages"),
        "{screen}"
    );
    assert!(screen.contains("Write logs to stderr"), "{screen}");
    assert!(!screen.contains('\u{1b}'), "{screen:?}");
    assert_eq!(cursor.map(|at| at.y), Some(2));
    assert_eq!(pane.moment(&stage.ctx()), Some(5));
    let reply = pane.action(Action::OpenFinding, &stage.ctx());
    assert_eq!(reply.go, Some(Go::Traffic(5)));
    assert!(pane.why_not(Action::ShowSubject, &stage.ctx()).is_some());
}

#[test]
fn headings_are_passed_over_both_ways() {
    let stage = faulty();
    let mut pane = LintPane::default();
    stage.show(&mut pane, 120, 30);
    let first = pane.selected;
    let mut seen = vec![first];
    for _ in 0..pane.made.rows.len() {
        pane.action(Action::Down, &stage.ctx());
        assert!(pane.selected.is_some());
        seen.push(pane.selected);
    }
    seen.dedup();
    assert_eq!(seen.len(), stage.lint.all().len());
    for _ in 0..pane.made.rows.len() {
        pane.action(Action::Up, &stage.ctx());
        assert!(pane.selected.is_some());
    }
    assert_eq!(pane.selected, first);
}

#[test]
fn groups_are_by_severity_rule_and_place_and_the_selection_stays() {
    let stage = faulty();
    let mut pane = LintPane::default();
    stage.show(&mut pane, 120, 30);
    pane.action(Action::Down, &stage.ctx());
    let selected = pane.selected;
    pane.action(Action::GroupFindings, &stage.ctx());
    let rows = shown(&pane, &stage);
    assert!(rows.contains(&"tool-is-described 2".to_owned()), "{rows:?}");
    assert_eq!(pane.selected, selected);
    pane.action(Action::GroupFindings, &stage.ctx());
    let rows = shown(&pane, &stage);
    let of_add = rows.iter().position(|row| row.starts_with("s: tool add"));
    let of_echo = rows.iter().position(|row| row.starts_with("s: tool echo"));
    assert!(of_add < of_echo && of_add.is_some(), "{rows:?}");
    assert_eq!(pane.selected, selected);
}

#[test]
fn what_is_typed_narrows_the_list() {
    let stage = faulty();
    let mut pane = LintPane::default();
    stage.show(&mut pane, 120, 30);
    pane.action(Action::Find, &stage.ctx());
    assert!(pane.takes_text());
    pane.paste("echo DESCR", &stage.ctx());
    let rows = shown(&pane, &stage);
    assert!(
        rows.contains(&"tool-is-described #5".to_owned()),
        "{rows:?}"
    );
    assert!(
        !rows.iter().any(|row| row.starts_with("stdout")),
        "{rows:?}"
    );
    assert!(stage.title(&mut pane, 120, 30).contains(" of "));
    pane.key(KeyCode::Esc.into(), &stage.ctx());
    assert!(shown(&pane, &stage).len() > rows.len());
}

#[test]
fn a_finding_is_ignored_with_a_reason_and_taken_back() {
    let mut stage = faulty();
    let mut pane = LintPane::default();
    stage.show(&mut pane, 120, 30);
    assert!(
        pane.why_not(Action::UnignoreFinding, &stage.ctx())
            .is_some()
    );
    let reply = pane.action(Action::IgnoreFinding, &stage.ctx());
    let Some(Go::Except(exception)) = reply.go else {
        panic!("{reply:?}");
    };
    let exception = Exception {
        reason: "only a banner".into(),
        ..exception
    };
    let before = stage.lint.counts().all();
    stage.lint.except([exception.clone()].into());
    assert_eq!(stage.lint.counts().all(), before - 1);
    let (screen, ..) = stage.show(&mut pane, 120, 30);
    assert!(!screen.contains("stdout-only-messages"), "{screen}");
    assert!(screen.contains("1 ignored, hidden"), "{screen}");
    pane.action(Action::ShowIgnoredFindings, &stage.ctx());
    pane.action(Action::Top, &stage.ctx());
    let (screen, ..) = stage.show(&mut pane, 120, 30);
    assert!(screen.contains("only a banner"), "{screen}");
    assert!(pane.why_not(Action::IgnoreFinding, &stage.ctx()).is_some());
    let reply = pane.action(Action::UnignoreFinding, &stage.ctx());
    let remove = Store::Exceptions(Excepting::Remove(exception.line()));
    assert_eq!(reply.effects, [Effect::Store(remove)]);
}

#[test]
fn a_subject_is_shown_in_its_list() {
    let stage = faulty();
    let mut pane = LintPane::default();
    stage.show(&mut pane, 120, 30);
    while pane
        .found(&stage.ctx())
        .and_then(|one| one.finding().subject.clone())
        != Some(Subject::Tool("add".into()))
    {
        let before = pane.selected;
        pane.action(Action::Down, &stage.ctx());
        assert_ne!(pane.selected, before, "add has no description");
    }
    let reply = pane.action(Action::ShowSubject, &stage.ctx());
    assert_eq!(reply.go, Some(Go::Item(View::Tools, "add".to_owned(), 1)));
}

#[test]
fn nothing_found_says_what_was_looked_at() {
    let empty = Stage::of(&[]);
    let mut pane = LintPane::default();
    let (screen, ..) = empty.show(&mut pane, 80, 20);
    assert!(screen.contains("Nothing passed yet"), "{screen}");
    let mut good = Stage::of(&OPENING);
    (good.lint.looked, good.lint.standings.passed) = (2, 4);
    let (screen, ..) = good.show(&mut pane, 80, 20);
    assert!(screen.contains("Looking: 2 of 3"), "{screen}");
    (good.lint.looked, good.lint.standings.not_seen) = (3, 7);
    let (screen, ..) = good.show(&mut pane, 80, 20);
    assert!(screen.contains("4 rules passed. Of 7 rules"), "{screen}");
}

#[test]
fn findings_are_copied_as_text_and_as_markdown() {
    let stage = faulty();
    let mut pane = LintPane::default();
    stage.show(&mut pane, 120, 30);
    let copied = |reply: Reply| match reply.effects.into_iter().next() {
        Some(Effect::Copy { text, .. }) => text,
        other => panic!("{other:?}"),
    };
    let one = copied(pane.action(Action::CopyFinding, &stage.ctx()));
    assert!(one.starts_with("error stdout-only-messages: "), "{one}");
    assert!(one.contains("\nfix: "), "{one}");
    let all = copied(pane.action(Action::CopyFindings, &stage.ctx()));
    assert!(all.contains("| error | `stdout-only-messages` |"), "{all}");
    assert_eq!(all.matches("`tool-is-described`: ").count(), 1, "{all}");
    assert!(!all.contains('\u{1b}'));
}

#[test]
fn of_much_alike_the_first_few_are_shown_and_all_of_them_marked() {
    let tool = |at: usize| {
        format!(
            "{{\"name\":\"t.{at}\",\"description\":\"Says what it is told\",\"inputSchema\":{{\"type\":\"object\"}}}}"
        )
    };
    let tools: Vec<String> = (0..12).map(tool).collect();
    let list = format!(
        "< {{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{{\"tools\":[{}]}}}}",
        tools.join(",")
    );
    let lines: Vec<&str> = OPENING.into_iter().chain([TOOLS[0], &list]).collect();
    let stage = stage(&lines);
    let mut pane = LintPane::default();
    let (screen, ..) = stage.show(&mut pane, 80, 30);
    let rows = shown(&pane, &stage);
    let dots = "tool-name-has-no-dots #5".to_owned();
    let count = |rows: &[String]| rows.iter().filter(|row| **row == dots).count();
    assert_eq!(count(&rows), 5, "{rows:?}");
    assert!(rows.contains(&"7 more".to_owned()), "{rows:?}");
    assert!(screen.contains("… and 7 more like it"), "{screen}");
    for at in 0..12 {
        let subject = Subject::Tool(format!("t.{at}").into());
        assert!(stage.lint.about("s", &subject).count() > 0, "t.{at}");
    }
    pane.action(Action::GroupFindings, &stage.ctx());
    assert_eq!(count(&shown(&pane, &stage)), 12);
}
