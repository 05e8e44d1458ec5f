//! Entries of clients' files, read: how the server is started, whether the client starts it, and what is odd.

use super::client::{Client, Dialect, Off};
use super::document::Part;
use super::expand::{Lack, Scene, Text, env_file};
use super::launch::Launch;
use crate::mcp::http::Choice;

/// An entry, without where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// How it is started.
    pub launch: Launch,
    /// Why the client does not start it, if so.
    pub off: Option<String>,
    /// What is odd about it.
    pub remarks: Vec<String>,
}

/// Reads an entry; an error says what is wrong with it, and where it stands.
pub fn entry<'a>(
    client: &Client,
    part: Part<'a>,
    scene: &Scene<'_>,
) -> Result<Entry, (Part<'a>, String)> {
    if !part.is_table() {
        return Err((part, "an entry is an object".to_owned()));
    }
    let dialect = &client.dialect;
    let mut remarks = Vec::new();
    let off = match dialect.off {
        Off::Disabled => part.get("disabled").and_then(Part::flag) == Some(true),
        Off::Enabled => part.get("enabled").and_then(Part::flag) == Some(false),
        Off::Nowhere => false,
    };
    let off = off.then(|| format!("it is switched off there ({})", off_word(dialect.off)));
    let kind = part.get("type").and_then(Part::text);
    let url = dialect.urls.iter().find_map(|(name, choice)| {
        let found = part.get(name)?;
        Some((*name, found, *choice))
    });
    let launch = match (part.get("command"), url) {
        (Some(command), _) => process(client, part, command, scene, &mut remarks)?,
        (None, Some((name, found, choice))) => {
            let Some(url) = found.text() else {
                return Err((found, format!("{name} is a text")));
            };
            let choice = match kind.as_deref() {
                Some("sse") => Choice::Sse,
                Some("http" | "streamable-http" | "streamableHttp" | "streamable_http") => {
                    Choice::Streamable
                }
                Some("stdio") => {
                    remarks.push("its type says stdio, and it has an address".to_owned());
                    choice
                }
                Some(other) => {
                    remarks.push(format!("no type that is known: {other}"));
                    choice
                }
                None => {
                    if dialect.needs_type {
                        remarks.push(format!(
                            "{} takes an entry without type for a command: it needs \"type\": \"http\"",
                            client.name
                        ));
                    }
                    choice
                }
            };
            Launch::Address {
                url: scene.expand(&url),
                headers: headers(dialect, part, scene)?,
                choice,
            }
        }
        (None, None) => return Err((part, nothing_to_start(client, part))),
    };
    remarks.extend(strange(client, &launch));
    if super::tapped::Tapped::of_launch(&launch).is_some() {
        remarks.push("a tap stands before it: mcpscope tap remove takes it out".to_owned());
    }
    Ok(Entry {
        launch,
        off,
        remarks,
    })
}

/// What stands there as another client would have it, and this one takes as it stands. A shell may mean `${NAME}` in an
/// argument; in a variable or a header nobody does.
fn strange(client: &Client, launch: &Launch) -> Option<String> {
    let others = |inside: &str| {
        ["env:", "input:", "file:"]
            .iter()
            .any(|word| inside.starts_with(word))
            || inside.starts_with("workspaceFolder")
            || inside == "userHome"
    };
    let named = |inside: &str| {
        let mut letters = inside.chars();
        letters.all(|c| c.is_ascii_alphanumeric() || c == '_') && !inside.is_empty()
    };
    let left = |text: &Text, also: bool| {
        let mut rest = text.written.as_str();
        while let Some((_, open)) = rest.split_once("${") {
            let (inside, after) = open.split_once('}')?;
            let reference = format!("${{{inside}}}");
            let stays = text.lacks.is_empty() && text.value.contains(&reference);
            if stays && (others(inside) || also && named(inside)) {
                return Some(reference);
            }
            rest = after;
        }
        None
    };
    let words = launch.texts();
    let found = words
        .iter()
        .find_map(|text| left(text, false))
        .or_else(|| {
            let mut named = launch.named().iter();
            named.find_map(|(_, text)| left(text, true))
        })?;
    Some(format!(
        "{} puts nothing in for {found}: it stays as it stands",
        client.name
    ))
}

const fn off_word(off: Off) -> &'static str {
    match off {
        Off::Enabled => "enabled: false",
        _ => "disabled: true",
    }
}

fn nothing_to_start(client: &Client, part: Part<'_>) -> String {
    let known = ["url", "serverUrl", "httpUrl"];
    if let Some(other) = known.iter().find(|name| part.get(name).is_some()) {
        let ours: Vec<&str> = client.dialect.urls.iter().map(|(name, _)| *name).collect();
        return if ours.is_empty() {
            format!("{} reads no addresses ({other}) there", client.name)
        } else {
            format!(
                "{} reads no {other}: it is {}",
                client.name,
                ours.join(" or ")
            )
        };
    }
    if part.get("source").and_then(Part::text).as_deref() == Some("extension") {
        return "it comes with an extension, which alone knows its command".to_owned();
    }
    match client.dialect.urls.first() {
        Some((url, _)) => format!("it has neither command nor {url}"),
        None => "it has no command".to_owned(),
    }
}

