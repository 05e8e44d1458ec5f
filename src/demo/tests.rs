//! Transcripts of the demo server: lines in, lines out, in both eras.
//! Looks at what is said and when, never at how the server is built.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use serde_json::{Value, json};

use super::{DemoOutput, DemoServer, Reaction};

mod asking;
mod changes;
mod rounds;
mod tasks;
mod tools;

const HANDSHAKES: [&str; 4] = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"];
const STATELESS: &str = "2026-07-28";

impl DemoServer {
    /// A line at the same moment as the last one.
    fn line_now(&mut self, line: &[u8]) -> Reaction {
        self.line(line, self.now)
    }
}

/// A client that opened a connection and asks one thing after the other.
struct Client {
    server: DemoServer,
    revision: &'static str,
    /// What it declares.
    able: Value,
    id: i64,
}

impl Client {
    fn open(revision: &'static str) -> Self {
        Self::able(revision, json!({}))
    }

    /// A client that declares these capabilities.
    fn able(revision: &'static str, able: Value) -> Self {
        let mut server = DemoServer::new();
        if revision != STATELESS {
            let mut hello = initialize(revision);
            hello["params"]["capabilities"] = able.clone();
            let answer = only(server.line_now(hello.to_string().as_bytes()));
            assert_eq!(answer["result"]["protocolVersion"], revision);
            assert_eq!(
                server.line_now(br#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#),
                Reaction::default()
            );
        }
        Self {
            server,
            revision,
            able,
            id: 10,
        }
    }

    fn react(&mut self, method: &str, mut params: Value) -> Reaction {
        self.id += 1;
        if self.revision == STATELESS {
            params["_meta"]["io.modelcontextprotocol/protocolVersion"] = json!(STATELESS);
            params["_meta"]["io.modelcontextprotocol/clientCapabilities"] = self.able.clone();
        }
        let line = json!({"jsonrpc": "2.0", "id": self.id, "method": method, "params": params})
            .to_string();
        self.server.line_now(line.as_bytes())
    }

    /// The only answer to a request, after a look at its envelope.
    fn ask(&mut self, method: &str, params: Value) -> Value {
        let answer = only(self.react(method, params));
        assert_eq!(answer["id"], self.id);
        if let Some(result) = answer.get("result")
            && self.revision == STATELESS
        {
            assert_eq!(result["resultType"], "complete", "{method}");
            assert_eq!(
                result["_meta"]["io.modelcontextprotocol/serverInfo"]["name"],
                "mcpscope-demo"
            );
        } else {
            assert!(
                answer["result"].get("resultType").is_none()
                    && answer["result"].get("_meta").is_none()
            );
        }
        answer
    }

    /// Everything said because of a request, and when.
    fn heard(&mut self, method: &str, params: Value) -> Vec<(Duration, Value)> {
        outputs(&self.react(method, params))
    }

    /// Everything said because of a call.
    fn begin(&mut self, name: &str, args: Value) -> Vec<Value> {
        let said = self.heard("tools/call", json!({"name": name, "arguments": args}));
        said.into_iter().map(|(_, message)| message).collect()
    }

    /// Answers a request of the server's, and takes down what it says then.
    fn reply(&mut self, to: &Value, result: Value) -> Vec<(Duration, Value)> {
        let line = json!({"jsonrpc": "2.0", "id": to["id"], "result": result});
        outputs(&self.server.line_now(line.to_string().as_bytes()))
    }

    /// Refuses a request of the server's.
    fn refuse(&mut self, to: &Value, code: i64, message: &str) -> Vec<(Duration, Value)> {
        let error = json!({"code": code, "message": message});
        let line = json!({"jsonrpc": "2.0", "id": to["id"], "error": error});
        outputs(&self.server.line_now(line.to_string().as_bytes()))
    }

    /// Gives up its newest request.
    fn cancel(&mut self) -> Reaction {
        let line = json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": self.id}});
        self.server.line_now(line.to_string().as_bytes())
    }

    fn call(&mut self, name: &str, args: Value) -> Value {
        self.ask("tools/call", json!({"name": name, "arguments": args}))
    }

    fn text(&mut self, name: &str, args: Value) -> String {
        let answer = self.call(name, args);
        assert!(answer["result"].get("isError").is_none(), "{answer}");
        answer["result"]["content"][0]["text"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    fn code(&mut self, method: &str, params: Value) -> i64 {
        self.ask(method, params)["error"]["code"].as_i64().unwrap()
    }
}

fn initialize(version: &str) -> Value {
    json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
        "protocolVersion": version, "capabilities": {}, "clientInfo": {"name": "test", "version": "0"}
    }})
}

