//! What the value tree promises, rule by rule.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use proptest::prelude::*;

const SCHEMA: &[u8] = br#"{"type":"object","required":["title","size","mode"],"properties":{
    "title":{"type":"string","maxLength":5},
    "body":{"type":"string"},
    "size":{"type":"integer","minimum":1,"maximum":10},
    "limit":{"type":"integer","default":10},
    "mode":{"enum":["slow","fast"],"default":"slow"},
    "level":{"enum":[1,2,3]},
    "deep":{"type":"boolean"},
    "ratio":{"type":["number","null"],"multipleOf":0.5},
    "tags":{"type":"array","items":{"type":"string"}},
    "meta":{"type":"object"}}}"#;

struct Case(Form);

impl Case {
    fn new() -> Self {
        Self(Form::from_schema(SCHEMA))
    }

    fn at(&self, name: &str) -> usize {
        self.0.find(name).unwrap()
    }

    fn text(&mut self, name: &str, text: &str) -> &mut Self {
        let index = self.at(name);
        self.0.set_text(index, text);
        self
    }

    fn wire(&self) -> String {
        self.0.arguments().to_string()
    }

    fn chip(&self, name: &str) -> String {
        self.0.chip(self.at(name)).unwrap_or_default()
    }

    fn problem(&self, name: &str) -> String {
        self.0.problem(self.at(name)).unwrap_or_default()
    }
}

