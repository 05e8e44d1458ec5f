//! The views over made-up sessions: keys and actions in, effects and screens out.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::borrow::Cow;
use std::cell::Cell;

use crossterm::event::{KeyCode, KeyEvent};
use jiff::Timestamp;

use super::*;
use crate::config::Settings;
use crate::inspector::{Command, Update};
use crate::lint::findings::Findings;
use crate::mcp::client::End;
use crate::session::marks::Marks;
use crate::session::recorded::{Place, Recorded};
use crate::session::timeline::Timeline;
use crate::session::{Channel, Direction, Entry};
use crate::tui::effect::Subject;
use crate::tui::keymap::{Chord, Keymap, Meaning};
use crate::tui::pane::{Go, Reach, Server};
use crate::tui::previews::Previews;
use crate::tui::theme::{Depth, Theme};
use crate::tui::widgets::testing::text_of;

mod buttons;
mod calling;
mod looking;
mod pause;
mod serving;
mod together;

const TOOLS: &str = r#"{"tools":[
    {"name":"echo","description":"Says it back.\nEvery word.","annotations":{"readOnlyHint":true},
     "inputSchema":{"type":"object","properties":{"message":{"type":"string"}},"required":["message"]}},
    {"name":"create-issue","title":"Create an issue","description":"Create an issue in the tracker","annotations":{"destructiveHint":true},
     "inputSchema":{"properties":{"title":{"type":"string"},"estimate":{"type":"integer","minimum":1},"draft":{"type":"boolean"}},"required":["title"]},
     "outputSchema":{"type":"object"}},
    {"name":"list-issues","description":"List issues with filters","annotations":{"readOnlyHint":true},"inputSchema":{"properties":null}},
    {"name":"ping","description":"No schema at all"},
    {"name":"ping","description":"The same name again","annotations":{"destructiveHint":false}}]}"#;

const PREAMBLE: [&str; 5] = [
    r#"* {"event":"connect","name":"weather","transport":"stdio","era":"auto"}"#,
    r#"* {"event":"spawn","pid":7,"command":["weather"]}"#,
    r#"> {"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}"#,
    r#"< {"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{},"resources":{},"prompts":{}},"serverInfo":{"name":"w"}}}"#,
    r#"* {"event":"ready","revision":"2025-11-25"}"#,
];

/// A pane with everything it looks at.
struct Stage {
    pane: CataloguePane,
    timeline: Timeline,
    servers: Vec<Server>,
    current: usize,
    reach: Reach,
    live: bool,
    now_us: u64,
    previews: Previews,
    marks: Marks,
    lint: Findings,
    settings: Settings,
    theme: Theme,
    keys: Keymap,
    tickets: Cell<u64>,
    size: (u16, u16),
    cursor: Option<Position>,
}

impl Stage {
    fn new(kind: Kind, size: (u16, u16)) -> Self {
        let server = Server {
            name: "weather".into(),
            target: None,
            identity: None,
            origin: "test".into(),
            conn: None,
            starts: 0,
            era: None,
            listed: None,
            watched: Vec::new(),
            pinned: None,
        };
        Self {
            pane: CataloguePane::new(kind),
            timeline: Timeline::default(),
            servers: vec![server],
            current: 0,
            reach: Reach::default(),
            live: true,
            now_us: 0,
            previews: Previews::default(),
            marks: Marks::default(),
            lint: Findings::default(),
            settings: Settings::default(),
            theme: Theme::load("mono", Depth::None).unwrap(),
            keys: Keymap::default(),
            tickets: Cell::new(0),
            size,
            cursor: None,
        }
    }

    /// Connected, with its tools listed.
    fn tools(size: (u16, u16)) -> Self {
        let mut stage = Self::new(Kind::Tools, size);
        stage.connect(1);
        stage.list(1, "tools/list", TOOLS);
        stage
    }

    /// Appends entries to connection `conn`, written as in the tests of the timeline.
    fn push(&mut self, conn: u32, lines: &[&str]) {
        for line in lines {
            let (mark, body) = line.split_at(2);
            let (channel, direction) = match mark {
                "> " => (Channel::Wire, Direction::Out),
                "< " => (Channel::Wire, Direction::In),
                "2 " => (Channel::Stderr, Direction::In),
                _ => (Channel::Note, Direction::Here),
            };
            self.now_us += 1000;
            let entry = Entry {
                seq: self.timeline.entries().len() as u64 + 1,
                us: self.now_us,
                at: Timestamp::UNIX_EPOCH,
                conn,
                channel,
                direction,
                aux: false,
                body: body.as_bytes().to_vec(),
                ending: Cow::Borrowed("\n"),
                extra: None,
            };
            self.timeline.push(&Recorded::of(&entry, Place::default()));
        }
        self.place();
    }

