//! A server that doctor looks at on the screen: what is known of it so far, and the steps that makes.

use crate::doctor::progress::{Stage, so_far};
use crate::doctor::{Case, Kind, State, Step};
use crate::mcp::types::List;
use crate::transport::Target;

/// See the module.
#[derive(Debug, Clone)]
pub struct Examined {
    /// Its number.
    pub asker: u64,
    /// The server's name.
    pub name: String,
    /// Its place among the servers.
    pub place: usize,
    /// The connection that was opened to look at it.
    pub conn: Option<u32>,
    /// How it is reached.
    pub target: Target,
    /// All that is known.
    pub case: Case,
    /// What ran where its far process does, before it did.
    pub before: Option<Vec<String>>,
    /// How far it is.
    pub stage: Stage,
    /// The lists that are still to come.
    pub lists: Vec<List>,
    /// The steps that ended.
    pub steps: Vec<Step>,
    /// The one that goes on.
    pub goes_on: Option<Kind>,
}

impl Examined {
    /// One of which nothing is known yet.
    pub fn new(asker: u64, name: &str, place: usize, target: Target) -> Self {
        Self {
            asker,
            name: name.to_owned(),
            place,
            conn: None,
            target,
            case: Case::default(),
            before: None,
            stage: Stage::default(),
            lists: Vec::new(),
            steps: Vec::new(),
            goes_on: None,
        }
        .told()
    }

    fn told(mut self) -> Self {
        self.tell();
        self
    }

    /// Makes the steps of what is known.
    pub fn tell(&mut self) {
        if self.stage.looked {
            (self.steps, self.goes_on) = so_far(&self.case, self.stage);
        } else {
            self.steps.clear();
            self.goes_on = Some(match self.target {
                Target::Process(_) => Kind::Found,
                Target::Address(_) => Kind::Dns,
            });
        }
    }

    /// The step that failed.
    pub fn failed(&self) -> Option<&Step> {
        self.steps.iter().find(|step| step.state == State::Failed)
    }

    /// What came of it in all; none before it is over.
    pub fn verdict(&self) -> Option<String> {
        self.stage
            .over
            .then(|| crate::doctor::verdict(&self.name, &self.steps))
    }

    /// The entry that shows what failed, or else what is flawed.
    pub fn evidence(&self) -> Option<u64> {
        let findings = |state: State| {
            let steps = self.steps.iter().filter(move |step| step.state == state);
            steps
                .flat_map(|step| &step.findings)
                .find_map(|finding| finding.entry)
        };
        findings(State::Failed).or_else(|| findings(State::Flawed))
    }
}
