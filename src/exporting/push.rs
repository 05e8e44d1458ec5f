//! Sends traces to a collector: OTLP over HTTP, as JSON, a request for each line of the export.
//!
//! A collector that is busy (429, 502, 503, 504) is asked again a few times, after the wait it names. What it refuses of
//! a request is counted and told.

use std::io::{self, Write};
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Client, StatusCode};
use tokio::runtime::Runtime;
use url::Url;

use crate::json;
use crate::text;
use crate::transport::http::{self, Address};

/// Times a request is sent, all in all.
const TRIES: u32 = 4;
/// The first wait before another try; each further one is twice as long.
const WAIT: Duration = Duration::from_millis(500);
/// The longest wait a collector can ask for.
const LONGEST: Duration = Duration::from_secs(30);
/// How long a collector may take for one answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// The variable in which programs are given headers for collectors: `name=value,…`, values as in addresses.
pub const HEADERS: &str = "OTEL_EXPORTER_OTLP_HEADERS";

/// Reads what stands in [`HEADERS`]. No message has a value: it may be a secret.
pub fn headers(text: &str) -> Result<Vec<(String, String)>, String> {
    let pairs = text.split(',').filter(|pair| !pair.trim().is_empty());
    let each = pairs.map(|pair| {
        let (name, value) = pair
            .split_once('=')
            .ok_or_else(|| format!("{HEADERS} has something that is not name=value"))?;
        // As in an address: its only pair has an empty name.
        let spelled = format!("={}", value.trim().replace('+', "%2B").replace('&', "%26"));
        let value = url::form_urlencoded::parse(spelled.as_bytes()).next();
        let value = value.map_or_else(String::new, |(_, value)| value.into_owned());
        http::header(&format!("{}: {value}", name.trim()))
            .map_err(|why| format!("{HEADERS}: {why}"))
    });
    each.collect()
}

/// What a collector said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Taken {
    /// Requests it took.
    pub requests: u64,
    /// Spans it refused.
    pub refused: u64,
    /// Why, in its own words.
    pub why: Option<String>,
}

/// A collector, as something to write an OTLP export to.
#[derive(Debug)]
pub struct Collector {
    runtime: Runtime,
    client: Client,
    url: Url,
    headers: Vec<(String, String)>,
    line: Vec<u8>,
    taken: Taken,
}

/// Where spans are posted: an address without a path is that of a collector as a whole.
pub fn endpoint(text: &str) -> Result<Url, String> {
    let mut url = http::address(text)?;
    if matches!(url.path(), "" | "/") {
        url.set_path("/v1/traces");
    }
    Ok(url)
}

impl Collector {
    /// The one at `url`. The headers are sent with every request, and are in no message.
    pub fn new(url: Url, headers: Vec<(String, String)>) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let inside = runtime.enter();
        let client = http::client(&Address::new(url.clone()))
            .map_err(|error| io::Error::other(error.to_string()))?;
        drop(inside);
        Ok(Self {
            runtime,
            client,
            url,
            headers,
            line: Vec::new(),
            taken: Taken::default(),
        })
    }

    /// What it said so far.
    pub fn taken(&self) -> &Taken {
        &self.taken
    }

    fn send(&mut self) -> io::Result<()> {
        let body = std::mem::take(&mut self.line);
        if body.trim_ascii().is_empty() {
            return Ok(());
        }
        let (client, url, headers) = (&self.client, &self.url, &self.headers);
        let answer = self.runtime.block_on(async {
            let mut wait = WAIT;
            for left in (0..TRIES).rev() {
                match post(client, url, headers, body.clone()).await? {
                    Answer::Taken(answer) => return Ok(answer),
                    Answer::Busy(status, _) if left == 0 => {
                        return Err(refused(url, status, "it is busy"));
                    }
                    Answer::Busy(_, asked) => {
                        tokio::time::sleep(asked.unwrap_or(wait).min(LONGEST)).await;
                        wait *= 2;
                    }
                }
            }
            Err(refused(url, StatusCode::SERVICE_UNAVAILABLE, "it is busy"))
        })?;
        self.taken.requests += 1;
        let partial = json::get(&answer, &["partialSuccess"]).unwrap_or_default();
        let count = json::get(partial, &["rejectedSpans"]).and_then(|raw| {
            // 64-bit numbers are strings there, but some send numbers.
            let text = json::string(raw);
            let text = text.unwrap_or_else(|| String::from_utf8_lossy(raw).into_owned());
            text.trim().parse::<u64>().ok()
        });
        self.taken.refused += count.unwrap_or(0);
        let why = json::string_at(partial, &["errorMessage"]).filter(|why| !why.is_empty());
        if why.is_some() {
            self.taken.why = why;
        }
        Ok(())
    }
}

