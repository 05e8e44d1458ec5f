//! The export box among the other things that can happen: what of the session it is offered, and who hears of it.

use std::path::{Path, PathBuf};

use super::super::effect::Effect;
use super::super::effect::exporting::{Exported, Share, Told};
use super::super::model::{Model, Overlay, Tone};
use super::super::overlays::export::{ExportBox, Outcome};

/// Opens the box for the session that is looked at.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    let ctx = model.world.ctx();
    // The last is proposed: what was selected, or else filtered, or else all of it.
    let mut shares = model.panes.get(model.view).shares(&ctx);
    shares.push(Share::All(Some(model.world.timeline.rows().len())));
    shares.sort_by_key(|share| match share {
        Share::Rows(_, "this row") => 0,
        Share::All(_) => 1,
        Share::Filter(..) => 2,
        Share::Rows(..) => 3,
    });
    let file = model.keeping.file().map(Path::to_owned);
    show(model, Exported::Shown(file), shares)
}

/// Opens the box for a session file.
pub(super) fn of_file(model: &mut Model, path: PathBuf) -> Vec<Effect> {
    show(model, Exported::File(path), vec![Share::All(None)])
}

fn show(model: &mut Model, of: Exported, shares: Vec<Share>) -> Vec<Effect> {
    let (export, effects) = ExportBox::new(of, shares, model.world.ctx().ticket());
    model.overlays.push(Overlay::Export(Box::new(export)));
    effects
}

/// The box on top took a key, a click or an answer.
pub(super) fn came_of(model: &mut Model, outcome: Outcome) -> Vec<Effect> {
    match outcome {
        Outcome::Stays(effects) => effects,
        Outcome::Goes(effects, said) => {
            model.overlays.pop();
            if let Some(said) = said {
                model.status = Some((Tone::Info, said));
            }
            effects
        }
    }
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
