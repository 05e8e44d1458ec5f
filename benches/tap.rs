//! What the tap costs: a round trip of a small frame, its CPU, and throughput of 1 MB frames, against a bare copy
//! between two pipes that records nothing, and one that writes what passes to a file, as `tee` does. All stand before
//! the same `cat`; their runs are interleaved, so that they see the same machine and the same disk. Prints figures and
//! judges none of them. `--folder DIR` is where files are written.

#![expect(clippy::print_stdout, reason = "figures are what a bench is for")]

use std::io::{BufRead as _, BufReader, Read, Write};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

mod figures;
mod memory;
mod program;

use figures::{figure, heading};
use memory::{memory, mib};
use program::MCPSCOPE;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|word| word == "bare") {
        return match bare(arguments.get(1)) {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        };
    }
    let quick = arguments.iter().any(|argument| argument == "--quick");
    let named = arguments.iter().position(|argument| argument == "--folder");
    let folder = named.and_then(|at| arguments.get(at + 1));
    match compare(
        folder.map(String::as_str),
        if quick { 3 } else { 10 },
        if quick { 1_000 } else { 5_000 },
    ) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// The least that can stand between: a thread a direction that copies what it reads, to a file first when there is one.
fn bare(file: Option<&String>) -> std::io::Result<()> {
    let file = file.map(std::fs::File::create).transpose()?;
    let mut child = Command::new("cat")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let (Some(mut to), Some(mut from)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(std::io::ErrorKind::BrokenPipe.into());
    };
    let beside = file.as_ref().map(std::fs::File::try_clone).transpose()?;
    let there =
        std::thread::spawn(move || copy(&mut std::io::stdin().lock(), &mut to, beside.as_ref()));
    let mut stdout =
        std::fs::File::from(std::os::fd::AsFd::as_fd(&std::io::stdout()).try_clone_to_owned()?);
    copy(&mut from, &mut stdout, file.as_ref())?;
    there.join().map_err(|_| std::io::ErrorKind::Other)??;
    child.wait().map(|_| ())
}

fn copy(
    from: &mut impl Read,
    to: &mut impl Write,
    mut beside: Option<&std::fs::File>,
) -> std::io::Result<()> {
    let mut chunk = vec![0; 64 << 10];
    loop {
        match from.read(&mut chunk)? {
            0 => return Ok(()),
            read => {
                if let Some(file) = &mut beside {
                    file.write_all(&chunk[..read])?;
                }
                to.write_all(&chunk[..read])?;
            }
        }
    }
}

/// What one run took.
struct Run {
    /// Each round trip of a small frame.
    trips: Vec<Duration>,
    /// CPU time of the one between, over the small frames.
    cpu: Duration,
    /// Bytes a second of 1 MB frames.
    rate: f64,
    /// The most memory the one between took.
    peak: u64,
}

