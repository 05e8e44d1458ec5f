//! `mcpscope tasks`: the tasks of a server, in both kinds: those of 2025-11-25, and those of the extension of
//! 2026-07-28.

use clap::{Args, ValueEnum};

use super::document::Document;
use super::failure::Failure;
use super::headless::{Headless, Stop};
use super::live::{Common, Live, Stdin};
use super::output::Output;
use super::round_trip::Answered;
use super::{Early, Exit, Outcome, content};
use crate::inspector::Command;
use crate::json::{self, quote};
use crate::mcp::client::{Options, Wish};
use crate::mcp::tasks::{EXTENSION, Shape};
use crate::session::timeline::ExchangeIndex;
use crate::session::timeline::tasks::Task;
use crate::text;

/// The most pages of tasks.
const PAGES: usize = 1_000;

/// Look after the tasks of a server
///
/// list shows which there are (2025-11-25), get how one stands, cancel has the server give it up,
/// result takes what came of it, wait asks after it until it ends, then shows that. With --json, one
/// object:
///
///   {"server": {"name", "version", "protocol"}, "recording": FILE or null,
///    "tasks": [as sent] (list), or "task": ID, "took_us": N, "result": {as the server sent it}}
#[derive(Debug, Clone, Args)]
#[command(verbatim_doc_comment)]
pub struct TasksArgs {
    /// What to do
    #[arg(value_enum)]
    what: What,
    /// Which task
    #[arg(value_name = "ID", required_if_eq_any = [("what", "get"), ("what", "cancel"), ("what", "result"), ("what", "wait")])]
    id: Option<String>,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    List,
    Get,
    Cancel,
    Result,
    Wait,
}

impl Live for TasksArgs {
    type Ready = ();

    fn usage(&self) -> &'static str {
        "tasks list"
    }

    fn common(&self) -> &Common {
        &self.common
    }

    fn prepare(&self, options: &mut Options) {
        options.capabilities.extend(EXTENSION, Some("{}"));
    }

    fn ready(&self, _: Stdin) -> Result<(), Failure> {
        Ok(())
    }

    async fn work(&self, (): (), session: &mut Headless, output: &mut Output) -> Outcome {
        session.ready().await?;
        let shape = session.connection().shape();
        let Some(id) = self.id.as_deref().filter(|_| self.what != What::List) else {
            return list(session, output, shape).await;
        };
        let params = format!("{{\"taskId\":{}}}", quote(id));
        let mut is_result = false;
        let answered = match (self.what, shape) {
            (What::List, _) => return list(session, output, shape).await,
            (What::Get, _) => session.request("tasks/get", Some(params)).await?,
            (What::Cancel, _) => session.request("tasks/cancel", Some(params)).await?,
            (What::Result, Shape::Core) => {
                is_result = true;
                session.request("tasks/result", Some(params)).await?
            }
            (What::Result, Shape::Extension) => {
                is_result = true;
                let answered = session.request("tasks/get", Some(params)).await?;
                inner(answered, id)?
            }
            (What::Wait, _) => {
                is_result = true;
                // One that there is not would be waited for in vain.
                session.request("tasks/get", Some(params)).await?;
                session.send(Command::Task {
                    conn: 1,
                    id: id.to_owned(),
                    wish: Wish::Follow,
                });
                session.ended(id).await?
            }
        };
        let describe = |document: &mut Document| {
            document.text("task", id);
        };
        let lines = if is_result {
            content::lines
        } else {
            content::any
        };
        answered.print(session, output, describe, lines)?;
        if is_result && answered.is_tool_error() {
            session
                .console
                .error("the tool reported an error (isError)");
            return Ok(Exit::ToolError);
        }
        Ok(Exit::Ok)
    }
}

/// The result that stands in the answer to `tasks/get` of the extension.
fn inner(answered: Answered, id: &str) -> Result<Answered, Failure> {
    let raw = answered.result.as_bytes();
    if let Some(result) = json::get(raw, &["result"]) {
        let result = String::from_utf8_lossy(result).into_owned();
        return Ok(Answered { result, ..answered });
    }
    let status = json::string_at(raw, &["status"]).unwrap_or_else(|| "no status".to_owned());
    let what = format!("task {} has no result: {status}", quote(id));
    let failure = Failure::new(Exit::Protocol, what);
    Err(match json::get(raw, &["error"]) {
        Some(error) => Failure {
            rpc: Some(String::from_utf8_lossy(error).into_owned()),
            ..failure
        },
        None => failure.hint(format!("mcpscope tasks wait {} waits for it", quote(id))),
    })
}

