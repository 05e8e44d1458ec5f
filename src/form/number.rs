//! Numbers by their spelling: compared, counted up and down and checked without ever becoming an `f64`.
//!
//! `1152921504606846977` and `1e400` are ordinary arguments to a server; a float would round the one and lose the
//! other. Nothing here rewrites a number that nobody asked to change.

use std::cmp::Ordering;

/// The value a JSON number spelling stands for: `0.digits × 10^exponent`, digits without outer zeros.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Decimal {
    negative: bool,
    digits: Vec<u8>,
    exponent: i64,
}

/// Whether `text` is a number as JSON spells them (no `+`, no leading zeros, no bare point).
pub fn is_json_number(text: &str) -> bool {
    let digits = |bytes: &[u8]| {
        bytes
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count()
    };
    let mut rest = text.as_bytes();
    rest = rest.strip_prefix(b"-").unwrap_or(rest);
    let whole = digits(rest);
    if whole == 0 || (whole > 1 && rest[0] == b'0') {
        return false;
    }
    rest = &rest[whole..];
    if let Some(fraction) = rest.strip_prefix(b".") {
        let count = digits(fraction);
        if count == 0 {
            return false;
        }
        rest = &fraction[count..];
    }
    if let Some(power) = rest.strip_prefix(b"e").or(rest.strip_prefix(b"E")) {
        let power = power
            .strip_prefix(b"-")
            .or(power.strip_prefix(b"+"))
            .unwrap_or(power);
        let count = digits(power);
        return count > 0 && count == power.len();
    }
    rest.is_empty()
}

impl Decimal {
    /// Reads a JSON number spelling; none for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        if !is_json_number(text) {
            return None;
        }
        let (mantissa, power) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let negative = mantissa.starts_with('-');
        let mantissa = mantissa.trim_start_matches('-');
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        // A power beyond i64 still has to order rightly against ordinary numbers, so it saturates.
        let power = power.parse::<i64>().unwrap_or_else(|_| {
            if power.starts_with('-') {
                i64::MIN / 4
            } else {
                i64::MAX / 4
            }
        });
        let mut digits: Vec<u8> = whole
            .bytes()
            .chain(fraction.bytes())
            .map(|byte| byte - b'0')
            .collect();
        let leading = digits.iter().take_while(|digit| **digit == 0).count();
        digits.drain(..leading);
        while digits.last() == Some(&0) {
            digits.pop();
        }
        if digits.is_empty() {
            return Some(Self {
                negative: false,
                digits,
                exponent: 0,
            });
        }
        let exponent = power
            .clamp(i64::MIN / 4, i64::MAX / 4)
            .saturating_add(whole.len() as i64 - leading as i64);
        Some(Self {
            negative,
            digits,
            exponent,
        })
    }

    /// Whether there is nothing behind the point.
    pub fn is_whole(&self) -> bool {
        self.digits.len() as i64 <= self.exponent || self.digits.is_empty()
    }

    /// Whether the number is zero.
    pub fn is_zero(&self) -> bool {
        self.digits.is_empty()
    }

    /// Whether this is a multiple of `step`; none when the two are too far apart to tell exactly in 128 bits.
    pub fn is_multiple_of(&self, step: &Self) -> Option<bool> {
        let places = self.places().max(step.places());
        let step = step.scaled(places)?;
        (step != 0).then_some(())?;
        Some(self.scaled(places)? % step == 0)
    }

    /// Digits behind the point, 0 for whole numbers.
    fn places(&self) -> i64 {
        (self.digits.len() as i64 - self.exponent).max(0)
    }

    /// The number times 10^`places`, when that is a whole number of at most 127 bits.
    fn scaled(&self, places: i64) -> Option<i128> {
        let shift = self
            .exponent
            .checked_sub(self.digits.len() as i64)?
            .checked_add(places)?;
        if self.digits.is_empty() {
            return Some(0);
        }
        let mut sum = 0_i128;
        for digit in &self.digits {
            sum = sum.checked_mul(10)?.checked_add(i128::from(*digit))?;
        }
        for _ in 0..u32::try_from(shift).ok().filter(|shift| *shift < 40)? {
            sum = sum.checked_mul(10)?;
        }
        Some(if self.negative { -sum } else { sum })
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let size = |left: &Self, right: &Self| {
            left.exponent
                .cmp(&right.exponent)
                .then_with(|| left.digits.cmp(&right.digits))
        };
        match (
            self.is_zero(),
            other.is_zero(),
            self.negative,
            other.negative,
        ) {
            (true, true, ..) => Ordering::Equal,
            (true, false, _, negative) => if_then(negative, Ordering::Greater, Ordering::Less),
            (false, true, negative, _) => if_then(negative, Ordering::Less, Ordering::Greater),
            (_, _, false, true) => Ordering::Greater,
            (_, _, true, false) => Ordering::Less,
            (_, _, false, false) => size(self, other),
            (_, _, true, true) => size(other, self),
        }
    }
}

