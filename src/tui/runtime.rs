//! Carries effects out and sends back events. Whatever can be slow runs on a blocking thread, one at a time per kind.

use std::time::Duration;

use tokio::sync::mpsc;

mod arguments;
pub mod checker;
mod comparing;
mod conversation;
mod copying;
mod examining;
mod exporting;
pub mod keeper;
pub mod librarian;
pub mod linting;
mod masks;
pub mod opening;
pub mod replaying;
pub mod sifter;
pub mod tapping;
#[cfg(test)]
mod tests;
mod values;
pub mod watches;

use super::effect::{Effect, Source, Subject};
use super::event::Event;
use super::outside::Desk;
use super::outside::clipboard::Sequence;
use super::outside::process::Stop;
use super::outside::visit::Errand;
use super::payload::{self, TabBody};
use super::widgets::find::Term;
use super::widgets::json_tree::Tree;
use super::widgets::picture::Pictures;
use super::widgets::plain::Document;
use crate::clientlogs;
use crate::diff::report::Form;
use crate::inspector::Command;
use crate::json::{self, Value};
use crate::mcp::hand;
use crate::note::Note;
use crate::note::http::Step;
use crate::recording::{Bodies, Shared};
use crate::session::recorded::{Facts, preview};
use checker::{Check, Checker};
use keeper::Keeper;
use librarian::Librarian;
use linting::Linting;
use opening::Opened;
use sifter::{Sift, Sifter};
use tapping::Controls;

/// The outside, as far as effects need it.
#[derive(Debug, Clone)]
pub struct Runtime {
    /// Where commands for the engine go; none in an opened file.
    pub engine: Option<mpsc::UnboundedSender<Command>>,
    /// Where orders go for who sends sessions again.
    pub replays: replaying::Orders,
    /// Where bodies are read of the session the program began with.
    pub bodies: Bodies,
    /// What pictures become on this terminal.
    pub pictures: Pictures,
    /// Sessions that were opened beside the one the program began with.
    pub opened: Opened,
    /// The connections to taps, by the sessions that are looked at.
    pub controls: Controls,
    /// Who lists, names and deletes sessions.
    pub librarian: Librarian,
    /// Where files are told that are read part by part.
    pub parts: mpsc::Sender<Event>,
    /// Who reads and writes history, drafts and presets.
    pub keeper: Keeper,
    /// Who checks arguments.
    pub checker: Checker,
    /// Who looks for what is wrong.
    pub linting: Linting,
    /// Who watches files for servers.
    pub watches: watches::Watches,
    /// Who looks through bodies for filters.
    pub sifter: Sifter,
    /// What programs and files need.
    pub desk: Desk,
    /// Where answers go.
    pub events: mpsc::UnboundedSender<Event>,
}

/// What the loop itself must do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// Write a sequence for the clipboard to the terminal, never while a frame is being written, and say so.
    ToTerminal {
        /// The sequence.
        sequence: Sequence,
        /// What to say.
        told: String,
    },
    /// Draw everything anew.
    Redraw,
    /// Give the terminal to another program for a while.
    Visit(Errand),
    /// Go to the shell.
    Suspend,
    /// Leave.
    Quit,
}

impl Runtime {
    /// Carries one effect out, or gives it back when it is the loop's.
    pub fn carry_out(&self, effect: Effect) -> Option<Order> {
        match effect {
            Effect::Of(session, effect) => self.carry_out_of(session, *effect),
            effect => self.carry_out_of(0, effect),
        }
    }

