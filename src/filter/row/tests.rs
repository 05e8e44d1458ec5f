//! Every key of the language against rows that have it, and rows that do not.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::*;
use crate::session::recorded::{Place, Recorded};
use crate::session::{Channel, Entry};

/// A session with the bodies of its entries. A line is how long after the one before it in milliseconds, a mark
/// (`>` out, `<` in, `~` ours, `2` stderr, `!` stdout, `p` process, `h` HTTP, `*` note), and the body; `@2` before it
/// is of connection 2.
struct Session {
    timeline: Timeline,
    bodies: Vec<Vec<u8>>,
    us: u64,
    zone: TimeZone,
}

/// 2026-11-21T14:02:00Z
const BEGAN: i64 = 1_795_269_720_000_000;

impl Session {
    fn of(lines: &[&str]) -> Self {
        let mut session = Self {
            timeline: Timeline::default(),
            bodies: Vec::new(),
            us: 0,
            zone: TimeZone::UTC,
        };
        for line in lines {
            session.push(line);
        }
        session
    }

    fn push(&mut self, line: &str) {
        let (conn, line) = line.strip_prefix("@2 ").map_or((1, line), |line| (2, line));
        let (ms, line) = line.split_once(' ').unwrap();
        self.us += ms.parse::<u64>().unwrap() * 1000;
        let (mark, body) = line.split_once(' ').unwrap();
        let (channel, direction) = match mark {
            ">" | "~" => (Channel::Wire, Direction::Out),
            "<" => (Channel::Wire, Direction::In),
            "2" => (Channel::Stderr, Direction::In),
            "!" => (Channel::Stdout, Direction::In),
            "p" => (Channel::Process, Direction::Here),
            "h" => (Channel::Http, Direction::Here),
            _ => (Channel::Note, Direction::Here),
        };
        let seq = self.bodies.len() as u64 + 1;
        let entry = Entry {
            seq,
            us: self.us,
            at: Timestamp::from_microsecond(BEGAN + self.us as i64).unwrap(),
            conn,
            channel,
            direction,
            aux: mark == "~",
            body: body.as_bytes().to_vec(),
            ending: Cow::Borrowed("\n"),
            extra: None,
        };
        let place = Place {
            offset: seq * 100,
            length: 100,
        };
        self.timeline.push(&Recorded::of(&entry, place));
        self.bodies.push(entry.body);
    }

    fn world<'a>(&'a self, marks: &'a dyn Fn(u64) -> Option<char>) -> World<'a> {
        World {
            timeline: &self.timeline,
            zone: &self.zone,
            marks,
            findings: Some(&|seq| seq == 9),
            newest: newest(&self.timeline),
        }
    }

    /// Numbers of the first entries of the items that pass.
    fn passing(&self, filter: &str, items: impl IntoIterator<Item = Item>) -> Vec<u64> {
        let marks = |seq| (seq == 3).then_some('a');
        let world = self.world(&marks);
        let mut sieve = Sieve::new(Filter::parse(filter).unwrap());
        let mut body = |entry: EntryIndex| self.bodies[entry as usize].clone();
        items
            .into_iter()
            .filter(|item| row_with(&mut sieve, *item, &world, &mut body))
            .map(|item| u64::from(Sieve::first_entry(item, &self.timeline).unwrap()) + 1)
            .collect()
    }

    fn pairs(&self, filter: &str) -> Vec<u64> {
        self.passing(
            filter,
            self.timeline.rows().iter().map(|row| Item::Pair(*row)),
        )
    }

    fn frames(&self, filter: &str) -> Vec<u64> {
        self.passing(
            filter,
            self.timeline
                .frames()
                .iter()
                .map(|frame| Item::Frame(*frame)),
        )
    }

    fn logs(&self, filter: &str) -> Vec<u64> {
        self.passing(
            filter,
            self.timeline.logs().iter().map(|log| Item::Log(*log)),
        )
    }

