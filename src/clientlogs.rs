//! The logs that known clients keep of their servers: which files, where, on each system.
//!
//! One table. Where files are was taken from the page a row names; a row that is not confirmed says what is not. Looks
//! into folders and reads no file. What stands in one is `logbook`'s business, reading on is `tail`'s.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::configs::{Machine, System};

/// A client, and where it keeps logs of its servers.
#[derive(Debug, PartialEq, Eq)]
pub struct LogRow {
    /// The word for it on a command line.
    pub client: &'static str,
    /// What people call it.
    pub name: &'static str,
    /// Its files.
    pub places: &'static [LogPlace],
    /// The page that says so, and of which version.
    pub page: &'static str,
    /// What of this row nobody has confirmed, if anything.
    pub unconfirmed: Option<&'static str>,
}

/// Where files are, on one system.
#[derive(Debug, PartialEq, Eq)]
pub struct LogPlace {
    /// The system.
    pub system: System,
    /// The folder it counts from.
    pub base: LogBase,
    /// The rest of the path: `*` is any part of a name, `{}` the server's name.
    pub path: &'static str,
}

/// The folder a place counts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogBase {
    /// The home folder.
    Home,
    /// What this variable names, or that folder of the home folder.
    Moved(&'static str, &'static str),
}

const CONFIG: LogBase = LogBase::Moved("XDG_CONFIG_HOME", ".config");
const CACHE: LogBase = LogBase::Moved("XDG_CACHE_HOME", ".cache");
const ROAMING: LogBase = LogBase::Moved("APPDATA", "AppData/Roaming");
const LOCAL: LogBase = LogBase::Moved("LOCALAPPDATA", "AppData/Local");

const fn linux(base: LogBase, path: &'static str) -> LogPlace {
    let system = System::Linux;
    LogPlace { system, base, path }
}

const fn mac(path: &'static str) -> LogPlace {
    let (system, base) = (System::Mac, LogBase::Home);
    LogPlace { system, base, path }
}

const fn windows(base: LogBase, path: &'static str) -> LogPlace {
    let system = System::Windows;
    LogPlace { system, base, path }
}

/// The table.
pub static LOGS: [LogRow; 4] = [
    LogRow {
        client: "claude-desktop",
        name: "Claude Desktop",
        places: &[
            mac("Library/Logs/Claude/mcp-server-{}.log"),
            windows(ROAMING, "Claude/logs/mcp-server-{}.log"),
            linux(CONFIG, "Claude/logs/mcp-server-{}.log"),
            mac("Library/Logs/Claude/mcp.log"),
            windows(ROAMING, "Claude/logs/mcp.log"),
            linux(CONFIG, "Claude/logs/mcp.log"),
        ],
        page: "https://modelcontextprotocol.io/docs/tools/debugging; lines of February 2026 were seen",
        unconfirmed: Some("the folder on Linux: users name it, no page of the maker does"),
    },
    LogRow {
        client: "claude-code",
        name: "Claude Code",
        places: &[
            mac("Library/Caches/claude-cli-nodejs/*/mcp-logs-{}/*.jsonl"),
            linux(CACHE, "claude-cli-nodejs/*/mcp-logs-{}/*.jsonl"),
            windows(LOCAL, "claude-cli-nodejs/Cache/*/mcp-logs-{}/*.jsonl"),
        ],
        page: "https://github.com/anthropics/claude-code/issues/69427, of 2.1.181",
        unconfirmed: Some(
            "the folders on Linux and Windows: users name them, no page of the maker does",
        ),
    },
    LogRow {
        client: "vscode",
        name: "VS Code",
        places: &[
            mac("Library/Application Support/Code/logs/*/window*/mcpServer.mcp.config.*.{}.log"),
            windows(ROAMING, "Code/logs/*/window*/mcpServer.mcp.config.*.{}.log"),
            linux(CONFIG, "Code/logs/*/window*/mcpServer.mcp.config.*.{}.log"),
            mac(
                "Library/Application Support/Code/logs/*/window*/mcpServer.claude-desktop.*.{}.log",
            ),
            windows(
                ROAMING,
                "Code/logs/*/window*/mcpServer.claude-desktop.*.{}.log",
            ),
            linux(
                CONFIG,
                "Code/logs/*/window*/mcpServer.claude-desktop.*.{}.log",
            ),
        ],
        page: "https://github.com/microsoft/vscode/issues/244377; lines of 1.129.1 were seen",
        unconfirmed: Some("the names of the files: users show them, no page of the maker does"),
    },
    LogRow {
        client: "cursor",
        name: "Cursor",
        places: &[
            mac(
                "Library/Application Support/Cursor/logs/*/window*/exthost/anysphere.cursor-mcp/MCP user-{}.log",
            ),
            windows(
                ROAMING,
                "Cursor/logs/*/window*/exthost/anysphere.cursor-mcp/MCP user-{}.log",
            ),
            linux(
                CONFIG,
                "Cursor/logs/*/window*/exthost/anysphere.cursor-mcp/MCP user-{}.log",
            ),
            mac(
                "Library/Application Support/Cursor/logs/*/window*/exthost/anysphere.cursor-mcp/MCP project-{}.log",
            ),
            windows(
                ROAMING,
                "Cursor/logs/*/window*/exthost/anysphere.cursor-mcp/MCP project-{}.log",
            ),
            linux(
                CONFIG,
                "Cursor/logs/*/window*/exthost/anysphere.cursor-mcp/MCP project-{}.log",
            ),
        ],
        page: "https://github.com/GLips/Figma-Context-MCP/issues/77, for its lines",
        unconfirmed: Some(
            "where the files are, and their names: users of one version on macOS show them",
        ),
    },
];

