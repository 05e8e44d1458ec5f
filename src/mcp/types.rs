//! Lenient typed views over what servers list. Every view keeps its raw JSON; a missing or odd member is `None`.

use std::sync::Arc;

use super::http::headers;
use crate::json;

/// The four things a server lists.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub enum List {
    /// `tools/list`
    Tools,
    /// `resources/list`
    Resources,
    /// `resources/templates/list`
    Templates,
    /// `prompts/list`
    Prompts,
}

impl List {
    /// All four, in the order we ask for them.
    pub const ALL: [Self; 4] = [Self::Tools, Self::Resources, Self::Templates, Self::Prompts];

    /// The method that lists them.
    pub const fn method(self) -> &'static str {
        match self {
            Self::Tools => "tools/list",
            Self::Resources => "resources/list",
            Self::Templates => "resources/templates/list",
            Self::Prompts => "prompts/list",
        }
    }

    /// The member of the result that holds them.
    pub const fn member(self) -> &'static str {
        match self {
            Self::Tools => "tools",
            Self::Resources => "resources",
            Self::Templates => "resourceTemplates",
            Self::Prompts => "prompts",
        }
    }

    /// The server capability it belongs to.
    pub const fn capability(self) -> &'static str {
        match self {
            Self::Tools => "tools",
            Self::Resources | Self::Templates => "resources",
            Self::Prompts => "prompts",
        }
    }

    /// The list a method asks for.
    pub fn of_method(method: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|list| list.method() == method)
    }

    /// The lists that a `list_changed` notification is about.
    pub fn of_changed(method: &str) -> &'static [Self] {
        match method {
            "notifications/tools/list_changed" => &[Self::Tools],
            "notifications/resources/list_changed" => &[Self::Resources, Self::Templates],
            "notifications/prompts/list_changed" => &[Self::Prompts],
            _ => &[],
        }
    }
}

/// One listed tool, resource, template or prompt.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Item {
    /// `name` (of a nameless resource its `uri`; empty when there is neither).
    pub name: Box<str>,
    /// `title`, or a tool's `annotations.title`.
    pub title: Option<Box<str>>,
    /// `description`.
    pub description: Option<Box<str>>,
    /// `uri` of a resource, `uriTemplate` of a template.
    pub uri: Option<Box<str>>,
    /// `mimeType` of a resource or template.
    pub mime: Option<Box<str>>,
    /// `size` of a resource in bytes.
    pub size: Option<u64>,
    /// What a tool says it does to the world.
    pub effect: ToolEffect,
    /// Why a tool must not be used over HTTP in 2026-07-28: its `x-mcp-header` marks are not valid.
    pub barred: Option<Box<str>>,
    /// The whole item as the server sent it.
    pub raw: Arc<str>,
}

/// What a tool's annotations say it does (2025-03-26 and later; hints only, never to be trusted).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub enum ToolEffect {
    /// No annotations: the specification's default is "may destroy".
    #[default]
    Unknown,
    /// `readOnlyHint`
    Reads,
    /// Not read-only, and `destructiveHint` is false.
    Writes,
    /// Not read-only, and `destructiveHint` is true or absent.
    Destroys,
}

impl ToolEffect {
    /// One word for the list.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Unknown => "?",
            Self::Reads => "reads",
            Self::Writes => "writes",
            Self::Destroys => "destructive",
        }
    }
}

impl Item {
    /// Reads one item of a list result. Anything that is not an object becomes an item without a name.
    pub fn read(raw: &[u8]) -> Self {
        let text = |path: &[&str]| json::string_at(raw, path).map(String::into_boxed_str);
        let uri = text(&["uri"]).or_else(|| text(&["uriTemplate"]));
        Self {
            name: text(&["name"]).or_else(|| uri.clone()).unwrap_or_default(),
            title: text(&["title"]).or_else(|| text(&["annotations", "title"])),
            description: text(&["description"]),
            mime: text(&["mimeType"]),
            size: json::get(raw, &["size"])
                .and_then(json::integer)
                .and_then(|size| u64::try_from(size).ok()),
            effect: Self::effect(raw),
            barred: barred(raw),
            uri,
            raw: String::from_utf8_lossy(raw).into(),
        }
    }

