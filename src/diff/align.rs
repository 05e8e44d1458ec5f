//! Which items of two lists belong together.
//!
//! First those that are the same, longest common order first; what is the same elsewhere has moved. What is left
//! between two such is paired by how alike it is, in short stretches, or else in order. Nearly linear: only stretches
//! of a few dozen are compared each with each.

use std::collections::HashMap;

/// Stretches up to this long on both sides are compared each with each.
const STRETCH: usize = 40;

/// A pair of places, in the first and in the second list.
pub type Pair = (u32, u32);

/// See the module.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Aligned {
    /// What belongs together and stands in the same order in both, ascending.
    pub kept: Vec<Pair>,
    /// What belongs together and stands elsewhere, ascending in the second.
    pub moved: Vec<Pair>,
}

/// Pairs items by `identity`, in which no two of one list are the same.
pub fn by_identity<T: std::hash::Hash + Eq>(a: &[T], b: &[T]) -> Aligned {
    let places: HashMap<&T, u32> = b.iter().zip(0..).collect();
    let pairs: Vec<Pair> = a
        .iter()
        .zip(0..)
        .filter_map(|(item, at)| places.get(item).map(|place| (at, *place)))
        .collect();
    split(pairs)
}

/// Those of pairs, ascending in the first, that ascend in the second too, as many as possible; and the others.
fn split(pairs: Vec<Pair>) -> Aligned {
    let places: Vec<u32> = pairs.iter().map(|(_, b)| *b).collect();
    let kept = ascending(&places);
    let mut aligned = Aligned::default();
    for (pair, kept) in pairs.into_iter().zip(kept) {
        let side = if kept {
            &mut aligned.kept
        } else {
            &mut aligned.moved
        };
        side.push(pair);
    }
    aligned.moved.sort_unstable_by_key(|(_, b)| *b);
    aligned
}

/// Which of `places` make the longest ascending sequence.
pub fn ascending(places: &[u32]) -> Vec<bool> {
    // For each length, the one that ends the sequence lowest; and who stands before each.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(places.len());
    for (at, place) in places.iter().enumerate() {
        let length = ends.partition_point(|end| places[*end] < *place);
        before.push(length.checked_sub(1).map(|shorter| ends[shorter]));
        if length == ends.len() {
            ends.push(at);
        } else {
            ends[length] = at;
        }
    }
    let mut kept = vec![false; places.len()];
    let mut here = ends.last().copied();
    while let Some(at) = here {
        kept[at] = true;
        here = before[at];
    }
    kept
}

/// Pairs items by their hashes, and what is left by `alike`: the more, the better; of what is not alike at all, 0.
pub fn by_hash(a: &[u64], b: &[u64], mut alike: impl FnMut(u32, u32) -> u32) -> Aligned {
    // Which of two is called the first must not matter.
    if b < a {
        let turned = aligned(b, a, &mut |x, y| alike(y, x));
        let turn = |pairs: Vec<Pair>| pairs.into_iter().map(|(x, y)| (y, x)).collect();
        let mut aligned = Aligned {
            kept: turn(turned.kept),
            moved: turn(turned.moved),
        };
        aligned.moved.sort_unstable_by_key(|(_, b)| *b);
        return aligned;
    }
    aligned(a, b, &mut alike)
}

