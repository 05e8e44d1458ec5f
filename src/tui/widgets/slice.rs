//! Bytes that several owners look at, each at its own part, without a copy.
//!
//! Owns nothing but the sharing: a part keeps the whole alive. What the bytes mean is the business of others.

use std::fmt;
use std::ops::{Deref, Range};
use std::sync::Arc;

/// A part of shared bytes. Cheap to clone.
#[derive(Clone)]
pub struct Slice {
    whole: Arc<Vec<u8>>,
    start: usize,
    end: usize,
}

impl Slice {
    /// A part of this part; cut where it reaches past the end.
    pub fn part(&self, range: Range<usize>) -> Self {
        let end = self.end.min(self.start + range.end);
        Self {
            whole: Arc::clone(&self.whole),
            start: end.min(self.start + range.start),
            end,
        }
    }
}

impl Deref for Slice {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.whole[self.start..self.end]
    }
}

impl From<Vec<u8>> for Slice {
    fn from(bytes: Vec<u8>) -> Self {
        Arc::new(bytes).into()
    }
}

impl From<Arc<Vec<u8>>> for Slice {
    fn from(whole: Arc<Vec<u8>>) -> Self {
        let end = whole.len();
        Self {
            whole,
            start: 0,
            end,
        }
    }
}

impl From<&[u8]> for Slice {
    fn from(bytes: &[u8]) -> Self {
        bytes.to_vec().into()
    }
}

impl PartialEq for Slice {
    fn eq(&self, other: &Self) -> bool {
        (Arc::ptr_eq(&self.whole, &other.whole)
            && self.start == other.start
            && self.end == other.end)
            || **self == **other
    }
}

impl Eq for Slice {}

impl fmt::Debug for Slice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Slice of {} bytes", self.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_share_and_never_reach_past_the_end() {
        let whole = Slice::from(b"0123456789".to_vec());
        let part = whole.part(2..6);
        assert_eq!(&*part, b"2345");
        assert_eq!(&*part.part(1..9), b"345");
        assert_eq!(&*part.part(7..9), b"");
        assert_eq!(part, Slice::from(&b"2345"[..]));
        assert!(std::ptr::eq(&raw const whole[2], &raw const part[0]));
    }
}
