//! Amounts of a filter: durations, sizes, levels, whole numbers, moments; and ranges of them.

use std::fmt;
use std::ops::Range;

use jiff::civil::Date;

/// A range: from one value to another, both included; open where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Span<T> {
    /// The least.
    pub from: Option<T>,
    /// The greatest.
    pub to: Option<T>,
}

impl<T: PartialOrd + Copy> Span<T> {
    /// Just this value.
    pub fn one(value: T) -> Self {
        Self {
            from: Some(value),
            to: Some(value),
        }
    }

    /// Whether a value is in it.
    pub fn holds(&self, value: T) -> bool {
        self.from.is_none_or(|from| from <= value) && self.to.is_none_or(|to| value <= to)
    }

    /// Reads `x`, `x..y`, `x..` or `..y`; the reader of one value says why it is none.
    pub fn read<'a, E>(text: &'a str, one: impl Fn(&'a str) -> Result<T, E>) -> Result<Self, E> {
        let Some((from, to)) = text.split_once("..") else {
            return one(text).map(Self::one);
        };
        let side = |text: &'a str| {
            if text.is_empty() {
                Ok(None)
            } else {
                one(text).map(Some)
            }
        };
        Ok(Self {
            from: side(from)?,
            to: side(to)?,
        })
    }

    /// As it is written.
    pub fn written(&self, one: impl Fn(T) -> String) -> String {
        match (self.from, self.to) {
            (Some(from), Some(to)) if from == to => one(from),
            (from, to) => format!(
                "{}..{}",
                from.map(&one).unwrap_or_default(),
                to.map(&one).unwrap_or_default()
            ),
        }
    }
}

/// Units of durations, in microseconds, greatest first.
const TIMES: &[(&str, u64)] = &[
    ("d", 86_400_000_000),
    ("h", 3_600_000_000),
    ("min", 60_000_000),
    ("m", 60_000_000),
    ("s", 1_000_000),
    ("ms", 1_000),
    ("us", 1),
];

/// Units of sizes, in bytes, greatest first.
const SIZES: &[(&str, u64)] = &[
    ("GiB", 1 << 30),
    ("GB", 1_000_000_000),
    ("G", 1_000_000_000),
    ("MiB", 1 << 20),
    ("MB", 1_000_000),
    ("M", 1_000_000),
    ("KiB", 1 << 10),
    ("kB", 1_000),
    ("k", 1_000),
    ("B", 1),
];

/// Why a text is no amount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoAmount {
    /// In words.
    pub what: String,
    /// Whether it may become one by typing on.
    pub incomplete: bool,
}

impl NoAmount {
    fn incomplete(what: &str) -> Self {
        Self {
            what: what.to_owned(),
            incomplete: true,
        }
    }

    fn wrong(what: String) -> Self {
        Self {
            what,
            incomplete: false,
        }
    }
}

/// Reads a duration such as `1.5s`, in microseconds.
pub fn duration(text: &str) -> Result<u64, NoAmount> {
    amount(text, TIMES, "a duration such as 100ms, 1.5s or 5m", None)
}

/// Reads a size such as `10kB`, in bytes; a number alone counts bytes.
pub fn size(text: &str) -> Result<u64, NoAmount> {
    amount(text, SIZES, "a size such as 300, 10kB or 1.5MB", Some(1))
}

/// Reads a number of things.
pub fn count(text: &str) -> Result<u64, NoAmount> {
    if text.is_empty() {
        return Err(NoAmount::incomplete("a number such as 10 is missing"));
    }
    text.parse()
        .map_err(|_| NoAmount::wrong(format!("\"{text}\" is not a number such as 10")))
}

