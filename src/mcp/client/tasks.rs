//! Calls that the server made a task of: asked after until they end, and their results fetched.
//!
//! The call's ticket stays until its task ends. 2025-11-25 (`basic/utilities/tasks`): `tasks/get` tells how it stands,
//! `tasks/result` waits for the result and is asked early when the task wants input, since that comes on its stream.
//! The extension of 2026-07-28: `tasks/get` tells all, the result included. In both, a task is given up by
//! `tasks/cancel` and never by `notifications/cancelled`, and whatever a notification says is asked after.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

mod asks;

use super::{Client, End, Era, Id, Message, Output, Pending, Purpose, remark};
use crate::json::quote;
use crate::mcp::asked::Which;
use crate::mcp::facts::{Detail, ResultFacts};
use crate::mcp::tasks::{EXTENSION, Shape, TaskFacts, TaskStatus, UNKNOWN, UNWANTED};
use crate::note::Note;

/// How often in a row a question for a task may fail before nobody asks any more.
const FAILURES: u32 = 5;
/// The longest pause after failures.
const LONGEST: Duration = Duration::from_secs(60);
/// How often a task is asked after at the most while a person thinks about what it asks: nothing will have happened.
const WITH_A_PERSON: Duration = Duration::from_secs(10);
/// Pages of `tasks/list`.
const PAGES: u32 = 100;
/// Invalid params: there is no such task, or it has ended already.
const INVALID_PARAMS: i64 = -32602;

/// What is asked of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// How it stands.
    Get,
    /// Its result, when it has one (2025-11-25).
    Result,
    /// That it ends.
    Cancel,
    /// That it takes what it asked for (extension).
    Update,
}

impl Step {
    const fn method(self) -> &'static str {
        match self {
            Self::Get => "tasks/get",
            Self::Result => "tasks/result",
            Self::Cancel => "tasks/cancel",
            Self::Update => "tasks/update",
        }
    }
}

/// What somebody wants of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// Ask after it until it ends; also when it is from an earlier connection.
    Follow,
    /// Have the server give it up.
    Cancel,
    /// Do not ask after it any more; it goes on.
    Leave,
}

/// A task that is asked after.
#[derive(Debug)]
struct Task {
    /// The call it was made of, when that was ours.
    ticket: Option<u64>,
    status: TaskStatus,
    pace: Duration,
    /// When to ask next.
    next: Option<Duration>,
    /// Whether `tasks/get` is under way.
    asking: bool,
    /// Whether `tasks/result` is under way.
    fetching: bool,
    /// Whether its end was asked for.
    cancelling: bool,
    failures: u32,
    /// The keys of what it asked, answered or not: each is asked once (2026-07-28: keys are unique within a task).
    keys: BTreeSet<Box<str>>,
}

impl Task {
    /// A task that nothing was done about yet.
    fn new(ticket: Option<u64>, status: TaskStatus, pace: Duration) -> Self {
        Self {
            ticket,
            status,
            pace,
            next: None,
            asking: false,
            fetching: false,
            cancelling: false,
            failures: 0,
            keys: BTreeSet::new(),
        }
    }
}

/// The tasks of a connection that are asked after, by id.
#[derive(Debug, Default)]
pub(super) struct Tasks(BTreeMap<Box<str>, Task>);

impl Tasks {
    /// When to ask next.
    pub(super) fn deadline(&self) -> Option<Duration> {
        self.0.values().filter_map(|task| task.next).min()
    }

    /// Forgets all; gives the tickets of calls that they were.
    pub(super) fn closed(&mut self) -> impl Iterator<Item = u64> + use<> {
        std::mem::take(&mut self.0)
            .into_values()
            .filter_map(|task| task.ticket)
    }

    /// The task of a call.
    fn of_ticket(&self, ticket: u64) -> Option<Box<str>> {
        self.0
            .iter()
            .find(|(_, task)| task.ticket == Some(ticket))
            .map(|(id, _)| id.clone())
    }
}

impl Client {
    /// How tasks look on this connection.
    const fn shape(&self) -> Shape {
        match self.era {
            Era::Modern => Shape::Extension,
            Era::Legacy => Shape::Core,
        }
    }

