//! A link without a process: the other end is in the hands of a test.
//!
//! Nothing here has a clock or a rule of its own; what the peer sends is what comes out.

use super::{Ending, INBOX_PLACES, Link, LinkEvent, Outgoing, Stream};
use tokio::sync::mpsc;

/// The other end of a [`Link`] made by [`pair`].
#[derive(Debug)]
pub struct MemoryPeer {
    /// What the holder of the link sent.
    pub sent: mpsc::UnboundedReceiver<Outgoing>,
    /// Where its events come from.
    pub events: mpsc::Sender<LinkEvent>,
}

/// A connected pair: a link and the peer that plays the server.
pub fn pair() -> (Link, MemoryPeer) {
    let (outbox, sent) = mpsc::unbounded_channel();
    let (events, inbox) = mpsc::channel(INBOX_PLACES);
    (Link { outbox, inbox }, MemoryPeer { sent, events })
}

impl MemoryPeer {
    /// Sends an event; false when the link's inbox is gone.
    pub async fn send(&self, event: LinkEvent) -> bool {
        self.events.send(event).await.is_ok()
    }

    /// Sends a line of stdout that ended in `\n`; false when the link's inbox is gone.
    pub async fn line(&self, bytes: impl Into<Vec<u8>>) -> bool {
        let bytes = bytes.into();
        self.send(LinkEvent::Line {
            stream: Stream::Stdout,
            bytes,
            ending: Ending::Lf,
        })
        .await
    }

    /// Sends the last event: the server exited with this code.
    pub async fn exit(&self, code: i32) -> bool {
        self.send(LinkEvent::Exited {
            code: Some(code),
            signal: None,
        })
        .await
    }

    /// The next thing that was sent; `None` when the link's outbox is gone.
    pub async fn next(&mut self) -> Option<Outgoing> {
        self.sent.recv().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "current_thread")]
    async fn both_ways() {
        let (mut link, mut peer) = pair();
        link.outbox
            .send(Outgoing::Frame(b"{}".to_vec()))
            .expect("peer is there");
        assert_eq!(peer.next().await, Some(Outgoing::Frame(b"{}".to_vec())));
        assert!(peer.line("hi").await && peer.exit(3).await);
        assert_eq!(
            link.inbox.recv().await,
            Some(LinkEvent::Line {
                stream: Stream::Stdout,
                bytes: b"hi".to_vec(),
                ending: Ending::Lf
            })
        );
        assert_eq!(
            link.inbox.recv().await,
            Some(LinkEvent::Exited {
                code: Some(3),
                signal: None
            })
        );
        drop(link);
        assert!(!peer.exit(0).await);
        assert_eq!(peer.next().await, None);
    }
}
