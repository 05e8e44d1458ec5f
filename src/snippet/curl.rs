//! curl, for a POSIX shell: one POST where every request stands alone, else the handshake first.

use super::Server;
use super::call::Call;
use super::node::Node;
use super::shell::{self, quote};
use super::variables::Piece;
use crate::json::Value;
use crate::mcp::http::headers;
use crate::mcp::meta;

pub fn why_not(server: &Server, method: &str) -> Option<String> {
    match server {
        Server::Process { .. } => Some("curl speaks HTTP; yx copies the command".to_owned()),
        Server::Address { sse: true, .. } => Some(
            "HTTP+SSE answers on another stream than it is asked on; yx copies the command"
                .to_owned(),
        ),
        Server::Address { .. } if method == "initialize" => {
            Some("the handshake is part of every other request's script".to_owned())
        }
        Server::Address { .. } => None,
    }
}

pub fn write(call: &Call<'_>) -> Result<String, String> {
    let Server::Address {
        cacert, insecure, ..
    } = call.server()
    else {
        return Err("curl speaks HTTP; yx copies the command".to_owned());
    };
    let mut options = vec!["-sS".to_owned()];
    if let Some(file) = cacert {
        options.extend(["--cacert".to_owned(), quote(file)]);
    }
    if *insecure {
        options.push("--insecure".to_owned());
    }
    let mut header = |text: String, variable: Option<&str>| {
        let mut pieces = vec![Piece::Plain(text)];
        pieces.extend(variable.map(|name| Piece::Variable(name.to_owned())));
        options.extend(["-H".to_owned(), shell::word(&pieces)]);
    };
    header("Content-Type: application/json".to_owned(), None);
    header(
        "Accept: application/json, text/event-stream".to_owned(),
        None,
    );
    for (name, variable) in &call.variables.headers {
        header(format!("{name}: "), Some(variable));
    }
    let url = shell::word(&call.variables.url);
    if call.subject.is_modern() {
        for (name, value) in demanded(call) {
            // A value that no header can hold as it is would have to be encoded; that is left to whoever runs it.
            let secret = call
                .secrets
                .iter()
                .find(|secret| headers::encoded(&secret.value) == value);
            match secret {
                Some(secret) => header(format!("{name}: "), Some(&secret.variable)),
                None => header(format!("{name}: {value}"), None),
            }
        }
        let body = shell::json(&message(call, true));
        return Ok(shell::with_json(format!(
            "curl {} --data-raw {body} {url}\n",
            options.join(" ")
        )));
    }
    let revision = call
        .subject
        .revision
        .map_or("2025-11-25", |revision| revision.as_str());
    let opening = format!(
        "{{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{{\"protocolVersion\":\"{revision}\",\"capabilities\":{{}},\"clientInfo\":{{\"name\":\"curl\",\"version\":\"1\"}}}}}}"
    );
    let body = shell::json(&message(call, false));
    // In a shell of its own, so that pasting it changes nothing in this one.
    Ok(shell::with_json(format!(
        r#"(
set -- {}
session=$(curl "$@" -D - -o /dev/null --data-raw {} {url} | tr -d '\r' | sed -n 's/^[Mm][Cc][Pp]-[Ss][Ee][Ss][Ss][Ii][Oo][Nn]-[Ii][Dd]: *//p')
set -- "$@" -H 'MCP-Protocol-Version: {revision}'
[ -z "$session" ] || set -- "$@" -H "Mcp-Session-Id: $session"
curl "$@" -o /dev/null --data-raw '{{"jsonrpc":"2.0","method":"notifications/initialized"}}' {url}
curl "$@" --data-raw {body} {url}
)
"#,
        options.join(" "),
        quote(&opening),
    )))
}

/// The headers that HTTP demands for exactly this message.
///
/// 2026-07-28, `basic/transports/streamable-http`.
fn demanded(call: &Call<'_>) -> headers::Headers {
    let subject = call.subject;
    let params = subject.params.to_string();
    let revision = subject.revision.map(|revision| revision.to_string());
    let mut found = vec![(
        "mcp-protocol-version".to_owned(),
        revision.unwrap_or_default(),
    )];
    found.extend(headers::of_request(&subject.method, params.as_bytes()));
    let marked = subject.schema.as_deref().map(headers::params);
    if let (Some(Ok(marked)), Some(arguments)) = (marked, subject.params.get("arguments")) {
        found.extend(headers::of_arguments(
            &marked,
            arguments.to_string().as_bytes(),
        ));
    }
    found
}

/// The message, with the `_meta` it was sent with where every message carries what a handshake would have told.
fn message(call: &Call<'_>, modern: bool) -> Node {
    let text = |text: &str| Node::String(text.to_owned());
    let mut members = vec![
        ("jsonrpc".to_owned(), text("2.0")),
        ("id".to_owned(), Node::Number("1".to_owned())),
        ("method".to_owned(), text(&call.subject.method)),
    ];
    let mut params = call.params.clone();
    if modern {
        let with = ("_meta".to_owned(), Node::open(&said(call)));
        match &mut params {
            Node::Object(members) => members.push(with),
            Node::Null => params = Node::Object(vec![with]),
            _ => {}
        }
    }
    if params != Node::Null {
        members.push(("params".to_owned(), params));
    }
    Node::Object(members)
}

fn said(call: &Call<'_>) -> Value {
    let sent = call.subject.params.get("_meta").and_then(Value::as_object);
    let mut members: Vec<(String, Value)> = sent
        .unwrap_or_default()
        .iter()
        // Nobody would hear of progress.
        .filter(|(key, _)| key != "progressToken")
        .cloned()
        .collect();
    let revision = call
        .subject
        .revision
        .map_or("", |revision| revision.as_str());
    let client =
        [("name", "curl"), ("version", "1")].map(|(key, text)| (key.to_owned(), Value::from(text)));
    for (key, value) in [
        (meta::PROTOCOL_VERSION, Value::from(revision)),
        (meta::CLIENT_CAPABILITIES, Value::Object(Vec::new())),
        (meta::CLIENT_INFO, Value::Object(client.into())),
    ] {
        if members.iter().all(|(known, _)| known != key) {
            members.push((key.to_owned(), value));
        }
    }
    Value::Object(members)
}
