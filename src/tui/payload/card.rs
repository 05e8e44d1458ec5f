//! A line about bytes: what they look like, how many, how large a picture, how long a sound. And the picture itself.

use std::time::Duration;

use super::block::noun;
use super::{Payload, WHOLE, sniff};
use crate::json::{self, Kind};
use crate::text;
use crate::tui::widgets::picture::{Picture, Pictures};
use crate::tui::widgets::slice::Slice;
use crate::tui::widgets::spot::decoded;

/// So many pictures of a result are drawn.
pub(super) const PICTURES: usize = 8;

/// See [`card`].
pub(super) struct Card {
    /// `640×480 12 kB`
    pub words: String,
    /// The bytes, unless they cannot be had.
    pub bytes: Option<Slice>,
}

/// What a string of base64 stands for, and what does not fit together: bytes that are something else than they are
/// said to be, text that is no base64.
pub(super) fn card(payload: &Payload<'_>, data: &[u8], declared: Option<&str>) -> Card {
    if data.len() > WHOLE {
        return Card {
            words: format!("{} of base64", text::size(data.len() as u64)),
            bytes: None,
        };
    }
    let known = payload
        .binaries
        .iter()
        .find(|binary| std::ptr::eq(binary.raw, data))
        .map(|binary| binary.bytes.clone());
    let Some(bytes) = known.or_else(|| decoded(data).map(Slice::from)) else {
        let words = match json::kind(data) {
            Kind::String => format!(
                "{} that are no base64",
                text::size(data.len().saturating_sub(2) as u64)
            ),
            _ => format!("whose data is {}", noun(data)),
        };
        return Card { words, bytes: None };
    };
    let mut words = String::new();
    let found = sniff::kind(&bytes);
    if let Some((width, height)) = found.and_then(|(_, pixels)| pixels) {
        words = format!("{width}×{height} ");
    }
    words.push_str(&text::size(bytes.len() as u64));
    if let Some(millis) = sniff::wav_millis(&bytes) {
        words.push(' ');
        words.push_str(&text::took(Duration::from_millis(millis)));
    }
    if let Some((kind, _)) = found {
        let essence = declared.and_then(|mime| mime.split(';').next());
        match essence.map(str::trim) {
            Some(said) if same(said, kind) => {}
            Some(said) if !said.is_empty() => {
                words.extend([" · says ", said, ", is ", kind]);
            }
            _ => words.extend([" · looks like ", kind]),
        }
    }
    Card {
        words,
        bytes: Some(bytes),
    }
}

/// Whether two types mean the same: some have several names.
fn same(said: &str, is: &str) -> bool {
    let said = said.to_ascii_lowercase();
    let said = match said.as_str() {
        "image/jpg" | "image/pjpeg" => "image/jpeg",
        "audio/x-wav" | "audio/wave" | "audio/vnd.wave" => "audio/wav",
        "audio/mp3" => "audio/mpeg",
        "video/quicktime" | "audio/mp4" | "audio/m4a" | "audio/x-m4a" => "video/mp4",
        "audio/webm" | "video/x-matroska" => "video/webm",
        "video/ogg" | "application/ogg" | "audio/opus" => "audio/ogg",
        "application/x-gzip" => "application/gzip",
        "application/octet-stream" => return true,
        other => other,
    };
    // Documents of offices are archives.
    said == is
        || (is == "application/zip"
            && (said.contains("zip") || said.contains("officedocument") || said.contains("epub")))
}

/// The picture that these bytes are, or why it is not drawn; nothing if they are none, or none is drawn here.
pub(super) fn picture(bytes: &[u8], pictures: Pictures) -> Option<Result<Picture, String>> {
    let drawn = ["image/png", "image/jpeg", "image/gif", "image/webp"];
    let (kind, _) = sniff::kind(bytes)?;
    (pictures.is_on() && drawn.contains(&kind)).then(|| Picture::decode(bytes, pictures))
}
