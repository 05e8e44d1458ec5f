//! Names in a narrow column that can still be told apart. Owns how they are cut, and nothing of what they name.

use crate::text;

/// The names, sanitised and at most so wide: those that would be cut alike lose what they begin with in common. None when
/// that is not enough.
pub fn distinct(names: &[&str], width: usize) -> Option<Vec<String>> {
    let clean: Vec<String> = names
        .iter()
        .map(|name| text::sanitize(name).into_owned())
        .collect();
    let cut = |name: &str| text::fit(name, width).into_owned();
    let mut shown: Vec<String> = clean.iter().map(|name| cut(name)).collect();
    for at in 0..shown.len() {
        let alike: Vec<usize> = (0..shown.len())
            .filter(|other| shown[*other] == shown[at])
            .collect();
        if alike.iter().all(|other| clean[*other] == clean[at]) {
            continue;
        }
        let group: Vec<&str> = alike.iter().map(|at| &*clean[*at]).collect();
        for begins in common(&group) {
            let tried: Vec<String> = group
                .iter()
                .map(|name| cut(&format!("…{}", &name[begins..])))
                .collect();
            let same = |at: usize| {
                (0..at).any(|other| tried[other] == tried[at] && group[other] != group[at])
            };
            let done = !(0..tried.len()).any(same);
            for (place, name) in alike.iter().zip(&tried) {
                shown[*place].clone_from(name);
            }
            if done {
                break;
            }
        }
    }
    let mut pairs: Vec<(&String, &String)> = shown.iter().zip(&clean).collect();
    pairs.sort_unstable();
    pairs.dedup();
    let told_apart = pairs.windows(2).all(|pair| pair[0].0 != pair[1].0);
    told_apart.then_some(shown)
}

/// How many bytes all begin with: up to the last word that they share, and all of it.
fn common(names: &[&str]) -> [usize; 2] {
    let Some((first, others)) = names.split_first() else {
        return [0, 0];
    };
    let shared = |other: &&str| {
        let mut pairs = first.char_indices().zip(other.chars());
        let differs = pairs.find(|((_, a), b)| a != b);
        differs.map_or(first.len().min(other.len()), |((at, _), _)| at)
    };
    let shared = others.iter().map(shared).min().unwrap_or(0);
    let word = first[..shared].rfind(|c: char| !c.is_alphanumeric());
    let word = word.map_or(shared, |at| {
        at + first[at..].chars().next().map_or(0, char::len_utf8)
    });
    [word, shared]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_what_they_share_when_they_would_be_cut_alike() {
        for (names, width, expected) in [
            (&["demo", "db"][..], 8, Some(&["demo", "db"][..])),
            (
                &["mcp-server-everything", "demo", "mcp-server-filesystem"],
                10,
                Some(&["…everythi…", "demo", "…filesyst…"]),
            ),
            (&["server1", "server2"], 5, Some(&["…1", "…2"])),
            (&["a-long-name", "a-long-name"], 4, Some(&["a-l…", "a-l…"])),
            (&["one-aaaaaaaab", "one-aaaaaaaac"], 5, Some(&["…b", "…c"])),
        ] {
            let told = distinct(names, width);
            let told: Option<Vec<&str>> = told
                .as_ref()
                .map(|told| told.iter().map(String::as_str).collect());
            assert_eq!(told.as_deref(), expected, "{names:?}");
        }
        assert_eq!(distinct(&["xay", "xby"], 1), None);
    }

    proptest::proptest! {
        #[test]
        fn what_is_given_is_told_apart_and_fits(names in proptest::collection::vec("[abé-]{0,9}", 0..5), width in 2_usize..9) {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            if let Some(told) = distinct(&names, width) {
                for (at, one) in told.iter().enumerate() {
                    assert!(text::width(one) <= width);
                    for (other, name) in told.iter().zip(&names) {
                        assert_eq!(one == other, names[at] == *name, "{told:?}");
                    }
                }
            }
        }
    }
}
