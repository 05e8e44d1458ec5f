//! Servers that their client does not start, for a reason that stands elsewhere than in their entry.

use std::path::PathBuf;

use super::document::{Document, Format, Part};
use super::{CLIENTS, Client, Found, Holds, MOST, Machine, Scope, own_project, text_of};

/// Codex reads the file of a project only when its own settings say that it is trusted.
fn untrusted_by_codex(machine: &Machine, found: &mut Found) {
    let place = Client::of("codex").and_then(|client| {
        client
            .places
            .iter()
            .find(|place| place.scope == Scope::User)
    });
    let file = place.and_then(|place| machine.path(place));
    let text = file.and_then(|file| text_of(&file, MOST).ok().flatten());
    let text = text.unwrap_or_default();
    let Ok(document) = Document::read(&text, Format::Toml) else {
        return;
    };
    let projects = document.root().get("projects").map(Part::members);
    let trusted: Vec<PathBuf> = projects
        .unwrap_or_default()
        .into_iter()
        .filter(|(_, part)| {
            part.get("trust_level").and_then(Part::text).as_deref() == Some("trusted")
        })
        .map(|(folder, _)| folder.into())
        .collect();
    for server in &mut found.servers {
        let project = server.project.as_ref();
        if server.client.id == "codex"
            && project.is_some_and(|project| !trusted.contains(project))
            && server.off.is_none()
        {
            server.off = Some("Codex reads it only in projects that it trusts".to_owned());
        }
    }
}

/// Servers that are switched off by name, elsewhere than in their entry.
pub(super) fn switched_off(machine: &Machine, found: &mut Found) {
    untrusted_by_codex(machine, found);
    for place in CLIENTS.iter().flat_map(|client| client.places) {
        let (client, words): (&str, &[&[&str]]) = match place.holds {
            Holds::PerProject => ("claude-code", &[]),
            Holds::Servers("mcpServers") if place.path == ".gemini/settings.json" => {
                ("gemini", &[&["mcp", "excluded"]])
            }
            _ => continue,
        };
        let Some(file) = machine.path(place) else {
            continue;
        };
        let Ok(Some(text)) = text_of(&file, MOST) else {
            continue;
        };
        let Ok(document) = Document::read(&text, place.format) else {
            continue;
        };
        let root = document.root();
        let mut lists: Vec<(String, Option<Scope>, Vec<String>)> = Vec::new();
        for path in words {
            let names = root.find(path).map(Part::texts).unwrap_or_default();
            lists.push((path.join("."), None, names));
        }
        if place.holds == Holds::PerProject
            && let Some((_, part)) = own_project(machine, root)
        {
            for (word, scope) in [
                ("disabledMcpServers", None),
                ("disabledMcpjsonServers", Some(Scope::Project)),
            ] {
                let names = part.get(word).map(Part::texts).unwrap_or_default();
                lists.push((word.to_owned(), scope, names));
            }
        }
        let allowed = root.find(&["mcp", "allowed"]);
        let allowed = allowed.filter(|part| client == "gemini" && part.items().is_some());
        let allowed = allowed.map(Part::texts);
        for server in &mut found.servers {
            if server.client.id != client || server.off.is_some() {
                continue;
            }
            let list = lists.iter().find(|(_, scope, names)| {
                names.contains(&server.name) && scope.is_none_or(|scope| scope == server.scope)
            });
            if let Some((word, ..)) = list {
                server.off = Some(format!("{word} in {} names it", file.display()));
            } else if allowed
                .as_ref()
                .is_some_and(|allowed| !allowed.contains(&server.name))
            {
                server.off = Some(format!(
                    "mcp.allowed in {} does not name it",
                    file.display()
                ));
            }
        }
    }
}
