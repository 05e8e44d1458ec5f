//! What probes show of any server: how it answers what is not there, what is wrong, and much at once.

use crate::json::{self, Kind as JsonKind};
use crate::jsonrpc::Id;
use crate::lint::rule::{Check, Grade, Rule};
use crate::lint::seen::Told;
use crate::lint::transcript::{Came, Stepped, Transcript};
use crate::mcp::revision::Revision::{V2025_03_26, V2025_11_25, V2026_07_28};

pub mod http;
mod judged;
pub mod modern;

use judged::{arguments, bogus, echoes};

/// See the module.
pub const RULES: &[Rule] = &[
    Rule {
        name: "requests-are-answered",
        section: "basic Responses",
        what: "Every request is answered, with an error when it cannot be served.",
        why: "The client waits until it runs out of time, and its user with it.",
        fix: "Catch what a handler throws, and answer what has no handler with -32601.",
        check: Check::Probe(
            &[
                "ping",
                "capabilities",
                "lists",
                "unknown-method",
                "bad-cursor",
                "unknown-tool",
                "unknown-resource",
                "unknown-prompt",
                "missing-argument",
                "unknown-reference",
                "bad-level",
                "unknown-task",
                "bad-arguments",
                "discover",
                "no-client-info",
                "unsupported-version",
                "missing-meta",
            ],
            answered,
        ),
        ..Rule::ROW
    },
    Rule {
        name: "ping-is-answered",
        checks: &[34],
        until: V2025_11_25,
        section: "basic/utilities/ping",
        what: "`ping` is answered at once, with an empty result.",
        why: "Clients that get no answer take the connection for dead and close it.",
        fix: "Answer `{}`; SDKs do so by themselves.",
        check: Check::Probe(&["ping"], ping),
        ..Rule::ROW
    },
    Rule {
        name: "unknown-method-is-refused",
        checks: &[22],
        grade: Grade::ErrorSince(V2026_07_28),
        section: "basic Error Codes",
        what: "A method that is not known, or that the revision has no longer, is answered with -32601.",
        why: "Clients try newer methods and go by this code; from any other they learn nothing.",
        fix: "Answer what has no handler with code -32601.",
        check: Check::Probe(&["unknown-method"], unknown_method),
        ..Rule::ROW
    },
    Rule {
        name: "bad-cursor-is-refused",
        checks: &[139],
        grade: Grade::WARNING,
        section: "server/utilities/pagination Error Handling",
        what: "A cursor that was never given is answered with -32602.",
        why: "A client whose cursor is out of date gets the wrong page, or the first one for ever.",
        fix: "Look the cursor up, and refuse what is not found; a list of one page refuses every cursor.",
        check: Check::Probe(&["bad-cursor"], cursors),
        ..Rule::ROW
    },
    Rule {
        name: "missing-resource-is-refused",
        checks: &[112],
        grade: Grade::ErrorSince(V2026_07_28),
        section: "server/resources Error Handling",
        what: "A resource that is not there is answered with -32002, from 2026-07-28 on with -32602.",
        why: "Clients cannot tell a resource that is gone from a server that fails.",
        fix: "Answer with that code, and the URI in `data`.",
        lines: &[(
            "TypeScript",
            "throw new McpError(-32002, \"Resource not found\", { uri })",
        )],
        check: Check::Probe(&["unknown-resource"], |seen, _, told| {
            let modern = seen.revision == Some(V2026_07_28);
            let code = if modern { -32602 } else { -32002 };
            for step in &seen.steps {
                refused(step, &[code], "a resource that is not there", told);
            }
        }),
        ..Rule::ROW
    },
    Rule {
        name: "missing-resource-is-not-empty",
        checks: &[113],
        since: V2026_07_28,
        section: "server/resources Error Handling",
        what: "A resource that is not there is not answered with empty `contents`.",
        why: "The model is told that the resource is there and says nothing.",
        fix: "Answer -32602.",
        check: Check::Probe(&["unknown-resource"], |seen, _, told| {
            for step in &seen.steps {
                let Some(came) = step.answer() else { continue };
                let contents = came.get(&["result", "contents"]);
                let empty = contents.is_some_and(|raw| json::elements(raw).next().is_none());
                told.demand_at(!empty, came.seq, || "contents is empty".to_owned());
            }
        }),
        ..Rule::ROW
    },
    Rule {
        name: "unknown-prompt-is-refused",
        checks: &[119],
        grade: Grade::WARNING,
        section: "server/prompts Error Handling",
        what: "A prompt that is not there, or lacks an argument it requires, is answered with -32602.",
        why: "The client cannot tell its user what to put right.",
        fix: "Look at name and arguments first, and answer -32602 with what is wrong.",
        check: Check::Probe(&["unknown-prompt", "missing-argument"], |seen, _, told| {
            let what = match &*seen.probe {
                "unknown-prompt" => "a prompt that is not there",
                _ => "a prompt without what it requires",
            };
            for step in &seen.steps {
                refused(step, &[-32602], what, told);
            }
        }),
        ..Rule::ROW
    },
    Rule {
        name: "unknown-reference-is-refused",
        checks: &[121],
        grade: Grade::WARNING,
        since: V2025_03_26,
        section: "server/utilities/completion Error Handling",
        what: "Completion for a prompt or template that is not there is answered with -32602.",
        why: "The client goes on asking, for what never has any suggestions.",
        fix: "Look the reference up first.",
        check: Check::Probe(&["unknown-reference"], |seen, _, told| {
            for step in &seen.steps {
                let what = format!("completion for a {} that is not there", step.name);
                refused(step, &[-32602], &what, told);
            }
        }),
        ..Rule::ROW
    },
    Rule {
        name: "bad-level-is-refused",
        checks: &[126],
        grade: Grade::WARNING,
        until: V2025_11_25,
        section: "server/utilities/logging Error Handling",
        what: "A log level that does not exist is answered with -32602.",
        why: "A client with a slip in its level gets no logs and is not told why.",
        fix: "Take the eight levels, and refuse everything else.",
        check: Check::Probe(&["bad-level"], |seen, _, told| {
            for step in &seen.steps {
                refused(step, &[-32602], "the level \"loudest\"", told);
            }
        }),
        ..Rule::ROW
    },
    Rule {
        name: "unknown-task-is-refused",
        checks: &[166],
        since: V2025_11_25,
        section: "basic/utilities/tasks Error Handling",
        what: "A task that is not there is answered with -32602.",
        why: "A client that asks after a task of yesterday cannot tell that it is gone.",
        fix: "Answer -32602 for ids that are not known, or not any more.",
        check: Check::Probe(&["unknown-task"], |seen, _, told| {
            for step in &seen.steps {
                refused(step, &[-32602], "a task that is not there", told);
            }
        }),
        ..Rule::ROW
    },
    Rule {
        name: "ids-come-back",
        checks: &[5],
        section: "basic Responses",
        what: "An answer has the id of its request, as it was sent: a string stays one, and nothing is cut off.",
        why: "A client that counts otherwise than most never finds its answers.",
        fix: "Keep the id as the JSON value it is.",
        check: Check::Probe(&["odd-ids"], ids),
        ..Rule::ROW
    },
    Rule {
        name: "many-at-once-are-answered",
        checks: &[5, 6],
        section: "basic Responses",
        what: "Requests that are sent at once are all answered, each once.",
        why: "Clients ask for all lists at once when they connect, and models call several tools at once.",
        fix: "Answer each request by itself; let nothing that is shared be held across one.",
        check: Check::Probe(&["many-at-once"], at_once),
        ..Rule::ROW
    },
    Rule {
        name: "goes-on-after-a-cancellation",
        checks: &[52],
        grade: Grade::WARNING,
        section: "basic/utilities/cancellation",
        what: "After the cancellation of a request, known or not, a server goes on.",
        why: "Whoever cancels one call loses all the others.",
        fix: "Ignore cancellations of what is not running, and end one handler only.",
        check: Check::Probe(&["cancel", "given-calls"], goes_on),
        ..Rule::ROW
    },
    Rule {
        name: "goes-on-after-nonsense",
        grade: Grade::WARNING,
        what: "After a message that is none, a server goes on.",
        why: "One slip of a client ends the work of everybody who is connected.",
        fix: "Answer what cannot be read with -32700 or -32600, and read on.",
        check: Check::Probe(
            &[
                "batch",
                "broken-json",
                "wrong-envelope",
                "same-id-twice",
                "long-line",
            ],
            goes_on,
        ),
        ..Rule::ROW
    },
    Rule {
        name: "batches-are-answered",
        checks: &[2],
        since: V2025_03_26,
        until: V2025_03_26,
        section: "basic Batching",
        what: "In 2025-03-26 the requests of a batch are answered.",
        why: "A client that may send batches waits for answers that never come.",
        fix: "Take arrays while 2025-03-26 is spoken, or answer `initialize` with another revision.",
        check: Check::Probe(&["batch"], |seen, _, told| {
            let Some(step) = seen.step("batch").filter(|step| !step.tells_nothing()) else {
                return;
            };
            let all = step.asked.iter().all(|id| {
                let is_it = |came: &&Came| came.id.as_ref() == Some(id) && !came.failed;
                step.came.iter().any(|came| is_it(&came))
            });
            told.demand_at(all, step.shown(), || {
                format!("a batch was met with {}", step.words())
            });
        }),
        ..Rule::ROW
    },
    Rule {
        name: "handshake-works-after-an-early-request",
        grade: Grade::NOTE,
        until: V2025_11_25,
        what: "A request before `initialize` does not end the server: the handshake works after it.",
        why: "Clients that first ask which era a server speaks have to start it twice.",
        fix: "Answer what comes early with an error, and wait on.",
        check: Check::Probe(&["early-request"], |seen, before, told| {
            // Where none worked at all, it is not the early request's.
            let works = |one: &Transcript| one.server == seen.server && one.why.is_none();
            if !before
                .iter()
                .any(|one| &*one.probe == "lists" && works(one))
            {
                return;
            }
            let Some(step) = seen.step("initialize").filter(|step| !step.tells_nothing()) else {
                // It ended before that could be sent.
                if let Some(early) = seen.step("early") {
                    told.demand_at(early.ended.is_none(), early.shown(), || {
                        "it ended when it was asked for a list before the handshake".to_owned()
                    });
                }
                return;
            };
            let works = step.answer().is_some_and(|came| !came.failed);
            told.demand_at(works, step.shown(), || {
                format!(
                    "after an early request initialize was met with {}",
                    step.words()
                )
            });
        }),
        ..Rule::ROW
    },
    Rule {
        name: "supported-version-is-echoed",
        checks: &[31],
        until: V2025_11_25,
        section: "basic/lifecycle Version Negotiation",
        what: "A version that the server speaks is answered with itself.",
        why: "Clients that speak only that one hang up, though the server could have talked to them.",
        fix: "Answer the version of the request when it is one of yours, else your newest.",
        check: Check::Probe(
            &[
                "version-2024-11-05",
                "version-2025-03-26",
                "version-2025-06-18",
                "version-2025-11-25",
            ],
            echoes,
        ),
        ..Rule::ROW
    },
    Rule {
        name: "bogus-version-is-not-echoed",
        checks: &[32],
        until: V2025_11_25,
        section: "basic/lifecycle Version Negotiation",
        what: "A version that never was is answered with one that is, or refused with -32602.",
        why: "The client believes that the server speaks what it proposed.",
        fix: "Compare with a list of versions; never copy the version of the request.",
        check: Check::Probe(&["bogus-version"], bogus),
        ..Rule::ROW
    },
    Rule {
        name: "bad-arguments-are-a-tool-error",
        checks: &[100],
        grade: Grade::WARNING,
        since: V2025_11_25,
        section: "server/tools Error Handling",
        what: "Arguments that do not fit are answered with a result that has `isError`.",
        why: "The model sees a result and can put its arguments right; an error of the protocol it never sees.",
        fix: "Look at the arguments inside of the tool, and say what is wrong with them.",
        check: Check::Probe(&["bad-arguments"], arguments),
        ..Rule::ROW
    },
    Rule {
        name: "serves-a-second-client",
        grade: Grade::WARNING,
        what: "A server can be opened while it is open already.",
        why: "People run several clients at once; only the first works.",
        fix: "Lock nothing for the whole run, and bind no fixed port.",
        check: Check::Probe(&["second-connection"], |seen, before, told| {
            // Where none worked at all, as behind a login, it is not the second one's.
            let first = |one: &Transcript| {
                one.server == seen.server && &*one.probe == "lists" && one.why.is_none()
            };
            if !before.iter().any(first) {
                return;
            }
            let steps = seen.steps.first();
            let works = seen.why.is_none() && steps.is_none_or(|step| step.answer().is_some());
            told.demand(
                works || steps.is_some_and(Stepped::tells_nothing),
                "",
                || {
                    let why = seen.why.as_deref().unwrap_or("it answered nothing");
                    format!("another connection came to nothing: {why}")
                },
            );
        }),
        ..Rule::ROW
    },
];

