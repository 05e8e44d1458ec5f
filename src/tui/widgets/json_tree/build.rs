//! From bytes to an index: one pass, no recursion, strict JSON, and a pause wherever one is asked for.
//!
//! Owns the grammar and what is noted on the way: records and waymarks of big values, odd values. It decodes nothing
//! but names with escapes, to tell repeated ones.

use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};

use super::TreeError;
use super::flags::{Flag, is_inexact};
use super::index::{Grain, Index, Mark, OPEN, Record};
use crate::json;

/// Names are compared up to this many a object: more would be as much memory as the document.
const NAMES: usize = 1 << 18;

/// Up to this many names are compared one by one.
const FEW: usize = 16;

/// At least this many records are allowed, and one for so many bytes: only absurd nesting needs more.
const RECORDS: (usize, usize) = (1 << 18, 256);

/// A container that has not ended.
struct Container {
    start: u32,
    object: bool,
    count: u32,
    /// Where the last waymark is, or the container starts.
    marked: u32,
    marks: Vec<Mark>,
    /// Its record, once it is big.
    record: u32,
    names: Names,
}

/// Names seen in one object, as hashes.
#[derive(Default)]
struct Names {
    few: Vec<u64>,
    many: HashSet<u64>,
}

impl Names {
    /// Whether it was there before.
    fn add(&mut self, name: u64) -> bool {
        if self.few.len() < FEW {
            let seen = self.few.contains(&name);
            self.few.push(name);
            return seen;
        }
        if self.few.contains(&name) {
            return true;
        }
        if self.many.len() >= NAMES {
            return self.many.contains(&name);
        }
        !self.many.insert(name)
    }
}

/// What is due at the place the scan stands at.
#[derive(Clone, Copy, PartialEq)]
enum Due {
    Value,
    /// A member's name.
    Name,
    /// The rest of a string, or of a name, that started at this quote.
    Rest {
        quote: usize,
        name: bool,
    },
    /// A comma or a closing bracket, or the end.
    More,
    Nothing,
}

/// A scan that can be paused.
pub(super) struct Builder<'b> {
    bytes: &'b [u8],
    at: usize,
    due: Due,
    open: Vec<Container>,
    /// So many of the open ones have records.
    recorded: usize,
    index: Index,
    hasher: RandomState,
    /// What is odd about the name of the value that is due.
    odd: Vec<Flag>,
    /// Where the child that is due begins.
    begin: usize,
    /// Whether the string being read has bytes beyond ASCII.
    beyond: bool,
    /// Whether it has half a surrogate pair.
    lone: bool,
    /// Where to stop inside a long string.
    limit: usize,
    spare: Vec<Names>,
}

impl<'b> Builder<'b> {
    pub(super) fn new(bytes: &'b [u8], grain: Grain) -> Result<Self, TreeError> {
        if bytes.len() >= OPEN as usize {
            return Err(TreeError {
                at: 0,
                what: "the document is larger than 4 GiB",
            });
        }
        Ok(Self {
            bytes,
            at: 0,
            due: Due::Value,
            open: Vec::new(),
            recorded: 0,
            index: Index {
                grain,
                ..Index::default()
            },
            hasher: RandomState::new(),
            odd: Vec::new(),
            begin: 0,
            beyond: false,
            lone: false,
            limit: usize::MAX,
            spare: Vec::new(),
        })
    }

    /// Reads on to about byte `limit`; true when the document is over.
    pub(super) fn run(&mut self, limit: usize) -> Result<bool, TreeError> {
        self.limit = limit;
        while self.at < limit || limit >= self.bytes.len() {
            match self.due {
                Due::Value => self.value()?,
                Due::Name => {
                    self.space();
                    if self.peek() != b'"' {
                        return self.error("expected a member name");
                    }
                    self.begin = self.at;
                    self.string(true);
                }
                Due::Rest { quote, name } => self.rest(quote, name)?,
                Due::More => self.more()?,
                Due::Nothing => return Ok(true),
            }
        }
        self.note_big()?;
        Ok(false)
    }

    /// The index as far as it goes.
    pub(super) fn index(&self) -> Index {
        let mut index = self.index.clone();
        for container in &self.open[..self.recorded] {
            let record = &mut index.records[container.record as usize];
            record.count = container.count;
            record.marks = (index.marks.len() as u32, container.marks.len() as u32);
            index.marks.extend_from_slice(&container.marks);
        }
        index.upto = self.at.min(self.bytes.len()) as u32;
        index.done = self.due == Due::Nothing;
        index
    }

