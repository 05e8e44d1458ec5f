//! Transcripts of tool calls, in every revision.

use super::*;

#[test]
fn simple_tools_answer_in_text() {
    for mut client in every_revision() {
        assert_eq!(client.text("echo", json!({"text": "a\nb ✓"})), "a\nb ✓");
        assert_eq!(
            client.text("divide", json!({"dividend": 1, "divisor": 4})),
            "0.25"
        );
        assert_eq!(
            client.text(
                "book-table",
                json!({"name": "Ada", "guests": 3.0, "note": "no nuts"})
            ),
            "Table 20 inside for 3, booked for Ada on the next free evening.\nMenu: set lunch. Budget: 45.5 euros a person.\nThe kitchen has read: no nuts"
        );
        let trip = json!({"traveller": {"name": "Ada"}, "stops": [
            {"city": "Turin", "nights": 2, "visits": ["market", "river"]}, {"city": "Genoa"}
        ]});
        assert_eq!(
            client.text("plan-trip", trip),
            "A trip for Ada, who gets a seat at the window.\n- Turin, 2 nights: market, river\n- Genoa, 1 night\n3 nights in all."
        );
    }
}

#[test]
fn a_trip_is_told_back_as_it_arrived() {
    for mut client in every_revision() {
        let trip = json!({
            "traveller": {"name": "Ada", "born": null}, "legs": [{"to": "Turin"}],
            "payment": {"kind": "invoice", "address": "Rome"}, "between": ["2026-07-01"], "labels": {"a": "b"},
            "anything": [1, {"x": null}]
        });
        let told = client.text("book-trip", trip.clone());
        let (_, json) = told.split_once(":\n").unwrap();
        let back: Value = serde_json::from_str(json).unwrap();
        assert_eq!(back["payment"], trip["payment"]);
        assert_eq!(back["traveller"]["born"], Value::Null);
        assert_eq!(
            (&back["anything"], &back["labels"]),
            (&trip["anything"], &trip["labels"])
        );
    }
}

#[test]
fn tools_fail_in_three_ways() {
    for mut client in every_revision() {
        let zero = client.call("divide", json!({"dividend": 1, "divisor": 0}));
        assert_eq!(zero["result"]["isError"], true);
        let refused = client.call("refuse", json!({}));
        assert_eq!(
            (
                &refused["error"]["code"],
                &refused["error"]["data"]["retry"]
            ),
            (&json!(-32603), &json!(false))
        );
        assert_eq!(
            client.call("refuse", json!({"kind": "application"}))["error"]["code"],
            4242
        );
        assert_eq!(client.code("tools/call", json!({"name": "nobody"})), -32602);
        assert_eq!(
            client.code("tools/call", json!({"name": "echo", "arguments": "text"})),
            -32602
        );

        let wrong = client.call("book-table", json!({"guests": 13, "menu": "soup"}));
        let text = "book-table cannot run: name is required; guests must be at most 12; menu must be one of \"set lunch\", \"tasting\", \"vegetarian\".";
        if client.revision >= "2025-11-25" {
            assert_eq!(wrong["result"]["isError"], true);
            assert_eq!(wrong["result"]["content"][0]["text"], text);
        } else {
            assert_eq!(wrong["error"], json!({"code": -32602, "message": text}));
        }
    }
}

#[test]
fn weather_is_structured_where_that_exists_and_always_the_same() {
    for mut client in every_revision() {
        let first = client.call("weather", json!({"place": "Turin"}))["result"].clone();
        assert_eq!(
            first,
            client.call("weather", json!({"place": "Turin"}))["result"]
        );
        if client.revision >= "2025-06-18" {
            let text = first["content"][0]["text"].as_str().unwrap();
            assert_eq!(
                serde_json::from_str::<Value>(text).unwrap(),
                first["structuredContent"]
            );
        } else {
            assert!(first.get("structuredContent").is_none());
        }
    }
    let mut client = Client::open(STATELESS);
    let tools = client.ask("tools/list", json!({}))["result"]["tools"].clone();
    let schema = tools
        .as_array()
        .unwrap()
        .iter()
        .find(|tool| tool["name"] == "weather")
        .unwrap()["outputSchema"]
        .clone();
    for place in ["a", "Turin", "Łódź", "Atlantis"] {
        let report =
            client.call("weather", json!({ "place": place }))["result"]["structuredContent"]
                .clone();
        assert_eq!(
            crate::demo::arguments::faults(&schema, &report),
            [""; 0],
            "{report}"
        );
    }
}

