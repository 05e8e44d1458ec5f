//! The entry of a server, edited in somebody's editor: read from its file, given away, and written back where nothing
//! else of the file is touched.

use super::super::{Model, say};
use crate::configs::Format;
use crate::configs::edit::place_of;
use crate::text;
use crate::tui::effect::Effect;
use crate::tui::effect::configs::Configs;
use crate::tui::model::{Editing, Tone};

/// Begins with the entry of the server at a place.
pub(in crate::tui::update) fn begin(model: &mut Model, place: usize) -> Vec<Effect> {
    let server = model.world.servers.get(place);
    let Some(server) = server.and_then(|row| Some(row.listed.as_ref()?.server.clone())) else {
        return say(
            model,
            "it stands in no client's settings; mcpscope config add NAME -- COMMAND puts it into mcpscope's own",
        );
    };
    let asker = model.world.ctx().ticket();
    model.starting.editing = Some(Editing {
        asker,
        server: server.clone(),
        before: None,
    });
    vec![Effect::ReadConfig {
        asker,
        server: Box::new(server),
    }]
}

/// Its text was read: it goes to the editor; what could not be written the last time instead.
pub(in crate::tui::update) fn read(
    model: &mut Model,
    asker: u64,
    result: Result<String, String>,
) -> Vec<Effect> {
    let Some(editing) = model
        .starting
        .editing
        .as_mut()
        .filter(|editing| editing.asker == asker)
    else {
        return Vec::new();
    };
    let before = match result {
        Ok(text) => text,
        Err(why) => {
            model.starting.editing = None;
            model.status = Some((Tone::Error, text::sanitize(&why).into_owned()));
            return Vec::new();
        }
    };
    let suffix = match place_of(&editing.server).map(|(place, _)| place.format) {
        Some(Format::Toml) => ".toml",
        // Editors that know comments in JSON take them there only.
        _ if before.contains("//") || before.contains("/*") => ".jsonc",
        _ => ".json",
    };
    let unwritten = model.starting.unwritten.as_ref();
    let kept = unwritten.filter(|(server, _)| server.is_same(&editing.server));
    let text = kept.map_or_else(|| before.clone(), |(_, text)| text.clone());
    editing.before = Some(before);
    // As editors end a file.
    let text = format!("{}\n", text.trim_end());
    vec![Effect::Edit {
        asker,
        text,
        suffix: suffix.to_owned(),
        beside: Vec::new(),
    }]
}

/// The editor is done. None when it was about something else.
pub(in crate::tui::update) fn edited(
    model: &mut Model,
    asker: u64,
    result: &Result<String, String>,
) -> Option<Vec<Effect>> {
    let editing = model
        .starting
        .editing
        .take_if(|editing| editing.asker == asker)?;
    let before = editing.before?;
    let after = match result {
        Ok(text) => text.clone(),
        Err(why) => {
            model.status = Some((Tone::Error, text::sanitize(why).into_owned()));
            return Some(Vec::new());
        }
    };
    model.starting.unwritten = None;
    if after.trim().is_empty() || after.trim_end() == before.trim_end() {
        return Some(say(model, "nothing was written"));
    }
    let (machine, trust) = match &model.discovery {
        Some(discovery) => (discovery.machine.clone()?, discovery.trust.clone()),
        None => return Some(Vec::new()),
    };
    // Until it is written.
    model.starting.unwritten = Some((editing.server.clone(), after.clone()));
    Some(vec![Effect::Configs(Box::new(Configs::Write {
        server: editing.server,
        before,
        after,
        machine,
        trust,
    }))])
}
