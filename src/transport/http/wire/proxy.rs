//! The proxy before an address, when the environment names one (`HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`,
//! read as for every other connection), and the tunnel through it.
//!
//! Its login is told to it and to nobody else.

use std::io;

use hyper::http::HeaderValue;
use hyper::http::uri::Uri;
use hyper_util::client::proxy::matcher::Matcher;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use url::Url;

use crate::mcp::http::{Loss, LossKind};

/// Bytes of what a proxy answers that are read.
const LONGEST: usize = 16 << 10;

/// See the module.
#[derive(Clone)]
pub struct Proxy {
    /// Where it is, without its login.
    pub(in crate::transport::http) url: Url,
    authorization: Option<HeaderValue>,
}

impl std::fmt::Debug for Proxy {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Proxy")
            .field("url", &self.url.as_str())
            .finish_non_exhaustive()
    }
}

impl Proxy {
    /// The proxy before an address, by the environment of this process.
    pub fn of_environment(url: &Url) -> Option<Self> {
        Self::by(&Matcher::from_env(), url)
    }

    fn by(matcher: &Matcher, url: &Url) -> Option<Self> {
        let to: Uri = url.as_str().parse().ok()?;
        let found = matcher.intercept(&to)?;
        let mut at = Url::parse(&found.uri().to_string()).ok()?;
        // Both fail only for addresses that have no host.
        let _ = at.set_username("");
        let _ = at.set_password(None);
        Some(Self {
            url: at,
            authorization: found.basic_auth().cloned(),
        })
    }

    /// What requests carry that it passes on by itself.
    pub fn authorization(&self) -> Option<&HeaderValue> {
        self.authorization.as_ref()
    }

