//! Tasks, read off sessions of both shapes.

use super::*;
use crate::mcp::tasks::{Shape, TaskStatus};
use crate::session::timeline::tasks::Task;

const CALL: &str =
    r#"> {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"slow","task":{}}}"#;
const CORE: &str = r#"< {"jsonrpc":"2.0","id":1,"result":{"task":{"taskId":"t","status":"working","ttl":60000,"pollInterval":500,"statusMessage":"begun"}}}"#;
const EXTENSION: &str = r#"< {"jsonrpc":"2.0","id":1,"result":{"resultType":"task","taskId":"t","status":"working","ttlMs":null}}"#;
const GET: &str = r#"> {"jsonrpc":"2.0","id":2,"method":"tasks/get","params":{"taskId":"t"}}"#;

fn task(timeline: &Timeline) -> Task {
    let connection = timeline.state().connection(1).unwrap();
    connection.tasks.get("t").unwrap().clone()
}

#[test]
fn a_call_becomes_a_task_and_has_its_result() {
    let timeline = fold(&[CALL, CORE]);
    let first = task(&timeline);
    assert_eq!(
        (
            first.status,
            first.shape,
            first.ttl_ms,
            first.said.as_deref(),
            first.exchange
        ),
        (
            TaskStatus::Working,
            Shape::Core,
            Some(60_000),
            Some("begun"),
            Some(0)
        )
    );
    assert_eq!(statuses(&timeline), ["task"]);
    let timeline = fold(&[
        CALL,
        CORE,
        GET,
        r#"< {"jsonrpc":"2.0","id":2,"result":{"taskId":"t","status":"completed"}}"#,
        r#"> {"jsonrpc":"2.0","id":3,"method":"tasks/result","params":{"taskId":"t"}}"#,
        r#"< {"jsonrpc":"2.0","id":3,"result":{"content":[],"isError":true}}"#,
    ]);
    let task = task(&timeline);
    let outcome = task.outcome.unwrap();
    assert_eq!(
        (task.status, task.asked, outcome.seq, outcome.bad),
        (TaskStatus::Completed, 1, 6, true)
    );
    assert_eq!(task.changed_us, 3000);
}

#[test]
fn the_extension_has_its_result_in_the_answer() {
    let timeline = fold(&[
        r#"* {"event":"ready","revision":"2026-07-28"}"#,
        CALL,
        EXTENSION,
        r#"< {"jsonrpc":"2.0","method":"notifications/tasks","params":{"taskId":"t","status":"input_required"}}"#,
        GET,
        r#"< {"jsonrpc":"2.0","id":2,"result":{"taskId":"t","status":"failed","error":{"code":1,"message":"m"}}}"#,
    ]);
    let task = task(&timeline);
    let outcome = task.outcome.unwrap();
    assert_eq!(
        (task.shape, task.status, outcome.seq, outcome.bad),
        (Shape::Extension, TaskStatus::Failed, 6, true)
    );
    let connection = timeline.state().connection(1).unwrap();
    assert_eq!(connection.tasks.of_exchange(0).unwrap().id, task.id);
}

#[test]
fn what_nobody_asks_after_is_said() {
    let left = r#"* {"event":"task-left","task":"t","why":"no longer wanted"}"#;
    let timeline = fold(&[CALL, CORE, left]);
    assert_eq!(task(&timeline).left.as_deref(), Some("no longer wanted"));
    assert!(
        task(&fold(&[CALL, CORE, left, GET])).left.is_none(),
        "taken up again"
    );
    let gone = fold(&[CALL, CORE, r#"* {"event":"exit","code":0,"signal":null}"#]);
    assert!(task(&gone).is_over());
}

#[test]
fn listed_tasks_are_tasks_and_other_answers_are_not() {
    let timeline = fold(&[
        r#"> {"jsonrpc":"2.0","id":1,"method":"tasks/list"}"#,
        r#"< {"jsonrpc":"2.0","id":1,"result":{"tasks":[{"taskId":"t","status":"working"},{"taskId":"u","status":"cancelled"}]}}"#,
        r#"> {"jsonrpc":"2.0","id":2,"method":"prompts/get"}"#,
        r#"< {"jsonrpc":"2.0","id":2,"result":{"taskId":"v","status":"working"}}"#,
        r#"> {"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"a"}}"#,
        r#"< {"jsonrpc":"2.0","id":3,"result":{"taskId":"w","status":"working"}}"#,
    ]);
    let connection = timeline.state().connection(1).unwrap();
    let ids: Vec<&str> = connection
        .tasks
        .all()
        .iter()
        .map(|task| &*task.id)
        .collect();
    assert_eq!(ids, ["t", "u"]);
    assert_eq!(task(&timeline).exchange, None);
}

#[test]
fn thousands_of_tasks_are_bounded_and_those_that_run_stay() {
    let mut lines = vec![CALL.to_owned(), CORE.to_owned()];
    for number in 0..1_500 {
        lines.push(format!(
            r#"< {{"jsonrpc":"2.0","method":"notifications/tasks/status","params":{{"taskId":"x{number}","status":"completed"}}}}"#
        ));
    }
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let timeline = fold(&lines);
    let connection = timeline.state().connection(1).unwrap();
    assert_eq!(connection.tasks.all().len(), 1_000);
    assert!(connection.tasks.get("t").is_some() && connection.tasks.get("x1499").is_some());
}
