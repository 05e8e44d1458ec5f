//! Where the parts of such a view are: list above, detail below; or only one of them where there is no room for both.

use ratatui::layout::Rect;

/// From this width on, list and detail are both on screen, and a row is one line.
pub const WIDE: u16 = 100;

/// Below this height there is room for one of them only.
const LOW: u16 = 14;

/// From this height on, the list gets more than half.
const HIGH: u16 = 41;

/// What is wanted on screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wish {
    /// There is something to show below the list.
    pub detail: bool,
    /// The detail has the keys.
    pub detail_focused: bool,
    /// Nothing but what has the keys.
    pub alone: bool,
    /// The list has headings.
    pub headings: bool,
    /// The find line is open.
    pub find: bool,
    /// There is a filter, or one is being typed.
    pub filter: bool,
}

/// Where everything is. What is not on screen is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Areas {
    /// The title of the list.
    pub rule: Rect,
    /// The filter.
    pub filter: Rect,
    /// The headings of its columns.
    pub headings: Rect,
    /// Its rows.
    pub rows: Rect,
    /// The find line.
    pub find: Rect,
    /// The title of the detail.
    pub detail_rule: Rect,
    /// The detail.
    pub detail: Rect,
}

impl Areas {
    /// Whether list and detail fit at the same time.
    pub fn fits_both(area: Rect) -> bool {
        area.width >= WIDE && area.height >= LOW
    }

    /// Divides `area`.
    pub fn of(area: Rect, wish: Wish) -> Self {
        let both = wish.detail && !wish.alone && Self::fits_both(area);
        let list = match (both, wish.detail_focused) {
            (true, _) if area.height >= HIGH => area.height * 3 / 5,
            (true, _) => area.height.div_ceil(2),
            (false, true) => 0,
            (false, false) => area.height,
        };
        let mut rest = area;
        let mut take = |height: u16| {
            let height = height.min(rest.height);
            let taken = Rect { height, ..rest };
            rest.y += height;
            rest.height -= height;
            taken
        };
        let one = u16::from(list > 0);
        let headings = u16::from(wish.headings && list > 6);
        let find = u16::from(wish.find && list > 1);
        let filter = u16::from(wish.filter && list > 2);
        Self {
            rule: take(one),
            filter: take(filter),
            headings: take(headings),
            rows: take(list.saturating_sub(one + filter + headings + find)),
            find: take(find),
            detail_rule: take(u16::from(list < area.height)),
            detail: take(area.height),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_part_where_there_is_no_room_for_two() {
        let wish = Wish {
            detail: true,
            headings: true,
            ..Wish::default()
        };
        let narrow = Areas::of(Rect::new(0, 0, 80, 20), wish);
        assert_eq!((narrow.rows.height, narrow.detail.height), (18, 0));
        let wide = Areas::of(Rect::new(0, 2, 120, 30), wish);
        assert_eq!(wide.rows, Rect::new(0, 4, 120, 13));
        assert_eq!(wide.detail, Rect::new(0, 18, 120, 14));
        let inside = Wish {
            detail_focused: true,
            ..wish
        };
        let drilled = Areas::of(Rect::new(0, 0, 80, 20), inside);
        assert_eq!((drilled.rows.height, drilled.detail.height), (0, 19));
    }

    proptest! {
        #[test]
        fn every_line_is_used_once(
            width in 0_u16..200, height in 0_u16..80, bits in 0_u8..64,
        ) {
            let wish = Wish {
                detail: bits & 1 > 0,
                detail_focused: bits & 3 == 3,
                alone: bits & 4 > 0,
                headings: bits & 8 > 0,
                find: bits & 16 > 0,
                filter: bits & 32 > 0,
            };
            let areas = Areas::of(Rect::new(0, 3, width, height), wish);
            let all = [areas.rule, areas.filter, areas.headings, areas.rows, areas.find, areas.detail_rule, areas.detail];
            prop_assert_eq!(all.iter().map(|area| area.height).sum::<u16>(), height);
            for pair in all.windows(2) {
                prop_assert_eq!(pair[0].bottom(), pair[1].top());
            }
        }
    }
}
