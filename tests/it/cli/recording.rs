//! What a run leaves on disk: everything it acted on, nothing secret, for its owner alone.

use std::fs;

use mcpscope::session::{Channel, Direction};

use crate::support::Session;
use crate::support::program::Home;

#[test]
fn the_recording_is_what_went_over_the_wire() {
    let home = Home::new();
    let received = home.path("received");
    let run = home.fake(
        "call echo text=x",
        &[
            "--received",
            &received.to_string_lossy(),
            "--junk-first",
            "hi",
            "--stderr",
            "oh",
        ],
    );
    assert_eq!(run.code, Some(0), "{run}");
    let session = home.session();
    assert_eq!(
        String::from_utf8(session.sent()).unwrap(),
        fs::read_to_string(received).unwrap()
    );
    let seen = |channel: Channel, text: &str| {
        session.entries.iter().any(|entry| {
            entry.channel == channel && entry.text() == text && entry.direction == Direction::In
        })
    };
    assert!(seen(Channel::Stdout, "hi") && seen(Channel::Stderr, "oh"));
    assert_eq!(session.loaded.skipped, 0);
    let last = session.entries.last().unwrap();
    assert_eq!(last.channel, Channel::Process);
    assert!(last.text().contains("\"exit\""), "{}", last.text());
}

#[cfg(unix)]
#[test]
fn only_its_owner_may_read_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = Home::new();
    home.run(&["list", "tools", "--demo"]);
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&home.session().path), 0o600);
    assert_eq!(mode(&home.path("home/data/sessions")), 0o700);
}

#[test]
fn values_of_the_environment_stay_out_of_it() {
    let home = Home::new();
    let run = home.fake("list tools --env TOKEN=s3cret-value --env EMPTY=", &[]);
    assert_eq!(run.code, Some(0), "{run}");
    let text = fs::read_to_string(home.session().path).unwrap();
    assert!(
        text.contains("\"TOKEN\"") && text.contains("\"EMPTY\"") && !text.contains("s3cret"),
        "{text}"
    );
    let run = Home::new().fake(
        "list templates --env TOKEN=value",
        &["--print-env", "TOKEN"],
    );
    assert!(
        run.stderr.contains("TOKEN=value"),
        "the server has it: {run}"
    );
}

#[test]
fn no_two_sessions_share_a_file() {
    let home = Home::new();
    let running: Vec<_> = (0..6)
        .map(|_| home.start(&["list", "prompts", "--demo"]))
        .collect();
    assert!(
        running
            .into_iter()
            .all(|running| running.end().code == Some(0))
    );
    assert_eq!(home.sessions().len(), 6);
}

#[test]
fn it_goes_where_it_is_told_and_nowhere_else() {
    let home = Home::new();
    assert_eq!(
        home.run(&["list", "prompts", "--demo", "--record", "mine.jsonl"])
            .code,
        Some(0)
    );
    assert_eq!(Session::read(&home.path("mine.jsonl")).loaded.skipped, 0);
    assert_eq!(
        home.run(&["list", "prompts", "--demo", "--no-record"]).code,
        Some(0)
    );
    assert!(!home.path("home").exists());
    let again = home.run(&["list", "prompts", "--demo", "--record", "mine.jsonl"]);
    assert_eq!(
        again.code,
        Some(2),
        "a recording is never written over: {again}"
    );
    assert!(again.stderr.contains("never written over"), "{again}");
}

#[test]
fn a_recording_that_cannot_start_stops_nothing() {
    let home = Home::new();
    fs::create_dir(home.path("home")).unwrap();
    fs::write(home.path("home/data"), "in the way").unwrap();
    let run = home.run(&["call", "echo", "text=x", "--demo"]);
    assert_eq!((run.stdout.as_str(), run.code), ("x\n", Some(0)), "{run}");
    assert!(
        run.stderr
            .starts_with("warning: cannot record to HOME/home/data/sessions: "),
        "{run}"
    );
}

/// Killed in the middle of a flood, the file still opens, and holds every frame that was acted on.
#[cfg(unix)]
#[test]
fn a_kill_loses_nothing_that_was_acted_on() {
    let home = Home::new();
    let received = home.path("received");
    let flags = [
        "--flood",
        "100000000",
        "--received",
        &received.to_string_lossy(),
    ];
    let running = home.start_fake("call flood", &flags);
    crate::support::eventually("the flood is being recorded", || {
        home.sessions()
            .first()
            .is_some_and(|path| path.metadata().unwrap().len() > 1_000_000)
    });
    running.signal(rustix::process::Signal::KILL);
    assert_eq!(running.end().code, None);
    let session = home.session();
    // Nobody is left to shut the server down, and it may take long to notice.
    let server = session.timeline.state().connection(1).unwrap().pid.unwrap();
    let server = rustix::process::Pid::from_raw(server.cast_signed()).unwrap();
    let _ = rustix::process::kill_process(server, rustix::process::Signal::KILL);
    assert!(session.loaded.entries > 1_000, "{:?}", session.loaded);
    assert_eq!(
        session.loaded.skipped,
        u64::from(session.loaded.cut),
        "{:?}",
        session.loaded
    );
    let sent = session.sent();
    assert!(
        sent.starts_with(&fs::read(received).unwrap()),
        "what the server got was written down first"
    );
    let numbers: Vec<i64> = session
        .entries
        .iter()
        .filter_map(|entry| {
            mcpscope::json::get(&entry.body, &["params", "data"]).and_then(mcpscope::json::integer)
        })
        .collect();
    assert!(
        numbers.iter().copied().eq(1..=numbers.len() as i64),
        "no frame is missing in the middle"
    );
}

#[test]
fn a_recording_of_a_newer_format_is_read_and_that_is_said_once() {
    let home = Home::new();
    let file = home.path("newer.jsonl");
    let text = include_str!("../../../sessions/kitchen.jsonl");
    let newer = text.replacen("{\"mcpscope\":1,", "{\"mcpscope\":7,", 1);
    assert_ne!(newer, text);
    fs::write(&file, newer).unwrap();
    let file = file.to_string_lossy().into_owned();
    for args in [
        &["masks", &file][..],
        &["export", &file, "--format", "markdown"],
        &["lint", &file],
        &["diff", &file, &format!("{file}#15")],
    ] {
        let run = home.run(args);
        let said = run
            .stderr
            .matches("written in format 7 by a newer mcpscope");
        let times = args.iter().filter(|word| word.starts_with(&file)).count();
        assert_eq!(said.count(), times, "{args:?} {run}");
    }
    let ours = home.path("ours.jsonl");
    fs::write(&ours, text).unwrap();
    let run = home.run(&["masks", &ours.to_string_lossy()]);
    assert!(!run.stderr.contains("format"), "{run}");
}
