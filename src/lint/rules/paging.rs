//! Lists page by page: cursors, things that come twice, and how fresh a page is.

use std::collections::{HashMap, HashSet};

use crate::json::{self, Kind as JsonKind};
use crate::lint::rule::{Check, Grade, On, Rule, Watch};
use crate::lint::seen::{Message, Seen, Subject, Told};
use crate::mcp::revision::Revision::V2026_07_28;
use crate::mcp::types::List;

const LISTS: &[&str] = &[
    "tools/list",
    "resources/list",
    "resources/templates/list",
    "prompts/list",
    "tasks/list",
];

/// Cursors and names of a walk that are remembered.
const MOST: usize = 100_000;

/// See the module.
pub const RULES: &[Rule] = &[
    Rule {
        name: "last-page-has-no-cursor",
        checks: &[137],
        grade: Grade::WARNING,
        section: "server/utilities/pagination",
        what: "On the last page `nextCursor` is missing, not null.",
        why: "Clients that check messages refuse the page; others ask for the page after `null`.",
        fix: "Leave the member out.",
        lines: &[("Python", "result.model_dump(exclude_none=True)")],
        check: Check::Message(On::Results(LISTS), no_null),
        ..Rule::ROW
    },
    Rule {
        name: "cursor-moves-on",
        checks: &[138],
        section: "server/utilities/pagination",
        what: "A cursor does not come back while a list is read.",
        why: "Clients read the same pages until their limit, or for ever.",
        fix: "Look at what the cursor holds: the next page begins behind the last item of this one.",
        check: Check::Watch(|| Box::new(Cursors::default())),
        ..Rule::ROW
    },
    Rule {
        name: "resources-differ",
        checks: &[110, 140],
        grade: Grade::WARNING,
        section: "server/resources",
        what: "No two listed resources have one URI, on one page or on several.",
        why: "People see the same resource twice, or two of which one cannot be read.",
        fix: "Look for what is registered twice, or for pages that overlap.",
        check: Check::Watch(|| Box::new(Once::of(List::Resources))),
        ..Rule::ROW
    },
    Rule {
        name: "templates-differ",
        checks: &[140],
        grade: Grade::WARNING,
        section: "server/resources Resource Templates",
        what: "No two listed templates have one `uriTemplate`.",
        why: "Clients offer both, and nobody knows which is which.",
        fix: "Look for what is registered twice, or for pages that overlap.",
        check: Check::Watch(|| Box::new(Once::of(List::Templates))),
        ..Rule::ROW
    },
    Rule {
        name: "prompts-differ",
        checks: &[140],
        grade: Grade::WARNING,
        section: "server/prompts",
        what: "No two listed prompts have one name.",
        why: "Only one of them can be got, and clients disagree on which.",
        fix: "Rename one; look for what is registered twice, or for pages that overlap.",
        check: Check::Watch(|| Box::new(Once::of(List::Prompts))),
        ..Rule::ROW
    },
    Rule {
        name: "pages-share-a-cache-scope",
        checks: &[142],
        since: V2026_07_28,
        section: "server/utilities/caching",
        what: "All pages of a list have one `cacheScope`.",
        why: "A cache would keep half a list for everybody.",
        fix: "Decide by list, not by page; `private` when in doubt.",
        check: Check::Watch(|| Box::new(Scopes::default())),
        ..Rule::ROW
    },
    Rule {
        name: "cache-hints-in-their-place",
        checks: &[143],
        grade: Grade::WARNING,
        since: V2026_07_28,
        section: "server/utilities/caching",
        what: "`ttlMs` and `cacheScope` stand on complete results of lists, of reads and of `server/discover` only.",
        why: "Elsewhere they mean nothing, and a cache that minds them keeps what must not be kept.",
        fix: "Leave them out of results of calls and of results that want input.",
        check: Check::Message(On::AnyResult, hints_in_place),
        ..Rule::ROW
    },
    Rule {
        name: "public-needs-no-login",
        checks: &[144],
        grade: Grade::WARNING,
        since: V2026_07_28,
        section: "server/utilities/caching Security",
        what: "What was read with a login is not `public`.",
        why: "A shared cache may give it to people who may not read it.",
        fix: "Answer `\"cacheScope\": \"private\"`.",
        check: Check::Message(On::Results(&["resources/read"]), public_read),
        ..Rule::ROW
    },
];

fn no_null(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    let cursor = message.get(&["result", "nextCursor"]);
    let is_null = cursor.is_some_and(|raw| json::kind(raw) == JsonKind::Null);
    told.demand(!is_null, "/result/nextCursor", || {
        "nextCursor is null".to_owned()
    });
}

