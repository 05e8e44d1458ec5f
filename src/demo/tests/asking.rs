//! Transcripts of what the demo server asks over a handshake, and of whom it does not ask.

use super::*;

/// Every tool that asks, and the capability it needs.
const ASKERS: [(&str, &str); 5] = [
    ("fill-form", "elicitation"),
    ("open-page", "elicitation.url"),
    ("ask-model", "sampling"),
    ("show-roots", "roots"),
    ("order-dinner", "elicitation"),
];

fn accept(content: Value) -> Value {
    json!({"action": "accept", "content": content})
}

/// The one message, said at once.
fn one(mut said: Vec<(Duration, Value)>) -> Value {
    assert_eq!(said.len(), 1, "{said:?}");
    let (after, message) = said.remove(0);
    assert_eq!(after, Duration::ZERO);
    message
}

#[test]
fn nobody_is_asked_who_did_not_declare_it() {
    for mut client in every_revision() {
        for (tool, capability) in ASKERS {
            let refused = client.begin(tool, json!({})).remove(0);
            if client.revision == STATELESS {
                assert_eq!(refused["error"]["code"], -32021, "{refused}");
                let needed = &refused["error"]["data"]["requiredCapabilities"];
                let at = format!("/{}", capability.replace('.', "/"));
                assert!(
                    needed.pointer(&at).is_some_and(Value::is_object),
                    "{needed}"
                );
            } else {
                assert_eq!(refused["result"]["isError"], true);
                let since = match capability {
                    "elicitation" => "2025-06-18",
                    "elicitation.url" => "2025-11-25",
                    _ => "2024-11-05",
                };
                let why = if client.revision < since {
                    format!("{} has no {capability}", client.revision)
                } else {
                    format!("did not declare the capability {capability}.")
                };
                assert!(text_of(&refused).contains(&why), "{refused}");
            }
        }
    }
}

#[test]
fn an_empty_elicitation_means_forms_only() {
    for revision in ["2025-11-25", STATELESS] {
        for (declared, form, page) in [
            (json!({}), true, false),
            (json!({"form": {}}), true, false),
            (json!({"url": {}}), false, true),
            (json!({"form": {}, "url": {}}), true, true),
        ] {
            let mut client = Client::able(revision, json!({"elicitation": declared}));
            let mut asks = |tool| {
                let first = client.begin(tool, json!({})).remove(0);
                first["method"] == "elicitation/create"
                    || first["result"]["inputRequests"].is_object()
            };
            assert_eq!(
                (asks("fill-form"), asks("open-page")),
                (form, page),
                "{declared}"
            );
        }
    }
    // 2025-06-18 knows no modes.
    let mut old = Client::able("2025-06-18", everything());
    assert_eq!(
        old.begin("fill-form", json!({}))[0]["method"],
        "elicitation/create"
    );
    assert_eq!(
        old.begin("open-page", json!({}))[0]["result"]["isError"],
        true
    );
}

#[test]
fn a_form_is_asked_and_told_back() {
    for revision in ["2025-06-18", "2025-11-25"] {
        let mut client = Client::able(revision, everything());
        let asked = client.begin("fill-form", json!({})).remove(0);
        assert_eq!(
            (&asked["id"], &asked["jsonrpc"]),
            (&json!(1), &json!("2.0"))
        );
        let rich = revision == "2025-11-25";
        assert_eq!(asked["params"].get("mode").is_some(), rich);
        let answer = one(client.reply(
            &asked,
            accept(json!({"name": "Ada", "guests": 3, "seat": "out"})),
        ));
        assert_eq!(answer["id"], client.id);
        assert!(text_of(&answer).contains("\"seat\": \"out\""), "{answer}");

        for (result, words) in [
            (json!({"action": "decline"}), "You declined."),
            (json!({"action": "cancel"}), "without choosing"),
            (json!({"action": "yes"}), "without an action"),
            (json!({"action": "accept"}), "no content"),
            (
                accept(json!({"name": "", "guests": 13})),
                "name needs at least 1 character; guests must be at most 12",
            ),
            (
                accept(json!({"name": "Ada", "guests": 1, "seat": "roof"})),
                "seat must be one of \"in\", \"out\", \"bar\"",
            ),
        ] {
            let asked = client.begin("fill-form", json!({})).remove(0);
            let answer = one(client.reply(&asked, result));
            assert!(text_of(&answer).contains(words), "{words}: {answer}");
        }
        let asked = client.begin("fill-form", json!({})).remove(0);
        let answer = one(client.refuse(&asked, -32603, "no screen"));
        assert_eq!(text_of(&answer), "Your client refused: no screen.");
    }
}

