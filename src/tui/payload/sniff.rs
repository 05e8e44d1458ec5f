//! What bytes look like, by how they begin. A guess to hold against what a server declares, nothing more.

/// The kind as a MIME type, with the size in pixels where the first bytes tell it.
pub fn kind(bytes: &[u8]) -> Option<(&'static str, Option<(u32, u32)>)> {
    const STARTS: [(&[u8], &str); 17] = [
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"GIF8", "image/gif"),
        (b"%PDF-", "application/pdf"),
        (b"PK\x03\x04", "application/zip"),
        (b"\x1f\x8b", "application/gzip"),
        (b"\x28\xb5\x2f\xfd", "application/zstd"),
        (b"ID3", "audio/mpeg"),
        (b"\xff\xfb", "audio/mpeg"),
        (b"\xff\xf3", "audio/mpeg"),
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
        "image/jpeg" => jpeg(bytes),
        "image/webp" => webp(bytes),
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

/// The size in the frame header of a JPEG: segments are skipped until there is one.
fn jpeg(bytes: &[u8]) -> Option<(u32, u32)> {
    let number = |at: usize| {
        let two = bytes.get(at..at + 2)?;
        Some(u16::from_be_bytes(two.try_into().ok()?))
    };
    let mut at = 2;
    // More segments than any camera writes.
    for _ in 0..1_000 {
        let marker = *bytes.get(at + 1).filter(|_| bytes[at] == 0xff)?;
        match marker {
            0xff => at += 1,
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                return Some((number(at + 7)?.into(), number(at + 5)?.into()));
            }
            0xd8..=0xda => return None,
            _ => at += 2 + usize::from(number(at + 2)?),
        }
    }
    None
}

/// The size of a WebP: its first chunk comes in three kinds.
fn webp(bytes: &[u8]) -> Option<(u32, u32)> {
    let byte = |at: usize| bytes.get(at).copied().map(u32::from);
    let three = |at: usize| Some(byte(at)? | byte(at + 1)? << 8 | byte(at + 2)? << 16);
    match bytes.get(12..16)? {
        b"VP8X" => Some((three(24)? + 1, three(27)? + 1)),
        b"VP8L" => {
            let bits = three(21)? | byte(24)? << 24;
            Some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
        }
        b"VP8 " => Some((three(26)? & 0x3fff, three(28)? & 0x3fff)),
        _ => None,
    }
}

/// How long the sound of a WAV file is, in milliseconds: what its data chunk says, by what its format chunk says.
pub(super) fn wav_millis(bytes: &[u8]) -> Option<u64> {
    if bytes.get(..4) != Some(b"RIFF") || bytes.get(8..12) != Some(b"WAVE") {
        return None;
    }
    let number = |at: usize| {
        let four = bytes.get(at..at.checked_add(4)?)?;
        Some(u64::from(u32::from_le_bytes(four.try_into().ok()?)))
    };
    let (mut at, mut rate) = (12, None);
    for _ in 0..100 {
        let size = number(at + 4)?;
        match bytes.get(at..at + 4)? {
            b"fmt " => rate = Some(number(at + 16)?).filter(|rate| *rate > 0),
            // One that was being written, or is cut, has less than it says.
            b"data" => {
                let there = (bytes.len() - at - 8) as u64;
                return Some(size.min(there) * 1000 / rate?);
            }
            _ => {}
        }
        at = at
            .checked_add(8)?
            .checked_add(usize::try_from(size + size % 2).ok()?)?;
    }
    None
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
        let jpeg = b"\xff\xd8\xff\xe0\0\x04ab\xff\xc2\0\x11\x08\0\x02\x01\x03";
        assert_eq!(kind(jpeg), Some(("image/jpeg", Some((259, 2)))));
        assert_eq!(kind(&jpeg[..14]), Some(("image/jpeg", None)));
        let webp = b"RIFF....WEBPVP8X\x0a\0\0\0\0\0\0\0\x01\0\0\x02\x01\0";
        assert_eq!(kind(webp), Some(("image/webp", Some((2, 259)))));
        let webp = b"RIFF....WEBPVP8L\0\0\0\0\x2f\x01\x80\0\0";
        assert_eq!(kind(webp), Some(("image/webp", Some((2, 3)))));
        assert_eq!(kind(b"hello, this is text"), None);
        assert_eq!(kind(b""), None);
    }

    #[test]
    fn a_sound_is_as_long_as_its_data() {
        let mut wav = b"RIFF\0\0\0\0WAVELIST\x01\0\0\0a\0fmt \x10\0\0\0\x01\0\x01\0".to_vec();
        wav.extend(8_000_u32.to_le_bytes());
        wav.extend(16_000_u32.to_le_bytes());
        wav.extend(b"\x02\0\x10\0data");
        wav.extend(8_000_u32.to_le_bytes());
        assert_eq!(wav_millis(&wav), Some(0), "cut");
        wav.resize(wav.len() + 8_000, 0);
        assert_eq!(wav_millis(&wav), Some(500));
        assert_eq!(wav_millis(&wav[..30]), None);
        assert_eq!(wav_millis(b"RIFF\0\0\0\0WAVEdata\xff\xff\xff\xff"), None);
        assert_eq!(wav_millis(b"ID3"), None);
    }
}
