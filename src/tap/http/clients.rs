//! Which connection of the recording a request belongs to: one for every client, as far as requests tell them apart.
//!
//! A session id tells it, or the address a stream of the older transport named. Without either it is the one that speaks
//! on the same TCP connection, or else that looks the same, unless what is asked cannot come from that: a handshake
//! after other requests, an id that waits or, on another TCP connection, was there before. Who has a session and does
//! not say it is found when there is nobody else it could be. Nothing is asked and nothing changed; a wrong guess costs
//! that two clients share a connection in the recording.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::net::SocketAddr;

use crate::jsonrpc::Id;

/// What of a request tells whose it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Asked<'a> {
    /// The header `mcp-session-id`.
    pub session: Option<&'a str>,
    /// Path and query.
    pub path: &'a str,
    /// What a client looks like: where it comes from, what it calls itself.
    pub looks: &'a str,
    /// As whom it is logged in.
    pub login: &'a str,
    /// The TCP connection, by its other end.
    pub line: Option<SocketAddr>,
    /// Whether it asks for a stream (GET).
    pub listens: bool,
    /// Whether it is a handshake.
    pub opens: bool,
    /// Whether it asks what the server is (`server/discover`).
    pub discovers: bool,
    /// Whether it is of 2026-07-28, which has no sessions.
    pub is_modern: bool,
    /// The ids of the requests in it.
    pub ids: &'a [Id],
}

/// Where a request stands in the recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// The connection.
    pub conn: u32,
    /// The exchange there, from 1.
    pub exchange: u32,
    /// Whether the connection is new.
    pub is_new: bool,
}

#[derive(Debug, Default)]
struct Client {
    looks: String,
    login: String,
    exchanges: u32,
    /// Whether a handshake was seen.
    opened: bool,
    /// Whether it asked for anything else than what the server is.
    asked: bool,
    /// The ids of its requests so far, as hashes, up to a limit.
    used: HashSet<u64>,
    /// Whether a session id or an address of its own tells it.
    named: bool,
    /// Whether a stream of its own is open.
    listens: bool,
    waiting: HashSet<String>,
    over: bool,
}

impl Client {
    /// Whether it could be who asks this, on a TCP connection of its own or on another.
    fn could_ask(&self, asked: &Asked<'_>, on_its_line: bool) -> bool {
        let mut ids = asked.ids.iter();
        let waits = ids.any(|id| self.waiting.contains(&id.to_json()));
        let comes_again = asked.ids.iter().any(|id| self.used.contains(&hash(id)));
        let is_elsewhere = !on_its_line
            // Another program of the same kind, which counts its requests anew, ...
            && ((comes_again && !self.named && !asked.opens)
                // ... or is of another era, or somebody else's.
                || (asked.is_modern && self.opened)
                || self.login != asked.login);
        let is_another = self.over
            || waits
            || is_elsewhere
            || (asked.listens && self.listens)
            || (asked.opens && (self.opened || self.asked))
            || (asked.discovers && (comes_again || (self.asked && !on_its_line)));
        !is_another
    }
}

/// All clients so far.
#[derive(Debug, Default)]
pub(super) struct Clients {
    all: Vec<Client>,
    sessions: HashMap<String, u32>,
    endpoints: HashMap<String, u32>,
    /// The connections of a look, oldest first.
    alike: HashMap<String, Vec<u32>>,
    /// Who spoke last on a TCP connection.
    lines: HashMap<SocketAddr, u32>,
}

/// Ids of a client that are remembered.
const USED: usize = 65_536;

fn hash(id: &Id) -> u64 {
    let mut hasher = DefaultHasher::new();
    id.to_json().hash(&mut hasher);
    hasher.finish()
}

impl Clients {
    fn client(&mut self, conn: u32) -> &mut Client {
        let at = (conn as usize - 1).min(self.all.len() - 1);
        &mut self.all[at]
    }

