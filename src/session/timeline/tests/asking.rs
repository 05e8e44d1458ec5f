//! Questions and conversations, read off small sessions. Each line is a millisecond after the one before.

use super::*;
use crate::mcp::asked::{AskKind, Outcome, Which};
use crate::session::timeline::questions::{By, End};

const CALL: &str = r#"> {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ask"}}"#;
const FORM: &str =
    r#"< {"jsonrpc":"2.0","id":7,"method":"elicitation/create","params":{"message":"Name?"}}"#;
const ASKED: &str = r#"* {"event":"asked","question":{"id":7},"call":1}"#;
const BY_PERSON: &str =
    r#"* {"event":"answered","question":{"id":7},"by":"person","rule":null,"how":"accept"}"#;
const ACCEPTED: &str = r#"> {"jsonrpc":"2.0","id":7,"result":{"action":"accept","content":{}}}"#;
const DONE: &str = r#"< {"jsonrpc":"2.0","id":1,"result":{"content":[]}}"#;

fn only(timeline: &Timeline) -> &Question {
    assert_eq!(timeline.questions().iter().count(), 1);
    timeline.questions().get(1).unwrap()
}

fn end(timeline: &Timeline) -> Option<End> {
    only(timeline).end.clone().map(|(_, end)| end)
}

#[test]
fn a_question_waits_from_our_note_to_its_answer_and_belongs_to_a_call() {
    let mut lines = vec![CALL, FORM];
    assert_eq!(fold(&lines).questions().waiting().count(), 0);
    lines.push(ASKED);
    let timeline = fold(&lines);
    let question = only(&timeline);
    assert_eq!((question.kind, &*question.label), (AskKind::Form, "Name?"));
    assert_eq!((question.entry, question.call), (1, Some(0)));
    assert_eq!(question.exchange, Some(1));
    assert_eq!(timeline.questions().waiting().count(), 1);
    assert_eq!(timeline.questions().of_call(0).count(), 1);
    assert_eq!(timeline.questions().of_exchange(1), Some(question));
    assert!(timeline.waits_for_person(0));
    let which = Which::Request(Id::Integer(7));
    assert_eq!(timeline.questions().open(1, &which), Some(question));

    lines.extend([BY_PERSON, ACCEPTED, DONE]);
    let timeline = fold(&lines);
    assert_eq!(
        end(&timeline),
        Some(End::Answered(Outcome::Accept, By::Person))
    );
    assert!(only(&timeline).was_waiting(2) && !only(&timeline).was_waiting(3));
    assert_eq!(statuses(&timeline), ["ok", "ok"]);
    // 5 ms all in all; of these the person took from the question (1) to the answer (3).
    assert_eq!(timeline.spans(0, 99_000).whole, 5_000);
    assert_eq!(timeline.spans(0, 99_000).person, 2_000);
    assert_eq!(timeline.spans(0, 99_000).server(), 3_000);
}

