//! The clients whose settings are read: where each keeps its servers, in which words, and what it puts in for variables.
//!
//! One table. What stands in a row was taken from the page it names; a row that is not confirmed says what is not.

use std::fmt;

use super::document::Format;
use super::expand::Syntax;
use crate::mcp::http::Choice;

/// A client, or a file that several clients read.
#[derive(PartialEq, Eq)]
pub struct Client {
    /// The word for it on a command line.
    pub id: &'static str,
    /// What people call it.
    pub name: &'static str,
    /// Where its servers stand; of the same server in two places the first counts.
    pub places: &'static [Place],
    /// How an entry is written.
    pub dialect: Dialect,
    /// What is put in.
    pub syntax: Syntax,
    /// Whether it reads comments and trailing commas; none when nobody says.
    pub comments: Option<bool>,
    /// The page its shape was taken from, and the version that describes.
    pub page: &'static str,
    /// What of this row nobody has confirmed, if anything.
    pub unconfirmed: Option<&'static str>,
}

/// A place where a client keeps servers.
#[derive(Debug, PartialEq, Eq)]
pub struct Place {
    /// The folder it counts from.
    pub base: Base,
    /// The rest of the path.
    pub path: &'static str,
    /// For whom it holds.
    pub scope: Scope,
    /// How it is written.
    pub format: Format,
    /// What holds the servers.
    pub holds: Holds,
}

/// The folder a place counts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Base {
    /// The project: the folder that is asked about, or the nearest one above it in the same repository.
    Project,
    /// The home folder.
    Home,
    /// A folder of the home folder, or where this variable says.
    Moved(&'static str, &'static str),
    /// Where applications keep settings: `~/.config`, `~/Library/Application Support`, `%APPDATA%`.
    Settings,
    /// The same, but `~/.config` on macOS too.
    Xdg,
    /// mcpscope's own settings.
    Ours,
}

/// For whom a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// For this person in one project.
    Local,
    /// For everybody in a project: the file comes with it.
    Project,
    /// For this person everywhere.
    User,
}

impl Scope {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Project => "project",
            Self::User => "user",
        }
    }
}

/// What in a file holds the servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// This member, by name.
    Servers(&'static str),
    /// Member `projects`, by folder; in each `mcpServers`.
    PerProject,
    /// The file describes one server, for registries.
    Described,
}

/// How a client writes an entry.
#[derive(Debug, PartialEq, Eq)]
pub struct Dialect {
    /// Members that hold an address, and what is spoken there unless `type` says otherwise.
    pub urls: &'static [(&'static str, Choice)],
    /// The member that holds headers.
    pub headers: &'static str,
    /// Whether `cwd` is read.
    pub cwd: bool,
    /// Whether `envFile` is read.
    pub env_file: bool,
    /// Codex's ways to name variables: `env_vars`, `bearer_token_env_var`, `env_http_headers`.
    pub named_variables: bool,
    /// Whether an address needs a `type`; without one the client takes the entry for a command.
    pub needs_type: bool,
    /// How an entry says that it is not to be started.
    pub off: Off,
}

/// How an entry says that it is not to be started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Off {
    /// Not in the entry.
    Nowhere,
    /// `"disabled": true`.
    Disabled,
    /// `enabled = false`.
    Enabled,
}

const COMMON: Dialect = Dialect {
    urls: &[("url", Choice::Auto)],
    headers: "headers",
    cwd: false,
    env_file: false,
    named_variables: false,
    needs_type: false,
    off: Off::Nowhere,
};

const MCP_SERVERS: Holds = Holds::Servers("mcpServers");

const fn json(base: Base, path: &'static str, scope: Scope, holds: Holds) -> Place {
    Place {
        base,
        path,
        scope,
        format: Format::Json,
        holds,
    }
}

const fn toml(base: Base, path: &'static str, scope: Scope, holds: Holds) -> Place {
    Place {
        base,
        path,
        scope,
        format: Format::Toml,
        holds,
    }
}

