//! Small shell scripts as servers: what comes out of a link, and that nobody is left afterwards.

#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::transport::family;
use crate::transport::procfs::{self, Process};
use crate::transport::spawn::NotExecutable;
use std::fmt::Write as _;
use tokio::time::timeout;

/// Far more than anything here takes, far less than a hanging build.
const LIMIT: Duration = Duration::from_secs(60);

const IMPATIENT: StdioOptions = StdioOptions {
    stdin_grace: Duration::from_millis(40),
    terminate_grace: Duration::from_millis(60),
};
const PATIENT: StdioOptions = StdioOptions {
    stdin_grace: Duration::from_secs(50),
    terminate_grace: Duration::from_secs(50),
};

fn sh(script: &str, options: StdioOptions) -> Link {
    start(Spawn::new("sh", ["-c", script]), options).unwrap()
}

async fn next(link: &mut Link) -> LinkEvent {
    timeout(LIMIT, link.inbox.recv())
        .await
        .expect("an event in time")
        .expect("an event before the end")
}

/// The next event that does not depend on how long the test took so far.
async fn other_than_usage(link: &mut Link) -> LinkEvent {
    loop {
        match next(link).await {
            LinkEvent::Usage { .. } => {}
            event => return event,
        }
    }
}

/// Skips to the next line of stdout.
async fn line(link: &mut Link) -> Vec<u8> {
    loop {
        match next(link).await {
            LinkEvent::Line {
                stream: Stream::Stdout,
                bytes,
                ..
            } => return bytes,
            LinkEvent::Exited { .. } => panic!("exited instead of printing a line"),
            _ => {}
        }
    }
}

/// A line of process ids, as the processes they are.
async fn pids(link: &mut Link) -> Vec<Process> {
    let line = String::from_utf8(line(link).await).unwrap();
    line.split_whitespace()
        .map(|pid| procfs::stat(pid.parse().unwrap()).expect("runs").process)
        .collect()
}

/// Everything up to the end, which must come and be the end.
async fn all(link: &mut Link) -> Vec<LinkEvent> {
    let mut events = Vec::new();
    loop {
        let event = next(link).await;
        let last = matches!(event, LinkEvent::Exited { .. });
        events.push(event);
        if last {
            assert_eq!(
                timeout(LIMIT, link.inbox.recv()).await.unwrap(),
                None,
                "nothing after the exit"
            );
            return events;
        }
    }
}

fn steps(events: &[LinkEvent]) -> Vec<ShutdownStep> {
    events
        .iter()
        .filter_map(|event| {
            if let LinkEvent::Step { step } = event {
                Some(*step)
            } else {
                None
            }
        })
        .collect()
}

/// The lines of a stream, with their endings shown.
fn text(events: &[LinkEvent], which: Stream) -> String {
    let mut text = String::new();
    for event in events {
        if let LinkEvent::Line {
            stream,
            bytes,
            ending,
        } = event
            && *stream == which
        {
            write!(text, "{}[{ending:?}]", bytes.escape_ascii()).unwrap();
        }
    }
    text
}

fn exit(code: i32) -> LinkEvent {
    LinkEvent::Exited {
        code: Some(code),
        signal: None,
    }
}

fn frame(text: &str) -> Outgoing {
    Outgoing::Frame(text.into())
}

fn nobody_left(processes: &[Process]) {
    for process in processes {
        assert!(!procfs::alive(*process), "{process:?} is still there");
    }
}

