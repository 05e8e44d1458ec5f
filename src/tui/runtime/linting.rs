//! The thread that looks at the entries of sessions with the rules of lint, as they come, each once.
//!
//! A session has a linter of its own, which is dropped when the session is looked at no longer. What was found is told
//! after a while of work, or when there is nothing left to look at.

use std::collections::{HashMap, VecDeque};
use std::io::Write as _;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::UnboundedSender;

use crate::lint::Linter;
use crate::lint::findings::{Standings, Told, failed};
use crate::lint::report::{Report, written};
use crate::recording::Bodies;
use crate::tui::effect::Source;
use crate::tui::effect::linting::{Linted, Reporting};
use crate::tui::event::Event;
use crate::tui::outside::save::expanded;
use crate::tui::outside::tools::Ours;

/// Entries between two looks at the clock.
const STEP: usize = 64;
/// How long may be worked without telling.
const TELL: Duration = Duration::from_millis(150);

/// What is to be looked at.
#[derive(Debug)]
enum Work {
    /// More entries of a session.
    Entries {
        session: u32,
        entries: Vec<Source>,
        bodies: Bodies,
    },
    /// What was found is to be written.
    Report(u32, Box<Reporting>),
    /// It is looked at no longer.
    Close(u32),
}

/// The way to the thread. It ends when the last one is gone.
#[derive(Debug, Clone)]
pub struct Linting(mpsc::Sender<Work>);

impl Linting {
    /// Starts the thread.
    pub fn start(events: UnboundedSender<Event>) -> Self {
        let (sender, work) = mpsc::channel::<Work>();
        let thread = std::thread::Builder::new().name("lint".to_owned());
        let started = thread.spawn(move || look(&work, &events));
        if let Err(error) = started {
            tracing::error!(%error, "no thread to look for what is wrong with servers");
        }
        Self(sender)
    }

    /// Hands over entries.
    pub fn take(&self, session: u32, entries: Vec<Source>, bodies: Bodies) {
        self.send(Work::Entries {
            session,
            entries,
            bodies,
        });
    }

    /// Hands over a report to be written.
    pub fn report(&self, session: u32, wanted: Box<Reporting>) {
        self.send(Work::Report(session, wanted));
    }

    /// A session is looked at no longer.
    pub fn close(&self, session: u32) {
        self.send(Work::Close(session));
    }

    fn send(&self, work: Work) {
        if self.0.send(work).is_err() {
            tracing::error!("sessions are not looked at with lint: there is no thread for it");
        }
    }
}

fn look(work: &mpsc::Receiver<Work>, events: &UnboundedSender<Event>) {
    let mut sessions: HashMap<u32, Looked> = HashMap::new();
    let mut waiting: VecDeque<Work> = VecDeque::new();
    loop {
        let Some(next) = waiting.pop_front().or_else(|| work.recv().ok()) else {
            return;
        };
        let (session, entries, bodies) = match next {
            Work::Entries {
                session,
                entries,
                bodies,
            } => (session, entries, bodies),
            Work::Report(session, wanted) => {
                let looked = sessions.entry(session).or_default();
                if !tell(events, session, looked.report(*wanted)) {
                    return;
                }
                continue;
            }
            Work::Close(session) => {
                sessions.remove(&session);
                continue;
            }
        };
        let mut told = Instant::now();
        let mut steps = entries.chunks(STEP).peekable();
        while let Some(step) = steps.next() {
            let looked = sessions.entry(session).or_default();
            looked.take(step, &bodies);
            waiting.extend(work.try_iter());
            let closed = |work: &Work| matches!(work, Work::Close(closed) if *closed == session);
            if waiting.iter().any(closed) {
                break;
            }
            let more = |work: &Work| matches!(work, Work::Entries { session: other, .. } if *other == session);
            let is_last = steps.peek().is_none() && !waiting.iter().any(more);
            if is_last || told.elapsed() >= TELL {
                told = Instant::now();
                if !tell(events, session, looked.tell()) {
                    return;
                }
            }
        }
    }
}

/// Whether somebody hears it.
fn tell(events: &UnboundedSender<Event>, session: u32, linted: Linted) -> bool {
    let linted = Event::Linted(Box::new(linted));
    let event = match session {
        0 => linted,
        session => Event::Of(session, Box::new(linted)),
    };
    events.send(event).is_ok()
}

/// What was looked at of a session.
#[derive(Default)]
pub struct Looked {
    linter: Linter,
    told: Vec<Told>,
    entries: u64,
}

impl Looked {
    /// Looks at the next entries.
    pub fn take(&mut self, entries: &[Source], bodies: &Bodies) {
        for source in entries {
            self.entries += 1;
            let entry = match bodies.read(source.seq, source.place) {
                Ok(entry) => entry,
                Err(error) => {
                    tracing::debug!(seq = source.seq, %error, "an entry is not looked at by lint");
                    continue;
                }
            };
            for finding in self.linter.push(&entry, source.place) {
                let state = self.linter.timeline().state();
                let connection = state.connection(finding.conn);
                let server = connection.map_or("", |one| &one.name).into();
                self.told.push(Told { finding, server });
            }
        }
    }

    /// What came of it since the last time.
    pub fn tell(&mut self) -> Linted {
        Linted {
            told: std::mem::take(&mut self.told),
            looked: self.entries,
            standings: Standings::of(&self.linter),
            failed: failed(&self.linter),
            probes: self.linter.probes().words(),
            written: None,
        }
    }

    /// Writes a report of what was found.
    fn report(&mut self, wanted: Reporting) -> Linted {
        let Reporting {
            path,
            form,
            name,
            is_file,
            told,
            exceptions,
        } = wanted;
        let mut report = Report::of(name, is_file, &self.linter, told);
        report.count(&self.linter);
        report.except(&exceptions);
        let shown = crate::text::sanitize(&path.to_string_lossy()).into_owned();
        let written = expanded(&path.to_string_lossy(), &Ours).and_then(|path| {
            let whole = written(&report, form);
            let mut file = std::fs::File::create_new(&path).map_err(|error| error.to_string())?;
            file.write_all(whole.as_bytes()).map_err(|error| {
                // Half a report would stand in the way of the next.
                let _ = std::fs::remove_file(&path);
                error.to_string()
            })
        });
        Linted {
            written: Some(match written {
                Ok(()) => Ok(format!("the findings are in {shown}")),
                Err(error) => Err(format!("{shown} cannot be written: {error}")),
            }),
            ..self.tell()
        }
    }
}
