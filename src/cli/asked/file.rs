//! The file of `--answer`: rules, of which the first that fits a question answers it.
//!
//! ```json
//! [{"kind": "elicitation", "tool": "order-*", "message": "*size*", "answer": {"size": "large"}},
//!  {"kind": "elicitation", "answer": "decline"},
//!  {"kind": "sampling", "answer": "a message as a model might have written it"},
//!  {"kind": "url", "answer": "accept"},
//!  {"kind": "roots", "answer": ["/srv/project"]}]
//! ```

use std::path::Path;

use super::super::failure::Failure;
use super::{as_it_opens, roots};
use crate::config::ask::KINDS;
use crate::form::assign;
use crate::json::{Value, quote};
use crate::mcp::asked::{AskKind, Reply, Root, reply};

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Which questions.
    pub kind: AskKind,
    /// For calls of which tools, and asked in which words; `*` stands for anything.
    tool: Option<String>,
    message: Option<String>,
    answer: Answer,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Answer {
    Decline,
    Cancel,
    /// Accepted as it opens.
    Defaults,
    /// A form is accepted with this; a page is without.
    Accept(Option<String>),
    /// A message of a model.
    Text(String),
    Roots(Vec<Root>),
    /// This result, whatever it is.
    Result(String),
    Error(i64, String),
}

impl Rule {
    /// Whether it is about such a question.
    pub fn fits(&self, kind: AskKind, tool: &str, message: &str) -> bool {
        let matches = |pattern: &Option<String>, text: &str| {
            pattern.as_deref().is_none_or(|pattern| like(pattern, text))
        };
        self.kind == kind && matches(&self.tool, tool) && matches(&self.message, message)
    }

    /// What it answers.
    pub fn reply(&self, params: &[u8]) -> Reply {
        match &self.answer {
            Answer::Decline => reply::declined(self.kind),
            Answer::Cancel => reply::cancelled(self.kind),
            Answer::Defaults => as_it_opens(params),
            Answer::Accept(content) => reply::accept(content.as_deref()),
            Answer::Text(text) => reply::stub(text),
            Answer::Roots(roots) => reply::roots(roots),
            Answer::Result(raw) => Reply::Result(raw.clone()),
            Answer::Error(code, message) => Reply::Error {
                code: *code,
                message: message.clone(),
            },
        }
    }

    fn read(value: &Value) -> Result<Self, String> {
        let members = value.as_object().ok_or("a rule is an object")?;
        let known = ["kind", "tool", "message", "answer", "result", "error"];
        for (name, _) in members {
            if !known.contains(&name.as_str()) {
                let nearest = assign::nearest(name, known);
                let nearest = nearest.map_or(String::new(), |name| format!(", only {name}"));
                return Err(format!("there is no member {}{nearest}", quote(name)));
            }
        }
        let text = |name: &str| match value.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(format!("{name} is a string")),
        };
        let names = "sampling, elicitation, url or roots";
        let kind = text("kind")?.ok_or_else(|| format!("kind is missing: {names}"))?;
        let (_, kind) = KINDS
            .iter()
            .find(|(known, _)| *known == kind)
            .ok_or_else(|| format!("kind is {names}, not {}", quote(&kind)))?;
        let answer = match (value.get("answer"), value.get("result"), value.get("error")) {
            (Some(answer), None, None) => Answer::read(*kind, answer)?,
            (None, Some(result @ Value::Object(_)), None) => Answer::Result(result.to_string()),
            (None, None, Some(error)) => Answer::error(error)?,
            (None, Some(_), None) => return Err("result is an object".to_owned()),
            (None, None, None) => return Err("answer is missing".to_owned()),
            _ => return Err("only one of answer, result and error is given".to_owned()),
        };
        Ok(Self {
            kind: *kind,
            tool: text("tool")?,
            message: text("message")?,
            answer,
        })
    }
}

impl Answer {
    fn read(kind: AskKind, answer: &Value) -> Result<Self, String> {
        match (kind, answer) {
            (_, Value::String(word)) if word == "decline" => Ok(Self::Decline),
            (AskKind::Form | AskKind::Url, Value::String(word)) if word == "cancel" => {
                Ok(Self::Cancel)
            }
            (AskKind::Form, Value::String(word)) if word == "defaults" => Ok(Self::Defaults),
            (AskKind::Form, content @ Value::Object(_)) => {
                Ok(Self::Accept(Some(content.to_string())))
            }
            (AskKind::Form, _) => Err(
                "the answer to an elicitation is the form's content (an object), \
                     \"defaults\", \"decline\" or \"cancel\""
                    .to_owned(),
            ),
            (AskKind::Url, Value::String(word)) if word == "accept" => Ok(Self::Accept(None)),
            (AskKind::Url, _) => {
                Err("the answer to url is \"accept\", \"decline\" or \"cancel\"".to_owned())
            }
            (AskKind::Sampling, Value::String(text)) => Ok(Self::Text(text.clone())),
            (AskKind::Sampling, _) => Err(
                "the answer to sampling is the message (a string); a whole result goes into \
                     \"result\""
                    .to_owned(),
            ),
            (AskKind::Roots, Value::Array(items)) => {
                let texts: Option<Vec<String>> = items
                    .iter()
                    .map(|item| item.as_str().map(str::to_owned))
                    .collect();
                let texts = texts.ok_or("a root is a folder or a file:// URI")?;
                roots(&texts).map(Self::Roots)
            }
            (AskKind::Roots, _) => {
                Err("the answer to roots is a list of folders, or \"decline\"".to_owned())
            }
        }
    }

