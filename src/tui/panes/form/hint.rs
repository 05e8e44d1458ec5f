//! About the focused row in one line, for the status row: what is wrong, what it means, what fits.

use super::{Focus, FormPane, Side, words};
use crate::form::schema::Kind;
use crate::form::{NodeId, RowKind};
use crate::text;

impl FormPane {
    /// About the focused row in one line: what is wrong, what it means, what fits. Sanitised.
    pub fn hint(&self) -> Option<String> {
        if self.side == Side::Json {
            return self.json.words();
        }
        if let Some(problem) = self.json.words().filter(|_| self.on_run()) {
            return Some(problem);
        }
        let Focus::Row(id, kind) = self.focus else {
            return self.problem_list();
        };
        if kind != RowKind::Node {
            let field = self.form.field(id);
            return words::description(field);
        }
        let field = self.form.field(id);
        let mut parts = Vec::new();
        let problem = self.refused(id).or_else(|| self.sheet.problems.at(id));
        parts.extend(problem.map(|problem| format!("✗ {problem}")));
        parts.extend(field.title.clone());
        parts.extend(words::description(field));
        parts.extend(words::rules(&field.kind));
        parts.extend(
            field
                .because
                .as_ref()
                .map(|why| format!("there because {why}")),
        );
        parts.extend(field.deprecated.then(|| "deprecated".to_owned()));
        parts.extend(field.read_only.then(|| "read-only".to_owned()));
        parts.extend(self.described_choice(id));
        (!parts.is_empty()).then(|| text::sanitize(&parts.join(" · ")).into_owned())
    }

    fn problem_list(&self) -> Option<String> {
        let list: Vec<String> = self
            .sheet
            .problems
            .order
            .iter()
            .take(8)
            .filter_map(|id| {
                let what = self.sheet.problems.at(*id)?;
                let pointer = self.form.pointer(*id);
                Some(format!("{}: {what}", pointer.trim_start_matches('/')))
            })
            .collect();
        (!list.is_empty()).then(|| text::sanitize(&list.join(" · ")).into_owned())
    }

    /// What the variant or choice that stands means.
    fn described_choice(&self, id: NodeId) -> Option<String> {
        match self.form.node(id).kind() {
            Kind::Union(union) => {
                let variant = union.variants.get(self.form.variant(id)?)?;
                let words = variant.description.as_ref()?;
                Some(format!("{}: {words}", variant.name))
            }
            Kind::Enum(choices) => {
                let choice = choices.get(self.form.choice(id)?)?;
                choice.description.clone()
            }
            Kind::Set(set) => set.choices.get(self.tick)?.description.clone(),
            _ => None,
        }
    }

    /// Why the key that was typed for an entry will not do.
    pub(super) fn refused(&self, id: NodeId) -> Option<String> {
        let key = self.keys.get(&(id, RowKind::Node))?;
        let object = self.form.get(id)?.parent()?;
        self.form.key_problem(object, key)
    }
}
