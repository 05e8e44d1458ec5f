//! What is answered when a server asks: `--answers POLICY` and `--answer FILE`.
//!
//! Nothing is advertised that cannot be answered: without a word nobody is there, and servers are told so. What a file
//! has no answer for is declined, and that is said. In a shell a person may be there; see `shell/questions.rs`.

use std::path::PathBuf;

use clap::Args;

use super::failure::Failure;
use super::headless::Headless;
use crate::config::Settings;
use crate::config::ask::{KINDS, folder};
use crate::form::{Form, assign};
use crate::inspector::Command;
use crate::json;
use crate::mcp::asked::{AskKind, Capabilities, Policies, Policy, Reply, Root, reply};
use crate::session::timeline::Question;

mod file;

pub use file::Rule;

/// What a model that is none says.
const STUB: &str = "No model is here; mcpscope answers for one.";

/// How to say what is answered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
pub struct AskArgs {
    /// Answer what the server asks by these rules (JSON): by kind, tool and message
    #[arg(
        long,
        value_name = "FILE",
        help_heading = "When the server asks (nothing is, without these)"
    )]
    answer: Option<PathBuf>,
    /// Answer what the server asks: decline, stub (sampling), defaults (forms), accept (pages), settings; or for one
    /// kind, as in elicitation=defaults or roots=DIR
    #[arg(
        long,
        value_name = "POLICY",
        value_delimiter = ',',
        help_heading = "When the server asks (nothing is, without these)"
    )]
    answers: Vec<String>,
}

/// Who answers what, when nobody is there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answers {
    /// What is answered without looking: declined, stubs, roots.
    policies: Policies,
    /// What is answered at all.
    kinds: Vec<AskKind>,
    /// Of a file, in order.
    rules: Vec<Rule>,
    /// What is answered without looking where the file has rules, and none of them fits.
    otherwise: Policies,
    /// Forms are accepted as they open.
    defaults: bool,
    /// Pages count as visited.
    accepts: bool,
}

impl AskArgs {
    /// Whether anything was said.
    pub fn is_given(&self) -> bool {
        self.answer.is_some() || !self.answers.is_empty()
    }

    /// Reads what was said. `server` is its name in the settings.
    pub fn read(&self, settings: &Settings, server: &str) -> Result<Answers, Failure> {
        let mut answers = Answers::default();
        for word in &self.answers {
            answers.take(word, settings, server)?;
        }
        if let Some(path) = &self.answer {
            answers.rules = file::read(path)?;
            for rule in &answers.rules {
                answers.kinds.push(rule.kind);
                // The file comes first.
                let standing = answers.policies.of(rule.kind).clone();
                if standing != Policy::Ask {
                    answers.otherwise.set(rule.kind, standing);
                    answers.policies.set(rule.kind, Policy::Ask);
                }
            }
        }
        Ok(answers)
    }
}

