//! The screen without a terminal: the model, fed with keys and events, drawn into a buffer. Effects are carried out on
//! the spot, but for what belongs to the engine, the loop or the clipboard: that is kept, to be looked at.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use mcpscope::config::Settings;
use mcpscope::inspector::{Command, Update};
use mcpscope::mcp::client;
use mcpscope::mcp::types::List;
use mcpscope::note::Note;
use mcpscope::paths::Paths;
use mcpscope::recorder::{Draft, Recorder};
use mcpscope::recording::{Bodies, Recording};
use mcpscope::session::{Channel, Direction};
use mcpscope::text;
use mcpscope::transport::Spawn;
use mcpscope::tui::action::Action;
use mcpscope::tui::clock::Clock;
use mcpscope::tui::effect::Effect;
use mcpscope::tui::event::{Event, OpenedSession};
use mcpscope::tui::model::{Keeping, Model};
use mcpscope::tui::pane::View;
use mcpscope::tui::runtime::{self, keeper::Shelves, librarian, opening};
use mcpscope::tui::theme::{Depth, Role, Theme};
use mcpscope::tui::update;
use mcpscope::tui::view;
use mcpscope::tui::widgets::picture::Pictures;
use ratatui::buffer::{Buffer, CellWidth as _};
use ratatui::layout::{Position, Rect};
use tempfile::TempDir;

/// One size below which things are stacked, one from which they stand side by side.
pub const SIZES: [(u16, u16); 2] = [(80, 24), (120, 36)];

/// Effects that lead to effects more often than this never end.
const PATIENCE: usize = 1_000;

/// What time it is on the screens of tests.
pub fn now() -> Timestamp {
    Timestamp::from_second(1_795_269_000).unwrap()
}

