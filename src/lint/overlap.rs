//! What several rules tell of one message: which of them tells it, and what it is about.
//!
//! The rules about shapes know the place of everything; where a particular rule tells the same, that one has the better
//! words. It looks at nothing but complaints.

use super::rule::{Rule, Severity};
use super::seen::{Complaint, Message, Subject, Told};
use crate::json;

/// The rules about shapes.
const GENERAL: &[&str] = &["message-shape", "client-message-shape"];

/// What each rule told of an entry: its place in the table, itself, how bad it is, what it told.
type All = [(usize, &'static Rule, Severity, Told)];

/// Leaves out what another rule tells better, and says what the rest is about.
pub(super) fn settle(all: &mut All, messages: &[Message<'_>]) {
    if all.iter().all(|(.., told)| told.wrong.is_empty()) {
        return;
    }
    let particular: Vec<String> = all
        .iter()
        .filter(|(_, rule, severity, _)| {
            !GENERAL.contains(&rule.name) && *severity == Severity::Error
        })
        .flat_map(|(.., told)| told.wrong.iter().map(|one| one.pointer.clone()))
        .collect();
    for (_, rule, severity, told) in all {
        if GENERAL.contains(&rule.name) {
            told.wrong
                .retain(|one| !particular.iter().any(|other| covers(other, &place(one))));
            for one in &mut told.wrong {
                if one.subject.is_none() {
                    one.subject = messages.iter().find_map(|each| subject(each, &one.pointer));
                }
            }
        } else if *severity != Severity::Error {
            // What has no name has a graver fault than that it is not described.
            told.wrong
                .retain(|one| !one.subject.as_ref().is_some_and(is_nameless));
        }
    }
}

/// Where a complaint is about: also what is not there has a place.
fn place(one: &Complaint) -> String {
    let missing = one.words.strip_suffix(" is missing");
    let name = missing.and_then(|words| words.rsplit(['.', ' ']).next());
    match name {
        Some(name) => json::pointer::below(&one.pointer, name),
        None => one.pointer.clone(),
    }
}

/// Whether a place is the other, or in a part of an item that the other names.
fn covers(other: &str, place: &str) -> bool {
    let is_part = other.split('/').count() > 4;
    other == place && !other.is_empty()
        || (is_part
            && place
                .strip_prefix(other)
                .is_some_and(|rest| rest.starts_with('/')))
}

fn is_nameless(subject: &Subject) -> bool {
    subject.name().is_empty()
}

/// The tool, resource or prompt whose item in a list a place is in.
fn subject(message: &Message<'_>, pointer: &str) -> Option<Subject> {
    let mut steps = pointer.strip_prefix("/result/")?.split('/');
    let (list, at) = (steps.next()?, steps.next()?.parse::<usize>().ok()?);
    let item = json::elements(message.get(&["result", list])?).nth(at)?;
    let named = |key: &str| json::string_at(item, &[key]).map(Into::into);
    match list {
        "tools" => Some(Subject::Tool(named("name")?)),
        "prompts" => Some(Subject::Prompt(named("name")?)),
        "resources" => Some(Subject::Resource(named("uri")?)),
        "resourceTemplates" => Some(Subject::Resource(named("uriTemplate")?)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::covers;

    #[test]
    fn a_place_is_covered_by_itself_and_by_the_part_it_is_in() {
        let schema = "/result/tools/1/inputSchema";
        assert!(covers(schema, schema));
        assert!(covers(schema, "/result/tools/1/inputSchema/properties"));
        assert!(!covers(schema, "/result/tools/1/inputSchemas"));
        assert!(!covers("/result/tools/1", "/result/tools/1/name"));
        assert!(!covers("", ""));
    }
}