/// The table. Ours comes first, then what belongs to the project.
pub static CLIENTS: [Client; 11] = [
    Client {
        id: "mcpscope",
        name: "mcpscope",
        places: &[toml(Base::Ours, "", Scope::User, Holds::Servers("servers"))],
        dialect: Dialect {
            cwd: true,
            off: Off::Enabled,
            ..COMMON
        },
        syntax: Syntax::Braces,
        comments: Some(true),
        page: "README.md",
        unconfirmed: None,
    },
    Client {
        id: "claude-code",
        name: "Claude Code",
        places: &[
            json(
                Base::Moved("CLAUDE_CONFIG_DIR", ""),
                ".claude.json",
                Scope::Local,
                Holds::PerProject,
            ),
            json(Base::Project, ".mcp.json", Scope::Project, MCP_SERVERS),
            json(
                Base::Moved("CLAUDE_CONFIG_DIR", ""),
                ".claude.json",
                Scope::User,
                MCP_SERVERS,
            ),
        ],
        dialect: Dialect {
            needs_type: true,
            ..COMMON
        },
        syntax: Syntax::Braces,
        comments: None,
        page: "https://code.claude.com/docs/en/mcp (2026)",
        unconfirmed: Some("where CLAUDE_CONFIG_DIR moves .claude.json"),
    },
    Client {
        id: "claude-desktop",
        name: "Claude Desktop",
        places: &[json(
            Base::Settings,
            "Claude/claude_desktop_config.json",
            Scope::User,
            MCP_SERVERS,
        )],
        dialect: Dialect {
            urls: &[],
            ..COMMON
        },
        syntax: Syntax::Plain,
        comments: Some(false),
        page: "https://modelcontextprotocol.io/docs/develop/connect-local-servers (2026)",
        unconfirmed: Some("the path on Linux, where there is no such client officially"),
    },
    Client {
        id: "cursor",
        name: "Cursor",
        places: &[
            json(
                Base::Project,
                ".cursor/mcp.json",
                Scope::Project,
                MCP_SERVERS,
            ),
            json(Base::Home, ".cursor/mcp.json", Scope::User, MCP_SERVERS),
        ],
        dialect: Dialect {
            env_file: true,
            ..COMMON
        },
        syntax: Syntax::Cursor,
        comments: None,
        page: "https://cursor.com/docs/mcp (2026)",
        unconfirmed: Some("what a variable that is not set comes to"),
    },
    Client {
        id: "vscode",
        name: "VS Code",
        places: &[
            json(
                Base::Project,
                ".vscode/mcp.json",
                Scope::Project,
                Holds::Servers("servers"),
            ),
            json(
                Base::Settings,
                "Code/User/mcp.json",
                Scope::User,
                Holds::Servers("servers"),
            ),
        ],
        dialect: Dialect {
            cwd: true,
            env_file: true,
            ..COMMON
        },
        syntax: Syntax::Editor,
        comments: Some(true),
        page: "https://code.visualstudio.com/docs/copilot/reference/mcp-configuration (2026)",
        unconfirmed: Some("that a variable that is not set is an empty text"),
    },
    Client {
        id: "windsurf",
        name: "Windsurf",
        places: &[json(
            Base::Home,
            ".codeium/windsurf/mcp_config.json",
            Scope::User,
            MCP_SERVERS,
        )],
        dialect: Dialect {
            urls: &[("serverUrl", Choice::Auto), ("url", Choice::Auto)],
            off: Off::Disabled,
            ..COMMON
        },
        syntax: Syntax::Windsurf,
        comments: None,
        page: "https://docs.windsurf.com/windsurf/cascade/mcp (2026)",
        unconfirmed: Some("${file:…}, and what a variable that is not set comes to"),
    },
    Client {
        id: "zed",
        name: "Zed",
        places: &[
            json(
                Base::Project,
                ".zed/settings.json",
                Scope::Project,
                Holds::Servers("context_servers"),
            ),
            json(
                Base::Xdg,
                "zed/settings.json",
                Scope::User,
                Holds::Servers("context_servers"),
            ),
        ],
        dialect: Dialect {
            off: Off::Enabled,
            ..COMMON
        },
        syntax: Syntax::Plain,
        comments: Some(true),
        page: "https://zed.dev/docs/ai/mcp (2026)",
        unconfirmed: Some("the path on Windows"),
    },
    Client {
        id: "codex",
        name: "Codex",
        places: &[
            toml(
                Base::Project,
                ".codex/config.toml",
                Scope::Project,
                Holds::Servers("mcp_servers"),
            ),
            toml(
                Base::Moved("CODEX_HOME", ".codex"),
                "config.toml",
                Scope::User,
                Holds::Servers("mcp_servers"),
            ),
        ],
        dialect: Dialect {
            urls: &[("url", Choice::Streamable)],
            headers: "http_headers",
            cwd: true,
            named_variables: true,
            off: Off::Enabled,
            ..COMMON
        },
        syntax: Syntax::Plain,
        comments: Some(true),
        page: "https://developers.openai.com/codex/mcp, codex-rs/config/src/mcp_types.rs (0.159)",
        unconfirmed: None,
    },
    Client {
        id: "gemini",
        name: "Gemini CLI",
        places: &[
            json(
                Base::Project,
                ".gemini/settings.json",
                Scope::Project,
                MCP_SERVERS,
            ),
            json(
                Base::Home,
                ".gemini/settings.json",
                Scope::User,
                MCP_SERVERS,
            ),
        ],
        dialect: Dialect {
            urls: &[("httpUrl", Choice::Streamable), ("url", Choice::Sse)],
            cwd: true,
            ..COMMON
        },
        syntax: Syntax::Dollar,
        comments: Some(true),
        page: "https://github.com/google-gemini/gemini-cli/blob/main/docs/tools/mcp-server.md (2026)",
        unconfirmed: Some("that a variable that is not set stays as it stands"),
    },
    Client {
        id: "cline",
        name: "Cline",
        places: &[
            json(
                Base::Settings,
                "Code/User/globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json",
                Scope::User,
                MCP_SERVERS,
            ),
            json(
                Base::Home,
                ".cline/data/settings/cline_mcp_settings.json",
                Scope::User,
                MCP_SERVERS,
            ),
        ],
        dialect: Dialect {
            urls: &[("url", Choice::Auto)],
            off: Off::Disabled,
            ..COMMON
        },
        syntax: Syntax::Plain,
        comments: None,
        page: "https://docs.cline.bot/mcp/adding-and-configuring-servers (2026)",
        unconfirmed: Some(
            "what it puts in for variables, and what an address without a type means",
        ),
    },
    Client {
        id: "server-json",
        name: "server.json",
        places: &[json(
            Base::Project,
            "server.json",
            Scope::Project,
            Holds::Described,
        )],
        dialect: COMMON,
        syntax: Syntax::Plain,
        comments: None,
        page: "https://github.com/modelcontextprotocol/registry/blob/main/docs/reference/server-json/generic-server-json.md (2025-12-11)",
        unconfirmed: Some("the exact command lines that clients make of a package"),
    },
];

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id)
    }
}

impl Client {
    /// The client of this word.
    pub fn of(id: &str) -> Option<&'static Self> {
        CLIENTS.iter().find(|client| client.id == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_words_of_one_client() {
        for client in &CLIENTS {
            let id = client.id;
            assert!(std::ptr::eq(
                Client::of(id).into_iter().next().unwrap_or(client),
                client
            ));
            assert!(
                id.chars().all(|c| c.is_ascii_lowercase() || c == '-'),
                "{id}"
            );
            assert!(!client.places.is_empty() && !client.page.is_empty(), "{id}");
        }
    }
}
