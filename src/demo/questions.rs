//! What the demo server asks its client, and what it makes of the answers: forms, a page to visit, a model, folders.
//! Never sends anything; `asking` does, in whatever way the era has.

use serde_json::{Value, json};

use super::able::Need;
use super::answers::{Choice, choice, said};
use super::asking::{Answers, Question, Turn, VISIT};
use super::calls::{Call, Played, plural, string, whole};
use super::revision::Revision;

/// A form, in the shape the revision has for it.
pub(super) fn form(
    revision: Revision,
    key: &'static str,
    message: &str,
    schema: &Value,
) -> Question {
    let mut params = json!({"message": message, "requestedSchema": schema});
    if revision.has_rich_elicitation() {
        params["mode"] = json!("form");
    }
    Question {
        key,
        need: Need::Form,
        params: Some(params),
    }
}

/// A choice among titled values: 2025-06-18 has only the older spelling.
fn choices(revision: Revision, title: &str, values: &[(&str, &str)]) -> Value {
    if revision.has_rich_elicitation() {
        let one_of: Vec<_> = (values.iter())
            .map(|(value, title)| json!({"const": value, "title": title}))
            .collect();
        json!({"type": "string", "title": title, "oneOf": one_of})
    } else {
        let (values, titles): (Vec<_>, Vec<_>) = values.iter().copied().unzip();
        json!({"type": "string", "title": title, "enum": values, "enumNames": titles})
    }
}

const SEATS: [(&str, &str); 3] = [
    ("in", "Inside, by the stove"),
    ("out", "On the terrace"),
    ("bar", "At the bar"),
];

/// Every kind of field that a form may have.
fn guest_form(revision: Revision) -> Value {
    let mut seat = choices(revision, "Seat", &SEATS);
    let mut properties = json!({
        "name": {"type": "string", "title": "Name", "description": "Who comes.", "minLength": 1, "maxLength": 40},
        "email": {"type": "string", "title": "E-mail", "format": "email"},
        "website": {"type": "string", "title": "Web site", "format": "uri"},
        "birthday": {"type": "string", "title": "Birthday", "format": "date"},
        "arrival": {"type": "string", "title": "Arrival", "description": "Date and time, with the zone.", "format": "date-time"},
        "guests": {"type": "integer", "title": "Guests", "description": "From 1 to 12.", "minimum": 1, "maximum": 12},
        "budget": {"type": "number", "title": "Budget", "description": "Euros a person.", "minimum": 0},
        "newsletter": {"type": "boolean", "title": "Send news", "default": false},
        "menu": {"type": "string", "title": "Menu", "enum": ["set lunch", "tasting", "vegetarian"]}
    });
    if revision.has_rich_elicitation() {
        properties["guests"]["default"] = json!(2);
        properties["budget"]["default"] = json!(45.5);
        properties["menu"]["default"] = json!("tasting");
        seat["default"] = json!("in");
        properties["diets"] = json!({
            "type": "array", "title": "Diets", "description": "Any number of them.",
            "items": {"type": "string", "enum": ["no meat", "no fish", "no milk", "no gluten"]}
        });
        properties["days"] = json!({
            "type": "array", "title": "Days", "description": "One to three days that suit.", "minItems": 1, "maxItems": 3,
            "items": {"anyOf": [
                {"const": "fri", "title": "Friday"}, {"const": "sat", "title": "Saturday"}, {"const": "sun", "title": "Sunday"}
            ]},
            "default": ["sat"]
        });
    }
    properties["seat"] = seat;
    json!({"type": "object", "properties": properties, "required": ["name", "guests"]})
}

pub(super) fn fill_form(call: &Call, answers: &Answers) -> Turn {
    let schema = guest_form(call.revision);
    let Some(answer) = answers.get("guest") else {
        let message = "Tell the demo restaurant about yourself. Nothing is kept.";
        return Turn::Ask(vec![form(call.revision, "guest", message, &schema)]);
    };
    Turn::Done(match choice(answer, Some(&schema)) {
        Choice::Accepted(content) => {
            let content = serde_json::to_string_pretty(content).unwrap_or_default();
            Played::text(format!("Thank you. This arrived:\n{content}"))
        }
        Choice::Not(why) => Played::text(why),
    })
}

