//! What the value tree promises, rule by rule.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;

mod conditions;
mod depth;
mod lists;
mod objects;
mod properties;
mod unfinished;
mod unions;

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

    fn at(&self, name: &str) -> NodeId {
        self.0.find(name).unwrap()
    }

    fn text(&mut self, name: &str, text: &str) -> &mut Self {
        let index = self.at(name);
        self.0.set_text(index, text).unwrap();
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
fn a_default_that_is_not_sent_is_no_problem() {
    let schema = |required: &str| {
        format!(
            r#"{{"properties":{{"n":{{"type":"integer","default":"many"}},"o":{{"type":"object","default":[]}}}},
                "required":[{required}]}}"#
        )
    };
    let mut form = Form::from_schema(schema("").as_bytes());
    assert_eq!(form.arguments().to_string(), "{}");
    assert_eq!(form.problems(), []);
    let n = form.find("n").unwrap();
    assert_eq!(
        form.chip(n).as_deref(),
        Some("‹default \"many\": must be a whole number›")
    );
    form.send_defaults(true);
    assert_eq!(form.problem(n).as_deref(), Some("must be a whole number"));
    let form = Form::from_schema(schema(r#""n""#).as_bytes());
    assert_eq!(form.problems().len(), 1);
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
    case.0.set_null(limit).unwrap();
    case.0.set_empty(tags).unwrap();
    case.0.set_empty(meta).unwrap();
    case.0.unset(mode).unwrap();
    case.0.unset(title).unwrap();
    assert_eq!(
        case.wire(),
        r#"{"body":"","limit":null,"tags":[],"meta":{}}"#
    );
    assert_eq!(case.chip("limit"), "‹null: sent as null›");
    assert_eq!(case.problem("limit"), "must not be null");
    assert_eq!(case.problem("mode"), "required");
    case.0.set_default(limit).unwrap();
    assert_eq!(case.0.node(limit).state(), State::Default);
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
        assert_eq!(case.0.text(case.at("ratio")), half);
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
        seen.push(case.0.wire(level).map(|value| value.to_string()));
    }
    assert_eq!(
        seen,
        [Some("1"), Some("2"), Some("3"), None].map(|text| text.map(str::to_owned))
    );
    let mut seen = Vec::new();
    for _ in 0..3 {
        case.0.step(deep, 1).unwrap();
        seen.push(case.0.wire(deep).and_then(|value| value.as_bool()));
    }
    assert_eq!(seen, [Some(true), Some(false), None]);
    // A default is where the stepping starts.
    case.0.step(mode, 1).unwrap();
    assert_eq!(case.0.wire(mode), Some("fast".into()));
    case.0.step(mode, 1).unwrap();
    assert_eq!(case.0.wire(mode), Some("slow".into()));
    assert_eq!(case.0.choice(mode), Some(0));
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
            .map(|(index, what)| format!("{}: {what}", case.0.label(index)))
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
    case.0.set_value(size, &"5".into()).unwrap();
    assert_eq!(case.problem("size"), "must be a whole number");
    assert_eq!(
        case.wire(),
        r#"{"title":"ok","size":"5","mode":"slow","ratio":1.0,"tags":{}}"#
    );
}

