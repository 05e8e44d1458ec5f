//! A recording sent again beside a running engine, as the screen does it: over a connection that somebody else opens,
//! with everything that the engine tells passed on.

use std::sync::Arc;
use std::sync::mpsc;
use std::time::Duration;

use mcpscope::diff::Options;
use mcpscope::inspector::{self, Command, Connect, Update};
use mcpscope::mcp::client;
use mcpscope::recorder::Recorder;
use mcpscope::replay::Speed;
use mcpscope::replaying::Source;
use mcpscope::replaying::conductor::{Done, Order, Prepared, Told, conduct};
use mcpscope::transport::Spawn;
use mcpscope::transport::stdio::StdioOptions;

use crate::support::program::Home;
use crate::support::{LIMIT, MCPSCOPE};

/// A recording of five calls.
fn recorded() -> (Home, Prepared) {
    let home = Home::new();
    let run = home.start_with(
        &[
            "shell",
            "--record",
            "r.jsonl",
            "--answers",
            "stub,roots=/srv",
            "--demo",
        ],
        b"call echo text=x\ncall ask-model\ncall show-roots\ncall refuse\n",
    );
    run.end();
    let source = Source::open(&home.path("r.jsonl")).unwrap();
    let plan = source.plan(None).unwrap();
    assert_eq!(plan.calls(), 5);
    let whole = true;
    let prepared = Prepared {
        source,
        plan,
        whole,
    };
    (home, prepared)
}

/// Sends it again, until its end or until something has come; and how many entries were passed on meanwhile.
fn sent_again(prepared: Prepared, speed: Speed) -> (Arc<Done>, usize) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let recorder = Recorder::unnamed().unwrap();
        let bodies = recorder.bodies();
        let (inspector, engine) = inspector::engine(recorder);
        let (orders, taken) = tokio::sync::mpsc::unbounded_channel();
        let (tell, told) = mpsc::channel();
        let (mut inspector, conductor) = conduct(inspector, bodies, taken, move |asker, what| {
            // What comes after the end is nobody's.
            let _ = tell.send((asker, what));
        });
        tokio::spawn(async { tokio::join!(engine.run(), conductor) });
        let begin = Order::Begin {
            asker: 7,
            prepared: Arc::new(prepared),
            speed,
            careful: false,
        };
        orders.send(begin).unwrap();
        let (mut passed, mut began) = (0, 0);
        let done = loop {
            // The conductor has its turn.
            let next =
                tokio::time::timeout(Duration::from_millis(20), inspector.updates.recv()).await;
            if let Ok(Some(Update::Recorded(entries))) = next {
                passed += entries.len();
            }
            match told.try_recv() {
                Ok((7, Told::Wants { capabilities, .. })) => {
                    orders.send(Order::Opened(7, 3)).unwrap();
                    let options = client::Options {
                        capabilities,
                        ..client::Options::default()
                    };
                    let connect = Connect {
                        conn: 3,
                        name: "demo".to_owned(),
                        target: Spawn::new(MCPSCOPE, ["demo-server"]).into(),
                        options,
                        stdio: StdioOptions::default(),
                    };
                    inspector
                        .commands
                        .send(Command::Connect(Box::new(connect)))
                        .unwrap();
                }
                Ok((7, Told::Began(calls, left_out))) => {
                    assert!(left_out.is_empty());
                    began = calls;
                }
                Ok((7, Told::Progress(ended, of))) => {
                    assert!(ended > 0 && of == 5, "{ended} {of}");
                    if speed != Speed::None {
                        orders.send(Order::End(7)).unwrap();
                    }
                }
                Ok((7, Told::Over(done))) => break done,
                Ok(other) => panic!("{other:?}"),
                Err(_) => {}
            }
        };
        assert_eq!(began, 5);
        inspector.commands.send(Command::Shutdown).unwrap();
        let ended = tokio::time::timeout(LIMIT, async {
            while inspector.updates.recv().await.is_some() {}
        });
        ended.await.unwrap();
        (done, passed)
    })
}

#[test]
fn a_session_is_sent_again_beside_the_engine() {
    let (home, prepared) = recorded();
    let (done, passed) = sent_again(prepared, Speed::None);
    let report = done.report(&Options::default()).unwrap();
    assert_eq!(report.tally_words(), "5 same", "{report:?}");
    assert!(passed > 20, "all that is recorded is passed on: {passed}");
    // It takes the place of the recording, and is one itself: of this server alone, opened by itself.
    let backup = done.accept().unwrap();
    assert!(backup.ends_with("r.jsonl.bak"), "{}", backup.display());
    let run = home.run(&["replay", "r.jsonl", "-q", "--json", "--no-record", "--demo"]);
    assert!(run.stdout.contains(r#""counts":{"same":5}"#), "{run}");
}

#[test]
fn one_that_is_ended_tells_what_came() {
    let (_home, prepared) = recorded();
    // So slow that the second call never comes.
    let (done, _) = sent_again(prepared, Speed::Times(1e-6));
    let report = done.report(&Options::default()).unwrap();
    assert_eq!(report.tally_words(), "1 same", "{report:?}");
    assert_eq!(report.left, "r (broken off: 1 of 5 calls)");
    let why = done.accept().unwrap_err();
    assert!(why.contains("broken off"), "{why}");
}