fn process<'a>(
    client: &Client,
    part: Part<'a>,
    command: Part<'a>,
    scene: &Scene<'_>,
    remarks: &mut Vec<String>,
) -> Result<Launch, (Part<'a>, String)> {
    // Zed wrote it as an object once: path, args, env.
    let (holder, program) = if command.is_table() && client.id == "zed" {
        let path = command.get("path");
        (
            command,
            path.ok_or((command, "command has no path".to_owned()))?,
        )
    } else {
        (part, command)
    };
    let Some(program) = program.text() else {
        return Err((program, "command is a text".to_owned()));
    };
    let args = match holder.get("args") {
        None => Vec::new(),
        Some(args) => {
            let Some(items) = args.items() else {
                return Err((args, "args is a list of texts".to_owned()));
            };
            let texts = items.into_iter().map(|item| {
                let text = item.scalar();
                text.ok_or((item, "args is a list of texts".to_owned()))
            });
            texts.collect::<Result<Vec<_>, _>>()?
        }
    };
    if args.is_empty() && super::tapped::is_line(&program) {
        remarks.push(
            "its command has blanks: clients start no shell, so arguments belong in args"
                .to_owned(),
        );
    }
    for word in std::iter::once(&program).chain(&args) {
        if word.starts_with("~/") && client.id != "mcpscope" {
            remarks.push(format!(
                "no shell sees {word}: it is taken as it stands, ~ and all"
            ));
        }
    }
    let mut env = Vec::new();
    if client.dialect.env_file
        && let Some(path) = part.get("envFile").and_then(Part::text)
    {
        let path = scene.expand(&path);
        let file = super::expand::home_path(&path.value, scene.home);
        match (scene.file)(&scene.workspace.join(&file)) {
            Some(text) => env.extend(
                env_file(&text)
                    .into_iter()
                    .map(|(name, value)| (name, Text::plain(value))),
            ),
            None => remarks.push(format!("its envFile cannot be read: {}", path.value)),
        }
    }
    if client.dialect.named_variables
        && let Some(names) = part.get("env_vars").and_then(Part::items)
    {
        for name in names {
            let name = name
                .text()
                .or_else(|| name.get("name").and_then(Part::text));
            if let Some(name) = name
                && let Some(value) = (scene.variable)(&name)
            {
                let text = Text::of("", &name, value);
                env.push((name, text));
            }
        }
    }
    for (name, text) in pairs(holder, "env", scene)? {
        env.retain(|(known, _)| *known != name);
        env.push((name, text));
    }
    let cwd = part.get("cwd").filter(|_| client.dialect.cwd);
    let cwd = match cwd {
        Some(cwd) => Some(cwd.text().ok_or((cwd, "cwd is a text".to_owned()))?),
        None => None,
    };
    if !client.dialect.cwd && part.get("cwd").is_some() {
        remarks.push(format!("{} reads no cwd", client.name));
    }
    let program = scene.expand(&program);
    let program = if client.id == "mcpscope" {
        let path = super::expand::home_path(&program.value, scene.home);
        Text {
            value: path.to_string_lossy().into_owned(),
            ..program
        }
    } else {
        program
    };
    Ok(Launch::Process {
        program,
        args: args.iter().map(|text| scene.expand(text)).collect(),
        env,
        cwd: cwd.map(|cwd| scene.expand(&cwd)),
    })
}

fn headers<'a>(
    dialect: &Dialect,
    part: Part<'a>,
    scene: &Scene<'_>,
) -> Result<Vec<(String, Text)>, (Part<'a>, String)> {
    let mut headers = pairs(part, dialect.headers, scene)?;
    if !dialect.named_variables {
        return Ok(headers);
    }
    let named = |prefix: &str, name: &str| match (scene.variable)(name) {
        Some(value) => Text::of(prefix, name, value),
        None => Text::lacking(
            format!("{prefix}${{{name}}}"),
            Lack::Variable(name.to_owned()),
        ),
    };
    if let Some(variables) = part.get("env_http_headers") {
        for (header, name) in variables.members() {
            let Some(name) = name.text() else {
                return Err((name, "env_http_headers names variables".to_owned()));
            };
            headers.push((header, named("", &name)));
        }
    }
    if let Some(token) = part.get("bearer_token_env_var") {
        let Some(name) = token.text() else {
            return Err((token, "bearer_token_env_var names a variable".to_owned()));
        };
        headers.push(("Authorization".to_owned(), named("Bearer ", &name)));
    }
    Ok(headers)
}

/// The texts of an object, by name.
fn pairs<'a>(
    part: Part<'a>,
    member: &str,
    scene: &Scene<'_>,
) -> Result<Vec<(String, Text)>, (Part<'a>, String)> {
    let Some(object) = part.get(member) else {
        return Ok(Vec::new());
    };
    if !object.is_table() {
        return Err((object, format!("{member} is an object of texts")));
    }
    object
        .members()
        .into_iter()
        .map(|(name, value)| {
            let text = value.scalar();
            let text = text.ok_or((value, format!("{member} is an object of texts")))?;
            Ok((name, scene.expand(&text)))
        })
        .collect()
}
