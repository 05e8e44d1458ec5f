//! Skipping over JSON that was checked before: ends of values, counts of children.
//!
//! Owns how far one looks: everything here is given a limit and gives up there, so that no row costs more than a few
//! kilobytes of reading. Nothing is checked again and nothing is decoded.

/// The first byte at or after `at` that is no white space.
pub(super) fn space(bytes: &[u8], mut at: usize) -> usize {
    while matches!(bytes.get(at), Some(b' ' | b'\n' | b'\r' | b'\t')) {
        at += 1;
    }
    at
}

/// Behind the string whose opening quote is at `at`; none if it does not end before `limit`.
pub(super) fn string_end(bytes: &[u8], at: usize, limit: usize) -> Option<usize> {
    let bytes = &bytes[..limit.min(bytes.len())];
    let mut at = at + 1;
    loop {
        at += memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes[at] == b'"' {
            return Some(at + 1);
        }
        at += 2;
    }
}

/// Behind the value that starts at `at`; none if it does not end before `limit`.
pub(super) fn value_end(bytes: &[u8], at: usize, limit: usize) -> Option<usize> {
    match bytes.get(at)? {
        b'"' => string_end(bytes, at, limit),
        b'{' | b'[' => brackets(bytes, at, limit, |_| {}),
        _ => {
            let limit = limit.min(bytes.len());
            let end = bytes.get(at..limit)?.iter().position(|b| {
                matches!(b, b',' | b']' | b'}' | b' ' | b'\n' | b'\r' | b'\t' | b':')
            });
            match end {
                Some(end) => Some(at + end),
                // A scalar may be the whole document.
                None => (limit == bytes.len()).then_some(limit),
            }
        }
    }
}

/// How many children the container at `at` has; none if it does not end before `limit`.
pub(super) fn count(bytes: &[u8], at: usize, limit: usize) -> Option<usize> {
    let first = space(bytes, at + 1);
    if first >= limit {
        return None;
    }
    if matches!(bytes.get(first), Some(b'}' | b']')) {
        return Some(0);
    }
    let mut commas = 0;
    brackets(bytes, at, limit, |depth| commas += usize::from(depth == 1))?;
    Some(commas + 1)
}

/// Walks to the bracket that closes the one at `at`; tells of every comma how deep it is.
fn brackets(
    bytes: &[u8],
    mut at: usize,
    limit: usize,
    mut comma: impl FnMut(usize),
) -> Option<usize> {
    let bytes = &bytes[..limit.min(bytes.len())];
    let mut depth = 0_usize;
    loop {
        match bytes.get(at)? {
            b'"' => {
                at = string_end(bytes, at, bytes.len())?;
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            b',' => comma(depth),
            _ => {}
        }
        at += 1;
    }
}

/// How many values begin between `from`, where a member or a value begins, and `to`.
pub(super) fn values(bytes: &[u8], from: usize, to: usize) -> usize {
    let (mut at, mut count) = (from, 0);
    while at < to.min(bytes.len()) {
        match bytes[at] {
            b'"' => {
                at = string_end(bytes, at, bytes.len()).unwrap_or(bytes.len());
                count += usize::from(bytes.get(space(bytes, at)) != Some(&b':'));
            }
            b'{' | b'[' => {
                count += 1;
                at += 1;
            }
            b'}' | b']' | b',' | b':' | b' ' | b'\n' | b'\r' | b'\t' => at += 1,
            _ => {
                count += 1;
                at = value_end(bytes, at, bytes.len()).unwrap_or(bytes.len());
            }
        }
    }
    count
}
