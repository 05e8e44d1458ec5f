//! What becomes of a connection whose process or address is gone.

use super::{Engine, Update};
use crate::mcp::client::{Input, Output};

impl Engine {
    /// Tells everybody who waits for something of it; starts a process again where the client wants that.
    pub(super) async fn exited(&mut self, conn: u32) {
        let Some(mut live) = self.connections.remove(&conn) else {
            return;
        };
        if let Some(drive) = live.probe.take() {
            return self.visited(conn, *drive).await;
        }
        let outputs = live.client.handle(self.now(), Input::Gone);
        let respawn = outputs.contains(&Output::Respawn);
        for output in outputs {
            match output {
                Output::Note(text) => self.note_text(conn, text).await,
                Output::Finished { ticket, end } => {
                    self.tell(Update::Finished {
                        ticket,
                        end,
                        seq: None,
                    })
                    .await;
                }
                Output::Completed { ticket, completed } => {
                    self.tell(Update::Completed {
                        ticket,
                        completed,
                        seq: None,
                    })
                    .await;
                }
                _ => {}
            }
        }
        if respawn {
            self.start(live.connect, live.client).await;
        } else {
            self.tell(Update::Gone { conn }).await;
        }
    }
}
