//! Every moment of a session shows what a fold up to there would: on all kinds of lines, in any order.

use super::*;

/// Everything a timeline tells, but for the state.
fn told(timeline: &Timeline) -> Vec<String> {
    let hops = timeline.hops();
    let mut told = vec![
        format!("{:?}", timeline.entries()),
        format!("{:?}", timeline.rows()),
        format!("{:?}", timeline.frames()),
        format!("{:?}", timeline.logs()),
        format!("{:?}", timeline.exchanges()),
        format!("{:?}", timeline.singles()),
        format!("{:?} {:?}", hops.rows(), hops.all()),
        format!("{}", timeline.questions().count()),
    ];
    told.extend(timeline.questions().iter().map(|one| format!("{one:?}")));
    told.extend(
        timeline
            .questions()
            .waiting()
            .map(|one| format!("{}", one.number)),
    );
    for index in 0..hops.all().len() as HopIndex {
        told.push(format!("{:?}", hops.steps(index, 9)));
    }
    for index in 0..timeline.exchanges().len() as ExchangeIndex {
        let asked: Vec<u32> = timeline
            .questions()
            .of_call(index)
            .map(|one| one.number)
            .collect();
        told.push(format!(
            "{:?} {:?} {:?} {asked:?}",
            timeline.rounds(index),
            timeline.status_words(index),
            timeline.spans(index, 99_000),
        ));
    }
    told
}

