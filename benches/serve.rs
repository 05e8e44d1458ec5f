//! How many answers a second a served recording gives: over stdio, pipelined, and over HTTP on a few connections that
//! are kept; with and without a recording of its own. Against a bare echo in the same run, which reads a line, takes the
//! id out of it and writes an answer of the same length. Prints figures and judges none of them.

#![expect(clippy::print_stdout, reason = "figures are what a bench is for")]

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::Instant;

use mcpscope::json;
use mcpscope::recorder::{Draft, Recorder};
use mcpscope::session::Direction;

mod figures;
mod memory;
mod program;

use figures::{figure, heading};
use memory::{memory, mib};
use program::MCPSCOPE;

/// Requests of the recording.
const RECORDED: usize = 1_000;
/// Connections over HTTP.
const CONNECTIONS: usize = 4;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let result = if arguments.first().is_some_and(|word| word == "bare") {
        bare()
    } else {
        let quick = arguments.iter().any(|argument| argument == "--quick");
        compare(if quick { 20_000 } else { 200_000 })
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn question(id: usize) -> String {
    let number = id % RECORDED;
    format!(
        r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"echo","arguments":{{"number":{number},"text":"{}"}}}}}}"#,
        "x".repeat(100)
    )
}

fn answer(id: &[u8]) -> Vec<u8> {
    let text = "y".repeat(100);
    let id = String::from_utf8_lossy(id);
    format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{{"content":[{{"type":"text","text":"{text}"}}]}}}}"#)
        .into_bytes()
}

/// The least a server can do.
fn bare() -> io::Result<()> {
    let mut from = BufReader::with_capacity(64 << 10, io::stdin().lock());
    let mut to = io::BufWriter::with_capacity(64 << 10, io::stdout().lock());
    let mut line = Vec::new();
    while from.read_until(b'\n', &mut line)? > 0 {
        let id = json::get(&line, &["id"]).unwrap_or(b"null");
        let mut answer = answer(id);
        answer.push(b'\n');
        to.write_all(&answer)?;
        line.clear();
        if from.buffer().is_empty() {
            to.flush()?;
        }
    }
    to.flush()
}

fn recording(path: &std::path::Path) -> io::Result<()> {
    let mut recorder = Recorder::create(path)?;
    for id in 1..=RECORDED {
        let frames = [
            (Direction::Out, question(id).into_bytes()),
            (Direction::In, answer(id.to_string().as_bytes())),
        ];
        for (direction, body) in frames {
            recorder.put(Draft::wire(1, direction, body));
        }
    }
    Ok(())
}

fn compare(count: usize) -> io::Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("r.jsonl");
    recording(&file)?;
    let serve = |more: &[&str]| {
        let mut command = Command::new(*MCPSCOPE);
        command.arg("serve").arg(&file).args(more);
        command.env("MCPSCOPE_HOME", folder.path());
        command
    };
    heading(&format!("{count} answers of a served recording"));
    let mut echo = Command::new(std::env::current_exe()?);
    echo.arg("bare");
    let (echo, _) = pipelined(echo, count)?;
    figure("a bare echo over stdio", &format!("{echo:.0} a second"));
    for (what, more) in [
        ("recorded again", &[][..]),
        ("not recorded", &["--no-record"][..]),
    ] {
        let (rate, peak) = pipelined(serve(more), count)?;
        let ratio = rate / echo;
        figure(
            &format!("over stdio, {what}"),
            &format!("{rate:.0} a second, {ratio:.2} of the echo, {}", mib(peak)),
        );
    }
    for (what, more) in [
        ("recorded again", &["--listen", "0"][..]),
        ("not recorded", &["--listen", "0", "--no-record"][..]),
    ] {
        let rate = posted(serve(more), count / 4)?;
        figure(
            &format!("over HTTP on {CONNECTIONS} connections, {what}"),
            &format!("{rate:.0} a second"),
        );
    }
    Ok(())
}

/// Answers a second, and the most memory it took.
fn pipelined(mut command: Command, count: usize) -> io::Result<(f64, u64)> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let (Some(to), Some(from)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(io::ErrorKind::BrokenPipe.into());
    };
    let mut to = io::BufWriter::with_capacity(64 << 10, to);
    let mut from = BufReader::with_capacity(256 << 10, from);
    let mut line = Vec::new();
    // It has started when it answers.
    writeln!(to, "{}", question(0))?;
    to.flush()?;
    from.read_until(b'\n', &mut line)?;
    let began = Instant::now();
    let writer = std::thread::spawn(move || -> io::Result<io::BufWriter<_>> {
        for id in 1..=count {
            writeln!(to, "{}", question(id))?;
        }
        to.flush()?;
        Ok(to)
    });
    for _ in 0..count {
        line.clear();
        if from.read_until(b'\n', &mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    let rate = count as f64 / began.elapsed().as_secs_f64();
    let peak = memory(&child.id().to_string(), "VmHWM").unwrap_or_default();
    drop(writer.join());
    child.wait()?;
    Ok((rate, peak))
}

/// Answers a second over HTTP.
fn posted(mut command: Command, count: usize) -> io::Result<f64> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    let address = address(&mut child)?;
    let each = count / CONNECTIONS;
    let began = Instant::now();
    let clients: Vec<_> = (0..CONNECTIONS)
        .map(|_| {
            let address = address.clone();
            std::thread::spawn(move || client(&address, each))
        })
        .collect();
    for client in clients {
        client.join().map_err(|_| io::ErrorKind::Other)??;
    }
    let rate = (each * CONNECTIONS) as f64 / began.elapsed().as_secs_f64();
    child.kill()?;
    child.wait()?;
    Ok(rate)
}

/// Where it says that it listens; the rest of what it says is read by nobody.
fn address(child: &mut Child) -> io::Result<String> {
    let stderr = child.stderr.take().ok_or(io::ErrorKind::BrokenPipe)?;
    let mut lines = BufReader::new(stderr);
    let mut line = String::new();
    while lines.read_line(&mut line)? > 0 {
        let url = line
            .trim()
            .rsplit_once("http://")
            .map(|(_, url)| url.to_owned());
        if let Some(url) = url {
            std::thread::spawn(move || io::copy(&mut lines, &mut io::sink()));
            return Ok(url.trim_end_matches("/mcp").to_owned());
        }
        line.clear();
    }
    Err(io::ErrorKind::UnexpectedEof.into())
}

fn client(address: &str, count: usize) -> io::Result<()> {
    let stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    let mut from = BufReader::new(stream.try_clone()?);
    let (mut to, mut line, mut body) = (stream, String::new(), Vec::new());
    for id in 0..count {
        let question = question(id).replace(
            r#""params":{"#,
            r#""params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"},"#,
        );
        let head = format!(
            "POST /mcp HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\nContent-Length: {}\r\n\r\n",
            question.len()
        );
        to.write_all(&[head.as_bytes(), question.as_bytes()].concat())?;
        let mut length = 0;
        loop {
            line.clear();
            if from.read_line(&mut line)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value
                    .trim()
                    .parse()
                    .map_err(|_| io::ErrorKind::InvalidData)?;
            }
            if line == "\r\n" {
                break;
            }
        }
        body.resize(length, 0);
        from.read_exact(&mut body)?;
    }
    Ok(())
}
