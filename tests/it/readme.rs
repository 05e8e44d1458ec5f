//! README's generated parts are what the code says; `UPDATE_README=1` writes them anew.

use std::fs;

const KEYS: [&str; 2] = [
    "<!-- keys: generated from src/tui/action.rs; UPDATE_README=1 cargo test --test it readme writes it -->\n",
    "<!-- end of keys -->",
];

const FILTERS: [&str; 2] = [
    "<!-- filters: generated from src/filter/key.rs; UPDATE_README=1 cargo test --test it readme writes it -->\n",
    "<!-- end of filters -->",
];

/// Both in one test: two that write would write over each other.
#[test]
fn readme_lists_the_keys_and_the_filters_of_the_tables() {
    holds(KEYS, &format!("{}\n", mcpscope::tui::keymap::key_table()));
    holds(FILTERS, &mcpscope::filter::key::table());
}

fn holds([begin, end]: [&str; 2], table: &str) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let readme = fs::read_to_string(path).unwrap();
    let (before, rest) = readme.split_once(begin).expect("the mark before");
    let (listed, after) = rest.split_once(end).expect("the mark after");
    if std::env::var_os("UPDATE_README").is_some() {
        fs::write(path, format!("{before}{begin}{table}{end}{after}")).unwrap();
    } else {
        assert_eq!(
            listed, table,
            "UPDATE_README=1 cargo test --test it readme writes it anew"
        );
    }
}

#[test]
fn readme_names_every_exit_code() {
    let readme = include_str!("../../README.md").replace('\n', " ");
    let help = "0 ok, 1 internal, 2 usage, 3 cannot start, 4 cannot reach, 5 needs login, 6 protocol error, 7 tool error, 8 timeout, 9 server exited or crashed, 10 differs, 11 findings, 12 not trusted";
    assert!(readme.contains(help));
}

#[test]
fn readme_names_every_format_and_tool() {
    let readme = include_str!("../../README.md");
    for row in mcpscope::export::FORMATS {
        let line = format!("| `{}` | `.{}` |", row.name, row.extension);
        assert!(readme.contains(&line), "{line}");
    }
    let tools = mcpscope::import::IMPORTS.iter().map(|row| row.name);
    let tools: Vec<&str> = tools
        .filter(|name| !["har", "client-log"].contains(name))
        .collect();
    assert!(readme.contains(&format!(
        "recordings of {}, HAR, and logs of clients",
        tools.join(", ")
    )));
}
