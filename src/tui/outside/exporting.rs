//! An export from the screen: the session is read again on this thread, chosen from, and written or only counted.

use std::io;
use std::path::Path;

use jiff::tz::TimeZone;

use super::process::Stop;
use super::save::expanded;
use super::tools::Lookup;
use crate::export::{Chosen, Fault, Material, Written};
use crate::exporting::{self, push};
use crate::filter::Filter;
use crate::mcp::http::headers::masked_url;
use crate::recording::Bodies;
use crate::session::timeline::Row;
use crate::text;
use crate::tui::effect::exporting::{Export, Share, To, Told};

/// Does it, and tells how far it is. Slow.
pub fn export(
    work: &Export,
    bodies: &Bodies,
    stop: &Stop,
    lookup: &impl Lookup,
    mut tell: impl FnMut(Told),
) -> Told {
    let done = |work: &Export, tell: &mut dyn FnMut(Told)| -> Result<Told, Fault> {
        // Reading it is half of the work.
        let (material, bodies) = exporting::survey(bodies, &work.of.name(), |far| {
            tell(Told::Far(far / 2));
            !stop.is_said()
        })?;
        let chosen = chosen(&work.share, &material, &bodies)?;
        let mut told = |far: u32| {
            tell(Told::Far(500 + far / 2));
            !stop.is_said()
        };
        let mut write = |out: &mut dyn io::Write| -> Result<Written, Fault> {
            exporting::write(&material, &bodies, work.format, &chosen, out, &mut told)
        };
        let (path, overwrite) = match &work.to {
            To::Nowhere => {
                let written = write(&mut io::sink())?;
                return Ok(Told::Counted {
                    count: written.count,
                    masked: written.masked.words(),
                });
            }
            To::Collector { url } => {
                let mut collector = match collector(url, lookup) {
                    Ok(collector) => collector,
                    Err(why) => return Ok(Told::Failed(why)),
                };
                let written = write(&mut collector)?;
                return Ok(sent(work, &written, collector.taken(), url));
            }
            To::File { path, overwrite } => (path, *overwrite),
        };
        let path = match expanded(path, lookup) {
            Ok(path) => path,
            Err(why) => return Ok(Told::Failed(why)),
        };
        let shown = std::path::absolute(&path).unwrap_or_else(|_| path.clone());
        let shown = shown.display();
        // However often somebody says so: what was recorded is in no other place.
        if work.of.file().is_some_and(|own| is_same(own, &path)) {
            return Ok(Told::Failed(format!("{shown} is the recording itself")));
        }
        let exists = || Told::Exists(format!("{shown} is there already; Enter again replaces it"));
        let mut target = match exporting::target(&path, overwrite) {
            Ok(target) => target,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(exists()),
            Err(error) => return Ok(Told::Failed(format!("{shown} was not written: {error}"))),
        };
        let written = write(&mut target)?;
        match target.finish() {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(exists()),
            Err(error) => return Err(Fault::Write(error)),
        }
        let masked = masked(&written);
        let size = std::fs::metadata(&path).map_or(0, |found| found.len());
        let row = work.format.row();
        Ok(Told::Done(format!(
            "wrote {} of {} to {shown}{masked}",
            text::size(size),
            row.name
        )))
    };
    match done(work, &mut tell) {
        Ok(told) => told,
        Err(Fault::Cancelled) => Told::Stopped,
        Err(fault) => Told::Failed(fault.to_string()),
    }
}

/// `; masked: …`, when something was.
fn masked(written: &Written) -> String {
    match written.masked.words() {
        words if words.is_empty() => words,
        words => format!("; masked: {words}"),
    }
}

/// The collector at an address, with the headers that the environment has for it.
fn collector(url: &str, lookup: &impl Lookup) -> Result<push::Collector, String> {
    let url = push::endpoint(url)?;
    let headers = lookup.variable(push::HEADERS).unwrap_or_default();
    let headers = push::headers(&headers)?;
    push::Collector::new(url, headers).map_err(|error| error.to_string())
}

/// What a collector took, and what it refused.
fn sent(work: &Export, written: &Written, taken: &push::Taken, url: &str) -> Told {
    let row = work.format.row();
    let url = push::endpoint(url).map_or_else(|_| String::new(), |url| masked_url(&url));
    let what = row.counted(written.count);
    if taken.refused == 0 {
        return Told::Done(format!("sent {what} to {url}{}", masked(written)));
    }
    let refused = usize::try_from(taken.refused).unwrap_or(usize::MAX);
    let why = taken.why.as_deref().unwrap_or("it does not say why");
    Told::Failed(format!(
        "of {what} {url} refused {}: {why}",
        text::plural(refused, "span")
    ))
}

/// Whether two paths lead to one file.
fn is_same(a: &Path, b: &Path) -> bool {
    let (a, b) = (std::fs::canonicalize(a), std::fs::canonicalize(b));
    matches!((a, b), (Ok(a), Ok(b)) if a == b)
}

fn chosen(share: &Share, material: &Material, bodies: &Bodies) -> Result<Chosen, Fault> {
    let words = share.words();
    Ok(match share {
        Share::All(_) => Chosen::All,
        Share::Rows(rows, _) => {
            // A later round has no row; its conversation has.
            let rows = rows.iter().map(|row| match *row {
                Row::Exchange(index) => Row::Exchange(material.timeline.first_round(index)),
                single @ Row::Single(_) => single,
            });
            Chosen::rows(rows.collect(), words)
        }
        Share::Filter(text, marks) => {
            let filter = Filter::parse(text).map_err(|fault| {
                Fault::Read(io::Error::new(
                    io::ErrorKind::InvalidInput,
                    fault.to_string(),
                ))
            })?;
            exporting::choose(material, bodies, &filter, marks, &TimeZone::system())?
        }
    })
}
