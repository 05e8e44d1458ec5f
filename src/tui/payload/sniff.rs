//! What bytes look like, by how they begin. A guess to hold against what a server declares, nothing more.

/// The kind as a MIME type, with the size in pixels where the first bytes tell it.
pub fn kind(bytes: &[u8]) -> Option<(&'static str, Option<(u32, u32)>)> {
    const STARTS: [(&[u8], &str); 15] = [
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"GIF8", "image/gif"),
        (b"%PDF-", "application/pdf"),
        (b"PK\x03\x04", "application/zip"),
        (b"\x1f\x8b", "application/gzip"),
        (b"\x28\xb5\x2f\xfd", "application/zstd"),
        (b"ID3", "audio/mpeg"),
        (b"OggS", "audio/ogg"),
        (b"fLaC", "audio/flac"),
        (b"\0asm", "application/wasm"),
        (b"\x7fELF", "application/x-elf"),
        (b"SQLite format 3\0", "application/vnd.sqlite3"),
        (b"\x1aE\xdf\xa3", "video/webm"),
        (b"<svg", "image/svg+xml"),
    ];
    let found = STARTS
        .iter()
        .find(|(start, _)| bytes.starts_with(start))
        .map(|(_, kind)| *kind)
        .or_else(|| match (bytes.get(..4)?, bytes.get(8..12)?) {
            (b"RIFF", b"WEBP") => Some("image/webp"),
            (b"RIFF", b"WAVE") => Some("audio/wav"),
            _ if &bytes[4..8] == b"ftyp" => Some("video/mp4"),
            _ => None,
        })?;
    let pixels = match found {
        "image/png" if bytes.get(12..16) == Some(b"IHDR") => (|| {
            let number = |at: usize| {
                let four = bytes.get(at..at + 4)?;
                Some(u32::from_be_bytes(four.try_into().ok()?))
            };
            Some((number(16)?, number(20)?))
        })(),
        "image/gif" => (|| {
            let number = |at: usize| {
                let two = bytes.get(at..at + 2)?;
                Some(u32::from(u16::from_le_bytes(two.try_into().ok()?)))
            };
            Some((number(6)?, number(8)?))
        })(),
        _ => None,
    };
    Some((found, pixels))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_kinds_are_told_by_their_first_bytes() {
        let png = include_bytes!("../../demo/picture.png");
        assert!(matches!(kind(png), Some(("image/png", Some((w, h)))) if w > 0 && h > 0));
        assert_eq!(
            kind(b"GIF89a\x02\0\x01\x01"),
            Some(("image/gif", Some((2, 257))))
        );
        assert_eq!(kind(b"RIFF....WAVEfmt "), Some(("audio/wav", None)));
        assert_eq!(kind(b"\x89PNG\r\n\x1a\n"), Some(("image/png", None)));
        assert_eq!(kind(b"hello, this is text"), None);
        assert_eq!(kind(b""), None);
    }
}