    /// Who hears what comes of an effect of a session.
    fn answers(&self, session: u32) -> impl Fn(Event) + Send + 'static {
        let events = self.events.clone();
        move |event| {
            let event = match session {
                0 => event,
                session => Event::Of(session, Box::new(event)),
            };
            // Nobody listens any more when the screen is gone.
            let _ = events.send(event);
        }
    }

    /// What reads the bodies of a session. What was closed meanwhile is not shown any more either.
    fn bodies_of(&self, session: u32) -> Option<Bodies> {
        match session {
            0 => Some(self.bodies.clone()),
            session => self.opened.bodies(session),
        }
    }

    fn carry_out_of(&self, session: u32, effect: Effect) -> Option<Order> {
        let answer_of = self.answers(session);
        match effect {
            Effect::Engine(command) => {
                if let Some(engine) = self.engine.as_ref().filter(|_| session == 0) {
                    // The engine outlives the screen; a failed send means we are on our way out.
                    let _ = engine.send(command);
                }
            }
            Effect::Store(work) => self.keeper.take(work),
            Effect::Lint(entries) => {
                let bodies = self.bodies_of(session)?;
                self.linting.take(session, entries, bodies);
            }
            Effect::Report(wanted) => self.linting.report(session, wanted),
            Effect::Validate {
                asker,
                revision,
                schema,
                arguments,
                chosen,
            } => self.checker.take(Check {
                asker,
                revision,
                schema,
                arguments,
                chosen,
            }),
            Effect::Sift {
                who,
                asker,
                leaf,
                among,
            } => self.sifter.take(Sift {
                who,
                asker,
                leaf,
                among,
                bodies: self.bodies_of(session)?,
            }),
            // Behind what came meanwhile, keys before all.
            Effect::Wake { asker, after_ms: 0 } => answer_of(Event::Woken { asker }),
            Effect::Wake { asker, after_ms } => {
                tokio::spawn(async move {
                    tokio::time::sleep(Duration::from_millis(after_ms)).await;
                    answer_of(Event::Woken { asker });
                });
            }
            Effect::ToTerminal { sequence, told } => {
                return Some(Order::ToTerminal { sequence, told });
            }
            Effect::Export(work) => self.export(*work, self.bodies_of(session)?),
            Effect::Replay(work) => self.replay(*work),
            Effect::Stop(asker) => self.desk.stop(asker),
            Effect::Page { part, kind } => {
                let pagers = self.desk.settings().pagers.clone();
                return Some(Order::Visit(Errand::Page { part, kind, pagers }));
            }
            Effect::Print(part) => return Some(Order::Visit(Errand::Print(part))),
            Effect::Edit {
                asker,
                text,
                suffix,
                beside,
            } => {
                return Some(Order::Visit(Errand::Edit {
                    asker,
                    text,
                    suffix,
                    beside,
                }));
            }
            Effect::Redraw => return Some(Order::Redraw),
            Effect::Suspend => return Some(Order::Suspend),
            Effect::Quit => return Some(Order::Quit),
            outside @ (Effect::Copy { .. }
            | Effect::CopyPart { .. }
            | Effect::CopyTable(_)
            | Effect::Save { .. }
            | Effect::Pipe { .. }
            | Effect::Query { .. }
            | Effect::Open { .. }
            | Effect::Browse { .. }) => {
                let desk = self.desk.clone();
                let stop = match &outside {
                    Effect::Pipe { asker, .. } | Effect::Query { asker, .. } => desk.begin(*asker),
                    _ => Stop::default(),
                };
                tokio::task::spawn_blocking(move || {
                    if let Some(event) = desk.answer(outside, &stop) {
                        answer_of(event);
                    }
                });
            }
            Effect::KeepFold { indexing, timeline } => {
                tokio::task::spawn_blocking(move || {
                    // Without it, all is as it was the first time.
                    match indexing.keep(&timeline) {
                        Ok(bytes) => tracing::debug!(bytes, "index kept"),
                        Err(error) => tracing::debug!(%error, "index not kept"),
                    }
                    // From then on it is the screen's alone.
                    drop(timeline);
                    answer_of(Event::FoldKept);
                });
            }
            Effect::Index { viewer, body } => {
                tokio::task::spawn_blocking(move || {
                    payload::index(body, |part| answer_of(Event::Indexed { viewer, part }));
                });
            }
            Effect::Tap(telling) => {
                let controls = self.controls.clone();
                tokio::task::spawn_blocking(move || answer_of(controls.tell(session, telling)));
            }
            Effect::Library(work) => self.librarian.take(work),
            Effect::Watch(work) => {
                let watches = self.watches.clone();
                tokio::task::spawn_blocking(move || watches.take(work));
            }
            Effect::Configs(work) => {
                tokio::task::spawn_blocking(move || {
                    if let Some(told) = work.carry_out() {
                        answer_of(Event::Servers(told));
                    }
                });
            }
            Effect::ClientLogs(machine) => {
                tokio::task::spawn_blocking(move || {
                    answer_of(Event::ClientLogs(clientlogs::find(&machine)));
                });
            }
            Effect::OpenSession { session, path } => {
                let (opened, parts) = (self.opened.clone(), self.parts.clone());
                let rules = self.bodies.secrets().rules().clone();
                tokio::task::spawn_blocking(move || opened.open(session, &path, &rules, &parts));
            }
            Effect::CloseSession(session) => {
                self.opened.close(session);
                self.controls.close(session);
                self.linting.close(session);
            }
            slow => {
                let bodies = self.bodies_of(session)?;
                let pictures = self.pictures;
                tokio::task::spawn_blocking(move || {
                    if let Some(event) = answer(slow, &bodies, pictures) {
                        answer_of(event);
                    }
                });
            }
        }
        None
    }
}

