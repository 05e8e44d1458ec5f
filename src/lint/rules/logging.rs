//! Log notifications and stderr: whether they were wanted, and what they give away.

use crate::lint::rule::{Check, Grade, On, Rule};
use crate::lint::seen::{Message, Seen, Told};
use crate::mask;
use crate::mcp::facts::Detail;
use crate::mcp::revision::Revision::V2026_07_28;
use crate::session::Channel;
use crate::session::level::Level;

const LOG: On = On::Sent(&["notifications/message"]);

/// See the module.
pub const RULES: &[Rule] = &[
    Rule {
        name: "logging-is-declared",
        checks: &[116],
        section: "server/utilities/logging Capabilities",
        what: "A server that sends log messages declares the capability `logging`.",
        why: "Clients do not offer to set a level, and some drop the messages.",
        fix: "Declare `\"logging\": {}`.",
        lines: &[(
            "TypeScript",
            "new McpServer(info, { capabilities: { logging: {} } })",
        )],
        check: Check::Message(LOG, declared),
        ..Rule::ROW
    },
    Rule {
        name: "log-level-is-kept",
        checks: &[123],
        grade: Grade::WARNING,
        section: "server/utilities/logging",
        what: "No log message is below the level the client set.",
        why: "People set the level to see less.",
        fix: "Compare with the level of the session before sending.",
        check: Check::Message(LOG, level),
        ..Rule::ROW
    },
    Rule {
        name: "logs-were-asked-for",
        checks: &[124],
        since: V2026_07_28,
        section: "server/utilities/logging",
        what: "Log messages come only for a request that says `logLevel`.",
        why: "Clients have nowhere to show them.",
        fix: "Look at `_meta[\"io.modelcontextprotocol/logLevel\"]` of the request; without it send none.",
        check: Check::Message(LOG, wanted),
        ..Rule::ROW
    },
    Rule {
        name: "no-logs-among-news",
        checks: &[125],
        since: V2026_07_28,
        section: "server/utilities/logging, basic/patterns/subscriptions",
        what: "Log messages and progress do not come on a stream of `subscriptions/listen`.",
        why: "They belong to a request; on another stream nobody knows to which.",
        fix: "Send them on the stream of their request.",
        check: Check::Message(
            On::Sent(&["notifications/message", "notifications/progress"]),
            among_news,
        ),
        ..Rule::ROW
    },
    Rule {
        name: "logs-hold-no-secrets",
        checks: &[127],
        grade: Grade::WARNING,
        section: "server/utilities/logging Security",
        what: "Log messages and stderr hold no passwords, tokens or keys.",
        why: "Clients keep logs in files and show them to people.",
        fix: "Leave the value out, or all but its last characters.",
        check: Check::Entry(no_secrets),
        ..Rule::ROW
    },
];

fn declared(seen: &Seen<'_>, _: &Message<'_>, told: &mut Told) {
    let opening = seen.connection.and_then(|one| one.opening.as_deref());
    let Some(opening) = opening.filter(|opening| opening.capabilities.is_some()) else {
        return;
    };
    told.demand(opening.has("logging"), "", || {
        "a log message, but logging is not declared".to_owned()
    });
}

/// The level a message has.
fn of(message: &Message<'_>) -> Option<Level> {
    match &message.facts.detail {
        Detail::Log { level } => Level::of_word(level),
        _ => None,
    }
}

/// The least level that any request wants which this may belong to: over HTTP that of its stream.
fn least(seen: &Seen<'_>) -> Option<Level> {
    let memory = seen.memory;
    let own = seen.hop().and_then(|hop| hop.carries.as_ref()?.id.as_ref());
    if let Some(id) = own {
        return memory.asked.get(id).and_then(|asked| asked.level);
    }
    memory.asked.values().filter_map(|asked| asked.level).min()
}

fn level(seen: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    let modern = seen.revision() == Some(V2026_07_28);
    let least = if modern {
        least(seen)
    } else {
        seen.memory.level
    };
    let (Some(least), Some(level)) = (least, of(message)) else {
        return;
    };
    told.demand(level >= least, "/params/level", || {
        format!("{}, though {} was set", level.word(), least.word())
    });
}

