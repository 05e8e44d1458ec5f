//! The Traffic view on small sessions: what it draws, and what actions make of it.

use super::*;
use crate::session::timeline::Row;
use crate::tui::effect::{Source, Subject};
use crate::tui::pane::Go;
use crate::tui::panes::stream::fixture::{Stage, clock};

mod narrowed;
mod rows;

/// What a row says, without what happened meanwhile.
fn itself(subject: Subject) -> Subject {
    match subject {
        Subject::Row { of, .. } => *of,
        subject => subject,
    }
}

const SESSION: &[&str] = &[
    r#"* {"event":"connect","name":"everything","transport":"stdio","era":"auto"}"#,
    r#"* {"event":"spawn","pid":7,"command":["everything"]}"#,
    r#"~ {"jsonrpc":"2.0","id":0,"method":"tools/list"}"#,
    r#"< {"jsonrpc":"2.0","id":0,"result":{"tools":[]}}"#,
    r#"> {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"create-issue"}}"#,
    r#"< {"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","logger":"db","data":"retry 2"}}"#,
    r#"< {"jsonrpc":"2.0","id":1,"result":{"isError":true,"content":[]}}"#,
    r#"< {"jsonrpc":"2.0","id":"s-3","method":"elicitation/create"}"#,
    r#"> {"jsonrpc":"2.0","id":"s-3","error":{"code":-32601,"message":"no"}}"#,
    "! starting\tserver \u{1b}[31mv1",
    "2 a line of stderr",
    r#"< {"jsonrpc":"2.0","id":9,"result":{}}"#,
    r#"> {"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"long-task","_meta":{"progressToken":2}}}"#,
    r#"< {"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":2,"progress":3,"total":5}}"#,
];

fn pane(follow: bool) -> Traffic {
    Traffic::new(clock(), follow)
}

fn source(seq: u64) -> Source {
    Source {
        seq,
        place: crate::session::recorded::Place {
            offset: (seq - 1) * 100,
            length: 100,
        },
        revealed: false,
    }
}

fn selected(pane: &Traffic) -> Option<usize> {
    pane.stream().selected()
}

const OVER_HTTP: &[&str] = &[
    r#"* {"event":"connect","name":"far","transport":"http","era":"auto"}"#,
    r#"h {"event":"address","url":"http://h/mcp","transport":"auto","headers":[],"insecure":false}"#,
    r#"> {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a"}}"#,
    r#"h {"event":"http-request","exchange":1,"method":"POST","url":"http://h/mcp","size":70,"frame":3,"why":"message"}"#,
    r#"h {"event":"http-response","exchange":1,"status":200,"headers":[["content-type","text/event-stream"]],"connect_us":1500,"first_byte_us":2000}"#,
    r#"h {"event":"http-event","exchange":1,"type":"message","size":38}"#,
    r#"< {"jsonrpc":"2.0","id":1,"result":{}}"#,
    r#"h {"event":"http-end","exchange":1,"size":64,"took_us":3000}"#,
    r#"h {"event":"http-request","exchange":2,"method":"GET","url":"http://h/mcp","size":0,"why":"server's own messages"}"#,
    r#"h {"event":"http-response","exchange":2,"status":502,"first_byte_us":2000}"#,
    r#"h {"event":"http-end","exchange":2,"size":0,"took_us":3000,"error":"cut"}"#,
];

