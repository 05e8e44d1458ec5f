//! What probes show of a server that speaks 2026-07-28.

use super::http::{served, steps};
use crate::json;
use crate::lint::rule::{Check, Grade, Rule};
use crate::lint::seen::Told;
use crate::lint::transcript::{Stepped, Transcript};
use crate::mcp::revision::{
    Era,
    Revision::{self, V2026_07_28},
};
use crate::mcp::types::List;

/// What most rows have in common.
const ROW: Rule = Rule {
    since: V2026_07_28,
    ..Rule::ROW
};

/// See the module.
pub const RULES: &[Rule] = &[
    Rule {
        name: "discover-is-there",
        checks: &[38],
        section: "server/discover",
        what: "`server/discover` is answered with a result.",
        why: "Clients ask it first; without it they take the server for an older one.",
        fix: "Answer it with your versions and capabilities; SDKs for 2026-07-28 do.",
        check: Check::Probe(&["discover"], |seen, _, told| {
            for step in steps(seen) {
                let works = step.answer().is_some_and(|came| !came.failed);
                if step.answer().is_some() || step.status().is_some() {
                    told.demand_at(works, step.shown(), || {
                        format!("server/discover was met with {}", step.words())
                    });
                }
            }
        }),
        ..ROW
    },
    Rule {
        name: "supported-versions-are-spoken",
        checks: &[40],
        section: "basic/versioning",
        what: "`supportedVersions` lists the version that is spoken, and what is listed works.",
        why: "Clients choose from the list: what is missing is never used, what does not work fails.",
        fix: "List versions of the handshake only where `initialize` is answered.",
        check: Check::Probe(&["discover"], spoken),
        ..ROW
    },
    Rule {
        name: "unsupported-version-is-refused",
        checks: &[41],
        section: "basic/versioning",
        what: "A request in a version that is not spoken is answered with -32022.",
        why: "The client reads from the error which version to take.",
        fix: "Compare the version in `_meta` before anything else.",
        check: Check::Probe(&["unsupported-version"], |seen, _, told| {
            let what = "a request in 1999-12-31";
            coded(seen, what, &[-32022], told);
        }),
        ..ROW
    },
    Rule {
        name: "meta-is-demanded",
        checks: &[42],
        section: "basic `_meta`",
        what: "A request without its version or its client's capabilities is answered with -32602, over HTTP with status 400.",
        why: "A client that forgets them is served in a way it did not ask for.",
        fix: "Look for both keys in `_meta` first.",
        check: Check::Probe(&["missing-meta"], |seen, _, told| {
            // Over HTTP a version that only the header names is a mismatch as well.
            let codes: &[i64] = if seen.http {
                &[-32602, -32020]
            } else {
                &[-32602]
            };
            coded(seen, "a request without all of its _meta", codes, told);
            for step in steps(seen).filter(|step| step.answer().is_some_and(|came| came.failed)) {
                if let Some(status) = step.status() {
                    told.demand_at(status == 400, step.shown(), || {
                        format!("{} was refused with status {status}, not 400", step.name)
                    });
                }
            }
        }),
        ..ROW
    },
    Rule {
        name: "client-info-is-optional",
        checks: &[43],
        section: "basic `_meta`",
        what: "A request that does not say who the client is is served.",
        why: "Clients need not tell; those that do not cannot use the server.",
        fix: "Take `clientInfo` for what it is, a help for logs.",
        check: Check::Probe(&["no-client-info"], |seen, _, told| {
            served(seen, "without clientInfo", told);
        }),
        ..ROW
    },
    Rule {
        name: "refusal-names-versions",
        checks: &[45],
        grade: Grade::WARNING,
        section: "basic/versioning",
        what: "A server without a handshake says in its error to `initialize` which versions it speaks.",
        why: "Users of older clients are told that something failed, and not that they need a newer one.",
        fix: "Put the versions into the message or the data of the error.",
        check: Check::Probe(&["initialize"], |seen, _, told| {
            let answer = seen.step("initialize").and_then(Stepped::answer);
            if let Some(came) = answer.filter(|came| came.failed) {
                let says = memchr::memmem::find(&came.raw, b"2026-07-28").is_some();
                told.demand_at(says, came.seq, || {
                    format!(
                        "initialize is answered with {} that names no version",
                        came.words()
                    )
                });
            }
        }),
        ..ROW
    },
    Rule {
        name: "lists-stay-the-same",
        checks: &[46],
        section: "server/tools, resources, prompts",
        what: "What is listed does not depend on the connection.",
        why: "Nothing ties requests to a connection: a client finds other tools with every request.",
        fix: "List the same for everybody with the same login.",
        check: Check::Probe(&["second-connection"], |seen, before, told| {
            let same = |other: &&Transcript| {
                other.server == seen.server
                    && &*other.probe == "lists"
                    && other.revision == seen.revision
            };
            let Some(before) = before.iter().rev().find(same) else {
                return;
            };
            for step in &seen.steps {
                let mut here = names(step);
                let mut there = before.step(&step.name).and_then(names);
                for names in [&mut here, &mut there].into_iter().flatten() {
                    names.sort();
                }
                if let (Some(here), Some(there)) = (here, there) {
                    told.demand_at(here == there, step.shown(), || {
                        format!("{} has other items than on another connection", step.name)
                    });
                }
            }
        }),
        ..ROW
    },
    Rule {
        name: "lists-keep-their-order",
        checks: &[105],
        grade: Grade::WARNING,
        section: "server/tools",
        what: "Tools are listed in the same order every time.",
        why: "Models are given the list with every request: another order spoils their caches, and costs.",
        fix: "Sort the list, or keep it in the order of registration.",
        check: Check::Probe(&["lists"], |seen, _, told| {
            let tools = List::Tools.method();
            let of = |turn: u8| seen.step(&format!("{tools} {turn}"));
            let (Some(one), Some(two)) = (of(1), of(2)) else {
                return;
            };
            if let (Some(first), Some(second)) = (names(one), names(two)) {
                let mut sorted = [first.clone(), second.clone()];
                for names in &mut sorted {
                    names.sort();
                }
                let moved = sorted[0] == sorted[1] && first != second;
                told.demand_at(!moved, two.shown(), || {
                    "the second list has the same tools in another order".to_owned()
                });
            }
        }),
        ..ROW
    },
    Rule {
        name: "headers-match-the-body",
        checks: &[66],
        section: "basic/transports/streamable-http Server Validation",
        what: "Headers that are missing or say something else than the body are answered with 400 and -32020.",
        why: "What stands in between lets one thing pass and the server does another.",
        fix: "Compare `MCP-Protocol-Version`, `Mcp-Method` and `Mcp-Name` with the body first.",
        check: Check::Probe(&["header-mismatch"], mismatch),
        ..ROW
    },
    Rule {
        name: "header-names-in-any-case",
        checks: &[67],
        section: "basic/transports/streamable-http Case Sensitivity",
        what: "Names of headers are taken in any case, and blanks around their values are no part of them.",
        why: "Proxies rewrite both; requests that went through one fail.",
        fix: "Look headers up without regard to case, and trim them.",
        check: Check::Probe(&["header-case"], |seen, _, told| {
            served(seen, "with Header-Names-Like-This and blanks", told);
        }),
        ..ROW
    },
    Rule {
        name: "header-values-are-compared",
        checks: &[68],
        section: "SEP-2243",
        what: "`Mcp-Method` in capitals is not the method of the body: it is refused.",
        why: "A rule in between that goes by the method can be walked around.",
        fix: "Compare the values byte by byte.",
        check: Check::Probe(&["method-case"], mismatch),
        ..ROW
    },
    Rule {
        name: "encoded-headers-are-decoded",
        checks: &[69],
        section: "basic/transports/streamable-http Value Encoding",
        what: "`=?base64?…?=` in `Mcp-Name` is decoded before it is compared.",
        why: "What has a name beyond ASCII cannot be used at all.",
        fix: "Decode what begins with `=?base64?` and ends with `?=`.",
        check: Check::Probe(&["encoded-name"], |seen, _, told| {
            for step in steps(seen) {
                if let Some(came) = step.answer() {
                    told.demand_at(came.code() != Some(-32020), came.seq, || {
                        "a name in base64 is taken for another than that of the body".to_owned()
                    });
                }
            }
        }),
        ..ROW
    },
    Rule {
        name: "argument-headers-are-compared",
        checks: &[70],
        section: "basic/transports/streamable-http Custom Headers",
        what: "An `Mcp-Param` header that is missing or says something else than its argument is answered with 400 and -32020.",
        why: "What stands in between lets one thing pass and the server does another.",
        fix: "Compare every argument that has `x-mcp-header` with its header.",
        check: Check::Probe(&["argument-header"], mismatch),
        ..ROW
    },
    Rule {
        name: "old-verbs-are-refused",
        checks: &[57],
        grade: Grade::WARNING,
        section: "basic/transports/streamable-http Earlier Revisions",
        what: "GET and DELETE are answered with 405 where there are no sessions.",
        why: "Older clients wait on the stream for what never comes.",
        fix: "Answer 405 Method Not Allowed to everything but POST.",
        check: Check::Probe(&["old-verbs"], |seen, _, told| {
            for step in steps(seen) {
                if let Some(status) = step.status() {
                    told.demand_at(status == 405, step.shown(), || {
                        format!(
                            "{} is answered with {status}, not 405",
                            step.name.to_uppercase()
                        )
                    });
                }
            }
        }),
        ..ROW
    },
    Rule {
        name: "tasks-need-their-extension",
        checks: &[172],
        section: "ext-tasks",
        what: "tasks/get of a client without the extension is answered with -32021, and tasks/result with -32601.",
        why: "Clients that know nothing of tasks are given what they cannot use.",
        fix: "Look at the extensions among the capabilities of each request.",
        check: Check::Probe(&["undeclared-task"], |seen, _, told| {
            for step in steps(seen) {
                let Some(came) = step.answer() else { continue };
                let wanted = match &*step.name {
                    "result" => -32601,
                    _ => -32021,
                };
                told.demand_at(came.code() == Some(wanted), came.seq, || {
                    format!(
                        "{}: answered with {}, not {wanted}",
                        step.name,
                        came.words()
                    )
                });
            }
        }),
        ..ROW
    },
];

