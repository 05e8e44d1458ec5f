//! From what is filled in to what goes out, and what became of it.

use super::{RequestPane, Tab};
use crate::inspector::Command;
use crate::json::Value;
use crate::mcp::client::{Call, traceparent};
use crate::mcp::hand;
use crate::tui::effect::Effect;
use crate::tui::pane::{Ctx, Reply};
use crate::tui::panes::catalogue::cannot_send;
use crate::tui::panes::form::{Mode, uuid};

/// A request that waits for its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pending {
    /// Our number for it.
    pub ticket: u64,
    /// On which connection.
    pub conn: u32,
}

impl RequestPane {
    /// Why nothing would be sent.
    pub(super) fn why_not_run(&self, ctx: &Ctx<'_>) -> Option<String> {
        match self.tab {
            // What is set goes with the next connection, if there is none.
            Tab::Settings if ctx.live && ctx.server().is_some() => None,
            _ => cannot_send(ctx),
        }
    }

    /// Sends what is filled in, or applies it.
    pub(super) fn run(&mut self, ctx: &Ctx<'_>) -> Reply {
        if let Some(why) = self.why_not_run(ctx) {
            return Reply::say(why);
        }
        if let Some(pane) = self.pane_mut().filter(|pane| pane.problems() > 0) {
            pane.problem(true);
            let hint = pane.hint().unwrap_or_default();
            return Reply::say(format!("not sent: {hint}"));
        }
        match self.tab {
            Tab::Request => self.run_request(ctx),
            Tab::Notification => match hand::notification(&self.notification.arguments()) {
                Ok(frame) => self.typed(frame.into_bytes(), ctx),
                Err(why) => Reply::say(format!("not sent: {why}")),
            },
            Tab::Frame => {
                let frame = self.frame.0.text();
                if frame.is_empty() {
                    return Reply::say("not sent: there is nothing in it");
                }
                self.typed(frame.into_bytes(), ctx)
            }
            Tab::Settings => self.apply(ctx),
        }
    }

    fn run_request(&mut self, ctx: &Ctx<'_>) -> Reply {
        match hand::request(&self.request.arguments()) {
            Ok(filled) => self.call(filled, ctx),
            Err(why) => Reply::say(format!("not sent: {why}")),
        }
    }

    /// Sends a request as an ordinary call.
    pub(super) fn call(&mut self, filled: hand::Filled, ctx: &Ctx<'_>) -> Reply {
        let Some(conn) = ctx.connection().map(|connection| connection.number) else {
            return Reply::ignored();
        };
        let ticket = ctx.ticket();
        self.pending.push(Pending { ticket, conn });
        (self.last, self.trouble) = (Some((ticket, None)), None);
        Reply::effect(Effect::Engine(Command::Call {
            conn,
            call: Call {
                ticket,
                method: filled.method,
                params: filled.params,
                wait: filled.wait,
            },
        }))
    }

    /// Sends a frame as it is.
    pub(super) fn typed(&mut self, bytes: Vec<u8>, ctx: &Ctx<'_>) -> Reply {
        let Some(conn) = ctx.connection().map(|connection| connection.number) else {
            return Reply::ignored();
        };
        let ticket = ctx.ticket();
        (self.last, self.trouble) = (Some((ticket, None)), None);
        Reply::effect(Effect::Engine(Command::Typed {
            conn,
            ticket,
            bytes,
        }))
    }

    /// Something went out; it may have been ours.
    pub(super) fn went_out(&mut self, ticket: u64, seq: u64) {
        // A conversation sends several; its first one has the row.
        if let Some((last, None)) = self.last
            && last == ticket
        {
            self.last = Some((ticket, Some(seq)));
        }
    }

    /// A request is over; it may have been ours.
    pub(super) fn finished(&mut self, ticket: u64, answered: bool) {
        self.pending.retain(|call| call.ticket != ticket);
        if let Some((last, None)) = self.last
            && last == ticket
            && !answered
        {
            self.trouble = Some("it was not sent: there is no connection any more".to_owned());
        }
    }

    /// Cancels what was sent last and waits.
    pub(super) fn cancel(&self) -> Reply {
        match self.pending.last() {
            Some(call) => Reply::effect(Effect::Engine(Command::Cancel {
                conn: call.conn,
                ticket: call.ticket,
            })),
            None => Reply::ignored(),
        }
    }

    /// Makes up a trace for the request.
    pub(super) fn make_trace(&mut self, ctx: &Ctx<'_>) -> Reply {
        let trace = traceparent(random(), ctx.ticket());
        let typing = self.request.mode() == Mode::Typing;
        let mut members = match self.request.arguments() {
            Value::Object(members) => members,
            _ => Vec::new(),
        };
        members.retain(|(name, _)| name != "traceparent");
        members.push(("traceparent".to_owned(), Value::String(trace)));
        self.request.load(&Value::Object(members));
        if !typing {
            self.request.stop_typing();
        }
        Reply::done()
    }
}

/// A number nobody can guess the next of.
pub(super) fn random() -> u128 {
    let digits: String = uuid().chars().filter(|c| *c != '-').collect();
    u128::from_str_radix(&digits, 16).unwrap_or(1)
}
