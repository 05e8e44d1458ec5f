//! A spot of a text that can be gone to: a block of content, a link. What is behind it, and the bytes it stands for.

use std::borrow::Cow;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::json::{self, Kind};
use crate::tui::widgets::slice::Slice;

/// Takes base64 with or without padding, as servers send both.
const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    /// The byte of the document its heading starts at.
    pub at: u32,
    /// What is behind it.
    pub target: Target,
    /// What it stands for, to be saved or given to another program.
    pub held: Option<Held>,
}

/// What is behind a spot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Nothing: it is all there.
    Nothing,
    /// A resource of the same server, by its URI.
    Resource(String),
    /// A page, by its URL.
    Page(String),
    /// An embedded resource: the content block of this number.
    Block(u32),
    /// Another tab, by its name.
    Tab(String),
}

/// A JSON string of a message that stands for bytes: decoded when somebody wants them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The JSON value, shared with the message it is in.
    pub value: Slice,
    /// Whether the string is base64 of the bytes, rather than their text.
    pub base64: bool,
    /// A name for a file: its last part only, with an ending that says what it is; safe in any folder.
    pub name: String,
    /// Its type as the server declared it; not sanitised.
    pub mime: Option<String>,
}

impl Held {
    /// The exact bytes: of text as UTF-8, of base64 decoded, of other JSON as the server wrote it. None for what says
    /// it is base64 and is not. Slow on big ones.
    pub fn bytes(&self) -> Option<Cow<'_, [u8]>> {
        if self.base64 {
            return decoded(&self.value).map(Cow::Owned);
        }
        Some(match json::string(&self.value) {
            Some(text) => Cow::Owned(text.into_bytes()),
            None => Cow::Borrowed(&self.value),
        })
    }
}

/// The bytes of a JSON string of base64. Line breaks are skipped; both alphabets are taken.
pub fn decoded(raw: &[u8]) -> Option<Vec<u8>> {
    if json::kind(raw) != Kind::String {
        return None;
    }
    let mut text = json::string(raw)?;
    text.retain(|c| !c.is_ascii_whitespace());
    STANDARD
        .decode(&text)
        .or_else(|_| URL_SAFE.decode(&text))
        .ok()
}

/// A name for a file: the last part of `uri` if it has one, else `otherwise`, with the ending of `mime` when it has
/// none. Only letters, digits and `.-_` are left of it, and it starts with no dot.
pub fn file_name(uri: Option<&str>, otherwise: &str, mime: Option<&str>) -> String {
    const LONGEST: usize = 80;
    let path = uri
        .unwrap_or_default()
        .split(['?', '#'])
        .next()
        .unwrap_or_default();
    let path = path.split_once(':').map_or(path, |(_, path)| path);
    let last = path
        .rsplit(['/', '\\', ':'])
        .find(|part| !part.is_empty())
        .unwrap_or_default();
    let clean = |name: &str| -> String {
        name.chars()
            .map(|c| match c {
                c if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') => c,
                _ => '_',
            })
            .take(LONGEST)
            .collect()
    };
    let mut name = clean(last);
    if name.trim_matches(['.', '_']).is_empty() {
        name = clean(otherwise);
    }
    let name = name.trim_start_matches('.');
    if name.contains('.') {
        return name.to_owned();
    }
    format!("{name}.{}", ending(mime))
}

/// How files of this type end.
fn ending(mime: Option<&str>) -> &'static str {
    const ENDINGS: [(&str, &str); 26] = [
        ("image/png", "png"),
        ("image/jpeg", "jpg"),
        ("image/jpg", "jpg"),
        ("image/gif", "gif"),
        ("image/webp", "webp"),
        ("image/svg+xml", "svg"),
        ("audio/wav", "wav"),
        ("audio/x-wav", "wav"),
        ("audio/mpeg", "mp3"),
        ("audio/mp3", "mp3"),
        ("audio/ogg", "ogg"),
        ("audio/flac", "flac"),
        ("video/mp4", "mp4"),
        ("video/webm", "webm"),
        ("application/pdf", "pdf"),
        ("application/zip", "zip"),
        ("application/gzip", "gz"),
        ("application/json", "json"),
        ("application/xml", "xml"),
        ("application/wasm", "wasm"),
        ("text/markdown", "md"),
        ("text/html", "html"),
        ("text/csv", "csv"),
        ("text/css", "css"),
        ("text/xml", "xml"),
        ("text/x-python", "py"),
    ];
    let essence = mime
        .unwrap_or_default()
        .split(';')
        .next()
        .unwrap_or_default();
    let essence = essence.trim().to_ascii_lowercase();
    let found = ENDINGS.iter().find(|(known, _)| *known == essence);
    match found {
        Some((_, ending)) => ending,
        None if essence.starts_with("text/") => "txt",
        None if essence.ends_with("+json") => "json",
        None => "bin",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_for_files_are_safe_and_end_well() {
        for (uri, mime, expected) in [
            (Some("file:///a/b/main.rs"), None, "main.rs"),
            (Some("demo://logo"), Some("image/png"), "logo.png"),
            (Some("demo://x/..%2f..%2fetc"), None, "_2f.._2fetc"),
            (Some("x:/.ssh"), None, "ssh.bin"),
            (Some("../.."), Some("text/plain; charset=x"), "block-1.txt"),
            (Some("http://h/p?q=a/b#c"), Some("TEXT/HTML"), "p.html"),
            (Some("a:b\u{202e}\u{1b}[31mc"), None, "b___31mc.bin"),
            (None, Some("audio/wav"), "block-1.wav"),
            (Some(""), Some("application/problem+json"), "block-1.json"),
        ] {
            let name = file_name(uri, "block-1", mime);
            assert!(
                !name.starts_with('.') && !name.contains(['/', '\\']),
                "{name}"
            );
            assert_eq!(name, expected, "{uri:?}");
        }
    }

    #[test]
    fn bytes_are_what_the_server_meant() {
        let held = |json: &str, base64| Held {
            value: json.as_bytes().into(),
            base64,
            name: String::new(),
            mime: None,
        };
        let bytes = |json: &str, base64| held(json, base64).bytes().map(Cow::into_owned);
        assert_eq!(bytes(r#""AAEC""#, true), Some(vec![0, 1, 2]));
        assert_eq!(bytes(r#""AA\n_-""#, true), Some(vec![0, 0x0f, 0xfe]));
        assert_eq!(bytes(r#""%%""#, true), None);
        assert_eq!(bytes("7", true), None);
        assert_eq!(bytes(r#""a\u001b\n""#, false), Some(b"a\x1b\n".to_vec()));
        assert_eq!(bytes("7.0", false), Some(b"7.0".to_vec()));
    }
}
