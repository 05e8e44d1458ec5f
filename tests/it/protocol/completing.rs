//! Suggestions, from the question to the answer and in the file, with the demo server in both eras.

use mcpscope::inspector::{Command, Update};
use mcpscope::mcp::client::EraChoice;
use mcpscope::mcp::completion::{Ask, Completed, Reference};
use mcpscope::session::Direction;
use mcpscope::transport::Spawn;

use super::peer::{Peer, options, run};
use crate::support::MCPSCOPE;

impl Peer {
    /// Asks, and waits for how it ends; `seq` is the entry of the answer.
    async fn complete(&mut self, ticket: u64, ask: Ask) -> (Completed, Option<u64>) {
        self.send(Command::Complete {
            conn: 1,
            ticket,
            ask,
        });
        self.until(|update, _| match update {
            Update::Completed {
                ticket: other,
                completed,
                seq,
            } if *other == ticket => Some((completed.clone(), *seq)),
            _ => None,
        })
        .await
    }
}

fn demo(era: EraChoice) -> Peer {
    Peer::to(Spawn::new(MCPSCOPE, ["demo-server"]).into(), options(era))
}

fn ask(argument: &str, value: &str, context: &[(&str, &str)]) -> Ask {
    let context = context.iter();
    Ask {
        reference: Reference::Prompt("invite".to_owned()),
        argument: argument.to_owned(),
        value: value.to_owned(),
        context: context
            .map(|(name, value)| ((*name).into(), (*value).into()))
            .collect(),
    }
}

fn values(completed: &Completed) -> Vec<&str> {
    match completed {
        Completed::Values(suggestions) => suggestions.values.iter().map(|value| &**value).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_demo_suggests_in_both_eras() {
    for era in [EraChoice::Legacy, EraChoice::Modern] {
        run(async {
            let mut peer = demo(era);
            let early = peer.complete(1, ask("language", "fr", &[])).await;
            assert_eq!(early, (Completed::NotAsked, None), "not while it opens");
            assert!(peer.opened().await);
            let (languages, seq) = peer.complete(2, ask("language", "fr", &[])).await;
            assert_eq!(values(&languages), ["French", "Frisian"]);
            let answer = peer.timeline.index_of_seq(seq.unwrap()).unwrap();
            assert!(peer.text(answer).contains("Frisian"));
            let (dialects, _) = peer
                .complete(3, ask("dialect", "s", &[("language", "German")]))
                .await;
            assert_eq!(values(&dialects), ["Standard", "Swiss"]);
            let template = Ask {
                reference: Reference::Template("demo://greetings/{name}".to_owned()),
                ..ask("name", "gr", &[])
            };
            assert_eq!(values(&peer.complete(4, template).await.0), ["Grace"]);
            let (refused, seq) = peer.complete(5, ask("nobody", "", &[])).await;
            assert!(
                matches!(
                    refused,
                    Completed::Refused {
                        code: Some(-32602),
                        ..
                    }
                ) && seq.is_some(),
                "{refused:?}"
            );
            // Whoever reads the session can tell them from what somebody asked for.
            let session = peer.end().await;
            let questions: Vec<_> = session
                .entries
                .iter()
                .filter(|entry| {
                    entry.direction == Direction::Out
                        && entry.text().contains("completion/complete")
                })
                .collect();
            assert_eq!(questions.len(), 4);
            assert!(questions.iter().all(|entry| entry.aux));
        });
    }
}

#[test]
fn the_newest_question_is_the_one_that_is_answered() {
    run(async {
        let mut peer = demo(EraChoice::Modern);
        assert!(peer.opened().await);
        // All are in the engine's queue before it reads an answer.
        for (ticket, value) in [(1, "f"), (2, "fr"), (3, "fri")] {
            let ask = ask("language", value, &[]);
            peer.send(Command::Complete {
                conn: 1,
                ticket,
                ask,
            });
        }
        let mut ended = Vec::new();
        while ended.len() < 3 {
            if let Some(Update::Completed {
                ticket, completed, ..
            }) = peer.next().await
            {
                ended.push((ticket, completed));
            }
        }
        assert_eq!(ended[0], (1, Completed::Cancelled));
        assert_eq!(ended[1], (2, Completed::Cancelled));
        assert_eq!((ended[2].0, values(&ended[2].1)), (3, vec!["Frisian"]));
        let session = peer.end().await;
        let cancelled = session.methods();
        let cancelled = cancelled
            .iter()
            .filter(|method| *method == "notifications/cancelled");
        assert_eq!(cancelled.count(), 2);
    });
}

#[test]
fn a_question_to_nobody_ends() {
    run(async {
        let mut peer = demo(EraChoice::Legacy);
        assert!(peer.opened().await);
        let nobody = Command::Complete {
            conn: 9,
            ticket: 1,
            ask: ask("tone", "", &[]),
        };
        peer.send(nobody);
        let ended = peer
            .until(|update, _| match update {
                Update::Completed { completed, .. } => Some(completed.clone()),
                _ => None,
            })
            .await;
        assert_eq!(ended, Completed::Gone);
    });
}
