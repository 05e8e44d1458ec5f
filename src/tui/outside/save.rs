//! Writing a part of a document to a file, which is never overwritten without being asked twice.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::part::Part;
use super::tools::Lookup;
use crate::text;

/// Why a file was not written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unsaved {
    /// There is one already.
    Exists(String),
    /// It cannot be.
    Failed(String),
}

/// Writes a file; says where and how much. `~/` at the beginning is the home folder.
pub fn save(
    part: &Part,
    path: &str,
    overwrite: bool,
    lookup: &impl Lookup,
) -> Result<String, Unsaved> {
    let path = expanded(path, lookup).map_err(Unsaved::Failed)?;
    if let Some(why) = part.fault() {
        let path = path.display();
        return Err(Unsaved::Failed(format!("{path} was not written: {why}")));
    }
    let bytes = part.bytes();
    let mut options = OpenOptions::new();
    options.write(true);
    if overwrite {
        options.create(true).truncate(true);
    } else {
        options.create_new(true);
    }
    let failed = |error: io::Error| {
        let path = path.display();
        Unsaved::Failed(format!("{path} was not written: {error}"))
    };
    let mut file = match options.open(&path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && !path.is_dir() => {
            let path = path.display();
            return Err(Unsaved::Exists(format!(
                "{path} is there already; Enter again overwrites it"
            )));
        }
        other => other.map_err(failed)?,
    };
    if let Err(error) = file.write_all(&bytes).and_then(|()| file.flush()) {
        if !overwrite {
            // Half a file is worse than none; what was there before is gone either way.
            let _ = fs::remove_file(&path);
        }
        return Err(failed(error));
    }
    let size = text::size(bytes.len() as u64);
    let shown = std::path::absolute(&path).unwrap_or(path);
    Ok(format!("wrote {size} to {}", shown.display()))
}

/// The path that somebody means; `~/` at the beginning is the home folder.
pub fn expanded(path: &str, lookup: &impl Lookup) -> Result<PathBuf, String> {
    let path = path.trim();
    if path.is_empty() {
        return Err("a file needs a name".to_owned());
    }
    let home = || {
        let home = lookup
            .variable("HOME")
            .or_else(|| lookup.variable("USERPROFILE"));
        home.ok_or_else(|| "there is no home folder here".to_owned())
    };
    Ok(match path.strip_prefix("~/") {
        Some(rest) => Path::new(&home()?).join(rest),
        None if path == "~" => PathBuf::from(home()?),
        None => PathBuf::from(path),
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::super::part::Shape;
    use super::super::tools::tests::Made;
    use super::*;

    fn part(bytes: &[u8]) -> Part {
        Part::exact(bytes)
    }

    #[test]
    fn bytes_are_written_exactly_and_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a value.json");
        let name = path.to_str().unwrap();
        let made = Made::default();
        let told = save(&part(b"\xff\0 1.0\n"), name, false, &made).unwrap();
        assert_eq!(told, format!("wrote 7 B to {name}"));
        assert_eq!(fs::read(&path).unwrap(), b"\xff\0 1.0\n");
        let again = save(&part(b"2"), name, false, &made).unwrap_err();
        let words = format!("{name} is there already; Enter again overwrites it");
        assert_eq!(again, Unsaved::Exists(words));
        assert_eq!(fs::read(&path).unwrap().len(), 7);
        save(&part(b"2"), &format!(" {name} "), true, &made).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"2");
        let blob = Part::new(&b"\"AP8=\""[..], Shape::Blob);
        save(&blob, name, true, &made).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"\0\xff");
        // What says that it is bytes and is not is refused, and nothing is overwritten for it.
        let broken = Part::new(&b"\"%%\""[..], Shape::Blob);
        let words = format!("{name} was not written: what stands there is no base64");
        assert_eq!(
            save(&broken, name, true, &made).unwrap_err(),
            Unsaved::Failed(words)
        );
        assert_eq!(fs::read(&path).unwrap(), b"\0\xff");
    }

    #[test]
    fn the_home_folder_is_known_and_what_cannot_be_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let home: &'static str = folder.path().to_str().unwrap().to_owned().leak();
        let made = Made {
            variables: vec![("HOME", home)],
            ..Made::default()
        };
        save(&part(b"1"), "~/x", false, &made).unwrap();
        assert_eq!(fs::read(folder.path().join("x")).unwrap(), b"1");
        let failed =
            |path: &str, overwrite, made: &Made| match save(&part(b"1"), path, overwrite, made) {
                Err(Unsaved::Failed(why)) => why,
                other => panic!("{path}: {other:?}"),
            };
        assert_eq!(failed("  ", false, &made), "a file needs a name");
        assert_eq!(
            failed("~/x", true, &Made::default()),
            "there is no home folder here"
        );
        assert!(
            failed("~", false, &made).contains("was not written"),
            "a folder"
        );
        assert!(
            failed("~", true, &made).contains("was not written"),
            "a folder"
        );
        assert!(failed("~/no/such", false, &made).contains("was not written: "));
    }
}
