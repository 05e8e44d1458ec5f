//! Requests that the server wants a login for first: they are set aside, and sent once more when there is a token.

use super::flight::{Flight, Purpose};
use super::headers::Headers;
use super::{Courier, Loss, Output, loss};
use crate::mcp::auth::{challenges, of_oauth};

/// How often one request is sent anew because of a login.
const AGAIN: u8 = 3;

/// A request that waits for a login, and why it would fail without.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Parked {
    flight: Flight,
    loss: Loss,
}

/// A server's refusal to do something without a login, or without a better one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The exchange that was refused.
    pub exchange: u32,
    /// 401, or 403 with `insufficient_scope`.
    pub status: u16,
    /// The head of the response.
    pub headers: Headers,
    /// How often the same request was sent anew already.
    pub again: u8,
}

impl Courier {
    /// The same courier, for somebody who can log in: what is refused for want of that waits (see
    /// [`Output::Refused`]).
    pub fn with_logins(mut self) -> Self {
        self.logs_in = true;
        self
    }

    /// A number for an exchange that is not the courier's own.
    pub fn number(&mut self) -> u32 {
        let exchange = self.next;
        self.next += 1;
        exchange
    }

    /// Sets a request aside if a login may help; gives it back if not.
    pub(super) fn park(
        &mut self,
        exchange: u32,
        flight: Flight,
        body: &[u8],
        out: &mut Vec<Output>,
    ) -> Option<Flight> {
        let is_home = flight.url.origin() == self.url.origin();
        let weak = || {
            let values = flight.headers.iter();
            let values = values.filter(|(name, _)| name.eq_ignore_ascii_case("www-authenticate"));
            let found = challenges(values.map(|(_, value)| value.as_str()));
            let error = of_oauth(&found).and_then(|challenge| challenge.get("error"));
            error == Some("insufficient_scope")
        };
        let helps = flight.status == 401 || (flight.status == 403 && weak());
        if !self.logs_in
            || self.closing.is_some()
            || flight.again >= AGAIN
            || flight.purpose == Purpose::Delete
            || !(is_home && helps)
        {
            return Some(flight);
        }
        out.push(Output::Refused(Refusal {
            exchange,
            status: flight.status,
            headers: flight.headers.clone(),
            again: flight.again,
        }));
        let loss = loss::of_response(&flight, body);
        self.parked.insert(exchange, Parked { flight, loss });
        None
    }

    /// There is a (better) token: what waits for one is sent anew.
    pub fn logged_in(&mut self) -> Vec<Output> {
        let mut out = Vec::new();
        for (exchange, Parked { mut flight, .. }) in std::mem::take(&mut self.parked) {
            flight.again += 1;
            let number = self.open(flight, Some(exchange), &mut out);
            if self.holding == Some(exchange) {
                self.holding = Some(number);
            }
        }
        out
    }

    /// There will be no token; says why, and what to do about it.
    pub fn not_logged_in(&mut self, what: &str, hint: Option<&str>) -> Vec<Output> {
        let mut out = Vec::new();
        for (exchange, Parked { flight, mut loss }) in std::mem::take(&mut self.parked) {
            // Why comes first: lists and status rows have no room for all of it.
            loss.what = format!("{what}; {}", loss.what);
            if let Some(hint) = hint {
                loss.hint = Some(hint.to_owned());
            }
            self.lost(exchange, flight, loss, &mut out);
        }
        self.close(&mut out);
        out
    }

    /// Whether a request with this id waits for a login; it does no longer.
    pub(super) fn unpark(&mut self, id: &crate::jsonrpc::Id) -> bool {
        let mut found = false;
        self.parked.retain(|_, parked| {
            let had = parked.flight.waiting.len();
            parked.flight.waiting.retain(|other| other != id);
            found |= parked.flight.waiting.len() < had;
            // What nobody waits for any more need not be asked.
            parked.flight.waiting.len() == had || !parked.flight.waiting.is_empty()
        });
        found
    }
}

