//! What filtering costs: letters typed into the filter bar over a big Traffic view, text looked for in a big file
//! beside tools that do nothing else, and rows that arrive while a filter is on.
//!
//! `cargo bench --bench filter`, or with `-- --quick` a fifth of the file. Times are printed, never judged: machines
//! differ.

use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crossterm::event::KeyCode;
use mcpscope::filter::Filter;
use mcpscope::recorder::Recorder;
use mcpscope::tui::effect::Effect;
use mcpscope::tui::event::Event;
use mcpscope::tui::runtime;
use mcpscope::tui::widgets::picture::Pictures;

mod driven;
mod figures;
mod times;
mod traffic;

use driven::{Bench, SIZE, draft, key};
use figures::{figure, heading};
use times::spread;

fn main() {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let folder = tempfile::tempdir().expect("a temporary folder");
    // Five rows for ten entries.
    keys(&folder.path().join("rows.jsonl"), 200_000);
    text(
        &folder.path().join("file.jsonl"),
        if quick { 200_000 } else { 1_000_000 },
    );
}

impl Bench {
    /// One frame after events, and how long it took until nothing was left to be read for the filter.
    fn settled(&mut self, events: Vec<Event>) -> (Duration, Duration) {
        let began = Instant::now();
        let (first, mut effects) = self.frame(events);
        loop {
            let work = effects
                .into_iter()
                .filter(|effect| matches!(effect, Effect::Sift { .. } | Effect::Wake { .. }));
            let answers: Vec<Event> = work
                .filter_map(|effect| match effect {
                    Effect::Wake { asker, .. } => Some(Event::Woken { asker }),
                    other => runtime::answer(other, &self.bodies, Pictures::OFF),
                })
                .collect();
            if answers.is_empty() {
                return (first, began.elapsed());
            }
            effects = self.frame(answers).1;
        }
    }

    fn screen(&self) -> String {
        let width = usize::from(self.shown.area.width);
        let cells: Vec<&str> = self
            .shown
            .content
            .iter()
            .map(ratatui::buffer::Cell::symbol)
            .collect();
        cells
            .chunks(width)
            .take(4)
            .map(<[&str]>::concat)
            .collect::<Vec<_>>()
            .join("\n")
    }
}

fn keys(file: &Path, entries: u64) {
    let mut bench = Bench::new(file);
    bench.fold(entries);
    let rows = bench.model.world.timeline.rows().len();
    heading(&format!(
        "A letter typed, {rows} rows, bodies of {SIZE} B: to the frame, and until all is read; median / 99th of 100"
    ));
    bench.settled(vec![key(KeyCode::Char('5'))]);
    for text in [
        "method:tools/call",
        "tool:tool-7 -is:aux",
        "status:ok time<1ms",
        "( kind:notification | tool:*3 ) -srv:x",
        "size>=300 dir:out id:1..90000",
        "at:04:26.. since:#1000",
        "brown fox 99",
        "text~qu.ck",
        "$.params.name=tool-7",
    ] {
        let (mut frames, mut all) = (Vec::new(), Vec::new());
        for _ in 0..8 {
            bench.settled(vec![key(KeyCode::Char('f'))]);
            for letter in text.chars() {
                let (frame, whole) = bench.settled(vec![key(KeyCode::Char(letter))]);
                frames.push(frame);
                all.push(whole);
            }
            if frames.len() <= text.len() {
                let screen = bench.screen();
                let found = screen
                    .lines()
                    .find_map(|line| Some(line.split_once("valid · ")?.1.trim().to_owned()));
                heading(&format!("  {text}: {}", found.unwrap_or(screen)));
            }
            bench.settled(vec![key(KeyCode::Esc)]);
            bench.settled(vec![key(KeyCode::Backspace)]);
        }
        figure(&format!("{text}: frame"), &spread(&mut frames));
        figure(&format!("{text}: settled"), &spread(&mut all));
    }
    for text in ["tool:tool-7", "lazy"] {
        bench.settled(vec![key(KeyCode::Char('f'))]);
        for letter in text.chars() {
            bench.settled(vec![key(KeyCode::Char(letter))]);
        }
        bench.settled(vec![key(KeyCode::Enter)]);
        let mut times = Vec::new();
        for _ in 0..200 {
            let events = (0..50).map(|_| bench.arrival()).collect();
            times.push(bench.settled(events).1);
        }
        figure(
            &format!("50 entries arrive under {text}"),
            &spread(&mut times),
        );
        bench.settled(vec![key(KeyCode::Backspace)]);
    }
}

