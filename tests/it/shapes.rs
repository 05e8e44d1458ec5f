//! Our table of shapes against the published JSON Schemas, where they are at hand (`../shared/schemas`): over messages
//! made from the schemas, over all their mutations, and over what the shipped sessions hold, both say the same.
//! What differs differs for a reason that stands here.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::rc::Rc;

use jsonschema::Validator;
use mcpscope::mcp::method::{METHODS, Method, MethodKind};
use mcpscope::mcp::revision::Revision::{self, V2025_11_25, V2026_07_28};
use mcpscope::mcp::shape;
use serde_json::{Map, Value, json};

/// What is published of one revision.
struct Published {
    revision: Revision,
    root: Value,
    definitions: Map<String, Value>,
    at: &'static str,
    made: RefCell<BTreeMap<String, Rc<Validator>>>,
}

impl Published {
    /// Different values that the schema takes, the smallest first.
    fn examples(&self, schema: &Value) -> Vec<Value> {
        let mut seen = Vec::new();
        for turn in 0..14 {
            for full in [false, true] {
                let made = self.example(schema, turn, full, 0);
                if !seen.contains(&made) {
                    seen.push(made);
                }
            }
        }
        seen
    }

    fn all() -> Vec<Self> {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/schemas");
        let one = |revision: Revision| {
            let text = fs::read_to_string(folder.join(format!("{revision}.json"))).ok()?;
            let root: Value = serde_json::from_str(&text).unwrap();
            let at = ["$defs", "definitions"]
                .into_iter()
                .find(|at| root.get(at).is_some())
                .unwrap();
            let definitions = root[at].as_object().unwrap().clone();
            Some(Self {
                revision,
                root,
                definitions,
                at,
                made: RefCell::default(),
            })
        };
        Revision::ALL.into_iter().filter_map(one).collect()
    }

    /// What is published under all these names at once.
    fn validator(&self, names: &[&str]) -> Validator {
        let all: Vec<_> = names
            .iter()
            .map(|name| json!({ "$ref": format!("#/{}/{name}", self.at) }))
            .collect();
        let schema =
            json!({ "$schema": self.root["$schema"], self.at: self.definitions, "allOf": all });
        jsonschema::options()
            .should_validate_formats(false)
            .build(&schema)
            .unwrap()
    }

    /// The validator of one definition, kept.
    fn validator_of(&self, name: &str) -> Rc<Validator> {
        let mut made = self.made.borrow_mut();
        let one = made.entry(name.to_owned());
        Rc::clone(one.or_insert_with(|| Rc::new(self.validator(&[name]))))
    }

    /// The name of what is published of a method: `CallToolRequest` for `tools/call`.
    fn name_of(&self, method: &str) -> Option<&str> {
        let its = |(name, definition): (&'_ String, &Value)| {
            let is = definition.pointer("/properties/method/const") == Some(&json!(method));
            is.then_some(name.len())
        };
        let found = self
            .definitions
            .iter()
            .find(|(name, one)| its((name, one)).is_some());
        found.map(|(name, _)| name.as_str())
    }

    /// The definition of a result, by what the result says of itself.
    fn result_of(&self, request: &str, result: &Value) -> String {
        let is_asked = self.revision == V2026_07_28 && result["resultType"] == "input_required";
        let name = match request {
            "GetTaskPayloadRequest"
            | "PingRequest"
            | "SubscribeRequest"
            | "UnsubscribeRequest"
            | "SetLevelRequest" => "Result",
            "CallToolRequest" if self.revision == V2025_11_25 && result.get("task").is_some() => {
                "CreateTaskResult"
            }
            "CallToolRequest" | "GetPromptRequest" | "ReadResourceRequest" if is_asked => {
                "InputRequiredResult"
            }
            _ => return request.replace("Request", "Result"),
        };
        name.to_owned()
    }

    fn followed<'a>(&'a self, mut schema: &'a Value) -> &'a Value {
        while let Some(name) = schema["$ref"].as_str() {
            schema = &self.definitions[name.rsplit('/').next().unwrap()];
        }
        schema
    }

    /// A value that the schema takes; `turn` chooses among alternatives, `full` puts in what may be left out.
    fn example(&self, schema: &Value, turn: usize, full: bool, deep: usize) -> Value {
        let schema = self.followed(schema);
        if let Some(constant) = schema.get("const") {
            return constant.clone();
        }
        if let Some(values) = schema["enum"].as_array() {
            return values[turn % values.len()].clone();
        }
        if let Some(all) = schema["anyOf"].as_array() {
            return self.example(&all[turn % all.len()], turn / all.len(), full, deep);
        }
        let own = match &schema["type"] {
            Value::Array(types) => types[turn % types.len()].as_str(),
            other => other.as_str(),
        };
        match own {
            Some("string") => json!("s"),
            Some("integer") => json!(1),
            Some("number") => json!(0.5),
            Some("boolean") => json!(true),
            Some("null") => Value::Null,
            Some("array") => {
                let items =
                    (deep <= 8).then(|| self.example(&schema["items"], turn, full, deep + 1));
                items.into_iter().collect()
            }
            _ => self.object(schema, turn, full, deep),
        }
    }

