//! What servers really answered to wrong arguments, and which members that is about.

use super::*;
use proptest::prelude::*;

/// What the TypeScript SDK (zod 3 and 4, tools and prompts), Python's SDK (pydantic), ajv and Python's jsonschema really
/// said; and `data` as its writers have a choice of. First the message, then `data`, the members the form has, and what is expected.
type Row = (
    &'static str,
    &'static str,
    &'static [&'static str],
    &'static [(&'static str, &'static str)],
);

const TABLE: &[Row] = &[
    (
        "MCP error -32602: Input validation error: Invalid arguments for tool get-sum: Invalid input: expected number, received string at a\nInvalid input: expected number, received undefined at b",
        "",
        &["/a", "/b"],
        &[
            ("/a", "Invalid input: expected number, received string"),
            ("/b", "Invalid input: expected number, received undefined"),
        ],
    ),
    (
        "MCP error -32602: Input validation error: Invalid arguments for tool get-annotated-message: Invalid option: expected one of \"error\"|\"success\"|\"debug\" at messageType",
        "",
        &["/messageType", "/error"],
        &[(
            "/messageType",
            "Invalid option: expected one of \"error\"|\"success\"|\"debug\"",
        )],
    ),
    (
        "MCP error -32602: Input validation error: Invalid arguments for tool edit_file: Invalid input: expected string, received number at edits[0].oldText\nInvalid input: expected string, received undefined at edits[0].newText",
        "",
        &[
            "/path",
            "/edits",
            "/edits/0",
            "/edits/0/oldText",
            "/edits/0/newText",
        ],
        &[
            (
                "/edits/0/oldText",
                "Invalid input: expected string, received number",
            ),
            (
                "/edits/0/newText",
                "Invalid input: expected string, received undefined",
            ),
        ],
    ),
    (
        "MCP error -32602: Invalid arguments for prompt args-prompt: Invalid input: expected string, received undefined at city",
        "",
        &["/city", "/state"],
        &[(
            "/city",
            "Invalid input: expected string, received undefined",
        )],
    ),
    (
        "[\n  {\n    \"expected\": \"string\",\n    \"code\": \"invalid_type\",\n    \"path\": [\n      \"params\",\n      \"arguments\",\n      \"department\"\n    ],\n    \"message\": \"Invalid input: expected string, received number\"\n  }\n]",
        "",
        &["/department", "/name"],
        &[(
            "/department",
            "Invalid input: expected string, received number",
        )],
    ),
    (
        "[\n  {\n    \"code\": \"invalid_type\",\n    \"expected\": \"number\",\n    \"received\": \"string\",\n    \"path\": [\n      \"a\"\n    ],\n    \"message\": \"Expected number, received string\"\n  },\n  {\n    \"code\": \"invalid_type\",\n    \"expected\": \"number\",\n    \"received\": \"undefined\",\n    \"path\": [\n      \"b\"\n    ],\n    \"message\": \"Required\"\n  }\n]",
        "",
        &["/a", "/b"],
        &[
            ("/a", "Expected number, received string"),
            ("/b", "Required"),
        ],
    ),
    (
        "MCP error -32602: Invalid arguments for tool x: [\n  {\n    \"code\": \"invalid_union\",\n    \"unionErrors\": [\n      {\n        \"issues\": [\n          {\n            \"path\": [\n              \"u\"\n            ],\n            \"message\": \"Expected string, received array\"\n          }\n        ],\n        \"name\": \"ZodError\"\n      }\n    ],\n    \"path\": [\n      \"u\"\n    ],\n    \"message\": \"Invalid input\"\n  },\n  {\n    \"code\": \"unrecognized_keys\",\n    \"keys\": [\n      \"zz\"\n    ],\n    \"path\": [\n      \"k\"\n    ],\n    \"message\": \"Unrecognized key(s) in object: 'zz'\"\n  },\n  {\n    \"code\": \"unrecognized_keys\",\n    \"keys\": [\n      \"yy\"\n    ],\n    \"path\": [],\n    \"message\": \"Unrecognized key(s) in object: 'yy'\"\n  }\n]",
        "",
        &["/u", "/k", "/yy"],
        &[
            ("/u", "Invalid input"),
            ("/k", "zz: Unrecognized key(s) in object: 'zz'"),
            ("/yy", "Unrecognized key(s) in object: 'yy'"),
        ],
    ),
    (
        "✖ Unrecognized key: \"zz\"\n  → at k\n✖ Invalid input: expected number, received string\n  → at a.b[0]",
        "",
        &["/k", "/a", "/a/b", "/a/b/0"],
        &[
            ("/k", "Unrecognized key: \"zz\""),
            ("/a/b/0", "Invalid input: expected number, received string"),
        ],
    ),
    (
        "Error executing tool get_current_time: 1 validation error for get_current_timeArguments\ntimezone\n  Field required [type=missing, input_value={}, input_type=dict]\n    For further information visit https://errors.pydantic.dev/2.14/v/missing",
        "",
        &["/timezone"],
        &[("/timezone", "Field required")],
    ),
    (
        "Error executing tool sub: 9 validation errors for subArguments\nsub.field\n  Field required [type=missing, input_value={'items': [{'kind': 'z'}, {'kind': 'a', 'n': 0}]}, input_type=dict]\n    For further information visit https://errors.pydantic.dev/2.14/v/missing\nsub.items.0.kind\n  Input should be 'a' [type=literal_error, input_value='z', input_type=str]\n    For further information visit https://errors.pydantic.dev/2.14/v/literal_error\ncount\n  Input should be a valid integer, unable to parse string as an integer [type=int_parsing, input_value='x', input_type=str]\n    For further information visit https://errors.pydantic.dev/2.14/v/int_parsing\neither.A.kind\n  Input should be 'a' [type=literal_error, input_value='b', input_type=str]\n    For further information visit https://errors.pydantic.dev/2.14/v/literal_error\neither.B.s\n  Field required [type=missing, input_value={'kind': 'b'}, input_type=dict]\n    For further information visit https://errors.pydantic.dev/2.14/v/missing",
        "",
        &[
            "/sub",
            "/sub/field",
            "/sub/items",
            "/sub/items/0",
            "/sub/items/0/kind",
            "/count",
            "/either",
            "/either/kind",
            "/either/n",
        ],
        &[
            ("/sub/field", "Field required"),
            ("/sub/items/0/kind", "Input should be 'a'"),
            (
                "/count",
                "Input should be a valid integer, unable to parse string as an integer",
            ),
            ("/either/kind", "Input should be 'a'"),
            ("/either", "B.s: Field required"),
        ],
    ),
    (
        "data must have required property 'x', data must NOT have additional properties, data/foo/0 must be number, data/n must be >= 1, data/s must be equal to one of the allowed values",
        "",
        &["/x", "/foo", "/foo/0", "/n", "/s"],
        &[
            ("/x", "must have required property 'x'"),
            ("/foo/0", "must be number"),
            ("/n", "must be >= 1"),
            ("/s", "must be equal to one of the allowed values"),
        ],
    ),
    (
        "Invalid params",
        r##"[{"instancePath":"","schemaPath":"#/required","keyword":"required","params":{"missingProperty":"x"},"message":"must have required property 'x'"},{"instancePath":"","keyword":"additionalProperties","params":{"additionalProperty":"y"},"message":"must NOT have additional properties"},{"instancePath":"/foo/0","keyword":"type","params":{"type":"number"},"message":"must be number"}]"##,
        &["/x", "/y", "/foo", "/foo/0"],
        &[
            ("/x", "must have required property 'x'"),
            ("/y", "must NOT have additional properties"),
            ("/foo/0", "must be number"),
        ],
    ),
    (
        "Invalid arguments: /foo/0 must be number",
        "",
        &["/foo"],
        &[("/foo", "0: must be number")],
    ),
    (
        "Input validation error: 'x' is a required property",
        "",
        &["/x", "/y"],
        &[("/x", "Input validation error: 'x' is a required property")],
    ),
    (
        "Additional properties are not allowed ('q', 'x' were unexpected)",
        "",
        &["/x", "/q"],
        &[
            (
                "/q",
                "Additional properties are not allowed ('q', 'x' were unexpected)",
            ),
            (
                "/x",
                "Additional properties are not allowed ('q', 'x' were unexpected)",
            ),
        ],
    ),
    (
        "'q' is not of type 'integer'\n\nFailed validating 'type' in schema['properties']['a']['properties']['b']['items']:\n    {'type': 'integer'}\n\nOn instance['a']['b'][0]:\n    'q'",
        "",
        &["/a", "/a/b", "/q"],
        &[("/a/b", "0: 'q' is not of type 'integer'")],
    ),
    // The value in quotes happens to be the name of a member.
    (
        "Input validation error: 'q' is not of type 'integer'",
        "",
        &["/a", "/q"],
        &[],
    ),
    (
        "failed to deserialize parameters: missing field `city`",
        "",
        &["/city"],
        &[(
            "/city",
            "failed to deserialize parameters: missing field `city`",
        )],
    ),
    (
        "missing required argument: city",
        "",
        &["/city"],
        &[("/city", "missing required argument: city")],
    ),
    (
        "Invalid params",
        r#"{"path":"$.a.b","reason":"too long"}"#,
        &["/a", "/a/b"],
        &[("/a/b", "too long")],
    ),
    (
        "Bad city",
        r#"{"field":"city"}"#,
        &["/city"],
        &[("/city", "Bad city")],
    ),
    (
        "Invalid params",
        r#"{"errors":{"name":["is too short"],"a.b":"is odd"}}"#,
        &["/name", "/a", "/a/b"],
        &[("/name", "is too short"), ("/a/b", "is odd")],
    ),
    (
        "Invalid params",
        r#"{"errors":[{"source":{"pointer":"/data/name"},"detail":"is too short"},{"loc":["body","age"],"msg":"no number"}]}"#,
        &["/name", "/age"],
        &[("/name", "is too short"), ("/age", "no number")],
    ),
    (
        "Invalid params",
        r#""1 validation error for X\nage\n  Field required [type=missing]""#,
        &["/age"],
        &[("/age", "Field required")],
    ),
    // Nothing that is a member.
    ("MCP error -32602: Tool nope not found", "", &["/nope"], &[]),
    (
        "Access denied - path outside allowed directories: /etc/passwd not in /tmp",
        "",
        &["/path"],
        &[],
    ),
    (
        "Invalid timezone: 'No time zone found with key Mars'",
        "",
        &["/timezone"],
        &[],
    ),
    ("", "", &["/a"], &[]),
];