impl Answers {
    fn take(&mut self, word: &str, settings: &Settings, server: &str) -> Result<(), Failure> {
        let wrong =
            |hint: String| Failure::usage(format!("--answers {word} is no policy")).hint(hint);
        let all = "decline, stub, defaults, accept, settings, or KIND=POLICY with the kinds \
                   sampling, elicitation, url and roots";
        let Some((name, policy)) = word.split_once('=') else {
            match word {
                "decline" => {
                    for kind in AskKind::ALL {
                        self.set(kind, Policy::Decline);
                    }
                }
                "stub" => self.set(AskKind::Sampling, Policy::Stub(STUB.to_owned())),
                "defaults" => self.fill_in(),
                "accept" => self.visit(),
                "settings" => {
                    let standing = settings.ask.of(server);
                    for kind in AskKind::ALL {
                        let policy = standing.policies.of(kind);
                        if !standing.off.contains(&kind) && *policy != Policy::Ask {
                            self.set(kind, policy.clone());
                        }
                    }
                }
                _ => {
                    let known = ["decline", "stub", "defaults", "accept", "settings"];
                    return Err(wrong(match assign::nearest(word, known) {
                        Some(nearest) => format!("did you mean {nearest}?"),
                        None => all.to_owned(),
                    }));
                }
            }
            return Ok(());
        };
        let Some((_, kind)) = KINDS.iter().find(|(known, _)| *known == name) else {
            return Err(wrong(
                match assign::nearest(name, KINDS.iter().map(|(name, _)| *name)) {
                    Some(nearest) => format!("did you mean {nearest}={policy}?"),
                    None => all.to_owned(),
                },
            ));
        };
        match (kind, policy) {
            (kind, "decline") => self.set(*kind, Policy::Decline),
            (AskKind::Sampling, "stub") => {
                self.set(AskKind::Sampling, Policy::Stub(STUB.to_owned()));
            }
            (AskKind::Form, "defaults") => self.fill_in(),
            (AskKind::Url, "accept") => self.visit(),
            (AskKind::Roots, path) => {
                let root = folder(path, None)
                    .ok_or_else(|| wrong("a root is a folder or a file:// URI".to_owned()))?;
                let mut roots = match &self.policies.roots {
                    Policy::Roots(roots) => roots.clone(),
                    _ => Vec::new(),
                };
                roots.push(root);
                self.set(AskKind::Roots, Policy::Roots(roots));
            }
            (AskKind::Sampling, _) => return Err(wrong("sampling=stub or =decline".to_owned())),
            (AskKind::Form, _) => {
                return Err(wrong("elicitation=defaults or =decline".to_owned()));
            }
            (AskKind::Url, _) => return Err(wrong("url=accept or =decline".to_owned())),
        }
        Ok(())
    }

    fn set(&mut self, kind: AskKind, policy: Policy) {
        self.policies.set(kind, policy);
        self.kinds.push(kind);
    }

    fn fill_in(&mut self) {
        self.set(AskKind::Form, Policy::Ask);
        self.defaults = true;
    }

    fn visit(&mut self) {
        self.set(AskKind::Url, Policy::Ask);
        self.accepts = true;
    }

    /// What servers are told that can be asked.
    pub fn capabilities(&self) -> Capabilities {
        let mut capabilities = Capabilities::default();
        for kind in &self.kinds {
            capabilities.switch(*kind, true);
        }
        capabilities
    }

    /// Who answers without anybody looking.
    pub fn policies(&self) -> Policies {
        self.policies.clone()
    }

    /// The answer to a question of this kind about this tool, which says `message` and has these params; none when
    /// there is none.
    pub fn reply(&self, kind: AskKind, tool: &str, message: &str, params: &[u8]) -> Option<Reply> {
        let rule = self
            .rules
            .iter()
            .find(|rule| rule.fits(kind, tool, message));
        if let Some(rule) = rule {
            return Some(rule.reply(params));
        }
        let otherwise = self.otherwise.of(kind);
        match kind {
            _ if *otherwise != Policy::Ask => otherwise.reply(kind),
            AskKind::Form if self.defaults => Some(as_it_opens(params)),
            AskKind::Url if self.accepts => Some(reply::accept(None)),
            _ => None,
        }
    }
}

/// Accepts a form as it opens, with what is filled in; what lacks something that is required is cancelled: nobody is
/// there to fill it in.
pub fn as_it_opens(params: &[u8]) -> Reply {
    let content = form(params).arguments();
    let required = json::get(params, &["requestedSchema", "required"]).unwrap_or_default();
    let mut required = json::elements(required).filter_map(json::string);
    if required.any(|name| content.get(&name).is_none()) {
        return reply::cancelled(AskKind::Form);
    }
    reply::accept(Some(&content.to_string()))
}

/// The form of an elicitation.
pub fn form(params: &[u8]) -> Form {
    let schema = json::get(params, &["requestedSchema"]).unwrap_or(b"{}");
    let mut form = Form::from_schema(schema).multi_select(true);
    form.send_defaults(true);
    form
}