fn compare(folder: Option<&str>, pairs: usize, trips: usize) -> std::io::Result<()> {
    let itself = std::env::current_exe()?;
    let folder = match folder {
        Some(folder) => tempfile::tempdir_in(folder)?,
        None => tempfile::tempdir()?,
    };
    let mut runs: [Vec<Run>; 3] = [Vec::new(), Vec::new(), Vec::new()];
    for pair in 0..pairs {
        let mut copy = Command::new(&itself);
        copy.arg("bare");
        runs[0].push(run(copy, trips)?);
        let mut tap = Command::new(*MCPSCOPE);
        tap.args(["tap", "--record"])
            .arg(folder.path().join(format!("{pair}.jsonl")))
            .args(["--", "cat"])
            .env("MCPSCOPE_HOME", folder.path());
        runs[1].push(run(tap, trips)?);
        let mut tee = Command::new(&itself);
        tee.arg("bare")
            .arg(folder.path().join(format!("{pair}.tee")));
        runs[2].push(run(tee, trips)?);
        // The disk is the same for all, and not full.
        for kind in ["jsonl", "tee"] {
            std::fs::remove_file(folder.path().join(format!("{pair}.{kind}")))?;
        }
    }
    heading("tap against a bare copy between two pipes");
    let median = |which: usize, of: &dyn Fn(&Run) -> f64| {
        let mut values: Vec<f64> = runs[which].iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    let half = |run: &Run| {
        let mut trips = run.trips.clone();
        trips.sort_unstable();
        trips[trips.len() / 2].as_secs_f64() * 1e6
    };
    let cpu = |run: &Run| run.cpu.as_secs_f64() * 1e6 / run.trips.len() as f64;
    for (what, of, unit) in [
        (
            "round trip of a small frame, p50",
            &half as &dyn Fn(&Run) -> f64,
            "us",
        ),
        ("CPU a round trip", &cpu, "us"),
    ] {
        let (bare, tap) = (median(0, of), median(1, of));
        figure(
            what,
            &format!(
                "{tap:.1} {unit}, the copy {bare:.1}: {:+.1} {unit}",
                tap - bare
            ),
        );
    }
    let [bare, tap, tee] = [0, 1, 2].map(|which| median(which, &|run| run.rate) / 1e6);
    figure(
        "1 MB frames",
        &format!("{tap:.0} MB/s, the copy {bare:.0}: {:.2} of it", tap / bare),
    );
    figure(
        "1 MB frames, against a copy to the same disk",
        &format!("{tap:.0} MB/s, tee {tee:.0}: {:.2} of it", tap / tee),
    );
    let peak = runs[1].iter().map(|run| run.peak).max();
    figure("most memory", &mib(peak.unwrap_or_default()));
    Ok(())
}

fn run(mut command: Command, trips: usize) -> std::io::Result<Run> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let (Some(mut to), Some(from)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(std::io::ErrorKind::BrokenPipe.into());
    };
    let mut from = BufReader::with_capacity(256 << 10, from);
    let frame = format!(
        "{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{{\"name\":\"{}\"}}}}\n",
        "x".repeat(200)
    );
    let mut line = Vec::new();
    let mut trip = |to: &mut dyn Write, frame: &[u8]| -> std::io::Result<Duration> {
        let began = Instant::now();
        to.write_all(frame)?;
        line.clear();
        from.read_until(b'\n', &mut line)?;
        Ok(began.elapsed())
    };
    for _ in 0..100 {
        trip(&mut to, frame.as_bytes())?;
    }
    let before = cpu(&child);
    let trips = (0..trips)
        .map(|_| trip(&mut to, frame.as_bytes()))
        .collect::<Result<Vec<_>, _>>()?;
    let cpu = cpu(&child).saturating_sub(before);
    let huge = format!("{{\"x\":\"{}\"}}\n", "y".repeat(1 << 20));
    let count = 64;
    let began = Instant::now();
    let writer = {
        let huge = huge.clone();
        std::thread::spawn(move || {
            for _ in 0..count {
                if to.write_all(huge.as_bytes()).is_err() {
                    break;
                }
            }
        })
    };
    for _ in 0..count {
        line.clear();
        from.read_until(b'\n', &mut line)?;
    }
    let rate = (huge.len() * count) as f64 / began.elapsed().as_secs_f64();
    // It has written everything that was read.
    let _ = writer.join();
    let peak = memory(&child.id().to_string(), "VmHWM").unwrap_or_default();
    child.wait()?;
    Ok(Run {
        trips,
        cpu,
        rate,
        peak,
    })
}

/// CPU time of a process so far, from the kernel's own count; zero where there is none.
fn cpu(child: &Child) -> Duration {
    let path = format!("/proc/{}/schedstat", child.id());
    let tasks = std::fs::read_dir(format!("/proc/{}/task", child.id()));
    let files = tasks.map_or_else(
        |_| vec![path.into()],
        |tasks| {
            tasks
                .flatten()
                .map(|task| task.path().join("schedstat"))
                .collect::<Vec<std::path::PathBuf>>()
        },
    );
    let nanos = files.iter().filter_map(|file| {
        let text = std::fs::read_to_string(file).ok()?;
        text.split(' ').next()?.parse::<u64>().ok()
    });
    Duration::from_nanos(nanos.sum())
}