    fn object(&self, schema: &Value, turn: usize, full: bool, deep: usize) -> Value {
        let mut made = Map::new();
        for part in schema["allOf"].as_array().into_iter().flatten() {
            if let Value::Object(part) = self.example(part, turn, full, deep + 1) {
                made.extend(part);
            }
        }
        let required: Vec<_> = schema["required"]
            .as_array()
            .into_iter()
            .flatten()
            .collect();
        for (name, member) in schema["properties"].as_object().into_iter().flatten() {
            if required.contains(&&json!(name)) || (full && deep < 8) {
                made.insert(name.clone(), self.example(member, turn, full, deep + 1));
            }
        }
        if let Some(others @ Value::Object(_)) = schema
            .get("additionalProperties")
            .filter(|_| full && deep < 8)
        {
            let free = others.as_object().unwrap().is_empty();
            let other = if free {
                json!({})
            } else {
                self.example(others, turn, full, deep + 1)
            };
            made.insert("other".to_owned(), other);
        }
        Value::Object(made)
    }
}

/// All that differ from a value in one place: a member less, or something else in its stead.
fn mutations(value: &Value) -> Vec<(String, Value)> {
    let others = [
        json!(null),
        json!(true),
        json!(7),
        json!(1.5),
        json!(-1),
        json!("other"),
        json!([]),
        json!({}),
    ];
    let mut all = Vec::new();
    let mut places = vec![String::new()];
    while let Some(place) = places.pop() {
        let here = value.pointer(&place).unwrap();
        let below: Vec<String> = match here {
            Value::Object(members) => members.keys().cloned().collect(),
            Value::Array(items) => (0..items.len()).map(|at| at.to_string()).collect(),
            _ => Vec::new(),
        };
        let step = |name: &str| format!("{place}/{}", name.replace('~', "~0").replace('/', "~1"));
        if let Value::Object(members) = here {
            for name in members.keys() {
                let mut less = value.clone();
                less.pointer_mut(&place)
                    .unwrap()
                    .as_object_mut()
                    .unwrap()
                    .shift_remove(name);
                all.push((format!("{} left out", step(name)), less));
            }
        }
        places.extend(below.iter().map(|name| step(name)));
        for other in others.iter().filter(|other| *other != here) {
            let mut changed = value.clone();
            *changed.pointer_mut(&place).unwrap() = other.clone();
            all.push((format!("{place} is {other}"), changed));
        }
    }
    all
}

/// Why the two may differ; the reason is for whoever reads.
fn reason(revision: Revision, name: &str, change: &str) -> Option<&'static str> {
    let modern = revision == V2026_07_28;
    let in_json_value = [
        "/experimental",
        "/extensions",
        "/metadata",
        "/elicitation/",
        "/sampling/",
        "/completions",
        "/logging",
    ];
    if modern && in_json_value.iter().any(|part| change.contains(part)) {
        return Some(
            "the published JSONValue knows neither null nor fractions; any JSON value is one",
        );
    }
    let elicited = name == "ElicitRequest <" || change.contains("/inputResponses/");
    if elicited && change.ends_with("/content/other is 1.5") {
        return Some("the published schema says integer where the text says number");
    }
    None
}

struct Found {
    tried: usize,
    differ: BTreeMap<String, String>,
}

impl Found {
    fn compare(
        &mut self,
        revision: Revision,
        what: &str,
        change: &str,
        theirs: bool,
        ours: &[shape::Fault],
    ) {
        self.tried += 1;
        if theirs == ours.is_empty() {
            return;
        }
        if reason(revision, what, change).is_some() {
            return;
        }
        let said: Vec<_> = ours
            .iter()
            .map(|fault| format!("{}: {}", fault.pointer, fault.words))
            .collect();
        let theirs = if theirs {
            "published: fine"
        } else {
            "published: wrong"
        };
        self.differ.insert(
            format!("{revision} {what} {change}"),
            format!("{theirs}, ours: {said:?}"),
        );
    }
}

fn bytes(value: &Value) -> Vec<u8> {
    serde_json::to_vec(value).unwrap()
}

#[test]
fn our_shapes_and_the_published_schemas_say_the_same() {
    let mut found = Found {
        tried: 0,
        differ: BTreeMap::new(),
    };
    for published in Published::all() {
        let revision = published.revision;
        for method in METHODS {
            if !(method.since..=method.until).contains(&revision) {
                continue;
            }
            let Some(name) = published.name_of(method.name) else {
                // Extensions have schemas of their own.
                let is_extension = method.name.contains("tasks") && revision == V2026_07_28;
                assert!(is_extension, "{revision} {}", method.name);
                continue;
            };
            messages(&published, method, name, &mut found);
            if method.kind == MethodKind::Request {
                results(&published, method, name, &mut found);
            }
        }
    }
    let some: Vec<_> = found.differ.iter().take(40).collect();
    assert!(some.is_empty(), "{} differ: {some:#?}", found.differ.len());
}

