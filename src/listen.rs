//! An HTTP/1.1 listener: who connects gets each request to an asynchronous function, which answers with a [`Body`] that
//! may still be growing.
//!
//! Nothing of MCP is known here. It binds addresses of this machine only, unless told otherwise; bodies come in piece by
//! piece and go out piece by piece, each at once; the spelling of header names is kept for whoever passes the request on
//! with the extensions it came with. No TLS, no HTTP/2.

use std::convert::Infallible;
use std::fmt;
use std::future::poll_fn;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::body::{Body as _, Frame, SizeHint};
use hyper::header::{HOST, HeaderMap, ORIGIN};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream, lookup_host};
use tokio::sync::{mpsc, watch};

pub use hyper::body::{Bytes, Incoming};
pub use hyper::http;

/// A request as it comes: its body may still be on the way, see [`piece`] and [`whole`].
pub type Request = hyper::Request<Incoming>;
/// What answers it.
pub type Response = hyper::Response<Body>;

/// How long streams may go on once the listener is to end.
const GRACE: Duration = Duration::from_millis(500);
/// After an `accept` that failed (no descriptors left, mostly), until the next.
const PAUSE: Duration = Duration::from_millis(50);
/// Pieces of a streamed body that may wait for a client that reads slowly.
const WAITING: usize = 64;

/// Who may connect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reach {
    /// Programs of this machine.
    #[default]
    Loopback,
    /// Whoever reaches the address.
    Anyone,
}

/// Why there is no listener.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// It is no address.
    #[error("{0} is no address to listen on: PORT, HOST:PORT or [IPV6]:PORT")]
    Address(String),
    /// Others could connect, and nobody said that they may.
    #[error("{0} is not an address of this machine alone")]
    Public(SocketAddr),
    /// The system refuses.
    #[error("cannot listen on {address}: {source}")]
    Bind {
        /// Where.
        address: String,
        /// What the system said.
        source: io::Error,
    },
}

/// A bound address.
#[derive(Debug)]
pub struct Listener {
    tcp: TcpListener,
    address: SocketAddr,
}

impl Listener {
    /// Binds `PORT`, `HOST:PORT` or `[IPV6]:PORT`; a port of its own is 127.0.0.1, port 0 is any that is free.
    pub async fn bind(address: &str, reach: Reach) -> Result<Self, ListenError> {
        let spelled = if address.parse::<u16>().is_ok() {
            format!("127.0.0.1:{address}")
        } else if address.starts_with(':') {
            format!("127.0.0.1{address}")
        } else {
            address.to_owned()
        };
        let bad = || ListenError::Address(address.to_owned());
        let found: Vec<SocketAddr> = lookup_host(&spelled).await.map_err(|_| bad())?.collect();
        let first = *found.first().ok_or_else(bad)?;
        if let (Reach::Loopback, Some(public)) = (reach, found.iter().find(|at| !is_local(at.ip())))
        {
            return Err(ListenError::Public(*public));
        }
        let refused = |source| ListenError::Bind {
            address: first.to_string(),
            source,
        };
        let tcp = TcpListener::bind(first).await.map_err(refused)?;
        let address = tcp.local_addr().map_err(refused)?;
        Ok(Self { tcp, address })
    }

    /// Where it listens, the port as the system chose it.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers requests until `stop`; then takes no more connections, and lets requests that are being answered end
    /// for a moment, before it cuts them off.
    ///
    /// `answer` is called with the address of the client and its request; requests of one connection follow each other,
    /// those of several go on at the same time. When a client goes away, what it is being answered with is dropped: a
    /// future at its next `await`, the sender of a stream by [`Sender::closed`].
    pub async fn serve<A, F>(self, answer: A, stop: impl Future<Output = ()>)
    where
        A: Fn(SocketAddr, Request) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Response> + Send + 'static,
    {
        let (ending, ended) = watch::channel(false);
        // Every connection holds one end; all are gone when the last of them is.
        let (alive, mut gone) = mpsc::channel::<Infallible>(1);
        let mut stop = pin!(stop);
        loop {
            let accepted = tokio::select! {
                () = &mut stop => break,
                accepted = self.tcp.accept() => accepted,
            };
            let Ok((stream, client)) = accepted else {
                tokio::time::sleep(PAUSE).await;
                continue;
            };
            let (answer, ended, alive) = (answer.clone(), ended.clone(), alive.clone());
            tokio::spawn(async move {
                attend(stream, client, answer, ended).await;
                drop(alive);
            });
        }
        drop((self.tcp, alive));
        ending.send_replace(true);
        let _ = tokio::time::timeout(GRACE, gone.recv()).await;
        drop(ending);
        gone.recv().await;
    }
}

/// One connection. `ended` turning true lets it end with the request that is being answered; its sender going away
/// ends it at once.
async fn attend<A, F>(
    stream: TcpStream,
    client: SocketAddr,
    answer: A,
    mut ended: watch::Receiver<bool>,
) where
    A: Fn(SocketAddr, Request) -> F,
    F: Future<Output = Response>,
{
    // An event is small and must not wait for the next.
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| {
        let answered = answer(client, request);
        async move { Ok::<_, Infallible>(answered.await) }
    });
    let connection = http1::Builder::new()
        .preserve_header_case(true)
        .auto_date_header(false)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    let asked_to_end = tokio::select! {
        _ = connection.as_mut() => return,
        asked = ended.wait_for(|ended| *ended) => asked.is_ok(),
    };
    if asked_to_end {
        connection.as_mut().graceful_shutdown();
        tokio::select! {
            _ = connection => {}
            () = async { while ended.changed().await.is_ok() {} } => {}
        }
    }
}

