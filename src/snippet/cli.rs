//! A command line of mcpscope, for a POSIX shell.

use super::call::{Call, Verb};
use super::node::Node;
use super::shell::{self, quote};
use super::variables::{Names, Piece};
use super::{Server, Subject};
use crate::json::{self, Value};
use crate::mask::OPENING;
use crate::validity::{UNCHECKED, Validator};

pub fn why_not(_: &Server, method: &str) -> Option<String> {
    match method {
        "initialize" | "server/discover" => Some(format!(
            "mcpscope sends {method} by itself, as each connection opens"
        )),
        _ => None,
    }
}

pub fn write(call: &Call<'_>) -> Result<String, String> {
    let mut words = vec!["mcpscope".to_owned()];
    // A name that begins with a dash would be taken for an option; then the request is written out.
    match call.verb() {
        Some(Verb::Tool(tool, arguments)) if !tool.starts_with('-') => {
            words.extend(["call".to_owned(), quote(tool)]);
            words.extend(
                arguments
                    .into_iter()
                    .flat_map(|node| args(node, call.subject)),
            );
            if call.params.get("task").is_some() {
                words.push("--task".to_owned());
            }
            if breaks_schema(call.subject) {
                words.push("--no-validate".to_owned());
            }
        }
        Some(Verb::List(what, None)) => words.extend(["list".to_owned(), what.to_owned()]),
        Some(Verb::Read(uri)) if !uri.starts_with('-') => {
            words.extend(["read".to_owned(), quote(uri)]);
        }
        Some(Verb::Prompt(prompt, arguments)) if !prompt.starts_with('-') => {
            words.extend(["get".to_owned(), quote(prompt)]);
            words.extend(
                arguments
                    .into_iter()
                    .flat_map(|node| ["--args".to_owned(), shell::json(node)]),
            );
        }
        _ => {
            let method = &call.subject.method;
            if method.starts_with('-') {
                return Err(
                    "a command line takes no method whose name begins with a dash".to_owned(),
                );
            }
            let verb = if method.starts_with("notifications/") {
                "notify"
            } else {
                "request"
            };
            words.extend([verb.to_owned(), quote(method)]);
            match &call.params {
                Node::Null => {}
                params @ Node::Object(members) if !members.is_empty() => {
                    words.push(shell::json(params));
                }
                Node::Object(_) => {}
                _ => return Err(call.misshapen()),
            }
        }
    }
    words.extend(given_back(&words));
    words.extend(protocol(call.subject));
    words.extend(target(call));
    Ok(shell::with_json(words.join(" ") + "\n"))
}

/// A command line that is not about one request: these words, and how to reach the server.
pub fn line(words: &[String], call: &Call<'_>) -> String {
    let mut line = vec!["mcpscope".to_owned()];
    line.extend(words.iter().map(|word| quote(word)));
    line.extend(given_back(&line));
    line.extend(protocol(call.subject));
    line.extend(target(call));
    line.join(" ")
}

/// Masks that stand in what is sent are undone by who runs the line: `--secret NAME` for each, out of a variable.
fn given_back(words: &[String]) -> Vec<String> {
    let mut names: Vec<&str> = Vec::new();
    for word in words {
        for rest in word.split(OPENING).skip(1) {
            let name = rest.split('›').next().unwrap_or_default();
            if !name.is_empty() && !names.contains(&name) {
                names.push(name);
            }
        }
    }
    let plain = |name: &str| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let mut variables = Names::default();
    names
        .into_iter()
        .flat_map(|name| {
            let value = if plain(name) {
                quote(name)
            } else {
                let variable = variables.take(name);
                shell::word(&[Piece::Plain(format!("{name}=")), Piece::Variable(variable)])
            };
            ["--secret".to_owned(), value]
        })
        .collect()
}

/// Whether `mcpscope call` would not send these arguments unless it is told to.
fn breaks_schema(subject: &Subject) -> bool {
    let nothing = Value::Object(Vec::new());
    let arguments = subject.params.get("arguments").unwrap_or(&nothing);
    subject
        .schema
        .as_deref()
        .and_then(|schema| Validator::compile(schema).ok())
        .is_some_and(|validator| {
            let violations = validator.check(arguments);
            violations
                .iter()
                .any(|violation| violation.keyword != UNCHECKED)
        })
}

