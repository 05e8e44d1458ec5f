//! Reads what a client answered: a choice with a form's content, or what a model said. Trusts nothing of it.
//! Never asks; `questions` does.

use serde_json::Value;

use super::arguments;
use super::calls::string;

/// What the client made of something it was asked to do.
pub(super) enum Choice<'a> {
    Accepted(&'a Value),
    /// Why not, as a sentence.
    Not(String),
}

/// Reads an elicitation's answer, and holds a form's content against its schema.
pub(super) fn choice<'a>(answer: &'a Result<Value, String>, schema: Option<&Value>) -> Choice<'a> {
    let result = match answer {
        Ok(result) => result,
        Err(words) => return Choice::Not(format!("Your client refused: {words}.")),
    };
    match result["action"].as_str() {
        Some("accept") => {}
        Some("decline") => return Choice::Not("You declined.".to_owned()),
        Some("cancel") => return Choice::Not("You closed it without choosing.".to_owned()),
        _ => {
            let text = "Your client answered without an action (accept, decline or cancel).";
            return Choice::Not(text.to_owned());
        }
    }
    let content = &result["content"];
    let Some(schema) = schema else {
        return Choice::Accepted(content);
    };
    let faults = if content.is_object() {
        arguments::faults(schema, content)
    } else {
        vec!["there is no content".to_owned()]
    };
    if faults.is_empty() {
        Choice::Accepted(content)
    } else {
        Choice::Not(format!("The form does not fit: {}.", faults.join("; ")))
    }
}

/// What a model said, and which one; or why there is nothing.
pub(super) fn said(answer: &Result<Value, String>) -> Result<(String, String), String> {
    let message = answer
        .as_ref()
        .map_err(|words| format!("Your client refused: {words}."))?;
    let blocks = match &message["content"] {
        Value::Array(blocks) => blocks.iter().collect(),
        block => vec![block],
    };
    let texts: Vec<_> = (blocks.into_iter())
        .map(|block| match block["type"].as_str() {
            Some("text") => string(&block["text"]).to_owned(),
            Some(kind) => format!("(a block of type {kind})"),
            None => "(a block without a type)".to_owned(),
        })
        .collect();
    let model = message["model"]
        .as_str()
        .ok_or("Your client answered without the name of a model.")?;
    if message["role"] != "assistant" {
        return Err(format!(
            "Your client answered with the role {}; it must be \"assistant\".",
            message["role"]
        ));
    }
    Ok((texts.join(" "), model.to_owned()))
}
