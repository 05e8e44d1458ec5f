//! The tap as a program: what passes comes out as it went in, the recording tells it in the order in which it
//! happened, and nothing that goes wrong with the recording holds the traffic up.
#![cfg(unix)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, Stdio};
use std::thread;

mod by_hand;
mod control;
mod faults;
mod http;
mod installing;
mod proxy;

use mcpscope::json;
use mcpscope::session::timeline::LinkState;
use mcpscope::session::{Channel, Direction, Entry};

use crate::support::program::Home;
use crate::support::{FAKE, MCPSCOPE, Session, eventually};

/// `mcpscope tap --record t.jsonl -- COMMAND…`
fn tap(home: &Home, server: &[&str]) -> Command {
    let mut command = home.command(&[&["tap", "--record", "t.jsonl", "--"], server].concat());
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn session(home: &Home) -> Session {
    Session::read(&home.path("t.jsonl"))
}

fn bodies(session: &Session, direction: Direction) -> impl Iterator<Item = &Entry> {
    session.entries.iter().filter(move |entry| {
        entry.direction == direction && matches!(entry.channel, Channel::Wire | Channel::Stdout)
    })
}

/// Bytes that no text has, without an end of the last line: always the same.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 1_u32;
    let mut next = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    let mut bytes: Vec<u8> = (0..length).map(|_| next()).collect();
    bytes.extend_from_slice(b"\r\nhalf a fra");
    bytes
}

#[test]
fn any_bytes_come_out_as_they_went_in() {
    let home = Home::new();
    let sent = noise(3 << 20);
    let mut child = tap(&home, &["cat"]).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let back = {
        let sent = sent.clone();
        thread::spawn(move || stdin.write_all(&sent).unwrap());
        child.wait_with_output().unwrap()
    };
    assert!(back.status.success());
    assert!(
        back.stdout == sent,
        "{} of {} bytes",
        back.stdout.len(),
        sent.len()
    );
    let session = session(&home);
    for direction in [Direction::Out, Direction::In] {
        let mut recorded = Vec::new();
        for entry in bodies(&session, direction) {
            recorded.extend_from_slice(&entry.body);
            recorded.extend_from_slice(entry.ending.as_bytes());
        }
        let same = recorded
            .iter()
            .zip(&sent)
            .take_while(|(one, other)| one == other);
        assert!(
            recorded == sent,
            "{direction:?}: {} of {} bytes, the first {} of them the same",
            recorded.len(),
            sent.len(),
            same.count()
        );
    }
}

#[test]
fn a_server_that_asks_without_ending_its_line_is_heard() {
    let home = Home::new();
    let script = "printf 'name? '; read name; echo \"hello $name\"; echo done >&2; exit 7";
    let mut child = tap(&home, &["sh", "-c", script]).spawn().unwrap();
    let mut asked = [0; 6];
    child
        .stdout
        .as_mut()
        .unwrap()
        .read_exact(&mut asked)
        .unwrap();
    assert_eq!(&asked, b"name? ");
    child.stdin.as_mut().unwrap().write_all(b"you\n").unwrap();
    let end = child.wait_with_output().unwrap();
    assert_eq!(end.stdout, b"hello you\n");
    assert_eq!((end.status.code(), &*end.stderr), (Some(7), &b"done\n"[..]));
    let session = session(&home);
    let said: Vec<String> = bodies(&session, Direction::In)
        .map(|entry| entry.text().into())
        .collect();
    assert_eq!(said, ["name? hello you"]);
    let connection = session.timeline.state().connection(1).unwrap();
    assert!(
        matches!(connection.link, LinkState::Exited { code: Some(7), .. }),
        "{:?}",
        connection.link
    );
}

#[test]
fn signals_and_ends_pass_through() {
    let home = Home::new();
    let run =
        |arguments: &[&str]| home.command(&[&["tap", "--no-record", "--"], arguments].concat());
    let killed = run(&["sh", "-c", "kill -KILL $$"]).status().unwrap();
    assert_eq!(killed.signal(), Some(9));
    let ended = run(&["sh", "-c", "kill -TERM $$"]).status().unwrap();
    assert_eq!(ended.signal(), Some(15));
    let script = "trap 'exit 3' TERM; echo ready; while :; do sleep 1 & wait; done";
    let mut child = run(&["sh", "-c", script])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    terminate(&child);
    assert_eq!(child.wait().unwrap().code(), Some(3));
    let missing = run(&["no-such-server"]).output().unwrap();
    assert_eq!(missing.status.code(), Some(3));
    assert!(
        String::from_utf8_lossy(&missing.stderr)
            .starts_with("error: command not found: \"no-such-server\"")
    );
}

fn terminate(child: &Child) {
    let pid = child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-TERM", &pid])
            .status()
            .unwrap()
            .success()
    );
}

#[test]
fn whoever_goes_first_is_missed_by_the_other() {
    let home = Home::new();
    // The client closes its end of stdout; the server is told so by its next write.
    let mut child = tap(&home, &["sh", "-c", "while echo x; do :; done"])
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    eventually("the server ends", || child.try_wait().unwrap().is_some());
    // The client closes stdin: so does the tap.
    let home = Home::new();
    let mut child = tap(&home, &["cat"]).spawn().unwrap();
    drop(child.stdin.take());
    eventually("the server ends", || child.try_wait().unwrap().is_some());
}

