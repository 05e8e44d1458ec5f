//! Where list, form and result are, for a size and a focus. Sums only.

use ratatui::layout::Rect;

use super::Focus;
use crate::tui::widgets::rule::Joint;

/// From this width on, list and form share the screen.
const TWO: u16 = 100;
/// From this width on, list, form and result stand side by side.
const THREE: u16 = 160;

/// Areas with their title rows; empty where something is not shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Areas {
    /// All of it.
    pub whole: Rect,
    /// The list.
    pub list: Rect,
    /// What is said below the list about the selected item.
    pub detail: Rect,
    /// The form, or what is known of the item.
    pub form: Rect,
    /// The result.
    pub result: Rect,
    /// Vertical lines with their joints.
    pub dividers: Vec<(Rect, Vec<(u16, Joint)>)>,
    /// Whether one thing at a time is shown.
    pub narrow: bool,
    /// Whether a form has room for its text beside it.
    pub wide: bool,
}

/// Lays out. `form_rows` is how many rows the form would like, its title included.
pub fn areas(area: Rect, focus: Focus, zoom: bool, form_rows: u16) -> Areas {
    let mut areas = Areas {
        narrow: area.width < TWO || zoom,
        wide: area.width >= THREE,
        ..Areas::default()
    };
    if areas.narrow {
        match focus {
            Focus::List => {
                let detail = match area.height {
                    _ if zoom => 0,
                    0..12 => 0,
                    12..20 => 5,
                    _ => 7,
                };
                let list = area.height - detail;
                areas.list = Rect {
                    height: list,
                    ..area
                };
                areas.detail = Rect {
                    y: area.y + list,
                    height: detail,
                    ..area
                };
            }
            Focus::Form => areas.form = area,
            Focus::Result => areas.result = area,
        }
        return areas;
    }
    beside(area, area.width >= THREE, form_rows, areas)
}

/// Lays out with the result below the form, whatever the width.
pub fn stacked(area: Rect, form_rows: u16) -> Areas {
    let areas = Areas {
        wide: area.width >= THREE,
        ..Areas::default()
    };
    beside(area, false, form_rows, areas)
}

fn beside(area: Rect, three: bool, form_rows: u16, mut areas: Areas) -> Areas {
    let list = (area.width / 3).clamp(32, 48);
    areas.list = Rect {
        width: list,
        ..area
    };
    let line = |x: u16| Rect {
        x,
        width: 1,
        ..area
    };
    let right = Rect {
        x: area.x + list + 1,
        width: area.width - list - 1,
        ..area
    };
    let top = (area.y, Joint::Above);
    if three {
        let form = right.width / 2;
        areas.form = Rect {
            width: form,
            ..right
        };
        areas.result = Rect {
            x: right.x + form + 1,
            width: right.width - form - 1,
            ..right
        };
        areas.dividers = vec![
            (line(area.x + list), vec![top]),
            (line(right.x + form), vec![top]),
        ];
    } else {
        // A long form leaves the result a third, a short one leaves it more.
        let third = area.height / 3;
        let form = form_rows.clamp(third.min(6), area.height - third.max(1));
        areas.form = Rect {
            height: form,
            ..right
        };
        areas.result = Rect {
            y: right.y + form,
            height: area.height - form,
            ..right
        };
        let joint = (areas.result.y, Joint::Right);
        areas.dividers = vec![(line(area.x + list), vec![top, joint])];
    }
    areas
}

/// What is below the title row.
pub fn body(area: Rect) -> Rect {
    let title = area.height.min(1);
    Rect {
        y: area.y + title,
        height: area.height - title,
        ..area
    }
}

/// The first or (negative) last `rows` of an area, and the rest.
pub fn split(area: Rect, rows: i32) -> (Rect, Rect) {
    let part = u16::try_from(rows.unsigned_abs())
        .unwrap_or(u16::MAX)
        .min(area.height);
    let rest = area.height - part;
    let (part_y, rest_y) = if rows < 0 {
        (area.y + rest, area.y)
    } else {
        (area.y, area.y + part)
    };
    (
        Rect {
            y: part_y,
            height: part,
            ..area
        },
        Rect {
            y: rest_y,
            height: rest,
            ..area
        },
    )
}
