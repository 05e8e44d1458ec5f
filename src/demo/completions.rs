//! What the demo server suggests while an argument is typed: for the prompt `invite` and the template `greeting`.
//! Never knows what a prompt or a resource says, only how its arguments may go on.

use serde_json::{Value, json};

use super::message::{Fault, INVALID_PARAMS};
use super::resources::GREETING_TEMPLATE;
use super::revision::Revision;

/// The most values of one answer, in every revision.
const PAGE: usize = 100;

const TONES: [&str; 6] = ["brief", "cheerful", "formal", "friendly", "solemn", "warm"];

/// Languages, with their dialects: the second argument that depends on the first.
const LANGUAGES: [(&str, &[&str]); 8] = [
    ("Danish", &[]),
    ("Dutch", &["Flemish", "Standard"]),
    ("English", &["American", "British", "Irish", "Scottish"]),
    ("French", &["Belgian", "Canadian", "Parisian", "Swiss"]),
    ("Frisian", &[]),
    ("German", &["Austrian", "Bavarian", "Standard", "Swiss"]),
    ("Portuguese", &["Brazilian", "European"]),
    (
        "Spanish",
        &["Andalusian", "Argentine", "Castilian", "Mexican"],
    ),
];

const NAMES: [&str; 8] = [
    "Ada", "Adèle", "Alan", "Barbara", "Edsger", "Grace", "Linus", "Margaret",
];

pub(super) fn complete(revision: Revision, params: &Value) -> Result<Value, Fault> {
    let bad = |message: String| Fault::new(INVALID_PARAMS, message);
    let argument = &params["argument"];
    let (Some(name), Some(typed)) = (argument["name"].as_str(), argument["value"].as_str()) else {
        return Err(bad(
            "completion/complete needs an argument with name and value, both strings".into(),
        ));
    };
    let reference = &params["ref"];
    let all = match (reference["type"].as_str(), name) {
        (Some("ref/prompt"), _) => prompt(revision, reference, name, params)?,
        (Some("ref/resource"), _) if reference["uri"] != GREETING_TEMPLATE => {
            return Err(bad(format!("there is no template {}", reference["uri"])));
        }
        (Some("ref/resource"), "name") => NAMES.to_vec(),
        (Some("ref/resource"), _) => {
            return Err(bad(format!("the template has no variable {name:?}")));
        }
        _ => return Err(bad("ref must be of type ref/prompt or ref/resource".into())),
    };
    let typed = typed.to_lowercase();
    let fitting: Vec<&str> = all
        .into_iter()
        .filter(|value| value.to_lowercase().starts_with(&typed))
        .collect();
    let values = &fitting[..fitting.len().min(PAGE)];
    Ok(json!({"completion": {
        "values": values,
        "total": fitting.len(),
        "hasMore": values.len() < fitting.len()
    }}))
}

fn prompt(
    revision: Revision,
    reference: &Value,
    name: &str,
    params: &Value,
) -> Result<Vec<&'static str>, Fault> {
    let bad = |message: String| Fault::new(INVALID_PARAMS, message);
    let prompt = reference["name"].as_str().unwrap_or_default();
    let Some(arguments) = super::prompts::arguments_of(prompt) else {
        return Err(bad(format!("there is no prompt named {prompt:?}")));
    };
    if !arguments.contains(&name) {
        return Err(bad(format!(
            "the prompt {prompt:?} has no argument {name:?}"
        )));
    }
    let languages = LANGUAGES.iter();
    Ok(match name {
        "tone" => TONES.to_vec(),
        "language" => languages.map(|(language, _)| *language).collect(),
        "dialect" => {
            // Before 2025-06-18 nobody could tell us the language.
            let known = &params["context"]["arguments"]["language"];
            let known = known.as_str().filter(|_| revision.has_completion_context());
            let mut dialects: Vec<&str> = languages
                .filter(|(language, _)| known.is_none_or(|known| known == *language))
                .flat_map(|(_, dialects)| *dialects)
                .copied()
                .collect();
            dialects.sort_unstable();
            dialects.dedup();
            dialects
        }
        _ => Vec::new(),
    })
}
