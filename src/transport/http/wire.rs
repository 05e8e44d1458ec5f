//! Connections to an address, TLS included, for whoever speaks HTTP over them by itself: a tap, which passes requests
//! on as they are. Trust in certificates is that of every other connection.

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

/// How to connect to one address.
#[derive(Clone)]
pub struct Wire {
    url: Url,
    tls: Option<TlsConnector>,
}

impl std::fmt::Debug for Wire {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Wire")
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
    /// Prepares connections to an address; reads the certificates it names.
    pub fn new(address: &Address) -> Result<Self, OpenError> {
        let tls = match address.url.scheme() {
            "https" => Some(TlsConnector::from(Arc::new(tls::config(address)?))),
            _ => None,
        };
        Ok(Self {
            url: address.url.clone(),
            tls,
        })
    }

    /// Makes a connection. Needs a runtime with I/O and time.
    pub async fn connect(&self) -> Result<Connected, Loss> {
        let connecting = timeout(CONNECT, self.try_connect()).await;
        let late = || io::Error::from(io::ErrorKind::TimedOut);
        connecting
            .unwrap_or_else(|_| Err(late()))
            .map_err(|error| trouble::unconnected(&error, &self.url))
    }

    async fn try_connect(&self) -> io::Result<Connected> {
        let host = self.url.host_str().unwrap_or_default();
        let plain = host.trim_start_matches('[').trim_end_matches(']');
        let port = self.url.port_or_known_default().unwrap_or_default();
        let began = Instant::now();
        let found: Vec<SocketAddr> = match tokio::net::lookup_host((plain, port)).await {
            Ok(found) => found.collect(),
            Err(error) => return Err(io::Error::other(UnknownName(error))),
        };
        let is_name = plain.parse::<std::net::IpAddr>().is_err();
        let dns = is_name.then(|| micros(began).max(1));
        let began = Instant::now();
        let tcp = TcpStream::connect(found.as_slice()).await?;
        // Messages are small, and must not wait for each other.
        tcp.set_nodelay(true)?;
        let remote = tcp.peer_addr()?;
        let connect = micros(began).max(1);
        let began = Instant::now();
        let stream = match &self.tls {
            None => Stream::Plain(tcp),
            Some(tls) => {
                let name = ServerName::try_from(plain.to_owned()).map_err(io::Error::other)?;
                Stream::Tls(Box::new(tls.connect(name, tcp).await?))
            }
        };
        Ok(Connected {
            stream,
            remote,
            opening: Opening {
                dns,
                connect: Some(connect),
                tls: self.tls.is_some().then(|| micros(began).max(1)),
            },
        })
    }
}

fn micros(began: Instant) -> u64 {
    began.elapsed().as_micros() as u64
}

/// A connection.
#[derive(Debug)]
pub enum Stream {
    /// Without TLS.
    Plain(TcpStream),
    /// With.
    Tls(Box<TlsStream<TcpStream>>),
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
