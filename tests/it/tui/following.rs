//! What goes on without being asked again, on the screen: lists that change, subscriptions, tasks, freshness, Apps.

use insta::assert_snapshot;
use mcpscope::inspector::{Command, Update};
use mcpscope::mcp::client::{End, Wish};
use mcpscope::mcp::types::List;
use mcpscope::session::Direction;
use mcpscope::unfinished::{Change, Unfinished};

use crate::support::screen::{SIZES, Screen};

const TOOLS: &str = r#"[{"name":"echo","inputSchema":{"type":"object"}},
  {"name":"slow","description":"Takes a while","execution":{"taskSupport":"optional"},"inputSchema":{"type":"object"}},
  {"name":"must","execution":{"taskSupport":"required"},"inputSchema":{"type":"object"}},
  {"name":"chart","description":"Draws","_meta":{"ui":{"resourceUri":"ui://chart/view","visibility":["app"]}},"inputSchema":{"type":"object"}}]"#;
const CAPABILITIES: &str = r#"{"tools":{"listChanged":true},"resources":{"subscribe":true},"tasks":{"list":{},"cancel":{},"requests":{"tools":{"call":{}}}},"extensions":{"com.example/x":{}}}"#;
const RESOURCES: &str = r#"[{"uri":"file:///log","name":"log","mimeType":"text/plain"},
  {"uri":"ui://chart/view","name":"view","mimeType":"text/html","_meta":{"ui":{"csp":{"connectDomains":["https://api.example"]},"permissions":{"camera":{}}}}}]"#;

fn connected(size: (u16, u16)) -> Screen {
    let mut screen = Screen::live(size);
    screen.press("Enter");
    screen.greets(CAPABILITIES);
    screen.lists(List::Tools, &TOOLS.replace('\n', ""));
    screen.lists(List::Resources, &RESOURCES.replace('\n', ""));
    screen.sent.clear();
    screen
}

fn snap(name: &str, size: (u16, u16), screen: &Screen) {
    screen.is_sound(name);
    let text = without_hours(&screen.text());
    assert_snapshot!(format!("{name}-{}x{}", size.0, size.1), text);
}

/// What the clock says is another thing every time: `14:02:41` becomes `--:--:--`.
fn without_hours(text: &str) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    let is_hour = |part: &[char]| {
        let fits = |(place, c): (usize, &char)| match place {
            2 | 5 => *c == ':',
            _ => c.is_ascii_digit(),
        };
        part.iter().enumerate().all(fits)
    };
    for at in 0..chars.len().saturating_sub(7) {
        if is_hour(&chars[at..at + 8]) {
            chars.splice(at..at + 8, "--:--:--".chars());
        }
    }
    chars.into_iter().collect()
}

#[test]
fn check_58_a_badge_says_that_a_list_changed_and_what() {
    for size in SIZES {
        let mut screen = connected(size).keys("2 j");
        assert!(screen.cursor_line().contains("slow"));
        screen.wire(
            Direction::In,
            r#"{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#,
        );
        let changed = r#"[{"name":"new","inputSchema":{"type":"object"}},
            {"name":"slow","description":"Takes an hour","execution":{"taskSupport":"optional"},"inputSchema":{"type":"object"}},
            {"name":"must","execution":{"taskSupport":"required"},"inputSchema":{"type":"object"}},
            {"name":"chart","description":"Draws","_meta":{"ui":{"resourceUri":"ui://chart/view","visibility":["app"]}},"inputSchema":{"type":"object"}}]"#;
        screen.lists(List::Tools, &changed.replace('\n', ""));
        assert!(
            screen.line(1).contains("Tools 4 +1 −1 ~1"),
            "{}",
            screen.text()
        );
        assert!(
            screen.cursor_line().contains("slow"),
            "the selection is kept"
        );
        screen.press("=");
        snap("changes", size, &screen);
        screen.press("j Enter");
        assert!(screen.cursor_line().contains("new"), "{}", screen.text());
        assert!(!screen.line(1).contains("+1"), "it was looked at");
        screen.press("3 =");
        assert!(
            screen.status().contains("no resources changed"),
            "{}",
            screen.status()
        );
    }
}

