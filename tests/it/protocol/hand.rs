//! The engine on behalf of a person: frames as they were typed, eras known from before, limits moved.

use std::time::Duration;

use mcpscope::history::eras::Eras;
use mcpscope::inspector::{Command, Update};
use mcpscope::mcp::client::{EraChoice, Known, Options, RequestSettings};
use mcpscope::mcp::revision::{Era, Revision};
use mcpscope::session::timeline::{FrameKind, HopRow, Status};
use mcpscope::transport::{Spawn, Target};

use super::peer::{Peer, options, run};
use crate::support::FAKE;
use crate::support::web::{Web, behave_modern};

fn typed(peer: &Peer, ticket: u64, text: &str) {
    peer.send(Command::Typed {
        conn: 1,
        ticket,
        bytes: text.into(),
    });
}

/// Waits until something of a person's went out; gives its entry.
async fn went_out(peer: &mut Peer, ours: u64) -> u32 {
    let seq = peer
        .until(|update, _| match update {
            Update::Sent { ticket, seq } if *ticket == ours => Some(*seq),
            _ => None,
        })
        .await;
    peer.timeline.index_of_seq(seq).unwrap()
}

#[test]
fn frames_go_out_as_they_were_typed_and_it_is_said_who_typed_them() {
    run(async {
        let mut peer = Peer::new(&[], options(EraChoice::Legacy));
        assert!(peer.opened().await);
        let request = r#"{"jsonrpc":"2.0", "id":"mine", "method":"tools/list"}"#;
        typed(&peer, 7, request);
        let entry = went_out(&mut peer, 7).await;
        assert_eq!(peer.text(entry), request);
        // Its answer finds it, though the client never asked.
        let exchange = peer.timeline.exchange_of_request(entry).unwrap();
        peer.until(|_, timeline| (timeline.exchange(exchange)?.status == Status::Ok).then_some(()))
            .await;
        typed(&peer, 8, "no { json");
        let junk = went_out(&mut peer, 8).await;
        assert_eq!(peer.text(junk), "no { json");
        let session = peer.end().await;
        let notes = session.notes();
        let by_hand: Vec<&String> = notes
            .iter()
            .filter(|note| note.contains("by hand"))
            .collect();
        assert_eq!(by_hand.len(), 2, "{notes:?}");
        assert!(by_hand[0].ends_with("was typed by hand"), "{notes:?}");
        assert!(by_hand[1].contains("not JSON"), "{notes:?}");
        let frame = session
            .timeline
            .frames()
            .iter()
            .find(|frame| frame.entry == junk)
            .unwrap();
        assert!(matches!(frame.kind, FrameKind::Single(_)));
        let sent = session.sent();
        let wrote = [request, "\n", "no { json", "\n"].concat();
        assert!(
            sent.windows(wrote.len())
                .any(|part| part == wrote.as_bytes())
        );
    });
}

#[test]
fn a_frame_over_http_is_a_raw_body() {
    run(async {
        let web = Web::new(behave_modern);
        let mut peer = Peer::at(&web.url("/mcp"), options(EraChoice::Modern));
        assert!(peer.opened().await);
        typed(&peer, 7, "no { json");
        let junk = went_out(&mut peer, 7).await;
        // The exchange that carries it is known by its entry, and ends.
        let hop = peer
            .until(|_, timeline| {
                let hop = timeline.hops().carrier(junk)?;
                timeline.hops().get(hop)?.took.map(|_| hop)
            })
            .await;
        let hops = peer.timeline.hops();
        assert_eq!(hops.get(hop).unwrap().frame(), Some(junk));
        assert!(hops.rows().contains(&HopRow::Hop(hop)));
        assert_eq!(hops.steps(hop, 10).len(), 3, "request, response, end");
        assert!(web.asked().iter().any(|asked| asked.body == b"no { json"));
        peer.end().await;
    });
}

#[test]
fn nothing_is_typed_where_there_is_no_connection() {
    run(async {
        let mut peer = Peer::new(&[], options(EraChoice::Legacy));
        assert!(peer.opened().await);
        peer.send(Command::Typed {
            conn: 9,
            ticket: 1,
            bytes: b"x".to_vec(),
        });
        peer.until(|update, _| match update {
            Update::Finished {
                ticket: 1,
                seq: None,
                ..
            } => Some(()),
            _ => None,
        })
        .await;
        peer.end().await;
    });
}