    fn http(&self, filter: &str) -> Vec<u64> {
        self.passing(
            filter,
            self.timeline
                .hops()
                .rows()
                .iter()
                .map(|row| Item::Http(*row)),
        )
    }
}

fn sample() -> Session {
    Session::of(&[
        /*  1 */
        r#"0 * {"event":"connect","name":"db","transport":"stdio","command":["db"]}"#,
        /*  2 */ r#"0 ~ {"jsonrpc":"2.0","id":1,"method":"tools/list"}"#,
        /*  3 */
        r#"5 > {"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"weather","arguments":{"city":"Oslo"}}}"#,
        /*  4 */ r#"5 < {"jsonrpc":"2.0","id":1,"result":{"tools":[]}}"#,
        /*  5 */
        r#"120 < {"jsonrpc":"2.0","id":2,"result":{"content":[{"type":"text","text":"sunny"}]}}"#,
        /*  6 */
        r#"10 > {"jsonrpc":"2.0","id":"x7","method":"tools/call","params":{"name":"Write File","arguments":{"n":3}}}"#,
        /*  7 */
        r#"2000 < {"jsonrpc":"2.0","id":"x7","result":{"isError":true,"content":[{"type":"text","text":"no such file"}]}}"#,
        /*  8 */
        r#"10 > {"jsonrpc":"2.0","id":8,"method":"resources/read","params":{"uri":"file:///tmp/a.txt"}}"#,
        /*  9 */ r#"10 < {"jsonrpc":"2.0","id":8,"error":{"code":-32602,"message":"nope"}}"#,
        /* 10 */
        r#"10 > {"jsonrpc":"2.0","id":9,"method":"prompts/get","params":{"name":"greet"}}"#,
        /* 11 */
        r#"10 < {"jsonrpc":"2.0","method":"notifications/message","params":{"level":"warning","data":"disk"}}"#,
        /* 12 */ r"10 ! npm notice",
        /* 13 */ r"10 2 ERROR: no such table",
        /* 14 */
        r#"10 < {"jsonrpc":"2.0","id":77,"method":"sampling/createMessage","params":{}}"#,
        /* 15 */ r#"10 < {"jsonrpc":"2.0","id":1,"result":{}}"#,
        /* 16 */ r#"10 * {"event":"by-hand","frame":10}"#,
        /* 17 */
        r#"@2 60000 * {"event":"connect","name":"ev","transport":"stdio","command":["ev"]}"#,
        /* 18 */
        r#"@2 10 > {"jsonrpc":"2.0","id":1,"method":"tasks/get","params":{"taskId":"t"}}"#,
        /* 19 */ r#"@2 10 p {"event":"exit","code":3}"#,
    ])
}

