//! The shape of the code, as tests: who may know whom, what the core must not touch, how long a file may get.
//!
//! The map in `src/lib.rs` tells the same in words. Every rule is a function from a file to its findings, and is
//! first tried on a made-up file that breaks it: a rule that cannot fail would be no rule.

use std::fs;
use std::path::Path;

mod source;

use source::{Source, words};

/// The layers, lowest first. A file may use what stands before its own layer, never what stands in it or after.
/// Modules in one layer do not know each other, but for [`FRIENDS`].
const LAYERS: &[&[&str]] = &[
    &["json"],
    &["text"],
    &["pack"],
    &["query"],
    &["jsonrpc"],
    &["sse"],
    &["note"],
    &["form"],
    &["validity"],
    &["mcp"],
    &["session"],
    &["mask"],
    &["probe"],
    &["lint"],
    &["doctor"],
    &["filter"],
    &["snippet"],
    &["export"],
    &["logbook"],
    &["import"],
    &["diff"],
    &["bench"],
    &["replay"],
    &["script"],
    &["demo"],
    &["transport"],
    &["listen"],
    &["paths"],
    &["recorder", "recording"],
    &["config", "logging"],
    &["exporting"],
    &["history"],
    &["library"],
    &["presets", "drafts", "kept"],
    &["ignores"],
    &["chips"],
    &["unfinished"],
    &["configs"],
    &["clientlogs", "tail", "watch"],
    &["surroundings"],
    &["inspector", "serve", "tap"],
    &["replaying"],
    &["cli", "tui"],
];

/// Modules of one layer that may know each other: the two ends of one file.
const FRIENDS: &[[&str; 2]] = &[["recorder", "recording"]];

/// Layer 0 in the sense of the map: values in, values out.
const PURE: &[&str] = &[
    "json", "text", "query", "jsonrpc", "sse", "note", "form", "validity", "mcp", "session",
    "probe", "lint", "snippet", "demo", "filter", "pack", "mask", "export", "import", "diff",
    "bench", "replay", "script", "doctor", "logbook",
];

/// What values in, values out must not touch: other people's time, files, threads and processes.
const WORLD: &[&str] = &[
    "tokio",
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::thread",
    "Instant",
    "SystemTime",
    "Timestamp::now",
    "Zoned::now",
    "io::stdin",
    "io::stdout",
    "io::stderr",
];

/// The one file of the pure layers that may: it runs the demo server over this process's own streams.
const WORLDLY: &[&str] = &["demo/run.rs"];

/// Crates that draw or listen to keys.
const TERMINAL: &[&str] = &[
    "ratatui",
    "crossterm",
    "tui_textarea",
    "nucleo_matcher",
    "syntect",
];

/// The longest a file may be, in lines. Files of tests only are not counted.
const CEILING: usize = 600;

/// Longer files, with their own ceiling and the reason.
const LONG: &[(&str, usize, &str)] = &[];

/// What writes past whoever was given to write to, or was left unfinished.
const BANNED_MACROS: &[&str] = &[
    "println!",
    "eprintln!",
    "print!",
    "eprint!",
    "dbg!",
    "todo!",
    "unimplemented!",
];

/// Colours by name, as methods: what `Stylize` would let in.
const COLOUR_METHODS: &[&str] = &[
    "black",
    "red",
    "green",
    "yellow",
    "blue",
    "magenta",
    "cyan",
    "gray",
    "dark_gray",
    "white",
    "light_red",
    "light_green",
    "light_yellow",
    "light_blue",
    "light_magenta",
    "light_cyan",
];

type Rule = fn(&Source) -> Vec<String>;

