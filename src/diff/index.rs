//! A document as a flat list of its values, in their order, each with where it stands, where the next begins that is
//! not within it, and its two hashes. Built in one pass without recursion, however deep the document is.

use std::borrow::Cow;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::sync::LazyLock;

use super::Part;
use super::shapes::Shapes;
use super::successors::Successors;
use crate::json::{self, Kind};

/// No name.
const NONE: u32 = u32::MAX;

/// A value.
#[derive(Debug, Clone, Copy)]
pub struct Node {
    /// Its kind; `Invalid` when the whole text is no JSON.
    pub kind: Kind,
    start: u32,
    end: u32,
    name: u32,
    /// The value after it and all in it.
    pub next: u32,
    /// Of all there is to see, but white space between tokens and escapes in names.
    pub strict: u64,
    /// Of what it says: numbers by value, members in any order, shapes of rules as one.
    pub loose: u64,
}

/// See the module.
#[derive(Debug)]
pub struct Index {
    part: Part,
    nodes: Vec<Node>,
}

impl Index {
    /// Of `part`; when that is no JSON text, or longer than 4 GiB, it is one value without an inside.
    pub fn of(part: &Part, shapes: Shapes) -> Self {
        Self::read(part, shapes, &Successors::default())
    }

    /// The same of the first of two: what it says is what `successors` say that the second says in its place.
    pub fn read(part: &Part, shapes: Shapes, successors: &Successors) -> Self {
        let raw = part.bytes();
        let sane = raw.len() < NONE as usize && json::check(raw).is_ok();
        let nodes = if sane {
            Reader::new(raw, shapes, successors).read()
        } else {
            let hash = mix(0, raw);
            vec![Node {
                kind: Kind::Invalid,
                start: 0,
                end: u32::try_from(raw.len()).unwrap_or(NONE),
                name: NONE,
                next: 1,
                strict: hash,
                loose: hash,
            }]
        };
        Self {
            part: part.clone(),
            nodes,
        }
    }

    pub fn node(&self, at: u32) -> &Node {
        &self.nodes[at as usize]
    }

    /// The bytes of a value.
    pub fn raw(&self, at: u32) -> &[u8] {
        let node = self.node(at);
        let raw = self.part.bytes();
        if node.kind == Kind::Invalid {
            return raw;
        }
        &raw[node.start as usize..node.end as usize]
    }

    /// The bytes of a value, held.
    pub fn part(&self, at: u32) -> Part {
        let node = self.node(at);
        if node.kind == Kind::Invalid {
            return self.part.clone();
        }
        self.part.part(node.start as usize..node.end as usize)
    }

    /// The name of a member.
    pub fn name(&self, at: u32) -> Cow<'_, str> {
        let start = self.node(at).name;
        if start == NONE {
            return Cow::Borrowed("");
        }
        json::text(&self.part.bytes()[start as usize..]).unwrap_or_default()
    }

    /// What is directly in a value.
    pub fn children(&self, at: u32) -> Children<'_> {
        Children {
            index: self,
            at: at + 1,
            end: self.node(at).next,
        }
    }
}

/// See [`Index::children`].
#[derive(Debug, Clone)]
pub struct Children<'a> {
    index: &'a Index,
    at: u32,
    end: u32,
}

impl Iterator for Children<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        (self.at < self.end).then(|| {
            let at = self.at;
            self.at = self.index.node(at).next;
            at
        })
    }
}

/// A container that is still open.
struct Open {
    node: u32,
    strict: u64,
    loose: u64,
}

struct Reader<'a> {
    raw: &'a [u8],
    shapes: Shapes,
    successors: &'a Successors,
    nodes: Vec<Node>,
    open: Vec<Open>,
}

impl<'a> Reader<'a> {
    fn new(raw: &'a [u8], shapes: Shapes, successors: &'a Successors) -> Self {
        Self {
            raw,
            shapes,
            successors,
            nodes: Vec::with_capacity(raw.len() / 24 + 1),
            open: Vec::new(),
        }
    }