/// Every key has a case, with the rows it lets through.
#[test]
fn every_key_lets_its_rows_through() {
    let session = sample();
    let cases: &[(&str, &[u64])] = &[
        ("method:tools/call", &[3, 6]),
        ("method:tools/*", &[2, 3, 6]),
        ("method~^(tools|prompts)/", &[2, 3, 6, 10]),
        ("tool:weather", &[3]),
        ("tool:write*", &[6]),
        ("tool:\"Write File\",weather", &[3, 6]),
        ("uri:file:///tmp/*", &[8]),
        ("prompt:greet", &[10]),
        ("srv:ev", &[17, 18, 19]),
        ("srv:2 method:*", &[17, 18, 19]),
        ("id:2", &[3]),
        ("id:x7,9", &[6, 10]),
        ("id:8..9", &[8, 10]),
        ("code:-32602", &[8]),
        ("code:-32700..-32600", &[8]),
        ("mark:a", &[3]),
        ("dir:in", &[11, 12, 14, 15]),
        ("dir:out", &[2, 3, 6, 8, 10, 18]),
        ("kind:request", &[2, 3, 6, 8, 10, 14, 18]),
        ("kind:response", &[2, 3, 6, 8, 15]),
        ("kind:notification", &[11]),
        ("kind:junk", &[12]),
        ("kind:life", &[1, 16, 17, 19]),
        ("status:ok", &[2, 3]),
        ("status:tool-error", &[6]),
        ("status:rpc-error", &[8]),
        ("status:pending", &[10, 14]),
        ("status:no-reply", &[18]),
        ("status:error", &[6, 8, 12, 15, 18, 19]),
        ("level:warning..", &[11, 12, 19]),
        ("is:aux", &[2]),
        ("is:marked", &[3]),
        ("is:slow", &[6]),
        ("is:lint", &[8, 12, 15]),
        ("is:replayed", &[10]),
        ("is:task", &[18]),
        ("time>100ms", &[3, 6]),
        ("time:..100ms", &[2, 8, 18]),
        ("size>=190", &[6]),
        ("at:14:03", &[17, 18, 19]),
        ("at:14:02:02..14:02:03 kind:request", &[6, 8, 10, 14]),
        ("at:2026-11-22T00:00..", &[]),
        ("since:1s", &[17, 18, 19]),
        ("since:#15", &[15, 16, 17, 18, 19]),
        ("since:14:03", &[17, 18, 19]),
        ("text~no.such", &[6]),
        ("text:sunny,nope", &[3, 8]),
        ("$.params.arguments.city=Oslo", &[3]),
        ("$.params.arguments.n>2", &[6]),
        ("$..message~^n", &[8]),
        ("oslo", &[3]),
        ("-method:* -dir:in", &[]),
        ("( tool:weather | uri:* ) -status:ok", &[8]),
        ("-(kind:request | kind:life)", &[11, 12, 15]),
        ("", &[1, 2, 3, 6, 8, 10, 11, 12, 14, 15, 16, 17, 18, 19]),
    ];
    for (filter, expected) in cases {
        assert_eq!(session.pairs(filter), *expected, "{filter}");
    }
    for row in super::super::KEYS {
        let used = cases.iter().any(|(filter, _)| filter.contains(row.name));
        assert!(used, "{} has no case", row.name);
    }
}

#[test]
fn the_other_lists_are_filtered_by_what_they_show() {
    let session = sample();
    assert_eq!(session.frames("kind:response"), [4, 5, 7, 9, 15]);
    assert_eq!(session.frames("status:error kind:request"), [6, 8, 18]);
    assert_eq!(session.frames("sunny"), [5]);
    assert_eq!(session.logs("level:error.."), [13, 19]);
    assert_eq!(session.logs("kind:stderr"), [13]);
    assert_eq!(session.logs("status:error"), [12, 13, 19]);
    assert_eq!(session.logs("\"no such\""), [13]);
    assert_eq!(session.logs("srv:ev"), [17, 19]);
}

#[test]
fn steps_of_http_are_filtered_by_status_and_what_they_carry() {
    let session = Session::of(&[
        r#"0 > {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo"}}"#,
        r#"0 h {"event":"http-request","exchange":1,"method":"POST","url":"http://h/mcp","size":70,"frame":1,"why":"message"}"#,
        r#"40 h {"event":"http-response","exchange":1,"status":404,"headers":[],"first_byte_us":40000}"#,
        r#"1 h {"event":"http-end","exchange":1,"size":9,"took_us":41000}"#,
    ]);
    let all = session.http("");
    assert_eq!(session.http("code:404"), all);
    assert_eq!(
        session.http("kind:http status:error method:tools/call"),
        all
    );
    assert_eq!(session.http("status:ok"), [0_u64; 0]);
    assert!(!all.is_empty());
}

#[test]
fn bodies_are_asked_for_when_nothing_else_tells() {
    let session = sample();
    let none = |_| None;
    let world = session.world(&none);
    let weather = Item::Pair(session.timeline.rows()[2]);
    let mut answers = Answers::new();
    for (filter, truth) in [
        ("weather", Truth::Yes),
        ("sunny", Truth::Unread),
        ("sunny method:x", Truth::No),
        ("( sunny | method:tools/call )", Truth::Yes),
        ("-text:sunny", Truth::Unread),
    ] {
        let mut sieve = Sieve::new(Filter::parse(filter).unwrap());
        assert_eq!(sieve.row(weather, &world, &answers), truth, "{filter}");
    }
    // Known of the request only: the response may still have it.
    let mut sieve = Sieve::new(Filter::parse("sunny").unwrap());
    let leaf = sieve.leaves()[0].clone();
    answers.of(&leaf).read_to(4);
    assert_eq!(sieve.row(weather, &world, &answers), Truth::Unread);
    answers.of(&leaf).read_to(5);
    assert_eq!(sieve.row(weather, &world, &answers), Truth::No);
}