    fn error(error: &Value) -> Result<Self, String> {
        let code = match error.get("code") {
            Some(Value::Number(code)) => code.parse().ok(),
            _ => None,
        };
        let code: i64 = code.ok_or("error has a whole number as code")?;
        let message = error.get("message").and_then(Value::as_str);
        Ok(Self::Error(code, message.unwrap_or_default().to_owned()))
    }
}

/// Reads a file of rules.
pub fn read(path: &Path) -> Result<Vec<Rule>, Failure> {
    let named = path.display();
    let text = std::fs::read(path).map_err(|error| {
        let hint = "a file of rules; --answers POLICY answers without one";
        Failure::usage(format!("cannot read --answer {named}: {error}")).hint(hint.to_owned())
    })?;
    rules(&text).map_err(|what| {
        let hint = r#"a list of rules, as in [{"kind": "elicitation", "answer": "defaults"}]"#;
        Failure::usage(format!("--answer {named}: {what}")).hint(hint.to_owned())
    })
}

fn rules(text: &[u8]) -> Result<Vec<Rule>, String> {
    let value = Value::parse(text).map_err(|problem| format!("not JSON: {problem}"))?;
    match &value {
        Value::Array(rules) => rules
            .iter()
            .enumerate()
            .map(|(at, rule)| Rule::read(rule).map_err(|what| format!("rule {}: {what}", at + 1)))
            .collect(),
        Value::Object(_) => Ok(vec![Rule::read(&value)?]),
        _ => Err("it is a list of rules".to_owned()),
    }
}

/// Whether `text` is as `pattern` has it; `*` stands for any characters, none included.
fn like(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let parts: Vec<&str> = parts.collect();
    let Some((last, between)) = parts.split_last() else {
        return rest.is_empty();
    };
    for part in between {
        let Some(at) = rest.find(part) else {
            return false;
        };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_first_rule_that_fits_answers() {
        let rules = rules(
            br#"[{"kind":"elicitation","tool":"order-*","message":"*size*","answer":{"size":1.50}},
                {"kind":"elicitation","answer":"cancel"},
                {"kind":"sampling","answer":"hello"},
                {"kind":"roots","answer":["file:///srv/a"]},
                {"kind":"url","error":{"code":-5,"message":"no"}}]"#,
        )
        .unwrap();
        let answer = |kind, tool: &str, message: &str| {
            let rule = rules.iter().find(|rule| rule.fits(kind, tool, message));
            rule.map(|rule| rule.reply(b"{}"))
        };
        let form = AskKind::Form;
        assert_eq!(
            answer(form, "order-pizza", "which size?"),
            Some(reply::accept(Some(r#"{"size":1.50}"#)))
        );
        for (tool, message) in [("other", "which size?"), ("order-pizza", "why?")] {
            assert_eq!(answer(form, tool, message), Some(reply::cancel()));
        }
        assert_eq!(
            answer(AskKind::Sampling, "", ""),
            Some(reply::stub("hello"))
        );
        let error = Reply::Error {
            code: -5,
            message: "no".to_owned(),
        };
        assert_eq!(answer(AskKind::Url, "", ""), Some(error));
    }

    #[test]
    fn mistakes_are_named() {
        for (text, what) in [
            ("[{]", "not JSON: "),
            ("3", "it is a list of rules"),
            (
                r#"[{"kind":"roots","answer":"decline"},4]"#,
                "rule 2: a rule is an object",
            ),
            (r#"{"answer":{}}"#, "kind is missing"),
            (
                r#"{"kind":"form","answer":{}}"#,
                "kind is sampling, elicitation",
            ),
            (r#"{"kind":"url"}"#, "answer is missing"),
            (r#"{"kind":"url","answer":{}}"#, "the answer to url is"),
            (
                r#"{"kind":"roots","answer":["https://a.b"]}"#,
                "is no folder",
            ),
            (
                r#"{"kind":"url","anser":1}"#,
                "no member \"anser\", only answer",
            ),
            (r#"{"kind":"url","error":{}}"#, "error has a whole number"),
            (
                r#"{"kind":"url","answer":"accept","result":{}}"#,
                "only one of",
            ),
        ] {
            let error = rules(text.as_bytes()).unwrap_err();
            assert!(error.contains(what), "{text}: {error}");
        }
    }

    #[test]
    fn stars_stand_for_anything() {
        for (pattern, text, fits) in [
            ("", "", true),
            ("a", "ab", false),
            ("*", "", true),
            ("a*", "ab", true),
            ("*b", "ab", true),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c-b", false),
            ("*ab*ab", "ab", false),
        ] {
            assert_eq!(like(pattern, text), fits, "{pattern} {text}");
        }
    }
}
