//! Names of servers, tools and presets as names of files, and back.
//!
//! Letters and digits of any script, `-`, `_`, `.` and blanks stay, but for what some system refuses: a dot or blank at
//! the end, a dot at the beginning, the device names of Windows. Everything else is written as `%` and two digits a
//! byte, as in URLs. Two names differ as files when they differ, except on file systems that do not tell capital
//! letters; there, writing finds the file of the other and says that it exists.

use std::fmt::Write as _;

use super::PresetError;

/// The longest name most file systems take is 255 bytes; the ending and a temporary name need some.
const LONGEST: usize = 200;

/// What Windows takes for devices, whatever the ending.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// The name as it stands on disk, without an ending.
pub(super) fn encode(name: &str) -> Result<String, PresetError> {
    if name.is_empty() {
        return Err(PresetError::BadName("a name is needed".to_owned()));
    }
    let last = name.chars().count() - 1;
    let is_device = is_device(name);
    let mut encoded = String::with_capacity(name.len());
    for (index, c) in name.chars().enumerate() {
        let edge = match c {
            '.' => index == 0 || index == last,
            ' ' => index == 0 || index == last,
            _ => false,
        };
        let plain = c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ' ');
        if plain && !edge && !(is_device && index == 0) {
            encoded.push(c);
        } else {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                write!(encoded, "%{byte:02X}").expect("a String takes any text");
            }
        }
    }
    if encoded.len() > LONGEST {
        let name = crate::text::sanitize(name);
        let text = format!(
            "{} is too long for the name of a file",
            crate::text::fit(&name, 40)
        );
        return Err(PresetError::BadName(text));
    }
    Ok(encoded)
}

fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end();
    let stem = stem.to_ascii_lowercase();
    let numbered = |port: &str| {
        stem.strip_prefix(port)
            .is_some_and(|rest| rest.chars().count() == 1 && rest.chars().all(char::is_numeric))
    };
    DEVICES.contains(&stem.as_str()) || numbered("com") || numbered("lpt")
}

/// The name a file was given; `None` when [`encode`] makes no such file name.
pub(super) fn decode(encoded: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let high = char::from(rest.next()?).to_digit(16)?;
            let low = char::from(rest.next()?).to_digit(16)?;
            bytes.push((high * 16 + low) as u8);
        } else {
            bytes.push(byte);
        }
    }
    let name = String::from_utf8(bytes).ok()?;
    // Files that people name by hand count when they are named as we would.
    (encode(&name).ok()? == encoded).then_some(name)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_on_disk() {
        for (name, encoded) in [
            ("get-forecast_2", "get-forecast_2"),
            ("Größe 大", "Größe 大"),
            ("a/b", "a%2Fb"),
            ("..", "%2E%2E"),
            (".hidden", "%2Ehidden"),
            ("v1.2", "v1.2"),
            ("end.", "end%2E"),
            (" x ", "%20x%20"),
            ("@prompts", "%40prompts"),
            ("100%", "100%25"),
            ("a\0b\n", "a%00b%0A"),
            ("a\\b:c*d?e\"f<g>h|i", "a%5Cb%3Ac%2Ad%3Fe%22f%3Cg%3Eh%7Ci"),
            ("CON", "%43ON"),
            ("nul.txt", "%6Eul.txt"),
            ("com1", "%63om1"),
            ("com", "com"),
            ("console", "console"),
            ("\u{202e}x", "%E2%80%AEx"),
            ("\u{301}", "%CC%81"),
        ] {
            assert_eq!(encode(name).unwrap(), encoded, "{name}");
            assert_eq!(decode(encoded).as_deref(), Some(name), "{encoded}");
        }
        for bad in [
            "", "a%", "a%2", "a%zz", "%61", "a%2f", ".x", "@x", "%FF", "a b ",
        ] {
            assert_eq!(decode(bad), None, "{bad}");
        }
        for bad in [String::new(), "x".repeat(201), "/".repeat(67)] {
            assert!(encode(&bad).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn names_come_back_and_stay_in_their_folder(name in "\\PC{1,12}|[a-z./\\\\%@ :]{1,8}|(con|COM|lpt|nul)[0-9¹.]{0,3}") {
            let encoded = encode(&name).unwrap();
            prop_assert_eq!(decode(&encoded), Some(name));
            let path = std::path::Path::new(&encoded);
            let parts: Vec<_> = path.components().collect();
            prop_assert!(matches!(parts[..], [std::path::Component::Normal(_)]), "{}", encoded);
            prop_assert!(!encoded.starts_with(['@', '.']) && !encoded.ends_with(['.', ' ']));
        }

        #[test]
        fn any_file_name_is_survived(name: String) {
            if let Some(decoded) = decode(&name) {
                prop_assert_eq!(encode(&decoded).unwrap(), name);
            }
        }
    }
}
