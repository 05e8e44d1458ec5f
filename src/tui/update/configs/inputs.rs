//! What a client asks a person for before it starts a server, asked on the screen: once in a run, kept nowhere.

use std::path::Path;

use crate::configs::inputs::{How, Input};
use crate::configs::{Configured, Lack, Launch, Machine};
use crate::text;
use crate::transport::Target;
use crate::tui::effect::Effect;
use crate::tui::model::{Model, Overlay, Purpose, Then};
use crate::tui::overlays::sheet::Sheet;

/// Columns of the names of inputs, and of what is said of them.
const LABEL: usize = 20;
const HINT: usize = 60;

/// What keeps a server from being started that nobody can be asked for here; none when nothing does.
pub(in crate::tui::update) fn unasked(server: &Configured) -> Option<String> {
    let command = server.asks.iter().find_map(|input| match &input.how {
        How::Command(command) => Some((&input.id, command)),
        How::Text | How::Pick(_) => None,
    });
    if let Some((id, command)) = command {
        return Some(format!(
            "needs the input {id}, which only the command {command} of {} gives; \
             mcpscope --server {} --input {id}=VALUE takes a value",
            server.client.name, server.name
        ));
    }
    let lacks = server.launch.lacks().into_iter();
    let lacks: Vec<String> = lacks
        .filter(|lack| !matches!(lack, Lack::Input(_)))
        .map(|lack| lack.to_string())
        .collect();
    (!lacks.is_empty()).then(|| format!("needs {}", lacks.join(" and ")))
}

/// What is started: in the project's folder, when that is not where we are.
pub(in crate::tui::update) fn target(
    launch: &Launch,
    server: &Configured,
    machine: Option<&Machine>,
) -> Result<Target, String> {
    let home = machine.map_or(Path::new(""), |machine| &machine.home);
    let here = machine.map(|machine| machine.folder.as_path());
    let folder = server.project.as_deref();
    launch.target(folder.filter(|folder| Some(*folder) != here), home)
}

/// Asks for what a server lacks, for what is to be done then.
pub(super) fn ask(model: &mut Model, place: usize, then: Then) -> Vec<Effect> {
    let Some(listed) = model
        .world
        .servers
        .get(place)
        .and_then(|server| server.listed.as_ref())
    else {
        return Vec::new();
    };
    let name = text::sanitize(&listed.server.name).into_owned();
    let mut sheet = Sheet::new(format!("{name} ASKS FOR"), then.word());
    for input in &listed.asks {
        let label = text::fit(&text::sanitize(&input.id), LABEL).into_owned();
        let said = match (&input.how, input.hidden) {
            (_, true) if input.description.is_empty() => "is not shown",
            (_, _) => &input.description,
        };
        let hint = text::fit(&text::sanitize(said), HINT).into_owned();
        let options = match &input.how {
            How::Pick(options) => options.clone(),
            How::Text | How::Command(_) => Vec::new(),
        };
        sheet = sheet.asking(label, hint, input.hidden, options, &input.proposed);
    }
    let overlay = Overlay::Sheet(sheet, Purpose::Inputs(place, then));
    model.overlays.push(overlay);
    Vec::new()
}

/// It was said. Other servers of the same file are not asked for the same again.
pub(in crate::tui::update) fn given(
    model: &mut Model,
    place: usize,
    then: Then,
    texts: Vec<String>,
) -> Result<Vec<Effect>, String> {
    let server = model.world.servers.get(place);
    let Some(listed) = server.and_then(|server| server.listed.as_ref()) else {
        return Ok(Vec::new());
    };
    let asked: Vec<(Input, String)> = listed.asks.iter().cloned().zip(texts).collect();
    if let Some(why) = asked.iter().find_map(|(input, text)| input.refuses(text)) {
        return Err(text::sanitize(&why).into_owned());
    }
    let file = listed.server.file.clone();
    let said: Vec<(String, String)> = asked
        .into_iter()
        .map(|(input, text)| (input.id, text))
        .collect();
    let machine = model
        .discovery
        .as_ref()
        .and_then(|discovery| discovery.machine.as_ref());
    for (at, server) in model.world.servers.iter_mut().enumerate() {
        let Some(listed) = server.listed.as_mut() else {
            continue;
        };
        let known = |input: &Input| said.iter().any(|(id, _)| *id == input.id);
        if listed.server.file != file || !listed.asks.iter().any(known) {
            continue;
        }
        let launch = listed.server.launch.clone().given(&said);
        let all = listed.asks.iter().all(known);
        let target = match &listed.over {
            Some(over) => over.target(&launch, &listed.server),
            None => target(&launch, &listed.server, machine),
        };
        match target {
            Ok(target) if all => {
                server.target = Some(target);
                listed.asks.clear();
            }
            Err(why) if at == place => return Err(text::sanitize(&why).into_owned()),
            // The rest is asked for when it is started, and this once more.
            _ => {}
        }
    }
    Ok(super::go_on(model, place, then))
}
