//! Transcripts of what changes: lists, a guest book, and who is told of it in which era.

use super::*;

const BOOK: &str = "demo://notes/guest-book.txt";
const TAG: &str = "io.modelcontextprotocol/subscriptionId";

/// The names in a list of the server's.
fn names(client: &mut Client, list: &str) -> Vec<String> {
    let (mut params, mut names) = (json!({}), Vec::new());
    loop {
        let result = client.ask(&format!("{list}/list"), params)["result"].clone();
        let entries = result[list].as_array().unwrap().iter();
        names.extend(entries.map(|entry| entry["name"].as_str().unwrap().to_owned()));
        match result.get("nextCursor") {
            Some(cursor) => params = json!({"cursor": cursor}),
            None => return names,
        }
    }
}

#[test]
fn a_list_grows_and_shrinks_and_everybody_is_told() {
    for revision in HANDSHAKES {
        let mut client = Client::open(revision);
        for list in ["tools", "prompts", "resources"] {
            let before = names(&mut client, list);
            assert!(!before.contains(&"surprise".to_owned()));
            for there in [true, false] {
                let said = client.begin("change-list", json!({"list": list}));
                let method = format!("notifications/{list}/list_changed");
                assert_eq!(said[1..], [json!({"jsonrpc": "2.0", "method": method})]);
                let mut after = names(&mut client, list);
                if there {
                    assert_eq!(after.pop().unwrap(), "surprise");
                }
                assert_eq!(after, before);
            }
        }
    }
}

#[test]
fn what_was_added_works_while_it_is_there() {
    for mut client in every_revision() {
        let read = json!({"uri": "demo://notes/surprise.txt"});
        let missing = client.ask("resources/read", read.clone());
        assert!(missing.get("error").is_some());
        assert_eq!(
            client.code("tools/call", json!({"name": "surprise"})),
            -32602
        );
        assert_eq!(
            client.code("prompts/get", json!({"name": "surprise"})),
            -32602
        );
        for list in ["tools", "prompts", "resources"] {
            client.begin("change-list", json!({"list": list}));
        }
        assert!(client.text("surprise", json!({})).starts_with("Here I am"));
        assert!(client.ask("prompts/get", json!({"name": "surprise"}))["result"].is_object());
        assert!(client.ask("resources/read", read)["result"]["contents"][0]["text"].is_string());
    }
}

#[test]
fn without_a_handshake_only_listeners_are_told() {
    let mut client = Client::open(STATELESS);
    assert_eq!(client.begin("change-list", json!({})).len(), 1);
    let filter = json!({"toolsListChanged": true, "promptsListChanged": false, "resourceSubscriptions": [BOOK, "demo://nowhere"]});
    let said = client.heard("subscriptions/listen", json!({"notifications": filter}));
    let listener = client.id;
    assert_eq!(
        said,
        [(
            Duration::ZERO,
            json!({
                "jsonrpc": "2.0", "method": "notifications/subscriptions/acknowledged", "params": {
                    "notifications": {"toolsListChanged": true, "resourceSubscriptions": [BOOK]}, "_meta": {TAG: listener}
                }
            })
        )]
    );
    let quiet = client.begin("change-list", json!({"list": "prompts"}));
    assert_eq!(quiet.len(), 1);
    let told = client.begin("change-list", json!({"list": "tools"}));
    assert_eq!(
        told[1..],
        [
            json!({"jsonrpc": "2.0", "method": "notifications/tools/list_changed", "params": {"_meta": {TAG: listener}}})
        ]
    );
    // A second listener, with an id of its own kind, and then the first gives up.
    let line = json!({"jsonrpc": "2.0", "id": "two", "method": "subscriptions/listen", "params": {
        "notifications": {"resourceSubscriptions": [BOOK]}, "_meta": {
            "io.modelcontextprotocol/protocolVersion": STATELESS, "io.modelcontextprotocol/clientCapabilities": {}
        }
    }});
    client.server.line_now(line.to_string().as_bytes());
    let tags = |said: &[Value]| -> Vec<Value> {
        said[1..]
            .iter()
            .map(|notice| notice["params"]["_meta"][TAG].clone())
            .collect()
    };
    let signed = client.begin("sign-guest-book", json!({"name": "Ada"}));
    assert_eq!(tags(&signed), [json!(listener), json!("two")]);
    assert_eq!(signed[1]["params"]["uri"], BOOK);
    let line = json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": listener}});
    assert!(
        client
            .server
            .line_now(line.to_string().as_bytes())
            .scheduled
            .is_empty()
    );
    let signed = client.begin("sign-guest-book", json!({"name": "Ada"}));
    assert_eq!(tags(&signed), [json!("two")]);
}