#[test]
fn what_is_not_in_the_shorter_is_not_in_the_longer() {
    let mut found = Found::default();
    for entry in [3, 64, 69] {
        found.put(entry);
    }
    found.read_to(70);
    let refined = found.refined();
    let open: Vec<EntryIndex> = (0..75).filter(|entry| !refined.has_seen(*entry)).collect();
    assert_eq!(open, [3, 64, 69, 70, 71, 72, 73, 74]);
    let holds = |one: &Found| (0..75).filter(|entry| one.has(*entry)).collect::<Vec<_>>();
    assert_eq!((holds(&found), holds(&refined)), (vec![3, 64, 69], vec![]));
}

#[test]
fn a_row_lends_the_terms_it_passes() {
    let session = sample();
    let mut lent = Vec::new();
    for row in session.timeline.rows() {
        for column in [Key::Method, Key::Tool, Key::Srv, Key::Status] {
            if let Some(term) = said_of(Item::Pair(*row), column, &session.timeline) {
                let text = term.to_string();
                let first = session.timeline.entry_of(*row).unwrap();
                assert!(
                    session.pairs(&text).contains(&(u64::from(first) + 1)),
                    "{text}"
                );
                lent.push(text);
            }
        }
    }
    for expected in [
        "method:tools/call",
        "tool:\"Write File\"",
        "uri:file:///tmp/a.txt",
        "srv:db",
        "status:tool-error",
        "kind:junk",
    ] {
        assert!(
            lent.iter().any(|text| text == expected),
            "{expected} in {lent:?}"
        );
    }
}

proptest! {
    #[test]
    fn negation_and_groups_are_what_they_say(
        a in prop_oneof!["method:tools/\\*", "status:error", "dir:in", "oslo", "time>50ms"],
        b in prop_oneof!["kind:request", "sunny", "srv:db", "size>100"],
    ) {
        let session = sample();
        let (all, with_a, with_b) = (session.pairs(""), session.pairs(&a), session.pairs(&b));
        let of = |keep: &dyn Fn(&u64) -> bool| all.iter().copied().filter(|row| keep(row)).collect::<Vec<_>>();
        prop_assert_eq!(session.pairs(&format!("-{a}")), of(&|row| !with_a.contains(row)));
        prop_assert_eq!(session.pairs(&format!("{a} {b}")), of(&|row| with_a.contains(row) && with_b.contains(row)));
        prop_assert_eq!(session.pairs(&format!("({a} | {b})")), of(&|row| with_a.contains(row) || with_b.contains(row)));
    }
}

/// Whether a row is let through, when bodies are read at once: `body` has that of an entry.
fn row_with(
    sieve: &mut Sieve,
    item: Item,
    world: &World<'_>,
    body: &mut dyn FnMut(EntryIndex) -> Vec<u8>,
) -> bool {
    let mut answers = Answers::new();
    match sieve.row(item, world, &answers) {
        Truth::Yes => return true,
        Truth::No => return false,
        Truth::Unread => {}
    }
    let end = world.timeline.entries().len() as EntryIndex;
    for leaf in sieve.leaves() {
        answers.of(leaf).read_to(end);
    }
    for entry in Sieve::entries(item, world.timeline) {
        let bytes = body(entry);
        for (leaf, found) in answers.iter_mut() {
            if leaf.holds(&bytes) {
                found.put(entry);
            }
        }
    }
    sieve.row(item, world, &answers) == Truth::Yes
}
