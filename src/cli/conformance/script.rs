//! Carries out the script of a scenario, step by step, in a headless session.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::super::failure::Failure;
use super::super::headless::{Headless, Stop};
use super::super::{Early, Exit, Outcome};
use super::answers;
use super::scenario::{Scenario, Step};
use crate::inspector::{Command, Update};
use crate::json::{Value, quote};
use crate::mcp::client::Call;
use crate::mcp::http::headers;
use crate::mcp::types::{Item, List};

/// Plays a scenario to its end. A step that gets no result ends it.
pub(super) async fn play(session: &mut Headless, scenario: &Scenario, context: &Value) -> Outcome {
    let mut player = Player {
        session,
        listed: Vec::new(),
        tickets: 0,
        sent: HashMap::new(),
        over: HashSet::new(),
        answered: HashSet::new(),
        holds: false,
    };
    for step in scenario.script {
        player.step(*step, context).await?;
    }
    Ok(Exit::Ok)
}

struct Player<'a> {
    session: &'a mut Headless,
    /// Lists that have come as far as they will.
    listed: Vec<List>,
    tickets: u64,
    /// The newest entry of each request that went out, by its ticket.
    sent: HashMap<u64, u64>,
    /// Tickets of what is over.
    over: HashSet<u64>,
    /// What the server asked and was answered.
    answered: HashSet<u32>,
    /// Whether what the server asks has to wait.
    holds: bool,
}

impl Player<'_> {
    async fn step(&mut self, step: Step, context: &Value) -> Result<(), Early> {
        match step {
            Step::List(list) => {
                while !self.listed.contains(&list) {
                    self.next().await?;
                }
                self.session.judge(list)?;
            }
            Step::Call(name, arguments) => self.call(name, arguments).await?,
            Step::CallBetween { first, between } => self.call_between(first, between).await?,
            Step::CallFirst => {
                if let Some(tool) = self.items(List::Tools).first() {
                    self.call(&tool.name, "{}").await?;
                }
            }
            Step::CallEach => {
                for tool in self.items(List::Tools) {
                    // What the screen marks as excluded is not called over HTTP either (2026-07-28, `x-mcp-header`).
                    if headers::params(tool.input_schema()).is_ok() {
                        self.call(&tool.name, "{}").await?;
                    }
                }
            }
            Step::ReadEach => {
                for resource in self.items(List::Resources) {
                    let uri = resource.uri.as_deref().unwrap_or_default();
                    let params = format!("{{\"uri\":{}}}", quote(uri));
                    self.ask("resources/read", Some(params)).await?;
                }
            }
            Step::GetEach => {
                for prompt in self.items(List::Prompts) {
                    let params = format!("{{\"name\":{}}}", quote(&prompt.name));
                    self.ask("prompts/get", Some(params)).await?;
                }
            }
            Step::CallAsTold => {
                let calls = context.get("toolCalls").and_then(Value::as_array);
                for call in calls.into_iter().flatten() {
                    let name = call.get("name").and_then(Value::as_str).unwrap_or_default();
                    let arguments = call.get("arguments").map(Value::to_string);
                    self.call(name, arguments.as_deref().unwrap_or("{}"))
                        .await?;
                }
            }
            Step::SendSchema { of, to } => {
                let tools = self.items(List::Tools);
                let tool = tools.iter().find(|tool| *tool.name == *of);
                let tool = tool.ok_or_else(|| {
                    Failure::new(Exit::Protocol, format!("no tool {of} is listed"))
                })?;
                let schema = String::from_utf8_lossy(tool.input_schema());
                self.call(to, &format!("{{\"schema\":{schema}}}")).await?;
            }
            Step::Ask(method) => self.ask(method, None).await?,
        }
        Ok(())
    }

    fn items(&self, list: List) -> Vec<Arc<Item>> {
        self.session.connection().list(list).items.to_vec()
    }

    /// The next update; what the server asks meanwhile is answered.
    async fn next(&mut self) -> Result<(), Stop> {
        match self.session.next().await? {
            Update::Listed { list, .. } => self.listed.push(list),
            // Again for each round of a conversation: the newest counts.
            Update::Sent { ticket, seq } => drop(self.sent.insert(ticket, seq)),
            Update::Finished { ticket, .. } => drop(self.over.insert(ticket)),
            Update::Recorded(_) if !self.holds => answers::answer(self.session, &mut self.answered),
            _ => {}
        }
        Ok(())
    }

    async fn call(&mut self, tool: &str, arguments: &str) -> Result<(), Early> {
        self.ask("tools/call", Some(call(tool, arguments))).await
    }

    /// Sends a request and waits for its result; a tool that reports an error has given one.
    async fn ask(&mut self, method: &str, params: Option<String>) -> Result<(), Early> {
        let ticket = self.begin(method, params);
        self.end(ticket).await
    }

    fn begin(&mut self, method: &str, params: Option<String>) -> u64 {
        self.tickets += 1;
        self.session.send(Command::Call {
            conn: 1,
            call: Call {
                ticket: self.tickets,
                method: method.to_owned(),
                params,
                wait: None,
            },
        });
        self.tickets
    }

    async fn end(&mut self, ticket: u64) -> Result<(), Early> {
        while !self.over.contains(&ticket) {
            self.next().await?;
        }
        let seq = self.sent.get(&ticket);
        let exchange = seq.and_then(|seq| self.session.exchange(*seq));
        match exchange.map(|exchange| self.session.failed(exchange)) {
            None => Err(Stop::Lost.into()),
            Some(Some(failure)) => Err(failure.into()),
            Some(None) => Ok(()),
        }
    }

    /// Calls `first`; as soon as it is asked something, calls `between` to its end, and only then answers.
    async fn call_between(&mut self, first: &str, between: &str) -> Result<(), Early> {
        self.holds = true;
        let ticket = self.begin("tools/call", Some(call(first, "{}")));
        while !self.over.contains(&ticket)
            && self.session.timeline.questions().waiting().next().is_none()
        {
            self.next().await?;
        }
        self.call(between, "{}").await?;
        self.holds = false;
        answers::answer(self.session, &mut self.answered);
        self.end(ticket).await
    }
}

/// The params of `tools/call`.
fn call(tool: &str, arguments: &str) -> String {
    format!("{{\"name\":{},\"arguments\":{arguments}}}", quote(tool))
}
