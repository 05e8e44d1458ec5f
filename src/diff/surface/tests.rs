//! What is called compatible is: whatever was taken is still taken, and nothing comes that could not come.

#![expect(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;

use super::*;
use crate::validity::Validator;

fn tool(schema: &str, more: &str) -> Catalogue {
    let raw = format!("{{\"name\":\"t\",\"inputSchema\":{schema}{more}}}");
    Catalogue {
        server: Vec::new(),
        items: vec![("tool", "t".to_owned(), Part::from(raw.into_bytes()))],
    }
}

/// Each change of the only item: verdict and path.
fn judged(a: &Catalogue, b: &Catalogue) -> (Verdict, Vec<String>) {
    let report = report(("a", a), ("b", b), &Rules::none());
    let row = report.rows.last().unwrap();
    let lines = row.changes.iter().map(|told| {
        let means = told.means.as_ref().unwrap();
        format!("{} {}", means.0.word(), told.path)
    });
    (row.verdict, lines.collect())
}

#[test]
fn tasks_are_tasks_in_both_eras() {
    let of = |capabilities: &str| Catalogue {
        server: vec![("capabilities", Part::from(capabilities.as_bytes().to_vec()))],
        items: Vec::new(),
    };
    let old = of(r#"{"tools":{},"tasks":{"list":{},"cancel":{}}}"#);
    let new = of(r#"{"tools":{},"extensions":{"io.modelcontextprotocol/tasks":{}}}"#);
    for (a, b) in [(&old, &new), (&new, &old)] {
        let report = report(("a", a), ("b", b), &Rules::none());
        assert_eq!(report.tally_words(), "1 compatible");
        assert_eq!(report.rows[0].changes.len(), 1);
    }
    let gone = of(r#"{"tools":{},"extensions":{"other":{}}}"#);
    let report = report(("a", &old), ("b", &gone), &Rules::none());
    assert_eq!(report.tally_words(), "1 breaking");
}

#[test]
fn changes_are_judged_by_what_they_do_to_those_who_call() {
    let base = r#"{"type":"object","properties":{"a":{"type":"string","enum":["x","y"],"maxLength":5},"n":{"type":"number"}},"required":["a"]}"#;
    for (from, to, expected) in [
        (
            r#""required":["a"]"#,
            r#""required":["a","n"]"#,
            "breaking $.inputSchema.required",
        ),
        (
            r#""required":["a"]"#,
            r#""required":[]"#,
            "compatible $.inputSchema.required",
        ),
        (
            r#","n":{"type":"number"}"#,
            "",
            "breaking $.inputSchema.properties.n",
        ),
        (
            r#""n":{"type":"number"}"#,
            r#""n":{"type":"integer"}"#,
            "breaking $.inputSchema.properties.n.type",
        ),
        (
            r#""n":{"type":"number"}"#,
            r#""n":{"type":["number","null"]}"#,
            "compatible $.inputSchema.properties.n.type",
        ),
        (
            r#""n":{"type":"number"}"#,
            r#""n":{"type":"string"}"#,
            "breaking $.inputSchema.properties.n.type",
        ),
        (
            r#"["x","y"]"#,
            r#"["x"]"#,
            "breaking $.inputSchema.properties.a.enum",
        ),
        (
            r#"["x","y"]"#,
            r#"["x","y","z"]"#,
            "compatible $.inputSchema.properties.a.enum",
        ),
        (
            r#""maxLength":5"#,
            r#""maxLength":4"#,
            "breaking $.inputSchema.properties.a.maxLength",
        ),
        (
            r#""maxLength":5"#,
            r#""maxLength":50"#,
            "compatible $.inputSchema.properties.a.maxLength",
        ),
        (
            r#""maxLength":5"#,
            r#""maxLength":5,"pattern":"^x""#,
            "breaking $.inputSchema.properties.a.pattern",
        ),
        (
            r#""maxLength":5"#,
            r#""maxLength":5,"description":"w""#,
            "compatible $.inputSchema.properties.a.description",
        ),
        (
            r#""maxLength":5"#,
            r#""maxLength":5,"default":"x""#,
            "unknown $.inputSchema.properties.a.default",
        ),
        (
            r#""maxLength":5"#,
            r#""maxLength":5,"oneOf":[{}]"#,
            "unknown $.inputSchema.properties.a.oneOf",
        ),
        (
            r#""type":"object","#,
            r#""type":"object","additionalProperties":false,"#,
            "breaking $.inputSchema.additionalProperties",
        ),
    ] {
        let (_, lines) = judged(&tool(base, ""), &tool(&base.replace(from, to), ""));
        assert_eq!(lines, [expected], "{to}");
    }
    assert_eq!(judged(&tool(base, ""), &tool(base, "")).0, Verdict::Same);
}

#[test]
fn results_are_judged_the_other_way_round() {
    let out = |schema: &str| tool("{}", &format!(",\"outputSchema\":{schema}"));
    let base = r#"{"properties":{"a":{"type":"string"}},"required":["a"]}"#;
    for (to, expected) in [
        (
            r#"{"properties":{"a":{"type":"string"}}}"#,
            "breaking $.outputSchema.required",
        ),
        (
            r#"{"properties":{"a":{"type":["string","null"]}},"required":["a"]}"#,
            "breaking $.outputSchema.properties.a.type",
        ),
        (
            r#"{"properties":{"a":{"type":"string","const":"x"}},"required":["a"]}"#,
            "compatible $.outputSchema.properties.a.const",
        ),
        (
            r#"{"properties":{"a":{"type":"string"},"b":{}},"required":["a"]}"#,
            "compatible $.outputSchema.properties.b",
        ),
    ] {
        assert_eq!(judged(&out(base), &out(to)).1, [expected], "{to}");
    }
    assert_eq!(judged(&out(base), &tool("{}", "")).0, Verdict::Breaking);
    assert_eq!(judged(&tool("{}", ""), &out(base)).0, Verdict::Compatible);
}

#[test]
fn items_arguments_and_capabilities_come_and_go() {
    let prompt = |arguments: &str, capabilities: &str| Catalogue {
        server: vec![("capabilities", Part::from(capabilities.as_bytes().to_vec()))],
        items: vec![(
            "prompt",
            "p".to_owned(),
            Part::from(format!("{{\"name\":\"p\",\"arguments\":{arguments}}}").into_bytes()),
        )],
    };
    let a = prompt(
        r#"[{"name":"x"},{"name":"y","required":true}]"#,
        r#"{"tools":{"listChanged":true},"logging":{}}"#,
    );
    let b = prompt(
        r#"[{"name":"x","required":true},{"name":"z"}]"#,
        r#"{"tools":{"listChanged":false},"prompts":{}}"#,
    );
    let report = report(("a", &a), ("b", &b), &Rules::none());
    let lines: Vec<String> = report
        .rows
        .iter()
        .flat_map(|row| &row.changes)
        .map(|told| {
            format!(
                "{} {} {}",
                told.what.word(),
                told.path,
                told.means.as_ref().unwrap().0.word()
            )
        })
        .collect();
    assert_eq!(
        lines,
        [
            "changed $.capabilities.tools.listChanged breaking",
            "removed $.capabilities.logging breaking",
            "added $.capabilities.prompts compatible",
            "changed $.arguments[name=\"x\"] breaking",
            "removed $.arguments[name=\"y\"] breaking",
            "added $.arguments[name=\"z\"] compatible",
        ]
    );
    let none = Catalogue::default();
    assert_eq!(
        super::report(("a", &a), ("b", &none), &Rules::none()).tally_words(),
        "2 breaking"
    );
    assert_eq!(
        super::report(("b", &none), ("a", &a), &Rules::none()).tally_words(),
        "2 compatible"
    );
}

#[test]
fn paths_ignore_the_server_and_what_came_or_went_and_no_other_rule_is_told() {
    let catalogue = |version: &str, tool: &str| Catalogue {
        server: vec![("version", Part::from(json::quote(version).into_bytes()))],
        items: vec![(
            "tool",
            tool.to_owned(),
            Part::from(format!("{{\"name\":{}}}", json::quote(tool)).into_bytes()),
        )],
    };
    let (a, b) = (catalogue("1", "old"), catalogue("2", "new"));
    let with = |lines: &[&str]| {
        let mut rules = Rules::standard();
        for line in lines {
            rules.take(line).unwrap();
        }
        report(("a", &a), ("b", &b), &rules)
    };
    assert_eq!(with(&[]).tally_words(), "1 breaking  2 compatible");
    assert_eq!(with(&[]).ignoring, Vec::<String>::new());
    for (lines, left) in [
        (&["$.version"][..], "1 same  1 breaking  1 compatible"),
        (&["server"], "1 same  1 breaking  1 compatible"),
        (&["$.tools[name=\"old\"]"], "1 same  2 compatible"),
        (&["tools", "$.server.version"], "3 same"),
        (&["timestamp"], "1 breaking  2 compatible"),
    ] {
        assert_eq!(with(lines).tally_words(), left, "{lines:?}");
    }
    let told = with(&["tools"]).ignored();
    assert_eq!(told, [("tools".to_owned(), 2)]);
}

fn schemas() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("true".to_owned()),
        Just("{}".to_owned()),
        prop::sample::subsequence(
            vec!["\"string\"", "\"integer\"", "\"number\"", "\"null\""],
            1..3
        )
        .prop_map(|types| format!("{{\"type\":[{}]}}", types.join(","))),
        prop::sample::subsequence(vec!["\"a\"", "\"bb\"", "1", "1.5", "null"], 1..4)
            .prop_map(|all| format!("{{\"enum\":[{}]}}", all.join(","))),
        (0..3_u8, 0..3_u8)
            .prop_map(|(least, most)| format!("{{\"minimum\":{least},\"maxLength\":{most}}}")),
        Just(r#"{"const":1}"#.to_owned()),
        Just(r#"{"not":{"type":"string"}}"#.to_owned()),
    ];
    leaf.prop_recursive(2, 12, 3, |inner| {
        let names = || prop::sample::subsequence(vec!["a", "b", "c"], 0..3);
        prop_oneof![
            (
                names(),
                prop::collection::vec(inner.clone(), 3),
                names(),
                prop::option::of(prop_oneof![
                    Just("true".to_owned()),
                    Just("false".to_owned()),
                    inner.clone()
                ]),
                any::<bool>()
            )
                .prop_map(|(names, schemas, required, rest, typed)| {
                    let properties: Vec<String> = names
                        .iter()
                        .zip(schemas)
                        .map(|(name, schema)| format!("\"{name}\":{schema}"))
                        .collect();
                    let required: Vec<String> =
                        required.iter().map(|name| format!("\"{name}\"")).collect();
                    let rest = rest.map_or_else(String::new, |rest| {
                        format!(",\"additionalProperties\":{rest}")
                    });
                    let typed = if typed { "\"type\":\"object\"," } else { "" };
                    format!(
                        "{{{typed}\"properties\":{{{}}},\"required\":[{}]{rest}}}",
                        properties.join(","),
                        required.join(",")
                    )
                }),
            (inner, any::<bool>()).prop_map(|(items, unique)| format!(
                "{{\"items\":{items},\"uniqueItems\":{unique}}}"
            )),
        ]
    })
}

fn values() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "null", "1", "1.5", "0", "2", "\"a\"", "\"bb\"", "\"\"", "true",
    ])
    .prop_map(str::to_owned);
    leaf.prop_recursive(2, 10, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3)
                .prop_map(|items| format!("[{}]", items.join(","))),
            (
                prop::sample::subsequence(vec!["a", "b", "c", "d"], 0..4),
                prop::collection::vec(inner, 4)
            )
                .prop_map(|(names, values)| {
                    let members: Vec<String> = names
                        .iter()
                        .zip(values)
                        .map(|(name, value)| format!("\"{name}\":{value}"))
                        .collect();
                    format!("{{{}}}", members.join(","))
                }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn what_is_compatible_takes_what_was_taken(a in schemas(), b in schemas(), values in prop::collection::vec(values(), 1..12)) {
        for (way, old, new) in [(Way::In, &a, &b), (Way::Out, &b, &a)] {
            let parse = |text: &str| Value::parse(text.as_bytes()).unwrap();
            let mut changes = Vec::new();
            // What comes out must have been allowed before; so the first takes all that the second does.
            let (first, second) = if way == Way::In { (old, new) } else { (new, old) };
            schema::compare(&parse(first), &parse(second), way, "$", &mut changes);
            if changes.iter().any(|told| told.means.as_ref().unwrap().0 != Verdict::Compatible) {
                continue;
            }
            let (taken, still) = (Validator::compile(old.as_bytes()).unwrap(), Validator::compile(new.as_bytes()).unwrap());
            for value in &values {
                let value = parse(value);
                if taken.check(&value).is_empty() {
                    prop_assert!(still.check(&value).is_empty(), "{:?}: {} was taken by {} and is not by {}: {:?}", way, value, old, new, changes);
                }
            }
        }
    }
}