impl Headless {
    /// Answers whatever waits for an answer that is known.
    pub(super) fn answer_known(&mut self) {
        let Some(answers) = self.answers.clone() else {
            return;
        };
        let waiting: Vec<Question> = self.timeline.questions().waiting().cloned().collect();
        for question in waiting {
            if !self.answered.insert(question.number) {
                continue;
            }
            let params = self.question(&question).unwrap_or_default();
            let tool = self.tool_of(&question);
            let message = message(question.kind, &params).unwrap_or_default();
            let known = answers.reply(question.kind, &tool, &message, &params);
            let reply = known.unwrap_or_else(|| {
                let about = match &*question.label {
                    "" => String::new(),
                    label => format!(" {}", json::quote(label)),
                };
                let what = format!(
                    "{} asks something there is no answer for ({}{about}): declined",
                    self.name(),
                    question.kind.word()
                );
                self.console.warn(&what, None);
                reply::declined(question.kind)
            });
            self.reply(&question, reply);
        }
    }

    /// Answers a question.
    pub(super) fn reply(&self, question: &Question, reply: Reply) {
        self.send(Command::Answer {
            conn: self.conn,
            question: question.which.clone(),
            reply,
        });
    }

    /// The tool that a question is asked for; empty when there is none.
    pub(super) fn tool_of(&self, question: &Question) -> String {
        question
            .call
            .and_then(|call| self.timeline.exchange(call))
            .map(|exchange| self.timeline.word(exchange.subject).to_owned())
            .unwrap_or_default()
    }
}

/// The whole of what a question says.
pub fn message(kind: AskKind, params: &[u8]) -> Option<String> {
    match kind {
        AskKind::Form | AskKind::Url => json::string_at(params, &["message"]),
        AskKind::Sampling => {
            let messages = json::get(params, &["messages"])?;
            let content = json::get(json::elements(messages).last()?, &["content"])?;
            let block = match json::kind(content) {
                json::Kind::Array => json::elements(content).next()?,
                _ => content,
            };
            json::string_at(block, &["text"])
        }
        AskKind::Roots => None,
    }
}

/// Roots as people write them: a list of folders.
fn roots(texts: &[String]) -> Result<Vec<Root>, String> {
    texts
        .iter()
        .map(|text| {
            folder(text, None).ok_or_else(|| format!("{text} is no folder and no file:// URI"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_form_that_lacks_something_required_is_not_accepted() {
        let asks =
            |schema: &str| as_it_opens(format!(r#"{{"requestedSchema":{schema}}}"#).as_bytes());
        let known = r#"{"type":"object","properties":{"a":{"type":"string","default":"x"}},"required":["a"]}"#;
        assert_eq!(asks(known), reply::accept(Some(r#"{"a":"x"}"#)));
        let unknown = r#"{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]}"#;
        assert_eq!(asks(unknown), reply::cancel());
    }

    #[test]
    fn what_no_rule_fits_is_answered_by_the_policy() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let rules = r#"[{"kind":"elicitation","tool":"x","answer":"cancel"},
            {"kind":"elicitation","tool":"y","answer":"cancel"},
            {"kind":"sampling","tool":"x","answer":"hello"}]"#;
        std::fs::write(file.path(), rules).unwrap();
        let answered = |policies: &[&str], kind, tool| {
            let args = AskArgs {
                answer: Some(file.path().to_owned()),
                answers: policies.iter().copied().map(str::to_owned).collect(),
            };
            let answers = args.read(&Settings::default(), "server").unwrap();
            // Whatever the file has rules for is not answered without looking.
            assert_eq!(*answers.policies().of(kind), Policy::Ask);
            answers.reply(kind, tool, "", b"{}")
        };
        let form = AskKind::Form;
        let said = |policies: &[&str]| answered(policies, form, "other");
        assert_eq!(answered(&["decline"], form, "y"), Some(reply::cancel()));
        assert_eq!(said(&["decline"]), Some(reply::decline()));
        assert_eq!(
            said(&["decline", "defaults"]),
            Some(reply::accept(Some("{}")))
        );
        assert_eq!(said(&["defaults", "decline"]), Some(reply::decline()));
        assert_eq!(said(&[]), None);
        let stub = answered(&["stub"], AskKind::Sampling, "other");
        assert_eq!(stub, Some(reply::stub(STUB)));
    }
}
