//! The screen in ASCII: a last pass over a drawn frame for terminals and locales without UTF-8.
//!
//! Owns the table of glyphs the screen uses and their one-cell stand-ins. Because it works on cells, no widget has to
//! know about it and no column moves.

use ratatui::buffer::{Buffer, CellWidth};

/// Every glyph of ours with its stand-in. Anything else outside ASCII is a server's and becomes `?`.
const GLYPHS: &[(char, &str)] = &[
    ('●', "*"),
    ('•', "*"),
    ('◐', "~"),
    ('○', "o"),
    ('✗', "x"),
    ('▲', "!"),
    ('×', "x"),
    ('◉', "@"),
    ('↺', "<"),
    ('▸', ">"),
    ('▾', "v"),
    ('◂', "<"),
    ('▶', ">"),
    ('‖', "|"),
    ('←', "<"),
    ('◌', "o"),
    ('⋯', "~"),
    ('→', ">"),
    ('↓', "v"),
    ('↑', "^"),
    ('⏎', "$"),
    ('━', "="),
    ('─', "-"),
    ('│', "|"),
    ('┃', "|"),
    ('┯', "+"),
    ('┝', "+"),
    ('┥', "+"),
    ('┿', "+"),
    ('┷', "+"),
    ('┌', "+"),
    ('┐', "+"),
    ('└', "+"),
    ('┘', "+"),
    ('▌', "#"),
    ('…', "~"),
    ('✓', "+"),
    ('✎', "%"),
    ('·', "."),
    ('–', "-"),
    ('‹', "<"),
    ('›', ">"),
    ('−', "-"),
    ('≥', ">"),
    ('≤', "<"),
    ('Δ', "d"),
    ('├', "["),
    ('┤', "]"),
    ('┼', "+"),
    ('╷', "|"),
    ('░', "%"),
    ('▁', "."),
    ('▂', "."),
    ('▃', ":"),
    ('▄', ":"),
    ('▅', "*"),
    ('▆', "*"),
    ('▇', "#"),
    ('█', "#"),
];

/// Replaces every cell outside ASCII, in place and without moving a column.
pub fn reduce(buf: &mut Buffer) {
    for i in 0..buf.content.len() {
        let cell = &buf.content[i];
        if cell.symbol().is_ascii() {
            continue;
        }
        let width = usize::from(cell.cell_width()).max(1);
        let first = cell.symbol().chars().next().unwrap_or(' ');
        let stand_in = GLYPHS
            .iter()
            .find(|(g, _)| *g == first)
            .map_or("?", |(_, s)| s);
        let style = cell.style();
        buf.content[i].set_symbol(stand_in);
        // A wide character hides the cells behind it; they are seen now.
        let end = (i + width).min(buf.content.len());
        for hidden in &mut buf.content[i + 1..end] {
            hidden.set_symbol(" ").set_style(style);
        }
    }
}

#[cfg(test)]
mod tests {
    use ratatui::style::Style;

    use super::*;

    #[test]
    fn every_cell_becomes_ascii_and_none_moves() {
        let mut buf = Buffer::with_lines(["▸ é日本 ━▌x… ◂▶‖←"]);
        reduce(&mut buf);
        let text: String = buf
            .content
            .iter()
            .map(ratatui::buffer::Cell::symbol)
            .collect();
        assert_eq!(text, "> ?? ?  =#x~ <>|<");
        let mut blank = Buffer::with_lines(["plain"]);
        blank.set_style(blank.area, Style::default());
        reduce(&mut blank);
        assert_eq!(blank, Buffer::with_lines(["plain"]));
    }
}
