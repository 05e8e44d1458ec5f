//! Values of settings as they are written: words, switches, times. An error says what would have been right.

use std::time::Duration;

use toml::de::DeValue;

use super::{ClipboardChoice, ThemeChoice};

/// The columns of Traffic when nobody says otherwise.
pub const COLUMNS: [&str; 12] = [
    "mark",
    "number",
    "time",
    "delta",
    "server",
    "direction",
    "what",
    "id",
    "status",
    "took",
    "size",
    "lint",
];

pub(super) fn put<T>(field: &mut T, value: Result<T, &'static str>) -> Result<(), &'static str> {
    value.map(|value| *field = value)
}

pub(super) fn theme(value: &DeValue<'_>) -> Result<ThemeChoice, &'static str> {
    match value.as_str() {
        Some("auto") => Ok(ThemeChoice::Auto),
        Some("dark") => Ok(ThemeChoice::Dark),
        Some("light") => Ok(ThemeChoice::Light),
        Some("mono") => Ok(ThemeChoice::Mono),
        _ => Err("\"auto\", \"dark\", \"light\" or \"mono\""),
    }
}

pub(super) fn clipboard(value: &DeValue<'_>) -> Result<ClipboardChoice, &'static str> {
    match value.as_str() {
        Some("auto") => Ok(ClipboardChoice::Auto),
        Some("osc52") => Ok(ClipboardChoice::Osc52),
        Some("helper") => Ok(ClipboardChoice::Helper),
        Some("off") => Ok(ClipboardChoice::Off),
        _ => Err("\"auto\", \"osc52\", \"helper\" or \"off\""),
    }
}

pub(super) fn switch(value: &DeValue<'_>) -> Result<bool, &'static str> {
    value.as_bool().ok_or("true or false")
}

pub(super) fn words(value: &DeValue<'_>) -> Result<Vec<String>, &'static str> {
    let list = value.as_array();
    let words = list.and_then(|list| {
        let word = |item: &toml::Spanned<DeValue<'_>>| item.get_ref().as_str().map(str::to_owned);
        list.iter().map(word).collect()
    });
    words.ok_or("a list of words, such as [\"what\", \"took\"]")
}

pub(super) fn time(value: &DeValue<'_>) -> Result<Duration, &'static str> {
    value
        .as_str()
        .and_then(duration)
        .ok_or("a time such as \"500ms\", \"3s\" or \"10min\", at most a day")
}

/// A time that must not be zero, because zero would mean that nothing ever succeeds.
pub(super) fn limit(value: &DeValue<'_>) -> Result<Duration, &'static str> {
    time(value)
        .ok()
        .filter(|time| !time.is_zero())
        .ok_or("a time such as \"3s\", above zero and at most a day")
}

/// Reads a whole number with a unit: `ms`, `s` or `min`, at most a day (also for command-line options).
pub fn duration(text: &str) -> Option<Duration> {
    let text = text.trim();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let number: u64 = text[..digits].parse().ok()?;
    let millis = match text[digits..].trim_start() {
        "ms" => number,
        "s" => number.checked_mul(1000)?,
        "min" => number.checked_mul(60_000)?,
        _ => return None,
    };
    (millis <= 24 * 60 * 60_000).then(|| Duration::from_millis(millis))
}
