//! How a connection opens, who may ask what before and after, and how it ends.

use crate::json;
use crate::jsonrpc::{Id, Kind};
use crate::lint::memory::{GRACE_US, How};
use crate::lint::rule::{Check, Grade, On, Rule};
use crate::lint::seen::{Message, Seen, Told};
use crate::mcp::asked::AskKind;
use crate::mcp::facts::Detail;
use crate::mcp::meta;
use crate::mcp::method::Method;
use crate::mcp::revision::Revision::{self, V2025_03_26, V2025_06_18, V2025_11_25, V2026_07_28};
use crate::note::Note;
use crate::session::Direction;
use crate::session::timeline::LinkState;
use crate::text;

/// See the module.
pub const RULES: &[Rule] = &[
    Rule {
        name: "answered-version-exists",
        checks: &[30],
        section: "basic/lifecycle Version Negotiation",
        what: "`initialize` is answered with a published revision that has a handshake.",
        why: "A client that does not know the version has to hang up.",
        fix: "Answer one of 2024-11-05, 2025-03-26, 2025-06-18 and 2025-11-25; 2026-07-28 has no `initialize`.",
        check: Check::Message(On::Results(&["initialize"]), answered_version),
        ..Rule::ROW
    },
    Rule {
        name: "supported-versions",
        checks: &[39],
        since: V2026_07_28,
        section: "server/discover",
        what: "`supportedVersions` lists at least one revision, and only published ones.",
        why: "Clients choose one from there; from an empty list they cannot.",
        fix: "List every revision the server speaks, `2026-07-28` first.",
        check: Check::Message(On::Results(&["server/discover"]), supported),
        ..Rule::ROW
    },
    Rule {
        name: "server-says-its-version",
        grade: Grade::NOTE,
        what: "`serverInfo` has a name and a version that are not empty.",
        why: "Logs and bug reports name the server by them.",
        fix: "Give both to the constructor of your server.",
        lines: &[
            ("Python", "FastMCP(\"my-server\", version=\"1.2.0\")"),
            (
                "TypeScript",
                "new McpServer({ name: \"my-server\", version: \"1.2.0\" })",
            ),
            (
                "Go",
                "mcp.NewServer(&mcp.Implementation{Name: \"my-server\", Version: \"1.2.0\"}, nil)",
            ),
            (
                "Rust",
                "Implementation { name: \"my-server\".into(), version: env!(\"CARGO_PKG_VERSION\").into(), .. }",
            ),
        ],
        check: Check::Message(
            On::Results(&["initialize", "server/discover"]),
            says_version,
        ),
        ..Rule::ROW
    },
    Rule {
        name: "quiet-before-initialized",
        checks: &[33],
        grade: Grade::WARNING,
        section: "basic/lifecycle Initialization",
        what: "Before `notifications/initialized` a server sends only pings and log messages.",
        why: "Clients are not ready for more, and drop it or fail.",
        fix: "Wait for the notification before asking for roots or telling changes.",
        lines: &[("TypeScript", "server.server.oninitialized = () => { … }")],
        check: Check::Entry(quiet),
        ..Rule::ROW
    },
    Rule {
        name: "asks-what-was-declared",
        checks: &[15],
        grade: Grade::ErrorSince(V2025_06_18),
        until: V2025_11_25,
        section: "basic/lifecycle Operation",
        what: "A server asks for sampling, roots or input only when the client declared it.",
        why: "Other clients answer with an error, and whatever waits for the answer fails.",
        fix: "Look at the capabilities of `initialize`, and do without when they are not there.",
        check: Check::Message(On::Any, asks_declared),
        ..Rule::ROW
    },
    Rule {
        name: "asks-during-a-request",
        checks: &[16],
        grade: Grade::NOTE,
        until: V2025_11_25,
        section: "SEP-2260",
        what: "A server asks its client something while it works on a request of that client.",
        why: "What comes unasked for nobody expects; over HTTP it may reach nobody, and 2026-07-28 has no way for it.",
        fix: "Ask when a call needs it.",
        check: Check::Message(On::Any, asks_during),
        ..Rule::ROW
    },
    Rule {
        name: "declared-methods-work",
        checks: &[35],
        section: "server Capabilities",
        what: "A method that belongs to a declared capability is known: it is not answered with -32601.",
        why: "Clients ask for what was declared and show the error.",
        fix: "Declare only what has a handler; answer an empty list where there is nothing.",
        check: Check::Entry(declared_works),
        ..Rule::ROW
    },
    Rule {
        name: "templates-are-listed",
        grade: Grade::NOTE,
        what: "A server with resources answers `resources/templates/list`, with an empty list if it has none.",
        why: "Clients ask for templates together with resources, and show the error.",
        fix: "Add a handler that returns an empty list.",
        check: Check::Entry(templates_work),
        ..Rule::ROW
    },
    Rule {
        name: "working-methods-are-declared",
        checks: &[36],
        section: "server Capabilities",
        what: "What a server answers belongs to a capability it declared.",
        why: "Clients do not ask for what was not declared: it is as if it were not there.",
        fix: "Declare the capability, `{}` is enough.",
        check: Check::Message(On::AnyResult, works_declared),
        ..Rule::ROW
    },
    Rule {
        name: "no-exit-with-requests-waiting",
        checks: &[51],
        grade: Grade::WARNING,
        section: "basic/transports stdio",
        what: "A server does not end while requests wait for their answers.",
        why: "The calls are lost, and their user learns nothing.",
        fix: "Catch what a handler throws and answer it as an error; look at the last lines of stderr.",
        check: Check::Entry(exit_waiting),
        ..Rule::ROW
    },
    Rule {
        name: "does-not-crash",
        grade: Grade::WARNING,
        what: "A server does not end by itself with an error code or a signal.",
        why: "Clients show that the server failed, mostly without saying why.",
        fix: "Look at the last lines of stderr; a missing package or variable is the usual reason at the start.",
        check: Check::Entry(crashes),
        ..Rule::ROW
    },
    Rule {
        name: "silent-after-cancellation",
        checks: &[52],
        grade: Grade::ErrorSince(V2026_07_28),
        section: "basic/utilities/cancellation",
        what: "Nothing more comes for a request that was cancelled.",
        why: "The work goes on though nobody wants it, and costs what it costs.",
        fix: "Stop the handler when its cancellation arrives.",
        lines: &[
            (
                "TypeScript",
                "async (args, { signal }) => { signal.throwIfAborted(); … }",
            ),
            (
                "Go",
                "select { case <-ctx.Done(): return nil, ctx.Err(); … }",
            ),
            (
                "Rust",
                "tokio::select! { () = context.ct.cancelled() => …, done = work => … }",
            ),
        ],
        check: Check::Entry(after_cancel),
        ..Rule::ROW
    },
];