/// Looks at what was to be answered with an error of these codes. What was not answered is another rule's.
fn refused(step: &Stepped, codes: &[i64], what: &str, told: &mut Told) {
    let Some(came) = step.answer().filter(|_| !step.tells_nothing()) else {
        return;
    };
    // A method that is not there at all is no matter of what it was asked.
    if came.code() == Some(-32601) && !codes.contains(&-32601) {
        return;
    }
    let fits = came.failed && came.code().is_some_and(|code| codes.contains(&code));
    told.demand_at(fits, came.seq, || {
        let codes: Vec<String> = codes.iter().map(i64::to_string).collect();
        let codes = codes.join(" or ");
        format!(
            "{what} was answered with {}, not {codes} ({})",
            came.words(),
            step.name
        )
    });
}

/// All lists are asked the same way, so that what is wrong with them is one thing.
fn cursors(seen: &Transcript, _: &[Transcript], told: &mut Told) {
    let came = |step: &&Stepped| {
        let answer = step.answer().filter(|_| !step.tells_nothing());
        answer.is_some_and(|came| came.code() != Some(-32601))
    };
    let looked: Vec<&Stepped> = seen.steps.iter().filter(came).collect();
    let taken = |step: &&&Stepped| step.answer().and_then(Came::code) != Some(-32602);
    let wrong: Vec<&&Stepped> = looked.iter().filter(taken).collect();
    if looked.is_empty() {
        return;
    }
    let shown = wrong.first().map_or(0, |step| step.shown());
    told.demand_at(wrong.is_empty(), shown, || {
        let lists: Vec<&str> = wrong.iter().map(|step| &*step.name).collect();
        let lists = lists.join(", ");
        let what = wrong.first().map(|step| step.words()).unwrap_or_default();
        format!("a cursor that was never given was answered with {what}, not -32602 ({lists})")
    });
}

