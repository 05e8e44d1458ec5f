//! Streams, subscriptions, changed lists and freshness, read off sessions as others would have recorded them.

use super::*;
use crate::session::timeline::changes::Since;
use crate::session::timeline::subscriptions::{StreamState, WatchState};

fn connection(timeline: &Timeline) -> &Connection {
    timeline.state().connection(1).unwrap()
}

fn watched(timeline: &Timeline) -> Vec<(&str, WatchState, u32, u32)> {
    connection(timeline)
        .subscriptions
        .watched
        .iter()
        .map(|one| (&*one.uri, one.state, one.updates, one.unread))
        .collect()
}

const LISTEN: &str = r#"> {"jsonrpc":"2.0","id":4,"method":"subscriptions/listen","params":{"notifications":{"toolsListChanged":true,"resourceSubscriptions":["a:b","c:d"]}}}"#;
const ACK: &str = r#"< {"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{"notifications":{"toolsListChanged":true,"resourceSubscriptions":["a:b"]},"_meta":{"io.modelcontextprotocol/subscriptionId":4}}}"#;

fn updated(uri: &str) -> String {
    format!(
        r#"< {{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{{"uri":"{uri}","_meta":{{"io.modelcontextprotocol/subscriptionId":4}}}}}}"#
    )
}

#[test]
fn a_stream_is_what_was_asked_and_what_is_honoured() {
    assert_eq!(
        watched(&fold(&[LISTEN])),
        [
            ("a:b", WatchState::Asked, 0, 0),
            ("c:d", WatchState::Asked, 0, 0)
        ]
    );
    let timeline = fold(&[
        LISTEN,
        ACK,
        &updated("a:b"),
        &updated("a:b/part"),
        &updated("x:y"),
    ]);
    assert_eq!(
        watched(&timeline),
        [
            ("a:b", WatchState::On, 2, 2),
            ("c:d", WatchState::NotHonoured, 0, 0)
        ]
    );
    let subscriptions = &connection(&timeline).subscriptions;
    let stream = &subscriptions.streams[0];
    assert_eq!(
        (stream.state, stream.heard, subscriptions.unasked),
        (StreamState::Open, 3, 1)
    );
    assert_eq!(
        stream.asked.beyond(stream.honoured.as_ref().unwrap()),
        ["c:d"]
    );
    assert_eq!(statuses(&timeline)[0], "pending", "it is open");
}

