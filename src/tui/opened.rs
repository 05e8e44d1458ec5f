//! An opened recording: how its parts come to the screen. Owns the thread that reads it; what becomes of the parts is
//! `update`'s.

use std::path::Path;

use color_eyre::eyre::{Result, WrapErr as _};
use tokio::sync::mpsc;

use super::event::Event;
use super::model::Keeping;
use crate::mask::Rules;
use crate::recording::{Follow, Opening, Over, PIPE};
use crate::tail;

/// Parts of an opened file that may wait: the reader is faster than the fold, and they are bigger than what it keeps.
pub(super) const PARTS: usize = 4;

/// Opens a file, or stdin under the name `-`.
pub(super) fn open(file: &Path, follow: Follow, rules: &Rules) -> Result<Opening> {
    if file == Path::new(PIPE) {
        return Opening::pipe(std::io::stdin(), rules).wrap_err("no room for what comes on stdin");
    }
    // What a client goes on to write in its log is imported as it comes.
    if follow == Follow::Always
        && let Ok(Some((opening, stop))) = tail::session(file, rules)
    {
        // It goes with the process.
        std::mem::forget(stop);
        return Ok(opening);
    }
    Ok(Opening::masked_by(file, follow, rules)?)
}

/// What the header says of it while it is read.
pub(super) fn keeping(opening: &Opening) -> Keeping {
    Keeping::Opened {
        path: opening.path().to_owned(),
        bytes: (0, opening.length()),
        following: opening.follows(),
    }
}

/// Reads it on a thread of its own, for as long as anybody takes the parts. It waits for entries that are still to
/// come, and goes with the process: nothing it does has to be finished.
pub(super) fn read(opening: Opening, parts: mpsc::Sender<Event>) {
    let last = parts.clone();
    let run = move || {
        opening.run(|news| {
            // Nobody listens any more when the screen is gone.
            parts.blocking_send(Event::from(news)).is_ok()
        });
    };
    if let Err(error) = std::thread::Builder::new()
        .name("reader".to_owned())
        .spawn(run)
    {
        let over = Over::Failed(error.to_string());
        // There is room: nothing was sent yet.
        let _ = last.try_send(Event::Over(over));
    }
}
