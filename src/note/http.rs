//! What is recorded of an HTTP exchange, step by step. Secrets are masked by whoever makes a step; none is held here.

use crate::json::{self, quote};
use crate::sse::Block;

/// A step of an exchange (an HTTP request with its response). Times are in microseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The request goes out.
    Request {
        /// The exchange, counted from 1 on each connection.
        exchange: u32,
        /// The method.
        verb: String,
        /// The address, without secrets.
        url: String,
        /// The headers, in order, secrets masked.
        headers: Vec<(String, String)>,
        /// Bytes of the body.
        size: u64,
        /// The entry of the frame that is the body.
        frame: Option<u64>,
        /// What it is for, in words.
        why: String,
        /// The exchange it takes up.
        follows: Option<u32>,
    },
    /// The head of the response came.
    Response {
        /// Which exchange.
        exchange: u32,
        /// The status.
        status: u16,
        /// `HTTP/1.1`
        version: String,
        /// The headers, in order, secrets masked.
        headers: Vec<(String, String)>,
        /// The address it came from.
        remote: Option<String>,
        /// How long the name took to look up; none when the connection was there, or needs no name.
        dns: Option<u64>,
        /// How long connecting took after that; none when it was there. Recordings that tell nothing of TLS count it here.
        connect: Option<u64>,
        /// How long TLS took after that.
        tls: Option<u64>,
        /// From the request to this head, all in all.
        first_byte: u64,
    },
    /// A block of an event stream: an event, a priming event, comments.
    Event {
        /// Which exchange.
        exchange: u32,
        /// Where it begins in the stream, in bytes.
        at: u64,
        /// Its type.
        kind: String,
        /// The id it sets.
        id: Option<String>,
        /// The wait it asks for, in milliseconds.
        retry: Option<u64>,
        /// Bytes of its data; none when it has none.
        size: Option<u64>,
        /// Bytes that were dropped because it is too long.
        dropped: u64,
        /// Its comments.
        comments: Vec<String>,
        /// Names of fields that mean nothing.
        ignored: Vec<String>,
    },
    /// The exchange is over.
    End {
        /// Which.
        exchange: u32,
        /// Bytes of the response's body.
        size: u64,
        /// From the request to here.
        took: u64,
        /// Why it ended before its time.
        error: Option<String>,
        /// The beginning of a body that is no message.
        excerpt: Option<String>,
    },
    /// An exchange that ended is to be taken up again later.
    Wait {
        /// Which.
        exchange: u32,
        /// In how many milliseconds.
        ms: u64,
        /// What for.
        why: String,
    },
}

/// What the stream of HTTP+SSE is for, in words.
pub const APART: &str = "HTTP+SSE stream";

