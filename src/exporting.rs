//! Carries an export out: reads a session twice (once to fold it, once for its bodies), and brings what a format makes
//! of it to a file, a stream or a collector. May be slow; never called on the drawing thread.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

pub mod push;

use jiff::tz::TimeZone;

use crate::export::{Chosen, Fault, Format, Job, Masked, Material, Written};
use crate::filter::Filter;
use crate::filter::row::{World, newest};
use crate::mask::Masker;
use crate::recording::Bodies;
use crate::session::marks::{Mark, Marks};
use crate::session::recorded::Recorded;

/// Reads a session to its end. `told` is given how far it is, in thousandths, and says whether to go on. Gives back what
/// was read, and the bodies that go with it. What the rules that go with them call secret is masked before the fold
/// sees it: what stands beside a body, such as the name of a tool, is masked as the body is.
pub fn survey(
    bodies: &Bodies,
    name: &str,
    mut told: impl FnMut(u32) -> bool,
) -> Result<(Material, Bodies), Fault> {
    let header = bodies.header().map_err(Fault::Read)?;
    let all = bodies.length().map_err(Fault::Read)?.max(1);
    let (mut reading, bodies) = bodies.again();
    let mut masker = Masker::new(bodies.secrets().rules().clone());
    let mut material = Material::new(header, name);
    material.secrets = masker.secrets().clone();
    let mut take = |batch: Vec<Recorded>, read: u64| {
        for entry in &batch {
            let Ok(mut whole) = bodies.read(entry.seq, entry.place) else {
                material.push(entry, None);
                continue;
            };
            let mut masked = Masked::default();
            masked.entry(&mut masker, &mut whole);
            if masked.total() > 0 {
                material.push(&Recorded::of(&whole, entry.place), whole.extra.as_deref());
            } else {
                material.push(entry, whole.extra.as_deref());
            }
        }
        told(
            u32::try_from(read * 1_000 / all)
                .unwrap_or(1_000)
                .min(1_000),
        )
    };
    if !reading.read_on(&mut take).map_err(Fault::Read)? {
        return Err(Fault::Cancelled);
    }
    if let Some(last) = reading.finish() {
        take(vec![last], all);
    }
    Ok((material, bodies))
}

/// The rows that a filter lets through. `marks` are those people made; times without a zone are of `zone`.
pub fn choose(
    material: &Material,
    bodies: &Bodies,
    filter: &Filter,
    marks: &Marks,
    zone: &TimeZone,
) -> Result<Chosen, Fault> {
    let timeline = &material.timeline;
    let world = World {
        timeline,
        zone,
        marks: &|seq| marks.get(seq).map(Mark::sign),
        findings: None,
        newest: newest(timeline),
    };
    let rows = bodies.pick(filter, &world).map_err(Fault::Read)?;
    Ok(Chosen::rows(rows, format!("filter {filter}")))
}

/// Writes a session that was read before.
pub fn write(
    material: &Material,
    bodies: &Bodies,
    format: Format,
    chosen: &Chosen,
    out: &mut dyn Write,
    told: &mut dyn FnMut(u32) -> bool,
) -> Result<Written, Fault> {
    let mut read = |seq, place| bodies.read(seq, place);
    Job::new(material, chosen, &mut read, out, told).run(format)
}

/// A file that is there only once all of it is: written beside its place, readable by its owner alone, then renamed.
#[derive(Debug)]
pub struct Whole {
    file: io::BufWriter<tempfile::NamedTempFile>,
    path: PathBuf,
    overwrite: bool,
}

impl Whole {
    /// Begins a file at `path`. One that is there already stays unless it may be overwritten.
    pub fn create(path: &Path, overwrite: bool) -> io::Result<Self> {
        if !overwrite && path.exists() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        let file = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
        Ok(Self {
            file: io::BufWriter::with_capacity(1 << 16, file),
            path: path.to_owned(),
            overwrite,
        })
    }

    /// Puts it in its place.
    pub fn finish(self) -> io::Result<()> {
        let file = self
            .file
            .into_inner()
            .map_err(io::IntoInnerError::into_error)?;
        if self.overwrite {
            file.persist(&self.path).map_err(|error| error.error)?;
        } else {
            file.persist_noclobber(&self.path)
                .map_err(|error| error.error)?;
        }
        Ok(())
    }
}

impl Write for Whole {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Opens a file that somebody names for an export, device or pipe included.
pub fn target(path: &Path, overwrite: bool) -> io::Result<Target> {
    let special = std::fs::metadata(path).is_ok_and(|found| !found.is_file());
    if special {
        let file = OpenOptions::new().write(true).open(path)?;
        return Ok(Target::Special(file));
    }
    Whole::create(path, overwrite).map(Target::Whole)
}

/// Where an export goes.
#[derive(Debug)]
pub enum Target {
    /// A file.
    Whole(Whole),
    /// A device or a pipe, which takes the bytes as they come.
    Special(File),
}

impl Target {
    /// The end.
    pub fn finish(self) -> io::Result<()> {
        match self {
            Self::Whole(whole) => whole.finish(),
            Self::Special(mut file) => file.flush(),
        }
    }
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Whole(whole) => whole.write(bytes),
            Self::Special(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Whole(whole) => whole.flush(),
            Self::Special(file) => file.flush(),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::export::FORMATS;
    use crate::mask::Rules;
    use crate::note::Note;
    use crate::recorder::{Draft, Recorder};
    use crate::recording::Recording;
    use crate::session::Direction;

    /// A tool whose name is a secret, by the settings: it stands in what reports say beside the body, too.
    #[test]
    fn the_rules_of_the_settings_hold_for_every_word_of_every_format() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s.jsonl");
        let mut recorder = Recorder::create(&path).unwrap();
        let connect = Note::Connect {
            name: "of order 4711".to_owned(),
            transport: "stdio".to_owned(),
            era: "legacy".to_owned(),
        };
        recorder.append(Draft::note(1, &connect), None);
        let frames = [
            (
                Direction::Out,
                r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"unveil","arguments":{"a":1}}}"#,
            ),
            (
                Direction::In,
                r#"{"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"no order 4711"}}"#,
            ),
            (
                Direction::Out,
                r#"{"jsonrpc":"2.0","id":2,"method":"resources/read","params":{"uri":"shop:order 4711"}}"#,
            ),
            (
                Direction::In,
                r#"{"jsonrpc":"2.0","id":2,"result":{"contents":[]}}"#,
            ),
        ];
        for (direction, body) in frames {
            let draft = Draft::wire(1, direction, body.as_bytes().to_vec());
            recorder.append(draft, None);
        }
        let mut rules = Rules::default();
        rules.add_member("$.params.name").unwrap();
        rules.add_text(r"order \d+").unwrap();
        let recording = Recording::masked_by(&path, &rules).unwrap();
        let (material, bodies) = survey(&recording.bodies(), "s", |_| true).unwrap();
        for row in FORMATS {
            let mut out = Vec::new();
            let written = write(
                &material,
                &bodies,
                row.format,
                &Chosen::All,
                &mut out,
                &mut |_| true,
            );
            assert!(written.unwrap().masked.total() > 0, "{}", row.name);
            let out = String::from_utf8(out).unwrap();
            assert!(
                !out.contains("unveil") && !out.contains("4711"),
                "{}: {out}",
                row.name
            );
            assert!(out.contains("masked:name"), "{}: {out}", row.name);
        }
    }
}
