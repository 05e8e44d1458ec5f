//! Connections to an address, TLS included, for whoever speaks HTTP over them by itself: a tap, which passes requests
//! on as they are. Trust in certificates is that of every other connection; so is the proxy, where one is wanted.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use url::Url;

use super::client::{Opening, UnknownName};
use super::{Address, OpenError, tls, trouble};
use crate::mcp::http::Loss;

/// How long a connection may take to come about, TLS included.
const CONNECT: Duration = Duration::from_secs(10);

mod proxy;
mod race;

pub use proxy::Proxy;

/// How to connect to one address.
#[derive(Clone)]
pub struct Wire {
    url: Url,
    proxy: Option<Proxy>,
    /// There when TLS is spoken with anybody.
    tls: Option<TlsConnector>,
}

impl std::fmt::Debug for Wire {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Wire")
            .field("proxy", &self.proxy)
            .field("tls", &self.tls.is_some())
            .finish()
    }
}

/// A connection, and how it came about.
#[derive(Debug)]
pub struct Connected {
    /// What is read from and written to.
    pub stream: Stream,
    /// The other end.
    pub remote: SocketAddr,
    /// How long that took; no name to look up, and no TLS, take none.
    pub opening: Opening,
}

impl Wire {
    /// Prepares connections straight to an address; reads the certificates it names.
    pub fn new(address: &Address) -> Result<Self, OpenError> {
        Self::by(address, None)
    }

    /// The same, through the proxy that the environment names for it, if any.
    pub fn by_environment(address: &Address) -> Result<Self, OpenError> {
        Self::by(address, Proxy::of_environment(&address.url))
    }

    fn by(address: &Address, proxy: Option<Proxy>) -> Result<Self, OpenError> {
        let is_tls = address.url.scheme() == "https" || proxy.as_ref().is_some_and(Proxy::is_tls);
        let tls = if is_tls {
            Some(TlsConnector::from(Arc::new(tls::config(address)?)))
        } else {
            None
        };
        Ok(Self {
            url: address.url.clone(),
            proxy,
            tls,
        })
    }

    /// The proxy that requests are said to, which passes them on by itself: they name the whole address there.
    pub fn passes_on(&self) -> Option<&Proxy> {
        self.proxy.as_ref().filter(|_| !self.is_tls())
    }

    /// The proxy on the way, if any.
    pub fn proxy(&self) -> Option<&Proxy> {
        self.proxy.as_ref()
    }

    fn is_tls(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// Makes a connection. Needs a runtime with I/O and time.
    pub async fn connect(&self) -> Result<Connected, Loss> {
        let connecting = timeout(CONNECT, self.try_connect()).await;
        connecting.unwrap_or_else(|_| {
            let late = io::Error::from(io::ErrorKind::TimedOut);
            Err(trouble::unconnected(&late, &self.url))
        })
    }

    async fn try_connect(&self) -> Result<Connected, Loss> {
        let failed = |error: io::Error| trouble::unconnected(&error, &self.url);
        let Some(proxy) = &self.proxy else {
            let mut connected = open(&self.url).await.map_err(failed)?;
            let began = Instant::now();
            if self.is_tls() {
                connected.stream = self
                    .secure(&self.url, connected.stream)
                    .await
                    .map_err(failed)?;
                connected.opening.tls = Some(micros(began).max(1));
            }
            return Ok(connected);
        };
        proxy.check()?;
        let unreached =
            |error: io::Error| Proxy::unreached(trouble::unconnected(&error, &proxy.url));
        let mut connected = open(&proxy.url).await.map_err(unreached)?;
        let began = Instant::now();
        if proxy.is_tls() {
            connected.stream = self
                .secure(&proxy.url, connected.stream)
                .await
                .map_err(unreached)?;
            connected.opening.tls = Some(micros(began).max(1));
        }
        if self.is_tls() {
            proxy.tunnel(&mut connected.stream, &self.url).await?;
            connected.stream = self
                .secure(&self.url, connected.stream)
                .await
                .map_err(failed)?;
            connected.opening.tls = Some(micros(began).max(1));
        }
        Ok(connected)
    }

    async fn secure(&self, with: &Url, stream: Stream) -> io::Result<Stream> {
        let Some(tls) = &self.tls else {
            return Ok(stream);
        };
        let name = ServerName::try_from(plain(with).to_owned()).map_err(io::Error::other)?;
        Ok(Stream::Tls(Box::new(tls.connect(name, stream).await?)))
    }
}

/// The host of an address, an IPv6 one without its brackets.
fn plain(url: &Url) -> &str {
    let host = url.host_str().unwrap_or_default();
    host.trim_start_matches('[').trim_end_matches(']')
}

/// Connects, without TLS.
async fn open(to: &Url) -> io::Result<Connected> {
    let plain = plain(to);
    let port = to.port_or_known_default().unwrap_or_default();
    let began = Instant::now();
    let found: Vec<SocketAddr> = match tokio::net::lookup_host((plain, port)).await {
        Ok(found) => found.collect(),
        Err(error) => return Err(io::Error::other(UnknownName(error))),
    };
    let is_name = plain.parse::<std::net::IpAddr>().is_err();
    let dns = is_name.then(|| micros(began).max(1));
    let began = Instant::now();
    let tcp = race::connect(&found).await?;
    // Messages are small, and must not wait for each other.
    tcp.set_nodelay(true)?;
    let remote = tcp.peer_addr()?;
    let connect = micros(began).max(1);
    Ok(Connected {
        stream: Stream::Plain(tcp),
        remote,
        opening: Opening {
            dns,
            connect: Some(connect),
            tls: None,
        },
    })
}

fn micros(began: Instant) -> u64 {
    began.elapsed().as_micros() as u64
}

/// A connection.
#[derive(Debug)]
pub enum Stream {
    /// Without TLS.
    Plain(TcpStream),
    /// With; twice where a proxy speaks it too.
    Tls(Box<TlsStream<Stream>>),
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(context, into),
            Self::Tls(stream) => Pin::new(stream).poll_read(context, into),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(context, bytes),
            Self::Tls(stream) => Pin::new(stream).poll_write(context, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(context),
            Self::Tls(stream) => Pin::new(stream).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(context),
            Self::Tls(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }
}
