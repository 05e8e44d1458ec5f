//! The box that exports a session: as what, what of it, where to; what would be masked, and how far it is.
//!
//! Owns what is chosen and typed. Work is asked for by effects, and told of by [`Told`]; nothing is read or written
//! here.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::export::{FORMATS, Format, FormatRow};
use crate::exporting::push;
use crate::text;
use crate::tui::effect::Effect;
use crate::tui::effect::exporting::{Export, Exported, Share, To, Told};
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::input::{LineInput, Look, Reaction};
use crate::tui::widgets::popup::{Place, Popup};

/// What a key or an answer led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The box stays.
    Stays(Vec<Effect>),
    /// It goes; what is to be done then, and said.
    Goes(Vec<Effect>, Option<String>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Format,
    Share,
    To,
}

const FIELDS: [Field; 3] = [Field::Format, Field::Share, Field::To];

#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    /// What it would hold is being counted.
    Counting,
    /// It is known: how many, and what is masked.
    Counted(u64, String),
    /// It is being written, so far.
    Writing(u32),
    /// Something is to be said before it can go on.
    Held(String),
}

/// See the module.
#[derive(Debug)]
pub struct ExportBox {
    /// The number of its newest work.
    asker: u64,
    of: Exported,
    shares: Vec<Share>,
    format: usize,
    share: usize,
    focus: Field,
    to: LineInput,
    /// Somebody typed another name than the one proposed.
    named: bool,
    state: State,
    /// Enter replaces the file that is there.
    overwrite: bool,
}

impl ExportBox {
    /// A box for a session; of `shares` the last is proposed. Comes with the first work to do, whose number is `ticket`:
    /// each piece of work has its own, so whatever may lead to some takes a number nobody else has.
    pub fn new(of: Exported, shares: Vec<Share>, ticket: u64) -> (Self, Vec<Effect>) {
        let mut export = Self {
            asker: ticket,
            of,
            share: shares.len().saturating_sub(1),
            shares,
            format: Format::Html as usize,
            focus: Field::Format,
            to: LineInput::default(),
            named: false,
            state: State::Counting,
            overwrite: false,
        };
        export.propose();
        let work = export.work(To::Nowhere, ticket);
        (export, vec![work])
    }

