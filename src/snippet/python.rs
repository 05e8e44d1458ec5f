//! A Python program over the `mcp` package: releases 1 and 2, or 2 alone for servers without a handshake.

use super::Server;
use super::call::{Call, Verb, has_verb};
use super::literal::Language;
use super::node::Node;

const PYTHON: Language = Language::Python;

pub fn why_not(server: &Server, method: &str) -> Option<String> {
    if let Server::Address { insecure: true, .. } = server {
        return Some("the mcp package takes no certificate it cannot check; yx can".to_owned());
    }
    (!has_verb(method)).then(|| format!("there is no Python form of {method} yet"))
}

pub fn write(call: &Call<'_>) -> Result<String, String> {
    let (asked, paged) = asked(call)?;
    let modern = call.subject.is_modern();
    let mut imports: Vec<String> = Vec::new();
    let (server, link) = reach(call, &mut imports);
    imports.push(
        match (call.server(), modern) {
            (Server::Process { .. }, true) => "from mcp import Client, StdioServerParameters",
            (Server::Process { .. }, false) => {
                "from mcp import ClientSession, StdioServerParameters"
            }
            (Server::Address { .. }, true) => "from mcp import Client",
            (Server::Address { .. }, false) => "from mcp import ClientSession",
        }
        .to_owned(),
    );
    if paged {
        imports.push("from mcp.types import PaginatedRequestParams".to_owned());
    }
    imports.sort();
    let package = if modern { "'mcp>=2'" } else { "mcp" };
    let print = "print(result.model_dump_json(by_alias=True, exclude_unset=True, indent=2))";
    let revision = call.subject.revision.map(|revision| revision.to_string());
    let opened = if modern {
        format!(
            "    async with Client({link}, mode=\"{}\") as session:\n",
            revision.unwrap_or_default()
        )
    } else {
        format!(
            "    async with {link} as streams:\n        async with ClientSession(streams[0], streams[1]) as session:\n            await session.initialize()\n"
        )
    };
    let margin = if modern { "        " } else { "            " };
    let body = format!(
        "{server}\n\nasync def main():\n{opened}{margin}result = await session.{asked}\n{margin}{print}\n\n\nasyncio.run(main())\n"
    );
    let mut modules = vec!["asyncio"];
    if body.contains("json.loads(") {
        modules.push("json");
    }
    if body.contains("os.environ") {
        modules.push("os");
    }
    let modules: Vec<String> = modules
        .iter()
        .map(|name| format!("import {name}\n"))
        .collect();
    Ok(format!(
        "# pip install {package}\n{}\n{}\n\n{body}",
        modules.concat(),
        imports.join("\n")
    ))
}

/// The method of the session, and whether it wants a cursor.
fn asked(call: &Call<'_>) -> Result<(String, bool), String> {
    // Levels that the call stands in.
    let inside = if call.subject.is_modern() { 2 } else { 3 };
    let with = |name: &str, arguments: Option<&Node>| -> Result<String, String> {
        let name = PYTHON.string(name);
        Ok(match arguments {
            None => name,
            Some(node) => format!("{name}, {}", PYTHON.value(node, inside)?),
        })
    };
    Ok(match call.verb().ok_or_else(|| call.misshapen())? {
        Verb::Tool(name, arguments) => (format!("call_tool({})", with(name, arguments)?), false),
        Verb::Prompt(name, arguments) => (format!("get_prompt({})", with(name, arguments)?), false),
        Verb::Read(uri) => (format!("read_resource({})", PYTHON.string(uri)), false),
        Verb::List(what, cursor) => {
            let what = match what {
                "templates" => "resource_templates",
                other => other,
            };
            match cursor {
                None => (format!("list_{what}()"), false),
                Some(cursor) if call.subject.is_modern() => {
                    let cursor = PYTHON.value(cursor, inside)?;
                    (format!("list_{what}(cursor={cursor})"), false)
                }
                Some(cursor) => {
                    let cursor = PYTHON.value(cursor, inside)?;
                    let params = format!("PaginatedRequestParams(cursor={cursor})");
                    (format!("list_{what}(params={params})"), true)
                }
            }
        }
    })
}

/// What names the server, before `main`, and what opens the way to it.
fn reach(call: &Call<'_>, imports: &mut Vec<String>) -> (String, String) {
    let modern = call.subject.is_modern();
    let pairs = |pairs: &[(String, String)]| -> String {
        let pairs: Vec<String> = pairs
            .iter()
            .map(|(name, variable)| {
                format!("{}: {}", PYTHON.string(name), PYTHON.variable(variable))
            })
            .collect();
        pairs.join(", ")
    };
    match call.server() {
        Server::Process { cwd, .. } => {
            let (program, arguments) = PYTHON.command(&call.variables.command);
            let mut lines = format!(
                "server = StdioServerParameters(\n    command={program},\n    args={arguments},\n"
            );
            // Without it the server would get a handful of variables only.
            let env = match pairs(&call.variables.env) {
                empty if empty.is_empty() => "dict(os.environ)".to_owned(),
                given => format!("{{**os.environ, {given}}}"),
            };
            lines.extend(["    env=", &env, ",\n"]);
            if let Some(cwd) = cwd {
                lines.extend(["    cwd=", &PYTHON.string(cwd), ",\n"]);
            }
            lines.push_str(")\n");
            if modern {
                return (lines, "server".to_owned());
            }
            imports.push("from mcp.client.stdio import stdio_client".to_owned());
            (lines, "stdio_client(server)".to_owned())
        }
        Server::Address { sse, .. } => {
            let mut lines = format!("url = {}\n", PYTHON.text(&call.variables.url));
            let headers = pairs(&call.variables.headers);
            if !headers.is_empty() {
                lines.extend(["headers = {", &headers, "}\n"]);
            }
            let link = match (sse, headers.is_empty()) {
                (true, true) => "sse_client(url)",
                (true, false) => "sse_client(url, headers=headers)",
                (false, true) => "streamable_http_client(url)",
                (false, false) => {
                    imports.push(
                        "from mcp.shared._httpx_utils import create_mcp_http_client".to_owned(),
                    );
                    "streamable_http_client(url, http_client=create_mcp_http_client(headers=headers))"
                }
            };
            imports.push(
                if *sse {
                    "from mcp.client.sse import sse_client"
                } else {
                    "from mcp.client.streamable_http import streamable_http_client"
                }
                .to_owned(),
            );
            (lines, link.to_owned())
        }
    }
}
