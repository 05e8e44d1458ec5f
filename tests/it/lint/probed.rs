//! Faults of what servers answer to probes. The recordings are of a small server on the Python SDK (2.3.0), probed over
//! stdio and HTTP in both eras; where it has a fault of its own, the occasion mends it.

use serde_json::{Value, json};

use super::{Fault, fault, fault_on};

const PIPE: &str = "probed-legacy";
const PIPE_MODERN: &str = "probed-modern";
const HTTP: &str = "probed-http-legacy";
const HTTP_MODERN: &str = "probed-http-modern";

/// Where a step of a probe is announced.
fn probing(all: &[Value], probe: &str, step: &str) -> usize {
    let is_it = |entry: &Value| {
        let note = &entry["json"];
        note["event"] == "probing" && note["probe"] == probe && note["step"] == step
    };
    let found = all.iter().position(is_it);
    found.unwrap_or_else(|| panic!("{probe}: {step} was sent"))
}

/// The answer to the first request of a step.
fn came<'a>(all: &'a mut [Value], probe: &str, step: &str) -> &'a mut Value {
    let at = probing(all, probe, step);
    let is_asked = |entry: &&Value| entry["dir"] == "out" && entry["ch"] == "wire";
    let asked = all[at..].iter().find(is_asked).unwrap();
    let (id, conn) = (asked["json"]["id"].clone(), asked["conn"].clone());
    let answers = |entry: &&mut Value| {
        entry["dir"] == "in"
            && entry["ch"] == "wire"
            && entry["conn"] == conn
            && entry["json"]["id"] == id
    };
    let answer = all[at..].iter_mut().find(answers);
    answer.unwrap_or_else(|| panic!("{probe}: {step} was answered"))
}

fn refuse(all: &mut [Value], probe: &str, step: &str, code: i64) {
    let answer = &mut came(all, probe, step)["json"];
    let id = answer["id"].clone();
    *answer = json!({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": "no"}});
}

fn serve(all: &mut [Value], probe: &str, step: &str, result: Value) {
    let answer = &mut came(all, probe, step)["json"];
    let id = answer["id"].clone();
    *answer = json!({"jsonrpc": "2.0", "id": id, "result": result});
}

/// The head of the first response of a step.
fn response<'a>(all: &'a mut [Value], probe: &str, step: &str) -> &'a mut Value {
    let at = probing(all, probe, step);
    let conn = all[at]["conn"].clone();
    let is_it =
        |entry: &&mut Value| entry["conn"] == conn && entry["json"]["event"] == "http-response";
    &mut all[at..].iter_mut().find(is_it).unwrap()["json"]
}

fn status(all: &mut [Value], probe: &str, step: &str, status: u16) {
    response(all, probe, step)["status"] = json!(status);
}

/// Nothing comes of a step.
fn silence(all: &mut Vec<Value>, probe: &str, step: &str) {
    let seq = came(all, probe, step)["seq"].clone();
    all.retain(|entry| entry["seq"] != seq);
}

fn each_step(all: &[Value], probe: &str) -> Vec<String> {
    let of_probe = all.iter().map(|entry| &entry["json"]);
    of_probe
        .filter(|note| note["event"] == "probing" && note["probe"] == probe)
        .map(|note| note["step"].as_str().unwrap().to_owned())
        .collect()
}

/// Every step of a probe is refused as it should be.
fn mend(all: &mut [Value], probe: &str, code: i64) {
    for step in each_step(all, probe) {
        refuse(all, probe, &step, code);
    }
}

/// A copy of a step that is asked differently, with its answer.
fn probe_like(all: &mut Vec<Value>, from: &str, to: &str, steps: &[&str]) {
    let first = probing(all, from, &each_step(all, from)[0]);
    let conn = all[first]["conn"].clone();
    let ends = |entry: &Value| entry["json"]["event"] == "probed" && entry["json"]["probe"] == from;
    let last = first + all[first..].iter().position(ends).unwrap();
    let mut copy = Vec::new();
    for step in steps {
        for entry in all[first..=last]
            .iter()
            .filter(|entry| entry["conn"] == conn)
        {
            let mut entry = entry.clone();
            let note = &mut entry["json"];
            if note["event"] == "probing" {
                note["probe"] = json!(to);
                note["step"] = json!(step);
            } else if note["event"] == "probed" {
                continue;
            }
            copy.push(entry);
        }
    }
    let mut end = all[last].clone();
    end["json"]["probe"] = json!(to);
    copy.push(end);
    all.splice(last + 1..=last, copy);
}