fn answered_version(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    let Some(version) = message.text(&["result", "protocolVersion"]) else {
        return;
    };
    let known = version.parse::<Revision>();
    let fits = known.is_ok_and(|revision| revision <= Revision::NEWEST_LEGACY);
    told.demand(fits, "/result/protocolVersion", || {
        format!("answered {version}")
    });
}

fn supported(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    let listed = message.items(&["result", "supportedVersions"]);
    let versions: Vec<_> = listed.filter_map(|(_, raw)| json::string(raw)).collect();
    told.demand(!versions.is_empty(), "/result/supportedVersions", || {
        "supportedVersions is empty".to_owned()
    });
    let is_date = |text: &str| {
        let digits = |byte: u8| byte.is_ascii_digit() || byte == b'-';
        text.len() == 10 && text.bytes().all(digits)
    };
    for version in versions.iter().filter(|version| !is_date(version)) {
        told.wrong(
            "/result/supportedVersions",
            format!("{version} is no revision"),
        );
    }
}

fn says_version(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    let places = [
        ("/result/serverInfo", message.get(&["result", "serverInfo"])),
        (
            "/result/_meta",
            message.get(&["result", "_meta", meta::SERVER_INFO]),
        ),
    ];
    for (place, info) in places {
        let Some(info) = info else { continue };
        let is_empty =
            |name: &str| json::string_at(info, &[name]).is_some_and(|text| text.trim().is_empty());
        told.demand(!is_empty("name") && !is_empty("version"), place, || {
            "serverInfo has an empty name or version".to_owned()
        });
    }
}