/// The page to visit. Nobody waits there: the address is one that is reserved for examples.
pub(super) fn page() -> Value {
    json!({
        "mode": "url",
        "message": "Pay for the demo dinner. The page is an example and takes no money.",
        "url": "https://example.com/mcpscope-demo/pay?table=7&amount=24.50"
    })
}

pub(super) fn open_page(call: &Call, answers: &Answers) -> Turn {
    let Some(answer) = answers.get("page") else {
        return Turn::Ask(vec![Question {
            key: "page",
            need: Need::Page,
            params: Some(page()),
        }]);
    };
    Turn::Done(match choice(answer, None) {
        // Over a handshake we are told when the page is done with, and tell the client before we answer.
        Choice::Accepted(_) if !call.revision.is_stateless() => Played {
            after: VISIT,
            ..Played::text("You agreed to visit the page, and were there.")
        },
        Choice::Accepted(_) => {
            Played::text("You agreed to visit the page. What you do there is between you and it.")
        }
        Choice::Not(why) => Played::text(why),
    })
}

fn model(call: &Call, key: &'static str, ask: &str, most: u64) -> Question {
    let mut params = json!({
        "messages": [{"role": "user", "content": {"type": "text", "text": ask}}],
        "systemPrompt": "Answer in one or two sentences, without any markup.",
        "modelPreferences": {
            "hints": [{"name": "small"}],
            "costPriority": 0.8, "speedPriority": 0.6, "intelligencePriority": 0.2
        },
        "temperature": 0.2,
        "maxTokens": most,
        "stopSequences": ["\n\n"]
    });
    if !call.revision.is_stateless() {
        params["includeContext"] = json!("none");
    }
    Question {
        key,
        need: Need::Sampling,
        params: Some(params),
    }
}

pub(super) fn ask_model(call: &Call, answers: &Answers) -> Turn {
    let Some(answer) = answers.get("model") else {
        let most = whole(&call.args["most"]);
        let ask = string(&call.args["ask"]);
        return Turn::Ask(vec![model(call, "model", ask, most)]);
    };
    Turn::Done(match said(answer) {
        Ok((text, model)) => Played::text(format!("{model} said: {text}")),
        Err(why) => Played::failed(&why),
    })
}

pub(super) fn show_roots(answers: &Answers) -> Turn {
    let Some(answer) = answers.get("roots") else {
        return Turn::Ask(vec![Question {
            key: "roots",
            need: Need::Roots,
            params: None,
        }]);
    };
    let roots = match answer {
        Err(words) => return Turn::Done(Played::failed(&format!("Your client refused: {words}."))),
        Ok(result) => result["roots"].as_array(),
    };
    let Some(roots) = roots else {
        return Turn::Done(Played::failed(
            "Your client answered without a list of roots.",
        ));
    };
    let mut lines = vec![match roots.len() as u64 {
        0 => "Your client shows no folder.".to_owned(),
        count => format!("Your client shows {count} folder{}:", plural(count)),
    }];
    lines.extend(roots.iter().map(|root| {
        let uri = string(&root["uri"]);
        let name = root["name"].as_str().map(|name| format!(" ({name})"));
        let odd = if uri.starts_with("file://") {
            ""
        } else {
            ", which is no file:// address"
        };
        format!("- {uri}{}{odd}", name.unwrap_or_default())
    }));
    Turn::Done(Played::text(lines.join("\n")))
}

const DISHES: [(&str, &str); 3] = [
    ("trout", "Trout with almonds"),
    ("quail", "Quail in vine leaves"),
    ("risotto", "Barley risotto"),
];

/// What `order-dinner` has to know in later rounds.
pub(super) const DINNER: &[&str] = &["dish", "wine", "toast"];

