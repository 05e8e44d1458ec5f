//! What a client can be asked, as it declared it: at the handshake, or with every request.
//! Never asks anything; `asking` does.

use serde_json::{Value, json};

use super::revision::Revision;

/// What a client said it can be asked, as far as its revision has it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Able {
    pub(super) form: bool,
    pub(super) page: bool,
    pub(super) sampling: bool,
    pub(super) roots: bool,
    /// The extension `io.modelcontextprotocol/tasks`.
    pub(super) tasks: bool,
}

impl Able {
    /// Reads declared capabilities. An empty `elicitation` means forms only.
    pub(super) fn of(revision: Revision, declared: &Value) -> Self {
        let elicitation = declared["elicitation"].as_object();
        let mode = |name: &str| {
            revision.has_rich_elicitation()
                && elicitation.is_some_and(|modes| modes.contains_key(name))
        };
        Self {
            form: revision.has_elicitation()
                && elicitation
                    .is_some_and(|modes| modes.contains_key("form") || !modes.contains_key("url")),
            page: mode("url"),
            sampling: declared["sampling"].is_object(),
            roots: declared["roots"].is_object(),
            tasks: revision.is_stateless() && declared["extensions"][TASKS].is_object(),
        }
    }

    pub(super) fn has(self, need: Need) -> bool {
        match need {
            Need::Form => self.form,
            Need::Page => self.page,
            Need::Sampling => self.sampling,
            Need::Roots => self.roots,
        }
    }
}

/// The extension that lets a server answer a call with a task.
pub(super) const TASKS: &str = "io.modelcontextprotocol/tasks";

/// What a client must be able to do to be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    Form,
    Page,
    Sampling,
    Roots,
}

impl Need {
    pub(super) fn method(self) -> &'static str {
        match self {
            Self::Form | Self::Page => "elicitation/create",
            Self::Sampling => "sampling/createMessage",
            Self::Roots => "roots/list",
        }
    }

    /// The client capability, as it is declared.
    pub(super) fn capability(self) -> Value {
        match self {
            Self::Form => json!({"elicitation": {"form": {}}}),
            Self::Page => json!({"elicitation": {"url": {}}}),
            Self::Sampling => json!({"sampling": {}}),
            Self::Roots => json!({"roots": {}}),
        }
    }

    /// Why this client is not asked.
    pub(super) fn refusal(self, revision: Revision) -> String {
        let (thing, since) = match self {
            Self::Form => ("elicitation", revision.has_elicitation().then_some("")),
            Self::Page => (
                "elicitation.url",
                revision.has_rich_elicitation().then_some(""),
            ),
            Self::Sampling => ("sampling", Some("")),
            Self::Roots => ("roots", Some("")),
        };
        match since {
            Some(_) => format!(
                "I would have to ask you something, and your client did not declare the capability {thing}."
            ),
            None => format!(
                "I would have to ask you something, and {} has no {thing}; connect with a later revision.",
                revision.as_str()
            ),
        }
    }
}
