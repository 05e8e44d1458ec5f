//! The titled rules that divide panes, instead of boxes.
//!
//! Owns how a title, its sub-tabs and a right-aligned remark share one line of any width, and the joints where lines
//! meet. `━▌TITLE ━ [Form] JSON Raw ━━━━━━━ ok  182 ms ━`

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::text;
use crate::tui::theme::{Role, Theme};

/// Columns that a remark keeps beside tabs of which not all fit.
const REMARK: usize = 20;

/// A horizontal rule with what is written on it. All texts must be sanitised.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rule<'a> {
    /// Written first; cut last.
    pub title: &'a str,
    /// Whether the pane below has the keys.
    pub focused: bool,
    /// Sub-tabs; none for a plain rule.
    pub tabs: &'a [&'a str],
    /// Which tab is shown, in brackets.
    pub active: usize,
    /// Written at the right end; the first thing to go when there is no room.
    pub right: &'a str,
}

impl Rule<'_> {
    /// Draws on the first line of `area`. Returns where each tab landed, for the mouse; a tab that had no room has an
    /// empty rectangle.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, theme: &Theme) -> Vec<Rect> {
        let area = area.intersection(buf.area);
        let mut places = vec![Rect::default(); self.tabs.len()];
        if area.is_empty() {
            return places;
        }
        let line = theme.style(if self.focused {
            Role::RuleFocus
        } else {
            Role::Rule
        });
        let title = theme.style(if self.focused {
            Role::Focus
        } else {
            Role::Title
        });
        for x in area.left()..area.right() {
            buf[(x, area.y)].set_symbol("━").set_style(line);
        }
        // `━▌` and a space before the closing rule surround the title.
        let width = usize::from(area.width);
        let name = text::fit(self.title, width.saturating_sub(4));
        let mut pen = Pen {
            x: area.x + 1,
            end: area.right(),
            y: area.y,
            buf,
        };
        pen.put(if self.focused { "▌" } else { " " }, title);
        pen.put(&name, title);
        pen.put(" ", line);

        // What is left after the title, a closing `━` always kept.
        let room = usize::from(area.right().saturating_sub(pen.x)).saturating_sub(1);
        let tabs = self.shown_tabs(room);
        let tabs_width = self.tabs_width(&tabs).min(room);
        if !tabs.is_empty() {
            pen.put("━ ", line);
        }
        let muted = theme.style(Role::TextMuted);
        // There are more on that side.
        let marked = !tabs.is_empty() && self.tabs_width(&tabs) <= room;
        if marked && tabs.start > 0 {
            pen.put("‹ ", muted);
        }
        let more = marked && tabs.end < self.tabs.len();
        for i in tabs {
            let start = pen.x;
            if i == self.active {
                let style = theme.style(if self.focused {
                    Role::Focus
                } else {
                    Role::Accent
                });
                pen.put(&format!("[{}]", self.tabs[i]), style);
            } else {
                pen.put(self.tabs[i], theme.style(Role::TextMuted));
            }
            places[i] = Rect {
                x: start,
                y: area.y,
                width: pen.x - start,
                height: 1,
            };
            pen.put(" ", line);
        }
        if more {
            pen.put("› ", muted);
        }

        // A space on either side, and at least one `━` before it.
        let free = room.saturating_sub(tabs_width + 3);
        let whole = text::width(self.right);
        if whole > 0 && (whole <= free || free >= 8) {
            let right = text::fit(self.right, free);
            pen.x = area.right() - 3 - text::width(&right) as u16;
            pen.put(
                &format!(" {right} "),
                theme.style(if self.focused {
                    Role::Text
                } else {
                    Role::TextMuted
                }),
            );
        }
        places
    }

    fn tab_width(&self, i: usize) -> usize {
        text::width(self.tabs[i]) + if i == self.active { 2 } else { 0 }
    }

    /// Columns of these tabs, with what stands before them and what says that there are more; a tab has a space after it.
    fn tabs_width(&self, tabs: &Range<usize>) -> usize {
        if tabs.is_empty() {
            return 0;
        }
        let more = usize::from(tabs.start > 0) + usize::from(tabs.end < self.tabs.len());
        let names = tabs.clone().map(|i| self.tab_width(i) + 1);
        2 + names.sum::<usize>() + 2 * more
    }

    /// All tabs if they fit, else the active one and as many beside it as do; else that one alone, else none.
    fn shown_tabs(&self, room: usize) -> Range<usize> {
        let fits = |tabs: &Range<usize>| self.tabs_width(tabs) <= room;
        let all = 0..self.tabs.len();
        if fits(&all) || self.active >= self.tabs.len() {
            return if fits(&all) { all } else { 0..0 };
        }
        let mut shown = self.active..self.active + 1;
        // Without room to say that there are others, it stands alone.
        if 2 + self.tab_width(self.active) + 1 > room {
            return 0..0;
        }
        loop {
            let after = shown.start..(shown.end + 1).min(self.tabs.len());
            let before = shown.start.saturating_sub(1)..shown.end;
            // One neighbour comes before the remark, the others after it.
            let remark = match text::width(self.right).min(REMARK) {
                0 => 0,
                _ if shown.len() < 2 => 0,
                width => width + 3,
            };
            // First what comes next, then what came before.
            match [after, before]
                .into_iter()
                .find(|wider| *wider != shown && self.tabs_width(wider) + remark <= room)
            {
                Some(wider) => shown = wider,
                None => return shown,
            }
        }
    }
}

