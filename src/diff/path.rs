//! The way to a difference: through members, items and texts that are JSON themselves.

use std::fmt;
use std::sync::Arc;

use crate::json::quote;

/// One step of a [`Path`]. Places count from 0 in the first and in the second document; none where it is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// To a member.
    Member {
        /// Its name.
        name: Arc<str>,
        /// Which of those with this name.
        nth: u32,
        /// Its place among the members of the first.
        a: Option<u32>,
        /// Its place among the members of the second.
        b: Option<u32>,
    },
    /// To an item.
    Item {
        /// Its place in the first.
        a: Option<u32>,
        /// Its place in the second.
        b: Option<u32>,
        /// The member that names it, and the JSON of its value, when items were paired by it.
        key: Option<(&'static str, Arc<str>)>,
    },
    /// Into the JSON that a string holds.
    Text,
}

impl Step {
    /// Where an item stands: in the second document, or in the first when it is only there.
    pub const fn place(&self) -> Option<u32> {
        match self {
            Self::Item { a, b, .. } | Self::Member { a, b, .. } => match b {
                Some(_) => *b,
                None => *a,
            },
            Self::Text => None,
        }
    }
}

/// The steps from the root. Written as `$.content[0].text → $.a`, and `[name="x"]` where that is what paired items.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Path(pub Arc<[Step]>);

impl fmt::Display for Path {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("$")?;
        for step in self.0.iter() {
            match step {
                Step::Member { name, nth, .. } => {
                    if is_plain(name) {
                        write!(formatter, ".{name}")?;
                    } else {
                        // A star would be read as one.
                        let quoted = quote(name).replace('*', "\\u002a");
                        write!(formatter, "[{quoted}]")?;
                    }
                    if *nth > 0 {
                        write!(formatter, "#{}", nth + 1)?;
                    }
                }
                Step::Item {
                    key: Some((name, value)),
                    ..
                } => write!(formatter, "[{name}={value}]")?,
                Step::Item { .. } => write!(formatter, "[{}]", step.place().unwrap_or(0))?,
                Step::Text => formatter.write_str(" → $")?,
            }
        }
        Ok(())
    }
}

/// Whether a name can stand after a dot.
pub fn is_plain(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes
        .next()
        .is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_' || byte == b'$')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'$'))
}