fn outputs(reaction: &Reaction) -> Vec<(Duration, Value)> {
    reaction
        .scheduled
        .iter()
        .map(|item| match &item.output {
            DemoOutput::Stdout(line) => (item.after, serde_json::from_str(line).unwrap()),
            DemoOutput::Stderr(line) => (item.after, json!({ "stderr": line })),
        })
        .collect()
}

fn only(reaction: Reaction) -> Value {
    let mut said = outputs(&reaction);
    assert_eq!(said.len(), 1, "{said:?}");
    said.remove(0).1
}

/// The text of a result's first block.
fn text_of(answer: &Value) -> &str {
    let text = answer["result"]["content"][0]["text"].as_str();
    text.unwrap_or_else(|| panic!("no text: {answer}"))
}

/// What a client of every ability declares.
fn everything() -> Value {
    json!({"elicitation": {"form": {}, "url": {}}, "sampling": {}, "roots": {}})
}

fn every_revision() -> impl Iterator<Item = Client> {
    HANDSHAKES.into_iter().chain([STATELESS]).map(Client::open)
}

#[test]
fn the_handshake_echoes_what_it_knows_and_offers_its_newest_otherwise() {
    for version in HANDSHAKES {
        let answer = only(DemoServer::new().line_now(initialize(version).to_string().as_bytes()));
        assert_eq!(answer["result"]["protocolVersion"], version);
        assert_eq!(
            answer["result"]["serverInfo"]["title"].is_string(),
            version >= "2025-06-18"
        );
        assert_eq!(
            answer["result"]["serverInfo"]["description"].is_string(),
            version >= "2025-11-25"
        );
    }
    for version in ["1999-01-01", STATELESS] {
        let answer = only(DemoServer::new().line_now(initialize(version).to_string().as_bytes()));
        assert_eq!(answer["result"]["protocolVersion"], "2025-11-25");
    }
}

#[test]
fn a_second_or_broken_handshake_is_refused() {
    let mut client = Client::open("2025-06-18");
    assert_eq!(
        client.code("initialize", initialize("2025-06-18")["params"].clone()),
        -32600
    );
    let bare = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18"}}"#;
    assert_eq!(
        only(DemoServer::new().line_now(bare.as_bytes()))["error"]["code"],
        -32602
    );
}

#[test]
fn discover_says_everything_the_stateless_revision_asks_for() {
    let result = Client::open(STATELESS).ask("server/discover", json!({}))["result"].clone();
    assert_eq!(
        result["supportedVersions"],
        json!([
            STATELESS,
            "2025-11-25",
            "2025-06-18",
            "2025-03-26",
            "2024-11-05"
        ])
    );
    assert_eq!(
        result["capabilities"],
        json!({
            "logging": {}, "prompts": {"listChanged": true}, "resources": {"subscribe": true, "listChanged": true},
            "tools": {"listChanged": true}, "completions": {}, "extensions": {"io.modelcontextprotocol/tasks": {}}
        })
    );
    assert_eq!(result["cacheScope"], "public");
    assert!(result["ttlMs"].is_u64());
    assert_eq!(
        Client::open("2025-11-25").code("server/discover", json!({})),
        -32601
    );
}

#[test]
fn stateless_requests_carry_their_metadata_or_are_refused() {
    let ask = |meta: Value| {
        let line = json!({"jsonrpc": "2.0", "id": "p", "method": "server/discover", "params": {"_meta": meta}});
        only(DemoServer::new().line_now(line.to_string().as_bytes()))["error"].clone()
    };
    let version = "io.modelcontextprotocol/protocolVersion";
    let capabilities = "io.modelcontextprotocol/clientCapabilities";
    assert_eq!(ask(json!({capabilities: {}}))["code"], -32602);
    assert_eq!(ask(json!({version: STATELESS}))["code"], -32602);
    assert_eq!(ask(json!({version: 7, capabilities: {}}))["code"], -32602);
    let level =
        json!({version: STATELESS, capabilities: {}, "io.modelcontextprotocol/logLevel": "loud"});
    assert_eq!(ask(level)["code"], -32602);

    let unknown = ask(json!({version: "2099-01-01", capabilities: {}}));
    assert_eq!(unknown["code"], -32022);
    assert_eq!(unknown["data"]["requested"], "2099-01-01");
    assert_eq!(unknown["data"]["supported"][0], STATELESS);
    let handshake = ask(json!({version: "2025-06-18", capabilities: {}}));
    assert_eq!(handshake["code"], -32022);
    assert!(
        !handshake["data"]["supported"]
            .as_array()
            .unwrap()
            .contains(&json!("2025-06-18"))
    );
}