/// Two rounds, and two questions at once in the second.
pub(super) fn order_dinner(call: &Call, answers: &Answers) -> Turn {
    let guests = whole(&call.args["guests"]);
    let dishes = json!({
        "type": "object",
        "properties": {"dish": choices(call.revision, "Dish", &DISHES)},
        "required": ["dish"]
    });
    let ask = |key, message: &str, schema| form(call.revision, key, message, schema);
    let dish = match answers
        .get("dish")
        .map(|answer| choice(answer, Some(&dishes)))
    {
        None => {
            let message = format!("What shall the {guests} of you eat?");
            return Turn::Ask(vec![ask("dish", &message, &dishes)]);
        }
        Some(Choice::Not(why)) => {
            return Turn::Done(Played::text(format!("{why} Nothing was ordered.")));
        }
        Some(Choice::Accepted(content)) => string(&content["dish"]),
    };
    let (white, red) = match dish {
        "quail" => (("rosé", "A rosé"), ("pinot", "Pinot noir")),
        _ => (("riesling", "Riesling"), ("soave", "Soave")),
    };
    let wines = json!({
        "type": "object",
        "properties": {"wine": choices(call.revision, "Wine", &[white, red, ("water", "Water, please")])},
        "required": ["wine"]
    });
    let mut round = Vec::new();
    if !answers.contains_key("wine") {
        round.push(ask("wine", &format!("And with the {dish}?"), &wines));
    }
    if call.able.sampling && !answers.contains_key("toast") {
        let wish = format!("Write a toast for {guests} people who are about to eat {dish}.");
        round.push(model(call, "toast", &wish, 60));
    }
    if !round.is_empty() {
        return Turn::Ask(round);
    }
    let wine = match answers
        .get("wine")
        .map(|answer| choice(answer, Some(&wines)))
    {
        Some(Choice::Accepted(content)) => format!("with {}", string(&content["wine"])),
        Some(Choice::Not(_)) | None => "with nothing to drink".to_owned(),
    };
    let toast = match answers.get("toast").map(said) {
        Some(Ok((text, model))) => format!("\n{model} raises a glass: {text}"),
        Some(Err(why)) => format!("\nThere is no toast. {why}"),
        None => String::new(),
    };
    Turn::Done(Played::text(format!(
        "Dinner for {guests}: {dish} {wine}.{toast}"
    )))
}

/// What the prompt `toast` wants to know when it was not told.
pub(super) fn occasion(revision: Revision, answers: &Answers) -> Result<String, Vec<Question>> {
    let schema = json!({
        "type": "object",
        "properties": {"occasion": {"type": "string", "title": "Occasion", "minLength": 1}},
        "required": ["occasion"]
    });
    let Some(answer) = answers.get("occasion") else {
        let message = "What is there to celebrate?";
        return Err(vec![form(revision, "occasion", message, &schema)]);
    };
    Ok(match choice(answer, Some(&schema)) {
        Choice::Accepted(content) => string(&content["occasion"]).to_owned(),
        Choice::Not(_) => "no particular reason".to_owned(),
    })
}

/// How dark the bread of `bake-bread` shall be.
pub(super) fn crust(revision: Revision) -> (Question, Value) {
    let shades = [("light", "Light"), ("brown", "Brown"), ("dark", "Dark")];
    let schema = json!({
        "type": "object",
        "properties": {"crust": choices(revision, "Crust", &shades)},
        "required": ["crust"]
    });
    let question = form(
        revision,
        "crust",
        "The dough has risen. How dark shall the crust be?",
        &schema,
    );
    (question, schema)
}

/// What an answer about the crust means: a shade, or none when the bread is not wanted any more.
pub(super) fn shade(answer: &Result<Value, String>, schema: &Value) -> Option<String> {
    match choice(answer, Some(schema)) {
        Choice::Accepted(content) => Some(string(&content["crust"]).to_owned()),
        Choice::Not(_) if matches!(answer, Ok(result) if result["action"] == "cancel") => None,
        Choice::Not(_) => Some("brown".to_owned()),
    }
}