    /// The finished index.
    pub(super) fn finish(mut self) -> Index {
        self.index.upto = self.bytes.len() as u32;
        self.index.done = true;
        self.index.records.shrink_to_fit();
        self.index.marks.shrink_to_fit();
        self.index
    }

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
        self.at = super::scan::space(self.bytes, self.at);
    }

    /// Begins a value. Scalars but strings are read whole.
    fn value(&mut self) -> Result<(), TreeError> {
        self.space();
        let start = self.at as u32;
        match self.peek() {
            b'{' | b'[' | b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n' => self.begin_value(start),
            _ => return self.error("expected a value"),
        }
        match self.peek() {
            b'{' => self.container(start, true),
            b'[' => self.container(start, false),
            b'"' => {
                self.string(false);
                Ok(())
            }
            b't' => self.word("true"),
            b'f' => self.word("false"),
            b'n' => self.word("null"),
            _ => {
                self.number()?;
                if is_inexact(&self.bytes[start as usize..self.at]) {
                    self.index.flags.note(start, Flag::Number);
                }
                self.end_of_scalar(start)
            }
        }
    }

    fn begin_value(&mut self, start: u32) {
        for flag in self.odd.drain(..) {
            self.index.flags.note(start, flag);
        }
        if let Some(parent) = self.open.last_mut() {
            let begin = if parent.object {
                self.begin as u32
            } else {
                start
            };
            if parent.count > 0 && begin - parent.marked >= self.index.grain.small as u32 {
                parent.marked = begin;
                parent.marks.push(Mark {
                    at: begin,
                    index: parent.count,
                    rows: self.index.rows,
                });
            }
            parent.count += 1;
        }
        self.index.rows += 1;
    }

    fn container(&mut self, start: u32, object: bool) -> Result<(), TreeError> {
        self.at += 1;
        self.space();
        if self.peek() == if object { b'}' } else { b']' } {
            self.at += 1;
            return self.end_of_scalar(start);
        }
        self.note_big()?;
        self.open.push(Container {
            start,
            object,
            count: 0,
            marked: start,
            marks: Vec::new(),
            record: OPEN,
            names: self.spare.pop().unwrap_or_default(),
        });
        self.due = if object { Due::Name } else { Due::Value };
        Ok(())
    }

    /// After a value that has no children.
    fn end_of_scalar(&mut self, start: u32) -> Result<(), TreeError> {
        self.due = Due::More;
        if self.at - start as usize > self.index.grain.small {
            self.note_big()?;
            self.record(start, self.at as u32)?;
        }
        Ok(())
    }

    /// Gives records to the open containers that are big by now, outermost first: so records are in order.
    fn note_big(&mut self) -> Result<(), TreeError> {
        while let Some(container) = self.open.get(self.recorded) {
            if self.at - container.start as usize <= self.index.grain.small {
                break;
            }
            let record = self.record(container.start, OPEN)?;
            self.open[self.recorded].record = record;
            self.recorded += 1;
        }
        Ok(())
    }

    fn record(&mut self, start: u32, end: u32) -> Result<u32, TreeError> {
        let number = self.index.records.len();
        if number >= RECORDS.0.max(self.bytes.len() / RECORDS.1) {
            return self.error("nested too deeply to be shown as a tree");
        }
        self.index.records.push(Record {
            start,
            end,
            count: 0,
            marks: (0, 0),
        });
        Ok(number as u32)
    }

    /// After a value: the next one, or the end of what it is in.
    fn more(&mut self) -> Result<(), TreeError> {
        self.space();
        let Some(container) = self.open.last() else {
            if self.at < self.bytes.len() {
                return self.error("text after the value");
            }
            self.due = Due::Nothing;
            return Ok(());
        };
        match (self.peek(), container.object) {
            (b',', object) => {
                self.at += 1;
                self.due = if object { Due::Name } else { Due::Value };
                Ok(())
            }
            (b'}', true) | (b']', false) => {
                self.at += 1;
                self.note_big()?;
                self.close();
                Ok(())
            }
            (_, true) => self.error("expected , or }"),
            (_, false) => self.error("expected , or ]"),
        }
    }

    fn close(&mut self) {
        let Some(mut container) = self.open.pop() else {
            return;
        };
        self.recorded = self.recorded.min(self.open.len());
        if let Some(record) = self.index.records.get_mut(container.record as usize) {
            record.end = self.at as u32;
            record.count = container.count;
            record.marks = (self.index.marks.len() as u32, container.marks.len() as u32);
            self.index.marks.append(&mut container.marks);
        }
        if container.object && container.names.many.is_empty() && self.spare.len() < 64 {
            container.names.few.clear();
            self.spare.push(container.names);
        }
    }

    fn string(&mut self, name: bool) {
        let quote = self.at;
        self.at += 1;
        self.beyond = false;
        self.lone = false;
        self.due = Due::Rest { quote, name };
    }

    /// Reads on in a string, to its end or to the limit.
    fn rest(&mut self, quote: usize, name: bool) -> Result<(), TreeError> {
        // Pauses in a long string are worth a megabyte, not a kilobyte.
        let stop = self.limit.max(self.at + 1).min(self.bytes.len());
        loop {
            let rest = self.bytes.get(self.at..stop).unwrap_or_default();
            let plain = memchr::memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
            // The least and the greatest byte, not the first wrong one: that way many are looked at together.
            let (mut least, mut all) = (u8::MAX, 0);
            for byte in &rest[..plain] {
                least = least.min(*byte);
                all |= *byte;
            }
            if least < 0x20 {
                self.at += rest.iter().position(|b| *b < 0x20).unwrap_or(0);
                return self.error("control character in a string");
            }
            self.beyond |= all >= 0x80;
            self.at += plain;
            if self.at >= stop {
                if stop == self.bytes.len() {
                    return self.error("expected the end of a string");
                }
                return Ok(());
            }
            if self.bytes[self.at] == b'"' {
                self.at += 1;
                break;
            }
            self.escape()?;
        }
        let inside = quote + 1..self.at - 1;
        let broken = self.beyond && std::str::from_utf8(&self.bytes[inside.clone()]).is_err();
        let flags = [(broken, Flag::Utf8), (self.lone, Flag::Surrogate)];
        let odd = flags
            .into_iter()
            .filter_map(|(odd, flag)| odd.then_some(flag));
        if !name {
            for flag in odd {
                self.index.flags.note(quote as u32, flag);
            }
            return self.end_of_scalar(quote as u32);
        }
        self.odd.extend(odd);
        let raw = &self.bytes[inside];
        let hash = match memchr::memchr(b'\\', raw) {
            Some(_) => self.hasher.hash_one(json::decode(raw).as_bytes()),
            None => self.hasher.hash_one(raw),
        };
        if self.open.last_mut().is_some_and(|o| o.names.add(hash)) {
            self.odd.push(Flag::Repeated);
        }
        if self.at - quote > self.index.grain.small {
            self.note_big()?;
            self.record(quote as u32, self.at as u32)?;
        }
        self.space();
        if self.peek() != b':' {
            return self.error("expected :");
        }
        self.at += 1;
        self.due = Due::Value;
        Ok(())
    }

    fn escape(&mut self) -> Result<(), TreeError> {
        self.at += 1;
        match self.peek() {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => self.at += 1,
            b'u' => {
                for _ in 0..4 {
                    self.at += 1;
                    if !self.peek().is_ascii_hexdigit() {
                        return self.error("expected four hex digits");
                    }
                }
                self.at += 1;
                match json::hex4(self.bytes, self.at - 4) {
                    Some(0xD800..=0xDBFF) => {
                        let low = self.bytes.get(self.at..self.at + 2) == Some(b"\\u")
                            && matches!(json::hex4(self.bytes, self.at + 2), Some(0xDC00..=0xDFFF));
                        if low {
                            self.at += 6;
                        }
                        self.lone |= !low;
                    }
                    Some(0xDC00..=0xDFFF) => self.lone = true,
                    _ => {}
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

    fn word(&mut self, word: &str) -> Result<(), TreeError> {
        if self.bytes[self.at..].starts_with(word.as_bytes()) {
            self.at += word.len();
            self.due = Due::More;
            return Ok(());
        }
        self.error("expected a value")
    }
}
