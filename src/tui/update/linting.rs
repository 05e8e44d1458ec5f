//! What lint finds: entries are handed over to be looked at, findings come back, and some are lived with.

use std::path::PathBuf;
use std::sync::Arc;

use super::{Model, replied, say, show};
use crate::lint::exceptions::Exception;
use crate::lint::report::form_of;
use crate::text;
use crate::tui::effect::linting::{Excepting, Linted, Reporting};
use crate::tui::effect::{Effect, Source, Store};
use crate::tui::event::{Event, Stored};
use crate::tui::model::{Overlay, Purpose, Tone};
use crate::tui::overlays::sheet::Sheet;
use crate::tui::pane::View;

/// Entries that are looked at as they come. With more of them the rest waits until somebody looks at what is found: the
/// linter keeps a fold of its own, and reads every body.
const EAGER: usize = 200_000;
/// Bytes of a body that is not read a second time for this, nor what comes after it, before somebody looks.
const HUGE: u64 = 8 << 20;

/// What came since is to be looked at, each entry once.
pub(super) fn feed(model: &mut Model) -> Vec<Effect> {
    let waits = model.view != View::Lint;
    let entries = model.world.timeline.whole();
    let from = model.world.lint.handed;
    let sources: Vec<Source> = (from..entries.len())
        .map_while(|index| {
            let row = entries.get(index)?;
            let rests = waits && (index >= EAGER || row.place().length > HUGE);
            (!rests).then(|| Source {
                seq: row.seq(),
                place: row.place(),
                revealed: false,
            })
        })
        .collect();
    model.world.lint.handed += sources.len();
    let mut effects = Vec::new();
    if sources.is_empty() {
        return effects;
    }
    if !model.world.asked_for_exceptions {
        model.world.asked_for_exceptions = true;
        effects.push(Effect::Store(Store::Exceptions(Excepting::Load)));
    }
    effects.push(Effect::Lint(sources));
    effects
}

/// Findings came.
pub(super) fn hear(model: &mut Model, linted: Linted) {
    let findings = &mut model.world.lint;
    findings.except(Arc::clone(&model.world.exceptions));
    findings.looked = linted.looked;
    findings.standings = linted.standings;
    findings.failed = linted.failed;
    findings.probes = linted.probes;
    findings.extend(linted.told);
    match linted.written {
        Some(Ok(sentence)) => model.status = Some((Tone::Info, sentence)),
        Some(Err(sentence)) => model.status = Some((Tone::Error, sentence)),
        None => {}
    }
}

/// Asks where the findings are to be written to.
pub(super) fn ask_where(model: &mut Model) -> Vec<Effect> {
    let sheet = Sheet::new("EXPORT FINDINGS", "writes them").with(
        "file",
        "findings.sarif",
        ".sarif, .xml (JUnit), .md, .json or .txt",
    );
    model
        .overlays
        .push(Overlay::Sheet(sheet, Purpose::Findings));
    Vec::new()
}

/// A file was named.
pub(super) fn report(model: &Model, file: &str) -> Result<Vec<Effect>, String> {
    let path = PathBuf::from(file);
    let Some(form) = form_of(&path) else {
        return Err("the name ends with .sarif, .xml (JUnit), .md, .json or .txt".to_owned());
    };
    let session = model.keeping.file();
    let name = session.map_or_else(
        || "session".to_owned(),
        |file| file.to_string_lossy().into_owned(),
    );
    let timeline = &model.world.timeline;
    let told = model.world.lint.all().iter().map(|one| {
        // The first line of the file is its header.
        let entry = timeline.with_seq(one.finding().seq);
        (
            one.told.clone(),
            entry.map_or(1, |entry| u64::from(entry) + 2),
        )
    });
    Ok(vec![Effect::Report(Box::new(Reporting {
        path,
        form,
        name,
        is_file: session.is_some(),
        told: told.collect(),
        exceptions: Arc::clone(&model.world.exceptions),
    }))])
}

/// The file of what is lived with was read, or written; whether that is what happened. It is of no session: what is lived
/// with is, whichever is looked at.
pub(super) fn excepted(model: &mut Model, event: &Event) -> bool {
    let Event::Stored(Stored::Exceptions { lines, changed }) = event else {
        return false;
    };
    match lines {
        Ok(lines) => {
            let read = lines.iter().filter_map(|line| Exception::read(line));
            model.world.exceptions = read.collect();
            let exceptions = &model.world.exceptions;
            model.world.lint.except(Arc::clone(exceptions));
            if let Some(aside) = &mut model.aside {
                aside.lint.except(Arc::clone(exceptions));
            }
            if let Some(file) = changed {
                let sentence = format!("written to {}", file.display());
                model.status = Some((Tone::Info, sentence));
            }
        }
        Err(why) => model.status = Some((Tone::Error, why.clone())),
    }
    true
}

/// Asks why a finding is lived with, and about what.
pub(super) fn ask(model: &mut Model, exception: &Exception) -> Vec<Effect> {
    let about = exception.about.as_deref().unwrap_or_default();
    let about = text::sanitize(about).into_owned();
    let sheet = Sheet::new(format!("IGNORE {}", exception.rule), "ignore")
        .with("reason", "", "why this is fine")
        .with("only for", &about, "whatever it is about");
    let purpose = Purpose::Except(exception.clone());
    model.overlays.push(Overlay::Sheet(sheet, purpose));
    Vec::new()
}

/// A reason was typed.
pub(super) fn kept(
    exception: &Exception,
    reason: String,
    only_for: &str,
) -> Result<Vec<Effect>, String> {
    if reason.is_empty() {
        return Err("a reason is needed: whoever reads the file will ask".to_owned());
    }
    let before = exception.about.as_deref();
    let about = match only_for {
        "" => None,
        // What was shown had been made safe; what is written is the name itself.
        same if before.is_some_and(|about| text::sanitize(about) == same) => {
            exception.about.clone()
        }
        other => Some(other.into()),
    };
    let exception = Exception {
        rule: exception.rule.clone(),
        about,
        reason: reason.into(),
    };
    let add = Excepting::Add(exception.line());
    Ok(vec![Effect::Store(Store::Exceptions(add))])
}

/// The server that a connection is, or was.
pub(super) fn server_of(model: &Model, conn: u32) -> Option<usize> {
    let state = model.world.timeline.state();
    let name = &state.connection(conn)?.name;
    let servers = &model.world.servers;
    servers
        .iter()
        .position(|server| server.conn == Some(conn))
        .or_else(|| servers.iter().position(|server| *server.name == **name))
}

/// To a tool, resource or prompt of a connection.
pub(super) fn item(model: &mut Model, view: View, name: &str, conn: u32) -> Vec<Effect> {
    let Some(place) = server_of(model, conn) else {
        return say(model, "its server is not in the list any more");
    };
    model.world.current = place;
    pick(model, view, name)
}

/// Shows an item of the server that is looked at.
pub(super) fn pick(model: &mut Model, view: View, name: &str) -> Vec<Effect> {
    show(model, view);
    let ctx = model.world.ctx();
    let reply = match view {
        View::Tools => model.panes.tools.pick(name, &ctx),
        View::Resources => model.panes.resources.pick(name, &ctx),
        _ => model.panes.prompts.pick(name, &ctx),
    };
    replied(model, reply)
}
