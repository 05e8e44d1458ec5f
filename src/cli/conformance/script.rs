//! Carries out the script of a scenario, step by step, in a headless session.

use std::sync::Arc;

use super::super::failure::Failure;
use super::super::headless::{Headless, Stop};
use super::super::{Early, Exit, Outcome};
use super::scenario::{Scenario, Step};
use crate::inspector::{Command, Update};
use crate::json::{Value, quote};
use crate::mcp::client::Call;
use crate::mcp::http::headers;
use crate::mcp::types::{Item, List};
use crate::session::timeline::Exchange;

/// Plays a scenario to its end. A step that gets no result ends it.
pub(super) async fn play(session: &mut Headless, scenario: &Scenario, context: &Value) -> Outcome {
    let mut player = Player {
        session,
        listed: Vec::new(),
        tickets: 0,
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

    async fn next(&mut self) -> Result<Update, Stop> {
        let update = self.session.next().await?;
        if let Update::Listed { list, .. } = update {
            self.listed.push(list);
        }
        Ok(update)
    }

    async fn call(&mut self, tool: &str, arguments: &str) -> Result<(), Early> {
        let params = format!("{{\"name\":{},\"arguments\":{arguments}}}", quote(tool));
        self.ask("tools/call", Some(params)).await
    }

    /// Sends a request and waits for its result; a tool that reports an error has given one.
    async fn ask(&mut self, method: &str, params: Option<String>) -> Result<(), Early> {
        self.tickets += 1;
        let ours = self.tickets;
        self.session.send(Command::Call {
            conn: 1,
            call: Call {
                ticket: ours,
                method: method.to_owned(),
                params,
                wait: None,
            },
        });
        let mut sent = None;
        loop {
            match self.next().await? {
                Update::Sent { ticket, seq } if ticket == ours => sent = Some(seq),
                Update::Finished { ticket, .. } if ticket == ours => break,
                _ => {}
            }
        }
        let exchange: Option<&Exchange> = sent.and_then(|seq| self.session.exchange(seq));
        match exchange.map(|exchange| self.session.failed(exchange)) {
            None => Err(Stop::Lost.into()),
            Some(Some(failure)) => Err(failure.into()),
            Some(None) => Ok(()),
        }
    }
}