#[test]
fn every_request_stands_before_its_answer() {
    for flight in [1, 100] {
        let home = Home::new();
        let mut child = tap(&home, &["cat"]).spawn().unwrap();
        let (mut to, mut from) = (
            child.stdin.take().unwrap(),
            BufReader::new(child.stdout.take().unwrap()),
        );
        let count = 20_000;
        let mut line = String::new();
        // The server is `cat`: its answer is the request itself.
        for burst in 0..count / flight {
            let first = burst * flight;
            let mut frames = String::new();
            for id in first..first + flight {
                let frame = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"ping"}}"#);
                frames += &frame;
                frames.push('\n');
            }
            to.write_all(frames.as_bytes()).unwrap();
            for _ in 0..flight {
                line.clear();
                from.read_line(&mut line).unwrap();
            }
        }
        drop(to);
        assert!(child.wait().unwrap().success());
        let session = session(&home);
        let mut asked = std::collections::HashSet::new();
        let mut answers = 0;
        for entry in &session.entries {
            let Some(id) = json::get(&entry.body, &["id"]).and_then(json::integer) else {
                continue;
            };
            match entry.direction {
                Direction::Out => assert!(asked.insert(id)),
                _ => {
                    assert!(asked.contains(&id), "the answer to {id} stands before it");
                    answers += 1;
                }
            }
        }
        assert_eq!((asked.len(), answers), (count, count));
    }
}

#[test]
fn a_kill_loses_no_line_that_went_on() {
    for round in 0..20 {
        let home = Home::new();
        let mut child = tap(&home, &["cat"]).spawn().unwrap();
        let mut to = child.stdin.take().unwrap();
        let from = BufReader::new(child.stdout.take().unwrap());
        thread::spawn(move || {
            // It ends when nobody takes it any more.
            for number in 0.. {
                if writeln!(to, "{{\"id\":{number}}}").is_err() {
                    break;
                }
            }
        });
        let mut last = None;
        for (count, line) in from.lines().enumerate() {
            let Ok(line) = line else { break };
            // Half a line may be the last that comes.
            if line.ends_with('}') {
                last = Some(line);
            }
            if count == round * 97 {
                child.kill().unwrap();
            }
        }
        child.wait().unwrap();
        let session = session(&home);
        let last = last.unwrap();
        assert!(
            bodies(&session, Direction::In).any(|entry| entry.text() == last),
            "{last} is not recorded"
        );
    }
}

#[test]
fn a_full_disk_stops_nothing_and_is_told() {
    let home = Home::new();
    let sent = noise(300_000);
    let script = format!("trap '' XFSZ; ulimit -f 64; exec {MCPSCOPE} tap --record t.jsonl -- cat");
    let mut child = Command::new("sh")
        .args(["-c", &script])
        .current_dir(home.folder.path())
        .env("MCPSCOPE_HOME", home.path("home"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut stdin, mut stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let bytes = sent.clone();
    let writer = thread::spawn(move || {
        stdin.write_all(&bytes).unwrap();
        stdin
    });
    // But for the end of a line, perhaps: the first part is enough to fill the disk.
    let mut came = vec![0; sent.len() - 100_000];
    stdout.read_exact(&mut came).unwrap();
    // Others are told while it lasts.
    let running = home.run(&["tap", "--running"]);
    assert!(running.stdout.contains(" NOT RECORDED so far"), "{running}");
    let list = control::control(&home, &["list"]);
    assert_eq!(
        (list.stdout.as_str(), list.code),
        ("nothing is held\n", Some(0)),
        "{list}"
    );
    assert!(
        list.stderr.contains("could not be recorded so far: "),
        "{list}"
    );
    drop(writer.join().unwrap());
    stdout.read_to_end(&mut came).unwrap();
    let end = child.wait_with_output().unwrap();
    assert!(end.status.success() && came == sent, "{} bytes", came.len());
    let said = String::from_utf8_lossy(&end.stderr);
    assert!(said.contains("could not be recorded: "), "{said}");
}

#[test]
fn what_was_tapped_opens_as_a_session() {
    for (flags, revision) in [(&["--dual"][..], "2026-07-28"), (&[], "2025-06-18")] {
        let home = Home::new();
        let tap = [MCPSCOPE, "tap", "--record", "t.jsonl", "--", FAKE];
        let words = [
            &["call", "echo", "text=hi", "--no-record", "--"],
            &tap[..],
            flags,
        ]
        .concat();
        let run = home.run(&words);
        assert_eq!((run.stdout.as_str(), run.code), ("hi\n", Some(0)), "{run}");
        let session = session(&home);
        let connection = session.timeline.state().connection(1).unwrap();
        assert!(connection.tapped);
        assert_eq!(connection.revision.unwrap().to_string(), revision);
        assert_eq!(
            connection.opening.as_ref().unwrap().name.as_deref(),
            Some("fake")
        );
        let call = session.timeline.exchanges().last().unwrap();
        assert_eq!(session.timeline.word(call.subject), "echo");
    }
}

/// What never ends a line is not kept in memory for ever: it is recorded in pieces, and passes as it is.
#[test]
fn progress_without_an_end_is_recorded_in_pieces() {
    let home = Home::new();
    let script = r"head -c 20000000 /dev/zero | tr '\0' '\r' >&2; echo end >&2";
    let mut child = home
        .command(&["tap", "--record", "t.jsonl", "--", "sh", "-c", script])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut passed = Vec::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_end(&mut passed)
        .unwrap();
    assert!(child.wait().unwrap().success());
    let told = memchr::memchr_iter(b'\r', &passed).count();
    assert!(told == 20_000_000 && passed.starts_with(b"\r\r") && passed.ends_with(b"\rend\n"));
    let session = Session::read(&home.path("t.jsonl"));
    let pieces: Vec<usize> = session
        .entries
        .iter()
        .filter(|entry| entry.channel == Channel::Stderr)
        .map(|entry| entry.body.len())
        .collect();
    assert_eq!(pieces.iter().sum::<usize>(), 20_000_003, "{pieces:?}");
    assert!(pieces.len() == 2 && pieces[0] < 17 << 20, "{pieces:?}");
}
