//! What is typed for a frame, and what the tap is told of it.

use crossterm::event::KeyModifiers;

use super::*;
use crate::tap::running::Running;
use crate::tui::panes::stream::fixture::Stage;

const LINES: &[&str] = &[
    r#"> {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"trip"}}"#,
    r#"< {"jsonrpc":"2.0","id":7,"method":"elicitation/create","params":{"message":"Who?"}}"#,
    r#"* {"event":"tap-held","frame":2,"rule":"hold:method:elicitation/create"}"#,
    r#"< {"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"x"}}"#,
    r#"* {"event":"tap-held","frame":4,"rule":"hold"}"#,
];

fn tap() -> Running {
    Running {
        serves: false,
        pid: 7,
        server: "it".to_owned(),
        file: Some("/s.jsonl".into()),
        listens: None,
        control: Some("/s.sock".into()),
        since: jiff::Timestamp::UNIX_EPOCH,
        lost: 0,
    }
}

fn told(reply: &Reply) -> (u64, Command) {
    match &reply.effects[..] {
        [Effect::Tap(telling)] => (telling.asker, telling.command.clone()),
        other => panic!("{other:?}, {:?}", reply.say),
    }
}

/// The pane over a session with a tap.
struct Seen {
    stage: Stage,
    tap: Running,
    pane: HeldPane,
}

impl Seen {
    fn new() -> Self {
        let mut seen = Self {
            stage: Stage::of(LINES),
            tap: tap(),
            pane: HeldPane::default(),
        };
        seen.screen();
        seen
    }

    fn act(&mut self, action: Action) -> Reply {
        let ctx = Ctx {
            tap: Some(&self.tap),
            ..self.stage.ctx()
        };
        self.pane.action(action, &ctx)
    }

    fn hear(&mut self, asker: u64, command: Command, told: &str) -> Vec<Effect> {
        let told = Ok(told.to_owned());
        let event = Event::Tapped {
            asker,
            command,
            told,
        };
        self.pane.event(&event, &self.stage.ctx())
    }

    fn screen(&mut self) -> String {
        let area = Rect::new(0, 0, 80, 14);
        let ctx = Ctx {
            tap: Some(&self.tap),
            live: false,
            ..self.stage.ctx()
        };
        let mut buf = Buffer::empty(area);
        self.pane.place(area, &ctx);
        self.pane.draw(area, &mut buf, &ctx);
        crate::tui::widgets::testing::text_of(&buf)
    }
}

