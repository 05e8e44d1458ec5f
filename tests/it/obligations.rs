//! What a client must do (protocol.md §7), one by one: each obligation has a test that is named after its number.
//!
//! They stand at the lowest rung that shows the obligation: a transcript of the client or of the courier where there
//! is no world in it, a link or the program where there is.

mod answering;
mod authorizing;
mod carrying;
mod content;
mod opening;
mod play;
mod waiting;
mod world;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// How many there are.
const ALL: u32 = 32;

/// The tests that are named after an obligation, by its number. Beside this one all tests are; elsewhere some, where
/// what they need is private.
fn tests() -> BTreeMap<u32, Vec<String>> {
    let mut found: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let here = root.join("tests/it/obligations");
    for path in files(&root.join("src")).into_iter().chain(files(&here)) {
        let is_here = path.starts_with(&here);
        if is_here {
            let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap();
            let listed = include_str!("obligations.rs");
            assert!(
                listed.contains(&format!("\nmod {stem};\n")),
                "{stem} is not listed"
            );
        }
        for name in of_file(&path) {
            let number = name
                .strip_prefix("obligation_")
                .and_then(|rest| rest.split('_').next())
                .and_then(|digits| digits.parse().ok());
            match number {
                Some(number) => found.entry(number).or_default().push(name),
                None => assert!(!is_here, "{name} in {} names none", path.display()),
            }
        }
    }
    found
}

/// Every source file in a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .filter(|path| path.extension().is_some_and(|end| end == "rs"))
        .collect()
}

/// The names of the tests in a file: functions behind a line that says so.
fn of_file(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap();
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    lines
        .iter()
        .enumerate()
        .filter(|(_, line)| matches!(**line, "#[test]" | "#[tokio::test]"))
        .filter_map(|(at, _)| {
            let function = lines[at..]
                .iter()
                .find_map(|line| line.strip_prefix("fn "))?;
            Some(function.split('(').next()?.to_owned())
        })
        .collect()
}

#[test]
fn every_obligation_has_a_test_named_after_it() {
    let found = tests();
    let missing: Vec<u32> = (1..=ALL)
        .filter(|number| !found.contains_key(number))
        .collect();
    assert!(missing.is_empty(), "no test of {missing:?}");
    let unknown: Vec<&u32> = found
        .keys()
        .filter(|number| !(1..=ALL).contains(*number))
        .collect();
    assert!(unknown.is_empty(), "there is no obligation {unknown:?}");
}
