//! Recordings that are one JSON object a line: those of mcpsnoop, mcp-rec and mcporter.

use std::collections::HashMap;
use std::io::BufRead;

use jiff::Timestamp;

use super::writing::{Draft, Writing};
use super::{ImportError, beginning, numbered};
use crate::json;
use crate::session::{Channel, Direction};

/// A longer line is none of these tools'.
const LONGEST: usize = 1 << 30;

/// The first line that says anything, if the whole of it is there.
fn first(head: &[u8]) -> Option<&[u8]> {
    let mut lines = head.split(|byte| *byte == b'\n');
    let line = lines.find(|line| !line.trim_ascii().is_empty())?;
    json::check(line).is_ok().then_some(line)
}

fn word<'a>(line: &'a [u8], name: &str) -> Option<std::borrow::Cow<'a, str>> {
    json::text(json::get(line, &[name])?)
}

/// Gives every line with its number to `take`, which says why it is none of the tool's.
fn each_line(
    source: &mut dyn BufRead,
    writing: &mut Writing<'_>,
    mut take: impl FnMut(&[u8], u64, &mut Writing<'_>) -> Result<Result<(), String>, ImportError>,
) -> Result<(), ImportError> {
    numbered(source, |line, number| {
        let told = if line.len() > LONGEST {
            Err("it is far too long".to_owned())
        } else if let Err(problem) = json::check(line) {
            Err(format!("not JSON: {problem}"))
        } else {
            take(line, number, writing)?
        };
        if let Err(why) = told {
            writing.skip(number, why);
        }
        Ok(())
    })
}

/// A line of mcpsnoop's: who, when, which way, and the frame (`raw`) or text.
pub fn is_mcpsnoop(head: &[u8]) -> bool {
    first(head).is_some_and(|line| {
        word(line, "session_id").is_some()
            && word(line, "ts").is_some()
            && word(line, "direction")
                .is_some_and(|word| matches!(&*word, "meta" | "c2s" | "s2c" | "stderr"))
    })
}

/// What of a line of mcpsnoop's has no place in an entry.
const SNOOPED: &[&str] = &[
    "seq",
    "mcp_method",
    "mcp_name",
    "mcp_protocol_version",
    "mcp_param_headers",
    "batch",
    "conn_id",
    "truncated",
    "redacted",
    "status",
    "auth_challenge",
];

pub fn mcpsnoop(source: &mut dyn BufRead, writing: &mut Writing<'_>) -> Result<(), ImportError> {
    const MISSING: &str = "it records no white space of frames and no end of the process, of HTTP no headers but a \
                           few and no times of its own; a response may stand before its request";
    let mut sessions: HashMap<String, u32> = HashMap::new();
    each_line(source, writing, |line, number, writing| {
        let Some(at) = word(line, "ts").and_then(|text| text.parse::<Timestamp>().ok()) else {
            return Ok(Err("it has no time".to_owned()));
        };
        let Some(session) = word(line, "session_id") else {
            return Ok(Err("it names no session".to_owned()));
        };
        let transport = word(line, "transport").unwrap_or_default();
        let conn = match sessions.get(&*session) {
            Some(conn) => *conn,
            None => {
                let name = word(line, "server_label").unwrap_or_default();
                let conn = writing.connect(at, &name, &transport, MISSING)?;
                sessions.insert(session.into_owned(), conn);
                conn
            }
        };
        let more: Vec<String> = json::members(line)
            .filter(|(key, _)| SNOOPED.contains(&&**key))
            .map(|(key, value)| format!("{}:{}", json::quote(&key), String::from_utf8_lossy(value)))
            .collect();
        let more = more.join(",");
        let raw = json::get(line, &["raw"]);
        let text = word(line, "text");
        let way = word(line, "direction").unwrap_or_default();
        let (channel, direction) = match &*way {
            "meta" => {
                let raw = raw.unwrap_or_default();
                let command: Vec<String> = json::get(raw, &["command"])
                    .map(|list| json::elements(list).filter_map(json::string).collect())
                    .unwrap_or_default();
                let cwd = json::string_at(raw, &["cwd"]);
                let cwd = cwd.map_or_else(String::new, |cwd| format!(", in {cwd}"));
                let what = format!("the command was: {}{cwd}", command.join(" "));
                writing.remark(at, conn, &what)?;
                return Ok(Ok(()));
            }
            "c2s" => (Channel::Wire, Direction::Out),
            // A line that is no JSON is no frame, so it stands where ours would.
            "s2c" if raw.is_none() && text.is_some() && transport == "stdio" => {
                (Channel::Stdout, Direction::In)
            }
            "s2c" => (Channel::Wire, Direction::In),
            "stderr" => (Channel::Stderr, Direction::In),
            other => {
                return Ok(Err(format!(
                    "its direction is {}",
                    beginning(other.as_bytes())
                )));
            }
        };
        let body = match (raw, text) {
            (Some(raw), _) => raw.to_vec(),
            (None, Some(text)) => text.into_owned().into_bytes(),
            (None, None) => {
                let status = json::get(line, &["status"]).and_then(json::integer);
                let status = status.map_or_else(String::new, |status| format!(" {status}"));
                let challenge = word(line, "auth_challenge");
                let challenge = challenge
                    .map_or_else(String::new, |text| format!(", WWW-Authenticate: {text}"));
                let what = format!("a response over HTTP without a message:{status}{challenge}");
                writing.remark(at, conn, &what)?;
                return Ok(Ok(()));
            }
        };
        let draft = Draft {
            at,
            conn,
            channel,
            direction,
            body,
            extra: Vec::new(),
        };
        writing.put(draft.from("line", number, &more))?;
        Ok(Ok(()))
    })
}

/// A line of mcp-rec's: seconds since 1970, which way, and the message.
pub fn is_mcp_rec(head: &[u8]) -> bool {
    first(head).is_some_and(|line| {
        let kind = json::get(line, &["ts"]).map(json::kind);
        kind == Some(json::Kind::Number)
            && json::get(line, &["msg"]).is_some()
            && word(line, "dir")
                .is_some_and(|word| matches!(&*word, "client->server" | "server->client"))
    })
}

pub fn mcp_rec(source: &mut dyn BufRead, writing: &mut Writing<'_>) -> Result<(), ImportError> {
    const MISSING: &str = "it records neither the server's name nor its stderr nor its end, and writes frames anew: \
                           the spelling of numbers, members of the same name and white space are not those of the wire";
    let mut connection = None;
    each_line(source, writing, |line, number, writing| {
        let seconds = json::get(line, &["ts"]).and_then(|raw| {
            let seconds: f64 = std::str::from_utf8(raw).ok()?.trim().parse().ok()?;
            Timestamp::from_microsecond((seconds * 1e6).round() as i64).ok()
        });
        let Some(at) = seconds else {
            return Ok(Err("it has no time".to_owned()));
        };
        let Some(message) = json::get(line, &["msg"]) else {
            return Ok(Err("it has no message".to_owned()));
        };
        let way = word(line, "dir").unwrap_or_default();
        let direction = match &*way {
            "client->server" => Direction::Out,
            "server->client" => Direction::In,
            other => {
                return Ok(Err(format!(
                    "its direction is {}",
                    beginning(other.as_bytes())
                )));
            }
        };
        let conn = match connection {
            Some(conn) => conn,
            None => *connection.insert(writing.connect(at, "server", "stdio", MISSING)?),
        };
        let odd = json::get(message, &["_unparsed"]).and_then(json::boolean) == Some(true);
        let draft = match json::string_at(message, &["_raw"]).filter(|_| odd) {
            Some(text) => Draft {
                channel: match direction {
                    Direction::In => Channel::Stdout,
                    _ => Channel::Wire,
                },
                ..Draft::wire(at, conn, direction, text.into_bytes())
            },
            None => Draft::wire(at, conn, direction, message.to_vec()),
        };
        writing.put(draft.from("line", number, ""))?;
        Ok(Ok(()))
    })
}

/// A line of mcporter's: the message itself, and in its `_meta` which way, which server, when.
pub fn is_mcporter(head: &[u8]) -> bool {
    first(head).is_some_and(|line| {
        let meta = json::get(line, &["_meta"]).unwrap_or_default();
        json::get(line, &["jsonrpc"]).is_some()
            && word(meta, "server").is_some()
            && word(meta, "ts").is_some()
            && word(meta, "dir").is_some_and(|word| matches!(&*word, "lifecycle" | "send" | "recv"))
    })
}

pub fn mcporter(source: &mut dyn BufRead, writing: &mut Writing<'_>) -> Result<(), ImportError> {
    const MISSING: &str = "it records neither the transport nor stderr nor lines that are no messages, and writes \
                           frames anew: the spelling of numbers, members of the same name and white space are not \
                           those of the wire";
    let mut servers: HashMap<String, u32> = HashMap::new();
    each_line(source, writing, |line, number, writing| {
        let meta = json::get(line, &["_meta"]).unwrap_or_default();
        let Some(at) = word(meta, "ts").and_then(|text| text.parse::<Timestamp>().ok()) else {
            return Ok(Err("it has no time".to_owned()));
        };
        let server = word(meta, "server").unwrap_or_default().into_owned();
        let way = word(meta, "dir").unwrap_or_default();
        let method = word(line, "method").unwrap_or_default();
        let begins = way == "lifecycle" && method == "$transport/start";
        let conn = match servers.get(&server).filter(|_| !begins) {
            Some(conn) => *conn,
            None => {
                let conn = writing.connect(at, &server, "unknown", MISSING)?;
                servers.insert(server, conn);
                conn
            }
        };
        let direction = match &*way {
            "send" => Direction::Out,
            "recv" => Direction::In,
            "lifecycle" if begins => return Ok(Ok(())),
            "lifecycle" => {
                let what = format!("mcporter says: {method}");
                writing.remark(at, conn, &what)?;
                return Ok(Ok(()));
            }
            other => {
                return Ok(Err(format!(
                    "its direction is {}",
                    beginning(other.as_bytes())
                )));
            }
        };
        // The last `_meta` is the one it put there.
        let members: Vec<String> = json::members(line)
            .filter(|(key, _)| key != "_meta")
            .map(|(key, value)| format!("{}:{}", json::quote(&key), String::from_utf8_lossy(value)))
            .collect();
        let message = format!("{{{}}}", members.join(","));
        let draft = Draft::wire(at, conn, direction, message.into_bytes());
        writing.put(draft.from("line", number, ""))?;
        Ok(Ok(()))
    })
}
