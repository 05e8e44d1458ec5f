//! The prompts of the demo server: one without arguments, one with, one that embeds a resource, one that asks back.
//! Never looks at tools, and remembers nothing between requests.

use serde_json::{Value, json};

use super::asking::Turn;
use super::calls::Played;
use super::changes::Changing;
use super::message::{Fault, INVALID_PARAMS};
use super::request::Request;
use super::revision::Revision;
use super::{questions, resources};

struct Argument {
    name: &'static str,
    title: &'static str,
    description: &'static str,
    required: bool,
}

struct Prompt {
    name: &'static str,
    title: &'static str,
    description: &'static str,
    arguments: &'static [Argument],
}

const PROMPTS: [Prompt; 4] = [
    Prompt {
        name: "explain-mcp",
        title: "Explain the protocol",
        description: "Takes no arguments. A prompt is text the server prepared for you to send to a model.",
        arguments: &[],
    },
    Prompt {
        name: "invite",
        title: "Write an invitation",
        description: "One argument is required, the others are optional; all are strings, as every prompt argument is. The server suggests values while you type, and dialects of the language you chose.",
        arguments: &[
            Argument {
                name: "guest",
                title: "Guest",
                description: "Who is invited. Leave it out to see how a missing argument is refused.",
                required: true,
            },
            Argument {
                name: "tone",
                title: "Tone",
                description: "How it should sound, in a word or two. Friendly when left out.",
                required: false,
            },
            Argument {
                name: "language",
                title: "Language",
                description: "What to write it in. English when left out.",
                required: false,
            },
            Argument {
                name: "dialect",
                title: "Dialect",
                description: "Which kind of that language.",
                required: false,
            },
        ],
    },
    Prompt {
        name: "suggest-dish",
        title: "Suggest a dish",
        description: "Several messages, one of them holding a resource: the server brings the material along.",
        arguments: &[Argument {
            name: "diet",
            title: "Diet",
            description: "Anything the guest does not eat.",
            required: false,
        }],
    },
    Prompt {
        name: "toast",
        title: "Write a toast",
        description: "A prompt that asks back: leave the occasion out, and the server asks your client for it before it answers.",
        arguments: &[Argument {
            name: "occasion",
            title: "Occasion",
            description: "What there is to celebrate.",
            required: false,
        }],
    },
];

/// What the tool `change-list` adds and takes away.
const SURPRISE: Prompt = Prompt {
    name: "surprise",
    title: "Surprise",
    description: "It was not here before. The tool change-list took it in, and can take it out.",
    arguments: &[],
};

impl Prompt {
    fn listed(&self, revision: Revision) -> Value {
        let mut entry = json!({"name": self.name});
        if revision.has_titles() {
            entry["title"] = json!(self.title);
        }
        entry["description"] = json!(self.description);
        if !self.arguments.is_empty() {
            entry["arguments"] = self
                .arguments
                .iter()
                .map(|argument| argument.listed(revision))
                .collect();
        }
        entry
    }
}

impl Argument {
    fn listed(&self, revision: Revision) -> Value {
        let mut entry = json!({"name": self.name});
        if revision.has_titles() {
            entry["title"] = json!(self.title);
        }
        entry["description"] = json!(self.description);
        entry["required"] = json!(self.required);
        entry
    }
}

/// The prompts there are at the moment.
fn known(changing: &Changing) -> impl Iterator<Item = &'static Prompt> {
    PROMPTS.iter().chain(changing.prompt.then_some(&SURPRISE))
}

pub(super) fn list(
    revision: Revision,
    params: &Value,
    changing: &Changing,
) -> Result<Value, Fault> {
    if let Some(cursor) = params.get("cursor") {
        return Err(resources::bad_cursor(cursor));
    }
    Ok(
        json!({"prompts": known(changing).map(|prompt| prompt.listed(revision)).collect::<Vec<_>>()}),
    )
}

/// The names of the arguments of a prompt, if there is such a prompt.
pub(super) fn arguments_of(prompt: &str) -> Option<Vec<&'static str>> {
    let found = PROMPTS.iter().find(|known| known.name == prompt)?;
    Some(
        found
            .arguments
            .iter()
            .map(|argument| argument.name)
            .collect(),
    )
}

pub(super) fn get(request: &Request, changing: &Changing) -> Result<Turn, Fault> {
    let params = &request.params;
    let bad = |message: String| Fault::new(INVALID_PARAMS, message);
    let Some(name) = params["name"].as_str() else {
        return Err(bad("prompts/get needs a name, as a string".into()));
    };
    let Some(prompt) = known(changing).find(|prompt| prompt.name == name) else {
        return Err(bad(format!("there is no prompt named {name:?}")));
    };
    let empty = json!({});
    let Some(given) = params.get("arguments").unwrap_or(&empty).as_object() else {
        return Err(bad(
            "the arguments of a prompt are an object of strings".into()
        ));
    };
    if let Some((name, _)) = given.iter().find(|(_, value)| !value.is_string()) {
        return Err(bad(format!("the argument {name:?} must be a string")));
    }
    for argument in prompt.arguments.iter().filter(|argument| argument.required) {
        if !given.contains_key(argument.name) {
            return Err(bad(format!(
                "the prompt {name:?} needs the argument {:?}",
                argument.name
            )));
        }
    }
    let argument = |name: &str, otherwise: &'static str| {
        given
            .get(name)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
            .unwrap_or(otherwise)
            .to_owned()
    };
    let messages = match name {
        "explain-mcp" => vec![say(
            "user",
            "Explain the Model Context Protocol to somebody who has written a web server before. Use one example with a tool, one with a resource and one with a prompt.",
        )],
        "invite" => vec![say(
            "user",
            &format!(
                "Write a {} invitation to dinner for {}, in {}. Three sentences at most, no postscript.",
                argument("tone", "friendly"),
                argument("guest", ""),
                [argument("dialect", ""), argument("language", "English")]
                    .join(" ")
                    .trim_start(),
            ),
        )],
        "toast" => {
            let occasion = match argument("occasion", "") {
                given if !given.is_empty() => given,
                _ => match questions::occasion(request.revision, &request.answers) {
                    Ok(said) => said,
                    Err(ask) => return Ok(Turn::Ask(ask)),
                },
            };
            vec![say(
                "user",
                &format!("Write a short toast. What there is to celebrate: {occasion}"),
            )]
        }
        "surprise" => vec![say("user", "Say something nobody expects.")],
        _ => vec![
            say("user", "Here is the menu of today."),
            json!({"role": "user", "content": {"type": "resource", "resource": resources::embedded("demo://menu/today.json")}}),
            say(
                "assistant",
                "I have read it. Is there anything your guest does not eat?",
            ),
            say(
                "user",
                &format!(
                    "{}. Suggest one menu and say why.",
                    argument("diet", "Nothing in particular")
                ),
            ),
        ],
    };
    let body = json!({"description": prompt.description, "messages": messages});
    Ok(Turn::Done(Played::at_once(Ok(body))))
}

fn say(role: &str, text: &str) -> Value {
    json!({"role": role, "content": {"type": "text", "text": text}})
}