fn if_then(condition: bool, yes: Ordering, no: Ordering) -> Ordering {
    if condition { yes } else { no }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// `from` moved by `times` steps of `step`, spelled plainly; none when 128 bits do not hold it exactly.
pub fn stepped(from: &str, step: &str, times: i64) -> Option<String> {
    let (from, step) = (Decimal::parse(from)?, Decimal::parse(step)?);
    let places = from.places().max(step.places());
    let sum = from
        .scaled(places)?
        .checked_add(step.scaled(places)?.checked_mul(i128::from(times))?)?;
    Some(spell(sum, usize::try_from(places).ok()?))
}

fn spell(scaled: i128, places: usize) -> String {
    let mut digits = scaled.unsigned_abs().to_string();
    if digits.len() <= places {
        digits.insert_str(0, &"0".repeat(places + 1 - digits.len()));
    }
    let point = digits.len() - places;
    let fraction = digits[point..].trim_end_matches('0');
    let sign = if scaled < 0 { "-" } else { "" };
    if fraction.is_empty() {
        format!("{sign}{}", &digits[..point])
    } else {
        format!("{sign}{}.{fraction}", &digits[..point])
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    fn decimal(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    #[test]
    fn spellings() {
        for good in ["0", "-0", "1.0", "1e400", "-1.5E-3", "10", "1E+2"] {
            assert!(is_json_number(good), "{good}");
        }
        for bad in [
            "", "-", "1.", ".5", "+1", "01", "1e", "1e+", "0x1", "1 ", "NaN", "1e5x",
        ] {
            assert!(!is_json_number(bad), "{bad}");
        }
    }

    #[test]
    fn order_is_exact() {
        assert!(decimal("1152921504606846977") > decimal("1152921504606846976"));
        assert!(decimal("1e400") > decimal("1e399"));
        assert!(decimal("-1e400") < decimal("-2"));
        assert!(decimal("1e99999999999999999999") > decimal("5"));
        assert!(decimal("1e-99999999999999999999") > decimal("0"));
        assert_eq!(decimal("1.0"), decimal("10e-1"));
        assert_eq!(decimal("-0"), decimal("0.00"));
        assert!(decimal("1.0").is_whole());
        assert!(decimal("0.5e1").is_whole());
        assert!(!decimal("0.5").is_whole());
    }

    #[test]
    fn multiples_and_steps() {
        assert_eq!(decimal("0.3").is_multiple_of(&decimal("0.1")), Some(true));
        assert_eq!(decimal("7").is_multiple_of(&decimal("5")), Some(false));
        assert_eq!(decimal("1e400").is_multiple_of(&decimal("3")), None);
        assert_eq!(decimal("7").is_multiple_of(&decimal("0")), None);
        assert_eq!(stepped("0.2", "0.1", 1).as_deref(), Some("0.3"));
        assert_eq!(stepped("0", "1", -1).as_deref(), Some("-1"));
        assert_eq!(stepped("0.05", "0.1", -1).as_deref(), Some("-0.05"));
        assert_eq!(
            stepped("1152921504606846976", "1", 1).as_deref(),
            Some("1152921504606846977")
        );
        assert_eq!(stepped("1e400", "1", 1), None);
    }

    proptest! {
        #[test]
        fn agrees_with_integers(left: i64, right: i64) {
            let (a, b) = (decimal(&left.to_string()), decimal(&right.to_string()));
            prop_assert_eq!(a.cmp(&b), left.cmp(&right));
        }

        #[test]
        fn any_text_is_survived(text in "[-+0-9.eE]{0,12}") {
            if let Some(number) = Decimal::parse(&text) {
                let _ = number.is_multiple_of(&decimal("0.1"));
                let _ = stepped(&text, "0.1", 3);
            }
        }
    }
}
