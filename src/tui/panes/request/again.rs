//! What was sent before, to be sent again: as it was, or after somebody changed it.

use super::{RequestPane, Tab};
use crate::mcp::hand::{self, Again};
use crate::mcp::types::{List, ToolEffect};
use crate::session::Direction;
use crate::session::timeline::{EntryIndex, EntryRow, Timeline};
use crate::text;
use crate::tui::effect::Effect;
use crate::tui::pane::{Ctx, Go, Reply};
use crate::tui::panes::catalogue::cannot_send;

/// An entry that is being read back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    asker: u64,
    /// To be changed first.
    edit: bool,
    /// The server it goes to, by its place: somebody may look at another one before it is read.
    server: usize,
}

/// Bigger frames are no text for a form.
const MOST: u64 = 64 << 10;

/// Why the entry cannot be sent again, or be changed first.
pub fn why_not(entry: EntryIndex, edit: bool, ctx: &Ctx<'_>) -> Option<String> {
    if !ctx.live {
        return Some("this is a recording; nothing is sent".to_owned());
    }
    let row = ctx.timeline.entry(entry)?;
    if !row.is_wire() || row.direction() != Direction::Out {
        return Some("only what we sent can be sent again".to_owned());
    }
    (edit && row.size() > MOST).then(|| {
        format!(
            "{} is too much to edit here; it can be copied, or sent again as it is",
            text::size(row.size())
        )
    })
}

impl RequestPane {
    /// Sends an entry again, or fills it in to be changed first.
    pub fn again(&mut self, entry: EntryIndex, edit: bool, ctx: &Ctx<'_>) -> Reply {
        let why = why_not(entry, edit, ctx).or_else(|| cannot_send(ctx).filter(|_| !edit));
        if let Some(why) = why {
            return Reply::say(why);
        }
        let Some(source) = ctx.source(entry) else {
            return Reply::ignored();
        };
        let asker = ctx.ticket();
        let destroys = destroys(entry, ctx);
        let edit = edit || destroys.is_some();
        self.reading = Some(Reading {
            asker,
            edit,
            server: ctx.current,
        });
        self.question = destroys;
        let effect = Effect::ReadFrame { asker, source };
        if edit {
            return Reply {
                go: Some(Go::ByHand),
                ..Reply::effect(effect)
            };
        }
        Reply::effect(effect)
    }

    /// An entry was read back.
    pub(super) fn read_back(
        &mut self,
        asker: u64,
        result: &Result<Again, String>,
        ctx: &Ctx<'_>,
    ) -> Vec<Effect> {
        let Some(reading) = self.reading.take_if(|reading| reading.asker == asker) else {
            return Vec::new();
        };
        let ctx = &Ctx {
            current: reading.server,
            ..*ctx
        };
        let tell = |sentence: String, bad: bool| Effect::Tell { sentence, bad };
        let again = match result {
            Ok(again) => again,
            Err(why) => return vec![tell(why.clone(), true)],
        };
        if reading.edit {
            self.fill(again);
            return match again {
                Again::Frame(frame) if std::str::from_utf8(frame).is_err() => {
                    let what = "bytes that are no UTF-8 stand as \u{FFFD} here: what is sent from here is the text".to_owned();
                    vec![tell(what, true)]
                }
                _ => Vec::new(),
            };
        }
        let reply = match again {
            Again::Request(form) => match hand::request(form) {
                Ok(filled) => self.call(filled, ctx),
                Err(why) => Reply::say(format!("not sent: {why}")),
            },
            Again::Notification(form) => match hand::notification(form) {
                Ok(frame) => self.typed(frame.into_bytes(), ctx),
                Err(why) => Reply::say(format!("not sent: {why}")),
            },
            Again::Frame(frame) => self.typed(frame.clone(), ctx),
        };
        let mut effects = reply.effects;
        let said = reply.say.map(|why| tell(why, true));
        effects.push(said.unwrap_or_else(|| tell("sent again".to_owned(), false)));
        effects
    }

    pub(super) fn fill(&mut self, again: &Again) {
        let (tab, form) = match again {
            Again::Request(form) => (Tab::Request, Some(form)),
            Again::Notification(form) => (Tab::Notification, Some(form)),
            Again::Frame(_) => (Tab::Frame, None),
        };
        self.turn(tab);
        match (self.pane_mut(), form, again) {
            (Some(pane), Some(form), _) => {
                pane.begin_with(form);
                pane.stop_typing();
            }
            (_, _, Again::Frame(frame)) => self.frame.0.set(&String::from_utf8_lossy(frame)),
            _ => {}
        }
    }
}

/// A request in a few words, sanitised: `tools/call echo, #12`.
pub fn call_words(timeline: &Timeline, request: EntryIndex) -> String {
    let exchange = timeline.exchange_of_request(request);
    let Some(exchange) = exchange.and_then(|index| timeline.exchange(index)) else {
        return String::new();
    };
    let seq = timeline.entry(request).map_or(0, EntryRow::seq);
    let (method, subject) = (
        timeline.word(exchange.method),
        timeline.word(exchange.subject),
    );
    let subject = if subject.is_empty() {
        String::new()
    } else {
        format!(" {subject}")
    };
    text::sanitize(&format!("{method}{subject} #{seq}")).into_owned()
}

/// Why sending an entry again is asked about first, with the name of its tool. Sanitised.
pub fn destroys(entry: EntryIndex, ctx: &Ctx<'_>) -> Option<String> {
    let timeline = ctx.timeline;
    let exchange = timeline.exchange(timeline.exchange_of_request(entry)?)?;
    if timeline.word(exchange.method) != "tools/call" {
        return None;
    }
    let name = timeline.word(exchange.subject);
    let tools = &ctx.connection()?.list(List::Tools).items;
    let tool = tools.iter().find(|tool| *tool.name == *name)?;
    let why = match tool.effect {
        ToolEffect::Destroys => "is marked destructive",
        ToolEffect::Unknown if ctx.settings.careful => "does not say what it does",
        _ => return None,
    };
    let name = text::sanitize(name);
    Some(format!("{} {why}", text::fit(&name, 40)))
}
