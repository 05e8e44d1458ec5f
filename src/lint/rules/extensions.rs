//! Extensions, user interfaces of tools, and icons.

use super::http::is_here;
use crate::json::{self, Kind as JsonKind};
use crate::lint::rule::{Check, Grade, On, Rule};
use crate::lint::seen::{Message, Seen, Subject, Told};
use crate::mcp::revision::Revision::{V2025_11_25, V2026_07_28};
use crate::mcp::types::List;

const LIST: On = On::Results(&["tools/list"]);
const WITH_ICONS: On = On::Results(&[
    "initialize",
    "server/discover",
    "tools/list",
    "resources/list",
    "resources/templates/list",
    "prompts/list",
]);

/// See the module.
pub const RULES: &[Rule] = &[
    Rule {
        name: "extensions-have-a-prefix",
        checks: &[173],
        since: V2026_07_28,
        section: "basic/versioning Extension Negotiation",
        what: "The name of an extension has a prefix, and its settings are an object.",
        why: "Clients compare the whole name, and read the settings as an object.",
        fix: "Write `\"com.example/thing\": {}`.",
        check: Check::Message(On::Results(&["server/discover"]), prefixed),
        ..Rule::ROW
    },
    Rule {
        name: "ui-links-are-not-flat",
        checks: &[175],
        grade: Grade::WARNING,
        section: "MCP Apps",
        what: "A tool names its user interface in `_meta.ui.resourceUri`, not only in `_meta[\"ui/resourceUri\"]`.",
        why: "The flat key is deprecated, and newer clients do not look there.",
        fix: "Write `\"_meta\": {\"ui\": {\"resourceUri\": \"ui://…\"}}`.",
        check: Check::Message(LIST, flat_links),
        ..Rule::ROW
    },
    Rule {
        name: "ui-links-are-ui-resources",
        checks: &[174],
        section: "MCP Apps",
        what: "A tool's user interface is a `ui://` resource, and `visibility` lists `model` and `app`.",
        why: "Clients load nothing else into their frames.",
        fix: "Register the resource with a URI that begins with `ui://`.",
        check: Check::Message(LIST, ui_links),
        ..Rule::ROW
    },
    Rule {
        name: "ui-resources-have-their-type",
        checks: &[174],
        section: "MCP Apps",
        what: "A `ui://` resource is read as `text/html;profile=mcp-app`.",
        why: "Clients do not show it as an interface otherwise.",
        fix: "Set that very `mimeType`.",
        check: Check::Message(On::Results(&["resources/read"]), ui_type),
        ..Rule::ROW
    },
    Rule {
        name: "icon-can-be-loaded",
        checks: &[176],
        since: V2025_11_25,
        section: "basic Icons",
        what: "An icon's `src` is an http or https URL, or a `data:` URI.",
        why: "Clients must refuse everything else: it could read files or run code.",
        fix: "Serve the icon over https, or put it into a `data:` URI.",
        check: Check::Message(WITH_ICONS, icon_source),
        ..Rule::ROW
    },
    Rule {
        name: "icon-is-proper",
        checks: &[176],
        grade: Grade::WARNING,
        since: V2025_11_25,
        section: "basic Icons",
        what: "An icon comes over https, and its `sizes` are like `48x48` or `any`.",
        why: "Clients do not load it, or choose the wrong size.",
        fix: "Use https; write sizes as width, `x`, height.",
        check: Check::Message(WITH_ICONS, icon_proper),
        ..Rule::ROW
    },
];

fn prefixed(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    let Some(raw) = message.get(&["result", "capabilities", "extensions"]) else {
        return;
    };
    told.looked();
    for (id, settings) in json::members(raw) {
        let place = json::pointer::below("/result/capabilities/extensions", &id);
        let parts = id.rsplit_once('/');
        let fits = parts.is_some_and(|(prefix, name)| {
            !name.is_empty() && prefix.split('.').all(|label| !label.is_empty())
        });
        if !fits {
            told.wrong(place, format!("{id} has no prefix"));
        } else if json::kind(settings) != JsonKind::Object {
            told.wrong(place, format!("the settings of {id} are no object"));
        }
    }
}

/// Tools with a user interface: place, name, `_meta`.
fn with_ui<'a>(message: &Message<'a>) -> Vec<(String, Box<str>, &'a [u8])> {
    let mut found = super::schemas::tools(message);
    found.retain_mut(|(at, _, tool)| {
        let Some(meta) = json::get(tool, &["_meta"]) else {
            return false;
        };
        let linked = json::get(meta, &["ui"]).is_some();
        at.push_str("/_meta");
        *tool = meta;
        linked || json::get(meta, &["ui/resourceUri"]).is_some()
    });
    found
}

