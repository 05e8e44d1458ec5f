//! Logs that clients keep of their servers, looked at on the screen: one of those found, or a file somebody names. It
//! opens like a recording: its lines in Logs, frames in them in Traffic, what is still written as it comes.

use std::path::PathBuf;

use super::{Model, replay};
use crate::clientlogs::Kept;
use crate::text;
use crate::tui::effect::Effect;
use crate::tui::model::{Overlay, Purpose};
use crate::tui::overlays::picker::{Choice, Pick, Picker};
use crate::tui::overlays::sheet::Sheet;

/// Looks for them.
pub(super) fn look(model: &mut Model) -> Vec<Effect> {
    let machine = model.discovery.as_ref();
    match machine.and_then(|discovery| discovery.machine.clone()) {
        Some(machine) => vec![Effect::ClientLogs(Box::new(machine))],
        None => found(model, &[]),
    }
}

/// Has one picked.
pub(super) fn found(model: &mut Model, found: &[Kept]) -> Vec<Effect> {
    // Somebody does something else by now, or has asked twice.
    if !model.overlays.is_empty() {
        return Vec::new();
    }
    let zone = model.clock.zone();
    let written = |kept: &Kept| {
        let time = jiff::Timestamp::try_from(kept.written?).ok()?;
        let time = time.to_zoned(zone.clone());
        Some(time.strftime("%Y-%m-%d %H:%M").to_string())
    };
    let own = Choice {
        left: "file".to_owned(),
        middle: "another log, by its path…".to_owned(),
        right: String::new(),
        enabled: true,
        pick: Pick::Log(None),
    };
    let choices = found.iter().map(|kept| {
        let server = kept.server.as_deref().unwrap_or("all its servers");
        let size = text::size(kept.bytes);
        Choice {
            left: kept.row.name.to_owned(),
            middle: text::sanitize(server).into_owned(),
            right: format!("{size}  {}", written(kept).unwrap_or_default()),
            enabled: true,
            pick: Pick::Log(Some(kept.file.clone())),
        }
    });
    let choices = choices.chain([own]).collect();
    let picker = Picker::new("LOGS THAT CLIENTS KEEP", choices);
    model.overlays.push(Overlay::Picker(picker));
    Vec::new()
}

/// One was picked, or a path is to be typed.
pub(super) fn picked(model: &mut Model, file: Option<PathBuf>) -> Vec<Effect> {
    if let Some(file) = file {
        return replay::open(model, file);
    }
    let sheet =
        Sheet::new("THE LOG OF A CLIENT", "open").with("file", "", "a path; ~/ is the home folder");
    model.overlays.push(Overlay::Sheet(sheet, Purpose::Log));
    Vec::new()
}

/// A path was typed.
pub(super) fn named(model: &mut Model, path: &str) -> Result<Vec<Effect>, String> {
    let path = path.trim();
    if path.is_empty() {
        return Err("no file is named".to_owned());
    }
    let home = model
        .discovery
        .as_ref()
        .and_then(|discovery| Some(discovery.machine.as_ref()?.home.clone()));
    let file = match (path.strip_prefix("~/"), home) {
        (Some(below), Some(home)) => home.join(below),
        _ => PathBuf::from(path),
    };
    Ok(replay::open(model, file))
}
