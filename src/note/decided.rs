//! What we decided about eras, limits and requests by hand. Bodies of `note` entries, as in [`super::Note`].

use crate::json::{self, quote};

/// A decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decided {
    /// The server's era is known from before.
    KnownEra {
        /// `legacy` or `modern`.
        era: String,
        /// The day it was found out, such as `2026-11-21`.
        since: String,
        /// What made us think so then.
        evidence: String,
        /// Whether the server is therefore not asked.
        skips: bool,
    },
    /// What was known of the era does not hold: the server is asked after all.
    Doubted {
        /// What does not fit.
        why: String,
    },
    /// A server known as modern answers as an older one.
    Downgraded {
        /// The day it was found to be modern.
        since: String,
        /// What it did now.
        evidence: String,
    },
    /// A frame was typed by a person and sent as it is.
    ByHand {
        /// Its entry.
        frame: u64,
        /// What is odd about it: that it is no JSON, say.
        odd: Option<String>,
    },
    /// A person lets a request take longer.
    Extended {
        /// Its id, as JSON.
        id: String,
        /// By how many milliseconds; none for as long as it takes.
        more_ms: Option<u64>,
    },
    /// A recording is sent again: what is done differently from it.
    Replay {
        /// In words.
        what: String,
    },
    /// A recording is the server.
    Served {
        /// In words: which, and what is played of it.
        what: String,
    },
    /// What follows on this connection is sent to see what the server makes of it.
    Probing {
        /// The probe, by its name in the table of probes.
        probe: String,
        /// What of it: each thing that is sent has a name.
        step: String,
        /// The revision that is spoken.
        revision: String,
    },
    /// All of a probe was sent, and waited for.
    Probed {
        /// Which.
        probe: String,
        /// Why it came to nothing, when it did.
        why: Option<String>,
    },
    /// What calls carry besides what they are about is another now.
    Settings {
        /// In words.
        what: String,
    },
}

impl Decided {
    /// Its name in the file.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::KnownEra { .. } => "known-era",
            Self::Doubted { .. } => "doubted",
            Self::Downgraded { .. } => "downgraded",
            Self::ByHand { .. } => "by-hand",
            Self::Extended { .. } => "extended",
            Self::Replay { .. } => "replay",
            Self::Probing { .. } => "probing",
            Self::Probed { .. } => "probed",
            Self::Settings { .. } => "settings",
            Self::Served { .. } => "served",
        }
    }

    /// Whether it is worth a warning.
    pub const fn warns(&self) -> bool {
        matches!(self, Self::Doubted { .. } | Self::Downgraded { .. })
    }

    /// The members of its body, but for its name.
    pub(super) fn members(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::KnownEra {
                era,
                since,
                evidence,
                skips,
            } => vec![
                ("era", quote(era)),
                ("since", quote(since)),
                ("evidence", quote(evidence)),
                ("skips", skips.to_string()),
            ],
            Self::Doubted { why } => vec![("why", quote(why))],
            Self::Downgraded { since, evidence } => {
                vec![("since", quote(since)), ("evidence", quote(evidence))]
            }
            Self::ByHand { frame, odd } => vec![
                ("frame", frame.to_string()),
                (
                    "odd",
                    odd.as_deref().map_or_else(|| "null".to_owned(), quote),
                ),
            ],
            Self::Extended { id, more_ms } => vec![
                ("id", id.clone()),
                (
                    "more_ms",
                    more_ms.map_or_else(|| "null".to_owned(), |ms| ms.to_string()),
                ),
            ],
            Self::Probing {
                probe,
                step,
                revision,
            } => vec![
                ("probe", quote(probe)),
                ("step", quote(step)),
                ("revision", quote(revision)),
            ],
            Self::Probed { probe, why } => vec![
                ("probe", quote(probe)),
                (
                    "why",
                    why.as_deref().map_or_else(|| "null".to_owned(), quote),
                ),
            ],
            Self::Settings { what } | Self::Served { what } | Self::Replay { what } => {
                vec![("what", quote(what))]
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
            "known-era" => Self::KnownEra {
                era: text("era"),
                since: text("since"),
                evidence: text("evidence"),
                skips: json::get(body, &["skips"]).and_then(json::boolean) == Some(true),
            },
            "doubted" => Self::Doubted { why: text("why") },
            "downgraded" => Self::Downgraded {
                since: text("since"),
                evidence: text("evidence"),
            },
            "by-hand" => Self::ByHand {
                frame: count("frame").unwrap_or(0),
                odd: json::string_at(body, &["odd"]),
            },
            "extended" => Self::Extended {
                id: json::get(body, &["id"])
                    .map_or_else(String::new, |raw| String::from_utf8_lossy(raw).into_owned()),
                more_ms: count("more_ms"),
            },
            "probing" => Self::Probing {
                probe: text("probe"),
                step: text("step"),
                revision: text("revision"),
            },
            "probed" => Self::Probed {
                probe: text("probe"),
                why: json::string_at(body, &["why"]),
            },
            "settings" => Self::Settings { what: text("what") },
            "replay" => Self::Replay { what: text("what") },
            "served" => Self::Served { what: text("what") },
            _ => return None,
        })
    }

    /// One line for people.
    pub(super) fn sentence(&self) -> String {
        match self {
            Self::KnownEra {
                era,
                since,
                evidence,
                skips,
            } => {
                let then = if *skips {
                    "; not asked again"
                } else {
                    "; asked again all the same"
                };
                format!("{era}, known since {since} ({evidence}){then}")
            }
            Self::Doubted { why } => format!("what was known of its era does not hold: {why}"),
            Self::Downgraded { since, evidence } => {
                format!(
                    "DOWNGRADE: modern since {since}, and answers as an older server now: {evidence}"
                )
            }
            Self::ByHand { frame, odd: None } => format!("#{frame} was typed by hand"),
            Self::ByHand {
                frame,
                odd: Some(odd),
            } => format!("#{frame} was typed by hand: {odd}"),
            Self::Extended {
                id,
                more_ms: Some(ms),
            } => format!("request {id} may take {} s longer", ms / 1000),
            Self::Extended { id, more_ms: None } => {
                format!("request {id} may take as long as it likes")
            }
            Self::Replay { what } => format!("replay: {what}"),
            Self::Probing { probe, step, .. } => format!("probe {probe}: {step}"),
            Self::Probed { probe, why: None } => format!("probe {probe} is over"),
            Self::Probed {
                probe,
                why: Some(why),
            } => format!("probe {probe} came to nothing: {why}"),
            Self::Settings { what } | Self::Served { what } => what.clone(),
        }
    }
}
