//! Tasks as they stand in messages: those of 2025-11-25 (`basic/utilities/tasks`) and those of the extension
//! `io.modelcontextprotocol/tasks` of 2026-07-28. Read leniently; what to do about them is `client/tasks.rs`'s to say.

use std::fmt;
use std::time::Duration;

use super::facts::Opening;
use super::revision::Revision;
use super::types::Item;
use crate::json;

/// The extension's name, as client and server declare it.
pub use super::asked::capabilities::TASKS as EXTENSION;
/// Why a task is not asked after any more: there is none.
pub const UNKNOWN: &str = "the server does not know it (any more)";
/// Why a task is not asked after any more: somebody said so.
pub const UNWANTED: &str = "no longer wanted";
/// How often a task is asked after when its server gives no hint.
const USUAL: Duration = Duration::from_secs(2);
/// The least and the most there is between two questions, whatever the server says: it must not make us busy, nor
/// wait for ever.
const BOUNDS: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(60));

/// The two kinds of tasks there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Shape {
    /// Of 2025-11-25: the caller asks for one with `params.task`; `tasks/result` waits for the result.
    Core,
    /// Of the extension: the server decides, the result stands in the answer to `tasks/get`.
    Extension,
}

impl Shape {
    /// The word in a file.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Core => "core",
            Self::Extension => "extension",
        }
    }

    /// The shape of a word.
    pub fn of_word(word: &str) -> Option<Self> {
        [Self::Core, Self::Extension]
            .into_iter()
            .find(|shape| shape.word() == word)
    }
}

/// How a task stands.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Serialize, serde::Deserialize,
)]
pub enum TaskStatus {
    /// `working`
    #[default]
    Working,
    /// `input_required`
    InputRequired,
    /// `completed`
    Completed,
    /// `failed`
    Failed,
    /// `cancelled`
    Cancelled,
    /// A word the protocol does not have.
    Odd,
}

impl TaskStatus {
    /// Reads the member `status`.
    pub fn of_word(word: &str) -> Self {
        match word {
            "working" => Self::Working,
            "input_required" => Self::InputRequired,
            "completed" => Self::Completed,
            "failed" => Self::Failed,
            "cancelled" => Self::Cancelled,
            _ => Self::Odd,
        }
    }

    /// Whether nothing more becomes of it.
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }
}

impl fmt::Display for TaskStatus {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Working => "working",
            Self::InputRequired => "input",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Odd => "unknown status",
        })
    }
}

/// What a message says of a task.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TaskFacts {
    /// `taskId`
    pub id: Box<str>,
    /// `status`
    pub status: TaskStatus,
    /// `statusMessage`
    pub said: Option<Box<str>>,
    /// `ttl` or `ttlMs`, in milliseconds; none when there is none or it lasts for ever.
    pub ttl_ms: Option<u64>,
    /// `pollInterval` or `pollIntervalMs`, in milliseconds.
    pub poll_ms: Option<u64>,
    /// Whether it stands in a member `task`, as the answer that makes a task of a call does in 2025-11-25.
    pub nested: bool,
    /// Whether its result or its error stands beside it, as in the extension.
    pub outcome: bool,
}

impl TaskFacts {
    /// The task that a result (or the params of a notification) tells of; none when it tells of none.
    pub fn read(raw: &[u8]) -> Option<Self> {
        if let Some(nested) = json::get(raw, &["task"])
            && let Some(mut facts) = Self::flat(nested)
        {
            facts.nested = true;
            return Some(facts);
        }
        Self::flat(raw)
    }

    fn flat(raw: &[u8]) -> Option<Self> {
        let count = |names: [&str; 2]| {
            names
                .into_iter()
                .find_map(|name| json::get(raw, &[name]).and_then(json::integer))
                .and_then(|number| u64::try_from(number).ok())
        };
        Some(Self {
            id: json::string_at(raw, &["taskId"])?.into(),
            status: TaskStatus::of_word(&json::string_at(raw, &["status"])?),
            said: json::string_at(raw, &["statusMessage"]).map(Into::into),
            ttl_ms: count(["ttlMs", "ttl"]),
            poll_ms: count(["pollIntervalMs", "pollInterval"]),
            nested: false,
            outcome: ["result", "error"]
                .iter()
                .any(|name| json::get(raw, &[name]).is_some()),
        })
    }

    /// When to ask again: as the server wants it, within bounds.
    pub fn pace(&self) -> Duration {
        self.poll_ms.map_or(USUAL, |hint| {
            Duration::from_millis(hint).clamp(BOUNDS.0, BOUNDS.1)
        })
    }
}

/// What a tool says of being called as a task (2025-11-25, `execution.taskSupport`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Support {
    /// It cannot be; also when it says nothing.
    #[default]
    Forbidden,
    /// As one wants it.
    Optional,
    /// Only as a task.
    Required,
}