fn is_local(address: IpAddr) -> bool {
    address.is_loopback()
        || matches!(address, IpAddr::V6(v6) if v6.to_ipv4_mapped().is_some_and(|v4| v4.is_loopback()))
}

/// Whether a page of some web site may be behind the request: its `Origin` or its `Host` is not this machine
/// (protocol.md §4.2, DNS rebinding). What is wrong, in words.
pub fn foreign(headers: &HeaderMap) -> Option<String> {
    let named = |name| {
        headers
            .get(name)
            .map(|value| String::from_utf8_lossy(value.as_bytes()))
    };
    if let Some(origin) = named(ORIGIN) {
        let host = origin.split_once("://").map(|(_, host)| host);
        if !host.is_some_and(is_local_host) {
            return Some(format!("the Origin {origin} is not of this machine"));
        }
    }
    let host = named(HOST)?;
    (!is_local_host(&host)).then(|| format!("the Host {host} is not this machine"))
}

fn is_local_host(host: &str) -> bool {
    let name = host
        .rsplit_once(':')
        .filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()))
        .map_or(host, |(name, _)| name);
    name.eq_ignore_ascii_case("localhost")
        || name
            .trim_start_matches('[')
            .trim_end_matches(']')
            .parse()
            .is_ok_and(is_local)
}

/// The next piece of a body that is on its way; nothing at its end.
pub async fn piece(body: &mut Incoming) -> Option<Result<Bytes, hyper::Error>> {
    loop {
        match poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await? {
            Ok(frame) => {
                // Trailers tell nothing here.
                if let Ok(bytes) = frame.into_data() {
                    return Some(Ok(bytes));
                }
            }
            Err(error) => return Some(Err(error)),
        }
    }
}

/// Why a body is not there as a whole.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// It is longer than that many bytes.
    #[error("longer than {0} bytes")]
    TooLong(usize),
    /// The connection broke.
    #[error(transparent)]
    Broken(#[from] hyper::Error),
}

/// All of a body that is on its way, up to `limit` bytes.
pub async fn whole(mut body: Incoming, limit: usize) -> Result<Vec<u8>, BodyError> {
    let told = body.size_hint().lower();
    if told > limit as u64 {
        return Err(BodyError::TooLong(limit));
    }
    let mut bytes = Vec::with_capacity(told as usize);
    while let Some(piece) = piece(&mut body).await {
        let piece = piece?;
        if bytes.len() + piece.len() > limit {
            return Err(BodyError::TooLong(limit));
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

/// What a response carries.
#[derive(Debug)]
pub struct Body(Kind);

#[derive(Debug)]
enum Kind {
    Whole(Bytes),
    Stream(mpsc::Receiver<Result<Bytes, Cut>>),
    /// What was sent goes out before the connection breaks.
    Cutting,
}

/// The connection is to break here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut;

impl fmt::Display for Cut {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("cut off")
    }
}

impl std::error::Error for Cut {}

/// Where the pieces of a streamed body are put; the body ends when it is dropped.
#[derive(Debug, Clone)]
pub struct Sender(mpsc::Sender<Result<Bytes, Cut>>);

impl Sender {
    /// Sends a piece, which goes out at once; waits while the client reads slowly. False when the client is gone.
    pub async fn send(&self, piece: impl Into<Bytes>) -> bool {
        self.0.send(Ok(piece.into())).await.is_ok()
    }

    /// Breaks the connection in the middle of the body.
    pub async fn cut(self) {
        let _ = self.0.send(Err(Cut)).await;
    }

    /// Until the client is gone.
    pub async fn closed(&self) {
        self.0.closed().await;
    }
}

impl Body {
    /// No body.
    pub fn empty() -> Self {
        Self::whole(Bytes::new())
    }

    /// A body whose length is known.
    pub fn whole(bytes: impl Into<Bytes>) -> Self {
        Self(Kind::Whole(bytes.into()))
    }

    /// A body that is still growing, and where it grows.
    pub fn stream() -> (Sender, Self) {
        let (sender, receiver) = mpsc::channel(WAITING);
        (Sender(sender), Self(Kind::Stream(receiver)))
    }
}

impl hyper::body::Body for Body {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        match &mut self.0 {
            Kind::Whole(bytes) if bytes.is_empty() => Poll::Ready(None),
            Kind::Whole(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            Kind::Stream(pieces) => match pieces.poll_recv(context) {
                Poll::Ready(Some(Err(Cut))) => {
                    self.0 = Kind::Cutting;
                    context.waker().wake_by_ref();
                    Poll::Pending
                }
                piece => piece.map(|piece| piece.map(|piece| piece.map(Frame::data))),
            },
            Kind::Cutting => Poll::Ready(Some(Err(Cut))),
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(&self.0, Kind::Whole(bytes) if bytes.is_empty())
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Kind::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Kind::Stream(_) | Kind::Cutting => SizeHint::default(),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
