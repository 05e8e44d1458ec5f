//! What a task of the extension wants while it runs: put to policies and persons, each key once, and given by
//! `tasks/update`. (In 2025-11-25 a task asks by requests of the server's; see `client/asked.rs`.)

use std::time::Duration;

use super::super::asked::{By, MOST, Parked, note_answered, note_withdrawn, one_line, policed};
use super::super::{Client, Output, remark};
use super::{Shape, Step, Wish};
use crate::json::quote;
use crate::mcp::asked::{Asked, Inputs, Reply, Which};

impl Client {
    /// A task of the extension wants input: what it did not ask before is put to policies and persons.
    pub(super) fn task_asks(
        &mut self,
        now: Duration,
        id: &str,
        inputs: &Inputs,
        out: &mut Vec<Output>,
    ) {
        if self.shape() != Shape::Extension {
            return;
        }
        let which = |key: &str| Which::Task {
            task: id.into(),
            key: key.into(),
        };
        // What it asked and no longer wants.
        self.parked.retain(|parked| {
            let Which::Task { task, key } = &parked.which else {
                return true;
            };
            let stays = **task != *id || inputs.asks.iter().any(|(other, _)| other == key);
            if !stays {
                note_withdrawn(&parked.which, "the task no longer wants it", out);
            }
            stays
        });
        self.unheld = true;
        let mut given: Vec<(Box<str>, Reply)> = Vec::new();
        for (key, asked) in &inputs.asks {
            let fresh = match self.tasks.0.get_mut(id) {
                Some(task) => task.keys.insert(key.clone()),
                None => return,
            };
            if !fresh {
                continue;
            }
            if let Some(why) = self.task_cannot(asked) {
                note_withdrawn(&which(key), &why, out);
                remark(
                    out,
                    format!("task {} wants input that nobody can give: {why}", quote(id)),
                );
                continue;
            }
            let policy = self.options.policies.of(asked.kind).clone();
            match policed(&policy, asked.kind) {
                Some(reply) => {
                    note_answered(&which(key), By::Policy(&policy), reply.outcome(), out);
                    given.push((key.clone(), reply));
                }
                None => self.park(
                    Parked {
                        which: which(key),
                        kind: asked.kind,
                        call: None,
                        ticket: None,
                        elicitation: asked.elicitation.clone(),
                    },
                    out,
                ),
            }
        }
        self.task_given(now, id, given, out);
    }

    /// Why what a task asks cannot be answered.
    fn task_cannot(&self, asked: &Asked) -> Option<String> {
        let declared = self.declared();
        if let Some(odd) = &asked.odd {
            return Some(odd.to_string());
        }
        if !declared.take(asked.kind) {
            return Some(format!("{} was not declared", asked.kind.word()));
        }
        let tools = declared.sampling.is_some_and(|sampling| sampling.tools);
        if asked.tools && !tools {
            return Some("sampling with tools was not declared".to_owned());
        }
        (self.parked.len() >= MOST).then(|| format!("{MOST} questions wait already"))
    }

    /// What a task asked is answered. There is no way to say no to sampling or roots but to give the task up.
    pub(in super::super) fn task_given(
        &mut self,
        now: Duration,
        id: &str,
        replies: Vec<(Box<str>, Reply)>,
        out: &mut Vec<Output>,
    ) {
        let mut members = Vec::new();
        let mut declined = false;
        for (key, reply) in replies {
            match reply {
                Reply::Result(raw) => members.push(format!("{}:{}", quote(&key), one_line(&raw))),
                Reply::Error { .. } => declined = true,
            }
        }
        if declined {
            remark(
                out,
                format!(
                    "input of task {} was declined; the task is given up",
                    quote(id)
                ),
            );
            return self.task_wish(now, id, &Wish::Cancel, out);
        }
        if members.is_empty() {
            return;
        }
        let params = format!(
            "{{\"taskId\":{},\"inputResponses\":{{{}}}}}",
            quote(id),
            members.join(",")
        );
        self.send_of_task(now, id, Step::Update, &params, out);
    }

    /// What a task asked will not be answered.
    pub(super) fn withdraw_task(&mut self, id: &str, why: &str, out: &mut Vec<Output>) {
        self.parked.retain(|parked| {
            let goes = matches!(&parked.which, Which::Task { task, .. } if **task == *id);
            if goes {
                note_withdrawn(&parked.which, why, out);
            }
            !goes
        });
        self.unheld = true;
    }
}