#[test]
fn a_filter_that_is_none_is_refused() {
    let mut client = Client::open(STATELESS);
    for params in [
        json!({}),
        json!({"notifications": []}),
        json!({"notifications": {"toolsListChanged": "yes"}}),
        json!({"notifications": {"resourceSubscriptions": BOOK}}),
        json!({"notifications": {"resourceSubscriptions": [7]}}),
    ] {
        assert_eq!(client.code("subscriptions/listen", params), -32602);
    }
    assert!(client.server.listens.is_empty());
}

#[test]
fn the_guest_book_tells_its_subscribers() {
    for revision in HANDSHAKES {
        let mut client = Client::open(revision);
        let read = |client: &mut Client| {
            let result = client.ask("resources/read", json!({"uri": BOOK}))["result"].clone();
            result["contents"][0]["text"].as_str().unwrap().to_owned()
        };
        assert!(read(&mut client).contains("Nobody has signed"));
        let sign = json!({"name": "Ada", "words": "lovely\nsoup"});
        assert_eq!(client.begin("sign-guest-book", sign.clone()).len(), 1);
        assert!(read(&mut client).ends_with("\n\nAda: lovely soup\n"));

        assert_eq!(
            client.ask("resources/subscribe", json!({"uri": BOOK}))["result"],
            json!({})
        );
        let said = client.begin("sign-guest-book", sign.clone());
        assert_eq!(
            said[1..],
            [
                json!({"jsonrpc": "2.0", "method": "notifications/resources/updated", "params": {"uri": BOOK}})
            ]
        );
        client.ask("resources/unsubscribe", json!({"uri": BOOK}));
        assert_eq!(client.begin("sign-guest-book", sign).len(), 1);

        assert_eq!(
            client.code("resources/subscribe", json!({"uri": "demo://no"})),
            -32002
        );
        assert_eq!(client.code("resources/subscribe", json!({})), -32602);
        assert_eq!(client.code("resources/unsubscribe", json!({})), -32602);
    }
}

#[test]
fn the_guest_book_does_not_grow_for_ever() {
    let mut client = Client::open(STATELESS);
    for guest in 0..=100 {
        client.begin(
            "sign-guest-book",
            json!({"name": format!("guest {guest}.")}),
        );
    }
    let book = client.server.changing.book();
    assert!(!book.contains("guest 0.") && book.contains("guest 1.") && book.contains("guest 100."));
}

#[test]
fn what_may_change_is_not_kept_for_long() {
    let mut client = Client::open(STATELESS);
    let mut fresh = |method: &str, params: Value| {
        let result = client.ask(method, params)["result"].clone();
        assert_eq!(result["cacheScope"], "public", "{method}");
        result["ttlMs"].as_u64().unwrap()
    };
    assert_eq!(fresh("resources/read", json!({"uri": BOOK})), 0);
    assert_eq!(
        fresh("resources/read", json!({"uri": "demo://guide/eras.md"})),
        60_000
    );
    assert_eq!(fresh("tools/list", json!({})), 60_000);
    assert_eq!(fresh("server/discover", json!({})), 3_600_000);
}
