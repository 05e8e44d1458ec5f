//! Whether `mcpscope bench` is itself the limit: calls a second of an instant server, by it and by a bare client that
//! keeps as many under way and looks at nothing. Runs are interleaved. Judges nothing: machines differ.

#![expect(clippy::print_stdout, reason = "figures are what a bench is for")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::time::Instant;

mod figures;
mod program;

use figures::{figure, heading};
use program::MCPSCOPE;

const SERVER: &str = env!("CARGO_BIN_EXE_fake-mcp-server");
/// Calls that are under way.
const WINDOW: usize = 64;

fn main() {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let (rounds, calls) = if quick { (3, 50_000) } else { (7, 300_000) };
    heading(&format!(
        "{calls} calls of an instant server, {WINDOW} at a time, median of {rounds} interleaved pairs"
    ));
    let home = tempfile::tempdir().expect("a temporary folder");
    let (mut bare_rates, mut own_rates) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        bare_rates.push(bare(calls).expect("the bare client works"));
        own_rates.push(ours(home.path(), calls));
    }
    let (bare, ours) = (median(&mut bare_rates), median(&mut own_rates));
    figure("a bare client, answers a second", &format!("{bare:.0}"));
    figure(
        "mcpscope bench, answers a second",
        &format!("{ours:.0}  ({:.2} x)", ours / bare),
    );
    println!("  (the aim is 50000 where the server can)");
}

fn median(rates: &mut [f64]) -> f64 {
    rates.sort_unstable_by(f64::total_cmp);
    rates[rates.len() / 2]
}

fn call(id: usize) -> String {
    format!(
        "{{\"jsonrpc\":\"2.0\",\"id\":{id},\"method\":\"tools/call\",\"params\":{{\"name\":\"echo\",\"arguments\":{{\"text\":\"a\"}}}}}}\n"
    )
}

/// Answers a second of the least that a client can do.
fn bare(calls: usize) -> std::io::Result<f64> {
    let mut child = Command::new(SERVER)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let (Some(mut to), Some(from)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(std::io::ErrorKind::BrokenPipe.into());
    };
    let mut from = BufReader::new(from);
    let began = Instant::now();
    for id in 0..WINDOW {
        to.write_all(call(id).as_bytes())?;
    }
    let mut line = Vec::new();
    for id in WINDOW..calls + WINDOW {
        line.clear();
        from.read_until(b'\n', &mut line)?;
        if id < calls {
            to.write_all(call(id).as_bytes())?;
        }
    }
    let rate = calls as f64 / began.elapsed().as_secs_f64();
    drop(to);
    child.wait()?;
    Ok(rate)
}

/// The same by `mcpscope bench`, as it says itself.
fn ours(home: &std::path::Path, calls: usize) -> f64 {
    let output = Command::new(*MCPSCOPE)
        .env("MCPSCOPE_HOME", home)
        .args([
            "bench", "echo", "text=a", "--warmup", "0s", "--json", "--era", "legacy",
        ])
        .args([
            "-n",
            &WINDOW.to_string(),
            "--calls",
            &calls.to_string(),
            "--",
            SERVER,
        ])
        .stderr(Stdio::null())
        .output()
        .expect("mcpscope starts");
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).expect("one object");
    assert_eq!(told["figures"]["answered"], calls, "{told}");
    told["figures"]["per_second"].as_f64().expect("a rate")
}
