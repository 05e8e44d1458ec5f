//! Colours of what is printed: only on a terminal, only the few that every terminal has, and none where NO_COLOR is set.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::IsTerminal;

/// How something is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// As it should be, or new.
    Good,
    /// Worth a look.
    Warn,
    /// Wrong, or gone.
    Bad,
    /// Beside the matter.
    Quiet,
    /// What something is called.
    Name,
}

impl Tone {
    /// What switches it on (ECMA-48 §8.3.117, SGR).
    const fn code(self) -> &'static str {
        match self {
            Self::Good => "32",
            Self::Warn => "33",
            Self::Bad => "31",
            Self::Quiet => "2",
            Self::Name => "1",
        }
    }
}

/// How lines begin that mean something, and how.
const BEGINNINGS: [(&str, Tone); 15] = [
    ("error", Tone::Bad),
    ("failed", Tone::Bad),
    ("breaking", Tone::Bad),
    ("missing", Tone::Bad),
    ("  - ", Tone::Bad),
    ("warning", Tone::Warn),
    ("flawed", Tone::Warn),
    ("changed", Tone::Warn),
    ("  ~ ", Tone::Warn),
    ("ok ", Tone::Good),
    ("new ", Tone::Good),
    ("  + ", Tone::Good),
    ("passed", Tone::Quiet),
    ("skipped", Tone::Quiet),
    ("note", Tone::Quiet),
];

/// Whether colours are wanted where this goes.
pub fn wanted(to: &impl IsTerminal) -> bool {
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    to.is_terminal() && !refused
}

/// The first `bytes` of a line in a tone.
pub fn led(line: &str, bytes: usize, tone: Tone) -> String {
    let (lead, rest) = line.split_at(bytes);
    format!("\x1b[{}m{lead}\x1b[0m{rest}", tone.code())
}

/// Lines, each with its first word in the tone that it stands for.
pub fn toned(lines: &str) -> Cow<'_, str> {
    let tone = |line: &str| {
        let found = BEGINNINGS
            .iter()
            .find(|(begins, _)| line.starts_with(begins));
        found.map(|(_, tone)| *tone)
    };
    if lines.lines().all(|line| tone(line).is_none()) {
        return Cow::Borrowed(lines);
    }
    let mut out = String::with_capacity(lines.len() + 64);
    for line in lines.split_inclusive('\n') {
        match tone(line) {
            // Signs stand for the whole line.
            Some(tone) => {
                let text = line.trim_end_matches('\n');
                let end = match text.find([' ', ':']).filter(|end| *end > 1) {
                    Some(end) => end,
                    None => text.len(),
                };
                // Writing to a string never fails.
                let _ = write!(out, "{}{}", led(text, end, tone), &line[text.len()..]);
            }
            None => out.push_str(line),
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_words_have_the_tone_they_stand_for() {
        assert_eq!(
            toned("ok       found  x\nfailed   spawned\n  cause: y\n"),
            "\x1b[32mok\x1b[0m       found  x\n\x1b[31mfailed\x1b[0m   spawned\n  cause: y\n"
        );
        assert_eq!(
            toned("new        tools/call a\n  - $.a  1\n"),
            "\x1b[32mnew\x1b[0m        tools/call a\n\x1b[31m  - $.a  1\x1b[0m\n"
        );
        assert_eq!(toned("error: no"), "\x1b[31merror\x1b[0m: no");
        assert!(matches!(toned("plain\ntext"), Cow::Borrowed(_)));
    }

    #[test]
    fn without_its_colours_a_text_is_as_it_was() {
        for text in ["ok x\n\n  - a b\nwarning", "  + \n", "error", ""] {
            let mut bare = toned(text).into_owned();
            for code in ["32", "33", "31", "2", "1", "0"] {
                bare = bare.replace(&format!("\x1b[{code}m"), "");
            }
            assert_eq!(bare, text);
        }
    }
}
