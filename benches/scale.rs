//! How the core scales: JSON check, lines of the file, the fold, and what a big session costs in memory and time.
//!
//! `cargo bench --bench scale`, or with `-- --quick` a fifth of it. Times are printed, never judged: machines
//! differ. Memory is judged: more than 200 bytes an entry, or more than 250 MiB for the whole, is a failure.

#![expect(clippy::print_stdout, reason = "figures are what a bench is for")]

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use mcpscope::json;
use mcpscope::mask::{Masker, Rule, Seen};
use mcpscope::recorder::{Draft, Recorder};
use mcpscope::recording::Recording;
use mcpscope::session::recorded::{Place, Recorded};
use mcpscope::session::timeline::Timeline;
use mcpscope::session::{Direction, Entry, FORMAT, Header, codec};

mod figures;
mod memory;
mod traffic;

use figures::{figure, heading};
use memory::{memory, mib};

/// Bytes of a body.
const SIZE: usize = 300;
/// Resident bytes an entry may cost.
const EACH: u64 = 200;
/// Anonymous memory that a session of a million entries may take.
const WHOLE: u64 = 250 << 20;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [word, file] if word == "open" => return open(Path::new(file)),
        _ => {}
    }
    let quick = arguments.iter().any(|argument| argument == "--quick");
    let entries: u64 = if quick { 200_000 } else { 1_000_000 };
    speed(if quick { 3 } else { 7 });
    size(entries)
}

/// Runs `work` some times, and gives the fastest.
fn fastest<T>(rounds: u32, mut work: impl FnMut() -> T) -> Duration {
    (0..rounds)
        .map(|_| {
            let began = Instant::now();
            std::hint::black_box(work());
            began.elapsed()
        })
        .min()
        .unwrap_or_default()
}

/// `count` things in `took`, as a rate for people.
fn rate(count: usize, took: Duration, unit: &str) -> String {
    let each_second = count as f64 / took.as_secs_f64();
    if each_second >= 1e6 {
        format!("{:.2} M {unit}/s", each_second / 1e6)
    } else {
        format!("{:.0} k {unit}/s", each_second / 1e3)
    }
}

fn speed(rounds: u32) {
    const COUNT: usize = 50_000;
    heading(&format!("Speed, bodies of {SIZE} B, fastest of {rounds}"));
    let entries: Vec<_> = (0..COUNT as u64)
        .map(|index| traffic::entry(index, SIZE))
        .collect();
    let frames: Vec<&[u8]> = entries
        .iter()
        .filter(|entry| entry.body.starts_with(b"{"))
        .map(|entry| &*entry.body)
        .collect();
    let bytes: usize = frames.iter().map(|frame| frame.len()).sum();

    let took = fastest(rounds, || {
        frames
            .iter()
            .filter(|frame| json::check(frame).is_ok())
            .count()
    });
    figure("JSON check of frames", &rate(bytes, took, "B"));
    let big = format!(
        "[{}]",
        frames
            .iter()
            .map(|frame| String::from_utf8_lossy(frame))
            .collect::<Vec<_>>()
            .join(",")
    );
    let took = fastest(rounds, || json::check(big.as_bytes()).is_ok());
    figure(
        &format!("JSON check of one text of {}", mib(big.len() as u64)),
        &rate(big.len(), took, "B"),
    );
    let took = fastest(rounds, || json::Value::parse(big.as_bytes()).is_ok());
    figure("the same text as a value tree", &rate(big.len(), took, "B"));

    let mut out = Vec::new();
    let took = fastest(rounds, || {
        out.clear();
        for entry in &entries {
            codec::write(entry, &mut out);
        }
    });
    figure("entries to lines", &rate(COUNT, took, "entries"));
    let took = fastest(rounds, || {
        out.split_inclusive(|byte| *byte == b'\n')
            .filter(|line| codec::read(line).is_ok())
            .count()
    });
    figure("lines to entries", &rate(COUNT, took, "entries"));

    let place = Place {
        offset: 0,
        length: 400,
    };
    let took = fastest(rounds, || {
        entries
            .iter()
            .map(|entry| Recorded::of(entry, place))
            .collect::<Vec<_>>()
    });
    figure("facts of entries", &rate(COUNT, took, "entries"));
    let recorded: Vec<Recorded> = entries
        .iter()
        .map(|entry| Recorded::of(entry, place))
        .collect();
    let took = fastest(rounds, || fold(&recorded));
    figure("fold of facts", &rate(COUNT, took, "entries"));

    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut round = 0;
    let took = fastest(rounds, || {
        round += 1;
        let mut recorder =
            Recorder::create(&folder.path().join(round.to_string())).expect("a new file");
        for entry in &entries {
            recorder.append(
                Draft {
                    conn: 1,
                    channel: entry.channel.clone(),
                    direction: entry.direction,
                    aux: false,
                    body: entry.body.clone(),
                    ending: "\n",
                    extra: None,
                },
                None,
            );
        }
    });
    figure(
        "recorded, one write each, and facts",
        &rate(COUNT, took, "entries"),
    );
    masking(&entries, took, rounds);
}