#[test]
fn resources_are_subscribed_to_and_their_updates_counted() {
    for size in SIZES {
        let mut screen = connected(size).keys("3 s");
        assert_eq!(
            screen.sent,
            [Command::Subscribe {
                conn: 1,
                uri: "file:///log".to_owned(),
                on: true
            }]
        );
        screen.wire(
            Direction::Out,
            r#"{"jsonrpc":"2.0","id":20,"method":"resources/subscribe","params":{"uri":"file:///log"}}"#,
        );
        screen.wire(Direction::In, r#"{"jsonrpc":"2.0","id":20,"result":{}}"#);
        for _ in 0..3 {
            screen.wire(
                Direction::In,
                r#"{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"file:///log"}}"#,
            );
        }
        assert!(screen.cursor_line().contains("◉ 3"), "{}", screen.text());
        snap("subscribed", size, &screen);
        screen.press("7 [");
        snap("subscriptions", size, &screen);
        screen.sent.clear();
        screen.press("s");
        assert!(matches!(
            &screen.sent[..],
            [Command::Subscribe { on: false, .. }]
        ));
        screen.press("2 s");
        assert!(
            screen.status().contains("only resources"),
            "{}",
            screen.status()
        );
    }
}

/// Calls `slow` as a task, up to the answer that makes it one.
fn task(size: (u16, u16)) -> (Screen, u64) {
    let mut screen = connected(size).keys("2 j Enter Esc t");
    let [Command::Call { call, .. }] = &screen.sent[..] else {
        panic!("{:?} {}", screen.sent, screen.status());
    };
    let params = call.params.clone().unwrap();
    assert_eq!(params, r#"{"name":"slow","arguments":{},"task":{}}"#);
    let ticket = call.ticket;
    let seq = screen.wire(
        Direction::Out,
        &format!(r#"{{"jsonrpc":"2.0","id":30,"method":"tools/call","params":{params}}}"#),
    );
    screen.update(Update::Sent { ticket, seq });
    screen.wire(
        Direction::In,
        r#"{"jsonrpc":"2.0","id":30,"result":{"task":{"taskId":"t1","status":"working","statusMessage":"half\u0007way","ttl":60000,"pollInterval":500}}}"#,
    );
    screen.sent.clear();
    (screen, ticket)
}

#[test]
fn a_call_becomes_a_task_and_has_its_result() {
    for size in SIZES {
        let (mut screen, ticket) = task(size);
        assert!(screen.model.is_waiting(), "its time counts");
        assert!(screen.contains("task working"), "{}", screen.text());
        screen.press("7 ] ]");
        snap("tasks", size, &screen);
        screen.press("c");
        assert_eq!(
            screen.sent,
            [Command::Task {
                conn: 1,
                id: "t1".to_owned(),
                wish: Wish::Cancel
            }]
        );
        for (id, method, result) in [
            (31, "tasks/get", r#"{"taskId":"t1","status":"completed"}"#),
            (
                32,
                "tasks/result",
                r#"{"content":[{"type":"text","text":"done at last"}]}"#,
            ),
        ] {
            screen.wire(
                Direction::Out,
                &format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"{method}","params":{{"taskId":"t1"}}}}"#),
            );
            screen.wire(
                Direction::In,
                &format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{result}}}"#),
            );
        }
        let seq = screen.model.world.timeline.entries().last().unwrap().seq();
        screen.update(Update::Finished {
            ticket,
            end: End::Answered,
            seq: Some(seq),
        });
        assert!(!screen.model.is_waiting());
        screen.press("2");
        assert!(screen.contains("done at last"), "{}", screen.text());
        assert!(screen.contains("task completed"), "{}", screen.text());
    }
}

