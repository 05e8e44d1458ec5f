//! The query line: a jq filter over the document, live, with what comes out of it in place of the document.
//!
//! Runs nothing: each change is an effect, and only the answer to the newest counts. The document below is untouched,
//! so leaving the query is a matter of dropping it.

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent};

use super::page::Page;
use crate::tui::effect::Effect;
use crate::tui::outside::part::Part;
use crate::tui::outside::query::Answer;
use crate::tui::pane::{Ctx, Reply};
use crate::tui::payload::{Tab, TabBody};
use crate::tui::widgets::input::{LineInput, Reaction};
use crate::tui::widgets::plain::Document;

/// See the module.
#[derive(Debug, Clone)]
pub(super) struct Query {
    pub(super) line: LineInput,
    /// Whether the line has the caret.
    pub(super) typing: bool,
    document: Part,
    /// The number under which the newest filter is being run.
    asked: Option<u64>,
    /// The last result, in place of the document.
    pub(super) shown: Option<Page>,
    /// About the last result.
    told: String,
    /// What is wrong with the newest filter; sanitised.
    pub(super) problem: Option<String>,
}

/// What became of a key.
pub(super) enum Typed {
    /// It is open still.
    Open(Reply),
    /// It was left: the document is as it was. What still runs is to be stopped.
    Left(Vec<Effect>),
}

impl Query {
    pub(super) fn new(document: Part) -> Self {
        Self {
            line: LineInput::default(),
            typing: true,
            document,
            asked: None,
            shown: None,
            told: String::new(),
            problem: None,
        }
    }

    /// What stands after the line.
    pub(super) fn remark(&self) -> &str {
        if self.asked.is_some() {
            "running…"
        } else {
            &self.told
        }
    }

    pub(super) fn key(&mut self, key: KeyEvent, ctx: &Ctx<'_>) -> Typed {
        match key.code {
            KeyCode::Esc => Typed::Left(self.stop()),
            KeyCode::Enter if self.line.text().trim().is_empty() => Typed::Left(self.stop()),
            KeyCode::Enter => {
                self.typing = false;
                Typed::Open(Reply::done())
            }
            _ => match self.line.key(key) {
                Reaction::Ignored => Typed::Open(Reply::ignored()),
                Reaction::Moved => Typed::Open(Reply::done()),
                Reaction::Edited => Typed::Open(self.changed(ctx)),
            },
        }
    }

    pub(super) fn paste(&mut self, pasted: &str, ctx: &Ctx<'_>) -> Reply {
        self.line.paste(pasted);
        self.changed(ctx)
    }

    /// What still runs is to be stopped.
    pub(super) fn stop(&mut self) -> Vec<Effect> {
        self.asked.take().map(Effect::Stop).into_iter().collect()
    }

    fn changed(&mut self, ctx: &Ctx<'_>) -> Reply {
        let mut effects = self.stop();
        let filter = self.line.text().trim();
        if filter.is_empty() {
            self.shown = None;
            self.problem = None;
            self.told.clear();
            return Reply::effects(effects);
        }
        let asker = ctx.ticket();
        self.asked = Some(asker);
        effects.push(Effect::Query {
            asker,
            document: self.document.clone(),
            filter: filter.to_owned(),
        });
        Reply::effects(effects)
    }

    /// Takes an answer, if it is the one waited for.
    pub(super) fn answered(&mut self, asker: u64, answer: &Answer) -> bool {
        if self.asked != Some(asker) {
            return false;
        }
        self.asked = None;
        if answer.stale {
            return true;
        }
        self.problem.clone_from(&answer.problem);
        self.told.clone_from(&answer.told);
        let body = match (&answer.body, &answer.problem) {
            (Some(body), _) => body.clone(),
            (None, None) => TabBody::Text(Arc::new(Document::new(&b""[..]))),
            // The last good result stays below what is wrong with this one.
            (None, Some(_)) => {
                self.told.clear();
                return true;
            }
        };
        self.shown = Some(Page::new(Tab {
            name: "query".to_owned(),
            body,
        }));
        true
    }
}