/// What looking for secrets costs where there are none, as a part of recording the same.
fn masking(entries: &[Entry], recorded: Duration, rounds: u32) {
    let mut masker = Masker::default();
    masker.connects(1, "it");
    let passed = ["API_KEY", "DATABASE_URL", "PASSWORD"].map(|name| {
        (
            name.to_owned(),
            format!("postgres://me:{name}-hunter2@db.example/x"),
        )
    });
    masker.passed(1, Rule::Variable, &passed);
    let mut look = |bodies: &[&[u8]]| {
        let found = |body: &&&[u8]| masker.mask(1, Seen::Came, body).is_some();
        bodies.iter().filter(found).count()
    };
    let bodies: Vec<&[u8]> = entries.iter().map(|entry| &*entry.body).collect();
    let took = fastest(rounds, || look(&bodies));
    let share = |took: Duration, of: Duration| 100.0 * took.as_secs_f64() / of.as_secs_f64();
    figure(
        "looked through for secrets, and that part of recording",
        &format!(
            "{}, {:.1} %",
            rate(entries.len(), took, "entries"),
            share(took, recorded)
        ),
    );
    let text = r#"some text of a document, with \"quotes\" and numbers: 12.5,\n"#.repeat(1_500_000);
    let big = format!(r#"{{"jsonrpc":"2.0","id":1,"result":{{"text":"{text}"}}}}"#).into_bytes();
    let took = fastest(rounds.min(3), || look(&[&big]));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut round = 0;
    let written = fastest(rounds.min(3), || {
        round += 1;
        let path = folder.path().join(round.to_string());
        let mut recorder = Recorder::create(&path).expect("a new file");
        recorder.append(Draft::wire(1, Direction::In, big.clone()), None)
    });
    figure(
        &format!("the same of a frame of {}", mib(big.len() as u64)),
        &format!(
            "{}, {:.1} %",
            rate(big.len(), took, "B"),
            share(took, written)
        ),
    );
}

fn fold(recorded: &[Recorded]) -> Timeline {
    let mut timeline = Timeline::default();
    for entry in recorded {
        timeline.push(entry);
    }
    timeline
}

/// Writes a session of `count` entries and has a fresh process open it.
fn size(count: u64) -> ExitCode {
    heading(&format!(
        "A session of {count} entries of {SIZE} B, opened by a fresh process"
    ));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("session.jsonl");
    write(&file, count).expect("the temporary folder takes the session");
    let status = std::env::current_exe()
        .and_then(|program| Command::new(program).arg("open").arg(&file).status());
    match status {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

fn write(path: &Path, count: u64) -> std::io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    let header = Header {
        format: FORMAT,
        created: Timestamp::UNIX_EPOCH,
        by: "bench".to_owned(),
    };
    file.write_all(codec::write_header(&header).as_bytes())?;
    let mut line = Vec::new();
    for index in 0..count {
        line.clear();
        codec::write(&traffic::entry(index, SIZE), &mut line);
        file.write_all(&line)?;
    }
    file.flush()
}

/// Opens a session as the inspector does, and tells what that took.
fn open(path: &Path) -> ExitCode {
    let before = memory("self", "RssAnon");
    let began = Instant::now();
    let mut timeline = Timeline::default();
    let recording = Recording::open(path).expect("the session was just written");
    let loaded = recording
        .load(|batch, _| {
            for entry in &batch {
                timeline.push(entry);
            }
            true
        })
        .expect("the session can be read");
    let took = began.elapsed();
    let count = timeline.entries().len();
    assert_eq!(
        (loaded.entries, loaded.skipped),
        (count as u64, 0),
        "every line is an entry"
    );
    figure(
        "read and folded in",
        &format!("{:.2} s", took.as_secs_f64()),
    );
    figure("that is", &rate(count, took, "entries"));
    figure(
        "rows / exchanges / log lines",
        &format!(
            "{} / {} / {}",
            timeline.rows().len(),
            timeline.exchanges().len(),
            timeline.logs().len()
        ),
    );
    let (Some(before), Some(after)) = (before, memory("self", "RssAnon")) else {
        println!("  (no memory figures on this system)");
        return ExitCode::SUCCESS;
    };
    let each = after.saturating_sub(before) / count.max(1) as u64;
    figure("anonymous memory", &mib(after));
    figure(
        "peak of all resident memory",
        &memory("self", "VmHWM").map_or_else(String::new, mib),
    );
    figure(
        &format!("resident bytes an entry (at most {EACH})"),
        &each.to_string(),
    );
    std::hint::black_box(&timeline);
    if each > EACH || after > WHOLE {
        println!("  FAILED: over {EACH} B an entry or over {}", mib(WHOLE));
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