fn aligned(a: &[u64], b: &[u64], alike: &mut dyn FnMut(u32, u32) -> u32) -> Aligned {
    let front = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let back = a[front..]
        .iter()
        .rev()
        .zip(b[front..].iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let (inner_a, inner_b) = (&a[front..a.len() - back], &b[front..b.len() - back]);
    let inner = numbered(inner_a, inner_b);
    let mut anchors: Vec<Pair> = (0..front as u32).map(|at| (at, at)).collect();
    let lift = |(x, y): Pair| (x + front as u32, y + front as u32);
    anchors.extend(inner.kept.into_iter().map(lift));
    anchors
        .extend((0..back).map(|at| ((a.len() - back + at) as u32, (b.len() - back + at) as u32)));
    // What is there more than once has not moved, it is there again.
    let (once_a, once_b) = (once(inner_a), once(inner_b));
    let moved: Vec<Pair> = inner
        .moved
        .into_iter()
        .filter(|(x, _)| {
            let hash = inner_a[*x as usize];
            once_a.get(&hash) == Some(&1) && once_b.get(&hash) == Some(&1)
        })
        .map(lift)
        .collect();
    let mut gone = (vec![false; a.len()], vec![false; b.len()]);
    for (x, y) in &moved {
        gone.0[*x as usize] = true;
        gone.1[*y as usize] = true;
    }
    let mut kept = Vec::with_capacity(anchors.len());
    let (mut x, mut y) = (0, 0);
    let end = (a.len() as u32, b.len() as u32);
    for (to_x, to_y) in anchors.into_iter().chain([end]) {
        let left: Vec<u32> = (x..to_x).filter(|at| !gone.0[*at as usize]).collect();
        let right: Vec<u32> = (y..to_y).filter(|at| !gone.1[*at as usize]).collect();
        stretch(&left, &right, alike, &mut kept);
        if (to_x, to_y) != end {
            kept.push((to_x, to_y));
        }
        (x, y) = (to_x + 1, to_y + 1);
    }
    Aligned { kept, moved }
}

/// How often each is there.
fn once(list: &[u64]) -> HashMap<u64, u32> {
    let mut counts = HashMap::with_capacity(list.len());
    for hash in list {
        *counts.entry(*hash).or_default() += 1;
    }
    counts
}

/// Pairs the nth of each hash with the nth of it in the other list.
fn numbered(a: &[u64], b: &[u64]) -> Aligned {
    let number = |list: &[u64]| {
        let mut counts: HashMap<u64, u32> = HashMap::with_capacity(list.len());
        list.iter()
            .map(|hash| {
                let count = counts.entry(*hash).or_default();
                *count += 1;
                (*hash, *count)
            })
            .collect::<Vec<_>>()
    };
    by_identity(&number(a), &number(b))
}

/// Pairs what stands between two anchors.
fn stretch(
    left: &[u32],
    right: &[u32],
    alike: &mut dyn FnMut(u32, u32) -> u32,
    kept: &mut Vec<Pair>,
) {
    let alone = left.len() == 1 && right.len() == 1;
    if alone || left.len() > STRETCH || right.len() > STRETCH {
        kept.extend(left.iter().copied().zip(right.iter().copied()));
        return;
    }
    let columns = right.len() + 1;
    let mut best = vec![0_u32; (left.len() + 1) * columns];
    let mut score = vec![0_u32; left.len() * right.len()];
    for x in (0..left.len()).rev() {
        for y in (0..right.len()).rev() {
            let pair = alike(left[x], right[y]).saturating_add(1);
            score[x * right.len() + y] = pair;
            best[x * columns + y] = (best[(x + 1) * columns + y + 1] + pair)
                .max(best[(x + 1) * columns + y])
                .max(best[x * columns + y + 1]);
        }
    }
    let (mut x, mut y) = (0, 0);
    while x < left.len() && y < right.len() {
        let here = best[x * columns + y];
        if here == best[(x + 1) * columns + y + 1] + score[x * right.len() + y] {
            kept.push((left[x], right[y]));
            (x, y) = (x + 1, y + 1);
        } else if here == best[(x + 1) * columns + y] {
            x += 1;
        } else {
            y += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_the_same_is_found_where_it_stands() {
        let none = |_, _| 0;
        let told = by_hash(&[1, 2, 3, 4], &[9, 1, 3, 4, 2], none);
        assert_eq!(told.kept, [(0, 1), (2, 2), (3, 3)]);
        assert_eq!(told.moved, [(1, 4)]);
        // The best of those that are left.
        let told = by_hash(&[10, 20], &[21], |x, _| x);
        assert_eq!(told.kept, [(1, 0)]);
        // More of the same is more of the same, not moved.
        let told = by_hash(&[1, 1, 2, 1], &[2, 1, 1], none);
        assert_eq!(told.moved, []);
    }

    proptest! {
        #[test]
        fn pairs_ascend_are_unique_and_the_same_from_both_sides(
            a in prop::collection::vec(0..12_u64, 0..60), b in prop::collection::vec(0..12_u64, 0..60),
        ) {
            let alike = |x: u32, y: u32| (x * 7 + y * 7) % 5;
            let one = by_hash(&a, &b, alike);
            let other = by_hash(&b, &a, alike);
            prop_assert!(one.kept.is_sorted_by(|x, y| x.0 < y.0 && x.1 < y.1));
            let mut seen: Vec<u32> = one.kept.iter().chain(&one.moved).map(|pair| pair.0).collect();
            seen.sort_unstable();
            prop_assert!(seen.is_sorted_by(|x, y| x < y));
            let turned: Vec<Pair> = other.kept.iter().map(|(x, y)| (*y, *x)).collect();
            if a != b {
                prop_assert_eq!(&one.kept, &turned);
            }
            prop_assert_eq!(one.moved.len(), other.moved.len());
        }

        #[test]
        fn ascending_is_ascending(places in prop::collection::vec(0..50_u32, 0..40)) {
            let kept = ascending(&places);
            let left: Vec<u32> = places.iter().zip(kept).filter(|(_, kept)| *kept).map(|(place, _)| *place).collect();
            prop_assert!(left.is_sorted_by(|x, y| x < y));
        }
    }
}
