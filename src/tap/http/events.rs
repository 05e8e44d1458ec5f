//! What is held over HTTP: requests and answers wait for a verdict where they stand, events of a stream beside it, while
//! others pass.

use std::collections::VecDeque;

use tokio::sync::oneshot;

use super::{Struck, Watched};
use crate::session::Direction;
use crate::sse;
use crate::tap::control::Verdict;
use crate::tap::desk::{Outlet, Shared};
use crate::tap::faults::{Fault, Strike};

/// A frame that is held; nobody waits for it any more when this is dropped.
#[derive(Debug)]
struct Waits {
    frame: u64,
    shared: Shared,
    verdict: oneshot::Receiver<Verdict>,
}

impl Drop for Waits {
    fn drop(&mut self) {
        self.shared.withdraw(self.frame, "its client is gone");
    }
}

impl Watched {
    fn waits(&self, struck: &(u64, Strike), way: Direction, body: &[u8]) -> Option<Waits> {
        let (sender, verdict) = oneshot::channel();
        let shared = self.door.shared.clone();
        let way = (self.exchange.conn, way);
        let held = shared.hold(way, struck, body, Outlet::Exchange(sender));
        held.then_some(Waits {
            frame: struck.0,
            shared,
            verdict,
        })
    }

    /// Holds a frame until somebody says what becomes of it.
    pub(super) async fn decided(
        &self,
        struck: &(u64, Strike),
        way: Direction,
        body: &[u8],
    ) -> Verdict {
        match self.waits(struck, way, body) {
            Some(mut waits) => (&mut waits.verdict).await.unwrap_or(Verdict::Pass),
            None => Verdict::Pass,
        }
    }
}

/// What becomes of an event that was held.
#[derive(Debug)]
pub(super) enum Goes {
    /// This goes on; nothing of one that was dropped.
    On(Vec<u8>),
    /// It does not go on, and this answers it.
    Answered(Vec<u8>, Vec<u8>),
}

/// Events of a stream that are held, in the order they came.
#[derive(Debug, Default)]
pub(super) struct Waiting(VecDeque<(Vec<u8>, Waits)>);

impl Waiting {
    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Holds an event when a rule wants that; else gives it back.
    pub fn hold(
        &mut self,
        watched: &Watched,
        event: Vec<u8>,
        struck: Struck,
    ) -> Option<(Vec<u8>, Struck)> {
        let Some(by) = struck
            .as_ref()
            .filter(|(_, strike)| matches!(strike.fault, Fault::Hold | Fault::HoldAll))
        else {
            return Some((event, struck));
        };
        let (_, data) = parted(&event);
        match watched.waits(by, Direction::In, &data) {
            Some(waits) => {
                self.0.push_back((event, waits));
                None
            }
            None => Some((event, None)),
        }
    }

    /// The next that is let go. For ever while none is held.
    pub async fn next(&mut self) -> Goes {
        std::future::poll_fn(|context| {
            for at in 0..self.0.len() {
                let verdict = std::pin::Pin::new(&mut self.0[at].1.verdict);
                if let std::task::Poll::Ready(verdict) = verdict.poll(context) {
                    let event = self.0.remove(at).map(|(event, _)| event);
                    let event = event.unwrap_or_default();
                    return std::task::Poll::Ready(match verdict {
                        Ok(Verdict::Instead(data)) => Goes::On(with_data(&event, &data)),
                        Ok(Verdict::Drop) => Goes::On(Vec::new()),
                        Ok(Verdict::Answer(answer)) => Goes::Answered(event, answer),
                        Ok(Verdict::Pass) | Err(_) => Goes::On(event),
                    });
                }
            }
            std::task::Poll::Pending
        })
        .await
    }
}

/// The lines of an event that are no data, and its data.
pub(super) fn parted(event: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let mut kept = Vec::with_capacity(event.len());
    let mut data = Vec::new();
    let mut is_first = true;
    for line in event.split_inclusive(|byte| *byte == b'\n') {
        match line.strip_prefix(b"data:") {
            Some(rest) => {
                if !std::mem::replace(&mut is_first, false) {
                    data.push(b'\n');
                }
                data.extend_from_slice(rest.trim_ascii());
            }
            None if line.trim_ascii().is_empty() => {}
            None => kept.extend_from_slice(line),
        }
    }
    (kept, data)
}

/// The event with other data.
pub(super) fn with_data(event: &[u8], data: &[u8]) -> Vec<u8> {
    let (mut changed, _) = parted(event);
    sse::write_data(data, &mut changed);
    changed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_keeps_all_but_its_data() {
        let event = b"id: 7\r\nevent: message\ndata: {\"a\":\ndata:1}\n\n";
        let (kept, data) = parted(event);
        assert_eq!(kept, b"id: 7\r\nevent: message\n");
        assert_eq!(data, b"{\"a\":\n1}");
        let changed = with_data(event, b"{\"b\":2}");
        assert_eq!(changed, b"id: 7\r\nevent: message\ndata: {\"b\":2}\n\n");
    }
}