    fn connect(&mut self, conn: u32) {
        self.servers[0].conn = Some(conn);
        self.push(conn, &PREAMBLE);
    }

    fn list(&mut self, conn: u32, method: &str, result: &str) {
        let id = self.timeline.entries().len() + 100;
        let result = result.replace('\n', "");
        self.push(
            conn,
            &[
                &format!(r#"> {{"jsonrpc":"2.0","id":{id},"method":"{method}"}}"#),
                &format!(r#"< {{"jsonrpc":"2.0","id":{id},"result":{result}}}"#),
            ],
        );
    }

    fn with<T>(&mut self, act: impl FnOnce(&mut CataloguePane, &Ctx<'_>) -> T) -> T {
        let ctx = Ctx {
            timeline: &self.timeline,
            servers: &self.servers,
            current: self.current,
            reach: &self.reach,
            live: self.live,
            rerun: None,
            taps: &[],
            tap: None,
            revealed: false,
            now_us: self.now_us,
            previews: &self.previews,
            marks: &self.marks,
            lint: &self.lint,
            settings: &self.settings,
            theme: &self.theme,
            keys: &self.keys,
            tickets: &self.tickets,
        };
        act(&mut self.pane, &ctx)
    }

    fn place(&mut self) -> Vec<Effect> {
        let area = Rect::new(0, 0, self.size.0, self.size.1);
        self.with(|pane, ctx| pane.place(area, ctx))
    }

    fn screen(&mut self) -> String {
        self.place();
        let area = Rect::new(0, 0, self.size.0, self.size.1);
        let mut buf = Buffer::empty(area);
        self.cursor = self.with(|pane, ctx| pane.draw(area, &mut buf, ctx));
        text_of(&buf)
    }

    fn act(&mut self, action: Action) -> Reply {
        let reply = self.with(|pane, ctx| pane.action(action, ctx));
        self.place();
        reply
    }

    /// Presses keys as the loop does: to the field with the caret first, then to the actions.
    /// `⏎ ⇥ ⇤ ⌫ ↓ ↑ ← → ⎋` stand for keys without a letter.
    fn press(&mut self, keys: &str) -> Reply {
        let mut last = Reply::default();
        for c in keys.chars() {
            let code = match c {
                '⏎' => KeyCode::Enter,
                '⇥' => KeyCode::Tab,
                '⇤' => KeyCode::BackTab,
                '⌫' => KeyCode::Backspace,
                '↓' => KeyCode::Down,
                '↑' => KeyCode::Up,
                '←' => KeyCode::Left,
                '→' => KeyCode::Right,
                '⎋' => KeyCode::Esc,
                c => KeyCode::Char(c),
            };
            let key = KeyEvent::from(code);
            if self.pane.takes_text() {
                last = self.with(|pane, ctx| pane.key(key, ctx));
                self.place();
                if last.handled {
                    continue;
                }
            }
            let mut scopes = self.pane.scopes();
            scopes.push(Scope::Global);
            last = match self.keys.meaning(&[Chord::from(key)], &scopes) {
                Meaning::Action(action) => self.act(action),
                _ => Reply::ignored(),
            };
        }
        last
    }

    fn event(&mut self, update: Update) -> Vec<Effect> {
        let effects = self.with(|pane, ctx| pane.event(&Event::Update(update), ctx));
        self.place();
        effects
    }

    /// The request of a reply, as method, parameters and ticket.
    fn call(reply: &Reply) -> (String, String, u64) {
        match &reply.effects[..] {
            [Effect::Engine(Command::Call { conn: _, call })] => (
                call.method.clone(),
                call.params.clone().unwrap(),
                call.ticket,
            ),
            other => panic!("no call: {other:?} {:?}", reply.say),
        }
    }

    /// What the engine tells after a call: sent, `lines`, over.
    fn run(&mut self, reply: &Reply, meanwhile: &[&str], end: End) -> Vec<Effect> {
        let (method, params, ticket) = Self::call(reply);
        let id = 1000 + ticket;
        self.push(
            1,
            &[&format!(
                r#"> {{"jsonrpc":"2.0","id":{id},"method":"{method}","params":{params}}}"#
            )],
        );
        let seq = self.timeline.entries().len() as u64;
        self.event(Update::Sent { ticket, seq });
        let lines: Vec<String> = meanwhile
            .iter()
            .map(|line| line.replace("$ID", &id.to_string()))
            .collect();
        self.push(1, &lines.iter().map(String::as_str).collect::<Vec<_>>());
        let seq = (end == End::Answered).then_some(self.timeline.entries().len() as u64);
        self.event(Update::Finished { ticket, end, seq })
    }
}
