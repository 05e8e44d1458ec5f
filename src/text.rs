//! Untrusted text made safe for a terminal, and measured in cells.
//!
//! Owns the one rule of what is shown instead of a character that a terminal would act on or hide, plus the small
//! formats every front end shares (sizes, durations, counts). It never writes anywhere and knows no terminal library.
//!
//! Widths are counted a grapheme at a time, as the drawing library does, so a column computed here is the column drawn.

pub mod markup;
mod nearest;

pub use nearest::nearest;

use std::borrow::Cow;
use std::time::Duration;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// What a tab becomes. A fixed run, not a tab stop: sanitising two halves gives the same text as sanitising the whole,
/// so offsets of a match or a caret can be computed from either side of it.
const TAB: &str = "    ";

/// One line of text with nothing in it that a terminal acts on: control characters as `^[`, C1 and invisible format
/// characters as `‹U+202E›`, a tab as spaces, a newline as `⏎`. Text that is safe already is borrowed.
pub fn sanitize(s: &str) -> Cow<'_, str> {
    match first_unsafe(s) {
        None => Cow::Borrowed(s),
        Some(at) => {
            let mut out = String::with_capacity(s.len() + 16);
            out.push_str(&s[..at]);
            for c in s[at..].chars() {
                push_safe(&mut out, c);
            }
            Cow::Owned(out)
        }
    }
}

/// As [`sanitize`], but `\n` stays (and the `\r` of a `\r\n` goes with it), for text of several lines.
pub fn sanitize_lines(s: &str) -> String {
    let mut out = String::with_capacity(s.len());
    for (i, line) in s.split('\n').enumerate() {
        if i > 0 {
            // Only the one that ended the previous line: a `\r` elsewhere stays visible.
            if out.ends_with("^M") && s[..offset_in(s, line)].ends_with("\r\n") {
                out.truncate(out.len() - 2);
            }
            out.push('\n');
        }
        out.push_str(&sanitize(line));
    }
    out
}

/// True if the character is shown as an escape by [`sanitize`]: controls, bidi controls, zero-width and tag
/// characters, invisible fillers. Variation selectors 1-16 stay: they only choose between pictures.
pub fn is_unsafe(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    c.is_control() || is_invisible(c)
}

/// Appends what is shown for one character.
pub fn push_safe(out: &mut String, c: char) {
    match c {
        '\t' => out.push_str(TAB),
        '\n' => out.push('⏎'),
        '\u{0}'..='\u{1f}' | '\u{7f}' => {
            out.push('^');
            out.push(char::from((c as u8) ^ 0x40));
        }
        c if is_unsafe(c) => {
            use std::fmt::Write;
            let _ = write!(out, "‹U+{:04X}›", u32::from(c));
        }
        c => out.push(c),
    }
}

/// Cells the text takes on a terminal. Give it sanitised text.
pub fn width(s: &str) -> usize {
    if s.is_ascii() {
        return s.len();
    }
    s.graphemes(true).map(grapheme_width).sum()
}

/// Cells of one grapheme, as ratatui counts them.
pub fn grapheme_width(g: &str) -> usize {
    // Terminals give the halfwidth sound marks a cell although they are combining for unicode-width.
    g.width()
        + g.chars()
            .filter(|c| matches!(c, '\u{ff9e}' | '\u{ff9f}'))
            .count()
}

/// The text cut to at most `cols` cells, with `…` where something was cut; no grapheme is split.
/// Costs time by `cols`, not by the length of the text.
pub fn fit(s: &str, cols: usize) -> Cow<'_, str> {
    if s.len() <= cols && s.is_ascii() {
        return Cow::Borrowed(s);
    }
    let mut used = 0;
    let mut cut = 0;
    for (at, g) in s.grapheme_indices(true) {
        let w = grapheme_width(g);
        if used + w > cols {
            return match cols {
                0 => Cow::Borrowed(""),
                _ => Cow::Owned(format!("{}…", &s[..cut])),
            };
        }
        used += w;
        if used < cols {
            cut = at + g.len();
        }
    }
    Cow::Borrowed(s)
}

