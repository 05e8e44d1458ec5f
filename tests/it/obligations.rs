//! What a client must do (protocol.md §7), one by one: each obligation has a test that is named after its number.
//!
//! They stand at the lowest rung that shows the obligation: a transcript of the client or of the courier where there
//! is no world in it, a link or the program where there is.

mod answering;
mod carrying;
mod content;
mod opening;
mod play;
mod waiting;
mod world;

use std::collections::BTreeMap;
use std::path::Path;

/// How many there are.
const ALL: u32 = 32;

/// The tests of the files beside this one, by the number in their name.
fn tests() -> BTreeMap<u32, Vec<String>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/obligations");
    let mut found: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let listed = include_str!("obligations.rs");
        let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap();
        assert!(
            listed.contains(&format!("\nmod {stem};\n")),
            "{stem} is listed"
        );
        for name in of_file(&path) {
            let number = name
                .strip_prefix("obligation_")
                .and_then(|rest| rest.get(..2))
                .and_then(|digits| digits.parse().ok());
            let number =
                number.unwrap_or_else(|| panic!("{name} in {} names none", path.display()));
            found.entry(number).or_default().push(name);
        }
    }
    found
}

/// The names of the tests in a file: functions behind a line that says so.
fn of_file(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap();
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    lines
        .iter()
        .enumerate()
        .filter(|(_, line)| **line == "#[test]")
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