/// The lines of the list, without their clock.
fn list(stage: &Stage, pane: &mut Traffic) -> Vec<String> {
    let (screen, ..) = stage.show(pane, 160, 40);
    screen
        .lines()
        .skip(2)
        .take_while(|line| !line.starts_with('━'))
        .filter(|line| !line.trim().is_empty())
        .map(|line| {
            let words: Vec<&str> = line
                .split_whitespace()
                .filter(|word| *word != "▸")
                .collect();
            words
                .iter()
                .filter(|word| !word.contains("14:02:") && !word.starts_with('+'))
                .copied()
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect()
}

#[test]
fn every_frame_and_every_exchange_have_lists_of_their_own() {
    let stage = Stage::of(OVER_HTTP);
    let mut pane = pane(false);
    stage.show(&mut pane, 160, 40);
    let act = |pane: &mut Traffic, action| {
        pane.action(action, &stage.ctx());
    };
    act(&mut pane, Action::NextTab);
    assert_eq!(
        list(&stage, &mut pane),
        [
            "3 C→S tools/call a 1 request – 68 B",
            "7 S→C answer to tools/call a 1 ok 480 ms 36 B",
        ]
    );
    act(&mut pane, Action::NextTab);
    assert_eq!(
        list(&stage, &mut pane),
        [
            "2 ** server at http://h/mcp",
            "4 C→S POST h/mcp tools/call a sse 1 event connect 1.5 ms first byte 2.0 ms #1 200 3.0 ms 70 B → 64 B",
            "6 S→C event message, 38 bytes #1 event – –",
            "9 C→S GET h/mcp server's own messages first byte 2.0 ms #2 502 cut 3.0 ms 0 B → 0 B",
        ]
    );
    // From one list to another it is the same moment.
    act(&mut pane, Action::NextTab);
    act(&mut pane, Action::Top);
    act(&mut pane, Action::Down);
    act(&mut pane, Action::Down);
    assert_eq!(pane.at(&stage.ctx()), Some(At::Pair(Row::Exchange(0))));
    act(&mut pane, Action::PreviousTab);
    assert_eq!(
        pane.title(&stage.ctx()),
        "#4 POST h/mcp tools/call a sse 1 event connect 1.5 ms first byte 2.0 ms"
    );
    act(&mut pane, Action::NextError);
    assert_eq!(
        pane.at(&stage.ctx())
            .and_then(|at| at.entry(&stage.timeline)),
        Some(8)
    );
    assert!(pane.action(Action::NextError, &stage.ctx()).say.is_some());
}

#[test]
fn a_pair_over_http_shows_its_exchange_and_the_other_way_round() {
    let stage = Stage::of(OVER_HTTP);
    let mut pane = pane(false);
    stage.show(&mut pane, 160, 40);
    let subject = |pane: &mut Traffic| {
        let (_, _, effects) = stage.show(pane, 160, 40);
        effects.into_iter().find_map(|effect| match effect {
            Effect::Build { subject, .. } => Some(itself(subject)),
            _ => None,
        })
    };
    pane.action(Action::Down, &stage.ctx());
    pane.action(Action::Down, &stage.ctx());
    let steps: std::sync::Arc<[Source]> = [4, 5, 6, 8].map(source).into();
    let carries = Some((source(3), Some(source(7))));
    assert_eq!(
        subject(&mut pane),
        Some(Subject::Http {
            carries,
            steps: std::sync::Arc::clone(&steps),
            first: false,
        })
    );
    pane.action(Action::PreviousTab, &stage.ctx());
    pane.action(Action::PreviousTab, &stage.ctx());
    assert_eq!(
        subject(&mut pane),
        Some(Subject::Http {
            carries,
            steps,
            first: true,
        })
    );
    // A frame alone is only what it says.
    pane.action(Action::PreviousTab, &stage.ctx());
    assert_eq!(
        subject(&mut pane),
        Some(Subject::Messages {
            first: source(3),
            second: None,
        })
    );
}

#[test]
fn what_we_sent_can_be_sent_again_and_nothing_else() {
    let mut stage = Stage::of(SESSION);
    let mut pane = pane(false);
    stage.show(&mut pane, 120, 30);
    let go = |pane: &Traffic, action, stage: &Stage| pane.why_not(action, &stage.ctx());
    assert!(go(&pane, Action::Resend, &stage).is_some(), "a note");
    for _ in 0..3 {
        pane.action(Action::Down, &stage.ctx());
    }
    assert_eq!(
        pane.action(Action::Resend, &stage.ctx()).go,
        Some(Go::Again(4, false))
    );
    assert_eq!(
        pane.action(Action::EditResend, &stage.ctx()).go,
        Some(Go::Again(4, true))
    );
    pane.action(Action::Down, &stage.ctx());
    let why = go(&pane, Action::Resend, &stage).unwrap_or_default();
    assert!(why.contains("only what we sent"), "{why}");
    stage.live = false;
    pane.action(Action::Up, &stage.ctx());
    assert!(
        go(&pane, Action::Resend, &stage)
            .unwrap_or_default()
            .contains("recording")
    );
}

#[test]
fn two_panes_from_100_columns() {
    let stage = Stage::of(SESSION);
    let (screen, cursor, effects) = stage.show(&mut pane(true), 120, 30);
    assert_eq!(screen, WIDE_SCREEN);
    assert_eq!(cursor, Some(Position::new(0, 11)));
    let [Effect::Build { subject, .. }] = &effects[..] else {
        panic!("{effects:?}")
    };
    let only = Subject::Messages {
        first: source(14),
        second: None,
    };
    assert_eq!(*subject, only);
}

#[test]
fn rows_of_two_lines_below() {
    let mut stage = Stage::of(SESSION);
    stage.push(&[r#"* {"event":"exit","code":3,"signal":null}"#]);
    let mut pane = pane(true);
    let (screen, cursor, effects) = stage.show(&mut pane, 80, 20);
    assert_eq!(screen, NARROW_SCREEN);
    assert_eq!(cursor, Some(Position::new(0, 17)));
    // The beginnings of requests and of the answer without a question; no body is built before somebody looks.
    let wanted: Vec<Source> = [3, 5, 8, 12, 13].map(source).to_vec();
    assert_eq!(effects, [Effect::Previews(wanted)]);
    // Another connection brings a column that tells them apart.
    stage.push(&[r#"@2 * {"event":"connect","name":"weather","transport":"stdio","era":"auto"}"#]);
    let (screen, ..) = stage.show(&mut pane, 80, 20);
    assert!(
        screen.contains(" weather  **  mcpscope: connect"),
        "{screen}"
    );
}

#[test]
fn the_answer_joins_the_request_that_is_looked_at() {
    let mut stage = Stage::of(&SESSION[..5]);
    let mut pane = pane(true);
    let built = |effects: &[Effect]| match effects {
        [Effect::Build { subject, .. }] => Some(itself(subject.clone())),
        [] => None,
        other => panic!("{other:?}"),
    };
    let pair = |second| {
        Some(Subject::Messages {
            first: source(5),
            second,
        })
    };
    assert_eq!(built(&stage.show(&mut pane, 120, 30).2), pair(None));
    assert_eq!(built(&stage.show(&mut pane, 120, 30).2), None);
    pane.action(Action::OpenRow, &stage.ctx());
    stage.push(&SESSION[5..]);
    assert_eq!(
        built(&stage.show(&mut pane, 120, 30).2),
        pair(Some(source(7)))
    );
    assert_eq!(built(&stage.show(&mut pane, 120, 30).2), None);
}

#[test]
fn follows_until_somebody_moves_up() {
    let mut stage = Stage::of(SESSION);
    let mut pane = pane(true);
    assert!(stage.title(&mut pane, 80, 20).ends_with(" FOLLOW ━"));
    pane.action(Action::Up, &stage.ctx());
    let before = pane.row(&stage.ctx());
    stage.push(&SESSION[4..14]);
    let title = stage.title(&mut pane, 80, 20);
    assert!(title.ends_with("went wrong · 7 new below ━"), "{title}");
    assert_eq!(pane.row(&stage.ctx()), before);
    pane.action(Action::FollowTraffic, &stage.ctx());
    assert!(stage.title(&mut pane, 80, 20).ends_with(" FOLLOW ━"));
    assert_eq!(selected(&pane), Some(stage.timeline.rows().len() - 1));
    // Whoever reads a message keeps it while others arrive.
    pane.action(Action::OpenRow, &stage.ctx());
    let read = pane.row(&stage.ctx());
    stage.push(SESSION);
    stage.show(&mut pane, 80, 20);
    assert_eq!(pane.row(&stage.ctx()), read);
}

#[test]
fn narrow_details_take_the_screen_and_give_it_back() {
    let stage = Stage::of(SESSION);
    let mut pane = pane(false);
    stage.show(&mut pane, 80, 20);
    assert_eq!(
        pane.scopes(),
        [Scope::Traffic, Scope::Filter, Scope::Move, Scope::Request]
    );
    for _ in 0..3 {
        pane.action(Action::Down, &stage.ctx());
    }
    assert!(pane.action(Action::OpenRow, &stage.ctx()).handled);
    assert_eq!(pane.scopes()[0], Scope::Viewer);
    let (screen, cursor, effects) = stage.show(&mut pane, 80, 20);
    assert!(
        screen.starts_with("━▌Traffic › #5 tools/call create-issue ━"),
        "{screen}"
    );
    assert_eq!((effects.len(), cursor), (1, Some(Position::new(0, 1))));
    assert_eq!(pane.action(Action::Back, &stage.ctx()), Reply::done());
    assert_eq!(selected(&pane), Some(3));
    assert_eq!(pane.action(Action::Back, &stage.ctx()), Reply::go(Go::Out));
}

#[test]
fn goes_from_one_failure_to_the_next() {
    let mut stage = Stage::of(SESSION);
    let mut pane = pane(false);
    stage.show(&mut pane, 120, 30);
    let mut seen = Vec::new();
    while pane.action(Action::NextError, &stage.ctx()).say.is_none() {
        let entry = pane.moment(&stage.ctx()).expect("a row");
        seen.push(stage.timeline.entry(entry).expect("an entry").seq());
    }
    // The tool error, our refusal, the junk, the answer nobody asked for.
    assert_eq!(seen, [5, 8, 10, 12]);
    // The one that waited goes wrong now, and is found although it is above.
    stage.push(&[
        "2 boom",
        r#"* {"event":"exit","code":3,"signal":null}"#,
        r#"> {"jsonrpc":"2.0","id":5,"method":"ping"}"#,
    ]);
    pane.action(Action::Bottom, &stage.ctx());
    let mut seen = Vec::new();
    while pane
        .action(Action::PreviousError, &stage.ctx())
        .say
        .is_none()
    {
        let entry = pane.moment(&stage.ctx()).expect("a row");
        seen.push(stage.timeline.entry(entry).expect("an entry").seq());
    }
    assert_eq!(seen, [16, 13, 12, 10, 8, 5]);
}

#[test]
fn finds_rows_by_what_any_of_their_lines_holds() {
    let stage = Stage::of(SESSION);
    let mut pane = pane(true);
    stage.show(&mut pane, 120, 30);
    assert!(pane.why_not(Action::FindNext, &stage.ctx()).is_some());
    pane.action(Action::Find, &stage.ctx());
    assert!(pane.takes_text());
    let (screen, cursor, _) = stage.show(&mut pane, 120, 30);
    assert_eq!(cursor, Some(Position::new(7, 14)));
    assert!(
        screen
            .lines()
            .nth(14)
            .is_some_and(|line| line.starts_with(" Find: "))
    );
    // A response, a line of stderr (no row), a request, and a sequence number that does not exist.
    stage.find(&mut pane, "x", &[7, 11, 13, 99]);
    assert!(!pane.takes_text());
    assert_eq!(selected(&pane), Some(3));
    assert!(
        stage
            .title(&mut pane, 120, 30)
            .contains(" [1/2] x · p50 120 ms  p95 240 ms · 4 went wrong ━")
    );
    pane.action(Action::FindNext, &stage.ctx());
    assert_eq!(selected(&pane), Some(8));
    pane.action(Action::FindNext, &stage.ctx());
    assert_eq!(selected(&pane), Some(3));
    assert_eq!(pane.action(Action::Back, &stage.ctx()), Reply::done());
    assert!(!stage.title(&mut pane, 120, 30).contains("[1/2]"));
}

#[test]
fn copies_bodies_or_says_why_not() {
    let stage = Stage::of(SESSION);
    let mut pane = pane(false);
    let ctx = stage.ctx();
    stage.show(&mut pane, 120, 30);
    let mut at = |seq: u64, action| {
        pane.reveal(seq as EntryIndex - 1, &ctx);
        let why = pane.why_not(action, &ctx);
        let reply = pane.action(action, &ctx);
        assert_eq!(why, reply.say);
        why.ok_or(reply.effects)
    };
    let body = |seq| Err(vec![Effect::CopyBody(source(seq))]);
    assert_eq!(at(5, Action::CopyRequest), body(5));
    assert_eq!(at(5, Action::CopyResponse), body(7));
    assert_eq!(at(12, Action::CopyResponse), body(12));
    assert_eq!(at(10, Action::CopyRequest), body(10));
    for (seq, action, why) in [
        (
            12,
            Action::CopyRequest,
            "This row is a response, without its request.",
        ),
        (13, Action::CopyResponse, "It is not answered yet."),
        (10, Action::CopyResponse, "This row has no response."),
    ] {
        assert_eq!(at(seq, action), Ok(why.to_owned()));
    }
}

#[test]
fn copies_requests_as_what_reproduces_them_or_says_why_not() {
    let stage = Stage::of(SESSION);
    let mut pane = pane(false);
    let ctx = stage.ctx();
    stage.show(&mut pane, 120, 30);
    let mut at = |seq: u64, action| {
        pane.reveal(seq as EntryIndex - 1, &ctx);
        let why = pane.why_not(action, &ctx);
        let reply = pane.action(action, &ctx);
        assert_eq!(why, reply.say);
        why.ok_or(reply.effects)
    };
    for action in [Action::CopyAsTypeScript, Action::PrintAsMarkdown] {
        let Err(effects) = at(5, action) else {
            panic!("{:?}", at(5, action));
        };
        let [Effect::CopyAs(wanted)] = &effects[..] else {
            panic!("{effects:?}");
        };
        assert_eq!(wanted.print, action == Action::PrintAsMarkdown);
        assert_eq!(wanted.request, Some(source(5)));
        assert_eq!(wanted.response, Some(source(7)));
    }
    for (seq, action, why) in [
        (
            5,
            Action::CopyAsCurl,
            "curl speaks HTTP; yx copies the command",
        ),
        (
            10,
            Action::CopyAsCli,
            "This is no request, so there is nothing to send again.",
        ),
        (
            12,
            Action::CopyAsCli,
            "This row is a response, without its request.",
        ),
    ] {
        assert_eq!(at(seq, action), Ok(why.to_owned()));
    }
}

#[test]
fn reveals_the_row_an_entry_belongs_to() {
    let stage = Stage::of(SESSION);
    let mut pane = pane(true);
    stage.show(&mut pane, 120, 30);
    // An answer is in the row of its request, a line of stderr after the row before it.
    for (seq, row) in [(1, 0), (7, 3), (9, 5), (10, 6), (11, 6), (12, 7), (14, 9)] {
        pane.reveal(seq - 1, &stage.ctx());
        assert_eq!(selected(&pane), Some(row), "#{seq}");
    }
}

#[test]
fn the_mouse_selects_opens_and_scrolls() {
    let stage = Stage::of(SESSION);
    let mut pane = pane(true);
    stage.show(&mut pane, 120, 30);
    let ctx = stage.ctx();
    pane.click(Position::new(20, 4), false, &ctx);
    assert_eq!((selected(&pane), pane.detail.focused), (Some(2), false));
    pane.click(Position::new(20, 4), true, &ctx);
    assert!(pane.detail.focused);
    pane.click(Position::new(20, 3), false, &ctx);
    assert_eq!((selected(&pane), pane.detail.focused), (Some(1), false));
    assert!(!pane.stream().follows());
    stage.show(&mut pane, 120, 14);
    pane.wheel(Position::new(20, 3), 3, &ctx);
    assert_eq!(pane.stream().list().offset, 3);
    assert!(!pane.click(Position::new(3, 0), false, &ctx).handled);
}

#[test]
fn says_so_when_there_is_nothing() {
    let mut stage = Stage::of(&[]);
    let mut pane = pane(true);
    let (screen, cursor, effects) = stage.show(&mut pane, 80, 20);
    assert!(
        screen.contains("Nothing yet: connect a server (1)"),
        "{screen}"
    );
    assert_eq!((cursor, effects), (Some(Position::new(0, 1)), vec![]));
    for action in [
        Action::OpenRow,
        Action::CopyRequest,
        Action::NextError,
        Action::FindNext,
    ] {
        assert!(pane.why_not(action, &stage.ctx()).is_some());
        assert!(pane.action(action, &stage.ctx()).say.is_some());
    }
    stage.live = false;
    assert!(
        stage
            .show(&mut pane, 120, 30)
            .0
            .contains("This recording holds no messages.")
    );
}

#[test]
fn no_size_breaks_it() {
    let stage = Stage::of(SESSION);
    for (width, height) in [
        (0, 0),
        (1, 1),
        (10, 2),
        (99, 3),
        (100, 3),
        (100, 14),
        (300, 90),
    ] {
        let mut pane = pane(true);
        for action in [
            Action::Find,
            Action::Back,
            Action::OpenRow,
            Action::Zoom,
            Action::Back,
        ] {
            stage.show(&mut pane, width, height);
            pane.action(action, &stage.ctx());
        }
    }
}

#[test]
fn a_million_entries_cost_what_a_screen_costs() {
    let mut stage = Stage::of(&[]);
    stage.flood(1_000_000);
    let mut pane = pane(true);
    stage.show(&mut pane, 120, 30);
    let start = std::time::Instant::now();
    for action in [
        Action::Up,
        Action::PageUp,
        Action::Top,
        Action::NextError,
        Action::Centre,
        Action::Bottom,
    ] {
        pane.action(action, &stage.ctx());
        let effects = stage.show(&mut pane, 120, 30).2;
        for effect in effects {
            assert!(!matches!(effect, Effect::Previews(sources) if sources.len() > 30));
        }
    }
    // Six frames without optimisation; a pass over all rows in each would take far longer.
    assert!(start.elapsed().as_millis() < 1_000, "{:?}", start.elapsed());
    let found: Vec<u64> = (1..=1_000_000).collect();
    pane.action(Action::Find, &stage.ctx());
    stage.find(&mut pane, "x", &found);
    assert!(
        stage
            .title(&mut pane, 120, 30)
            .contains("[500000/500000] x")
    );
}

const ROUNDS: &[&str] = &[
    r#"> {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ask"}}"#,
    r#"< {"jsonrpc":"2.0","id":1,"result":{"resultType":"input_required","requestState":"s","inputRequests":{"a":{"method":"roots/list"}}}}"#,
    r#"* {"event":"asked","question":{"of":1,"key":"a"},"call":1}"#,
    r#"* {"event":"answered","question":{"of":1,"key":"a"},"by":"person","how":"result"}"#,
    r#"* {"event":"round","id":2,"of":1,"round":2}"#,
    r#"> {"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"ask","requestState":"s"}}"#,
    r#"< {"jsonrpc":"2.0","id":2,"result":{"resultType":"input_required","inputRequests":{"a":{"method":"roots/list"}}}}"#,
    r#"* {"event":"asked","question":{"of":2,"key":"a"},"call":2}"#,
];

/// Check 19: a conversation is one row, its answer is the newest, and it went wrong when its last round did.
#[test]
fn the_rounds_of_a_request_are_one_row() {
    let mut stage = Stage::of(ROUNDS);
    let mut pane = pane(true);
    for (width, height) in [(120, 30), (80, 20)] {
        let (screen, ..) = stage.show(&mut pane, width, height);
        assert_eq!(screen.matches("C→S tools/call ask").count(), 1, "{screen}");
        assert!(screen.contains("input, 2 rounds"), "{screen}");
    }
    let row = stage.timeline.rows()[0];
    assert_eq!(super::rows::response_of(&stage.timeline, row), Some(6));
    for entry in [0, 1, 5, 6] {
        assert_eq!(super::rows::place_of(&stage.timeline, entry), Some(0));
    }
    assert_eq!(super::rows::with_seqs(&stage.timeline, &[6]), [0]);
    stage.push(&[
        r#"* {"event":"answered","question":{"of":2,"key":"a"},"by":"person","how":"result"}"#,
        r#"* {"event":"round","id":3,"of":2,"round":3}"#,
        r#"> {"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"ask"}}"#,
        r#"< {"jsonrpc":"2.0","id":3,"error":{"code":-32603,"message":"no"}}"#,
    ]);
    let (screen, ..) = stage.show(&mut pane, 120, 30);
    assert!(screen.contains("-32603, 3 rounds"), "{screen}");
    assert!(
        screen
            .lines()
            .next()
            .is_some_and(|title| title.contains("1 went wrong")),
        "{screen}"
    );
}

const WIDE_SCREEN: &str = r#"━▌TRAFFIC 10 ━ [Pairs] Messages HTTP Timeline ━━━━━━━━━━━━━━━━━━━━━━━━━ p50 120 ms  p95 240 ms · 4 went wrong · FOLLOW ━
  #   time         Δ      dir what                                        id       status     took       size
  1   14:02:09.120        **  connect everything over stdio, era auto
  2   14:02:09.240 +120ms **  started, pid 7: everything
  3   14:02:09.360 +120ms C→S tools/list                                  0        ok         120 ms     46 B → 46 B
  5   14:02:09.600 +240ms C→S tools/call create-issue                     1        tool error 240 ms     79 B → 63 B
  6   14:02:09.720 +120ms S~  notifications/message info db: retry 2      ·        –          –          107 B
  8   14:02:09.960 +240ms S→C elicitation/create                          "s-3"    -32601     120 ms     58 B → 67 B
  10  14:02:10.200 +240ms !!  stdout: "starting    server ^[[31mv1"       ·        junk       –          23 B
  12  14:02:10.440 +240ms S→C response                                    ·        unknown id –          36 B
  13  14:02:10.560 +120ms C→S tools/call long-task 3/5                    2        pending    120 ms…    104 B →
▸ 14  14:02:10.680 +120ms S~  notifications/progress 3/5                  ·        –          –          103 B



━ #14 notifications/progress ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
reading…













"#;
const NARROW_SCREEN: &str = r#"━▌TRAFFIC 11 ━ [Pairs] Msgs HTTP Time ━━━━━━━━━━━━━━━━━━ 6 went wrong · FOLLOW ━
  14:02:09.360 C→S tools/list 0                            ok         120 ms
    46 B → 46 B
  14:02:09.600 C→S tools/call create-issue 1               tool error 240 ms
    79 B → 63 B
  14:02:09.720 S~  notifications/message info              –          –
    107 B  db: retry 2
  14:02:09.960 S→C elicitation/create "s-3"                -32601     120 ms
    58 B → 67 B
  14:02:10.200 !!  stdout, not JSON-RPC                    junk       –
    23 B  starting    server ^[[31mv1
  14:02:10.440 S→C response                                unknown id –
    36 B
  14:02:10.560 C→S tools/call long-task 2                  no reply   240 ms
    104 B →
  14:02:10.680 S~  notifications/progress                  –          –
    103 B  3/5
▸ 14:02:10.800 **  process: exit                           exit 3     –
    exited with code 3

"#;
