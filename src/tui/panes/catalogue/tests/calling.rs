//! Calls: what is sent, what is shown of it, and why something is not sent.

use super::*;
use crate::json::Value;

const SMALL: (u16, u16) = (80, 20);
const WIDE: (u16, u16) = (120, 30);
const OK: &str = r#"< {"jsonrpc":"2.0","id":$ID,"result":{"content":[]}}"#;

#[test]
fn enter_text_enter_enter_calls_a_tool() {
    let mut stage = Stage::tools(SMALL);
    let reply = stage.press("⏎q r⏎⏎");
    let (method, params, ticket) = Stage::call(&reply);
    assert_eq!(method, "tools/call");
    assert_eq!(params, r#"{"name":"echo","arguments":{"message":"q r"}}"#);
    assert!(stage.screen().contains("waiting to be sent…"));
    assert_eq!(
        stage.act(Action::CancelCall).effects,
        [Effect::Engine(Command::Cancel { conn: 1, ticket })]
    );
    // Another one meanwhile is allowed, and it is the one that is cancelled now.
    let (_, _, second) = Stage::call(&stage.press("⎋r"));
    assert_eq!(
        stage.act(Action::CancelCall).effects,
        [Effect::Engine(Command::Cancel {
            conn: 1,
            ticket: second
        })]
    );
}

#[test]
fn the_answer_is_shown_with_how_it_went() {
    let mut stage = Stage::tools(WIDE);
    let reply = stage.press("⏎hi⏎⏎");
    let effects = stage.run(&reply, &["2 noise", "2 more", OK], End::Answered);
    let seq = stage.timeline.entries().len() as u64;
    match &effects[..] {
        [
            Effect::Build {
                subject: Subject::ToolResult(source, _),
                ..
            },
        ] => assert_eq!(source.seq, seq),
        other => panic!("{other:?}"),
    }
    let screen = stage.screen();
    assert!(screen.contains(&format!("┝━ Result #{seq} ━")), "{screen}");
    assert!(screen.contains("━ ok  3.0 ms  51 B  "), "{screen}");
    assert!(
        screen.contains("during the call: 2 stderr lines"),
        "{screen}"
    );
    assert!(
        screen.contains("▸ echo          reads        ✎ ×1"),
        "{screen}"
    );
    // The focus stayed where it was.
    assert_eq!(stage.pane.scopes()[0], Scope::Form);
    let request = stage.with(|pane, ctx| pane.moment(ctx)).unwrap();
    assert_eq!(stage.timeline.entry(request).unwrap().seq(), seq - 3);
}

#[test]
fn a_narrow_screen_opens_the_result_unless_somebody_types() {
    let mut stage = Stage::tools(SMALL);
    let reply = stage.press("⏎hi⏎⏎");
    stage.run(&reply, &[OK], End::Answered);
    let screen = stage.screen();
    assert!(screen.starts_with("━▌Tools › echo › result #"), "{screen}");
    assert!(screen.contains(" ok  1.0 ms"), "{screen}");
    stage.press("⎋");
    assert!(stage.screen().starts_with("━▌Tools › echo ━"));
    let reply = stage.press("⏎");
    stage.press("⇤");
    stage.run(&reply, &[OK], End::Answered);
    let screen = stage.screen();
    assert!(screen.starts_with("━▌Tools › echo ━"), "{screen}");
    assert!(screen.contains("last ok  1.0 ms"), "{screen}");
    stage.press("⎋⎋");
    assert!(stage.screen().contains("━ last ok  1.0 ms ━"));
    // Out one level at a time, never further than out.
    assert_eq!(stage.press("⎋").go, Some(Go::Out));
}

#[test]
fn failures_are_told_apart() {
    let mut stage = Stage::tools(WIDE);
    stage.press("⏎hi⇥");
    for (answer, word) in [
        (
            r#"< {"jsonrpc":"2.0","id":$ID,"result":{"isError":true,"content":[]}}"#,
            "━ tool error  1.0 ms",
        ),
        (
            r#"< {"jsonrpc":"2.0","id":$ID,"error":{"code":-32602,"message":"no"}}"#,
            "━ -32602  1.0 ms",
        ),
    ] {
        let reply = stage.press("⏎");
        let effects = stage.run(&reply, &[answer], End::Answered);
        // What it says is read, and read for the members it is about.
        let [
            Effect::ReadRefusal { source, .. },
            Effect::Build { subject, .. },
        ] = &effects[..]
        else {
            panic!("{effects:?}");
        };
        assert!(matches!(subject, Subject::ToolResult(of, _) if of == source));
        assert!(stage.screen().contains(word), "{}", stage.screen());
    }
    let reply = stage.press("⏎");
    let id = 1000 + Stage::call(&reply).2;
    let note = format!(r#"* {{"event":"timeout","id":{id},"after_ms":5}}"#);
    assert!(stage.run(&reply, &[&note], End::TimedOut).is_empty());
    let screen = stage.screen();
    assert!(screen.contains("━ timeout  1.0 ms"), "{screen}");
    assert!(
        screen.contains("weather did not answer in time"),
        "{screen}"
    );
    let reply = stage.press("⏎");
    stage.run(
        &reply,
        &[
            "2 Traceback",
            "2 KeyError: 'x'",
            r#"* {"event":"exit","code":3,"signal":null}"#,
        ],
        End::Gone,
    );
    let screen = stage.screen();
    assert!(screen.contains("━ no reply  "), "{screen}");
    assert!(
        screen.contains("weather exited with code 3 before it answered."),
        "{screen}"
    );
    assert!(screen.contains("  KeyError: 'x'"), "{screen}");
}

#[test]
fn a_call_that_never_left_is_told_so() {
    let mut stage = Stage::tools(WIDE);
    let reply = stage.press("⏎hi⏎⏎");
    let (_, _, ticket) = Stage::call(&reply);
    stage.event(Update::Finished {
        ticket,
        end: End::Gone,
        seq: None,
    });
    let screen = stage.screen();
    assert!(
        screen.contains("weather went away before it answered."),
        "{screen}"
    );
    assert_eq!(stage.act(Action::CancelCall), Reply::ignored());
    assert!(
        stage
            .with(|pane, ctx| pane.why_not(Action::CancelCall, ctx))
            .is_some()
    );
}

#[test]
fn progress_and_time_are_in_the_title() {
    let mut stage = Stage::tools(WIDE);
    let reply = stage.press("⏎hi⏎⏎");
    let (_, _, ticket) = Stage::call(&reply);
    stage.push(
        1,
        &[r#"> {"jsonrpc":"2.0","id":50,"method":"tools/call","params":{"name":"echo","_meta":{"progressToken":9}}}"#],
    );
    let seq = stage.timeline.entries().len() as u64;
    stage.event(Update::Sent { ticket, seq });
    stage.push(
        1,
        &[r#"< {"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":9,"progress":3,"total":5,"message":"indexing\u001b"}}"#],
    );
    stage.now_us += 4_200_000;
    let screen = stage.screen();
    assert!(
        screen.contains("━ pending 4.2 s…  3/5 indexing^[ ━"),
        "{screen}"
    );
    assert!(screen.contains("Waiting for the answer; Ctrl-c cancels."));
    stage.push(
        1,
        &[r#"* {"event":"login-visit","issuer":"https://id.example","url":"https://id.example/in","redirect":"http://127.0.0.1:1/callback"}"#],
    );
    let screen = stage.screen();
    assert!(
        screen.contains("Waiting for a login: 1 shows how; Ctrl-c cancels."),
        "{screen}"
    );
    // The form stays usable.
    stage.press("⇤!");
    assert!(stage.screen().contains("[hi! "));
}

#[test]
fn problems_ask_in_place() {
    let mut stage = Stage::tools(SMALL);
    stage.press("j⏎x⇥0⇥⇥");
    assert_eq!(stage.press("⏎"), Reply::done());
    let screen = stage.screen();
    assert!(
        screen.contains("  1 problem: f fix first  s send anyway  Esc"),
        "{screen}"
    );
    // Fix: to the field.
    stage.press("f");
    let screen = stage.screen();
    assert!(
        screen.contains("▸ estimate") && !screen.contains("send anyway"),
        "{screen}"
    );
    stage.press("⎋r");
    assert!(stage.pane.takes_text());
    stage.press("⎋");
    assert!(!stage.screen().contains("send anyway"));
    assert_eq!(stage.pane.scopes()[0], Scope::Form);
    // Any other key does what it always does.
    stage.press("rk");
    let screen = stage.screen();
    assert!(
        screen.contains("▸ title") && !screen.contains("send anyway"),
        "{screen}"
    );
    // Send anyway sends the bad value.
    let (_, params, _) = Stage::call(&stage.press("rs"));
    assert_eq!(
        params,
        r#"{"name":"create-issue","arguments":{"title":"x","estimate":0}}"#
    );
}

#[test]
fn what_is_sent_keeps_spelling_and_leaves_the_untouched_out() {
    let mut stage = Stage::new(Kind::Tools, SMALL);
    stage.connect(1);
    stage.list(1, "tools/list", r#"{"tools":[{"name":"t\"","inputSchema":{"properties":{"n":{"type":"number"},"a":{"type":"array"},"o":{"type":"object"},"b":{"type":"boolean"}}}},{"name":"none","inputSchema":{"properties":null}}]}"#);
    let (_, params, _) = Stage::call(&stage.press("⏎1.0⎋r"));
    assert_eq!(params, r#"{"name":"t\"","arguments":{"n":1.0}}"#);
    let (_, params, _) = Stage::call(&stage.press("⎋j⏎⏎"));
    assert_eq!(params, r#"{"name":"none","arguments":{}}"#);
}

#[test]
fn prompts_send_arguments_only_when_there_are_some() {
    let mut stage = Stage::new(Kind::Prompts, SMALL);
    stage.connect(1);
    stage.list(1, "prompts/list", r#"{"prompts":[{"name":"review","description":"Reviews code","arguments":[{"name":"language","required":true},{"name":"focus","description":"What on"}]},{"name":"simple"}]}"#);
    let screen = stage.screen();
    assert!(
        screen.contains("▸ review  2 args  Reviews code"),
        "{screen}"
    );
    let reply = stage.press("⏎python⎋r");
    let (method, params, _) = Stage::call(&reply);
    assert_eq!(method, "prompts/get");
    assert_eq!(
        params,
        r#"{"name":"review","arguments":{"language":"python"}}"#
    );
    let effects = stage.run(
        &reply,
        &[r#"< {"jsonrpc":"2.0","id":$ID,"result":{"messages":[]}}"#],
        End::Answered,
    );
    assert!(matches!(
        &effects[..],
        [Effect::Build {
            subject: Subject::PromptResult(_),
            ..
        }]
    ));
    assert!(
        stage.screen().contains("› messages #"),
        "{}",
        stage.screen()
    );
    let (_, params, _) = Stage::call(&stage.press("⎋⎋j⏎⏎"));
    assert_eq!(params, r#"{"name":"simple"}"#);
}

#[test]
fn enter_reads_a_resource_at_once() {
    let mut stage = Stage::new(Kind::Resources, SMALL);
    stage.connect(1);
    stage.list(
        1,
        "resources/list",
        r#"{"resources":[{"name":"log","uri":"a:b"},{"name":"odd"}]}"#,
    );
    let reply = stage.press("⏎");
    let (method, params, _) = Stage::call(&reply);
    assert_eq!(
        (method.as_str(), params.as_str()),
        ("resources/read", r#"{"uri":"a:b"}"#)
    );
    let effects = stage.run(
        &reply,
        &[r#"< {"jsonrpc":"2.0","id":$ID,"result":{"contents":[]}}"#],
        End::Answered,
    );
    assert!(matches!(
        &effects[..],
        [Effect::Build {
            subject: Subject::ResourceResult(_),
            ..
        }]
    ));
    assert!(
        stage.screen().starts_with("━▌Resources › log › content #"),
        "{}",
        stage.screen()
    );
    stage.press("⎋");
    assert!(stage.screen().contains("▸ log"));
    assert_eq!(
        stage.press("j⏎").say.as_deref(),
        Some("the server gave it no URI")
    );
}

#[test]
fn the_last_call_is_repeated_on_the_newest_connection() {
    let mut stage = Stage::tools(SMALL);
    assert_eq!(
        stage.act(Action::Repeat).say.as_deref(),
        Some("nothing was called here yet")
    );
    let reply = stage.press("⏎hi⏎⏎");
    stage.run(&reply, &[OK], End::Answered);
    stage.press("⎋⇤⌫⌫⎋⎋j");
    stage.connect(2);
    stage.list(2, "tools/list", TOOLS);
    let again = stage.press(".");
    assert_eq!(again.say.as_deref(), Some("sent again: echo"));
    match &again.effects[..] {
        [Effect::Engine(Command::Call { conn: 2, call })] => assert_eq!(
            call.params.as_deref(),
            Some(r#"{"name":"echo","arguments":{"message":"hi"}}"#)
        ),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_says_nothing_of_itself_is_repeated_after_a_question_where_that_is_set() {
    for (careful, tool, asks) in [
        (false, "jjj", false),
        (true, "jjj", true),
        // It is marked: as one that only reads, as one that writes and destroys nothing.
        (true, "jj", false),
        (true, "jjjj", false),
    ] {
        let mut stage = Stage::tools(SMALL);
        stage.settings.careful = careful;
        let reply = stage.press(&format!("{tool}⏎⎋r"));
        stage.run(&reply, &[OK], End::Answered);
        let again = stage.act(Action::Repeat);
        assert_eq!(again.effects.is_empty(), asks, "{careful} {tool}");
        let screen = stage.screen();
        let question = "ping does not say what it does: s send again";
        assert_eq!(screen.contains(question), asks, "{screen}");
    }
    let mut stage = Stage::tools(SMALL);
    stage.settings.careful = true;
    let reply = stage.press("jjj⏎⎋r");
    stage.run(&reply, &[OK], End::Answered);
    stage.act(Action::Repeat);
    Stage::call(&stage.press("s"));
}

#[test]
fn lists_are_asked_for_again() {
    let mut stage = Stage::new(Kind::Resources, SMALL);
    stage.connect(1);
    let lists: Vec<List> = stage
        .act(Action::RefreshList)
        .effects
        .iter()
        .map(|effect| match effect {
            Effect::Engine(Command::Refresh { conn: 1, list }) => *list,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(lists, [List::Resources, List::Templates]);
}

#[test]
fn a_recording_sends_nothing_and_shows_what_came() {
    let mut stage = Stage::tools(WIDE);
    stage.live = false;
    stage.push(
        1,
        &[
            r#"> {"jsonrpc":"2.0","id":60,"method":"tools/call","params":{"name":"echo","arguments":{"message":"a"}}}"#,
            r#"< {"jsonrpc":"2.0","id":60,"result":{"content":[]}}"#,
            r#"> {"jsonrpc":"2.0","id":61,"method":"tools/call","params":{"name":"ping"}}"#,
        ],
    );
    let screen = stage.screen();
    assert!(screen.contains("━ ok  1.0 ms"), "{screen}");
    assert_eq!(
        stage.press("⏎⇥⏎").say.as_deref(),
        Some("this is a recording; nothing is sent")
    );
    assert_eq!(
        stage
            .with(|pane, ctx| pane.why_not(Action::Run, ctx))
            .as_deref(),
        Some("this is a recording; nothing is sent")
    );
    stage.press("⎋⎋jjj");
    let screen = stage.screen();
    assert!(
        screen.contains("The recording has no answer to the last call."),
        "{screen}"
    );
    // What is not selected any more is not asked for twice.
    stage.press("kkk");
    assert_eq!(stage.place(), []);
    assert!(stage.screen().contains("━ ok  1.0 ms"));
}

#[test]
fn tab_walks_the_fields_and_then_the_panes() {
    let mut stage = Stage::tools(WIDE);
    let scope = |stage: &Stage| stage.pane.scopes()[0];
    stage.press("j⏎");
    stage.press("⇥⇥⇥");
    assert_eq!(scope(&stage), Scope::Form);
    stage.press("⇥");
    assert_eq!(scope(&stage), Scope::Viewer);
    stage.press("⇥");
    assert_eq!(scope(&stage), Scope::Catalogue);
    stage.press("⇥⇤⇤⇤");
    assert_eq!(scope(&stage), Scope::Form);
    stage.press("⇤");
    assert_eq!(scope(&stage), Scope::Catalogue);
}

#[test]
fn a_built_document_has_its_tabs_in_the_title() {
    use crate::tui::payload::{Tab, TabBody};
    use crate::tui::widgets::plain::Document;
    let mut stage = Stage::tools(SMALL);
    let reply = stage.press("⏎hi⏎⏎");
    let effects = stage.run(&reply, &[OK], End::Answered);
    let [Effect::Build { viewer, .. }] = effects[..] else {
        panic!("{effects:?}")
    };
    let tab = |name: &str, text: &str| Tab {
        name: name.to_owned(),
        body: TabBody::Text(Document::new(text.as_bytes()).into()),
    };
    let tabs = Ok(vec![tab("Content 1", "Echo: hi"), tab("Raw", "{}")]);
    let event = Event::Built { viewer, tabs };
    stage.with(|pane, ctx| pane.event(&event, ctx));
    let screen = stage.screen();
    let title = screen.lines().next().unwrap();
    assert!(
        title.contains("[Content 1] Raw") && title.contains(" ok "),
        "{title}"
    );
    assert!(screen.contains("\n Echo: hi\n"), "{screen}");
    assert_eq!(stage.cursor.map(|at| at.y), Some(1));
    stage.press("]");
    assert!(stage.screen().contains("Content 1 [Raw]"));
    // Find belongs to the document, and Esc leaves it before it leaves the document.
    stage.press("/e");
    assert!(stage.pane.takes_text());
    stage.press("⎋⎋");
    assert!(stage.screen().starts_with("━▌Tools › echo ━"));
    // The result of one item is not that of another.
    stage.press("⎋j⏎");
    assert!(!stage.screen().contains("Echo: hi"));
}

#[test]
fn a_link_in_a_result_is_read_and_left_again() {
    use crate::tui::payload::{Tab, TabBody};
    use crate::tui::widgets::plain::Document;
    use crate::tui::widgets::spot::{Spot, Target};
    let mut stage = Stage::tools(SMALL);
    let reply = stage.press("⏎hi⏎⏎");
    let effects = stage.run(&reply, &[OK], End::Answered);
    let [Effect::Build { viewer, .. }] = effects[..] else {
        panic!("{effects:?}")
    };
    let tab = |name: &str, text: &str, links: &[(u32, &str)]| {
        let spot = |(at, uri): &(u32, &str)| Spot {
            at: *at,
            target: Target::Resource((*uri).to_owned()),
            held: None,
        };
        let spots = links.iter().map(spot).collect();
        let document = Document::new(text.as_bytes()).with_spots(spots, Vec::new());
        Tab {
            name: name.to_owned(),
            body: TabBody::Text(document.into()),
        }
    };
    let links = [(0, "demo://one"), (4, "demo://t\"wo")];
    let tabs = Ok(vec![tab("Content", "one\ntwo", &links)]);
    let event = Event::Built { viewer, tabs };
    stage.with(|pane, ctx| pane.event(&event, ctx));
    assert_eq!(stage.pane.scopes()[0], Scope::Content);
    stage.press("J");
    let reply = stage.press("⏎");
    let (method, params, _) = Stage::call(&reply);
    assert_eq!(
        (method.as_str(), params.as_str()),
        ("resources/read", r#"{"uri":"demo://t\"wo"}"#)
    );
    assert!(
        stage.screen().contains("two"),
        "shown until the answer is there"
    );
    let effects = stage.run(&reply, &[OK], End::Answered);
    let [
        Effect::Build {
            viewer,
            subject: Subject::ResourceResult(_),
        },
        Effect::Tell { bad: false, .. },
    ] = effects[..]
    else {
        panic!("{effects:?}")
    };
    let tabs = Ok(vec![tab("Text", "what it says", &[])]);
    let event = Event::Built { viewer, tabs };
    stage.with(|pane, ctx| pane.event(&event, ctx));
    let screen = stage.screen();
    assert!(
        screen.contains("Esc ‹ demo://t\"wo") && screen.contains("what it says"),
        "{screen}"
    );
    stage.press("⎋");
    let screen = stage.screen();
    assert!(
        screen.contains("one") && !screen.contains("what it says"),
        "{screen}"
    );
    // One that is not answered leaves the result where it is, and says so.
    let reply = stage.press("⏎");
    let effects = stage.run(&reply, &[], End::TimedOut);
    assert!(
        matches!(effects[..], [Effect::Tell { bad: true, .. }]),
        "{effects:?}"
    );
    let screen = stage.screen();
    assert!(
        screen.contains("demo://t\"wo was not read: timeout"),
        "{screen}"
    );
    assert!(screen.contains("one"), "{screen}");
    // The call that is repeated is the tool's.
    let (method, ..) = Stage::call(&stage.press("."));
    assert_eq!(method, "tools/call");
}

#[test]
fn a_call_is_copied_from_its_form_and_from_its_result() {
    let mut stage = Stage::tools(WIDE);
    let copied = |stage: &mut Stage| match &stage.act(Action::CopyAsCli).effects[..] {
        [Effect::CopyAs(wanted)] => wanted.clone(),
        other => panic!("{other:?}"),
    };
    let reply = stage.press("⏎hi⏎⏎");
    let draft = copied(&mut stage);
    assert_eq!((draft.request, draft.response), (None, None));
    let written = draft.form.write(&draft.subject).unwrap();
    assert_eq!(
        written.text,
        "mcpscope call echo --args '{\"message\":\"hi\"}' --protocol 2025-11-25 -- weather\n"
    );
    stage.run(&reply, &[OK], End::Answered);
    stage.act(Action::NextPane);
    let sent = copied(&mut stage);
    let last = stage.timeline.entries().len() as u64;
    assert_eq!(sent.request.map(|source| source.seq), Some(last - 1));
    assert_eq!(sent.response.map(|source| source.seq), Some(last));
    assert_eq!(sent.subject.schema, draft.subject.schema);
    assert!(sent.subject.schema.is_some());
    assert_eq!(sent.subject.answer.unwrap().outcome, "ok");
}

#[test]
fn references_are_not_copied_as_if_they_were_text() {
    let mut stage = Stage::tools(WIDE);
    stage.press("⏎${HOME}⏎");
    let why = "The form has ${…} in it: run it, then copy from its result.";
    assert_eq!(stage.act(Action::CopyAsPython).say.as_deref(), Some(why));
}

#[test]
fn letters_between_fields_restart_and_quit_nothing() {
    let mut stage = Stage::tools(WIDE);
    stage.press("j⏎Oslo⇥⇥");
    for key in ["R", "Q", "q", "r", "."] {
        let reply = stage.press(key);
        let said = reply.say.unwrap_or_default();
        assert!(said.ends_with("Esc first"), "{key}: {said}");
        assert!(reply.handled && reply.effects.is_empty() && reply.go.is_none());
    }
    // Others are what they are.
    assert!(
        !stage
            .with(|pane, ctx| pane.key(KeyEvent::from(KeyCode::Char(':')), ctx))
            .handled
    );
    // One that begins a choice is that choice.
    stage.press("t");
    let (_, params, _) = Stage::call(&stage.press("⎋r"));
    assert!(
        params.contains(r#""arguments":{"title":"Oslo","draft":true}"#),
        "{params}"
    );
}

#[test]
fn much_that_is_pasted_is_read_by_a_worker() {
    let mut stage = Stage::tools(WIDE);
    stage.press("j⏎⇥⇥⇥");
    let title = "x".repeat(70_000);
    let pasted = format!(r#"{{"title":"{title}"}}"#);
    let reply = stage.with(|pane, ctx| pane.paste(&pasted, ctx));
    let [Effect::Parse { asker, text }] = &reply.effects[..] else {
        panic!("{:?}", reply.effects)
    };
    assert_eq!(reply.say.as_deref(), Some("reading 70 kB of pasted text…"));
    let event = Event::Parsed {
        asker: *asker,
        text: text.clone(),
        result: Value::parse(text.as_bytes()),
    };
    let told = stage.with(|pane, ctx| pane.event(&event, ctx));
    let pasted = Effect::Tell {
        sentence: "pasted".to_owned(),
        bad: false,
    };
    assert_eq!(told, [pasted]);
    let (_, params, _) = Stage::call(&stage.press("⏎"));
    assert!(params.contains(&title));
}
