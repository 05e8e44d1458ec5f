//! The fold, on small sessions written as lines: `> frame` to the server, `< frame` from it, `2 text` on stderr,
//! `! text` junk on stdout, `* note` as JSON.

use std::borrow::Cow;

use proptest::prelude::*;

use super::*;
use crate::mcp::types::List;
use crate::session::Entry;

mod asking;
mod following;
mod moment;
mod packed;
mod tasks;

fn entries(lines: &[&str]) -> Vec<Recorded> {
    lines
        .iter()
        .enumerate()
        .map(|(index, line)| {
            let (mark, body) = line.split_at(2);
            let (channel, direction) = match mark {
                "> " => (Channel::Wire, Direction::Out),
                "< " => (Channel::Wire, Direction::In),
                "2 " => (Channel::Stderr, Direction::In),
                "! " => (Channel::Stdout, Direction::In),
                "h " => (Channel::Http, Direction::Here),
                _ => (Channel::Note, Direction::Here),
            };
            let entry = Entry {
                seq: index as u64 + 1,
                us: index as u64 * 1000,
                at: Timestamp::UNIX_EPOCH,
                conn: 1,
                channel,
                direction,
                aux: false,
                body: body.as_bytes().to_vec(),
                ending: Cow::Borrowed("\n"),
                extra: None,
            };
            Recorded::of(&entry, Place::default())
        })
        .collect()
}

fn fold(lines: &[&str]) -> Timeline {
    let mut timeline = Timeline::default();
    for entry in entries(lines) {
        timeline.push(&entry);
    }
    timeline
}

fn statuses(timeline: &Timeline) -> Vec<String> {
    timeline
        .rows()
        .iter()
        .map(|row| match row {
            Row::Exchange(index) => timeline.exchange(*index).unwrap().status.to_string(),
            Row::Single(index) => timeline.single_row(*index).unwrap().kind.word().to_owned(),
        })
        .collect()
}

#[test]
fn requests_meet_their_answers_by_direction_and_type_of_id() {
    let timeline = fold(&[
        r#"> {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a"}}"#,
        r#"< {"jsonrpc":"2.0","id":1,"method":"ping"}"#,
        r#"< {"jsonrpc":"2.0","id":"1","result":{}}"#,
        r#"> {"jsonrpc":"2.0","id":1,"result":{}}"#,
        r#"< {"jsonrpc":"2.0","id":1,"result":{"isError":true}}"#,
        r#"< {"jsonrpc":"2.0","id":1,"result":{}}"#,
    ]);
    assert_eq!(
        statuses(&timeline),
        ["tool error", "ok", "unknown id", "duplicate"]
    );
    assert_eq!(timeline.took(&timeline.exchanges()[0]), Some(4000));
    assert_eq!(timeline.word(timeline.exchanges()[0].subject), "a");
}

#[test]
fn an_ended_connection_answers_nothing() {
    let timeline = fold(&[
        r#"* {"event":"connect","name":"x","transport":"stdio","era":"auto"}"#,
        r#"* {"event":"spawn","pid":7,"command":["a"]}"#,
        r#"> {"jsonrpc":"2.0","id":1,"method":"tools/list"}"#,
        "2 boom",
        "! hello",
        r#"* {"event":"exit","code":3,"signal":null}"#,
        r#"< {"jsonrpc":"2.0","id":1,"result":{}}"#,
    ]);
    let connection = timeline.state().connection(1).unwrap();
    assert_eq!(
        connection.link,
        LinkState::Exited {
            code: Some(3),
            signal: None,
            asked: false
        }
    );
    assert_eq!(connection.stderr_tail, ["boom".into()]);
    assert_eq!(
        (
            connection.counters.junk,
            connection.counters.stderr,
            connection.counters.failures
        ),
        (1, 1, 1)
    );
    assert_eq!(
        statuses(&timeline),
        ["–", "–", "no reply", "junk", "–", "late"]
    );
    assert_eq!(timeline.exchanges()[0].status_at(4), Status::Pending);
}

#[test]
fn timeouts_and_cancellations_make_answers_late() {
    let timeline = fold(&[
        r#"> {"jsonrpc":"2.0","id":1,"method":"x"}"#,
        r#"> {"jsonrpc":"2.0","id":"b","method":"x"}"#,
        r#"* {"event":"timeout","id":1,"after_ms":5}"#,
        r#"> {"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"b"}}"#,
        r#"< {"jsonrpc":"2.0","id":1,"result":{}}"#,
        r#"< {"jsonrpc":"2.0","id":"b","result":{}}"#,
        r#"< {"jsonrpc":"2.0","id":null,"error":{"code":-1,"message":"x"}}"#,
    ]);
    assert_eq!(
        statuses(&timeline),
        ["timeout", "cancelled", "–", "–", "late", "late", "no id"]
    );
}

