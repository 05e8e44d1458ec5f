//! What is odd about values that are JSON all the same: shown and counted, never mended.

use std::fmt;

/// So many values are remembered; more are only counted.
const KEPT: usize = 1 << 17;

/// Something odd about a value or its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Flag {
    /// Bytes that are no UTF-8.
    Utf8,
    /// Half of a surrogate pair.
    Surrogate,
    /// A name that an earlier member of the same object has.
    Repeated,
    /// A number that common parsers change: an integer beyond 2^53, or what no 64-bit float comes near.
    Number,
}

impl Flag {
    const ALL: [Self; 4] = [Self::Utf8, Self::Surrogate, Self::Repeated, Self::Number];

    /// In words, beside its value.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Utf8 => "invalid UTF-8",
            Self::Surrogate => "lone surrogate",
            Self::Repeated => "name used before",
            Self::Number => "inexact as a float",
        }
    }

    /// In words, several of them.
    const fn several(self) -> (&'static str, &'static str) {
        match self {
            Self::Utf8 => ("invalid UTF-8", "invalid UTF-8"),
            Self::Surrogate => ("lone surrogate", "lone surrogates"),
            Self::Repeated => ("repeated name", "repeated names"),
            Self::Number => ("inexact number", "inexact numbers"),
        }
    }
}

/// The odd values of a document: how many of each kind, and where the first of them are.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    counts: [u32; 4],
    /// By where the values start.
    places: Vec<(u32, Flag)>,
}

impl Flags {
    pub(super) fn note(&mut self, start: u32, flag: Flag) {
        if self.places.last() == Some(&(start, flag)) {
            return;
        }
        self.counts[flag as usize] += 1;
        if self.places.len() < KEPT {
            self.places.push((start, flag));
        }
    }

    pub(super) fn at(&self, start: u32) -> impl Iterator<Item = Flag> {
        let from = self.places.partition_point(|(at, _)| *at < start);
        self.places[from..]
            .iter()
            .take_while(move |(at, _)| *at == start)
            .map(|(_, flag)| *flag)
    }

    pub(super) fn size(&self) -> usize {
        size_of_val(&self.places[..])
    }

    /// How many there are of one kind.
    pub fn count(&self, flag: Flag) -> usize {
        self.counts[flag as usize] as usize
    }
}

/// `2 repeated names, 1 lone surrogate`; empty when nothing is odd.
impl fmt::Display for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let odd = Flag::ALL.iter().filter(|flag| self.count(**flag) > 0);
        for (i, flag) in odd.enumerate() {
            let count = self.count(*flag);
            let (one, several) = flag.several();
            let comma = if i > 0 { ", " } else { "" };
            write!(
                f,
                "{comma}{count} {}",
                if count == 1 { one } else { several }
            )?;
        }
        Ok(())
    }
}

/// Whether common parsers would change this number.
pub(super) fn is_inexact(number: &[u8]) -> bool {
    const EXACT: u128 = 1 << 53;
    let whole = !number.iter().any(|b| matches!(b, b'.' | b'e' | b'E'));
    if number.len() <= 15 && (whole || !number.iter().any(|b| matches!(b, b'e' | b'E'))) {
        return false;
    }
    let Ok(text) = std::str::from_utf8(number) else {
        return false;
    };
    if whole {
        let digits = text.strip_prefix('-').unwrap_or(text);
        return digits.parse::<u128>().is_ok_and(|n| n > EXACT) || digits.len() > 38;
    }
    let zero = !text
        .split(['e', 'E'])
        .next()
        .is_some_and(|digits| digits.bytes().any(|b| matches!(b, b'1'..=b'9')));
    text.parse::<f64>()
        .is_ok_and(|n| n.is_infinite() || (n == 0.0 && !zero))
}