#[test]
fn an_era_that_was_found_out_is_known_the_next_time() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let eras = Eras::at(folder.path().join("eras.jsonl"));
        let target = |flags: &[&str]| Target::from(Spawn::new(FAKE, flags.iter().copied()));
        let auto = || options(EraChoice::Auto);
        for (flags, era) in [(&[][..], Era::Legacy), (&["--modern"][..], Era::Modern)] {
            let mut peer = Peer::knowing(target(flags), auto(), eras.clone());
            assert!(peer.opened().await);
            assert_eq!(peer.connection().era_since, None);
            peer.end().await;
            // The second time.
            let mut peer = Peer::knowing(target(flags), auto(), eras.clone());
            assert!(peer.opened().await);
            assert_eq!(peer.connection().era_since.is_some(), era == Era::Legacy);
            let session = peer.end().await;
            let asked = session.methods().contains(&"server/discover".to_owned());
            assert_eq!(asked, era == Era::Modern, "{flags:?}");
            assert!(
                session
                    .notes()
                    .iter()
                    .any(|note| note.contains("known since"))
            );
        }
        // Whoever asks again, asks again.
        let again = Options {
            ask_again: true,
            ..auto()
        };
        let mut peer = Peer::knowing(target(&[]), again, eras);
        assert!(peer.opened().await);
        let session = peer.end().await;
        assert!(session.methods().contains(&"server/discover".to_owned()));
    });
}

fn known(era: Era) -> Options {
    Options {
        known: Some(Known {
            era,
            since: "2026-11-01".to_owned(),
            evidence: "it was so".to_owned(),
        }),
        ..options(EraChoice::Auto)
    }
}

#[test]
fn what_is_known_and_wrong_is_found_out() {
    run(async {
        let mut peer = Peer::new(&["--modern"], known(Era::Legacy));
        assert!(peer.opened().await);
        assert_eq!(peer.connection().revision, Some(Revision::V2026_07_28));
        assert_eq!(peer.connection().era_since, None);
        let session = peer.end().await;
        assert!(
            session
                .notes()
                .iter()
                .any(|note| note.contains("does not hold"))
        );
        // Obligation 32.
        let mut peer = Peer::new(&[], known(Era::Modern));
        assert!(peer.opened().await);
        assert_eq!(peer.connection().downgraded.as_deref(), Some("2026-11-01"));
        let session = peer.end().await;
        assert!(
            session
                .notes()
                .iter()
                .any(|note| note.starts_with("DOWNGRADE"))
        );
    });
}

#[test]
fn a_limit_that_nears_is_told_and_can_be_moved() {
    run(async {
        let mut peer = Peer::new(
            &["--hang-on", "tools/call"],
            Options {
                request_wait: Duration::from_millis(300),
                ..options(EraChoice::Legacy)
            },
        );
        assert!(peer.opened().await);
        let ours = peer.begin("echo", "{}");
        peer.until(|update, _| match update {
            Update::Limit {
                ticket,
                left: Some(_),
                ..
            } => (*ticket == ours).then_some(()),
            _ => None,
        })
        .await;
        peer.send(Command::Extend {
            conn: 1,
            ticket: ours,
            more: None,
        });
        peer.until(|update, _| {
            let relaxed =
                matches!(update, Update::Limit { ticket, left: None, .. } if *ticket == ours);
            relaxed.then_some(())
        })
        .await;
        peer.send(Command::Cancel {
            conn: 1,
            ticket: ours,
        });
        let session = peer.end().await;
        assert!(
            session
                .notes()
                .iter()
                .any(|note| note.contains("as long as it likes"))
        );
    });
}

#[test]
fn what_calls_carry_reaches_the_server() {
    run(async {
        let mut peer = Peer::new(&["--modern"], options(EraChoice::Modern));
        assert!(peer.opened().await);
        peer.send(Command::Settings {
            conn: 1,
            settings: RequestSettings {
                log_level: Some("debug".to_owned()),
                trace: Some(1),
                ..RequestSettings::default()
            },
        });
        peer.call("echo", "{}").await;
        let calls: Vec<String> = peer
            .wire()
            .into_iter()
            .filter(|line| line.contains("\"tools/call\""))
            .collect();
        assert!(
            calls[0].contains(r#""io.modelcontextprotocol/logLevel":"debug""#),
            "{calls:?}"
        );
        assert!(calls[0].contains(r#""traceparent":"00-"#), "{calls:?}");
        peer.end().await;
    });
}