/// A server ends a stream that was given up with its result; an error would be late, and so is what answers a call.
#[test]
fn what_ends_a_closed_stream_is_not_late() {
    let listen = r#"> {"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{"notifications":{"toolsListChanged":true}}}"#;
    let cancel =
        r#"> {"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#;
    let result = r#"< {"jsonrpc":"2.0","id":1,"result":{"resultType":"complete"}}"#;
    let error = r#"< {"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"x"}}"#;
    let goodbye = fold(&[listen, cancel, result]);
    assert_eq!(statuses(&goodbye), ["cancelled", "–", "closed"]);
    assert_eq!(
        statuses(&fold(&[listen, cancel, error])),
        ["cancelled", "–", "late"]
    );
}

#[test]
fn a_tapped_server_that_survives_a_signal_goes_on() {
    let mut lines = vec![
        r#"* {"event":"connect","name":"x","transport":"stdio","era":"tap"}"#,
        r#"* {"event":"spawn","pid":7,"command":["x"],"cwd":null,"env":[]}"#,
        r#"> {"jsonrpc":"2.0","id":1,"method":"ping"}"#,
        r#"< {"jsonrpc":"2.0","id":1,"result":{}}"#,
        r#"* {"event":"step","step":"SIGINT from outside, passed on"}"#,
    ];
    let exit = r#"* {"event":"exit","code":1,"signal":null}"#;
    let was_asked = |lines: &[&str]| match &fold(lines).state().connection(1).unwrap().link {
        LinkState::Exited { asked, .. } => *asked,
        other => panic!("{other:?}"),
    };
    assert!(was_asked(&[&lines[..], &[exit]].concat()));
    lines.extend([r#"> {"jsonrpc":"2.0","id":2,"method":"ping"}"#, exit]);
    assert!(!was_asked(&lines));
}

#[test]
fn listings_that_overlap_keep_their_pages_apart() {
    let timeline = fold(&[
        r#"> {"jsonrpc":"2.0","id":1,"method":"tools/list"}"#,
        r#"> {"jsonrpc":"2.0","id":2,"method":"tools/list"}"#,
        r#"< {"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"a"}],"nextCursor":"x"}}"#,
        r#"< {"jsonrpc":"2.0","id":2,"result":{"tools":[{"name":"a"}],"nextCursor":"y"}}"#,
        r#"> {"jsonrpc":"2.0","id":3,"method":"tools/list","params":{"cursor":"x"}}"#,
        r#"> {"jsonrpc":"2.0","id":4,"method":"tools/list","params":{"cursor":"y"}}"#,
        r#"< {"jsonrpc":"2.0","id":3,"result":{"tools":[{"name":"b"}]}}"#,
        r#"< {"jsonrpc":"2.0","id":4,"result":{"tools":[{"name":"b"}]}}"#,
    ]);
    let list = timeline.state().connection(1).unwrap().list(List::Tools);
    let names: Vec<&str> = list.items.iter().map(|item| &*item.name).collect();
    assert_eq!((names, list.listed), (vec!["a", "b"], Listed::Whole));
    assert_eq!(list.changes.counts_after(0), [0, 0, 0]);
}

#[test]
fn a_page_that_nobody_saw_the_beginning_of_changes_nothing_that_is_whole() {
    let mut lines = vec![
        r#"> {"jsonrpc":"2.0","id":3,"method":"tools/list","params":{"cursor":"x"}}"#,
        r#"< {"jsonrpc":"2.0","id":3,"result":{"tools":[{"name":"b"}]}}"#,
    ];
    let count = |lines: &[&str]| {
        let timeline = fold(lines);
        let connection = timeline.state().connection(1).unwrap().clone();
        connection.list(List::Tools).items.len()
    };
    assert_eq!(count(&lines), 1, "a recording may begin in the middle");
    lines.splice(
        0..0,
        [
            r#"> {"jsonrpc":"2.0","id":1,"method":"tools/list"}"#,
            r#"< {"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"a"},{"name":"b"}]}}"#,
        ],
    );
    assert_eq!(count(&lines), 2);
}

#[test]
fn an_opening_counts_when_it_comes_late() {
    let late = r#"< {"jsonrpc":"2.0","id":"p","result":{"supportedVersions":["2026-07-28"],"capabilities":{"tools":{}}}}"#;
    let asks = r#"> {"jsonrpc":"2.0","id":"p","method":"server/discover"}"#;
    let timeout = r#"* {"event":"timeout","id":"p","after_ms":5}"#;
    let opening = |lines: &[&str]| {
        let timeline = fold(lines);
        let connection = timeline.state().connection(1).unwrap();
        let opening = connection.opening.as_ref();
        opening.is_some_and(|opening| opening.has("tools"))
    };
    assert!(opening(&[asks, late]));
    assert!(opening(&[asks, timeout, late]));
    // Nobody asked for this one.
    assert!(!opening(&[asks, timeout, &late.replace("\"p\"", "\"q\"")]));
}

#[test]
fn pages_add_up_and_refreshes_replace() {
    let mut lines = vec![
        r#"> {"jsonrpc":"2.0","id":1,"method":"tools/list"}"#,
        r#"< {"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"a"}],"nextCursor":"2"}}"#,
        r#"> {"jsonrpc":"2.0","id":2,"method":"tools/list","params":{"cursor":"2"}}"#,
    ];
    let names = |timeline: &Timeline| -> Vec<String> {
        let list = timeline
            .state()
            .connection(1)
            .unwrap()
            .list(List::Tools)
            .clone();
        list.items
            .iter()
            .map(|item| item.name.to_string())
            .collect()
    };
    assert_eq!(names(&fold(&lines)), ["a"]);
    assert_eq!(
        fold(&lines)
            .state()
            .connection(1)
            .unwrap()
            .list(List::Tools)
            .listed,
        Listed::Loading
    );
    lines.push(r#"< {"jsonrpc":"2.0","id":2,"result":{"tools":[{"name":"b"}]}}"#);
    assert_eq!(names(&fold(&lines)), ["a", "b"]);
    lines.extend([
        r#"> {"jsonrpc":"2.0","id":3,"method":"tools/list"}"#,
        r#"< {"jsonrpc":"2.0","id":3,"result":{"tools":[{"name":"b"},{"name":"c"}]}}"#,
    ]);
    let timeline = fold(&lines);
    assert_eq!(names(&timeline), ["b", "c"]);
    assert_eq!(
        timeline
            .state()
            .connection(1)
            .unwrap()
            .list(List::Tools)
            .changes
            .counts_after(0),
        [1, 1, 0]
    );
}

#[test]
fn progress_belongs_to_its_call() {
    let timeline = fold(&[
        r#"> {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","_meta":{"progressToken":9}}}"#,
        r#"< {"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":9,"progress":1,"total":3,"message":"one"}}"#,
        r#"< {"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"9","progress":2}}"#,
    ]);
    assert_eq!(
        (timeline.progress_of(1), timeline.progress_of(2)),
        (Some(0), None),
        "a token is told from another by its type"
    );
    let progress = timeline.state().progress(0).unwrap();
    assert_eq!(
        (
            &*progress.progress,
            progress.total.as_deref(),
            progress.count
        ),
        ("1", Some("3"), 1)
    );
}

#[test]
fn a_batch_is_as_many_rows_as_messages() {
    let timeline = fold(&[
        r#"> {"jsonrpc":"2.0","id":1,"method":"a"}"#,
        r#"> {"jsonrpc":"2.0","id":2,"method":"b"}"#,
        r#"< [{"jsonrpc":"2.0","id":2,"result":{}},{"jsonrpc":"2.0","method":"n"},{"jsonrpc":"2.0","id":1,"error":{"code":-5,"message":""}}]"#,
    ]);
    assert_eq!(statuses(&timeline), ["-5", "ok", "–"]);
}

#[test]
fn a_resident_entry_is_small() {
    // An entry, its row, its log line; an exchange is shared by two entries.
    let each = size_of::<EntryRow>() + size_of::<Row>() + size_of::<LogRow>();
    let shared = usize::midpoint(size_of::<Exchange>(), size_of::<(u64, ExchangeIndex)>() * 2);
    assert!(each + shared <= 150, "{each} + {shared}");
}

proptest! {
    /// The state at any entry is the state of a fold that stops there.
    #[test]
    fn any_prefix_can_be_had_again(
        picks in prop::collection::vec((0usize..12, 0u8..4), 1..60),
        cut in 0usize..60,
    ) {
        let lines: Vec<String> = picks.iter().map(|(kind, id)| match kind {
            0 => format!(r#"> {{"jsonrpc":"2.0","id":{id},"method":"tools/list"}}"#),
            1 => format!(r#"> {{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"t{id}","_meta":{{"progressToken":{id}}}}}}}"#),
            2 => format!(r#"< {{"jsonrpc":"2.0","id":{id},"result":{{"tools":[{{"name":"n{id}"}}]}}}}"#),
            3 => format!(r#"< {{"jsonrpc":"2.0","id":{id},"error":{{"code":{id},"message":""}}}}"#),
            4 => format!(r#"< {{"jsonrpc":"2.0","id":{id},"method":"ping"}}"#),
            5 => format!(r#"> {{"jsonrpc":"2.0","id":{id},"result":{{}}}}"#),
            6 => format!(r#"< {{"jsonrpc":"2.0","method":"notifications/progress","params":{{"progressToken":{id},"progress":1}}}}"#),
            7 => format!(r#"> {{"jsonrpc":"2.0","method":"notifications/cancelled","params":{{"requestId":{id}}}}}"#),
            8 => format!(r#"* {{"event":"timeout","id":{id},"after_ms":1}}"#),
            9 => format!(r#"* {{"event":"spawn","pid":{id},"command":["x"]}}"#),
            10 => format!(r#"* {{"event":"exit","code":{id},"signal":null}}"#),
            _ => format!("2 line {id}"),
        }).collect();
        let all = entries(&lines.iter().map(String::as_str).collect::<Vec<_>>());
        let cut = cut.min(all.len() - 1);
        let mut whole = Timeline::default();
        for entry in &all {
            whole.push(entry);
        }
        let mut part = Timeline::default();
        for entry in &all[..=cut] {
            part.push(entry);
        }
        let read = |seq: u64, _: Place| Ok::<_, ()>(all[seq as usize - 1].clone());
        let moment = whole.approach(cut as EntryIndex).unwrap().arrive(read).unwrap();
        let mut then = whole.clone();
        then.enter(moment);
        prop_assert_eq!(then.state(), part.state());
        for (before, after) in part.exchanges().iter().zip(whole.exchanges()) {
            prop_assert_eq!(before.status, after.status_at(cut as EntryIndex));
        }
        prop_assert_eq!(part.rows(), &whole.rows()[..part.rows().len()]);
    }
}

#[test]
fn a_refused_probe_is_an_answer_not_a_failure() {
    let timeline = fold(&[
        r#"> {"jsonrpc":"2.0","id":"p","method":"server/discover"}"#,
        r#"< {"jsonrpc":"2.0","id":"p","error":{"code":-32601,"message":"no"}}"#,
        r#"> {"jsonrpc":"2.0","id":1,"method":"tools/call"}"#,
        r#"< {"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"no"}}"#,
    ]);
    let wrong: Vec<bool> = timeline
        .exchanges()
        .iter()
        .map(|exchange| timeline.went_wrong(exchange))
        .collect();
    assert_eq!(wrong, [false, true]);
    assert_eq!(timeline.state().connection(1).unwrap().counters.failures, 1);
}

/// A frame over HTTP answers what its exchange was asked, when the entry says so.
#[test]
fn an_error_of_http_meets_its_request_whatever_its_id() {
    for id in ["null", "99", "\"server-error\""] {
        let line = format!(
            r#"{{"seq":2,"us":1,"conn":1,"ch":"wire","dir":"in","http":{{"exchange":1,"answers":7}},"json":{{"jsonrpc":"2.0","id":{id},"error":{{"code":-32000}}}}}}"#
        );
        let mut timeline = fold(&[r#"> {"jsonrpc":"2.0","id":7,"method":"tools/list"}"#]);
        let entry = crate::session::codec::read(line.as_bytes()).unwrap();
        timeline.push(&Recorded::of(&entry, Place::default()));
        assert_eq!(statuses(&timeline), ["-32000"], "{id}");
    }
}

/// A redirected request, a stream that broke off and was taken up, on one connection.
const HOPS: &[&str] = &[
    r#"h {"event":"address","url":"http://h/mcp","transport":"auto","headers":[],"insecure":false}"#,
    r#"> {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a"}}"#,
    r#"h {"event":"http-request","exchange":1,"method":"POST","url":"http://h/mcp","size":70,"frame":2,"why":"message"}"#,
    r#"h {"event":"http-response","exchange":1,"status":307,"headers":[["location","/x"]],"first_byte_us":900}"#,
    r#"h {"event":"http-end","exchange":1,"size":0,"took_us":950}"#,
    r#"h {"event":"http-request","exchange":2,"method":"POST","url":"http://h/x","size":70,"frame":2,"why":"message","follows":1}"#,
    r#"h {"event":"http-response","exchange":2,"status":200,"headers":[["content-type","text/event-stream; a=b"]],"dns_us":5,"first_byte_us":2000}"#,
    r#"h {"event":"http-event","exchange":2,"type":"message","size":5}"#,
    r#"< {"jsonrpc":"2.0","id":1,"result":{}}"#,
    r#"h {"event":"http-end","exchange":2,"size":40,"took_us":3000,"error":"cut"}"#,
    r#"h {"event":"http-wait","exchange":2,"ms":100,"why":"resume"}"#,
    r#"h {"event":"http-event","exchange":9,"type":"message","size":5}"#,
];

#[test]
fn exchanges_over_http_are_told_in_columns() {
    let timeline = fold(HOPS);
    let hops = timeline.hops();
    assert_eq!(
        hops.rows(),
        [
            HopRow::Entry(0, None),
            HopRow::Hop(0),
            HopRow::Hop(1),
            HopRow::Entry(7, Some(1)),
            HopRow::Entry(10, Some(1)),
            // Of an exchange whose beginning is missing.
            HopRow::Entry(11, None),
        ]
    );
    let hop = hops.get(1).unwrap();
    assert_eq!(
        (hop.status, hop.broken, hop.events, hop.size),
        (200, true, 1, (70, 40))
    );
    assert_eq!(
        (hop.dns, hop.connect, hop.first_byte, hop.took),
        (Some(5), None, Some(2000), Some(3000))
    );
    assert_eq!(timeline.word(hop.mime), "text/event-stream");
    assert_eq!((hop.frame(), hop.follows()), (Some(1), Some(1)));
    // The frame was carried by both; the last one counts.
    assert_eq!(hops.carrier(1), Some(1));
    assert_eq!(hops.carrier(8), None);
    assert_eq!(hops.steps(1, 10), [5, 6, 7, 9, 10]);
    assert_eq!(hops.steps(1, 2), [5, 10], "the request is always there");
    assert_eq!(hops.steps(7, 10), Vec::<EntryIndex>::new());
    assert_eq!(hops.numbered(1, 2), Some(1));
}

#[test]
fn every_frame_has_a_row() {
    let timeline = fold(&[
        r#"> {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a"}}"#,
        "2 stderr is none",
        "! stdout is one",
        r#"< {"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"x"}}"#,
        r#"< [{"jsonrpc":"2.0","id":1,"result":{}},{"jsonrpc":"2.0","id":1,"result":{}}]"#,
        "> no json",
    ]);
    let frames: Vec<(EntryIndex, FrameKind, u16)> = timeline
        .frames()
        .iter()
        .map(|frame| (frame.entry, frame.kind, frame.more))
        .collect();
    assert_eq!(
        frames,
        [
            (0, FrameKind::Request(0), 0),
            (2, FrameKind::Single(0), 0),
            (3, FrameKind::Single(1), 0),
            (4, FrameKind::Response(0), 1),
            (5, FrameKind::Single(3), 0),
        ]
    );
}

#[test]
fn http_shows_what_a_message_does_not_tell() {
    let timeline = fold(&[
        r#"h {"event":"address","url":"http://h/mcp","transport":"auto","headers":["a"],"insecure":false}"#,
        r#"> {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a"}}"#,
        r#"h {"event":"http-request","exchange":1,"method":"POST","url":"http://h/mcp","frame":2}"#,
        r#"h {"event":"http-response","exchange":1,"status":200}"#,
        r#"h {"event":"http-event","exchange":1,"type":"message","size":0}"#,
        r#"h {"event":"http-end","exchange":1,"size":3}"#,
        r#"h {"event":"http-request","exchange":2,"method":"GET","url":"http://h/mcp"}"#,
        r#"h {"event":"http-response","exchange":2,"status":502}"#,
        r#"* {"event":"unanswered","id":1,"kind":"fault","status":502,"what":"bad gateway","hint":null}"#,
        r#"> {"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"a"}}"#,
        r#"* {"event":"abandoned","id":2,"why":"x"}"#,
        r#"> {"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"a"}}"#,
        r#"h {"event":"closed","what":null}"#,
    ]);
    assert_eq!(
        statuses(&timeline),
        [
            "–",
            "http 502",
            "–",
            "–",
            "–",
            "cancelled",
            "–",
            "no reply",
            "–"
        ]
    );
    let connection = timeline.state().connection(1).unwrap();
    assert_eq!(connection.url.as_deref(), Some("http://h/mcp"));
    assert_eq!(
        connection.trouble.as_ref().unwrap().kind,
        Some(crate::mcp::http::LossKind::Fault)
    );
    assert_eq!(connection.counters.failures, 2, "cancelling is no failure");
    assert!(!connection.is_alive());
}
