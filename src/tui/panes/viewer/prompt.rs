//! The line in which it is said where a value goes: to a command, or to a file.

use crossterm::event::{KeyCode, KeyEvent};

use super::copy::Outgoing;
use crate::tui::effect::Effect;
use crate::tui::outside::save::Unsaved;
use crate::tui::pane::{Ctx, Reply};
use crate::tui::widgets::input::{LineInput, Reaction};

/// Where a value goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Goal {
    Command,
    File,
}

/// See the module.
#[derive(Debug, Clone)]
pub(super) struct Prompt {
    pub(super) goal: Goal,
    pub(super) line: LineInput,
    /// The value at the cursor, and the whole document.
    choices: [Outgoing; 2],
    all: bool,
    /// The number under which a file is being written.
    asked: Option<u64>,
    /// Whether it was said that the file is there already.
    warned: bool,
}

/// What became of a key.
pub(super) enum Typed {
    /// It is open still.
    Open(Reply),
    /// It was left.
    Left,
    /// A command is to be run, with this on its stdin.
    Run(String, Outgoing),
}

impl Prompt {
    pub(super) fn new(goal: Goal, value: Outgoing, document: Outgoing) -> Self {
        let text = match goal {
            Goal::Command => String::new(),
            Goal::File => value.name.clone(),
        };
        Self {
            goal,
            line: LineInput::new(text),
            choices: [value, document],
            all: false,
            asked: None,
            warned: false,
        }
    }

    fn choice(&self) -> &Outgoing {
        &self.choices[usize::from(self.all)]
    }

    /// What stands before the line.
    pub(super) fn label(&self) -> String {
        let what = self.choice().what;
        match self.goal {
            Goal::Command => format!("Pipe {what} to: "),
            Goal::File => format!("Write {what} to: "),
        }
    }

    /// What stands after it.
    pub(super) fn remark(&self) -> &'static str {
        match (self.choices[0].part == self.choices[1].part, self.all) {
            (true, _) => "",
            (false, false) => "Tab: the whole document",
            (false, true) => "Tab: the value only",
        }
    }

    pub(super) fn key(&mut self, key: KeyEvent, ctx: &Ctx<'_>) -> Typed {
        match key.code {
            KeyCode::Esc => return Typed::Left,
            KeyCode::Tab => {
                let named = self.line.text() == self.choice().name;
                self.all = !self.all;
                if self.goal == Goal::File && named {
                    self.line.set(self.choice().name.clone());
                }
                self.warned = false;
            }
            KeyCode::Enter if self.line.text().trim().is_empty() => return Typed::Left,
            KeyCode::Enter => return self.enter(ctx),
            _ => match self.line.key(key) {
                Reaction::Ignored => return Typed::Open(Reply::ignored()),
                Reaction::Moved => {}
                Reaction::Edited => self.warned = false,
            },
        }
        Typed::Open(Reply::done())
    }

    fn enter(&mut self, ctx: &Ctx<'_>) -> Typed {
        let text = self.line.text().to_owned();
        if self.goal == Goal::Command {
            return Typed::Run(text, self.choice().clone());
        }
        if self.asked.is_some() {
            return Typed::Open(Reply::done());
        }
        let asker = ctx.ticket();
        self.asked = Some(asker);
        Typed::Open(Reply::effect(Effect::Save {
            asker,
            part: self.choice().part.clone(),
            path: text,
            overwrite: std::mem::take(&mut self.warned),
        }))
    }

    /// Hears that a file was written or not: what to say, whether it is bad, and whether the line is done with. Nothing
    /// if it is not about this one.
    pub(super) fn saved(
        &mut self,
        asker: u64,
        result: &Result<String, Unsaved>,
    ) -> Option<(String, bool, bool)> {
        if self.asked != Some(asker) {
            return None;
        }
        self.asked = None;
        Some(match result {
            Ok(told) => (told.clone(), false, true),
            Err(Unsaved::Exists(why)) => {
                self.warned = true;
                (why.clone(), true, false)
            }
            Err(Unsaved::Failed(why)) => (why.clone(), true, false),
        })
    }
}
