//! Small sessions for the tests of Traffic and Logs, written as lines: `> frame` to the server, `< frame` from it,
//! `~ frame` to it on mcpscope's own account, `2 text` on stderr, `! text` junk on stdout, `* note` as JSON, and
//! `h note` of HTTP. A line that begins with `@2` belongs to connection 2.

use std::borrow::Cow;
use std::cell::Cell;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::config::Settings;
use crate::lint::findings::Findings;
use crate::session::marks::Marks;
use crate::session::recorded::{Facts, Place, Recorded};
use crate::session::timeline::{EntryRow, Timeline};
use crate::session::{Channel, Direction, Entry};
use crate::tui::clock::Clock;
use crate::tui::effect::Effect;
use crate::tui::effect::replaying::Rerun;
use crate::tui::event::Event;
use crate::tui::keymap::Keymap;
use crate::tui::pane::{Ctx, Pane, Reach, Server};
use crate::tui::previews::Previews;
use crate::tui::theme::{Depth, Theme};
use crate::tui::widgets::testing::text_of;

/// Microseconds between two lines.
const STEP: u64 = 120_000;

/// A session, and what else a pane may look at.
pub struct Stage {
    pub timeline: Timeline,
    pub previews: Previews,
    pub marks: Marks,
    pub lint: Findings,
    pub live: bool,
    pub rerun: Option<Rerun>,
    pub servers: Vec<Server>,
    pub current: usize,
    pub reach: Reach,
    settings: Settings,
    theme: Theme,
    keys: Keymap,
    tickets: Cell<u64>,
}

impl Stage {
    pub fn of(lines: &[&str]) -> Self {
        let mut stage = Self {
            timeline: Timeline::default(),
            previews: Previews::default(),
            marks: Marks::default(),
            lint: Findings::default(),
            live: true,
            rerun: None,
            servers: Vec::new(),
            current: 0,
            reach: Reach::default(),
            settings: Settings::default(),
            theme: Theme::load("mono", Depth::None).expect("bundled"),
            keys: Keymap::default(),
            tickets: Cell::new(0),
        };
        stage.push(lines);
        stage
    }

    pub fn push(&mut self, lines: &[&str]) {
        for line in lines {
            let entry = self.entry(line);
            self.previews.arrived(&entry);
            self.timeline.push(&entry);
        }
    }

    fn entry(&self, line: &str) -> Recorded {
        let (conn, line) = line.strip_prefix("@2 ").map_or((1, line), |line| (2, line));
        let (mark, body) = line.split_at(2);
        let (channel, direction) = match mark {
            "> " | "~ " => (Channel::Wire, Direction::Out),
            "< " => (Channel::Wire, Direction::In),
            "2 " => (Channel::Stderr, Direction::In),
            "! " => (Channel::Stdout, Direction::In),
            "h " => (Channel::Http, Direction::Here),
            _ => (Channel::Note, Direction::Here),
        };
        let index = self.timeline.entries().len() as u64;
        let entry = Entry {
            seq: index + 1,
            us: index * STEP,
            at: at(index),
            conn,
            channel,
            direction,
            aux: mark == "~ ",
            body: body.as_bytes().to_vec(),
            ending: Cow::Borrowed("\n"),
            extra: None,
        };
        Recorded::of(&entry, place(index))
    }

    /// As many exchanges, log notifications and stderr lines as make `count` entries; nothing is previewed.
    pub fn flood(&mut self, count: u64) {
        let lines = [
            r#"> {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo"}}"#,
            r#"< {"jsonrpc":"2.0","id":1,"result":{}}"#,
            r#"< {"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"x"}}"#,
            "2 a line",
        ];
        let mut entries: Vec<Recorded> = lines.iter().map(|line| self.entry(line)).collect();
        for turn in 0..count {
            let kinds = entries.len() as u64;
            let entry = &mut entries[(turn % kinds) as usize];
            let index = self.timeline.entries().len() as u64;
            (entry.seq, entry.us, entry.at) = (index + 1, index * STEP, at(index));
            entry.place = place(index);
            if let Facts::Messages(messages) = &mut entry.facts
                && let Some(id) = &mut messages[0].id
            {
                *id = (turn as i64 / 4).into();
            }
            self.timeline.push(entry);
        }
    }

    pub fn ctx(&self) -> Ctx<'_> {
        Ctx {
            timeline: &self.timeline,
            servers: &self.servers,
            current: self.current,
            reach: &self.reach,
            live: self.live,
            rerun: self.rerun.as_ref(),
            taps: &[],
            tap: None,
            revealed: false,
            now_us: self.timeline.entries().last().map_or(0, EntryRow::us),
            previews: &self.previews,
            marks: &self.marks,
            lint: &self.lint,
            settings: &self.settings,
            theme: &self.theme,
            keys: &self.keys,
            tickets: &self.tickets,
        }
    }

    /// Places and draws; gives the screen, the cursor and the effects.
    pub fn show(
        &self,
        pane: &mut impl Pane,
        width: u16,
        height: u16,
    ) -> (String, Option<Position>, Vec<Effect>) {
        let area = Rect::new(0, 0, width, height);
        let mut buf = Buffer::empty(area);
        let effects = pane.place(area, &self.ctx());
        let cursor = pane.draw(area, &mut buf, &self.ctx());
        (text_of(&buf), cursor, effects)
    }

    /// The first line of the screen: the title.
    pub fn title(&self, pane: &mut impl Pane, width: u16, height: u16) -> String {
        let (screen, ..) = self.show(pane, width, height);
        screen.lines().next().unwrap_or_default().to_owned()
    }

    /// Types text and Enter into the find line, and answers the search it gives.
    pub fn find(&self, pane: &mut impl Pane, text: &str, seqs: &[u64]) {
        for key in text.chars().map(KeyCode::Char) {
            pane.key(KeyEvent::new(key, KeyModifiers::NONE), &self.ctx());
        }
        let enter = KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE);
        let reply = pane.key(enter, &self.ctx());
        let [Effect::Search { asker, text: asked }] = &reply.effects[..] else {
            panic!("{reply:?}")
        };
        assert_eq!(asked, text);
        let event = Event::Found {
            asker: *asker,
            seqs: seqs.to_vec(),
        };
        pane.event(&event, &self.ctx());
    }
}

fn at(index: u64) -> Timestamp {
    let us = 1_795_269_729_120_000 + index * STEP;
    Timestamp::from_microsecond(us as i64).expect("a time")
}

fn place(index: u64) -> Place {
    Place {
        offset: index * 100,
        length: 100,
    }
}

/// UTC.
pub fn clock() -> Clock {
    Clock::in_zone(TimeZone::UTC)
}
