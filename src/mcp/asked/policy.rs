//! Who answers: a person, or a policy, for each kind of question.

use super::AskKind;
use super::reply::{self, Reply, Root};

/// Who answers questions of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Policy {
    /// A person.
    #[default]
    Ask,
    /// Nobody: every question is declined.
    Decline,
    /// A sampling request is answered with this text; a form is left to a person.
    Stub(String),
    /// With this result, raw JSON, sent as it is.
    Canned(String),
    /// `roots/list` with these; anything else is left to a person.
    Roots(Vec<Root>),
}

impl Policy {
    /// The word in settings and notes.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Ask => "ask",
            Self::Decline => "decline",
            Self::Stub(_) => "stub",
            Self::Canned(_) => "canned",
            Self::Roots(_) => "roots",
        }
    }

    /// What it says to a question of this kind; none when a person is to be asked.
    pub fn reply(&self, kind: AskKind) -> Option<Reply> {
        match (self, kind) {
            (Self::Decline, AskKind::Form | AskKind::Url) => Some(reply::decline()),
            (Self::Decline, AskKind::Sampling | AskKind::Roots) => Some(reply::rejected()),
            (Self::Stub(text), AskKind::Sampling) => Some(reply::stub(text)),
            (Self::Canned(raw), _) => Some(Reply::Result(raw.clone())),
            (Self::Roots(roots), AskKind::Roots) => Some(reply::roots(roots)),
            _ => None,
        }
    }
}

/// Who answers what, on one connection.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Policies {
    /// `sampling/createMessage`
    pub sampling: Policy,
    /// `elicitation/create`, mode form.
    pub form: Policy,
    /// `elicitation/create`, mode url.
    pub url: Policy,
    /// `roots/list`
    pub roots: Policy,
}

impl Policies {
    /// The one for a kind.
    pub const fn of(&self, kind: AskKind) -> &Policy {
        match kind {
            AskKind::Sampling => &self.sampling,
            AskKind::Form => &self.form,
            AskKind::Url => &self.url,
            AskKind::Roots => &self.roots,
        }
    }

    /// Sets the one for a kind.
    pub fn set(&mut self, kind: AskKind, policy: Policy) {
        match kind {
            AskKind::Sampling => self.sampling = policy,
            AskKind::Form => self.form = policy,
            AskKind::Url => self.url = policy,
            AskKind::Roots => self.roots = policy,
        }
    }

    /// The roots that are given without asking, when some are.
    pub fn given_roots(&self) -> Option<&[Root]> {
        match &self.roots {
            Policy::Roots(roots) => Some(roots),
            _ => None,
        }
    }
}