pub(super) const FAULTS: &[Fault] = &[
    fault("requests-are-answered", PIPE, |all| {
        silence(all, "unknown-resource", "read");
    }),
    fault("ping-is-answered", PIPE, |all| {
        serve(all, "ping", "ping", json!({"pong": true}));
    }),
    fault("unknown-method-is-refused", PIPE, |all| {
        refuse(all, "unknown-method", "unknown", -32600);
    }),
    fault_on(
        "bad-cursor-is-refused",
        PIPE,
        |all| mend(all, "bad-cursor", -32602),
        |all| serve(all, "bad-cursor", "tools/list", json!({"tools": []})),
    ),
    fault_on(
        "missing-resource-is-refused",
        PIPE,
        |all| mend(all, "unknown-resource", -32002),
        |all| refuse(all, "unknown-resource", "read", 0),
    ),
    fault("missing-resource-is-not-empty", PIPE_MODERN, |all| {
        let empty = json!({"resultType": "complete", "contents": []});
        serve(all, "unknown-resource", "read", empty);
    }),
    fault_on(
        "unknown-prompt-is-refused",
        PIPE,
        |all| {
            mend(all, "unknown-prompt", -32602);
            mend(all, "missing-argument", -32602);
        },
        |all| refuse(all, "missing-argument", "get", -32603),
    ),
    fault_on(
        "unknown-reference-is-refused",
        PIPE,
        |all| mend(all, "unknown-reference", -32602),
        |all| {
            serve(
                all,
                "unknown-reference",
                "prompt",
                json!({"completion": {"values": []}}),
            );
        },
    ),
    fault_on(
        "bad-level-is-refused",
        PIPE,
        |all| {
            probe_like(all, "unknown-method", "bad-level", &["set"]);
            mend(all, "bad-level", -32602);
        },
        |all| serve(all, "bad-level", "set", json!({})),
    ),
    fault_on(
        "unknown-task-is-refused",
        PIPE,
        |all| {
            probe_like(all, "unknown-method", "unknown-task", &["get"]);
            mend(all, "unknown-task", -32602);
        },
        |all| refuse(all, "unknown-task", "get", -32603),
    ),
    fault("ids-come-back", PIPE, |all| {
        came(all, "odd-ids", "digits")["json"]["id"] = json!(7001);
    }),
    fault("many-at-once-are-answered", PIPE, |all| {
        silence(all, "many-at-once", "at once");
    }),
    fault("goes-on-after-a-cancellation", PIPE, |all| {
        silence(all, "cancel", "then");
    }),
    fault("goes-on-after-nonsense", PIPE, |all| {
        silence(all, "wrong-envelope", "afterwards");
    }),
    fault_on(
        "batches-are-answered",
        PIPE,
        |all| {
            let at = probing(all, "batch", "batch");
            all[at]["json"]["revision"] = json!("2025-03-26");
            let is_batch = |entry: &Value| entry["dir"] == "out" && entry["ch"] == "wire";
            let batch = at + all[at..].iter().position(is_batch).unwrap();
            let mut answer = all[batch].clone();
            answer["dir"] = json!("in");
            answer["json"] = json!([
                {"jsonrpc": "2.0", "id": "batch-1", "result": {}},
                {"jsonrpc": "2.0", "id": "batch-2", "result": {}},
            ]);
            all.insert(batch + 1, answer);
        },
        |all| {
            let is_answer = |entry: &Value| entry["dir"] == "in" && entry["json"].is_array();
            let at = all.iter().position(is_answer).unwrap();
            all[at]["json"].as_array_mut().unwrap().pop();
        },
    ),
    fault("handshake-works-after-an-early-request", PIPE, |all| {
        refuse(all, "early-request", "initialize", -32600);
    }),
    fault("supported-version-is-echoed", PIPE, |all| {
        let answer = came(all, "version-2025-06-18", "initialize");
        answer["json"]["result"]["protocolVersion"] = json!("2025-11-25");
        let answer = came(all, "version-2025-11-25", "initialize");
        answer["json"]["result"]["protocolVersion"] = json!("2025-06-18");
    }),
    fault("bogus-version-is-not-echoed", PIPE, |all| {
        let answer = came(all, "bogus-version", "initialize");
        answer["json"]["result"]["protocolVersion"] = json!("1999-12-31");
    }),
    fault("bad-arguments-are-a-tool-error", PIPE, |all| {
        refuse(all, "bad-arguments", "missing", -32602);
    }),
    fault("resources-are-as-listed", PIPE, |all| {
        let answer = came(all, "listed-resource", "read");
        answer["json"]["result"]["contents"][0]["mimeType"] = json!("text/html");
    }),
    fault("serves-a-second-client", PIPE, |all| {
        let is_end = |entry: &&mut Value| {
            entry["json"]["event"] == "probed" && entry["json"]["probe"] == "second-connection"
        };
        let end = all.iter_mut().find(is_end).unwrap();
        end["json"]["why"] = json!("the handshake was not answered");
    }),
    fault("get-is-a-stream-or-405", HTTP, |all| {
        status(all, "get-stream", "get", 404);
    }),
    fault("ended-session-is-gone", HTTP, |all| {
        status(all, "ended-session", "then", 400);
    }),
    fault("session-is-demanded", HTTP, |all| {
        status(all, "no-session", "none", 200);
    }),
    fault("delete-is-answered", HTTP, |all| {
        status(all, "ended-session", "delete", 404);
    }),
    fault("bad-version-header-is-refused", HTTP, |all| {
        status(all, "bad-version-header", "ask", 200);
    }),
    fault("version-header-may-be-missing", HTTP, |all| {
        refuse(all, "no-version-header", "ask", -32600);
    }),
    fault("foreign-origin-is-refused", HTTP, |all| {
        status(all, "foreign-origin", "ask", 200);
    }),
    fault("foreign-host-is-refused", HTTP, |all| {
        status(all, "foreign-host", "ask", 200);
    }),
    fault("wrong-requests-are-no-faults", HTTP, |all| {
        status(all, "wrong-types", "text/plain", 500);
    }),
    fault_on(
        "garbage-token-is-refused",
        HTTP,
        |all| {
            probe_like(all, "no-session", "garbage-token", &["none", "garbage"]);
            status(all, "garbage-token", "none", 401);
            status(all, "garbage-token", "garbage", 401);
        },
        |all| status(all, "garbage-token", "garbage", 200),
    ),
    fault("discover-is-there", HTTP_MODERN, |all| {
        refuse(all, "discover", "discover", -32601);
    }),
    fault("supported-versions-are-spoken", HTTP_MODERN, |all| {
        let answer = came(all, "discover", "discover");
        answer["json"]["result"]["supportedVersions"] = json!(["2025-11-25"]);
    }),
    fault("unsupported-version-is-refused", HTTP_MODERN, |all| {
        refuse(all, "unsupported-version", "ask", -32602);
    }),
    fault("meta-is-demanded", HTTP_MODERN, |all| {
        refuse(all, "missing-meta", "no capabilities", -32600);
    }),
    fault("client-info-is-optional", HTTP_MODERN, |all| {
        refuse(all, "no-client-info", "ask", -32602);
    }),
    fault_on(
        "refusal-names-versions",
        HTTP_MODERN,
        |all| {
            refuse(all, "initialize", "initialize", -32022);
            let answer = came(all, "initialize", "initialize");
            answer["json"]["error"]["data"] = json!({"supported": ["2026-07-28"]});
        },
        |all| refuse(all, "initialize", "initialize", -32601),
    ),
    fault("lists-stay-the-same", PIPE_MODERN, |all| {
        let answer = came(all, "second-connection", "tools/list 1");
        answer["json"]["result"]["tools"] = json!([]);
    }),
    fault_on(
        "lists-keep-their-order",
        PIPE_MODERN,
        |all| {
            for turn in ["tools/list 1", "tools/list 2"] {
                let answer = came(all, "lists", turn);
                let tools = answer["json"]["result"]["tools"].as_array_mut().unwrap();
                let mut another = tools[0].clone();
                another["name"] = json!("another");
                tools.push(another);
            }
        },
        |all| {
            let answer = came(all, "lists", "tools/list 2");
            let tools = answer["json"]["result"]["tools"].as_array_mut().unwrap();
            tools.reverse();
        },
    ),
    fault("headers-match-the-body", HTTP_MODERN, |all| {
        status(all, "header-mismatch", "no method", 200);
    }),
    fault("header-names-in-any-case", HTTP_MODERN, |all| {
        refuse(all, "header-case", "ask", -32020);
    }),
    fault("header-values-are-compared", HTTP_MODERN, |all| {
        status(all, "method-case", "ask", 200);
    }),
    fault("encoded-headers-are-decoded", HTTP_MODERN, |all| {
        refuse(all, "encoded-name", "call", -32020);
    }),
    fault_on(
        "argument-headers-are-compared",
        HTTP_MODERN,
        |all| probe_like(all, "method-case", "argument-header", &["another value"]),
        |all| status(all, "argument-header", "another value", 200),
    ),
    fault_on(
        "old-verbs-are-refused",
        HTTP_MODERN,
        |all| {
            probe_like(all, "method-case", "old-verbs", &["get"]);
            status(all, "old-verbs", "get", 405);
        },
        |all| status(all, "old-verbs", "get", 200),
    ),
    fault_on(
        "tasks-need-their-extension",
        HTTP_MODERN,
        |all| {
            probe_like(all, "no-client-info", "undeclared-task", &["undeclared"]);
            refuse(all, "undeclared-task", "undeclared", -32021);
        },
        |all| refuse(all, "undeclared-task", "undeclared", -32602),
    ),
];

