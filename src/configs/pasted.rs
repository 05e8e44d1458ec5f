//! A piece of somebody's settings that was pasted: one server, several with their names, or a whole file. Where it came
//! from nobody knows, so that its words tell which client wrote it.

use std::path::Path;

use super::document::{Document, Part};
use super::{CLIENTS, Client, Configured, Format, Found, Holds, Machine, Place, Scope};

/// What a server is called that was pasted without a name.
const NAMELESS: &str = "pasted";

/// Members that tell the servers of a file.
const TABLES: [&str; 3] = ["mcpServers", "servers", "context_servers"];

/// The servers in a text; none when it is no JSON of that kind, and so perhaps a command line. An error says what is
/// wrong with it.
pub fn pasted(machine: &Machine, text: &str) -> Option<Result<Vec<Configured>, String>> {
    let text = text.trim();
    if !text.starts_with(['{', '"']) {
        return None;
    }
    // Copied out of the middle of a file it has no braces, and perhaps a comma.
    let whole = if text.starts_with('{') {
        text.to_owned()
    } else {
        // Behind a comment nothing on its line would count.
        format!("{{{text}\n}}")
    };
    let document = match Document::read(&whole, Format::Json) {
        Ok(document) => document,
        Err(trouble) if text.starts_with('{') => {
            return Some(Err(format!("this is no JSON: {}", trouble.what)));
        }
        // A program in quotes.
        Err(_) => return None,
    };
    let root = document.root();
    if !root.is_table() {
        return None;
    }
    Some(read(machine, root, &whole))
}

fn read(machine: &Machine, root: Part<'_>, whole: &str) -> Result<Vec<Configured>, String> {
    let table = TABLES.into_iter().find(|name| root.get(name).is_some());
    let (table, text) = match table {
        Some(table) => (table, whole.to_owned()),
        None if starts(root) => (
            "mcpServers",
            format!("{{\"mcpServers\": {{\"{NAMELESS}\": {whole}\n}}}}"),
        ),
        None if root.members().iter().any(|(_, part)| starts(*part)) => {
            ("mcpServers", format!("{{\"mcpServers\": {whole}\n}}"))
        }
        None => {
            let what = "no server is in it: an entry has command or url, and stands in mcpServers, servers or alone";
            return Err(what.to_owned());
        }
    };
    let (client, place) = whose(table, whole).ok_or("no client writes it so")?;
    let mut found = Found::default();
    super::servers_in(
        machine,
        client,
        place,
        Path::new(NAMELESS),
        &text,
        &mut found,
    )
    .map_err(|trouble| trouble.what)?;
    match (found.servers.is_empty(), found.broken.first()) {
        (_, Some(broken)) => {
            let name = broken.name.as_deref().map(|name| format!("{name}: "));
            Err(format!(
                "{}{}",
                name.unwrap_or_default(),
                broken.trouble.what
            ))
        }
        (true, None) => Err(format!("{table} is empty")),
        (false, None) => Ok(found.servers),
    }
}

/// Whether a table says how a server is started.
fn starts(part: Part<'_>) -> bool {
    let ways = ["command", "url", "serverUrl", "httpUrl"];
    part.is_table() && ways.iter().any(|name| part.get(name).is_some())
}

/// The client that writes it so, and a file of its.
fn whose(table: &str, text: &str) -> Option<(&'static Client, &'static Place)> {
    let telling = [
        ("\"serverUrl\"", "windsurf"),
        ("\"httpUrl\"", "gemini"),
        ("${env:", "cursor"),
    ];
    let told = telling.iter().find(|(word, _)| text.contains(word));
    let place = |client: &'static Client| {
        let mut places = client.places.iter();
        let place = places.find(|place| {
            place.scope == Scope::User
                && place.format == Format::Json
                && matches!(place.holds, Holds::Servers(name) if name == table)
        });
        place.map(|place| (client, place))
    };
    let named = CLIENTS
        .iter()
        .find(|client| told.is_some_and(|(_, id)| client.id == *id));
    named
        .and_then(place)
        .or_else(|| CLIENTS.iter().find_map(place))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use std::collections::BTreeMap;

    use super::super::System;
    use super::*;

    fn read(text: &str) -> Option<Result<Vec<String>, String>> {
        let machine = Machine {
            system: System::Linux,
            home: "/home/u".into(),
            variables: BTreeMap::from([("KEY".to_owned(), "k".to_owned())]),
            folder: "/work".into(),
            ours: None,
            inputs: BTreeMap::new(),
            asks: false,
        };
        let told = pasted(&machine, text)?;
        Some(told.map(|servers| {
            let words = servers.iter().map(|server| {
                let names = server.launch.named().iter().map(|(name, text)| {
                    let value = &text.value;
                    format!(" {name}={value}")
                });
                let names: String = names.collect();
                format!(
                    "{}: {}{names}",
                    server.name,
                    server.launch.expanded().join(" ")
                )
            });
            words.collect()
        }))
    }

    fn servers(text: &str) -> Vec<String> {
        read(text).unwrap().unwrap()
    }

    #[test]
    fn every_shape_that_people_copy_is_read() {
        let db = r#"{"command": "python3", "args": ["x.py"], "env": {"A": "${KEY}"}}"#;
        assert_eq!(
            servers(&format!("{{\"mcpServers\": {{\"db\": {db}}}}}")),
            ["db: python3 x.py A=k"]
        );
        assert_eq!(
            servers(&format!("{{\"db\": {db}}}")),
            ["db: python3 x.py A=k"]
        );
        assert_eq!(servers(&format!("\"db\": {db},")), ["db: python3 x.py A=k"]);
        assert_eq!(servers(db), ["pasted: python3 x.py A=k"]);
        assert_eq!(
            servers(r#"{"servers": {"far": {"type": "http", "url": "https://a.example/mcp"}}}"#),
            ["far: https://a.example/mcp"]
        );
        assert_eq!(
            servers(r#"{"far": {"serverUrl": "https://a.example/mcp"}}"#),
            ["far: https://a.example/mcp"]
        );
        assert_eq!(
            servers(r#"{"db": {"command": "x", "env": {"A": "${env:KEY}"}}}"#),
            ["db: x A=k"]
        );
    }

    #[test]
    fn what_is_none_is_said_or_left_to_others() {
        for line in ["python3 x.py", "\"my server\" --flag", "KEY={} x", ""] {
            assert_eq!(read(line), None, "{line}");
        }
        for (text, why) in [
            ("{\"mcpServers\": {", "this is no JSON"),
            ("{\"a\": 1}", "no server is in it"),
            ("{\"mcpServers\": {}}", "mcpServers is empty"),
            ("{\"db\": {\"command\": 1}}", "command is a text"),
        ] {
            let told = read(text).unwrap().unwrap_err();
            assert!(told.contains(why), "{text}: {told}");
        }
    }
}
