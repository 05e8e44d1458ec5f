//! What the specification does not demand and people are bitten by: words, names, sizes, secrets in lists.

use std::collections::HashMap;

use super::schemas::tools;
use crate::json;
use crate::lint::rule::{Check, Grade, On, Rule, Watch};
use crate::lint::seen::{Message, Seen, Subject, Told};
use crate::mask;
use crate::mcp::types::List;
use crate::text;

const LIST: On = On::Results(&["tools/list"]);

/// Names of functions that models are given have so many characters at most.
const LONGEST_NAME: usize = 64;
/// Descriptions that models are given have so many characters at most.
const LONGEST_WORDS: usize = 1024;
/// A description of fewer characters says nothing that the name does not.
const SHORTEST_WORDS: usize = 12;
/// More tools than this are cut off by some clients.
const MOST_TOOLS: usize = 40;
/// Bytes of JSON that are a token, about.
const BYTES_A_TOKEN: usize = 4;
/// Tokens that tools may cost before it is worth a word.
const MOST_TOKENS: usize = 5_000;

/// See the module.
pub const RULES: &[Rule] = &[
    Rule {
        name: "tool-names-are-not-alike",
        grade: Grade::NOTE,
        what: "Names of tools differ in more than case and punctuation.",
        why: "A model takes one for the other.",
        fix: "Name each by what it does that the other does not.",
        check: Check::Message(LIST, alike),
        ..Rule::ROW
    },
    Rule {
        name: "tool-name-is-short",
        grade: Grade::WARNING,
        what: "A tool's name has at most 64 characters.",
        why: "The interfaces of the large models refuse longer ones, and the whole request with them.",
        fix: "Shorten it; put the words for people into `title`.",
        check: Check::Message(LIST, short),
        ..Rule::ROW
    },
    Rule {
        name: "tool-name-fits-with-prefix",
        grade: Grade::NOTE,
        what: "A tool's name fits into 64 characters with the prefix that clients put before it: `mcp__server__tool`.",
        why: "Such clients leave the tool out, or cut its name until two are alike.",
        fix: "Shorten the name of the tool or of the server.",
        check: Check::Message(LIST, prefixed),
        ..Rule::ROW
    },
    Rule {
        name: "tool-name-has-no-dots",
        grade: Grade::NOTE,
        what: "A tool's name does without dots, though it may have them.",
        why: "The interfaces of the large models take letters, digits, `_` and `-` only; clients have to rename the tool.",
        fix: "Write `_` instead.",
        check: Check::Message(LIST, dots),
        ..Rule::ROW
    },
    Rule {
        name: "description-says-something",
        grade: Grade::NOTE,
        what: "A tool's description says more than its name.",
        why: "A model decides by it whether to call the tool.",
        fix: "Say what it does, when to use it, and what it gives back.",
        check: Check::Message(LIST, says_something),
        ..Rule::ROW
    },
    Rule {
        name: "description-is-short",
        grade: Grade::NOTE,
        what: "A tool's description has at most 1024 characters.",
        why: "Some models' interfaces refuse or cut longer ones, and every conversation pays for them.",
        fix: "Move examples and details into the descriptions of parameters, or into a resource.",
        check: Check::Message(LIST, not_long),
        ..Rule::ROW
    },
    Rule {
        name: "not-too-many-tools",
        grade: Grade::NOTE,
        what: "A server has at most 40 tools.",
        why: "Some clients offer only the first of them, and models choose worse among many.",
        fix: "Join tools that differ in one argument, or let people choose groups of them.",
        check: Check::Watch(|| Box::new(Cost::of(true))),
        ..Rule::ROW
    },
    Rule {
        name: "context-cost",
        grade: Grade::NOTE,
        what: "The list of tools costs less than about 5,000 tokens.",
        why: "Every conversation pays for it, whether a tool is called or not.",
        fix: "Shorten descriptions, leave out output schemas that nobody reads, split the server.",
        check: Check::Watch(|| Box::new(Cost::of(false))),
        ..Rule::ROW
    },
    Rule {
        name: "lists-hold-no-secrets",
        grade: Grade::WARNING,
        what: "Names, descriptions, defaults and examples in lists hold no keys.",
        why: "Lists go to every client and to the model.",
        fix: "Take the key out, and have it replaced: it is known now.",
        check: Check::Message(
            On::Results(&[
                "tools/list",
                "prompts/list",
                "resources/list",
                "resources/templates/list",
            ]),
            no_secrets,
        ),
        ..Rule::ROW
    },
    Rule {
        name: "annotations-are-known",
        grade: Grade::NOTE,
        what: "A tool's `annotations` are those of the specification.",
        why: "Nobody reads the others, and a later revision may give them a meaning.",
        fix: "Put what is yours into `_meta`, with a prefix.",
        check: Check::Message(LIST, annotations),
        ..Rule::ROW
    },
    Rule {
        name: "listed-members-are-known",
        grade: Grade::NOTE,
        what: "Tools, resources and prompts have, where they are listed, the members of the specification.",
        why: "Nobody reads the others, and a later revision may give them a meaning.",
        fix: "Put what is yours into `_meta`, with a prefix; contents belong into `resources/read`.",
        check: Check::Message(
            On::Results(&[
                "tools/list",
                "prompts/list",
                "resources/list",
                "resources/templates/list",
            ]),
            known_members,
        ),
        ..Rule::ROW
    },
    Rule {
        name: "resources-are-described",
        grade: Grade::NOTE,
        what: "A resource or template has a description or a title.",
        why: "People and models choose by it what to read.",
        fix: "Say in a sentence what is in it.",
        check: Check::Message(
            On::Results(&["resources/list", "resources/templates/list"]),
            resources_described,
        ),
        ..Rule::ROW
    },
    Rule {
        name: "prompts-are-described",
        grade: Grade::NOTE,
        what: "A prompt and its arguments have descriptions or titles.",
        why: "People choose prompts out of a menu, and fill in a form.",
        fix: "Say in a sentence what it is for, and what to fill in.",
        check: Check::Message(On::Results(&["prompts/list"]), prompts_described),
        ..Rule::ROW
    },
];

