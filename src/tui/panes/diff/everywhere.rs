//! One call on several servers: asked about where it may destroy something, sent, waited for; then its answers are
//! compared, the first with each of the others.

use crate::inspector::{Command, Update};
use crate::mcp::client::Call;
use crate::recording::calls::CallAt;
use crate::text;
use crate::tui::effect::Effect;
use crate::tui::effect::comparison::{Comparison, Everywhere};
use crate::tui::pane::Ctx;

/// A server that is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// Its connection.
    pub conn: u32,
    /// Its name.
    pub name: String,
    /// Why it is not asked without a question, if so.
    pub careful: Option<&'static str>,
}

/// A server that was asked.
#[derive(Debug)]
struct Asked {
    server: Server,
    ticket: u64,
    seq: Option<u64>,
    over: bool,
}

/// See the module.
#[derive(Debug)]
pub struct Round {
    call: Everywhere,
    /// Those to be asked, until somebody has said so.
    waiting: Vec<Server>,
    asked: Vec<Asked>,
}

impl Round {
    pub fn new(call: Everywhere, servers: Vec<Server>) -> Self {
        Self {
            call,
            waiting: servers,
            asked: Vec::new(),
        }
    }

    /// Whether a person is to say first that it may be sent.
    pub fn is_question(&self) -> bool {
        self.waiting.iter().any(|server| server.careful.is_some())
    }

    /// Sends it to all.
    pub fn send(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        let mut effects = Vec::new();
        for server in std::mem::take(&mut self.waiting) {
            let (conn, ticket) = (server.conn, ctx.ticket());
            self.asked.push(Asked {
                server,
                ticket,
                seq: None,
                over: false,
            });
            let call = Call {
                ticket,
                method: self.call.method.to_owned(),
                params: Some(self.call.params.clone()),
                wait: None,
            };
            effects.push(Effect::Engine(Command::Call { conn, call }));
        }
        effects
    }

    /// Hears what became of it; true when all have answered, or will not.
    pub fn hear(&mut self, update: &Update) -> bool {
        let (ticket, sent, over) = match update {
            Update::Sent { ticket, seq } => (*ticket, Some(*seq), false),
            Update::Finished { ticket, .. } => (*ticket, None, true),
            _ => return false,
        };
        let Some(one) = self.asked.iter_mut().find(|one| one.ticket == ticket) else {
            return false;
        };
        one.seq = sent.or(one.seq);
        one.over |= over;
        over && self.asked.iter().all(|one| one.over)
    }

    /// The answers, to be compared; none when fewer than two were even asked.
    pub fn comparison(&self, ctx: &Ctx<'_>) -> Option<Comparison> {
        let calls: Vec<(&str, CallAt)> = self
            .asked
            .iter()
            .filter_map(|one| {
                let entry = ctx.timeline.index_of_seq(one.seq?)?;
                Some((one.server.name.as_str(), CallAt::at(ctx.timeline, entry)?))
            })
            .collect();
        let ((left, first), others) = calls.split_first()?;
        let names: Vec<&str> = others.iter().map(|(name, _)| *name).collect();
        (!others.is_empty()).then(|| Comparison::Calls {
            left: format!("{} on {left}", self.call.name),
            right: names.join(", "),
            rows: names
                .iter()
                .map(|name| format!("{left} → {name}"))
                .collect(),
            pairs: others
                .iter()
                .map(|(_, call)| (first.clone(), call.clone()))
                .collect(),
        })
    }

    /// What is going on, in lines that are safe to show.
    pub fn words(&self) -> String {
        let name = text::sanitize(&self.call.name).into_owned();
        let mut lines = Vec::new();
        for server in &self.waiting {
            let server_name = text::sanitize(&server.name);
            lines.push(match server.careful {
                Some(why) => format!("{server_name}: {name} {why}"),
                None => format!("{server_name}: {name}"),
            });
        }
        if !self.waiting.is_empty() {
            let servers = text::plural(self.waiting.len(), "server");
            lines.push(format!("y sends it to {servers}, any other key to none"));
        }
        for one in &self.asked {
            let state = if one.over { "answered" } else { "asked…" };
            lines.push(format!("{}: {state}", text::sanitize(&one.server.name)));
        }
        lines.join("\n")
    }
}
