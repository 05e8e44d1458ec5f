//! The HTTP client: TLS, proxies, and as much of a clock as the library below lets us look at.
//!
//! It follows no redirect and unpacks nothing: bodies are as they were sent.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Certificate, Client, ClientBuilder, redirect};

use super::Address;

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
    // Fails when there is one already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let own = match &address.cacert {
        None => Vec::new(),
        Some(path) => certificates(path)?,
    };
    let system = prepare(address, dressed)
        .tls_certs_merge(own.iter().cloned())
        .build();
    system
        .or_else(|_| {
            // Without any certificates on this machine there is no client at all, not even for http.
            let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter();
            let roots = roots.filter_map(|der| Certificate::from_der(der).ok());
            prepare(address, dressed)
                .tls_certs_only(roots.chain(own))
                .build()
        })
        .map_err(|error| OpenError::Client(super::trouble::chain(&error)))
}

fn certificates(path: &std::path::Path) -> Result<Vec<Certificate>, OpenError> {
    let wrong = |what: String| OpenError::Certificates {
        path: path.to_owned(),
        what,
    };
    let text = std::fs::read(path).map_err(|error| wrong(error.to_string()))?;
    let found = Certificate::from_pem_bundle(&text)
        .map_err(|error| wrong(super::trouble::chain(&error)))?;
    if found.is_empty() {
        return Err(wrong("there is no certificate in it".to_owned()));
    }
    Ok(found)
}

fn prepare(address: &Address, dressed: bool) -> ClientBuilder {
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
        .tls_danger_accept_invalid_certs(address.insecure)
        .dns_resolver(Lookup)
        .connector_layer(Timed)
}

/// How long the parts of connecting took for one exchange, in microseconds; zero is "not at all".
#[derive(Debug, Default)]
pub(super) struct Clock {
    dns: AtomicU64,
    connect: AtomicU64,
}

impl Clock {
    /// Looking up the name, then the rest of connecting.
    pub fn read(&self) -> (Option<u64>, Option<u64>) {
        let (dns, connect) = (
            self.dns.load(Ordering::Relaxed),
            self.connect.load(Ordering::Relaxed),
        );
        let some = |us: u64| (us > 0).then_some(us);
        (some(dns), some(connect).map(|us| us.saturating_sub(dns)))
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
            done
        })
    }
}