/// What must be answered with an error of one of these codes.
fn coded(seen: &Transcript, what: &str, codes: &[i64], told: &mut Told) {
    for step in steps(seen) {
        let Some(came) = step.answer() else { continue };
        let fits = came.code().is_some_and(|code| codes.contains(&code));
        told.demand_at(fits, came.seq, || {
            let first = codes.first().copied().unwrap_or_default();
            format!(
                "{what} ({}) was answered with {}, not {first}",
                step.name,
                came.words()
            )
        });
    }
}

fn mismatch(seen: &Transcript, _: &[Transcript], told: &mut Told) {
    for step in steps(seen) {
        let Some(status) = step.status() else {
            continue;
        };
        let code = step.answer().and_then(super::Came::code);
        told.demand_at(status == 400 && code == Some(-32020), step.shown(), || {
            format!(
                "{} was met with {}, not status 400 and -32020",
                step.name,
                step.words()
            )
        });
    }
}

/// The names of what a step lists.
fn names(step: &Stepped) -> Option<Vec<String>> {
    let came = step.answer()?;
    let method = step.name.split(' ').next()?;
    let list = List::of_method(method)?;
    let items = came.get(&["result", list.member()])?;
    let key = |item| {
        json::string_at(item, &["uri"])
            .or_else(|| json::string_at(item, &["uriTemplate"]))
            .or_else(|| json::string_at(item, &["name"]))
    };
    Some(json::elements(items).filter_map(key).collect())
}

