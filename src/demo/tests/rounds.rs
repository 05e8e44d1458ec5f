//! Transcripts of calls in several rounds without a handshake (2026-07-28): input that is wanted, answers that come
//! along with the call repeated, and the state that has to come back as it was.

use proptest::prelude::*;

use super::*;

fn client() -> Client {
    Client::able(STATELESS, everything())
}

fn accept(content: Value) -> Value {
    json!({"action": "accept", "content": content})
}

/// A result that wants input, after a look at its envelope.
fn wanted(client: &Client, said: Vec<Value>) -> Value {
    let [answer] = &said[..] else {
        panic!("one answer: {said:?}")
    };
    assert_eq!(answer["id"], client.id);
    let result = answer["result"].clone();
    assert_eq!(result["resultType"], "input_required", "{answer}");
    assert!(result["_meta"]["io.modelcontextprotocol/serverInfo"].is_object());
    assert!(result.get("content").is_none() && result.get("ttlMs").is_none());
    result
}

fn again(client: &mut Client, tool: &str, more: Value) -> Value {
    let mut params = json!({"name": tool, "arguments": {}});
    for (name, value) in more.as_object().unwrap() {
        params[name] = value.clone();
    }
    client.heard("tools/call", params).remove(0).1
}

#[test]
fn one_round_needs_no_state() {
    let mut client = client();
    for (tool, key, method, answer, words) in [
        (
            "fill-form",
            "guest",
            "elicitation/create",
            accept(json!({"name": "Ada", "guests": 1})),
            "\"name\": \"Ada\"",
        ),
        (
            "open-page",
            "page",
            "elicitation/create",
            json!({"action": "accept"}),
            "You agreed to visit the page.",
        ),
        (
            "show-roots",
            "roots",
            "roots/list",
            json!({"roots": []}),
            "no folder",
        ),
        (
            "ask-model",
            "model",
            "sampling/createMessage",
            json!({"role": "assistant", "model": "m", "content": [{"type": "text", "text": "Hm"}]}),
            "m said: Hm",
        ),
    ] {
        let said = client.begin(tool, json!({}));
        let result = wanted(&client, said);
        assert!(result.get("requestState").is_none(), "{tool}");
        let asked = result["inputRequests"].as_object().unwrap();
        assert_eq!((asked.len(), &asked[key]["method"]), (1, &json!(method)));
        // What only messages of their own have is missing here.
        assert!(asked[key].get("id").is_none() && asked[key].get("jsonrpc").is_none());
        assert!(asked[key]["params"].get("elicitationId").is_none());
        let done = again(
            &mut client,
            tool,
            json!({"inputResponses": {key: answer, "other": {}}}),
        );
        assert_eq!(done["result"]["resultType"], "complete");
        assert!(text_of(&done).contains(words), "{done}");
        let refused = again(
            &mut client,
            tool,
            json!({"requestState": "mine", "inputResponses": {}}),
        );
        assert_eq!(refused["error"]["code"], -32602, "{refused}");
    }
}

#[test]
fn nothing_is_said_about_a_page_in_the_second_era() {
    let mut client = client();
    let said = client.begin("open-page", json!({"way": "fail"}));
    assert_eq!(
        wanted(&client, said)["inputRequests"]["page"]["params"]["mode"],
        "url"
    );
    let params = json!({"name": "open-page", "arguments": {"way": "fail"}, "inputResponses": {"page": {"action": "accept"}}});
    assert_eq!(client.heard("tools/call", params).len(), 1);
}