enum Answer {
    Taken(Vec<u8>),
    Busy(StatusCode, Option<Duration>),
}

async fn post(
    client: &Client,
    url: &Url,
    headers: &[(String, String)],
    body: Vec<u8>,
) -> io::Result<Answer> {
    let shown = crate::mcp::http::headers::masked_url(url);
    let failed = |error: reqwest::Error| {
        let why = if error.is_timeout() {
            "no answer in time".to_owned()
        } else {
            http::told(&error.without_url())
        };
        io::Error::other(format!("the collector at {shown}: {why}"))
    };
    let mut request = client
        .post(url.clone())
        .timeout(PATIENCE)
        .header(CONTENT_TYPE, "application/json");
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let answer = request.body(body).send().await.map_err(failed)?;
    let status = answer.status();
    let asked = answer.headers().get(RETRY_AFTER);
    let asked = asked.and_then(|value| value.to_str().ok()?.trim().parse().ok());
    let bytes = answer.bytes().await.map_err(failed)?;
    match status.as_u16() {
        200..=299 => Ok(Answer::Taken(bytes.to_vec())),
        429 | 502..=504 => Ok(Answer::Busy(status, asked.map(Duration::from_secs))),
        _ => {
            let said = json::string_at(&bytes, &["message"])
                .unwrap_or_else(|| String::from_utf8_lossy(&bytes).into_owned());
            Err(refused(url, status, &said))
        }
    }
}

fn refused(url: &Url, status: StatusCode, said: &str) -> io::Error {
    let url = crate::mcp::http::headers::masked_url(url);
    let said = text::sanitize(said.trim());
    let said = text::fit(&said, 200);
    let said = if said.is_empty() {
        String::new()
    } else {
        format!(": {said}")
    };
    io::Error::other(format!("the collector at {url} answered {status}{said}"))
}

impl Write for Collector {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut rest = bytes;
        while let Some(end) = memchr::memchr(b'\n', rest) {
            self.line.extend_from_slice(&rest[..end]);
            self.send()?;
            rest = &rest[end + 1..];
        }
        self.line.extend_from_slice(rest);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.send()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn headers_of_the_environment_are_spelled_as_in_addresses() {
        let both = headers("X-Key=a%20b%2Cc+d, authorization = Basic%20eDp5 ,").unwrap();
        let one = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            both,
            [one("x-key", "a b,c+d"), one("authorization", "Basic eDp5")]
        );
        assert_eq!(headers(""), Ok(Vec::new()));
        for text in ["hunter2", "a b=hunter2", "a=hunter2%0Ax"] {
            let why = headers(text).unwrap_err();
            assert!(why.contains(HEADERS) && !why.contains("hunter2"), "{why}");
        }
    }

    #[test]
    fn an_address_without_a_path_is_a_whole_collector() {
        for (text, url) in [
            ("http://localhost:4318", "http://localhost:4318/v1/traces"),
            ("http://localhost:4318/", "http://localhost:4318/v1/traces"),
            (
                "https://h/otlp/v1/traces?x=1",
                "https://h/otlp/v1/traces?x=1",
            ),
        ] {
            assert_eq!(endpoint(text).unwrap().as_str(), url);
        }
        assert!(endpoint("nonsense").is_err());
    }
}
