//! Connections to an address, TLS included, for whoever speaks HTTP over them by itself: a tap, which passes requests
//! on as they are. Trust in certificates is that of every other connection.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use url::Url;

use super::client::UnknownName;
use super::{Address, OpenError, trouble};
use crate::mcp::http::Loss;

/// How long a connection may take to come about, TLS included.
const CONNECT: Duration = Duration::from_secs(10);

mod race;

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

/// A connection, and how it came about. Times are in microseconds.
#[derive(Debug)]
pub struct Connected {
    /// What is read from and written to.
    pub stream: Stream,
    /// The other end.
    pub remote: SocketAddr,
    /// How long the name took to look up; none when there is no name.
    pub dns: Option<u64>,
    /// How long the rest took.
    pub connect: u64,
}

impl Wire {
    /// Prepares connections to an address; reads the certificates it names.
    pub fn new(address: &Address) -> Result<Self, OpenError> {
        let tls = match address.url.scheme() {
            "https" => Some(TlsConnector::from(Arc::new(config(address)?))),
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
        let tcp = race::connect(&found).await?;
        // Messages are small, and must not wait for each other.
        tcp.set_nodelay(true)?;
        let remote = tcp.peer_addr()?;
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
            dns,
            connect: micros(began).max(1),
        })
    }
}

fn micros(began: Instant) -> u64 {
    began.elapsed().as_micros() as u64
}

fn config(address: &Address) -> Result<ClientConfig, OpenError> {
    let provider = Arc::new(ring::default_provider());
    let verifier: Arc<dyn ServerCertVerifier> = if address.insecure {
        Arc::new(AnyCertificate(Arc::clone(&provider)))
    } else {
        verifier(address, &provider)?
    };
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| OpenError::Client(error.to_string()))?;
    let mut config = builder
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// The system's trust, and that of a file; without any certificates on this machine, those of the web.
fn verifier(
    address: &Address,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<dyn ServerCertVerifier>, OpenError> {
    let own = match &address.cacert {
        None => Vec::new(),
        Some(path) => {
            let wrong = |what: String| OpenError::Certificates {
                path: path.clone(),
                what,
            };
            let text = std::fs::read(path).map_err(|error| wrong(error.to_string()))?;
            let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
            let found = found.map_err(|error| wrong(error.to_string()))?;
            if found.is_empty() {
                return Err(wrong("there is no certificate in it".to_owned()));
            }
            found
        }
    };
    let system = rustls_platform_verifier::Verifier::new_with_extra_roots(
        own.iter().cloned(),
        Arc::clone(provider),
    );
    if let Ok(verifier) = system {
        return Ok(Arc::new(verifier));
    }
    let mut roots = RootCertStore::empty();
    let web = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().cloned();
    roots.add_parsable_certificates(web.chain(own));
    let verifier =
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider))
            .build()
            .map_err(|error| OpenError::Client(error.to_string()))?;
    Ok(verifier)
}

/// Takes any certificate, as somebody asked for.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, cert, signed, known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, cert, signed, known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
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
