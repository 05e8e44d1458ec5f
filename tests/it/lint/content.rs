//! Faults of what calls and reads answer, of news and suggestions.

use serde_json::{Value, json};

use super::{Fault, LEGACY, LEGACY_MORE, answer, fault, fault_on, result, sent, tool};

pub(super) const FAULTS: &[Fault] = &[
    fault("base64-is-valid", LEGACY_MORE, |all| {
        *member_of(block(all, "image"), "data") = json!("not base64!");
    }),
    fault("mime-type-is-well-formed", LEGACY_MORE, |all| {
        *member_of(block(all, "image"), "mimeType") = json!("png");
    }),
    fault("bytes-are-what-they-say", LEGACY_MORE, |all| {
        *member_of(block(all, "image"), "mimeType") = json!("image/jpeg");
    }),
    fault("last-modified-is-a-time", LEGACY, |all| {
        let resources = result(all, "resources/list", "")["resources"]
            .as_array_mut()
            .unwrap();
        resources[0]["annotations"]["lastModified"] = json!("yesterday");
    }),
    fault("contents-are-text-or-blob", LEGACY, |all| {
        result(all, "resources/read", "")["contents"][0]["blob"] = json!("aGk=");
    }),
    fault("embedded-resources-are-declared", LEGACY_MORE, |all| {
        result(all, "initialize", "")["capabilities"]
            .as_object_mut()
            .unwrap()
            .remove("resources");
    }),
    fault_on(
        "resources-in-prompts-are-whole",
        LEGACY,
        |all| {
            result(all, "prompts/get", "")["messages"][0]["content"] = json!({
                "type": "resource", "resource": {"uri": "demo://a", "mimeType": "text/plain", "text": "a"},
            });
        },
        |all| {
            result(all, "prompts/get", "")["messages"][0]["content"]["resource"]
                .as_object_mut()
                .unwrap()
                .remove("mimeType");
        },
    ),
    fault("failures-are-marked", LEGACY, |all| {
        result(all, "tools/call", "echo")["content"][0]["text"] = json!("Error: no such text");
    }),
    fault("unknown-tool-is-an-error", LEGACY, |all| {
        let answer = answer(all, "tools/call", "no-such-tool")["json"]
            .as_object_mut()
            .unwrap();
        answer.remove("error");
        answer.insert(
            "result".to_owned(),
            json!({"content": [{"type": "text", "text": "there is no such tool"}], "isError": true}),
        );
    }),
    fault_on(
        "ui-tools-answer-in-words",
        LEGACY,
        |all| tool(all)["_meta"] = json!({"ui": {"resourceUri": "ui://echo"}}),
        |all| result(all, "tools/call", "echo")["content"] = json!([]),
    ),
    fault("updates-were-asked-for", LEGACY_MORE, |all| {
        let at = sent(all, "notifications/resources/updated");
        all[at]["json"]["params"]["uri"] = json!("demo://notes/other.txt");
    }),
    fault("news-is-declared", LEGACY_MORE, |all| {
        result(all, "initialize", "")["capabilities"]["tools"] = json!({});
    }),
    fault("at-most-100-suggestions", LEGACY_MORE, |all| {
        result(all, "completion/complete", "")["completion"] = json!({"values": vec!["a"; 101]});
    }),
    fault("suggestions-add-up", LEGACY_MORE, |all| {
        result(all, "completion/complete", "")["completion"] =
            json!({"values": ["a", "b"], "total": 1});
    }),
];

/// The first block of a type that `show-blocks` answers.
fn block<'a>(entries: &'a mut [Value], kind: &str) -> &'a mut Value {
    let blocks = result(entries, "tools/call", "show-blocks")["content"].as_array_mut();
    let mut blocks = blocks.unwrap().iter_mut();
    blocks.find(|block| block["type"] == kind).unwrap()
}

fn member_of<'a>(value: &'a mut Value, name: &str) -> &'a mut Value {
    &mut value[name]
}