    /// The text was checked: what is due stands there.
    fn read(mut self) -> Vec<Node> {
        let raw = self.raw;
        let mut at = json::skip_space(raw, 0);
        while at < raw.len() {
            match raw[at] {
                b',' => at = json::skip_space(raw, at + 1),
                b']' | b'}' => {
                    at += 1;
                    self.close(at);
                    at = json::skip_space(raw, at);
                }
                _ => {
                    at = self.value(at);
                    at = json::skip_space(raw, at);
                }
            }
        }
        self.nodes
    }

    /// Reads a scalar, or opens a container, with the name in front of it; says behind what was read.
    fn value(&mut self, at: usize) -> usize {
        let raw = self.raw;
        let mut start = at;
        let mut name = NONE;
        let in_object = self
            .open
            .last()
            .is_some_and(|open| self.nodes[open.node as usize].kind == Kind::Object);
        if in_object {
            name = at as u32;
            let colon = json::skip_space(raw, json::skip_string(raw, at));
            start = json::skip_space(raw, colon + 1);
        }
        let kind = json::kind(&raw[start..]);
        let node = self.nodes.len() as u32;
        let end = match kind {
            Kind::Object | Kind::Array => start + 1,
            Kind::String => json::skip_string(raw, start),
            _ => {
                let rest = &raw[start..];
                let ends =
                    |byte: &u8| matches!(byte, b',' | b']' | b'}' | b' ' | b'\t' | b'\n' | b'\r');
                start + rest.iter().position(ends).unwrap_or(rest.len())
            }
        };
        let mut read = Node {
            kind,
            start: start as u32,
            end: end as u32,
            name,
            next: node + 1,
            strict: 0,
            loose: 0,
        };
        if matches!(kind, Kind::Object | Kind::Array) {
            self.nodes.push(read);
            self.open.push(Open {
                node,
                strict: kind as u64,
                loose: kind as u64,
            });
            return end;
        }
        (read.strict, read.loose) = scalar(&raw[start..end], kind, self.shapes, self.successors);
        self.nodes.push(read);
        self.settle(node);
        end
    }

    fn close(&mut self, end: usize) {
        let Some(open) = self.open.pop() else {
            return;
        };
        let next = self.nodes.len() as u32;
        let node = &mut self.nodes[open.node as usize];
        node.end = end as u32;
        node.next = next;
        node.strict = fold(open.strict, u64::from(next - open.node));
        node.loose = fold(open.loose, u64::from(next - open.node));
        self.settle(open.node);
    }

    /// Adds a value that is read to what it stands in.
    fn settle(&mut self, at: u32) {
        let Some(open) = self.open.last_mut() else {
            return;
        };
        let node = self.nodes[at as usize];
        if node.name == NONE {
            open.strict = fold(open.strict, node.strict);
            open.loose = fold(open.loose, node.loose);
        } else {
            let name = json::text(&self.raw[node.name as usize..]).unwrap_or_default();
            let name = mix(1, name.as_bytes());
            open.strict = fold(fold(open.strict, name), node.strict);
            // A sum: in any order.
            open.loose = open.loose.wrapping_add(fold(name, node.loose));
        }
    }
}

/// The strict and the loose hash of a scalar.
fn scalar(raw: &[u8], kind: Kind, shapes: Shapes, successors: &Successors) -> (u64, u64) {
    let strict = mix(kind as u64, raw);
    let loose = match kind {
        Kind::Number => number(raw),
        Kind::String => {
            let text = json::text(raw).unwrap_or_default();
            // A lone surrogate is lost in the text.
            if text.contains(char::REPLACEMENT_CHARACTER) {
                return (strict, strict);
            }
            let text = successors.replace(&text).map_or(text, Cow::Owned);
            if let Some((plain, _)) = shapes.replace(&text) {
                mix(Kind::String as u64, plain.as_bytes())
            } else {
                mix(Kind::String as u64, text.as_bytes())
            }
        }
        _ => strict,
    };
    (strict, loose)
}

