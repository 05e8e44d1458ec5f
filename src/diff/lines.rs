//! Two texts line by line: which lines are the same, and which stand against each other.

use super::align;
use super::index::mix;

/// A row of two texts side by side. Lines count from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// The same in both.
    Same(u32, u32),
    /// One stands for the other.
    Changed(u32, u32),
    /// Only in the first.
    Removed(u32),
    /// Only in the second.
    Added(u32),
}

impl Line {
    /// The line of each side.
    pub const fn sides(self) -> Sides {
        match self {
            Self::Same(a, b) | Self::Changed(a, b) => (Some(a), Some(b)),
            Self::Removed(a) => (Some(a), None),
            Self::Added(b) => (None, Some(b)),
        }
    }

    /// Whether the sides differ.
    pub const fn differs(self) -> bool {
        !matches!(self, Self::Same(..))
    }
}

/// The line of the first and of the second text.
pub type Sides = (Option<u32>, Option<u32>);

/// Every line of both texts, in order.
pub fn lines(a: &[&str], b: &[&str]) -> Vec<Line> {
    let hash =
        |lines: &[&str]| -> Vec<u64> { lines.iter().map(|line| mix(2, line.as_bytes())).collect() };
    let (mine, theirs) = (hash(a), hash(b));
    // How a line begins is where it stands: what is indented alike belongs together before what is not.
    let alike = |x: u32, y: u32| {
        let (one, two) = (a[x as usize], b[y as usize]);
        let front = one
            .bytes()
            .zip(two.bytes())
            .take(200)
            .take_while(|(a, b)| a == b);
        front.count() as u32
    };
    let kept = align::by_hash(&mine, &theirs, alike).kept;
    let mut rows = Vec::with_capacity(a.len().max(b.len()));
    let (mut x, mut y) = (0, 0);
    let end = (a.len() as u32, b.len() as u32);
    for (to_x, to_y) in kept.into_iter().chain([end]) {
        rows.extend((x..to_x).map(Line::Removed));
        rows.extend((y..to_y).map(Line::Added));
        if (to_x, to_y) != end {
            rows.push(if mine[to_x as usize] == theirs[to_y as usize] {
                Line::Same(to_x, to_y)
            } else {
                Line::Changed(to_x, to_y)
            });
        }
        (x, y) = (to_x + 1, to_y + 1);
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_stand_against_each_other() {
        let a = ["{", "  \"a\": 1,", "  \"b\": 2", "}"];
        let b = ["{", "  \"a\": 3,", "  \"b\": 2,", "  \"c\": 4", "}"];
        assert_eq!(
            lines(&a, &b),
            [
                Line::Same(0, 0),
                Line::Changed(1, 1),
                Line::Changed(2, 2),
                Line::Added(3),
                Line::Same(3, 4)
            ]
        );
    }

    proptest! {
        #[test]
        fn every_line_of_both_is_there_once_and_in_order(
            a in prop::collection::vec("[ab]{0,3}", 0..60), b in prop::collection::vec("[ab]{0,3}", 0..60),
        ) {
            let (a, b): (Vec<&str>, Vec<&str>) = (a.iter().map(|line| &**line).collect(), b.iter().map(|line| &**line).collect());
            let rows = lines(&a, &b);
            let left: Vec<u32> = rows.iter().filter_map(|row| row.sides().0).collect();
            let right: Vec<u32> = rows.iter().filter_map(|row| row.sides().1).collect();
            prop_assert_eq!(left, (0..a.len() as u32).collect::<Vec<_>>());
            prop_assert_eq!(right, (0..b.len() as u32).collect::<Vec<_>>());
            for row in rows {
                if let (Some(x), Some(y)) = row.sides() {
                    prop_assert_eq!(row.differs(), a[x as usize] != b[y as usize]);
                }
            }
        }
    }
}
