//! Carries effects out and sends back events. Whatever can be slow runs on a blocking thread, one at a time per kind.

use tokio::sync::mpsc;

pub mod keeper;

use super::effect::{Effect, Source, Subject};
use super::event::Event;
use super::payload;
use super::widgets::find::Term;
use crate::inspector::Command;
use crate::recording::Bodies;
use crate::session::Entry;
use crate::session::recorded::{Facts, preview};
use keeper::Keeper;

/// The outside, as far as effects need it.
#[derive(Debug, Clone)]
pub struct Runtime {
    /// Where commands for the engine go; none in an opened file.
    pub engine: Option<mpsc::UnboundedSender<Command>>,
    /// Where bodies are read.
    pub bodies: Bodies,
    /// Who reads and writes history, drafts and presets.
    pub keeper: Keeper,
    /// Where answers go.
    pub events: mpsc::UnboundedSender<Event>,
}

/// What the loop itself must do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// Copy a text: through the terminal, and so never while a frame is being written.
    Copy {
        /// The text.
        text: String,
        /// What it is.
        what: String,
    },
    /// Draw everything anew.
    Redraw,
    /// Go to the shell.
    Suspend,
    /// Leave.
    Quit,
}

impl Runtime {
    /// Carries one effect out, or gives it back when it is the loop's.
    pub fn carry_out(&self, effect: Effect) -> Option<Order> {
        match effect {
            Effect::Engine(command) => {
                if let Some(engine) = &self.engine {
                    // The engine outlives the screen; a failed send means we are on our way out.
                    let _ = engine.send(command);
                }
            }
            Effect::Store(work) => self.keeper.take(work),
            Effect::Copy { text, what } => return Some(Order::Copy { text, what }),
            Effect::Redraw => return Some(Order::Redraw),
            Effect::Suspend => return Some(Order::Suspend),
            Effect::Quit => return Some(Order::Quit),
            slow => {
                let (bodies, events) = (self.bodies.clone(), self.events.clone());
                tokio::task::spawn_blocking(move || {
                    if let Some(event) = answer(slow, &bodies) {
                        // Nobody listens any more when the screen is gone.
                        let _ = events.send(event);
                    }
                });
            }
        }
        None
    }
}

/// Does the work of an effect that may be slow, and answers with an event; nothing for effects that are not work.
pub fn answer(effect: Effect, bodies: &Bodies) -> Option<Event> {
    Some(match effect {
        Effect::Build { viewer, subject } => Event::Built {
            viewer,
            tabs: build(bodies, &subject),
        },
        Effect::Previews(sources) => Event::Previews(read_previews(bodies, &sources)),
        Effect::Search { asker, text } => match bodies.search(&text) {
            Ok(seqs) => Event::Found { asker, seqs },
            Err(error) => Event::Failed(format!("the session cannot be searched: {error}")),
        },
        Effect::FindIn { viewer, body, text } => Event::FoundIn {
            viewer,
            hits: Term::new(&text).map_or_else(Vec::new, |term| body.search(&term)),
            text,
        },
        Effect::CopyBody(source) => match bodies.read(source.seq, source.place) {
            Ok(entry) => Event::ToCopy {
                text: entry.text().into_owned(),
                what: format!("#{}", source.seq),
            },
            Err(error) => Event::Failed(format!("#{} cannot be read back: {error}", source.seq)),
        },
        Effect::Copy { .. }
        | Effect::Engine(_)
        | Effect::Store(_)
        | Effect::Redraw
        | Effect::Suspend
        | Effect::Quit => return None,
    })
}

fn build(bodies: &Bodies, subject: &Subject) -> Result<Vec<payload::Tab>, String> {
    let read = |source: &Source| -> Result<Entry, String> {
        bodies
            .read(source.seq, source.place)
            .map_err(|error| format!("#{} cannot be read back: {error}", source.seq))
    };
    let (first, second) = match subject {
        Subject::ToolResult(source)
        | Subject::ResourceResult(source)
        | Subject::PromptResult(source) => (source, None),
        Subject::Messages { first, second } => (first, second.as_ref()),
    };
    let first = read(first)?;
    let second = second.map(read).transpose()?;
    Ok(payload::tabs(subject, &first, second.as_ref()))
}

fn read_previews(bodies: &Bodies, sources: &[Source]) -> Vec<(u64, Box<str>)> {
    sources
        .iter()
        .map(|source| {
            let text = match bodies.read(source.seq, source.place) {
                Ok(entry) => {
                    preview(&entry, &Facts::of(&entry)).unwrap_or_else(|| said(&entry.body))
                }
                Err(error) => format!("(cannot be read back: {error})").into(),
            };
            (source.seq, text)
        })
        .collect()
}

/// The part of a message that its method and subject do not tell: the arguments if there are any, else all it holds
/// but `_meta`, which is the same in every request.
fn said(body: &[u8]) -> Box<str> {
    const LONGEST: usize = 400;
    let paths: [&[&str]; 4] = [
        &["params", "arguments"],
        &["params"],
        &["result"],
        &["error"],
    ];
    let raw = paths.iter().find_map(|path| crate::json::get(body, path));
    let mut said = String::new();
    for (name, value) in crate::json::members(raw.unwrap_or_default()) {
        if name != "_meta" && said.len() < LONGEST {
            let value = &value[..value.len().min(LONGEST)];
            let comma = if said.is_empty() { "" } else { ", " };
            said.push_str(comma);
            said.extend([&name, ": ", &String::from_utf8_lossy(value)]);
        }
    }
    said.into()
}