#[test]
fn dinner_comes_back_with_its_state() {
    let mut client = client();
    let said = client.begin("order-dinner", json!({}));
    let first = wanted(&client, said);
    let dish = json!({"dish": accept(json!({"dish": "risotto"}))});
    let second = again(
        &mut client,
        "order-dinner",
        json!({"requestState": first["requestState"], "inputResponses": dish}),
    );
    let second = wanted(&client, vec![second]);
    let keys: Vec<_> = second["inputRequests"]
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect();
    assert_eq!(keys, ["wine", "toast"]);
    assert_ne!(first["requestState"], second["requestState"]);

    // One answer of two: the other is asked for again, and what was answered is not forgotten.
    let half = json!({"wine": accept(json!({"wine": "riesling"}))});
    let third = again(
        &mut client,
        "order-dinner",
        json!({"requestState": second["requestState"], "inputResponses": half}),
    );
    let third = wanted(&client, vec![third]);
    assert!(
        third["inputRequests"].get("wine").is_none() && third["inputRequests"]["toast"].is_object()
    );
    let toast = json!({"toast": {"role": "assistant", "model": "m", "content": {"type": "text", "text": "Hear"}}});
    let last = again(
        &mut client,
        "order-dinner",
        json!({"requestState": third["requestState"], "inputResponses": toast}),
    );
    assert_eq!(
        text_of(&last),
        "Dinner for 2: risotto with riesling.\nm raises a glass: Hear"
    );
    assert_eq!(last["result"]["resultType"], "complete");

    // Another server takes it too: nothing was kept here.
    client.server = DemoServer::new();
    let last = again(
        &mut client,
        "order-dinner",
        json!({"requestState": third["requestState"], "inputResponses": toast}),
    );
    assert!(text_of(&last).starts_with("Dinner for 2: risotto"));
    // Without any answers the same is asked again.
    let same = again(
        &mut client,
        "order-dinner",
        json!({"requestState": third["requestState"]}),
    );
    assert_eq!(
        wanted(&client, vec![same])["inputRequests"],
        third["inputRequests"]
    );
}