    /// Whether the answer to a call makes a task of it; then it is followed.
    pub(super) fn became_task(
        &mut self,
        now: Duration,
        ticket: u64,
        is_tool: bool,
        message: &Message,
        out: &mut Vec<Output>,
    ) -> bool {
        let Detail::Result(result) = &message.detail else {
            return false;
        };
        let Some(facts) = self.made(result) else {
            return false;
        };
        if !is_tool {
            remark(
                out,
                "only a call of a tool may become a task; this answer is taken as it is".to_owned(),
            );
            return false;
        }
        let old = self.tasks.0.insert(
            facts.id.clone(),
            Task::new(Some(ticket), facts.status, facts.pace()),
        );
        if let Some(ticket) = old.and_then(|old| old.ticket) {
            remark(
                out,
                format!("the server gave the task {} to two calls", quote(&facts.id)),
            );
            self.finish(ticket, End::Unanswered, out);
        }
        if self.shape() == Shape::Extension && facts.status.is_terminal() {
            // The result is not in the answer that makes it a task.
            self.ask_task(now, &facts.id, Step::Get, out);
        } else {
            self.task_news(now, facts, false, out);
        }
        true
    }

    /// The task that an answer to a call makes of it.
    fn made<'a>(&self, result: &'a ResultFacts) -> Option<&'a TaskFacts> {
        let facts = result.task.as_deref()?;
        let fits = match self.shape() {
            Shape::Core => facts.nested && self.revision.has_core_tasks(),
            Shape::Extension => {
                result.result_type.as_deref() == Some("task") && self.declared().extends(EXTENSION)
            }
        };
        fits.then_some(facts)
    }

    /// Somebody wants something of a task.
    pub(super) fn task_wish(
        &mut self,
        now: Duration,
        id: &str,
        wish: &Wish,
        out: &mut Vec<Output>,
    ) {
        if !self.is_ready() {
            return;
        }
        match wish {
            Wish::Follow => {
                self.tasks.0.entry(id.into()).or_insert_with(|| {
                    Task::new(None, TaskStatus::Working, TaskFacts::default().pace())
                });
                self.ask_task(now, id, Step::Get, out);
            }
            Wish::Cancel => {
                if let Some(task) = self.tasks.0.get_mut(id) {
                    task.cancelling = true;
                }
                self.ask_task(now, id, Step::Cancel, out);
            }
            Wish::Leave => self.leave_task(id, out),
        }
    }

    /// Somebody no longer wants a call; gives whether it is a task. The first time the server is asked to give the
    /// task up; the second time it is left alone.
    pub(super) fn cancel_task(
        &mut self,
        now: Duration,
        ticket: u64,
        out: &mut Vec<Output>,
    ) -> bool {
        let Some(id) = self.tasks.of_ticket(ticket) else {
            return false;
        };
        if self.tasks.0.get(&id).is_some_and(|task| task.cancelling) {
            self.leave_task(&id, out);
        } else {
            self.task_wish(now, &id, &Wish::Cancel, out);
        }
        true
    }

    fn leave_task(&mut self, id: &str, out: &mut Vec<Output>) {
        let Some(task) = self.tasks.0.remove(id) else {
            return;
        };
        let under_way: Vec<Id> = self
            .pending
            .iter()
            .filter(|(_, pending)| pending.task().is_some_and(|(other, _)| other == id))
            .map(|(id, _)| id.clone())
            .collect();
        for request in under_way {
            self.pending.remove(&request);
            self.call_off(&request, "no longer wanted", out);
        }
        left(id, UNWANTED, out);
        self.withdraw_task(id, "the task is not followed any more", out);
        if let Some(ticket) = task.ticket {
            self.finish(ticket, End::Cancelled, out);
        }
    }

    fn ask_task(&mut self, now: Duration, id: &str, step: Step, out: &mut Vec<Output>) {
        if let Some(task) = self.tasks.0.get_mut(id) {
            let under_way = match step {
                Step::Get => {
                    task.next = None;
                    std::mem::replace(&mut task.asking, true)
                }
                Step::Result => std::mem::replace(&mut task.fetching, true),
                Step::Cancel | Step::Update => false,
            };
            if under_way {
                return;
            }
        }
        let params = format!("{{\"taskId\":{}}}", quote(id));
        self.send_of_task(now, id, step, &params, out);
    }

    fn send_of_task(
        &mut self,
        now: Duration,
        id: &str,
        step: Step,
        params: &str,
        out: &mut Vec<Output>,
    ) {
        let request = self.fresh_id();
        let purpose = Purpose::Task {
            id: id.into(),
            step,
        };
        // The result takes as long as the task does.
        let wait = (step == Step::Result).then_some(Duration::MAX);
        self.send(
            now,
            request,
            step.method(),
            Some(params),
            purpose,
            wait,
            out,
        );
    }

    /// Something asked of a task was answered.
    pub(super) fn task_answered(
        &mut self,
        now: Duration,
        id: &str,
        step: Step,
        message: &Message,
        out: &mut Vec<Output>,
    ) {
        let Some(task) = self.tasks.0.get_mut(id) else {
            return;
        };
        let ended = task.status.is_terminal();
        match step {
            Step::Get => task.asking = false,
            Step::Result => task.fetching = false,
            Step::Cancel | Step::Update => {}
        }
        match (&message.detail, step) {
            (Detail::Error { .. }, Step::Result) if !ended => {
                // It is not there yet, and this server does not wait for it: once more when the task has ended.
                task.next = Some(now + task.pace);
            }
            (_, Step::Result) => self.task_over(id, End::Answered, out),
            (Detail::Error { code, .. }, Step::Cancel) => {
                task.cancelling = false;
                if *code != Some(INVALID_PARAMS) {
                    remark(
                        out,
                        format!("the server does not give up task {}", quote(id)),
                    );
                }
                self.ask_task(now, id, Step::Get, out);
            }
            (Detail::Error { .. }, Step::Update) => {
                remark(
                    out,
                    format!("the server does not take the input of task {}", quote(id)),
                );
                self.ask_task(now, id, Step::Get, out);
            }
            (Detail::Error { code, .. }, Step::Get) => {
                task.failures += 1;
                if *code == Some(INVALID_PARAMS) || task.failures >= FAILURES {
                    let why = match code {
                        Some(INVALID_PARAMS) => UNKNOWN,
                        _ => "the server refuses to tell",
                    };
                    left(id, why, out);
                    return self.task_over(id, End::Answered, out);
                }
                task.next = Some(now + task.pause());
            }
            (Detail::Result(result), step) => match result.task.as_deref() {
                Some(facts) if *facts.id == *id => {
                    task.failures = 0;
                    self.task_news(now, facts, step == Step::Get, out);
                    let wants = facts.status == TaskStatus::InputRequired;
                    if let Some(inputs) = result.inputs.as_ref().filter(|_| wants) {
                        self.task_asks(now, id, inputs, out);
                    }
                }
                // It took note, no more.
                _ if matches!(step, Step::Cancel | Step::Update) => {
                    self.ask_task(now, id, Step::Get, out);
                }
                _ => {
                    task.failures += 1;
                    if task.failures >= FAILURES {
                        left(id, "the server tells something else", out);
                        return self.task_over(id, End::Answered, out);
                    }
                    task.next = Some(now + task.pause());
                }
            },
            _ => {}
        }
    }

    /// The server told by itself how a task stands.
    pub(super) fn task_notified(
        &mut self,
        now: Duration,
        facts: &TaskFacts,
        out: &mut Vec<Output>,
    ) {
        if !self.tasks.0.contains_key(&facts.id) {
            return;
        }
        let wants = matches!(facts.status, TaskStatus::InputRequired) || facts.status.is_terminal();
        if self.shape() == Shape::Extension && wants {
            // What it wants, and its result, stand in the answer.
            self.ask_task(now, &facts.id, Step::Get, out);
        } else {
            self.task_news(now, facts, false, out);
        }
    }

    /// How a task stands; `whole` when its result stands beside it, if it has one.
    fn task_news(&mut self, now: Duration, facts: &TaskFacts, whole: bool, out: &mut Vec<Output>) {
        let shape = self.shape();
        let Some(task) = self.tasks.0.get_mut(&facts.id) else {
            return;
        };
        task.status = facts.status;
        task.pace = facts.pace();
        let (over, pace) = (facts.status.is_terminal(), task.pace);
        let pace = if self.is_person_asked(&facts.id) {
            pace.max(WITH_A_PERSON)
        } else {
            pace
        };
        if let Some(task) = self.tasks.0.get_mut(&facts.id) {
            task.next = (!over).then(|| now + pace);
        }
        match (facts.status, shape) {
            (TaskStatus::Cancelled, _) => self.task_over(&facts.id, End::Cancelled, out),
            (
                TaskStatus::Completed | TaskStatus::Failed | TaskStatus::InputRequired,
                Shape::Core,
            ) => {
                self.ask_task(now, &facts.id, Step::Result, out);
            }
            (TaskStatus::Completed | TaskStatus::Failed, Shape::Extension) if whole => {
                self.task_over(&facts.id, End::Answered, out);
            }
            (TaskStatus::Completed | TaskStatus::Failed, Shape::Extension) => {
                self.ask_task(now, &facts.id, Step::Get, out);
            }
            (TaskStatus::Working | TaskStatus::InputRequired | TaskStatus::Odd, _) => {}
        }
    }

    /// Whether a person is asked something for a task.
    fn is_person_asked(&self, id: &str) -> bool {
        let result = self.result_of_task(id);
        self.parked.iter().any(|parked| match &parked.which {
            Which::Task { task, .. } => **task == *id,
            _ => result.is_some() && parked.call.as_ref() == result,
        })
    }

    /// A person has answered: soon there will be news of the task that asked.
    pub(super) fn hurry_tasks(&mut self, now: Duration) {
        for task in self.tasks.0.values_mut() {
            if let Some(next) = &mut task.next {
                *next = (*next).min(now + task.pace);
            }
        }
    }

    fn task_over(&mut self, id: &str, end: End, out: &mut Vec<Output>) {
        let Some(task) = self.tasks.0.remove(id) else {
            return;
        };
        // The result that was waited for while it ran is not coming.
        if let Some(request) = self.result_of_task(id).cloned() {
            self.pending.remove(&request);
            // What the server asked for the task meanwhile still wants an answer.
            self.called_off(&request, out);
        }
        self.withdraw_task(id, "the task has ended", out);
        if let Some(ticket) = task.ticket {
            self.finish(ticket, end, out);
        }
    }

    /// Something asked of a task was not answered.
    pub(super) fn task_unanswered(
        &mut self,
        now: Duration,
        id: &str,
        step: Step,
        end: End,
        out: &mut Vec<Output>,
    ) {
        let Some(task) = self.tasks.0.get_mut(id) else {
            return;
        };
        match step {
            Step::Get => task.asking = false,
            Step::Result => task.fetching = false,
            Step::Cancel => task.cancelling = false,
            Step::Update => {}
        }
        task.failures += 1;
        if task.failures >= FAILURES {
            left(id, "the server does not answer", out);
            return self.task_over(id, end, out);
        }
        task.next = Some(now + task.pause());
    }

    /// The request that waits for the result of a task.
    pub(super) fn result_of_task(&self, id: &str) -> Option<&Id> {
        self.pending
            .iter()
            .find(|(_, pending)| pending.task() == Some((id, Step::Result)))
            .map(|(request, _)| request)
    }

    /// Asks after tasks whose time has come.
    pub(super) fn tasks_due(&mut self, now: Duration, out: &mut Vec<Output>) {
        let due: Vec<Box<str>> = self
            .tasks
            .0
            .iter()
            .filter(|(_, task)| task.next.is_some_and(|next| next <= now))
            .map(|(id, _)| id.clone())
            .collect();
        for id in due {
            self.ask_task(now, &id, Step::Get, out);
        }
    }

    /// Asks which tasks there are (2025-11-25, `tasks/list`).
    pub(super) fn list_tasks(
        &mut self,
        now: Duration,
        page: u32,
        cursor: Option<&str>,
        out: &mut Vec<Output>,
    ) {
        let id = self.fresh_id();
        let params = cursor.map(|cursor| format!("{{\"cursor\":{}}}", quote(cursor)));
        let purpose = Purpose::TaskList { page };
        self.send(now, id, "tasks/list", params.as_deref(), purpose, None, out);
    }

    /// A page of them came.
    pub(super) fn tasks_listed(
        &mut self,
        now: Duration,
        page: u32,
        message: &Message,
        out: &mut Vec<Output>,
    ) {
        if let Detail::Result(result) = &message.detail
            && let Some(next) = &result.next
            && page < PAGES
        {
            self.list_tasks(now, page + 1, Some(next), out);
        }
    }
}

fn left(id: &str, why: &str, out: &mut Vec<Output>) {
    out.push(Output::Note(
        Note::TaskLeft {
            task: id.to_owned(),
            why: why.to_owned(),
        }
        .into(),
    ));
}

impl Task {
    /// How long to wait after failures.
    fn pause(&self) -> Duration {
        (self.pace * 2u32.pow(self.failures.min(5))).min(LONGEST)
    }
}

impl Pending {
    /// What it asks of which task.
    fn task(&self) -> Option<(&str, Step)> {
        match &self.purpose {
            Purpose::Task { id, step } => Some((id, *step)),
            _ => None,
        }
    }
}
