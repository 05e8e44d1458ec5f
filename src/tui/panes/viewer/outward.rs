//! The question before a page of the web is opened: all of its address, its host apart, and what is odd about it. Only
//! the answer opens it.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::Viewer;
use crate::text;
use crate::tui::effect::Effect;
use crate::tui::pane::Reply;
use crate::tui::panes::address::Address;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::popup::{Place, Popup};

/// What keys mean while it is asked.
const KEYS: &[(&str, &str)] = &[("Enter", "open"), ("y", "copy"), ("Esc", "do not")];

/// Columns of the question.
const WIDE: u16 = 72;

impl Viewer {
    /// Asks whether the page that the spot looked at leads to is to be opened. None when there is no such page.
    pub(super) fn ask_to_leave(&mut self) -> Option<Reply> {
        let address = Address::read(self.page_address()?);
        self.leaving = Some(address);
        Some(Reply::done())
    }

    /// What keys mean, when it is not what they mean in a line: a question is open.
    pub fn open_keys(&self) -> &'static [(&'static str, &'static str)] {
        if self.leaving.is_some() { KEYS } else { &[] }
    }

    /// A key while it is asked; none when nothing is.
    pub(super) fn leaving_key(&mut self, key: KeyEvent) -> Option<Reply> {
        let address = self.leaving.take()?;
        Some(match key.code {
            KeyCode::Enter => match lines(&address, self.area) {
                None => {
                    Reply::say("not opened: the address is too long to be seen whole; y copies it")
                }
                Some(_) => match address.opens {
                    Some(address) => Reply::effect(Effect::Browse { asker: 0, address }),
                    None => Reply::say("not opened: it is no page of the web"),
                },
            },
            KeyCode::Char('y') => Reply::effect(Effect::Copy {
                text: address.opens.unwrap_or(address.whole),
                what: "address".to_owned(),
            }),
            _ => Reply::done(),
        })
    }

    /// Draws the question over the document.
    pub(super) fn draw_leaving(
        &self,
        area: Rect,
        buf: &mut Buffer,
        theme: &Theme,
    ) -> Option<Position> {
        let address = self.leaving.as_ref()?;
        let lines = lines(address, area).unwrap_or_else(|| {
            let begin = text::fit(&address.whole, usize::from(WIDE)).into_owned();
            vec![
                (begin, Role::Text),
                (
                    "too long to be seen whole here: y copies it".to_owned(),
                    Role::Warn,
                ),
            ]
        });
        let room = Popup {
            title: "OPEN IN THE BROWSER?",
            footer: "Enter opens  y copies  Esc does not",
            width: WIDE.min(area.width.saturating_sub(4)),
            height: lines.len() as u16,
            place: Place::Centre,
        }
        .draw(area, buf, theme);
        for (y, (line, role)) in (room.y..room.bottom()).zip(&lines) {
            let width = usize::from(room.width);
            buf.set_stringn(room.x, y, text::fit(line, width), width, theme.style(*role));
        }
        Some(room.as_position())
    }
}

/// All that is to be seen of an address; none when there is no room for all of it.
fn lines(address: &Address, area: Rect) -> Option<Vec<(String, Role)>> {
    let width = usize::from(WIDE.min(area.width.saturating_sub(4)));
    let mut lines = Vec::new();
    let mut line = String::new();
    for c in address.whole.chars() {
        if text::width(&line) + text::width(c.encode_utf8(&mut [0; 4])) > width {
            lines.push((std::mem::take(&mut line), Role::Text));
        }
        line.push(c);
    }
    lines.push((line, Role::Text));
    if let Some(host) = &address.host {
        lines.push((String::new(), Role::Text));
        lines.push((format!("host  {host}"), Role::Accent));
    }
    let warnings = address.warnings.iter();
    lines.extend(warnings.map(|warning| (format!("! {warning}"), Role::Warn)));
    (width > 0 && lines.len() + 2 <= usize::from(area.height)).then_some(lines)
}
