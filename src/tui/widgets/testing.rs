//! What tests of widgets share: a drawn buffer as text.

use ratatui::buffer::{Buffer, CellWidth};

/// The buffer's rows as lines, without blanks at their ends; cells hidden by wide characters are left out.
pub fn text_of(buf: &Buffer) -> String {
    let mut out = String::new();
    for y in buf.area.rows().map(|r| r.y) {
        let mut line = String::new();
        let mut x = buf.area.x;
        while x < buf.area.right() {
            let cell = &buf[(x, y)];
            line.push_str(cell.symbol());
            x += cell.cell_width().max(1);
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}
