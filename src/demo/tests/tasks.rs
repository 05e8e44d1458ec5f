//! Transcripts of the tool that runs as a task, in both shapes and in none.

use super::*;

const CORE: &str = "2025-11-25";
const RELATED: &str = "io.modelcontextprotocol/related-task";
const HALF: Duration = Duration::from_secs(2);

/// Capabilities with the extension.
fn extended() -> Value {
    json!({"elicitation": {}, "extensions": {"io.modelcontextprotocol/tasks": {}}})
}

/// Lets time pass until the server wants to be woken, and takes down what it says then.
fn pass(client: &mut Client) -> Vec<Value> {
    let next = client.server.next_wake().expect("something is due");
    assert!(next > client.server.now);
    let said = outputs(&client.server.wake(next));
    said.into_iter().map(|(_, message)| message).collect()
}

/// Starts a task of the core; its state.
fn start(client: &mut Client, args: Value) -> Value {
    let params = json!({"name": "bake-bread", "arguments": args, "task": {"ttl": 90_000}, "_meta": {"progressToken": 5}});
    let task = client.ask("tools/call", params)["result"]["task"].clone();
    assert_eq!(
        (&task["status"], &task["ttl"]),
        (&json!("working"), &json!(90_000))
    );
    assert!(task["pollInterval"].is_u64());
    task
}

fn named(task: &Value) -> Value {
    json!({"taskId": task["taskId"]})
}

fn status(client: &mut Client, task: &Value) -> Value {
    client.ask("tasks/get", named(task))["result"]["status"].clone()
}

/// Starts a task of the extension; its state.
fn begin(client: &mut Client, args: Value) -> Value {
    let task = client.begin("bake-bread", args).remove(0)["result"].clone();
    assert_eq!(
        (&task["resultType"], &task["status"]),
        (&json!("task"), &json!("working"))
    );
    assert!(task["ttlMs"].is_u64() && task["pollIntervalMs"].is_u64());
    assert!(task.get("content").is_none());
    task
}

#[test]
fn a_task_of_the_core_asks_where_its_result_is_waited_for() {
    let mut client = Client::able(CORE, json!({"elicitation": {}}));
    let task = start(&mut client, json!({}));
    assert_eq!(client.server.next_wake(), Some(client.server.now + HALF));
    // Half the time is over: it says so, and asks nobody yet.
    let said = pass(&mut client);
    assert_eq!(said.len(), 1, "{said:?}");
    assert_eq!(said[0]["method"], "notifications/tasks/status");
    assert_eq!(said[0]["params"]["status"], "input_required");
    assert!(said[0]["params"]["lastUpdatedAt"].as_str() > task["createdAt"].as_str());
    assert_eq!(status(&mut client, &task), "input_required");

    let asked = client.heard("tasks/result", named(&task)).remove(0).1;
    let waiting = client.id;
    assert_eq!(asked["method"], "elicitation/create");
    assert_eq!(asked["params"]["_meta"][RELATED], named(&task));
    // Whoever waits for the result as well does not make it ask twice.
    assert_eq!(client.heard("tasks/result", named(&task)), []);
    let said = client.reply(
        &asked,
        json!({"action": "accept", "content": {"crust": "dark"}}),
    );
    let said: Vec<_> = said.into_iter().map(|(_, message)| message).collect();
    assert_eq!(
        (&said[0]["method"], &said[0]["params"]["progressToken"]),
        (&json!("notifications/progress"), &json!(5))
    );
    assert_eq!(said[1]["params"]["status"], "working");

    let said = pass(&mut client);
    let order: Vec<_> = said
        .iter()
        .map(|message| message["method"].as_str().unwrap_or("answer"))
        .collect();
    assert_eq!(
        order,
        [
            "notifications/progress",
            "notifications/tasks/status",
            "answer",
            "answer"
        ]
    );
    assert_eq!(said[1]["params"]["status"], "completed");
    assert_eq!(
        (&said[2]["id"], &said[3]["id"]),
        (&json!(waiting), &json!(waiting + 1))
    );
    assert_eq!(text_of(&said[2]), "One bread, dark crust.");
    assert_eq!(said[2]["result"]["_meta"][RELATED], named(&task));
    // It can be fetched again, is in the list, and is over.
    let later = client.heard("tasks/result", named(&task)).remove(0).1;
    assert_eq!(later["result"], said[2]["result"]);
    let list = client.ask("tasks/list", json!({}))["result"]["tasks"].clone();
    assert_eq!(
        (list.as_array().unwrap().len(), &list[0]["status"]),
        (1, &json!("completed"))
    );
    assert_eq!(client.code("tasks/cancel", named(&task)), -32602);
    assert_eq!(client.server.next_wake(), None);
}

