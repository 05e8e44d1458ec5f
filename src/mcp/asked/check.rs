//! What is wrong with a reply that somebody wrote by hand or keeps in a file. It is told, not mended, and can be sent
//! all the same: an inspector may want to see what a server makes of it.

use super::{AskKind, Root};
use crate::json::{self, Kind, Value};
use crate::mcp::revision::Revision;

/// What of a raw result `revision` does not let a reply to `kind` be, in words; empty when it is fine.
pub fn problems(kind: AskKind, revision: Revision, raw: &str) -> Vec<String> {
    let value = match Value::parse(raw.as_bytes()) {
        Ok(value) => value,
        Err(problem) => return vec![format!("not JSON: {problem}")],
    };
    if value.as_object().is_none() {
        return vec!["a result is an object".to_owned()];
    }
    match kind {
        AskKind::Form | AskKind::Url => elicited(kind, revision, raw.as_bytes()),
        AskKind::Sampling => sampled(revision, raw.as_bytes()),
        AskKind::Roots => rooted(raw.as_bytes()),
    }
}

fn elicited(kind: AskKind, revision: Revision, raw: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    let action = json::string_at(raw, &["action"]);
    let accepts = action.as_deref() == Some("accept");
    if !matches!(action.as_deref(), Some("accept" | "decline" | "cancel")) {
        found.push("action is accept, decline or cancel".to_owned());
    }
    let content = json::get(raw, &["content"]);
    match (kind, content) {
        (AskKind::Url, Some(_)) => found.push("mode url has no content".to_owned()),
        (_, Some(_)) if !accepts => found.push("content comes with accept only".to_owned()),
        (AskKind::Form, None) if accepts => {
            found.push("a form that is accepted has content".to_owned());
        }
        (AskKind::Form, Some(content)) => {
            if json::kind(content) != Kind::Object {
                found.push("content is an object".to_owned());
            }
            for (name, value) in json::members(content) {
                let lists = revision.has_ask_modes();
                let fine = match json::kind(value) {
                    Kind::String | Kind::Number | Kind::Bool => true,
                    Kind::Array => {
                        lists && json::elements(value).all(|item| json::kind(item) == Kind::String)
                    }
                    _ => false,
                };
                if !fine {
                    let or = if lists {
                        ", boolean or a list of strings"
                    } else {
                        " or boolean"
                    };
                    found.push(format!("content.{name} is a string, number{or}"));
                }
            }
        }
        _ => {}
    }
    found
}

fn sampled(revision: Revision, raw: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    if !matches!(
        json::string_at(raw, &["role"]).as_deref(),
        Some("assistant" | "user")
    ) {
        found.push("role is assistant or user".to_owned());
    }
    if json::string_at(raw, &["model"]).is_none() {
        found.push("model is the name of a model".to_owned());
    }
    let blocks: Vec<&[u8]> = match json::get(raw, &["content"]) {
        Some(content) => match json::kind(content) {
            Kind::Array if revision.has_ask_modes() => json::elements(content).collect(),
            Kind::Array => {
                found.push(format!("content is one block, not a list, in {revision}"));
                Vec::new()
            }
            _ => vec![content],
        },
        None => {
            found.push("content is missing".to_owned());
            Vec::new()
        }
    };
    for block in blocks {
        let kind = json::string_at(block, &["type"]).unwrap_or_default();
        let since = match kind.as_str() {
            "text" | "image" => Revision::V2024_11_05,
            "audio" => Revision::V2025_03_26,
            "tool_use" | "tool_result" => Revision::V2025_11_25,
            _ => {
                found.push(format!(
                    "content of type {} is not known",
                    json::quote(&kind)
                ));
                continue;
            }
        };
        if revision < since {
            found.push(format!("content of type {kind} is not known in {revision}"));
        }
    }
    found
}

fn rooted(raw: &[u8]) -> Vec<String> {
    let Some(list) = json::get(raw, &["roots"]).filter(|list| json::kind(list) == Kind::Array)
    else {
        return vec!["roots is a list".to_owned()];
    };
    json::elements(list)
        .filter_map(|root| match json::string_at(root, &["uri"]) {
            None => Some("a root has a uri".to_owned()),
            Some(uri) => root_problem(&uri),
        })
        .collect()
}

/// Why something is no root.
pub fn root_problem(uri: &str) -> Option<String> {
    let parsed = url::Url::parse(uri);
    match parsed {
        Ok(url) if url.scheme() == "file" => None,
        Ok(url) => Some(format!(
            "{uri}: a root is a file:// URI, not {}:",
            url.scheme()
        )),
        Err(_) => Some(format!("{uri}: a root is a file:// URI")),
    }
}

impl Root {
    /// A root at an absolute path of this system.
    pub fn at(path: &std::path::Path, name: Option<String>) -> Option<Self> {
        let uri = url::Url::from_directory_path(path).ok()?;
        // Other clients write folders without the slash at their end, and servers compare.
        let uri = uri.as_str();
        let uri = if uri.len() > "file:///".len() {
            uri.trim_end_matches('/')
        } else {
            uri
        };
        Some(Self {
            uri: uri.to_owned(),
            name,
        })
    }
}
