//! Which requests are calls that somebody made here: only those can be cancelled, by the number of their caller.

use crate::inspector::{Command, Update};
use crate::session::timeline::{ExchangeIndex, Timeline};
use crate::tui::effect::Effect;
use crate::tui::event::Event;

/// A call that goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Call {
    ticket: u64,
    conn: u32,
    /// The entry of its newest request.
    seq: u64,
}

/// See the module.
#[derive(Debug, Clone, Default)]
pub struct Calls(Vec<Call>);

impl Calls {
    /// Hears of calls that go out and end.
    pub fn hear(&mut self, event: &Event, timeline: &Timeline) {
        match event {
            Event::Update(Update::Sent { ticket, seq }) => {
                let exchange = timeline
                    .index_of_seq(*seq)
                    .and_then(|entry| timeline.exchange_of_request(entry))
                    .and_then(|index| timeline.exchange(index));
                if let Some(exchange) = exchange {
                    // A call of several rounds is known by the newest.
                    self.0.retain(|call| call.ticket != *ticket);
                    self.0.push(Call {
                        ticket: *ticket,
                        conn: exchange.conn,
                        seq: *seq,
                    });
                }
            }
            Event::Update(Update::Finished { ticket, .. }) => {
                self.0.retain(|call| call.ticket != *ticket);
            }
            _ => {}
        }
    }

    /// What cancels the call that this exchange is, or is a round of; none when nobody here made it, or it is over.
    pub fn cancel(&self, exchange: ExchangeIndex, timeline: &Timeline) -> Option<Effect> {
        let newest = timeline.exchange(timeline.last_round(exchange))?;
        let seq = timeline.entry(newest.request)?.seq();
        let call = self.0.iter().find(|call| call.seq == seq)?;
        Some(Effect::Engine(Command::Cancel {
            conn: call.conn,
            ticket: call.ticket,
        }))
    }
}
