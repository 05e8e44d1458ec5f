//! What is said of arguments: by the schema, which a worker checks them against whenever they change, and by the
//! server that refused them.
//!
//! Only an answer about the arguments as they are now counts. What a server refused stands until the value it was
//! about is another one.

use std::collections::HashSet;
use std::sync::Arc;

use super::CataloguePane;
use super::calls::Pending;
use super::work::Work;
use crate::form::schema::Kind;
use crate::form::{Form, refusal, substitute};
use crate::json::{Value, pointer};
use crate::mcp::types::List;
use crate::text;
use crate::tui::effect::{Chosen, Effect, Source};
use crate::tui::event::Refusal;
use crate::tui::pane::Ctx;
use crate::validity::{UNCHECKED, Verdict};

/// What is said of the arguments of one item.
#[derive(Debug, Default)]
pub struct Said {
    /// The number under which the schema is asked.
    asker: u64,
    /// The state of the form that was looked at last.
    revision: Option<u64>,
    schema: Option<Arc<[u8]>>,
    /// Where references stand in it.
    references: HashSet<String>,
    violations: Vec<(String, String)>,
    refusals: Vec<Refused>,
    /// What could not be checked, sanitised.
    pub remark: Option<String>,
}

/// What was refused about one value.
#[derive(Debug)]
struct Refused {
    pointer: String,
    words: String,
    /// The value then.
    value: Option<Value>,
    /// It was not sent at all.
    unsent: bool,
}

/// A refusal that is being read back.
#[derive(Debug)]
pub struct Reading {
    asker: u64,
    call: Pending,
}

impl Work {
    /// Asks for the arguments to be checked when they changed since.
    pub fn check(&mut self, ctx: &Ctx<'_>) -> Option<Effect> {
        let form = self.form.as_ref()?;
        let revision = form.revision();
        if self.said.revision == Some(revision) {
            return None;
        }
        self.said.revision = Some(revision);
        let arguments = form.arguments();
        let stands = |refused: &Refused| {
            pointer::find(&arguments, &refused.pointer) == refused.value.as_ref()
        };
        let refused = self.said.refusals.len();
        self.said.refusals.retain(stands);
        if self.said.refusals.len() != refused {
            self.tell();
        }
        if self.list != List::Tools || self.item.input_schema() == b"null" {
            return None;
        }
        self.said.references = substitute::find(&arguments)
            .into_iter()
            .map(|reference| reference.pointer)
            .collect();
        let chosen = picked(self.form.as_ref()?.form());
        let schema = self
            .said
            .schema
            .get_or_insert_with(|| self.item.input_schema().into());
        if self.said.asker == 0 {
            self.said.asker = ctx.ticket();
        }
        Some(Effect::Validate {
            asker: self.said.asker,
            revision,
            schema: Arc::clone(schema),
            arguments,
            chosen,
        })
    }

    /// Takes an answer of the schema, if it was asked for this item.
    pub fn checked(
        &mut self,
        asker: u64,
        revision: u64,
        verdict: &Result<Verdict, String>,
    ) -> bool {
        if self.said.asker != asker {
            return false;
        }
        let now = self.form.as_ref().map(super::FormPane::revision);
        if now != Some(revision) {
            // It is about arguments of before; the answer about these is on its way.
            return true;
        }
        let clean = |words: &str| text::sanitize(words).into_owned();
        let verdict = match verdict {
            Ok(verdict) => verdict,
            Err(why) => {
                self.said.violations.clear();
                self.said.remark = Some(format!("not checked: {}", clean(why)));
                self.tell();
                return true;
            }
        };
        // What a reference stands for is not known before it is sent.
        let (unchecked, wrong): (Vec<_>, Vec<_>) = verdict
            .violations
            .iter()
            .filter(|violation| !self.said.references.contains(&violation.pointer))
            .partition(|violation| violation.keyword == UNCHECKED);
        self.said.violations = wrong
            .into_iter()
            .map(|violation| (violation.pointer.clone(), violation.words.clone()))
            .collect();
        let remarks = unchecked
            .iter()
            .map(|violation| format!("not checked: {}", clean(&violation.words)))
            .chain(verdict.remarks.iter().map(|remark| clean(remark)));
        self.said.remark = remarks.reduce(|all, remark| format!("{all} · {remark}"));
        self.tell();
        true
    }

    /// Takes words about members that are not to be sent, or were refused. `unsent`: by us.
    pub fn refuse(&mut self, found: Vec<(String, String)>, unsent: bool) {
        let arguments = self.arguments();
        for (pointer, words) in found {
            self.said.refusals.push(Refused {
                value: pointer::find(&arguments, &pointer).cloned(),
                pointer,
                words,
                unsent,
            });
        }
        self.tell();
    }

    /// Forgets why it was not sent the last time.
    pub fn try_again(&mut self) {
        let before = self.said.refusals.len();
        self.said.refusals.retain(|refused| !refused.unsent);
        if self.said.refusals.len() != before {
            self.tell();
        }
    }

    /// Forgets what the server said the last time: it is asked anew.
    pub fn ask_anew(&mut self) {
        if !self.said.refusals.is_empty() {
            self.said.refusals.clear();
            self.tell();
        }
    }

    fn tell(&mut self) {
        let refusals = self.said.refusals.iter();
        let refused = refusals.map(|one| (one.pointer.clone(), one.words.clone()));
        if let Some(form) = &mut self.form {
            form.set_violations(self.said.violations.clone());
            form.set_refusals(refused.collect());
        }
    }
}

impl CataloguePane {
    /// Asks for what a server said when it refused the arguments of a call.
    pub(super) fn read_refusal(&mut self, call: Pending, source: Source, ctx: &Ctx<'_>) -> Effect {
        let asker = ctx.ticket();
        self.refusals.push(Reading { asker, call });
        Effect::ReadRefusal { asker, source }
    }

    /// Takes what a server said, and puts it to the members it names.
    pub(super) fn refused(&mut self, asker: u64, refusal: Option<&Refusal>) {
        let Some(place) = self.refusals.iter().position(|one| one.asker == asker) else {
            return;
        };
        let Reading { call, .. } = self.refusals.remove(place);
        let (Some(refusal), Some(work)) = (refusal, self.works.get_mut(&call.key)) else {
            return;
        };
        let Some(form) = &work.form else {
            return;
        };
        if call.revision != Some(form.revision()) {
            // Other arguments were sent than those that stand there now.
            return;
        }
        let known = |pointer: &str| {
            let form = form.form();
            form.at_pointer(pointer)
                .is_some_and(|id| form.pointer(id) == pointer)
        };
        let found = match refusal {
            Refusal::Error(error) => refusal::of_error(error, &known),
            Refusal::Text(text) => refusal::of_text(text, &known),
        };
        let said = found
            .into_iter()
            .map(|(pointer, words)| (pointer, format!("server says: {words}")));
        work.refuse(said.collect(), false);
    }
}

/// The variants that are shown, and so meant, in a form.
fn picked(form: &Form) -> Vec<Chosen> {
    let mut chosen = Vec::new();
    if !form.may_hold_unions() {
        return chosen;
    }
    let mut todo = vec![form.root()];
    while let Some(id) = todo.pop() {
        if let Kind::Union(union) = form.node(id).kind()
            && let Some(variant) = form.variant(id)
        {
            chosen.push(Chosen {
                pointer: form.pointer(id),
                variant,
                of: union.variants.len(),
            });
        }
        todo.extend(form.children(id));
    }
    chosen
}
