//! Requests written as what reproduces them: reads their messages back, for clipboards and the normal screen.

use crate::recording::Bodies;
use crate::snippet::Written;
use crate::tui::effect::{CopyAs, Source};
use crate::tui::event::Event;

/// Reads request and answer, and writes what reproduces them.
pub(super) fn copy_as(wanted: CopyAs, bodies: &Bodies) -> Event {
    let print = wanted.print;
    match write(wanted, bodies) {
        Ok(written) if print => Event::ToPrint(written.text),
        Ok(written) => Event::ToCopy {
            text: written.text,
            what: written.what,
        },
        Err(why) => Event::Copied(Err(why)),
    }
}

/// Writes several, each with its number.
pub(super) fn lines(
    wanted: Vec<(u64, CopyAs)>,
    bodies: &Bodies,
) -> Vec<(u64, Result<String, String>)> {
    let line = |(number, wanted)| {
        let written = write(wanted, bodies).map(|written| written.text);
        (number, written)
    };
    wanted.into_iter().map(line).collect()
}

fn write(wanted: CopyAs, bodies: &Bodies) -> Result<Written, String> {
    let read = |source: Source| {
        bodies
            .read(source.seq, source.place)
            .map_err(|error| format!("#{} cannot be read back: {error}", source.seq))
    };
    let mut subject = wanted.subject;
    if let Some(request) = wanted.request {
        let entry = read(request)?;
        subject.read(&entry.body)?;
    }
    if let (Some(answer), Some(response)) = (&mut subject.answer, wanted.response) {
        answer.body = Some(read(response)?.body);
    }
    wanted.form.write(&subject)
}