fn answered(seen: &Transcript, _: &[Transcript], told: &mut Told) {
    for step in &seen.steps {
        let skipped = step.asked.is_empty() || step.tells_nothing();
        // A status without a body that is JSON-RPC is an answer of a kind; other rules look at it.
        let is_answered =
            !step.came.is_empty() || step.status().is_some_and(|status| status >= 400);
        if !skipped {
            told.demand_at(is_answered, step.shown(), || {
                format!(
                    "{}: {} was met with {}",
                    seen.probe,
                    step.name,
                    step.words()
                )
            });
        }
    }
}

fn ping(seen: &Transcript, _: &[Transcript], told: &mut Told) {
    for step in &seen.steps {
        let Some(came) = step.answer().filter(|_| !step.tells_nothing()) else {
            continue;
        };
        let result = came.get(&["result"]);
        let empty = result.is_some_and(|raw| {
            let mut members = json::members(raw);
            json::kind(raw) == JsonKind::Object && members.all(|(key, _)| key == "_meta")
        });
        told.demand_at(empty, came.seq, || {
            format!("ping was answered with {}", came.words())
        });
    }
}

fn unknown_method(seen: &Transcript, _: &[Transcript], told: &mut Told) {
    for step in &seen.steps {
        let Some(came) = step.answer().filter(|_| !step.tells_nothing()) else {
            continue;
        };
        told.demand_at(came.code() == Some(-32601), came.seq, || {
            let what = match &*step.name {
                "unknown" => "a method that nobody knows",
                other => other,
            };
            format!("{what} was answered with {}, not -32601", came.words())
        });
    }
}