#[test]
fn a_task_of_the_core_ends_in_every_way() {
    let mut client = Client::able(CORE, json!({"elicitation": {}}));
    // Burnt: the tool failed, and so did the task.
    let task = start(&mut client, json!({"burn": true, "ask": false}));
    pass(&mut client);
    let said = pass(&mut client);
    assert_eq!(said[1]["params"]["status"], "failed");
    let result = client.heard("tasks/result", named(&task)).remove(0).1;
    assert_eq!(result["result"]["isError"], true);

    // Closed: nobody wants it any more. Declined: the baker decides.
    for (action, ended, words) in [
        ("cancel", "failed", ""),
        ("decline", "completed", "One bread, brown crust."),
    ] {
        let task = start(&mut client, json!({}));
        pass(&mut client);
        let asked = client.heard("tasks/result", named(&task)).remove(0).1;
        let mut said = client.reply(&asked, json!({"action": action}));
        if action == "decline" {
            said = outputs(&client.server.wake(client.server.next_wake().unwrap()));
        }
        assert_eq!(status(&mut client, &task), ended);
        let last = &said.last().unwrap().1;
        if action == "cancel" {
            assert_eq!(last["error"]["code"], 4243);
        } else {
            assert_eq!(text_of(last), words);
        }
    }

    // Nobody answers until its time is over; the question is taken back.
    let task = start(&mut client, json!({}));
    pass(&mut client);
    client.heard("tasks/result", named(&task));
    let said = pass(&mut client);
    assert_eq!(said[0]["method"], "notifications/cancelled");
    assert_eq!(said[2]["error"]["code"], 4243);

    // Cancelled while it asks.
    let task = start(&mut client, json!({}));
    pass(&mut client);
    let asked = client.heard("tasks/result", named(&task)).remove(0).1;
    let said = client.heard("tasks/cancel", named(&task));
    assert_eq!(said[0].1["result"]["status"], "cancelled");
    assert_eq!(said[1].1["params"]["requestId"], asked["id"]);
    assert_eq!(said[2].1["params"]["status"], "cancelled");
    assert_eq!(said[3].1["error"]["code"], -32603);
    assert_eq!(client.reply(&asked, json!({"action": "decline"})), []);
    assert_eq!(status(&mut client, &task), "cancelled");
}

#[test]
fn a_task_nobody_can_be_asked_about_does_without() {
    let mut client = Client::open(CORE);
    let task = start(&mut client, json!({}));
    pass(&mut client);
    assert_eq!(status(&mut client, &task), "working");
    pass(&mut client);
    assert_eq!(status(&mut client, &task), "completed");
}

#[test]
fn a_result_no_longer_waited_for_is_not_sent() {
    let mut client = Client::open(CORE);
    let task = start(&mut client, json!({}));
    client.heard("tasks/result", named(&task));
    client.cancel();
    pass(&mut client);
    let said = pass(&mut client);
    assert!(
        said.iter().all(|message| message.get("result").is_none()),
        "{said:?}"
    );
}

