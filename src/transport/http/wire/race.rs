//! Connects to one of the addresses of a name: while one hesitates the next is tried, and the first that answers is it
//! (RFC 8305). Knows nothing of what is said then.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::sleep;

/// How long an address is waited for before the next one is tried too.
const HEAD_START: Duration = Duration::from_millis(250);

/// A connection to one of these addresses. What was tried besides is given up.
pub(super) async fn connect(found: &[SocketAddr]) -> io::Result<TcpStream> {
    first(by_turns(found), TcpStream::connect, HEAD_START).await
}

/// The two families take turns, beginning with that of the first address: when one leads nowhere, the other is next.
fn by_turns(found: &[SocketAddr]) -> Vec<SocketAddr> {
    let begins = found.first().map(SocketAddr::is_ipv6);
    let of = |first: bool| {
        let is_of = move |address: &&SocketAddr| (Some(address.is_ipv6()) == begins) == first;
        found.iter().filter(is_of).copied()
    };
    let (mut some, mut others) = (of(true), of(false));
    let mut all = Vec::with_capacity(found.len());
    loop {
        let turn = [some.next(), others.next()];
        if turn == [None, None] {
            return all;
        }
        all.extend(turn.into_iter().flatten());
    }
}

async fn first<A, F, T>(
    all: Vec<A>,
    connect: impl Fn(A) -> F,
    head_start: Duration,
) -> io::Result<T>
where
    F: Future<Output = io::Result<T>> + Send + 'static,
    T: Send + 'static,
{
    let mut rest = all.into_iter();
    let mut trying = JoinSet::new();
    let mut why = io::Error::from(io::ErrorKind::AddrNotAvailable);
    loop {
        if let Some(address) = rest.next() {
            trying.spawn(connect(address));
        } else if trying.is_empty() {
            return Err(why);
        }
        tokio::select! {
            Some(tried) = trying.join_next() => match tried {
                Ok(Ok(connected)) => return Ok(connected),
                Ok(Err(error)) => why = error,
                Err(error) => why = error.into(),
            },
            () = sleep(head_start), if rest.len() > 0 => {}
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    /// 0 never answers, 1 refuses, anything else is there.
    async fn tried(address: u8) -> io::Result<u8> {
        match address {
            0 => std::future::pending().await,
            1 => Err(io::ErrorKind::ConnectionRefused.into()),
            address => Ok(address),
        }
    }

    async fn race(all: &[u8]) -> Result<u8, io::ErrorKind> {
        let raced = first(all.to_vec(), tried, Duration::from_millis(1)).await;
        raced.map_err(|error| error.kind())
    }

    #[tokio::test]
    async fn an_address_that_leads_nowhere_holds_nobody_up() {
        assert_eq!(race(&[0, 7]).await, Ok(7));
        assert_eq!(race(&[0, 0, 1, 7]).await, Ok(7));
        assert_eq!(race(&[1, 7, 0]).await, Ok(7));
        assert_eq!(race(&[1, 1]).await, Err(io::ErrorKind::ConnectionRefused));
        assert_eq!(race(&[]).await, Err(io::ErrorKind::AddrNotAvailable));
    }

    #[test]
    fn families_take_turns() {
        let of = |texts: &[&str]| -> Vec<SocketAddr> {
            texts.iter().map(|text| text.parse().unwrap()).collect()
        };
        let found = of(&["[::1]:1", "[::2]:1", "[::3]:1", "1.1.1.1:1", "1.1.1.2:1"]);
        let turns = of(&["[::1]:1", "1.1.1.1:1", "[::2]:1", "1.1.1.2:1", "[::3]:1"]);
        assert_eq!(by_turns(&found), turns);
        assert_eq!(by_turns(&[]), []);
    }
}
