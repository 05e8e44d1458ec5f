//! What a headless run costs: 10,000 calls in a shell, and cold `mcpscope list tools`, recording, against a bare client that does no more than
//! initialize and tools/list. Both start the same instant server; runs are interleaved, so that both see the same
//! machine. Prints figures and judges only memory: machines differ in everything else.

#![expect(clippy::print_stdout, reason = "figures are what a bench is for")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

mod figures;
mod memory;
mod program;
#[expect(dead_code, reason = "other benches use the rest")]
mod times;

use figures::{figure, heading};
use memory::{memory, mib};
use program::MCPSCOPE;
use times::milliseconds;

const SERVER: &str = env!("CARGO_BIN_EXE_fake-mcp-server");
/// Resident memory that a headless run may take at its peak.
const PEAK: u64 = 20 << 20;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [word, server, count] = arguments.as_slice()
        && word == "calls"
    {
        return match calls(server, count.parse().unwrap_or(0)) {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        };
    }
    if let [word, server] = arguments.as_slice()
        && word == "bare"
    {
        return match bare(server) {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        };
    }
    let quick = arguments.iter().any(|argument| argument == "--quick");
    let (rounds, count) = if quick { (3, 2_000) } else { (9, 10_000) };
    shell(rounds, count);
    compare(if quick { 20 } else { 100 })
}

/// One call of the tool that gives back its text.
fn call(id: usize) -> String {
    format!(
        r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"echo","arguments":{{"text":"n{id}"}}}}}}"#
    )
}

/// A server, and the two ends of a connection on which hands were shaken.
fn shaken(server: &str) -> std::io::Result<(Child, ChildStdin, BufReader<ChildStdout>)> {
    let mut child = Command::new(server)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let (Some(mut to), Some(from)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(std::io::ErrorKind::BrokenPipe.into());
    };
    let mut from = BufReader::new(from);
    to.write_all(
        concat!(
            r#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","#,
            r#""capabilities":{},"clientInfo":{"name":"bare","version":"1"}}}"#,
            "\n"
        )
        .as_bytes(),
    )?;
    from.read_line(&mut String::new())?;
    Ok((child, to, from))
}

/// The least a client can do that calls a tool so many times, one call after the other, and prints each text.
fn calls(server: &str, count: usize) -> std::io::Result<()> {
    let (mut child, mut to, mut from) = shaken(server)?;
    let mut line = String::new();
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for id in 1..=count {
        to.write_all((call(id) + "\n").as_bytes())?;
        line.clear();
        from.read_line(&mut line)?;
        let value: serde_json::Value = serde_json::from_str(&line)?;
        let text = &value["result"]["content"][0]["text"];
        writeln!(out, "{}", text.as_str().unwrap_or_default())?;
    }
    out.flush()?;
    drop(to);
    child.wait()?;
    Ok(())
}

