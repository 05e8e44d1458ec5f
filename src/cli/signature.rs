//! Listed things as one line each: `echo(message: string, times?: integer = 1) — Echo back`.
//!
//! Built from what the server says, so every line is sanitised here as a whole.

use crate::form::schema::{self, Choice, Extra, Field, Kind, Shape};
use crate::mcp::types::{Item, List};
use crate::text;

/// Values of an enum that are spelled out.
const CHOICES: usize = 8;
/// Characters of a default that are shown.
const DEFAULT: usize = 40;
/// Characters of a description that are shown.
const SUMMARY: usize = 200;

/// The line of one listed thing.
pub fn line(list: List, item: &Item) -> String {
    let head = match list {
        List::Tools => {
            let arguments = match item.member("inputSchema") {
                Some(schema) => arguments(&schema::read(schema)),
                None => "… no inputSchema".to_owned(),
            };
            format!("{}({arguments})", item.name)
        }
        List::Prompts => {
            let arguments: Vec<String> = item
                .prompt_arguments()
                .iter()
                .map(|argument| {
                    format!(
                        "{}{}",
                        argument.name,
                        if argument.required { "" } else { "?" }
                    )
                })
                .collect();
            format!("{}({})", item.name, arguments.join(", "))
        }
        List::Resources | List::Templates => resource(item),
    };
    let summary = match (list, item.summary(), &item.title) {
        (_, "", None) => String::new(),
        (List::Resources | List::Templates, "", _) => String::new(),
        (_, "", Some(title)) => format!(" — {title}"),
        (_, summary, _) => format!(" — {}", text::fit(summary, SUMMARY)),
    };
    text::sanitize(&format!("{head}{summary}")).into_owned()
}

/// `file:///a.txt (text/plain, 12 B) A file`
fn resource(item: &Item) -> String {
    let uri = item.uri.as_deref().unwrap_or("(no uri)");
    let facts: Vec<String> = item
        .mime
        .as_deref()
        .map(str::to_owned)
        .into_iter()
        .chain(item.size.map(text::size))
        .collect();
    let facts = if facts.is_empty() {
        String::new()
    } else {
        format!(" ({})", facts.join(", "))
    };
    let label = item.label();
    let label = if label.is_empty() || label == uri {
        String::new()
    } else {
        format!(" {label}")
    };
    format!("{uri}{facts}{label}")
}

fn arguments(shape: &Shape) -> String {
    let mut parts: Vec<String> = shape.fields.iter().map(argument).collect();
    if let Some(note) = &shape.note {
        parts.push(format!("… {note}"));
    }
    parts.join(", ")
}

/// `name: type` of a required argument, `name?: type = default` of another.
fn argument(field: &Field) -> String {
    let mark = if field.required { "" } else { "?" };
    let null = if field.nullable { "|null" } else { "" };
    let default = field
        .default
        .as_ref()
        .map(|value| format!(" = {}", text::fit(&value.to_string(), DEFAULT)))
        .unwrap_or_default();
    format!("{}{mark}: {}{null}{default}", field.name, kind(&field.kind))
}

fn kind(kind: &Kind) -> String {
    match kind {
        Kind::String(text) => text
            .format
            .as_ref()
            .map_or_else(|| "string".to_owned(), |format| format!("string({format})")),
        Kind::Number(_) => "number".to_owned(),
        Kind::Integer(_) => "integer".to_owned(),
        Kind::Boolean => "boolean".to_owned(),
        Kind::Enum(list) => choices(list),
        Kind::Null => "null".to_owned(),
        Kind::Set(set) => format!("({})[]", choices(&set.choices)),
        Kind::Array(array) => match (&array.item, array.slots.is_empty()) {
            (_, false) => format!("[{}]", array.slots.join(", ")),
            (Some(item), _) if item.contains('|') => format!("({item})[]"),
            (Some(item), _) => format!("{item}[]"),
            (None, _) => "[]".to_owned(),
        },
        Kind::Object(object) => match &object.extra {
            Extra::Typed(value) if !object.named => format!("map of {value}"),
            _ => "object".to_owned(),
        },
        Kind::Union(union) if union.keyword == "type" && union.variants.len() > 4 => {
            "any".to_owned()
        }
        Kind::Union(union) => {
            let names: Vec<&str> = union
                .variants
                .iter()
                .take(CHOICES)
                .map(|variant| variant.name.as_str())
                .collect();
            names.join("|")
        }
        Kind::Json(raw) => format!("JSON ({})", raw.why),
    }
}

fn choices(choices: &[Choice]) -> String {
    let mut words: Vec<String> = choices
        .iter()
        .take(CHOICES)
        .map(|choice| choice.value.to_string())
        .collect();
    if choices.len() > CHOICES {
        words.push(format!("… {} more", choices.len() - CHOICES));
    }
    words.join("|")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(list: List, raw: &str) -> String {
        line(list, &Item::read(raw.as_bytes()))
    }

    #[test]
    fn tools_say_what_they_take() {
        assert_eq!(
            of(
                List::Tools,
                r#"{"name":"t","description":"\n Does it.\nAnd more.","inputSchema":{"type":"object","required":["a"],
                "properties":{"a":{"type":"string"},"n":{"type":"integer","default":3},"on":{"type":"boolean"},
                "mode":{"enum":["x","y"]},"x":{"type":["number","null"]},"l":{"type":"array","items":{"type":"string"}}}}}"#
            ),
            r#"t(a: string, n?: integer = 3, on?: boolean, mode?: "x"|"y", x?: number|null, l?: string[]) — Does it."#
        );
        assert_eq!(
            of(
                List::Tools,
                r#"{"name":"t","inputSchema":{"type":"object"}}"#
            ),
            "t()"
        );
        assert_eq!(
            of(List::Tools, r#"{"name":"t","title":"T"}"#),
            "t(… no inputSchema) — T"
        );
    }

    #[test]
    fn resources_and_prompts_are_lines_too() {
        assert_eq!(
            of(
                List::Resources,
                r#"{"uri":"file:///a","name":"a","mimeType":"text/plain","size":12,"description":"An a"}"#
            ),
            "file:///a (text/plain, 12 B) a — An a"
        );
        assert_eq!(
            of(List::Templates, r#"{"uriTemplate":"x://{a}"}"#),
            "x://{a}"
        );
        assert_eq!(
            of(
                List::Prompts,
                r#"{"name":"p","arguments":[{"name":"a","required":true},{"name":"b"}]}"#
            ),
            "p(a, b?)"
        );
    }

    #[test]
    fn wild_text_is_tamed() {
        let shown = of(
            List::Tools,
            r#"{"name":"a\u001b[2J","description":"\u202eb","inputSchema":{"properties":{"c\n":{}}}}"#,
        );
        assert!(
            !shown.chars().any(text::is_unsafe) && !shown.contains('\n'),
            "{shown:?}"
        );
    }
}
