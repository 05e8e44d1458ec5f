//! MCP Apps (`io.modelcontextprotocol/ui`): what tools and resources say of the pages that belong to them. Told, never
//! rendered: such a page is bytes of a server like any other, and its text fallback is what a terminal shows.

use super::types::{Item, List};
use crate::json;

/// The extension's name, as client and server declare it.
pub use super::asked::capabilities::UI as EXTENSION;
/// The only media type an app may have.
pub const MIME: &str = "text/html;profile=mcp-app";
/// How the address of an app begins.
pub const SCHEME: &str = "ui://";

/// One line about an app, and whether it is against the rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Not sanitised.
    pub text: String,
    /// Whether it is.
    pub wrong: bool,
}

impl Told {
    fn fact(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            wrong: false,
        }
    }

    fn wrong(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            wrong: true,
        }
    }
}

/// The address of the app of a tool, by the member of today, else by the deprecated one.
pub fn of_tool(tool: &Item) -> Option<String> {
    let raw = tool.raw.as_bytes();
    json::string_at(raw, &["_meta", "ui", "resourceUri"])
        .or_else(|| json::string_at(raw, &["_meta", "ui/resourceUri"]))
}

/// Whether an item has to do with an app.
pub fn is_app(list: List, item: &Item) -> bool {
    match list {
        List::Tools => of_tool(item).is_some(),
        List::Resources | List::Templates => item
            .uri
            .as_deref()
            .is_some_and(|uri| uri.starts_with(SCHEME)),
        List::Prompts => false,
    }
}

/// Whether only apps may call this tool, so that models never see it.
pub fn is_hidden_from_models(tool: &Item) -> bool {
    visibility(tool).is_some_and(|who| !who.is_empty() && who.iter().all(|who| who == "app"))
}

fn visibility(tool: &Item) -> Option<Vec<String>> {
    let raw = json::get(tool.raw.as_bytes(), &["_meta", "ui", "visibility"])?;
    Some(json::elements(raw).filter_map(json::string).collect())
}

/// What is to be said of an item that has to do with an app; nothing of any other.
pub fn about(list: List, item: &Item) -> Vec<Told> {
    if !is_app(list, item) {
        return Vec::new();
    }
    match list {
        List::Tools => about_tool(item),
        _ => about_page(
            item.uri.as_deref().unwrap_or_default(),
            item.mime.as_deref(),
            item.raw.as_bytes(),
        ),
    }
}

fn about_tool(tool: &Item) -> Vec<Told> {
    let raw = tool.raw.as_bytes();
    let uri = of_tool(tool).unwrap_or_default();
    let mut told = vec![Told::fact(format!(
        "app {uri}: not rendered here; the text of its results is shown"
    ))];
    if !uri.starts_with(SCHEME) {
        told.push(Told::wrong(format!(
            "an app's address begins with {SCHEME}"
        )));
    }
    if json::get(raw, &["_meta", "ui", "resourceUri"]).is_none() {
        told.push(Told::wrong(
            "named by _meta[\"ui/resourceUri\"], which is deprecated; _meta.ui.resourceUri is meant",
        ));
    }
    if let Some(who) = visibility(tool) {
        let known = |who: &String| matches!(who.as_str(), "model" | "app");
        if is_hidden_from_models(tool) {
            told.push(Told::fact("only apps may call it: models do not see it"));
        } else {
            told.push(Told::fact(format!("visible to {}", who.join(", "))));
        }
        for odd in who.iter().filter(|who| !known(who)) {
            told.push(Told::wrong(format!(
                "visibility \"{odd}\" is neither \"model\" nor \"app\""
            )));
        }
    }
    told
}

