//! What a server asks, made ready to be looked at and answered: the words, the schema of the form, the address.
//!
//! Runs on worker threads: questions may be of any size. It answers nothing and opens nothing; what stands in the
//! document is the server's, but for its headings.

use std::fmt::Write as _;
use std::sync::Arc;

use crate::json::{self, Kind};
use crate::mcp::asked::{AskKind, Which};
use crate::text;
use crate::tui::widgets::plain::Document;

/// Names of hints or tools that are listed.
const MOST: usize = 40;
/// The longest schema a form is made of.
const LONGEST_SCHEMA: usize = 1 << 20;

/// A question, read.
#[derive(Debug, Clone)]
pub struct Question {
    /// What it says.
    pub document: Arc<Document>,
    /// The raw schema of the form that is asked for.
    pub schema: Option<Arc<[u8]>>,
    /// The address that is to be opened, as the server wrote it.
    pub address: Option<String>,
    /// The first model that is hinted at.
    pub model: Option<String>,
}

/// Reads a question out of the body of the entry that brought it; the error is for people.
pub fn read(kind: AskKind, which: &Which, body: &[u8]) -> Result<Question, String> {
    let params = which
        .params(body)
        .ok_or("the entry does not hold the question any more")?;
    let text = |name: &str| json::string_at(params, &[name]);
    let mut question = Question {
        document: Arc::new(Document::new(Vec::new())),
        schema: None,
        address: None,
        model: None,
    };
    let document = match kind {
        AskKind::Form => {
            let schema = json::get(params, &["requestedSchema"]).unwrap_or(b"{}");
            if schema.len() > LONGEST_SCHEMA {
                let size = text::size(schema.len() as u64);
                return Err(format!("its schema has {size}: no form is made of that"));
            }
            question.schema = Some(schema.into());
            Document::new(text("message").unwrap_or_default().into_bytes())
        }
        AskKind::Url => {
            let mut parts = Parts::default();
            parts.line(&text("message").unwrap_or_default());
            parts.heading("the page it wants opened");
            let address = text("url").unwrap_or_default();
            parts.line(&address);
            question.address = Some(address);
            parts.document()
        }
        AskKind::Roots => Document::new(b"It wants to know which folders it may look at.".to_vec()),
        AskKind::Sampling => {
            let hints = json::get(params, &["modelPreferences", "hints"]).unwrap_or_default();
            let mut hints = json::elements(hints);
            question.model = hints.find_map(|hint| json::string_at(hint, &["name"]));
            sampling(params)
        }
    };
    question.document = Arc::new(document);
    Ok(question)
}

/// A document that is written part by part, each under a heading of ours.
#[derive(Default)]
struct Parts {
    text: String,
    headings: Vec<u32>,
}

impl Parts {
    fn heading(&mut self, words: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.headings.push(self.text.len() as u32);
        self.text.push_str(&text::sanitize(words));
        self.text.push('\n');
    }

    fn line(&mut self, words: &str) {
        self.text.push_str(words.trim_end_matches('\n'));
        self.text.push('\n');
    }

    fn document(mut self) -> Document {
        if self.text.ends_with('\n') {
            self.text.pop();
        }
        Document::with_headings(self.text.into_bytes(), self.headings)
    }
}

/// Messages, system prompt, the model that is wished for, limits, tools (2025-11-25 and 2026-07-28, sampling).
fn sampling(params: &[u8]) -> Document {
    let mut parts = Parts::default();
    let facts = facts(params);
    if !facts.is_empty() {
        parts.heading("wants a message of a model");
        for fact in facts {
            parts.line(&fact);
        }
    }
    if let Some(prompt) = json::string_at(params, &["systemPrompt"]) {
        parts.heading("system prompt");
        parts.line(&prompt);
    }
    let messages: Vec<&[u8]> = json::get(params, &["messages"])
        .map(|messages| json::elements(messages).collect())
        .unwrap_or_default();
    let of = messages.len();
    for (at, message) in messages.into_iter().enumerate() {
        let role = json::string_at(message, &["role"]).unwrap_or_else(|| "no role".to_owned());
        parts.heading(&format!("message {} of {of}, {role}", at + 1));
        let content = json::get(message, &["content"]).unwrap_or_default();
        if json::kind(content) == Kind::Array {
            json::elements(content).for_each(|one| parts.line(&block(one)));
        } else {
            parts.line(&block(content));
        }
    }
    if of == 0 {
        parts.heading("no messages");
    }
    parts.document()
}

/// A content block in words.
fn block(raw: &[u8]) -> String {
    let text = |path: &[&str]| json::string_at(raw, path).unwrap_or_default();
    let kind = text(&["type"]);
    match kind.as_str() {
        "text" => text(&["text"]),
        "image" | "audio" => {
            // Base64: four characters stand for three bytes.
            let bytes = json::get(raw, &["data"]).map_or(0, |data| data.len() as u64 * 3 / 4);
            format!("[{kind} {} {}]", text(&["mimeType"]), text::size(bytes))
        }
        "tool_use" => {
            let input = json::get(raw, &["input"]).unwrap_or(b"{}");
            let input = String::from_utf8_lossy(&json::one_line(input)).into_owned();
            format!("[calls {} {input}]", text(&["name"]))
        }
        "tool_result" => {
            let content = json::get(raw, &["content"]).unwrap_or(b"[]");
            let texts: Vec<String> = json::elements(content).map(block).collect();
            format!("[result of {}]\n{}", text(&["toolUseId"]), texts.join("\n"))
        }
        _ => String::from_utf8_lossy(raw).into_owned(),
    }
}

