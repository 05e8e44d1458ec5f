//! Why there is no response, in words: the layers of errors below, told as what it means and what to do.

use std::error::Error;
use std::io;

use url::Url;

use super::Proxy;
use super::client::UnknownName;
use crate::mcp::http::{Loss, LossKind};

/// The innermost things that errors say, without what they repeat.
pub(super) fn chain(error: &dyn Error) -> String {
    let mut last = error.to_string();
    let mut at = error.source();
    while let Some(source) = at {
        last = source.to_string();
        at = source.source();
    }
    last
}

fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    let mut at = Some(error);
    while let Some(error) = at {
        if let Some(found) = error.downcast_ref::<E>() {
            return Some(found);
        }
        // I/O errors hide what they wrap.
        if let Some(inner) = error
            .downcast_ref::<io::Error>()
            .and_then(|error| error.get_ref())
            && let Some(found) = find::<E>(inner)
        {
            return Some(found);
        }
        at = error.source();
    }
    None
}

/// A header that cannot be sent.
pub(super) fn header(name: &str) -> Loss {
    Loss::new(
        LossKind::Refused,
        format!("the header {name} has characters that no header can have"),
    )
}

/// Why a request got no response.
pub(super) fn explain(error: &reqwest::Error, url: &Url) -> Loss {
    // Who cannot be connected to is the proxy, where there is one; TLS is with the server, unless the proxy speaks it.
    let of_tls =
        find::<rustls::Error>(error).is_some() || chain(error).contains("tls handshake eof");
    let proxy = Proxy::of_environment(url)
        .filter(|proxy| error.is_connect() && (!of_tls || proxy.url.scheme() == "https"));
    match proxy {
        Some(proxy) => Proxy::unreached(of(error, &proxy.url)),
        None => of(error, url),
    }
}

fn of(error: &reqwest::Error, url: &Url) -> Loss {
    let host = url.host_str().unwrap_or_default();
    let port = url.port_or_known_default().unwrap_or_default();
    let at = format!("{host}:{port}");
    let lost = |what: String, hint: &str| Loss::new(LossKind::Unreachable, what).hint(hint);
    if let Some(UnknownName(why)) = find::<UnknownName>(error) {
        return lost(
            format!("there is no host {host} ({})", plain(why)),
            "is the name spelled right, and is there a network?",
        );
    }
    if let Some(tls) = find::<rustls::Error>(error) {
        return tls_trouble(tls, &at);
    }
    if url.scheme() == "https" && chain(error).contains("tls handshake eof") {
        return lost(
            format!("no TLS with {at}: it hung up"),
            "with http:// instead of https:// it may work",
        );
    }
    if error.is_connect() && error.is_timeout() {
        return lost(
            format!("{at} does not answer"),
            "a firewall may swallow what is sent there; is the address right?",
        );
    }
    let cause = find::<io::Error>(error);
    match cause.map(io::Error::kind) {
        Some(io::ErrorKind::ConnectionRefused) => lost(
            format!("nothing listens at {at} (connection refused)"),
            "is the server running, and is this its port?",
        ),
        Some(io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable) => lost(
            format!("there is no way to {at} ({})", chain(error)),
            "is there a network, or does it need a proxy (HTTPS_PROXY)?",
        ),
        _ if error.is_connect() => lost(
            format!("cannot connect to {at}: {}", chain(error)),
            "is the address right?",
        ),
        _ if chain(error).contains("connection closed before message completed") => Loss::new(
            LossKind::Broken,
            format!("{at} closed the connection without an answer"),
        )
        .hint("the server may have crashed on the request, or want https instead of http"),
        Some(io::ErrorKind::ConnectionReset) => {
            Loss::new(LossKind::Broken, format!("{at} broke off the connection"))
                .hint("the server may have crashed on the request, or want https instead of http")
        }
        _ => {
            let what = format!("{at} did not answer in HTTP: {}", chain(error));
            Loss::new(LossKind::Broken, what).hint("is it an HTTP server?")
        }
    }
}

/// Why a connection that others use does not come about.
pub(super) fn unconnected(error: &io::Error, url: &Url) -> Loss {
    let host = url.host_str().unwrap_or_default();
    let at = format!("{host}:{}", url.port_or_known_default().unwrap_or_default());
    if let Some(tls) = find::<rustls::Error>(error) {
        return tls_trouble(tls, &at);
    }
    let what = match error.kind() {
        io::ErrorKind::ConnectionRefused => {
            format!("nothing listens at {at} (connection refused)")
        }
        io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable => {
            format!("there is no way to {at} ({error})")
        }
        io::ErrorKind::TimedOut => format!("{at} does not answer"),
        io::ErrorKind::UnexpectedEof if url.scheme() == "https" => {
            format!("no TLS with {at}: it hung up")
        }
        _ if find::<UnknownName>(error).is_some() => {
            format!(
                "there is no host {host} ({})",
                plain(&io::Error::other(chain(error)))
            )
        }
        _ => format!("cannot connect to {at}: {}", chain(error)),
    };
    Loss::new(LossKind::Unreachable, what)
}

fn tls_trouble(error: &rustls::Error, at: &str) -> Loss {
    let (what, hint) = match error {
        rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer) => (
            "its certificate is signed by nobody who is trusted here".to_owned(),
            "--cacert FILE trusts who signed it, --insecure takes any certificate",
        ),
        rustls::Error::InvalidCertificate(why) => (
            format!("its certificate is not valid ({why})"),
            "--insecure takes any certificate",
        ),
        rustls::Error::InvalidMessage(_) => (
            "it does not speak TLS".to_owned(),
            "with http:// instead of https:// it may work",
        ),
        other => (other.to_string(), "is it an https server?"),
    };
    Loss::new(LossKind::Unreachable, format!("no TLS with {at}: {what}")).hint(hint)
}

/// Why a response stopped in its middle.
pub(super) fn broken_off(error: &reqwest::Error, url: &Url) -> Loss {
    let host = url.host_str().unwrap_or_default();
    Loss::new(
        LossKind::Broken,
        format!(
            "{host} broke off in the middle of the answer ({})",
            chain(error)
        ),
    )
}

/// What the system says of a name, without its prefix.
fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.strip_prefix("failed to lookup address information: ");
    text.map_or_else(|| error.to_string(), str::to_owned)
}
