//! What the screen costs: keys and frames over a big session, start to first screen, memory, and how idle it idles.
//!
//! `cargo bench --bench screen`, or with `-- --quick` a fifth of it, or with `-- huge` a document of 100 MB alone. The model is driven in this process, as the loop
//! in `tui.rs` does; everything else is the real binary in a pseudo-terminal of 120x36. Times are printed, never
//! judged: machines differ. Memory is judged: over 25 MiB without a recording, or over 250 MiB with one, is a failure.

#![expect(clippy::print_stdout, reason = "figures are what a bench is for")]

use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use crossterm::event::KeyCode;
use mcpscope::tui::effect::Effect;
use mcpscope::tui::event::Event;
use mcpscope::tui::runtime;
use mcpscope::tui::widgets::picture::Pictures;

mod arriving;
mod driven;
mod figures;
mod huge;
mod memory;
mod program;
#[expect(dead_code, reason = "another bench uses the rest")]
mod pty;
mod times;
mod traffic;

use driven::{Bench, COLUMNS, ROWS, SIZE, key};
use figures::{figure, heading};
use memory::{memory, mib};
use program::MCPSCOPE;
use pty::Pty;
use times::{milliseconds, spread};

const FAKE: &str = env!("CARGO_BIN_EXE_fake-mcp-server");
/// Resident memory without a recording.
const BARE: u64 = 25 << 20;
/// Resident memory with a big one.
const WHOLE: u64 = 250 << 20;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "least") {
        // The least that can be on a screen.
        println!("SERVERS");
        return ExitCode::SUCCESS;
    }
    if let [arriving::SERVER, stamps, ..] =
        arguments.iter().map(String::as_str).collect::<Vec<_>>()[..]
    {
        arriving::serve(stamps);
        return ExitCode::SUCCESS;
    }
    let quick = arguments.iter().any(|argument| argument == "--quick");
    let entries: u64 = if quick { 200_000 } else { 1_000_000 };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("session.jsonl");
    if arguments.iter().any(|argument| argument == "huge") {
        arriving::run(folder.path(), if quick { 3 } else { 7 });
        return huge_is_modest(folder.path());
    }
    frames(&file, entries, if quick { 100 } else { 500 });
    start(folder.path(), if quick { 10 } else { 40 });
    flood(folder.path(), entries);
    let seconds = Duration::from_secs(if quick { 3 } else { 10 });
    let small = live(folder.path(), seconds);
    let big = opened(folder.path(), &file, entries);
    if small > BARE || big > WHOLE {
        println!("  FAILED: over {}, or over {}", mib(BARE), mib(WHOLE));
        return ExitCode::FAILURE;
    }
    arriving::run(folder.path(), if quick { 3 } else { 7 });
    huge_is_modest(folder.path())
}

