//! What real servers do once a connection works, and what must come of it.

use std::time::Duration;

use mcpscope::inspector::{Command, Update};
use mcpscope::mcp::client::{End, EraChoice, Options};
use mcpscope::mcp::types::List;
use mcpscope::session::timeline::{LinkState, Listed, Row, SingleKind, Status, Timeline};

use super::peer::{Peer, options, run};

fn legacy() -> Options {
    options(EraChoice::Legacy)
}

fn impatient() -> Options {
    Options {
        request_wait: Duration::from_millis(200),
        ..legacy()
    }
}

fn kinds(timeline: &Timeline) -> Vec<SingleKind> {
    timeline
        .rows()
        .iter()
        .filter_map(|row| match row {
            Row::Single(index) => timeline.single_row(*index).map(|single| single.kind),
            Row::Exchange(_) => None,
        })
        .collect()
}

#[test]
fn answers_find_their_request_by_id_and_its_type() {
    for (flag, odd) in [
        ("--wrong-id", SingleKind::UnknownResponse),
        ("--string-id", SingleKind::UnknownResponse),
        ("--null-id-error", SingleKind::ResponseWithoutId),
        ("--no-id-error", SingleKind::ResponseWithoutId),
    ] {
        run(async {
            let mut peer = Peer::new(&[flag, "tools/call"], impatient());
            assert!(peer.opened().await);
            let exchange = peer.call("echo", r#"{"text":"x"}"#).await;
            assert_eq!(exchange.status, Status::TimedOut, "{flag}");
            let session = peer.end().await;
            assert!(
                kinds(&session.timeline).contains(&odd),
                "{flag}: {:?}",
                kinds(&session.timeline)
            );
        });
    }
}

#[test]
fn a_second_answer_is_told_apart_from_the_first() {
    run(async {
        let mut peer = Peer::new(&["--duplicate-response", "tools/call"], legacy());
        assert!(peer.opened().await);
        assert_eq!(
            peer.call("echo", r#"{"text":"x"}"#).await.status,
            Status::Ok
        );
        while !kinds(&peer.timeline).contains(&SingleKind::DuplicateResponse) {
            peer.next().await.unwrap();
        }
        peer.end().await;
    });
}

#[test]
fn an_answer_after_the_limit_is_late_and_changes_nothing() {
    run(async {
        let mut peer = Peer::new(&["--delay-on", "tools/call", "--delay", "600"], impatient());
        assert!(peer.opened().await);
        assert_eq!(
            peer.call("echo", r#"{"text":"x"}"#).await.status,
            Status::TimedOut
        );
        while !kinds(&peer.timeline).contains(&SingleKind::LateResponse) {
            peer.next().await.unwrap();
        }
        assert!(peer.connection().is_ready());
        let session = peer.end().await;
        assert_eq!(session.methods().last().unwrap(), "notifications/cancelled");
    });
}

#[test]
fn cancelling_ends_a_call_whatever_the_server_thinks() {
    for flags in [
        &["--delay", "200"][..],
        &["--delay", "20", "--ignore-cancel"],
    ] {
        run(async {
            let mut peer = Peer::new(flags, legacy());
            assert!(peer.opened().await);
            let ticket = peer.begin("slow", "{}");
            peer.until(|update, _| matches!(update, Update::Sent { .. }).then_some(()))
                .await;
            peer.send(Command::Cancel { conn: 1, ticket });
            let end = peer
                .until(|update, _| match update {
                    Update::Finished { end, .. } => Some(*end),
                    _ => None,
                })
                .await;
            assert_eq!(end, End::Cancelled);
            assert_eq!(
                peer.timeline.exchanges().last().unwrap().status,
                Status::Cancelled
            );
            assert_eq!(
                peer.call("echo", r#"{"text":"x"}"#).await.status,
                Status::Ok,
                "the connection still works"
            );
            peer.end().await;
        });
    }
}

#[test]
fn progress_starts_the_limit_anew_up_to_the_hard_one() {
    let flags = ["--progress", "30", "--delay", "50"];
    run(async {
        let mut peer = Peer::new(
            &flags,
            Options {
                request_wait: Duration::from_millis(800),
                ..legacy()
            },
        );
        assert!(peer.opened().await);
        assert_eq!(peer.call("slow", "{}").await.status, Status::Ok);
        peer.end().await;
    });
    run(async {
        let most = Duration::from_millis(400);
        let options = Options {
            request_wait: Duration::from_millis(300),
            request_wait_max: most,
            ..legacy()
        };
        let mut peer = Peer::new(&flags, options);
        assert!(peer.opened().await);
        assert_eq!(peer.call("slow", "{}").await.status, Status::TimedOut);
        peer.end().await;
    });
}

#[test]
fn a_server_that_asks_with_our_ids_gets_answers_and_so_do_we() {
    run(async {
        let mut peer = Peer::new(&["--ask-same-id"], legacy());
        assert!(peer.opened().await);
        let exchange = peer.call("echo", r#"{"text":"x"}"#).await;
        assert_eq!(exchange.status, Status::Ok);
        assert!(
            peer.text(exchange.response.unwrap())
                .contains("ping result, roots error")
        );
        peer.end().await;
    });
}

#[test]
fn a_ping_during_the_shutdown_is_answered() {
    run(async {
        let mut peer = Peer::new(&["--ask-on-shutdown"], legacy());
        assert!(peer.opened().await);
        let ticket = peer.begin("finish", "{}");
        peer.until(|update, _| {
            matches!(update, Update::Sent { ticket: other, .. } if *other == ticket).then_some(())
        })
        .await;
        let session = peer.end().await;
        assert!(
            String::from_utf8(session.sent())
                .unwrap()
                .contains(r#"{"jsonrpc":"2.0","id":"finish","result":{}}"#)
        );
    });
}

#[test]
fn changes_announced_in_a_burst_are_fetched_without_end_or_flood() {
    run(async {
        let mut peer = Peer::new(
            &["--list-changed", "500"],
            Options {
                lists: vec![List::Tools],
                ..legacy()
            },
        );
        assert!(peer.opened().await);
        peer.listed(List::Tools).await;
        assert_eq!(
            peer.call("echo", r#"{"text":"x"}"#).await.status,
            Status::Ok
        );
        let session = peer.end().await;
        let lists = session
            .methods()
            .iter()
            .filter(|method| *method == "tools/list")
            .count();
        assert!(
            (2..=12).contains(&lists),
            "{lists} times for 500 announcements"
        );
        assert_eq!(
            session
                .timeline
                .state()
                .connection(1)
                .unwrap()
                .list(List::Tools)
                .items
                .len(),
            4
        );
    });
}

#[test]
fn endless_lists_end() {
    for (flag, pages) in [("--page-loop", 2), ("--page-endless", 1_000)] {
        run(async {
            let mut peer = Peer::new(
                &[flag],
                Options {
                    lists: vec![List::Prompts],
                    ..legacy()
                },
            );
            assert!(peer.opened().await);
            peer.listed(List::Prompts).await;
            assert_eq!(peer.connection().list(List::Prompts).listed, Listed::Whole);
            let session = peer.end().await;
            let notes = session.notes();
            let cut = format!("prompts/list cut off after {pages} pages");
            assert!(
                notes.iter().any(|note| note.starts_with(&cut)),
                "{flag}: {notes:?}"
            );
        });
    }
}

#[test]
fn a_refused_list_is_refused_and_the_others_come() {
    run(async {
        let mut peer = Peer::new(
            &["--deny-list", "resources/list"],
            Options {
                lists: List::ALL.to_vec(),
                ..legacy()
            },
        );
        assert!(peer.opened().await);
        for list in List::ALL {
            peer.listed(list).await;
        }
        let listed = List::ALL.map(|list| peer.connection().list(list).listed);
        assert_eq!(
            listed,
            [
                Listed::Whole,
                Listed::Refused(-32601),
                Listed::Whole,
                Listed::Whole
            ]
        );
        peer.end().await;
    });
}

#[test]
fn frames_are_taken_however_they_are_written() {
    for flags in [
        &["--crlf"][..],
        &["--pad"],
        &["--split-writes"],
        &["--batch"],
        &["--junk-every", "1"],
        &["--bad-utf8"],
    ] {
        run(async {
            let mut peer = Peer::new(
                flags,
                Options {
                    lists: List::ALL.to_vec(),
                    ..legacy()
                },
            );
            assert!(peer.opened().await);
            assert_eq!(
                peer.call("echo", r#"{"text":"x"}"#).await.status,
                Status::Ok,
                "{flags:?}"
            );
            peer.end().await;
        });
    }
}

#[test]
fn a_crash_leaves_the_pending_call_its_reason_and_the_last_words() {
    run(async {
        let flags = [
            "--crash-on",
            "tools/call",
            "--exit",
            "7",
            "--last-words",
            "no more",
        ];
        let mut peer = Peer::new(&flags, legacy());
        assert!(peer.opened().await);
        assert_eq!(peer.call("echo", "{}").await.status, Status::NoReply);
        let connection = peer.connection();
        assert_eq!(
            connection.link,
            LinkState::Exited {
                code: Some(7),
                signal: None,
                asked: false
            }
        );
        assert_eq!(
            connection.stderr_tail.back().map(|line| &**line),
            Some("no more")
        );
        peer.end().await;
    });
}

#[test]
fn a_frame_cut_by_the_end_is_kept_as_far_as_it_came() {
    run(async {
        let mut peer = Peer::new(&["--partial-on", "tools/call"], legacy());
        assert!(peer.opened().await);
        assert_eq!(
            peer.call("echo", r#"{"text":"x"}"#).await.status,
            Status::NoReply
        );
        let session = peer.end().await;
        let cut = session
            .entries
            .iter()
            .find(|entry| entry.ending.is_empty())
            .expect("the piece is there");
        assert!(
            cut.text().starts_with(r#"{"jsonrpc":"2.0""#)
                && mcpscope::json::check(&cut.body).is_err(),
            "{}",
            cut.text()
        );
    });
}

#[test]
fn stopping_one_connection_is_told_as_asked_for() {
    run(async {
        let mut peer = Peer::new(&[], legacy());
        assert!(peer.opened().await);
        peer.send(Command::Stop { conn: 1 });
        peer.until(|update, _| matches!(update, Update::Gone { conn: 1 }).then_some(()))
            .await;
        assert_eq!(
            peer.connection().link,
            LinkState::Exited {
                code: Some(0),
                signal: None,
                asked: true
            }
        );
        peer.end().await;
    });
}
