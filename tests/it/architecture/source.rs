//! The source files as the rules see them: the text as it stands, without comments, and without literals.
//! Knows just enough of Rust's tokens for that; it judges nothing.

use std::fs;
use std::path::Path;

/// One file under `src`.
#[derive(Debug)]
pub struct Source {
    /// Path below `src`, with `/`.
    pub path: String,
    /// As it is.
    pub text: String,
    /// Comments blanked; literals kept.
    pub plain: String,
    /// Comments and the insides of literals blanked.
    pub code: String,
}

impl Source {
    /// A file with this text.
    pub fn new(path: &str, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
            plain: blank(text, true),
            code: blank(text, false),
        }
    }

    /// All of `src`, in order of their paths.
    pub fn all() -> Vec<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut found = Vec::new();
        collect(&root, "", &mut found);
        // How the program is linked: no part of it.
        found.retain(|source| source.path != "build.rs");
        found.sort_by(|a, b| a.path.cmp(&b.path));
        assert!(found.len() > 20, "only {} files in src?", found.len());
        found
    }

    /// The module path: `session/timeline.rs` is `["session", "timeline"]`, the crate root is empty.
    pub fn module(&self) -> Vec<&str> {
        match self.path.trim_end_matches(".rs") {
            "lib" | "main" => vec![],
            path => path.split('/').collect(),
        }
    }

    /// Whether all of the file is test code.
    pub fn is_test(&self) -> bool {
        self.module()
            .iter()
            .any(|part| matches!(*part, "tests" | "testing"))
    }

    /// How much of `code` and `plain` ships: nothing of a test file, and no `mod tests { … }` (they stand last).
    pub fn shipped(&self) -> usize {
        const TESTS: &str = "#[cfg(test)]\nmod ";
        if self.is_test() {
            return 0;
        }
        self.code
            .match_indices(TESTS)
            .find(|(at, _)| {
                self.code[at + TESTS.len()..]
                    .lines()
                    .next()
                    .is_some_and(|line| line.ends_with('{'))
            })
            .map_or(self.code.len(), |(at, _)| at)
    }

    /// Names a place in the file, for people.
    pub fn place(&self, at: usize) -> String {
        format!(
            "{}:{}",
            self.path,
            self.code[..at].matches('\n').count() + 1
        )
    }
}

fn collect(folder: &Path, prefix: &str, found: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let path = format!("{prefix}{name}");
        if entry.file_type().unwrap().is_dir() {
            collect(&entry.path(), &format!("{path}/"), found);
        } else if entry.path().extension().is_some_and(|end| end == "rs") {
            found.push(Source::new(
                &path,
                &fs::read_to_string(entry.path()).unwrap(),
            ));
        }
    }
}

/// Where `word` stands in `code` as a whole word (or path), byte offsets.
pub fn words<'a>(code: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let inside = |found: Option<char>| found.is_some_and(|c| c.is_alphanumeric() || c == '_');
    code.match_indices(word)
        .map(|(at, _)| at)
        .filter(move |at| {
            let after = &code[at + word.len()..];
            let open = word.ends_with(|c: char| !c.is_alphanumeric());
            !inside(code[..*at].chars().next_back()) && (open || !inside(after.chars().next()))
        })
}

/// The text with its comments, and unless `literals` the insides of its literals, turned into spaces.
/// Same length, same lines.
fn blank(text: &str, literals: bool) -> String {
    let bytes = text.as_bytes();
    let mut out = bytes.to_vec();
    let mut hide = |from: usize, to: usize| {
        for byte in &mut out[from..to.min(bytes.len())] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
    };
    let mut at = 0;
    while at < bytes.len() {
        let rest = &text.as_bytes()[at..];
        let word_before =
            at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'_');
        let end = if rest.starts_with(b"//") {
            let end = at + rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len());
            hide(at, end);
            end
        } else if rest.starts_with(b"/*") {
            let end = at + block_comment(rest);
            hide(at, end);
            end
        } else if let Some((open, length)) = literal(rest, word_before) {
            if !literals {
                hide(at + open, (at + length).saturating_sub(1).max(at + open));
            }
            at + length
        } else {
            at + 1
        };
        at = end;
    }
    String::from_utf8(out).expect("only whole comments and literals were replaced, by spaces")
}

fn block_comment(text: &[u8]) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < text.len() {
        if text[at..].starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if text[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                break;
            }
        } else {
            at += 1;
        }
    }
    at
}

/// A literal that starts here: where its inside begins, and the length of all of it.
fn literal(text: &[u8], word_before: bool) -> Option<(usize, usize)> {
    match text {
        [b'"', ..] => Some((1, quoted(text, b'"'))),
        // A character, and no lifetime: an escape, or a quote one character on.
        [b'\'', b'\\', ..] => Some((1, quoted(text, b'\''))),
        [b'\'', rest @ ..] => {
            let width = std::str::from_utf8(&rest[..rest.len().min(4)])
                .map_or_else(|error| error.valid_up_to(), str::len);
            let first = std::str::from_utf8(&rest[..width]).ok()?.chars().next()?;
            (rest.get(first.len_utf8()) == Some(&b'\'')).then_some((1, first.len_utf8() + 2))
        }
        [b'r', rest @ ..] | [b'b', b'r', rest @ ..] if !word_before => {
            let hashes = rest.iter().take_while(|b| **b == b'#').count();
            if rest.get(hashes) != Some(&b'"') {
                return None;
            }
            let open = text.len() - rest.len() + hashes + 1;
            let close = [b"\"".as_slice(), &b"#".repeat(hashes)].concat();
            let inside = &text[open..];
            let end = inside
                .windows(close.len())
                .position(|window| window == close)
                .unwrap_or(inside.len());
            Some((open, (open + end + close.len()).min(text.len())))
        }
        _ => None,
    }
}

fn quoted(text: &[u8], quote: u8) -> usize {
    let mut at = 1;
    while at < text.len() {
        match text[at] {
            b'\\' => at += 2,
            byte if byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    text.len()
}

#[test]
fn comments_and_literals_are_told_from_code() {
    let source = Source::new(
        "a.rs",
        "//! doc\nlet a = \"crate::x \\\" // no\"; // y\nlet b = r#\"\"q\"\"#; let c: &'a str = '\"'; /* /* */ z */ w('\\'', 'é');\n",
    );
    let spaced: Vec<&str> = source.code.split_whitespace().collect();
    assert_eq!(
        spaced.join(" "),
        "let a = \" \"; let b = r#\" #; let c: &'a str = ' '; w(' ', ' ');"
    );
    assert!(source.plain.contains("crate::x"));
    assert!(!source.plain.contains('z'));
    assert_eq!(
        words("ratatui2 ratatui::x my_ratatui", "ratatui").count(),
        1
    );
}

#[test]
fn test_modules_do_not_ship() {
    let text = "fn a() {}\n#[cfg(test)]\nmod testing;\nfn b() {}\n#[cfg(test)]\nmod tests {\n}\n";
    let source = Source::new("a.rs", text);
    assert!(source.code[..source.shipped()].ends_with("fn b() {}\n"));
    assert_eq!(Source::new("a/tests.rs", text).shipped(), 0);
}
