//! Faults of tools, resources and prompts, as they are listed.

use serde_json::json;

use super::{Fault, HTTP_MODERN, LEGACY, MODERN, fault, fault_on, posted, result, tool};

pub(super) const FAULTS: &[Fault] = &[
    fault("tool-name", LEGACY, |all| {
        tool(all)["name"] = json!("say it again");
    }),
    fault("tool-names-differ", LEGACY, |all| {
        let tools = &mut result(all, "tools/list", "")["tools"];
        tools[1]["name"] = tools[0]["name"].clone();
    }),
    fault("input-schema-is-an-object", LEGACY, |all| {
        tool(all)["inputSchema"]
            .as_object_mut()
            .unwrap()
            .remove("type");
    }),
    fault("schema-is-valid", LEGACY, |all| {
        tool(all)["inputSchema"]["properties"]["text"]["type"] = json!("text");
    }),
    fault_on(
        "schema-dialect-is-known",
        LEGACY,
        |all| {
            let dialect = "https://json-schema.org/draft/2020-12/schema";
            tool(all)["inputSchema"]["$schema"] = json!(dialect);
        },
        |all| {
            let dialect = "http://json-schema.org/draft-03/schema#";
            tool(all)["inputSchema"]["$schema"] = json!(dialect);
        },
    ),
    fault("output-schema-is-an-object", LEGACY, |all| {
        tool(all)["outputSchema"] = json!({"type": "array"});
    }),
    fault("tool-is-described", LEGACY, |all| {
        tool(all)["description"] = json!(" ");
    }),
    fault("parameters-are-described", LEGACY, |all| {
        tool(all)["inputSchema"]["properties"]["loud"] = json!({"type": "boolean"});
    }),
    fault("required-parameters-exist", LEGACY, |all| {
        tool(all)["inputSchema"]["required"] = json!(["txet"]);
    }),
    fault("hints-agree", LEGACY, |all| {
        tool(all)["annotations"] = json!({"readOnlyHint": true, "destructiveHint": true});
    }),
    fault("promised-structure-is-there", LEGACY, |all| {
        result(all, "tools/call", "weather")
            .as_object_mut()
            .unwrap()
            .remove("structuredContent");
    }),
    fault("structure-keeps-its-promise", MODERN, |all| {
        result(all, "tools/call", "weather")["structuredContent"] = json!({"celsius": "cold"});
    }),
    fault("structure-has-a-text-twin", LEGACY, |all| {
        result(all, "tools/call", "weather")["content"] = json!([{"type": "text", "text": "cold"}]);
    }),
    fault("no-network-refs", LEGACY, |all| {
        tool(all)["inputSchema"]["properties"]["text"] =
            json!({"description": "x", "$ref": "https://example.com/s.json"});
    }),
    fault_on(
        "header-marks-are-valid",
        MODERN,
        |all| tool(all)["inputSchema"]["properties"]["text"]["x-mcp-header"] = json!("Text"),
        |all| tool(all)["inputSchema"]["properties"]["text"]["x-mcp-header"] = json!("Te xt"),
    ),
    fault_on(
        "header-marks-hold-no-secrets",
        MODERN,
        |all| tool(all)["inputSchema"]["properties"]["text"]["x-mcp-header"] = json!("Text"),
        |all| tool(all)["inputSchema"]["properties"]["text"]["x-mcp-header"] = json!("Api-Key"),
    ),
    fault("task-support-is-gone", MODERN, |all| {
        tool(all)["execution"] = json!({"taskSupport": "optional"});
    }),
    fault("schema-root-is-plain", LEGACY, |all| {
        tool(all)["inputSchema"]["anyOf"] = json!([{"required": ["text"]}]);
    }),
    fault("parameter-names-are-portable", LEGACY, |all| {
        tool(all)["inputSchema"]["properties"]["the text"] =
            json!({"type": "string", "description": "Text."});
    }),
    fault("arrays-say-their-items", LEGACY, |all| {
        tool(all)["inputSchema"]["properties"]["many"] =
            json!({"type": "array", "description": "Many."});
    }),
    fault("schema-is-not-too-deep", LEGACY, |all| {
        tool(all)["inputSchema"]["properties"]["text"]["items"] = json!({"$ref": "#"});
    }),
    fault("schema-features", LEGACY, |all| {
        tool(all)["inputSchema"]["properties"]["text"]["type"] = json!(["string", "null"]);
    }),
    fault("defaults-are-of-their-type", LEGACY, |all| {
        tool(all)["inputSchema"]["properties"]["text"]["default"] = json!(7);
    }),
    fault("tool-names-are-not-alike", LEGACY, |all| {
        result(all, "tools/list", "")["tools"][1]["name"] = json!("ECHO_");
    }),
    fault("tool-name-is-short", LEGACY, |all| {
        tool(all)["name"] = json!("e".repeat(65));
    }),
    fault("tool-name-fits-with-prefix", LEGACY, |all| {
        tool(all)["name"] = json!("e".repeat(60));
    }),
    fault("tool-name-has-no-dots", LEGACY, |all| {
        tool(all)["name"] = json!("demo.echo");
    }),
    fault("description-says-something", LEGACY, |all| {
        tool(all)["description"] = json!("Echo.");
    }),
    fault("description-is-short", LEGACY, |all| {
        tool(all)["description"] = json!("Returns it. ".repeat(100));
    }),
    fault("not-too-many-tools", LEGACY, |all| {
        let tools = result(all, "tools/list", "")["tools"]
            .as_array_mut()
            .unwrap();
        for number in 0..40 {
            let mut tool = tools[0].clone();
            tool["name"] = json!(format!("echo{number}"));
            tools.push(tool);
        }
    }),
    fault("context-cost", LEGACY, |all| {
        tool(all)["_meta"] = json!({"com.example/words": "word ".repeat(4_000)});
    }),
    fault("lists-hold-no-secrets", LEGACY, |all| {
        tool(all)["inputSchema"]["properties"]["text"]["examples"] =
            json!(["ghp_0123456789abcdefghijABCDEFGHIJ012345"]);
    }),
    fault("listed-members-are-known", LEGACY, |all| {
        let resource = &mut result(all, "resources/list", "")["resources"][0];
        resource["text"] = json!("all of it");
    }),
    fault("annotations-are-known", LEGACY, |all| {
        tool(all)["annotations"]["category"] = json!("text");
    }),
    fault("resources-are-described", LEGACY, |all| {
        let resource = &mut result(all, "resources/list", "")["resources"][0];
        resource["description"] = json!("");
        resource["title"] = json!("");
    }),
    fault("prompts-are-described", LEGACY, |all| {
        let prompt = &mut result(all, "prompts/list", "")["prompts"][1]["arguments"][0];
        prompt["description"] = json!("");
        prompt["title"] = json!("");
    }),
    fault("resource-uri-is-absolute", LEGACY, |all| {
        result(all, "resources/list", "")["resources"][0]["uri"] = json!("notes/welcome.txt");
    }),
    fault("template-parses", LEGACY, |all| {
        result(all, "resources/templates/list", "")["resourceTemplates"][0]["uriTemplate"] =
            json!("demo://{name");
    }),
    fault("last-page-has-no-cursor", LEGACY, |all| {
        result(all, "tools/list", "")["nextCursor"] = json!(null);
    }),
    fault("cursor-moves-on", LEGACY, |all| {
        let last = all
            .iter()
            .rposition(|entry| entry["json"]["method"] == "resources/list")
            .unwrap();
        let cursor = all[last]["json"]["params"]["cursor"].clone();
        all[last + 1]["json"]["result"]["nextCursor"] = cursor;
    }),
    fault("resources-are-as-listed", LEGACY, |all| {
        let contents = &mut result(all, "resources/read", "")["contents"][0];
        contents["mimeType"] = json!("image/png");
    }),
    fault("resources-differ", MODERN, |all| {
        let first = result(all, "resources/list", "")["resources"][0].clone();
        let last = all
            .iter()
            .rposition(|entry| entry["json"]["method"] == "resources/list")
            .unwrap();
        all[last + 1]["json"]["result"]["resources"][0] = first;
    }),
    fault("templates-differ", LEGACY, |all| {
        let all = result(all, "resources/templates/list", "")["resourceTemplates"]
            .as_array_mut()
            .unwrap();
        all.push(all[0].clone());
    }),
    fault("prompts-differ", LEGACY, |all| {
        let all = result(all, "prompts/list", "")["prompts"]
            .as_array_mut()
            .unwrap();
        all.push(all[0].clone());
    }),
    fault("pages-share-a-cache-scope", MODERN, |all| {
        let last = all
            .iter()
            .rposition(|entry| entry["json"]["method"] == "resources/list")
            .unwrap();
        let result = &mut all[last + 1]["json"]["result"];
        let other = if result["cacheScope"] == "public" {
            "private"
        } else {
            "public"
        };
        result["cacheScope"] = json!(other);
    }),
    fault("cache-hints-in-their-place", MODERN, |all| {
        result(all, "tools/call", "echo")["ttlMs"] = json!(1000);
    }),
    fault_on(
        "public-needs-no-login",
        HTTP_MODERN,
        |all| {
            let at = posted(all, "resources/read");
            let headers = all[at]["json"]["headers"].as_array_mut().unwrap();
            headers.push(json!(["authorization", "Bearer ‹masked, 20 characters›"]));
        },
        |all| result(all, "resources/read", "")["cacheScope"] = json!("public"),
    ),
    fault("extensions-have-a-prefix", MODERN, |all| {
        result(all, "server/discover", "")["capabilities"]["extensions"] = json!({"tasks": {}});
    }),
    fault_on(
        "ui-links-are-not-flat",
        LEGACY,
        |all| tool(all)["_meta"] = json!({"ui": {"resourceUri": "ui://echo"}}),
        |all| tool(all)["_meta"] = json!({"ui/resourceUri": "ui://echo"}),
    ),
    fault_on(
        "ui-links-are-ui-resources",
        LEGACY,
        |all| {
            tool(all)["_meta"] = json!({"ui": {"resourceUri": "ui://echo", "visibility": ["app"]}});
        },
        |all| tool(all)["_meta"]["ui"]["resourceUri"] = json!("https://example.com/echo.html"),
    ),
    fault_on(
        "ui-resources-have-their-type",
        LEGACY,
        |all| {
            let contents = &mut result(all, "resources/read", "")["contents"][0];
            contents["uri"] = json!("ui://echo");
            contents["mimeType"] = json!("text/html;profile=mcp-app");
        },
        |all| result(all, "resources/read", "")["contents"][0]["mimeType"] = json!("text/html"),
    ),
    fault_on(
        "icon-can-be-loaded",
        LEGACY,
        |all| tool(all)["icons"] = json!([{"src": "https://example.com/a.png"}]),
        |all| tool(all)["icons"] = json!([{"src": "javascript:alert(1)"}]),
    ),
    fault_on(
        "icon-is-proper",
        LEGACY,
        |all| {
            tool(all)["icons"] = json!([{"src": "https://example.com/a.png", "sizes": ["48x48"]}]);
        },
        |all| tool(all)["icons"] = json!([{"src": "https://example.com/a.png", "sizes": ["big"]}]),
    ),
];