/// Does the work of an effect that may be slow, and answers with an event; nothing for effects that are not work.
pub fn answer(effect: Effect, bodies: &Bodies, pictures: Pictures) -> Option<Event> {
    Some(match effect {
        Effect::Build { viewer, subject } => Event::Built {
            viewer,
            tabs: build(bodies, &subject, pictures),
        },
        Effect::ReadQuestion {
            asker,
            source,
            which,
            kind,
        } => Event::Question {
            asker,
            read: match masks::read(bodies, source) {
                Ok(entry) => payload::question::read(kind, &which, &entry.body),
                Err(error) => Err(format!("#{} cannot be read back: {error}", source.seq)),
            },
        },
        Effect::Previews(sources) => Event::Previews(read_previews(bodies, &sources)),
        Effect::Search { asker, text } => match bodies.search(&text) {
            Ok(seqs) => Event::Found { asker, seqs },
            Err(error) => Event::Failed(format!("the session cannot be searched: {error}")),
        },
        Effect::Sift {
            who,
            asker,
            leaf,
            among,
        } => Event::Sifted {
            asker,
            part: sifter::at_once(&Sift {
                who,
                asker,
                leaf,
                among,
                bodies: bodies.clone(),
            }),
        },
        Effect::Values(wanted) => Event::Values(values::read(bodies, wanted)),
        Effect::Sort { asker, keys } => Event::Sorted {
            asker,
            places: super::panes::traffic::order(&keys),
        },
        Effect::FindIn {
            viewer,
            body,
            array,
            text,
        } => Event::FoundIn {
            viewer,
            hits: Term::new(&text).map_or_else(Vec::new, |term| body.search(&term, array)),
            text,
        },
        Effect::Index { viewer, body } => {
            // Here only the end of it: nobody watches it grow.
            let mut last = None;
            payload::index(body, |part| last = Some(part));
            Event::Indexed {
                viewer,
                part: last?,
            }
        }
        Effect::OpenValue {
            viewer,
            body,
            byte,
            opening,
        } => Event::Opened {
            viewer,
            result: payload::open(&body, byte, opening)?,
        },
        Effect::ListMasks => match bodies.tally() {
            Ok(tally) => Event::ToPrint(tally.to_string()),
            Err(error) => Event::Failed(format!("the session cannot be read: {error}")),
        },
        Effect::CopyBody(source) => match masks::read(bodies, source) {
            Ok(entry) => Event::ToCopy {
                text: entry.text().into_owned(),
                what: format!("#{}", source.seq),
            },
            Err(error) => Event::Failed(format!("#{} cannot be read back: {error}", source.seq)),
        },
        Effect::Compare { asker, what, rules } => Event::Compared {
            asker,
            result: comparing::compare(bodies, &what, rules),
        },
        Effect::CompareText { asker, a, b } => Event::ComparedText {
            asker,
            result: comparing::texts(a.as_ref(), b.as_ref()),
        },
        Effect::CopyReport(report) => Event::ToCopy {
            text: report.write(Form::Markdown),
            what: "the report".to_owned(),
        },
        Effect::Approach(approach) => Event::Arrived(opening::arrive(*approach, bodies)),
        Effect::Look(work) => examining::look(work),
        Effect::CopyAs(wanted) => copying::copy_as(*wanted, bodies),
        Effect::WriteLines(wanted) => Event::LinesWritten(copying::lines(wanted, bodies)),
        Effect::ReadConfig { asker, server } => Event::ConfigRead {
            asker,
            result: super::effect::configs::text_of(&server),
        },
        Effect::ReadFile { asker, path } => Event::FileRead {
            asker,
            result: read_file(&path),
        },
        Effect::Lay {
            asker,
            before,
            arguments,
        } => Event::Laid {
            asker,
            text: if before.trim().is_empty() {
                arguments.pretty()
            } else {
                json::patch(&before, &arguments)
            },
        },
        Effect::Parse { asker, text } => Event::Parsed {
            asker,
            result: Value::parse(text.as_bytes()),
            text,
        },
        Effect::Validate {
            asker,
            revision,
            schema,
            arguments,
            chosen,
        } => checker::Compiled::default().check(&Check {
            asker,
            revision,
            schema,
            arguments,
            chosen,
        }),
        Effect::ReadRefusal { asker, source } => Event::Refused {
            asker,
            refusal: bodies
                .read(source.seq, source.place)
                .ok()
                .and_then(|entry| arguments::refusal(&entry.body)),
        },
        Effect::ReadFrame { asker, source } => Event::FrameRead {
            asker,
            result: match masks::read(bodies, source) {
                Ok(entry) => Ok(hand::again(&entry.body)),
                Err(error) => Err(format!("#{} cannot be read back: {error}", source.seq)),
            },
        },
        Effect::Resolve {
            asker,
            arguments,
            last,
        } => {
            let read = |source: Source| bodies.read(source.seq, source.place).ok();
            let body = last.and_then(read).map(|entry| entry.body);
            let variable = |name: &str| {
                let value = std::env::var(name).ok()?;
                masks::hide(bodies.secrets(), name, &value);
                Some(value)
            };
            Event::Resolved {
                asker,
                result: arguments::resolve(&arguments, body.as_deref(), &variable),
            }
        }
        // What is carried out elsewhere.
        _ => return None,
    })
}

