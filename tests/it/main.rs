//! The one integration test binary: everything that needs mcpscope as a program, or a real process behind a link.
//! Every file beside this one is listed here.
#![expect(clippy::unwrap_used, reason = "tests")]

mod architecture;
mod cli;
mod conductor;
mod corpus;
mod lint;
mod obligations;
mod protocol;
mod pty;
mod readme;
mod sessions;
mod shapes;
mod support;
mod tap;
mod tui;

/// A file that nobody lists is a test that nobody runs.
#[test]
fn every_file_here_is_listed() {
    let here = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it");
    let listed = include_str!("main.rs");
    for entry in std::fs::read_dir(here).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        if path.extension().is_some_and(|end| end == "rs") && stem != "main" {
            assert!(
                listed.contains(&format!("\nmod {stem};\n")),
                "{} is not listed in main.rs",
                path.display()
            );
        }
    }
}
