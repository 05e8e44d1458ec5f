//! The `tasks/…` methods of both shapes. Never moves a task by itself; `course` does.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Ending, Stage, Task};
use crate::demo::able::TASKS;
use crate::demo::message::{Fault, INVALID_PARAMS, METHOD_NOT_FOUND, MISSING_CAPABILITY};
use crate::demo::request::Request;
use crate::demo::resources;
use crate::demo::{DemoServer, Due};

impl DemoServer {
    /// Every `tasks/…` method.
    pub(in crate::demo) fn tasks(&mut self, request: &Request) -> Vec<Due> {
        let extension = request.revision.is_stateless();
        let known = match request.method.as_str() {
            "tasks/get" | "tasks/cancel" => extension || request.revision.has_core_tasks(),
            "tasks/update" => extension,
            "tasks/list" | "tasks/result" => request.revision.has_core_tasks(),
            _ => false,
        };
        if !known {
            let text = format!(
                "{} is not part of {}",
                request.method,
                request.revision.as_str()
            );
            return vec![request.refuse(Fault::new(METHOD_NOT_FOUND, text))];
        }
        if extension && !request.able.tasks {
            return vec![request.refuse(undeclared())];
        }
        if request.method == "tasks/list" {
            return vec![request.reply(self.list_tasks(&request.params), Duration::ZERO)];
        }
        let at = request.params["taskId"].as_str().and_then(|id| {
            (self.tasks.iter())
                .position(|task| task.id == id && task.revision.is_stateless() == extension)
        });
        let Some(at) = at else {
            let text = match &request.params["taskId"] {
                Value::String(id) => format!("there is no task {id:?}, or it has expired"),
                _ => format!("{} needs a taskId, as a string", request.method),
            };
            return vec![request.refuse(Fault::new(INVALID_PARAMS, text))];
        };
        let task = &mut self.tasks[at];
        match request.method.as_str() {
            "tasks/get" if extension => vec![request.reply(Ok(task.detailed()), Duration::ZERO)],
            "tasks/get" => vec![request.reply(Ok(task.state()), Duration::ZERO)],
            "tasks/result" => match task.outcome() {
                Some(outcome) => vec![request.reply(outcome, Duration::ZERO)],
                None => {
                    task.waiting.push(request.id.clone());
                    self.ask_for_task(at).into_iter().collect()
                }
            },
            "tasks/update" => self.update_task(request, at),
            _ => self.cancel_task(request, at),
        }
    }

    fn update_task(&mut self, request: &Request, at: usize) -> Vec<Due> {
        let Some(given) = request.params["inputResponses"].as_object() else {
            let text = "tasks/update needs inputResponses, as an object";
            return vec![request.refuse(Fault::new(INVALID_PARAMS, text))];
        };
        let mut due = vec![request.reply(Ok(json!({})), Duration::ZERO)];
        // A key that is not asked for, or not any more, is passed over.
        if let Some(answer) = given.get("crust")
            && matches!(self.tasks[at].stage, Stage::Asking { .. })
        {
            due.extend(self.crust_said(at, &Ok(answer.clone())));
        }
        due
    }

    fn cancel_task(&mut self, request: &Request, at: usize) -> Vec<Due> {
        let extension = request.revision.is_stateless();
        let mut due = Vec::new();
        if self.tasks[at].due().is_some() {
            due = self.move_on(at, self.now, Stage::Ended(Ending::Cancelled));
        } else if !extension {
            let text = format!("this task is over already: {}", self.tasks[at].status());
            return vec![request.refuse(Fault::new(INVALID_PARAMS, text))];
        }
        let body = if extension {
            json!({})
        } else {
            self.tasks[at].state()
        };
        due.insert(0, request.reply(Ok(body), Duration::ZERO));
        due
    }

    /// Everything there is to see of the core's tasks, newest last; one page is enough for a demo.
    fn list_tasks(&self, params: &Value) -> Result<Value, Fault> {
        if let Some(cursor) = params.get("cursor") {
            return Err(resources::bad_cursor(cursor));
        }
        let tasks: Vec<_> = (self.tasks.iter())
            .filter(|task| !task.revision.is_stateless())
            .map(Task::state)
            .collect();
        Ok(json!({ "tasks": tasks }))
    }

    /// Those of these tasks that can be listened for.
    pub(in crate::demo) fn known_tasks(&self, ids: &[String]) -> Vec<String> {
        let known = |id: &&String| {
            (self.tasks.iter()).any(|task| task.id == **id && task.revision.is_stateless())
        };
        ids.iter().filter(known).cloned().collect()
    }
}

/// Says why a tool other than the baker's cannot be a task (2025-11-25), if one was asked for.
pub(in crate::demo) fn misplaced(request: &Request, as_task: bool) -> Option<Fault> {
    let wish = request.params.get("task")?;
    if !request.revision.has_core_tasks() {
        return None;
    }
    if !as_task {
        let text = "this tool cannot run as a task; its execution.taskSupport says so";
        return Some(Fault::new(METHOD_NOT_FOUND, text));
    }
    (!wish.is_object()).then(|| Fault::new(INVALID_PARAMS, "params.task is an object"))
}

/// The client did not declare the extension on this request.
pub(in crate::demo) fn undeclared() -> Fault {
    Fault::new(
        MISSING_CAPABILITY,
        format!("this needs the extension {TASKS} among the capabilities of the request"),
    )
    .with_data(json!({"requiredCapabilities": {"extensions": {TASKS: {}}}}))
}
