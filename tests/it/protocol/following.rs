//! What goes on without being asked again, from end to end, with the demo server in both eras: subscriptions, lists
//! that change, calls that become tasks and ask for input. The file tells the same story, as [`Peer::end`] checks.

use mcpscope::inspector::{Command, Update};
use mcpscope::mcp::asked::{Capabilities, reply};
use mcpscope::mcp::client::{Call, End, EraChoice, Options, Wish};
use mcpscope::mcp::tasks::{Shape, TaskStatus};
use mcpscope::mcp::types::List;
use mcpscope::session::timeline::changes::Since;
use mcpscope::session::timeline::subscriptions::{StreamState, WatchState};
use mcpscope::session::timeline::{Status, Timeline};
use mcpscope::transport::Spawn;

use super::peer::{Peer, options, run};
use crate::support::MCPSCOPE;

const ERAS: [EraChoice; 2] = [EraChoice::Legacy, EraChoice::Modern];
const BOOK: &str = "demo://notes/guest-book.txt";

fn demo(era: EraChoice) -> Peer {
    let options = Options {
        capabilities: Capabilities::interactive(),
        follow_lists: true,
        lists: vec![List::Tools],
        ..options(era)
    };
    Peer::to(Spawn::new(MCPSCOPE, ["demo-server"]).into(), options)
}

fn state(timeline: &Timeline, uri: &str) -> Option<(WatchState, u32)> {
    let connection = timeline.state().connection(1)?;
    let watched = connection.subscriptions.watched(uri)?;
    Some((watched.state, watched.updates))
}

#[test]
fn a_resource_is_subscribed_to_in_either_era() {
    for era in ERAS {
        run(async {
            let mut peer = demo(era);
            assert!(peer.opened().await);
            let subscribe = |on| Command::Subscribe {
                conn: 1,
                uri: BOOK.to_owned(),
                on,
            };
            peer.send(subscribe(true));
            peer.until(|_, timeline| {
                (state(timeline, BOOK) == Some((WatchState::On, 0))).then_some(())
            })
            .await;
            peer.call("sign-guest-book", r#"{"name":"Ada"}"#).await;
            peer.until(|_, timeline| {
                (state(timeline, BOOK) == Some((WatchState::On, 1))).then_some(())
            })
            .await;
            peer.send(subscribe(false));
            peer.until(|_, timeline| {
                (state(timeline, BOOK) == Some((WatchState::Off, 1))).then_some(())
            })
            .await;
            let method = if era == EraChoice::Modern {
                "subscriptions/listen"
            } else {
                "resources/subscribe"
            };
            assert!(peer.wire().iter().any(|frame| frame.contains(method)));
            assert_eq!(peer.connection().subscriptions.unasked, 0);
            peer.end().await;
        });
    }
}

#[test]
fn check_58_a_list_that_changes_says_what_changed() {
    for era in ERAS {
        run(async {
            let mut peer = demo(era);
            peer.listed(List::Tools).await;
            if era == EraChoice::Modern {
                peer.until(|_, timeline| {
                    let streams = &timeline.state().connection(1)?.subscriptions.streams;
                    (streams.first()?.state == StreamState::Open).then_some(())
                })
                .await;
            }
            peer.call("change-list", r#"{"list":"tools"}"#).await;
            let changes = |timeline: &Timeline| {
                let connection = timeline.state().connection(1).unwrap();
                connection.list(List::Tools).changes.all().to_vec()
            };
            peer.until(|_, timeline| (!changes(timeline).is_empty()).then_some(()))
                .await;
            let told = changes(&peer.timeline);
            assert_eq!(told[0].since, Since::Announced);
            assert_eq!(told[0].added, ["surprise".into()]);
            peer.end().await;
        });
    }
}

/// Calls the tool that bakes; gives the ticket.
fn bake(peer: &Peer, era: EraChoice, ask: bool) -> u64 {
    let task = if era == EraChoice::Legacy {
        r#","task":{}"#
    } else {
        ""
    };
    let call = Call {
        ticket: 77,
        method: "tools/call".to_owned(),
        params: Some(format!(
            r#"{{"name":"bake-bread","arguments":{{"seconds":0,"ask":{ask}}}{task}}}"#
        )),
        wait: None,
    };
    peer.send(Command::Call { conn: 1, call });
    77
}

async fn over(peer: &mut Peer) -> (End, Option<u64>) {
    peer.until(|update, _| match update {
        Update::Finished {
            ticket: 77,
            end,
            seq,
        } => Some((*end, *seq)),
        _ => None,
    })
    .await
}

#[test]
fn obligation_28_a_task_is_followed_to_its_result_in_both_shapes() {
    for era in ERAS {
        run(async {
            let mut peer = demo(era);
            assert!(peer.opened().await);
            bake(&peer, era, true);
            let question = peer
                .until(|_, timeline| timeline.questions().waiting().next().cloned())
                .await;
            let task = peer.connection().tasks.all()[0].clone();
            assert_eq!(question.task.as_deref(), Some(&*task.id));
            assert_eq!(
                question.call, task.exchange,
                "asked for the call that became the task"
            );
            peer.send(Command::Answer {
                conn: 1,
                question: question.which,
                reply: reply::accept(Some(r#"{"crust":"dark"}"#)),
            });
            let (end, seq) = over(&mut peer).await;
            assert_eq!(end, End::Answered);
            let body = peer.text(peer.timeline.index_of_seq(seq.unwrap()).unwrap());
            assert!(body.contains("dark crust"), "{body}");
            let task = peer.connection().tasks.all()[0].clone();
            assert_eq!(
                (task.status, task.outcome.unwrap().seq),
                (TaskStatus::Completed, seq.unwrap())
            );
            let shape = if era == EraChoice::Modern {
                Shape::Extension
            } else {
                Shape::Core
            };
            assert_eq!(task.shape, shape);
            let exchange = peer.timeline.exchange(task.exchange.unwrap()).unwrap();
            assert_eq!(exchange.status, Status::Task);
            peer.end().await;
        });
    }
}

#[test]
fn obligation_22_a_task_is_given_up_as_a_task_in_both_shapes() {
    for era in ERAS {
        run(async {
            let mut peer = demo(era);
            assert!(peer.opened().await);
            bake(&peer, era, true);
            let asks = |timeline: &Timeline| timeline.questions().waiting().next().is_some();
            peer.until(|_, timeline| asks(timeline).then_some(())).await;
            let id = peer.connection().tasks.all()[0].id.to_string();
            peer.send(Command::Task {
                conn: 1,
                id,
                wish: Wish::Cancel,
            });
            assert_eq!(over(&mut peer).await.0, End::Cancelled);
            assert!(!asks(&peer.timeline), "nobody is asked for it any more");
            assert_eq!(
                peer.connection().tasks.all()[0].status,
                TaskStatus::Cancelled
            );
            let cancelled = |frame: &&String| frame.contains("notifications/cancelled");
            let ours: Vec<_> = peer
                .wire()
                .into_iter()
                .filter(|frame| frame.starts_with('>') && cancelled(&frame))
                .collect();
            assert!(ours.is_empty(), "{ours:?}");
            peer.end().await;
        });
    }
}
