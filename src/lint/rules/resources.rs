//! Resources, news of changes, and suggestions.

use std::collections::HashMap;

use crate::json;
use crate::lint::rule::{Check, Grade, On, Rule, Watch};
use crate::lint::seen::{Message, Seen, Subject, Told};
use crate::mcp::facts::Detail;
use crate::mcp::revision::Revision::{V2025_06_18, V2025_11_25};
use crate::mcp::subscriptions::is_within;
use crate::mcp::types::List;

const COMPLETED: On = On::Results(&["completion/complete"]);

/// See the module.
pub const RULES: &[Rule] = &[
    Rule {
        name: "resource-uri-is-absolute",
        checks: &[108],
        section: "server/resources",
        what: "A resource's `uri` is an absolute URI: a scheme, a colon, and no characters that URIs do not have.",
        why: "Clients tell resources apart by it and parse it; a bare path is refused.",
        fix: "Write `file:///notes/a.txt` or `notes://a`, with everything odd percent-encoded.",
        check: Check::Message(On::Results(&["resources/list", "resources/read"]), absolute),
        ..Rule::ROW
    },
    Rule {
        name: "template-parses",
        checks: &[109],
        section: "server/resources Resource Templates",
        what: "`uriTemplate` is a template of RFC 6570.",
        why: "Clients cannot make an address of it.",
        fix: "Names have letters, digits, `_` and `.`; each brace is closed: `notes://{name}{?page,size}`.",
        check: Check::Message(On::Results(&["resources/templates/list"]), template),
        ..Rule::ROW
    },
    Rule {
        name: "updates-were-asked-for",
        checks: &[115],
        grade: Grade::WARNING,
        until: V2025_11_25,
        section: "server/resources Subscriptions",
        what: "`notifications/resources/updated` names a resource that the client subscribed to, or a part of one.",
        why: "Clients pass over it, or read everything again.",
        fix: "Keep the subscriptions of each session, and tell those alone.",
        check: Check::Message(On::Sent(&["notifications/resources/updated"]), updates),
        ..Rule::ROW
    },
    Rule {
        name: "news-is-declared",
        checks: &[116],
        grade: Grade::ErrorSince(V2025_06_18),
        section: "basic/lifecycle Operation",
        what: "Changes of a list are told when `listChanged` is declared, of a resource when `subscribe` is.",
        why: "Clients that go by the capabilities do not listen.",
        fix: "Declare it: `\"tools\": {\"listChanged\": true}`.",
        check: Check::Message(On::Notifications, news_declared),
        ..Rule::ROW
    },
    Rule {
        name: "resources-are-as-listed",
        checks: &[114],
        grade: Grade::WARNING,
        section: "server/resources",
        what: "A resource that is read has the `mimeType` and the `size` that the list says.",
        why: "Clients choose what to read, and how to show it, by the list.",
        fix: "Take both from the resource itself when the list is made; leave out what is not known before.",
        check: Check::Watch(|| Box::new(Listed::default())),
        ..Rule::ROW
    },
    Rule {
        name: "at-most-100-suggestions",
        checks: &[120],
        section: "server/utilities/completion",
        what: "A completion has at most 100 values.",
        why: "Clients that check messages refuse it.",
        fix: "Send the first 100, with `total` and `hasMore`.",
        check: Check::Message(COMPLETED, hundred),
        ..Rule::ROW
    },
    Rule {
        name: "suggestions-add-up",
        checks: &[120],
        grade: Grade::WARNING,
        section: "server/utilities/completion",
        what: "`total` is not less than the values that came, and `hasMore` says whether there are more.",
        why: "Clients show wrong counts, or offer to load what is not there.",
        fix: "Count before cutting off.",
        check: Check::Message(COMPLETED, add_up),
        ..Rule::ROW
    },
];

/// What is wrong with a URI, if anything (RFC 3986 §3, §4.3).
fn uri_fault(uri: &str) -> Option<String> {
    let Some((scheme, rest)) = uri.split_once(':') else {
        return Some("has no scheme".to_owned());
    };
    let begins = scheme.starts_with(|letter: char| letter.is_ascii_alphabetic());
    let fits = scheme
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    if !begins || !fits {
        return Some("has no scheme".to_owned());
    }
    if rest.is_empty() {
        return Some("has nothing behind its scheme".to_owned());
    }
    let odd = rest.chars().find(|letter| {
        letter.is_ascii_control() || *letter == ' ' || "<>\"{}|\\^`".contains(*letter)
    });
    odd.map(|letter| format!("has a {letter:?} in it"))
}

fn absolute(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    let listed = message.items(&["result", List::Resources.member()]);
    let read = message.items(&["result", "contents"]);
    for (at, item) in listed.chain(read) {
        let Some(uri) = json::string_at(item, &["uri"]) else {
            continue;
        };
        told.looked();
        if let Some(fault) = uri_fault(&uri) {
            let words = format!("\"{uri}\" {fault}");
            told.about(Subject::Resource(uri.into()), format!("{at}/uri"), words);
        }
    }
}

/// What is wrong with a template, if anything (RFC 6570 §2).
fn template_fault(template: &str) -> Option<String> {
    let mut rest = template;
    loop {
        let brace = rest.find(['{', '}'])?;
        if rest[brace..].starts_with('}') {
            return Some("a brace is closed that was not opened".to_owned());
        }
        let Some(close) = rest[brace..].find('}') else {
            return Some("a brace is not closed".to_owned());
        };
        let inside = &rest[brace + 1..brace + close];
        if let Some(fault) = expression_fault(inside) {
            return Some(format!("{{{inside}}}: {fault}"));
        }
        rest = &rest[brace + close + 1..];
    }
}