    /// Whether TLS is spoken with it.
    pub(super) fn is_tls(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// Whether it is of a kind that is known here.
    pub(super) fn check(&self) -> Result<(), Loss> {
        if matches!(self.url.scheme(), "http" | "https") {
            return Ok(());
        }
        let what = format!("the proxy {} speaks {}", self.at(), self.url.scheme());
        let hint = "only proxies with http:// or https:// are known; NO_PROXY names whom to reach without one";
        Err(Loss::new(LossKind::Unreachable, what).hint(hint))
    }

    /// A trouble on the way to it.
    pub(in crate::transport::http) fn unreached(mut loss: Loss) -> Loss {
        loss.what = format!("the proxy: {}", loss.what);
        loss
    }

    /// Its host and port.
    pub fn at(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        let port = self.url.port_or_known_default().unwrap_or_default();
        format!("{host}:{port}")
    }

    /// Has it connect to an address; what is said from then on is said there.
    pub(super) async fn tunnel<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        stream: &mut S,
        to: &Url,
    ) -> Result<(), Loss> {
        let broken = |error: io::Error| {
            let what = format!("the proxy {} broke off: {error}", self.at());
            Loss::new(LossKind::Unreachable, what)
        };
        let host = to.host_str().unwrap_or_default();
        let port = to.port_or_known_default().unwrap_or_default();
        let mut asked =
            format!("CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n").into_bytes();
        if let Some(authorization) = &self.authorization {
            asked.extend_from_slice(b"Proxy-Authorization: ");
            asked.extend_from_slice(authorization.as_bytes());
            asked.extend_from_slice(b"\r\n");
        }
        asked.extend_from_slice(b"\r\n");
        stream.write_all(&asked).await.map_err(broken)?;
        stream.flush().await.map_err(broken)?;
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            if head.len() >= LONGEST {
                let what = format!("the proxy {} did not answer in HTTP", self.at());
                return Err(Loss::new(LossKind::Unreachable, what));
            }
            // No byte more: what follows is said by whom it connects to.
            head.push(stream.read_u8().await.map_err(broken)?);
        }
        let head = String::from_utf8_lossy(&head);
        let mut words = head.lines().next().unwrap_or_default().splitn(3, ' ');
        let (version, status, reason) = (words.next(), words.next(), words.next());
        let status =
            status.filter(|_| version.is_some_and(|version| version.starts_with("HTTP/1.")));
        match status.and_then(|status| status.parse::<u16>().ok()) {
            Some(200..300) => Ok(()),
            Some(407) => Err(Loss::new(
                LossKind::Unreachable,
                format!("the proxy {} wants a login", self.at()),
            )
            .hint("its variable may hold one: http://USER:PASSWORD@HOST:PORT")),
            Some(status) => {
                let reason = reason.unwrap_or_default();
                let what = format!(
                    "the proxy {} does not connect to {host}:{port}: {status} {reason}",
                    self.at()
                );
                let hint = "is the address right? NO_PROXY names whom to reach without it";
                Err(Loss::new(LossKind::Unreachable, what.trim_end()).hint(hint))
            }
            None => {
                let what = format!("the proxy {} did not answer in HTTP", self.at());
                Err(Loss::new(LossKind::Unreachable, what))
            }
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn matcher(https: &str) -> Matcher {
        Matcher::builder()
            .https(https.to_owned())
            .no("near.example,10.0.0.0/8".to_owned())
            .build()
    }

    fn proxy(https: &str, url: &str) -> Option<Proxy> {
        Proxy::by(&matcher(https), &Url::parse(url).unwrap())
    }

    #[test]
    fn the_environment_says_for_whom_there_is_one() {
        let found = proxy(
            "http://me:secret-word@p.example:3128",
            "https://far.example/mcp",
        )
        .unwrap();
        assert_eq!(found.url.as_str(), "http://p.example:3128/");
        assert_eq!(found.authorization().unwrap(), "Basic bWU6c2VjcmV0LXdvcmQ=");
        assert!(!format!("{found:?}").contains("secret-word"));
        for url in [
            "http://far.example/",
            "https://near.example/",
            "https://a.near.example/",
            "https://10.1.2.3/",
        ] {
            assert!(proxy("http://p.example:3128", url).is_none(), "{url}");
        }
        let socks = proxy("socks5://p.example:1080", "https://far.example/").unwrap();
        assert!(socks.check().unwrap_err().what.contains("speaks socks5"));
    }

    #[tokio::test]
    async fn a_tunnel_is_asked_for_and_nothing_behind_the_answer_is_read() {
        for (answer, why) in [
            (
                "HTTP/1.1 200 Connection established\r\nvia: x\r\n\r\nBEHIND",
                None,
            ),
            ("HTTP/1.0 200\r\n\r\nBEHIND", None),
            ("HTTP/1.1 407 Who\r\n\r\n", Some("wants a login")),
            (
                "HTTP/1.1 403 No\r\n\r\n",
                Some("does not connect to far.example:443: 403 No"),
            ),
            ("SSH-2.0\r\n\r\n", Some("did not answer in HTTP")),
            ("HTTP/1.1 2", Some("broke off")),
        ] {
            let proxy = proxy("http://me:pw@p.example:3128", "https://far.example/mcp").unwrap();
            let (mut near, mut far) = tokio::io::duplex(1 << 10);
            far.write_all(answer.as_bytes()).await.unwrap();
            far.shutdown().await.unwrap();
            let told = proxy
                .tunnel(&mut near, &Url::parse("https://far.example/mcp").unwrap())
                .await;
            match why {
                None => {
                    told.unwrap();
                    let mut rest = String::new();
                    near.read_to_string(&mut rest).await.unwrap();
                    assert_eq!(rest, "BEHIND");
                }
                Some(why) => {
                    let told = told.unwrap_err().what;
                    assert!(
                        told.contains(why) && told.contains("p.example:3128"),
                        "{told}"
                    );
                }
            }
            drop(near);
            let mut asked = String::new();
            far.read_to_string(&mut asked).await.unwrap();
            assert_eq!(
                asked,
                "CONNECT far.example:443 HTTP/1.1\r\nHost: far.example:443\r\nProxy-Authorization: Basic bWU6cHc=\r\n\r\n"
            );
        }
    }
}