/// The pages of lists in an entry: with the method, and the cursor that was asked with.
fn pages<'a, 's>(
    seen: &'a Seen<'s>,
) -> impl Iterator<Item = (&'a Message<'s>, &'static str, &'a str)> {
    let messages: &'a [Message<'s>] = if seen.is_from_server() {
        seen.messages
    } else {
        &[]
    };
    messages.iter().filter_map(move |message| {
        let method = LISTS.iter().find(|method| message.is_result_of(method))?;
        let asked = message.asked(seen)?;
        Some((message, *method, &*asked.subject))
    })
}

/// What was seen since a list was asked for from its beginning.
type Walks = HashMap<(u32, &'static str), HashSet<Box<str>>>;

#[derive(Default)]
struct Cursors {
    walks: Walks,
}

impl Watch for Cursors {
    fn entry(&mut self, seen: &Seen<'_>, told: &mut Told) {
        for (message, method, cursor) in pages(seen) {
            let walk = self.walks.entry((seen.entry.conn, method)).or_default();
            if cursor.is_empty() {
                walk.clear();
            } else if walk.len() < MOST {
                walk.insert(cursor.into());
            }
            // A list of one page does not move.
            if cursor.is_empty() {
                continue;
            }
            let next = message.text(&["result", "nextCursor"]);
            let comes_back = next.as_deref().is_some_and(|next| walk.contains(next));
            told.demand(!comes_back, "/result/nextCursor", || {
                format!("the cursor of {method} was asked with before")
            });
        }
    }
}

/// Things of a list, each of which comes once.
pub(super) struct Once {
    list: List,
    walks: Walks,
    /// Where the server said that a list goes on.
    given: Walks,
}

impl Once {
    pub(super) fn of(list: List) -> Self {
        Self {
            list,
            walks: Walks::new(),
            given: Walks::new(),
        }
    }
}

impl Watch for Once {
    fn entry(&mut self, seen: &Seen<'_>, told: &mut Told) {
        let key = match self.list {
            List::Resources => "uri",
            List::Templates => "uriTemplate",
            List::Tools | List::Prompts => "name",
        };
        for (message, method, cursor) in pages(seen) {
            if method != self.list.method() {
                continue;
            }
            let place = (seen.entry.conn, method);
            let given = self.given.entry(place).or_default();
            let walk = self.walks.entry(place).or_default();
            if cursor.is_empty() {
                walk.clear();
                given.clear();
            } else if !given.contains(cursor) {
                // What comes for a cursor of the client's own is no page of the list.
                continue;
            }
            if let Some(next) = message.text(&["result", "nextCursor"])
                && given.len() < MOST
            {
                given.insert(next.into());
            }
            for (at, item) in message.items(&["result", self.list.member()]) {
                let Some(name) = json::string_at(item, &[key]) else {
                    continue;
                };
                told.looked();
                if walk.len() < MOST && !walk.insert(name.as_str().into()) {
                    let words = format!("{name} is listed twice");
                    let subject = match self.list {
                        List::Prompts => Subject::Prompt(name.into()),
                        List::Tools => Subject::Tool(name.into()),
                        _ => Subject::Resource(name.into()),
                    };
                    told.about(subject, format!("{at}/{key}"), words);
                }
            }
        }
    }
}

#[derive(Default)]
struct Scopes {
    walks: HashMap<(u32, &'static str), String>,
}

impl Watch for Scopes {
    fn entry(&mut self, seen: &Seen<'_>, told: &mut Told) {
        for (message, method, cursor) in pages(seen) {
            let Some(scope) = message.text(&["result", "cacheScope"]) else {
                continue;
            };
            let key = (seen.entry.conn, method);
            match self.walks.get(&key).filter(|_| !cursor.is_empty()) {
                Some(first) => told.demand(*first == scope, "/result/cacheScope", || {
                    format!("{scope}, but the first page of {method} is {first}")
                }),
                None => {
                    self.walks.insert(key, scope);
                }
            }
        }
    }
}

fn hints_in_place(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    let Some(method) = message.method.as_deref() else {
        return;
    };
    let has = |name: &str| message.get(&["result", name]).is_some();
    // A task has a time to live of its own.
    if has("taskId") {
        return;
    }
    let cached = LISTS.contains(&method) || matches!(method, "server/discover" | "resources/read");
    let complete = message.text(&["result", "resultType"]).as_deref() != Some("input_required");
    if has("ttlMs") || has("cacheScope") {
        told.demand(cached && complete, "/result", || {
            format!("a result of {method} has cache hints")
        });
    }
}

fn public_read(seen: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    if !seen.hop().is_some_and(|hop| hop.authorized) {
        return;
    }
    let scope = message.text(&["result", "cacheScope"]);
    told.demand(
        scope.as_deref() != Some("public"),
        "/result/cacheScope",
        || "read with a login, and public".to_owned(),
    );
}
