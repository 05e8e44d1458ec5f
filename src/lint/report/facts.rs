//! What a session says of its servers beside findings: how long things took, how much there is, how big it is.

use std::collections::BTreeMap;

use crate::mcp::http::LossKind;
use crate::mcp::revision::Revision;
use crate::mcp::types::List;
use crate::note;
use crate::session::Direction;
use crate::session::timeline::{Connection, LinkState, Listed, Status, Timeline};

/// Bytes of JSON that are a token, about.
const BYTES_A_TOKEN: u64 = 4;

/// How long a method took, in microseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Method {
    /// Its name; not sanitised.
    pub name: String,
    /// How often it was answered.
    pub count: usize,
    /// Half of the calls took no longer.
    pub p50: u64,
    /// 95 of 100.
    pub p95: u64,
    /// 99 of 100.
    pub p99: u64,
}

/// A connection to a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// Its number.
    pub conn: u32,
    /// Its name; not sanitised.
    pub name: String,
    /// `stdio` or `http`
    pub transport: String,
    /// What was spoken.
    pub revision: Option<Revision>,
    /// Why it could not be reached, when it could not; not sanitised.
    pub failed: Option<String>,
    /// Whether that was because somebody has to log in.
    pub needs_login: bool,
    /// From its start to its first answer, in microseconds.
    pub first_answer: Option<u64>,
    /// From its start until what was answered first was asked, in microseconds.
    pub first_asked: Option<u64>,
    /// What it has, in the order of [`List::ALL`]; none where nothing was listed.
    pub items: [Option<usize>; 4],
    /// Bytes of its tools, and tokens they are in every conversation, about.
    pub context: Option<(u64, u64)>,
    /// The most memory seen, in bytes.
    pub peak_rss: Option<u64>,
    /// Requests that went wrong.
    pub failures: u64,
    /// Lines on stdout that are no JSON-RPC.
    pub junk: u64,
    /// How long methods took that were answered, by name.
    pub methods: Vec<Method>,
}

/// All of a session.
pub fn servers(timeline: &Timeline) -> Vec<Server> {
    let mut took: BTreeMap<(u32, &str), Vec<u64>> = BTreeMap::new();
    let mut first: BTreeMap<u32, (u64, u64)> = BTreeMap::new();
    for exchange in timeline.exchanges() {
        let request = timeline.entry(exchange.request);
        let answer = exchange.response.and_then(|answer| timeline.entry(answer));
        let (Some(request), Some(answer)) = (request, answer) else {
            continue;
        };
        if request.direction() != Direction::Out {
            continue;
        }
        let both = (request.us(), answer.us());
        first.entry(exchange.conn).or_insert(both);
        // What waits for a person, and streams, is not about the server's speed.
        if matches!(exchange.status, Status::Ok | Status::ToolError)
            && let Some(us) = timeline.took(exchange)
        {
            let key = (exchange.conn, timeline.word(exchange.method));
            took.entry(key).or_default().push(us);
        }
    }
    let server = |connection: &Connection| {
        let conn = connection.number;
        let samples = took.range((conn, "")..(conn + 1, ""));
        let methods = samples.map(|((_, name), samples)| method(name, samples));
        server(connection, first.get(&conn).copied(), methods.collect())
    };
    let connections = timeline.state().connections();
    // What it was probed on says nothing of how it does.
    let used = connections.filter(|connection| !connection.probed);
    used.map(server).collect()
}

/// The revisions that connections spoke; of those that were probed, where they were opened as they should be.
pub fn spoken(timeline: &Timeline) -> Vec<(u32, Revision)> {
    let connections = timeline.state().connections();
    let spoke = |one: &Connection| {
        let opened = !one.probed || one.verdict.is_some();
        Some((one.number, one.revision.filter(|_| opened)?))
    };
    connections.filter_map(spoke).collect()
}

fn method(name: &str, samples: &[u64]) -> Method {
    let mut samples = samples.to_vec();
    samples.sort_unstable();
    Method {
        name: name.to_owned(),
        count: samples.len(),
        p50: percentile(&samples, 50),
        p95: percentile(&samples, 95),
        p99: percentile(&samples, 99),
    }
}

/// The least sample that so many of 100 do not exceed; samples are sorted.
fn percentile(samples: &[u64], of_hundred: usize) -> u64 {
    let rank = (samples.len() * of_hundred).div_ceil(100).max(1);
    samples.get(rank - 1).copied().unwrap_or(0)
}

/// Why a connection came to nothing.
fn failure(connection: &Connection) -> Option<String> {
    match &connection.link {
        LinkState::Failed { what, .. } => Some(what.to_string()),
        LinkState::Exited {
            code,
            signal,
            asked: false,
        } if connection.opening.is_none() && !connection.tapped => {
            let was = if signal.is_some() { "was " } else { "" };
            let how = note::exit_sentence(*code, *signal);
            Some(format!("it {was}{how} before it could be talked to"))
        }
        _ => None,
    }
}

fn server(connection: &Connection, first: Option<(u64, u64)>, methods: Vec<Method>) -> Server {
    let listed = |list: List| {
        let items = &connection.list(list).items;
        let any = connection.list(list).listed != Listed::Never;
        (any || !items.is_empty()).then_some(items.len())
    };
    let tools = &connection.list(List::Tools).items;
    let bytes: u64 = tools.iter().map(|item| item.raw.len() as u64).sum();
    let failed = failure(connection);
    let trouble = connection.trouble.as_ref().and_then(|one| one.kind);
    let needs_login = trouble == Some(LossKind::NeedsLogin);
    Server {
        conn: connection.number,
        name: connection.name.to_string(),
        transport: connection.transport.to_string(),
        revision: connection.revision,
        needs_login: failed.is_some() && needs_login,
        failed,
        first_answer: first.map(|(_, us)| us.saturating_sub(connection.began_us)),
        first_asked: first.map(|(us, _)| us.saturating_sub(connection.began_us)),
        items: List::ALL.map(listed),
        context: (!tools.is_empty()).then(|| (bytes, bytes.div_ceil(BYTES_A_TOKEN))),
        peak_rss: connection.usage.as_ref().map(|usage| usage.peak_rss),
        failures: connection.counters.failures,
        junk: connection.counters.junk,
        methods,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_samples() {
        let samples: Vec<u64> = (1..=200).collect();
        assert_eq!(percentile(&samples, 50), 100);
        assert_eq!(percentile(&samples, 95), 190);
        assert_eq!(percentile(&samples, 99), 198);
        assert_eq!(percentile(&[7], 50), 7);
        assert_eq!(percentile(&[7, 9], 50), 7);
        assert_eq!(percentile(&[7, 9], 99), 9);
        assert_eq!(percentile(&[], 99), 0);
    }
}