#[test]
fn a_tool_that_must_be_a_task_is_and_others_say_why_not() {
    let mut screen = connected(SIZES[1]).keys("2 j j Enter Esc r");
    let [Command::Call { call, .. }] = &screen.sent[..] else {
        panic!("{:?}", screen.sent);
    };
    assert!(call.params.as_ref().unwrap().ends_with(r#","task":{}}"#));
    screen.sent.clear();
    screen.press("Esc g g Enter Esc t");
    assert!(screen.sent.is_empty());
    assert!(
        screen
            .status()
            .contains("does not say that it can be called as a task"),
        "{}",
        screen.status()
    );
}

#[test]
fn obligation_28_tasks_of_an_earlier_run_are_offered_and_nothing_is_sent_for_them() {
    for size in SIZES {
        let mut screen = connected(size);
        let server = screen.model.world.servers[0].identity.clone().unwrap();
        let one = Unfinished {
            task: "old".into(),
            shape: mcpscope::mcp::tasks::Shape::Core,
            what: "tools/call slow".into(),
            at: jiff::Timestamp::from_second(1_795_269_000).unwrap(),
        };
        screen
            .shelves
            .tasks
            .save(&server, &[Change::Put(one)])
            .unwrap();
        screen.update(Update::Ready { conn: 1 });
        assert!(screen.sent.is_empty(), "only who wants it asks after it");
        screen.press("7 ] ]");
        snap("offered", size, &screen);
        screen.press("f");
        assert_eq!(
            screen.sent,
            [Command::Task {
                conn: 1,
                id: "old".to_owned(),
                wish: Wish::Follow
            }]
        );
        screen.note(&mcpscope::note::Note::TaskLeft {
            task: "old".to_owned(),
            why: mcpscope::mcp::tasks::UNKNOWN.to_owned(),
        });
        assert!(screen.contains("No tasks."), "{}", screen.text());
        assert!(screen.shelves.tasks.load(&server).unwrap().is_empty());
    }
}

#[test]
fn obligation_28_what_has_not_ended_is_kept_and_what_has_is_dropped() {
    let (mut screen, _) = task(SIZES[0]);
    let server = screen.model.world.servers[0].identity.clone().unwrap();
    let kept = screen.shelves.tasks.load(&server).unwrap();
    assert_eq!(
        (kept.len(), &*kept[0].task, &*kept[0].what),
        (1, "t1", "tools/call slow")
    );
    screen.wire(
        Direction::In,
        r#"{"jsonrpc":"2.0","method":"notifications/tasks/status","params":{"taskId":"t1","status":"failed"}}"#,
    );
    assert!(screen.shelves.tasks.load(&server).unwrap().is_empty());
}

#[test]
fn obligation_19_what_is_fresh_is_said_and_asked_for_all_the_same() {
    let mut screen = connected(SIZES[1]).keys("3 Enter");
    for id in [40, 41] {
        let ticket = match &screen.sent[..] {
            [Command::Call { call, .. }] => call.ticket,
            other => panic!("{other:?}"),
        };
        screen.sent.clear();
        let seq = screen.wire(
            Direction::Out,
            &format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"resources/read","params":{{"uri":"file:///log"}}}}"#),
        );
        screen.update(Update::Sent { ticket, seq });
        let seq = screen.wire(
            Direction::In,
            &format!(
                r#"{{"jsonrpc":"2.0","id":{id},"result":{{"contents":[{{"uri":"file:///log","text":"one"}}],"ttlMs":60000,"cacheScope":"private"}}}}"#
            ),
        );
        let end = End::Answered;
        screen.update(Update::Finished {
            ticket,
            end,
            seq: Some(seq),
        });
        assert!(screen.contains("fresh until "), "{}", screen.text());
        assert!(screen.contains(", private; mcpscope asks anew all the same"));
        screen.press("Enter");
    }
}

#[test]
fn apps_are_told_of_and_never_rendered() {
    for size in SIZES {
        let screen = connected(size).keys("2 G Enter Esc ] ] ]");
        snap("app-tool", size, &screen);
        let screen = connected(size).keys("3 G Tab");
        snap("app-page", size, &screen);
    }
}

#[test]
fn extensions_of_either_side_stand_in_the_overview() {
    let screen = connected(SIZES[1]).keys("1");
    assert!(
        screen.contains("com.example/x (not declared by"),
        "{}",
        screen.text()
    );
}

#[test]
fn an_open_stream_makes_nothing_tick() {
    let mut screen = connected(SIZES[0]);
    screen.wire(
        Direction::Out,
        r#"{"jsonrpc":"2.0","id":50,"method":"subscriptions/listen","params":{"notifications":{"toolsListChanged":true}}}"#,
    );
    assert!(!screen.model.is_waiting());
    screen.press("7 ]");
    assert!(screen.contains("Running 0"), "{}", screen.text());
}
