//! What the client says it can do, as a value: switched by people, spelled as each revision wants it.
//!
//! Nothing is declared unless somebody is there to do it: the default is nothing at all.

use super::AskKind;
use crate::json::{self, quote};
use crate::mcp::revision::{Era, Revision};

/// `sampling`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Sampling {
    /// Takes `tools` and `toolChoice` (2025-11-25 and later).
    pub tools: bool,
    /// Honours `includeContext` (2025-11-25 and later; before, it needs no capability).
    pub context: bool,
}

/// `elicitation` (2025-06-18 and later); without any mode it is not declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Elicitation {
    /// Mode form.
    pub form: bool,
    /// Mode url (2025-11-25 and later).
    pub url: bool,
}

/// `roots`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct RootsCapability {
    /// Tells when they change (not in 2026-07-28, where they are asked for anew in every round).
    pub list_changed: bool,
}

/// The client's capabilities.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Capabilities {
    /// Answers `sampling/createMessage`.
    pub sampling: Option<Sampling>,
    /// Answers `elicitation/create`.
    pub elicitation: Elicitation,
    /// Answers `roots/list`.
    pub roots: Option<RootsCapability>,
    /// `tasks` of 2025-11-25, as raw JSON.
    pub tasks: Option<String>,
    /// `extensions`: identifier and settings as raw JSON. In 2026-07-28 by the specification; in the handshake as
    /// servers of Apps expect it.
    pub extensions: Vec<(String, String)>,
    /// `experimental`: name and settings as raw JSON.
    pub experimental: Vec<(String, String)>,
}

/// The extension of Apps.
pub const UI: &str = "io.modelcontextprotocol/ui";
/// The extension of tasks.
pub const TASKS: &str = "io.modelcontextprotocol/tasks";

impl Capabilities {
    /// What a person at a screen can do: everything that can be asked.
    pub fn interactive() -> Self {
        Self {
            sampling: Some(Sampling {
                tools: true,
                context: false,
            }),
            elicitation: Elicitation {
                form: true,
                url: true,
            },
            roots: Some(RootsCapability { list_changed: true }),
            extensions: vec![(TASKS.to_owned(), "{}".to_owned())],
            ..Self::default()
        }
    }

    /// Whether nothing is declared.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a question of this kind may be asked.
    pub const fn take(&self, kind: AskKind) -> bool {
        match kind {
            AskKind::Sampling => self.sampling.is_some(),
            AskKind::Form => self.elicitation.form,
            AskKind::Url => self.elicitation.url,
            AskKind::Roots => self.roots.is_some(),
        }
    }

    /// Switches one kind.
    pub fn switch(&mut self, kind: AskKind, on: bool) {
        match kind {
            AskKind::Sampling => {
                self.sampling = on.then(|| {
                    self.sampling.unwrap_or(Sampling {
                        tools: true,
                        context: false,
                    })
                });
            }
            AskKind::Form => self.elicitation.form = on,
            AskKind::Url => self.elicitation.url = on,
            AskKind::Roots => {
                self.roots =
                    on.then(|| self.roots.unwrap_or(RootsCapability { list_changed: true }));
            }
        }
    }

    /// Declares an extension, or no longer; `settings` is raw JSON.
    pub fn extend(&mut self, id: &str, settings: Option<&str>) {
        self.extensions.retain(|(other, _)| other != id);
        if let Some(settings) = settings {
            self.extensions.push((id.to_owned(), settings.to_owned()));
        }
    }

    /// Whether an extension is declared.
    pub fn extends(&self, id: &str) -> bool {
        self.extensions.iter().any(|(other, _)| other == id)
    }

    /// The object as `revision` spells it (schema `ClientCapabilities` of each).
    pub fn to_json(&self, revision: Revision) -> String {
        let mut members = Vec::new();
        if !self.experimental.is_empty() {
            members.push(("experimental", map(&self.experimental)));
        }
        if let Some(roots) = self.roots {
            let changes = roots.list_changed && revision.era() == Era::Legacy;
            let raw = if changes {
                "{\"listChanged\":true}"
            } else {
                "{}"
            };
            members.push(("roots", raw.to_owned()));
        }
        if let Some(sampling) = self.sampling {
            let modes = [("context", sampling.context), ("tools", sampling.tools)];
            members.push(("sampling", switches(&modes, revision.has_ask_modes())));
        }
        let Elicitation { form, url } = self.elicitation;
        let modes = [("form", form), ("url", url)];
        if revision.has_ask_modes() && (form || url) {
            members.push(("elicitation", switches(&modes, true)));
        } else if revision.has_elicitation() && form {
            members.push(("elicitation", "{}".to_owned()));
        }
        if let Some(tasks) = self.tasks.as_ref().filter(|_| revision.has_core_tasks()) {
            members.push(("tasks", tasks.clone()));
        }
        // Tasks are part of the protocol in the handshake era; there the extension means nothing.
        let known = |id: &str| revision.era() == Era::Modern || id != TASKS;
        let extensions: Vec<(String, String)> = self
            .extensions
            .iter()
            .filter(|(id, _)| known(id))
            .cloned()
            .collect();
        if !extensions.is_empty() {
            members.push(("extensions", map(&extensions)));
        }
        let members: Vec<String> = members
            .iter()
            .map(|(name, raw)| format!("\"{name}\":{raw}"))
            .collect();
        format!("{{{}}}", members.join(","))
    }

    /// Reads what [`Self::to_json`] wrote, or what another client declared.
    pub fn read(raw: &[u8]) -> Self {
        let has = |path: &[&str]| {
            json::get(raw, path).is_some_and(|raw| json::kind(raw) == json::Kind::Object)
        };
        let pairs = |name: &str| {
            json::get(raw, &[name])
                .map(|object| {
                    json::members(object)
                        .map(|(key, raw)| {
                            (key.into_owned(), String::from_utf8_lossy(raw).into_owned())
                        })
                        .collect()
                })
                .unwrap_or_default()
        };
        let url = has(&["elicitation", "url"]);
        Self {
            sampling: has(&["sampling"]).then(|| Sampling {
                tools: has(&["sampling", "tools"]),
                context: has(&["sampling", "context"]),
            }),
            elicitation: Elicitation {
                // Without any mode it means form (2025-11-25 and later), and there was no other mode before.
                form: has(&["elicitation"]) && (has(&["elicitation", "form"]) || !url),
                url,
            },
            roots: has(&["roots"]).then(|| RootsCapability {
                list_changed: json::get(raw, &["roots", "listChanged"]).and_then(json::boolean)
                    == Some(true),
            }),
            tasks: json::get(raw, &["tasks"]).map(|raw| String::from_utf8_lossy(raw).into_owned()),
            extensions: pairs("extensions"),
            experimental: pairs("experimental"),
        }
    }
}

fn switches(modes: &[(&str, bool)], known: bool) -> String {
    let on: Vec<String> = modes
        .iter()
        .filter(|(_, on)| *on && known)
        .map(|(name, _)| format!("\"{name}\":{{}}"))
        .collect();
    format!("{{{}}}", on.join(","))
}

fn map(pairs: &[(String, String)]) -> String {
    let members: Vec<String> = pairs
        .iter()
        .map(|(key, raw)| format!("{}:{raw}", quote(key)))
        .collect();
    format!("{{{}}}", members.join(","))
}