/// A file of the package, by its path there.
pub fn file(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A recording, opened and looked at after some keys, as text.
pub fn screen(path: &str, size: (u16, u16), keys: &str) -> String {
    Screen::opened(path, size).keys(keys).text()
}

/// See the module.
pub struct Screen {
    pub model: Model,
    /// What was drawn last.
    pub buffer: Buffer,
    /// Where the hardware cursor was put.
    pub cursor: Option<Position>,
    /// What the engine was told.
    pub sent: Vec<Command>,
    /// What the loop was told: redraw, suspend, quit.
    pub orders: Vec<Effect>,
    /// What was copied.
    pub copied: Vec<String>,
    /// The connection that frames and notes belong to.
    pub conn: u32,
    /// What pictures become.
    pub pictures: Pictures,
    bodies: Bodies,
    /// Sessions that are opened beside the first, and those that are to be.
    opened: Vec<(u32, Recording)>,
    to_read: VecDeque<(u32, PathBuf)>,
    recorder: Option<Recorder>,
    /// Where history, drafts and presets are; a folder of its own.
    pub shelves: Shelves,
    home: TempDir,
    now_us: u64,
}

impl Screen {
    /// A session file, read whole.
    pub fn opened(path: &str, size: (u16, u16)) -> Self {
        Self::opened_in(path, size, Theme::load("dark", Depth::Rgb).unwrap())
    }

    pub fn opened_in(path: &str, size: (u16, u16), theme: Theme) -> Self {
        let path = file(path);
        let recording = Recording::open(&path).unwrap();
        let length = std::fs::metadata(&path).unwrap().len();
        let keeping = Keeping::Opened {
            path: path.clone(),
            bytes: (0, length),
            following: false,
        };
        let mut screen = Self::new(keeping, size, theme, recording.bodies(), None);
        if let Keeping::Opened { path: shown, .. } = &mut screen.model.keeping
            && path.starts_with(env!("CARGO_MANIFEST_DIR"))
        {
            // What somebody adds to it must not stand beside the shipped one.
            *shown = screen.home.path().join(path.file_name().unwrap());
            std::fs::copy(&path, shown).unwrap();
        }
        screen.model.view = View::Traffic;
        let loaded = recording.load(|entries, read| {
            let bytes = (read, length);
            screen.event(Event::Loading { entries, bytes });
            true
        });
        screen.event(Event::Loaded(loaded.unwrap(), None));
        screen
    }

    /// A session that is being recorded, with one server that is off.
    pub fn live(size: (u16, u16)) -> Self {
        let recorder = Recorder::unnamed().unwrap();
        let since = Timestamp::from_second(1_795_269_000).unwrap();
        let keeping = Keeping::Recording {
            path: "/sessions/now.jsonl".into(),
            since,
        };
        let bodies = recorder.bodies();
        let theme = Theme::load("dark", Depth::Rgb).unwrap();
        let mut screen = Self::new(keeping, size, theme, bodies, Some(recorder));
        let spawn = Spawn::new("some-server", ["--stdio"]);
        update::push_server(&mut screen.model, "some-server", spawn, "command line");
        screen.resize(size);
        screen
    }

    /// A session that an engine beside it records, with one server that is off. What the engine is to do is taken out of
    /// `sent`, what it tells is given to `update`.
    pub fn beside(size: (u16, u16), bodies: Bodies, server: Spawn) -> Self {
        let keeping = Keeping::Recording {
            path: "/sessions/now.jsonl".into(),
            since: now(),
        };
        let theme = Theme::load("dark", Depth::Rgb).unwrap();
        let mut screen = Self::new(keeping, size, theme, bodies, None);
        let name = server.short_name();
        update::push_server(&mut screen.model, &name, server, "command line");
        screen.resize(size);
        screen
    }

    fn new(
        keeping: Keeping,
        size: (u16, u16),
        theme: Theme,
        bodies: Bodies,
        recorder: Option<Recorder>,
    ) -> Self {
        let (options, clock) = (client::Options::default(), Clock::in_zone(TimeZone::UTC));
        let mut model = Model::new(Settings::default(), theme, keeping, options, clock);
        model.size = size;
        let home = tempfile::tempdir().unwrap();
        let mut screen = Self {
            model,
            buffer: Buffer::default(),
            cursor: None,
            sent: Vec::new(),
            orders: Vec::new(),
            copied: Vec::new(),
            conn: 1,
            pictures: Pictures::OFF,
            bodies,
            opened: Vec::new(),
            to_read: VecDeque::new(),
            recorder,
            shelves: Shelves::at(
                home.path(),
                Some(home.path()),
                &Paths::under(home.path()),
                true,
            ),
            home,
            now_us: 0,
        };
        screen.resize(size);
        screen
    }

    // --- what happens ---

    /// Presses keys, written as the table of actions writes them, with blanks between: `g t`, `Enter`, `C-c`. What
    /// stands in quotes is typed letter by letter; a quote by itself is that key.
    pub fn keys(mut self, keys: &str) -> Self {
        self.press(keys);
        self
    }

    pub fn press(&mut self, keys: &str) {
        for key in parse(keys) {
            self.happen(Event::Key(key));
            self.read_sessions();
        }
        self.draw();
    }

    /// Clicks where these words are first, on a line that has `row` in it.
    pub fn click(&mut self, row: &str, words: &str) {
        let found = (0..self.buffer.area.height).find_map(|y| {
            let line = self.line(y);
            let at = line.contains(row).then(|| line.find(words))??;
            Some(Position::new(text::width(&line[..at]) as u16, y))
        });
        let at = found.unwrap_or_else(|| panic!("no {words} beside {row} in\n{}", self.text()));
        self.mouse(MouseEventKind::Down(MouseButton::Left), at);
    }

    /// The mouse does something at a place.
    pub fn mouse(&mut self, kind: MouseEventKind, at: Position) {
        self.event(Event::Mouse(MouseEvent {
            kind,
            column: at.x,
            row: at.y,
            modifiers: KeyModifiers::NONE,
        }));
    }

    /// Does an action, as the palette would.
    pub fn act(&mut self, action: Action) {
        let effects = update::act(&mut self.model, action);
        self.settle(effects.into());
        self.draw();
    }

    pub fn resize(&mut self, size: (u16, u16)) {
        self.event(Event::Resize(size.0, size.1));
    }

    pub fn update(&mut self, update: Update) {
        self.event(Event::Update(update));
    }

    /// Something happens, everything that follows from it too, and the screen is drawn.
    pub fn event(&mut self, event: Event) {
        self.happen(event);
        self.read_sessions();
        self.draw();
    }

    /// Reads the sessions that are to be opened, whole.
    fn read_sessions(&mut self) {
        while let Some((session, path)) = self.to_read.pop_front() {
            let of = |event| Event::Of(session, Box::new(event));
            let recording = match Recording::open(&path) {
                Ok(recording) => recording,
                Err(error) => {
                    self.happen(of(Event::Failed(error.to_string())));
                    continue;
                }
            };
            let size = std::fs::metadata(&path).unwrap().len();
            let meta = opening::read_meta(&path);
            let mut parts = vec![of(Event::SessionOpened(Box::new(OpenedSession {
                log: path.extension().is_some_and(|word| word == "log"),
                path,
                size,
                following: false,
                meta,
            })))];
            let loaded = recording.load(|entries, read| {
                let bytes = (read, size);
                parts.push(of(Event::Loading { entries, bytes }));
                true
            });
            parts.push(of(Event::Loaded(loaded.unwrap(), None)));
            self.opened.push((session, recording));
            for part in parts {
                self.happen(part);
            }
        }
    }

    fn happen(&mut self, event: Event) {
        // Two events are never at the same time, and never so near that clicks are double.
        self.now_us += 1_000_000;
        let effects = update::update(&mut self.model, event, self.now_us);
        self.settle(effects.into());
    }

    fn settle(&mut self, mut effects: VecDeque<Effect>) {
        for _ in 0..PATIENCE {
            while let Some(effect) = effects.pop_front() {
                if let Some(event) = self.carry_out(effect) {
                    effects.extend(update::update(&mut self.model, event, self.now_us));
                }
            }
            effects.extend(update::place(&mut self.model));
            if effects.is_empty() {
                return;
            }
        }
        panic!("it never comes to rest: {effects:?}");
    }

    fn carry_out(&mut self, effect: Effect) -> Option<Event> {
        if let Effect::Of(session, effect) = effect {
            let recording = self.opened.iter().find(|(number, _)| *number == session);
            // What was closed meanwhile is not read any more.
            let bodies = std::mem::replace(&mut self.bodies, recording?.1.bodies());
            assert!(
                !matches!(*effect, Effect::Engine(_)),
                "a recording sends nothing"
            );
            let event = self.carry_out(*effect);
            self.bodies = bodies;
            return event.map(|event| Event::Of(session, Box::new(event)));
        }
        match effect {
            Effect::Configs(work) => return work.carry_out().map(Event::Servers),
            Effect::ClientLogs(machine) => {
                return Some(Event::ClientLogs(mcpscope::clientlogs::find(&machine)));
            }
            Effect::Library(work) => {
                let library = Some(&self.shelves.library);
                let told = librarian::answer(library, work, now());
                return Some(Event::Library(told));
            }
            Effect::OpenSession { session, path } => {
                self.to_read.push_back((session, path));
            }
            Effect::CloseSession(session) => self.opened.retain(|(number, _)| *number != session),
            Effect::Engine(command) => self.sent.push(command),
            Effect::Store(work) => return self.shelves.answer(work).map(Event::Stored),
            Effect::Wake { asker, .. } => return Some(Event::Woken { asker }),
            Effect::Redraw
            | Effect::Suspend
            | Effect::Quit
            | Effect::Edit { .. }
            | Effect::Page { .. }
            | Effect::Print(_)
            | Effect::Open { .. }
            | Effect::Browse { .. }
            | Effect::Save { .. }
            | Effect::Pipe { .. }
            | Effect::Query { .. }
            | Effect::Replay(_)
            | Effect::Stop(_) => self.orders.push(effect),
            Effect::CopyPart { part, what } => {
                self.copied
                    .push(String::from_utf8_lossy(&part.bytes()).into_owned());
                return Some(Event::Copied(Ok(format!("copied {what}"))));
            }
            Effect::Copy { text, what } => {
                self.copied.push(text);
                return Some(Event::Copied(Ok(format!("copied {what}"))));
            }
            work => return runtime::answer(work, &self.bodies, self.pictures),
        }
        None
    }

    fn draw(&mut self) {
        let (width, height) = self.model.size;
        self.buffer = Buffer::empty(Rect::new(0, 0, width, height));
        let (cursor, areas) = view::view(&self.model, &mut self.buffer);
        (self.cursor, self.model.areas) = (cursor, areas);
    }

    // --- what is there ---

    /// The screen as text, without blanks at the ends of lines.
    pub fn text(&self) -> String {
        let lines: Vec<String> = (0..self.buffer.area.height)
            .map(|y| self.line(y).trim_end().to_owned())
            .collect();
        lines.join("\n")
    }

    /// A line of the screen; cells behind wide characters are left out.
    pub fn line(&self, y: u16) -> String {
        let mut line = String::new();
        let mut x = 0;
        while x < self.buffer.area.width {
            let cell = &self.buffer[(x, y)];
            line.push_str(cell.symbol());
            x += cell.cell_width().max(1);
        }
        line
    }

    /// The line that is `above` lines above the last: 0 is the hint row, 1 the status row.
    pub fn line_from_below(&self, above: u16) -> String {
        let y = self.buffer.area.height - 1 - above;
        self.line(y).trim().to_owned()
    }

    /// The status row.
    pub fn status(&self) -> String {
        self.line_from_below(1)
    }

    /// The line the hardware cursor is on.
    pub fn cursor_line(&self) -> String {
        self.line(self.cursor.expect("there is a cursor").y)
    }

    pub fn contains(&self, words: &str) -> bool {
        self.text().contains(words)
    }

    /// Whether a cell is drawn in a role's style.
    pub fn is(&self, at: (u16, u16), role: Role) -> bool {
        let cell = &self.buffer[at];
        let style = self.model.world.theme.style(role);
        style.fg.is_none_or(|fg| cell.fg == fg)
            && style.bg.is_none_or(|bg| cell.bg == bg)
            && cell.modifier.contains(style.add_modifier)
    }

    /// Whether the row the cursor is on is the selected one.
    pub fn cursor_is_on_selection(&self) -> bool {
        let at = self.cursor.expect("there is a cursor");
        (at.x..self.buffer.area.width).any(|x| self.is((x, at.y), Role::Selection))
    }

    /// What no screen may break: nothing wider than it, nothing raw, keys named, the cursor somewhere.
    pub fn is_sound(&self, of_what: &str) {
        let text = self.text();
        for line in text.lines() {
            assert!(
                text::width(line) <= usize::from(self.model.size.0),
                "{of_what}: too wide: {line}"
            );
        }
        assert!(
            !text.contains(is_raw),
            "{of_what}: a raw character in\n{text}"
        );
        let at = self.cursor.expect("there is a cursor");
        assert!(self.buffer.area.contains(at), "{of_what}: cursor at {at}");
        if !self.model.is_too_small() {
            let hints = self.line_from_below(0);
            assert!(
                hints.ends_with("? keys"),
                "{of_what}: hint row is {hints:?}"
            );
        }
    }

    // --- what a server does, made up ---

    /// Records an entry and tells the screen of it; gives back its number.
    pub fn record(&mut self, draft: Draft) -> u64 {
        let recorder = self.recorder.as_mut().expect("a live screen");
        let entries = recorder.append(draft, None);
        let seq = entries.last().unwrap().seq;
        self.update(Update::Recorded(entries));
        seq
    }

    pub fn note(&mut self, note: &Note) -> u64 {
        self.record(Draft::note(self.conn, note))
    }

    /// A frame on the wire of the connection.
    pub fn wire(&mut self, direction: Direction, body: &str) -> u64 {
        self.record(Draft::wire(self.conn, direction, body))
    }

    /// A line that is no frame.
    pub fn output(&mut self, channel: Channel, line: &str) -> u64 {
        self.record(Draft {
            conn: self.conn,
            channel,
            direction: Direction::In,
            aux: false,
            body: line.into(),
            ending: "\n",
            extra: None,
        })
    }

    /// The process of the connection starts and greets; it has these tools (a JSON array).
    pub fn connects(&mut self, tools: &str) {
        self.greets(r#"{"tools":{}}"#);
        self.lists(List::Tools, tools);
    }

    /// The server of the connection lists something (a JSON array).
    pub fn lists(&mut self, list: List, items: &str) {
        let (id, name) = (2 + list as u32, list.member());
        let method = list.method();
        self.wire(
            Direction::Out,
            &format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"{method}"}}"#),
        );
        self.wire(
            Direction::In,
            &format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{{"{name}":{items}}}}}"#),
        );
        self.update(Update::Listed {
            conn: self.conn,
            list,
        });
    }

    /// The process of the connection starts and greets, with these capabilities (a JSON object).
    pub fn greets(&mut self, capabilities: &str) {
        self.note(&Note::Connect {
            name: "some-server".to_owned(),
            transport: "stdio".to_owned(),
            era: "legacy".to_owned(),
        });
        self.note(&Note::Spawn {
            pid: 4121,
            command: vec!["some-server".to_owned(), "--stdio".to_owned()],
            cwd: None,
            env: Vec::new(),
        });
        self.wire(
            Direction::Out,
            r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"mcpscope","version":"0"}}}"#,
        );
        self.wire(
            Direction::In,
            &format!(
                r#"{{"jsonrpc":"2.0","id":1,"result":{{"protocolVersion":"2025-11-25","capabilities":{capabilities},"serverInfo":{{"name":"some","version":"0"}}}}}}"#
            ),
        );
        self.note(&Note::Ready {
            revision: "2025-11-25".to_owned(),
        });
        self.update(Update::Ready { conn: self.conn });
    }
}

