//! The listener, spoken to over plain sockets.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::oneshot;

use super::*;

/// Longer than anything here takes.
const LIMIT: Duration = Duration::from_secs(20);

fn runs<T>(test: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async { tokio::time::timeout(LIMIT, test).await.expect("in time") })
}

/// Reads until the text is there.
async fn until(stream: &mut TcpStream, wanted: &str) -> String {
    let mut seen = Vec::new();
    loop {
        let mut some = [0; 1_024];
        let read = stream.read(&mut some).await.unwrap();
        seen.extend_from_slice(&some[..read]);
        let text = String::from_utf8_lossy(&seen).into_owned();
        if text.contains(wanted) || read == 0 {
            return text;
        }
    }
}

#[test]
fn bodies_come_and_go_piece_by_piece() {
    runs(async {
        let listener = Listener::bind("0", Reach::Loopback).await.unwrap();
        let address = listener.address();
        let (end, stop) = oneshot::channel::<()>();
        let answer = |_: SocketAddr, request: Request| async move {
            let (head, mut body) = request.into_parts();
            let (sender, streamed) = Body::stream();
            tokio::spawn(async move {
                sender.send(format!("[{} {}]", head.method, head.uri)).await;
                while let Some(Ok(bytes)) = piece(&mut body).await {
                    sender.send(bytes).await;
                }
            });
            Response::new(streamed)
        };
        let serving = tokio::spawn(listener.serve(answer, async {
            let _ = stop.await;
        }));
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream
            .write_all(b"POST /mcp?x=1 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n")
            .await
            .unwrap();
        // The second piece is not sent before the first came back.
        let first = until(&mut stream, "one").await;
        assert!(first.starts_with("HTTP/1.1 200 OK\r\n"), "{first}");
        assert!(first.contains("[POST /mcp?x=1]"), "{first}");
        assert!(!first.contains("date:"), "{first}");
        stream.write_all(b"3\r\ntwo\r\n0\r\n\r\n").await.unwrap();
        let rest = until(&mut stream, "\r\n0\r\n\r\n").await;
        assert!(rest.contains("two"), "{rest}");
        // The same connection takes the next request.
        stream
            .write_all(b"POST /2 HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc")
            .await
            .unwrap();
        assert!(until(&mut stream, "abc").await.contains("[POST /2]"));
        end.send(()).unwrap();
        serving.await.unwrap();
        assert_eq!(stream.read(&mut [0; 8]).await.unwrap(), 0);
        assert!(TcpStream::connect(address).await.is_err());
    });
}

#[test]
fn a_client_that_goes_away_ends_its_stream_and_an_end_cuts_streams() {
    runs(async {
        let listener = Listener::bind("127.0.0.1:0", Reach::Loopback)
            .await
            .unwrap();
        let address = listener.address();
        let (tell, mut told) = mpsc::unbounded_channel();
        let (end, stop) = oneshot::channel::<()>();
        let answer = move |_: SocketAddr, _: Request| {
            let tell = tell.clone();
            async move {
                let (sender, body) = Body::stream();
                sender.send("begun").await;
                tokio::spawn(async move {
                    sender.closed().await;
                    let _ = tell.send(());
                });
                Response::new(body)
            }
        };
        let serving = tokio::spawn(listener.serve(answer, async {
            let _ = stop.await;
        }));
        let request = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n";
        let mut leaving = TcpStream::connect(address).await.unwrap();
        leaving.write_all(request).await.unwrap();
        until(&mut leaving, "begun").await;
        drop(leaving);
        told.recv().await.unwrap();
        let mut staying = TcpStream::connect(address).await.unwrap();
        staying.write_all(request).await.unwrap();
        until(&mut staying, "begun").await;
        end.send(()).unwrap();
        serving.await.unwrap();
        assert!(!until(&mut staying, "never").await.contains("0\r\n\r\n"));
    });
}

#[test]
fn a_body_can_break_off_and_can_be_too_long() {
    runs(async {
        let listener = Listener::bind("localhost:0", Reach::Loopback)
            .await
            .unwrap();
        let address = listener.address();
        let answer = |_: SocketAddr, request: Request| async move {
            if let Err(error) = whole(request.into_body(), 4).await {
                return Response::new(Body::whole(error.to_string()));
            }
            let (sender, body) = Body::stream();
            tokio::spawn(async move {
                sender.send("half of").await;
                sender.cut().await;
            });
            Response::new(body)
        };
        tokio::spawn(listener.serve(answer, std::future::pending()));
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream
            .write_all(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nabcde")
            .await
            .unwrap();
        assert!(
            until(&mut stream, "4 bytes")
                .await
                .ends_with("longer than 4 bytes")
        );
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream
            .write_all(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nabcd")
            .await
            .unwrap();
        let cut = until(&mut stream, "\r\n0\r\n").await;
        assert!(
            cut.contains("half of") && !cut.contains("\r\n0\r\n"),
            "{cut}"
        );
    });
}

#[test]
fn only_this_machine_unless_told() {
    runs(async {
        for address in ["0.0.0.0:0", "[::]:0"] {
            let refused = Listener::bind(address, Reach::Loopback).await.unwrap_err();
            assert!(matches!(refused, ListenError::Public(_)), "{refused}");
        }
        assert!(Listener::bind("0.0.0.0:0", Reach::Anyone).await.is_ok());
        for address in [
            "",
            "here",
            "127.0.0.1",
            "127.0.0.1:99999",
            "http://localhost:1",
        ] {
            let refused = Listener::bind(address, Reach::Anyone).await.unwrap_err();
            assert!(
                matches!(refused, ListenError::Address(_)),
                "{address}: {refused}"
            );
        }
        let taken = Listener::bind("0", Reach::Loopback).await.unwrap();
        let again = Listener::bind(&taken.address().to_string(), Reach::Loopback).await;
        assert!(matches!(again, Err(ListenError::Bind { .. })), "{again:?}");
    });
}

#[test]
fn pages_of_web_sites_are_told_apart() {
    let told = |name: &'static str, value: &'static str| {
        foreign(
            &[(
                http::HeaderName::from_static(name),
                http::HeaderValue::from_static(value),
            )]
            .into_iter()
            .collect(),
        )
    };
    for local in [
        "http://localhost:6274",
        "http://127.0.0.1",
        "https://[::1]:8080",
    ] {
        assert_eq!(told("origin", local), None, "{local}");
    }
    for far in [
        "null",
        "https://evil.example",
        "http://127.0.0.1.evil.example:80",
    ] {
        assert!(told("origin", far).is_some(), "{far}");
    }
    for local in ["localhost", "LOCALHOST:1", "127.0.0.1:80", "[::1]:80"] {
        assert_eq!(told("host", local), None, "{local}");
    }
    assert!(told("host", "evil.example:80").is_some());
}