/// [`fit`], then filled with spaces on the right to exactly `cols` cells.
pub fn pad(s: &str, cols: usize) -> String {
    let mut out = fit(s, cols).into_owned();
    let missing = cols.saturating_sub(width(&out));
    out.extend(std::iter::repeat_n(' ', missing));
    out
}

/// Bytes in words: `312 B`, `1.4 kB`, `12 MB`. A kB is 1000 bytes.
pub fn size(bytes: u64) -> String {
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    let mut value = bytes as f64;
    let mut unit = "B";
    for next in ["kB", "MB", "GB", "TB", "PB", "EB"] {
        // 999.5 would round to 1000 of the smaller unit.
        if value < 999.5 {
            break;
        }
        value /= 1000.0;
        unit = next;
    }
    if value < 9.95 {
        format!("{value:.1} {unit}")
    } else {
        format!("{value:.0} {unit}")
    }
}

/// A duration in words: `0.4 ms`, `182 ms`, `1.2 s`, `12 s`, `2 min 5 s`, `3 h 10 min`.
pub fn took(t: Duration) -> String {
    let ms = t.as_secs_f64() * 1000.0;
    if ms < 9.95 {
        return format!("{ms:.1} ms");
    }
    if ms < 999.5 {
        return format!("{ms:.0} ms");
    }
    if ms < 9_950.0 {
        return format!("{:.1} s", ms / 1000.0);
    }
    let s = (ms / 1000.0).round() as u64;
    match s {
        0..60 => format!("{s} s"),
        60..3600 => format!("{} min {} s", s / 60, s % 60),
        _ => format!("{} h {} min", s / 3600, s / 60 % 60),
    }
}

/// A number with its digits in threes: `2,311`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A count with its noun: `1 tool`, `3 tools`, `2 entries`, `2 matches`.
pub fn plural(count: usize, noun: &str) -> String {
    if count == 1 {
        return format!("1 {noun}");
    }
    let stem = noun
        .strip_suffix('y')
        .filter(|s| !s.ends_with(['a', 'e', 'i', 'o', 'u']));
    match stem {
        Some(stem) => format!("{count} {stem}ies"),
        None if noun.ends_with(['s', 'x']) || noun.ends_with("ch") || noun.ends_with("sh") => {
            format!("{count} {noun}es")
        }
        None => format!("{count} {noun}s"),
    }
}

fn first_unsafe(s: &str) -> Option<usize> {
    // Almost all text is printable ASCII; looking at bytes keeps that case at memory speed.
    let start = s.bytes().position(|b| !(0x20..0x7f).contains(&b))?;
    s[start..]
        .char_indices()
        .find(|&(_, c)| is_unsafe(c))
        .map(|(i, _)| start + i)
}

fn offset_in(whole: &str, part: &str) -> usize {
    part.as_ptr() as usize - whole.as_ptr() as usize
}

