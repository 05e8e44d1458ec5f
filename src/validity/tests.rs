//! Tables of schemas, values and the words said of them; and what must never happen to the validator.

#![expect(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;

use super::*;

/// `pointer: words` of each violation.
fn said(schema: &str, value: &str) -> Vec<String> {
    let validator = Validator::compile(schema.as_bytes()).unwrap();
    assert_eq!(validator.remarks(), [""; 0], "{schema}");
    lines(&validator.check(&parse(value)))
}

fn lines(violations: &[Violation]) -> Vec<String> {
    violations
        .iter()
        .map(|violation| format!("{}: {}", violation.pointer, violation.words))
        .collect()
}

fn parse(text: &str) -> Value {
    Value::parse(text.as_bytes()).unwrap()
}

#[test]
fn one_keyword_each() {
    let table: &[(&str, &str, &[&str])] = &[
        (
            r#"{"type":"string"}"#,
            "1",
            &[": must be text, not a number"],
        ),
        (
            r#"{"type":["string","null"]}"#,
            "[]",
            &[": must be null or text, not an array"],
        ),
        (
            r#"{"type":"integer"}"#,
            "1.5",
            &[": must be a whole number"],
        ),
        (r#"{"type":"integer"}"#, "1.0", &[]),
        (
            r#"{"type":"integer"}"#,
            "null",
            &[": must be a whole number, not null"],
        ),
        (
            r#"{"type":"boolean"}"#,
            r#""true""#,
            &[": must be true or false, not text"],
        ),
        (r#"{"minimum":1}"#, "0", &[": must be 1 or more"]),
        (r#"{"maximum":1.5}"#, "2", &[": must be 1.5 or less"]),
        (r#"{"exclusiveMinimum":0}"#, "0", &[": must be more than 0"]),
        (r#"{"exclusiveMaximum":0}"#, "0", &[": must be less than 0"]),
        (
            r#"{"multipleOf":0.1}"#,
            "0.25",
            &[": must be a multiple of 0.1"],
        ),
        (r#"{"multipleOf":0.1}"#, "0.3", &[]),
        (
            r#"{"minLength":3}"#,
            r#""é""#,
            &[": needs 3 characters or more, has 1"],
        ),
        (
            r#"{"maxLength":1}"#,
            r#""ab""#,
            &[": takes 1 character or fewer, has 2"],
        ),
        (
            r#"{"maxLength":1,"writeOnly":true}"#,
            r#""ab""#,
            &[": takes 1 character or fewer"],
        ),
        (
            r#"{"maxLength":1,"format":"password"}"#,
            r#""ab""#,
            &[": takes 1 character or fewer"],
        ),
        (r#"{"pattern":"^a"}"#, r#""b""#, &[": must match ^a"]),
        (
            r#"{"pattern":"^(?=.*\\d)\\w+$"}"#,
            r#""b""#,
            &[r": must match ^(?=.*\d)\w+$"],
        ),
        (
            r#"{"format":"date"}"#,
            r#""b""#,
            &[": must be a date, like 2026-11-20"],
        ),
        (r#"{"format":"uuid"}"#, r#""b""#, &[": must be a UUID"]),
        (r#"{"format":"colour"}"#, r#""b""#, &[]),
        (
            r#"{"enum":["a",1,null]}"#,
            r#""1""#,
            &[r#": must be one of "a", 1, null"#],
        ),
        (r#"{"enum":[1]}"#, r#""1""#, &[": must be 1"]),
        (
            r#"{"enum":[1,2,3,4,5,6,7,8,9,10]}"#,
            "11",
            &[": must be one of 1, 2, 3, 4, 5, 6, 7, 8 … (10 in all)"],
        ),
        (r#"{"const":{"a":1}}"#, "2", &[r#": must be {"a":1}"#]),
        (
            r#"{"minItems":2}"#,
            "[1]",
            &[": needs 2 items or more, has 1"],
        ),
        (
            r#"{"maxItems":1}"#,
            "[1,2]",
            &[": takes 1 item or fewer, has 2"],
        ),
        (
            r#"{"uniqueItems":true}"#,
            r#"[1,{"a":1,"b":2},1.0,{"b":2,"a":1e0}]"#,
            &["/2: same as item 0", "/3: same as item 1"],
        ),
        (
            r#"{"items":{"type":"string"}}"#,
            r#"["a",1]"#,
            &["/1: must be text, not a number"],
        ),
        (
            r#"{"prefixItems":[{"type":"string"}],"items":false}"#,
            r#"["a",1]"#,
            &["/1: nothing is allowed here"],
        ),
        (
            r#"{"$schema":"http://json-schema.org/draft-07/schema#","items":[{"type":"string"}],"additionalItems":false}"#,
            r#"["a",1,2]"#,
            &[
                "/1: no further item is allowed",
                "/2: no further item is allowed",
            ],
        ),
        (
            r#"{"contains":{"const":1}}"#,
            "[2]",
            &[": needs an item that fits what it must contain"],
        ),
        (
            r#"{"contains":{"const":1},"minContains":2}"#,
            "[1]",
            &[": needs 2 items or more that fit what it must contain"],
        ),
        (
            r#"{"unevaluatedItems":false}"#,
            "[1]",
            &[": has items that are not allowed"],
        ),
        (
            r#"{"minProperties":1}"#,
            "{}",
            &[": needs 1 member or more, has 0"],
        ),
        (
            r#"{"maxProperties":0}"#,
            r#"{"a":1}"#,
            &[": takes 0 members or fewer, has 1"],
        ),
        (
            r#"{"required":["a","b/c"]}"#,
            r#"{"a":1}"#,
            &["/b~1c: is required"],
        ),
        (
            r#"{"dependentRequired":{"a":["b"]}}"#,
            r#"{"a":1}"#,
            &["/b: is required"],
        ),
        (
            r#"{"properties":{"a":true},"additionalProperties":false}"#,
            r#"{"x":1,"a":1,"y~":1}"#,
            &[
                "/x: no such member is allowed",
                "/y~0: no such member is allowed",
            ],
        ),
        (
            r#"{"unevaluatedProperties":false}"#,
            r#"{"x":1}"#,
            &["/x: no such member is allowed"],
        ),
        (
            r#"{"properties":{"a":false}}"#,
            r#"{"a":1}"#,
            &["/a: nothing is allowed here"],
        ),
        (
            r#"{"propertyNames":{"pattern":"^x"}}"#,
            r#"{"a":1}"#,
            &["/a: its name must match ^x"],
        ),
        (
            r#"{"not":{"const":1}}"#,
            "1",
            &[": is what the schema rules out"],
        ),
        (
            r#"{"if":{"required":["a"]},"then":{"required":["b"]}}"#,
            r#"{"a":1}"#,
            &["/b: is required"],
        ),
        ("false", "1", &[": nothing is allowed here"]),
        ("true", "1", &[]),
    ];
    for (schema, value, expected) in table {
        assert_eq!(said(schema, value), *expected, "{schema} {value}");
    }
}

#[test]
fn what_is_said_follows_the_document() {
    let schema = r##"{"type":"object","required":["z","title"],"properties":{
        "title":{"type":"string"},"estimate":{"type":"integer","minimum":1},
        "labels":{"type":"array","uniqueItems":true,"items":{"type":"string"}},
        "nested":{"$ref":"#/$defs/n"}},"$defs":{"n":{"properties":{"a":{"type":"string"}}}}}"##;
    let value = r#"{"nested":{"a":1},"labels":["bug","bug",3],"estimate":0}"#;
    assert_eq!(
        said(schema, value),
        [
            "/nested/a: must be text, not a number",
            "/labels/1: same as item 0",
            "/labels/2: must be text, not a number",
            "/estimate: must be 1 or more",
            "/z: is required",
            "/title: is required",
        ]
    );
    let validator = Validator::compile(schema.as_bytes()).unwrap();
    let first = &validator.check(&parse(value))[0];
    assert_eq!(
        (first.keyword.as_str(), first.schema.as_str()),
        ("type", "/$defs/n/properties/a/type")
    );
}

#[test]
fn variants_give_the_reasons_of_the_one_that_is_meant() {
    let by_kind = r#"{"oneOf":[
        {"properties":{"kind":{"const":"file"},"path":{"type":"string"}},"required":["kind","path"]},
        {"properties":{"kind":{"const":"url"},"url":{"type":"string"}},"required":["kind","url"]}]}"#;
    let by_name = r#"{"anyOf":[
        {"title":"File","properties":{"path":{"type":"string"},"line":{"type":"integer"}},"required":["path"]},
        {"properties":{"url":{"type":"string"}},"required":["url","method"]},{"type":"null"}]}"#;
    let table: &[(&str, &str, &[&str])] = &[
        (by_kind, r#"{"kind":"url"}"#, &["/url: is required"]),
        (
            by_kind,
            r#"{"kind":"file","path":1}"#,
            &["/path: must be text, not a number"],
        ),
        (
            r#"{"anyOf":[{"type":"string","minLength":2},{"type":"null"}]}"#,
            r#""a""#,
            &[": needs 2 characters or more, has 1"],
        ),
        (
            r#"{"anyOf":[{"type":"string"},{"type":"null"}]}"#,
            "1",
            &[": must be text or null, not a number"],
        ),
        (
            r#"{"anyOf":[{"type":"string"},{"anyOf":[{"type":"array"},{"type":"null"}]}]}"#,
            "1",
            &[": must be text, an array or null, not a number"],
        ),
        (
            r#"{"oneOf":[{"const":"a","title":"A"},{"const":"b"}]}"#,
            r#""c""#,
            &[r#": must be one of "a", "b""#],
        ),
        (
            by_name,
            r#"{"line":1}"#,
            &[": fits none of the 3 variants; the nearest is 1 (File): path is required"],
        ),
        (
            r#"{"oneOf":[{"required":["a"]},{"required":["b"]},{"required":["c"]}]}"#,
            r#"{"a":1,"b":1}"#,
            &[": fits 2 of the 3 variants, must be one"],
        ),
        (
            r#"{"properties":{"s":{"allOf":[{"anyOf":[{"type":"integer"}]}]}}}"#,
            r#"{"s":1.5}"#,
            &["/s: must be a whole number"],
        ),
        (
            r#"{"anyOf":[{"type":"integer"},{"type":"string"}]}"#,
            "1.5",
            &[": must be a whole number"],
        ),
    ];
    for (schema, value, expected) in table {
        assert_eq!(said(schema, value), *expected, "{schema} {value}");
    }
    // Whoever fills in a form has chosen.
    let schema = format!(r#"{{"properties":{{"source":{by_name}}}}}"#);
    let validator = Validator::compile(schema.as_bytes()).unwrap();
    let value = parse(r#"{"source":{"line":1}}"#);
    let verdict = validator.verdict(&value, &|at, schema| {
        assert_eq!((at, schema), ("/source", "/properties/source/anyOf"));
        Some(1)
    });
    assert_eq!(
        lines(&verdict.violations),
        ["/source/url: is required", "/source/method: is required"]
    );
}

#[test]
fn numbers_keep_their_spelling_in_judgement() {
    let big = "12345678901234567890123";
    let table: &[(&str, &str, &[&str])] = &[
        (r#"{"type":"number"}"#, "1e400", &[]),
        (r#"{"type":"integer","minimum":0}"#, "1e400", &[]),
        (r#"{"maximum":5}"#, "1e400", &[": must be 5 or less"]),
        (r#"{"minimum":5}"#, "-1e400", &[": must be 5 or more"]),
        (
            r#"{"multipleOf":3}"#,
            "1e400",
            &[": cannot be checked: number beyond f64"],
        ),
        (r#"{"multipleOf":3}"#, "12345678901234567890123", &[]),
        (
            r#"{"type":"string"}"#,
            "1e400",
            &[": must be text, not a number"],
        ),
        (r#"{"type":"integer"}"#, big, &[]),
        (r#"{"minimum":0,"maximum":1e300}"#, big, &[]),
        // Beside the bound, a float could not tell.
        (
            r#"{"maximum":18446744073709551616}"#,
            "18446744073709551617",
            &[": must be 18446744073709551616 or less"],
        ),
        (r#"{"maximum":1e400}"#, "1e399", &[]),
        (
            r#"{"maximum":1e400}"#,
            "1e401",
            &[": must be 1e400 or less"],
        ),
        (
            r#"{"maximum":9007199254740992}"#,
            "9007199254740993",
            &[": must be 9007199254740992 or less"],
        ),
        (r#"{"properties":{"a":{"enum":[1]}}}"#, r#"{"a":1.00}"#, &[]),
        (r#"{"exclusiveMinimum":0}"#, "1e-400", &[]),
        (
            r#"{"type":"integer"}"#,
            "1e-400",
            &[": cannot be checked: number beyond f64"],
        ),
    ];
    for (schema, value, expected) in table {
        assert_eq!(said(schema, value), *expected, "{schema} {value}");
    }
}

#[test]
fn what_cannot_be_used_of_a_schema_is_left_out_and_said() {
    let table: &[(&str, &str, &str, &[&str])] = &[
        (
            r#"{"properties":{"a":{"$ref":"http://example.com/a.json"},"b":{"type":"string"}}}"#,
            "/properties/a/$ref names http://example.com/a.json, which is not fetched: not checked",
            r#"{"a":1,"b":1}"#,
            &["/b: must be text, not a number"],
        ),
        (
            r#"{"properties":{"a":{"$ref":"file:///etc/passwd"},"b":{"type":"string"}}}"#,
            "/properties/a/$ref names file:///etc/passwd, which is not fetched: not checked",
            r#"{"a":1,"b":1}"#,
            &["/b: must be text, not a number"],
        ),
        (
            r#"{"properties":{"a":{"$ref":"other.json#/x"},"b":{"type":"string"}}}"#,
            "/properties/a/$ref names other.json#/x, which is not fetched: not checked",
            r#"{"a":1,"b":1}"#,
            &["/b: must be text, not a number"],
        ),
        (
            r##"{"properties":{"a":{"$ref":"#/$defs/gone"},"b":{"type":"string"}}}"##,
            "/properties/a/$ref names #/$defs/gone, which the schema does not hold: not checked",
            r#"{"a":1,"b":1}"#,
            &["/b: must be text, not a number"],
        ),
        (
            r#"{"properties":{"a":{"pattern":"(("},"b":{"type":"string"}}}"#,
            "/properties/a/pattern is a pattern that cannot be read: not checked",
            r#"{"a":"x","b":1}"#,
            &["/b: must be text, not a number"],
        ),
        (
            r#"{"properties":{"a":{"type":"any"},"b":{"type":"string","required":true}}}"#,
            "/properties/a/type is not what JSON Schema allows there (anyOf): not checked",
            r#"{"a":"x","b":1}"#,
            &["/b: must be text, not a number"],
        ),
        (
            r#"{"properties":{"a":"string","b":{"type":"string"}},"additionalProperties":false}"#,
            "/properties/a is not what JSON Schema allows there (type): not checked",
            r#"{"a":"x","b":1}"#,
            &["/b: must be text, not a number"],
        ),
        (
            r#"{"$schema":"https://example.com/mine","type":"string"}"#,
            "the dialect https://example.com/mine is not known: read as Draft202012",
            "1",
            &[": must be text, not a number"],
        ),
        (
            r#"{"type":"string","type":"number"}"#,
            "in the schema, /type stands twice, the last one counts",
            r#""a""#,
            &[": must be a number, not text"],
        ),
        (
            r#"{"const":1e400}"#,
            "the number at /const of the schema is beyond f64, the nearest one is used",
            "1e400",
            &[": cannot be checked: number beyond f64"],
        ),
    ];
    for (schema, remark, value, expected) in table {
        let validator = Validator::compile(schema.as_bytes()).unwrap();
        assert_eq!(validator.remarks()[0], *remark);
        assert_eq!(
            lines(&validator.check(&parse(value))),
            *expected,
            "{schema}"
        );
    }
}

#[test]
fn what_is_no_schema_is_refused_in_words() {
    let deep = format!("{}1{}", r#"{"not":"#.repeat(5_000), "}".repeat(5_000));
    let both = |level: usize| {
        let next = format!(r##"{{"$ref":"#/$defs/{}"}}"##, level + 1);
        format!(r#""{level}":{{"allOf":[{next},{next}]}}"#)
    };
    let fan: Vec<String> = (0..40).map(both).collect();
    let fan = format!(
        r##"{{"$ref":"#/$defs/0","$defs":{{{},"40":{{}}}}}}"##,
        fan.join(",")
    );
    let table: &[(&str, &str)] = &[
        (
            "{",
            "the schema is not usable JSON: expected a member name in quotes at 1:2",
        ),
        ("1", "the schema is neither an object nor true or false"),
        (
            &deep,
            "the schema is not usable JSON: nested deeper than 512 levels at 1:3592",
        ),
        (
            &deep[..0],
            "the schema is not usable JSON: the text ends where a value is due at 1:1",
        ),
        (
            &fan,
            "the schema applies too many schemas to one value by way of $ref and allOf",
        ),
    ];
    for (schema, words) in table {
        assert_eq!(
            Validator::compile(schema.as_bytes())
                .unwrap_err()
                .to_string(),
            *words
        );
    }
    let deep = format!("{}true{}", r#"{"not":"#.repeat(200), "}".repeat(200));
    assert_eq!(
        Validator::compile(deep.as_bytes()).unwrap_err().to_string(),
        "the schema is nested deeper than 128 levels"
    );
}

#[test]
fn the_deepest_that_is_allowed_fits_a_small_stack() {
    std::thread::Builder::new()
        .stack_size(2 << 20)
        .spawn(|| {
            for keyword in [r#"{"not":"#, r#"{"items":"#, r#"{"additionalProperties":"#] {
                let schema = format!("{}true{}", keyword.repeat(126), "}".repeat(126));
                let validator = Validator::compile(schema.as_bytes()).unwrap();
                let _ =
                    validator.check(&parse(&format!("{}1{}", "[".repeat(120), "]".repeat(120))));
            }
            // A schema that is its own member, and a value that follows it all the way down.
            let schema = r##"{"anyOf":[{"type":"array","items":{"$ref":"#"}},{"type":"string"}]}"##;
            let validator = Validator::compile(schema.as_bytes()).unwrap();
            let value = parse(&format!("{}1{}", "[".repeat(128), "]".repeat(128)));
            let found = validator.check(&value);
            assert_eq!(found.len(), 1);
            assert_eq!(found[0].words, "must be an array or text, not a number");
            let value = parse(&format!("{}1{}", "[".repeat(129), "]".repeat(129)));
            assert_eq!(
                lines(&validator.check(&value)),
                [": cannot be checked: nested deeper than 128 levels"]
            );
        })
        .unwrap()
        .join()
        .unwrap();
}

#[test]
fn references_in_a_circle_end() {
    for schema in [
        r##"{"$ref":"#"}"##,
        r##"{"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}}}"##,
        r##"{"allOf":[{"$ref":"#"},{"$ref":"#"}]}"##,
    ] {
        if let Ok(validator) = Validator::compile(schema.as_bytes()) {
            let _ = validator.check(&parse("{}"));
        }
    }
}

#[test]
fn a_recursion_that_doubles_at_every_level_is_refused() {
    let refused = ": cannot be checked: the schema asks for the same checks over and over";
    for schema in [
        r##"{"properties":{"a":{"allOf":[{"$ref":"#"},{"$ref":"#"}]}},"required":["b"]}"##,
        r##"{"$anchor":"x","additionalProperties":{"anyOf":[{"$ref":"#x"},{"$dynamicRef":"#x"},{"type":"number"}]},"required":["b"]}"##,
        r##"{"$id":"urn:x","patternProperties":{"a":{"allOf":[{"$ref":"urn:x"},{"$ref":"#"}]}},"required":["b"]}"##,
    ] {
        let validator = Validator::compile(schema.as_bytes()).unwrap();
        let nested = |depth: usize| {
            parse(&format!(
                "{}{{}}{}",
                r#"{"b":1,"a":"#.repeat(depth),
                "}".repeat(depth)
            ))
        };
        assert_eq!(lines(&validator.check(&nested(60))), [refused], "{schema}");
        assert_ne!(lines(&validator.check(&nested(3))), [refused], "{schema}");
    }
    // A plain recursion is none of that, however much there is of it.
    let schema =
        r##"{"type":"object","properties":{"kids":{"type":"array","items":{"$ref":"#"}}}}"##;
    let validator = Validator::compile(schema.as_bytes()).unwrap();
    let mut tree = String::from("{}");
    for _ in 0..12 {
        tree = format!(r#"{{"kids":[{tree},{tree}]}}"#);
    }
    assert_eq!(validator.check(&parse(&tree)), []);
}

#[test]
fn a_pattern_that_never_ends_is_given_up() {
    // A back reference keeps the engine from its linear way.
    let schema = r#"{"pattern":"^(?:(a+)\\1?)+c$"}"#;
    let value = format!("\"{}b\"", "a".repeat(5_000));
    assert_eq!(
        said(schema, &value),
        [": cannot be checked: the pattern takes too long on it"]
    );
}

#[test]
fn a_text_is_checked_with_what_only_a_text_shows() {
    let validator = Validator::compile(br#"{"properties":{"a":{"type":"string"}}}"#).unwrap();
    let verdict = validator.check_text(br#"{"a":1,"a":"\ud800"}"#);
    assert_eq!(verdict.violations, []);
    assert_eq!(
        verdict.remarks,
        [
            "/a stands twice, the last one counts",
            "holds half a character (a lone surrogate), checked as U+FFFD"
        ]
    );
    assert_eq!(
        validator
            .check_text(br#"{"a":"\ud83d\ude00\\ud800"}"#)
            .remarks,
        [""; 0]
    );
    assert_eq!(
        lines(&validator.check_text(b"{").violations),
        [": cannot be checked: expected a member name in quotes at 1:2"]
    );
}

#[test]
fn there_is_an_end_to_what_is_said() {
    let validator = Validator::compile(br#"{"items":{"type":"string"}}"#).unwrap();
    let value = Value::Array(vec![Value::Number("1".into()); MOST + 1]);
    let verdict = validator.verdict(&value, &|_, _| None);
    assert_eq!((verdict.violations.len(), verdict.more), (MOST, true));
}

#[test]
fn nothing_of_a_value_is_quoted() {
    let schema = r#"{"properties":{"p":{"type":"string","enum":["x"],"const":"y","format":"uuid","pattern":"^z","maxLength":1,
        "minLength":99,"not":{"type":"string"},"contentEncoding":"base64"},"q":{"anyOf":[{"required":["r"]},{"required":["s"]}]},
        "l":{"unevaluatedItems":false,"contains":{"const":1}}}}"#;
    let value = r#"{"p":"hunter2","q":{"t":"hunter2"},"l":["hunter2"]}"#;
    let validator = Validator::compile(schema.as_bytes()).unwrap();
    let found = validator.check(&parse(value));
    assert!(found.len() > 8, "{found:?}");
    assert!(!format!("{found:?}").contains("hunter2"), "{found:?}");
}

#[test]
fn a_validator_is_kept_by_a_worker() {
    fn kept<T: Send + Sync + 'static>(_: &T) {}
    kept(&std::sync::Arc::new(Validator::compile(b"true").unwrap()));
}

/// Any value, two levels deep.
pub fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        "-?(0|[1-9][0-9]{0,24})(\\.[0-9]{1,3})?([eE][-+]?[0-9]{1,3})?".prop_map(Value::Number),
        "[a-c]{0,3}".prop_map(Value::String),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::vec(("[a-c/~]{0,2}", inner), 0..4).prop_map(Value::Object),
        ]
    })
}

/// Schemas that mean something, and some that do not.
fn schemas() -> impl Strategy<Value = String> {
    let name = "[a-c]{1}";
    let leaf = prop_oneof![
        Just(r#"{"type":"string","minLength":2}"#.to_owned()),
        Just(r#"{"type":["integer","null"],"minimum":3}"#.to_owned()),
        Just(r#"{"enum":["a",1]}"#.to_owned()),
        Just(r##"{"$ref":"#"}"##.to_owned()),
        Just(r#"{"type":"nonsense"}"#.to_owned()),
        Just(r#"{"pattern":"(("}"#.to_owned()),
        Just("true".to_owned()),
        Just("{}".to_owned()),
        values().prop_map(|value| value.to_string()),
    ];
    leaf.prop_recursive(3, 16, 3, move |inner| {
        prop_oneof![
            (name, inner.clone()).prop_map(|(name, schema)| format!(
                r#"{{"type":"object","properties":{{"{name}":{schema}}},"required":["{name}"],"additionalProperties":false}}"#
            )),
            prop::collection::vec(inner.clone(), 1..4)
                .prop_map(|all| format!(r#"{{"oneOf":[{}]}}"#, all.join(","))),
            prop::collection::vec(inner.clone(), 1..4)
                .prop_map(|all| format!(r#"{{"anyOf":[{}]}}"#, all.join(","))),
            inner.prop_map(|schema| format!(r#"{{"items":{schema},"uniqueItems":true}}"#)),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_schema_and_any_value_are_survived(schema in schemas(), value in values()) {
        if let Ok(validator) = Validator::compile(schema.as_bytes()) {
            let verdict = validator.check_text(value.to_string().as_bytes());
            // What is told is what the validator finds: both say yes, or both say no.
            let plain = convert::instance(&value).unwrap();
            if plain.inexact.is_empty() {
                prop_assert_eq!(verdict.violations.is_empty(), validator.compiled.is_valid(&plain.value), "{} {:?}", schema, verdict);
            }
            for violation in &verdict.violations {
                prop_assert!(violation.words.chars().count() < 400);
                prop_assert!(violation.pointer.is_empty() || violation.pointer.starts_with('/'));
            }
        }
    }
}

#[test]
fn a_dialect_that_nobody_knows_is_no_end_of_it() {
    for dialect in [
        "http://json-schema.org/draft-03/schema#",
        "https://example.com/mine",
        "urn:x",
        "",
        "not a uri",
        "#",
    ] {
        let schema = format!(r#"{{"$schema":"{dialect}","type":"object"}}"#);
        assert_eq!(is_schema(schema.as_bytes()), Ok(()), "{dialect}");
        let told = super::dialect(schema.as_bytes());
        assert_eq!(told, Some((dialect.to_owned(), false)));
        // It may be refused; it does not panic.
        let _ = Validator::compile(schema.as_bytes());
        let wrong = schema.replace("object", "thing");
        assert!(is_schema(wrong.as_bytes()).is_err(), "{dialect}");
    }
    let known = br#"{"$schema":"http://json-schema.org/draft-07/schema#"}"#;
    assert!(super::dialect(known).is_some_and(|(_, known)| known));
    assert_eq!(super::dialect(b"{}"), None);
}