fn quiet(seen: &Seen<'_>, told: &mut Told) {
    let memory = seen.memory;
    for message in seen.messages {
        let method = message.facts.method.as_deref().unwrap_or_default();
        if seen.entry.direction == Direction::Out {
            if method == "notifications/initialized" {
                told.looked();
            }
            continue;
        }
        let early = memory.shook_hands && !memory.initialized;
        let sent = matches!(message.facts.kind, Kind::Request | Kind::Notification);
        if early && sent && !matches!(method, "ping" | "notifications/message") {
            told.wrong("", format!("{method} before notifications/initialized"));
        }
    }
}

/// What a request of the server's asks for, when it asks a client something.
fn kind_of(message: &Message<'_>) -> Option<AskKind> {
    match (&message.facts.detail, message.facts.kind) {
        (Detail::Asked(asked), Kind::Request) => Some(asked.kind),
        _ => None,
    }
}

fn asks_declared(seen: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    let (Some(kind), Some(declared)) = (kind_of(message), &seen.memory.declared) else {
        return;
    };
    told.demand(declared.take(kind), "", || {
        let method = kind.method();
        format!(
            "{method} ({}), which the client did not declare",
            kind.word()
        )
    });
}

fn asks_during(seen: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    let Some(kind) = kind_of(message) else { return };
    let of_task = message.get(&["params", "_meta", meta::RELATED_TASK]);
    let works = !seen.memory.asked.is_empty() || of_task.is_some();
    told.demand(works, "", || {
        format!("{} while no request of the client waits", kind.method())
    });
}

/// The method that a message answers, when the server declared what it needs.
fn declared_method<'a>(
    seen: &Seen<'_>,
    message: &'a Message<'_>,
) -> Option<(&'a str, Option<&'static str>)> {
    let method = message.method.as_deref()?;
    let row = Method::find(method)?;
    message.answers?;
    let opening = seen.connection?.opening.as_deref()?;
    opening.capabilities.as_ref()?;
    let needs = match method {
        "completion/complete" if seen.revision()? < V2025_03_26 => return None,
        _ => row.capability?,
    };
    Some((method, opening.has(needs).then_some(needs)))
}

fn is_unknown(message: &Message<'_>) -> bool {
    matches!(
        message.facts.detail,
        Detail::Error {
            code: Some(-32601),
            ..
        }
    )
}

/// Answers from the server to requests.
fn answers<'a, 's>(seen: &'a Seen<'s>) -> impl Iterator<Item = &'a Message<'s>> {
    let from_server = seen.is_from_server();
    seen.messages.iter().filter(move |message| {
        from_server && matches!(message.facts.kind, Kind::Result | Kind::Error)
    })
}

fn declared_works(seen: &Seen<'_>, told: &mut Told) {
    for message in answers(seen) {
        let Some((method, Some(needs))) = declared_method(seen, message) else {
            continue;
        };
        let subscribes = || {
            let opening = seen.connection.and_then(|one| one.opening.as_deref());
            opening.is_some_and(|opening| opening.is_true(&["resources", "subscribe"]))
        };
        // What 2026-07-28 has no longer belongs to nothing that is declared there.
        let has_it = |row: &Method| {
            seen.revision()
                .is_none_or(|revision| (row.since..=row.until).contains(&revision))
        };
        if !Method::find(method).is_some_and(has_it) {
            continue;
        }
        let looks = match method {
            "tools/list"
            | "prompts/list"
            | "resources/list"
            | "logging/setLevel"
            | "completion/complete" => true,
            "resources/subscribe" => subscribes(),
            _ => false,
        };
        if looks {
            told.demand(!is_unknown(message), "/error/code", || {
                format!("{needs} is declared, but {method} is not known")
            });
        }
    }
}

