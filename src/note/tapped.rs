//! What a tap did to the traffic of others. Bodies of `note` entries, as in [`super::Note`].

use crate::json::{self, quote};

/// What a tap did. What its sender wrote is the frame's own entry; what went on in its place stands in an entry of the
/// channel `instead`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// It has rules: from here on frames may be changed.
    Rules {
        /// As they were given.
        rules: Vec<String>,
    },
    /// A rule struck a frame.
    Struck {
        /// The frame's entry.
        frame: u64,
        /// The rule, as it was given.
        rule: String,
        /// What was done, in words.
        what: String,
        /// The entry of what went on in its place, when that was anything else.
        instead: Option<u64>,
    },
}

impl Deed {
    /// Its name in the file.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Rules { .. } => "tap-rules",
            Self::Struck { .. } => "tap-struck",
        }
    }

    /// The members of its body, but for its name.
    pub(super) fn members(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Rules { rules } => {
                let rules: Vec<String> = rules.iter().map(|rule| quote(rule)).collect();
                vec![("rules", format!("[{}]", rules.join(",")))]
            }
            Self::Struck {
                frame,
                rule,
                what,
                instead,
            } => vec![
                ("frame", frame.to_string()),
                ("rule", quote(rule)),
                ("what", quote(what)),
                (
                    "instead",
                    instead.map_or_else(|| "null".to_owned(), |seq| seq.to_string()),
                ),
            ],
        }
    }

    /// Reads the body of a note of this name.
    pub(super) fn read(name: &str, body: &[u8]) -> Option<Self> {
        let text = |name: &str| json::string_at(body, &[name]).unwrap_or_default();
        let count = |name: &str| {
            let number = json::get(body, &[name]).and_then(json::integer)?;
            u64::try_from(number).ok()
        };
        Some(match name {
            "tap-rules" => Self::Rules {
                rules: json::get(body, &["rules"])
                    .map(|raw| json::elements(raw).filter_map(json::string).collect())
                    .unwrap_or_default(),
            },
            "tap-struck" => Self::Struck {
                frame: count("frame").unwrap_or(0),
                rule: text("rule"),
                what: text("what"),
                instead: count("instead"),
            },
            _ => return None,
        })
    }

    /// One line for people.
    pub(super) fn sentence(&self) -> String {
        match self {
            Self::Rules { rules } => {
                format!("the tap breaks things on purpose: {}", rules.join(", "))
            }
            Self::Struck {
                frame,
                rule,
                what,
                instead,
            } => {
                let instead = instead.map_or_else(String::new, |seq| {
                    format!(", #{seq} has what was put there")
                });
                format!("#{frame} {what} by the tap ({rule}){instead}")
            }
        }
    }
}