/// Calls over one connection, against the bare client.
fn shell(rounds: usize, count: usize) {
    heading(&format!(
        "{count} calls over one connection, median of {rounds} interleaved pairs"
    ));
    let home = tempfile::tempdir().expect("a temporary folder");
    let bench = std::env::current_exe().expect("this program has a path");
    let lines: Vec<_> = (1..=count)
        .map(|id| format!("call echo text=n{id}\n"))
        .collect();
    let lines = lines.concat();
    let commands = home.path().join("commands");
    std::fs::write(&commands, lines).expect("a file of commands");
    let number = count.to_string();
    let time = |command: &mut Command| {
        let began = Instant::now();
        let status = command
            .stdin(std::fs::File::open(&commands).expect("the file of commands"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        assert!(
            status.is_ok_and(|status| status.success()),
            "{command:?} failed"
        );
        began.elapsed()
    };
    let (mut bare, mut ours) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        bare.push(time(Command::new(&bench).args(["calls", SERVER, &number])));
        let mut command = Command::new(*MCPSCOPE);
        command.env("MCPSCOPE_HOME", home.path());
        ours.push(time(command.args(["shell", "--", SERVER])));
    }
    let base = median(&mut bare);
    let took = median(&mut ours);
    let ratio = took.as_secs_f64() / base.as_secs_f64();
    figure("a bare client that parses each answer", &milliseconds(base));
    figure(
        "mcpscope shell (recording)",
        &format!("{}  ({ratio:.2} x)", milliseconds(took)),
    );
}

/// The least a client can do: starts the server, shakes hands, lists its tools, closes its stdin, waits for its end.
fn bare(server: &str) -> std::io::Result<()> {
    let (mut child, mut to, mut from) = shaken(server)?;
    let mut line = String::new();
    to.write_all(
        concat!(
            r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
            "\n",
            r#"{"jsonrpc":"2.0","id":2,"method":"tools/list"}"#,
            "\n"
        )
        .as_bytes(),
    )?;
    line.clear();
    from.read_line(&mut line)?;
    drop(to);
    child.wait()?;
    std::io::stdout().write_all(line.as_bytes())
}

/// Runs both in turn, `rounds` times.
fn compare(rounds: usize) -> ExitCode {
    heading(&format!(
        "Cold list tools, instant server, median of {rounds} interleaved pairs"
    ));
    let home = tempfile::tempdir().expect("a temporary folder");
    let bench = std::env::current_exe().expect("this program has a path");
    let run_bare = || run(Command::new(&bench).args(["bare", SERVER]));
    let list = |more: &[&str]| {
        let mut command = Command::new(*MCPSCOPE);
        command
            .env("MCPSCOPE_HOME", home.path())
            .args(["list", "tools"]);
        run(command.args(more).args(["--", SERVER]))
    };
    let variants: [(&str, &[&str]); 3] = [
        ("mcpscope list tools (recording, era found by probe)", &[]),
        (
            "mcpscope list tools --era legacy (recording)",
            &["--era", "legacy"],
        ),
        ("mcpscope list tools --no-record", &["--no-record"]),
    ];
    // Once for nothing: files come into memory, folders come to be.
    run_bare();
    list(&[]);
    let mut bare = Vec::new();
    let mut ours: [Vec<Duration>; 3] = Default::default();
    let mut peak = 0;
    for _ in 0..rounds {
        bare.push(run_bare().0);
        for (times, (_, more)) in ours.iter_mut().zip(variants) {
            let (took, most) = list(more);
            times.push(took);
            peak = peak.max(most);
        }
    }
    let base = median(&mut bare);
    figure("a bare client", &milliseconds(base));
    for (times, (name, _)) in ours.iter_mut().zip(variants) {
        let took = median(times);
        let ratio = took.as_secs_f64() / base.as_secs_f64();
        figure(name, &format!("{}  ({ratio:.2} x)", milliseconds(took)));
    }
    figure(
        &format!("peak resident memory (at most {})", mib(PEAK)),
        &mib(peak),
    );
    let kept = std::fs::read_dir(home.path().join("data/sessions")).map_or(0, Iterator::count);
    assert!(kept > rounds, "only {kept} sessions were recorded");
    if peak > PEAK {
        println!("  FAILED: over {}", mib(PEAK));
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// One run from start to end, and the most memory it was seen to have.
fn run(command: &mut Command) -> (Duration, u64) {
    let began = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap_or_else(|error| panic!("{}: {error}", Path::new(command.get_program()).display()));
    let pid = child.id().to_string();
    let mut peak = 0;
    // The peak only grows, and is gone with the process: look until then, rarely enough not to be in its way.
    let status = loop {
        peak = peak.max(memory(&pid, "VmHWM").unwrap_or(0));
        if let Some(status) = child.try_wait().expect("our own child can be waited for") {
            break status;
        }
        std::thread::sleep(Duration::from_micros(200));
    };
    let took = began.elapsed();
    assert!(status.success(), "{command:?} ended with {status}");
    (took, peak)
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
