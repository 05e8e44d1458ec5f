//! What the sub-tabs say alike: times, names, empty lists. Everything from a server is sanitised here.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::session::timeline::{EntryRow, ExchangeIndex, Timeline};
use crate::text;
use crate::tui::panes::stream::safe;
use crate::tui::theme::{Role, Theme};

/// The most columns a server's name gets.
const NAME: usize = 24;

/// How long something has lasted, to the second: `0:41`, `12:03`, `1:02:03`.
pub fn lasted(us: u64) -> String {
    let seconds = us / 1_000_000;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

/// The name of the server of a connection.
pub fn server(timeline: &Timeline, conn: u32) -> String {
    let connection = timeline.state().connection(conn);
    let name = connection.map_or("", |connection| &connection.name);
    if name.is_empty() {
        return format!("connection {conn}");
    }
    safe(name, NAME)
}

/// An exchange in a few words: `#121 tools/call trigger`.
pub fn exchange(timeline: &Timeline, index: ExchangeIndex, cols: usize) -> String {
    let Some(exchange) = timeline.exchange(index) else {
        return String::new();
    };
    let seq = timeline.entry(exchange.request).map_or(0, EntryRow::seq);
    let (method, subject) = (
        timeline.word(exchange.method),
        timeline.word(exchange.subject),
    );
    safe(format!("#{seq} {method} {subject}").trim_end(), cols)
}

/// A row of words, two blanks apart, cut where there is no more room.
pub struct RowOfWords<'a> {
    spans: Vec<Span<'static>>,
    room: usize,
    theme: &'a Theme,
}

impl<'a> RowOfWords<'a> {
    /// None yet, in so many columns.
    pub fn new(width: u16, theme: &'a Theme) -> Self {
        Self {
            spans: Vec::new(),
            room: usize::from(width),
            theme,
        }
    }

    /// Adds sanitised words; none are no word.
    pub fn say(&mut self, words: &str, role: Role) {
        let words = text::fit(words, self.room).into_owned();
        self.room = self.room.saturating_sub(text::width(&words) + 2);
        if !words.is_empty() {
            self.spans.push(Span::styled(words, self.theme.style(role)));
            self.spans.push(Span::raw("  "));
        }
    }

    /// The row.
    pub fn line(self) -> Line<'static> {
        Line::from(self.spans)
    }
}

/// The title's row, the list below it, and so many rows for details where there is room for both.
pub fn thirds(area: Rect, details: u16) -> (Rect, Rect, Rect) {
    let title = area.height.min(1);
    let below = area.height - title;
    let details = if below >= details * 3 { details } else { 0 };
    let heading = Rect {
        height: title,
        ..area
    };
    let rows = Rect {
        y: area.y + title,
        height: below - details,
        ..area
    };
    let detail = Rect {
        y: rows.bottom(),
        height: details,
        ..area
    };
    (heading, rows, detail)
}

/// Lines about the selected row, sanitised, with air above.
pub fn draw_details(lines: &[(String, Role)], area: Rect, buf: &mut Buffer, theme: &Theme) {
    let width = usize::from(area.width.saturating_sub(3));
    let most = usize::from(area.height);
    // The last ones matter most.
    let skip = lines.len().saturating_sub(most);
    for (y, (line, role)) in (area.y..area.bottom()).zip(lines.iter().skip(skip)) {
        let line = text::fit(line, width);
        buf.set_stringn(area.x + 2, y, line, width, theme.style(*role));
    }
}

/// A sentence where rows would be.
pub fn draw_empty(sentence: &str, area: Rect, buf: &mut Buffer, theme: &Theme) {
    let width = usize::from(area.width.saturating_sub(2));
    let style = theme.style(Role::TextMuted);
    let lines = wrap(sentence, width, usize::from(area.height));
    for (y, line) in (area.y..area.bottom()).zip(lines) {
        buf.set_stringn(area.x + 1, y, line, width, style);
    }
}

/// Breaks a sanitised sentence at blanks, into at most so many lines.
pub fn wrap(sentence: &str, width: usize, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in sentence.split_whitespace() {
        let full = lines.len() == most;
        match lines.last_mut() {
            Some(line) if text::width(line) + 1 + text::width(word) <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ if full => break,
            _ => lines.push(text::fit(word, width).into_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lasts_in_minutes_and_hours() {
        let second = 1_000_000;
        assert_eq!(lasted(41_900_000), "0:41");
        assert_eq!(lasted(723 * second), "12:03");
        assert_eq!(lasted(3723 * second), "1:02:03");
    }

    #[test]
    fn sentences_are_broken_at_blanks() {
        let lines = wrap("Nothing waits here for an answer.", 12, 9);
        assert_eq!(lines, ["Nothing", "waits here", "for an", "answer."]);
        assert_eq!(wrap("Nothing waits here", 12, 1), ["Nothing"]);
    }
}