/// The fastest of some runs.
fn fastest(mut work: impl FnMut() -> u64) -> (Duration, u64) {
    (0..5)
        .map(|_| {
            let began = Instant::now();
            let count = work();
            (began.elapsed(), count)
        })
        .min()
        .unwrap_or_default()
}

fn counted(program: &str, arguments: &[&str], file: &Path) -> Option<u64> {
    let output = Command::new(program)
        .args(arguments)
        .arg(file)
        .stderr(Stdio::null())
        .output()
        .ok()?;
    String::from_utf8_lossy(&output.stdout).trim().parse().ok()
}

fn text(file: &Path, entries: u64) {
    let mut recorder = Recorder::create(file).expect("a new file");
    for index in 0..entries {
        recorder.append(draft(index), None);
    }
    let bodies = recorder.bodies();
    heading(&format!(
        "Text in {entries} entries, fastest of 5, and how many lines"
    ));
    for (what, needle, case) in [
        ("seldom, as written", "INFO request 29998 ", true),
        ("seldom, either case", "request 29998 ", false),
        ("in one of 24, as written", "\"tool-7\"", true),
        ("in every line, either case", "lazy dog", false),
    ] {
        let filter = Filter::parse(&mcpscope::json::quote(needle)).expect("a filter");
        let leaf = filter.leaves().remove(0);
        let ours = fastest(|| {
            let mut count = 0;
            bodies
                .sift(&leaf, 0, &mut |slice| {
                    count += slice.found.len() as u64;
                    true
                })
                .expect("the file");
            count
        });
        figure(
            &format!("{what}: mcpscope ({})", ours.1),
            &format!("{:.1?}", ours.0),
        );
        let yard = fastest(|| {
            let mut bytes = Vec::new();
            std::fs::File::open(file)
                .and_then(|mut file| file.read_to_end(&mut bytes))
                .expect("the file");
            memchr::memmem::find_iter(&bytes, needle.as_bytes()).count() as u64
        });
        figure(
            &format!("{what}: read and memmem ({})", yard.1),
            &format!("{:.1?}", yard.0),
        );
        let flags: &[&str] = if case {
            &["-c", "-F"]
        } else {
            &["-c", "-F", "-i"]
        };
        for program in ["rg", "grep"] {
            let mut arguments = flags.to_vec();
            arguments.extend(["-e", needle]);
            if counted(program, &arguments, file).is_some() {
                let theirs = fastest(|| counted(program, &arguments, file).unwrap_or(0));
                figure(
                    &format!("{what}: {program} {} ({})", flags.join(" "), theirs.1),
                    &format!("{:.1?}", theirs.0),
                );
                figure(
                    &format!("{what}: as long as {program}"),
                    &format!("{:.2} x", ours.0.as_secs_f64() / theirs.0.as_secs_f64()),
                );
            }
        }
    }
    for text in ["text~req.est 29999", "$.params.name=tool-7"] {
        let leaf = Filter::parse(text).expect("a filter").leaves().remove(0);
        let ours = fastest(|| {
            let mut count = 0;
            bodies
                .sift(&leaf, 0, &mut |slice| {
                    count += slice.found.len() as u64;
                    true
                })
                .expect("the file");
            count
        });
        figure(&format!("{text} ({})", ours.1), &format!("{:.1?}", ours.0));
    }
}