/// The members a field of a form may have, by revision (client/elicitation).
fn allowed(field: &Value, rich: bool) -> Vec<&'static str> {
    let mut names = vec!["type", "title", "description"];
    names.extend_from_slice(match field["type"].as_str().unwrap() {
        "string" if field.get("enum").is_some() => &["enum", "enumNames"],
        "string" if rich && field.get("oneOf").is_some() => &["oneOf"],
        "string" => &["minLength", "maxLength", "format"],
        "number" | "integer" => &["minimum", "maximum"],
        "boolean" => &["default"],
        "array" if rich => &["items", "minItems", "maxItems"],
        other => panic!("{other} in a form"),
    });
    if rich {
        names.push("default");
    }
    names
}

#[test]
fn forms_keep_to_what_the_revision_allows_and_show_every_kind() {
    for (revision, kinds) in [("2025-06-18", 10), ("2025-11-25", 12), (STATELESS, 12)] {
        let mut client = Client::able(revision, everything());
        let asked = client.begin("fill-form", json!({})).remove(0);
        let params = if revision == STATELESS {
            asked["result"]["inputRequests"]["guest"]["params"].clone()
        } else {
            asked["params"].clone()
        };
        let schema = &params["requestedSchema"];
        let fields = schema["properties"].as_object().unwrap();
        assert_eq!(fields.len(), kinds);
        for (name, field) in fields {
            let allowed = allowed(field, revision != "2025-06-18");
            for member in field.as_object().unwrap().keys() {
                assert!(
                    allowed.contains(&member.as_str()),
                    "{revision}: {member} in {name}"
                );
            }
            if let Some(default) = field.get("default") {
                let faults = crate::demo::arguments::faults(field, default);
                assert_eq!(faults, [""; 0], "{name}");
            }
        }
        for required in schema["required"].as_array().unwrap() {
            assert!(fields.contains_key(required.as_str().unwrap()));
        }
        let formats: Vec<_> = fields
            .values()
            .filter_map(|field| field["format"].as_str())
            .collect();
        assert_eq!(formats, ["email", "uri", "date", "date-time"]);
    }
}

#[test]
fn a_model_is_asked_and_quoted() {
    for revision in HANDSHAKES {
        let mut client = Client::able(revision, everything());
        let asked = client
            .begin("ask-model", json!({"ask": "Why?", "most": 7}))
            .remove(0);
        assert_eq!(asked["method"], "sampling/createMessage");
        assert_eq!(asked["params"]["maxTokens"], 7);
        assert_eq!(asked["params"]["messages"][0]["content"]["text"], "Why?");
        let block = json!({"type": "text", "text": "Because."});
        let message =
            json!({"role": "assistant", "content": block, "model": "m-1", "stopReason": "endTurn"});
        assert_eq!(
            text_of(&one(client.reply(&asked, message.clone()))),
            "m-1 said: Because."
        );

        let mut wrong = message.clone();
        wrong["role"] = json!("user");
        let mut several = message.clone();
        several["content"] = json!([block, {"type": "image"}, {}]);
        for (result, words) in [
            (
                several,
                "m-1 said: Because. (a block of type image) (a block without a type)",
            ),
            (wrong, "it must be \"assistant\""),
            (
                json!({"role": "assistant", "content": block}),
                "without the name of a model",
            ),
        ] {
            let asked = client.begin("ask-model", json!({})).remove(0);
            let answer = one(client.reply(&asked, result));
            assert!(text_of(&answer).contains(words), "{answer}");
        }
        let asked = client.begin("ask-model", json!({})).remove(0);
        let refused = one(client.refuse(&asked, -1, "the user said no"));
        assert_eq!(refused["result"]["isError"], true);
        assert!(text_of(&refused).contains("the user said no"));
    }
}

