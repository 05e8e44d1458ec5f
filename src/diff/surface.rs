//! Two catalogues of servers compared: what one server offers against another, or against itself as it was. Every
//! change is judged: does what worked with the first go on working with the second?
//!
//! What a server takes (arguments) may only become wider, what it gives (structured results) only narrower; one table
//! says what each keyword of a schema means for that (`surface/schema.rs`), another what the rest means (`MEMBERS`).

use std::collections::HashMap;

use super::report::{Report, Row, Told, Verdict};
use super::{Options, Part, Rules, What, diff};
use crate::json::{self, Value};
use crate::mcp::tasks::EXTENSION;
use crate::mcp::types::List;
use crate::session::timeline::{Connection, Timeline};

mod schema;
#[cfg(test)]
mod tests;

pub use schema::Way;

/// What a server offers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Catalogue {
    /// What stands in no list: what it is, what it can do.
    pub server: Vec<(&'static str, Part)>,
    /// Everything it lists: what kind of thing, its name, all of it.
    pub items: Vec<(&'static str, String, Part)>,
}

impl Catalogue {
    /// What a connection has told.
    pub fn of(connection: &Connection) -> Self {
        let mut server = Vec::new();
        let mut put = |name, json: Option<String>| {
            server.extend(json.map(|json| (name, Part::from(json.into_bytes()))));
        };
        let quoted = |text: &str| json::quote(text);
        put(
            "protocol",
            connection
                .revision
                .map(|revision| quoted(revision.as_str())),
        );
        if let Some(opening) = connection.opening.as_deref() {
            put("name", opening.name.as_deref().map(quoted));
            put("version", opening.server_version.as_deref().map(quoted));
            put("instructions", opening.instructions.as_deref().map(quoted));
            put("capabilities", opening.capabilities.clone());
        }
        let mut items = Vec::new();
        for list in List::ALL {
            let kind = match list {
                List::Tools => "tool",
                List::Resources => "resource",
                List::Templates => "template",
                List::Prompts => "prompt",
            };
            for item in connection.list(list).items.iter() {
                let named = matches!(list, List::Tools | List::Prompts);
                let name = match &item.uri {
                    Some(uri) if !named => uri.to_string(),
                    _ => item.name.to_string(),
                };
                items.push((kind, name, Part::from(item.raw.as_bytes().to_vec())));
            }
        }
        Self { server, items }
    }
}

impl Catalogue {
    /// What the newest connection of a session that worked has told; nothing when none did.
    pub fn newest(timeline: &Timeline) -> Self {
        let mut connections = timeline.state().connections().rev();
        connections
            .find(|connection| connection.opening.is_some())
            .map(Self::of)
            .unwrap_or_default()
    }
}

/// What a change of a member means.
#[derive(Debug, Clone, Copy)]
enum Means {
    /// It is for people.
    Words,
    /// It is what calls are built from.
    Input,
    /// It is what results are read by.
    Output,
    /// The list of a prompt's arguments.
    Arguments,
    /// What the server can do: less is breaking.
    Capabilities,
    /// Nobody can say from here; with the reason.
    Unknown(&'static str),
}

/// What the members of an item, and of the server itself, mean when they change. What is not here is unknown.
const MEMBERS: &[(&str, Means)] = &[
    ("title", Means::Words),
    ("description", Means::Words),
    ("icons", Means::Words),
    ("version", Means::Words),
    ("name", Means::Words),
    ("websiteUrl", Means::Words),
    ("size", Means::Words),
    ("_meta", Means::Words),
    ("inputSchema", Means::Input),
    ("outputSchema", Means::Output),
    ("arguments", Means::Arguments),
    ("capabilities", Means::Capabilities),
    (
        "annotations",
        Means::Unknown("clients decide by it what they ask a person about"),
    ),
    ("execution", Means::Unknown("it says how calls are made")),
    (
        "mimeType",
        Means::Unknown("readers may expect the other type"),
    ),
    (
        "protocol",
        Means::Unknown("another revision of the protocol"),
    ),
    (
        "instructions",
        Means::Unknown("models are told something else"),
    ),
];

/// Two catalogues against each other. Of the rules the paths hold: as the report writes them, seen from the item, or from
/// all that the server lists, as in `$.tools[name="echo"].description` and `$.server.version`.
pub fn report(left: (&str, &Catalogue), right: (&str, &Catalogue), rules: &Rules) -> Report {
    let rules = &rules.only_paths();
    let mut rows = vec![server(left.1, right.1, rules)];
    let mut theirs: HashMap<(&str, &str), &Part> = HashMap::new();
    for (kind, name, part) in &right.1.items {
        theirs.insert((kind, name), part);
    }
    let mut seen = std::collections::HashSet::new();
    for (kind, name, part) in &left.1.items {
        if !seen.insert((*kind, name.as_str())) {
            continue;
        }
        let title = format!("{kind} {name}");
        rows.push(match theirs.get(&(*kind, name.as_str())) {
            Some(other) => item(title, &place(kind, name), (part, other), rules),
            None => {
                let means = (
                    Verdict::Breaking,
                    format!("there is no such {kind} any more"),
                );
                alone(title, place(kind, name), What::Removed, part, means, rules)
            }
        });
    }
    for (kind, name, part) in &right.1.items {
        if seen.insert((kind, name)) {
            let means = (Verdict::Compatible, format!("a new {kind}"));
            let title = format!("{kind} {name}");
            let place = place(kind, name);
            rows.push(alone(title, place, What::Added, part, means, rules));
        }
    }
    Report::new(left.0, right.0, "item", rules, rows)
}

/// Where an item stands among all that a server lists.
fn place(kind: &str, name: &str) -> String {
    let (list, key) = match kind {
        "tool" => ("tools", "name"),
        "resource" => ("resources", "uri"),
        "template" => ("resourceTemplates", "uriTemplate"),
        _ => ("prompts", "name"),
    };
    format!("$.{list}[{key}={}]", json::quote(name))
}

fn alone(
    title: String,
    path: String,
    what: What,
    part: &Part,
    means: (Verdict, String),
    rules: &Rules,
) -> Row {
    let told = Told {
        what,
        path,
        a: (what == What::Removed).then(|| part.clone()),
        b: (what == What::Added).then(|| part.clone()),
        means: Some(means),
        ignored: None,
        asked: false,
    };
    judged(title, "$", vec![told], rules)
}

/// What is not in a list.
fn server(left: &Catalogue, right: &Catalogue, rules: &Rules) -> Row {
    let mut changes = Vec::new();
    let names = left
        .server
        .iter()
        .chain(&right.server)
        .map(|(name, _)| *name);
    let mut seen = Vec::new();
    for name in names {
        if seen.contains(&name) {
            continue;
        }
        seen.push(name);
        let of = |catalogue: &Catalogue| {
            let found = catalogue.server.iter().find(|(other, _)| *other == name);
            found.map(|(_, part)| part.clone())
        };
        member(name, of(left), of(right), &mut changes);
    }
    judged("server".to_owned(), "$.server", changes, rules)
}

/// One item that both list.
fn item(title: String, place: &str, (a, b): (&Part, &Part), rules: &Rules) -> Row {
    let mut changes = Vec::new();
    let members = |part: &Part| -> Vec<(String, Part)> {
        json::members(part.bytes())
            .map(|(name, raw)| {
                (
                    name.into_owned(),
                    part.part(json::place_of(raw, part.bytes())),
                )
            })
            .collect()
    };
    let (mine, theirs) = (members(a), members(b));
    let mut seen: Vec<&str> = Vec::new();
    for (name, _) in mine.iter().chain(&theirs) {
        if seen.contains(&name.as_str()) {
            continue;
        }
        seen.push(name);
        // Of members that stand twice the last, as most readers have it.
        let last = |members: &[(String, Part)]| {
            let found = members.iter().rev().find(|(other, _)| other == name);
            found.map(|(_, part)| part.clone())
        };
        member(name, last(&mine), last(&theirs), &mut changes);
    }
    judged(title, place, changes, rules)
}

/// A row of these changes, the paths of which are seen from `place`.
fn judged(title: String, place: &str, mut changes: Vec<Told>, rules: &Rules) -> Row {
    for told in &mut changes {
        let whole = format!("{place}{}", told.path.strip_prefix('$').unwrap_or_default());
        let mut paths = rules.paths().iter();
        let ignores = paths.find(|one| {
            one.is_about(None) && (one.path.names(&told.path) || one.path.names(&whole))
        });
        told.ignored = ignores.map(ToString::to_string);
    }
    // What is worst comes first in the order of verdicts that are counted.
    let worst = [Verdict::Breaking, Verdict::Unknown, Verdict::Compatible]
        .into_iter()
        .find(|verdict| {
            let mut counted = changes.iter().filter(|told| told.counts());
            counted.any(|told| {
                told.means
                    .as_ref()
                    .is_some_and(|(means, _)| means == verdict)
            })
        });
    Row::judged(title, worst.unwrap_or(Verdict::Same), changes)
}

/// What became of a member.
fn member(name: &str, a: Option<Part>, b: Option<Part>, changes: &mut Vec<Told>) {
    let options = Options {
        rules: Rules::none(),
        unwrap: false,
        most: 200,
    };
    if let (Some(a), Some(b)) = (&a, &b)
        && diff(a, b, &options).is_same()
    {
        return;
    }
    let means = MEMBERS.iter().find(|(known, _)| *known == name).map_or(
        Means::Unknown("nothing is known of this member"),
        |(_, means)| *means,
    );
    let path = schema::below("$", name);
    let value = |part: &Option<Part>| {
        part.as_ref()
            .and_then(|part| Value::parse(part.bytes()).ok())
    };
    let (one, two) = (value(&a), value(&b));
    let plain = |means: (Verdict, String)| Told {
        what: match (&a, &b) {
            (Some(_), None) => What::Removed,
            (None, _) => What::Added,
            _ => What::Changed,
        },
        path: path.clone(),
        a: a.clone(),
        b: b.clone(),
        means: Some(means),
        ignored: None,
        asked: false,
    };
    let words = |verdict, why: &str| (verdict, why.to_owned());
    match (means, &one, &two) {
        (Means::Words, ..) => changes.push(plain(words(Verdict::Compatible, "words for people"))),
        (Means::Unknown(why), ..) => changes.push(plain(words(Verdict::Unknown, why))),
        (Means::Input, Some(one), Some(two)) => schema::compare(one, two, Way::In, &path, changes),
        (Means::Output, Some(one), Some(two)) => {
            schema::compare(one, two, Way::Out, &path, changes);
        }
        (Means::Output, None, _) => {
            changes.push(plain(words(
                Verdict::Compatible,
                "results have a schema now",
            )));
        }
        (Means::Output, _, None) => {
            changes.push(plain(words(
                Verdict::Breaking,
                "results have no schema any more",
            )));
        }
        (Means::Arguments, ..) => {
            let list = |value: &Option<Value>| value.clone().unwrap_or(Value::Array(Vec::new()));
            arguments(&list(&one), &list(&two), &path, changes);
        }
        (Means::Capabilities, ..) => {
            let object = |value: &Option<Value>| value.clone().unwrap_or(Value::Object(Vec::new()));
            let (mut one, mut two) = (object(&one), object(&two));
            tasks(&mut one, &mut two, &path, changes);
            capabilities(&one, &two, &path, changes);
        }
        (Means::Input, ..) => changes.push(plain(words(Verdict::Unknown, "a schema came or went"))),
    }
}

/// A change of a part of a value.
fn told(path: String, a: Option<&Value>, b: Option<&Value>, verdict: Verdict, why: String) -> Told {
    let part = |value: &Value| Part::from(value.to_string().into_bytes());
    Told {
        what: match (a, b) {
            (Some(_), None) => What::Removed,
            (None, Some(_)) => What::Added,
            _ => What::Changed,
        },
        path,
        a: a.map(part),
        b: b.map(part),
        means: Some((verdict, why)),
        ignored: None,
        asked: false,
    }
}

/// The arguments of a prompt.
fn arguments(a: &Value, b: &Value, path: &str, changes: &mut Vec<Told>) {
    let list = |value: &Value| value.as_array().unwrap_or_default().to_vec();
    let (mine, theirs) = (list(a), list(b));
    let name = |item: &Value| {
        item.get("name")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let required = |item: &Value| {
        item.get("required")
            .and_then(Value::as_bool)
            .unwrap_or(false)
    };
    let at = |item: &Value| format!("{path}[name={}]", json::quote(&name(item)));
    for one in &mine {
        let Some(two) = theirs.iter().find(|two| name(two) == name(one)) else {
            let why = "this argument is not taken any more".to_owned();
            changes.push(told(at(one), Some(one), None, Verdict::Breaking, why));
            continue;
        };
        if one == two {
            continue;
        }
        let (verdict, why) = match (required(one), required(two)) {
            (false, true) => (Verdict::Breaking, "this argument is required now"),
            (true, false) => (Verdict::Compatible, "this argument may be left out now"),
            _ => (Verdict::Compatible, "words for people"),
        };
        changes.push(told(at(one), Some(one), Some(two), verdict, why.to_owned()));
    }
    for two in &theirs {
        if mine.iter().all(|one| name(one) != name(two)) {
            let (verdict, why) = if required(two) {
                (Verdict::Breaking, "a new argument, and it is required")
            } else {
                (Verdict::Compatible, "a new argument that may be left out")
            };
            changes.push(told(at(two), None, Some(two), verdict, why.to_owned()));
        }
    }
}

/// That one side says in the way of another revision that it has tasks is taken out of both, and told: 2026-07-28 has
/// them among extensions, before it they are a capability.
fn tasks(a: &mut Value, b: &mut Value, path: &str, changes: &mut Vec<Told>) {
    let extension = |value: &Value| {
        value
            .get("extensions")
            .and_then(|all| all.get(EXTENSION))
            .cloned()
    };
    let has = |value: &Value| value.get("tasks").is_some();
    let turned = !has(a);
    let (old, new) = if has(a) && !has(b) && extension(b).is_some() {
        (a, b)
    } else if has(b) && !has(a) && extension(a).is_some() {
        (b, a)
    } else {
        return;
    };
    let (was, is) = (old.get("tasks").cloned(), extension(new));
    let at = schema::below(path, "tasks");
    let why = "the other era says it in another way".to_owned();
    let (one, other) = if turned { (&is, &was) } else { (&was, &is) };
    changes.push(told(
        at,
        one.as_ref(),
        other.as_ref(),
        Verdict::Compatible,
        why,
    ));
    let without = |value: &mut Value, name: &str| {
        if let Value::Object(members) = value {
            members.retain(|(other, _)| other != name);
        }
    };
    without(old, "tasks");
    if let Value::Object(members) = new {
        for (name, all) in members.iter_mut() {
            if name == "extensions" {
                without(all, EXTENSION);
            }
        }
        // Without any other, there are none.
        members.retain(|(name, all)| {
            name != "extensions" || all.as_object().is_none_or(|all| !all.is_empty())
        });
    }
}

/// What a server says it can do.
fn capabilities(a: &Value, b: &Value, path: &str, changes: &mut Vec<Told>) {
    let members = |value: &Value| value.as_object().unwrap_or_default().to_vec();
    let (mine, theirs) = (members(a), members(b));
    for (name, one) in &mine {
        let at = schema::below(path, name);
        match b.get(name) {
            None => {
                let why = "the server cannot do this any more".to_owned();
                changes.push(told(at, Some(one), None, Verdict::Breaking, why));
            }
            Some(two) if two == one => {}
            Some(two @ Value::Object(_)) if one.as_object().is_some() => {
                capabilities(one, two, &at, changes);
            }
            Some(two) => {
                let (verdict, why) = match (one.as_bool(), two.as_bool()) {
                    (Some(true), Some(false)) => {
                        (Verdict::Breaking, "the server cannot do this any more")
                    }
                    (Some(false), Some(true)) => {
                        (Verdict::Compatible, "the server can do this now")
                    }
                    _ => (Verdict::Unknown, "it is said in another way"),
                };
                changes.push(told(at, Some(one), Some(two), verdict, why.to_owned()));
            }
        }
    }
    for (name, two) in &theirs {
        if a.get(name).is_none() {
            let why = "the server can do this now".to_owned();
            changes.push(told(
                schema::below(path, name),
                None,
                Some(two),
                Verdict::Compatible,
                why,
            ));
        }
    }
}
