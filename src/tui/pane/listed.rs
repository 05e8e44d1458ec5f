//! What is known of a server out of the settings of clients.

use crate::configs::over::Over;
use crate::configs::trust::Consent;
use crate::configs::{Configured, Input, Scope};

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its entry, the one that counts.
    pub server: Configured,
    /// Where the entry stands, as people write it.
    pub place: String,
    /// Other entries of that name: what means each, where it stands, and in what it differs.
    pub others: Vec<Other>,
    /// What has to be agreed to before it runs.
    pub consent: Option<Box<Consent>>,
    /// Why it cannot be started, if so.
    pub problem: Option<String>,
    /// What somebody has to say before it runs, once in a run of mcpscope.
    pub asks: Vec<Input>,
    /// What the command line says of it.
    pub over: Option<Box<Over>>,
    /// It was just read: what is started next is what stands here.
    pub fresh: bool,
    /// What runs was started when it said something else.
    pub stale: bool,
}

/// Another entry of the same name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Other {
    /// The word that means it.
    pub selector: String,
    /// Where it stands.
    pub place: String,
    /// In what it differs; nothing when it does not.
    pub differs: Vec<String>,
}

impl Listed {
    /// The most important thing to know before it is connected; empty when there is nothing.
    pub fn detail(&self) -> String {
        if let Some(problem) = &self.problem {
            return problem.replace("the variable ", "");
        }
        if self.server.off.is_some() {
            return "switched off there".to_owned();
        }
        if let Some(consent) = &self.consent {
            return if consent.terms.changed.is_empty() {
                "asks before it runs".to_owned()
            } else {
                "changed: asks again".to_owned()
            };
        }
        if !self.asks.is_empty() {
            let ids: Vec<&str> = self.asks.iter().map(|input| input.id.as_str()).collect();
            return format!("asks for {}", ids.join(", "));
        }
        let differ = self
            .others
            .iter()
            .filter(|other| !other.differs.is_empty())
            .count();
        match (self.others.len(), differ) {
            (0, _) => String::new(),
            (others, 0) => format!("the same in {} files", others + 1),
            (others, differ) => format!("in {} files, {differ} differ", others + 1),
        }
    }

    /// Whose it is, in words.
    pub fn whose(&self) -> String {
        let scope: Scope = self.server.scope;
        format!("{}, {}", self.server.client.name, scope.meaning())
    }
}
