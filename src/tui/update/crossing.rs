//! From Traffic to the same moment in Logs and the other way, and back to the very row one came from.

use super::{Model, go, say};
use crate::tui::effect::Effect;
use crate::tui::model::Crossing;
use crate::tui::pane::{Go, View};

/// Goes to the moment of the focused row in `view`. Who did not move since they came from there is back where they were:
/// not every entry has a row in both.
pub(super) fn cross(model: &mut Model, view: View) -> Vec<Effect> {
    let Some(entry) = model.pane().moment(&model.world.ctx()) else {
        return say(model, "nothing here has a moment to go to");
    };
    let here = (model.view, entry);
    let before = model.crossed.take();
    let back = before.filter(|one| one.to == here && one.from.0 == view);
    let entry = back.map_or(entry, |one| one.from.1);
    let effects = go(
        model,
        match view {
            View::Logs => Go::Logs(entry),
            _ => Go::Traffic(entry),
        },
    );
    let stands = model.pane().moment(&model.world.ctx());
    model.crossed = stands.map(|stands| Crossing {
        from: here,
        to: (model.view, stands),
    });
    effects
}
