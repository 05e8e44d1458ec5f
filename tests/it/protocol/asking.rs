//! What servers ask back, from the question to the answer and in the file: the demo server in both eras, and two calls
//! at once over HTTP.

use mcpscope::inspector::{Command, Update};
use mcpscope::mcp::asked::{AskKind, Capabilities, Outcome, Policies, Policy, Reply, Root, reply};
use mcpscope::mcp::client::{End, EraChoice, Options};
use mcpscope::session::timeline::Question;
use mcpscope::session::timeline::questions::{self, By};
use mcpscope::transport::Spawn;

use super::peer::{Peer, options, run};
use crate::support::MCPSCOPE;
use crate::support::web::Web;

const ERAS: [EraChoice; 2] = [EraChoice::Legacy, EraChoice::Modern];

fn able(era: EraChoice, policies: Policies) -> Options {
    Options {
        capabilities: Capabilities::interactive(),
        policies,
        ..options(era)
    }
}

fn demo(options: Options) -> Peer {
    Peer::to(Spawn::new(MCPSCOPE, ["demo-server"]).into(), options)
}

impl Peer {
    /// Waits until so many questions wait for a person.
    async fn asked(&mut self, count: usize) -> Vec<Question> {
        self.until(|_, timeline| {
            let waiting: Vec<Question> = timeline.questions().waiting().cloned().collect();
            (waiting.len() == count).then_some(waiting)
        })
        .await
    }

    fn answer(&self, question: &Question, reply: Reply) {
        self.send(Command::Answer {
            conn: question.conn,
            question: question.which.clone(),
            reply,
        });
    }

    /// Waits for the end of a call; gives it, and the text of the answer.
    async fn finished(&mut self, ours: u64) -> (End, String) {
        let (end, seq) = self
            .until(|update, _| match update {
                Update::Finished { ticket, end, seq } if *ticket == ours => Some((*end, *seq)),
                _ => None,
            })
            .await;
        let text = seq.map(|seq| self.text(self.timeline.index_of_seq(seq).unwrap()));
        (end, text.unwrap_or_default())
    }

    /// The raw params of a question, read back from the file.
    fn params(&self, question: &Question) -> String {
        let body = self.text(question.entry);
        let params = question.which.params(body.as_bytes()).unwrap();
        String::from_utf8(params.to_vec()).unwrap()
    }
}

fn how(question: &Question) -> Option<&questions::End> {
    question.end.as_ref().map(|(_, end)| end)
}