/// Every rule about one file, with a file that breaks it and one that almost does.
const RULES: &[(&str, Rule, [&str; 2], [&str; 2])] = &[
    (
        "a file uses only the layers before its own",
        layers,
        [
            "session/timeline.rs",
            "use crate::json;\nuse crate::{mcp, transport::Link};\n",
        ],
        [
            "recorder.rs",
            "use crate::{json, session::{Entry, codec}, recording::Bodies}; // crate::tui\n",
        ],
    ),
    (
        "a module has a place in the layers",
        layers,
        ["novelty.rs", "\n"],
        ["session.rs", "\n"],
    ),
    (
        "the way round by super counts too",
        layers,
        ["json/check.rs", "use super::super::tui::Theme;\n"],
        ["tui/widgets/list.rs", "use super::super::theme::Theme;\n"],
    ),
    (
        "the two front ends never mention each other",
        layers,
        ["tui/app.rs", "fn f() { crate::cli::main(); }\n"],
        ["tui/app.rs", "use crate::tui::theme;\n"],
    ),
    (
        "terminal crates stay below src/tui",
        terminal,
        ["cli.rs", "use crossterm::event;\n"],
        ["cli.rs", "const HELP: &str = \"crossterm\";\n"],
    ),
    (
        "the pure layers touch no clock, file, thread or runtime",
        pure,
        ["session/codec.rs", "use std::{io, fs};\n"],
        [
            "session/codec.rs",
            "use jiff::Timestamp;\n#[cfg(test)]\nmod tests {\nuse std::fs;\n}\n",
        ],
    ),
    (
        "a file is not longer than the ceiling",
        length,
        ["json.rs", "long"],
        ["json/tests.rs", "long"],
    ),
    (
        "a file says first what it owns",
        header,
        ["json.rs", "use std::fmt;\n"],
        ["json.rs", "//! JSON over bytes.\n"],
    ),
    (
        "nothing is printed, dumped or left to do",
        macros,
        ["cli.rs", "fn f() { println!(\"x\"); }\n"],
        [
            "cli.rs",
            "/// Not println!\nfn f() { writeln!(out, \"dbg!\"); }\n",
        ],
    ),
    (
        "lints are expected with a reason, not allowed",
        allows,
        ["cli.rs", "#![allow(dead_code)]\n"],
        ["cli.rs", "fn f() { self.allow(1); }\n"],
    ),
    (
        "colours come from the theme",
        colours,
        [
            "tui/views/tools.rs",
            "let style = Style::new().fg(Color::Red);\n",
        ],
        [
            "tui/theme/colour.rs",
            "let style = Style::new().fg(Color::Red);\n",
        ],
    ),
    (
        "colours are not spelled in hex either",
        colours,
        ["tui/views/tools.rs", "let style = parse(\"#a0b1c2\");\n"],
        [
            "tui/views/tools.rs",
            "let text = \"#123456789 #abc\"; // #a0b1c2\n",
        ],
    ),
    (
        "colours are no methods either",
        colours,
        ["tui/views/tools.rs", "let text = \"x\".light_red();\n"],
        ["tui/views/tools.rs", "let text = theme.red_alert();\n"],
    ),
    (
        "foo.rs and foo/, never mod.rs",
        no_mod_rs,
        ["tui/mod.rs", "\n"],
        ["tui.rs", "\n"],
    ),
];

#[test]
fn every_rule_can_fail() {
    for (name, rule, broken, fine) in RULES {
        let made_up = |[path, text]: &[&str; 2]| match *text {
            "long" => Source::new(path, &"//! Line.\n".repeat(CEILING + 1)),
            text => Source::new(path, text),
        };
        assert_ne!(
            rule(&made_up(broken)),
            Vec::<String>::new(),
            "not caught: {name}"
        );
        assert_eq!(
            rule(&made_up(fine)),
            Vec::<String>::new(),
            "wrongly caught: {name}"
        );
    }
}

#[test]
fn every_source_file_keeps_the_rules() {
    let mut findings: Vec<String> = Vec::new();
    for source in Source::all() {
        for (name, rule, ..) in RULES {
            findings.extend(
                rule(&source)
                    .into_iter()
                    .map(|what| format!("{what}: {name}")),
            );
        }
    }
    findings.sort();
    findings.dedup_by_key(|finding| finding.split(": ").take(2).collect::<String>());
    assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
}

#[test]
fn every_exception_is_still_needed() {
    let sources = Source::all();
    for (path, ceiling, why) in LONG {
        let source = sources.iter().find(|source| source.path == *path);
        let lines = source.map_or(0, |source| source.text.lines().count());
        assert!(
            lines > CEILING,
            "{path} has {lines} lines; it needs no ceiling of {ceiling} ({why}) any more"
        );
    }
    for path in WORLDLY {
        assert!(
            sources.iter().any(|source| source.path == *path),
            "{path} is gone"
        );
    }
}

#[test]
fn every_theme_is_embedded() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let sources = Source::all();
    let mut seen = 0;
    for entry in fs::read_dir(root.join("themes")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().display().to_string();
        let embedded = format!("themes/{name}\")");
        assert!(
            path.extension().is_some_and(|end| end == "toml"),
            "themes/{name} is no theme"
        );
        assert!(
            sources
                .iter()
                .any(|source| source.plain.contains(&embedded)
                    && source.code.contains("include_str!")),
            "themes/{name} is not embedded"
        );
        seen += 1;
    }
    assert!(seen >= 3, "only {seen} themes");
}

fn layers(source: &Source) -> Vec<String> {
    let module = source.module();
    let Some(own) = module.first() else {
        return vec![];
    };
    let Some(own_layer) = layer(own) else {
        return vec![format!(
            "{}: module {own} is in no layer; give it one in tests/it/architecture.rs",
            source.path
        )];
    };
    let mut findings = Vec::new();
    for (at, used) in references(source, module.len()) {
        let fine = used == *own
            || FRIENDS
                .iter()
                .any(|pair| pair.contains(&used.as_str()) && pair.contains(own))
            || layer(&used).is_some_and(|layer| layer < own_layer);
        if !fine {
            findings.push(format!("{}: {own} uses {used}", source.place(at)));
        }
    }
    findings
}

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