    /// Finds the place of a request.
    pub fn place(&mut self, asked: &Asked<'_>) -> Place {
        let found = self.find(asked);
        let conn = found.unwrap_or_else(|| {
            self.all.push(Client {
                looks: asked.looks.to_owned(),
                ..Client::default()
            });
            let conn = self.all.len() as u32;
            self.alike
                .entry(asked.looks.to_owned())
                .or_default()
                .push(conn);
            conn
        });
        // What is not there in 2026-07-28 tells nothing.
        if let Some(session) = asked.session.filter(|_| !asked.is_modern) {
            self.bind(conn, session);
        }
        if let Some(line) = asked.line {
            self.lines.insert(line, conn);
        }
        let client = self.client(conn);
        client.exchanges += 1;
        client.opened |= asked.opens;
        client.asked |= !(asked.ids.is_empty() || asked.opens || asked.discovers);
        // Who is logged in by now is who it was before.
        asked.login.clone_into(&mut client.login);
        if !client.named && client.used.len() < USED {
            client.used.extend(asked.ids.iter().map(hash));
        }
        client.listens |= asked.listens;
        client.waiting.extend(asked.ids.iter().map(Id::to_json));
        Place {
            conn,
            exchange: client.exchanges,
            is_new: found.is_none(),
        }
    }

    /// The tap itself asks for a client, these requests; the exchange there.
    pub fn own(&mut self, conn: u32, ids: &[Id]) -> u32 {
        let client = self.client(conn);
        client.exchanges += 1;
        client.waiting.extend(ids.iter().map(Id::to_json));
        client.exchanges
    }

    /// Where a client of the older transport sends its messages.
    pub fn endpoint_of(&self, conn: u32) -> Option<&str> {
        let mut all = self.endpoints.iter();
        all.find(|(_, other)| **other == conn)
            .map(|(path, _)| path.as_str())
    }

    fn find(&self, asked: &Asked<'_>) -> Option<u32> {
        if let Some(session) = asked.session {
            let known = self.sessions.get(session).copied();
            if known.is_some() || !asked.is_modern {
                // One that was not seen to begin may be anybody's.
                return known;
            }
        }
        if let Some(conn) = self.endpoints.get(asked.path) {
            return Some(*conn);
        }
        let alike = self.alike.get(asked.looks)?;
        let same = asked.line.and_then(|line| self.lines.get(&line)).copied();
        let all = &self.all;
        let fitting = |named: bool| {
            // Whoever speaks on this TCP connection already, then the newest.
            let first = same.filter(|conn| alike.contains(conn));
            let others = alike.iter().rev().copied();
            first.into_iter().chain(others).filter(move |conn| {
                let client = &all[*conn as usize - 1];
                client.named == named && client.could_ask(asked, same == Some(*conn))
            })
        };
        if let Some(conn) = fitting(false).next() {
            return Some(conn);
        }
        if asked.opens || asked.listens || asked.is_modern {
            return None;
        }
        // Who forgets its session id.
        let mut named = fitting(true);
        let found = named.next()?;
        named.all(|other| other == found).then_some(found)
    }

    /// A session id was given to a client.
    pub fn bind(&mut self, conn: u32, session: &str) {
        self.sessions.insert(session.to_owned(), conn);
        self.client(conn).named = true;
    }

    /// A stream of the older transport told a client where to send what it says.
    pub fn endpoint(&mut self, conn: u32, path: &str) {
        self.endpoints.insert(path.to_owned(), conn);
        self.client(conn).named = true;
    }

    /// Whether messages are sent to this address whose answers come on a stream.
    pub fn is_endpoint(&self, path: &str) -> bool {
        self.endpoints.contains_key(path)
    }

    /// A request waits no more.
    pub fn answered(&mut self, conn: u32, id: &Id) {
        self.client(conn).waiting.remove(&id.to_json());
    }

    /// A request was refused for want of a login: it may come again as it was.
    pub fn refused(&mut self, conn: u32, ids: &[Id], opens: bool) {
        let client = self.client(conn);
        for id in ids {
            client.used.remove(&hash(id));
        }
        client.opened &= !opens;
    }

    /// A stream of a client has ended.
    pub fn unheard(&mut self, conn: u32) {
        self.client(conn).listens = false;
    }