#[test]
fn a_person_fills_in_a_form_in_both_eras() {
    for era in ERAS {
        run(async {
            let mut peer = demo(able(era, Policies::default()));
            assert!(peer.opened().await);
            let call = peer.begin("fill-form", "{}");
            let [question] = &peer.asked(1).await[..] else {
                panic!()
            };
            assert_eq!(question.kind, AskKind::Form);
            assert!(question.label.starts_with("Tell the demo restaurant"));
            assert!(peer.params(question).contains("requestedSchema"));
            let first = question.call.expect("one call is pending");
            assert!(peer.timeline.waits_for_person(first));
            peer.answer(
                question,
                reply::accept(Some(r#"{"name":"Ada","guests":3}"#)),
            );
            let (end, text) = peer.finished(call).await;
            assert_eq!(end, End::Answered);
            assert!(text.contains("Ada"), "{text}");
            let answered = peer.timeline.questions().get(1).unwrap();
            let person = questions::End::Answered(Outcome::Accept, By::Person);
            assert_eq!(how(answered), Some(&person));
            let words = peer.timeline.status_words(first);
            match era {
                EraChoice::Modern => assert_eq!(words, "ok, 2 rounds"),
                _ => assert_eq!(words, "ok"),
            }
            let spans = peer.timeline.spans(first, u64::MAX);
            assert!(spans.person > 0 && spans.person < spans.whole);
            peer.end().await;
        });
    }
}

#[test]
fn two_rounds_with_two_questions_at_once_are_one_conversation() {
    for era in ERAS {
        run(async {
            let mut peer = demo(able(era, Policies::default()));
            assert!(peer.opened().await);
            let call = peer.begin("order-dinner", r#"{"guests":2}"#);
            let dish = peer.asked(1).await.remove(0);
            let first = dish.call.unwrap();
            peer.answer(&dish, reply::accept(Some(r#"{"dish":"trout"}"#)));
            // Over a handshake it asks for one after the other.
            for number in [2, 3] {
                let question = peer
                    .until(|_, timeline| {
                        let question = timeline.questions().get(number)?;
                        question.is_waiting().then(|| question.clone())
                    })
                    .await;
                let reply = match question.kind {
                    AskKind::Form => reply::accept(Some(r#"{"wine":"soave"}"#)),
                    _ => reply::sampled("Cheers", "me", None),
                };
                peer.answer(&question, reply);
            }
            let (_, text) = peer.finished(call).await;
            assert!(text.contains("trout with soave"), "{text}");
            assert!(text.contains("me raises a glass: Cheers"), "{text}");
            if era == EraChoice::Modern {
                assert_eq!(peer.timeline.status_words(first), "ok, 3 rounds");
                let rounds = peer.timeline.rounds(first);
                let state_of = |body: &str, member: &[&str]| {
                    mcpscope::json::get(body.as_bytes(), member).map(<[u8]>::to_vec)
                };
                for pair in rounds.windows(2) {
                    let [before, after] = pair else { panic!() };
                    let asked = peer.timeline.exchange(*before).unwrap().response.unwrap();
                    let again = peer.timeline.exchange(*after).unwrap().request;
                    let given = state_of(&peer.text(asked), &["result", "requestState"]);
                    assert!(given.is_some());
                    assert_eq!(
                        given,
                        state_of(&peer.text(again), &["params", "requestState"])
                    );
                }
            }
            peer.end().await;
        });
    }
}

#[test]
fn policies_answer_and_are_listed() {
    for era in ERAS {
        run(async {
            let policies = Policies {
                sampling: Policy::Stub("forty-two".to_owned()),
                form: Policy::Decline,
                roots: Policy::Roots(vec![Root {
                    uri: "file:///w".to_owned(),
                    name: Some("work".to_owned()),
                }]),
                ..Policies::default()
            };
            let mut peer = demo(able(era, policies));
            assert!(peer.opened().await);
            for (tool, said) in [
                ("ask-model", "mcpscope-stub said: forty-two"),
                ("show-roots", "file:///w (work)"),
                ("fill-form", "You declined."),
            ] {
                let call = peer.begin(tool, "{}");
                let (end, text) = peer.finished(call).await;
                assert_eq!(end, End::Answered);
                assert!(text.contains(said), "{text}");
            }
            let ends: Vec<_> = peer
                .timeline
                .questions()
                .iter()
                .map(|question| (question.kind, how(question).cloned(), question.asked))
                .collect();
            let by = |outcome, rule: &str| {
                Some(questions::End::Answered(outcome, By::Policy(rule.into())))
            };
            assert_eq!(
                ends,
                [
                    (AskKind::Sampling, by(Outcome::Result, "stub"), false),
                    (AskKind::Roots, by(Outcome::Result, "roots"), false),
                    (AskKind::Form, by(Outcome::Decline, "decline"), false),
                ]
            );
            peer.end().await;
        });
    }
}

#[test]
fn a_page_is_visited_and_its_end_is_told() {
    run(async {
        let mut peer = demo(able(EraChoice::Legacy, Policies::default()));
        assert!(peer.opened().await);
        for way in ["ask", "fail"] {
            let call = peer.begin("open-page", &format!(r#"{{"way":"{way}"}}"#));
            let page = peer.asked(1).await.remove(0);
            assert_eq!(page.kind, AskKind::Url);
            assert!(peer.params(&page).contains("https://example.com/"));
            if way == "ask" {
                peer.answer(&page, reply::accept(None));
            }
            // A call that was refused is sent again when the server says that the page is done.
            let (end, text) = peer.finished(call).await;
            assert_eq!(end, End::Answered);
            assert!(text.contains("result"), "{text}");
            let page = peer.timeline.questions().get(page.number).unwrap();
            assert!(page.completed.is_some(), "{page:?}");
            assert!(page.end.is_some());
        }
        assert_eq!(peer.timeline.status_words(3), "ok, 2 rounds");
        peer.end().await;
    });
}

#[test]
fn a_declined_wish_ends_the_call_where_there_is_no_word_for_no() {
    run(async {
        let mut peer = demo(able(EraChoice::Modern, Policies::default()));
        assert!(peer.opened().await);
        let call = peer.begin("ask-model", "{}");
        let question = peer.asked(1).await.remove(0);
        peer.answer(&question, reply::rejected());
        assert_eq!(peer.finished(call).await.0, End::Declined);
        // Stopped while it waits for a person.
        let call = peer.begin("fill-form", "{}");
        let question = peer.asked(1).await.remove(0);
        peer.send(Command::Cancel {
            conn: 1,
            ticket: call,
        });
        assert_eq!(peer.finished(call).await.0, End::Cancelled);
        assert!(peer.timeline.questions().open(1, &question.which).is_none());
        peer.end().await;
    });
}

#[test]
fn over_http_a_question_belongs_to_the_call_on_whose_stream_it_comes() {
    run(async {
        let web = Web::new(|asked, reply| {
            match asked.rpc().as_str() {
            "initialize" => reply.json(&asked.result(
                r#"{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"w","version":"1"}}"#,
            )),
            "tools/call" => {
                reply.stream(&[]);
                reply.event(&format!(
                    r#"{{"jsonrpc":"2.0","id":"ask-{}","method":"roots/list"}}"#,
                    asked.id()
                ));
                reply.until_closed();
            }
            "" | "notifications/initialized" => reply.send(202, &[], ""),
            _ => reply.send(405, &[], ""),
        }
        });
        let mut peer = Peer::at(
            &web.url("/mcp"),
            able(EraChoice::Legacy, Policies::default()),
        );
        assert!(peer.opened().await);
        peer.begin("a", "{}");
        peer.begin("b", "{}");
        for question in peer.asked(2).await {
            let call = peer.timeline.exchange(question.call.unwrap()).unwrap();
            assert_eq!(
                question.which.to_json(),
                format!(r#"{{"id":"ask-{}"}}"#, call.id)
            );
        }
        drop(web);
        peer.end().await;
    });
}