fn wanted(seen: &Seen<'_>, _: &Message<'_>, told: &mut Told) {
    told.demand(least(seen).is_some(), "", || {
        "a log message, though no request that waits says logLevel".to_owned()
    });
}

fn among_news(seen: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    let tagged = message.facts.subscription.is_some();
    let news = seen
        .hop()
        .is_some_and(|hop| hop.method() == "subscriptions/listen");
    told.demand(!tagged && !news, "", || {
        let method = message.facts.method.as_deref().unwrap_or_default();
        format!("{method} on a stream of subscriptions/listen")
    });
}

fn no_secrets(seen: &Seen<'_>, told: &mut Told) {
    let mut look = |text: &[u8], pointer: &str| {
        told.looked();
        if seen.hides(text) {
            told.wrong(pointer, "what was masked as a secret");
        } else if let Some(kind) = mask::key_in(text) {
            told.wrong(pointer, format!("what looks like a {kind}"));
        } else if let Some(name) = named(text) {
            told.wrong(pointer, format!("a value that is called {name}"));
        }
    };
    if seen.entry.channel == Channel::Stderr {
        look(&seen.entry.body, "");
        return;
    }
    if !seen.is_from_server() {
        return;
    }
    for message in seen.messages {
        if matches!(message.facts.detail, Detail::Log { .. })
            && let Some(params) = message.get(&["params"])
        {
            look(params, "/params");
        }
    }
}

/// What values are called that are secrets; longer names first.
const NAMES: &[&str] = &[
    "authorization: bearer",
    "bearer",
    "password",
    "passwd",
    "secret",
    "token",
    "api_key",
    "api-key",
    "apikey",
];

/// Signs a secret has at least.
const SHORTEST: usize = 8;

/// The name of a secret whose value stands behind it in a text: `password=X`, `token: X`, `Bearer X`.
fn named(text: &[u8]) -> Option<&'static str> {
    let lower = text.to_ascii_lowercase();
    NAMES.iter().copied().find(|name| {
        memchr::memmem::find_iter(&lower, name.as_bytes()).any(|at| {
            let rest = &text[at + name.len()..];
            let rest = rest.strip_prefix(b"\"").unwrap_or(rest);
            let value = if name.ends_with("bearer") {
                rest.strip_prefix(b" ")
            } else {
                let rest = rest.trim_ascii_start();
                rest.strip_prefix(b"=").or_else(|| rest.strip_prefix(b":"))
            };
            // The token of a page or of progress is nobody's secret.
            let before = lower[..at].strip_suffix(b"_").unwrap_or(&lower[..at]);
            let public = ["progress", "next", "page", "continuation", "cancellation"];
            !public.iter().any(|word| before.ends_with(word.as_bytes()))
                && value.is_some_and(|value| is_value(value.trim_ascii_start()))
        })
    })
}

/// Whether a text begins with what nobody writes as a word: letters and digits, long enough.
fn is_value(text: &[u8]) -> bool {
    let text = text
        .strip_prefix(b"\"")
        .or_else(|| text.strip_prefix(b"'"))
        .unwrap_or(text);
    let fits = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.~+/=!$%&*@#?".contains(byte);
    let value = &text[..text.iter().take_while(|byte| fits(byte)).count()];
    let has = |is: fn(&u8) -> bool| value.iter().any(is);
    value.len() >= SHORTEST
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_alphabetic)
        && !value.starts_with(b"$")
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn secrets_are_known_by_what_they_are_called() {
        for (text, name) in [
            (
                "calling api with Authorization: Bearer q8Zr3kTnV0xWm5YbLd7HsPc2JfGu9AeR",
                "authorization: bearer",
            ),
            ("password=hunter2-Zk81xQ", "password"),
            ("{\"token\": \"a1b2c3d4e5\"}", "token"),
            ("API_KEY = 'x9x9x9x9'", "api_key"),
        ] {
            assert_eq!(named(text.as_bytes()), Some(name), "{text}");
        }
        for text in [
            "password=",
            "the token: expired",
            "used 12345 tokens: 12345678",
            "Bearer token is missing",
            "token=$TOKEN_OF_2026",
            "secret: short1",
            "no password was given to user1234567",
        ] {
            assert_eq!(named(text.as_bytes()), None, "{text}");
        }
    }
}
