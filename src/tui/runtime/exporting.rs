//! An export on its way: the session it is of is found, and it is carried out on a thread of its own.

use super::Runtime;
use crate::recording::{Bodies, Recording};
use crate::tui::effect::exporting::{Export, Exported, Told};
use crate::tui::event::Event;
use crate::tui::outside;
use crate::tui::outside::tools::Ours;

impl Runtime {
    /// Exports on a thread of its own, and tells how far it is. `shown` reads the session that is looked at.
    pub(super) fn export(&self, work: Export, shown: Bodies) {
        let stop = self.desk.begin(work.asker);
        let (desk, events) = (self.desk.clone(), self.events.clone());
        tokio::task::spawn_blocking(move || {
            let asker = work.asker;
            // Nobody listens any more when the screen is gone.
            let tell = |told| drop(events.send(Event::Exporting { asker, told }));
            let told = match bodies(&work.of, shown) {
                Ok(bodies) => outside::exporting::export(&work, &bodies, &stop, &Ours, tell),
                Err(why) => Told::Failed(why),
            };
            desk.end(asker);
            tell(told);
        });
    }
}

fn bodies(of: &Exported, shown: Bodies) -> Result<Bodies, String> {
    match of {
        Exported::Shown(_) => Ok(shown),
        Exported::File(path) => match Recording::open(path) {
            Ok(recording) => Ok(recording.bodies()),
            Err(error) => Err(error.to_string()),
        },
    }
}