fn check(lines: &[String], order: &[usize]) -> Result<(), TestCaseError> {
    let all = entries(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    let mut parts = vec![Timeline::default()];
    for entry in &all {
        let mut next = parts[parts.len() - 1].clone();
        next.push(entry);
        parts.push(next);
    }
    let whole = &parts[all.len()];
    let mut shown = whole.clone();
    // From one moment to another, forwards and backwards.
    for at in order.iter().map(|pick| pick % all.len()) {
        let read = |seq: u64, _: Place| Ok::<_, ()>(all[seq as usize - 1].clone());
        let approach = shown.approach(at as EntryIndex).unwrap();
        shown.enter(approach.arrive(read).unwrap());
        prop_assert_eq!(told(&shown), told(&parts[at + 1]));
        prop_assert_eq!(shown.state(), parts[at + 1].state());
        prop_assert_eq!(shown.whole().len(), all.len());
    }
    // What arrives meanwhile changes nothing of it, and is there afterwards.
    let mut early = parts[all.len() / 2 + 1].clone();
    let at = all.len() / 4;
    let read = |seq: u64, _: Place| Ok::<_, ()>(all[seq as usize - 1].clone());
    let approach = early.approach(at as EntryIndex).unwrap();
    early.enter(approach.arrive(read).unwrap());
    for entry in &all[all.len() / 2 + 1..] {
        early.extend(std::slice::from_ref(entry));
    }
    if early.moment().is_some() {
        prop_assert_eq!(told(&early), told(&parts[at + 1]));
    }
    early.leave();
    prop_assert_eq!(told(&early), told(whole));
    shown.leave();
    prop_assert_eq!(told(&shown), told(whole));
    prop_assert_eq!(shown.state(), whole.state());
    Ok(())
}

/// A line of one of 28 kinds.
pub(super) fn line(kind: usize, id: u8) -> String {
    let before = id.saturating_sub(1);
    match kind {
        0 => format!(r#"> {{"jsonrpc":"2.0","id":{id},"method":"tools/list"}}"#),
        1 => format!(
            r#"> {{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"t","requestState":"s{before}","_meta":{{"progressToken":{id}}}}}}}"#
        ),
        2 => {
            format!(r#"< {{"jsonrpc":"2.0","id":{id},"result":{{"tools":[{{"name":"n{id}"}}]}}}}"#)
        }
        3 => format!(r#"< {{"jsonrpc":"2.0","id":{id},"error":{{"code":{id},"message":""}}}}"#),
        4 => format!(
            r#"< {{"jsonrpc":"2.0","id":{id},"method":"elicitation/create","params":{{"message":"?"}}}}"#
        ),
        5 => format!(r#"> {{"jsonrpc":"2.0","id":{id},"result":{{"action":"accept"}}}}"#),
        6 => format!(
            r#"< {{"jsonrpc":"2.0","method":"notifications/progress","params":{{"progressToken":{id},"progress":1}}}}"#
        ),
        7 => format!(
            r#"> {{"jsonrpc":"2.0","method":"notifications/cancelled","params":{{"requestId":{id}}}}}"#
        ),
        8 => format!(r#"* {{"event":"timeout","id":{id},"after_ms":1}}"#),
        9 => format!(r#"* {{"event":"spawn","pid":{id},"command":["x"]}}"#),
        10 => format!(r#"* {{"event":"exit","code":{id},"signal":null}}"#),
        11 => format!("2 line {id}"),
        12 => format!("! junk {id}"),
        13 => format!(
            r#"< {{"jsonrpc":"2.0","id":{id},"result":{{"resultType":"input_required","requestState":"s{id}","inputRequests":{{"a":{{"method":"roots/list"}}}}}}}}"#
        ),
        14 => format!(r#"* {{"event":"round","id":{id},"of":{before},"round":2}}"#),
        15 => format!(r#"* {{"event":"asked","question":{{"id":{id}}},"call":{before}}}"#),
        16 => {
            format!(r#"* {{"event":"asked","question":{{"of":{id},"key":"a"}},"call":{id}}}"#)
        }
        17 => format!(
            r#"* {{"event":"answered","question":{{"of":{id},"key":"a"}},"by":"person","how":"result"}}"#
        ),
        18 => format!(
            r#"h {{"event":"http-request","exchange":{id},"method":"POST","url":"http://h/{id}","size":7,"frame":{id},"why":"message"}}"#
        ),
        19 => format!(
            r#"h {{"event":"http-response","exchange":{id},"status":20{id},"headers":[["content-type","text/event-stream"]],"first_byte_us":2000}}"#
        ),
        20 => format!(r#"h {{"event":"http-event","exchange":{id},"type":"message","size":5}}"#),
        21 => format!(
            r#"h {{"event":"http-end","exchange":{id},"size":4{id},"took_us":3000,"error":"cut"}}"#
        ),
        22 => format!(r#"h {{"event":"http-wait","exchange":{id},"ms":1,"why":"resume"}}"#),
        23 => format!(
            r#"< {{"jsonrpc":"2.0","id":{id},"result":{{"task":{{"taskId":"k{id}","status":"working"}}}}}}"#
        ),
        24 => format!(
            r#"< {{"jsonrpc":"2.0","id":{id},"error":{{"code":-32042,"message":"","data":{{"elicitations":[{{"mode":"url","elicitationId":"e{id}","url":"https://h/"}}]}}}}}}"#
        ),
        25 => format!(
            r#"< {{"jsonrpc":"2.0","method":"notifications/elicitation/complete","params":{{"elicitationId":"e{id}"}}}}"#
        ),
        26 => format!(
            r#"< [{{"jsonrpc":"2.0","id":{id},"result":{{}}}},{{"jsonrpc":"2.0","id":{before},"result":{{}}}}]"#
        ),
        _ => r#"> {"jsonrpc":"2.0","method":"tools/call","params":{"name":"no id"}}"#.to_owned(),
    }
}

proptest! {
    #[test]
    fn every_moment_is_what_was_true_then(
        picks in prop::collection::vec((0usize..28, 0u8..4), 1..70),
        order in prop::collection::vec(0usize..70, 1..12),
    ) {
        let lines: Vec<String> = picks.iter().map(|(kind, id)| line(*kind, *id)).collect();
        check(&lines, &order)?;
    }
}

#[test]
fn an_exchange_is_stepped_to_where_it_ends() {
    let lines = [
        r#"> {"jsonrpc":"2.0","id":1,"method":"tools/list"}"#,
        r#"> {"jsonrpc":"2.0","id":2,"method":"tools/call"}"#,
        r#"< {"jsonrpc":"2.0","id":2,"error":{"code":-1,"message":""}}"#,
        "2 quiet",
        r#"< {"jsonrpc":"2.0","id":1,"result":{}}"#,
        "! junk",
        r#"* {"event":"exit","code":3,"signal":null}"#,
    ];
    let mut timeline = fold(&lines);
    let all = entries(&lines);
    let stops = |timeline: &Timeline, what, forward| {
        let first = if forward { Some(0) } else { Some(6) };
        let next = |from: &EntryIndex| timeline.stop(*from, forward, what);
        std::iter::successors(first, next)
            .skip(1)
            .collect::<Vec<_>>()
    };
    let read = |seq: u64, _: Place| Ok::<_, ()>(all[seq as usize - 1].clone());
    let moment = timeline.approach(1).unwrap().arrive(read).unwrap();
    for shown in [false, true] {
        assert_eq!(stops(&timeline, Stop::Exchange, true), [2, 4], "{shown}");
        assert_eq!(stops(&timeline, Stop::Exchange, false), [4, 2]);
        assert_eq!(stops(&timeline, Stop::Error, true), [2, 5, 6]);
        assert_eq!(stops(&timeline, Stop::Error, false), [5, 2]);
        assert_eq!(stops(&timeline, Stop::Entry, true).len(), 6);
        timeline.enter(moment.clone());
    }
    assert_eq!((timeline.entries().len(), timeline.moment()), (2, Some(1)));
    assert_eq!(
        [0, 999, 1000, 5500, 99_000].map(|us| timeline.at_us(us)),
        [0, 0, 1, 5, 6].map(Some)
    );
    assert_eq!(
        (timeline.with_seq(7), timeline.with_seq(8)),
        (Some(6), None)
    );
    assert_eq!(timeline.approach(7), None);
}

#[test]
fn a_line_is_found_whatever_moment_is_shown() {
    let mut all = entries(&["2 a", "2 b", "2 c", "2 d"]);
    let mut timeline = Timeline::default();
    for (offset, entry) in (0..).step_by(100).zip(&mut all) {
        entry.place = Place {
            offset,
            length: 100,
        };
        timeline.push(entry);
    }
    let read = |seq: u64, _: Place| Ok::<_, ()>(all[seq as usize - 1].clone());
    let moment = timeline.approach(1).unwrap().arrive(read).unwrap();
    timeline.enter(moment);
    assert_eq!(timeline.entries().len(), 2);
    // Files are looked through whole: what is found later is wanted later.
    let places = [0, 100, 200, 300, 350].map(|offset| timeline.index_of_place(offset));
    assert_eq!(places, [Some(0), Some(1), Some(2), Some(3), None]);
}