fn messages(published: &Published, method: &Method, name: &str, found: &mut Found) {
    let revision = published.revision;
    let base = match method.kind {
        MethodKind::Request => "Request",
        MethodKind::Notification => "Notification",
    };
    let validator = published.validator(&[name, base]);
    for example in published.examples(&published.definitions[name]) {
        let mut all = vec![("as made".to_owned(), example.clone())];
        let changed = mutations(&example).into_iter();
        all.extend(changed.filter(|(change, _)| change.starts_with("/params")));
        for (change, message) in all {
            let params = message.get("params").map(bytes);
            let ours = shape::params(method.name, revision, params.as_deref()).unwrap();
            found.compare(revision, name, &change, validator.is_valid(&message), &ours);
        }
    }
}

fn results(published: &Published, method: &Method, name: &str, found: &mut Found) {
    let revision = published.revision;
    let mut names = vec![published.result_of(name, &json!({}))];
    names.push(published.result_of(name, &json!({"resultType": "input_required", "task": {}})));
    names.dedup();
    for start in &names {
        for mut example in published.examples(&published.definitions[start]) {
            if start == "InputRequiredResult" {
                example["resultType"] = json!("input_required");
            } else if revision == V2026_07_28 && example.get("resultType").is_some() {
                example["resultType"] = json!("complete");
            }
            let mut all = vec![("as made".to_owned(), example.clone())];
            all.extend(mutations(&example));
            for (change, result) in all {
                let judge = published.result_of(name, &result);
                let theirs = published.validator_of(&judge).is_valid(&result);
                let ours = shape::result(method.name, revision, &bytes(&result)).unwrap();
                found.compare(revision, &format!("{name} <"), &change, theirs, &ours);
            }
        }
    }
}

/// A request of a session that waits for its answer.
type Asked = BTreeMap<(u32, String), String>;

#[test]
fn what_the_shipped_sessions_hold_is_judged_alike() {
    let all = Published::all();
    let mut found = Found {
        tried: 0,
        differ: BTreeMap::new(),
    };
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("sessions");
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_none_or(|end| end != "jsonl") {
            continue;
        }
        let mut asked = Asked::new();
        let mut spoken: BTreeMap<u32, Revision> = BTreeMap::new();
        for line in fs::read_to_string(&path).unwrap().lines() {
            let entry: Value = serde_json::from_str(line).unwrap();
            let frame = &entry["json"];
            if entry["ch"] != "wire" || !frame.is_object() {
                continue;
            }
            let conn = u32::try_from(entry["conn"].as_u64().unwrap()).unwrap();
            learn(frame, conn, &mut spoken);
            let Some(published) = all
                .iter()
                .find(|one| spoken.get(&conn) == Some(&one.revision))
            else {
                continue;
            };
            judge(published, frame, conn, &mut asked, &mut found);
        }
    }
    assert!(all.is_empty() || found.tried > 50, "{}", found.tried);
    assert!(found.differ.is_empty(), "{:#?}", found.differ);
}

/// Takes the revision of a connection from what is said in it.
fn learn(frame: &Value, conn: u32, spoken: &mut BTreeMap<u32, Revision>) {
    let meta = &frame["params"]["_meta"]["io.modelcontextprotocol/protocolVersion"];
    let said = [meta, &frame["result"]["protocolVersion"]];
    if let Some(revision) = said
        .into_iter()
        .find_map(|said| said.as_str()?.parse().ok())
    {
        spoken.insert(conn, revision);
    }
}

fn judge(published: &Published, frame: &Value, conn: u32, asked: &mut Asked, found: &mut Found) {
    let revision = published.revision;
    if let Some(method) = frame["method"].as_str() {
        if frame.get("id").is_some() {
            asked.insert((conn, frame["id"].to_string()), method.to_owned());
        }
        let params = frame.get("params").map(bytes);
        let (Some(name), Some(ours)) = (
            published.name_of(method),
            shape::params(method, revision, params.as_deref()),
        ) else {
            return;
        };
        let theirs = published.validator_of(name).is_valid(frame);
        found.compare(revision, name, &frame.to_string(), theirs, &ours);
    } else if let (Some(result), Some(method)) = (
        frame.get("result"),
        asked.get(&(conn, frame["id"].to_string())),
    ) {
        let Some(name) = published.name_of(method) else {
            return;
        };
        let name = published.result_of(name, result);
        let theirs = published.validator_of(&name).is_valid(result);
        let Some(ours) = shape::result(method, revision, &bytes(result)) else {
            return;
        };
        found.compare(revision, &name, &frame.to_string(), theirs, &ours);
    }
}
