//! Rules about probes that take more than a few lines to judge: versions, arguments.

use crate::json;
use crate::lint::seen::Told;
use crate::lint::transcript::{Stepped, Transcript};
use crate::mcp::revision::Era;

/// What the handshake of a probe was answered with.
fn version(seen: &Transcript) -> Option<String> {
    let came = seen.step("initialize")?.answer()?;
    json::string_at(&came.raw, &["result", "protocolVersion"])
}

pub(super) fn echoes(seen: &Transcript, before: &[Transcript], told: &mut Told) {
    // What it answers when it is asked for another is what it speaks for sure.
    let same =
        |other: &&Transcript| other.server == seen.server && other.probe.starts_with("version-");
    let all: Vec<&Transcript> = before.iter().filter(same).chain([seen]).collect();
    let Some(answered) = version(seen) else {
        return;
    };
    let wanted = |one: &Transcript| one.probe.trim_start_matches("version-").to_owned();
    let shown = seen.step("initialize").map_or(0, Stepped::shown);
    // This one was asked for earlier, and answered with another.
    let refused = all
        .iter()
        .find(|one| wanted(one) == answered && version(one).is_some_and(|got| got != answered));
    // It was answered with another, though it was spoken earlier.
    let asked = wanted(seen);
    let spoken = answered != asked && all.iter().any(|one| version(one) == Some(asked.clone()));
    told.demand_at(refused.is_none() && !spoken, shown, || {
        let odd = if spoken { &asked } else { &answered };
        format!("{odd} is spoken when another version is proposed, but not when it is")
    });
}

pub(super) fn bogus(seen: &Transcript, _: &[Transcript], told: &mut Told) {
    let Some(step) = seen.step("initialize").filter(|step| !step.tells_nothing()) else {
        return;
    };
    let Some(came) = step.answer() else { return };
    if came.failed {
        let fits = came.code() == Some(-32602)
            || seen.revision.map(crate::mcp::revision::Revision::era) == Some(Era::Modern);
        return told.demand_at(fits, came.seq, || {
            format!(
                "a version that never was is refused with {}, not -32602",
                came.words()
            )
        });
    }
    let answered = version(seen).unwrap_or_default();
    told.demand_at(answered != crate::probe::NEVER, came.seq, || {
        format!("{answered}, which never was a version, is answered with itself")
    });
}

pub(super) fn arguments(seen: &Transcript, _: &[Transcript], told: &mut Told) {
    for step in seen.steps.iter().filter(|step| !step.tells_nothing()) {
        let Some(came) = step.answer() else { continue };
        let is_error = came.get(&["result", "isError"]).and_then(json::boolean);
        let asks = came.get(&["result", "resultType"]).and_then(json::string);
        if asks.as_deref() == Some("input_required") {
            continue;
        }
        told.demand_at(is_error == Some(true), came.seq, || {
            let name = &step.name;
            if came.failed {
                format!("{name}: answered with {}, not with isError", came.words())
            } else {
                format!("{name}: taken as if nothing were wrong")
            }
        });
    }
}
