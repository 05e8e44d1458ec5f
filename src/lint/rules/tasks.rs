//! Tasks: those of 2025-11-25, and the extension of 2026-07-28.

use std::collections::HashMap;

use super::content::is_time;
use crate::json;
use crate::jsonrpc::Kind;
use crate::lint::rule::{Check, On, Rule, Watch};
use crate::lint::seen::{Message, Seen, Told};
use crate::mcp::meta;
use crate::mcp::revision::Revision::{V2025_11_25, V2026_07_28};
use crate::mcp::tasks::{EXTENSION, TaskStatus};

/// Tasks whose course is remembered.
const MOST: usize = 10_000;

/// See the module.
pub const RULES: &[Rule] = &[
    Rule {
        name: "task-begins-working",
        checks: &[160],
        since: V2025_11_25,
        until: V2025_11_25,
        section: "basic/utilities/tasks",
        what: "A task that was just made is `working`.",
        why: "Clients do not ask after a task that begins otherwise.",
        fix: "Answer `working`, and change it with the next `tasks/get`.",
        check: Check::Message(On::Results(&["tools/call"]), begins),
        ..Rule::ROW
    },
    Rule {
        name: "task-keeps-its-end",
        checks: &[160],
        since: V2025_11_25,
        section: "basic/utilities/tasks",
        what: "A task that is completed, failed or cancelled stays so.",
        why: "Clients stop asking at the first end, and never see the other.",
        fix: "Refuse changes once the task has ended.",
        check: Check::Watch(|| Box::new(Course::default())),
        ..Rule::ROW
    },
    Rule {
        name: "task-times",
        checks: &[161],
        since: V2025_11_25,
        section: "basic/utilities/tasks",
        what: "`createdAt` and `lastUpdatedAt` of a task are times of ISO 8601, in that order.",
        why: "Clients show how long a task has been at it.",
        fix: "Write `2025-11-25T10:30:00Z`, and update the second with every change.",
        check: Check::Message(On::Any, times),
        ..Rule::ROW
    },
    Rule {
        name: "task-was-wanted",
        checks: &[162],
        since: V2025_11_25,
        section: "basic/utilities/tasks",
        what: "A task is made only when the client asked for one; with the extension, when it declared that with the call.",
        why: "Other clients take the task for the result of the call.",
        fix: "Look at `params.task`, with the extension at the capabilities in `_meta`.",
        check: Check::Message(On::Results(&["tools/call"]), wanted),
        ..Rule::ROW
    },
    Rule {
        name: "task-result-names-its-task",
        checks: &[164],
        since: V2025_11_25,
        until: V2025_11_25,
        section: "basic/utilities/tasks",
        what: "The result of a task names it in `_meta[\"io.modelcontextprotocol/related-task\"]`.",
        why: "Clients with several tasks do not know whose result it is.",
        fix: "Add `{\"taskId\": …}` there.",
        check: Check::Message(On::Results(&["tasks/result"]), result_names),
        ..Rule::ROW
    },
    Rule {
        name: "task-result-type",
        checks: &[167],
        since: V2026_07_28,
        section: "extension tasks",
        what: "`resultType` is `task` where a task is made, and `complete` on answers about one.",
        why: "Clients take the answer for a new task.",
        fix: "Answer `tasks/get`, `tasks/update` and `tasks/cancel` with `complete`.",
        check: Check::Message(
            On::Results(&["tasks/get", "tasks/update", "tasks/cancel"]),
            result_type,
        ),
        ..Rule::ROW
    },
    Rule {
        name: "task-state-is-whole",
        checks: &[168],
        since: V2026_07_28,
        section: "extension tasks",
        what: "A completed task has its `result`, a failed one its `error`, one that waits its `inputRequests`.",
        why: "The client knows that it ended, and not how.",
        fix: "Put it into the answer to `tasks/get`.",
        check: Check::Message(On::Any, whole),
        ..Rule::ROW
    },
    Rule {
        name: "failed-tools-complete-their-task",
        checks: &[169],
        since: V2026_07_28,
        section: "extension tasks",
        what: "A task whose tool answered with `isError` is completed, with that result; failed is for errors of the protocol.",
        why: "The words of the tool are lost.",
        fix: "Set `completed` and put the result into `result`.",
        check: Check::Message(On::Any, failed_tool),
        ..Rule::ROW
    },
    Rule {
        name: "task-inputs-keep-their-keys",
        checks: &[170],
        since: V2026_07_28,
        section: "extension tasks",
        what: "A key of `inputRequests` stands for one question as long as the task lives.",
        why: "A client that answered the key does not ask its user again.",
        fix: "Count the keys up.",
        check: Check::Watch(|| Box::new(Inputs::default())),
        ..Rule::ROW
    },
];