impl Support {
    /// What the listed tool says.
    pub fn of(tool: &Item) -> Self {
        match json::string_at(tool.raw.as_bytes(), &["execution", "taskSupport"]).as_deref() {
            Some("optional") => Self::Optional,
            Some("required") => Self::Required,
            _ => Self::Forbidden,
        }
    }
}

/// Why a call of this tool cannot be asked for as a task; `None` when it can.
pub fn why_not(
    tool: &Item,
    revision: Option<Revision>,
    opening: Option<&Opening>,
) -> Option<&'static str> {
    match revision {
        Some(revision) if revision.has_core_tasks() => {}
        Some(Revision::V2026_07_28) => {
            return Some(
                "in 2026-07-28 the server decides what becomes a task, when the extension is declared",
            );
        }
        _ => return Some("tasks came with 2025-11-25; this connection speaks an older revision"),
    }
    let offers = opening
        .and_then(|opening| opening.capabilities.as_deref())
        .is_some_and(|raw| {
            json::get(raw.as_bytes(), &["tasks", "requests", "tools", "call"]).is_some()
        });
    if !offers {
        return Some("the server does not say that tools can be called as tasks");
    }
    match Support::of(tool) {
        Support::Forbidden => Some("the tool does not say that it can be called as a task"),
        Support::Optional | Support::Required => None,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn both_shapes_are_read() {
        let core = TaskFacts::read(
            br#"{"task":{"taskId":"t","status":"working","ttl":60000,"pollInterval":500,"statusMessage":"begun"}}"#,
        )
        .unwrap();
        assert_eq!(
            (&*core.id, core.status, core.ttl_ms, core.nested),
            ("t", TaskStatus::Working, Some(60_000), true)
        );
        assert_eq!(core.pace(), Duration::from_millis(500));
        let flat = TaskFacts::read(
            br#"{"resultType":"complete","taskId":"t","status":"input_required","ttlMs":null,"inputRequests":{"b":{},"a":{}}}"#,
        )
        .unwrap();
        assert_eq!(
            (flat.status, flat.ttl_ms, flat.nested),
            (TaskStatus::InputRequired, None, false)
        );
        assert!(!flat.outcome);
        let done = br#"{"taskId":"t","status":"completed","result":{"content":[]}}"#;
        assert!(TaskFacts::read(done).unwrap().outcome);
    }

    #[test]
    fn what_is_no_task_is_none() {
        for raw in [
            "{}",
            "7",
            r#"{"task":{"name":"t"}}"#,
            r#"{"taskId":"t"}"#,
            r#"{"taskId":7,"status":"working"}"#,
        ] {
            assert_eq!(TaskFacts::read(raw.as_bytes()), None, "{raw}");
        }
        let odd = TaskFacts::read(br#"{"taskId":"t","status":"paused"}"#).unwrap();
        assert_eq!(odd.status, TaskStatus::Odd);
        assert!(!odd.status.is_terminal(), "it is asked after until it ends");
    }

    #[test]
    fn a_hint_is_followed_within_bounds() {
        let pace = |hint| {
            let facts = TaskFacts {
                poll_ms: hint,
                ..TaskFacts::default()
            };
            facts.pace()
        };
        assert_eq!(pace(None), Duration::from_secs(2));
        assert_eq!(pace(Some(0)), Duration::from_millis(200));
        assert_eq!(pace(Some(u64::MAX)), Duration::from_secs(60));
    }

    #[test]
    fn who_may_ask_for_a_task() {
        let tool = |support: &str| {
            Item::read(
                format!(r#"{{"name":"t","execution":{{"taskSupport":"{support}"}}}}"#).as_bytes(),
            )
        };
        let opening = Opening {
            capabilities: Some(r#"{"tasks":{"requests":{"tools":{"call":{}}}}}"#.to_owned()),
            ..Opening::default()
        };
        let core = Some(Revision::V2025_11_25);
        assert_eq!(why_not(&tool("optional"), core, Some(&opening)), None);
        assert_eq!(why_not(&tool("required"), core, Some(&opening)), None);
        assert!(why_not(&tool("forbidden"), core, Some(&opening)).is_some());
        assert!(why_not(&tool("optional"), core, None).is_some());
        for revision in [Revision::V2025_06_18, Revision::V2026_07_28] {
            assert!(why_not(&tool("optional"), Some(revision), Some(&opening)).is_some());
        }
    }

    proptest::proptest! {
        #[test]
        fn anything_is_survived(text in r#"\{("task":\{)?("taskId":"[a-z]{0,3}",?)?("status":"[a-z_]{0,9}")?[\]\}:,"0-9]{0,8}"#) {
            let _ = TaskFacts::read(text.as_bytes());
        }
    }
}