/// The arguments: as JSON, with the texts of secrets beside it where the schema says plainly that they are texts.
fn args(arguments: &Node, subject: &Subject) -> Vec<String> {
    let Node::Object(members) = arguments else {
        return vec!["--args".to_owned(), shell::json(arguments)];
    };
    let mut pairs = Vec::new();
    let shown: Vec<(String, Node)> = members
        .iter()
        .map(|(key, node)| {
            let node = match node {
                Node::Secret(secret) if secret.is_text && is_plain(key, subject) => {
                    let head = quote(&format!("{key}="));
                    pairs.push(format!("{head}\"${}\"", secret.variable));
                    // It keeps the place.
                    Node::String(String::new())
                }
                Node::Text(parts) if is_plain(key, subject) => {
                    let mut pieces = vec![Piece::Plain(format!("{key}="))];
                    pieces.extend(parts.iter().cloned());
                    pairs.push(shell::word(&pieces));
                    Node::String(String::new())
                }
                node => node.clone(),
            };
            (key.clone(), node)
        })
        .collect();
    let mut words = Vec::new();
    if !shown.is_empty() {
        words.extend(["--args".to_owned(), shell::json(&Node::Object(shown))]);
    }
    words.extend(pairs);
    words
}

/// Whether `name=text` gives exactly that text to the argument.
fn is_plain(name: &str, subject: &Subject) -> bool {
    let schema = subject.schema.as_deref().unwrap_or_default();
    let property = json::get(schema, &["properties", name]).unwrap_or_default();
    !name.is_empty()
        && !name.starts_with('-')
        && !name.contains('=')
        && !name.ends_with(':')
        && json::string_at(property, &["type"]).as_deref() == Some("string")
        && ["enum", "const", "oneOf", "anyOf", "allOf", "$ref"]
            .iter()
            .all(|key| json::get(property, &[key]).is_none())
}

fn protocol(subject: &Subject) -> Vec<String> {
    let revision = subject.revision.map(|revision| revision.to_string());
    revision
        .into_iter()
        .flat_map(|revision| ["--protocol".to_owned(), revision])
        .collect()
}

/// How to reach the server.
fn target(call: &Call<'_>) -> Vec<String> {
    let mut words = Vec::new();
    let given = |option: &str, name: &str, between: &str, variable: &str| {
        let pieces = [
            Piece::Plain(format!("{name}{between}")),
            Piece::Variable(variable.to_owned()),
        ];
        [option.to_owned(), shell::word(&pieces)]
    };
    for (name, variable) in &call.variables.env {
        words.extend(given("--env", name, "=", variable));
    }
    if let Some(listed) = &call.subject.listed {
        for (name, variable) in &call.variables.headers {
            words.extend(given("--header", name, ": ", variable));
        }
        for (id, variable) in &call.variables.inputs {
            words.extend(given("--input", id, "=", variable));
        }
        if let Some(cwd) = &listed.cwd {
            words.extend(["--cwd".to_owned(), quote(cwd)]);
        }
        words.extend(["--server".to_owned(), quote(&listed.selector)]);
        return words;
    }
    match call.server() {
        Server::Process { cwd, .. } => {
            if let Some(cwd) = cwd {
                words.extend(["--cwd".to_owned(), quote(cwd)]);
            }
            words.push("--".to_owned());
            words.extend(call.variables.command.iter().map(|word| shell::word(word)));
        }
        Server::Address {
            sse,
            cacert,
            insecure,
            ..
        } => {
            words.extend(["--url".to_owned(), shell::word(&call.variables.url)]);
            for (name, variable) in &call.variables.headers {
                words.extend(given("--header", name, ": ", variable));
            }
            if *sse {
                words.extend(["--transport".to_owned(), "sse".to_owned()]);
            }
            if let Some(file) = cacert {
                words.extend(["--cacert".to_owned(), quote(file)]);
            }
            if *insecure {
                words.push("--insecure".to_owned());
            }
        }
    }
    words
}
