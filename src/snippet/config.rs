//! An entry for the settings of a client: `mcpServers`, as most clients read it. Variables as `${NAME}`, which those
//! clients fill in that know them; in others their values have to be put there by hand.

use super::Server;
use super::call::Call;
use super::variables::Piece;
use crate::json::Value;

pub fn write(call: &Call<'_>) -> String {
    let member = |key: &str, value: Value| (key.to_owned(), value);
    let variables = |pairs: &[(String, String)]| {
        let members = pairs
            .iter()
            .map(|(name, variable)| (name.clone(), Value::String(format!("${{{variable}}}"))));
        Value::Object(members.collect())
    };
    let mut entry = Vec::new();
    match call.server() {
        Server::Process { cwd, .. } => {
            let words = call.variables.command.iter();
            let mut words = words.map(|word| Value::String(filled_in(word)));
            entry.push(member("command", words.next().unwrap_or(Value::from(""))));
            entry.push(member("args", Value::Array(words.collect())));
            if !call.variables.env.is_empty() {
                entry.push(member("env", variables(&call.variables.env)));
            }
            if let Some(cwd) = cwd {
                entry.push(member("cwd", Value::String(cwd.clone())));
            }
        }
        Server::Address { sse, .. } => {
            entry.push(member(
                "type",
                Value::from(if *sse { "sse" } else { "http" }),
            ));
            entry.push(member("url", Value::String(filled_in(&call.variables.url))));
            if !call.variables.headers.is_empty() {
                entry.push(member("headers", variables(&call.variables.headers)));
            }
        }
    }
    let servers = vec![(call.subject.name.clone(), Value::Object(entry))];
    let whole = Value::Object(vec![member("mcpServers", Value::Object(servers))]);
    whole.pretty() + "\n"
}

/// A text in which a client fills in variables.
fn filled_in(pieces: &[Piece]) -> String {
    let pieces = pieces.iter().map(|piece| match piece {
        Piece::Plain(text) => text.clone(),
        Piece::Variable(name) | Piece::Escaped(name) => format!("${{{name}}}"),
    });
    pieces.collect()
}
