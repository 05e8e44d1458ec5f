//! Results for people: text as it is but sanitised, everything else as a card that says what it is.

use crate::json::{self, Kind, Value};
use crate::text;

/// The raw result of `tools/call` as lines.
pub fn lines(result: &[u8]) -> String {
    let mut out = String::new();
    let content = json::get(result, &["content"]).filter(|raw| json::kind(raw) == Kind::Array);
    let mut has_text = false;
    for block in content.map(json::elements).into_iter().flatten() {
        has_text |= matches!(member(block, "type").as_deref(), Some("text"));
        push(&mut out, self::block(block));
    }
    // Servers repeat structured content as text; it is shown when they did not (2025-06-18, tools).
    if let Some(structured) = json::get(result, &["structuredContent"]).filter(|_| !has_text) {
        push(&mut out, text::sanitize_lines(&pretty(structured)));
    } else if content.is_none() {
        push(&mut out, any(result));
    }
    out
}

/// The raw result of `resources/read` as lines: a text alone as it is, everything else under a card.
pub fn resources(result: &[u8]) -> String {
    let contents = json::get(result, &["contents"]).filter(|raw| json::kind(raw) == Kind::Array);
    let Some(contents) = contents else {
        return any(result);
    };
    let contents: Vec<&[u8]> = json::elements(contents).collect();
    let mut out = String::new();
    match contents.as_slice() {
        [only] if member(only, "text").is_some() => {
            let text = member(only, "text").unwrap_or_default();
            push(&mut out, text::sanitize_lines(&text));
        }
        many => {
            for one in many {
                push(&mut out, resource(one));
            }
        }
    }
    out
}

/// The raw result of `prompts/get` as lines: who says what.
pub fn prompt(result: &[u8]) -> String {
    let messages = json::get(result, &["messages"]).filter(|raw| json::kind(raw) == Kind::Array);
    let Some(messages) = messages else {
        return any(result);
    };
    let mut out = String::new();
    for message in json::elements(messages) {
        let role = member(message, "role").unwrap_or_else(|| "(no role)".to_owned());
        push(&mut out, format!("{}:", text::sanitize(&role)));
        match json::get(message, &["content"]) {
            // One block in every revision; some send a list of them.
            Some(content) if json::kind(content) == Kind::Array => {
                for block in json::elements(content) {
                    push(&mut out, self::block(block));
                }
            }
            Some(content) => push(&mut out, block(content)),
            None => push(&mut out, text::sanitize_lines(&pretty(message))),
        }
    }
    out
}

/// Any raw JSON as lines.
pub fn any(raw: &[u8]) -> String {
    text::sanitize_lines(&pretty(raw)) + "\n"
}

fn push(out: &mut String, block: String) {
    let ends = block.ends_with('\n');
    // The first may be huge, and mostly is the only one.
    if out.is_empty() {
        *out = block;
    } else {
        out.push_str(&block);
    }
    if !ends {
        out.push('\n');
    }
}

fn block(raw: &[u8]) -> String {
    let mime = member(raw, "mimeType");
    match member(raw, "type").as_deref() {
        // Text that is no string is a fault of the server's, and shown as such.
        Some("text") => match json::get(raw, &["text"]).and_then(json::text) {
            Some(text) => text::sanitize_lines(&text),
            None => text::sanitize_lines(&pretty(raw)),
        },
        Some(kind @ ("image" | "audio")) => card(&[
            kind,
            mime.as_deref().unwrap_or("no media type"),
            &json::get(raw, &["data"])
                .and_then(json::string)
                .map_or("no data".to_owned(), |data| decoded(&data)),
        ]),
        Some("resource_link") => card(&[
            "resource link",
            &member(raw, "uri").unwrap_or_default(),
            &member(raw, "title")
                .or_else(|| member(raw, "name"))
                .unwrap_or_default(),
            mime.as_deref().unwrap_or_default(),
        ]),
        Some("resource") => resource(json::get(raw, &["resource"]).unwrap_or_default()),
        _ => text::sanitize_lines(&pretty(raw)),
    }
}

fn resource(raw: &[u8]) -> String {
    let (uri, mime) = (
        member(raw, "uri").unwrap_or_default(),
        member(raw, "mimeType").unwrap_or_default(),
    );
    match (member(raw, "text"), member(raw, "blob")) {
        (Some(text), _) => format!(
            "{}\n{}",
            card(&["resource", &uri, &mime]),
            text::sanitize_lines(&text)
        ),
        (None, Some(blob)) => card(&["resource", &uri, &mime, &decoded(&blob)]),
        (None, None) => card(&["resource", &uri, &mime, "neither text nor blob"]),
    }
}

/// `[image  image/png  120 B]`
fn card(parts: &[&str]) -> String {
    let parts: Vec<&str> = parts
        .iter()
        .copied()
        .filter(|part| !part.is_empty())
        .collect();
    text::sanitize(&format!("[{}]", parts.join("  "))).into_owned()
}

fn member(raw: &[u8], name: &str) -> Option<String> {
    json::string_at(raw, &[name])
}

fn pretty(raw: &[u8]) -> String {
    Value::parse(raw).map_or_else(
        |_| String::from_utf8_lossy(raw).into_owned(),
        |value| value.pretty(),
    )
}

/// How many bytes base64 text stands for, without decoding it.
fn decoded(base64: &str) -> String {
    let digits = base64
        .bytes()
        .filter(|byte| !byte.is_ascii_whitespace() && *byte != b'=')
        .count() as u64;
    text::size(digits * 3 / 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_say_what_they_are() {
        let result = br#"{"content":[{"type":"text","text":"a\n\u001b[31mb"},
            {"type":"image","mimeType":"image/png","data":"QUJDRA=="},
            {"type":"resource_link","uri":"file:///x","name":"x"},
            {"type":"resource","resource":{"uri":"file:///y","mimeType":"text/plain","text":"why"}},
            {"type":"resource","resource":{"uri":"file:///z","blob":"QUJD"}},
            {"type":"new","n":1.0}],"structuredContent":{"a":1}}"#;
        insta::assert_snapshot!(lines(result), @r#"
        a
        ^[[31mb
        [image  image/png  4 B]
        [resource link  file:///x  x]
        [resource  file:///y  text/plain]
        why
        [resource  file:///z  3 B]
        {
          "type": "new",
          "n": 1.0
        }
        "#);
    }

    #[test]
    fn structured_content_stands_in_for_missing_text() {
        assert_eq!(
            lines(br#"{"content":[],"structuredContent":{"a":1e3}}"#),
            "{\n  \"a\": 1e3\n}\n"
        );
        assert_eq!(lines(br#"{"content":[]}"#), "");
        assert_eq!(
            lines(br#"{"content":[{"type":"text","text":2.50}]}"#),
            "{\n  \"type\": \"text\",\n  \"text\": 2.50\n}\n"
        );
        assert_eq!(lines(br#"{"odd":1}"#), "{\n  \"odd\": 1\n}\n");
    }
}