    fn effect(raw: &[u8]) -> ToolEffect {
        let hint = |name| json::get(raw, &["annotations", name]).and_then(json::boolean);
        match (hint("readOnlyHint"), hint("destructiveHint")) {
            (None, None) => ToolEffect::Unknown,
            (Some(true), _) => ToolEffect::Reads,
            (_, Some(false)) => ToolEffect::Writes,
            _ => ToolEffect::Destroys,
        }
    }

    /// `title` if there is one, else the name (`basic` display name order).
    pub fn label(&self) -> &str {
        self.title.as_deref().unwrap_or(&self.name)
    }

    /// The first line of the description.
    pub fn summary(&self) -> &str {
        self.description
            .as_deref()
            .and_then(|text| text.lines().find(|line| !line.trim().is_empty()))
            .unwrap_or_default()
            .trim()
    }

    /// The raw member `name` of the item.
    pub fn member(&self, name: &str) -> Option<&[u8]> {
        json::get(self.raw.as_bytes(), &[name])
    }

    /// The raw `inputSchema` of a tool; `null` text when the server sent none.
    pub fn input_schema(&self) -> &[u8] {
        self.member("inputSchema").unwrap_or(b"null")
    }

    /// The arguments of a prompt: name, description, required.
    pub fn prompt_arguments(&self) -> Vec<PromptArgument> {
        self.member("arguments")
            .map(|raw| json::elements(raw).map(PromptArgument::read).collect())
            .unwrap_or_default()
    }
}

/// See [`Item::barred`]. Few tools have any mark, so it is looked for before the schema is read.
fn barred(raw: &[u8]) -> Option<Box<str>> {
    memchr::memmem::find(raw, b"x-mcp-header")?;
    let schema = json::get(raw, &["inputSchema"])?;
    headers::params(schema).err().map(Into::into)
}

/// One argument of a prompt; its value is always a string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromptArgument {
    /// `name`
    pub name: String,
    /// `description`
    pub description: Option<String>,
    /// `required`
    pub required: bool,
}

impl PromptArgument {
    fn read(raw: &[u8]) -> Self {
        Self {
            name: json::string_at(raw, &["name"]).unwrap_or_default(),
            description: json::string_at(raw, &["description"]),
            required: json::get(raw, &["required"]).and_then(json::boolean) == Some(true),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_items_are_items() {
        for raw in [
            "{}",
            "null",
            "7",
            r#"{"name":7}"#,
            r#"{"inputSchema":null}"#,
        ] {
            assert_eq!(&*Item::read(raw.as_bytes()).name, "", "{raw}");
        }
        assert_eq!(Item::read(b"{}").input_schema(), b"null");
    }

    #[test]
    fn marks_that_are_not_valid_bar_a_tool() {
        let barred = |schema: &str| {
            let raw = format!(r#"{{"name":"t","inputSchema":{schema}}}"#);
            Item::read(raw.as_bytes()).barred
        };
        let fine = r#"{"properties":{"a":{"type":"string","x-mcp-header":"A"}}}"#;
        assert_eq!(barred(fine), None);
        assert_eq!(barred("{}"), None);
        let why = barred(r#"{"properties":{"a":{"type":"string","x-mcp-header":"A B"}}}"#);
        assert_eq!(
            why.as_deref(),
            Some("x-mcp-header of a is no header name: \"A B\"")
        );
    }

    #[test]
    fn effects_follow_the_hints() {
        for (annotations, effect) in [
            ("{}", ToolEffect::Unknown),
            (
                r#"{"readOnlyHint":true,"destructiveHint":true}"#,
                ToolEffect::Reads,
            ),
            (r#"{"readOnlyHint":false}"#, ToolEffect::Destroys),
            (r#"{"destructiveHint":false}"#, ToolEffect::Writes),
        ] {
            let raw = format!(r#"{{"name":"t","annotations":{annotations}}}"#);
            assert_eq!(Item::read(raw.as_bytes()).effect, effect, "{annotations}");
        }
    }
}
