//! The sifter: one thread that looks through bodies for what filters ask.
//!
//! Work for the same list ends what still goes on for it: the newest letter that was typed wins.

use std::collections::VecDeque;
use std::sync::mpsc;

use tokio::sync::mpsc::UnboundedSender;

use crate::filter::Leaf;
use crate::recording::Bodies;
use crate::recording::sift::Slice;
use crate::tui::effect::Among;
use crate::tui::event::{Event, Sifted};

/// Entries read one by one between two answers.
const STEP: usize = 512;

/// Work; see [`crate::tui::effect::Effect::Sift`].
#[derive(Debug)]
pub struct Sift {
    /// For which list.
    pub who: u64,
    /// Who asks.
    pub asker: u64,
    /// What is asked.
    pub leaf: Leaf,
    /// Of which bodies.
    pub among: Among,
    /// What reads them.
    pub bodies: Bodies,
}

/// The way to the thread. It ends when the last one is gone.
#[derive(Debug, Clone)]
pub struct Sifter(mpsc::Sender<Sift>);

impl Sifter {
    /// Starts the thread.
    pub fn start(events: UnboundedSender<Event>) -> Self {
        let (sender, work) = mpsc::channel::<Sift>();
        let thread = std::thread::Builder::new().name("sifter".to_owned());
        let started = thread.spawn(move || {
            let mut waiting: VecDeque<Sift> = VecDeque::new();
            loop {
                let Some(next) = waiting.pop_front().or_else(|| work.recv().ok()) else {
                    return;
                };
                sift(&next, &mut |part| {
                    let told = events.send(Event::Sifted {
                        asker: next.asker,
                        part,
                    });
                    for other in work.try_iter() {
                        waiting.retain(|old| old.who != other.who);
                        waiting.push_back(other);
                    }
                    told.is_ok() && waiting.iter().all(|other| other.who != next.who)
                });
            }
        });
        if let Err(error) = started {
            tracing::error!(%error, "no thread to filter by what is in bodies");
        }
        Self(sender)
    }

    /// Hands over work.
    pub fn take(&self, work: Sift) {
        if self.0.send(work).is_err() {
            tracing::error!("nothing is filtered by what is in bodies: there is no thread for it");
        }
    }
}

/// Does the work, and hands over what is found until `each` says false.
pub fn sift(work: &Sift, each: &mut dyn FnMut(Sifted) -> bool) {
    match &work.among {
        Among::File { from } => {
            let mut tell = |slice: Slice| each(Sifted::Lines(slice));
            if let Err(error) = work.bodies.sift(&work.leaf, *from, &mut tell) {
                each(Sifted::Failed(format!(
                    "the session cannot be read: {error}"
                )));
            }
        }
        Among::Entries(entries) => {
            for (step, part) in entries.chunks(STEP).enumerate() {
                let holds = |source: &crate::tui::effect::Source| {
                    let entry = work.bodies.read(source.seq, source.place);
                    entry.is_ok_and(|entry| work.leaf.holds(&entry.body))
                };
                let found = part.iter().filter(|(_, source)| holds(source));
                let part = Sifted::Entries {
                    found: found.map(|(entry, _)| *entry).collect(),
                    upto: step * STEP + part.len(),
                };
                if !each(part) {
                    return;
                }
            }
        }
    }
}

/// All of it in one answer.
pub fn at_once(work: &Sift) -> Sifted {
    let mut whole: Option<Sifted> = None;
    sift(work, &mut |part| {
        whole = Some(match (whole.take(), part) {
            (Some(Sifted::Lines(mut all)), Sifted::Lines(slice)) => {
                all.found.extend(slice.found);
                Sifted::Lines(Slice {
                    found: all.found,
                    ..slice
                })
            }
            (Some(Sifted::Entries { found: mut all, .. }), Sifted::Entries { found, upto }) => {
                all.extend(found);
                Sifted::Entries { found: all, upto }
            }
            (_, part) => part,
        });
        true
    });
    whole.unwrap_or(Sifted::Entries {
        found: Vec::new(),
        upto: 0,
    })
}
