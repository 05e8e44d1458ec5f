//! Heads of requests and responses: what is for the next hop alone, what a server would be called by without the tap.

use std::net::SocketAddr;

use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

use crate::mcp::http::headers::{self, Headers};

/// Headers that are for one hop (RFC 9110 §7.6.1); those that `Connection` names are too.
const HOP: &[&str] = &[
    "connection",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Takes out what is for one hop.
pub(super) fn without_hop(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all("connection")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| HeaderName::try_from(name.trim()).ok())
        .collect();
    for name in named {
        headers.remove(name);
    }
    for name in HOP {
        headers.remove(*name);
    }
}

/// As they are told: names in lower case, values as text.
pub(super) fn told(headers: &HeaderMap) -> Headers {
    let pairs = headers.iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.as_str().to_owned(), value)
    });
    pairs.collect()
}

/// The `Host` a server is to see: its own where the client calls the tap by the tap's name, else what the client says.
pub(super) fn host(said: Option<&HeaderValue>, here: SocketAddr, to: &Url) -> Option<HeaderValue> {
    match said {
        Some(host) if !host.to_str().is_ok_and(|host| is_here(host, here)) => Some(host.clone()),
        _ => HeaderValue::try_from(authority(to)).ok(),
    }
}

/// The `Origin` a server is to see, where another than the client says: its own for the tap's own, which is what a
/// client sends that knows nothing but the address. Foreign ones go on.
pub(super) fn origin(said: &HeaderValue, here: SocketAddr, to: &Url) -> Option<HeaderValue> {
    let said = said.to_str().ok()?.strip_prefix("http://")?;
    let own = is_here(said, here).then(|| to.origin().ascii_serialization());
    HeaderValue::try_from(own?).ok()
}

fn is_here(host: &str, here: SocketAddr) -> bool {
    let Ok(url) = Url::parse(&format!("http://{host}/")) else {
        return false;
    };
    url.port_or_known_default() == Some(here.port())
        && match url.host() {
            Some(url::Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
            Some(url::Host::Ipv4(ip)) => ip.is_loopback() || here.ip() == ip,
            Some(url::Host::Ipv6(ip)) => ip.is_loopback() || here.ip() == ip,
            None => false,
        }
}

/// Host, and port when that is a special one.
pub(super) fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// Where a request for this path goes: to the same path of the server. The root alone, and the server's own path
/// without a query, are the address as it was given.
pub(super) fn target(path: &str, to: &Url) -> Url {
    if path == "/" || (path == to.path() && to.query().is_some()) {
        return to.clone();
    }
    headers::at(to, path)
}

/// Path and query of an address.
pub(super) fn path_and_query(url: &Url) -> String {
    match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    }
}

/// Whether a stream is asked for.
pub(super) fn accepts_stream(headers: &Headers) -> bool {
    headers::value(headers, "accept").is_some_and(|value| value.contains("text/event-stream"))
}

/// What a header says of compression, when there is any.
pub(super) fn packing<'a>(headers: &'a Headers, name: &str) -> Option<&'a str> {
    let said = headers::value(headers, name)?.trim();
    (!said.is_empty() && !said.eq_ignore_ascii_case("identity")).then_some(said)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn what_is_for_one_hop_stays_there() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("connection", "keep-alive, X-Mine"),
            ("keep-alive", "timeout=5"),
            ("x-mine", "1"),
            ("transfer-encoding", "chunked"),
            ("authorization", "Bearer t"),
            ("cookie", "a=b"),
        ] {
            headers.append(name, HeaderValue::from_static(value));
        }
        without_hop(&mut headers);
        let mut names: Vec<&str> = headers.keys().map(HeaderName::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["authorization", "cookie"]);
    }

    #[test]
    fn a_server_is_called_by_its_name_and_hears_foreign_ones() {
        let here: SocketAddr = "127.0.0.1:9000".parse().unwrap();
        let to = Url::parse("https://api.example.com/mcp").unwrap();
        for (said, seen) in [
            ("127.0.0.1:9000", "api.example.com"),
            ("localhost:9000", "api.example.com"),
            ("[::1]:9000", "api.example.com"),
            ("localhost:9001", "localhost:9001"),
            ("evil.example", "evil.example"),
        ] {
            let said = HeaderValue::from_static(said);
            let host = host(Some(&said), here, &to).unwrap();
            assert_eq!(host.to_str().unwrap(), seen);
        }
        let to = Url::parse("http://127.0.0.1:3000/mcp").unwrap();
        assert_eq!(host(None, here, &to).unwrap(), "127.0.0.1:3000");
    }

    #[test]
    fn the_taps_own_origin_is_the_servers() {
        let here: SocketAddr = "127.0.0.1:9000".parse().unwrap();
        let to = Url::parse("https://api.example.com/mcp").unwrap();
        for (said, seen) in [
            ("http://127.0.0.1:9000", Some("https://api.example.com")),
            ("http://localhost:9000", Some("https://api.example.com")),
            ("http://localhost:9001", None),
            ("https://127.0.0.1:9000", None),
            ("http://evil.example", None),
            ("null", None),
        ] {
            let origin = origin(&HeaderValue::from_static(said), here, &to);
            assert_eq!(origin, seen.map(HeaderValue::from_static), "{said}");
        }
    }

    #[test]
    fn paths_stay_what_they_are() {
        let to = Url::parse("http://h:1/mcp?key=s").unwrap();
        for (path, url) in [
            ("/", "http://h:1/mcp?key=s"),
            ("/mcp", "http://h:1/mcp?key=s"),
            ("/mcp?a=1", "http://h:1/mcp?a=1"),
            ("/messages?id=%2F1", "http://h:1/messages?id=%2F1"),
            (
                "/.well-known/oauth-protected-resource/mcp",
                "http://h:1/.well-known/oauth-protected-resource/mcp",
            ),
        ] {
            assert_eq!(target(path, &to).as_str(), url);
        }
    }
}
