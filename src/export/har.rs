//! HTTP Archive 1.2. Exchanges over HTTP are entries as they were; what their streams brought is put together again
//! from the recorded frames, and says so.
//!
//! Frames over stdio have no HTTP, so they are mapped: a request is a `POST` to `mcp+stdio://SERVER/METHOD` with
//! version `JSON-RPC/2.0`, its frame as body and its answer as response (200 answered, 202 a notification, 0 nothing
//! came back). Every entry has a member `_mcp` with what HAR has no words for; one that is mapped has
//! `"mapped":true` there.

use std::collections::HashSet;
use std::fmt::Write as _;

use super::item::Item;
use super::{Chosen, Fault, Job};
use crate::json::quote;
use crate::mcp::http::headers;
use crate::note::Note;
use crate::note::http::Step;
use crate::session::Direction;
use crate::session::timeline::{EntryIndex, EntryRow, HopIndex, Row, SingleKind};

/// What becomes an entry.
enum What {
    Hop(HopIndex),
    Row(Row),
}

pub fn write(job: &mut Job<'_>) -> Result<(), Fault> {
    let version = env!("CARGO_PKG_VERSION");
    let comment = "frames over stdio are mapped to POSTs to mcp+stdio:; texts of event streams are put together \
                   again from the recorded frames; secrets are masked";
    job.put(format!(
        "{{\"log\":{{\"version\":\"1.2\",\"creator\":{{\"name\":\"mcpscope\",\"version\":{}}},\"comment\":{},\"entries\":[",
        quote(version),
        quote(comment)
    ))?;
    for (at, what) in order(job) {
        job.step(at)?;
        match what {
            What::Hop(hop) => exchange(job, hop)?,
            What::Row(row) => {
                if let Some(item) = job.item(row)? {
                    mapped(job, &item)?;
                }
            }
        }
    }
    job.put("\n]}}\n")
}

/// All there is to write, oldest first.
fn order(job: &Job<'_>) -> Vec<(EntryIndex, What)> {
    let timeline = &job.material.timeline;
    let hops = timeline.hops();
    let mut chosen = HashSet::new();
    if let Chosen::Rows { rows, .. } = job.chosen {
        for row in rows {
            chosen.extend(timeline.entry_of(*row));
            if let Row::Exchange(index) = row {
                let rounds = timeline.rounds(*index).into_iter();
                chosen.extend(rounds.filter_map(|round| Some(timeline.exchange(round)?.request)));
            }
        }
    }
    let mut order = Vec::new();
    for (index, hop) in (0..).zip(hops.all()) {
        let wanted = hop.frame().is_some_and(|frame| chosen.contains(&frame));
        if wanted || job.chosen.is_all() {
            order.push((hop.request, What::Hop(index)));
        }
    }
    for row in timeline.rows() {
        let told = match *row {
            Row::Exchange(_) => true,
            Row::Single(index) => timeline
                .single_row(index)
                .is_some_and(|single| single.kind == SingleKind::Notification),
        };
        let Some(at) = timeline
            .entry_of(*row)
            .filter(|_| told && job.chosen.has(*row))
        else {
            continue;
        };
        let conn = timeline.entry(at).map_or(0, EntryRow::conn);
        let connection = timeline.state().connection(conn);
        if connection.is_none_or(|connection| &*connection.transport != "http") {
            order.push((at, What::Row(*row)));
        }
    }
    order.sort_by_key(|(at, _)| *at);
    order
}

fn comma(job: &mut Job<'_>) -> Result<(), Fault> {
    job.written += 1;
    job.put(if job.written > 1 { ",\n" } else { "\n" })
}