#[test]
fn a_state_comes_back_byte_for_byte_or_is_refused() {
    let mut client = client();
    let said = client.begin("order-dinner", json!({}));
    let state = wanted(&client, said)["requestState"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(state.contains('⇄') && state.contains("  ") && state.contains('"'));
    let dish = json!({"dish": accept(json!({"dish": "trout"}))});
    let tidy = state.replace("  ", " ");
    let mut wrong = vec![
        (json!(format!("{state} ")), "byte for byte"),
        (json!(tidy), "byte for byte"),
        (json!(state.to_lowercase()), "byte for byte"),
        (json!(""), "byte for byte"),
        (json!(7), "is a string"),
        (Value::Null, "is a string"),
    ];
    let (at, letter) = state.char_indices().nth(40).unwrap();
    let mut changed = state.clone();
    changed.replace_range(at..=at, if letter == 'A' { "B" } else { "A" });
    wrong.push((json!(changed), "byte for byte"));
    for (state, words) in wrong {
        let refused = again(
            &mut client,
            "order-dinner",
            json!({"requestState": state, "inputResponses": dish}),
        );
        assert_eq!(refused["error"]["code"], -32602, "{state}");
        let message = refused["error"]["message"].as_str().unwrap();
        assert!(message.contains(words), "{state}: {message}");
    }
    let refused = again(&mut client, "order-dinner", json!({"inputResponses": dish}));
    assert!(
        refused["error"]["message"]
            .as_str()
            .unwrap()
            .contains("without the requestState")
    );
    let other = json!({"name": "order-dinner", "arguments": {"guests": 3}, "requestState": state, "inputResponses": dish});
    let refused = client.heard("tools/call", other).remove(0).1;
    assert!(
        refused["error"]["message"]
            .as_str()
            .unwrap()
            .contains("another call")
    );
    for bad in [json!([]), json!({"dish": "trout"}), Value::Null] {
        let refused = again(
            &mut client,
            "order-dinner",
            json!({"requestState": state, "inputResponses": bad}),
        );
        assert!(
            refused["error"]["message"]
                .as_str()
                .unwrap()
                .contains("inputResponses is an object")
        );
    }
    client.server.now += Duration::from_secs(601);
    let refused = again(
        &mut client,
        "order-dinner",
        json!({"requestState": state, "inputResponses": dish}),
    );
    assert!(
        refused["error"]["message"]
            .as_str()
            .unwrap()
            .contains("too old")
    );
}

#[test]
fn arguments_in_another_order_are_the_same_call() {
    let mut client = client();
    let first = json!({"name": "order-dinner", "arguments": {"guests": 3}});
    let said = client.heard("tools/call", first).remove(0).1;
    let state = wanted(&client, vec![said])["requestState"].clone();
    let dish = json!({"dish": {"content": {"dish": "trout"}, "action": "accept"}});
    let retry = json!({"inputResponses": dish, "requestState": state, "arguments": {"guests": 3}, "name": "order-dinner"});
    let said = client.heard("tools/call", retry).remove(0).1;
    wanted(&client, vec![said]);
}

#[test]
fn only_what_was_declared_is_asked() {
    let mut client = Client::able(STATELESS, json!({"elicitation": {}}));
    let said = client.begin("order-dinner", json!({}));
    let first = wanted(&client, said);
    let dish = json!({"dish": accept(json!({"dish": "quail"}))});
    let second = again(
        &mut client,
        "order-dinner",
        json!({"requestState": first["requestState"], "inputResponses": dish}),
    );
    let asked = wanted(&client, vec![second])["inputRequests"].clone();
    assert_eq!(asked.as_object().unwrap().len(), 1, "{asked}");
    // Capabilities are those of the request, not those of the one before.
    client.able = json!({});
    let refused = client.begin("order-dinner", json!({})).remove(0);
    assert_eq!(refused["error"]["code"], -32021);
}

#[test]
fn a_prompt_wants_input_and_a_resource_does_not() {
    let mut client = client();
    let said = client
        .heard("prompts/get", json!({"name": "toast"}))
        .remove(0)
        .1;
    assert!(wanted(&client, vec![said])["inputRequests"]["occasion"].is_object());
    let retry = json!({"name": "toast", "inputResponses": {"occasion": accept(json!({"occasion": "snow"}))}});
    let done = client.ask("prompts/get", retry);
    assert!(
        done["result"]["messages"][0]["content"]["text"]
            .as_str()
            .unwrap()
            .ends_with("snow")
    );
    let read = json!({"uri": "demo://notes/welcome.txt", "requestState": "x"});
    assert_eq!(client.code("resources/read", read), -32602);
}

#[test]
fn no_request_of_its_own_is_ever_sent() {
    let mut client = client();
    for (tool, _) in [
        ("fill-form", 0),
        ("order-dinner", 0),
        ("ask-model", 0),
        ("show-roots", 0),
        ("open-page", 0),
    ] {
        for message in client.begin(tool, json!({})) {
            assert!(message.get("method").is_none(), "{message}");
        }
    }
    // And an answer to nothing is nothing.
    assert_eq!(client.reply(&json!({"id": 1}), json!({"roots": []})), []);
}

/// A state of the first round, and who got it.
fn first_round() -> (Client, String) {
    let mut client = client();
    let said = client.begin("order-dinner", json!({}));
    let state = wanted(&client, said)["requestState"]
        .as_str()
        .unwrap()
        .to_owned();
    (client, state)
}

proptest! {
    #[test]
    fn no_other_text_passes_for_a_state(text in ".*") {
        let (mut client, state) = first_round();
        prop_assume!(text != state);
        let refused = again(&mut client, "order-dinner", json!({"requestState": text}));
        prop_assert_eq!(&refused["error"]["code"], -32602);
    }

    #[test]
    fn a_state_with_one_character_changed_is_refused(at in any::<prop::sample::Index>(), put in any::<char>()) {
        let (mut client, state) = first_round();
        let mut letters: Vec<char> = state.chars().collect();
        let at = at.index(letters.len());
        prop_assume!(letters[at] != put);
        letters[at] = put;
        let changed: String = letters.into_iter().collect();
        let refused = again(&mut client, "order-dinner", json!({"requestState": changed}));
        prop_assert_eq!(&refused["error"]["code"], -32602);
    }

    #[test]
    fn what_was_answered_survives_the_way_there_and_back(wine in ".+") {
        let (mut client, state) = first_round();
        client.able["sampling"] = json!({});
        let dish = json!({"dish": accept(json!({"dish": "trout"}))});
        let second = again(&mut client, "order-dinner", json!({"requestState": state, "inputResponses": dish}));
        let state = second["result"]["requestState"].clone();
        let toast = json!({"toast": {"role": "assistant", "model": wine, "content": {"type": "text", "text": wine}}});
        let third = again(&mut client, "order-dinner", json!({"requestState": state, "inputResponses": toast}));
        let state = third["result"]["requestState"].clone();
        let glass = json!({"wine": {"action": "decline"}});
        let last = again(&mut client, "order-dinner", json!({"requestState": state, "inputResponses": glass}));
        let told = format!("Dinner for 2: trout with nothing to drink.\n{wine} raises a glass: {wine}");
        prop_assert_eq!(text_of(&last), told);
    }
}