/// Files that are put into a field are no bigger than this.
const FILE: u64 = 16 << 20;

fn read_file(path: &str) -> Result<Vec<u8>, String> {
    use std::io::Read as _;
    let home = || std::env::var_os("HOME").map(std::path::PathBuf::from);
    let file = match path.strip_prefix("~/").zip(home()) {
        Some((rest, home)) => home.join(rest),
        None => path.into(),
    };
    let mut bytes = Vec::new();
    // A pipe has no end that could be waited for.
    let regular = std::fs::metadata(&file).map(|about| about.is_file());
    let read = match regular {
        Ok(false) => return Err(format!("{path} is no file")),
        Ok(true) => {
            std::fs::File::open(&file).and_then(|file| file.take(FILE + 1).read_to_end(&mut bytes))
        }
        Err(error) => Err(error),
    };
    match read {
        Ok(_) if bytes.len() as u64 > FILE => {
            Err(format!("{path} is bigger than {}", crate::text::size(FILE)))
        }
        Ok(_) => Ok(bytes),
        Err(error) => Err(format!("{path} cannot be read: {error}")),
    }
}

fn json_tab(bytes: &std::sync::Arc<[u8]>) -> payload::Tab {
    let body = match Tree::parse(&bytes[..]) {
        Ok(tree) => TabBody::Tree(tree.into()),
        Err(_) => TabBody::Text(Document::new(&bytes[..]).into()),
    };
    let name = "JSON".to_owned();
    payload::Tab { name, body }
}

fn build(
    bodies: &Bodies,
    subject: &Subject,
    pictures: Pictures,
) -> Result<Vec<payload::Tab>, String> {
    // Another pane may show the same.
    let read = |source: &Source| -> Result<Shared, String> {
        masks::share(bodies, *source)
            .map_err(|error| format!("#{} cannot be read back: {error}", source.seq))
    };
    let (first, second) = match subject {
        Subject::Http {
            carries,
            steps,
            first,
        } => {
            let carried = match carries {
                Some((first, second)) => {
                    let (first, second) = (*first, *second);
                    build(bodies, &Subject::Messages { first, second }, pictures)?
                }
                None => Vec::new(),
            };
            let steps: Vec<Step> = steps
                .iter()
                .filter_map(|source| match Note::read(&read(source).ok()?.body) {
                    Note::Http(step) => Some(step),
                    _ => None,
                })
                .collect();
            return Ok(payload::among(carried, payload::exchange(&steps), *first));
        }
        Subject::Row { of, around } => {
            let tabs = build(bodies, of, pictures)?;
            let texts = read_previews(bodies, &around.sources());
            let tabs = payload::with_around(tabs, around, &texts);
            let said = conversation::read(bodies, &around.rounds);
            return Ok(payload::with_rounds(tabs, &around.rounds, &said));
        }
        Subject::Json(bytes) => return Ok(vec![json_tab(bytes)]),
        Subject::ToolResult(source, _)
        | Subject::ResourceResult(source)
        | Subject::PromptResult(source)
        | Subject::Embedded { source, .. } => (source, None),
        Subject::Messages { first, second } => (first, second.as_ref()),
    };
    let first = read(first)?;
    let second = second.map(read).transpose()?;
    Ok(payload::tabs(subject, first, second, pictures))
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