#[test]
fn methods_belong_to_their_era() {
    for mut client in every_revision() {
        let stateless = client.revision == STATELESS;
        for (method, params) in [
            ("ping", json!({})),
            ("logging/setLevel", json!({"level": "debug"})),
        ] {
            let answer = client.ask(method, params);
            if stateless {
                assert_eq!(answer["error"]["code"], -32601);
            } else {
                assert_eq!(answer["result"], json!({}));
            }
        }
        let elsewhere = if stateless {
            ["resources/subscribe", "tasks/result", "tasks/list"]
        } else {
            ["subscriptions/listen", "server/discover", "tasks/update"]
        };
        for method in ["tools/eat", "completion/all"].into_iter().chain(elsewhere) {
            assert_eq!(client.code(method, json!({})), -32601);
        }
    }
    assert_eq!(
        Client::open(STATELESS).code("initialize", json!({})),
        -32601
    );
}

#[test]
fn both_eras_are_served_by_one_process() {
    let mut client = Client::open(STATELESS);
    assert_eq!(client.text("echo", json!({"text": "one"})), "one");
    let answer = only(
        client
            .server
            .line_now(initialize("2025-03-26").to_string().as_bytes()),
    );
    assert_eq!(answer["result"]["protocolVersion"], "2025-03-26");
    assert_eq!(client.text("echo", json!({"text": "two"})), "two");
    client.revision = "2025-03-26";
    assert_eq!(client.text("echo", json!({"text": "three"})), "three");
}

