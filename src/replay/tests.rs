//! The plan and the run, over sessions that are made up.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::json::{self, Value};
use crate::mcp::asked::{Reply, Which};
use crate::session::recorded::{Place, Recorded};
use crate::session::timeline::ExchangeIndex;
use crate::session::{Channel, Direction, Entry};

/// A session that is written frame by frame.
#[derive(Default)]
struct Made {
    timeline: Timeline,
    bodies: Vec<Vec<u8>>,
    /// Connections that are over.
    over: u32,
    /// Whether what is sent is the client's own.
    aux: bool,
}

mod secrets;
mod streams;

impl Made {
    /// One with a connection that works.
    fn ready() -> Self {
        let mut made = Self::default();
        made.note(r#"{"event":"connect","name":"s","transport":"stdio","era":"auto"}"#);
        made.note(r#"{"event":"ready","revision":"2025-11-25"}"#);
        made
    }

    /// The connection crashes, and another one is opened.
    fn crash(&mut self) {
        self.note_of_process(r#"{"event":"exit","code":3,"signal":null}"#);
        self.over += 1;
        self.note(r#"{"event":"connect","name":"s","transport":"stdio","era":"auto"}"#);
        self.note(r#"{"event":"ready","revision":"2025-06-18"}"#);
    }

    fn note_of_process(&mut self, body: &str) -> u64 {
        self.put(Channel::Process, Direction::Here, body)
    }

    fn put(&mut self, channel: Channel, direction: Direction, body: &str) -> u64 {
        let seq = self.bodies.len() as u64 + 1;
        let entry = Entry {
            seq,
            us: seq * 1_000,
            at: jiff::Timestamp::UNIX_EPOCH,
            conn: self.over + 1,
            channel,
            direction,
            aux: self.aux,
            body: body.as_bytes().to_vec(),
            ending: "\n".into(),
            extra: None,
        };
        let place = Place {
            offset: seq,
            length: 1,
        };
        self.timeline.push(&Recorded::of(&entry, place));
        self.bodies.push(entry.body);
        seq
    }

    fn note(&mut self, body: &str) -> u64 {
        self.put(Channel::Note, Direction::Here, body)
    }

    fn send(&mut self, body: &str) -> u64 {
        self.put(Channel::Wire, Direction::Out, body)
    }

    fn hear(&mut self, body: &str) -> u64 {
        self.put(Channel::Wire, Direction::In, body)
    }

    fn call(&mut self, id: usize, tool: &str, arguments: &str) -> u64 {
        self.send(&format!(
            r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"{tool}","arguments":{arguments},"_meta":{{"progressToken":{id}}}}}}}"#
        ))
    }

    fn answer(&mut self, id: usize, result: &str) -> u64 {
        self.hear(&format!(
            r#"{{"jsonrpc":"2.0","id":{id},"result":{result}}}"#
        ))
    }

    fn with<R>(&self, with: impl FnOnce(&Reading<'_>) -> R) -> R {
        let read = |seq: u64, _: Place| self.bodies.get(seq as usize - 1).cloned();
        with(&Reading {
            timeline: &self.timeline,
            read: &read,
        })
    }

    fn plan(&self) -> Plan {
        self.with(|reading| Plan::of(reading, &|_| true, true))
            .unwrap()
    }
}

/// A run against a server that answers when it is told to.
struct Stage {
    run: Run,
    new: Made,
    /// What was sent: its ticket, its params.
    sent: Vec<(u64, Value)>,
    answered: usize,
    said: Vec<Do>,
}

impl Stage {
    fn new(recorded: &Made, speed: Speed) -> Self {
        let mut stage = Self {
            run: Run::new(recorded.plan(), speed, 10),
            new: Made::ready(),
            sent: Vec::new(),
            answered: 0,
            said: Vec::new(),
        };
        assert_eq!(stage.run.start(), [Do::Connect(0)]);
        stage.run.opened(1);
        stage.tell(Duration::ZERO, Happened::Ready);
        stage
    }

    fn tell(&mut self, now: Duration, what: Happened) {
        let mut happened = vec![what];
        while let Some(what) = happened.pop() {
            let (run, new) = (&mut self.run, &self.new);
            for one in new.with(|new| run.handle(now, what, new)) {
                if let Do::Call {
                    ticket,
                    method,
                    params,
                    ..
                } = one
                {
                    let params = params.unwrap_or_else(|| "{}".to_owned());
                    let id = ticket + 1_000;
                    let seq = self.new.send(&format!(
                        r#"{{"jsonrpc":"2.0","id":{id},"method":"{method}","params":{params}}}"#
                    ));
                    let value = Value::parse(params.as_bytes()).unwrap();
                    self.sent.push((ticket, value));
                    happened.insert(0, Happened::Sent { ticket, seq });
                } else {
                    self.said.push(one);
                }
            }
        }
    }

    /// The request that was sent as this one of all is answered.
    fn answer(&mut self, place: usize, result: &str) {
        let ticket = self.sent[place].0;
        self.new.answer(ticket as usize + 1_000, result);
        self.answered += 1;
        self.tell(Duration::ZERO, Happened::Recorded);
        self.tell(Duration::ZERO, Happened::Finished(ticket));
    }

    fn arguments(&self, place: usize) -> String {
        let params = &self.sent[place].1;
        params.get("arguments").unwrap().to_string()
    }
}

#[test]
fn what_was_under_way_together_is_so_again() {
    let mut recorded = Made::ready();
    for id in 1..=3 {
        recorded.call(id, "a", "{}");
    }
    recorded.answer(2, "{}");
    recorded.call(4, "b", "{}");
    recorded.answer(1, "{}");
    recorded.answer(3, "{}");
    recorded.answer(4, "{}");
    recorded.call(5, "c", "{}");
    recorded.answer(5, "{}");
    let mut stage = Stage::new(&recorded, Speed::None);
    assert_eq!(stage.sent.len(), 3);
    // Nothing of what the client puts there is left.
    assert_eq!(
        stage.sent[0].1.to_string(),
        r#"{"name":"a","arguments":{}}"#
    );
    stage.answer(0, "{}");
    assert_eq!(
        stage.sent.len(),
        3,
        "it waited for the second, not the first"
    );
    stage.answer(1, "{}");
    assert_eq!(stage.sent.len(), 4);
    stage.answer(3, "{}");
    assert_eq!(stage.sent.len(), 4);
    stage.answer(2, "{}");
    assert_eq!(stage.sent.len(), 5);
    assert!(!stage.run.is_over());
    stage.answer(4, "{}");
    assert_eq!(stage.said, [Do::Over]);
    assert_eq!(stage.run.progress(), (5, 5));
}

#[test]
fn what_came_before_it_was_broken_off_counts() {
    let mut recorded = Made::ready();
    for id in 1..=3 {
        recorded.call(id, "a", "{}");
    }
    for id in 1..=3 {
        recorded.answer(id, "{}");
    }
    recorded.call(4, "b", "{}");
    recorded.answer(4, "{}");
    let mut stage = Stage::new(&recorded, Speed::None);
    stage.answer(1, "{}");
    assert_eq!(stage.run.progress(), (1, 4));
    assert_eq!(stage.run.broken_off(), None);
    let (first, third) = (stage.sent[0].0, stage.sent[2].0);
    // What is under way is cancelled; what was never sent is not.
    assert_eq!(
        stage.run.break_off(),
        [Do::Cancel(first), Do::Cancel(third)]
    );
    assert!(stage.run.is_over());
    stage.answer(0, "{}");
    assert_eq!(stage.run.broken_off(), Some((1, 4)));
    let counted: Vec<bool> = stage.run.calls().map(|(_, seq, _)| seq.is_some()).collect();
    assert_eq!(counted, [true]);
    assert_eq!(stage.run.break_off(), []);
}

#[test]
fn at_a_speed_nothing_is_sent_before_its_time() {
    let mut recorded = Made::ready();
    recorded.call(1, "a", "{}");
    recorded.answer(1, "{}");
    for _ in 0..7 {
        recorded.hear(r#"{"jsonrpc":"2.0","method":"notifications/message","params":{}}"#);
    }
    recorded.call(2, "b", "{}");
    recorded.answer(2, "{}");
    let mut stage = Stage::new(&recorded, Speed::Times(2.0));
    stage.answer(0, "{}");
    let due = Duration::from_micros(4_500);
    assert_eq!((stage.sent.len(), stage.run.due()), (1, Some(due)));
    stage.tell(due.saturating_sub(Duration::from_micros(1)), Happened::Tick);
    assert_eq!(stage.sent.len(), 1);
    stage.tell(due, Happened::Tick);
    assert_eq!((stage.sent.len(), stage.run.due()), (2, None));
}

#[test]
fn what_a_result_gave_out_is_taken_from_the_new_one() {
    let mut recorded = Made::ready();
    recorded.call(1, "make", "{}");
    recorded.answer(1, r#"{"structuredContent":{"id":"issue-8811"}}"#);
    recorded.call(2, "get", r#"{"id":"issue-8811"}"#);
    recorded.answer(2, "{}");
    let mut stage = Stage::new(&recorded, Speed::None);
    stage.answer(0, r#"{"structuredContent":{"id":"issue-9001"}}"#);
    assert_eq!(stage.arguments(1), r#"{"id":"issue-9001"}"#);
    let [Do::Note(told)] = &stage.said[..] else {
        panic!("{:?}", stage.said);
    };
    assert_eq!(
        told,
        "tools/call get $.arguments.id: \"issue-9001\" carried over from $.structuredContent.id of the new answer to #3 (was \"issue-8811\")"
    );
    let carried: Vec<usize> = stage
        .run
        .calls()
        .map(|(.., carried)| carried.len())
        .collect();
    assert_eq!(carried, [0, 1]);
    // Nothing stands in its place any more.
    let mut stage = Stage::new(&recorded, Speed::None);
    stage.answer(0, "{}");
    assert_eq!(stage.arguments(1), r#"{"id":"issue-8811"}"#);
    assert!(matches!(&stage.said[..], [Do::Note(told)] if told.ends_with("sent as it was")));
}

#[test]
fn questions_are_answered_as_they_were() {
    let ask = |id: &str, message: &str| {
        format!(
            r#"{{"jsonrpc":"2.0","id":"{id}","method":"elicitation/create","params":{{"message":"{message}","requestedSchema":{{"type":"object"}}}}}}"#
        )
    };
    let asked = |id: &str| format!(r#"{{"event":"asked","question":{{"id":"{id}"}},"call":1}}"#);
    let mut recorded = Made::ready();
    recorded.call(1, "a", "{}");
    for (id, message, says) in [("x", "first", "one"), ("y", "second", "two")] {
        recorded.hear(&ask(id, message));
        recorded.note(&asked(id));
        recorded.send(&format!(
            r#"{{"jsonrpc":"2.0","id":"{id}","result":{{"action":"accept","content":{{"v":"{says}"}}}}}}"#
        ));
    }
    recorded.answer(1, "{}");
    let mut stage = Stage::new(&recorded, Speed::None);
    let note = |id: &str| asked(id).replace("\"call\":1", "\"call\":1010");
    for (id, message) in [("1", "second"), ("2", "other"), ("3", "more")] {
        stage.new.hear(&ask(id, message));
        stage.new.note(&note(id));
        stage.tell(Duration::ZERO, Happened::Recorded);
    }
    let reply = |says: &str| {
        Reply::Result(format!(
            r#"{{"action":"accept","content":{{"v":"{says}"}}}}"#
        ))
    };
    let which = |id: &str| Which::Request(crate::jsonrpc::Id::Text(id.into()));
    assert_eq!(
        stage.said,
        [
            Do::Answer(which("1"), reply("two")),
            Do::Answer(which("2"), reply("one")),
            Do::Unknown(3),
        ]
    );
}

#[test]
fn a_call_is_cancelled_when_it_has_come_as_far() {
    let mut recorded = Made::ready();
    recorded.call(1, "slow", "{}");
    recorded.call(2, "a", "{}");
    recorded.answer(2, "{}");
    let progress = |token: u64| {
        format!(
            r#"{{"jsonrpc":"2.0","method":"notifications/progress","params":{{"progressToken":{token},"progress":1}}}}"#
        )
    };
    recorded.hear(&progress(1));
    recorded
        .send(r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#);
    let mut stage = Stage::new(&recorded, Speed::None);
    stage.answer(1, "{}");
    assert_eq!(stage.said, []);
    // The made-up client puts no token there; what was sent is told with one.
    let sent = stage.new.bodies.len();
    assert_eq!(sent, 5, "two of the opening, two requests, one answer");
    stage.run = {
        let mut run = Run::new(recorded.plan(), Speed::None, 10);
        run.opened(1);
        run
    };
    stage.new = Made::ready();
    stage.sent.clear();
    let (run, new) = (&mut stage.run, &mut stage.new);
    let does = new.with(|new| run.handle(Duration::ZERO, Happened::Ready, new));
    assert_eq!(does.len(), 2);
    let seqs = [new.call(10, "slow", "{}"), new.call(11, "a", "{}")];
    for (ticket, seq) in [(10, seqs[0]), (11, seqs[1])] {
        let sent = Happened::Sent { ticket, seq };
        assert_eq!(new.with(|new| run.handle(Duration::ZERO, sent, new)), []);
    }
    new.answer(11, "{}");
    let ended = Happened::Finished(11);
    assert_eq!(new.with(|new| run.handle(Duration::ZERO, ended, new)), []);
    new.hear(&progress(10));
    let does = new.with(|new| run.handle(Duration::ZERO, Happened::Recorded, new));
    assert_eq!(does, [Do::Cancel(10)]);
    let ended = Happened::Finished(10);
    let does = new.with(|new| run.handle(Duration::ZERO, ended, new));
    assert_eq!(does, [Do::Over]);
}

#[test]
fn what_had_no_end_is_left_out_and_counted() {
    let mut recorded = Made::ready();
    recorded.call(1, "a", "{}");
    recorded.answer(1, "{}");
    recorded.call(2, "b", "{}");
    recorded.send("junk");
    recorded.note(r#"{"event":"step","step":"stdin closed"}"#);
    let plan = recorded.plan();
    assert_eq!(plan.calls(), 1);
    let left: BTreeMap<LeftOut, usize> = [(LeftOut::Unfinished, 1), (LeftOut::Odd, 1)].into();
    assert_eq!(plan.left_out, left);
    let nothing = recorded.with(|reading| Plan::of(reading, &|_| false, false));
    assert_eq!(nothing, Err(Problem::Nothing));
}

#[test]
fn a_connection_that_is_gone_ends_what_was_sent_on_it() {
    let mut recorded = Made::ready();
    recorded.call(1, "a", "{}");
    recorded.answer(1, "{}");
    recorded.call(2, "b", "{}");
    recorded.answer(2, "{}");
    let mut stage = Stage::new(&recorded, Speed::None);
    stage.tell(Duration::ZERO, Happened::Finished(10));
    stage.tell(Duration::ZERO, Happened::Gone);
    assert_eq!(stage.said, [Do::Over]);
    let sent: Vec<bool> = stage.run.calls().map(|(_, seq, _)| seq.is_some()).collect();
    assert_eq!(sent, [true, true]);
    assert!(stage.run.is_over());
}

#[test]
fn after_a_crash_it_goes_on_over_another_connection() {
    let mut recorded = Made::ready();
    recorded.call(1, "a", "{}");
    recorded.answer(1, "{}");
    recorded.call(2, "crash", "{}");
    recorded.crash();
    recorded.call(1, "b", "{}");
    recorded.answer(1, "{}");
    let plan = recorded.plan();
    let revisions: Vec<_> = plan
        .parts
        .iter()
        .map(|part| part.revision.unwrap().as_str())
        .collect();
    assert_eq!(
        (plan.calls(), revisions),
        (3, vec!["2025-11-25", "2025-06-18"])
    );
    let mut stage = Stage::new(&recorded, Speed::None);
    stage.answer(0, "{}");
    assert_eq!(stage.sent.len(), 2);
    stage
        .new
        .note_of_process(r#"{"event":"exit","code":3,"signal":null}"#);
    stage.tell(Duration::ZERO, Happened::Recorded);
    stage.tell(Duration::ZERO, Happened::Finished(11));
    stage.tell(Duration::ZERO, Happened::Gone);
    assert_eq!(stage.said, [Do::Close, Do::Connect(1)]);
    stage.new.crash();
    stage.run.opened(2);
    stage.tell(Duration::ZERO, Happened::Ready);
    assert_eq!(stage.sent.len(), 3);
    stage.answer(2, "{}");
    assert_eq!(stage.said.last(), Some(&Do::Over));
    assert!(stage.run.calls().all(|(_, seq, _)| seq.is_some()));
}

#[test]
fn a_session_that_was_a_replay_is_sent_again_without_what_the_client_fetched() {
    let mut recorded = Made::ready();
    recorded.aux = true;
    let list = r#"{"jsonrpc":"2.0","id":9,"method":"tools/list"}"#;
    recorded.send(list);
    recorded.answer(9, r#"{"tools":[]}"#);
    recorded.aux = false;
    recorded.call(1, "a", "{}");
    recorded.answer(1, "{}");
    assert_eq!(recorded.plan().calls(), 2);
    recorded.note(r#"{"event":"replay","what":"1 call of x"}"#);
    assert_eq!(recorded.plan().calls(), 1);
}

/// What happens in a made-up session: a call is sent, or the nth of those under way is answered.
fn happenings() -> impl Strategy<Value = Vec<(bool, usize, bool)>> {
    proptest::collection::vec((any::<bool>(), 0..8_usize, any::<bool>()), 1..60)
}

proptest! {
    /// Whatever the order of answers, everything is sent once, in the recorded order, never before what it waited
    /// for; in the recorded order of answers, exactly as much is under way as was. Values go where they went.
    #[test]
    fn every_session_is_sent_again(happenings in happenings(), order in any::<u64>()) {
        let mut recorded = Made::ready();
        let (mut open, mut next): (Vec<usize>, usize) = (Vec::new(), 1);
        // By call: the calls that had ended before it, and whose key it was given.
        let (mut ended, mut waits): (Vec<usize>, Vec<Vec<usize>>) = (Vec::new(), Vec::new());
        let mut keys: Vec<Option<usize>> = Vec::new();
        // By call, when it was sent: how many were under way.
        let mut depth = Vec::new();
        let mut answers = Vec::new();
        let mut finish = |recorded: &mut Made, open: &mut Vec<usize>, ended: &mut Vec<usize>, nth: usize| {
            let id = open.remove(nth % open.len());
            recorded.answer(id, &format!(r#"{{"key":"old-key-{id:05}"}}"#));
            answers.push(id);
            ended.push(id);
        };
        for (sends, nth, uses) in happenings {
            if sends || open.is_empty() {
                let key = ended.get(nth % ended.len().max(1)).copied().filter(|_| uses);
                let arguments = key.map_or_else(|| "{}".to_owned(), |id| format!(r#"{{"key":"old-key-{id:05}"}}"#));
                recorded.call(next, "t", &arguments);
                depth.push(open.len());
                open.push(next);
                waits.push(ended.clone());
                keys.push(key);
                next += 1;
            } else {
                finish(&mut recorded, &mut open, &mut ended, nth);
            }
        }
        while !open.is_empty() {
            finish(&mut recorded, &mut open, &mut ended, 0);
        }
        let count = next - 1;
        for same_order in [true, false] {
            let mut stage = Stage::new(&recorded, Speed::None);
            let mut pending: Vec<usize> = Vec::new();
            let mut done: Vec<usize> = Vec::new();
            let (mut seen, mut turn, mut random) = (0, 0, order);
            loop {
                while seen < stage.sent.len() {
                    // The nth that is sent is the nth that was.
                    prop_assert_eq!(stage.sent[seen].0, 10 + seen as u64);
                    for before in &waits[seen] {
                        prop_assert!(done.contains(before));
                    }
                    if let Some(key) = keys[seen] {
                        prop_assert_eq!(stage.arguments(seen), format!(r#"{{"key":"new-key-{key:05}"}}"#));
                    }
                    pending.push(seen + 1);
                    if same_order {
                        prop_assert_eq!(pending.len() - 1, depth[seen]);
                    }
                    seen += 1;
                }
                if pending.is_empty() {
                    break;
                }
                let place = if same_order {
                    let wanted = answers[turn];
                    turn += 1;
                    pending.iter().position(|id| *id == wanted)
                } else {
                    random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    Some((random >> 33) as usize % pending.len())
                };
                prop_assert!(place.is_some(), "what was under way is");
                let id = pending.remove(place.unwrap());
                done.push(id);
                stage.answer(id - 1, &format!(r#"{{"key":"new-key-{id:05}"}}"#));
            }
            prop_assert_eq!(stage.sent.len(), count);
            prop_assert!(stage.run.is_over());
        }
    }

    /// Params that are sent again say what they said, but for what the client puts there.
    #[test]
    fn params_stay_as_they_were(text in "\\PC{0,20}", number in any::<i64>()) {
        let mut recorded = Made::ready();
        let arguments = format!(r#"{{"t":{},"n":{number},"f":1.50}}"#, json::quote(&text));
        recorded.call(1, "a", &arguments);
        recorded.answer(1, "{}");
        let stage = Stage::new(&recorded, Speed::None);
        let expected = Value::parse(arguments.as_bytes()).unwrap();
        prop_assert_eq!(stage.sent[0].1.get("arguments"), Some(&expected));
        let calls: HashMap<ExchangeIndex, Option<u64>> =
            stage.run.calls().map(|(exchange, seq, _)| (exchange, seq)).collect();
        prop_assert_eq!(calls, HashMap::from([(0, Some(3))]));
    }
}

#[test]
fn speeds_read_what_they_print() {
    for text in ["none", "recorded", "x2", "x0.5"] {
        assert_eq!(Speed::parse(text).unwrap().to_string(), text);
    }
    for text in ["", "x", "x0", "x-1", "fast", "xinf", "xNaN"] {
        assert!(Speed::parse(text).is_err(), "{text}");
    }
}

#[test]
fn no_speed_is_too_slow_or_too_fast_to_count_with() {
    for wrong in ["x0", "x-1", "x1e-30", "x1e30", "xinf", "xnan", "fast"] {
        assert!(Speed::parse(wrong).is_err(), "{wrong}");
    }
    assert_eq!(Speed::parse("x1e-6"), Ok(Speed::Times(1e-6)));
    let mut recorded = Made::ready();
    recorded.call(1, "a", "{}");
    recorded.answer(1, "{}");
    recorded.call(2, "b", "{}");
    recorded.answer(2, "{}");
    // Whoever says it without reading it.
    let mut stage = Stage::new(&recorded, Speed::Times(1e-300));
    stage.answer(0, "{}");
    assert_eq!(stage.run.due(), Some(Duration::MAX));
}
