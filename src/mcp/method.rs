//! METHODS: the one table of the protocol's methods. Labels, listings and look-ups are generated from it.

use super::revision::Revision::{self, V2024_11_05, V2025_06_18, V2025_11_25, V2026_07_28};

/// Who sends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sender {
    /// Client to server.
    Client,
    /// Server to client.
    Server,
    /// Either.
    Both,
}

/// Whether it wants an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MethodKind {
    /// Wants a response.
    Request,
    /// Wants none.
    Notification,
}

/// One method of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Method {
    /// The name on the wire.
    pub name: &'static str,
    /// Request or notification.
    pub kind: MethodKind,
    /// Who sends it.
    pub sender: Sender,
    /// The first revision that has it.
    pub since: Revision,
    /// The last revision that has it.
    pub until: Revision,
    /// The capability the *receiver* of a request must have advertised, if one is needed.
    pub capability: Option<&'static str>,
    /// Where in `params` the thing it is about is named (a tool, a URI), for one-line labels.
    pub subject: &'static [&'static str],
    /// One line for people.
    pub summary: &'static str,
}

impl Method {
    /// The row of `name`, if the protocol has such a method.
    pub fn find(name: &str) -> Option<&'static Self> {
        METHODS.iter().find(|method| method.name == name)
    }
}

macro_rules! methods {
    ($($name:literal $kind:ident $sender:ident $since:ident..=$until:ident $capability:expr, $subject:expr, $summary:literal;)+) => {
        &[$(Method {
            name: $name,
            kind: MethodKind::$kind,
            sender: Sender::$sender,
            since: $since,
            until: $until,
            capability: $capability,
            subject: &$subject,
            summary: $summary,
        }),+]
    };
}

/// Every method of the five revisions, in the order people meet them.
pub const METHODS: &[Method] = methods! {
    "initialize" Request Client V2024_11_05..=V2025_11_25 None, [], "Open a connection: agree on version and capabilities";
    "notifications/initialized" Notification Client V2024_11_05..=V2025_11_25 None, [], "The client is ready";
    "server/discover" Request Client V2026_07_28..=V2026_07_28 None, [], "Ask a stateless server what it speaks and offers";
    "ping" Request Both V2024_11_05..=V2025_11_25 None, [], "Is the other side alive?";
    "tools/list" Request Client V2024_11_05..=V2026_07_28 Some("tools"), ["cursor"], "List the tools";
    "tools/call" Request Client V2024_11_05..=V2026_07_28 Some("tools"), ["name"], "Call a tool";
    "resources/list" Request Client V2024_11_05..=V2026_07_28 Some("resources"), ["cursor"], "List the resources";
    "resources/templates/list" Request Client V2024_11_05..=V2026_07_28 Some("resources"), ["cursor"], "List the resource templates";
    "resources/read" Request Client V2024_11_05..=V2026_07_28 Some("resources"), ["uri"], "Read a resource";
    "resources/subscribe" Request Client V2024_11_05..=V2025_11_25 Some("resources"), ["uri"], "Ask to be told when a resource changes";
    "resources/unsubscribe" Request Client V2024_11_05..=V2025_11_25 Some("resources"), ["uri"], "Stop being told";
    "prompts/list" Request Client V2024_11_05..=V2026_07_28 Some("prompts"), ["cursor"], "List the prompts";
    "prompts/get" Request Client V2024_11_05..=V2026_07_28 Some("prompts"), ["name"], "Get a prompt's messages";
    "completion/complete" Request Client V2024_11_05..=V2026_07_28 Some("completions"), ["argument", "name"], "Suggest values for an argument";
    "logging/setLevel" Request Client V2024_11_05..=V2025_11_25 Some("logging"), ["level"], "Set the least log level to send";
    "subscriptions/listen" Request Client V2026_07_28..=V2026_07_28 None, [], "Open a stream of change notifications";
    "tasks/get" Request Both V2025_11_25..=V2026_07_28 Some("tasks"), ["taskId"], "Ask for a task's state";
    "tasks/result" Request Both V2025_11_25..=V2025_11_25 Some("tasks"), ["taskId"], "Wait for a task's result";
    "tasks/list" Request Both V2025_11_25..=V2025_11_25 Some("tasks"), ["cursor"], "List tasks";
    "tasks/cancel" Request Both V2025_11_25..=V2026_07_28 Some("tasks"), ["taskId"], "Cancel a task";
    "tasks/update" Request Client V2026_07_28..=V2026_07_28 Some("tasks"), ["taskId"], "Give a task the input it asks for";
    "roots/list" Request Server V2024_11_05..=V2025_11_25 Some("roots"), [], "Ask for the client's root folders";
    "sampling/createMessage" Request Server V2024_11_05..=V2025_11_25 Some("sampling"), [], "Ask the client's model for a completion";
    "elicitation/create" Request Server V2025_06_18..=V2025_11_25 Some("elicitation"), ["message"], "Ask the user for input";
    "notifications/cancelled" Notification Both V2024_11_05..=V2026_07_28 None, ["requestId"], "A request is no longer wanted";
    "notifications/progress" Notification Both V2024_11_05..=V2026_07_28 None, ["progressToken"], "How far a request has come";
    "notifications/message" Notification Server V2024_11_05..=V2026_07_28 None, ["level"], "A log message";
    "notifications/tools/list_changed" Notification Server V2024_11_05..=V2026_07_28 None, [], "The tools changed";
    "notifications/prompts/list_changed" Notification Server V2024_11_05..=V2026_07_28 None, [], "The prompts changed";
    "notifications/resources/list_changed" Notification Server V2024_11_05..=V2026_07_28 None, [], "The resources changed";
    "notifications/resources/updated" Notification Server V2024_11_05..=V2026_07_28 None, ["uri"], "A resource changed";
    "notifications/roots/list_changed" Notification Client V2024_11_05..=V2025_11_25 None, [], "The client's root folders changed";
    "notifications/elicitation/complete" Notification Server V2025_11_25..=V2025_11_25 None, ["elicitationId"], "An elicitation in the browser is done";
    "notifications/tasks/status" Notification Both V2025_11_25..=V2025_11_25 None, ["taskId"], "A task's state changed";
    "notifications/subscriptions/acknowledged" Notification Server V2026_07_28..=V2026_07_28 None, [], "What a stream of notifications will carry";
    "notifications/tasks" Notification Server V2026_07_28..=V2026_07_28 None, ["taskId"], "A task's state changed";
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_well_formed() {
        for (index, method) in METHODS.iter().enumerate() {
            assert!(method.since <= method.until, "{}", method.name);
            assert!(
                METHODS[..index]
                    .iter()
                    .all(|other| other.name != method.name),
                "{} twice",
                method.name
            );
            assert_eq!(
                method.name.starts_with("notifications/"),
                method.kind == MethodKind::Notification,
                "{}",
                method.name
            );
            assert!(!method.summary.ends_with('.'), "{}", method.name);
        }
    }
}