/// An exchange over HTTP.
fn exchange(job: &mut Job<'_>, index: HopIndex) -> Result<(), Fault> {
    let material = job.material;
    let hops = material.timeline.hops();
    let Some(hop) = hops.get(index).copied() else {
        return Ok(());
    };
    let asked = job.entry(hop.request)?;
    let Note::Http(Step::Request {
        verb,
        url,
        headers: sent,
        why,
        ..
    }) = Note::read(&asked.body)
    else {
        return Ok(());
    };
    let (mut version, mut remote, mut got) = (String::new(), None, Vec::new());
    let (mut error, mut excerpt) = (None, None);
    for step in hops.steps(index, usize::MAX) {
        if step == hop.request {
            continue;
        }
        match Note::read(&job.body(step)?) {
            Note::Http(Step::Response {
                version: spoken,
                headers,
                remote: from,
                ..
            }) => (version, remote, got) = (spoken, from, headers),
            Note::Http(Step::End {
                error: why,
                excerpt: beginning,
                ..
            }) => (error, excerpt) = (why, beginning),
            _ => {}
        }
    }
    let ms = |us: Option<u32>| us.map_or(-1.0, |us| f64::from(us) / 1_000.0);
    // HAR counts TLS into connecting, and tells it once more.
    let connect = hop
        .connect
        .map(|us| us.saturating_add(hop.tls.unwrap_or(0)));
    let opening = hop.dns.unwrap_or(0) + connect.unwrap_or(0);
    let wait = hop.first_byte.map(|first| first.saturating_sub(opening));
    let receive = hop.took.zip(hop.first_byte);
    let receive = receive.map(|(took, first)| took.saturating_sub(first));
    let whole = opening + wait.unwrap_or(0) + receive.unwrap_or(0);
    comma(job)?;
    let version = quote(if version.is_empty() {
        "unknown"
    } else {
        &version
    });
    job.put(format!(
        "{{\"startedDateTime\":{},\"time\":{},\"request\":{{\"method\":{},\"url\":{},\"httpVersion\":{version},\
         \"cookies\":[],\"headers\":{},\"queryString\":{},\"headersSize\":-1,\"bodySize\":{}",
        quote(&asked.at.to_string()),
        f64::from(whole) / 1_000.0,
        quote(&verb),
        quote(&url),
        pairs(&sent),
        query(&url),
        hop.size.0,
    ))?;
    if let Some(frame) = hop.frame() {
        let frame = job.body(frame)?;
        let mime = quote(headers::value(&sent, "content-type").unwrap_or("application/json"));
        job.put(format!(
            ",\"postData\":{{\"mimeType\":{mime},\"params\":[],\"text\":{}}}",
            quote(&String::from_utf8_lossy(&frame))
        ))?;
    }
    let mime = headers::value(&got, "content-type").unwrap_or_default();
    job.put(format!(
        "}},\"response\":{{\"status\":{},\"statusText\":{},\"httpVersion\":{version},\"cookies\":[],\"headers\":{},\
         \"redirectURL\":{},\"headersSize\":-1,\"bodySize\":{},\"content\":{{\"size\":{},\"mimeType\":{},\"text\":\"",
        hop.status,
        quote(reason(hop.status)),
        pairs(&got),
        quote(headers::value(&got, "location").unwrap_or_default()),
        hop.size.1,
        hop.size.1,
        quote(if mime.is_empty() { "x-unknown" } else { mime }),
    ))?;
    let stream = headers::mime(&got) == "text/event-stream";
    let frames = material.carried(hop.conn, hop.number);
    for frame in frames {
        let body = job.body(*frame)?;
        let text = String::from_utf8_lossy(&body);
        let text = if stream {
            event(&text)
        } else {
            text.into_owned()
        };
        let quoted = quote(&text);
        job.put(&quoted[1..quoted.len() - 1])?;
    }
    if frames.is_empty()
        && let Some(excerpt) = &excerpt
    {
        let quoted = quote(excerpt);
        job.put(&quoted[1..quoted.len() - 1])?;
    }
    job.put("\"")?;
    if stream {
        job.put(",\"comment\":\"put together again from the recorded frames\"")?;
    } else if excerpt.is_some() {
        job.put(",\"comment\":\"the beginning only\"")?;
    }
    let remote = remote.and_then(|remote| {
        let (address, _) = remote.rsplit_once(':')?;
        Some(address.trim_matches(['[', ']']).to_owned())
    });
    let remote = remote.map_or_else(String::new, |address| {
        format!(",\"serverIPAddress\":{}", quote(&address))
    });
    let mut mcp = format!(
        "{{\"seq\":{},\"server\":{},\"conn\":{},\"exchange\":{},\"why\":{}",
        asked.seq,
        quote(job.server(hop.conn)),
        hop.conn,
        hop.number,
        quote(&why)
    );
    if let Some(error) = error {
        let _ = write!(mcp, ",\"error\":{}", quote(&error));
    }
    if hop.took.is_none() {
        mcp.push_str(",\"open\":true");
    }
    job.put(format!(
        "}}}},\"cache\":{{}},\"timings\":{{\"blocked\":-1,\"dns\":{},\"connect\":{},\"ssl\":{},\"send\":0,\"wait\":{},\
         \"receive\":{}}}{remote},\"_mcp\":{mcp}}}}}",
        ms(hop.dns),
        ms(connect),
        ms(hop.tls),
        ms(wait).max(0.0),
        ms(receive).max(0.0),
    ))
}