    fn row(&self) -> &'static FormatRow {
        &FORMATS[self.format]
    }

    fn propose(&mut self) {
        if !self.named {
            self.to.set(self.of.proposed(self.row().format));
        }
    }

    /// Asks what it would hold; what was asked before does not matter any more.
    fn count(&mut self, ticket: u64) -> Vec<Effect> {
        let before = self.asker;
        self.state = State::Counting;
        vec![Effect::Stop(before), self.work(To::Nowhere, ticket)]
    }

    fn work(&mut self, to: To, ticket: u64) -> Effect {
        self.asker = ticket;
        Effect::Export(Box::new(Export {
            asker: ticket,
            of: self.of.clone(),
            format: self.row().format,
            share: self.shares[self.share].clone(),
            to,
        }))
    }

    /// Takes a key.
    pub fn key(&mut self, key: KeyEvent, ticket: u64) -> Outcome {
        let stays = Outcome::Stays(Vec::new());
        if let State::Writing(_) = self.state {
            if key.code == KeyCode::Esc {
                return Outcome::Stays(vec![Effect::Stop(self.asker)]);
            }
            return stays;
        }
        let at = FIELDS.iter().position(|field| *field == self.focus);
        let at = at.unwrap_or(0);
        match key.code {
            KeyCode::Esc => return Outcome::Goes(vec![Effect::Stop(self.asker)], None),
            KeyCode::Enter => return Outcome::Stays(self.write(ticket)),
            KeyCode::Tab | KeyCode::Down => self.focus = FIELDS[(at + 1) % FIELDS.len()],
            KeyCode::BackTab | KeyCode::Up => {
                self.focus = FIELDS[(at + FIELDS.len() - 1) % FIELDS.len()];
            }
            code if self.focus != Field::To => {
                let by = match code {
                    KeyCode::Right | KeyCode::Char('l' | ' ') => 1,
                    KeyCode::Left | KeyCode::Char('h') => -1,
                    KeyCode::Char('j') => {
                        self.focus = FIELDS[at + 1];
                        return stays;
                    }
                    KeyCode::Char('k') if at > 0 => {
                        self.focus = FIELDS[at - 1];
                        return stays;
                    }
                    _ => return stays,
                };
                return Outcome::Stays(self.change(by, ticket));
            }
            _ => {
                if self.to.key(key) == Reaction::Edited {
                    return Outcome::Stays(self.edited(ticket));
                }
            }
        }
        stays
    }

    /// Takes pasted text.
    pub fn paste(&mut self, pasted: &str, ticket: u64) -> Vec<Effect> {
        if matches!(self.state, State::Writing(_)) {
            return Vec::new();
        }
        self.focus = Field::To;
        self.to.paste(pasted);
        self.edited(ticket)
    }

    fn edited(&mut self, ticket: u64) -> Vec<Effect> {
        self.named = true;
        self.overwrite = false;
        // The ending of a name says what it is meant to be; what goes to an address are traces.
        let meant = if To::is_address(self.to.text().trim()) {
            Some(Format::Otlp)
        } else {
            Format::of_file(self.to.text())
        };
        let meant = meant.map(|format| format as usize);
        if let Some(format) = meant.filter(|format| *format != self.format) {
            self.format = format;
            return self.count(ticket);
        }
        if let State::Held(_) = self.state {
            self.state = State::Counted(0, String::new());
        }
        Vec::new()
    }

    fn change(&mut self, by: isize, ticket: u64) -> Vec<Effect> {
        let turned =
            |place: usize, of: usize| (place as isize + by).rem_euclid(of as isize) as usize;
        match self.focus {
            Field::Format => {
                self.format = turned(self.format, FORMATS.len());
                self.propose();
                self.overwrite = false;
            }
            Field::Share if self.shares.len() > 1 => {
                self.share = turned(self.share, self.shares.len());
            }
            Field::Share | Field::To => return Vec::new(),
        }
        self.count(ticket)
    }

    fn write(&mut self, ticket: u64) -> Vec<Effect> {
        let to = To::of(self.to.text().trim(), self.overwrite);
        let held = match &to {
            To::File { path, .. } if path.is_empty() => Some("a file needs a name".to_owned()),
            To::Collector { .. } if self.row().format != Format::Otlp => {
                Some(format!("a collector takes otlp, not {}", self.row().name))
            }
            To::Collector { url } => push::endpoint(url).err(),
            _ => None,
        };
        if let Some(why) = held {
            self.state = State::Held(why);
            return Vec::new();
        }
        let stop = Effect::Stop(self.asker);
        let work = self.work(to, ticket);
        self.state = State::Writing(0);
        vec![stop, work]
    }

    /// Hears of its work; of what was asked before it, nothing.
    pub fn hear(&mut self, asker: u64, told: &Told) -> Outcome {
        if asker != self.asker {
            return Outcome::Stays(Vec::new());
        }
        match told {
            Told::Far(far) => {
                if let State::Writing(so_far) = &mut self.state {
                    *so_far = *far;
                }
            }
            Told::Counted { count, masked } => {
                self.state = State::Counted(*count, masked.clone());
            }
            Told::Done(said) => return Outcome::Goes(Vec::new(), Some(said.clone())),
            Told::Exists(said) => {
                self.overwrite = true;
                self.state = State::Held(said.clone());
            }
            Told::Failed(why) => self.state = State::Held(why.clone()),
            Told::Stopped => {
                let said = if To::is_address(self.to.text().trim()) {
                    "called off; what was sent stays there"
                } else {
                    "called off; nothing was written"
                };
                self.state = State::Held(said.to_owned());
            }
        }
        Outcome::Stays(Vec::new())
    }

    /// Whether a click is beside it.
    pub fn is_beside(&self, at: Position, screen: Rect) -> bool {
        !popup("").area(screen).contains(at)
    }

    /// Takes a click: a field gets the keys, a choice turns on.
    pub fn click(&mut self, at: Position, screen: Rect, ticket: u64) -> Outcome {
        let room = popup("").room(screen);
        let line = at.y.checked_sub(room.y).map(usize::from);
        let field = line.and_then(|line| FIELDS.get(line / 2).filter(|_| line % 2 == 0));
        if let (Some(field), false) = (field, matches!(self.state, State::Writing(_))) {
            let again = self.focus == *field;
            self.focus = *field;
            if *field == Field::To {
                let begin = room.x + LABEL;
                let width = room.width.saturating_sub(LABEL);
                self.to.click(at.x.saturating_sub(begin), width);
            } else if again {
                return Outcome::Stays(self.change(1, ticket));
            }
        }
        Outcome::Stays(Vec::new())
    }

    /// Draws it over the screen. The caret is in the field that has the keys.
    pub fn draw(&self, screen: Rect, buf: &mut Buffer, theme: &Theme) -> Position {
        let footer = match (&self.state, self.focus) {
            (State::Writing(_), _) => "Esc calls it off",
            (_, Field::To) if To::is_address(self.to.text().trim()) => {
                "Tab next  Enter sends  Esc closes"
            }
            (_, Field::To) => "Tab next  Enter writes  Esc closes",
            _ => "h l choose  Tab next  Enter writes  Esc closes",
        };
        let room = popup(footer).draw(screen, buf, theme);
        let width = usize::from(room.width.saturating_sub(LABEL));
        let row = self.row();
        let mut cursor = Position::new(room.x, room.y);
        let share = &self.shares[self.share];
        let lines = [
            (
                Field::Format,
                "format",
                row.name.to_owned(),
                row.doc.to_owned(),
            ),
            (Field::Share, "what", share.words(), self.counted()),
            (Field::To, "to", String::new(), self.said()),
        ];
        for (y, (field, label, value, below)) in (room.y..).step_by(2).zip(lines) {
            if y >= room.bottom() {
                break;
            }
            let focused = field == self.focus;
            let style = theme.style(if focused {
                Role::Focus
            } else {
                Role::TextMuted
            });
            buf.set_stringn(room.x, y, label, usize::from(LABEL), style);
            let x = room.x + LABEL;
            if field == Field::To {
                let area = Rect::new(x, y, room.width.saturating_sub(LABEL), 1);
                let at = self.to.draw(Look::default(), area, buf, theme);
                if focused {
                    cursor = at;
                }
            } else {
                let several = field == Field::Format || self.shares.len() > 1;
                let shown = if several {
                    format!("‹ {value} ›")
                } else {
                    value
                };
                let style = theme.style(if focused { Role::Selection } else { Role::Text });
                let shown = text::fit(&text::sanitize(&shown), width).into_owned();
                buf.set_stringn(x, y, shown, width, style);
                if focused {
                    cursor = Position::new(x, y);
                }
            }
            if y + 1 < room.bottom() {
                let role = match (field, &self.state) {
                    (Field::To, State::Held(_)) => Role::Warn,
                    _ => Role::TextMuted,
                };
                let below = text::fit(&text::sanitize(&below), width).into_owned();
                buf.set_stringn(x, y + 1, below, width, theme.style(role));
            }
        }
        cursor
    }

    /// What it would hold.
    fn counted(&self) -> String {
        match &self.state {
            State::Counting => "counting…".to_owned(),
            State::Counted(0, _) => String::new(),
            State::Counted(count, masked) => {
                let counted = self.row().counted(*count);
                if masked.is_empty() {
                    format!("{counted}; nothing more to mask")
                } else {
                    format!("{counted}; masked on the way: {masked}")
                }
            }
            State::Writing(_) | State::Held(_) => String::new(),
        }
    }

    fn said(&self) -> String {
        match &self.state {
            State::Writing(far) => format!("writing… {} %", far / 10),
            State::Held(said) => said.clone(),
            State::Counting | State::Counted(..) if self.row().format == Format::Otlp => {
                "a file, or where a collector listens: http://localhost:4318".to_owned()
            }
            State::Counting | State::Counted(..) => String::new(),
        }
    }
}

