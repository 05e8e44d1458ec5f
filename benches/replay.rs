//! What sending a recording again costs: 10,000 calls that were all under way together, against a bare client that
//! writes the same requests to the same server and reads the answers, records nothing and compares nothing. The pairs
//! are interleaved, so that both see the same machine. Prints figures and judges none of them.

#![expect(clippy::print_stdout, reason = "figures are what a bench is for")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use mcpscope::json;
use mcpscope::recorder::{Draft, Recorder};
use mcpscope::session::{Channel, Direction};

mod figures;
mod program;

use figures::{figure, heading};
use program::MCPSCOPE;

fn main() -> ExitCode {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let (pairs, calls) = if quick { (1, 1_000) } else { (5, 10_000) };
    match compare(pairs, calls) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("{error}");
            ExitCode::FAILURE
        }
    }
}

const INITIALIZE: &str = r#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"bare","version":"0"}}}"#;
const INITIALIZED: &str = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;

fn request(id: usize) -> String {
    format!(
        r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"echo","arguments":{{"text":"call {id}"}},"_meta":{{"progressToken":{id}}}}}}}"#
    )
}

/// All answers of the demo server to so many requests at once, and how long they took.
fn bare(calls: usize) -> std::io::Result<(Duration, Vec<String>)> {
    let mut child = Command::new(*MCPSCOPE)
        .arg("demo-server")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let gone = || std::io::Error::from(std::io::ErrorKind::BrokenPipe);
    let (mut to, from) = (
        child.stdin.take().ok_or_else(gone)?,
        child.stdout.take().ok_or_else(gone)?,
    );
    let mut lines = BufReader::new(from).lines();
    writeln!(to, "{INITIALIZE}")?;
    lines.next().ok_or_else(gone)??;
    writeln!(to, "{INITIALIZED}")?;
    let began = Instant::now();
    let writer = std::thread::spawn(move || -> std::io::Result<()> {
        for id in 1..=calls {
            writeln!(to, "{}", request(id))?;
        }
        Ok(())
    });
    let answers = lines.by_ref().take(calls).collect::<Result<Vec<_>, _>>()?;
    let took = began.elapsed();
    writer.join().map_err(|_| gone())??;
    child.kill()?;
    child.wait()?;
    Ok((took, answers))
}

/// A recording in which all of them were under way together.
fn record(path: &Path, answers: &[String]) -> std::io::Result<()> {
    let mut recorder = Recorder::create(path)?;
    let mut put = |channel, direction, body: &str| {
        recorder.put(Draft {
            conn: 1,
            channel,
            direction,
            aux: false,
            body: body.as_bytes().to_vec(),
            ending: "\n",
            extra: None,
        });
    };
    let notes = [
        r#"{"event":"connect","name":"demo","transport":"stdio","era":"legacy"}"#,
        r#"{"event":"ready","revision":"2025-11-25"}"#,
    ];
    for note in notes {
        put(Channel::Note, Direction::Here, note);
    }
    for id in 1..=answers.len() {
        put(Channel::Wire, Direction::Out, &request(id));
    }
    for answer in answers {
        put(Channel::Wire, Direction::In, answer);
    }
    Ok(())
}

/// The whole run, and of it the time from the first request to the last answer, as it was recorded.
fn replay(path: &Path, new: &Path, calls: usize) -> std::io::Result<(Duration, Duration)> {
    let began = Instant::now();
    let run = Command::new(*MCPSCOPE)
        .arg("replay")
        .arg(path)
        .args(["-q", "--json", "--demo", "--record"])
        .arg(new)
        .env("MCPSCOPE_HOME", new.with_extension("home"))
        .output()?;
    let whole = began.elapsed();
    let told = json::get(&run.stdout, &["counts"]).unwrap_or_default();
    let told = String::from_utf8_lossy(told).into_owned();
    if told != format!("{{\"same\":{calls}}}") {
        let said = String::from_utf8_lossy(&run.stderr).into_owned();
        return Err(std::io::Error::other(format!("{told} {said}")));
    }
    let (mut first, mut last) = (None, 0);
    for line in BufReader::new(std::fs::File::open(new)?).lines() {
        let line = line?;
        let us = json::get(line.as_bytes(), &["us"]).and_then(json::integer);
        if line.contains("\"name\":\"echo\",\"arguments\"") {
            first = first.or(us);
        } else if line.contains("\"result\"") {
            last = us.unwrap_or(last);
        }
    }
    std::fs::remove_file(new)?;
    let sending = last - first.unwrap_or(last);
    Ok((whole, Duration::from_micros(sending.unsigned_abs())))
}

fn compare(pairs: usize, calls: usize) -> std::io::Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("recorded.jsonl");
    record(&path, &bare(calls)?.1)?;
    let mut runs: [Vec<Duration>; 3] = [Vec::new(), Vec::new(), Vec::new()];
    for _ in 0..pairs {
        runs[0].push(bare(calls)?.0);
        let (whole, sending) = replay(&path, &folder.path().join("new.jsonl"), calls)?;
        runs[1].push(sending);
        runs[2].push(whole);
    }
    heading("a recording sent again, against a bare client");
    let [bare, sending, whole] = runs.map(|mut times| {
        times.sort_unstable();
        times[times.len() / 2].as_secs_f64() * 1e3
    });
    figure(
        &format!("{calls} calls under way together, a bare client"),
        &format!("{bare:.0} ms"),
    );
    figure(
        "the same sent again and recorded, first request to last answer",
        &format!("{sending:.0} ms, {:.2}x", sending / bare),
    );
    figure(
        "all of it: read, started, sent, compared, stopped",
        &format!("{whole:.0} ms, {:.2}x", whole / bare),
    );
    Ok(())
}