fn flat_links(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    for (at, tool, meta) in with_ui(message) {
        told.looked();
        if json::get(meta, &["ui", "resourceUri"]).is_none()
            && json::get(meta, &["ui/resourceUri"]).is_some()
        {
            let words = format!("{tool} names its interface in the old place");
            told.about(Subject::Tool(tool), at, words);
        }
    }
}

fn ui_links(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    for (at, tool, meta) in with_ui(message) {
        told.looked();
        let uri = json::string_at(meta, &["ui", "resourceUri"])
            .or_else(|| json::string_at(meta, &["ui/resourceUri"]));
        if let Some(uri) = uri.filter(|uri| !uri.starts_with("ui://")) {
            let words = format!("the interface of {tool} is {uri}");
            told.about(Subject::Tool(tool.clone()), format!("{at}/ui"), words);
        }
        let visible = json::get(meta, &["ui", "visibility"]).unwrap_or_default();
        for word in json::elements(visible).filter_map(json::string) {
            if !matches!(word.as_str(), "model" | "app") {
                let words = format!("{tool} is visible to \"{word}\"");
                told.about(
                    Subject::Tool(tool.clone()),
                    format!("{at}/ui/visibility"),
                    words,
                );
            }
        }
    }
}

fn ui_type(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    for (at, raw) in message.items(&["result", "contents"]) {
        let Some(uri) = json::string_at(raw, &["uri"]).filter(|uri| uri.starts_with("ui://"))
        else {
            continue;
        };
        told.looked();
        let mime = json::string_at(raw, &["mimeType"]).unwrap_or_default();
        if mime.replace(' ', "") != "text/html;profile=mcp-app" {
            let words = format!("it is read as \"{mime}\"");
            told.about(
                Subject::Resource(uri.into()),
                format!("{at}/mimeType"),
                words,
            );
        }
    }
}

/// The icons of a message, with their places.
fn icons<'a>(message: &Message<'a>) -> Vec<(String, &'a [u8])> {
    let mut holders = Vec::new();
    for path in [
        ["result", "serverInfo"].as_slice(),
        &["result", "_meta", crate::mcp::meta::SERVER_INFO],
    ] {
        if let Some(raw) = message.get(path) {
            let at = path
                .iter()
                .fold(String::new(), |at, name| json::pointer::below(&at, name));
            holders.push((at, raw));
        }
    }
    for list in List::ALL {
        holders.extend(message.items(&["result", list.member()]));
    }
    let mut found = Vec::new();
    for (at, raw) in holders {
        let icons = json::get(raw, &["icons"]).unwrap_or_default();
        let icons = json::elements(icons).enumerate();
        found.extend(icons.map(|(place, icon)| (format!("{at}/icons/{place}"), icon)));
    }
    found
}

fn icon_source(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    for (at, icon) in icons(message) {
        let src = json::string_at(icon, &["src"]).unwrap_or_default();
        let scheme = src
            .split_once(':')
            .map(|(scheme, _)| scheme.to_ascii_lowercase());
        let fits = matches!(scheme.as_deref(), Some("http" | "https" | "data"));
        told.demand(fits, &format!("{at}/src"), || {
            let start: String = src.chars().take(60).collect();
            format!("the icon is at {start}")
        });
    }
}

fn is_size(text: &str) -> bool {
    let number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    text == "any"
        || text
            .split_once(['x', 'X'])
            .is_some_and(|(width, height)| number(width) && number(height))
}

fn icon_proper(_: &Seen<'_>, message: &Message<'_>, told: &mut Told) {
    for (at, icon) in icons(message) {
        let src = json::string_at(icon, &["src"]).unwrap_or_default();
        told.looked();
        if let Ok(url) = url::Url::parse(&src)
            && url.scheme() == "http"
            && !url.host_str().is_some_and(is_here)
        {
            told.wrong(format!("{at}/src"), format!("{src} is not https"));
        }
        let sizes = json::get(icon, &["sizes"]).unwrap_or_default();
        for size in json::elements(sizes).filter_map(json::string) {
            if !is_size(&size) {
                told.wrong(format!("{at}/sizes"), format!("\"{size}\" is no size"));
            }
        }
    }
}