#[test]
fn before_the_opening_only_ping_is_heard() {
    let mut server = DemoServer::new();
    assert_eq!(
        only(server.line_now(br#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#))["result"],
        json!({})
    );
    let refused = only(server.line_now(br#"{"jsonrpc":"2.0","id":2,"method":"tools/list"}"#));
    assert_eq!(refused["error"]["code"], -32602);
    assert!(
        refused["error"]["message"]
            .as_str()
            .unwrap()
            .contains("initialize"),
        "{refused}"
    );
}

#[test]
fn notifications_answers_and_empty_lines_are_never_answered() {
    for mut client in every_revision() {
        for line in [
            "",
            " \r\n",
            r#"{"jsonrpc":"2.0","method":"notifications/nobody/knows"}"#,
            r#"{"jsonrpc":"2.0","method":"tools/list"}"#,
            r#"{"jsonrpc":"2.0","id":3,"result":{}}"#,
            r#"{"jsonrpc":"2.0","id":3,"error":{"code":-32601,"message":"no"}}"#,
        ] {
            assert_eq!(
                client.server.line_now(line.as_bytes()),
                Reaction::default(),
                "{line}"
            );
        }
    }
}

#[test]
fn nonsense_gets_an_error_with_the_id_it_can_have() {
    let answer =
        |revision, line: &str| only(Client::open(revision).server.line_now(line.as_bytes()));
    for (line, code) in [
        ("{", -32700),
        ("3", -32600),
        (r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, -32600),
        (r#"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#, -32600),
        ("[]", -32600),
    ] {
        let old = answer("2025-06-18", line);
        assert_eq!(
            (&old["error"]["code"], &old["id"]),
            (&json!(code), &Value::Null),
            "{line}"
        );
        assert!(old.get("id").is_some());
        // From 2025-11-25 an id that could not be read is left out.
        assert!(answer("2025-11-25", line).get("id").is_none(), "{line}");
    }
    let addressed = answer("2025-06-18", r#"{"id":"a","method":"ping"}"#);
    assert_eq!(
        (&addressed["error"]["code"], &addressed["id"]),
        (&json!(-32600), &json!("a"))
    );
    let listed = answer(
        "2025-06-18",
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":[]}"#,
    );
    assert_eq!(listed["error"]["code"], -32602);
    assert_eq!(answer("2025-06-18", "[{}]")["error"]["code"], -32600);
}

#[test]
fn a_batch_is_answered_in_one_array_where_batches_exist() {
    let mut client = Client::open("2025-03-26");
    let line = json!([
        {"jsonrpc": "2.0", "id": 1, "method": "ping"},
        {"jsonrpc": "2.0", "method": "notifications/nobody/knows"},
        {"jsonrpc": "2.0", "id": "b", "method": "tools/call", "params": {
            "name": "countdown", "arguments": {"steps": 2, "seconds": 1}, "_meta": {"progressToken": "t"}}},
    ]);
    let said = outputs(&client.server.line_now(line.to_string().as_bytes()));
    assert_eq!(said.len(), 3, "two steps and the array: {said:?}");
    let (after, answers) = said.last().unwrap();
    assert_eq!(*after, Duration::from_secs(2));
    assert_eq!(answers[0], json!({"jsonrpc": "2.0", "id": 1, "result": {}}));
    assert_eq!(answers[1]["id"], "b");
    let quiet = r#"[{"jsonrpc":"2.0","method":"notifications/x"}]"#;
    assert_eq!(
        client.server.line_now(quiet.as_bytes()),
        Reaction::default()
    );
}

#[test]
fn ids_come_back_as_they_were() {
    let mut client = Client::open("2025-06-18");
    for id in [json!("7"), json!(7), json!(""), json!(-1), json!(u64::MAX)] {
        let line = json!({"jsonrpc": "2.0", "id": id, "method": "ping"}).to_string();
        assert_eq!(only(client.server.line_now(line.as_bytes()))["id"], id);
    }
}

#[test]
fn each_revision_lists_only_what_it_knows() {
    for mut client in every_revision() {
        let revision = client.revision;
        let result = client.ask("tools/list", json!({}))["result"].clone();
        assert_eq!(result["ttlMs"].is_u64(), revision == STATELESS);
        for tool in result["tools"].as_array().unwrap() {
            assert_eq!(tool["inputSchema"]["type"], "object");
            assert_eq!(
                tool.get("title").is_some(),
                revision >= "2025-06-18",
                "{tool}"
            );
            assert_eq!(
                tool.get("annotations").is_some(),
                revision >= "2025-03-26",
                "{tool}"
            );
            let structured = tool["name"] == "weather" && revision >= "2025-06-18";
            assert_eq!(tool.get("outputSchema").is_some(), structured, "{tool}");
        }
        for (method, member) in [
            ("prompts/list", "prompts"),
            ("resources/list", "resources"),
            ("resources/templates/list", "resourceTemplates"),
        ] {
            let result = client.ask(method, json!({}))["result"].clone();
            assert_eq!(result["cacheScope"].is_string(), revision == STATELESS);
            for entry in result[member].as_array().unwrap() {
                assert_eq!(
                    entry.get("title").is_some(),
                    revision >= "2025-06-18",
                    "{entry}"
                );
            }
        }
    }
}

#[test]
fn resources_come_in_pages_and_each_can_be_read() {
    for mut client in every_revision() {
        let (mut params, mut uris, mut pages) = (json!({}), Vec::new(), 0);
        loop {
            let result = client.ask("resources/list", params.clone())["result"].clone();
            pages += 1;
            uris.extend(result["resources"].as_array().unwrap().iter().cloned());
            match result.get("nextCursor") {
                Some(cursor) => params = json!({ "cursor": cursor }),
                None => break,
            }
        }
        assert_eq!((pages, uris.len()), (3, 8));
        for entry in uris {
            let result =
                client.ask("resources/read", json!({"uri": entry["uri"]}))["result"].clone();
            let contents = &result["contents"][0];
            assert_eq!(
                (&contents["uri"], &contents["mimeType"]),
                (&entry["uri"], &entry["mimeType"])
            );
            match contents["text"].as_str() {
                Some(text) => assert_eq!(entry["size"], text.len()),
                None => assert_eq!(contents["blob"].as_str().unwrap()[..8], *"iVBORw0K"),
            }
        }
        for cursor in [json!("bogus"), json!(""), json!(3), Value::Null] {
            assert_eq!(
                client.code("resources/list", json!({ "cursor": cursor })),
                -32602
            );
            assert_eq!(
                client.code("tools/list", json!({ "cursor": cursor })),
                -32602
            );
        }
    }
}

#[test]
fn the_template_greets_and_what_is_not_there_is_not_found() {
    for mut client in every_revision() {
        let answer = client.ask(
            "resources/read",
            json!({"uri": "demo://greetings/Ad%C3%A8le%2FB"}),
        );
        assert!(
            answer["result"]["contents"][0]["text"]
                .as_str()
                .unwrap()
                .starts_with("Good day, Adèle/B.")
        );
        let code = if client.revision == STATELESS {
            -32602
        } else {
            -32002
        };
        for uri in [
            "demo://greetings/",
            "demo://greetings/a/b",
            "demo://greetings/%zz",
            "file:///etc/hosts",
        ] {
            let error = client.ask("resources/read", json!({ "uri": uri }))["error"].clone();
            assert_eq!(
                (&error["code"], &error["data"]["uri"]),
                (&json!(code), &json!(uri))
            );
        }
        assert_eq!(client.code("resources/read", json!({})), -32602);
    }
}

#[test]
fn prompts_take_strings_and_miss_what_is_required() {
    for mut client in every_revision() {
        let get = |client: &mut Client, params| client.ask("prompts/get", params);
        let plain = get(&mut client, json!({"name": "explain-mcp"}));
        assert_eq!(plain["result"]["messages"][0]["role"], "user");
        let invite = get(
            &mut client,
            json!({"name": "invite", "arguments": {"guest": "Ada", "tone": "formal"}}),
        );
        let text = invite["result"]["messages"][0]["content"]["text"]
            .as_str()
            .unwrap();
        assert!(text.contains("formal") && text.contains("Ada"), "{text}");
        let dish = get(&mut client, json!({"name": "suggest-dish"}));
        assert_eq!(
            dish["result"]["messages"][1]["content"]["resource"]["mimeType"],
            "application/json"
        );
        for bad in [
            json!({}),
            json!({"name": "nobody"}),
            json!({"name": "invite"}),
            json!({"name": "invite", "arguments": {"guest": 3}}),
            json!({"name": "invite", "arguments": []}),
        ] {
            assert_eq!(client.code("prompts/get", bad), -32602);
        }
    }
}

/// The values suggested for an argument of the prompt `invite`.
fn suggested(client: &mut Client, argument: &str, typed: &str, context: &Value) -> Vec<String> {
    let params = json!({
        "ref": {"type": "ref/prompt", "name": "invite"},
        "argument": {"name": argument, "value": typed},
        "context": {"arguments": context},
    });
    let completion = client.ask("completion/complete", params)["result"]["completion"].clone();
    let values: Vec<String> = serde_json::from_value(completion["values"].clone()).unwrap();
    assert_eq!(completion["total"], values.len());
    assert_eq!(completion["hasMore"], false);
    values
}

#[test]
fn arguments_are_completed_and_the_second_depends_on_the_first() {
    for mut client in every_revision() {
        let none = json!({});
        assert_eq!(
            suggested(&mut client, "language", "fr", &none),
            ["French", "Frisian"]
        );
        assert_eq!(suggested(&mut client, "language", "x", &none), [""; 0]);
        assert_eq!(suggested(&mut client, "language", "", &none).len(), 8);
        assert_eq!(suggested(&mut client, "tone", "FR", &none), ["friendly"]);
        assert_eq!(suggested(&mut client, "guest", "", &none), [""; 0]);
        let all = suggested(&mut client, "dialect", "s", &none);
        assert_eq!(all, ["Scottish", "Standard", "Swiss"]);
        let german = suggested(&mut client, "dialect", "s", &json!({"language": "German"}));
        if client.revision >= "2025-06-18" {
            assert_eq!(german, ["Standard", "Swiss"]);
            assert_eq!(
                suggested(&mut client, "dialect", "", &json!({"language": "Danish"})),
                [""; 0]
            );
        } else {
            assert_eq!(german, all, "{} knows no context", client.revision);
        }
        let template = json!({
            "ref": {"type": "ref/resource", "uri": "demo://greetings/{name}"},
            "argument": {"name": "name", "value": "ad"},
        });
        let answer = client.ask("completion/complete", template);
        assert_eq!(
            answer["result"]["completion"]["values"],
            json!(["Ada", "Adèle"])
        );
    }
}

#[test]
fn what_cannot_be_completed_is_refused() {
    let argument = json!({"name": "tone", "value": ""});
    let invite = json!({"type": "ref/prompt", "name": "invite"});
    let template = json!({"type": "ref/resource", "uri": "demo://greetings/{name}"});
    for mut client in every_revision() {
        for params in [
            json!({}),
            json!({"ref": invite}),
            json!({"argument": argument}),
            json!({"ref": invite, "argument": {"name": "tone"}}),
            json!({"ref": invite, "argument": {"name": "nobody", "value": ""}}),
            json!({"ref": {"type": "ref/prompt", "name": "nobody"}, "argument": argument}),
            json!({"ref": {"type": "ref/resource", "uri": "demo://nowhere/{name}"}, "argument": argument}),
            json!({"ref": template, "argument": argument}),
            json!({"ref": {"type": "ref/tool", "name": "echo"}, "argument": argument}),
        ] {
            let code = client.code("completion/complete", params.clone());
            assert_eq!(code, -32602, "{params}");
        }
    }
}

#[test]
fn completions_are_advertised_where_there_is_a_word_for_it() {
    for version in HANDSHAKES {
        let answer = only(DemoServer::new().line_now(initialize(version).to_string().as_bytes()));
        assert_eq!(
            answer["result"]["capabilities"]
                .get("completions")
                .is_some(),
            version >= "2025-03-26",
            "{version}"
        );
    }
}