/// Every `WWW-Authenticate` of a response.
pub fn challenged(headers: &[(String, String)]) -> Vec<&str> {
    headers
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case("www-authenticate"))
        .map(|(_, value)| value.as_str())
        .collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use url::Url;

    use super::super::{Choice, LossKind, Request};
    use super::*;
    use crate::jsonrpc::Id;

    const CALL: &str = r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"x"}}"#;

    fn courier() -> Courier {
        Courier::new(Url::parse("http://h/mcp").unwrap(), Choice::Streamable).with_logins()
    }

    fn opened(outputs: &[Output]) -> &Request {
        let found = outputs.iter().find_map(|output| match output {
            Output::Open(request) => Some(request),
            _ => None,
        });
        found.unwrap()
    }

    fn answer(courier: &mut Courier, exchange: u32, status: u16, challenge: &str) -> Vec<Output> {
        let headers = vec![("WWW-Authenticate".to_owned(), challenge.to_owned())];
        let mut out = courier.head(exchange, status, headers);
        out.extend(courier.body(exchange, b"{}".to_vec()));
        out
    }

    #[test]
    fn a_refused_request_waits_and_is_sent_again_as_it_was() {
        let mut courier = courier();
        let first = courier.frame(1, CALL.as_bytes().to_vec());
        let refused = answer(&mut courier, 1, 401, "Bearer");
        assert!(
            matches!(&refused[..], [Output::Refused(refusal)] if refusal.status == 401 && refusal.again == 0)
        );
        // An exchange of the login takes a number in between.
        assert_eq!(courier.number(), 2);
        let again = courier.logged_in();
        let (first, again) = (opened(&first), opened(&again));
        assert_eq!((again.exchange, again.follows), (3, Some(1)));
        assert_eq!(
            (&again.body, again.frame, again.credentials),
            (&first.body, Some(1), true)
        );
    }

    #[test]
    fn only_a_403_that_a_login_can_help_waits() {
        for (status, challenge, waits) in [
            (401, "", true),
            (403, r#"Bearer error="insufficient_scope", scope="w""#, true),
            (403, "Bearer error=invalid_token", false),
            (403, "", false),
            (400, "Bearer error=insufficient_scope", false),
        ] {
            let mut courier = courier();
            courier.frame(1, CALL.as_bytes().to_vec());
            let out = answer(&mut courier, 1, status, challenge);
            let waited = out.iter().any(|one| matches!(one, Output::Refused(_)));
            assert_eq!(waited, waits, "{status} {challenge}");
        }
    }

    #[test]
    fn a_request_is_not_sent_for_ever() {
        let mut courier = courier();
        let mut exchange = opened(&courier.frame(1, CALL.as_bytes().to_vec())).exchange;
        for again in 0..AGAIN {
            let out = answer(&mut courier, exchange, 401, "Bearer");
            assert!(matches!(&out[..], [Output::Refused(refusal)] if refusal.again == again));
            exchange = opened(&courier.logged_in()).exchange;
        }
        let out = answer(&mut courier, exchange, 401, "Bearer");
        assert!(
            matches!(&out[..], [Output::Unanswered { loss, .. }] if loss.kind == LossKind::NeedsLogin)
        );
    }

    #[test]
    fn without_a_token_it_fails_with_the_reason() {
        let mut courier = courier();
        courier.frame(1, CALL.as_bytes().to_vec());
        answer(&mut courier, 1, 401, "Bearer");
        let out = courier.not_logged_in("nobody is there", Some("log in"));
        let [Output::Unanswered { id, loss }] = &out[..] else {
            panic!("{out:?}");
        };
        assert_eq!(
            (id, loss.kind, loss.status),
            (&Id::Integer(7), LossKind::NeedsLogin, Some(401))
        );
        assert!(loss.what.starts_with("nobody is there; "), "{}", loss.what);
        assert_eq!(loss.hint.as_deref(), Some("log in"));
    }

    #[test]
    fn what_nobody_waits_for_any_more_is_not_sent_again() {
        for cancel in [true, false] {
            let mut courier = courier();
            courier.frame(1, CALL.as_bytes().to_vec());
            answer(&mut courier, 1, 401, "Bearer");
            let out = if cancel {
                let cancel = r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}}"#;
                courier.frame(2, cancel.as_bytes().to_vec())
            } else {
                courier.abandon(&Id::Integer(7))
            };
            assert_eq!(out, []);
            assert_eq!(courier.logged_in(), []);
        }
    }
}