impl Step {
    /// A block of an exchange's event stream came.
    pub fn event(exchange: u32, block: &Block) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self::Event {
            exchange,
            at: block.at.start,
            kind: text(block.kind()),
            id: block.id.as_deref().map(text),
            retry: block.retry,
            size: block.data.as_ref().map(|data| data.len() as u64),
            dropped: block.dropped,
            comments: block.comments.iter().map(|one| text(one)).collect(),
            ignored: block.ignored.iter().map(|(name, _)| text(name)).collect(),
        }
    }

    /// The exchange it belongs to.
    pub const fn exchange(&self) -> u32 {
        match self {
            Self::Request { exchange, .. }
            | Self::Response { exchange, .. }
            | Self::Event { exchange, .. }
            | Self::End { exchange, .. }
            | Self::Wait { exchange, .. } => *exchange,
        }
    }

    /// Its name in the file.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Request { .. } => "http-request",
            Self::Response { .. } => "http-response",
            Self::Event { .. } => "http-event",
            Self::End { .. } => "http-end",
            Self::Wait { .. } => "http-wait",
        }
    }

    /// Whether it is worth a row among messages. A POST that does what it should is told by its message.
    pub fn is_telling(&self) -> bool {
        match self {
            Self::Request { verb, .. } => verb != "POST",
            Self::Response { status, .. } => !(200..300).contains(status),
            Self::End { error, .. } => error.is_some(),
            Self::Wait { .. } => true,
            Self::Event { dropped, .. } => *dropped > 0,
        }
    }

    /// Whether it shows that HTTP+SSE is spoken: the stream was opened, and its first event names the endpoint.
    pub fn is_apart(&self) -> bool {
        matches!(self, Self::Event { kind, .. } if kind == "endpoint")
    }

    /// Whether something is wrong with it.
    pub fn is_trouble(&self) -> bool {
        match self {
            // A server may have no stream of its own (405), and a probe may be refused.
            Self::Response { status, .. } => *status >= 500 || matches!(status, 401 | 403 | 429),
            Self::End { error, .. } => error.is_some(),
            Self::Event { dropped, .. } => *dropped > 0,
            Self::Request { .. } | Self::Wait { .. } => false,
        }
    }

    /// The members of its body, after its name.
    pub(super) fn members(&self) -> Vec<(&'static str, String)> {
        let number =
            |value: Option<u64>| value.map_or_else(|| "null".to_owned(), |n| n.to_string());
        let text =
            |value: &Option<String>| value.as_deref().map_or_else(|| "null".to_owned(), quote);
        let texts = |list: &[String]| {
            let quoted: Vec<String> = list.iter().map(|text| quote(text)).collect();
            format!("[{}]", quoted.join(","))
        };
        let pairs = |list: &[(String, String)]| {
            let pairs: Vec<String> = list
                .iter()
                .map(|(name, value)| format!("[{},{}]", quote(name), quote(value)))
                .collect();
            format!("[{}]", pairs.join(","))
        };
        let mut members = vec![("exchange", self.exchange().to_string())];
        members.extend(match self {
            Self::Request {
                verb,
                url,
                headers,
                size,
                frame,
                why,
                follows,
                ..
            } => vec![
                ("method", quote(verb)),
                ("url", quote(url)),
                ("why", quote(why)),
                ("frame", number(*frame)),
                ("follows", number(follows.map(u64::from))),
                ("size", size.to_string()),
                ("headers", pairs(headers)),
            ],
            Self::Response {
                status,
                version,
                headers,
                remote,
                dns,
                connect,
                tls,
                first_byte,
                ..
            } => vec![
                ("status", status.to_string()),
                ("version", quote(version)),
                ("remote", text(remote)),
                ("dns_us", number(*dns)),
                ("connect_us", number(*connect)),
                ("tls_us", number(*tls)),
                ("first_byte_us", first_byte.to_string()),
                ("headers", pairs(headers)),
            ],
            Self::Event {
                at,
                kind,
                id,
                retry,
                size,
                dropped,
                comments,
                ignored,
                ..
            } => vec![
                ("at", at.to_string()),
                ("type", quote(kind)),
                ("id", text(id)),
                ("retry_ms", number(*retry)),
                ("size", number(*size)),
                ("dropped", dropped.to_string()),
                ("comments", texts(comments)),
                ("ignored", texts(ignored)),
            ],
            Self::End {
                size,
                took,
                error,
                excerpt,
                ..
            } => vec![
                ("size", size.to_string()),
                ("took_us", took.to_string()),
                ("error", text(error)),
                ("excerpt", text(excerpt)),
            ],
            Self::Wait { ms, why, .. } => vec![("ms", ms.to_string()), ("why", quote(why))],
        });
        members
    }

    /// Reads the body of an entry whose event is called `name`.
    pub(super) fn read(name: &str, body: &[u8]) -> Option<Self> {
        let optional = |member: &str| json::string_at(body, &[member]);
        let text = |member: &str| optional(member).unwrap_or_default();
        let maybe = |member: &str| {
            json::get(body, &[member])
                .and_then(json::integer)
                .and_then(|number| u64::try_from(number).ok())
        };
        let count = |member: &str| maybe(member).unwrap_or(0);
        let small = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        let texts = |member: &str| {
            let list = json::get(body, &[member]).unwrap_or_default();
            json::elements(list).filter_map(json::string).collect()
        };
        let headers = || {
            let list = json::get(body, &["headers"]).unwrap_or_default();
            json::elements(list)
                .filter_map(|pair| {
                    let mut pair = json::elements(pair).map(json::string);
                    Some((pair.next()??, pair.next()??))
                })
                .collect()
        };
        let exchange = small(count("exchange"));
        Some(match name {
            "http-request" => Self::Request {
                exchange,
                verb: text("method"),
                url: text("url"),
                headers: headers(),
                size: count("size"),
                frame: maybe("frame"),
                why: text("why"),
                follows: maybe("follows").map(small),
            },
            "http-response" => Self::Response {
                exchange,
                status: u16::try_from(count("status")).unwrap_or(0),
                version: text("version"),
                headers: headers(),
                remote: optional("remote"),
                dns: maybe("dns_us"),
                connect: maybe("connect_us"),
                tls: maybe("tls_us"),
                first_byte: count("first_byte_us"),
            },
            "http-event" => Self::Event {
                exchange,
                at: count("at"),
                kind: text("type"),
                id: optional("id"),
                retry: maybe("retry_ms"),
                size: maybe("size"),
                dropped: count("dropped"),
                comments: texts("comments"),
                ignored: texts("ignored"),
            },
            "http-end" => Self::End {
                exchange,
                size: count("size"),
                took: count("took_us"),
                error: optional("error"),
                excerpt: optional("excerpt"),
            },
            "http-wait" => Self::Wait {
                exchange,
                ms: count("ms"),
                why: text("why"),
            },
            _ => return None,
        })
    }

    /// One line for people.
    pub(super) fn sentence(&self) -> String {
        let exchange = self.exchange();
        match self {
            Self::Request {
                verb,
                url,
                why,
                follows,
                ..
            } => {
                let follows = follows.map_or_else(String::new, |other| format!(", after #{other}"));
                format!("http #{exchange}: {verb} {url} ({why}{follows})")
            }
            Self::Response {
                status,
                headers,
                first_byte,
                ..
            } => {
                let told: Vec<String> = headers
                    .iter()
                    .filter(|(name, _)| {
                        matches!(
                            name.as_str(),
                            "content-type" | "location" | "retry-after" | "www-authenticate"
                        )
                    })
                    .map(|(name, value)| format!(", {name}: {value}"))
                    .collect();
                let ms = *first_byte / 1_000;
                format!("http #{exchange}: {status} after {ms} ms{}", told.join(""))
            }
            Self::Event {
                kind,
                id,
                size,
                dropped,
                comments,
                ..
            } => {
                let id = id
                    .as_ref()
                    .map_or_else(String::new, |id| format!(", id {id}"));
                let size =
                    size.map_or_else(|| "no data".to_owned(), |size| format!("{size} bytes"));
                let comments: Vec<String> = comments
                    .iter()
                    .map(|text| format!(", comment \"{text}\""))
                    .collect();
                let comments = comments.join("");
                let dropped = match dropped {
                    0 => String::new(),
                    count => format!(", {count} bytes dropped"),
                };
                format!("http #{exchange}: event {kind}, {size}{id}{comments}{dropped}")
            }
            Self::End {
                size,
                error,
                excerpt,
                ..
            } => {
                let excerpt = excerpt
                    .as_ref()
                    .map_or_else(String::new, |text| format!(": {text}"));
                match error {
                    Some(error) => {
                        format!("http #{exchange}: broke off after {size} bytes: {error}")
                    }
                    None => format!("http #{exchange}: done, {size} bytes{excerpt}"),
                }
            }
            Self::Wait { ms, why, .. } => {
                format!("http #{exchange}: taken up again in {ms} ms ({why})")
            }
        }
    }
}