#[test]
fn broken_json_stays_until_it_is_mended() {
    let mut case = Case::new();
    case.text("tags", "[\"a\",\n");
    assert!(
        case.problem("tags").contains(" at 2:1"),
        "{}",
        case.problem("tags")
    );
    assert_eq!(case.0.text(case.at("tags")), "[\"a\",\n");
    assert_eq!(case.wire(), r#"{"mode":"slow"}"#);
    case.text("tags", "[\"a\",\n 1.50]");
    assert_eq!(case.problem("tags"), "");
    assert_eq!(case.wire(), r#"{"mode":"slow","tags":["a",1.50]}"#);
    case.text("tags", " ");
    assert_eq!(case.wire(), r#"{"mode":"slow"}"#);
    // Any member can be given as JSON, to test a server with what no widget allows.
    let size = case.at("size");
    case.0.set_json(size, "[1").unwrap();
    assert!(case.0.node(size).is_unfinished());
    case.0.set_json(size, "[1]").unwrap();
    assert_eq!(case.wire(), r#"{"size":[1],"mode":"slow"}"#);
    assert_eq!(case.0.json(size), "[\n  1\n]");
}

#[test]
fn loading_keeps_order_unknown_members_and_duplicates() {
    let mut case = Case::new();
    let text = r#"{"zz":{"b":1.0},"size":1.0,"title":"a","size":2,"level":1.0,"mode":null}"#;
    case.0.load_json(text).unwrap();
    assert_eq!(case.wire(), text);
    assert_eq!(case.0.choice(case.at("level")), Some(0));
    let zz = case.at("zz");
    assert!(!case.0.node(zz).is_known());
    // A member set afterwards comes behind what was loaded.
    case.text("body", "b");
    case.text("title", "t");
    assert_eq!(
        case.wire(),
        r#"{"zz":{"b":1.0},"size":1.0,"title":"t","size":2,"level":1.0,"mode":null,"body":"b"}"#
    );
    case.0.unset(zz).unwrap();
    assert!(case.wire().starts_with(r#"{"size":1.0,"#));
    let before = look(&case.0);
    assert!(case.0.load_json("[1]").is_err());
    assert!(case.0.load_json("{\"a\":").is_err());
    assert_eq!(look(&case.0), before);
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
        [(
            form.find("x").unwrap(),
            "the schema allows no such member".to_owned()
        )]
    );
    assert_eq!(form.arguments().to_string(), r#"{"x":1}"#);
}

#[test]
fn prompts_and_templates_are_text_forms() {
    let mut form = Form::from_prompt_arguments([("a", Some("first"), true), ("b", None, false)]);
    form.set_text(form.find("a").unwrap(), "1").unwrap();
    assert_eq!(form.arguments().to_string(), r#"{"a":"1"}"#);
    let mut form = Form::from_template("notes://{name}{?page}");
    let name = form.find("name").unwrap();
    assert_eq!(form.problems(), [(name, "required".to_owned())]);
    form.set_text(name, "a b").unwrap();
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

/// Everything a user could see of a form: rows, states, texts, chips, problems, and what is sent.
pub(super) fn look(form: &Form) -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    for row in form.rows(|_| false) {
        let node = form.node(row.id);
        writeln!(
            text,
            "{:?} {} {:?} {} {:?} {:?} {:?}",
            row,
            form.label(row.id),
            node.state(),
            form.text(row.id),
            form.chip(row.id),
            form.variant(row.id),
            node.field().because,
        )
        .unwrap();
    }
    writeln!(text, "{:?}\n{}", form.problems(), form.arguments()).unwrap();
    text
}

/// The rows as a person would read them.
pub(super) fn screen(form: &Form) -> Vec<String> {
    form.rows(|_| false)
        .iter()
        .map(|row| {
            let indent = "  ".repeat(row.depth);
            match row.kind {
                RowKind::AddItem => format!("{indent}+ item"),
                RowKind::AddEntry => format!("{indent}+ entry"),
                RowKind::Node => {
                    let mark = if form.field(row.id).required { "*" } else { "" };
                    let chip = form.chip(row.id).map(|chip| format!(" {chip}"));
                    format!(
                        "{indent}{}{mark} {}{}",
                        form.label(row.id),
                        form.field(row.id).kind.word(),
                        chip.unwrap_or_default(),
                    )
                }
            }
        })
        .collect()
}

/// The node behind a path of names and indices, sent or not.
pub(super) fn at(form: &Form, pointer: &str) -> NodeId {
    form.at_pointer(pointer).unwrap()
}

/// A form whose member `x` has the schema.
pub(super) fn x(schema: &str) -> Form {
    let whole = format!(
        r##"{{"type":"object","properties":{{"x":{schema}}},"$defs":{{
            "Tree":{{"type":"object","properties":{{"name":{{"type":"string"}},
                "left":{{"$ref":"#/$defs/Tree"}},"kids":{{"type":"array","items":{{"$ref":"#/$defs/Tree"}}}}}},
                "required":["name"]}},
            "Must":{{"type":"object","properties":{{"next":{{"$ref":"#/$defs/Must"}}}},"required":["next"]}},
            "Url":{{"type":"object","properties":{{"kind":{{"const":"url"}},"url":{{"type":"string"}}}},
                "required":["kind","url"]}},
            "File":{{"type":"object","properties":{{"kind":{{"const":"file"}},"path":{{"type":"string"}},
                "line":{{"type":["integer","null"]}}}},"required":["kind","path"]}}}}}}"##
    );
    Form::from_schema(whole.as_bytes())
}
