//! What a headless session got: exchanges and questions, read back as they came.

use super::Headless;
use crate::json;
use crate::jsonrpc::Id;
use crate::session::Entry;
use crate::session::recorded::Place;
use crate::session::timeline::{Exchange, Question};

impl Headless {
    /// The newest request of this method that is ours.
    pub fn last(&self, method: &str) -> Option<&Exchange> {
        self.timeline
            .exchanges()
            .iter()
            .rev()
            .find(|exchange| self.timeline.word(exchange.method) == method)
    }

    /// The exchange whose request is entry `seq`.
    pub fn exchange(&self, seq: u64) -> Option<&Exchange> {
        let index = self
            .timeline
            .exchange_of_request(self.timeline.index_of_seq(seq)?)?;
        self.timeline.exchange(index)
    }

    /// The raw member `name` of the response to `exchange`.
    pub fn answer(&self, exchange: &Exchange, name: &str) -> Option<String> {
        let row = self.timeline.entry(exchange.response?)?;
        // Whoever reads the answer gets it as it came; it is masked in the recording.
        let mut body = self.bodies.original(row.seq(), row.place()).ok()?.body;
        let message = if json::kind(&body) == json::Kind::Array {
            json::elements(&body).find(|message| {
                json::get(message, &["id"]).map(Id::read) == Some(exchange.id.clone())
            })?
        } else {
            &body
        };
        let place = json::place_of(json::get(message, &[name])?, &body);
        // It may be huge: cut out where it is, not copied.
        body.truncate(place.end);
        body.drain(..place.start);
        Some(
            String::from_utf8(body)
                .unwrap_or_else(|odd| String::from_utf8_lossy(odd.as_bytes()).into_owned()),
        )
    }

    /// All that was recorded so far, as it was before anything was masked.
    pub fn entries(&self) -> impl Iterator<Item = std::io::Result<(Entry, Place)>> {
        self.timeline.entries().iter().map(|row| {
            let place = row.place();
            Ok((self.bodies.original(row.seq(), place)?, place))
        })
    }

    /// The raw params of a question of the server's.
    pub fn question(&self, question: &Question) -> Option<Vec<u8>> {
        let row = self.timeline.entry(question.entry)?;
        let body = self.bodies.original(row.seq(), row.place()).ok()?.body;
        question.which.params(&body).map(<[u8]>::to_vec)
    }
}
