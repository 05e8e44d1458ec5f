//! What probes show of a server over HTTP: verbs, sessions, headers of others, logins.

use crate::lint::rule::{Check, Grade, Rule};
use crate::lint::seen::Told;
use crate::lint::transcript::{Stepped, Transcript};
use crate::mcp::revision::Revision::{V2025_03_26, V2025_06_18, V2025_11_25};

/// See the module.
pub const RULES: &[Rule] = &[
    Rule {
        name: "get-is-a-stream-or-405",
        checks: &[56],
        since: V2025_03_26,
        until: V2025_11_25,
        section: "basic/transports Listening for Messages from the Server",
        what: "A GET is answered with an event stream, or with 405.",
        why: "Clients that listen for news take anything else for a broken server, and try again and again.",
        fix: "Answer 405 Method Not Allowed when there is no such stream.",
        check: Check::Probe(&["get-stream"], |seen, _, told| {
            for step in steps(seen) {
                let Some((seq, status, mime)) = step.statuses.first() else {
                    continue;
                };
                let fits = *status == 405 || (*status == 200 && &**mime == "text/event-stream");
                told.demand_at(fits, *seq, || match &**mime {
                    "" => format!("GET is answered with {status}"),
                    mime => format!("GET is answered with {status} and {mime}"),
                });
            }
        }),
        ..Rule::ROW
    },
    Rule {
        name: "ended-session-is-gone",
        checks: &[60],
        since: V2025_03_26,
        until: V2025_11_25,
        section: "basic/transports Session Management",
        what: "A request in a session that was ended is answered with 404.",
        why: "Clients open a new session on 404, and on nothing else: they stay stuck in the old one.",
        fix: "Answer 404 Not Found for ids of sessions that are not there.",
        check: Check::Probe(&["ended-session"], |seen, _, told| {
            let (Some(delete), Some(then)) = (seen.step("delete"), seen.step("then")) else {
                return;
            };
            let ended = delete
                .status()
                .is_some_and(|status| (200..300).contains(&status));
            if let (true, Some(status)) = (ended && seen.has_session, then.status()) {
                told.demand_at(status == 404, then.shown(), || {
                    format!(
                        "after DELETE a request in the session was met with {}",
                        then.words()
                    )
                });
            }
        }),
        ..Rule::ROW
    },
    Rule {
        name: "session-is-demanded",
        checks: &[61],
        grade: Grade::WARNING,
        since: V2025_03_26,
        until: V2025_11_25,
        section: "basic/transports Session Management",
        what: "A server with sessions answers a request without the id of one with 400.",
        why: "A client that loses the id works on in no session, or in another's.",
        fix: "Answer 400 Bad Request to everything but `initialize` that has no `Mcp-Session-Id`.",
        check: Check::Probe(&["no-session"], |seen, _, told| {
            if !seen.has_session {
                return;
            }
            for step in steps(seen).filter(|step| &*step.name == "none") {
                if let Some(status) = step.status() {
                    told.demand_at(status == 400, step.shown(), || {
                        format!(
                            "a request without the session was met with {}",
                            step.words()
                        )
                    });
                }
            }
        }),
        ..Rule::ROW
    },
    Rule {
        name: "delete-is-answered",
        checks: &[62],
        grade: Grade::WARNING,
        since: V2025_03_26,
        until: V2025_11_25,
        section: "basic/transports Session Management",
        what: "DELETE ends a session, or is answered with 405.",
        why: "Sessions of clients that are gone pile up.",
        fix: "End the session and answer 200 or 204; answer 405 when only you end sessions.",
        check: Check::Probe(&["ended-session"], |seen, _, told| {
            let Some(step) = seen.step("delete").filter(|_| seen.has_session) else {
                return;
            };
            if let Some(status) = step.status().filter(|status| *status != 401) {
                let fits = (200..300).contains(&status) || status == 405;
                told.demand_at(fits, step.shown(), || {
                    format!("DELETE was met with {}", step.words())
                });
            }
        }),
        ..Rule::ROW
    },
    Rule {
        name: "bad-version-header-is-refused",
        checks: &[63],
        since: V2025_06_18,
        until: V2025_11_25,
        section: "basic/transports Protocol Version Header",
        what: "A version header that is no version is answered with 400.",
        why: "Client and server go on in different revisions, and neither knows.",
        fix: "Compare the header with the list of versions before anything else.",
        check: Check::Probe(&["bad-version-header"], |seen, _, told| {
            for step in steps(seen) {
                if let Some(status) = step.status() {
                    told.demand_at(status == 400, step.shown(), || {
                        format!("the version 1999-12-31 was met with {}", step.words())
                    });
                }
            }
        }),
        ..Rule::ROW
    },
    Rule {
        name: "version-header-may-be-missing",
        checks: &[64],
        grade: Grade::WARNING,
        since: V2025_06_18,
        until: V2025_11_25,
        section: "basic/transports Protocol Version Header",
        what: "A request without the version header is served.",
        why: "Older clients do not send it and cannot use the server.",
        fix: "Go by the version of the handshake, or take 2025-03-26.",
        check: Check::Probe(&["no-version-header"], |seen, _, told| {
            served(seen, "without the version header", told);
        }),
        ..Rule::ROW
    },
    Rule {
        name: "foreign-origin-is-refused",
        checks: &[65],
        section: "basic/transports Security Warning",
        what: "A request of a web page from elsewhere is refused, since 2025-11-25 with 403.",
        why: "Any page that somebody opens can use their server (DNS rebinding).",
        fix: "Compare `Origin` with a list of your own, and answer 403 to everything else.",
        lines: &[
            (
                "TypeScript",
                "new StreamableHTTPServerTransport({ enableDnsRebindingProtection: true, allowedOrigins: […] })",
            ),
            (
                "Python",
                "TransportSecuritySettings(allowed_origins=[\"http://localhost:*\"])",
            ),
        ],
        check: Check::Probe(&["foreign-origin"], |seen, _, told| {
            let exact = seen.revision.is_none_or(|revision| revision >= V2025_11_25);
            for step in steps(seen) {
                if let Some(status) = step.status() {
                    let fits = status == 403 || (!exact && (400..500).contains(&status));
                    told.demand_at(fits, step.shown(), || {
                        format!(
                            "the origin http://mcpscope.example was met with {}",
                            step.words()
                        )
                    });
                }
            }
        }),
        ..Rule::ROW
    },
    Rule {
        name: "foreign-host-is-refused",
        grade: Grade::WARNING,
        what: "A server on this machine refuses requests for other hosts than this machine.",
        why: "A name of somebody else's that points here makes their page one of the same origin (DNS rebinding).",
        fix: "Compare `Host` with localhost, 127.0.0.1 and [::1].",
        lines: &[(
            "Python",
            "TransportSecuritySettings(allowed_hosts=[\"127.0.0.1:*\", \"localhost:*\"])",
        )],
        check: Check::Probe(&["foreign-host"], |seen, _, told| {
            for step in steps(seen) {
                if let Some(status) = step.status() {
                    told.demand_at((400..500).contains(&status), step.shown(), || {
                        format!("the host mcpscope.example was met with {}", step.words())
                    });
                }
            }
        }),
        ..Rule::ROW
    },
    Rule {
        name: "wrong-requests-are-no-faults",
        grade: Grade::WARNING,
        what: "What a client sends wrongly is not answered with a status of 500 and above.",
        why: "The server looks broken, alarms go off, and proxies send the request again.",
        fix: "Catch what reading a request throws, and answer with a status of the 400s.",
        check: Check::Probe(
            &[
                "wrong-types",
                "broken-json",
                "wrong-envelope",
                "batch",
                "bad-version-header",
                "no-session",
                "header-mismatch",
                "foreign-origin",
                "foreign-host",
                "old-verbs",
                "get-stream",
                "method-case",
            ],
            |seen, _, told| {
                for step in &seen.steps {
                    if let Some(status) = step.status() {
                        told.demand_at(status < 500 || status == 501, step.shown(), || {
                            format!(
                                "{}: {} was met with {}",
                                seen.probe,
                                step.name,
                                step.words()
                            )
                        });
                    }
                }
            },
        ),
        ..Rule::ROW
    },
    Rule {
        name: "garbage-token-is-refused",
        checks: &[184],
        since: V2025_03_26,
        section: "basic/authorization Token Handling",
        what: "A token that nobody gave out is answered with 401.",
        why: "Whoever knows the address can use the server.",
        fix: "Verify every token: signature, audience, time.",
        check: Check::Probe(&["garbage-token"], |seen, _, told| {
            let (Some(none), Some(garbage)) = (seen.step("none"), seen.step("garbage")) else {
                return;
            };
            // Only where a login is wanted at all.
            if let (Some(401), Some(status)) = (none.status(), garbage.status()) {
                told.demand_at(status == 401, garbage.shown(), || {
                    format!("a token of nobody's was met with {}", garbage.words())
                });
            }
        }),
        ..Rule::ROW
    },
];

/// Steps of which something can be known without a login.
pub(super) fn steps(seen: &Transcript) -> impl Iterator<Item = &Stepped> {
    seen.steps.iter().filter(|step| !step.tells_nothing())
}

/// What must be served all the same.
pub(super) fn served(seen: &Transcript, what: &str, told: &mut Told) {
    for step in steps(seen) {
        let works = step.answer().is_some_and(|came| !came.failed);
        if step.answer().is_some() || step.status().is_some() {
            told.demand_at(works, step.shown(), || {
                format!("a request {what} was met with {}", step.words())
            });
        }
    }
}