fn of_tool(name: &str) -> Subject {
    Subject::Tool(name.into())
}

/// A name without case and punctuation.
fn bare(name: &str) -> String {
    name.chars()
        .filter(|letter| letter.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

fn alike(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    let mut seen: HashMap<String, Box<str>> = HashMap::new();
    for (at, name, _) in tools(message) {
        told.looked();
        match seen.insert(bare(&name), name.clone()) {
            Some(other) if other != name => {
                let words = format!("{name} and {other} differ in punctuation only");
                told.about(of_tool(&name), format!("{at}/name"), words);
            }
            _ => {}
        }
    }
}

fn short(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    for (at, name, _) in tools(message) {
        told.looked();
        let length = name.chars().count();
        if length > LONGEST_NAME {
            let words = format!("{name} has {length} characters");
            told.about(of_tool(&name), format!("{at}/name"), words);
        }
    }
}

fn prefixed(seen: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    let opening = seen.connection.and_then(|one| one.opening.as_deref());
    let Some(server) = opening.and_then(|opening| opening.name.as_deref()) else {
        return;
    };
    for (at, name, _) in tools(message) {
        told.looked();
        let length = name.chars().count();
        let whole = "mcp____".len() + server.chars().count() + length;
        if length <= LONGEST_NAME && whole > LONGEST_NAME {
            let words = format!("mcp__{server}__{name} has {whole} characters");
            told.about(of_tool(&name), format!("{at}/name"), words);
        }
    }
}

fn dots(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    for (at, name, _) in tools(message) {
        told.looked();
        if name.contains('.') {
            let words = format!("{name} has a dot");
            told.about(of_tool(&name), format!("{at}/name"), words);
        }
    }
}

fn says_something(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    for (at, name, tool) in tools(message) {
        let words = json::string_at(tool, &["description"]).unwrap_or_default();
        let words = words.trim();
        if words.is_empty() {
            continue;
        }
        told.looked();
        let title = json::string_at(tool, &["title"]).unwrap_or_default();
        let repeats = bare(words) == bare(&name) || bare(words) == bare(&title);
        if repeats || words.chars().count() < SHORTEST_WORDS {
            let said = format!("{name} is described as \"{words}\"");
            told.about(of_tool(&name), format!("{at}/description"), said);
        }
    }
}

fn not_long(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    for (at, name, tool) in tools(message) {
        let words = json::string_at(tool, &["description"]).unwrap_or_default();
        told.looked();
        let length = words.chars().count();
        if length > LONGEST_WORDS {
            let said = format!("the description of {name} has {length} characters");
            told.about(of_tool(&name), format!("{at}/description"), said);
        }
    }
}

/// What the list of tools comes to, page by page.
struct Cost {
    /// Whether tools are counted, rather than bytes.
    counts: bool,
    /// Tools and bytes so far, by connection.
    sums: HashMap<u32, (usize, usize)>,
}

impl Cost {
    fn of(counts: bool) -> Self {
        Self {
            counts,
            sums: HashMap::new(),
        }
    }
}

impl Watch for Cost {
    fn entry(&mut self, seen: &Seen<'_>, told: &mut Told) {
        for message in seen.messages {
            if !message.is_result_of(List::Tools.method()) {
                continue;
            }
            let sum = self.sums.entry(seen.entry.conn).or_default();
            if message
                .asked(seen)
                .is_some_and(|asked| asked.subject.is_empty())
            {
                *sum = (0, 0);
            }
            for (_, tool) in message.items(&["result", "tools"]) {
                *sum = (sum.0 + 1, sum.1 + tool.len());
            }
            let more = message.get(&["result", "nextCursor"]).map(json::kind);
            if more == Some(json::Kind::String) {
                continue;
            }
            let (count, bytes) = *sum;
            let tokens = bytes / BYTES_A_TOKEN;
            if self.counts {
                told.demand(count <= MOST_TOOLS, "/result/tools", || {
                    format!("there are {count} tools")
                });
            } else {
                told.demand(tokens <= MOST_TOKENS, "/result/tools", || {
                    let tools = text::plural(count, "tool");
                    format!(
                        "{tools} take {bytes} bytes, about {tokens} tokens of every conversation"
                    )
                });
            }
        }
    }
}

fn no_secrets(seen: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    told.looked();
    let is_bad = |raw: &[u8]| seen.hides(raw) || mask::key_in(raw).is_some();
    if !is_bad(message.raw) {
        return;
    }
    let before = told.wrong.len();
    for (list, named, about) in LISTED {
        for (at, item) in message.items(&["result", list]) {
            if !is_bad(item) {
                continue;
            }
            let name = json::string_at(item, &[named]).unwrap_or_default();
            let mut held = Vec::new();
            texts("", item, 0, &mut |place, text| {
                if seen.hides(text) {
                    held.push((place.to_owned(), "what was masked as a secret".to_owned()));
                } else if let Some(kind) = mask::key_in(text) {
                    held.push((place.to_owned(), format!("what looks like a {kind}")));
                }
            });
            for (place, what) in held {
                let place = place.trim_start_matches('/').replace('/', ".");
                // A name that is a key itself is not said once more.
                if mask::key_in(name.as_bytes()).is_some() {
                    told.wrong(at.clone(), format!("{place} holds {what}"));
                    continue;
                }
                // The pointer is that of the item: of what is masked nobody knows what it says.
                let words = format!("{name}: {place} holds {what}");
                told.about(about(name.as_str().into()), at.clone(), words);
            }
        }
    }
    if told.wrong.len() == before {
        // It stands beside the items, in the name of a member, or deeper than is looked.
        let what = match mask::key_in(message.raw) {
            Some(kind) => format!("what looks like a {kind}"),
            None => "what was masked as a secret".to_owned(),
        };
        told.wrong("", format!("the list holds {what}"));
    }
}

/// What something is that is listed, by its name.
type About = fn(Box<str>) -> Subject;

/// The lists, what their items are named by, and what these are.
const LISTED: [(&str, &str, About); 4] = [
    ("tools", "name", Subject::Tool),
    ("prompts", "name", Subject::Prompt),
    ("resources", "uri", Subject::Resource),
    ("resourceTemplates", "uriTemplate", Subject::Resource),
];

/// What items of lists may have, in any revision.
const MEMBERS: &[&str] = &[
    "name",
    "title",
    "description",
    "icons",
    "_meta",
    "annotations",
];

fn known_members(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    for (list, named, about) in LISTED {
        let more: &[&str] = match list {
            "tools" => &["inputSchema", "outputSchema", "execution"],
            "prompts" => &["arguments"],
            "resources" => &["uri", "mimeType", "size"],
            _ => &["uriTemplate", "mimeType"],
        };
        for (at, item) in message.items(&["result", list]) {
            told.looked();
            for (key, _) in json::members(item) {
                if MEMBERS.contains(&&*key) || more.contains(&&*key) {
                    continue;
                }
                let name = json::string_at(item, &[named]).unwrap_or_default();
                let words = format!("{name} has a member {key}");
                let place = json::pointer::below(&at, &key);
                told.about(about(name.as_str().into()), place, words);
            }
        }
    }
}

/// Items are looked into so deep: what a server says must not use up our stack.
const DEEPEST: usize = 64;

/// Every text below a value, with its place.
fn texts<'a>(at: &str, raw: &'a [u8], depth: usize, look: &mut impl FnMut(&str, &'a [u8])) {
    if depth > DEEPEST {
        return;
    }
    match json::kind(raw) {
        json::Kind::String => look(at, raw),
        json::Kind::Object => {
            for (name, value) in json::members(raw) {
                texts(&json::pointer::below(at, &name), value, depth + 1, look);
            }
        }
        json::Kind::Array => {
            for (place, value) in json::elements(raw).enumerate() {
                texts(&format!("{at}/{place}"), value, depth + 1, look);
            }
        }
        _ => {}
    }
}

/// What `annotations` may have (`server/tools`).
const ANNOTATIONS: &[&str] = &[
    "title",
    "readOnlyHint",
    "destructiveHint",
    "idempotentHint",
    "openWorldHint",
];

fn annotations(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    for (at, name, tool) in tools(message) {
        let Some(annotations) = json::get(tool, &["annotations"]) else {
            continue;
        };
        told.looked();
        for (key, _) in json::members(annotations) {
            if !ANNOTATIONS.contains(&&*key) {
                let place = json::pointer::below(&format!("{at}/annotations"), &key);
                told.about(
                    of_tool(&name),
                    place,
                    format!("{name} is annotated with {key}"),
                );
            }
        }
    }
}

/// Whether something has one of these members with words in it.
fn has_words(raw: &[u8], members: &[&str]) -> bool {
    members
        .iter()
        .any(|name| json::string_at(raw, &[name]).is_some_and(|text| !text.trim().is_empty()))
}

fn resources_described(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    for (list, key) in [(List::Resources, "uri"), (List::Templates, "uriTemplate")] {
        for (at, item) in message.items(&["result", list.member()]) {
            told.looked();
            if !has_words(item, &["description", "title"]) {
                let uri = json::string_at(item, &[key]).unwrap_or_default();
                let words = format!("{uri} has no description");
                told.about(Subject::Resource(uri.into()), at, words);
            }
        }
    }
}

fn prompts_described(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    for (at, item) in message.items(&["result", "prompts"]) {
        told.looked();
        let name = json::string_at(item, &["name"]).unwrap_or_default();
        let subject = || Subject::Prompt(name.as_str().into());
        if !has_words(item, &["description", "title"]) {
            let words = format!("{name} has no description");
            told.about(subject(), at.clone(), words);
        }
        let arguments = json::get(item, &["arguments"]).unwrap_or_default();
        for (place, argument) in json::elements(arguments).enumerate() {
            if !has_words(argument, &["description", "title"]) {
                let argument = json::string_at(argument, &["name"]).unwrap_or_default();
                let words = format!("{name}: argument \"{argument}\" has no description");
                told.about(subject(), format!("{at}/arguments/{place}"), words);
            }
        }
    }
}
