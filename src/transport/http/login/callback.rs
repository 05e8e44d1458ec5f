//! Where people are sent back to after a login: a page on this machine, for as long as the login lasts.
//!
//! It hands on the address that was asked for and says that the window can be closed; what the address means is not
//! known here.

use std::net::Ipv4Addr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use tokio::time::timeout;

/// The path people are sent back to.
const PATH: &str = "/callback";

/// The longest head of a request that is read.
const HEAD: usize = 16 * 1024;

/// How long a browser may take to say what it wants.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long to wait after a connection that could not be taken.
const PAUSE: Duration = Duration::from_millis(100);

/// A page that waits; it is gone when this is dropped.
#[derive(Debug)]
pub struct Callback {
    /// Its address.
    pub url: String,
    waiting: Option<AbortHandle>,
}

impl Drop for Callback {
    fn drop(&mut self) {
        if let Some(waiting) = &self.waiting {
            waiting.abort();
        }
    }
}

/// Opens the page at `port`, or at any that is free; each address that is asked for goes to `found`. Where nothing can
/// be opened, there is an address all the same: what people are sent to can be pasted.
pub fn open(port: Option<u16>, found: mpsc::UnboundedSender<String>) -> Callback {
    let at = |port: u16| format!("http://127.0.0.1:{port}{PATH}");
    let bind = |port: u16| {
        // On this machine that takes no time.
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        listener.set_nonblocking(true)?;
        TcpListener::from_std(listener)
    };
    let listener = match (bind(port.unwrap_or(0)), port) {
        (Err(_), Some(_)) => bind(0),
        (found, _) => found,
    };
    let Ok(listener) = listener else {
        return Callback {
            url: at(port.unwrap_or(0)),
            waiting: None,
        };
    };
    let bound = listener.local_addr().map_or(0, |address| address.port());
    let waiting = tokio::spawn(async move {
        // An error here is of one connection, not of the page; one that comes back at once must not keep us busy.
        loop {
            match listener.accept().await {
                // Lives on by itself, so that the browser gets its page even when the login is over by then.
                Ok((stream, _)) => drop(tokio::spawn(timeout(
                    PATIENCE,
                    serve(stream, found.clone()),
                ))),
                Err(_) => tokio::time::sleep(PAUSE).await,
            }
        }
    });
    Callback {
        url: at(bound),
        waiting: Some(waiting.abort_handle()),
    }
}

async fn serve(mut stream: TcpStream, found: mpsc::UnboundedSender<String>) {
    let mut head = Vec::new();
    let mut piece = [0; 2048];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") && head.len() < HEAD {
        match stream.read(&mut piece).await {
            Ok(count) if count > 0 => head.extend_from_slice(&piece[..count]),
            _ => return,
        }
    }
    let (status, page) = match wanted(&head) {
        Some(target) => {
            // Nobody may want to know any more.
            let _ = found.send(format!("http://127.0.0.1{target}"));
            (
                "200 OK",
                "<h1>Back to mcpscope</h1><p>It has the answer and goes on there. This window can be closed.</p>",
            )
        }
        None => (
            "404 Not Found",
            "<h1>Nothing here</h1><p>mcpscope waits for the end of a login, elsewhere on this port.</p>",
        ),
    };
    let page = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>mcpscope</title><body style=\"font-family:sans-serif;margin:4em\">{page}</body></html>"
    );
    let response = format!(
        "HTTP/1.1 {status}\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {}\r\ncache-control: no-store\r\nreferrer-policy: no-referrer\r\nconnection: close\r\n\r\n{page}",
        page.len()
    );
    // A browser that is gone by then misses a page, no more.
    let _ = stream.write_all(response.as_bytes()).await;
    let _ = stream.shutdown().await;
}

/// The target of a request for the page.
fn wanted(head: &[u8]) -> Option<String> {
    let line = head.split(|byte| *byte == b'\r').next()?;
    let line = std::str::from_utf8(line).ok()?;
    let mut words = line.split(' ');
    let (method, target) = (words.next()?, words.next()?);
    let is_page = target == PATH || target.starts_with(&format!("{PATH}?"));
    (method == "GET" && is_page && words.next()?.starts_with("HTTP/1.")).then(|| target.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_page_itself_is_an_answer() {
        for (head, target) in [
            (
                "GET /callback?code=1&state=2 HTTP/1.1\r\nHost: x\r\n\r\n",
                Some("/callback?code=1&state=2"),
            ),
            ("GET /callback HTTP/1.0\r\n\r\n", Some("/callback")),
            ("GET /favicon.ico HTTP/1.1\r\n\r\n", None),
            ("GET /callbacks?code=1 HTTP/1.1\r\n\r\n", None),
            ("POST /callback?code=1 HTTP/1.1\r\n\r\n", None),
            ("GET /callback?code=1", None),
            ("\r\n\r\n", None),
        ] {
            assert_eq!(wanted(head.as_bytes()).as_deref(), target, "{head}");
        }
    }
}
