//! Finding the end of an object or array, eight bytes at a time: what is large is skipped at the speed of memory.
//!
//! Owns bit tricks and nothing else. Brackets are counted outside strings; what is in between is not checked.

const LOW: u64 = 0x0101_0101_0101_0101;
const SEVEN: u64 = 0x7f7f_7f7f_7f7f_7f7f;

/// So many words of eight bytes make a string a long one.
const LONG: u32 = 4;

/// The lowest bit of each byte of `word` that is `byte`.
const fn equal(word: u64, byte: u8) -> u64 {
    let other = word ^ (LOW * byte as u64);
    !(((other & SEVEN) + SEVEN) | other | SEVEN) >> 7
}

/// Where one is between brackets.
struct Skip {
    depth: u32,
    /// Whether this is inside of a string: in each byte, or in none.
    inside: u64,
    /// Whether the next byte is escaped.
    escaped: bool,
}

/// Behind the bracket that closes the one at `start`; the end of the text when there is none.
pub(super) fn container_end(raw: &[u8], start: usize) -> usize {
    let mut skip = Skip {
        depth: 0,
        inside: 0,
        escaped: false,
    };
    let mut at = start.min(raw.len());
    // Words of a string that had nothing in them but text.
    let mut quiet = 0;
    while let Some(bytes) = raw[at..].first_chunk::<8>() {
        let word = u64::from_le_bytes(*bytes);
        if skip.word(word) {
            let text = skip.inside != 0 && equal(word, b'"') == 0;
            quiet = if text { quiet + 1 } else { 0 };
        } else if let Some(end) = skip.bytes(bytes) {
            return at + end;
        } else {
            quiet = 0;
        }
        at += 8;
        if quiet >= LONG && !skip.escaped {
            // A long string: only its end and escapes matter, and those are found faster.
            let rest = &raw[at..];
            at += memchr::memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
            quiet = 0;
        }
    }
    skip.bytes(&raw[at..]).map_or(raw.len(), |end| at + end)
}

impl Skip {
    /// Takes eight bytes; false, and nothing taken, if they must be looked at one by one.
    fn word(&mut self, word: u64) -> bool {
        let backslashes = equal(word, b'\\');
        let mut escaped = u64::from(self.escaped);
        // Of several in a row only every other one escapes.
        if backslashes & (backslashes << 8 | escaped) != 0 {
            return false;
        }
        escaped |= backslashes << 8;
        let quotes = equal(word, b'"') & !escaped;
        // In each byte the number of quotes up to it: odd is inside.
        let inside = (quotes.wrapping_mul(LOW) & LOW) ^ self.inside;
        if backslashes & !inside != 0 {
            return false;
        }
        // Brackets and braces differ in this bit only.
        let either = word | (LOW << 5);
        let opened = (equal(either, b'{') & !inside).count_ones();
        let closed = (equal(either, b'}') & !inside).count_ones();
        if closed >= self.depth {
            return false;
        }
        self.depth = self.depth - closed + opened;
        self.inside = LOW * (inside >> 56);
        self.escaped = backslashes >> 56 != 0;
        true
    }

    /// Takes bytes one by one; says behind which of them it ends.
    fn bytes(&mut self, bytes: &[u8]) -> Option<usize> {
        for (index, byte) in bytes.iter().enumerate() {
            if self.escaped {
                self.escaped = false;
                continue;
            }
            match (byte, self.inside != 0) {
                (b'"', inside) => self.inside = if inside { 0 } else { LOW },
                (b'\\', true) => self.escaped = true,
                (b'{' | b'[', false) => self.depth += 1,
                (b'}' | b']', false) => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        return Some(index + 1);
                    }
                }
                _ => {}
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn one_by_one(raw: &[u8], start: usize) -> usize {
        let mut skip = Skip {
            depth: 0,
            inside: 0,
            escaped: false,
        };
        skip.bytes(&raw[start..])
            .map_or(raw.len(), |end| start + end)
    }

    #[test]
    fn ends_are_found_in_every_place_of_a_word() {
        for lead in 0..9 {
            for inside in 0..20 {
                let text = format!(
                    "{}[{{\"\\\"]\\\\\":[{}]}}]  ]",
                    " ".repeat(lead),
                    "é,\"}\"".repeat(inside)
                );
                let end = text.len() - 3;
                assert_eq!(container_end(text.as_bytes(), lead), end, "{text}");
                let cut = &text.as_bytes()[..end - 1];
                assert_eq!(container_end(cut, lead), cut.len(), "{text}");
            }
        }
    }

    proptest! {
        #[test]
        fn words_say_what_bytes_say(text in r#"[\[{]([\[\]{}"\\a-c:,é]|\\"|\\\\|"[a-z\[\]]*"){0,60}"#) {
            prop_assert_eq!(container_end(text.as_bytes(), 0), one_by_one(text.as_bytes(), 0));
        }

        #[test]
        fn long_strings_are_left_at_their_end(
            parts in prop::collection::vec(("[a-z\\[{}é]{0,90}", prop::sample::select(vec!["", "\\\\", "\\\"", "\",\"", "\\\\\\\""])), 0..6),
            lead in 0_usize..9, cut in 0_usize..20,
        ) {
            let inside: String = parts.iter().flat_map(|(text, end)| [text.as_str(), end]).collect();
            let text = format!("{}[\"{inside}\"] ]", " ".repeat(lead));
            prop_assert_eq!(container_end(text.as_bytes(), lead), one_by_one(text.as_bytes(), lead));
            let bytes = &text.as_bytes()[..text.len().saturating_sub(cut).max(lead)];
            prop_assert_eq!(container_end(bytes, lead), one_by_one(bytes, lead));
        }

        #[test]
        fn any_bytes_are_the_same_too(mut bytes: Vec<u8>) {
            bytes.insert(0, b'[');
            prop_assert_eq!(container_end(&bytes, 0), one_by_one(&bytes, 0));
        }
    }
}
