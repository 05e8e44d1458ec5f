//! What a server asks while a person is there: put to them, and answered with what they type.

use super::super::asked;
use super::super::headless::{Headless, Stop};
use super::filling::Wish;
use crate::config::ask::folder;
use crate::json;
use crate::mcp::asked::{AskKind, Reply, Root, reply};
use crate::session::timeline::Question;
use crate::text;

impl Headless {
    /// Puts what waits to the person, one after the other.
    pub(in super::super) async fn attend(&mut self) -> Result<(), Stop> {
        if self.timeline.questions().count() == 0 {
            return Ok(());
        }
        loop {
            let waiting = self
                .timeline
                .questions()
                .waiting()
                .find(|question| !self.answered.contains(&question.number))
                .cloned();
            let Some(question) = waiting else {
                return Ok(());
            };
            self.answered.insert(question.number);
            let reply = self.put(&question).await?;
            self.reply(&question, reply);
        }
    }

    /// Puts a question.
    async fn put(&mut self, question: &Question) -> Result<Reply, Stop> {
        let params = self.question(question).unwrap_or_default();
        let message = asked::message(question.kind, &params).unwrap_or_default();
        let tool = match self.tool_of(question) {
            tool if tool.is_empty() => tool,
            tool => format!(" for {tool}"),
        };
        let asks = format!(
            "Server {} asks{tool}: {}",
            self.name(),
            match question.kind {
                AskKind::Roots => "which folders may it look at?".to_owned(),
                AskKind::Sampling => "a message as a model would write it, to".to_owned(),
                _ => json::quote(&message),
            }
        );
        self.say(&text::sanitize(&asks));
        match question.kind {
            AskKind::Form => {
                let mut form = asked::form(&params);
                Ok(match self.fill_in(&mut form, "accept", true).await? {
                    Wish::Send => reply::accept(Some(&form.arguments().to_string())),
                    Wish::Decline => reply::decline(),
                    Wish::Cancel => reply::cancel(),
                })
            }
            AskKind::Url => {
                let address = json::string_at(&params, &["url"]).unwrap_or_default();
                let host = url::Url::parse(&address)
                    .ok()
                    .and_then(|url| url.host_str().map(str::to_owned));
                let host = host.unwrap_or_else(|| "no host".to_owned());
                self.say(&text::sanitize(&format!("host {host}: {address}")));
                let words = "Enter when you have opened it, d to decline, c to cancel";
                let answer = self.ask(words).await?;
                Ok(match answer.as_deref().map(str::trim) {
                    Some("") => reply::accept(None),
                    Some("d") => reply::decline(),
                    _ => reply::cancel(),
                })
            }
            AskKind::Sampling => {
                if let Some(system) = json::string_at(&params, &["systemPrompt"]) {
                    self.say(&text::sanitize(&format!("system prompt: {system}")));
                }
                self.say(text::sanitize_lines(&message).trim_end());
                let answer = self.ask("message, nothing to decline").await?;
                Ok(match answer {
                    Some(message) if !message.trim().is_empty() => reply::stub(&message),
                    _ => reply::declined(AskKind::Sampling),
                })
            }
            AskKind::Roots => {
                let words = "folders with blanks between, nothing for none, d to decline";
                let answer = self.ask(words).await?.unwrap_or_else(|| "d".to_owned());
                if answer.trim() == "d" {
                    return Ok(reply::declined(AskKind::Roots));
                }
                let words = shell_words::split(&answer).unwrap_or_default();
                let roots: Vec<Root> = words.iter().filter_map(|word| folder(word, None)).collect();
                Ok(reply::roots(&roots))
            }
        }
    }
}
