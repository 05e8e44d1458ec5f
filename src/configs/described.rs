//! `server.json`: what a registry is told of a server. Each package and each address is a way to start it.

use super::document::Part;
use super::expand::{Lack, Scene, Text};
use super::launch::Launch;
use crate::mcp::http::Choice;

/// A way to start the server that a file describes, or why there is none.
pub type Way<'a> = (String, Part<'a>, Result<Launch, String>);

/// All ways, with the name of each: the last part of the server's name, and of further ones their kind.
pub fn ways<'a>(root: Part<'a>, scene: &Scene<'_>) -> Vec<Way<'a>> {
    let whole = root.get("name").and_then(Part::text).unwrap_or_default();
    let name = whole.rsplit('/').next().unwrap_or_default();
    let mut found: Vec<Way<'a>> = Vec::new();
    let items = |member: &str| root.get(member).and_then(Part::items).unwrap_or_default();
    let packages = items("packages").into_iter().map(|part| {
        let kind = either(part, "registryType", "registry_type").unwrap_or_default();
        let launch = package(part, &kind, scene);
        (kind, part, launch)
    });
    let remotes = items("remotes").into_iter().map(|part| {
        let kind = either(part, "type", "transport_type").unwrap_or_default();
        let launch = remote(part, &kind, scene);
        (kind, part, launch)
    });
    for (kind, part, launch) in packages.chain(remotes) {
        let mut full = match found.len() {
            0 => name.to_owned(),
            _ => format!("{name}-{kind}"),
        };
        if found.iter().any(|(taken, ..)| *taken == full) {
            full = format!("{full}-{}", found.len() + 1);
        }
        found.push((full, part, launch));
    }
    found
}

/// A member under its name of today, or the older one.
fn member<'a>(part: Part<'a>, name: &str, older: &str) -> Option<Part<'a>> {
    part.get(name).or_else(|| part.get(older))
}

fn either(part: Part<'_>, name: &str, older: &str) -> Option<String> {
    member(part, name, older).and_then(Part::text)
}

fn package(part: Part<'_>, kind: &str, scene: &Scene<'_>) -> Result<Launch, String> {
    let id = part.get("identifier").and_then(Part::text);
    let id = id.ok_or("the package has no identifier")?;
    let version = part.get("version").and_then(Part::text);
    let versioned = |mark: char| match &version {
        Some(version)
            if !id.contains(mark) || id.starts_with('@') && id.matches(mark).count() == 1 =>
        {
            format!("{id}{mark}{version}")
        }
        _ => id.clone(),
    };
    let hint = either(part, "runtimeHint", "runtime_hint");
    let arguments = |name: &str, older: &str| -> Vec<Text> {
        let items = member(part, name, older).and_then(Part::items);
        let items = items.unwrap_or_default();
        items
            .into_iter()
            .flat_map(|item| argument(item, scene))
            .collect()
    };
    let runtime = arguments("runtimeArguments", "runtime_arguments");
    let own = arguments("packageArguments", "package_arguments");
    let env: Vec<(String, Text)> = {
        let items = member(part, "environmentVariables", "environment_variables");
        let items = items.and_then(Part::items).unwrap_or_default();
        items
            .into_iter()
            .filter_map(|item| variable(item, scene))
            .collect()
    };
    let plain =
        |words: &[&str]| -> Vec<Text> { words.iter().map(|word| Text::plain(*word)).collect() };
    let (program, mut args) = match kind {
        "npm" => {
            let mut args = runtime;
            if !args.iter().any(|text| text.value == "-y") {
                args.insert(0, Text::plain("-y"));
            }
            args.push(Text::plain(versioned('@')));
            (hint.unwrap_or_else(|| "npx".to_owned()), args)
        }
        "pypi" => {
            let mut args = runtime;
            args.push(Text::plain(versioned('@')));
            (hint.unwrap_or_else(|| "uvx".to_owned()), args)
        }
        "nuget" => {
            let mut args = runtime;
            args.push(Text::plain(versioned('@')));
            args.push(Text::plain("--yes"));
            if !own.is_empty() {
                args.push(Text::plain("--"));
            }
            (hint.unwrap_or_else(|| "dnx".to_owned()), args)
        }
        "oci" => {
            let mut args = plain(&["run", "-i", "--rm"]);
            for (name, _) in &env {
                args.extend(plain(&["-e", name]));
            }
            args.extend(runtime);
            args.push(Text::plain(versioned(':')));
            (hint.unwrap_or_else(|| "docker".to_owned()), args)
        }
        "mcpb" => {
            return Err(
                "a bundle has to be installed first: its manifest names the command".to_owned(),
            );
        }
        other => return Err(format!("no kind of package that is known: {other}")),
    };
    args.extend(own);
    Ok(Launch::Process {
        program: Text::plain(program),
        args,
        env,
        cwd: None,
    })
}