#[test]
fn countdown_takes_its_time_and_reports_only_when_asked() {
    for mut client in every_revision() {
        let args = json!({"steps": 3, "seconds": 0.25});
        let quiet = outputs(&client.react(
            "tools/call",
            json!({"name": "countdown", "arguments": args}),
        ));
        assert_eq!(quiet.len(), 1);
        assert_eq!(quiet[0].0, Duration::from_millis(750));

        let asked =
            json!({"name": "countdown", "arguments": args, "_meta": {"progressToken": "t-1"}});
        let said = outputs(&client.react("tools/call", asked));
        assert_eq!(said.len(), 4);
        for (step, (after, notice)) in said[..3].iter().enumerate() {
            assert_eq!(*after, Duration::from_millis(250 * (step as u64 + 1)));
            assert_eq!(notice["method"], "notifications/progress");
            let params = &notice["params"];
            assert_eq!(
                (&params["progressToken"], &params["progress"]),
                (&json!("t-1"), &json!(step + 1))
            );
            assert_eq!(
                params.get("message").is_some(),
                client.revision >= "2025-03-26"
            );
        }
        assert_eq!(
            said[3].1["result"]["content"][0]["text"],
            "Counted 3 steps in 0.75 seconds."
        );
    }
}

#[test]
fn a_cancellation_names_its_request_with_its_type() {
    for mut client in every_revision() {
        let started = client.react("tools/call", json!({"name": "countdown"}));
        assert!(
            started
                .scheduled
                .iter()
                .all(|item| item.request == Some(json!(client.id)))
        );
        let cancel = |id: Value| {
            json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": id}}).to_string()
        };
        for id in [json!(11), json!("11")] {
            let reaction = client.server.line_now(cancel(id.clone()).as_bytes());
            assert_eq!(
                reaction,
                Reaction {
                    cancel: Some(id),
                    scheduled: Vec::new()
                }
            );
        }
        assert_eq!(
            client.server.line_now(cancel(Value::Null).as_bytes()),
            Reaction::default()
        );
    }
}

#[test]
fn chatter_logs_only_what_the_client_wants_to_hear() {
    let heard = |reaction: &Reaction| -> (usize, Vec<String>) {
        let said = outputs(reaction);
        let levels = said
            .iter()
            .filter_map(|(_, message)| message["params"]["level"].as_str().map(str::to_owned));
        (
            said.iter()
                .filter(|(_, message)| message.get("stderr").is_some())
                .count(),
            levels.collect(),
        )
    };
    for mut client in every_revision() {
        let before = heard(&client.react("tools/call", json!({"name": "chatter"})));
        if client.revision == STATELESS {
            assert_eq!(before, (8, vec![]));
            let meta = json!({"io.modelcontextprotocol/logLevel": "alert"});
            let after = client.react("tools/call", json!({"name": "chatter", "_meta": meta}));
            assert_eq!(
                heard(&after),
                (8, vec!["alert".to_owned(), "emergency".to_owned()])
            );
        } else {
            assert_eq!(before.1[0], "info");
            assert_eq!(
                client.code("logging/setLevel", json!({"level": "loud"})),
                -32602
            );
            client.ask("logging/setLevel", json!({"level": "alert"}));
            let after = client.react(
                "tools/call",
                json!({"name": "chatter", "arguments": {"lines": 16}}),
            );
            assert_eq!(
                heard(&after),
                (
                    16,
                    ["alert", "emergency"]
                        .repeat(2)
                        .into_iter()
                        .map(str::to_owned)
                        .collect()
                )
            );
        }
    }
}

#[test]
fn blocks_are_those_the_revision_knows() {
    let kinds = |revision| -> Vec<String> {
        let answer = Client::open(revision).call("show-blocks", json!({}));
        let blocks = answer["result"]["content"].as_array().unwrap().clone();
        blocks
            .iter()
            .map(|block| block["type"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(kinds("2024-11-05"), ["text", "image", "resource"]);
    assert_eq!(kinds("2025-03-26"), ["text", "image", "audio", "resource"]);
    for revision in ["2025-06-18", "2025-11-25", STATELESS] {
        assert_eq!(
            kinds(revision),
            ["text", "image", "audio", "resource", "resource_link"]
        );
    }
}
