//! The table `[sessions]`: how long recordings are kept, and how much of them.

use std::ops::Range;

use toml::Spanned;
use toml::de::DeValue;

use super::{Config, Problem, SESSIONS};

/// How long, and how much. Zero sets no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Retention {
    /// Days after the last change of a session.
    pub days: u32,
    /// Bytes of all sessions together.
    pub bytes: u64,
}

/// Reads the table `[sessions]`, or says what is wrong where.
pub(super) fn retention(
    table: &Spanned<DeValue<'_>>,
) -> Result<Retention, (Range<usize>, Problem)> {
    let wrong = |span: Range<usize>, key, expected| (span, Problem::BadValue { key, expected });
    let lines = table.get_ref().as_table().ok_or_else(|| {
        let expected = "a table: [sessions], and below it lines such as keep_days = 90";
        wrong(table.span(), SESSIONS, expected)
    })?;
    let mut retention = Retention::default();
    for (name, value) in lines {
        let name: &str = name.get_ref();
        match name {
            "keep_days" => {
                let number = value.get_ref().as_integer();
                let days = number.and_then(|number| number.to_string().parse().ok());
                let expected = "a whole number of days; 0 sets no limit";
                retention.days = days.ok_or_else(|| wrong(value.span(), "keep_days", expected))?;
            }
            "keep_size" => {
                let bytes = value.get_ref().as_str().and_then(size);
                let expected = "a size such as \"500MB\" or \"2GB\"; \"0\" sets no limit";
                retention.bytes =
                    bytes.ok_or_else(|| wrong(value.span(), "keep_size", expected))?;
            }
            other => {
                if let Some(key) = Config::names().find(|setting| *setting == other) {
                    return Err((value.span(), Problem::Misplaced { key }));
                }
                let problem = Problem::UnknownKey {
                    key: format!("sessions.{other}"),
                    nearest: Some("keep_days"),
                };
                return Err((value.span(), problem));
            }
        }
    }
    Ok(retention)
}

/// `500MB`, `2 GB`, `0`: a whole number of decimal units.
fn size(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let number: u64 = text[..digits].parse().ok()?;
    let unit = match text[digits..].trim_start() {
        "" if number == 0 => 1,
        "B" => 1,
        "kB" | "KB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "TB" => 1_000_000_000_000,
        _ => return None,
    };
    number.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_need_a_unit() {
        for (text, bytes) in [
            ("0", Some(0)),
            ("2GB", Some(2_000_000_000)),
            (" 500 MB", Some(500_000_000)),
            ("7kB", Some(7_000)),
            ("1 B", Some(1)),
            ("2", None),
            ("", None),
            ("GB", None),
            ("-1GB", None),
            ("1.5GB", None),
            ("99999999999TB", None),
        ] {
            assert_eq!(size(text), bytes, "{text}");
        }
    }
}
