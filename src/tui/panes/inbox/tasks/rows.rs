//! Drawing a task: its row, and what is known of the selected one below the list. All of it is sanitised.

use ratatui::text::Line;

use super::super::words::{self, RowOfWords};
use super::{Row, TasksTab, task};
use crate::mcp::tasks::{Shape, TaskStatus};
use crate::session::timeline::tasks::Task;
use crate::text;
use crate::tui::action::Action;
use crate::tui::pane::Ctx;
use crate::tui::panes::stream::safe;
use crate::tui::theme::Role;
use crate::unfinished::Unfinished;

/// Columns of a status.
const STATUS: usize = 11;

impl TasksTab {
    pub(super) fn row(&self, row: &Row, width: u16, ctx: &Ctx<'_>) -> Line<'static> {
        let mut line = RowOfWords::new(width, ctx.theme);
        let mut say = |words: String, role| line.say(&words, role);
        match row {
            Row::Known { conn, id } => {
                let Some(task) = task(*conn, id, ctx) else {
                    return Line::default();
                };
                let (word, role) = status(task);
                say(text::pad(&word, STATUS), role);
                let until = if task.is_over() {
                    task.changed_us
                } else {
                    ctx.now_us
                };
                let lasted = words::lasted(until.saturating_sub(task.since_us));
                say(text::pad(&lasted, 7), Role::TextMuted);
                say(words::server(ctx.timeline, *conn), Role::Text);
                say(safe(&what(task, ctx), 60), Role::Text);
                if let Some(said) = &task.said {
                    say(safe(said, 80), Role::Accent);
                }
            }
            Row::Offered { server, id } => {
                say(text::pad("earlier run", STATUS), Role::Warn);
                say(text::pad("", 7), Role::TextMuted);
                say(safe(server, 24), Role::Text);
                let one = self.offer(server, id);
                say(safe(one.map_or("", |one| &one.what), 60), Role::Text);
                let follow = ctx.keys.word(Action::FollowTask);
                say(format!("{follow} asks after it"), Role::Info);
            }
        }
        line.line()
    }

    fn offer(&self, server: &str, id: &str) -> Option<&Unfinished> {
        self.offered
            .get(server)?
            .iter()
            .find(|one| *one.task == *id)
    }

    /// What is known of the selected task besides its row.
    pub(super) fn details(&self, ctx: &Ctx<'_>) -> Vec<(String, Role)> {
        let muted = Role::TextMuted;
        match &self.rows.selected {
            None => Vec::new(),
            Some(Row::Offered { server, id }) => {
                let shape = self.offer(server, id).map_or("", |one| one.shape.word());
                vec![
                    (format!("task {}  {shape}", safe(id, 80)), muted),
                    (
                        "It had not ended when last heard of; nothing was sent for it since."
                            .to_owned(),
                        muted,
                    ),
                ]
            }
            Some(Row::Known { conn, id }) => {
                let Some(task) = task(*conn, id, ctx) else {
                    return Vec::new();
                };
                let millis = |ms: u64| text::took(std::time::Duration::from_millis(ms));
                let mut facts = vec![match task.shape {
                    Shape::Core => "2025-11-25".to_owned(),
                    Shape::Extension => "extension".to_owned(),
                }];
                facts.push(format!("asked after {}×", task.asked));
                if let Some(poll) = task.poll_ms {
                    facts.push(format!("every {}", millis(poll)));
                }
                facts.push(match task.ttl_ms {
                    Some(ttl) => format!("kept for {}", millis(ttl)),
                    None => "kept without limit".to_owned(),
                });
                let mut lines = vec![
                    (format!("task {}", safe(id, 80)), muted),
                    (facts.join(" · "), muted),
                ];
                if let Some(left) = &task.left {
                    lines.push((
                        format!("not asked after any more: {}", safe(left, 80)),
                        Role::Warn,
                    ));
                }
                if task.status == TaskStatus::InputRequired {
                    let asked = ctx
                        .timeline
                        .questions()
                        .waiting()
                        .filter(|question| question.task.as_deref() == Some(&**id))
                        .count();
                    if asked > 0 {
                        let questions = text::plural(asked, "question");
                        lines.push((format!("{questions} in Waiting ([)"), Role::Pending));
                    }
                }
                if let Some(outcome) = task.outcome {
                    let show = ctx.keys.word(Action::ShowTask);
                    let role = if outcome.bad { Role::Error } else { Role::Ok };
                    lines.push((format!("{show} shows its result, #{}", outcome.seq), role));
                }
                lines
            }
        }
    }
}

/// What a task was made of.
pub(super) fn what(task: &Task, ctx: &Ctx<'_>) -> String {
    let exchange = task
        .exchange
        .and_then(|index| ctx.timeline.exchange(ctx.timeline.first_round(index)));
    match exchange {
        Some(exchange) => {
            let (method, subject) = (exchange.method, exchange.subject);
            format!(
                "{} {}",
                ctx.timeline.word(method),
                ctx.timeline.word(subject)
            )
        }
        None => format!("task {}", task.id),
    }
}

/// How a task stands, in a word.
fn status(task: &Task) -> (String, Role) {
    let role = match (task.status, &task.outcome) {
        _ if task.left.is_some() => Role::TextMuted,
        (TaskStatus::Completed, Some(outcome)) if outcome.bad => Role::Error,
        (TaskStatus::Completed, _) => Role::Ok,
        (TaskStatus::Failed, _) => Role::Error,
        (TaskStatus::Cancelled, _) => Role::Warn,
        (TaskStatus::InputRequired, _) => Role::Pending,
        (TaskStatus::Working | TaskStatus::Odd, _) => Role::Pending,
    };
    (task.status.to_string(), role)
}