fn remote(part: Part<'_>, kind: &str, scene: &Scene<'_>) -> Result<Launch, String> {
    let url = part
        .get("url")
        .and_then(Part::text)
        .ok_or("the address has no url")?;
    let items = part
        .get("headers")
        .and_then(Part::items)
        .unwrap_or_default();
    let headers = items.into_iter().filter_map(|item| variable(item, scene));
    Ok(Launch::Address {
        url: filled(part, &url, scene),
        headers: headers.collect(),
        choice: match kind {
            "sse" => Choice::Sse,
            _ => Choice::Streamable,
        },
    })
}

/// An argument: one word, or a name with its value; nothing when it is optional and has none.
fn argument(item: Part<'_>, scene: &Scene<'_>) -> Vec<Text> {
    let named = item.get("type").and_then(Part::text).as_deref() == Some("named");
    let name = item.get("name").and_then(Part::text).filter(|_| named);
    let value = ["value", "default"]
        .iter()
        .find_map(|member| item.get(member).and_then(Part::scalar));
    let is_flag = item.get("format").and_then(Part::text).as_deref() == Some("boolean");
    let value = match (value, &name) {
        (Some(value), _) => Some(filled(item, &value, scene)),
        (None, _) if !is_required(item) => None,
        (None, _) => {
            let hint = either(item, "valueHint", "value_hint").or_else(|| name.clone());
            Some(lacking(
                &hint.unwrap_or_else(|| "an argument".to_owned()),
                scene,
            ))
        }
    };
    match (name, value) {
        (Some(name), Some(value)) if is_flag && value.value == "true" => vec![Text::plain(name)],
        (Some(_), Some(_)) if is_flag => Vec::new(),
        (Some(name), Some(value)) => vec![Text::plain(name), value],
        // A switch without a value stands for itself.
        (Some(name), None) if item.get("description").is_none() || is_required(item) => {
            vec![Text::plain(name)]
        }
        (_, value) => value.into_iter().collect(),
    }
}

/// A variable or a header; nothing when it is optional and has no value.
fn variable(item: Part<'_>, scene: &Scene<'_>) -> Option<(String, Text)> {
    let name = item.get("name").and_then(Part::text)?;
    let written = ["value", "default"]
        .iter()
        .find_map(|member| item.get(member).and_then(Part::scalar));
    let text = match (written, (scene.variable)(&name)) {
        (_, Some(value)) => Text::of("", &name, value),
        (Some(written), None) => filled(item, &written, scene),
        (None, None) if is_required(item) => {
            let lack = Lack::Variable(name.clone());
            Text::lacking(format!("${{{name}}}"), lack)
        }
        (None, None) => return None,
    };
    Some((name, text))
}

fn is_required(item: Part<'_>) -> bool {
    member(item, "isRequired", "is_required").and_then(Part::flag) == Some(true)
}

/// Puts `{name}` in, for each of the item's `variables`.
fn filled(item: Part<'_>, written: &str, scene: &Scene<'_>) -> Text {
    let mut text = Text::plain(written);
    let variables = item.get("variables").map(Part::members);
    for (name, variable) in variables.into_iter().flatten() {
        let reference = format!("{{{name}}}");
        if !text.value.contains(&reference) {
            continue;
        }
        let said = ["value", "default"]
            .iter()
            .find_map(|member| variable.get(member).and_then(Part::scalar));
        match ((scene.input)(&name), said) {
            (Some(value), _) => {
                text.value = text.value.replace(&reference, &value);
                text.told = text.told.replace(&reference, &format!("‹{name}›"));
                text.put.push((name, value));
            }
            (None, Some(value)) => {
                text.value = text.value.replace(&reference, &value);
                text.told = text.told.replace(&reference, &value);
            }
            (None, None) => text.lacks.push(Lack::Input(name)),
        }
    }
    text
}

fn lacking(name: &str, scene: &Scene<'_>) -> Text {
    match (scene.input)(name) {
        Some(value) => Text::of("", name, value),
        None => Text::lacking(format!("{{{name}}}"), Lack::Input(name.to_owned())),
    }
}