fn amount(
    text: &str,
    units: &[(&str, u64)],
    wanted: &str,
    alone: Option<u64>,
) -> Result<u64, NoAmount> {
    let end = text
        .find(|letter: char| !letter.is_ascii_digit() && letter != '.')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    if number.is_empty() && unit.is_empty() {
        return Err(NoAmount::incomplete(&format!("{wanted} is missing")));
    }
    let wrong = || NoAmount::wrong(format!("\"{text}\" is not {wanted}"));
    let parsed: f64 = match number.strip_suffix('.') {
        Some(number) if unit.is_empty() && number.parse::<f64>().is_ok() => {
            return Err(NoAmount::incomplete(&format!("{wanted} is wanted")));
        }
        _ => number.parse().map_err(|_| wrong())?,
    };
    let factor = match (unit, alone) {
        ("", Some(factor)) => factor,
        ("", None) => {
            return Err(NoAmount::incomplete(&format!(
                "the unit is missing: {wanted}"
            )));
        }
        _ => {
            let found = units
                .iter()
                .find(|(name, _)| name.eq_ignore_ascii_case(unit));
            match found {
                Some((_, factor)) => *factor,
                None if units.iter().any(|(name, _)| {
                    name.get(..unit.len())
                        .is_some_and(|start| start.eq_ignore_ascii_case(unit))
                }) =>
                {
                    return Err(NoAmount::incomplete(&format!("{wanted} is wanted")));
                }
                None => return Err(wrong()),
            }
        }
    };
    Ok((parsed * factor as f64).round() as u64)
}

/// A duration as it is written.
pub fn written_duration(us: u64) -> String {
    written(us, TIMES)
}

/// A size as it is written.
pub fn written_size(bytes: u64) -> String {
    written(bytes, SIZES)
}

/// In the greatest unit that leaves no fraction.
fn written(value: u64, units: &[(&str, u64)]) -> String {
    let exact = |(_, factor): &&(&str, u64)| value > 0 && value.is_multiple_of(*factor);
    let (unit, factor) = units
        .iter()
        .find(exact)
        .or_else(|| units.last())
        .copied()
        .unwrap_or(("", 1));
    format!("{}{unit}", value / factor)
}

/// A moment as somebody writes it: a time of the day, or of a certain day, or a day. It stands for its whole last unit:
/// `14:02` for a minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment {
    date: Option<Date>,
    /// All of the day.
    whole: bool,
    hour: u8,
    minute: u8,
    second: Option<u8>,
    /// Digits after the second, and how many.
    fraction: Option<(u32, u8)>,
}

/// Microseconds of a day.
pub const DAY: i64 = 86_400_000_000;

impl Moment {
    /// Reads `14:02`, `14:02:09`, `14:02:09.120`, one of them after `2026-11-21T`, or the day alone.
    pub fn read(text: &str) -> Result<Self, NoAmount> {
        const WANTED: &str = "a time such as 14:02, 14:02:09.120 or 2026-11-21T14:02";
        if text.is_empty() {
            return Err(NoAmount::incomplete(&format!("{WANTED} is missing")));
        }
        if text.len() == "2026-11-21".len()
            && let Ok(date) = text.parse::<Date>()
        {
            return Ok(Self {
                date: Some(date),
                whole: true,
                hour: 0,
                minute: 0,
                second: None,
                fraction: None,
            });
        }
        let (date, time) = match text.split_once(['T', 't']) {
            Some((date, time)) => (Some(date), time),
            None => (None, text),
        };
        let read = || -> Option<Self> {
            let date = match date {
                Some(date) => Some(date.parse::<Date>().ok()?),
                None => None,
            };
            let mut parts = time.split(':');
            let two = |text: &str, most: u8| -> Option<u8> {
                let number = text.parse().ok()?;
                let plain = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
                (plain && number <= most).then_some(number)
            };
            let hour = parts.next()?;
            let hour = if hour.len() == 1 {
                two(&format!("0{hour}"), 9)?
            } else {
                two(hour, 23)?
            };
            let minute = two(parts.next()?, 59)?;
            let (mut second, mut fraction) = (None, None);
            if let Some(seconds) = parts.next() {
                let (whole, digits) = match seconds.split_once('.') {
                    Some((whole, digits)) => (whole, Some(digits)),
                    None => (seconds, None),
                };
                second = Some(two(whole, 59)?);
                if let Some(digits) = digits {
                    let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
                    if digits.is_empty() || digits.len() > 6 || !plain {
                        return None;
                    }
                    fraction = Some((digits.parse().ok()?, digits.len() as u8));
                }
            }
            parts.next().is_none().then_some(Self {
                date,
                whole: false,
                hour,
                minute,
                second,
                fraction,
            })
        };
        read().ok_or_else(|| {
            let begun = text.len() < "2026-11-21T14:02".len()
                && text
                    .bytes()
                    .all(|byte| byte.is_ascii_digit() || b":.-Tt".contains(&byte));
            NoAmount {
                what: format!("{WANTED} is wanted"),
                incomplete: begun,
            }
        })
    }

