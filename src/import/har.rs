//! HTTP Archives: of all exchanges those that carry MCP, and the frames in their bodies.
//!
//! An archive says when an exchange began and how long its parts took, but not when each event of a stream came: they
//! all get the time at which the response ended. Archives of ours hold frames over stdio too.

use std::collections::HashMap;
use std::io::{BufRead, Read as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use jiff::{SignedDuration, Timestamp};
use url::Url;

use super::ImportError;
use super::writing::{Draft, Writing, member};
use crate::json;
use crate::jsonrpc::{self, Frame, Id};
use crate::mcp::http::headers::{self, Headers, masked_url};
use crate::note::Note;
use crate::note::http::Step;
use crate::session::{Direction, Via};
use crate::sse;

/// More than this is no archive that a person would open.
const LONGEST: u64 = 4 << 30;
/// Bytes of a body that is no message.
const EXCERPT: usize = 600;
/// Bytes of one event of a stream.
const EVENT: usize = 1 << 30;

pub fn is_har(head: &[u8]) -> bool {
    let head = String::from_utf8_lossy(&head[..head.len().min(4096)]);
    let squeezed: String = head.chars().filter(|c| !c.is_whitespace()).collect();
    let squeezed = squeezed.trim_start_matches('\u{feff}');
    squeezed.starts_with("{\"log\":{") && squeezed.contains("\"version\":\"1.")
}

/// What happened, before it has a number.
struct Event {
    at: Timestamp,
    conn: u32,
    what: What,
    exchange: u64,
}

enum What {
    Frame(Direction, Vec<u8>, Option<Via>),
    /// A step of HTTP; a request names the frame it carries by its place among the events.
    Step(Step, Option<usize>),
}

pub fn read(source: &mut dyn BufRead, writing: &mut Writing<'_>) -> Result<(), ImportError> {
    let mut bytes = Vec::new();
    source
        .take(LONGEST)
        .read_to_end(&mut bytes)
        .map_err(ImportError::Read)?;
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    json::check(bytes)
        .map_err(|problem| ImportError::Broken(format!("the archive is no JSON: {problem}")))?;
    let log = json::get(bytes, &["log"]).unwrap_or_default();
    let creator = json::get(log, &["creator"]).unwrap_or_default();
    let by = json::string_at(creator, &["name"]).unwrap_or_default();
    let version = json::string_at(creator, &["version"]).unwrap_or_default();
    let entries: Vec<&[u8]> = json::get(log, &["entries"])
        .map(|list| json::elements(list).collect())
        .unwrap_or_default();
    let mut archive = Archive::default();
    for (number, entry) in (1..).zip(&entries) {
        if let Err(why) = archive.exchange(number, entry) {
            writing.skip(number, why);
        }
    }
    archive.write(writing, &format!("{by} {version}"))
}

/// An archive that is being read.
#[derive(Default)]
struct Archive {
    events: Vec<Event>,
    /// By address; frames over stdio by the name of their server.
    conns: HashMap<String, u32>,
    /// Of each connection: name, transport, when it begins, exchanges so far.
    told: Vec<(String, &'static str, Timestamp, u32)>,
}

impl Archive {
    fn conn(&mut self, key: &str, name: String, transport: &'static str, at: Timestamp) -> u32 {
        let known = self.conns.get(key).copied();
        let conn = known.unwrap_or_else(|| {
            self.told.push((name, transport, at, 0));
            let conn = self.told.len() as u32;
            self.conns.insert(key.to_owned(), conn);
            conn
        });
        let began = &mut self.told[conn as usize - 1].2;
        *began = (*began).min(at);
        conn
    }

    /// Takes an exchange, or says why it is none of MCP's.
    fn exchange(&mut self, number: u64, entry: &[u8]) -> Result<(), String> {
        let request = json::get(entry, &["request"]).ok_or("it has no request")?;
        let response = json::get(entry, &["response"]).unwrap_or_default();
        let at: Timestamp = json::string_at(entry, &["startedDateTime"])
            .and_then(|text| text.parse().ok())
            .ok_or("it has no time")?;
        let url = json::string_at(request, &["url"]).unwrap_or_default();
        let sent = json::string_at(request, &["postData", "text"]).unwrap_or_default();
        let content = json::get(response, &["content"]).unwrap_or_default();
        let text = json::string_at(content, &["text"]).unwrap_or_default();
        let got = if json::string_at(content, &["encoding"]).as_deref() == Some("base64") {
            BASE64.decode(text).map_err(|_| "its base64 is broken")?
        } else {
            text.into_bytes()
        };
        let took = number_at(entry, &["time"]).unwrap_or(0.0).max(0.0);
        if let Some(rest) = url.strip_prefix("mcp+stdio://") {
            return self.mapped(number, entry, rest, at, took, sent.into_bytes(), got);
        }
        let frame = is_message(sent.as_bytes());
        let verb = json::string_at(request, &["method"]).unwrap_or_default();
        let parsed = Url::parse(&url).map_err(|_| "its address cannot be read")?;
        let mut key = parsed.clone();
        key.set_query(None);
        key.set_fragment(None);
        let sent_headers = pairs(request);
        let known = self.conns.contains_key(key.as_str());
        let accepts = headers::value(&sent_headers, "accept").unwrap_or_default();
        let of_session = headers::value(&sent_headers, "mcp-session-id").is_some();
        let streams = verb == "GET" && accepts.contains("text/event-stream");
        if !frame && !(known && (of_session || streams)) {
            return Err(format!(
                "{verb} {} carries no message of MCP",
                super::beginning(masked_url(&parsed).as_bytes())
            ));
        }
        let host = parsed.host_str().unwrap_or("server");
        let name = parsed
            .port()
            .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        let conn = self.conn(key.as_str(), name, "http", at);
        let exchange = &mut self.told[conn as usize - 1].3;
        *exchange += 1;
        let exchange = *exchange;
        let mut put = |at, what| {
            self.events.push(Event {
                at,
                conn,
                what,
                exchange: number,
            });
            self.events.len() - 1
        };
        let asked = frame.then(|| sent.clone().into_bytes());
        let asked_id = asked.as_deref().and_then(|raw| json::get(raw, &["id"]));
        let asked_id = asked_id.map(Id::read);
        let carried = asked.map(|body| put(at, What::Frame(Direction::Out, body, None)));
        let step = Step::Request {
            exchange,
            verb: verb.clone(),
            url: masked_url(&parsed),
            headers: sent_headers,
            size: sent.len() as u64,
            frame: None,
            why: match (&*verb, carried) {
                (_, Some(_)) => "message",
                ("GET", None) => "server's own messages",
                ("DELETE", None) => "end of the session",
                _ => "what for is not known",
            }
            .to_owned(),
            follows: None,
        };
        put(at, What::Step(step, carried));
        let part = |name| number_at(entry, &["timings", name]).filter(|ms| *ms >= 0.0);
        let before = [part("blocked"), part("dns"), part("connect"), part("send")];
        // TLS is told once more of what was counted into connecting.
        let tls = part("ssl").filter(|ms| *ms > 0.0);
        let connect = part("connect").map(|ms| (ms - tls.unwrap_or(0.0)).max(0.0));
        let first_byte = before.iter().flatten().sum::<f64>() + part("wait").unwrap_or(0.0);
        let status = json::get(response, &["status"]).and_then(json::integer);
        let status = status
            .and_then(|status| u16::try_from(status).ok())
            .unwrap_or(0);
        let got_headers = pairs(response);
        let mime = headers::mime(&got_headers);
        let ended = later(at, took);
        if status > 0 {
            let step = Step::Response {
                exchange,
                status,
                version: json::string_at(response, &["httpVersion"]).unwrap_or_default(),
                headers: got_headers,
                remote: json::string_at(entry, &["serverIPAddress"]).filter(|at| !at.is_empty()),
                dns: part("dns").map(us),
                connect: connect.map(us),
                tls: tls.map(us),
                first_byte: us(first_byte),
            };
            put(later(at, first_byte.min(took)), What::Step(step, None));
        }
        let mut excerpt = None;
        let mime = if mime.is_empty() {
            json::string_at(content, &["mimeType"]).unwrap_or_default()
        } else {
            mime
        };
        if mime.starts_with("text/event-stream") {
            for (step, frame) in events(exchange, &got) {
                put(ended, What::Step(step, None));
                if let Some(body) = frame {
                    let via = Via {
                        exchange,
                        answers: None,
                    };
                    put(ended, What::Frame(Direction::In, body, Some(via)));
                }
            }
        } else if is_message(&got) {
            let errs = json::get(&got, &["error"]).is_some();
            let answers = asked_id.filter(|_| errs);
            let via = Via { exchange, answers };
            put(ended, What::Frame(Direction::In, got.clone(), Some(via)));
        } else if !got.is_empty() {
            let text = String::from_utf8_lossy(&got[..got.len().min(EXCERPT)]).into_owned();
            excerpt = Some(text);
        }
        let size = json::get(content, &["size"]).and_then(json::integer);
        let failed = json::string_at(response, &["_failureText"])
            .or_else(|| json::string_at(response, &["_error"]))
            .filter(|why| !why.is_empty());
        let step = Step::End {
            exchange,
            size: size
                .and_then(|size| u64::try_from(size).ok())
                .unwrap_or(got.len() as u64),
            took: us(took),
            // A browser calls an answer without a body so; a status there was.
            error: failed.filter(|_| status == 0),
            excerpt,
        };
        put(ended, What::Step(step, None));
        Ok(())
    }

    /// An exchange of ours that was none over HTTP.
    #[expect(clippy::too_many_arguments, reason = "what one entry holds")]
    fn mapped(
        &mut self,
        number: u64,
        entry: &[u8],
        rest: &str,
        at: Timestamp,
        took: f64,
        sent: Vec<u8>,
        got: Vec<u8>,
    ) -> Result<(), String> {
        let host = rest.split('/').next().unwrap_or_default();
        let told = json::string_at(entry, &["_mcp", "server"]);
        let name = told.unwrap_or_else(|| host.to_owned());
        let count = json::get(entry, &["_mcp", "conn"]).and_then(json::integer);
        let key = format!("mcp+stdio://{host}/{}", count.unwrap_or(0));
        let conn = self.conn(&key, name, "stdio", at);
        let asks = match json::string_at(entry, &["_mcp", "dir"]).as_deref() {
            Some("in") => Direction::In,
            _ => Direction::Out,
        };
        let answers = match asks {
            Direction::In => Direction::Out,
            _ => Direction::In,
        };
        if sent.is_empty() {
            return Err("it has no frame".to_owned());
        }
        self.events.push(Event {
            at,
            conn,
            what: What::Frame(asks, sent, None),
            exchange: number,
        });
        if !got.is_empty() {
            self.events.push(Event {
                at: later(at, took),
                conn,
                what: What::Frame(answers, got, None),
                exchange: number,
            });
        }
        Ok(())
    }

    /// Writes it all in the order in which it happened.
    fn write(mut self, writing: &mut Writing<'_>, by: &str) -> Result<(), ImportError> {
        if self.events.is_empty() {
            return Ok(());
        }
        let missing = format!(
            "an archive of {by} says when an exchange began and ended, not when each event of a stream came: they have \
             the time of the end"
        );
        let mut order: Vec<usize> = (0..self.events.len()).collect();
        order.sort_by_key(|place| self.events[*place].at);
        let mut beginnings: Vec<(usize, Timestamp)> =
            self.told.iter().map(|told| told.2).enumerate().collect();
        beginnings.sort_by_key(|(_, at)| *at);
        // Connections get their numbers in the order they begin in.
        let mut numbers = vec![0; self.told.len()];
        let mut waiting = beginnings.into_iter().peekable();
        let mut seqs: HashMap<usize, u64> = HashMap::new();
        for place in order {
            let at = self.events[place].at;
            while let Some((which, began)) = waiting.next_if(|(_, began)| *began <= at) {
                let (name, transport, ..) = &self.told[which];
                numbers[which] = writing.connect(began, name, transport, &missing)?;
            }
            let event = &mut self.events[place];
            let conn = numbers[event.conn as usize - 1];
            let draft = match &mut event.what {
                What::Frame(direction, body, via) => {
                    seqs.insert(place, writing.next_seq());
                    let mut draft = Draft::wire(at, conn, *direction, std::mem::take(body));
                    draft
                        .extra
                        .extend(via.as_ref().map(|via| via.member().to_string()));
                    draft
                }
                What::Step(step, carried) => {
                    if let (Step::Request { frame, .. }, Some(carried)) = (&mut *step, carried) {
                        *frame = seqs.get(carried).copied();
                    }
                    Draft::note(at, conn, &Note::Http(step.clone()))
                }
            };
            writing.put(draft.from("entry", event.exchange, &member("archive", by)))?;
        }
        Ok(())
    }
}

/// The blocks of a stream, with the message that each brings.
fn events(exchange: u32, stream: &[u8]) -> Vec<(Step, Option<Vec<u8>>)> {
    let mut parser = sse::Parser::new(EVENT);
    let mut blocks = Vec::new();
    parser.feed(stream, &mut blocks);
    blocks.extend(parser.finish());
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let blocks = blocks.into_iter().map(|block| {
        let payload = block.payload().map(<[u8]>::to_vec);
        let step = Step::Event {
            exchange,
            at: block.at.start,
            kind: text(block.kind()),
            id: block.id.as_deref().map(text),
            retry: block.retry,
            size: payload.as_ref().map(|payload| payload.len() as u64),
            dropped: block.dropped,
            comments: block.comments.iter().map(|comment| text(comment)).collect(),
            ignored: block.ignored.iter().map(|(name, _)| text(name)).collect(),
        };
        (step, payload.filter(|payload| !payload.is_empty()))
    });
    blocks.collect()
}

/// Whether bytes are a frame, whatever is wrong inside.
fn is_message(bytes: &[u8]) -> bool {
    memchr::memmem::find(bytes, b"\"jsonrpc\"").is_some()
        && !matches!(jsonrpc::read(bytes), Frame::Junk(_))
}

/// Headers, their names in lower case.
fn pairs(side: &[u8]) -> Headers {
    let list = json::get(side, &["headers"]).unwrap_or_default();
    json::elements(list)
        .filter_map(|pair| {
            let name = json::string_at(pair, &["name"])?.to_ascii_lowercase();
            Some((name, json::string_at(pair, &["value"])?))
        })
        // HTTP/2 has its first line among the headers.
        .filter(|(name, _)| !name.starts_with(':'))
        .collect()
}

fn number_at(raw: &[u8], path: &[&str]) -> Option<f64> {
    let raw = json::get(raw, path)?;
    let number: f64 = std::str::from_utf8(raw).ok()?.trim().parse().ok()?;
    number.is_finite().then_some(number)
}

/// Milliseconds of an archive in microseconds.
fn us(ms: f64) -> u64 {
    (ms * 1_000.0).round().clamp(0.0, 1e15) as u64
}

fn later(at: Timestamp, ms: f64) -> Timestamp {
    let after = SignedDuration::from_micros(us(ms).cast_signed());
    at.checked_add(after).unwrap_or(at)
}