/// The same for all spellings of a number.
pub fn number(raw: &[u8]) -> u64 {
    let (mantissa, power) = match raw.iter().position(|byte| matches!(byte, b'e' | b'E')) {
        Some(at) => (&raw[..at], &raw[at + 1..]),
        None => (raw, &b""[..]),
    };
    let negative = mantissa.first() == Some(&b'-');
    let whole = mantissa
        .iter()
        .skip(usize::from(negative))
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let digits = || mantissa.iter().filter(|byte| byte.is_ascii_digit());
    let leading = digits().take_while(|digit| **digit == b'0').count();
    let all = digits().count();
    let trailing = digits().rev().take_while(|digit| **digit == b'0').count();
    if leading == all {
        return mix(Kind::Number as u64, b"0");
    }
    let power: i64 = std::str::from_utf8(power).map_or(0, |power| {
        power.parse().unwrap_or(match power.as_bytes() {
            [] => 0,
            [b'-', ..] => i64::MIN / 4,
            _ => i64::MAX / 4,
        })
    });
    // 0.digits times ten to this.
    let exponent = power
        .saturating_add(whole as i64)
        .saturating_sub(leading as i64);
    let mut hash = fold(Kind::Number as u64, u64::from(negative));
    hash = fold(hash, exponent as u64);
    digits()
        .take(all - trailing)
        .skip(leading)
        .fold(hash, |hash, digit| fold(hash, u64::from(*digit)))
}

/// Nobody outside can make up values that collide: this is another in each process.
static SEED: LazyLock<[u64; 2]> = LazyLock::new(|| {
    [0_u64, 1].map(|part| {
        let mut hasher = RandomState::new().build_hasher();
        hasher.write_u64(part);
        hasher.finish() | 1
    })
});

/// The hash of some bytes.
pub fn mix(kind: u64, bytes: &[u8]) -> u64 {
    let mut hash = fold(kind, bytes.len() as u64);
    let (words, rest) = bytes.as_chunks::<8>();
    for word in words {
        hash = fold(hash, u64::from_le_bytes(*word));
    }
    if !rest.is_empty() {
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        hash = fold(hash, u64::from_le_bytes(last));
    }
    hash
}

/// One more word into a hash: the halves of a product, which depends on the order.
pub fn fold(hash: u64, word: u64) -> u64 {
    let [one, two] = *SEED;
    let product = u128::from(hash.rotate_left(23) ^ one) * u128::from(word ^ two);
    (product as u64) ^ ((product >> 64) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_number_are_one() {
        for same in [
            &["1", "1.0", "10e-1", "0.1e1", "1E0", "100e-2", "1.000e+0"][..],
            &["0", "-0", "0.0", "0e9", "-0.00e-7"],
            &["-120", "-1.2e2", "-0.12E3"],
            &["1152921504606846976", "1152921504606846976.0"],
        ] {
            for spelling in same {
                assert_eq!(
                    number(spelling.as_bytes()),
                    number(same[0].as_bytes()),
                    "{spelling}"
                );
            }
        }
        let others = [
            "1", "-1", "10", "0.1", "2", "11", "1e400", "1e401", "0", "101",
        ];
        for (index, one) in others.iter().enumerate() {
            for other in &others[..index] {
                assert_ne!(
                    number(one.as_bytes()),
                    number(other.as_bytes()),
                    "{one} {other}"
                );
            }
        }
    }

    #[test]
    fn a_value_ends_where_the_next_begins() {
        let part = Part::from(br#" {"a": [1, {"b":[]}], "c" :"x\"", "c":null} "#.to_vec());
        let index = Index::of(&part, Shapes::default());
        let told: Vec<String> = index
            .children(0)
            .map(|at| {
                format!(
                    "{}={}",
                    index.name(at),
                    String::from_utf8_lossy(index.raw(at))
                )
            })
            .collect();
        assert_eq!(told, [r#"a=[1, {"b":[]}]"#, r#"c="x\"""#, "c=null"]);
        assert_eq!(index.raw(0), part.bytes().trim_ascii());
    }

    #[test]
    fn depth_costs_no_stack() {
        let deep = 1_000_000;
        let text = "[".repeat(deep) + &"]".repeat(deep);
        let index = Index::of(&Part::from(text.into_bytes()), Shapes::default());
        assert_eq!(index.node(0).next as usize, deep);
    }
}