/// Writes from left to right, never past the end.
struct Pen<'b> {
    x: u16,
    end: u16,
    y: u16,
    buf: &'b mut Buffer,
}

impl Pen<'_> {
    fn put(&mut self, s: &str, style: Style) {
        let room = usize::from(self.end.saturating_sub(self.x));
        if room > 0 {
            self.x = self.buf.set_stringn(self.x, self.y, s, room, style).0;
        }
    }
}

/// How a horizontal rule meets a vertical divider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Joint {
    /// The rule passes above: `┯`.
    Above,
    /// The rule leaves to the right: `┝`.
    Right,
    /// The rule comes from the left: `┥`.
    Left,
    /// Rules on both sides: `┿`.
    Both,
    /// The rule passes below: `┷`.
    Below,
}

impl Joint {
    fn symbol(self) -> &'static str {
        match self {
            Joint::Above => "┯",
            Joint::Right => "┝",
            Joint::Left => "┥",
            Joint::Both => "┿",
            Joint::Below => "┷",
        }
    }
}

/// Draws a divider down the first column of `area`, with joints at the given screen rows.
pub fn divider(area: Rect, joints: &[(u16, Joint)], buf: &mut Buffer, theme: &Theme) {
    let area = Rect {
        width: area.width.min(1),
        ..area
    }
    .intersection(buf.area);
    for at in area.positions() {
        let joint = joints
            .iter()
            .find(|(y, _)| *y == at.y)
            .map_or("│", |(_, j)| j.symbol());
        buf[at].set_symbol(joint).set_style(theme.style(Role::Rule));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::tui::theme::Depth;
    use crate::tui::widgets::testing::text_of;

    const FULL: Rule<'static> = Rule {
        title: "Result #129",
        focused: true,
        tabs: &["Content 2", "Raw"],
        active: 0,
        right: "ok  182 ms",
    };

    fn drawn(rule: &Rule<'_>, width: u16) -> (String, Vec<Rect>) {
        let theme = Theme::load("mono", Depth::None).expect("bundled");
        let mut buf = Buffer::empty(Rect::new(0, 0, width, 1));
        let places = rule.draw(buf.area, &mut buf, &theme);
        (text_of(&buf).trim_end_matches('\n').to_owned(), places)
    }

    #[test]
    fn gives_up_the_remark_then_tabs_then_the_title() {
        for (width, expected) in [
            (50, "━▌Result #129 ━ [Content 2] Raw ━━━━━ ok  182 ms ━"),
            (44, "━▌Result #129 ━ [Content 2] Raw ━ ok  182… ━"),
            (40, "━▌Result #129 ━ [Content 2] Raw ━━━━━━━━"),
            (30, "━▌Result #129 ━ [Content 2] ━━"),
            (18, "━▌Result #129 ━━━━"),
            (10, "━▌Resul… ━"),
        ] {
            assert_eq!(drawn(&FULL, width).0, expected);
        }
        let plain = Rule {
            title: "TOOLS 16",
            right: "everything",
            ..Rule::default()
        };
        assert_eq!(drawn(&plain, 30).0, "━ TOOLS 16 ━━━━━━ everything ━");
    }

    #[test]
    fn tabs_beside_the_active_one_stay_as_long_as_they_fit() {
        let rule = Rule {
            title: "#21",
            tabs: &["Both", "Request", "Response", "Around", "Raw", "Hex"],
            active: 3,
            ..Rule::default()
        };
        for (width, expected) in [
            (
                60,
                "━ #21 ━ Both Request Response [Around] Raw Hex ━━━━━━━━━━━━━",
            ),
            (45, "━ #21 ━ ‹ Request Response [Around] Raw Hex ━"),
            (40, "━ #21 ━ ‹ Response [Around] Raw Hex ━━━━"),
            (30, "━ #21 ━ ‹ [Around] Raw Hex ━━━"),
            (26, "━ #21 ━ ‹ [Around] Raw › ━"),
            (22, "━ #21 ━ ‹ [Around] › ━"),
            (20, "━ #21 ━ [Around] ━━━"),
        ] {
            let (line, places) = drawn(&rule, width);
            assert_eq!(line, expected, "{width}");
            let seen = places.iter().filter(|place| !place.is_empty()).count();
            let named = rule.tabs.iter().filter(|tab| line.contains(**tab)).count();
            assert_eq!(seen, named, "{width}");
        }
        let right = "$.result.content[0].text";
        // Where not all of them fit, what is said at the right keeps some room.
        let (line, _) = drawn(&Rule { right, ..rule }, 45);
        assert!(line.starts_with("━ #21 ━ ‹ [Around] Raw › "), "{line}");
        assert!(line.contains(" $.result"), "{line}");
        let (line, _) = drawn(&Rule { active: 0, ..rule }, 30);
        assert_eq!(line, "━ #21 ━ [Both] Request › ━━━━━");
    }

    #[test]
    fn says_where_the_tabs_are() {
        let (_, places) = drawn(&FULL, 50);
        assert_eq!(places, [Rect::new(16, 0, 11, 1), Rect::new(28, 0, 3, 1)]);
        let (_, places) = drawn(&FULL, 30);
        assert!(places[1].is_empty());
    }

    #[test]
    fn a_divider_joins_its_rules() {
        let theme = Theme::load("mono", Depth::None).expect("bundled");
        let mut buf = Buffer::empty(Rect::new(0, 0, 1, 4));
        divider(
            buf.area,
            &[(0, Joint::Above), (2, Joint::Right)],
            &mut buf,
            &theme,
        );
        assert_eq!(text_of(&buf), "┯\n│\n┝\n│\n");
    }

    proptest! {
        #[test]
        fn survives_any_width(
            width in 0_u16..60, title in "[a-z日é]{0,12}", right in "[a-z日]{0,12}",
            tabs in prop::collection::vec("[a-z日]{0,8}", 0..4), active in 0_usize..5, focused: bool,
        ) {
            let tabs: Vec<&str> = tabs.iter().map(String::as_str).collect();
            let rule = Rule { title: &title, focused, tabs: &tabs, active, right: &right };
            let (line, places) = drawn(&rule, width);
            prop_assert!(text::width(&line) == usize::from(width) || width < 4);
            prop_assert!(places.iter().all(|p| p.right() <= width));
            prop_assert!(width == 0 || line.ends_with('━') || width < 4, "{}", line);
        }
    }
}