#[test]
fn a_question_ends_however_it_ends() {
    let answered = |how| Some(End::Answered(how, By::Unknown));
    for (lines, expected) in [
        (vec![FORM, ACCEPTED], answered(Outcome::Accept)),
        (
            vec![
                FORM,
                r#"> {"jsonrpc":"2.0","id":7,"error":{"code":-32601,"message":""}}"#,
            ],
            Some(End::Answered(Outcome::Error(-32601), By::Client)),
        ),
        (
            vec![
                FORM,
                r#"* {"event":"answered","question":{"id":7},"by":"policy","rule":"decline","how":"decline"}"#,
                r#"> {"jsonrpc":"2.0","id":7,"result":{"action":"decline"}}"#,
            ],
            Some(End::Answered(
                Outcome::Decline,
                By::Policy("decline".into()),
            )),
        ),
        (
            vec![
                FORM,
                ASKED,
                r#"< {"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}}"#,
            ],
            Some(End::Withdrawn("cancelled by the server".into())),
        ),
        (
            vec![FORM, ASKED, r#"* {"event":"exit","code":0}"#],
            Some(End::Gone),
        ),
        (
            vec![
                FORM,
                r#"* {"event":"withdrawn","question":{"id":7},"why":"x"}"#,
            ],
            Some(End::Withdrawn("x".into())),
        ),
        // Of another id, and of none.
        (
            vec![FORM, r#"> {"jsonrpc":"2.0","id":"7","result":{}}"#],
            None,
        ),
        (vec![FORM, r#"* {"event":"answered","question":7}"#], None),
    ] {
        assert_eq!(end(&fold(&lines)), expected, "{lines:?}");
    }
}

#[test]
fn the_same_id_twice_is_two_questions_of_which_the_newer_is_open() {
    let timeline = fold(&[FORM, ASKED, FORM, ASKED]);
    let open: Vec<u32> = timeline
        .questions()
        .waiting()
        .map(|question| question.number)
        .collect();
    assert_eq!(open, [2]);
    assert!(matches!(
        timeline.questions().get(1).unwrap().end,
        Some((2, End::Withdrawn(_)))
    ));
}

const WANTS: &str = r#"< {"jsonrpc":"2.0","id":1,"result":{"resultType":"input_required","requestState":"s","inputRequests":{"a":{"method":"roots/list"},"b":{"method":"elicitation/create","params":{"mode":"url","elicitationId":"e"}}}}}"#;
const ROUND: &str = r#"* {"event":"round","id":2,"of":1,"round":2}"#;
const AGAIN: &str = r#"> {"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"ask","requestState":"s"}}"#;

#[test]
fn rounds_are_one_conversation_with_one_row() {
    let mut lines = vec![
        CALL,
        WANTS,
        r#"* {"event":"asked","question":{"of":1,"key":"a"},"call":1}"#,
        r#"* {"event":"asked","question":{"of":1,"key":"b"},"call":1}"#,
    ];
    let timeline = fold(&lines);
    assert_eq!(statuses(&timeline), ["input"]);
    assert_eq!(timeline.status_words(0), "input");
    assert!(timeline.goes_on(0));
    let kinds: Vec<_> = timeline
        .questions()
        .waiting()
        .map(|question| question.kind)
        .collect();
    assert_eq!(kinds, [AskKind::Roots, AskKind::Url]);
    // It goes on, so its time does, and all of that is the person's since the server asked.
    assert_eq!(timeline.spans(0, 10_000).whole, 10_000);
    assert_eq!(timeline.spans(0, 10_000).person, 9_000);

    lines.extend([
        r#"* {"event":"answered","question":{"of":1,"key":"a"},"by":"person","how":"result"}"#,
        r#"* {"event":"answered","question":{"of":1,"key":"b"},"by":"person","how":"accept"}"#,
        ROUND,
        AGAIN,
    ]);
    let timeline = fold(&lines);
    assert_eq!(statuses(&timeline), ["input"]);
    assert_eq!(timeline.rounds(0), [0, 1]);
    assert_eq!(timeline.rounds(1), [0, 1]);
    assert_eq!(timeline.status_words(0), "pending, 2 rounds");
    assert_eq!(timeline.questions().waiting().count(), 0);

    lines.push(r#"< {"jsonrpc":"2.0","id":2,"result":{"resultType":"input_required","inputRequests":{"a":{"method":"roots/list"}}}}"#);
    assert_eq!(fold(&lines).status_words(0), "input, 2 rounds");
    // Of every round of it; the same key in another round is another question.
    assert_eq!(fold(&lines).questions().count(), 3);

    lines.pop();
    lines.push(r#"< {"jsonrpc":"2.0","id":2,"result":{"content":[]}}"#);
    let timeline = fold(&lines);
    assert_eq!(timeline.status_words(0), "ok, 2 rounds");
    assert_eq!(timeline.first_round(1), 0);
    assert_eq!(timeline.spans(0, 99_000).whole, 8_000);
    assert_eq!(timeline.spans(0, 99_000).person, 4_000);
}

/// Recorded by `tap`, say: no note of ours tells anything.
#[test]
fn rounds_of_another_client_are_recognised_by_what_they_bring() {
    let again = r#"> {"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"ask","requestState":"\u0073","inputResponses":{"b":{"action":"decline"}}}}"#;
    let timeline = fold(&[CALL, WANTS, again]);
    assert_eq!(timeline.rounds(0), [0, 1]);
    assert_eq!(timeline.status_words(0), "pending, 2 rounds");
    let ends: Vec<_> = timeline
        .questions()
        .iter()
        .map(|question| question.end.clone().unwrap().1)
        .collect();
    assert_eq!(
        ends,
        [
            End::Withdrawn("the request went on without it".into()),
            End::Answered(Outcome::Decline, By::Unknown)
        ]
    );
    // Another state, tool or connection is another conversation, and so is a request that brings nothing.
    for other in [
        again.replace("\\u0073", "t"),
        again.replace("\"ask\"", "\"other\""),
        CALL.replace("\"id\":1", "\"id\":2"),
    ] {
        assert_eq!(fold(&[CALL, WANTS, &other]).rounds(0), [0], "{other}");
    }
}

#[test]
fn what_is_done_in_the_browser_is_told_later() {
    let url = r#"< {"jsonrpc":"2.0","id":7,"method":"elicitation/create","params":{"mode":"url","elicitationId":"e"}}"#;
    let done = r#"< {"jsonrpc":"2.0","method":"notifications/elicitation/complete","params":{"elicitationId":"e"}}"#;
    let timeline = fold(&[url, ASKED, BY_PERSON, ACCEPTED, done]);
    assert_eq!(only(&timeline).completed, Some(4));
    let other = done.replace("\"e\"", "\"f\"");
    assert_eq!(only(&fold(&[url, &other])).completed, None);
}

#[test]
fn urls_that_a_request_was_refused_for_are_questions() {
    let refused = r#"< {"jsonrpc":"2.0","id":1,"error":{"code":-32042,"message":"","data":{"elicitations":[{"mode":"url","url":"https://h/","message":"Log in"}]}}}"#;
    let timeline = fold(&[
        CALL,
        refused,
        r#"* {"event":"asked","question":{"of":1,"nth":0},"call":1}"#,
    ]);
    let question = only(&timeline);
    assert_eq!((question.kind, &*question.label), (AskKind::Url, "Log in"));
    assert!(question.is_waiting() && timeline.goes_on(0));
}

#[test]
fn of_very_many_questions_the_oldest_that_are_over_go() {
    let mut timeline = fold(&[]);
    let mut count = 0;
    let mut ask = |timeline: &mut Timeline, answer: bool| {
        count += 1;
        let form = FORM.replace("\"id\":7", &format!("\"id\":{count}"));
        let mut lines = vec![form];
        if answer {
            lines.push(ACCEPTED.replace("\"id\":7", &format!("\"id\":{count}")));
        }
        for line in &lines {
            for entry in entries(&[line]) {
                timeline.push(&entry);
            }
        }
    };
    ask(&mut timeline, false);
    for _ in 0..25_000 {
        ask(&mut timeline, true);
    }
    let questions = timeline.questions();
    assert_eq!(questions.count(), 25_001);
    assert!(questions.iter().count() <= 20_000);
    assert!(
        questions
            .get(1)
            .is_some_and(|question| question.end.is_none())
    );
    assert!(questions.get(2).is_none());
    assert!(questions.get(25_001).is_some());
}

#[test]
fn what_the_client_declares_is_known_of_the_connection() {
    let timeline = fold(&[
        r#"* {"event":"capabilities","capabilities":{"sampling":{}},"waits":false}"#,
        r#"* {"event":"capabilities","capabilities":{"roots":{}},"waits":true}"#,
    ]);
    let connection = timeline.state().connection(1).unwrap();
    assert!(connection.declared.take(AskKind::Sampling));
    assert!(!connection.declared.take(AskKind::Roots));
    assert!(connection.wanted.as_ref().unwrap().take(AskKind::Roots));
}

proptest! {
    /// Whatever order these come in, nothing is lost count of: a question is open or over, never both.
    #[test]
    fn any_order_is_survived(picks in prop::collection::vec(0..12_usize, 0..40)) {
        let all = [CALL, FORM, ASKED, BY_PERSON, ACCEPTED, DONE, WANTS, ROUND, AGAIN,
            r#"* {"event":"exit","code":0}"#,
            r#"* {"event":"asked","question":{"of":1,"key":"a"},"call":1}"#,
            r#"< {"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}}"#];
        let lines: Vec<&str> = picks.iter().map(|pick| all[*pick]).collect();
        let timeline = fold(&lines);
        for question in timeline.questions().iter() {
            let open = timeline.questions().open(1, &question.which);
            prop_assert_eq!(open.map(|open| open.number) == Some(question.number), question.end.is_none());
            if let Some(call) = question.call {
                prop_assert!(timeline.questions().of_call(call).any(|other| other == question));
            }
        }
        for index in 0..timeline.exchanges().len() as u32 {
            let rounds = timeline.rounds(index);
            prop_assert!(rounds.contains(&index) && rounds.is_sorted());
            prop_assert_eq!(timeline.first_round(index), rounds[0]);
            prop_assert_eq!(timeline.last_round(index), *rounds.last().unwrap());
            let spans = timeline.spans(index, 1_000_000);
            prop_assert!(spans.person <= spans.whole);
        }
    }
}