#[test]
fn a_frame_is_changed_as_json_and_let_go() {
    let mut seen = Seen::new();
    let screen = seen.screen();
    assert!(screen.contains("HELD 2"), "{screen}");
    assert!(
        screen.contains("#2     → client   0:00   elicitation/create"),
        "{screen}"
    );
    let (asker, command) = told(&seen.act(Action::EditHeld));
    assert_eq!(command, Command::Show(2));
    assert!(!seen.pane.takes_text());
    seen.hear(asker, command, "{\n  \"id\": 7\n}");
    assert!(seen.pane.takes_text());
    assert!(seen.screen().contains("WHAT GOES ON"));
    let key = |code| KeyEvent::new(code, KeyModifiers::NONE);
    let ctx = seen.stage.ctx();
    seen.pane.key(key(KeyCode::Char(' ')), &ctx);
    seen.pane.key(key(KeyCode::Esc), &ctx);
    assert!(!seen.pane.takes_text());
    let (asker, command) = told(&seen.act(Action::ReleaseHeld));
    assert_eq!(
        command,
        Command::Instead(2, " {\n  \"id\": 7\n}".to_owned())
    );
    let said = seen.hear(asker, command, "{\"frame\":2}");
    assert!(
        matches!(&said[..], [Effect::Tell { sentence, bad: false }] if sentence == "#2 was changed and let go")
    );
    // The tap says so in the recording, and the next one is there.
    seen.stage
        .push(&[r#"* {"event":"tap-let-go","frame":2,"fate":"changed"}"#]);
    assert!(seen.screen().contains("HELD 1"));
    assert_eq!(told(&seen.act(Action::DropHeld)).1, Command::Drop(4));
    assert_eq!(
        told(&seen.act(Action::ReleaseHeld)).1,
        Command::Release(Some(4))
    );
}

#[test]
fn what_is_typed_for_a_frame_that_goes_on_meanwhile_is_no_key_for_another() {
    let mut seen = Seen::new();
    let (asker, command) = told(&seen.act(Action::EditHeld));
    seen.hear(asker, command, "{}");
    seen.stage
        .push(&[r#"* {"event":"tap-let-go","frame":2,"fate":"released"}"#]);
    assert!(seen.screen().contains("#2 WENT ON MEANWHILE"));
    assert!(seen.pane.takes_text());
    let key = |code| KeyEvent::new(code, KeyModifiers::NONE);
    let ctx = seen.stage.ctx();
    for letter in "drop".chars() {
        let reply = seen.pane.key(key(KeyCode::Char(letter)), &ctx);
        assert!(reply.effects.is_empty());
    }
    seen.pane.key(key(KeyCode::Esc), &ctx);
    assert!(seen.screen().contains("drop{}"));
    // Nor is the other frame dropped by what is pressed next.
    for action in [Action::DropHeld, Action::ReleaseHeld] {
        let reply = seen.act(action);
        assert!(reply.effects.is_empty() && reply.say.unwrap().contains("went on meanwhile"));
    }
    seen.act(Action::Back);
    seen.screen();
    assert_eq!(told(&seen.act(Action::DropHeld)).1, Command::Drop(4));
}

#[test]
fn a_refusal_tells_what_to_do_instead() {
    let mut seen = Seen::new();
    let (asker, command) = told(&seen.act(Action::EditHeld));
    let event = Event::Tapped {
        asker,
        command,
        told: Err(crate::tap::control::words::Refusal {
            what: "#2 is too long".to_owned(),
            hint: Some("do that".to_owned()),
        }),
    };
    let said = seen.pane.event(&event, &seen.stage.ctx());
    assert!(
        matches!(&said[..], [Effect::Tell { sentence, bad: true }] if sentence == "#2 is too long; do that")
    );
    assert!(!seen.pane.takes_text());
}

#[test]
fn only_a_request_is_answered() {
    let mut seen = Seen::new();
    seen.act(Action::AnswerHeld);
    assert!(seen.screen().contains("THE RESULT THAT ANSWERS IT"));
    let (_, command) = told(&seen.act(Action::ReleaseHeld));
    assert!(matches!(command, Command::Answer(2, Ok(text)) if text.contains("accept")));
    seen.act(Action::Back);
    seen.act(Action::Down);
    seen.screen();
    let why = seen.pane.why_not(Action::AnswerHeld, &seen.stage.ctx());
    assert!(why.unwrap().starts_with("only a request has an answer"));
}

#[test]
fn a_result_that_wants_input_is_answered_by_name() {
    let mut seen = Seen {
        stage: Stage::of(&[
            r#"> {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"trip","_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}"#,
            r#"< {"jsonrpc":"2.0","id":1,"result":{"resultType":"input_required","inputRequests":{"who":{"method":"elicitation/create","params":{"message":"Who?","requestedSchema":{"type":"object","properties":{}}}}}}}"#,
            r#"* {"event":"tap-held","frame":2,"rule":"hold"}"#,
        ]),
        tap: tap(),
        pane: HeldPane::default(),
    };
    let screen = seen.screen();
    assert!(
        screen.contains("→ client   0:00   answer to tools/call trip (#1)"),
        "{screen}"
    );
    seen.act(Action::AnswerHeld);
    let (_, command) = told(&seen.act(Action::ReleaseHeld));
    assert!(
        matches!(&command, Command::Answer(2, Ok(text)) if text.contains("\"who\": {\"action\": \"accept\"")),
        "{command:?}"
    );
}

#[test]
fn without_its_tap_nothing_is_told() {
    let mut seen = Seen::new();
    let reply = seen.pane.action(Action::ReleaseHeld, &seen.stage.ctx());
    assert!(reply.effects.is_empty() && reply.say.unwrap().contains("is gone"));
}
