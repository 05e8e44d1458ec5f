//! Which word was meant by one that is unknown.

/// Longer words are told apart by their beginnings.
const LONGEST: usize = 40;

/// The word that differs least, and in how many letters: put in, taken out, changed or swapped. Case, and which of `-`
/// and `_` it is, do not count. Whether that is near enough is for whoever asks.
pub fn nearest<'a>(
    word: &str,
    words: impl IntoIterator<Item = &'a str>,
) -> Option<(usize, &'a str)> {
    let plain = |word: &str| -> Vec<char> {
        let letters = word.chars().take(LONGEST).flat_map(char::to_lowercase);
        letters
            .map(|letter| if letter == '-' { '_' } else { letter })
            .collect()
    };
    let word = plain(word);
    let words = words.into_iter();
    words
        .map(|other| (distance(&word, &plain(other)), other))
        .min()
}

fn distance(from: &[char], to: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=to.len()).collect();
    for (row, a) in from.iter().enumerate() {
        let mut now = vec![row + 1];
        for (column, b) in to.iter().enumerate() {
            let mut best = (above[column] + usize::from(a != b))
                .min(above[column + 1] + 1)
                .min(now[column] + 1);
            if row > 0 && column > 0 && *a == to[column - 1] && from[row - 1] == *b {
                best = best.min(before[column - 1] + 1);
            }
            now.push(best);
        }
        before = std::mem::replace(&mut above, now);
    }
    above.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_more_less_other_and_swapped_count_one_each() {
        for (word, expected) in [
            ("method", (0, "method")),
            ("Metod", (1, "method")),
            ("mehtod", (1, "method")),
            ("dark-mode", (0, "dark_mode")),
            ("xyz", (3, "srv")),
        ] {
            assert_eq!(
                nearest(word, ["srv", "method", "dark_mode"]),
                Some(expected),
                "{word}"
            );
        }
        assert_eq!(nearest("a", []), None);
    }
}
