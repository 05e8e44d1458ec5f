//! A model that is driven in this process, as the loop in `tui.rs` does: entries arrive, frames are drawn.

use std::path::Path;
use std::time::{Duration, Instant};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use mcpscope::config::Settings;
use mcpscope::inspector::Update;
use mcpscope::mcp::client;
use mcpscope::recorder::{Draft, Recorder};
use mcpscope::recording::Bodies;
use mcpscope::tui::clock::Clock;
use mcpscope::tui::effect::Effect;
use mcpscope::tui::event::Event;
use mcpscope::tui::model::{Keeping, Model};
use mcpscope::tui::theme::{Depth, Theme};
use mcpscope::tui::{update, view};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::traffic;

/// The screen it is drawn on.
pub const COLUMNS: u16 = 120;
pub const ROWS: u16 = 36;
/// Bytes of a body.
pub const SIZE: usize = 300;

/// A live model, its recorder, and the screen it is drawn on.
pub struct Bench {
    pub model: Model,
    pub bodies: Bodies,
    pub shown: Buffer,
    pub recorder: Recorder,
    next: u64,
}

impl Bench {
    /// One that records into a new file.
    pub fn new(file: &Path) -> Self {
        let recorder = Recorder::create(file).expect("a new file");
        let keeping = Keeping::Recording {
            path: file.to_owned(),
            since: Timestamp::UNIX_EPOCH,
        };
        let theme = Theme::load("dark", Depth::Rgb).expect("a bundled theme");
        let options = client::Options::default();
        let clock = Clock::in_zone(TimeZone::UTC);
        let mut model = Model::new(Settings::default(), theme, keeping, options, clock);
        model.size = (COLUMNS, ROWS);
        Self {
            model,
            bodies: recorder.bodies(),
            recorder,
            shown: Buffer::empty(Rect::new(0, 0, COLUMNS, ROWS)),
            next: 0,
        }
    }

    /// The next entry of the traffic, recorded.
    pub fn arrival(&mut self) -> Event {
        let draft = draft(self.next);
        self.next += 1;
        Event::Update(Update::Recorded(self.recorder.append(draft, None)))
    }

    /// So many entries, recorded and folded.
    pub fn fold(&mut self, entries: u64) {
        for _ in 0..entries {
            let event = self.arrival();
            update::update(&mut self.model, event, 0);
        }
    }

    /// Takes events and draws one frame: how long that took, and what is left to be done.
    pub fn frame(&mut self, events: Vec<Event>) -> (Duration, Vec<Effect>) {
        let mut next = Buffer::empty(self.shown.area);
        let began = Instant::now();
        let mut effects = Vec::new();
        for event in events {
            effects.extend(update::update(&mut self.model, event, self.next * 250));
        }
        effects.extend(update::place(&mut self.model));
        self.model.areas = view::view(&self.model, &mut next).1;
        std::hint::black_box(self.shown.diff(&next).len());
        let took = began.elapsed();
        self.shown = next;
        (took, effects)
    }
}

/// Entry `index` of the traffic, for a recorder.
pub fn draft(index: u64) -> Draft {
    let entry = traffic::entry(index, SIZE);
    Draft {
        conn: entry.conn,
        channel: entry.channel,
        direction: entry.direction,
        aux: entry.aux,
        body: entry.body,
        ending: "\n",
        extra: None,
    }
}

/// A key that is pressed.
pub fn key(code: KeyCode) -> Event {
    Event::Key(KeyEvent::new(code, KeyModifiers::NONE))
}
