//! How long calls are waited for: that a limit is near is told before it is reached, and a person may move it.

use std::time::Duration;

use super::dues::Dues;
use super::{Client, Id, Output, Pending, Purpose};
use crate::note::Note;
use crate::note::decided::Decided;

/// A limit is near when so much is left of it, or a third of it where that is less.
const NEAR: Duration = Duration::from_secs(10);

/// Further away than anybody waits.
const ENDLESS: Duration = Duration::from_secs(u64::MAX / 4);

/// Whether it was told that the limit is near.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Limit {
    told: bool,
}

impl Pending {
    /// When its limit is near.
    fn near(&self) -> Duration {
        // Of the time it has without a word, not of all that progress gave it.
        self.until.saturating_sub(NEAR.min(self.wait / 3))
    }

    /// When something is to be done about it, if nothing happens before.
    pub(super) fn due(&self) -> Duration {
        match self.purpose {
            Purpose::Call { .. } if !self.limit.told => self.near(),
            _ => self.until,
        }
    }

    /// It has more time again.
    fn relax(&mut self, out: &mut Vec<Output>) {
        if let (true, Purpose::Call { ticket }) =
            (std::mem::take(&mut self.limit.told), &self.purpose)
        {
            out.push(Output::Limit {
                ticket: *ticket,
                left: None,
            });
        }
    }
}

impl Client {
    /// Progress starts the time of its request anew.
    pub(super) fn progress(&mut self, now: Duration, token: &Id, out: &mut Vec<Output>) {
        let mut go_on = |dues: &mut Dues, id: &Id, pending: &mut Pending| {
            let until = now
                .saturating_add(pending.wait)
                .min(pending.at_most)
                .max(pending.until);
            if until > pending.until {
                let before = pending.due();
                pending.until = until;
                pending.relax(out);
                // Later is found out when its place comes up; a place for each progress would be as many as come.
                if pending.due() < before {
                    dues.put(pending.due(), id.clone());
                }
            }
        };
        // Ours is the request's id, but for requests that somebody wrote.
        let own = self.pending.get_mut(token);
        if let Some(pending) = own.filter(|pending| pending.token.as_ref() == Some(token)) {
            return go_on(&mut self.dues, token, pending);
        }
        for (id, pending) in &mut self.pending {
            if pending.token.as_ref() == Some(token) {
                go_on(&mut self.dues, id, pending);
            }
        }
    }

    /// Tells of those of these calls whose limit has come near.
    pub(super) fn near_limits(&mut self, now: Duration, due: &[Id], out: &mut Vec<Output>) {
        let mut near: Vec<(u64, Duration)> = Vec::new();
        for id in due {
            if let Some(pending) = self.pending.get_mut(id)
                && let Purpose::Call { ticket } = pending.purpose
                && !pending.limit.told
                && pending.held.is_none()
                && pending.near() <= now
                && now < pending.until
            {
                pending.limit.told = true;
                near.push((ticket, pending.until.saturating_sub(now)));
            }
        }
        near.sort_unstable();
        out.extend(near.into_iter().map(|(ticket, left)| Output::Limit {
            ticket,
            left: Some(left),
        }));
    }

    /// Somebody lets a call take longer.
    pub(super) fn extend(
        &mut self,
        now: Duration,
        ticket: u64,
        more: Option<Duration>,
        out: &mut Vec<Output>,
    ) {
        let of_ticket = |pending: &Pending| matches!(pending.purpose, Purpose::Call { ticket: other } if other == ticket);
        let Some((id, pending)) = self
            .pending
            .iter_mut()
            .find(|(_, pending)| of_ticket(pending))
        else {
            return;
        };
        match more {
            Some(more) => {
                pending.until = pending.until.max(now) + more;
                pending.at_most = pending.at_most.max(pending.until);
            }
            None => (pending.until, pending.at_most) = (ENDLESS, ENDLESS),
        }
        out.push(Output::Note(
            Note::Decided(Decided::Extended {
                id: id.to_json(),
                more_ms: more.map(|more| more.as_millis() as u64),
            })
            .into(),
        ));
        pending.relax(out);
        self.dues.put(pending.due(), id.clone());
    }
}