fn templates_work(seen: &Seen<'_>, told: &mut Told) {
    for message in answers(seen) {
        if let Some(("resources/templates/list", Some(_))) = declared_method(seen, message) {
            told.demand(!is_unknown(message), "/error/code", || {
                "resources are declared, but resources/templates/list is not known".to_owned()
            });
        }
    }
}

fn works_declared(seen: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    let Some((method, declared)) = declared_method(seen, message) else {
        return;
    };
    // Tasks of the extension are declared elsewhere.
    if method.starts_with("tasks/") {
        return;
    }
    told.demand(declared.is_some(), "", || {
        let needs = Method::find(method).and_then(|row| row.capability);
        format!(
            "{method} works, but {} is not declared",
            needs.unwrap_or_default()
        )
    });
}

/// Whether a process that ended was told to.
fn was_asked(seen: &Seen<'_>) -> bool {
    seen.connection
        .is_none_or(|connection| !matches!(connection.link, LinkState::Exited { asked: false, .. }))
}

fn exit_waiting(seen: &Seen<'_>, told: &mut Told) {
    if !matches!(seen.note(), Some(Note::Exit { .. })) {
        return;
    }
    let waits = |asked: &&crate::lint::memory::Asked| asked.filter.is_none();
    let waiting = seen.memory.asked.values().filter(waits).count();
    told.demand(waiting == 0 || was_asked(seen), "", || {
        let requests = text::plural(waiting, "request");
        format!("the server ended with {requests} waiting")
    });
}

fn crashes(seen: &Seen<'_>, told: &mut Told) {
    let Some(Note::Exit { code, signal }) = seen.note() else {
        return;
    };
    let failed = signal.is_some() || code.is_some_and(|code| code != 0);
    told.demand(!failed || was_asked(seen), "", || match (code, signal) {
        (Some(code), _) => format!("the server ended by itself with code {code}"),
        (None, signal) => format!(
            "the server was ended by signal {}",
            signal.unwrap_or_default()
        ),
    });
}

fn after_cancel(seen: &Seen<'_>, told: &mut Told) {
    let memory = seen.memory;
    for message in seen.messages {
        if let (Direction::Out, Detail::Cancelled { request }) =
            (seen.entry.direction, &message.facts.detail)
        {
            if memory.asked.contains_key(request) {
                told.looked();
            }
            continue;
        }
        if !seen.is_from_server() {
            continue;
        }
        let modern = seen.revision() == Some(V2026_07_28);
        let over = match &message.facts.detail {
            Detail::Progress { token, .. } if modern && memory.of_token(token).is_none() => {
                let of_token =
                    |over: &&crate::lint::memory::Over| over.asked.token.as_ref() == Some(token);
                memory.over.iter().rev().find(of_token)
            }
            _ if matches!(message.facts.kind, Kind::Result | Kind::Error) => {
                let id: Option<&Id> = message.facts.id.as_ref();
                id.and_then(|id| memory.ended(id))
            }
            _ => None,
        };
        let late = over.filter(|over| {
            over.how == How::Cancelled && seen.entry.us.saturating_sub(over.us) > GRACE_US
        });
        if let Some(over) = late {
            let ms = seen.entry.us.saturating_sub(over.us) / 1000;
            let words = format!("{} was cancelled {ms} ms before", over.asked.method);
            told.wrong("", words);
        }
    }
}
