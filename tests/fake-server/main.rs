//! A scriptable MCP server that misbehaves as told, for tests of the client side.
//! All it does wrong is asked for by flags (`--help`); without any it is small and decent.
//! Never part of an installed mcpscope, and takes no code from it.

mod answers;
mod catalogue;
mod flags;
mod life;
mod wire;

use std::env;
use std::fs::OpenOptions;
use std::io::{self, BufRead, Write};
use std::process;
use std::thread;
use std::time::Duration;

use answers::Fake;
use flags::Options;
use wire::{Wire, complain, complain_bytes};

fn main() {
    let options = match Options::parse(env::args().skip(1)) {
        Ok(options) => options,
        Err(what) => usage(&what),
    };
    if options.has("--help") {
        let _ = io::stdout().write_all(flags::help().as_bytes());
        return;
    }
    if options.has("--be-grandchild") {
        life::linger();
    }
    if options.has("--ignore-term") {
        // Comes back here the second time round, with the signal ignored.
        let _ = life::ignore_term();
    }
    if let Some(wait) = options.number("--slow-start") {
        thread::sleep(Duration::from_millis(wait));
    }
    let wire = Wire::new(&options);
    open(&options, &wire);
    serve(&options, wire);
}

/// Says what is wrong with the command line and leaves with 2.
pub fn usage(what: &str) -> ! {
    complain(&format!("fake-mcp-server: {what} (see --help)"));
    process::exit(2)
}

/// The noise before the first frame.
fn open(options: &Options, wire: &Wire) {
    for text in options.values("--stderr") {
        complain(text);
    }
    for name in options.values("--print-env") {
        let value = env::var(name).unwrap_or_else(|_| "(not set)".into());
        complain(&format!("{name}={value}"));
    }
    for line in 1..=options.number("--stderr-flood").unwrap_or(0_u64) {
        complain(&format!("flood line {line}"));
    }
    if options.has("--fork")
        && let Err(error) = life::fork()
    {
        complain(&format!("no grandchild: {error}"));
    }
    for text in options.values("--junk-first") {
        wire.junk(text.as_bytes());
    }
    if options.has("--bad-utf8") {
        wire.junk(b"not utf-8: \xff\xfe \xc3(");
        complain_bytes(b"not utf-8: \xff\xfe \xc3(\n");
    }
    for text in options.values("--stderr-partial") {
        complain_bytes(text.as_bytes());
    }
}

/// Reads and answers until stdin ends.
fn serve(options: &Options, wire: Wire) {
    let mut record = options.value("--received").map(|path| {
        OpenOptions::new()
            .create(true)
            .append(true)
            .open(path)
            .unwrap_or_else(|error| usage(&format!("{path}: {error}")))
    });
    let mut fake = Fake::new(options.clone(), wire.clone());
    let mut stdin = io::stdin().lock();
    let mut line = Vec::new();
    while stdin
        .read_until(b'\n', &mut line)
        .is_ok_and(|count| count > 0)
    {
        if let Some(record) = &mut record {
            let _ = record.write_all(&line).and_then(|()| record.flush());
        }
        if !line.trim_ascii().is_empty() {
            fake.line(&line);
        }
        line.clear();
    }
    if options.has("--ask-on-shutdown") {
        wire.frame(r#"{"jsonrpc":"2.0","id":"last","method":"ping"}"#);
        thread::sleep(Duration::from_millis(100));
    }
    if options.has("--ignore-eof") {
        life::linger();
    }
    // Threads that would still answer end with the process.
    process::exit(0);
}
