//! A result of 100 MB out of another process, over a pipe, into the program in its pseudo-terminal: how long it takes
//! from the last byte that the server has written until its first words are on the screen.
//!
//! The server is this bench, started once more. It notes the time before its first byte and when the last write has
//! returned: what was not read then is in the pipe, 64 KiB at most. The screen's time is that of the bytes that drew the
//! words. Reading, recording, folding, building the document and drawing it are all in between, for the program does
//! them while bytes still come or after them.

use std::io::{BufRead as _, Write as _};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use mcpscope::json;

use super::figures::{figure, heading};
use super::memory::{memory, mib};
use super::program::MCPSCOPE;
use super::pty::Pty;
use super::{milliseconds, spread};

/// The argument that makes this bench the server; behind it stands where the times go.
pub const SERVER: &str = "huge-server";
/// Bytes of a result.
const SIZE: usize = 100_000_000;
/// What its results begin with.
const WORDS: &str = "the first words";

/// A tool, and what writes its answer.
type Tool = (&'static str, fn(&mut Vec<u8>));

/// The tools.
const TOOLS: [Tool; 2] = [("rows", rows), ("text", text)];

/// Measures each kind of result so many times.
pub fn run(home: &Path, rounds: usize) {
    heading(&format!(
        "A result of {}: from the server's last byte to its words on the screen, median and most, {rounds} rounds",
        mib(SIZE as u64)
    ));
    let program = std::env::current_exe().expect("this program has a path");
    let program = program.to_string_lossy().into_owned();
    let stamps = home.join("stamps");
    let stamps_named = stamps.to_string_lossy().into_owned();
    for (place, (tool, _)) in TOOLS.iter().enumerate() {
        let (mut after, mut sent, mut most) = (Vec::new(), Vec::new(), 0);
        for _ in 0..rounds {
            let command = [*MCPSCOPE, "--", &program, SERVER, &stamps_named];
            let mut pty = Pty::start(home, &command);
            pty.wait("▌TOOLS");
            pty.settle();
            // Down to the tool, to the button of its form, which has no fields; that runs it.
            pty.press(&"j".repeat(place));
            pty.press("\r");
            pty.wait("[ Run ]");
            pty.press("\r");
            let shown = pty.wait(WORDS);
            let shown = SystemTime::now() - pty.elapsed() + shown;
            // By then the server has noted its times.
            pty.settle();
            let (first, last) = times(&stamps);
            sent.push(last.saturating_sub(first));
            after.push(
                shown
                    .duration_since(UNIX_EPOCH)
                    .unwrap_or_default()
                    .saturating_sub(last),
            );
            most = most.max(memory(&pty.pid, "VmHWM").unwrap_or(0));
            pty.quit();
        }
        figure(
            &format!("{tool}: written by the server in"),
            &spread(&mut sent),
        );
        figure(&format!("{tool}: on the screen after"), &spread(&mut after));
        let slowest = after.iter().max().copied().unwrap_or_default();
        figure(&format!("{tool}: slowest"), &milliseconds(slowest));
        figure(&format!("{tool}: memory at most, all resident"), &mib(most));
    }
}

/// When the server began to write, and when it had written.
fn times(stamps: &Path) -> (Duration, Duration) {
    let text = std::fs::read_to_string(stamps).expect("the server notes its times");
    let mut nanoseconds = text.split_whitespace().filter_map(|word| word.parse().ok());
    let mut next = || Duration::from_nanos(nanoseconds.next().expect("two times"));
    (next(), next())
}

/// The server: answers on stdout until stdin ends.
pub fn serve(stamps: &str) {
    let now = || {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        since.unwrap_or_default().as_nanos()
    };
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let line = line.as_bytes();
        let (Some(id), Some(method)) =
            (json::get(line, &["id"]), json::string_at(line, &["method"]))
        else {
            continue;
        };
        let id = String::from_utf8_lossy(id);
        let mut answer = format!(r#"{{"jsonrpc":"2.0","id":{id},"#).into_bytes();
        match method.as_str() {
            "initialize" => answer.extend_from_slice(
                br#""result":{"protocolVersion":"2025-06-18","capabilities":{"tools":{}},"serverInfo":{"name":"huge","version":"1"}}}"#,
            ),
            "tools/list" => {
                let tools = TOOLS.map(|(name, _)| {
                    format!(r#"{{"name":"{name}","inputSchema":{{"type":"object"}}}}"#)
                });
                let tools = tools.join(",");
                answer.extend_from_slice(format!(r#""result":{{"tools":[{tools}]}}}}"#).as_bytes());
            }
            "tools/call" => {
                let name = json::string_at(line, &["params", "name"]);
                let called = TOOLS.iter().find(|(tool, _)| name.as_deref() == Some(*tool));
                if let Some((_, write)) = called {
                    write(&mut answer);
                }
            }
            _ => answer.extend_from_slice(br#""error":{"code":-32601,"message":"not here"}}"#),
        }
        answer.push(b'\n');
        let first = now();
        if out.write_all(&answer).and_then(|()| out.flush()).is_err() {
            return;
        }
        if method == "tools/call" {
            let times = format!("{first} {}", now());
            // Whole or not there: it is read as soon as the words are seen.
            let written = format!("{stamps}.new");
            let put = std::fs::write(&written, times);
            let _ = put.and_then(|()| std::fs::rename(&written, stamps));
        }
    }
}

/// Structured content of like rows.
fn rows(answer: &mut Vec<u8>) {
    let head = format!(
        r#""result":{{"content":[{{"type":"text","text":"{WORDS}"}}],"structuredContent":{{"rows":["#
    );
    answer.extend_from_slice(head.as_bytes());
    let mut row = 0_u64;
    while answer.len() < SIZE {
        let comma = if row > 0 { "," } else { "" };
        // Writing to a vector cannot fail.
        let _ = write!(
            answer,
            r#"{comma}{{"id":{row},"name":"row {row}","ok":true,"of":{{"x":{}.5}}}}"#,
            row % 100
        );
        row += 1;
    }
    answer.extend_from_slice(b"]}}}");
}

/// One text of many lines.
fn text(answer: &mut Vec<u8>) {
    let head = format!(r#""result":{{"content":[{{"type":"text","text":"{WORDS}"#);
    answer.extend_from_slice(head.as_bytes());
    let mut line = 0_u64;
    while answer.len() < SIZE {
        let _ = write!(answer, r#"\nline {line} of a log that says \"nothing\""#);
        line += 1;
    }
    answer.extend_from_slice(br#""}]}}"#);
}