#[test]
fn only_the_baker_and_only_where_there_are_tasks() {
    for mut client in every_revision() {
        let listed = client.ask("tools/list", json!({}))["result"]["tools"].clone();
        let support: Vec<_> = listed
            .as_array()
            .unwrap()
            .iter()
            .filter(|tool| tool.get("execution").is_some())
            .collect();
        if client.revision == CORE {
            assert_eq!(support.len(), 1);
            assert_eq!(
                (&support[0]["name"], &support[0]["execution"]["taskSupport"]),
                (&json!("bake-bread"), &json!("optional"))
            );
            assert_eq!(
                client.code(
                    "tools/call",
                    json!({"name": "echo", "arguments": {"text": ""}, "task": {}})
                ),
                -32601
            );
            assert_eq!(
                client.code("tools/call", json!({"name": "bake-bread", "task": 7})),
                -32602
            );
            assert_eq!(
                client.code("tasks/get", json!({"taskId": "bread-0-0"})),
                -32602
            );
            assert_eq!(client.code("tasks/get", json!({})), -32602);
            assert_eq!(client.code("tasks/list", json!({"cursor": "x"})), -32602);
        } else {
            assert_eq!(support.len(), 0);
            // The wish means nothing here, and a call it is.
            let params = json!({"name": "bake-bread", "arguments": {"seconds": 3}, "task": {}});
            let (after, answer) = client.heard("tools/call", params).remove(0);
            assert_eq!(after, Duration::from_secs(3));
            assert!(text_of(&answer).starts_with("One bread, brown crust, after 3 seconds."));
            let code = if client.revision == STATELESS {
                -32021
            } else {
                -32601
            };
            assert_eq!(client.code("tasks/get", json!({"taskId": "x"})), code);
        }
    }
}

#[test]
fn a_long_call_reports_and_may_burn() {
    for mut client in every_revision() {
        let params = json!({"name": "bake-bread", "arguments": {"burn": true}, "_meta": {"progressToken": "t"}});
        let said = client.heard("tools/call", params);
        assert_eq!(
            (said[0].0, &said[0].1["params"]["progress"]),
            (HALF, &json!(1))
        );
        assert_eq!(
            (said[1].0, &said[1].1["result"]["isError"]),
            (HALF * 2, &json!(true))
        );
    }
}

#[test]
fn a_task_of_the_extension_brings_everything_inline() {
    let mut client = Client::able(STATELESS, extended());
    let task = begin(&mut client, json!({}));
    let get = |client: &mut Client| client.ask("tasks/get", named(&task))["result"].clone();
    assert_eq!(get(&mut client)["status"], "working");
    // Nobody listens, so nobody is told.
    assert_eq!(pass(&mut client), [Value::Null; 0]);
    let asking = get(&mut client);
    assert_eq!(asking["status"], "input_required");
    let request = &asking["inputRequests"]["crust"];
    assert_eq!(request["method"], "elicitation/create");
    assert!(request["params"].get("_meta").is_none());

    // What is not asked for is passed over; an acknowledgement is empty.
    let update = |client: &mut Client, responses: Value| {
        let params = json!({"taskId": task["taskId"], "inputResponses": responses});
        let mut result = client.ask("tasks/update", params)["result"].clone();
        result.as_object_mut().unwrap().remove("_meta");
        assert_eq!(result, json!({"resultType": "complete"}));
    };
    update(&mut client, json!({"colour": {"action": "accept"}}));
    assert_eq!(get(&mut client)["status"], "input_required");
    let light = json!({"crust": {"action": "accept", "content": {"crust": "light"}}});
    update(&mut client, light.clone());
    assert_eq!(get(&mut client)["status"], "working");
    update(&mut client, light);
    pass(&mut client);
    let done = get(&mut client);
    assert_eq!(
        (&done["status"], &done["resultType"]),
        (&json!("completed"), &json!("complete"))
    );
    assert_eq!(
        done["result"]["content"][0]["text"],
        "One bread, light crust."
    );
    assert_eq!(done["result"]["resultType"], "complete");
    // Cancelling what is over is acknowledged and changes nothing.
    client.ask("tasks/cancel", named(&task));
    assert_eq!(get(&mut client)["status"], "completed");
    for method in ["tasks/result", "tasks/list"] {
        assert_eq!(client.code(method, named(&task)), -32601);
    }
    assert_eq!(client.code("tasks/get", json!({"taskId": "bread"})), -32602);
    assert_eq!(client.code("tasks/update", named(&task)), -32602);
}

#[test]
fn a_task_of_the_extension_fails_only_with_the_protocol() {
    let mut client = Client::able(STATELESS, extended());
    let task = begin(&mut client, json!({"burn": true, "ask": false}));
    pass(&mut client);
    pass(&mut client);
    let burnt = client.ask("tasks/get", named(&task))["result"].clone();
    assert_eq!(
        (&burnt["status"], &burnt["result"]["isError"]),
        (&json!("completed"), &json!(true))
    );

    let task = begin(&mut client, json!({}));
    pass(&mut client);
    let closed =
        json!({"taskId": task["taskId"], "inputResponses": {"crust": {"action": "cancel"}}});
    client.ask("tasks/update", closed);
    let failed = client.ask("tasks/get", named(&task))["result"].clone();
    assert_eq!(
        (&failed["status"], &failed["error"]["code"]),
        (&json!("failed"), &json!(4243))
    );
}