/// A frame as an event of a stream.
fn event(frame: &str) -> String {
    let lines = frame.split('\n').map(|line| line.trim_end_matches('\r'));
    let data: String = lines.fold(String::new(), |mut data, line| {
        data.extend(["data: ", line, "\n"]);
        data
    });
    format!("event: message\n{data}\n")
}

/// A row that HTTP did not carry.
fn mapped(job: &mut Job<'_>, item: &Item) -> Result<(), Fault> {
    let server = job.server(item.conn);
    let url = format!("mcp+stdio://{}/{}", host(server), path(&item.name));
    let rounds: Vec<(String, Vec<u8>, Option<Vec<u8>>)> = if item.rounds.is_empty() {
        vec![(String::new(), item.body.clone(), None)]
    } else {
        let rounds = item.rounds.iter();
        let rounds = rounds.map(|one| (one.id.clone(), one.request.clone(), one.response.clone()));
        rounds.collect()
    };
    let count = rounds.len();
    for (place, (id, sent, got)) in rounds.into_iter().enumerate() {
        comma(job)?;
        // Only the whole conversation has a time.
        let took = item.took.filter(|_| place + 1 == count);
        let took = took.map_or(0.0, |(whole, _)| whole as f64 / 1_000.0);
        let status = match (id.is_empty(), &got) {
            (true, _) => 202,
            (false, Some(_)) => 200,
            (false, None) => 0,
        };
        let words = if place + 1 == count {
            &*item.status
        } else {
            "input"
        };
        let got = got.unwrap_or_default();
        job.put(format!(
            "{{\"startedDateTime\":{},\"time\":{took},\"request\":{{\"method\":\"POST\",\"url\":{},\"httpVersion\":\
             \"JSON-RPC/2.0\",\"cookies\":[],\"headers\":[],\"queryString\":[],\"headersSize\":-1,\"bodySize\":{},\
             \"postData\":{{\"mimeType\":\"application/json\",\"params\":[],\"text\":{}}}}},",
            quote(&item.at.to_string()),
            quote(&url),
            sent.len(),
            quote(&String::from_utf8_lossy(&sent)),
        ))?;
        job.put(format!(
            "\"response\":{{\"status\":{status},\"statusText\":{},\"httpVersion\":\"JSON-RPC/2.0\",\"cookies\":[],\
             \"headers\":[],\"redirectURL\":\"\",\"headersSize\":-1,\"bodySize\":{},\"content\":{{\"size\":{},\
             \"mimeType\":\"application/json\",\"text\":{}}}}},\"cache\":{{}},\"timings\":{{\"blocked\":-1,\"dns\":-1,\
             \"connect\":-1,\"ssl\":-1,\"send\":0,\"wait\":{took},\"receive\":0}},",
            quote(words),
            got.len(),
            got.len(),
            quote(&String::from_utf8_lossy(&got)),
        ))?;
        let way = match item.direction {
            Direction::In => "in",
            _ => "out",
        };
        job.put(format!(
            "\"_mcp\":{{\"mapped\":true,\"seq\":{},\"server\":{},\"conn\":{},\"dir\":\"{way}\",\"method\":{},\
             \"subject\":{}}}}}",
            item.seq,
            quote(server),
            item.conn,
            quote(&item.name),
            quote(&item.subject),
        ))?;
    }
    Ok(())
}

/// Headers as HAR has them.
fn pairs(headers: &[(String, String)]) -> String {
    let pairs = headers
        .iter()
        .map(|(name, value)| format!("{{\"name\":{},\"value\":{}}}", quote(name), quote(value)));
    format!("[{}]", pairs.collect::<Vec<_>>().join(","))
}

/// The parameters of an address.
fn query(address: &str) -> String {
    let pairs: Vec<(String, String)> = url::Url::parse(address)
        .map(|url| url.query_pairs().into_owned().collect())
        .unwrap_or_default();
    self::pairs(&pairs)
}

/// A name as the host of an address.
fn host(name: &str) -> String {
    let name = path(name);
    if name.is_empty() {
        return "server".to_owned();
    }
    name.replace('/', "%2F")
}

/// Text as the path of an address.
fn path(text: &str) -> String {
    text.bytes().fold(String::new(), |mut path, byte| {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                path.push(char::from(byte));
            }
            other => {
                let _ = write!(path, "%{other:02X}");
            }
        }
        path
    })
}

/// What a status is called, as far as MCP over HTTP has them.
const fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        204 => "No Content",
        301 => "Moved Permanently",
        302 => "Found",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        406 => "Not Acceptable",
        415 => "Unsupported Media Type",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "",
    }
}
