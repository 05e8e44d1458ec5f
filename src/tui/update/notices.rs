//! Calls that near their limit: a notice with three choices, which never takes the keys by itself.

use std::time::Duration;

use super::{Model, say};
use crate::inspector::{Command, Update};
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::model::Slow;

/// What "keep waiting" adds.
const MORE: Duration = Duration::from_secs(60);

/// Hears of calls that come and go.
pub(super) fn hear(model: &mut Model, update: &Update) {
    let now_us = model.world.now_us;
    let notices = &mut model.notices;
    match update {
        Update::Sent { ticket, seq } => {
            notices.sent.entry(*ticket).or_insert(*seq);
        }
        Update::Limit { conn, ticket, left } => {
            notices.slow.retain(|slow| slow.ticket != *ticket);
            if let Some(left) = left {
                notices.slow.push(Slow {
                    conn: *conn,
                    ticket: *ticket,
                    until_us: now_us.saturating_add(left.as_micros() as u64),
                });
            }
        }
        Update::Finished { ticket, .. } => {
            notices.sent.remove(ticket);
            notices.slow.retain(|slow| slow.ticket != *ticket);
        }
        Update::Gone { conn } => notices.slow.retain(|slow| slow.conn != *conn),
        _ => {}
    }
    notices.focused &= !notices.slow.is_empty();
}

/// Does what the newest notice offers, or gives it the keys; nothing for other actions.
pub(super) fn act(model: &mut Model, action: Action) -> Option<Vec<Effect>> {
    match action {
        Action::GoNotice => {
            model.notices.focused = !model.notices.slow.is_empty();
            Some(Vec::new())
        }
        Action::Back | Action::Close if model.notices.focused => {
            model.notices.focused = false;
            Some(Vec::new())
        }
        Action::KeepWaiting | Action::NoLimit | Action::GiveUp => {
            let ticket = model.notices.slow.last().map(|slow| slow.ticket);
            Some(choose(model, ticket?, action))
        }
        _ => None,
    }
}

/// Does one of the three things to a call.
pub(super) fn choose(model: &mut Model, ticket: u64, action: Action) -> Vec<Effect> {
    let Some(slow) = model
        .notices
        .slow
        .iter()
        .find(|slow| slow.ticket == ticket)
        .copied()
    else {
        return Vec::new();
    };
    model.notices.focused = false;
    let Slow { conn, ticket, .. } = slow;
    let (command, said) = match action {
        Action::GiveUp => (Command::Cancel { conn, ticket }, "cancelling"),
        Action::NoLimit => (
            Command::Extend {
                conn,
                ticket,
                more: None,
            },
            "waiting as long as it takes",
        ),
        _ => (
            Command::Extend {
                conn,
                ticket,
                more: Some(MORE),
            },
            "waiting a minute longer",
        ),
    };
    say(model, said);
    vec![Effect::Engine(command)]
}
