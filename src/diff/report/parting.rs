//! Two long texts in a line each: what is shown begins shortly before they differ, but for what differs from run to run
//! without a meaning.

use crate::diff::shapes::Shapes;
use crate::json::{self, Kind};
use crate::text;

/// Of larger texts the beginning is shown: whoever draws looks at them in every frame.
const LARGEST: usize = 16 << 10;
/// Columns after the place that are to be seen at least.
const BEHIND: usize = 12;

/// Both in at most `most` columns, safe to show; none when their beginnings show what differs as well.
pub fn shown(a: &[u8], b: &[u8], most: usize) -> Option<(String, String)> {
    let is_text = |raw: &[u8]| raw.len() <= LARGEST && json::kind(raw) == Kind::String;
    if most < 2 * BEHIND || a.len().max(b.len()) <= most || !is_text(a) || !is_text(b) {
        return None;
    }
    let (a, b) = (json::text(a)?, json::text(b)?);
    let (x, y) = parting(&a, &b)?;
    let near = |text: &str, at: usize| text::width(&text[..at]) + BEHIND < most;
    if near(&a, x) && near(&b, y) {
        return None;
    }
    let from = |text: &str, at: usize| {
        let before = text[..at].char_indices().rev();
        let start = before.take(most / 3).last().map_or(at, |(start, _)| start);
        let dots = if start > 0 { "…" } else { "" };
        let cut = json::quote(&format!("{dots}{}", &text[start..]));
        super::short(cut.as_bytes(), most)
    };
    Some((from(&a, x), from(&b, y)))
}

/// Where two texts differ first, in bytes of each; none when they do not.
fn parting(a: &str, b: &str) -> Option<(usize, usize)> {
    let shapes = Shapes::all();
    let (mine, theirs) = (shapes.pieces(a), shapes.pieces(b));
    let (mut mine, mut theirs) = (mine.iter().peekable(), theirs.iter().peekable());
    let (mut x, mut y) = (0, 0);
    loop {
        while mine.next_if(|(_, range)| range.start < x).is_some() {}
        while theirs.next_if(|(_, range)| range.start < y).is_some() {}
        if let (Some((one, here)), Some((other, there))) = (mine.peek(), theirs.peek())
            && one == other
            && (here.start, there.start) == (x, y)
        {
            (x, y) = (here.end, there.end);
            continue;
        }
        match (a[x..].chars().next(), b[y..].chars().next()) {
            (Some(one), Some(other)) if one == other => {
                x += one.len_utf8();
                y += one.len_utf8();
            }
            (None, None) => return None,
            _ => return Some((x, y)),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn both(a: &str, b: &str, most: usize) -> Option<(String, String)> {
        let [a, b] = [a, b].map(json::quote);
        shown(a.as_bytes(), b.as_bytes(), most)
    }

    #[test]
    fn what_is_shown_begins_before_the_first_real_difference() {
        let text = |folder: &str, took: &str, ticket: &str| {
            format!(
                "x in {folder}/x, took {took} at 2026-11-22T07:00:00Z for ticket-{ticket}, as was asked for"
            )
        };
        let (a, b) = (
            text("/tmp/1", "7.4 ms", "1"),
            text("/var/tmp/22", "12 ms", "2"),
        );
        let (one, other) = both(&a, &b, 60).unwrap();
        assert_eq!(one, "\"…7:00:00Z for ticket-1, as was asked for\"");
        assert_eq!(other, "\"…7:00:00Z for ticket-2, as was asked for\"");
        assert_eq!(both(&a, &b, 100), None, "it is seen without");
        assert_eq!(both(&a, &a, 60), None);
        assert_eq!(shown(b"[1]", b"\"a\"", 60), None);
    }

    proptest! {
        #[test]
        fn any_texts_are_survived(a in "(é|a|/tmp/x|12 ms| ){0,60}", b in "(é|a|/tmp/x|12 ms| ){0,60}", most in 0_usize..80) {
            if let Some((one, other)) = both(&a, &b, most) {
                prop_assert!(text::width(&one) <= most && text::width(&other) <= most);
            }
            if let Some((x, y)) = parting(&a, &b) {
                prop_assert!(a.is_char_boundary(x) && b.is_char_boundary(y));
            }
        }
    }
}