/// The modules of the crate's root that a file mentions: by `crate::`, or by enough of `super::`.
fn references(source: &Source, depth: usize) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for at in words(&source.code, "crate::") {
        heads(&source.code[at + "crate::".len()..], at, &mut found);
    }
    // Inside `mod tests { … }` one `super::` more is needed; those reach the root by `crate::` here.
    let up = "super::".repeat(depth);
    for at in words(&source.code[..source.shipped()], &up) {
        if !source.code[at + up.len()..].starts_with("super::")
            && !source.code[..at].ends_with("super::")
        {
            heads(&source.code[at + up.len()..], at, &mut found);
        }
    }
    // Names at the root that are no modules (macros) are written in a way no module is.
    found.retain(|(_, name)| !name.is_empty() && name != "self");
    found
}

/// The first name of a path, or of each path in a group in braces.
fn heads(path: &str, at: usize, found: &mut Vec<(usize, String)>) {
    let name = |text: &str| -> String {
        text.trim_start()
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect()
    };
    let Some(group) = path.trim_start().strip_prefix('{') else {
        found.push((at, name(path)));
        return;
    };
    let (mut depth, mut start) = (0_usize, 0);
    for (place, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                found.push((at, name(&group[start..place])));
                if c == '}' {
                    return;
                }
                start = place + 1;
            }
            _ => {}
        }
    }
}

fn terminal(source: &Source) -> Vec<String> {
    if source.module().first() == Some(&"tui") {
        return vec![];
    }
    mentions(source, source.code.len(), TERMINAL)
}

fn pure(source: &Source) -> Vec<String> {
    let pure = source
        .module()
        .first()
        .is_some_and(|own| PURE.contains(own));
    if !pure || WORLDLY.contains(&source.path.as_str()) {
        return vec![];
    }
    let end = source.shipped();
    let mut findings = mentions(source, end, WORLD);
    // `use std::{io, fs}` names them too.
    for at in words(&source.code[..end], "std::") {
        let mut grouped = Vec::new();
        if source.code[at..].starts_with("std::{") {
            heads(&source.code[at + "std::".len()..], at, &mut grouped);
        }
        for (_, name) in grouped {
            if WORLD.contains(&format!("std::{name}").as_str()) {
                findings.push(format!("{}: std::{name}", source.place(at)));
            }
        }
    }
    findings
}

fn mentions(source: &Source, end: usize, banned: &[&str]) -> Vec<String> {
    let code = &source.code[..end];
    banned
        .iter()
        .flat_map(|word| words(code, word).map(move |at| format!("{}: {word}", source.place(at))))
        .collect()
}

fn length(source: &Source) -> Vec<String> {
    let ceiling = LONG
        .iter()
        .find(|(path, ..)| *path == source.path)
        .map_or(CEILING, |(_, ceiling, _)| *ceiling);
    let lines = source.text.lines().count();
    if source.is_test() || lines <= ceiling {
        return vec![];
    }
    vec![format!("{}: {lines} lines, {ceiling} at most", source.path)]
}

fn header(source: &Source) -> Vec<String> {
    if source.text.starts_with("//! ")
        || source.text.starts_with("#![") && source.text.contains("\n//! ")
    {
        return vec![];
    }
    vec![format!("{}: no //! at the top", source.path)]
}

fn macros(source: &Source) -> Vec<String> {
    mentions(source, source.code.len(), BANNED_MACROS)
}

fn allows(source: &Source) -> Vec<String> {
    words(&source.code, "allow(")
        .filter(|at| source.code[..*at].trim_end().ends_with(['[', ',']))
        .map(|at| format!("{}: allow", source.place(at)))
        .collect()
}

fn colours(source: &Source) -> Vec<String> {
    let module = source.module();
    if module.first() != Some(&"tui") || module.get(1) == Some(&"theme") || source.is_test() {
        return vec![];
    }
    let end = source.shipped();
    let mut findings = mentions(source, end, &["Color::"]);
    for method in COLOUR_METHODS {
        for call in [format!(".{method}()"), format!(".on_{method}()")] {
            findings.extend(
                source.code[..end]
                    .match_indices(&call)
                    .map(|(at, _)| format!("{}: {call}", source.place(at))),
            );
        }
    }
    let plain = &source.plain[..end];
    for (at, _) in plain.match_indices('#') {
        let digits = plain[at + 1..]
            .chars()
            .take_while(char::is_ascii_hexdigit)
            .count();
        if digits == 6 {
            findings.push(format!("{}: {}", source.place(at), &plain[at..at + 7]));
        }
    }
    findings
}

fn no_mod_rs(source: &Source) -> Vec<String> {
    if source.path.ends_with("/mod.rs") {
        vec![format!("{}: a mod.rs", source.path)]
    } else {
        vec![]
    }
}