/// Columns of the labels.
const LABEL: u16 = 8;

fn popup(footer: &str) -> Popup<'_> {
    Popup {
        title: "EXPORT",
        footer,
        width: 84,
        height: 6,
        place: Place::Centre,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::session::marks::Marks;

    fn errors() -> Share {
        Share::Filter("status:error".to_owned(), Marks::default())
    }

    fn begun() -> ExportBox {
        let shares = vec![Share::All(Some(131)), errors()];
        let of = Exported::Shown(Some("sessions/bug-41.jsonl".into()));
        let (export, effects) = ExportBox::new(of, shares, 1);
        let counted = work(&effects).unwrap();
        assert_eq!((counted.format, &counted.to), (Format::Html, &To::Nowhere));
        assert_eq!(counted.share, errors());
        export
    }

    fn work(effects: &[Effect]) -> Option<&Export> {
        effects.iter().find_map(|effect| match effect {
            Effect::Export(work) => Some(&**work),
            _ => None,
        })
    }

    fn press(export: &mut ExportBox, code: KeyCode) -> Vec<Effect> {
        let ticket = export.asker + 1;
        match export.key(KeyEvent::from(code), ticket) {
            Outcome::Stays(effects) => effects,
            Outcome::Goes(..) => panic!("it went"),
        }
    }

    #[test]
    fn the_name_follows_the_format_until_somebody_types_one() {
        let mut export = begun();
        let effects = press(&mut export, KeyCode::Right);
        assert_eq!(work(&effects).unwrap().format, Format::Otlp);
        assert_eq!(export.to.text(), "bug-41.otlp.jsonl");
        export.focus = Field::To;
        export.to.set("");
        // What it would hold is another count then.
        let effects = export.paste("/tmp/x.har", 40);
        assert_eq!(export.row().format, Format::Har);
        let counted = work(&effects).unwrap();
        assert_eq!(
            (counted.format, &counted.to, counted.asker),
            (Format::Har, &To::Nowhere, 40)
        );
        assert_eq!(export.paste("", 41), []);
        export.focus = Field::Format;
        press(&mut export, KeyCode::Char('h'));
        assert_eq!(export.to.text(), "/tmp/x.har");
    }

    #[test]
    fn an_address_takes_traces_and_nothing_else() {
        let mut export = begun();
        export.to.set("");
        let effects = export.paste("http://localhost:4318", 40);
        assert_eq!(work(&effects).unwrap().format, Format::Otlp);
        let sent = press(&mut export, KeyCode::Enter);
        let url = "http://localhost:4318".to_owned();
        assert_eq!(work(&sent).unwrap().to, To::Collector { url });
        export.hear(export.asker, &Told::Stopped);
        let stopped = "called off; what was sent stays there";
        assert_eq!(export.state, State::Held(stopped.to_owned()));
        export.focus = Field::Format;
        press(&mut export, KeyCode::Left);
        assert_eq!(press(&mut export, KeyCode::Enter), []);
        let why = "a collector takes otlp, not html";
        assert_eq!(export.state, State::Held(why.to_owned()));
        press(&mut export, KeyCode::Right);
        export.focus = Field::To;
        export.to.set("http://");
        assert_eq!(press(&mut export, KeyCode::Enter), []);
        assert!(matches!(export.state, State::Held(_)));
    }

    #[test]
    fn a_file_that_is_there_is_replaced_by_a_second_enter_only() {
        let mut export = begun();
        let first = press(&mut export, KeyCode::Enter);
        let to = |overwrite| To::File {
            path: "bug-41.html".to_owned(),
            overwrite,
        };
        assert_eq!(work(&first).unwrap().to, to(false));
        let asker = export.asker;
        // Late answers to what was asked before change nothing.
        export.hear(
            asker - 1,
            &Told::Counted {
                count: 1,
                masked: String::new(),
            },
        );
        export.hear(asker, &Told::Far(420));
        assert_eq!(export.state, State::Writing(420));
        export.hear(asker, &Told::Exists("it is there".to_owned()));
        let second = press(&mut export, KeyCode::Enter);
        assert_eq!(work(&second).unwrap().to, to(true));
        let done = export.hear(export.asker, &Told::Done("wrote it".to_owned()));
        assert_eq!(done, Outcome::Goes(vec![], Some("wrote it".to_owned())));
    }

    #[test]
    fn esc_calls_off_what_is_written_and_closes_only_then() {
        let mut export = begun();
        press(&mut export, KeyCode::Enter);
        let asker = export.asker;
        assert_eq!(press(&mut export, KeyCode::Esc), [Effect::Stop(asker)]);
        export.hear(asker, &Told::Stopped);
        let gone = export.key(KeyEvent::from(KeyCode::Esc), 50);
        assert!(matches!(gone, Outcome::Goes(_, None)));
    }

    #[test]
    fn no_name_is_proposed_that_is_the_recording_itself() {
        let of = Exported::Shown(Some("sessions/bug-41.jsonl".into()));
        assert_eq!(of.proposed(Format::Session), "bug-41-export.jsonl");
        assert_eq!(of.proposed(Format::Lines), "bug-41.ndjson");
        let of = Exported::File("/tmp/browser.har".into());
        assert_eq!(of.proposed(Format::Har), "browser-export.har");
        let of = Exported::Shown(None);
        assert_eq!(of.proposed(Format::Session), "session.jsonl");
    }
}
