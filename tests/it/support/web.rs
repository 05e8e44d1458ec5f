//! HTTP servers on loopback, as badly behaved as a test wants: each request is handed to a closure that writes the
//! response byte by byte if it likes. Threads, so that it serves tests of the library and of the program alike.

use std::io::{self, BufRead as _, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mcpscope::json;

use super::{LIMIT, eventually};

/// A request, as it came.
#[derive(Debug, Clone)]
pub struct Asked {
    pub method: String,
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Asked {
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(other, _)| other == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The method of the message.
    pub fn rpc(&self) -> String {
        json::string_at(&self.body, &["method"]).unwrap_or_default()
    }

    /// The id of the message, as it was spelled.
    pub fn id(&self) -> String {
        let id = json::get(&self.body, &["id"]).unwrap_or(b"null");
        String::from_utf8_lossy(id).into_owned()
    }

    /// `POST tools/list`, `GET`.
    pub fn line(&self) -> String {
        format!("{} {}", self.method, self.rpc())
            .trim_end()
            .to_owned()
    }

    /// A result for this request.
    pub fn result(&self, result: &str) -> String {
        format!(
            r#"{{"jsonrpc":"2.0","id":{},"result":{result}}}"#,
            self.id()
        )
    }

    /// An error for this request.
    pub fn error(&self, code: i64) -> String {
        format!(
            r#"{{"jsonrpc":"2.0","id":{},"error":{{"code":{code},"message":"no"}}}}"#,
            self.id()
        )
    }
}

/// Something to read from and write to.
trait Pipe: Read + Write + Send {}
impl<T: Read + Write + Send> Pipe for T {}

/// Where a response is written. What cannot be written any more, because the client went away, is lost.
pub struct Reply {
    pipe: BufReader<Box<dyn Pipe>>,
    /// Whether the connection can take another request.
    whole: bool,
}

impl Reply {
    fn write(&mut self, bytes: &[u8]) -> bool {
        let pipe = self.pipe.get_mut();
        pipe.write_all(bytes).and_then(|()| pipe.flush()).is_ok()
    }

    /// A whole response.
    pub fn send(&mut self, status: u16, headers: &[(&str, &str)], body: &str) {
        let mut text = format!(
            "HTTP/1.1 {status} Because\r\ncontent-length: {}\r\n",
            body.len()
        );
        for (name, value) in headers {
            text += &[*name, ": ", *value, "\r\n"].concat();
        }
        text += &["\r\n", body].concat();
        self.whole = self.write(text.as_bytes());
    }

    /// A whole response with a message.
    pub fn json(&mut self, body: &str) {
        self.send(200, &[("content-type", "application/json")], body);
    }

    /// The head of an event stream.
    pub fn stream(&mut self, headers: &[(&str, &str)]) {
        let mut text =
            "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n"
                .to_owned();
        for (name, value) in headers {
            text += &[*name, ": ", *value, "\r\n"].concat();
        }
        self.write([&text, "\r\n"].concat().as_bytes());
        self.whole = false;
    }

    /// Bytes of a stream; false when nobody reads it any more.
    pub fn chunk(&mut self, bytes: &[u8]) -> bool {
        let head = format!("{:x}\r\n", bytes.len());
        self.write(&[head.as_bytes(), bytes, b"\r\n"].concat())
    }

    /// An event with these data.
    pub fn event(&mut self, data: &str) -> bool {
        self.chunk(format!("event: message\ndata: {data}\n\n").as_bytes())
    }

    /// Every event that is put into the channel, until nobody reads them any more, or `last` was sent.
    pub fn events(&mut self, from: &Receiver<String>, last: impl Fn(&str) -> bool) {
        loop {
            let sent = match from.recv_timeout(Duration::from_millis(10)) {
                Ok(event) if last(&event) => return self.end(),
                Ok(event) => self.event(&event),
                // Whether anybody still listens shows when something is said.
                Err(RecvTimeoutError::Timeout) => self.chunk(b": still here\n\n"),
                Err(RecvTimeoutError::Disconnected) => false,
            };
            if !sent {
                return;
            }
        }
    }

    /// The orderly end of a stream.
    pub fn end(&mut self) {
        self.whole = self.write(b"0\r\n\r\n");
    }

    /// Bytes past all rules; the connection is closed after them.
    pub fn raw(&mut self, bytes: &[u8]) {
        self.write(bytes);
        self.whole = false;
    }

    /// Waits until the client hangs up.
    pub fn until_closed(&mut self) {
        let mut rest = [0; 64];
        while self.pipe.read(&mut rest).is_ok_and(|count| count > 0) {}
        self.whole = false;
    }
}

type Answer = dyn Fn(&Asked, &mut Reply) + Send + Sync;

/// A server. It goes away when it is dropped, with every connection.
pub struct Web {
    address: SocketAddr,
    scheme: &'static str,
    asked: Arc<Mutex<Vec<Asked>>>,
    open: Arc<AtomicUsize>,
    stop: Arc<AtomicBool>,
}

impl Web {
    /// A server that answers as `answer` does.
    pub fn new(answer: impl Fn(&Asked, &mut Reply) + Send + Sync + 'static) -> Self {
        Self::begin("http", Arc::new(answer), |stream| Ok(Box::new(stream)))
    }

    /// The same over TLS, as `localhost`.
    pub fn tls(answer: impl Fn(&Asked, &mut Reply) + Send + Sync + 'static) -> Self {
        use rustls::pki_types::pem::PemObject as _;
        use rustls::pki_types::{CertificateDer, PrivateKeyDer};
        let certificate = CertificateDer::from_pem_slice(include_bytes!("tls/server.pem")).unwrap();
        let key = PrivateKeyDer::from_pem_slice(include_bytes!("tls/server-key.pem")).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .unwrap();
        let config = Arc::new(config);
        Self::begin("https", Arc::new(answer), move |stream| {
            let session =
                rustls::ServerConnection::new(Arc::clone(&config)).map_err(io::Error::other)?;
            Ok(Box::new(rustls::StreamOwned::new(session, stream)))
        })
    }

    fn begin(
        scheme: &'static str,
        answer: Arc<Answer>,
        wrap: impl Fn(TcpStream) -> io::Result<Box<dyn Pipe>> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let web = Self {
            address: listener.local_addr().unwrap(),
            scheme,
            asked: Arc::default(),
            open: Arc::default(),
            stop: Arc::default(),
        };
        let (asked, open, stop) = (
            Arc::clone(&web.asked),
            Arc::clone(&web.open),
            Arc::clone(&web.stop),
        );
        let wrap = Arc::new(wrap);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if stop.load(Ordering::SeqCst) {
                    return;
                }
                stream.set_read_timeout(Some(LIMIT)).unwrap();
                let (asked, open, answer, wrap) = (
                    Arc::clone(&asked),
                    Arc::clone(&open),
                    Arc::clone(&answer),
                    Arc::clone(&wrap),
                );
                open.fetch_add(1, Ordering::SeqCst);
                std::thread::spawn(move || {
                    if let Ok(pipe) = wrap(stream) {
                        serve(pipe, &asked, &*answer);
                    }
                    open.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        web
    }

    /// The address of a path; by name over TLS, whose certificate has one.
    pub fn url(&self, path: &str) -> String {
        let host = if self.scheme == "https" {
            "localhost"
        } else {
            "127.0.0.1"
        };
        format!("{}://{host}:{}{path}", self.scheme, self.address.port())
    }

    /// What was asked so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// What was asked so far, a line each.
    pub fn lines(&self) -> Vec<String> {
        self.asked().iter().map(Asked::line).collect()
    }

    /// Waits until every connection to it is closed.
    pub fn is_left(&self) {
        eventually("the last connection is closed", || {
            self.open.load(Ordering::SeqCst) == 0
        });
    }
}

impl Drop for Web {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // Wakes the listener, which then goes away.
        let _ = TcpStream::connect(self.address);
    }
}

fn serve(pipe: Box<dyn Pipe>, asked: &Mutex<Vec<Asked>>, answer: &Answer) {
    let mut reply = Reply {
        pipe: BufReader::new(pipe),
        whole: true,
    };
    while reply.whole {
        let Some(request) = read(&mut reply.pipe) else {
            return;
        };
        asked.lock().unwrap().push(request.clone());
        reply.whole = false;
        answer(&request, &mut reply);
    }
}

fn read(pipe: &mut BufReader<Box<dyn Pipe>>) -> Option<Asked> {
    let mut line = String::new();
    pipe.read_line(&mut line).ok().filter(|count| *count > 0)?;
    let mut words = line.split(' ').map(str::to_owned);
    let (method, path) = (words.next()?, words.next()?);
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        pipe.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            break;
        };
        headers.push((name.to_ascii_lowercase(), value.to_owned()));
    }
    let mut asked = Asked {
        method,
        path,
        headers,
        body: Vec::new(),
    };
    let length = asked
        .header("content-length")
        .and_then(|length| length.parse().ok());
    asked.body = vec![0; length.unwrap_or(0)];
    pipe.read_exact(&mut asked.body).ok()?;
    Some(asked)
}

/// A server as it should be, in either era, with a tool `echo`. `GET` has no stream.
pub fn behave(asked: &Asked, reply: &mut Reply) {
    let modern = asked.header("mcp-protocol-version") == Some("2026-07-28");
    match (asked.method.as_str(), asked.rpc().as_str()) {
        ("GET", _) => reply.send(405, &[], ""),
        ("DELETE", _) => reply.send(200, &[], ""),
        (_, "server/discover") => reply.send(400, &[("content-type", "application/json")], r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"Server not initialized"}}"#),
        (_, "initialize") => reply.send(
            200,
            &[("content-type", "application/json"), ("mcp-session-id", "session-0123456789abcdef")],
            &asked.result(r#"{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"web","version":"1"}}"#),
        ),
        (_, "tools/list") => reply.json(&asked.result(TOOLS)),
        (_, "tools/call") if modern => reply.json(&asked.result(r#"{"resultType":"complete","content":[{"type":"text","text":"modern"}]}"#)),
        (_, "tools/call") => reply.json(&asked.result(r#"{"content":[{"type":"text","text":"hello"}]}"#)),
        (_, "") => reply.send(400, &[], ""),
        _ if asked.id() == "null" => reply.send(202, &[], ""),
        _ => reply.json(&asked.error(-32601)),
    }
}

/// The same, in 2026-07-28 only.
pub fn behave_modern(asked: &Asked, reply: &mut Reply) {
    match (asked.method.as_str(), asked.rpc().as_str()) {
        ("GET" | "DELETE", _) => reply.send(405, &[], ""),
        (_, "server/discover") => reply.json(&asked.result(
            r#"{"resultType":"complete","supportedVersions":["2026-07-28"],"capabilities":{"tools":{}}}"#,
        )),
        _ => behave(asked, reply),
    }
}

pub const TOOLS: &str = r#"{"tools":[{"name":"echo","inputSchema":{"type":"object","properties":{"text":{"type":"string","x-mcp-header":"Text"}}}}]}"#;
