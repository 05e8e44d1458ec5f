//! How many entries a second all rules of lint look at: a chatty session behind a tap, so that what its client sends is
//! looked at too, with tools that promise structure. Prints figures; fails below what README promises.

#![expect(clippy::print_stdout, reason = "figures are what a bench is for")]

use std::process::ExitCode;
use std::time::Instant;

use mcpscope::lint::{Linter, RULES};
use mcpscope::recorder::LOST;
use mcpscope::session::{Channel, Direction, Entry};

mod figures;
mod traffic;

use figures::{figure, heading};

/// Entries a second that must be looked at.
const WANTED: f64 = 50_000.0;
/// Tools of the server, as `traffic` calls them.
const TOOLS: usize = 24;

fn main() -> ExitCode {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let (count, runs) = if quick { (50_000, 3) } else { (500_000, 5) };
    let entries = session(count);
    let bytes: usize = entries.iter().map(|entry| entry.body.len()).sum();
    let mut rates: Vec<f64> = (0..runs).map(|_| run(&entries)).collect();
    rates.sort_by(f64::total_cmp);
    let rate = rates[rates.len() / 2];
    heading("lint");
    figure("rules", &RULES.len().to_string());
    figure("bytes of an entry", &(bytes / entries.len()).to_string());
    figure("entries a second", &format!("{rate:.0} (wanted {WANTED:.0})"));
    if rate < WANTED {
        println!("  too slow");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// Entries a second.
fn run(entries: &[Entry]) -> f64 {
    let mut linter = Linter::default();
    let mut found = 0;
    let began = Instant::now();
    for entry in entries {
        found += linter.push(entry, LOST).len();
    }
    let took = began.elapsed();
    std::hint::black_box(found);
    entries.len() as f64 / took.as_secs_f64()
}

/// A handshake, a list of tools, and `count` entries of traffic.
fn session(count: u64) -> Vec<Entry> {
    let tools: Vec<String> = (0..TOOLS)
        .map(|tool| {
            format!(
                r#"{{"name":"tool-{tool}","description":"Does something with a text, number {tool}.","inputSchema":{{"type":"object","properties":{{"text":{{"type":"string","description":"What to work on."}}}}}},"outputSchema":{{"type":"object","properties":{{"words":{{"type":"integer"}},"list":{{"type":"array","items":{{"type":"string"}}}}}},"required":["words"]}}}}"#
            )
        })
        .collect();
    let opening: [(Channel, Direction, String); 6] = [
        (
            Channel::Note,
            Direction::Here,
            r#"{"event":"connect","name":"it","transport":"stdio","era":"tap"}"#.to_owned(),
        ),
        (
            Channel::Wire,
            Direction::Out,
            r#"{"jsonrpc":"2.0","id":"i","method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"c","version":"1"}}}"#.to_owned(),
        ),
        (
            Channel::Wire,
            Direction::In,
            r#"{"jsonrpc":"2.0","id":"i","result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{},"logging":{}},"serverInfo":{"name":"s","version":"1"}}}"#.to_owned(),
        ),
        (
            Channel::Wire,
            Direction::Out,
            r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#.to_owned(),
        ),
        (
            Channel::Wire,
            Direction::Out,
            r#"{"jsonrpc":"2.0","id":"t","method":"tools/list"}"#.to_owned(),
        ),
        (
            Channel::Wire,
            Direction::In,
            format!(r#"{{"jsonrpc":"2.0","id":"t","result":{{"tools":[{}]}}}}"#, tools.join(",")),
        ),
    ];
    let first = traffic::entry(0, 0);
    let opening = opening.into_iter().map(|(channel, direction, body)| Entry {
        channel,
        direction,
        body: body.into_bytes(),
        ..first.clone()
    });
    let traffic = (0..count).map(|index| {
        let mut entry = traffic::entry(index, 300);
        if matches!(index % 10, 1 | 3 | 5) {
            let promised = r#""structuredContent":{"words":7,"list":["a","b"]},"isError":false}}"#;
            let text = String::from_utf8_lossy(&entry.body);
            let text = text.replace(r#""isError":false}}"#, promised);
            entry.body = text.into_bytes();
        }
        entry
    });
    let all = opening.chain(traffic).zip(1..);
    all.map(|(entry, seq)| Entry { seq, ..entry }).collect()
}
