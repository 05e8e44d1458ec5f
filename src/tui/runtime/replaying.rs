//! Sessions that are sent again: read on a thread of their own, then handed to who stands beside the engine.

use std::path::Path;
use std::sync::Arc;

use tokio::sync::mpsc;

use super::Runtime;
use crate::filter::Filter;
use crate::replaying::conductor::{Order, Prepared, Told};
use crate::replaying::{Fault, Source};
use crate::tui::effect::replaying::Replaying;
use crate::tui::event::Event;

/// Where orders go; nowhere in an opened file.
pub type Orders = Option<mpsc::UnboundedSender<Order>>;

impl Runtime {
    /// Hands on what is wanted.
    pub(super) fn replay(&self, work: Replaying) {
        let Some(orders) = self.replays.clone() else {
            return;
        };
        // The engine outlives the screen; a failed send means we are on our way out.
        let order = |order| drop(orders.send(order));
        match work {
            Replaying::Opened(asker, conn) => order(Order::Opened(asker, conn)),
            Replaying::Anyway(asker) => order(Order::Anyway(asker)),
            Replaying::CallOff(asker) => order(Order::CallOff(asker)),
            Replaying::End(asker) => order(Order::End(asker)),
            Replaying::Accept(asker, done) => {
                let events = self.events.clone();
                tokio::task::spawn_blocking(move || {
                    let backup = done.accept().map(|backup| backup.display().to_string());
                    let told = Told::Accepted(backup);
                    // Nobody listens any more when the screen is gone.
                    let _ = events.send(Event::Replaying { asker, told });
                });
            }
            Replaying::Begin {
                asker,
                path,
                filter,
                speed,
            } => {
                let events = self.events.clone();
                let careful = self.desk.settings().careful;
                tokio::task::spawn_blocking(move || match prepared(&path, filter.as_ref()) {
                    Ok(prepared) => drop(orders.send(Order::Begin {
                        asker,
                        prepared: Arc::new(prepared),
                        speed,
                        careful,
                    })),
                    Err(fault) => {
                        let told = Told::Failed(fault.to_string());
                        // Nobody listens any more when the screen is gone.
                        let _ = events.send(Event::Replaying { asker, told });
                    }
                });
            }
        }
    }
}

fn prepared(path: &Path, filter: Option<&Filter>) -> Result<Prepared, Fault> {
    let source = Source::open(path)?;
    let plan = source.plan(filter)?;
    let whole = filter.is_none_or(Filter::is_empty);
    Ok(Prepared {
        source,
        plan,
        whole,
    })
}
