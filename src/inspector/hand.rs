//! What a person does by hand: frames sent as they were typed, limits moved, settings changed; and what is known of
//! eras from before.

use jiff::Timestamp;

use super::{Connect, Engine, Update};
use crate::history::eras::Eras;
use crate::mcp::client::{EraChoice, Input, Options};
use crate::mcp::facts;
use crate::note::Note;
use crate::note::decided::Decided;
use crate::recorder::Draft;
use crate::session::Direction;
use crate::session::recorded::Facts;
use crate::transport::Outgoing;

impl Engine {
    /// Keeps what is found out of servers' eras there, and counts on what is.
    #[must_use]
    pub fn with_eras(mut self, eras: Eras) -> Self {
        self.eras = eras;
        self
    }

    /// The options of a connection, with what is known of the server.
    pub(super) fn informed(&self, connect: &Connect) -> Options {
        let mut options = connect.options.clone();
        // Also where it is asked anew: a downgrade is told all the same.
        if options.era == EraChoice::Auto && options.known.is_none() {
            options.known = self.eras.known(&connect.target, Timestamp::now());
        }
        options
    }

    /// The connection works: what was found out of the server's era is kept.
    pub(super) fn keep_era(&self, conn: u32) {
        let Some(live) = self.connections.get(&conn) else {
            return;
        };
        let Some(learned) = live.client.learned() else {
            return;
        };
        let connect = &live.connect;
        let kept = self
            .eras
            .learn(&connect.name, &connect.target, learned, Timestamp::now());
        if let Err(error) = kept {
            // The next connection finds it out anew; nothing else is lost.
            tracing::warn!(%error, "eras are not kept");
        }
    }

    /// Sends a frame as it was typed.
    pub(super) async fn typed(&mut self, conn: u32, ticket: u64, bytes: Vec<u8>) {
        if !self.connections.contains_key(&conn) {
            let end = crate::mcp::client::End::Gone;
            return self
                .tell(Update::Finished {
                    ticket,
                    end,
                    seq: None,
                })
                .await;
        }
        let Some(bytes) = self.unmasked_frame(conn, bytes).await else {
            let end = crate::mcp::client::End::Masked;
            return self
                .tell(Update::Finished {
                    ticket,
                    end,
                    seq: None,
                })
                .await;
        };
        let (facts, mut odd) = match facts::of_frame(&bytes) {
            Ok(messages) => (Facts::Messages(messages), None),
            Err(why) => (Facts::Junk(why.as_str().into()), Some(why)),
        };
        if bytes.contains(&b'\n') {
            let lines = bytes.split(|byte| *byte == b'\n').count();
            let cut = format!("over a pipe it is {lines} lines");
            odd = Some(odd.map_or_else(|| cut.clone(), |why| format!("{why}; {cut}")));
        }
        let draft = Draft::wire(conn, Direction::Out, bytes.clone());
        let seq = self.record(draft, Some(facts)).await;
        let note = Note::Decided(Decided::ByHand { frame: seq, odd });
        self.note(conn, &note).await;
        self.remember(conn, seq, &String::from_utf8_lossy(&bytes));
        self.send(conn, Outgoing::Frame(bytes));
        self.tell(Update::Sent { ticket, seq }).await;
    }

    /// Something a person changed about a connection.
    pub(super) async fn changed(&mut self, conn: u32, input: Input<'_>) {
        self.put(conn, input, None).await;
    }
}