/// A document of 100 MB may cost half its size beyond its bytes, and 60 MiB.
fn huge_is_modest(folder: &Path) -> ExitCode {
    let (memory, size) = huge::run(&folder.join("huge.jsonl"), 100_000_000);
    if memory > size * 3 / 2 + (60 << 20) {
        println!("  FAILED: more than one and a half of its size and 60 MiB");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

impl Bench {
    /// Takes events and draws one frame: how long that took, and the time of the frame that shows what was read back
    /// for it, if anything was.
    fn step(&mut self, events: Vec<Event>) -> (Duration, Option<Duration>) {
        let (took, effects) = self.frame(events);
        let answers: Vec<Event> = effects
            .into_iter()
            .filter_map(|effect| runtime::answer(effect, &self.bodies, Pictures::OFF))
            .collect();
        let more = (!answers.is_empty()).then(|| self.frame(answers).0);
        (took, more)
    }
}

fn letter(letter: char) -> Event {
    key(KeyCode::Char(letter))
}

/// Keys and frames with `entries` entries folded in, which `file` then holds.
fn frames(file: &Path, entries: u64, rounds: usize) {
    let mut bench = Bench::new(file);
    bench.fold(entries);
    heading(&format!(
        "Key to frame with {entries} entries, {COLUMNS}x{ROWS}, median and 99th of 100, {rounds} rounds"
    ));
    for (name, view) in [("Traffic", '5'), ("Logs", '6')] {
        bench.step(vec![letter(view)]);
        let keys: [(&str, &dyn Fn() -> Vec<Event>); 6] = [
            ("G, newest", &|| vec![letter('G')]),
            ("k, up one", &|| vec![letter('k')]),
            ("gg, oldest", &|| vec![letter('g'), letter('g')]),
            ("j, down one", &|| vec![letter('j')]),
            ("PgDn", &|| vec![key(KeyCode::PageDown)]),
            ("to the other view and back (both)", &|| vec![]),
        ];
        let (mut all, mut after) = (vec![Vec::new(); keys.len()], Vec::new());
        for _ in 0..rounds {
            for ((_, events), times) in keys.iter().zip(&mut all) {
                let events = events();
                let (took, more) = if events.is_empty() {
                    let away = bench.step(vec![letter(if view == '5' { '6' } else { '5' })]);
                    let back = bench.step(vec![letter(view)]);
                    (away.0 + back.0, back.1)
                } else {
                    bench.step(events)
                };
                times.push(took);
                after.extend(more);
            }
        }
        for ((key, _), times) in keys.iter().zip(&mut all) {
            figure(&format!("{name}: {key}"), &spread(times));
        }
        figure(
            &format!("{name}: the frame with what was read back"),
            &spread(&mut after),
        );
        bench.step(vec![letter('G')]);
        let mut times: Vec<Duration> = (0..rounds)
            .map(|_| {
                let batch = (0..256).map(|_| bench.arrival()).collect();
                bench.step(batch).0
            })
            .collect();
        figure(
            &format!("{name}: 256 entries folded and drawn, following"),
            &spread(&mut times),
        );
    }
    lists(&mut bench, rounds);
}

/// The time line from near and far, and rows that are sorted.
fn lists(bench: &mut Bench, rounds: usize) {
    bench.step(vec![letter('5'), letter('[')]);
    let keys: [(&str, usize, &[char]); 5] = [
        ("Timeline: zo, further", 24, &['z', 'o']),
        ("Timeline: j, down one, from far", rounds, &['j']),
        ("Timeline: h, earlier, from far", rounds, &['h']),
        ("Timeline: zi, closer", 30, &['z', 'i']),
        ("Timeline: k, up one, from near", rounds, &['k']),
    ];
    for (name, rounds, keys) in keys {
        let press = |_| {
            let events = keys.iter().map(|key| letter(*key)).collect();
            bench.step(events).0
        };
        let mut times: Vec<Duration> = (0..rounds).map(press).collect();
        figure(name, &spread(&mut times));
    }
    // Sorted: keys are gathered frame by frame, put in order elsewhere, and then it is there.
    bench.step(vec![letter(']')]);
    let began = Instant::now();
    let (mut times, mut events) = (Vec::new(), vec![letter('O')]);
    while !events.is_empty() {
        let (took, effects) = bench.frame(events);
        times.push(took);
        events = effects
            .into_iter()
            .filter_map(|effect| match effect {
                Effect::Wake { asker, .. } => Some(Event::Woken { asker }),
                Effect::Sort { .. } => runtime::answer(effect, &bench.bodies, Pictures::OFF),
                _ => None,
            })
            .collect();
    }
    figure("Traffic: O, sorted, in all", &milliseconds(began.elapsed()));
    figure("Traffic: frames while it is sorted", &spread(&mut times));
    for (name, key) in [("j, down one", 'j'), ("G, last", 'G')] {
        let again = (0..rounds).map(|_| bench.step(vec![letter(key)]).0);
        let mut times: Vec<Duration> = again.collect();
        figure(&format!("Traffic, sorted: {name}"), &spread(&mut times));
    }
    let arrivals = (0..rounds.min(50)).map(|_| {
        let batch = (0..256).map(|_| bench.arrival()).collect();
        bench.step(batch).0
    });
    let mut times: Vec<Duration> = arrivals.collect();
    figure(
        "Traffic, sorted: 256 entries folded and put in place",
        &spread(&mut times),
    );
}

/// Start to first screen, beside a program that prints a word.
fn start(home: &Path, rounds: usize) {
    heading(&format!(
        "Start to first screen, median of {rounds} interleaved pairs"
    ));
    let program = std::env::current_exe().expect("this program has a path");
    let program = program.to_string_lossy().into_owned();
    let first = |command: &[&str]| {
        let mut pty = Pty::start(home, command);
        let took = pty.wait("SERVERS");
        pty.quit();
        took
    };
    let (mut least, mut ours) = (Vec::new(), Vec::new());
    for round in 0..=rounds {
        let pair = (first(&[&program, "least"]), first(&[*MCPSCOPE]));
        // Once for nothing: files come into memory, folders come to be.
        if round > 0 {
            least.push(pair.0);
            ours.push(pair.1);
        }
    }
    figure("a program that prints a word", &spread(&mut least));
    figure("mcpscope, its first screen", &spread(&mut ours));
}

/// Views switched while a server floods its stderr.
fn flood(home: &Path, lines: u64) {
    heading(&format!("A server that prints {lines} lines on stderr"));
    let count = lines.to_string();
    let mut pty = Pty::start(home, &[*MCPSCOPE, "--", FAKE, "--stderr-flood", &count]);
    pty.wait("SERVERS");
    let (mut times, began, drawn) = (Vec::new(), Instant::now(), pty.frames());
    while pty.logs() < lines && began.elapsed() < Duration::from_secs(60) {
        for (key, title) in [("5", "▌TRAFFIC"), ("6", "▌LOGS")] {
            let pressed = Instant::now();
            pty.press(key);
            pty.wait(title);
            times.push(pressed.elapsed());
        }
    }
    let took = began.elapsed().as_secs_f64();
    let frames = (pty.frames() - drawn) as f64;
    figure(
        &format!("view switched, {} times", times.len()),
        &spread(&mut times),
    );
    figure("frames a second", &format!("{:.0}", frames / took));
    figure(
        "lines recorded and folded a second",
        &format!("{:.0} k", lines as f64 / took / 1e3),
    );
    pty.quit();
}

/// Memory and idleness without a recording; gives the most memory.
fn live(home: &Path, seconds: Duration) -> u64 {
    heading(&format!(
        "Memory, and {} s without a key (memory at most {})",
        seconds.as_secs(),
        mib(BARE)
    ));
    let mut most = 0;
    for (name, command, sign) in [
        ("bare", &[*MCPSCOPE][..], "SERVERS"),
        (
            "connected",
            &[*MCPSCOPE, "--", *MCPSCOPE, "demo-server"],
            "▌TOOLS",
        ),
    ] {
        let mut pty = Pty::start(home, command);
        pty.wait(sign);
        pty.settle();
        most = most.max(told(&pty, name));
        let (bytes, ticks) = (pty.bytes(), pty.ticks());
        pty.watch(seconds);
        figure(
            &format!("{name}: bytes written to the terminal"),
            &(pty.bytes() - bytes).to_string(),
        );
        if let (Some(before), Some(after)) = (ticks, pty.ticks()) {
            figure(
                &format!("{name}: CPU ticks of 10 ms"),
                &(after - before).to_string(),
            );
        }
        pty.quit();
    }
    most
}

/// Opens the recording; gives its memory.
fn opened(home: &Path, file: &Path, entries: u64) -> u64 {
    heading(&format!(
        "mcpscope open, at least {entries} entries of {SIZE} B (memory at most {})",
        mib(WHOLE)
    ));
    let mut pty = Pty::start(home, &[*MCPSCOPE, "open", &file.to_string_lossy()]);
    let first = pty.wait("TRAFFIC");
    figure("first screen", &milliseconds(first));
    let read = pty.wait_until(|screen| screen.contains("read-only") && !screen.contains(" %"));
    figure("all of it read", &format!("{:.2} s", read.as_secs_f64()));
    pty.settle();
    let most = told(&pty, "read");
    pty.quit();
    most
}

/// Tells a process's memory; gives all that is resident.
fn told(pty: &Pty, name: &str) -> u64 {
    let (Some(anonymous), Some(all)) = (memory(&pty.pid, "RssAnon"), memory(&pty.pid, "VmRSS"))
    else {
        println!("  (no memory figures on this system)");
        return 0;
    };
    figure(
        &format!("{name}: memory, anonymous / all resident"),
        &format!("{} / {}", mib(anonymous), mib(all)),
    );
    all
}
