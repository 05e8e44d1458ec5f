//! What opening a recording costs: first rows, all of it, again by its index; memory, and keys meanwhile.
//!
//! `cargo bench --bench open`, or with `-- --quick` a fifth of it. Two files: a million entries of 300 B, and 1 GB of
//! frames of up to 1 MB. Yardstick in the same run: `wc -l` over the same file. Every figure is of a fresh process; the
//! screen is the real one in a pseudo-terminal of 120x36. Times are printed, never judged: machines differ. Memory is
//! judged: over 250 MiB is a failure.

#![expect(clippy::print_stdout, reason = "figures are what a bench is for")]

use std::borrow::Cow;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use mcpscope::recording::{Follow, News, Opening, index};
use mcpscope::session::timeline::Timeline;
use mcpscope::session::{Channel, Direction, Entry, FORMAT, Header, codec};

mod figures;
mod memory;
mod program;
#[expect(dead_code, reason = "other benches use the rest")]
mod pty;
mod traffic;

use figures::{figure, heading};
use memory::{memory, mib};
use program::MCPSCOPE;
use pty::Pty;

/// Bytes of a body of the first file.
const SIZE: usize = 300;
/// Anonymous memory that an opened session may take.
const WHOLE: u64 = 250 << 20;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [word, file] = arguments.as_slice()
        && word == "fold"
    {
        fold(Path::new(file));
        return ExitCode::SUCCESS;
    }
    let quick = arguments.iter().any(|argument| argument == "--quick");
    let part = if quick { 5 } else { 1 };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let many = folder.path().join("many.jsonl");
    let count = 1_000_000 / part;
    write(&many, (0..count).map(|index| traffic::entry(index, SIZE)));
    let first = measure(
        &format!("{count} entries of {SIZE} B"),
        &many,
        folder.path(),
    );
    std::fs::remove_file(&many).expect("it was just written");
    let large = folder.path().join("large.jsonl");
    write(&large, mixed(1_000_000_000 / part));
    let second = measure("frames of up to 1 MB", &large, folder.path());
    if first.max(second) > WHOLE {
        println!("  FAILED: over {}", mib(WHOLE));
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// Requests and answers of very different sizes, about `total` bytes in all: of sixteen answers one is of 1 MB.
fn mixed(total: u64) -> impl Iterator<Item = Entry> {
    const SIZES: [usize; 16] = [
        300, 2_000, 400, 9_000, 64_000, 300, 1_000, 20_000, 500, 3_000, 250_000, 700, 300, 5_000,
        100_000, 1_000_000,
    ];
    let round: usize = SIZES.iter().sum();
    let rounds = total / (round + 16 * SIZE) as u64;
    (0..rounds * 32).map(|index| {
        let pair = index / 2;
        let (direction, body) = if index % 2 == 0 {
            let text = "x".repeat(200);
            let body = format!(
                r#"{{"jsonrpc":"2.0","id":{pair},"method":"tools/call","params":{{"name":"read","arguments":{{"path":"{text}"}}}}}}"#
            );
            (Direction::Out, body)
        } else {
            let text = "a line of some file\\n".repeat(SIZES[pair as usize % 16] / 21);
            let body = format!(
                r#"{{"jsonrpc":"2.0","id":{pair},"result":{{"content":[{{"type":"text","text":"{text}"}}]}}}}"#
            );
            (Direction::In, body)
        };
        Entry {
            seq: index + 1,
            us: index * 900,
            at: Timestamp::UNIX_EPOCH,
            conn: 1,
            channel: Channel::Wire,
            direction,
            aux: false,
            body: body.into_bytes(),
            ending: Cow::Borrowed("\n"),
            extra: None,
        }
    })
}

fn write(path: &Path, entries: impl Iterator<Item = Entry>) {
    let mut file = BufWriter::new(File::create(path).expect("a new file"));
    let header = Header {
        format: FORMAT,
        created: Timestamp::UNIX_EPOCH,
        by: "bench".to_owned(),
    };
    let mut line = codec::write_header(&header).into_bytes();
    for entry in entries {
        file.write_all(&line).expect("room for it");
        line.clear();
        codec::write(&entry, &mut line);
    }
    file.write_all(&line).expect("room for it");
    file.flush().expect("room for it");
}

/// Measures one file in every way; gives the most anonymous memory the screen took.
fn measure(name: &str, file: &Path, home: &Path) -> u64 {
    let bytes = file.metadata().expect("the file is there").len();
    heading(&format!("{name}, {}", mib(bytes)));
    let began = Instant::now();
    let counted = Command::new("wc")
        .arg("-l")
        .arg(file)
        .stdout(Stdio::null())
        .status();
    let took = began.elapsed();
    if counted.is_ok_and(|status| status.success()) {
        figure("yardstick: wc -l", &seconds(took));
    }
    let this = std::env::current_exe().expect("this program");
    for _ in 0..2 {
        let folded = Command::new(&this).arg("fold").arg(file).status();
        assert!(folded.is_ok_and(|status| status.success()), "it folds");
    }
    std::fs::remove_file(index::path_of(file)).expect("the index was kept");
    let first = screen("on the screen", file, home);
    let second = screen("again, by the index", file, home);
    first.max(second)
}

/// Opens it as the screen does, folds it here, and keeps the index if it was worth it.
fn fold(file: &Path) {
    let began = Instant::now();
    let (mut timeline, mut first, mut keep, mut indexed) = (Timeline::default(), None, None, false);
    Opening::file(file, Follow::Never)
        .expect("a session")
        .run(|news| {
            match news {
                News::Folded(folded, _) => {
                    timeline = *folded;
                    indexed = true;
                    first.get_or_insert(began.elapsed());
                }
                News::Entries(entries, _) => {
                    for entry in &entries {
                        timeline.push(entry);
                    }
                    first.get_or_insert(began.elapsed());
                }
                News::Whole(_, indexing) => keep = indexing,
                News::Over(over) => panic!("{over}"),
            }
            true
        });
    let how = if indexed { "by the index" } else { "read" };
    let whole = began.elapsed();
    figure(
        &format!(
            "{how}: first rows / all {} entries",
            timeline.entries().len()
        ),
        &format!(
            "{} / {}",
            seconds(first.unwrap_or_default()),
            seconds(whole)
        ),
    );
    if let (Some(anonymous), Some(peak)) = (memory("self", "RssAnon"), memory("self", "VmHWM")) {
        let figures = format!("{} / {}", mib(anonymous), mib(peak));
        figure(&format!("{how}: memory, anonymous / peak"), &figures);
    }
    if let Some(keep) = keep {
        let began = Instant::now();
        let bytes = keep.keep(&timeline).expect("the folder takes it");
        let took = seconds(began.elapsed());
        figure(
            "index: written in / bytes",
            &format!("{took} / {}", mib(bytes)),
        );
    }
}

/// Opens it on the real screen; gives the anonymous memory once it is read.
fn screen(name: &str, file: &Path, home: &Path) -> u64 {
    let path = file.to_string_lossy().into_owned();
    let mut pty = Pty::start(home, &[*MCPSCOPE, "open", &path]);
    let rows = pty.wait_until(|screen| screen.contains("tools/call"));
    figure(&format!("{name}: first rows shown"), &seconds(rows));
    // Between two views as long as it reads, and at least some times.
    let mut keys = Vec::new();
    let mut reading = true;
    while reading || keys.len() < 20 {
        for (key, other) in [("6", "LOGS"), ("5", "TRAFFIC")] {
            let pressed = pty.elapsed();
            pty.press(key);
            let shown = pty.wait_until(|screen| screen.contains(other));
            keys.push(shown.saturating_sub(pressed));
        }
        reading = !pty.shows(is_whole);
    }
    let whole = pty.elapsed();
    keys.sort_unstable();
    figure(&format!("{name}: all of it (at most)"), &seconds(whole));
    let at = |part: usize| seconds(keys[(keys.len() - 1) * part / 100]);
    figure(
        &format!("{name}: {} keys meanwhile, median / p99 / most", keys.len()),
        &format!("{} / {} / {}", at(50), at(99), at(100)),
    );
    let used = memory(&pty.pid, "RssAnon").unwrap_or(0);
    let peak = memory(&pty.pid, "VmHWM").unwrap_or(0);
    figure(
        &format!("{name}: memory, anonymous / peak"),
        &format!("{} / {}", mib(used), mib(peak)),
    );
    // The index is written behind the screen.
    let began = Instant::now();
    while !index::path_of(file).exists() && began.elapsed() < Duration::from_secs(60) {
        pty.watch(Duration::from_millis(50));
    }
    pty.quit();
    used
}

/// Whether nothing says any more how much is read.
fn is_whole(screen: &str) -> bool {
    let header = screen.lines().next().unwrap_or_default();
    header.contains("read-only") && !header.contains('%')
}

fn seconds(time: Duration) -> String {
    if time < Duration::from_millis(100) {
        format!("{:.1} ms", time.as_secs_f64() * 1e3)
    } else {
        format!("{:.2} s", time.as_secs_f64())
    }
}
