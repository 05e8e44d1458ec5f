//! What is kept of logins between connections: how it is read, what is to be kept, and waiting for it before a link
//! begins. Where it is kept is not known here.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use super::{Carriage, Desk};
use crate::mcp::auth::{ClientId, Keys, Tokens};
use crate::transport::{LinkEvent, Outgoing};

/// What is waited for before a link begins; it says what of it failed.
pub type Opening = Pin<Box<dyn Future<Output = Option<String>> + Send>>;

/// What is kept of earlier logins.
pub struct Shelf {
    /// Reads it, at once; called when a login begins.
    pub read: Arc<dyn Fn() -> Keys + Send + Sync>,
    /// What may take a while, and must be over before it is read.
    pub opening: Option<Opening>,
}

impl fmt::Debug for Shelf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shelf")
    }
}

/// Something of a login to be kept, or forgotten.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keep {
    /// Who we are to an issuer; none when it does not know us any more.
    Client(String, Option<ClientId>),
    /// A token.
    Tokens(Box<Tokens>),
}

impl Desk {
    /// Takes what is kept from earlier, and tells of it.
    pub(in crate::transport::http) fn open(&mut self) -> Option<LinkEvent> {
        let kept = self.kept()?;
        self.take(kept, false);
        self.greeting()
    }

    /// What is to be waited for before.
    pub(in crate::transport::http) fn opening(&mut self) -> Option<Opening> {
        self.shelf.as_mut()?.opening.take()
    }
}

impl Carriage {
    /// Begins when this is over; who does not want to wait for it ends the link. What is to be sent waits.
    pub(in crate::transport::http) async fn run_after(mut self, mut opening: Opening) {
        let events = self.events.clone();
        let mut early = Vec::new();
        loop {
            tokio::select! {
                remark = &mut opening => {
                    self.told.extend(remark.map(LinkEvent::Remark));
                    self.told.extend(self.desk.as_mut().and_then(Desk::open));
                    break;
                }
                order = self.orders.recv() => match order.unwrap_or(Outgoing::Shutdown) {
                    end @ (Outgoing::Shutdown | Outgoing::Kill) => {
                        self.told.clear();
                        early = vec![end];
                        break;
                    }
                    order => early.push(order),
                },
                () = events.closed() => {
                    self.shutdown();
                    break;
                }
            }
        }
        for order in early {
            self.obey(order);
        }
        self.run().await;
    }
}
