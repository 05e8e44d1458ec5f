//! Streams of news: `subscriptions/listen` of 2026-07-28.

use crate::jsonrpc::Id;
use crate::lint::memory::Asked;
use crate::lint::rule::{Check, Grade, On, Rule};
use crate::lint::seen::{Message, Seen, Subject, Told};
use crate::mcp::facts::Detail;
use crate::mcp::revision::Revision::V2026_07_28;
use crate::mcp::subscriptions::Filter;
use crate::mcp::types::List;
use crate::note::Note;
use crate::note::http::Step;

/// See the module.
pub const RULES: &[Rule] = &[
    Rule {
        name: "listening-is-acknowledged",
        checks: &[133],
        since: V2026_07_28,
        section: "basic/patterns/subscriptions",
        what: "The first message of a stream is `notifications/subscriptions/acknowledged`.",
        why: "Until then the client does not know what it will be told.",
        fix: "Send it as soon as the request is accepted, with what will be told.",
        check: Check::Message(On::Notifications, acknowledged),
        ..Rule::ROW
    },
    Rule {
        name: "news-names-its-stream",
        checks: &[134],
        since: V2026_07_28,
        section: "basic/patterns/subscriptions",
        what: "News names its stream in `_meta[\"io.modelcontextprotocol/subscriptionId\"]`: the id of `subscriptions/listen`.",
        why: "Over stdio nobody can tell to which stream it belongs.",
        fix: "Copy the id of the request, with its JSON type.",
        check: Check::Message(On::Notifications, named),
        ..Rule::ROW
    },
    Rule {
        name: "news-was-asked-for",
        checks: &[135],
        since: V2026_07_28,
        section: "basic/patterns/subscriptions",
        what: "A stream brings what was asked for and acknowledged, and nothing else is acknowledged.",
        why: "Clients drop what they did not ask for; what they did is hidden among it.",
        fix: "Keep the filter of each stream and go by it.",
        check: Check::Message(On::Notifications, asked_for),
        ..Rule::ROW
    },
    Rule {
        name: "stream-of-news-says-its-end",
        checks: &[136],
        grade: Grade::WARNING,
        since: V2026_07_28,
        section: "basic/patterns/subscriptions Graceful Closure",
        what: "A server that ends a stream of news sends its result first.",
        why: "Clients take it for a broken connection, and ask again at once.",
        fix: "Answer the request with `resultType: \"complete\"` before closing the stream.",
        check: Check::Entry(says_end),
        ..Rule::ROW
    },
];

/// The stream that a message belongs to, by its tag, or by how it came.
fn stream<'a>(seen: &Seen<'a>, message: &Message<'_>) -> Option<(&'a Id, &'a Asked)> {
    let by_tag = message.facts.subscription.as_ref();
    let by_hop = seen.hop().and_then(|hop| hop.carries.as_ref()?.id.as_ref());
    let id = by_tag.or(by_hop)?;
    let (id, asked) = seen.memory.asked.get_key_value(id)?;
    asked.filter.is_some().then_some((id, asked))
}

/// Whether a message is what streams bring.
fn is_news(message: &Message<'_>) -> bool {
    matches!(
        message.facts.detail,
        Detail::Changed(_) | Detail::Updated(_) | Detail::Task(_)
    )
}

fn acknowledged(seen: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    let Some((id, asked)) = stream(seen, message) else {
        return;
    };
    let first = asked.honoured.is_none();
    let acknowledges = matches!(message.facts.detail, Detail::Acknowledged(_));
    told.demand(!first || acknowledges, "", || {
        let method = message.facts.method.as_deref().unwrap_or_default();
        format!("{method} on stream {id}, before it was acknowledged")
    });
}

fn named(seen: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    let acknowledges = matches!(message.facts.detail, Detail::Acknowledged(_));
    if !acknowledges && !is_news(message) {
        return;
    }
    told.looked();
    let place = "/params/_meta";
    match &message.facts.subscription {
        None => told.wrong(place, "it does not name its stream"),
        Some(id) => {
            let memory = seen.memory;
            let over = || memory.ended(id).map(|over| &over.asked);
            let asked = memory.asked.get(id).or_else(over);
            if asked.is_none_or(|asked| asked.filter.is_none()) {
                told.wrong(place, format!("{id} is no stream that was asked for"));
            }
        }
    }
}

/// What a filter asks for of what another one has.
fn within(honoured: &Filter, asked: &Filter) -> bool {
    let lists = [
        (honoured.tools, asked.tools),
        (honoured.prompts, asked.prompts),
        (honoured.resources, asked.resources),
    ];
    lists.iter().all(|(honoured, asked)| !honoured || *asked)
        && honoured.uris.iter().all(|uri| asked.covers(uri))
        && honoured.tasks.iter().all(|task| asked.tasks.contains(task))
}

fn asked_for(seen: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    let Some((id, asked)) = stream(seen, message) else {
        return;
    };
    let Some(filter) = &asked.filter else { return };
    let agreed = asked.honoured.as_ref().unwrap_or(filter);
    match &message.facts.detail {
        Detail::Acknowledged(honoured) => {
            told.demand(within(honoured, filter), "/params/notifications", || {
                format!("more is acknowledged than stream {id} asked for")
            });
        }
        Detail::Changed(lists) => {
            let wanted = match lists.first() {
                Some(List::Tools) => agreed.tools,
                Some(List::Prompts) => agreed.prompts,
                _ => agreed.resources,
            };
            told.demand(wanted, "", || {
                let method = message.facts.method.as_deref().unwrap_or_default();
                format!("{method} on stream {id}, which did not ask for it")
            });
        }
        Detail::Updated(uri) => {
            told.looked();
            if !agreed.covers(uri) {
                let words = format!("{uri} on stream {id}, which did not ask for it");
                told.about(Subject::Resource(uri.clone()), "/params/uri", words);
            }
        }
        Detail::Task(task) => {
            told.demand(agreed.tasks.contains(&task.id), "/params/taskId", || {
                format!("task {} on stream {id}, which did not ask for it", task.id)
            });
        }
        _ => {}
    }
}

fn says_end(seen: &Seen<'_>, told: &mut Told) {
    match (seen.note(), seen.hop()) {
        (Some(Note::Http(Step::End { error, .. })), Some(hop))
            if hop.method() == "subscriptions/listen" && hop.streams() =>
        {
            let id = hop.carries.as_ref().and_then(|carried| carried.id.as_ref());
            let waits = id.is_some_and(|id| seen.memory.asked.contains_key(id));
            told.demand(!waits || error.is_some(), "", || {
                "a stream of news ended without its result".to_owned()
            });
        }
        _ => {
            for message in seen.messages {
                let Some(asked) = message.asked(seen).filter(|_| seen.is_from_server()) else {
                    continue;
                };
                if asked.filter.is_some() {
                    told.looked();
                }
            }
        }
    }
}
