//! One server out of all that were found: by name, or by client and name.

use super::{Client, Configured, Found, Scope};
use crate::text;

/// What was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection<'a> {
    /// The server.
    pub server: &'a Configured,
    /// The same in other files.
    pub same: Vec<&'a Configured>,
}

/// Why nothing was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unselected<'a> {
    /// There is none of that name; one may be meant.
    Unknown(Option<String>),
    /// There are several that differ.
    Several(Vec<&'a Configured>),
}

/// Servers of one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group<'a> {
    /// The name.
    pub name: &'a str,
    /// Where it stands; what counts first.
    pub servers: Vec<&'a Configured>,
}

impl<'a> Group<'a> {
    /// In what the others differ from the first, one by one; nothing where they do not.
    pub fn differences(&self) -> Vec<(&'a Configured, Vec<String>)> {
        let Some((first, rest)) = self.servers.split_first() else {
            return Vec::new();
        };
        rest.iter()
            .map(|other| (*other, first.launch.differences(&other.launch)))
            .collect()
    }
}

impl Configured {
    /// The word that means this server and no other: its client and name.
    pub fn selector(&self) -> String {
        format!("{}:{}", self.client.id, self.name)
    }

    /// Where it stands, as `FILE:LINE`.
    pub fn place(&self) -> String {
        format!("{}:{}", self.file.display(), self.line)
    }

    /// Whether another entry of the same client comes before this one.
    pub fn is_shadowed(&self, found: &Found) -> bool {
        found.shadow_of(self).is_some()
    }
}

impl Found {
    /// The entry of the same client that comes before this one.
    pub fn shadow_of(&self, server: &Configured) -> Option<&Configured> {
        self.servers
            .iter()
            .take_while(|other| !std::ptr::eq(*other, server) && **other != *server)
            .find(|other| other.client.id == server.client.id && other.name == server.name)
    }

    /// The names of all servers, each once.
    pub fn names(&self) -> Vec<&str> {
        grouped(self).into_iter().map(|group| group.name).collect()
    }
}

/// All servers by name, in the order they were found.
pub fn grouped(found: &Found) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for server in &found.servers {
        match groups.iter_mut().find(|group| group.name == server.name) {
            Some(group) => group.servers.push(server),
            None => groups.push(Group {
                name: &server.name,
                servers: vec![server],
            }),
        }
    }
    groups
}

/// The server of this name: `NAME`, `CLIENT:NAME` or `CLIENT/SCOPE:NAME`. Of one client the scope that counts wins; of
/// several clients mcpscope's own, else they must not differ. What is switched off counts only when nothing else is
/// there.
pub fn select<'a>(found: &'a Found, wanted: &str) -> Result<Selection<'a>, Unselected<'a>> {
    let named = |name: &str, of: &dyn Fn(&Configured) -> bool| -> Vec<&'a Configured> {
        let all = found.servers.iter();
        all.filter(|server| server.name == name && of(server))
            .collect()
    };
    let mut all = named(wanted, &|_| true);
    let mut scoped = false;
    if all.is_empty()
        && let Some((whose, name)) = wanted.split_once(':')
    {
        let (client, scope) = match whose.split_once('/') {
            Some((client, scope)) => (client, Some(scope)),
            None => (whose, None),
        };
        scoped = scope.is_some();
        all = named(name, &|server| {
            server.client.id == client && scope.is_none_or(|scope| server.scope.word() == scope)
        });
    }
    if all.is_empty() {
        return Err(Unselected::Unknown(meant(found, wanted)));
    }
    let mut counting: Vec<&Configured> = all
        .iter()
        .filter(|server| scoped || !server.is_shadowed(found))
        .copied()
        .collect();
    if counting.iter().any(|server| server.off.is_none()) {
        counting.retain(|server| server.off.is_none());
    }
    let Some(first) = counting.first().copied() else {
        return Err(Unselected::Unknown(None));
    };
    let ours = first.client.id == "mcpscope";
    let differ = counting
        .iter()
        .any(|other| !first.launch.differences(&other.launch).is_empty());
    if differ && !ours {
        return Err(Unselected::Several(counting));
    }
    Ok(Selection {
        server: first,
        same: counting[1..].to_vec(),
    })
}

/// The name or selector that may be meant.
fn meant(found: &Found, wanted: &str) -> Option<String> {
    let name = match wanted.split_once(':') {
        Some((client, name)) if Client::of(client).is_some() => name,
        _ => wanted,
    };
    let (distance, nearest) = text::nearest(name, found.names())?;
    (distance <= 1 + nearest.len() / 4).then(|| nearest.to_owned())
}

impl Scope {
    /// What it means.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Local => "yours, in one project",
            Self::Project => "comes with the project",
            Self::User => "yours, everywhere",
        }
    }
}
