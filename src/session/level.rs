//! Log levels: the eight words of the protocol, and a guess for lines of stderr.

use std::fmt;

/// A log level (`logging/setLevel`, all revisions), least first.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    serde::Serialize,
    serde::Deserialize,
)]
pub enum Level {
    /// Finest detail.
    Debug,
    /// Normal.
    #[default]
    Info,
    /// Normal, but worth seeing.
    Notice,
    /// Something may be wrong.
    Warning,
    /// Something is wrong.
    Error,
    /// A component is failing.
    Critical,
    /// Somebody must act now.
    Alert,
    /// Nothing works.
    Emergency,
}

impl Level {
    /// All of them, least first.
    pub const ALL: [Self; 8] = [
        Self::Debug,
        Self::Info,
        Self::Notice,
        Self::Warning,
        Self::Error,
        Self::Critical,
        Self::Alert,
        Self::Emergency,
    ];

    /// The word on the wire.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Notice => "notice",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Critical => "critical",
            Self::Alert => "alert",
            Self::Emergency => "emergency",
        }
    }

    /// The level of a word as servers and log libraries write it, in any case.
    pub fn of_word(word: &str) -> Option<Self> {
        // Longer than the longest of them, or not a word of ASCII at all: most words are.
        const LONGEST: usize = "information".len();
        let mut lower = [0; LONGEST];
        let lower = lower.get_mut(..word.len())?;
        lower.copy_from_slice(word.as_bytes());
        lower.make_ascii_lowercase();
        Some(match std::str::from_utf8(lower).ok()? {
            "trace" | "debug" | "dbg" | "verbose" => Self::Debug,
            "info" | "information" | "inf" | "log" => Self::Info,
            "notice" => Self::Notice,
            "warning" | "warn" | "wrn" => Self::Warning,
            "error" | "err" | "failure" | "severe" => Self::Error,
            "critical" | "crit" | "fatal" | "panic" => Self::Critical,
            "alert" => Self::Alert,
            "emergency" | "emerg" => Self::Emergency,
            _ => return None,
        })
    }

    /// Guesses the level of a stderr line: the first word that is one, in the shapes that Python, Node, Go and
    /// Rust loggers write (`INFO:`, `[warn]`, `level=error`, `{"level":"error"}`, `TypeError: …`).
    pub fn guess(line: &str) -> Option<Self> {
        if line.starts_with("Traceback (most recent call last)") || line.starts_with("panic:") {
            return Some(Self::Error);
        }
        if line.starts_with('{') {
            return ["level", "severity", "levelname"]
                .iter()
                .find_map(|key| crate::json::string_at(line.as_bytes(), &[key]))
                .and_then(|word| Self::of_word(&word));
        }
        line.split(|character: char| !character.is_ascii_alphanumeric() && character != '_')
            .filter(|word| !word.is_empty())
            .take(12)
            .enumerate()
            .find_map(|(place, word)| {
                // Mid-sentence lower-case words ("no error") are prose, not a level. Few words are a level at all, so
                // that is asked first.
                let is_meant = || {
                    word.chars().all(|character| character.is_ascii_uppercase())
                        || place < 2
                        || line.contains(&format!("level={word}"))
                        || line.contains(&format!("[{word}]"))
                };
                Self::of_word(word).filter(|_| is_meant()).or_else(|| {
                    (place < 3
                        && word.len() > 5
                        && (word.ends_with("Error") || word.ends_with("Exception")))
                    .then_some(Self::Error)
                })
            })
    }
}

impl fmt::Display for Level {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::Level;

    #[test]
    fn guesses_what_loggers_write() {
        for (line, level) in [
            ("INFO:     Uvicorn running", Some(Level::Info)),
            (
                "2026-11-21 10:00:00,123 - mcp.server - WARNING - slow",
                Some(Level::Warning),
            ),
            ("[error] no such file", Some(Level::Error)),
            ("time=2026 level=warn msg=\"x\"", Some(Level::Warning)),
            (r#"{"level":"error","msg":"x"}"#, Some(Level::Error)),
            (
                "psycopg.OperationalError: connection refused",
                Some(Level::Error),
            ),
            (
                "2026-11-21T10:00:00Z  INFO rmcp: serving",
                Some(Level::Info),
            ),
            ("Starting default (STDIO) server...", None),
            ("There was no error at all", None),
            ("", None),
        ] {
            assert_eq!(Level::guess(line), level, "{line}");
        }
    }

    #[test]
    fn words_round_trip() {
        for level in Level::ALL {
            assert_eq!(Level::of_word(level.word()), Some(level));
        }
    }
}