/// The tasks that a message tells of, with their places.
fn tasks<'a>(message: &Message<'a>) -> Vec<(String, &'a [u8])> {
    let has_id = |raw: &[u8]| json::get(raw, &["taskId"]).is_some();
    let part = match message.facts.kind {
        Kind::Result => "result",
        Kind::Notification => "params",
        _ => return Vec::new(),
    };
    let Some(raw) = message.get(&[part]) else {
        return Vec::new();
    };
    let told = message.method.as_deref().is_some_and(|method| {
        method.starts_with("tasks/")
            || method.starts_with("notifications/tasks")
            || method == "tools/call"
    });
    if !told {
        return Vec::new();
    }
    if let Some(nested) = message.get(&[part, "task"]).filter(|raw| has_id(raw)) {
        return vec![(format!("/{part}/task"), nested)];
    }
    if message.get(&[part, "taskId"]).is_some() {
        return vec![(format!("/{part}"), raw)];
    }
    let listed = message.items(&[part, "tasks"]);
    listed.filter(|(_, raw)| has_id(raw)).collect()
}

fn status(task: &[u8]) -> TaskStatus {
    TaskStatus::of_word(&json::string_at(task, &["status"]).unwrap_or_default())
}

fn begins(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    let Some(task) = message.get(&["result", "task"]) else {
        return;
    };
    let status = status(task);
    told.demand(status == TaskStatus::Working, "/result/task/status", || {
        format!("a new task is {status}")
    });
}

/// How tasks stood.
#[derive(Default)]
struct Course {
    seen: HashMap<(u32, String), TaskStatus>,
}

impl Watch for Course {
    fn entry(&mut self, seen: &Seen<'_>, told: &mut Told) {
        if !seen.is_from_server() {
            return;
        }
        for message in seen.messages {
            for (at, task) in tasks(message) {
                let Some(id) = json::string_at(task, &["taskId"]) else {
                    continue;
                };
                let key = (seen.entry.conn, id);
                let now = status(task);
                let before = self.seen.get(&key).copied();
                if let Some(before) = before.filter(|before| before.is_terminal()) {
                    told.demand(before == now, &format!("{at}/status"), || {
                        format!("{} was {before} and is {now}", key.1)
                    });
                    continue;
                }
                told.looked();
                if self.seen.len() < MOST || before.is_some() {
                    self.seen.insert(key, now);
                }
            }
        }
    }
}

fn times(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    for (at, task) in tasks(message) {
        let time = |name: &str| json::string_at(task, &[name]);
        let (made, changed) = (time("createdAt"), time("lastUpdatedAt"));
        told.looked();
        for (name, text) in [("createdAt", &made), ("lastUpdatedAt", &changed)] {
            if let Some(text) = text.as_deref().filter(|text| !is_time(text)) {
                told.wrong(format!("{at}/{name}"), format!("{name} is \"{text}\""));
            }
        }
        let stamp = |text: Option<String>| text?.parse::<jiff::Timestamp>().ok();
        if let (Some(made), Some(changed)) = (stamp(made), stamp(changed))
            && changed < made
        {
            told.wrong(format!("{at}/lastUpdatedAt"), "changed before it was made");
        }
    }
}

