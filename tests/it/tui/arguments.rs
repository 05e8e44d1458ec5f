//! Arguments in a live session: what is said of them, what references in them become, what is kept of them and what
//! is offered for them. Files are real, in a home of the test's own; the server is made up.

use insta::assert_snapshot;
use jiff::{SignedDuration, Timestamp};
use mcpscope::history::{Callee, Fingerprint, Outcome, Query, Run, Scope};
use mcpscope::inspector::{Command, Update};
use mcpscope::json::Value;
use mcpscope::mcp::client::End;
use mcpscope::mcp::completion::{Completed, Reference, Suggestions};
use mcpscope::mcp::types::List;
use mcpscope::session::Direction;
use mcpscope::tui::action::Action;
use mcpscope::tui::effect::Effect;
use mcpscope::tui::event::Event;

use crate::support::screen::{SIZES, Screen};

const ORDER: &str = r#"{"type":"object","required":["item"],"properties":{
  "item":{"type":"string","not":{"const":"none"}},
  "count":{"type":"integer","minimum":1,"maximum":5},
  "key":{"type":"string","format":"password"}}}"#;

fn tools() -> String {
    format!(
        r#"[{{"name":"order","description":"Orders.","annotations":{{"readOnlyHint":false,"destructiveHint":true}},"inputSchema":{ORDER}}},
            {{"name":"look","description":"Looks.","annotations":{{"readOnlyHint":true}},"inputSchema":{{"type":"object","properties":{{"id":{{"type":"string"}}}}}}}}]"#
    )
    .replace('\n', "")
}

/// A screen whose server is connected; the form of `order` is open.
fn open(screen: Screen) -> Screen {
    let mut screen = screen.keys("Enter");
    screen.connects(&tools());
    screen.sent.clear();
    screen.keys("Enter")
}

fn form(size: (u16, u16)) -> Screen {
    open(Screen::live(size))
}

/// The last command: its ticket and parameters.
fn call(screen: &Screen) -> (u64, String) {
    match screen.sent.last() {
        Some(Command::Call { conn: 1, call }) => {
            (call.ticket, call.params.clone().unwrap_or_default())
        }
        other => panic!("no call but {other:?}"),
    }
}

/// The last call goes out and is answered with `body`, where `$` is its id.
fn answered(screen: &mut Screen, body: &str) {
    let (ticket, params) = call(screen);
    let id = 1000 + ticket;
    let frame = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{params}}}"#);
    let seq = screen.wire(Direction::Out, &frame);
    screen.update(Update::Sent { ticket, seq });
    let frame = format!(r#"{{"jsonrpc":"2.0","id":{id},{body}}}"#);
    let seq = Some(screen.wire(Direction::In, &frame));
    let end = End::Answered;
    screen.update(Update::Finished { ticket, end, seq });
}

const FINE: &str = r#""result":{"content":[],"structuredContent":{"id":"A-7"}}"#;

