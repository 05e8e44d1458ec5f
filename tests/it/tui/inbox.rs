//! The Inbox: what servers ask, answered by keys, by mouse and by nobody.

use insta::assert_snapshot;
use mcpscope::inspector::{Command, Update};
use mcpscope::jsonrpc::Id;
use mcpscope::mcp::asked::{AskKind, Capabilities, Policy, Reply, Root, Which};
use mcpscope::note::Note;
use mcpscope::note::asked::Asking;
use mcpscope::session::Direction;
use mcpscope::tui::effect::Effect;
use mcpscope::tui::event::Event;
use mcpscope::tui::pane::View;
use ratatui::layout::Position;

use crate::support::screen::{SIZES, Screen};

const TOOLS: &str = r#"[{"name":"trigger","inputSchema":{"type":"object"}},
  {"name":"echo","inputSchema":{"type":"object","properties":{"text":{"type":"string"}}}}]"#;
const FORM: &str = r#"{"message":"Please confirm\nthe owner","requestedSchema":{"type":"object","properties":{"name":{"type":"string"},"notify":{"type":"boolean","default":false}},"required":["name"]}}"#;
const ONE_FIELD: &str = r#"{"message":"Who?","requestedSchema":{"type":"object","properties":{"name":{"type":"string"}},"required":["name"]}}"#;
const SAMPLING: &str = r#"{"messages":[{"role":"user","content":{"type":"text","text":"Say hello."}}],"systemPrompt":"Be brief.","maxTokens":100,"modelPreferences":{"hints":[{"name":"sonnet"}]}}"#;
const URL: &str = r#"{"mode":"url","message":"Log in first","url":"https://id.example:8443/login?next=%2Fhome","elicitationId":"e1"}"#;

/// A screen whose server is connected and has a call that goes on.
fn calling(size: (u16, u16)) -> Screen {
    let mut screen = Screen::live(size);
    screen.model.options.capabilities = Capabilities::interactive();
    screen.press("Enter");
    screen.connects(TOOLS);
    screen.press("2 Enter Enter");
    let Some(Command::Call { call, .. }) = screen.sent.last() else {
        panic!("{:?}", screen.sent);
    };
    let ticket = call.ticket;
    let seq = screen.wire(
        Direction::Out,
        r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"trigger"}}"#,
    );
    screen.update(Update::Sent { ticket, seq });
    screen.sent.clear();
    screen
}

