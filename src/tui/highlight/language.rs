//! Which language a text is in: by its MIME type, else by the end of its URI, else by how it begins.
//!
//! What is only said to be text and looks like nothing stays plain: a wrong guess is worse than none.

use syntect::parsing::SyntaxReference;

use super::Budget;
use super::code::syntaxes;
use crate::json::{self, Kind};

/// What a text is written in.
#[derive(Debug, Clone, Copy)]
pub enum Language {
    /// JSON, in the roles a tree has.
    Json,
    /// Markdown, with code in its fences.
    Markdown,
    /// Anything with a syntax.
    Code(&'static SyntaxReference),
}

/// What is said about a text by whoever sent it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Hint<'a> {
    /// Its MIME type, parameters allowed.
    pub mime: Option<&'a str>,
    /// Where it is from.
    pub uri: Option<&'a str>,
}

/// Longer words name no language.
const WORD: usize = 30;

/// So far it is looked for a fence.
const LOOKED_AT: usize = 64 << 10;

/// The language of a text, if it is in one.
pub fn language(hint: Hint<'_>, text: &str) -> Option<Language> {
    hint.mime
        .and_then(by_mime)
        .or_else(|| hint.uri.and_then(by_uri))
        .or_else(|| by_start(text))
        .or_else(|| by_look(text))
}

fn by_mime(mime: &str) -> Option<Language> {
    let essence = mime.split(';').next()?.trim().to_ascii_lowercase();
    let (kind, subtype) = essence.split_once('/')?;
    if subtype.ends_with("+xml") {
        return named("xml");
    }
    if subtype.ends_with("json") {
        return Some(Language::Json);
    }
    if subtype.ends_with("+yaml") {
        return named("yaml");
    }
    if !matches!(kind, "text" | "application") {
        return None;
    }
    let word = subtype.strip_prefix("x-").unwrap_or(subtype);
    let word = word.strip_suffix("-source").unwrap_or(word);
    named(match word {
        "csrc" => "c",
        "c++src" => "cpp",
        "httpd-php" => "php",
        "shellscript" | "shell" => "sh",
        "patch" => "diff",
        _ => word,
    })
}

fn by_uri(uri: &str) -> Option<Language> {
    let path = uri.split(['?', '#']).next()?;
    let name = path.rsplit(['/', ':', '\\']).next()?;
    let end = name.rsplit_once('.').map_or(name, |(_, end)| end);
    // A last word without a dot may be the name of a thing, not of a file, but for the names tools have chosen.
    if end.len() == name.len() && !name.starts_with(|c: char| c.is_ascii_uppercase()) {
        return None;
    }
    extension(end)
}

/// `#!`, and what other files begin with.
fn by_start(text: &str) -> Option<Language> {
    let line = text.lines().next()?.trim_start_matches('\u{feff}');
    if let Some(rest) = line.strip_prefix("#!") {
        let mut words = rest.split_whitespace();
        let program = words.next()?.rsplit('/').next()?;
        let program = match program {
            "env" => words.find(|word| !word.starts_with('-') && !word.contains('='))?,
            _ => program,
        };
        let program = program.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
        return named(match program {
            "dash" | "ksh" | "ash" => "sh",
            "node" | "nodejs" | "deno" | "bun" => "js",
            _ => program,
        });
    }
    let start: String = line.chars().take(14).collect();
    match start.to_ascii_lowercase().as_str() {
        "<!doctype html" => named("html"),
        s if s.starts_with("<html") => named("html"),
        s if s.starts_with("<?xml") => named("xml"),
        s if s.starts_with("<?php") => named("php"),
        s if s.starts_with("diff --git ") => named("diff"),
        _ => None,
    }
}

/// A text with a fence is Markdown; one that is a JSON object or array is that.
fn by_look(text: &str) -> Option<Language> {
    let structure = matches!(json::kind(text.as_bytes()), Kind::Object | Kind::Array);
    if structure && text.len() <= Budget::SHOWN.bytes && json::check(text.as_bytes()).is_ok() {
        return Some(Language::Json);
    }
    let mut end = text.len().min(LOOKED_AT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end]
        .lines()
        .any(|line| line.trim_start().starts_with("```"))
        .then_some(Language::Markdown)
}

/// The language of this name, as fences and MIME types have it.
pub fn named(word: &str) -> Option<Language> {
    if word.is_empty() || word.len() > WORD {
        return None;
    }
    let word = word.to_ascii_lowercase();
    own(&word).or_else(|| {
        let word = match word.as_str() {
            "typescript" | "ts" | "tsx" | "jsx" | "mjs" | "cjs" | "mts" | "ecmascript" => "js",
            "shell" | "ksh" | "console" => "sh",
            "py3" | "python3" => "py",
            "csharp" => "cs",
            "c++" => "cpp",
            "golang" => "go",
            "docker" | "plain" | "text" => return None,
            other => other,
        };
        syntaxes().find_syntax_by_token(word).and_then(known)
    })
}

/// The language of files that end like this. Some differ by the case of one letter only.
fn extension(end: &str) -> Option<Language> {
    if end.is_empty() || end.len() > WORD {
        return None;
    }
    match syntaxes().find_syntax_by_extension(end) {
        Some(syntax) => own(&end.to_ascii_lowercase()).or_else(|| known(syntax)),
        None => named_extension(&end.to_ascii_lowercase()),
    }
}

/// Ends that the set does not know, or not in capitals.
fn named_extension(end: &str) -> Option<Language> {
    match end {
        "ts" | "tsx" | "jsx" | "mjs" | "cjs" | "mts" => named(end),
        _ => own(end).or_else(|| syntaxes().find_syntax_by_extension(end).and_then(known)),
    }
}

fn own(word: &str) -> Option<Language> {
    match word {
        "json" | "jsonc" | "json5" | "jsonl" | "ndjson" | "geojson" | "ipynb" => {
            Some(Language::Json)
        }
        "md" | "mdown" | "markdown" | "markdn" | "mdx" | "mdc" => Some(Language::Markdown),
        _ => None,
    }
}

fn known(syntax: &'static SyntaxReference) -> Option<Language> {
    (syntax.name != "Plain Text").then_some(Language::Code(syntax))
}
