//! Made-up traffic of a busy server: the same every time, the mix of a long session with one chatty tool server.

use std::borrow::Cow;

use jiff::Timestamp;
use mcpscope::session::{Channel, Direction, Entry};

/// Entry number `index` (from 0) of the traffic, its body `size` bytes long.
///
/// Of ten entries six are requests and their answers, one is progress, one a log notification, two are stderr.
pub fn entry(index: u64, size: usize) -> Entry {
    let pair = index / 10 * 3 + index % 10 / 2;
    let tool = pair % 24;
    let (channel, direction, head, tail) = match index % 10 {
        0 | 2 | 4 => (
            Channel::Wire,
            Direction::Out,
            format!(
                r#"{{"jsonrpc":"2.0","id":{pair},"method":"tools/call","params":{{"name":"tool-{tool}","arguments":{{"text":""#
            ),
            r#""},"_meta":{"progressToken":1}}}"#,
        ),
        1 | 3 | 5 => (
            Channel::Wire,
            Direction::In,
            format!(r#"{{"jsonrpc":"2.0","id":{pair},"result":{{"content":[{{"type":"text","text":""#),
            r#""}],"isError":false}}"#,
        ),
        6 => (
            Channel::Wire,
            Direction::In,
            format!(
                r#"{{"jsonrpc":"2.0","method":"notifications/progress","params":{{"progressToken":{pair},"progress":{index},"message":""#
            ),
            r#""}}"#,
        ),
        7 => (
            Channel::Wire,
            Direction::In,
            r#"{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","logger":"db","data":""#
                .to_owned(),
            r#""}}"#,
        ),
        _ => (
            Channel::Stderr,
            Direction::In,
            format!("2026-11-21 10:30:00 INFO request {pair} "),
            "",
        ),
    };
    let fill = size.saturating_sub(head.len() + tail.len());
    let text: String = "the quick brown fox jumps over the lazy dog, "
        .chars()
        .cycle()
        .take(fill)
        .collect();
    Entry {
        seq: index + 1,
        us: index * 250,
        at: Timestamp::from_microsecond(1_795_000_000_000_000 + index as i64 * 250)
            .unwrap_or(Timestamp::UNIX_EPOCH),
        conn: 1,
        channel,
        direction,
        aux: false,
        body: format!("{head}{text}{tail}").into_bytes(),
        ending: Cow::Borrowed("\n"),
        extra: None,
    }
}