    /// A client is gone; false when that was known.
    pub fn over(&mut self, conn: u32) -> bool {
        self.sessions.retain(|_, other| *other != conn);
        self.endpoints.retain(|_, other| *other != conn);
        self.lines.retain(|_, other| *other != conn);
        let client = self.client(conn);
        let was_over = std::mem::replace(&mut client.over, true);
        (client.waiting, client.used) = (HashSet::new(), HashSet::new());
        let looks = std::mem::take(&mut client.looks);
        if let Some(alike) = self.alike.get_mut(&looks) {
            alike.retain(|other| *other != conn);
            if alike.is_empty() {
                self.alike.remove(&looks);
            }
        }
        !was_over
    }

    /// The clients that are not gone.
    pub fn open(&self) -> Vec<u32> {
        (1..)
            .zip(&self.all)
            .filter(|(_, client)| !client.over)
            .map(|(conn, _)| conn)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(numbers: &[i64]) -> Vec<Id> {
        let read = |number: &i64| Id::read(number.to_string().as_bytes());
        numbers.iter().map(read).collect()
    }

    fn asked<'a>(looks: &'a str, ids: &'a [Id]) -> Asked<'a> {
        Asked {
            path: "/mcp",
            looks,
            ids,
            ..Asked::default()
        }
    }

    #[test]
    fn a_session_id_tells_a_client() {
        let mut clients = Clients::default();
        let one = ids(&[1]);
        let opens = |looks| Asked {
            opens: true,
            ..asked(looks, &one)
        };
        let first = clients.place(&opens("a"));
        clients.bind(first.conn, "s1");
        // The same program a second time.
        let second = clients.place(&opens("a"));
        clients.bind(second.conn, "s2");
        assert_eq!((first.conn, second.conn), (1, 2));
        for (session, conn, exchange) in [("s1", 1, 2), ("s2", 2, 2), ("s1", 1, 3)] {
            let place = clients.place(&Asked {
                session: Some(session),
                ..asked("a", &[])
            });
            let is_new = false;
            assert_eq!(
                place,
                Place {
                    conn,
                    exchange,
                    is_new
                }
            );
        }
        assert!(clients.over(1) && !clients.over(1));
        assert_eq!(clients.open(), [2]);
    }

    fn line(port: u16) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], port))
    }

    #[test]
    fn without_one_it_is_who_looks_the_same_and_is_not_busy_with_that_id() {
        let mut clients = Clients::default();
        let (one, two) = (ids(&[1]), ids(&[2]));
        let mut place = |looks, ids, port| {
            let line = Some(line(port));
            clients
                .place(&Asked {
                    line,
                    ..asked(looks, ids)
                })
                .conn
        };
        assert_eq!(place("a", &one, 1), 1);
        assert_eq!(place("a", &two, 2), 1);
        assert_eq!(place("b", &one, 3), 2);
        // Nobody waits for two answers to one id.
        assert_eq!(place("a", &one, 4), 3);
        // What belongs to no request is whose TCP connection it comes on.
        assert_eq!(place("a", &[], 2), 1);
        assert_eq!(place("a", &[], 4), 3);
    }

    #[test]
    fn who_counts_anew_is_another_program_of_the_same_kind() {
        let mut clients = Clients::default();
        let (one, two, three) = (ids(&[1]), ids(&[2]), ids(&[3]));
        let mut place = |ids: &[Id], port, discovers: bool, opens: bool| {
            let asked = Asked {
                line: Some(line(port)),
                is_modern: !opens,
                discovers,
                opens,
                ..asked("a", ids)
            };
            let conn = clients.place(&asked).conn;
            for id in ids {
                clients.answered(conn, id);
            }
            conn
        };
        // Three programs one after the other, the first with two TCP connections, and one of the handshake era.
        assert_eq!(place(&one, 1, true, false), 1);
        assert_eq!(place(&two, 1, false, false), 1);
        assert_eq!(place(&three, 2, false, false), 1);
        assert_eq!(place(&one, 3, true, false), 2);
        assert_eq!(place(&two, 3, false, false), 2);
        assert_eq!(place(&one, 4, false, false), 3);
        assert_eq!(place(&two, 4, false, false), 3);
        assert_eq!(place(&one, 5, false, true), 4);
        assert_eq!(place(&three, 6, true, false), 5);
        // The library of a process may share its TCP connections among its clients.
        assert_eq!(place(&three, 6, true, false), 6);
        // An id that comes again on one TCP connection is its client's mistake.
        assert_eq!(place(&two, 7, false, false), 6);
        assert_eq!(place(&two, 7, false, false), 6);
    }

    #[test]
    fn a_login_on_the_way_makes_nobody_another() {
        let mut clients = Clients::default();
        let one = ids(&[1]);
        let asked = |login, port| Asked {
            line: Some(line(port)),
            login,
            opens: true,
            ..asked("a", &one)
        };
        let first = clients.place(&asked("", 1)).conn;
        clients.answered(first, &one[0]);
        clients.refused(first, &one, true);
        assert_eq!(clients.place(&asked("token", 1)).conn, first);
        clients.answered(first, &one[0]);
        clients.refused(first, &one, true);
        assert_ne!(clients.place(&asked("other", 2)).conn, first);
    }

    #[test]
    fn a_session_id_of_2026_07_28_tells_nobody() {
        let mut clients = Clients::default();
        let (one, two) = (ids(&[1]), ids(&[2]));
        let modern = |ids, session| Asked {
            is_modern: true,
            session,
            line: Some(line(1)),
            ..asked("a", ids)
        };
        let first = clients.place(&modern(&one, None)).conn;
        assert_eq!(clients.place(&modern(&two, Some("abc"))).conn, first);
    }

    #[test]
    fn who_forgets_its_session_is_found_when_nobody_else_could_be_it() {
        let mut clients = Clients::default();
        let (one, two) = (ids(&[1]), ids(&[2]));
        let opens = Asked {
            opens: true,
            ..asked("a", &one)
        };
        let first = clients.place(&opens).conn;
        clients.bind(first, "s1");
        // It waits for that id: this is another program of the same kind.
        let other = clients.place(&asked("a", &one)).conn;
        assert_ne!(other, first);
        clients.over(other);
        clients.answered(first, &one[0]);
        assert_eq!(clients.place(&asked("a", &two)).conn, first);
        assert_eq!(clients.place(&asked("a", &[])).conn, first);
        // Nobody of 2026-07-28 has a session, and who looks different is another.
        let modern = Asked {
            is_modern: true,
            ..asked("a", &one)
        };
        let stranger = clients.place(&modern).conn;
        assert_ne!(stranger, first);
        clients.over(stranger);
        assert_ne!(clients.place(&asked("b", &one)).conn, first);
        // With two of them nobody knows which it is.
        let second = clients.place(&opens).conn;
        clients.bind(second, "s2");
        let unknown = clients.place(&asked("a", &[])).conn;
        assert!(![first, second].contains(&unknown));
    }

    #[test]
    fn a_probe_before_the_handshake_is_the_same_client() {
        let mut clients = Clients::default();
        let one = ids(&[1]);
        let discovers = Asked {
            discovers: true,
            ..asked("a", &one)
        };
        let probe = clients.place(&discovers).conn;
        clients.answered(probe, &one[0]);
        let handshake = Asked {
            opens: true,
            ..asked("a", &one)
        };
        assert_eq!(clients.place(&handshake).conn, probe);
    }

    #[test]
    fn streams_of_the_older_transport_are_clients_of_their_own() {
        let mut clients = Clients::default();
        let stream = Asked {
            path: "/sse",
            listens: true,
            ..asked("a", &[])
        };
        let (first, second) = (clients.place(&stream).conn, clients.place(&stream).conn);
        assert_ne!(first, second);
        clients.endpoint(first, "/messages?id=1");
        clients.endpoint(second, "/messages?id=2");
        let one = ids(&[1]);
        for (path, conn) in [("/messages?id=2", second), ("/messages?id=1", first)] {
            assert_eq!(clients.endpoint_of(conn), Some(path));
            let post = Asked {
                path,
                opens: true,
                ..asked("a", &one)
            };
            assert_eq!(clients.place(&post).conn, conn);
            assert!(clients.is_endpoint(path));
        }
    }
}
