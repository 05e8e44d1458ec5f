//! Settings that change while the screen is open: before a server is started they are read again, and it is started as
//! its entry stands then, asked about anew where it is something else than what was agreed to.

use super::super::{Model, examining, say, servers};
use super::{find_named, short};
use crate::configs::Configured;
use crate::text;
use crate::tui::effect::Effect;
use crate::tui::effect::configs::{Configs, Discovery};
use crate::tui::model::{Then, Tone};

/// Names that stand in a sentence, of those of one kind.
const NAMES: usize = 4;

/// What a reading found to be other than before, by name.
#[derive(Debug, Default)]
pub(super) struct News {
    /// Rows whose entry says something else.
    pub changed: Vec<usize>,
    /// Servers that were not there.
    pub new: Vec<usize>,
    /// Rows whose entry is there no longer.
    pub gone: Vec<usize>,
}

/// Has the settings read again, and something done then. None where they were never looked for.
pub(super) fn again(model: &mut Model, then: Then) -> Option<Vec<Effect>> {
    let discovery = model.discovery.as_ref()?;
    let (machine, trust) = (discovery.machine.clone()?, discovery.trust.clone());
    let rows = model.world.servers.iter();
    let named = rows.filter_map(|row| {
        let listed = row.listed.as_ref()?;
        Some((listed.server.clone(), listed.over.as_ref()?.machine.clone()))
    });
    let named = named.collect();
    if !model.starting.reading.contains(&then) {
        model.starting.reading.push(then);
    }
    Some(vec![Effect::Configs(Box::new(Configs::Again {
        machine,
        trust,
        named,
    }))])
}

/// Somebody wants to know what the settings say by now.
pub(in crate::tui::update) fn look(model: &mut Model) -> Vec<Effect> {
    match again(model, Then::Tell) {
        Some(effects) => effects,
        None => say(model, "the settings of clients are not read yet"),
    }
}

/// Rows whose entry was not found are told why they cannot be started.
pub(super) fn gone(model: &mut Model, discovery: &Discovery, news: &mut News) {
    let machine = discovery.machine.as_ref();
    for (place, row) in model.world.servers.iter_mut().enumerate() {
        let Some(listed) = &mut row.listed else {
            continue;
        };
        let server = &listed.server;
        let named = discovery.named.iter();
        let is_there = discovery.found.same(server).is_some()
            || named.clone().any(|(other, _)| other.is_same(server));
        if is_there {
            continue;
        }
        let broken = discovery.found.broken.iter().find(|broken| {
            let name = broken.name.as_ref();
            broken.file == server.file && name.is_none_or(|name| *name == server.name)
        });
        let why = match broken {
            Some(broken) => format!("cannot be read any more: {broken}"),
            None => format!(
                "does not stand in {} any more",
                short(machine, &server.file)
            ),
        };
        if listed.problem.as_ref() != Some(&why) {
            listed.problem = Some(why);
            news.gone.push(place);
        }
    }
}

/// What was to be done when all was read is done.
pub(super) fn go_on(model: &mut Model, news: &News) -> Vec<Effect> {
    let mut effects = Vec::new();
    for then in std::mem::take(&mut model.starting.reading) {
        if let Some(place) = then.place() {
            if news.changed.contains(&place) {
                changed(model, place);
            }
            super::fresh(model, place);
        }
        effects.extend(match then {
            Then::Add(words) => add(model, &words),
            Then::Tell => tell(model, news),
            then => perform(model, then),
        });
    }
    effects
}

/// Does what was held up, as if it were asked for now.
pub(super) fn perform(model: &mut Model, then: Then) -> Vec<Effect> {
    match then {
        Then::Connect(place) => servers::connect(model, place),
        Then::Restart(place) => servers::restart(model, place),
        Then::Examine(place) => examining::begin(model, place),
        Then::OtherEra(place) => servers::other_era(model, place),
        Then::Add(_) | Then::Tell => Vec::new(),
    }
}

fn add(model: &mut Model, words: &[String]) -> Vec<Effect> {
    let [wanted] = words else {
        return Vec::new();
    };
    find_named(model, wanted)
}

/// A server that is about to be started is not what it was.
fn changed(model: &mut Model, place: usize) {
    let row = model.world.servers.get(place);
    let Some((row, listed)) = row.and_then(|row| Some((row, row.listed.as_ref()?))) else {
        return;
    };
    let what = format!(
        "{} changed in {}: it is taken as it stands there now",
        row.name, listed.place
    );
    model.status = Some((Tone::Warn, text::sanitize(&what).into_owned()));
}

fn tell(model: &mut Model, news: &News) -> Vec<Effect> {
    let parts: Vec<String> = [
        (&news.changed, "changed", "changed"),
        (&news.new, "is new", "are new"),
        (&news.gone, "is gone", "are gone"),
    ]
    .into_iter()
    .filter(|(places, ..)| !places.is_empty())
    .map(|(places, one, many)| {
        let names = places.iter().filter_map(|place| {
            let row = model.world.servers.get(*place)?;
            Some(row.name.clone())
        });
        let mut names: Vec<String> = names.collect();
        let more = names.len().saturating_sub(NAMES);
        names.truncate(NAMES);
        if more > 0 {
            names.push(format!("{more} more"));
        }
        let does = if places.len() == 1 { one } else { many };
        format!("{} {does}", names.join(", "))
    })
    .collect();
    let what = if parts.is_empty() {
        "the settings say what they said".to_owned()
    } else {
        format!("the settings were read again: {}", parts.join("; "))
    };
    // What cannot be read is more pressing, and was said.
    let broken = model
        .discovery
        .as_ref()
        .is_some_and(|discovery| !discovery.found.broken.is_empty());
    if !broken || !parts.is_empty() {
        model.status = Some((Tone::Info, text::sanitize(&what).into_owned()));
    }
    Vec::new()
}

/// Whether what cannot be used is the same as before: then it was told.
pub(super) fn told_before(model: &Model, discovery: &Discovery) -> bool {
    let before = model.discovery.as_ref();
    before.is_some_and(|before| before.found.broken == discovery.found.broken)
        && !model.starting.reading.contains(&Then::Tell)
}

/// Another entry of the name of a row whose own is gone: the row is its from now on.
pub(super) fn heir(model: &Model, discovery: &Discovery, server: &Configured) -> Option<usize> {
    let mut rows = model.world.servers.iter();
    rows.position(|row| {
        row.listed.as_ref().is_some_and(|listed| {
            listed.over.is_none()
                && listed.server.name == server.name
                && discovery.found.same(&listed.server).is_none()
        })
    })
}