/// The handshake was tried before, so that both sides are known.
fn spoken(seen: &Transcript, before: &[Transcript], told: &mut Told) {
    let same = |other: &&Transcript| other.server == seen.server && &*other.probe == "initialize";
    let Some(tried) = before.iter().rev().find(same) else {
        return;
    };
    let answer = |one: &Transcript, name: &str| one.step(name).and_then(Stepped::answer).cloned();
    let (Some(discovered), Some(shaken)) = (answer(seen, "discover"), answer(tried, "initialize"))
    else {
        return;
    };
    let Some(listed) = discovered.get(&["result", "supportedVersions"]) else {
        return;
    };
    let listed: Vec<String> = json::elements(listed).filter_map(json::string).collect();
    let older = |text: &String| {
        let revision: Result<Revision, _> = text.parse();
        revision.is_ok_and(|revision| revision.era() == Era::Legacy)
    };
    let modern = Revision::NEWEST_MODERN.as_str();
    // That older versions which work are listed too is nowhere demanded.
    let words = if !listed.iter().any(|text| text == modern) {
        Some(format!("{modern} is spoken, and not listed"))
    } else if shaken.failed && listed.iter().any(older) {
        let older = listed.iter().filter(|text| older(text));
        let older: Vec<&str> = older.map(String::as_str).collect();
        let older = older.join(", ");
        let what = shaken.words();
        Some(format!(
            "{older} is listed, but initialize was met with {what}"
        ))
    } else {
        None
    };
    told.demand_at(words.is_none(), discovered.seq, || {
        words.unwrap_or_default()
    });
}