#[test]
fn folders_are_asked_for_and_listed() {
    for revision in HANDSHAKES {
        let mut client = Client::able(revision, everything());
        let asked = client.begin("show-roots", json!({})).remove(0);
        assert_eq!(asked["method"], "roots/list");
        assert!(asked.get("params").is_none());
        let roots = json!({"roots": [{"uri": "file:///a", "name": "A"}, {"uri": "https://b"}]});
        assert_eq!(
            text_of(&one(client.reply(&asked, roots))),
            "Your client shows 2 folders:\n- file:///a (A)\n- https://b, which is no file:// address"
        );
        for (result, words) in [
            (json!({"roots": []}), "Your client shows no folder."),
            (json!({}), "without a list of roots"),
        ] {
            let asked = client.begin("show-roots", json!({})).remove(0);
            let answer = one(client.reply(&asked, result));
            assert!(text_of(&answer).contains(words), "{answer}");
        }
    }
}

#[test]
fn dinner_takes_two_rounds_and_two_questions_in_the_second() {
    for revision in ["2025-06-18", "2025-11-25"] {
        for wine_first in [true, false] {
            let mut client = Client::able(revision, everything());
            let dish = client.begin("order-dinner", json!({})).remove(0);
            let round = client.reply(&dish, accept(json!({"dish": "quail"})));
            let [(_, wine), (_, toast)] = &round[..] else {
                panic!("two questions: {round:?}")
            };
            assert_eq!((&wine["id"], &toast["id"]), (&json!(2), &json!(3)));
            let poured = accept(json!({"wine": "pinot"}));
            let raised = json!({"role": "assistant", "content": {"type": "text", "text": "Cheers"}, "model": "m"});
            let last = if wine_first {
                assert_eq!(client.reply(wine, poured), []);
                client.reply(toast, raised)
            } else {
                assert_eq!(client.reply(toast, raised), []);
                client.reply(wine, poured)
            };
            assert_eq!(
                text_of(&one(last)),
                "Dinner for 2: quail with pinot.\nm raises a glass: Cheers"
            );
        }
        // Who has no model is asked for the wine only; who declines gets nothing to drink, or nothing at all.
        let mut client = Client::able(revision, json!({"elicitation": {}}));
        let dish = client.begin("order-dinner", json!({})).remove(0);
        let wine = one(client.reply(&dish, accept(json!({"dish": "trout"}))));
        let answer = one(client.reply(&wine, json!({"action": "decline"})));
        assert_eq!(
            text_of(&answer),
            "Dinner for 2: trout with nothing to drink."
        );
        let dish = client.begin("order-dinner", json!({})).remove(0);
        let answer = one(client.reply(&dish, json!({"action": "decline"})));
        assert_eq!(text_of(&answer), "You declined. Nothing was ordered.");
    }
}

#[test]
fn a_page_is_over_before_the_call_is() {
    let mut client = Client::able("2025-11-25", everything());
    let asked = client.begin("open-page", json!({})).remove(0);
    let params = &asked["params"];
    assert_eq!(
        (&params["mode"], &params["elicitationId"]),
        (&json!("url"), &json!("page-1"))
    );
    assert!(params.get("requestedSchema").is_none());
    assert!(
        params["url"]
            .as_str()
            .unwrap()
            .starts_with("https://example.com/")
    );
    let said = client.reply(&asked, json!({"action": "accept"}));
    let second = Duration::from_secs(1);
    assert_eq!((said.len(), said[0].0, said[1].0), (2, second, second));
    assert_eq!(said[0].1["method"], "notifications/elicitation/complete");
    assert_eq!(said[0].1["params"]["elicitationId"], "page-1");
    assert_eq!(
        text_of(&said[1].1),
        "You agreed to visit the page, and were there."
    );
    let asked = client.begin("open-page", json!({})).remove(0);
    let answer = one(client.reply(&asked, json!({"action": "decline"})));
    assert_eq!(text_of(&answer), "You declined.");
}

