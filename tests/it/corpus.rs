//! Forms and validation over the schemas of real servers, and over shapes known to break forms elsewhere: each opens,
//! says why when it cannot be sent as it is, and lets every value through unchanged.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use mcpscope::form::schema::Kind;
use mcpscope::form::{Form, NodeId};
use mcpscope::json::Value;
use mcpscope::validity::{UNCHECKED, Validator};
use proptest::prelude::*;

/// A tool of the corpus.
struct Tool {
    /// `server/tool`.
    name: String,
    /// The raw `inputSchema`.
    schema: String,
    entry: Value,
}

fn folder() -> std::path::PathBuf {
    concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus").into()
}

fn corpus() -> Vec<Tool> {
    let mut files: Vec<_> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "json"))
        .collect();
    files.sort();
    let mut tools = Vec::new();
    for path in files {
        let server = path.file_stem().unwrap().to_string_lossy().into_owned();
        let list = Value::parse(&std::fs::read(&path).unwrap()).unwrap();
        for entry in list.as_array().unwrap() {
            let name = entry.get("name").and_then(Value::as_str).unwrap();
            tools.push(Tool {
                name: format!("{server}/{name}"),
                schema: entry
                    .get("inputSchema")
                    .map_or_else(String::new, ToString::to_string),
                entry: entry.clone(),
            });
        }
    }
    tools
}

fn quirks() -> Vec<Tool> {
    let mut tools = corpus();
    tools.retain(|tool| tool.name.starts_with("quirks/"));
    tools
}

/// The value that a quirk says must pass.
fn sent(tool: &Tool) -> Option<Value> {
    match tool.entry.get("raw") {
        Some(raw) => Some(Value::parse(raw.as_str().unwrap().as_bytes()).unwrap()),
        None => tool.entry.get("send").cloned(),
    }
}

fn flag(tool: &Tool, name: &str) -> Option<bool> {
    match tool.entry.get(name) {
        None => Some(true),
        Some(Value::Bool(yes)) => Some(*yes),
        Some(_) => None,
    }
}

#[test]
fn the_manifest_lists_the_files() {
    let manifest: toml::Table = std::fs::read_to_string(folder().join("manifest.toml"))
        .unwrap()
        .parse()
        .unwrap();
    let mut counted: BTreeMap<String, i64> = BTreeMap::new();
    for tool in corpus() {
        let server = tool.name.split_once('/').unwrap().0.to_owned();
        *counted.entry(server).or_default() += 1;
    }
    counted.remove("quirks").unwrap();
    let listed: BTreeMap<String, i64> = manifest
        .iter()
        .map(|(name, about)| (name.clone(), about["tools"].as_integer().unwrap()))
        .collect();
    assert_eq!(counted, listed);
}

#[test]
fn every_form_opens_and_its_first_submission_is_valid_or_says_why_not() {
    for tool in corpus() {
        let form = Form::from_schema(tool.schema.as_bytes());
        assert!(!form.rows(|_| false).is_empty() || form.children(form.root()).is_empty());
        let arguments = form.arguments();
        assert!(arguments.as_object().is_some(), "{}", tool.name);
        if tool.schema.is_empty() {
            // There is nothing to hold against it, and the form says so.
            assert_eq!(form.note(), Some("there is no schema"), "{}", tool.name);
            continue;
        }
        let Ok(validator) = Validator::compile(tool.schema.as_bytes()) else {
            assert_ne!(flag(&tool, "compiles"), Some(true), "{}", tool.name);
            continue;
        };
        let wrong: Vec<_> = validator
            .check(&arguments)
            .into_iter()
            .filter(|violation| violation.keyword != UNCHECKED)
            .collect();
        // What the form alone cannot see, the validator shows at a field; so every violation must have a place.
        for violation in &wrong {
            assert!(
                form.at_pointer(&violation.pointer).is_some(),
                "{}: {violation:?} has no place",
                tool.name
            );
        }
        if wrong.is_empty() {
            assert!(
                form.problems().is_empty(),
                "{}: {arguments} is valid, the form says {:?}",
                tool.name,
                form.problems()
            );
        }
    }
}

#[test]
fn what_quirks_send_passes_unchanged_and_is_judged_as_it_is() {
    for tool in quirks() {
        let Some(value) = sent(&tool) else {
            continue;
        };
        let mut form = Form::from_schema(tool.schema.as_bytes());
        assert!(form.load(&value), "{}", tool.name);
        assert_eq!(form.arguments(), value, "{}", tool.name);
        let Ok(validator) = Validator::compile(tool.schema.as_bytes()) else {
            assert_ne!(flag(&tool, "compiles"), Some(true), "{}", tool.name);
            continue;
        };
        let wrong: Vec<_> = validator
            .check(&value)
            .into_iter()
            .filter(|violation| violation.keyword != UNCHECKED)
            .collect();
        match (flag(&tool, "valid"), flag(&tool, "compiles")) {
            (Some(true), Some(true)) => {
                assert!(wrong.is_empty(), "{}: {wrong:?}", tool.name);
                let said: Vec<_> = form
                    .problems()
                    .into_iter()
                    .map(|(id, what)| (form.pointer(id), what))
                    .collect();
                assert!(said.is_empty(), "{}: {said:?}", tool.name);
            }
            (Some(false), _) => assert!(!wrong.is_empty(), "{}", tool.name),
            _ => {}
        }
    }
}

