//! The export box among the other things that can happen: what of the session it is offered, and who hears of it.

use super::super::effect::Effect;
use super::super::effect::exporting::{Share, Told};
use super::super::model::{Keeping, Model, Overlay, Tone};
use super::super::overlays::export::{ExportBox, Outcome};

/// Opens the box.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    let name = match &model.keeping {
        Keeping::Recording { path, .. } | Keeping::Opened { path, .. } => path.file_stem(),
        Keeping::Unrecorded => None,
    };
    let name = name.map_or_else(
        || "session".to_owned(),
        |name| name.to_string_lossy().into_owned(),
    );
    let ctx = model.world.ctx();
    // The last is proposed: what was selected, or else filtered, or else all of it.
    let mut shares = model.panes.get(model.view).shares(&ctx);
    shares.push(Share::All(model.world.timeline.rows().len()));
    shares.sort_by_key(|share| match share {
        Share::Rows(_, "this row") => 0,
        Share::All(_) => 1,
        Share::Filter(..) => 2,
        Share::Rows(..) => 3,
    });
    let (export, effects) = ExportBox::new(&name, shares, model.exports);
    model.exports = Some(export.asker());
    model.overlays.push(Overlay::Export(Box::new(export)));
    effects
}

/// The box on top took a key, a click or an answer.
pub(super) fn came_of(model: &mut Model, outcome: Outcome) -> Vec<Effect> {
    let effects = match outcome {
        Outcome::Stays(effects) => effects,
        Outcome::Goes(effects, said) => {
            if let Some(Overlay::Export(export)) = model.overlays.pop() {
                model.exports = Some(export.asker());
            }
            if let Some(said) = said {
                model.status = Some((Tone::Info, said));
            }
            return effects;
        }
    };
    if let Some(Overlay::Export(export)) = model.overlays.last() {
        model.exports = Some(export.asker());
    }
    effects
}

/// The work of a box tells something. When its box is gone, only what matters without one is said.
pub(super) fn hear(model: &mut Model, asker: u64, told: &Told) -> Vec<Effect> {
    let boxes = model.overlays.iter_mut().rev();
    let open = boxes.filter_map(|overlay| match overlay {
        Overlay::Export(export) => Some(export),
        _ => None,
    });
    if let Some(outcome) = open.map(|export| export.hear(asker, told)).next() {
        return came_of(model, outcome);
    }
    match told {
        Told::Done(said) => model.status = Some((Tone::Info, said.clone())),
        Told::Failed(why) => model.status = Some((Tone::Error, why.clone())),
        _ => {}
    }
    Vec::new()
}
