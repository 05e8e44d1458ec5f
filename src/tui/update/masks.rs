//! Lifting masks on the screen: only where what they hide is known, and never in what is recorded.

use super::say;
use crate::tui::effect::Effect;
use crate::tui::model::{Model, Tone};

/// Lifts the masks, or puts them back. Every document is read anew, for its source is another one then.
pub(super) fn lift(model: &mut Model) -> Vec<Effect> {
    if !model.world.live {
        return say(model, "what masks hide is not in a recording");
    }
    model.world.revealed = !model.world.revealed;
    model.status = Some(if model.world.revealed {
        let what = "masks are lifted on the screen; the recording keeps them";
        (Tone::Warn, what.to_owned())
    } else {
        (Tone::Info, "masks are back".to_owned())
    });
    Vec::new()
}