/// A log that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Whose.
    pub row: &'static LogRow,
    /// Of which server; none where it is of all of them.
    pub server: Option<String>,
    /// The file.
    pub file: PathBuf,
    /// Its bytes.
    pub bytes: u64,
    /// When it was last written to.
    pub written: Option<SystemTime>,
}

/// Folders that are looked into at most, for one place.
const MOST: usize = 10_000;

/// The logs of all clients, in the order of the table; of each the newest first.
pub fn find(machine: &Machine) -> Vec<Kept> {
    let mut found = Vec::new();
    for row in &LOGS {
        let mut its = Vec::new();
        for place in row.places {
            if place.system == machine.system {
                collect(machine, row, place, &mut its);
            }
        }
        its.sort_by(|a: &Kept, b: &Kept| b.written.cmp(&a.written).then(a.file.cmp(&b.file)));
        found.append(&mut its);
    }
    found
}

/// What `file` is, if a client would keep a log there.
pub fn recognise(machine: &Machine, file: &Path) -> Option<(&'static LogRow, Option<String>)> {
    LOGS.iter().find_map(|row| {
        let mut places = row
            .places
            .iter()
            .filter(|place| place.system == machine.system);
        places.find_map(|place| {
            let below = file.strip_prefix(folder(machine, place.base)).ok()?;
            let mut server = None;
            let (mut names, mut parts) = (below.iter(), place.path.split('/'));
            loop {
                match (names.next(), parts.next()) {
                    (None, None) => return Some((row, server)),
                    (Some(name), Some(part)) => {
                        let named = matches(part, &name.to_string_lossy())?;
                        if !named.is_empty() {
                            server = Some(named);
                        }
                    }
                    _ => return None,
                }
            }
        })
    })
}

fn folder(machine: &Machine, base: LogBase) -> PathBuf {
    match base {
        LogBase::Home => machine.home.clone(),
        LogBase::Moved(variable, folder) => machine
            .variables
            .get(variable)
            .filter(|value| !value.is_empty())
            .map_or_else(|| machine.home.join(folder), PathBuf::from),
    }
}

fn collect(machine: &Machine, row: &'static LogRow, place: &LogPlace, found: &mut Vec<Kept>) {
    let mut level = vec![(folder(machine, place.base), None::<String>)];
    for part in place.path.split('/') {
        let mut next = Vec::new();
        for (folder, server) in level {
            if !part.contains(['*', '{']) {
                next.push((folder.join(part), server));
                continue;
            }
            // What cannot be looked into holds nothing for us.
            let Ok(entries) = std::fs::read_dir(&folder) else {
                continue;
            };
            for entry in entries.flatten() {
                let name = entry.file_name();
                if let Some(named) = matches(part, &name.to_string_lossy()) {
                    let named = Some(named).filter(|named| !named.is_empty());
                    next.push((entry.path(), named.or_else(|| server.clone())));
                }
                if next.len() >= MOST {
                    break;
                }
            }
        }
        level = next;
    }
    for (file, server) in level {
        let Ok(about) = std::fs::metadata(&file) else {
            continue;
        };
        if about.is_file() {
            found.push(Kept {
                row,
                server,
                file,
                bytes: about.len(),
                written: about.modified().ok(),
            });
        }
    }
}