/// Opens everything to a depth, each variant of each union too, and counts the kinds of places.
fn kinds(form: &mut Form, id: NodeId, depth: usize, count: &mut BTreeMap<String, usize>) {
    let kind = form.node(id).kind().clone();
    let word = match &kind {
        Kind::String(text) if text.multiline => "text of lines".to_owned(),
        Kind::String(_) => "text".to_owned(),
        Kind::Number(_) | Kind::Integer(_) => "number".to_owned(),
        Kind::Boolean => "boolean".to_owned(),
        Kind::Null => "null".to_owned(),
        Kind::Enum(_) => "choice".to_owned(),
        Kind::Set(_) => "set".to_owned(),
        Kind::Array(_) => "list".to_owned(),
        Kind::Object(object) if object.is_map() => "map".to_owned(),
        Kind::Object(_) => "object".to_owned(),
        Kind::Union(_) => "union".to_owned(),
        Kind::Json(raw) => format!("JSON ({})", raw.why),
    };
    *count.entry(word).or_default() += 1;
    if depth == 0 {
        return;
    }
    match kind {
        Kind::Object(_) => {
            // The root is there already.
            let _ = form.add(id);
        }
        Kind::Array(_) => {
            let _ = form.add_item(id);
        }
        Kind::Union(union) => {
            for variant in 0..union.variants.len() {
                if form.pick_variant(id, variant).is_ok()
                    && let Some(body) = form.active(id)
                {
                    kinds(form, body, depth - 1, count);
                }
            }
            return;
        }
        _ => {}
    }
    for child in form.children(id).to_vec() {
        kinds(form, child, depth - 1, count);
    }
}

#[test]
fn what_the_widgets_express_of_each_server() {
    let mut told = String::new();
    let mut servers: BTreeMap<String, (usize, BTreeMap<String, usize>)> = BTreeMap::new();
    for tool in corpus() {
        let server = tool.name.split_once('/').unwrap().0.to_owned();
        let (tools, count) = servers.entry(server).or_default();
        *tools += 1;
        let mut form = Form::from_schema(tool.schema.as_bytes());
        let root = form.root();
        kinds(&mut form, root, 5, count);
    }
    for (server, (tools, count)) in servers {
        writeln!(told, "{server}: {tools} tools").unwrap();
        for (word, number) in count {
            writeln!(told, "  {number:>4} {word}").unwrap();
        }
    }
    insta::assert_snapshot!(told);
}

/// JSON that looks like what a schema asks for: its names and constants, and whatever else.
fn like(schema: &Value) -> BoxedStrategy<Value> {
    let mut names = vec!["other".to_owned(), String::new()];
    let mut constants = vec![Value::Null, Value::Bool(true)];
    let mut todo = vec![schema];
    while let Some(value) = todo.pop() {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    match (name.as_str(), value) {
                        ("properties", Value::Object(properties)) => {
                            names.extend(properties.iter().map(|(name, _)| name.clone()));
                        }
                        ("const", value) => constants.push(value.clone()),
                        ("enum", Value::Array(values)) => constants.extend(values.iter().cloned()),
                        _ => {}
                    }
                    todo.push(value);
                }
            }
            Value::Array(items) => todo.extend(items),
            _ => {}
        }
    }
    let leaf = prop_oneof![
        3 => prop::sample::select(constants),
        2 => "[a-z0-9 \u{e9}\u{65e5}]{0,6}".prop_map(Value::String),
        2 => prop::sample::select(vec!["0", "-0", "1.0", "1152921504606846976", "1e400", "-3", "0.10"])
            .prop_map(|number| Value::Number(number.to_owned())),
    ];
    let value = leaf.prop_recursive(4, 32, 4, {
        let names = names.clone();
        move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
                prop::collection::vec((prop::sample::select(names.clone()), inner), 0..4)
                    .prop_map(Value::Object),
            ]
        }
    });
    prop::collection::vec((prop::sample::select(names), value), 0..6)
        .prop_map(Value::Object)
        .boxed()
}

fn any_tool_and_value() -> impl Strategy<Value = (String, String, Value)> {
    let tools: Vec<(String, String)> = corpus()
        .into_iter()
        .map(|tool| (tool.name, tool.schema))
        .collect();
    prop::sample::select(tools).prop_flat_map(|(name, schema)| {
        let read = Value::parse(schema.as_bytes()).unwrap_or(Value::Null);
        like(&read).prop_map(move |value| (name.clone(), schema.clone(), value))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn any_value_passes_any_form_unchanged((name, schema, value) in any_tool_and_value()) {
        let mut form = Form::from_schema(schema.as_bytes());
        prop_assert!(form.load(&value), "{}", name);
        prop_assert_eq!(form.arguments(), value.clone(), "{}", &name);
        // By way of its text too, as the JSON view has it.
        let mut other = Form::from_schema(schema.as_bytes());
        prop_assert!(other.load_json(&value.pretty()).is_ok());
        prop_assert_eq!(other.arguments(), value, "{}", &name);
    }

    #[test]
    fn every_violation_of_any_value_has_a_place((name, schema, value) in any_tool_and_value()) {
        let mut form = Form::from_schema(schema.as_bytes());
        form.load(&value);
        if let Ok(validator) = Validator::compile(schema.as_bytes()) {
            for violation in validator.check(&value) {
                prop_assert!(
                    form.at_pointer(&violation.pointer).is_some(),
                    "{}: {:?} has no place",
                    &name,
                    violation
                );
            }
        }
    }
}