fn facts(params: &[u8]) -> Vec<String> {
    let raw = |path: &[&str]| {
        json::get(params, path).map(|raw| String::from_utf8_lossy(raw).into_owned())
    };
    let names = |path: &[&str]| -> Vec<String> {
        let list = json::get(params, path).unwrap_or_default();
        let mut names: Vec<String> = json::elements(list)
            .filter_map(|one| json::string_at(one, &["name"]))
            .take(MOST + 1)
            .collect();
        if names.len() > MOST {
            "…".clone_into(&mut names[MOST]);
        }
        names
    };
    let mut facts = Vec::new();
    let hints = names(&["modelPreferences", "hints"]);
    let mut model = String::new();
    if !hints.is_empty() {
        let _ = write!(model, "model: {}", hints.join(", or "));
    }
    for (word, member) in [
        ("cost", "costPriority"),
        ("speed", "speedPriority"),
        ("intelligence", "intelligencePriority"),
    ] {
        if let Some(value) = raw(&["modelPreferences", member]) {
            let gap = if model.is_empty() { "model: " } else { " · " };
            let _ = write!(model, "{gap}{word} matters {value}");
        }
    }
    facts.extend((!model.is_empty()).then_some(model));
    let mut limits = Vec::new();
    limits.extend(raw(&["maxTokens"]).map(|most| format!("at most {most} tokens")));
    limits.extend(raw(&["temperature"]).map(|degree| format!("temperature {degree}")));
    limits.extend(raw(&["stopSequences"]).map(|stops| format!("stops at {stops}")));
    if !limits.is_empty() {
        facts.push(format!("limits: {}", limits.join(" · ")));
    }
    if let Some(context) = json::string_at(params, &["includeContext"]) {
        facts.push(format!("wants context of other requests: {context}"));
    }
    let tools = names(&["tools"]);
    if json::get(params, &["tools"]).is_some() {
        let choice = json::string_at(params, &["toolChoice", "mode"]);
        let choice = choice.map_or_else(String::new, |mode| format!(" ({mode})"));
        facts.push(format!("tools it may call{choice}: {}", tools.join(", ")));
    }
    facts.extend(raw(&["metadata"]).map(|metadata| format!("metadata: {metadata}")));
    facts
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::jsonrpc::Id;

    fn asked(kind: AskKind, params: &str) -> Question {
        let body = format!(
            r#"{{"jsonrpc":"2.0","id":"s1","method":"{}","params":{params}}}"#,
            kind.method()
        );
        let which = Which::Request(Id::Text("s1".into()));
        read(kind, &which, body.as_bytes()).unwrap()
    }

    fn words(question: &Question) -> String {
        String::from_utf8(question.document.bytes().to_vec()).unwrap()
    }

    #[test]
    fn a_form_brings_message_and_schema() {
        let question = asked(
            AskKind::Form,
            r#"{"message":"Who?","requestedSchema":{"type":"object","properties":{}}}"#,
        );
        assert_eq!(words(&question), "Who?");
        let schema = question.schema.unwrap();
        assert_eq!(&*schema, br#"{"type":"object","properties":{}}"#);
        let url = asked(
            AskKind::Url,
            r#"{"mode":"url","message":"Go","url":"https://a.b"}"#,
        );
        assert_eq!(url.address.as_deref(), Some("https://a.b"));
        assert_eq!(words(&url), "Go\n\nthe page it wants opened\nhttps://a.b");
    }

    #[test]
    fn sampling_says_everything_it_asks_for() {
        let question = asked(
            AskKind::Sampling,
            r#"{"messages":[{"role":"user","content":{"type":"text","text":"Hi"}},
                {"role":"assistant","content":[{"type":"tool_use","id":"1","name":"add","input":{"a": 1}},
                {"type":"image","mimeType":"image/png","data":"AAAAAAAA"}]}],
                "systemPrompt":"Be brief.","maxTokens":100,"temperature":0.5,"stopSequences":["x"],
                "includeContext":"thisServer","toolChoice":{"mode":"auto"},"tools":[{"name":"add"}],
                "modelPreferences":{"hints":[{"name":"sonnet"},{"name":"opus"}],"speedPriority":0.8}}"#,
        );
        assert_eq!(
            words(&question),
            "wants a message of a model\n\
             model: sonnet, or opus · speed matters 0.8\n\
             limits: at most 100 tokens · temperature 0.5 · stops at [\"x\"]\n\
             wants context of other requests: thisServer\n\
             tools it may call (auto): add\n\
             \nsystem prompt\nBe brief.\n\
             \nmessage 1 of 2, user\nHi\n\
             \nmessage 2 of 2, assistant\n[calls add {\"a\":1}]\n[image image/png 7 B]"
        );
        assert_eq!(question.model.as_deref(), Some("sonnet"));
    }

    #[test]
    fn odd_questions_are_read_as_far_as_they_go() {
        assert_eq!(words(&asked(AskKind::Sampling, "{}")), "no messages");
        assert_eq!(words(&asked(AskKind::Form, r#"{"message":7}"#)), "");
        let which = Which::Request(Id::Text("s2".into()));
        let other = br#"{"jsonrpc":"2.0","id":"s1","method":"roots/list"}"#;
        assert!(read(AskKind::Roots, &which, other).is_err());
    }
}