/// What stands for `{}` in a name that is one of this pattern; empty where the pattern has none. A star takes as little
/// as it can.
fn matches(pattern: &str, name: &str) -> Option<String> {
    let Some(at) = pattern.find(['*', '{']) else {
        return (pattern == name).then(String::new);
    };
    let rest = name.strip_prefix(&pattern[..at])?;
    let is_server = pattern[at..].starts_with('{');
    let behind = &pattern[at + if is_server { 2 } else { 1 }..];
    // The last gap takes all it can.
    if !behind.contains(['*', '{']) {
        let taken = rest.strip_suffix(behind)?;
        return if is_server {
            (!taken.is_empty()).then(|| taken.to_owned())
        } else {
            Some(String::new())
        };
    }
    rest.char_indices().map(|(end, _)| end).find_map(|end| {
        let inner = matches(behind, &rest[end..])?;
        Some(if is_server {
            rest[..end].to_owned()
        } else {
            inner
        })
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn machine(home: &Path, system: System) -> Machine {
        Machine {
            system,
            home: home.to_owned(),
            variables: BTreeMap::new(),
            folder: home.to_owned(),
            ours: None,
            inputs: BTreeMap::new(),
            asks: false,
        }
    }

    #[test]
    fn the_logs_of_each_client_are_found_on_each_system() {
        let files = [
            (
                System::Mac,
                "Library/Logs/Claude/mcp-server-my server.log",
                "claude-desktop",
                "my server",
            ),
            (
                System::Windows,
                "AppData/Roaming/Claude/logs/mcp.log",
                "claude-desktop",
                "",
            ),
            (
                System::Linux,
                ".cache/claude-cli-nodejs/-home-me-work/mcp-logs-files/2026-07-02T05-57-27-512Z.jsonl",
                "claude-code",
                "files",
            ),
            (
                System::Linux,
                ".config/Code/logs/20260409T151803/window8/mcpServer.mcp.config.usrlocal.energy.v2.log",
                "vscode",
                "energy.v2",
            ),
            (
                System::Mac,
                "Library/Application Support/Cursor/logs/20260101T000000/window1/exthost/anysphere.cursor-mcp/MCP user-weather.log",
                "cursor",
                "weather",
            ),
        ];
        for (system, file, client, server) in files {
            let home = tempfile::tempdir().unwrap();
            let path = home.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, "x").unwrap();
            std::fs::write(path.with_file_name("main.txt"), "x").unwrap();
            let machine = machine(home.path(), system);
            let found = find(&machine);
            assert_eq!(found.len(), 1, "{file}: {found:?}");
            assert_eq!(found[0].row.client, client, "{file}");
            assert_eq!(
                found[0].server.as_deref().unwrap_or_default(),
                server,
                "{file}"
            );
            assert_eq!(found[0].file, path);
            let (row, named) = recognise(&machine, &path).unwrap();
            assert_eq!((row.client, named), (client, found[0].server.clone()));
        }
    }

    #[test]
    fn variables_move_the_folders() {
        let home = tempfile::tempdir().unwrap();
        let mut machine = machine(home.path(), System::Linux);
        let config = home.path().join("elsewhere");
        machine
            .variables
            .insert("XDG_CONFIG_HOME".into(), config.to_string_lossy().into());
        let file = config.join("Claude/logs/mcp-server-a.log");
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, "x").unwrap();
        assert_eq!(find(&machine)[0].server.as_deref(), Some("a"));
    }

    #[test]
    fn every_row_names_its_page_and_each_system() {
        for row in &LOGS {
            assert!(row.page.starts_with("https://"), "{}", row.client);
            for system in [System::Linux, System::Mac, System::Windows] {
                assert!(
                    row.places.iter().any(|place| place.system == system),
                    "{} {system:?}",
                    row.client
                );
            }
        }
    }
}
