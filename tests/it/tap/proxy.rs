//! The proxy of the environment, between a tap and the address it leads to.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::thread;

use super::http::Tap;
use crate::support::web::{Web, behave};

#[test]
fn the_proxy_of_the_environment_is_used_and_not_for_whom_it_says_not_to() {
    // A proxy is asked for whole addresses; this one answers itself.
    let proxy = Web::new(behave);
    let host = proxy.url("").replace("http://", "");
    let named = format!("http://me:pw-of-mine@{host}");
    let to = "http://127.0.0.1:1/mcp";
    for (except, told) in [("", Some(0)), ("127.0.0.1", None)] {
        let proxies = [("http_proxy", named.as_str()), ("no_proxy", except)];
        let tap = Tap::with(&["--to", to], &proxies);
        let before = proxy.asked().len();
        let url = tap.url("/mcp");
        let run = tap
            .home
            .run(&["call", "echo", "text=hi", "--no-record", "--url", &url]);
        let asked = proxy.asked().split_off(before);
        let session = tap.end();
        let recorded: String = session
            .entries
            .iter()
            .map(|one| one.text().into_owned())
            .collect();
        assert!(!recorded.contains("pw-of-mine") && !recorded.contains("bWU6cHctb2YtbWluZQ"));
        let Some(told) = told else {
            assert!(run.code != Some(0) && asked.is_empty(), "{run}");
            continue;
        };
        assert_eq!(
            (run.stdout.as_str(), run.code),
            ("hello\n", Some(told)),
            "{run}"
        );
        assert!(asked.iter().all(|asked| asked.path == to
            && asked.header("host") == Some("127.0.0.1:1")
            && asked.header("proxy-authorization") == Some("Basic bWU6cHctb2YtbWluZQ==")));
        assert!(recorded.contains(&format!("the server is reached through the proxy {host}")));
    }
}

#[test]
fn over_tls_a_proxy_is_a_tunnel() {
    let web = Web::tls(behave);
    let far = web.url("").replace("https://localhost:", "127.0.0.1:");
    // Connects to the server whatever it is asked for, and tells for whom that was.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let proxy = format!("http://{}", listener.local_addr().unwrap());
    let (said, heard) = std::sync::mpsc::channel();
    thread::spawn(move || {
        for near in listener.incoming().flatten() {
            let (far, said) = (far.clone(), said.clone());
            thread::spawn(move || {
                let mut asked = BufReader::new(near.try_clone().unwrap());
                let mut line = String::new();
                asked.read_line(&mut line).unwrap();
                let _ = said.send(line.trim_end().to_owned());
                while line != "\r\n" {
                    line.clear();
                    asked.read_line(&mut line).unwrap();
                }
                let mut far = TcpStream::connect(&far).unwrap();
                let mut back = (far.try_clone().unwrap(), near.try_clone().unwrap());
                let mut near = near;
                near.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").unwrap();
                thread::spawn(move || std::io::copy(&mut back.0, &mut back.1));
                let _ = std::io::copy(&mut asked, &mut far);
            });
        }
    });
    let to = web.url("/mcp");
    let tap = Tap::with(
        &["--to", &to, "--insecure"],
        &[("https_proxy", proxy.as_str()), ("no_proxy", "")],
    );
    let url = tap.url("/mcp");
    let run = tap
        .home
        .run(&["call", "echo", "text=hi", "--no-record", "--url", &url]);
    assert_eq!(
        (run.stdout.as_str(), run.code),
        ("hello\n", Some(0)),
        "{run}"
    );
    let at = to.replace("https://", "").replace("/mcp", "");
    assert_eq!(heard.recv().unwrap(), format!("CONNECT {at} HTTP/1.1"));
    // What it refuses is told in words.
    let refuses = Web::new(|_, reply| reply.send(407, &[], ""));
    let proxy = refuses.url("");
    let tap = Tap::with(
        &["--to", &to],
        &[("https_proxy", proxy.as_str()), ("no_proxy", "")],
    );
    let answer = text(tap.talk(b"GET /mcp HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"));
    assert!(
        answer.contains("502") && answer.contains("wants a login"),
        "{answer}"
    );
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}