#[test]
fn what_is_probed_is_judged() {
    use std::collections::HashSet;

    use mcpscope::lint::RULES;
    use mcpscope::lint::rule::Check;
    use mcpscope::probe::{PROBES, UNPROBED};

    let judged: HashSet<&str> = RULES
        .iter()
        .filter_map(|rule| match rule.check {
            Check::Probe(probes, _) => Some(probes),
            _ => None,
        })
        .flatten()
        .copied()
        .collect();
    for name in &judged {
        assert!(PROBES.iter().any(|probe| probe.name == *name), "{name}");
    }
    // What no rule about probes names is there for those about all traffic.
    for probe in PROBES {
        let checked: Vec<u16> = RULES.iter().flat_map(|rule| rule.checks).copied().collect();
        let has_rule = probe.checks.iter().any(|check| checked.contains(check));
        let alone = ["unknown-subscription", "terminate"].contains(&probe.name);
        assert!(
            judged.contains(probe.name) || has_rule || alone,
            "{}",
            probe.name
        );
    }
    // The active checks of the protocol reference.
    let active: &[u16] = &[
        22, 31, 32, 34, 35, 36, 38, 40, 41, 42, 43, 44, 45, 46, 50, 56, 57, 60, 61, 62, 63, 64, 65,
        66, 67, 68, 69, 70, 78, 99, 100, 105, 112, 113, 114, 119, 121, 126, 139, 148, 149, 163,
        165, 166, 171, 172, 174, 177, 178, 179, 180, 184, 185, 186,
    ];
    for check in active {
        let probed = PROBES.iter().any(|probe| probe.checks.contains(check));
        let reason = UNPROBED
            .iter()
            .any(|(other, why)| other == check && !why.is_empty());
        assert!(probed != reason, "check {check}: {probed} {reason}");
        let has_rule = RULES.iter().any(|rule| rule.checks.contains(check));
        assert!(has_rule || reason, "check {check} has no rule");
    }
}