fn blamed(message: &str, data: &str, known: &[&str]) -> Vec<(String, String)> {
    let data = if data.is_empty() {
        String::new()
    } else {
        format!(r#","data":{data}"#)
    };
    let error = format!(
        r#"{{"code":-32602,"message":{}{data}}}"#,
        json::quote(message)
    );
    of_error(error.as_bytes(), &|at| known.contains(&at))
}

#[test]
fn real_refusals_meet_their_members() {
    for (message, data, known, expected) in TABLE {
        let expected: Vec<(String, String)> = expected
            .iter()
            .map(|(at, words)| ((*at).to_owned(), (*words).to_owned()))
            .collect();
        assert_eq!(blamed(message, data, known), expected, "{message} {data}");
    }
}

#[test]
fn every_format_is_seen_in_a_real_text() {
    for (name, reader) in FORMATS {
        let seen = TABLE.iter().any(|(message, data, known, _)| {
            let json = [data.as_bytes(), message.as_bytes()]
                .iter()
                .filter_map(|text| Value::parse(text).ok())
                .collect();
            reader(&Refused { message, json })
                .into_iter()
                .any(|blame| settle(blame, &|at| known.contains(&at)).is_some())
        });
        assert!(seen, "{name}");
    }
}

#[test]
fn nothing_is_forced_on_members_that_do_not_exist() {
    for (message, data, ..) in TABLE {
        assert_eq!(blamed(message, data, &[]), [], "{message}");
    }
}

proptest! {
    #[test]
    fn any_text_is_survived(message: String, data: Option<String>) {
        let known = |at: &str| at.len() < 4;
        for (at, words) in read(&message, data.as_deref().map(str::as_bytes), &known) {
            prop_assert!(known(&at) && words.chars().count() <= 2 * WORDS);
        }
    }

    #[test]
    fn what_looks_like_a_refusal_is_survived(message in "(data|/a|a\\.b|\\[0\\]|'a'|\"a| at |: |, |\n|  |→|validation error for|On instance|\\[\\{\"path\":\\[\"a\"\\]\\}\\]|é){0,12}") {
        let _ = of_text(&message, &|at| at == "/a");
    }

    #[test]
    fn a_path_of_plain_names_is_taken_apart(names in prop::collection::vec("[a-z]{1,4}", 1..5)) {
        let slashes = format!("/{}", names.join("/"));
        let brackets = format!("['{}']", names.join("']['"));
        prop_assert_eq!(steps(&names.join(".")), names.clone());
        prop_assert_eq!(steps(&slashes), names.clone());
        prop_assert_eq!(steps(&brackets), names);
    }
}
