//! A process that is killed, and a disk that is full: what was recorded stays, and what is missing is said.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use mcpscope::json;
use mcpscope::session::{Channel, Direction};

use crate::support::program::Home;
use crate::support::terminal::Terminal;
use crate::support::{MCPSCOPE, Session};

/// Bytes that a file may have; a fraction of what a session with the demo server takes.
const ROOM: u64 = 8 << 10;

/// What came through a tap was recorded before; a kill at any moment takes nothing of it.
#[test]
fn a_kill_loses_no_frame_that_came_through() {
    for round in 0..6_u32 {
        let home = Home::new();
        let mut child = home
            .command(&["tap", "--record", "t.jsonl", "--", "cat"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // Faster than anybody reads, until there is nobody.
        let writer = thread::spawn(move || {
            for id in 0_u64.. {
                let pad = "x".repeat((id * 37 % 3_000) as usize);
                let frame = format!(
                    "{{\"jsonrpc\":\"2.0\",\"id\":{id},\"method\":\"ping\",\"params\":{{\"pad\":\"{pad}\"}}}}\n"
                );
                if stdin.write_all(frame.as_bytes()).is_err() {
                    break;
                }
            }
        });
        let mut frames = BufReader::new(child.stdout.take().unwrap()).lines();
        let id = |frame: &str| {
            let id = json::get(frame.as_bytes(), &["id"]);
            id.and_then(json::integer).unwrap()
        };
        let wanted = 1 + round * round * 61;
        let mut last = 0;
        for _ in 0..wanted {
            last = id(&frames.next().unwrap().unwrap());
        }
        child.kill().unwrap();
        child.wait().unwrap();
        // What was on its way when it was killed came through, too; a frame that was cut did not.
        let rest: Vec<String> = frames.map_while(Result::ok).collect();
        if let Some(frame) = rest
            .iter()
            .rfind(|frame| json::check(frame.as_bytes()).is_ok())
        {
            last = id(frame);
        }
        writer.join().unwrap();
        let session = Session::read(&home.path("t.jsonl"));
        assert_eq!(session.loaded.skipped, u64::from(session.loaded.cut));
        for direction in [Direction::Out, Direction::In] {
            let recorded: Vec<i64> = session
                .entries
                .iter()
                .filter(|entry| entry.channel == Channel::Wire && entry.direction == direction)
                .map(|entry| id(&entry.text()))
                .collect();
            assert!(
                recorded.iter().copied().eq(0..recorded.len() as i64),
                "in order, without holes"
            );
            assert!(recorded.len() as i64 > last, "{} of {last}", recorded.len());
        }
    }
}

/// A command that runs mcpscope where no file may get bigger than [`ROOM`], as on a full disk.
fn confined(arguments: &[&str]) -> Vec<String> {
    let blocks = ROOM / 512;
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
    let mut words = vec!["-c", &script, MCPSCOPE];
    words.extend(arguments);
    words.into_iter().map(str::to_owned).collect()
}

/// The whole entries that fitted, and nothing else.
fn check(path: &Path) {
    let session = Session::read(path);
    assert_eq!(session.loaded.notice(), None);
    assert!(session.loaded.entries > 5);
    assert!(path.metadata().unwrap().len() <= ROOM);
}

#[test]
fn a_full_disk_stops_no_call_and_is_told() {
    let home = Home::new();
    let output = Command::new("sh")
        .args(confined(&[
            "list", "tools", "--json", "--demo", "--record", "s.jsonl",
        ]))
        .current_dir(home.folder.path())
        .env("MCPSCOPE_HOME", home.path("home"))
        .output()
        .unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{told}");
    assert!(output.stdout.len() as u64 > ROOM, "all of it was printed");
    assert!(told.contains("recording fails"), "{told}");
    check(&home.path("s.jsonl"));
}

#[test]
fn a_full_disk_stops_no_work_on_the_screen_and_is_told() {
    let home = Home::new();
    let words = confined(&["--record", "s.jsonl", "--", MCPSCOPE, "demo-server"]);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let mut terminal = Terminal::run(Path::new("sh"), &home, &words, (120, 36), &[]);
    // The lists came, and work goes on.
    terminal.shows("NOT RECORDED");
    terminal.shows("divide");
    terminal.send("Q");
    assert_eq!(terminal.end(), Some(0));
    check(&home.path("s.jsonl"));
}
