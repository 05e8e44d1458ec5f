//! Tasks in both shapes: made of a call, asked after at the server's pace, given up, lost, and their results fetched.

use super::*;
use crate::jsonrpc::Id;
use crate::mcp::asked::{AskKind, Capabilities, Policies, Policy, Which, reply};
use crate::mcp::http::LossKind;

fn modern() -> Play {
    let mut capabilities = Capabilities::default();
    capabilities.extend(crate::mcp::tasks::EXTENSION, Some("{}"));
    let mut play = Play::new(Options {
        capabilities,
        ..quiet()
    });
    play.put(Input::Started);
    play.frame(DISCOVERED);
    play
}

fn result(id: i64, result: &str) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{result}}}"#)
}

fn error(id: i64, code: i64) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":{id},"error":{{"code":{code},"message":"m"}}}}"#)
}

fn flat(status: &str) -> String {
    format!(r#"{{"taskId":"t","status":"{status}","pollInterval":5000}}"#)
}

fn made(play: &mut Play, core: bool) -> Vec<String> {
    play.call(7, "tools/call", r#"{"name":"slow","task":{}}"#);
    let task = if core {
        format!(r#"{{"task":{}}}"#, flat("working"))
    } else {
        r#"{"resultType":"task","taskId":"t","status":"working","ttlMs":null,"pollIntervalMs":5000}"#.to_owned()
    };
    play.frame(&result(if core { 2 } else { 1 }, &task))
}

#[test]
fn obligation_28_a_task_is_asked_after_at_the_servers_pace_and_its_result_fetched() {
    let mut play = legacy();
    assert_eq!(made(&mut play, true), [""; 0], "the call is not over");
    assert_eq!(play.client.deadline(), Some(Duration::from_secs(5)));
    assert_eq!(play.wait(5), ["> tasks/get 3"]);
    assert_eq!(play.frame(&result(3, &flat("working"))), [""; 0]);
    assert_eq!(play.wait(4), [""; 0]);
    assert_eq!(play.wait(1), ["> tasks/get 4"]);
    assert_eq!(
        play.frame(&result(4, &flat("completed"))),
        ["> tasks/result 5"]
    );
    assert_eq!(
        play.wait(3_600),
        [""; 0],
        "the result takes as long as it takes"
    );
    assert_eq!(
        play.frame(&result(5, r#"{"content":[]}"#)),
        ["finished 7 Answered"]
    );
    assert_eq!(play.client.deadline(), None);
}

#[test]
fn obligation_28_the_extension_has_the_result_in_the_answer() {
    let mut play = modern();
    made(&mut play, false);
    assert_eq!(play.wait(5), ["> tasks/get 2"]);
    assert_eq!(
        play.frame(&result(
            2,
            r#"{"resultType":"complete","taskId":"t","status":"completed","result":{"content":[]}}"#
        )),
        ["finished 7 Answered"]
    );
    let mut play = modern();
    made(&mut play, false);
    play.wait(5);
    assert_eq!(
        play.frame(&result(
            2,
            r#"{"resultType":"complete","taskId":"t","status":"failed","error":{"code":1,"message":"m"}}"#
        )),
        ["finished 7 Answered"]
    );
}

#[test]
fn notifications_hurry_things_along() {
    let mut play = legacy();
    made(&mut play, true);
    let note = |method: &str, status: &str| {
        format!(
            r#"{{"jsonrpc":"2.0","method":"{method}","params":{}}}"#,
            flat(status)
        )
    };
    assert_eq!(
        play.frame(&note("notifications/tasks/status", "completed")),
        ["> tasks/result 3"]
    );
    let mut play = modern();
    made(&mut play, false);
    assert_eq!(
        play.frame(&note("notifications/tasks", "completed"))
            .last()
            .unwrap(),
        "> tasks/get 2"
    );
    assert_eq!(
        legacy().frame(&note("notifications/tasks/status", "completed")),
        [""; 0],
        "a task nobody follows"
    );
}

#[test]
fn obligation_22_a_task_is_cancelled_as_a_task_only() {
    let mut play = legacy();
    made(&mut play, true);
    assert_eq!(play.put(Input::Cancel(7)), ["> tasks/cancel 3"]);
    assert_eq!(
        play.frame(&result(3, &flat("cancelled"))),
        ["finished 7 Cancelled"]
    );

    // The extension only takes note; the task may still be completed.
    let mut play = modern();
    made(&mut play, false);
    assert_eq!(play.put(Input::Cancel(7)), ["> tasks/cancel 2"]);
    assert_eq!(
        play.frame(&result(2, r#"{"resultType":"complete"}"#)),
        ["> tasks/get 3"]
    );
    play.frame(&result(
        3,
        r#"{"resultType":"complete","taskId":"t","status":"working"}"#,
    ));
    assert_eq!(
        play.put(Input::Cancel(7)),
        [
            "* task \"t\" is not asked after any more: no longer wanted",
            "finished 7 Cancelled"
        ],
        "who asks twice need not wait"
    );
    assert_eq!(play.client.deadline(), None);
}

#[test]
fn a_task_that_cannot_be_cancelled_goes_on() {
    let mut play = legacy();
    made(&mut play, true);
    play.put(Input::Cancel(7));
    assert_eq!(
        play.frame(&error(3, -32601)),
        ["* the server does not give up task \"t\"", "> tasks/get 4"]
    );
    play.frame(&result(4, &flat("working")));
    play.put(Input::Cancel(7));
    assert_eq!(
        play.frame(&error(5, -32602)),
        ["> tasks/get 6"],
        "it has ended meanwhile"
    );
}

#[test]
fn input_is_fetched_early_in_the_core_and_a_refusal_is_tried_again_at_the_end() {
    let mut play = legacy();
    made(&mut play, true);
    play.wait(5);
    assert_eq!(
        play.frame(&result(3, &flat("input_required"))),
        ["> tasks/result 4"]
    );
    assert_eq!(play.frame(&error(4, -32600)), [""; 0]);
    play.wait(5);
    assert_eq!(
        play.frame(&result(5, &flat("completed"))),
        ["> tasks/result 6"]
    );
    assert_eq!(
        play.frame(&error(6, -32603)),
        ["finished 7 Answered"],
        "a task that failed has an error for a result"
    );
}

#[test]
fn a_lost_task_ends_its_call() {
    let mut play = legacy();
    made(&mut play, true);
    play.wait(5);
    assert_eq!(
        play.frame(&error(3, -32602)),
        [
            "* task \"t\" is not asked after any more: the server does not know it (any more)",
            "finished 7 Answered"
        ]
    );
    // Other failures may pass.
    let mut play = legacy();
    made(&mut play, true);
    play.wait(5);
    let broken = Loss::new(LossKind::Broken, "why");
    let mut out = play.put(Input::Unanswered(&Id::Integer(3), &broken));
    for (id, wait) in [(4, 10), (5, 20), (6, 40), (7, 60)] {
        assert_eq!(out, [""; 0]);
        assert_eq!(play.wait(wait), [format!("> tasks/get {id}")]);
        out = play.put(Input::Unanswered(&Id::Integer(id), &broken));
    }
    assert_eq!(
        out,
        [
            "* task \"t\" is not asked after any more: the server does not answer",
            "finished 7 Unanswered"
        ]
    );
}

#[test]
fn what_is_no_task_is_an_answer() {
    let mut play = legacy();
    play.call(7, "prompts/get", "{}");
    let task = format!(r#"{{"task":{}}}"#, flat("working"));
    assert_eq!(
        play.frame(&result(2, &task)),
        [
            "* only a call of a tool may become a task; this answer is taken as it is",
            "finished 7 Answered"
        ]
    );
    // Each era has its own shape.
    let mut play = legacy();
    play.call(7, "tools/call", "{}");
    let other = r#"{"resultType":"task","taskId":"t","status":"working"}"#;
    assert_eq!(play.frame(&result(2, other)), ["finished 7 Answered"]);
    let mut play = modern();
    play.call(7, "tools/call", "{}");
    assert_eq!(play.frame(&result(1, &task)), ["finished 7 Answered"]);
}

#[test]
fn obligation_28_a_task_of_an_earlier_run_is_taken_up_by_its_id() {
    let mut play = legacy();
    let follow = |id| Input::Task {
        id,
        wish: Wish::Follow,
    };
    assert_eq!(play.put(follow("t")), ["> tasks/get 2"]);
    assert_eq!(
        play.frame(&result(2, &flat("completed"))),
        ["> tasks/result 3"]
    );
    assert_eq!(
        play.frame(&result(3, r#"{"content":[]}"#)),
        [""; 0],
        "nobody's call"
    );
    play.put(follow("t"));
    assert_eq!(
        play.put(Input::Task {
            id: "t",
            wish: Wish::Leave
        }),
        [
            "> notifications/cancelled",
            "* task \"t\" is not asked after any more: no longer wanted"
        ],
        "what is given up is the question, not the task"
    );
}

#[test]
fn tasks_are_listed_page_by_page() {
    let mut play = legacy();
    assert_eq!(play.put(Input::ListTasks), ["> tasks/list 2"]);
    assert_eq!(
        play.frame(&result(
            2,
            &format!(r#"{{"tasks":[{}],"nextCursor":"n"}}"#, flat("working"))
        )),
        ["> tasks/list 3"]
    );
    assert_eq!(play.frame(&result(3, r#"{"tasks":[]}"#)), [""; 0]);
}

#[test]
fn the_end_of_the_connection_ends_the_calls_of_its_tasks() {
    let mut play = legacy();
    made(&mut play, true);
    assert_eq!(play.put(Input::Gone), ["finished 7 Gone"]);
    assert_eq!(play.client.deadline(), None);
}

const FORM: &str = r#"{"method":"elicitation/create","params":{"message":"sure?","requestedSchema":{"type":"object","properties":{}}}}"#;

fn asking(policies: Policies) -> Play {
    let mut play = Play::new(Options {
        capabilities: Capabilities::interactive(),
        policies,
        ..quiet()
    });
    play.put(Input::Started);
    play.frame(DISCOVERED);
    made(&mut play, false);
    play.wait(5);
    play
}

fn wanting(id: i64, asks: &str) -> String {
    result(
        id,
        &format!(
            r#"{{"resultType":"complete","taskId":"t","status":"input_required","inputRequests":{{{asks}}}}}"#
        ),
    )
}

fn which(key: &str) -> Which {
    Which::Task {
        task: "t".into(),
        key: key.into(),
    }
}

#[test]
fn obligation_28_what_a_task_asks_is_asked_once_and_answered_by_update() {
    let mut play = asking(Policies::default());
    let ask = format!(r#""a":{FORM}"#);
    let out = play.frame(&wanting(2, &ask));
    assert_eq!(
        out,
        ["* question {\"task\":\"t\",\"key\":\"a\"} waits for a person"]
    );
    play.wait(2);
    assert_eq!(
        play.frame(&wanting(3, &ask)),
        [""; 0],
        "said again, asked once"
    );
    let yes = reply::accept(Some("{}"));
    let sent: Vec<String> = play
        .client
        .handle(play.now, Input::Answer(&which("a"), yes))
        .into_iter()
        .filter_map(|output| match output {
            Output::Send { frame, .. } => Some(frame),
            _ => None,
        })
        .collect();
    assert_eq!(sent.len(), 1);
    let params = json::get(sent[0].as_bytes(), &["params"]).unwrap();
    assert_eq!(
        json::string_at(sent[0].as_bytes(), &["method"]).unwrap(),
        "tasks/update"
    );
    assert_eq!(json::string_at(params, &["taskId"]).unwrap(), "t");
    assert_eq!(
        json::string_at(params, &["inputResponses", "a", "action"]).unwrap(),
        "accept"
    );
    assert_eq!(
        play.frame(&result(4, r#"{"resultType":"complete"}"#)),
        ["> tasks/get 5"]
    );
    assert_eq!(
        play.frame(&wanting(5, &ask)),
        [""; 0],
        "it is being taken in"
    );
    play.wait(2);
    let next = play.frame(&wanting(6, &format!(r#""b":{FORM}"#)));
    assert_eq!(next.len(), 1, "another key is another question");
    play.wait(2);
    let done = r#"{"resultType":"complete","taskId":"t","status":"completed","result":{}}"#;
    assert_eq!(
        play.frame(&result(7, done)),
        [
            "* question {\"task\":\"t\",\"key\":\"b\"} is over: the task has ended",
            "finished 7 Answered"
        ]
    );
}

#[test]
fn policies_answer_tasks_and_a_declined_input_gives_the_task_up() {
    let mut policies = Policies::default();
    policies.set(AskKind::Form, Policy::Decline);
    let mut play = asking(policies);
    let out = play.frame(&wanting(2, &format!(r#""a":{FORM},"b":{FORM}"#)));
    assert_eq!(
        out.last().unwrap(),
        "> tasks/update 3",
        "both at once: {out:?}"
    );

    // Roots and sampling cannot be declined in a result.
    let mut policies = Policies::default();
    policies.set(AskKind::Roots, Policy::Decline);
    let mut play = asking(policies);
    let out = play.frame(&wanting(2, r#""a":{"method":"roots/list"}"#));
    assert_eq!(
        out[1..],
        [
            "* input of task \"t\" was declined; the task is given up",
            "> tasks/cancel 3"
        ]
    );
}

#[test]
fn obligation_7_what_was_not_declared_is_not_asked() {
    let mut play = modern();
    made(&mut play, false);
    play.wait(5);
    let out = play.frame(&wanting(2, &format!(r#""a":{FORM}"#)));
    assert!(
        out[1].contains("elicitation form was not declared"),
        "{out:?}"
    );
    assert_eq!(out.len(), 2);
}

#[test]
fn what_the_core_asks_for_a_task_belongs_to_its_result() {
    let mut play = Play::new(Options {
        era: EraChoice::Legacy,
        capabilities: Capabilities::interactive(),
        ..quiet()
    });
    play.put(Input::Started);
    play.frame(&initialized(1, "2025-11-25"));
    made(&mut play, true);
    play.call(8, "tools/call", "{}");
    play.wait(5);
    assert_eq!(
        play.frame(&result(4, &flat("input_required"))),
        ["> tasks/result 5"]
    );
    let out = play.frame(
        r#"{"jsonrpc":"2.0","id":"q","method":"elicitation/create","params":{"message":"m","requestedSchema":{"type":"object"},"_meta":{"io.modelcontextprotocol/related-task":{"taskId":"t"}}}}"#,
    );
    assert_eq!(out, ["* question \"q\" of request 5 waits for a person"]);
    let out = play.wait(60);
    assert!(
        out.contains(&"finished 8 TimedOut".to_owned()),
        "the other call's time runs: {out:?}"
    );
}