fn wanted(seen: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    let Some(asked) = message.asked(seen) else {
        return;
    };
    let modern = seen.revision() == Some(V2026_07_28);
    let made = if modern {
        message.text(&["result", "resultType"]).as_deref() == Some("task")
    } else {
        message.get(&["result", "task", "taskId"]).is_some()
    };
    if !made {
        return;
    }
    let declared = seen.memory.declared_with(Some(asked));
    let may = if modern {
        declared.is_some_and(|declared| declared.extends(EXTENSION))
    } else {
        asked.task
    };
    told.demand(may, "/result", || {
        format!("{} was made a task, unasked", asked.subject)
    });
}

fn result_names(seen: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    let Some(asked) = message.asked(seen) else {
        return;
    };
    let named = message.get(&["result", "_meta", meta::RELATED_TASK]);
    let named = named.and_then(|raw| json::string_at(raw, &["taskId"]));
    told.demand(
        named.as_deref() == Some(&*asked.subject),
        "/result/_meta",
        || match named {
            Some(named) => format!("the result of {} names {named}", asked.subject),
            None => format!("the result of {} does not name it", asked.subject),
        },
    );
}

fn result_type(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    let Some(word) = message.text(&["result", "resultType"]) else {
        return;
    };
    told.demand(word != "task", "/result/resultType", || {
        let method = message.method.as_deref().unwrap_or_default();
        format!("{method} is answered with resultType \"task\"")
    });
}

/// Tasks that are told with what they came to: by `tasks/get` and `notifications/tasks`.
fn detailed<'a>(message: &Message<'a>) -> Vec<(String, &'a [u8])> {
    match message.method.as_deref() {
        Some("tasks/get" | "notifications/tasks") => tasks(message),
        _ => Vec::new(),
    }
}

fn whole(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    for (at, task) in detailed(message) {
        let member = match status(task) {
            TaskStatus::Completed => "result",
            TaskStatus::Failed => "error",
            TaskStatus::InputRequired => "inputRequests",
            _ => continue,
        };
        told.demand(json::get(task, &[member]).is_some(), &at, || {
            format!("{}, without {member}", status(task))
        });
    }
}

fn failed_tool(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    for (at, task) in detailed(message) {
        if !status(task).is_terminal() {
            continue;
        }
        let tool = json::get(task, &["result", "isError"]).and_then(json::boolean);
        let fits = status(task) != TaskStatus::Failed || tool != Some(true);
        told.demand(fits, &format!("{at}/status"), || {
            "failed, with the result of a tool".to_owned()
        });
    }
}

/// Questions of tasks, by connection, task and key.
#[derive(Default)]
struct Inputs {
    seen: HashMap<(u32, String, String), Vec<u8>>,
}

impl Watch for Inputs {
    fn entry(&mut self, seen: &Seen<'_>, told: &mut Told) {
        if !seen.is_from_server() {
            return;
        }
        for message in seen.messages {
            for (at, task) in detailed(message) {
                let id = json::string_at(task, &["taskId"]).unwrap_or_default();
                let asked = json::get(task, &["inputRequests"]).unwrap_or_default();
                for (key, raw) in json::members(asked) {
                    let place = json::pointer::below(&format!("{at}/inputRequests"), &key);
                    let whose = (seen.entry.conn, id.clone(), key.clone().into_owned());
                    match self.seen.get(&whose) {
                        Some(before) => told.demand(before == raw, &place, || {
                            format!("\"{key}\" stood for another question before")
                        }),
                        None => {
                            told.looked();
                            if self.seen.len() < MOST {
                                self.seen.insert(whose, raw.to_vec());
                            }
                        }
                    }
                }
            }
        }
    }
}