fn expression_fault(inside: &str) -> Option<String> {
    let list = inside.strip_prefix(['+', '#', '.', '/', ';', '?', '&']);
    let list = list.unwrap_or(inside);
    list.split(',').find_map(|spec| {
        let name = spec.strip_suffix('*').unwrap_or(spec);
        let (name, prefix) = match name.split_once(':') {
            Some((name, prefix)) => (name, Some(prefix)),
            None => (name, None),
        };
        let counts = |text: &str| {
            (1..=4).contains(&text.len())
                && text.bytes().all(|byte| byte.is_ascii_digit())
                && !text.starts_with('0')
        };
        if name.is_empty() {
            return Some("a name is missing".to_owned());
        }
        if prefix.is_some_and(|prefix| !counts(prefix)) {
            return Some("the length of a prefix is a number below 10000".to_owned());
        }
        let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"_.%".contains(&byte);
        (!name.bytes().all(letter)).then(|| format!("{name} is no name"))
    })
}

fn template(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    for (at, item) in message.items(&["result", List::Templates.member()]) {
        let Some(template) = json::string_at(item, &["uriTemplate"]) else {
            continue;
        };
        told.looked();
        if let Some(fault) = template_fault(&template) {
            let subject = Subject::Resource(template.into());
            told.about(subject, format!("{at}/uriTemplate"), fault);
        }
    }
}

fn updates(seen: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    let (Detail::Updated(uri), Some(connection)) = (&message.facts.detail, seen.connection) else {
        return;
    };
    told.looked();
    let watched = connection
        .subscriptions
        .wanted()
        .any(|one| *one.uri == **uri || is_within(uri, &one.uri));
    if watched {
        return;
    }
    let words = if seen.memory.unsubscribed.contains(uri) {
        format!("{uri} was unsubscribed from")
    } else {
        format!("nobody subscribed to {uri}")
    };
    told.about(Subject::Resource(uri.clone()), "/params/uri", words);
}

fn news_declared(seen: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    let opening = seen.connection.and_then(|one| one.opening.as_deref());
    let Some(opening) = opening.filter(|opening| opening.capabilities.is_some()) else {
        return;
    };
    let (capability, member) = match &message.facts.detail {
        Detail::Changed(lists) => match lists.first() {
            Some(list) => (list.capability(), "listChanged"),
            None => return,
        },
        Detail::Updated(_) => ("resources", "subscribe"),
        _ => return,
    };
    told.demand(opening.is_true(&[capability, member]), "", || {
        let method = message.facts.method.as_deref().unwrap_or_default();
        format!("{method}, but {capability}.{member} is not declared")
    });
}

fn hundred(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    let count = message.items(&["result", "completion", "values"]).count();
    told.demand(count <= 100, "/result/completion/values", || {
        format!("{count} values")
    });
}

fn add_up(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    let count = message.items(&["result", "completion", "values"]).count();
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let total = message.get(&["result", "completion", "total"]);
    let more = message.get(&["result", "completion", "hasMore"]);
    let (total, more) = (total.and_then(json::integer), more.and_then(json::boolean));
    told.looked();
    let words = match (total, more) {
        (Some(total), _) if total < count => format!("{count} values of {total}"),
        (Some(total), Some(true)) if total == count => {
            format!("hasMore, though all {total} are there")
        }
        (Some(total), Some(false)) if total > count => {
            format!("{count} of {total} values, and no more")
        }
        _ => return,
    };
    told.wrong("/result/completion", words);
}

/// Resources that are remembered.
const REMEMBERED: usize = 10_000;

/// What lists say of resources, by connection and URI: type and size.
#[derive(Default)]
struct Listed {
    known: HashMap<(u32, String), (Option<String>, Option<i64>)>,
}

impl Watch for Listed {
    fn entry(&mut self, seen: &Seen<'_>, told: &mut Told) {
        let conn = seen.entry.conn;
        if !seen.is_from_server() {
            return;
        }
        for message in seen.messages {
            let listed = message.is_result_of("resources/list");
            let member = if listed { "resources" } else { "contents" };
            if !listed && !message.is_result_of("resources/read") {
                continue;
            }
            for (at, item) in message.items(&["result", member]) {
                let mime = json::string_at(item, &["mimeType"]);
                let Some(uri) = json::string_at(item, &["uri"]) else {
                    continue;
                };
                if listed {
                    let size = json::get(item, &["size"]).and_then(json::integer);
                    if self.known.len() < REMEMBERED {
                        self.known.insert((conn, uri), (mime, size));
                    }
                    continue;
                }
                let Some((said, size)) = self.known.get(&(conn, uri.clone())) else {
                    continue;
                };
                let about = || Subject::Resource(uri.as_str().into());
                told.looked();
                if let (Some(said), Some(mime)) = (said, &mime)
                    && essence(said) != essence(mime)
                {
                    let words = format!("listed as {said}, read as {mime}");
                    told.about(about(), format!("{at}/mimeType"), words);
                }
                // What a mask hides has another length.
                if let (Some(size), Some(length)) = (size, length(item))
                    && *size != length
                    && !seen.hides(item)
                {
                    let words = format!("listed with {size} bytes, read with {length}");
                    told.about(about(), at, words);
                }
            }
        }
    }
}

/// A type without its parameters.
fn essence(mime: &str) -> String {
    let essence = mime.split(';').next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

/// The bytes of what was read.
fn length(item: &[u8]) -> Option<i64> {
    if let Some(text) = json::string_at(item, &["text"]) {
        return i64::try_from(text.len()).ok();
    }
    let blob = json::string_at(item, &["blob"])?;
    let digits = blob
        .bytes()
        .filter(|byte| *byte != b'=' && !byte.is_ascii_whitespace());
    i64::try_from(digits.count() * 3 / 4).ok()
}