/// Characters that change how others are shown, or show nothing: Unicode's format characters (Cf), line and paragraph
/// separators, and the default-ignorable fillers used to hide text.
fn is_invisible(c: char) -> bool {
    matches!(u32::from(c),
        0xad | 0x34f | 0x61c | 0x600..=0x605 | 0x6dd | 0x70f | 0x890..=0x891 | 0x8e2
        | 0x115f..=0x1160 | 0x17b4..=0x17b5 | 0x180b..=0x180f | 0x200b..=0x200f | 0x2028..=0x202e
        | 0x2060..=0x206f | 0x3164 | 0xfeff | 0xffa0 | 0xfff0..=0xfffb | 0x110bd | 0x110cd
        | 0x13430..=0x1343f | 0x1bca0..=0x1bca3 | 0x1d173..=0x1d17a
        // Tags and the 240 further variation selectors: both carry hidden text in practice.
        | 0xe0000..=0xe0fff)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_grouped() {
        for (number, told) in [(0, "0"), (999, "999"), (2_311, "2,311"), (1_000_000, "1,000,000")] {
            assert_eq!(grouped(number), told);
        }
    }

    #[test]
    fn unsafe_characters_show_as_escapes() {
        for (input, expected) in [
            ("plain", "plain"),
            ("\u{1b}[31mred\u{7f}\0", "^[[31mred^?^@"),
            ("a\u{202e}b\u{9b}c", "a‹U+202E›b‹U+009B›c"),
            ("a\tb\nc\rd", "a    b⏎c^Md"),
            (
                "soft\u{ad}hyphen \u{2028}\u{200d}\u{e0041}",
                "soft‹U+00AD›hyphen ‹U+2028›‹U+200D›‹U+E0041›",
            ),
            ("日本 ⚠\u{fe0f} é", "日本 ⚠\u{fe0f} é"),
        ] {
            assert_eq!(sanitize(input), expected);
        }
        assert!(matches!(sanitize("déjà vu 日本"), Cow::Borrowed(_)));
        assert_eq!(sanitize_lines("a\r\nb\rc\n\u{1b}"), "a\nb^Mc\n^[");
        assert_eq!(sanitize_lines("^M\nx"), "^M\nx");
    }

    #[test]
    fn fit_cuts_whole_graphemes() {
        for (input, cols, expected) in [
            ("hello", 5, "hello"),
            ("hello", 4, "hel…"),
            ("hello", 1, "…"),
            ("hello", 0, ""),
            ("日本語", 6, "日本語"),
            ("日本語", 5, "日本…"),
            ("日本語", 4, "日…"),
            ("e\u{301}e\u{301}e\u{301}", 2, "e\u{301}…"),
        ] {
            assert_eq!(fit(input, cols), expected, "{input} in {cols}");
        }
        assert_eq!(pad("ab", 4), "ab  ");
        assert_eq!(pad("日本語", 4), "日… ");
    }

    #[test]
    fn sizes_durations_and_counts_read_well() {
        for (bytes, expected) in [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1.0 kB"),
            (1440, "1.4 kB"),
            (9_960, "10 kB"),
            (999_600, "1.0 MB"),
            (12_000_000, "12 MB"),
            (u64::MAX, "18 EB"),
        ] {
            assert_eq!(size(bytes), expected);
        }
        for (us, expected) in [
            (400, "0.4 ms"),
            (11_000, "11 ms"),
            (182_000, "182 ms"),
            (999_700, "1.0 s"),
            (1_200_000, "1.2 s"),
            (9_960_000, "10 s"),
            (125_000_000, "2 min 5 s"),
            (11_400_000_000, "3 h 10 min"),
        ] {
            assert_eq!(took(Duration::from_micros(us)), expected);
        }
        assert_eq!(plural(1, "entry"), "1 entry");
        assert_eq!(plural(2, "entry"), "2 entries");
        assert_eq!(plural(0, "key"), "0 keys");
        assert_eq!(plural(3, "match"), "3 matches");
    }

    fn wild() -> impl Strategy<Value = String> {
        let special = prop::sample::select(vec![
            '\u{1b}',
            '\t',
            '\n',
            '\r',
            '\0',
            '\u{7f}',
            '\u{85}',
            '\u{9b}',
            '\u{ad}',
            '\u{200b}',
            '\u{200d}',
            '\u{202e}',
            '\u{2066}',
            '\u{feff}',
            '\u{e0041}',
            '\u{fe0f}',
            '\u{301}',
            '日',
            '👩',
            '🇩',
            'ﾞ',
            'a',
            ' ',
        ]);
        prop::collection::vec(prop_oneof![special, any::<char>()], 0..40)
            .prop_map(|chars| chars.into_iter().collect())
    }

    proptest! {
        #[test]
        fn sanitised_text_holds_nothing_unsafe(a in wild(), b in wild()) {
            let safe = sanitize(&a);
            prop_assert!(!safe.chars().any(is_unsafe), "{safe:?}");
            prop_assert_eq!(sanitize(&safe), safe.clone());
            let whole = format!("{a}{b}");
            prop_assert_eq!(sanitize(&whole), format!("{safe}{}", sanitize(&b)));
            prop_assert!(!sanitize_lines(&a).chars().any(|c| c != '\n' && is_unsafe(c)));
        }

        #[test]
        fn fit_and_pad_keep_to_their_columns(s in wild(), cols in 0_usize..30) {
            let s = sanitize(&s);
            prop_assert!(width(&fit(&s, cols)) <= cols);
            prop_assert_eq!(width(&pad(&s, cols)), cols);
        }
    }
}
