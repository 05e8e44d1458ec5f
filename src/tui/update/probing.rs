//! Probing a server from the screen: what would be sent, whether it shall be, and how far it is.

use super::Model;
use crate::inspector::Update;
use crate::text;
use crate::tui::model::Tone;

/// It went on.
pub(super) fn hear(model: &mut Model, update: &Update) {
    let Update::Probing {
        done,
        total,
        names,
        over,
        ..
    } = update
    else {
        return;
    };
    let sentence = if *over {
        format!("{} sent; what came of them stands in 9", text::plural(*done, "probe"))
    } else {
        let names = names.first().copied().unwrap_or_default();
        format!("probing: {done} of {total}, {names}")
    };
    model.status = Some((Tone::Info, sentence));
}
