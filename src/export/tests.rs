use super::*;
use crate::session::codec;

/// A session given as its file, and a reader of its entries.
struct Taken {
    material: Material,
    entries: Vec<(Entry, Place)>,
}

impl Taken {
    fn of(file: &str) -> Self {
        let mut lines = file.split_inclusive('\n');
        let header = codec::read_header(lines.next().unwrap().as_bytes()).unwrap();
        let mut taken = Self {
            material: Material::new(header, "demo"),
            entries: Vec::new(),
        };
        let mut offset = 0;
        for line in lines {
            let place = Place {
                offset,
                length: line.len() as u64,
            };
            offset += line.len() as u64;
            let entry = codec::read(line.as_bytes()).unwrap();
            let recorded = crate::session::recorded::Recorded::of(&entry, place);
            taken.material.push(&recorded, || entry.extra.clone());
            taken.entries.push((entry, place));
        }
        taken
    }

    fn kept(name: &str) -> Self {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("sessions");
        Self::of(&std::fs::read_to_string(root.join(name)).unwrap())
    }

    fn export(&self, format: Format, chosen: &Chosen) -> String {
        String::from_utf8(self.bytes(format, chosen).0).unwrap()
    }

    fn bytes(&self, format: Format, chosen: &Chosen) -> (Vec<u8>, Written) {
        let mut out = Vec::new();
        let mut read = |seq: u64, place: Place| {
            let found = self
                .entries
                .iter()
                .find(|(entry, at)| entry.seq == seq && *at == place);
            Ok(found.unwrap().0.clone())
        };
        let mut told = |_| true;
        let job = Job::new(&self.material, chosen, &mut read, &mut out, &mut told);
        let written = job.run(format).unwrap();
        (out, written)
    }
}

#[test]
fn the_table_is_in_the_order_of_the_formats_and_names_are_found() {
    for (place, row) in FORMATS.iter().enumerate() {
        assert_eq!(row.format as usize, place);
        assert_eq!(Format::named(row.name), Some(row.format));
        assert_eq!(
            Format::of_file(&format!("a/b.{}", row.extension)),
            Some(row.format)
        );
    }
    assert_eq!(Format::of_file("x.OTLP.jsonl"), Some(Format::Otlp));
    assert_eq!(Format::of_file(".har"), None);
    assert_eq!(Format::of_file("har"), None);
}

#[test]
fn a_session_exported_whole_is_the_session() {
    for name in [
        "demo.jsonl",
        "crash.jsonl",
        "results.jsonl",
        "trouble.jsonl",
    ] {
        let taken = Taken::kept(name);
        let again = Taken::of(&taken.export(Format::Session, &Chosen::All));
        assert!(taken.material.header == again.material.header, "{name}");
        let entries = |taken: &Taken| -> Vec<Entry> {
            taken
                .entries
                .iter()
                .map(|(entry, _)| entry.clone())
                .collect()
        };
        assert!(entries(&taken) == entries(&again), "{name}");
    }
}