async fn eventually(what: &str, condition: impl Fn() -> bool) {
    let end = Instant::now() + LIMIT;
    while !condition() {
        assert!(Instant::now() < end, "never: {what}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

#[tokio::test(flavor = "current_thread")]
async fn frames_go_both_ways_and_the_end_of_stdin_ends_it() {
    let mut link = sh("cat", PATIENT);
    assert!(matches!(
        next(&mut link).await,
        LinkEvent::Started { pid: 2.. }
    ));
    link.outbox.send(frame("{\"a\":1}")).unwrap();
    assert_eq!(line(&mut link).await, b"{\"a\":1}");
    link.outbox.send(Outgoing::Raw(b"half ".to_vec())).unwrap();
    link.outbox
        .send(Outgoing::Raw(b"and half\r\n".to_vec()))
        .unwrap();
    link.outbox.send(frame("last")).unwrap();
    link.outbox.send(Outgoing::Shutdown).unwrap();
    link.outbox
        .send(frame("after the order, before the end of stdin"))
        .unwrap();
    let began = Instant::now();
    let events = all(&mut link).await;
    assert!(
        began.elapsed() < Duration::from_secs(5),
        "no grace is waited for in full"
    );
    assert_eq!(
        text(&events, Stream::Stdout),
        "half and half[CrLf]last[Lf]after the order, before the end of stdin[Lf]"
    );
    assert_eq!(steps(&events), [ShutdownStep::StdinClosed]);
    assert_eq!(events.last(), Some(&exit(0)));
}

#[tokio::test(flavor = "current_thread")]
async fn a_request_that_waits_in_the_inbox_is_answered_during_shutdown() {
    let mut link = sh("echo question; cat", PATIENT);
    next(&mut link).await;
    eventually("the question arrives", || !link.inbox.is_empty()).await;
    link.outbox.send(Outgoing::Shutdown).unwrap();
    assert_eq!(line(&mut link).await, b"question");
    link.outbox.send(frame("answer")).unwrap();
    let events = all(&mut link).await;
    assert_eq!(text(&events, Stream::Stdout), "answer[Lf]");
    // Too late is said, not swallowed; but after the exit there is nobody to say it.
    assert!(link.outbox.send(frame("late")).is_err());
}

#[tokio::test(flavor = "current_thread")]
async fn any_bytes_and_partial_lines_are_kept() {
    let mut link = sh(
        r"printf 'a\r\n\n\377\376\n{\042cut\042:'; printf 'warn\npart' >&2; exit 3",
        IMPATIENT,
    );
    let events = all(&mut link).await;
    assert_eq!(
        text(&events, Stream::Stdout),
        r#"a[CrLf][Lf]\xff\xfe[Lf]{\"cut\":[None]"#
    );
    assert_eq!(text(&events, Stream::Stderr), "warn[Lf]part[None]");
    assert_eq!(events.last(), Some(&exit(3)));
    assert!(steps(&events).is_empty());
}

#[tokio::test(flavor = "current_thread")]
async fn a_line_of_100_mb_arrives_whole() {
    let mut link = sh(
        "head -c 100000000 /dev/zero | tr '\\0' x; echo; echo after",
        IMPATIENT,
    );
    let long = line(&mut link).await;
    assert_eq!(long.len(), 100_000_000);
    assert!(long.iter().all(|byte| *byte == b'x'));
    assert_eq!(line(&mut link).await, b"after");
    assert_eq!(all(&mut link).await.last(), Some(&exit(0)));
}

#[tokio::test(flavor = "current_thread")]
async fn a_server_that_floods_and_does_not_read_blocks_nothing() {
    let mut link = sh("while :; do echo flood; done", IMPATIENT);
    for _ in 0..64 {
        link.outbox
            .send(Outgoing::Frame(vec![b'x'; 64 * 1024]))
            .unwrap();
    }
    for _ in 0..10_000 {
        assert_eq!(line(&mut link).await, b"flood");
    }
    link.outbox.send(Outgoing::Shutdown).unwrap();
    let events = all(&mut link).await;
    assert_eq!(
        steps(&events)[..2],
        [ShutdownStep::StdinClosed, ShutdownStep::Terminate]
    );
    assert!(
        events
            .iter()
            .any(|event| matches!(event, LinkEvent::WriteFailed { .. }))
    );
    assert_eq!(
        events.last(),
        Some(&LinkEvent::Exited {
            code: None,
            signal: Some(15)
        })
    );
}

#[tokio::test(flavor = "current_thread")]
async fn stderr_comes_through_while_nobody_takes_a_flood_of_stdout() {
    let mut link = sh(
        "while :; do echo flood; done & echo 'listen' >&2; wait",
        IMPATIENT,
    );
    let mut taken = 0;
    loop {
        taken += 1;
        assert!(taken < 100_000, "stderr waits behind stdout");
        if let LinkEvent::Line {
            stream: Stream::Stderr,
            bytes,
            ..
        } = next(&mut link).await
        {
            assert_eq!(bytes, b"listen");
            break;
        }
    }
    link.outbox.send(Outgoing::Kill).unwrap();
    let events = all(&mut link).await;
    assert_eq!(steps(&events), [ShutdownStep::Kill]);
    assert_eq!(
        events.last(),
        Some(&LinkEvent::Exited {
            code: None,
            signal: Some(9)
        })
    );
}

#[tokio::test(flavor = "current_thread")]
async fn the_signal_that_ended_it_is_told() {
    let events = all(&mut sh("kill -SEGV $$", IMPATIENT)).await;
    assert_eq!(
        events.last(),
        Some(&LinkEvent::Exited {
            code: None,
            signal: Some(11)
        })
    );
}

#[tokio::test(flavor = "current_thread")]
async fn a_closed_stdin_is_reported_for_each_frame() {
    let mut link = sh("exec <&-; echo closed; sleep 1000", IMPATIENT);
    assert_eq!(line(&mut link).await, b"closed");
    for _ in 0..2 {
        link.outbox.send(frame("hello")).unwrap();
        let what = other_than_usage(&mut link).await;
        let expected = "the server closed its stdin".into();
        assert_eq!(what, LinkEvent::WriteFailed { what: expected });
    }
    link.outbox.send(Outgoing::Kill).unwrap();
    all(&mut link).await;
}

#[tokio::test(flavor = "current_thread")]
async fn one_that_ignores_everything_is_killed_with_its_children() {
    let mut link = sh(
        "trap '' TERM; sh -c 'trap \"\" TERM; echo $PPID $$; while :; do sleep 1000; done'; :",
        IMPATIENT,
    );
    let family = pids(&mut link).await;
    assert_eq!(family.len(), 2);
    link.outbox.send(Outgoing::Shutdown).unwrap();
    let began = Instant::now();
    let events = all(&mut link).await;
    assert!(began.elapsed() < Duration::from_secs(10));
    assert_eq!(
        steps(&events),
        [
            ShutdownStep::StdinClosed,
            ShutdownStep::Terminate,
            ShutdownStep::Kill
        ]
    );
    assert_eq!(
        events.last(),
        Some(&LinkEvent::Exited {
            code: None,
            signal: Some(9)
        })
    );
    nobody_left(&family);
}

#[tokio::test(flavor = "current_thread")]
async fn a_stopped_server_still_gets_its_sigterm() {
    let options = StdioOptions {
        terminate_grace: LIMIT,
        ..IMPATIENT
    };
    let mut link = sh(
        "trap 'exit 7' TERM; echo $$; kill -STOP $$; sleep 1000",
        options,
    );
    let stopped = pids(&mut link).await;
    link.outbox.send(Outgoing::Shutdown).unwrap();
    let events = all(&mut link).await;
    assert_eq!(events.last(), Some(&exit(7)), "{events:?}");
    nobody_left(&stopped);
}

#[tokio::test(flavor = "current_thread")]
async fn a_grandchild_that_holds_the_pipes_does_not_hold_up_the_end() {
    let mut link = sh("sleep 1000 & echo $!; exit 4", PATIENT);
    let grandchild = pids(&mut link).await;
    let began = Instant::now();
    let events = all(&mut link).await;
    assert!(began.elapsed() < Duration::from_secs(5));
    assert_eq!(steps(&events), [ShutdownStep::Terminate]);
    assert_eq!(events.last(), Some(&exit(4)));
    nobody_left(&grandchild);
}

#[tokio::test(flavor = "current_thread")]
async fn one_that_left_the_group_is_found_through_its_parent() {
    let mut link = sh(
        "setsid sh -c 'trap \"\" TERM; echo $$; sleep 1000; :' & cat",
        IMPATIENT,
    );
    let stray = pids(&mut link).await;
    let group = procfs::stat(stray[0].pid).unwrap().group;
    assert_eq!(group, stray[0].pid, "it did leave the group");
    link.outbox.send(Outgoing::Shutdown).unwrap();
    let events = all(&mut link).await;
    assert_eq!(
        steps(&events),
        [
            ShutdownStep::StdinClosed,
            ShutdownStep::Terminate,
            ShutdownStep::Kill
        ]
    );
    assert_eq!(
        events.last(),
        Some(&exit(0)),
        "the shell itself honoured the end of stdin"
    );
    nobody_left(&stray);
}

#[tokio::test(flavor = "current_thread")]
async fn both_ways_of_dropping_end_the_processes() {
    let mut link = sh("sleep 1000 & echo $$ $!; cat; sleep 1000", IMPATIENT);
    let family = pids(&mut link).await;
    drop(link);
    eventually("the ladder runs after the link is dropped", || {
        !family.iter().any(|p| procfs::alive(*p))
    })
    .await;

    let mut link = sh("sleep 1000 & echo $$ $!; cat; sleep 1000", IMPATIENT);
    let family = pids(&mut link).await;
    let Link { outbox, inbox } = link;
    drop(outbox);
    let (nowhere, _) = mpsc::unbounded_channel();
    let mut rest = Link {
        outbox: nowhere,
        inbox,
    };
    let step = ShutdownStep::StdinClosed;
    assert_eq!(other_than_usage(&mut rest).await, LinkEvent::Step { step });
    drop(rest);
    eventually("the ladder goes on without a listener", || {
        !family.iter().any(|p| procfs::alive(*p))
    })
    .await;
}

#[test]
fn the_end_of_the_runtime_ends_the_processes() {
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
    };
    let first = runtime();
    let (_link, family) = first.block_on(async {
        let mut link = sh(
            "trap '' TERM; sleep 1000 & setsid sleep 1000 & echo $$ $!; cat; sleep 1000",
            PATIENT,
        );
        let family = pids(&mut link).await;
        (link, family)
    });
    drop(first);
    runtime().block_on(eventually("killed with the runtime", || {
        !family.iter().any(|p| procfs::alive(*p))
    }));
}

#[tokio::test(flavor = "current_thread")]
async fn kill_everything_kills_every_family_and_twice_does_no_harm() {
    // A register of its own, because the tests of one process share the real one.
    let registry: &'static Registry = Box::leak(Box::default());
    let script = "trap '' TERM; setsid sleep 1000 & sleep 1000 & echo $$ $!; cat; sleep 1000";
    let spawn = Spawn::new("sh", ["-c", script]);
    let mut links: Vec<Link> = (0..2)
        .map(|_| start_in(registry, &spawn, PATIENT).unwrap())
        .collect();
    let mut family = Vec::new();
    for link in &mut links {
        family.extend(pids(link).await);
    }
    std::thread::spawn(move || {
        registry.kill_everything();
        registry.kill_everything();
    })
    .join()
    .unwrap();
    for link in &mut links {
        assert_eq!(
            all(link).await.last(),
            Some(&LinkEvent::Exited {
                code: None,
                signal: Some(9)
            })
        );
    }
    nobody_left(&family);
    assert!(registry.is_empty(), "all have left the register");
    registry.kill_everything();
}

#[tokio::test(flavor = "current_thread")]
async fn an_ended_family_leaves_the_register() {
    let registry: &'static family::Registry = Box::leak(Box::default());
    let mut link = start_in(registry, &Spawn::new("true", [""; 0]), IMPATIENT).unwrap();
    assert!(!registry.is_empty());
    all(&mut link).await;
    assert!(registry.is_empty());
}

#[tokio::test(flavor = "current_thread")]
async fn what_cannot_be_started_says_why() {
    let dir = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str, mode: u32| {
        let path = dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(mode))
            .unwrap();
        path
    };
    let fail = |spawn: Spawn| start(spawn, IMPATIENT).expect_err("must not start");
    let none = [""; 0];

    let mut missing = Spawn::new("no-such-server", none);
    missing
        .env
        .push(("PATH".into(), "/nowhere:/nowhere-else".into()));
    let error = fail(missing);
    assert!(
        matches!(&error, StartError::NotFound { looked_in: 2, program, .. } if program == "no-such-server")
    );
    assert_eq!(
        error.to_string(),
        "command not found: \"no-such-server\" (looked in 2 directories of PATH)"
    );
    assert!(error.hint().is_some());

    let error = fail(Spawn::new("./no-such-file", none));
    assert!(
        matches!(error, StartError::NotFound { looked_in: 0, .. }),
        "{error:?}"
    );

    let plain = file("plain", "#!/bin/sh\n", 0o600);
    let error = fail(Spawn::new(&plain, none));
    assert!(
        matches!(
            error,
            StartError::NotExecutable {
                why: NotExecutable::NotAllowed,
                ..
            }
        ),
        "{error:?}"
    );

    let orphan = file("orphan", "#!/no/such/interpreter\n", 0o700);
    let error = fail(Spawn::new(&orphan, none));
    assert!(
        matches!(
            error,
            StartError::NotExecutable {
                why: NotExecutable::NoInterpreter,
                ..
            }
        ),
        "{error:?}"
    );

    let noise = file("noise", "\u{1}\u{2}\u{3}", 0o700);
    let error = fail(Spawn::new(&noise, none));
    assert!(
        matches!(
            error,
            StartError::NotExecutable {
                why: NotExecutable::UnknownFormat,
                ..
            }
        ),
        "{error:?}"
    );

    let mut lost = Spawn::new("sh", none);
    lost.cwd = Some(dir.path().join("gone"));
    let error = fail(lost);
    assert!(matches!(error, StartError::BadCwd { .. }), "{error:?}");
}

#[tokio::test(flavor = "current_thread")]
async fn directory_and_variables_reach_the_server() {
    let dir = tempfile::tempdir().unwrap();
    let mut spawn = Spawn::new("sh", ["-c", "pwd -P; echo $TOKEN"]);
    spawn.cwd = Some(dir.path().into());
    spawn.env.push(("TOKEN".into(), "t0k3n".into()));
    let mut link = start(spawn, IMPATIENT).unwrap();
    assert_eq!(
        line(&mut link).await,
        dir.path()
            .canonicalize()
            .unwrap()
            .into_os_string()
            .into_encoded_bytes()
    );
    assert_eq!(line(&mut link).await, b"t0k3n");
    all(&mut link).await;
}

#[tokio::test(flavor = "current_thread")]
async fn usage_of_the_whole_tree_is_sampled() {
    let mut link = sh("sleep 1000 & sleep 1000 & cat", IMPATIENT);
    let usage = loop {
        match next(&mut link).await {
            LinkEvent::Usage { rss, processes, .. } => break (rss, processes),
            LinkEvent::Exited { .. } => panic!("exited"),
            _ => {}
        }
    };
    assert_eq!(usage.1, 4);
    assert!(usage.0 > 500_000, "{usage:?}");
    link.outbox.send(Outgoing::Shutdown).unwrap();
    all(&mut link).await;
}