/// The server asks, with this id.
fn asks(screen: &mut Screen, id: &str, kind: AskKind, params: &str) {
    let method = kind.method();
    screen.wire(
        Direction::In,
        &format!(r#"{{"jsonrpc":"2.0","id":"{id}","method":"{method}","params":{params}}}"#),
    );
    screen.note(&Note::Asking(Asking::Asked {
        question: which(id).to_json(),
        call: Some("7".to_owned()),
    }));
}

fn which(id: &str) -> Which {
    Which::Request(Id::Text(id.into()))
}

/// A call that asks for a form, and the Inbox in front.
fn asked(size: (u16, u16), kind: AskKind, params: &str) -> Screen {
    let mut screen = calling(size);
    asks(&mut screen, "s1", kind, params);
    screen.keys("7")
}

/// The one thing that was sent.
fn given(screen: &Screen) -> &Reply {
    match &screen.sent[..] {
        [
            Command::Answer {
                conn: 1,
                question,
                reply,
            },
        ] if *question == which("s1") => reply,
        other => panic!("{other:?}, {}\n{}", screen.status(), screen.text()),
    }
}

fn result(raw: &str) -> Reply {
    Reply::Result(raw.to_owned())
}

/// A question is answered, as the engine would record it.
fn answered(screen: &mut Screen, id: &str, by: &str, how: &str) {
    screen.note(&Note::Asking(Asking::Answered {
        question: which(id).to_json(),
        by: by.to_owned(),
        rule: None,
        how: how.to_owned(),
    }));
    screen.wire(
        Direction::Out,
        &format!(r#"{{"jsonrpc":"2.0","id":"{id}","result":{{"action":"{how}","content":{{"name":"me"}}}}}}"#),
    );
}

/// Without what clocks say.
fn timeless(screen: &Screen) -> String {
    let text = screen.text();
    let lines = text
        .lines()
        .map(|line| match line.split_once("waits for you 0") {
            Some((before, _)) => {
                format!("{} … waits for you …", before.trim_end_matches(['━', ' ']))
            }
            None => line.to_owned(),
        });
    let text = lines.collect::<Vec<_>>().join("\n");
    let chars: Vec<char> = text.chars().collect();
    let digit = |at: usize| chars.get(at).is_some_and(char::is_ascii_digit);
    let part = |at: usize| digit(at) || (chars.get(at) == Some(&':') && digit(at + 1));
    (0..chars.len())
        .map(|at| {
            let begins = (0..=at)
                .rev()
                .find(|from| !part(*from))
                .map_or(0, |from| from + 1);
            let ends = (at..chars.len())
                .find(|to| !part(*to))
                .unwrap_or(chars.len());
            let is_time = part(at) && chars[begins..ends].contains(&':');
            if is_time && digit(at) { '0' } else { chars[at] }
        })
        .collect()
}

/// Where words are on the screen.
fn place(screen: &Screen, words: &str) -> Position {
    for y in 0..screen.buffer.area.height {
        if let Some(at) = screen.line(y).find(words) {
            let x = mcpscope::text::width(&screen.line(y)[..at]);
            return Position::new(x as u16, y);
        }
    }
    panic!("no {words} in\n{}", screen.text());
}

fn click(screen: &mut Screen, words: &str) {
    use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
    let at = place(screen, words);
    screen.event(Event::Mouse(MouseEvent {
        kind: MouseEventKind::Down(MouseButton::Left),
        column: at.x + 1,
        row: at.y,
        modifiers: KeyModifiers::NONE,
    }));
}

#[test]
fn a_question_interrupts_nothing() {
    for size in SIZES {
        let mut screen = calling(size).keys("2 Esc Esc j Enter \"ab\"");
        let (cursor, line) = (screen.cursor, screen.cursor_line());
        asks(&mut screen, "s1", AskKind::Form, FORM);
        assert_eq!(screen.model.view, View::Tools);
        assert_eq!((screen.cursor, screen.cursor_line()), (cursor, line));
        assert!(screen.line(0).contains("inbox 1"), "{}", screen.text());
        let number = if size.0 < 100 { "7 Inb 1" } else { "7 Inbox 1" };
        assert!(screen.line(1).contains(number), "{}", screen.text());
        screen.press("\"c\"");
        assert!(screen.cursor_line().contains("abc"));
        assert!(screen.model.is_waiting());
    }
}

#[test]
fn what_is_asked_is_shown() {
    for size in SIZES {
        let mut screen = asked(size, AskKind::Form, FORM);
        screen.is_sound("list");
        assert_snapshot!(
            format!("inbox-form-list-{}x{}", size.0, size.1),
            screen.text()
        );
        screen.press("Enter \"octocat\" Enter");
        screen.is_sound("form");
        assert_snapshot!(
            format!("inbox-form-{}x{}", size.0, size.1),
            timeless(&screen)
        );
        for (name, kind, params) in [
            ("sampling", AskKind::Sampling, SAMPLING),
            ("url", AskKind::Url, URL),
            ("roots", AskKind::Roots, "{}"),
        ] {
            let screen = asked(size, kind, params).keys("Enter");
            screen.is_sound(name);
            assert_snapshot!(
                format!("inbox-{name}-{}x{}", size.0, size.1),
                timeless(&screen)
            );
        }
    }
}

#[test]
fn few_keys_answer_a_form_of_one_field() {
    for size in SIZES {
        let mut screen = calling(size);
        asks(&mut screen, "s1", AskKind::Form, ONE_FIELD);
        screen.press("7 Enter \"octocat\" Enter Enter");
        assert_eq!(
            *given(&screen),
            result(r#"{"action":"accept","content":{"name":"octocat"}}"#)
        );
        assert_eq!(screen.status(), "accepted: some-server is told");
        // Given once, never twice.
        screen.press("a a");
        assert_eq!(screen.sent.len(), 1);
        assert_eq!(screen.status(), "it was answered already");
    }
}

#[test]
fn defaults_that_are_shown_are_sent() {
    let mut screen = asked(SIZES[1], AskKind::Form, FORM);
    assert!(screen.contains("[ ] false"), "{}", screen.text());
    screen.press("Enter \"me\" Esc Esc a a");
    assert_eq!(
        *given(&screen),
        result(r#"{"action":"accept","content":{"name":"me","notify":false}}"#)
    );
}

#[test]
fn no_is_sent_as_it_was_said() {
    for (keys, action) in [
        ("d", "decline"),
        ("c", "cancel"),
        ("Enter Tab Tab Right Enter", "decline"),
        ("Enter Tab Tab Right Right Enter", "cancel"),
        ("Enter Tab Tab Esc l Enter", "decline"),
    ] {
        let screen = asked(SIZES[1], AskKind::Form, FORM).keys(keys);
        let expected = result(&format!(r#"{{"action":"{action}"}}"#));
        assert_eq!(*given(&screen), expected, "{keys}");
    }
    for size in SIZES {
        for (button, action) in [("Decline", "decline"), ("Cancel", "cancel")] {
            let mut screen = asked(size, AskKind::Form, FORM).keys("Enter");
            click(&mut screen, &format!("[ {button}"));
            let expected = result(&format!(r#"{{"action":"{action}"}}"#));
            assert_eq!(*given(&screen), expected, "{button}");
        }
    }
}

#[test]
fn letters_type_in_the_form_and_enter_outside_never_accepts() {
    let mut screen = asked(SIZES[1], AskKind::Form, FORM).keys("Enter \"aadc\"");
    assert!(screen.cursor_line().contains("aadc"));
    screen.press("Esc Esc Enter Esc Esc");
    assert!(screen.sent.is_empty(), "{:?}", screen.sent);
    // The draft is as it was left, wherever one has been.
    screen.press("5 1 7");
    assert!(screen.contains("aadc"), "{}", screen.text());
}

#[test]
fn what_is_wrong_is_asked_about_first() {
    for size in SIZES {
        let mut screen = asked(size, AskKind::Form, FORM).keys("a a");
        assert!(screen.sent.is_empty());
        assert!(
            screen.contains("1 problem: f fix first  s send anyway  Esc"),
            "{}",
            screen.text()
        );
        screen.is_sound("asking");
        screen.press("f \"x\" Esc Esc a a");
        assert_eq!(
            *given(&screen),
            result(r#"{"action":"accept","content":{"name":"x","notify":false}}"#)
        );
        let screen = asked(size, AskKind::Form, FORM).keys("a a s");
        assert_eq!(
            *given(&screen),
            result(r#"{"action":"accept","content":{"notify":false}}"#)
        );
        let mut screen = asked(size, AskKind::Form, FORM).keys("a a");
        click(&mut screen, "s send anyway");
        given(&screen);
    }
}

#[test]
fn what_only_the_schema_knows_counts_too() {
    let params = FORM.replace(
        r#"{"type":"string"}"#,
        r#"{"type":"string","not":{"const":"A1"}}"#,
    );
    let mut screen = asked(SIZES[1], AskKind::Form, &params).keys("Enter \"A1\" Tab Tab Enter");
    assert!(screen.sent.is_empty(), "{:?}", screen.sent);
    assert!(screen.contains("1 problem:"), "{}", screen.text());
    screen.press("s");
    assert_eq!(
        *given(&screen),
        result(r#"{"action":"accept","content":{"name":"A1","notify":false}}"#)
    );
}

#[test]
fn an_answer_can_be_written_as_json() {
    let mut screen = asked(SIZES[1], AskKind::Form, FORM).keys("e");
    assert!(screen.contains("\"notify\": false"), "{}", screen.text());
    screen.press("Down End Backspace Backspace Backspace Backspace Backspace");
    screen.press("\"true, \" \" \"name\" \" Backspace Backspace Esc");
    // Broken text is kept and never sent.
    let broken = screen.keys("Esc Esc a a");
    assert!(broken.sent.is_empty(), "{}", broken.text());
}

#[test]
fn several_choices_are_ticked() {
    let params = FORM.replace(
        r#"{"type":"string"}"#,
        r#"{"type":"array","items":{"type":"string","enum":["red","blue"]}}"#,
    );
    let screen = asked(SIZES[1], AskKind::Form, &params).keys("Enter Space Esc Esc a a");
    assert_eq!(
        *given(&screen),
        result(r#"{"action":"accept","content":{"name":["red"],"notify":false}}"#)
    );
}

#[test]
fn a_message_is_typed_made_up_or_read_from_a_file() {
    let mut typed = asked(SIZES[1], AskKind::Sampling, SAMPLING).keys("Enter \"Hello.\"");
    assert!(typed.contains("model: sonnet"), "{}", typed.text());
    assert!(typed.contains("Be brief.") && typed.contains("at most 100 tokens"));
    typed.press("Esc Esc a a");
    assert_eq!(
        *given(&typed),
        result(
            r#"{"role":"assistant","content":{"type":"text","text":"Hello."},"model":"sonnet","stopReason":"endTurn"}"#
        )
    );
    let stub = asked(SIZES[1], AskKind::Sampling, SAMPLING).keys("s Esc Esc a a");
    let Reply::Result(raw) = given(&stub) else {
        panic!()
    };
    assert!(
        raw.contains("no model was asked") && raw.contains("mcpscope-stub"),
        "{raw}"
    );

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("m.txt");
    std::fs::write(&file, "From a file.\n").unwrap();
    let keys = format!("f \"{}\" Enter Esc Esc a a", file.display());
    let read = asked(SIZES[1], AskKind::Sampling, SAMPLING).keys(&keys);
    let Reply::Result(raw) = given(&read) else {
        panic!()
    };
    assert!(raw.contains(r#""text":"From a file.\n""#), "{raw}");

    let mut editor = asked(SIZES[1], AskKind::Sampling, SAMPLING).keys("Enter Esc e");
    let Some(Effect::Edit { asker, suffix, .. }) = editor.orders.last() else {
        panic!("{:?}", editor.orders)
    };
    assert_eq!(suffix, ".md");
    let back = Event::Edited {
        asker: *asker,
        result: Ok("From an editor.\n".to_owned()),
    };
    editor.event(back);
    editor.press("Esc Esc a a");
    let Reply::Result(raw) = given(&editor) else {
        panic!()
    };
    assert!(raw.contains(r#""text":"From an editor.""#), "{raw}");
    let no = asked(SIZES[1], AskKind::Sampling, SAMPLING).keys("d");
    assert!(matches!(given(&no), Reply::Error { code: -1, .. }));
}

#[test]
fn a_page_is_opened_by_its_button_only() {
    for size in SIZES {
        let mut screen = asked(size, AskKind::Url, URL);
        screen.press("a a");
        assert!(screen.sent.is_empty() && screen.orders.is_empty());
        screen.press("Enter");
        assert!(
            screen.contains("host  id.example:8443"),
            "{}",
            screen.text()
        );
        assert!(
            screen.contains("https://id.example:8443/login?next=%2Fhome"),
            "{}",
            screen.text()
        );
        assert!(screen.orders.is_empty());
        click(&mut screen, "[ Open in browser");
        let page = "https://id.example:8443/login?next=%2Fhome".to_owned();
        let [Effect::Browse { asker, address }] = &screen.orders[..] else {
            panic!("{:?}", screen.orders)
        };
        assert_eq!(*address, page);
        let asker = *asker;
        assert!(screen.sent.is_empty(), "no browser has it yet");
        screen.event(Event::Browsed {
            asker,
            result: Ok("the page was given to a browser".to_owned()),
        });
        // To open it is to consent; a request of the server's is answered at once.
        assert_eq!(*given(&screen), result(r#"{"action":"accept"}"#));
        answered(&mut screen, "s1", "person", "accept");
        assert!(screen.contains("[ Open again ]"), "{}", screen.text());
        // The server says that it is done, and so are we.
        screen.wire(
            Direction::In,
            r#"{"jsonrpc":"2.0","method":"notifications/elicitation/complete","params":{"elicitationId":"e1"}}"#,
        );
        screen.press("7 Esc");
        assert!(!screen.contains("[ Open again ]"), "{}", screen.text());
    }
    let odd = URL.replace("https://id.example:8443", "file://");
    let screen = asked(SIZES[1], AskKind::Url, &odd).keys("Enter Enter");
    assert!(screen.orders.is_empty());
    assert!(
        screen.status().contains("only http and https"),
        "{}",
        screen.status()
    );
}

/// Over ssh there is no browser: nothing was consented to by a button that opens nothing.
#[test]
fn a_page_that_no_browser_takes_is_still_asked_about() {
    for size in SIZES {
        let mut screen = asked(size, AskKind::Url, URL);
        screen.press("Enter Enter");
        let [Effect::Browse { asker, .. }] = screen.orders[..] else {
            panic!("{:?}", screen.orders)
        };
        screen.event(Event::Browsed {
            asker,
            result: Err("no browser can be opened from here".to_owned()),
        });
        assert!(screen.sent.is_empty(), "{}", screen.text());
        assert!(
            screen.status().contains("no browser"),
            "{}",
            screen.status()
        );
        assert!(screen.contains("[ Done ]"), "{}", screen.text());
        screen.press("a a");
        assert_eq!(*given(&screen), result(r#"{"action":"accept"}"#));
    }
    // Who copies the address can open it elsewhere.
    let mut screen = asked(SIZES[1], AskKind::Url, URL).keys("y u");
    assert!(screen.contains("[ Done ]"), "{}", screen.text());
    screen.press("a a");
    assert_eq!(*given(&screen), result(r#"{"action":"accept"}"#));
}

#[test]
fn a_page_of_an_input_request_is_done_when_somebody_says_so() {
    let mut screen = calling(SIZES[1]);
    screen.wire(
        Direction::In,
        &format!(r#"{{"jsonrpc":"2.0","id":7,"result":{{"resultType":"input_required","requestState":"x","inputRequests":{{"k":{{"method":"elicitation/create","params":{URL}}}}}}}}}"#),
    );
    let which = Which::Input {
        of: Id::Integer(7),
        key: "k".into(),
    };
    screen.note(&Note::Asking(Asking::Asked {
        question: which.to_json(),
        call: Some("7".to_owned()),
    }));
    screen.press("7 Enter Enter");
    assert!(
        matches!(screen.orders[..], [Effect::Browse { .. }]),
        "{}",
        screen.text()
    );
    let [Effect::Browse { asker, .. }] = screen.orders[..] else {
        panic!("{:?}", screen.orders)
    };
    screen.event(Event::Browsed {
        asker,
        result: Ok("the page was given to a browser".to_owned()),
    });
    assert!(screen.sent.is_empty(), "the page is not done yet");
    screen.press("Enter");
    let [
        Command::Answer {
            question, reply, ..
        },
    ] = &screen.sent[..]
    else {
        panic!("{:?}\n{}", screen.sent, screen.text())
    };
    assert_eq!(
        (question, reply),
        (&which, &result(r#"{"action":"accept"}"#))
    );
}

#[test]
fn roots_are_offered_and_given() {
    let mut screen = calling(SIZES[1]);
    let here = Root {
        uri: "file:///work/project".to_owned(),
        name: None,
    };
    screen.model.panes.inbox.offer(Some(here));
    asks(&mut screen, "s1", AskKind::Roots, "{}");
    screen.press("7");
    assert!(screen.contains("[file:///work"), "{}", screen.text());
    screen.press("Enter");
    assert!(screen.sent.is_empty());
    screen.press("Esc Esc a a");
    assert_eq!(
        *given(&screen),
        result(r#"{"roots":[{"uri":"file:///work/project"}]}"#)
    );
}

#[test]
fn the_call_says_that_it_waits_for_a_person() {
    for size in SIZES {
        let mut screen = calling(size);
        assert!(!screen.contains("waits for you"));
        asks(&mut screen, "s1", AskKind::Form, FORM);
        let words = screen.text();
        assert!(words.contains("waits for you"), "{words}");
        screen.is_sound("call");
        assert_snapshot!(
            format!("inbox-call-{}x{}", size.0, size.1),
            timeless(&screen)
        );
    }
}

#[test]
fn over_is_over_and_the_next_one_comes() {
    let mut screen = asked(SIZES[1], AskKind::Form, FORM);
    asks(&mut screen, "s2", AskKind::Form, ONE_FIELD);
    assert!(screen.contains("the owner"));
    answered(&mut screen, "s1", "person", "accept");
    assert!(screen.contains("Who?"), "{}", screen.text());
    answered(&mut screen, "s2", "person", "decline");
    screen.is_sound("over");
    assert_snapshot!("inbox-over-120x36", timeless(&screen));
    screen.press("a a");
    assert!(
        screen.status().ends_with("it is over: declined"),
        "{}",
        screen.status()
    );
    assert!(screen.sent.is_empty());
}

#[test]
fn who_comes_to_look_is_shown_what_waits() {
    for size in SIZES {
        let mut screen = asked(size, AskKind::Form, FORM);
        answered(&mut screen, "s1", "person", "accept");
        screen.press("Enter ] 2");
        asks(&mut screen, "s2", AskKind::Form, ONE_FIELD);
        screen.press("7 Enter \"me\" Enter Enter");
        let [Command::Answer { question, .. }] = &screen.sent[..] else {
            panic!("{:?}\n{}", screen.sent, screen.text())
        };
        assert_eq!(*question, which("s2"));
    }
}

#[test]
fn a_recording_shows_the_same_and_answers_nothing() {
    for size in SIZES {
        let mut screen = asked(size, AskKind::Form, FORM);
        asks(&mut screen, "s2", AskKind::Url, URL);
        screen.model.world.live = false;
        for keys in ["a a", "d", "c", "e", "P", "j", "a a", "g o", "C"] {
            screen.press(keys);
            let said = keys == "j" || screen.status().contains("this is a recording");
            assert!(said, "{keys}: {}", screen.status());
        }
        screen.press("k Enter");
        assert!(screen.contains("some-server asks you"), "{}", screen.text());
        assert!(screen.contains("Please confirm"), "{}", screen.text());
        screen.press("Esc G Enter");
        assert!(
            screen.status().contains("this is a recording"),
            "{}",
            screen.status()
        );
        assert!(screen.sent.is_empty() && screen.orders.is_empty());
        screen.is_sound("recording");
    }
}

#[test]
fn letters_that_come_before_the_form_are_typed_into_it() {
    let mut screen = calling(SIZES[1]);
    asks(&mut screen, "s1", AskKind::Form, ONE_FIELD);
    let mut model = screen.model;
    // Keys come faster than the question is read.
    let mut effects = Vec::new();
    for key in ["7", "Enter", "d", "a", "c"] {
        let key = Event::Key(crate::support::screen::named(key));
        effects.extend(mcpscope::tui::update::update(&mut model, key, 90_000_000));
        effects.extend(mcpscope::tui::update::place(&mut model));
    }
    let [
        Effect::ReadQuestion {
            asker, which, kind, ..
        },
    ] = &effects[..]
    else {
        panic!("{effects:?}")
    };
    let body = format!(
        r#"{{"id":"s1","method":"{}","params":{ONE_FIELD}}}"#,
        kind.method()
    );
    let read = mcpscope::tui::payload::question::read(*kind, which, body.as_bytes());
    let asker = *asker;
    mcpscope::tui::update::update(&mut model, Event::Question { asker, read }, 90_000_000);
    screen.model = model;
    screen.press("Enter Enter");
    assert_eq!(
        *given(&screen),
        result(r#"{"action":"accept","content":{"name":"dac"}}"#)
    );
}

#[test]
fn automatic_answers_are_listed_together() {
    let mut screen = calling(SIZES[1]);
    for id in ["s1", "s2", "s3"] {
        screen.wire(
            Direction::In,
            &format!(r#"{{"jsonrpc":"2.0","id":"{id}","method":"roots/list"}}"#),
        );
        screen.note(&Note::Asking(Asking::Answered {
            question: which(id).to_json(),
            by: "policy".to_owned(),
            rule: Some("roots".to_owned()),
            how: "result".to_owned(),
        }));
    }
    screen.press("7");
    assert!(
        screen.contains("auto      some-server  roots  answered ×3 by policy"),
        "{}",
        screen.text()
    );
    assert!(!screen.line(0).contains("inbox"), "{}", screen.text());
    assert!(!screen.line(1).contains("Inbox 1"));
}

#[test]
fn what_servers_say_is_shown_safely() {
    let wild = FORM
        .replace("Please confirm", "\\u001b[31mred\\u202e")
        .replace("\"name\"", "\"na\\u200bme\\u0007\"");
    for size in SIZES {
        let mut screen = asked(size, AskKind::Form, &wild);
        screen.is_sound("list");
        screen.press("Enter \"x\" Esc");
        screen.is_sound("form");
        assert!(screen.contains("^["), "{}", screen.text());
        let url = URL.replace("/login", "/\\u202elogin\\u001b");
        asked(size, AskKind::Url, &url)
            .keys("Enter")
            .is_sound("url");
        let sampling = SAMPLING.replace("Be brief.", "\\u001b]0;x\\u0007");
        asked(size, AskKind::Sampling, &sampling)
            .keys("Enter")
            .is_sound("sampling");
    }
}

#[test]
fn a_long_message_scrolls_and_leaves_the_form_in_sight() {
    let lines: Vec<String> = (0..60).map(|n| format!("line {n}.\\n")).collect();
    let long = lines.concat();
    let params = FORM.replace("Please confirm\\nthe owner", &long);
    let mut screen = asked(SIZES[0], AskKind::Form, &params).keys("Enter Esc");
    assert!(
        screen.contains("line 0.") && screen.contains("[ Accept ]"),
        "{}",
        screen.text()
    );
    screen.press("PgDn");
    assert!(
        !screen.contains("line 0.") && screen.contains("[ Accept ]"),
        "{}",
        screen.text()
    );
}

#[test]
fn who_answers_is_changed_for_the_time_being() {
    let mut screen = asked(SIZES[1], AskKind::Form, FORM).keys("P");
    screen.is_sound("policies");
    assert_snapshot!("inbox-policies-120x36", timeless(&screen));
    // From ask to decline, on the second row.
    screen.press("Esc j l Esc");
    screen.press("P Tab Right Esc G Enter");
    let [Command::Policies { conn: 1, policies }] = &screen.sent[..] else {
        panic!("{:?}\n{}", screen.sent, screen.text())
    };
    assert_eq!(policies.form, Policy::Decline);
    assert_eq!(policies.sampling, Policy::Ask);
    assert!(screen.contains("elicitation decline"), "{}", screen.text());
    // It holds for the server's next connection too.
    screen.note(&Note::Exit {
        code: Some(0),
        signal: None,
    });
    screen.update(Update::Gone { conn: 1 });
    screen.press("R");
    let Some(Command::Connect(connect)) = screen.sent.last() else {
        panic!("{:?}", screen.sent)
    };
    assert_eq!(connect.options.policies.form, Policy::Decline);
    assert_eq!(connect.options.capabilities, Capabilities::interactive());
}

#[test]
fn settings_say_who_answers_and_what_is_told() {
    let text =
        "[ask]\nsampling = { stub = \"quick\" }\n[servers.some-server.ask]\nroots = \"off\"\n";
    let config = mcpscope::config::Config::parse(text, std::path::Path::new("config.toml"));
    let mut screen = Screen::live(SIZES[1]);
    screen.model.world.settings = config.unwrap().settings;
    screen.model.options.capabilities = Capabilities::interactive();
    screen.press("Enter");
    let [Command::Connect(connect)] = &screen.sent[..] else {
        panic!("{:?}", screen.sent)
    };
    let options = &connect.options;
    assert_eq!(options.policies.sampling, Policy::Stub("quick".to_owned()));
    assert!(options.capabilities.roots.is_none());
    assert!(options.capabilities.elicitation.form);
    screen.connects(TOOLS);
    screen.press("7");
    for words in [
        "some-server: sampling stub \"quick\" · elicitation ask",
        "roots off",
    ] {
        assert!(screen.contains(words), "{}", screen.text());
    }
}

#[test]
fn a_canned_answer_that_is_none_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("list.json");
    std::fs::write(&file, "[]").unwrap();
    let mut screen = asked(SIZES[1], AskKind::Form, FORM).keys("P");
    // ask, decline, stub, canned, off: down the list of the first row.
    let path = file.display();
    screen.press(&format!(
        "Enter Down Down Down Enter Esc G k Enter \"{path}\" Esc G Enter"
    ));
    assert!(
        screen
            .status()
            .contains("list.json: an answer is a JSON object"),
        "{}\n{}",
        screen.status(),
        screen.text()
    );
    assert!(screen.sent.is_empty());
}