async fn list(session: &mut Headless, output: &mut Output, shape: Shape) -> Outcome {
    if shape == Shape::Extension {
        let failure = Failure::usage("2026-07-28 has no list of tasks");
        return Err(failure
            .hint("mcpscope tasks get ID asks after one".to_owned())
            .into());
    }
    let mut tasks: Vec<String> = Vec::new();
    let mut cursor: Option<String> = None;
    for _ in 0..PAGES {
        let params = cursor.map(|cursor| format!("{{\"cursor\":{}}}", quote(&cursor)));
        let answered = session.request("tasks/list", params).await?;
        let raw = answered.result.as_bytes();
        let page = json::get(raw, &["tasks"]).map(json::elements);
        let page = page.into_iter().flatten();
        tasks.extend(page.map(|task| String::from_utf8_lossy(task).into_owned()));
        cursor = json::string_at(raw, &["nextCursor"]);
        if cursor.is_none() {
            break;
        }
    }
    session.console.settle();
    if output.json {
        let mut document = session.document();
        document.raw("tasks", &format!("[{}]", tasks.join(",")));
        output.document(&document)?;
        return Ok(Exit::Ok);
    }
    for task in &tasks {
        let text = |name: &str| json::string_at(task.as_bytes(), &[name]).unwrap_or_default();
        let line = [text("taskId"), text("status"), text("statusMessage")].join("  ");
        output.line(&text::sanitize(line.trim_end()))?;
    }
    output.flush()?;
    if tasks.is_empty() {
        let what = format!("{} has no tasks", session.name());
        session.console.note(&what);
    }
    Ok(Exit::Ok)
}

impl Headless {
    /// Waits until a task is over, and gives what came of it. How it stands is told whenever that changes.
    pub(super) async fn ended(&mut self, id: &str) -> Result<Answered, Early> {
        let mut told = None;
        loop {
            if let Some(task) = self.connection().tasks.get(id).cloned() {
                let words = standing(&task);
                if task.outcome.is_some() || task.is_over() {
                    return self.outcome(&task);
                }
                if told.as_ref() != Some(&words) {
                    self.console.note(&format!("task {}: {words}", quote(id)));
                    told = Some(words);
                }
            }
            match self.next().await {
                Ok(_) => {}
                Err(stop) => {
                    if matches!(stop, Stop::Signal(_)) {
                        self.send(Command::Task {
                            conn: 1,
                            id: id.to_owned(),
                            wish: Wish::Leave,
                        });
                    }
                    return Err(stop.into());
                }
            }
        }
    }

    /// The task that a call became.
    pub(super) fn task_of(&self, exchange: ExchangeIndex) -> Option<&Task> {
        self.connection().tasks.of_exchange(exchange)
    }

    /// What came of a task that is over.
    pub(super) fn outcome(&self, task: &Task) -> Result<Answered, Early> {
        let id = quote(&task.id);
        let Some(outcome) = task.outcome else {
            let why = task.left.as_deref().map_or_else(
                || task.status.to_string(),
                |why| format!("{}, {why}", task.status),
            );
            let what = format!("task {id} has no result: {why}");
            return Err(Failure::new(Exit::Protocol, what).into());
        };
        let entry = self
            .timeline
            .index_of_seq(outcome.seq)
            .and_then(|index| self.timeline.entry(index));
        let body = entry.and_then(|row| self.bodies.original(row.seq(), row.place()).ok());
        let body = body.map(|entry| entry.body).unwrap_or_default();
        let path: [&[&str]; 3] = match task.shape {
            Shape::Core => [&["result"], &["error"], &["error"]],
            Shape::Extension => [
                &["result", "result"],
                &["params", "result"],
                &["result", "error"],
            ],
        };
        let took_us = task.changed_us.saturating_sub(task.since_us);
        for place in path {
            let Some(raw) = json::get(&body, place) else {
                continue;
            };
            let raw = String::from_utf8_lossy(raw).into_owned();
            if place.last() == Some(&"error") {
                let message = json::string_at(raw.as_bytes(), &["message"]).unwrap_or_default();
                let what = format!("task {id} ended with an error: {message}");
                return Err(Failure {
                    rpc: Some(raw),
                    ..Failure::new(Exit::Protocol, what)
                }
                .into());
            }
            return Ok(Answered {
                result: raw,
                took_us,
            });
        }
        let what = format!("what came of task {id} cannot be read back");
        Err(Failure::new(Exit::Internal, what).into())
    }
}

/// `working, 3 of 5 loaves`
fn standing(task: &Task) -> String {
    match &task.said {
        Some(said) => format!("{}, {said}", task.status),
        None => task.status.to_string(),
    }
}
