//! Drawing the visible rows of a tree: the window, the containers that stay on top, the scrollbar.
//!
//! How one row reads is in `row`. Everything shown is sanitised and cut; only as much is looked at as can be seen.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::place::Place;
use super::state::{STICKY, STICKY_FROM};
use super::{Tree, TreeState, row};
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::list;

/// Draws the window of rows that the state stands at. Returns where the hardware cursor belongs: the start of the
/// selected row.
pub fn draw(
    tree: &Tree,
    state: &TreeState,
    focused: bool,
    area: Rect,
    buf: &mut Buffer,
    theme: &Theme,
) -> Option<Position> {
    let area = area.intersection(buf.area);
    if area.is_empty() {
        return None;
    }
    let mut fitted;
    let state = if state.size == (area.width, area.height) {
        state
    } else {
        // A state that was made for another screen is drawn as it would fit this one.
        fitted = state.clone();
        fitted.fit(tree, area, state.wrap);
        &fitted
    };
    let view = state.view(tree);
    let selected = state.selected.order(tree);
    let (top, _) = state.top(tree);
    let sticky = sticky_below(state, tree, &top);
    let (mut place, mut y, mut cursor, mut more) = (top.clone(), area.y, None, false);
    loop {
        let lines = row::lines(tree, state, &place, theme);
        let is_selected = place.order(tree) == selected;
        if is_selected {
            cursor = Some(Position { x: area.x, y });
        }
        for (i, line) in lines.into_iter().enumerate() {
            if y >= area.bottom() {
                more = true;
                break;
            }
            if is_selected {
                mark(
                    i == 0,
                    focused,
                    Rect {
                        y,
                        height: 1,
                        ..area
                    },
                    buf,
                    theme,
                );
            }
            buf.set_line(area.x + 1, y, &line, area.width - 1);
            y += 1;
        }
        if y >= area.bottom() {
            more |= place.forward(view);
            break;
        }
        if !place.forward(view) {
            break;
        }
    }
    for (y, place) in (area.y..).zip(&sticky) {
        for x in area.left()..area.right() {
            buf[(x, y)].reset();
        }
        let line = row::lines(tree, state, place, theme).swap_remove(0);
        buf.set_style(
            Rect {
                y,
                height: 1,
                ..area
            },
            theme.style(Role::Surface),
        );
        buf.set_line(area.x + 1, y, &line, area.width - 1);
    }
    if more || top.clone().backward(view) {
        scrollbar(tree, state, &top, &place, area, buf, theme);
    }
    cursor
}

/// The mark and the colour of the selected row.
fn mark(first: bool, focused: bool, line: Rect, buf: &mut Buffer, theme: &Theme) {
    if focused {
        buf.set_style(line, theme.style(Role::Selection));
    }
    if first {
        let role = if focused {
            Role::Focus
        } else {
            Role::TextMuted
        };
        buf.set_stringn(line.x, line.y, list::MARK, 1, theme.style(role));
    }
}

/// How many screen lines a row takes.
pub(super) fn height(state: &TreeState, tree: &Tree, place: &Place) -> usize {
    row::height(state, tree, place)
}

/// The containers that stay on top of the screen, outermost first: those around what is shown below them.
pub(super) fn sticky(state: &TreeState, tree: &Tree) -> Vec<Place> {
    sticky_below(state, tree, &state.top(tree).0)
}

fn sticky_below(state: &TreeState, tree: &Tree, top: &Place) -> Vec<Place> {
    let view = state.view(tree);
    if usize::from(state.size.1) < STICKY_FROM {
        return Vec::new();
    }
    let around = |place: &Place| {
        let mut outer = place.clone();
        let mut all = Vec::new();
        while all.len() < STICKY && outer.out(view) {
            all.push(outer.clone());
        }
        all
    };
    let hidden = around(top).len();
    let (mut below, mut lines) = (top.clone(), 0);
    while lines < hidden {
        lines += height(state, tree, &below);
        if !below.forward(view) {
            break;
        }
    }
    let mut sticky = around(&below);
    sticky.truncate(hidden);
    sticky.reverse();
    sticky
}

/// Where the screen is in the document, by bytes, and where the hits are.
fn scrollbar(
    tree: &Tree,
    state: &TreeState,
    top: &Place,
    bottom: &Place,
    area: Rect,
    buf: &mut Buffer,
    theme: &Theme,
) {
    let (x, height) = (area.right() - 1, u64::from(area.height));
    if area.width < row::SCROLLBAR_FROM {
        return;
    }
    let all = tree.bytes().len().max(1) as u64;
    let line_of = |byte: u32| (u64::from(byte) * height / all).min(height - 1);
    let from = line_of(top.order(tree).0.min(all as u32));
    let to = line_of(bottom.order(tree).0.min(all as u32));
    let hits = state.found.as_ref().map_or(&[][..], |found| &found.hits);
    for line in 0..height {
        let bytes = [line, line + 1].map(|line| (line * all).div_ceil(height) as u32);
        let hit = hits.partition_point(|hit| *hit < bytes[1])
            > hits.partition_point(|hit| *hit < bytes[0]);
        let (symbol, role) = match (hit, (from..=to).contains(&line)) {
            (true, _) => ("─", Role::Accent),
            (false, true) => ("┃", Role::TextMuted),
            (false, false) => continue,
        };
        let cell = &mut buf[(x, area.y + line as u16)];
        cell.set_symbol(symbol).set_style(theme.style(role));
    }
}
