//! Why a client does, or does not, have a server where somebody stands.

use std::path::PathBuf;

use super::document::{Document, Part};
use super::{CLIENTS, Client, Found, Holds, Machine, State, text_of};

/// What is to be said of one client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Which.
    pub client: &'static Client,
    /// Whether it would start the server there.
    pub has: bool,
    /// Why, a sentence each; the first is the most important one.
    pub why: Vec<String>,
}

/// What is to be said of each of these clients, or of all.
pub fn why(
    found: &Found,
    machine: &Machine,
    name: &str,
    only: Option<&'static Client>,
) -> Vec<Verdict> {
    CLIENTS
        .iter()
        .filter(|client| only.is_none_or(|only| only.id == client.id))
        .map(|client| of(found, machine, name, client))
        .collect()
}

fn of(found: &Found, machine: &Machine, name: &str, client: &'static Client) -> Verdict {
    let mut why = Vec::new();
    let mut has = false;
    let its = |server: &&super::Configured| server.client.id == client.id && server.name == name;
    for server in found.servers.iter().filter(its) {
        let scope = server.scope;
        let place = format!("{} ({}: {})", server.place(), scope.word(), scope.meaning());
        if let Some(before) = found.shadow_of(server) {
            why.push(format!(
                "{place} does not count: {} comes first",
                before.place()
            ));
            continue;
        }
        let lacks = server.launch.lacks();
        let unread = client.comments == Some(false)
            && server
                .remarks
                .iter()
                .any(|remark| remark.contains("comments"));
        if let Some(off) = &server.off {
            why.push(format!("{place} has it, but {off}"));
        } else if unread {
            why.push(format!("{place} has it, but {}", server.remarks.join("; ")));
        } else if lacks.is_empty() {
            has = true;
            why.push(format!("{place} has it"));
            why.extend(server.remarks.iter().cloned());
        } else {
            let lacks: Vec<String> = lacks.iter().map(ToString::to_string).collect();
            let have = if lacks.len() == 1 { "has" } else { "have" };
            why.push(format!(
                "{place} has it, but {} {have} no value in this environment (what {} makes of that is not confirmed)",
                lacks.join(" and "),
                client.name
            ));
        }
    }
    for broken in &found.broken {
        let about = broken.name.as_deref();
        if broken.client.id == client.id && (about == Some(name) || about.is_none()) {
            why.push(match about {
                Some(_) => broken.to_string(),
                None => format!("{broken}: nothing of that file is read"),
            });
        }
    }
    if why.is_empty() {
        let files = found
            .files
            .iter()
            .filter(|looked| looked.client.id == client.id);
        for looked in files {
            let path = looked.file.display();
            let scope = looked.scope.word();
            why.push(match &looked.state {
                State::Missing => format!("{path} ({scope}) is not there"),
                State::Read(0) => format!("{path} ({scope}) has no servers"),
                State::Read(_) | State::Broken(_) => format!("{path} ({scope}) has no {name}"),
            });
        }
        if why.is_empty() {
            why.push("it keeps no servers on this machine".to_owned());
        }
    }
    why.extend(
        other_projects(machine, name, client)
            .map(|projects| {
                format!(
                    "it has {name} in other projects only: {}",
                    projects.join(", ")
                )
            })
            .filter(|_| !has),
    );
    Verdict { client, has, why }
}

/// The other projects that a file which has servers by project has this one in.
fn other_projects(machine: &Machine, name: &str, client: &Client) -> Option<Vec<String>> {
    let place = client
        .places
        .iter()
        .find(|place| place.holds == Holds::PerProject)?;
    let text = text_of(&machine.path(place)?, super::MOST).ok()??;
    let document = Document::read(&text, place.format).ok()?;
    let projects = document.root().get("projects").map(Part::members)?;
    let others: Vec<String> = projects
        .into_iter()
        .filter(|(folder, _)| !machine.folder.starts_with(PathBuf::from(folder)))
        .filter(|(_, part)| part.find(&["mcpServers", name]).is_some())
        .map(|(folder, _)| folder)
        .collect();
    (!others.is_empty()).then_some(others)
}