    /// The day it is of, if it says so.
    pub fn date(&self) -> Option<Date> {
        self.date
    }

    /// What it stands for, in microseconds of its day.
    pub fn of_day(&self) -> Range<i64> {
        if self.whole {
            return 0..DAY;
        }
        let seconds = (i64::from(self.hour) * 60 + i64::from(self.minute)) * 60
            + i64::from(self.second.unwrap_or(0));
        let (fraction, unit) = match (self.second, self.fraction) {
            (None, _) => (0, 60_000_000),
            (Some(_), None) => (0, 1_000_000),
            (Some(_), Some((digits, count))) => {
                let unit = 10_i64.pow(6 - u32::from(count.min(6)));
                (i64::from(digits) * unit, unit)
            }
        };
        let start = seconds * 1_000_000 + fraction;
        start..start + unit
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.date {
            Some(date) if self.whole => return write!(out, "{date}"),
            Some(date) => write!(out, "{date}T")?,
            None => {}
        }
        write!(out, "{:02}:{:02}", self.hour, self.minute)?;
        if let Some(second) = self.second {
            write!(out, ":{second:02}")?;
        }
        match self.fraction {
            Some((digits, count)) => write!(out, ".{digits:0width$}", width = usize::from(count)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn amounts_have_units() {
        for (text, us) in [
            ("100ms", 100_000),
            ("1.5s", 1_500_000),
            ("5m", 300_000_000),
            ("2H", 7_200_000_000),
        ] {
            assert_eq!(duration(text), Ok(us), "{text}");
            assert_eq!(duration(&written_duration(us)), Ok(us));
        }
        for (text, bytes) in [
            ("0", 0),
            ("300", 300),
            ("10kb", 10_000),
            ("1KiB", 1024),
            ("1.5MB", 1_500_000),
        ] {
            assert_eq!(size(text), Ok(bytes), "{text}");
            assert_eq!(size(&written_size(bytes)), Ok(bytes));
        }
        for (text, incomplete) in [
            ("", true),
            ("100", true),
            ("1.", true),
            ("5mi", true),
            ("x", false),
            ("5x", false),
        ] {
            assert_eq!(duration(text).unwrap_err().incomplete, incomplete, "{text}");
        }
    }

    #[test]
    fn a_moment_stands_for_its_last_unit() {
        for (text, start, length) in [
            ("00:00", 0, 60_000_000),
            ("14:02", 50_520_000_000, 60_000_000),
            ("9:02:09", 32_529_000_000, 1_000_000),
            ("14:02:09.12", 50_529_120_000, 10_000),
            ("2026-11-21T14:02:09.120001", 50_529_120_001, 1),
            ("2026-11-21", 0, DAY),
        ] {
            let moment = Moment::read(text).unwrap();
            assert_eq!(moment.of_day(), start..start + length, "{text}");
            assert_eq!(Moment::read(&moment.to_string()), Ok(moment), "{text}");
        }
        for (text, incomplete) in [
            ("14", true),
            ("14:0", true),
            ("25:00", true),
            ("soon", false),
            ("14:02:09.1234567x", false),
        ] {
            assert_eq!(
                Moment::read(text).unwrap_err().incomplete,
                incomplete,
                "{text}"
            );
        }
    }
}
