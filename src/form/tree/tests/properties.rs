//! What holds for every schema, value and sequence of edits.

use super::*;
use proptest::prelude::*;

/// Any JSON value, numbers in every spelling.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        "-?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,4})?([eE][-+]?[0-9]{1,4})?".prop_map(Value::Number),
        name().prop_map(Value::String),
        any::<String>().prop_map(Value::String),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::vec((name(), inner), 0..4).prop_map(Value::Object),
        ]
    })
}

fn name() -> BoxedStrategy<String> {
    prop::sample::select(vec!["a", "b", "c", "kind", "x-1", "", "a/b~"])
        .prop_map(str::to_owned)
        .boxed()
}

fn object() -> impl Strategy<Value = Value> {
    prop::collection::vec((name(), value()), 0..6).prop_map(Value::Object)
}

/// Any schema a server might send, and some none should.
fn schema() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        prop::sample::select(vec![
            "{}",
            "true",
            "false",
            r#"{"type":"string"}"#,
            r#"{"type":"string","default":"d","maxLength":3}"#,
            r#"{"type":"integer","minimum":1,"default":3}"#,
            r#"{"type":["number","null"],"multipleOf":0.5}"#,
            r#"{"type":"boolean"}"#,
            r#"{"type":"null"}"#,
            r#"{"type":["string","integer"]}"#,
            r#"{"const":"file"}"#,
            r#"{"enum":[1,"1",null,{"a":1.0}]}"#,
            r#"{"type":"array","items":{"enum":["a","b"]},"uniqueItems":true}"#,
            r#"{"type":"array","default":[1]}"#,
            r#"{"type":"object","default":{"a":1}}"#,
            r#"{"not":{"type":"string"}}"#,
            r##"{"$ref":"#"}"##,
            r##"{"$ref":"#/$defs/D"}"##,
            r##"{"$ref":"#/nowhere"}"##,
            r#"{"type":"string","format":"password"}"#,
        ])
        .prop_map(str::to_owned),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        let members = prop::collection::vec((name(), inner.clone()), 0..4).prop_map(|members| {
            let list: Vec<String> = members
                .iter()
                .map(|(name, schema)| format!("{}:{schema}", json::quote(name)))
                .collect();
            list.join(",")
        }).boxed();
        let list = prop::collection::vec(inner.clone(), 1..4).prop_map(|list| list.join(",")).boxed();
        prop_oneof![
            (members.clone(), any::<bool>(), prop::collection::vec(name(), 0..3)).prop_map(
                |(members, open, required)| {
                    let required: Vec<String> = required.iter().map(|name| json::quote(name)).collect();
                    format!(
                        r#"{{"type":"object","properties":{{{members}}},"required":[{}],"additionalProperties":{open}}}"#,
                        required.join(",")
                    )
                }
            ),
            inner.clone().prop_map(|item| format!(r#"{{"type":"array","items":{item},"minItems":1}}"#)),
            list.clone().prop_map(|list| format!(r#"{{"type":"array","prefixItems":[{list}]}}"#)),
            list.clone().prop_map(|list| format!(r#"{{"oneOf":[{list}]}}"#)),
            list.clone().prop_map(|list| format!(r#"{{"anyOf":[{list},{{"type":"null"}}]}}"#)),
            list.prop_map(|list| format!(r#"{{"allOf":[{list}]}}"#)),
            inner.clone().prop_map(|entry| {
                format!(r#"{{"type":"object","additionalProperties":{entry},"patternProperties":{{"^x-":{{"type":"integer"}}}}}}"#)
            }),
            (members.clone(), members, inner).prop_map(|(base, then, dependent)| {
                format!(
                    r#"{{"type":"object","properties":{{"kind":{{"enum":["file","url"],"default":"url"}},{base}}},
                       "if":{{"properties":{{"kind":{{"const":"file"}}}}}},"then":{{"properties":{{{then}}},"required":["b"]}},
                       "else":{{"required":["c"]}},"dependentSchemas":{{"a":{dependent}}}}}"#
                )
                .replace(",}", "}")
            }),
        ]
    })
    .prop_map(|schema| {
        let defs = r##""$defs":{"D":{"type":"object","properties":{"a":{"$ref":"#/$defs/D"},"b":{"type":"integer"}},"required":["b"]}}"##;
        match schema.strip_suffix('}') {
            Some("{") => format!("{{{defs}}}"),
            Some(open) => format!("{open},{defs}}}"),
            None => schema,
        }
    })
}

/// The same without duplicate members, which have one pointer between them.
fn unique(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut seen = std::collections::HashSet::new();
            Value::Object(
                members
                    .into_iter()
                    .filter(|(name, _)| seen.insert(name.clone()))
                    .map(|(name, value)| (name, unique(value)))
                    .collect(),
            )
        }
        Value::Array(items) => Value::Array(items.into_iter().map(unique).collect()),
        leaf => leaf,
    }
}

#[derive(Debug, Clone)]
enum Edit {
    Text(String),
    Json(Value),
    Broken(String),
    Null,
    Unset,
    Empty,
    Default,
    Step(i64),
    Choose(usize),
    Toggle(usize),
    Add,
    AddItem,
    Insert,
    Duplicate,
    Move(i64),
    Delete,
    Lines(String),
    Entry(String),
    Rename(String),
    Pick(usize),
    Load(Value),
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        prop_oneof!["[a1.]{0,3}", any::<String>()].prop_map(Edit::Text),
        value().prop_map(Edit::Json),
        "[\\[{\"a1]{1,4}".prop_map(Edit::Broken),
        Just(Edit::Null),
        Just(Edit::Unset),
        Just(Edit::Empty),
        Just(Edit::Default),
        (-3_i64..4).prop_map(Edit::Step),
        (0_usize..5).prop_map(Edit::Choose),
        (0_usize..3).prop_map(Edit::Toggle),
        Just(Edit::Add),
        Just(Edit::AddItem),
        Just(Edit::Insert),
        Just(Edit::Duplicate),
        (-2_i64..3).prop_map(Edit::Move),
        Just(Edit::Delete),
        "[a1\n]{0,6}".prop_map(Edit::Lines),
        name().prop_map(Edit::Entry),
        name().prop_map(Edit::Rename),
        (0_usize..5).prop_map(Edit::Pick),
        object().prop_map(Edit::Load),
    ]
}

/// Makes an edit at the row that `at` falls on; whether it was taken.
fn apply(form: &mut Form, at: usize, edit: &Edit) -> bool {
    let mut ids = vec![form.root()];
    ids.extend(form.rows(|_| false).iter().map(|row| row.id));
    let id = ids[at % ids.len()];
    match edit.clone() {
        Edit::Text(text) => form.set_text(id, &text).is_ok(),
        Edit::Json(value) => form.set_json(id, &value.to_string()).is_ok(),
        Edit::Broken(text) => form.set_json(id, &text).is_ok(),
        Edit::Null => form.set_null(id).is_ok(),
        Edit::Unset => form.unset(id).is_ok(),
        Edit::Empty => form.set_empty(id).is_ok(),
        Edit::Default => form.set_default(id).is_ok(),
        Edit::Step(times) => form.step(id, times).is_ok(),
        Edit::Choose(choice) => form.choose(id, choice).is_ok(),
        Edit::Toggle(choice) => form.toggle(id, choice).is_ok(),
        Edit::Add => form.add(id).is_ok(),
        Edit::AddItem => form.add_item(id).is_ok(),
        Edit::Insert => form.insert_before(id).is_ok(),
        Edit::Duplicate => form.duplicate(id).is_ok(),
        Edit::Move(by) => form.move_item(id, by).is_ok(),
        Edit::Delete => form.delete(id).is_ok(),
        Edit::Lines(lines) => form.add_items(id, 0, &lines).is_ok(),
        Edit::Entry(name) => form.add_entry(id, &name).is_ok(),
        Edit::Rename(name) => form.rename_entry(id, &name).is_ok(),
        Edit::Pick(variant) => form.pick_variant(id, variant).is_ok(),
        Edit::Load(value) => form.load(&value),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_bytes_are_survived(bytes: Vec<u8>) {
        let form = Form::from_schema(&bytes);
        prop_assert_eq!(form.arguments(), Value::Object(Vec::new()));
    }

    #[test]
    fn what_is_loaded_is_what_is_sent(schema in schema(), given in object(), defaults: bool) {
        let mut form = Form::from_schema(schema.as_bytes());
        form.send_defaults(defaults);
        prop_assert!(form.load(&given));
        prop_assert_eq!(form.arguments(), given.clone(), "{}", schema);
        let mut typed = Form::from_schema(schema.as_bytes());
        typed.load_json(&given.pretty()).unwrap();
        prop_assert_eq!(typed.arguments(), given);
    }

    #[test]
    fn an_untouched_form_is_valid_or_says_why_not(schema in schema()) {
        let form = Form::from_schema(schema.as_bytes());
        let doc = Document::read(schema.as_bytes());
        let verdict = super::super::super::schema::judge::fits(&doc, doc.root(), &form.arguments());
        let narrowed = ["oneOf", "anyOf", "allOf", "if", "\"not\"", "minItems"].iter().any(|keyword| schema.contains(keyword));
        // What the light checks cannot see is the validator's: rules beside simple widgets, and the best of variants.
        if verdict == Some(false) && !narrowed {
            prop_assert!(!form.problems().is_empty(), "{} {}", schema, form.arguments());
        }
    }

    #[test]
    fn every_edit_can_be_undone_and_redone(
        schema in schema(),
        given in object(),
        edits in prop::collection::vec((0_usize..40, edit()), 1..12),
    ) {
        let mut form = Form::from_schema(schema.as_bytes());
        form.load(&given);
        let mut looks = vec![look(&form)];
        for (at, edit) in &edits {
            form.seal();
            let before = look(&form);
            let taken = apply(&mut form, *at, edit);
            let after = look(&form);
            if let Edit::Load(value) = edit {
                prop_assert_eq!(&form.arguments(), value);
            }
            if !taken {
                prop_assert_eq!(&before, &after, "a refused edit changed something: {:?}", edit);
            }
            let undone = form.clone().undo().is_some();
            prop_assert!(undone || before == after);
            looks.push(after);
            // What is seen can always be loaded again as it is.
            let sent = form.arguments();
            let mut again = Form::from_schema(schema.as_bytes());
            if again.load(&sent) {
                prop_assert_eq!(again.arguments(), sent);
            }
        }
        let last = looks.last().cloned().unwrap();
        let mut back = Vec::new();
        while form.undo().is_some() {
            back.push(look(&form));
        }
        prop_assert_eq!(&back.pop().unwrap_or(last.clone()), &look(&Form::from_schema(schema.as_bytes())));
        looks.dedup();
        while form.redo().is_some() {}
        prop_assert_eq!(look(&form), last);
    }

    #[test]
    fn the_text_of_every_row_given_back_changes_nothing(schema in schema(), given in object()) {
        let mut form = Form::from_schema(schema.as_bytes());
        form.load(&given);
        for row in form.rows(|_| false) {
            if row.kind != RowKind::Node || form.get(row.id).is_none() {
                continue;
            }
            let text = form.json(row.id);
            form.set_json(row.id, &text).unwrap();
            let text = form.text(row.id);
            form.set_text(row.id, &text).unwrap();
        }
        prop_assert_eq!(form.arguments(), given);
    }

    #[test]
    fn pointers_lead_back(schema in schema(), given in object()) {
        let given = unique(given);
        let mut form = Form::from_schema(schema.as_bytes());
        form.load(&given);
        let sent = form.arguments();
        for row in form.rows(|_| false) {
            let pointer = form.pointer(row.id);
            let found = form.at_pointer(&pointer).unwrap();
            prop_assert_eq!(form.pointer(found), pointer.clone());
            let all = |id| std::iter::successors(Some(id), |id| form.node(*id).parent());
            if all(row.id).all(|id| form.is_sent(id)) && found == row.id && row.kind == RowKind::Node {
                let there = pointer.split('/').skip(1).try_fold(&sent, |here, step| {
                    let step = step.replace("~1", "/").replace("~0", "~");
                    match here {
                        Value::Array(items) => items.get(step.parse::<usize>().ok()?),
                        other => other.get(&step),
                    }
                });
                prop_assert_eq!(there.cloned(), form.wire(row.id));
            }
        }
    }
}
