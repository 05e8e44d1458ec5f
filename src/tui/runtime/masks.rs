//! Masks and the screen: by which rules a session is recorded, and that what is kept beside it is masked as it is.

use std::io;

use crate::drafts::DraftChange;
use crate::json::Value;
use crate::mask::{Rule, Rules, Secrets};
use crate::recording::{Bodies, Shared};
use crate::session::Entry;
use crate::tui::Subject;
use crate::tui::effect::{Source, Store};

impl Subject {
    /// The same, masked by these rules. An opened file has them from where it was opened.
    #[must_use]
    pub fn masked_by(self, rules: &Rules) -> Self {
        match self {
            Self::Live {
                server,
                demo,
                recorder,
                trouble,
            } => Self::Live {
                server,
                demo,
                recorder: recorder.masked_by(rules.clone()),
                trouble,
            },
            opened @ Self::Opened(_) => opened,
        }
    }
}

/// The value of a variable goes into arguments: it is masked wherever it stands from now on. The server that it is
/// sent to is told from the frame.
pub(super) fn hide(secrets: &Secrets, name: &str, value: &str) {
    if !secrets.rules().is_plain(name) {
        secrets.hide(name, Rule::Variable, value, "");
    }
}

/// An entry as it was recorded, or as it came when that is wanted.
pub(super) fn read(bodies: &Bodies, source: Source) -> io::Result<Entry> {
    if source.revealed {
        bodies.original(source.seq, source.place)
    } else {
        bodies.read(source.seq, source.place)
    }
}

/// The same, shared.
pub(super) fn share(bodies: &Bodies, source: Source) -> io::Result<Shared> {
    if source.revealed {
        read(bodies, source).map(Shared::from)
    } else {
        bodies.share(source.seq, source.place)
    }
}

impl Store {
    /// The same as it may be written down.
    pub(super) fn masked(self, secrets: &Secrets) -> Self {
        match self {
            Self::Remember(mut run) => {
                mask(&mut run.arguments, secrets, &run.server.name);
                Self::Remember(run)
            }
            Self::SaveDrafts {
                server,
                mut changes,
            } => {
                for change in &mut changes {
                    let DraftChange::Put(draft) = change else {
                        continue;
                    };
                    mask(&mut draft.content, secrets, &server.name);
                    let typed = draft.beside.typed.iter_mut().map(|(_, text)| text);
                    for text in typed.chain(&mut draft.beside.text) {
                        if let Some(masked) = secrets.mask_text(text, &server.name) {
                            *text = masked;
                        }
                    }
                }
                Self::SaveDrafts { server, changes }
            }
            Self::SavePreset {
                asker,
                owner,
                name,
                place,
                text,
                overwrite,
            } => Self::SavePreset {
                text: secrets.mask_text(&text, &owner.server).unwrap_or(text),
                asker,
                owner,
                name,
                place,
                overwrite,
            },
            other => other,
        }
    }
}

fn mask(value: &mut Value, secrets: &Secrets, server: &str) {
    if let Some(masked) = secrets.mask_text(&value.to_string(), server)
        && let Ok(masked) = Value::parse(masked.as_bytes())
    {
        *value = masked;
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::drafts::{Beside, Draft};
    use crate::history::{Callee, CalleeKind, Fingerprint, Outcome, Run, Server, ServerId};
    use crate::presets::{Owner, Place};

    const KEY: &str = "hunter2hunter2";

    /// Everything that is written to somewhere.
    fn works() -> Vec<Store> {
        let server = Server {
            name: "it".into(),
            id: ServerId::of(["it"]),
        };
        let callee = Callee {
            kind: CalleeKind::Tool,
            name: "t".into(),
        };
        let at = jiff::Timestamp::UNIX_EPOCH;
        let arguments =
            Value::parse(format!(r#"{{"a":"by {KEY}","b":1.0,"password":"short"}}"#).as_bytes())
                .unwrap();
        let fingerprint = Fingerprint::of_strings([]);
        let run = Run {
            server: server.clone(),
            callee: callee.clone(),
            fingerprint: fingerprint.clone(),
            arguments: arguments.clone(),
            outcome: Outcome::Ok,
            took_us: 1,
            at,
            session: None,
        };
        let draft = Draft {
            callee: callee.clone(),
            fingerprint,
            at,
            content: arguments.clone(),
            beside: Beside {
                typed: vec![("/a".into(), format!("half {KEY}"))],
                text: Some(format!("{{broken \"{KEY}\"")),
            },
        };
        let owner = Owner {
            server: "it".into(),
            callee,
        };
        vec![
            Store::Remember(Box::new(run)),
            Store::SaveDrafts {
                server,
                changes: vec![DraftChange::Put(draft)],
            },
            Store::SavePreset {
                asker: 1,
                owner,
                name: "p".into(),
                place: Place::User,
                text: arguments.pretty(),
                overwrite: false,
            },
        ]
    }

    #[test]
    fn what_is_kept_is_masked_as_the_session_is() {
        let secrets = Secrets::default();
        hide(&secrets, "KEY", KEY);
        hide(&secrets, "HOME", "a place");
        for work in works() {
            let told = format!("{:?}", work.masked(&secrets));
            assert!(!told.contains(KEY) && !told.contains("short"), "{told}");
            assert!(told.contains("by ‹masked:KEY›"), "{told}");
            assert!(told.contains("1.0"), "{told}");
        }
    }
}
