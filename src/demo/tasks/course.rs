//! The course of a task: how it begins, what it turns into and when, and who is told.
//! Never answers a `tasks/…` request; `methods` does.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::{Ending, RELATED, Stage, Task};
use crate::demo::asking::withdrawn;
use crate::demo::calls::{Call, Played, Said, plural, text_result};
use crate::demo::message::{self, Fault};
use crate::demo::request::{self, Request};
use crate::demo::{DemoServer, Due, Moment, questions};

/// Code of the error that a bread nobody wants any more ends with; outside of what JSON-RPC reserves.
const LEFT: i64 = 4243;

impl DemoServer {
    /// The tool `bake-bread`: a task where the client wants or allows one, a long call otherwise.
    pub(in crate::demo) fn bake(&mut self, request: Request, call: &Call) -> Vec<Due> {
        let seconds = call.args["seconds"].as_f64().unwrap_or_default();
        let half = Duration::from_secs_f64(seconds.clamp(0.0, 60.0) / 2.0);
        let wish = &request.params["task"];
        let as_task = if request.revision.is_stateless() {
            request.able.tasks
        } else {
            request.revision.has_core_tasks() && wish.is_object()
        };
        if !as_task {
            return request.played(plain(call, half));
        }
        let wanted = wish["ttl"].as_u64().unwrap_or(600_000);
        let ttl = Duration::from_millis(wanted.clamp(60_000, 3_600_000));
        self.baked += 1;
        let task = Task {
            id: format!("bread-{:x}-{}", self.now.as_micros(), self.baked),
            revision: request.revision,
            created: self.now,
            updated: self.now,
            ttl,
            half,
            stage: Stage::Rising {
                until: self.now + half,
            },
            asks: request.able.form && call.args["ask"] == true,
            burn: call.args["burn"] == true,
            crust: "brown".to_owned(),
            // The extension has no progress for tasks.
            progress: (call.progress.clone()).filter(|_| !request.revision.is_stateless()),
            question: None,
            waiting: Vec::new(),
        };
        let body = if request.revision.is_stateless() {
            let mut body = json!({"resultType": "task"});
            extend(&mut body, task.state());
            body
        } else {
            json!({"task": task.state()})
        };
        self.tasks.push(task);
        vec![request.reply(Ok(body), Duration::ZERO)]
    }

    /// When something changes by itself, at the earliest.
    pub(in crate::demo) fn next_due(&self) -> Option<Moment> {
        self.tasks.iter().filter_map(Task::due).min()
    }

    /// Lets every task go on as far as the clock says, and forgets those whose time is over.
    pub(in crate::demo) fn advance(&mut self) -> Vec<Due> {
        let mut due = Vec::new();
        while let Some(at) =
            (self.tasks.iter()).position(|task| task.due().is_some_and(|moment| moment <= self.now))
        {
            let task = &mut self.tasks[at];
            let moment = task.due().unwrap_or(self.now);
            let left = Fault::new(LEFT, "nobody said in time how dark the bread shall be");
            let next = match task.stage {
                Stage::Rising { .. } if task.asks => Stage::Asking {
                    until: task.created + task.ttl,
                },
                Stage::Rising { .. } => Stage::Baking {
                    until: moment + task.half,
                },
                Stage::Asking { .. } => Stage::Ended(Ending::Error(left)),
                Stage::Baking { .. } | Stage::Ended(_) => {
                    Stage::Ended(Ending::Result(task.baked()))
                }
            };
            due.extend(self.move_on(at, moment, next));
        }
        let now = self.now;
        self.tasks.retain(|task| {
            task.due().is_some() || now <= task.updated.max(task.created + task.ttl)
        });
        due
    }

    /// A task enters a stage: everybody who wants to know is told.
    pub(super) fn move_on(&mut self, at: usize, moment: Moment, stage: Stage) -> Vec<Due> {
        let task = &mut self.tasks[at];
        task.stage = stage;
        task.updated = moment;
        let mut due = Vec::new();
        if task.revision.is_stateless() {
            let state = task.detailed();
            for listen in (self.listens.iter()).filter(|listen| listen.tasks.contains(&task.id)) {
                due.push(listen.notice("notifications/tasks", state.clone()));
            }
            return due;
        }
        if !matches!(task.stage, Stage::Asking { .. }) {
            due.extend(task.question.take().map(withdrawn));
        }
        // Progress is told before the end, for there is none after it.
        due.extend(task.step());
        let notice = message::notification("notifications/tasks/status", task.state());
        due.push(Due::unasked(Duration::ZERO, notice));
        if let Some(outcome) = task.outcome() {
            for id in std::mem::take(&mut task.waiting) {
                due.push(request::reply(
                    task.revision,
                    &id,
                    outcome.clone(),
                    Duration::ZERO,
                ));
            }
        }
        due.extend(self.ask_for_task(at));
        due
    }

    /// Over a handshake a task asks while somebody waits for its result, for that is where its questions go.
    pub(super) fn ask_for_task(&mut self, at: usize) -> Option<Due> {
        let task = &self.tasks[at];
        if task.question.is_some()
            || task.waiting.is_empty()
            || !matches!(task.stage, Stage::Asking { .. })
        {
            return None;
        }
        let (mut question, _) = questions::crust(task.revision);
        if let Some(params) = &mut question.params {
            params["_meta"] = json!({RELATED: {"taskId": task.id}});
        }
        let id = self.next_question();
        self.tasks[at].question = Some(id);
        Some(Due::unasked(Duration::ZERO, question.message(id)))
    }

    /// The answer to the question of a task, if it is one (2025-11-25).
    pub(in crate::demo) fn task_answered(
        &mut self,
        id: u64,
        answer: Result<Value, String>,
    ) -> Vec<Due> {
        let Some(at) = (self.tasks.iter()).position(|task| task.question == Some(id)) else {
            return Vec::new();
        };
        self.tasks[at].question = None;
        self.crust_said(at, &answer)
    }

    pub(super) fn crust_said(&mut self, at: usize, answer: &Result<Value, String>) -> Vec<Due> {
        let task = &mut self.tasks[at];
        let (_, schema) = questions::crust(task.revision);
        let stage = match questions::shade(answer, &schema) {
            Some(shade) => {
                task.crust = shade;
                Stage::Baking {
                    until: self.now + task.half,
                }
            }
            None => Stage::Ended(Ending::Error(Fault::new(
                LEFT,
                "you closed the question about the crust, so nothing was baked",
            ))),
        };
        self.move_on(at, self.now, stage)
    }
}

/// The same work as a call that takes its time.
fn plain(call: &Call, half: Duration) -> Played {
    let seconds = (half * 2).as_secs_f64();
    let mut before = Vec::new();
    if let Some(token) = &call.progress {
        let params = json!({"progressToken": token, "progress": 1, "total": 2});
        before.push((
            half,
            Said::Message(message::notification("notifications/progress", params)),
        ));
    }
    let burnt = call.args["burn"] == true;
    let mut body = text_result(&if burnt {
        "The bread is burnt. Leave burn out next time.".to_owned()
    } else {
        let plural = if seconds.fract() == 0.0 {
            plural(seconds as u64)
        } else {
            "s"
        };
        format!(
            "One bread, brown crust, after {seconds} second{plural}. As a task you would not have had to wait."
        )
    });
    if burnt {
        body["isError"] = json!(true);
    }
    Played {
        before,
        after: half * 2,
        answer: Ok(body),
    }
}

fn extend(body: &mut Value, more: Value) {
    if let (Value::Object(body), Value::Object(more)) = (body, more) {
        let more: Map<_, _> = more;
        body.extend(more);
    }
}
