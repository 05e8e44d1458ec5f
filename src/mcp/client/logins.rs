//! Time that is not the server's: while a request waits for a person, no limit runs.

use std::time::Duration;

use super::Client;

impl Client {
    /// Stops the clock of everything that waits, or lets it go on where it stopped.
    pub(super) fn wait_for_login(&mut self, now: Duration, held: bool) {
        match (held, self.login_since) {
            (true, None) => self.login_since = Some(now),
            (false, Some(since)) => {
                self.login_since = None;
                let lost = now.saturating_sub(since);
                for pending in self.pending.values_mut() {
                    // What was sent meanwhile waited only since then.
                    let lost = lost.min(now.saturating_sub(pending.sent));
                    // Some wait for as long as it takes.
                    pending.until = pending.until.saturating_add(lost);
                    pending.at_most = pending.at_most.saturating_add(lost);
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Client, Input, Options, Output, Over};
    use std::time::Duration;

    #[test]
    fn a_login_costs_the_server_no_time() {
        let at = Duration::from_secs;
        let mut client = Client::new(Options {
            over: Over::Http,
            probe_wait: at(10),
            ..Options::default()
        });
        client.handle(at(0), Input::Started);
        assert_eq!(client.deadline(), Some(at(10)));
        client.handle(at(4), Input::Held(true));
        assert_eq!(client.deadline(), None);
        assert_eq!(client.handle(at(500), Input::Tick), []);
        client.handle(at(504), Input::Held(false));
        assert_eq!(client.deadline(), Some(at(510)));
        assert_eq!(client.handle(at(509), Input::Tick), []);
        let late = client.handle(at(510), Input::Tick);
        assert!(late.contains(&Output::Failed), "{late:?}");
    }

    #[test]
    fn what_waits_for_ever_still_does() {
        let at = Duration::from_secs;
        let mut client = Client::new(Options {
            over: Over::Http,
            probe_wait: Duration::MAX,
            request_wait: Duration::MAX,
            ..Options::default()
        });
        client.handle(at(1), Input::Started);
        client.handle(at(4), Input::Held(true));
        client.handle(at(504), Input::Held(false));
        assert_eq!(client.deadline(), None);
        assert_eq!(client.handle(at(1_000_000), Input::Tick), []);
    }
}