/// Runs of `order` and `look` as an earlier mcpscope kept them.
fn with_history(size: (u16, u16)) -> Screen {
    let screen = Screen::live(size);
    let server = screen.model.world.servers[0].identity.clone().unwrap();
    let runs = [
        ("look", r#"{"id":"A-1"}"#, Outcome::Ok, 180),
        ("order", r#"{"item":"tea","count":2}"#, Outcome::Ok, 65),
        (
            "order",
            r#"{"item":"none"}"#,
            Outcome::Error(Some(-32602)),
            63,
        ),
        (
            "order",
            r#"{"item":"coffee","size":"big"}"#,
            Outcome::ToolError,
            62,
        ),
    ];
    for (tool, arguments, outcome, minutes) in runs {
        let schema = match tool {
            "order" => ORDER.replace("\"key\"", "\"size\""),
            _ => r#"{"properties":{"id":{"type":"string"}}}"#.to_owned(),
        };
        let run = Run {
            server: server.clone(),
            callee: Callee::tool(tool),
            fingerprint: Fingerprint::of_schema(schema.as_bytes()),
            arguments: Value::parse(arguments.as_bytes()).unwrap(),
            outcome,
            took_us: 182_000,
            at: Timestamp::now() - SignedDuration::from_secs(minutes * 60 + 20),
            session: None,
        };
        screen.shelves.history.append(&run).unwrap();
    }
    screen
}

// --- what is said of them ---

#[test]
fn a_broken_rule_is_told_at_its_field_and_run_asks() {
    for size in SIZES {
        // `not` is nothing a form knows of: the schema itself is asked.
        let mut screen = form(size).keys("\"none\" Tab \"9\"");
        let text = screen.text();
        assert!(text.contains("is what the schema rules out"), "{text}");
        assert!(text.contains("must be 5 or less"), "{text}");
        assert!(text.contains("2 problems"), "{text}");
        screen.press("Esc r");
        assert!(screen.sent.is_empty());
        screen.is_sound("asked");
        assert_snapshot!(
            format!("arguments-asked-{}x{}", size.0, size.1),
            screen.text()
        );
        screen.press("f");
        assert!(screen.cursor_line().contains("item"), "{}", screen.text());
        screen.press("r s");
        let (_, params) = call(&screen);
        assert_eq!(
            params,
            r#"{"name":"order","arguments":{"item":"none","count":9}}"#
        );
    }
}

#[test]
fn what_a_server_refuses_stands_at_the_field_until_it_is_edited() {
    let mut screen = form(SIZES[1]).keys("\"tea\" Esc r");
    answered(
        &mut screen,
        r#""error":{"code":-32602,"message":"Invalid arguments","data":{"errors":[{"path":["item"],"message":"we have no tea"}]}}"#,
    );
    let told = "server says: we have no tea";
    assert!(screen.contains(told), "{}", screen.text());
    // Another field changes nothing about it.
    screen.press("j Enter \"2\" Esc");
    assert!(screen.contains(told), "{}", screen.text());
    screen.press("k Enter \"!\" Esc");
    assert!(!screen.contains(told), "{}", screen.text());
    // The same as the text of a result that says it failed.
    screen.press("r");
    answered(
        &mut screen,
        r#""result":{"isError":true,"content":[{"type":"text","text":"MCP error -32602: Invalid arguments for tool order: Too big: expected at most 1 at count"}]}"#,
    );
    assert!(screen.contains("server says: "), "{}", screen.text());
}

#[test]
fn a_refusal_of_other_arguments_is_not_put_to_these() {
    let mut screen = form(SIZES[1]).keys("\"tea\" Esc r Enter \"x\" Esc");
    answered(
        &mut screen,
        r#""error":{"code":-32602,"message":"Invalid arguments","data":{"errors":[{"path":["item"],"message":"we have no tea"}]}}"#,
    );
    assert!(!screen.contains("server says"), "{}", screen.text());
}

// --- references ---

#[test]
fn references_show_their_values_and_are_sent_with_them() {
    let mut screen = form(SIZES[1]).keys("\"${env:CARGO_PKG_NAME}\"");
    assert!(
        screen.status().starts_with("→ mcpscope"),
        "{}",
        screen.status()
    );
    screen.press("Esc r");
    assert_eq!(
        call(&screen).1,
        r#"{"name":"order","arguments":{"item":"mcpscope"}}"#
    );
    answered(&mut screen, FINE);
    screen.press("Enter C-u \"${last:$.structuredContent.id}\" Esc");
    assert!(screen.status().starts_with("→ A-7"), "{}", screen.status());
    screen.press("Enter C-u \"$${env:X}\" Esc r");
    assert_eq!(
        call(&screen).1,
        r#"{"name":"order","arguments":{"item":"${env:X}"}}"#
    );
    // What is kept is what was typed.
    let history = screen.shelves.history.load().unwrap();
    assert_eq!(
        history[0].arguments.to_string(),
        r#"{"item":"${env:CARGO_PKG_NAME}"}"#
    );
}

#[test]
fn a_reference_without_a_value_is_not_sent() {
    let mut screen = form(SIZES[1]).keys("\"${env:MCPSCOPE_NO_SUCH_VARIABLE}\"");
    let why = "the variable MCPSCOPE_NO_SUCH_VARIABLE is not set";
    assert!(
        screen.status().starts_with(&format!("✗ {why}")),
        "{}",
        screen.status()
    );
    screen.press("Esc r");
    assert!(screen.sent.is_empty());
    assert_eq!(screen.status(), format!("not sent: {why}"));
    assert!(screen.contains(&format!("✗ {why}")), "{}", screen.text());
    screen.press("Enter C-u \"${last:$.x}\" Esc r");
    assert!(
        screen.status().starts_with("not sent: "),
        "{}",
        screen.status()
    );
}

// --- drafts ---

#[test]
fn a_draft_survives_other_views_and_a_new_start_but_no_secret_does() {
    let mut first = form(SIZES[1]).keys("\"half a \" Tab \"3\" Tab \"hunter2\" Esc 5 2");
    assert!(first.contains("half a"), "{}", first.text());
    let mut second = Screen::live(SIZES[1]);
    second.shelves = first.shelves.clone();
    let mut second = second.keys("Enter");
    second.connects(&tools());
    let text = second.text();
    assert!(text.contains("half a"), "{text}");
    assert!(text.contains("draft kept"), "{text}");
    second.press("Enter Esc r");
    assert_eq!(
        call(&second).1,
        r#"{"name":"order","arguments":{"item":"half a ","count":3}}"#
    );
    // Sent, it is a run and no draft any more.
    answered(&mut second, FINE);
    let server = second.model.world.servers[0].identity.clone().unwrap();
    assert_eq!(second.shelves.drafts.load(&server).unwrap(), []);
    let mut third = Screen::live(SIZES[1]);
    third.shelves = second.shelves.clone();
    let third = open(third);
    assert!(third.contains("last run "), "{}", third.text());
    first.press("Q");
}

/// The same server in a new mcpscope of the same user.
fn anew(screen: &Screen, tools: &str) -> Screen {
    let mut anew = Screen::live(SIZES[1]);
    anew.shelves = screen.shelves.clone();
    let mut anew = anew.keys("Enter");
    anew.connects(tools);
    anew.keys("Enter")
}

#[test]
fn half_typed_text_and_broken_json_survive_a_new_start() {
    // `look` has no secret, so that its broken text may be kept.
    let first = form(SIZES[1]).keys("\"tea\" Tab \"3x\" Tab \"hunter2x\"");
    let second = anew(&first, &tools());
    let text = second.text();
    assert!(text.contains("[3x "), "{text}");
    assert!(text.contains("not a number"), "{text}");
    assert!(!text.contains("hunter"), "{text}");

    let first = form(SIZES[1]).keys("Esc Esc j Enter Esc ] Enter \"{ 12\" Esc");
    assert!(first.contains("JSON has an error"), "{}", first.text());
    let second = anew(&first, &tools()).keys("Esc Esc j Enter Esc ]");
    let text = second.text();
    assert!(text.contains("JSON has an error at"), "{text}");
    assert!(text.contains("{ 12"), "{text}");
    let server = first.model.world.servers[0].identity.clone().unwrap();
    let drafts = first.shelves.drafts.load(&server).unwrap();
    assert_eq!(drafts.len(), 1);
    assert!(drafts[0].beside.text.is_some());
}

#[test]
fn what_is_typed_is_kept_before_anything_is_drawn() {
    let mut screen = form(SIZES[0]);
    // Keys that come at once, the last of which quits.
    screen.press("\"tea\" Esc Q");
    let server = screen.model.world.servers[0].identity.clone().unwrap();
    let drafts = screen.shelves.drafts.load(&server).unwrap();
    assert_eq!(drafts[0].content.to_string(), r#"{"item":"tea"}"#);
}

// --- history ---

#[test]
fn a_form_begins_with_the_last_run_and_typing_replaces_it() {
    for size in SIZES {
        let mut screen = open(with_history(size));
        screen.is_sound("begun");
        assert_snapshot!(
            format!("arguments-last-run-{}x{}", size.0, size.1),
            screen.text()
        );
        // It is nobody's draft yet.
        assert!(!screen.contains("✎"), "{}", screen.text());
        screen.press("\"co\"");
        assert!(screen.contains("[co "), "{}", screen.text());
        // Values that were sent before are offered.
        assert!(screen.contains("coffee  sent before"), "{}", screen.text());
        screen.press("Tab Esc r");
        assert_eq!(
            call(&screen).1,
            r#"{"name":"order","arguments":{"item":"coffee"}}"#
        );
    }
}

#[test]
fn earlier_runs_are_listed_looked_through_and_fill_the_form() {
    for size in SIZES {
        let mut screen = open(with_history(size)).keys("Esc H");
        screen.is_sound("runs");
        assert_snapshot!(
            format!("arguments-runs-{}x{}", size.0, size.1),
            screen.text()
        );
        screen.press("Tab");
        assert!(screen.contains("RUNS on some-server"), "{}", screen.text());
        assert!(
            screen.contains(r#"look  {"id":"A-1"}"#),
            "{}",
            screen.text()
        );
        screen.press("Tab Tab \"tea\"");
        assert!(screen.contains("1 of 3"), "{}", screen.text());
        screen.press("Enter r");
        assert_eq!(
            call(&screen).1,
            r#"{"name":"order","arguments":{"item":"tea","count":2}}"#
        );
        // One more run is remembered, with what became of it.
        answered(&mut screen, FINE);
        let query = Query {
            server: screen.model.world.servers[0].identity.clone().unwrap(),
            callee: Callee::tool("order"),
            fingerprint: Fingerprint::of_schema(ORDER.as_bytes()),
            listed: Vec::new(),
            scope: Scope::Callee,
        };
        let found = screen.shelves.history.runs(&query).unwrap();
        assert_eq!((found[0].run.outcome, found[0].count), (Outcome::Ok, 2));
    }
}

#[test]
fn a_destructive_call_is_repeated_only_after_a_question() {
    let mut screen = form(SIZES[0]).keys("\"tea\" Esc r");
    answered(&mut screen, FINE);
    let sent = screen.sent.len();
    // From wherever it is asked for.
    screen.press("5 .");
    assert_eq!(screen.sent.len(), sent);
    assert!(
        screen.contains("order is marked destructive: s send again  Esc"),
        "{}",
        screen.text()
    );
    screen.is_sound("repeat");
    screen.press("Esc");
    assert!(!screen.contains("destructive: s"), "{}", screen.text());
    assert_eq!(screen.sent.len(), sent);
    screen.press(". s");
    assert_eq!(screen.sent.len(), sent + 1);
    assert_eq!(
        call(&screen).1,
        r#"{"name":"order","arguments":{"item":"tea"}}"#
    );
}

// --- presets ---

#[test]
fn presets_are_saved_listed_put_back_and_deleted() {
    for size in SIZES {
        let mut screen = form(size).keys("\"tea\" Esc w \"my tea\"");
        screen.is_sound("name");
        assert_snapshot!(
            format!("arguments-preset-{}x{}", size.0, size.1),
            screen.text()
        );
        screen.press("Enter");
        assert!(
            screen.status().starts_with("saved as "),
            "{}",
            screen.status()
        );
        screen.press("Enter \"pot\" Esc w \"my tea\" Enter");
        assert!(
            screen.contains("There is a preset my tea: o overwrite  Esc"),
            "{}",
            screen.text()
        );
        screen.press("Esc P");
        screen.is_sound("presets");
        assert_snapshot!(
            format!("arguments-presets-{}x{}", size.0, size.1),
            screen.text()
        );
        screen.press("Enter r");
        assert_eq!(
            call(&screen).1,
            r#"{"name":"order","arguments":{"item":"tea"}}"#
        );
        screen.press("Enter \"pot\" Esc w \"my tea\" Enter o P Enter r");
        assert_eq!(
            call(&screen).1,
            r#"{"name":"order","arguments":{"item":"teapot"}}"#
        );
        screen.press("P C-c");
        assert!(!screen.contains("PRESETS"), "{}", screen.text());
        screen.press("P Tab n");
        assert!(screen.contains("1 of 1"), "{}", screen.text());
        screen.press("Tab y");
        assert!(screen.contains("no presets yet"), "{}", screen.text());
    }
}

// --- completions ---

const PROMPTS: &str = r#"[{"name":"greet","description":"Greets.","arguments":[{"name":"team","required":true},{"name":"who"}]}]"#;

/// A screen whose server completes; the form of its prompt is open.
fn prompt(size: (u16, u16)) -> Screen {
    let mut screen = Screen::live(size).keys("Enter");
    screen.greets(r#"{"prompts":{},"completions":{}}"#);
    screen.lists(List::Prompts, PROMPTS);
    screen.sent.clear();
    screen.keys("4 Enter")
}

fn completed(screen: &mut Screen, values: &[&str]) {
    let Some(Command::Complete { ticket, .. }) = screen.sent.last() else {
        panic!("nothing was asked but {:?}", screen.sent);
    };
    let suggestions = Suggestions {
        values: values.iter().map(|value| (*value).into()).collect(),
        sent: values.len(),
        total: Some(12),
        has_more: None,
    };
    let update = Update::Completed {
        ticket: *ticket,
        completed: Completed::Values(suggestions.into()),
        seq: None,
    };
    screen.update(update);
}

#[test]
fn a_server_completes_what_is_typed_and_only_the_newest_answer_counts() {
    for size in SIZES {
        let mut screen = prompt(size).keys("\"s\"");
        let stale = screen.sent.clone();
        completed(&mut screen, &["sales", "science", "support"]);
        screen.is_sound("offered");
        assert_snapshot!(
            format!("arguments-offered-{}x{}", size.0, size.1),
            screen.text()
        );
        screen.press("Tab");
        assert!(screen.contains("[sales "), "{}", screen.text());
        // The other argument is asked for with this one.
        screen.press("Enter \"b\"");
        match screen.sent.last() {
            Some(Command::Complete { conn: 1, ask, .. }) => {
                assert_eq!(ask.reference, Reference::Prompt("greet".to_owned()));
                assert_eq!((&*ask.argument, &*ask.value), ("who", "b"));
                assert_eq!(ask.context, [("team".to_owned(), "sales".to_owned())]);
            }
            other => panic!("{other:?}"),
        }
        // What was asked before comes too late.
        let now = std::mem::replace(&mut screen.sent, stale);
        completed(&mut screen, &["bad"]);
        assert!(!screen.contains("bad"), "{}", screen.text());
        screen.sent = now;
        completed(&mut screen, &["bea", "bob"]);
        // Enter keeps what was typed.
        screen.press("Enter Enter");
        assert_eq!(
            call(&screen).1,
            r#"{"name":"greet","arguments":{"team":"sales","who":"b"}}"#
        );
    }
}

#[test]
fn a_server_that_does_not_complete_is_not_asked() {
    let mut screen = Screen::live(SIZES[0]).keys("Enter");
    screen.greets(r#"{"prompts":{}}"#);
    screen.lists(List::Prompts, PROMPTS);
    screen.sent.clear();
    let screen = screen.keys("4 Enter \"s\"");
    assert_eq!(screen.sent, []);
}

// --- editors ---

#[test]
fn broken_text_of_an_editor_stands_in_the_text_tab() {
    let mut screen = form(SIZES[0]).keys("\"tea\" Esc");
    let given = |screen: &Screen| match screen.orders.last() {
        Some(Effect::Edit {
            asker,
            text,
            beside,
            ..
        }) => (*asker, text.clone(), beside.clone()),
        other => panic!("{other:?}"),
    };
    screen.act(Action::EditOutside);
    let (asker, text, beside) = given(&screen);
    assert_eq!(text, "{\n  \"item\": \"tea\"\n}\n");
    assert_eq!(beside[0].0, "schema.json");
    let broken = "{\"item\": \"pot\",\n  count: 2}\n".to_owned();
    screen.event(Event::Edited {
        asker,
        result: Ok(broken.clone()),
    });
    let seen = screen.text();
    assert!(seen.contains("[JSON]"), "{seen}");
    assert!(seen.contains("JSON has an error at 2:3"), "{seen}");
    assert!(seen.contains("count: 2"), "{seen}");
    // The form is as before, and the editor gets the broken text back.
    screen.act(Action::EditOutside);
    let (asker, text, _) = given(&screen);
    assert_eq!(text, broken);
    screen.event(Event::Edited {
        asker,
        result: Err("the editor ended with code 1: nothing was changed".to_owned()),
    });
    assert!(screen.contains("count: 2"), "{}", screen.text());
    screen.act(Action::EditOutside);
    let (asker, ..) = given(&screen);
    screen.event(Event::Edited {
        asker,
        result: Ok("{\"item\": \"pot\"}".to_owned()),
    });
    screen.press("r");
    assert_eq!(
        call(&screen).1,
        r#"{"name":"order","arguments":{"item":"pot"}}"#
    );
}
