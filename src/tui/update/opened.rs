//! What becomes of the news about an opened recording: how far it is read, what is odd about it, that it is over.

use std::sync::Arc;

use super::{linting, servers};
use crate::recording::index::Indexing;
use crate::recording::{Loaded, Over};
use crate::session::timeline::Timeline;
use crate::tui::effect::Effect;
use crate::tui::model::{Keeping, Model, Tone};

/// The fold of the first part is there at once.
pub(super) fn folded(model: &mut Model, timeline: Box<Timeline>, read: (u64, u64)) -> Vec<Effect> {
    if let Keeping::Opened { bytes, .. } = &mut model.keeping {
        *bytes = read;
    }
    model.world.timeline = Arc::from(timeline);
    super::look_at_clock(model);
    servers::learn_all(model);
    linting::feed(model)
}

/// All there was is read.
pub(super) fn whole(
    model: &mut Model,
    loaded: &Loaded,
    indexing: Option<Box<Indexing>>,
) -> Vec<Effect> {
    if let Keeping::Opened { bytes, .. } = &mut model.keeping {
        bytes.0 = bytes.1;
    }
    model.replay.newer = loaded.newer;
    model.status = loaded.notice().map(|notice| (Tone::Warn, notice));
    // What shows a moment of the past is not all of it.
    let whole = indexing.filter(|_| model.world.timeline.moment().is_none());
    let keep = whole.map(|indexing| Effect::KeepFold {
        indexing,
        timeline: Arc::clone(&model.world.timeline),
    });
    model.replay.lent = keep.is_some();
    keep.into_iter().collect()
}

/// Nothing more will come.
pub(super) fn over(model: &mut Model, over: &Over) {
    if let Keeping::Opened {
        bytes, following, ..
    } = &mut model.keeping
    {
        bytes.0 = bytes.1;
        *following = false;
    }
    let tone = match over {
        // What is odd about the recording matters more than that it is over.
        Over::Ended if model.status.is_some() => return,
        Over::Ended => Tone::Info,
        Over::Cut(_) | Over::Replaced => Tone::Warn,
        Over::Failed(_) => Tone::Error,
    };
    model.status = Some((tone, over.to_string()));
}
