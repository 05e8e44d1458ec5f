//! A TypeScript program that is JavaScript too: over `@modelcontextprotocol/sdk`, or over its successor
//! `@modelcontextprotocol/client` for servers without a handshake.

use super::Server;
use super::call::{Call, Verb};
use super::literal::Language;
use super::node::Node;

const TYPESCRIPT: Language = Language::TypeScript;
/// Levels that the call stands in.
const INSIDE: usize = 2;

pub fn why_not(server: &Server, method: &str) -> Option<String> {
    if let Server::Address { insecure: true, .. } = server {
        return Some("the SDK takes no certificate it cannot check; yx can".to_owned());
    }
    matches!(method, "initialize" | "server/discover")
        .then(|| format!("the SDK sends {method} by itself"))
}

pub fn write(call: &Call<'_>) -> Result<String, String> {
    let (asked, generic) = asked(call)?;
    let modern = call.subject.is_modern();
    let package = if modern {
        "@modelcontextprotocol/client"
    } else {
        "@modelcontextprotocol/sdk"
    };
    let (client, http, stdio) = if modern {
        (
            package.to_owned(),
            package.to_owned(),
            format!("{package}/stdio"),
        )
    } else {
        let of = |file: &str| format!("{package}/client/{file}.js");
        (of("index"), of("streamableHttp"), of("stdio"))
    };
    let mut imports = vec![format!("import {{ Client }} from \"{client}\";")];
    let (class, file, options) = match call.server() {
        Server::Process { .. } => ("StdioClientTransport", stdio, process(call)),
        Server::Address { sse: true, .. } => {
            let file = if modern {
                http
            } else {
                format!("{package}/client/sse.js")
            };
            ("SSEClientTransport", file, address(call))
        }
        Server::Address { .. } => ("StreamableHTTPClientTransport", http, address(call)),
    };
    imports.push(format!("import {{ {class} }} from \"{file}\";"));
    if generic {
        imports.push(format!(
            "import {{ ResultSchema }} from \"{package}/types.js\";"
        ));
    }
    let revision = call.subject.revision.map(|revision| revision.to_string());
    let pinned = match revision {
        Some(revision) if modern => {
            format!(", {{ versionNegotiation: {{ mode: {{ pin: \"{revision}\" }} }} }}")
        }
        _ => String::new(),
    };
    let raw = if asked.contains("JSON.rawJSON(") {
        "\n// JSON.rawJSON, for numbers that JavaScript would round, needs Node 22"
    } else {
        ""
    };
    Ok(format!(
        "// npm install {package}; then: npx tsx FILE.ts, or node FILE.mjs{raw}
{}

async function main() {{
  const client = new Client({{ name: \"mcpscope\", version: \"{}\" }}{pinned});
  await client.connect(new {class}({options}));
  try {{
    const result = await client.{asked};
    console.log(JSON.stringify(result, null, 2));
  }} finally {{
    await client.close();
  }}
}}

main().catch((error) => {{
  console.error(error);
  process.exitCode = 1;
}});
",
        imports.join("\n"),
        env!("CARGO_PKG_VERSION")
    ))
}

/// The method of the client, and whether it is the one for any method.
fn asked(call: &Call<'_>) -> Result<(String, bool), String> {
    let object = |members: Vec<(&str, Option<&Node>)>| {
        let members = members
            .into_iter()
            .filter_map(|(key, node)| Some((key.to_owned(), node?.clone())));
        TYPESCRIPT.value(&Node::Object(members.collect()), INSIDE)
    };
    let text = |text: &str| Node::String(text.to_owned());
    let named =
        |name: &str, arguments| object(vec![("name", Some(&text(name))), ("arguments", arguments)]);
    Ok(match call.verb() {
        Some(Verb::Tool(name, arguments)) => {
            (format!("callTool({})", named(name, arguments)?), false)
        }
        Some(Verb::Prompt(name, arguments)) => {
            (format!("getPrompt({})", named(name, arguments)?), false)
        }
        Some(Verb::Read(uri)) => {
            let params = object(vec![("uri", Some(&text(uri)))])?;
            (format!("readResource({params})"), false)
        }
        Some(Verb::List(what, cursor)) => {
            let what = match what {
                "templates" => "ResourceTemplates",
                "resources" => "Resources",
                "prompts" => "Prompts",
                _ => "Tools",
            };
            let params = match cursor {
                None => String::new(),
                cursor => object(vec![("cursor", cursor)])?,
            };
            (format!("list{what}({params})"), false)
        }
        None if call.subject.is_modern() => {
            let method = &call.subject.method;
            return Err(format!("there is no TypeScript form of {method} yet"));
        }
        None => {
            let method = text(&call.subject.method);
            let params = (call.params != Node::Null).then_some(&call.params);
            let request = object(vec![("method", Some(&method)), ("params", params)])?;
            (format!("request({request}, ResultSchema)"), true)
        }
    })
}

fn process(call: &Call<'_>) -> String {
    let Server::Process { cwd, .. } = call.server() else {
        return String::new();
    };
    let (program, arguments) = TYPESCRIPT.command(&call.variables.command);
    let mut env = vec!["...process.env".to_owned()];
    env.extend(pairs(&call.variables.env));
    let env = env.join(", ");
    let mut lines =
        format!("{{\n    command: {program},\n    args: {arguments},\n    env: {{ {env} }},\n");
    if let Some(cwd) = cwd {
        lines.extend(["    cwd: ", &TYPESCRIPT.string(cwd), ",\n"]);
    }
    lines.push_str("  }");
    lines
}

fn address(call: &Call<'_>) -> String {
    let url = format!("new URL({})", TYPESCRIPT.text(&call.variables.url));
    let headers = pairs(&call.variables.headers);
    if headers.is_empty() {
        return url;
    }
    format!(
        "{url}, {{ requestInit: {{ headers: {{ {} }} }} }}",
        headers.join(", ")
    )
}

fn pairs(pairs: &[(String, String)]) -> Vec<String> {
    pairs
        .iter()
        .map(|(name, variable)| {
            format!(
                "{}: {}",
                TYPESCRIPT.string(name),
                TYPESCRIPT.variable(variable)
            )
        })
        .collect()
}