#[test]
fn untouched_sends_required_defaults_only() {
    let mut case = Case::new();
    assert_eq!(case.wire(), r#"{"mode":"slow"}"#);
    assert_eq!(case.chip("limit"), "‹default 10›");
    assert_eq!(case.chip("mode"), "‹default \"slow\": sent›");
    assert_eq!(case.chip("tags"), "‹unset: not sent›");
    assert_eq!(case.chip("deep"), "‹unset: not sent›");
    case.0.send_defaults(true);
    assert_eq!(case.wire(), r#"{"limit":10,"mode":"slow"}"#);
}

#[test]
fn clearing_text_unsets_the_optional_and_empties_the_required() {
    let mut case = Case::new();
    case.text("title", "x").text("body", "y");
    assert_eq!(case.wire(), r#"{"title":"x","body":"y","mode":"slow"}"#);
    case.text("title", "").text("body", "");
    assert_eq!(case.wire(), r#"{"title":"","mode":"slow"}"#);
    assert_eq!(case.chip("title"), "‹\"\"›");
    assert_eq!(case.chip("body"), "‹unset: not sent›");
}

#[test]
fn states_are_chosen_explicitly() {
    let mut case = Case::new();
    let (title, body, limit, mode, tags, meta, size) = (
        case.at("title"),
        case.at("body"),
        case.at("limit"),
        case.at("mode"),
        case.at("tags"),
        case.at("meta"),
        case.at("size"),
    );
    case.0.set_empty(body).unwrap();
    case.0.set_null(limit);
    case.0.set_empty(tags).unwrap();
    case.0.set_empty(meta).unwrap();
    case.0.unset(mode);
    case.0.unset(title);
    assert_eq!(
        case.wire(),
        r#"{"body":"","limit":null,"tags":[],"meta":{}}"#
    );
    assert_eq!(case.chip("limit"), "‹null: sent as null›");
    assert_eq!(case.problem("limit"), "must not be null");
    assert_eq!(case.problem("mode"), "required");
    case.0.set_default(limit).unwrap();
    assert_eq!(*case.0.nodes()[limit].state(), State::Default);
    assert!(case.0.set_default(body).is_err());
    assert!(case.0.set_empty(size).is_err());
}

#[test]
fn numbers_keep_their_spelling_and_half_typed_ones_their_text() {
    let mut case = Case::new();
    for spelling in ["1.0", "1152921504606846976", "1e400", "-0"] {
        case.text("ratio", spelling);
        assert_eq!(
            case.wire(),
            format!(r#"{{"mode":"slow","ratio":{spelling}}}"#)
        );
    }
    for half in ["-", "1.", "abc", "01"] {
        case.text("ratio", half);
        assert_eq!(case.wire(), r#"{"mode":"slow"}"#, "{half}");
        assert_eq!(case.problem("ratio"), "not a number");
        assert_eq!(case.chip("ratio"), "‹not sent yet›");
        assert_eq!(case.0.nodes()[case.at("ratio")].text(), half);
    }
    case.text("ratio", "");
    assert_eq!(case.problem("ratio"), "");
}

#[test]
fn enums_and_booleans_step_through_their_states() {
    let mut case = Case::new();
    let (level, deep, mode) = (case.at("level"), case.at("deep"), case.at("mode"));
    let mut seen = Vec::new();
    for _ in 0..4 {
        case.0.step(level, 1).unwrap();
        seen.push(case.0.wire(level).map(ToString::to_string));
    }
    assert_eq!(
        seen,
        [Some("1"), Some("2"), Some("3"), None].map(|text| text.map(str::to_owned))
    );
    let mut seen = Vec::new();
    for _ in 0..3 {
        case.0.step(deep, 1).unwrap();
        seen.push(case.0.wire(deep).and_then(Value::as_bool));
    }
    assert_eq!(seen, [Some(true), Some(false), None]);
    // A default is where the stepping starts.
    case.0.step(mode, 1).unwrap();
    assert_eq!(case.0.wire(mode), Some(&"fast".into()));
    case.0.step(mode, 1).unwrap();
    assert_eq!(case.0.wire(mode), Some(&"slow".into()));
    assert_eq!(case.0.nodes()[mode].choice(), Some(0));
}

#[test]
fn numbers_step_exactly() {
    let mut case = Case::new();
    let (size, ratio, limit) = (case.at("size"), case.at("ratio"), case.at("limit"));
    case.0.step(size, 1).unwrap();
    assert_eq!(case.0.wire(size).unwrap().to_string(), "1");
    case.0.step(ratio, 1).unwrap();
    case.0.step(ratio, -1).unwrap();
    assert_eq!(case.0.wire(ratio).unwrap().to_string(), "-0.5");
    case.0.step(limit, 1).unwrap();
    assert_eq!(case.0.wire(limit).unwrap().to_string(), "11");
    assert!(case.0.step(case.at("title"), 1).is_err());
}

#[test]
fn problems_advise() {
    let mut case = Case::new();
    let names = |case: &Case| -> Vec<String> {
        case.0
            .problems()
            .into_iter()
            .map(|(index, what)| format!("{}: {what}", case.0.nodes()[index].field().name))
            .collect()
    };
    assert_eq!(names(&case), ["title: required", "size: required"]);
    case.text("title", "toolong")
        .text("size", "0")
        .text("ratio", "0.7");
    assert_eq!(
        names(&case),
        [
            "title: takes 5 characters or fewer, has 7",
            "size: must be 1 or more",
            "ratio: must be a multiple of 0.5"
        ]
    );
    case.text("size", "1.5")
        .text("title", "ok")
        .text("ratio", "1.0");
    assert_eq!(names(&case), ["size: must be a whole number"]);
    case.text("size", "1.0").text("tags", "{}");
    assert_eq!(names(&case), ["tags: must be an array"]);
    let size = case.at("size");
    case.0.set_value(size, "5".into());
    assert_eq!(case.problem("size"), "must be a whole number");
    assert_eq!(
        case.wire(),
        r#"{"title":"ok","size":"5","mode":"slow","ratio":1.0,"tags":{}}"#
    );
}

#[test]
fn raw_json_keeps_broken_text_and_its_layout() {
    let mut case = Case::new();
    case.text("tags", "[\"a\",\n");
    assert!(
        case.problem("tags").contains(" at 2:1"),
        "{}",
        case.problem("tags")
    );
    assert_eq!(case.0.nodes()[case.at("tags")].text(), "[\"a\",\n");
    assert_eq!(case.wire(), r#"{"mode":"slow"}"#);
    case.text("tags", "[\"a\",\n 1.50]");
    assert_eq!(case.problem("tags"), "");
    assert_eq!(case.0.nodes()[case.at("tags")].text(), "[\"a\",\n 1.50]");
    assert_eq!(case.wire(), r#"{"mode":"slow","tags":["a",1.50]}"#);
    case.text("tags", " ");
    assert_eq!(case.wire(), r#"{"mode":"slow"}"#);
    // Any member can be given as JSON, to test a server with what no widget allows.
    let size = case.at("size");
    case.0.set_json(size, "[1");
    assert!(case.0.nodes()[size].is_unfinished());
    case.0.set_json(size, "[1]");
    assert_eq!(case.wire(), r#"{"size":[1],"mode":"slow"}"#);
    assert_eq!(case.0.nodes()[size].json(), "[\n  1\n]");
}

#[test]
fn loading_keeps_order_unknown_members_and_duplicates() {
    let mut case = Case::new();
    let text = r#"{"zz":{"b":1.0},"size":1.0,"title":"a","size":2,"level":1.0,"mode":null}"#;
    case.0.load_json(text).unwrap();
    assert_eq!(case.wire(), text);
    assert_eq!(case.0.nodes()[case.at("level")].choice(), Some(0));
    let zz = case.at("zz");
    assert!(!case.0.nodes()[zz].is_known());
    // A member set afterwards comes behind what was loaded.
    case.text("body", "b");
    case.text("title", "t");
    assert_eq!(
        case.wire(),
        r#"{"zz":{"b":1.0},"size":1.0,"title":"t","size":2,"level":1.0,"mode":null,"body":"b"}"#
    );
    case.0.unset(zz);
    assert!(case.wire().starts_with(r#"{"size":1.0,"#));
    let before = case.0.clone();
    assert!(case.0.load_json("[1]").is_err());
    assert!(case.0.load_json("{\"a\":").is_err());
    assert_eq!(case.0, before);
}

#[test]
fn a_required_default_can_stay_unset_through_loading() {
    let mut case = Case::new();
    assert!(case.0.load(&Value::Object(Vec::new())));
    assert_eq!(case.wire(), "{}");
    assert_eq!(case.chip("limit"), "‹default 10›");
}

#[test]
fn a_closed_schema_reports_members_it_does_not_name() {
    let mut form = Form::from_schema(br#"{"additionalProperties":false}"#);
    form.load_json(r#"{"x":1}"#).unwrap();
    assert_eq!(
        form.problems(),
        [(0, "the schema allows no such member".to_owned())]
    );
    assert_eq!(form.arguments().to_string(), r#"{"x":1}"#);
}

#[test]
fn prompts_and_templates_are_text_forms() {
    let mut form = Form::from_prompt_arguments([("a", Some("first"), true), ("b", None, false)]);
    form.set_text(0, "1");
    assert_eq!(form.arguments().to_string(), r#"{"a":"1"}"#);
    let mut form = Form::from_template("notes://{name}{?page}");
    assert_eq!(form.problems(), [(0, "required".to_owned())]);
    form.set_text(0, "a b");
    assert_eq!(
        crate::form::expand("notes://{name}{?page}", &form.arguments()),
        "notes://a%20b"
    );
}

#[test]
fn json_text_for_the_whole_form_keeps_half_typed_answers() {
    let mut case = Case::new();
    case.text("ratio", "1.");
    case.0.load_json(r#"{"size":2}"#).unwrap();
    assert_eq!(case.problem("ratio"), "not a number");
    assert!(case.0.load(&Value::Object(Vec::new())));
    assert_eq!(case.problem("ratio"), "");
}

/// Any JSON value, numbers in every spelling.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        "-?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,4})?([eE][-+]?[0-9]{1,4})?".prop_map(Value::Number),
        any::<String>().prop_map(Value::String),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::vec((any::<String>(), inner), 0..4).prop_map(Value::Object),
        ]
    })
}

fn members() -> impl Strategy<Value = Vec<(String, Value)>> {
    let name = prop_oneof![
        prop::sample::select(vec![
            "title", "body", "size", "limit", "mode", "level", "deep", "ratio", "tags", "meta"
        ])
        .prop_map(str::to_owned),
        any::<String>(),
    ];
    prop::collection::vec((name, value()), 0..8)
}

proptest! {
    #[test]
    fn what_is_loaded_is_what_is_sent(members in members(), defaults: bool) {
        let mut form = Form::from_schema(SCHEMA);
        form.send_defaults(defaults);
        let given = Value::Object(members);
        prop_assert!(form.load(&given));
        prop_assert_eq!(form.arguments(), given);
    }

    #[test]
    fn the_text_of_an_input_given_back_changes_nothing(members in members()) {
        let mut form = Form::from_schema(SCHEMA);
        prop_assert!(form.load(&Value::Object(members)));
        for index in 0..form.nodes().len() {
            let before = form.wire(index).cloned();
            let text = form.nodes()[index].json();
            form.set_json(index, &text);
            prop_assert_eq!(form.wire(index).cloned(), before);
        }
    }

    #[test]
    fn anything_may_be_typed(index in 0_usize..10, text: String, times in -3_i64..3) {
        let mut form = Form::from_schema(SCHEMA);
        form.set_text(index, &text);
        if form.nodes()[index].is_unfinished() {
            prop_assert_eq!(form.nodes()[index].text(), text);
        }
        let sent = form.arguments();
        let _ = form.problems();
        let _ = form.step(index, times);
        let mut again = Form::from_schema(SCHEMA);
        again.load(&sent);
        prop_assert_eq!(again.arguments(), sent);
    }
}
