//! Progress, and cancellations by the server.

use crate::jsonrpc::Id;
use crate::lint::memory::{How, Over};
use crate::lint::rule::{Check, Grade, On, Rule};
use crate::lint::seen::{Message, Seen, Told};
use crate::mcp::facts::Detail;
use crate::mcp::revision::Revision::V2026_07_28;

const PROGRESS: On = On::Sent(&["notifications/progress"]);

/// How far answer and progress may have overtaken each other on two streams of HTTP, in microseconds.
const OVERTAKEN_US: u64 = 200_000;

/// Tokens are looked for among so many requests that ended lately; beyond, nobody knows.
const REMEMBERED: usize = 256;

/// See the module.
pub const RULES: &[Rule] = &[
    Rule {
        name: "progress-token-is-known",
        checks: &[128],
        section: "basic/utilities/progress",
        what: "Progress names the token of a request that is being worked on.",
        why: "Clients cannot show it anywhere, and some end the connection.",
        fix: "Send progress only when the request has a `progressToken`, and copy it with its type.",
        lines: &[
            ("Python", "await ctx.report_progress(done, total)"),
            (
                "TypeScript",
                "const token = extra._meta?.progressToken; if (token !== undefined) …",
            ),
        ],
        check: Check::Message(PROGRESS, token_known),
        ..Rule::ROW
    },
    Rule {
        name: "progress-rises",
        checks: &[129],
        section: "basic/utilities/progress",
        what: "`progress` grows with every notification of a request.",
        why: "Bars jump back, and clients that wait for news take it for none.",
        fix: "Count up what is done; change `total` when there turns out to be more.",
        check: Check::Message(PROGRESS, rises),
        ..Rule::ROW
    },
    Rule {
        name: "no-progress-after-the-answer",
        checks: &[130],
        section: "basic/utilities/progress",
        what: "There is no progress once the request is answered.",
        why: "The token may already be another request's.",
        fix: "Wait for the last notification to be sent before returning the result.",
        check: Check::Message(PROGRESS, after_answer),
        ..Rule::ROW
    },
    Rule {
        name: "progress-within-total",
        checks: &[131],
        grade: Grade::WARNING,
        section: "basic/utilities/progress",
        what: "`progress` is not more than `total`.",
        why: "People see 120 %.",
        fix: "Correct `total`, or leave it out while it is unknown.",
        check: Check::Message(PROGRESS, within),
        ..Rule::ROW
    },
    Rule {
        name: "cancels-only-its-own",
        checks: &[132],
        section: "basic/utilities/cancellation",
        what: "A server cancels only requests of its own; in 2026-07-28 only a stream of `subscriptions/listen`.",
        why: "A client that is told that its own request is cancelled waits for an answer that may never come.",
        fix: "Answer a request of the client's with an error instead.",
        check: Check::Message(On::Sent(&["notifications/cancelled"]), cancels),
        ..Rule::ROW
    },
];

fn token(message: &Message<'_>) -> Option<Id> {
    match &message.facts.detail {
        Detail::Progress { token, .. } => Some(token.clone()),
        _ => None,
    }
}

/// The request that ended last with this token, unless one with it waits.
fn over<'a>(seen: &Seen<'a>, token: &Id) -> Option<&'a Over> {
    if seen.memory.of_token(token).is_some() {
        return None;
    }
    let named = |over: &&Over| over.asked.token.as_ref() == Some(token);
    seen.memory.over.iter().rev().find(named)
}

fn token_known(seen: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    let Some(token) = token(message) else { return };
    let memory = seen.memory;
    let known = memory.of_token(&token).is_some()
        || over(seen, &token).is_some()
        || memory.over.len() >= REMEMBERED;
    told.demand(known, "/params/progressToken", || {
        format!("no request has the token {token}")
    });
}

fn number(message: &Message<'_>, name: &str) -> Option<f64> {
    let raw = message.get(&["params", name])?;
    std::str::from_utf8(raw).ok()?.trim().parse().ok()
}

fn rises(seen: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    let Some(token) = token(message) else { return };
    let asked = seen.memory.of_token(&token).map(|(_, asked)| asked);
    let before = asked.and_then(|asked| asked.progress);
    let (Some(before), Some(now)) = (before, number(message, "progress")) else {
        return;
    };
    told.demand(now > before, "/params/progress", || {
        format!("{now} after {before}")
    });
}

fn after_answer(seen: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    let Some(token) = token(message) else { return };
    if seen.memory.of_token(&token).is_some() {
        told.looked();
        return;
    }
    let Some(over) = over(seen, &token).filter(|over| over.how == How::Answered && !over.task)
    else {
        return;
    };
    let late = seen.entry.us.saturating_sub(over.us);
    if seen.is_stdio() || late > OVERTAKEN_US {
        let words = format!("{} {} was answered before", over.asked.method, over.id);
        told.wrong("", words);
    }
}

fn within(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    let (Some(now), Some(total)) = (number(message, "progress"), number(message, "total")) else {
        return;
    };
    told.demand(now <= total, "/params/progress", || {
        format!("{now} of {total}")
    });
}

fn cancels(seen: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    let Some(id) = message.get(&["params", "requestId"]).map(Id::read) else {
        return;
    };
    let memory = seen.memory;
    let asked = memory.asked.get(&id);
    let fits = match seen.revision() {
        Some(V2026_07_28) => {
            let over = memory.ended(&id).map(|over| &over.asked);
            asked.or(over).is_some_and(|asked| asked.filter.is_some())
        }
        _ => memory.ever_asking.contains(&id),
    };
    told.demand(fits, "/params/requestId", || match asked {
        Some(asked) => format!("it cancels {} {id} of the client", asked.method),
        None => format!("it cancels {id}, which it never asked"),
    });
}