/// What a resource, as it is listed or as it was read, says of the app it is.
pub fn about_page(uri: &str, mime: Option<&str>, raw: &[u8]) -> Vec<Told> {
    if !uri.starts_with(SCHEME) {
        return Vec::new();
    }
    let mut told = vec![Told::fact(
        "an app: its page is not rendered here, only shown as text",
    )];
    match mime {
        Some(MIME) => {}
        Some(other) => told.push(Told::wrong(format!(
            "its type is {other}; hosts take only {MIME}"
        ))),
        None => told.push(Told::wrong(format!(
            "it has no type; hosts take only {MIME}"
        ))),
    }
    let Some(ui) = json::get(raw, &["_meta", "ui"]) else {
        return told;
    };
    for (name, words) in [
        ("connectDomains", "may connect to"),
        ("resourceDomains", "may load from"),
        ("frameDomains", "may frame"),
        ("baseUriDomains", "may have as its base"),
    ] {
        if let Some(list) = json::get(ui, &["csp", name]) {
            let domains: Vec<String> = json::elements(list).filter_map(json::string).collect();
            let domains = if domains.is_empty() {
                "nothing".to_owned()
            } else {
                domains.join(", ")
            };
            told.push(Told::fact(format!("{words} {domains} (csp.{name})")));
        }
    }
    if let Some(permissions) = json::get(ui, &["permissions"]) {
        let names: Vec<String> = json::members(permissions)
            .map(|(name, _)| name.into_owned())
            .collect();
        if !names.is_empty() {
            told.push(Told::fact(format!("wants {}", names.join(", "))));
        }
    }
    if let Some(domain) = json::string_at(ui, &["domain"]) {
        told.push(Told::fact(format!("wants to be at {domain}")));
    }
    if let Some(border) = json::get(ui, &["prefersBorder"]).and_then(json::boolean) {
        told.push(Told::fact(if border {
            "wants a border"
        } else {
            "wants no border"
        }));
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(told: &[Told], wrong: bool) -> Vec<&str> {
        told.iter()
            .filter(|one| one.wrong == wrong)
            .map(|one| one.text.as_str())
            .collect()
    }

    #[test]
    fn a_tool_names_its_app() {
        let tool = Item::read(
            br#"{"name":"t","_meta":{"ui":{"resourceUri":"ui://t/view","visibility":["app"]}}}"#,
        );
        assert!(is_app(List::Tools, &tool) && is_hidden_from_models(&tool));
        let told = about(List::Tools, &tool);
        assert_eq!(
            texts(&told, false),
            [
                "app ui://t/view: not rendered here; the text of its results is shown",
                "only apps may call it: models do not see it"
            ]
        );
        assert!(texts(&told, true).is_empty());
    }

    #[test]
    fn the_deprecated_key_works_and_is_told() {
        let tool = Item::read(br#"{"name":"t","_meta":{"ui/resourceUri":"https://x"}}"#);
        assert_eq!(of_tool(&tool).as_deref(), Some("https://x"));
        assert!(!is_hidden_from_models(&tool));
        assert_eq!(texts(&about(List::Tools, &tool), true).len(), 2);
        let plain = Item::read(br#"{"name":"t","_meta":{}}"#);
        assert!(about(List::Tools, &plain).is_empty());
    }

    #[test]
    fn a_page_tells_what_it_may_and_wants() {
        let page = Item::read(
            br#"{"uri":"ui://t/view","name":"v","mimeType":"text/html","_meta":{"ui":{"csp":{"connectDomains":["https://api.example"],"frameDomains":[]},"permissions":{"camera":{}},"prefersBorder":true}}}"#,
        );
        let told = about(List::Resources, &page);
        assert_eq!(
            texts(&told, false),
            [
                "an app: its page is not rendered here, only shown as text",
                "may connect to https://api.example (csp.connectDomains)",
                "may frame nothing (csp.frameDomains)",
                "wants camera",
                "wants a border"
            ]
        );
        assert_eq!(
            texts(&told, true),
            ["its type is text/html; hosts take only text/html;profile=mcp-app"]
        );
        assert!(about_page("file:///a", None, b"{}").is_empty());
    }
}
