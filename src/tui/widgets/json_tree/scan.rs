//! From bytes to rows: one pass, no recursion, strict JSON.
//!
//! Owns the grammar as the viewer needs it. It decodes nothing and keeps nothing but offsets.

use super::{ITEM, Kind, NONE, Row, TreeError};

/// The rows of a document that is exactly one JSON text.
pub(super) fn rows(bytes: &[u8]) -> Result<Vec<Row>, TreeError> {
    if bytes.len() >= NONE as usize {
        return Err(TreeError {
            at: 0,
            what: "the document is larger than 4 GiB",
        });
    }
    if let Err(e) = std::str::from_utf8(bytes) {
        return Err(TreeError {
            at: e.valid_up_to(),
            what: "not UTF-8",
        });
    }
    let mut scan = Scan { bytes, at: 0 };
    // Eight bytes a value is dense JSON; growing a big vector copies it.
    let mut rows: Vec<Row> = Vec::with_capacity(bytes.len() / 16 + 1);
    // The container whose values are being read, and the name or index of the next value.
    let (mut open, mut depth) = (NONE, 0_u32);
    let (mut key, mut key_len) = (0, ITEM);
    loop {
        scan.space();
        let start = scan.at;
        let (kind, filled) = scan.value()?;
        let id = rows.len() as u32;
        rows.push(Row {
            key,
            key_len,
            start: start as u32,
            end: scan.at as u32,
            parent: open,
            after: id + 1,
            count: 0,
            depth_kind: depth << 3 | kind as u32,
        });
        if filled {
            open = id;
            depth += 1;
            (key, key_len) = if kind == Kind::Object {
                scan.name()?
            } else {
                (0, ITEM)
            };
            continue;
        }
        // The value is over; so may be any number of containers around it.
        loop {
            scan.space();
            if open == NONE {
                return if scan.at == bytes.len() {
                    Ok(rows)
                } else {
                    scan.error("text after the value")
                };
            }
            let n_rows = rows.len() as u32;
            let row = &mut rows[open as usize];
            row.count += 1;
            let is_object = row.depth_kind & 7 == Kind::Object as u32;
            match (scan.peek(), is_object) {
                (b',', _) => {
                    scan.at += 1;
                    (key, key_len) = if is_object {
                        scan.name()?
                    } else {
                        (row.count, ITEM)
                    };
                    break;
                }
                (b'}', true) | (b']', false) => {
                    scan.at += 1;
                    row.end = scan.at as u32;
                    row.after = n_rows;
                    open = row.parent;
                    depth -= 1;
                }
                (_, true) => return scan.error("expected , or }"),
                (_, false) => return scan.error("expected , or ]"),
            }
        }
    }
}

struct Scan<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl Scan<'_> {
    fn error<T>(&self, what: &'static str) -> Result<T, TreeError> {
        let what = if self.at >= self.bytes.len() {
            "ends too early"
        } else {
            what
        };
        Err(TreeError { at: self.at, what })
    }

    /// The byte here, 0 at the end (which no JSON token starts with).
    fn peek(&self) -> u8 {
        self.bytes.get(self.at).copied().unwrap_or(0)
    }

    fn space(&mut self) {
        while matches!(self.peek(), b' ' | b'\n' | b'\r' | b'\t') {
            self.at += 1;
        }
    }

    /// Reads a scalar or empty container whole; of a filled container only the bracket, and says so.
    fn value(&mut self) -> Result<(Kind, bool), TreeError> {
        let kind = match self.peek() {
            b'{' => return Ok((Kind::Object, self.open(b'}'))),
            b'[' => return Ok((Kind::Array, self.open(b']'))),
            b'"' => {
                self.string()?;
                Kind::String
            }
            b'-' | b'0'..=b'9' => {
                self.number()?;
                Kind::Number
            }
            b't' => self.word("true", Kind::Bool)?,
            b'f' => self.word("false", Kind::Bool)?,
            b'n' => self.word("null", Kind::Null)?,
            _ => return self.error("expected a value"),
        };
        Ok((kind, false))
    }

    /// Reads an opening bracket; false if the closing one followed at once.
    fn open(&mut self, close: u8) -> bool {
        self.at += 1;
        self.space();
        if self.peek() == close {
            self.at += 1;
            return false;
        }
        true
    }

    /// A member's name and its colon: offset and length without quotes.
    fn name(&mut self) -> Result<(u32, u32), TreeError> {
        self.space();
        if self.peek() != b'"' {
            return self.error("expected a member name");
        }
        let start = self.at + 1;
        self.string()?;
        let len = self.at - 1 - start;
        self.space();
        if self.peek() != b':' {
            return self.error("expected :");
        }
        self.at += 1;
        Ok((start as u32, len as u32))
    }

    fn string(&mut self) -> Result<(), TreeError> {
        self.at += 1;
        loop {
            match self.peek() {
                b'"' => {
                    self.at += 1;
                    return Ok(());
                }
                b'\\' => self.escape()?,
                0..0x20 => return self.error("control character in a string"),
                _ => {
                    let rest = &self.bytes[self.at..];
                    let plain = rest
                        .iter()
                        .position(|&b| b < 0x20 || b == b'"' || b == b'\\');
                    self.at += plain.unwrap_or(rest.len());
                }
            }
        }
    }

    fn escape(&mut self) -> Result<(), TreeError> {
        self.at += 1;
        match self.peek() {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => self.at += 1,
            b'u' => {
                self.at += 1;
                for _ in 0..4 {
                    if !self.peek().is_ascii_hexdigit() {
                        return self.error("expected four hex digits");
                    }
                    self.at += 1;
                }
            }
            _ => return self.error("unknown escape"),
        }
        Ok(())
    }

    fn number(&mut self) -> Result<(), TreeError> {
        if self.peek() == b'-' {
            self.at += 1;
        }
        if self.peek() == b'0' {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == b'.' {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), b'e' | b'E') {
            self.at += 1;
            if matches!(self.peek(), b'+' | b'-') {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(())
    }

    fn digits(&mut self) -> Result<(), TreeError> {
        if !self.peek().is_ascii_digit() {
            return self.error("expected a digit");
        }
        while self.peek().is_ascii_digit() {
            self.at += 1;
        }
        Ok(())
    }

    fn word(&mut self, word: &str, kind: Kind) -> Result<Kind, TreeError> {
        if self.bytes[self.at..].starts_with(word.as_bytes()) {
            self.at += word.len();
            return Ok(kind);
        }
        self.error("expected a value")
    }
}