/// What must never reach a terminal: control characters, and what reorders or hides text.
fn is_raw(character: char) -> bool {
    let hides = matches!(
        character,
        '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{061c}'
            | '\u{e0000}'..='\u{e007f}'
    );
    hides || (character.is_control() && character != '\n')
}

fn parse(keys: &str) -> Vec<KeyEvent> {
    let mut events = Vec::new();
    let mut rest = keys.trim_start();
    while !rest.is_empty() {
        let typed = rest
            .strip_prefix('"')
            .filter(|after| after.starts_with(|first: char| !first.is_whitespace()))
            .and_then(|after| after.split_once('"'));
        rest = if let Some((typed, after)) = typed {
            events.extend(typed.chars().map(|c| plain(KeyCode::Char(c))));
            after
        } else {
            let (name, after) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
            events.push(named(name));
            after
        }
        .trim_start();
    }
    events
}

fn plain(code: KeyCode) -> KeyEvent {
    KeyEvent::new(code, KeyModifiers::NONE)
}

/// The key of a name.
pub fn named(name: &str) -> KeyEvent {
    let code = match name {
        "Enter" => KeyCode::Enter,
        "Esc" => KeyCode::Esc,
        "Tab" => KeyCode::Tab,
        "S-Tab" => KeyCode::BackTab,
        "Space" => KeyCode::Char(' '),
        "PgUp" => KeyCode::PageUp,
        "PgDn" => KeyCode::PageDown,
        "Home" => KeyCode::Home,
        "End" => KeyCode::End,
        "Up" => KeyCode::Up,
        "Down" => KeyCode::Down,
        "Left" => KeyCode::Left,
        "Right" => KeyCode::Right,
        "Backspace" => KeyCode::Backspace,
        "Del" => KeyCode::Delete,
        other => {
            let control = other.strip_prefix("C-");
            let mut characters = control.unwrap_or(other).chars();
            let (Some(character), None) = (characters.next(), characters.next()) else {
                panic!("no key is called {other:?}");
            };
            let modifiers = match control {
                Some(_) => KeyModifiers::CONTROL,
                None => KeyModifiers::NONE,
            };
            return KeyEvent::new(KeyCode::Char(character), modifiers);
        }
    };
    plain(code)
}
