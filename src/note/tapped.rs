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
    /// A frame waits until somebody says what becomes of it.
    Held {
        /// The frame's entry.
        frame: u64,
        /// The rule, as it was given.
        rule: String,
    },
    /// A frame waits no longer.
    LetGo {
        /// The frame's entry.
        frame: u64,
        /// What became of it.
        fate: Fate,
        /// Why, when nobody said so.
        why: Option<String>,
        /// The entry of what went on in its place, or of the answer of the tap.
        instead: Option<u64>,
    },
}

/// What became of a frame that was held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It went on as it was.
    Released,
    /// Something else went on.
    Changed,
    /// It did not go on.
    Dropped,
    /// It did not go on, and was answered by hand.
    Answered,
    /// Whoever sent it, or was to get it, is gone.
    Gone,
}

impl Fate {
    const ALL: [Self; 5] = [
        Self::Released,
        Self::Changed,
        Self::Dropped,
        Self::Answered,
        Self::Gone,
    ];

    /// Its word, in files and for people.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Released => "released",
            Self::Changed => "changed",
            Self::Dropped => "dropped",
            Self::Answered => "answered by hand",
            Self::Gone => "gone",
        }
    }
}

impl Deed {
    /// Its name in the file.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Rules { .. } => "tap-rules",
            Self::Struck { .. } => "tap-struck",
            Self::Held { .. } => "tap-held",
            Self::LetGo { .. } => "tap-let-go",
        }
    }

    /// Whether something else came of a frame than its sender wanted.
    pub const fn changes(&self) -> bool {
        match self {
            Self::Struck { .. } => true,
            Self::LetGo { fate, .. } => {
                matches!(fate, Fate::Changed | Fate::Dropped | Fate::Answered)
            }
            Self::Rules { .. } | Self::Held { .. } => false,
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
            Self::Held { frame, rule } => {
                vec![("frame", frame.to_string()), ("rule", quote(rule))]
            }
            Self::LetGo {
                frame,
                fate,
                why,
                instead,
            } => {
                let mut members = vec![("frame", frame.to_string()), ("fate", quote(fate.word()))];
                members.extend(why.as_ref().map(|why| ("why", quote(why))));
                members.extend(instead.map(|seq| ("instead", seq.to_string())));
                members
            }
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
            "tap-held" => Self::Held {
                frame: count("frame").unwrap_or(0),
                rule: text("rule"),
            },
            "tap-let-go" => Self::LetGo {
                frame: count("frame").unwrap_or(0),
                fate: Fate::ALL
                    .into_iter()
                    .find(|fate| fate.word() == text("fate"))
                    .unwrap_or(Fate::Released),
                why: json::string_at(body, &["why"]),
                instead: count("instead"),
            },
            _ => return None,
        })
    }

    /// One line for people.
    pub(super) fn sentence(&self) -> String {
        match self {
            Self::Rules { rules } if rules.is_empty() => {
                "the tap has no rules any more: it touches nothing".to_owned()
            }
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
            Self::Held { frame, rule } => format!("#{frame} is held by the tap ({rule})"),
            Self::LetGo {
                frame,
                fate,
                why,
                instead,
            } => {
                let why = why
                    .as_ref()
                    .map_or_else(String::new, |why| format!(": {why}"));
                let instead = match (instead, fate) {
                    (Some(seq), Fate::Answered) => format!(" with #{seq}"),
                    (Some(seq), _) => format!(" to #{seq}"),
                    (None, _) => String::new(),
                };
                format!(
                    "#{frame}, held by the tap, was {}{instead}{why}",
                    fate.word()
                )
            }
        }
    }
}