#[test]
fn a_call_may_fail_until_a_page_was_visited() {
    let mut client = Client::able("2025-11-25", everything());
    let fail = json!({"way": "fail"});
    let said = client.heard(
        "tools/call",
        json!({"name": "open-page", "arguments": fail}),
    );
    let error = &said[0].1["error"];
    assert_eq!(error["code"], -32042);
    let page = error["data"]["elicitations"][0].clone();
    assert_eq!(
        (&page["mode"], &page["elicitationId"]),
        (&json!("url"), &json!("page-1"))
    );
    assert_eq!(said[1].0, Duration::from_secs(1));
    assert_eq!(said[1].1["params"], json!({"elicitationId": "page-1"}));
    // Too early: the same page, and nobody is told twice.
    let again = client.begin("open-page", fail.clone());
    assert_eq!(
        (again.len(), &again[0]["error"]["data"]["elicitations"][0]),
        (1, &page)
    );
    client.server.now += Duration::from_secs(1);
    let passed = client.begin("open-page", fail.clone()).remove(0);
    assert!(text_of(&passed).starts_with("You have been on the page"));
    // And then from the start, with a page of its own.
    let next = client.begin("open-page", fail).remove(0);
    assert_eq!(
        next["error"]["data"]["elicitations"][0]["elicitationId"],
        "page-2"
    );
}

#[test]
fn a_call_given_up_takes_its_questions_along() {
    let mut client = Client::able("2025-11-25", everything());
    let dish = client.begin("order-dinner", json!({})).remove(0);
    let round = client.reply(&dish, accept(json!({"dish": "trout"})));
    let reaction = client.cancel();
    assert_eq!(reaction.cancel, Some(json!(client.id)));
    let withdrawn: Vec<_> = (outputs(&reaction).into_iter())
        .map(|(_, notice)| {
            assert_eq!(notice["method"], "notifications/cancelled");
            notice["params"]["requestId"].clone()
        })
        .collect();
    assert_eq!(withdrawn, [json!(2), json!(3)]);
    for (_, question) in &round {
        assert_eq!(client.reply(question, accept(json!({"wine": "soave"}))), []);
    }
    // A cancellation of something else leaves a question alone, and so does an answer with an id of another kind.
    let asked = client.begin("show-roots", json!({})).remove(0);
    let other =
        br#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"x"}}"#;
    assert!(client.server.line_now(other).scheduled.is_empty());
    let mut wrong = asked.clone();
    wrong["id"] = json!(asked["id"].to_string());
    assert_eq!(client.reply(&wrong, json!({"roots": []})), []);
    assert_eq!(client.reply(&asked, json!({"roots": []})).len(), 1);
}

#[test]
fn a_prompt_asks_too() {
    let mut client = Client::able("2025-11-25", everything());
    let asked = client
        .heard("prompts/get", json!({"name": "toast"}))
        .remove(0)
        .1;
    assert_eq!(asked["method"], "elicitation/create");
    let answer = one(client.reply(&asked, accept(json!({"occasion": "spring"}))));
    let told = |answer: &Value| {
        answer["result"]["messages"][0]["content"]["text"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert!(told(&answer).ends_with("celebrate: spring"));
    let named = json!({"name": "toast", "arguments": {"occasion": "rain"}});
    assert!(told(&client.ask("prompts/get", named)).ends_with("celebrate: rain"));
    let mut mute = Client::open("2025-11-25");
    assert_eq!(mute.code("prompts/get", json!({"name": "toast"})), -32600);
}

#[test]
fn a_batch_may_hold_answers_and_calls_that_ask() {
    let mut client = Client::able("2025-03-26", everything());
    let line = json!([
        {"jsonrpc": "2.0", "id": 1, "method": "ping"},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "show-roots"}},
    ]);
    let said = outputs(&client.server.line_now(line.to_string().as_bytes()));
    let [(_, asked), (_, answers)] = &said[..] else {
        panic!("a question and the array: {said:?}")
    };
    assert_eq!(answers.as_array().unwrap().len(), 1);
    let line = json!([{"jsonrpc": "2.0", "id": asked["id"], "result": {"roots": []}}]);
    let said = outputs(&client.server.line_now(line.to_string().as_bytes()));
    assert_eq!(said[0].1[0]["id"], 2);
}
