//! Faults of what is asked back, of tasks and of streams of news.

use serde_json::{Value, json};

use super::{
    Fault, LEGACY, LEGACY_MORE, MODERN_MORE, answer, asked, fault, fault_on, place, result, sent,
};

pub(super) const FAULTS: &[Fault] = &[
    fault("input-is-asked-where-it-may-be", MODERN_MORE, |all| {
        let at = asked(all, "tools/call", "show-roots");
        all[at]["json"]["method"] = json!("completion/complete");
    }),
    fault("input-required-says-what", MODERN_MORE, |all| {
        wants(all, "show-roots")
            .as_object_mut()
            .unwrap()
            .remove("inputRequests");
    }),
    fault("inputs-are-declared", MODERN_MORE, |all| {
        let at = asked(all, "tools/call", "ask-model");
        all[at]["json"]["params"]["_meta"]["io.modelcontextprotocol/clientCapabilities"]
            .as_object_mut()
            .unwrap()
            .remove("sampling");
    }),
    fault("rounds-come-to-an-end", MODERN_MORE, |all| {
        let first = asked(all, "tools/call", "show-roots");
        let (round, wants) = (all[first + 2].clone(), all[first + 1].clone());
        for number in 0..11 {
            let (mut round, mut wants) = (round.clone(), wants.clone());
            round["json"]["id"] = json!(1000 + number);
            wants["json"]["id"] = json!(1000 + number);
            all.insert(first + 2 + 2 * number, round);
            all.insert(first + 3 + 2 * number, wants);
        }
    }),
    fault("form-is-flat", LEGACY, |all| {
        let at = sent(all, "elicitation/create");
        all[at]["json"]["params"]["requestedSchema"]["properties"]["name"] =
            json!({"type": "object", "properties": {}});
    }),
    fault("form-defaults-fit", LEGACY, |all| {
        let at = sent(all, "elicitation/create");
        all[at]["json"]["params"]["requestedSchema"]["properties"]["name"] =
            json!({"type": "string", "enum": ["a", "b"], "default": "c"});
    }),
    fault("forms-ask-for-no-secrets", LEGACY, |all| {
        let at = sent(all, "elicitation/create");
        all[at]["json"]["params"]["requestedSchema"]["properties"]["apiKey"] =
            json!({"type": "string"});
    }),
    fault("asked-url-can-be-opened", LEGACY_MORE, |all| {
        let at = sent(all, "elicitation/create");
        all[at]["json"]["params"]["url"] = json!("https://ada:secret@example.com/");
    }),
    fault("asked-url-is-https", LEGACY_MORE, |all| {
        let at = sent(all, "elicitation/create");
        all[at]["json"]["params"]["url"] = json!("http://example.com/");
    }),
    fault("elicitation-ids-differ", LEGACY_MORE, |all| {
        let at = sent(all, "elicitation/create");
        let mut twice = all[at].clone();
        twice["json"]["id"] = json!(77);
        all.insert(at + 1, twice);
    }),
    fault("no-elicitation-ids-any-more", MODERN_MORE, |all| {
        ask(all, "open-page")["elicitationId"] = json!("e1");
    }),
    fault_on(
        "required-urls-are-listed",
        LEGACY,
        |all| {
            answer(all, "tools/call", "no-such-tool")["json"]["error"] = json!({
                "code": -32042, "message": "go there", "data": {"elicitations": [
                    {"mode": "url", "url": "https://example.com/", "elicitationId": "e", "message": "go"},
                ]},
            });
        },
        |all| {
            answer(all, "tools/call", "no-such-tool")["json"]["error"]["data"] =
                json!({"elicitations": []});
        },
    ),
    fault("done-is-what-was-asked", LEGACY_MORE, |all| {
        let at = sent(all, "notifications/elicitation/complete");
        all[at]["json"]["params"]["elicitationId"] = json!("another");
    }),
    fault("sampling-tools-are-declared", MODERN_MORE, |all| {
        let at = asked(all, "tools/call", "ask-model");
        all[at]["json"]["params"]["_meta"]["io.modelcontextprotocol/clientCapabilities"]["sampling"] =
            json!({});
        ask(all, "ask-model")["tools"] = json!([]);
    }),
    fault("tool-results-follow-their-uses", LEGACY_MORE, |all| {
        let at = sent(all, "sampling/createMessage");
        let messages = all[at]["json"]["params"]["messages"]
            .as_array_mut()
            .unwrap();
        messages.insert(
            0,
            json!({"role": "assistant", "content": [
                {"type": "tool_use", "id": "t1", "name": "echo", "input": {}},
            ]}),
        );
    }),
    fault("context-is-declared", LEGACY_MORE, |all| {
        let at = sent(all, "sampling/createMessage");
        all[at]["json"]["params"]["includeContext"] = json!("allServers");
    }),
    fault("task-begins-working", LEGACY_MORE, |all| {
        result(all, "tools/call", "bake-bread")["task"]["status"] = json!("completed");
    }),
    fault("task-keeps-its-end", LEGACY_MORE, |all| {
        let last = all
            .iter_mut()
            .rfind(|entry| entry["json"]["result"]["status"] == "completed");
        last.unwrap()["json"]["result"]["status"] = json!("working");
        let status = |entry: &&mut Value| entry["json"]["method"] == "notifications/tasks/status";
        let told = all.iter_mut().rfind(status).unwrap();
        told["json"]["params"]["status"] = json!("completed");
    }),
    fault("task-times", LEGACY_MORE, |all| {
        result(all, "tools/call", "bake-bread")["task"]["createdAt"] = json!("just now");
    }),
    fault("task-was-wanted", LEGACY_MORE, |all| {
        let at = asked(all, "tools/call", "bake-bread");
        all[at]["json"]["params"]
            .as_object_mut()
            .unwrap()
            .remove("task");
    }),
    fault("task-result-names-its-task", LEGACY_MORE, |all| {
        result(all, "tasks/result", "")
            .as_object_mut()
            .unwrap()
            .remove("_meta");
    }),
    fault("task-result-type", MODERN_MORE, |all| {
        result(all, "tasks/get", "")["resultType"] = json!("task");
    }),
    fault("task-state-is-whole", MODERN_MORE, |all| {
        done(all).as_object_mut().unwrap().remove("result");
    }),
    fault("failed-tools-complete-their-task", MODERN_MORE, |all| {
        let task = done(all);
        task["status"] = json!("failed");
        task["error"] = json!({"code": -32603, "message": "no"});
        task["result"]["isError"] = json!(true);
    }),
    fault("task-inputs-keep-their-keys", MODERN_MORE, |all| {
        let waits = |entry: &Value| entry["json"]["result"]["status"] == "input_required";
        let first = place(all, waits);
        let mut requests = all[first]["json"]["result"]["inputRequests"].clone();
        for (_, request) in requests.as_object_mut().unwrap() {
            request["params"]["message"] = json!("And another thing?");
        }
        let task = done(all);
        task["status"] = json!("input_required");
        task["inputRequests"] = requests;
    }),
    fault("listening-is-acknowledged", MODERN_MORE, |all| {
        let at = sent(all, "notifications/subscriptions/acknowledged");
        all.remove(at);
    }),
    fault("news-names-its-stream", MODERN_MORE, |all| {
        let at = sent(all, "notifications/tools/list_changed");
        all[at]["json"]["params"]
            .as_object_mut()
            .unwrap()
            .remove("_meta");
    }),
    fault("news-was-asked-for", MODERN_MORE, |all| {
        let at = sent(all, "notifications/tools/list_changed");
        all[at]["json"]["method"] = json!("notifications/prompts/list_changed");
    }),
];

/// The result of the first call of a tool, which wants something.
fn wants<'a>(entries: &'a mut [Value], tool: &str) -> &'a mut Value {
    let result = result(entries, "tools/call", tool);
    assert_eq!(result["resultType"], "input_required");
    result
}

/// The params of what the first call of a tool asks.
fn ask<'a>(entries: &'a mut [Value], tool: &str) -> &'a mut Value {
    let requests = wants(entries, tool)["inputRequests"]
        .as_object_mut()
        .unwrap();
    &mut requests.values_mut().next().unwrap()["params"]
}

/// The last state of the task.
fn done(entries: &mut [Value]) -> &mut Value {
    let is_done = |entry: &&mut Value| entry["json"]["result"]["status"] == "completed";
    &mut entries.iter_mut().rfind(is_done).unwrap()["json"]["result"]
}