fn ids(seen: &Transcript, _: &[Transcript], told: &mut Told) {
    for step in seen.steps.iter().filter(|step| !step.tells_nothing()) {
        let Some(asked) = step.asked.first() else {
            continue;
        };
        let has_it = step.came.iter().any(|came| came.id.as_ref() == Some(asked));
        told.demand_at(has_it, step.shown(), || {
            let id = match asked {
                Id::Text(text) if text.len() > 40 => format!("a string of {} bytes", text.len()),
                other => other.to_string(),
            };
            format!("a request with the id {id} was met with {}", step.words())
        });
    }
}

fn at_once(seen: &Transcript, _: &[Transcript], told: &mut Told) {
    for step in seen.steps.iter().filter(|step| !step.tells_nothing()) {
        let times = |id: &Id| {
            let its = step.came.iter().filter(|came| came.id.as_ref() == Some(id));
            its.count()
        };
        let lost = step.asked.iter().filter(|id| times(id) == 0).count();
        let twice = step.asked.iter().filter(|id| times(id) > 1).count();
        told.demand_at(lost == 0 && twice == 0, step.shown(), || {
            let all = step.asked.len();
            format!("of {all} requests at once {lost} were not answered, and {twice} twice")
        });
    }
}

/// After what went before, a plain request is answered.
fn goes_on(seen: &Transcript, _: &[Transcript], told: &mut Told) {
    let is_after = |step: &&Stepped| {
        let name = &*step.name;
        name == "then" || name.starts_with("afterwards")
    };
    // It ended on the way there.
    if let Some(dead) = seen.steps.iter().find(|step| step.ended.is_some()) {
        return told.demand_at(false, dead.shown(), || {
            format!("it ended after {}: {}", seen.probe, dead.name)
        });
    }
    for step in seen.steps.iter().filter(is_after) {
        if step.tells_nothing() {
            continue;
        }
        let works = step.came.iter().any(|came| !came.failed);
        told.demand_at(works, step.shown(), || {
            format!(
                "after {} a plain request was met with {}",
                seen.probe,
                step.words()
            )
        });
    }
}