#[test]
fn the_extension_counts_for_the_request_that_declares_it() {
    let mut client = Client::able(STATELESS, extended());
    let task = begin(&mut client, json!({}));
    client.able = json!({});
    for (method, params) in [
        ("tasks/get", named(&task)),
        ("tasks/cancel", named(&task)),
        ("tasks/update", named(&task)),
        (
            "subscriptions/listen",
            json!({"notifications": {"taskIds": []}}),
        ),
    ] {
        let refused = client.ask(method, params)["error"].clone();
        assert_eq!(refused["code"], -32021, "{method}");
        assert!(
            refused["data"]["requiredCapabilities"]["extensions"]["io.modelcontextprotocol/tasks"]
                .is_object()
        );
    }
    let (after, _) = client
        .heard("tools/call", json!({"name": "bake-bread"}))
        .remove(0);
    assert_eq!(after, HALF * 2);
}

#[test]
fn who_listens_for_a_task_is_told_all_of_it() {
    let mut client = Client::able(STATELESS, extended());
    let task = begin(&mut client, json!({}));
    let filter = json!({"notifications": {"taskIds": [task["taskId"], "nobody"]}});
    let said = client.heard("subscriptions/listen", filter);
    assert_eq!(
        said[0].1["params"]["notifications"],
        json!({"taskIds": [task["taskId"]]})
    );
    let listener = client.id;
    let mut told = pass(&mut client);
    let params =
        json!({"taskId": task["taskId"], "inputResponses": {"crust": {"action": "decline"}}});
    let said = client.heard("tasks/update", params);
    assert_eq!(said[0].1["id"], client.id);
    told.extend(said.into_iter().skip(1).map(|(_, message)| message));
    told.extend(pass(&mut client));
    let mut statuses = Vec::new();
    for notice in told {
        assert_eq!(notice["method"], "notifications/tasks");
        let mut params = notice["params"].clone();
        let tag = params.as_object_mut().unwrap().remove("_meta").unwrap();
        assert_eq!(tag["io.modelcontextprotocol/subscriptionId"], listener);
        statuses.push(params["status"].clone());
        if params["status"] == "completed" {
            let mut now = client.ask("tasks/get", named(&task))["result"].clone();
            let now = now.as_object_mut().unwrap();
            now.remove("_meta");
            now.remove("resultType");
            assert_eq!(&Value::Object(now.clone()), &params);
        }
    }
    assert_eq!(statuses, ["input_required", "working", "completed"]);
}

#[test]
fn the_two_shapes_do_not_see_each_other() {
    let mut client = Client::able(CORE, everything());
    let core = start(&mut client, json!({}));
    client.revision = STATELESS;
    client.able = extended();
    assert_eq!(client.code("tasks/get", named(&core)), -32602);
    let extension = begin(&mut client, json!({}));
    assert_ne!(core["taskId"], extension["taskId"]);
    client.revision = CORE;
    assert_eq!(client.code("tasks/get", named(&extension)), -32602);
    let list = client.ask("tasks/list", json!({}))["result"]["tasks"].clone();
    assert_eq!(list.as_array().unwrap().len(), 1);
}

#[test]
fn a_task_is_forgotten_when_its_time_is_over() {
    let mut client = Client::open(CORE);
    let task = start(&mut client, json!({"seconds": 0}));
    // Nothing to wait for: it is done with the next look.
    let said = client.heard("tasks/get", named(&task));
    assert_eq!(said.last().unwrap().1["result"]["status"], "completed");
    client.server.now += Duration::from_millis(90_001);
    assert_eq!(client.code("tasks/get", named(&task)), -32602);
}

#[test]
fn moments_are_written_as_the_protocol_wants_them() {
    let mut client = Client::open(CORE);
    client.server.now = Duration::from_millis(1_785_229_200_120);
    let task = start(&mut client, json!({}));
    assert_eq!(task["createdAt"], "2026-07-28T09:00:00.120Z");
}