#[test]
fn how_streams_end_is_told_apart() {
    for (end, state, status) in [
        (
            r#"< {"jsonrpc":"2.0","id":4,"result":{"resultType":"complete"}}"#,
            StreamState::Ended,
            "ok",
        ),
        (
            r#"< {"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":4}}"#,
            StreamState::Ended,
            "cancelled",
        ),
        (
            r#"> {"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":4}}"#,
            StreamState::Closed,
            "cancelled",
        ),
        (
            r#"* {"event":"abandoned","id":4,"why":"no longer wanted"}"#,
            StreamState::Closed,
            "cancelled",
        ),
        (
            r#"* {"event":"unanswered","id":4,"kind":"broken","status":200,"what":"it broke","hint":null}"#,
            StreamState::Lost,
            "http 200",
        ),
        (
            r#"< {"jsonrpc":"2.0","id":4,"error":{"code":-32601,"message":"no"}}"#,
            StreamState::Refused(-32601),
            "-32601",
        ),
        (
            r#"* {"event":"exit","code":0,"signal":null}"#,
            StreamState::Lost,
            "no reply",
        ),
    ] {
        let timeline = fold(&[LISTEN, ACK, end]);
        let stream = &connection(&timeline).subscriptions.streams[0];
        assert_eq!(stream.state, state, "{end}");
        assert_eq!(statuses(&timeline)[0], status, "{end}");
    }
    // What broke off is wanted yet, until it is given up in order.
    let broken = r#"* {"event":"unanswered","id":4,"kind":"broken","status":200,"what":"it broke","hint":null}"#;
    let mut lines = vec![LISTEN, ACK, broken];
    assert_eq!(watched(&fold(&lines))[0].1, WatchState::Lost);
    let again = LISTEN.replace("\"id\":4", "\"id\":5");
    let closed =
        r#"> {"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":5}}"#;
    lines.extend([&*again, closed]);
    assert_eq!(watched(&fold(&lines))[0].1, WatchState::Off);
    // What is gone with its connection is what the next one takes up.
    let timeline = fold(&[LISTEN, ACK, r#"* {"event":"exit","code":0,"signal":null}"#]);
    let wanted: Vec<&str> = connection(&timeline)
        .subscriptions
        .wanted()
        .map(|one| &*one.uri)
        .collect();
    assert_eq!(wanted, ["a:b"]);
}

#[test]
fn the_newest_streams_say_what_is_subscribed() {
    let mut lines = vec![
        LISTEN.to_owned(),
        ACK.to_owned(),
        LISTEN
            .replace("\"id\":4", "\"id\":5")
            .replace("\"a:b\",", ""),
        ACK.replace("Id\":4", "Id\":5").replace("a:b", "c:d"),
    ];
    let states = |lines: &[String]| -> Vec<WatchState> {
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        watched(&fold(&lines)).iter().map(|one| one.1).collect()
    };
    assert_eq!(states(&lines), [WatchState::On, WatchState::On]);
    lines.push(
        r#"> {"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":4}}"#
            .to_owned(),
    );
    assert_eq!(states(&lines), [WatchState::Off, WatchState::On]);
}

#[test]
fn one_by_one_before_2026() {
    let ask = |id: u32, method: &str| {
        format!(
            r#"> {{"jsonrpc":"2.0","id":{id},"method":"resources/{method}","params":{{"uri":"a:b"}}}}"#
        )
    };
    let ok = |id: u32| format!(r#"< {{"jsonrpc":"2.0","id":{id},"result":{{}}}}"#);
    let mut lines = vec![ask(1, "subscribe")];
    let state = |lines: &[String]| {
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let timeline = fold(&lines);
        let one = watched(&timeline)[0];
        (one.1, one.2, one.3)
    };
    assert_eq!(state(&lines), (WatchState::Asked, 0, 0));
    lines.push(ok(1));
    assert_eq!(state(&lines), (WatchState::On, 0, 0));
    lines.push(
        r#"< {"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"a:b"}}"#
            .to_owned(),
    );
    assert_eq!(state(&lines), (WatchState::On, 1, 1));
    lines.extend([
        ask(2, "read"),
        r#"< {"jsonrpc":"2.0","id":2,"result":{"contents":[]}}"#.to_owned(),
    ]);
    assert_eq!(state(&lines), (WatchState::On, 1, 0), "it was read");
    lines.extend([ask(3, "unsubscribe"), ok(3)]);
    assert_eq!(state(&lines), (WatchState::Off, 1, 0));
    lines.extend([
        ask(4, "subscribe"),
        r#"< {"jsonrpc":"2.0","id":4,"error":{"code":-32601,"message":"no"}}"#.to_owned(),
    ]);
    assert_eq!(state(&lines), (WatchState::Refused(-32601), 1, 0));
}

#[test]
fn a_list_says_what_changed_and_why_it_was_fetched() {
    let list = |id: u32| format!(r#"> {{"jsonrpc":"2.0","id":{id},"method":"tools/list"}}"#);
    let page = |id: u32, tools: &str| {
        format!(r#"< {{"jsonrpc":"2.0","id":{id},"result":{{"tools":[{tools}]}}}}"#)
    };
    let changed = r#"< {"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#;
    let lines = [
        list(1),
        page(1, r#"{"name":"a"},{"name":"b"}"#),
        list(2),
        page(2, r#"{"name":"a"},{"name":"b"}"#),
        changed.to_owned(),
        list(3),
        page(3, r#"{"name":"a","title":"A"},{"name":"c"}"#),
        changed.to_owned(),
        list(4),
        page(4, r#"{"name":"a","title":"A"},{"name":"c"}"#),
    ];
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let timeline = fold(&lines);
    let changes = connection(&timeline)
        .list(List::Tools)
        .changes
        .all()
        .to_vec();
    let told: Vec<(Since, String)> = changes.iter().map(|one| (one.since, one.words())).collect();
    assert_eq!(
        told,
        [
            (Since::Announced, "+1 −1 ~1".to_owned()),
            (Since::Announced, String::new())
        ]
    );
    assert_eq!(changes[0].altered[0].members, ["title".into()]);
}

#[test]
fn a_restarted_server_is_held_against_itself() {
    let mut timeline = Timeline::default();
    let lines = [
        r#"* {"event":"connect","name":"s","transport":"stdio","era":"auto"}"#,
        r#"> {"jsonrpc":"2.0","id":1,"method":"tools/list"}"#,
        r#"< {"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"a"}]}}"#,
    ];
    let again = [
        lines[0],
        lines[1],
        r#"< {"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"b"}]}}"#,
    ];
    let other = [
        r#"* {"event":"connect","name":"t","transport":"stdio","era":"auto"}"#,
        lines[1],
        lines[2],
    ];
    for (conn, lines) in [(1, lines), (2, other), (3, again)] {
        for mut entry in entries(&lines) {
            entry.conn = conn;
            entry.seq += u64::from(conn) * 10;
            timeline.push(&entry);
        }
    }
    let words = |conn| -> Vec<String> {
        let list = timeline.state().connection(conn).unwrap().list(List::Tools);
        list.changes.all().iter().map(|one| one.words()).collect()
    };
    assert_eq!(words(3), ["+1 −1"]);
    assert!(words(1).is_empty() && words(2).is_empty());
}

#[test]
fn freshness_ends_with_a_notification() {
    let lines = [
        r#"> {"jsonrpc":"2.0","id":1,"method":"tools/list"}"#,
        r#"< {"jsonrpc":"2.0","id":1,"result":{"tools":[],"nextCursor":"2","ttlMs":9000,"cacheScope":"public"}}"#,
        r#"> {"jsonrpc":"2.0","id":2,"method":"tools/list","params":{"cursor":"2"}}"#,
        r#"< {"jsonrpc":"2.0","id":2,"result":{"tools":[],"ttlMs":5000,"cacheScope":"private"}}"#,
        r#"> {"jsonrpc":"2.0","id":3,"method":"resources/read","params":{"uri":"a:b"}}"#,
        r#"< {"jsonrpc":"2.0","id":3,"result":{"contents":[],"ttlMs":1000,"cacheScope":"public"}}"#,
    ];
    let timeline = fold(&lines);
    let fresh = connection(&timeline).list(List::Tools).fresh.unwrap();
    assert_eq!(
        (fresh.freshness.ttl_ms, fresh.since_us, fresh.agree),
        (5000, 1000, false)
    );
    assert_eq!(connection(&timeline).reads["a:b"].freshness.ttl_ms, 1000);
    let mut lines = lines.to_vec();
    let update = updated("a:b");
    lines.extend([
        &*update,
        r#"< {"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#,
    ]);
    let timeline = fold(&lines);
    assert_eq!(connection(&timeline).list(List::Tools).fresh, None);
    assert!(connection(&timeline).reads.is_empty());
}
