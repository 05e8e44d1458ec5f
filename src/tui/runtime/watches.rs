//! The files that are watched for servers. Each server has one watch, which ends when it is replaced or when we go.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc::UnboundedSender;

use crate::tui::effect::watching::{Watched, Watching};
use crate::tui::event::Event;
use crate::watch::{self, Pattern, Watch};

/// See the module.
#[derive(Debug, Clone)]
pub struct Watches {
    running: Arc<Mutex<HashMap<String, Watch>>>,
    events: UnboundedSender<Event>,
}

impl Watches {
    /// None yet; changes are told there.
    pub fn new(events: UnboundedSender<Event>) -> Self {
        Self {
            running: Arc::default(),
            events,
        }
    }

    /// Watches other files for a server. Looks through folders, so not for the thread that draws.
    pub fn take(&self, work: Watching) {
        let Watching { server, globs } = work;
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.remove(&server);
        if globs.is_empty() {
            return;
        }
        let folder = std::env::current_dir().unwrap_or_default();
        let patterns = globs
            .iter()
            .map(|glob| Pattern::of(glob, &folder))
            .collect();
        let (events, name) = (self.events.clone(), server.clone());
        let started = watch::start(patterns, move |files| {
            let files = watch::words(&files, &folder);
            let server = name.clone();
            // Nobody listens any more when the screen is gone.
            events
                .send(Event::Watched(Watched::Changed { server, files }))
                .is_ok()
        });
        match started {
            Ok(watch) => {
                running.insert(server, watch);
            }
            Err(error) => {
                let why = format!("{error}; {}", error.hint());
                let _ = self
                    .events
                    .send(Event::Watched(Watched::Failed { server, why }));
            }
        }
    }
}
