//! PROBES: every probe there is; and the checks that have none, with the reason.

use super::{Over, Place, Probe, asks, http, modern, nonsense};
use crate::mcp::revision::Revision::{V2025_03_26, V2025_06_18, V2025_11_25, V2026_07_28};

/// Every one. They are sent in this order.
pub static PROBES: &[Probe] = &[
    Probe {
        name: "discover",
        sends: "server/discover",
        checks: &[38, 39],
        since: V2026_07_28,
        script: modern::discover,
        ..Probe::ROW
    },
    Probe {
        name: "initialize",
        sends: "initialize, to a server that was met in 2026-07-28",
        checks: &[40, 45],
        since: V2026_07_28,
        place: Place::Unopened,
        civil: false,
        script: modern::initialize,
        ..Probe::ROW
    },
    Probe {
        name: "version-2024-11-05",
        sends: "initialize with 2024-11-05",
        checks: &[31],
        until: V2025_11_25,
        place: Place::Unopened,
        script: |known| asks::version(known, "2024-11-05"),
        ..Probe::ROW
    },
    Probe {
        name: "version-2025-03-26",
        sends: "initialize with 2025-03-26",
        checks: &[31],
        until: V2025_11_25,
        place: Place::Unopened,
        script: |known| asks::version(known, "2025-03-26"),
        ..Probe::ROW
    },
    Probe {
        name: "version-2025-06-18",
        sends: "initialize with 2025-06-18",
        checks: &[31],
        until: V2025_11_25,
        place: Place::Unopened,
        script: |known| asks::version(known, "2025-06-18"),
        ..Probe::ROW
    },
    Probe {
        name: "version-2025-11-25",
        sends: "initialize with 2025-11-25",
        checks: &[31],
        until: V2025_11_25,
        place: Place::Unopened,
        script: |known| asks::version(known, "2025-11-25"),
        ..Probe::ROW
    },
    Probe {
        name: "bogus-version",
        sends: "initialize with 1999-12-31, which never was a revision",
        checks: &[32],
        until: V2025_11_25,
        place: Place::Unopened,
        script: |known| asks::version(known, "1999-12-31"),
        ..Probe::ROW
    },
    Probe {
        name: "ping",
        sends: "ping",
        checks: &[34],
        until: V2025_11_25,
        script: asks::ping,
        ..Probe::ROW
    },
    Probe {
        name: "capabilities",
        sends: "the lists and the log level, whether they are declared or not",
        checks: &[35, 36],
        script: asks::capabilities,
        ..Probe::ROW
    },
    Probe {
        name: "lists",
        sends: "each list, twice",
        checks: &[46, 105],
        script: asks::lists,
        ..Probe::ROW
    },
    Probe {
        name: "unknown-method",
        sends: "methods that nobody knows, or that 2026-07-28 has no longer",
        checks: &[22],
        script: asks::unknown_method,
        ..Probe::ROW
    },
    Probe {
        name: "bad-cursor",
        sends: "lists from a cursor that was never given",
        checks: &[139],
        // What takes it for the next page would be taken to list everything twice.
        civil: false,
        script: asks::bad_cursor,
        ..Probe::ROW
    },
    Probe {
        name: "unknown-tool",
        sends: "a call of a tool that is not there",
        checks: &[99],
        script: asks::unknown_tool,
        ..Probe::ROW
    },
    Probe {
        name: "unknown-resource",
        sends: "a read of a resource that is not there",
        checks: &[112, 113],
        script: asks::unknown_resource,
        ..Probe::ROW
    },
    Probe {
        name: "unknown-prompt",
        sends: "a prompt that is not there",
        checks: &[119],
        script: asks::unknown_prompt,
        ..Probe::ROW
    },
    Probe {
        name: "missing-argument",
        sends: "a prompt without the arguments it requires",
        checks: &[119],
        script: asks::missing_argument,
        ..Probe::ROW
    },
    Probe {
        name: "unknown-reference",
        sends: "completion for a prompt and a template that are not there",
        checks: &[121],
        since: V2025_03_26,
        script: asks::unknown_reference,
        ..Probe::ROW
    },
    Probe {
        name: "bad-level",
        sends: "a log level that does not exist",
        checks: &[126],
        until: V2025_11_25,
        script: asks::bad_level,
        ..Probe::ROW
    },
    Probe {
        name: "unknown-subscription",
        sends: "a subscription to a resource that is not there",
        checks: &[],
        script: asks::unknown_subscription,
        ..Probe::ROW
    },
    Probe {
        name: "unknown-task",
        sends: "tasks/get and tasks/cancel of a task that is not there",
        checks: &[166],
        since: V2025_11_25,
        script: asks::unknown_task,
        ..Probe::ROW
    },
    Probe {
        name: "undeclared-task",
        sends: "tasks/get from a client without the extension, and tasks/result",
        checks: &[172],
        since: V2026_07_28,
        script: modern::undeclared_task,
        ..Probe::ROW
    },
    Probe {
        name: "odd-ids",
        sends: "requests with ids as odd as they may be: long, empty, huge, zero, below zero",
        checks: &[5],
        script: asks::odd_ids,
        ..Probe::ROW
    },
    Probe {
        name: "many-at-once",
        sends: "16 requests at once",
        checks: &[5, 6],
        script: asks::many_at_once,
        ..Probe::ROW
    },
    Probe {
        name: "cancel",
        sends: "the cancellation of a request that never was, and of one that runs",
        checks: &[52],
        script: asks::cancel,
        ..Probe::ROW
    },
    Probe {
        name: "listed-resource",
        sends: "a read of the first listed resource",
        checks: &[114],
        script: asks::listed_resource,
        ..Probe::ROW
    },
    Probe {
        name: "ui-resource",
        sends: "a read of the page a tool links to",
        checks: &[174],
        script: asks::ui_resource,
        ..Probe::ROW
    },
    Probe {
        name: "bad-arguments",
        sends: "a call of a tool without what it requires, and one with a value of the wrong type",
        checks: &[100],
        script: asks::bad_arguments,
        ..Probe::ROW
    },
    Probe {
        name: "given-calls",
        sends: "the calls that were given, each once, then once cancelled at once",
        checks: &[52],
        script: asks::given_calls,
        ..Probe::ROW
    },
    Probe {
        name: "second-connection",
        sends: "a connection beside those there are, and a list on it",
        checks: &[46],
        place: Place::Own,
        script: asks::lists,
        ..Probe::ROW
    },
    Probe {
        name: "missing-meta",
        sends: "requests without what each must say of its client",
        checks: &[42],
        since: V2026_07_28,
        script: modern::missing_meta,
        ..Probe::ROW
    },
    Probe {
        name: "no-client-info",
        sends: "a request that does not say who the client is",
        checks: &[43],
        since: V2026_07_28,
        script: modern::no_client_info,
        ..Probe::ROW
    },
    Probe {
        name: "unsupported-version",
        sends: "a request in 1999-12-31, which never was a revision",
        checks: &[41],
        since: V2026_07_28,
        script: modern::unsupported_version,
        ..Probe::ROW
    },
    Probe {
        name: "header-mismatch",
        sends: "requests whose headers are missing or say something else than the body",
        checks: &[66],
        since: V2026_07_28,
        over: Over::Http,
        civil: false,
        script: modern::header_mismatch,
        ..Probe::ROW
    },
    Probe {
        name: "header-case",
        sends: "a request with Header-Names-Like-This and blanks around their values",
        checks: &[67],
        since: V2026_07_28,
        over: Over::Http,
        script: modern::header_case,
        ..Probe::ROW
    },
    Probe {
        name: "method-case",
        sends: "a request whose Mcp-Method is in capitals",
        checks: &[68],
        since: V2026_07_28,
        over: Over::Http,
        civil: false,
        script: modern::method_case,
        ..Probe::ROW
    },
    Probe {
        name: "encoded-name",
        sends: "a call of a tool that is not there, with its name in base64 in the header",
        checks: &[69],
        since: V2026_07_28,
        over: Over::Http,
        script: modern::encoded_name,
        ..Probe::ROW
    },
    Probe {
        name: "argument-header",
        sends: "a call whose Mcp-Param header says something else than its argument",
        checks: &[70],
        since: V2026_07_28,
        over: Over::Http,
        civil: false,
        script: modern::argument_header,
        ..Probe::ROW
    },
    Probe {
        name: "old-verbs",
        sends: "GET and DELETE, where there are no sessions any more",
        checks: &[57],
        since: V2026_07_28,
        over: Over::Http,
        civil: false,
        script: http::old_verbs,
        ..Probe::ROW
    },
    Probe {
        name: "get-stream",
        sends: "GET for the stream of the server's own messages",
        checks: &[56],
        since: V2025_03_26,
        until: V2025_11_25,
        over: Over::Http,
        script: http::get_stream,
        ..Probe::ROW
    },
    Probe {
        name: "bad-version-header",
        sends: "a request whose version header says 1999-12-31",
        checks: &[63],
        since: V2025_06_18,
        until: V2025_11_25,
        over: Over::Http,
        civil: false,
        script: http::bad_version_header,
        ..Probe::ROW
    },
    Probe {
        name: "no-version-header",
        sends: "a request without the version header",
        checks: &[64],
        since: V2025_06_18,
        until: V2025_11_25,
        over: Over::Http,
        civil: false,
        script: http::no_version_header,
        ..Probe::ROW
    },
    Probe {
        name: "no-session",
        sends: "a request without the id of its session, and one with another's",
        checks: &[61],
        since: V2025_03_26,
        until: V2025_11_25,
        over: Over::Http,
        civil: false,
        script: http::no_session,
        ..Probe::ROW
    },
    Probe {
        name: "foreign-origin",
        sends: "a request that a page of http://mcpscope.example would make",
        checks: &[65],
        over: Over::Http,
        civil: false,
        script: http::foreign_origin,
        ..Probe::ROW
    },
    Probe {
        name: "foreign-host",
        sends: "a request for the host mcpscope.example, to an address of this machine",
        checks: &[65],
        over: Over::Http,
        civil: false,
        script: http::foreign_host,
        ..Probe::ROW
    },
    Probe {
        name: "wrong-types",
        sends: "a request as text/plain, and one that accepts only text/html",
        checks: &[],
        over: Over::Http,
        civil: false,
        script: http::wrong_types,
        ..Probe::ROW
    },
    Probe {
        name: "garbage-token",
        sends: "a request without its login, and one with a token that nobody gave out",
        checks: &[177, 184],
        since: V2025_03_26,
        over: Over::Http,
        civil: false,
        script: http::garbage_token,
        ..Probe::ROW
    },
    Probe {
        name: "ended-session",
        sends: "DELETE of the session, then a request in it",
        checks: &[60, 62],
        since: V2025_03_26,
        until: V2025_11_25,
        over: Over::Http,
        place: Place::Own,
        civil: false,
        script: http::ended_session,
    },
    Probe {
        name: "batch",
        sends: "two requests in one array",
        checks: &[2],
        place: Place::Own,
        civil: false,
        script: nonsense::batch,
        ..Probe::ROW
    },
    Probe {
        name: "broken-json",
        sends: "half a message, then a ping or a list",
        checks: &[],
        place: Place::Own,
        civil: false,
        script: nonsense::broken_json,
        ..Probe::ROW
    },
    Probe {
        name: "wrong-envelope",
        sends: "messages with a wrong jsonrpc, id or method, then a ping or a list",
        checks: &[],
        place: Place::Own,
        civil: false,
        script: nonsense::wrong_envelope,
        ..Probe::ROW
    },
    Probe {
        name: "same-id-twice",
        sends: "two requests with one id at once, then a ping or a list",
        checks: &[],
        place: Place::Own,
        civil: false,
        script: nonsense::same_id_twice,
        ..Probe::ROW
    },
    Probe {
        name: "long-line",
        sends: "a message of 1 MiB, then a ping or a list",
        checks: &[],
        place: Place::Own,
        civil: false,
        script: nonsense::long_line,
        ..Probe::ROW
    },
    Probe {
        name: "early-request",
        sends: "a list before initialize, then initialize",
        checks: &[],
        until: V2025_11_25,
        place: Place::Unopened,
        civil: false,
        script: nonsense::early_request,
        ..Probe::ROW
    },
    Probe {
        name: "closed-stdin",
        sends: "nothing more: its stdin is closed, and it has 5 s to end",
        checks: &[50],
        over: Over::Pipe,
        place: Place::Own,
        script: nonsense::closed_stdin,
        ..Probe::ROW
    },
    Probe {
        name: "terminate",
        sends: "SIGTERM, with its stdin open",
        checks: &[],
        over: Over::Pipe,
        place: Place::Own,
        script: nonsense::terminate,
        ..Probe::ROW
    },
];

/// Active checks of the protocol reference that no probe is for, and why.
pub const UNPROBED: &[(u16, &str)] = &[
    (
        44,
        "only a tool that asks its client something shows it; rules look at every call that is refused for it",
    ),
    (
        78,
        "only a stream that breaks off shows it, and nobody can make a server break one",
    ),
    (
        148,
        "only a tool that asks shows it, and which does is known only when it is called",
    ),
    (
        149,
        "only a tool that asks shows it, and a state with a fault may end the work of others",
    ),
    (
        163,
        "it takes a call of a tool that wants to be a task, which is rarely one that only reads",
    ),
    (
        165,
        "it takes a task that has ended: rules look at every cancellation",
    ),
    (171, "it takes a task: rules look at every one that is made"),
    (178, "rules look at it whenever a login is made"),
    (179, "rules look at it whenever a login is made"),
    (180, "rules look at it whenever a login is made"),
    (185, "it takes a person who logs in"),
    (186, "rules look at it whenever a login is made"),
];
