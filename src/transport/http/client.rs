//! The HTTP client: TLS, proxies, and as much of a clock as the library below lets us look at.
//!
//! It follows no redirect and unpacks nothing: bodies are as they were sent.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Client, redirect};

use super::{Address, tls};

/// How long a connection may take to come about, TLS included.
const CONNECT: Duration = Duration::from_secs(10);

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file with certificates.
    #[error("cannot read certificates from {}: {what}", path.display())]
    Certificates {
        /// Which file.
        path: PathBuf,
        /// Why.
        what: String,
    },
    /// Anything else.
    #[error("cannot prepare HTTP: {0}")]
    Client(String),
}

impl OpenError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Certificates { .. } => {
                Some("--cacert takes a file with certificates in PEM".to_owned())
            }
            Self::Client(_) => None,
        }
    }
}

/// The client for an address; `dressed` it begins the words of header names with capitals.
pub(super) fn build(address: &Address, dressed: bool) -> Result<Client, OpenError> {
    // The library wants one to be there even when it is told how to speak TLS. Fails when there is one already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = Client::builder();
    let builder = if dressed {
        builder.http1_title_case_headers()
    } else {
        builder
    };
    builder
        .redirect(redirect::Policy::none())
        .user_agent(concat!("mcpscope/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT)
        .tls_backend_preconfigured(tls::watched(address, secure)?)
        .dns_resolver(Lookup)
        .connector_layer(Timed)
        .build()
        .map_err(|error| OpenError::Client(super::trouble::chain(&error)))
}

/// How long the parts of connecting took for one exchange, in microseconds; zero is "not at all".
#[derive(Debug, Default)]
pub(super) struct Clock {
    dns: AtomicU64,
    connect: AtomicU64,
    tls: AtomicU64,
    /// Since when TLS is being agreed on.
    securing: Mutex<Option<Instant>>,
}

/// How long the parts of connecting took, in microseconds; none is "not at all".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Opening {
    /// Looking up the name.
    pub dns: Option<u64>,
    /// Connecting, after that.
    pub connect: Option<u64>,
    /// TLS, after that.
    pub tls: Option<u64>,
}

impl Clock {
    /// What it shows.
    pub fn read(&self) -> Opening {
        let [dns, whole, tls] =
            [&self.dns, &self.connect, &self.tls].map(|part| part.load(Ordering::Relaxed));
        let some = |us: u64| (us > 0).then_some(us);
        Opening {
            dns: some(dns),
            connect: some(whole).map(|us| us.saturating_sub(dns + tls)),
            tls: some(tls),
        }
    }

    fn securing(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        self.securing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

tokio::task_local! {
    /// The clock of the exchange whose task this is.
    pub(super) static CLOCK: Arc<Clock>;
}

fn add(part: impl Fn(&Clock) -> &AtomicU64, began: Instant) {
    // A connection that is finished in the background, after its exchange took another, has no clock.
    let _ = CLOCK.try_with(|clock| {
        let us = (began.elapsed().as_micros() as u64).max(1);
        part(clock).fetch_add(us, Ordering::Relaxed)
    });
}

/// TLS begins, on a connection that has come about.
fn secure() {
    let _ = CLOCK.try_with(|clock| *clock.securing() = Some(Instant::now()));
}

/// The name is unknown.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct UnknownName(pub std::io::Error);

#[derive(Debug)]
struct Lookup;

impl Resolve for Lookup {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let began = Instant::now();
            let found = tokio::net::lookup_host((name.as_str(), 0)).await;
            add(|clock| &clock.dns, began);
            let found: Vec<SocketAddr> = found.map_err(UnknownName)?.collect();
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// Looks at the clock around connecting.
#[derive(Debug, Clone, Copy)]
struct Timed;

impl<S> tower_layer::Layer<S> for Timed {
    type Service = TimedService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        TimedService { inner }
    }
}

#[derive(Debug, Clone)]
struct TimedService<S> {
    inner: S,
}

impl<S, R> tower_service::Service<R> for TimedService<S>
where
    S: tower_service::Service<R>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: R) -> Self::Future {
        let connecting = self.inner.call(request);
        Box::pin(async move {
            let began = Instant::now();
            let done = connecting.await;
            add(|clock| &clock.connect, began);
            if let Ok(Some(began)) = CLOCK.try_with(|clock| clock.securing().take()) {
                add(|clock| &clock.tls, began);
            }
            done
        })
    }
}
